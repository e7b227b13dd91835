//! The graphs that are run, made in bulk. a, b and c are those of `peers/graphs.py`, node by node, so that all engines
//! do the same work.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use loom::graph::{Graph, Link, Node, NodeId, NodeKind, Port, Value, ValueType, pos2};

use crate::stage::typed;

/// Layers of graph c, and nodes in each.
pub const LAYERS: u32 = 100;
pub const WIDTH: u32 = 100;
/// Calls in graph a, and nodes that graph b adds up.
pub const COUNT: u32 = 1_000;

/// Functions of all cases.
pub const SOURCE: &str = "\
MASK = 0xFFFFFFFF

def const(v: int) -> int:
    return v

def add(a: int, b: int) -> int:
    return (a + b) & MASK

def inc(x: int) -> int:
    return x + 1

def dbl(v: int) -> int:
    return v * 2

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

/// A graph whose nodes and links all fit.
pub fn whole(nodes: Vec<Node>, links: Vec<Link>) -> Graph {
    let (graph, refused_nodes, refused_links) = Graph::from_parts(nodes, links);
    assert_eq!((refused_nodes.len(), refused_links.len()), (0, 0));
    graph
}

/// Nodes of one function without links between them, each with a value for its only input.
pub fn apart(kind: &Arc<NodeKind>, values: impl IntoIterator<Item = Value>) -> Vec<Node> {
    let nodes = values.into_iter().zip(0..).map(|(value, id)| {
        let mut node = node(id, kind);
        node.values.insert(kind.inputs[0].name.clone(), value);
        node
    });
    nodes.collect()
}

/// A constant, and `length` calls that each add one to what the call before gave.
pub fn chain(file: &Path, length: u32) -> Graph {
    let constant = typed("const", file, &[("v", ValueType::Int)], ValueType::Int);
    let inc = typed("inc", file, &[("x", ValueType::Int)], ValueType::Int);
    let mut nodes = apart(&constant, [Value::Int(0)]);
    nodes.extend((1..=length).map(|id| node(id, &inc)));
    let links = (1..=length).map(|id| link(id - 1, id, "x")).collect();
    whole(nodes, links)
}

/// Nodes that do not need each other, and one that adds up what they gave. Its function has an input for each of them,
/// and so is written beside the others'.
pub fn sum(file: &Path) -> Graph {
    let names: Vec<_> = (0..COUNT).map(|i| format!("x{i}")).collect();
    let mut source = String::from("def total(");
    for name in &names {
        write!(source, "{name}: int, ").expect("a text takes all");
    }
    write!(
        source,
        ") -> int:\n    return sum(({}))\n",
        names.join(", ")
    )
    .expect("a text takes all");
    let total_file = file.with_file_name("total.py");
    std::fs::write(&total_file, source).expect("the temporary folder can be written to");

    let dbl = typed("dbl", file, &[("v", ValueType::Int)], ValueType::Int);
    let inputs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), ValueType::Int))
        .collect();
    let total = typed("total", &total_file, &inputs, ValueType::Int);
    let mut nodes = apart(&dbl, (0..COUNT).map(|i| Value::Int(i.into())));
    nodes.push(node(COUNT, &total));
    let links = (0..COUNT)
        .zip(&names)
        .map(|(id, name)| link(id, COUNT, name));
    whole(nodes, links.collect())
}

/// 100 layers of 100 nodes with two inputs each.
pub fn layers(file: &Path) -> Graph {
    let int = || ValueType::Int;
    let constant = typed("const", file, &[("v", int())], int());
    let add = typed("add", file, &[("a", int()), ("b", int())], int());
    let mut nodes = apart(&constant, (0..WIDTH).map(|at| Value::Int(at.into())));
    let mut links = Vec::new();
    for id in WIDTH..LAYERS * WIDTH {
        let (before, at) = ((id / WIDTH - 1) * WIDTH, id % WIDTH);
        nodes.push(node(id, &add));
        links.push(link(before + at, id, "a"));
        links.push(link(before + (at * 7 + 1) % WIDTH, id, "b"));
    }
    whole(nodes, links)
}

fn node(id: u32, kind: &Arc<NodeKind>) -> Node {
    let pos = pos2((id / WIDTH) as f32 * 280.0, (id % WIDTH) as f32 * 160.0);
    Node::new(NodeId(id), format!("node_{id}"), Arc::clone(kind), pos)
}

pub fn link(from: u32, to: u32, input: &str) -> Link {
    Link {
        from: Port::new(NodeId(from), "result"),
        to: Port::new(NodeId(to), input),
    }
}
