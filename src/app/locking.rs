//! Which window writes to a project: it holds two locks. One lies in the project, for every Loom that there is; the
//! other where its journal goes when that folder cannot be written to, so that no two windows of one userdata folder go
//! there. Where the first cannot be taken yet it is tried again. Waits for no disk but when a project is opened.

use std::path::Path;
use std::time::{Duration, Instant};

use super::open::{Project, Stands};
use super::{App, Event};
use crate::document::file;
use crate::project::journal::{Found, Location, Slot};
use crate::project::{Lock, LockError, lock};
use crate::ui::Level;

/// So often a project is locked again that could not be.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What keeps other windows from writing to a project, as far as this one could get it.
#[derive(Default)]
pub(super) struct Holding {
    /// Taken first and given up last. Without the other one nothing is saved, and what is done is kept there.
    aside: Option<Slot>,
    lock: Option<Lock>,
    /// It is being tried, and was last.
    is_trying: bool,
    tried_at: Option<Instant>,
}

/// What came of trying to be the one who writes to a project.
#[derive(Debug)]
pub struct Tried {
    aside: Option<Slot>,
    lock: Result<Lock, LockError>,
    /// What another Loom left there that did not end as it should.
    left: Option<Box<Found>>,
}

impl Holding {
    /// Take what can be had; the error says why that is not all.
    pub fn take(location: &Location, folder: &Path) -> (Self, Result<(), LockError>) {
        let Tried { aside, lock, .. } = Tried::now(location, folder, false);
        let (lock, taken) = match lock {
            Ok(lock) => (Some(lock), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let holding = Self {
            aside,
            lock,
            ..Self::default()
        };
        (holding, taken)
    }

    /// May this window save, as far as other Looms go?
    pub fn is_whole(&self) -> bool {
        self.lock.is_some()
    }

    /// The project's own lock is worth nothing any more. Was it held?
    pub fn forget_lock(&mut self) -> bool {
        self.lock.take().is_some()
    }
}

impl Tried {
    fn now(location: &Location, folder: &Path, has_aside: bool) -> Self {
        let aside = if has_aside {
            Ok(None)
        } else {
            take_aside(location, folder)
        };
        let taken = aside.and_then(|aside| match Lock::take(folder) {
            Err(error @ LockError::Held(_)) => Err(error),
            lock => Ok((aside, lock)),
        });
        let (aside, lock) = taken.unwrap_or_else(|held| (None, Err(held)));
        Self {
            aside,
            lock,
            left: None,
        }
    }

    fn is_held(&self) -> bool {
        matches!(self.lock, Err(LockError::Held(_)))
    }
}

/// `None`: userdata cannot be written to, by nobody else either.
fn take_aside(location: &Location, folder: &Path) -> Result<Option<Slot>, LockError> {
    match location.aside() {
        Ok(Some(slot)) => Ok(Some(slot)),
        Ok(None) => {
            let holder = lock::holder(folder).filter(|_| !lock::is_free(folder));
            Err(LockError::Held(holder))
        }
        Err(error) => {
            tracing::warn!(%error, "userdata has no lock for {}", folder.display());
            Ok(None)
        }
    }
}

impl App {
    /// A project that could not be locked, and that nothing else stands in the way of, is locked as soon as it can be.
    pub(super) fn lock_again(&mut self) {
        let project = &self.project;
        let Holding {
            is_trying,
            tried_at,
            ..
        } = &project.holding;
        let is_unlocked = !project.holding.is_whole() && project.read_only.is_none();
        let is_open = project.stands == Stands::Open && project.folder.is_some();
        let is_hindered = project.hindrances.condition.hindrance.is_some();
        if !is_unlocked || !is_open || *is_trying || is_hindered {
            return;
        }
        let elapsed = tried_at.map(|at| at.elapsed());
        match elapsed.and_then(|elapsed| AGAIN_AFTER.checked_sub(elapsed)) {
            Some(left) => self.services.context.request_repaint_after(left),
            None => self.take_lock(),
        }
    }

    /// Try once more to be the one who writes to the project.
    pub(super) fn take_lock(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        // A second try would meet what the first one took.
        if std::mem::replace(&mut self.project.holding.is_trying, true) {
            return;
        }
        self.project.holding.tried_at = Some(Instant::now());
        let project = self.project.serial;
        let (location, catalog) = (self.journal_at(&folder), self.project.catalog.clone());
        let is_barred = self.project.keeper.is_barred;
        let has_aside = self.project.holding.aside.is_some();
        self.services.spawn(move || {
            let mut tried = Tried::now(&location, &folder, has_aside);
            if is_barred && !tried.is_held() {
                let found = location.find(&catalog);
                let left = found.filter(|found| found.document.is_dirty());
                tried.left = left.map(Box::new);
            }
            Event::LockTried { project, tried }
        });
    }

    pub(super) fn lock_tried(&mut self, tried: Tried) {
        let Project {
            holding,
            keeper,
            read_only,
            document,
            ..
        } = &mut self.project;
        holding.is_trying = false;
        let Tried { aside, lock, left } = tried;
        match lock {
            Ok(_) if holding.is_whole() => return,
            Err(error @ LockError::Held(_)) => {
                *holding = Holding::default();
                let text = error.to_string();
                *read_only = Some(text.clone());
                keeper.is_barred = true;
                return self.notify(Level::Warning, text);
            }
            _ => {}
        }
        // What is done may lie in the project now, or in its stead: nobody else is there.
        holding.aside = aside.or(holding.aside.take());
        let was_barred = std::mem::take(&mut keeper.is_barred);
        if was_barred {
            // What was saved there meanwhile comes in as any change from outside does.
            *read_only = file::why_read_only(document);
        }
        let is_read_only = read_only.is_some();
        match lock {
            Ok(lock) => {
                holding.lock = Some(lock);
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
    }
}
