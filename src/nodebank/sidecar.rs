//! Sidecar: the `<name>.json` beside a function of the first Loom, which names its title and ports. Reads bytes that
//! it is given; opens no file.

use serde_json::Value as Json;

use crate::graph::Name;

/// What the file says; a file about something else says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sidecar {
    pub title: Option<Name>,
    /// Name of the function; that of the file when it is not given.
    pub function: Option<String>,
    /// Each once; `None`: not all are named.
    pub inputs: Option<Vec<Name>>,
    pub outputs: Option<Vec<Name>>,
}

impl Sidecar {
    /// `Ok(None)` for a JSON file that describes no node. An error says why it is no JSON.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let json: Json = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Some(dynamic) = json.get("dynamic").filter(|dynamic| dynamic.is_object()) else {
            return Ok(None);
        };
        let text = |key: &str| {
            let text = json.get(key)?.as_str()?.trim();
            (!text.is_empty()).then_some(text)
        };
        Ok(Some(Self {
            title: text("name").map(Name::from),
            function: text("entryFunction").map(str::to_owned),
            inputs: dynamic.get("inputs").and_then(names),
            outputs: dynamic.get("outputs").and_then(names),
        }))
    }
}

fn names(list: &Json) -> Option<Vec<Name>> {
    let names = list.as_array()?.iter();
    let names = names.map(|name| name.as_str().map(Name::from));
    names.collect::<Option<Vec<_>>>().map(unique)
}

/// A name that stands twice gets a number: links find ports by name.
pub fn unique(names: Vec<Name>) -> Vec<Name> {
    let mut unique: Vec<Name> = Vec::with_capacity(names.len());
    for name in names {
        let mut free = name.clone();
        let mut number = 2;
        while unique.contains(&free) {
            free = format!("{name}_{number}").into();
            number += 1;
        }
        unique.push(free);
    }
    unique
}
