//! Insert: nodes into links and out of them: what a node is put between, and the links that heal when it goes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::{free_nodes, links_of, new_node};
use crate::document::Transaction;
use crate::graph::{
    Edit, Fit, Graph, Link, NodeId, NodeKind, Port, Pos2, SubgraphId, ValueType, Vec2, fit,
    subgraph::REROUTE_PORT,
};

/// Put a node into a link: its first free input that fits takes what flows there, its first output that fits feeds
/// what the link led to. Empty when no port fits, or when the node would wait for itself.
pub fn insert_on_link(graph: &Graph, node: NodeId, on: &Link) -> Option<Transaction> {
    let kind = &graph.node(node)?.kind;
    let may_be = |from: &Port, to: &Port| {
        let (from, to) = (from.clone(), to.clone());
        graph.check_link(&Link { from, to }).is_ok()
    };
    let mut inputs = kind
        .inputs
        .iter()
        .filter(|input| graph.link_to(node, &input.name).is_none())
        .map(|input| Port::new(node, input.name.clone()));
    let input = inputs.find(|input| may_be(&on.from, input))?;
    let mut outputs = kind
        .outputs
        .iter()
        .map(|output| Port::new(node, output.name.clone()));
    let output = outputs.find(|output| may_be(output, &on.to))?;
    let edits = vec![
        Edit::Disconnect(on.clone()),
        connect(&on.from, &input),
        connect(&output, &on.to),
    ];
    Some(Transaction::new("Insert", edits))
}

/// A new node of `kind`, and in the same step put into a link. Returns the id that it will have; `None`: it does not
/// fit there.
pub fn add_on_link(
    graph: &Graph,
    kind: &Arc<NodeKind>,
    place: (Pos2, Option<SubgraphId>),
    on: &Link,
) -> Option<(NodeId, Transaction)> {
    let flows = graph.output_type(&on.from)?;
    let wanted = &graph.node(on.to.node)?.kind.input(&on.to.name)?.ty;
    let fits = |from: &ValueType, to: &ValueType| fit(from, to) != Fit::Refused;
    let mut inputs = kind.inputs.iter();
    let input = inputs.find(|input| fits(flows, &input.ty))?;
    let mut outputs = kind.outputs.iter();
    let output = outputs.find(|output| fits(&output.ty, wanted))?;
    let (id, mut transaction) = super::add_node(graph, kind, place, None);
    transaction.edits.extend([
        Edit::Disconnect(on.clone()),
        connect(&on.from, &Port::new(id, input.name.clone())),
        connect(&Port::new(id, output.name.clone()), &on.to),
    ]);
    Some((id, transaction))
}

/// Take nodes out of the links that they have to others, which are healed; links among the nodes stay.
pub fn take_out(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let links: BTreeSet<Link> = links_of(graph, nodes.iter().copied())
        .filter(|link| !nodes.contains(&link.from.node) || !nodes.contains(&link.to.node))
        .collect();
    let mut edits: Vec<_> = links.iter().cloned().map(Edit::Disconnect).collect();
    edits.extend(healed(graph, &nodes, &links));
    Transaction::new("Take out", edits)
}

/// Remove nodes and heal the links that they had to others.
pub fn dissolve(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let links: BTreeSet<Link> = links_of(graph, nodes.iter().copied()).collect();
    let mut edits: Vec<_> = links.iter().cloned().map(Edit::Disconnect).collect();
    edits.extend(nodes.iter().copied().map(Edit::RemoveNode));
    edits.extend(healed(graph, &nodes, &links));
    Transaction::new("Dissolve", edits)
}

/// Lead what some nodes give to others through dots, one for each output. Returns the ids of the dots.
pub fn reroute_outputs(graph: &Graph, nodes: &BTreeSet<NodeId>) -> (Vec<NodeId>, Transaction) {
    let links: BTreeSet<&Link> = nodes.iter().flat_map(|id| graph.outgoing(*id)).collect();
    let links: Vec<&Link> = links.into_iter().collect();
    let mut keys = super::Keys::of(graph);
    let (mut ids, mut edits) = (Vec::new(), Vec::new());
    for of_output in links.chunk_by(|a, b| a.from == b.from) {
        let from = &of_output[0].from;
        let Some(source) = graph.node(from.node) else {
            continue;
        };
        let readers = of_output.iter().filter_map(|link| graph.node(link.to.node));
        let Some(nearest) = readers
            .map(|node| node.pos)
            .min_by(|a, b| a.x.total_cmp(&b.x))
        else {
            continue;
        };
        let middle = source.pos + (nearest - source.pos) / 2.0 + DOT_OFFSET;
        let kind = crate::graph::subgraph::reroute_kind();
        let dot = new_node(&mut keys, kind, middle, source.parent);
        let through = Port::new(dot.id, REROUTE_PORT);
        ids.push(dot.id);
        edits.extend(of_output.iter().map(|it| Edit::Disconnect((*it).clone())));
        edits.push(Edit::AddNode(Box::new(dot)));
        edits.push(connect(from, &through));
        edits.extend(of_output.iter().map(|link| connect(&through, &link.to)));
    }
    (ids, Transaction::new("Reroute", edits))
}

/// From the middle between the corners of two nodes to where their link passes: half a node's width, and its title.
const DOT_OFFSET: Vec2 = Vec2::new(110.0, 50.0);

fn connect(from: &Port, to: &Port) -> Edit {
    Edit::Connect(Link {
        from: from.clone(),
        to: to.clone(),
    })
}

/// The links that take the place of those that lead out of the nodes.
fn healed(graph: &Graph, nodes: &BTreeSet<NodeId>, links: &BTreeSet<Link>) -> Vec<Edit> {
    let leaving = links
        .iter()
        .filter(|link| nodes.contains(&link.from.node) && !nodes.contains(&link.to.node));
    let around = |link: &Link| Some(connect(&source_outside(graph, nodes, link)?, &link.to));
    leaving.filter_map(around).collect()
}

/// Back from a link through the nodes that go: the first output outside that fits where the link leads.
fn source_outside(graph: &Graph, nodes: &BTreeSet<NodeId>, leaving: &Link) -> Option<Port> {
    let mut seen = HashSet::new();
    let mut stack = vec![&leaving.from];
    while let Some(port) = stack.pop() {
        if !nodes.contains(&port.node) {
            let (from, to) = (port.clone(), leaving.to.clone());
            if graph.check_link(&Link { from, to }).is_ok() {
                return Some(port.clone());
            }
        } else if seen.insert(port.node) {
            let node = graph.node(port.node)?;
            let inputs = node.kind.inputs.iter().rev();
            let links = inputs.filter_map(|input| graph.link_to(node.id, &input.name));
            stack.extend(links.map(|link| &link.from));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta};
    use crate::graph::testing::add_kind as add;
    use crate::graph::{Bank, InputSpec, Node, NodeKind, OutputSpec, ValueType};

    /// A kind whose one input takes no number.
    fn rotate() -> Arc<NodeKind> {
        let mut kind = NodeKind::new(Bank::Builtin, "rotate");
        kind.inputs = vec![InputSpec::new("image", ValueType::Image)];
        kind.outputs = vec![OutputSpec {
            name: "image".into(),
            ty: ValueType::Image,
        }];
        Arc::new(kind)
    }

    fn from_to(from: u32, to: u32, input: &str) -> Link {
        Link {
            from: Port::new(NodeId(from), "sum"),
            to: Port::new(NodeId(to), input),
        }
    }

    fn ids(ids: &[u32]) -> BTreeSet<NodeId> {
        ids.iter().copied().map(NodeId).collect()
    }

    fn document(count: u32, links: &[(u32, u32, &str)]) -> Document {
        let node = |id: u32| {
            let pos = Pos2::new(300.0 * id as f32, 0.0);
            Node::new(NodeId(id), format!("node_{id}"), add(), pos)
        };
        let links = links.iter().map(|(from, to, at)| from_to(*from, *to, at));
        Document::new(
            Graph::from_parts((0..count).map(node), links).0,
            Meta::default(),
        )
    }

    fn links(graph: &Graph) -> Vec<String> {
        let mut links: Vec<_> = graph
            .links()
            .map(|it| format!("{}>{}.{}", it.from.node, it.to.node, it.to.name))
            .collect();
        links.sort();
        links
    }

    #[test]
    fn a_node_goes_into_a_link_where_it_fits() {
        for (node, expected) in [
            (3, Some(["0>3.a", "1>2.a", "3>1.a", "3>4.a"].as_slice())),
            // Its first input is taken: the next one that fits is used.
            (4, Some(&["0>4.b", "1>2.a", "3>4.a", "4>1.a"])),
            (1, None), // it would feed itself
            (2, None), // it needs what the link leads to
            (5, None), // no port fits
            (9, None),
        ] {
            let mut document = document(5, &[(0, 1, "a"), (1, 2, "a"), (3, 4, "a")]);
            let place = (Pos2::ZERO, None);
            let (_, make) = super::super::add_node(document.graph(), &rotate(), place, None);
            document.commit(make).unwrap();
            let on = from_to(0, 1, "a");
            let insert = insert_on_link(document.graph(), NodeId(node), &on);
            assert_eq!(insert.is_some(), expected.is_some(), "{node}");
            if let Some((insert, expected)) = insert.zip(expected) {
                document.commit(insert).unwrap();
                assert_eq!(links(document.graph()), expected);
            }
        }
    }

    #[test]
    fn a_new_node_goes_into_a_link_in_one_step_or_not_at_all() {
        let mut document = document(2, &[(0, 1, "b")]);
        let (on, place) = (from_to(0, 1, "b"), (Pos2::ZERO, None));
        let (id, transaction) = add_on_link(document.graph(), &add(), place, &on).unwrap();
        document.commit(transaction).unwrap();
        assert_eq!(links(document.graph()), ["0>2.a", "2>1.b"]);
        assert_eq!(id, NodeId(2));
        document.undo();
        assert_eq!(links(document.graph()), ["0>1.b"]);
        assert!(add_on_link(document.graph(), &rotate(), place, &on).is_none());
    }

    #[test]
    fn links_heal_where_nodes_go() {
        let all = [
            (0, 1, "b"),
            (1, 2, "b"),
            (2, 3, "a"),
            (4, 2, "a"),
            (1, 5, "a"),
        ];
        for (nodes, out, gone) in [
            (
                ids(&[2]),
                ["0>1.b", "1>5.a", "4>3.a"].as_slice(),
                &["0>1.b", "1>5.a", "4>3.a"][..],
            ),
            // The first input of 2 comes from outside; 1 hands on what it reads itself.
            (
                ids(&[1, 2]),
                &["0>5.a", "1>2.b", "4>3.a"],
                &["0>5.a", "4>3.a"],
            ),
            (
                ids(&[0]),
                &["1>2.b", "1>5.a", "2>3.a", "4>2.a"],
                &["1>2.b", "1>5.a", "2>3.a", "4>2.a"],
            ),
        ] {
            for (is_gone, expected) in [(false, out), (true, gone)] {
                let mut document = document(6, &all);
                let op = if is_gone { dissolve } else { take_out };
                document.commit(op(document.graph(), &nodes)).unwrap();
                assert_eq!(links(document.graph()), expected, "{nodes:?} {is_gone}");
                let count = if is_gone { 6 - nodes.len() } else { 6 };
                assert_eq!(document.graph().node_count(), count);
            }
        }
    }

    #[test]
    fn each_output_gets_one_dot_for_all_who_read_it() {
        let mut document = document(4, &[(0, 1, "a"), (0, 2, "a"), (1, 3, "a")]);
        let (dots, transaction) = reroute_outputs(document.graph(), &ids(&[0, 1]));
        document.commit(transaction).unwrap();
        assert_eq!(dots, [NodeId(4), NodeId(5)]);
        assert_eq!(
            links(document.graph()),
            ["0>4.value", "1>5.value", "4>1.a", "4>2.a", "5>3.a"]
        );
        let (none, transaction) = reroute_outputs(document.graph(), &ids(&[3]));
        assert!(none.is_empty() && transaction.edits.is_empty());
    }
}
