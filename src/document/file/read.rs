//! Text of a savefile -> Document. What is not understood is kept, what is not sound is said.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{FORMAT_VERSION, FileError, Loaded, OUR_READER};
use crate::document::{Document, Meta};
use crate::graph::{
    Bank, Catalog, Graph, InputSpec, Kept, KindState, Link, Name, Node, NodeId, NodeKind,
    OutputSpec, Port, Value, ValueType, pos2,
};

/// Keys of a node that Loom writes itself; all others are kept.
const NODE_KEYS: [&str; 8] = [
    "nodeId",
    "name",
    "title",
    "position",
    "input",
    "output",
    "ref",
    "entryFunction",
];

/// Nodes and links of a JSON object with `nodes` and `connections`.
#[derive(Default)]
pub struct Parts {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    pub notes: Vec<String>,
    kept_nodes: Vec<Value>,
    kept_links: Vec<Value>,
}

/// Read a savefile's bytes. `path` is for messages alone.
pub fn parse(bytes: &[u8], path: &Path, catalog: &Catalog) -> Result<Loaded, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: Json = serde_json::from_slice(bytes).map_err(|error| FileError::Syntax {
        reason: error
            .to_string()
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned(),
        line: error.line(),
        column: error.column(),
        path: path.to_owned(),
    })?;
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
    let number = |key| top.get(key).and_then(Json::as_u64);
    let version = number("formatVersion").unwrap_or(1);
    let read_only = number("minReader").filter(|reader| *reader > OUR_READER).map(|reader| {
        format!(
            "this file was made by a newer Loom (it asks for reader {reader}, this one is {OUR_READER}): it is shown \
             and will not be written"
        )
    });

    let parts = parts_from_json(&json, catalog);
    let mut notes = parts.notes;
    let mut kept_nodes = parts.kept_nodes;
    let mut kept_links = parts.kept_links;
    let names: HashMap<NodeId, Name> = parts
        .nodes
        .iter()
        .map(|node| (node.id, node.key.clone()))
        .collect();
    let key = |id: NodeId| names.get(&id).map_or("?", |name| name.as_str());
    let (graph, refused_nodes, refused_links) = Graph::from_parts(parts.nodes, parts.links);
    for node in refused_nodes {
        notes.push(format!(
            "the id \"{}\" is used twice: the second node was left out",
            node.key
        ));
        kept_nodes.push(from_json(&super::node_to_json(&node)));
    }
    for (link, error) in refused_links {
        notes.push(format!(
            "the link from {}.{} to {}.{} was left out: {error}",
            key(link.from.node),
            link.from.name,
            key(link.to.node),
            link.to.name
        ));
        kept_links.push(from_json(&super::link_to_json(&link, key)));
    }
    for node in graph.nodes() {
        if node.kind.state == KindState::Missing {
            notes.push(format!(
                "node {} has no source: no function \"{}\" was found",
                node.key, node.kind.function
            ));
        }
    }
    let text = |key| {
        top.get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let meta = Meta {
        project_id: text("projectId"),
        project_name: text("projectName"),
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
                ]
                .contains(&key.as_str())
            })
            .map(|(key, value)| (key.as_str().into(), from_json(value)))
            .collect(),
        kept_nodes,
        kept_links,
    };
    Ok(Loaded {
        document: Document::new(graph, meta),
        notes,
        version,
        read_only,
    })
}

/// The nodes and links of an object in the savefile's words. Ids count from 0 in the order of the list.
pub fn parts_from_json(json: &Json, catalog: &Catalog) -> Parts {
    let mut parts = Parts::default();
    let list = |key: &str| {
        json.get(key)
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let is_first_form = json
        .get("formatVersion")
        .and_then(Json::as_u64)
        .unwrap_or(1)
        < FORMAT_VERSION;
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    // Nodes of one kind share it, also when it had to be made for the node.
    let mut made_kinds: Vec<Arc<NodeKind>> = Vec::new();
    for entry in list("nodes") {
        let id = NodeId(parts.nodes.len() as u32);
        match node_from_json(entry, id, catalog, is_first_form, &mut made_kinds) {
            Ok((node, note)) => {
                parts.notes.extend(note);
                if let Some(key) = entry.get("nodeId").and_then(Json::as_str) {
                    by_key.entry(key).or_insert(parts.nodes.len());
                }
                parts.nodes.push(node);
            }
            Err(reason) => {
                parts
                    .notes
                    .push(format!("an entry of \"nodes\" was left out: {reason}"));
                parts.kept_nodes.push(from_json(entry));
            }
        }
    }
    for entry in list("connections") {
        let end = |node_key: &str, port_key: &str, is_output: bool| -> Result<Port, String> {
            let key = entry
                .get(node_key)
                .and_then(Json::as_str)
                .ok_or(format!("\"{node_key}\" is missing"))?;
            let node = by_key
                .get(key)
                .map(|at| &parts.nodes[*at])
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
        let link = end("sourceNodeId", "sourcePort", true).and_then(|from| {
            Ok(Link {
                from,
                to: end("targetNodeId", "targetPort", false)?,
            })
        });
        match link {
            Ok(link) => parts.links.push(link),
            Err(reason) => {
                parts.notes.push(format!(
                    "an entry of \"connections\" was left out: {reason}"
                ));
                parts.kept_links.push(from_json(entry));
            }
        }
    }
    parts
}

/// The kind that a node means in a catalog that changed.
pub fn resolve_again(node: &Node, catalog: &Catalog) -> Arc<NodeKind> {
    let names = |names: Vec<&Name>| names.into_iter().cloned().collect::<Vec<_>>();
    let inputs = names(node.kind.inputs.iter().map(|input| &input.name).collect());
    let outputs = names(
        node.kind
            .outputs
            .iter()
            .map(|output| &output.name)
            .collect(),
    );
    let function = &node.kind.function;
    resolve(
        Some(node.kind.bank),
        function,
        function,
        inputs,
        outputs,
        catalog,
    )
}

fn node_from_json(
    entry: &Json,
    id: NodeId,
    catalog: &Catalog,
    is_first_form: bool,
    made_kinds: &mut Vec<Arc<NodeKind>>,
) -> Result<(Node, Option<String>), String> {
    let Json::Object(entry) = entry else {
        return Err("it is not an object".to_owned());
    };
    let text = |key: &str| {
        entry
            .get(key)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    let key = text("nodeId").ok_or("it has no \"nodeId\"")?;
    let name = text("name")
        .or(text("entryFunction"))
        .ok_or(format!("node \"{key}\" has no \"name\""))?;
    let function = text("entryFunction").unwrap_or(name);

    let list = |key: &str| {
        entry
            .get(key)
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let mut values = Vec::new();
    let mut kept_inputs = Vec::new();
    let mut input_names = Vec::new();
    for input in list("input") {
        let Some(var) = input.get("var").and_then(Json::as_str) else {
            continue;
        };
        let var = Name::from(var);
        input_names.push(var.clone());
        if let Some(value) = input.get("value") {
            values.push((var.clone(), from_json(value)));
        }
        let kept: Vec<_> = input
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| *key != "var" && *key != "value")
            .map(|(key, value)| (key.as_str().into(), from_json(value)))
            .collect();
        if !kept.is_empty() {
            kept_inputs.push((var, kept));
        }
    }
    let output_names: Vec<Name> = list("output")
        .iter()
        .filter_map(Json::as_str)
        .map(Name::from)
        .collect();

    let bank = text("ref").and_then(Bank::from_wire_name);
    // The first Loom's "builtin" was its own bank, which lies beside the userdata folder.
    let preferred = if is_first_form { None } else { bank };
    let mut kind = resolve(
        preferred,
        name,
        function,
        input_names,
        output_names,
        catalog,
    );
    if kind.state == KindState::Missing
        && let Some(bank) = bank.filter(|bank| *bank != kind.bank)
    {
        Arc::make_mut(&mut kind).bank = bank;
    }
    match made_kinds.iter().find(|made| **made == kind) {
        Some(made) => kind = made.clone(),
        None if Arc::strong_count(&kind) == 1 => made_kinds.push(kind.clone()),
        None => {}
    }

    let coordinate = |axis: &str| {
        entry
            .get("position")?
            .get(axis)?
            .as_f64()
            .map(|at| at as f32)
    };
    let (pos, note) = match (coordinate("x"), coordinate("y")) {
        (Some(x), Some(y)) if x.abs() < LARGEST_COORDINATE && y.abs() < LARGEST_COORDINATE => {
            (pos2(x, y), None)
        }
        (x, y) => {
            let inside = |at: Option<f32>| {
                at.filter(|at| at.is_finite())
                    .unwrap_or(0.0)
                    .clamp(-LARGEST_COORDINATE, LARGEST_COORDINATE)
            };
            let note = format!("node {key} had no usable position and was put where there is room");
            (pos2(inside(x), inside(y)), Some(note))
        }
    };
    let typed = |(name, value): (Name, Value)| {
        let value = match (&value, kind.input(&name)) {
            (Value::Text(text), Some(input)) if is_first_form && !kind.is_legacy() => {
                typed_text(text, &input.ty)
            }
            _ => value,
        };
        (name, value)
    };
    let mut fields: Vec<(Name, Value)> = entry
        .iter()
        .filter(|(key, _)| !NODE_KEYS.contains(&key.as_str()))
        .map(|(key, value)| (key.as_str().into(), from_json(value)))
        .collect();
    if name != &*kind.function {
        fields.push(("name".into(), Value::text(name)));
    }
    let node = Node {
        id,
        key: key.into(),
        title: text("title").map(Name::from),
        pos,
        values: values.into_iter().map(typed).collect(),
        kept: Arc::new(Kept {
            fields,
            inputs: kept_inputs,
        }),
        kind,
    };
    Ok((node, note))
}

/// Farther out a position loses the precision of a pixel.
const LARGEST_COORDINATE: f32 = 4_000_000.0;

fn resolve(
    bank: Option<Bank>,
    name: &str,
    function: &str,
    inputs: Vec<Name>,
    outputs: Vec<Name>,
    catalog: &Catalog,
) -> Arc<NodeKind> {
    let found = catalog
        .resolve(bank, function)
        .or_else(|| catalog.resolve(bank, name));
    let Some(kind) = found else {
        return Arc::new(NodeKind::missing(
            bank.unwrap_or(Bank::Custom),
            function,
            inputs,
            outputs,
        ));
    };
    // Such a function does not name its ports itself: the file knows them.
    let takes_ports = matches!(kind.state, KindState::Broken { .. }) || kind.is_legacy();
    if !takes_ports {
        return kind.clone();
    }
    let same = |ours: Vec<&Name>, theirs: &[Name]| ours.into_iter().eq(theirs);
    let mut made = NodeKind::clone(kind);
    let mut is_other = false;
    if !outputs.is_empty()
        && !same(
            kind.outputs.iter().map(|output| &output.name).collect(),
            &outputs,
        )
    {
        made.outputs = outputs.into_iter().map(OutputSpec::untyped).collect();
        is_other = true;
    }
    if kind.inputs.is_empty()
        && !inputs.is_empty()
        && matches!(kind.state, KindState::Broken { .. })
    {
        made.inputs = inputs.into_iter().map(InputSpec::untyped).collect();
        is_other = true;
    }
    if is_other {
        Arc::new(made)
    } else {
        kind.clone()
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

/// A text of the first Loom in an input whose type is known now; what does not read stays as it is.
fn typed_text(text: &str, ty: &ValueType) -> Value {
    let trimmed = text.trim();
    let typed = match ty.base() {
        ValueType::Int => trimmed.parse().ok().map(Value::Int),
        ValueType::Float => trimmed
            .parse()
            .ok()
            .filter(|float: &f64| float.is_finite())
            .map(Value::Float),
        ValueType::Bool => match trimmed {
            "true" | "True" => Some(Value::Bool(true)),
            "false" | "False" => Some(Value::Bool(false)),
            _ => None,
        },
        ValueType::Any => Some(Value::from_untyped_text(text)),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::text(text))
}

fn from_json(json: &Json) -> Value {
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

fn map_from_json(entries: &Map<String, Json>) -> Vec<(Name, Value)> {
    entries
        .iter()
        .map(|(key, value)| (key.as_str().into(), from_json(value)))
        .collect()
}
