//! Extent: JSON is read within bounds, so that a file of a few bytes an entry cannot fill the memory; and a text is
//! looked at as it will be read, without making anything of it. Knows nothing of what is in a savefile.

use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::FileError;

/// Values of one text, those inside others included: each takes some hundred bytes once it is read. More than Loom can
/// write into a file that is not too large.
const MOST_VALUES: u64 = 10_000_000;

/// Why a text is not read.
#[derive(Debug)]
pub enum Unread {
    Syntax(serde_json::Error),
    TooMany,
}

impl From<serde_json::Error> for Unread {
    fn from(error: serde_json::Error) -> Self {
        Self::Syntax(error)
    }
}

impl Unread {
    /// What to say of the savefile at `path`.
    pub fn of_file(&self, path: &Path) -> FileError {
        let path = path.to_owned();
        match self {
            Self::Syntax(error) => FileError::Syntax {
                reason: error
                    .to_string()
                    .split(" at line ")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                line: error.line(),
                column: error.column(),
                path,
            },
            Self::TooMany => FileError::TooMuch {
                much: "more than ten million values",
                path,
            },
        }
    }
}

/// Read what a JSON text says.
pub fn read_json(bytes: &[u8]) -> Result<Json, Unread> {
    check_extent(bytes)?;
    Ok(serde_json::from_slice(bytes)?)
}

/// Has it so many values as may be read?
pub fn check_extent(bytes: &[u8]) -> Result<(), Unread> {
    // A value takes two bytes at least, with what parts it from the next.
    if bytes.len() as u64 / 2 >= MOST_VALUES {
        look(bytes)?;
    }
    Ok(())
}

/// Would `read_json` read it? Refuses the same levels, numbers and texts, and makes nothing of them.
pub fn look(bytes: &[u8]) -> Result<(), Unread> {
    let Values(count) = serde_json::from_slice(bytes)?;
    if count > MOST_VALUES {
        return Err(Unread::TooMany);
    }
    Ok(())
}

/// How many values a text has.
struct Values(u64);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // As JSON itself is read. `IgnoredAny` would be read by another way, which knows no limits.
        from.deserialize_any(Count)
    }
}

struct Count;

impl<'de> Visitor<'de> for Count {
    type Value = Values;

    fn expecting(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_str<E>(self, _: &str) -> Result<Values, E> {
        Ok(Values(1))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Values, A::Error> {
        let mut count = 1;
        while let Some(Values(inside)) = items.next_element()? {
            count += inside;
        }
        Ok(Values(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Values, A::Error> {
        let mut count = 1;
        while let Some((Values(_), Values(inside))) = entries.next_entry()? {
            count += inside;
        }
        Ok(Values(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        "[".repeat(levels) + &"]".repeat(levels)
    }

    #[test]
    fn a_look_refuses_what_reading_refuses() {
        let texts = [
            "{\"a\": [1, -2, 2.5e3, true, null, \"\\u00e4\"], \"a\": {}}".to_owned(),
            nested(127),
            nested(128),
            format!("{{\"a\": {}}}", nested(127)),
            "1e999".to_owned(),
            "\"\\ud800\"".to_owned(),
            "[1, ]".to_owned(),
            "[] []".to_owned(),
            String::new(),
        ];
        for text in texts {
            let is_read = serde_json::from_str::<Json>(&text).is_ok();
            let is_looked_at = look(text.as_bytes()).is_ok();
            assert_eq!(is_looked_at, is_read, "{text}");
        }
    }

    #[test]
    fn more_values_than_fit_are_refused_before_they_are_read() {
        let list = |values: u64| format!("[0{}]", ",0".repeat(values as usize - 2));
        look(list(MOST_VALUES).as_bytes()).unwrap();
        let more = list(MOST_VALUES + 1);
        let read = read_json(more.as_bytes());
        assert!(matches!(read, Err(Unread::TooMany)), "{:?}", read.err());
    }
}
