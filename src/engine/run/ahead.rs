//! Ahead: what a run has still to do and what it has done, kept up node by node, so that nobody who asks for the time left
//! looks at all nodes. Counts; the guess itself is `forecast.rs`'s.

use super::cost::Cost;
use super::forecast::{RunningNode, Work};
use crate::graph::NodeId;

#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    /// Nodes that wait or run: those whose time is known, that time, and the others.
    known: u32,
    known_ms: f64,
    unknown: u32,
    /// Calls that ended well, and how long they took.
    ran: u32,
    ran_ms: f64,
    pub(super) running: Vec<NodeId>,
}

impl Ahead {
    /// A node waits, which took this the last time.
    pub(super) fn wait(&mut self, last: Option<&Cost>) {
        match last {
            Some(cost) => {
                self.known += 1;
                self.known_ms += cost.wall_ms;
            }
            None => self.unknown += 1,
        }
    }

    pub(super) fn start(&mut self, id: NodeId) {
        self.running.push(id);
    }

    /// The run has nothing more to do with a node that waited or ran.
    pub(super) fn leave(&mut self, id: NodeId, last: Option<&Cost>) {
        self.running.retain(|other| *other != id);
        self.forget(last);
    }

    /// The time of a node that waits or runs has become known.
    pub(super) fn learn(&mut self, cost: &Cost) {
        self.forget(None);
        self.wait(Some(cost));
    }

    /// A call has ended well.
    pub(super) fn end(&mut self, wall_ms: f64) {
        self.ran += 1;
        self.ran_ms += wall_ms;
    }

    /// What there is to guess from. `running`: the nodes that run.
    pub(super) fn work(
        &self,
        elapsed_secs: f64,
        running: impl Iterator<Item = RunningNode>,
    ) -> Work {
        let mut work = Work {
            elapsed_secs,
            ran: self.ran,
            ran_secs: self.ran_ms / 1000.0,
            known: self.known,
            known_secs: self.known_ms / 1000.0,
            unknown: self.unknown,
            running: Vec::new(),
        };
        for node in running {
            match node.last_secs {
                Some(secs) => {
                    work.known = work.known.saturating_sub(1);
                    work.known_secs = (work.known_secs - secs).max(0.0);
                }
                None => work.unknown = work.unknown.saturating_sub(1),
            }
            work.running.push(node);
        }
        work
    }

    /// Events of an engine may come in any order: no count falls below nothing.
    fn forget(&mut self, last: Option<&Cost>) {
        match last {
            Some(cost) => {
                self.known = self.known.saturating_sub(1);
                self.known_ms = (self.known_ms - cost.wall_ms).max(0.0);
            }
            None => self.unknown = self.unknown.saturating_sub(1),
        }
    }
}
