//! Which processes there are, as Linux tells: for tests that none is left behind. Ends none.

use std::fs;
use std::path::Path;

use crate::stage::{self, Stage};

/// How a process is, as one letter; `None` when it is gone. One that has ended and waits for its parent to notice is
/// `Z`: a leftover of ours if it is our child.
pub fn state(process: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// When it was started, in the system's own count.
pub fn started(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    fields.nth(19)?.parse().ok()
}

pub fn resident_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.expect("it runs") * 1024
}

/// The numbers in a file that a node writes.
pub fn numbers(file: &Path) -> Vec<u32> {
    stage::until(|| file.exists());
    let text = fs::read_to_string(file).expect("the file is there");
    text.split(' ')
        .map(|id| id.parse().expect("a number"))
        .collect()
}

/// The marks of all processes that the stage's engine has had so far: the names of their folders.
pub fn marks(stage: &Stage) -> Vec<String> {
    let entries = fs::read_dir(stage.folder.path().join(".loom"));
    let entries = entries.into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Processes that carry one of the marks in their environment.
pub fn marked(marks: &[String]) -> Vec<u32> {
    let variables: Vec<_> = marks
        .iter()
        .map(|mark| format!("LOOM_ENGINE={mark}"))
        .collect();
    let entries = fs::read_dir("/proc").expect("this is Linux").flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes
        .filter(|process: &u32| {
            let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variables.iter().any(|wanted| wanted.as_bytes() == variable))
        })
        .collect()
}
