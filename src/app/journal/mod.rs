//! The journals of the open projects: what is done to a document is handed to a task that writes it, and what an
//! earlier Loom left comes back when its project is opened. Waits for no disk.

mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::Duration;

use writer::Writer;

use super::background::{Services, guarded};
use super::open::Project;
use super::{App, Event};
use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, Entry};
use crate::graph::Catalog;
use crate::project::journal::{Base, Found, Location, Place, Standing};
use crate::project::trust::Doubt;
use crate::ui::Level;
use crate::ui::dialogs::Dialog;

/// Messages that may wait for the task; what comes while it is full waits here.
const QUEUE: usize = 64;
/// A save waits at most this long for the journal.
const SAVE_AFTER: Duration = Duration::from_secs(2);

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

/// What the task is told.
enum Message {
    /// What was done, and the kinds of nodes then.
    Done(Vec<Entry>, Arc<Catalog>),
    /// What it was told is to be on the disk, and this to be dropped then.
    Flush(SyncSender<()>),
    /// May the project run with what was done?
    Standing(Standing),
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
    location: Option<Location>,
    /// Used when the first thing is done, so that looking at a project writes nothing.
    start: Option<Start>,
    /// To the task that writes; it ends with this.
    messages: Option<SyncSender<Message>>,
    /// How the project stands, as the task knows.
    told: Option<Standing>,
    /// Said before `messages` goes: nothing is to come back.
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

impl Keeper {
    pub fn at(location: Location) -> Self {
        Self {
            location: Some(location),
            ..Self::default()
        }
    }

    fn write(
        &mut self,
        catalog: &Arc<Catalog>,
        serial: u64,
        standing: Option<Standing>,
        services: &Services,
    ) {
        if let (Some(messages), Some(standing)) = (&self.messages, standing)
            && self.told != Some(standing)
            && messages.try_send(Message::Standing(standing)).is_ok()
        {
            self.told = Some(standing);
        }
        if self.waiting.is_empty()
            && !matches!(&self.start, Some(Start::New(base)) if base.is_unsaved)
        {
            return;
        }
        let Some(location) = &self.location else {
            return;
        };
        if let Some(start) = self.start.take() {
            let (messages, received) = mpsc::sync_channel(QUEUE);
            self.messages = Some(messages);
            self.is_discarded = Arc::default();
            self.told = standing;
            let writer = Writer::new(
                services.runtime.clone(),
                location.clone(),
                start,
                catalog.clone(),
                standing,
            );
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
                let write = || {
                    writer.run(&received, &is_discarded, &tell);
                    Ok(())
                };
                if let Err(reason) = guarded(write) {
                    tell(Kept::Nowhere(reason));
                }
            }));
        }
        let Some(messages) = &self.messages else {
            return;
        };
        let entries = std::mem::take(&mut self.waiting);
        let message = Message::Done(entries, catalog.clone());
        if let Err(TrySendError::Full(Message::Done(entries, _))) = messages.try_send(message) {
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

    /// Wait for what was done until now to be on the disk, on the thread that is about to save it: the journal is never
    /// behind the savefile.
    pub fn flush_first(&mut self) -> impl FnOnce() + Send + use<> {
        let (flushed, wait) = mpsc::sync_channel(0);
        let asked = self
            .messages
            .as_ref()
            .map(|messages| messages.try_send(Message::Flush(flushed)));
        move || {
            if let Some(Ok(())) = asked {
                // Where the journal cannot be written this is no reason not to save.
                wait.recv_timeout(SAVE_AFTER).ok();
            }
        }
    }

    /// Nothing is to come back; what is done next begins another on `base`.
    pub fn discard(&mut self, base: Option<Base>, services: &Services) {
        self.is_discarded.store(true, Ordering::Release);
        self.messages = None;
        self.waiting.clear();
        // What was found and not decided on stays for the next time.
        self.found = None;
        let start = std::mem::replace(&mut self.start, base.map(Start::New));
        // What came back and was not written on in has no task that removes it.
        if let Some(Start::On(place) | Start::OnAnyway(place)) = start
            && let Some(location) = self.location.clone()
        {
            let (goes_on, end) = mpsc::sync_channel(0);
            self.end = Some(end);
            drop(services.runtime.spawn_blocking(move || {
                let _goes_on: SyncSender<()> = goes_on;
                if let Err(error) = location.remove(&place) {
                    tracing::warn!(%error, "a journal could not be removed");
                }
            }));
        }
    }
}

impl Project {
    /// What the journal holds is shown in place of a savefile that is damaged.
    pub(super) fn go_on_in(&mut self, place: Place) {
        self.document.set_unsaved();
        self.keeper.start = Some(Start::OnAnyway(place));
    }
}

impl App {
    pub(super) fn journal_at(&self, folder: &Path) -> Location {
        Location::new(folder, &self.paths.userdata)
    }

    /// What an earlier Loom left of a project that was just loaded and may be written: it comes back at once where the
    /// savefile is as it was, and is asked about where something else changed it or wrote the journal itself.
    pub(super) fn bring_back(&mut self, project: &mut Project, base: Base) {
        let keeper = &mut project.keeper;
        let found = keeper.location.as_ref();
        let found = found.and_then(|location| location.find(&project.catalog));
        match found {
            Some(found) if found.is_current && found.place.is_own() => {
                let is_trusted = found.place.is_trusted();
                project
                    .trusting
                    .set_doubt((!is_trusted).then_some(Doubt::Unsaved));
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
        let services = &self.services;
        let others = self.tabs.others_mut();
        for project in std::iter::once(&mut self.project).chain(others) {
            let entries = project.document.take_entries();
            let standing = project.standing();
            let keeper = &mut project.keeper;
            keeper.waiting.extend(entries);
            keeper.write(&project.catalog, project.serial, standing, services);
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
            is_own: found.place.is_own(),
        });
    }

    pub(super) fn restore(&mut self) {
        let Some(found) = self.project.keeper.found.take() else {
            return;
        };
        let told = came_back(found.steps, found.lost);
        if !found.place.is_trusted() {
            self.doubt(Doubt::Unsaved);
        }
        self.project.keeper.start = Some(Start::OnAnyway(found.place));
        self.replace_document(found.document);
        self.notify(Level::Success, told);
    }

    /// The savefile is what is wanted.
    pub(super) fn drop_recovery(&mut self) {
        let Some(location) = self.project.keeper.location.clone() else {
            return;
        };
        self.project.keeper.found = None;
        if let Err(error) = location.discard() {
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
    let them = if steps > 1 { "them" } else { "it" };
    match lost {
        0 => format!("{came}; save to keep {them}"),
        _ => format!("{came}; {lost} more could not, since nodes that they need have changed"),
    }
}
