//! Moving: a project gets another name, or a copy beside it, or goes to the system's bin. Each is done as a whole or not
//! at all. For a project that is open in no window: whoever shows it closes it first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::copy::copy_folder;
use super::generations::{self, Unreadable};
use super::requirements::consent;
use super::staging::Staging;
use super::{
    Lock, LockError, ProjectError, Slot, banks, free, journal, numbered, trust, unsaved, write_copy,
};
use crate::document::file::{FileError, move_folder};
use crate::graph::Catalog;
use crate::nodebank::Nodebank;
use crate::paths::Paths;
use crate::sys;

/// What Loom makes anew, or keeps for one machine or one project alone.
const LEFT_OUT: [&str; 6] = [
    ".venv",
    ".venv.previous",
    ".venv.before-loom",
    ".loom",
    "__pycache__",
    "logs.json",
];

/// Why a project is where it was.
#[derive(Debug, Error)]
pub enum MoveError {
    #[error(transparent)]
    Lock(LockError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("{0}")]
    NewerForm(String),
    #[error(
        "it has changes that were not saved when Loom ended; open it and save it first: {}",
        .0.display()
    )]
    Unsaved(PathBuf),
    #[error(
        "another window has changes of it that are not saved; save or close them there first: {}",
        .0.display()
    )]
    UnsavedElsewhere(PathBuf),
    #[error("its folder cannot be renamed: {source}; close what uses it, and see that you may write there: {}", path.display())]
    Rename { source: io::Error, path: PathBuf },
    #[error(
        "there is no bin for it, and so it was not removed: {why}; if you are sure, remove its folder yourself: {}",
        path.display()
    )]
    NoBin { why: String, path: PathBuf },
}

impl From<FileError> for MoveError {
    fn from(error: FileError) -> Self {
        Self::Project(error.into())
    }
}

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicated {
    pub folder: PathBuf,
    /// What could not be copied, and why.
    pub refused: Vec<String>,
}

/// The folder that a project would have by another name; why it cannot be called so. Reads the folder around it.
pub fn renamed(project: &Path, name: &str) -> Result<PathBuf, ProjectError> {
    let parent = project.parent().unwrap_or(project);
    match free(name, parent) {
        // Its own name, as it is or written otherwise.
        Err(ProjectError::Exists(other)) if other == project => Ok(parent.join(name)),
        other => other,
    }
}

/// Give a project another name: to its folder, and in its savefile. Returns the new folder.
pub fn rename(project: &Path, name: &str, paths: &Paths) -> Result<PathBuf, MoveError> {
    let to = renamed(project, name)?;
    let kept = journal::Location::new(project, &paths.userdata);
    let _slot = kept.hold().map_err(MoveError::Lock)?;
    let lock = Lock::take(project).map_err(MoveError::Lock)?;
    let mut bank = Nodebank::new(banks(project, paths), Some(paths.nodebank_cache()));
    bank.refresh();
    let catalog = bank.catalog();
    let loaded = generations::load(project, &catalog)?;
    if let Some(reason) = loaded.read_only() {
        return Err(MoveError::NewerForm(reason));
    }
    if kept.find(&catalog).is_some() {
        return Err(MoveError::Unsaved(project.to_owned()));
    }
    let code = unsaved::Location::new(project, paths);
    check_apart((&kept, &code), project, &catalog)?;
    let look = trust::look(project, paths);
    let signs = look.trusted.is_some().then_some(&*paths.userdata);
    let mut document = loaded.document;
    let before = std::mem::replace(&mut document.meta.project_name, name.to_owned());
    generations::save(&document, project, None, signs)?;
    // Some systems move no folder in which a file is open.
    drop(lock);
    if let Err(source) = move_folder(project, &to) {
        document.meta.project_name = before;
        generations::save(&document, project, None, signs)?;
        return Err(MoveError::Rename {
            source,
            path: project.to_owned(),
        });
    }
    if let Err(error) = unsaved::moved(project, &to, &paths.userdata) {
        tracing::warn!(%error, "unsaved sources are not found any more: {}", to.display());
    }
    if let Err(error) = consent::moved(&paths.userdata, project, &to) {
        tracing::warn!(%error, "what was confirmed is asked about again: {}", to.display());
    }
    goes_along(&look, &to, paths);
    Ok(to)
}

/// Copy a project beside itself, without what is made anew, as `NAME copy`; with an id of its own.
pub fn duplicate(project: &Path, paths: &Paths) -> Result<Duplicated, MoveError> {
    let parent = project.parent().unwrap_or(project);
    let make = |source| ProjectError::Make {
        source,
        path: parent.to_owned(),
    };
    let staging = Staging::new(parent).map_err(make)?;
    let copy = staging.project();
    let mut refused = Vec::new();
    let mut tell = |path: &Path, error: io::Error| {
        // A copy that is only a part because the disk is full is none.
        if error.kind() == io::ErrorKind::StorageFull {
            return Err(error);
        }
        refused.push(format!("{error}: {}", path.display()));
        Ok(())
    };
    // Asked before it is copied: what is put into it meanwhile makes of neither a trusted one.
    let look = trust::look(project, paths);
    copy_folder(project, &copy, &LEFT_OUT, &mut tell).map_err(make)?;
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    let folder = numbered(&format!("{name} copy"), |name| {
        let folder = free(name, parent)?;
        write_copy(&copy, &folder, paths)?;
        fs::rename(&copy, &folder).map_err(make)?;
        Ok(folder)
    })?;
    super::forget_place(&folder, &paths.userdata);
    goes_along(&look, &folder, paths);
    Ok(Duplicated { folder, refused })
}

/// It may run where it is now, if it might and is what was looked at.
pub(super) fn goes_along(look: &trust::Look, folder: &Path, paths: &Paths) {
    if let Err(error) = trust::born_of(look, folder, &paths.userdata) {
        tracing::warn!(%error, "it is asked about again: {}", folder.display());
    }
}

/// Put a project's folder into the system's bin, from where it can be had back. Where there is none it stays.
pub fn to_bin(project: &Path, paths: &Paths) -> Result<(), MoveError> {
    let no_bin = |why: String| MoveError::NoBin {
        why,
        path: project.to_owned(),
    };
    // A window of this userdata folder may have the project without its lock.
    let kept = journal::Location::new(project, &paths.userdata);
    let _slot = kept.hold().map_err(MoveError::Lock)?;
    match Lock::take(project) {
        Ok(lock) => drop(lock),
        Err(error @ LockError::Held(_)) => return Err(MoveError::Lock(error)),
        // Whether it can be moved is seen when it is.
        Err(LockError::Io { .. }) => {}
    }
    // What lies in the project goes along.
    let catalog = Catalog::default();
    let code = unsaved::Location::new(project, paths);
    let is_left = |aside: journal::Location| aside.find(&catalog).is_some();
    if kept.aside().is_ok_and(is_left) || code.lies_outside() {
        return Err(MoveError::Unsaved(project.to_owned()));
    }
    check_apart((&kept, &code), project, &catalog)?;
    if !sys::has_bin(project) {
        return Err(no_bin("its disk has none".to_owned()));
    }
    trash::delete(project).map_err(|error| no_bin(reason(&error)))?;
    super::forget_place(project, &paths.userdata);
    Ok(())
}

/// What windows that do not have the project keep of it is found by where it lies now.
fn check_apart(
    (kept, code): (&journal::Location, &unsaved::Location),
    project: &Path,
    catalog: &Catalog,
) -> Result<(), MoveError> {
    if kept.is_written_apart() || code.is_written_apart() {
        return Err(MoveError::UnsavedElsewhere(project.to_owned()));
    }
    let is_left = |slot: &Slot| kept.apart(slot).find(catalog).is_some();
    let has_texts = |slot: &Slot| !code.find_apart(slot).is_empty();
    if kept.left_slots().iter().any(is_left) || code.left_slots().iter().any(has_texts) {
        return Err(MoveError::Unsaved(project.to_owned()));
    }
    Ok(())
}

fn reason(error: &trash::Error) -> String {
    match error {
        trash::Error::Unknown { description } | trash::Error::Os { description, .. } => {
            description.clone()
        }
        #[cfg(all(unix, not(target_os = "macos")))]
        trash::Error::FileSystem { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::file::SAVEFILE;
    use crate::paths::Variables;
    use crate::project::requirements::parse;
    use crate::project::{create, index};

    fn paths(userdata: &Path) -> Paths {
        Paths::find(Some(userdata), &Variables::of(&[])).unwrap()
    }

    fn name(folder: &Path) -> String {
        index::about(&folder.join(SAVEFILE)).unwrap().name
    }

    #[test]
    fn a_project_is_renamed_with_all_that_goes_with_its_place() {
        let userdata = tempfile::tempdir().unwrap();
        let paths = paths(userdata.path());
        let project = create("Coins", userdata.path()).unwrap();
        create("Other", userdata.path()).unwrap();
        let lines = parse("--index-url https://example.org/\n");
        consent::confirm(userdata.path(), &project, &lines).unwrap();
        fs::create_dir(project.join(".venv")).unwrap();
        for taken in ["other", "OTHER", "con", "a/b", ""] {
            rename(&project, taken, &paths).unwrap_err();
            assert_eq!(name(&project), "Coins", "{taken}");
        }
        let held = Lock::take(&project).unwrap();
        let error = rename(&project, "New", &paths).unwrap_err();
        assert!(matches!(error, MoveError::Lock(_)), "{error}");
        drop(held);
        let new = rename(&project, "Münzen", &paths).unwrap();
        assert_eq!(new, userdata.path().join("Münzen"));
        assert_eq!((project.exists(), name(&new)), (false, "Münzen".to_owned()));
        assert!(new.join(".venv").is_dir());
        assert!(consent::confirmed(userdata.path(), &new).contains(&lines[0]));
        assert!(!consent::confirmed(userdata.path(), &project).contains(&lines[0]));
        // Written otherwise it is still its own.
        let new = rename(&new, "MÜNZEN", &paths).unwrap();
        assert_eq!(name(&new), "MÜNZEN");
    }

    #[test]
    fn what_may_run_goes_with_a_name_and_with_a_copy() {
        let userdata = tempfile::tempdir().unwrap();
        let paths = paths(userdata.path());
        let may_run = |project: &Path| trust::look(project, &paths).trusted.is_some();
        let project = create("Coins", userdata.path()).unwrap();
        let copy = duplicate(&project, &paths).unwrap().folder;
        let named = rename(&project, "Notes", &paths).unwrap();
        assert!(may_run(&copy) && may_run(&named));
        fs::write(named.join("nodes").join("a.py"), "def a(): ...\n").unwrap();
        let copy = duplicate(&named, &paths).unwrap().folder;
        let named = rename(&named, "Other", &paths).unwrap();
        assert!(!may_run(&copy) && !may_run(&named));
    }

    #[test]
    fn what_a_crash_left_unsaved_is_not_renamed_away() {
        let userdata = tempfile::tempdir().unwrap();
        let project = create("Coins", userdata.path()).unwrap();
        let text = fs::read_to_string(project.join(SAVEFILE)).unwrap();
        let base = journal::Base {
            text: text.into(),
            is_unsaved: true,
        };
        let location = journal::Location::new(&project, userdata.path());
        location.begin(&base, journal::Standing::Trusted).unwrap();
        let error = rename(&project, "New", &paths(userdata.path())).unwrap_err();
        assert!(matches!(error, MoveError::Unsaved(_)), "{error}");
        assert!(project.is_dir());
    }

    #[test]
    fn what_another_window_keeps_of_it_is_not_left_behind() {
        let userdata = tempfile::tempdir().unwrap();
        let paths = paths(userdata.path());
        let project = create("Coins", userdata.path()).unwrap();
        let base = journal::Base {
            text: fs::read_to_string(project.join(SAVEFILE)).unwrap().into(),
            is_unsaved: true,
        };
        let both = || {
            let renamed = rename(&project, "New", &paths).map(drop);
            [renamed, to_bin(&project, &paths)].map(Result::unwrap_err)
        };
        let kept = journal::Location::new(&project, userdata.path());
        let code = unsaved::Location::new(&project, &paths);
        let typed = [unsaved::Unsaved {
            path: project.join("nodes").join("a.py"),
            text: "x".to_owned(),
            base: None,
        }];
        for is_code in [false, true] {
            let slot = if is_code {
                let slot = code.free_slot().unwrap();
                code.keep_apart(&slot, &typed).unwrap();
                slot
            } else {
                let slot = kept.free_slot().unwrap();
                let apart = kept.apart(&slot);
                apart.begin(&base, journal::Standing::Trusted).unwrap();
                slot
            };
            for error in both() {
                assert!(matches!(error, MoveError::UnsavedElsewhere(_)), "{error}");
            }
            let path = slot.path().to_owned();
            drop(slot);
            for error in both() {
                assert!(matches!(error, MoveError::Unsaved(_)), "{error}");
            }
            assert!(path.is_file() && project.is_dir());
            fs::remove_file(path).unwrap();
        }
        // What lies in the folder goes to the bin with it; what lies in userdata would be lost.
        let aside = kept.aside().unwrap();
        aside.begin(&base, journal::Standing::Trusted).unwrap();
        for error in both() {
            assert!(matches!(error, MoveError::Unsaved(_)), "{error}");
        }
        aside.discard().unwrap();
        rename(&project, "New", &paths).unwrap();
    }

    #[test]
    fn a_duplicate_is_another_project_without_what_is_made_anew() {
        let userdata = tempfile::tempdir().unwrap();
        let paths = paths(userdata.path());
        let project = create("Coins", userdata.path()).unwrap();
        for left in [".venv", ".venv.previous", ".loom"] {
            fs::create_dir(project.join(left)).unwrap();
        }
        fs::write(project.join("nodes").join("a.py"), "def a(): ...\n").unwrap();
        fs::write(project.join("requirements.lock"), "numpy==2.0.0\n").unwrap();
        let copies = [(); 2].map(|()| duplicate(&project, &paths).unwrap());
        for (copy, expected) in copies.iter().zip(["Coins copy", "Coins copy 2"]) {
            assert_eq!(copy.folder, userdata.path().join(expected));
            assert_eq!(name(&copy.folder), expected);
            assert!(copy.refused.is_empty());
            assert!(copy.folder.join("nodes").join("a.py").is_file());
            assert!(copy.folder.join("requirements.lock").is_file());
            for left in [".venv", ".venv.previous", ".loom"] {
                assert!(!copy.folder.join(left).exists(), "{left}");
            }
        }
        let ids = [&project, &copies[0].folder, &copies[1].folder]
            .map(|folder| index::about(&folder.join(SAVEFILE)).unwrap().id);
        assert!(
            ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2],
            "{ids:?}"
        );
        fs::write(project.join(SAVEFILE), "{ torn").unwrap();
        duplicate(&project, &paths).unwrap_err();
        let left = fs::read_dir(userdata.path()).unwrap().flatten();
        let left: Vec<_> = left
            .filter(|entry| entry.path().join(SAVEFILE).is_file())
            .collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }
}
