//! History: transactions that were applied, as the edits that take them back, and those taken back.
//!
//! Limitations: a new step after an undo drops what could be redone; selection and camera are not part of it.

use std::collections::BTreeSet;

use crate::graph::{Edit, EditError, Graph, Name, Node, NodeId};

/// Edits that belong together: one user action, one undo step.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    /// What the user did, as undo names it: "Add node".
    pub label: Name,
    pub edits: Vec<Edit>,
}

impl Transaction {
    pub fn new(label: &str, edits: Vec<Edit>) -> Self {
        Self {
            label: label.into(),
            edits,
        }
    }

    /// This and another in one step, under this one's label.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.edits.extend(other.edits);
        self
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub label: Name,
    /// Applied in this order they take the step back (or make it again, on the redo side).
    pub edits: Vec<Edit>,
    /// The state that the step led to, for knowing what the file holds.
    pub mark: u64,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
    marks: Marks,
}

/// Names of states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// What all steps taken back lead to.
    pub first: u64,
    /// What the file holds.
    pub saved: u64,
    /// The last that was given.
    pub last: u64,
}

/// Steps as they were kept, the next one first, each with its mark; `T` is read when the graph is what it applies to.
pub type Kept<T> = Vec<(u64, T)>;

impl History {
    pub fn undo_label(&self) -> Option<&Name> {
        self.undo.last().map(|step| &step.label)
    }

    pub fn redo_label(&self) -> Option<&Name> {
        self.redo.last().map(|step| &step.label)
    }

    /// Labels of the steps that can be taken back, oldest first.
    pub fn undo_labels(&self) -> impl DoubleEndedIterator<Item = &Name> {
        self.undo.iter().map(|step| &step.label)
    }

    /// Labels of the steps that can be made again, the next one first.
    pub fn redo_labels(&self) -> impl Iterator<Item = &Name> {
        self.redo.iter().rev().map(|step| &step.label)
    }

    /// How many steps are done and not taken back.
    pub fn done(&self) -> usize {
        self.undo.len()
    }

    /// Names the present state; the start is 0.
    pub fn mark(&self) -> u64 {
        self.undo.last().map_or(self.marks.first, |step| step.mark)
    }

    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The steps that can be taken back and those that can be made again, the next one first.
    pub fn steps(&self) -> [impl Iterator<Item = &Step>; 2] {
        [&self.undo, &self.redo].map(|side| side.iter().rev())
    }

    pub fn is_dirty(&self) -> bool {
        self.mark() != self.marks.saved
    }

    /// A history that was kept of this graph, on both sides as far as its steps can be read and still fit.
    pub(super) fn recall<T>(
        graph: &mut Graph,
        marks: Marks,
        [undo, redo]: [Kept<T>; 2],
        mut read: impl FnMut(&T, &Graph) -> Option<Transaction>,
    ) -> Self {
        let (undo, unfit) = recall(graph, undo, &mut read);
        let (redo, _) = recall(graph, redo, &mut read);
        Self {
            undo,
            redo,
            marks: Marks {
                first: unfit.unwrap_or(marks.first),
                ..marks
            },
        }
    }

    /// All nodes that steps bring back: their kinds may have become others since.
    pub(super) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let steps = self.undo.iter_mut().chain(&mut self.redo);
        let edits = steps.flat_map(|step| &mut step.edits);
        edits.filter_map(|edit| match edit {
            Edit::AddNode(node) => Some(&mut **node),
            _ => None,
        })
    }

    /// So many steps lead from what is saved to what is shown; `None`: the steps from there are forgotten.
    pub fn unsaved(&self) -> Option<usize> {
        let is_saved = |mark: u64| mark == self.marks.saved;
        let before = self.undo.iter().rev().map(|step| step.mark);
        let back = before.chain([self.marks.first]).position(is_saved);
        let forth = || self.redo.iter().rev().position(|step| is_saved(step.mark));
        back.or_else(|| forth().map(|steps| steps + 1))
    }

    pub(super) fn set_saved(&mut self, mark: u64) {
        self.marks.saved = mark;
    }

    pub(super) fn set_unsaved(&mut self) {
        self.marks.saved = u64::MAX;
    }

    pub(super) fn commit(
        &mut self,
        graph: &mut Graph,
        transaction: Transaction,
    ) -> Result<(), EditError> {
        if transaction.edits.is_empty() {
            return Ok(());
        }
        let inverse = apply_all(graph, transaction.edits)?;
        self.marks.last += 1;
        self.redo.clear();
        self.undo.push(Step {
            label: transaction.label,
            edits: inverse,
            mark: self.marks.last,
        });
        Ok(())
    }

    /// The same, but as a part of the last step when both have one label and move the same nodes: a key that is held
    /// down is one step.
    pub(super) fn commit_joined(
        &mut self,
        graph: &mut Graph,
        transaction: Transaction,
    ) -> Result<(), EditError> {
        let moves = moved_by(&transaction.edits);
        let is_saved = !self.is_dirty();
        let goes_on = self.undo.last().is_some_and(|step| {
            step.label == transaction.label && moves.is_some() && moved_by(&step.edits) == moves
        });
        if !goes_on || is_saved || !self.redo.is_empty() {
            return self.commit(graph, transaction);
        }
        apply_all(graph, transaction.edits)?;
        self.marks.last += 1;
        if let Some(step) = self.undo.last_mut() {
            // Its edits say where the nodes were before, and that has not changed.
            step.mark = self.marks.last;
        }
        Ok(())
    }

    pub(super) fn undo(&mut self, graph: &mut Graph) -> Option<Name> {
        let step = self.undo.pop()?;
        self.redo.push(replay(graph, step));
        self.redo_label().cloned()
    }

    pub(super) fn redo(&mut self, graph: &mut Graph) -> Option<Name> {
        let step = self.redo.pop()?;
        self.undo.push(replay(graph, step));
        self.undo_label().cloned()
    }
}

/// One side of a history, the next step last, and the mark of the first step that does not fit.
fn recall<T>(
    graph: &mut Graph,
    kept: Kept<T>,
    read: &mut impl FnMut(&T, &Graph) -> Option<Transaction>,
) -> (Vec<Step>, Option<u64>) {
    let mut steps = Vec::new();
    let mut ways_back = Vec::new();
    let mut unfit = None;
    // Each is taken to know what the next one applies to.
    for (mark, kept) in kept {
        let step = read(&kept, graph);
        let taken = step.and_then(|step| {
            let way_back = apply_all(graph, step.edits.clone()).ok()?;
            Some((step, way_back))
        });
        let Some((Transaction { label, edits }, way_back)) = taken else {
            unfit = Some(mark);
            break;
        };
        steps.push(Step { label, edits, mark });
        ways_back.push(way_back);
    }
    for way_back in ways_back.into_iter().rev() {
        apply_all(graph, way_back).expect("the inverse of steps that were just taken fits");
    }
    steps.reverse();
    (steps, unfit)
}

/// The nodes that these edits move; `None` when they do anything else.
fn moved_by(edits: &[Edit]) -> Option<BTreeSet<NodeId>> {
    let node = |edit: &Edit| match edit {
        Edit::Move { node, .. } => Some(*node),
        _ => None,
    };
    edits.iter().map(node).collect()
}

fn replay(graph: &mut Graph, step: Step) -> Step {
    let edits = apply_all(graph, step.edits)
        .expect("edits that take a step back fit the graph that the step left");
    Step { edits, ..step }
}

/// Apply all edits or none; the edits that take them back, in order.
fn apply_all(graph: &mut Graph, edits: Vec<Edit>) -> Result<Vec<Edit>, EditError> {
    let mut inverse = Vec::with_capacity(edits.len());
    for edit in edits {
        match graph.apply(edit) {
            Ok(back) => inverse.push(back),
            Err(error) => {
                for back in inverse.into_iter().rev() {
                    graph
                        .apply(back)
                        .expect("the inverse of an edit that was just applied fits");
                }
                return Err(error);
            }
        }
    }
    inverse.reverse();
    Ok(inverse)
}
