//! A project from elsewhere: nothing of it runs before the user says so, and what came along as an environment never
//! does.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom::engine::RunStatus;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use super::Window;

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

impl Window {
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
    window.wait("what would run", |app| {
        matches!(app.dialog(), Some(Dialog::Trust(_)))
    });
    let Some(Dialog::Trust(page)) = window.app().dialog() else {
        unreachable!("it was waited for");
    };
    let names: Vec<_> = page.files.iter().map(|file| file.name.as_str()).collect();
    for name in ["json.py", "nodes/one.py", "sitecustomize.py", "uv.toml"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    window.key(NONE, Key::Enter);
    assert!(window.app().project().is_restricted());
    window.key(NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    assert!(!window.app().project().is_busy() && !window.app().project().has_engine());
    assert!(!canary.exists(), "something ran");
    let venv = project.join(".venv").join("loom-seal.txt");
    assert!(venv.is_file(), "nothing was built");

    window.press_button("Trust this project");
    window.wait("that it is trusted", |app| !app.project().is_restricted());
    window.run_all();
    assert_eq!(window.app().project().run.status(), Some(RunStatus::Ok));
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
    window.press_button("What changed…");
    window.wait("what changed", |app| {
        matches!(app.dialog(), Some(Dialog::Trust(_)))
    });
    let Some(Dialog::Trust(page)) = window.app().dialog() else {
        unreachable!("it was waited for");
    };
    assert_eq!(page.files.len(), 5, "{:?}", page.files);

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
fn what_changes_while_an_environment_is_built_is_not_taken_for_the_work_of_the_tools() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = crate::empty(userdata.path());
    let builder = Harness::builder().with_size(vec2(1400.0, 900.0));
    let settings = Settings::default();
    let mut window = Window::build_as_is(builder, userdata, Some(project.clone()), settings);
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    window.wait("the work", |app| {
        !app.project().is_restricted() && !app.project().is_busy()
    });
    for number in 0..5 {
        let path = project.join("nodes").join(format!("more_{number}.py"));
        fs::write(path, "def more() -> int:\n    return 2\n").unwrap();
    }
    window.key(NONE, Key::F5);
    assert!(window.app().project().is_busy());
    window.wait("the question", |app| app.project().is_restricted());
    window.wait("the end", |app| !app.project().is_busy());
    assert!(!window.app().project().has_engine());
}
