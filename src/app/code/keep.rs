//! Keeping: what is typed and not saved lies in the project's `.loom`, or else in userdata, a moment later, so that a
//! crash loses none of it, and is offered when the project is opened again.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{App, CodeEvent, read_source};
use crate::project::unsaved::{Location, Unsaved};
use crate::ui::Level;
use crate::ui::code::File;
use crate::ui::shell::Pane;

/// How long after a change it is kept at the latest, however much is typed meanwhile.
const AFTER: Duration = Duration::from_secs(1);
/// What could not be kept is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// Tells unsaved texts from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    /// There are none.
    #[default]
    None,
    /// Those that an earlier Loom left.
    Found,
    Of(u64),
}

/// What of the unsaved texts is kept.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// Tells what is kept from other texts.
    kept: Mark,
    /// When what is not kept yet is.
    due: Option<Instant>,
    /// What is being written.
    writing: Option<Mark>,
    /// It was said that it cannot be kept.
    is_told: bool,
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
        if keeping.writing.is_some() {
            return;
        }
        let mark = mark_of(unsaved());
        if mark == keeping.kept {
            keeping.due = None;
            return;
        }
        let now = Instant::now();
        let after = if mark == Mark::None {
            Duration::ZERO
        } else {
            AFTER
        };
        let due = *keeping.due.get_or_insert(now + after);
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
        keeping.due = None;
        keeping.writing = Some(mark);
        let paths = self.paths.clone();
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let result = if texts.is_empty() {
                location.discard()
            } else {
                location.keep(&texts)
            };
            CodeEvent::Kept(result.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn code_kept(&mut self, result: Result<(), String>) {
        let keeping = &mut self.project.code.keeping;
        // It may have been forgotten meanwhile.
        let Some(mark) = keeping.writing.take() else {
            return;
        };
        match result {
            Ok(()) => {
                keeping.kept = mark;
                keeping.is_told = false;
            }
            Err(reason) => {
                keeping.due = Some(Instant::now() + AGAIN_AFTER);
                if !std::mem::replace(&mut keeping.is_told, true) {
                    self.notify(
                        Level::Warning,
                        format!(
                            "Unsaved sources could not be kept for the case of a crash: {reason}"
                        ),
                    );
                }
            }
        }
    }

    /// The texts that were kept are not wanted any more; at once, since the program may be about to end.
    pub(super) fn forget_unsaved_code(&mut self) {
        self.project.code.keeping = Keeping::default();
        if let Some(folder) = &self.project.folder
            && let Err(error) = Location::new(folder, &self.paths).discard()
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
        let paths = self.paths.clone();
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let found = location.find();
            let foreign = found.is_foreign.then(|| {
                let set_aside = location.set_aside();
                set_aside.unwrap_or_else(|_| folder.join(".loom"))
            });
            let with_disk = found.texts.into_iter().map(|unsaved| {
                let on_disk = read_source(&unsaved.path).unwrap_or_default();
                (unsaved, on_disk)
            });
            CodeEvent::Recovered {
                texts: with_disk.collect(),
                foreign,
            }
        });
    }

    pub(super) fn code_recovered(
        &mut self,
        found: Vec<(Unsaved, String)>,
        foreign: Option<PathBuf>,
    ) {
        if let Some(path) = foreign {
            self.notify(
                Level::Warning,
                format!(
                    "Unsaved sources that came along with the project, or are of an older Loom, are not shown; they lie \
                     in {}",
                    path.display()
                ),
            );
        }
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
        self.project.code.keeping.kept = Mark::Found;
        if self.has_recovered() {
            self.shell.show(Pane::Code);
            self.notify(
                Level::Warning,
                "Loom ended before a source was saved; the code panel has what was typed",
            );
        }
    }
}

fn mark_of<'a>(files: impl Iterator<Item = &'a File>) -> Mark {
    let mut files = files.peekable();
    if files.peek().is_none() {
        return Mark::None;
    }
    let mut hasher = DefaultHasher::new();
    for file in files {
        (&file.path, file.revision()).hash(&mut hasher);
    }
    Mark::Of(hasher.finish())
}
