//! Project: a folder with a savefile. Finding one, making one, where its nodes are looked for, and what of it lies in
//! the userdata folder. Runs nothing and shows nothing.

pub mod archive;
pub mod copy;
pub mod elsewhere;
pub mod generations;
pub mod hindrance;
pub mod import;
pub mod index;
pub mod journal;
pub mod lock;
pub mod machine;
pub mod moving;
pub mod outside;
pub mod place;
pub mod print;
pub mod requirements;
pub mod state;
pub mod trust;
pub mod unsaved;

mod name;
mod slots;
mod staging;
mod template;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

pub use lock::{Lock, LockError};
pub use name::{check_name, name_like};
pub use slots::Slot;
use template::write_copy;
pub use template::{copy_of_example, use_template};

use crate::document::file::storage::Storage;
use crate::document::file::{self, FileError, SAVEFILE};
use crate::document::{Document, Meta};
use crate::graph::{Bank, Graph, Name, Value};
use crate::paths::{Paths, full};
use state::State;

/// Names the packages that a project's nodes need.
pub const REQUIREMENTS: &str = "requirements.txt";

/// Folder of a project's environment.
pub const ENVIRONMENT: &str = ".venv";

/// So much of a project's name is in that of what lies among things of other projects: with what follows it, it is a name
/// on every disk.
const MOST_NAME_BYTES: usize = 100;

/// Why a project was not found or made.
#[derive(Debug, Error)]
pub enum ProjectError {
    #[error(
        "there is no project \"{name}\": neither is there a folder of that name with a {SAVEFILE}, nor is it one of \
         those in userdata ({known}); `loom new` makes one, and --userdata names another userdata folder: {}",
        userdata.display()
    )]
    NotFound {
        name: String,
        known: String,
        userdata: PathBuf,
    },
    #[error(
        "this file is no project: a project is a folder with a {SAVEFILE}, or that file: {}",
        .0.display()
    )]
    NotASavefile(PathBuf),
    #[error("\"{name}\" cannot be a project's name: {why}; choose another one")]
    BadName { name: String, why: &'static str },
    #[error("there is a project of that name already; choose another name, or open it: {}", .0.display())]
    Exists(PathBuf),
    #[error("cannot make the project: {source}; check that you may write there: {}", path.display())]
    Make { source: io::Error, path: PathBuf },
    #[error(transparent)]
    File(#[from] FileError),
}

/// The folder of the project that a user means by `name`: a folder with a savefile, that file, or else a name in
/// userdata. The folder is given by its full name.
pub fn find(name: &Path, userdata: &Path) -> Result<PathBuf, ProjectError> {
    if name.is_file() {
        if name.file_name().is_some_and(|file| file == SAVEFILE) {
            let folder = full(name)
                .ok()
                .and_then(|file| file.parent().map(Path::to_owned));
            return folder.ok_or_else(|| ProjectError::NotASavefile(name.to_owned()));
        }
        return Err(ProjectError::NotASavefile(name.to_owned()));
    }
    let in_userdata = userdata.join(name);
    [name, &in_userdata]
        .into_iter()
        .find(|folder| is_project(folder))
        .and_then(|folder| full(folder).ok())
        .or_else(|| {
            let folder = std::path::absolute(name).ok()?;
            is_known(&folder, userdata).then_some(folder)
        })
        .ok_or_else(|| {
            let wanted = name.to_string_lossy();
            let known = index::projects(userdata);
            ProjectError::NotFound {
                known: index::names(&known, &wanted),
                name: wanted.into_owned(),
                userdata: userdata.to_owned(),
            }
        })
}

/// Make a new, empty project of this name, or where there is one already of the name with the next number.
pub fn create_like(name: &str, userdata: &Path) -> Result<PathBuf, ProjectError> {
    numbered(name, |name| create(name, userdata))
}

/// Do something under a name, or where that is taken under the name with the next number.
fn numbered<T>(
    name: &str,
    mut act: impl FnMut(&str) -> Result<T, ProjectError>,
) -> Result<T, ProjectError> {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    for name in std::iter::once(name.to_owned()).chain(numbered) {
        match act(&name) {
            Err(ProjectError::Exists(_)) => {}
            other => return other,
        }
    }
    unreachable!("there are more numbers than folders")
}

/// Make a new, empty project in userdata and return its folder.
pub fn create(name: &str, userdata: &Path) -> Result<PathBuf, ProjectError> {
    let folder = create_in(name, userdata)?;
    own(&folder, userdata);
    Ok(folder)
}

/// The same in any folder, and it may not run yet.
fn create_in(name: &str, parent: &Path) -> Result<PathBuf, ProjectError> {
    std::fs::create_dir_all(parent).map_err(make(parent))?;
    let folder = free(name, parent)?;
    std::fs::create_dir(&folder).map_err(make(&folder))?;
    fill(&folder, name).inspect_err(|_| {
        std::fs::remove_dir_all(&folder).ok();
    })?;
    Ok(folder)
}

/// The folder that a project of this name would have in `parent`, where nothing lies yet. Systems differ in which names
/// are one folder, and projects move between them.
fn free(name: &str, parent: &Path) -> Result<PathBuf, ProjectError> {
    check_name(name).map_err(|why| ProjectError::BadName {
        name: name.to_owned(),
        why,
    })?;
    let wanted = name::folded(name);
    let taken = std::fs::read_dir(parent)
        .map_err(make(parent))?
        .flatten()
        .find(|entry| name::folded(&entry.file_name().to_string_lossy()) == wanted);
    match taken {
        Some(taken) => Err(ProjectError::Exists(taken.path())),
        None => Ok(parent.join(name)),
    }
}

fn make(path: &Path) -> impl FnOnce(io::Error) -> ProjectError {
    let path = path.to_owned();
    |source| ProjectError::Make { source, path }
}

/// What Loom made itself may run. Where that cannot be kept, it is asked about as any other.
fn own(project: &Path, userdata: &Path) {
    if let Err(error) = trust::born(project, userdata) {
        tracing::warn!("that the project is our own is not kept: {error}");
    }
}

fn fill(folder: &Path, name: &str) -> Result<(), ProjectError> {
    let make = |source| ProjectError::Make {
        source,
        path: folder.to_owned(),
    };
    let requirements = "# Packages that this project's nodes need, one on each line.\n";
    std::fs::create_dir(folder.join("nodes")).map_err(make)?;
    std::fs::write(folder.join(REQUIREMENTS), requirements).map_err(make)?;
    file::save(&empty(name), &folder.join(SAVEFILE))?;
    Ok(())
}

/// Is it a project's folder? Its savefile may be gone while something is kept of it.
pub fn is_project(folder: &Path) -> bool {
    let own = folder.join(".loom");
    folder.join(SAVEFILE).is_file()
        || own.join("journal").is_file()
        || !generations::list(folder).is_empty()
}

/// Is it one, or was it, and something of it that was not saved is kept in userdata?
fn is_known(folder: &Path, userdata: &Path) -> bool {
    is_project(folder) || journal::Location::new(folder, userdata).lies_outside()
}

/// Remove what a crash left half written in a userdata folder. Another Loom may be writing there just now.
pub fn sweep(userdata: &Path) {
    for folder in ["", "journals", "thumbnails"] {
        file::sweep(&userdata.join(folder), Duration::from_mins(1));
    }
    slots::sweep(&userdata.join("journals"));
    staging::sweep(userdata);
}

/// Another project comes to lie in this folder: what is remembered of the one that lay there does not hold for it.
pub fn forget_place(folder: &Path, userdata: &Path) {
    let mut state = State::load(userdata);
    let forgot_state = if state.forget(folder) {
        state.save(userdata)
    } else {
        Ok(())
    };
    let forgotten = [
        forgot_state,
        requirements::consent::forget(userdata, folder),
        trust::forget(
            &full(folder).unwrap_or_else(|_| folder.to_owned()),
            userdata,
        ),
        journal::Location::new(folder, userdata).discard(),
        unsaved::forget(folder, userdata),
    ];
    for slot in journal::Location::new(folder, userdata).left_slots() {
        slot.clear();
    }
    for error in forgotten.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "something is still remembered of {}", folder.display());
    }
}

/// Where something of a project that is not saved lies, when it cannot lie in the project's own folder: first where it
/// is put, then where it was put once, under the project's whole name, whose own length is up to what a name may have.
fn asides(project: &Path, userdata: &Path, what: &str) -> Vec<PathBuf> {
    let sum = crc32fast::hash(project.as_os_str().as_encoded_bytes());
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    let place = |name: &str| {
        let file = format!("{name}-{sum:08x}.{what}");
        userdata.join("journals").join(file)
    };
    let mut places = vec![
        place(&name[..name.floor_char_boundary(MOST_NAME_BYTES)]),
        place(&name),
    ];
    places.dedup();
    places
}

/// Folders of nodes for a project, in the order they are looked through: its own, the two beside the userdata folder
/// that it lies in (whatever userdata is active), the user's own bank, the packages in
/// its environment, Loom's. Not all need exist.
pub fn banks(project: &Path, paths: &Paths) -> Vec<(Bank, PathBuf)> {
    let mut banks = vec![(Bank::Project, project.join("nodes"))];
    if let Some(beside) = project.parent().and_then(Path::parent) {
        let beside = beside.join("nodebank");
        banks.push((Bank::Custom, beside.join("custom")));
        banks.push((Bank::Custom, beside.join("builtin")));
    }
    banks.push((Bank::Custom, paths.own_bank.clone()));
    banks.push((Bank::Package, project.join(ENVIRONMENT)));
    banks.push((Bank::Builtin, paths.builtin_bank()));
    let mut seen = Vec::new();
    banks.retain(|(_, folder)| {
        let folder = full(folder).unwrap_or_else(|_| folder.clone());
        let is_new = !seen.contains(&folder);
        seen.push(folder);
        is_new
    });
    banks
}

/// `paths::private_folder` on any disk.
fn private_folder(storage: &dyn Storage, project: &Path) -> io::Result<PathBuf> {
    let folder = project.join(".loom");
    storage.refuse_links(&folder)?;
    match storage.create_folder(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
        Ok(()) => storage.flush_folder(project)?,
    }
    let ignore = folder.join(".gitignore");
    if storage.modified(&ignore).is_err() {
        storage.write_atomic(&ignore, b"*\n")?;
    }
    Ok(folder)
}

fn empty(name: &str) -> Document {
    let now = format!("{:.3}", Timestamp::now());
    let text = |key: &str, value: &str| (Name::from(key), Value::text(value));
    let meta = Meta {
        project_id: new_id(),
        project_name: name.to_owned(),
        metadata: vec![
            text("author", ""),
            text("description", ""),
            text("createdAt", &now),
            text("lastModified", &now),
        ],
        ..Meta::default()
    };
    Document::new(Graph::default(), meta)
}

/// An id that no other project has.
fn new_id() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Each state is seeded by the system's random numbers.
    let random = std::collections::hash_map::RandomState::new();
    format!("proj_{:016x}", random.build_hasher().finish())
}

#[cfg(test)]
mod failures;
#[cfg(test)]
mod tests;
