//! Graph: nodes and the links between their ports. Queries and indexes; every change goes through `Edit`.
//! Knows no window, no file and no process.

mod broken;
mod changes;
mod edit;
mod flat;
mod kind;
mod looping;
mod notation;
mod style;
pub mod subgraph;
#[cfg(test)]
pub mod testing;
mod types;
mod value;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use subgraph::SubgraphSlot;

pub use broken::BrokenLink;
pub use changes::Changes;
pub use edit::{Edit, EditError};
pub use emath::{Pos2, Rect, Vec2, pos2, vec2};
pub use flat::Flat;
pub use kind::{
    Bank, Call, Catalog, Fit, InputSpec, KindState, NodeKind, OutputSpec, ResultShape, Role,
    ValueType, Widget, fit, patterns, title_from_function,
};
pub use looping::{LoopPart, Looping, one_call};
pub use style::{Mode, Rgb, Style};
pub use subgraph::{Subgraph, SubgraphId, SubgraphKinds};
pub use value::{Name, Value, Values};

/// A node's number: unique in a document, never reused while it is open, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A named end of a link. Which side it is follows from where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port {
    pub node: NodeId,
    pub name: Name,
}

impl Port {
    pub fn new(node: NodeId, name: impl Into<Name>) -> Self {
        Self {
            node,
            name: name.into(),
        }
    }
}

/// From an output to an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    pub from: Port,
    pub to: Port,
}

/// What the file says of a node and Loom has no use for: written back as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub fields: Vec<(Name, Value)>,
    /// The same of single inputs, by port name.
    pub inputs: Vec<(Name, Vec<(Name, Value)>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: NodeId,
    /// The id that the file uses, such as `node_7`: unique in a graph.
    pub key: Name,
    /// The subgraph that it lies in; `None`: the graph around all.
    pub parent: Option<SubgraphId>,
    pub kind: Arc<NodeKind>,
    /// The user's title; the kind's holds when there is none.
    pub title: Option<Name>,
    /// Upper left corner.
    pub pos: Pos2,
    pub values: Values,
    pub style: Style,
    /// How it is called more than once, if it is; its kind is then made of that of one call.
    pub looping: Option<Arc<Looping>>,
    pub kept: Arc<Kept>,
}

impl Node {
    pub fn new(id: NodeId, key: impl Into<Name>, kind: Arc<NodeKind>, pos: Pos2) -> Self {
        Self {
            id,
            key: key.into(),
            parent: None,
            kind,
            title: None,
            pos,
            values: Values::new(),
            style: Style::default(),
            looping: None,
            kept: Arc::default(),
        }
    }

    pub fn title(&self) -> &Name {
        self.title.as_ref().unwrap_or(&self.kind.title)
    }

    /// What an unlinked input holds: its own value or the kind's default.
    pub fn value<'a>(&'a self, input: &'a InputSpec) -> Option<&'a Value> {
        self.values.get(&input.name).or(input.default.as_ref())
    }
}

/// What could not be taken in, each with why.
pub type Refused<T> = Vec<(T, EditError)>;

#[derive(Clone, Debug)]
struct Slot {
    node: Node,
    /// Links into this node, by input name.
    incoming: Vec<Link>,
    outgoing: Vec<Link>,
    /// Revision of the last change to anything of this node.
    changed: u64,
    /// Revision of the last change that can change a result: kind, values, incoming links.
    changed_result: u64,
}

/// Nodes and links. One link per input and no cycles hold by construction.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// By `NodeId`; a hole is a node that was removed.
    slots: Vec<Option<Slot>>,
    by_key: HashMap<Name, NodeId>,
    /// By `SubgraphId`; a hole is one that was removed.
    subgraphs: Vec<Option<SubgraphSlot>>,
    /// Which subgraphs stand in which, one entry for each node.
    parts: HashMap<SubgraphId, Vec<SubgraphId>>,
    /// Of a flat graph: nodes that are parts of loops over subgraphs.
    loop_parts: HashMap<NodeId, LoopPart>,
    /// The nodes for the outputs of each subgraph.
    outputs: HashMap<SubgraphId, BTreeSet<NodeId>>,
    links: usize,
    /// How many nodes are no functions that run as they stand.
    special: usize,
    revision: u64,
    changes: Changes,
    removed: Vec<(u64, NodeId)>,
}

impl Graph {
    /// Take nodes and links as a file has them. Links that cannot stand are returned, each with why: an end that is
    /// missing, an input that is linked already, a cycle. Nodes with a key or an id that is taken are left out the
    /// same way. Linear in the size of the graph.
    pub fn from_parts(
        nodes: impl IntoIterator<Item = Node>,
        links: impl IntoIterator<Item = Link>,
    ) -> (Self, Refused<Node>, Refused<Link>) {
        Self::from_all_parts([], nodes, links)
    }

    /// The same with subgraphs, whose keys and ids are unique.
    pub fn from_all_parts(
        subgraphs: impl IntoIterator<Item = Subgraph>,
        nodes: impl IntoIterator<Item = Node>,
        links: impl IntoIterator<Item = Link>,
    ) -> (Self, Refused<Node>, Refused<Link>) {
        let mut graph = Self::default();
        for subgraph in subgraphs {
            graph.add_subgraph(subgraph).ok();
        }
        let mut refused_nodes = Vec::new();
        for node in nodes {
            if let Err(error) = graph.insert(node.clone()) {
                refused_nodes.push((node, error));
            }
        }
        let mut refused_links = Vec::new();
        for link in links {
            match graph.check_ends(&link) {
                Ok(()) => graph.link(link),
                Err(error) => refused_links.push((link, error)),
            }
        }
        for link in graph.links_of_cycles() {
            graph.unlink(&link);
            refused_links.push((link, EditError::Cycle));
        }
        (graph, refused_nodes, refused_links)
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.slot(id).map(|slot| &slot.node)
    }

    pub fn node_by_key(&self, key: &str) -> Option<&Node> {
        self.by_key.get(key).and_then(|id| self.node(*id))
    }

    /// All nodes, in the order of their ids.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.slots.iter().flatten().map(|slot| &slot.node)
    }

    pub fn node_count(&self) -> usize {
        self.by_key.len()
    }

    pub fn link_count(&self) -> usize {
        self.links
    }

    /// Are all nodes functions that run, in one graph? It is its own flat form then.
    pub fn is_plain(&self) -> bool {
        self.special == 0
    }

    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// All links, by the node they lead to.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.slots.iter().flatten().flat_map(|slot| &slot.incoming)
    }

    pub fn incoming(&self, node: NodeId) -> &[Link] {
        self.slot(node).map_or(&[], |slot| &slot.incoming)
    }

    pub fn outgoing(&self, node: NodeId) -> &[Link] {
        self.slot(node).map_or(&[], |slot| &slot.outgoing)
    }

    pub fn link_to(&self, node: NodeId, input: &str) -> Option<&Link> {
        self.incoming(node)
            .iter()
            .find(|link| link.to.name == *input)
    }

    /// The id after all that were ever used.
    pub fn next_id(&self) -> NodeId {
        NodeId(self.slots.len() as u32)
    }

    /// Counts every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Nodes that changed in any way after revision `since` and are still there, in the order of ids.
    pub fn changed_since(&self, since: u64) -> impl Iterator<Item = NodeId> {
        self.slots_since(since, |slot| slot.changed)
    }

    /// Nodes whose result may be another since revision `since`.
    pub fn changed_result_since(&self, since: u64) -> impl Iterator<Item = NodeId> {
        self.slots_since(since, |slot| slot.changed_result)
    }

    /// Nodes that were removed after revision `since` and did not come back.
    pub fn removed_since(&self, since: u64) -> impl Iterator<Item = NodeId> {
        let from = self
            .removed
            .partition_point(|(revision, _)| *revision <= since);
        self.removed[from..]
            .iter()
            .map(|(_, id)| *id)
            .filter(|id| self.node(*id).is_none())
    }

    /// Names of the secrets that these nodes are to be given.
    pub fn secrets_of(&self, nodes: impl IntoIterator<Item = NodeId>) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        for node in nodes.into_iter().filter_map(|id| self.node(id)) {
            let secrets = node.kind.inputs.iter().filter(|input| input.is_secret());
            let unlinked = secrets.filter(|input| self.link_to(node.id, &input.name).is_none());
            let held = unlinked.filter_map(|input| node.value(input)?.secret_name());
            names.extend(held.map(Name::from));
        }
        names
    }

    /// The nodes themselves and all that they need, in the order of ids.
    pub fn upstream(&self, of: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        self.closure(of, |slot| &slot.incoming, |link| link.from.node)
    }

    /// The nodes themselves and all that need them, in the order of ids.
    pub fn downstream(&self, of: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        self.closure(of, |slot| &slot.outgoing, |link| link.to.node)
    }

    /// Does a value of `from` reach `to`, at whatever distance?
    pub fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        if from == to {
            return true;
        }
        // Backwards from the target: inputs are few, outputs can be many.
        let mut seen = HashSet::from([to]);
        let mut stack = vec![to];
        while let Some(id) = stack.pop() {
            for link in self.incoming(id) {
                if link.from.node == from {
                    return true;
                }
                if seen.insert(link.from.node) {
                    stack.push(link.from.node);
                }
            }
        }
        false
    }

    /// Give every node the kind that `resolve` finds for it now, links and values kept. Not an edit: the file does
    /// not change by it.
    pub fn set_kinds(&mut self, mut resolve: impl FnMut(&Node) -> Arc<NodeKind>) {
        self.revision += 1;
        for slot in self.slots.iter_mut().flatten() {
            if slot.node.kind.role != Role::Function {
                continue;
            }
            let kind = looping::looped(&resolve(&slot.node), slot.node.looping.as_deref());
            if kind != slot.node.kind {
                if !kind.runs_like(&slot.node.kind) {
                    slot.changed_result = self.revision;
                }
                slot.node.kind = kind;
                slot.changed = self.revision;
                self.changes.note(self.revision, slot.node.id);
            }
        }
    }

    /// Nodes whose `revision` is after `since`: of those that were touched, or of all when that is not known.
    fn slots_since(
        &self,
        since: u64,
        revision: impl Fn(&Slot) -> u64,
    ) -> impl Iterator<Item = NodeId> {
        let touched = self.changes.since(since);
        let touched = touched.unwrap_or_else(|| (0..self.slots.len() as u32).map(NodeId).collect());
        let slots = touched.into_iter().filter_map(|id| self.slot(id));
        slots
            .filter(move |slot| revision(slot) > since)
            .map(|slot| slot.node.id)
    }

    fn slot(&self, id: NodeId) -> Option<&Slot> {
        self.slots.get(id.0 as usize)?.as_ref()
    }

    fn slot_mut(&mut self, id: NodeId) -> Option<&mut Slot> {
        self.slots.get_mut(id.0 as usize)?.as_mut()
    }

    fn closure(
        &self,
        of: impl IntoIterator<Item = NodeId>,
        links: impl Fn(&Slot) -> &Vec<Link>,
        other_end: impl Fn(&Link) -> NodeId,
    ) -> Vec<NodeId> {
        let mut is_in = vec![false; self.slots.len()];
        let mut stack: Vec<NodeId> = of
            .into_iter()
            .filter(|id| self.node(*id).is_some())
            .collect();
        while let Some(id) = stack.pop() {
            let Some(slot) = self.slot(id) else { continue };
            if std::mem::replace(&mut is_in[id.0 as usize], true) {
                continue;
            }
            stack.extend(links(slot).iter().map(&other_end));
        }
        (0..self.slots.len())
            .filter(|i| is_in[*i])
            .map(|i| NodeId(i as u32))
            .collect()
    }

    /// Both nodes are there and the input is free. Port names are not asked of the kind: a link to a port that the
    /// kind lost is kept until the user decides.
    fn check_ends(&self, link: &Link) -> Result<(), EditError> {
        let parent = |id| {
            let node = self.node(id).ok_or(EditError::NoNode(id))?;
            Ok(node.parent)
        };
        if parent(link.from.node)? != parent(link.to.node)? {
            return Err(EditError::OtherSubgraph);
        }
        if self.link_to(link.to.node, &link.to.name).is_some() {
            return Err(EditError::InputTaken(link.to.clone()));
        }
        Ok(())
    }

    fn insert(&mut self, mut node: Node) -> Result<(), EditError> {
        let at = node.id.0 as usize;
        if self.slot(node.id).is_some() {
            return Err(EditError::IdTaken(node.id));
        }
        if self.by_key.contains_key(&node.key) {
            return Err(EditError::KeyTaken(node.key));
        }
        if let Some(kind) = self.admitted_kind(&node)? {
            node.kind = kind;
        }
        if node.looping.is_some() || node.kind.one_call.is_some() {
            node.kind = looping::looped(&node.kind, node.looping.as_deref());
        }
        self.note_role(&node, true);
        self.special += usize::from(is_special(&node));
        if self.slots.len() <= at {
            self.slots.resize_with(at + 1, || None);
        }
        self.revision += 1;
        self.changes.note(self.revision, node.id);
        self.by_key.insert(node.key.clone(), node.id);
        self.slots[at] = Some(Slot {
            node,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            changed: self.revision,
            changed_result: self.revision,
        });
        Ok(())
    }

    /// Keeps the order of `incoming` and `outgoing` independent of how the links came about.
    fn link(&mut self, link: Link) {
        if let Some(slot) = self.slot_mut(link.from.node) {
            let at = slot.outgoing.partition_point(|other| *other < link);
            slot.outgoing.insert(at, link.clone());
        }
        self.touch(link.from.node, false);
        self.touch(link.to.node, true);
        if let Some(slot) = self.slot_mut(link.to.node) {
            let at = slot
                .incoming
                .partition_point(|other| other.to.name < link.to.name);
            slot.incoming.insert(at, link);
        }
        self.links += 1;
    }

    fn unlink(&mut self, link: &Link) -> bool {
        let Some(slot) = self.slot_mut(link.to.node) else {
            return false;
        };
        let Some(at) = slot.incoming.iter().position(|other| other == link) else {
            return false;
        };
        slot.incoming.remove(at);
        if let Some(slot) = self.slot_mut(link.from.node) {
            slot.outgoing.retain(|other| other != link);
        }
        self.links -= 1;
        self.touch(link.from.node, false);
        self.touch(link.to.node, true);
        true
    }

    fn touch(&mut self, id: NodeId, is_result: bool) {
        self.revision += 1;
        let revision = self.revision;
        self.changes.note(revision, id);
        if let Some(slot) = self.slot_mut(id) {
            slot.changed = revision;
            if is_result {
                slot.changed_result = revision;
            }
        }
    }

    /// Links whose removal leaves no cycle: those into nodes that no order by inputs reaches, taken one at a time.
    fn links_of_cycles(&self) -> Vec<Link> {
        let mut waiting: Vec<usize> = self
            .slots
            .iter()
            .map(|slot| slot.as_ref().map_or(0, |slot| slot.incoming.len()))
            .collect();
        let mut is_done: Vec<bool> = self.slots.iter().map(Option::is_none).collect();
        let mut ready: Vec<NodeId> = self
            .nodes()
            .map(|node| node.id)
            .filter(|id| waiting[id.0 as usize] == 0)
            .collect();
        let mut dropped = Vec::new();
        let mut next_stuck = 0;
        loop {
            while let Some(id) = ready.pop() {
                if std::mem::replace(&mut is_done[id.0 as usize], true) {
                    continue;
                }
                for link in self.outgoing(id) {
                    let left = &mut waiting[link.to.node.0 as usize];
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        ready.push(link.to.node);
                    }
                }
            }
            let Some(stuck) = (next_stuck..is_done.len()).find(|i| !is_done[*i]) else {
                return dropped;
            };
            next_stuck = stuck;
            dropped.extend(
                self.incoming(NodeId(stuck as u32))
                    .iter()
                    .filter(|link| !is_done[link.from.node.0 as usize])
                    .cloned(),
            );
            waiting[stuck] = 0;
            ready.push(NodeId(stuck as u32));
        }
    }
}

/// Does the node not run as it stands?
fn is_special(node: &Node) -> bool {
    node.kind.role != Role::Function || node.style.mode != Mode::On || node.parent.is_some()
}

/// Equal when a file of both would be: history of changes does not count.
impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        self.node_count() == other.node_count()
            && self.links == other.links
            && self.subgraphs().eq(other.subgraphs())
            && self.nodes().eq(other.nodes())
            && self.links().eq(other.links())
    }
}

#[cfg(test)]
mod tests;
