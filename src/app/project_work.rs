//! What is done to a project as a whole: exported, duplicated, renamed, put into the bin. In the background, and after
//! what is on the screen was saved; a project that moves is closed for it and opened again where it is then.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::choosing::{Chosen, Filter, Question};
use super::{App, Event};
use crate::command::Command;
use crate::engine::{Engine, python};
use crate::project::archive::{self, ENDING, Packed};
use crate::project::moving::{self, Duplicated};
use crate::project::name_like;
use crate::ui::Level;
use crate::ui::choosing::Kind;
use crate::ui::dialogs::{AfterSave, Dialog};
use crate::ui::project::Binned;
use crate::ui::tabs::TabAction;

/// How long the engine of a project that is to be moved may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(2);
/// And the task that writes its journal.
const OF_JOURNAL: Duration = Duration::from_secs(5);
/// So much of what was left out is told.
const TOLD: usize = 3;

/// What is to be done to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Write it to this archive.
    Export(PathBuf),
    Duplicate,
    Rename(String),
    ToBin,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    Exported(PathBuf, Result<Packed, String>),
    Duplicated(Result<Duplicated, String>),
    /// The new folder.
    Renamed(Result<PathBuf, String>),
    Binned(Result<(), String>),
}

/// What waits, and how far the export that goes on is.
#[derive(Default)]
pub(super) struct Works {
    /// By the serial of the project, until it is saved.
    waiting: Vec<(u64, Work)>,
    /// The name of what is exported, and the part of it that is done.
    exporting: Option<(String, f32)>,
}

/// What of a project that was closed must have ended before its folder moves.
struct Ending {
    engine: Option<Engine>,
    given_up: Option<Receiver<()>>,
}

impl Ending {
    fn wait(self) {
        if let Some(engine) = self.engine {
            engine.close(PATIENCE);
        }
        if let Some(given_up) = self.given_up {
            // It says nothing and is closed.
            given_up.recv_timeout(OF_JOURNAL).ok();
        }
    }
}

impl App {
    /// The part of `run` that is about whole projects; returns whether it was that.
    pub(super) fn project_asked(&mut self, command: Command) -> bool {
        let is_ours = matches!(
            command,
            Command::ExportProject
                | Command::RenameProject
                | Command::DuplicateProject
                | Command::DeleteProject
        );
        if let Some(folder) = self.project.folder.clone().filter(|_| is_ours) {
            self.project_asked_of(command, folder);
        }
        is_ours
    }

    /// The same for a project that need not be open.
    pub(super) fn project_asked_of(&mut self, command: Command, folder: PathBuf) {
        let name = self.name_of(&folder);
        match command {
            Command::ExportProject => self.browse_export(folder, &name),
            Command::DuplicateProject => self.work(folder, Work::Duplicate),
            Command::RenameProject => {
                self.dialog = Some(Dialog::RenameProject {
                    folder,
                    name,
                    problem: String::new(),
                });
            }
            Command::DeleteProject => {
                let open = self
                    .projects()
                    .find(|open| open.folder.as_ref() == Some(&folder));
                self.dialog = Some(Dialog::BinProject(Binned {
                    is_unsaved: open.is_some_and(super::Project::is_unsaved),
                    is_running: open.is_some_and(super::Project::is_busy),
                    name,
                    folder,
                }));
            }
            _ => {}
        }
    }

    /// What a project is called that is open or has a card, without a look at its file.
    fn name_of(&self, folder: &Path) -> String {
        let mut open = self.projects();
        let open = open.find(|project| project.folder.as_deref() == Some(folder));
        let mut cards = self.welcome.recent().iter();
        let card = || {
            cards
                .find(|card| card.folder == folder)
                .map(|card| card.name.clone())
        };
        let name = open.map(|project| project.name().into_owned());
        name.or_else(card).unwrap_or_default()
    }

    fn browse_export(&self, folder: PathBuf, name: &str) {
        let question = Question {
            folder: folder.parent().map(Path::to_owned),
            name: format!("{}.{ENDING}", name_like(name)),
            filters: vec![Filter::new("Project of Loom", &[ENDING])],
            ..Question::new(Kind::Save, "Export project")
        };
        self.choose(question, |to| Chosen::Export { folder, to });
    }

    /// Write the project that is shown to an archive.
    pub fn export_project(&mut self, to: PathBuf) {
        if let Some(folder) = self.project.folder.clone() {
            self.export(folder, to);
        }
    }

    pub(super) fn export(&mut self, folder: PathBuf, mut to: PathBuf) {
        if !archive::is_archive(&to) {
            to.as_mut_os_string().push(format!(".{ENDING}"));
        }
        self.work(folder, Work::Export(to));
    }

    /// A name was given in the dialog.
    pub(super) fn rename_project(&mut self, folder: PathBuf, name: String) {
        match moving::renamed(&folder, &name) {
            Ok(_) => self.work(folder, Work::Rename(name)),
            Err(error) => {
                self.dialog = Some(Dialog::RenameProject {
                    folder,
                    name,
                    problem: error.to_string(),
                });
            }
        }
    }

    /// Do something to a project; when it is open, after what is on the screen was saved.
    pub(super) fn work(&mut self, folder: PathBuf, work: Work) {
        let Some(serial) = self.tab_of(&folder) else {
            self.begin_on_folder(folder, work, None, None);
            return;
        };
        if self.project.serial == serial {
            self.finish_drafts();
        }
        if let Some(why) = self.hinders(serial, &work) {
            self.notify(Level::Error, why);
            return;
        }
        if work == Work::ToBin {
            self.close_and_begin(serial, folder, work);
            return;
        }
        self.works.waiting.retain(|(other, _)| *other != serial);
        self.works.waiting.push((serial, work));
        let then = AfterSave::Work(serial);
        self.save_concerned(then);
        self.go_on(then);
    }

    /// Why something cannot be done to an open project now.
    fn hinders(&mut self, serial: u64, work: &Work) -> Option<String> {
        let work = work.clone();
        self.with_project(serial, |app| {
            let project = &app.project;
            let (done, moves) = match work {
                Work::Export(_) => ("exported", false),
                Work::Duplicate => ("duplicated", false),
                Work::Rename(_) => ("renamed", true),
                Work::ToBin => ("moved to the bin", true),
            };
            let name = project.name();
            let is_built = project.environment_cancel.is_some() || project.changing.is_applying;
            let read_only = project.read_only.as_ref();
            match read_only {
                _ if moves && is_built => Some(format!(
                    "\"{name}\" is not {done}: its environment is being made; stop that, or wait for it"
                )),
                _ if matches!(work, Work::Rename(_)) && project.is_busy() => {
                    Some(format!("\"{name}\" is not renamed: it runs; stop it first"))
                }
                Some(why) if moves || project.is_unsaved() => {
                    Some(format!("\"{name}\" is not {done}: {why}"))
                }
                _ => None,
            }
        })
        .flatten()
    }

    /// What is on the screen is saved, and something waited for that.
    pub(super) fn work_on_saved(&mut self, serial: u64) {
        let is_it = |(other, _): &(u64, Work)| *other == serial;
        let Some(at) = self.works.waiting.iter().position(is_it) else {
            return;
        };
        let (_, work) = self.works.waiting.remove(at);
        let open = self.projects().find(|project| project.serial == serial);
        let Some(folder) = open.and_then(|project| project.folder.clone()) else {
            return;
        };
        match work {
            Work::Rename(_) | Work::ToBin => self.close_and_begin(serial, folder, work),
            Work::Export(_) | Work::Duplicate => self.begin_on_folder(folder, work, None, None),
        }
    }

    fn close_and_begin(&mut self, serial: u64, folder: PathBuf, work: Work) {
        let place = self.projects().position(|project| project.serial == serial);
        let Some(mut project) = self.remove_tab(serial) else {
            return;
        };
        let engine = project.engine.take();
        self.end_closed(&mut project);
        let given_up = self.take_ending(&folder);
        self.begin_on_folder(folder, work, place, Some(Ending { engine, given_up }));
    }

    fn begin_on_folder(
        &mut self,
        folder: PathBuf,
        work: Work,
        place: Option<usize>,
        ending: Option<Ending>,
    ) {
        if let Work::Export(to) = &work {
            let name = to.file_name().unwrap_or_default();
            self.works.exporting = Some((name.to_string_lossy().into_owned(), 0.0));
        }
        let (paths, sender) = (self.paths.clone(), self.services.sender.clone());
        self.services.spawn(move || {
            if let Some(ending) = ending {
                ending.wait();
            }
            let outcome = match work {
                Work::Export(to) => {
                    let mut told = 0.0;
                    let packed = archive::pack(&folder, &to, &mut |done| {
                        if done >= told + 0.01 {
                            told = done;
                            sender.blocking_send(Event::Exporting(done)).ok();
                        }
                    });
                    Outcome::Exported(to, packed.map_err(|error| error.to_string()))
                }
                Work::Duplicate => {
                    let made = moving::duplicate(&folder, &paths);
                    Outcome::Duplicated(made.map_err(|error| error.to_string()))
                }
                Work::Rename(name) => {
                    let renamed = moving::rename(&folder, &name, &paths);
                    if let Ok(to) = &renamed
                        && let Err(error) = python::moved(&folder, to, &paths.seals())
                    {
                        tracing::warn!(%error, "the environment is made anew: {}", to.display());
                    }
                    Outcome::Renamed(renamed.map_err(|error| error.to_string()))
                }
                Work::ToBin => {
                    let binned = moving::to_bin(&folder, &paths);
                    Outcome::Binned(binned.map_err(|error| error.to_string()))
                }
            };
            Event::ProjectWork {
                folder,
                place,
                outcome,
            }
        });
    }

    pub(super) fn exporting(&mut self, done: f32) {
        if let Some((_, part)) = &mut self.works.exporting {
            *part = done;
        }
    }

    /// What the status says while something is exported.
    pub(super) fn export_words(&self) -> Option<String> {
        let (name, done) = self.works.exporting.as_ref()?;
        Some(format!("Exporting {name}: {:.0} %", done * 100.0))
    }

    /// `place`: the tab that it was closed in for this.
    pub(super) fn work_done(&mut self, folder: &Path, place: Option<usize>, outcome: Outcome) {
        match outcome {
            Outcome::Exported(to, result) => {
                self.works.exporting = None;
                match result {
                    Ok(packed) => {
                        self.tell_left_out(&packed.refused);
                        self.notify(Level::Success, format!("Exported: {}", to.display()));
                    }
                    Err(why) => self.tell_failure("The project is not exported", why),
                }
            }
            Outcome::Duplicated(Ok(made)) => {
                self.tell_left_out(&made.refused);
                self.open_project(&made.folder);
            }
            Outcome::Duplicated(Err(why)) => {
                self.tell_failure("The project is not duplicated", why);
            }
            Outcome::Renamed(Ok(to)) => {
                self.state.moved(folder, &to);
                self.keep_state();
                self.open_again(&to, place);
                if self.project.is_welcome() {
                    self.welcome_shown();
                }
            }
            Outcome::Renamed(Err(why)) => {
                self.open_again(folder, place);
                self.tell_failure("The project is not renamed", why);
            }
            Outcome::Binned(Ok(())) => {
                self.state.forget(folder);
                self.keep_state();
                self.welcome.forget(&folder.to_owned());
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                let text = format!("\"{name}\" is in the bin, and can be had back from there");
                self.notify(Level::Success, text);
            }
            Outcome::Binned(Err(why)) => {
                self.open_again(folder, place);
                self.tell_failure("The project is not moved to the bin", why);
            }
        }
    }

    /// A project was closed for what was done to it: it stands in its place again.
    fn open_again(&mut self, folder: &Path, place: Option<usize>) {
        let Some(place) = place else { return };
        self.open_project(folder);
        if let Some(serial) = self.tab_of(folder) {
            self.tab_action(TabAction::Move(serial, place));
        }
    }

    fn tell_left_out(&mut self, lines: &[String]) {
        for line in lines.iter().take(TOLD) {
            self.notify(Level::Warning, format!("Left out: {line}"));
        }
        if let Some(more) = lines.len().checked_sub(TOLD).filter(|more| *more > 0) {
            self.notify(Level::Warning, format!("Left out: {more} more"));
        }
    }
}
