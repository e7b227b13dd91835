//! One entry of `nodes` -> Node, and which kind it means in a catalog.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::looping;
use super::notes::Notes;
use super::read::from_json;
use crate::graph::{
    Bank, Catalog, InputSpec, Kept, KindState, Mode, Name, Node, NodeId, NodeKind, OutputSpec,
    Pos2, Rgb, Style, SubgraphId, SubgraphKinds, Value, ValueType, Vec2, pos2, subgraph, vec2,
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

/// What entries of `nodes` are read with.
pub struct NodeReader<'a> {
    pub catalog: &'a Catalog,
    pub is_first_form: bool,
    /// Nodes of one kind share it, also when it had to be made for the node.
    pub made_kinds: Vec<Arc<NodeKind>>,
    /// What there is to say of the nodes that were read.
    pub notes: Notes,
    /// The ids that subgraphs have in the file, and their kinds.
    pub subgraphs: HashMap<SubgraphId, (Name, SubgraphKinds)>,
}

impl NodeReader<'_> {
    /// The node, and whether the file says where it lies: one that it puts nowhere lies at the origin.
    pub fn node(
        &mut self,
        entry: &Json,
        id: NodeId,
        parent: Option<SubgraphId>,
    ) -> Result<(Node, bool), String> {
        let Json::Object(entry) = entry else {
            return Err("it is not an object".to_owned());
        };
        let text = |key: &str| {
            entry
                .get(key)
                .and_then(Json::as_str)
                .filter(|text| !text.is_empty())
        };
        let is_first_form = self.is_first_form;
        let key = text("nodeId").ok_or("it has no \"nodeId\"")?;
        let name = text("name")
            .or(text("entryFunction"))
            .ok_or(format!("node \"{key}\" has no \"name\""))?;
        let function = text("entryFunction").unwrap_or(name);
        for note in wrong_types(entry, key) {
            self.notes.push(|| note);
        }

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
        let ports = (input_names, output_names);
        let kind = self.kind(bank, (name, function), parent, ports);

        let coordinate = |axis: &str| {
            entry
                .get("position")?
                .get(axis)?
                .as_f64()
                .map(|at| at as f32)
        };
        let is_inside = |at: &f32| at.abs() < LARGEST_COORDINATE;
        let place = coordinate("x").zip(coordinate("y"));
        let place = place.filter(|(x, y)| is_inside(x) && is_inside(y));
        let pos = place.map_or(Pos2::ZERO, |(x, y)| pos2(x, y));
        let typed = |(name, value): (Name, Value)| {
            let value = match (&value, kind.input(&name)) {
                (Value::Text(text), Some(input)) if is_first_form && !kind.is_legacy() => {
                    typed_text(text, &input.ty)
                }
                _ => value,
            };
            (name, value)
        };
        let style = style(entry);
        let looping = entry.get(looping::LOOP).and_then(looping::from_json);
        if looping.is_none() && entry.get(looping::LOOP).is_some_and(|it| !it.is_null()) {
            let note =
                || format!("node {key}: \"loop\" is not understood: the node is called once");
            self.notes.push(note);
        }
        let mut fields: Vec<(Name, Value)> = entry
            .iter()
            .filter(|(key, value)| {
                let is_looping = *key == looping::LOOP && looping.is_some();
                !(NODE_KEYS.contains(&key.as_str()) || is_style(key, value, &style) || is_looping)
            })
            .map(|(key, value)| (key.as_str().into(), from_json(value)))
            .collect();
        if name != &*kind.function {
            fields.push(("name".into(), Value::text(name)));
        }
        let node = Node {
            id,
            key: key.into(),
            parent,
            style,
            looping,
            title: text("title").map(Name::from),
            pos,
            values: values.into_iter().map(typed).collect(),
            kept: Arc::new(Kept {
                fields,
                inputs: kept_inputs,
            }),
            kind,
        };
        Ok((node, place.is_some()))
    }

    /// The kind that a node means: the graph's own, or a function of the catalog.
    fn kind(
        &mut self,
        bank: Option<Bank>,
        (name, function): (&str, &str),
        parent: Option<SubgraphId>,
        (inputs, outputs): (Vec<Name>, Vec<Name>),
    ) -> Arc<NodeKind> {
        if bank == Some(Bank::Graph) && !self.is_first_form {
            let kinds = |id: SubgraphId| self.subgraphs.get(&id);
            let around = parent.and_then(kinds).map(|(_, kinds)| kinds);
            let is_it = |(key, _): &&(Name, SubgraphKinds)| *key == *function;
            let own = subgraph::kind_by_name(function, around)
                .or_else(|| Some(self.subgraphs.values().find(is_it)?.1.node.clone()));
            return own.unwrap_or_else(|| {
                Arc::new(NodeKind::missing(Bank::Graph, function, inputs, outputs))
            });
        }
        // The first Loom's "builtin" was its own bank, which lies beside the userdata folder.
        let preferred = if self.is_first_form { None } else { bank };
        let mut kind = resolve(preferred, name, function, inputs, outputs, self.catalog);
        if kind.state == KindState::Missing
            && let Some(bank) = bank.filter(|bank| *bank != kind.bank)
        {
            Arc::make_mut(&mut kind).bank = bank;
        }
        match self.made_kinds.iter().find(|made| **made == kind) {
            Some(made) => kind = made.clone(),
            None if Arc::strong_count(&kind) == 1 => self.made_kinds.push(kind.clone()),
            None => {}
        }
        kind
    }
}

/// How a node is drawn and whether it runs; what does not read so stays among the unknown keys.
pub fn style(entry: &Map<String, Json>) -> Style {
    let text = |key: &str| entry.get(key).and_then(Json::as_str);
    let side = |key: &str| {
        entry
            .get("size")?
            .get(key)?
            .as_f64()
            .map(|side| side as f32)
    };
    Style {
        mode: match text("mode") {
            Some("muted") => Mode::Muted,
            Some("bypassed") => Mode::Bypassed,
            _ => Mode::On,
        },
        is_collapsed: entry.get("collapsed") == Some(&Json::Bool(true)),
        colour: text("colour").and_then(colour),
        size: side("width")
            .zip(side("height"))
            .map(|(width, height)| vec2(width, height))
            .filter(|size| is_size(*size)),
    }
}

/// Was this key read into the style? Loom writes it itself then.
fn is_style(key: &str, value: &Json, style: &Style) -> bool {
    match key {
        "mode" => style.mode != Mode::On,
        "collapsed" => value.is_boolean(),
        "colour" => style.colour.is_some(),
        "size" => style.size.is_some(),
        _ => false,
    }
}

fn is_size(size: Vec2) -> bool {
    (1.0..LARGEST_COORDINATE).contains(&size.x) && (1.0..LARGEST_COORDINATE).contains(&size.y)
}

/// `#rrggbb`.
fn colour(text: &str) -> Option<Rgb> {
    let hex = text
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// Keys of a node that are there and not what they should be: they count as absent.
fn wrong_types(entry: &Map<String, Json>, key: &str) -> impl Iterator<Item = String> {
    type Is = fn(&Json) -> bool;
    let table: [(&str, &str, Is); 7] = [
        ("title", "a text", Json::is_string),
        ("input", "a list", Json::is_array),
        ("output", "a list", Json::is_array),
        ("ref", "a text", Json::is_string),
        ("mode", "a text", Json::is_string),
        ("collapsed", "true or false", Json::is_boolean),
        ("size", "an object", Json::is_object),
    ];
    let odd = move |(name, wanted, is_right): (&str, &str, Is)| {
        let value = entry.get(name).filter(|value| !value.is_null())?;
        (!is_right(value))
            .then(|| format!("node {key}: \"{name}\" is not {wanted} and counts for nothing"))
    };
    table.into_iter().filter_map(odd)
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
        if bank == Some(Bank::Builtin) && *function == *subgraph::NOTE {
            // It was a function once, which did nothing.
            return subgraph::note_kind();
        }
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
