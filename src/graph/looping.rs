//! Looping: how a node is called more than once: for each item of lists, with values that one call hands to the next,
//! until an output says so. What its ports take and give is then another than that of one call, so it has a kind of
//! its own, made here. Runs nothing: the engine does (`executor/loops.py`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Fit, Graph, Link, Name, NodeId, NodeKind, Role, ValueType, Widget, fit};

/// How a node is called more than once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looping {
    /// Inputs that take a list item by item.
    pub mapped: BTreeSet<Name>,
    /// Every combination of the items of several mapped inputs, rather than the first with the first and so on.
    pub is_cross: bool,
    /// Inputs that take what an output gave in the call before.
    pub carried: BTreeMap<Name, Name>,
    /// The output that ends the loop when it is true.
    pub until: Option<Name>,
    /// Calls at most, where nothing is mapped.
    pub limit: Option<u32>,
    /// An item whose call fails is kept as a failed item, rather than failing the node.
    pub keeps_failed: bool,
}

impl Looping {
    /// Calls at most where none is set.
    pub const LIMIT: u32 = 100;

    /// Is there anything that makes more than one call?
    pub fn is_some(&self) -> bool {
        !self.mapped.is_empty()
            || !self.carried.is_empty()
            || self.until.is_some()
            || self.limit.is_some()
    }

    /// Ports are called otherwise now; `None` for those that are gone.
    #[must_use]
    pub fn renamed(
        &self,
        input: impl Fn(&Name) -> Option<Name>,
        output: impl Fn(&Name) -> Option<Name>,
    ) -> Self {
        Self {
            mapped: self.mapped.iter().filter_map(&input).collect(),
            carried: self
                .carried
                .iter()
                .filter_map(|(to, from)| Some((input(to)?, output(from)?)))
                .collect(),
            until: self.until.as_ref().and_then(&output),
            ..self.clone()
        }
    }
}

/// The kind of one call.
pub fn one_call(kind: &Arc<NodeKind>) -> &Arc<NodeKind> {
    kind.one_call.as_ref().unwrap_or(kind)
}

/// The kind of a node that is called as `looping` says: what takes items takes lists, and what each call gives comes as
/// a list.
pub(super) fn looped(kind: &Arc<NodeKind>, looping: Option<&Looping>) -> Arc<NodeKind> {
    let one_call = one_call(kind);
    let Some(looping) = looping.filter(|looping| looping.is_some()) else {
        return one_call.clone();
    };
    let mut made = NodeKind::clone(one_call);
    for input in &mut made.inputs {
        if looping.mapped.contains(&input.name) {
            input.widget = match input.ty.base() {
                ValueType::Path => Widget::Folder,
                _ => Widget::LinkOnly,
            };
            if input.widget != Widget::Folder {
                input.ty = ValueType::List(Box::new(input.ty.clone()));
            }
            input.default = None;
            input.is_optional = false;
        }
    }
    let is_last = |output: &Name| looping.carried.values().any(|carried| carried == output);
    if !looping.mapped.is_empty() {
        for output in &mut made.outputs {
            if !is_last(&output.name) {
                output.ty = ValueType::List(Box::new(output.ty.clone()));
            }
        }
    }
    made.one_call = Some(one_call.clone());
    Arc::new(made)
}

/// What a node of a flat graph is to a loop over a subgraph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoopPart {
    /// The loop that calls it: the node that takes what the subgraph's outputs give.
    pub inside: Option<NodeId>,
    /// Such a node itself: the one that gives the loop's inputs to what is inside, and how it loops.
    pub exit: Option<(NodeId, Arc<Looping>)>,
}

impl Graph {
    /// How a node is called more than once, if it is.
    pub fn looping(&self, id: NodeId) -> Option<&Arc<Looping>> {
        let node = self.node(id)?;
        node.looping.as_ref().filter(|looping| looping.is_some())
    }

    /// Of a flat graph: what the node is to a loop over a subgraph.
    pub fn loop_part(&self, id: NodeId) -> Option<&LoopPart> {
        self.loop_parts.get(&id)
    }

    /// Set it, and say that the node gives another result when it is another.
    pub(super) fn set_loop_part(&mut self, id: NodeId, part: Option<LoopPart>) {
        let before = match part.clone() {
            Some(part) => self.loop_parts.insert(id, part),
            None => self.loop_parts.remove(&id),
        };
        if before != part && self.node(id).is_some() {
            self.touch(id, true);
        }
    }

    /// Would this link, whose type does not fit, fit if its input took the list item by item? Gives how the node then
    /// loops.
    pub fn looping_for(&self, link: &Link) -> Option<Looping> {
        let from = self.output_type(&link.from)?;
        let ValueType::List(item) = from.base() else {
            return None;
        };
        let node = self.node(link.to.node)?;
        let can_loop = matches!(node.kind.role, Role::Function | Role::Subgraph(_));
        let input = node.kind.input(&link.to.name).filter(|_| can_loop)?;
        let fits = |ty| fit(ty, &input.ty) != Fit::Refused;
        (!fits(from) && fits(item)).then(|| {
            let mut looping = node.looping.as_deref().cloned().unwrap_or_default();
            looping.mapped.insert(link.to.name.clone());
            looping
        })
    }
}
