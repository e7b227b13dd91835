//! Keeping: what is typed and not saved lies in the project's `.loom`, or else in userdata, a moment later, so that a
//! crash loses none of it, and is offered when the project is opened again.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::super::Event;
use super::super::background::Watch;
use super::{App, CodeEvent, read_source};
use crate::document::file::MOST_NAME;
use crate::plain;
use crate::project::Slot;
use crate::project::print::Print;
use crate::project::unsaved::{Location, Unsaved};
use crate::ui::Level;
use crate::ui::code::{File, MadeOf, with_plain_ends};
use crate::ui::shell::Pane;

/// How long after a change it is kept at the latest, however much is typed meanwhile.
const AFTER: Duration = Duration::from_secs(1);
/// So often it is looked whether others removed it.
const CHECK_AFTER: Duration = Duration::from_secs(2);
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
    writing: Option<Writing>,
    /// Looks whether it lies there still.
    watch: Option<Watch>,
    /// It was said that it cannot be kept.
    is_told: bool,
    /// What earlier windows left is being looked for, or put elsewhere; it lies where this one's are kept.
    is_finding: bool,
    /// Where those of a window lie that may not write to the project.
    slot: Option<Arc<Slot>>,
    /// Where others of such windows lie that are shown, until they are kept with the rest.
    left: Vec<Arc<Slot>>,
}

#[derive(Clone, Debug)]
struct Writing {
    mark: Mark,
    /// None of it is wanted any more.
    is_forgotten: Arc<AtomicBool>,
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
                base: Some(Print::of(file.saved().as_bytes())),
            })
            .collect();
        keeping.due = None;
        let is_forgotten = Arc::<AtomicBool>::default();
        keeping.writing = Some(Writing {
            mark,
            is_forgotten: is_forgotten.clone(),
        });
        let paths = self.paths.clone();
        let (slot, left) = (keeping.slot.clone(), keeping.left.clone());
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let keep = |texts: &[Unsaved], slot: Option<Arc<Slot>>| {
                if is_apart {
                    keep_apart(&location, slot, texts)
                } else {
                    keep(&location, texts, slot.iter().chain(&left))
                }
            };
            let mut result = keep(&texts, slot);
            // Whoever said so may have found nothing to remove yet.
            if is_forgotten.load(Ordering::Acquire)
                && let Ok(slot) = result
            {
                result = keep(&[], slot);
            }
            CodeEvent::Kept(result.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn code_kept(&mut self, result: Result<Option<Arc<Slot>>, String>) {
        let keeping = &mut self.project.code.keeping;
        let Some(Writing { mark, is_forgotten }) = keeping.writing.take() else {
            return;
        };
        if is_forgotten.load(Ordering::Acquire) {
            return;
        }
        match result {
            Ok(slot) => {
                if slot.is_none() {
                    keeping.left.clear();
                }
                keeping.slot = slot;
                keeping.kept = mark;
                keeping.is_told = false;
                let watch = (mark != Mark::None).then(|| self.watch_kept_code());
                self.project.code.keeping.watch = watch.flatten();
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

    /// Others may remove what is kept: it is written again then.
    fn watch_kept_code(&self) -> Option<Watch> {
        let location = Location::new(self.project.folder.as_ref()?, &self.paths);
        let slot = self.project.code.keeping.slot.clone();
        let (project, sender) = (self.project.serial, self.services.sender.clone());
        let look = Arc::new(move || match &slot {
            Some(slot) => slot.is_held() && slot.path().exists(),
            None => location.lies_there(),
        });
        Some(Watch::new(self.services.runtime.spawn(async move {
            loop {
                tokio::time::sleep(CHECK_AFTER).await;
                let look = look.clone();
                let is_there = tokio::task::spawn_blocking(move || look()).await;
                let event = CodeEvent::Gone;
                // Where there is no room for it now it is seen once more.
                if is_there.is_ok_and(|is_there| !is_there)
                    && sender.try_send(Event::Code { project, event }).is_ok()
                {
                    return;
                }
            }
        })))
    }

    pub(super) fn code_gone(&mut self) {
        self.project.code.keeping.kept = Mark::None;
    }

    /// The texts that were kept are not wanted any more; at once, since the program may be about to end.
    pub(in crate::app) fn forget_unsaved_code(&mut self) {
        let is_apart = self.project.holding.is_barred() || self.project.is_version();
        let keeping = std::mem::take(&mut self.project.code.keeping);
        if let Some(writing) = &keeping.writing {
            writing.is_forgotten.store(true, Ordering::Release);
        }
        // What is typed next is not written before that is at its end.
        self.project
            .code
            .keeping
            .writing
            .clone_from(&keeping.writing);
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
                let on_disk = read_source(&unsaved.path).ok();
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
        found: Vec<(Unsaved, Option<String>)>,
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
                    "Unsaved sources that this Loom did not write are not shown: they came along with the project, or an \
                     older Loom wrote them, or one with another userdata folder. They lie in {}",
                    path.display()
                ),
            );
        }
        if found.is_empty() {
            return;
        }
        let mut others = Vec::new();
        let mut has_recovered = false;
        for (unsaved, on_disk) in found {
            let shown = self.project.panels.code.file(&unsaved.path);
            if let Some(shown) = shown.filter(|file| file.is_unsaved()) {
                if shown.text() != unsaved.text {
                    others.push(unsaved);
                }
                continue;
            }
            if self.project.panels.code.file(&unsaved.path).is_none() {
                let on_disk = on_disk.as_deref().unwrap_or_default();
                let file = self.code_file(unsaved.path.clone(), on_disk);
                self.project.panels.code.open(file);
            }
            if let Some(file) = self.project.panels.code.file_mut(&unsaved.path) {
                let made_of = made_of(unsaved.base, on_disk.as_deref());
                file.recover(unsaved.text, made_of);
                has_recovered |= file.question.is_some();
            }
        }
        self.put_off(others);
        // From now on they are kept, or forgotten, like any.
        self.project.code.keeping.kept = if is_new_there {
            Mark::None
        } else {
            Mark::Found
        };
        if has_recovered {
            self.shell.show(Pane::Code);
            let name = self.project.name().into_owned();
            let told = "a source was not saved; the code panel has what was typed";
            self.tell_recovered(&name, told.to_owned());
        }
    }

    /// Of a source that two windows typed in one text can be shown. The other is kept until the project is opened again.
    fn put_off(&mut self, texts: Vec<Unsaved>) {
        let (Some(first), Some(folder)) = (texts.first(), self.project.folder.clone()) else {
            return;
        };
        let name = first.path.file_name().unwrap_or_default();
        let name = plain::name(&name.to_string_lossy(), MOST_NAME);
        self.project.code.keeping.is_finding = true;
        let paths = self.paths.clone();
        self.in_background(move || {
            let location = Location::new(&folder, &paths);
            let kept = location
                .free_slot()
                .and_then(|slot| location.keep_apart(&slot, &texts));
            let result = kept.map_err(|error| error.to_string());
            CodeEvent::PutOff { name, result }
        });
    }

    pub(super) fn code_put_off(&mut self, name: &str, result: Result<(), String>) {
        let text = match result {
            Ok(()) => {
                self.project.code.keeping.is_finding = false;
                format!(
                    "Two windows typed in {name}; what is not shown is offered when this is saved and the project is \
                     opened again"
                )
            }
            // Nothing is written where they lie.
            Err(reason) => format!(
                "Two windows typed in {name}; what is not shown could not be kept elsewhere ({reason}): it stays where \
                 it lies, and what is typed until the project is opened again is not kept for the case of a crash"
            ),
        };
        self.notify(Level::Warning, text);
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
    let held = match slot {
        // Another window may have it where others removed its lock.
        Some(slot) if !slot.is_held() => slot.again()?.map(Arc::new),
        slot => slot,
    };
    let slot = match held {
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

/// What a text was made of that says `base` of it, where its file holds this now.
fn made_of(base: Option<Print>, on_disk: Option<&str>) -> MadeOf {
    let is_base = |text: &str| base.is_none_or(|base| base == Print::of(text.as_bytes()));
    match on_disk {
        Some(text) if is_base(&with_plain_ends(text).0) => MadeOf::File,
        Some(_) => MadeOf::Another,
        // It may never have been saved.
        None if base == Some(Print::of(b"")) => MadeOf::File,
        None => MadeOf::Gone,
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
