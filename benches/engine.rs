//! The engine against its budget: a real process, its events parsed and reduced on this side. Prints one line a case,
//! `name<TAB>ms<TAB>budget<TAB>ok|over`; what is compared with the floor (`peers/floor.py`) is so in the same sitting.
//! A word as argument runs the cases that have it in their name.

#[path = "../tests/engine/stage.rs"]
mod stage;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use loom::engine::{EngineEvent, RunRequest, RunStatus};
use loom::graph::{Graph, Link, Node, NodeId, Port, Pos2, Value, ValueType};
use stage::{Stage, python, typed};

const LAYERS: u32 = 100;
const WIDTH: u32 = 100;

const SOURCE: &str = "\
MASK = 0xFFFFFFFF

def const(v: int) -> int:
    return v

def add(a: int, b: int) -> int:
    return (a + b) & MASK

def inc(x: int) -> int:
    return x + 1

def root(x: int) -> int:
    import math
    return math.isqrt(x)

def nap(ms: int) -> int:
    import time
    time.sleep(ms / 1000)
    return ms

def cooperative(flag: str) -> int:
    import loom
    import time
    open(flag, 'w').close()
    while True:
        loom.check_cancelled()
        time.sleep(0.001)

def stuck(flag: str) -> int:
    import re
    open(flag, 'w').close()
    return re.match(r'(a*)*b', 'a' * 60)
";

fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let is_wanted = |name: &str| {
        wanted
            .as_ref()
            .is_none_or(|word| name.contains(word.as_str()))
    };
    for (name, case) in CASES {
        if is_wanted(name) {
            case();
        }
    }
}

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    ("engine/start", start),
    ("engine/c", layers),
    ("engine/chain", chain),
    ("engine/threads", threads),
    ("engine/sleep", sleep),
    ("engine/stop", stop),
];

/// `budget` none: it only has to come to its end.
fn report(name: &str, ms: f64, budget: Option<f64>) {
    let verdict = if budget.is_none_or(|budget| ms <= budget) {
        "ok"
    } else {
        "over"
    };
    let budget = budget.map_or("-".to_owned(), |budget| format!("{budget:.1}"));
    println!("{name}\t{ms:.2}\t{budget}\t{verdict}");
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn least(times: impl IntoIterator<Item = f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
}

fn new_stage() -> (Stage, PathBuf) {
    let mut stage = Stage::new();
    stage.keeps_events = false;
    let file = stage.folder.path().join("bench.py");
    std::fs::write(&file, SOURCE).expect("the temporary folder can be written to");
    (stage, file)
}

/// From asking for the run to its last event taken in; the engine is ready before.
fn timed(stage: &mut Stage, request: RunRequest) -> (f64, u32) {
    let start = Instant::now();
    let run = stage.request(request);
    let outcome = stage.wait(run);
    let took = ms(start.elapsed());
    assert_eq!(outcome.status, RunStatus::Ok, "{outcome:?}");
    (took, outcome.ran)
}

fn ready(stage: &mut Stage) -> u32 {
    match stage.until(|event| matches!(event, EngineEvent::Hello { .. })) {
        EngineEvent::Hello { pid, .. } => pid,
        _ => unreachable!("that is what was waited for"),
    }
}

fn start() {
    let times = (0..5).map(|_| {
        let (mut stage, _) = new_stage();
        python();
        let start = Instant::now();
        ready(&mut stage);
        ms(start.elapsed())
    });
    report("engine/start/hello", least(times), Some(80.0));
}

fn link(from: u32, to: u32, input: &str) -> Link {
    Link {
        from: Port::new(NodeId(from), "result"),
        to: Port::new(NodeId(to), input),
    }
}

/// 100 layers of 100 nodes with two inputs each, as graph c of the floor.
fn graph_c(file: &Path) -> Graph {
    let int = || ValueType::Int;
    let constant = typed("const", file, &[("v", int())], int());
    let add = typed("add", file, &[("a", int()), ("b", int())], int());
    let mut nodes = Vec::new();
    let mut links = Vec::new();
    for id in 0..LAYERS * WIDTH {
        let (layer, at) = (id / WIDTH, id % WIDTH);
        let kind = if layer == 0 { &constant } else { &add };
        let mut node = Node::new(
            NodeId(id),
            format!("n{layer}_{at}"),
            kind.clone(),
            Pos2::ZERO,
        );
        if layer == 0 {
            node.values.insert("v".into(), Value::Int(i64::from(at)));
        } else {
            let before = (layer - 1) * WIDTH;
            links.push(link(before + at, id, "a"));
            links.push(link(before + (at * 7 + 1) % WIDTH, id, "b"));
        }
        nodes.push(node);
    }
    whole(nodes, links)
}

fn whole(nodes: Vec<Node>, links: Vec<Link>) -> Graph {
    let (graph, refused_nodes, refused_links) = Graph::from_parts(nodes, links);
    assert_eq!((refused_nodes.len(), refused_links.len()), (0, 0));
    graph
}

fn layers() {
    let floor = floor();
    println!("# floor c batch: {floor:.2} ms, least of 25");
    let mut first = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..5 {
        let (mut stage, file) = new_stage();
        stage.graph = graph_c(&file);
        let pid = ready(&mut stage);
        let (took, ran) = timed(&mut stage, RunRequest::default());
        assert_eq!(ran, LAYERS * WIDTH);
        first.push(took);
        memory.extend(peak_mb(pid));
    }
    let first = least(first);
    println!("# first run: {:.2} times the floor", first / floor);
    report("engine/c/first", first, Some((3.0 * floor).max(60.0)));
    if !memory.is_empty() {
        report("engine/c/memory_mb", least(memory), Some(60.0));
    }

    let (mut stage, file) = new_stage();
    stage.graph = graph_c(&file);
    ready(&mut stage);
    timed(&mut stage, RunRequest::default());
    let unchanged = (0..4).map(|_| {
        let (took, ran) = timed(&mut stage, RunRequest::default());
        assert_eq!(ran, 0);
        took
    });
    report("engine/c/unchanged", least(unchanged), Some(5.0));
    let changed = NodeId(0);
    let cone = stage.graph.downstream([changed]).len();
    let one_input = (1..=5).map(|value| {
        stage.set(changed, "v", Value::Int(1_000 + value));
        let (took, ran) = timed(&mut stage, RunRequest::default());
        assert_eq!(ran as usize, cone);
        took
    });
    let name = format!("engine/c/one_input_{cone}_nodes");
    report(&name, least(one_input), Some(3.0));
}

/// What the least of 25 runs takes a bare Python loop that writes the same events in batches.
fn floor() -> f64 {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let output = Command::new(python())
        .args(["floor.py", "c", "batch"])
        .current_dir(peers)
        .output()
        .expect("the floor runs");
    let text = String::from_utf8_lossy(&output.stderr);
    text.split("\"wall_ms_min\": ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("the floor says how long it took: {text}"))
}

/// Most memory that the process has held, where the system tells.
fn peak_mb(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb / 1024.0)
}

fn chain() {
    const LENGTH: u32 = 100_000;
    let (mut stage, file) = new_stage();
    let inc = typed("inc", &file, &[("x", ValueType::Int)], ValueType::Int);
    let mut nodes: Vec<_> = (0..LENGTH)
        .map(|id| Node::new(NodeId(id), format!("n{id}"), inc.clone(), Pos2::ZERO))
        .collect();
    nodes[0].values.insert("x".into(), Value::Int(0));
    let links = (1..LENGTH).map(|id| link(id - 1, id, "x")).collect();
    stage.graph = whole(nodes, links);
    ready(&mut stage);
    let (took, ran) = timed(&mut stage, RunRequest::default());
    assert_eq!(ran, LENGTH);
    assert_eq!(stage.shown(NodeId(LENGTH - 1)), LENGTH.to_string());
    report("engine/chain_100000/first", took, None);
}

/// Nodes that are not trivial are handed to threads: 10,000 at 10 microseconds each, in an engine that holds the
/// graph.
fn threads() {
    const COUNT: u32 = 10_000;
    let (mut stage, file) = new_stage();
    let root = typed("root", &file, &[("x", ValueType::Int)], ValueType::Int);
    let nodes = (0..COUNT).map(|id| {
        let mut node = Node::new(NodeId(id), format!("n{id}"), root.clone(), Pos2::ZERO);
        node.values.insert("x".into(), Value::Int(i64::from(id)));
        node
    });
    stage.graph = whole(nodes.collect(), Vec::new());
    ready(&mut stage);
    timed(&mut stage, RunRequest::default());
    let again = (0..4).map(|_| {
        let request = RunRequest {
            force: (0..COUNT).map(NodeId).collect(),
            ..RunRequest::default()
        };
        let (took, ran) = timed(&mut stage, request);
        assert_eq!(ran, COUNT);
        took
    });
    report("engine/threads/10000", least(again), Some(100.0));
}

/// 40 nodes that wait 50 ms each, by the number of workers. A fifth more than the waiting itself is allowed.
fn sleep() {
    const COUNT: u32 = 40;
    const NAP_MS: u32 = 50;
    for workers in [1, 4, 16] {
        let (mut stage, file) = new_stage();
        stage.workers = workers;
        let nap = typed("nap", &file, &[("ms", ValueType::Int)], ValueType::Int);
        let nodes = (0..COUNT).map(|id| {
            let mut node = Node::new(NodeId(id), format!("n{id}"), nap.clone(), Pos2::ZERO);
            node.values
                .insert("ms".into(), Value::Int(i64::from(NAP_MS)));
            node
        });
        stage.graph = whole(nodes.collect(), Vec::new());
        ready(&mut stage);
        let (took, _) = timed(&mut stage, RunRequest::default());
        let waiting = COUNT.div_ceil(workers as u32) * NAP_MS;
        let name = format!("engine/sleep_40x50ms/{workers}_workers");
        report(&name, took, Some(f64::from(waiting) * 1.2));
    }
}

/// From Stop to the run's last event. What is stuck in C is killed after 5 s, and a tenth of a second to do it in.
fn stop() {
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
        stage.graph = whole(vec![node], Vec::new());
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
