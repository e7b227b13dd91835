//! Life: one process from its start to its end, and what is known of it meanwhile; and what a handle can do to it
//! without waiting. It decides nothing about runs.

use std::collections::VecDeque;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::course::{Death, fault_frames};
use super::process::Process;
use super::protocol::{PROTOCOL, Request};
use crate::sys::ProcessTree;

pub const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A process that has ended may leave others that hold its pipes open: for so long their output is waited for.
const PIPES_CLOSE_WITHIN: Duration = Duration::from_secs(1);
const PING_EVERY: Duration = Duration::from_secs(2);
const SILENT_AFTER: Duration = Duration::from_secs(10);

/// What the handle can do without waiting for the supervisor.
#[derive(Default)]
pub struct Shared {
    tree: Mutex<Option<ProcessTree>>,
    /// The handle is gone: the process is to be, too.
    is_closing: AtomicBool,
    has_ended: Mutex<bool>,
    ended: Condvar,
}

/// A process and what is known of it.
pub struct Life {
    pub process: Process,
    pub number: u32,
    pub is_ready: bool,
    /// The run in progress was sent to it.
    pub has_run: bool,
    /// Revision of the graph that it holds.
    pub held: Option<u64>,
    pub killed: Option<Killed>,
    started: Instant,
    pipes_open: u8,
    exited: Option<Instant>,
    pings: u64,
    pinged: Instant,
    ponged: Instant,
    is_silent: bool,
}

/// Why we ended it ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Killed {
    NoHello,
    Protocol(u32),
    /// A run was cancelled and did not stop.
    Cancel,
    /// It is not wanted any more.
    Unwanted,
}

impl Shared {
    /// Kill the process and all that it started, for good.
    pub fn kill(&self) {
        self.is_closing.store(true, Ordering::SeqCst);
        self.kill_tree();
    }

    /// Returns when the supervisor has ended, or after `timeout`.
    pub fn wait_for_end(&self, timeout: Duration) {
        let guard = lock(&self.has_ended);
        drop(
            self.ended
                .wait_timeout_while(guard, timeout, |ended| !*ended),
        );
    }

    pub fn note_end(&self) {
        *lock(&self.has_ended) = true;
        self.ended.notify_all();
    }

    pub fn kill_tree(&self) {
        if let Some(tree) = &*lock(&self.tree) {
            tree.kill();
        }
    }

    pub fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }
}

impl Life {
    /// Begin with a process that was just started.
    pub fn new(process: Process, number: u32, tree: ProcessTree, shared: &Shared) -> Self {
        *lock(&shared.tree) = Some(tree);
        let now = Instant::now();
        Self {
            process,
            number,
            is_ready: false,
            has_run: false,
            held: None,
            killed: None,
            started: now,
            pipes_open: 2,
            exited: None,
            pings: 0,
            pinged: now,
            ponged: now,
            is_silent: false,
        }
    }

    /// Ready for a run.
    pub fn is_free(&self) -> bool {
        self.is_ready && self.killed.is_none() && !self.has_run
    }

    pub fn note_run(&mut self, revision: u64) {
        self.held = Some(revision);
        self.has_run = true;
        self.pinged = Instant::now();
        self.ponged = self.pinged;
    }

    /// It has answered. Returns whether it had been silent for long.
    pub fn note_answer(&mut self) -> bool {
        self.ponged = Instant::now();
        std::mem::take(&mut self.is_silent)
    }

    pub fn note_closed_pipe(&mut self) {
        self.pipes_open = self.pipes_open.saturating_sub(1);
    }

    pub fn note_exit(&mut self) {
        self.exited = Some(Instant::now());
    }

    pub fn is_late(&self, now: Instant) -> bool {
        !self.is_ready && now >= self.started + HELLO_WITHIN
    }

    /// Ask whether it still listens when it is time to. Returns for how long it has not, when that is too long.
    pub fn ping(&mut self, now: Instant) -> Option<Duration> {
        if !self.has_run || now < self.pinged + PING_EVERY {
            return None;
        }
        self.pinged = now;
        self.pings += 1;
        self.process.send(&Request::Ping { ping: self.pings });
        let silent = now.duration_since(self.ponged);
        self.is_silent |= silent >= SILENT_AFTER;
        self.is_silent.then_some(silent)
    }

    /// It has ended and all that it wrote was read.
    pub fn is_over(&self, now: Instant) -> bool {
        self.exited
            .is_some_and(|exited| self.pipes_open == 0 || now >= exited + PIPES_CLOSE_WITHIN)
    }

    /// When to look at it again though nothing was heard of it.
    pub fn next_deadline(&self) -> Option<Instant> {
        if let Some(exited) = self.exited {
            return Some(exited + PIPES_CLOSE_WITHIN);
        }
        if self.killed.is_some() {
            return None;
        }
        if !self.is_ready {
            return Some(self.started + HELLO_WITHIN);
        }
        self.has_run.then(|| self.pinged + PING_EVERY)
    }

    /// Take leave of a process that is over: how it ended, and the last lines that it wrote.
    pub fn bury(self, shared: &Shared, executor: &str) -> (Death, Vec<String>) {
        let errors = self.process.errors();
        let running = errors.running().to_vec();
        let frames = fault_frames(errors.tail(), executor);
        let tail = errors.tail().map(str::to_owned).collect();
        drop(errors);
        // Under the lock: once it is reaped, its number may be another's.
        let mut tree = lock(&shared.tree);
        let how = match self.process.reap() {
            Ok(status) => how_it_ended(status),
            Err(error) => format!("in a way that is not known ({error})"),
        };
        *tree = None;
        let death = Death {
            running,
            how,
            frames,
        };
        (death, tail)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends that no node is to blame for, so that a process that always dies is not started again and again.
#[derive(Default)]
pub struct Crashes(VecDeque<Instant>);

impl Crashes {
    /// How long to wait before the next start, by how many ends there were within a minute.
    const WAITS: [Duration; 4] = [
        Duration::ZERO,
        Duration::from_millis(500),
        Duration::from_secs(2),
        Duration::from_secs(8),
    ];
    const WITHIN: Duration = Duration::from_mins(1);

    pub fn note(&mut self, now: Instant) {
        self.0.push_back(now);
        if self.0.len() >= Self::WAITS.len() {
            self.0.pop_front();
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// When the next process may be started, if not at once.
    pub fn wait_until(&self, now: Instant) -> Option<Instant> {
        let is_recent = |at: &&Instant| now.duration_since(**at) < Self::WITHIN;
        let recent = self.0.iter().filter(is_recent).count();
        let start = *self.0.back()? + Self::WAITS[recent];
        (start > now).then_some(start)
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("with {}", crate::sys::signal_name(signal));
    }
    match status.code() {
        Some(code) if (0..256).contains(&code) => format!("with exit code {code}"),
        // Windows has its exceptions there.
        Some(code) => format!("with exit code {code:#010x}"),
        None => format!("with {status}"),
    }
}

/// The message for a process that never said hello, or spoke another language.
pub fn why_no_start(killed: Option<Killed>, how: &str, tail: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut message = match killed {
        Some(Killed::NoHello) => format!(
            "The engine did not come up within {} s",
            HELLO_WITHIN.as_secs()
        ),
        Some(Killed::Protocol(found)) => format!(
            "The engine speaks version {found} of the protocol, this program version {PROTOCOL}: install Loom anew"
        ),
        _ => format!("The engine cannot be started: it ended {how}"),
    };
    let last = &tail[tail.len().saturating_sub(SHOWN)..];
    if !last.is_empty() {
        message.push_str(". It said:\n");
        message.push_str(&last.join("\n"));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_it_dies_the_longer_the_wait_for_the_next() {
        let start = Instant::now();
        let mut crashes = Crashes::default();
        assert_eq!(crashes.wait_until(start), None);
        for wait in [500, 2000, 8000, 8000] {
            crashes.note(start);
            let wait = Duration::from_millis(wait);
            assert_eq!(crashes.wait_until(start), Some(start + wait));
            assert_eq!(crashes.wait_until(start + wait), None);
        }
        assert_eq!(crashes.wait_until(start + Crashes::WITHIN), None);
        crashes.clear();
        assert_eq!(crashes.wait_until(start), None);
    }

    #[test]
    fn a_start_that_failed_says_what_the_interpreter_said() {
        let tail: Vec<_> = (0..12).map(|i| format!("line {i}")).collect();
        let message = why_no_start(None, "with exit code 1", &tail);
        assert!(message.starts_with(
            "The engine cannot be started: it ended with exit code 1. It said:\nline 2\n"
        ));
        let message = why_no_start(Some(Killed::NoHello), "", &[]);
        assert_eq!(message, "The engine did not come up within 10 s");
    }
}
