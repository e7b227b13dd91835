//! Which versions a `requirements.txt` comes to, by `uv` or else by pip, before anything is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::build::{Tools, name_needs, run};
use super::child::Ending;
use super::find::minor_of;
use super::{
    Asked, CancelFlag, EnvironmentError, FOLDER, Progress, Wanted, building, child, interpreter,
    lock, pip, seal, uv,
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
    pub packages: Packages,
    /// Of what would be fetched, by normal name, where that is known.
    pub sizes: BTreeMap<String, u64>,
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

/// What is to be resolved, and by what.
pub struct Question<'a> {
    pub tools: &'a Tools,
    pub wanted: &'a Wanted,
    /// What may become the project's requirements; what its node files need comes to it.
    pub text: &'a str,
    pub renew: &'a Renew,
}

impl Question<'_> {
    /// The lock file's text, and what it comes to here.
    pub fn resolve(
        &self,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<Resolved, EnvironmentError> {
        if self.asks_for_nothing() {
            return Ok(Resolved::default());
        }
        let _file = self.begin(progress)?;
        let Some(uv) = &self.tools.uv else {
            return by_pip(self, progress, cancel);
        };
        let lock = compiled(self, uv, progress, cancel)?;
        let packages = wanted_here(self, uv, &lock, cancel)?;
        let sizes = sizes(self, uv, &lock, cancel)?;
        Ok(Resolved {
            lock,
            packages,
            sizes,
        })
    }

    /// The lock file's text alone, which takes less.
    pub fn lock(
        &self,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<String, EnvironmentError> {
        if self.asks_for_nothing() {
            return Ok(String::new());
        }
        let _file = self.begin(progress)?;
        match &self.tools.uv {
            Some(uv) => compiled(self, uv, progress, cancel),
            None => Ok(by_pip(self, progress, cancel)?.lock),
        }
    }

    fn asks_for_nothing(&self) -> bool {
        requirements::parse(self.text).is_empty() && self.wanted.needs.is_empty()
    }

    fn begin(&self, progress: &mut dyn FnMut(Progress)) -> Result<Beside, EnvironmentError> {
        progress(Progress::Step(STEP.to_owned()));
        let mut whole = self.text.to_owned();
        for need in &self.wanted.needs {
            whole.extend(["\n", &need.requirement, "\n"]);
        }
        Beside::new(&self.wanted.project, REQUIREMENTS, &whole)
    }

    fn lock_before(&self) -> String {
        lock::read(&self.wanted.project.join(lock::FILE))
    }

    /// How the tools are told what may be built.
    fn wheels(&self) -> Result<Vec<String>, EnvironmentError> {
        building::arguments(self.wanted, Some(self.text))
    }

    /// A call of uv with the interpreter that the environment gets.
    fn uv(&self, uv: &Path, arguments: &[&str]) -> Command {
        let mut command = uv::command(uv, &self.wanted.project);
        command
            .args(arguments)
            .args(["--color=never", "--no-progress"]);
        if let Some(python) = &self.tools.python {
            command.arg("--python").arg(&python.program);
        }
        command
    }
}

/// The lock, made by uv: for any system.
fn compiled(
    question: &Question,
    uv: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<String, EnvironmentError> {
    let kept = match question.renew {
        Renew::All => String::new(),
        Renew::Only(_) => question.lock_before(),
    };
    let locked = Beside::new(&question.wanted.project, LOCK, &kept)?;
    let minor = minor_of(&question.tools.version(question.wanted));
    let arguments = [
        "pip",
        "compile",
        "--universal",
        "--no-header",
        "--no-annotate",
    ];
    let mut command = question.uv(uv, &arguments);
    command.args(["--quiet", "--python-version", &minor]);
    let places =
        |line: &requirements::Line| line.content == Content::Place || line.text.starts_with('-');
    if !requirements::parse(question.text).iter().any(places) {
        command.arg("--generate-hashes");
    }
    if let Renew::Only(names) = question.renew {
        for name in names {
            command.arg("--upgrade-package").arg(name);
        }
    }
    let wheels = question.wheels()?;
    command.args(&wheels);
    command.arg("--output-file").arg(LOCK).arg(REQUIREMENTS);
    run(STEP.to_owned(), command, progress, cancel)
        .map_err(|error| in_words(building::asked(error, &wheels), question.wanted))?;
    let scope = lock::anywhere(&minor);
    Ok(lock::compose(question.text, &scope, &lock::read(&locked.0)))
}

/// What of a lock is for this system.
fn wanted_here(
    question: &Question,
    uv: &Path,
    lock: &str,
    cancel: &CancelFlag,
) -> Result<Packages, EnvironmentError> {
    let _whole = Beside::new(&question.wanted.project, LOCK, lock)?;
    let empty = temporary()?;
    let mut command = question.uv(uv, &["pip", "sync", "--dry-run"]);
    let wheels = question.wheels()?;
    command.args(&wheels);
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
    run(STEP.to_owned(), command, &mut read, cancel)
        .map_err(|error| building::asked(error, &wheels))?;
    Ok(packages)
}

/// How large the files are that would be fetched, by normal name, where the index tells. To know is no must.
fn sizes(
    question: &Question,
    uv: &Path,
    lock: &str,
    cancel: &CancelFlag,
) -> Result<BTreeMap<String, u64>, EnvironmentError> {
    let _whole = Beside::new(&question.wanted.project, LOCK, lock)?;
    let folder = temporary()?;
    let file = folder.path().join("pylock.toml");
    let minor = minor_of(&question.tools.version(question.wanted));
    let mut command = question.uv(uv, &["pip", "compile", "--no-header", "--quiet"]);
    command.args(["--format=pylock.toml", "--python-version", &minor]);
    command.args(question.wheels()?);
    command.arg("--output-file").arg(&file).arg(LOCK);
    match run(STEP.to_owned(), command, &mut |_| (), cancel) {
        Err(EnvironmentError::Cancelled) => Err(EnvironmentError::Cancelled),
        _ => Ok(read_sizes(&lock::read(&file))),
    }
}

/// The sizes in a `pylock.toml` (PEP 751): of a package's wheel for this system, else of its source archive.
fn read_sizes(text: &str) -> BTreeMap<String, u64> {
    let whole: toml::Table = toml::from_str(text).unwrap_or_default();
    let packages = whole.get("packages").and_then(toml::Value::as_array);
    let size = |package: &toml::Value| {
        let file = match package.get("wheels").and_then(toml::Value::as_array) {
            Some(wheels) => wheels.first(),
            None => package.get("sdist").or_else(|| package.get("archive")),
        };
        let size = file?.get("size")?.as_integer()?;
        let name = package.get("name")?.as_str()?;
        Some((normal_name(name), u64::try_from(size).ok()?))
    };
    packages.into_iter().flatten().filter_map(size).collect()
}

fn temporary() -> Result<TempDir, EnvironmentError> {
    tempfile::tempdir().map_err(|source| EnvironmentError::Io {
        what: "make a temporary folder",
        source,
        advice: "check that the disk is not full",
        path: std::env::temp_dir(),
    })
}

fn by_pip(
    question: &Question,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Resolved, EnvironmentError> {
    let Question {
        tools,
        wanted,
        text,
        renew,
    } = *question;
    let Some(base) = &tools.python else {
        unreachable!("without uv the lack of an interpreter is an error");
    };
    let room = temporary()?;
    // The environment that is there does, if it is of the same Python and has a pip.
    let own = seal::own_interpreter(wanted);
    let site = crate::paths::site_packages(&wanted.project.join(FOLDER));
    let minor = minor_of(&base.version);
    let is_same = site.is_some_and(|site| {
        site.join("pip").is_dir()
            && (cfg!(windows) || site.to_string_lossy().contains(&format!("python{minor}/")))
    });
    let python = if let Some(own) = own.filter(|_| is_same) {
        own
    } else {
        let mut make = child::command(&base.program, room.path());
        make.args(["-I", "-m", "venv", "room"]);
        run("Making room for pip".to_owned(), make, progress, cancel)?;
        interpreter(&room.path().join("room"))
    };
    let report = room.path().join("report.json");
    let wheels = question.wheels()?;
    let call = |constraints: bool| {
        let mut command = pip::command(&python, &wanted.project, &["install", "--dry-run"]);
        command.args(["--ignore-installed", "--quiet", "--progress-bar=off"]);
        command.args(&wheels);
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
        Renew::Only(names) => kept_versions(&question.lock_before(), names),
    };
    let mut done = Err(EnvironmentError::Cancelled);
    if !constraints.is_empty() {
        let _locked = Beside::new(&wanted.project, LOCK, &constraints)?;
        done = run(STEP.to_owned(), call(true), progress, cancel);
    }
    if done.is_err() && !cancel.is_cancelled() {
        done = run(STEP.to_owned(), call(false), progress, cancel);
    }
    done.map_err(
        |error| match only_built(question, &python, &wheels, &error, cancel) {
            Some(lines) => EnvironmentError::Unconfirmed { lines },
            None => in_words(error, wanted),
        },
    )?;
    let (packages, body) =
        read_report(&lock::read(&report), text).ok_or_else(|| EnvironmentError::Tool {
            what: STEP.to_owned(),
            advice: "pip may be too old: install a newer Python",
            output: vec!["what pip reported cannot be read".to_owned()],
        })?;
    Ok(Resolved {
        lock: lock::compose(text, &lock::here(&base.version), &body),
        packages,
        sizes: BTreeMap::new(),
    })
}

/// pip has no wheel of a package, nor says whether it has it otherwise: a question then, if it does.
fn only_built(
    question: &Question,
    python: &Path,
    wheels: &[String],
    error: &EnvironmentError,
    cancel: &CancelFlag,
) -> Option<Vec<Asked>> {
    let said = error.output().join("\n");
    let rest = said.split_once("No matching distribution found for ")?.1;
    let name = edit::name_of(rest.lines().next()?)?;
    if wheels.is_empty() || !said.contains("(from versions: none)") {
        return None;
    }
    let Question { wanted, text, .. } = question;
    let mut command = pip::command(python, &wanted.project, &["index", "versions", &name]);
    command.args(requirements::index_options(text, &wanted.confirmed));
    let there = child::run(command, None, &mut |_| (), cancel);
    matches!(there.ending, Ending::Done).then(|| vec![building::question(&name)])
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

/// A resolver's refusal in words, with who asks for what is refused.
fn in_words(error: EnvironmentError, wanted: &Wanted) -> EnvironmentError {
    let error = match &error {
        EnvironmentError::Tool { output, .. } => match super::conflict::words(output) {
            Some(why) => EnvironmentError::Conflict {
                why,
                output: output.clone(),
            },
            None => error,
        },
        _ => error,
    };
    name_needs(error, &wanted.needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_where_they_are_told() {
        let text = r#"
lock-version = "1.0"
[[packages]]
name = "NumPy"
version = "2.4.6"
sdist = { url = "https://example.org/numpy.tar.gz", size = 20735807 }
wheels = [{ url = "https://example.org/numpy.whl", upload-time = 2026-05-18T23:33:29Z, size = 16918164 }]
[[packages]]
name = "built"
sdist = { url = "https://example.org/built.tar.gz", size = 10 }
[[packages]]
name = "folder"
directory = { path = "proj" }
[[packages]]
name = "file"
archive = { path = "file.whl" }
"#;
        let expected = [("built".to_owned(), 10), ("numpy".to_owned(), 16_918_164)];
        assert_eq!(read_sizes(text), expected.into());
        assert_eq!(read_sizes("["), BTreeMap::new());
    }
}
