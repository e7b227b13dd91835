//! What the verbs share that run uv, pip or Python: how they are stopped, and what is told while they work.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::{Exit, Failure, say};
use crate::engine::python::{Asked, CancelFlag, EnvironmentError, Need, Progress, Wanted};
use crate::packages;
use crate::paths::{Paths, full};
use crate::plain;
use crate::project::requirements::{Line, consent};
use crate::project::trust::{self, Fingerprint, by_call};
use crate::settings::Settings;
use crate::sys;

/// What a project's environment is to be, `needs` beside what its requirements say.
pub fn wanted(project: &Path, needs: Vec<Need>, settings: &Settings, paths: &Paths) -> Wanted {
    Wanted {
        project: by_call::named(project),
        seals: paths.seals(),
        confirmed: consent::confirmed(&paths.userdata, project),
        needs,
        python_version: settings.engine.python_version().map(str::to_owned),
        tools: paths.tools(),
        program: paths.program.clone(),
    }
}

/// Do what may need lines of the requirements that nobody confirmed yet. On a terminal they are asked for one by one.
pub fn with_consent<T>(
    wanted: &mut Wanted,
    paths: &Paths,
    mut work: impl FnMut(&Wanted) -> Result<T, EnvironmentError>,
) -> Result<T, EnvironmentError> {
    loop {
        match signing(&wanted.project, paths, || work(wanted)) {
            Err(EnvironmentError::Unconfirmed { lines }) if io::stdin().is_terminal() => {
                if !ask(&lines, wanted, paths) {
                    return Err(EnvironmentError::Unconfirmed { lines });
                }
            }
            done => return done,
        }
    }
}

/// Do work of the tools in a project. What they write is no change from outside, where it is trusted; what was changed
/// before they began stays one.
pub fn signing<T>(project: &Path, paths: &Paths, work: impl FnOnce() -> T) -> T {
    let userdata = &paths.userdata;
    let Some(folder) = full(project).ok() else {
        return work();
    };
    if trust::known(userdata).project(&folder).is_none() {
        return work();
    }
    let before = Fingerprint::of(&folder, userdata);
    let done = work();
    tell_unsigned(packages::sign_written(&folder, userdata, &before));
    done
}

/// These files of a project are written by Loom.
pub fn signed(project: &Path, paths: &Paths, written: &[PathBuf]) {
    tell_unsigned(trust::sign(project, &paths.userdata, written));
}

fn tell_unsigned(signed: io::Result<()>) {
    if let Err(error) = signed {
        tracing::warn!("that Loom wrote to the project is not kept: {error}");
    }
}

fn ask(lines: &[Asked], wanted: &mut Wanted, paths: &Paths) -> bool {
    lines.iter().all(|asked| {
        let is_said = is_yes(&format!("{asked}. Is it meant so?"));
        is_said && confirm(std::slice::from_ref(&asked.line), wanted, paths).is_ok()
    })
}

/// These lines of a project's requirements are confirmed, now and later.
pub fn confirm(lines: &[Line], wanted: &mut Wanted, paths: &Paths) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    consent::confirm(&paths.userdata, &wanted.project, lines).map_err(|error| {
        Failure::usage(format!(
            "cannot note what was confirmed: {error}; check that you may write there: {}",
            paths.userdata.display()
        ))
    })?;
    wanted.confirmed = std::mem::take(&mut wanted.confirmed).with(lines);
    Ok(())
}

/// Ask on the terminal.
pub fn is_yes(question: &str) -> bool {
    write!(io::stderr(), "{} [y/N] ", plain::text(question)).ok();
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// Ctrl+C stops what is under way, from now on.
pub fn heed_interrupts() {
    if let Err(error) = sys::count_interrupts() {
        tracing::warn!("Ctrl+C ends this program at once: {error}");
    }
}

/// Set by Ctrl+C.
pub fn cancel() -> CancelFlag {
    CancelFlag::watching(|| sys::interrupts() > 0)
}

/// What the tools do, without all that they print.
pub fn tell(progress: Progress) {
    if let Progress::Step(step) = progress {
        say(&format!("loom: {step}"));
    }
}

/// Why an environment was not changed, behind what its tool printed last.
pub fn failure(error: EnvironmentError) -> Failure {
    match error {
        EnvironmentError::Cancelled => Failure {
            exit: Exit::Cancelled,
            message: "stopped; nothing was changed".to_owned(),
        },
        error @ (EnvironmentError::Refused(_)
        | EnvironmentError::Changed
        | EnvironmentError::Unconfirmed { .. }) => Failure::usage(error),
        error => {
            for line in error.output() {
                say(&format!("  {line}"));
            }
            Failure::engine(error)
        }
    }
}
