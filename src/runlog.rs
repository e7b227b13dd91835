//! `logs.json` of a project: what the last runs printed and how they ended. Bounded, and valid JSON after every
//! write. Window and command line write it alike; nobody reads it but people and their tools.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::document::file::{read_bounded, write_atomic};
use crate::engine::{LogLevel, RunState, RunStatus};
use crate::graph::{Graph, NodeId};

/// Name of the file in a project's folder.
pub const FILE: &str = "logs.json";
/// Runs that are kept, the newest first to be seen at the end.
const RUNS: usize = 20;
/// Lines that are kept of a run: the last ones.
const LINES: usize = 1_000;
/// Characters that are kept of a line.
const LINE: usize = 1_000;
/// The oldest runs go while the file would be larger.
const LARGEST_FILE_BYTES: usize = 2 << 20;

/// How the run that ended last went, as an entry of the file.
pub fn entry(graph: &Graph, run: &RunState) -> Json {
    let key = |id: NodeId| graph.node(id).map_or("?", |node| &node.key);
    let cut = |text: &str| text.chars().take(LINE).collect::<String>();
    let status = match run.status() {
        Some(RunStatus::Ok) => "ok",
        Some(RunStatus::Failed) => "failed",
        Some(RunStatus::Cancelled) | None => "cancelled",
    };
    let all = run.log().lines();
    let left_out = all.len().saturating_sub(LINES) + run.log().dropped(None);
    let lines: Vec<_> = run
        .log()
        .lines()
        .skip(all.len().saturating_sub(LINES))
        .map(|line| {
            let level = match line.level {
                LogLevel::Print => "print",
                LogLevel::Info => "info",
                LogLevel::Warning => "warning",
                LogLevel::Error => "error",
            };
            json!({"node": line.node.map(key), "level": level, "text": cut(&line.text)})
        })
        .collect();
    let failures: Vec<_> = run
        .failures()
        .map(|(id, error)| {
            json!({"node": key(id), "error": error.kind, "message": cut(&error.message)})
        })
        .collect();
    let counts = run.counts();
    json!({
        "ended": format!("{:.3}", Timestamp::now()),
        "status": status,
        "elapsedMs": run.elapsed().as_millis() as u64,
        "ran": counts.ran,
        "cached": counts.cached,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "failures": failures,
        "lines": lines,
        "linesLeftOut": left_out,
    })
}

/// Add an entry to the project's file; the oldest ones go when it grows too large. A file that cannot be read is
/// begun anew: it is a log, and nothing else depends on it.
pub fn append(project: &Path, entry: Json) -> io::Result<()> {
    let path = project.join(FILE);
    // What is larger was not written by this.
    let before = read_bounded(&path, 2 * LARGEST_FILE_BYTES as u64)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
    let mut runs = match before {
        Some(Json::Object(mut file)) => match file.remove("runs") {
            Some(Json::Array(runs)) => runs,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    runs.push(entry);
    let mut from = runs.len().saturating_sub(RUNS);
    loop {
        let text = format!("{:#}\n", json!({"formatVersion": 1, "runs": runs[from..]}));
        if text.len() <= LARGEST_FILE_BYTES || from + 1 >= runs.len() {
            return write_atomic(&path, text.as_bytes());
        }
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineEvent;

    fn read(folder: &Path) -> Vec<Json> {
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
        let file: Json = serde_json::from_str(&text).unwrap();
        file["runs"].as_array().unwrap().clone()
    }

    #[test]
    fn runs_are_added_and_the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = RunState::new();
        run.begin(1, [NodeId(0)]);
        for i in 0..3_000 {
            run.on_event(&EngineEvent::Log {
                run: Some(1),
                node: None,
                level: LogLevel::Print,
                text: format!("{i} {}", "x".repeat(500)),
            });
        }
        for _ in 0..25 {
            append(folder.path(), entry(&Graph::default(), &run)).unwrap();
        }
        let runs = read(folder.path());
        assert!((1..RUNS).contains(&runs.len()), "{} runs", runs.len());
        let size = std::fs::metadata(folder.path().join(FILE)).unwrap().len();
        assert!(size as usize <= LARGEST_FILE_BYTES);
        let lines = runs[0]["lines"].as_array().unwrap();
        assert_eq!(lines.len(), LINES);
        assert!(
            lines[LINES - 1]["text"]
                .as_str()
                .unwrap()
                .starts_with("2999 ")
        );
        assert!(runs[0]["linesLeftOut"].as_u64().unwrap() >= 2_000);
    }

    #[test]
    fn a_damaged_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{ torn").unwrap();
        append(folder.path(), json!({"status": "ok"})).unwrap();
        assert_eq!(read(folder.path()).len(), 1);
    }
}
