//! The savefile: a document from its text and back, and the text to disk without ever harming what is there.
//! `docs/savefile.md` describes the format. The only part of `document` that knows JSON and touches files.

mod disk;
mod entries;
mod extent;
mod looping;
mod node;
mod notes;
mod numbers;
mod odd;
mod read;
pub mod storage;
mod subgraphs;
pub mod tree;
mod write;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use disk::{
    Replaced, Written, is_temporary, load, move_folder, rewrite, save, save_over, set_aside, sweep,
    write_atomic, write_atomic_with,
};
#[cfg(test)]
pub use entries::entry_from_text;
pub use entries::{entry_from_json, entry_to_json};
pub use extent::{look, read_json};
pub use node::resolve_again;
pub use numbers::Numbers;
pub use read::{Parts, parse, parse_numbered, parts_from_json};
pub use storage::TEMPORARY;
pub use subgraphs::subgraph_to_json;
use write::entries_of;
pub use write::{link_to_json, node_to_json, to_text};

pub use crate::paths::read_bounded;

use super::Document;

/// Written into new files; absent in files of the first Loom.
pub const FORMAT_VERSION: u64 = 2;
/// What a file asks for that has subgraphs, which the reader before would not see.
const SUBGRAPH_READER: u64 = 3;
/// What a file asks for with nodes that are called more than once, which the reader before would call once.
const LOOP_READER: u64 = 4;
/// Files that ask for a newer reader are shown and not written.
const OUR_READER: u64 = 4;
/// Larger files are refused before they fill the memory.
pub const LARGEST_FILE_BYTES: u64 = 256 << 20;
/// Letters of a project's name.
pub const MOST_NAME: usize = 120;
/// So many nodes, links and subgraphs, sound or not, are taken of a file.
const MOST_ENTRIES: usize = 1_000_000;
/// Name of the savefile in a project's folder.
pub const SAVEFILE: &str = "savefile.json";

/// A document as it was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub document: Document,
    /// What was not sound and how it was taken, in words for the user.
    pub notes: Vec<String>,
    /// So many of the notes, the first ones, are of entries that could not be taken in.
    pub left_out: usize,
    /// Those of the notes that tell what is not held as the file says it; a save would not write it back.
    pub altered: Vec<String>,
    /// 1 for files of the first Loom, which are kept beside the first file of the new form.
    pub version: u64,
    /// The text that was read, when it was read from the disk.
    pub text: String,
}

impl Loaded {
    /// Why this file must not be written, when a newer Loom made it.
    pub fn read_only(&self) -> Option<String> {
        why_read_only(&self.document)
    }
}

/// Why a document must not be written, when a newer Loom made its file. Whatever writes one is refused by `save_over`.
pub fn why_read_only(document: &Document) -> Option<String> {
    let newer = document.meta.newer.as_ref()?;
    Some(format!(
        "this file was made by a newer Loom ({newer}): it is shown and will not be written"
    ))
}

/// Why a savefile could not be read or written.
#[derive(Debug, Error)]
pub enum FileError {
    #[error(
        "the savefile is not readable: {reason} (line {line}, column {column}); mend it or put an older copy in its place, it is left as it is: {path}"
    )]
    Syntax {
        reason: String,
        line: usize,
        column: usize,
        path: PathBuf,
    },
    #[error("the savefile is not one of Loom's: {reason} (line 1); it is left as it is: {path}")]
    Shape { reason: String, path: PathBuf },
    #[error(
        "the savefile is {megabytes} MB large and 256 MB is the limit; it is left as it is: {path}"
    )]
    TooLarge { megabytes: u64, path: PathBuf },
    #[error(
        "the savefile holds {much}, which is more than Loom takes; it is left as it is: {path}"
    )]
    TooMuch { much: &'static str, path: PathBuf },
    #[error(
        "the savefile was changed by something else since it was read, and was not written over; look at both and \
         save again: {path}"
    )]
    Changed { path: PathBuf },
    #[error(
        "the savefile was made by a newer Loom ({newer}), and this one would write it without what it does not know: \
         update Loom; it is left as it is: {path}"
    )]
    Newer { newer: String, path: PathBuf },
    #[error(
        "the savefile would not be written back as it is ({altered}): mend it by hand first; it is left as it is: {path}"
    )]
    Altered { altered: String, path: PathBuf },
    #[error("cannot {what}: {source}; {advice}: {path}")]
    Io {
        what: &'static str,
        source: std::io::Error,
        advice: &'static str,
        path: PathBuf,
    },
}

impl FileError {
    /// A save of the project in `folder` ended by an error of Loom's own.
    pub fn failed(reason: String, folder: &Path) -> Self {
        Self::Io {
            what: "save",
            source: std::io::Error::other(reason),
            advice: "the old file is as it was",
            path: folder.join(SAVEFILE),
        }
    }
}

#[cfg(test)]
mod tests;
