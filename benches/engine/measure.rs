//! What every case needs: an engine that is ready, the time that a run takes, and the line that tells it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use loom::engine::{EngineConfig, EngineEvent, RunRequest, RunStatus};

use crate::graphs;
use crate::stage::Stage;

/// Budget none: it only has to come to its end.
pub fn report(name: &str, ms: f64, budget: Option<f64>) {
    let is_ok = budget.is_none_or(|budget| ms <= budget);
    line(name, ms, budget, is_ok);
}

/// The same for what should be large, such as how many times quicker two workers are than one.
pub fn report_at_least(name: &str, times: f64, budget: f64) {
    line(name, times, Some(budget), times >= budget);
}

fn line(name: &str, value: f64, budget: Option<f64>, is_ok: bool) {
    let budget = budget.map_or("-".to_owned(), |budget| format!("{budget:.1}"));
    let verdict = if is_ok { "ok" } else { "over" };
    println!("{name}\t{value:.2}\t{budget}\t{verdict}");
}

pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

pub fn least(times: impl IntoIterator<Item = f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
}

/// A stage, and the file of the functions that cases call.
pub fn new_stage() -> (Stage, PathBuf) {
    let mut stage = Stage::new();
    stage.keeps_events = false;
    let file = stage.folder.path().join("bench.py");
    std::fs::write(&file, graphs::SOURCE).expect("the temporary folder can be written to");
    (stage, file)
}

/// Start the stage's engine with this interpreter rather than the usual one.
pub fn start_with(stage: &mut Stage, python: &Path) {
    let config = EngineConfig {
        python: python.to_owned(),
        ..stage.config()
    };
    stage.start(config);
}

/// Wait until the engine is ready; the number of its process.
pub fn ready(stage: &mut Stage) -> u32 {
    match stage.until(|event| matches!(event, EngineEvent::Hello { .. })) {
        EngineEvent::Hello { pid, .. } => pid,
        _ => unreachable!("that is what was waited for"),
    }
}

/// From asking for the run to its last event taken in, and how many nodes ran; the engine is ready before.
pub fn timed(stage: &mut Stage, request: RunRequest) -> (f64, u32) {
    let start = Instant::now();
    let run = stage.request(request);
    let outcome = stage.wait(run);
    let took = ms(start.elapsed());
    assert_eq!(outcome.status, RunStatus::Ok, "{outcome:?}");
    (took, outcome.ran)
}

/// Most memory that the process has held, where the system tells.
pub fn peak_mb(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb / 1024.0)
}
