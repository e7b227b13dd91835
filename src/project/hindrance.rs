//! Hindrances: what keeps a project from being saved just now, seen by asking the system. Looked for again and again
//! while the project is open, so it reads no file but who holds the lock. Mends nothing.

use std::fs;
use std::io;
use std::path::Path;

use super::{Slot, lock};
use crate::document::file::SAVEFILE;
use crate::sys;

/// Beside the savefile itself, a save needs so many bytes for what is written around it.
const AROUND_BYTES: u64 = 64 << 10;

/// Why a project cannot be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The folder is not there, or what is there now is not the project.
    Gone,
    /// The folder cannot be written to: the system's words.
    Folder(String),
    /// The savefile is marked as read-only.
    Savefile,
    /// Fewer bytes are free than a save needs.
    Full(u64),
}

/// What there is to know of a project's folder while it is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    pub hindrance: Option<Hindrance>,
    /// Nobody holds the lock any more, as far as what lies beside it tells.
    pub is_free: bool,
    /// This process holds it, as far as that tells.
    pub is_own: bool,
    /// Its slot in userdata is held, if it was to be.
    pub has_slot: bool,
}

/// A folder as the system knows it, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(u64, u64);

impl Identity {
    /// `None` where the system has no such thing, or there is no folder.
    pub fn of(folder: &Path) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let meta = fs::metadata(folder).ok()?;
            Some(Self(meta.dev(), meta.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = folder;
            None
        }
    }
}

impl Condition {
    /// Look at the folder of a project, which was this one when it was opened.
    pub fn of(project: &Path, opened: Option<Identity>, slot: Option<&Slot>) -> Self {
        Self {
            has_slot: slot.is_none_or(Slot::is_held),
            hindrance: look(project, opened),
            is_free: lock::is_free(project),
            is_own: lock::is_own(project),
        }
    }
}

impl Hindrance {
    /// A few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Gone => "The project's folder is gone",
            Self::Folder(_) => "The project's folder is read-only",
            Self::Savefile => "The savefile is read-only",
            Self::Full(_) => "The disk is full",
        }
    }

    /// Why, and what to do.
    pub fn text(&self, project: &Path) -> String {
        let why = match self {
            Self::Gone => {
                "It was moved or removed, or its disk was taken off. Bring it back".to_owned()
            }
            Self::Folder(reason) => {
                format!("Nothing can be saved there ({reason}). See that you may write there")
            }
            Self::Savefile => {
                "It is marked as read-only, and Loom leaves it so. Take the mark off".to_owned()
            }
            Self::Full(free) => format!(
                "{} KB are free, which is less than a save needs. Free some space",
                free >> 10
            ),
        };
        let path = match self {
            Self::Savefile => project.join(SAVEFILE),
            _ => project.to_owned(),
        };
        format!(
            "{why}, or save a copy elsewhere; what you do is kept meanwhile: {}",
            path.display()
        )
    }
}

/// What keeps the project in a folder from being saved.
pub fn look(project: &Path, opened: Option<Identity>) -> Option<Hindrance> {
    let savefile = project.join(SAVEFILE);
    let meta = fs::metadata(&savefile);
    if meta.is_err()
        && (opened.is_some_and(|opened| Identity::of(project) != Some(opened)) || !project.is_dir())
    {
        return Some(Hindrance::Gone);
    }
    if let Err(error) = sys::may_write(project) {
        return Some(match error.kind() {
            io::ErrorKind::NotFound => Hindrance::Gone,
            _ => Hindrance::Folder(error.to_string()),
        });
    }
    let bytes = match meta {
        Ok(meta) if meta.permissions().readonly() => return Some(Hindrance::Savefile),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    let free = sys::free_space(project)?;
    (free < bytes + AROUND_BYTES).then_some(Hindrance::Full(free))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_folder_is_hindered_by() {
        let userdata = tempfile::tempdir().unwrap();
        let project = crate::project::create("a", userdata.path()).unwrap();
        let opened = Identity::of(&project);
        assert_eq!(look(&project, opened), None);
        let savefile = project.join(SAVEFILE);
        let set = |is_readonly| {
            let mut permissions = fs::metadata(&savefile).unwrap().permissions();
            permissions.set_readonly(is_readonly);
            fs::set_permissions(&savefile, permissions).unwrap();
        };
        set(true);
        assert_eq!(look(&project, opened), Some(Hindrance::Savefile));
        set(false);
        // Removed alone, it can be written anew.
        fs::remove_file(&savefile).unwrap();
        assert_eq!(look(&project, opened), None);
        fs::remove_dir_all(&project).unwrap();
        assert_eq!(look(&project, opened), Some(Hindrance::Gone));
        // Another folder of that name without a savefile, as where a disk is mounted, is not the project.
        fs::create_dir(userdata.path().join("keeps the number busy")).unwrap();
        fs::create_dir(&project).unwrap();
        if Identity::of(&project) != opened {
            assert_eq!(look(&project, opened), Some(Hindrance::Gone));
        }
    }
}
