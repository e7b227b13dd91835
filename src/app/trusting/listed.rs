//! What is trusted, as the settings list it and take it back.

use std::path::{Path, PathBuf};

use super::State;
use crate::app::{App, Event};
use crate::project::trust;
use crate::ui::dialogs::Dialog;
use crate::ui::settings::TrustedRow;

impl App {
    /// What is trusted, for the settings.
    pub(in crate::app) fn list_trusted(&self) {
        let userdata = self.paths.userdata.clone();
        self.services
            .spawn(move || Event::TrustListed(rows(&userdata)));
    }

    pub(in crate::app) fn trust_listed(&mut self, rows: Vec<TrustedRow>) {
        if let Some(Dialog::Settings(page)) = &mut self.dialog {
            page.set_trusted(rows);
        }
    }

    /// This project or folder is trusted no more. What is open is looked at anew.
    pub(in crate::app) fn forget_trust(&mut self, path: PathBuf) {
        let userdata = self.paths.userdata.clone();
        self.services.spawn(move || {
            if let Err(error) = trust::forget(&path, &userdata) {
                tracing::warn!("what is trusted cannot be changed: {error}");
            }
            Event::TrustForgotten(rows(&userdata))
        });
    }

    pub(in crate::app) fn trust_forgotten(&mut self, rows: Vec<TrustedRow>) {
        self.trust_listed(rows);
        for serial in self.serials() {
            self.with_project(serial, |app| {
                if app.project.trusted().is_some() {
                    app.project.trusting.state = State::Unknown;
                    app.look_at_trust();
                }
            });
        }
    }
}

fn rows(userdata: &Path) -> Vec<TrustedRow> {
    let known = trust::known(userdata);
    let row = |path: &PathBuf, is_folder| TrustedRow {
        path: path.clone(),
        is_folder,
    };
    let folders = known.folders.iter().map(|folder| row(folder, true));
    let projects = known.projects.iter().rev();
    folders
        .chain(projects.map(|signed| row(&signed.path, false)))
        .collect()
}
