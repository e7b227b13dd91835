//! Opening and closing: the one project that the window shows, its catalog and what it remembers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::{App, Event};
use crate::document::Document;
use crate::document::file::{self, SAVEFILE};
use crate::engine::python::CancelFlag;
use crate::engine::{Engine, EngineEvent, RunState};
use crate::event::EventReceiver;
use crate::graph::{Catalog, NodeId};
use crate::nodebank::Nodebank;
use crate::project;
use crate::ui::dialogs::{Dialog, KnownProject};
use crate::ui::{Fetch, Level};

/// What a run is asked for.
#[derive(Clone, Debug)]
pub(super) enum Targets {
    All,
    /// These nodes and what they need.
    Nodes(Vec<NodeId>),
}

/// A project that is open: its document and all that goes with it.
#[derive(Default)]
pub struct Project {
    /// Tells events of this project from those of one that was open before.
    pub(super) serial: u64,
    /// `None`: nothing is open.
    pub folder: Option<PathBuf>,
    pub document: Document,
    pub catalog: Arc<Catalog>,
    /// Away while it looks at the folders in the background.
    pub(super) nodebank: Option<Nodebank>,
    pub run: RunState,
    pub views: HashMap<Fetch, crate::engine::View>,
    pub(super) read_only: Option<String>,
    /// Held, so that no other Loom writes here.
    pub(super) lock: Option<project::Lock>,
    pub(super) engine: Option<Engine>,
    pub(super) engine_events: Option<EventReceiver<EngineEvent>>,
    pub(super) environment_progress: Option<String>,
    pub(super) environment_cancel: Option<CancelFlag>,
    /// What runs as soon as the environment is there.
    pub(super) wanted_run: Option<Targets>,
    /// Fetches that are on their way, by their number.
    pub(super) fetching: HashMap<u64, Fetch>,
    pub(super) next_number: u64,
    /// The state that the recovery copy holds, and when it was written.
    pub(super) recovery_mark: Option<u64>,
    pub(super) recovery_at: Option<Instant>,
    pub(super) is_saving: bool,
    /// Revision of the graph that the run state was told of.
    pub(super) seen_revision: u64,
}

impl Project {
    pub fn name(&self) -> &str {
        let name = self.document.meta.project_name.as_str();
        let folder = || self.folder.as_deref()?.file_name()?.to_str();
        if name.is_empty() {
            folder().unwrap_or("No project")
        } else {
            name
        }
    }

    pub fn savefile(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(SAVEFILE))
    }

    /// Is a run going on, or what a run waits for?
    pub fn is_busy(&self) -> bool {
        self.run.is_running() || self.environment_cancel.is_some()
    }

    pub fn has_engine(&self) -> bool {
        self.engine.is_some()
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    pub(super) fn end_engine(&mut self) {
        if let Some(cancel) = self.environment_cancel.take() {
            cancel.cancel();
        }
        self.engine = None;
        self.engine_events = None;
    }
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

impl App {
    /// The project that was open last, when it is still there.
    pub(super) fn open_at_start(&mut self) {
        let active = self.state.active.clone();
        match active.filter(|folder| folder.join(SAVEFILE).is_file()) {
            Some(folder) => self.open_project(&folder),
            None => self.dialog = Some(self.open_dialog()),
        }
    }

    pub(super) fn open_dialog(&self) -> Dialog {
        let known = project::index::projects(&self.paths.userdata)
            .into_iter()
            .map(|entry| KnownProject {
                path: entry.folder().display().to_string(),
                name: entry.name,
            })
            .chain(self.examples())
            .collect();
        Dialog::OpenProject {
            path: String::new(),
            known,
            problem: String::new(),
        }
    }

    /// The examples that a checkout or an installed program brings.
    fn examples(&self) -> Vec<KnownProject> {
        let folders = std::fs::read_dir(self.paths.examples())
            .into_iter()
            .flatten()
            .flatten();
        let mut examples: Vec<_> = folders
            .map(|entry| entry.path())
            .filter(|folder| folder.join(SAVEFILE).is_file())
            .map(|folder| KnownProject {
                name: format!(
                    "Example: {}",
                    folder.file_name().unwrap_or_default().display()
                ),
                path: folder.display().to_string(),
            })
            .collect();
        examples.sort_by(|a, b| a.name.cmp(&b.name));
        examples
    }

    /// Open the project at `path`, which is its folder or its savefile. What was open is closed without a question.
    pub(super) fn open_project(&mut self, path: &Path) {
        let folder = if path.is_file() {
            path.parent().unwrap_or(path)
        } else {
            path
        };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let folder = match self.writable(folder) {
            Ok(folder) => folder,
            Err(error) => {
                self.dialog = Some(Dialog::Failure {
                    title: "The example cannot be opened".to_owned(),
                    text: format!(
                        "It could not be copied to {}: {error}",
                        self.paths.userdata.display()
                    ),
                });
                return;
            }
        };
        let mut bank = Nodebank::new(
            project::banks(&folder, &self.paths),
            Some(self.paths.nodebank_cache()),
        );
        bank.refresh();
        match file::load(&folder.join(SAVEFILE), &bank.catalog()) {
            Ok(loaded) => self.show_project(folder, bank, loaded),
            Err(error) => {
                self.dialog = Some(Dialog::Failure {
                    title: "The project cannot be opened".to_owned(),
                    text: error.to_string(),
                });
            }
        }
    }

    /// Examples that an installed program brings are copied to userdata first; in a checkout they open in place.
    fn writable(&self, folder: PathBuf) -> std::io::Result<PathBuf> {
        if self.paths.is_checkout || !folder.starts_with(self.paths.examples()) {
            return Ok(folder);
        }
        project::copy_of_example(&folder, &self.paths.userdata)
    }

    fn show_project(&mut self, folder: PathBuf, bank: Nodebank, loaded: file::Loaded) {
        self.project.end_engine();
        // The same project may be opened again.
        self.project.lock = None;
        let mut read_only = loaded.read_only;
        let lock = match project::Lock::take(&folder) {
            Ok(lock) => Some(lock),
            Err(error) => {
                read_only = read_only.or(Some(error.to_string()));
                None
            }
        };
        self.project = Project {
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            document: loaded.document,
            catalog: bank.catalog(),
            nodebank: Some(bank),
            read_only,
            lock,
            folder: Some(folder.clone()),
            ..Project::default()
        };
        self.project.seen_revision = self.project.document.graph().revision();
        self.pictures.textures.clear();
        self.reading.clear();
        let canvas = &mut self.panels.canvas;
        canvas.layout.clear();
        canvas.fit_next = true;
        for note in loaded.notes.iter().take(5) {
            self.notify(Level::Warning, note.clone());
        }
        if let Some(reason) = self.project.read_only.clone() {
            self.notify(Level::Warning, reason);
        }
        let meta = &self.project.document.meta;
        self.state
            .set_active(&folder, &meta.project_id, &meta.project_name);
        self.keep_state();
        self.offer_recovery();
    }

    /// Look for sources that changed, off the UI's thread.
    pub(super) fn refresh_catalog(&mut self) {
        let Some(mut bank) = self.project.nodebank.take() else {
            return;
        };
        let serial = self.project.serial;
        self.services.spawn(move || {
            let is_new = bank.refresh();
            Event::Nodebank {
                project: serial,
                bank,
                is_new,
            }
        });
    }

    pub(super) fn nodebank_read(&mut self, bank: Nodebank, is_new: bool) {
        if is_new {
            self.project.catalog = bank.catalog();
            self.project.document.set_catalog(&self.project.catalog);
            self.mark_stale();
            for problem in bank.problems().iter().take(3) {
                self.notify(Level::Warning, problem.to_string());
            }
        }
        self.project.nodebank = Some(bank);
    }
}
