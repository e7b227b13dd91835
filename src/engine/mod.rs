//! Engine: a handle on the Python process that runs a graph. It starts the process, sends requests, hands its events
//! to the app, and replaces it when it dies. It never decides which kinds exist and never waits on the caller's
//! thread.
//!
//! ```text
//! Engine ── orders ──> supervisor thread ── lines ──> process (stdin)
//!                            │  ^ reports of the threads that read stdout and stderr and wait for its end
//!                            └──> EventSender<EngineEvent> ──> RunState::on_event
//! ```

pub mod plan;
pub mod protocol;
pub mod python;
pub mod run;

mod cancel;
mod course;
mod folder;
mod hide;
mod life;
mod memory;
mod process;
mod restarts;
mod stderr;
mod supervisor;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

pub use memory::limit_of as memory_limit_of;
pub use protocol::{
    EngineEvent, Fetch, Frame, LogLevel, NodeError, Outputs, RunStatus, Thumb, TreeNode,
    ValueSummary, View, What,
};
pub use run::{Counts, EngineStatus, Log, LogLine, NodeRun, NodeStatus, Progress, RunState};

use crate::event::EventSender;
use crate::graph::{Graph, NodeId};
use crate::project::trust::Trusted;
use crate::redact::Secret;
use life::Shared;
use plan::Planner;
use process::Report;
use supervisor::{Order, Supervisor};

/// What an engine is started with.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Absolute path of the interpreter: that of the project's environment.
    pub python: PathBuf,
    /// The folder `executor/`.
    pub executor: PathBuf,
    /// The project's folder, which may run: relative paths in values count from it.
    pub project: Trusted,
    /// A private folder for values too big for the pipe. Each process makes a folder of its own inside, which is
    /// removed when the engine is dropped.
    pub files: PathBuf,
    /// How many nodes may run at once, where a run does not say.
    pub workers: usize,
    /// Memory that the process and all that it starts may hold together, in bytes: at that it is ended, and the node
    /// that ran fails. `None`: as much as there is.
    pub memory_limit: Option<u64>,
    /// A process that has had nothing to do for so long is ended; the next run starts another. `None`: it stays.
    pub idle_after: Option<Duration>,
    /// Where results are kept that are to survive the engine; `None`: they do not.
    pub results: Option<ResultsOnDisk>,
}

/// A folder for the results of all projects of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultsOnDisk {
    pub folder: PathBuf,
    /// The least recently used leave when there is more.
    pub limit_bytes: u64,
}

/// For how long an engine stays that has nothing to do: it may hold much memory, and what it holds must be made anew.
pub const IDLE_AFTER: Duration = Duration::from_mins(30);

/// One run of a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRequest {
    /// Number of the run: the caller's, and another each time.
    pub run: u64,
    /// These nodes and all that they need; `None`: every node.
    pub targets: Option<Vec<NodeId>>,
    /// Nodes that run even when a result of theirs is there.
    pub force: Vec<NodeId>,
    /// How many nodes may run at once; `None`: as the engine's config says.
    pub workers: Option<usize>,
    /// Nodes whose last result is taken as it is, although it may not be theirs any more.
    pub keep: Vec<NodeId>,
    /// Breakpoints: nodes that are held before they run.
    pub pause: Vec<NodeId>,
    /// Every node is held before it runs.
    pub step: bool,
}

/// How hard a run is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody waits for the end: nodes are interrupted after 2 s, and the process is killed after 5 s.
    Firm,
    /// It is to make room for a newer one, and results are worth more than seconds: nodes are interrupted as soon, but
    /// the process is killed only when one of them has not answered to that for a minute.
    Gentle,
}

/// The engine has more waiting for it than it takes. Only a caller that asks without end sees this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine has too much waiting: try again when it is idle")]
pub struct EngineBusy;

/// A handle on one engine. Dropping it kills the process and all that it has started.
pub struct Engine {
    planner: Planner,
    orders: SyncSender<Order>,
    reports: SyncSender<Report>,
    shared: Arc<Shared>,
    workers: usize,
}

/// How many orders may wait: far more than a person gives while one is taken.
const ORDERS: usize = 256;

impl Engine {
    /// Start an engine for one graph. Returns at once: what becomes of it, also that it cannot be started, comes as
    /// events. One engine serves one document, since plans are made of what changed in its graph.
    pub fn start(config: EngineConfig, events: EventSender<EngineEvent>) -> Self {
        let (orders, order_receiver) = mpsc::sync_channel(ORDERS);
        let (reports, report_receiver) = mpsc::sync_channel(process::REPORTS);
        let shared = Arc::new(Shared::default());
        let workers = config.workers;
        Supervisor::new(
            config,
            events,
            order_receiver,
            (reports.clone(), report_receiver),
        )
        .spawn(&shared);
        Self {
            planner: Planner::default(),
            orders,
            reports,
            shared,
            workers,
        }
    }

    /// Run the graph as it is now. A run that is asked for while another is in progress waits for its end; it then
    /// runs the newest graph that was given.
    pub fn run(&mut self, graph: &Graph, request: RunRequest) -> Result<(), EngineBusy> {
        let plan = self.planner.plan(graph);
        let workers = request.workers.unwrap_or(self.workers).max(1);
        let order = Order::Run {
            plan,
            request: RunRequest {
                workers: Some(workers),
                ..request
            },
        };
        self.order(order).inspect_err(|_| {
            // The plan is lost, so the next one must be whole.
            self.planner = Planner::default();
        })
    }

    /// Stop a run: the engine is asked at once, and `stop` says what follows when that is no use. The run ends as
    /// cancelled in any case.
    pub fn cancel(&self, run: u64, stop: Stop) -> Result<(), EngineBusy> {
        self.order(Order::Cancel(run, stop))
    }

    /// Let a run that pauses go on, up to the next breakpoint.
    pub fn go_on(&self, run: u64) -> Result<(), EngineBusy> {
        self.order(Order::Continue(run))
    }

    /// Let one node of a run go that is held, this one or the next, and hold what comes after it.
    pub fn step(&self, run: u64, node: Option<NodeId>) -> Result<(), EngineBusy> {
        self.order(Order::Step(run, node))
    }

    /// Hold these nodes of a run, and no others, from now on.
    pub fn set_breakpoints(&self, run: u64, nodes: Vec<NodeId>) -> Result<(), EngineBusy> {
        self.order(Order::Breakpoints(run, nodes))
    }

    /// Ask for a value. The answer is `EngineEvent::Value` with the same number, also when there is none.
    pub fn fetch(&self, fetch: Fetch) -> Result<(), EngineBusy> {
        self.order(Order::Fetch(fetch))
    }

    /// Files of nodes were edited. The answer is `EngineEvent::Reloaded`, after the run that is in progress; there is none
    /// without a process, which holds no results then.
    pub fn reload(&self, files: Vec<PathBuf>) -> Result<(), EngineBusy> {
        self.order(Order::Reload(files))
    }

    /// These are the secrets that the values of the graph name, from the next run on.
    pub fn give_secrets(&self, secrets: BTreeMap<String, Secret>) -> Result<(), EngineBusy> {
        self.order(Order::Secrets(secrets))
    }

    /// End the process and start another; what it held is gone, and a run in progress ends as cancelled.
    pub fn restart(&self) -> Result<(), EngineBusy> {
        self.order(Order::Restart)
    }

    /// End the engine and wait for it: it is asked, and killed when `patience` is over. Not for the UI's thread, which
    /// drops the engine instead.
    pub fn close(self, patience: Duration) {
        self.order(Order::Shutdown).ok();
        self.shared.wait_for_end(patience);
        self.shared.kill();
        self.wake();
        self.shared.wait_for_end(Duration::from_secs(5));
    }

    fn order(&self, order: Order) -> Result<(), EngineBusy> {
        self.orders.try_send(order).map_err(|_| EngineBusy)?;
        self.wake();
        Ok(())
    }

    /// When the reports are full the supervisor is awake anyway.
    fn wake(&self) {
        self.reports.try_send(Report::Wake).ok();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.kill();
        self.wake();
    }
}
