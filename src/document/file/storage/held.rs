//! Files that another program holds, and folders that cannot be flushed: what a save makes of both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use super::{Disk, Listed, Storage, Writable, is_held};
use crate::document::Document;
use crate::document::file::{FileError, Written, save_over, to_text};

/// A disk of which other programs hold files. What the next calls fail with: 0 is not at all, and the last one is what
/// all others fail with.
#[derive(Debug, Default)]
struct Held {
    reads: Mutex<Vec<i32>>,
    renames: Mutex<Vec<i32>>,
    flushes: Mutex<Vec<io::ErrorKind>>,
}

fn next(codes: &Mutex<Vec<i32>>) -> io::Result<()> {
    let mut codes = codes.lock().unwrap();
    let code = match codes.len() {
        0 => 0,
        1 => codes[0],
        _ => codes.remove(0),
    };
    match code {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

impl Storage for Held {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        next(&self.reads).and_then(|()| Disk.read(path))
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        Disk.length(path)
    }

    fn modified(&self, path: &Path) -> io::Result<SystemTime> {
        Disk.modified(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        Disk.list(folder)
    }

    fn create_beside(&self, path: &Path) -> io::Result<(PathBuf, Box<dyn Writable>)> {
        Disk.create_beside(path)
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Writable>> {
        Disk.append(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        next(&self.renames).and_then(|()| Disk.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        Disk.create_folder(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match self.flushes.lock().unwrap().pop() {
            Some(kind) => Err(kind.into()),
            None => Disk.sync_folder(folder),
        }
    }

    fn refuse_links(&self, folder: &Path) -> io::Result<()> {
        Disk.refuse_links(folder)
    }

    /// As on Windows.
    fn is_held(&self, error: &io::Error) -> bool {
        is_held(error)
    }
}

struct Stage {
    folder: tempfile::TempDir,
    before: String,
}

impl Stage {
    fn new() -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            before: to_text(&named("before"), None),
        };
        fs::write(stage.savefile(), &stage.before).unwrap();
        stage
    }

    fn savefile(&self) -> PathBuf {
        self.folder.path().join("savefile.json")
    }

    fn save(&self, storage: &Held) -> Result<Written, FileError> {
        let known = Some(&*self.before);
        save_over(storage, &named("after"), &self.savefile(), known, |_| {})
    }

    /// The savefile holds this, and nothing lies beside it.
    fn holds(&self, text: &str) {
        assert_eq!(fs::read_to_string(self.savefile()).unwrap(), text);
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 1);
    }
}

fn named(name: &str) -> Document {
    let mut document = Document::default();
    document.meta.project_name = name.to_owned();
    document
}

#[test]
fn a_file_that_is_held_for_a_moment_is_saved_all_the_same() {
    for (reads, renames) in [
        (vec![32, 32, 33, 0], vec![]),
        (vec![], vec![5, 32, 33, 0]),
        // At the last look whether it is still what was kept.
        (vec![0, 32, 32, 0], vec![32, 0]),
    ] {
        let stage = Stage::new();
        let storage = Held {
            reads: reads.into(),
            renames: renames.into(),
            ..Held::default()
        };
        let written = stage.save(&storage).unwrap();
        assert!(written.text.contains("after"));
        stage.holds(&written.text);
    }
}

#[test]
fn a_file_that_is_held_for_good_is_left_and_that_is_said() {
    for (reads, renames) in [(vec![32], vec![]), (vec![0, 32], vec![]), (vec![], vec![5])] {
        let stage = Stage::new();
        let storage = Held {
            reads: reads.clone().into(),
            renames: renames.into(),
            ..Held::default()
        };
        let error = stage.save(&storage).unwrap_err();
        // It was changed by nobody.
        assert!(matches!(error, FileError::Io { .. }), "{reads:?}: {error}");
        stage.holds(&stage.before);
    }
}

#[test]
fn a_folder_that_cannot_be_flushed_is_no_reason_not_to_save() {
    use io::ErrorKind::{InvalidInput, Other, Unsupported};
    for (kind, is_saved) in [(InvalidInput, true), (Unsupported, true), (Other, false)] {
        let stage = Stage::new();
        let storage = Held {
            flushes: vec![kind].into(),
            ..Held::default()
        };
        let saved = stage.save(&storage);
        assert_eq!(saved.is_ok(), is_saved, "{kind}: {saved:?}");
        if let Ok(written) = saved {
            stage.holds(&written.text);
        }
    }
    #[cfg(unix)]
    for code in [9, 22] {
        let error = io::Error::from_raw_os_error(code);
        assert!(super::is_not_flushed(&error), "{error}");
    }
    let error = io::Error::from_raw_os_error(5);
    assert!(!super::is_not_flushed(&error), "{error}");
}

#[cfg(windows)]
#[test]
fn a_savefile_that_another_program_opened_for_itself_is_saved_when_that_closes_it() {
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::time::Duration;

    use crate::document::file::{load, save};
    use crate::graph::Catalog;

    for millis in [500, 1500] {
        let stage = Stage::new();
        let path = stage.savefile();
        let mut alone = fs::OpenOptions::new();
        let handle = alone.read(true).share_mode(0).open(&path).unwrap();
        // It is held indeed.
        let error = fs::read(&path).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(32), "{error}");
        let other = std::thread::Builder::new().spawn(move || {
            std::thread::sleep(Duration::from_millis(millis));
            drop(handle);
        });
        let saved = save(&named("after"), &path);
        other.unwrap().join().unwrap();
        saved.unwrap();
        let read = load(&path, &Catalog::default()).unwrap();
        assert_eq!(read.document.meta.project_name, "after", "{millis} ms");
    }
}
