//! Which window writes to a project. It holds two locks: one lies in the project, for every Loom that there is; the other
//! holds the project's slot in userdata, where what is done lies when it cannot lie in the project, so that no two windows
//! of one userdata folder go there. What cannot be locked yet is tried again. Waits for the disk when a project is
//! opened, and when others removed the lock of its slot.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use super::background::{Services, guarded};
use super::journal::Lies;
use super::open::{Project, Stands};
use super::{App, Event};
use crate::document::file;
use crate::project::journal::{Found, Location};
use crate::project::{Lock, LockError, Slot};
use crate::ui::Level;

/// So often a project is locked again that could not be.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A project that is opened again waits at most this long for what is still written of it.
const OF_ENDING: Duration = Duration::from_secs(2);

/// What keeps other windows from writing to a project, as far as this one could get it.
#[derive(Default)]
pub(super) struct Holding {
    /// Only with it something is saved. Given up first, as it is taken last.
    lock: Option<Lock>,
    slot: Option<Arc<Slot>>,
    /// Another window has one of them.
    barred: Option<Barred>,
    /// This window had the slot, and another has it by now.
    has_lost_slot: bool,
    /// They are being tried.
    is_trying: bool,
    tried_at: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Barred {
    /// It could say which it is; so it would be seen if it ended.
    is_named: bool,
}

/// What came of trying to be the one who writes to a project.
#[derive(Debug)]
pub struct Tried {
    slot: Option<Slot>,
    lock: Result<Lock, LockError>,
    /// What another Loom left there that did not end as it should.
    left: Option<Box<Found>>,
}

/// Projects that were closed and of which something is still written, by their folders. Closed when that is done.
pub(super) type Endings = Vec<(PathBuf, Receiver<()>)>;

impl Holding {
    /// Take what can be had, and say who else has the rest.
    pub fn take(location: &Location, folder: &Path) -> (Self, Option<LockError>) {
        let mut holding = Self::default();
        let Tried { slot, lock, .. } = Tried::now(location, folder, false);
        holding.slot = slot.map(Arc::new);
        match lock {
            Ok(lock) => holding.lock = Some(lock),
            Err(held @ LockError::Held(_)) => {
                holding.bar(&held);
                return (holding, Some(held));
            }
            Err(LockError::Io { .. }) => {}
        }
        (holding, None)
    }

    /// May this window save, as far as other Looms go?
    pub fn is_locked(&self) -> bool {
        self.lock.is_some()
    }

    /// Does another window write to the project, and not this one?
    pub fn is_barred(&self) -> bool {
        self.barred.is_some()
    }

    /// Is it known which one does?
    pub fn is_named(&self) -> bool {
        self.barred.is_some_and(|barred| barred.is_named)
    }

    /// The project's slot in userdata, if this window has it.
    pub fn slot(&self) -> Option<&Arc<Slot>> {
        self.slot.as_ref()
    }

    /// The project's own lock is worth nothing any more. Was it held?
    pub fn forget_lock(&mut self) -> bool {
        self.lock.take().is_some()
    }

    /// Where what is done may lie.
    pub fn may_lie(&self) -> Lies {
        match (&self.lock, &self.slot) {
            // It could not go on in its slot where nothing can be written in the project.
            (Some(_), None) if self.has_lost_slot => Lies::Apart,
            (Some(_), _) => Lies::Home,
            (None, None) if self.is_barred() => Lies::Apart,
            (None, _) => Lies::Aside,
        }
    }

    /// Where what lies was left by windows that wrote to the project, and is no other window's now.
    pub fn own_part(&self, location: &Location) -> Option<Location> {
        if !self.is_barred() {
            return Some(location.clone());
        }
        self.slot.as_ref().and_then(|_| location.aside().ok())
    }

    fn bar(&mut self, held: &LockError) {
        let is_named = matches!(held, LockError::Held(Some(_)));
        self.barred = Some(Barred { is_named });
    }
}

impl Tried {
    fn now(location: &Location, folder: &Path, has_slot: bool) -> Self {
        let slot = if has_slot { Ok(None) } else { location.hold() };
        let (slot, lock) = match slot {
            Ok(slot) => (slot, Lock::take(folder)),
            Err(held) => (None, Err(held)),
        };
        Self {
            slot,
            lock,
            left: None,
        }
    }
}

impl Project {
    /// Is it to be locked as soon as it can be?
    pub(super) fn wants_lock(&self) -> bool {
        let is_open = self.stands == Stands::Open && self.folder.is_some();
        is_open && !self.holding.is_locked() && !self.holding.is_barred()
    }

    /// Others may have it, as soon as what is written of it is on the disk. Closed then; `None`: they may at once.
    pub(super) fn give_up(&mut self, services: &Services) -> Option<Receiver<()>> {
        let holding = std::mem::take(&mut self.holding);
        let journal = self.keeper.take_end();
        if journal.is_none() && holding.slot.is_none() && holding.lock.is_none() {
            return None;
        }
        let (goes_on, end) = mpsc::sync_channel(0);
        drop(services.runtime.spawn_blocking(move || {
            let _goes_on: SyncSender<()> = goes_on;
            if let Some(journal) = journal {
                // It says nothing and is closed.
                journal.recv().ok();
            }
            drop(holding);
        }));
        Some(end)
    }
}

impl App {
    /// A project that could not be locked, and that nothing else stands in the way of, is locked as soon as it can be.
    pub(super) fn lock_again(&mut self) {
        let project = &self.project;
        let is_hindered = project.hindrances.condition.hindrance.is_some();
        if !project.wants_lock() || project.holding.is_trying || is_hindered {
            return;
        }
        let elapsed = project.holding.tried_at.map(|at| at.elapsed());
        match elapsed.and_then(|elapsed| AGAIN_AFTER.checked_sub(elapsed)) {
            Some(left) => self.services.context.request_repaint_after(left),
            None => self.take_lock(),
        }
    }

    /// Try once more to be the one who writes to the project.
    pub(super) fn take_lock(&mut self) {
        let Project {
            serial: project,
            folder: Some(folder),
            catalog,
            keeper,
            holding,
            ..
        } = &mut self.project
        else {
            return;
        };
        let Some(location) = keeper.location().cloned() else {
            return;
        };
        // A second try would meet what the first one took.
        if std::mem::replace(&mut holding.is_trying, true) {
            return;
        }
        holding.tried_at = Some(Instant::now());
        let (project, folder, catalog) = (*project, folder.clone(), catalog.clone());
        let (was_barred, had_slot) = (holding.is_barred(), holding.slot.is_some());
        self.services.spawn(move || {
            let try_now = || {
                let mut tried = Tried::now(&location, &folder, had_slot);
                if was_barred && !matches!(tried.lock, Err(LockError::Held(_))) {
                    // In its slot is what this window does itself.
                    let unseen = if had_slot {
                        location.within()
                    } else {
                        location
                    };
                    let found = unseen.find(&catalog);
                    let left = found.filter(|found| found.document.is_dirty());
                    tried.left = left.map(Box::new);
                }
                Ok(tried)
            };
            let tried = guarded(try_now).unwrap_or_else(|reason| Tried {
                slot: None,
                lock: Err(LockError::Io {
                    source: io::Error::other(reason),
                    path: folder.clone(),
                }),
                left: None,
            });
            Event::LockTried { project, tried }
        });
    }

    pub(super) fn lock_tried(&mut self, tried: Tried) {
        let Project {
            holding,
            read_only,
            document,
            ..
        } = &mut self.project;
        let Tried { slot, lock, left } = tried;
        holding.is_trying = false;
        holding.slot = slot.map(Arc::new).or(holding.slot.take());
        if let Err(held @ LockError::Held(_)) = &lock {
            let text = held.to_string();
            holding.bar(held);
            *read_only = Some(text.clone());
            self.leave_found();
            self.save_is_off();
            return self.notify(Level::Warning, text);
        }
        let was_barred = holding.barred.take().is_some();
        if was_barred {
            // What was saved there meanwhile comes in as any change from outside does.
            *read_only = file::why_read_only(document);
        }
        let is_read_only = read_only.is_some();
        match lock {
            Ok(lock) => {
                holding.lock = Some(lock);
                // It may be removed before it was seen.
                self.watch_anew();
                if self.is_save_waiting() {
                    self.save(None);
                } else if was_barred && !is_read_only {
                    self.notify(Level::Success, "The project can be saved here now");
                }
            }
            // Where no save waits for it there is nothing to say: the folder's own banner does.
            Err(error) if self.is_save_waiting() => self.not_saved(error.to_string()),
            Err(error) if is_read_only => self.notify(Level::Warning, error.to_string()),
            Err(_) => {}
        }
        if let Some(found) = left {
            self.found_there(*found);
        }
        if was_barred {
            self.find_unsaved_code();
        }
    }

    /// The lock of the slot was removed: another window finds it free, or has it by now. That waits for the disk:
    /// before anything else is done it must be known whose it is.
    pub(super) fn hold_slot_again(&mut self) {
        let holding = &mut self.project.holding;
        let Some(slot) = holding.slot.take() else {
            return;
        };
        match slot.again() {
            Ok(Some(slot)) => holding.slot = Some(Arc::new(slot)),
            // Without the project's lock both would write there.
            Ok(None) if holding.lock.is_none() => {
                let held = LockError::Held(None);
                holding.bar(&held);
                self.project.read_only = Some(held.to_string());
                self.notify(Level::Warning, held.to_string());
            }
            Ok(None) => holding.has_lost_slot = true,
            Err(error) => tracing::warn!(%error, "userdata has no lock any more"),
        }
        self.watch_anew();
    }

    /// Remember until when a project that was closed has to be waited for.
    pub(super) fn add_ending(&mut self, project: &mut Project) {
        let is_going_on = |receiver: &Receiver<()>| receiver.try_recv() == Err(TryRecvError::Empty);
        self.endings.retain(|(_, receiver)| is_going_on(receiver));
        let ending = project.give_up(&self.services);
        self.endings.extend(project.folder.clone().zip(ending));
    }

    /// Closed when nobody has to wait for a project any more that was closed.
    pub(super) fn take_ending(&mut self, folder: &Path) -> Option<Receiver<()>> {
        let at = self.endings.iter().position(|(other, _)| other == folder);
        at.map(|at| self.endings.swap_remove(at).1)
    }

    /// A project that was closed just now is opened when it is given up.
    pub(super) fn wait_for_ending(&mut self, folder: &Path) {
        if let Some(ending) = self.take_ending(folder) {
            ending.recv_timeout(OF_ENDING).ok();
        }
    }
}
