//! `subgraphs` of the savefile: their titles and ports from JSON and back. Their nodes and links are read and written
//! like those of the graph around them.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::numbers::Numbers;
use super::read::{Parts, from_json};
use super::write::to_json;
use crate::graph::{
    Edit, Graph, InputSpec, Kept, Name, OutputSpec, Subgraph, SubgraphId, Value, ValueType, Widget,
};

/// Keys of a subgraph that Loom writes itself; all others are kept.
const KEYS: [&str; 6] = [
    "subgraphId",
    "title",
    "input",
    "output",
    "nodes",
    "connections",
];

/// Take the heads of all subgraphs into `parts` and return their entries, whose nodes are still to be read.
pub fn read<'a>(
    json: &'a Json,
    parts: &mut Parts,
    numbers: &Numbers,
) -> Vec<(SubgraphId, &'a Json)> {
    let entries = json.get("subgraphs").and_then(Json::as_array);
    let mut seen = HashSet::new();
    let mut read = Vec::new();
    for entry in entries.into_iter().flatten() {
        let id = numbers.subgraph(entry, parts.subgraphs.len());
        match head(entry, id) {
            Ok(subgraph) if seen.insert(subgraph.key.clone()) => {
                parts.subgraphs.push(subgraph);
                read.push((id, entry));
            }
            result => {
                let reason = match result {
                    Ok(subgraph) => format!("the id \"{}\" is used twice", subgraph.key),
                    Err(reason) => reason,
                };
                parts
                    .notes
                    .push(|| format!("an entry of \"subgraphs\" was left out: {reason}"));
                parts.unsound.subgraphs.push(from_json(entry));
            }
        }
    }
    read
}

/// Title and ports; `nodes` and `connections` are not looked at.
pub fn head(entry: &Json, id: SubgraphId) -> Result<Subgraph, String> {
    let fields = entry.as_object().ok_or("it is not an object")?;
    let text = |key: &str| fields.get(key).and_then(Json::as_str);
    let key = text("subgraphId")
        .filter(|key| !key.is_empty())
        .ok_or("it has no \"subgraphId\"")?;
    let ports = |key: &str| {
        let list = fields.get(key).and_then(Json::as_array);
        list.map_or(&[][..], Vec::as_slice)
    };
    let kept = fields
        .iter()
        .filter(|(key, _)| !KEYS.contains(&key.as_str()))
        .map(|(key, value)| (key.as_str().into(), from_json(value)))
        .collect();
    let mut subgraph = Subgraph {
        id,
        key: key.into(),
        title: text("title").unwrap_or(key).into(),
        inputs: ports("input").iter().filter_map(input).collect(),
        outputs: ports("output").iter().filter_map(output).collect(),
        kept: Arc::new(Kept {
            fields: kept,
            inputs: Vec::new(),
        }),
    };
    // Of two ports with one name the first is meant.
    let mut names = HashSet::new();
    subgraph
        .inputs
        .retain(|input| names.insert(input.name.clone()));
    names.clear();
    subgraph
        .outputs
        .retain(|output| names.insert(output.name.clone()));
    Ok(subgraph)
}

/// A subgraph with the entries inside it that could not be taken in, where all others are left out.
pub fn whole(entry: &Json, id: SubgraphId) -> Result<Subgraph, String> {
    let mut subgraph = head(entry, id)?;
    let entries = |key| entry.get(key).and_then(Json::as_array);
    let unsound = ["nodes", "connections"].map(|key| {
        let entries = entries(key).into_iter().flatten();
        (key, entries.map(from_json).collect::<Vec<_>>())
    });
    keep(&mut subgraph, unsound);
    Ok(subgraph)
}

/// How many entries of its nodes and links could not be taken in.
pub fn kept_in(subgraph: &Subgraph) -> usize {
    let unsound = |(key, value): &(Name, Value)| match (key.as_str(), value) {
        ("nodes" | "connections", Value::List(unsound)) => unsound.len(),
        _ => 0,
    };
    subgraph.kept.fields.iter().map(unsound).sum()
}

fn keep(subgraph: &mut Subgraph, unsound: [(&str, Vec<Value>); 2]) {
    for (key, entries) in unsound {
        if !entries.is_empty() {
            let kept = Arc::make_mut(&mut subgraph.kept);
            kept.fields.push((key.into(), Value::List(entries)));
        }
    }
}

fn port(entry: &Json) -> Option<(Name, ValueType)> {
    let ty = entry.get("type").and_then(Json::as_str);
    let ty = ty.and_then(ValueType::from_notation);
    Some((
        entry.get("var")?.as_str()?.into(),
        ty.unwrap_or(ValueType::Any),
    ))
}

fn output(entry: &Json) -> Option<OutputSpec> {
    port(entry).map(|(name, ty)| OutputSpec { name, ty })
}

fn input(entry: &Json) -> Option<InputSpec> {
    let (name, ty) = port(entry)?;
    let mut input = InputSpec::new(name, ty);
    if let Some(widget) = entry.get("widget").and_then(widget) {
        input.widget = widget;
    }
    input.default = entry.get("value").map(from_json);
    if let Some(help) = entry.get("help").and_then(Json::as_str) {
        input.help = help.into();
    }
    Some(input)
}

fn widget(json: &Json) -> Option<Widget> {
    let number = |key: &str| json.get(key).and_then(Json::as_f64);
    let is = |key: &str| json.get(key) == Some(&Json::Bool(true));
    let pattern = || {
        let pattern = json.get("pattern").and_then(Json::as_str);
        Name::from(pattern.unwrap_or("*"))
    };
    Some(match json.get("kind")?.as_str()? {
        "link" => Widget::LinkOnly,
        "number" => Widget::Number {
            min: number("min"),
            max: number("max"),
            step: number("step"),
            slider: is("slider"),
        },
        "text" => Widget::Text {
            multiline: is("multiline"),
        },
        "checkbox" => Widget::Checkbox,
        "choice" => {
            let choices = json.get("choices")?.as_array()?;
            Widget::Choice(choices.iter().map(from_json).collect())
        }
        "colour" => Widget::Colour,
        "open" => Widget::OpenFile { pattern: pattern() },
        "save" => Widget::SaveFile { pattern: pattern() },
        "folder" => Widget::Folder,
        "date" => Widget::Date,
        "secret" => Widget::Secret,
        _ => return None,
    })
}

fn widget_to_json(widget: &Widget) -> Json {
    let mut entry = Map::new();
    let mut put = |key: &str, value: Json| entry.insert(key.to_owned(), value);
    let kind = match widget {
        Widget::LinkOnly => "link",
        Widget::Number { .. } => "number",
        Widget::Text { .. } => "text",
        Widget::Checkbox => "checkbox",
        Widget::Choice(_) => "choice",
        Widget::Colour => "colour",
        Widget::OpenFile { .. } => "open",
        Widget::SaveFile { .. } => "save",
        Widget::Folder => "folder",
        Widget::Date => "date",
        Widget::Secret => "secret",
    };
    put("kind", kind.into());
    match widget {
        Widget::Number {
            min,
            max,
            step,
            slider,
        } => {
            for (key, value) in [("min", min), ("max", max), ("step", step)] {
                if let Some(value) = value {
                    put(key, (*value).into());
                }
            }
            if *slider {
                put("slider", true.into());
            }
        }
        Widget::Text { multiline: true } => {
            put("multiline", true.into());
        }
        Widget::Choice(choices) => {
            put("choices", choices.iter().map(to_json).collect());
        }
        Widget::OpenFile { pattern } | Widget::SaveFile { pattern } => {
            put("pattern", pattern.as_str().into());
        }
        _ => {}
    }
    entry.into()
}

fn input_to_json(input: &InputSpec) -> Json {
    let mut entry = Map::new();
    entry.insert("var".to_owned(), input.name.as_str().into());
    entry.insert("type".to_owned(), input.ty.notation().into());
    if let Some(default) = &input.default {
        entry.insert("value".to_owned(), to_json(default));
    }
    if input.widget != Widget::of_type(&input.ty) {
        entry.insert("widget".to_owned(), widget_to_json(&input.widget));
    }
    if !input.help.is_empty() {
        entry.insert("help".to_owned(), (&*input.help).into());
    }
    entry.into()
}

/// One entry of `subgraphs`, with its nodes and links as they are given.
pub fn subgraph_to_json(subgraph: &Subgraph, mut nodes: Vec<Json>, mut links: Vec<Json>) -> Json {
    let mut entry = Map::new();
    entry.insert("subgraphId".to_owned(), subgraph.key.as_str().into());
    entry.insert("title".to_owned(), subgraph.title.as_str().into());
    let inputs = subgraph.inputs.iter().map(input_to_json).collect();
    entry.insert("input".to_owned(), inputs);
    let outputs = subgraph.outputs.iter().map(
        |output| serde_json::json!({"var": output.name.as_str(), "type": output.ty.notation()}),
    );
    entry.insert("output".to_owned(), outputs.collect());
    for (key, value) in &subgraph.kept.fields {
        match (key.as_str(), value) {
            ("nodes", Value::List(unsound)) => nodes.extend(unsound.iter().map(to_json)),
            ("connections", Value::List(unsound)) => links.extend(unsound.iter().map(to_json)),
            _ => {
                entry.insert(key.to_string(), to_json(value));
            }
        }
    }
    entry.insert("nodes".to_owned(), nodes.into());
    entry.insert("connections".to_owned(), links.into());
    entry.into()
}

/// Entries inside of subgraphs that could not be taken in stay with their subgraph, as its `nodes` and `connections`.
pub fn keep_unsound(graph: &mut Graph, mut take: impl FnMut(SubgraphId) -> [Vec<Value>; 2]) {
    let all: Vec<Arc<Subgraph>> = graph.subgraphs().cloned().collect();
    for subgraph in all {
        let [nodes, links] = take(subgraph.id);
        if nodes.is_empty() && links.is_empty() {
            continue;
        }
        let mut changed = Subgraph::clone(&subgraph);
        keep(&mut changed, [("nodes", nodes), ("connections", links)]);
        graph
            .apply(Edit::SetSubgraph(Box::new(changed)))
            .expect("the subgraph is there and keeps its id");
    }
}
