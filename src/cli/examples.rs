//! `loom check --nodes`: runs the example in the help of every kind, in an environment made for it, and says of each
//! how it went. The project that may be named lends its own nodes; nothing of it is written.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::Deserialize;

use super::project::library;
use super::{Exit, Failure, say, tools};
use crate::engine::python::{self, CancelFlag, Wanted, child};
use crate::graph::{KindState, NodeKind, Role};
use crate::nodebank::script;
use crate::paths::Paths;
use crate::project;
use crate::project::requirements::{Confirmed, is_package};
use crate::project::trust::by_call;

/// What the examples of one file may take together, in wall time.
const LIMIT: Duration = Duration::from_mins(5);
/// Lines of a process that died which are told.
const LAST_WORDS: usize = 6;

/// The kinds of one file.
struct File {
    path: PathBuf,
    kinds: Vec<Kind>,
}

struct Kind {
    id: String,
    function: String,
    /// Why it cannot be called at all.
    broken: Option<String>,
}

/// What `executor/examples.py` says of a function.
#[derive(Deserialize)]
struct Answer {
    function: String,
    ok: bool,
    problem: String,
}

/// Run the examples of all built-in kinds and of the user's own, and of those of the project `of`.
pub fn examples(of: Option<&Path>, paths: &Paths) -> Result<Exit, Failure> {
    let folder = match of {
        Some(name) => project::find(name, &paths.userdata).map_err(Failure::usage)?,
        None => paths.userdata.join("-"),
    };
    let (catalog, problems) = library(&folder, paths);
    for problem in &problems {
        say(&format!("loom: {problem}"));
    }
    let files = by_file(catalog.kinds().iter().map(|kind| &**kind));
    let scratch = tempfile::Builder::new()
        .prefix("loom-nodes-")
        .tempdir()
        .map_err(|error| Failure::engine(format!("cannot make a temporary folder: {error}")))?;
    tools::heed_interrupts();
    let cancel = tools::cancel();
    let environment = environment(&files, scratch.path(), paths, &cancel)?;

    let printed = Printed::default();
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(files.len()) {
            scope.spawn(|| {
                while let Some((at, file)) = take(&files, &next) {
                    let checked = check(file, &environment, scratch.path(), paths, &cancel);
                    printed.put(at, checked);
                }
            });
        }
    });
    if cancel.is_cancelled() {
        return Ok(Exit::Cancelled);
    }
    let (ok, failed) = printed.finish()?;
    say(&format!("{} nodes: {ok} ok, {failed} failed", ok + failed));
    Ok(if failed == 0 { Exit::Ok } else { Exit::Failed })
}

fn take<'a>(files: &'a [File], next: &AtomicUsize) -> Option<(usize, &'a File)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    files.get(at).map(|file| (at, file))
}

/// The functions by the file that they stand in, in the catalog's order.
fn by_file<'a>(kinds: impl Iterator<Item = &'a NodeKind>) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for kind in kinds.filter(|kind| kind.role == Role::Function) {
        let Some(path) = kind.file.as_deref() else {
            continue;
        };
        let one = Kind {
            id: kind.id(),
            function: kind.function.to_string(),
            broken: match &kind.state {
                KindState::Broken { message, line } => Some(format!("{message} (line {line})")),
                _ => None,
            },
        };
        match files.iter_mut().find(|file| file.path == path) {
            Some(file) => file.kinds.push(one),
            None => files.push(File {
                path: path.to_owned(),
                kinds: vec![one],
            }),
        }
    }
    files
}

/// An environment with what the files name, and nothing else. Gives its interpreter.
fn environment(
    files: &[File],
    scratch: &Path,
    paths: &Paths,
    cancel: &CancelFlag,
) -> Result<PathBuf, Failure> {
    let mut packages = BTreeSet::new();
    for file in files {
        let source = std::fs::read(&file.path).unwrap_or_default();
        match script::dependencies(&String::from_utf8_lossy(&source)) {
            Ok(named) => packages.extend(named.into_iter().filter(|line| is_package(line))),
            Err(why) => say(&format!("loom: {}: {why}", file.path.display())),
        }
    }
    let lines = packages.into_iter().collect::<Vec<_>>().join("\n");
    std::fs::write(scratch.join(project::REQUIREMENTS), lines)
        .map_err(|error| Failure::engine(format!("cannot write to a temporary folder: {error}")))?;
    let wanted = Wanted {
        project: by_call::own(scratch),
        seals: scratch.join("environments"),
        python_version: None,
        tools: paths.tools(),
        program: paths.program.clone(),
        needs: Vec::new(),
        confirmed: Confirmed::default(),
    };
    match python::prepare(&wanted, &mut tools::tell, cancel) {
        Ok(environment) => Ok(environment.python),
        Err(python::EnvironmentError::Cancelled) => Err(Failure {
            exit: Exit::Cancelled,
            message: String::new(),
        }),
        Err(error) => Err(Failure::engine(error)),
    }
}

/// A line for each kind of a file, and whether it is well.
fn check(
    file: &File,
    python: &Path,
    scratch: &Path,
    paths: &Paths,
    cancel: &CancelFlag,
) -> Vec<(bool, String)> {
    let mut lines = Vec::new();
    let mut left: Vec<&Kind> = Vec::new();
    for kind in &file.kinds {
        match &kind.broken {
            Some(why) => lines.push((false, format!("failed  {}  {why}", kind.id))),
            None => left.push(kind),
        }
    }
    // One that takes its process down is told, and the others get another process.
    while !left.is_empty() && !cancel.is_cancelled() {
        let mut command = child::command(python, scratch);
        command
            .args(["-P", "-u", "-X", "utf8", "-X", "faulthandler"])
            .arg(paths.executor().join("examples.py"))
            .arg(&file.path)
            .args(left.iter().map(|kind| &kind.function));
        let mut answers = Vec::new();
        let mut printed: Vec<String> = Vec::new();
        let mut on_line = |line: &str| match serde_json::from_str::<Answer>(line) {
            Ok(answer)
                if left
                    .get(answers.len())
                    .is_some_and(|kind| kind.function == answer.function) =>
            {
                answers.push(answer);
                printed.clear();
            }
            _ => printed.push(line.to_owned()),
        };
        child::run(command, Some(LIMIT), &mut on_line, cancel);
        for (kind, answer) in left.drain(..answers.len()).zip(&answers) {
            lines.push(line(kind, answer));
        }
        if !left.is_empty() {
            let kind = left.remove(0);
            let last = printed.split_off(printed.len().saturating_sub(LAST_WORDS));
            let problem = format!("its process ended:\n{}", last.join("\n"));
            lines.push((false, told(kind, &problem)));
        }
    }
    lines
}

fn line(kind: &Kind, answer: &Answer) -> (bool, String) {
    if answer.ok {
        (true, format!("ok      {}", kind.id))
    } else {
        (false, told(kind, &answer.problem))
    }
}

/// A problem of several lines is still one entry: what follows is set in.
fn told(kind: &Kind, problem: &str) -> String {
    format!(
        "failed  {}  {}",
        kind.id,
        problem.replace('\n', "\n          ")
    )
}

/// Lines in the order of the files, each as soon as all before it are there.
#[derive(Default)]
struct Printed {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Option<Vec<(bool, String)>>>,
    next: usize,
    ok: usize,
    failed: usize,
    error: Option<io::Error>,
}

impl Printed {
    fn put(&self, at: usize, lines: Vec<(bool, String)>) {
        let mut state = self.state.lock().expect("nobody panics with it");
        if state.waiting.len() <= at {
            state.waiting.resize_with(at + 1, || None);
        }
        state.waiting[at] = Some(lines);
        let mut out = io::stdout().lock();
        while let Some(lines) = {
            let next = state.next;
            state.waiting.get_mut(next).and_then(Option::take)
        } {
            state.next += 1;
            for (is_ok, line) in lines {
                *(if is_ok {
                    &mut state.ok
                } else {
                    &mut state.failed
                }) += 1;
                if state.error.is_none() {
                    state.error = writeln!(out, "{line}").err();
                }
            }
        }
    }

    fn finish(self) -> io::Result<(usize, usize)> {
        let state = self.state.into_inner().expect("nobody panics with it");
        state.error.map_or(Ok((state.ok, state.failed)), Err)
    }
}
