//! Versions of the savefile: what it holds now, taken as one step that can be undone.

use super::{App, Event};
use crate::document::file::{self, Loaded};
use crate::document::ops;
use crate::ui::Level;

impl App {
    /// Another program may have written the savefile, such as git: read it in the background.
    pub(super) fn reload_savefile(&mut self) {
        let Some(path) = self.project.savefile() else {
            return;
        };
        let (project, catalog) = (self.project.serial, self.project.catalog.clone());
        self.services.spawn(move || Event::Reloaded {
            project,
            result: file::load(&path, &catalog)
                .map(Box::new)
                .map_err(|error| error.to_string()),
        });
    }

    pub(super) fn reloaded(&mut self, result: Result<Box<Loaded>, String>) {
        let loaded = match result {
            Ok(loaded) => loaded,
            Err(reason) => return self.notify(Level::Error, reason),
        };
        if let Some(reason) = loaded.read_only {
            return self.notify(Level::Error, format!("Not taken: {reason}"));
        }
        let document = &mut self.project.document;
        let step = ops::become_version(document.graph(), loaded.document.graph(), "Reload");
        let done = step.and_then(|step| {
            let is_other = !step.edits.is_empty();
            if is_other {
                document.commit(step)?;
            }
            Ok(is_other)
        });
        match done {
            Ok(is_other) => {
                document.meta = loaded.document.meta;
                document.set_saved(document.history().mark());
                let text = if is_other {
                    "The graph is as the savefile has it; undo brings back what was there"
                } else {
                    "The savefile holds what is shown"
                };
                self.notify(Level::Success, text);
            }
            Err(error) => {
                let text = format!(
                    "The savefile's graph cannot be taken step by step: {error}; close the project and open it again"
                );
                self.notify(Level::Error, text);
            }
        }
    }
}
