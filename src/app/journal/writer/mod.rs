//! The task that writes one journal. Lines are written as they come; what takes long, a flush and the snapshot of a
//! rotation, goes on beside it, so that nothing that was done waits in memory for a slow disk.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::{Kept, Lies, Message, Start};
use crate::document::{Document, Entry};
use crate::graph::Catalog;
use crate::project::Slot;
use crate::project::journal::{Flushed, Journal, Location, Place, Rotated, Standing};

/// What was written is on the disk at most this much later.
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// What could not be written is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// One that could not be made shorter is left alone for so long.
const ROTATE_AGAIN_AFTER: Duration = Duration::from_mins(5);
/// So often it is looked whether others removed it.
const CHECK_AFTER: Duration = Duration::from_secs(2);
/// So often it is looked whether what goes on beside is done.
const LOOK_AFTER: Duration = Duration::from_millis(5);

/// The task that writes one journal.
pub(super) struct Writer {
    runtime: Handle,
    location: Location,
    start: Option<Start>,
    lies: Lies,
    /// It is not known yet where that is.
    is_unsettled: bool,
    /// Where it lies apart.
    slot: Option<Slot>,
    catalog: Arc<Catalog>,
    /// `None`: it is not known yet.
    standing: Option<Standing>,
    journal: Option<Journal>,
    waiting: Vec<Entry>,
    unflushed_since: Option<Instant>,
    /// Dropped when what was written until now is on the disk.
    asked: Vec<SyncSender<()>>,
    /// It was removed, and could not be put back yet.
    is_stuck: bool,
    /// Nobody has its lines any more.
    is_lost: bool,
    /// The flush that goes on beside.
    flushing: Option<Flushing>,
    /// The snapshot that is made beside.
    rotating: Option<Receiver<io::Result<Rotated>>>,
    kept: Kept,
    /// When it was looked last whether it is there.
    checked_at: Instant,
    /// When it was written to last, or that was tried.
    tried_at: Option<Instant>,
    /// When it was found last that it cannot lie in the project's folder.
    moved_at: Option<Instant>,
    /// When it was found last that it cannot be made shorter.
    rotated_at: Option<Instant>,
}

struct Flushing {
    result: Receiver<io::Result<Flushed>>,
    /// Dropped when it is done.
    asked: Vec<SyncSender<()>>,
}

impl Writer {
    pub fn new(
        runtime: Handle,
        location: Location,
        (start, slot, lies): (Start, Option<Slot>, Lies),
        catalog: Arc<Catalog>,
        standing: Option<Standing>,
    ) -> Self {
        Self {
            runtime,
            location,
            start: Some(start),
            lies,
            is_unsettled: false,
            slot,
            catalog,
            standing,
            journal: None,
            waiting: Vec::new(),
            unflushed_since: None,
            asked: Vec::new(),
            is_stuck: false,
            is_lost: false,
            flushing: None,
            rotating: None,
            kept: Kept::Home,
            checked_at: Instant::now(),
            tried_at: None,
            moved_at: None,
            rotated_at: None,
        }
    }

    pub fn run(
        mut self,
        messages: &Receiver<Message>,
        is_discarded: &AtomicBool,
        tell: &dyn Fn(Kept),
    ) {
        loop {
            match messages.recv_timeout(self.pause()) {
                Ok(Message::Done(entries, catalog)) => {
                    self.catalog = catalog;
                    self.waiting.extend(entries);
                    self.step(tell, Self::write);
                }
                Ok(Message::Flush(flushed)) => self.asked.push(flushed),
                Ok(Message::Standing(standing)) => {
                    self.standing = Some(standing);
                    self.stand();
                }
                Ok(Message::Lie(lies)) => {
                    self.lies = lies;
                    (self.is_unsettled, self.moved_at) = (true, None);
                    self.step(tell, Self::write);
                }
                Ok(Message::Anew(shown, saved, catalog)) => {
                    self.catalog = catalog;
                    self.is_lost = false;
                    self.step(tell, |writer| writer.begin_anew(*shown, &saved));
                    // Where that is nowhere either it is asked for once more, after a while.
                    self.is_lost = matches!(self.kept, Kept::Nowhere(_));
                }
                Ok(Message::Remove(place, slot)) => {
                    self.step(tell, Self::write);
                    self.step(tell, Self::flush);
                    self.remove(&place);
                    drop(slot);
                }
                Err(RecvTimeoutError::Timeout) if self.is_to_write_again() => {
                    self.step(tell, Self::write);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.checked_at.elapsed() >= CHECK_AFTER {
                self.step(tell, Self::check);
            }
            self.step(tell, Self::go_on_flushing);
            self.go_on_rotating();
        }
        if is_discarded.load(Ordering::Acquire) {
            let discarded = match self.journal.take() {
                Some(journal) => journal.discard(),
                None => self.place().and_then(|location| location.discard()),
            };
            if let Err(error) = discarded {
                tracing::warn!(%error, "a journal could not be removed");
            }
            if let Some(slot) = &self.slot {
                slot.clear();
            }
        } else {
            self.step(tell, Self::flush);
        }
        // Nothing goes on when the task is at its end; what was made is removed with it.
        drop(self.rotating.take().map(|rotating| rotating.recv()));
        drop(self.flushing.take().map(|flushing| flushing.result.recv()));
    }

    fn is_to_write_again(&self) -> bool {
        let is_due = |at: Instant| at.elapsed() >= AGAIN_AFTER;
        self.kept != Kept::Home && self.tried_at.is_none_or(is_due)
    }

    /// Until there is something to do beside what comes.
    fn pause(&self) -> Duration {
        let since = self.tried_at.map_or(AGAIN_AFTER, |at| at.elapsed());
        let again = (self.kept != Kept::Home).then(|| AGAIN_AFTER.saturating_sub(since));
        let flush = self
            .unflushed_since
            .map(|since| FLUSH_AFTER.saturating_sub(since.elapsed()));
        let goes_on = self.flushing.is_some() || self.rotating.is_some();
        let look = goes_on.then_some(LOOK_AFTER);
        let check = self.journal.as_ref();
        let check = check.map(|_| CHECK_AFTER.saturating_sub(self.checked_at.elapsed()));
        let flush = flush.filter(|_| self.flushing.is_none());
        let pauses = [again, flush, look, check];
        pauses.into_iter().flatten().min().unwrap_or(Duration::MAX)
    }

    /// On another thread.
    fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Receiver<io::Result<T>> {
        let (done, result) = mpsc::sync_channel(1);
        drop(self.runtime.spawn_blocking(move || {
            done.send(work()).ok();
        }));
        result
    }

    /// Do something that may find another place for the journal, or none.
    fn step(&mut self, tell: &dyn Fn(Kept), step: impl FnOnce(&mut Self) -> io::Result<()>) {
        let kept = match step(self) {
            Err(_) if self.is_lost => Kept::Lost,
            Err(error) => Kept::Nowhere(error.to_string()),
            // What waits is nowhere as before.
            Ok(()) if !self.waiting.is_empty() => return,
            Ok(()) if self.is_stuck || self.is_lost => return,
            Ok(()) if self.journal.as_ref().is_some_and(Journal::is_doubtful) => return,
            Ok(()) => match &self.journal {
                Some(journal) if !journal.is_home() || self.lies == Lies::Aside => Kept::Aside,
                _ => Kept::Home,
            },
        };
        if kept != self.kept {
            self.kept = kept.clone();
            tell(kept);
        }
    }

    fn write(&mut self) -> io::Result<()> {
        self.tried_at = Some(Instant::now());
        if self.is_lost {
            return Err(gone());
        }
        if self.journal.is_none() {
            let location = self.place()?;
            let begun = match self.start.as_ref() {
                Some(Start::New(base)) => {
                    let standing = self.standing.unwrap_or(Standing::Restricted);
                    location.begin(base, standing)?
                }
                Some(start) => {
                    let resumed = start.resume(&location);
                    // What was read there is shown: nothing is lost when it cannot be written on.
                    self.is_lost = resumed.is_err();
                    resumed?
                }
                None => return Ok(()),
            };
            self.start = None;
            self.journal = Some(begun);
            self.stand();
        }
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        if self.slot.is_some() && self.lies != Lies::Apart && !self.waiting.is_empty() {
            // Before it takes the place of what lies there, which may be what was restored.
            journal.append(&self.waiting)?;
            self.waiting.clear();
            self.unflushed_since.get_or_insert_with(Instant::now);
        }
        self.settle()?;
        let Some(journal) = self.journal.as_mut().filter(|_| !self.waiting.is_empty()) else {
            return Ok(());
        };
        if let Err(error) = journal.append(&self.waiting) {
            self.moved_at = Some(Instant::now());
            journal.move_aside().map_err(|_| error)?;
            journal.append(&self.waiting)?;
        }
        self.waiting.clear();
        self.unflushed_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Begin a journal of what is shown in place of one that is gone.
    fn begin_anew(&mut self, shown: Document, saved: &str) -> io::Result<()> {
        self.tried_at = Some(Instant::now());
        let location = self.place()?;
        let standing = self.standing.unwrap_or(Standing::Restricted);
        let journal = location.begin_anew(shown, saved, &self.catalog, standing)?;
        // It holds what waits, and what goes on beside was of the one before.
        self.waiting.clear();
        (self.flushing, self.rotating) = (None, None);
        (self.journal, self.start) = (Some(journal), None);
        (self.is_stuck, self.is_lost) = (false, false);
        self.unflushed_since = Some(Instant::now());
        Ok(())
    }

    /// Where it is to lie now.
    fn place(&mut self) -> io::Result<Location> {
        match self.lies {
            Lies::Home => Ok(self.location.clone()),
            Lies::Aside => self.location.aside(),
            Lies::Apart => {
                let slot = match self.slot.take() {
                    Some(slot) => slot,
                    None => self.location.free_slot()?,
                };
                Ok(self.location.apart(self.slot.insert(slot)))
            }
        }
    }

    /// Bring it where it is to lie, if that can be. In the project's folder nothing is written that may not lie there.
    fn settle(&mut self) -> io::Result<()> {
        if self.is_unsettled {
            let place = match self.place() {
                Ok(place) => place,
                Err(error) if self.must_leave() => return Err(error),
                Err(_) => return Ok(()),
            };
            if let Some(journal) = &mut self.journal {
                journal.set_location(place);
            }
            self.is_unsettled = false;
        }
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        let mut moved = Ok(());
        if self.moved_at.is_none_or(|at| at.elapsed() >= AGAIN_AFTER) {
            moved = journal.move_home();
            self.moved_at = moved.is_err().then(Instant::now);
        }
        if self.must_leave() {
            return moved.and(Err(io::Error::other("another Loom may have the project")));
        }
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        if self.lies != Lies::Apart && journal.is_home() {
            self.slot = None;
        }
        Ok(())
    }

    /// It lies in the project's folder, where it may not any more.
    fn must_leave(&self) -> bool {
        let journal = self.journal.as_ref();
        self.lies != Lies::Home && journal.is_some_and(Journal::is_in_project)
    }

    /// What others removed is put back.
    fn check(&mut self) -> io::Result<()> {
        self.checked_at = Instant::now();
        if let Some(slot) = self.slot.take_if(|slot| !slot.is_held()) {
            // Another window may have it by now: then this one goes elsewhere.
            self.slot = slot.again()?;
            self.is_unsettled = true;
        }
        if self.must_leave() || self.is_unsettled {
            self.moved_at = None;
            self.settle()?;
        }
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        if self.is_lost || journal.is_in_place() {
            self.is_stuck = false;
            return Ok(());
        }
        if !journal.is_whole() {
            self.is_lost = true;
            return Err(gone());
        }
        tracing::warn!("a journal was removed while it was written: it is put back");
        self.unflushed_since = Some(Instant::now());
        let put_back = journal.put_back();
        self.is_stuck = put_back.is_err();
        put_back
    }

    /// What was left at a place is in this journal now, on the disk.
    fn remove(&self, place: &Place) {
        let is_kept = matches!(self.kept, Kept::Home | Kept::Aside) && self.waiting.is_empty();
        if !is_kept
            || self.is_stuck
            || self.is_lost
            || self.journal.as_ref().is_none_or(Journal::is_doubtful)
        {
            // It is offered once more.
            return;
        }
        if let Err(error) = self.location.remove(place) {
            tracing::warn!(%error, "a journal could not be removed");
        }
    }

    /// The journal as a whole stands as the project does: what was done before that was known, and by an earlier window.
    fn stand(&mut self) {
        if let (Some(standing), Some(journal)) = (self.standing, &mut self.journal)
            && let Err(error) = journal.stand(standing)
        {
            tracing::warn!(%error, "a journal does not say how its project stands");
        }
    }

    fn go_on_flushing(&mut self) -> io::Result<()> {
        if let Some(flushing) = &self.flushing {
            let Some(result) = heard(&flushing.result) else {
                return Ok(());
            };
            let asked = self.flushing.take().map(|flushing| flushing.asked);
            if let Some(journal) = &mut self.journal {
                let flushed = journal.flushed(result);
                self.mend(flushed)?;
            }
            drop(asked);
        }
        let is_due = |since: Instant| since.elapsed() >= FLUSH_AFTER;
        if self.asked.is_empty() && !self.unflushed_since.is_some_and(is_due) {
            return Ok(());
        }
        self.check()?;
        let asked = std::mem::take(&mut self.asked);
        // What is written from now on is for the next one.
        self.unflushed_since = None;
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        match journal.begin_flush() {
            Ok(flush) => {
                let result = self.beside(|| flush.run());
                self.flushing = Some(Flushing { result, asked });
                Ok(())
            }
            Err(error) => self.mend(Err(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        // An error is told once, to the flush that met it.
        if let Some(flushing) = self.flushing.take()
            && let Ok(result) = flushing.result.recv()
        {
            journal.flushed(result).ok();
        }
        let flushed = journal.flush();
        self.mend(flushed)
    }

    /// What a flush that failed did not bring to the disk is written anew.
    fn mend(&mut self, flushed: io::Result<()>) -> io::Result<()> {
        let (Err(error), Some(journal)) = (flushed, &mut self.journal) else {
            return Ok(());
        };
        tracing::warn!(%error, "a journal could not be flushed");
        journal
            .renew()
            .or_else(|_| journal.move_aside())
            .map_err(|_| {
                self.unflushed_since = Some(Instant::now());
                error
            })
    }

    fn go_on_rotating(&mut self) {
        let Some(journal) = &mut self.journal else {
            return;
        };
        if let Some(rotating) = &self.rotating {
            // Windows puts nothing in the place of a file that is being flushed; elsewhere a slow disk holds nothing up.
            if cfg!(windows) && self.flushing.is_some() {
                return;
            }
            let Some(rotated) = heard(rotating) else {
                return;
            };
            self.rotating = None;
            let result = rotated.and_then(|rotated| journal.rotated(&rotated));
            self.rotated_at = result.is_err().then(Instant::now);
            if let Err(error) = result {
                tracing::warn!(%error, "a journal could not be made shorter");
            }
            return;
        }
        let is_due = |at: Instant| at.elapsed() >= ROTATE_AGAIN_AFTER;
        if !journal.has_grown()
            || matches!(self.kept, Kept::Nowhere(_))
            || !self.rotated_at.is_none_or(is_due)
        {
            return;
        }
        let (rotation, catalog) = (journal.begin_rotation(), self.catalog.clone());
        self.rotating = Some(self.beside(move || rotation.run(&catalog)));
    }
}

fn gone() -> io::Error {
    io::Error::other("what was kept is gone")
}

/// What came of work beside; `None`: it goes on.
fn heard<T>(result: &Receiver<io::Result<T>>) -> Option<io::Result<T>> {
    match result.try_recv() {
        Ok(result) => Some(result),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Disconnected) => Some(Err(io::Error::other("it was broken off"))),
    }
}

#[cfg(test)]
mod tests;
