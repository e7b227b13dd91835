//! Keys: the numbers and the file's ids of what is new in a graph. They follow the highest that are in use.

use crate::graph::{Graph, Name, NodeId, SubgraphId};

/// Gives `node_N` to new nodes and `subgraph_N` to new subgraphs.
pub struct Keys {
    next: u64,
    next_id: u32,
    next_subgraph: u64,
    next_subgraph_id: u32,
}

impl Keys {
    pub fn of(graph: &Graph) -> Self {
        let nodes = graph.nodes().map(|node| &node.key);
        let subgraphs = graph.subgraphs().map(|subgraph| &subgraph.key);
        Self {
            next: after_highest(nodes, "node_"),
            next_id: graph.next_id().0,
            next_subgraph: after_highest(subgraphs, SUBGRAPH),
            next_subgraph_id: graph.next_subgraph_id().0,
        }
    }

    pub fn give(&mut self) -> (NodeId, Name) {
        let given = (NodeId(self.next_id), format!("node_{}", self.next).into());
        self.next += 1;
        self.next_id += 1;
        given
    }

    pub fn give_subgraph(&mut self) -> (SubgraphId, Name) {
        let key = format!("{SUBGRAPH}{}", self.next_subgraph).into();
        let given = (SubgraphId(self.next_subgraph_id), key);
        self.next_subgraph += 1;
        self.next_subgraph_id += 1;
        given
    }

    /// Give no subgraph one of these keys.
    pub fn avoid_subgraphs<'a>(&mut self, keys: impl Iterator<Item = &'a Name>) {
        self.next_subgraph = self.next_subgraph.max(after_highest(keys, SUBGRAPH));
    }
}

const SUBGRAPH: &str = "subgraph_";

fn after_highest<'a>(keys: impl Iterator<Item = &'a Name>, prefix: &str) -> u64 {
    keys.filter_map(|key| key.strip_prefix(prefix)?.parse::<u64>().ok())
        .max()
        .map_or(1, |highest| highest.saturating_add(1))
}
