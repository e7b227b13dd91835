//! Document -> text of a savefile: made for git, stable in order, one node or link per block.

use serde_json::{Map, Value as Json, json};

use super::subgraphs::kept_in;
use super::{FORMAT_VERSION, LOOP_READER, SUBGRAPH_READER, looping, subgraph_to_json};
use crate::document::Document;
use crate::graph::{Graph, Link, Mode, Name, Node, NodeId, Style, SubgraphId, Value};

/// The file's text. `last_modified` replaces the time in `metadata`; `None` leaves it as it is.
pub fn to_text(document: &Document, last_modified: Option<&str>) -> String {
    let graph = document.graph();
    let meta = &document.meta;
    let mut top = Map::new();
    let mut put = |key: &str, value: Json| top.insert(key.to_owned(), value);
    put("formatVersion", FORMAT_VERSION.into());
    let has_subgraphs = graph.subgraphs().next().is_some() || !meta.kept_subgraphs.is_empty();
    let has_loops = graph.nodes().any(|node| node.looping.is_some());
    let reader = if has_loops {
        LOOP_READER
    } else if has_subgraphs {
        SUBGRAPH_READER
    } else {
        FORMAT_VERSION
    };
    put("minReader", reader.into());
    put("projectId", meta.project_id.clone().into());
    put("projectName", meta.project_name.clone().into());
    // Kept keys that the first Loom wrote before the metadata stay there.
    let is_path = |key: &Name| *key == "projectPath";
    for (key, value) in meta.kept.iter().filter(|(key, _)| is_path(key)) {
        put(key, to_json(value));
    }
    let mut metadata = map_to_json(&meta.metadata);
    if let Some(time) = last_modified {
        metadata.insert("lastModified".to_owned(), time.into());
    }
    put("metadata", metadata.into());
    let kept = |entries: &[Value]| entries.iter().map(to_json).collect::<Vec<_>>();
    let (mut nodes, mut links) = parts_to_json(graph, None);
    nodes.extend(kept(&meta.kept_nodes));
    links.extend(kept(&meta.kept_links));
    put("nodes", nodes.into());
    put("connections", links.into());
    if has_subgraphs {
        let subgraphs = graph.subgraphs().map(|subgraph| {
            let (nodes, links) = parts_to_json(graph, Some(subgraph.id));
            subgraph_to_json(subgraph, nodes, links)
        });
        let subgraphs = subgraphs.chain(kept(&meta.kept_subgraphs)).collect();
        put("subgraphs", subgraphs);
    }
    for (key, value) in meta.kept.iter().filter(|(key, _)| !is_path(key)) {
        put(key, to_json(value));
    }
    let mut text =
        serde_json::to_string_pretty(&top).expect("JSON values and text keys can be written");
    text.push('\n');
    text
}

/// How many nodes, links and subgraphs the text has, sound or not.
pub fn entries_of(document: &Document) -> usize {
    let (graph, meta) = (document.graph(), &document.meta);
    let kept = meta.kept_nodes.len() + meta.kept_links.len() + meta.kept_subgraphs.len();
    let inside = graph.subgraphs().map(|subgraph| 1 + kept_in(subgraph));
    graph.node_count() + graph.link_count() + kept + inside.sum::<usize>()
}

/// Nodes and links of a subgraph, or of the graph around all.
fn parts_to_json(graph: &Graph, parent: Option<SubgraphId>) -> (Vec<Json>, Vec<Json>) {
    let key = |id| graph.node(id).map_or("", |node| &node.key);
    let nodes = graph.nodes_in(parent).map(node_to_json).collect();
    let links = graph
        .nodes_in(parent)
        .flat_map(|node| graph.incoming(node.id))
        .map(|link| link_to_json(link, key))
        .collect();
    (nodes, links)
}

/// One entry of `nodes`.
pub fn node_to_json(node: &Node) -> Json {
    let kind = &node.kind;
    let kept = |key: &str| node.kept.fields.iter().find(|(name, _)| *name == *key);
    let mut entry = Map::new();
    entry.insert("nodeId".to_owned(), node.key.as_str().into());
    if let Some((key, value)) = kept("positionId") {
        entry.insert(key.to_string(), to_json(value));
    }
    let name =
        kept("name").map_or_else(|| kind.function.as_str().into(), |(_, name)| to_json(name));
    entry.insert("name".to_owned(), name);
    if let Some(title) = &node.title {
        entry.insert("title".to_owned(), title.as_str().into());
    }
    entry.insert(
        "position".to_owned(),
        json!({"x": coordinate(node.pos.x), "y": coordinate(node.pos.y)}),
    );
    put_style(&mut entry, &node.style);
    if let Some(looping) = &node.looping {
        entry.insert(looping::LOOP.to_owned(), looping::to_json(looping));
    }
    let lost = node.values.keys().filter(|name| kind.input(name).is_none());
    let inputs = kind.inputs.iter().map(|input| &input.name).chain(lost);
    entry.insert(
        "input".to_owned(),
        inputs.map(|name| input_to_json(node, name)).collect(),
    );
    let outputs = kind
        .outputs
        .iter()
        .map(|output| Json::from(output.name.as_str()));
    entry.insert("output".to_owned(), outputs.collect());
    entry.insert("ref".to_owned(), kind.bank.wire_name().into());
    if let Some((key, value)) = kept("scriptPath") {
        entry.insert(key.to_string(), to_json(value));
    }
    entry.insert("entryFunction".to_owned(), kind.function.as_str().into());
    for (key, value) in &node.kept.fields {
        if !entry.contains_key(key.as_str()) {
            entry.insert(key.to_string(), to_json(value));
        }
    }
    entry.into()
}

/// A node's style by itself.
pub fn style_to_json(style: &Style) -> Json {
    let mut entry = Map::new();
    put_style(&mut entry, style);
    entry.into()
}

fn put_style(entry: &mut Map<String, Json>, style: &Style) {
    let mut put = |key: &str, value: Json| entry.insert(key.to_owned(), value);
    match style.mode {
        Mode::On => {}
        Mode::Muted => drop(put("mode", "muted".into())),
        Mode::Bypassed => drop(put("mode", "bypassed".into())),
    }
    if style.is_collapsed {
        put("collapsed", true.into());
    }
    if let Some([red, green, blue]) = style.colour {
        put("colour", format!("#{red:02x}{green:02x}{blue:02x}").into());
    }
    if let Some(size) = style.size {
        let size = json!({"width": coordinate(size.x), "height": coordinate(size.y)});
        put("size", size);
    }
}

/// One entry of `connections`; `key` gives a node's id in the file.
pub fn link_to_json<'a>(link: &Link, key: impl Fn(NodeId) -> &'a str) -> Json {
    json!({
        "sourceNodeId": key(link.from.node),
        "sourcePort": link.from.name.as_str(),
        "targetNodeId": key(link.to.node),
        "targetPort": link.to.name.as_str(),
    })
}

fn input_to_json(node: &Node, name: &Name) -> Json {
    let mut entry = Map::new();
    entry.insert("var".to_owned(), name.as_str().into());
    if let Some(value) = node.values.get(name) {
        entry.insert("value".to_owned(), to_json(value));
    }
    let kept = node.kept.inputs.iter().filter(|(input, _)| input == name);
    for (key, value) in kept.flat_map(|(_, fields)| fields) {
        entry.insert(key.to_string(), to_json(value));
    }
    entry.into()
}

/// An `f32` by the shortest decimal that names it, whole numbers without a point.
fn coordinate(at: f32) -> Json {
    if at.fract() == 0.0 && at.abs() < 1e9 {
        (at as i64).into()
    } else {
        at.to_string().parse::<f64>().unwrap_or_default().into()
    }
}

pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => (&**text).into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => map_to_json(entries).into(),
    }
}

fn map_to_json(entries: &[(Name, Value)]) -> Map<String, Json> {
    entries
        .iter()
        .map(|(key, value)| (key.to_string(), to_json(value)))
        .collect()
}
