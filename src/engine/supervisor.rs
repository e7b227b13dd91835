//! Supervisor: the thread that owns an engine's process. It takes orders and reports, keeps the deadlines (hello,
//! Stop, ping), and starts another process when one is needed. What a run makes of a dead process is `Course`'s.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use super::cancel::{Cancel, INTERRUPT_AFTER};
use super::course::{Course, Verdict};
use super::folder::{self, Folder};
use super::hide::Hiding;
use super::life::{Killed, Life, Shared, why_no_start};
use super::plan::{Mirror, Plan};
use super::process::{News, Process, Report};
use super::protocol::{EngineEvent, Fetch, PROTOCOL, Request, RunStatus, View};
use super::restarts::{Next, Restarts};
use super::{EngineConfig, RunRequest, Stop};
use crate::event::{EventSender, TrySendError};
use crate::graph::NodeId;
use crate::redact::Secret;

/// From the handle.
pub enum Order {
    Run { plan: Plan, request: RunRequest },
    Cancel(u64, Stop),
    Continue(u64),
    Step(u64, Option<NodeId>),
    Breakpoints(u64, Vec<NodeId>),
    Fetch(Fetch),
    Reload(Vec<PathBuf>),
    Secrets(BTreeMap<String, Secret>),
    Restart,
    Shutdown,
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
    restarts: Restarts,
    /// Of all processes, the last one's at the end.
    folders: Vec<Folder>,
    /// The last run in which it was told that memory runs short.
    warned_run: Option<u64>,
    /// What the values of the graph name.
    secrets: BTreeMap<String, Secret>,
    hiding: Hiding,
    is_leaving: bool,
    /// Events were sent that the app was not woken for.
    has_told: Cell<bool>,
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
            restarts: Restarts::default(),
            folders: Vec::new(),
            warned_run: None,
            secrets: BTreeMap::new(),
            hiding: Hiding::default(),
            is_leaving: false,
            has_told: Cell::new(false),
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
                folder::sweep(&self.config.files);
                self.start_process();
                self.supervise();
                shared.note_end();
            });
        if let Err(error) = spawned {
            shared.note_end();
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
            self.wake();
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
        self.wake();
        for folder in &self.folders {
            folder.remove();
        }
    }

    fn take_orders(&mut self) {
        while let Ok(order) = self.orders.try_recv() {
            match order {
                Order::Run { plan, request } => {
                    self.mirror.apply(plan);
                    self.waiting.push_back(request);
                }
                Order::Cancel(run, how) => self.cancel_run(run, how),
                Order::Continue(run) => self.steer(run, Course::go_on),
                Order::Step(run, node) => self.steer(run, |course, _| vec![course.step(node)]),
                Order::Breakpoints(run, nodes) => {
                    self.steer(run, |course, mirror| {
                        vec![course.set_breakpoints(nodes, mirror)]
                    });
                }
                Order::Fetch(fetch) => self.fetch(fetch),
                Order::Reload(files) => {
                    self.send(&Request::Reload { files });
                }
                Order::Secrets(secrets) => self.secrets = secrets,
                Order::Restart => {
                    self.restarts.clear();
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

    /// Change which nodes of a run are held, and tell the process that it is in. One that is not there yet, or not any
    /// more, is told with the run.
    fn steer(&mut self, run: u64, change: impl FnOnce(&mut Course, &Mirror) -> Vec<Request>) {
        let Some(course) = self.course.as_mut().filter(|it| it.request.run == run) else {
            return;
        };
        let requests = change(course, &self.mirror);
        if self.life.as_ref().is_some_and(|life| life.has_run) {
            for request in requests {
                self.send(&request);
            }
        }
    }

    fn cancel_run(&mut self, run: u64, how: Stop) {
        let is_current = self
            .course
            .as_ref()
            .is_some_and(|course| course.request.run == run);
        if is_current {
            let is_sent = self.life.as_ref().is_some_and(|life| life.has_run);
            let at = Instant::now();
            if is_sent && self.cancel.is_none() {
                self.send(&Request::Cancel { run });
                self.cancel = Some(Cancel {
                    at,
                    how,
                    is_interrupted: false,
                });
            } else if let Some(cancel) = &mut self.cancel
                && how == Stop::Firm
                && cancel.how == Stop::Gentle
            {
                // Now somebody waits: what was interrupted is so again.
                *cancel = Cancel {
                    at,
                    how,
                    is_interrupted: false,
                };
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
        let view = match &mut self.life {
            Some(life) if life.is_ready && life.killed.is_none() => {
                life.note_use();
                // A fresh process finds on disk what was kept there, once it knows the graph.
                if life.held.is_none() && !life.has_run {
                    let message = self.mirror.load_message();
                    life.held = Some(message.revision);
                    life.process.send(&Request::Load(message));
                }
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
        if self.life.is_none() && self.has_work() {
            match self.restarts.next(now) {
                Next::Now => self.start_process(),
                Next::At(_) => {}
                Next::Never(why) => self.refuse_work(why),
            }
        }
        if self.life.as_ref().is_some_and(Life::is_free) {
            if self.course.is_none() {
                self.course = self.waiting.pop_front().map(Course::new);
            }
            self.send_run();
        }
        if self.life.as_ref().is_some_and(|life| life.is_idle(now)) {
            self.kill(Killed::Idle);
        }
    }

    fn has_work(&self) -> bool {
        self.course.is_some() || !self.waiting.is_empty()
    }

    fn keep_deadlines(&mut self, now: Instant) {
        let Some(life) = &mut self.life else { return };
        if life.is_late(now) {
            self.kill(Killed::NoHello);
            return;
        }
        self.weigh(now);
        let Some(life) = &mut self.life else { return };
        let Some(course) = &mut self.course else {
            return;
        };
        let run = course.request.run;
        if let Some(cancel) = &mut self.cancel {
            if now >= cancel.kill_at() {
                self.kill(Killed::Cancel);
            } else if now >= cancel.at + INTERRUPT_AFTER && !cancel.is_interrupted {
                cancel.is_interrupted = true;
                life.process.send(&Request::Interrupt { run });
            }
        } else if let Some(silent) = life.ping(now) {
            // The engine cannot tell which node it is, its markers can.
            let running = life.process.errors().running().to_vec();
            let started = running
                .into_iter()
                .filter_map(|node| course.take(EngineEvent::NodeStarted { run, node }))
                .collect::<Vec<_>>();
            self.tell_all(started);
            let secs = silent.as_secs() as u32;
            self.tell(EngineEvent::NotAnswering { secs });
        }
    }

    /// Look at the memory that is held: warn of much, end what holds too much.
    fn weigh(&mut self, now: Instant) {
        let Some(life) = &mut self.life else { return };
        let Some(held) = life.weigh(now) else { return };
        if held.is_over() {
            self.kill(Killed::Memory(held));
        } else if let Some(course) = &self.course
            && held.is_much()
            && self.warned_run.replace(course.request.run) != Some(course.request.run)
        {
            let running = life.process.errors().running().to_vec();
            let warnings = course.on_much_memory(held, &running);
            self.tell_all(warnings);
        }
    }

    /// How long until something is to be done without a report; `None`: nothing is.
    fn until_next_deadline(&self, now: Instant) -> Option<Duration> {
        let next = match (&self.life, &self.cancel) {
            (Some(life), Some(cancel)) if life.killed.is_none() => {
                let stop = Some(cancel.next_deadline());
                life.next_deadline().into_iter().chain(stop).min()
            }
            (Some(life), _) => life.next_deadline(),
            (None, _) if self.has_work() => match self.restarts.next(now) {
                Next::At(at) => Some(at),
                Next::Now | Next::Never(_) => Some(now),
            },
            (None, _) => None,
        };
        next.map(|at| at.saturating_duration_since(now))
    }

    fn start_process(&mut self) {
        self.tell(EngineEvent::Starting);
        self.started_count += 1;
        let number = self.started_count;
        let files = &self.config.files;
        let spawned = Folder::create(files)
            .map_err(|error| format!("its folder cannot be made: {error} ({})", files.display()))
            .and_then(|folder| {
                let spawned = Process::spawn(&self.config, &folder, number, &self.report_sender);
                if let Ok((process, _)) = &spawned {
                    folder.note(process.id());
                }
                self.folders.push(folder);
                spawned.map_err(|error| format!("{error} ({})", self.config.python.display()))
            });
        match spawned {
            Ok((process, tree)) => {
                let life = Life::new(process, number, tree, &self.config, &self.shared);
                self.life = Some(life);
            }
            Err(why) => self.start_failed(&why, format!("The engine cannot be started: {why}")),
        }
    }

    fn start_failed(&mut self, how: &str, message: String) {
        self.restarts.note(Instant::now(), how);
        self.refuse_work(message);
    }

    /// There is no process and none is started for what waits.
    fn refuse_work(&mut self, message: String) {
        self.tell(EngineEvent::StartFailed { message });
        self.end_course(RunStatus::Failed);
        while let Some(request) = self.waiting.pop_front() {
            self.tell(Course::new(request).finish(RunStatus::Failed));
        }
    }

    /// Send the run in progress to the process that is ready.
    fn send_run(&mut self) {
        let (Some(life), Some(course)) = (&mut self.life, &mut self.course) else {
            return;
        };
        let message = course.message(&mut self.mirror, life.held);
        life.note_run(message.revision);
        if !life.tell_secrets(&self.secrets) || !life.process.send(&Request::Run(message)) {
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
            News::Closed => life.note_closed_pipe(),
            News::Exited => life.note_exit(&self.shared),
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
                life.note_use();
                self.tell(event);
            }
            EngineEvent::Pong { .. } => {
                if life.note_answer() {
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
                life.note_end_of_run();
                let was_silent = life.note_answer();
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
        let Some(life) = self.life.take_if(|life| life.is_over(now)) else {
            return;
        };
        let (mut is_ready, has_run, killed) = (life.is_ready, life.has_run, life.killed);
        let executor = self.config.executor.to_string_lossy();
        let (death, tail) = life.bury(&self.shared, &executor);
        if let Some(folder) = self.folders.last() {
            folder.note_end();
        }
        if self.is_leaving || self.shared.is_closing() {
            self.end_course(RunStatus::Cancelled);
            return;
        }
        match killed {
            Some(Killed::Unwanted) => {
                self.end_course(RunStatus::Cancelled);
                self.start_process();
                return;
            }
            Some(Killed::Idle) => {
                self.tell(EngineEvent::Idle);
                return;
            }
            Some(Killed::Protocol(_)) => is_ready = false,
            _ => {}
        }
        if !is_ready {
            self.start_failed(&death.how, why_no_start(killed, &death.how, &tail));
            return;
        }
        let is_cancelled = self.cancel.take().is_some();
        match &mut self.course {
            Some(course) if has_run && is_cancelled => {
                let events = course.on_kill(&death);
                self.course = None;
                let reason = "The engine was ended since the run did not stop".to_owned();
                self.tell(EngineEvent::Ended { reason });
                self.tell_all(events);
            }
            course => {
                let reason = format!("The engine ended {}", death.how);
                let mut events = vec![EngineEvent::Ended { reason }];
                let mut is_blamed = !death.running.is_empty();
                if let Some(course) = course.as_mut().filter(|_| has_run) {
                    let (told, verdict) = course.on_death(&death, &self.mirror);
                    is_blamed |= told
                        .iter()
                        .any(|event| matches!(event, EngineEvent::NodeFailed { .. }));
                    events.extend(told);
                    if verdict == Verdict::Over {
                        self.course = None;
                    }
                }
                if !is_blamed {
                    self.restarts.note(now, &death.how);
                }
                self.tell_all(events);
            }
        }
    }

    fn end_course(&mut self, status: RunStatus) {
        self.cancel = None;
        if let Some(course) = self.course.take() {
            self.tell(course.finish(status));
        }
    }

    fn kill(&mut self, why: Killed) {
        if let Some(life) = &mut self.life {
            // Of one that was idle another is wanted by now.
            if matches!(life.killed, None | Some(Killed::Idle)) {
                life.killed = Some(why);
            }
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

    fn wake(&self) {
        if self.has_told.take() {
            self.events.wake();
        }
    }

    /// Waits while the app has no room for the event; not for an app that has let go of the engine.
    fn tell(&self, mut event: EngineEvent) {
        self.has_told.set(true);
        self.hiding.hide(&mut event);
        while let Err(TrySendError::Full(back)) = self.events.put(event) {
            if self.shared.is_closing() {
                return;
            }
            event = back;
            self.wake();
            thread::sleep(Duration::from_millis(1));
        }
    }
}
