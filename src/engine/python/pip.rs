//! Calls of pip, the tool of Python itself, which works where there is no uv. Installs nothing by itself.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use super::child;

/// A call that asks nobody. It tries again twice where the index does not answer: of a first failure pip says nothing.
pub fn command(python: impl AsRef<OsStr>, folder: &Path, verb: &[&str]) -> Command {
    let mut command = child::command(python, folder);
    command.args(["-I", "-m", "pip"]).args(verb);
    command.args(["--no-input", "--disable-pip-version-check", "--retries=2"]);
    command
}
