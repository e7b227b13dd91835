//! Importing: another userdata folder, chosen in a dialog and copied in the background.

use std::path::{Path, PathBuf};

use super::{App, Event};
use crate::project::import::{Imported, import};
use crate::ui::Level;
use crate::ui::dialogs::Dialog;
use crate::ui::importing::{ImportAnswer, ImportPage, ImportState};

impl App {
    pub(super) fn import_asked(&mut self) {
        self.dialog = Some(Dialog::Import(ImportPage::default()));
    }

    pub(super) fn import_answer(&mut self, answer: ImportAnswer) {
        match answer {
            ImportAnswer::Copy(path) => self.import(path),
            ImportAnswer::Browse => self.browse_import(),
            ImportAnswer::Open(projects) => match &projects[..] {
                [project] => self.open_project(project),
                _ => self.dialog = Some(self.open_dialog()),
            },
            ImportAnswer::Close => {}
        }
    }

    fn import(&mut self, path: String) {
        let (from, paths) = (PathBuf::from(&path), self.paths.clone());
        self.dialog = Some(Dialog::Import(ImportPage {
            path,
            state: ImportState::Copies,
        }));
        self.services.spawn(move || {
            Event::Imported(import(&from, &paths).map_err(|error| error.to_string()))
        });
    }

    /// A folder was chosen in the system's dialog.
    pub(super) fn picked_import(&mut self, path: &Path) {
        self.dialog = Some(Dialog::Import(ImportPage {
            path: path.display().to_string(),
            ..ImportPage::default()
        }));
    }

    pub(super) fn imported(&mut self, result: Result<Imported, String>) {
        // Projects that are open see the nodes that came to the user's own bank.
        self.refresh_catalogs();
        match &mut self.dialog {
            Some(Dialog::Import(page)) if page.state == ImportState::Copies => {
                page.state = match result {
                    Ok(done) => ImportState::Done {
                        projects: done.projects,
                        taken: done.taken,
                        refused: done.refused,
                    },
                    Err(problem) => ImportState::Asks { problem },
                };
            }
            // It was closed meanwhile.
            _ => match result {
                Ok(done) => {
                    for line in &done.refused {
                        self.notify(Level::Warning, format!("Not imported: {line}"));
                    }
                    let text = format!("Imported: {}", done.taken.join(", "));
                    self.notify(Level::Success, text);
                }
                Err(reason) => self.notify(Level::Error, format!("Not imported: {reason}")),
            },
        }
    }

    fn browse_import(&mut self) {
        let sender = self.services.sender.clone();
        drop(self.services.runtime.spawn_blocking(move || {
            if let Some(path) = rfd::FileDialog::new().pick_folder() {
                sender.blocking_send(Event::PickedImport(path)).ok();
            }
        }));
    }
}
