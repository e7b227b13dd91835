//! Literals: an expression that is plain data, as a `Value`. Anything that Python would have to compute is none.

use ruff_python_ast::{Expr, Number, UnaryOp};

use super::names::Names;
use crate::graph::{Name, Value};

/// Deeper lists are not typed by hand, and reading them would need a stack as deep.
const DEEPEST: usize = 40;

/// The value of a literal: numbers, texts, bytes that are UTF-8, true, false, None, and lists, tuples, sets and
/// dicts (with texts as keys) of them. `None` for everything else, and for numbers that JSON cannot hold.
pub fn literal(expr: &Expr) -> Option<Value> {
    within(expr, DEEPEST)
}

/// The same for a default, where `Path("…")` and dates count as well: they are values with a text of their own.
pub fn default_value(expr: &Expr, names: &Names) -> Option<Value> {
    let Expr::Call(call) = expr else {
        return literal(expr);
    };
    if !call.arguments.keywords.is_empty() {
        return None;
    }
    let path = names.path(&call.func)?;
    let arguments = &call.arguments.args;
    match path.as_str() {
        "pathlib.Path" | "pathlib.PurePath" => match &**arguments {
            [] => Some(Value::text("")),
            [one] => one
                .as_string_literal_expr()
                .map(|text| Value::text(text.value.to_str())),
            _ => None,
        },
        "datetime.date" | "datetime.datetime" => {
            let parts = arguments
                .iter()
                .map(|part| match literal(part)? {
                    Value::Int(part) => u32::try_from(part).ok(),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()?;
            date(&parts, path == "datetime.datetime").map(Value::text)
        }
        _ => None,
    }
}

fn date(parts: &[u32], has_time: bool) -> Option<String> {
    let [year, month, day, time @ ..] = parts else {
        return None;
    };
    let text = format!("{year:04}-{month:02}-{day:02}");
    match (has_time, time) {
        (false, []) => Some(text),
        (true, []) => Some(text + "T00:00"),
        (true, [hour]) => Some(format!("{text}T{hour:02}:00")),
        (true, [hour, minute]) => Some(format!("{text}T{hour:02}:{minute:02}")),
        (true, [hour, minute, second]) => Some(format!("{text}T{hour:02}:{minute:02}:{second:02}")),
        _ => None,
    }
}

fn within(expr: &Expr, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let list = |items: &[Expr]| {
        let items = items.iter().map(|item| within(item, depth));
        items.collect::<Option<Vec<_>>>().map(Value::List)
    };
    match expr {
        Expr::NoneLiteral(_) => Some(Value::None),
        Expr::BooleanLiteral(boolean) => Some(Value::Bool(boolean.value)),
        Expr::StringLiteral(text) => Some(Value::text(text.value.to_str())),
        Expr::BytesLiteral(bytes) => {
            let bytes: Vec<u8> = bytes.value.bytes().collect();
            String::from_utf8(bytes).ok().map(Value::text)
        }
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => int.as_i64().map(Value::Int),
            Number::Float(float) => float.is_finite().then_some(Value::Float(*float)),
            Number::Complex { .. } => None,
        },
        Expr::UnaryOp(unary) => match (unary.op, within(&unary.operand, depth)?) {
            (UnaryOp::USub, Value::Int(int)) => int.checked_neg().map(Value::Int),
            (UnaryOp::USub, Value::Float(float)) => Some(Value::Float(-float)),
            (UnaryOp::UAdd, number @ (Value::Int(_) | Value::Float(_))) => Some(number),
            _ => None,
        },
        Expr::List(items) => list(&items.elts),
        Expr::Tuple(items) => list(&items.elts),
        Expr::Set(items) => list(&items.elts),
        Expr::Dict(dict) => {
            let mut entries: Vec<(Name, Value)> = Vec::with_capacity(dict.items.len());
            for item in &dict.items {
                let key = item.key.as_ref()?.as_string_literal_expr()?.value.to_str();
                let value = within(&item.value, depth)?;
                match entries.iter_mut().find(|(other, _)| *other == *key) {
                    Some(entry) => entry.1 = value,
                    None => entries.push((key.into(), value)),
                }
            }
            Some(Value::Map(entries))
        }
        _ => None,
    }
}
