//! Subgraph: a graph with ports of its own that stands in others as one node, as often as one likes. The nodes of all
//! subgraphs live in the one Graph; a node's `parent` says which of them it lies in. Knows no engine: that expands
//! subgraphs before it runs them.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::looping::looped;
use super::{
    Bank, EditError, Graph, InputSpec, Kept, Name, Node, NodeId, NodeKind, OutputSpec, Role,
    ValueType, Widget,
};

/// A subgraph's number: unique in a document, never reused while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubgraphId(pub u32);

impl fmt::Display for SubgraphId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What is to be known of a subgraph beside its nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgraph {
    pub id: SubgraphId,
    /// The id that the file uses, such as `subgraph_2`: unique in a document.
    pub key: Name,
    pub title: Name,
    pub inputs: Vec<InputSpec>,
    pub outputs: Vec<OutputSpec>,
    pub kept: Arc<Kept>,
}

/// The kinds that are made of a subgraph's ports.
#[derive(Clone, Debug)]
pub struct SubgraphKinds {
    /// Of the nodes that stand for it.
    pub node: Arc<NodeKind>,
    /// Of the node inside that gives what the inputs hold.
    pub inputs: Arc<NodeKind>,
    /// Of the node inside that takes what the outputs give.
    pub outputs: Arc<NodeKind>,
}

#[derive(Clone, Debug)]
pub(super) struct SubgraphSlot {
    subgraph: Arc<Subgraph>,
    kinds: SubgraphKinds,
}

/// Names of the kinds that the graph itself brings, which are no functions.
pub const REROUTE: &str = "reroute";
pub const FRAME: &str = "frame";
pub const NOTE: &str = "note";
pub const INPUTS: &str = "inputs";
pub const OUTPUTS: &str = "outputs";

/// The input of a note that holds its Markdown.
pub const NOTE_TEXT: &str = "text";
/// The one port of each side of a reroute.
pub const REROUTE_PORT: &str = "value";

fn graph_kind(function: &str, title: &str, role: Role, summary: &str) -> NodeKind {
    let mut kind = NodeKind::new(Bank::Graph, function);
    kind.title = title.into();
    kind.family = "Graph".into();
    kind.role = role;
    kind.summary = summary.into();
    kind.help = kind.summary.clone();
    kind
}

/// A dot on a link that leads it another way.
pub fn reroute_kind() -> Arc<NodeKind> {
    static KIND: LazyLock<Arc<NodeKind>> = LazyLock::new(|| {
        let summary = "A dot that leads a link another way";
        let mut kind = graph_kind(REROUTE, "Reroute", Role::Reroute, summary);
        kind.keywords = ["dot", "bend", "redirect"].map(Name::from).to_vec();
        kind.inputs = vec![InputSpec {
            widget: Widget::LinkOnly,
            ..InputSpec::untyped(REROUTE_PORT)
        }];
        kind.outputs = vec![OutputSpec::untyped(REROUTE_PORT)];
        Arc::new(kind)
    });
    KIND.clone()
}

/// A titled box that carries the nodes that lie in it.
pub fn frame_kind() -> Arc<NodeKind> {
    static KIND: LazyLock<Arc<NodeKind>> = LazyLock::new(|| {
        let summary = "A titled box that carries the nodes in it";
        let mut kind = graph_kind(FRAME, "Frame", Role::Frame, summary);
        kind.keywords = ["box", "group", "region"].map(Name::from).to_vec();
        Arc::new(kind)
    });
    KIND.clone()
}

/// A text on the canvas.
pub fn note_kind() -> Arc<NodeKind> {
    static KIND: LazyLock<Arc<NodeKind>> = LazyLock::new(|| {
        let summary = "A text with Markdown on the canvas";
        let mut kind = graph_kind(NOTE, "Note", Role::Note, summary);
        kind.keywords = ["comment", "sticky", "text"].map(Name::from).to_vec();
        let mut text = InputSpec::new(NOTE_TEXT, ValueType::Text);
        text.widget = Widget::Text { multiline: true };
        text.default = Some(super::Value::text(""));
        kind.inputs = vec![text];
        Arc::new(kind)
    });
    KIND.clone()
}

impl SubgraphKinds {
    pub fn of(subgraph: &Subgraph) -> Self {
        let id = subgraph.id;
        let mut node = graph_kind(
            &subgraph.key,
            &subgraph.title,
            Role::Subgraph(id),
            "A graph in one node",
        );
        node.family = "Subgraphs".into();
        node.inputs.clone_from(&subgraph.inputs);
        node.outputs.clone_from(&subgraph.outputs);
        let mut inputs = graph_kind(
            INPUTS,
            "Inputs",
            Role::Inputs(id),
            "Gives what the inputs of this subgraph hold",
        );
        inputs.outputs = as_outputs(&subgraph.inputs);
        let mut outputs = graph_kind(
            OUTPUTS,
            "Outputs",
            Role::Outputs(id),
            "What this subgraph gives to the graph around it",
        );
        let as_input = |output: &OutputSpec| InputSpec {
            is_optional: true,
            ..InputSpec::new(output.name.clone(), output.ty.clone())
        };
        outputs.inputs = subgraph.outputs.iter().map(as_input).collect();
        Self {
            node: Arc::new(node),
            inputs: Arc::new(inputs),
            outputs: Arc::new(outputs),
        }
    }
}

/// What a subgraph's inputs are inside of it.
pub(super) fn as_outputs(inputs: &[InputSpec]) -> Vec<OutputSpec> {
    let as_output = |input: &InputSpec| OutputSpec {
        name: input.name.clone(),
        ty: input.ty.clone(),
    };
    inputs.iter().map(as_output).collect()
}

/// The kind of a node that is the graph's own, by its name in the file; `None` for other names and outside of a
/// subgraph for its inputs and outputs.
pub fn kind_by_name(name: &str, parent: Option<&SubgraphKinds>) -> Option<Arc<NodeKind>> {
    match name {
        REROUTE => Some(reroute_kind()),
        FRAME => Some(frame_kind()),
        NOTE => Some(note_kind()),
        INPUTS => parent.map(|kinds| kinds.inputs.clone()),
        OUTPUTS => parent.map(|kinds| kinds.outputs.clone()),
        _ => None,
    }
}

impl SubgraphSlot {
    fn new(subgraph: Subgraph) -> Self {
        Self {
            kinds: SubgraphKinds::of(&subgraph),
            subgraph: Arc::new(subgraph),
        }
    }
}

impl Graph {
    pub fn subgraph(&self, id: SubgraphId) -> Option<&Arc<Subgraph>> {
        self.subgraph_slot(id).map(|slot| &slot.subgraph)
    }

    /// All subgraphs, in the order of their ids.
    pub fn subgraphs(&self) -> impl Iterator<Item = &Arc<Subgraph>> {
        self.subgraphs.iter().flatten().map(|slot| &slot.subgraph)
    }

    pub fn subgraph_by_key(&self, key: &str) -> Option<&Arc<Subgraph>> {
        self.subgraphs().find(|subgraph| subgraph.key == *key)
    }

    /// The id after all that were ever used.
    pub fn next_subgraph_id(&self) -> SubgraphId {
        SubgraphId(self.subgraphs.len() as u32)
    }

    /// The kind of the nodes that stand for a subgraph.
    pub fn subgraph_kind(&self, id: SubgraphId) -> Option<&Arc<NodeKind>> {
        self.subgraph_slot(id).map(|slot| &slot.kinds.node)
    }

    /// The kind that a role means now: those of subgraphs follow their ports.
    pub fn kind_of_role(&self, role: Role) -> Option<Arc<NodeKind>> {
        let slot = |id| self.subgraph_slot(id);
        Some(match role {
            Role::Function => return None,
            Role::Reroute => reroute_kind(),
            Role::Frame => frame_kind(),
            Role::Note => note_kind(),
            Role::Subgraph(id) => slot(id)?.kinds.node.clone(),
            Role::Inputs(id) => slot(id)?.kinds.inputs.clone(),
            Role::Outputs(id) => slot(id)?.kinds.outputs.clone(),
        })
    }

    /// The nodes of one subgraph, or of the graph around all (`None`), in the order of their ids.
    pub fn nodes_in(&self, parent: Option<SubgraphId>) -> impl DoubleEndedIterator<Item = &Node> {
        self.nodes().filter(move |node| node.parent == parent)
    }

    /// The nodes that stand for a subgraph.
    pub fn uses_of(&self, id: SubgraphId) -> impl Iterator<Item = &Node> {
        self.nodes()
            .filter(move |node| node.kind.role == Role::Subgraph(id))
    }

    /// Does `outer` hold a node of `inner`, at whatever depth? Every subgraph holds itself.
    pub fn holds(&self, outer: SubgraphId, inner: SubgraphId) -> bool {
        let mut seen = HashSet::from([outer]);
        let mut queue = VecDeque::from([outer]);
        while let Some(id) = queue.pop_front() {
            if id == inner {
                return true;
            }
            let parts = self.parts.get(&id).into_iter().flatten();
            queue.extend(parts.copied().filter(|part| seen.insert(*part)));
        }
        false
    }

    pub(super) fn add_subgraph(&mut self, subgraph: Subgraph) -> Result<(), EditError> {
        let at = subgraph.id.0 as usize;
        if self.subgraph(subgraph.id).is_some() || self.subgraph_by_key(&subgraph.key).is_some() {
            return Err(EditError::KeyTaken(subgraph.key));
        }
        if self.subgraphs.len() <= at {
            self.subgraphs.resize_with(at + 1, || None);
        }
        self.revision += 1;
        self.subgraphs[at] = Some(SubgraphSlot::new(subgraph));
        Ok(())
    }

    /// The subgraph must be empty and stand nowhere.
    pub(super) fn remove_subgraph(&mut self, id: SubgraphId) -> Result<Subgraph, EditError> {
        let slot = self.subgraph_slot(id).ok_or(EditError::NoSubgraph(id))?;
        let is_used = self
            .nodes()
            .any(|node| node.parent == Some(id) || node.kind.role.subgraph() == Some(id));
        if is_used {
            return Err(EditError::StillUsed(slot.subgraph.title.clone()));
        }
        let subgraph = Subgraph::clone(&slot.subgraph);
        self.subgraphs[id.0 as usize] = None;
        self.revision += 1;
        Ok(subgraph)
    }

    /// Another title or other ports; links to ports that are gone stay and are shown as broken.
    pub(super) fn set_subgraph(&mut self, subgraph: Subgraph) -> Result<Subgraph, EditError> {
        let id = subgraph.id;
        let slot = self.subgraph_slot(id).ok_or(EditError::NoSubgraph(id))?;
        if slot.subgraph.key != subgraph.key {
            return Err(EditError::KeyTaken(subgraph.key));
        }
        let before = Subgraph::clone(&slot.subgraph);
        self.revision += 1;
        self.subgraphs[id.0 as usize] = Some(SubgraphSlot::new(subgraph));
        let ids: Vec<NodeId> = self
            .nodes()
            .filter(|node| node.kind.role.subgraph() == Some(id))
            .map(|node| node.id)
            .collect();
        for node_id in ids {
            let kind = self
                .node(node_id)
                .and_then(|node| self.kind_of_role(node.kind.role));
            if let (Some(kind), Some(slot)) = (kind, self.slot_mut(node_id)) {
                slot.node.kind = looped(&kind, slot.node.looping.as_deref());
            }
            self.touch(node_id, true);
        }
        Ok(before)
    }

    fn subgraph_slot(&self, id: SubgraphId) -> Option<&SubgraphSlot> {
        self.subgraphs.get(id.0 as usize)?.as_ref()
    }

    /// The kind that a node that comes in is to have, or why it may not come.
    pub(super) fn admitted_kind(&self, node: &Node) -> Result<Option<Arc<NodeKind>>, EditError> {
        let role = node.kind.role;
        for id in node.parent.into_iter().chain(role.subgraph()) {
            if self.subgraph(id).is_none() {
                return Err(EditError::NoSubgraph(id));
            }
        }
        match (role, node.parent) {
            (Role::Subgraph(inner), Some(outer)) if self.holds(inner, outer) => {
                Err(EditError::Recursion)
            }
            (Role::Inputs(id) | Role::Outputs(id), parent) if parent != Some(id) => {
                Err(EditError::NoSubgraph(id))
            }
            _ => Ok(self.kind_of_role(role)),
        }
    }

    /// The node that takes what a subgraph's outputs give: the first, should there be several.
    pub fn outputs_node(&self, id: SubgraphId) -> Option<&Node> {
        self.node(*self.outputs.get(&id)?.first()?)
    }

    /// Note where subgraphs stand, and their nodes for outputs, as a node comes or goes.
    pub(super) fn note_role(&mut self, node: &Node, comes: bool) {
        match (node.kind.role, node.parent) {
            (Role::Subgraph(inner), Some(outer)) => {
                let parts = self.parts.entry(outer).or_default();
                if comes {
                    parts.push(inner);
                } else if let Some(at) = parts.iter().position(|part| *part == inner) {
                    parts.swap_remove(at);
                }
            }
            (Role::Outputs(id), _) => {
                let nodes = self.outputs.entry(id).or_default();
                if comes {
                    nodes.insert(node.id);
                } else {
                    nodes.remove(&node.id);
                }
            }
            _ => {}
        }
    }
}
