//! What users do to a graph, as pure functions that make a Transaction. They change nothing themselves.

mod copies;
mod insert;
mod keys;
mod ports;
mod style;
mod subgraphs;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::graph::{
    Edit, Fit, Graph, Link, Name, Node, NodeId, NodeKind, Port, Pos2, Rect, Role, SubgraphId,
    Value, Vec2, fit,
};

use super::Transaction;

pub use copies::{Copied, duplicate, insert_copies, selected_parts};
pub use insert::{dissolve, insert_on_link, take_out};
pub use keys::Keys;
pub use ports::{remove_unused, set_ports};
pub use style::{
    add_frame, add_note, add_reroute, resize, set_colour, set_mode, toggle_collapsed, toggle_mode,
};
pub use subgraphs::{group, make_independent, ungroup};

/// A new node of `kind` in a subgraph or in the graph around all, and when `link_from` names a free end, the link to the first port that fits best.
/// Returns the id that the node will have.
pub fn add_node(
    graph: &Graph,
    kind: &Arc<NodeKind>,
    pos: Pos2,
    parent: Option<SubgraphId>,
    link_from: Option<&LinkEnd>,
) -> (NodeId, Transaction) {
    let node = new_node(&mut Keys::of(graph), kind.clone(), pos, parent);
    let id = node.id;
    let mut edits = vec![Edit::AddNode(Box::new(node))];
    if let Some(end) = link_from
        && let Some(link) = fitting_link(graph, end, id, kind)
    {
        edits.extend(free_input(graph, &link.to));
        edits.push(Edit::Connect(link));
    }
    (id, Transaction::new("Add node", edits))
}

/// One end of a link that is being made.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkEnd {
    Output(Port),
    Input(Port),
}

/// The link between a free end and the port of a new node of `kind` that fits it best, if one fits.
fn fitting_link(graph: &Graph, end: &LinkEnd, new_node: NodeId, kind: &NodeKind) -> Option<Link> {
    let rank = |fits: &Fit| match fits {
        Fit::Same => 0,
        Fit::Converts => 1,
        Fit::Refused => 2,
    };
    match end {
        LinkEnd::Output(from) => {
            let ty = &graph.node(from.node)?.kind.output(&from.name)?.ty;
            let (fits, to) = kind
                .inputs
                .iter()
                .map(|input| (fit(ty, &input.ty), input))
                .min_by_key(|(fits, _)| rank(fits))?;
            (fits != Fit::Refused).then(|| Link {
                from: from.clone(),
                to: Port::new(new_node, to.name.clone()),
            })
        }
        LinkEnd::Input(to) => {
            let ty = &graph.node(to.node)?.kind.input(&to.name)?.ty;
            let (fits, from) = kind
                .outputs
                .iter()
                .map(|output| (fit(&output.ty, ty), output))
                .min_by_key(|(fits, _)| rank(fits))?;
            (fits != Fit::Refused).then(|| Link {
                from: Port::new(new_node, from.name.clone()),
                to: to.clone(),
            })
        }
    }
}

/// Could a node of `kind` be put at the free end?
pub fn kind_fits(graph: &Graph, end: &LinkEnd, kind: &NodeKind) -> bool {
    fitting_link(graph, end, graph.next_id(), kind).is_some()
}

/// Make a link; the one that the input had goes.
pub fn connect(graph: &Graph, link: Link) -> Transaction {
    let mut edits: Vec<_> = free_input(graph, &link.to).collect();
    edits.push(Edit::Connect(link));
    Transaction::new("Link", edits)
}

/// Move one end of a link elsewhere: the old link goes, the new one comes, in one step.
pub fn relink(graph: &Graph, old: Link, new: Link) -> Transaction {
    let mut edits = vec![Edit::Disconnect(old.clone())];
    edits.extend(free_input(graph, &new.to).filter(|edit| *edit != Edit::Disconnect(old.clone())));
    edits.push(Edit::Connect(new));
    Transaction::new("Move link", edits)
}

pub fn disconnect(links: impl IntoIterator<Item = Link>) -> Transaction {
    Transaction::new("Unlink", links.into_iter().map(Edit::Disconnect).collect())
}

pub fn set_value(input: Port, value: Option<Value>) -> Transaction {
    Transaction::new("Change value", vec![Edit::SetValue { input, value }])
}

pub fn set_title(node: NodeId, title: Option<Name>) -> Transaction {
    Transaction::new("Rename node", vec![Edit::SetTitle { node, title }])
}

/// Move nodes by an offset; nothing for an offset of zero.
pub fn move_by(graph: &Graph, nodes: &BTreeSet<NodeId>, offset: Vec2) -> Transaction {
    let edits = nodes
        .iter()
        .filter(|_| offset != Vec2::ZERO)
        .filter_map(|id| graph.node(*id))
        .map(|node| Edit::Move {
            node: node.id,
            to: node.pos + offset,
        })
        .collect();
    Transaction::new("Move", edits)
}

/// The nodes and all that lies in frames among them, in frames of frames too: what moves when they are moved. A node
/// lies in a frame when its middle does, a frame when all of it does.
pub fn carried(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    rect_of: impl Fn(NodeId) -> Option<Rect>,
) -> BTreeSet<NodeId> {
    let mut carried = nodes.clone();
    let mut frames: Vec<NodeId> = nodes.iter().copied().collect();
    while let Some(frame) = frames.pop().and_then(|id| graph.node(id)) {
        if frame.kind.role != Role::Frame {
            continue;
        }
        let Some(around) = rect_of(frame.id) else {
            continue;
        };
        for node in graph.nodes_in(frame.parent) {
            let lies_inside = |rect: Rect| match node.kind.role {
                Role::Frame => around.contains_rect(rect),
                _ => around.contains(rect.center()),
            };
            if rect_of(node.id).is_some_and(lies_inside) && carried.insert(node.id) {
                frames.push(node.id);
            }
        }
    }
    carried
}

/// Remove nodes and every link that one of them has. What gives a subgraph its inputs and takes its outputs stays:
/// without them it would be cut off from the graph around it.
pub fn delete(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let mut edits = unlink_all(&links_of(graph, nodes.iter().copied()));
    edits.extend(nodes.into_iter().map(Edit::RemoveNode));
    Transaction::new("Delete", edits)
}

/// A node as it is when it is new.
fn new_node(keys: &mut Keys, kind: Arc<NodeKind>, pos: Pos2, parent: Option<SubgraphId>) -> Node {
    let (id, key) = keys.give();
    Node {
        parent,
        ..Node::new(id, key, kind, pos)
    }
}

/// Is it the node inside a subgraph that gives its inputs or takes its outputs?
fn is_boundary(node: &Node) -> bool {
    matches!(node.kind.role, Role::Inputs(_) | Role::Outputs(_))
}

/// Those that are there and may be taken away or copied.
fn free_nodes(graph: &Graph, nodes: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let is_free = |id: &&NodeId| graph.node(**id).is_some_and(|node| !is_boundary(node));
    nodes.iter().filter(is_free).copied().collect()
}

/// All links that one of the nodes has.
fn links_of(graph: &Graph, nodes: impl IntoIterator<Item = NodeId>) -> BTreeSet<Link> {
    let ids = nodes.into_iter();
    ids.flat_map(|id| graph.incoming(id).iter().chain(graph.outgoing(id)))
        .cloned()
        .collect()
}

fn unlink_all(links: &BTreeSet<Link>) -> Vec<Edit> {
    links.iter().cloned().map(Edit::Disconnect).collect()
}

fn link(from: Port, to: Port) -> Edit {
    Edit::Connect(Link { from, to })
}

fn free_input(graph: &Graph, input: &Port) -> impl Iterator<Item = Edit> {
    graph
        .link_to(input.node, &input.name)
        .cloned()
        .map(Edit::Disconnect)
        .into_iter()
}

#[cfg(test)]
mod tests;
