//! The inspector in a real egui.

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::document::{Document, Meta, Transaction};
use crate::engine::protocol::{EngineEvent, Frame, NodeError};
use crate::graph::{Bank, Edit, Graph, NodeKind, Pos2, Value};
use crate::ui::environment::model::EnvironmentAction;
use crate::ui::testing::{World, document, failed, finished, panel, run};

type Panel = (Inspector, Drafts);

fn inspect(world: World<Panel>) -> Harness<'static, World<Panel>> {
    panel(world, vec2(340.0, 900.0), |ui, (inspector, drafts), ctx| {
        inspector_ui(ui, inspector, drafts, ctx);
    })
}

fn world(select: &[u32]) -> World<Panel> {
    let mut document = document();
    document.select(select.iter().copied().map(NodeId));
    World {
        document,
        ..World::default()
    }
}

/// A node alone, selected.
fn world_of(node: Node) -> World<Panel> {
    let mut world = World::<Panel> {
        document: Document::new(Graph::from_parts([node], []).0, Meta::default()),
        ..World::default()
    };
    world.document.select([NodeId(0)]);
    world
}

fn edits(actions: &[Action]) -> Vec<&Edit> {
    let edits = actions.iter().filter_map(|action| match action {
        Action::Edit(Transaction { edits, .. }) => Some(edits),
        _ => None,
    });
    edits.flatten().collect()
}

#[test]
fn a_title_is_given_and_taken_away() {
    for (typed, leave, expected) in [
        ("Sum", Key::Enter, Some(Some("Sum"))),
        ("Sum", Key::Escape, None),
        // The kind's own title is no title of the node.
        ("Add", Key::Enter, None),
    ] {
        let mut harness = inspect(world(&[0]));
        harness.state_mut().state.0.rename();
        harness.run();
        harness.get_by_label("Title").type_text(typed);
        harness.run();
        harness.key_press(leave);
        harness.run();
        let expected: Vec<_> = expected
            .map(|title| Edit::SetTitle {
                node: NodeId(0),
                title: title.map(Name::from),
            })
            .into_iter()
            .collect();
        let edits: Vec<_> = edits(&harness.state().actions)
            .into_iter()
            .cloned()
            .collect();
        assert_eq!(edits, expected, "{typed} {leave:?}");
    }
}

#[test]
fn a_title_that_is_being_typed_goes_to_the_node_it_was_typed_for() {
    let mut harness = inspect(world(&[0]));
    harness.state_mut().state.0.rename();
    harness.run();
    harness.get_by_label("Title").type_text("Sum");
    harness.run();
    harness.state_mut().document.select([NodeId(1)]);
    harness.run();
    let expected = Edit::SetTitle {
        node: NodeId(0),
        title: Some("Sum".into()),
    };
    assert_eq!(edits(&harness.state().actions), [&expected]);
}

#[test]
fn a_linked_input_leads_to_its_source() {
    let mut harness = inspect(world(&[1]));
    harness.run();
    harness.get_by_label("← Add.result").click();
    harness.run();
    assert!(matches!(
        harness.state().actions[..],
        [Action::Reveal(NodeId(0))]
    ));
}

#[test]
fn a_value_is_changed_and_reset() {
    let mut harness = inspect(world(&[0]));
    harness.run();
    assert!(harness.query_by_label("Reset a").is_none());
    harness.get_by_label("a").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.event(egui::Event::Text("5".into()));
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let Some(Action::Edit(set)) = harness.state_mut().actions.pop() else {
        panic!("an edit");
    };
    let value = Some(Value::Float(5.0));
    let input = Port::new(NodeId(0), "a");
    assert_eq!(set.edits, [Edit::SetValue { input, value }]);
    harness.state_mut().document.commit(set).unwrap();
    harness.run();
    harness.get_by_label("Reset a").click();
    harness.run();
    let input = Port::new(NodeId(0), "a");
    let reset = Edit::SetValue { input, value: None };
    assert_eq!(edits(&harness.state().actions), [&reset]);
}

#[test]
fn results_can_be_viewed() {
    let mut world = world(&[1]);
    world.run = run([finished(1, "int", "42")]);
    let mut harness = inspect(world);
    harness.run();
    harness.get_by_label("42");
    harness.get_by_label_contains("Done in 1.5 ms");
    harness.get_by_label("View result").click();
    harness.run();
    let action = harness.state_mut().actions.pop();
    assert!(matches!(
        action,
        Some(Action::View {
            node: NodeId(1),
            output: 0
        })
    ));
}

#[test]
fn an_error_says_what_why_and_where() {
    let mut world = world(&[0]);
    let frame = Frame {
        file: "nodes/sums.py".into(),
        line: 7,
        function: "add".into(),
        code: "return a + b".into(),
    };
    world.run = run([failed(
        0,
        NodeError {
            kind: "TypeError".into(),
            message: "cannot add".into(),
            traceback: vec![frame],
            inputs: vec![("a".into(), "text".into(), "seven".into())],
            ..NodeError::default()
        },
    )]);
    let mut harness = inspect(world);
    harness.run();
    for text in ["TypeError", "cannot add", "seven", "return a + b"] {
        harness.get_by_label(text);
    }
    harness.get_by_label("sums.py, line 7, in add").click();
    harness.run();
    let action = harness.state_mut().actions.pop();
    assert!(
        matches!(&action, Some(Action::OpenSource(file, 7)) if file.ends_with("sums.py")),
        "{action:?}"
    );
}

#[test]
fn frames_of_libraries_and_of_the_engine_are_folded_and_a_missing_module_has_a_way_out() {
    let mut world = world(&[0]);
    let frame = |file: &str, line: u32| Frame {
        file: file.into(),
        line,
        function: "load".into(),
        code: String::new(),
    };
    world.run = run([failed(
        0,
        NodeError {
            kind: "ModuleNotFoundError".into(),
            module: Some("skimage.filters".into()),
            traceback: vec![
                frame("nodes/sums.py", 7),
                frame("/p/.venv/lib/python3.12/site-packages/pandas/io.py", 90),
                frame("nodes/deep.py", 3),
            ],
            hidden: Some(2),
            ..NodeError::default()
        },
    )]);
    let mut harness = inspect(world);
    harness.run();
    let top = |text: &str| harness.get_by_label(text).rect().top();
    let places = [
        "sums.py, line 7, in load",
        "deep.py, line 3, in load",
        "1 frame of libraries",
        "2 frames of the engine",
    ]
    .map(top);
    assert!(places.is_sorted(), "{places:?}");
    assert!(harness.query_by_label_contains("io.py").is_none());
    harness.get_by_label("1 frame of libraries").click();
    harness.run();
    harness.get_by_label("io.py, line 90, in load");
    harness.get_by_label_contains("package scikit-image brings it");
    harness.get_by_label("Install scikit-image…").click();
    harness.run();
    let action = harness.state_mut().actions.pop();
    let expected = EnvironmentAction::Install {
        module: "skimage.filters".to_owned(),
    };
    assert!(matches!(action, Some(Action::Environment(asked)) if asked == expected));
}

#[test]
fn a_node_that_waits_says_for_which_one_and_leads_there() {
    let mut world = world(&[1]);
    let skipped = EngineEvent::NodeSkipped {
        run: 1,
        node: NodeId(1),
        cause: NodeId(0),
        unused: false,
    };
    world.run = run([failed(0, NodeError::default()), skipped]);
    let mut harness = inspect(world);
    harness.run();
    harness.get_by_label("Waiting for Add");
    harness.get_by_label("Show it").click();
    harness.run();
    let action = harness.state_mut().actions.pop();
    assert!(
        matches!(action, Some(Action::RevealRun(NodeId(0)))),
        "{action:?}"
    );
}

#[test]
fn a_muted_node_and_those_behind_it_say_so() {
    for (select, expected) in [
        (0, "Muted: left out of runs"),
        (1, "Left out: Add is muted"),
    ] {
        let mut world = world(&[select]);
        let mute = crate::document::ops::toggle_mode(
            world.document.graph(),
            &std::collections::BTreeSet::from([NodeId(0)]),
            crate::graph::Mode::Muted,
        );
        world.document.commit(mute).unwrap();
        let mut harness = inspect(world);
        harness.run();
        harness.get_by_label(expected);
        assert_eq!(harness.query_by_label("Show it").is_some(), select == 1);
    }
}

#[test]
fn a_kind_without_source_is_explained() {
    let kind = NodeKind::missing(Bank::Custom, "lost", vec!["a".into()], vec![]);
    let node = Node::new(NodeId(0), "node_1", kind.into(), Pos2::ZERO);
    let mut harness = inspect(world_of(node));
    harness.run();
    harness.get_by_label("Its source is missing");
    harness.get_by_label_contains("no function \"lost\"");
}

#[test]
fn several_nodes_and_none_have_something_to_offer() {
    let mut harness = inspect(world(&[0, 1]));
    harness.run();
    harness.get_by_label("2 nodes selected");
    harness.get_by_label_contains("Delete").click();
    harness.run();
    let action = harness.state_mut().actions.pop();
    assert!(matches!(action, Some(Action::Command(Command::Delete))));

    let mut harness = inspect(world(&[]));
    harness.run();
    harness.get_by_label("Sums");
    harness.get_by_label("2 nodes, 1 link");
}

/// A group of node 1, selected: one input, `number`, and no outputs.
fn grouped() -> World<Panel> {
    let mut world = world(&[]);
    let members = std::collections::BTreeSet::from([NodeId(1)]);
    let (group, transaction) = ops::group(world.document.graph(), &members, "Part").unwrap();
    world.document.commit(transaction).unwrap();
    world.document.select([group]);
    world
}

/// Commit what was asked for, as the app does.
fn settle(harness: &mut Harness<'_, World<Panel>>) {
    for _ in 0..2 {
        harness.run();
        let world = harness.state_mut();
        for action in std::mem::take(&mut world.actions) {
            match action {
                Action::Edit(transaction) => world.document.commit(transaction).unwrap(),
                other => panic!("{other:?}"),
            }
        }
    }
    harness.run();
}

fn ports(world: &World<Panel>) -> String {
    let subgraph = world.document.graph().subgraphs().next().unwrap();
    let names = [ops::Side::Inputs, ops::Side::Outputs].map(|side| {
        let ports = ops::ports_of(subgraph, side).into_iter();
        let ports: Vec<_> = ports.map(|(name, ty)| format!("{name}:{ty}")).collect();
        ports.join(" ")
    });
    names.join(" -> ")
}

fn type_over(harness: &mut Harness<'_, World<Panel>>, text: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.event(egui::Event::Text(text.into()));
    harness.run();
}

#[test]
fn ports_of_a_subgraph_are_added_named_typed_moved_and_removed() {
    let mut harness = inspect(grouped());
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:float -> ");
    let steps = harness.state().document.history().done();

    // A new one is named at once.
    harness.get_by_label("+  Add input").click();
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:float input:any -> ");
    let field = harness.get_by_label("Name of input input");
    assert!(field.is_focused());
    harness.event(egui::Event::Text("digits".into()));
    harness.run();
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:float digits:any -> ");

    harness.get_by_label("Type of input digits").click();
    harness.run();
    harness.get_by_label("int").click();
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:float digits:int -> ");

    // The keyboard goes along with a port that moves.
    harness.get_by_label("Move input digits up").focus();
    harness.run();
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "digits:int number:float -> ");
    let down = harness.get_by_label("Move input digits down");
    assert!(down.is_focused());
    harness.key_press(Key::Enter);
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:float digits:int -> ");

    harness.get_by_label("+  Add output").click();
    settle(&mut harness);
    harness.get_by_label("Remove input number").click();
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "digits:int -> output:any");
    let document = &mut harness.state_mut().document;
    assert_eq!(document.history().done(), steps + 7);
    while document.history().done() > steps {
        document.undo();
    }
    assert_eq!(ports(harness.state()), "number:float -> ");
}

#[test]
fn a_port_cannot_be_called_like_another_and_says_so() {
    for (leave, is_told) in [(Key::Enter, true), (Key::Escape, false)] {
        let mut harness = inspect(grouped());
        harness.get_by_label("+  Add input").click();
        settle(&mut harness);
        type_over(&mut harness, "number");
        harness.run();
        let told = "There is an input \"number\" already";
        harness.get_by_label_contains(told);
        harness.key_press(leave);
        harness.run();
        assert_eq!(ports(harness.state()), "number:float input:any -> ");
        let notices = harness.state().actions.iter().filter(
            |action| matches!(action, Action::Notice(notice) if notice.text.contains(told)),
        );
        assert_eq!(notices.count(), usize::from(is_told), "{leave:?}");
    }
}

#[test]
fn a_type_is_chosen_by_keys() {
    let mut harness = inspect(grouped());
    settle(&mut harness);
    harness.get_by_label("Type of input number").focus();
    harness.run();
    for key in [Key::Enter, Key::ArrowDown, Key::Enter] {
        harness.key_press(key);
        harness.run();
    }
    settle(&mut harness);
    assert_eq!(ports(harness.state()), "number:any -> ");
    assert!(
        harness.query_by_label("bool").is_none(),
        "the list is closed"
    );
}

#[test]
fn a_subgraph_is_named_and_its_nodes_follow() {
    let mut harness = inspect(grouped());
    settle(&mut harness);
    harness.get_by_label("Name of the subgraph").focus();
    harness.run();
    type_over(&mut harness, "Rounding");
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let node = harness.state().document.selected_node().unwrap();
    assert_eq!(*node.title(), "Rounding");
}

#[test]
fn editing_begins_at_the_first_value_that_can_be_typed() {
    for (selected, expected) in [(0, "a"), (1, "Title")] {
        let mut harness = inspect(world(&[selected]));
        harness.run();
        harness.state_mut().state.0.edit();
        harness.run();
        assert!(harness.get_by_label(expected).is_focused(), "{expected}");
    }
    // A subgraph whose inputs are all linked has its ports to edit.
    let mut harness = inspect(grouped());
    harness.run();
    harness.state_mut().state.0.edit();
    harness.run();
    let port = harness.get_by_label("Name of input number");
    assert!(port.is_focused());
}

#[test]
fn editing_a_path_begins_in_its_field_and_types_over_it() {
    let load = crate::ui::testing::catalog();
    let load = load.get(Bank::Builtin, "load_image").unwrap().clone();
    let mut node = Node::new(NodeId(0), "node_1", load, Pos2::ZERO);
    node.values.insert("file".into(), Value::text("old.png"));
    let mut harness = inspect(world_of(node));
    harness.run();
    harness.state_mut().state.0.edit();
    harness.run();
    assert!(harness.get_by_label("file").is_focused());
    harness.event(egui::Event::Text("new.png".into()));
    harness.run();
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let node = harness.state().document.selected_node().unwrap();
    assert_eq!(node.values["file"], Value::text("new.png"));
}

#[test]
fn the_command_leads_to_the_colour_that_is_held_and_back_with_the_choice() {
    let mut harness = inspect(world(&[0, 1]));
    harness.run();
    harness.get_by_label("Colour blue").click();
    settle(&mut harness);
    harness.state_mut().state.0.colour();
    harness.run();
    assert!(harness.get_by_label("Colour blue").is_focused());
    harness.get_by_label("Colour none").focus();
    harness.run();
    harness.key_press(Key::Enter);
    settle(&mut harness);
    let mut nodes = harness.state().document.graph().nodes();
    assert!(nodes.all(|node| node.style.colour.is_none()));
    let focused = harness.ctx.memory(egui::Memory::focused);
    assert_eq!(focused, None, "the keyboard is given back");
}

#[test]
fn a_size_is_one_step_of_the_node_it_was_typed_for_and_escape_drops_it() {
    for (leave, expected) in [
        (Some(Key::Enter), Some(400.0)),
        (Some(Key::Escape), None),
        // Another node is selected meanwhile.
        (None, Some(400.0)),
    ] {
        let mut world = world(&[]);
        let notes = [0.0, 500.0].map(|x| {
            let graph = world.document.graph();
            let (note, transaction) = ops::add_note(graph, Pos2::new(x, 0.0), None);
            world.document.commit(transaction).unwrap();
            note
        });
        world.document.select([notes[0]]);
        let mut harness = inspect(world);
        harness.run();
        harness.get_by_label("Width").focus();
        harness.run();
        type_over(&mut harness, "400");
        assert!(harness.state().actions.is_empty(), "not while it is typed");
        match leave {
            Some(key) => harness.key_press(key),
            None => harness.state_mut().document.select([notes[1]]),
        }
        settle(&mut harness);
        let graph = harness.state().document.graph();
        let size = |id| graph.node(id).unwrap().style.size.map(|size: Vec2| size.x);
        assert_eq!(notes.map(size), [expected, None], "{leave:?}");
    }
}

#[test]
fn a_node_is_made_to_run_for_each_item_and_again_and_again() {
    let mut harness = inspect(world(&[0]));
    let looping = |harness: &Harness<'static, World<Panel>>| {
        let edits = edits(&harness.state().actions);
        let Some(Edit::SetLooping { looping, .. }) = edits.last() else {
            panic!("{edits:?}")
        };
        looping.as_deref().cloned()
    };
    let choose = |harness: &mut Harness<'static, World<Panel>>, row: &str, choice: &str| {
        harness.get_by_label(row).click();
        harness.run();
        harness.get_by_label(choice).click();
        harness.run();
    };
    let follow = |harness: &mut Harness<'static, World<Panel>>| {
        for action in std::mem::take(&mut harness.state_mut().actions) {
            if let Action::Edit(transaction) = action {
                harness.state_mut().document.commit(transaction).unwrap();
            }
        }
        harness.run();
    };
    choose(&mut harness, "Runs", "for each item");
    assert_eq!(looping(&harness).unwrap().mapped, ["a".into()].into());
    follow(&mut harness);
    let kind = &harness
        .state()
        .document
        .graph()
        .node(NodeId(0))
        .unwrap()
        .kind;
    assert_eq!(kind.input("a").unwrap().ty.to_string(), "list of float");
    assert_eq!(kind.outputs[0].ty.to_string(), "list of float");

    choose(&mut harness, "b takes", "each item");
    follow(&mut harness);
    choose(&mut harness, "Lists go together", "every combination");
    assert!(looping(&harness).unwrap().is_cross);
    follow(&mut harness);
    choose(&mut harness, "b takes", "result of the call before");
    let now = looping(&harness).unwrap();
    assert_eq!(now.carried, [("b".into(), "result".into())].into());
    follow(&mut harness);
    let kind = &harness
        .state()
        .document
        .graph()
        .node(NodeId(0))
        .unwrap()
        .kind;
    assert_eq!(kind.outputs[0].ty.to_string(), "float", "it gives the last");

    choose(&mut harness, "Runs", "again and again");
    assert_eq!(looping(&harness).unwrap().limit, Some(100));
    follow(&mut harness);
    choose(&mut harness, "Runs", "once");
    assert_eq!(looping(&harness), None);
}
