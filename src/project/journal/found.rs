//! What lies there of a Loom that did not end as it should, and what it comes to. Writes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;

use super::lines::{Chain, Lines, Standing};
use super::{Location, Print, own_home, snapshot};
use crate::document::Document;
use crate::document::file::{self, SAVEFILE};
use crate::graph::Catalog;

/// So many of the last steps may have been done while the savefile was being written.
const STEPS_IN_A_SAVE: usize = 8;

/// What an earlier Loom left.
#[derive(Debug)]
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
    pub(super) savefile: Known,
    /// What the system called the project's folder then.
    pub(super) folder: Option<String>,
}

/// What the savefile may hold: the last that was written, and what was there before saves that failed, of which none can
/// say whether it took the place.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Vec<Print>);

impl Known {
    /// So many saves may fail one after the other.
    const MOST: usize = 8;

    pub fn of(prints: impl IntoIterator<Item = Print>) -> Self {
        Self(prints.into_iter().collect())
    }

    /// The last one last.
    pub fn prints(&self) -> &[Print] {
        &self.0
    }

    fn learn(&mut self, print: Option<Print>, is_failed: bool) {
        let first = self.0.len().saturating_sub(Self::MOST);
        self.0.drain(..if is_failed { first } else { self.0.len() });
        self.0.extend(print);
    }

    fn is(&self, savefile: Option<Print>) -> bool {
        savefile.is_some_and(|savefile| self.0.contains(&savefile))
    }
}

/// Where to write on in a journal that was found.
#[derive(Clone, Debug)]
pub struct Place {
    pub(super) path: PathBuf,
    pub(super) next: u64,
    /// What it is to begin with instead, and what that comes to, where not all of it came back.
    pub(super) anew: Option<(Arc<str>, Chain)>,
    /// What its lines come to.
    pub(super) chain: Chain,
    /// As the last tag says; `None`: it is not of this machine, or one of the lines is not.
    pub(super) standing: Option<Standing>,
    /// It lies in userdata, where nobody else writes.
    pub(super) is_aside: bool,
}

impl Found {
    /// What a journal would come to that lies at `path` and was begun with this.
    pub(super) fn of(document: Document, saved: &str, path: PathBuf, standing: Standing) -> Self {
        Self {
            steps: document.history().done(),
            document,
            lost: 0,
            written: SystemTime::now(),
            is_current: true,
            place: Place {
                path,
                next: 1,
                anew: None,
                chain: Chain::default(),
                standing: Some(standing),
                is_aside: false,
            },
            savefile: Known::of([Print::of(saved.as_bytes())]),
            folder: None,
        }
    }

    /// What takes the place of all lines: a snapshot with the number of the last. `None`: it would not mean the same.
    pub(super) fn as_line(
        &self,
        location: &Location,
        catalog: &Catalog,
    ) -> Option<(String, Chain)> {
        let place = &self.place;
        let snapshot = snapshot::of_found(self);
        let read = snapshot::read(&parsed(&snapshot.to_string())?, &place.path, catalog)?;
        if read.document.graph() != self.document.graph() {
            return None;
        }
        let line = location.first_line(place.next - 1, snapshot, place.standing);
        line.ok()
    }
}

impl Place {
    /// It lies in userdata.
    pub fn is_aside(&self) -> bool {
        self.is_aside
    }

    /// It was written here. Otherwise it came along with the project, or is of a Loom that tagged nothing.
    pub fn is_own(&self) -> bool {
        self.standing.is_some() || self.is_aside
    }

    /// What it holds may run where the project may: it was done while that was so.
    pub fn is_trusted(&self) -> bool {
        match self.standing {
            Some(standing) => standing == Standing::Trusted,
            None => self.is_aside,
        }
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
        let found = self.paths().filter_map(|path| read(self, path, catalog));
        // What came along from elsewhere hides nothing of our own.
        let order = |found: &Found| (found.place.is_own(), found.written, found.place.next);
        let mut found = found.max_by_key(order)?;
        if !found.is_current && found.lost == 0 {
            self.know_savefile(&mut found, catalog);
        }
        if found.lost > 0 {
            let line = found.as_line(self, catalog);
            found.place.anew = line.map(|(line, chain)| (line.into(), chain));
        }
        Some(found)
    }

    /// Where it may lie; what a link leads to is not the project's.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let is_within = |path: &Path| {
            let folder = path.parent().unwrap_or(path);
            !self.is_own_home(path) || self.storage.refuse_links(folder).is_ok()
        };
        let others = self.asides.iter().filter(|path| **path != self.home);
        let paths = std::iter::once(&self.home)
            .chain(others)
            .map(PathBuf::as_path);
        paths.filter(move |path| is_within(path))
    }

    /// Is it where a journal lies in the project's own folder?
    pub(super) fn is_own_home(&self, path: &Path) -> bool {
        path == own_home(&self.project)
    }

    /// Does what lies there begin with all that the other holds?
    pub fn continues(&self, place: &Place, other: &Place) -> bool {
        let bytes = self.storage.read_patiently(&place.path).unwrap_or_default();
        let mut lines = Lines::of(&bytes);
        while lines.next().is_some() {
            if lines.next == Some(other.next) {
                return lines.chain == other.chain;
            }
        }
        false
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
        if saved.meta.project_id != found.document.meta.project_id {
            return;
        }
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
    let begun = snapshot::read(&parsed(lines.next()?)?, path, catalog)?;
    let (mut document, mut savefile) = (begun.document, begun.savefile);
    document.record();
    let (mut steps, mut lost) = (begun.steps, 0);
    let mut is_of_savefile = false;
    for text in lines.by_ref() {
        // One that is whole and cannot be read is a step all the same.
        let Some(json) = parsed(text) else {
            lost += 1;
            continue;
        };
        let is_saved = json.get("saved").is_some();
        if let Some(known) = json.get("savefile") {
            let is_failed = json.get("saved").is_some_and(Value::is_null);
            savefile.learn(Print::from_json(known), is_failed);
        }
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
    let is_current = savefile.is(location.savefile());
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
            chain: lines.chain,
            standing: lines.standing(&location.key),
            is_aside: !location.is_own_home(path),
        },
        savefile,
        folder: begun.folder,
    })
}

pub(super) fn parsed(json: &str) -> Option<Value> {
    file::read_json(json.as_bytes()).ok()
}
