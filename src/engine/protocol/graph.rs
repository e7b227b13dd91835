//! The graph as it is sent: kinds, nodes, and what nodes are to loops.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{self, Deserializer};
use serde::ser::{SerializeMap as _, SerializeTuple as _, Serializer};
use serde::{Deserialize, Serialize};

use super::json;
use crate::graph::{Name, NodeId, Value};

/// A function, as the engine needs to know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanKind {
    pub kind: u32,
    pub title: String,
    /// Absolute; empty when there is none, and then its nodes are blocked.
    pub file: String,
    pub function: String,
    /// Each input's name and its type in notation: `int`, `list[text]?`.
    pub inputs: Vec<(String, String)>,
    pub outputs: Vec<String>,
    /// `named` or `positional`.
    pub call: String,
    /// `single`, `tuple`, `dict` or `spread`.
    pub result: String,
    pub cache: bool,
    pub is_async: bool,
    /// Called in a process of its own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub heavy: bool,
    /// The input that chooses which of the others is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chooses: Option<String>,
}

/// A node, as the engine needs to know it: `[id, kind, {input: value}, {input: [node, output]}]`, and `{"in": loop,
/// "loop": {…}}` for a part of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanNode {
    pub id: NodeId,
    pub kind: u32,
    pub values: Vec<(Name, Value)>,
    /// Input, source node, index of its output.
    pub links: Vec<(Name, NodeId, u32)>,
    /// What makes it be called more than once, and what it is to a loop.
    pub repeats: Repeats,
    /// Why it cannot run, if so. Goes over the wire with each run, not with the node.
    pub blocked: Option<Arc<str>>,
}

/// What a node is to loops.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// The loop over a subgraph that calls it.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<u32>,
    #[serde(rename = "loop", default, skip_serializing_if = "Option::is_none")]
    pub looping: Option<PlanLoop>,
}

/// How a node is called more than once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanLoop {
    /// Of a loop over a subgraph: the node that gives its inputs to what is inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u32>,
    /// Inputs that take a list item by item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub cross: bool,
    /// Inputs that take what an output, by its index, gave in the call before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carry: BTreeMap<String, usize>,
    /// Index of the output that ends the loop when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_failed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

impl Serialize for PlanNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct ValueMap<'a>(&'a [(Name, Value)]);
        impl Serialize for ValueMap<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (name, value) in self.0 {
                    map.serialize_entry(name.as_str(), &json::AsJson(value))?;
                }
                map.end()
            }
        }
        struct LinkMap<'a>(&'a [(Name, NodeId, u32)]);
        impl Serialize for LinkMap<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (name, node, output) in self.0 {
                    map.serialize_entry(name.as_str(), &(node.0, output))?;
                }
                map.end()
            }
        }
        let repeats = (self.repeats != Repeats::default()).then_some(&self.repeats);
        let mut tuple = serializer.serialize_tuple(4 + usize::from(repeats.is_some()))?;
        tuple.serialize_element(&self.id.0)?;
        tuple.serialize_element(&self.kind)?;
        tuple.serialize_element(&ValueMap(&self.values))?;
        tuple.serialize_element(&LinkMap(&self.links))?;
        if let Some(repeats) = repeats {
            tuple.serialize_element(repeats)?;
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for PlanNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Map = serde_json::Map<String, serde_json::Value>;
        let parts = Vec::<serde_json::Value>::deserialize(deserializer)?;
        let mut parts = parts.into_iter();
        let mut next = || {
            parts
                .next()
                .ok_or_else(|| de::Error::custom("a part is missing"))
        };
        let id: u32 = serde_json::from_value(next()?).map_err(de::Error::custom)?;
        let kind: u32 = serde_json::from_value(next()?).map_err(de::Error::custom)?;
        let values: Map = serde_json::from_value(next()?).map_err(de::Error::custom)?;
        let links: Map = serde_json::from_value(next()?).map_err(de::Error::custom)?;
        let repeats = parts.next().map(serde_json::from_value).transpose();
        let repeats = repeats.map_err(de::Error::custom)?.unwrap_or_default();
        let links = links
            .into_iter()
            .map(|(name, ends)| {
                let (node, output) = serde_json::from_value(ends).map_err(de::Error::custom)?;
                Ok((name.into(), NodeId(node), output))
            })
            .collect::<Result<_, D::Error>>()?;
        Ok(Self {
            id: NodeId(id),
            kind,
            values: values
                .into_iter()
                .map(|(name, value)| (name.into(), json::value(value)))
                .collect(),
            links,
            repeats,
            blocked: None,
        })
    }
}
