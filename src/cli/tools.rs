//! What the verbs share that run uv, pip or Python: how they are stopped, and what is told while they work.

use std::path::Path;

use super::{Exit, Failure, say};
use crate::engine::python::{CancelFlag, EnvironmentError, Need, Progress, Wanted};
use crate::paths::Paths;
use crate::settings::Settings;
use crate::sys;

/// What a project's environment is to be, `needs` beside what its requirements say.
pub fn wanted(project: &Path, needs: Vec<Need>, settings: &Settings, paths: &Paths) -> Wanted {
    Wanted {
        project: project.to_owned(),
        needs,
        python_version: settings.engine.python_version().map(str::to_owned),
        tools: paths.tools(),
        program: paths.program.clone(),
    }
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
        error @ (EnvironmentError::Refused(_) | EnvironmentError::Changed) => Failure::usage(error),
        error => {
            for line in error.output() {
                say(&format!("  {line}"));
            }
            Failure::engine(error)
        }
    }
}
