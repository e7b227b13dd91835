//! Journals of windows that may not write to a project: another Loom holds it, or left something there that nobody has
//! decided on. Each such window has a place of its own in userdata, and holds it, so that none takes what another still
//! writes for what it left.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::Location;

/// So many may be left of one project; what is done in more windows is kept nowhere, and they say so.
const MOST: usize = 64;

/// A place that no other window uses as long as this lives.
#[derive(Debug)]
pub struct Slot {
    /// Of the journal.
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Location {
    /// A place apart where nothing lies.
    pub fn free_slot(&self) -> io::Result<Slot> {
        for (path, lock) in self.slots().filter(|(path, _)| !path.exists()) {
            // Another window may have been there just before, and have ended.
            if let Some(slot) = Slot::take(path, lock)?.filter(|slot| !slot.path.exists()) {
                return Ok(slot);
            }
        }
        Err(io::Error::other("too many windows left something unsaved"))
    }

    /// The places apart that windows left which have ended.
    pub fn left_slots(&self) -> Vec<Slot> {
        self.slots()
            .filter(|(path, _)| path.exists())
            .filter_map(|(path, lock)| Slot::take(path, lock).ok().flatten())
            .collect()
    }

    /// The place in userdata of the window that writes to the project, where its journal goes when it cannot lie at home.
    /// `None`: another window has it.
    pub fn aside(&self) -> io::Result<Option<Slot>> {
        let is_none = || io::Error::other("there is no other place to write to");
        let path = self.asides.first().ok_or_else(is_none)?;
        Slot::take(path.clone(), path.with_extension("lock"))
    }

    /// The same project's, in such a place.
    #[must_use]
    pub fn apart(&self, slot: &Slot) -> Self {
        Self {
            home: slot.path.clone(),
            asides: Vec::new(),
            is_apart: true,
            ..self.clone()
        }
    }

    fn slots(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> {
        let aside = self.asides.first();
        aside.into_iter().flat_map(|aside| {
            (1..=MOST).map(|number| {
                let path = aside.with_extension(format!("{number}.journal"));
                let lock = path.with_extension("lock");
                (path, lock)
            })
        })
    }
}

impl Slot {
    /// Remove what lies there.
    pub fn clear(&self) {
        fs::remove_file(&self.path).ok();
    }

    /// `None`: another window has it.
    fn take(path: PathBuf, lock: PathBuf) -> io::Result<Option<Self>> {
        fs::create_dir_all(lock.parent().unwrap_or(&lock))?;
        let held = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)?;
        match held.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A userdata folder on a disk without locks: one window at a time is what is left.
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                return Err(error);
            }
            _ => {}
        }
        // Whoever had it may have removed its name in between, and somebody else have made another of that name.
        let slot = is_of_name(&held, &lock).then_some(Self {
            path,
            lock,
            _held: held,
        });
        Ok(slot)
    }
}

/// Does the name lead to the file that is open?
fn is_of_name(file: &File, name: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let of = |meta: io::Result<fs::Metadata>| meta.ok().map(|meta| (meta.dev(), meta.ino()));
        of(file.metadata()) == of(fs::metadata(name))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        name.exists()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.path.exists() {
            fs::remove_file(&self.lock).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_a_place_of_its_own_and_what_it_left_is_found_when_it_has_ended() {
        let userdata = tempfile::tempdir().unwrap();
        let location = Location::new(Path::new("/projects/coins"), userdata.path());
        let free = || location.free_slot().unwrap();
        let left = || location.left_slots();
        let (first, second) = (free(), free());
        assert_ne!(first.path, second.path);
        fs::write(&first.path, "x").unwrap();
        assert!(left().is_empty(), "it is still written");
        let path = first.path.clone();
        drop((first, second));
        let found = left();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, path);
        assert_ne!(free().path, path);
        assert!(left().is_empty(), "somebody looks into it");
        drop(found);
        fs::remove_file(path).unwrap();
        drop(free());
        let names = fs::read_dir(userdata.path().join("journals")).unwrap();
        let names: Vec<_> = names.flatten().map(|entry| entry.file_name()).collect();
        assert!(names.is_empty(), "{names:?}");
    }
}
