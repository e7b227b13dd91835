//! Changes: which nodes were touched, by revision, as far back as is worth remembering. Who follows a graph or a run
//! asks here first and looks at everything only when too much happened since. Knows ids and nothing of nodes.

use std::collections::VecDeque;

use super::NodeId;

/// As many touches are remembered: more than a frame's worth of anything.
const REMEMBERED: usize = 8192;

#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// In the order of revisions.
    entries: VecDeque<(u64, NodeId)>,
    /// Of this revision and those before not all is known any more.
    forgotten: u64,
}

impl Changes {
    /// Revisions never fall.
    pub fn note(&mut self, revision: u64, id: NodeId) {
        if self.entries.len() == REMEMBERED
            && let Some((oldest, _)) = self.entries.pop_front()
        {
            self.forgotten = oldest;
        }
        self.entries.push_back((revision, id));
    }

    /// Nodes that were touched after `revision`, each once, in the order of ids; `None` when that is too long ago.
    pub fn since(&self, revision: u64) -> Option<Vec<NodeId>> {
        if revision < self.forgotten {
            return None;
        }
        let from = self.entries.partition_point(|(at, _)| *at <= revision);
        let mut ids: Vec<NodeId> = self.entries.range(from..).map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_whole_and_what_is_forgotten_is_told() {
        let mut changes = Changes::default();
        assert_eq!(changes.since(0), Some(vec![]));
        for (revision, id) in [(1, 7), (2, 3), (2, 7), (3, 3)] {
            changes.note(revision, NodeId(id));
        }
        for (since, expected) in [(0, vec![3, 7]), (1, vec![3, 7]), (2, vec![3]), (3, vec![])] {
            let expected = expected.into_iter().map(NodeId).collect();
            assert_eq!(changes.since(since), Some(expected), "{since}");
        }
        for revision in 4..=REMEMBERED as u64 + 1 {
            changes.note(revision, NodeId(1));
        }
        // The first two are gone, and revision 2 with them as one of its two.
        assert_eq!(changes.since(1), None);
        assert_eq!(changes.since(2), Some(vec![NodeId(1), NodeId(3)]));
    }
}
