//! The Python of a project: its own environment in `.venv`, made of its `requirements.txt` before the first run and
//! whenever that changes, by `uv` or else by `venv` and pip. Blocking: for a thread that may wait. Knows no window,
//! asks nobody, and touches nothing of a project but `.venv` and `.loom/`.

mod build;
mod building;
mod change;
pub mod child;
mod conflict;
mod find;
mod imports;
mod index;
mod installed;
mod lock;
pub mod modules;
mod moved;
mod pip;
mod resolve;
mod seal;
mod sources;
mod stamp;
mod swap;
mod uv;
mod wheels;

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;

pub use change::{Change, Plan, Step, apply, back, plan};
pub use index::{Found, PythonChoice, outdated, pythons, search};
pub use installed::{Listing, Package, list};
pub use moved::moved;
pub use resolve::Renew;
pub use seal::own_interpreter;
pub use stamp::forget;
pub use swap::{Previous, previous};
pub use wheels::{build_wheel, unpack};

use crate::paths::private_folder;
use crate::project::requirements::{Confirmed, Line};
use crate::project::trust::Trusted;

/// What an environment is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The project's folder, which may run.
    pub project: Trusted,
    /// Such as `3.12`; `None`: the first interpreter that is new enough.
    pub python_version: Option<String>,
    /// Where Loom keeps programs that it fetched for itself.
    pub tools: PathBuf,
    /// Folder in userdata that says which environments Loom built here.
    pub seals: PathBuf,
    /// Folder of the running program, which may carry a `uv` of its own.
    pub program: PathBuf,
    /// What is needed beside the `requirements.txt`.
    pub needs: Vec<Need>,
    /// The lines of its requirements that somebody said yes to, of those that need it.
    pub confirmed: Confirmed,
}

/// A line that is followed only after somebody said so of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The file that it stands in, as seen from the project.
    pub file: String,
    pub line: Line,
}

impl Asked {
    /// Where it stands, for people.
    pub fn place(&self) -> String {
        match self.line.number {
            // In no file.
            0 => self.file.clone(),
            number => format!("{}, line {number}", self.file),
        }
    }
}

/// A package that a node file needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// As it would stand in a `requirements.txt`: a package's name, and which versions.
    pub requirement: String,
    /// The file, for people.
    pub asked_by: String,
}

/// The texts that belong to an environment, before they are the project's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Of `requirements.txt`.
    pub requirements: String,
    /// Of `requirements.lock`.
    pub lock: String,
    /// Packages whose modules must be importable before the environment takes its place.
    pub tried: Vec<String>,
}

/// What a build tells while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// What is done now, for people: `Installing 4 packages with uv`.
    Step(String),
    /// A line that the tool printed.
    Output(String),
}

/// An environment that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Absolute path of its interpreter.
    pub python: PathBuf,
    /// It was made just now; an engine that runs in the one before must be replaced.
    pub is_new: bool,
}

/// Asks a build to stop. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag {
    flag: Arc<AtomicBool>,
    also: Option<fn() -> bool>,
}

impl CancelFlag {
    /// A flag that is also up while `also` says so, such as after Ctrl+C.
    pub fn watching(also: fn() -> bool) -> Self {
        Self {
            flag: Arc::default(),
            also: Some(also),
        }
    }

    pub fn cancel(&self) {
        self.flag.store(true, Ordering::SeqCst);
    }

    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::SeqCst) || self.also.is_some_and(|also| also())
    }
}

/// Why there is no environment. The one that was there before is as it was.
#[derive(Debug, Error)]
pub enum EnvironmentError {
    #[error("the build of the environment was stopped")]
    Cancelled,
    #[error("no Python {wanted} was found (looked for {}); {}", tried.join(", "), find::ADVICE)]
    NoPython { wanted: String, tried: Vec<String> },
    #[error(
        "these packages do not go together: {why}; ask for other versions, or remove one of them"
    )]
    Conflict { why: String, output: Vec<String> },
    #[error(
        "{package} was installed and cannot be imported: {why}; nothing was changed: look into its documentation for \
         what else it needs, or take another version"
    )]
    Import { package: String, why: String },
    #[error(
        "more than packages of the index is asked for, and it was not confirmed: {}; look at each, and confirm it with \
         `loom env allow PROJECT -- LINE`",
        listed(lines)
    )]
    Unconfirmed { lines: Vec<Asked> },
    #[error("requirements.txt was changed since the plan was made; plan again")]
    Changed,
    #[error("{0}")]
    Refused(String),
    #[error("{what} failed: {}; {advice}", reason(output))]
    Tool {
        /// Such as `installing the packages of requirements.txt with uv`.
        what: String,
        advice: &'static str,
        /// The last lines that the tool printed.
        output: Vec<String>,
    },
    #[error("cannot {what}: {source}; {advice}: {}", path.display())]
    Io {
        what: &'static str,
        source: io::Error,
        advice: &'static str,
        path: PathBuf,
    },
}

impl EnvironmentError {
    /// What the tool printed, if it was one that failed.
    pub fn output(&self) -> &[String] {
        match self {
            Self::Tool { output, .. } | Self::Conflict { output, .. } => output,
            _ => &[],
        }
    }
}

/// Name of the file in a project that says which version of Python it is for; other tools read it too.
pub const PYTHON_VERSION: &str = ".python-version";

/// The version of Python that a project itself asks for.
pub fn version_of(project: &Path) -> Option<String> {
    let text = lock::read(&project.join(PYTHON_VERSION));
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    let version = line.map(|line| {
        line.trim_start_matches("cpython-")
            .trim_start_matches("cpython@")
    });
    let is_version = |text: &&str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
    version.filter(is_version).map(str::to_owned)
}

impl Wanted {
    /// What is wanted, with the version of Python that the project itself asks for before any other.
    fn here(&self) -> Self {
        self.with_python(version_of(&self.project).as_deref())
    }

    /// What is wanted, with this version of Python before any other.
    fn with_python(&self, version: Option<&str>) -> Self {
        let mut wanted = self.clone();
        if let Some(version) = version {
            wanted.python_version = Some(version.to_owned());
        }
        wanted
    }
}

/// Is the project's environment the one that its requirements ask for? Reads two small files.
pub fn is_current(wanted: &Wanted) -> bool {
    stamp::Stamp::wanted(&wanted.here()).is_ok_and(|stamp| is_there(wanted, &stamp))
}

/// Is the environment there, made from this and by Loom on this computer? One that came along is not.
fn is_there(wanted: &Wanted, stamp: &stamp::Stamp) -> bool {
    stamp.fits(&wanted.project) && seal::is_sealed(wanted, &wanted.project.join(FOLDER))
}

/// The lines of the project's requirements, and of the files that they name, that wait for somebody's word.
pub fn unconfirmed(wanted: &Wanted) -> Result<Vec<Asked>, EnvironmentError> {
    asked(wanted, None)
}

fn asked(wanted: &Wanted, own: Option<&str>) -> Result<Vec<Asked>, EnvironmentError> {
    let mut lines = Vec::new();
    for source in sources::read(&wanted.project, own)? {
        let file = source.path.strip_prefix(&wanted.project);
        let file = file.unwrap_or(&source.path).display().to_string();
        let found = source
            .lines
            .into_iter()
            .filter(|line| wanted.confirmed.lacks(line));
        lines.extend(found.map(|line| {
            let file = file.clone();
            Asked { file, line }
        }));
    }
    Ok(lines)
}

/// Refuse what nobody confirmed. `own` is the text of the requirements where it is not the file's yet.
fn check_consent(wanted: &Wanted, own: Option<&str>) -> Result<(), EnvironmentError> {
    match asked(wanted, own)? {
        lines if lines.is_empty() => Ok(()),
        lines => Err(EnvironmentError::Unconfirmed { lines }),
    }
}

fn listed(lines: &[Asked]) -> String {
    let texts: Vec<_> = lines.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// Make the project's environment what its requirements ask for, and return its interpreter. Fails with
/// `Unconfirmed` before anything is fetched where somebody must be asked first.
///
/// Where nothing changed this takes less than a millisecond. Otherwise the new one is built beside the old one and
/// takes its place when it is whole. Fails early when `cancel` is set; the tool and all its processes are killed.
pub fn prepare(
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Environment, EnvironmentError> {
    let wanted = &wanted.here();
    let ready = |is_new| Environment {
        python: interpreter(&wanted.project.join(FOLDER)),
        is_new,
    };
    if !swap::is_torn(&wanted.project) && is_there(wanted, &stamp::Stamp::wanted(wanted)?) {
        if swap::is_littered(&wanted.project) {
            tidy_up(&wanted.project);
        }
        return Ok(ready(false));
    }
    let _lock = build_lock(&wanted.project, progress, cancel)?;
    // Read anew: while this one waited, another may have built it.
    let stamp = stamp::Stamp::wanted(wanted)?;
    if is_there(wanted, &stamp) {
        return Ok(ready(true));
    }
    check_consent(wanted, None)?;
    build::build(wanted, &stamp, progress, cancel)?;
    Ok(ready(true))
}

/// Name of an environment's folder in a project.
pub const FOLDER: &str = ".venv";

/// The interpreter of an environment.
pub fn interpreter(environment: &Path) -> PathBuf {
    script(environment, "python")
}

/// A program of an environment.
fn script(environment: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join(format!("{name}.exe"))
    } else {
        environment.join("bin").join(name)
    }
}

/// One build at a time; freed by the system when its holder ends. What one left that was killed is put in order.
fn build_lock(
    project: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<File, EnvironmentError> {
    let lock = locked(project, progress, cancel)?;
    swap::restore(project);
    Ok(lock)
}

/// Remove what a build left, unless it is under way.
fn tidy_up(project: &Path) {
    if let Ok(file) = lock_file(project)
        && file.try_lock().is_ok()
    {
        swap::restore(project);
    }
}

fn lock_file(project: &Path) -> io::Result<File> {
    lockable(&private_folder(project)?.join("environment.lock"))
}

fn lockable(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).open(path)
}

fn locked(
    project: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<File, EnvironmentError> {
    let io = |source| EnvironmentError::Io {
        what: "make the project's environment",
        source,
        advice: "check that you may write to the project's folder, or copy the project to one where you may",
        path: project.to_owned(),
    };
    let file = lock_file(project).map_err(io)?;
    let waiting = "Waiting for another Loom that builds this environment";
    alone(file, waiting, progress, cancel)
}

/// Lock a file as soon as nobody else does; `waiting` is told when somebody does.
fn alone(
    file: File,
    waiting: &str,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<File, EnvironmentError> {
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A file system without locks: then there is none to wait for.
            Err(TryLockError::Error(_)) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
        }
        if !std::mem::replace(&mut is_told, true) {
            progress(Progress::Step(waiting.to_owned()));
        }
        if cancel.is_cancelled() {
            return Err(EnvironmentError::Cancelled);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a tool's output says of its failure: its last error with its nearest causes, else its last line.
fn reason(output: &[String]) -> String {
    const CAUSES: usize = 2;
    let lines = || {
        output
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
    };
    let part = |line: &str, prefixes: &[&str]| {
        let start = prefixes.iter().find(|prefix| {
            line.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })?;
        Some(line[start.len()..].trim().to_owned())
    };
    let mut parts: Vec<String> = Vec::new();
    for line in lines() {
        if let Some(error) = part(line, &["error:"]) {
            parts = vec![error];
        } else if let Some(cause) = part(line, &["cause:", "caused by:"])
            && (1..=CAUSES).contains(&parts.len())
        {
            parts.push(cause);
        }
    }
    if parts.is_empty() {
        parts.extend(lines().next_back().map(str::to_owned));
    }
    if parts.is_empty() {
        parts.push("it said nothing".to_owned());
    }
    parts.join(": ").trim_end_matches('.').to_owned()
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, text) = (self.place(), &self.line.text);
        write!(f, "{place}: {text} ({})", self.line.risk())
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(text) | Self::Output(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod change_tests;
#[cfg(test)]
mod tests;
