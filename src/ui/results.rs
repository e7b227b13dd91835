//! Results: what is known of the run of a node where the window looks at it. The engine runs the flat form of the graph;
//! this finds a node's part of it, also of nodes that stand for many or for none. Pure.

use std::borrow::Cow;
use std::sync::Arc;

use crate::document::Document;
use crate::engine::run::{Cost, NodeRun, NodeStatus, RunState};
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
        Role::Subgraph(_) => {
            let mut all = sum(flat.inside(id).iter().map(|id| run.node(*id)));
            // A loop is a node of the run itself, and knows at which item it is.
            if place.0.looping(node.id).is_some() {
                let own = &run.node(id).status;
                if matches!(own, NodeStatus::Running { .. } | NodeStatus::Done { .. }) {
                    all.status = own.clone();
                }
            }
            all.outputs = outputs(place, flat, run, node);
            Cow::Owned(all)
        }
        _ => Cow::Owned(NodeRun {
            outputs: outputs(place, flat, run, node),
            ..NodeRun::default()
        }),
    }
}

/// Why a node of what is open did not run, in words: it waits for one that failed, or is left out with one that is muted.
/// `None`: it was not skipped. With the flat node that is why.
pub fn skipped(document: &Document, flat: &Flat, node: &Node, run: &NodeRun) -> Option<Skipped> {
    let NodeStatus::Skipped { cause } = run.status else {
        return None;
    };
    let (path, place) = flat.place(cause);
    let graph = document.graph();
    let around = path
        .get(document.path().len())
        .filter(|_| path.starts_with(document.path()));
    // What is inside of a node that is seen is spoken of by that node.
    let title = graph
        .node(*around.unwrap_or(&place))
        .map_or("?", |node| node.title());
    let is_muted = flat.muted().contains_key(&cause);
    let words = if is_muted && place == node.id {
        "Muted: left out of runs".to_owned()
    } else if is_muted {
        format!("Left out: {title} is muted")
    } else {
        format!("Waiting for {title}")
    };
    Some(Skipped {
        cause,
        words,
        is_muted,
    })
}

/// Why a node did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub cause: NodeId,
    pub words: String,
    pub is_muted: bool,
}

/// What a node of what is open took when it really ran; one that stands for a subgraph, all inside of it.
pub fn node_cost(document: &Document, flat: &Flat, run: &RunState, node: &Node) -> Option<Cost> {
    let id = flat.id_at(document.path(), node.id)?;
    match node.kind.role {
        Role::Function => run.cost(id).copied(),
        Role::Subgraph(_) => Cost::sum(flat.inside(id).iter().filter_map(|id| run.cost(*id))),
        _ => None,
    }
}

/// The node of what is open that shows a flat node: itself, or the one whose subgraph it lies in.
pub fn shown(document: &Document, flat: &Flat, id: NodeId) -> Option<NodeId> {
    let open = document.path();
    let (path, node) = flat.place(id);
    path.starts_with(open)
        .then(|| path.get(open.len()).copied().unwrap_or(node))
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
            NodeStatus::Unused { .. } => 0,
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
