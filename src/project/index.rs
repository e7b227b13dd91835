//! The projects of a userdata folder. `folderindex.json` remembers their ids and names so that savefiles need not be
//! read for a list; it is a cache that is made anew from the folders whenever it does not fit them.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::document::file::{LARGEST_FILE_BYTES, MOST_NAME, SAVEFILE, read_bounded, write_atomic};
use crate::plain;

const FILE: &str = "folderindex.json";

/// A project of a userdata folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    #[serde(rename = "projectId")]
    pub id: String,
    #[serde(rename = "projectName")]
    pub name: String,
    /// Of the savefile.
    #[serde(rename = "projectPath")]
    pub path: PathBuf,
    /// Of the savefile when it was read, in milliseconds since 1970.
    #[serde(default)]
    pub modified: u64,
    /// Of the savefile when it was read, in bytes.
    #[serde(default)]
    pub size: u64,
}

impl Entry {
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

/// What a savefile says of its project beside the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub id: String,
    /// The folder's name where the file names none.
    pub name: String,
    pub description: String,
}

/// Read what the savefile at `path` says of its project, its graph skipped over; `None` when there is no such file.
/// One that cannot be read is a project without a word of its own.
pub fn about(path: &Path) -> Option<About> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Head {
        project_id: String,
        project_name: String,
        metadata: Metadata,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Metadata {
        description: String,
    }
    let bytes = read_bounded(path, LARGEST_FILE_BYTES).ok()?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let head: Head = serde_json::from_slice(bytes).unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    let name = match head.project_name.as_str() {
        "" => folder.unwrap_or_default().to_string_lossy(),
        name => name.into(),
    };
    Some(About {
        id: head.project_id,
        name: plain::name(&name, MOST_NAME),
        description: head.metadata.description,
    })
}

/// All projects of a userdata folder, by the names of their folders.
pub fn projects(userdata: &Path) -> Vec<Entry> {
    let known: Vec<Entry> = read_json(&userdata.join(FILE))
        .and_then(|json| serde_json::from_value(json).ok())
        .unwrap_or_default();
    let Ok(folders) = std::fs::read_dir(userdata) else {
        return Vec::new();
    };
    let mut entries: Vec<Entry> = folders
        .flatten()
        .filter_map(|folder| {
            let path = folder.path().join(SAVEFILE);
            let meta = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
            let modified = meta.modified().map_or(0, millis);
            let fits = |entry: &&Entry| {
                entry.path == path && (entry.modified, entry.size) == (modified, meta.len())
            };
            Some(
                known
                    .iter()
                    .find(fits)
                    .cloned()
                    .unwrap_or_else(|| read_entry(path, modified, meta.len())),
            )
        })
        .collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    if entries != known {
        let text = serde_json::to_string_pretty(&entries).unwrap_or_default();
        if let Err(error) = write_atomic(&userdata.join(FILE), (text + "\n").as_bytes()) {
            tracing::warn!("the list of projects is not kept: {error}");
        }
    }
    entries
}

/// Names of projects for a message, those like `wanted` first.
pub fn names(entries: &[Entry], wanted: &str) -> String {
    const MOST: usize = 8;
    if entries.is_empty() {
        return "none yet".to_owned();
    }
    let wanted = wanted.to_lowercase();
    let mut names: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.folder().file_name())
        .map(|name| name.to_string_lossy())
        .collect();
    names.sort_by_cached_key(|name| {
        let name = name.to_lowercase();
        !(name.contains(&wanted) || wanted.contains(&name))
    });
    let more = names.len().saturating_sub(MOST);
    let list = names[..names.len() - more].join(", ");
    if more == 0 {
        list
    } else {
        format!("{list} and {more} more")
    }
}

/// The project's folder that a path in a file means. Paths of another machine mean nothing here but their last part:
/// the project of that name in userdata.
pub(super) fn folder_here(path: &str, userdata: &Path) -> Option<PathBuf> {
    let is_project = |folder: &PathBuf| super::is_known(folder, userdata);
    let parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
    let name = parts.rev().find(|part| *part != SAVEFILE)?;
    let there = match path.strip_suffix(SAVEFILE) {
        Some(folder) => Path::new(folder).components().collect(),
        None => PathBuf::from(path),
    };
    [there, userdata.join(name)].into_iter().find(is_project)
}

/// JSON that may begin with a byte order mark.
pub(super) fn json(bytes: &[u8]) -> serde_json::Result<Json> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// A JSON file; `None` when it is missing or not readable.
pub(super) fn read_json(path: &Path) -> Option<Json> {
    let bytes = read_bounded(path, LARGEST_FILE_BYTES).ok()?;
    json(&bytes)
        .inspect_err(|error| tracing::warn!("{error}: {}", path.display()))
        .ok()
}

fn read_entry(path: PathBuf, modified: u64, size: u64) -> Entry {
    let About { id, name, .. } = about(&path).unwrap_or_default();
    Entry {
        id,
        name,
        path,
        modified,
        size,
    }
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}
