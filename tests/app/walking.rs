//! The canvas by keys alone: arrows walk, select, follow links, move nodes and choose the ports of a new link. All by
//! key presses into the real App.

use egui::{Key, Modifiers};
use loom::document::file::to_text;
use loom::graph::Pos2;

use super::{Window, empty, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

impl Window {
    /// Titles of the selected nodes, in the order of their ids.
    pub(super) fn selected_titles(&self) -> Vec<String> {
        let document = &self.app().project().document;
        let nodes = document.selection().iter();
        nodes
            .filter_map(|id| document.graph().node(*id))
            .map(|node| node.title().to_string())
            .collect()
    }

    pub(super) fn text(&self) -> String {
        to_text(&self.app().project().document, None)
    }

    pub(super) fn pos_of(&self, title: &str) -> Pos2 {
        let graph = self.app().project().document.graph();
        graph.node(self.node(title)).unwrap().pos
    }

    /// `from.output -> to.input` of every link, sorted.
    pub(super) fn links_in_words(&self) -> Vec<String> {
        let graph = self.app().project().document.graph();
        let title = |id| graph.node(id).unwrap().title().to_string();
        let mut links: Vec<_> = graph
            .links()
            .map(|link| {
                let (from, to) = (title(link.from.node), title(link.to.node));
                format!("{from}.{} -> {to}.{}", link.from.name, link.to.name)
            })
            .collect();
        links.sort();
        links
    }

    /// Add the node that is found first, and leave it selected.
    pub(super) fn add(&mut self, query: &str) {
        self.key(NONE, Key::Tab);
        self.typed(query);
        self.key(NONE, Key::Enter);
    }
}

#[test]
fn arrows_walk_to_the_nearest_node_and_along_links() {
    let mut window = Window::open(|_| example("coins", "coins-walk"));
    window.pick("Close gaps");
    for (modifiers, key, titles) in [
        (NONE, Key::ArrowRight, &["Clear border"][..]),
        (NONE, Key::ArrowRight, &["Label regions"]),
        (NONE, Key::ArrowRight, &["Label regions"]),
        (NONE, Key::ArrowLeft, &["Clear border"]),
        (SHIFT, Key::ArrowLeft, &["Close gaps", "Clear border"]),
        // From the node that was walked to last.
        (NONE, Key::ArrowLeft, &["Brighter than"]),
        (ALT, Key::ArrowLeft, &["Coins photo"]),
        (ALT, Key::ArrowRight, &["Brighter than"]),
        // Both read the photo.
        (ALT, Key::ArrowDown, &["Otsu threshold"]),
        (NONE, Key::PageDown, &["Keep large regions"]),
        (NONE, Key::PageUp, &["Otsu threshold"]),
    ] {
        window.key(modifiers, key);
        assert_eq!(window.selected_titles(), titles, "{modifiers:?} {key:?}");
    }

    // What is walked to is in view, from however near.
    window.key(NONE, Key::F);
    for _ in 0..3 {
        window.key(ALT, Key::ArrowRight);
    }
    assert_eq!(window.selected_titles(), ["Clear border"]);
    let view = window.app().panels().canvas.camera.view_in_graph();
    assert!(view.contains(window.pos_of("Clear border")));

    // Without a selection an arrow begins in the middle; the view is scrolled without any.
    window.key(NONE, Key::Escape);
    window.key(ALT | SHIFT, Key::ArrowRight);
    let scrolled = window.app().panels().canvas.camera.view_in_graph();
    assert!(scrolled.center().x > view.center().x + 0.2 * view.width());
    assert_eq!(window.selected(), 0);
    window.key(NONE, Key::ArrowUp);
    assert_eq!(window.selected(), 1);
}

#[test]
fn ctrl_and_arrows_move_nodes_and_a_held_key_is_one_step() {
    let mut window = Window::open(|_| example("coins", "coins-nudge"));
    let before = window.text();
    window.pick("Close gaps");
    window.key(SHIFT, Key::ArrowRight);
    let (start, other) = (window.pos_of("Close gaps"), window.pos_of("Clear border"));
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowRight] {
        window.key(CTRL, key);
    }
    let moved = window.pos_of("Close gaps") - start;
    assert_eq!(moved.y, 2.0 * moved.x);
    assert!(moved.x > 0.0);
    assert_eq!(window.pos_of("Clear border") - other, moved);
    assert_eq!(window.app().project().document.history().done(), 1);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
    window.key(CTRL, Key::Y);
    assert_eq!(window.pos_of("Close gaps") - start, moved);

    // What is in the file stays a state of its own, and other nodes are another step.
    window.key(CTRL, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    window.key(CTRL, Key::ArrowDown);
    assert_eq!(window.app().project().document.history().done(), 2);
    window.key(CTRL, Key::Z);
    assert!(!window.app().project().document.is_dirty());
    window.key(CTRL, Key::ArrowDown);
    window.pick("Otsu threshold");
    window.key(CTRL, Key::ArrowDown);
    assert_eq!(window.app().project().document.history().done(), 3);
}

#[test]
fn c_starts_a_link_and_arrows_choose_its_ports() {
    let mut window = Window::open(empty);
    window.add("length");
    let source = window.selected_titles().remove(0);
    window.add("add");
    let (left, below) = (window.selected_titles().remove(0), Key::ArrowDown);
    window.pick(&source);
    window.key(NONE, Key::C);
    assert!(window.canvas_value().starts_with("Link from"));
    window.key(NONE, Key::Enter);
    let chosen = window.canvas_value();
    assert!(chosen.contains(&format!("{left}.a")), "{chosen}");
    window.key(NONE, below);
    let chosen = window.canvas_value();
    assert!(chosen.contains(&format!("{left}.b")), "{chosen}");
    assert_eq!(window.links(), 0, "nothing is linked before Enter");
    window.key(NONE, Key::Enter);
    assert_eq!(window.links(), 1);
    assert!(window.links_in_words()[0].ends_with(&format!("-> {left}.b")));
    assert_eq!(window.selected_titles(), [source], "arrows walked nowhere");

    // From an input, Tab lists what fits it and links what is added.
    window.pick(&left);
    window.key(NONE, Key::C);
    window.key(NONE, below);
    assert!(
        window
            .canvas_value()
            .starts_with(&format!("Link to {left}.a"))
    );
    window.key(NONE, Key::C);
    window.key(NONE, Key::Tab);
    window.typed("length");
    window.key(NONE, Key::Enter);
    assert_eq!((window.links(), window.nodes()), (2, 3));
    window.key(CTRL, Key::Z);
    assert_eq!((window.links(), window.nodes()), (1, 2));

    // X cuts what one port has, and no more.
    window.pick(&left);
    window.key(NONE, Key::C);
    window.key(NONE, Key::X);
    assert_eq!(window.links(), 1, "its output has none: nothing is cut");
    window.key(NONE, below);
    window.key(NONE, below);
    let chosen = window.canvas_value();
    assert!(chosen.contains("X cuts its link"), "{chosen}");
    window.key(NONE, Key::X);
    assert_eq!(window.links(), 0);
    window.key(CTRL, Key::Z);
    assert_eq!(window.links(), 1);

    // Escape leaves it; then the arrows walk again.
    window.pick(&left);
    window.key(NONE, Key::C);
    window.key(NONE, Key::Escape);
    assert!(window.canvas_value().starts_with(&left));
    window.key(NONE, Key::Escape);
    assert_eq!(window.selected(), 0);
}

impl Window {
    /// What a screen reader says of the canvas.
    pub(super) fn canvas_value(&self) -> String {
        use egui_kittest::kittest::{NodeT as _, Queryable as _};
        let canvas = self.harness.get_by_label("Canvas");
        canvas.accesskit_node().value().unwrap_or_default()
    }
}

#[test]
fn nodes_are_put_into_links_and_taken_out_by_commands() {
    let mut window = Window::open(|_| example("coins", "coins-insert"));
    let (before, links) = (window.text(), window.links_in_words());
    window.pick("Clear border");
    window.key(ALT, Key::D);
    let healed = window.links_in_words();
    assert!(healed.contains(&"Close gaps.result -> Label regions.mask".to_owned()));
    assert!(!healed.iter().any(|link| link.contains("Clear border")));
    window.key(ALT, Key::I);
    assert_eq!(
        window.links_in_words(),
        links,
        "the nearest link is its own"
    );
    window.key(CTRL, Key::Z);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);

    // Gone, and the links around it heal, in one step.
    window.key(CTRL, Key::Delete);
    assert_eq!(window.links_in_words(), healed);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);

    // Through dots, one for each output.
    window.pick("Coins photo");
    window.key(SHIFT, Key::R);
    let dots = window.links_in_words();
    assert_eq!(dots.len(), links.len() + 1);
    assert_eq!(window.selected(), 1, "the dot");
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
}

#[test]
fn what_frames_cost_is_shown_and_draws_none_itself() {
    let mut window = Window::open(|_| example("coins", "coins-cost"));
    window.key(CTRL | SHIFT, Key::P);
    window.typed("frame cost");
    window.key(NONE, Key::Enter);
    assert!(window.says("CPU per frame"));
    assert!(window.harness.try_run().is_ok(), "the window comes to rest");
    window.key(CTRL | SHIFT, Key::P);
    window.typed("frame cost");
    window.key(NONE, Key::Enter);
    assert!(!window.says("CPU per frame"));
}

#[test]
fn how_the_canvas_is_worked_on_is_remembered() {
    let mut window = Window::open(empty);
    window.key(SHIFT, Key::S);
    window.key(SHIFT, Key::M);
    let kept = window.saved_settings().canvas;
    assert!(!kept.snap_to_grid && !kept.minimap && !kept.box_selects_inside);
    let habits = window.app().panels().canvas.habits;
    assert!(!habits.snaps && !habits.has_minimap);
    let settings = window.saved_settings();
    let mut window = Window::open_with(settings, empty);
    assert!(!window.app().panels().canvas.habits.snaps);
    window.key(SHIFT, Key::S);
    assert!(window.app().panels().canvas.habits.snaps);
    assert!(window.saved_settings().canvas.snap_to_grid);
}

#[test]
fn brackets_select_all_that_is_needed_or_that_needs_it() {
    let mut window = Window::open(|_| example("coins", "coins-along"));
    window.pick("Close gaps");
    window.key(NONE, Key::OpenBracket);
    assert_eq!(
        window.selected_titles(),
        [
            "Coins photo",
            "Otsu threshold",
            "Brighter than",
            "Close gaps"
        ]
    );
    window.key(NONE, Key::Escape);
    window.pick("Areas");
    window.key(NONE, Key::CloseBracket);
    let expected = [
        "Areas",
        "Add the areas",
        "Histogram of areas",
        "Sum of areas",
    ];
    assert_eq!(window.selected_titles(), expected);
}
