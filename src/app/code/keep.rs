//! Keeping: what is typed and not saved lies in the project's `.loom`, or else in userdata, a moment later, so that a
//! crash loses none of it, and is offered when the project is opened again.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{App, CodeEvent, read_source};
use crate::document::file::MOST_NAME;
use crate::plain;
use crate::project::Slot;
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
    /// What earlier windows left is being looked for; it lies where this one's are kept.
    is_finding: bool,
    /// Where those of a window lie that may not write to the project.
    slot: Option<Arc<Slot>>,
    /// Where others of such windows lie that are shown, until they are kept with the rest.
    left: Vec<Arc<Slot>>,
}

impl App {
    /// Keep what changed. Called every frame; an idle window is woken for it.
    pub(in crate::app) fn keep_code(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let files = self.project.panels.code.files();
        let unsaved = || files.iter().filter(|file| file.is_unsaved());
        let is_apart = self.project.holding.is_barred() || self.project.is_version();
        let keeping = &mut self.project.code.keeping;
        if keeping.writing.is_some() || keeping.is_finding {
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
        let (slot, left) = (keeping.slot.clone(), keeping.left.clone());
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let result = if is_apart {
                keep_apart(&location, slot, &texts)
            } else {
                keep(&location, &texts, slot.iter().chain(&left))
            };
            CodeEvent::Kept(result.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn code_kept(&mut self, result: Result<Option<Arc<Slot>>, String>) {
        let keeping = &mut self.project.code.keeping;
        // It may have been forgotten meanwhile.
        let Some(mark) = keeping.writing.take() else {
            return;
        };
        match result {
            Ok(slot) => {
                if slot.is_none() {
                    keeping.left.clear();
                }
                keeping.slot = slot;
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
        let is_apart = self.project.holding.is_barred() || self.project.is_version();
        let keeping = std::mem::take(&mut self.project.code.keeping);
        for slot in keeping.slot.iter().chain(&keeping.left) {
            slot.clear();
        }
        // What this window has not put there is another's, or comes back when its tab is shown.
        let is_own = keeping.kept != Mark::None || keeping.writing.is_some();
        if let Some(folder) = self.project.folder.as_ref().filter(|_| is_own && !is_apart)
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
        if self.project.holding.is_barred() || self.project.is_version() {
            // Another Loom may be writing them.
            return;
        }
        self.project.code.keeping.is_finding = true;
        let paths = self.paths.clone();
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let found = location.find();
            let foreign = found.is_foreign.then(|| {
                let set_aside = location.set_aside();
                set_aside.unwrap_or_else(|_| folder.join(".loom"))
            });
            let slots = location.left_slots();
            let apart = slots.iter().flat_map(|slot| location.find_apart(slot));
            let texts = found.texts.into_iter().chain(apart);
            let with_disk = texts.map(|unsaved| {
                let on_disk = read_source(&unsaved.path).unwrap_or_default();
                (unsaved, on_disk)
            });
            CodeEvent::Recovered {
                texts: with_disk.collect(),
                foreign,
                slots: slots.into_iter().map(Arc::new).collect(),
            }
        });
    }

    pub(super) fn code_recovered(
        &mut self,
        found: Vec<(Unsaved, String)>,
        foreign: Option<PathBuf>,
        slots: Vec<Arc<Slot>>,
    ) {
        let keeping = &mut self.project.code.keeping;
        keeping.is_finding = false;
        let is_new_there = !slots.is_empty() || keeping.slot.is_some();
        keeping.left.extend(slots);
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
        let mut others = Vec::new();
        for (unsaved, on_disk) in found {
            let shown = self.project.panels.code.file(&unsaved.path);
            if let Some(shown) = shown.filter(|file| file.is_unsaved()) {
                if shown.text() != unsaved.text {
                    others.push(unsaved);
                }
                continue;
            }
            if self.project.panels.code.file(&unsaved.path).is_none() {
                let file = self.code_file(unsaved.path.clone(), &on_disk);
                self.project.panels.code.open(file);
            }
            if let Some(file) = self.project.panels.code.file_mut(&unsaved.path) {
                file.recover(unsaved.text);
            }
        }
        self.put_off(others);
        // From now on they are kept, or forgotten, like any.
        self.project.code.keeping.kept = if is_new_there {
            Mark::None
        } else {
            Mark::Found
        };
        if self.has_recovered() {
            self.shell.show(Pane::Code);
            self.notify(
                Level::Warning,
                "Loom ended before a source was saved; the code panel has what was typed",
            );
        }
    }

    /// Of a source that two windows typed in one text can be shown. The other is kept until the project is opened again.
    fn put_off(&mut self, texts: Vec<Unsaved>) {
        let (Some(first), Some(folder)) = (texts.first(), self.project.folder.clone()) else {
            return;
        };
        let name = first.path.file_name().unwrap_or_default();
        self.notify(
            Level::Warning,
            format!(
                "Two windows typed in {}; what is not shown is offered when this is saved and the project is opened again",
                plain::name(&name.to_string_lossy(), MOST_NAME)
            ),
        );
        let paths = self.paths.clone();
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let kept = location
                .free_slot()
                .and_then(|slot| location.keep_apart(&slot, &texts));
            CodeEvent::PutOff(kept.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn code_put_off(&mut self, result: Result<(), String>) {
        if let Err(reason) = result {
            // They stay where they lie.
            self.project.code.keeping.left.clear();
            let text = format!("What is not shown could not be kept elsewhere: {reason}");
            self.notify(Level::Warning, text);
        }
    }
}

/// Where a window may not write to the project. Where they lie then.
fn keep_apart(
    location: &Location,
    slot: Option<Arc<Slot>>,
    texts: &[Unsaved],
) -> io::Result<Option<Arc<Slot>>> {
    if texts.is_empty() {
        if let Some(slot) = &slot {
            slot.clear();
        }
        return Ok(slot);
    }
    let slot = match slot {
        Some(slot) => slot,
        None => Arc::new(location.free_slot()?),
    };
    location.keep_apart(&slot, texts)?;
    Ok(Some(slot))
}

/// Where it may; what lay elsewhere is among them.
fn keep<'a>(
    location: &Location,
    texts: &[Unsaved],
    elsewhere: impl Iterator<Item = &'a Arc<Slot>>,
) -> io::Result<Option<Arc<Slot>>> {
    if texts.is_empty() {
        location.discard()?;
    } else {
        location.keep(texts)?;
    }
    elsewhere.for_each(|slot| slot.clear());
    Ok(None)
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
