//! Without a mouse: keys of the user's own, their settings page and sheet, the keyboard's way among the panels, undo in
//! text fields. All by key presses into the real App.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use super::{Window, empty, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
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
    fn links(&self) -> usize {
        self.app().project().document.graph().link_count()
    }

    fn selected(&self) -> usize {
        self.app().project().document.selection().len()
    }

    fn saved_settings(&self) -> Settings {
        Settings::load(self.userdata.path()).0
    }

    /// Is anything on screen called so, or a part of it?
    fn says(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).count() > 0
    }

    /// What the widget that has the keyboard is called.
    fn focused(&self) -> String {
        let focused = self
            .harness
            .root()
            .children_recursive()
            .find(egui_kittest::Node::is_focused);
        focused
            .and_then(|node| node.accesskit_node().label())
            .unwrap_or_default()
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
    record(&mut window, "Add keys to Cut links", NONE, Key::F7);
    assert_eq!(window.saved_settings().keys["Unlink"], "Shift+Tab F7");
    record(
        &mut window,
        "Keys of Cut links: Shift+Tab, F7",
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
    fn walk_to(&mut self, label: &str) {
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
