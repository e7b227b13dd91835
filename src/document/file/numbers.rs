//! Numbers: which node and which subgraph of a text has which number, for a text that stands for a document in use:
//! what is known of it by numbers must mean the same nodes when it is read. Savefiles have none.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::graph::{Graph, NodeId, SubgraphId};

/// A number is at most so far behind those that are in use: there is room for all that are smaller.
pub(super) const FARTHEST: u32 = 1 << 20;

/// By the ids in the file. Without any, numbers are given in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    nodes: ByKey,
    subgraphs: ByKey,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ByKey {
    numbers: HashMap<String, u32>,
    /// Above all of them.
    free: u32,
}

impl FromIterator<(String, u32)> for ByKey {
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(entries: I) -> Self {
        let numbers: HashMap<String, u32> = entries.into_iter().collect();
        let free = numbers.values().max().map_or(0, |last| last + 1);
        Self { numbers, free }
    }
}

impl Numbers {
    pub fn of(graph: &Graph) -> Self {
        let nodes = graph.nodes().map(|node| (node.key.to_string(), node.id.0));
        let subgraphs = graph
            .subgraphs()
            .map(|subgraph| (subgraph.key.to_string(), subgraph.id.0));
        Self {
            nodes: nodes.collect(),
            subgraphs: subgraphs.collect(),
        }
    }

    pub fn to_json(&self) -> Json {
        json!({ "nodes": self.nodes.numbers, "subgraphs": self.subgraphs.numbers })
    }

    /// `None`: these are no numbers.
    pub fn from_json(json: &Json) -> Option<Self> {
        let list = |key: &str| {
            let entries: &Map<String, Json> = json.get(key)?.as_object()?;
            let numbers = entries.iter().map(|(key, number)| {
                let number = u32::try_from(number.as_u64()?).ok()?;
                let is_near = number as usize <= entries.len() + FARTHEST as usize;
                is_near.then(|| (key.clone(), number))
            });
            numbers.collect::<Option<_>>()
        };
        Some(Self {
            nodes: list("nodes")?,
            subgraphs: list("subgraphs")?,
        })
    }

    /// The number of the entry that is read after `before` others.
    pub(super) fn node(&self, entry: &Json, before: usize) -> NodeId {
        NodeId(number(&self.nodes, entry.get("nodeId"), before))
    }

    pub(super) fn subgraph(&self, entry: &Json, before: usize) -> SubgraphId {
        SubgraphId(number(&self.subgraphs, entry.get("subgraphId"), before))
    }
}

fn number(of: &ByKey, key: Option<&Json>, before: usize) -> u32 {
    let known = key.and_then(Json::as_str);
    let known = known.and_then(|key| of.numbers.get(key));
    known.copied().unwrap_or(of.free + before as u32)
}
