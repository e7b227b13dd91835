//! The welcome page's contents: which projects were open lately, the templates, and a picture of each. Gathered off the
//! window's thread; what cannot be read is left out.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::age;
use super::{App, Event, thumbnail};
use crate::document::file::{self, MOST_NAME, SAVEFILE};
use crate::event::EventSender;
use crate::nodebank::Nodebank;
use crate::paths::Paths;
use crate::plain;
use crate::project::{self, index};
use crate::ui::Level;
use crate::ui::welcome::{Card, WelcomeAction};

/// What the page shows is looked for with these.
struct Search {
    recent: Vec<(PathBuf, Option<SystemTime>)>,
    paths: Paths,
    sender: EventSender<Event>,
}

impl App {
    /// The page comes to the front: what it shows is read anew.
    pub(super) fn welcome_shown(&mut self) {
        self.welcome.take_keyboard();
        let with_time = |folder: &PathBuf| (folder.clone(), self.state.opened(folder));
        let search = Search {
            recent: self.state.recent.iter().map(with_time).collect(),
            paths: self.paths.clone(),
            sender: self.services.sender.clone(),
        };
        drop(self.services.runtime.spawn_blocking(move || search.run()));
    }

    pub(super) fn welcome_action(&mut self, asked: WelcomeAction) {
        match asked {
            WelcomeAction::Open(folder) => self.open_project(&folder),
            WelcomeAction::Use(template) => self.use_template(template),
            WelcomeAction::Forget(folder) => {
                self.state.forget(&folder);
                self.welcome.forget(&folder);
                self.keep_state();
            }
            WelcomeAction::Do(command, folder) => self.project_asked_of(command, folder),
            WelcomeAction::LoadPicture(file) => self.read_thumbnail(file),
        }
    }

    fn use_template(&mut self, template: PathBuf) {
        let paths = self.paths.clone();
        self.services.spawn(move || {
            let result = project::use_template(&template, &paths);
            Event::TemplateUsed(result.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn template_used(&mut self, result: Result<PathBuf, String>) {
        match result {
            Ok(folder) => self.open_project(&folder),
            Err(reason) => self.notify(Level::Error, reason),
        }
    }

    /// Once: a file is never written again under the same name.
    fn read_thumbnail(&mut self, file: PathBuf) {
        if self.reading.insert(file.clone()) {
            self.services.spawn(move || {
                let result = thumbnail::read(&file);
                Event::Picture { file, result }
            });
        }
    }
}

impl Search {
    fn run(self) {
        let recent: Vec<_> = self
            .recent
            .iter()
            .filter_map(|(folder, opened)| {
                let card = self.card(folder, *opened, false);
                card.or_else(|| self.card_of_kept(folder))
            })
            .collect();
        let templates = self.templates();
        let cards: Vec<_> = recent.iter().chain(&templates).cloned().collect();
        if self.send(Event::Cards { recent, templates }).is_none() {
            return;
        }
        let thumbnails = self.paths.thumbnails();
        for card in cards.iter().filter(|card| card.pictures.is_none()) {
            let made = self.make_pictures(&card.folder, &thumbnails);
            let Some(pictures) = made else { continue };
            let folder = card.folder.clone();
            if self
                .send(Event::CardPictures { folder, pictures })
                .is_none()
            {
                return;
            }
        }
        thumbnail::prune(cards.iter().map(|card| card.folder.as_path()), &thumbnails);
    }

    fn card(&self, folder: &Path, opened: Option<SystemTime>, is_template: bool) -> Option<Card> {
        let about = index::about(&folder.join(SAVEFILE))?;
        let about_text = if is_template {
            about.description
        } else {
            String::new()
        };
        Some(Card {
            name: about.name,
            about: about_text,
            when: opened.map(age).unwrap_or_default(),
            pictures: thumbnail::find(folder, &self.paths.thumbnails()),
            folder: folder.to_owned(),
        })
    }

    /// Of a project whose savefile is gone, if something is kept of it.
    fn card_of_kept(&self, folder: &Path) -> Option<Card> {
        let folder = project::find(folder, &self.paths.userdata).ok()?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Some(Card {
            name: plain::name(&name, MOST_NAME),
            about: String::new(),
            when: "file gone, work kept".to_owned(),
            pictures: thumbnail::find(&folder, &self.paths.thumbnails()),
            folder,
        })
    }

    fn templates(&self) -> Vec<Card> {
        let folders = std::fs::read_dir(self.paths.examples());
        let folders = folders.into_iter().flatten().flatten();
        let mut cards: Vec<_> = folders
            .filter_map(|entry| self.card(&entry.path(), None, true))
            .collect();
        cards.sort_by(|a, b| a.name.cmp(&b.name));
        cards
    }

    fn make_pictures(&self, folder: &Path, thumbnails: &Path) -> Option<[PathBuf; 2]> {
        let cache = Some(self.paths.nodebank_cache());
        let mut bank = Nodebank::new(project::banks(folder, &self.paths), cache);
        bank.refresh();
        let loaded = file::load(&folder.join(SAVEFILE), &bank.catalog()).ok()?;
        thumbnail::make(loaded.document, folder, thumbnails)
    }

    /// `None`: the window is closed.
    fn send(&self, event: Event) -> Option<()> {
        self.sender.blocking_send(event).ok()
    }
}
