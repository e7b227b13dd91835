//! Tests of the graph: what edits do, what is refused, how files with unsound links open.

use super::*;

/// Kind `add`: int inputs `a`, `b`, int output `sum`.
pub(crate) fn add_kind() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Int),
        InputSpec::new("b", ValueType::Int),
    ];
    kind.outputs = vec![OutputSpec {
        name: "sum".into(),
        ty: ValueType::Int,
    }];
    Arc::new(kind)
}

fn node(id: u32) -> Node {
    Node::new(NodeId(id), format!("node_{id}"), add_kind(), Pos2::ZERO)
}

fn link(from: u32, to: u32, input: &str) -> Link {
    Link {
        from: Port::new(NodeId(from), "sum"),
        to: Port::new(NodeId(to), input),
    }
}

fn graph(nodes: u32, links: &[(u32, u32, &str)]) -> Graph {
    let links = links
        .iter()
        .map(|(from, to, input)| link(*from, *to, input));
    let (graph, no_nodes, no_links) = Graph::from_parts((0..nodes).map(node), links);
    assert_eq!((no_nodes.len(), no_links.len()), (0, 0));
    graph
}

#[test]
fn an_edit_and_its_inverse_leave_the_graph_as_it_was() {
    let start = graph(3, &[(0, 1, "a")]);
    for edit in [
        Edit::AddNode(Box::new(node(7))),
        Edit::RemoveNode(NodeId(2)),
        Edit::Connect(link(1, 2, "b")),
        Edit::Disconnect(link(0, 1, "a")),
        Edit::SetValue {
            input: Port::new(NodeId(0), "a"),
            value: Some(Value::Int(3)),
        },
        Edit::Move {
            node: NodeId(1),
            to: pos2(3.0, 4.0),
        },
        Edit::SetTitle {
            node: NodeId(1),
            title: Some("Sum".into()),
        },
    ] {
        let mut graph = start.clone();
        let inverse = graph.apply(edit.clone()).unwrap();
        assert_ne!(graph, start, "{edit:?} did nothing");
        graph.apply(inverse).unwrap();
        assert_eq!(graph, start, "{edit:?}");
    }
}

#[test]
fn a_refused_edit_says_why_and_changes_nothing() {
    let start = graph(3, &[(0, 1, "a"), (1, 2, "a")]);
    let not_finite = Port::new(NodeId(0), "a");
    for (edit, expected) in [
        (
            Edit::AddNode(Box::new(node(1))),
            EditError::IdTaken(NodeId(1)),
        ),
        (
            Edit::RemoveNode(NodeId(1)),
            EditError::StillLinked(NodeId(1)),
        ),
        (Edit::RemoveNode(NodeId(9)), EditError::NoNode(NodeId(9))),
        (
            Edit::Connect(link(0, 2, "a")),
            EditError::InputTaken(Port::new(NodeId(2), "a")),
        ),
        (Edit::Connect(link(2, 0, "a")), EditError::Cycle),
        (Edit::Connect(link(1, 1, "b")), EditError::Cycle),
        (Edit::Disconnect(link(0, 2, "b")), EditError::NoLink),
        (
            Edit::SetValue {
                input: not_finite.clone(),
                value: Some(Value::Float(f64::NAN)),
            },
            EditError::NotFinite(not_finite),
        ),
        (
            Edit::Move {
                node: NodeId(0),
                to: pos2(f32::NAN, 0.0),
            },
            EditError::NoPosition,
        ),
    ] {
        let mut graph = start.clone();
        assert_eq!(graph.apply(edit).unwrap_err(), expected);
        assert_eq!(graph, start);
    }
}

#[test]
fn unsound_links_of_a_file_are_left_out_by_name() {
    let links = [
        link(0, 1, "a"),
        link(1, 2, "a"),
        link(2, 0, "a"),
        link(3, 9, "a"),
        link(3, 1, "a"),
        link(2, 3, "a"),
    ];
    let (graph, _, refused) = Graph::from_parts((0..4).map(node), links);
    let errors: Vec<_> = refused.iter().map(|(_, error)| error.clone()).collect();
    assert_eq!(
        errors,
        [
            EditError::NoNode(NodeId(9)),
            EditError::InputTaken(Port::new(NodeId(1), "a")),
            EditError::Cycle
        ]
    );
    assert_eq!(graph.link_count(), 3);
}

#[test]
fn closures_follow_links_both_ways() {
    let graph = graph(5, &[(0, 1, "a"), (1, 2, "a"), (1, 3, "a")]);
    let ids = |list: Vec<NodeId>| list.into_iter().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(ids(graph.upstream([NodeId(2)])), [0, 1, 2]);
    assert_eq!(ids(graph.downstream([NodeId(1)])), [1, 2, 3]);
    assert!(graph.reaches(NodeId(0), NodeId(3)));
    assert!(!graph.reaches(NodeId(3), NodeId(0)));
}

#[test]
fn changes_are_known_by_revision() {
    let mut graph = graph(3, &[(0, 1, "a")]);
    let before = graph.revision();
    graph
        .apply(Edit::Move {
            node: NodeId(0),
            to: pos2(1.0, 1.0),
        })
        .unwrap();
    assert_eq!(graph.changed_since(before).collect::<Vec<_>>(), [NodeId(0)]);
    assert_eq!(graph.changed_result_since(before).count(), 0);
    graph.apply(Edit::RemoveNode(NodeId(2))).unwrap();
    assert_eq!(graph.removed_since(before).collect::<Vec<_>>(), [NodeId(2)]);
}

#[test]
fn a_chain_of_a_hundred_thousand_is_no_problem() {
    let count = 100_000;
    let links = (1..count).map(|i| link(i - 1, i, "a"));
    let (graph, _, refused) = Graph::from_parts((0..count).map(node), links);
    assert!(refused.is_empty());
    assert_eq!(graph.upstream([NodeId(count - 1)]).len(), count as usize);
}

#[test]
fn what_is_nested_too_deeply_is_known_wherever_it_comes_in() {
    let nested = |levels: usize| {
        (1..levels).fold(Value::List(Vec::new()), |inner, _| Value::List(vec![inner]))
    };
    let edits = |value: Value| {
        let (mut by_value, mut by_kept) = (node(0), node(0));
        let fields = vec![("turns".into(), value.clone())];
        by_value.values.insert("a".into(), value.clone());
        Arc::make_mut(&mut by_kept.kept).fields = fields.clone();
        let mut input = InputSpec::new("a", ValueType::Any);
        input.default = Some(value.clone());
        let subgraph = |inputs: Vec<InputSpec>, fields: Vec<(Name, Value)>| Subgraph {
            id: SubgraphId(0),
            key: "sub_1".into(),
            title: "Sub".into(),
            inputs,
            outputs: Vec::new(),
            kept: Arc::new(Kept {
                fields,
                inputs: Vec::new(),
            }),
        };
        let input_of_node = Port::new(NodeId(0), "a");
        [
            Edit::SetValue {
                input: input_of_node,
                value: Some(value),
            },
            Edit::AddNode(Box::new(by_value)),
            Edit::AddNode(Box::new(by_kept)),
            Edit::AddSubgraph(Box::new(subgraph(vec![input], Vec::new()))),
            Edit::SetSubgraph(Box::new(subgraph(Vec::new(), fields))),
        ]
    };
    for edit in edits(nested(value::DEEPEST)) {
        edit.check_depth().unwrap();
    }
    for edit in edits(nested(value::DEEPEST + 1)) {
        let error = edit.check_depth().unwrap_err();
        assert!(matches!(error, EditError::TooDeep(_)), "{edit:?}");
    }
}
