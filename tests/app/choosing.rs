//! Loom's own question for files and folders, which every test has in place of the system's dialogs, by keys alone.

use egui::accesskit::Role;

use super::*;

impl Window {
    /// A command by its title; then Loom asks for a path.
    fn asks_after(&mut self, command: &str) {
        self.command(command);
        self.wait_for_path();
    }

    fn wait_for_path(&mut self) {
        self.wait("the question", |app| path_asked(app).is_some());
        self.steps();
    }

    fn path(&self) -> &str {
        path_asked(self.app()).expect("a path is asked for")
    }

    /// Type `text` in place of what stands there.
    fn types_path(&mut self, text: &str) {
        self.key(Modifiers::COMMAND, Key::A);
        self.typed(text);
    }
}

fn path_asked(app: &App) -> Option<&str> {
    match app.dialog() {
        Some(Dialog::Path(page)) => Some(page.text()),
        _ => None,
    }
}

#[test]
fn a_project_is_exported_to_a_typed_path_and_imported_from_it() {
    let mut window = Window::open(empty);
    window.put_a_node();
    let around = window.userdata.path().to_owned();
    window.asks_after("export project");
    let proposed = window.app().project().folder.clone().unwrap();
    let proposed = proposed.with_file_name("Empty.loom");
    assert_eq!(Path::new(window.path()), proposed);
    window.harness.get_by_label_contains("type a path");
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "Path");
    // The ending comes by itself, and what lies there is named.
    std::fs::write(around.join("sent.loom"), "older").unwrap();
    window.types_path(around.join("sent").to_str().unwrap());
    window.until_told("sent.loom is there already and will be replaced");
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("Exported: ");
    assert!(window.app().dialog().is_none());
    assert!(around.join("sent.loom").metadata().unwrap().len() > 100);

    window.command("import projects");
    window.press_button("Choose a file…");
    window.wait_for_path();
    window.types_path(around.join("sen").to_str().unwrap());
    window.until_told("sent.loom");
    window.key(Modifiers::NONE, Key::Tab);
    assert_eq!(Path::new(window.path()), around.join("sent.loom"));
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("the path", |app| {
        matches!(app.dialog(), Some(Dialog::Import(_)))
    });
    window.steps();
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("the import", |app| app.project().name() == "Empty 2");
    assert_eq!(window.app().project().document.graph().node_count(), 1);
}

#[test]
fn what_cannot_be_chosen_is_told_and_escape_leaves_nothing() {
    let mut window = Window::open(empty);
    let around = window.userdata.path().to_owned();
    window.asks_after("export project");
    let nowhere = around.join("nowhere").join("a.loom");
    window.types_path(nowhere.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("There is no such folder");
    assert_eq!(Path::new(window.path()), nowhere);
    // The field still has the keyboard, and what is typed there is not refused yet.
    window.typed("x");
    assert!(window.path().ends_with("a.loomx"));
    assert!(!window.tells("There is no such folder"));
    window.types_path(around.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("This is a folder");
    window.types_path(around.join("a.loom").to_str().unwrap());
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    window.steps();
    assert!(!around.join("a.loom").exists() && !nowhere.exists());
    assert!(!window.tells("Exported"));
}

#[test]
fn a_list_of_what_lies_there_completes_the_path() {
    let mut window = Window::open(empty);
    let around = window.userdata.path().join("shelf");
    for name in ["books", "boxes", "paper"] {
        std::fs::create_dir_all(around.join(name).join("inner")).unwrap();
    }
    std::fs::write(around.join("boats.txt"), "no folder").unwrap();
    window.command("open project");
    window.press_button("Browse…");
    window.wait_for_path();
    let at = |text: &str| {
        let text = text.replace('/', std::path::MAIN_SEPARATOR_STR);
        format!("{}{}{text}", around.display(), std::path::MAIN_SEPARATOR)
    };
    // Tab before the list is there waits for it; what all begin with comes first, then the first of them.
    window.types_path(&at("b"));
    window.key(Modifiers::NONE, Key::Tab);
    window.wait("what both begin with", |app| {
        path_asked(app) == Some(&at("bo"))
    });
    window.steps();
    assert!(!window.tells("boats"), "a folder is asked for");
    window.key(Modifiers::NONE, Key::Tab);
    window.wait("the first", |app| path_asked(app) == Some(&at("books/")));
    window.typed("in");
    window.key(Modifiers::NONE, Key::Tab);
    window.wait("the caret at the end", |app| {
        path_asked(app) == Some(&at("books/inner/"))
    });
    // Arrows and Enter; Enter chooses only when no row is.
    window.types_path(&at(""));
    window.until_told("paper");
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowUp] {
        window.key(Modifiers::NONE, key);
    }
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.path(), at("boxes/"));
    // With nothing begun Tab leads to the buttons.
    window.until_told("inner");
    window.key(Modifiers::NONE, Key::Tab);
    assert_eq!(window.path(), at("boxes/"));
    let button = window.harness.get_by_role_and_label(Role::Button, "Choose");
    let cancel = window.harness.get_by_role_and_label(Role::Button, "Cancel");
    assert!(button.is_focused() || cancel.is_focused());
    window.press_button("Choose");
    // It is no project: the one who asked says so.
    window.wait("the answer", |app| {
        matches!(app.dialog(), Some(Dialog::OpenProject { path, problem, .. })
            if *path == at("boxes/") && !problem.is_empty())
    });
}
