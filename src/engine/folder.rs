//! Folder: each engine process has one of its own, with its values and a file that says which process it is. The next
//! start finds there what a crash of the program or the machine left behind, and ends and removes it. Starts nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::protocol::{EngineState, ProcessId};
use crate::sys::{self, Mark};

/// The variable that marks an engine and all that it starts.
const MARK: &str = "LOOM_ENGINE";
const STATE: &str = "engine_state.json";
const PREFIX: &str = "engine-";

/// The folder of one process. It outlives the process, since what is shown may still be read from there.
pub struct Folder {
    path: PathBuf,
    mark: Mark,
}

impl Folder {
    /// Make a new one among the engine's files.
    pub fn create(files: &Path) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Never the name of one that was there before, since it is the mark of its processes as well.
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let name = format!(
            "{PREFIX}{}-{:x}-{}",
            std::process::id(),
            now.unwrap_or_default().as_nanos(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = files.join(&name);
        fs::create_dir_all(&path)?;
        let mark = Mark {
            name: MARK,
            value: name,
        };
        Ok(Self { path, mark })
    }

    /// Where the process works.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// For values too big for the pipe. Apart from the rest, so that a node that removes it hurts nothing else.
    pub fn values(&self) -> PathBuf {
        self.path.join("values")
    }

    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The process that works here was started.
    pub fn note(&self, process: u32) {
        let state = EngineState {
            host: identify(std::process::id()),
            engine: identify(process),
            mark: self.mark.value.clone(),
        };
        // Without the file, only what a crash of this very program leaves behind is not found.
        fs::write(self.path.join(STATE), state.to_text()).ok();
    }

    /// The process that worked here has ended.
    pub fn note_end(&self) {
        fs::remove_file(self.path.join(STATE)).ok();
    }

    pub fn remove(&self) {
        fs::remove_dir_all(&self.path).ok();
    }
}

/// End and remove what programs that are gone left among these files.
pub fn sweep(files: &Path) {
    let Ok(entries) = fs::read_dir(files) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) {
            sweep_one(&entry.path(), name);
        }
    }
}

fn sweep_one(path: &Path, name: &str) {
    let text = fs::read_to_string(path.join(STATE)).unwrap_or_default();
    let state = EngineState::from_text(&text).filter(|state| state.mark == name);
    let is_host_there = match &state {
        Some(state) => is_there(state.host),
        None => host(name).is_none_or(sys::is_running),
    };
    if is_host_there {
        return;
    }
    if let Some(state) = state {
        let mark = Mark {
            name: MARK,
            value: state.mark,
        };
        // All that it started is younger.
        let began = state.engine.started.unwrap_or(u64::MAX);
        sys::end_marked(&mark, |process, started| {
            if process == state.engine.pid {
                started == began
            } else {
                started >= began
            }
        });
    }
    fs::remove_dir_all(path).ok();
}

/// The number in a folder's name.
fn host(name: &str) -> Option<u32> {
    name.strip_prefix(PREFIX)?.split_once('-')?.0.parse().ok()
}

fn identify(pid: u32) -> ProcessId {
    ProcessId {
        pid,
        started: sys::started(pid),
    }
}

/// Where the system does not tell when a process was started, its number must do.
fn is_there(process: ProcessId) -> bool {
    match process.started {
        Some(started) => sys::started(process.pid) == Some(started),
        None => sys::is_running(process.pid),
    }
}
