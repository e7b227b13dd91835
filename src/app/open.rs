//! Opening: an open project with all that belongs to it, how it is loaded, and its catalog. Which tab it stands in is
//! the business of `tabs.rs`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::App;
use super::background::Watch;
use super::code::CodeWork;
use super::environment::Changing;
use super::hindrances::Hindrances;
use super::journal::{Keeper, Kept};
use super::live::Live;
use super::locking::Holding;
use super::outside::Outside;
use super::picture::is_picture;
use super::trusting::Trusting;
use super::versions::doubt_of;
use crate::costs;
use crate::document::Document;
use crate::document::file::{Loaded, MOST_NAME, SAVEFILE};
use crate::engine::python::CancelFlag;
use crate::engine::{Engine, EngineEvent, LogLevel, RunState};
use crate::event::EventReceiver;
use crate::graph::{Catalog, Flat, Graph, NodeId};
use crate::nodebank::Nodebank;
use crate::paths::full;
use crate::plain::{self, sentence};
use crate::project::archive::is_archive;
use crate::project::generations::{self, Unreadable};
use crate::project::journal::{Base, Found};
use crate::project::trust::Doubt;
use crate::project::{self, outside};
use crate::ui::countdown::Countdown;
use crate::ui::dialogs::{AfterSave, Dialog, KnownProject};
use crate::ui::environment::model::EnvironmentState;
use crate::ui::recovery::Instead;
use crate::ui::shell::Panels;
use crate::ui::{Fetch, Level, Views};

/// What a run is asked for, in flat nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// These nodes and what they need; `None`: all.
    pub targets: Option<Vec<NodeId>>,
    /// Nodes that run even when a result of theirs is there.
    pub force: Vec<NodeId>,
    /// What is no target is taken as it is, where it has a result.
    pub keeps_others: bool,
    /// It stops before each node.
    pub steps: bool,
    /// It was not asked for by hand: it runs what live mode finds to run, whatever that is when it begins.
    pub is_live: bool,
}

impl Asked {
    pub fn live() -> Self {
        Self {
            is_live: true,
            ..Self::default()
        }
    }
}

/// How the run that was begun last goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    /// What it was asked for.
    pub asked: Asked,
    pub is_live: bool,
    /// It stops before nodes.
    pub pauses: bool,
    /// Nodes whose last result is taken as it is, although it is out of date.
    pub kept_stale: Vec<NodeId>,
}

/// What a tab has of its project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stands {
    #[default]
    Open,
    /// Open since an earlier window and not looked at yet: only the folder is known.
    Asleep,
    /// An earlier version, opened beside the project that its folder is of: it is never written.
    Version,
}

/// A project that is open: its document and all that goes with it.
#[derive(Default)]
pub struct Project {
    /// Tells its events from those of others, also of ones that were open before; 0 is the welcome page.
    pub(super) serial: u64,
    /// `None`: no project but the welcome page.
    pub folder: Option<PathBuf>,
    pub(super) stands: Stands,
    pub document: Document,
    pub catalog: Arc<Catalog>,
    /// Away while it looks at the folders in the background.
    pub(super) nodebank: Option<Nodebank>,
    /// Tells when files of nodes change.
    pub(super) watch: Option<Watch>,
    pub run: RunState,
    /// The graph as it ran last.
    pub flat: Flat,
    pub views: Views,
    pub panels: Panels,
    /// What goes on around the sources that are written here.
    pub(super) code: CodeWork,
    pub(super) read_only: Option<String>,
    /// May it run?
    pub(super) trusting: Trusting,
    /// What keeps other windows from writing here.
    pub(super) holding: Holding,
    pub(super) engine: Option<Engine>,
    pub(super) engine_events: Option<EventReceiver<EngineEvent>>,
    /// What its panel shows.
    pub environment: EnvironmentState,
    pub(super) changing: Changing,
    pub(super) environment_progress: Option<String>,
    pub(super) environment_cancel: Option<CancelFlag>,
    /// What runs as soon as the environment is there.
    pub(super) wanted_run: Option<Asked>,
    /// The run that waits until its secrets are found or entered.
    pub(super) waits_for_secrets: Option<Asked>,
    /// What runs as soon as the live run has ended that goes on.
    pub(super) next_run: Option<Asked>,
    pub(super) running: Running,
    pub(super) live: Live,
    /// The next node that is held is to be shown.
    pub(super) shows_pause: bool,
    /// Fetches that are on their way, by their number.
    pub(super) fetching: HashMap<u64, Fetch>,
    pub(super) next_number: u64,
    pub(super) keeper: Keeper,
    pub(super) hindrances: Hindrances,
    /// What is known of the savefile.
    pub(super) outside: Outside,
    pub(super) is_saving: bool,
    /// What goes on when it is saved.
    pub(super) after_save: Option<AfterSave>,
    /// Revision of the graph that the run state was told of.
    pub(super) seen_revision: u64,
    /// The time that the run still takes, as it is shown.
    pub(super) countdown: Countdown,
}

impl Project {
    pub(super) fn asleep(folder: PathBuf) -> Self {
        Self {
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            folder: Some(folder),
            stands: Stands::Asleep,
            ..Self::default()
        }
    }

    /// Does it hold anything that no file has?
    pub fn is_unsaved(&self) -> bool {
        self.document.is_dirty() || self.panels.code.is_unsaved()
    }

    /// Why what is shown cannot be saved here, whatever is tried.
    pub(super) fn why_not_saved(&self) -> Option<String> {
        let newer = || self.outside.newer().map(str::to_owned);
        self.read_only.clone().or_else(newer)
    }

    /// Will what is not saved come back when it is opened again, if nobody discards it?
    pub(super) fn keeps_unsaved(&self) -> bool {
        let is_nowhere = matches!(self.hindrances.kept, Kept::Nowhere(_));
        self.keeper.is_kept() && !is_nowhere && !self.panels.code.is_unsaved()
    }

    pub fn is_welcome(&self) -> bool {
        self.folder.is_none()
    }

    pub fn name(&self) -> Cow<'_, str> {
        let name = self.document.meta.project_name.as_str();
        if !name.is_empty() {
            return name.into();
        }
        let folder = self.folder.as_deref().and_then(Path::file_name);
        folder.map_or("Welcome".into(), |folder| {
            plain::name(&folder.to_string_lossy(), MOST_NAME).into()
        })
    }

    pub fn savefile(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(SAVEFILE))
    }

    /// Is a run going on, or asked for?
    pub fn is_busy(&self) -> bool {
        self.is_working()
            || self.wanted_run.is_some()
            || self.next_run.is_some()
            || self.trusting.has_run()
    }

    /// Does it run or build its environment now?
    pub(super) fn is_working(&self) -> bool {
        self.run.is_running()
            || self.environment_cancel.is_some()
            || self.changing.is_applying
            || self.waits_for_secrets.is_some()
    }

    /// Can a run be asked for now? A live one makes room.
    pub(super) fn can_run(&self) -> bool {
        let is_live_waiting = self.wanted_run.as_ref().is_some_and(|asked| asked.is_live);
        let makes_room = self.is_live_running() && self.next_run.is_none() || is_live_waiting;
        !self.document.graph().is_empty()
            && (!self.is_busy() || makes_room || self.changing.is_applying)
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.stands == Stands::Asleep
    }

    pub(super) fn is_version(&self) -> bool {
        self.stands == Stands::Version
    }

    /// Does a run wait for those of other projects?
    pub fn is_waiting(&self) -> bool {
        self.wanted_run.is_some() && !self.is_working()
    }

    /// The title of a node of a run.
    pub(super) fn flat_title(&self, node: NodeId) -> &str {
        let node = self.flat.graph().node(node);
        node.map_or("?", |node| node.title().as_str())
    }

    pub fn has_engine(&self) -> bool {
        self.engine.is_some()
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    /// It is closed: what ran for it ends. Another Loom may have it when it is given up.
    pub(super) fn end(&mut self) {
        self.end_engine();
        self.changing.stop();
        self.watch = None;
        self.hindrances = Hindrances::default();
        self.outside.end();
    }

    pub(super) fn end_engine(&mut self) {
        if let Some(cancel) = self.environment_cancel.take() {
            cancel.cancel();
        }
        self.engine = None;
        self.engine_events = None;
        self.next_run = None;
        self.run.end();
    }
}

/// What nodes took when they ran in an earlier window, if that is known.
fn remember_costs(folder: &Path, graph: &Graph, flat: &mut Flat, run: &mut RunState) {
    let read = costs::read(folder);
    if read.is_empty() {
        return;
    }
    let graph = if graph.is_plain() {
        // The flat form is the same, and is made when it is needed.
        graph
    } else {
        flat.update(graph);
        flat.graph()
    };
    run.remember_costs(costs::of_nodes(graph, &read));
}

/// So much of what is not sound in a file is said at once.
const TOLD: usize = 3;

static SERIAL: AtomicU64 = AtomicU64::new(1);

impl App {
    /// What was open last and is still there, or else the welcome page; and the project that the call names.
    pub(super) fn open_at_start(&mut self, named: Option<&Path>) {
        self.restore_tabs();
        match named {
            Some(path) if !is_picture(path) && !is_archive(path) => self.open_project(path),
            _ => self.wake_project(),
        }
        if self.project.is_welcome() {
            self.welcome_shown();
        }
        if let Some(path) = named.filter(|path| is_picture(path)) {
            self.open_picture(path);
        }
        if let Some(path) = named.filter(|path| is_archive(path)) {
            self.take_archive(path.to_owned());
        }
    }

    pub(super) fn open_dialog(&self) -> Dialog {
        let known = project::index::projects(&self.paths.userdata)
            .into_iter()
            .map(|entry| KnownProject {
                path: entry.folder().display().to_string(),
                name: entry.name,
            })
            .collect();
        Dialog::OpenProject {
            path: String::new(),
            known,
            problem: String::new(),
        }
    }

    /// Open what the user named: a folder, a savefile, the picture of a graph, an archive, or a project's name in
    /// userdata.
    pub(super) fn open_named(&mut self, name: &Path) {
        if is_picture(name) {
            self.open_picture(name);
            return;
        }
        if is_archive(name) {
            self.take_archive(name.to_owned());
            return;
        }
        match project::find(name, &self.paths.userdata) {
            Ok(folder) => self.open_project(&folder),
            Err(error) => {
                let mut dialog = self.open_dialog();
                if let Dialog::OpenProject { path, problem, .. } = &mut dialog {
                    *path = name.display().to_string();
                    *problem = error.to_string();
                }
                self.dialog = Some(dialog);
            }
        }
    }

    pub(super) fn create_project(&mut self, name: String) {
        match project::create(&name, &self.paths.userdata) {
            Ok(folder) => self.open_project(&folder),
            Err(error) => {
                self.dialog = Some(Dialog::NewProject {
                    name,
                    problem: error.to_string(),
                });
            }
        }
    }

    /// Open the project at `path`, which is its folder or its savefile, in a tab of its own; one that is open already
    /// is shown.
    pub(super) fn open_project(&mut self, path: &Path) {
        let folder = if path.is_file() {
            path.parent().unwrap_or(path)
        } else {
            path
        };
        let folder = full(folder)
            .or_else(|_| std::path::absolute(folder))
            .unwrap_or_else(|_| folder.to_owned());
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
        if let Some(serial) = self.tab_of(&folder) {
            self.show_tab(serial);
        } else if let Some(project) = self.load(Project::asleep(folder)) {
            self.add_tab(project);
        }
    }

    /// Load what is in the tab that is shown, if it is not yet. One that cannot be loaded is closed.
    pub(super) fn wake_project(&mut self) {
        if !self.project.is_asleep() {
            return;
        }
        let asleep = std::mem::take(&mut self.project);
        let (serial, folder) = (asleep.serial, asleep.folder.clone());
        if let Some(project) = self.load(asleep) {
            self.project = project;
            self.remember_tabs();
            self.offer_recovery();
            self.find_unsaved_code();
        } else {
            self.project = Project {
                serial,
                folder,
                ..Project::default()
            };
            self.close_tab(serial);
        }
    }

    /// Examples that an installed program brings are copied to userdata first; in a checkout they open in place.
    fn writable(&self, folder: PathBuf) -> std::io::Result<PathBuf> {
        if self.paths.is_checkout || !folder.starts_with(self.paths.examples()) {
            return Ok(folder);
        }
        project::copy_of_example(&folder, &self.paths.userdata)
    }

    /// Open what there is of a project whose savefile is damaged. That file is kept beside it when it is saved.
    pub(super) fn open_instead(&mut self, folder: &Path, instead: &Instead) {
        let project = Project::asleep(folder.to_owned());
        if let Some(project) = self.load_instead(project, Some(instead)) {
            self.add_tab(project);
        }
    }

    /// The project of a tab that is asleep, awake; why it cannot be is said.
    fn load(&mut self, asleep: Project) -> Option<Project> {
        self.load_instead(asleep, None)
    }

    fn load_instead(&mut self, asleep: Project, instead: Option<&Instead>) -> Option<Project> {
        let folder = asleep.folder.clone()?;
        let mut bank = Nodebank::new(
            project::banks(&folder, &self.paths),
            Some(self.paths.nodebank_cache()),
        );
        bank.refresh();
        let loaded = match instead {
            Some(Instead::Version(version)) => generations::read(version, &bank.catalog()),
            None | Some(Instead::Journal { .. }) => generations::load(&folder, &bank.catalog()),
        };
        let (loaded, place) = match loaded {
            Ok(loaded) => (loaded, None),
            Err(error) => {
                let kept = self.journal_at(&folder).newest_of_any(&bank.catalog());
                match kept {
                    Some((found, slot)) if matches!(instead, Some(Instead::Journal { .. })) => {
                        let loaded = Loaded {
                            document: found.document,
                            ..Loaded::default()
                        };
                        (loaded, Some((found.place, slot)))
                    }
                    kept => {
                        let found = kept.as_ref().map(|(found, _)| found);
                        self.tell_unreadable(folder, &error, found);
                        return None;
                    }
                }
            }
        };
        let mut read_only = loaded.read_only();
        let location = self.journal_at(&folder);
        self.wait_for_ending(&folder);
        let (holding, held) = Holding::take(&location, &folder);
        // Where nobody can write there, what is done is kept elsewhere until this window can.
        read_only = read_only.or(held.map(|held| held.to_string()));
        let mut run = self.tell_unsound(loaded.notes);
        let mut flat = Flat::default();
        remember_costs(&folder, loaded.document.graph(), &mut flat, &mut run);
        self.state.add_recent(&folder);
        let window = self.state.window(&folder);
        let mut project = Project {
            seen_revision: loaded.document.graph().revision(),
            document: loaded.document,
            run,
            flat,
            catalog: bank.catalog(),
            watch: Some(self.watch(asleep.serial, &bank)),
            keeper: Keeper::at(location),
            hindrances: self.watch_folder(asleep.serial, &folder, &holding),
            nodebank: Some(bank),
            read_only,
            holding,
            stands: Stands::Open,
            ..asleep
        };
        let text: Arc<str> = loaded.text.into();
        project.outside.set_base(text.clone());
        if instead.is_some() {
            project
                .outside
                .set_damaged(outside::read(&folder.join(SAVEFILE)));
        }
        self.watch_savefile(&mut project);
        let mut base = Base {
            text,
            is_unsaved: instead.is_some(),
        };
        project.trusting.set_doubt(match (instead, &place) {
            (_, Some((place, _))) if !place.is_trusted() => Some(Doubt::Unsaved),
            (Some(Instead::Version(version)), None) => {
                doubt_of(version, &base.text, &self.paths.userdata)
            }
            _ => None,
        });
        self.keep_unread(&project);
        match place {
            Some(place) if !project.holding.is_barred() => project.go_on_in(place),
            Some(_) => {
                // It is another window's to write on.
                base.text = project.read_again();
                self.bring_back(&mut project, base);
            }
            None => self.bring_back(&mut project, base),
        }
        project.restore_window(&window);
        self.look_at_first(&mut project);
        Some(project)
    }

    /// Say why a project is not opened, and offer what can be: an earlier version, or else what its journal holds.
    fn tell_unreadable(&mut self, folder: PathBuf, unreadable: &Unreadable, found: Option<&Found>) {
        let (instead, written) = match (&unreadable.version, found) {
            (Some(version), _) => (Instead::Version(version.path.clone()), version.written),
            (None, Some(found)) if unreadable.is_damaged() => {
                let is_own = found.place.is_own();
                (Instead::Journal { is_own }, found.written)
            }
            (None, _) => {
                self.dialog = Some(Dialog::Failure {
                    title: "The project cannot be opened".to_owned(),
                    text: sentence(&unreadable.to_string()),
                });
                return;
            }
        };
        self.dialog = Some(Dialog::Damaged {
            text: sentence(&unreadable.error.to_string()),
            when: super::files::age(written),
            written: generations::time_in_words(written),
            instead,
            folder,
        });
    }

    /// Say what was not sound in a file: the first of it at once, all of it in the console of its project.
    fn tell_unsound(&mut self, notes: Vec<String>) -> RunState {
        let more = notes.len().saturating_sub(TOLD);
        for note in notes.iter().take(TOLD) {
            self.notify(Level::Warning, note.clone());
        }
        if more > 0 {
            let text =
                format!("{more} more things in the savefile are not sound: the console has all");
            self.notify(Level::Warning, text);
        }
        let mut run = RunState::new();
        for text in notes {
            run.on_event(&EngineEvent::Log {
                run: None,
                node: None,
                level: LogLevel::Warning,
                text,
            });
        }
        run
    }
}
