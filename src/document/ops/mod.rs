//! What users do to a graph, as pure functions that make a Transaction. They change nothing themselves.

mod copies;
mod insert;
mod kinds;
mod load;
mod looping;
mod ports;
mod style;
mod subgraphs;
mod version;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::graph::{
    Edit, Fit, Graph, Link, Name, Node, NodeId, NodeKind, Port, Pos2, Role, SubgraphId, Value,
    Vec2, fit,
};

use super::Transaction;

pub use copies::{Copied, duplicate, insert_copies, make_independent, selected_parts};
pub use insert::{add_on_link, dissolve, insert_on_link, reroute_outputs, take_out};
pub use kinds::{add_nodes, change_kind};
pub use load::{Loader, add_loaders, loader_for};
pub use looping::set_looping;
pub use ports::{
    PortChange, Side, change_port, port_name_problem, ports_of, rename_subgraph, set_ports,
};
pub use style::{
    FrameRoom, add_frame, add_note, add_reroute, carried, fit_frames, resize, set_colour,
    toggle_collapsed, toggle_mode,
};
pub use subgraphs::{group, remove_unused, ungroup};
pub use version::become_version;

/// Give new nodes the keys `node_N` that follow the highest one in use.
pub struct Keys {
    next: u64,
    next_id: u32,
}

impl Keys {
    pub fn of(graph: &Graph) -> Self {
        let highest = graph
            .nodes()
            .filter_map(|node| node.key.strip_prefix("node_")?.parse::<u64>().ok())
            .max();
        Self {
            next: highest.map_or(1, |highest| highest.saturating_add(1)),
            next_id: graph.next_id().0,
        }
    }

    pub fn give(&mut self) -> (NodeId, Name) {
        let given = (NodeId(self.next_id), format!("node_{}", self.next).into());
        self.next += 1;
        self.next_id += 1;
        given
    }
}

/// A new node of `kind` at a place in a subgraph or the graph around all, and when `link_from` names a free end, the
/// link to the first port that fits best. Returns the id that the node will have.
pub fn add_node(
    graph: &Graph,
    kind: &Arc<NodeKind>,
    (pos, parent): (Pos2, Option<SubgraphId>),
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
    if kind.role.is_decoration() {
        return None;
    }
    match end {
        LinkEnd::Output(from) => {
            let ty = graph.output_type(from)?;
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

/// Make a link; the one that the input had goes. A list that leads to what takes one of its items makes the node run
/// for each of them.
pub fn connect(graph: &Graph, link: Link) -> Transaction {
    let mut edits: Vec<_> = free_input(graph, &link.to).collect();
    edits.extend(for_each_item(graph, &link));
    edits.push(Edit::Connect(link));
    Transaction::new("Link", edits)
}

/// Move one end of a link elsewhere: the old link goes, the new one comes, in one step.
pub fn relink(graph: &Graph, old: Link, new: Link) -> Transaction {
    let mut edits = vec![Edit::Disconnect(old.clone())];
    edits.extend(free_input(graph, &new.to).filter(|edit| *edit != Edit::Disconnect(old.clone())));
    edits.extend(for_each_item(graph, &new));
    edits.push(Edit::Connect(new));
    Transaction::new("Move link", edits)
}

fn for_each_item(graph: &Graph, link: &Link) -> Option<Edit> {
    let looping = graph.looping_for(link)?;
    let edits = set_looping(link.to.node, looping).edits;
    edits.into_iter().next()
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

/// Remove nodes and every link that one of them has. A subgraph keeps the nodes for its inputs and outputs.
pub fn delete(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let nodes = free_nodes(graph, nodes);
    let edits = links_of(graph, nodes.iter().copied())
        .map(Edit::Disconnect)
        .chain(nodes.iter().map(|id| Edit::RemoveNode(*id)))
        .collect();
    Transaction::new("Delete", edits)
}

fn free_input(graph: &Graph, input: &Port) -> impl Iterator<Item = Edit> {
    graph
        .link_to(input.node, &input.name)
        .cloned()
        .map(Edit::Disconnect)
        .into_iter()
}

/// Does the node stand for the inputs or the outputs of the subgraph that it lies in? Each has one of both, always.
fn is_boundary(node: &Node) -> bool {
    matches!(node.kind.role, Role::Inputs(_) | Role::Outputs(_))
}

/// Those of the nodes that may be removed and copied.
fn free_nodes(graph: &Graph, nodes: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let is_free = |id: &NodeId| graph.node(*id).is_some_and(|node| !is_boundary(node));
    nodes.iter().copied().filter(is_free).collect()
}

/// Each link once that one of these nodes has.
fn links_of(graph: &Graph, nodes: impl IntoIterator<Item = NodeId>) -> impl Iterator<Item = Link> {
    let links: BTreeSet<Link> = nodes
        .into_iter()
        .flat_map(|id| graph.incoming(id).iter().chain(graph.outgoing(id)))
        .cloned()
        .collect();
    links.into_iter()
}

fn new_node(keys: &mut Keys, kind: Arc<NodeKind>, pos: Pos2, parent: Option<SubgraphId>) -> Node {
    let (id, key) = keys.give();
    let mut node = Node::new(id, key, kind, pos);
    node.parent = parent;
    node
}
