//! Importing: an archive of a project, or another userdata folder, chosen in a dialog and taken in the background.

use std::path::{Path, PathBuf};

use super::choosing::{Chosen, Filter, Question};
use super::{App, Event};
use crate::paths::Paths;
use crate::project::archive::{self, ENDING, Taken, is_archive};
use crate::project::import::{ImportError, Imported, import, offered};
use crate::ui::Level;
use crate::ui::choosing::Kind;
use crate::ui::dialogs::Dialog;
use crate::ui::importing::{ImportAnswer, ImportPage, ImportState};

/// What came of an import.
#[derive(Debug)]
pub enum ImportNews {
    /// Nodes of this folder, for the user's own bank, before anything is taken.
    Offers {
        path: String,
        nodes: Vec<String>,
    },
    Done(Result<Imported, String>),
}

impl App {
    pub(super) fn import_asked(&mut self) {
        self.dialog = Some(Dialog::Import(ImportPage::default()));
    }

    pub(super) fn import_answer(&mut self, answer: ImportAnswer) {
        match answer {
            ImportAnswer::Copy(path) => self.import(path),
            ImportAnswer::With { path, nodes } => self.import_with(path, nodes),
            ImportAnswer::BrowseFile => self.browse_import(true),
            ImportAnswer::BrowseFolder => self.browse_import(false),
            ImportAnswer::Open(projects) => match &projects[..] {
                [project] => self.open_project(project),
                _ => self.dialog = Some(self.open_dialog()),
            },
            ImportAnswer::Close => {}
        }
    }

    /// Make a project of an archive and open it.
    pub(super) fn take_archive(&mut self, archive: PathBuf) {
        let paths = self.paths.clone();
        self.services.spawn(move || {
            let taken = archive::take(&archive, &paths);
            let result = taken.map_err(|error| error.told_of(&archive));
            Event::ArchiveTaken { archive, result }
        });
    }

    pub(super) fn archive_taken(&mut self, archive: &Path, result: Result<Taken, String>) {
        let is_asked = matches!(&self.dialog, Some(Dialog::Import(page))
            if page.state == ImportState::Copies && Path::new(&page.path) == archive);
        match result {
            Ok(taken) => {
                if is_asked {
                    self.dialog = None;
                }
                // Whatever lay there before was another project.
                self.state.forget(&taken.folder);
                self.open_project(&taken.folder);
                self.notify(Level::Success, taken_in_words(&taken));
            }
            Err(problem) => match &mut self.dialog {
                Some(Dialog::Import(page)) if is_asked => {
                    page.state = ImportState::Asks { problem };
                }
                _ => self.tell_failure("The project is not imported", problem),
            },
        }
    }

    fn import(&mut self, path: String) {
        if is_archive(path.as_ref()) {
            self.take_archive(PathBuf::from(&path));
            self.dialog = Some(Dialog::Import(ImportPage {
                path,
                state: ImportState::Copies,
            }));
            return;
        }
        self.import_by(path, |path, paths| {
            let nodes = offered(path.as_ref(), paths)?;
            if nodes.is_empty() {
                return Ok(ImportNews::Done(Ok(import(path.as_ref(), paths, &[])?)));
            }
            let path = path.to_owned();
            Ok(ImportNews::Offers { path, nodes })
        });
    }

    /// Import a folder, with these nodes of it for the user's own bank.
    fn import_with(&mut self, path: String, nodes: Vec<String>) {
        self.import_by(path, move |path, paths| {
            Ok(ImportNews::Done(Ok(import(path.as_ref(), paths, &nodes)?)))
        });
    }

    fn import_by(
        &mut self,
        path: String,
        work: impl FnOnce(&str, &Paths) -> Result<ImportNews, ImportError> + Send + 'static,
    ) {
        self.dialog = Some(Dialog::Import(ImportPage {
            path: path.clone(),
            state: ImportState::Copies,
        }));
        let paths = self.paths.clone();
        self.services.spawn(move || {
            let news = work(&path, &paths);
            Event::Imported(news.unwrap_or_else(|error| ImportNews::Done(Err(error.to_string()))))
        });
    }

    pub(super) fn import_news(&mut self, news: ImportNews) {
        match news {
            ImportNews::Offers { path, nodes } => self.import_offers(&path, nodes),
            ImportNews::Done(result) => self.imported(result),
        }
    }

    /// There are nodes that every project could run: somebody says so, or else they stay with the projects that use them.
    fn import_offers(&mut self, from: &str, nodes: Vec<String>) {
        match &mut self.dialog {
            Some(Dialog::Import(page))
                if page.state == ImportState::Copies && page.path == from =>
            {
                page.state = ImportState::Offers { nodes };
            }
            // It was closed meanwhile.
            _ => self.notify(
                Level::Warning,
                format!("Not imported: it has nodes that are asked about first: {from}"),
            ),
        }
    }

    /// A file or folder was chosen in the system's dialog.
    pub(super) fn picked_import(&mut self, path: &Path) {
        self.dialog = Some(Dialog::Import(ImportPage {
            path: path.display().to_string(),
            ..ImportPage::default()
        }));
    }

    fn imported(&mut self, result: Result<Imported, String>) {
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

    fn browse_import(&mut self, is_file: bool) {
        let question = if is_file {
            Question {
                filters: vec![Filter::new("Project of Loom", &[ENDING, "zip"])],
                ..Question::new(Kind::File, "Import a project")
            }
        } else {
            Question::new(Kind::Folder, "Import projects from a folder")
        };
        self.choose(question, Chosen::Import);
    }
}

fn taken_in_words(taken: &Taken) -> String {
    let name = taken.folder.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let text = match &taken.was_called {
        Some(called) => format!("Imported \"{called}\" as \"{name}\""),
        None => format!("Imported \"{name}\""),
    };
    match taken.unpacked.left_out {
        0 => text,
        1 => format!("{text}; 1 file of an environment, of git or of Loom was left out"),
        count => {
            format!("{text}; {count} files of an environment, of git or of Loom were left out")
        }
    }
}
