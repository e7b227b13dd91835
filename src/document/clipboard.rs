//! Nodes on the clipboard: readable JSON text in the savefile's own words, so it can be mailed and pasted anywhere.

use serde_json::json;

use super::{file, ops};
use crate::graph::{Catalog, Graph, Link, Node, NodeId, Rect};
use std::collections::BTreeSet;

/// The nodes and the links among them as text.
pub fn copy(graph: &Graph, nodes: &BTreeSet<NodeId>) -> String {
    let (nodes, links) = ops::selected_parts(graph, nodes);
    let key = |id| graph.node(id).map_or("", |node| &node.key);
    let text = json!({
        "loom": "nodes",
        "formatVersion": file::FORMAT_VERSION,
        "nodes": nodes.iter().map(file::node_to_json).collect::<Vec<_>>(),
        "connections": links.iter().map(|link| file::link_to_json(link, key)).collect::<Vec<_>>(),
    });
    format!("{text:#}\n")
}

/// What `copy` wrote; `None` for any other text. Nodes whose kind is not known here are kept as missing ones.
pub fn parse(text: &str, catalog: &Catalog) -> Option<(Vec<Node>, Vec<Link>)> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    if json.get("loom")? != "nodes" {
        return None;
    }
    let parts = file::parts_from_json(&json, catalog);
    let (graph, ..) = Graph::from_parts(parts.nodes, parts.links);
    Some((
        graph.nodes().cloned().collect(),
        graph.links().cloned().collect(),
    ))
}

/// The box around the upper left corners of nodes.
pub fn bounds(nodes: &[Node]) -> Rect {
    Rect::from_points(&nodes.iter().map(|node| node.pos).collect::<Vec<_>>())
}
