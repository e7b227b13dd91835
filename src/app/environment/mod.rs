//! The project's environment as its panel shows it: what lies in it, which Pythons there are, what is outdated, each
//! found out in the background. Its changes are in `changing.rs`; the environment that a run needs is made in
//! `running.rs`.

mod changing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use changing::Changing;

use super::consent::Then;
use super::trusting::signed_tools;
use super::{App, Event, Project};
use crate::engine::python::{
    self, CancelFlag, Environment, EnvironmentError, Listing, Plan, Previous, Progress, Wanted,
};
use crate::nodebank::package::normal_name;
use crate::packages;
use crate::project::requirements::{self, Confirmed, consent};
use crate::project::trust::Fingerprint;
use crate::ui::environment::model::{
    EnvironmentAction, Found, Installed, Listing as Shown, Newer, Package, PythonChoice, Pythons,
    Search, Task,
};
use crate::ui::shell::Pane;

/// What came of background work for the panel.
#[derive(Debug)]
pub enum News {
    Listed(Looked),
    Pythons(Result<Vec<python::PythonChoice>, EnvironmentError>),
    Newer(Result<BTreeMap<String, String>, EnvironmentError>),
    Found {
        name: String,
        result: Result<Option<python::Found>, EnvironmentError>,
    },
    Progress(Progress),
    Planned(Result<Plan, EnvironmentError>),
    Done(Result<Environment, EnvironmentError>),
}

/// What was seen of an environment.
#[derive(Debug)]
pub struct Looked {
    listing: Listing,
    is_current: bool,
    previous: Option<String>,
    python: Option<String>,
}

/// What only the disk can say of a wanted environment: what node files need, and which lines were confirmed.
pub(super) struct Ground {
    files: BTreeSet<Arc<Path>>,
    userdata: PathBuf,
}

impl Ground {
    /// The project as it is before the tools work in it. Reads files: for the background.
    pub fn look(&self, wanted: &Wanted) -> Fingerprint {
        Fingerprint::of(&wanted.project, &self.userdata)
    }

    /// What tools wrote in the project since then is our own. Reads files: for the background.
    pub fn signed(&self, wanted: &Wanted, before: &Fingerprint) {
        signed_tools(&wanted.project, &self.userdata, before);
    }

    /// Reads files: for the background.
    pub fn complete(&self, wanted: Wanted) -> Wanted {
        Wanted {
            needs: packages::needs(&self.files, &wanted.project),
            confirmed: consent::confirmed(&self.userdata, &wanted.project),
            ..wanted
        }
    }
}

impl Project {
    /// What is known of the environment is no longer so.
    pub(super) fn environment_is_new(&mut self) {
        self.environment.listing = Shown::Unknown;
    }
}

impl App {
    pub(super) fn ground(&self) -> Ground {
        Ground {
            files: packages::files(self.project.document.graph()),
            userdata: self.paths.userdata.clone(),
        }
    }

    /// What environments of the project are made from, but for what the disk says: `Ground` adds that. `None`: no
    /// project is shown.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        Some(Wanted {
            project: self.project.trusted()?.clone(),
            seals: self.paths.seals(),
            python_version: self.settings.engine.python_version().map(str::to_owned),
            tools: self.paths.tools(),
            program: self.paths.program.clone(),
            needs: Vec::new(),
            confirmed: Confirmed::default(),
        })
    }

    pub(super) fn add_package(&mut self) {
        self.shell.show(Pane::Environment);
        self.project.panels.environment.add();
        self.dismiss_environment();
    }

    pub(super) fn environment_action(&mut self, asked: EnvironmentAction) {
        let Some(wanted) = self.wanted() else {
            return self.show_trust();
        };
        match asked {
            EnvironmentAction::Look => self.look_at_environment(wanted),
            EnvironmentAction::LookForPythons => self.look_for_pythons(wanted),
            EnvironmentAction::LookForNewer => {
                self.project.environment.newer = Newer::Asking;
                let ground = self.ground();
                self.find_out(move |_| {
                    let wanted = ground.complete(wanted);
                    let cancel = CancelFlag::default();
                    News::Newer(python::outdated(&wanted, &mut |_| (), &cancel))
                });
            }
            EnvironmentAction::Find(name) => {
                self.project.environment.search = Some(Search {
                    name: name.clone(),
                    found: Found::Searching,
                });
                let ground = self.ground();
                self.find_out(move |_| {
                    let wanted = ground.complete(wanted);
                    let cancel = CancelFlag::default();
                    let result = python::search(&wanted, &name, &mut |_| (), &cancel);
                    News::Found { name, result }
                });
            }
            EnvironmentAction::Plan(change) => self.plan_change(wanted, change),
            EnvironmentAction::Apply => self.apply_plan(wanted),
            EnvironmentAction::Dismiss => self.dismiss_environment(),
            EnvironmentAction::Stop => self.stop_change(),
            EnvironmentAction::Return => self.return_environment(wanted),
            EnvironmentAction::Install { module } => self.install_module(wanted, &module),
        }
    }

    /// Work for the panel, off the window's thread; it can tell how far it is.
    fn find_out(&self, work: impl FnOnce(&mut dyn FnMut(Progress)) -> News + Send + 'static) {
        let (project, sender) = (self.project.serial, self.services.sender.clone());
        self.services.spawn(move || {
            let mut tell = |progress| {
                let news = News::Progress(progress);
                // One that finds no room is replaced by the next.
                sender
                    .try_send(Event::EnvironmentNews { project, news })
                    .ok();
            };
            let news = work(&mut tell);
            Event::EnvironmentNews { project, news }
        });
    }

    fn look_at_environment(&mut self, wanted: Wanted) {
        if self.project.environment.listing != Shown::Unknown {
            return;
        }
        self.project.environment.listing = Shown::Reading;
        let ground = self.ground();
        self.find_out(move |_| {
            let wanted = ground.complete(wanted);
            let project = &wanted.project;
            News::Listed(Looked {
                listing: python::list(project),
                is_current: python::is_current(&wanted),
                previous: python::previous(project).map(|it| previous_text(&it)),
                python: python::version_of(project),
            })
        });
    }

    fn look_for_pythons(&mut self, wanted: Wanted) {
        if self.project.environment.pythons == Pythons::Unknown {
            self.project.environment.pythons = Pythons::Searching;
            let cancel = CancelFlag::default();
            self.find_out(move |_| News::Pythons(python::pythons(&wanted, &cancel)));
        }
    }

    pub(super) fn dismiss_environment(&mut self) {
        if matches!(self.project.environment.task, Task::Working(_)) {
            return;
        }
        self.project.environment.task = Task::None;
        self.project.changing.forget();
    }

    pub(super) fn environment_news(&mut self, news: News) {
        let state = &mut self.project.environment;
        match news {
            News::Listed(looked) => self.environment_listed(looked),
            News::Pythons(result) => {
                state.pythons = match result {
                    Ok(found) => Pythons::Found(choices(&found)),
                    Err(error) => Pythons::Failed(error.to_string()),
                };
            }
            News::Newer(Err(EnvironmentError::Unconfirmed { lines })) => {
                state.newer = Newer::Unknown;
                self.ask_consent(&lines, Then::Environment(EnvironmentAction::LookForNewer));
            }
            News::Found {
                name,
                result: Err(EnvironmentError::Unconfirmed { lines }),
            } => {
                state.search = None;
                self.ask_consent(&lines, Then::Environment(EnvironmentAction::Find(name)));
            }
            News::Newer(result) => {
                state.newer = match result {
                    Ok(newer) => Newer::Known(newer),
                    Err(error) => Newer::Failed(error.to_string()),
                };
                self.mark_newer();
            }
            News::Found { name, result } => {
                let search = state.search.as_mut();
                if let Some(search) = search.filter(|search| search.name == name) {
                    search.found = found(result);
                }
            }
            News::Progress(progress) => self.change_progress(progress),
            News::Planned(result) => self.change_planned(result),
            News::Done(result) => self.change_done(result),
        }
    }

    fn environment_listed(&mut self, looked: Looked) {
        let state = &mut self.project.environment;
        state.previous = looked.previous;
        state.wanted_python = looked.python;
        state.revision += 1;
        let listing = looked.listing;
        state.listing = match listing.python {
            None => Shown::Missing {
                asked: listing.asked,
            },
            Some(python) => {
                let differs =
                    "It is not what the project asks for now: the next run brings it up to date";
                Shown::There(Installed {
                    size_bytes: listing.packages.iter().map(|it| it.size_bytes).sum(),
                    python,
                    packages: listing.packages.into_iter().map(shown).collect(),
                    differs: (!looked.is_current).then(|| differs.to_owned()),
                })
            }
        };
        self.mark_newer();
    }

    /// Mark what is outdated, as far as it was asked for.
    fn mark_newer(&mut self) {
        let state = &mut self.project.environment;
        let (Shown::There(installed), Newer::Known(newer)) = (&mut state.listing, &state.newer)
        else {
            return;
        };
        let mut marked = installed.packages.to_vec();
        for package in &mut marked {
            let version = newer.get(&normal_name(&package.name)).cloned();
            package.newer = version.filter(|version| *version != package.version);
        }
        installed.packages = marked.into();
        state.revision += 1;
    }
}

/// The minor versions, the newest first, each with the newest that is installed: what a project asks for is `3.12`,
/// which the next one who opens it can have as well.
fn choices(found: &[python::PythonChoice]) -> Vec<PythonChoice> {
    let mut choices: BTreeMap<(u32, u32), Vec<(u32, bool)>> = BTreeMap::new();
    for python in found {
        let mut parts = python.version.split('.').map(str::parse::<u32>);
        if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) {
            let patch = parts.next().and_then(Result::ok).unwrap_or_default();
            let of_minor = choices.entry((major, minor)).or_default();
            of_minor.push((patch, python.program.is_some()));
        }
    }
    let newest_first = choices.into_iter().rev();
    newest_first
        .map(|((major, minor), patches)| {
            let version = format!("{major}.{minor}");
            let there = patches.iter().filter(|(_, is_there)| *is_there);
            let installed = there.map(|(patch, _)| patch).max();
            PythonChoice {
                installed: installed.map(|patch| format!("{version}.{patch}")),
                version,
            }
        })
        .collect()
}

fn found(result: Result<Option<python::Found>, EnvironmentError>) -> Found {
    match result {
        Ok(Some(python::Found { name, versions })) => Found::Package { name, versions },
        Ok(None) => Found::Nothing,
        Err(error) => Found::Failed(error.to_string()),
    }
}

fn shown(listed: python::Package) -> Package {
    Package {
        is_pinned: listed.is_pinned,
        name: listed.name,
        version: listed.version,
        size_bytes: listed.size_bytes,
        summary: listed.summary,
        line: listed.line,
        needed_by: listed.needed_by.into_iter().chain(listed.files).collect(),
        newer: None,
    }
}

/// The environment before, in words.
fn previous_text(previous: &Previous) -> String {
    let lines = requirements::parse(&previous.requirements);
    let names: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    if names.is_empty() {
        "The one before asked for no package".to_owned()
    } else {
        format!("The one before asked for {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_are_offered_by_their_minor_versions() {
        let python = |version: &str, program: Option<&str>| python::PythonChoice {
            version: version.to_owned(),
            program: program.map(Into::into),
        };
        let found = [
            python("3.9.25", None),
            python("3.15.2", None),
            python("3.11.18", None),
            python("3.11.2", Some("/usr/bin/python3")),
            python("3.11.7", Some("/opt/python3")),
        ];
        let offered: Vec<_> = choices(&found)
            .into_iter()
            .map(|choice| (choice.version, choice.installed.unwrap_or_default()))
            .collect();
        let expected = [("3.15", ""), ("3.11", "3.11.7"), ("3.9", "")];
        assert_eq!(
            offered,
            expected.map(|(version, installed)| (version.to_owned(), installed.to_owned()))
        );
    }
}
