//! What the inspector edits, by the keys of the canvas, in the real window: the first value, colours, ports; and frames
//! that fit what lies in them.

use super::*;
use loom::document::Document;
use loom::graph::{Node, Role};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;

impl Window {
    fn document(&self) -> &Document {
        &self.app().project().document
    }

    /// Add a node by the search; it is selected then.
    fn add(&mut self, query: &str) -> NodeId {
        self.key(NONE, Key::Tab);
        self.typed(query);
        self.key(NONE, Key::Enter);
        self.chosen().id
    }

    fn chosen(&self) -> &Node {
        self.document().selected_node().expect("one is selected")
    }

    fn run_command(&mut self, query: &str) {
        self.key(CTRL | SHIFT, Key::P);
        self.typed(query);
        self.key(NONE, Key::Enter);
    }

    fn is_on_canvas(&self) -> bool {
        let focused = self.harness.ctx.memory(egui::Memory::focused);
        focused == Some(loom::ui::canvas::canvas_id())
    }

    fn steps_done(&self) -> usize {
        self.document().history().done()
    }
}

#[test]
fn enter_leads_to_the_first_value_and_escape_or_enter_back() {
    let mut window = Window::open(empty);
    let node = window.add("add");
    let name = window.chosen().kind.inputs[0].name.clone();
    for (leave, expected) in [(Key::Escape, None), (Key::Enter, Some(Value::Float(7.0)))] {
        assert!(window.is_on_canvas());
        window.key(NONE, Key::Enter);
        assert!(!window.is_on_canvas(), "the field has the keyboard");
        window.typed("7");
        window.key(NONE, leave);
        let value = window.document().graph().node(node).unwrap();
        assert_eq!(value.values.get(&name).cloned(), expected, "{leave:?}");
    }
    assert!(window.is_on_canvas());
    window.key(CTRL, Key::Z);
    assert!(window.chosen().values.is_empty(), "one step");

    // A note's text.
    window.key(SHIFT, Key::N);
    window.key(NONE, Key::Enter);
    window.typed("# Hello");
    window.key(NONE, Key::Escape);
    assert!(window.is_on_canvas());
    window.key(NONE, Key::Enter);
    window.typed("# Hello");
    // The keyboard goes elsewhere: what was typed counts.
    window.key(Modifiers::ALT, Key::Num2);
    assert_eq!(window.chosen().values["text"], Value::text("# Hello"));

    // A frame's title.
    window.key(NONE, Key::Escape);
    window.key(SHIFT, Key::F);
    window.key(NONE, Key::Escape);
    window.key(NONE, Key::Enter);
    window.typed("Loading");
    window.key(NONE, Key::Enter);
    assert_eq!(*window.chosen().title(), "Loading");
    assert!(window.is_on_canvas());
}

#[test]
fn all_selected_get_a_colour_by_keys_in_one_step() {
    let mut window = Window::open(empty);
    window.add("add");
    window.add("multiply");
    window.key(CTRL, Key::A);
    let steps = window.steps_done();
    window.key(SHIFT, Key::C);
    window.key(NONE, Key::ArrowRight);
    window.key(NONE, Key::Enter);
    assert_eq!(window.steps_done(), steps + 1);
    let (_, first) = loom::ui::theme::SWATCHES[0];
    for node in window.document().nodes() {
        assert_eq!(node.style.colour, Some(first));
    }
    assert!(window.is_on_canvas(), "the choice gives the keyboard back");
    window.key(SHIFT, Key::C);
    window.key(NONE, Key::Escape);
    assert!(window.is_on_canvas());
    window.key(CTRL, Key::Z);
    let mut nodes = window.document().nodes();
    assert!(nodes.all(|node| node.style.colour.is_none()));
}

#[test]
fn a_frame_is_fitted_to_what_lies_in_it() {
    let mut window = Window::open(empty);
    let node = window.add("round");
    window.key(SHIFT, Key::F);
    window.key(NONE, Key::Escape);
    let frame = window.chosen().id;
    let rect = |window: &Window, id| window.app().panels().canvas.layout.rect(id).unwrap();
    let fitting = rect(&window, frame);
    window.audit("a frame's size and the colours");
    // Larger by its fields, then as it was.
    window.edit_value("Width", "900");
    window.edit_value("Height", "700");
    assert_eq!(rect(&window, frame).size(), vec2(900.0, 700.0));
    let steps = window.steps_done();
    window.run_command("fit frame");
    assert_eq!(window.steps_done(), steps + 1);
    assert_eq!(rect(&window, frame), fitting);
    assert!(fitting.contains_rect(rect(&window, node)));
    window.key(CTRL, Key::Z);
    assert_eq!(rect(&window, frame).size(), vec2(900.0, 700.0));
}

#[test]
fn ports_are_named_inside_and_the_links_follow_outside() {
    let mut window = Window::open(|_| example("coins", "coins-ports"));
    let node = window.node("Label regions");
    window.select(&["Label regions"]);
    window.key(NONE, Key::G);
    let group = window.chosen().id;
    window.audit("a subgraph's ports and the colours");
    let from = window.document().graph().incoming(group)[0].from.clone();
    window.key(NONE, Key::I);
    let inputs = window.document().nodes();
    let inputs = inputs.filter(|node| matches!(node.kind.role, Role::Inputs(_)));
    let pos = inputs.map(|node| node.pos).next().unwrap();
    window.click(window.on_screen(pos + vec2(60.0, 12.0)));
    let steps = window.steps_done();
    // Enter leads to the first port where there is no value to edit.
    window.key(NONE, Key::Enter);
    window.typed("photo");
    window.key(NONE, Key::Enter);
    assert!(window.is_on_canvas());
    assert_eq!(window.steps_done(), steps + 1);
    let graph = window.document().graph();
    assert_eq!(graph.link_to(group, "photo").unwrap().from, from);
    assert!(
        graph
            .incoming(node)
            .iter()
            .any(|link| link.from.name == "photo"),
        "inside too"
    );
    window.key(CTRL, Key::Z);
    assert!(window.document().graph().link_to(group, "photo").is_none());
    assert_eq!(window.document().graph().incoming(group)[0].from, from);
}

#[test]
fn a_subgraph_is_added_once_more_by_the_search_but_not_inside_itself() {
    let mut window = Window::open(empty);
    window.add("add");
    window.key(NONE, Key::G);
    window.run_command("go to the inspector");
    window.edit_value("Name of the subgraph", "Adding up");
    window.key(Modifiers::ALT, Key::Num2);
    let inside = window.chosen().kind.role.inside();
    let second = window.add("adding up");
    assert_eq!(
        window
            .document()
            .graph()
            .node(second)
            .unwrap()
            .kind
            .role
            .inside(),
        inside
    );
    window.key(CTRL, Key::Z);
    assert_eq!(window.document().nodes().count(), 1, "one step");
    // Inside, the same words find nothing.
    window.key(CTRL, Key::A);
    window.key(NONE, Key::I);
    window.key(NONE, Key::Tab);
    window.typed("adding up");
    window.harness.get_by_label("No node fits \"adding up\"");
    window.key(NONE, Key::Escape);
    // Frames and notes come by the search as well.
    let count = window.document().nodes().count();
    window.add("frame");
    assert_eq!(window.chosen().kind.role, Role::Frame);
    window.add("sticky");
    assert_eq!(window.chosen().kind.role, Role::Note);
    assert_eq!(window.document().nodes().count(), count + 2);
}

#[test]
fn a_link_let_go_in_empty_space_gets_a_dot_by_the_search() {
    let mut window = Window::open(empty);
    let node = window.add("add");
    let title = window.chosen().title().to_string();
    let from = window.output(&title, 0);
    window.drag(from, from + vec2(200.0, 150.0));
    window.typed("frame");
    assert!(window.harness.query_by_label("Frame").is_none());
    window.key(CTRL, Key::A);
    window.typed("reroute");
    window.key(NONE, Key::Enter);
    let dot = window.chosen();
    assert_eq!(dot.kind.role, Role::Reroute);
    let link = &window.document().graph().incoming(dot.id)[0];
    assert_eq!(link.from.node, node);
    window.key(CTRL, Key::Z);
    assert_eq!(window.document().nodes().count(), 1, "one step");
}
