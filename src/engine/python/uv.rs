//! Finding `uv`, the fast installer: beside the program, on PATH, among Loom's tools, or fetched there once with pip.
//! Makes no environment but the one that uv itself is fetched into.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::child::{self, Ending};
use super::find::Python;
use super::{CancelFlag, EnvironmentError, Progress, Wanted, interpreter, script};

/// Fetching takes seconds; where it does not work pip does the job.
const FETCH_LIMIT: Duration = Duration::from_secs(90);

/// A `uv` that is there already.
pub fn find(wanted: &Wanted) -> Option<PathBuf> {
    let name = if cfg!(windows) { "uv.exe" } else { "uv" };
    let beside = wanted.program.join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let fetched = script(&wanted.tools.join("uv"), "uv");
    std::iter::once(beside)
        .chain(on_path)
        .chain([fetched])
        .find(|program| program.is_absolute() && program.is_file())
}

/// Fetch `uv` into Loom's tools. `None` when that does not work here; the reason is told as output.
pub fn fetch(
    wanted: &Wanted,
    python: &Python,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Option<PathBuf>, EnvironmentError> {
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
    let mut make = child::command(&python.program, new);
    make.args(["-I", "-m", "venv", "."]);
    let mut install = child::command(interpreter(new), new);
    install.args([
        "-I",
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
    ]);
    install.args(["--only-binary=:all:", "--retries=1", "uv"]);
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
