//! Engine events as the lines of `--json`: the words that scripts rely on, which are not the protocol's. Knows no
//! stream but the one that it is given.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::engine::{EngineEvent, LogLevel, NodeError, Outputs, RunStatus};
use crate::graph::{Graph, NodeId};

/// Write the line of an event, or nothing for those that concern nobody outside. `elapsed` counts from the run's
/// request.
pub fn write(
    out: &mut impl Write,
    event: &EngineEvent,
    graph: &Graph,
    elapsed: Duration,
) -> io::Result<()> {
    if let EngineEvent::NodeFinished {
        node, ms, outputs, ..
    } = event
    {
        serde_json::to_writer(&mut *out, &Finished::new(*node, *ms, outputs, graph))?;
    } else if let Some(line) = to_json(event, graph, elapsed) {
        serde_json::to_writer(&mut *out, &line)?;
    } else {
        return Ok(());
    }
    out.write_all(b"\n")
}

/// A node that is done. It comes once a node, and to make a tree of it first would take longer than a small node runs:
/// a run would be slower for being watched.
#[derive(Serialize)]
struct Finished<'a> {
    event: &'static str,
    node: Option<&'a str>,
    elapsed_ms: f64,
    outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
struct Output<'a> {
    port: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    text: &'a str,
}

impl<'a> Finished<'a> {
    fn new(id: NodeId, elapsed_ms: f64, outputs: &'a Outputs, graph: &'a Graph) -> Self {
        let node = graph.node(id);
        let ports = node.into_iter().flat_map(|node| &node.kind.outputs);
        let set = ports.zip(outputs.iter()).filter_map(|(port, value)| {
            let value = value.as_ref()?;
            Some(Output {
                port: port.name.as_str(),
                ty: value.ty.as_str(),
                text: &value.text,
            })
        });
        Self {
            event: "node_finished",
            node: node.map(|node| node.key.as_str()),
            elapsed_ms,
            outputs: set.collect(),
        }
    }
}

fn to_json(event: &EngineEvent, graph: &Graph, elapsed: Duration) -> Option<Json> {
    let key = |id: &NodeId| graph.node(*id).map(|node| node.key.as_str());
    Some(match event {
        EngineEvent::Starting => json!({"event": "engine_starting"}),
        EngineEvent::Hello { python, pid, .. } => {
            json!({"event": "engine_started", "python": python, "pid": pid})
        }
        EngineEvent::StartFailed { message } => {
            json!({"event": "engine_failed", "message": message})
        }
        EngineEvent::Ended { reason } => json!({"event": "engine_ended", "reason": reason}),
        EngineEvent::NotAnswering { secs } => {
            json!({"event": "engine_not_answering", "seconds": secs})
        }
        EngineEvent::AnswersAgain => json!({"event": "engine_answers"}),
        EngineEvent::Idle => json!({"event": "engine_idle"}),
        EngineEvent::RunStarted { run, total } => {
            json!({"event": "run_started", "run": run, "total": total})
        }
        EngineEvent::NodesCached { nodes, .. } => {
            json!({"event": "nodes_cached", "nodes": nodes.iter().map(key).collect::<Vec<_>>()})
        }
        EngineEvent::NodeStarted { node, .. } => {
            json!({"event": "node_started", "node": key(node)})
        }
        EngineEvent::NodeProgress {
            node,
            done,
            total,
            text,
            ..
        } => json!({
            "event": "node_progress", "node": key(node), "done": done, "total": total, "text": text
        }),
        EngineEvent::NodeFailed {
            node, ms, error, ..
        } => json!({
            "event": "node_failed", "node": key(node), "elapsed_ms": ms, "error": error_to_json(error)
        }),
        EngineEvent::NodeSkipped {
            node,
            cause,
            unused,
            ..
        } => {
            let mut skipped =
                json!({"event": "node_skipped", "node": key(node), "cause": key(cause)});
            if *unused {
                skipped["unused"] = true.into();
            }
            skipped
        }
        EngineEvent::Log {
            node, level, text, ..
        } => json!({
            "event": "log", "node": node.as_ref().and_then(key), "level": level_name(*level), "text": text
        }),
        EngineEvent::RunFinished {
            run,
            status,
            ran,
            cached,
            failed,
            skipped,
            ..
        } => json!({
            "event": "run_finished", "run": run, "status": status_name(*status), "ran": ran, "cached": cached,
            "failed": failed, "skipped": skipped, "elapsed_ms": millis(elapsed)
        }),
        EngineEvent::NodeFinished { .. }
        // Nothing is held where nobody could let it go.
        | EngineEvent::NodePaused { .. }
        | EngineEvent::Pong { .. }
        | EngineEvent::Reloaded { .. }
        | EngineEvent::NeedGraph { .. }
        | EngineEvent::Value { .. }
        | EngineEvent::Malformed { .. }
        | EngineEvent::Unknown => return None,
    })
}

fn error_to_json(error: &NodeError) -> Json {
    let frame = |frame: &crate::engine::Frame| {
        json!({
            "file": frame.file, "line": frame.line, "function": frame.function, "code": frame.code
        })
    };
    let input = |(name, ty, text): &(String, String, String)| json!({"port": name, "type": ty, "text": text});
    json!({
        "kind": error.kind,
        "message": error.message,
        "traceback": error.traceback.iter().map(frame).collect::<Vec<_>>(),
        "inputs": error.inputs.iter().map(input).collect::<Vec<_>>(),
        "module": error.module,
    })
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Print => "print",
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    }
}

fn status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Ok => "ok",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "cancelled",
    }
}

/// To a microsecond.
fn millis(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1000.0
}
