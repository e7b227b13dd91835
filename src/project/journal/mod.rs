//! The journal on disk: `.loom/journal`, a snapshot and each thing that was done since, a line each with its number, a
//! checksum and a tag that only this machine can make of it and all before. A crash leaves at most a torn last line,
//! which is left out. Where it has grown, a newer snapshot takes the place of its lines. It lies there while there is
//! something that the savefile does not have. Never touches the savefile.

mod apart;
mod beside;
mod found;
mod lines;
mod snapshot;
mod unread;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::document::file::storage::{Disk, Storage, Writable};
use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, Entry};
use crate::graph::Catalog;

use super::machine::{self, Key};
use super::place;
use super::print::Print;
use super::trust;
pub use beside::{Flushed, Rotated};
pub use found::{Found, Place};
pub use lines::Standing;
use lines::{Chain, Lines, line};

/// Lines of so many bytes are worth a new snapshot, if the last one is not larger.
const MOST_BYTES: u64 = 1 << 20;
/// Where the journal of a project lies.
#[derive(Clone, Debug)]
pub struct Location {
    storage: Arc<dyn Storage>,
    project: PathBuf,
    /// Where it is to lie.
    home: PathBuf,
    /// Where it lies when it cannot lie there: the first, and where it may have been put before.
    asides: Vec<PathBuf>,
    /// What the system calls the project's folder, wherever it is moved; where it says so, and there was one.
    folder: Option<String>,
    key: Key,
}

/// A journal that is being written. Lines are with the system when `append` returns, and on the disk when `flush` does.
#[derive(Debug)]
pub struct Journal {
    location: Location,
    path: PathBuf,
    /// `None`: it is to be opened where it lies.
    file: Option<Box<dyn Writable>>,
    /// Its whole lines, when it was closed to be replaced and that failed: they may lie nowhere.
    spare: Option<Vec<u8>>,
    next: u64,
    /// What its lines come to.
    chain: Chain,
    /// What the tag of the last one says; `None`: it has none.
    standing: Option<Standing>,
    /// Bytes of its whole lines, and of the first of them.
    length: u64,
    snapshot: u64,
    /// Behind its whole lines there may be a part of one.
    is_torn: bool,
    /// So many files took its place.
    files: u64,
    /// It took another one's place, and whether that is on the disk is not known.
    is_unplaced: bool,
    /// A flush failed: what was written before it may never be on the disk, and another flush would not tell.
    is_doubtful: bool,
}

/// What the first thing was done to.
#[derive(Clone, Debug)]
pub struct Base {
    /// A savefile's text; reading it gives the document with the same numbers of nodes.
    pub text: Arc<str>,
    /// It is not what the savefile holds.
    pub is_unsaved: bool,
}

/// Where the journal of a project lies if nothing stands in the way.
fn own_home(project: &Path) -> PathBuf {
    project.join(".loom").join("journal")
}

impl Location {
    pub fn new(project: &Path, userdata: &Path) -> Self {
        let asides = super::asides(project, userdata, "journal");
        let location = Self::on(Arc::new(Disk), project, asides, Key::of(userdata));
        if place::is_synced(project) {
            location.outside()
        } else {
            location
        }
    }

    /// The same on any disk, with the key of its tags.
    pub fn on(storage: Arc<dyn Storage>, project: &Path, asides: Vec<PathBuf>, key: Key) -> Self {
        Self {
            storage,
            project: project.to_owned(),
            home: own_home(project),
            asides,
            folder: trust::identity(project),
            key,
        }
    }

    /// The same, in userdata in the first place: what keeps the project's folder in step with other machines would bring
    /// it there, where it is another one's, and hold it open while it is written.
    fn outside(mut self) -> Self {
        if let Some(first) = self.asides.first() {
            let before = std::mem::replace(&mut self.home, first.clone());
            self.asides.push(before);
        }
        self
    }

    /// Begin a journal in place of what lies there.
    pub fn begin(&self, base: &Base, standing: Standing) -> io::Result<Journal> {
        let first = snapshot::of_base(base, self.savefile());
        let first = self.first_line(0, first, Some(standing))?;
        self.begin_with(first, standing)
    }

    /// The same with a document as it is now, its history and what is saved of it, where the savefile was `saved` last.
    pub fn begin_anew(
        &self,
        document: Document,
        saved: &str,
        catalog: &Catalog,
        standing: Standing,
    ) -> io::Result<Journal> {
        let found = Found::of(document, saved, self.home.clone(), standing);
        let first = found.as_line(self, catalog);
        let is_other = || io::Error::other("a snapshot of what is shown would be another graph");
        self.begin_with(first.ok_or_else(is_other)?, standing)
    }

    fn begin_with(&self, first: (String, Chain), standing: Standing) -> io::Result<Journal> {
        let (line, chain) = first;
        let begin = |path: PathBuf| {
            self.put(&path, line.as_bytes())?;
            let mut journal = self.journal(path, 1, chain, Some(standing));
            journal.open()?;
            Ok(journal)
        };
        self.make_home()
            .and_then(|()| begin(self.home.clone()))
            .or_else(|error| begin(self.make_fallback().map_err(|_| error)?.to_owned()))
    }

    /// Write on in a journal that was found, without the torn line at its end.
    pub fn resume(&self, place: &Place) -> io::Result<Journal> {
        let path = place.path.clone();
        let mut chain = place.chain;
        if let Some((anew, of_anew)) = &place.anew {
            // What is done next would stand behind a step that cannot be done, and be lost with it.
            self.storage.write_atomic(&path, anew.as_bytes())?;
            chain = *of_anew;
        }
        let mut journal = self.journal(path, place.next, chain, place.standing);
        // It may have been rotated when it was killed.
        journal.is_unplaced = true;
        journal.open()?;
        if journal.chain != chain {
            return Err(io::Error::other("the journal is not what was read"));
        }
        if place.standing.is_none() {
            let standing = if place.is_trusted() {
                Standing::Trusted
            } else {
                Standing::Restricted
            };
            // Without tags it is asked about once more, which is no reason not to write on.
            if let Err(error) = journal.stand(standing) {
                tracing::warn!(%error, "a journal has no tags");
            }
        }
        Ok(journal)
    }

    /// Was this written in the project's folder, wherever that was then?
    pub fn is_of_folder(&self, found: &Found) -> bool {
        found.folder.is_some() && found.folder == self.folder
    }

    /// Does something of the project lie in userdata?
    pub fn lies_outside(&self) -> bool {
        let is_there = |path: &PathBuf| self.storage.length(path).is_ok();
        let mut outside = self.asides.iter().filter(|path| !self.is_own_home(path));
        outside.any(is_there) || !self.left_slots().is_empty()
    }

    /// Remove what `find` would find.
    pub fn discard(&self) -> io::Result<()> {
        self.remove_file(&self.home)?;
        self.asides
            .iter()
            .try_for_each(|path| self.remove_file(path))
    }

    /// Nothing of what was found is to come back.
    pub fn remove(&self, place: &Place) -> io::Result<()> {
        self.remove_file(&place.path)
    }

    fn journal(
        &self,
        path: PathBuf,
        next: u64,
        chain: Chain,
        standing: Option<Standing>,
    ) -> Journal {
        Journal {
            location: self.clone(),
            path,
            file: None,
            spare: None,
            next,
            chain,
            standing,
            length: 0,
            snapshot: 0,
            is_torn: false,
            files: 0,
            is_unplaced: false,
            is_doubtful: false,
        }
    }

    fn make_home(&self) -> io::Result<()> {
        if self.is_own_home(&self.home) {
            return super::private_folder(&*self.storage, &self.project).map(drop);
        }
        self.make_folder_of(&self.home)
    }

    /// Where it goes on when it cannot at home.
    fn make_fallback(&self) -> io::Result<&Path> {
        let aside = self.asides.first().ok_or_else(apart::no_other)?;
        self.make_folder_of(aside)?;
        Ok(aside)
    }

    fn make_folder_of(&self, path: &Path) -> io::Result<()> {
        self.storage.create_folders(path.parent().unwrap_or(path))
    }

    /// The first line of a journal, and what those that follow are chained to. No two begin alike, so that no line of one
    /// is one of another.
    fn first_line(
        &self,
        number: u64,
        mut snapshot: Json,
        standing: Option<Standing>,
    ) -> io::Result<(String, Chain)> {
        snapshot["nonce"] = machine::nonce()?.into();
        if let Some(folder) = &self.folder {
            snapshot["folder"] = folder.as_str().into();
        }
        let mut chain = Chain::default();
        let tags = (&self.key, standing);
        let line = line(number, &snapshot.to_string(), &mut chain, tags);
        Ok((line, chain))
    }

    /// Put a journal in a folder where none was, which may be as new.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.storage.write_atomic(path, bytes)?;
        let folder = path.parent().and_then(Path::parent);
        folder.map_or(Ok(()), |folder| self.storage.flush_folder(folder))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        use io::ErrorKind::{InvalidFilename, NotFound};
        match self.storage.remove(path) {
            // Nothing has a name that is too long.
            Err(error) if !matches!(error.kind(), NotFound | InvalidFilename) => Err(error),
            _ => Ok(()),
        }
    }

    fn savefile(&self) -> Option<Print> {
        let savefile = self.project.join(SAVEFILE);
        let bytes = self.storage.read_patiently(&savefile).ok()?;
        Some(Print::of(&bytes))
    }
}

impl Journal {
    /// Write what was done. What was written before stays readable, also when this fails in the middle.
    pub fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let mut lines = Vec::new();
        for entry in entries {
            let mut json = file::entry_to_json(entry);
            if matches!(entry, Entry::Saved(_) | Entry::Unsaved)
                && let Some(print) = self.location.savefile()
            {
                json["savefile"] = print.to_json();
            }
            lines.push(json);
        }
        self.write(&lines, None)
    }

    /// The savefile as it is now is known, and what the journal holds is wanted all the same.
    pub fn acknowledge(&mut self) -> io::Result<()> {
        let Some(print) = self.location.savefile() else {
            return Ok(());
        };
        self.write(&[json!({ "savefile": print.to_json() })], None)
    }

    /// All that it holds stands so from now on: the tag of one more line says that of those before it too.
    pub fn stand(&mut self, standing: Standing) -> io::Result<()> {
        if self.standing == Some(standing) {
            return Ok(());
        }
        self.write(&[json!({})], Some(standing))
    }

    /// Write all of it anew.
    pub fn renew(&mut self) -> io::Result<()> {
        let bytes = self.whole_lines()?;
        let storage = self.location.storage.clone();
        let renewed = self.replace_by(|path| storage.write_atomic(path, &bytes));
        self.spare = renewed.is_err().then_some(bytes);
        renewed
    }

    /// Go on in a copy in the fallback folder: here nothing can be written any more.
    pub fn move_aside(&mut self) -> io::Result<()> {
        let path = self.location.make_fallback()?.to_owned();
        if path == self.path {
            return Err(apart::no_other());
        }
        let bytes = self.whole_lines()?;
        self.go_on_at(path, &bytes)
    }

    /// Is it still what it writes that lies there? Others may have removed the file, or put another in its place.
    pub fn is_in_place(&self) -> bool {
        use io::ErrorKind::{NotADirectory, NotFound};
        match self.location.storage.length(&self.path) {
            Ok(length) => length == self.length || self.is_torn && length > self.length,
            Err(error) => !matches!(error.kind(), NotFound | NotADirectory),
        }
    }

    /// Are its lines to be had still? Others may have cut them off.
    pub fn is_whole(&self) -> bool {
        self.whole_lines().is_ok()
    }

    /// Put there what was removed by others.
    pub fn put_back(&mut self) -> io::Result<()> {
        let bytes = self.whole_lines()?;
        self.location
            .make_home()
            .and_then(|()| self.go_on_at(self.location.home.clone(), &bytes))
            .or_else(|error| {
                let aside = self.location.make_fallback().map_err(|_| error)?.to_owned();
                self.go_on_at(aside, &bytes)
            })
    }

    /// Did a flush fail, and was it not written anew since?
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// Does it lie where it is to lie?
    pub fn is_home(&self) -> bool {
        self.path == self.location.home
    }

    /// It is to lie there from now on: `move_home` brings it.
    pub fn set_location(&mut self, location: Location) {
        self.location = location;
    }

    /// Does it lie in the project's folder?
    pub fn is_in_project(&self) -> bool {
        self.location.is_own_home(&self.path)
    }

    /// Remove it, wherever it lies.
    pub fn discard(self) -> io::Result<()> {
        // Windows removes no name of a file that is open.
        drop(self.file);
        self.location.remove_file(&self.path)?;
        self.location.discard()
    }

    /// Go on where it is to lie, if it is not there and can be again; the error says why it cannot. It goes on in its
    /// one place in userdata then: what lies there is not to come back beside it.
    pub fn move_home(&mut self) -> io::Result<()> {
        if self.is_home() {
            return Ok(());
        }
        let bytes = self.whole_lines()?;
        let before = self.path.clone();
        let home = self.location.make_home();
        let home = home.and_then(|()| self.go_on_at(self.location.home.clone(), &bytes));
        if home.is_err() {
            match self.location.asides.first() {
                Some(aside) if *aside != before => self.go_on_at(aside.clone(), &bytes)?,
                _ => return home,
            }
        }
        // What lies in the project may be somebody else's by now, or be written over when it may lie there again; unless
        // this is the window that has the project, and it is to lie outside all the same.
        if !self.location.is_own_home(&before) || self.location.asides.contains(&before) {
            self.location.remove_file(&before)?;
        }
        home
    }

    /// Write on in a copy at another place.
    fn go_on_at(&mut self, path: PathBuf, bytes: &[u8]) -> io::Result<()> {
        self.location.put(&path, bytes)?;
        self.path = path;
        self.files += 1;
        (self.is_unplaced, self.is_doubtful) = (false, false);
        self.open()
    }

    fn flush_file(&mut self) -> io::Result<()> {
        let flushed = self.file()?.flush_data();
        self.is_doubtful = flushed.is_err();
        flushed
    }

    fn write(&mut self, entries: &[Json], standing: Option<Standing>) -> io::Result<()> {
        if self.is_doubtful {
            self.renew()?;
        }
        // Opened first: that is when its length is known, and what the lines are chained to.
        self.file()?;
        let standing = standing.or(self.standing);
        let tags = (&self.location.key, standing);
        let (mut lines, mut chain) = (String::new(), self.chain);
        for (number, entry) in (self.next..).zip(entries) {
            lines += &line(number, &entry.to_string(), &mut chain, tags);
        }
        let length = self.length;
        if self.is_torn {
            self.file()?.set_len(length)?;
            // On the disk first: where the power fails lines of before could stand behind the new ones, and fit.
            self.flush_file()?;
        }
        let file = self.file()?;
        let written = file.write_all(lines.as_bytes());
        if written.is_err() {
            file.set_len(length).ok();
        }
        self.is_torn = written.is_err();
        written?;
        self.next += entries.len() as u64;
        (self.chain, self.standing) = (chain, standing);
        self.length += lines.len() as u64;
        Ok(())
    }

    /// Another file takes its place.
    fn replace_by<T>(&mut self, put: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<()> {
        // Windows puts nothing in the place of a file that is open.
        self.file = None;
        self.is_unplaced = true;
        self.files += 1;
        put(&self.path)?;
        (self.is_unplaced, self.is_doubtful) = (false, false);
        self.open()
    }

    fn file(&mut self) -> io::Result<&mut Box<dyn Writable>> {
        if self.file.is_none() {
            self.open()?;
        }
        let is_closed = || io::Error::other("the journal is not open");
        self.file.as_mut().ok_or_else(is_closed)
    }

    /// Open it for writing; what is torn at its end goes with the next write.
    fn open(&mut self) -> io::Result<()> {
        self.file = None;
        let storage = &self.location.storage;
        let bytes = storage.read(&self.path)?;
        let mut own = self.own_part(&bytes)?;
        // Of what should take its place it may not be known whether it did. Tags say what lies there.
        if let Some(standing) = own.standing(&self.location.key) {
            (self.chain, self.standing) = (own.chain, Some(standing));
        }
        self.length = own.length as u64;
        self.is_torn = own.length < bytes.len();
        own = Lines::of(&bytes);
        own.next();
        self.snapshot = own.length as u64;
        self.file = Some(storage.append(&self.path)?);
        self.spare = None;
        Ok(())
    }

    fn whole_lines(&self) -> io::Result<Vec<u8>> {
        let read = match &self.file {
            // Its name may lead elsewhere by now.
            Some(file) => file.content(),
            None => self.location.storage.read(&self.path),
        };
        let own = |mut bytes: Vec<u8>| {
            let length = self.own_part(&bytes)?.length;
            bytes.truncate(length);
            Ok(bytes)
        };
        read.and_then(own).or_else(|error: io::Error| {
            let spare = self.spare.clone().ok_or(error)?;
            own(spare)
        })
    }

    /// Those of the lines that were written. There may be more: of a write that failed in the end, and will be written
    /// again.
    fn own_part<'b>(&self, bytes: &'b [u8]) -> io::Result<Lines<'b>> {
        let mut lines = Lines::of(bytes);
        while lines.next != Some(self.next) && lines.next().is_some() {}
        if lines.next == Some(self.next) {
            Ok(lines)
        } else {
            Err(io::Error::other("the journal is not what was written"))
        }
    }
}

#[cfg(test)]
mod storms;
#[cfg(test)]
mod tests;
