//! A project from elsewhere: nothing of it runs before the user says so, and what came along as an environment never
//! does.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, mpsc};

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom::engine::RunStatus;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use super::Window;
use crate::server::Server;
use crate::wheel::Wheel;

const NONE: Modifiers = Modifiers::NONE;

/// A project that writes `canary` wherever anything of it runs.
fn hostile(folder: &Path, canary: &Path) -> PathBuf {
    let project = loom::project::create("Theirs", folder).unwrap();
    let canary = canary.display();
    let evil = format!("open({:?}, 'a').write('x')\n", canary.to_string());
    let write = |path: &str, text: &str| {
        let path = project.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("nodes/one.py", "def one() -> int:\n    return 1\n");
    for name in ["json.py", "sitecustomize.py", "usercustomize.py"] {
        write(name, &evil);
        write(&format!("nodes/{name}"), &evil);
    }
    write(
        "uv.toml",
        "index-url = \"https://example.invalid/simple\"\n",
    );
    let venv = format!("import sys; {evil}");
    for site in [
        "lib/python3.11/site-packages",
        "lib/python3.12/site-packages",
        "Lib/site-packages",
    ] {
        write(&format!(".venv/{site}/evil.pth"), &venv);
    }
    write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    for name in ["python", "python3", "ruff"] {
        write(
            &format!(".venv/bin/{name}"),
            &format!("#!/bin/sh\necho x >> '{canary}'\n"),
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = project.join(".venv/bin").join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    // It says of itself that it is what the project asks for.
    let stamp = format!(
        "Made by Loom: remove this file, and the environment is made anew.\npython any\nproject {}\n",
        loom::paths::full(&project).unwrap().display()
    );
    write(".venv/loom-environment.txt", &stamp);
    write(".venv/loom-seal.txt", "0123456789abcdef0123456789abcdef");
    let savefile = r#"{"formatVersion": 2, "projectId": "theirs", "projectName": "Theirs", "nodes": [{"nodeId": "node_1",
        "name": "one", "position": {"x": 0, "y": 0}, "input": [], "output": ["result"], "ref": "project",
        "entryFunction": "one"}], "connections": []}"#;
    write("savefile.json", savefile);
    project
}

/// Settings with an editor of sources that ends at once.
pub(super) fn with_editor() -> Settings {
    let mut settings = Settings::default();
    let program = env!("CARGO_BIN_EXE_loom");
    settings.editor.command = Some(format!("\"{program}\" --version"));
    settings
}

/// A project of the user's own with two nodes, `one` and `two`, each of a file.
fn own(userdata: &Path) -> PathBuf {
    let project = loom::project::create("Own", userdata).unwrap();
    let node = |name: &str, x: i32| {
        returns(&project, name, 1);
        format!(
            r#"{{"nodeId": "{name}", "name": "{name}", "title": "{name}", "position": {{"x": {x}, "y": 0}}, "input": [],
                "output": ["result"], "ref": "project", "entryFunction": "{name}"}}"#
        )
    };
    let nodes = format!("\"nodes\": [{}, {}]", node("one", 0), node("two", 300));
    let savefile = project.join("savefile.json");
    let text = fs::read_to_string(&savefile).unwrap();
    fs::write(savefile, text.replace("\"nodes\": []", &nodes)).unwrap();
    project
}

/// What the file of a node is given from outside.
fn returns(project: &Path, name: &str, result: i32) {
    let text = format!("def {name}() -> int:\n    return {result}\n");
    fs::write(project.join("nodes").join(format!("{name}.py")), text).unwrap();
}

impl Window {
    fn folder_of_own(&self) -> PathBuf {
        self.app().project().folder.clone().unwrap()
    }

    #[track_caller]
    fn until_it_asks(&mut self) {
        self.wait("the question", |app| app.project().is_restricted());
        self.steps();
        assert!(!self.app().project().has_engine());
    }

    /// What changed, by the page that shows it.
    fn what_changed(&mut self) -> Vec<(String, String)> {
        self.press_button("What changed…");
        self.files_on_trust_page()
    }

    /// What the page of trust shows, once it is there: names and texts.
    #[track_caller]
    pub(super) fn files_on_trust_page(&mut self) -> Vec<(String, String)> {
        self.wait("the page", |app| {
            matches!(app.dialog(), Some(Dialog::Trust(_)))
        });
        self.steps();
        let Some(Dialog::Trust(page)) = self.app().dialog() else {
            unreachable!("it was waited for");
        };
        let files = page.files.iter();
        let files = files.map(|file| (file.name.clone(), file.text.clone()));
        files.collect()
    }

    /// Open the source of the selected node in the editor of the settings: what is written there from now on is the
    /// user's own.
    pub(super) fn edit_outside(&mut self) {
        self.key(Modifiers::ALT, Key::Num2);
        self.key(Modifiers::SHIFT, Key::F4);
        let opened = self.harness.query_all_by_label_contains("is opened");
        assert!(opened.count() > 0);
    }

    fn trust_it(&mut self) {
        self.press_button("Trust this project");
        self.wait("that it is trusted", |app| !app.project().is_restricted());
    }

    /// The changed file is read again without a question, and runs.
    #[track_caller]
    fn takes(&mut self, name: &str, result: i32) {
        let project = self.folder_of_own();
        returns(&project, name, result);
        let node = self.node(name);
        self.wait("that it is out of date", |app| {
            assert!(!app.project().is_restricted(), "it asks");
            app.project().run.node(node).is_stale
        });
        self.run_all();
        assert_eq!(self.text_of(name), result.to_string());
    }

    fn open_foreign(project: PathBuf) -> Self {
        let builder = Harness::builder().with_size(vec2(1400.0, 900.0));
        let userdata = Rc::new(tempfile::tempdir().unwrap());
        Self::build_as_is(builder, userdata, Some(project), Settings::default())
    }
}

#[test]
fn nothing_runs_before_the_user_says_so_and_a_foreign_environment_never_does() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let project = hostile(&folder.path().join("theirs"), &canary);
    let mut window = Window::open_foreign(project.clone());
    window.wait("the question", |app| app.project().is_restricted());
    window.steps();
    window
        .harness
        .get_by_label("This project comes from elsewhere");
    // It can be looked at and edited.
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::COMMAND, Key::D);
    assert_eq!(window.app().project().document.graph().node_count(), 2);
    window.key(Modifiers::COMMAND, Key::Z);
    // Run asks, and shows what would run; Enter alone is no answer.
    window.key(NONE, Key::F5);
    let files = window.files_on_trust_page();
    for name in ["json.py", "nodes/one.py", "sitecustomize.py", "uv.toml"] {
        assert!(files.iter().any(|file| file.0 == name), "{name}: {files:?}");
    }
    window.key(NONE, Key::Enter);
    assert!(window.app().project().is_restricted());
    window.key(NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    assert!(!window.app().project().is_busy() && !window.app().project().has_engine());
    assert!(!canary.exists(), "something ran");
    let venv = project.join(".venv").join("loom-seal.txt");
    assert!(venv.is_file(), "nothing was built");

    // The page that was asked for by a run lets it go on; one that was put away does not.
    window.key(NONE, Key::F5);
    window.files_on_trust_page();
    let buttons = window.harness.query_all_by_label("Trust this project");
    buttons.last().unwrap().click();
    window.wait("that it ran", |app| {
        app.project().run.status() == Some(RunStatus::Ok)
    });
    assert!(!canary.exists(), "what came along was started");

    // Many files from outside at once: it asks again, and says what changed.
    for number in 0..5 {
        let path = project.join("nodes").join(format!("more_{number}.py"));
        fs::write(path, "def more() -> int:\n    return 2\n").unwrap();
    }
    window.wait("the question again", |app| app.project().is_restricted());
    window.steps();
    window
        .harness
        .get_by_label("This project was changed outside Loom");
    let files = window.what_changed();
    assert_eq!(files.len(), 5, "{files:?}");

    // A save is no answer: what something else put into the savefile is not trusted by it.
    window.key(NONE, Key::Escape);
    let paths = loom::paths::Paths::find(
        Some(window.userdata.path()),
        &loom::paths::Variables::load(),
    );
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::COMMAND, Key::D);
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let changes = loom::project::trust::look(&project, &paths.unwrap()).changes;
    let changes = changes.unwrap();
    assert!(changes.iter().any(|it| it.name == "savefile.json"));
}

#[test]
fn a_save_before_it_is_known_whether_a_project_may_run_is_no_change_from_outside() {
    let mut window = Window::open(|userdata| {
        let project = own(userdata);
        // It takes its time to be looked through.
        let large = fs::File::create(project.join("nodes").join("large.so"));
        large.unwrap().set_len(128 << 20).unwrap();
        project
    });
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::COMMAND, Key::D);
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    window.key(NONE, Key::F5);
    window.wait("the run's end", |app| {
        assert!(!app.project().is_restricted(), "it asks");
        !app.project().is_busy() && app.project().run.status().is_some()
    });
}

#[test]
fn what_changes_while_an_environment_is_built_is_not_taken_for_the_work_of_the_tools() {
    let index = tempfile::tempdir().unwrap();
    let package = Wheel {
        name: "alpha",
        version: "1.0",
        families: "",
        requires: "",
        files: &[("alpha.py", "")],
    };
    package.make(index.path());
    // The tools wait for the index until the files have changed.
    let (come, has_come) = mpsc::sync_channel(1);
    let (open, gate) = mpsc::sync_channel::<()>(0);
    let gate = Mutex::new(gate);
    let server = Server::index(index.path(), move |_, _| {
        come.try_send(()).ok();
        gate.lock().unwrap().recv().ok();
        None
    });
    let line = format!("--index-url {}", server.address());
    let mut window = Window::open(|userdata| {
        let project = crate::empty(userdata);
        let lines = format!("{line}\nalpha\n");
        fs::write(project.join("requirements.txt"), lines).unwrap();
        project
    });
    let project = window.app().project().folder.clone().unwrap();
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    window.key(NONE, Key::F5);
    window.confirm_lines(&[&line]);
    window.wait("the tools", |_| has_come.try_recv().is_ok());
    for number in 0..5 {
        let path = project.join("nodes").join(format!("more_{number}.py"));
        fs::write(path, "def more() -> int:\n    return 2\n").unwrap();
    }
    drop(open);
    window.wait("the question", |app| app.project().is_restricted());
    window.wait("the end", |app| !app.project().is_busy());
    assert!(!window.app().project().has_engine());
}

#[test]
fn one_file_that_changes_outside_asks_once_and_is_taken_for_the_editors_of_the_user_then() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = own(userdata.path());
    let open = || {
        let builder = Harness::builder().with_size(vec2(1400.0, 900.0));
        let (userdata, project) = (Rc::clone(&userdata), Some(project.clone()));
        Window::build_as_is(builder, userdata, project, Settings::default())
    };
    Window::own(userdata.path(), &project);
    let mut window = open();
    window.run_all();
    returns(&project, "one", 2);
    window.until_it_asks();
    let told = "nodes/one.py was changed outside Loom: nothing runs until you have looked at it";
    assert!(window.says(told));
    let changed = ("nodes/one.py", "-     return 1\n+     return 2");
    let seen = window.what_changed();
    assert_eq!(seen, [(changed.0.to_owned(), changed.1.to_owned())]);
    assert!(window.says("later changes of these sources are taken for those of your own editor"));
    window.key(NONE, Key::Escape);
    window.trust_it();
    window.run_all();
    assert_eq!(window.text_of("one"), "2");
    window.takes("one", 3);

    // Another one is another question, and brings the first with it where both changed.
    returns(&project, "one", 4);
    returns(&project, "two", 4);
    window.until_it_asks();
    let seen = window.what_changed();
    let names: Vec<_> = seen.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"nodes/two.py"), "{names:?}");
    window.key(NONE, Key::Escape);
    window.trust_it();
    window.run_all();
    window.takes("two", 5);
    window.takes("one", 5);

    // What is installed is never taken for an edit.
    for text in ["# one\n", "# two\n"] {
        fs::write(project.join("requirements.txt"), text).unwrap();
        // Seen when one comes back from another program.
        window.harness.event(egui::Event::WindowFocused(true));
        window.until_it_asks();
        assert_eq!(window.what_changed()[0].0, "requirements.txt");
        assert!(!window.says("later changes of these sources"));
        window.key(NONE, Key::Escape);
        window.trust_it();
    }
    window.run_all();

    // What was taken so is trusted in the next window, which asks anew about what comes then.
    drop(window);
    let mut window = open();
    window.run_all();
    returns(&project, "one", 6);
    window.until_it_asks();
}

#[test]
fn trust_that_was_taken_back_holds_in_no_window_that_is_open() {
    let mut window = Window::open_with(Settings::default(), own);
    window.run_all();
    let record = window.userdata.path().join("trust.json");
    for is_gone in [true, false] {
        if is_gone {
            fs::remove_file(&record).unwrap();
        } else {
            loom::project::trust::forget(&window.folder_of_own(), window.userdata.path()).unwrap();
        }
        window.key(NONE, Key::F5);
        window.until_it_asks();
        window.until_told("Trust in this project was taken back");
        assert!(!window.app().project().is_busy() && !window.app().project().has_engine());
        window.trust_it();
        window.run_all();
    }
}

#[test]
fn a_source_that_was_opened_in_an_editor_from_here_does_not_ask() {
    let mut window = Window::open_with(with_editor(), own);
    window.run_all();
    window.pick("one");
    window.edit_outside();
    window.takes("one", 2);
    window.takes("one", 3);
    let project = window.folder_of_own();
    returns(&project, "two", 2);
    window.until_it_asks();
}

#[test]
fn a_savefile_that_changes_outside_is_shown_and_asks_each_time() {
    let mut window = Window::open(own);
    window.run_all();
    let file = window.folder_of_own().join("savefile.json");
    for (before, after) in [("one", "first"), ("first", "again")] {
        let text = fs::read_to_string(&file).unwrap();
        let title = |title: &str| format!("\"title\": \"{title}\"");
        assert!(text.contains(&title(before)));
        fs::write(&file, text.replace(&title(before), &title(after))).unwrap();
        window.until_it_asks();
        assert!(window.says("savefile.json was changed outside Loom"));
        window.wait("its node", |app| {
            let nodes = app.project().document.graph().nodes();
            nodes.filter(|node| *node.title() == *after).count() == 1
        });
        window.steps();
        assert!(window.says("Changed outside: "), "both are told");
        assert!(window.app().project().is_restricted());
        assert_eq!(window.what_changed()[0].0, "savefile.json");
        window.key(NONE, Key::Escape);
        window.trust_it();
        window.run_all();
        assert_eq!(window.text_of(after), "1");
    }
}
