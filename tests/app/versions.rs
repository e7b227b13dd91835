//! The versions that saves kept: looked at, restored, opened beside.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::document::file::to_text;
use loom::project::generations;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;
use loom::ui::versions::VersionsPage;

use crate::{Window, empty};

/// A window on a project that was saved with 1, 2 and 3 nodes.
fn stage() -> (Window, PathBuf) {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let mut window = Window::start(userdata, Some(project.clone()), Settings::default());
    for _ in 0..3 {
        add(&mut window);
        save(&mut window);
    }
    (window, project)
}

fn add(window: &mut Window) {
    window.wait("the library", |app| {
        !app.project().catalog.kinds().is_empty()
    });
    let before = count(window);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(count(window), before + 1);
}

pub fn save(window: &mut Window) {
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
}

fn page(window: &Window) -> VersionsPage {
    match window.app().dialog() {
        Some(Dialog::Versions(page)) => page.clone(),
        other => panic!("{other:?}"),
    }
}

pub fn open(window: &mut Window) -> VersionsPage {
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    window.typed("versions of this");
    window.key(Modifiers::NONE, Key::Enter);
    until_read(window)
}

fn until_read(window: &mut Window) -> VersionsPage {
    window.wait("the version", |app| match app.dialog() {
        Some(Dialog::Versions(page)) => {
            page.compared.is_some() || page.rows.as_ref().is_some_and(Vec::is_empty)
        }
        _ => false,
    });
    window.steps();
    page(window)
}

fn count(window: &Window) -> usize {
    window.app().project().document.graph().node_count()
}

fn words(page: &VersionsPage) -> String {
    match &page.compared {
        Some(Ok(compared)) => compared.words.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_version_is_compared_and_restored_as_one_step_by_keys() {
    let (mut window, project) = stage();
    add(&mut window);
    let saved = fs::read(project.join("savefile.json")).unwrap();
    let shown = to_text(&window.app().project().document, None);
    let first = open(&mut window);
    let whens: Vec<_> = first
        .rows
        .iter()
        .flatten()
        .map(|row| row.when.clone())
        .collect();
    let kept = "A moment ago";
    assert_eq!(whens, ["Not saved yet", "The savefile", kept, kept, kept]);
    assert_eq!(first.at, 2, "the newest that was kept");
    let two = "Compared with what is shown: \"Add\" removed, \"Add\" removed";
    assert_eq!(words(&first), two);
    let said = window.harness.query_all_by_label(two);
    assert_eq!(said.count(), 2, "the drawing says so too");

    for (key, at, expected) in [
        (Key::Home, 0, "Not saved yet: \"Add\" added"),
        (
            Key::ArrowDown,
            1,
            "Compared with what is shown: \"Add\" removed",
        ),
        (Key::End, 4, "Compared with what is shown: 4 nodes removed"),
        (
            Key::ArrowUp,
            3,
            "Compared with what is shown: 3 nodes removed",
        ),
    ] {
        window.key(Modifiers::NONE, key);
        let page = until_read(&mut window);
        assert_eq!((page.at, words(&page).as_str()), (at, expected));
    }
    // Nothing has been done so far.
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    assert_eq!(to_text(&window.app().project().document, None), shown);

    open(&mut window);
    window.key(Modifiers::NONE, Key::ArrowDown);
    until_read(&mut window);
    window.key(Modifiers::NONE, Key::Enter);
    assert!(window.app().dialog().is_none());
    assert_eq!(count(&window), 1);
    assert!(window.app().project().document.is_dirty());
    assert_eq!(fs::read(project.join("savefile.json")).unwrap(), saved);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(to_text(&window.app().project().document, None), shown);

    // What is shown itself can take the place of nothing.
    open(&mut window);
    window.key(Modifiers::NONE, Key::Home);
    until_read(&mut window);
    window.key(Modifiers::NONE, Key::Enter);
    for label in ["Restore", "Open beside"] {
        assert!(window.harness.query_by_label(label).is_none(), "{label}");
    }
    assert!(window.app().dialog().is_some());
}

#[test]
fn a_version_opens_beside_and_is_never_written() {
    let (mut window, project) = stage();
    let saved = fs::read(project.join("savefile.json")).unwrap();
    let kept = generations::list(&project).len();
    open(&mut window);
    window.harness.get_by_label("Open beside").click();
    window.steps();
    assert_eq!(window.app().projects().count(), 2);
    let name = window.app().project().name().into_owned();
    // Its minute, as the clock of this machine shows it.
    let minute = name.strip_prefix("Empty, 20").map(str::len);
    assert_eq!(minute, Some("26-01-09 18:39".len()), "{name}");
    assert_eq!(count(&window), 2);
    add(&mut window);
    window.key(Modifiers::COMMAND, Key::S);
    let told = window
        .harness
        .query_all_by_label_contains("opened to be looked at");
    assert!(told.count() > 0);
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Don't save").click();
    window.steps();
    assert_eq!(window.app().project().name(), "Empty");
    assert_eq!(count(&window), 3);
    assert_eq!(fs::read(project.join("savefile.json")).unwrap(), saved);
    assert_eq!(generations::list(&project).len(), kept);

    // The next window opens the project, and not its version.
    open(&mut window);
    window.harness.get_by_label("Open beside").click();
    window.steps();
    let userdata = window.userdata.clone();
    drop(window);
    let window = Window::start(userdata, None, Settings::default());
    let names: Vec<_> = window
        .app()
        .projects()
        .map(|it| it.name().into_owned())
        .collect();
    assert_eq!(names, ["Empty"]);
}

#[test]
fn a_version_of_a_newer_loom_is_looked_at_and_not_restored() {
    let (mut window, project) = stage();
    let newest = generations::list(&project).remove(0).path;
    let text = fs::read_to_string(&newest).unwrap();
    let newer = text.replacen("\"minReader\": 2", "\"minReader\": 99", 1);
    assert_ne!(newer, text);
    fs::write(&newest, newer).unwrap();
    let page = open(&mut window);
    let told = "A newer Loom made it: it can be looked at here. Compared with what is shown: \"Add\" removed";
    assert_eq!(words(&page), told);
    assert!(window.harness.query_by_label("Restore").is_none());
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(count(&window), 3);
    assert!(!window.app().project().document.is_dirty());
}

#[test]
fn without_earlier_versions_it_says_when_there_will_be_some() {
    let mut window = Window::open(empty);
    let page = open(&mut window);
    assert_eq!(page.rows.map(|rows| rows.len()), Some(1));
    let told = window
        .harness
        .query_all_by_label_contains("each save keeps the one");
    assert_eq!(told.count(), 1);
    let same = window
        .harness
        .query_all_by_label("Nothing differs from what is shown");
    assert!(same.count() > 0);
    assert!(window.harness.query_by_label("Restore").is_none());
}

#[test]
fn a_version_that_cannot_be_read_says_why() {
    let (mut window, project) = stage();
    let newest = &generations::list(&project)[0];
    fs::write(&newest.path, "{\"nodes\": [").unwrap();
    let page = open(&mut window);
    let Some(Err(reason)) = &page.compared else {
        panic!("{page:?}");
    };
    assert!(reason.contains("line 1"), "{reason}");
    window.key(Modifiers::NONE, Key::Enter);
    assert!(window.app().dialog().is_some(), "nothing to restore");
    window.key(Modifiers::NONE, Key::ArrowDown);
    assert!(words(&until_read(&mut window)).contains("removed"));
}
