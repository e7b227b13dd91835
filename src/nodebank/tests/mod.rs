//! Tests of the reading of sources: each case is a source and what its nodes look like in one line of text.

mod docstring;
mod index;
mod legacy;
mod plain;
mod python;
mod refusals;
mod sources;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::parse::{Source, kinds};
use super::sidecar::Sidecar;
use crate::graph::{
    Bank, Call, InputSpec, KindState, Name, NodeKind, ResultShape, Value, ValueType, Widget,
};

/// The kinds of a source that lies as `example.py` in the built-in bank.
fn read(text: &str) -> Vec<NodeKind> {
    read_as(Bank::Builtin, "example.py", None, text)
}

fn read_as(bank: Bank, file: &str, sidecar: Option<&Sidecar>, text: &str) -> Vec<NodeKind> {
    let family = Name::from("Family");
    let file: Arc<Path> = Path::new(file).into();
    let source = Source {
        bank,
        family: &family,
        file: &file,
        sidecar,
    };
    kinds(text, &source).unwrap_or_else(|(message, line)| vec![source.broken(message, line)])
}

fn check(text: &str, expected: &str) {
    let found: Vec<String> = read(text).iter().map(describe).collect();
    assert_eq!(found.join("\n"), expected, "\n{text}");
}

/// One line for a kind: `name(inputs) -> outputs`, and what is not as usual.
fn describe(kind: &NodeKind) -> String {
    if let KindState::Broken { message, line } = &kind.state {
        return format!("{} broken in line {line}: {message}", kind.function);
    }
    let inputs: Vec<String> = kind.inputs.iter().map(describe_input).collect();
    let outputs: Vec<String> = kind
        .outputs
        .iter()
        .map(|output| format!("{}: {}", output.name, describe_type(&output.ty)))
        .collect();
    let mut text = format!("{}({})", kind.function, inputs.join(", "));
    if kind.call == Call::Positional {
        text.push_str(" by position");
    }
    let arrow = match kind.result {
        ResultShape::Single => "->",
        ResultShape::Tuple => "-> tuple",
        ResultShape::Dict => "-> dict",
        ResultShape::Spread => "-> spread",
    };
    let outputs = outputs.join(", ");
    write!(text, " {arrow} {outputs}").unwrap();
    for (is_so, word) in [(kind.is_async, "async"), (!kind.cache, "uncached")] {
        if is_so {
            write!(text, " [{word}]").unwrap();
        }
    }
    text.trim_end().to_owned()
}

fn describe_input(input: &InputSpec) -> String {
    let mut text = input.name.to_string();
    if input.ty != ValueType::Any {
        write!(text, ": {}", describe_type(&input.ty)).unwrap();
    }
    if input.widget != Widget::of_type(&input.ty) {
        write!(text, " {}", describe_widget(&input.widget)).unwrap();
    }
    match &input.default {
        Some(Value::Text(default)) => write!(text, " = {default:?}").unwrap(),
        Some(default) => write!(text, " = {default}").unwrap(),
        None if input.is_optional => text.push_str(" = …"),
        None => {}
    }
    text
}

fn describe_type(ty: &ValueType) -> String {
    match ty {
        ValueType::List(item) => format!("list[{}]", describe_type(item)),
        ValueType::Optional(inner) => format!("{}?", describe_type(inner)),
        ValueType::Union(members) => {
            let members: Vec<String> = members.iter().map(describe_type).collect();
            members.join("|")
        }
        ValueType::Custom(name) => format!("class {name}"),
        plain => plain.wire_name().to_owned(),
    }
}

fn describe_widget(widget: &Widget) -> String {
    let number = |number: &Option<f64>| number.map_or(String::new(), |number| number.to_string());
    match widget {
        Widget::Number {
            min,
            max,
            step,
            slider,
        } => {
            let name = if *slider { "slider" } else { "range" };
            let step = step.map_or(String::new(), |step| format!(" by {step}"));
            format!("<{name} {}..{}{step}>", number(min), number(max))
        }
        Widget::Text { multiline: true } => "<lines>".to_owned(),
        Widget::Text { multiline: false } => "<text>".to_owned(),
        Widget::Choice(choices) => {
            let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
            format!("<{}>", choices.join("/"))
        }
        Widget::OpenFile { pattern } => format!("<open {pattern}>"),
        Widget::SaveFile { pattern } => format!("<save {pattern}>"),
        other => format!("<{other:?}>").to_lowercase(),
    }
}
