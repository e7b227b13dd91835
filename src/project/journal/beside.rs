//! What of a journal's work may take long, and goes on beside the writing of lines, on another thread: its flush, and
//! the snapshot that is to take the place of its lines.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::lines::{Chain, Lines, line};
use super::{Journal, Location, Standing, found};
use crate::document::file::storage::{Flusher, Storage};
use crate::graph::Catalog;

/// What puts a journal on the disk as it was written until this was made.
pub struct Flush {
    data: Flusher,
    /// Where its name is to be put on the disk too.
    folder: Option<(Arc<dyn Storage>, PathBuf)>,
    of: u64,
}

/// A journal was flushed.
#[derive(Clone, Copy, Debug)]
pub struct Flushed {
    is_placed: bool,
    of: u64,
}

impl Flush {
    pub fn run(self) -> io::Result<Flushed> {
        (self.data)()?;
        if let Some((storage, folder)) = &self.folder {
            storage.flush_folder(folder)?;
        }
        Ok(Flushed {
            is_placed: self.folder.is_some(),
            of: self.of,
        })
    }
}

/// What makes a snapshot of a journal.
#[derive(Debug)]
pub struct Rotation {
    location: Location,
    path: PathBuf,
}

/// A snapshot of a journal's first lines, in a file that is on the disk and is removed with this.
#[derive(Debug)]
pub struct Rotated {
    storage: Arc<dyn Storage>,
    temporary: PathBuf,
    /// Of the journal.
    path: PathBuf,
    /// The line that follows those that it holds, what they come to and how they stand.
    next: u64,
    holds: Chain,
    standing: Option<Standing>,
    /// What its own line comes to.
    chain: Chain,
}

impl Rotation {
    /// Do everything again that the journal holds, as the next start would: kinds of nodes come from `catalog`.
    pub fn run(self, catalog: &Catalog) -> io::Result<Rotated> {
        let found = found::read(&self.location, &self.path, catalog);
        let found = found.filter(|found| found.lost == 0);
        let found = found.ok_or_else(|| io::Error::other("it does not come back whole"))?;
        let line = found.as_line(&self.location, catalog);
        let (line, chain) =
            line.ok_or_else(|| io::Error::other("a snapshot of it would be another graph"))?;
        let storage = self.location.storage;
        let (temporary, mut file) = storage.create_beside(&self.path)?;
        let rotated = Rotated {
            storage,
            temporary,
            path: self.path,
            next: found.place.next,
            holds: found.place.chain,
            standing: found.place.standing,
            chain,
        };
        file.write_all(line.as_bytes())?;
        file.flush_data()?;
        Ok(rotated)
    }
}

impl Drop for Rotated {
    fn drop(&mut self) {
        // What stays all the same is swept at the next start.
        self.storage.remove(&self.temporary).ok();
    }
}

impl Journal {
    /// What was written is on the disk. Where this fails some of it may never be, however often it is tried again: then
    /// `renew` it.
    pub fn flush(&mut self) -> io::Result<()> {
        let flushed = self.begin_flush()?.run();
        self.flushed(flushed)
    }

    /// What does the flush; lines may be written meanwhile. `flushed` is to be told what came of it.
    pub fn begin_flush(&mut self) -> io::Result<Flush> {
        if self.is_doubtful {
            self.renew()?;
        }
        let folder = self.path.parent().unwrap_or(&self.path).to_owned();
        let data = self.file()?.flusher()?;
        Ok(Flush {
            data,
            folder: (self.is_unplaced).then(|| (self.location.storage.clone(), folder)),
            of: self.files,
        })
    }

    pub fn flushed(&mut self, result: io::Result<Flushed>) -> io::Result<()> {
        match &result {
            // Another file may have taken its place meanwhile.
            Ok(flushed) if flushed.is_placed && flushed.of == self.files => {
                self.is_unplaced = false;
            }
            Ok(_) => {}
            Err(_) => self.is_doubtful = true,
        }
        result.map(drop)
    }

    /// Are its lines so many that a rotation is worth its while?
    pub fn has_grown(&self) -> bool {
        self.length - self.snapshot > super::MOST_BYTES.max(self.snapshot)
    }

    /// Put what it comes to in the place of its lines; they go when that is on the disk.
    pub fn rotate(&mut self, catalog: &Catalog) -> io::Result<()> {
        let rotated = self.begin_rotation().run(catalog)?;
        self.rotated(&rotated)
    }

    /// What makes the snapshot; lines may be written meanwhile, and `rotated` puts them behind it.
    pub fn begin_rotation(&self) -> Rotation {
        Rotation {
            location: self.location.clone(),
            path: self.path.clone(),
        }
    }

    /// Put a snapshot in the place of the lines that it holds.
    pub fn rotated(&mut self, rotated: &Rotated) -> io::Result<()> {
        let is_other = || io::Error::other("the journal is not what was written");
        let storage = self.location.storage.clone();
        let bytes = storage.read(&self.path)?;
        let mut lines = Lines::of(&bytes);
        while lines.next != Some(rotated.next) {
            lines.next().ok_or_else(is_other)?;
        }
        let is_of_it = rotated.path == self.path && rotated.holds == lines.chain;
        let (mut since, mut chain) = (String::new(), rotated.chain);
        while is_of_it && lines.next != Some(self.next) {
            let number = lines.next.ok_or_else(is_other)?;
            let json = lines.next().ok_or_else(is_other)?;
            since += &line(
                number,
                json,
                &mut chain,
                (&self.location.key, self.standing),
            );
        }
        // The last tag answers for all.
        let is_tagged = !since.is_empty() || rotated.standing == self.standing;
        if !is_of_it || !is_tagged || lines.chain != self.chain {
            return Err(is_other());
        }
        if !since.is_empty() {
            let mut file = storage.append(&rotated.temporary)?;
            file.write_all(since.as_bytes())?;
            file.flush_data()?;
        }
        self.replace_by(|path| storage.place(&rotated.temporary, path, &|| true))?;
        self.chain = chain;
        Ok(())
    }
}
