//! Text of a savefile -> Document. What is not understood is kept, what is not sound is said.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::node::NodeReader;
use super::notes::Notes;
use super::numbers::Numbers;
use super::odd::read_telling;
use super::{FORMAT_VERSION, FileError, Loaded, MOST_ENTRIES, MOST_NAME, OUR_READER};
use crate::document::{Document, Meta};
use crate::graph::{
    Catalog, EditError, Graph, KindState, Link, Name, Node, NodeId, NodeKind, Port, Pos2, Subgraph,
    SubgraphId, SubgraphKinds, Value, pos2, vec2,
};
use crate::plain;

/// How far apart nodes are put that the file puts nowhere, in graph units, and how many beside each other.
const COLUMN: f32 = 280.0;
const ROW: f32 = 240.0;
const COLUMNS: usize = 20;

/// Subgraphs, nodes and links of a JSON object with `nodes`, `connections` and `subgraphs`.
#[derive(Default)]
pub struct Parts {
    pub subgraphs: Vec<Subgraph>,
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub(super) notes: Notes,
    pub(super) unsound: Unsound,
}

/// Entries that could not be taken in: written back where they stood.
#[derive(Default)]
pub(super) struct Unsound {
    pub subgraphs: Vec<Value>,
    nodes: HashMap<Option<SubgraphId>, Vec<Value>>,
    links: HashMap<Option<SubgraphId>, Vec<Value>>,
}

impl Unsound {
    /// What stood in this part of the file: the nodes and the links.
    fn take(&mut self, parent: Option<SubgraphId>) -> [Vec<Value>; 2] {
        [&mut self.nodes, &mut self.links].map(|parts| parts.remove(&parent).unwrap_or_default())
    }
}

/// Read a savefile's bytes. `path` is for messages alone.
pub fn parse(bytes: &[u8], path: &Path, catalog: &Catalog) -> Result<Loaded, FileError> {
    parse_numbered(bytes, path, catalog, &Numbers::default())
}

/// The same, and nodes and subgraphs have these numbers.
pub fn parse_numbered(
    bytes: &[u8],
    path: &Path,
    catalog: &Catalog,
    numbers: &Numbers,
) -> Result<Loaded, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (json, altered) = read_telling(bytes).map_err(|unread| unread.of_file(path))?;
    if entries(&json) > MOST_ENTRIES {
        return Err(FileError::TooMuch {
            much: "more than a million nodes and links",
            path: path.to_owned(),
        });
    }
    let shape = |reason: &str| FileError::Shape {
        reason: reason.to_owned(),
        path: path.to_owned(),
    };
    let Json::Object(top) = &json else {
        return Err(shape("a JSON object was expected"));
    };
    for key in ["nodes", "connections"] {
        if top.get(key).is_some_and(|list| !list.is_array()) {
            return Err(shape(&format!("\"{key}\" must be a list")));
        }
    }
    if !top.contains_key("nodes") {
        return Err(shape("it has no \"nodes\""));
    }
    let version = top.get("formatVersion").and_then(Json::as_u64).unwrap_or(1);

    let parts = numbered_parts(&json, catalog, numbers);
    let (mut notes, mut unsound) = (parts.notes, parts.unsound);
    let names: HashMap<NodeId, (Name, Option<SubgraphId>)> = parts
        .nodes
        .iter()
        .map(|node| (node.id, (node.key.clone(), node.parent)))
        .collect();
    let key = |id: NodeId| names.get(&id).map_or("?", |(name, _)| name.as_str());
    let (mut graph, refused_nodes, refused_links) =
        Graph::from_all_parts(parts.subgraphs, parts.nodes, parts.links);
    for (node, error) in refused_nodes {
        notes.push(|| match error {
            EditError::Recursion => {
                format!("node {} was left out: {error}", node.key)
            }
            _ => format!(
                "the id \"{}\" is used twice: the second node was left out",
                node.key
            ),
        });
        let entry = from_json(&super::node_to_json(&node));
        unsound.nodes.entry(node.parent).or_default().push(entry);
    }
    for (link, error) in refused_links {
        notes.push(|| {
            format!(
                "the link from {}.{} to {}.{} was left out: {error}",
                key(link.from.node),
                link.from.name,
                key(link.to.node),
                link.to.name
            )
        });
        let parent = names.get(&link.to.node).and_then(|(_, parent)| *parent);
        let entry = from_json(&super::link_to_json(&link, key));
        unsound.links.entry(parent).or_default().push(entry);
    }
    let [kept_nodes, kept_links] = unsound.take(None);
    super::subgraphs::keep_unsound(&mut graph, |id| unsound.take(Some(id)));
    let mut words = notes.into_words();
    let left_out = words.len();
    let mut notes = Notes::default();
    for node in graph.nodes() {
        if node.kind.state == KindState::Missing {
            notes.push(|| {
                format!(
                    "node {} has no source: no function \"{}\" was found",
                    node.key, node.kind.function
                )
            });
        }
    }
    for note in graph.links().filter_map(|link| lost_port(&graph, link)) {
        notes.push(|| note);
    }
    words.extend(notes.into_words());
    words.extend(altered.iter().cloned());
    let mut meta = meta_of(top, &mut words);
    (meta.kept_nodes, meta.kept_links) = (kept_nodes, kept_links);
    meta.kept_subgraphs = unsound.subgraphs;
    Ok(Loaded {
        document: Document::new(graph, meta),
        notes: words,
        left_out,
        altered,
        version,
        ..Loaded::default()
    })
}

/// What a file says of itself, beside its graph.
fn meta_of(top: &Map<String, Json>, words: &mut Vec<String>) -> Meta {
    let text = |key| {
        top.get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    // It stands on one line, in titles and questions.
    let named = text("projectName");
    let project_name = plain::name(&named, MOST_NAME);
    if project_name != named {
        words.push(format!(
            "the project's name cannot be shown as it is, and is \"{project_name}\" here"
        ));
    }
    Meta {
        project_id: text("projectId"),
        project_name,
        metadata: match top.get("metadata") {
            Some(Json::Object(entries)) => map_from_json(entries),
            _ => Vec::new(),
        },
        kept: top
            .iter()
            .filter(|(key, _)| {
                ![
                    "formatVersion",
                    "minReader",
                    "projectId",
                    "projectName",
                    "metadata",
                    "nodes",
                    "connections",
                    "subgraphs",
                ]
                .contains(&key.as_str())
            })
            .map(|(key, value)| (key.as_str().into(), from_json(value)))
            .collect(),
        newer: newer(top),
        ..Meta::default()
    }
}

/// What a file says that no Loom up to this one does, in words. What cannot be understood is taken for it too: to write
/// it in the form of this one would leave out what a newer one knows.
fn newer(top: &Map<String, Json>) -> Option<String> {
    let is_at_most = |asked: &Json, most: u64| asked.as_u64().is_some_and(|asked| asked <= most);
    match (top.get("minReader"), top.get("formatVersion")) {
        (Some(reader), _) if is_at_most(reader, OUR_READER) => None,
        (Some(reader), _) => Some(format!(
            "it asks for reader {reader}, this one is {OUR_READER}"
        )),
        (None, Some(form)) if !is_at_most(form, FORMAT_VERSION) => Some(format!(
            "it is of form {form}, this one knows {FORMAT_VERSION}"
        )),
        (None, _) => None,
    }
}

/// How many nodes, links and subgraphs there may be.
fn entries(json: &Json) -> usize {
    let list = |part: &Json, key| part.get(key).and_then(Json::as_array).map_or(0, Vec::len);
    let own = |part: &Json| list(part, "nodes") + list(part, "connections");
    let subgraphs = json.get("subgraphs").and_then(Json::as_array);
    let inside = subgraphs.into_iter().flatten().map(own);
    own(json) + list(json, "subgraphs") + inside.sum::<usize>()
}

/// What there is to say of a link whose port its node does not have: it is kept, since the port may come back.
fn lost_port(graph: &Graph, link: &Link) -> Option<String> {
    let [from, to] = [link.from.node, link.to.node].map(|id| graph.node(id));
    let (from, to) = from.zip(to)?;
    let has_output = from.kind.output_index(&link.from.name).is_some();
    let has_input = to.kind.input(&link.to.name).is_some();
    let (node, side, port) = match (has_output, has_input) {
        (true, true) => return None,
        (false, _) => (from, "output", &link.from.name),
        _ => (to, "input", &link.to.name),
    };
    let (key, of, at) = (&node.key, &from.key, &to.key);
    Some(format!(
        "node {key} has no {side} \"{port}\": the link from {of} to {at} is kept, and carries nothing"
    ))
}

/// The parts of an object in the savefile's words. Ids count from 0 in the order of the file.
pub fn parts_from_json(json: &Json, catalog: &Catalog) -> Parts {
    numbered_parts(json, catalog, &Numbers::default())
}

fn numbered_parts(json: &Json, catalog: &Catalog, numbers: &Numbers) -> Parts {
    let mut parts = Parts::default();
    let entries = super::subgraphs::read(json, &mut parts, numbers);
    let mut reader = NodeReader {
        catalog,
        is_first_form: json
            .get("formatVersion")
            .and_then(Json::as_u64)
            .unwrap_or(1)
            < FORMAT_VERSION,
        made_kinds: Vec::new(),
        notes: Notes::default(),
        subgraphs: parts
            .subgraphs
            .iter()
            .map(|subgraph| {
                let kinds = SubgraphKinds::of(subgraph);
                (subgraph.id, (subgraph.key.clone(), kinds))
            })
            .collect(),
    };
    parts.read(json, None, numbers, &mut reader);
    for (id, entry) in entries {
        parts.read(entry, Some(id), numbers, &mut reader);
    }
    parts
}

impl Parts {
    /// Read `nodes` and `connections` of the graph around all, or of a subgraph.
    fn read(
        &mut self,
        json: &Json,
        parent: Option<SubgraphId>,
        numbers: &Numbers,
        reader: &mut NodeReader<'_>,
    ) {
        let list = |key: &str| {
            json.get(key)
                .and_then(Json::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        let mut by_key: HashMap<&str, usize> = HashMap::new();
        let first = self.nodes.len();
        let mut lost = Vec::new();
        for entry in list("nodes") {
            let id = numbers.node(entry, self.nodes.len());
            match reader.node(entry, id, parent) {
                Ok((node, has_place)) => {
                    if !has_place {
                        lost.push(self.nodes.len());
                    }
                    if let Some(key) = entry.get("nodeId").and_then(Json::as_str) {
                        by_key.entry(key).or_insert(self.nodes.len());
                    }
                    self.nodes.push(node);
                }
                Err(reason) => {
                    self.notes
                        .push(|| format!("an entry of \"nodes\" was left out: {reason}"));
                    let unsound = self.unsound.nodes.entry(parent).or_default();
                    unsound.push(from_json(entry));
                }
            }
        }
        self.notes.append(std::mem::take(&mut reader.notes));
        self.place(first, &lost);
        for entry in list("connections") {
            match self.link(entry, &by_key) {
                Ok(link) => self.links.push(link),
                Err(reason) => {
                    self.notes
                        .push(|| format!("an entry of \"connections\" was left out: {reason}"));
                    let unsound = self.unsound.links.entry(parent).or_default();
                    unsound.push(from_json(entry));
                }
            }
        }
    }

    /// Nodes that the file puts nowhere go in a row below those that were read with them, from `first` on.
    fn place(&mut self, first: usize, lost: &[usize]) {
        let (mut left, mut bottom) = (f32::INFINITY, f32::NEG_INFINITY);
        for (at, node) in self.nodes.iter().enumerate().skip(first) {
            if lost.binary_search(&at).is_err() {
                left = left.min(node.pos.x);
                bottom = bottom.max(node.pos.y);
            }
        }
        let start = if left.is_finite() {
            pos2(left, bottom + ROW)
        } else {
            Pos2::ZERO
        };
        for (column, at) in lost.iter().enumerate() {
            let (column, row) = (column % COLUMNS, column / COLUMNS);
            let node = &mut self.nodes[*at];
            node.pos = start + vec2(COLUMN * column as f32, ROW * row as f32);
            let key = &node.key;
            self.notes
                .push(|| format!("node {key} had no usable position and was put below the others"));
        }
    }

    fn link(&self, entry: &Json, by_key: &HashMap<&str, usize>) -> Result<Link, String> {
        let end = |node_key: &str, port_key: &str, is_output: bool| -> Result<Port, String> {
            let key = entry
                .get(node_key)
                .and_then(Json::as_str)
                .ok_or(format!("\"{node_key}\" is missing"))?;
            let node = by_key
                .get(key)
                .map(|at| &self.nodes[*at])
                .ok_or(format!("there is no node \"{key}\""))?;
            let name = match entry.get(port_key) {
                Some(Json::String(name)) => name.as_str().into(),
                Some(Json::Number(at)) => port_at(&node.kind, at.as_u64(), is_output)
                    .ok_or(format!("node \"{key}\" has no port at position {at}"))?,
                _ => return Err(format!("\"{port_key}\" is missing")),
            };
            Ok(Port {
                node: node.id,
                name,
            })
        };
        Ok(Link {
            from: end("sourceNodeId", "sourcePort", true)?,
            to: end("targetNodeId", "targetPort", false)?,
        })
    }
}

fn port_at(kind: &NodeKind, at: Option<u64>, is_output: bool) -> Option<Name> {
    let at = usize::try_from(at?).ok()?;
    if is_output {
        kind.outputs.get(at).map(|output| output.name.clone())
    } else {
        kind.inputs.get(at).map(|input| input.name.clone())
    }
}

pub(super) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.iter().map(from_json).collect()),
        Json::Object(entries) => Value::Map(map_from_json(entries)),
    }
}

pub(super) fn map_from_json(entries: &Map<String, Json>) -> Vec<(Name, Value)> {
    entries
        .iter()
        .map(|(key, value)| (key.as_str().into(), from_json(value)))
        .collect()
}
