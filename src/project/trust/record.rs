//! The record of what is trusted: `trust.json` of the userdata folder, and in `trust/` the texts that it names, so that
//! a later change can be shown line by line. An entry that cannot be read is left out: nothing is trusted by mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Map, Value as Json, json};

use super::fingerprint::{Digest, Fingerprint, text_of};
use super::places::Places;
use super::{Stamp, id_of};
use crate::document::file::{SAVEFILE, write_atomic};
use crate::paths::full;
use crate::project::index::read_json;
use crate::project::state::State;

const FILE: &str = "trust.json";
const LOCK: &str = "trust.lock";
const TEXTS: &str = "trust";
/// So many projects are remembered, the last ones.
const MOST: usize = 1000;
/// So many contents of one file are trusted at once: what it holds, and what saves were about to give it.
const MOST_DIGESTS: usize = 8;
/// Texts that are kept of one project, in bytes.
const MOST_TEXT: usize = 2 << 20;

/// What is trusted on this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The last one last.
    pub projects: Vec<Signed>,
    /// All that lies in these is trusted.
    pub folders: Vec<PathBuf>,
}

/// A project as it was when it was trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    pub path: PathBuf,
    id: String,
    /// What the system calls its folder, wherever it lies.
    identity: Option<String>,
    /// By their names, what each may hold.
    pub files: BTreeMap<String, Vec<Digest>>,
}

impl Known {
    pub fn project(&self, folder: &Path) -> Option<&Signed> {
        self.projects.iter().find(|signed| signed.path == folder)
    }

    /// Does a folder around the project vouch for it?
    pub fn covers(&self, project: &Path, userdata: &Path, places: &Places) -> bool {
        let mut around = self
            .folders
            .iter()
            .filter(|folder| project.starts_with(folder));
        // Looked at again: the file may have been written by hand.
        around.any(|folder| places.check(folder, userdata).is_ok())
            && places.may_lie(project, userdata)
    }

    /// Is this the folder of a project that was trusted in another place, which is not there any more?
    pub fn knows_elsewhere(&self, folder: &Path, id: &str, holds: &Fingerprint) -> bool {
        let Some(identity) = identity(folder).filter(|_| holds.is_whole) else {
            return false;
        };
        self.projects.iter().any(|signed| {
            signed.identity.as_ref() == Some(&identity)
                && signed.id == id
                && !signed.path.exists()
                && holds.files.len() == signed.files.len()
                && holds.files.iter().all(|(name, file)| {
                    let known = signed.files.get(name);
                    known.is_some_and(|known| file.digest.is_some_and(|it| known.contains(&it)))
                })
        })
    }

    pub fn add_folder(&mut self, folder: &Path) {
        if !self.folders.iter().any(|known| known == folder) {
            self.folders.push(folder.to_owned());
        }
    }

    pub fn forget(&mut self, path: &Path) {
        self.projects.retain(|signed| signed.path != path);
        self.folders.retain(|folder| folder != path);
    }

    /// A file of a trusted project may also hold this.
    pub fn add(&mut self, folder: &Path, name: &str, digest: Digest) {
        let mut projects = self.projects.iter_mut();
        if let Some(signed) = projects.find(|signed| signed.path == folder) {
            let digests = signed.files.entry(name.to_owned()).or_default();
            digests.retain(|known| *known != digest);
            digests.push(digest);
            // Saves that came to nothing must not be kept for ever.
            let beyond = digests.len().saturating_sub(MOST_DIGESTS);
            digests.drain(..beyond);
        }
    }

    fn put(&mut self, signed: Signed) {
        let is_moved = |other: &Signed| {
            other.identity.is_some() && other.identity == signed.identity && !other.path.exists()
        };
        self.projects
            .retain(|other| other.path != signed.path && !is_moved(other));
        self.projects.push(signed);
        let beyond = self.projects.len().saturating_sub(MOST);
        self.projects.drain(..beyond);
    }

    fn of(file: &Map<String, Json>) -> Self {
        let list = |key: &str| file.get(key).and_then(Json::as_array).into_iter().flatten();
        let folders = list("folders").filter_map(Json::as_str).map(PathBuf::from);
        Self {
            projects: list("projects").filter_map(Signed::of).collect(),
            folders: folders.filter(|folder| folder.is_absolute()).collect(),
        }
    }

    fn to_json(&self) -> Json {
        let folders = self.folders.iter().map(|folder| folder.to_string_lossy());
        json!({
            "projects": self.projects.iter().map(Signed::to_json).collect::<Vec<_>>(),
            "folders": folders.collect::<Vec<_>>(),
        })
    }
}

impl Signed {
    fn of(json: &Json) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let mut files = BTreeMap::new();
        for (name, digests) in json.get("files")?.as_object()? {
            let digests = digests.as_array()?.iter().filter_map(Json::as_str);
            files.insert(name.clone(), digests.filter_map(Digest::read).collect());
        }
        Some(Self {
            path: PathBuf::from(text("path")?),
            id: text("id").unwrap_or_default().to_owned(),
            identity: text("identity").map(str::to_owned),
            files,
        })
    }

    fn to_json(&self) -> Json {
        let files = self.files.iter().map(|(name, digests)| {
            let digests = digests.iter().map(|digest| digest.to_text().into());
            (name.clone(), Json::Array(digests.collect()))
        });
        json!({
            "path": self.path.to_string_lossy(),
            "id": self.id,
            "identity": self.identity,
            "files": Json::Object(files.collect()),
        })
    }
}

/// What is trusted, as the file says. Where there never was one, what was open here before there was one: see
/// `taken_over`.
pub fn read(userdata: &Path) -> Known {
    let path = userdata.join(FILE);
    match read_json(&path) {
        Some(Json::Object(file)) => Known::of(&file),
        None if !path.exists() && userdata.is_dir() => {
            let taken = update(userdata, |_| ()).and_then(|()| fs::read(&path));
            if let Err(error) = taken {
                tracing::warn!(
                    "what is trusted cannot be kept: {error}: {}",
                    path.display()
                );
                return Known::default();
            }
            match read_json(&path) {
                Some(Json::Object(file)) => Known::of(&file),
                _ => Known::default(),
            }
        }
        _ => Known::default(),
    }
}

/// Tells by itself that the file may have been written; `None`: it is not there.
pub fn stamp(userdata: &Path) -> Option<Stamp> {
    let meta = fs::metadata(userdata.join(FILE)).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Change what is trusted. One at a time, also of several Looms.
pub fn update(userdata: &Path, change: impl FnOnce(&mut Known)) -> io::Result<()> {
    fs::create_dir_all(userdata)?;
    // A record that was removed trusts nothing.
    let had_one = [LOCK, TEXTS]
        .iter()
        .any(|name| userdata.join(name).exists());
    let _lock = locked(userdata)?;
    let path = userdata.join(FILE);
    let mut known = if path.exists() {
        match read_json(&path) {
            Some(Json::Object(file)) => Known::of(&file),
            // One that was spoilt trusts nothing, and is written anew.
            _ => Known::default(),
        }
    } else if had_one {
        Known::default()
    } else {
        taken_over(userdata)
    };
    change(&mut known);
    write_atomic(&path, format!("{:#}\n", known.to_json()).as_bytes())?;
    sweep(userdata, &known);
    Ok(())
}

fn locked(userdata: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(userdata.join(LOCK))?;
    // A file system without locks has none to wait for.
    file.lock().ok();
    Ok(file)
}

/// The projects of this userdata folder that were open in it before anything was asked: they ran at a key, and to ask
/// for each of one's own would teach to say yes. What lies elsewhere is asked about once.
fn taken_over(userdata: &Path) -> Known {
    let mut known = Known::default();
    let state = State::load(userdata);
    let Ok(own) = full(userdata) else {
        return known;
    };
    let folders: BTreeSet<PathBuf> = state
        .recent
        .iter()
        .chain(&state.open)
        .chain(&state.active)
        .filter_map(|folder| full(folder).ok())
        .filter(|folder| folder.parent() == Some(&own))
        .collect();
    for folder in folders {
        let holds = Fingerprint::of(&folder, userdata);
        if holds.is_whole {
            known.put(signed(userdata, &folder, &id_of(&folder), &holds));
        }
    }
    known
}

/// A project is trusted as it is.
pub fn sign_all(userdata: &Path, folder: &Path, id: &str, holds: &Fingerprint) -> io::Result<()> {
    let signed = signed(userdata, folder, id, holds);
    update(userdata, |known| known.put(signed))
}

/// Of a project that is trusted, these files are trusted as they are.
pub fn sign(
    userdata: &Path,
    folder: &Path,
    holds: &Fingerprint,
    is_written: &dyn Fn(&str) -> bool,
) -> io::Result<()> {
    let mut room = MOST_TEXT;
    let written = holds.files.iter().filter(|(name, _)| is_written(name));
    let mut now = BTreeMap::new();
    for (name, file) in written {
        if let Some(digest) = file.digest {
            keep_text(userdata, name, &file.path, digest, &mut room);
            now.insert(name.clone(), vec![digest]);
        }
    }
    update(userdata, |known| {
        let mut projects = known.projects.iter_mut();
        if let Some(signed) = projects.find(|signed| signed.path == folder) {
            signed.files.retain(|name, _| !is_written(name));
            signed.files.extend(now);
        }
    })
}

fn signed(userdata: &Path, folder: &Path, id: &str, holds: &Fingerprint) -> Signed {
    let mut room = MOST_TEXT;
    let mut files = BTreeMap::new();
    for (name, file) in &holds.files {
        if let Some(digest) = file.digest {
            keep_text(userdata, name, &file.path, digest, &mut room);
            files.insert(name.clone(), vec![digest]);
        }
    }
    Signed {
        path: folder.to_owned(),
        id: id.to_owned(),
        identity: identity(folder),
        files,
    }
}

/// Keep a text under its digest, as long as there is room. It is there to be shown, so that its loss costs little.
fn keep_text(userdata: &Path, name: &str, path: &Path, digest: Digest, room: &mut usize) {
    let place = userdata.join(TEXTS).join(digest.to_text());
    if name == SAVEFILE || place.exists() {
        return;
    }
    let Some(text) = text_of(path).filter(|text| text.len() <= *room) else {
        return;
    };
    if Digest::of(text.as_bytes()) != digest {
        return;
    }
    *room -= text.len();
    let written = fs::create_dir_all(userdata.join(TEXTS)).and_then(|()| fs::write(&place, text));
    if let Err(error) = written {
        tracing::warn!("a text is not kept: {error}: {}", place.display());
    }
}

/// The text that a file had, if it was kept.
pub fn kept_text(userdata: &Path, digest: Digest) -> Option<String> {
    let text = fs::read(userdata.join(TEXTS).join(digest.to_text())).ok()?;
    let is_whole = Digest::of(&text) == digest;
    String::from_utf8(text).ok().filter(|_| is_whole)
}

/// Remove texts that nothing names any more. Those of this minute may be named in a moment.
fn sweep(userdata: &Path, known: &Known) {
    let Ok(entries) = fs::read_dir(userdata.join(TEXTS)) else {
        return;
    };
    let files = known.projects.iter().flat_map(|signed| &signed.files);
    let named: BTreeSet<Digest> = files.flat_map(|(_, digests)| digests).copied().collect();
    for entry in entries.flatten() {
        let digest = entry.file_name().to_str().and_then(Digest::read);
        let is_named = digest.is_some_and(|digest| named.contains(&digest));
        let age = entry.metadata().and_then(|meta| meta.modified());
        let age = age.map(|time| SystemTime::now().duration_since(time).unwrap_or_default());
        if !is_named && age.is_ok_and(|age| age.as_secs() > 60) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

/// What the system calls a folder, whatever its name; where it says so.
pub fn identity(folder: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let meta = fs::metadata(folder).ok()?;
        Some(format!("{}:{}", meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}
