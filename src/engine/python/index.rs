//! What there is: packages in the index by name, newer versions of those installed, versions of Python.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value as Json;

use super::build::{self, Tools};
use super::child::{self, Ending};
use super::{
    CancelFlag, EnvironmentError, Progress, Wanted, check_consent, find, lock, pip, seal, sources,
    uv,
};
use crate::nodebank::package::normal_name;
use crate::project::requirements;

/// How long a question to the index may take.
const LIMIT: Duration = Duration::from_mins(1);

/// A package of the index. Indexes answer to exact names alone: there is no search in their texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    /// The newest one first; those that this Python can have.
    pub versions: Vec<String>,
}

/// A version of Python for a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonChoice {
    /// Such as `3.12.4`.
    pub version: String,
    /// `None`: uv can fetch it.
    pub program: Option<PathBuf>,
}

/// Look a package up by its name. `None`: the index has none of that name.
pub fn search(
    wanted: &Wanted,
    name: &str,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Option<Found>, EnvironmentError> {
    let wanted = &wanted.here();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(is_name) || name.starts_with('-') {
        return Err(EnvironmentError::Refused(format!(
            "\"{name}\" is no package's name: it has letters, digits, \"-\", \"_\" and \".\" alone"
        )));
    }
    check_consent(wanted, None)?;
    progress(Progress::Step(format!(
        "Asking the package index for {name}"
    )));
    // Only pip lists versions: that of an interpreter, or one that uv borrows for the question.
    let verb = ["index", "versions", name];
    let options = index_options(wanted);
    let python = find::find(wanted.python_version.as_deref(), &wanted.project, cancel);
    let mut last = Vec::new();
    let programs = seal::own_interpreter(wanted)
        .into_iter()
        .chain(python.into_iter().map(|python| python.program));
    let borrowed = uv::find(wanted).map(|uv| {
        let mut command = uv::command(&uv, &wanted.project);
        command.args([
            "run",
            "--no-project",
            "--isolated",
            "--quiet",
            "--with",
            "pip",
            "python",
        ]);
        command.args(["-I", "-m", "pip"]).args(verb);
        command
    });
    let direct = programs
        .filter(|program| program.exists())
        .map(|program| pip::command(program, &wanted.project, &verb));
    for mut command in direct.chain(borrowed) {
        command.args(&options);
        let outcome = child::run(command, Some(LIMIT), &mut |_| (), cancel);
        match outcome.ending {
            Ending::Cancelled => return Err(EnvironmentError::Cancelled),
            Ending::Done => {
                let versions = outcome
                    .output
                    .iter()
                    .find_map(|line| line.strip_prefix("Available versions: "));
                let versions = versions.unwrap_or_default().split(", ").map(str::to_owned);
                return Ok(Some(Found {
                    name: name.to_owned(),
                    versions: versions.filter(|version| !version.is_empty()).collect(),
                }));
            }
            Ending::Failed => {
                let said = outcome.output.join("\n");
                if said.contains("No module named pip") {
                    continue;
                }
                let is_missing = said.contains("No matching distribution found");
                if is_missing && !build::is_unreached(&outcome.output) {
                    return Ok(None);
                }
                last = outcome.output;
                break;
            }
        }
    }
    let what = format!("looking up {name}");
    let advice = build::advice(&last);
    Err(EnvironmentError::Tool {
        what,
        advice,
        output: last,
    })
}

/// The newest versions of what is installed, by normal name, where they are newer.
pub fn outdated(
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<BTreeMap<String, String>, EnvironmentError> {
    let Some(python) = seal::own_interpreter(wanted) else {
        return Ok(BTreeMap::new());
    };
    check_consent(wanted, None)?;
    progress(Progress::Step(
        "Asking the package index for newer versions".to_owned(),
    ));
    let tools = Tools::find(wanted, true, progress, cancel)?;
    let mut command = if let Some(uv) = &tools.uv {
        let mut command = uv::command(uv, &wanted.project);
        command.args(["pip", "list", "--outdated", "--format=json", "--python"]);
        command.arg(&python);
        command
    } else {
        let verb = ["list", "--outdated", "--format=json"];
        pip::command(&python, &wanted.project, &verb)
    };
    command.args(index_options(wanted));
    command.stdin(std::process::Stdio::null());
    let step = "Asking the package index for newer versions".to_owned();
    let text = json_of(step, command, cancel)?;
    let list = text.as_array().into_iter().flatten();
    let pairs = list.filter_map(|item| {
        let name = item["name"].as_str()?;
        Some((
            normal_name(name),
            item["latest_version"].as_str()?.to_owned(),
        ))
    });
    Ok(pairs.collect())
}

/// The Pythons that are installed, and those that uv can fetch: the newest of each minor version.
pub fn pythons(
    wanted: &Wanted,
    cancel: &CancelFlag,
) -> Result<Vec<PythonChoice>, EnvironmentError> {
    let Some(uv) = uv::find(wanted) else {
        let found = find::all(&wanted.project, cancel).into_iter();
        return Ok(found
            .map(|python| PythonChoice {
                version: python.version,
                program: Some(python.program),
            })
            .collect());
    };
    let mut command = uv::command(&uv, &wanted.project);
    command.args(["python", "list", "--output-format=json"]);
    let list = json_of("Listing the versions of Python".to_owned(), command, cancel)?;
    let mut found: Vec<PythonChoice> = Vec::new();
    for item in list.as_array().into_iter().flatten() {
        let is_plain = item["implementation"] == "cpython" && item["variant"] == "default";
        let minor = item["version_parts"]["minor"].as_u64().unwrap_or_default();
        let (Some(version), true, 11..) = (item["version"].as_str(), is_plain, minor) else {
            continue;
        };
        let program = item["path"].as_str().map(PathBuf::from);
        let is_known = found.iter().any(|known| known.version == version);
        let is_final = version.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !is_known && is_final {
            found.push(PythonChoice {
                version: version.to_owned(),
                program,
            });
        }
    }
    Ok(found)
}

/// Where the project's packages come from.
fn index_options(wanted: &Wanted) -> Vec<String> {
    let text = lock::read(&wanted.project.join(sources::REQUIREMENTS));
    requirements::index_options(&text, &wanted.confirmed)
}

/// What a tool prints as JSON, in one piece or over several lines.
fn json_of(
    step: String,
    command: std::process::Command,
    cancel: &CancelFlag,
) -> Result<Json, EnvironmentError> {
    let output = match child::read_all(command, LIMIT, cancel) {
        // pip takes an index that does not answer for one that has nothing.
        Ok(Some((_, output))) if build::is_unreached(&output) => output,
        Ok(Some((text, _))) => return Ok(serde_json::from_str(&text).unwrap_or(Json::Null)),
        Ok(None) => return Err(EnvironmentError::Cancelled),
        Err(output) => output,
    };
    Err(EnvironmentError::Tool {
        what: step,
        advice: build::advice(&output),
        output,
    })
}
