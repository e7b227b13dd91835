//! Machine: a key that lies in userdata alone, and tags that are made with it (HMAC-SHA256, RFC 2104). By them Loom knows
//! what it wrote itself in folders that others write to as well. A key that is lost costs questions and nothing else.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::document::file::TEMPORARY;

/// 32 random bytes, for this user's eyes alone.
const FILE: &str = "machine.key";

/// The key of one userdata folder.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

/// What only a holder of the key can make of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// The key of a userdata folder, made where there is none. Where it can be neither read nor kept it is one for this
    /// once: what is tagged with it is asked about the next time.
    pub fn of(userdata: &Path) -> Self {
        let kept = find(userdata).map_or_else(|| make(userdata), Ok);
        kept.unwrap_or_else(|error| {
            let folder = userdata.display();
            tracing::warn!("the key of this computer cannot be kept: {error}: {folder}");
            Self::new().expect("the system gives random numbers")
        })
    }

    /// One that nobody else has.
    pub fn new() -> io::Result<Self> {
        random().map(Self)
    }

    /// The tag of a content. What is made for one purpose is no tag for another.
    pub fn tag(&self, purpose: &str, content: &[u8]) -> Tag {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may be of any length");
        let mac = mac.chain_update(purpose).chain_update([0]);
        Tag(mac.chain_update(content).finalize().into_bytes().into())
    }
}

impl Tag {
    /// Letters of its text.
    pub const LENGTH: usize = 64;

    pub fn read(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text.len() != Self::LENGTH || !digits {
            return None;
        }
        let mut tag = [0; 32];
        for (place, byte) in tag.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
        }
        Some(Self(tag))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// A text that nothing else has in it.
pub fn nonce() -> io::Result<String> {
    Ok(format!("{:032x}", u128::from_le_bytes(random()?)))
}

fn random<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn find(userdata: &Path) -> Option<Key> {
    let bytes = fs::read(userdata.join(FILE)).ok()?;
    bytes.try_into().map(Key).ok()
}

/// Whoever is first makes it, whole; one that was spoilt is replaced. What counts is what lies there then.
fn make(userdata: &Path) -> io::Result<Key> {
    fs::create_dir_all(userdata)?;
    let path = userdata.join(FILE);
    // Such a file is made so that nobody else can read it.
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY.0)
        .suffix(TEMPORARY.1)
        .tempfile_in(userdata)?;
    file.write_all(&Key::new()?.0)?;
    file.as_file().sync_all()?;
    let was_there = path.exists();
    if let Some(key) = find(userdata) {
        return Ok(key);
    }
    if was_there {
        file.persist(&path).map_err(|error| error.error)?;
    } else if let Err(error) = file.persist_noclobber(&path)
        && error.error.kind() != io::ErrorKind::AlreadyExists
    {
        // A disk that cannot do both at once.
        error.file.persist(&path).map_err(|error| error.error)?;
    }
    find(userdata).ok_or_else(|| io::Error::other("it is not there when it was made"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_whoever_is_first_and_is_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let userdata = folder.path().join("new");
        let keys: Vec<Key> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| Key::of(&userdata))).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == Key::of(&userdata)));
        assert_ne!(keys[0], Key::of(folder.path()));
        let names = || fs::read_dir(&userdata).unwrap().count();
        assert_eq!(names(), 1, "nothing is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let meta = fs::metadata(userdata.join(FILE)).unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o600);
        }
        // One that was spoilt is replaced once.
        fs::write(userdata.join(FILE), "torn").unwrap();
        let key = Key::of(&userdata);
        assert_ne!(key, keys[0]);
        assert_eq!(key, Key::of(&userdata));
        assert_eq!(names(), 1);
        // Where none can be kept there is one all the same.
        let file = userdata.join(FILE);
        assert_ne!(Key::of(&file), Key::of(&file));
    }

    /// As Python makes it; a key may be filled up with zeros, as RFC 2104 has it.
    #[test]
    fn a_tag_is_the_one_of_the_standard_and_of_one_purpose() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let key = Key(key);
        // Python: hmac.new(b"Jefe", b"what do ya want \0for nothing?", "sha256")
        let tag = key.tag("what do ya want ", b"for nothing?");
        assert_eq!(
            tag.to_string(),
            "ffe25383ff65e17b031aae1ed14b029719169dfa3038c1fed547997cb5204b27"
        );
        assert_eq!(Tag::read(&tag.to_string()), Some(tag));
        assert_ne!(tag, key.tag("what do ya", b" want for nothing?"));
        assert_ne!(tag, Key([1; 32]).tag("what do ya want ", b"for nothing?"));
        for wrong in [
            "",
            "ba78",
            &"g".repeat(64),
            &"é".repeat(32),
            &"+1".repeat(32),
        ] {
            assert_eq!(Tag::read(wrong), None, "{wrong}");
        }
    }
}
