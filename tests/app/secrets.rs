//! Secrets in the window: entered, chosen, asked for; and a canary that is looked for in everything that it leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::engine::{NodeStatus, RunStatus};
use loom::graph::Value;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use crate::Window;
use crate::journal::written;

const CANARY: &str = "canary-93b1d0aa-window";
const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

const SOURCE: &str = r#"
import os
import subprocess
import sys
import time

import loom


def ask(key: loom.Secret) -> str:
    print("asked with", key)
    subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write(sys.stdin.read())"], input=key, text=True)
    loom.progress(1, 2, key)
    time.sleep(0.05)
    return "Bearer " + key


def tell(text: str) -> list:
    time.sleep(0.05)
    return [{"authorization": text}]


def refused(key: loom.Secret) -> int:
    raise ValueError("not accepted: " + key)


def dies(key: loom.Secret) -> int:
    os.write(2, key.encode())
    os.kill(os.getpid(), 9)
"#;

/// A project of `ask -> tell`, `refused` and `dies`.
fn project(userdata: &Path) -> PathBuf {
    let folder = loom::project::create("Keys", userdata).unwrap();
    fs::write(folder.join("nodes/keys.py"), SOURCE).unwrap();
    let node = |at: usize, name: &str, input: &str| {
        format!(
            r#"{{"nodeId": "node_{at}", "name": "{name}", "position": {{"x": {}, "y": 0}}, "input": [{{"var": "{input}"}}],
                "output": ["result"], "ref": "project", "entryFunction": "{name}"}}"#,
            at * 260
        )
    };
    let nodes = [
        node(1, "ask", "key"),
        node(2, "tell", "text"),
        node(3, "refused", "key"),
        node(4, "dies", "key"),
    ];
    let link = r#"{"sourceNodeId": "node_1", "sourcePort": "result", "targetNodeId": "node_2", "targetPort": "text"}"#;
    let file = folder.join("savefile.json");
    let text = fs::read_to_string(&file).unwrap();
    let filled = text
        .replace(
            "\"nodes\": []",
            &format!("\"nodes\": [{}]", nodes.join(",")),
        )
        .replace("\"connections\": []", &format!("\"connections\": [{link}]"));
    fs::write(&file, filled).unwrap();
    folder
}

/// The same, whose "Ask" names a secret that nobody has given yet.
fn naming_project(userdata: &Path) -> PathBuf {
    let folder = project(userdata);
    let text = fs::read_to_string(folder.join("savefile.json")).unwrap();
    let named = text.replace(
        r#"{"var": "key"}"#,
        r#"{"var": "key", "value": {"secret": "github"}}"#,
    );
    assert_ne!(text, named);
    fs::write(folder.join("savefile.json"), named).unwrap();
    folder
}

fn is_asked(app: &loom::app::App) -> bool {
    matches!(app.dialog(), Some(Dialog::Secret(_)))
}

/// Files below a folder that hold the text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            found.extend(holding(&path, text));
        } else if kind.is_file() {
            let content = fs::read(&path).unwrap_or_default();
            let has = content
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            found.extend(has.then_some(path));
        }
    }
    found
}

impl Window {
    /// Run to "Tell", until the secret that this lacks is asked for.
    fn run_to_question(&mut self) {
        self.key(NONE, Key::Home);
        self.pick("Tell");
        self.key(NONE, Key::F9);
        self.wait("the question", is_asked);
    }

    fn secret_of(&self, title: &str) -> Option<String> {
        let graph = self.app().project().document.graph();
        let value = graph.node(self.node(title))?.values.get("key")?;
        Some(value.secret_name()?.to_owned())
    }

    /// Open the dialog of a node by the inspector.
    fn open_secret(&mut self, title: &str) {
        self.pick(title);
        let buttons = self.harness.query_all_by_label("Secret key");
        let places = buttons.map(|node| node.rect().center());
        // That of the inspector, which is at the right of the canvas.
        let at = places.max_by(|a, b| a.x.total_cmp(&b.x)).unwrap();
        self.click(at);
        assert!(matches!(self.app().dialog(), Some(Dialog::Secret(_))));
    }

    fn secret_field(&mut self) {
        self.harness
            .get_by_role_and_label(Role::PasswordInput, "Secret")
            .focus();
        self.steps();
    }
}

#[test]
fn a_secret_is_entered_chosen_and_found_nowhere() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let folder = project(userdata.path());
    let mut window = Window::start(
        Rc::clone(&userdata),
        Some(folder.clone()),
        Settings::default(),
    );
    window.key(NONE, Key::Home);
    window.open_secret("Ask");
    window.typed("openai");
    window.secret_field();
    window.typed(CANARY);
    let shown = format!("{:?} {:?}", window.app().dialog(), window.harness.root());
    assert!(
        !shown.contains("canary"),
        "what is typed is seen as dots alone"
    );
    window.wait("the keychain", |app| {
        matches!(app.dialog(), Some(Dialog::Secret(page)) if page.has_keychain == Some(false))
    });
    window.steps();
    window
        .harness
        .get_by_label_contains("This computer has no keychain");
    window.harness.get_by_label("Use").click();
    window.steps();
    assert_eq!(window.secret_of("Ask").as_deref(), Some("openai"));
    for title in ["Refused", "Dies"] {
        window.open_secret(title);
        window
            .harness
            .get_by_label("Secrets that were entered before")
            .click();
        window.steps();
        window
            .harness
            .get_by_role_and_label(Role::Button, "openai")
            .click();
        window.steps();
        window.harness.get_by_label("Use").click();
        window.steps();
        assert_eq!(window.secret_of(title).as_deref(), Some("openai"));
    }
    written(&mut window, &folder, 3);
    assert!(
        fs::read_to_string(folder.join(".loom/journal"))
            .unwrap()
            .contains("openai")
    );

    window.run_all();
    assert_eq!(window.text_of("Ask"), "Bearer [secret]");
    let run = &window.app().project().run;
    assert_eq!(run.status(), Some(RunStatus::Failed));
    let error = |title| match &run.node(window.node(title)).status {
        NodeStatus::Failed(error) => error.message.clone(),
        other => panic!("{title}: {other:?}"),
    };
    assert_eq!(error("Refused"), "not accepted: [secret]");
    assert!(error("Dies").contains("took the engine down"));
    let lines: Vec<_> = run.log().lines().map(|line| line.text.clone()).collect();
    assert!(
        lines.iter().any(|line| **line == *"asked with [secret]"),
        "{lines:?}"
    );
    assert!(!format!("{run:?}").contains("canary"));

    window.key(CTRL, Key::A);
    window.key(CTRL, Key::C);
    let copied = window.harness.output().platform_output.commands.clone();
    assert!(!format!("{copied:?}").contains("canary"));
    window.key(CTRL, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let saved = fs::read_to_string(folder.join("savefile.json")).unwrap();
    assert!(
        saved.contains("openai") && !saved.contains("canary"),
        "{saved}"
    );
    assert_eq!(holding(userdata.path(), "canary"), Vec::<PathBuf>::new());
    drop(window);
    assert_eq!(holding(userdata.path(), "canary"), Vec::<PathBuf>::new());
}

#[test]
fn a_run_asks_for_what_it_lacks_and_nothing_runs_before() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let folder = naming_project(userdata.path());
    let mut window = Window::start(Rc::clone(&userdata), Some(folder), Settings::default());
    window.run_to_question();
    window.steps();
    window.harness.get_by_label("Enter the secret \"github\"");
    window.harness.get_by_label("Waiting for a secret");
    window.key(NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    assert!(!window.app().project().is_busy());
    assert!(
        window.app().project().run.status().is_none(),
        "something ran"
    );
    window
        .harness
        .get_by_label_contains("Nothing was run: the secret");

    window.key(NONE, Key::F9);
    window.wait("the question", is_asked);
    window.steps();
    window.key(NONE, Key::Enter);
    assert!(
        window.app().dialog().is_some(),
        "an empty text is no secret"
    );
    window.typed(CANARY);
    window.key(NONE, Key::Enter);
    window.wait("the run's end", |app| {
        !app.project().is_busy() && app.project().run.status().is_some()
    });
    assert_eq!(window.app().project().run.status(), Some(RunStatus::Ok));
    assert_eq!(window.text_of("Ask"), "Bearer [secret]");
    // Once a session; and a name that is typed with nothing else is the name of one that comes later.
    window.key(NONE, Key::F9);
    window.wait("the second run's end", |app| !app.project().is_busy());
    assert!(window.app().dialog().is_none());
    window.open_secret("Ask");
    window.harness.get_by_label("Forget").click();
    window.steps();
    window.wait("the word", |app| !app.project().is_busy());
    window.key(NONE, Key::F9);
    window.wait("the question", is_asked);
    window.key(NONE, Key::Escape);
    let value = Value::secret("github");
    let graph = window.app().project().document.graph();
    assert_eq!(
        graph.node(window.node("Ask")).unwrap().values.get("key"),
        Some(&value)
    );
}

#[test]
fn what_changes_while_the_question_stands_there_does_not_run_by_the_answer() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let folder = naming_project(userdata.path());
    let canary = userdata.path().join("canary.txt");
    let mut window = Window::start(
        Rc::clone(&userdata),
        Some(folder.clone()),
        Settings::default(),
    );
    window.run_to_question();
    assert!(window.app().project().has_engine());
    // A checkout: what the run would call is another, and much else.
    let evil = format!("open({:?}, 'a').write('x')\n", canary.display().to_string());
    for number in 0..5 {
        fs::write(folder.join(format!("helper_{number}.py")), "").unwrap();
    }
    fs::write(
        folder.join("nodes/keys.py"),
        SOURCE.replace("import time\n", &format!("import time\n{evil}")),
    )
    .unwrap();
    // Whether it was noticed already or not.
    window.steps();
    window.secret_field();
    window.typed(CANARY);
    window.key(NONE, Key::Enter);
    window.wait("that it is asked about", |app| {
        app.project().is_restricted()
    });
    window.wait("the end", |app| !app.project().is_busy());
    assert!(!window.app().project().has_engine());
    assert!(window.app().project().run.status().is_none());
    assert!(!canary.exists(), "what changed ran");
}

#[test]
fn a_run_that_waits_for_a_secret_is_given_up_when_its_project_changes() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let folder = naming_project(userdata.path());
    let mut window = Window::start(
        Rc::clone(&userdata),
        Some(folder.clone()),
        Settings::default(),
    );
    window.run_to_question();
    for number in 0..5 {
        fs::write(folder.join(format!("nodes/more_{number}.py")), "").unwrap();
    }
    window.wait("that it is noticed", |app| app.project().is_restricted());
    assert!(!window.app().project().is_busy());
    assert!(!window.app().project().has_engine());
    // The answer keeps the secret, and begins nothing.
    window.secret_field();
    window.typed(CANARY);
    window.key(NONE, Key::Enter);
    for _ in 0..50 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        window.harness.step();
    }
    assert!(window.app().project().run.status().is_none());
    assert!(!window.app().project().is_busy());
}
