//! Wheels: unpacking one to look into it, and building one of a source tree. Changes no environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::{Tools, run};
use super::{CancelFlag, EnvironmentError, Progress, Wanted, child, interpreter, pip, uv};

/// Unpack the package `what`, a wheel's file or a requirement such as `loom-shapes>=1`, into a folder as it would lie
/// in an environment, without what it needs. Nothing of it is run: one that has no wheel is refused.
pub fn unpack(
    wanted: &Wanted,
    what: &str,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), EnvironmentError> {
    let tools = Tools::find(wanted, true, progress, cancel)?;
    let mut command = if let Some(uv) = &tools.uv {
        let mut command = uv::command(uv, &wanted.project);
        command.args(["pip", "install", "--color=never", "--no-progress"]);
        if let Some(python) = &tools.python {
            command.arg("--python").arg(&python.program);
        }
        command
    } else {
        pip_for(&tools, "install", into, progress, cancel)?
    };
    command.args(["--no-deps", "--only-binary=:all:", "--target"]);
    command.arg(into).args(["--", what]);
    run(format!("Looking into {what}"), command, progress, cancel)
}

/// Build the wheel of a source tree into a folder. This runs the tree's own build, so ask before.
pub fn build_wheel(
    wanted: &Wanted,
    tree: &Path,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), EnvironmentError> {
    let tools = Tools::find(wanted, true, progress, cancel)?;
    let command = if let Some(uv) = &tools.uv {
        let mut command = uv::command(uv, &wanted.project);
        command.args(["build", "--color=never", "--no-progress", "--wheel"]);
        command.arg("--no-create-gitignore");
        if let Some(python) = &tools.python {
            command.arg("--python").arg(&python.program);
        }
        command.arg("--out-dir").arg(into).arg("--").arg(tree);
        command
    } else {
        let mut command = pip_for(&tools, "wheel", into, progress, cancel)?;
        command.args(["--no-deps", "--wheel-dir"]);
        command.arg(into).arg("--").arg(tree);
        command
    };
    let step = format!("Building a wheel of {}", tree.display());
    run(step, command, progress, cancel)
}

/// A call of pip, of an environment made for it beside the folder `into`.
fn pip_for(
    tools: &Tools,
    verb: &str,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Command, EnvironmentError> {
    let Some(python) = &tools.python else {
        unreachable!("without uv the lack of an interpreter is an error");
    };
    let folder: PathBuf = into.with_extension("pip");
    let mut make = child::command(&python.program, into.parent().unwrap_or(into));
    make.args(["-I", "-m", "venv"]).arg(&folder);
    run("Making room for pip".to_owned(), make, progress, cancel)?;
    let python = interpreter(&folder);
    let mut command = pip::command(python, into.parent().unwrap_or(into), &[verb]);
    command.arg("--progress-bar=off");
    Ok(command)
}
