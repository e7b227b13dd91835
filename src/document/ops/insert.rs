//! Nodes into links and out of them: what a node is put between, and the link that heals when it goes.

use std::collections::{BTreeSet, HashSet};

use super::{free_nodes, link, links_of, unlink_all};
use crate::document::Transaction;
use crate::graph::{Edit, Graph, Link, NodeId, Port};

/// Put a node into a link: its first free input that fits takes what flows there, its first output that fits feeds
/// where it led. `None` when no port fits, or when the node would wait for itself.
pub fn insert_on_link(graph: &Graph, node: NodeId, on: &Link) -> Option<Transaction> {
    if graph.link_to(on.to.node, &on.to.name) != Some(on) {
        return None;
    }
    let kind = &graph.node(node)?.kind;
    let may_be = |from: &Port, to: &Port| {
        let (from, to) = (from.clone(), to.clone());
        graph.check_link(&Link { from, to }).is_ok()
    };
    let mut inputs = kind.inputs.iter();
    let input = inputs
        .by_ref()
        .filter(|input| graph.link_to(node, &input.name).is_none())
        .map(|input| Port::new(node, input.name.clone()))
        .find(|input| may_be(&on.from, input))?;
    let mut outputs = kind.outputs.iter();
    let output = outputs
        .by_ref()
        .map(|output| Port::new(node, output.name.clone()))
        .find(|output| may_be(output, &on.to))?;
    let edits = vec![
        Edit::Disconnect(on.clone()),
        link(on.from.clone(), input),
        link(output, on.to.clone()),
    ];
    Some(Transaction::new("Insert", edits))
}

/// Take nodes out of the links that they have to others, which are healed; links among the nodes stay.
pub fn take_out(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let mut links = links_of(graph, nodes.iter().copied());
    links.retain(|link| !nodes.contains(&link.from.node) || !nodes.contains(&link.to.node));
    let mut edits = unlink_all(&links);
    edits.extend(healed(graph, &nodes, &links));
    Transaction::new("Take out", edits)
}

/// Delete nodes and heal the links that they had to others.
pub fn dissolve(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let links = links_of(graph, nodes.iter().copied());
    let mut edits = unlink_all(&links);
    edits.extend(nodes.iter().copied().map(Edit::RemoveNode));
    edits.extend(healed(graph, &nodes, &links));
    Transaction::new("Dissolve", edits)
}

/// The links that take the place of those that lead out of the nodes.
fn healed(graph: &Graph, nodes: &BTreeSet<NodeId>, links: &BTreeSet<Link>) -> Vec<Edit> {
    let leaving = links.iter().filter(|link| {
        let (from, to) = (link.from.node, link.to.node);
        nodes.contains(&from) && !nodes.contains(&to)
    });
    let around = |it: &Link| Some(link(source_outside(graph, nodes, it)?, it.to.clone()));
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
