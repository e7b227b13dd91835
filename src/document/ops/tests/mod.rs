//! Tables of what users do to subgraphs, and the graphs that all tests of operations begin with. What runs is compared
//! by the flat form.

mod canvas;

use super::*;
use crate::document::{Document, Meta, clipboard};
use crate::graph::subgraph::{INPUTS, OUTPUTS};
use crate::graph::{
    Bank, Catalog, EditError, Flat, InputSpec, Mode, OutputSpec, Subgraph, ValueType, Widget, pos2,
    vec2,
};

/// `a`, `b: any = 7` -> `sum`.
fn add() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Float),
        InputSpec::untyped("b"),
    ];
    kind.inputs[1].default = Some(Value::Int(7));
    kind.outputs = vec![OutputSpec {
        name: "sum".into(),
        ty: ValueType::Int,
    }];
    Arc::new(kind)
}

/// `text` -> `upper`.
fn upper() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "upper");
    kind.inputs = vec![InputSpec::new("text", ValueType::Text)];
    kind.outputs = vec![OutputSpec {
        name: "upper".into(),
        ty: ValueType::Text,
    }];
    Arc::new(kind)
}

fn catalog() -> Catalog {
    Catalog::new([add(), upper()])
}

fn ids(ids: &[u32]) -> BTreeSet<NodeId> {
    ids.iter().map(|id| NodeId(*id)).collect()
}

fn from_to(from: u32, to: u32, input: &str) -> Link {
    Link {
        from: Port::new(NodeId(from), "sum"),
        to: Port::new(NodeId(to), input),
    }
}

/// Nodes `add` in a row, 300 units apart, with ids from 0.
fn document(count: u32, links: &[(u32, u32, &str)]) -> Document {
    let node = |id: u32| {
        let pos = pos2(id as f32 * 300.0, 0.0);
        Node::new(NodeId(id), format!("node_{id}"), add(), pos)
    };
    let links = links.iter().map(|(from, to, at)| from_to(*from, *to, at));
    let (graph, nodes, links) = Graph::from_parts((0..count).map(node), links);
    assert_eq!((nodes.len(), links.len()), (0, 0));
    Document::new(graph, Meta::default())
}

/// 0 and 1 feed 2, 2 feeds 3 and 4; 2 and 3 are in a group, whose node is returned.
fn grouped() -> (Document, NodeId) {
    let links = [
        (0, 2, "a"),
        (1, 2, "b"),
        (2, 3, "a"),
        (1, 3, "b"),
        (2, 4, "a"),
        (3, 4, "b"),
    ];
    let mut document = document(5, &links);
    let (node, transaction) = group(document.graph(), &ids(&[2, 3]), "Two").unwrap();
    document.commit(transaction).unwrap();
    (document, node)
}

/// `from.output>to.input=value`, nodes by the last part of their key: what runs, wherever it stands.
fn runs(graph: &Graph) -> Vec<String> {
    let flat = Flat::of(graph);
    let graph = flat.graph();
    let key = |id| {
        let key = &graph.node(id).unwrap().key;
        key.rsplit('/').next().unwrap().to_owned()
    };
    let mut lines: Vec<_> = graph
        .links()
        .map(|it| format!("{}>{}.{}", key(it.from.node), key(it.to.node), it.to.name))
        .collect();
    for node in graph.nodes() {
        lines.push(key(node.id));
        let values = node.values.iter();
        lines.extend(values.map(|(name, value)| format!("{}.{name}={value}", key(node.id))));
    }
    lines.sort();
    lines
}

fn names<'a>(names: impl IntoIterator<Item = &'a Name>) -> Vec<&'a str> {
    names.into_iter().map(Name::as_str).collect()
}

fn boundary(graph: &Graph, name: &str, of: SubgraphId) -> NodeId {
    let mut nodes = graph.nodes_in(Some(of));
    nodes.find(|node| node.kind.function == *name).unwrap().id
}

#[test]
fn a_group_has_the_cut_links_as_ports_and_runs_the_same() {
    let (mut document, node) = grouped();
    let graph = document.graph();
    let kind = &graph.node(node).unwrap().kind;
    // One input for node 1, though it feeds two: it is named after the first.
    assert_eq!(names(kind.inputs.iter().map(|it| &it.name)), ["a", "b"]);
    assert_eq!(
        names(kind.outputs.iter().map(|it| &it.name)),
        ["sum", "sum_2"]
    );
    let types: Vec<_> = kind.inputs.iter().map(|it| &it.ty).collect();
    assert_eq!(
        types,
        [&ValueType::Float, &ValueType::Int],
        "any takes the source's type"
    );
    assert_eq!(kind.inputs[1].default, Some(Value::Int(7)));
    assert_eq!(kind.inputs[1].widget, Widget::of_type(&ValueType::Int));
    let inner = kind.role.inside().unwrap();
    let keys = graph.nodes_in(Some(inner)).map(|node| &node.key);
    assert_eq!(names(keys), ["node_2", "node_3", "node_5", "node_6"]);
    let left = graph.node(boundary(graph, INPUTS, inner)).unwrap().pos.x;
    assert_eq!(left, 300.0, "300 units left of node 2");
    assert_eq!(graph.subgraph(inner).unwrap().key, *"subgraph_1");

    let together = runs(graph);
    document.undo();
    assert_eq!(together, runs(document.graph()));
    let before = document.graph().clone();
    document.redo();
    let (nodes, transaction) = ungroup(document.graph(), node).unwrap();
    assert_eq!(nodes, [NodeId(2), NodeId(3)]);
    document.commit(transaction).unwrap();
    assert_eq!(document.graph(), &before, "ungrouping is the inverse");
}

#[test]
fn what_cannot_be_grouped_is_refused() {
    let mut document = document(3, &[(0, 1, "a"), (1, 2, "a")]);
    assert!(group(document.graph(), &ids(&[]), "Nothing").is_none());
    assert!(group(document.graph(), &ids(&[9]), "Gone").is_none());
    let (_, around) = group(document.graph(), &ids(&[0, 2]), "Around").unwrap();
    let before = document.graph().clone();
    assert_eq!(document.commit(around), Err(EditError::Cycle));
    assert_eq!(document.graph(), &before);
    let (grouped, node) = grouped();
    let inner = grouped
        .graph()
        .node(node)
        .unwrap()
        .kind
        .role
        .inside()
        .unwrap();
    assert!(group(grouped.graph(), &ids(&[0, 2]), "Mixed").is_none());
    let ends = [INPUTS, OUTPUTS].map(|name| boundary(grouped.graph(), name, inner));
    assert!(group(grouped.graph(), &ends.into(), "Ends").is_none());
}

#[test]
fn one_port_serves_readers_of_other_types() {
    let mut document = document(2, &[(0, 1, "a")]);
    let make = add_node(document.graph(), &upper(), pos2(0.0, -200.0), None, None);
    document.commit(make.1).unwrap();
    // `any` of node 0's reroute feeds a text and a number.
    let (dot, reroute) = add_reroute(document.graph(), &from_to(0, 1, "a"), Pos2::ZERO).unwrap();
    document.commit(reroute).unwrap();
    let text = Link {
        from: Port::new(dot, "value"),
        to: Port::new(make.0, "text"),
    };
    document.commit(connect(document.graph(), text)).unwrap();
    let (node, transaction) = group(document.graph(), &[NodeId(1), make.0].into(), "G").unwrap();
    document.commit(transaction).unwrap();
    let inputs = &document.graph().node(node).unwrap().kind.inputs;
    // The text input comes first and is no number: the type of the source holds.
    assert_eq!(names(inputs.iter().map(|it| &it.name)), ["text"]);
    assert_eq!(inputs[0].ty, ValueType::Int);
}

#[test]
fn ungrouping_keeps_what_runs() {
    let (mut document, node) = grouped();
    // Another use, its first input linked, the second holding a value.
    let kind = document.graph().node(node).unwrap().kind.clone();
    let (second, make) = add_node(document.graph(), &kind, Pos2::ZERO, None, None);
    document.commit(make).unwrap();
    for deed in [
        connect(
            document.graph(),
            Link {
                from: Port::new(NodeId(4), "sum"),
                to: Port::new(second, "a"),
            },
        ),
        set_value(Port::new(second, "b"), Some(Value::Int(9))),
    ] {
        document.commit(deed).unwrap();
    }
    let (copies, transaction) = ungroup(document.graph(), second).unwrap();
    document.commit(transaction).unwrap();
    let graph = document.graph();
    assert_eq!(copies.len(), 2);
    assert!(graph.node(second).is_none());
    assert_eq!(graph.subgraphs().count(), 1, "it stands elsewhere");
    let first = graph.node(copies[0]).unwrap();
    assert_eq!(graph.link_to(first.id, "a").unwrap().from.node, NodeId(4));
    assert_eq!(first.values["b"], Value::Int(9));
    assert_eq!(graph.node(copies[1]).unwrap().values["b"], Value::Int(9));

    let before = runs(graph);
    let (_, transaction) = ungroup(graph, node).unwrap();
    document.commit(transaction).unwrap();
    assert_eq!(
        document.graph().subgraphs().count(),
        0,
        "that was the last use"
    );
    assert_eq!(runs(document.graph()), before);
}

#[test]
fn what_passes_straight_through_a_subgraph_is_joined() {
    let (mut document, node) = grouped();
    let graph = document.graph();
    let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
    let (inputs, outputs) = (
        boundary(graph, INPUTS, inner),
        boundary(graph, OUTPUTS, inner),
    );
    let through = Link {
        from: Port::new(inputs, "a"),
        to: Port::new(outputs, "sum"),
    };
    document.commit(connect(graph, through)).unwrap();
    for is_held in [false, true] {
        if is_held {
            document.undo();
            let link = document.graph().link_to(node, "a").unwrap().clone();
            document.commit(disconnect([link])).unwrap();
            let held = set_value(Port::new(node, "a"), Some(Value::Float(0.5)));
            document.commit(held).unwrap();
        }
        let before = runs(document.graph());
        let (_, transaction) = ungroup(document.graph(), node).unwrap();
        document.commit(transaction).unwrap();
        assert_eq!(runs(document.graph()), before, "held: {is_held}");
    }
    let end = &document.graph().node(NodeId(4)).unwrap().values;
    assert_eq!(end["a"], Value::Float(0.5));
}

#[test]
fn an_independent_copy_changes_alone() {
    let (mut document, node) = grouped();
    assert!(
        make_independent(document.graph(), node).is_none(),
        "it is alone"
    );
    assert!(make_independent(document.graph(), NodeId(0)).is_none());
    let (copies, transaction) = duplicate(document.graph(), &[node].into(), vec2(9.0, 9.0));
    document.commit(transaction).unwrap();
    let before = runs(document.graph()).len();
    let (copy, transaction) = make_independent(document.graph(), node).unwrap();
    document.commit(transaction).unwrap();
    let graph = document.graph();
    assert_eq!(graph.node(node).unwrap().kind.role.inside(), Some(copy));
    assert_ne!(
        graph.node(copies[0]).unwrap().kind.role.inside(),
        Some(copy)
    );
    assert_eq!(graph.nodes_in(Some(copy)).count(), 4);
    assert_eq!(graph.incoming(node).len(), 2);
    assert_eq!(runs(graph).len(), before);
}

#[test]
fn links_and_values_follow_renamed_ports() {
    let (mut document, node) = grouped();
    let graph = document.graph();
    let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
    let link = graph.link_to(node, "b").unwrap().clone();
    document.commit(disconnect([link])).unwrap();
    let held = set_value(Port::new(node, "b"), Some(Value::Int(3)));
    document.commit(held).unwrap();
    let before = runs(document.graph());
    // Both inputs change their names with each other.
    let mut new = Subgraph::clone(document.graph().subgraph(inner).unwrap());
    new.inputs[0].name = "b".into();
    new.inputs[1].name = "a".into();
    new.outputs[1].name = "total".into();
    let swapped = [("a".into(), "b".into()), ("b".into(), "a".into())];
    let renamed = [("sum_2".into(), "total".into())];
    let change = set_ports(document.graph(), inner, new.clone(), &swapped, &renamed);
    document.commit(change).unwrap();
    let graph = document.graph();
    assert_eq!(runs(graph), before);
    assert_eq!(graph.node(node).unwrap().values["a"], Value::Int(3));
    assert_eq!(graph.link_to(NodeId(4), "b").unwrap().from.name, "total");

    // A port that goes takes its links and values along; its name is free for another.
    new.inputs.remove(1);
    new.outputs.remove(0);
    new.outputs[0].name = "sum".into();
    let renamed = [("total".into(), "sum".into())];
    let change = set_ports(graph, inner, new, &[], &renamed);
    document.commit(change).unwrap();
    let graph = document.graph();
    assert!(graph.node(node).unwrap().values.is_empty());
    let left: Vec<_> = graph
        .outgoing(node)
        .iter()
        .map(|it| it.to.name.as_str())
        .collect();
    assert_eq!(left, ["b"]);
    let (inputs, outputs) = (
        boundary(graph, INPUTS, inner),
        boundary(graph, OUTPUTS, inner),
    );
    assert_eq!(graph.outgoing(inputs).len(), 1);
    assert_eq!(graph.incoming(outputs)[0].from.node, NodeId(3));
    while document.undo().is_some() {}
    assert_eq!(document.graph().subgraphs().count(), 0);
}

#[test]
fn subgraphs_that_stand_nowhere_are_removed() {
    let (mut document, node) = grouped();
    assert!(remove_unused(document.graph()).edits.is_empty());
    let (_, transaction) = group(document.graph(), &[node].into(), "Around").unwrap();
    document.commit(transaction).unwrap();
    let outer = NodeId(document.graph().next_id().0 - 1);
    document
        .commit(delete(document.graph(), &[outer].into()))
        .unwrap();
    let before = document.graph().clone();
    assert_eq!(before.subgraphs().count(), 2);
    document.commit(remove_unused(document.graph())).unwrap();
    assert_eq!(document.graph().subgraphs().count(), 0);
    assert_eq!(document.graph().node_count(), 3);
    document.undo();
    assert_eq!(document.graph(), &before);
}

#[test]
fn the_ends_of_a_subgraph_are_neither_deleted_nor_copied() {
    let (document, node) = grouped();
    let graph = document.graph();
    let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
    let ends: BTreeSet<_> = [INPUTS, OUTPUTS]
        .map(|name| boundary(graph, name, inner))
        .into();
    assert!(delete(graph, &ends).edits.is_empty());
    assert!(dissolve(graph, &ends).edits.is_empty());
    assert!(take_out(graph, &ends).edits.is_empty());
    assert!(duplicate(graph, &ends, Vec2::ZERO).1.edits.is_empty());
}

#[test]
fn copies_come_where_they_are_put() {
    let (mut document, node) = grouped();
    let graph = document.graph();
    let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
    let (beside, transaction) = duplicate(graph, &ids(&[2, 3]), vec2(5.0, 5.0));
    document.commit(transaction).unwrap();
    let graph = document.graph();
    assert!(
        beside
            .iter()
            .all(|id| graph.node(*id).unwrap().parent == Some(inner))
    );
    assert_eq!(graph.incoming(beside[1]).len(), 1);
    // A subgraph does not fit into itself.
    let copied = selected_parts(graph, &[node].into());
    let (_, inside) = insert_copies(graph, "Paste", &copied, Vec2::ZERO, Some(inner));
    assert_eq!(document.commit(inside), Err(EditError::Recursion));
}

#[test]
fn pasted_subgraphs_are_those_of_the_document_when_they_are_the_same() {
    let (mut document, node) = grouped();
    let (outer, transaction) = group(document.graph(), &[node].into(), "Around").unwrap();
    document.commit(transaction).unwrap();
    let text = clipboard::copy(document.graph(), &[outer].into());
    let copied = clipboard::parse(&text, &catalog()).unwrap();
    assert_eq!((copied.subgraphs.len(), copied.nodes.len()), (2, 8));
    let paste = |document: &mut Document| {
        let (ids, transaction) =
            insert_copies(document.graph(), "Paste", &copied, Vec2::ZERO, None);
        document.commit(transaction).unwrap();
        assert_eq!(ids.len(), 1);
        document.graph().subgraphs().count()
    };
    assert_eq!(paste(&mut document), 2, "the same ones");
    // Elsewhere they are new, and the same from then on.
    let mut other = Document::default();
    assert_eq!(paste(&mut other), 2);
    assert_eq!(paste(&mut other), 2);
    let keys: Vec<_> = other
        .graph()
        .subgraphs()
        .map(|it| it.key.to_string())
        .collect();
    assert_eq!(keys, ["subgraph_1", "subgraph_2"]);
    assert_eq!(
        runs(other.graph()).len(),
        2 * 5,
        "two nodes, their link and what the port holds for each, twice"
    );
    // A change inside makes another of the inner one, and so of the one around it.
    let value = set_value(Port::new(NodeId(2), "c"), Some(Value::Int(1)));
    document.commit(value).unwrap();
    assert_eq!(paste(&mut document), 4);
}
