//! What an event is about: the run that it belongs to and the nodes that it names. Pure.

use crate::engine::protocol::EngineEvent;
use crate::graph::NodeId;

/// The run that an event belongs to.
pub fn run_of(event: &EngineEvent) -> Option<u64> {
    match event {
        EngineEvent::NeedGraph { run, .. }
        | EngineEvent::RunStarted { run, .. }
        | EngineEvent::NodesCached { run, .. }
        | EngineEvent::NodeStarted { run, .. }
        | EngineEvent::NodeProgress { run, .. }
        | EngineEvent::NodeFinished { run, .. }
        | EngineEvent::NodeFailed { run, .. }
        | EngineEvent::NodeSkipped { run, .. }
        | EngineEvent::RunFinished { run, .. }
        | EngineEvent::NodePaused { run, .. } => Some(*run),
        EngineEvent::Log { run, .. } => *run,
        _ => None,
    }
}

/// Is it of the run, or of none, and of its nodes? A node's code may have got at the pipe: a number that nobody asked for
/// would make room for all up to it.
pub(super) fn concerns(event: &EngineEvent, run: Option<u64>, nodes: usize) -> bool {
    run_of(event).is_none_or(|of| run == Some(of))
        && nodes_of(event).all(|id| (id.0 as usize) < nodes)
}

/// The nodes that something is told of.
fn nodes_of(event: &EngineEvent) -> impl Iterator<Item = NodeId> {
    let (one, several, given) = match event {
        EngineEvent::NodesCached { nodes, outputs, .. } => (None, nodes.as_slice(), Some(outputs)),
        EngineEvent::NodeStarted { node, .. }
        | EngineEvent::NodeProgress { node, .. }
        | EngineEvent::NodeFinished { node, .. }
        | EngineEvent::NodeFailed { node, .. }
        | EngineEvent::NodeSkipped { node, .. }
        | EngineEvent::NodePaused { node, .. } => (Some(*node), [].as_slice(), None),
        _ => (None, [].as_slice(), None),
    };
    let given = given.into_iter().flatten().map(|(id, _)| *id);
    one.into_iter().chain(several.iter().copied()).chain(given)
}
