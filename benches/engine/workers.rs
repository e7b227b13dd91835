//! Nodes beside each other: what it costs to hand them to threads, and what more workers bring for nodes that wait and
//! for nodes that compute outside of Python.

use loom::engine::RunRequest;
use loom::graph::{NodeId, Value, ValueType};

use crate::graphs;
use crate::measure::{least, new_stage, ready, report, report_at_least, start_with, timed};
use crate::peers;
use crate::stage::typed;

/// Nodes that are not trivial are handed to threads: 10,000 at 10 microseconds each, in an engine that holds the
/// graph.
pub fn hand_over() {
    const COUNT: u32 = 10_000;
    let (mut stage, file) = new_stage();
    let root = typed("root", &file, &[("x", ValueType::Int)], ValueType::Int);
    let nodes = graphs::apart(&root, (0..COUNT).map(|x| Value::Int(x.into())));
    stage.graph = graphs::whole(nodes, Vec::new());
    ready(&mut stage);
    timed(&mut stage, RunRequest::default());
    let again = (0..4).map(|_| {
        let (took, ran) = timed(&mut stage, all_again(COUNT, None));
        assert_eq!(ran, COUNT);
        took
    });
    report("engine/threads/10000", least(again), Some(100.0));
}

/// 40 nodes that wait 50 ms each, by the number of workers. A fifth more than the waiting itself is allowed.
pub fn sleep() {
    const COUNT: u32 = 40;
    const NAP_MS: u32 = 50;
    for workers in [1, 4, 16] {
        let (mut stage, file) = new_stage();
        stage.workers = workers;
        let nap = typed("nap", &file, &[("ms", ValueType::Int)], ValueType::Int);
        let nodes = graphs::apart(&nap, (0..COUNT).map(|_| Value::Int(NAP_MS.into())));
        stage.graph = graphs::whole(nodes, Vec::new());
        ready(&mut stage);
        let (took, _) = timed(&mut stage, RunRequest::default());
        let waiting = COUNT.div_ceil(workers as u32) * NAP_MS;
        let name = format!("engine/sleep_40x50ms/{workers}_workers");
        report(&name, took, Some(f64::from(waiting) * 1.2));
    }
}

/// Numpy lets go of Python's lock while it computes. It multiplies with one thread only when told so before it is
/// loaded: else a single node would take all cores, and more workers could bring nothing.
const NUMPY_SOURCE: &str = "\
import os

os.environ['OPENBLAS_NUM_THREADS'] = '1'
import numpy

def multiply(seed: int) -> float:
    matrix = numpy.random.default_rng(seed).random((500, 500))
    for _ in range(6):
        matrix = matrix @ matrix
        matrix /= matrix.max()
    return float(matrix[0, 0])

def sort(seed: int) -> float:
    return float(numpy.sort(numpy.random.default_rng(seed).random(1_500_000))[0])
";

/// 16 nodes that compute in numpy for some 25 ms each, with one worker and with two.
pub fn numpy() {
    const COUNT: u32 = 16;
    let python = match peers::environment("numpy", "numpy\npillow\n") {
        Ok(python) => python,
        Err(why) => {
            println!("# numpy is not to be had here, and its nodes are left out: {why}");
            return;
        }
    };
    for function in ["multiply", "sort"] {
        let (mut stage, file) = new_stage();
        std::fs::write(&file, NUMPY_SOURCE).expect("the temporary folder can be written to");
        let kind = typed(
            function,
            &file,
            &[("seed", ValueType::Int)],
            ValueType::Float,
        );
        let nodes = graphs::apart(&kind, (0..COUNT).map(|seed| Value::Int(seed.into())));
        stage.graph = graphs::whole(nodes, Vec::new());
        start_with(&mut stage, &python);
        ready(&mut stage);
        timed(&mut stage, RunRequest::default()); // numpy is loaded and its threads are there
        let [one, two] = [1, 2].map(|workers| {
            least((0..3).map(|_| timed(&mut stage, all_again(COUNT, Some(workers))).0))
        });
        println!("# numpy {function}: {one:.1} ms with one worker, {two:.1} ms with two");
        // Twice is the most that two cores give, and here others use them as well.
        report_at_least(&format!("engine/numpy/{function}_speedup"), one / two, 1.5);
    }
}

/// All nodes run, although their results are there.
fn all_again(count: u32, workers: Option<usize>) -> RunRequest {
    RunRequest {
        force: (0..count).map(NodeId).collect(),
        workers,
        ..RunRequest::default()
    }
}
