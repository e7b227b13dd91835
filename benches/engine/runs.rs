//! Whole runs: of the graphs that the peers run too, first and again, up to their first events, and to their end by
//! Stop.

use std::path::Path;
use std::time::Instant;

use loom::engine::{EngineEvent, RunRequest, RunStatus};
use loom::graph::{Graph, Node, NodeId, Pos2, Value, ValueType};

use crate::graphs::{self, COUNT};
use crate::measure::{least, ms, new_stage, peak_mb, ready, report, timed};
use crate::peers;
use crate::stage::{self, python, typed};

/// From starting the engine to its hello.
pub fn start() {
    let times = (0..5).map(|_| {
        let (mut stage, _) = new_stage();
        python();
        let start = Instant::now();
        ready(&mut stage);
        ms(start.elapsed())
    });
    report("engine/start/hello", least(times), Some(80.0));
}

pub fn chain_of_1000() {
    let first = first_runs("a", |file| graphs::chain(file, COUNT));
    let last = NodeId(COUNT);
    assert_eq!(first.shown(last), COUNT.to_string());
    first.compare(None);
}

pub fn sum_of_1000() {
    let first = first_runs("b", graphs::sum);
    let sum: u32 = (0..COUNT).map(|i| 2 * i).sum();
    assert_eq!(first.shown(NodeId(COUNT)), sum.to_string());
    first.compare(None);
}

pub fn layers() {
    let mut first = first_runs("c", graphs::layers);
    first.compare(Some(60.0));
    if !first.memory.is_empty() {
        let memory = least(first.memory.iter().copied());
        report("engine/c/memory_mb", memory, Some(60.0));
    }

    let stage = &mut first.last;
    let unchanged = (0..4).map(|_| {
        let (took, ran) = timed(stage, RunRequest::default());
        assert_eq!(ran, 0);
        took
    });
    report("engine/c/unchanged", least(unchanged), Some(5.0));
    let changed = NodeId(0);
    let cone = stage.graph.downstream([changed]).len();
    let one_input = (1..=5).map(|value| {
        stage.set(changed, "v", Value::Int(1_000 + value));
        let (took, ran) = timed(stage, RunRequest::default());
        assert_eq!(ran as usize, cone);
        took
    });
    let name = format!("engine/c/one_input_{cone}_nodes");
    report(&name, least(one_input), Some(3.0));
}

/// The first run of a graph in each of five engines that did nothing before.
struct FirstRuns {
    graph: &'static str,
    times: Vec<f64>,
    /// Of each engine's process, where the system tells.
    memory: Vec<f64>,
    last: stage::Stage,
}

fn first_runs(name: &'static str, graph: impl Fn(&Path) -> Graph) -> FirstRuns {
    let mut times = Vec::new();
    let mut memory = Vec::new();
    loop {
        let (mut stage, file) = new_stage();
        stage.graph = graph(&file);
        let pid = ready(&mut stage);
        let (took, ran) = timed(&mut stage, RunRequest::default());
        assert_eq!(ran as usize, stage.graph.node_count());
        times.push(took);
        memory.extend(peak_mb(pid));
        if times.len() == 5 {
            return FirstRuns {
                graph: name,
                times,
                memory,
                last: stage,
            };
        }
    }
}

impl FirstRuns {
    fn shown(&self, node: NodeId) -> String {
        self.last.shown(node)
    }

    /// Report the least, beside what it takes the peers. `budget`: what it may take even where the floor says less.
    fn compare(&self, budget: Option<f64>) {
        let graph = self.graph;
        let first = least(self.times.iter().copied());
        let floor = peers::floor(graph);
        println!(
            "# {graph}: the floor takes {floor:.2} ms, the first run {:.2} times that",
            first / floor
        );
        match peers::ryvencore(graph) {
            Ok(peer) => println!(
                "# {graph}: ryvencore takes {peer:.2} ms, the first run {:.2} times that",
                first / peer
            ),
            Err(why) => println!("# {graph}: ryvencore gives no figure: {why}"),
        }
        let budget = budget.map(|budget| budget.max(3.0 * floor));
        report(&format!("engine/{graph}/first"), first, budget);
    }
}

/// From asking for a first run of graph c to the first that is heard of it, and to the first node that is done.
///
/// What is answered within 50 ms is felt to be so at once, and the window may take a frame of 17 ms to show it: that
/// leaves 30. Two thirds of them go into handing the graph over (its plan here; its JSON and its keys there). Nodes that
/// are done are told in batches every 16 ms, so the first of them may come that much later.
pub fn first_events() {
    let mut events = Vec::new();
    let mut nodes = Vec::new();
    for _ in 0..5 {
        let (mut stage, file) = new_stage();
        stage.graph = graphs::layers(&file);
        ready(&mut stage);
        let start = Instant::now();
        let run = stage.request(RunRequest::default());
        stage.until(|event| matches!(event, EngineEvent::RunStarted { .. }));
        events.push(ms(start.elapsed()));
        stage.until(|event| matches!(event, EngineEvent::NodeFinished { .. }));
        nodes.push(ms(start.elapsed()));
        stage.wait(run);
    }
    report("engine/events/first", least(events), Some(30.0));
    report("engine/events/first_node", least(nodes), Some(46.0));
}

pub fn long_chain() {
    const LENGTH: u32 = 100_000;
    let (mut stage, file) = new_stage();
    stage.graph = graphs::chain(&file, LENGTH);
    ready(&mut stage);
    let (took, ran) = timed(&mut stage, RunRequest::default());
    assert_eq!(ran, LENGTH + 1);
    assert_eq!(stage.shown(NodeId(LENGTH)), LENGTH.to_string());
    report("engine/chain_100000/first", took, None);
}

/// From Stop to the run's last event. What is stuck in C is killed after 5 s, and a tenth of a second to do it in.
pub fn stop() {
    for (function, budget) in [("cooperative", 100.0), ("stuck", 5_100.0)] {
        let (mut stage, file) = new_stage();
        let kind = typed(
            function,
            &file,
            &[("flag", ValueType::Text)],
            ValueType::Int,
        );
        let flag = stage.folder.path().join("busy");
        let mut node = Node::new(NodeId(0), "n0", kind, Pos2::ZERO);
        let path = flag.to_string_lossy();
        node.values.insert("flag".into(), Value::text(path));
        stage.graph = graphs::whole(vec![node], Vec::new());
        ready(&mut stage);
        let run = stage.begin(None);
        stage::until(|| flag.exists());
        let start = Instant::now();
        stage.cancel(run);
        let outcome = stage.wait(run);
        assert_eq!(outcome.status, RunStatus::Cancelled);
        report(
            &format!("engine/stop/{function}"),
            ms(start.elapsed()),
            Some(budget),
        );
    }
}
