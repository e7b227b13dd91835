//! Finding `uv`, the fast installer: beside the program, on PATH, among Loom's tools, or fetched there once with pip.
//! Makes no environment but the one that uv itself is fetched into.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::{self, Ending};
use super::find::Python;
use super::{
    CancelFlag, EnvironmentError, Progress, Wanted, alone, interpreter, lockable, pip, script,
};

/// The version that is fetched, and what its wheels must hash to: pip looks at that before anything of it is unpacked.
const VERSION: &str = "0.13.9";
const PINNED: &str = "uv.txt";
const SHA256: &[&str] = &[
    // Linux: x86-64 and aarch64 of glibc and of musl
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    // macOS: Intel, Apple
    "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    // Windows: x86-64, arm64
    "6a44b2ed8111d2f60d2b92627c5dccda3f7ed7570b18ce115e569cd68c28246b",
    "eeb92051c2123b9730c46b04cc843cfa4bc7d7b0aec56df431a2215ef4cb0273",
];

/// Fetching takes seconds; where it does not work pip does the job.
const FETCH_LIMIT: Duration = Duration::from_secs(90);
/// Where it did not work it is left at that for so long: a change asks more than once.
const AGAIN_AFTER: Duration = Duration::from_mins(10);
/// When it did not work last, by the place that it was to come to.
static FAILED: Mutex<BTreeMap<PathBuf, Instant>> = Mutex::new(BTreeMap::new());

/// A `uv` that is there already.
pub fn find(wanted: &Wanted) -> Option<PathBuf> {
    let name = if cfg!(windows) { "uv.exe" } else { "uv" };
    let beside = wanted.program.join(name);
    let on_path = child::path_beside(&wanted.project).into_iter();
    let on_path = on_path.map(|folder| folder.join(name));
    let fetched = script(&wanted.tools.join("uv"), "uv");
    std::iter::once(beside)
        .chain(on_path)
        .chain([fetched])
        .find(|program| program.is_absolute() && program.is_file())
}

/// A call of uv for a project. The user's own configuration holds, and none that lies in the project or around it: one
/// from elsewhere could name another package index there.
pub fn command(uv: &Path, project: &Path) -> Command {
    let mut command = child::command(uv, project);
    if ["UV_CONFIG_FILE", "UV_NO_CONFIG"]
        .iter()
        .all(|name| std::env::var_os(name).is_none())
    {
        match configuration() {
            Some(file) => command.env("UV_CONFIG_FILE", file),
            None => command.env("UV_NO_CONFIG", "1"),
        };
    }
    command
}

/// The user's configuration of uv, else the system's.
fn configuration() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let folders = if cfg!(windows) {
        [of("APPDATA"), of("PROGRAMDATA")].map(|folder| folder.map(PathBuf::from))
    } else {
        let home = || of("HOME").map(|home| PathBuf::from(home).join(".config"));
        let own = of("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home);
        [own, Some(PathBuf::from("/etc"))]
    };
    let files = folders.into_iter().flatten();
    files
        .map(|folder| folder.join("uv").join("uv.toml"))
        .find(|file| file.is_file())
}

/// Fetch `uv` into Loom's tools, one project at a time. `None` when that does not work here; the reason is told as output.
pub fn fetch(
    wanted: &Wanted,
    python: &Python,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Option<PathBuf>, EnvironmentError> {
    std::fs::create_dir_all(&wanted.tools).ok();
    // What keeps the file from being there keeps uv away too, and is told then.
    let _alone = match lockable(&wanted.tools.join("uv.lock")) {
        Ok(file) => Some(alone(
            file,
            "Waiting for another project that fetches uv",
            progress,
            cancel,
        )?),
        Err(_) => None,
    };
    if let Some(fetched) = find(wanted) {
        return Ok(Some(fetched));
    }
    let failed = || FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    let last = failed().get(&wanted.tools).copied();
    if last.is_some_and(|last| last.elapsed() < AGAIN_AFTER) {
        return Ok(None);
    }
    progress(Progress::Step(
        "Fetching uv, which installs packages".to_owned(),
    ));
    let new = wanted.tools.join("uv.new");
    let done = fetch_into(&new, python, progress, cancel)?;
    let place = wanted.tools.join("uv");
    // An older one that does not work any more may be in the way.
    std::fs::remove_dir_all(&place).ok();
    if done && std::fs::rename(&new, &place).is_ok() {
        return Ok(find(wanted));
    }
    std::fs::remove_dir_all(&new).ok();
    failed().insert(wanted.tools.clone(), Instant::now());
    progress(Progress::Step(
        "uv could not be fetched: pip is used instead".to_owned(),
    ));
    Ok(None)
}

fn fetch_into(
    new: &Path,
    python: &Python,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<bool, EnvironmentError> {
    std::fs::remove_dir_all(new).ok();
    if let Err(error) = std::fs::create_dir_all(new) {
        progress(Progress::Output(error.to_string()));
        return Ok(false);
    }
    let mut pinned = format!("uv=={VERSION}");
    for hash in SHA256 {
        pinned.push_str(" --hash=sha256:");
        pinned.push_str(hash);
    }
    if let Err(error) = std::fs::write(new.join(PINNED), pinned) {
        progress(Progress::Output(error.to_string()));
        return Ok(false);
    }
    let mut make = child::command(&python.program, new);
    make.args(["-I", "-m", "venv", "."]);
    let mut install = pip::command(interpreter(new), new, &["install"]);
    install.args([
        "--progress-bar=off",
        "--only-binary=:all:",
        "--no-deps",
        "--require-hashes",
        "-r",
        PINNED,
    ]);
    for command in [make, install] {
        let mut tell = |line: &str| progress(Progress::Output(line.to_owned()));
        match child::run(command, Some(FETCH_LIMIT), &mut tell, cancel).ending {
            Ending::Done => {}
            Ending::Failed => return Ok(false),
            Ending::Cancelled => return Err(EnvironmentError::Cancelled),
        }
    }
    Ok(true)
}
