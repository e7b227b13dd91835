//! Building an environment beside the old one, and putting it in its place when it is whole. A build that fails or is
//! stopped leaves the old environment as it was.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::child::{self, Ending};
use super::find::{self, Python};
use super::resolve::{self, Beside, Question, Renew};
use super::stamp::Stamp;
use super::swap::{NEW, remove, swap};
use super::{
    CancelFlag, EnvironmentError, Need, Progress, Texts, Wanted, building, imports, interpreter,
    lock, pip, sources, uv,
};

/// Make the environment that the project's files ask for. Where no lock file says which versions those are, or one does
/// that is for an older text or another Python, it is made anew.
pub fn build(
    wanted: &Wanted,
    stamp: &Stamp,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), EnvironmentError> {
    let tools = Tools::find(wanted, stamp.has_packages, progress, cancel)?;
    let text = lock::read(&wanted.project.join(sources::REQUIREMENTS));
    let locked = lock::read(&wanted.project.join(lock::FILE));
    let holds = stamp.is_locked && lock::holds_for(&locked, &tools.version(wanted));
    if holds || !stamp.has_requirements {
        return tools.build(wanted, stamp, None, progress, cancel);
    }
    let question = Question {
        tools: &tools,
        wanted,
        text: &text,
        renew: &Renew::Only(Vec::new()),
    };
    let texts = Texts {
        lock: question.lock(progress, cancel)?,
        requirements: text,
        tried: Vec::new(),
    };
    let stamp = Stamp::of(wanted, Some(&texts))?;
    tools.build(wanted, &stamp, Some(&texts), progress, cancel)
}

/// What a build uses.
pub struct Tools {
    /// `None`: uv finds or brings one.
    pub python: Option<Python>,
    /// `None`: `venv` and pip do the work.
    pub uv: Option<PathBuf>,
}

impl Tools {
    /// uv is fetched only where there is something to install.
    pub fn find(
        wanted: &Wanted,
        has_packages: bool,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<Self, EnvironmentError> {
        let uv = uv::find(wanted);
        if uv.is_some() && !has_packages {
            // Of an interpreter that it has seen before uv remembers what it is: it need not be asked.
            return Ok(Self { python: None, uv });
        }
        let version = wanted.python_version.as_deref();
        let python = find::find(version, &wanted.project, cancel);
        let uv = match (uv, &python) {
            (None, Ok(python)) if has_packages => uv::fetch(wanted, python, progress, cancel)?,
            (uv, _) => uv,
        };
        match python {
            Ok(python) => Ok(Self {
                python: Some(python),
                uv,
            }),
            Err(EnvironmentError::NoPython { .. }) if uv.is_some() => Ok(Self { python: None, uv }),
            Err(error) => Err(error),
        }
    }

    /// The version of Python that the environment gets.
    pub fn version(&self, wanted: &Wanted) -> String {
        let found = self.python.as_ref().map(|python| python.version.clone());
        found
            .or_else(|| wanted.python_version.clone())
            .unwrap_or_else(|| "3.12".to_owned())
    }

    pub fn build(
        &self,
        wanted: &Wanted,
        stamp: &Stamp,
        texts: Option<&Texts>,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<(), EnvironmentError> {
        let new = wanted.project.join(NEW);
        let clean = || {
            remove(&new).map_err(|source| EnvironmentError::Io {
                what: "remove what an earlier build left",
                source,
                advice: "close what uses it, or remove it yourself",
                path: new.clone(),
            })
        };
        clean()?;
        let mut built = self.make(wanted, stamp.has_packages, progress, cancel);
        if stamp.has_packages && built.is_ok() {
            built = self.install(wanted, stamp, texts, progress, cancel);
        }
        if built.is_ok()
            && let Some(texts) = texts
        {
            built = imports::try_them(&new, &texts.tried, progress, cancel);
        }
        built
            .and_then(|()| swap(wanted, stamp, texts, progress))
            .map_err(|error| {
                let error = with_full_disk(error, &wanted.project);
                // What cannot be removed now is removed by the next build.
                clean().ok();
                error
            })
    }

    fn make(
        &self,
        wanted: &Wanted,
        has_packages: bool,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<(), EnvironmentError> {
        let project = &wanted.project;
        let name = project.file_name().unwrap_or_default().to_string_lossy();
        let is_any = self.python.is_none() && wanted.python_version.is_none() && !has_packages;
        let version = self.version(wanted);
        let step = if is_any {
            "Making an environment".to_owned()
        } else {
            format!("Making an environment with Python {version}")
        };
        progress(Progress::Step(step.clone()));
        let command = match (&self.uv, &self.python) {
            (Some(uv), python) => {
                let mut command = uv::command(uv, project);
                command.args([
                    "venv",
                    "--no-project",
                    "--relocatable",
                    "--color=never",
                    "--prompt",
                    &name,
                ]);
                // Where there is no interpreter uv fetches one of that version.
                match python {
                    Some(python) => command.arg("--python").arg(&python.program),
                    None => command
                        .args(["--python-preference", "system", "--python"])
                        .arg(if is_any { find::ANY } else { &version }),
                };
                command.arg(NEW);
                command
            }
            (None, Some(python)) => {
                let mut command = child::command(&python.program, project);
                command.args(["-I", "-m", "venv", "--prompt", &name]);
                if !has_packages {
                    command.arg("--without-pip");
                }
                command.arg(NEW);
                command
            }
            (None, None) => unreachable!("without uv the lack of an interpreter is an error"),
        };
        let made = run(step, command, progress, cancel);
        let ignore = project.join(NEW).join(".gitignore");
        if made.is_ok() && !ignore.exists() {
            std::fs::write(ignore, "*\n").ok();
        }
        made
    }

    fn install(
        &self,
        wanted: &Wanted,
        stamp: &Stamp,
        texts: Option<&Texts>,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<(), EnvironmentError> {
        let python = interpreter(&wanted.project.join(NEW));
        let (name, mut command) = if let Some(uv) = &self.uv {
            let mut command = uv::command(uv, &wanted.project);
            command.args([
                "pip",
                "install",
                "--color=never",
                "--no-progress",
                "--python",
            ]);
            command.arg(python);
            ("uv", command)
        } else {
            let mut command = pip::command(python, &wanted.project, &["install"]);
            command.arg("--progress-bar=off");
            ("pip", command)
        };
        let own = texts.map(|texts| texts.requirements.as_str());
        let wheels = building::arguments(wanted, own)?;
        command.args(&wheels);
        let mut sources = Vec::new();
        // pip wants hashes of all packages or of none, and node files name none.
        let has_lock = stamp.is_locked && (self.uv.is_some() || wanted.needs.is_empty());
        let new_lock = texts
            .map(|texts| Beside::new(&wanted.project, resolve::LOCK, &texts.lock))
            .transpose()?;
        let file = match &new_lock {
            _ if !stamp.has_requirements => None,
            Some(_) => Some(resolve::LOCK),
            None if has_lock => Some(lock::FILE),
            None => Some(sources::REQUIREMENTS),
        };
        if let Some(file) = file {
            command.args(["-r", file]);
            sources.push("requirements.txt".to_owned());
        }
        // What was resolved holds them already.
        if !wanted.needs.is_empty() && texts.is_none() {
            command.arg("--");
            command.args(wanted.needs.iter().map(|need| &need.requirement));
            sources.push("the node files".to_owned());
        }
        let sources = sources.join(" and ");
        let step = format!("Installing the packages of {sources} with {name}");
        progress(Progress::Step(step.clone()));
        run(step, command, progress, cancel)
            .map_err(|error| name_needs(building::asked(error, &wheels), &wanted.needs))
    }
}

/// A failure with the files that ask for what the tool speaks of.
pub fn name_needs(error: EnvironmentError, needs: &[Need]) -> EnvironmentError {
    let said = error.output().join("\n");
    let is_said = |need: &&Need| said.contains(&need.requirement);
    let asked: Vec<_> = needs
        .iter()
        .filter(is_said)
        .map(|need| format!("{} asks for {}", need.asked_by, need.requirement))
        .collect();
    let with_them = |text: String| {
        if asked.is_empty() {
            text
        } else {
            format!("{text} ({})", asked.join(", "))
        }
    };
    match error {
        EnvironmentError::Tool {
            what,
            advice,
            output,
        } => EnvironmentError::Tool {
            what: with_them(what),
            advice,
            output,
        },
        EnvironmentError::Conflict { why, output } => EnvironmentError::Conflict {
            why: with_them(why),
            output,
        },
        error => error,
    }
}

pub fn run(
    step: String,
    command: Command,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), EnvironmentError> {
    let mut tell = |line: &str| progress(Progress::Output(line.to_owned()));
    let outcome = child::run(command, None, &mut tell, cancel);
    match outcome.ending {
        Ending::Done => Ok(()),
        Ending::Cancelled => Err(EnvironmentError::Cancelled),
        Ending::Failed => Err(EnvironmentError::Tool {
            what: step,
            advice: advice(&outcome.output),
            output: outcome.output,
        }),
    }
}

/// What tools print when the index, or the proxy before it, does not answer.
const UNREACHED: &[&str] = &[
    "dns error",
    "name resolution",
    "connection refused",
    "connection broken",
    "failed to establish a new connection",
    "network is unreachable",
    "failed to fetch",
    "timed out",
    "tunnel",
    "proxyerror",
    "certificate",
    "sslerror",
    "error sending request",
    "error decoding response body",
    "incompleteread",
];

fn is_said(output: &[String], signs: &[&str]) -> bool {
    let mut lines = output.iter().map(|line| line.to_lowercase());
    lines.any(|line| signs.iter().any(|sign| line.contains(sign)))
}

pub fn is_unreached(output: &[String]) -> bool {
    is_said(output, UNREACHED)
}

const DISK_IS_FULL: &str = "the disk is full: free some space and try again";

/// What to do, by what the tool printed.
pub fn advice(output: &[String]) -> &'static str {
    let cases: [(&[&str], &str); 5] = [
        (
            &["no space left", "disk quota", "not enough space"],
            DISK_IS_FULL,
        ),
        (
            &["ensurepip", "no module named venv"],
            "this Python cannot make environments: install its venv package, such as `sudo apt-get install python3-venv`",
        ),
        (
            &[
                "do not match the hashes",
                "hash mismatch",
                "failed to extract",
                "bad crc",
            ],
            "what was sent is not what the package index or requirements.lock names: try again, and if it stays so do \
             not trust it",
        ),
        (
            UNREACHED,
            "the package index could not be reached: check the connection (behind a proxy set HTTPS_PROXY), and try again",
        ),
        (
            &[
                "no solution found",
                "not found in the package registry",
                "no matching distribution",
                "could not find a version",
                "resolutionimpossible",
                "couldn't parse",
                "invalid requirement",
                "expected",
            ],
            "check the names and versions in requirements.txt, and try again",
        ),
    ];
    let fitting = cases.iter().find(|(signs, _)| is_said(output, signs));
    fitting.map_or("what it printed says more", |(_, advice)| advice)
}

/// Not every tool says that the disk is full.
fn with_full_disk(error: EnvironmentError, folder: &Path) -> EnvironmentError {
    const ROOM: usize = 1 << 20;
    let probe = || {
        let mut file = tempfile::tempfile_in(folder)?;
        std::io::Write::write_all(&mut file, &vec![1; ROOM])
    };
    match error {
        EnvironmentError::Tool { what, output, .. }
            if probe().is_err_and(|error| error.kind() == std::io::ErrorKind::StorageFull) =>
        {
            EnvironmentError::Tool {
                what,
                advice: DISK_IS_FULL,
                output,
            }
        }
        error => error,
    }
}
