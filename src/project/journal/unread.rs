//! What lies in the place of a journal and cannot be read, or not to its end: a disk damaged it, or a newer Loom wrote it.
//! It gets a name of its own before anything is written there.

use std::io;
use std::path::{Path, PathBuf};

use super::lines::Lines;
use super::{Location, found, snapshot};
use crate::graph::Catalog;

/// What `find` would leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    All,
    /// What stands behind a line that is damaged.
    Rest,
}

impl Location {
    /// Keep what `find` would leave out, but for a last line that a crash tore. For those who may write there. Says of
    /// each file where all of it lies now, or why it could not be kept.
    pub fn keep_unread(&self, catalog: &Catalog) -> Vec<io::Result<PathBuf>> {
        let keep = |path: &Path| {
            let bytes = self.storage.read_patiently(path).ok()?;
            let unread = unread(&bytes, path, catalog)?;
            Some(self.keep_beside(path, &bytes, unread))
        };
        self.paths().filter_map(keep).collect()
    }

    /// The same bytes get the same name.
    fn keep_beside(&self, path: &Path, bytes: &[u8], unread: Unread) -> io::Result<PathBuf> {
        let sum = crc32fast::hash(bytes);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!("{name}.unread-{sum:08x}"));
        match unread {
            // There may be no room for another.
            Unread::All => self.storage.rename(path, &beside)?,
            Unread::Rest => self.storage.write_atomic(&beside, bytes)?,
        }
        Ok(beside)
    }
}

/// `None`: all of it comes back, as far as it was written.
fn unread(bytes: &[u8], path: &Path, catalog: &Catalog) -> Option<Unread> {
    let mut lines = Lines::of(bytes);
    let first = lines.next().and_then(found::parsed);
    let is_begun = first.is_some_and(|first| snapshot::read(&first, path, catalog).is_some());
    if !is_begun {
        return (!bytes.is_empty()).then_some(Unread::All);
    }
    lines.by_ref().for_each(drop);
    // A line that is torn has no end.
    let rest = bytes.get(lines.length..)?;
    rest.contains(&b'\n').then_some(Unread::Rest)
}
