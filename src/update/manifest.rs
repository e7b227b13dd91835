//! Manifest: what the makers of Loom sign about a release: which version it is, of which files it is made, and until when
//! that may be believed. Reads it; trusts nothing by itself.

use std::time::SystemTime;

use jiff::Timestamp;
use semver::Version;
use serde::Deserialize;

use super::UpdateError;

/// Name of the manifest among the files of a release; its signature has `.minisig` behind it.
pub const FILE: &str = "loom-update.json";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub app: String,
    pub channel: String,
    pub version: Version,
    /// No version at or below this one may be put in the place of anything any more.
    pub min_allowed: Option<Version>,
    /// Goes up with every manifest that is signed.
    pub seq: u64,
    pub published: SystemTime,
    pub expires: SystemTime,
    pub notes_sha256: String,
    pub assets: Vec<Asset>,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Asset {
    pub name: String,
    /// System, processor and kind of installation, such as `windows-x86_64-installer`.
    pub target: String,
    pub size: u64,
    pub sha256: String,
}

/// All fields are required, each once.
#[derive(Deserialize)]
struct Wire {
    app: String,
    channel: String,
    version: String,
    #[serde(default)]
    min_allowed: Option<String>,
    seq: u64,
    published: String,
    expires: String,
    notes_sha256: String,
    assets: Vec<Asset>,
}

impl Manifest {
    /// Read what was signed.
    pub fn parse(bytes: &[u8]) -> Result<Self, UpdateError> {
        let wrong = |why: String| UpdateError::Manifest(why);
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        let version = |text: &str| {
            let read = Version::parse(text);
            read.map_err(|error| wrong(format!("its version {text:?} is none: {error}")))
        };
        let time = |text: &str| {
            let read = text.parse::<Timestamp>();
            read.and_then(SystemTime::try_from)
                .map_err(|_| wrong(format!("its time {text:?} is none")))
        };
        if !is_digest(&wire.notes_sha256) {
            return Err(wrong("the digest of its notes is none".to_owned()));
        }
        for asset in &wire.assets {
            asset.check()?;
        }
        Ok(Self {
            version: version(&wire.version)?,
            min_allowed: wire.min_allowed.as_deref().map(version).transpose()?,
            published: time(&wire.published)?,
            expires: time(&wire.expires)?,
            app: wire.app,
            channel: wire.channel,
            seq: wire.seq,
            notes_sha256: wire.notes_sha256,
            assets: wire.assets,
        })
    }
}

impl Asset {
    fn check(&self) -> Result<(), UpdateError> {
        let wrong = |why: &str| Err(UpdateError::Manifest(why.to_owned()));
        if !is_plain(&self.name) || self.name.starts_with('.') || is_device(&self.name) {
            return wrong("the name of one of its files is none that Loom takes");
        }
        if !is_digest(&self.sha256) {
            return wrong("the digest of one of its files is none");
        }
        if self.size == 0 || self.size > MOST_BYTES {
            return wrong("one of its files is empty or far too large");
        }
        Ok(())
    }
}

/// A program of more than this is none of ours.
const MOST_BYTES: u64 = 2 << 30;

/// A name that means the same everywhere and leads nowhere.
pub(super) fn is_plain(name: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(is_good) && !name.ends_with('.')
}

/// What Windows takes for a device, whatever stands behind the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.to_ascii_uppercase();
    let numbered = |of: &str| {
        stem.strip_prefix(of)
            .is_some_and(|rest| rest.len() == 1 && rest != "0")
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_or_are_devices_are_none() {
        for (name, is_good) in [
            ("Loom_Setup_1.2.0.exe", true),
            ("loom-x86_64.AppImage", true),
            ("COMMON.exe", true),
            ("", false),
            ("..", false),
            (".hidden", false),
            ("../a.exe", false),
            ("a/b.exe", false),
            ("a\\b.exe", false),
            ("C:a.exe", false),
            ("a.exe:stream", false),
            ("a b.exe", false),
            ("a%TEMP%.exe", false),
            ("a\".exe", false),
            ("a\u{202e}exe.txt", false),
            ("nul", false),
            ("CON.exe", false),
            ("com1.tar.gz", false),
            ("a.exe.", false),
        ] {
            let asset = Asset {
                name: name.to_owned(),
                target: String::new(),
                size: 1,
                sha256: "0".repeat(64),
            };
            assert_eq!(asset.check().is_ok(), is_good, "{name:?}");
        }
    }
}
