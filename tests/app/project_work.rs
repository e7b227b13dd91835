//! Whole projects: exported, imported, duplicated, renamed and put into the bin, by keys.

use super::*;

const PALETTE: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Window {
    pub(super) fn command(&mut self, title: &str) {
        self.key(PALETTE, Key::P);
        self.typed(title);
        self.key(Modifiers::NONE, Key::Enter);
    }

    pub(super) fn put_a_node(&mut self) {
        self.key(Modifiers::NONE, Key::Tab);
        self.typed("add");
        self.key(Modifiers::NONE, Key::Enter);
    }

    fn folder_shown(&self) -> PathBuf {
        self.app().project().folder.clone().unwrap()
    }

    pub(super) fn tells(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).count() > 0
    }

    pub(super) fn until_told(&mut self, text: &str) {
        let start = Instant::now();
        while !self.tells(text) {
            self.steps();
            assert!(start.elapsed() < Duration::from_mins(1), "{text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn what_is_on_the_screen_is_exported_and_comes_back_as_another_project() {
    let mut window = Window::open(empty);
    window.put_a_node();
    let file = window.userdata.path().join("sent.loom");
    window.harness.state_mut().export_project(file.clone());
    window.until_told("Exported: ");
    assert!(!window.app().project().document.is_dirty());
    // By Ctrl+O, as by a drop or a call with its name.
    window.key(Modifiers::COMMAND, Key::O);
    window.typed(file.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("the import", |app| app.project().name() == "Empty 2");
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    window.until_told("Imported \"Empty\" as \"Empty 2\"");
    // By the dialog; what is refused is told there.
    let bad = window.userdata.path().join("bad.loom");
    std::fs::write(&bad, "no archive").unwrap();
    window.command("import projects");
    window.typed(bad.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("this is no archive");
    window.key(Modifiers::NONE, Key::Escape);
    let (userdata, file) = (Rc::clone(&window.userdata), file);
    drop(window);
    let mut window = Window::start(userdata, Some(file), Settings::default());
    window.wait("the import", |app| app.project().name() == "Empty 3");
}

#[test]
fn a_project_is_renamed_in_its_tab_with_what_is_known_of_it() {
    let mut window = Window::open(empty);
    let userdata = Rc::clone(&window.userdata);
    let other = loom::project::create("Other", userdata.path()).unwrap();
    window.key(Modifiers::COMMAND, Key::O);
    window.typed(other.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    window.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.app().project().name(), "Empty");
    window.put_a_node();
    let before = window.folder_shown();
    window.command("rename project");
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::RenameProject { .. })
    ));
    window.key(Modifiers::COMMAND, Key::A);
    window.typed("OTHER");
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("a project of that name already");
    window.key(Modifiers::COMMAND, Key::A);
    window.typed("Münzen");
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("the new name", |app| app.project().name() == "Münzen");
    let after = window.folder_shown();
    assert!(!before.exists() && after.ends_with("Münzen"));
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    let names: Vec<_> = window
        .app()
        .projects()
        .map(loom::app::Project::name)
        .collect();
    assert_eq!(names, ["Münzen", "Other"]);
    let state = State::load(userdata.path());
    assert!(state.recent.contains(&after) && !state.recent.contains(&before));
    assert_eq!(state.open, [after.clone(), other]);
    // It is ours again, and what is done is kept in its new place.
    assert!(matches!(
        loom::project::Lock::take(&after),
        Err(loom::project::LockError::Held(_))
    ));
    window.put_a_node();
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    assert!(!before.exists());
}

#[test]
fn a_duplicate_has_what_is_on_the_screen_and_opens() {
    let mut window = Window::open(empty);
    window.put_a_node();
    window.command("duplicate project");
    window.wait("the copy", |app| app.project().name() == "Empty copy");
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    window.command("duplicate project");
    window.wait("its copy", |app| app.project().name() == "Empty copy copy");
    let ids: std::collections::BTreeSet<_> = window
        .app()
        .projects()
        .map(|project| project.document.meta.project_id.clone())
        .collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_project_of_another_window_stays_where_it_is() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let held = loom::project::Lock::take(&project).unwrap();
    let mut window = Window::start(userdata, Some(project.clone()), Settings::default());
    window.command("rename project");
    window.key(Modifiers::COMMAND, Key::A);
    window.typed("New");
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("is not renamed: the project is open in another Loom");
    window.command("move project to the bin");
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("is not moved to the bin: the project is open in another Loom");
    assert!(project.is_dir() && window.app().project().name() == "Empty");
    drop(held);
}

#[test]
fn a_card_renames_by_f2() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let mut state = State::default();
    state.add_recent(&project);
    state.save(userdata.path()).unwrap();
    let mut window = Window::start(userdata, None, Settings::default());
    window.wait("the cards", |app| !app.welcome().recent().is_empty());
    window.steps();
    window.key(Modifiers::NONE, Key::F2);
    window.key(Modifiers::COMMAND, Key::A);
    window.typed("Shown");
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("the new card", |app| {
        app.welcome()
            .recent()
            .iter()
            .any(|card| card.name == "Shown")
    });
    assert!(window.app().project().is_welcome() && !project.exists());
}

/// Names the folder of the bin to the process that has it.
#[cfg(target_os = "linux")]
const BIN: &str = "LOOM_TEST_BIN";

#[test]
#[cfg(target_os = "linux")]
fn a_project_goes_to_the_bin_and_comes_back() {
    let bin = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program)
        .args([
            "project_work::works_with_a_bin_of_its_own",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("XDG_DATA_HOME", bin.path())
        .env(BIN, bin.path())
        .status();
    assert!(status.unwrap().success(), "what it says stands above");
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "started by the test beside it, with a bin of its own"]
fn works_with_a_bin_of_its_own() {
    let Some(bin) = std::env::var_os(BIN).map(PathBuf::from) else {
        return;
    };
    let mut window = Window::open(empty);
    let project = window.folder_shown();
    window.put_a_node();
    window.command("move project to the bin");
    window
        .harness
        .get_by_label_contains("Changes that are not saved are lost");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(project.is_dir() && window.app().project().document.is_dirty());
    // No bin can be made where a file lies.
    std::fs::write(bin.join("Trash"), "").unwrap();
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    window.command("move project to the bin");
    window.key(Modifiers::NONE, Key::Enter);
    window.until_told("there is no bin for it");
    assert!(project.join("savefile.json").is_file());
    window.key(Modifiers::NONE, Key::Escape);
    assert_eq!(window.app().project().name(), "Empty");
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    std::fs::remove_file(bin.join("Trash")).unwrap();
    window.command("move project to the bin");
    window
        .harness
        .get_by_role_and_label(egui::accesskit::Role::Button, "Move to bin")
        .click();
    window.steps();
    window.until_told("is in the bin");
    assert!(!project.exists() && window.app().project().is_welcome());
    let binned = bin.join("Trash").join("files").join("Empty");
    let text = std::fs::read_to_string(binned.join("savefile.json")).unwrap();
    assert_eq!(text.matches("\"nodeId\"").count(), 1);
    let state = State::load(window.userdata.path());
    assert_eq!((state.recent.len(), state.open.len()), (0, 0));
}
