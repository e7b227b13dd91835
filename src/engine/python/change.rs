//! Changing what a project asks for: worked out first as a plan, then done as a whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use super::build::Tools;
use super::resolve::{Question, Renew};
use super::stamp::Stamp;
use super::{
    CancelFlag, Environment, EnvironmentError, FOLDER, PYTHON_VERSION, Progress, Texts, Wanted,
    build_lock, check_consent, installed, interpreter, lock, seal, sources, swap,
};
use crate::nodebank::package::normal_name;
use crate::paths::{MOST_TEXT_BYTES, read_bounded};
use crate::project::requirements::{self, Content, edit};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Requirements such as `numpy>=2`; a package that is there gets this line in place of its own.
    Add(Vec<String>),
    /// Packages by name.
    Remove(Vec<String>),
    /// The newest versions that go together: of these packages, or of all. Pins move along.
    Upgrade(Renew),
    /// Hold packages to the versions that are installed.
    Pin(Vec<String>),
    /// Let them go again.
    Unpin(Vec<String>),
    /// Another Python, which is noted in `.python-version`. `None`: any that is new enough.
    Python(Option<String>),
    /// This is what `requirements.txt` says from now on.
    Text(String),
    /// Nothing but what `requirements.txt` asks for already.
    AsAsked,
}

/// One package that comes, goes or becomes another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    /// `None`: it is added.
    pub from: Option<String>,
    /// `None`: it is removed.
    pub to: Option<String>,
    /// Of the file that is fetched for it, where the index tells.
    pub size_bytes: Option<u64>,
}

/// What a change comes to. Nothing was done yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// The texts that would be the project's.
    pub texts: Texts,
    /// The `requirements.txt` that it was made from.
    pub before: String,
    /// The Python that is chosen with it: a version, or any that is new enough.
    pub python: Option<Option<String>>,
}

impl Plan {
    /// Lines of `requirements.txt` that go, and lines that come.
    pub fn lines(&self) -> (Vec<String>, Vec<String>) {
        let only = |one: &'_ str, other: &'_ str| -> Vec<String> {
            let known: Vec<&str> = other.lines().collect();
            let lines = one.lines().filter(|line| !known.contains(line));
            lines.map(str::to_owned).collect()
        };
        let (before, after) = (&self.before, &self.texts.requirements);
        (only(before, after), only(after, before))
    }
}

/// Work out what a change comes to. Nothing of the project is changed.
pub fn plan(
    wanted: &Wanted,
    change: &Change,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Plan, EnvironmentError> {
    let (wanted, python) = match change {
        Change::Python(version) => (
            wanted.with_python(version.as_deref()),
            Some(version.clone()),
        ),
        _ => (wanted.here(), None),
    };
    let (wanted, project) = (&wanted, &wanted.project);
    let _lock = build_lock(project, progress, cancel)?;
    let before = lock::read(&project.join(sources::REQUIREMENTS));
    let there = installed::versions(&project.join(FOLDER));
    let version = |name: &str| {
        there
            .get(&normal_name(name))
            .map(|(_, version)| version.clone())
    };
    let (mut text, renew) = edited(&before, change, &version)?;
    check_consent(wanted, Some(&text))?;
    let has_packages = !requirements::parse(&text).is_empty() || !wanted.needs.is_empty();
    let tools = Tools::find(wanted, has_packages, progress, cancel)?;
    let ask = |text: &str, progress: &mut dyn FnMut(Progress)| {
        let question = Question {
            tools: &tools,
            wanted,
            text,
            renew: &renew,
        };
        question.resolve(progress, cancel)
    };
    let mut resolved = ask(&text, progress)?;
    // A pin that was let go to find the newest is a pin again, of that.
    let pins = pins_to_move(&before, change);
    if !pins.is_empty() {
        for name in &pins {
            if let Some((_, version)) = resolved.packages.get(&normal_name(name)) {
                text = edit::pinned(&text, name, version);
            }
        }
        resolved = ask(&text, progress)?;
    }
    let mut steps = Vec::new();
    for (key, (name, to)) in &resolved.packages {
        let from = there.get(key).map(|(_, version)| version.clone());
        if from.as_ref() != Some(to) {
            steps.push(Step {
                name: name.clone(),
                from,
                to: Some(to.clone()),
                size_bytes: resolved.sizes.get(key).copied(),
            });
        }
    }
    for (key, (name, from)) in &there {
        if !resolved.packages.contains_key(key) {
            steps.push(Step {
                name: name.clone(),
                from: Some(from.clone()),
                to: None,
                size_bytes: None,
            });
        }
    }
    steps.sort_by_key(|step| normal_name(&step.name));
    let asked = |step: &&Step| step.to.is_some() && edit::line_of(&text, &step.name).is_some();
    let tried = steps
        .iter()
        .filter(asked)
        .map(|step| step.name.clone())
        .collect();
    Ok(Plan {
        steps,
        texts: Texts {
            requirements: text,
            lock: resolved.lock,
            tried,
        },
        before,
        python,
    })
}

/// Do what was planned: build it beside the present environment, try what is new, and let it take its place.
pub fn apply(
    wanted: &Wanted,
    plan: &Plan,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Environment, EnvironmentError> {
    let project = &wanted.project;
    let _lock = build_lock(project, progress, cancel)?;
    if lock::read(&project.join(sources::REQUIREMENTS)) != plan.before {
        return Err(EnvironmentError::Changed);
    }
    check_consent(wanted, Some(&plan.texts.requirements))?;
    let noted = match &plan.python {
        Some(version) => Some(Noted::write(project, version.as_deref())?),
        None => None,
    };
    let wanted = &wanted.here();
    let stamp = Stamp::of(wanted, Some(&plan.texts))?;
    let tools = Tools::find(wanted, stamp.has_packages, progress, cancel)?;
    tools.build(wanted, &stamp, Some(&plan.texts), progress, cancel)?;
    if let Some(noted) = noted {
        noted.keep();
    }
    Ok(Environment {
        python: interpreter(&project.join(FOLDER)),
        is_new: true,
    })
}

/// The version of Python that a project asks for, written anew; as it was before unless it is kept. Written first: a
/// crash leaves the choice, and the next run makes the environment for it.
struct Noted {
    file: PathBuf,
    before: Option<Vec<u8>>,
    is_kept: bool,
}

impl Noted {
    fn write(project: &Path, version: Option<&str>) -> Result<Self, EnvironmentError> {
        let file = project.join(PYTHON_VERSION);
        let before = read_bounded(&file, MOST_TEXT_BYTES).ok();
        let line = version.map(|version| format!("{version}\n"));
        put(&file, line.as_deref().map(str::as_bytes)).map_err(|source| EnvironmentError::Io {
            what: "note the version of Python",
            source,
            advice: "check that the disk is not full and that you may write to the project's folder",
            path: file.clone(),
        })?;
        Ok(Self {
            file,
            before,
            is_kept: false,
        })
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if let Err(error) = put(&self.file, self.before.as_deref()) {
            let file = self.file.display();
            tracing::warn!("cannot write the file again: {error}: {file}");
        }
    }
}

/// Let a file hold this; `None`: let there be none.
fn put(file: &Path, bytes: Option<&[u8]>) -> io::Result<()> {
    match bytes {
        Some(bytes) => std::fs::write(file, bytes),
        None if file.exists() => std::fs::remove_file(file),
        None => Ok(()),
    }
}

/// Return to the environment before, with the `requirements.txt` that belongs to it. Doing it again returns.
pub fn back(
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Environment, EnvironmentError> {
    let project = &wanted.project;
    let _lock = build_lock(project, progress, cancel)?;
    if swap::previous(project).is_none() || !seal::is_sealed(wanted, &swap::before(project)) {
        return Err(EnvironmentError::Refused(
            "there is no environment to return to: each change keeps the one before it".to_owned(),
        ));
    }
    swap::back(project)?;
    Ok(Environment {
        python: interpreter(&project.join(FOLDER)),
        is_new: true,
    })
}

/// The text after a change, and which versions may be others.
fn edited(
    before: &str,
    change: &Change,
    installed: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, Renew), EnvironmentError> {
    let refuse = |why: String| Err(EnvironmentError::Refused(why));
    let mut text = before.to_owned();
    let renew = match change {
        Change::Python(_) | Change::AsAsked => Renew::Only(Vec::new()),
        Change::Text(whole) => {
            text.clone_from(whole);
            Renew::Only(Vec::new())
        }
        Change::Add(lines) => {
            let mut names = Vec::new();
            for line in lines {
                match &requirements::parse(line)[..] {
                    [one] if matches!(one.content, Content::Package { .. }) => {
                        let name = edit::name_of(line).unwrap_or_default();
                        text = edit::with_package(&text, &name, &one.text);
                        names.push(name);
                    }
                    [one] => {
                        if let Content::Wrong(why) = one.content {
                            return refuse(format!("\"{line}\" is no requirement: {why}"));
                        }
                        if !requirements::parse(&text)
                            .iter()
                            .any(|line| line.text == one.text)
                        {
                            if !text.is_empty() && !text.ends_with('\n') {
                                text.push('\n');
                            }
                            text.push_str(&one.text);
                            text.push('\n');
                        }
                    }
                    _ => {
                        return refuse(format!(
                            "\"{line}\" is no requirement: give one package, such as numpy>=2"
                        ));
                    }
                }
            }
            Renew::Only(names)
        }
        Change::Remove(names) => {
            for name in names {
                match edit::without_package(&text, name) {
                    Some(without) => text = without,
                    None if installed(name).is_some() => {
                        return refuse(format!(
                            "no line of requirements.txt asks for {name}: another package or a node file needs it"
                        ));
                    }
                    None => {
                        return refuse(format!(
                            "{name} is not among the packages of requirements.txt"
                        ));
                    }
                }
            }
            Renew::Only(Vec::new())
        }
        Change::Upgrade(renew) => {
            for name in pins_to_move(before, change) {
                text = edit::unpinned(&text, &name).unwrap_or(text);
            }
            renew.clone()
        }
        Change::Pin(names) => {
            for name in names {
                let Some(version) = installed(name) else {
                    return refuse(format!("{name} is not installed; add it first"));
                };
                text = edit::pinned(&text, name, &version);
            }
            Renew::Only(Vec::new())
        }
        Change::Unpin(names) => {
            for name in names {
                match edit::unpinned(&text, name) {
                    Some(unpinned) => text = unpinned,
                    None => return refuse(format!("no line of requirements.txt names {name}")),
                }
            }
            Renew::Only(Vec::new())
        }
    };
    Ok((text, renew))
}

/// The pinned packages that an upgrade moves.
fn pins_to_move(text: &str, change: &Change) -> Vec<String> {
    let Change::Upgrade(renew) = change else {
        return Vec::new();
    };
    let lines = requirements::parse(text).into_iter();
    let pinned = lines.filter(|line| edit::pin_of(&line.text).is_some());
    let names = pinned.filter_map(|line| edit::name_of(&line.text));
    names
        .filter(|name| match renew {
            Renew::All => false,
            Renew::Only(names) => names
                .iter()
                .any(|other| normal_name(other) == normal_name(name)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_an_edit_of_the_text() {
        let text = "# mine\ntiny==1.0 # pinned\nshapes\n";
        let installed = |name: &str| (name != "nope").then(|| "1.5".to_owned());
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        for (change, expected) in [
            (
                Change::Add(names(&["tiny>=2"])),
                Some("# mine\ntiny>=2 # pinned\nshapes\n"),
            ),
            (
                Change::Add(names(&["more"])),
                Some("# mine\ntiny==1.0 # pinned\nshapes\nmore\n"),
            ),
            (Change::Add(names(&["more=1"])), None),
            (Change::Add(names(&["a\nb"])), None),
            (Change::Remove(names(&["tiny"])), Some("# mine\nshapes\n")),
            (Change::Remove(names(&["other"])), None),
            (Change::Remove(names(&["nope"])), None),
            (
                Change::Pin(names(&["shapes"])),
                Some("# mine\ntiny==1.0 # pinned\nshapes==1.5\n"),
            ),
            (Change::Pin(names(&["nope"])), None),
            (
                Change::Unpin(names(&["tiny"])),
                Some("# mine\ntiny # pinned\nshapes\n"),
            ),
            (
                Change::Upgrade(Renew::Only(names(&["tiny"]))),
                Some("# mine\ntiny # pinned\nshapes\n"),
            ),
            (Change::Upgrade(Renew::All), Some(text)),
            (Change::AsAsked, Some(text)),
        ] {
            let found = edited(text, &change, &installed);
            assert_eq!(
                found.ok().map(|(text, _)| text).as_deref(),
                expected,
                "{change:?}"
            );
        }
    }
}
