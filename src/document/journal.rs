//! Journal: what was done to a document, in order, so that doing it again to the document as it was at first gives the
//! same document, its history included. Writes nothing: `project/journal.rs` keeps entries on disk.

use super::{Document, Transaction};
use crate::graph::EditError;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Commit(Transaction),
    /// A part of the step before, where that allows it (`Document::commit_joined`).
    Joined(Transaction),
    Undo,
    Redo,
    /// The state of this mark was written to the savefile.
    Saved(u64),
    /// The savefile is known and holds no state of this document: something else wrote it.
    Unsaved,
}

/// Entries that nobody has taken yet, once somebody wants them.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder(Option<Vec<Entry>>);

impl Recorder {
    /// The entry, if it is wanted: to make one copies its edits.
    pub fn of(&self, entry: impl FnOnce() -> Entry) -> Option<Entry> {
        self.0.is_some().then(entry)
    }

    pub fn note(&mut self, entry: Option<Entry>) {
        if let Some(entries) = &mut self.0 {
            entries.extend(entry);
        }
    }
}

impl Document {
    /// From now on what is done to it is noted for `take_entries`.
    pub fn record(&mut self) {
        self.recorder.0.get_or_insert_default();
    }

    /// What was done since the last call, the oldest first; nothing unless it records.
    pub fn take_entries(&mut self) -> Vec<Entry> {
        self.recorder
            .0
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Do what an entry says. One that is refused changes nothing: the kinds of nodes are not what they were.
    pub fn replay(&mut self, entry: Entry) -> Result<(), EditError> {
        match entry {
            Entry::Commit(transaction) => self.commit_again(transaction),
            Entry::Joined(transaction) => self.commit_joined(transaction),
            Entry::Undo => {
                self.undo();
                Ok(())
            }
            Entry::Redo => {
                self.redo();
                Ok(())
            }
            Entry::Saved(mark) => {
                self.set_saved(mark);
                Ok(())
            }
            Entry::Unsaved => {
                self.set_unsaved();
                Ok(())
            }
        }
    }
}
