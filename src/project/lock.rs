//! Lock: one window at a time edits a project. The system frees it when its holder ends, however it ends; a file
//! beside it says who holds it. Decides nothing about what to do then.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::generations::time_in_words;
use crate::document::file;
use crate::paths::private_folder;
use crate::sys;

/// Says who holds the lock, beside it.
const HOLDER: &str = "lock.json";
/// Longer ones are none of Loom's.
const MOST_BYTES: u64 = 1 << 16;

/// Held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    /// Closing it frees the lock.
    _file: File,
    holder_file: PathBuf,
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// Name of the machine: folders are shared between some.
    pub host: String,
    /// When it was taken, as in `2026-01-07T09:15:02Z`.
    pub since: String,
}

#[derive(Debug, Error)]
pub enum LockError {
    #[error("the project is open in another Loom{}; it can be saved here when it is closed there", of(.0.as_ref()))]
    Held(Option<Holder>),
    #[error("cannot lock the project: {source}; check that you may write there: {}", path.display())]
    Io { source: io::Error, path: PathBuf },
}

impl Lock {
    /// Take the lock of a project, without waiting.
    pub fn take(project: &Path) -> Result<Self, LockError> {
        let io = |source| LockError::Io {
            source,
            path: project.join(".loom"),
        };
        let folder = private_folder(project).map_err(io)?;
        let holder_file = folder.join(HOLDER);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => sweep(project),
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held(holder(project)));
            }
            // A file system without locks, such as some network drives: the lock is advice, not a condition.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!("this file system has no locks: {}", project.display());
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let text = serde_json::to_string(&Holder::this()).map_err(|error| io(error.into()))?;
        // A full disk is no reason to keep anybody out: what is not saved is to come back.
        if let Err(error) = std::fs::write(&holder_file, text) {
            tracing::warn!(%error, "who holds the lock is not written: {}", project.display());
        }
        Ok(Self {
            _file: file,
            holder_file,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It only says who; the lock itself goes with the file. Where its folder was removed it may say that another does.
        if Holder::read(&self.holder_file).is_some_and(|holder| holder.is_this()) {
            std::fs::remove_file(&self.holder_file).ok();
        }
    }
}

impl Holder {
    /// A process of this machine that is not there any more. Of another machine's nothing is known.
    fn has_ended(&self) -> bool {
        self.host == this_host() && !sys::is_running(self.pid)
    }

    fn read(file: &Path) -> Option<Self> {
        let bytes = file::read_bounded(file, MOST_BYTES).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Is it this process?
    fn is_this(&self) -> bool {
        self.pid == std::process::id() && self.host == this_host()
    }

    fn this() -> Self {
        Self {
            pid: std::process::id(),
            host: this_host(),
            since: format!("{:.0}", Timestamp::now()),
        }
    }
}

/// Name of this machine.
fn this_host() -> String {
    let named = ["HOSTNAME", "COMPUTERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let host = named.or_else(|| std::fs::read_to_string("/etc/hostname").ok());
    host.as_deref().unwrap_or_default().trim().to_owned()
}

/// Who holds the lock of a project, as far as the file beside it tells.
pub fn holder(project: &Path) -> Option<Holder> {
    Holder::read(&project.join(".loom").join(HOLDER))
}

/// Does this process hold the lock of a project, as far as that file tells?
pub fn is_own(project: &Path) -> bool {
    holder(project).is_some_and(|holder| holder.is_this())
}

/// The process of this machine that holds the lock of a project, as far as that file tells.
pub fn holder_here(project: &Path) -> Option<u32> {
    let holder = holder(project)?;
    let is_here = holder.host == this_host() && !holder.has_ended();
    is_here.then_some(holder.pid)
}

/// Does nobody hold the lock any more, as far as that file tells? To take it is the only way to be certain.
pub fn is_free(project: &Path) -> bool {
    holder(project).is_none_or(|holder| holder.has_ended())
}

/// Remove what a crash left half written: who holds the lock writes alone.
fn sweep(project: &Path) {
    for folder in ["", "nodes", ".loom", ".loom/generations"] {
        file::sweep(&project.join(folder), Duration::ZERO);
    }
}

fn of(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |Holder { pid, host, since }| {
        let on = if host.is_empty() { "" } else { " on " };
        let time = since.parse::<Timestamp>().ok();
        let time = time.and_then(|time| time.try_into().ok());
        let since = time.map_or_else(|| since.clone(), time_in_words);
        format!(" (process {pid}{on}{host}, since {since})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_names_its_holder_and_is_free_afterwards() {
        let project = tempfile::tempdir().unwrap();
        let lock = Lock::take(project.path()).unwrap();
        let refused = Lock::take(project.path()).unwrap_err();
        let LockError::Held(Some(holder)) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(holder.pid, std::process::id());
        let minute = holder.since[..16].replace('T', " ");
        assert!(refused.to_string().contains(&minute), "{refused}");
        assert!(!is_free(project.path()));
        drop(lock);
        assert!(is_free(project.path()));
        Lock::take(project.path()).unwrap();
        let ignored = std::fs::read_to_string(project.path().join(".loom").join(".gitignore"));
        assert_eq!(ignored.unwrap(), "*\n");
    }

    #[test]
    fn who_takes_the_lock_removes_what_was_left_half_written() {
        let project = tempfile::tempdir().unwrap();
        let folder = private_folder(project.path()).unwrap();
        let left = [
            project.path().join(".loom-a1b2c3.tmp"),
            folder.join(".loom-d4e5f6.tmp"),
        ];
        let other = [folder.join("x.tmp"), folder.join(".loom-journal")];
        for file in left.iter().chain(&other) {
            std::fs::write(file, "").unwrap();
        }
        let held = Lock::take(project.path()).unwrap();
        assert!(left.iter().all(|file| !file.exists()));
        assert!(other.iter().all(|file| file.exists()));
        std::fs::write(&left[0], "").unwrap();
        Lock::take(project.path()).unwrap_err();
        assert!(left[0].exists(), "somebody else is writing it");
        drop(held);
        // In userdata anybody may be writing: it takes a while until a file is left.
        std::fs::write(project.path().join("journals"), "").unwrap();
        crate::project::sweep(project.path());
        assert!(left[0].exists());
        let file = File::options().write(true).open(&left[0]).unwrap();
        let old = std::time::SystemTime::now() - Duration::from_mins(2);
        file.set_modified(old).unwrap();
        drop(file);
        crate::project::sweep(project.path());
        assert!(!left[0].exists());
    }

    #[test]
    fn a_note_of_a_holder_that_died_holds_nothing() {
        let project = tempfile::tempdir().unwrap();
        let folder = private_folder(project.path()).unwrap();
        std::fs::write(folder.join("lock"), "").unwrap();
        std::fs::write(folder.join(HOLDER), "{\"pid\": 1").unwrap();
        assert!(is_free(project.path()));
        let ended = Holder {
            pid: u32::try_from(i32::MAX).unwrap(),
            ..Holder::this()
        };
        std::fs::write(folder.join(HOLDER), serde_json::to_string(&ended).unwrap()).unwrap();
        assert!(is_free(project.path()));
        let far = Holder {
            host: "another machine".to_owned(),
            ..ended
        };
        std::fs::write(folder.join(HOLDER), serde_json::to_string(&far).unwrap()).unwrap();
        assert!(!is_free(project.path()), "nothing is known of it");
        Lock::take(project.path()).unwrap();
    }
}
