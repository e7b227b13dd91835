//! Asking: what each command that runs something asks for, and which results stand as they are meanwhile. Starts
//! nothing itself: `running.rs` does.

use std::collections::BTreeSet;

use super::App;
use super::open::{Asked, Project};
use crate::command::Command;
use crate::graph::NodeId;
use crate::ui::Level;

/// Does the command run nodes, so that what is being typed or dragged is to count?
pub(super) fn begins_run(command: Command) -> bool {
    matches!(
        command,
        Command::Run
            | Command::RunToHere
            | Command::RunSelection
            | Command::RunAgain
            | Command::RunAgainFromHere
            | Command::Step
    )
}

impl App {
    /// Run the selected nodes and what they need.
    pub(super) fn run_to_selection(&mut self) {
        let nodes: Vec<_> = self.project.document.selection().iter().copied().collect();
        self.run_to(&nodes);
    }

    /// Run nodes of what is open and what they need.
    pub(super) fn run_to(&mut self, nodes: &[NodeId]) {
        if let Some(targets) = self.flat_targets(nodes) {
            self.start_run(Asked {
                targets: Some(targets),
                ..Asked::default()
            });
        }
    }

    /// Run the selected nodes with what those before them gave last; what has no result runs too.
    pub(super) fn run_selection(&mut self) {
        if let Some(targets) = self.flat_selection() {
            self.start_run(Asked {
                targets: Some(targets),
                keeps_others: true,
                ..Asked::default()
            });
        }
    }

    /// Run the selected nodes although they have results that hold.
    pub(super) fn run_again(&mut self) {
        if let Some(targets) = self.flat_selection() {
            self.start_run(Asked {
                targets: Some(targets.clone()),
                force: targets,
                ..Asked::default()
            });
        }
    }

    /// The same with all that depends on them.
    pub(super) fn run_again_from_here(&mut self) {
        if let Some(selected) = self.flat_selection() {
            let below = self.project.flat.graph().downstream(selected);
            self.start_run(Asked {
                targets: Some(below.clone()),
                force: below,
                ..Asked::default()
            });
        }
    }

    fn flat_selection(&mut self) -> Option<Vec<NodeId>> {
        let nodes: Vec<_> = self.project.document.selection().iter().copied().collect();
        self.flat_targets(&nodes)
    }

    /// What runs for nodes of what is open; that nothing does is said.
    fn flat_targets(&mut self, nodes: &[NodeId]) -> Option<Vec<NodeId>> {
        let project = &mut self.project;
        project.follow();
        let (flat, document) = (&project.flat, &project.document);
        let targets = flat.targets(document.graph(), document.path(), nodes);
        if targets.is_empty() {
            self.notify(
                Level::Warning,
                "Nothing runs for these nodes: they are muted, or no value is led to them",
            );
            return None;
        }
        Some(targets)
    }
}

impl Project {
    /// Nodes of a run's `scope` whose last result is taken as it is: of a run of parts all others, of a live run those
    /// that would give another result each time although nothing that they need has changed.
    pub(super) fn kept(
        &self,
        asked: &Asked,
        scope: &BTreeSet<NodeId>,
        targets: Option<&[NodeId]>,
    ) -> Vec<NodeId> {
        let Some(targets) = targets.filter(|_| asked.is_live || asked.keeps_others) else {
            return Vec::new();
        };
        let targets: BTreeSet<_> = targets.iter().collect();
        let graph = self.flat.graph();
        let is_kept = |id: &NodeId| {
            let is_pure = graph.node(*id).is_some_and(|node| node.kind.cache);
            let has_result = !self.run.node(*id).outputs.is_empty();
            has_result && (asked.keeps_others || !is_pure) && !targets.contains(id)
        };
        scope.iter().copied().filter(is_kept).collect()
    }

    /// What gives another result each time outdates what depends on it and is no part of the run.
    pub(super) fn outdate_beyond(&mut self, scope: &BTreeSet<NodeId>, keep: &[NodeId]) {
        let graph = self.flat.graph();
        let gives_another = |id: &NodeId| {
            let is_pure = graph.node(*id).is_none_or(|node| node.kind.cache);
            !is_pure && !keep.contains(id)
        };
        let others: Vec<_> = scope.iter().copied().filter(gives_another).collect();
        if others.is_empty() {
            return;
        }
        let mut below = graph.downstream(others);
        below.retain(|id| !scope.contains(id));
        self.run.mark_stale(below.iter().copied());
        self.live.want(below);
    }

    /// What was made of results that were out of date is out of date too.
    pub(super) fn outdate_made_of_kept(&mut self) {
        let stale = std::mem::take(&mut self.running.kept_stale);
        let below = self.flat.graph().downstream(stale);
        self.run.mark_stale(below);
    }
}
