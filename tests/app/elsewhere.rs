//! What lies in a trusted project's `.loom` and was not written by Loom on this computer: none of it comes in by itself, and
//! nothing of it runs before the user says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::engine::RunStatus;
use loom::project::machine;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;
use loom::ui::recovery::Origin;

use crate::journal::written;
use crate::versions::{open as open_versions, save};
use crate::{Window, empty};

const NONE: Modifiers = Modifiers::NONE;

/// A userdata folder of another computer.
fn another() -> Rc<tempfile::TempDir> {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    machine::Key::of(userdata.path());
    userdata
}

/// A project with a function that writes `canary` when it runs, and no node of it.
fn project(userdata: &Path, canary: &Path) -> PathBuf {
    let project = empty(userdata);
    let text = format!(
        "def leave_trace() -> int:\n    open({:?}, 'a').write('x')\n    return 1\n",
        canary.display().to_string()
    );
    fs::write(project.join("nodes").join("trace.py"), text).unwrap();
    project
}

impl Window {
    fn here(userdata: &Rc<tempfile::TempDir>, project: &Path) -> Self {
        Self::start(
            Rc::clone(userdata),
            Some(project.to_owned()),
            Settings::default(),
        )
    }

    fn add_node(&mut self, name: &str) {
        self.key(NONE, Key::Tab);
        self.typed(name);
        self.key(NONE, Key::Enter);
    }

    fn node_count(&self) -> usize {
        self.app().project().document.graph().node_count()
    }

    /// A run asks, and what it asks about is this.
    #[track_caller]
    fn asks_about(&mut self, name: &str) {
        self.wait("the question", |app| app.project().is_restricted());
        self.key(NONE, Key::F5);
        let files = self.files_on_trust_page();
        assert!(matches!(&files[..], [file] if file.0 == name), "{files:?}");
        self.key(NONE, Key::Escape);
        assert!(!self.app().project().is_busy() && !self.app().project().has_engine());
    }

    /// What is shown becomes a version that is kept, and nothing is shown.
    fn keep_and_clear(&mut self) {
        save(self);
        self.key(Modifiers::COMMAND, Key::A);
        self.key(NONE, Key::Delete);
        save(self);
        assert_eq!(self.node_count(), 0);
    }
}

#[test]
fn a_journal_that_came_along_is_asked_about_and_nothing_of_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let project = project(folder.path(), &canary);
    let journal = project.join(".loom").join("journal");
    let mut theirs = Window::here(&another(), &project);
    theirs.add_node("leave trace");
    assert_eq!(theirs.node_count(), 1);
    written(&mut theirs, &project, 1);
    drop(theirs);
    let came = fs::read(&journal).unwrap();

    let userdata = another();
    let mut window = Window::here(&userdata, &project);
    let origin = |window: &Window| match window.app().dialog() {
        Some(Dialog::Recover(recovery)) => Some(recovery.origin),
        _ => None,
    };
    assert_eq!(origin(&window), Some(Origin::Elsewhere));
    // No key brings it in, and until it is answered nothing of it is there, nor lost.
    for key in [Key::F5, Key::Enter, Key::Escape] {
        window.key(NONE, key);
        assert_eq!(
            (origin(&window), window.node_count()),
            (Some(Origin::Elsewhere), 0)
        );
    }
    assert_eq!(fs::read(&journal).unwrap(), came);
    window.press_button("Restore");
    assert_eq!(window.node_count(), 1);
    window.wait("the question", |app| app.project().is_restricted());
    window.steps();
    window
        .harness
        .get_by_label("This project was changed outside Loom");
    window.asks_about(".loom/journal");

    // A kill does not make it our own: it comes back without a question, and runs as little.
    window.add_node("add");
    written(&mut window, &project, 3);
    drop(window);
    let mut window = Window::here(&userdata, &project);
    assert!(window.app().dialog().is_none());
    assert_eq!(window.node_count(), 2);
    window.asks_about(".loom/journal");
    assert!(!window.app().project().is_busy() && !window.app().project().has_engine());
    assert!(!canary.exists(), "something ran");

    window.press_button("Trust this project");
    window.wait("that it is trusted", |app| !app.project().is_restricted());
    window.run_all();
    assert!(canary.exists(), "it is what would have run");
    // From now on it is as our own.
    window.add_node("add");
    written(&mut window, &project, 4);
    drop(window);
    fs::remove_file(&canary).unwrap();
    let mut window = Window::here(&userdata, &project);
    assert!(window.app().dialog().is_none());
    assert_eq!(window.node_count(), 3);
    window.run_all();
    assert_eq!(
        (window.app().project().run.status(), canary.exists()),
        (Some(RunStatus::Ok), true)
    );
}

#[test]
fn a_journal_that_is_not_wanted_goes_and_nothing_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path(), &folder.path().join("canary"));
    let mut theirs = Window::here(&another(), &project);
    theirs.add_node("leave trace");
    written(&mut theirs, &project, 1);
    drop(theirs);
    let mut window = Window::here(&another(), &project);
    window.press_button("Use the savefile");
    assert_eq!(window.node_count(), 0);
    let journal = project.join(".loom").join("journal");
    window.wait("that it is put away", |_| !journal.exists());
    window.add_node("add");
    window.run_all();
    assert!(!window.app().project().is_restricted());
}

#[test]
fn a_damaged_savefile_opens_from_a_journal_that_came_along_and_asks() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let project = project(folder.path(), &canary);
    let mut theirs = Window::here(&another(), &project);
    theirs.add_node("leave trace");
    written(&mut theirs, &project, 1);
    drop(theirs);
    fs::write(project.join("savefile.json"), "{ torn").unwrap();
    let mut window = Window::here(&another(), &project);
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::Damaged { .. })
    ));
    window.key(NONE, Key::Enter);
    assert!(window.app().project().is_welcome());
    window.press_button("Open what lies there");
    assert_eq!(window.node_count(), 1);
    window.wait("the question", |app| app.project().is_restricted());
    window.key(NONE, Key::F5);
    window.wait("what changed", |app| {
        matches!(app.dialog(), Some(Dialog::Trust(_)))
    });
    assert!(!canary.exists(), "something ran");
}

#[test]
fn unsaved_sources_that_came_along_are_told_of_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path(), &folder.path().join("canary"));
    let bashrc = folder.path().join(".bashrc");
    fs::write(&bashrc, "mine\n").unwrap();
    let private = project.join(".loom");
    fs::create_dir_all(&private).unwrap();
    let text = format!(
        r#"{{"files": [{{"path": {bashrc:?}, "text": "evil"}}, {{"path": "nodes/trace.py", "text": "evil"}}]}}"#
    );
    fs::write(private.join("unsaved-code.json"), &text).unwrap();
    let mut window = Window::here(&another(), &project);
    let is_kept = || {
        let names = fs::read_dir(&private).unwrap().flatten();
        let mut kept = names.filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().contains("from-elsewhere")
        });
        kept.any(|entry| fs::read_to_string(entry.path()).is_ok_and(|kept| kept == text))
    };
    window.wait("its other name", |_| is_kept());
    window.steps();
    assert!(window.app().panels().code.files().is_empty());
    let told = window
        .harness
        .query_all_by_label_contains("Unsaved sources that this Loom did not write");
    assert!(told.count() > 0);
    assert_eq!(fs::read_to_string(&bashrc).unwrap(), "mine\n");
}

/// Somebody else's Loom keeps a version with a node that leaves a trace.
fn leave_a_version(project: &Path) {
    let mut theirs = Window::here(&another(), project);
    theirs.add_node("leave trace");
    theirs.keep_and_clear();
}

#[test]
fn a_version_that_came_along_is_shown_and_runs_only_when_the_project_is_trusted_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let project = project(folder.path(), &canary);
    leave_a_version(&project);

    let userdata = another();
    let mut window = Window::here(&userdata, &project);
    open_versions(&mut window);
    window.harness.get_by_label("Open beside").click();
    window.steps();
    assert_eq!(window.node_count(), 1);
    window.asks_about(".loom/generations");
    drop(window);

    let mut window = Window::here(&userdata, &project);
    open_versions(&mut window);
    window.key(NONE, Key::Enter);
    assert_eq!(window.node_count(), 1);
    window.asks_about(".loom/generations");
    assert!(!canary.exists(), "something ran");
    window.press_button("Trust this project");
    window.wait("that it is trusted", |app| !app.project().is_restricted());
    window.run_all();
    assert!(canary.exists(), "it is what would have run");

    // From now on it is a version of our own.
    window.keep_and_clear();
    open_versions(&mut window);
    window.key(NONE, Key::Enter);
    assert_eq!(window.node_count(), 1);
    window.run_all();
    assert!(!window.app().project().is_restricted());
    assert_eq!(window.text_of("Leave trace"), "1");
}

#[test]
fn a_damaged_savefile_opens_from_a_version_that_came_along_and_asks() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let project = project(folder.path(), &canary);
    leave_a_version(&project);
    fs::write(project.join("savefile.json"), "{ torn").unwrap();
    fs::remove_file(project.join(".loom").join("journal")).ok();
    let mut window = Window::here(&another(), &project);
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::Damaged { .. })
    ));
    window.key(NONE, Key::Enter);
    assert_eq!(window.node_count(), 1);
    window.asks_about(".loom/generations");
    assert!(!canary.exists(), "something ran");
}
