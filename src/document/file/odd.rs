//! Odd: what a JSON text says and what is read of it cannot hold: keys that stand twice in an object, whole numbers that
//! are too large, `NaN` and `Infinity`. It is read all the same, and told. Knows nothing of what is in a savefile.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value as Json};

use super::extent::{Unread, check_extent};

/// So many keys are named.
const NAMED: usize = 3;
/// Whole numbers with fewer digits fit.
const DIGITS_THAT_FIT: usize = 18;

/// Read what a JSON text says; and in words, what of it is not held as it stands there.
pub fn read_telling(bytes: &[u8]) -> Result<(Json, Vec<String>), Unread> {
    let odd = Odd::default();
    let mut words = Vec::new();
    let json = read(bytes, &odd).or_else(|unread| {
        let Unread::Syntax(_) = unread else {
            return Err(unread);
        };
        // Other programs write them, Python's `json` among them: they become nothing.
        let (clean, count) = without_odd_numbers(bytes);
        odd.clear();
        let json = read(&clean, &odd).map_err(|_| unread)?;
        words.push(format!(
            "{} NaN or infinite, which JSON cannot hold: nothing stands there now",
            counted(count, "value is", "values are")
        ));
        Ok(json)
    })?;
    let doubled = odd.doubled.into_inner();
    if !doubled.is_empty() {
        let named: Vec<_> = doubled
            .iter()
            .take(NAMED)
            .map(|key| format!("\"{key}\""))
            .collect();
        let and_more = match doubled.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        words.push(format!(
            "{}{and_more} stand twice in one object: what is said last counts, and the rest is not read",
            named.join(", ")
        ));
    }
    let rounded = if odd.has_large.get() {
        too_large(bytes)
    } else {
        0
    };
    if rounded > 0 {
        words.push(format!(
            "{} larger than Loom can hold ({} at most), and rounded",
            counted(rounded, "whole number is", "whole numbers are"),
            i64::MAX
        ));
    }
    Ok((json, words))
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn read(bytes: &[u8], odd: &Odd) -> Result<Json, Unread> {
    check_extent(bytes)?;
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let json = Noting(odd).deserialize(&mut from)?;
    from.end()?;
    Ok(json)
}

/// What was met.
#[derive(Default)]
struct Odd {
    doubled: RefCell<BTreeSet<String>>,
    /// There are numbers that may be whole and too large.
    has_large: Cell<bool>,
}

impl Odd {
    fn clear(&self) {
        self.doubled.borrow_mut().clear();
        self.has_large.set(false);
    }
}

/// Reads as `serde_json` reads a value, and notes what is odd.
#[derive(Clone, Copy)]
struct Noting<'o>(&'o Odd);

impl<'de> DeserializeSeed<'de> for Noting<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Noting<'_> {
    type Value = Json;

    fn expecting(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        if i64::try_from(value).is_err() {
            self.0.has_large.set(true);
        }
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        if value.abs() >= i64::MAX as f64 {
            self.0.has_large.set(true);
        }
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            match map.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(mut entry) => {
                    if *entry.get() != value {
                        self.0.doubled.borrow_mut().insert(entry.key().clone());
                    }
                    entry.insert(value);
                }
            }
        }
        Ok(Json::Object(map))
    }
}

/// The parts of a JSON text that are no texts.
fn outside_texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_text, mut is_escaped) = (true, false);
    let parts = bytes.split(move |byte| {
        let is_quote = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_quote
    });
    parts.filter(move |_| {
        is_text = !is_text;
        !is_text
    })
}

/// How many whole numbers do not fit.
fn too_large(bytes: &[u8]) -> usize {
    let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    let numbers = outside_texts(bytes).flat_map(|part| part.split(move |byte| !is_of_number(byte)));
    let long = numbers.filter(|number| number.len() > DIGITS_THAT_FIT);
    let is_whole = |number: &&[u8]| number.iter().all(|it| it.is_ascii_digit() || *it == b'-');
    let whole = long
        .filter(is_whole)
        .filter_map(|number| std::str::from_utf8(number).ok());
    whole
        .filter(|number| number.parse::<i64>().is_err())
        .count()
}

/// The text without `NaN` and `Infinity`, and how many there were.
fn without_odd_numbers(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut clean = Vec::with_capacity(bytes.len());
    let mut count = 0;
    let (mut is_text, mut rest) = (false, bytes);
    while let Some((first, after)) = rest.split_first() {
        if is_text && *first == b'\\' {
            // Whatever is escaped ends no text.
            let (pair, after) = rest.split_at(rest.len().min(2));
            clean.extend_from_slice(pair);
            rest = after;
            continue;
        }
        is_text ^= *first == b'"';
        let odd = ["NaN", "Infinity", "-Infinity"]
            .into_iter()
            .find(|word| !is_text && rest.starts_with(word.as_bytes()));
        if let Some(word) = odd {
            clean.extend_from_slice(b"null");
            count += 1;
            rest = &rest[word.len()..];
        } else {
            clean.push(*first);
            rest = after;
        }
    }
    (clean, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let (json, words) = read_telling(text.as_bytes()).unwrap();
        if let Ok(read) = serde_json::from_str::<Json>(text) {
            assert_eq!(json, read, "as it is read without telling");
        }
        words
    }

    #[test]
    fn what_is_not_held_as_it_stands_is_told() {
        let one = |text: &str| {
            let words = told(text);
            assert_eq!(words.len(), 1, "{text}: {words:?}");
            words[0].clone()
        };
        for large in [
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "123456789012345678901234567890",
        ] {
            assert!(one(&format!("[1, {large}]")).starts_with("1 whole number is larger"));
            assert!(one(&format!("{{\"a\":{large}}}")).starts_with("1 whole number"));
        }
        assert!(
            one(r#"{"a": 1, "b": {"x": 1, "x": 2}, "a": 3}"#).starts_with("\"a\", \"x\" stand")
        );
        assert!(one("[NaN, -Infinity]").starts_with("2 values are"));
        let all = told(r#"{"a": NaN, "a": 99999999999999999999}"#);
        assert_eq!(all.len(), 3, "{all:?}");
    }

    #[test]
    fn what_is_held_is_not_told() {
        for text in [
            "9223372036854775807",
            "-9223372036854775808",
            "1e20",
            "1.5e300",
            "[100000000000000000000.0]",
            r#"{"a": "99999999999999999999", "9\"9": "NaN \\", "b\\": 1}"#,
            r#"[{"a": 1}, {"a": 2}, 1e20, "\\\"99999999999999999999"]"#,
            r#"{"a": 1, "a": 1}"#,
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
