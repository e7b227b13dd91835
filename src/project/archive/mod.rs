//! Archives: a project as one `.loom` file, which is a zip, and back. An archive may come from anybody: what is taken of
//! one is decided here, and nothing in it is ever run. Knows no window.

mod names;
mod pack;
mod take;
mod unpack;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use pack::{Packed, pack};
pub use take::{Taken, take};
pub use unpack::{Unpacked, unpack};

use super::ProjectError;
use crate::document::file::SAVEFILE;

/// How the names of archives end.
pub const ENDING: &str = "loom";

/// Is the path a file's that may be an archive? By its name: some call a project's zip what it is.
pub fn is_archive(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    let mut known = [ENDING, "zip"].iter();
    known.any(|known| ending.eq_ignore_ascii_case(known)) && !path.is_dir()
}

/// What an archive may hold at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files and folders.
    pub files: usize,
    /// All of them, unpacked.
    pub bytes: u64,
    /// How many times its size in the archive something may have unpacked.
    pub ratio: u64,
    /// A file may have so much without a look at the ratio, and all together this 16 times.
    pub small: u64,
    /// Of the list of what is in it.
    pub list_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 10_000,
            bytes: 2 << 30,
            ratio: 100,
            small: 1 << 20,
            list_bytes: 16 << 20,
        }
    }
}

/// Why an archive was not made, or not taken; in both cases nothing is left of it.
#[derive(Debug, Error)]
pub enum ArchiveError {
    #[error("this is no archive, or not a whole one: {0}; get it again, or have it exported again")]
    NotWhole(String),
    #[error(
        "nothing was taken of the archive, since it holds what may do harm or cannot be had everywhere: {why}; have it \
         exported again without that: {entry}"
    )]
    Entry { why: String, entry: String },
    #[error("{what} has {why}; leave out what is no part of the project")]
    TooMuch { what: &'static str, why: String },
    #[error(
        "the archive holds no project: there is no {SAVEFILE} at its top, nor in a folder that holds all the rest; \
         `loom export` makes one that does"
    )]
    NoSavefile,
    #[error("the archive holds no project that can be opened: {0}")]
    Savefile(String),
    #[error("cannot {what}: {source}; {advice}: {path}")]
    Io {
        what: &'static str,
        source: io::Error,
        advice: &'static str,
        path: PathBuf,
    },
    #[error(transparent)]
    Project(#[from] ProjectError),
}

/// So that what writes to a disk can end with `?`; what is known of the place is put in later.
impl From<io::Error> for ArchiveError {
    fn from(source: io::Error) -> Self {
        Self::Io {
            what: "write",
            source,
            advice: "free some space, or see that you may write there",
            path: PathBuf::new(),
        }
    }
}

impl ArchiveError {
    /// The same as a text that says of which archive it is.
    pub fn told_of(&self, archive: &Path) -> String {
        match self {
            Self::Io { .. } | Self::Project(_) => self.to_string(),
            _ => format!("{}: {self}", archive.display()),
        }
    }

    /// The same without a place in a folder that is gone when it is read: `instead` is named.
    fn seen_from(self, folder: &Path, instead: &Path) -> Self {
        match self {
            Self::Io {
                what,
                source,
                advice,
                path,
            } if path.starts_with(folder) => Self::Io {
                what,
                source,
                advice,
                path: instead.to_owned(),
            },
            other => other,
        }
    }

    /// The same, where it is known what was being written.
    fn at(self, does: &'static str, place: &Path) -> Self {
        match self {
            Self::Io {
                source,
                advice,
                path,
                ..
            } if path.as_os_str().is_empty() => Self::Io {
                what: does,
                source,
                advice,
                path: place.to_owned(),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
