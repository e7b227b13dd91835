//! RunState: what is known of the latest run, made of the engine's events one by one. Pure: it sends nothing, reads
//! no file and knows no window.

mod about;
mod ahead;
mod cost;
mod forecast;
mod log;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use about::run_of;
pub use cost::{Cost, Measure};
pub use forecast::{RunningNode, Work};
pub use log::{LINES_OF_NODE, Log, LogLine};

use about::concerns;
use ahead::Ahead;

use super::protocol::{EngineEvent, NodeError, Outputs, RunStatus};
use crate::graph::{Changes, NodeId};

/// Where a node stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum NodeStatus {
    /// Not run, as far as is known.
    #[default]
    Idle,
    /// Part of the run in progress and not reached.
    Queued,
    /// It is ready and held before it runs.
    Paused,
    Running {
        since: Instant,
        progress: Option<Progress>,
    },
    Done {
        ms: f64,
    },
    /// A result of an earlier run still holds.
    Cached,
    Failed(Arc<NodeError>),
    /// It did not run because of `cause`.
    Skipped {
        cause: NodeId,
    },
    /// Nobody needed it: `chooser` chose another branch.
    Unused {
        chooser: NodeId,
    },
}

/// What a running node has told of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    pub done: f64,
    /// `None` when the node does not know.
    pub total: Option<f64>,
    pub text: Arc<str>,
    /// How long the node had run when it told so.
    pub at: Duration,
}

/// What is known of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRun {
    pub status: NodeStatus,
    /// Of the last time it ran to its end, also in an earlier run; empty before.
    pub outputs: Outputs,
    /// It, or something it needs, was edited since.
    pub is_stale: bool,
}

/// How many nodes of the run ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: u32,
    pub ran: u32,
    pub cached: u32,
    pub failed: u32,
    pub skipped: u32,
}

/// How the process is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EngineStatus {
    #[default]
    Off,
    Starting,
    Ready {
        python: String,
        pid: u32,
    },
    NotAnswering {
        secs: u32,
    },
    /// It could not be started or has ended; why.
    Down {
        reason: String,
    },
}

/// What is known of the latest run, and of every node from the runs before.
#[derive(Clone, Debug)]
pub struct RunState {
    nodes: Vec<NodeRun>,
    idle: NodeRun,
    /// Counts every change of a node.
    revision: u64,
    changes: Changes,
    /// By `NodeId`: of the last time that each node really ran.
    costs: Vec<Option<Cost>>,
    ahead: Ahead,
    run: Option<u64>,
    counts: Counts,
    /// Nodes that were held in this run; some may have gone on since.
    paused: BTreeSet<NodeId>,
    status: Option<RunStatus>,
    started: Option<Instant>,
    /// When the engine began with it.
    begun: Option<Instant>,
    elapsed: Duration,
    engine: EngineStatus,
    /// How the engine was before it stopped answering.
    engine_before: EngineStatus,
    log: Log,
}

impl Default for NodeRun {
    fn default() -> Self {
        Self {
            status: NodeStatus::Idle,
            outputs: Arc::new([]),
            is_stale: false,
        }
    }
}

impl NodeStatus {
    /// Has the run in progress still to do with it?
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Paused | Self::Running { .. })
    }
}

impl Progress {
    /// Part done, from 0 to 1, if the node knows how much there is.
    pub fn fraction(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0.0)?;
        Some((self.done / total).clamp(0.0, 1.0))
    }
}

impl Counts {
    /// Nodes that the run is through with.
    pub fn settled(&self) -> u32 {
        self.ran + self.cached + self.failed + self.skipped
    }
}

impl Default for RunState {
    fn default() -> Self {
        Self::new()
    }
}

impl RunState {
    pub fn new() -> Self {
        Self {
            nodes: Vec::new(),
            idle: NodeRun::default(),
            revision: 0,
            changes: Changes::default(),
            costs: Vec::new(),
            ahead: Ahead::default(),
            run: None,
            counts: Counts::default(),
            paused: BTreeSet::new(),
            status: None,
            started: None,
            begun: None,
            elapsed: Duration::ZERO,
            engine: EngineStatus::Off,
            engine_before: EngineStatus::Off,
            log: Log::default(),
        }
    }

    /// A run of these nodes was asked for. Call it together with `Engine::run`: events of other runs are ignored.
    pub fn begin(&mut self, run: u64, nodes: impl IntoIterator<Item = NodeId>) {
        self.settle();
        self.run = Some(run);
        self.counts = Counts::default();
        self.status = None;
        self.started = Some(Instant::now());
        self.begun = None;
        self.ahead = Ahead::default();
        self.log.clear();
        for id in nodes {
            self.node_mut(id).status = NodeStatus::Queued;
            self.counts.total += 1;
            let last = self.cost(id).copied();
            self.ahead.wait(last.as_ref());
        }
    }

    /// Take one event. Returns whether it changed anything that is shown.
    pub fn on_event(&mut self, event: &EngineEvent) -> bool {
        if !concerns(event, self.run, self.nodes.len()) {
            return false;
        }
        match event {
            EngineEvent::RunStarted { total, .. } => {
                self.counts.total = *total;
                self.begun = Some(Instant::now());
            }
            EngineEvent::NodesCached { nodes, outputs, .. } => {
                for id in nodes {
                    self.leave(*id);
                    let node = self.node_mut(*id);
                    node.status = NodeStatus::Cached;
                    node.is_stale = false;
                }
                for (id, outputs) in outputs {
                    self.node_mut(*id).outputs = Arc::clone(outputs);
                }
                self.counts.cached += nodes.len() as u32;
            }
            EngineEvent::NodeStarted { node, .. } => self.set_running(*node, None),
            EngineEvent::NodePaused { node, .. } => {
                self.node_mut(*node).status = NodeStatus::Paused;
                self.paused.insert(*node);
            }
            EngineEvent::NodeProgress {
                node,
                done,
                total,
                text,
                ..
            } => {
                let progress = Progress {
                    done: *done,
                    total: *total,
                    text: text.as_str().into(),
                    at: Duration::ZERO,
                };
                self.set_running(*node, Some(progress));
            }
            EngineEvent::NodeFinished {
                node,
                ms,
                cpu,
                peak,
                size,
                outputs,
                ..
            } => {
                let cost = Cost {
                    wall_ms: *ms,
                    cpu_ms: *cpu,
                    peak_bytes: *peak,
                    result_bytes: *size,
                };
                self.finish(*node, cost, outputs);
            }
            EngineEvent::NodeFailed { node, error, .. } => {
                self.leave(*node);
                *self.node_mut(*node) = NodeRun {
                    status: NodeStatus::Failed(Arc::clone(error)),
                    ..NodeRun::default()
                };
                self.counts.failed += 1;
            }
            EngineEvent::NodeSkipped {
                node,
                cause,
                unused,
                ..
            } => self.skip(*node, *cause, *unused),
            EngineEvent::Log {
                run,
                node,
                level,
                text,
            } => self.log.push(LogLine {
                run: *run,
                node: *node,
                level: *level,
                text: text.as_str().into(),
            }),
            EngineEvent::RunFinished {
                status,
                ran,
                cached,
                failed,
                skipped,
                ..
            } => {
                self.settle();
                self.status = Some(*status);
                self.counts = Counts {
                    total: self.counts.total,
                    ran: *ran,
                    cached: *cached,
                    failed: *failed,
                    skipped: *skipped,
                };
            }
            EngineEvent::Starting => self.engine = EngineStatus::Starting,
            EngineEvent::Hello { python, pid, .. } => {
                self.engine = EngineStatus::Ready {
                    python: python.clone(),
                    pid: *pid,
                };
            }
            EngineEvent::StartFailed { message: reason } | EngineEvent::Ended { reason } => {
                self.engine = EngineStatus::Down {
                    reason: reason.clone(),
                };
            }
            EngineEvent::Idle => self.engine = EngineStatus::Off,
            EngineEvent::NotAnswering { secs } => {
                let now = EngineStatus::NotAnswering { secs: *secs };
                let before = std::mem::replace(&mut self.engine, now);
                if !matches!(before, EngineStatus::NotAnswering { .. }) {
                    self.engine_before = before;
                }
            }
            EngineEvent::AnswersAgain => self.engine = self.engine_before.clone(),
            EngineEvent::Value { .. }
            | EngineEvent::Pong { .. }
            | EngineEvent::NeedGraph { .. }
            | EngineEvent::Malformed { .. }
            | EngineEvent::Reloaded { .. }
            | EngineEvent::Unknown => return false,
        }
        true
    }

    /// The engine was ended: a run that was in progress comes to nothing more.
    pub fn end(&mut self) {
        if self.is_running() {
            self.settle();
            self.status = Some(RunStatus::Cancelled);
        }
    }

    /// Nodes that are held go on, this one or all: the engine was told, and says nothing of those that it is soon
    /// through with.
    pub fn go_on(&mut self, node: Option<NodeId>) {
        let mut nodes: Vec<_> = self.paused().collect();
        nodes.retain(|id| node.is_none_or(|node| node == *id));
        for id in nodes {
            self.paused.remove(&id);
            self.node_mut(id).status = NodeStatus::Queued;
        }
    }

    fn skip(&mut self, id: NodeId, cause: NodeId, is_unused: bool) {
        self.leave(id);
        let status = if is_unused {
            NodeStatus::Unused { chooser: cause }
        } else {
            NodeStatus::Skipped { cause }
        };
        *self.node_mut(id) = NodeRun {
            status,
            ..NodeRun::default()
        };
        self.counts.skipped += 1;
    }

    /// These nodes give another result by now: they were edited, or need one that was.
    pub fn mark_stale(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        for id in nodes {
            if self.node(id).status != NodeStatus::Idle {
                self.node_mut(id).is_stale = true;
            }
        }
    }

    pub fn node(&self, id: NodeId) -> &NodeRun {
        self.nodes.get(id.0 as usize).unwrap_or(&self.idle)
    }

    /// What nodes gave the last time that they ran.
    pub fn outputs(&self) -> impl Iterator<Item = &Outputs> {
        self.nodes.iter().map(|node| &node.outputs)
    }

    /// Counts every change of what is known of a node.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Nodes of which something else is known than at `revision`; `None` when that is too long ago to tell.
    pub fn changed_since(&self, revision: u64) -> Option<Vec<NodeId>> {
        self.changes.since(revision)
    }

    /// Nodes that are held before they run, in the order of ids.
    pub fn paused(&self) -> impl Iterator<Item = NodeId> {
        let is_held = |id: &NodeId| self.node(*id).status == NodeStatus::Paused;
        self.paused.iter().copied().filter(is_held)
    }

    /// Nodes that failed and were not edited since, in the order of ids.
    pub fn failures(&self) -> impl Iterator<Item = (NodeId, &Arc<NodeError>)> {
        self.nodes
            .iter()
            .enumerate()
            .filter_map(|(id, node)| match &node.status {
                NodeStatus::Failed(error) if !node.is_stale => Some((NodeId(id as u32), error)),
                _ => None,
            })
    }

    /// The run that was asked for last.
    pub fn run(&self) -> Option<u64> {
        self.run
    }

    pub fn is_running(&self) -> bool {
        self.started.is_some()
    }

    /// How the run ended; `None` before the first and while one is in progress.
    pub fn status(&self) -> Option<RunStatus> {
        self.status
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Since the run was asked for, or what it took in all.
    pub fn elapsed(&self) -> Duration {
        self.started
            .map_or(self.elapsed, |started| started.elapsed())
    }

    pub fn engine(&self) -> &EngineStatus {
        &self.engine
    }

    /// What the node took the last time that it really ran, in this run or an earlier one.
    pub fn cost(&self, id: NodeId) -> Option<&Cost> {
        self.costs.get(id.0 as usize)?.as_ref()
    }

    /// The same of all nodes of which it is known, in the order of ids.
    pub fn costs(&self) -> impl Iterator<Item = (NodeId, &Cost)> {
        let costs = self.costs.iter().enumerate();
        costs.filter_map(|(id, cost)| Some((NodeId(id as u32), cost.as_ref()?)))
    }

    /// What nodes took before this state began; what is known better stays.
    pub fn remember_costs(&mut self, costs: impl IntoIterator<Item = (NodeId, Cost)>) {
        for (id, cost) in costs {
            if self.cost(id).is_none() {
                if self.node(id).status.is_pending() {
                    self.ahead.learn(&cost);
                }
                self.set_cost(id, cost);
                // Whoever follows changes looks at it.
                self.node_mut(id);
            }
        }
    }

    /// How long the run in progress still takes, where that can be told.
    pub fn secs_left(&self) -> Option<f64> {
        let begun = self.begun.filter(|_| self.is_running())?;
        let running = self.ahead.running.iter();
        let running = running.filter_map(|id| self.running_node(*id));
        let work = self.ahead.work(begun.elapsed().as_secs_f64(), running);
        work.secs_left()
    }

    /// How long a node that runs still takes, where that can be told.
    pub fn node_secs_left(&self, id: NodeId) -> Option<f64> {
        self.running_node(id)?.secs_left()
    }

    fn running_node(&self, id: NodeId) -> Option<RunningNode> {
        let NodeStatus::Running { since, progress } = &self.node(id).status else {
            return None;
        };
        let told = progress.as_ref().and_then(|progress| {
            let fraction = progress.fraction()?;
            Some((fraction, progress.at.as_secs_f64()))
        });
        Some(RunningNode {
            elapsed_secs: since.elapsed().as_secs_f64(),
            told,
            last_secs: self.cost(id).map(|cost| cost.wall_ms / 1000.0),
        })
    }

    /// A call has ended well.
    fn finish(&mut self, id: NodeId, cost: Cost, outputs: &Outputs) {
        self.leave(id);
        self.ahead.end(cost.wall_ms);
        self.set_cost(id, cost);
        *self.node_mut(id) = NodeRun {
            status: NodeStatus::Done { ms: cost.wall_ms },
            outputs: Arc::clone(outputs),
            is_stale: false,
        };
        self.counts.ran += 1;
    }

    fn set_cost(&mut self, id: NodeId, cost: Cost) {
        let at = id.0 as usize;
        if self.costs.len() <= at {
            self.costs.resize(at + 1, None);
        }
        self.costs[at] = Some(cost);
    }

    /// The run has nothing more to do with a node: before what became of it is noted.
    fn leave(&mut self, id: NodeId) {
        if self.node(id).status.is_pending() {
            let last = self.cost(id).copied();
            self.ahead.leave(id, last.as_ref());
        }
    }

    /// What was printed and logged since the run began.
    pub fn log(&self) -> &Log {
        &self.log
    }

    fn node_mut(&mut self, id: NodeId) -> &mut NodeRun {
        let at = id.0 as usize;
        if self.nodes.len() <= at {
            self.nodes.resize(at + 1, self.idle.clone());
        }
        self.revision += 1;
        self.changes.note(self.revision, id);
        &mut self.nodes[at]
    }

    fn set_running(&mut self, id: NodeId, mut progress: Option<Progress>) {
        if self.node(id).status == NodeStatus::Queued {
            self.ahead.start(id);
        }
        let node = self.node_mut(id);
        let since = match &node.status {
            NodeStatus::Running { since, .. } => *since,
            _ => Instant::now(),
        };
        if let Some(progress) = &mut progress {
            progress.at = since.elapsed();
        }
        node.status = NodeStatus::Running { since, progress };
    }

    /// The run is over: what it did not reach is idle again.
    fn settle(&mut self) {
        self.paused.clear();
        if let Some(started) = self.started.take() {
            self.elapsed = started.elapsed();
            for at in 0..self.nodes.len() {
                if self.nodes[at].status.is_pending() {
                    let node = self.node_mut(NodeId(at as u32));
                    node.status = NodeStatus::Idle;
                    node.is_stale = !node.outputs.is_empty();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
