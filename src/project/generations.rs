//! Generations: what a save replaced, kept in `.loom/generations/` as it was, and which of it is let go. Opens what is
//! there where the savefile is damaged. Never writes the savefile's text itself: that is `document/file`'s.

#[cfg(test)]
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use thiserror::Error;

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

/// An earlier version of a savefile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// When it was saved, as far as the disk tells; later for each one that was kept later.
    pub written: SystemTime,
    pub bytes: u64,
    pub path: PathBuf,
    pub why: Why,
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
    /// It is there and can be read, and is no savefile.
    pub fn is_damaged(&self) -> bool {
        matches!(
            self.error,
            FileError::Syntax { .. } | FileError::Shape { .. }
        )
    }
}

/// Write the savefile of the project in a folder, and keep the version that this replaces. That one of them cannot be
/// kept is no reason not to save: where there is no room for both, kept versions make it. A savefile that does not hold
/// `known` is not replaced: see `file::save_over`. A trusted project stays so, where the userdata folder to note that in is
/// given.
pub fn save(
    document: &Document,
    project: &Path,
    known: Option<&str>,
    signs: Option<&Path>,
) -> Result<Saved, FileError> {
    save_on(&Disk, document, project, known, |text| {
        let Some(userdata) = signs else { return };
        // Before it is there: a crash between the two is no change from outside.
        if let Err(error) = trust::sign_savefile(project, userdata, text.as_bytes()) {
            tracing::warn!(%error, "a project will have to be trusted again: {}", project.display());
        }
    })
}

/// The same on any disk; `announce` is told of the text that takes a savefile's place.
pub fn save_on(
    storage: &dyn Storage,
    document: &Document,
    project: &Path,
    known: Option<&str>,
    announce: impl FnOnce(&str),
) -> Result<Saved, FileError> {
    let savefile = project.join(SAVEFILE);
    let mut kept = Ok(None);
    let mut saved = file::save_over(storage, document, &savefile, known, |replaced| {
        let written = storage.modified(&savefile).ok();
        kept = keep(storage, project, &replaced, written, SystemTime::now());
        announce(replaced.by);
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

/// What is kept of a project, the newest first.
pub fn list(project: &Path) -> Vec<Generation> {
    list_on(&Disk, project)
}

fn list_on(storage: &dyn Storage, project: &Path) -> Vec<Generation> {
    let generation = |Listed { path, bytes }| {
        let (written, _, why) = from_name(path.file_name()?.to_str()?)?;
        Some(Generation {
            written,
            bytes,
            path,
            why,
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
    written: Option<SystemTime>,
    now: SystemTime,
) -> io::Result<Option<PathBuf>> {
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
    let new = if let Some(same) = same {
        // It is the newest again; what it was kept for first stays.
        storage.rename(&same.path, &folder.join(name(written, sum, same.why)))?;
        None
    } else {
        let new = folder.join(name(written, sum, why));
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

/// `2026-01-09T18-40-55.501Z-1a2b3c4d.json`: the time in UTC and the text's checksum; some systems have no `:` in names.
fn name(written: SystemTime, sum: u32, why: Why) -> String {
    let time = Timestamp::try_from(written).unwrap_or(Timestamp::MAX);
    let time = format!("{time:.3}");
    let why = match why {
        Why::Saved => "",
        Why::NewForm => NEW_FORM,
    };
    format!("{}-{sum:08x}{why}.json", time.replace(':', "-"))
}

fn from_name(name: &str) -> Option<(SystemTime, u32, Why)> {
    let name = name.strip_suffix(".json")?;
    let (name, why) = match name.strip_suffix(NEW_FORM) {
        Some(name) => (name, Why::NewForm),
        None => (name, Why::Saved),
    };
    let (time, sum) = name.split_once("Z-")?;
    let (date, time) = time.split_once('T')?;
    let time = format!("{date}T{}Z", time.replace('-', ":"));
    let written = time.parse::<Timestamp>().ok()?.try_into().ok()?;
    Some((written, u32::from_str_radix(sum, 16).ok()?, why))
}

fn sum_of(version: &Generation) -> Option<u32> {
    let (_, sum, _) = from_name(version.path.file_name()?.to_str()?)?;
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = SECS_PER_DAY;
    const MB: u64 = 1 << 20;

    fn at(secs: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(secs)
    }

    fn generation(written: SystemTime, bytes: u64, why: Why) -> Generation {
        Generation {
            written,
            bytes,
            path: name(written, 0, why).into(),
            why,
        }
    }

    /// Why, hours before now and MB, the newest first; which of them stay.
    type Case = (&'static str, Vec<(Why, u64, u64)>, Vec<usize>);

    #[test]
    fn what_is_kept_of_many_versions() {
        use Why::{NewForm, Saved};
        let noon = 1000 * DAY + DAY / 2;
        let saved = |hours: &[u64], mb: u64| hours.iter().map(|h| (Saved, *h, mb)).collect();
        let cases: [Case; 9] = [
            ("nothing", vec![], vec![]),
            ("few", saved(&[1, 2, 900], 1), vec![0, 1, 2]),
            (
                "the five newest of one day",
                saved(&[0, 1, 2, 3, 4, 5, 6], 1),
                vec![0, 1, 2, 3, 4],
            ),
            (
                "the newest of each day",
                saved(&[0, 1, 2, 3, 4, 13, 14, 37, 38], 1),
                vec![0, 1, 2, 3, 4, 5, 7],
            ),
            (
                "for seven days, this one among them",
                saved(&[0, 1, 2, 3, 4, 24, 48, 72, 96, 120, 144, 168], 1),
                vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            ),
            (
                "a change of form, however old",
                [saved(&[0, 1, 2, 3, 4], 1), vec![(NewForm, 9000, 1)]].concat(),
                vec![0, 1, 2, 3, 4, 5],
            ),
            (
                "days before changes of form, and old ones before new ones, where it is too much",
                [
                    saved(&[0, 1, 2, 3, 4], 30),
                    saved(&[24], 30),
                    vec![(NewForm, 9000, 30)],
                ]
                .concat(),
                vec![0, 1, 2, 3, 4, 6],
            ),
            ("as many as fit", saved(&[0, 1, 2], 90), vec![0, 1]),
            ("one that is too large", saved(&[0, 1], 201), vec![]),
        ];
        for (what, versions, expected) in cases {
            let all: Vec<_> = versions
                .iter()
                .map(|(why, hours, mb)| generation(at(noon - hours * 3600), mb * MB, *why))
                .collect();
            let surplus = surplus(&all, at(noon));
            let kept: Vec<_> = (0..all.len())
                .filter(|at| !surplus.contains(&&all[*at]))
                .collect();
            assert_eq!(kept, expected, "{what}");
        }
        // A clock that was ahead once.
        let ahead = [generation(at(noon + 9 * DAY), 1, Saved)];
        assert!(surplus(&ahead, at(noon)).is_empty());
    }

    #[test]
    fn times_go_on() {
        let cases = [
            (Some(50), None, 50),
            (Some(50), Some(40), 50),
            (Some(30), Some(40), 100),
            (Some(200), Some(40), 100),
            (None, None, 100),
        ];
        for (written, newest, expected) in cases {
            let time = next_time(written.map(at), newest.map(at), at(100));
            assert_eq!(time, at(expected), "{written:?} {newest:?}");
        }
        let ahead = next_time(Some(at(50)), Some(at(300)), at(100));
        assert_eq!(ahead, at(300) + Duration::from_millis(1));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let time = at(1_767_983_999) + Duration::from_millis(501);
        for why in [Why::Saved, Why::NewForm] {
            assert_eq!(from_name(&name(time, 0xab, why)), Some((time, 0xab, why)));
        }
        assert_eq!(
            name(time, 0xab, Why::Saved),
            "2026-01-09T18-39-59.501Z-000000ab.json"
        );
        for other in ["", ".loom-a1b2c3.tmp", "notes.json", "Z-T.json", "TZ-.json"] {
            assert_eq!(from_name(other), None, "{other}");
        }
        assert_eq!(time_at(time, TimeZone::UTC), "2026-01-09 18:39");
        let east = jiff::tz::offset(10).to_time_zone();
        assert_eq!(time_at(time, east), "2026-01-10 04:39");
    }

    /// A project that is saved under one name after the other.
    struct Stage {
        folder: tempfile::TempDir,
        document: Document,
    }

    impl Stage {
        fn new() -> Self {
            let stage = Self {
                folder: tempfile::tempdir().unwrap(),
                document: Document::default(),
            };
            save(&stage.document, stage.folder.path(), None, None).unwrap();
            stage
        }

        fn save(&mut self, name: &str) -> Saved {
            self.document.meta.project_name = name.to_owned();
            let saved = save(&self.document, self.folder.path(), None, None).unwrap();
            if let Some(time) = &saved.time {
                self.document.meta.set_modified(time);
            }
            saved
        }

        fn text(&self) -> Vec<u8> {
            fs::read(self.folder.path().join(SAVEFILE)).unwrap()
        }

        fn names(&self) -> Vec<String> {
            let read = |version: &Generation| read(&version.path, &Catalog::default()).unwrap();
            let versions = list(self.folder.path());
            let name = |version| read(version).document.meta.project_name;
            versions.iter().map(name).collect()
        }
    }

    #[test]
    fn a_save_keeps_what_it_replaces_as_it_was_and_nothing_twice() {
        let mut stage = Stage::new();
        assert!(list(stage.folder.path()).is_empty());
        let first = stage.text();
        stage.save("a");
        let kept = &list(stage.folder.path())[0];
        assert_eq!(fs::read(&kept.path).unwrap(), first);
        assert_eq!((kept.bytes, kept.why), (first.len() as u64, Why::Saved));
        assert_eq!(stage.save("a").time, None, "nothing was written");
        assert_eq!(stage.names(), [""]);
        for name in ["b", "c", "d", "e", "f", "g"] {
            stage.save(name);
        }
        assert_eq!(stage.names(), ["f", "e", "d", "c", "b"]);
        // What lay there once is put there again, by hand: it is the newest of those that are replaced then.
        let b = list(stage.folder.path())[4].path.clone();
        fs::copy(b, stage.folder.path().join(SAVEFILE)).unwrap();
        stage.save("h");
        assert_eq!(stage.names(), ["b", "f", "e", "d", "c"]);
    }

    #[test]
    fn a_file_of_an_older_form_is_kept_and_marked() {
        let stage = Stage::new();
        let old = br#"{"projectName": "old", "nodes": [], "connections": []}"#;
        fs::write(stage.folder.path().join(SAVEFILE), old).unwrap();
        save(&stage.document, stage.folder.path(), None, None).unwrap();
        let kept = &list(stage.folder.path())[0];
        assert_eq!(kept.why, Why::NewForm);
        assert_eq!(fs::read(&kept.path).unwrap(), old);
        let beside = fs::read(stage.folder.path().join("savefile.v1.json"));
        assert_eq!(beside.unwrap(), old);
    }

    #[test]
    fn a_version_that_cannot_be_kept_stops_no_save() {
        let mut stage = Stage::new();
        // A file in the place of the folder: no right to write, for any user.
        fs::create_dir(stage.folder.path().join(".loom")).unwrap();
        fs::write(folder(stage.folder.path()), "").unwrap();
        let saved = stage.save("a");
        assert!(saved.time.is_some());
        let told = saved.not_kept.unwrap();
        assert!(told.contains("generations"), "{told}");
        assert!(String::from_utf8(stage.text()).unwrap().contains("\"a\""));
    }

    #[test]
    fn a_damaged_file_names_the_newest_version_that_can_be_read_and_is_kept_when_it_is_saved_over()
    {
        for damage in [&b""[..], b"{\"nodes\": [", b"[]", b"\0\0\0\0", b"{}"] {
            let mut stage = Stage::new();
            for name in ["a", "b", "c"] {
                stage.save(name);
            }
            let project = stage.folder.path().to_owned();
            fs::write(&list(&project)[0].path, "torn").unwrap();
            fs::write(project.join(SAVEFILE), damage).unwrap();
            let unreadable = load(&project, &Catalog::default()).unwrap_err();
            let version = unreadable.version.as_ref().unwrap();
            let told = unreadable.to_string();
            assert!(told.contains(&version.path.display().to_string()), "{told}");
            let loaded = read(&version.path, &Catalog::default()).unwrap();
            assert_eq!(loaded.document.meta.project_name, "a");
            assert_eq!(stage.text(), damage);

            let before = list(&project);
            save(&loaded.document, &project, None, None).unwrap();
            assert_eq!(list(&project), before, "what is damaged is no version");
            let kept: Vec<_> = fs::read_dir(&project)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.to_string_lossy().contains("savefile.corrupt-"))
                .collect();
            assert_eq!(kept.len(), 1);
            assert_eq!(fs::read(&kept[0]).unwrap(), damage);
            load(&project, &Catalog::default()).unwrap();
        }
    }
}
