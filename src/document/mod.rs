//! Document: a graph being edited, its selection, its history and what its file says beside the graph.
//! Changes come as Transactions and can be taken back. Knows no window and no process; only `file.rs` touches disk.

pub mod arrange;
pub mod clipboard;
pub mod file;
mod history;
mod journal;
pub mod ops;
mod way;

use std::collections::BTreeSet;

pub use history::{History, Kept, Marks, Step, Transaction};
pub use journal::Entry;
pub use way::way_to;

use crate::graph::{Catalog, Edit, EditError, Graph, Name, Node, NodeId, Role, SubgraphId, Value};

/// What the file says of the project beside its graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    pub project_id: String,
    pub project_name: String,
    /// `metadata`: author, description, createdAt, lastModified and whatever else stands there.
    pub metadata: Vec<(Name, Value)>,
    /// Other keys of the file in their order, written back as they were.
    pub kept: Vec<(Name, Value)>,
    /// Entries of `nodes` and `connections` that could not be taken in, written back as they were.
    pub kept_nodes: Vec<Value>,
    pub kept_links: Vec<Value>,
    pub kept_subgraphs: Vec<Value>,
    /// How it can be told that a newer Loom made the file, if one did: what is known of it here may be a part only.
    pub newer: Option<String>,
}

impl Meta {
    /// The file was written at this time, so that the next save can tell whether anything else changed.
    pub fn set_modified(&mut self, time: &str) {
        let time = Value::text(time);
        match self
            .metadata
            .iter_mut()
            .find(|(key, _)| *key == "lastModified")
        {
            Some((_, before)) => *before = time,
            None => self.metadata.push(("lastModified".into(), time)),
        }
    }
}

/// A project's graph in the hands of a user.
#[derive(Clone, Debug, Default)]
pub struct Document {
    graph: Graph,
    selection: BTreeSet<NodeId>,
    /// The nodes whose subgraphs are open, the outermost first: what is edited is inside the last.
    path: Vec<NodeId>,
    /// Counts every change of the selection.
    selection_revision: u64,
    history: History,
    recorder: journal::Recorder,
    pub meta: Meta,
}

impl Document {
    pub fn new(graph: Graph, meta: Meta) -> Self {
        Self {
            graph,
            meta,
            ..Self::default()
        }
    }

    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    pub fn selection(&self) -> &BTreeSet<NodeId> {
        &self.selection
    }

    /// The nodes whose subgraphs are open, the outermost first.
    pub fn path(&self) -> &[NodeId] {
        &self.path
    }

    /// The subgraph that is edited; `None`: the graph around all.
    pub fn open_subgraph(&self) -> Option<SubgraphId> {
        let last = self.path.last()?;
        self.graph.node(*last)?.kind.role.inside()
    }

    /// Nodes of what is open, in the order of their ids.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.graph.nodes_in(self.open_subgraph())
    }

    /// Open the subgraphs of these nodes, each inside the one before; a path that leads nowhere is cut short.
    pub fn open(&mut self, path: impl IntoIterator<Item = NodeId>) {
        self.path = path.into_iter().collect();
        self.close_dead_path();
        self.select([]);
    }

    /// Counts every change of the selection.
    pub fn selection_revision(&self) -> u64 {
        self.selection_revision
    }

    /// What must be open for a node to be seen: of what is open as much as leads there, else the shortest way; `None`
    /// when it lies in a subgraph that stands nowhere.
    pub fn path_to(&self, node: NodeId) -> Option<Vec<NodeId>> {
        let wanted = self.graph.node(node)?.parent;
        let inside = |id: &NodeId| self.graph.node(*id)?.kind.role.inside();
        let mut open = (0..=self.path.len()).rev().map(|end| &self.path[..end]);
        let open = open.find(|path| path.last().and_then(inside) == wanted);
        open.map(<[NodeId]>::to_vec)
            .or_else(|| way_to(&self.graph, wanted))
    }

    /// The selected node when it is one alone.
    pub fn selected_node(&self) -> Option<&Node> {
        let only = self.selection.first().filter(|_| self.selection.len() == 1);
        self.graph.node(*only?)
    }

    /// Select these nodes and no others; ids that do not exist are left out.
    pub fn select(&mut self, ids: impl IntoIterator<Item = NodeId>) {
        let open = self.open_subgraph();
        let is_here = |id: &NodeId| self.graph.node(*id).is_some_and(|node| node.parent == open);
        self.selection = ids.into_iter().filter(is_here).collect();
        self.selection_revision += 1;
    }

    /// Apply all edits of a transaction as one undo step, or none of them.
    pub fn commit(&mut self, transaction: Transaction) -> Result<(), EditError> {
        transaction.edits.iter().try_for_each(Edit::check_depth)?;
        self.commit_again(transaction)
    }

    /// The same for what was committed before: whatever it brings is not new.
    fn commit_again(&mut self, transaction: Transaction) -> Result<(), EditError> {
        let entry = self.recorder.of(|| Entry::Commit(transaction.clone()));
        self.history.commit(&mut self.graph, transaction)?;
        self.recorder.note(entry);
        self.drop_dead_selection();
        Ok(())
    }

    /// The same, but a part of the last step when that moved the same nodes under the same label.
    pub fn commit_joined(&mut self, transaction: Transaction) -> Result<(), EditError> {
        transaction.edits.iter().try_for_each(Edit::check_depth)?;
        let entry = self.recorder.of(|| Entry::Joined(transaction.clone()));
        self.history.commit_joined(&mut self.graph, transaction)?;
        self.recorder.note(entry);
        Ok(())
    }

    /// Take the last step back; its label, `None` when there is nothing to take back.
    pub fn undo(&mut self) -> Option<Name> {
        let label = self.history.undo(&mut self.graph)?;
        self.recorder.note(Some(Entry::Undo));
        self.drop_dead_selection();
        Some(label)
    }

    pub fn redo(&mut self) -> Option<Name> {
        let label = self.history.redo(&mut self.graph)?;
        self.recorder.note(Some(Entry::Redo));
        self.drop_dead_selection();
        Some(label)
    }

    /// Is there something that the file does not have?
    pub fn is_dirty(&self) -> bool {
        self.history.is_dirty()
    }

    /// What the file holds of it, a state that undo or redo would lead to; `None`: the steps from there are forgotten.
    pub fn saved(&self) -> Option<Self> {
        let steps = self.history.unsaved()?;
        let after = |step: fn(&mut Self) -> Option<Name>| {
            let mut state = self.clone();
            for _ in 0..steps {
                step(&mut state)?;
            }
            (!state.is_dirty()).then_some(state)
        };
        after(Self::undo).or_else(|| after(Self::redo))
    }

    /// The state that `mark` (from `History::mark`) names is in the file now.
    pub fn set_saved(&mut self, mark: u64) {
        self.history.set_saved(mark);
        self.recorder.note(Some(Entry::Saved(mark)));
    }

    /// Give it the history that was kept of it; `read` makes a step of what was kept, for the graph that it applies to.
    pub fn recall<T>(
        &mut self,
        marks: Marks,
        kept: [Kept<T>; 2],
        read: impl FnMut(&T, &Graph) -> Option<Transaction>,
    ) {
        self.history = History::recall(&mut self.graph, marks, kept, read);
    }

    /// The file has no state of this document.
    pub fn set_unsaved(&mut self) {
        self.history.set_unsaved();
        self.recorder.note(Some(Entry::Unsaved));
    }

    /// Give every node its kind anew: the catalog changed. Also those that undo and redo bring back.
    pub fn set_catalog(&mut self, catalog: &Catalog) {
        self.graph
            .set_kinds(|node| file::resolve_again(node, catalog));
        for node in self.history.nodes_mut() {
            if node.kind.role == Role::Function {
                node.kind = file::resolve_again(node, catalog);
            }
        }
    }

    /// What is open and what is selected may be gone.
    fn drop_dead_selection(&mut self) {
        self.close_dead_path();
        let open = self.open_subgraph();
        let graph = &self.graph;
        let before = self.selection.len();
        self.selection
            .retain(|id| graph.node(*id).is_some_and(|node| node.parent == open));
        self.selection_revision += u64::from(self.selection.len() != before);
    }

    fn close_dead_path(&mut self) {
        let mut open = None;
        let is_inside = |id: &&NodeId| {
            let node = self.graph.node(**id).filter(|node| node.parent == open);
            let inside = node.and_then(|node| node.kind.role.inside());
            open = inside;
            inside.is_some()
        };
        let length = self.path.iter().take_while(is_inside).count();
        self.path.truncate(length);
    }
}

#[cfg(test)]
mod tests;
