//! Tests of plans: what is sent of a graph, when, and how the mirror keeps it.

use super::*;
use crate::graph::{Bank, Edit, Link, OutputSpec, Port, Pos2, ValueType};

fn kind(function: &str, inputs: &[&str], outputs: &[&str]) -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Project, function);
    kind.file = Some(Path::new("/nodes/some.py").into());
    kind.inputs = inputs
        .iter()
        .map(|name| InputSpec::new(*name, ValueType::Int))
        .collect();
    kind.outputs = outputs
        .iter()
        .map(|name| OutputSpec::untyped(*name))
        .collect();
    Arc::new(kind)
}

fn node(id: u32, kind: &Arc<NodeKind>) -> Node {
    Node::new(
        NodeId(id),
        format!("node_{id}"),
        Arc::clone(kind),
        Pos2::ZERO,
    )
}

fn link(from: (u32, &str), to: (u32, &str)) -> Link {
    Link {
        from: Port::new(NodeId(from.0), from.1),
        to: Port::new(NodeId(to.0), to.1),
    }
}

fn set(graph: &mut Graph, id: u32, input: &str, value: Value) {
    let input = Port::new(NodeId(id), input);
    let value = Some(value);
    graph.apply(Edit::SetValue { input, value }).unwrap();
}

/// `0 -> 2`, `1 -> 2`, `2 -> 3`.
fn diamond() -> Graph {
    let source = kind("source", &["value"], &["x", "y"]);
    let add = kind("add", &["a", "b"], &["sum"]);
    let nodes = [
        node(0, &source),
        node(1, &source),
        node(2, &add),
        node(3, &add),
    ];
    let links = [
        link((0, "x"), (2, "a")),
        link((1, "y"), (2, "b")),
        link((2, "sum"), (3, "a")),
    ];
    let (mut graph, no_nodes, no_links) = Graph::from_parts(nodes, links);
    assert_eq!((no_nodes.len(), no_links.len()), (0, 0));
    for (id, input) in [(0, "value"), (1, "value"), (3, "b")] {
        set(&mut graph, id, input, Value::Int(i64::from(id)));
    }
    graph
}

fn ids(plan: &Plan) -> Vec<u32> {
    plan.nodes.iter().map(|node| node.id.0).collect()
}

fn blocked(graph: &Graph) -> Vec<Option<String>> {
    let plan = Planner::default().plan(graph);
    let why = |node: &Arc<PlanNode>| node.blocked.as_deref().map(str::to_owned);
    plan.nodes.iter().map(why).collect()
}

#[test]
fn the_first_plan_is_whole_and_the_next_ones_hold_what_changed() {
    let mut graph = diamond();
    let mut planner = Planner::default();
    let first = planner.plan(&graph);
    assert!(first.is_whole);
    assert_eq!(ids(&first), [0, 1, 2, 3]);
    assert_eq!(first.kinds.len(), 2);
    assert_eq!(
        first.nodes[2].links,
        [("a".into(), NodeId(0), 0), ("b".into(), NodeId(1), 1)]
    );

    let nothing = planner.plan(&graph);
    assert_eq!((ids(&nothing), nothing.is_whole), (vec![], false));

    graph
        .apply(Edit::Move {
            node: NodeId(1),
            to: crate::graph::pos2(5.0, 5.0),
        })
        .unwrap();
    assert_eq!(
        ids(&planner.plan(&graph)),
        [0; 0],
        "a position is no result"
    );

    set(&mut graph, 1, "value", Value::Int(7));
    let changed = planner.plan(&graph);
    assert_eq!((ids(&changed), changed.kinds.len()), (vec![1], 0));
    assert_eq!(changed.nodes[0].values, [("value".into(), Value::Int(7))]);

    graph
        .apply(Edit::Disconnect(link((2, "sum"), (3, "a"))))
        .unwrap();
    graph.apply(Edit::RemoveNode(NodeId(3))).unwrap();
    let removed = planner.plan(&graph);
    assert_eq!((ids(&removed), removed.removed), (vec![], vec![NodeId(3)]));
}

#[test]
fn a_node_that_was_deleted_and_came_back_is_not_removed() {
    let mut graph = diamond();
    let mut planner = Planner::default();
    planner.plan(&graph);
    graph
        .apply(Edit::Disconnect(link((2, "sum"), (3, "a"))))
        .unwrap();
    let undo = graph.apply(Edit::RemoveNode(NodeId(3))).unwrap();
    graph.apply(undo).unwrap();
    let plan = planner.plan(&graph);
    assert_eq!((ids(&plan), plan.removed), (vec![3], vec![]));
}

#[test]
fn when_outputs_change_places_the_nodes_linked_to_them_are_sent_too() {
    let mut graph = diamond();
    let mut planner = Planner::default();
    planner.plan(&graph);
    let swapped = kind("source", &["value"], &["y", "x"]);
    graph.set_kinds(|node| {
        if node.id == NodeId(0) {
            Arc::clone(&swapped)
        } else {
            Arc::clone(&node.kind)
        }
    });
    let plan = planner.plan(&graph);
    assert_eq!((ids(&plan), plan.kinds.len()), (vec![0, 2], 1));
    assert_eq!(plan.nodes[1].links[0], ("a".into(), NodeId(0), 1));
}

#[test]
fn a_graph_that_went_back_in_time_is_another_one() {
    let mut graph = diamond();
    let before = graph.clone();
    let mut planner = Planner::default();
    set(&mut graph, 0, "value", Value::Int(1));
    planner.plan(&graph);
    assert!(planner.plan(&before).is_whole);
}

#[test]
fn a_node_that_cannot_run_says_why() {
    let needs = kind("needs", &["a"], &["result"]);
    let mut optional = (*needs).clone();
    optional.inputs[0].is_optional = true;
    let mut broken = (*needs).clone();
    broken.state = KindState::Broken {
        message: "expected ':'".into(),
        line: 3,
    };
    let missing = NodeKind::missing(Bank::Project, "gone", vec!["a".into()], vec![]);
    let removed = NodeKind::missing(Bank::Package, "gone", vec![], vec![]);
    for (kind, expected) in [
        (
            (*needs).clone(),
            Some("The input \"a\" has no value: link it or type one"),
        ),
        (optional, None),
        (
            broken,
            Some("The source cannot be read, line 3: expected ':' (/nodes/some.py)"),
        ),
        (
            missing,
            Some("No source was found for \"gone\": put gone.py into the project's nodes folder"),
        ),
        (
            removed,
            Some(
                "The package that brings \"gone\" is not installed: add it again with Node packages…",
            ),
        ),
    ] {
        let (graph, ..) = Graph::from_parts([node(0, &Arc::new(kind))], []);
        assert_eq!(blocked(&graph), [expected.map(str::to_owned)]);
    }
}

#[test]
fn a_link_to_a_port_that_is_gone_blocks_the_node_it_leads_to() {
    let source = kind("source", &[], &["x"]);
    let sink = kind("sink", &["a"], &[]);
    for (from, to, expected) in [
        ("x", "a", None),
        (
            "old",
            "a",
            Some(
                "The input \"a\" is linked to the output \"old\", which \"Source\" does not have any more: link it \
                 anew",
            ),
        ),
        (
            "x",
            "old",
            Some(
                "A link leads to the input \"old\", which sink does not have any more: remove the link or bring the \
                 input back",
            ),
        ),
    ] {
        let links = [link((0, from), (1, to))];
        let (graph, _, refused) = Graph::from_parts([node(0, &source), node(1, &sink)], links);
        assert_eq!(refused.len(), 0);
        assert_eq!(blocked(&graph), [None, expected.map(str::to_owned)]);
    }
}

#[test]
fn texts_of_the_first_loom_are_read_by_the_type_that_their_file_gives_them() {
    for (ty, text, expected) in [
        (None, "3", Value::Int(3)),
        (None, "2.50", Value::Float(2.5)),
        (None, "true", Value::Bool(true)),
        (None, "abc", Value::text("abc")),
        (Some("number"), "71", Value::Int(71)),
        (Some("float"), "71.0", Value::Float(71.0)),
        (Some("integer"), "3", Value::Int(3)),
        (Some("boolean"), "False", Value::Bool(false)),
        (Some("string"), "3", Value::text("3")),
    ] {
        let kind = NodeKind {
            state: KindState::Ready,
            ..NodeKind::missing(Bank::Custom, "old", vec!["a".into(), "b".into()], vec![])
        };
        let mut node = node(0, &Arc::new(kind));
        node.values.insert("a".into(), Value::text(text));
        if let Some(ty) = ty {
            let fields = vec![("type".into(), Value::text(ty))];
            node.kept = Arc::new(crate::graph::Kept {
                fields: Vec::new(),
                inputs: vec![("a".into(), fields)],
            });
        }
        let (graph, ..) = Graph::from_parts([node], []);
        let plan = Planner::default().plan(&graph);
        // The input without a value is no reason not to run: it is given None.
        assert_eq!(plan.nodes[0].blocked, None);
        assert_eq!(
            plan.nodes[0].values,
            [("a".into(), expected)],
            "{ty:?} {text}"
        );
    }
}

#[test]
fn the_mirror_gives_changes_once_and_the_whole_at_any_time() {
    let mut graph = diamond();
    let mut planner = Planner::default();
    let mut mirror = Mirror::default();
    mirror.apply(planner.plan(&graph));
    // Whatever a process holds, it is of another graph.
    assert_eq!(ids(&mirror.take(Some(1))), [0, 1, 2, 3]);
    assert_eq!(ids(&mirror.take(Some(1))), [0; 0]);
    assert_eq!(ids(&mirror.take(None)), [0, 1, 2, 3]);

    // Two plans that no process saw, then both at once.
    set(&mut graph, 0, "value", Value::Int(5));
    mirror.apply(planner.plan(&graph));
    set(&mut graph, 1, "value", Value::Int(6));
    mirror.apply(planner.plan(&graph));
    let changes = mirror.take(Some(1));
    assert_eq!(
        (ids(&changes), changes.revision),
        (vec![0, 1], graph.revision())
    );

    assert_eq!(mirror.scope(None).len(), 4);
    assert_eq!(
        mirror.scope(Some(&[NodeId(2)])),
        [NodeId(0), NodeId(1), NodeId(2)]
    );
    assert_eq!(mirror.scope(Some(&[NodeId(99)])), []);
}
