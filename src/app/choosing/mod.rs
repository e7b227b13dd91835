//! Choosing files and folders: by the system's dialog, or by Loom's own where the system has none. Whoever needs a path
//! says what is chosen and what event comes of it; nothing here waits on the window's thread.

mod system;
mod typed;

use std::fmt;
use std::path::PathBuf;

pub use typed::Seen;

use super::{App, Event};
use crate::graph::Port;
use crate::ui::choosing::{Kind, PathAnswer, PathPage};
use crate::ui::dialogs::Dialog;

/// Which dialogs ask for files and folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chooser {
    /// Those of the system, where it has some.
    #[default]
    System,
    /// Loom's own, whatever the system has.
    Own,
}

/// What is chosen.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub kind: Kind,
    pub title: String,
    /// Where to begin; else where the system likes, or at home.
    pub folder: Option<PathBuf>,
    /// What a file to save is to be called.
    pub name: String,
    /// The files that are meant; all where there is none.
    pub filters: Vec<Filter>,
}

/// Files with one of these endings, which are without a dot; `*` is any.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub name: String,
    pub endings: Vec<String>,
}

/// A question, and what to do with the answer, in the background.
pub struct Choice {
    question: Question,
    then: Then,
}

/// What comes of the files and folders that were chosen.
type Then = Box<dyn FnOnce(Vec<PathBuf>) -> Option<Event> + Send>;

/// What files or a folder were chosen for.
#[derive(Debug)]
pub enum Chosen {
    /// An input of a node.
    Input {
        project: u64,
        port: Port,
        path: PathBuf,
    },
    /// Files to be loaded.
    Files { project: u64, paths: Vec<PathBuf> },
    /// A project to open.
    Project(PathBuf),
    /// An archive or a folder to import.
    Import(PathBuf),
    /// Where to export the project in a folder to.
    Export { folder: PathBuf, to: PathBuf },
    /// A node package.
    Package(PathBuf),
    /// A folder for a copy.
    Copy { project: u64, parent: PathBuf },
}

/// What is asked by Loom's own dialog.
#[derive(Default)]
pub(super) struct Choosing {
    chooser: Chooser,
    asked: Option<Choice>,
    /// The dialog that it is asked from, which comes back.
    below: Option<Dialog>,
}

impl Question {
    pub(super) fn new(kind: Kind, title: &str) -> Self {
        Self {
            kind,
            title: title.to_owned(),
            folder: None,
            name: String::new(),
            filters: Vec::new(),
        }
    }
}

impl Filter {
    pub(super) fn new(name: &str, endings: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            endings: endings.iter().map(|&ending| ending.to_owned()).collect(),
        }
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.question.fmt(f)
    }
}

impl From<Chosen> for Event {
    fn from(chosen: Chosen) -> Self {
        Self::Chosen(chosen)
    }
}

impl Choosing {
    pub(super) fn new(chooser: Chooser) -> Self {
        Self {
            chooser,
            ..Self::default()
        }
    }
}

impl App {
    /// Let the user choose a file or folder. Nothing comes of it when none is.
    pub(super) fn choose<E: Into<Event>>(
        &self,
        question: Question,
        then: impl FnOnce(PathBuf) -> E + Send + 'static,
    ) {
        let then = |paths: Vec<PathBuf>| Some(then(paths.into_iter().next()?).into());
        self.begin_choice(question, Box::new(then));
    }

    /// The same for several.
    pub(super) fn choose_several<E: Into<Event>>(
        &self,
        question: Question,
        then: impl FnOnce(Vec<PathBuf>) -> E + Send + 'static,
    ) {
        let then = |paths: Vec<PathBuf>| (!paths.is_empty()).then(|| then(paths).into());
        self.begin_choice(question, Box::new(then));
    }

    fn begin_choice(&self, question: Question, then: Then) {
        let choice = Choice { question, then };
        let (chooser, services) = (self.choosing.chooser, self.services.clone());
        drop(self.services.runtime.spawn(async move {
            if chooser == Chooser::System && system::has_dialog().await {
                services.spawn_maybe(move || system::ask(&choice.question).and_then(choice.then));
            } else {
                services.sender.send(Event::NoFileDialog(choice)).await.ok();
            }
        }));
    }

    pub(super) fn chosen(&mut self, chosen: Chosen) {
        match chosen {
            Chosen::Input {
                project,
                port,
                path,
            } => drop(self.with_project(project, |app| app.picked(port, &path))),
            Chosen::Files { project, paths } => self.take_files(project, paths),
            Chosen::Project(path) => self.open_named(&path),
            Chosen::Import(path) => self.picked_import(&path),
            Chosen::Export { folder, to } => self.export(folder, to),
            Chosen::Package(path) => self.picked_package(&path),
            Chosen::Copy { project, parent } => {
                self.with_project(project, |app| app.save_copy(parent));
            }
        }
    }

    /// The system cannot ask: Loom does.
    pub(super) fn ask_for_path(&mut self, choice: Choice) {
        let question = &choice.question;
        let folder = typed::folder_of(question);
        let text = format!("{}{}", typed::within(&folder), question.name);
        let page = PathPage::new(question.title.clone(), question.kind, text);
        // One that was asked from the same dialog is forgotten.
        let before = self.dialog.replace(Dialog::Path(page));
        if !matches!(before, Some(Dialog::Path(_))) {
            self.choosing.below = before;
        }
        self.choosing.asked = Some(choice);
    }

    /// What the user did in Loom's own dialog.
    pub(super) fn path_answer(&mut self, answer: PathAnswer) {
        let (text, is_meant) = match answer {
            PathAnswer::Look(text) => (text, false),
            PathAnswer::Choose(text) => (text, true),
            PathAnswer::Cancel => {
                self.end_path();
                return;
            }
        };
        if let Some(Choice { question, .. }) = &self.choosing.asked {
            let question = question.clone();
            self.services
                .spawn(move || Event::PathSeen(Seen::look(&question, text, is_meant)));
        }
    }

    /// What lies where the text in the dialog leads to.
    pub(super) fn path_seen(&mut self, seen: Seen) {
        let Some(Dialog::Path(page)) = &mut self.dialog else {
            return;
        };
        match seen.path {
            Err(problem) if seen.is_meant => page.refuse(&seen.text, problem),
            // What would be replaced is told before.
            Ok(_) if seen.is_meant && !page.has_told(&seen.sight) => {
                page.tell(seen.text, seen.sight);
            }
            Ok(path) if seen.is_meant && page.text() == seen.text => {
                let Some(Choice { then, .. }) = self.end_path() else {
                    return;
                };
                self.services.spawn_maybe(move || then(vec![path]));
            }
            _ => page.tell(seen.text, seen.sight),
        }
    }

    /// The dialog is gone, and the one below is back.
    fn end_path(&mut self) -> Option<Choice> {
        self.dialog = self.choosing.below.take();
        self.choosing.asked.take()
    }
}
