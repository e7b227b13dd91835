//! Slots: places in userdata where a window keeps what it may not write into a project, each held by a lock beside it,
//! so that no two windows write at one, and none takes what another still writes for what it left. The first is for the
//! window that has the project; the others are numbered.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::sys::open_lock;

/// So many may be left of one project; what is done in more windows is kept nowhere, and they say so.
const MOST: usize = 64;

/// The places of one project for one kind of thing.
#[derive(Clone, Debug)]
pub struct Slots {
    /// The first; the others have a number before its ending.
    main: PathBuf,
}

/// A place that no other window uses as long as this lives.
#[derive(Debug)]
pub struct Slot {
    path: PathBuf,
    lock: PathBuf,
    /// `None`: it is being given up.
    held: Option<File>,
}

impl Slots {
    pub fn of(main: PathBuf) -> Self {
        Self { main }
    }

    /// The one of the window that has the project. `None`: another window has it.
    pub fn main(&self) -> io::Result<Option<Slot>> {
        Slot::take(self.main.clone())
    }

    /// A numbered one where nothing lies.
    pub fn free(&self) -> io::Result<Slot> {
        for path in self.numbered().filter(|path| !path.exists()) {
            // Another window may have been there just before, and have ended.
            if let Some(slot) = Slot::take(path)?.filter(|slot| !slot.path.exists()) {
                return Ok(slot);
            }
        }
        Err(io::Error::other("too many windows left something unsaved"))
    }

    /// The numbered ones where windows left something that have ended.
    pub fn left(&self) -> Vec<Slot> {
        self.numbered()
            .filter(|path| path.exists())
            .filter_map(|path| Slot::take(path).ok().flatten())
            .collect()
    }

    /// Does a window that is open keep something in one of the numbered ones?
    pub fn are_written(&self) -> bool {
        let mut there = self.numbered().filter(|path| path.exists());
        there.any(|path| matches!(Slot::take(path), Ok(None)))
    }

    fn numbered(&self) -> impl Iterator<Item = PathBuf> {
        let ending = self.main.extension().unwrap_or_default().to_string_lossy();
        (1..=MOST).map(move |number| self.main.with_extension(format!("{number}.{ending}")))
    }
}

impl Slot {
    /// Of what is kept there.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Is its lock in its place? Where others removed it another window may take another of its name.
    pub fn is_held(&self) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| leads_to(&self.lock, held))
    }

    /// The same place, held anew. `None`: another window has it by now.
    pub fn again(&self) -> io::Result<Option<Self>> {
        Self::take(self.path.clone())
    }

    /// Remove what lies there.
    pub fn clear(&self) {
        fs::remove_file(&self.path).ok();
    }

    /// `None`: another window has it.
    fn take(path: PathBuf) -> io::Result<Option<Self>> {
        let lock = path.with_extension("lock");
        fs::create_dir_all(lock.parent().unwrap_or(&lock))?;
        for _ in 0..MOST {
            let held = open_lock(&lock)?;
            match held.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                // A userdata folder on a disk without locks: one window at a time is what is left.
                Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                    return Err(error);
                }
                _ => {}
            }
            // Whoever had it may have removed its name in between, and somebody else have made another of that name.
            if leads_to(&lock, &held) {
                let held = Some(held);
                return Ok(Some(Self { path, lock, held }));
            }
        }
        Err(io::Error::other("its lock is another one again and again"))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.path.exists() {
            return;
        }
        // Windows removes no name of a file that is open as these are, so that nobody else has it when that succeeds.
        // Elsewhere it is removed while it is held: whoever has opened it sees that.
        let held = self.held.take().filter(|_| cfg!(unix));
        if held.is_none_or(|held| leads_to(&self.lock, &held)) {
            fs::remove_file(&self.lock).ok();
        }
    }
}

/// Remove the locks that nobody holds and where nothing lies: those of windows that were killed.
pub fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    for lock in paths.filter(|path| path.extension().is_some_and(|ending| ending == "lock")) {
        // Another folder may have the name of this one, and locks of its own.
        if !is_of_slot(&lock) {
            continue;
        }
        let is_used = ["journal", "json"].map(|ending| lock.with_extension(ending).exists());
        if !is_used.contains(&true) {
            // Given up at once.
            Slot::take(lock.with_extension("journal")).ok();
        }
    }
}

/// Is it called as the lock of a slot is: `NAME-SUM[.code][.NUMBER].lock`?
fn is_of_slot(lock: &Path) -> bool {
    let stem = lock.file_stem().unwrap_or_default().to_string_lossy();
    let (main, number) = stem.rsplit_once('.').unwrap_or((&stem, ""));
    let main = if number.parse::<usize>().is_ok() {
        main
    } else {
        &stem
    };
    let main = main.strip_suffix(".code").unwrap_or(main);
    let sum = main.rsplit_once('-').map_or("", |(_, sum)| sum);
    sum.len() == 8 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Does the name lead to the file that is open?
fn leads_to(name: &Path, file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let of = |meta: io::Result<fs::Metadata>| meta.ok().map(|meta| (meta.dev(), meta.ino()));
        of(file.metadata()) == of(fs::metadata(name))
    }
    #[cfg(not(unix))]
    {
        let _ = (name, file);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).into_iter().flatten().flatten();
        names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn each_window_has_a_place_of_its_own_and_what_it_left_is_found_when_it_has_ended() {
        let userdata = tempfile::tempdir().unwrap();
        let folder = userdata.path().join("journals");
        let slots = Slots::of(folder.join("coins.v2-0a.journal"));
        let free = || slots.free().unwrap();
        let main = slots.main().unwrap().unwrap();
        assert!(slots.main().unwrap().is_none());
        let (first, second) = (free(), free());
        assert_ne!(first.path, second.path);
        fs::write(&first.path, "x").unwrap();
        assert!(slots.left().is_empty() && slots.are_written());
        let path = first.path.clone();
        drop((main, first, second));
        assert!(!slots.are_written());
        let found = slots.left();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, path);
        assert_ne!(free().path, path);
        assert!(slots.left().is_empty(), "somebody looks into it");
        drop(found);
        fs::remove_file(path).unwrap();
        drop((slots.main().unwrap(), free()));
        assert_eq!(names(&folder), ["coins.v2-0a.1.lock"; 0]);
    }

    #[test]
    fn a_lock_goes_with_its_holder_and_that_of_nobody_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let slots = Slots::of(folder.path().join("a-0a1b2c3d.journal"));
        let first = slots.main().unwrap().unwrap();
        if cfg!(unix) {
            // Its name is taken from it, and somebody else has another of that name.
            fs::remove_file(&first.lock).unwrap();
            assert!(!first.is_held());
            let second = slots.main().unwrap().unwrap();
            drop(first);
            assert!(second.is_held() && second.again().unwrap().is_none());
            drop(second);
        } else {
            drop(first);
        }
        // Those of windows that were killed lie where nobody holds them.
        let held = slots.free().unwrap();
        let left = [
            "a-0a1b2c3d.lock",
            "v1.2-00000000.code.lock",
            "a-0a1b2c3d.code.7.lock",
            "kept-ffffffff.3.lock",
            "kept-ffffffff.3.journal",
            "requirements.lock",
            "not-hexadecimal.lock",
        ];
        for name in left {
            fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path());
        let mut left = names(folder.path());
        left.sort();
        let stay = [
            "a-0a1b2c3d.1.lock",
            "kept-ffffffff.3.journal",
            "kept-ffffffff.3.lock",
            "not-hexadecimal.lock",
            "requirements.lock",
        ];
        assert_eq!(left, stay);
        drop(held);
    }
}
