//! The journal on disk: `.loom/journal`, a snapshot and each thing that was done since, a line each with its number and
//! a checksum. A crash leaves at most a torn last line, which is left out. Where it has grown, a newer snapshot takes
//! the place of its lines. It lies there while there is something that the savefile does not have. Never touches the
//! savefile.

mod found;
mod snapshot;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::document::Entry;
use crate::document::file::storage::{Disk, Storage, Writable};
use crate::document::file::{self, SAVEFILE};
use crate::graph::Catalog;

use found::Lines;
pub use found::{Found, Place};

/// Lines of so many bytes are worth a new snapshot, if the last one is not larger.
const MOST_BYTES: u64 = 1 << 20;
/// So much of a project's name is in that of its journal where it lies among those of others: with what follows it, it is
/// a name on every disk.
const MOST_NAME_BYTES: usize = 100;

/// Where the journal of a project lies.
#[derive(Clone, Debug)]
pub struct Location {
    storage: Arc<dyn Storage>,
    project: PathBuf,
    fallback: PathBuf,
}

/// A journal that is being written. Lines are with the system when `append` returns, and on the disk when `flush` does.
#[derive(Debug)]
pub struct Journal {
    location: Location,
    path: PathBuf,
    /// `None`: it is to be opened where it lies.
    file: Option<Box<dyn Writable>>,
    next: u64,
    /// Bytes of its whole lines, and of the first of them.
    length: u64,
    snapshot: u64,
    /// Behind its whole lines there may be a part of one.
    is_torn: bool,
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

/// Size in bytes and checksum of a savefile: is it still the one?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print(u64, u32);

impl Print {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64, crc32fast::hash(bytes))
    }

    fn from_json(json: &Json) -> Option<Self> {
        let length = json.get(0)?.as_u64()?;
        let sum = u32::try_from(json.get(1)?.as_u64()?).ok()?;
        Some(Self(length, sum))
    }

    fn to_json(self) -> Json {
        json!([self.0, self.1])
    }
}

impl Location {
    /// `fallback` is a folder to write to where the project's own cannot be written to.
    pub fn new(project: &Path, fallback: &Path) -> Self {
        Self::on(Arc::new(Disk), project, fallback)
    }

    fn on(storage: Arc<dyn Storage>, project: &Path, fallback: &Path) -> Self {
        Self {
            storage,
            project: project.to_owned(),
            fallback: fallback.to_owned(),
        }
    }

    /// Begin a journal in place of what lies there.
    pub fn begin(&self, base: &Base) -> io::Result<Journal> {
        let line = line(0, &snapshot::of_base(base, self.savefile()));
        let begin = |path: PathBuf| {
            self.put(&path, line.as_bytes())?;
            let mut journal = self.journal(path, 1);
            journal.open()?;
            Ok(journal)
        };
        super::private_folder(&*self.storage, &self.project)
            .and_then(|_| begin(self.home()))
            .or_else(|_: io::Error| {
                self.storage.create_folders(&self.fallback)?;
                begin(self.aside())
            })
    }

    /// Write on in a journal that was found, without the torn line at its end.
    pub fn resume(&self, place: &Place) -> io::Result<Journal> {
        if let Some(anew) = &place.anew {
            // What is done next would stand behind a step that cannot be done, and be lost with it.
            self.storage.write_atomic(&place.path, anew.as_bytes())?;
        }
        let mut journal = self.journal(place.path.clone(), place.next);
        // It may have been rotated when it was killed.
        journal.is_unplaced = true;
        journal.open()?;
        Ok(journal)
    }

    /// Remove what `find` would find.
    pub fn discard(&self) -> io::Result<()> {
        let places = self.places();
        places.iter().try_for_each(|path| self.remove_file(path))
    }

    /// Nothing of what was found is to come back.
    pub fn remove(&self, place: &Place) -> io::Result<()> {
        self.remove_file(&place.path)
    }

    fn journal(&self, path: PathBuf, next: u64) -> Journal {
        Journal {
            location: self.clone(),
            path,
            file: None,
            next,
            length: 0,
            snapshot: 0,
            is_torn: false,
            is_unplaced: false,
            is_doubtful: false,
        }
    }

    fn home(&self) -> PathBuf {
        self.project.join(".loom").join("journal")
    }

    /// Where it lies when it cannot lie in the project's own folder.
    fn aside(&self) -> PathBuf {
        self.aside_within(MOST_NAME_BYTES)
    }

    /// The same with at most so much of the project's name, whose own length is up to what a name may have.
    fn aside_within(&self, most: usize) -> PathBuf {
        let sum = crc32fast::hash(self.project.as_os_str().as_encoded_bytes());
        let name = self.project.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let name = &name[..name.floor_char_boundary(most)];
        self.fallback.join(format!("{name}-{sum:08x}.journal"))
    }

    /// Where it may lie: in the project, or aside, where it had the whole name once.
    fn places(&self) -> Vec<PathBuf> {
        let mut places = vec![self.home(), self.aside(), self.aside_within(usize::MAX)];
        places.dedup();
        places
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
        let mut lines = String::new();
        for (at, entry) in (self.next..).zip(entries) {
            let mut json = file::entry_to_json(entry);
            if matches!(entry, Entry::Saved(_) | Entry::Unsaved)
                && let Some(print) = self.location.savefile()
            {
                json["savefile"] = print.to_json();
            }
            lines += &line(at, &json);
        }
        self.write(&lines, entries.len() as u64)
    }

    /// The savefile as it is now is known, and what the journal holds is wanted all the same.
    pub fn acknowledge(&mut self) -> io::Result<()> {
        let Some(print) = self.location.savefile() else {
            return Ok(());
        };
        self.write(&line(self.next, &json!({ "savefile": print.to_json() })), 1)
    }

    /// What was written is on the disk. Where this fails some of it may never be, however often it is tried again: then
    /// `renew` it.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.is_doubtful {
            return self.renew();
        }
        self.flush_file()?;
        if self.is_unplaced {
            let folder = self.path.parent().unwrap_or(&self.path);
            self.location.storage.flush_folder(folder)?;
            self.is_unplaced = false;
        }
        Ok(())
    }

    /// Are its lines so many that `rotate` is worth its while?
    pub fn has_grown(&self) -> bool {
        self.length - self.snapshot > MOST_BYTES.max(self.snapshot)
    }

    /// Put what it comes to in the place of its lines; they go when that is on the disk. Does everything again that it
    /// holds, as the next start would: kinds of nodes come from `catalog`.
    pub fn rotate(&mut self, catalog: &Catalog) -> io::Result<()> {
        let found = found::read(&self.location, &self.path, catalog);
        let found = found.filter(|found| found.lost == 0 && found.place.next == self.next);
        let found = found.ok_or_else(|| io::Error::other("it does not come back whole"))?;
        let line = found.as_line(catalog);
        let line =
            line.ok_or_else(|| io::Error::other("a snapshot of it would be another graph"))?;
        self.replace(line.as_bytes())
    }

    /// Write all of it anew.
    pub fn renew(&mut self) -> io::Result<()> {
        let bytes = self.whole_lines()?;
        self.replace(&bytes)
    }

    /// Go on in a copy in the fallback folder: here nothing can be written any more.
    pub fn move_aside(&mut self) -> io::Result<()> {
        let path = self.location.aside();
        if path == self.path {
            return Err(io::Error::other("there is no other place to write to"));
        }
        let bytes = self.whole_lines()?;
        let location = &self.location;
        location.storage.create_folders(&location.fallback)?;
        location.put(&path, &bytes)?;
        self.path = path;
        (self.is_unplaced, self.is_doubtful) = (false, false);
        self.open()
    }

    /// Does it lie in the project's own folder?
    pub fn is_home(&self) -> bool {
        self.path == self.location.home()
    }

    /// Go on in the project's own folder, if it is not there and can be again.
    pub fn move_home(&mut self) -> io::Result<()> {
        if self.is_home() {
            return Ok(());
        }
        let home = self.location.home();
        let bytes = self.whole_lines()?;
        let location = &self.location;
        super::private_folder(&*location.storage, &location.project)?;
        location.put(&home, &bytes)?;
        let aside = std::mem::replace(&mut self.path, home);
        (self.is_unplaced, self.is_doubtful) = (false, false);
        self.open()?;
        self.location.remove_file(&aside)
    }

    fn flush_file(&mut self) -> io::Result<()> {
        let flushed = self.file()?.flush_data();
        self.is_doubtful = flushed.is_err();
        flushed
    }

    fn write(&mut self, lines: &str, count: u64) -> io::Result<()> {
        if self.is_doubtful {
            self.renew()?;
        }
        // Opened first: that is when its length is known.
        self.file()?;
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
        self.next += count;
        self.length += lines.len() as u64;
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Windows puts nothing in the place of a file that is open.
        self.file = None;
        self.is_unplaced = true;
        self.location.storage.write_atomic(&self.path, bytes)?;
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
        let length = self.own_part(&bytes)?;
        self.snapshot = Lines::of(&bytes).next().map_or(0, |line| line.len() as u64);
        self.length = length as u64;
        self.is_torn = length < bytes.len();
        self.file = Some(storage.append(&self.path)?);
        Ok(())
    }

    fn whole_lines(&self) -> io::Result<Vec<u8>> {
        let mut bytes = self.location.storage.read(&self.path)?;
        let length = self.own_part(&bytes)?;
        bytes.truncate(length);
        Ok(bytes)
    }

    /// How many of these bytes are what was written. There may be more: lines of a write that failed in the end, and will
    /// be written again.
    fn own_part(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = Lines::of(bytes);
        while lines.next != Some(self.next) && lines.next().is_some() {}
        if lines.next == Some(self.next) {
            Ok(lines.length)
        } else {
            Err(io::Error::other("the journal is not what was written"))
        }
    }
}

/// `NUMBER CHECKSUM JSON`, the checksum over the number and the JSON.
fn line(number: u64, json: &Json) -> String {
    let text = format!("{number} {json}");
    let (number, json) = text.split_once(' ').unwrap_or_default();
    format!("{number} {:08x} {json}\n", crc32fast::hash(text.as_bytes()))
}

#[cfg(test)]
mod storms;
#[cfg(test)]
mod tests;
