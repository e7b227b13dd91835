//! What assistive technology is told: in every panel, dialog and popup each thing that the keyboard can come to has a
//! name and says what it is.

use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use loom::ui::dialogs::Dialog;

use super::{Window, empty, example};

const NONE: Modifiers = Modifiers::NONE;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

impl Window {
    /// Everything that can have the keyboard is named. How many there are.
    fn audit(&self, place: &str) -> usize {
        let mut count = 0;
        let mut nameless = self.harness.unnamed_widgets();
        for node in self.harness.root().children_recursive() {
            let node = node.accesskit_node();
            if !node.data().supports_action(Action::Focus) || node.is_hidden() {
                continue;
            }
            count += 1;
            let (role, name) = (node.role(), node.label().unwrap_or_default());
            let is_told = !matches!(role, Role::Unknown | Role::GenericContainer);
            // A letter's picture is no name.
            let is_named = name
                .chars()
                .filter(|letter| letter.is_alphanumeric())
                .count()
                > 1;
            if !is_told || !is_named {
                nameless.push(format!("{role:?} {name:?} at {:?}", node.bounding_box()));
            }
        }
        assert!(nameless.is_empty(), "{place}: {nameless:#?}");
        assert!(count > 0, "{place}: nothing can have the keyboard");
        count
    }

    /// Open something, audit it, and leave it with Escape.
    fn audit_with(&mut self, place: &str, modifiers: Modifiers, key: Key) {
        self.key(modifiers, key);
        self.audit(place);
        self.key(NONE, Key::Escape);
    }

    fn pick_node(&mut self, title: &str) {
        let graph = self.app().project().document.graph();
        let pos = graph.node(self.node(title)).unwrap().pos;
        self.click(self.on_screen(pos + vec2(60.0, 12.0)));
    }
}

#[test]
fn everything_in_the_panels_has_a_name() {
    let mut window = Window::open(|_| example("coins", "coins-access"));
    assert!(window.audit("at the start") > 30);
    let titles: Vec<_> = {
        let graph = window.app().project().document.graph();
        graph.nodes().map(|node| node.title().to_string()).collect()
    };
    for title in &titles {
        window.pick_node(title);
        window.audit(&format!("{title} selected"));
    }
    window.key(CTRL, Key::A);
    window.audit("all selected");
    window.key(CTRL, Key::D);
    for (key, place) in [(Key::Num5, "the console"), (Key::Num6, "the history")] {
        window.key(ALT, key);
        window.audit(place);
    }
    // Fields on the nodes themselves.
    window.key(CTRL, Key::Z);
    window.key(ALT, Key::Num2);
    window.key(NONE, Key::Num1);
    let fields = window.audit("at 100 %");
    window.key(NONE, Key::Home);
    assert!(
        fields > window.audit("all in view"),
        "there are fields on the nodes"
    );

    window.key(NONE, Key::F5);
    window.wait("the run's end", |app| {
        !app.project().is_busy() && app.project().run.status().is_some()
    });
    window.key(ALT, Key::Num5);
    window.audit("the console after a run");
    window.key(ALT, Key::Num4);
    for title in &titles {
        window.pick_node(title);
        window.wait_for_view();
        window.audit(&format!("the result of {title}"));
    }

    // A node that fails: inspector, viewer and console have the traceback.
    window.pick_node("Areas");
    window.key(ALT, Key::Num3);
    window.edit_value("column", "nowhere");
    window.key(NONE, Key::F5);
    window.wait("the run's end", |app| !app.project().is_busy());
    assert_eq!(window.app().project().run.counts().failed, 1);
    window.audit("a failed node");
    window.key(ALT, Key::Num5);
    window.audit("the console with an error");
}

impl Window {
    /// Until the viewer has what it asked for.
    fn wait_for_view(&mut self) {
        for _ in 0..400 {
            if self
                .harness
                .query_by_label_contains("Fetching the value")
                .is_none()
            {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
            self.harness.step();
        }
    }
}

#[test]
fn everything_in_dialogs_and_popups_has_a_name() {
    let mut window = Window::open(|_| example("coins", "coins-popups"));
    for (place, modifiers, key) in [
        ("new project", CTRL, Key::N),
        ("open project", CTRL, Key::O),
        ("key sheet", NONE, Key::F1),
        ("settings", CTRL, Key::Comma),
        ("command palette", CTRL | Modifiers::SHIFT, Key::P),
        ("node search", NONE, Key::Tab),
    ] {
        window.audit_with(place, modifiers, key);
    }
    window.key(CTRL, Key::Comma);
    window.harness.get_by_label("Keys").click();
    window.steps();
    assert!(window.audit("keys") > 100);
    window.typed("cut links");
    for _ in 0..6 {
        if !window.says_focused("Keys of Cut links: X") {
            window.key(NONE, Key::Tab);
        }
    }
    window.key(NONE, Key::Enter);
    window.audit("keys that are recorded");
    window.key(CTRL, Key::D);
    window.harness.get_by_label("Take it over");
    window.audit("keys that mean something already");
    window.key(NONE, Key::Escape);

    for (menu, first) in [
        ("File", "New project… Ctrl+N"),
        ("Edit", "Undo Ctrl+Z"),
        ("View", "Zoom to fit Home"),
        ("Go", "Next panel F6"),
        ("Run", "Run all F5"),
        ("Help", "Keyboard shortcuts F1"),
    ] {
        window.harness.get_by_label(menu).click();
        window.steps();
        let count = |window: &Window| window.harness.query_all_by_label(first).count();
        let open = count(&window);
        window.audit(menu);
        window.key(NONE, Key::Escape);
        assert_eq!(count(&window), open - 1, "Escape closes {menu}");
    }
    window.harness.get_by_label("Help").click();
    window.steps();
    window.harness.get_by_label_contains("About Loom").click();
    window.steps();
    assert_eq!(window.app().dialog(), Some(&Dialog::About));
    window.audit("about");
    window.key(NONE, Key::Escape);

    // A node's menu, and what opens from its values.
    window.pick_node("Draw outlines");
    let graph = window.app().project().document.graph();
    let at =
        window.on_screen(graph.node(window.node("Draw outlines")).unwrap().pos + vec2(60.0, 12.0));
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerButton {
            pos: at,
            button: PointerButton::Secondary,
            pressed,
            modifiers: NONE,
        });
    }
    window.steps();
    window.harness.get_by_label_contains("Run to here F9");
    window.audit("a node's menu");
    window.key(NONE, Key::Escape);
    window.harness.get_by_label("Pick colour").click();
    window.steps();
    window.audit("a colour");
    window.key(NONE, Key::Escape);

    // Questions, and a notice.
    window.key(CTRL, Key::A);
    window.key(CTRL, Key::D);
    window.key(CTRL, Key::Q);
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::Unsaved { .. })
    ));
    window.audit("unsaved changes");
    window.key(NONE, Key::Escape);
    window.key(CTRL, Key::Z);
    window.harness.get_by_label("Dismiss");
    window.audit("a notice");
}

impl Window {
    fn says_focused(&self, label: &str) -> bool {
        let node = self.harness.query_by_label(label);
        node.is_some_and(|node| node.is_focused())
    }
}

#[test]
fn what_the_graph_brings_itself_and_the_other_panels_are_named() {
    let mut window = Window::open(|_| example("coins", "coins-access-own"));
    window.pick_node("Close gaps");
    window.key(Modifiers::SHIFT, Key::ArrowRight);
    window.key(NONE, Key::G);
    window.audit("a subgraph");
    window.harness.get_by_label("Type of input mask").click();
    window.steps();
    window.audit("a type of a port");
    window.key(NONE, Key::Escape);
    window.key(ALT, Key::Num2);
    window.key(NONE, Key::I);
    for _ in 0..4 {
        window.audit("inside");
        window.key(NONE, Key::ArrowRight);
    }
    window.key(NONE, Key::U);
    window.key(Modifiers::SHIFT, Key::F);
    window.key(NONE, Key::Enter);
    window.audit("a frame");
    window.key(Modifiers::SHIFT, Key::N);
    window.audit("a note");
    window.key(ALT, Key::Num2);
    window.key(NONE, Key::C);
    window.audit("a link by keys");
    window.key(NONE, Key::Escape);
    window.key(CTRL, Key::F);
    window.typed("mask");
    window.audit("find");
    window.key(NONE, Key::Escape);
    window.key(CTRL | Modifiers::SHIFT, Key::O);
    window.audit("the outline");
    window.key(ALT, Key::Num2);
    window.key(NONE, Key::T);
    window.audit("the heat map");
    window.key(ALT, Key::Num7);
    window.audit("the slowest nodes");
    window.key(CTRL, Key::T);
    assert!(window.app().project().is_welcome());
    window.audit("the welcome page");
}

#[test]
fn a_failure_and_a_recovery_copy_are_named_too() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    // What is shown is made of nothing that a file holds any more.
    let saved = std::fs::read_to_string(project.join("savefile.json")).unwrap();
    std::fs::write(project.join("savefile.json"), "<<<<<<< ours").unwrap();
    crate::journal::written(&mut window, &project, 2);
    drop(window);
    let another = r#""nodes": [{"nodeId": "n", "name": "number", "position": {"x": 0, "y": 0}, "input": [],
        "output": ["result"], "ref": "builtin", "entryFunction": "number"}]"#;
    let changed = saved.replace("\"nodes\": []", another);
    assert_ne!(changed, saved);
    std::fs::write(project.join("savefile.json"), changed).unwrap();
    let window = Window::open(|_| project.clone());
    assert!(matches!(window.app().dialog(), Some(Dialog::Recover(_))));
    window.audit("recovery");
    drop(window);

    std::fs::write(project.join("savefile.json"), "{broken").unwrap();
    std::fs::remove_dir_all(project.join(".loom")).unwrap();
    let window = Window::open(|_| project.clone());
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::Failure { .. })
    ));
    window.audit("failure");
}
