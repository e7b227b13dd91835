//! VALUE of `--set` -> what an input of a type holds. Pure.

use serde_json::Value as Json;

use crate::graph::{InputSpec, Name, Value, ValueType, Widget};
use crate::secrets;

/// Read a text as a value of `input`. The error says what was expected.
pub fn parse(text: &str, input: &InputSpec) -> Result<Value, String> {
    let value = of_type(text, &input.ty)?;
    match &input.widget {
        Widget::Choice(choices) if !choices.contains(&value) => {
            let choices: Vec<_> = choices.iter().map(Value::to_string).collect();
            Err(format!("it must be one of: {}", choices.join(", ")))
        }
        Widget::Number { min, max, .. } => within(&value, *min, *max).map(|()| value),
        _ => Ok(value),
    }
}

fn within(value: &Value, min: Option<f64>, max: Option<f64>) -> Result<(), String> {
    let Some(number) = value.as_f64() else {
        return Ok(());
    };
    match (min, max) {
        (Some(min), Some(max)) if number < min || number > max => {
            Err(format!("it must be from {min} to {max}"))
        }
        (Some(min), _) if number < min => Err(format!("it must be {min} or more")),
        (_, Some(max)) if number > max => Err(format!("it must be {max} or less")),
        _ => Ok(()),
    }
}

fn of_type(text: &str, ty: &ValueType) -> Result<Value, String> {
    use ValueType as T;
    let trimmed = text.trim();
    let expected = |what: &str| Err(format!("\"{text}\" is not {what}"));
    match ty {
        T::Any => Ok(Value::from_untyped_text(text)),
        T::None => match trimmed {
            "" | "None" | "none" => Ok(Value::None),
            _ => expected("nothing, which is written as None"),
        },
        T::Optional(inner) => match trimmed {
            "None" | "none" => Ok(Value::None),
            "" if **inner != T::Text => Ok(Value::None),
            _ => of_type(text, inner),
        },
        T::Union(members) => {
            // Every text is a text, so that comes last.
            let (texts, others): (Vec<_>, Vec<_>) = members.iter().partition(|ty| **ty == T::Text);
            let all = others.into_iter().chain(texts);
            let mut errors = Vec::new();
            for member in all {
                match of_type(text, member) {
                    Ok(value) => return Ok(value),
                    Err(error) => errors.push(error),
                }
            }
            Err(errors.join(", and "))
        }
        T::Int => match trimmed.parse() {
            Ok(int) => Ok(Value::Int(int)),
            Err(_) => expected("a whole number, such as 42"),
        },
        T::Float => match trimmed.parse() {
            Ok(float) if f64::is_finite(float) => Ok(Value::Float(float)),
            _ => expected("a number, such as 2.5"),
        },
        T::Bool => match trimmed.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "off" | "0" => Ok(Value::Bool(false)),
            _ => expected("true or false"),
        },
        T::Text | T::Path | T::Bytes => Ok(Value::text(text)),
        T::Colour if is_colour(trimmed) => Ok(Value::text(trimmed)),
        T::Colour => expected("a colour, such as #3060c0"),
        T::Date if is_date(trimmed) => Ok(Value::text(trimmed)),
        T::Date => expected("a date, such as 2026-01-31 or 2026-01-31T12:30"),
        T::Secret if secrets::name_problem(trimmed).is_none() => Ok(Value::secret(trimmed)),
        T::Secret => Err(
            "it takes the name of a secret, and never the secret itself, which others could read in the call: \
             --secret says what it is"
                .to_owned(),
        ),
        T::List(_) => match json(text) {
            Ok(value @ Value::List(_)) => Ok(value),
            _ => expected("a list in JSON, such as [1, 2]"),
        },
        T::Dict => match json(text) {
            Ok(value @ Value::Map(_)) => Ok(value),
            _ => expected("a dictionary in JSON, such as {\"a\": 1}"),
        },
        T::Table | T::Array | T::Image | T::Figure | T::Custom(_) => Err(format!(
            "a value of type {ty} comes by a link and cannot be written: set an input of the node that makes it"
        )),
    }
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).map(from_json)
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => number.as_i64().map_or_else(
            || Value::Float(number.as_f64().unwrap_or_default()),
            Value::Int,
        ),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (Name::from(key), from_json(value)))
                .collect(),
        ),
    }
}

/// A value as JSON, for `nodes --json`.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => (&**text).into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.to_string(), to_json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// `#rrggbb` or `#rrggbbaa`.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// `2026-01-31`, with or without `T12:30` or `T12:30:00`. Whether the month has that day is Python's to say.
fn is_date(text: &str) -> bool {
    let (date, time) = text
        .split_once(['T', ' '])
        .map_or((text, None), |(date, time)| (date, Some(time)));
    let reads = |text: &str, sign: char, ranges: &[(usize, std::ops::RangeInclusive<u32>)]| {
        let parts: Vec<_> = text.split(sign).collect();
        parts.len() == ranges.len()
            && parts.iter().zip(ranges).all(|(part, (length, range))| {
                part.len() == *length && part.parse().is_ok_and(|number| range.contains(&number))
            })
    };
    reads(date, '-', &[(4, 1..=9999), (2, 1..=12), (2, 1..=31)])
        && time.is_none_or(|time| {
            reads(time, ':', &[(2, 0..=23), (2, 0..=59)])
                || reads(time, ':', &[(2, 0..=23), (2, 0..=59), (2, 0..=59)])
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueType as T;

    #[test]
    fn texts_read_as_the_type_says() {
        let list = || T::List(Box::new(T::Any));
        let optional = |ty| T::Optional(Box::new(ty));
        for (ty, text, expected) in [
            (T::Int, " 42", Ok(Value::Int(42))),
            (T::Int, "-3", Ok(Value::Int(-3))),
            (T::Int, "2.0", Err("whole number")),
            (T::Float, "2", Ok(Value::Float(2.0))),
            (T::Float, "inf", Err("a number")),
            (T::Float, "", Err("a number")),
            (T::Bool, "Yes", Ok(Value::Bool(true))),
            (T::Bool, "0", Ok(Value::Bool(false))),
            (T::Bool, "maybe", Err("true or false")),
            (T::Text, " 3 ", Ok(Value::text(" 3 "))),
            (T::Path, "data/a.csv", Ok(Value::text("data/a.csv"))),
            (T::Any, "3", Ok(Value::Int(3))),
            (T::Any, "3 eggs", Ok(Value::text("3 eggs"))),
            (T::Colour, "#00fF00", Ok(Value::text("#00fF00"))),
            (T::Colour, "green", Err("a colour")),
            (T::Date, "2026-01-31", Ok(Value::text("2026-01-31"))),
            (
                T::Date,
                "2026-01-31T23:59",
                Ok(Value::text("2026-01-31T23:59")),
            ),
            (T::Date, "31.1.2026", Err("a date")),
            (T::Date, "2026-13-01", Err("a date")),
            (
                list(),
                "[1, \"a\"]",
                Ok(Value::List(vec![Value::Int(1), Value::text("a")])),
            ),
            (list(), "1, 2", Err("a list in JSON")),
            (
                T::Dict,
                "{\"a\": null}",
                Ok(Value::Map(vec![("a".into(), Value::None)])),
            ),
            (T::Dict, "[]", Err("a dictionary")),
            (optional(T::Int), "None", Ok(Value::None)),
            (optional(T::Int), "", Ok(Value::None)),
            (optional(T::Text), "", Ok(Value::text(""))),
            (optional(T::Int), "7", Ok(Value::Int(7))),
            (T::Union(vec![T::Text, T::Int]), "7", Ok(Value::Int(7))),
            (
                T::Union(vec![T::Text, T::Int]),
                "seven",
                Ok(Value::text("seven")),
            ),
            (T::Union(vec![T::Int, T::Bool]), "x", Err("true or false")),
            (T::Table, "x", Err("comes by a link")),
        ] {
            let found = parse(text, &InputSpec::new("port", ty.clone()));
            match (found, expected) {
                (Err(error), Err(part)) => assert!(error.contains(part), "{ty} {text}: {error}"),
                (found, expected) => {
                    assert_eq!(found, expected.map_err(str::to_owned), "{ty} {text}");
                }
            }
        }
    }

    #[test]
    fn what_a_widget_does_not_offer_is_refused() {
        let mut input = InputSpec::new("port", T::Int);
        input.widget = Widget::Number {
            min: Some(1.0),
            max: Some(9.0),
            step: None,
            slider: true,
        };
        assert_eq!(parse("9", &input), Ok(Value::Int(9)));
        assert_eq!(
            parse("10", &input),
            Err("it must be from 1 to 9".to_owned())
        );
        input.widget = Widget::Choice(vec![Value::Int(3), Value::Int(5)]);
        assert_eq!(parse("5", &input), Ok(Value::Int(5)));
        assert_eq!(
            parse("4", &input),
            Err("it must be one of: 3, 5".to_owned())
        );
    }
}
