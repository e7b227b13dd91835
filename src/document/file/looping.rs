//! `loop` of a node: how it is called more than once.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::graph::{Looping, Name};

/// The key of a node that holds it.
pub const LOOP: &str = "loop";

/// `None` for what does not read so, which stays among the unknown keys.
pub fn from_json(entry: &Json) -> Option<Arc<Looping>> {
    let entry = entry.as_object()?;
    let mut looping = Looping::default();
    for (key, value) in entry {
        match key.as_str() {
            "each" => {
                let names = value.as_array()?.iter();
                looping.mapped = names.map(name).collect::<Option<_>>()?;
            }
            "cross" => looping.is_cross = value.as_bool()?,
            "carry" => {
                let pairs = value.as_object()?.iter();
                let pair = |(to, from): (&String, &Json)| Some((to.as_str().into(), name(from)?));
                looping.carried = pairs.map(pair).collect::<Option<_>>()?;
            }
            "until" => looping.until = Some(name(value)?),
            "limit" => looping.limit = Some(u32::try_from(value.as_u64()?).ok()?),
            "keepFailed" => looping.keeps_failed = value.as_bool()?,
            _ => return None,
        }
    }
    looping.is_some().then(|| Arc::new(looping))
}

pub fn to_json(looping: &Looping) -> Json {
    let mut entry = Map::new();
    let mut put = |key: &str, value: Json| entry.insert(key.to_owned(), value);
    if !looping.mapped.is_empty() {
        put("each", looping.mapped.iter().map(text).collect());
    }
    if looping.is_cross {
        put("cross", true.into());
    }
    if !looping.carried.is_empty() {
        let pairs = looping.carried.iter();
        let pairs: Map<_, _> = pairs
            .map(|(to, from)| (to.to_string(), text(from)))
            .collect();
        put("carry", pairs.into());
    }
    if let Some(until) = &looping.until {
        put("until", text(until));
    }
    if let Some(limit) = looping.limit {
        put("limit", limit.into());
    }
    if looping.keeps_failed {
        put("keepFailed", true.into());
    }
    entry.into()
}

fn name(value: &Json) -> Option<Name> {
    value.as_str().map(Name::from)
}

fn text(name: &Name) -> Json {
    name.as_str().into()
}
