//! Generations: what a save replaced, kept in `.loom/generations/` as it was, and which of it is let go. Opens what is
//! there where the savefile is damaged, and tells whether Loom on this computer kept it. Never writes the savefile's text
//! itself: that is `document/file`'s.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;

use super::machine::{Key, Tag};
use super::trust;
use crate::document::Document;
use crate::document::file::storage::{Disk, Listed, Storage};
use crate::document::file::{self, FileError, Loaded, Replaced, SAVEFILE};
use crate::graph::Catalog;

/// The newest, whatever their age.
const RECENT: usize = 5;
/// The newest of each day, for so many days.
const DAYS: u64 = 7;
const MOST_BYTES: u64 = 200 << 20;

const SECS_PER_DAY: u64 = 86_400;
/// At the end of a name: the next version was of a newer form.
const NEW_FORM: &str = "-form";
/// What its tag is a tag for.
const PURPOSE: &str = "generation";

/// An earlier version of a savefile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// When it was saved, as far as the disk tells; later for each one that was kept later.
    pub written: SystemTime,
    pub bytes: u64,
    pub path: PathBuf,
    pub why: Why,
    /// By the key of the computer where the project was trusted when this was kept; whether it is right, `is_own` tells.
    pub tag: Option<Tag>,
}

/// Why a version was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Another one was saved.
    Saved,
    /// The first save in a newer form of the file replaced it.
    NewForm,
}

/// What came of a save.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// The time that stands in the file; `None` when nothing was written, since it held the same already.
    pub time: Option<String>,
    /// What the file holds.
    pub text: String,
    /// Why the version that was replaced is not kept, in words for the user.
    pub not_kept: Option<String>,
}

/// A savefile that cannot be opened, and the newest version of it that can.
#[derive(Debug, Error)]
#[error("{error}{}", advice(.version.as_deref()))]
pub struct Unreadable {
    pub error: FileError,
    pub version: Option<Box<Generation>>,
}

impl Unreadable {
    /// It can be read and is no savefile, or is no file, or not there at all.
    pub fn is_damaged(&self) -> bool {
        match &self.error {
            FileError::Syntax { .. } | FileError::Shape { .. } => true,
            FileError::Io { source, .. } => {
                use io::ErrorKind::{IsADirectory, NotFound};
                matches!(source.kind(), NotFound | IsADirectory)
            }
            _ => false,
        }
    }
}

/// Write the savefile of the project in a folder, and keep the version that this replaces. That one of them cannot be
/// kept is no reason not to save: where there is no room for both, kept versions make it. A savefile that does not hold
/// `known` is not replaced: see `file::save_over`. A trusted project stays so, and the version is tagged, where the userdata
/// folder of that trust is given.
pub fn save(
    document: &Document,
    project: &Path,
    known: Option<&str>,
    signs: Option<&Path>,
) -> Result<Saved, FileError> {
    save_on(&Disk, document, project, known, signs)
}

/// The same on any disk.
pub fn save_on(
    storage: &dyn Storage,
    document: &Document,
    project: &Path,
    known: Option<&str>,
    signs: Option<&Path>,
) -> Result<Saved, FileError> {
    let savefile = project.join(SAVEFILE);
    let key = signs.map(Key::of);
    let mut kept = Ok(None);
    let mut saved = file::save_over(storage, document, &savefile, known, |replaced| {
        let written = storage.modified(&savefile).ok();
        let tag = key.map(|key| key.tag(PURPOSE, replaced.bytes));
        kept = keep(
            storage,
            project,
            &replaced,
            tag,
            (written, SystemTime::now()),
        );
        let Some(userdata) = signs else { return };
        // Before it is there: a crash between the two is no change from outside.
        if let Err(error) = trust::sign_savefile(project, userdata, replaced.by.as_bytes()) {
            tracing::warn!(%error, "a project will have to be trusted again: {}", project.display());
        }
    });
    if is_full(&saved) {
        // It holds what the savefile still holds.
        let has_room = matches!(&kept, Ok(Some(new)) if storage.remove(new).is_ok());
        kept = Err(io::ErrorKind::StorageFull.into());
        let again = || file::save_over(storage, document, &savefile, known, |_| {});
        if has_room {
            saved = again();
        }
        // Only where it helps: all of them give as much room as is needed.
        let mut versions = list_on(storage, project);
        let room: u64 = versions.iter().map(|version| version.bytes).sum();
        let needed = || file::to_text(document, None).len() as u64;
        if is_full(&saved) && room >= needed() {
            while is_full(&saved)
                && let Some(oldest) = versions.pop()
                && storage.remove(&oldest.path).is_ok()
            {
                saved = again();
            }
        }
    }
    let not_kept = kept.err().map(|error| {
        let folder = folder(project);
        format!(
            "Saved, but the version before it is not kept: {error}; free some space or see that you may write there: \
             {}",
            folder.display()
        )
    });
    let written = saved?;
    Ok(Saved {
        time: written.time,
        text: written.text,
        not_kept,
    })
}

fn is_full<T>(result: &Result<T, FileError>) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    let Err(FileError::Io { source, .. }) = result else {
        return false;
    };
    matches!(source.kind(), StorageFull | QuotaExceeded)
}

/// Read a project's savefile.
pub fn load(project: &Path, catalog: &Catalog) -> Result<Loaded, Unreadable> {
    file::load(&project.join(SAVEFILE), catalog).map_err(|error| {
        let unreadable = Unreadable {
            error,
            version: None,
        };
        if !unreadable.is_damaged() {
            return unreadable;
        }
        let readable = |version: &Generation| read(&version.path, catalog).is_ok();
        let version = list(project).into_iter().find(readable);
        Unreadable {
            version: version.map(Box::new),
            ..unreadable
        }
    })
}

/// Keep what was never saved, of the time when it was written, among the versions of a project. It has no tag: nobody
/// says that it may run.
pub fn keep_unsaved(document: &Document, project: &Path, written: SystemTime) -> io::Result<()> {
    let text = file::to_text(document, None);
    let unsaved = Replaced {
        bytes: text.as_bytes(),
        is_older_form: false,
        by: "",
    };
    let times = (Some(written), SystemTime::now());
    keep(&Disk, project, &unsaved, None, times).map(drop)
}

/// What is kept of a project, the newest first.
pub fn list(project: &Path) -> Vec<Generation> {
    list_on(&Disk, project)
}

fn list_on(storage: &dyn Storage, project: &Path) -> Vec<Generation> {
    let generation = |Listed { path, bytes }| {
        let Name {
            written, why, tag, ..
        } = Name::read(path.file_name()?.to_str()?)?;
        Some(Generation {
            written,
            bytes,
            path,
            why,
            tag,
        })
    };
    let listed = storage.list(&folder(project)).unwrap_or_default();
    let mut all: Vec<_> = listed.into_iter().filter_map(generation).collect();
    all.sort_by(|a, b| b.written.cmp(&a.written).then(b.path.cmp(&a.path)));
    all
}

/// Read the version that lies at a path of `list`.
pub fn read(version: &Path, catalog: &Catalog) -> Result<Loaded, Unreadable> {
    file::load(version, catalog).map_err(|error| Unreadable {
        error,
        version: None,
    })
}

/// Did Loom with this userdata folder keep this version, which was read as this text, while the project was trusted?
pub fn is_own(version: &Path, text: &str, userdata: &Path) -> bool {
    let name = version.file_name().and_then(|name| name.to_str());
    let tag = name.and_then(Name::read).and_then(|name| name.tag);
    tag.is_some_and(|tag| tag == Key::of(userdata).tag(PURPOSE, text.as_bytes()))
}

/// A time as it is told where no age will do: as the clock of this machine shows it.
pub fn time_in_words(time: SystemTime) -> String {
    time_at(time, TimeZone::system())
}

fn time_at(time: SystemTime, zone: TimeZone) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::MAX);
    time.to_zoned_datetime(zone)
        .strftime("%F %H:%M")
        .to_string()
}

fn folder(project: &Path) -> PathBuf {
    project.join(".loom").join("generations")
}

fn advice(version: Option<&Generation>) -> String {
    version.map_or_else(String::new, |version| {
        format!(
            "; the version of {} can be read: open the project in the window and choose it, or put this file in its \
             place: {}",
            time_in_words(version.written),
            version.path.display()
        )
    })
}

/// Keep what is replaced, which was `written` then, and let go what need not be kept any more. The file that this took
/// room for; `None` when it was kept before.
fn keep(
    storage: &dyn Storage,
    project: &Path,
    replaced: &Replaced<'_>,
    tag: Option<Tag>,
    (written, now): (Option<SystemTime>, SystemTime),
) -> io::Result<Option<PathBuf>> {
    if replaced.bytes.len() as u64 > MOST_BYTES {
        let text = "it is larger than 200 MB, which is the most that is kept of a project";
        return Err(io::Error::other(text));
    }
    super::private_folder(storage, project)?;
    let folder = folder(project);
    storage.create_folders(&folder)?;
    let all = list_on(storage, project);
    let why = if replaced.is_older_form {
        Why::NewForm
    } else {
        Why::Saved
    };
    let sum = crc32fast::hash(replaced.bytes);
    let same = all.iter().find(|version| {
        version.bytes == replaced.bytes.len() as u64
            && sum_of(version) == Some(sum)
            && storage
                .read(&version.path)
                .is_ok_and(|bytes| bytes == replaced.bytes)
    });
    let written = next_time(written, all.first().map(|newest| newest.written), now);
    let name = Name {
        written,
        sum,
        why: same.map_or(why, |same| same.why),
        tag: tag.or(same.and_then(|same| same.tag)),
    };
    let new = folder.join(name.to_text());
    let new = if let Some(same) = same {
        // It is the newest again; what it was kept for first stays.
        storage.rename(&same.path, &new)?;
        None
    } else {
        storage.write_atomic(&new, replaced.bytes)?;
        Some(new)
    };
    for version in surplus(&list_on(storage, project), now) {
        storage.remove(&version.path)?;
    }
    Ok(new)
}

/// The time of the next version: what the disk says, unless that cannot be, since the newest is newer or it is yet to
/// come.
fn next_time(
    written: Option<SystemTime>,
    newest: Option<SystemTime>,
    now: SystemTime,
) -> SystemTime {
    // Names have milliseconds.
    let after = newest.map_or(UNIX_EPOCH, |newest| newest + Duration::from_millis(1));
    let possible = written.filter(|written| (after..=now).contains(written));
    possible.unwrap_or(now.max(after))
}

/// What need not be kept of these, which are ordered, the newest first.
fn surplus(all: &[Generation], now: SystemTime) -> Vec<&Generation> {
    let day = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs() / SECS_PER_DAY
    };
    let mut days = Vec::new();
    let wanted = |(at, version): (usize, &Generation)| {
        let day_of = day(version.written);
        let is_of_day = day(now).saturating_sub(day_of) < DAYS && !days.contains(&day_of);
        days.push(day_of);
        match version.why {
            _ if at < RECENT => Some(0),
            Why::NewForm => Some(1),
            Why::Saved => is_of_day.then_some(2),
        }
    };
    let ranks: Vec<Option<u8>> = all.iter().enumerate().map(wanted).collect();
    // Where there is too much, what is worth least goes.
    let mut kept = Vec::new();
    let mut bytes = 0;
    for rank in 0..3 {
        for (version, _) in all.iter().zip(&ranks).filter(|(_, of)| **of == Some(rank)) {
            if bytes + version.bytes <= MOST_BYTES {
                bytes += version.bytes;
                kept.push(version);
            }
        }
    }
    let is_surplus = |version: &&Generation| !kept.contains(version);
    all.iter().filter(is_surplus).collect()
}

/// What the name of a version says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name {
    written: SystemTime,
    /// The text's checksum.
    sum: u32,
    why: Why,
    /// Those that an older Loom kept have none.
    tag: Option<Tag>,
}

impl Name {
    /// `2026-01-09T18-40-55.501Z-1a2b3c4d.json`, with the time in UTC: some systems have no `:` in names.
    fn to_text(self) -> String {
        let time = Timestamp::try_from(self.written).unwrap_or(Timestamp::MAX);
        let time = format!("{time:.3}");
        let why = match self.why {
            Why::Saved => "",
            Why::NewForm => NEW_FORM,
        };
        let tag = self.tag.map(|tag| format!("-{tag}")).unwrap_or_default();
        format!("{}-{:08x}{why}{tag}.json", time.replace(':', "-"), self.sum)
    }

    fn read(name: &str) -> Option<Self> {
        let name = name.strip_suffix(".json")?;
        let tagged = name.rsplit_once('-');
        let tagged = tagged.and_then(|(name, tag)| Some((name, Tag::read(tag)?)));
        let (name, tag) = tagged.map_or((name, None), |(name, tag)| (name, Some(tag)));
        let (name, why) = match name.strip_suffix(NEW_FORM) {
            Some(name) => (name, Why::NewForm),
            None => (name, Why::Saved),
        };
        let (time, sum) = name.split_once("Z-")?;
        let (date, time) = time.split_once('T')?;
        let time = format!("{date}T{}Z", time.replace('-', ":"));
        Some(Self {
            written: time.parse::<Timestamp>().ok()?.try_into().ok()?,
            sum: u32::from_str_radix(sum, 16).ok()?,
            why,
            tag,
        })
    }
}

fn sum_of(version: &Generation) -> Option<u32> {
    let name = Name::read(version.path.file_name()?.to_str()?)?;
    Some(name.sum)
}

#[cfg(test)]
mod tests;
