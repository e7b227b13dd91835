//! Verify: is it signed, is it meant for this program, is it newer, and is the file the one that was described? The order
//! is that of `docs/updates.md`; the first doubt ends it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use minisign_verify::{PublicKey, Signature};
use sha2::{Digest as _, Sha256};

use super::manifest::{Asset, Manifest};
use super::remembered::Remembered;
use super::{APP, Here, UpdateError};

/// What one manifest's number may be above that of the last: nobody can use up all numbers at once.
const MOST_SKIPPED: u64 = 10_000;
/// A clock may be behind by so much.
const CLOCK_DRIFT: Duration = Duration::from_hours(24);

/// The manifest that these bytes are, after their signature was found to be one of the keys'.
pub fn manifest(
    bytes: &[u8],
    signature: &[u8],
    keys: &[PublicKey],
) -> Result<Manifest, UpdateError> {
    let signature = read_signature(signature)?;
    let mut is_by_key = false;
    for key in keys {
        is_by_key |= match key.verify(bytes, &signature, false) {
            Ok(()) => return Manifest::parse(bytes),
            Err(minisign_verify::Error::UnexpectedKeyId) => false,
            Err(_) => true,
        };
    }
    Err(refused(is_by_key))
}

/// What a manifest that can be believed says of what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged<'a> {
    /// It is the newest.
    Newest,
    /// There is a newer one: this file, where there is one for this kind of installation.
    Newer(Option<&'a Asset>),
}

/// Is the manifest for this program, to be believed now, and of a newer version?
pub fn judge<'a>(
    manifest: &'a Manifest,
    here: &Here,
    channels: &[&str],
    remembered: &Remembered,
    now: SystemTime,
) -> Result<Judged<'a>, UpdateError> {
    let wrong = |why: String| Err(UpdateError::Manifest(why));
    if manifest.app != APP {
        return wrong(format!("it is of another program, {:?}", manifest.app));
    }
    if !channels.contains(&manifest.channel.as_str()) {
        return wrong(format!("it is of another channel, {:?}", manifest.channel));
    }
    if manifest.channel == "stable" && !manifest.version.pre.is_empty() {
        return wrong(format!("{} is no finished version", manifest.version));
    }
    let published = manifest.published.max(remembered.published());
    if now + CLOCK_DRIFT < published {
        return Err(UpdateError::Clock(day(published)));
    }
    if manifest.expires <= now {
        return Err(UpdateError::Expired(day(manifest.expires)));
    }
    let highest = remembered.highest_seq(&manifest.channel);
    if manifest.seq < highest {
        return wrong(format!(
            "it is an older one, number {} after number {highest}",
            manifest.seq
        ));
    }
    if manifest.seq > highest.saturating_add(MOST_SKIPPED) {
        return wrong(format!("its number {} is too far ahead", manifest.seq));
    }
    // What stands behind a `+` orders nothing.
    let version = &manifest.version;
    if version.cmp_precedence(&here.version).is_le() {
        return Ok(Judged::Newest);
    }
    let withdrawn = [manifest.min_allowed.as_ref(), remembered.min_allowed()];
    if withdrawn
        .iter()
        .flatten()
        .any(|least| version.cmp_precedence(least).is_le())
    {
        return wrong(format!("version {version} was withdrawn"));
    }
    let Some(target) = here.how.target() else {
        return Ok(Judged::Newer(None));
    };
    let mut assets = manifest
        .assets
        .iter()
        .filter(|asset| asset.target == target);
    match (assets.next(), assets.next()) {
        (Some(asset), None) => Ok(Judged::Newer(Some(asset))),
        (None, _) => wrong(format!("version {version} has no file for {target}")),
        (Some(_), Some(_)) => wrong(format!("version {version} has several files for {target}")),
    }
}

/// Is this open file the one that the manifest describes, and is it signed as that? Read from its beginning, through this
/// handle and no other.
pub fn file(
    file: &mut File,
    signature: &[u8],
    asset: &Asset,
    manifest: &Manifest,
    keys: &[PublicKey],
) -> Result<(), UpdateError> {
    let signature = read_signature(signature)?;
    let mut verifiers = Vec::new();
    for key in keys {
        match key.verify_stream(&signature) {
            Ok(verifier) => verifiers.push(verifier),
            Err(minisign_verify::Error::UnsupportedLegacyMode) => return Err(refused(true)),
            Err(_) => {}
        }
    }
    let mut digest = Sha256::new();
    let mut size = 0;
    read_all(file, |bytes| {
        digest.update(bytes);
        size += bytes.len() as u64;
        for verifier in &mut verifiers {
            verifier.update(bytes);
        }
        Ok(())
    })?;
    check_digest(asset, size, digest)?;
    let has_key = !verifiers.is_empty();
    if !verifiers
        .iter_mut()
        .any(|verifier| verifier.finalize().is_ok())
    {
        return Err(refused(has_key));
    }
    check_comment(signature.trusted_comment(), asset, manifest)
}

/// Is this what the manifest says of the file?
pub fn check_digest(asset: &Asset, size: u64, digest: Sha256) -> Result<(), UpdateError> {
    if size != asset.size {
        return Err(UpdateError::File(format!(
            "it has {size} bytes and not {}",
            asset.size
        )));
    }
    if hex(digest) != asset.sha256 {
        return Err(UpdateError::File("its digest is another".to_owned()));
    }
    Ok(())
}

/// All bytes of an open file, from its beginning.
pub fn read_all(
    file: &mut File,
    mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), UpdateError> {
    let mut go = || {
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(()),
                read => take(&buffer[..read])?,
            }
        }
    };
    go().map_err(|error: std::io::Error| UpdateError::Disk(error.to_string()))
}

pub fn hex(digest: Sha256) -> String {
    use std::fmt::Write as _;
    digest
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").ok();
            text
        })
}

/// The day of a time, for people.
pub fn day(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .map_or_else(|_| "?".to_owned(), |time| time.strftime("%F").to_string())
}

/// A signature says of which file it is: a good one of another file, or of another version's, is none.
fn check_comment(comment: &str, asset: &Asset, manifest: &Manifest) -> Result<(), UpdateError> {
    let (version, size) = (manifest.version.to_string(), asset.size.to_string());
    let expected = [
        ("app", manifest.app.as_str()),
        ("asset", asset.name.as_str()),
        ("target", asset.target.as_str()),
        ("version", version.as_str()),
        ("size", size.as_str()),
    ];
    let fields: Vec<_> = comment
        .split('\t')
        .map(|field| field.split_once(':').unwrap_or((field, "")))
        .collect();
    let is_whole = fields.len() == expected.len();
    if is_whole && expected.iter().all(|field| fields.contains(field)) {
        return Ok(());
    }
    Err(UpdateError::Signature("the signature is of another file"))
}

fn read_signature(bytes: &[u8]) -> Result<Signature, UpdateError> {
    let text = std::str::from_utf8(bytes).ok();
    text.and_then(|text| Signature::decode(text).ok())
        .ok_or(UpdateError::Signature("its signature cannot be read"))
}

fn refused(is_by_key: bool) -> UpdateError {
    UpdateError::Signature(if is_by_key {
        "its signature does not fit"
    } else {
        "its signature is by a key that this version does not know"
    })
}
