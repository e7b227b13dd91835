//! The journals of the open projects: what is done to a document is handed to a task that writes it, and what an
//! earlier Loom left comes back when its project is opened. Waits for the disk when a project is opened, and never else.

mod left;
mod writer;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::Duration;

use left::Left;
pub use left::PutAway;
use writer::Writer;

use super::background::{Services, guarded};
use super::open::Project;
use super::{App, Event};
use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, Entry};
use crate::graph::Catalog;
use crate::project::Slot;
use crate::project::journal::{Base, Journal, Location, Place, Standing};
use crate::ui::Level;

/// Messages that may wait for the task; what comes while it is full waits here.
const QUEUE: usize = 64;
/// A save waits at most this long for the journal.
const SAVE_AFTER: Duration = Duration::from_secs(2);

/// Where what is not saved is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Where it is to be: in the project's folder, if this window may write there.
    #[default]
    Home,
    /// In userdata, since the project's folder cannot be written to.
    Aside,
    /// Nowhere, for this reason.
    Nowhere(String),
    /// What was kept is gone: the task waits for what is shown.
    Lost,
}

/// What the task is told.
enum Message {
    /// What was done, and the kinds of nodes then.
    Done(Vec<Entry>, Arc<Catalog>),
    /// What it was told is to be on the disk, and this to be dropped then.
    Flush(SyncSender<()>),
    /// May the project run with what was done?
    Standing(Standing),
    /// What was kept is gone: this is what is shown, with all that was told before, and the savefile's text.
    Anew(Box<Document>, Arc<str>, Arc<Catalog>),
    /// It is to lie there from now on.
    Lie(Lies),
    /// What was left at this place, which is held until then, was done again: it goes when that is on the disk.
    Remove(Box<Place>, Slot),
}

/// What a project's journal is to begin with.
enum Start {
    New(Base),
    On(Place),
    /// On, although the savefile is not what it was.
    OnAnyway(Place),
}

impl Start {
    /// Write on in what was found, if that is how it begins.
    fn resume(&self, location: &Location) -> io::Result<Journal> {
        match self {
            Self::New(_) => Err(io::Error::other("it begins with nothing")),
            Self::On(place) => location.resume(place),
            Self::OnAnyway(place) => {
                let mut journal = location.resume(place)?;
                journal.acknowledge()?;
                Ok(journal)
            }
        }
    }
}

/// Where a journal is to lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lies {
    /// In the project's folder, or where nothing can be written there in its slot in userdata.
    #[default]
    Home,
    /// In that slot: the project could not be locked.
    Aside,
    /// In a slot of its own: another window has that one, or something lies there that nobody has decided on.
    Apart,
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
    /// Where the task keeps it.
    lies: Lies,
    /// The task waits for what is shown.
    pub(super) is_lost: bool,
    /// Where what `start` goes on in lies, if that is apart.
    slot: Option<Slot>,
    /// Said before `messages` goes: nothing is to come back.
    is_discarded: Arc<AtomicBool>,
    /// Closed when the task is at its end.
    end: Option<Receiver<()>>,
    waiting: Vec<Entry>,
    /// What was left and the user has not decided on.
    left: VecDeque<Left>,
    /// What of it stays where it lies until the project is opened again.
    stays: Vec<Left>,
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
        (may_lie, standing): (Lies, Option<Standing>),
        services: &Services,
    ) {
        let lies = self.is_to_lie(may_lie);
        if let (Some(messages), Some(standing)) = (&self.messages, standing)
            && self.told != Some(standing)
            && messages.try_send(Message::Standing(standing)).is_ok()
        {
            self.told = Some(standing);
        }
        // What was done until now first: it is written before it takes the place of what lies there.
        if let Some(messages) = &self.messages
            && self.waiting.is_empty()
            && self.lies != lies
            && messages.try_send(Message::Lie(lies)).is_ok()
        {
            self.lies = lies;
        }
        // What came back is watched over from the start: nobody else has it.
        let has_something = match &self.start {
            Some(Start::New(base)) => base.is_unsaved,
            Some(Start::On(_) | Start::OnAnyway(_)) => true,
            None => false,
        };
        if self.waiting.is_empty() && !has_something {
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
            self.lies = lies;
            let writer = Writer::new(
                services.runtime.clone(),
                location.clone(),
                (start, self.slot.take(), lies),
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

    /// All that is shown is written down anew.
    fn begin_anew(&mut self, shown: &Document, saved: &Arc<str>, catalog: &Arc<Catalog>) {
        let Some(messages) = &self.messages else {
            return;
        };
        let message = Message::Anew(Box::new(shown.clone()), saved.clone(), catalog.clone());
        if messages.try_send(message).is_ok() {
            // It holds what waits.
            self.waiting.clear();
            self.is_lost = false;
        }
    }

    /// Where this window may write it could take the place of what was left and nobody has decided on.
    fn is_to_lie(&self, may_lie: Lies) -> Lies {
        let mut left = self.left.iter().chain(&self.stays);
        if left.any(|left| left.slot.is_none()) {
            Lies::Apart
        } else {
            may_lie
        }
    }

    /// Where it lies, if the project has one.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
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

    /// Is what is not saved kept, so that it can come back?
    pub fn is_kept(&self) -> bool {
        self.location.is_some()
    }

    /// All of it is to come back at another time: nothing that is done from now on is written.
    pub fn keep(&mut self, catalog: &Arc<Catalog>, services: &Services) {
        if let Some(messages) = self.messages.take()
            && !self.waiting.is_empty()
        {
            // There was no room for it yet, and there is no later.
            let message = Message::Done(std::mem::take(&mut self.waiting), catalog.clone());
            let send = move || drop(messages.send(message));
            drop(services.runtime.spawn_blocking(send));
        }
        let end = self.end.take();
        *self = Self {
            end,
            ..Self::default()
        };
    }

    /// Nothing is to come back; what is done next begins another on `base`.
    pub fn discard(&mut self, base: Option<Base>, services: &Services) {
        self.is_discarded.store(true, Ordering::Release);
        self.messages = None;
        self.is_lost = false;
        self.waiting.clear();
        if base.is_none() {
            // What was found and not decided on stays for the next time.
            (self.left, self.stays) = Default::default();
        }
        let start = std::mem::replace(&mut self.start, base.map(Start::New));
        // What came back and was not written on in has no task that removes it.
        if let Some(Start::On(place) | Start::OnAnyway(place)) = start
            && let Some(location) = self.location.clone()
        {
            let (goes_on, end) = mpsc::sync_channel(0);
            self.end = Some(end);
            let slot = self.slot.take();
            drop(services.runtime.spawn_blocking(move || {
                let _goes_on: SyncSender<()> = goes_on;
                // It is held until then.
                let _slot = slot;
                if let Err(error) = location.remove(&place) {
                    tracing::warn!(%error, "a journal could not be removed");
                }
            }));
        }
    }
}

impl Project {
    /// What the journal holds is shown in place of a savefile that is damaged.
    pub(super) fn go_on_in(&mut self, (place, slot): (Place, Option<Slot>)) {
        self.document.set_unsaved();
        let keeper = &mut self.keeper;
        if let Some(location) = &keeper.location {
            keeper.left = Left::apart(location, &self.catalog).collect();
        }
        (keeper.start, keeper.slot) = (Some(Start::OnAnyway(place)), slot);
    }

    /// What is shown as the text of a savefile, of which it is read again, so that the nodes have the numbers that the
    /// journal will tell of.
    pub(super) fn read_again(&mut self) -> Arc<str> {
        let text = file::to_text(&self.document, None);
        let read = file::parse(text.as_bytes(), Path::new(SAVEFILE), &self.catalog);
        match read {
            Ok(read) => self.document = read.document,
            Err(error) => tracing::warn!(%error, "what is shown cannot be read again"),
        }
        text.into()
    }
}

impl App {
    pub(super) fn journal_at(&self, folder: &Path) -> Location {
        Location::new(folder, &self.paths.userdata)
    }

    /// Hand what was done since the last frame to the journals.
    pub(super) fn keep_journals(&mut self) {
        let services = &self.services;
        let others = self.tabs.others_mut();
        for project in std::iter::once(&mut self.project).chain(others) {
            let entries = project.document.take_entries();
            let state = (project.holding.may_lie(), project.standing());
            let keeper = &mut project.keeper;
            keeper.waiting.extend(entries);
            if keeper.is_lost {
                let (shown, saved) = (&project.document, &project.outside.base);
                keeper.begin_anew(shown, saved, &project.catalog);
            }
            keeper.write(&project.catalog, project.serial, state, services);
        }
    }

    pub(super) fn journal_told(&mut self, kept: Kept) {
        if kept == Kept::Lost {
            self.project.keeper.is_lost = true;
            return;
        }
        let before = std::mem::replace(&mut self.project.hindrances.kept, kept);
        if self.project.hindrances.kept == Kept::Home && matches!(before, Kept::Nowhere(_)) {
            self.notify(Level::Success, "Changes are kept on the disk again");
        }
    }

    /// Show what no file holds in place of what the project's file holds.
    pub(super) fn show_unsaved(&mut self, document: &Document) {
        self.project.document = document.clone();
        let text = self.project.read_again();
        let document = std::mem::take(&mut self.project.document);
        self.replace_document(document);
        self.project.document.set_unsaved();
        self.project.document.record();
        let base = Base {
            text,
            is_unsaved: true,
        };
        self.project.keeper.discard(Some(base), &self.services);
    }
}
