//! Lines of a journal: `NUMBER CHECKSUM TAG JSON`. The checksum tells what is torn or damaged, the tag who wrote it: it is
//! made of this line and all before it, so that none can be added, left out, exchanged or taken from another journal, and
//! the last one answers for all. Lines of earlier forms have no tag. Touches no disk.

use sha2::{Digest as _, Sha256};

use crate::project::machine::{Key, Tag};

/// How a project stood when its journal was written here. What somebody edits, but does not trust, is as foreign as the
/// project: no tag of it may stand for something that may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Restricted,
    Trusted,
}

impl Standing {
    /// What the tags are made for.
    fn purpose(self) -> &'static str {
        match self {
            Self::Restricted => "journal of a restricted project",
            Self::Trusted => "journal",
        }
    }
}

/// What the lines of a journal come to: a digest of them all, which needs no key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain([u8; 32]);

impl Chain {
    fn add(&mut self, number: u64, json: &str) {
        let digest = Sha256::new().chain_update(self.0);
        let digest = digest.chain_update(number.to_le_bytes());
        self.0 = digest.chain_update(json).finalize().into();
    }

    fn tag(&self, key: &Key, standing: Standing) -> Tag {
        key.tag(standing.purpose(), &self.0)
    }
}

/// The text of the line that follows those of the chain; without a standing it has no tag.
pub fn line(
    number: u64,
    json: &str,
    chain: &mut Chain,
    (key, standing): (&Key, Option<Standing>),
) -> String {
    chain.add(number, json);
    let tag = standing.map(|standing| format!("{} ", chain.tag(key, standing)));
    let tag = tag.unwrap_or_default();
    let sum = checksum(&[&number.to_string(), " ", &tag, json]);
    format!("{number} {sum:08x} {tag}{json}\n")
}

fn checksum(parts: &[&str]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
    }
    hasher.finalize()
}

/// The whole lines of a journal, up to the first that is torn or not the next.
pub struct Lines<'a> {
    bytes: &'a [u8],
    /// Bytes of the lines so far.
    pub length: usize,
    /// Number of the next line.
    pub next: Option<u64>,
    pub chain: Chain,
    /// Of the last line.
    tag: Option<Tag>,
}

impl<'a> Lines<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            length: 0,
            next: None,
            chain: Chain::default(),
            tag: None,
        }
    }

    /// How the project stood when the last line was written, if that was with this key, and all before it is as it was.
    pub fn standing(&self, key: &Key) -> Option<Standing> {
        // Whoever could measure how long this takes can read the key as well.
        let is_it = |standing: &Standing| self.tag == Some(self.chain.tag(key, *standing));
        let mut standings = [Standing::Trusted, Standing::Restricted].into_iter();
        standings.find(is_it)
    }
}

impl<'a> Iterator for Lines<'a> {
    /// The JSON of a whole line.
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.bytes.get(self.length..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let text = std::str::from_utf8(rest.get(..=end)?).ok()?;
        let (number, rest) = text.trim_end_matches('\n').split_once(' ')?;
        let (sum, rest) = rest.split_once(' ')?;
        if u32::from_str_radix(sum, 16) != Ok(checksum(&[number, " ", rest])) {
            return None;
        }
        let number: u64 = number.parse().ok()?;
        if self.next.is_some_and(|next| number != next) {
            return None;
        }
        self.next = number.checked_add(1);
        self.length += text.len();
        // No JSON that is written here begins like a tag.
        let tagged = rest.split_once(' ');
        let tagged = tagged.and_then(|(tag, json)| Some((Tag::read(tag)?, json)));
        let (tag, json) = match tagged {
            Some((tag, json)) => (Some(tag), json),
            None => (None, rest),
        };
        self.tag = tag;
        self.chain.add(number, json);
        Some(json)
    }
}
