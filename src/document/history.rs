//! History: transactions that were applied, as the edits that take them back, and those taken back.
//!
//! Limitations: a new step after an undo drops what could be redone; selection and camera are not part of it.

use crate::graph::{Edit, EditError, Graph, Name};

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
}

#[derive(Clone, Debug)]
struct Step {
    label: Name,
    /// Applied in this order they take the step back (or make it again, on the redo side).
    edits: Vec<Edit>,
    /// The state that the step led to, for knowing what the file holds.
    mark: u64,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
    saved_mark: u64,
    last_mark: u64,
}

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
        self.undo.last().map_or(0, |step| step.mark)
    }

    pub fn is_dirty(&self) -> bool {
        self.mark() != self.saved_mark
    }

    pub(super) fn set_saved(&mut self, mark: u64) {
        self.saved_mark = mark;
    }

    pub(super) fn set_unsaved(&mut self) {
        self.saved_mark = u64::MAX;
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
        self.last_mark += 1;
        self.redo.clear();
        self.undo.push(Step {
            label: transaction.label,
            edits: inverse,
            mark: self.last_mark,
        });
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
