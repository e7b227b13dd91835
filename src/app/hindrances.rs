//! What stands in the way of the open projects: their folders are looked at again and again, a save that did not go
//! through is tried again when it can, and banners tell of it as long as it is so. Waits for no disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::background::Watch;
use super::choosing::{Chosen, Question};
use super::journal::Kept;
use super::locking::Holding;
use super::open::Project;
use super::{App, Event};
use crate::command::Command;
use crate::document::file;
use crate::plain::sentence;
use crate::project::elsewhere::{self, Copied};
use crate::project::hindrance::{Condition, Hindrance, Identity};
use crate::project::place::Place;
use crate::project::unsaved::Unsaved;
use crate::project::{ProjectError, Slot};
use crate::ui::banners::{Banner, BannerAction};
use crate::ui::choosing::Kind;
use crate::ui::code::File;
use crate::ui::dialogs::AfterSave;
use crate::ui::{Action, Level};

/// How often a folder is looked at.
const PACE: Duration = Duration::from_millis(500);
/// A save that failed for a reason that no look shows is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is known of the ways of one project to the disk.
#[derive(Default)]
pub(super) struct Hindrances {
    /// Ends with the project.
    watch: Option<Watch>,
    pub(super) condition: Condition,
    /// Why the last save did not go through, and when that was.
    unsaved: Option<(String, Instant)>,
    /// Where the journal lies.
    pub(super) kept: Kept,
    /// Where it lies, if that is of note and not known yet.
    place: Option<Place>,
}

/// What a copy elsewhere has that no file had.
#[derive(Debug, PartialEq)]
pub struct Copies {
    /// Of the document.
    mark: u64,
    sources: Vec<Source>,
}

/// A source that was typed and not saved.
#[derive(Debug, PartialEq)]
struct Source {
    path: PathBuf,
    revision: u64,
    /// It lies in the project.
    goes_along: bool,
}

impl Project {
    fn sources_of_copy(&self) -> Vec<Source> {
        let files = self.panels.code.files().iter();
        let folder = self.folder.as_ref();
        let source = |file: &File| Source {
            path: file.path.clone(),
            revision: file.revision(),
            goes_along: folder.is_some_and(|folder| file.path.starts_with(folder)),
        };
        files.filter(|file| file.is_unsaved()).map(source).collect()
    }
}

impl App {
    /// Look at the folder of a project from now on.
    pub(super) fn watch_folder(
        &self,
        project: u64,
        folder: &Path,
        holding: &Holding,
    ) -> Hindrances {
        Hindrances {
            watch: Some(self.watch_of(project, folder, holding.slot())),
            ..Hindrances::default()
        }
    }

    /// Look at it anew: what was told before holds no more.
    pub(super) fn watch_anew(&mut self) {
        if let Some(folder) = &self.project.folder {
            let slot = self.project.holding.slot();
            let watch = self.watch_of(self.project.serial, folder, slot);
            self.project.hindrances.watch = Some(watch);
        }
    }

    fn watch_of(&self, project: u64, folder: &Path, slot: Option<&Arc<Slot>>) -> Watch {
        let (sender, folder) = (self.services.sender.clone(), folder.to_owned());
        let slot = slot.map(Arc::downgrade).unwrap_or_default();
        let knows_place = self.state.knows_place(&folder);
        let watch = self.services.runtime.spawn(async move {
            let first = folder.clone();
            let first = tokio::task::spawn_blocking(move || {
                let place = Place::of(&first).filter(|_| !knows_place);
                (Identity::of(&first), place)
            });
            let Ok((opened, place)) = first.await else {
                return;
            };
            if let Some(place) = place {
                sender.send(Event::Place { project, place }).await.ok();
            }
            let mut told = None;
            loop {
                let (at, slot) = (folder.clone(), slot.clone());
                let look = move || Condition::of(&at, opened, slot.upgrade().as_deref());
                let look = tokio::task::spawn_blocking(look);
                let Ok(condition) = look.await else { return };
                if told.as_ref() != Some(&condition) {
                    told = Some(condition.clone());
                    let event = Event::Condition { project, condition };
                    if sender.send(event).await.is_err() {
                        return;
                    }
                }
                tokio::time::sleep(PACE).await;
            }
        });
        Watch::new(watch)
    }

    pub(super) fn condition_told(&mut self, condition: Condition) {
        let hindrances = &mut self.project.hindrances;
        let before = std::mem::replace(&mut hindrances.condition, condition);
        let is_mended = before.hindrance.is_some() && hindrances.condition.hindrance.is_none();
        let Condition {
            hindrance,
            is_own,
            has_slot,
            ..
        } = &hindrances.condition;
        if !has_slot {
            return self.hold_slot_again();
        }
        if hindrance.is_none() && !is_own && self.project.holding.forget_lock() {
            // Its file was removed: another Loom finds the project free, or has it by now.
            return self.take_lock();
        }
        if !is_mended {
            return;
        }
        if self.project.wants_lock() {
            self.take_lock();
        } else if self.is_save_waiting() {
            self.save(None);
        }
    }

    pub(super) fn place_told(&mut self, place: Place) {
        self.project.hindrances.place = Some(place);
    }

    /// Can the project be saved now? Where it plainly cannot, that is known as the reason.
    pub(super) fn may_save(&mut self) -> bool {
        let Some(folder) = &self.project.folder else {
            return false;
        };
        let hindrances = &mut self.project.hindrances;
        let reason = match &hindrances.condition.hindrance {
            Some(hindrance @ Hindrance::Gone) => hindrance.text(folder),
            _ if !self.project.holding.is_locked() => {
                self.take_lock();
                "the project's folder could not be locked yet".to_owned()
            }
            _ => return true,
        };
        self.not_saved(reason);
        false
    }

    /// A save did not go through. The banner says so; it is tried again. What was to follow does not: when that is done
    /// nobody may be waiting for it any more.
    pub(super) fn not_saved(&mut self, reason: String) {
        if let Some(then) = self.project.after_save.take() {
            let what = match then {
                AfterSave::Close(_) | AfterSave::Quit => "It stays open",
                AfterSave::Work(_) => "It is left as it is",
                AfterSave::Update => "Loom is not updated",
            };
            self.notify(Level::Warning, format!("{what}, since it is not saved"));
        }
        self.project.hindrances.unsaved = Some((reason, Instant::now()));
    }

    /// Does a save wait that did not go through?
    pub(super) fn is_save_waiting(&self) -> bool {
        self.project.hindrances.unsaved.is_some()
    }

    /// A save that waits is for nobody any more: it goes to another window's project.
    pub(super) fn save_is_off(&mut self) {
        self.is_saved_again();
        self.project.after_save = None;
    }

    pub(super) fn is_saved_again(&mut self) {
        self.project.hindrances.unsaved = None;
    }

    /// Saves that did not go through are tried again after a while, where nothing that is seen is in their way.
    pub(super) fn save_again(&mut self) {
        for serial in self.serials() {
            self.with_project(serial, |app| {
                app.lock_again();
                let Hindrances {
                    unsaved, condition, ..
                } = &app.project.hindrances;
                let Some((_, at)) = unsaved else { return };
                if condition.hindrance.is_some() || app.project.is_saving {
                    return;
                }
                match AGAIN_AFTER.checked_sub(at.elapsed()) {
                    Some(left) => app.services.context.request_repaint_after(left),
                    None => app.save(None),
                }
            });
        }
    }

    pub(super) fn banner_action(&mut self, asked: BannerAction) {
        match asked {
            BannerAction::TryAgain if !self.project.holding.is_locked() => self.take_lock(),
            BannerAction::TryAgain => self.save(None),
            BannerAction::PlaceKnown => {
                self.project.hindrances.place = None;
                if let Some(folder) = self.project.folder.clone() {
                    self.state.set_place_known(&folder);
                    self.keep_state();
                }
            }
        }
    }

    /// A name for the copy is chosen by the folder it is put into.
    pub(super) fn ask_for_copy(&mut self) {
        let project = self.project.serial;
        let question = Question::new(Kind::Folder, "Save a copy in this folder");
        self.choose(question, move |parent| Chosen::Copy { project, parent });
    }

    /// Save what is shown as a project in this folder, and go on there.
    pub fn save_copy(&mut self, parent: PathBuf) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        self.finish_drafts();
        let mut document = self.project.document.clone();
        if document.meta.project_name.is_empty() {
            document.meta.project_name = self.project.name().into_owned();
        }
        let project = self.project.serial;
        let copies = Copies {
            mark: document.history().mark(),
            sources: self.project.sources_of_copy(),
        };
        let typed = self.project.panels.code.files().iter();
        let typed = typed.filter(|file| file.is_unsaved()).map(|file| Unsaved {
            path: file.path.clone(),
            text: file.for_disk(file.text()),
            base: None,
        });
        let (typed, paths) = (typed.collect::<Vec<_>>(), self.paths.clone());
        self.services.spawn(move || {
            let result = elsewhere::save_copy(&document, &typed, (&folder, &parent), &paths);
            Event::CopySaved {
                project,
                copies,
                result,
            }
        });
    }

    pub(super) fn copy_saved(
        &mut self,
        project: u64,
        copies: &Copies,
        result: Result<Copied, ProjectError>,
    ) {
        let copied = match result {
            Ok(copied) => copied,
            Err(error) => return self.notify(Level::Error, error.to_string()),
        };
        self.open_project(&copied.folder);
        // What is in the copy need not be asked about. What is not stays where it is, unsaved.
        let is_whole = self.with_project(project, |app| {
            let project = &app.project;
            let is_whole = project.document.history().mark() == copies.mark
                && project.sources_of_copy() == copies.sources
                && copies.sources.iter().all(|source| source.goes_along);
            if is_whole {
                app.forget_unsaved_code();
            }
            is_whole
        });
        if is_whole == Some(true) {
            self.close_tab(project);
        }
        let folder = copied.folder.display();
        match copied.left.as_slice() {
            [] if is_whole == Some(false) => self.notify(
                Level::Warning,
                format!(
                    "You work on the copy now: {folder}. The tab it was made of has changes that are not in it, and stays"
                ),
            ),
            [] => self.notify(
                Level::Success,
                format!("You work on the copy now: {folder}"),
            ),
            [first, ..] => self.notify(
                Level::Warning,
                format!(
                    "You work on the copy now; {} files could not be copied: {first}",
                    copied.left.len()
                ),
            ),
        }
    }

    /// What stands in the way of the project that is shown.
    pub(super) fn banners(&self) -> Vec<Banner> {
        let mut banners = Vec::new();
        let Some(folder) = &self.project.folder else {
            return banners;
        };
        let project = &self.project;
        banners.extend(project.trust_banner());
        banners.extend(read_only(project));
        banners.extend(hindered(project, folder));
        if project.hindrances.condition.hindrance != Some(Hindrance::Gone) {
            banners.extend(project.outside.trouble().map(refused));
        }
        if let Kept::Nowhere(reason) = &project.hindrances.kept {
            banners.push(Banner {
                level: Level::Error,
                title: "Your changes are kept nowhere".to_owned(),
                text: format!(
                    "Neither the project's folder nor userdata can be written to: {reason}. Until one can, or you save, \
                     they are lost if Loom ends"
                ),
                choices: vec![copy_elsewhere()],
            });
        }
        if let Some(place) = &project.hindrances.place {
            banners.push(Banner {
                level: Level::Info,
                title: place.title(),
                text: place.text(),
                choices: vec![("Got it", Action::Banner(BannerAction::PlaceKnown))],
            });
        }
        banners
    }
}

fn read_only(project: &Project) -> Option<Banner> {
    let reason = project.read_only.as_ref()?;
    let is_barred = project.holding.is_barred();
    let condition = &project.hindrances.condition;
    if is_barred && condition.hindrance == Some(Hindrance::Gone) {
        // Whoever has it, there is nothing to be edited here.
        return None;
    }
    let is_free = project.holding.is_named() && condition.is_free;
    let (title, text) = if is_free {
        let text = "It is not open in another Loom any more; what was saved there is shown";
        ("This project can be edited here now", text.to_owned())
    } else {
        ("This project is read-only here", sentence(reason))
    };
    let mut choices = Vec::new();
    if is_barred {
        let text = if is_free {
            Command::EditHere.title()
        } else {
            "Try again"
        };
        choices.push((text, Action::Command(Command::EditHere)));
        choices.push(copy_elsewhere());
    } else if file::why_read_only(&project.document).is_some() {
        choices.push(choice(Command::CheckUpdates));
    }
    Some(Banner {
        level: if is_free {
            Level::Success
        } else {
            Level::Warning
        },
        title: title.to_owned(),
        text,
        choices,
    })
}

fn hindered(project: &Project, folder: &Path) -> Option<Banner> {
    let Hindrances {
        condition,
        unsaved,
        kept,
        ..
    } = &project.hindrances;
    let (level, title, text) = match (&condition.hindrance, unsaved) {
        (Some(hindrance), unsaved) => {
            let mut text = hindrance.text(folder);
            if unsaved.is_some() {
                text += "\nThe last save did not go through; it is done as soon as it can be.";
            }
            let level = if unsaved.is_some() {
                Level::Error
            } else {
                Level::Warning
            };
            (level, hindrance.title(), text)
        }
        (None, Some((reason, _))) => (
            Level::Error,
            "Not saved",
            format!("{}\nIt is tried again every few seconds.", sentence(reason)),
        ),
        (None, None) if *kept == Kept::Aside && !project.holding.is_barred() => (
            Level::Info,
            "Your changes are kept in userdata",
            format!(
                "Loom cannot write what is not saved yet into the project's folder; see that it may write to .loom \
                 there: {}",
                folder.display()
            ),
        ),
        (None, None) => return None,
    };
    let mut choices = Vec::new();
    if unsaved.is_some() {
        choices.push(("Try again", Action::Banner(BannerAction::TryAgain)));
    }
    if *kept != Kept::Aside || condition.hindrance.is_some() || unsaved.is_some() {
        choices.push(copy_elsewhere());
    }
    Some(Banner {
        level,
        title: title.to_owned(),
        text,
        choices,
    })
}

/// What something else put in the place of the savefile cannot be shown.
fn refused(reason: &str) -> Banner {
    Banner {
        level: Level::Warning,
        title: "The savefile is not what is shown".to_owned(),
        text: sentence(reason),
        choices: vec![copy_elsewhere(), choice(Command::Versions)],
    }
}

fn copy_elsewhere() -> (&'static str, Action) {
    choice(Command::SaveCopy)
}

fn choice(command: Command) -> (&'static str, Action) {
    (command.title(), Action::Command(command))
}
