//! The journals of the open projects: what is done to a document is handed to a task that writes it, and what an
//! earlier Loom left comes back when its project is opened. Waits for no disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use super::background::{Services, guarded};
use super::open::Project;
use super::{App, Event};
use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, Entry};
use crate::project::journal::{self, Base, Found, Journal, Place};
use crate::ui::Level;
use crate::ui::dialogs::Dialog;

/// What was written is on the disk at most this much later.
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// What could not be written is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// Entries that may wait for the task; what comes while it is full waits here.
const QUEUE: usize = 64;

/// Where what is not saved is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// In the project's folder.
    #[default]
    Home,
    /// In userdata, since the project's folder cannot be written to.
    Aside,
    /// Nowhere, for this reason.
    Nowhere(String),
}

/// What a project's journal is to begin with.
enum Start {
    New(Base),
    On(Place),
    /// On, although the savefile is not what it was.
    OnAnyway(Place),
}

/// The journal of one project.
#[derive(Default)]
pub(super) struct Keeper {
    /// Used when the first thing is done, so that looking at a project writes nothing.
    start: Option<Start>,
    /// To the task that writes; it ends with this.
    entries: Option<SyncSender<Vec<Entry>>>,
    /// Said before `entries` goes: nothing is to come back.
    is_discarded: Arc<AtomicBool>,
    /// Closed when the task is at its end.
    end: Option<Receiver<()>>,
    waiting: Vec<Entry>,
    /// Begun with as soon as this window may write to the project.
    held: Option<Base>,
    /// What an earlier Loom left and the user has not decided on.
    found: Option<Box<Found>>,
    /// That earlier versions of the savefile cannot be kept was said.
    pub(super) keeps_no_versions: bool,
}

/// Where a project's journal lies.
struct At {
    project: PathBuf,
    fallback: PathBuf,
}

impl Keeper {
    fn write(&mut self, folder: &Path, fallback: &Path, serial: u64, services: &Services) {
        if self.waiting.is_empty()
            && !matches!(&self.start, Some(Start::New(base)) if base.is_unsaved)
        {
            return;
        }
        if let Some(start) = self.start.take() {
            let (entries, received) = mpsc::sync_channel(QUEUE);
            self.entries = Some(entries);
            self.is_discarded = Arc::default();
            let at = At {
                project: folder.to_owned(),
                fallback: fallback.to_owned(),
            };
            let sender = services.sender.clone();
            let is_discarded = self.is_discarded.clone();
            let tell = move |kept| {
                let project = serial;
                sender.blocking_send(Event::Journal { project, kept }).ok();
            };
            let (goes_on, end) = mpsc::sync_channel(0);
            self.end = Some(end);
            drop(services.runtime.spawn_blocking(move || {
                let _goes_on: SyncSender<()> = goes_on;
                let writer = Writer::new(at, start);
                let write = || {
                    writer.run(&received, &is_discarded, &tell);
                    Ok(())
                };
                if let Err(reason) = guarded(write) {
                    tell(Kept::Nowhere(reason));
                }
            }));
        }
        let Some(sender) = &self.entries else { return };
        let entries = std::mem::take(&mut self.waiting);
        if let Err(TrySendError::Full(entries)) = sender.try_send(entries) {
            self.waiting = entries;
        }
    }

    /// What is done is to be written down as soon as `release` is called.
    pub fn hold(&mut self, base: Base) {
        self.held = Some(base);
    }

    /// The savefile as it was read, while nothing may be written.
    pub fn held_text(&self) -> Option<Arc<str>> {
        self.held.as_ref().map(|base| base.text.clone())
    }

    pub fn release(&mut self) {
        self.start = self.held.take().map(Start::New);
    }

    /// Closed when nothing is written any more; for what follows `discard`.
    pub fn take_end(&mut self) -> Option<Receiver<()>> {
        self.end.take()
    }

    /// Nothing is to come back; what is done next begins another on `base`.
    pub fn discard(&mut self, base: Option<Base>, services: &Services) {
        self.is_discarded.store(true, Ordering::Release);
        self.entries = None;
        self.waiting.clear();
        // What was found and not decided on stays for the next time.
        self.found = None;
        let start = std::mem::replace(&mut self.start, base.map(Start::New));
        // What came back and was not written on in has no task that removes it.
        if let Some(Start::On(place) | Start::OnAnyway(place)) = start {
            let (goes_on, end) = mpsc::sync_channel(0);
            self.end = Some(end);
            drop(services.runtime.spawn_blocking(move || {
                let _goes_on: SyncSender<()> = goes_on;
                if let Err(error) = place.remove() {
                    tracing::warn!(%error, "a journal could not be removed");
                }
            }));
        }
    }
}

/// The task that writes one journal.
struct Writer {
    at: At,
    start: Option<Start>,
    journal: Option<Journal>,
    waiting: Vec<Entry>,
    unflushed_since: Option<Instant>,
    kept: Kept,
    /// When it was found last that it cannot lie in the project's folder.
    moved_at: Option<Instant>,
}

impl Writer {
    fn new(at: At, start: Start) -> Self {
        Self {
            at,
            start: Some(start),
            journal: None,
            waiting: Vec::new(),
            unflushed_since: None,
            kept: Kept::Home,
            moved_at: None,
        }
    }

    fn run(
        mut self,
        entries: &Receiver<Vec<Entry>>,
        is_discarded: &AtomicBool,
        tell: &dyn Fn(Kept),
    ) {
        loop {
            let pause = match self.unflushed_since {
                _ if self.kept != Kept::Home => AGAIN_AFTER,
                Some(since) => FLUSH_AFTER.saturating_sub(since.elapsed()),
                None => Duration::MAX,
            };
            match entries.recv_timeout(pause) {
                Ok(entries) => {
                    self.waiting.extend(entries);
                    self.write(tell);
                }
                Err(RecvTimeoutError::Timeout) if self.kept != Kept::Home => self.write(tell),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let is_due = |since: Instant| since.elapsed() >= FLUSH_AFTER;
            if self.unflushed_since.is_some_and(is_due) {
                self.flush();
            }
        }
        if !is_discarded.load(Ordering::Acquire) {
            return self.flush();
        }
        drop(self.journal.take());
        if let Err(error) = journal::discard(&self.at.project, &self.at.fallback) {
            tracing::warn!(%error, "a journal could not be removed");
        }
    }

    fn write(&mut self, tell: &dyn Fn(Kept)) {
        let kept = match self.try_write() {
            Ok(()) => {
                self.waiting.clear();
                self.unflushed_since.get_or_insert_with(Instant::now);
                match &self.journal {
                    Some(journal) if !journal.is_home() => Kept::Aside,
                    _ => Kept::Home,
                }
            }
            Err(error) => Kept::Nowhere(error.to_string()),
        };
        if kept != self.kept {
            self.kept = kept.clone();
            tell(kept);
        }
    }

    fn try_write(&mut self) -> std::io::Result<()> {
        let At { project, fallback } = &self.at;
        if self.journal.is_none() {
            let begun = match self.start.as_ref() {
                Some(Start::New(base)) => Journal::begin(project, fallback, base)?,
                Some(Start::On(place)) => Journal::resume(place, project)?,
                Some(Start::OnAnyway(place)) => {
                    let mut journal = Journal::resume(place, project)?;
                    journal.acknowledge()?;
                    journal
                }
                None => return Ok(()),
            };
            self.start = None;
            self.journal = Some(begun);
        }
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        if self.moved_at.is_none_or(|at| at.elapsed() >= AGAIN_AFTER) {
            self.moved_at = journal.move_home().is_err().then(Instant::now);
        }
        if let Err(error) = journal.append(&self.waiting) {
            self.moved_at = Some(Instant::now());
            journal.move_aside(fallback).map_err(|_| error)?;
            journal.append(&self.waiting)?;
        }
        Ok(())
    }

    fn flush(&mut self) {
        self.unflushed_since = None;
        if let Some(Err(error)) = self.journal.as_ref().map(Journal::flush) {
            tracing::warn!(%error, "a journal could not be flushed");
        }
    }
}

impl App {
    fn journal_at(&self, project: &Project) -> Option<At> {
        Some(At {
            project: project.folder.clone()?,
            fallback: self.paths.userdata.join("journals"),
        })
    }

    /// What an earlier Loom left of a project that was just loaded and may be written: it comes back at once where the
    /// savefile is as it was, and is asked about where something else changed it.
    pub(super) fn bring_back(&mut self, project: &mut Project, base: Base) {
        let Some(at) = self.journal_at(project) else {
            return;
        };
        let found = journal::find(&at.project, &at.fallback, &project.catalog);
        let keeper = &mut project.keeper;
        match found {
            Some(found) if found.is_current => {
                keeper.start = Some(Start::On(found.place));
                if found.document.is_dirty() {
                    let name = project.name().to_owned();
                    self.tell_recovered(&name, came_back(found.steps, found.lost));
                }
                project.document = found.document;
                project.seen_revision = project.document.graph().revision();
                return;
            }
            Some(found) => keeper.found = Some(Box::new(found)),
            None => {}
        }
        if base.is_unsaved {
            project.document.set_unsaved();
        }
        keeper.start = Some(Start::New(base));
        project.document.record();
    }

    /// Hand what was done since the last frame to the journals.
    pub(super) fn keep_journals(&mut self) {
        let fallback = self.paths.userdata.join("journals");
        let services = &self.services;
        let others = self.tabs.others_mut();
        for project in std::iter::once(&mut self.project).chain(others) {
            let entries = project.document.take_entries();
            project.keeper.waiting.extend(entries);
            let Some(folder) = &project.folder else {
                continue;
            };
            let serial = project.serial;
            project.keeper.write(folder, &fallback, serial, services);
        }
    }

    pub(super) fn journal_told(&mut self, kept: Kept) {
        let before = std::mem::replace(&mut self.project.hindrances.kept, kept);
        if self.project.hindrances.kept == Kept::Home && matches!(before, Kept::Nowhere(_)) {
            self.notify(Level::Success, "Changes are kept on the disk again");
        }
    }

    /// The question about what an earlier Loom left, where it could not come back by itself.
    pub(super) fn offer_recovery(&mut self) {
        let Some(found) = &self.project.keeper.found else {
            return;
        };
        if file::to_text(&found.document, None) == file::to_text(&self.project.document, None) {
            self.drop_recovery();
            return;
        }
        self.dialog = Some(Dialog::Recover {
            project: self.project.serial,
            when: super::files::age(found.written),
            nodes: found.document.graph().node_count(),
        });
    }

    pub(super) fn restore(&mut self) {
        let Some(found) = self.project.keeper.found.take() else {
            return;
        };
        let told = came_back(found.steps, found.lost);
        self.project.keeper.start = Some(Start::OnAnyway(found.place));
        self.replace_document(found.document);
        self.notify(Level::Success, told);
    }

    /// The savefile is what is wanted.
    pub(super) fn drop_recovery(&mut self) {
        let Some(at) = self.journal_at(&self.project) else {
            return;
        };
        self.project.keeper.found = None;
        if let Err(error) = journal::discard(&at.project, &at.fallback) {
            self.notify(
                Level::Warning,
                format!("What was left of an earlier window could not be removed: {error}"),
            );
        }
    }

    /// Show what no file holds in place of what the project's file holds.
    pub(super) fn show_unsaved(&mut self, document: &Document) {
        // Read again, so that the nodes have the numbers that the journal will tell of.
        let text = file::to_text(document, None);
        let read = file::parse(text.as_bytes(), Path::new(SAVEFILE), &self.project.catalog);
        let Ok(read) = read else { return };
        self.replace_document(read.document);
        self.project.document.set_unsaved();
        self.project.document.record();
        let base = Base {
            text: text.into(),
            is_unsaved: true,
        };
        self.project.keeper.discard(Some(base), &self.services);
    }
}

fn came_back(steps: usize, lost: usize) -> String {
    let came = match steps {
        0 => "What was not saved came back".to_owned(),
        1 => "1 change that was not saved came back".to_owned(),
        _ => format!("{steps} changes that were not saved came back"),
    };
    match lost {
        0 => format!("{came}; save to keep it"),
        _ => format!("{came}; {lost} more could not, since nodes that they need have changed"),
    }
}
