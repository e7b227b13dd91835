//! Nodes on the clipboard: readable JSON text in the savefile's own words, so it can be mailed and pasted anywhere.

use std::collections::BTreeSet;

use serde_json::json;

use super::file;
use super::ops::{self, Copied};
use crate::graph::{Catalog, Graph, Node, NodeId, Rect, Subgraph, SubgraphId};

/// The nodes, the links among them and the subgraphs that they stand for as text.
pub fn copy(graph: &Graph, nodes: &BTreeSet<NodeId>) -> String {
    let copied = ops::selected_parts(graph, nodes);
    let key = |id| graph.node(id).map_or("", |node| &node.key);
    let links = copied.links.iter();
    let mut text = json!({
        "loom": "nodes",
        "formatVersion": file::FORMAT_VERSION,
        "nodes": copied.nodes.iter().map(file::node_to_json).collect::<Vec<_>>(),
        "connections": links.map(|link| file::link_to_json(link, key)).collect::<Vec<_>>(),
    });
    let subgraphs: Vec<_> = needed(graph, &copied.nodes)
        .into_iter()
        .map(|subgraph| file::subgraph_to_json(graph, subgraph))
        .collect();
    if !subgraphs.is_empty() {
        text["subgraphs"] = subgraphs.into();
    }
    format!("{text:#}\n")
}

/// The subgraphs that nodes stand for, and those inside of them, in the order of their ids.
fn needed<'a>(graph: &'a Graph, nodes: &[Node]) -> Vec<&'a Subgraph> {
    let inner = |node: &Node| node.kind.role.inside();
    let mut stack: Vec<SubgraphId> = nodes.iter().filter_map(inner).collect();
    let mut needed = BTreeSet::new();
    while let Some(id) = stack.pop() {
        if needed.insert(id) {
            stack.extend(graph.nodes_in(Some(id)).filter_map(inner));
        }
    }
    let subgraphs = needed.into_iter().filter_map(|id| graph.subgraph(id));
    subgraphs.map(AsRef::as_ref).collect()
}

/// What `copy` wrote; `None` for any other text. Nodes whose kind is not known here are kept as missing ones.
pub fn parse(text: &str, catalog: &Catalog) -> Option<Copied> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    if json.get("loom")? != "nodes" {
        return None;
    }
    let parts = file::parts_from_json(&json, catalog);
    let (graph, ..) = Graph::from_all_parts(parts.subgraphs, parts.nodes, parts.links);
    Some(Copied {
        subgraphs: graph.subgraphs().map(|it| Subgraph::clone(it)).collect(),
        nodes: graph.nodes().cloned().collect(),
        links: graph.links().cloned().collect(),
    })
}

/// The box around the upper left corners of the nodes that were copied.
pub fn bounds(copied: &Copied) -> Rect {
    let nodes = copied.nodes.iter().filter(|node| node.parent.is_none());
    Rect::from_points(&nodes.map(|node| node.pos).collect::<Vec<_>>())
}
