//! Projects and nodes of the first Loom, imported through the window's dialog.

use egui::accesskit::Role;
use loom::ui::importing::ImportState;

use super::*;

fn state(app: &App) -> Option<&ImportState> {
    match app.dialog() {
        Some(Dialog::Import(page)) => Some(&page.state),
        _ => None,
    }
}

#[test]
fn a_folder_of_the_first_loom_is_imported_opened_run_edited_and_saved() {
    let mut window = Window::open(empty);
    let palette = Modifiers::COMMAND | Modifiers::SHIFT;
    let ask = |window: &mut Window, path: &str| {
        window.key(palette, Key::P);
        window.typed("import projects");
        window.key(Modifiers::NONE, Key::Enter);
        window.typed(path);
        window.key(Modifiers::NONE, Key::Enter);
    };
    ask(&mut window, "/no/such/folder");
    window.wait("the refusal", |app| {
        matches!(state(app), Some(ImportState::Asks { problem }) if problem.contains("cannot be read"))
    });
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.app().dialog().is_none());

    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/original-format");
    ask(&mut window, fixture.to_str().unwrap());
    window.wait("the question", |app| {
        matches!(state(app), Some(ImportState::Offers { .. }))
    });
    window.steps();
    let bank = window.userdata.path().join("own nodes");
    let celsius = bank.join("celsius_node.py");
    assert!(!celsius.exists(), "nobody said so yet");
    window.harness.get_by_label("celsius_node.py: celsius_node");
    window.harness.get_by_label("Import with them").click();
    window.steps();
    window.wait("the import", |app| {
        matches!(state(app), Some(ImportState::Done { .. }))
    });
    assert!(celsius.is_file());
    window.steps();
    window.harness.get_by_label("Not taken");
    window
        .harness
        .get_by_role_and_label(Role::Button, "Open it")
        .click();
    window.steps();
    assert_eq!(window.app().project().name(), "Temperatures");
    // What was imported comes from elsewhere.
    window.wait("the question", |app| app.project().is_restricted());
    window.steps();
    window
        .harness
        .get_by_role_and_label(Role::Button, "Trust this project")
        .click();
    window.steps();
    window.wait("that it is trusted", |app| !app.project().is_restricted());
    window.run_all();
    assert_eq!(window.text_of("report"), "It is 71 F");
    // Edited and saved, it still runs, and the old file lies beside the new one.
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::COMMAND, Key::ArrowDown);
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let folder = window.app().project().folder.clone().unwrap();
    assert!(folder.join("savefile.v1.json").is_file());
    window.run_all();
    assert_eq!(window.text_of("report"), "It is 71 F");
}
