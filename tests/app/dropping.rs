//! Files dropped on the window: nodes that read them, hints while they hover, and what cannot be read.

use super::tabs::Dropped;
use super::*;
use loom::document::Document;
use loom::graph::Node;

impl Window {
    fn drop_files(&mut self, at: Pos2, paths: &[PathBuf]) {
        self.harness.event(egui::Event::PointerMoved(at));
        self.steps();
        for path in paths {
            let file = std::sync::Arc::new(Dropped(path.clone()));
            self.harness.input_mut().dropped_files.push(file);
        }
        self.harness.step();
        self.harness.input_mut().dropped_files.clear();
    }

    fn graph_of(&self) -> &Document {
        &self.app().project().document
    }

    fn wait_for_nodes(&mut self, count: usize) -> Vec<Node> {
        self.wait("the nodes", |app| {
            app.project().document.nodes().count() == count
        });
        self.graph_of().nodes().cloned().collect()
    }
}

/// An empty project with files in it, and the folder beside it.
fn with_files(userdata: &Path) -> (PathBuf, PathBuf) {
    let project = empty(userdata);
    let outside = userdata.join("outside");
    for folder in [&project, &outside] {
        std::fs::create_dir_all(folder).unwrap();
        for name in ["table.csv", "notes.md", "data.json", "log"] {
            std::fs::write(folder.join(name), "1").unwrap();
        }
        for name in ["photo.PNG", "archive.zip"] {
            std::fs::write(folder.join(name), b"PK\x03\x04\0\0").unwrap();
        }
    }
    (project, outside)
}

#[test]
fn a_dropped_file_becomes_the_node_that_reads_it_in_one_step() {
    let mut folders = None;
    let mut window = Window::open(|userdata| {
        let made = with_files(userdata);
        folders = Some(made.clone());
        made.0
    });
    let (project, outside) = folders.unwrap();
    let at = window.app().panels().canvas.camera.screen.center() + vec2(50.0, -40.0);
    for (file, function, path) in [
        (project.join("table.csv"), "load_csv", "table.csv"),
        (project.join("notes.md"), "read_text", "notes.md"),
        (project.join("data.json"), "load_json", "data.json"),
        (project.join("photo.PNG"), "load_image", "photo.PNG"),
        (project.join("log"), "read_text", "log"),
        (outside.join("table.csv"), "load_csv", "outside/table.csv"),
    ] {
        window.drop_files(at, &[file]);
        let nodes = window.wait_for_nodes(1);
        assert_eq!(nodes[0].kind.function, function, "{path}");
        let input = nodes[0].kind.inputs[0].name.clone();
        let value = nodes[0].values[&input].to_string();
        assert!(value.ends_with(path), "{value}");
        let is_relative = !Path::new(&value).is_absolute();
        assert_eq!(is_relative, !path.contains('/'), "{value}");
        // The pointer holds it by its title.
        let rect = window
            .app()
            .panels()
            .canvas
            .layout
            .rect(nodes[0].id)
            .unwrap();
        let pointer = window.app().panels().canvas.camera.graph_from_screen(at);
        assert!(rect.expand(20.0).contains(pointer), "{rect:?} {pointer:?}");
        assert!(window.graph_of().selection().contains(&nodes[0].id));
        window.key(Modifiers::COMMAND, Key::Z);
        assert_eq!(window.graph_of().nodes().count(), 0, "one step");
    }
}

#[test]
fn several_files_are_stacked_and_what_cannot_be_loaded_says_so() {
    let mut window = Window::open(|userdata| with_files(userdata).0);
    let folder = window.app().project().folder.clone().unwrap();
    let files = ["photo.PNG", "archive.zip", "table.csv", "gone.txt"];
    let files = files.map(|name| folder.join(name));
    let at = window.app().panels().canvas.camera.screen.center();
    window.drop_files(at, &files);
    let nodes = window.wait_for_nodes(2);
    window.steps();
    assert_eq!(nodes[0].pos.x, nodes[1].pos.x);
    assert!(
        nodes[1].pos.y > nodes[0].pos.y + 100.0,
        "with room for the picture"
    );
    window
        .harness
        .get_by_label_contains("No node loads \"archive.zip\"");
    window
        .harness
        .get_by_label_contains("\"gone.txt\" cannot be read");
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.graph_of().nodes().count(), 0, "one step");

    // The same files chosen in the dialog.
    window.harness.state_mut().load_files(files.to_vec());
    window.wait_for_nodes(2);
}

#[test]
fn a_picture_that_carries_a_graph_still_opens_as_the_graph() {
    let mut window = Window::open(|_| example("coins", "coins-carried"));
    let count = window.graph_of().nodes().count();
    let picture = window.userdata.path().join("graph.png");
    window.harness.state_mut().save_picture(picture.clone());
    window.wait("the picture", |_| picture.is_file());
    let at = window.app().panels().canvas.camera.screen.center();
    window.drop_files(at, &[picture]);
    window.wait("the tab", |app| app.projects().count() == 2);
    assert_eq!(window.graph_of().nodes().count(), count);
}

#[test]
fn what_hovers_says_what_will_be_made_of_it() {
    let mut window = Window::open(|userdata| with_files(userdata).0);
    let folder = window.app().project().folder.clone().unwrap();
    let hover = |window: &mut Window, names: &[&str]| {
        let files = names.iter().map(|name| egui::HoveredFile {
            path: Some(folder.join(name)),
            ..egui::HoveredFile::default()
        });
        window.harness.input_mut().hovered_files = files.collect();
        window.steps();
    };
    for (names, lines) in [
        (
            &["table.csv"][..],
            &["Drop to load table.csv with Load CSV"][..],
        ),
        (
            &["photo.PNG"],
            &[
                "Drop to load photo.PNG with Load image",
                "If it carries a graph, that opens instead",
            ],
        ),
        (
            &["archive.zip"],
            &["Drop to load archive.zip with Read text, if it is a text"],
        ),
        (&["savefile.json"], &["Drop to open savefile.json"]),
        (&["nodes"], &["nodes is a folder without a project"]),
        (
            &["data.json", "notes.md"],
            &[
                "Drop to load 2 files",
                "data.json: Load JSON",
                "notes.md: Read text",
            ],
        ),
    ] {
        hover(&mut window, names);
        for line in lines {
            window.harness.get_by_label(line);
        }
    }
    hover(&mut window, &[]);
    assert!(window.harness.query_by_label_contains("Drop to").is_none());
}
