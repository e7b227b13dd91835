//! Copies of nodes, beside the originals or from the clipboard, with the subgraphs that they stand for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Keys, free_nodes, link};
use crate::document::Transaction;
use crate::graph::{
    Edit, Graph, Link, Node, NodeId, NodeKind, Port, Role, Subgraph, SubgraphId, Vec2,
};

/// Nodes that were copied, with all that they need.
#[derive(Clone, Debug, Default)]
pub struct Copied {
    /// Subgraphs that come along. A node that stands for another one means that of the graph it is put into.
    pub subgraphs: Vec<Subgraph>,
    /// With the nodes inside of the subgraphs; those without a parent are what was copied.
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
}

/// Put copies of nodes into the graph or a subgraph of it (`parent`), the links among them kept, links to others not.
/// A subgraph that the graph has as it is, under the same key, is used; others are added.
/// Returns the ids that the copies will have.
pub fn insert_copies(
    graph: &Graph,
    label: &str,
    copied: &Copied,
    offset: Vec2,
    parent: Option<SubgraphId>,
) -> (Vec<NodeId>, Transaction) {
    let mut keys = Keys::of(graph);
    let (places, added) = place_subgraphs(graph, copied, &mut keys);
    let is_added: HashSet<SubgraphId> = added.iter().map(|subgraph| subgraph.id).collect();
    let add = |subgraph| Edit::AddSubgraph(Box::new(subgraph));
    let mut edits: Vec<_> = added.into_iter().map(add).collect();
    let mut new_ids = HashMap::new();
    let mut top = Vec::new();
    for node in &copied.nodes {
        let place = node.parent.map(|part| places.get(&part).copied());
        let (parent, pos) = match place {
            None => (parent, node.pos + offset),
            Some(Some(id)) if is_added.contains(&id) => (Some(id), node.pos),
            Some(_) => continue,
        };
        let (id, key) = keys.give();
        new_ids.insert(node.id, id);
        if node.parent.is_none() {
            top.push(id);
        }
        edits.push(Edit::AddNode(Box::new(Node {
            id,
            key,
            parent,
            pos,
            kind: placed_kind(&node.kind, &places),
            ..node.clone()
        })));
    }
    edits.extend(links_among(&copied.links, &new_ids));
    (top, Transaction::new(label, edits))
}

/// Copies beside the originals.
pub fn duplicate(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    offset: Vec2,
) -> (Vec<NodeId>, Transaction) {
    let parent = free_nodes(graph, nodes).first().copied();
    let parent = parent.and_then(|id| graph.node(id)?.parent);
    let copied = selected_parts(graph, nodes);
    insert_copies(graph, "Duplicate", &copied, offset, parent)
}

/// The nodes and the links among them, without what gives a subgraph its inputs and takes its outputs. They mean the
/// subgraphs of this graph.
pub fn selected_parts(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Copied {
    let nodes = free_nodes(graph, nodes);
    let links = nodes
        .iter()
        .flat_map(|id| graph.incoming(*id))
        .filter(|link| nodes.contains(&link.from.node))
        .cloned()
        .collect();
    let outside = |node: &Node| Node {
        parent: None,
        ..node.clone()
    };
    let nodes = nodes.iter().filter_map(|id| graph.node(*id));
    Copied {
        subgraphs: Vec::new(),
        nodes: nodes.map(outside).collect(),
        links,
    }
}

/// The links whose both ends have a new id, between the new ones.
pub(super) fn links_among<'a>(
    links: impl IntoIterator<Item = &'a Link>,
    new_ids: &HashMap<NodeId, NodeId>,
) -> Vec<Edit> {
    let end = |port: &Port| Some(Port::new(*new_ids.get(&port.node)?, port.name.clone()));
    let links = links.into_iter();
    links
        .filter_map(|it| Some(link(end(&it.from)?, end(&it.to)?)))
        .collect()
}

/// The kind with its subgraph where that is now; the graph makes it whole when the node comes in.
pub(super) fn placed_kind(
    kind: &Arc<NodeKind>,
    places: &HashMap<SubgraphId, SubgraphId>,
) -> Arc<NodeKind> {
    let role = placed_role(kind.role, places);
    if role == kind.role {
        return kind.clone();
    }
    Arc::new(NodeKind {
        role,
        ..NodeKind::clone(kind)
    })
}

fn placed_role(role: Role, places: &HashMap<SubgraphId, SubgraphId>) -> Role {
    let place = |id| places.get(&id).copied().unwrap_or(id);
    match role {
        Role::Subgraph(id) => Role::Subgraph(place(id)),
        Role::Inputs(id) => Role::Inputs(place(id)),
        Role::Outputs(id) => Role::Outputs(place(id)),
        _ => role,
    }
}

/// Which subgraph of the graph each copied one is, and those that are to be added for it.
fn place_subgraphs(
    graph: &Graph,
    copied: &Copied,
    keys: &mut Keys,
) -> (HashMap<SubgraphId, SubgraphId>, Vec<Subgraph>) {
    keys.avoid_subgraphs(copied.subgraphs.iter().map(|subgraph| &subgraph.key));
    let mut nodes: HashMap<SubgraphId, Vec<&Node>> = HashMap::new();
    for node in &copied.nodes {
        if let Some(parent) = node.parent {
            nodes.entry(parent).or_default().push(node);
        }
    }
    let inside = |id| nodes.get(&id).map_or(&[][..], Vec::as_slice);
    let mut places = HashMap::new();
    let mut added = Vec::new();
    let mut waiting: Vec<&Subgraph> = copied.subgraphs.iter().collect();
    // What stands in others first: whether those are the same depends on it.
    while !waiting.is_empty() {
        let before = waiting.len();
        let (ready, later) = waiting.into_iter().partition::<Vec<_>, _>(|subgraph| {
            let mut parts = inside(subgraph.id).iter().map(|node| node.kind.role);
            parts.all(|role| role.inside().is_none_or(|part| places.contains_key(&part)))
        });
        for theirs in ready {
            let ours = graph.subgraph_by_key(&theirs.key);
            let same = ours.filter(|ours| {
                let theirs_inside = inside(theirs.id);
                is_same(graph, ours, theirs, theirs_inside, &copied.links, &places)
            });
            let place = same.map_or_else(
                || {
                    let (id, new_key) = keys.give_subgraph();
                    let key = ours.map_or_else(|| theirs.key.clone(), |_| new_key);
                    let theirs = theirs.clone();
                    added.push(Subgraph { id, key, ..theirs });
                    id
                },
                |ours| ours.id,
            );
            places.insert(theirs.id, place);
        }
        if later.len() == before {
            break;
        }
        waiting = later;
    }
    (places, added)
}

/// Are ports, nodes and links the same? Keys and numbers of nodes do not count.
fn is_same(
    graph: &Graph,
    ours: &Subgraph,
    theirs: &Subgraph,
    theirs_inside: &[&Node],
    their_links: &[Link],
    places: &HashMap<SubgraphId, SubgraphId>,
) -> bool {
    let head = |it: &Subgraph| (it.title.clone(), it.inputs.clone(), it.outputs.clone());
    let inside: Vec<&Node> = graph.nodes_in(Some(ours.id)).collect();
    let is_same_node = |(our, their): (&&Node, &&Node)| {
        let role = placed_role(their.kind.role, places);
        let function = |node: &Node| (node.kind.bank, node.kind.function.clone());
        let is_same_place = matches!((our.kind.role, role), (Role::Inputs(_), Role::Inputs(_)))
            || matches!((our.kind.role, role), (Role::Outputs(_), Role::Outputs(_)));
        (is_same_place || our.kind.role == role)
            && (role.subgraph().is_some() || function(our) == function(their))
            && our.title == their.title
            && our.pos == their.pos
            && our.values == their.values
            && our.style == their.style
            && our.kept == their.kept
    };
    head(ours) == head(theirs)
        && ours.kept == theirs.kept
        && inside.len() == theirs_inside.len()
        && inside.iter().zip(theirs_inside).all(is_same_node)
        && {
            let ours = inside.iter().flat_map(|node| graph.incoming(node.id));
            shape(ours, &inside) == shape(their_links, theirs_inside)
        }
}

/// The links among nodes, by where those stand in their list.
fn shape<'a>(
    links: impl IntoIterator<Item = &'a Link>,
    nodes: &[&Node],
) -> BTreeSet<(usize, &'a str, usize, &'a str)> {
    let ids = nodes.iter().enumerate();
    let at: HashMap<NodeId, usize> = ids.map(|(at, node)| (node.id, at)).collect();
    let links = links.into_iter().filter_map(|link| {
        let ends = (at.get(&link.from.node)?, at.get(&link.to.node)?);
        Some((*ends.0, &*link.from.name, *ends.1, &*link.to.name))
    });
    links.collect()
}
