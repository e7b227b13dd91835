//! Supervisor: the thread that owns an engine's process. It takes orders and reports, keeps the deadlines (hello,
//! Stop, ping), and starts another process when one is needed. What a run makes of a dead process is `Course`'s.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::course::{Course, Death, Verdict, fault_frames};
use super::plan::{Mirror, Plan};
use super::process::{News, Process, Report};
use super::protocol::{EngineEvent, Fetch, PROTOCOL, Request, RunStatus, View};
use super::{EngineConfig, RunRequest};
use crate::event::{EventSender, TrySendError};
use crate::sys::{self, ProcessTree};

const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// After Stop: when nodes are interrupted, and when the process is killed.
const INTERRUPT_AFTER: Duration = Duration::from_secs(2);
const KILL_AFTER: Duration = Duration::from_secs(5);
const PING_EVERY: Duration = Duration::from_secs(2);
const SILENT_AFTER: Duration = Duration::from_secs(10);
/// A process that has ended may leave others that hold its pipes open: for so long their output is waited for.
const PIPES_CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// How long to wait before the next start, by how many ended within a minute without a node to blame.
const BACK_OFF: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(8),
];
const MINUTE: Duration = Duration::from_secs(60);

/// From the handle.
pub enum Order {
    Run { plan: Plan, request: RunRequest },
    Cancel(u64),
    Fetch(Fetch),
    Restart,
    Shutdown,
}

/// What the handle can do without waiting for the supervisor.
#[derive(Default)]
pub struct Shared {
    tree: Mutex<Option<ProcessTree>>,
    /// The handle is gone: the process is to be, too.
    is_closing: AtomicBool,
    has_ended: Mutex<bool>,
    ended: Condvar,
}

pub struct Supervisor {
    config: EngineConfig,
    events: EventSender<EngineEvent>,
    orders: Receiver<Order>,
    reports: Receiver<Report>,
    report_sender: SyncSender<Report>,
    shared: Arc<Shared>,
    mirror: Mirror,
    life: Option<Life>,
    started_count: u32,
    course: Option<Course>,
    cancel: Option<Cancel>,
    waiting: VecDeque<RunRequest>,
    /// When processes ended without a node to blame.
    crashes: VecDeque<Instant>,
    folders: Vec<PathBuf>,
    is_leaving: bool,
}

/// A process and what is known of it.
struct Life {
    process: Process,
    number: u32,
    started: Instant,
    is_ready: bool,
    /// The run in progress was sent to it.
    has_run: bool,
    /// Revision of the graph that it holds.
    held: Option<u64>,
    pipes_open: u8,
    exited: Option<Instant>,
    killed: Option<Killed>,
    pings: u64,
    pinged: Instant,
    ponged: Instant,
    is_silent: bool,
}

/// Why we ended it ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    NoHello,
    Protocol(u32),
    /// A run was cancelled and did not stop.
    Cancel,
    /// It is not wanted any more.
    Unwanted,
}

struct Cancel {
    at: Instant,
    is_interrupted: bool,
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

    fn kill_tree(&self) {
        if let Some(tree) = &*lock(&self.tree) {
            tree.kill();
        }
    }

    fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Supervisor {
    pub fn new(
        config: EngineConfig,
        events: EventSender<EngineEvent>,
        orders: Receiver<Order>,
        (report_sender, reports): (SyncSender<Report>, Receiver<Report>),
    ) -> Self {
        Self {
            config,
            events,
            orders,
            reports,
            report_sender,
            shared: Arc::default(),
            mirror: Mirror::default(),
            life: None,
            started_count: 0,
            course: None,
            cancel: None,
            waiting: VecDeque::new(),
            crashes: VecDeque::new(),
            folders: Vec::new(),
            is_leaving: false,
        }
    }

    /// Start the thread. It lives until the engine is dropped or shut down: the process dies with it.
    pub fn spawn(mut self, shared: &Arc<Shared>) {
        self.shared = Arc::clone(shared);
        let events = self.events.clone();
        let spawned = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                let shared = Arc::clone(&self.shared);
                self.start_process();
                self.supervise();
                *lock(&shared.has_ended) = true;
                shared.ended.notify_all();
            });
        if let Err(error) = spawned {
            *lock(&shared.has_ended) = true;
            let message = format!("The engine cannot be started: no thread for it ({error})");
            events.try_send(EngineEvent::StartFailed { message }).ok();
        }
    }

    fn supervise(mut self) {
        loop {
            self.take_orders();
            self.tick(Instant::now());
            if self.life.is_none() && (self.is_leaving || self.shared.is_closing()) {
                break;
            }
            let timeout = self.until_next_deadline(Instant::now());
            let mut next = match timeout {
                Some(timeout) => self.reports.recv_timeout(timeout).ok(),
                None => self.reports.recv().ok(),
            };
            while let Some(report) = next {
                self.take_report(report);
                next = self.reports.try_recv().ok();
            }
        }
        for folder in &self.folders {
            fs::remove_dir_all(folder).ok();
        }
    }

    fn take_orders(&mut self) {
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Order::Run { plan, request } => {
                    self.mirror.apply(plan);
                    self.waiting.push_back(request);
                }
                Order::Cancel(run) => self.cancel_run(run),
                Order::Fetch(fetch) => self.fetch(fetch),
                Order::Restart => {
                    self.crashes.clear();
                    self.kill(Killed::Unwanted);
                    if self.life.is_none() {
                        self.start_process();
                    }
                }
                Order::Shutdown => {
                    self.is_leaving = true;
                    if let Some(life) = &mut self.life {
                        life.process.send(&Request::Shutdown);
                        life.process.close_input();
                    }
                }
            }
        }
    }

    fn cancel_run(&mut self, run: u64) {
        let is_current = self
            .course
            .as_ref()
            .is_some_and(|course| course.request.run == run);
        if is_current {
            let is_sent = self.life.as_ref().is_some_and(|life| life.has_run);
            if is_sent && self.cancel.is_none() {
                self.send(&Request::Cancel { run });
                self.cancel = Some(Cancel {
                    at: Instant::now(),
                    is_interrupted: false,
                });
            } else if !is_sent {
                self.end_course(RunStatus::Cancelled);
            }
        } else if let Some(at) = self.waiting.iter().position(|other| other.run == run)
            && let Some(request) = self.waiting.remove(at)
        {
            self.tell(Course::new(request).finish(RunStatus::Cancelled));
        }
    }

    fn fetch(&mut self, fetch: Fetch) {
        let number = fetch.fetch;
        let view = match &self.life {
            Some(life) if life.is_ready && life.killed.is_none() => {
                if life.process.send(&Request::Fetch(fetch)) {
                    return;
                }
                View::Error {
                    message: "The engine does not answer: stop the run, or wait until it is done"
                        .to_owned(),
                }
            }
            _ => View::Gone,
        };
        self.tell(EngineEvent::Value {
            fetch: number,
            view,
        });
    }

    /// Everything that depends on the time or on what was learnt since.
    fn tick(&mut self, now: Instant) {
        self.bury(now);
        if self.shared.is_closing() {
            self.kill(Killed::Unwanted);
            return;
        }
        if self.is_leaving {
            return;
        }
        self.keep_deadlines(now);
        let has_work = self.course.is_some() || !self.waiting.is_empty();
        if self.life.is_none() && has_work && self.back_off(now).is_none() {
            self.start_process();
        }
        let is_free = |life: &Life| life.is_ready && life.killed.is_none() && !life.has_run;
        if self.life.as_ref().is_some_and(is_free) {
            if self.course.is_none() {
                self.course = self.waiting.pop_front().map(Course::new);
            }
            self.send_run();
        }
    }

    fn keep_deadlines(&mut self, now: Instant) {
        let Some(life) = &mut self.life else { return };
        if !life.is_ready && now >= life.started + HELLO_WITHIN {
            self.kill(Killed::NoHello);
            return;
        }
        let Some(course) = &self.course else { return };
        let run = course.request.run;
        if let Some(cancel) = &mut self.cancel {
            if now >= cancel.at + KILL_AFTER {
                self.kill(Killed::Cancel);
            } else if now >= cancel.at + INTERRUPT_AFTER && !cancel.is_interrupted {
                cancel.is_interrupted = true;
                self.send(&Request::Interrupt { run });
            }
            return;
        }
        if life.has_run && now >= life.pinged + PING_EVERY {
            life.pinged = now;
            life.pings += 1;
            let ping = life.pings;
            let silent = now.duration_since(life.ponged);
            life.process.send(&Request::Ping { ping });
            if silent >= SILENT_AFTER {
                life.is_silent = true;
                let secs = silent.as_secs() as u32;
                self.tell(EngineEvent::NotAnswering { secs });
            }
        }
    }

    /// How long until something is to be done without a report; `None`: nothing is.
    fn until_next_deadline(&self, now: Instant) -> Option<Duration> {
        let mut deadlines = Vec::new();
        if let Some(life) = &self.life {
            deadlines.extend(life.exited.map(|exited| exited + PIPES_CLOSE_WITHIN));
            if !life.is_ready && life.killed.is_none() {
                deadlines.push(life.started + HELLO_WITHIN);
            }
            if let Some(cancel) = &self.cancel
                && life.killed.is_none()
            {
                deadlines.push(cancel.at + KILL_AFTER);
                if !cancel.is_interrupted {
                    deadlines.push(cancel.at + INTERRUPT_AFTER);
                }
            } else if life.has_run && life.killed.is_none() {
                deadlines.push(life.pinged + PING_EVERY);
            }
        } else if self.course.is_some() || !self.waiting.is_empty() {
            deadlines.push(self.back_off(now).unwrap_or(now));
        }
        let next = deadlines.into_iter().min()?;
        Some(next.saturating_duration_since(now))
    }

    /// When the next process may be started, if not at once.
    fn back_off(&self, now: Instant) -> Option<Instant> {
        let recent: Vec<_> = self
            .crashes
            .iter()
            .filter(|at| now.duration_since(**at) < MINUTE)
            .collect();
        let wait = BACK_OFF[recent.len().min(BACK_OFF.len() - 1)];
        let start = **recent.last()? + wait;
        (start > now).then_some(start)
    }

    fn start_process(&mut self) {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        self.tell(EngineEvent::Starting);
        self.started_count += 1;
        let name = format!(
            "engine-{}-{}",
            std::process::id(),
            FOLDERS.fetch_add(1, Ordering::Relaxed)
        );
        let files = self.config.files.join(name);
        let spawned = fs::create_dir_all(&files)
            .map_err(|error| format!("its folder cannot be made: {error} ({})", files.display()))
            .and_then(|()| {
                Process::spawn(
                    &self.config,
                    &files,
                    self.started_count,
                    &self.report_sender,
                )
                .map_err(|error| format!("{error} ({})", self.config.python.display()))
            });
        self.folders.push(files);
        let now = Instant::now();
        match spawned {
            Ok((process, tree)) => {
                *lock(&self.shared.tree) = Some(tree);
                self.life = Some(Life {
                    process,
                    number: self.started_count,
                    started: now,
                    is_ready: false,
                    has_run: false,
                    held: None,
                    pipes_open: 2,
                    exited: None,
                    killed: None,
                    pings: 0,
                    pinged: now,
                    ponged: now,
                    is_silent: false,
                });
            }
            Err(why) => self.start_failed(format!("The engine cannot be started: {why}")),
        }
    }

    fn start_failed(&mut self, message: String) {
        self.note_crash();
        self.tell(EngineEvent::StartFailed { message });
        self.end_course(RunStatus::Failed);
        while let Some(request) = self.waiting.pop_front() {
            self.tell(Course::new(request).finish(RunStatus::Failed));
        }
    }

    fn note_crash(&mut self) {
        self.crashes.push_back(Instant::now());
        if self.crashes.len() > BACK_OFF.len() {
            self.crashes.pop_front();
        }
    }

    /// Send the run in progress to the process that is ready.
    fn send_run(&mut self) {
        let (Some(life), Some(course)) = (&mut self.life, &mut self.course) else {
            return;
        };
        let message = course.message(&mut self.mirror, life.held);
        life.held = Some(message.revision);
        life.has_run = true;
        let now = Instant::now();
        (life.pinged, life.ponged) = (now, now);
        if !life.process.send(&Request::Run(message)) {
            // It does not read, although it has nothing to do: the next one will.
            self.kill(Killed::Unwanted);
        }
    }

    fn take_report(&mut self, report: Report) {
        let Report::From(number, news) = report else {
            return;
        };
        let Some(life) = self.life.as_mut().filter(|life| life.number == number) else {
            return;
        };
        match news {
            News::Events(events) => {
                for event in events {
                    self.take_event(event);
                }
            }
            News::Lines(lines) => {
                let run = self.course.as_ref().map(|course| course.request.run);
                for line in lines {
                    self.tell(EngineEvent::Log {
                        run,
                        node: line.node,
                        level: line.level,
                        text: line.text,
                    });
                }
            }
            News::Closed => life.pipes_open -= 1,
            News::Exited => {
                life.exited = Some(Instant::now());
                // Others that it started go with it, and with them the last that hold its pipes.
                self.shared.kill_tree();
            }
        }
    }

    fn take_event(&mut self, event: EngineEvent) {
        let Some(life) = &mut self.life else { return };
        match event {
            EngineEvent::Hello { protocol, .. } if protocol != PROTOCOL => {
                self.kill(Killed::Protocol(protocol));
            }
            EngineEvent::Hello { .. } => {
                life.is_ready = true;
                self.tell(event);
            }
            EngineEvent::Pong { .. } => {
                life.ponged = Instant::now();
                if std::mem::take(&mut life.is_silent) {
                    self.tell(EngineEvent::AnswersAgain);
                }
            }
            EngineEvent::NeedGraph { .. } => {
                life.held = None;
                if self.course.as_mut().is_some_and(Course::may_send_graph) {
                    self.send_run();
                } else {
                    self.kill(Killed::Unwanted);
                }
            }
            EngineEvent::RunFinished { run, .. } => {
                let Some(course) = &mut self.course else {
                    return;
                };
                if course.request.run != run {
                    return;
                }
                let last = course.take(event);
                life.has_run = false;
                let was_silent = std::mem::take(&mut life.is_silent);
                self.course = None;
                self.cancel = None;
                if was_silent {
                    self.tell(EngineEvent::AnswersAgain);
                }
                self.tell_all(last);
            }
            event => {
                let shown = match &mut self.course {
                    Some(course) => course.take(event),
                    None => Some(event),
                };
                self.tell_all(shown);
            }
        }
    }

    /// The process has ended and its pipes have been read: free it, and go on without it.
    fn bury(&mut self, now: Instant) {
        let is_dead = self.life.as_ref().is_some_and(|life| {
            life.exited
                .is_some_and(|exited| life.pipes_open == 0 || now >= exited + PIPES_CLOSE_WITHIN)
        });
        if !is_dead {
            return;
        }
        let Some(life) = self.life.take() else { return };
        let executor = self.config.executor.to_string_lossy().into_owned();
        let errors = life.process.errors();
        let mut death = Death {
            running: errors.running().to_vec(),
            how: String::new(),
            frames: fault_frames(errors.tail(), &executor),
        };
        let tail: Vec<_> = errors.tail().map(str::to_owned).collect();
        drop(errors);
        {
            // Under the lock: once it is reaped its number may belong to another.
            let mut tree = lock(&self.shared.tree);
            death.how = match life.process.reap() {
                Ok(status) => how_it_ended(status),
                Err(error) => format!("in a way that is not known ({error})"),
            };
            *tree = None;
        }
        if self.is_leaving || self.shared.is_closing() {
            self.end_course(RunStatus::Cancelled);
            return;
        }
        if !life.is_ready || matches!(life.killed, Some(Killed::Protocol(_))) {
            self.start_failed(why_no_start(life.killed, &death.how, &tail));
            return;
        }
        let is_cancelled = self.cancel.take().is_some() || life.killed == Some(Killed::Cancel);
        let reason = format!("The engine ended {}", death.how);
        match &mut self.course {
            Some(course) if life.has_run && is_cancelled => {
                let events = course.on_kill(&death);
                self.course = None;
                self.tell_all(events);
                self.tell(EngineEvent::Ended { reason });
            }
            Some(_) if life.killed == Some(Killed::Unwanted) => {
                self.end_course(RunStatus::Cancelled);
            }
            Some(course) if life.has_run => {
                let (events, verdict) = course.on_death(&death, &self.mirror);
                if verdict == Verdict::Over {
                    self.course = None;
                }
                self.tell(EngineEvent::Ended { reason });
                self.tell_all(events);
            }
            _ if life.killed.is_some() => {}
            _ => {
                self.note_crash();
                self.tell(EngineEvent::Ended { reason });
            }
        }
        if life.killed == Some(Killed::Unwanted) {
            self.start_process();
        }
    }

    fn end_course(&mut self, status: RunStatus) {
        self.cancel = None;
        if let Some(course) = self.course.take() {
            self.tell(course.finish(status));
        }
    }

    fn kill(&mut self, why: Killed) {
        if let Some(life) = &mut self.life
            && life.killed.is_none()
        {
            life.killed = Some(why);
            self.shared.kill_tree();
        }
    }

    fn send(&self, request: &Request) -> bool {
        self.life
            .as_ref()
            .is_some_and(|life| life.process.send(request))
    }

    fn tell_all(&self, events: impl IntoIterator<Item = EngineEvent>) {
        for event in events {
            self.tell(event);
        }
    }

    /// Waits while the app has no room for the event; not for an app that has let go of the engine.
    fn tell(&self, mut event: EngineEvent) {
        while let Err(TrySendError::Full(back)) = self.events.try_send(event) {
            if self.shared.is_closing() {
                return;
            }
            event = back;
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("with {}", sys::signal_name(signal));
    }
    match status.code() {
        Some(code) if (0..256).contains(&code) => format!("with exit code {code}"),
        // Windows has its exceptions there.
        Some(code) => format!("with exit code {code:#010x}"),
        None => format!("with {status}"),
    }
}

fn why_no_start(killed: Option<Killed>, how: &str, tail: &[String]) -> String {
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
