//! Secrets as JSON: the one place that writes one out.

use std::collections::BTreeMap;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize as _, Serialize as _};

use crate::redact::Secret;

pub mod by_name {
    use super::*;

    pub fn serialize<S: Serializer>(
        secrets: &BTreeMap<String, Secret>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let exposed: BTreeMap<_, _> = secrets
            .iter()
            .map(|(name, secret)| (name, secret.expose()))
            .collect();
        exposed.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Secret>, D::Error> {
        let exposed = BTreeMap::<String, String>::deserialize(deserializer)?;
        let secrets = exposed.into_iter();
        Ok(secrets
            .map(|(name, text)| (name, Secret::new(text)))
            .collect())
    }
}
