//! Log: lines that nodes have printed, in the order they came, bounded. Pure.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::engine::protocol::LogLevel;
use crate::graph::NodeId;

/// At most so many lines of one node are kept, the newest.
pub const LINES_OF_NODE: usize = 2_000;

/// And so many of all nodes together.
const LINES: usize = 20_000;

/// Removed in one go when a bound is reached, so that a flood does not move the whole list for each line.
const STEP: usize = 250;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub run: Option<u64>,
    /// `None`: of the engine, or of a node that is not known.
    pub node: Option<NodeId>,
    pub level: LogLevel,
    pub text: Arc<str>,
}

/// The lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<LogLine>,
    counts: HashMap<Option<NodeId>, Count>,
    version: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    kept: usize,
    dropped: usize,
}

impl Log {
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &LogLine> + ExactSizeIterator {
        self.lines.iter()
    }

    pub fn lines_of(&self, node: NodeId) -> impl DoubleEndedIterator<Item = &LogLine> {
        self.lines
            .iter()
            .filter(move |line| line.node == Some(node))
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many earlier lines of a node are not kept.
    pub fn dropped(&self, node: Option<NodeId>) -> usize {
        self.counts.get(&node).map_or(0, |count| count.dropped)
    }

    /// Another number after every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn push(&mut self, line: LogLine) {
        self.version += 1;
        let node = line.node;
        if self.lines.len() >= LINES {
            for line in self.lines.drain(..STEP) {
                let count = self.counts.entry(line.node).or_default();
                count.kept -= 1;
                count.dropped += 1;
            }
        }
        let count = self.counts.entry(node).or_default();
        if count.kept >= LINES_OF_NODE {
            let mut surplus = STEP;
            self.lines.retain(|line| {
                let is_surplus = surplus > 0 && line.node == node;
                surplus -= usize::from(is_surplus);
                !is_surplus
            });
            count.kept -= STEP;
            count.dropped += STEP;
        }
        count.kept += 1;
        self.lines.push_back(line);
    }

    pub(super) fn clear(&mut self) {
        self.version += 1;
        self.lines.clear();
        self.counts.clear();
    }
}
