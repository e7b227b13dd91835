//! The log of a window: a file of its own, with those of the last ones beside it, and its last lines in memory, for the
//! report of a crash. Decides nothing about what is logged.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// Folder of logs and reports in userdata.
const FOLDER: &str = "logs";
/// Logs that are kept, that of this window among them.
const LOGS: usize = 5;
/// Lines that are remembered, and how much of each.
const LINES: usize = 100;
const LINE_BYTES: usize = 500;

/// The folder that logs and reports lie in.
pub fn folder(userdata: &Path) -> PathBuf {
    userdata.join(FOLDER)
}

/// A new `loom.log`; the one before is `loom.1.log` now, and so on.
pub fn begin(userdata: &Path) -> io::Result<File> {
    let folder = folder(userdata);
    fs::create_dir_all(&folder)?;
    let log = |age: usize| match age {
        0 => folder.join("loom.log"),
        age => folder.join(format!("loom.{age}.log")),
    };
    // One without a word is not worth a place.
    if fs::metadata(log(0)).is_ok_and(|meta| meta.len() > 0) {
        for age in (1..LOGS).rev() {
            fs::rename(log(age - 1), log(age)).ok();
        }
    }
    File::create(log(0))
}

/// The end of the log before this one, if anything was written to it after `since`.
pub fn end_of_last(userdata: &Path, since: SystemTime) -> String {
    let path = folder(userdata).join("loom.1.log");
    let modified = fs::metadata(&path).and_then(|meta| meta.modified());
    if modified.is_ok_and(|modified| modified < since) {
        return String::new();
    }
    let text = fs::read(&path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text[text.len().saturating_sub(LINES * LINE_BYTES)..]);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// The last lines of the log.
#[derive(Clone, Debug, Default)]
pub struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    /// Those that there are; none while somebody writes one, since a panic may come from there.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.0.try_lock();
        lines.map_or_else(|_| Vec::new(), |lines| lines.iter().cloned().collect())
    }
}

impl io::Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A writer that waited for another would be waited for by the window.
        if let Ok(mut lines) = self.0.try_lock() {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LINE_BYTES)]);
            lines.push_back(text.trim_end().to_owned());
            while lines.len() > LINES {
                lines.pop_front();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_logs_of_the_last_windows_stay() {
        let userdata = tempfile::tempdir().unwrap();
        for window in 0..7 {
            let mut file = begin(userdata.path()).unwrap();
            if window != 3 {
                write!(file, "{window}").unwrap();
            }
        }
        let folder = folder(userdata.path());
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "loom.1.log",
                "loom.2.log",
                "loom.3.log",
                "loom.4.log",
                "loom.log"
            ]
        );
        let read = |name: &String| fs::read_to_string(folder.join(name)).unwrap();
        let texts: Vec<_> = names.iter().map(read).collect();
        assert_eq!(texts, ["5", "4", "2", "1", "6"]);
    }

    #[test]
    fn the_last_lines_are_remembered_and_no_more() {
        let mut tail = Tail::default();
        for line in 0..LINES + 5 {
            // As the log does it: a line at once.
            tail.write_all(format!("line {line}\n").as_bytes()).unwrap();
        }
        tail.write_all("é".repeat(LINE_BYTES).as_bytes()).unwrap();
        let lines = tail.lines();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[0], "line 6");
        assert!(lines[LINES - 1].len() <= LINE_BYTES + 3);
    }
}
