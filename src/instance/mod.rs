//! Instances: the windows of Loom that are open on one userdata folder: each leaves a mark while it is open, by which the
//! next start knows of one that did not end as it should, and takes what others ask of it. All through files in
//! userdata: nothing listens on anything. Opens and shows nothing itself.

pub mod log;
pub mod report;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::file::write_atomic;
use crate::sys;

/// Folder of the windows' marks in userdata.
const FOLDER: &str = "windows";
/// Locked by the window that was open first: what names no window is for it.
const FIRST: &str = "first";
const MARK: &str = "open";
const REQUEST: &str = "request";
/// How often a window looks for what others ask of it, and others for whether it was taken.
pub const PACE: Duration = Duration::from_millis(200);
/// Who does not take a request for so long is busy or stuck.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The mark of this window. The system frees its lock when the process ends, however it ends; the file goes only with a
/// farewell.
#[derive(Debug)]
pub struct Mark {
    _locked: File,
    path: PathBuf,
}

/// A window that ended without a farewell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub process: u32,
    pub since: SystemTime,
    /// What it wrote of its own failure, if it came to that.
    pub report: Option<PathBuf>,
    /// The machine was started anew since.
    pub with_machine: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct MarkText {
    since: String,
}

/// What one Loom asks of the window of another.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    /// The process that is asked; `None`: the window that was open first.
    to: Option<u32>,
    /// What is to be opened; `None`: the window is to come to the front.
    open: Option<PathBuf>,
}

/// Takes what others ask of this window.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    process: u32,
    first: Option<File>,
}

impl Mark {
    /// Leave a mark in a userdata folder, and say which windows ended there without a farewell.
    pub fn leave(userdata: &Path) -> io::Result<(Self, Vec<Ended>)> {
        let folder = userdata.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let ended = sweep(&folder, userdata);
        let path = mark_path(&folder, std::process::id());
        // Locked before it has its name: nobody finds it without a lock.
        let unnamed = path.with_extension("new");
        let locked = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&unnamed)?;
        let since = format!("{:.3}", Timestamp::now());
        serde_json::to_writer(&locked, &MarkText { since })?;
        match locked.try_lock() {
            Ok(()) => {}
            // By its process it is known where there are no locks.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error.into()),
        }
        fs::rename(&unnamed, &path)?;
        let mark = Self {
            _locked: locked,
            path,
        };
        Ok((mark, ended))
    }

    /// The window ends as it should.
    pub fn end(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the mark of this window stays: {}", self.path.display());
        }
    }
}

impl Inbox {
    pub fn open(userdata: &Path) -> Self {
        let mut inbox = Self {
            folder: userdata.join(FOLDER),
            process: std::process::id(),
            first: None,
        };
        inbox.become_first();
        inbox
    }

    /// Is this the window that was open first, or of those that are still open?
    pub fn is_first(&self) -> bool {
        self.first.is_some()
    }

    fn become_first(&mut self) {
        if self.first.is_none() {
            self.first = first(&self.folder).ok().flatten();
        }
    }

    /// What was asked since the last call: what to open, or to come to the front.
    pub fn take(&mut self) -> Vec<Option<PathBuf>> {
        self.become_first();
        let mut taken = Vec::new();
        for path in files(&self.folder, REQUEST) {
            let read = fs::read(&path).ok();
            let request = read.and_then(|bytes| serde_json::from_slice::<Request>(&bytes).ok());
            let Some(Request { to, open }) = request else {
                continue;
            };
            let is_ours = match to {
                Some(process) => process == self.process,
                None => self.first.is_some(),
            };
            // Whoever removes it has it: one that gave up waiting removes it too.
            if is_ours && fs::remove_file(&path).is_ok() {
                taken.push(open);
            }
        }
        taken
    }
}

/// The processes of the other windows that are open on this userdata folder.
pub fn others(userdata: &Path) -> Vec<u32> {
    let own = std::process::id();
    let mut windows = windows(&userdata.join(FOLDER));
    windows.retain(|window| *window != own);
    windows
}

fn windows(folder: &Path) -> Vec<u32> {
    files(folder, MARK)
        .into_iter()
        .filter(|path| !is_left(path))
        .filter_map(|path| path.file_stem()?.to_str()?.parse().ok())
        .collect()
}

/// Ask a window that is open on this userdata folder already to open something, or only to come to the front. `holder`:
/// the process that has it open, if that is known. The process that did, or `None` where no window is open or takes it.
pub fn hand_over(userdata: &Path, open: Option<&Path>, holder: Option<u32>) -> Option<u32> {
    let folder = userdata.join(FOLDER);
    let windows = windows(&folder);
    let to = holder.filter(|holder| windows.contains(holder));
    if windows.is_empty() || to.is_none() && first(&folder).ok()?.is_some() {
        return None;
    }
    for window in &windows {
        sys::let_come_to_front(*window);
    }
    let request = Request {
        to,
        open: open.map(Path::to_owned),
    };
    let number = std::process::id();
    let path = folder.join(format!("{number}.{REQUEST}"));
    let text = serde_json::to_string(&request).ok()?;
    write_atomic(&path, text.as_bytes()).ok()?;
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        std::thread::sleep(PACE / 10);
        if !path.exists() {
            return to.or_else(|| windows.first().copied());
        }
    }
    match fs::remove_file(&path) {
        // Taken in this moment.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            to.or_else(|| windows.first().copied())
        }
        _ => None,
    }
}

/// The lock of the first window, if nobody has it.
fn first(folder: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(FIRST))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

fn mark_path(folder: &Path, process: u32) -> PathBuf {
    folder.join(format!("{process}.{MARK}"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .collect();
    files.sort();
    files
}

/// Has the window of this mark ended?
fn is_left(mark: &Path) -> bool {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(mark) else {
        return false;
    };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let process = mark.file_stem().and_then(|stem| stem.to_str());
            let process = process.and_then(|stem| stem.parse().ok());
            process.is_some_and(|process| !sys::is_running(process))
        }
    }
}

/// Take the marks away that windows left which are not there any more, and what was asked of them.
fn sweep(folder: &Path, userdata: &Path) -> Vec<Ended> {
    let mut ended = Vec::new();
    for mark in files(folder, MARK) {
        if !is_left(&mark) {
            continue;
        }
        let text = fs::read(&mark).unwrap_or_default();
        let since = serde_json::from_slice::<MarkText>(&text).ok();
        let since = since.and_then(|text| text.since.parse::<Timestamp>().ok()?.try_into().ok());
        let process = mark
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse().ok());
        if let Err(error) = fs::remove_file(&mark) {
            tracing::warn!(%error, "the mark of a window that ended stays: {}", mark.display());
        }
        let (Some(since), Some(process)) = (since, process) else {
            continue;
        };
        ended.push(Ended {
            process,
            since,
            report: report::of_window(userdata, process, since),
            with_machine: sys::booted().is_some_and(|booted| booted > since),
        });
    }
    let is_old = |path: &PathBuf| {
        let modified = path.metadata().and_then(|meta| meta.modified());
        modified.is_ok_and(|time| time.elapsed().unwrap_or_default() > 2 * PATIENCE)
    };
    for request in files(folder, REQUEST).into_iter().filter(is_old) {
        fs::remove_file(request).ok();
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_without_a_farewell_is_told_once() {
        let userdata = tempfile::tempdir().unwrap();
        let (mark, ended) = Mark::leave(userdata.path()).unwrap();
        assert_eq!(ended, []);
        mark.end();
        let (mark, ended) = Mark::leave(userdata.path()).unwrap();
        assert_eq!(ended, []);
        drop(mark);
        let (mark, ended) = Mark::leave(userdata.path()).unwrap();
        assert_eq!(ended.len(), 1);
        assert_eq!(ended[0].process, std::process::id());
        assert!(ended[0].report.is_none() && !ended[0].with_machine);
        mark.end();
        // Torn by the same crash: it says nothing, and goes.
        let torn = mark_path(&userdata.path().join(FOLDER), 7);
        fs::write(&torn, "{\"sin").unwrap();
        let (mark, ended) = Mark::leave(userdata.path()).unwrap();
        assert_eq!(ended, []);
        assert!(!torn.exists());
        mark.end();
    }

    #[test]
    fn what_is_asked_is_taken_by_the_window_that_is_meant() {
        let userdata = tempfile::tempdir().unwrap();
        let project = userdata.path().join("Coins");
        assert_eq!(hand_over(userdata.path(), Some(&project), None), None);
        let (mark, _) = Mark::leave(userdata.path()).unwrap();
        let mut inbox = Inbox::open(userdata.path());
        let mut other = Inbox::open(userdata.path());
        assert!(inbox.is_first() && !other.is_first());
        let asks = |open: Option<PathBuf>, holder| {
            let userdata = userdata.path().to_owned();
            let ask = move || hand_over(&userdata, open.as_deref(), holder);
            std::thread::Builder::new().spawn(ask).unwrap()
        };
        let taken = |inbox: &mut Inbox| {
            let start = Instant::now();
            loop {
                let taken = inbox.take();
                if !taken.is_empty() || start.elapsed() > Duration::from_mins(1) {
                    return taken;
                }
            }
        };
        let asked = asks(Some(project.clone()), None);
        assert_eq!(other.take(), []);
        assert_eq!(taken(&mut inbox), [Some(project)]);
        assert_eq!(asked.join().unwrap(), Some(std::process::id()));
        // The window that has it is named.
        other.process = 1;
        let asked = asks(None, Some(std::process::id()));
        assert_eq!(other.take(), []);
        assert_eq!(taken(&mut inbox), [None]);
        assert!(asked.join().unwrap().is_some());
        // Nobody takes it: it is not left lying.
        assert_eq!(asks(None, None).join().unwrap(), None);
        assert_eq!(inbox.take(), []);
        // The next one is first when the first has ended.
        drop(inbox);
        assert_eq!(other.take(), []);
        assert!(other.is_first());
        mark.end();
    }
}
