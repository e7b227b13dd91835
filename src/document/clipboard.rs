//! Nodes on the clipboard: readable JSON text in the savefile's own words, so it can be mailed and pasted anywhere.

use serde_json::json;

use super::ops::Copied;
use super::{file, ops};
use crate::graph::{Catalog, Graph, Node, NodeId, Rect, Subgraph, SubgraphId};
use std::collections::BTreeSet;

/// The nodes, the links among them and the subgraphs that they need, as text.
pub fn copy(graph: &Graph, nodes: &BTreeSet<NodeId>) -> String {
    let copied = ops::selected_parts(graph, nodes);
    let key = |id| graph.node(id).map_or("", |node| &node.key);
    let parts = |parent: Option<SubgraphId>| {
        let is_here = |node: &&Node| node.parent == parent;
        let nodes: Vec<&Node> = copied.nodes.iter().filter(is_here).collect();
        let ids: BTreeSet<NodeId> = nodes.iter().map(|node| node.id).collect();
        let links = copied
            .links
            .iter()
            .filter(|link| ids.contains(&link.to.node));
        let links = links.map(|link| file::link_to_json(link, key));
        (
            nodes
                .into_iter()
                .map(file::node_to_json)
                .collect::<Vec<_>>(),
            links.collect::<Vec<_>>(),
        )
    };
    let (nodes, links) = parts(None);
    let mut json = json!({
        "loom": "nodes",
        "formatVersion": file::FORMAT_VERSION,
        "nodes": nodes,
        "connections": links,
    });
    if !copied.subgraphs.is_empty() {
        let subgraphs = copied.subgraphs.iter().map(|subgraph| {
            let (nodes, links) = parts(Some(subgraph.id));
            file::subgraph_to_json(subgraph, nodes, links)
        });
        json["subgraphs"] = subgraphs.collect();
    }
    format!("{json:#}\n")
}

/// What `copy` wrote; `None` for any other text. Nodes whose kind is not known here are kept as missing ones.
pub fn parse(text: &str, catalog: &Catalog) -> Option<Copied> {
    let json = file::read_json(text.as_bytes()).ok()?;
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

/// The box around the upper left corners of nodes.
pub fn bounds(nodes: &[Node]) -> Rect {
    let on_top = nodes.iter().filter(|node| node.parent.is_none());
    Rect::from_points(&on_top.map(|node| node.pos).collect::<Vec<_>>())
}
