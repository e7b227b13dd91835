//! Nodes that are written in the window, by real keys and with the real engine: new ones, their errors, find and undo,
//! saving, and what another program does to the file meanwhile.

#[path = "coding/kept.rs"]
mod kept;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::app::App;
use loom::graph::Bank;
use loom::settings::Settings;
use loom::ui::code::Question;
use loom::ui::dialogs::Dialog;

use super::{Window, empty};

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
/// As the window's own events have it, which the field looks at for the ends of the text.
const WITH_CTRL: Modifiers = Modifiers::COMMAND.plus(Modifiers::CTRL);

fn text(app: &App) -> &str {
    app.panels().code.shown().map_or("", |file| file.text())
}

impl Window {
    fn source(&self) -> &str {
        text(self.app())
    }

    /// Type as a person does: letters, and Enter where a line ends.
    fn write(&mut self, text: &str) {
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 {
                self.key(NONE, Key::Enter);
            }
            if !line.is_empty() {
                self.typed(line);
            }
        }
    }

    fn all_and_write(&mut self, text: &str) {
        self.key(CTRL, Key::A);
        self.write(text);
    }

    /// A node is searched that is not there, and made.
    fn new_node(&mut self, name: &str) {
        self.key(NONE, Key::Tab);
        self.typed(name);
        let row = format!("New node \"{name}\"…");
        self.harness.get_by_label_contains(&row).click();
        self.steps();
        self.wait("its source", |app| app.panels().code.shown().is_some());
        self.wait("its node", |app| {
            app.project().document.graph().node_count() > 0
        });
        self.steps();
    }

    fn press(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.steps();
    }

    fn saved(&mut self) {
        self.key(CTRL, Key::S);
        self.wait("the save", |app| !app.panels().code.is_unsaved());
    }

    fn folder(&self) -> PathBuf {
        self.app().project().folder.clone().unwrap()
    }
}

fn project_kind(app: &App, function: &str) -> bool {
    app.project().catalog.get(Bank::Project, function).is_some()
}

#[test]
fn a_node_is_searched_written_saved_and_run() {
    let mut window = Window::open(empty);
    window.new_node("twice as much");
    let file = window.folder().join("nodes").join("twice_as_much.py");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), window.source());
    assert_eq!(window.app().project().document.selection().len(), 1);
    // The node is shown beside its source, with the help of the skeleton.
    assert!(window.says("Say in one line what the node does"));

    // Its source is typed anew: the editor indents by itself.
    window.all_and_write("def twice_as_much(number: float = 21.0) -> float:\n\"\"\"Give twice as much.\"\"\"\nreturn number * 2\n");
    let written = "def twice_as_much(number: float = 21.0) -> float:\n    \"\"\"Give twice as much.\"\"\"\n    return number * 2\n";
    assert_eq!(window.source(), written);
    assert!(window.says("Give twice as much."), "as it is typed");
    assert!(window.app().panels().code.is_unsaved());
    window.saved();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    let has_port = |app: &App| {
        let graph = app.project().document.graph();
        graph
            .nodes()
            .all(|node| node.kind.input("number").is_some())
    };
    window.wait("its port", has_port);
    window.run_all();
    assert_eq!(window.text_of("Twice as much"), "42.0");

    // What is saved again is run again.
    window.key(Modifiers::ALT, Key::Num8);
    window.all_and_write("def twice_as_much(number: float = 21.0, plus: int = 1) -> float:\nreturn number * 2 + plus");
    window.saved();
    window.wait("its port", |app| {
        let graph = app.project().document.graph();
        graph.nodes().all(|node| node.kind.input("plus").is_some())
    });
    window.run_all();
    assert_eq!(window.text_of("Twice as much"), "43.0");
}

#[test]
fn a_new_node_from_the_menu_takes_no_name_that_is_taken() {
    let mut window = Window::open(empty);
    for expected in ["blur", "blur_2"] {
        window.key(Modifiers::ALT, Key::Num2);
        window.key(Modifiers::ALT | Modifiers::SHIFT, Key::N);
        assert!(matches!(
            window.app().dialog(),
            Some(Dialog::NewNode { .. })
        ));
        window.typed("Blur");
        window.key(NONE, Key::Enter);
        window.wait("its kind", |app| project_kind(app, expected));
        window.steps();
        let shown = window.app().panels().code.shown().unwrap();
        assert_eq!(shown.name(), format!("{expected}.py"));
    }
    assert_eq!(window.app().project().document.graph().node_count(), 2);
}

#[test]
fn errors_are_marked_and_said_as_one_types() {
    let mut window = Window::open(empty);
    window.new_node("broken");
    assert!(!window.says("Syntax error"));
    window.all_and_write("def broken(a: int) -> int:\nreturn a +");
    assert!(window.says("Line 2: Syntax error"));
    window.write(" 1");
    assert!(!window.says("Syntax error"));
    window.all_and_write("@loom.node(\"A\")\ndef broken(a: int) -> int:\nreturn a");
    window.key(WITH_CTRL, Key::Home);
    window.write("import loom\n");
    assert!(
        window.says("broken cannot be a node"),
        "{}",
        window.source()
    );
}

#[test]
fn text_is_found_replaced_commented_indented_and_undone() {
    let mut window = Window::open(empty);
    window.new_node("edited");
    let skeleton = window.source().to_owned();
    window.all_and_write("one = 1\ntwo = one + one");
    let written = window.source().to_owned();
    window.key(CTRL, Key::F);
    window.typed("one");
    assert!(window.says("1 of 3"));
    window.key(NONE, Key::Enter);
    assert!(window.says("2 of 3"));
    window.key(Modifiers::SHIFT, Key::F3);
    assert!(window.says("1 of 3"));
    window.key(NONE, Key::F3);
    window.key(NONE, Key::Escape);
    assert!(!window.says("2 of 3"));

    // The place that was found is selected: it is written over.
    window.typed("1");
    assert_eq!(window.source(), "one = 1\ntwo = 1 + one");
    window.key(CTRL, Key::Slash);
    assert_eq!(window.source(), "one = 1\n# two = 1 + one");
    window.key(CTRL, Key::A);
    window.key(NONE, Key::Tab);
    assert_eq!(window.source(), "    one = 1\n    # two = 1 + one");
    window.key(Modifiers::SHIFT, Key::Tab);
    window.key(CTRL, Key::H);
    window.key(CTRL, Key::A);
    window.typed("ONE");
    window.key(CTRL, Key::A);
    window.typed("one");
    window.press("Replace with");
    window.typed("x");
    window.press("Replace all");
    assert_eq!(window.source(), "x = 1\n# two = 1 + x");

    // Undo is the text's own and leaves the graph alone.
    window.key(Modifiers::ALT, Key::Num8);
    for _ in 0..5 {
        window.key(CTRL, Key::Z);
    }
    assert_eq!(window.source(), written);
    for _ in 0..20 {
        window.key(CTRL, Key::Z);
    }
    assert_eq!(window.source(), skeleton);
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    for _ in 0..30 {
        window.key(CTRL | Modifiers::SHIFT, Key::Z);
    }
    assert_eq!(window.source(), "x = 1\n# two = 1 + x");
}

#[test]
fn what_is_not_saved_is_asked_for_when_it_is_closed_and_when_the_program_is() {
    let mut window = Window::open(empty);
    window.new_node("asked");
    let file = window.folder().join("nodes").join("asked.py");
    window.key(CTRL, Key::S);
    window.key(Modifiers::ALT, Key::Num8);
    window.key(WITH_CTRL, Key::End);
    window.typed("# more");
    window.key(CTRL, Key::W);
    assert!(
        matches!(window.app().dialog(), Some(Dialog::UnsavedCode { name, .. }) if name == "asked.py")
    );
    window.press("Cancel");
    assert!(window.source().ends_with("# more"));

    window.key(CTRL, Key::Q);
    let asked = window.app().dialog().cloned();
    assert!(
        matches!(&asked, Some(Dialog::Unsaved { names, .. }) if names.contains(&"asked.py".to_owned())),
        "{asked:?}"
    );
    window.press("Cancel");

    window.key(Modifiers::ALT, Key::Num8);
    window.key(CTRL, Key::W);
    window.key(NONE, Key::Enter);
    window.wait("its end", |app| app.panels().code.files().is_empty());
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("# more"));
    // It is not a project that was closed.
    assert!(window.app().project().folder.is_some());
}

#[test]
fn what_another_program_writes_is_taken_or_asked_for() {
    let mut window = Window::open(empty);
    window.new_node("shared");
    let file = window.folder().join("nodes").join("shared.py");
    std::fs::write(&file, "def shared(a: int) -> int:\n    return a\n").unwrap();
    window.harness.event(egui::Event::WindowFocused(true));
    window.wait("the other text", |app| text(app).contains("a: int"));
    assert!(!window.app().panels().code.is_unsaved());

    window.key(WITH_CTRL, Key::End);
    window.typed("# mine");
    std::fs::write(&file, "def shared(b: int) -> int:\n    return b\n").unwrap();
    // A save sees it before it writes.
    window.key(CTRL, Key::S);
    window.wait("the question", |app| {
        let shown = app.panels().code.shown();
        shown.is_some_and(|file| matches!(file.question, Some(Question::Changed { .. })))
    });
    window.steps();
    assert!(std::fs::read_to_string(&file).unwrap().contains("b: int"));
    assert!(window.says("Another program changed shared.py"));
    window.press("Keep mine");
    window.key(Modifiers::ALT, Key::Num8);
    window.saved();
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("# mine"));
}

#[test]
fn what_was_not_saved_when_loom_ended_is_there_when_it_starts_again() {
    let mut window = Window::open(empty);
    window.new_node("kept");
    let project = window.folder();
    let (file, copy) = (
        project.join("nodes").join("kept.py"),
        project.join(".loom").join("unsaved-code.json"),
    );
    let saved = std::fs::read_to_string(&file).unwrap();
    window.key(WITH_CTRL, Key::End);
    window.typed("# typed in vain?");
    let is_kept =
        |copy: &Path| std::fs::read_to_string(copy).is_ok_and(|text| text.contains("in vain"));
    window.wait("the copy", |_| is_kept(&copy));
    let userdata: Rc<_> = window.userdata.clone();
    // It ends without a word, as in a crash.
    drop(window);
    assert!(is_kept(&copy));

    let mut window = Window::start(userdata, Some(project), Settings::default());
    window.wait("the text", |app| text(app).ends_with("# typed in vain?"));
    window.steps();
    assert!(window.says("Your last changes to kept.py were not saved when a window ended"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), saved);
    window.press("Keep the changes");
    window.key(Modifiers::ALT, Key::Num8);
    window.saved();
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .ends_with("# typed in vain?")
    );
    window.wait("the copy's end", |_| !copy.exists());
}

#[test]
fn the_source_of_a_node_opens_at_its_function_and_one_of_looms_own_stays_as_it_is() {
    let mut window = Window::open(empty);
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    window.key(NONE, Key::F4);
    window.wait("its source", |app| app.panels().code.shown().is_some());
    window.steps();
    let before = window.source().to_owned();
    let shown = window.app().panels().code.shown().unwrap();
    let line = before.lines().nth(shown.line() as usize - 1).unwrap();
    assert!(line.starts_with("def "), "{line}");
    assert!(window.says("it comes with Loom and can only be read"));
    window.typed("x");
    window.key(NONE, Key::Tab);
    window.key(CTRL, Key::Slash);
    assert_eq!(window.source(), before);
    // Escape gives the keyboard back.
    window.key(NONE, Key::Escape);
    window.key(Modifiers::ALT, Key::Num2);
    window.key(NONE, Key::Delete);
    assert!(window.app().project().document.graph().is_empty());
}

#[test]
fn the_keyboard_leaves_a_text_for_something_that_is_seen() {
    let mut window = Window::open(empty);
    window.new_node("left alone");
    assert_eq!(window.focused(), "Source of left_alone.py");
    window.key(NONE, Key::Escape);
    assert!(!window.focused().is_empty());
    assert_ne!(window.focused(), "Source of left_alone.py");
    // The node is selected, and behind the panel.
    window.key(NONE, Key::Delete);
    assert_eq!(window.app().project().document.graph().node_count(), 1);
    window.key(Modifiers::ALT, Key::Num8);
    assert_eq!(window.focused(), "Source of left_alone.py");

    // A save is for the source while it has something to save, and for the project otherwise.
    window.typed("# x\n");
    window.key(CTRL, Key::S);
    window.wait("the source", |app| !app.panels().code.is_unsaved());
    assert!(window.app().project().document.is_dirty());
    window.key(CTRL, Key::S);
    window.wait("the project", |app| !app.project().document.is_dirty());
}
