//! Background: the closed set of things that can wake the window, and how work off the UI's thread reports them.

use std::path::PathBuf;
use std::sync::Arc;

use egui::ColorImage;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::App;
use super::choosing::{Choice, Chosen, Seen};
use super::code::CodeEvent;
use super::dropping::Dropped;
use super::environment::News;
use super::hindrances::Copies;
use super::importing::ImportNews;
use super::journal::{Kept, PutAway};
use super::locking::Tried;
use super::outside::Sight;
use super::project_work::Outcome;
use super::secrets::SecretNews;
use super::updating::UpdateEvent;
use super::versions::{Looked, Source, Version};
use crate::document::file::FileError;
use crate::engine::EngineEvent;
use crate::engine::python::{Environment, EnvironmentError, Progress};
use crate::event::{EventReceiver, EventSender, channel};
use crate::instance::report::Survived;
use crate::nodebank::Nodebank;
use crate::packages::{Installed, Offer, PackageError};
use crate::project::ProjectError;
use crate::project::archive;
use crate::project::elsewhere::Copied;
use crate::project::generations::Saved;
use crate::project::hindrance::Condition;
use crate::project::outside::{Refused, Take, Weighed};
use crate::project::place::Place;
use crate::project::trust::{Fingerprint, Look, Trusted};
use crate::ui::settings::TrustedRow;
use crate::ui::trust::TrustPage;
use crate::ui::welcome::Card;

/// Everything that happens outside the UI's thread.
#[derive(Debug)]
pub enum Event {
    Engine {
        project: u64,
        event: EngineEvent,
    },
    /// A line of progress while the environment is built.
    Environment {
        project: u64,
        progress: Progress,
    },
    /// Lines of requirements are kept as confirmed, or why not.
    Confirmed {
        project: u64,
        result: std::io::Result<()>,
    },
    /// What the environment's panel waits for.
    EnvironmentNews {
        project: u64,
        news: News,
    },
    /// The project is not what was seen when it was looked whether it may run.
    IsAnother {
        project: u64,
    },
    EnvironmentDone {
        project: u64,
        result: Result<Environment, EnvironmentError>,
    },
    /// A save ended; `mark` names the state that was written.
    Saved {
        project: u64,
        mark: u64,
        result: Result<Saved, FileError>,
    },
    /// A journal lies elsewhere than before, or nowhere.
    Journal {
        project: u64,
        kept: Kept,
    },
    /// The folder of a project is not as it was.
    Condition {
        project: u64,
        condition: Condition,
    },
    /// A project lies in a place that is to be told of.
    Place {
        project: u64,
        place: Place,
    },
    /// Somebody asked for the lock of a project once more.
    LockTried {
        project: u64,
        tried: Tried,
    },
    /// What a window left and nobody wants was put away, or could not be.
    PutAway {
        project: u64,
        put: PutAway,
    },
    /// A copy was saved of the state that `mark` names, or could not be.
    CopySaved {
        project: u64,
        copies: Copies,
        result: Result<Copied, ProjectError>,
    },
    Picture {
        file: PathBuf,
        result: Result<ColorImage, String>,
    },
    /// What the savefile holds, which may be what it held before.
    Savefile {
        project: u64,
        sight: Sight,
    },
    /// The versions of a project.
    Versions {
        project: u64,
        versions: Vec<Version>,
    },
    /// One of them was read.
    VersionRead {
        project: u64,
        source: Source,
        result: Result<Box<Looked>, String>,
    },
    /// The savefile, which something else wrote, was compared with the document when that was of a revision.
    Weighed {
        project: u64,
        take: Take,
        /// The revision, and the number of the base.
        of: (u64, u64),
        bytes: Arc<[u8]>,
        result: Result<Box<Weighed>, Refused>,
    },
    /// A picture of the canvas was written, or could not be.
    PictureSaved {
        path: PathBuf,
        result: Result<(), String>,
    },
    /// A picture of the canvas for the clipboard.
    PictureDrawn(Result<ColorImage, String>),
    /// The graph that a picture carries; `None` when it carries none.
    PictureRead {
        path: PathBuf,
        result: Result<Option<String>, String>,
    },
    /// What files that were dropped are.
    Dropped {
        project: u64,
        files: Vec<Dropped>,
    },
    /// Another Loom asks this window to come to the front, and to open something.
    Asked(Option<PathBuf>),
    /// The system asks for the end.
    EndAsked,
    /// Something in Loom itself failed in the background.
    Survived(Survived),
    /// The system has no dialog for a question.
    NoFileDialog(Choice),
    /// What a path leads to that is typed for want of one.
    PathSeen(Seen),
    /// The user chose files or a folder.
    Chosen(Chosen),
    /// So much of an export is done.
    Exporting(f32),
    /// Something was done to the project in a folder, which was closed in this place for it.
    ProjectWork {
        folder: PathBuf,
        place: Option<usize>,
        outcome: Outcome,
    },
    /// A project was made of an archive.
    ArchiveTaken {
        archive: PathBuf,
        result: Result<archive::Taken, String>,
    },
    /// The node packages of a project.
    PackagesListed {
        project: u64,
        installed: Vec<Installed>,
    },
    /// A package was looked into.
    PackageSeen {
        project: u64,
        result: Result<Offer, PackageError>,
    },
    /// One was added or removed; what to say of it.
    PackagesChanged {
        project: u64,
        result: Result<String, PackageError>,
    },
    /// It is known whether a project may run.
    TrustLooked {
        project: u64,
        look: Box<Look>,
    },
    /// What would run was read, to be shown.
    TrustRead {
        project: u64,
        page: Box<TrustPage>,
    },
    /// That a project is trusted is kept, or could not be; `None`: the folder around it is.
    TrustGiven {
        project: u64,
        result: std::io::Result<Option<Trusted>>,
        holds: Box<Fingerprint>,
    },
    /// What is trusted here.
    TrustListed(Vec<TrustedRow>),
    /// The same, after something of it is not any more.
    TrustForgotten(Vec<TrustedRow>),
    Imported(ImportNews),
    /// Something about secrets was found out, or done.
    Secrets {
        project: u64,
        news: SecretNews,
    },
    /// What the welcome page can offer.
    Cards {
        recent: Vec<Card>,
        templates: Vec<Card>,
    },
    /// Pictures for one of those were made.
    CardPictures {
        folder: PathBuf,
        pictures: [PathBuf; 2],
    },
    /// A new project began as a copy of a template: its folder.
    TemplateUsed(Result<PathBuf, String>),
    /// Something about the sources that are written in the window.
    Code {
        project: u64,
        event: CodeEvent,
    },
    /// Files of nodes were written, made or removed, by whatever program.
    SourcesChanged {
        project: u64,
    },
    /// The folders of nodes were looked at.
    Nodebank {
        project: u64,
        bank: Nodebank,
        is_new: bool,
    },
    /// About a new version of Loom.
    Update(UpdateEvent),
}

/// What starts background work and where it reports.
#[derive(Clone)]
pub struct Services {
    pub context: egui::Context,
    pub runtime: Handle,
    pub sender: EventSender<Event>,
}

/// Events of background work that may wait for a frame: far more than are made in one.
const CAPACITY: usize = 4096;

/// What a piece of work gives, also where it fails by an error of Loom's own: whoever waits for it must hear.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.unwrap_or_else(|_| {
        let text = "something in Loom itself failed; try again, and see the report in the folder of the logs";
        Err(text.to_owned())
    })
}

impl Services {
    pub fn new(context: egui::Context, runtime: Handle) -> (Self, EventReceiver<Event>) {
        let to_wake = context.clone();
        let (sender, receiver) = channel(CAPACITY, move || to_wake.request_repaint());
        let services = Self {
            context,
            runtime,
            sender,
        };
        (services, receiver)
    }

    /// Do blocking work off the UI's thread; its event wakes the window.
    pub fn spawn(&self, work: impl FnOnce() -> Event + Send + 'static) {
        self.spawn_maybe(|| Some(work()));
    }

    /// The same for work that may come to nothing.
    pub fn spawn_maybe(&self, work: impl FnOnce() -> Option<Event> + Send + 'static) {
        let sender = self.sender.clone();
        drop(self.runtime.spawn_blocking(move || {
            if let Some(event) = work() {
                sender.blocking_send(event).ok();
            }
        }));
    }
}

/// Looks at something of one project until it is dropped.
#[derive(Debug)]
pub(super) struct Watch(JoinHandle<()>);

impl Watch {
    /// Ends this task when it is dropped.
    pub(super) fn new(task: JoinHandle<()>) -> Self {
        Self(task)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl App {
    /// The next event of any source.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        let event = self.events.try_next();
        event.or_else(|| self.next_engine_event())
    }

    /// Those of a project that was closed since are nobody's any more.
    pub(super) fn on_event(&mut self, event: Event) {
        match event {
            Event::Engine { project, event } => {
                self.with_project(project, |app| app.on_engine_event(event));
            }
            Event::Environment { project, progress } => {
                self.with_project(project, |app| app.environment_progress(progress));
            }
            Event::Confirmed { project, result } => {
                self.with_project(project, |app| app.confirmed(result));
            }
            Event::EnvironmentNews { project, news } => {
                self.with_project(project, |app| app.environment_news(news));
            }
            Event::IsAnother { project } => {
                self.with_project(project, Self::is_another);
            }
            Event::EnvironmentDone { project, result } => {
                self.with_project(project, |app| app.environment_done(result));
            }
            Event::Saved {
                project,
                mark,
                result,
            } => {
                self.with_project(project, |app| app.saved(mark, result));
            }
            Event::Journal { project, kept } => {
                self.with_project(project, |app| app.journal_told(kept));
            }
            Event::Condition { project, condition } => {
                self.with_project(project, |app| app.condition_told(condition));
            }
            Event::Place { project, place } => {
                self.with_project(project, |app| app.place_told(place));
            }
            Event::LockTried { project, tried } => {
                self.with_project(project, |app| app.lock_tried(tried));
            }
            Event::PutAway { project, put } => {
                self.with_project(project, |app| app.put_away_told(put));
            }
            Event::CopySaved {
                project,
                copies,
                result,
            } => self.copy_saved(project, &copies, result),
            Event::Picture { file, result } => self.picture_read(file, result),
            Event::Savefile { project, sight } => {
                self.with_project(project, |app| app.savefile_seen(sight));
            }
            Event::Versions { project, versions } => self.versions_found(project, versions),
            Event::VersionRead {
                project,
                source,
                result,
            } => self.version_read(project, &source, result),
            Event::Weighed {
                project,
                take,
                of,
                bytes,
                result,
            } => {
                self.with_project(project, |app| app.weighed(take, of, bytes, result));
            }
            Event::PictureSaved { path, result } => self.picture_saved(&path, result),
            Event::PictureDrawn(result) => self.picture_drawn(result),
            Event::PictureRead { path, result } => self.picture_opened(&path, result),
            Event::Dropped { project, files } => self.files_dropped(project, files),
            Event::Cards { recent, templates } => self.welcome.set_cards(recent, templates),
            Event::CardPictures { folder, pictures } => {
                self.welcome.set_pictures(&folder, pictures);
            }
            Event::TemplateUsed(result) => self.template_used(result),
            Event::Asked(open) => self.asked(open),
            Event::EndAsked => self.end_asked(),
            Event::Survived(survived) => self.survived(&survived),
            Event::NoFileDialog(choice) => self.ask_for_path(choice),
            Event::PathSeen(seen) => self.path_seen(seen),
            Event::Chosen(chosen) => self.chosen(chosen),
            Event::Exporting(done) => self.exporting(done),
            Event::ProjectWork {
                folder,
                place,
                outcome,
            } => self.work_done(&folder, place, outcome),
            Event::ArchiveTaken { archive, result } => self.archive_taken(&archive, result),
            Event::Imported(news) => self.import_news(news),
            Event::Secrets { project, news } => {
                self.with_project(project, |app| app.secret_news(news));
            }
            Event::Code { project, event } => {
                self.with_project(project, |app| app.on_code_event(event));
            }
            Event::SourcesChanged { project } => {
                self.with_project(project, Self::sources_changed);
            }
            Event::TrustLooked { project, look } => {
                self.with_project(project, |app| app.trust_looked(*look));
            }
            Event::TrustRead { project, page } => self.trust_read(project, *page),
            Event::TrustGiven {
                project,
                result,
                holds,
            } => {
                self.with_project(project, |app| app.trust_given(result, *holds));
            }
            Event::TrustListed(rows) => self.trust_listed(rows),
            Event::TrustForgotten(rows) => self.trust_forgotten(rows),
            Event::PackagesListed { project, installed } => {
                self.packages_listed(project, installed);
            }
            Event::PackageSeen { project, result } => self.package_seen(project, result),
            Event::PackagesChanged { project, result } => self.packages_changed(project, result),
            Event::Nodebank {
                project,
                bank,
                is_new,
            } => {
                self.with_project(project, |app| app.nodebank_read(bank, is_new));
            }
            Event::Update(event) => self.on_update_event(event),
        }
    }
}
