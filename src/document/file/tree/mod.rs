//! A savefile as a tree: what stands in its lists goes by what it is (a node by its id, a link by the input that it
//! leads to) and not by its place, so that two versions can be compared and merged. Pure.

mod compare;
mod merge;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

pub use compare::{Change, Detail, Difference, Subject, compare};
pub use merge::{Conflict, Merged, Side, merge};
pub use words::{in_few_words, in_words};

use super::{FileError, parse, to_text};
use crate::graph::{Catalog, title_from_function};

type Object = Map<String, Json>;

/// One version of a savefile.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    top: Object,
    /// The file and how that is told, where a newer Loom made it: then it is only looked at.
    newer: Option<(PathBuf, String)>,
    /// What of the file is not held as it stands there, in words.
    pub altered: Vec<String>,
}

impl Tree {
    /// Read a savefile's text, of whatever form. `path` is for messages alone.
    pub fn read(bytes: &[u8], path: &Path) -> Result<Self, FileError> {
        let loaded = parse(bytes, path, &Catalog::default())?;
        let newer = loaded.document.meta.newer.clone();
        Ok(Self {
            newer: newer.map(|newer| (path.to_owned(), newer)),
            altered: loaded.altered,
            ..Self::of_text(&to_text(&loaded.document, None))
        })
    }

    fn of(top: Object) -> Self {
        let (newer, altered) = Default::default();
        Self {
            top,
            newer,
            altered,
        }
    }

    /// Of a text that Loom wrote.
    fn of_text(text: &str) -> Self {
        let mut top = match serde_json::from_str(text) {
            Ok(Json::Object(top)) => top,
            _ => Object::new(),
        };
        Level::File.walk(&mut top, by_identity);
        Self::of(top)
    }

    /// Fails where what is made of it would not have all that its file has.
    fn check_known(&self) -> Result<(), FileError> {
        match self.newer.clone() {
            Some((path, newer)) => Err(FileError::Newer { newer, path }),
            None => Ok(()),
        }
    }

    /// The savefile's text again.
    fn to_text(&self) -> String {
        let mut top = self.top.clone();
        Level::File.walk(&mut top, by_place);
        let mut text = serde_json::to_string_pretty(&top).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The file itself and each of its subgraphs: those have nodes and links.
    fn parts(&self) -> impl Iterator<Item = &Object> {
        std::iter::once(&self.top).chain(objects(&self.top, "subgraphs").map(|(_, part)| part))
    }

    /// Ids of all nodes of the file.
    fn node_ids(&self) -> BTreeSet<&str> {
        let nodes = self.parts().flat_map(|part| objects(part, "nodes"));
        nodes.map(|(id, _)| id).collect()
    }
}

/// Where in the tree an object stands: which of its entries are objects that are looked into, and which are whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    File,
    Subgraphs,
    Subgraph,
    Nodes,
    Node,
    /// Inputs of a node, or ports of a subgraph, by name.
    Ports,
    Links,
    /// Entries that are whole.
    Fields,
}

impl Level {
    /// What the entry is; `None`: it is whole.
    fn child(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Self::File | Self::Subgraph, "nodes") => Some(Self::Nodes),
            (Self::File | Self::Subgraph, "connections") => Some(Self::Links),
            (Self::File, "subgraphs") => Some(Self::Subgraphs),
            (Self::File, "metadata") | (Self::Ports, _) => Some(Self::Fields),
            (Self::Subgraphs, _) => Some(Self::Subgraph),
            (Self::Subgraph, "input" | "output") | (Self::Node, "input") => Some(Self::Ports),
            (Self::Nodes, _) => Some(Self::Node),
            _ => None,
        }
    }

    /// What its entries go by, where the file has a list of them.
    fn identity(self, entry: &Json) -> Option<String> {
        let text = |key: &str| entry.get(key).and_then(Json::as_str);
        let id = match self {
            Self::Nodes => text("nodeId").map(str::to_owned),
            Self::Subgraphs => text("subgraphId").map(str::to_owned),
            Self::Ports => text("var").map(str::to_owned),
            Self::Links => text("targetNodeId")
                .zip(text("targetPort"))
                .map(|(node, port)| link_key(node, port)),
            _ => return None,
        };
        // What is not sound goes by all that it says.
        Some(id.unwrap_or_else(|| format!("?{entry}")))
    }

    fn walk(self, object: &mut Object, change: fn(Self, Json) -> Json) {
        for (key, entry) in object.iter_mut() {
            if let Some(level) = self.child(key) {
                *entry = change(level, entry.take());
            }
        }
    }
}

fn link_key(node: &str, port: &str) -> String {
    format!("{node}\u{1f}{port}")
}

/// Lists become objects.
fn by_identity(level: Level, entry: Json) -> Json {
    let mut object = match entry {
        Json::Array(entries) => {
            let mut object = Object::new();
            for entry in entries {
                let mut key = level.identity(&entry).unwrap_or_default();
                // The second of one id is not sound.
                if object.contains_key(&key) {
                    key = format!("?{key}{entry}");
                }
                object.insert(key, entry);
            }
            object
        }
        Json::Object(object) => object,
        whole => return whole,
    };
    level.walk(&mut object, by_identity);
    Json::Object(object)
}

/// And lists again.
fn by_place(level: Level, entry: Json) -> Json {
    let Json::Object(mut object) = entry else {
        return entry;
    };
    level.walk(&mut object, by_place);
    match level {
        Level::Nodes | Level::Links | Level::Subgraphs | Level::Ports => {
            object.into_iter().map(|(_, entry)| entry).collect()
        }
        _ => Json::Object(object),
    }
}

/// The objects of a list of `part`, by their identities.
fn objects<'a>(part: &'a Object, list: &str) -> impl Iterator<Item = (&'a str, &'a Object)> {
    let entries = part.get(list).and_then(Json::as_object);
    let objects = entries.into_iter().flatten();
    objects.filter_map(|(key, entry)| Some((key.as_str(), entry.as_object()?)))
}

/// What people call a node: its title, else that of its function.
fn title_of(node: &Object) -> String {
    let text = |key: &str| node.get(key).and_then(Json::as_str);
    let of_function = || text("entryFunction").map(title_from_function);
    text("title")
        .map(str::to_owned)
        .or_else(of_function)
        .or_else(|| text("nodeId").map(str::to_owned))
        .unwrap_or_else(|| "a node".to_owned())
}

#[cfg(test)]
mod tests;
