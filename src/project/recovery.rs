//! The recovery copy: unsaved changes of an open project in `.loom/recovery.json`, so that a crash costs at most
//! half a minute. Never touches the savefile.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::document::Document;
use crate::document::file;
use crate::graph::Catalog;

/// A copy that an earlier Loom left.
pub struct Found {
    pub document: Document,
    pub written: SystemTime,
}

fn path(project: &Path) -> PathBuf {
    project.join(".loom").join("recovery.json")
}

/// Put the savefile's text of the present state there, atomically.
pub fn keep(project: &Path, text: &str) -> io::Result<()> {
    let path = path(project);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    file::write_atomic(&path, text.as_bytes())
}

/// The copy that lies there, if it can be read.
pub fn find(project: &Path, catalog: &Catalog) -> Option<Found> {
    let path = path(project);
    let written = fs::metadata(&path).ok()?.modified().ok()?;
    let document = file::load(&path, catalog).ok()?.document;
    Some(Found { document, written })
}

/// What the copy held is in the savefile, or is not wanted.
pub fn discard(project: &Path) -> io::Result<()> {
    match fs::remove_file(path(project)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_kept_found_and_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::default();
        assert!(find(folder.path(), &catalog).is_none());
        discard(folder.path()).unwrap();
        keep(folder.path(), &file::to_text(&Document::default(), None)).unwrap();
        assert!(find(folder.path(), &catalog).is_some());
        fs::write(path(folder.path()), "{ torn").unwrap();
        assert!(find(folder.path(), &catalog).is_none());
        discard(folder.path()).unwrap();
        assert!(!path(folder.path()).exists());
    }
}
