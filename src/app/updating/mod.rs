//! Updates in the window: when the server is asked, what is offered, fetched and put in place, and what is told of it after
//! the next start. All of it happens in the background; nothing is put in place without a word of the user.

mod standing;

use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use standing::{Standing, page_of};

use super::background::Watch;
use super::{App, Event};
use crate::instance;
use crate::ui::Level;
use crate::ui::dialogs::{AfterSave, Dialog};
use crate::ui::update::{UpdateAnswer, UpdatePage};
use crate::update::install::{self, Begun};
use crate::update::remembered::Remembered;
use crate::update::{
    Found, Offer, Progress, Ready, Settled, UpdateError, Updater, check, download, pending,
};

/// Part of the time between two checks after which one that came to nothing is tried again.
const AGAIN: u32 = 24;

/// What the background tells of updates.
#[derive(Debug)]
pub enum UpdateEvent {
    /// What came of an update that began before this start.
    Settled(Settled),
    /// It is time to ask.
    Due,
    Checked {
        /// Somebody waits for the answer.
        is_asked: bool,
        result: Result<Found, UpdateError>,
        /// It was tried too often to be offered again.
        has_failed: bool,
    },
    Progress(Progress),
    Fetched(Result<Box<Ready>, UpdateError>),
    Begun(Result<Begun, UpdateError>),
}

/// Where this window stands with updates.
pub(super) struct Updating {
    updater: Updater,
    standing: Standing,
    /// Says when it is time. Ends with the window.
    clock: Option<Watch>,
    /// What is being asked or fetched; dropped, it ends and leaves nothing.
    task: Option<Watch>,
    /// What is told as soon as no question is open.
    told: Option<UpdatePage>,
}

impl Updating {
    pub(super) fn new(updater: Updater) -> Self {
        Self {
            updater,
            standing: Standing::Nothing,
            clock: None,
            task: None,
            told: None,
        }
    }

    /// What the dot in the bar says.
    pub(super) fn hint(&self) -> Option<String> {
        self.standing.hint()
    }

    fn page(&self) -> Option<UpdatePage> {
        self.standing.page(&self.updater.here)
    }
}

impl App {
    /// Called in each frame, so that the first check comes after the first frame.
    pub(super) fn update_turns(&mut self) {
        if self.updating.clock.is_none() {
            self.updating.clock = Some(self.watch_clock());
        }
        if self.dialog.is_none()
            && let Some(page) = self.updating.told.take()
        {
            self.dialog = Some(Dialog::Update(page));
            self.services.context.request_repaint();
        }
    }

    fn watch_clock(&self) -> Watch {
        let (sender, userdata) = (self.services.sender.clone(), self.paths.userdata.clone());
        let (feed, here) = (
            self.updating.updater.feed.clone(),
            self.updating.updater.here.clone(),
        );
        Watch::new(self.services.runtime.spawn(async move {
            let at = userdata.clone();
            let settled = tokio::task::spawn_blocking(move || pending::settle(&at, &here));
            if let Ok(Some(settled)) = settled.await {
                let event = Event::Update(UpdateEvent::Settled(settled));
                sender.send(event).await.ok();
            }
            let Ok(feed) = feed else { return };
            let pace = feed.pace;
            // Not all at the same moment of the day.
            let between = pace.between_checks.mul_f64(0.9 + 0.2 * chance());
            tokio::time::sleep(pace.first_check).await;
            // The installer that this version came with ran still when it started.
            let at = userdata.clone();
            let swept = tokio::task::spawn_blocking(move || download::sweep(&at));
            swept.await.ok();
            loop {
                let at = userdata.clone();
                let wait = tokio::task::spawn_blocking(move || {
                    Remembered::load(&at).wait(SystemTime::now(), between)
                });
                let Ok(mut wait) = wait.await else { return };
                if wait == Duration::ZERO {
                    if sender.send(Event::Update(UpdateEvent::Due)).await.is_err() {
                        return;
                    }
                    wait = between / AGAIN;
                }
                tokio::time::sleep(wait).await;
            }
        }))
    }

    pub(super) fn on_update_event(&mut self, event: UpdateEvent) {
        match event {
            UpdateEvent::Settled(settled) => self.updating.told = Some(page_of(settled)),
            UpdateEvent::Due => {
                if self.settings.updates.check_on_startup && self.updating.standing.may_change() {
                    self.ask_for_updates(false);
                }
            }
            UpdateEvent::Checked {
                is_asked,
                result,
                has_failed,
            } => self.update_checked(is_asked, result, has_failed),
            UpdateEvent::Progress(now) => {
                if let Standing::Fetching { progress, .. } = &mut self.updating.standing {
                    *progress = now;
                    self.show_standing(false);
                }
            }
            UpdateEvent::Fetched(result) => self.update_fetched(result),
            UpdateEvent::Begun(result) => self.update_begun(result),
        }
    }

    /// The command of the menu and the dot.
    pub(super) fn updates_asked(&mut self) {
        if let Err(off) = &self.updating.updater.feed {
            let text = format!("Loom does not look for new versions: {off}.");
            self.tell_of_update("Updates are off", text, None);
        } else if matches!(self.updating.standing, Standing::Nothing) {
            self.ask_for_updates(true);
            self.show_standing(true);
        } else {
            self.show_standing(true);
        }
    }

    fn ask_for_updates(&mut self, is_asked: bool) {
        let Updater { feed, here, .. } = self.updating.updater.clone();
        let Ok(feed) = feed else { return };
        let (sender, userdata) = (self.services.sender.clone(), self.paths.userdata.clone());
        let takes_betas = self.settings.updates.channel == "beta";
        if is_asked {
            self.updating.standing = Standing::Asking;
        }
        let task = async move {
            let load = || Remembered::load(&userdata);
            let mut remembered = tokio::task::block_in_place(load);
            let result = check::check(&feed, &here, takes_betas, &mut remembered).await;
            if let Err(error) = tokio::task::block_in_place(|| remembered.save(&userdata)) {
                tracing::warn!(%error, "what is known of updates is not kept");
            }
            let has_failed = match &result {
                Ok(Found::Newer(offer)) => remembered.has_failed(&offer.version),
                _ => false,
            };
            let event = UpdateEvent::Checked {
                is_asked,
                result,
                has_failed,
            };
            sender.send(Event::Update(event)).await.ok();
        };
        self.updating.task = Some(Watch::new(self.services.runtime.spawn(task)));
    }

    fn update_checked(
        &mut self,
        is_asked: bool,
        result: Result<Found, UpdateError>,
        has_failed: bool,
    ) {
        // Given up meanwhile, asked for again, or further on already.
        let waits = if is_asked {
            matches!(self.updating.standing, Standing::Asking)
        } else {
            self.updating.standing.may_change()
        };
        if !waits {
            return;
        }
        self.updating.task = None;
        // What was offered a day ago may have been taken back; not hearing of it is no reason to think so.
        if matches!(&result, Err(error) if error.is_passing()) && !is_asked {
            return;
        }
        let before = std::mem::take(&mut self.updating.standing);
        match result {
            Ok(Found::Newer(offer)) if before.is_ready_for(&offer) => {
                self.updating.standing = before;
            }
            Ok(Found::Newer(offer)) => {
                let skipped = self.settings.updates.skipped_version.as_deref();
                let is_skipped = skipped == Some(offer.version.to_string().as_str());
                let is_offered = before.version() == Some(&offer.version);
                if is_asked || is_offered || !is_skipped && !has_failed {
                    self.offer_update(offer, is_asked);
                }
            }
            Ok(Found::Newest) if is_asked => {
                let text = format!(
                    "Loom {} is the newest version.",
                    self.updating.updater.here.version
                );
                self.tell_of_update("Up to date", text, None);
            }
            Ok(Found::Newest) => {}
            Err(error) if is_asked => {
                self.tell_of_update("No answer about updates", error.to_string(), None);
            }
            // Nobody asked, so nobody is told.
            Err(error) => tracing::warn!(%error, "updates were not found out"),
        }
        let is_open = matches!(&self.dialog, Some(Dialog::Update(UpdatePage::Offer(_))));
        if is_open && matches!(self.updating.standing, Standing::Nothing) {
            let text = "What was offered is not to be had any more.".to_owned();
            self.tell_of_update("No new version", text, None);
        }
    }

    fn offer_update(&mut self, offer: Box<Offer>, is_asked: bool) {
        if !is_asked && self.settings.updates.auto_download && offer.download.is_some() {
            return self.fetch_update(offer, false);
        }
        self.updating.standing = Standing::Offered(offer);
        self.show_standing(is_asked);
    }

    /// Show where it stands, in a dialog that is open for it or in a new one.
    fn show_standing(&mut self, is_new: bool) {
        let is_open = matches!(
            &self.dialog,
            Some(Dialog::Update(
                UpdatePage::Asking | UpdatePage::Offer(_) | UpdatePage::Fetching { .. }
            ))
        );
        if (is_open || is_new && self.dialog.is_none())
            && let Some(page) = self.updating.page()
        {
            self.dialog = Some(Dialog::Update(page));
        }
    }

    /// In the dialog that is open for it, else as soon as no question is open.
    fn tell_of_update(&mut self, title: &str, text: String, log: Option<PathBuf>) {
        let page = UpdatePage::Told {
            title: title.to_owned(),
            text,
            log,
        };
        if matches!(self.dialog, None | Some(Dialog::Update(_))) {
            self.dialog = Some(Dialog::Update(page));
        } else {
            self.updating.told = Some(page);
        }
    }

    pub(super) fn update_answer(&mut self, answer: UpdateAnswer) {
        let standing = &mut self.updating.standing;
        match answer {
            UpdateAnswer::OpenPage => {
                if let Some(page) = crate::update::download_page() {
                    self.open_of_update(page.into());
                }
                return;
            }
            UpdateAnswer::OpenLog => {
                if let Some(Dialog::Update(UpdatePage::Told { log: Some(log), .. })) = &self.dialog
                {
                    self.open_of_update(log.clone());
                }
                return;
            }
            // It goes on, whatever is pressed.
            _ if matches!(standing, Standing::Starting(_)) => return,
            UpdateAnswer::Later | UpdateAnswer::Cancel if matches!(standing, Standing::Asking) => {
                self.updating.task = None;
                self.updating.standing = Standing::Nothing;
            }
            UpdateAnswer::Later => {}
            UpdateAnswer::Cancel => {
                self.updating.task = None;
                if let Some((offer, _)) = standing.take_fetching() {
                    *standing = Standing::Offered(offer);
                }
            }
            UpdateAnswer::Skip => {
                // What was fetched goes with it.
                let version = match std::mem::take(standing) {
                    Standing::Offered(offer) => offer.version,
                    Standing::Ready(ready) => ready.offer.version,
                    other => {
                        *standing = other;
                        return;
                    }
                };
                self.settings.updates.skipped_version = Some(version.to_string());
                self.keep_settings();
            }
            UpdateAnswer::Update => {
                self.dialog = None;
                match std::mem::take(standing) {
                    Standing::Offered(offer) => {
                        self.fetch_update(offer, true);
                        self.show_standing(true);
                    }
                    Standing::Ready(ready) => {
                        *standing = Standing::Ready(ready);
                        self.update_now();
                    }
                    other => *standing = other,
                }
                return;
            }
        }
        self.dialog = None;
    }

    fn open_of_update(&mut self, what: PathBuf) {
        if let Err(error) = open::that_detached(&what) {
            let what = what.display();
            self.notify(Level::Error, format!("It cannot be shown: {error}: {what}"));
        }
    }

    fn fetch_update(&mut self, offer: Box<Offer>, is_wanted: bool) {
        let Ok(feed) = self.updating.updater.feed.clone() else {
            return;
        };
        let (sender, userdata) = (self.services.sender.clone(), self.paths.userdata.clone());
        let wanted = offer.clone();
        let total = offer.download.as_ref().map_or(0, |file| file.asset.size);
        let progress = Progress {
            total,
            ..Progress::default()
        };
        self.updating.standing = Standing::Fetching {
            offer,
            progress,
            is_wanted,
        };
        let task = async move {
            let told = sender.clone();
            let tell = move |progress| {
                // One that finds no room is followed by others.
                let event = Event::Update(UpdateEvent::Progress(progress));
                told.try_send(event).ok();
            };
            let fetched = download::download(&feed, &wanted, &userdata, tell).await;
            let event = UpdateEvent::Fetched(fetched.map(Box::new));
            sender.send(Event::Update(event)).await.ok();
        };
        self.updating.task = Some(Watch::new(self.services.runtime.spawn(task)));
    }

    fn update_fetched(&mut self, result: Result<Box<Ready>, UpdateError>) {
        // Given up meanwhile: what came is removed with it.
        let Some((offer, is_wanted)) = self.updating.standing.take_fetching() else {
            return;
        };
        self.updating.task = None;
        let is_watched = matches!(
            self.dialog,
            Some(Dialog::Update(UpdatePage::Fetching { .. }))
        );
        match result {
            Ok(ready) => {
                self.updating.standing = Standing::Ready(ready);
                // Whoever hid it is at something else; whoever never said so is asked.
                if is_watched && is_wanted {
                    self.dialog = None;
                    self.update_now();
                } else {
                    self.show_standing(false);
                }
            }
            Err(error) => {
                let runs = self.updating.updater.here.version.clone();
                self.updating.standing = Standing::Offered(offer);
                if !is_wanted && !is_watched {
                    tracing::warn!(%error, "the update was not fetched");
                    return;
                }
                let text = format!("{error}.\n\nNothing has changed: this is Loom {runs}.");
                self.tell_of_update("The update was not fetched", text, None);
            }
        }
    }

    /// All is saved first, as at the end.
    fn update_now(&mut self) {
        // The new version would only hand over to it; on Windows the installer waits for its end in vain.
        if !instance::others(&self.paths.userdata).is_empty() {
            let text = "Another window of Loom is open. Close it first, then choose Check for updates… again: what was \
                        fetched is kept.";
            return self.tell_of_update("Not updated yet", text.to_owned(), None);
        }
        self.finish_drafts();
        let names = self.names_of_unsaved();
        if names.is_empty() {
            return self.start_update();
        }
        self.ask_to_save(names, AfterSave::Update);
    }

    /// Nothing is left to be saved: stop what runs, and put the new version in place.
    pub(super) fn start_update(&mut self) {
        // Asked for by each save that ended: once.
        let Some(ready) = self.updating.standing.take_ready() else {
            return;
        };
        let Updater { feed, here, .. } = self.updating.updater.clone();
        let Ok(feed) = feed else { return };
        self.keep_journals();
        for serial in self.serials() {
            self.with_project(serial, |app| app.project.end_engine());
        }
        self.updating.standing = Standing::Starting(Box::new(ready.offer.clone()));
        self.dialog = self.updating.page().map(Dialog::Update);
        let userdata = self.paths.userdata.clone();
        self.services.spawn(move || {
            let version = ready.offer.version.clone();
            let begun = install::begin(&feed, &here, *ready, &userdata);
            if begun.is_err() {
                pending::count_failure(&userdata, &version);
            }
            Event::Update(UpdateEvent::Begun(begun))
        });
    }

    fn update_begun(&mut self, result: Result<Begun, UpdateError>) {
        self.updating.standing = Standing::Nothing;
        match result {
            Ok(begun) => {
                if let Begun::InPlace(program) = begun {
                    self.updating.updater.successor.set(program).ok();
                }
                self.may_close = true;
                let context = &self.services.context;
                context.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Err(error) => {
                let runs = self.updating.updater.here.version.clone();
                let text = format!("{error}.\n\nThis is Loom {runs}, which runs on.");
                self.tell_of_update("The update failed", text, None);
            }
        }
    }
}

/// From 0 to 1, another one in each window.
fn chance() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
