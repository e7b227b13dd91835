//! Staging: a folder that a project is put together in before it gets its name, so that what fails or is killed leaves no
//! half of one. What a kill leaves is known by its name and by that nobody holds its lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::document::file::{TEMPORARY, is_temporary};

const LOCK: &str = "lock";
/// A folder that was just made may not have its lock yet.
const YOUNG: Duration = Duration::from_mins(1);
/// Where there are no locks, somebody who is at work shows it by that time.
const OLD: Duration = Duration::from_hours(24);

/// Removed with all in it when this goes.
pub struct Staging {
    // Freed before the folder is removed.
    _lock: File,
    folder: TempDir,
}

impl Staging {
    /// Make one in a folder, in which what is put together will lie at the end.
    pub fn new(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        let folder = tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .tempdir_in(parent)?;
        let lock = File::create(folder.path().join(LOCK))?;
        match lock.try_lock() {
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                return Err(error);
            }
            _ => {}
        }
        fs::create_dir(folder.path().join("project"))?;
        Ok(Self {
            _lock: lock,
            folder,
        })
    }

    /// Where the project is put together.
    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }
}

/// Remove those in a folder that a kill left.
pub fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || !is_temporary(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        let modified = entry.metadata().and_then(|meta| meta.modified());
        let age = modified.map_or(Duration::ZERO, |time| time.elapsed().unwrap_or_default());
        if age >= YOUNG
            && is_free(&path, age)
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::warn!(%error, "a temporary folder stays: {}", path.display());
        }
    }
}

fn is_free(folder: &Path, age: Duration) -> bool {
    let lock = OpenOptions::new().write(true).open(folder.join(LOCK));
    match lock.map(|lock| lock.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => false,
        Ok(Err(TryLockError::Error(_))) => age >= OLD,
        Ok(Ok(())) | Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_kill_left_is_swept_and_what_is_held_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let held = Staging::new(parent.path()).unwrap();
        let left = parent.path().join(".loom-killed.tmp");
        fs::create_dir_all(left.join("project").join("nodes")).unwrap();
        fs::write(left.join("lock"), "").unwrap();
        let others = ["Coins", ".loom-x", "x.tmp"].map(|name| parent.path().join(name));
        for other in &others {
            fs::create_dir(other).unwrap();
        }
        sweep(parent.path());
        assert!(left.exists(), "it may have been made just now");
        for folder in [left.as_path(), held.folder.path()] {
            let folder = File::open(folder).unwrap();
            let old = SystemTime::now() - Duration::from_hours(48);
            folder.set_modified(old).unwrap();
        }
        sweep(parent.path());
        assert!(!left.exists());
        assert!(held.project().is_dir());
        assert!(others.iter().all(|other| other.exists()));
        let folder = held.folder.path().to_owned();
        drop(held);
        assert!(!folder.exists());
    }
}
