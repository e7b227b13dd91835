//! Tests of the flat form: what runs for subgraphs, reroutes, bypassed and muted nodes, and that following edits gives
//! what building anew gives.

use super::super::subgraph::{self, REROUTE_PORT};
use super::super::tests::add_kind;
use super::*;
use crate::graph::{
    InputSpec, Looping, Name, OutputSpec, Pos2, Style, Subgraph, SubgraphId, SubgraphKinds, Value,
    ValueType,
};

fn add(id: u32, parent: Option<SubgraphId>) -> Node {
    let mut node = Node::new(NodeId(id), format!("n{id}"), add_kind(), Pos2::ZERO);
    node.parent = parent;
    node
}

fn of_kind(
    id: u32,
    kind: std::sync::Arc<crate::graph::NodeKind>,
    parent: Option<SubgraphId>,
) -> Node {
    let mut node = Node::new(NodeId(id), format!("n{id}"), kind, Pos2::ZERO);
    node.parent = parent;
    node
}

fn link(from: (u32, &str), to: (u32, &str)) -> Link {
    Link {
        from: Port::new(NodeId(from.0), from.1),
        to: Port::new(NodeId(to.0), to.1),
    }
}

/// `from.output>to.input=value` of all links and set values, by keys.
fn shown(graph: &Graph) -> String {
    let key = |id| graph.node(id).unwrap().key.clone();
    let mut lines: Vec<String> = graph
        .links()
        .map(|link| {
            format!(
                "{}>{}.{}",
                key(link.from.node),
                key(link.to.node),
                link.to.name
            )
        })
        .collect();
    for node in graph.nodes() {
        lines.push(node.key.to_string());
        lines.extend(
            node.values
                .iter()
                .map(|(name, value)| format!("{}.{name}={value}", node.key)),
        );
    }
    lines.sort();
    lines.join(" ")
}

fn set(graph: &mut Graph, id: u32, input: &str, int: i64) {
    let input = Port::new(NodeId(id), input);
    let value = Some(Value::Int(int));
    graph.apply(Edit::SetValue { input, value }).unwrap();
}

fn mode(graph: &mut Graph, id: u32, mode: Mode) {
    let style = Style {
        mode,
        ..Style::default()
    };
    graph
        .apply(Edit::SetStyle {
            node: NodeId(id),
            style,
        })
        .unwrap();
}

/// A subgraph that adds its `x` to itself: `10 Inputs -> 11 add -> 12 Outputs`.
fn double() -> (Subgraph, Vec<Node>, Vec<Link>) {
    let id = SubgraphId(0);
    let subgraph = Subgraph {
        id,
        key: "double".into(),
        title: "Double".into(),
        inputs: vec![InputSpec::new("x", ValueType::Int)],
        outputs: vec![OutputSpec {
            name: "y".into(),
            ty: ValueType::Int,
        }],
        kept: std::sync::Arc::default(),
    };
    let kinds = SubgraphKinds::of(&subgraph);
    let nodes = vec![
        of_kind(10, kinds.inputs, Some(id)),
        add(11, Some(id)),
        of_kind(12, kinds.outputs, Some(id)),
    ];
    let links = vec![
        link((10, "x"), (11, "a")),
        link((10, "x"), (11, "b")),
        link((11, "sum"), (12, "y")),
    ];
    (subgraph, nodes, links)
}

/// `0 add -> 1 double -> 2 double -> 3 add`.
fn nested() -> Graph {
    let (subgraph, mut nodes, mut links) = double();
    let kind = SubgraphKinds::of(&subgraph).node;
    nodes.extend([
        add(0, None),
        of_kind(1, kind.clone(), None),
        of_kind(2, kind, None),
        add(3, None),
    ]);
    links.extend([
        link((0, "sum"), (1, "x")),
        link((1, "y"), (2, "x")),
        link((2, "y"), (3, "a")),
    ]);
    let (graph, no_nodes, no_links) = Graph::from_all_parts([subgraph], nodes, links);
    assert_eq!((no_nodes, no_links), (vec![], vec![]));
    graph
}

#[test]
fn a_subgraph_runs_as_its_nodes_once_for_each_use() {
    let graph = nested();
    let flat = Flat::of(&graph);
    assert_eq!(
        shown(flat.graph()),
        "n0 n0>n1/n11.a n0>n1/n11.b n1/n11 n1/n11>n2/n11.a n1/n11>n2/n11.b n2/n11 n2/n11>n3.a n3"
    );
    let first = flat.id_at(&[NodeId(1)], NodeId(11)).unwrap();
    let second = flat.id_at(&[NodeId(2)], NodeId(11)).unwrap();
    assert_eq!(flat.place(second), (vec![NodeId(2)], NodeId(11)));
    assert_eq!(flat.inside(NodeId(1)), [first]);
    assert_eq!(
        flat.graph().node(first).unwrap().title(),
        &Name::from("Double › Add")
    );
    let output = Port::new(NodeId(2), "y");
    assert_eq!(flat.source(&graph, &[], &output), Some((second, 0)));
    assert_eq!(flat.targets(&graph, &[], &[NodeId(1)]), [first]);
    assert_eq!(flat.targets(&graph, &[NodeId(1)], &[NodeId(12)]), []);
}

#[test]
fn values_of_a_subgraphs_inputs_go_to_those_that_read_them() {
    let mut graph = nested();
    graph
        .apply(Edit::Disconnect(link((0, "sum"), (1, "x"))))
        .unwrap();
    set(&mut graph, 1, "x", 21);
    let shown = shown(Flat::of(&graph).graph());
    assert!(shown.contains("n1/n11.a=21 n1/n11.b=21"), "{shown}");
}

#[test]
fn reroutes_and_bypassed_nodes_pass_on_and_muted_ones_take_what_needs_them() {
    let nodes = [
        add(0, None),
        of_kind(1, subgraph::reroute_kind(), None),
        add(2, None),
        add(3, None),
        of_kind(4, subgraph::note_kind(), None),
    ];
    let links = [
        link((0, "sum"), (1, REROUTE_PORT)),
        link((1, REROUTE_PORT), (2, "a")),
        link((2, "sum"), (3, "b")),
    ];
    let (mut graph, ..) = Graph::from_parts(nodes, links);
    let mut flat = Flat::of(&graph);
    assert_eq!(shown(flat.graph()), "n0 n0>n2.a n2 n2>n3.b n3");
    mode(&mut graph, 2, Mode::Bypassed);
    flat.update(&graph);
    assert_eq!(shown(flat.graph()), "n0 n0>n3.b n3");
    mode(&mut graph, 2, Mode::Muted);
    flat.update(&graph);
    assert_eq!(shown(flat.graph()), "n0");
    let muted: Vec<_> = flat.muted().iter().map(|(id, why)| (id.0, why.0)).collect();
    assert_eq!(muted, [(2, 2), (3, 2)]);
    mode(&mut graph, 2, Mode::On);
    mode(&mut graph, 0, Mode::Bypassed);
    set(&mut graph, 0, "a", 5);
    flat.update(&graph);
    assert_eq!(shown(flat.graph()), "n2 n2.a=5 n2>n3.b n3");
}

#[test]
fn following_edits_gives_what_building_anew_gives_and_touches_only_what_changed() {
    let mut graph = nested();
    let mut flat = Flat::of(&graph);
    for step in 0..8 {
        let since = flat.graph().revision();
        match step {
            0 => set(&mut graph, 3, "b", 1),
            1 => set(&mut graph, 11, "b", 2),
            2 => drop(
                graph
                    .apply(Edit::Disconnect(link((10, "x"), (11, "b"))))
                    .unwrap(),
            ),
            3 => mode(&mut graph, 1, Mode::Bypassed),
            4 => drop(graph.apply(Edit::AddNode(Box::new(add(13, None)))).unwrap()),
            5 => drop(
                graph
                    .apply(Edit::Connect(link((3, "sum"), (13, "a"))))
                    .unwrap(),
            ),
            6 => mode(&mut graph, 1, Mode::On),
            _ => drop(
                graph
                    .apply(Edit::Disconnect(link((2, "y"), (3, "a"))))
                    .unwrap(),
            ),
        }
        flat.update(&graph);
        assert_eq!(
            shown(flat.graph()),
            shown(Flat::of(&graph).graph()),
            "step {step}"
        );
        let changed = flat.graph().changed_result_since(since).count();
        let expected = [1, 0, 2, 1, 1, 1, 2, 1][step];
        assert_eq!(changed, expected, "step {step}");
    }
}

#[test]
fn a_plain_graph_is_its_own_flat_form_and_is_followed() {
    let (mut graph, ..) =
        Graph::from_parts((0..4).map(|id| add(id, None)), [link((0, "sum"), (1, "a"))]);
    let mut flat = Flat::of(&graph);
    assert_eq!(flat.graph(), &graph);
    set(&mut graph, 2, "b", 4);
    graph
        .apply(Edit::Disconnect(link((0, "sum"), (1, "a"))))
        .unwrap();
    graph.apply(Edit::RemoveNode(NodeId(0))).unwrap();
    graph.apply(Edit::AddNode(Box::new(add(5, None)))).unwrap();
    flat.update(&graph);
    assert_eq!(flat.graph(), &graph);
    assert_eq!(flat.id_at(&[], NodeId(5)), Some(NodeId(5)));
}

#[test]
fn subgraphs_that_would_fill_the_memory_are_not_expanded() {
    let (subgraph, mut nodes, links) = double();
    let mut subgraphs = vec![subgraph];
    // Each level stands ten times in the next: ten million nodes.
    let mut id = 100;
    for level in 1..8 {
        let inner = SubgraphKinds::of(&subgraphs[level - 1]).node;
        let outer = SubgraphId(level as u32);
        let mut next = subgraphs[0].clone();
        next.id = outer;
        next.key = format!("level {level}").into();
        subgraphs.push(next);
        for _ in 0..10 {
            nodes.push(of_kind(id, inner.clone(), Some(outer)));
            id += 1;
        }
    }
    let last = SubgraphKinds::of(subgraphs.last().unwrap()).node;
    nodes.push(of_kind(id, last, None));
    let (graph, ..) = Graph::from_all_parts(subgraphs, nodes, links);
    let flat = Flat::of(&graph);
    assert!(flat.is_too_large());
    assert!(flat.graph().is_empty());
}

/// The graph of `nested` with its second use looped over what it is given.
fn looped() -> Graph {
    let mut graph = nested();
    let looping = Looping {
        mapped: ["x".into()].into(),
        ..Looping::default()
    };
    let looping = Some(std::sync::Arc::new(looping));
    let node = NodeId(2);
    graph.apply(Edit::SetLooping { node, looping }).unwrap();
    graph
}

#[test]
fn a_subgraph_that_is_looped_has_ends_between_which_its_nodes_lie() {
    let mut graph = looped();
    let mut flat = Flat::of(&graph);
    assert_eq!(
        shown(flat.graph()),
        "n0 n0>n1/n11.a n0>n1/n11.b n1/n11 n1/n11>n2/n10.x n2 n2/n10 n2/n10>n2/n11.a n2/n10>n2/n11.b \
         n2/n11 n2/n11>n2.y n2>n3.a n3"
            .split(' ')
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(" ")
    );
    let part = |key: &str| {
        let id = flat.graph().node_by_key(key).unwrap().id;
        flat.graph().loop_part(id).cloned().unwrap_or_default()
    };
    let entry = flat.graph().node_by_key("n2/n10").unwrap().id;
    assert_eq!(part("n2/n11").inside, Some(NodeId(2)));
    assert_eq!(part("n2/n10").inside, Some(NodeId(2)));
    assert_eq!(part("n2").inside, None);
    assert_eq!(part("n2").exit.unwrap().0, entry);
    assert_eq!(part("n1/n11"), LoopPart::default());
    assert_eq!(flat.inside(NodeId(2)).len(), 3);
    let port = Port::new(NodeId(2), "y");
    assert_eq!(flat.source(&graph, &[], &port), Some((NodeId(2), 0)));

    let node = NodeId(2);
    graph
        .apply(Edit::SetLooping {
            node,
            looping: None,
        })
        .unwrap();
    flat.update(&graph);
    assert_eq!(shown(flat.graph()), shown(Flat::of(&nested()).graph()));
    assert_eq!(flat.graph().loop_part(NodeId(2)), None);
}

#[test]
fn what_is_muted_before_a_loop_takes_it_along_and_what_is_muted_inside_does_not() {
    let mut graph = looped();
    mode(&mut graph, 0, Mode::Muted);
    let flat = Flat::of(&graph);
    assert_eq!(shown(flat.graph()), "");
    let mut graph = looped();
    mode(&mut graph, 11, Mode::Muted);
    let flat = Flat::of(&graph);
    let left: Vec<_> = flat.graph().nodes().map(|node| node.key.as_str()).collect();
    assert_eq!(left, ["n0"], "the first use needs it as well");
}

/// Values by key and input, and the keys of what changed since.
fn tried(flat: &mut Flat, graph: &Graph, values: &[(u32, &str, i64)]) -> (String, Vec<String>) {
    let since = flat.graph().revision();
    let values: Vec<_> = values
        .iter()
        .map(|(node, name, value)| (Port::new(NodeId(*node), *name), Value::Int(*value)))
        .collect();
    flat.update_with(graph, &values);
    let changed = flat.graph().changed_result_since(since);
    let key = |id| flat.graph().node(id).unwrap().key.to_string();
    let changed = changed.map(key).collect();
    let mut held = Vec::new();
    for node in flat.graph().nodes() {
        held.extend(
            node.values
                .iter()
                .map(|(name, value)| format!("{}.{name}={value}", node.key)),
        );
    }
    held.sort();
    (held.join(" "), changed)
}

#[test]
fn values_that_are_tried_hold_until_the_next_update_and_ending_so_changes_nothing() {
    let (mut graph, ..) = Graph::from_parts([add(0, None), add(1, None)], []);
    let mut flat = Flat::of(&graph);
    assert_eq!(
        tried(&mut flat, &graph, &[(0, "a", 3)]),
        ("n0.a=3".into(), vec!["n0".into()])
    );
    // The same again is no change, another value is, and so is another node beside it.
    assert_eq!(tried(&mut flat, &graph, &[(0, "a", 3)]).1, [""; 0]);
    assert_eq!(
        tried(&mut flat, &graph, &[(0, "a", 4), (1, "b", 9)]),
        ("n0.a=4 n1.b=9".into(), vec!["n0".into(), "n1".into()])
    );
    // One is committed as it was tried, the other is dropped.
    graph
        .apply(Edit::SetValue {
            input: Port::new(NodeId(0), "a"),
            value: Some(Value::Int(4)),
        })
        .unwrap();
    assert_eq!(
        tried(&mut flat, &graph, &[]),
        ("n0.a=4".into(), vec!["n1".into()])
    );
    assert_eq!(flat.graph(), &graph);
}

#[test]
fn values_are_tried_where_subgraphs_are_and_a_node_inside_is_found_in_all_its_uses() {
    let graph = nested();
    let mut flat = Flat::of(&graph);
    assert_eq!(
        tried(&mut flat, &graph, &[(0, "a", 3)]),
        ("n0.a=3".into(), vec!["n0".into()])
    );
    assert_eq!(
        tried(&mut flat, &graph, &[]),
        (String::new(), vec!["n0".into()])
    );
    let inside = |place: u32| flat.id_at(&[NodeId(place)], NodeId(11)).unwrap();
    let mut both = vec![inside(1), inside(2)];
    both.sort();
    assert_eq!(flat.uses(NodeId(11)), both);
    assert_eq!(flat.uses(NodeId(2)), [inside(2)]);
    assert_eq!(flat.uses(NodeId(3)), [NodeId(3)]);
    assert_eq!(flat.uses(NodeId(10)), [], "a subgraph's end runs nothing");
}
