//! Journals that may not lie in the project: nobody can write there, another Loom holds it, or left something there that
//! nobody has decided on. They lie in userdata, in slots.

use std::io;

use super::{Found, Location, own_home};
use crate::graph::Catalog;
use crate::project::lock::{self, LockError};
use crate::project::slots::{Slot, Slots};

impl Location {
    /// The slot of the window that has the project, or who has it. `None`: there is none to be had, for no window.
    pub fn hold(&self) -> Result<Option<Slot>, LockError> {
        match self.slots().and_then(|slots| slots.main()) {
            Ok(Some(slot)) => Ok(Some(slot)),
            Ok(None) => {
                let holder = lock::holder(&self.project).filter(|_| !lock::is_free(&self.project));
                Err(LockError::Held(holder))
            }
            Err(error) => {
                tracing::warn!(%error, "userdata has no lock for {}", self.project.display());
                Ok(None)
            }
        }
    }

    /// A slot where nothing lies.
    pub fn free_slot(&self) -> io::Result<Slot> {
        self.slots()?.free()
    }

    /// The slots of windows that did not have the project, left something there and have ended.
    pub fn left_slots(&self) -> Vec<Slot> {
        self.slots()
            .map_or_else(|_| Vec::new(), |slots| slots.left())
    }

    /// Does a window that is open, and does not have the project, keep something of it?
    pub fn is_written_apart(&self) -> bool {
        self.slots().is_ok_and(|slots| slots.are_written())
    }

    /// The newest of what windows left that had the project, or else of what others left, with its slot.
    pub fn newest_of_any(&self, catalog: &Catalog) -> Option<(Found, Option<Slot>)> {
        let own = self.newest(catalog).map(|found| (found, None));
        own.or_else(|| {
            let of = |slot| Some((self.apart(&slot).newest(catalog)?, Some(slot)));
            let left = self.left_slots().into_iter().filter_map(of);
            left.max_by_key(|(found, _)| found.written)
        })
    }

    /// The same project's, in such a slot.
    #[must_use]
    pub fn apart(&self, slot: &Slot) -> Self {
        Self {
            home: slot.path().to_owned(),
            asides: Vec::new(),
            ..self.clone()
        }
    }

    /// The same project's, in the slot of the window that has it, and nowhere else.
    pub fn aside(&self) -> io::Result<Self> {
        let (first, others) = self.asides.split_first().ok_or_else(no_other)?;
        Ok(Self {
            home: first.clone(),
            asides: others
                .iter()
                .filter(|path| !self.is_own_home(path))
                .cloned()
                .collect(),
            ..self.clone()
        })
    }

    /// The same project's, in its own folder and nowhere else.
    #[must_use]
    pub fn within(&self) -> Self {
        Self {
            home: own_home(&self.project),
            asides: Vec::new(),
            ..self.clone()
        }
    }

    fn slots(&self) -> io::Result<Slots> {
        let main = self.asides.first().ok_or_else(no_other)?;
        Ok(Slots::of(main.clone()))
    }
}

pub(super) fn no_other() -> io::Error {
    io::Error::other("there is no other place to write to")
}
