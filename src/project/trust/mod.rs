//! Trust: which projects may run on this computer. Opening one runs nothing; what starts a process for a project needs
//! its folder as `Trusted`, which only this module makes. What is known lies in userdata, never in the project: one
//! from elsewhere cannot vouch for itself. Starts nothing and asks nobody.

pub mod by_call;

mod changes;
mod fingerprint;
mod places;
mod record;

use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use changes::{Change, How};
pub use fingerprint::{Fingerprint, Found, name_in, whole_text};
use places::Places;
pub use places::Refused;
pub use record::Known;

use super::index;
use crate::document::file::SAVEFILE;
use crate::paths::{Paths, full};

/// The folder of a project that may run: the engine and all tools take nothing else.
///
/// There are three ways to one: `look`, `trust`, and a call on the command line that names the project (`by_call`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted(PathBuf);

#[cfg(test)]
impl Trusted {
    /// A folder that a unit test made.
    pub fn of_test(folder: &Path) -> Self {
        Self(folder.to_owned())
    }
}

impl Deref for Trusted {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for Trusted {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

/// What is known of a project that is about to run.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// It may run.
    pub trusted: Option<Trusted>,
    /// All that would.
    pub holds: Fingerprint,
    /// What is not as it was when it was trusted; `None`: it never was.
    pub changes: Option<Vec<Change>>,
    /// The folder around it, where it may be trusted as a whole.
    pub around: Option<PathBuf>,
    /// The record that it was compared with.
    pub record: Option<Stamp>,
    folder: PathBuf,
    id: String,
}

pub use record::{identity, stamp as record_stamp};

/// Tells by itself that the record of what is trusted may have been written.
pub type Stamp = (SystemTime, u64);

/// Something is shown that came along and is in no file that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Changes that were not saved.
    Unsaved,
    /// An earlier version of the savefile.
    Version,
}

impl Doubt {
    fn change(self) -> Change {
        let (name, text) = match self {
            Self::Unsaved => (
                ".loom/journal",
                "Unsaved changes that Loom on this computer did not make: they are on the canvas",
            ),
            Self::Version => (
                ".loom/generations",
                "A version that Loom on this computer did not keep while the project was trusted: it is on the canvas",
            ),
        };
        Change {
            name: name.to_owned(),
            how: How::Changed,
            lines: vec![text.to_owned()],
        }
    }
}

/// Look whether a project may run. Reads all of its code: for the background.
pub fn look(project: &Path, paths: &Paths) -> Look {
    look_among(project, paths, &Places::here())
}

fn look_among(project: &Path, paths: &Paths, places: &Places) -> Look {
    let folder = full(project).unwrap_or_else(|_| project.to_owned());
    let holds = Fingerprint::of(&folder, &paths.userdata);
    let around = folder.parent().filter(|around| {
        places.check(around, &paths.userdata).is_ok() && places.may_lie(&folder, &paths.userdata)
    });
    let record = record::stamp(&paths.userdata);
    let mut look = Look {
        record,
        around: around.map(Path::to_owned),
        id: id_of(&folder),
        holds,
        folder,
        ..Look::default()
    };
    let known = record::read(&paths.userdata);
    // What comes with Loom is as trusted as Loom is.
    let is_ours = full(&paths.examples()).is_ok_and(|ours| look.folder.starts_with(ours));
    if is_ours || known.covers(&look.folder, &paths.userdata, places) {
        look.trusted = Some(Trusted(look.folder.clone()));
        return look;
    }
    let Some(signed) = known.project(&look.folder) else {
        // One that was renamed is still the same.
        if known.knows_elsewhere(&look.folder, &look.id, &look.holds) {
            if let Err(error) =
                record::sign_all(&paths.userdata, &look.folder, &look.id, &look.holds)
            {
                tracing::warn!("that the project was renamed is not kept: {error}");
            }
            look.trusted = Some(Trusted(look.folder.clone()));
        }
        return look;
    };
    let changes = changes::between(signed, &look.holds, &paths.userdata);
    if changes.is_empty() && look.holds.is_whole {
        look.trusted = Some(Trusted(look.folder.clone()));
    }
    look.changes = Some(changes);
    look
}

impl Look {
    /// It is not known what it was when it was trusted; of what is too much to look through that never is.
    pub fn is_unknown(&self) -> bool {
        self.changes.is_none() && self.holds.is_whole
    }

    /// The same with this in doubt: a change from outside as any.
    #[must_use]
    pub fn doubted(mut self, doubt: Doubt) -> Self {
        if self.trusted.take().is_some() || self.changes.is_some() {
            self.changes.get_or_insert_default().push(doubt.change());
        }
        self
    }

    /// Somebody trusts the project as it was seen. What is too much to be looked through is trusted until it is closed.
    pub fn trust(&self, userdata: &Path) -> io::Result<Trusted> {
        if self.holds.is_whole {
            record::sign_all(userdata, &self.folder, &self.id, &self.holds)?;
        }
        Ok(Trusted(self.folder.clone()))
    }
}

/// Trust every project in a folder, also those that come later. Fails where nobody should.
pub fn trust_folder(folder: &Path, userdata: &Path) -> io::Result<()> {
    trust_folder_among(folder, userdata, &Places::here())
}

fn trust_folder_among(folder: &Path, userdata: &Path, places: &Places) -> io::Result<()> {
    let folder = full(folder)?;
    places.check(&folder, userdata).map_err(io::Error::other)?;
    record::update(userdata, |known| known.add_folder(&folder))
}

/// A project was made on this computer by Loom itself: it is trusted as it is.
pub fn born(project: &Path, userdata: &Path) -> io::Result<()> {
    let folder = full(project)?;
    let holds = Fingerprint::of(&folder, userdata);
    record::sign_all(userdata, &folder, &id_of(&folder), &holds)
}

/// Loom made a project of one that was looked at, in another place: it is as trusted, if it holds the same code.
pub fn born_of(look: &Look, project: &Path, userdata: &Path) -> io::Result<()> {
    let folder = full(project)?;
    let holds = Fingerprint::of(&folder, userdata);
    let mut others = holds.differs(&look.holds).filter(|name| *name != SAVEFILE);
    if look.trusted.is_none() || others.next().is_some() {
        return Ok(());
    }
    record::sign_all(userdata, &folder, &id_of(&folder), &holds)
}

/// Loom wrote, or removed, these files of a project, or all in these folders. Where the project is trusted they are no
/// change from outside.
pub fn sign(project: &Path, userdata: &Path, written: &[PathBuf]) -> io::Result<()> {
    let folder = full(project)?;
    if record::read(userdata).project(&folder).is_none() {
        return Ok(());
    }
    let holds = Fingerprint::of(&folder, userdata);
    let names: Vec<String> = written
        .iter()
        .filter_map(|path| {
            let path = full(path).unwrap_or_else(|_| path.clone());
            fingerprint::name_in(&folder, &path)
        })
        .collect();
    let is_written = |name: &str| {
        let of = |written: &String| name == written || name.starts_with(&format!("{written}/"));
        names.iter().any(of)
    };
    record::sign(userdata, &folder, &holds, &is_written)
}

/// Loom is about to give the savefile this content: that is signed before it is there, so that a crash between the two
/// is no change from outside.
pub fn sign_savefile(project: &Path, userdata: &Path, content: &[u8]) -> io::Result<()> {
    let folder = full(project)?;
    if record::read(userdata).project(&folder).is_none() {
        return Ok(());
    }
    record::update(userdata, |known| {
        known.add(&folder, SAVEFILE, fingerprint::Digest::of(content));
    })
}

/// Is this content of a savefile signed, whatever else the project holds now?
pub fn knows_savefile(project: &Path, userdata: &Path, content: &[u8]) -> bool {
    let digest = fingerprint::Digest::of(content);
    let known = record::read(userdata);
    full(project)
        .ok()
        .and_then(|folder| known.project(&folder)?.files.get(SAVEFILE))
        .is_some_and(|digests| digests.contains(&digest))
}

/// All that is trusted here.
pub fn known(userdata: &Path) -> Known {
    record::read(userdata)
}

/// Trust this project, or all in this folder, no more. Nothing of it is touched.
pub fn forget(path: &Path, userdata: &Path) -> io::Result<()> {
    record::update(userdata, |known| known.forget(path))
}

fn id_of(folder: &Path) -> String {
    index::about(&folder.join(SAVEFILE)).unwrap_or_default().id
}

#[cfg(test)]
mod tests;
