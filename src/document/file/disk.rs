//! The savefile on disk: read whole, written as a temporary file that is flushed and renamed into place.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::extent::{Unread, look};
use super::storage::{Disk, Storage, TEMPORARY};
use super::{
    FORMAT_VERSION, FileError, LARGEST_FILE_BYTES, Loaded, MOST_ENTRIES, entries_of, parse, to_text,
};
use crate::document::{Document, Meta};
use crate::graph::Catalog;

/// Read the savefile at `path`; kinds come from `catalog`.
pub fn load(path: &Path, catalog: &Catalog) -> Result<Loaded, FileError> {
    let io = |source| FileError::Io {
        what: "read the savefile",
        source,
        advice: "check that it is there and that you may read it",
        path: path.to_owned(),
    };
    let meta = fs::metadata(path).map_err(io)?;
    if meta.is_dir() {
        // Windows would say that it may not be read.
        let text = "a folder lies in its place";
        return Err(io(io::Error::new(io::ErrorKind::IsADirectory, text)));
    }
    let bytes = meta.len();
    if bytes > LARGEST_FILE_BYTES {
        return Err(FileError::TooLarge {
            megabytes: bytes >> 20,
            path: path.to_owned(),
        });
    }
    let bytes = Disk.read_patiently(path).map_err(io)?;
    let loaded = parse(&bytes, path, catalog)?;
    let text = String::from_utf8(bytes).expect("JSON that was read is UTF-8");
    Ok(Loaded { text, ..loaded })
}

/// What a save is about to replace.
pub struct Replaced<'a> {
    pub bytes: &'a [u8],
    /// It is of an older form than what is written.
    pub is_older_form: bool,
    /// What takes its place.
    pub by: &'a str,
}

/// Write `document` to the savefile at `path` and return the time that stands in it; `None` when the file holds the
/// same content already, and then nothing is written. A file of the first form that is there is kept beside it, as
/// `savefile.v1.json`, and one that is no savefile as `savefile.corrupt-TIME.json`; so is a folder.
pub fn save(document: &Document, path: &Path) -> Result<Option<String>, FileError> {
    save_over(&Disk, document, path, None, |_| {}).map(|written| written.time)
}

/// Change what the savefile at `path` says beside its graph. That of a newer Loom stays as it is.
pub fn rewrite(
    path: &Path,
    catalog: &Catalog,
    change: impl FnOnce(&mut Meta),
) -> Result<(), FileError> {
    let mut document = load(path, catalog)?.document;
    if document.meta.newer.is_none() {
        change(&mut document.meta);
        save(&document, path)?;
    }
    Ok(())
}

/// What a save came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The time that stands in the file; `None` when it held the same content already.
    pub time: Option<String>,
    /// What the file holds.
    pub text: String,
}

/// The same; `keep` is told of a savefile that is replaced, just before it is. Where the file is to hold `known` and
/// holds another savefile, that one stays and `FileError::Changed` tells so.
pub fn save_over(
    storage: &dyn Storage,
    document: &Document,
    path: &Path,
    known: Option<&str>,
    keep: impl FnOnce(Replaced<'_>),
) -> Result<Written, FileError> {
    let io = |source| FileError::Io {
        what: "save",
        advice: advice(&source),
        source,
        path: path.to_owned(),
    };
    if let Some(newer) = document.meta.newer.clone() {
        return Err(FileError::Newer {
            newer,
            path: path.to_owned(),
        });
    }
    let there = fs::metadata(path);
    if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
        set_aside(path).map_err(io)?;
    } else if there.is_ok_and(|meta| meta.permissions().readonly()) {
        // A rename would put another file in its place all the same, which is not what whoever marked it wants.
        return Err(FileError::Io {
            what: "save",
            source: io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"),
            advice: "take that mark off, or save a copy elsewhere",
            path: path.to_owned(),
        });
    }
    let read = || match storage.read_patiently(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    // What cannot be looked at cannot be kept.
    let before = read().map_err(io)?;
    let unchanged = to_text(document, None);
    if before.as_deref() == Some(unchanged.as_bytes()) {
        return Ok(Written {
            time: None,
            text: unchanged,
        });
    }
    let changed = || FileError::Changed {
        path: path.to_owned(),
    };
    let is_known = |bytes: &[u8]| known.is_none_or(|known| known.as_bytes() == bytes);
    if let Some(bytes) = before.as_deref()
        && !is_known(bytes)
        && form(bytes, path).is_some()
    {
        return Err(changed());
    }
    let now = format!("{:.3}", Timestamp::now());
    let text = with_time(unchanged, document, &now);
    check_readable(document, &text, LARGEST_FILE_BYTES).map_err(|why| FileError::Io {
        what: "save",
        source: io::Error::new(io::ErrorKind::InvalidData, why),
        advice: "what is on the disk is as it was; undo what was done last, or move a part to another project",
        path: path.to_owned(),
    })?;
    if let Some(bytes) = before.as_deref() {
        let form = form(bytes, path);
        let beside = match form {
            None => Some(format!("corrupt-{}.json", now.replace(':', "-"))),
            Some(1) => Some("v1.json".to_owned()),
            Some(_) => None,
        };
        let beside = beside.map(|end| path.with_extension(end));
        if let Some(beside) = beside.filter(|beside| storage.modified(beside).is_err()) {
            storage.write_atomic(&beside, bytes).map_err(io)?;
        }
        if let Some(form) = form {
            keep(Replaced {
                bytes,
                is_older_form: form < FORMAT_VERSION,
                by: &text,
            });
        }
    }
    // Looked at once more at the last moment: what was written meanwhile was not kept.
    let unread = Cell::new(None);
    let is_as_before = || {
        known.is_none()
            || read().map_or_else(
                |error| {
                    unread.set(Some(error));
                    false
                },
                |now| now == before,
            )
    };
    if !storage
        .write_atomic_if(path, text.as_bytes(), &is_as_before)
        .map_err(io)?
    {
        return Err(unread.take().map_or_else(changed, io));
    }
    Ok(Written {
        time: Some(now),
        text,
    })
}

/// What is about to replace the user's file must be one that is read again: it is looked at whole, by all that reading
/// refuses, without making anything of it. Why it would not be.
pub(super) fn check_readable(
    document: &Document,
    text: &str,
    most_bytes: u64,
) -> Result<(), String> {
    let megabytes = |bytes: u64| bytes >> 20;
    if text.len() as u64 > most_bytes {
        return Err(format!(
            "the file would be {} MB large, and Loom reads none that is larger than {} MB",
            megabytes(text.len() as u64),
            megabytes(most_bytes)
        ));
    }
    let entries = entries_of(document);
    if entries > MOST_ENTRIES {
        return Err(format!(
            "the file would hold {entries} nodes and links, and Loom reads none with more than {MOST_ENTRIES}"
        ));
    }
    look(text.as_bytes()).map_err(|unread| match unread {
        Unread::Syntax(error) => format!("the file could not be read again: {error}"),
        Unread::TooMany => "the file would hold more values than Loom reads".to_owned(),
    })
}

fn advice(source: &io::Error) -> &'static str {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match source.kind() {
        StorageFull | QuotaExceeded => {
            "nothing is lost while Loom is open; free some space, or save a copy elsewhere"
        }
        PermissionDenied | ReadOnlyFilesystem => {
            "nothing is lost while Loom is open; see that you may write there, or save a copy elsewhere"
        }
        _ => "nothing is lost while Loom is open; save again, or save a copy elsewhere",
    }
}

/// The text with the present time as `lastModified`: put in where the old time stands, so that a large graph is
/// written out once and not twice.
fn with_time(text: String, document: &Document, now: &str) -> String {
    let before = document
        .meta
        .metadata
        .iter()
        .find(|(key, _)| *key == "lastModified");
    let entry = |time: &str| format!("\"lastModified\": {}", serde_json::Value::from(time));
    match before.and_then(|(_, time)| time.as_str()) {
        // Metadata stands before the nodes, so the first one is the one that is meant.
        Some(time) if text.contains(&entry(time)) => text.replacen(&entry(time), &entry(now), 1),
        _ => to_text(document, Some(now)),
    }
}

/// Put `bytes` at `path` so that a crash at any moment leaves the old file or the new one, whole.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Disk.write_atomic(path, bytes)
}

/// The same for what is made as it is written. What fails leaves the old file.
pub fn write_atomic_with<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    let (temporary, mut file) = Disk::file_beside(path)?;
    let written = write(&mut file).and_then(|()| Ok(file.sync_all()?));
    drop(file);
    let placed = written.and_then(|()| Ok(Disk.place(&temporary, path, &|| true)?));
    if placed.is_err() {
        fs::remove_file(&temporary).ok();
    }
    placed.map(drop)
}

/// Give a file that cannot be read another name beside its own, `NAME.corrupt-TIME.END`, so that a new one can take its
/// place. Where it lies now.
pub fn set_aside(path: &Path) -> io::Result<std::path::PathBuf> {
    let now = format!("{:.0}", Timestamp::now());
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let aside = path.with_extension(format!("corrupt-{}.{end}", now.replace(':', "-")));
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Rename a folder. A program that looks at a file in it for a moment is waited for on Windows.
pub fn move_folder(from: &Path, to: &Path) -> io::Result<()> {
    Disk.rename_patiently(from, to, &|| true).map(drop)
}

/// Remove what `write_atomic` left in a folder when it was killed, of those files that nobody wrote to for so long.
pub fn sweep(folder: &Path, untouched: Duration) {
    let is_left = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let modified = entry.metadata().and_then(|meta| meta.modified());
        let age = modified.map(|modified| modified.elapsed().unwrap_or_default());
        is_temporary(&name.to_string_lossy()) && age.is_ok_and(|age| age >= untouched)
    };
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_dir());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(is_left).filter(is_file) {
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, "a temporary file stays: {}", entry.path().display());
        }
    }
}

/// May something of this name go when nobody is at work on it?
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// The version of a savefile's form; `None` when it cannot be read. Makes nothing of one that is as it should be.
fn form(bytes: &[u8], path: &Path) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "formatVersion")]
        version: Option<u64>,
        #[serde(rename = "nodes")]
        _nodes: Vec<serde::de::IgnoredAny>,
        #[serde(rename = "connections", default)]
        _links: Vec<serde::de::IgnoredAny>,
    }
    let head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let known = look(head).ok();
    let known = known.and_then(|()| serde_json::from_slice::<Head>(head).ok());
    match known {
        Some(head) => Some(head.version.unwrap_or(1)),
        None => parse(bytes, path, &Catalog::default())
            .ok()
            .map(|loaded| loaded.version),
    }
}
