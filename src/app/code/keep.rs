//! Keeping: what is typed and not saved lies in the project's `.loom` a moment later, so that a crash loses none of it,
//! and is offered when the project is opened again.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use super::{App, CodeEvent, read_source};
use crate::project::unsaved::{self, Unsaved};
use crate::ui::Level;
use crate::ui::code::File;
use crate::ui::shell::Pane;

/// How long after the last change it is kept.
const AFTER: Duration = Duration::from_secs(1);

/// What of the unsaved texts is kept.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// Tells what is kept from other texts; `None`: nothing is.
    kept: Option<u64>,
    /// What is to be kept when it has not changed until then.
    due: Option<(u64, Instant)>,
    is_writing: bool,
}

impl App {
    /// Keep what changed. Called every frame; an idle window is woken for it.
    pub(in crate::app) fn keep_code(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let files = self.project.panels.code.files();
        let unsaved = || files.iter().filter(|file| file.is_unsaved());
        let keeping = &mut self.project.code.keeping;
        if keeping.is_writing {
            return;
        }
        let is_any = unsaved().next().is_some();
        let mark = is_any.then(|| mark_of(unsaved()));
        if mark == keeping.kept {
            keeping.due = None;
            return;
        }
        let now = Instant::now();
        let due = match (mark, keeping.due) {
            (None, _) => now,
            (Some(mark), Some((of, due))) if of == mark => due,
            (Some(mark), _) => {
                keeping.due = Some((mark, now + AFTER));
                now + AFTER
            }
        };
        if now < due {
            self.services.context.request_repaint_after(due - now);
            return;
        }
        let texts: Vec<Unsaved> = unsaved()
            .map(|file| Unsaved {
                path: file.path.clone(),
                text: file.text().to_owned(),
            })
            .collect();
        keeping.kept = mark;
        keeping.due = None;
        keeping.is_writing = true;
        self.in_background(move || {
            let result = if texts.is_empty() {
                unsaved::discard(&folder)
            } else {
                unsaved::keep(&folder, &texts)
            };
            CodeEvent::Kept(result.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn code_kept(&mut self, result: Result<(), String>) {
        self.project.code.keeping.is_writing = false;
        if let Err(reason) = result {
            self.notify(
                Level::Warning,
                format!("Unsaved sources could not be kept for the case of a crash: {reason}"),
            );
        }
    }

    /// The texts that were kept are not wanted any more; at once, since the program may be about to end.
    pub(super) fn forget_unsaved_code(&mut self) {
        self.project.code.keeping = Keeping::default();
        if let Some(folder) = &self.project.folder
            && let Err(error) = unsaved::discard(folder)
        {
            self.notify(
                Level::Warning,
                format!("The copy of unsaved sources could not be removed: {error}"),
            );
        }
    }

    /// Texts that lie there when a project is opened are of a Loom that did not end as it should.
    pub(in crate::app) fn find_unsaved_code(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        if self.project.read_only.is_some() {
            // Another Loom may be writing them.
            return;
        }
        self.in_background(move || {
            let found = unsaved::find(&folder).into_iter();
            let with_disk = found.map(|unsaved| {
                let on_disk = read_source(&unsaved.path).unwrap_or_default();
                (unsaved, on_disk)
            });
            CodeEvent::Recovered(with_disk.collect())
        });
    }

    pub(super) fn code_recovered(&mut self, found: Vec<(Unsaved, String)>) {
        if found.is_empty() {
            return;
        }
        for (unsaved, on_disk) in found {
            if self.project.panels.code.file(&unsaved.path).is_none() {
                let file = self.code_file(unsaved.path.clone(), &on_disk);
                self.project.panels.code.open(file);
            }
            if let Some(file) = self.project.panels.code.file_mut(&unsaved.path) {
                file.recover(unsaved.text);
            }
        }
        // From now on they are kept, or forgotten, like any.
        self.project.code.keeping.kept = Some(0);
        if self.has_recovered() {
            self.shell.show(Pane::Code);
            self.notify(
                Level::Warning,
                "Loom ended before a source was saved; the code panel has what was typed",
            );
        }
    }
}

fn mark_of<'a>(files: impl Iterator<Item = &'a File>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        (&file.path, file.revision()).hash(&mut hasher);
    }
    hasher.finish()
}
