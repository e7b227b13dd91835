//! Prints: what tells one text of a file from another where nobody is to be kept from making a second of the same. Touches
//! no disk.

use serde_json::{Value as Json, json};

/// Size in bytes and checksum (CRC-32) of what a file held: is it still the one?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print(u64, u32);

impl Print {
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64, crc32fast::hash(bytes))
    }

    /// `None`: it is none.
    pub fn from_json(json: &Json) -> Option<Self> {
        let length = json.get(0)?.as_u64()?;
        let sum = u32::try_from(json.get(1)?.as_u64()?).ok()?;
        Some(Self(length, sum))
    }

    pub fn to_json(self) -> Json {
        json!([self.0, self.1])
    }
}
