//! Putting an environment in the place of the one before, such that the death of Loom at any moment leaves one that
//! works with the `requirements.txt` that belongs to it. The one before is kept, for the way back.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::seal;
use super::stamp::{self, Stamp};
use super::{
    EnvironmentError, FOLDER, Progress, Texts, Wanted, interpreter, lock, resolve, sources,
};
use crate::sys;

/// Where one is built.
pub const NEW: &str = ".venv.new";
/// Where the one before lies while the new one takes its place.
const OLD: &str = ".venv.old";
/// Where the one before is kept.
pub const PREVIOUS: &str = ".venv.previous";
/// An environment that somebody else made is not thrown away.
const FOREIGN: &str = ".venv.before-loom";

/// What a build leaves when it is killed.
const LEFT: [&str; 3] = [NEW, resolve::REQUIREMENTS, resolve::LOCK];

/// In an environment: the requirements and the lock that it was made of.
const REQUIREMENTS_OF: &str = "loom-requirements.txt";
const LOCK_OF: &str = "loom-requirements.lock";
/// In an environment that takes its place just now: the `requirements.txt` that its own one is to replace.
const PENDING: &str = "loom-pending.txt";

/// The environment before the present one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// When it was made.
    pub made: Option<SystemTime>,
    /// The `requirements.txt` that belongs to it.
    pub requirements: String,
}

/// Is there a way back?
pub fn previous(project: &Path) -> Option<Previous> {
    let folder = project.join(PREVIOUS);
    let requirements = folder.join(REQUIREMENTS_OF);
    (interpreter(&folder).exists() && requirements.is_file()).then(|| Previous {
        made: requirements
            .metadata()
            .and_then(|file| file.modified())
            .ok(),
        requirements: lock::read(&requirements),
    })
}

/// Where the environment before the present one is kept.
pub fn before(project: &Path) -> PathBuf {
    project.join(PREVIOUS)
}

/// Did an earlier Loom end in the middle of a change? Cheap.
pub fn is_torn(project: &Path) -> bool {
    let is_there = |name| is_there(&project.join(name));
    is_there(OLD) || project.join(FOLDER).join(PENDING).is_file()
}

/// Did a build leave something, or is it under way?
pub fn is_littered(project: &Path) -> bool {
    LEFT.iter().any(|name| is_there(&project.join(name)))
}

/// Bring to its end, or undo, what a crash left half-done, and remove what it left behind. For the one that holds the
/// build lock: another Loom may be in the middle of it.
pub fn restore(project: &Path) {
    let [place, new, old] = [FOLDER, NEW, OLD].map(|name| project.join(name));
    if is_there(&old) && !is_there(&place) {
        std::fs::rename(&old, &place).ok();
    }
    if place.join(PENDING).is_file() {
        // The two were exchanged; what lies at the other's place is the one before.
        let mut others = [new, project.join(PREVIOUS)].into_iter();
        let before = others.find(|other| is_there(other) && !other.join(PENDING).is_file());
        if let Some(before) = before.filter(|_| !is_there(&old)) {
            std::fs::rename(before, &old).ok();
        }
        if let Err(error) = finish(project) {
            tracing::warn!("the change of the environment is not at its end: {error}");
            return;
        }
    }
    for name in LEFT {
        let left = project.join(name);
        let removed = match left.symlink_metadata() {
            Ok(meta) if meta.is_dir() => remove(&left),
            Ok(_) => std::fs::remove_file(&left),
            Err(_) => Ok(()),
        };
        if let Err(error) = removed {
            tracing::warn!(
                "what an earlier build left remains: {error}: {}",
                left.display()
            );
        }
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Put the new environment in the place of the old one. `texts` are those that become the project's with it.
pub fn swap(
    wanted: &Wanted,
    stamp: &Stamp,
    texts: Option<&Texts>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), EnvironmentError> {
    let project = &wanted.project;
    let [place, new] = [FOLDER, NEW].map(|name| project.join(name));
    let write = || {
        if let Some(programs) = interpreter(&new).parent() {
            let [new, place] = [&new, &place].map(|path| path.to_string_lossy());
            mend_paths(programs, &new, &place, |_| true)?;
        }
        let now = lock::read(&project.join(sources::REQUIREMENTS));
        let lock_now = lock::read(&project.join(lock::FILE));
        let (requirements, lock) = match texts {
            Some(texts) => (&texts.requirements, &texts.lock),
            None => (&now, &lock_now),
        };
        std::fs::write(new.join(REQUIREMENTS_OF), requirements)?;
        std::fs::write(new.join(LOCK_OF), lock)?;
        std::fs::write(new.join(PENDING), &now)?;
        stamp.write(&new)?;
        seal::seal(wanted, &new)
    };
    write().map_err(|source| failed(source, &place))?;
    let kept = exchange(project, &new).map_err(|source| failed(source, &place))?;
    if let Some(kept) = kept {
        progress(Progress::Step(format!(
            "The environment that was there is not one of Loom's: it is kept as {}",
            kept.file_name().unwrap_or_default().display()
        )));
    }
    Ok(())
}

/// Return to the environment before, with its `requirements.txt`; the present one is kept in its stead.
pub fn back(project: &Path) -> Result<(), EnvironmentError> {
    let place = project.join(FOLDER);
    let from = project.join(PREVIOUS);
    let go = || {
        let now = lock::read(&project.join(sources::REQUIREMENTS));
        // What was written since belongs to the present one, and comes again with it.
        if stamp::is_ours(&place) {
            std::fs::write(place.join(REQUIREMENTS_OF), &now)?;
            std::fs::write(place.join(LOCK_OF), lock::read(&project.join(lock::FILE)))?;
        }
        std::fs::write(from.join(PENDING), &now)?;
        exchange(project, &from).map(drop)
    };
    go().map_err(|source| failed(source, &place))
}

fn failed(source: io::Error, place: &Path) -> EnvironmentError {
    EnvironmentError::Io {
        what: "put the new environment in its place",
        source,
        advice: "end what uses the old one (a running engine, an editor), check that the disk is not full, and try \
                 again",
        path: place.to_owned(),
    }
}

/// Let the environment `from` take its place, in one step where the system has one. Returns where the one before is
/// kept for good, if it is not Loom's.
fn exchange(project: &Path, from: &Path) -> io::Result<Option<PathBuf>> {
    let [place, old] = [FOLDER, OLD].map(|name| project.join(name));
    if !is_there(&place) {
        std::fs::rename(from, &place)?;
    } else if sys::exchange(from, &place).is_ok() {
        std::fs::rename(from, &old)?;
    } else {
        std::fs::rename(&place, &old)?;
        if let Err(error) = std::fs::rename(from, &place) {
            restore(project);
            return Err(error);
        }
    }
    finish(project)
}

/// The rest of an exchange: keep the one before, write the texts, and call it done. May be done twice.
fn finish(project: &Path) -> io::Result<Option<PathBuf>> {
    let [place, old, previous] = [FOLDER, OLD, PREVIOUS].map(|name| project.join(name));
    let mut kept = None;
    if stamp::is_ours(&old) {
        remove(&previous)?;
        std::fs::rename(&old, &previous)?;
    } else if is_there(&old) {
        let free = free_name(&project.join(FOREIGN));
        std::fs::rename(&old, &free)?;
        kept = Some(free);
    }
    let pending = place.join(PENDING);
    let before = lock::read(&pending);
    let file = project.join(sources::REQUIREMENTS);
    let own = lock::read(&place.join(REQUIREMENTS_OF));
    // Somebody else may have written to it meanwhile: the user's hand goes first.
    if own != before && lock::read(&file) == before {
        write_whole(&file, &own)?;
    }
    let own_lock = lock::read(&place.join(LOCK_OF));
    let file = project.join(lock::FILE);
    if own_lock != lock::read(&file) {
        if own_lock.is_empty() {
            std::fs::remove_file(&file)?;
        } else {
            write_whole(&file, &own_lock)?;
        }
    }
    std::fs::remove_file(pending)?;
    Ok(kept)
}

/// Write a file such that it is the old one or the new one, whenever Loom ends.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    if let Ok(meta) = path.metadata() {
        file.as_file().set_permissions(meta.permissions())?;
    } else {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.as_file()
                .set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Put `to` in the place of `from` in the texts of a folder, of files whose names are meant: scripts made by `venv` and
/// pip name the folder that they were made in.
pub fn mend_paths(
    folder: &Path,
    from: &str,
    to: &str,
    is_meant: impl Fn(&str) -> bool,
) -> io::Result<()> {
    const LARGEST: u64 = 64 << 10;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let meta = path.symlink_metadata()?;
        let is_meant = is_meant(&entry.file_name().to_string_lossy());
        if !is_meant || !meta.is_file() || meta.len() > LARGEST {
            continue;
        }
        // Programs are no text.
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if text.contains(from) {
            // Written anew rather than in place: a file may be a link into a cache.
            std::fs::remove_file(&path)?;
            std::fs::write(&path, text.replace(from, to))?;
            std::fs::set_permissions(&path, meta.permissions())?;
        }
    }
    Ok(())
}

pub fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn free_name(path: &Path) -> PathBuf {
    let numbered = (2..10_000).map(|n| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("-{n}"));
        PathBuf::from(name)
    });
    std::iter::once(path.to_owned())
        .chain(numbered)
        .find(|path| !is_there(path))
        .unwrap_or_else(|| path.to_owned())
}
