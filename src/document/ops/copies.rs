//! Copies: nodes, the links among them, and the subgraphs that they need, put into a graph once more.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::subgraphs::next_key;
use super::{Keys, Transaction, is_boundary, links_of};
use crate::graph::{Edit, Graph, Link, Name, Node, NodeId, Port, Role, Subgraph, SubgraphId, Vec2};

/// Nodes that were copied, and what they need: those with no parent were copied themselves.
#[derive(Clone, Debug, Default)]
pub struct Copied {
    pub subgraphs: Vec<Subgraph>,
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
}

/// Put copies of nodes into a subgraph, or the graph around all; the links among them are kept, links to others not.
/// A subgraph that the graph has already is used again, others come along. Returns the ids that the copies will have.
pub fn insert_copies(
    graph: &Graph,
    label: &str,
    copied: &Copied,
    (offset, parent): (Vec2, Option<SubgraphId>),
) -> (Vec<NodeId>, Transaction) {
    let mut keys = Keys::of(graph);
    let mut edits = Vec::new();
    let mut ids = Vec::new();
    let mut new_ids = HashMap::new();
    let mut next = graph.next_subgraph_id().0;
    let mut taken: HashSet<Name> = HashSet::new();
    let mut new_subgraphs = HashMap::new();
    let mut is_new = HashSet::new();
    for subgraph in &copied.subgraphs {
        if let Some(same) = same_subgraph(graph, copied, subgraph) {
            new_subgraphs.insert(subgraph.id, same);
            continue;
        }
        let id = SubgraphId(next);
        next += 1;
        let key = next_key(graph, &taken);
        taken.insert(key.clone());
        new_subgraphs.insert(subgraph.id, id);
        is_new.insert(subgraph.id);
        edits.push(Edit::AddSubgraph(Box::new(Subgraph {
            id,
            key,
            ..subgraph.clone()
        })));
    }
    for node in &copied.nodes {
        if node.parent.is_some_and(|parent| !is_new.contains(&parent)) {
            continue;
        }
        let (id, key) = keys.give();
        new_ids.insert(node.id, id);
        let is_top = node.parent.is_none();
        let mut copy = Node {
            id,
            key,
            parent: match node.parent {
                None => parent,
                Some(inner) => new_subgraphs.get(&inner).copied(),
            },
            ..node.clone()
        };
        if is_top {
            copy.pos += offset;
            ids.push(id);
        }
        let role = match copy.kind.role {
            Role::Subgraph(id) => new_subgraphs.get(&id).map(|id| Role::Subgraph(*id)),
            Role::Inputs(id) => new_subgraphs.get(&id).map(|id| Role::Inputs(*id)),
            Role::Outputs(id) => new_subgraphs.get(&id).map(|id| Role::Outputs(*id)),
            _ => None,
        };
        if let Some(role) = role {
            Arc::make_mut(&mut copy.kind).role = role;
        }
        edits.push(Edit::AddNode(Box::new(copy)));
    }
    for link in &copied.links {
        if let (Some(from), Some(to)) = (new_ids.get(&link.from.node), new_ids.get(&link.to.node)) {
            edits.push(Edit::Connect(Link {
                from: Port::new(*from, link.from.name.clone()),
                to: Port::new(*to, link.to.name.clone()),
            }));
        }
    }
    (ids, Transaction::new(label, edits))
}

/// The subgraph of this graph that is the same as the copied one, inside too.
fn same_subgraph(graph: &Graph, copied: &Copied, subgraph: &Subgraph) -> Option<SubgraphId> {
    let here = graph.subgraph_by_key(&subgraph.key)?;
    let is_head = (&here.title, &here.inputs, &here.outputs)
        == (&subgraph.title, &subgraph.inputs, &subgraph.outputs);
    let theirs: Vec<&Node> = copied
        .nodes
        .iter()
        .filter(|node| node.parent == Some(subgraph.id))
        .collect();
    let ours: Vec<&Node> = graph.nodes_in(Some(here.id)).collect();
    let is_same = |(a, b): (&&Node, &&Node)| {
        a.key == b.key
            && a.kind.function == b.kind.function
            && a.title == b.title
            && a.values == b.values
            && a.style == b.style
            && a.pos == b.pos
    };
    let are_same = ours.len() == theirs.len() && ours.iter().zip(&theirs).all(is_same);
    if !is_head || !are_same {
        return None;
    }
    let ends = |link: &Link, key_of: &dyn Fn(NodeId) -> Option<Name>| {
        let (from, to) = (key_of(link.from.node), key_of(link.to.node));
        (from, link.from.name.clone(), to, link.to.name.clone())
    };
    let our_key = |id| graph.node(id).map(|node| node.key.clone());
    let their_keys: HashMap<NodeId, Name> = theirs
        .iter()
        .map(|node| (node.id, node.key.clone()))
        .collect();
    let their_key = |id| their_keys.get(&id).cloned();
    let ours: BTreeSet<_> = ours
        .iter()
        .flat_map(|node| graph.incoming(node.id))
        .map(|link| ends(link, &our_key))
        .collect();
    let inside = |link: &&Link| their_keys.contains_key(&link.to.node);
    let theirs: BTreeSet<_> = copied
        .links
        .iter()
        .filter(inside)
        .map(|link| ends(link, &their_key))
        .collect();
    (ours == theirs).then_some(here.id)
}

/// Copies beside the originals.
pub fn duplicate(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    offset: Vec2,
) -> (Vec<NodeId>, Transaction) {
    let parent = nodes.first().and_then(|id| graph.node(*id)?.parent);
    let copied = selected_parts(graph, nodes);
    insert_copies(graph, "Duplicate", &copied, (offset, parent))
}

/// The nodes, the links among them, and the subgraphs that they need. Nodes for the inputs and outputs of a subgraph
/// stand once in it and are no part of a copy.
pub fn selected_parts(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Copied {
    let mut copied = Copied::default();
    let chosen: Vec<&Node> = nodes
        .iter()
        .filter_map(|id| graph.node(*id))
        .filter(|node| !is_boundary(node))
        .collect();
    let ids: HashSet<NodeId> = chosen.iter().map(|node| node.id).collect();
    let mut needed: BTreeSet<SubgraphId> = BTreeSet::new();
    let mut stack: Vec<SubgraphId> = Vec::new();
    for node in &chosen {
        stack.extend(node.kind.role.inside());
        copied.nodes.push(Node {
            parent: None,
            ..Node::clone(node)
        });
        let among = |link: &&Link| ids.contains(&link.from.node);
        copied
            .links
            .extend(graph.incoming(node.id).iter().filter(among).cloned());
    }
    while let Some(id) = stack.pop() {
        if !needed.insert(id) {
            continue;
        }
        for node in graph.nodes_in(Some(id)) {
            stack.extend(node.kind.role.inside());
            copied.nodes.push(node.clone());
            copied.links.extend(graph.incoming(node.id).iter().cloned());
        }
    }
    let subgraphs = needed.iter().filter_map(|id| graph.subgraph(*id));
    copied.subgraphs = subgraphs
        .map(|subgraph| Subgraph::clone(subgraph))
        .collect();
    copied
}

/// Give a node a copy of its subgraph for itself alone. `None`: it stands for no subgraph, or is its only use.
pub fn make_independent(graph: &Graph, node: NodeId) -> Option<Transaction> {
    let node = graph.node(node)?;
    let shared = node.kind.role.inside()?;
    graph.uses_of(shared).nth(1)?;
    let id = graph.next_subgraph_id();
    let subgraph = Subgraph {
        id,
        key: next_key(graph, &HashSet::new()),
        ..Subgraph::clone(graph.subgraph(shared)?)
    };
    let mut edits = vec![Edit::AddSubgraph(Box::new(subgraph))];
    let moved = |node: &Node| {
        let mut copy = node.clone();
        let role = match copy.kind.role {
            Role::Subgraph(of) if of == shared => Role::Subgraph(id),
            Role::Inputs(_) => Role::Inputs(id),
            Role::Outputs(_) => Role::Outputs(id),
            other => other,
        };
        if role != copy.kind.role {
            Arc::make_mut(&mut copy.kind).role = role;
        }
        copy
    };
    let mut keys = Keys::of(graph);
    let mut new_ids = HashMap::new();
    for inside in graph.nodes_in(Some(shared)) {
        let (new_id, key) = keys.give();
        new_ids.insert(inside.id, new_id);
        edits.push(Edit::AddNode(Box::new(Node {
            id: new_id,
            key,
            parent: Some(id),
            ..moved(inside)
        })));
    }
    let inside = graph.nodes_in(Some(shared));
    for link in inside.flat_map(|node| graph.incoming(node.id)) {
        if let (Some(from), Some(to)) = (new_ids.get(&link.from.node), new_ids.get(&link.to.node)) {
            edits.push(Edit::Connect(Link {
                from: Port::new(*from, link.from.name.clone()),
                to: Port::new(*to, link.to.name.clone()),
            }));
        }
    }
    let links: Vec<Link> = links_of(graph, [node.id]).collect();
    edits.extend(links.iter().cloned().map(Edit::Disconnect));
    edits.push(Edit::RemoveNode(node.id));
    edits.push(Edit::AddNode(Box::new(moved(node))));
    edits.extend(links.into_iter().map(Edit::Connect));
    Some(Transaction::new("Make independent", edits))
}
