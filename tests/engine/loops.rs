//! Loops as the window makes them: a document's graph, its flat form, the real engine.

use std::sync::Arc;

use loom::graph::{
    Edit, Flat, Graph, InputSpec, Link, Looping, Node, NodeId, NodeKind, OutputSpec, Port, Pos2,
    Subgraph, SubgraphId, SubgraphKinds, Value, ValueType,
};

use crate::stage::{Stage, typed};

const SOURCE: &str = "\
def numbers(n: int) -> list[int]:
    return list(range(n))

def half(a: int) -> int:
    return a // 2

def small(a: int) -> bool:
    return a < 10

def add(a: int, b: int) -> int:
    if a == 13:
        raise ValueError('thirteen')
    return a + b
";

fn kinds(stage: &Stage) -> [Arc<NodeKind>; 4] {
    let file = stage.folder.path().join("loops.py");
    std::fs::write(&file, SOURCE).expect("the temporary folder can be written to");
    let int = || ValueType::Int;
    [
        typed(
            "numbers",
            &file,
            &[("n", int())],
            ValueType::List(Box::new(int())),
        ),
        typed("half", &file, &[("a", int())], int()),
        typed("small", &file, &[("a", int())], ValueType::Bool),
        typed("add", &file, &[("a", int()), ("b", int())], int()),
    ]
}

fn node(id: u32, kind: &Arc<NodeKind>, parent: Option<SubgraphId>) -> Node {
    let mut node = Node::new(NodeId(id), format!("node_{id}"), kind.clone(), Pos2::ZERO);
    node.parent = parent;
    node
}

fn link(from: (u32, &str), to: (u32, &str)) -> Link {
    Link {
        from: Port::new(NodeId(from.0), from.1),
        to: Port::new(NodeId(to.0), to.1),
    }
}

/// `Halves(a) -> (a, done)`, whose inner nodes are 10 to 13; node 2 stands for it.
fn halves(stage: &Stage) -> Graph {
    let [_, half, small, _] = kinds(stage);
    let id = SubgraphId(0);
    let output = |name: &str, ty| OutputSpec {
        name: name.into(),
        ty,
    };
    let subgraph = Subgraph {
        id,
        key: "halves".into(),
        title: "Halves".into(),
        inputs: vec![InputSpec::new("a", ValueType::Int)],
        outputs: vec![output("a", ValueType::Int), output("done", ValueType::Bool)],
        kept: Arc::default(),
    };
    let made = SubgraphKinds::of(&subgraph);
    let nodes = [
        node(2, &made.node, None),
        node(10, &made.inputs, Some(id)),
        node(11, &half, Some(id)),
        node(12, &small, Some(id)),
        node(13, &made.outputs, Some(id)),
    ];
    let links = [
        link((10, "a"), (11, "a")),
        link((11, "result"), (12, "a")),
        link((11, "result"), (13, "a")),
        link((12, "result"), (13, "done")),
    ];
    let (graph, no_nodes, no_links) = Graph::from_all_parts([subgraph], nodes, links);
    assert_eq!((no_nodes, no_links), (vec![], vec![]));
    graph
}

fn set_looping(graph: &mut Graph, node: u32, looping: Looping) {
    let (node, looping) = (NodeId(node), Some(Arc::new(looping)));
    let applied = graph.apply(Edit::SetLooping { node, looping });
    applied.expect("the node is there");
}

#[test]
fn a_subgraph_is_repeated_until_an_output_is_true_and_then_for_each_item() {
    let mut stage = Stage::new();
    let mut graph = halves(&stage);
    let input = Port::new(NodeId(2), "a");
    let value = Some(Value::Int(1000));
    graph.apply(Edit::SetValue { input, value }).unwrap();
    let until = Looping {
        carried: [("a".into(), "a".into())].into(),
        until: Some("done".into()),
        ..Looping::default()
    };
    set_looping(&mut graph, 2, until);
    let mut flat = Flat::of(&graph);
    stage.graph = flat.graph().clone();
    assert_eq!(
        stage.run(),
        super::all(loom::engine::RunStatus::Ok, 4, 0, 0, 0)
    );
    assert_eq!(stage.shown(NodeId(2)), "7");
    let inner = flat.id_at(&[NodeId(2)], NodeId(12)).unwrap();
    assert_eq!(stage.shown(inner), "True");

    let [numbers, ..] = kinds(&stage);
    let mut source = node(3, &numbers, None);
    source.values.insert("n".into(), Value::Int(6));
    graph.apply(Edit::AddNode(Box::new(source))).unwrap();
    let each = Looping {
        mapped: ["a".into()].into(),
        ..Looping::default()
    };
    set_looping(&mut graph, 2, each);
    graph
        .apply(Edit::Connect(link((3, "result"), (2, "a"))))
        .unwrap();
    flat.update(&graph);
    stage.graph = flat.graph().clone();
    assert_eq!(
        stage.run(),
        super::all(loom::engine::RunStatus::Ok, 5, 0, 0, 0)
    );
    let view = stage.text(NodeId(2));
    assert!(
        matches!(&view, loom::engine::View::Text { text: Some(text), .. } if text == "[0, 0, 1, 1, 2, 2]"),
        "{view:?}"
    );
}

#[test]
fn a_node_is_called_for_each_item_and_a_failed_one_may_be_kept() {
    let mut stage = Stage::new();
    let [numbers, _, _, add] = kinds(&stage);
    let (source, mapped) = (stage.add(&numbers), stage.add(&add));
    stage.set(source, "n", Value::Int(20));
    stage.set(mapped, "b", Value::Int(1));
    let mut looping = Looping {
        mapped: ["a".into()].into(),
        ..Looping::default()
    };
    set_looping(&mut stage.graph, mapped.0, looping.clone());
    stage.link(source, mapped, "a");
    let output = &stage.graph.node(mapped).unwrap().kind.outputs[0];
    assert_eq!(output.ty, ValueType::List(Box::new(ValueType::Int)));
    assert_eq!(stage.run().failed, 1);
    assert_eq!(stage.shown(mapped), "ValueError: thirteen\n(item 14 of 20)");
    looping.keeps_failed = true;
    set_looping(&mut stage.graph, mapped.0, looping);
    assert_eq!(
        stage.run(),
        super::all(loom::engine::RunStatus::Ok, 1, 1, 0, 0)
    );
    assert_eq!(
        stage.lines(mapped),
        ["1 items failed and are kept as failed items"]
    );
}

/// A node inside of a loop that takes the engine down is the one that did, and the loop does not run.
#[test]
fn a_crash_inside_a_loop_names_the_inner_node() {
    let mut stage = Stage::new();
    let mut graph = halves(&stage);
    let file = stage.folder.path().join("loops.py");
    let source = SOURCE.replace(
        "return a // 2",
        "import os; os._exit(3) if a == 5 else None; return a // 2",
    );
    std::fs::write(file, source).unwrap();
    let input = Port::new(NodeId(2), "a");
    let value = Some(Value::Int(5));
    graph.apply(Edit::SetValue { input, value }).unwrap();
    let times = Looping {
        limit: Some(2),
        ..Looping::default()
    };
    set_looping(&mut graph, 2, times);
    let flat = Flat::of(&graph);
    stage.graph = flat.graph().clone();
    let outcome = stage.run();
    assert_eq!(
        outcome,
        super::all(loom::engine::RunStatus::Failed, 0, 0, 1, 3)
    );
    let inner = flat.id_at(&[NodeId(2)], NodeId(11)).unwrap();
    assert!(
        stage.shown(inner).starts_with("EngineEnded: "),
        "{}",
        stage.shown(inner)
    );
    assert_eq!(stage.shown(NodeId(2)), format!("skipped by {inner}"));
}
