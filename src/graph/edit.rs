//! Edit: the only way to change a Graph. Applying one gives its inverse; one that is refused changes nothing.

use std::sync::Arc;

use thiserror::Error;

use super::value::DEEPEST;
use super::{
    Graph, Link, Looping, Name, Node, NodeId, Port, Pos2, Style, Subgraph, SubgraphId, Value,
    ValueType, is_special, looping::looped,
};

/// The smallest changes there are; user actions are made of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    AddNode(Box<Node>),
    /// The node must have no links.
    RemoveNode(NodeId),
    /// The input must be free.
    Connect(Link),
    Disconnect(Link),
    /// `None`: back to the kind's default.
    SetValue {
        input: Port,
        value: Option<Value>,
    },
    Move {
        node: NodeId,
        to: Pos2,
    },
    SetTitle {
        node: NodeId,
        title: Option<Name>,
    },
    SetStyle {
        node: NodeId,
        style: Style,
    },
    /// How the node is called more than once; `None`: it is called once.
    SetLooping {
        node: NodeId,
        looping: Option<Arc<Looping>>,
    },
    AddSubgraph(Box<Subgraph>),
    /// The subgraph must be empty and stand nowhere.
    RemoveSubgraph(SubgraphId),
    /// Title and ports of a subgraph; all nodes that stand for it follow.
    SetSubgraph(Box<Subgraph>),
}

/// Why an edit was refused.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EditError {
    #[error("there is no node {0}")]
    NoNode(NodeId),
    #[error("node {} has no port \"{}\"", .0.node, .0.name)]
    NoPort(Port),
    #[error("there is a node {0} already")]
    IdTaken(NodeId),
    #[error("there is a node with the id \"{0}\" already")]
    KeyTaken(Name),
    #[error("node {0} still has links")]
    StillLinked(NodeId),
    #[error("the input \"{}\" has a link already", .0.name)]
    InputTaken(Port),
    #[error("there is no such link")]
    NoLink,
    #[error("this link would close a cycle: the node would wait for itself")]
    Cycle,
    #[error("{from} does not fit {to}")]
    Types { from: ValueType, to: ValueType },
    #[error("the value of \"{}\" must be a finite number", .0.name)]
    NotFinite(Port),
    #[error(
        "\"{0}\" is nested too deeply: at most {DEEPEST} lists and dictionaries fit into each other"
    )]
    TooDeep(Name),
    #[error("a position must be two finite numbers")]
    NoPosition,
    #[error("there is no subgraph {0}")]
    NoSubgraph(SubgraphId),
    #[error("the subgraph \"{0}\" is still in use")]
    StillUsed(Name),
    #[error("a subgraph cannot stand inside itself")]
    Recursion,
    #[error("a link cannot leave its subgraph: give the subgraph a port")]
    OtherSubgraph,
}

impl Edit {
    /// Refuses what it brings along that is nested more deeply than a file is sure to hold. The graph itself takes it: a file
    /// may have brought it.
    pub fn check_depth(&self) -> Result<(), EditError> {
        let too_deep = match self {
            Self::AddNode(node) => {
                let kept = node.kept.inputs.iter().flat_map(|(_, fields)| fields);
                let kept = node
                    .kept
                    .fields
                    .iter()
                    .chain(kept)
                    .map(|(name, it)| (name, it));
                first_too_deep(node.values.iter().chain(kept))
            }
            Self::SetValue { input, value } => {
                first_too_deep(value.iter().map(|value| (&input.name, value)))
            }
            Self::AddSubgraph(subgraph) | Self::SetSubgraph(subgraph) => {
                let inputs = subgraph.inputs.iter();
                let defaults =
                    inputs.filter_map(|input| Some((&input.name, input.default.as_ref()?)));
                let kept = subgraph.kept.fields.iter().map(|(name, it)| (name, it));
                first_too_deep(defaults.chain(kept))
            }
            _ => None,
        };
        too_deep.map_or(Ok(()), |name| Err(EditError::TooDeep(name)))
    }
}

fn first_too_deep<'a>(mut values: impl Iterator<Item = (&'a Name, &'a Value)>) -> Option<Name> {
    let (name, _) = values.find(|(_, value)| value.is_too_deep())?;
    Some(name.clone())
}

impl Graph {
    /// Apply one edit and return the edit that takes it back.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::AddNode(node) => {
                if !is_position(node.pos) {
                    return Err(EditError::NoPosition);
                }
                let id = node.id;
                self.insert(*node)?;
                Ok(Edit::RemoveNode(id))
            }
            Edit::RemoveNode(id) => {
                let slot = self.slot(id).ok_or(EditError::NoNode(id))?;
                if !slot.incoming.is_empty() || !slot.outgoing.is_empty() {
                    return Err(EditError::StillLinked(id));
                }
                let node = slot.node.clone();
                self.slots[id.0 as usize] = None;
                self.by_key.remove(&node.key);
                self.note_role(&node, false);
                self.special -= usize::from(is_special(&node));
                self.revision += 1;
                self.removed.push((self.revision, id));
                Ok(Edit::AddNode(Box::new(node)))
            }
            Edit::Connect(link) => {
                self.check_ends(&link)?;
                if self.reaches(link.to.node, link.from.node) {
                    return Err(EditError::Cycle);
                }
                self.link(link.clone());
                Ok(Edit::Disconnect(link))
            }
            Edit::Disconnect(link) => {
                if self.unlink(&link) {
                    Ok(Edit::Connect(link))
                } else {
                    Err(EditError::NoLink)
                }
            }
            Edit::SetValue { input, value } => {
                if value.as_ref().is_some_and(|value| !value.is_finite()) {
                    return Err(EditError::NotFinite(input));
                }
                let slot = self
                    .slot_mut(input.node)
                    .ok_or(EditError::NoNode(input.node))?;
                let before = match value {
                    Some(value) => slot.node.values.insert(input.name.clone(), value),
                    None => slot.node.values.remove(&input.name),
                };
                self.touch(input.node, true);
                Ok(Edit::SetValue {
                    input,
                    value: before,
                })
            }
            Edit::Move { node, to } => {
                if !is_position(to) {
                    return Err(EditError::NoPosition);
                }
                let slot = self.slot_mut(node).ok_or(EditError::NoNode(node))?;
                let before = std::mem::replace(&mut slot.node.pos, to);
                self.touch(node, false);
                Ok(Edit::Move { node, to: before })
            }
            Edit::SetTitle { node, title } => {
                let slot = self.slot_mut(node).ok_or(EditError::NoNode(node))?;
                let before = std::mem::replace(&mut slot.node.title, title);
                self.touch(node, false);
                Ok(Edit::SetTitle {
                    node,
                    title: before,
                })
            }
            Edit::SetStyle { node, style } => {
                if style.size.is_some_and(|size| !is_position(size.to_pos2())) {
                    return Err(EditError::NoPosition);
                }
                let slot = self.slot_mut(node).ok_or(EditError::NoNode(node))?;
                let was_special = is_special(&slot.node);
                let before = std::mem::replace(&mut slot.node.style, style);
                let is_special = is_special(&slot.node);
                self.special += usize::from(is_special);
                self.special -= usize::from(was_special);
                self.touch(node, before.mode != style.mode);
                Ok(Edit::SetStyle {
                    node,
                    style: before,
                })
            }
            Edit::SetLooping { node, looping } => {
                let slot = self.slot_mut(node).ok_or(EditError::NoNode(node))?;
                slot.node.kind = looped(&slot.node.kind, looping.as_deref());
                let before = std::mem::replace(&mut slot.node.looping, looping);
                self.touch(node, true);
                Ok(Edit::SetLooping {
                    node,
                    looping: before,
                })
            }
            Edit::AddSubgraph(subgraph) => {
                let id = subgraph.id;
                self.add_subgraph(*subgraph)?;
                Ok(Edit::RemoveSubgraph(id))
            }
            Edit::RemoveSubgraph(id) => {
                let before = self.remove_subgraph(id)?;
                Ok(Edit::AddSubgraph(Box::new(before)))
            }
            Edit::SetSubgraph(subgraph) => {
                let before = self.set_subgraph(*subgraph)?;
                Ok(Edit::SetSubgraph(Box::new(before)))
            }
        }
    }
}

fn is_position(pos: Pos2) -> bool {
    pos.x.is_finite() && pos.y.is_finite()
}
