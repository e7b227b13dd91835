//! The outline in a real egui.

use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::document::Meta;
use crate::graph::{Bank, Edit, InputSpec, NodeKind, OutputSpec, Port, Pos2, ValueType};
use crate::ui::testing::{World, document, finished, panel, run};

fn show(document: Document) -> Harness<'static, World<Outline>> {
    let mut world = World::<Outline> {
        document,
        run: run([finished(0, "float", "2.0")]),
        ..World::default()
    };
    world.state.focus();
    let mut harness = panel(world, vec2(320.0, 400.0), |ui, outline, context| {
        outline_ui(ui, outline, context);
    });
    harness.run();
    harness
}

/// The names of the rows that are there, and which has the keyboard.
fn rows(harness: &Harness<'_, World<Outline>>) -> (Vec<String>, Option<String>) {
    let rows: Vec<_> = harness.query_all_by_role(Role::ListBoxOption).collect();
    let name = |row: &egui_kittest::Node<'_>| row.accesskit_node().label().unwrap_or_default();
    let focused = rows.iter().find(|row| row.is_focused()).map(name);
    (rows.iter().map(name).collect(), focused)
}

fn revealed(harness: &Harness<'_, World<Outline>>) -> Vec<u32> {
    let actions = harness.state().actions.iter();
    let revealed = actions.map(|action| match action {
        Action::Reveal(node) => node.0,
        other => panic!("{other:?}"),
    });
    revealed.collect()
}

/// `count` nodes in a chain.
fn chain(count: u32) -> Document {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = vec![InputSpec::new("a", ValueType::Int)];
    kind.outputs = vec![OutputSpec::untyped("sum")];
    let kind = std::sync::Arc::new(kind);
    let node = |i: u32| {
        let mut node = Node::new(
            NodeId(i),
            format!("node_{i}"),
            kind.clone(),
            Pos2::new(i as f32, 0.0),
        );
        node.title = Some(format!("Number {i}").into());
        node
    };
    let link = |i: u32| Link {
        from: Port::new(NodeId(i - 1), "sum"),
        to: Port::new(NodeId(i), "a"),
    };
    let (graph, ..) = Graph::from_parts((0..count).map(node), (1..count).map(link));
    Document::new(graph, Meta::default())
}

#[test]
fn rows_say_nodes_states_and_links_and_keys_walk_them() {
    let mut harness = show(document());
    let (names, focused) = rows(&harness);
    assert_eq!(
        names,
        [
            "Add: Done in 1.5 ms",
            "Round: Waiting",
            "Round: number from Add.result",
        ]
    );
    assert_eq!(focused.as_deref(), Some("Add: Done in 1.5 ms"));
    for (key, row) in [
        (Key::ArrowUp, 0),
        (Key::ArrowDown, 1),
        (Key::ArrowDown, 2),
        (Key::ArrowDown, 2),
        (Key::Home, 0),
        (Key::End, 2),
        (Key::ArrowUp, 1),
    ] {
        harness.key_press(key);
        harness.run();
        assert_eq!(rows(&harness).1.as_ref(), Some(&names[row]), "{key:?}");
    }
    assert_eq!(revealed(&harness), [0; 0], "walking asks for nothing");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(revealed(&harness), [1]);
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(
        revealed(&harness),
        [1, 0],
        "a link shows where it comes from"
    );
}

#[test]
fn keys_that_come_faster_than_frames_stay_in_the_list() {
    let mut harness = show(chain(30));
    for _ in 0..5 {
        harness.key_press(Key::ArrowDown);
        harness.step();
    }
    harness.run();
    // Row 0 is node 0, then each node has a row and its link one.
    assert_eq!(rows(&harness).1.as_deref(), Some("Number 3: Not run yet"));
}

#[test]
fn a_click_shows_a_node() {
    let mut harness = show(document());
    harness.get_by_label("Round: Waiting").click();
    harness.run();
    assert_eq!(revealed(&harness), [1]);
}

#[test]
fn of_many_nodes_few_rows_are_made_and_all_are_reached() {
    let mut harness = show(chain(10_000));
    assert!(rows(&harness).0.len() < 30);
    harness.key_press(Key::End);
    harness.run();
    let (names, focused) = rows(&harness);
    assert_eq!(
        focused.as_deref(),
        Some("Number 9999: a from Number 9998.sum")
    );
    assert!(names.len() < 30);
    let last = harness
        .get_by_label("Number 9999: a from Number 9998.sum")
        .rect();
    assert!(last.max.y <= 400.0, "it is in sight: {last}");
}

#[test]
fn the_list_follows_the_graph_and_the_selection() {
    let mut harness = show(chain(100));
    harness.state_mut().document.select([NodeId(80)]);
    harness.run();
    harness.get_by_label("Number 80: Not run yet");
    let world = harness.state_mut();
    let link = world.document.graph().incoming(NodeId(80))[0].clone();
    let cut = vec![Edit::Disconnect(link)];
    world
        .document
        .commit(crate::document::Transaction::new("Cut", cut))
        .unwrap();
    harness.run();
    assert!(
        harness
            .query_by_label("Number 80: a from Number 79.sum")
            .is_none()
    );
    harness.get_by_label("Number 79: a from Number 78.sum");
}
