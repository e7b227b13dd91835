//! Outside: a savefile that something else wrote (git, a synchroniser, another Loom) while its project is open. Says
//! what it and the open document come to together, and what both changed. Writes nothing.

use std::path::Path;
use std::sync::Arc;

use thiserror::Error;

use crate::document::Document;
use crate::document::file::tree::{Conflict, Difference, Side, Tree, compare, merge};
use crate::document::file::{self, FileError, Loaded};
use crate::graph::Catalog;

/// What is open.
#[derive(Clone, Debug)]
pub struct Own {
    pub document: Document,
    /// The savefile's text as it was read or written last: what both were made of.
    pub base: Arc<str>,
    pub catalog: Arc<Catalog>,
}

/// What is wanted of the savefile.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Take {
    /// What both did; where they did it to the same, what these say, in their order.
    #[default]
    Both,
    Chosen(Vec<Side>),
    /// All that it says, whatever was done here.
    Theirs,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// What the savefile holds.
    pub text: Arc<str>,
    /// What is to be shown; its nodes have numbers of their own.
    pub target: Document,
    /// It says what the savefile says.
    pub is_theirs: bool,
    /// What it changes in what is shown.
    pub came: Vec<Difference>,
    /// What both changed, and what does not go together otherwise.
    pub conflicts: Vec<Conflict>,
    pub lost: Vec<String>,
    /// What the savefile changed in what both were made of, and what was changed here.
    pub outside: Vec<Difference>,
    pub here: Vec<Difference>,
}

/// Why a savefile cannot be taken, in words for the user.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    #[error("{0}; what is shown stays, and a save writes it there")]
    Unread(String),
    #[error("{0}; what is shown stays, and a save keeps the damaged file beside the new one")]
    Damaged(String),
    #[error("{0}; what is shown stays, and \"Save a copy elsewhere\" keeps it")]
    Newer(String),
}

impl Weighed {
    /// Is the question the same?
    pub fn is_same_clash(&self, other: &Self) -> bool {
        let places = |of: &Self| -> Vec<_> {
            let of = of.conflicts.iter();
            of.map(|it| (it.place.clone(), it.ours.clone(), it.theirs.clone()))
                .collect()
        };
        self.lost.len() == other.lost.len() && places(self) == places(other)
    }

    /// Somebody has to say what is wanted.
    pub fn is_clash(&self) -> bool {
        !self.conflicts.is_empty() || !self.lost.is_empty()
    }
}

/// What a savefile held when it was read; or in words why it could not be.
pub type Seen = Result<Arc<[u8]>, String>;

/// Read a savefile as it is.
pub fn read(savefile: &Path) -> Seen {
    let read = file::read_bounded(savefile, file::LARGEST_FILE_BYTES);
    read.map(Arc::from).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            "the savefile is not there any more".to_owned()
        } else if savefile.is_dir() {
            "a folder lies in the place of the savefile; saving gives it another name".to_owned()
        } else {
            format!("the savefile cannot be read: {error}")
        }
    })
}

/// What the savefile, which holds `bytes` now, and the open document come to.
pub fn weigh(own: &Own, savefile: &Path, bytes: &[u8], take: &Take) -> Result<Weighed, Refused> {
    let refused = |error: FileError| match error {
        FileError::Newer { .. } => Refused::Newer(error.to_string()),
        error => Refused::Damaged(error.to_string()),
    };
    let read = |bytes: &[u8]| file::parse(bytes, savefile, &own.catalog).map_err(refused);
    let theirs = read(bytes)?;
    if let Some(reason) = theirs.read_only() {
        return Err(Refused::Newer(reason));
    }
    let text: Arc<str> = String::from_utf8_lossy(bytes).into();
    let tree = |text: &str| Tree::read(text.as_bytes(), savefile).map_err(refused);
    let base = tree(&own.base)?;
    let ours = tree(&file::to_text(&own.document, None))?;
    let other = tree(&text)?;
    let outside = compare(&base, &other);
    let here = compare(&base, &ours);
    let of_theirs = |theirs: Loaded| Weighed {
        target: theirs.document,
        is_theirs: true,
        came: compare(&ours, &other),
        conflicts: Vec::new(),
        lost: Vec::new(),
        text: text.clone(),
        outside: outside.clone(),
        here: here.clone(),
    };
    if *take == Take::Theirs || !own.document.is_dirty() {
        return Ok(of_theirs(theirs));
    }
    let chosen = |at: usize| match take {
        Take::Chosen(sides) => sides.get(at).copied(),
        Take::Both | Take::Theirs => None,
    };
    let merged = merge(&base, &ours, &other, &chosen).map_err(refused)?;
    let both = tree(&merged.text)?;
    let (conflicts, lost) = (merged.conflicts, merged.lost);
    if compare(&other, &both).is_empty() {
        return Ok(Weighed {
            conflicts,
            lost,
            ..of_theirs(theirs)
        });
    }
    let loaded = read(merged.text.as_bytes())?;
    Ok(Weighed {
        target: loaded.document,
        is_theirs: false,
        came: compare(&ours, &both),
        conflicts,
        lost,
        text,
        outside,
        here,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ops;
    use crate::graph::{Bank, NodeKind, pos2};

    fn added(document: &Document, catalog: &Catalog, x: f32) -> Document {
        let mut document = document.clone();
        let kind = catalog.get(Bank::Builtin, "add").unwrap();
        let at = (pos2(x, 0.0), None);
        let (_, step) = ops::add_node(document.graph(), kind, at, None);
        document.commit(step).unwrap();
        document
    }

    fn text(document: &Document) -> String {
        file::to_text(document, None)
    }

    #[test]
    fn what_both_come_to() {
        let catalog = Arc::new(Catalog::new([Arc::new(NodeKind::new(
            Bank::Builtin,
            "add",
        ))]));
        let empty = Document::default();
        let base = text(&empty);
        let (mine, theirs) = (added(&empty, &catalog, 0.0), added(&empty, &catalog, 500.0));
        let weighed = |document: &Document, bytes: &str, take: Take| {
            let own = Own {
                document: document.clone(),
                base: base.as_str().into(),
                catalog: catalog.clone(),
            };
            weigh(&own, Path::new("savefile.json"), bytes.as_bytes(), &take)
        };
        let nodes = |weighed: &Weighed| weighed.target.graph().node_count();

        let taken = weighed(&empty, &text(&theirs), Take::Both).unwrap();
        assert_eq!(
            (nodes(&taken), taken.came.len(), taken.is_theirs),
            (1, 1, true)
        );
        let both = weighed(&mine, &text(&theirs), Take::Both).unwrap();
        assert_eq!(
            (nodes(&both), both.came.len(), both.is_theirs),
            (2, 1, false)
        );
        let only_theirs = weighed(&mine, &text(&theirs), Take::Theirs).unwrap();
        assert_eq!((nodes(&only_theirs), only_theirs.is_theirs), (1, true));
        // The same was done on both sides: the file has all of it.
        let same = weighed(&mine, &text(&mine), Take::Both).unwrap();
        assert!(same.is_theirs && same.came.is_empty() && !same.is_clash());
        for (bytes, reason) in [
            ("<<<<<<< HEAD", "line 1"),
            (r#"{"nodes": [], "minReader": 99}"#, "newer Loom"),
        ] {
            let error = weighed(&mine, bytes, Take::Both).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
