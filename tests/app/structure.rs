//! Subgraphs, muting, frames and notes by key presses, in the real window.

use super::*;
use loom::graph::{Mode, Role};

const NONE: Modifiers = Modifiers::NONE;

impl Window {
    fn select(&mut self, titles: &[&str]) {
        self.key(NONE, Key::Escape);
        self.harness
            .event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
        for title in titles {
            let document = &self.app().project().document;
            let found = document.nodes().find(|node| **node.title() == **title);
            let pos = found.unwrap_or_else(|| panic!("no node \"{title}\"")).pos;
            let at = self.on_screen(pos + vec2(60.0, 12.0));
            self.harness.event(egui::Event::PointerMoved(at));
            self.harness.step();
            for pressed in [true, false] {
                self.harness.event(egui::Event::PointerButton {
                    pos: at,
                    button: PointerButton::Primary,
                    pressed,
                    modifiers: Modifiers::SHIFT,
                });
                self.harness.step();
            }
        }
        self.harness.event(egui::Event::ModifiersChanged(NONE));
        self.steps();
        assert_eq!(
            self.app().project().document.selection().len(),
            titles.len()
        );
    }

    /// What the whole graph's last counting node gave: 22 coins.
    fn coins(&self) -> String {
        let project = self.app().project();
        let document = &project.document;
        let node = document
            .graph()
            .nodes()
            .find(|node| *node.title() == "Count of regions");
        let node = node.unwrap();
        let run = loom::ui::results::node_run(
            (document.graph(), document.path()),
            &project.flat,
            &project.run,
            node,
        );
        run.outputs
            .iter()
            .flatten()
            .map(|value| value.text.to_string())
            .collect()
    }
}

#[test]
fn a_group_runs_as_before_is_opened_and_taken_apart_again() {
    let mut window = Window::open(|_| example("coins", "coins-group"));
    let text =
        |window: &Window| loom::document::file::to_text(&window.app().project().document, None);
    let before = text(&window);
    let count = window.app().project().document.graph().node_count();
    window.select(&["Close gaps", "Clear border", "Label regions"]);
    window.key(NONE, Key::G);
    let document = &window.app().project().document;
    let group = document
        .selected_node()
        .expect("the new node is selected")
        .clone();
    assert!(group.kind.role.inside().is_some());
    assert_eq!(document.nodes().count(), count - 2);
    assert_eq!((group.kind.inputs.len(), group.kind.outputs.len()), (1, 1));

    window.run_all();
    assert_eq!(window.coins(), "22");
    let project = window.app().project();
    let place = (project.document.graph(), project.document.path());
    let run = loom::ui::results::node_run(place, &project.flat, &project.run, &group);
    assert!(
        matches!(run.status, NodeStatus::Done { .. }),
        "{:?}",
        run.status
    );

    // Inside: the three nodes and the two for the ports; a crumb leads back.
    window.key(NONE, Key::I);
    let document = &window.app().project().document;
    assert_eq!(document.path(), [group.id]);
    assert_eq!(document.nodes().count(), 5);
    let roles: Vec<_> = document
        .nodes()
        .filter(|node| node.kind.role != Role::Function)
        .collect();
    assert_eq!(roles.len(), 2);
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    assert_eq!(
        window.app().project().document.nodes().count(),
        6,
        "what is added lies inside"
    );
    window.key(Modifiers::COMMAND, Key::Z);
    window.harness.get_by_label("Back to Graph").click();
    window.steps();
    assert!(window.app().project().document.path().is_empty());

    // Saved and read again it is the same.
    let saved = text(&window);
    let catalog = &window.app().project().catalog;
    let read =
        loom::document::file::parse(saved.as_bytes(), "savefile.json".as_ref(), catalog).unwrap();
    assert_eq!(read.notes, [""; 0]);
    assert_eq!(loom::document::file::to_text(&read.document, None), saved);

    let at = window.on_screen(group.pos + vec2(60.0, 12.0));
    window.click(at);
    window.key(Modifiers::SHIFT, Key::G);
    window.run_all();
    assert_eq!(window.coins(), "22");
    window.key(Modifiers::COMMAND, Key::Z);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(text(&window), before);
}

#[test]
fn muting_skips_what_depends_and_once_more_runs_it_again() {
    let mut window = Window::open(|_| example("coins", "coins-mute"));
    window.select(&["Clear border"]);
    window.key(NONE, Key::M);
    window.run_all();
    assert_eq!(window.coins(), "", "it needs the muted node");
    let node = window.node("Clear border");
    let style = window
        .app()
        .project()
        .document
        .graph()
        .node(node)
        .unwrap()
        .style;
    assert_eq!(style.mode, Mode::Muted);
    window.select(&["Clear border"]);
    window.key(NONE, Key::B);
    window.run_all();
    assert_ne!(window.coins(), "", "bypassed, its input is passed on");
    window.key(NONE, Key::B);
    window.run_all();
    assert_eq!(window.coins(), "22");
}

#[test]
fn a_frame_carries_what_lies_in_it() {
    let mut window = Window::open(|_| example("coins", "coins-frame"));
    let pos = |window: &Window, title: &str| {
        let node = window.node(title);
        window
            .app()
            .project()
            .document
            .graph()
            .node(node)
            .unwrap()
            .pos
    };
    window.select(&["Clear border"]);
    window.key(Modifiers::SHIFT, Key::F);
    window.key(NONE, Key::Escape);
    let document = &window.app().project().document;
    let frame = document
        .graph()
        .nodes()
        .find(|node| node.kind.role == Role::Frame)
        .unwrap()
        .clone();
    let before = pos(&window, "Clear border");
    let other = pos(&window, "Close gaps");
    let grab = window.on_screen(frame.pos + vec2(30.0, 10.0));
    window.drag(grab, grab + vec2(0.0, -40.0));
    assert!(pos(&window, "Clear border").y < before.y);
    assert_eq!(pos(&window, "Close gaps"), other);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(pos(&window, "Clear border"), before);
}

#[test]
fn what_the_graph_brings_itself_is_added_like_any_kind() {
    let mut window = Window::open(|_| example("coins", "coins-own-kinds"));
    let uses = |window: &Window, title: &str| {
        let nodes = window.app().project().document.graph().nodes();
        nodes.filter(|node| *node.kind.title == *title).count()
    };
    window.select(&["Close gaps", "Clear border"]);
    window.key(NONE, Key::G);
    for title in ["Subgraph", "Frame", "Note", "Reroute"] {
        let before = uses(&window, title);
        window.add(title);
        assert_eq!(uses(&window, title), before + 1, "{title}");
    }
    // Not inside itself.
    window.key(NONE, Key::Home);
    let at = window.on_screen(window.pos_of("Subgraph") + vec2(60.0, 12.0));
    window.click(at);
    window.key(NONE, Key::I);
    assert_eq!(window.app().project().document.path().len(), 1);
    window.key(NONE, Key::Tab);
    window.typed("subgraph");
    assert!(window.says("No node fits"), "no other has that name");
    window.key(NONE, Key::Escape);
}
