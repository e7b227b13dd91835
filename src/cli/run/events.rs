//! Engine events as the lines of `--json`: the words that scripts rely on, which are not the protocol's. Pure.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::engine::{EngineEvent, LogLevel, NodeError, Outputs, RunStatus};
use crate::graph::{Graph, NodeId};

/// The line of an event; `None` for those that concern nobody outside. `elapsed` counts from the run's request.
pub fn to_json(event: &EngineEvent, graph: &Graph, elapsed: Duration) -> Option<Json> {
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
        EngineEvent::RunStarted { total, .. } => json!({"event": "run_started", "total": total}),
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
        EngineEvent::NodeFinished {
            node, ms, outputs, ..
        } => json!({
            "event": "node_finished", "node": key(node), "elapsed_ms": ms,
            "outputs": outputs_to_json(outputs, *node, graph)
        }),
        EngineEvent::NodeFailed {
            node, ms, error, ..
        } => json!({
            "event": "node_failed", "node": key(node), "elapsed_ms": ms, "error": error_to_json(error)
        }),
        EngineEvent::NodeSkipped { node, cause, .. } => {
            json!({"event": "node_skipped", "node": key(node), "cause": key(cause)})
        }
        EngineEvent::Log {
            node, level, text, ..
        } => json!({
            "event": "log", "node": node.as_ref().and_then(key), "level": level_name(*level), "text": text
        }),
        EngineEvent::RunFinished {
            status,
            ran,
            cached,
            failed,
            skipped,
            ..
        } => json!({
            "event": "run_finished", "status": status_name(*status), "ran": ran, "cached": cached,
            "failed": failed, "skipped": skipped, "elapsed_ms": millis(elapsed)
        }),
        EngineEvent::Pong { .. }
        | EngineEvent::NeedGraph { .. }
        | EngineEvent::Value { .. }
        | EngineEvent::Malformed { .. }
        | EngineEvent::Unknown => return None,
    })
}

/// Outputs that were set, with their values in short.
fn outputs_to_json(outputs: &Outputs, node: NodeId, graph: &Graph) -> Vec<Json> {
    let Some(node) = graph.node(node) else {
        return Vec::new();
    };
    let ports = node.kind.outputs.iter().zip(outputs.iter());
    ports
        .filter_map(|(port, value)| {
            let value = value.as_ref()?;
            let (ty, text) = (value.ty.as_str(), &*value.text);
            Some(json!({"port": port.name.as_str(), "type": ty, "text": text}))
        })
        .collect()
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
