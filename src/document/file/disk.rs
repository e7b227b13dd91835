//! The savefile on disk: read whole, written as a temporary file that is flushed and renamed into place.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::{FORMAT_VERSION, FileError, LARGEST_FILE_BYTES, Loaded, parse, to_text};
use crate::document::Document;
use crate::graph::Catalog;

/// How the names of temporary files begin and end.
pub const TEMPORARY: (&str, &str) = (".loom-", ".tmp");

/// Read the savefile at `path`; kinds come from `catalog`.
pub fn load(path: &Path, catalog: &Catalog) -> Result<Loaded, FileError> {
    let io = |source| FileError::Io {
        what: "read the savefile",
        source,
        advice: "check that it is there and that you may read it",
        path: path.to_owned(),
    };
    let bytes = fs::metadata(path).map_err(io)?.len();
    if bytes > LARGEST_FILE_BYTES {
        return Err(FileError::TooLarge {
            megabytes: bytes >> 20,
            path: path.to_owned(),
        });
    }
    let bytes = fs::read(path).map_err(io)?;
    let loaded = parse(&bytes, path, catalog)?;
    let text = String::from_utf8(bytes).expect("JSON that was read is UTF-8");
    Ok(Loaded { text, ..loaded })
}

/// What a save is about to replace.
pub struct Replaced<'a> {
    pub bytes: &'a [u8],
    /// It is of an older form than what is written.
    pub is_older_form: bool,
}

/// Write `document` to the savefile at `path` and return the time that stands in it; `None` when the file holds the
/// same content already, and then nothing is written. A file of the first form that is there is kept beside it, as
/// `savefile.v1.json`, and one that is no savefile as `savefile.corrupt-TIME.json`.
pub fn save(document: &Document, path: &Path) -> Result<Option<String>, FileError> {
    save_over(document, path, None, |_| {}).map(|written| written.time)
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
    document: &Document,
    path: &Path,
    known: Option<&str>,
    keep: impl FnOnce(Replaced<'_>),
) -> Result<Written, FileError> {
    let io = |source| FileError::Io {
        what: "save",
        source,
        advice: "the old file is as it was and nothing is lost while Loom is open; free some space or save a copy elsewhere",
        path: path.to_owned(),
    };
    let is_marked = fs::metadata(path).is_ok_and(|meta| meta.permissions().readonly());
    if is_marked {
        // A rename would put another file in its place all the same, which is not what whoever marked it wants.
        return Err(FileError::Io {
            what: "save",
            source: io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"),
            advice: "take that mark off, or save a copy elsewhere",
            path: path.to_owned(),
        });
    }
    let before = fs::read(path).ok();
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
    let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let text = with_time(unchanged, document, &now);
    // What is about to replace the user's file must be readable: looked at whole, without making anything of it.
    serde_json::from_str::<serde::de::IgnoredAny>(&text).map_err(|error| io(error.into()))?;
    if let Some(bytes) = before.as_deref() {
        let form = form(bytes, path);
        let beside = match form {
            None => Some(format!("corrupt-{}.json", now.replace(':', "-"))),
            Some(1) => Some("v1.json".to_owned()),
            Some(_) => None,
        };
        let beside = beside.map(|end| path.with_extension(end));
        if let Some(beside) = beside.filter(|beside| !beside.exists()) {
            write_atomic(&beside, bytes).map_err(io)?;
        }
        if let Some(form) = form {
            keep(Replaced {
                bytes,
                is_older_form: form < FORMAT_VERSION,
            });
        }
    }
    // Looked at once more at the last moment: what was written meanwhile was not kept.
    let is_as_before = || known.is_none() || fs::read(path).ok() == before;
    let write = |file: &mut fs::File| file.write_all(text.as_bytes());
    if !write_atomic_if(path, write, is_as_before).map_err(io)? {
        return Err(changed());
    }
    Ok(Written {
        time: Some(now),
        text,
    })
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
    write_atomic_with(path, |file| file.write_all(bytes))
}

/// The same for what is made as it is written. What fails leaves the old file.
pub fn write_atomic_with<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    write_atomic_if(path, write, || true).map(drop)
}

/// The same unless `is_wanted` says no when all is ready to take the file's place; was it put there?
fn write_atomic_if<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
    is_wanted: impl Fn() -> bool,
) -> Result<bool, E> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY.0)
        .suffix(TEMPORARY.1)
        .tempfile_in(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode());
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(mode))?;
    }
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    let mut temporary = file.into_temp_path();
    // A virus scanner or a synchroniser may hold the old file for a moment on Windows.
    let give_up = Instant::now() + Duration::from_secs(2);
    let mut pause = Duration::from_millis(10);
    loop {
        if !is_wanted() {
            return Ok(false);
        }
        match temporary.persist(path) {
            Ok(()) => break,
            Err(error) if is_held(&error.error) && Instant::now() < give_up => {
                temporary = error.path;
                std::thread::sleep(pause);
                pause *= 2;
            }
            Err(error) => return Err(error.error.into()),
        }
    }
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(true)
}

/// Give a file that cannot be read another name beside its own, `NAME.corrupt-TIME.END`, so that a new one can take its
/// place. Where it lies now.
pub fn set_aside(path: &Path) -> io::Result<std::path::PathBuf> {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let aside = path.with_extension(format!("corrupt-{}.{end}", now.replace(':', "-")));
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Rename a folder. A program that looks at a file in it for a moment is waited for on Windows.
pub fn move_folder(from: &Path, to: &Path) -> io::Result<()> {
    let give_up = Instant::now() + Duration::from_secs(2);
    loop {
        match fs::rename(from, to) {
            Err(error) if is_held(&error) && Instant::now() < give_up => {
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
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

/// Windows: access denied, sharing violation, lock violation.
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
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
    match serde_json::from_slice::<Head>(head) {
        Ok(head) => Some(head.version.unwrap_or(1)),
        Err(_) => parse(bytes, path, &Catalog::default())
            .ok()
            .map(|loaded| loaded.version),
    }
}
