//! Pictures of the canvas in the real App: copied, saved, and opened again as the graph.

use std::fs;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::app::App;
use loom::graph::Graph;

use super::{Window, empty, example};

fn graph(window: &Window) -> &Graph {
    window.app().project().document.graph()
}

/// A picture of the coins in a folder of its own.
fn picture(folder: &tempfile::TempDir, name: &str, copy: &str) -> (PathBuf, Graph) {
    let mut window = Window::open(|_| example("coins", copy));
    let path = folder.path().join(name);
    window.harness.state_mut().save_picture(path.clone());
    window.wait("the picture", |_| path.is_file());
    (path, graph(&window).clone())
}

fn is_unpacked(app: &App) -> bool {
    app.project().document.is_dirty()
}

#[test]
fn the_graph_is_copied_as_a_picture_by_its_keys() {
    let mut window = Window::open(|_| example("coins", "coins-copied"));
    let mut size_of_copy = |select: &[Key]| {
        for key in select {
            window.key(Modifiers::COMMAND, *key);
        }
        window
            .harness
            .key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
        let start = std::time::Instant::now();
        loop {
            window.harness.step();
            let commands = &window.harness.output().platform_output.commands;
            let image = commands.iter().find_map(|command| match command {
                egui::OutputCommand::CopyImage(image) => Some(image.size),
                _ => None,
            });
            if let Some(size) = image {
                return size;
            }
            assert!(
                start.elapsed() < std::time::Duration::from_mins(5),
                "no picture came"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    let [width, height] = size_of_copy(&[]);
    assert!(width > 3000 && height > 1500, "{width} × {height}");
    assert_eq!(size_of_copy(&[Key::A]), [width, height], "all is selected");
}

#[test]
fn a_saved_picture_opens_as_an_unsaved_project_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["My coins.png", "My coins.svg"] {
        let (path, original) = picture(&folder, name, "coins-pictured");
        let mut window = Window::open(empty);
        window.harness.state_mut().open_picture(&path);
        window.wait("the graph", is_unpacked);
        assert_eq!(window.app().project().name(), "My coins");
        let kinds = |graph: &Graph| -> Vec<_> {
            let kinds = graph
                .nodes()
                .map(|node| (node.key.clone(), node.kind.function.clone(), node.pos));
            kinds.collect()
        };
        assert_eq!(kinds(graph(&window)), kinds(&original), "{name}");
        assert_eq!(graph(&window).link_count(), original.link_count(), "{name}");
        window.steps();
        let told = window
            .harness
            .query_all_by_label_contains("nodes have no source here");
        assert!(
            told.count() > 0,
            "the project's own nodes stay where they are"
        );
        window.key(Modifiers::COMMAND, Key::S);
        window.wait("the save", |app| !app.project().document.is_dirty());
        let project = window.app().project();
        let saved = fs::read_to_string(project.savefile().unwrap()).unwrap();
        assert!(saved.contains("\"projectName\": \"My coins\""));
        assert!(saved.contains("Count of regions"));
        assert!(
            !saved.contains("\"projectId\": \"coins\""),
            "it has an id of its own"
        );
    }
}

#[test]
fn a_window_starts_on_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let (path, original) = picture(&folder, "start.png", "coins-start");
    let mut window = Window::open(|_| path);
    window.wait("the graph", is_unpacked);
    assert_eq!(graph(&window).node_count(), original.node_count());
    assert_eq!(window.app().project().name(), "start");
}

#[test]
fn a_picture_opens_in_a_tab_of_its_own_and_leaves_changes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, original) = picture(&folder, "other.png", "coins-asked");
    let mut window = Window::open(empty);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    window.harness.state_mut().open_picture(&path);
    window.wait("the picture's graph", |app| app.projects().count() == 2);
    window.steps();
    assert_eq!(graph(&window).node_count(), original.node_count());
    let mut projects = window.app().projects();
    assert!(projects.all(|project| project.document.is_dirty()));
}

#[test]
fn a_picture_without_a_graph_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.png");
    image::RgbImage::new(3, 3).save(&path).unwrap();
    let mut window = Window::open(empty);
    window.harness.state_mut().open_picture(&path);
    let start = std::time::Instant::now();
    while window
        .harness
        .query_by_label_contains("carries no graph")
        .is_none()
    {
        assert!(
            start.elapsed() < std::time::Duration::from_mins(1),
            "nothing was said"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.harness.step();
    }
    assert_eq!(window.app().project().name(), "Empty");
    assert!(!window.app().project().document.is_dirty());
}
