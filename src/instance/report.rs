//! Reports of Loom's own failures: a panic writes one to the folder of the logs, where it stays until newer ones push it
//! out. Nothing of it is sent anywhere.

use std::backtrace::Backtrace;
use std::fs;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use jiff::Timestamp;

use super::log::{self, Tail};
use crate::redact;

const REPORTS: usize = 10;
/// A backtrace may be long.
const BACKTRACE_BYTES: usize = 32 << 10;
const BEGIN: &str = "crash-";
/// Stands in the report of a panic that ended the window.
const ON_WINDOW: &str = "Thread: main";

/// What a panic of background work said, and its report: the window goes on, and tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survived {
    pub said: String,
    pub report: PathBuf,
}

/// Those that nobody took yet.
static SURVIVED: Mutex<Vec<Survived>> = Mutex::new(Vec::new());

/// From now on what a panic says is printed without secrets. It may hold what it was given.
pub fn say_on_panic() {
    use std::fmt::Write as _;
    std::panic::set_hook(Box::new(|panic| {
        let mut words = format!("loom: {panic}");
        let backtrace = Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            write!(words, "\n{backtrace}").expect("a text takes all");
        }
        // Where nobody listens there is nothing left to do.
        writeln!(io::stderr(), "{}", redact::text(&words)).ok();
    }));
}

/// From now on a panic is in the log and in a report, too.
pub fn write_on_panic(userdata: &Path, tail: Tail) {
    let folder = log::folder(userdata);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let report = write(&folder, panic, &tail);
        tracing::error!("{panic}");
        if let (Some(report), false) = (report, is_window())
            && let Ok(mut survived) = SURVIVED.try_lock()
        {
            let said = redact::text(said(panic)).into_owned();
            survived.push(Survived { said, report });
        }
        before(panic);
    }));
}

/// What failed in the background since the last call.
pub fn take_survived() -> Vec<Survived> {
    let survived = SURVIVED.try_lock();
    survived.map_or_else(|_| Vec::new(), |mut all| std::mem::take(&mut *all))
}

/// The report of the panic that ended a window, if it wrote one.
pub fn of_window(userdata: &Path, process: u32, since: SystemTime) -> Option<PathBuf> {
    let end = format!("-{process}.txt");
    let is_of_window = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let written = path.metadata().and_then(|meta| meta.modified());
        name.ends_with(&end)
            && written.is_ok_and(|written| written >= since)
            && fs::read_to_string(path).is_ok_and(|text| text.contains(ON_WINDOW))
    };
    reports(&log::folder(userdata))
        .into_iter()
        .rev()
        .find(is_of_window)
}

/// The reports of a folder, the oldest first.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_report = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(BEGIN) && name.ends_with(".txt")
    };
    let mut reports: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(is_report)
        .collect();
    reports.sort();
    reports
}

fn is_window() -> bool {
    std::thread::current().name() == Some("main")
}

fn said<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    panic.payload_as_str().unwrap_or("it gave no reason")
}

fn write(folder: &Path, panic: &PanicHookInfo<'_>, tail: &Tail) -> Option<PathBuf> {
    let now = format!("{:.3}", Timestamp::now());
    let text = text(&now, panic, &tail.lines());
    let name = format!(
        "{BEGIN}{}-{}.txt",
        now.replace(':', "-"),
        std::process::id()
    );
    let path = folder.join(name);
    fs::create_dir_all(folder).ok()?;
    // What a panic says may hold what it was given.
    fs::write(&path, redact::text(&text).as_bytes()).ok()?;
    let all = reports(folder);
    for old in &all[..all.len().saturating_sub(REPORTS)] {
        fs::remove_file(old).ok();
    }
    Some(path)
}

fn text(now: &str, panic: &PanicHookInfo<'_>, log: &[String]) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    let place = panic
        .location()
        .map_or_else(String::new, ToString::to_string);
    let mut backtrace = Backtrace::force_capture().to_string();
    backtrace.truncate(backtrace.floor_char_boundary(BACKTRACE_BYTES));
    format!(
        "Loom {} failed: {}\n\nAt: {place}\nThread: {thread}\nTime: {now}\nSystem: {} {}\n\nBacktrace:\n{backtrace}\n\n\
         Last lines of the log:\n{}\n",
        env!("CARGO_PKG_VERSION"),
        said(panic),
        std::env::consts::OS,
        std::env::consts::ARCH,
        log.join("\n"),
    )
}
