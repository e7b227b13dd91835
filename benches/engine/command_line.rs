//! The same figures on the command line: graph c as a project on the disk, run by the real `loom` and read from its
//! lines of JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loom::document::{Document, Meta, file};
use loom::engine::RunRequest;
use serde_json::Value as Json;

use crate::graphs::{self, LAYERS, WIDTH};
use crate::measure::{least, new_stage, ready, report, timed};
use crate::peers;

const REPEAT: usize = 5;

/// Several calls, each with an engine of its own, since only the first run of each counts as one.
pub fn repeat() {
    let project = project();
    println!("# the project: {}", project.display());
    let mut calls = Vec::new();
    let mut without = Vec::new();
    for _ in 0..5 {
        calls.push(call(&project));
        without.push(without_command_line());
    }
    for (number, run) in calls[0].iter().enumerate() {
        let Run { ms, ran, cached } = run;
        println!(
            "# run {}: {ms:.2} ms, {ran} ran, {cached} cached",
            number + 1
        );
        let all = u64::from(LAYERS * WIDTH);
        let expected = if number == 0 { (all, 0) } else { (0, all) };
        assert_eq!((*ran, *cached), expected);
    }
    let first = least(calls.iter().map(|runs| runs[0].ms));
    let again = least(calls.iter().flat_map(|runs| &runs[1..]).map(|run| run.ms));

    let without = least(without);
    println!(
        "# the first run: {:.2} times that of the same graph without the command line",
        first / without
    );
    // It is the first that this process does, and writes the lines of 10,000 nodes meanwhile.
    report(
        "engine/project/first",
        first,
        Some((1.5 * without).max(60.0)),
    );
    report("engine/project/unchanged", again, Some(5.0));
}

/// The first run of the same graph in this process.
fn without_command_line() -> f64 {
    let (mut stage, file) = new_stage();
    stage.graph = graphs::layers(&file);
    ready(&mut stage);
    timed(&mut stage, RunRequest::default()).0
}

/// What a line `run_finished` says.
struct Run {
    ms: f64,
    ran: u64,
    cached: u64,
}

fn call(project: &Path) -> Vec<Run> {
    let repeat = REPEAT.to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_loom"))
        .arg("run")
        .arg(project)
        .args(["--json", "--repeat", &repeat])
        .env("LOOM_USERDATA", peers::kept("userdata"))
        .output()
        .expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("every line is JSON"));
    let ends = lines.filter(|line| line["event"] == "run_finished");
    let runs: Vec<_> = ends
        .map(|line| Run {
            ms: line["elapsed_ms"].as_f64().expect("a run takes time"),
            ran: line["ran"].as_u64().expect("it counts"),
            cached: line["cached"].as_u64().expect("it counts"),
        })
        .collect();
    assert_eq!(runs.len(), REPEAT, "{said}");
    runs
}

/// A project of 10,000 nodes: `savefile.json` and `nodes/bench.py`.
fn project() -> PathBuf {
    let folder = peers::kept("ten-thousand");
    let nodes = folder.join("nodes");
    fs::create_dir_all(&nodes).expect("target/ can be written to");
    let source = nodes.join("bench.py");
    fs::write(&source, graphs::SOURCE).expect("target/ can be written to");
    let meta = Meta {
        project_name: "Ten thousand".to_owned(),
        ..Meta::default()
    };
    let document = Document::new(graphs::layers(&source), meta);
    file::save(&document, &folder.join("savefile.json")).expect("target/ can be written to");
    folder
}
