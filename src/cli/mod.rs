//! The command line: `loom run`, `check`, `nodes`, `picture`, `new`, `export` and `import`, on the same core as the window.
//! Standard output carries what was asked for and nothing else; what people read goes to standard error. `docs/cli.md`
//! describes it.

mod address;
mod archive;
mod args;
mod check;
mod env;
mod examples;
mod nodes;
mod package;
mod picture;
mod project;
mod run;
mod tools;
mod value;
mod versions;

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

pub use args::{Args, Verb};

use crate::paths::Paths;
use crate::plain;
use crate::project::archive::is_archive;

/// What scripts are told of how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    /// A node failed or could not be run; of `check`: something would.
    Failed = 1,
    /// The call or the project is wrong.
    Usage = 2,
    /// There is no environment, or no engine.
    Engine = 3,
    Cancelled = 130,
}

/// Why a verb came to nothing. The message says what failed, why, and what to do.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// With another name for the file that the message ends with.
    fn renamed(mut self, from: &Path, to: &str) -> Self {
        // Messages end with what they are of.
        if let Some(rest) = self.message.strip_suffix(&from.display().to_string()) {
            self.message = format!("{rest}{to}");
        }
        self
    }

    fn usage(error: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Usage,
            message: error.to_string(),
        }
    }

    fn engine(error: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Engine,
            message: error.to_string(),
        }
    }
}

/// Standard output is closed: whoever read it has enough, so there is nothing left to do.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            exit: if error.kind() == io::ErrorKind::BrokenPipe {
                Exit::Ok
            } else {
                Exit::Usage
            },
            message: match error.kind() {
                io::ErrorKind::BrokenPipe => String::new(),
                _ => format!("cannot write to standard output: {error}; check where it leads"),
            },
        }
    }
}

/// Do what a verb says.
pub fn run(verb: &Verb, paths: &Paths) -> ExitCode {
    // Debug builds can be made to fail, as the window can, so that what is said then is seen in the real program.
    #[cfg(debug_assertions)]
    if let Ok(said) = std::env::var("LOOM_FAIL") {
        panic!("it was asked to fail by LOOM_FAIL: {said}");
    }
    let result = match verb {
        Verb::Run(options) => run::run(options, paths),
        Verb::Check {
            project,
            nodes: true,
        } => examples::examples(project.as_deref(), paths),
        Verb::Check {
            project: Some(project),
            nodes: false,
        } => check::check(project, paths),
        Verb::Check { .. } => Err(Failure::usage(
            "name the project to check, or check the examples of all nodes with --nodes",
        )),
        Verb::Nodes { project, json } => nodes::nodes(project.as_deref(), *json, paths),
        Verb::Picture {
            project,
            file,
            theme,
        } => picture::picture(project, file, *theme, paths),
        Verb::New { name } => project::new(name, paths),
        Verb::NewPackage { name } => package::new(name),
        Verb::Env(verb) => env::env(verb, paths),
        Verb::Package(verb) => package::package(verb, paths),
        Verb::Diff { files, git, json } => versions::diff(files, *git, *json),
        Verb::Merge {
            base,
            ours,
            theirs,
            output,
            favour,
            path,
        } => versions::merged(
            [base, ours, theirs],
            output.as_deref(),
            *favour,
            path.as_deref(),
        ),
        Verb::Export { project, output } => archive::export(project, output.as_deref(), paths),
        Verb::Import { from, .. } if is_archive(from) => archive::import(from, paths),
        Verb::Import {
            from,
            yes,
            without_nodes,
        } => project::import(from, *yes, *without_nodes, paths),
    };
    let exit = result.unwrap_or_else(|failure| {
        if !failure.message.is_empty() {
            say(&format!("loom: {}", failure.message));
        }
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// A line for people. A closed standard error is no reason to stop.
fn say(line: &str) {
    writeln!(io::stderr(), "{}", plain::text(line)).ok();
}
