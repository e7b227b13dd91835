//! Life: one process from its start to its end, and what is known of it meanwhile; and what a handle can do to it
//! without waiting. It decides nothing about runs.

use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::EngineConfig;
use super::course::{Death, fault_frames};
use super::memory::{self, Held};
use super::process::Process;
use super::protocol::{PROTOCOL, Request};
use crate::redact::Secret;
use crate::sys::{self, ProcessTree};

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
    memory: Option<memory::Watch>,
    /// When something was last asked of it, or given by it.
    used: Instant,
    idle_after: Option<Duration>,
    /// Those that it was told.
    secrets: BTreeMap<String, Secret>,
}

/// Why we ended it ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Killed {
    NoHello,
    Protocol(u32),
    /// A run was cancelled and did not stop.
    Cancel,
    /// It reached the limit.
    Memory(Held),
    /// It had nothing to do for long.
    Idle,
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

    /// The same, and all that left the tree. Takes as long as to look at every process of the machine.
    fn kill_all(&self) {
        let mark = lock(&self.tree).as_ref().and_then(|tree| {
            tree.kill();
            tree.mark().cloned()
        });
        if let Some(mark) = mark {
            sys::end_marked(&mark, |_, _| true);
        }
    }

    pub fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }
}

impl Life {
    /// Begin with a process that was just started.
    pub fn new(
        process: Process,
        number: u32,
        tree: ProcessTree,
        config: &EngineConfig,
        shared: &Shared,
    ) -> Self {
        *lock(&shared.tree) = Some(tree);
        let now = Instant::now();
        Self {
            process,
            number,
            is_ready: false,
            secrets: BTreeMap::new(),
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
            memory: config
                .memory_limit
                .map(|limit| memory::Watch::new(limit, now)),
            used: now,
            idle_after: config.idle_after,
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
        if let Some(watch) = &mut self.memory {
            watch.note_run(self.pinged);
        }
    }

    /// Tell it the secrets of its next run where it does not know them. Returns whether there was room for that.
    pub fn tell_secrets(&mut self, secrets: &BTreeMap<String, Secret>) -> bool {
        if self.secrets == *secrets {
            return true;
        }
        self.secrets.clone_from(secrets);
        let secrets = secrets.clone();
        self.process.send(&Request::Secrets { secrets })
    }

    pub fn note_end_of_run(&mut self) {
        self.has_run = false;
        self.note_use();
    }

    pub fn note_use(&mut self) {
        self.used = Instant::now();
    }

    /// It has answered. Returns whether it had been silent for long.
    pub fn note_answer(&mut self) -> bool {
        self.ponged = Instant::now();
        std::mem::take(&mut self.is_silent)
    }

    pub fn note_closed_pipe(&mut self) {
        self.pipes_open = self.pipes_open.saturating_sub(1);
    }

    /// Others that it started go with it, and with them the last that hold its pipes.
    pub fn note_exit(&mut self, shared: &Shared) {
        self.exited = Some(Instant::now());
        shared.kill_all();
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

    /// How much memory it holds, when it is time to look and there is a limit.
    pub fn weigh(&mut self, now: Instant) -> Option<Held> {
        if self.killed.is_some() || self.exited.is_some() {
            return None;
        }
        let process = self.process.id();
        self.memory.as_mut()?.look(process, self.has_run, now)
    }

    /// It has had nothing to do for as long as it may.
    pub fn is_idle(&self, now: Instant) -> bool {
        self.is_free() && self.idle_at().is_some_and(|at| now >= at)
    }

    fn idle_at(&self) -> Option<Instant> {
        // A time that cannot be told is never reached.
        self.used.checked_add(self.idle_after?)
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
        let ping = self.has_run.then(|| self.pinged + PING_EVERY);
        let idle = self.idle_at().filter(|_| !self.has_run);
        let weigh = self.memory.as_ref().map(memory::Watch::next_look);
        [ping, idle, weigh].into_iter().flatten().min()
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
        let over = match self.killed {
            Some(Killed::Memory(held)) => Some(held),
            _ => None,
        };
        let how = match (over, self.process.reap()) {
            (Some(held), _) => format!("at its memory limit: {held}"),
            (None, Ok(status)) => how_it_ended(status),
            (None, Err(error)) => format!("in a way that is not known ({error})"),
        };
        *tree = None;
        let death = Death {
            running,
            how,
            frames,
            over,
        };
        (death, tail)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
