//! What the hands do with the pointer: nodes into links and out of them, ends of links elsewhere, boxes, edges of
//! frames. All by pointer events into the real App.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;
use loom::graph::{Pos2, Role};

use super::{Window, example};

const NONE: Modifiers = Modifiers::NONE;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

impl Window {
    /// A drag with modifiers held.
    fn drag_with(&mut self, modifiers: Modifiers, from: Pos2, to: Pos2) {
        let held = egui::Event::ModifiersChanged(modifiers);
        self.harness.event(held);
        self.drag(from, to);
        self.harness.event(egui::Event::ModifiersChanged(NONE));
        self.steps();
    }

    fn title_bar(&self, title: &str) -> Pos2 {
        self.on_screen(self.pos_of(title) + vec2(60.0, 12.0))
    }
}

#[test]
fn a_node_dropped_on_a_link_is_inserted_and_alt_takes_it_out_again() {
    let mut window = Window::open(|_| example("coins", "coins-onto"));
    let (before, links) = (window.text(), window.links_in_words());
    let bar = window.title_bar("Clear border");
    window.drag_with(ALT, bar, bar + vec2(0.0, -60.0));
    let healed = window.links_in_words();
    assert!(healed.contains(&"Close gaps.result -> Label regions.mask".to_owned()));
    assert_eq!(healed.len(), links.len() - 1);
    let history = window.app().project().document.history();
    assert_eq!(history.done(), 1, "moved and taken out in one step");

    // Back onto the link that healed.
    let bar = window.title_bar("Clear border");
    window.drag(bar, bar + vec2(0.0, 60.0));
    assert_eq!(window.links_in_words(), links);
    assert_eq!(window.app().project().document.history().done(), 2);
    window.key(CTRL, Key::Z);
    assert_eq!(window.links_in_words(), healed);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
}

#[test]
fn a_kind_dropped_on_a_link_is_inserted_in_one_step() {
    let mut window = Window::open(|_| example("coins", "coins-kind-onto"));
    let (before, links) = (window.text(), window.links_in_words());
    window.key(Modifiers::ALT, Key::Num1);
    window.typed("show value");
    let kind = window.harness.get_by_label("Show value").rect().center();
    let (from, to) = (
        window.output("Measure regions", 0),
        window.input("Keep large regions", 0),
    );
    window.drag(kind, from + (to - from) * 0.5);
    let now = window.links_in_words();
    assert!(now.contains(&"Measure regions.result -> Show value.value".to_owned()));
    assert!(now.contains(&"Show value.result -> Keep large regions.regions".to_owned()));
    assert_eq!(now.len(), links.len() + 1);
    window.key(Modifiers::ALT, Key::Num2);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
}

#[test]
fn a_node_with_links_is_only_moved_over_others() {
    let mut window = Window::open(|_| example("coins", "coins-over"));
    let links = window.links_in_words();
    let bar = window.title_bar("Otsu threshold");
    let onto = window.title_bar("Clear border");
    window.drag(bar, onto);
    assert_eq!(window.links_in_words(), links);
}

#[test]
fn either_end_of_a_link_is_dragged_off_by_its_line() {
    let mut window = Window::open(|_| example("coins", "coins-ends"));
    let links = window.links_in_words();
    // Near its end: to another input.
    let (from, to) = (
        window.input("Clear border", 0),
        window.input("Label regions", 0),
    );
    window.drag(from - vec2(14.0, 0.0), to);
    let moved = window.links_in_words();
    assert!(moved.contains(&"Close gaps.result -> Label regions.mask".to_owned()));
    assert_eq!(moved.len(), links.len() - 1, "the input's own link went");
    window.key(CTRL, Key::Z);
    assert_eq!(window.links_in_words(), links);

    // Near its start: from another output.
    let (from, to) = (
        window.output("Clear border", 0),
        window.output("Close gaps", 0),
    );
    window.drag(from + vec2(14.0, 0.0), to);
    let moved = window.links_in_words();
    assert!(moved.contains(&"Close gaps.result -> Label regions.mask".to_owned()));
    assert!(moved.contains(&"Close gaps.result -> Clear border.mask".to_owned()));
    assert_eq!(moved.len(), links.len());

    // Into nothing: it goes.
    window.key(CTRL, Key::Z);
    window.drag(from + vec2(14.0, 0.0), from + vec2(14.0, 160.0));
    assert_eq!(window.links_in_words().len(), links.len() - 1);
}

#[test]
fn a_box_selects_what_it_touches_or_with_alt_what_is_inside() {
    let mut window = Window::open(|_| example("coins", "coins-box"));
    let start = window.on_screen(window.pos_of("Close gaps") - vec2(30.0, 60.0));
    let end = window.on_screen(window.pos_of("Clear border") + vec2(60.0, 300.0));
    window.drag(start, end);
    assert_eq!(window.selected_titles(), ["Close gaps", "Clear border"]);
    window.drag_with(ALT, start, end);
    assert_eq!(window.selected_titles(), ["Close gaps"]);
    // A command turns it round.
    window.key(CTRL | Modifiers::SHIFT, Key::P);
    window.typed("box selects");
    window.key(NONE, Key::Enter);
    window.drag(start, end);
    assert_eq!(window.selected_titles(), ["Close gaps"]);
    window.drag_with(ALT, start, end);
    assert_eq!(window.selected_titles(), ["Close gaps", "Clear border"]);
}

#[test]
fn frames_are_resized_by_their_edges_in_one_step() {
    let mut window = Window::open(|_| example("coins", "coins-edges"));
    window.pick("Clear border");
    window.key(Modifiers::SHIFT, Key::F);
    window.key(NONE, Key::Escape);
    let before = window.text();
    let frame = |window: &Window| {
        let graph = window.app().project().document.graph();
        let mut nodes = graph.nodes();
        let frame = nodes.find(|node| node.kind.role == Role::Frame).unwrap();
        egui::Rect::from_min_size(frame.pos, frame.style.size.unwrap())
    };
    let start = frame(&window);
    let corner = window.on_screen(start.max);
    window.drag(corner, corner + vec2(60.0, 40.0));
    let wide = frame(&window);
    assert_eq!(wide.min, start.min);
    assert!(wide.width() > start.width() + 30.0 && wide.height() > start.height() + 20.0);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
    // The left edge takes the corner with it.
    let left = window.on_screen(start.left_center());
    window.drag(left, left - vec2(60.0, 0.0));
    let wide = frame(&window);
    assert!(wide.left() < start.left() - 30.0);
    assert_eq!((wide.max, wide.top()), (start.max, start.top()));
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
}

#[test]
fn a_link_dropped_in_empty_space_lists_what_fits_and_connects_it() {
    let mut window = Window::open(|_| example("coins", "coins-drop"));
    let from = window.output("Otsu threshold", 0);
    let count = window.app().project().document.graph().node_count();
    let listed = |window: &Window| window.harness.query_all_by_label("Load image").count();
    let in_library = listed(&window);
    window.drag(from, from + vec2(18.0, 40.0));
    assert_eq!(listed(&window), in_library, "it takes no number");
    window.typed("round");
    window.key(NONE, Key::Enter);
    let graph = window.app().project().document.graph();
    assert_eq!(graph.node_count(), count + 1);
    let added = *window
        .app()
        .project()
        .document
        .selection()
        .iter()
        .next()
        .unwrap();
    assert_eq!(graph.incoming(added).len(), 1, "the new node is linked");
    // One undo step takes node and link away.
    window.key(CTRL, Key::Z);
    assert_eq!(window.app().project().document.graph().node_count(), count);
}

#[test]
fn boxes_select_drags_move_in_one_step_and_escape_drops_them() {
    let mut window = Window::open(|_| example("coins", "coins-select"));
    let before = loom::document::file::to_text(&window.app().project().document, None);
    let corner = window.on_screen(Pos2::new(-20.0, -60.0));
    window.drag(corner, window.on_screen(Pos2::new(520.0, 240.0)));
    assert_eq!(
        window.app().project().document.selection().len(),
        2,
        "the photo and its threshold"
    );
    let grab = window.on_screen(Pos2::new(60.0, 12.0));
    window.drag(grab, grab + vec2(0.0, -60.0));
    assert_ne!(
        loom::document::file::to_text(&window.app().project().document, None),
        before
    );
    window.key(CTRL, Key::Z);
    assert_eq!(
        loom::document::file::to_text(&window.app().project().document, None),
        before
    );

    window.harness.event(egui::Event::PointerMoved(grab));
    window.harness.step();
    window.button(grab, true);
    window
        .harness
        .event(egui::Event::PointerMoved(grab + vec2(50.0, 50.0)));
    window.harness.step();
    window.key(NONE, Key::Escape);
    window.button(grab + vec2(50.0, 50.0), false);
    window.steps();
    assert_eq!(
        loom::document::file::to_text(&window.app().project().document, None),
        before
    );
}

#[test]
fn a_line_drawn_with_ctrl_cuts_links_and_the_history_panel_brings_them_back() {
    let mut window = Window::open(|_| example("coins", "coins-cut"));
    let links = |window: &Window| window.app().project().document.graph().link_count();
    let before = links(&window);
    let (from, to) = (Pos2::new(1090.0, 16.0), Pos2::new(1090.0, 110.0));
    let (from, to) = (window.on_screen(from), window.on_screen(to));
    window.harness.event(egui::Event::ModifiersChanged(CTRL));
    window.drag(from, to);
    window.harness.event(egui::Event::ModifiersChanged(NONE));
    window.steps();
    assert_eq!(
        links(&window),
        before - 1,
        "the link between two nodes is cut"
    );

    window.harness.get_by_label("History").click();
    window.steps();
    window.harness.get_by_label("Opened").click();
    window.steps();
    assert_eq!(links(&window), before);
    window.harness.get_by_label("Unlink").click();
    window.steps();
    assert_eq!(links(&window), before - 1);
}
