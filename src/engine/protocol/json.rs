//! How the model's types read and write as JSON: the model itself knows nothing of serde. And `Tagged`, which reads
//! an event without building a tree of it first.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::value::{CowStrDeserializer, MapAccessDeserializer, MapDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess,
    VariantAccess, Visitor,
};
use serde::ser::{SerializeMap as _, SerializeSeq as _, Serializer};
use serde::{Deserialize as _, Serialize};

use super::EngineEvent;
use crate::graph::{NodeId, Value};

/// A value of the model as JSON.
pub struct AsJson<'a>(pub &'a Value);

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&AsJson(item))?;
                }
                list.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key.as_str(), &AsJson(value))?;
                }
                map.end()
            }
        }
    }
}

/// The model's value of a JSON one.
pub fn value(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::None,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => number.as_i64().map_or_else(
            || Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            Value::Int,
        ),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.into_iter().map(value).collect()),
        Json::Object(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, item)| (key.into(), value(item)))
                .collect(),
        ),
    }
}

/// A type of the model and the one that is sent for it; used as `#[serde(with = "json::wire")]`.
pub trait Wire: Sized {
    type Json: Serialize + DeserializeOwned;
    fn to_json(&self) -> Self::Json;
    fn from_json(json: Self::Json) -> Self;
}

impl Wire for NodeId {
    type Json = u32;
    fn to_json(&self) -> u32 {
        self.0
    }
    fn from_json(json: u32) -> Self {
        Self(json)
    }
}

/// A node and a text about it.
impl Wire for (NodeId, Arc<str>) {
    type Json = (u32, String);
    fn to_json(&self) -> (u32, String) {
        (self.0.0, self.1.to_string())
    }
    fn from_json((node, text): (u32, String)) -> Self {
        (NodeId(node), text.into())
    }
}

impl<T: Wire> Wire for Option<T> {
    type Json = Option<T::Json>;
    fn to_json(&self) -> Self::Json {
        self.as_ref().map(T::to_json)
    }
    fn from_json(json: Self::Json) -> Self {
        json.map(T::from_json)
    }
}

impl<T: Wire> Wire for Vec<T> {
    type Json = Vec<T::Json>;
    fn to_json(&self) -> Self::Json {
        self.iter().map(T::to_json).collect()
    }
    fn from_json(json: Self::Json) -> Self {
        json.into_iter().map(T::from_json).collect()
    }
}

pub mod wire {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Wire;

    pub fn serialize<T: Wire, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.to_json().serialize(serializer)
    }

    pub fn deserialize<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::Json::deserialize(deserializer).map(T::from_json)
    }
}

/// `Arc<T>` as a `T`; `T` may be a slice.
pub mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize + ?Sized, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        T::serialize(value, serializer)
    }

    pub fn deserialize<'de, T: ?Sized, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error>
    where
        Box<T>: Deserialize<'de>,
    {
        Box::<T>::deserialize(deserializer).map(Arc::from)
    }
}

/// `Vec<Arc<T>>` as a list of `T`, without a copy of any.
pub mod shared_list {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(
        list: &[Arc<T>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|item| &**item))
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Arc<T>>, D::Error> {
        let list = Vec::<T>::deserialize(deserializer)?;
        Ok(list.into_iter().map(Arc::new).collect())
    }
}

/// Outputs by node, whose ids are text here as all keys of JSON are.
pub mod outputs_by_node {
    use std::collections::BTreeMap;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::super::{Outputs, ValueSummary};
    use crate::graph::NodeId;

    pub fn serialize<S: Serializer>(
        outputs: &BTreeMap<NodeId, Outputs>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(outputs.iter().map(|(id, outputs)| (id.0, &**outputs)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<NodeId, Outputs>, D::Error> {
        let outputs = BTreeMap::<u32, Vec<Option<ValueSummary>>>::deserialize(deserializer)?;
        Ok(outputs
            .into_iter()
            .map(|(id, outputs)| (NodeId(id), outputs.into()))
            .collect())
    }
}

/// A number, or 0 for the null that stands for what JSON has no number for.
pub fn number_or_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::<f64>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads `{"type": "x", …}` as variant `x` of an event. Serde's own way of doing so keeps the whole object in memory
/// before it looks at it, which costs more than all the rest of a run of small nodes; here the type must come first,
/// and where it does not the event is read the slow way.
pub struct Tagged;

impl<'de> Visitor<'de> for Tagged {
    type Value = EngineEvent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a type")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EngineEvent, A::Error> {
        let Some(first) = map.next_key::<Cow<'de, str>>()? else {
            return Err(de::Error::missing_field("type"));
        };
        if first == "type" {
            let tag = map.next_value()?;
            return EngineEvent::deserialize(Variant { tag, fields: map });
        }
        let mut object = serde_json::Map::new();
        object.insert(first.into_owned(), map.next_value()?);
        while let Some((key, value)) = map.next_entry()? {
            object.insert(key, value);
        }
        let Some(serde_json::Value::String(tag)) = object.remove("type") else {
            return Err(de::Error::missing_field("type"));
        };
        let fields = MapDeserializer::new(object.into_iter());
        EngineEvent::deserialize(Variant::<MapDeserializer<_, serde_json::Error>> {
            tag: tag.into(),
            fields,
        })
        .map_err(de::Error::custom)
    }
}

/// What is left of the object after its type, in the shape in which serde wants an enum.
struct Variant<'de, A> {
    tag: Cow<'de, str>,
    fields: A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Variant<'de, A> {
    type Error = A::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Variant<'de, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), A::Error> {
        let variant = seed.deserialize(CowStrDeserializer::<A::Error>::new(self.tag.clone()))?;
        Ok((variant, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Variant<'de, A> {
    type Error = A::Error;

    fn unit_variant(mut self) -> Result<(), A::Error> {
        while self
            .fields
            .next_entry::<IgnoredAny, IgnoredAny>()?
            .is_some()
        {}
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        seed.deserialize(MapAccessDeserializer::new(self.fields))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.fields)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.fields)
    }
}
