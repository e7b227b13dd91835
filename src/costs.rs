//! `.loom/costs.json` of a project: what each node took when it last ran, so that the next window knows how long a run
//! takes. Nothing is lost with it: a file that cannot be read is as good as none.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::document::file::{read_bounded, write_atomic};
use crate::engine::RunState;
use crate::engine::run::Cost;
use crate::graph::{Graph, Name, NodeId};

/// Of the file: many times what the largest graph comes to.
const MOST_BYTES: u64 = 64 << 20;

fn path(project: &Path) -> PathBuf {
    project.join(".loom").join("costs.json")
}

/// The costs that are known, by the keys of the nodes of the graph that ran: the flat one.
pub fn known(graph: &Graph, run: &RunState) -> Vec<(Name, Cost)> {
    let of = |(id, cost): (NodeId, &Cost)| Some((graph.node(id)?.key.clone(), *cost));
    run.costs().filter_map(of).collect()
}

/// Write them, whole or not at all.
pub fn keep(project: &Path, costs: &[(Name, Cost)]) -> io::Result<()> {
    let nodes: Map<String, Json> = costs
        .iter()
        .map(|(key, cost)| {
            let figures = json!([
                cost.wall_ms,
                cost.cpu_ms,
                cost.peak_bytes,
                cost.result_bytes
            ]);
            (key.to_string(), figures)
        })
        .collect();
    let text = format!("{}\n", json!({"formatVersion": 1, "nodes": nodes}));
    let path = path(project);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write_atomic(&path, text.as_bytes())
}

/// What was kept, by the nodes' keys.
pub fn read(project: &Path) -> Map<String, Json> {
    let bytes = read_bounded(&path(project), MOST_BYTES).unwrap_or_default();
    match serde_json::from_slice::<Json>(&bytes) {
        Ok(Json::Object(mut file)) => match file.remove("nodes") {
            Some(Json::Object(nodes)) => nodes,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// Of what was read, the costs of the nodes of this graph.
pub fn of_nodes(graph: &Graph, read: &Map<String, Json>) -> Vec<(NodeId, Cost)> {
    let cost = |figures: &Json| {
        let wall_ms = figures.get(0)?.as_f64().filter(|ms| *ms >= 0.0)?;
        Some(Cost {
            wall_ms,
            cpu_ms: figures.get(1).and_then(Json::as_f64),
            peak_bytes: figures.get(2).and_then(Json::as_u64),
            result_bytes: figures.get(3).and_then(Json::as_u64),
        })
    };
    graph
        .nodes()
        .filter_map(|node| Some((node.id, cost(read.get(node.key.as_str())?)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Bank, Node, NodeKind, Pos2};

    fn graph() -> Graph {
        let kind = Arc::new(NodeKind::new(Bank::Builtin, "mix"));
        let node = |id: u32| Node::new(NodeId(id), format!("node_{id}"), kind.clone(), Pos2::ZERO);
        Graph::from_parts([node(0), node(1), node(2)], []).0
    }

    #[test]
    fn costs_come_back_for_the_nodes_that_are_still_there() {
        let folder = tempfile::tempdir().unwrap();
        let cost = Cost {
            wall_ms: 1500.25,
            cpu_ms: Some(900.0),
            peak_bytes: None,
            result_bytes: Some(u64::from(u32::MAX) * 3),
        };
        let mut run = RunState::new();
        run.remember_costs([
            (NodeId(0), cost),
            (NodeId(2), Cost::default()),
            (NodeId(9), cost),
        ]);
        keep(folder.path(), &known(&graph(), &run)).unwrap();
        let read = of_nodes(&graph(), &read(folder.path()));
        assert_eq!(read, [(NodeId(0), cost), (NodeId(2), Cost::default())]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_empty());
        keep(folder.path(), &[]).unwrap();
        for (text, count) in [
            ("{torn", 0),
            ("[1]", 0),
            (r#"{"nodes": 3}"#, 0),
            (
                r#"{"nodes": {"node_0": "long", "node_1": [-3], "node_2": [2.5]}}"#,
                1,
            ),
        ] {
            std::fs::write(path(folder.path()), text).unwrap();
            assert_eq!(
                of_nodes(&graph(), &read(folder.path())).len(),
                count,
                "{text}"
            );
        }
    }
}
