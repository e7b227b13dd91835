//! Texts of values: how one stands in a text field, and how what was typed is read. Pure.

use crate::graph::{Value, ValueType};

/// How a value stands in a text field of an input of type `ty`.
pub(super) fn show(ty: &ValueType, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::None) => String::new(),
        // A text that would be read as something else is told from it by quotes.
        Some(Value::Text(text)) if *ty.base() == ValueType::Any => {
            if read_any(text) == Value::Text(text.clone()) {
                text.to_string()
            } else {
                format!("\"{text}\"")
            }
        }
        Some(value) => value.to_string(),
    }
}

/// The value that was typed into a text field.
pub(super) fn read(ty: &ValueType, typed: &str) -> Value {
    match ty {
        ValueType::Any => read_any(typed),
        _ => Value::text(typed),
    }
}

/// Where no type is known: numbers, true and false are read as such unless they stand in quotes.
fn read_any(typed: &str) -> Value {
    let quoted = typed
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(text) => Value::text(text),
        None => Value::from_untyped_text(typed),
    }
}

/// A date as `YYYY-MM-DD`, with or without a time of day; `None` when there is no such day.
pub(super) fn read_date(typed: &str) -> Option<Value> {
    let typed = typed.trim();
    let (date, time) = match typed.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (typed, None),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let is_day = year > 0 && (1..=days).contains(&day);
    let is_time = time.is_none_or(|time| {
        numbers(time, ':', [2, 2])
            .map(|[hour, minute]| [hour, minute, 0])
            .or_else(|| numbers(time, ':', [2, 2, 2]))
            .is_some_and(|[hour, minute, second]| hour < 24 && minute < 60 && second < 60)
    });
    (is_day && is_time).then(|| Value::text(typed))
}

/// Numbers of given lengths between separators.
fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next()?;
        let is_number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untyped_values_come_back_from_their_text() {
        for value in [
            Value::Int(3),
            Value::Float(2.5),
            Value::Bool(true),
            Value::text("abc"),
            Value::text("3"),
            Value::text("True"),
            Value::text("\"3\""),
            Value::text("\"quoted\""),
            Value::text("\""),
            Value::text(""),
        ] {
            let shown = show(&ValueType::Any, Some(&value));
            assert_eq!(read(&ValueType::Any, &shown), value, "{shown}");
        }
        assert_eq!(show(&ValueType::Any, Some(&Value::text("3"))), "\"3\"");
        assert_eq!(show(&ValueType::Text, Some(&Value::text("3"))), "3");
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        for (typed, is_date) in [
            ("2024-02-29", true),
            (" 2024-12-31 ", true),
            ("2024-01-01T23:59", true),
            ("2024-01-01 23:59:59", true),
            ("2023-02-29", false),
            ("1900-02-29", false),
            ("2024-13-01", false),
            ("2024-1-1", false),
            ("2024-01-01T24:00", false),
            ("2024-01-01-01", false),
            ("tomorrow", false),
            ("", false),
        ] {
            assert_eq!(read_date(typed).is_some(), is_date, "{typed:?}");
        }
    }
}
