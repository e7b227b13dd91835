//! What lies there of a Loom that did not end as it should, and what it comes to. Writes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value as Json;

use super::{Location, Print, snapshot};
use crate::document::Document;
use crate::document::file::{self, SAVEFILE};
use crate::graph::Catalog;

/// So many of the last steps may have been done while the savefile was being written.
const STEPS_IN_A_SAVE: usize = 8;

/// What an earlier Loom left.
pub struct Found {
    /// The savefile as it was opened, with everything done again.
    pub document: Document,
    /// Steps that came back, and those that could not: their nodes are not what they were.
    pub steps: usize,
    pub lost: usize,
    pub written: SystemTime,
    /// The savefile is as that Loom left it; otherwise something else has changed it since.
    pub is_current: bool,
    pub place: Place,
    pub(super) savefile: Option<Print>,
}

/// Where to write on in a journal that was found.
#[derive(Clone, Debug)]
pub struct Place {
    pub(super) path: PathBuf,
    pub(super) next: u64,
    /// What it is to begin with instead, where not all of it came back.
    pub(super) anew: Option<Arc<str>>,
}

impl Found {
    /// What takes the place of all lines: a snapshot with the number of the last. `None`: it would not mean the same.
    pub(super) fn as_line(&self, catalog: &Catalog) -> Option<String> {
        let Place { path, next, .. } = &self.place;
        let line = super::line(next - 1, &snapshot::of_found(self));
        let read = snapshot::read(&json(&line)?, path, catalog)?;
        (read.document.graph() == self.document.graph()).then_some(line)
    }
}

impl Location {
    /// What lies there of a Loom that did not end as it should; `None` when nothing was done.
    pub fn find(&self, catalog: &Catalog) -> Option<Found> {
        let found = self.newest(catalog)?;
        (found.steps + found.lost > 0 || found.document.is_dirty()).then_some(found)
    }

    /// The same, also when nothing was done to what it was begun with.
    pub fn newest(&self, catalog: &Catalog) -> Option<Found> {
        let paths = self.places();
        let found = paths.iter().filter_map(|path| read(self, path, catalog));
        let mut found = found.max_by_key(|found| (found.written, found.place.next))?;
        if !found.is_current && found.lost == 0 {
            self.know_savefile(&mut found, catalog);
        }
        if found.lost > 0 {
            found.place.anew = found.as_line(catalog).map(Arc::from);
        }
        Some(found)
    }

    /// A crash may come when the savefile is written and the journal not told: then the savefile holds one of the last
    /// states, and nothing else has changed it.
    fn know_savefile(&self, found: &mut Found, catalog: &Catalog) {
        let path = self.project.join(SAVEFILE);
        let bytes = self.storage.read_patiently(&path).unwrap_or_default();
        let Ok(saved) = file::parse(&bytes, &path, catalog) else {
            return;
        };
        let saved = saved.document;
        let size = |document: &Document| {
            let graph = document.graph();
            (graph.node_count(), graph.link_count())
        };
        let text = file::to_text(&saved, None);
        let mut state = found.document.clone();
        // Its time is another one.
        state.meta = saved.meta.clone();
        for _ in 0..=STEPS_IN_A_SAVE {
            if size(&state) == size(&saved) && file::to_text(&state, None) == text {
                // Noted as done, so that the journal will be told.
                found.document.set_saved(state.history().mark());
                found.document.meta = saved.meta;
                found.is_current = true;
                return;
            }
            if state.undo().is_none() {
                return;
            }
        }
    }
}

pub(super) fn read(location: &Location, path: &Path, catalog: &Catalog) -> Option<Found> {
    let storage = &location.storage;
    let bytes = storage.read_patiently(path).ok()?;
    let written = storage.modified(path).ok()?;
    let mut lines = Lines::of(&bytes);
    let begun = snapshot::read(&json(lines.next()?)?, path, catalog)?;
    let (mut document, mut savefile) = (begun.document, begun.savefile);
    document.record();
    let (mut steps, mut lost) = (begun.steps, 0);
    let mut is_of_savefile = false;
    for line in lines.by_ref() {
        // One that is whole and cannot be read is a step all the same.
        let Some(json) = json(line) else {
            lost += 1;
            continue;
        };
        if let Some(known) = json.get("savefile") {
            savefile = Print::from_json(known);
        }
        let is_saved = json.get("saved").is_some();
        is_of_savefile |= is_saved;
        if !is_saved && json.is_object() && json.get("edits").is_none() {
            continue;
        }
        // What comes after a step that cannot be done was done to another document.
        let done = lost == 0
            && file::entry_from_json(&json, document.graph(), catalog)
                .is_some_and(|entry| document.replay(entry).is_ok());
        match (done, is_saved) {
            (true, false) => steps += 1,
            (false, false) => lost += 1,
            (_, true) => {}
        }
    }
    document.take_entries();
    if lost > 0 {
        document.set_unsaved();
    }
    let is_current = savefile.is_some() && savefile == location.savefile();
    if is_current && is_of_savefile {
        // What is no part of the graph was as the savefile has it, also where that was written by something else.
        let path = location.project.join(SAVEFILE);
        let bytes = storage.read_patiently(&path).unwrap_or_default();
        if let Ok(savefile) = file::parse(&bytes, &path, catalog) {
            document.meta = savefile.document.meta;
        }
    }
    Some(Found {
        document,
        steps,
        lost,
        written,
        is_current,
        place: Place {
            path: path.to_owned(),
            next: lines.next?,
            anew: None,
        },
        savefile,
    })
}

/// The whole lines of a journal, up to the first that is torn or not the next.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    /// Bytes of the lines so far.
    pub length: usize,
    /// Number of the next line.
    pub next: Option<u64>,
}

impl<'a> Lines<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            length: 0,
            next: None,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.bytes.get(self.length..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(rest.get(..=end)?).ok()?;
        let (number, rest) = line.trim_end_matches('\n').split_once(' ')?;
        let (sum, json) = rest.split_once(' ')?;
        let mut hasher = crc32fast::Hasher::new();
        for part in [number, " ", json] {
            hasher.update(part.as_bytes());
        }
        if u32::from_str_radix(sum, 16) != Ok(hasher.finalize()) {
            return None;
        }
        let number: u64 = number.parse().ok()?;
        if self.next.is_some_and(|next| number != next) {
            return None;
        }
        self.next = number.checked_add(1);
        self.length += line.len();
        Some(line)
    }
}

fn json(line: &str) -> Option<Json> {
    let json = line.splitn(3, ' ').nth(2)?;
    file::read_json(json.as_bytes()).ok()
}
