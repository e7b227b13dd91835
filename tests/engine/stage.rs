//! A graph of Python functions written to a temporary folder, the real engine that runs it, and what came of it.
//! For `tests/engine.rs` and `benches/engine/`; asserts nothing by itself.
#![allow(dead_code, reason = "each of its users needs another part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use loom::engine::{
    Engine, EngineConfig, EngineEvent, Fetch, NodeRun, NodeStatus, ResultsOnDisk, RunRequest,
    RunState, RunStatus, Stop, View, What,
};
use loom::event::{EventReceiver, channel};
use loom::graph::{
    Bank, Edit, Graph, InputSpec, Link, Node, NodeId, NodeKind, OutputSpec, Port, Value, ValueType,
    pos2,
};

/// Long enough for a machine with other things to do; nothing waits so long when all is well.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A graph, its functions, and an engine when one is started.
pub struct Stage {
    pub folder: tempfile::TempDir,
    pub graph: Graph,
    pub state: RunState,
    pub events: Vec<EngineEvent>,
    /// Off where the time that it takes counts.
    pub keeps_events: bool,
    pub workers: usize,
    /// A folder for results that are to survive the engine.
    pub results: Option<ResultsOnDisk>,
    engine: Option<(Engine, EventReceiver<EngineEvent>)>,
    runs: u64,
}

/// How a run ended.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub status: RunStatus,
    pub ran: u32,
    pub cached: u32,
    pub failed: u32,
    pub skipped: u32,
}

/// The interpreter that `python3` is, or the one that `LOOM_TEST_PYTHON` names. Asked of itself, since what stands on
/// the path may be a script that looks for one first.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let name = std::env::var_os("LOOM_TEST_PYTHON")
            .unwrap_or_else(|| if cfg!(windows) { "python" } else { "python3" }.into());
        let output = Command::new(&name)
            .args(["-c", "import sys; print(sys.executable)"])
            .output()
            .expect(
                "these tests need Python 3.11 or newer as python3, or named by LOOM_TEST_PYTHON",
            );
        String::from_utf8_lossy(&output.stdout).trim().into()
    })
}

/// Wait until something holds.
pub fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(
            Instant::now() < deadline,
            "what was waited for did not come"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Stage {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            graph: Graph::default(),
            state: RunState::new(),
            events: Vec::new(),
            keeps_events: true,
            workers: 4,
            results: None,
            engine: None,
            runs: 0,
        }
    }

    /// Write a source file and return the kind of its function, whose inputs are of any type.
    pub fn kind(&self, function: &str, inputs: &[&str], source: &str) -> Arc<NodeKind> {
        let file = self.folder.path().join(format!("{function}.py"));
        fs::write(&file, source).expect("the temporary folder can be written to");
        let mut kind = NodeKind::new(Bank::Project, function);
        kind.file = Some(file.into());
        kind.inputs = inputs
            .iter()
            .map(|name| InputSpec::untyped(*name))
            .collect();
        kind.outputs = vec![OutputSpec::untyped("result")];
        Arc::new(kind)
    }

    pub fn add(&mut self, kind: &Arc<NodeKind>) -> NodeId {
        let id = self.graph.next_id();
        let node = Node::new(id, format!("node_{id}"), Arc::clone(kind), pos2(0.0, 0.0));
        self.edit(Edit::AddNode(Box::new(node)));
        id
    }

    /// Add a node whose kind is used once: `def FUNCTION(INPUTS)` with this body, its inputs linked to `sources`.
    pub fn node(&mut self, function: &str, body: &str, sources: &[NodeId]) -> NodeId {
        let inputs: Vec<_> = (0..sources.len()).map(|i| format!("in_{i}")).collect();
        let inputs: Vec<_> = inputs.iter().map(String::as_str).collect();
        let body = body.replace('\n', "\n    ");
        let source = format!("def {function}({}):\n    {body}\n", inputs.join(", "));
        let kind = self.kind(function, &inputs, &source);
        let id = self.add(&kind);
        for (source, input) in sources.iter().zip(inputs) {
            self.link(*source, id, input);
        }
        id
    }

    pub fn link(&mut self, from: NodeId, to: NodeId, input: &str) {
        self.edit(Edit::Connect(Link {
            from: Port::new(from, "result"),
            to: Port::new(to, input),
        }));
    }

    pub fn set(&mut self, node: NodeId, input: &str, value: Value) {
        self.edit(Edit::SetValue {
            input: Port::new(node, input),
            value: Some(value),
        });
    }

    pub fn edit(&mut self, edit: Edit) {
        self.graph.apply(edit).expect("the edit fits the graph");
    }

    /// Start the engine, if none is there.
    pub fn engine(&mut self) -> &mut Engine {
        if self.engine.is_none() {
            let config = self.config();
            self.start(config);
        }
        &mut self.engine.as_mut().expect("just started").0
    }

    pub fn config(&self) -> EngineConfig {
        EngineConfig {
            python: python().to_owned(),
            executor: Path::new(env!("CARGO_MANIFEST_DIR")).join("executor"),
            project: loom::project::trust::by_call::own(self.folder.path()),
            files: self.folder.path().join(".loom"),
            workers: self.workers,
            results: self.results.clone(),
            memory_limit: None,
            idle_after: None,
        }
    }

    pub fn start(&mut self, config: EngineConfig) {
        let (sender, receiver) = channel(4096, || ());
        self.engine = Some((Engine::start(config, sender), receiver));
    }

    /// Let go of the engine.
    pub fn drop_engine(&mut self) {
        self.engine = None;
    }

    pub fn close_engine(&mut self) {
        if let Some((engine, _)) = self.engine.take() {
            engine.close(PATIENCE);
        }
    }

    /// Take events until one is as wanted; panics when none comes.
    pub fn until(&mut self, wanted: impl Fn(&EngineEvent) -> bool) -> EngineEvent {
        self.engine();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let receiver = &mut self.engine.as_mut().expect("just started").1;
            let Some(event) = receiver.next_timeout(Duration::from_millis(100)) else {
                continue;
            };
            self.state.on_event(&event);
            let is_it = wanted(&event);
            if self.keeps_events {
                self.events.push(event.clone());
            }
            if is_it {
                return event;
            }
        }
        panic!(
            "the event did not come; the last ones: {:#?}",
            self.last_events()
        );
    }

    fn last_events(&self) -> &[EngineEvent] {
        &self.events[self.events.len().saturating_sub(20)..]
    }

    /// Ask for a run without waiting for it.
    pub fn begin(&mut self, targets: Option<Vec<NodeId>>) -> u64 {
        self.request(RunRequest {
            targets,
            ..RunRequest::default()
        })
    }

    /// The same for any request; its number is given here.
    pub fn request(&mut self, request: RunRequest) -> u64 {
        self.engine();
        self.runs += 1;
        let run = self.runs;
        let scope = match &request.targets {
            Some(targets) => self.graph.upstream(targets.iter().copied()),
            None => self.graph.nodes().map(|node| node.id).collect(),
        };
        self.state.begin(run, scope);
        self.events.clear();
        let (engine, _) = self.engine.as_mut().expect("just started");
        engine
            .run(&self.graph, RunRequest { run, ..request })
            .expect("the engine takes a run");
        run
    }

    pub fn wait(&mut self, run: u64) -> Outcome {
        let last = self.until(
            |event| matches!(event, EngineEvent::RunFinished { run: other, .. } if *other == run),
        );
        let EngineEvent::RunFinished {
            status,
            ran,
            cached,
            failed,
            skipped,
            ..
        } = last
        else {
            unreachable!("that is what was waited for")
        };
        Outcome {
            status,
            ran,
            cached,
            failed,
            skipped,
        }
    }

    pub fn run(&mut self) -> Outcome {
        let run = self.begin(None);
        self.wait(run)
    }

    pub fn cancel(&mut self, run: u64) {
        self.stop(run, Stop::Firm);
    }

    pub fn stop(&mut self, run: u64, how: Stop) {
        self.engine()
            .cancel(run, how)
            .expect("the engine takes a Stop");
    }

    pub fn until_paused(&mut self, node: NodeId) {
        self.until(
            |event| matches!(event, EngineEvent::NodePaused { node: other, .. } if *other == node),
        );
    }

    pub fn until_started(&mut self, node: NodeId) {
        self.until(
            |event| matches!(event, EngineEvent::NodeStarted { node: other, .. } if *other == node),
        );
    }

    pub fn until_finished(&mut self, node: NodeId) {
        self.until(
            |event| matches!(event, EngineEvent::NodeFinished { node: other, .. } if *other == node),
        );
    }

    pub fn until_logged(&mut self, node: NodeId, part: &str) {
        let is_there = self.lines(node).iter().any(|line| line.contains(part));
        if !is_there {
            self.until(|event| {
                matches!(event, EngineEvent::Log { node: other, text, .. }
                    if *other == Some(node) && text.contains(part))
            });
        }
    }

    pub fn text(&mut self, node: NodeId) -> View {
        self.fetch(node, What::Text)
    }

    pub fn view(&mut self, node: NodeId) -> View {
        let what = What::View {
            start: 0,
            count: 10,
            sort: None,
        };
        self.fetch(node, what)
    }

    fn fetch(&mut self, node: NodeId, what: What) -> View {
        let fetch = Fetch {
            fetch: 1,
            node,
            output: 0,
            what,
        };
        self.engine()
            .fetch(fetch)
            .expect("the engine takes a fetch");
        let event = self.until(|event| matches!(event, EngineEvent::Value { .. }));
        let EngineEvent::Value { view, .. } = event else {
            unreachable!("that is what was waited for")
        };
        view
    }

    pub fn of(&self, node: NodeId) -> &NodeRun {
        self.state.node(node)
    }

    /// The only output's text, or how the node ended otherwise: `ValueError: message`, `skipped by 3`.
    pub fn shown(&self, node: NodeId) -> String {
        let run = self.of(node);
        match &run.status {
            NodeStatus::Done { .. } | NodeStatus::Cached => match run.outputs.first() {
                Some(Some(value)) => value.text.to_string(),
                _ => "nothing".to_owned(),
            },
            NodeStatus::Failed(error) => format!("{}: {}", error.kind, error.message),
            NodeStatus::Skipped { cause } => format!("skipped by {cause}"),
            NodeStatus::Unused { chooser } => format!("not chosen by {chooser}"),
            NodeStatus::Idle => "idle".to_owned(),
            NodeStatus::Queued => "queued".to_owned(),
            NodeStatus::Paused => "paused".to_owned(),
            NodeStatus::Running { .. } => "running".to_owned(),
        }
    }

    /// What the node logged, a line each.
    pub fn lines(&self, node: NodeId) -> Vec<&str> {
        self.state
            .log()
            .lines_of(node)
            .map(|line| &*line.text)
            .collect()
    }
}

/// A kind of typed inputs and outputs, for graphs that are made in bulk.
pub fn typed(
    function: &str,
    file: &Path,
    inputs: &[(&str, ValueType)],
    output: ValueType,
) -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Project, function);
    kind.file = Some(file.into());
    kind.inputs = inputs
        .iter()
        .map(|(name, ty)| InputSpec::new(*name, ty.clone()))
        .collect();
    kind.outputs = vec![OutputSpec {
        name: "result".into(),
        ty: output,
    }];
    Arc::new(kind)
}
