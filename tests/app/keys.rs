//! Without a mouse: keys of the user's own, their settings page and sheet, the keyboard's way among the panels, undo in
//! text fields. All by key presses into the real App.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use loom::graph::Value;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use super::{Window, empty, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

/// Settings with keys of the user's own.
fn with_keys(keys: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (command, keys) in keys {
        let (command, keys) = ((*command).to_owned(), (*keys).to_owned());
        settings.keys.insert(command, keys);
    }
    settings
}

impl Window {
    pub(super) fn links(&self) -> usize {
        self.app().project().document.graph().link_count()
    }

    pub(super) fn selected(&self) -> usize {
        self.app().project().document.selection().len()
    }

    /// Click a node's header.
    pub(super) fn pick(&mut self, title: &str) {
        let graph = self.app().project().document.graph();
        let pos = graph.node(self.node(title)).unwrap().pos;
        self.click(self.on_screen(pos + egui::vec2(60.0, 12.0)));
    }

    pub(super) fn saved_settings(&self) -> Settings {
        Settings::load(self.userdata.path()).0
    }

    /// Is anything on screen called so, or a part of it?
    pub(super) fn says(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).count() > 0
    }

    pub(super) fn focused_node(&self) -> Option<egui_kittest::Node<'_>> {
        let mut nodes = self.harness.root().children_recursive();
        nodes.find(egui_kittest::Node::is_focused)
    }

    /// What the widget that has the keyboard is called.
    pub(super) fn focused(&self) -> String {
        let label = |node: egui_kittest::Node<'_>| node.accesskit_node().label();
        self.focused_node().and_then(label).unwrap_or_default()
    }

    /// What has the keyboard is in this panel, and in sight. The panel's tabs belong to it.
    fn assert_inside(&self, panel: &str) {
        let panel = self.harness.get_by_label(panel).rect();
        let focused = self.focused_node().unwrap();
        let with_tabs = egui::Rect::from_min_max(panel.min - egui::vec2(0.0, 30.0), panel.max);
        assert!(with_tabs.contains_rect(focused.rect()), "{focused:?}");
    }
}

#[test]
fn keys_of_the_users_own_take_the_place_of_the_tables() {
    let mut window = Window::open_with(with_keys(&[("AddNode", "N"), ("SelectAll", "")]), empty);
    window.key(NONE, Key::Tab);
    assert!(
        !window.says("Search a node to add"),
        "Tab means nothing any more"
    );
    // The letter that comes with the key is no part of the search; what follows in the same slow frame is.
    let pressed = egui::Event::Key {
        key: Key::N,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: NONE,
    };
    let typed = ["n", "a"].map(|text| egui::Event::Text(text.to_owned()));
    let events = &mut window.harness.input_mut().events;
    events.push(pressed);
    events.extend(typed);
    window.steps();
    assert!(window.says("Search a node to add"));
    window.typed("dd");
    window.key(NONE, Key::Enter);
    assert_eq!(window.nodes(), 1);
    window.key(NONE, Key::Escape);
    window.key(CTRL, Key::A);
    assert_eq!(window.selected(), 0);

    // Menus and sheet say the same.
    window.harness.get_by_label("Edit").click();
    window.steps();
    let buttons = window.harness.query_all_by_label("Add node… N");
    assert_eq!(buttons.count(), 2, "in the menu and in the inspector");
    window.key(NONE, Key::Escape);
    window.key(NONE, Key::F1);
    window.typed("add node");
    window.harness.get_by_label("N");
}

#[test]
fn a_bad_key_in_the_settings_is_named_and_costs_only_itself() {
    let keys = [
        ("Save", "Ctrl+Foo"),
        ("Fly", "F"),
        ("AddNode", "N"),
        ("Unlink", "Ctrl+D"),
    ];
    let mut window = Window::open_with(with_keys(&keys), empty);
    for told in [
        "the keys \"Ctrl+Foo\" of \"Save\" are not used: no key is called \"Foo\"",
        "no command is called \"Fly\"",
        "Ctrl+D means Cut links and Duplicate; Cut links has it",
    ] {
        assert!(window.says(told), "{told}");
    }
    window.key(NONE, Key::N);
    window.typed("add");
    window.key(NONE, Key::Enter);
    assert!(window.app().project().document.is_dirty());
    window.key(CTRL, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
}

#[test]
fn keys_are_recorded_taken_over_and_reset_in_the_settings() {
    let mut window = Window::open(|_| example("coins", "coins-keys"));
    let links = window.links();
    window.key(CTRL, Key::Comma);
    window.harness.get_by_label("Keys").click();
    window.steps();
    assert_eq!(window.focused(), "Find a command or a key");
    window.typed("cut links");
    window.walk_to("Keys of Cut links: X");
    window.key(NONE, Key::Enter);
    assert!(window.says("Press the new keys"));
    window.key(CTRL, Key::D);
    assert!(window.says("Ctrl+D is Duplicate already"));
    assert!(
        window.saved_settings().keys.is_empty(),
        "nothing is changed before it is taken over"
    );
    window.walk_to("Take it over");
    window.key(NONE, Key::Enter);
    window.harness.get_by_label("Keys of Cut links: Ctrl+D");
    let keys = window.saved_settings().keys;
    assert_eq!(keys["Unlink"], "Ctrl+D");
    assert_eq!(keys["Duplicate"], "Shift+D");
    window.key(NONE, Key::Escape);
    assert!(window.app().dialog().is_none());

    // It holds at once.
    let nodes = window.nodes();
    window.key(CTRL, Key::A);
    window.key(CTRL, Key::D);
    assert_eq!((window.nodes(), window.links()), (nodes, 0));
    window.key(CTRL, Key::Z);
    assert_eq!(window.links(), links);

    // Escape leaves the keys, Tab can be one, Backspace takes them away, reset brings the table's back.
    window.key(CTRL, Key::Comma);
    window.harness.get_by_label("Keys").click();
    window.steps();
    window.typed("cut links");
    let record = |window: &mut Window, from: &str, modifiers, key| {
        window.walk_to(from);
        window.key(NONE, Key::Enter);
        window.key(modifiers, key);
    };
    record(&mut window, "Keys of Cut links: Ctrl+D", NONE, Key::Escape);
    assert!(matches!(window.app().dialog(), Some(Dialog::Settings(_))));
    record(&mut window, "Keys of Cut links: Ctrl+D", SHIFT, Key::Tab);
    record(&mut window, "Add keys to Cut links", NONE, Key::F11);
    assert_eq!(window.saved_settings().keys["Unlink"], "Shift+Tab F11");
    record(
        &mut window,
        "Keys of Cut links: Shift+Tab, F11",
        NONE,
        Key::Backspace,
    );
    assert_eq!(window.saved_settings().keys["Unlink"], "");
    record(&mut window, "Keys of Cut links: none", CTRL, Key::C);
    assert!(window.says("Ctrl+C is Copy, everywhere in the system"));
    window.walk_to("Reset the keys of Cut links");
    window.key(NONE, Key::Enter);
    window.harness.get_by_label("Keys of Cut links: X");
    window.walk_to("Reset all keys");
    window.key(NONE, Key::Enter);
    assert!(window.saved_settings().keys.is_empty());
}

impl Window {
    /// Tab until the widget has the keyboard.
    pub(super) fn walk_to(&mut self, label: &str) {
        for _ in 0..80 {
            if self.focused() == label {
                return;
            }
            self.key(NONE, Key::Tab);
        }
        panic!("Tab does not come to \"{label}\"");
    }
}

#[test]
fn the_interface_grows_and_shrinks_and_stays_so() {
    let mut window = Window::open(empty);
    let scale = |window: &Window| window.harness.ctx.zoom_factor();
    window.key(CTRL, Key::Plus);
    assert_eq!(scale(&window), 1.25);
    assert_eq!(window.saved_settings().ui_scale, 1.25);
    for _ in 0..20 {
        window.key(CTRL, Key::Plus);
    }
    assert_eq!(scale(&window), 3.0);
    // Not even then is a dialog in the way.
    window.key(CTRL, Key::Comma);
    for _ in 0..20 {
        window.key(CTRL, Key::Minus);
    }
    assert_eq!(scale(&window), 0.75);
    window.key(CTRL, Key::Num0);
    assert_eq!(
        (scale(&window), window.saved_settings().ui_scale),
        (1.0, 1.0)
    );
}

#[test]
fn f6_goes_from_panel_to_panel_and_tab_round_in_each() {
    let mut window = Window::open(|_| example("coins", "coins-panels"));
    assert_eq!(window.focused(), "Canvas", "at the start");
    let way = [
        "Viewer panel",
        "Add node… Tab",
        "File",
        "Search nodes",
        "Canvas",
    ];
    for expected in way {
        window.key(NONE, Key::F6);
        assert_eq!(window.focused(), expected);
    }
    for expected in way[..4].iter().rev() {
        window.key(SHIFT, Key::F6);
        assert_eq!(window.focused(), *expected);
    }

    window.key(ALT, Key::Num3);
    let mut seen = vec![window.focused()];
    loop {
        window.key(NONE, Key::Tab);
        if window.focused() == seen[0] {
            break;
        }
        seen.push(window.focused());
        assert!(seen.len() < 100, "Tab never comes round: {seen:?}");
    }
    let expected = [
        "Add node… Tab",
        "Run all F5",
        "Command palette… Ctrl+Shift+P",
        "Inspector",
        "History",
        "Outline",
    ];
    assert_eq!(seen, expected);
    for expected in seen.iter().rev() {
        window.key(SHIFT, Key::Tab);
        assert_eq!(window.focused(), *expected);
    }

    // Enter on a tab changes the panel, and where the keyboard was in it is remembered.
    window.key(SHIFT, Key::Tab);
    window.key(SHIFT, Key::Tab);
    window.key(NONE, Key::Enter);
    assert!(window.says("What you change is listed here"));
    for (number, expected) in [
        (Key::Num5, "Filter lines"),
        (Key::Num1, "Search nodes"),
        (Key::Num6, "History panel"),
        (Key::Num7, "Slowest panel"),
        (Key::Num9, "Python"),
        (Key::Num4, "Viewer panel"),
        (Key::Num2, "Canvas"),
    ] {
        window.key(ALT, number);
        assert_eq!(window.focused(), expected);
    }
}

#[test]
fn plain_keys_are_the_focused_panels() {
    let mut window = Window::open(|_| example("coins", "coins-plain"));
    let (nodes, links) = (window.nodes(), window.links());
    window.key(CTRL, Key::A);
    window.key(ALT, Key::Num1);
    window.key(NONE, Key::Tab);
    assert_eq!(window.focused(), "Project");
    for key in [
        Key::Delete,
        Key::Backspace,
        Key::X,
        Key::F,
        Key::ArrowDown,
        Key::ArrowRight,
    ] {
        window.key(NONE, key);
    }
    window.key(SHIFT, Key::A);
    assert_eq!((window.nodes(), window.links()), (nodes, links));
    assert_eq!(
        window.selected(),
        nodes,
        "neither arrow nor Escape went to the canvas"
    );
    assert!(!window.says("Search a node to add"));
    // With Ctrl, and as function keys, commands are at hand in every panel.
    window.key(CTRL, Key::D);
    assert_eq!(window.nodes(), 2 * nodes);
    window.key(CTRL, Key::Z);
    assert_eq!(window.nodes(), nodes);

    // Enter adds the row's node; the keyboard stays in the list.
    window.key(ALT, Key::Num1);
    window.key(NONE, Key::Home);
    window.key(NONE, Key::ArrowDown);
    window.key(NONE, Key::Enter);
    assert_eq!(window.nodes(), nodes + 1);
    assert_eq!(window.focused(), "Brighter than");

    window.key(ALT, Key::Num2);
    window.key(NONE, Key::Tab);
    assert!(window.says("Search a node to add"));
}

#[test]
fn what_has_the_keyboard_is_in_sight_and_it_never_gets_lost() {
    let mut window = Window::open(|_| example("coins", "coins-sight"));
    // Down a list that is longer than its panel, without leaving it.
    window.harness.get_by_label("Arrays").click();
    window.steps();
    window.key(ALT, Key::Num1);
    window.key(NONE, Key::Tab);
    window.key(NONE, Key::ArrowRight);
    window.assert_inside("Library panel");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..60 {
        window.key(NONE, Key::ArrowDown);
        seen.insert(window.focused());
        window.assert_inside("Library panel");
    }
    assert!(seen.len() > 50, "{seen:?}");

    // Back from a dialog and from a popup to where it was.
    let row = window.focused();
    for (modifiers, key) in [(NONE, Key::F1), (CTRL | SHIFT, Key::P)] {
        window.key(modifiers, key);
        assert_ne!(window.focused(), row);
        window.key(NONE, Key::Escape);
        assert_eq!(window.focused(), row);
    }

    // A button that goes as it is pressed leaves the keyboard in its panel.
    window.pick("Histogram of areas");
    window.key(ALT, Key::Num3);
    let is_reset = |window: &Window| window.focused().starts_with("Reset ");
    for _ in 0..20 {
        if !is_reset(&window) {
            window.key(NONE, Key::Tab);
        }
    }
    assert!(is_reset(&window), "{}", window.focused());
    window.key(NONE, Key::Enter);
    assert!(!is_reset(&window));
    window.assert_inside("Inspector panel");
}

#[test]
fn pages_are_turned_by_keys() {
    let mut window = Window::open(|_| example("coins", "coins-pages"));
    window.pick("Histogram of areas");
    window.harness.set_size(egui::vec2(1400.0, 420.0));
    window.steps();
    window.key(ALT, Key::Num3);
    while window.focused() != "Inspector" {
        window.key(SHIFT, Key::Tab);
    }
    let top = |window: &Window| window.harness.get_by_label("Title").rect().top();
    let before = top(&window);
    window.key(NONE, Key::PageDown);
    window.harness.run_steps(40);
    assert!(top(&window) < before - 100.0, "{before} {}", top(&window));
    window.key(NONE, Key::PageUp);
    window.harness.run_steps(40);
    assert_eq!(top(&window), before);

    // Whatever Tab comes to is scrolled into sight.
    for _ in 0..14 {
        window.key(NONE, Key::Tab);
        window.assert_inside("Inspector panel");
    }

    // In a list they walk.
    window.key(ALT, Key::Num1);
    window.key(NONE, Key::Tab);
    window.key(NONE, Key::Home);
    let first = window.focused();
    window.key(NONE, Key::PageDown);
    let further = window.focused();
    assert!(![&*first, "Web"].contains(&&*further), "{further}");
    window.key(NONE, Key::End);
    let last = window.focused();
    window.key(NONE, Key::ArrowDown);
    assert_eq!(window.focused(), last);
    window.key(NONE, Key::PageUp);
    window.key(NONE, Key::Home);
    assert_eq!(window.focused(), first);
    window.key(NONE, Key::Tab);
    assert_eq!(window.focused(), "Search nodes", "the list is one stop");
}

#[test]
fn a_field_takes_its_typing_back_and_then_hands_over_to_the_document() {
    let mut window = Window::open(|_| example("coins", "coins-handover"));
    window.key(NONE, Key::ArrowRight);
    let first = *window.app().project().document.selection().first().unwrap();
    let title = |window: &Window| {
        let graph = window.app().project().document.graph();
        graph.node(first).unwrap().title().to_string()
    };
    let done = |window: &Window| window.app().project().document.history().done();
    let field = |window: &Window| {
        window
            .harness
            .get_by_label("Title")
            .value()
            .unwrap_or_default()
    };
    let original = title(&window);
    let rename = |window: &mut Window, text: &str| {
        window.key(NONE, Key::F2);
        assert_eq!(window.focused(), "Title");
        window.typed(text);
        // The field makes a step of what stands for a while.
        window.harness.run_steps(8);
    };
    // Enter keeps it, and the canvas has the keyboard.
    rename(&mut window, "Alpha");
    window.key(NONE, Key::Enter);
    assert_eq!((title(&window).as_str(), done(&window)), ("Alpha", 1));
    assert_eq!(window.focused(), "Canvas");
    // Escape keeps nothing, and what is selected stays so.
    rename(&mut window, "Beta");
    window.key(NONE, Key::Escape);
    assert_eq!((title(&window).as_str(), done(&window)), ("Alpha", 1));
    assert_eq!(
        (window.focused().as_str(), window.selected()),
        ("Canvas", 1)
    );

    // First what was typed, also when the cursor moved since, then the document's step.
    rename(&mut window, "Gamma");
    window.key(NONE, Key::Home);
    window.harness.run_steps(8);
    window.key(CTRL, Key::Z);
    assert_eq!(
        (field(&window).as_str(), window.focused().as_str()),
        ("Alpha", "Title")
    );
    assert_eq!(done(&window), 1);
    window.key(CTRL | SHIFT, Key::Z);
    assert_eq!(field(&window), "Gamma");
    window.key(CTRL, Key::Z);
    window.key(CTRL, Key::Z);
    assert_eq!((title(&window), done(&window)), (original.clone(), 0));
    assert_eq!(window.focused(), "Canvas");

    // The same for redo: a field that has nothing to make again leaves it to the document.
    window.key(NONE, Key::F2);
    assert_eq!(window.focused(), "Title");
    window.key(CTRL, Key::Y);
    assert_eq!((title(&window).as_str(), done(&window)), ("Alpha", 1));
    assert_eq!(window.focused(), "Canvas");
}

#[test]
fn number_fields_hand_over_too_whatever_the_keys_are() {
    let settings = with_keys(&[("Undo", "Ctrl+U"), ("Redo", "Ctrl+R")]);
    let mut window = Window::open_with(settings, |_| example("coins", "coins-number"));
    let (node, name) = (window.node("Histogram of areas"), "bins");
    let value = |window: &Window| {
        let graph = window.app().project().document.graph();
        graph.node(node).unwrap().values.get(name).cloned()
    };
    window.pick("Histogram of areas");
    let before = value(&window);
    window.edit_value(name, "5");
    let edited = value(&window);
    assert_eq!(edited, Some(Value::Int(5)));
    window.key(ALT, Key::Num3);
    window.walk_to(name);
    window.key(CTRL, Key::A);
    window.typed("77");
    window.harness.run_steps(8);
    window.key(CTRL, Key::U);
    assert_eq!(
        (window.focused(), value(&window)),
        (name.to_owned(), edited.clone())
    );
    window.key(CTRL, Key::U);
    assert_eq!(
        (window.focused().as_str(), value(&window)),
        ("Canvas", before)
    );
    window.key(CTRL, Key::R);
    assert_eq!(value(&window), edited);
    window.harness.run_steps(8);
    let history = window.app().project().document.history();
    assert_eq!(
        (history.done(), history.redo_label()),
        (1, None),
        "the field itself changed nothing"
    );
}
