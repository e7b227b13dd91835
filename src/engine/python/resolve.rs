//! Which versions a `requirements.txt` comes to, by `uv` or else by pip, before anything is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::build::{Tools, run};
use super::{
    CancelFlag, EnvironmentError, FOLDER, Progress, Wanted, child, interpreter, lock, pip,
    uv as tool,
};
use crate::nodebank::package::normal_name;
use crate::project::requirements::{self, Content, edit};

/// Which versions may be others than those of the lock before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renew {
    /// These, by name, and what they need.
    Only(Vec<String>),
    All,
}

/// What the requirements come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The lock file's text.
    pub lock: String,
    /// Names and versions for this system, by normal name.
    pub packages: BTreeMap<String, (String, String)>,
}

/// A text beside the project's own file, so that what it names is found from there; gone again when this is dropped.
pub struct Beside(PathBuf);

impl Beside {
    pub fn new(project: &Path, name: &str, text: &str) -> Result<Self, EnvironmentError> {
        let path = project.join(name);
        std::fs::write(&path, text).map_err(|source| EnvironmentError::Io {
            what: "write to the project's folder",
            source,
            advice: "check that the disk is not full and that you may write there",
            path: path.clone(),
        })?;
        Ok(Self(path))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

pub const REQUIREMENTS: &str = ".venv.requirements.txt";
pub const LOCK: &str = ".venv.requirements.lock";
const STEP: &str = "Finding versions that go together";

/// Resolve `text`, which may become the project's requirements, with what its node files need.
pub fn resolve(
    tools: &Tools,
    wanted: &Wanted,
    text: &str,
    renew: &Renew,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Resolved, EnvironmentError> {
    let before = lock::read(&wanted.project.join(lock::FILE));
    if requirements::parse(text).is_empty() && wanted.needs.is_empty() {
        return Ok(Resolved::default());
    }
    progress(Progress::Step(STEP.to_owned()));
    let mut whole = text.to_owned();
    for need in &wanted.needs {
        whole.extend(["\n", &need.requirement, "\n"]);
    }
    let _file = Beside::new(&wanted.project, REQUIREMENTS, &whole)?;
    match &tools.uv {
        Some(uv) => by_uv(uv, tools, wanted, text, &before, renew, progress, cancel),
        None => by_pip(tools, wanted, text, &before, renew, progress, cancel),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one call, split by tool"
)]
fn by_uv(
    uv: &Path,
    tools: &Tools,
    wanted: &Wanted,
    text: &str,
    before: &str,
    renew: &Renew,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Resolved, EnvironmentError> {
    let kept = if *renew == Renew::All { "" } else { before };
    let locked = Beside::new(&wanted.project, LOCK, kept)?;
    let version = match &tools.python {
        Some(python) => python.version.clone(),
        None => wanted
            .python_version
            .clone()
            .unwrap_or_else(|| "3.12".to_owned()),
    };
    let minor = version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    let mut command = tool::command(uv, &wanted.project);
    command.args([
        "pip",
        "compile",
        "--universal",
        "--no-header",
        "--no-annotate",
        "--quiet",
    ]);
    command.args(["--color=never", "--no-progress", "--python-version", &minor]);
    let places =
        |line: &requirements::Line| line.content == Content::Place || line.text.starts_with('-');
    if !requirements::parse(text).iter().any(places) {
        command.arg("--generate-hashes");
    }
    if let Some(python) = &tools.python {
        command.arg("--python").arg(&python.program);
    }
    if let Renew::Only(names) = renew {
        for name in names {
            command.arg("--upgrade-package").arg(name);
        }
    }
    command.arg("--output-file").arg(LOCK).arg(REQUIREMENTS);
    run(STEP.to_owned(), command, progress, cancel).map_err(conflict)?;
    let body = lock::read(&locked.0);
    let scope = format!("{}, Python {minor} and newer", lock::ANYWHERE);
    let lock = lock::compose(text, &scope, &body);

    // What of it is for this system.
    let _whole = Beside::new(&wanted.project, LOCK, &lock)?;
    let empty = tempfile::tempdir().map_err(|source| EnvironmentError::Io {
        what: "make a temporary folder",
        source,
        advice: "check that the disk is not full",
        path: std::env::temp_dir(),
    })?;
    let mut command = tool::command(uv, &wanted.project);
    command.args(["pip", "sync", "--dry-run", "--color=never", "--no-progress"]);
    if let Some(python) = &tools.python {
        command.arg("--python").arg(&python.program);
    }
    command.arg("--target").arg(empty.path()).arg(LOCK);
    let mut packages = BTreeMap::new();
    let mut read = |line| {
        if let Progress::Output(line) = line
            && let Some((name, version)) = line
                .trim()
                .strip_prefix("+ ")
                .and_then(|line| line.split_once("=="))
        {
            let version = version.split_whitespace().next().unwrap_or_default();
            packages.insert(normal_name(name), (name.to_owned(), version.to_owned()));
        }
    };
    run(STEP.to_owned(), command, &mut read, cancel)?;
    drop(locked);
    Ok(Resolved { lock, packages })
}

fn by_pip(
    tools: &Tools,
    wanted: &Wanted,
    text: &str,
    before: &str,
    renew: &Renew,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Resolved, EnvironmentError> {
    let Some(base) = &tools.python else {
        unreachable!("without uv the lack of an interpreter is an error");
    };
    let room = tempfile::tempdir().map_err(|source| EnvironmentError::Io {
        what: "make a temporary folder",
        source,
        advice: "check that the disk is not full",
        path: std::env::temp_dir(),
    })?;
    // The environment that is there does, if it is of the same Python and has a pip.
    let mut python = interpreter(&wanted.project.join(FOLDER));
    let site = crate::paths::site_packages(&wanted.project.join(FOLDER));
    let minor = base
        .version
        .splitn(3, '.')
        .take(2)
        .collect::<Vec<_>>()
        .join(".");
    let is_same = site.is_some_and(|site| {
        site.join("pip").is_dir()
            && (cfg!(windows) || site.to_string_lossy().contains(&format!("python{minor}/")))
    });
    if !is_same || !python.exists() {
        let mut make = child::command(&base.program, room.path());
        make.args(["-I", "-m", "venv", "room"]);
        run("Making room for pip".to_owned(), make, progress, cancel)?;
        python = interpreter(&room.path().join("room"));
    }
    let report = room.path().join("report.json");
    let call = |constraints: bool| {
        let mut command = pip::command(&python, &wanted.project, &["install", "--dry-run"]);
        command.args(["--ignore-installed", "--quiet", "--progress-bar=off"]);
        command
            .arg("--report")
            .arg(&report)
            .args(["-r", REQUIREMENTS]);
        if constraints {
            command.args(["-c", LOCK]);
        }
        command
    };
    // pip knows no preferences: what may stay is tried first, and let go where it does not fit.
    let constraints = match renew {
        Renew::All => String::new(),
        Renew::Only(names) => kept_versions(before, names),
    };
    let mut done = Err(EnvironmentError::Cancelled);
    if !constraints.is_empty() {
        let _locked = Beside::new(&wanted.project, LOCK, &constraints)?;
        done = run(STEP.to_owned(), call(true), progress, cancel);
    }
    if done.is_err() && !cancel.is_cancelled() {
        done = run(STEP.to_owned(), call(false), progress, cancel);
    }
    done.map_err(conflict)?;
    let (packages, body) =
        read_report(&lock::read(&report), text).ok_or_else(|| EnvironmentError::Tool {
            what: STEP.to_owned(),
            advice: "pip may be too old: install a newer Python",
            output: vec!["what pip reported cannot be read".to_owned()],
        })?;
    Ok(Resolved {
        lock: lock::compose(text, &lock::here(&base.version), &body),
        packages,
    })
}

/// The lines of a lock that hold packages to a version, without hashes and but for `names`.
fn kept_versions(lock: &str, names: &[String]) -> String {
    let mut text = String::new();
    for line in requirements::parse(lock) {
        if let Content::Package { name } = &line.content
            && !names
                .iter()
                .any(|other| normal_name(other) == normal_name(name))
            && let Some(line) = line.text.split(" --hash").next()
        {
            text.push_str(line.trim());
            text.push('\n');
        }
    }
    text
}

type Packages = BTreeMap<String, (String, String)>;

/// Names, versions and lines of a lock out of pip's report. `None` when it is not one.
fn read_report(report: &str, requirements: &str) -> Option<(Packages, String)> {
    let report: serde_json::Value = serde_json::from_str(report).ok()?;
    let mut packages = BTreeMap::new();
    let mut lines = Vec::new();
    let has_places = requirements::parse(requirements)
        .iter()
        .any(|line| line.needs_consent() || line.content == Content::Place);
    for item in report.get("install")?.as_array()? {
        let name = item["metadata"]["name"].as_str()?.to_owned();
        let version = item["metadata"]["version"].as_str()?.to_owned();
        let is_direct = item["is_direct"].as_bool().unwrap_or(false);
        let hash = item["download_info"]["archive_info"]["hashes"]["sha256"].as_str();
        lines.push(match (is_direct, hash) {
            (true, _) => edit::line_of(requirements, &name).unwrap_or_else(|| {
                let url = item["download_info"]["url"].as_str().unwrap_or_default();
                format!("{name} @ {url}")
            }),
            (false, Some(hash)) if !has_places => format!("{name}=={version} --hash=sha256:{hash}"),
            _ => format!("{name}=={version}"),
        });
        packages.insert(normal_name(&name), (name, version));
    }
    lines.sort_by_key(|line| line.to_lowercase());
    Some((packages, lines.join("\n")))
}

/// A resolver's refusal in words.
fn conflict(error: EnvironmentError) -> EnvironmentError {
    let EnvironmentError::Tool { output, .. } = &error else {
        return error;
    };
    match super::conflict::words(output) {
        Some(why) => EnvironmentError::Conflict {
            why,
            output: output.clone(),
        },
        None => error,
    }
}
