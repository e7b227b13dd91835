//! Results: what is known of the run of a node where the window looks at it. The engine runs the flat form of the graph;
//! this finds a node's part of it, also of nodes that stand for many or for none. Pure.

use std::borrow::Cow;
use std::sync::Arc;

use crate::engine::run::{NodeRun, NodeStatus, RunState};
use crate::graph::{Flat, Graph, Node, NodeId, Port, Role};

/// Where a node stands that is looked at: its graph, and the nodes whose subgraphs are open around it.
pub type Place<'a> = (&'a Graph, &'a [NodeId]);

/// What is known of the run of a node.
pub fn node_run<'a>(
    place: Place<'_>,
    flat: &Flat,
    run: &'a RunState,
    node: &Node,
) -> Cow<'a, NodeRun> {
    let Some(id) = flat.id_at(place.1, node.id) else {
        return Cow::Owned(NodeRun::default());
    };
    if let Some(cause) = flat.muted().get(&id) {
        return Cow::Owned(NodeRun {
            status: NodeStatus::Skipped { cause: *cause },
            ..NodeRun::default()
        });
    }
    match node.kind.role {
        Role::Function => Cow::Borrowed(run.node(id)),
        Role::Subgraph(_) => Cow::Owned(NodeRun {
            outputs: outputs(place, flat, run, node),
            ..sum(flat.inside(id).iter().map(|id| run.node(*id)))
        }),
        _ => Cow::Owned(NodeRun {
            outputs: outputs(place, flat, run, node),
            ..NodeRun::default()
        }),
    }
}

/// The flat node and its output that hold the value of an output.
pub fn source(
    place: Place<'_>,
    flat: &Flat,
    node: &Node,
    output: usize,
) -> Option<(NodeId, usize)> {
    if node.kind.role == Role::Function {
        let id = flat.id_at(place.1, node.id)?;
        return Some((id, output));
    }
    let port = Port::new(node.id, node.kind.outputs.get(output)?.name.clone());
    flat.source(place.0, place.1, &port)
}

/// The values that are to be seen on a node's outputs, wherever they were made.
fn outputs(
    place: Place<'_>,
    flat: &Flat,
    run: &RunState,
    node: &Node,
) -> crate::engine::protocol::Outputs {
    let value = |at: usize| {
        let (id, output) = source(place, flat, node, at)?;
        run.node(id).outputs.get(output).cloned().flatten()
    };
    let values: Vec<_> = (0..node.kind.outputs.len()).map(value).collect();
    if values.iter().all(Option::is_none) {
        return Arc::new([]);
    }
    values.into()
}

/// Many nodes as one: what fails or runs among them shows, their times add up.
fn sum<'a>(nodes: impl Iterator<Item = &'a NodeRun>) -> NodeRun {
    let mut all = NodeRun::default();
    let mut total_ms = 0.0;
    let (mut has_run, mut has_cached) = (false, false);
    let mut worst = (0, NodeStatus::Idle);
    for node in nodes {
        all.is_stale |= node.is_stale;
        let rank = match &node.status {
            NodeStatus::Failed(_) => 6,
            NodeStatus::Paused => 5,
            NodeStatus::Running { .. } => 4,
            NodeStatus::Queued => 3,
            NodeStatus::Skipped { .. } => 2,
            NodeStatus::Done { ms } => {
                total_ms += ms;
                has_run = true;
                1
            }
            NodeStatus::Cached => {
                has_cached = true;
                1
            }
            NodeStatus::Idle => 0,
        };
        if rank > worst.0 {
            worst = (rank, node.status.clone());
        }
    }
    all.status = match worst {
        (1, _) if has_run => NodeStatus::Done { ms: total_ms },
        (1, _) if has_cached => NodeStatus::Cached,
        // Progress of one is not that of all.
        (4, NodeStatus::Running { since, .. }) => NodeStatus::Running {
            since,
            progress: None,
        },
        (_, status) => status,
    };
    all
}
