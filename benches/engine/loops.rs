//! Nodes that are called more than once: what a call of a loop costs, for an item of a list and for a repeat of a
//! subgraph; and what processes of their own bring for nodes that compute in Python.

use std::sync::Arc;

use loom::engine::RunRequest;
use loom::graph::{
    Edit, Flat, InputSpec, Link, Looping, Node, NodeId, OutputSpec, Port, Pos2, Subgraph,
    SubgraphId, SubgraphKinds, Value, ValueType,
};

use crate::graphs;
use crate::measure::{least, new_stage, ready, report, report_at_least, timed};
use crate::stage::{Stage, typed};

const CALLS: u32 = 100_000;
/// Microseconds that a call may take in a loop beside what the function does: as one that is handed to a thread.
const BUDGET_MS: f64 = CALLS as f64 * 10.0 / 1e3;

pub fn calls() {
    let (mut stage, file) = new_stage();
    let int = || ValueType::Int;
    let list = || ValueType::List(Box::new(int()));
    let source = std::fs::read_to_string(&file).expect("it was just written");
    let more = "\ndef numbers(n: int) -> list[int]:\n    return list(range(n))\n";
    std::fs::write(&file, source + more).expect("the temporary folder can be written to");
    let numbers = typed("numbers", &file, &[("n", int())], list());
    for function in ["inc", "root"] {
        let kind = typed(function, &file, &[("x", int())], int());
        let mut from = Node::new(NodeId(0), "n0", numbers.clone(), Pos2::ZERO);
        from.values.insert("n".into(), Value::Int(CALLS.into()));
        let mut each = Node::new(NodeId(1), "n1", kind, Pos2::ZERO);
        each.looping = Some(Arc::new(Looping {
            mapped: ["x".into()].into(),
            ..Looping::default()
        }));
        stage.graph = graphs::whole(vec![from, each], vec![graphs::link(0, 1, "x")]);
        let took = again(&mut stage, NodeId(1));
        let name = format!("engine/loops/each_of_{CALLS}_{function}");
        report(&name, took, Some(BUDGET_MS));
        stage.drop_engine();
    }
    stage.graph = repeated(&file);
    let took = again(&mut stage, NodeId(0));
    report(
        &format!("engine/loops/{CALLS}_repeats"),
        took,
        Some(BUDGET_MS),
    );
}

/// The least of four runs of this node, with all it needs there.
fn again(stage: &mut Stage, node: NodeId) -> f64 {
    ready(stage);
    timed(stage, RunRequest::default());
    least((0..4).map(|_| {
        let request = RunRequest {
            force: vec![node],
            ..RunRequest::default()
        };
        timed(stage, request).0
    }))
}

/// A subgraph of one node that adds one to what it gave before, repeated: its flat form.
fn repeated(file: &std::path::Path) -> loom::graph::Graph {
    let inc = typed("inc", file, &[("x", ValueType::Int)], ValueType::Int);
    let id = SubgraphId(0);
    let subgraph = Subgraph {
        id,
        key: "one_more".into(),
        title: "One more".into(),
        inputs: vec![InputSpec::new("x", ValueType::Int)],
        outputs: vec![OutputSpec {
            name: "x".into(),
            ty: ValueType::Int,
        }],
        kept: Arc::default(),
    };
    let kinds = SubgraphKinds::of(&subgraph);
    let node = |id: u32, kind, parent| {
        let mut node = Node::new(NodeId(id), format!("n{id}"), kind, Pos2::ZERO);
        node.parent = parent;
        node
    };
    let mut outside = node(0, kinds.node, None);
    outside.values.insert("x".into(), Value::Int(0));
    let nodes = vec![
        outside,
        node(1, kinds.inputs, Some(id)),
        node(2, inc, Some(id)),
        node(3, kinds.outputs, Some(id)),
    ];
    let link = |from: (u32, &str), to: (u32, &str)| Link {
        from: Port::new(NodeId(from.0), from.1),
        to: Port::new(NodeId(to.0), to.1),
    };
    let links = [link((1, "x"), (2, "x")), link((2, "result"), (3, "x"))];
    let (mut graph, ..) = loom::graph::Graph::from_all_parts([subgraph], nodes, links);
    let looping = Looping {
        carried: [("x".into(), "x".into())].into(),
        limit: Some(CALLS),
        ..Looping::default()
    };
    let (node, looping) = (NodeId(0), Some(Arc::new(looping)));
    graph
        .apply(Edit::SetLooping { node, looping })
        .expect("the node is there");
    Flat::of(&graph).graph().clone()
}

/// Eight nodes that count in Python, which holds its lock meanwhile: as they are on two workers, and as heavy ones.
pub fn heavy() {
    const COUNT: u32 = 8;
    let mut took = [0.0; 2];
    for (is_heavy, took) in [false, true].into_iter().zip(&mut took) {
        let (mut stage, file) = new_stage();
        stage.workers = 2;
        let source = "def count(n: int) -> int:\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n";
        std::fs::write(&file, source).expect("the temporary folder can be written to");
        let mut kind = typed("count", &file, &[("n", ValueType::Int)], ValueType::Int);
        Arc::make_mut(&mut kind).is_heavy = is_heavy;
        let values = (0..COUNT).map(|at| Value::Int(2_000_000 + i64::from(at)));
        stage.graph = graphs::whole(graphs::apart(&kind, values), Vec::new());
        ready(&mut stage);
        timed(&mut stage, RunRequest::default());
        *took = least((0..3).map(|_| {
            let request = RunRequest {
                force: (0..COUNT).map(NodeId).collect(),
                ..RunRequest::default()
            };
            timed(&mut stage, request).0
        }));
    }
    let [threads, processes] = took;
    println!("# heavy: {threads:.1} ms on threads, {processes:.1} ms in processes of their own");
    report_at_least("engine/heavy_speedup", threads / processes, 1.5);
}
