//! Tabs: several projects are open at once. `App::project` is the one that is shown; the others lie here, in the order
//! of their tabs. Opens, shows, moves and closes; what a project is and does stands in the other files.

use std::path::Path;

use super::open::Project;
use super::{App, Event};
use crate::event::EventReceiver;
use crate::ui::canvas::canvas_id;
use crate::ui::dialogs::AfterSave;
use crate::ui::tabs::{Mark, Tab, TabAction};

/// The open projects beside the one that is shown.
#[derive(Default)]
pub(super) struct Tabs {
    /// In the order of their tabs.
    others: Vec<Project>,
    /// Where the one that is shown stands among all.
    place: usize,
    /// Whose engine was asked last for an event.
    turn: usize,
    /// The project at hand is not the one that is shown: see `with_project`.
    pub(super) is_in_background: bool,
}

impl Tabs {
    pub(super) fn others_mut(&mut self) -> impl Iterator<Item = &mut Project> {
        self.others.iter_mut()
    }
}

impl App {
    /// The open projects, in the order of their tabs.
    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        let Tabs { others, place, .. } = &self.tabs;
        let (left, right) = (others.iter().take(*place), others.iter().skip(*place));
        left.chain([&self.project]).chain(right)
    }

    pub(super) fn serials(&self) -> Vec<u64> {
        self.projects().map(|project| project.serial).collect()
    }

    /// Act on an open project as if it were the one that is shown: for what comes from the background. `None`: it was
    /// closed since. What is done must not open, close or show a tab.
    pub(super) fn with_project<R>(
        &mut self,
        serial: u64,
        act: impl FnOnce(&mut Self) -> R,
    ) -> Option<R> {
        if self.project.serial == serial {
            return Some(act(self));
        }
        let is_it = |project: &Project| project.serial == serial;
        let at = self.tabs.others.iter().position(is_it)?;
        std::mem::swap(&mut self.project, &mut self.tabs.others[at]);
        let before = std::mem::replace(&mut self.tabs.is_in_background, true);
        let result = act(self);
        self.tabs.is_in_background = before;
        std::mem::swap(&mut self.project, &mut self.tabs.others[at]);
        Some(result)
    }

    /// The next event of an engine. Each project has its turn, so that one that prints without end holds up no other.
    pub(super) fn next_engine_event(&mut self) -> Option<Event> {
        let count = self.tabs.others.len() + 1;
        for _ in 0..count {
            self.tabs.turn = (self.tabs.turn + 1) % count;
            let project = match self.tabs.others.get_mut(self.tabs.turn) {
                Some(other) => other,
                None => &mut self.project,
            };
            let events = project.engine_events.as_mut();
            if let Some(event) = events.and_then(EventReceiver::try_next) {
                let project = project.serial;
                return Some(Event::Engine { project, event });
            }
        }
        None
    }

    /// Change the row of all open projects. `change` gets them and the place of the shown one, and says which is shown
    /// from now on; without any the welcome page is.
    fn rearrange(&mut self, change: impl FnOnce(&mut Vec<Project>, usize) -> usize) {
        let shown_before = self.project.serial;
        let mut all = std::mem::take(&mut self.tabs.others);
        all.insert(self.tabs.place, std::mem::take(&mut self.project));
        let place = change(&mut all, self.tabs.place);
        if all.is_empty() {
            all.push(Project::default());
        }
        let place = place.min(all.len() - 1);
        self.project = all.remove(place);
        self.tabs.others = all;
        self.tabs.place = place;
        if self.project.serial != shown_before {
            self.forget_keyboard();
            if self.project.is_welcome() {
                self.welcome_shown();
            }
        }
        self.remember_tabs();
    }

    /// A project that was loaded becomes the shown one. It takes the place of the welcome page it was chosen from.
    pub(super) fn add_tab(&mut self, project: Project) {
        self.leave_tab();
        self.rearrange(|all, shown| {
            if all[shown].is_welcome() {
                all[shown] = project;
                return shown;
            }
            all.push(project);
            all.len() - 1
        });
        self.keep_state();
        self.offer_recovery();
        self.find_unsaved_code();
    }

    /// The tabs of the window before, the one that was shown in front. What is in them is not loaded yet.
    pub(super) fn restore_tabs(&mut self) {
        let (open, active) = (self.state.open.clone(), self.state.active.clone());
        if open.is_empty() || self.is_beside {
            return;
        }
        let place = open
            .iter()
            .position(|folder| Some(folder) == active.as_ref());
        self.rearrange(|all, _| {
            *all = open.into_iter().map(Project::asleep).collect();
            place.unwrap_or_default()
        });
    }

    pub(super) fn tab_of(&self, folder: &Path) -> Option<u64> {
        let mut projects = self.projects();
        let found = projects
            .find(|project| project.folder.as_deref() == Some(folder) && !project.is_version());
        found.map(|project| project.serial)
    }

    pub(super) fn show_tab(&mut self, serial: u64) {
        let is_it = |project: &Project| project.serial == serial;
        let Some(place) = self.projects().position(is_it) else {
            return;
        };
        self.leave_tab();
        self.rearrange(|_, _| place);
        self.wake_project();
    }

    /// The tab `by` places further, around the end.
    pub(super) fn step_tab(&mut self, by: usize) {
        let serials = self.serials();
        let place = (self.tabs.place + by) % serials.len();
        self.show_tab(serials[place]);
    }

    pub(super) fn tab_count(&self) -> usize {
        self.tabs.others.len() + 1
    }

    pub(super) fn show_welcome(&mut self) {
        if self.project.is_welcome() {
            return;
        }
        let is_welcome = |project: &&Project| project.is_welcome();
        let welcome = self.projects().find(is_welcome);
        match welcome.map(|welcome| welcome.serial) {
            Some(serial) => self.show_tab(serial),
            None => self.add_tab(Project::default()),
        }
    }

    /// What a click on the strip asks for.
    pub(super) fn tab_action(&mut self, asked: TabAction) {
        match asked {
            TabAction::Show(serial) => self.show_tab(serial),
            TabAction::Close(serial) => self.close_tab_asked(serial),
            TabAction::Move(serial, to) => {
                self.rearrange(|all, shown| {
                    let shown = all[shown].serial;
                    if let Some(from) = all.iter().position(|project| project.serial == serial) {
                        let moved = all.remove(from);
                        all.insert(to.min(all.len()), moved);
                    }
                    let is_shown = |project: &Project| project.serial == shown;
                    all.iter().position(is_shown).unwrap_or_default()
                });
                self.keep_state();
            }
        }
    }

    /// Close a tab, after the question if it has changes that no file holds.
    pub(super) fn close_tab_asked(&mut self, serial: u64) {
        if self.project.serial == serial {
            self.finish_drafts();
        }
        let Some(project) = self.projects().find(|project| project.serial == serial) else {
            return;
        };
        if project.is_unsaved() {
            let names = vec![project.name().into_owned()];
            // What is asked about is seen.
            self.show_tab(serial);
            self.ask_to_save(names, AfterSave::Close(serial));
        } else {
            self.close_tab(serial);
        }
    }

    pub(super) fn close_tab(&mut self, serial: u64) {
        if let Some(mut project) = self.remove_tab(serial) {
            self.end_closed(&mut project);
        }
    }

    /// Take a project out of the row of tabs. It goes on until `end_closed`.
    pub(super) fn remove_tab(&mut self, serial: u64) -> Option<Project> {
        let is_it = |project: &Project| project.serial == serial;
        let at = self.projects().position(is_it)?;
        let mut closed = None;
        self.rearrange(|all, shown| {
            closed = Some(all.remove(at));
            if at < shown { shown - 1 } else { shown }
        });
        closed
    }

    pub(super) fn end_closed(&mut self, project: &mut Project) {
        project.keeper.discard(None, &self.services);
        project.end();
        self.add_ending(project);
        self.forget_pictures(project);
        self.wake_project();
        self.keep_state();
    }

    /// The engine's pictures of a project that is closed.
    fn forget_pictures(&mut self, project: &Project) {
        if let Some(folder) = &project.folder {
            let is_other = |file: &Path| !file.starts_with(folder);
            self.pictures.textures.retain(|file, _| is_other(file));
            self.reading.retain(|file| is_other(file));
        }
    }

    /// What is being typed or dragged in the project that is shown comes to its end.
    fn leave_tab(&mut self) {
        self.finish_drafts();
        self.project.panels.canvas.cancel_gesture();
        self.popups.close();
    }

    /// Fields of two projects can have one id: what has the keyboard in one must not have it in the other.
    fn forget_keyboard(&mut self) {
        self.services.context.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
            if !self.project.is_welcome() {
                memory.request_focus(canvas_id());
            }
        });
    }

    /// What is open now is what the next start opens.
    pub(super) fn remember_tabs(&mut self) {
        let folders = |project: &Project| project.folder.clone();
        let lasting = self.projects().filter(|project| !project.is_version());
        self.state.open = lasting.filter_map(folders).collect();
        if self.project.is_version() {
            return;
        }
        let shown = self.project.folder.as_deref();
        let meta = &self.project.document.meta;
        self.state
            .set_active(shown, &meta.project_id, &meta.project_name);
    }

    /// The tabs as the strip shows them.
    pub(super) fn tabs_to_show(&self) -> Vec<Tab> {
        let tab = |project: &Project| Tab {
            serial: project.serial,
            name: project.name().into_owned(),
            path: project
                .folder
                .as_ref()
                .map(|folder| folder.display().to_string()),
            is_shown: project.serial == self.project.serial,
            is_unsaved: project.is_unsaved(),
            mark: mark(project),
        };
        self.projects().map(tab).collect()
    }
}

fn mark(project: &Project) -> Option<Mark> {
    use crate::engine::{EngineStatus, RunStatus};
    if project.is_waiting() {
        Some(Mark::Waiting)
    } else if project.is_busy() && !project.is_quick() {
        Some(Mark::Running)
    } else if project.run.status() == Some(RunStatus::Failed)
        || matches!(project.run.engine(), EngineStatus::Down { .. })
    {
        Some(Mark::Failed)
    } else {
        None
    }
}
