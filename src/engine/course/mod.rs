//! Course: one run over all the processes that it takes. It remembers what each node came to, finds whose fault it is
//! when a process dies, and says what is left for the next one. Pure: the supervisor sends and starts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::RunRequest;
use super::memory::{Held, size};
use super::plan::Mirror;
use super::protocol::{EngineEvent, Frame, LogLevel, NodeError, Request, RunMessage, RunStatus};
use super::run::{Counts, run_of};
use crate::graph::NodeId;

/// A run in progress.
pub struct Course {
    pub request: RunRequest,
    settled: Vec<Option<Settled>>,
    counts: Counts,
    /// Nodes that are not called again in this run, with why.
    barred: Vec<(NodeId, Arc<str>)>,
    /// A process died with several nodes running: from now on they run one by one.
    is_careful: bool,
    attempts: u32,
    has_started: bool,
    has_asked_for_graph: bool,
    /// Nodes that are held before they run.
    held: BTreeSet<NodeId>,
    started: Instant,
}

/// What a node came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    Ran,
    Cached,
    Failed,
    Skipped,
}

/// How a process ended.
#[derive(Clone, Debug, Default)]
pub struct Death {
    /// Nodes that were started and had not ended, in that order.
    pub running: Vec<NodeId>,
    /// `with SIGSEGV (…)`, `with exit code 3`.
    pub how: String,
    /// Where the dying thread was, by Python's faulthandler; first to last.
    pub frames: Vec<Frame>,
    /// It was ended since it held so much memory.
    pub over: Option<Held>,
}

/// What is to be done after a process died.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Run the rest in a fresh process.
    Again,
    /// Nothing is left, or nothing more can be done.
    Over,
}

impl Course {
    pub fn new(request: RunRequest) -> Self {
        Self {
            request,
            settled: Vec::new(),
            counts: Counts::default(),
            barred: Vec::new(),
            is_careful: false,
            attempts: 0,
            has_started: false,
            has_asked_for_graph: false,
            held: BTreeSet::new(),
            started: Instant::now(),
        }
    }

    /// The request for the process that runs now, which holds the graph of revision `held`.
    pub fn message(&mut self, mirror: &mut Mirror, held: Option<u64>) -> RunMessage {
        let is_first = self.attempts == 0;
        self.attempts += 1;
        self.held.clear();
        let targets = if is_first {
            self.request.targets.clone()
        } else {
            Some(self.left(mirror))
        };
        let plan = mirror.take(held);
        let blocked = mirror
            .blocked()
            .map(|(id, why)| (id, Arc::clone(why)))
            .chain(self.barred.iter().cloned())
            .collect();
        let workers = self.request.workers.unwrap_or(1);
        RunMessage {
            run: self.request.run,
            revision: plan.revision,
            base: held.filter(|_| !plan.is_whole),
            kinds: plan.kinds,
            nodes: plan.nodes,
            removed: plan.removed,
            targets,
            blocked,
            // A fresh process has no results that could be used instead.
            force: if is_first {
                self.request.force.clone()
            } else {
                Vec::new()
            },
            workers: if self.is_careful { 1 } else { workers },
            keep: if is_first {
                self.request.keep.clone()
            } else {
                Vec::new()
            },
            pause: self.breakpoints(mirror),
            step: self.request.step && is_first,
        }
    }

    /// The nodes that the process of now is to hold. One that took the place of another makes again what was made
    /// before, and that is not held again: where the run steps, it is told by name what is left.
    fn breakpoints(&self, mirror: &Mirror) -> Vec<NodeId> {
        if self.attempts > 1 && self.request.step {
            return self.left(mirror);
        }
        let mut nodes = self.request.pause.clone();
        nodes.retain(|node| self.settled(*node).is_none());
        nodes
    }

    /// Other breakpoints hold from now on. Returns what to tell the process.
    pub fn set_breakpoints(&mut self, nodes: Vec<NodeId>, mirror: &Mirror) -> Request {
        self.request.pause = nodes;
        Request::Breakpoints {
            run: self.request.run,
            nodes: self.breakpoints(mirror),
        }
    }

    /// All that is held goes on, up to the next breakpoint. Returns what to tell the process.
    pub fn go_on(&mut self, mirror: &Mirror) -> Vec<Request> {
        let run = self.request.run;
        let was_stepping = std::mem::take(&mut self.request.step);
        self.held.clear();
        let mut requests = vec![Request::Continue { run }];
        if was_stepping && self.attempts > 1 {
            // It was told all that is left: now the breakpoints alone.
            let nodes = self.breakpoints(mirror);
            requests.insert(0, Request::Breakpoints { run, nodes });
        }
        requests
    }

    /// One node goes on, this or the next. Returns what to tell the process.
    pub fn step(&mut self, node: Option<NodeId>) -> Request {
        self.request.step = true;
        match node {
            Some(node) => {
                self.held.remove(&node);
            }
            // Whichever it is.
            None => self.held.clear(),
        }
        Request::Step {
            run: self.request.run,
            node,
        }
    }

    /// The process holds another graph than was thought. Returns whether to send it again, whole: once for each.
    pub fn may_send_graph(&mut self) -> bool {
        let is_first = !std::mem::replace(&mut self.has_asked_for_graph, true);
        if is_first {
            self.attempts -= 1;
        }
        is_first
    }

    /// Note an event and return it as the app is to see it: once for each node, however many processes it took.
    pub fn take(&mut self, event: EngineEvent) -> Option<EngineEvent> {
        if run_of(&event).is_some_and(|run| run != self.request.run) {
            return None;
        }
        if let EngineEvent::NodeStarted { node, .. }
        | EngineEvent::NodeFinished { node, .. }
        | EngineEvent::NodeFailed { node, .. } = &event
        {
            self.held.remove(node);
        }
        match event {
            EngineEvent::RunStarted { total, .. } => {
                self.counts.total = self.counts.total.max(total);
                (!std::mem::replace(&mut self.has_started, true)).then_some(event)
            }
            EngineEvent::NodesCached {
                run,
                mut nodes,
                outputs,
            } => {
                nodes.retain(|node| self.settle(*node, Settled::Cached));
                (!nodes.is_empty()).then_some(EngineEvent::NodesCached {
                    run,
                    nodes,
                    outputs,
                })
            }
            EngineEvent::NodeFinished { node, .. } => {
                self.settle(node, Settled::Ran).then_some(event)
            }
            EngineEvent::NodeFailed { node, .. } => {
                let is_new = self.settle(node, Settled::Failed);
                if is_new {
                    // Its own message was told; a later process must only not call it again.
                    self.barred.push((node, "It failed before".into()));
                }
                is_new.then_some(event)
            }
            EngineEvent::NodeSkipped { node, .. } => {
                self.settle(node, Settled::Skipped).then_some(event)
            }
            EngineEvent::NodeStarted { node, .. } | EngineEvent::NodeProgress { node, .. } => {
                self.settled(node).is_none().then_some(event)
            }
            EngineEvent::NodePaused { node, .. } => {
                self.held.insert(node);
                self.settled(node).is_none().then_some(event)
            }
            EngineEvent::RunFinished { status, .. } if self.attempts > 1 => {
                Some(self.finish(status))
            }
            _ => Some(event),
        }
    }

    /// What to tell when memory runs short while these nodes run.
    pub fn on_much_memory(&self, held: Held, running: &[NodeId]) -> Vec<EngineEvent> {
        let text = format!(
            "Memory runs short while this runs: the engine holds {} and is ended at {} (the setting \
             engine.memory_limit_percent)",
            size(held.bytes),
            size(held.limit)
        );
        let mut nodes: Vec<_> = running.iter().copied().map(Some).collect();
        if nodes.is_empty() {
            nodes.push(None);
        }
        let warning = |node| EngineEvent::Log {
            run: Some(self.request.run),
            node,
            level: LogLevel::Warning,
            text: text.clone(),
        };
        nodes.into_iter().map(warning).collect()
    }

    /// The process died by itself. Returns what to tell of it and what to do.
    pub fn on_death(&mut self, death: &Death, mirror: &Mirror) -> (Vec<EngineEvent>, Verdict) {
        let suspects = self.suspects(death, mirror);
        let mut events = Vec::new();
        let is_certain = suspects.len() == 1 || (self.is_careful && !suspects.is_empty());
        if is_certain {
            for node in suspects {
                events.extend(self.blame(node, death));
            }
        } else if self.is_careful {
            let left = self.left(mirror).len();
            events.push(self.log(format!(
                "The engine ended {} and no node can be made out that took it down: {left} nodes did not run",
                death.how
            )));
            events.push(self.finish(RunStatus::Failed));
            return (events, Verdict::Over);
        } else {
            self.is_careful = true;
            events.push(self.log(format!(
                "The engine ended {}: the nodes that are left run one by one in a fresh one, to find which of them \
                 took it down",
                death.how
            )));
        }
        if self.left(mirror).is_empty() {
            events.push(self.finish(RunStatus::Ok));
            return (events, Verdict::Over);
        }
        (events, Verdict::Again)
    }

    /// The process was killed since the run was cancelled and did not stop.
    pub fn on_kill(&mut self, death: &Death) -> Vec<EngineEvent> {
        let mut events = Vec::new();
        for node in &death.running {
            if self.settle(*node, Settled::Failed) {
                events.push(self.failed(
                    *node,
                    NodeError {
                        kind: "Cancelled".to_owned(),
                        message: "It did not stop and was ended with the engine".to_owned(),
                        ..NodeError::default()
                    },
                ));
            }
        }
        events.push(self.finish(RunStatus::Cancelled));
        events
    }

    /// The last event of the run. `Ok` stands for failed when a node did fail.
    pub fn finish(&self, status: RunStatus) -> EngineEvent {
        let status = match status {
            RunStatus::Ok if self.counts.failed > 0 => RunStatus::Failed,
            other => other,
        };
        let Counts {
            ran,
            cached,
            failed,
            skipped,
            ..
        } = self.counts;
        EngineEvent::RunFinished {
            run: self.request.run,
            status,
            ran,
            cached,
            failed,
            skipped,
            ms: self.started.elapsed().as_secs_f64() * 1e3,
        }
    }

    /// Nodes of the run that have come to nothing yet.
    fn left(&self, mirror: &Mirror) -> Vec<NodeId> {
        let mut nodes = mirror.scope(self.request.targets.as_deref());
        nodes.retain(|node| self.settled(*node).is_none());
        nodes
    }

    /// Who may have taken the process down: nodes that were running; else, of nodes that write no markers, those
    /// that had all they need.
    fn suspects(&self, death: &Death, mirror: &Mirror) -> Vec<NodeId> {
        let mut running = death.running.clone();
        if running.iter().any(|node| self.settled(*node).is_none()) {
            running.retain(|node| self.settled(*node).is_none());
        }
        if !running.is_empty() {
            return running;
        }
        let has_value =
            |source: &NodeId| matches!(self.settled(*source), Some(Settled::Ran | Settled::Cached));
        let mut ready = self.left(mirror);
        ready.retain(|node| {
            !self.held.contains(node)
                && mirror.node(*node).is_some_and(|node| {
                    node.blocked.is_none()
                        && node.links.iter().all(|(_, source, _)| has_value(source))
                })
        });
        // With several there is no telling, also not when they run one by one: they leave no marks.
        if ready.len() == 1 { ready } else { Vec::new() }
    }

    fn blame(&mut self, node: NodeId, death: &Death) -> Option<EngineEvent> {
        match self.settled(node) {
            Some(Settled::Failed | Settled::Skipped) => return None,
            Some(Settled::Ran) => self.counts.ran -= 1,
            Some(Settled::Cached) => self.counts.cached -= 1,
            None => {}
        }
        self.set(node, Settled::Failed);
        let message = match death.over {
            Some(held) => format!(
                "The engine was ended at its memory limit while this node ran: {held}. Let the node work on less at \
                 once, or raise the limit (the setting engine.memory_limit_percent); the other nodes went on in a \
                 fresh engine"
            ),
            None => format!(
                "This node took the engine down: it ended {}. Look at what it calls (compiled code, os._exit, the \
                 memory it needs); the other nodes went on in a fresh engine",
                death.how
            ),
        };
        self.barred.push((node, "It took the engine down".into()));
        Some(self.failed(
            node,
            NodeError {
                kind: "EngineEnded".to_owned(),
                message,
                traceback: death.frames.clone(),
                ..NodeError::default()
            },
        ))
    }

    fn failed(&self, node: NodeId, error: NodeError) -> EngineEvent {
        EngineEvent::NodeFailed {
            run: self.request.run,
            node,
            ms: 0.0,
            error: Arc::new(error),
        }
    }

    fn log(&self, text: String) -> EngineEvent {
        EngineEvent::Log {
            run: Some(self.request.run),
            node: None,
            level: LogLevel::Error,
            text,
        }
    }

    fn settled(&self, node: NodeId) -> Option<Settled> {
        self.settled.get(node.0 as usize).copied().flatten()
    }

    /// Returns whether this is the first that is heard of the node.
    fn settle(&mut self, node: NodeId, how: Settled) -> bool {
        if self.settled(node).is_some() {
            return false;
        }
        self.set(node, how);
        true
    }

    fn set(&mut self, node: NodeId, how: Settled) {
        let at = node.0 as usize;
        if self.settled.len() <= at {
            self.settled.resize(at + 1, None);
        }
        self.settled[at] = Some(how);
        match how {
            Settled::Ran => self.counts.ran += 1,
            Settled::Cached => self.counts.cached += 1,
            Settled::Failed => self.counts.failed += 1,
            Settled::Skipped => self.counts.skipped += 1,
        }
    }
}

/// The frames of the thread that died, first to last, as Python's faulthandler wrote them: the newest first. Those of
/// the engine itself, in the folder `executor`, are left out.
pub fn fault_frames<'a>(lines: impl Iterator<Item = &'a str>, executor: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = lines
        .skip_while(|line| !line.starts_with("Current thread"))
        .skip(1)
        .map_while(fault_frame)
        .filter(|frame| !frame.file.starts_with(executor))
        .collect();
    frames.reverse();
    frames
}

/// `  File "/a/b.py", line 3 in f`
fn fault_frame(line: &str) -> Option<Frame> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.rsplit_once("\", line ")?;
    let (line, function) = rest.split_once(" in ")?;
    Some(Frame {
        file: file.to_owned(),
        line: line.parse().ok()?,
        function: function.to_owned(),
        code: String::new(),
    })
}

#[cfg(test)]
mod tests;
