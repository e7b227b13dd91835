//! `--repeat` for those who measure: each run's figures, the first in an engine that did nothing before.

use serde_json::{Value as Json, json};

use crate::stage::{Stage, graph};

const FUNCTIONS: &str = "
import random

import loom


@loom.node
def start(value: int = 0) -> int:
    return value


@loom.node
def next_one(value: int) -> int:
    return value + 1


@loom.node(cache=False)
def dice(value: int) -> float:
    return value + random.random()
";

#[test]
fn each_repetition_has_its_number_and_its_figures_and_only_the_first_has_all_to_do() {
    const LENGTH: usize = 200;
    let stage = Stage::new();
    let mut nodes = vec!["n0 start value=7".to_owned()];
    nodes.extend((1..LENGTH).map(|i| format!("n{i} next_one value<n{}", i - 1)));
    nodes.push("d dice value<n3".to_owned());
    let nodes: Vec<_> = nodes.iter().map(String::as_str).collect();
    stage.project("P", FUNCTIONS, &graph(&nodes));
    let last = format!("n{}.result", LENGTH - 1);
    let call = stage
        .loom(&["run", "P", "--json", "--repeat", "5", "--print", &last])
        .exits(0);

    let figures: Vec<_> = call
        .events("run_finished")
        .iter()
        .map(|line| ["run", "ran", "cached", "failed", "skipped"].map(|key| line[key].clone()))
        .collect();
    let all = LENGTH as u64;
    let mut expected = vec![[1, all + 1, 0, 0, 0].map(Json::from)];
    // What is never reused runs each time.
    expected.extend((2..=5).map(|run| [run, 1, all, 0, 0].map(Json::from)));
    assert_eq!(figures, expected);
    let started: Vec<_> = call
        .events("run_started")
        .iter()
        .map(|line| [line["run"].clone(), line["total"].clone()])
        .collect();
    assert_eq!(
        started,
        [1, 2, 3, 4, 5].map(|run| [json!(run), json!(all + 1)])
    );
    assert_eq!(call.events("engine_started").len(), 1, "one engine for all");

    // Each run takes what its nodes take, and more.
    let mut nodes_ms = 0.0;
    let mut runs = 0;
    for line in call.lines() {
        let ms = || line["elapsed_ms"].as_f64().expect("it is a number");
        match line["event"].as_str() {
            Some("node_finished") => nodes_ms += ms(),
            Some("run_finished") => {
                assert!(nodes_ms > 0.0 && ms() >= nodes_ms, "{line}, {nodes_ms}");
                nodes_ms = 0.0;
                runs += 1;
            }
            _ => {}
        }
    }
    assert_eq!(runs, 5);
    let values = json!([
        {"node": format!("n{}", LENGTH - 1), "port": "result", "text": (7 + LENGTH - 1).to_string()}
    ]);
    assert_eq!(
        call.lines().pop().expect("it ends with the values")["values"],
        values
    );
}
