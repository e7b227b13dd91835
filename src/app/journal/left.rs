//! What earlier windows left that was not saved: one such thing comes back by itself where nothing speaks against it, the
//! others are asked about, and none is lost for being asked about later. What something else did to the savefile meanwhile
//! is put together with it as if the window had never ended.

use std::io;

use super::super::files::age;
use super::super::open::Project;
use super::super::{App, Event};
use super::{Message, Start};
use crate::document::{Document, file, ops};
use crate::graph::Catalog;
use crate::project::Slot;
use crate::project::generations;
use crate::project::journal::{Base, Found, Location};
use crate::project::trust::Doubt;
use crate::ui::Level;
use crate::ui::dialogs::Dialog;
use crate::ui::recovery::{Origin, Recovery};

/// What a window left.
pub(super) struct Left {
    found: Box<Found>,
    /// Where it lies, if that is not in the project's own place.
    pub slot: Option<Slot>,
    origin: Origin,
    /// It is not wanted; until it is put away it lies there.
    is_going: bool,
}

/// What came of putting away what was left.
#[derive(Debug)]
pub struct PutAway {
    /// Whether it is among the versions now, if it was to be.
    kept: Option<io::Result<()>>,
    removed: io::Result<()>,
}

impl Left {
    fn new(found: Found, slot: Option<Slot>, origin: Origin) -> Self {
        let origin = if found.place.is_own() {
            origin
        } else {
            Origin::Elsewhere
        };
        Self {
            found: Box::new(found),
            slot,
            origin,
            is_going: false,
        }
    }

    /// What windows left that could not write to the project.
    pub fn apart(location: &Location, catalog: &Catalog) -> impl Iterator<Item = Self> {
        location.left_slots().into_iter().filter_map(|slot| {
            let at = location.apart(&slot);
            let Some(found) = at.find(catalog) else {
                if at.newest(catalog).is_some() {
                    // It can be read, and nothing was done in it.
                    slot.clear();
                }
                return None;
            };
            Some(Self::new(found, Some(slot), Origin::Barred))
        })
    }

    /// What was done to the project after its folder was moved away from `old` under its window.
    fn moved(old: &Location, location: &Location, id: &str, catalog: &Catalog) -> Vec<Self> {
        let Ok(held) = old.hold() else {
            // Its window is open.
            return Vec::new();
        };
        let slots = held.into_iter().chain(old.left_slots());
        let of_it = |slot: Slot| {
            let found = location.apart(&slot).find(catalog)?;
            // A copy has the same id, and is another project.
            let is_it = location.is_of_folder(&found) && found.document.meta.project_id == id;
            is_it.then(|| Self::new(found, Some(slot), Origin::Here))
        };
        slots.filter_map(of_it).collect()
    }

    /// It was written here, and the savefile is as it was then, or what something else did to it since can be told from
    /// what was done here.
    fn may_come_back(&self, can_merge: bool) -> bool {
        let Found {
            document,
            place,
            is_current,
            ..
        } = &*self.found;
        place.is_own() && (*is_current || can_merge && document.history().unsaved().is_some())
    }
}

impl App {
    /// What earlier windows left of a project that was just loaded: what is in its folder, if this window may write there,
    /// or else in userdata comes back at once where the savefile is as it was. The user is asked about the rest.
    pub(in super::super) fn bring_back(&mut self, project: &mut Project, base: Base) {
        let keeper = &mut project.keeper;
        let Some(location) = keeper.location.clone() else {
            return;
        };
        let own = project.holding.own_part(&location);
        let home = own.and_then(|own| own.find(&project.catalog));
        let home = home.map(|found| Left::new(found, None, Origin::Here));
        let gone = self.state.recent.iter().filter(|folder| !folder.exists());
        let id = &project.document.meta.project_id;
        let moved = gone.flat_map(|old| {
            let old = Location::new(old, &self.paths.userdata);
            Left::moved(&old, &location, id, &project.catalog)
        });
        let moved: Vec<_> = moved.collect();
        let goes_on =
            |home: &Left, left: &Left| location.continues(&left.found.place, &home.found.place);
        let home = home.filter(|home| !moved.iter().any(|left| goes_on(home, left)));
        keeper.left = home
            .into_iter()
            .chain(moved)
            .chain(Left::apart(&location, &project.catalog))
            .collect();
        let can_save = project.read_only.is_none();
        // Only where it is taken in can it be put together with anything.
        let can_merge = can_save && !base.is_unsaved;
        let back = keeper
            .left
            .iter()
            .position(|left| left.may_come_back(can_merge));
        let Some(Left { found, slot, .. }) = back.and_then(|at| keeper.left.remove(at)) else {
            if base.is_unsaved {
                project.document.set_unsaved();
            }
            keeper.start = Some(Start::New(base));
            project.document.record();
            return;
        };
        let is_trusted = found.place.is_trusted();
        project
            .trusting
            .set_doubt((!is_trusted).then_some(Doubt::Unsaved));
        (keeper.start, keeper.slot) = (Some(Start::On(found.place.clone())), slot);
        if found.document.is_dirty() {
            let name = project.name().into_owned();
            self.tell_recovered(&name, came_back(&found, can_save));
        }
        if let Some(saved) = found.document.saved().filter(|_| !found.is_current) {
            // What the savefile holds now comes in as any change from outside does.
            project.outside.set_base(file::to_text(&saved, None).into());
        }
        project.document = found.document;
        project.seen_revision = project.document.graph().revision();
    }

    /// What lies there and cannot be read is not to be written over.
    pub(in super::super) fn keep_unread(&mut self, project: &Project) {
        let location = project.keeper.location.as_ref();
        let own = location.and_then(|location| project.holding.own_part(location));
        for kept in own
            .into_iter()
            .flat_map(|own| own.keep_unread(&project.catalog))
        {
            let text = match kept {
                Ok(path) => format!(
                    "Not all that an earlier window left can be read: it is damaged, or of a newer Loom. It is kept in {}",
                    path.display()
                ),
                Err(error) => format!(
                    "Not all that an earlier window left can be read, and it cannot be kept under another name: {error}"
                ),
            };
            self.notify(Level::Warning, text);
        }
    }

    /// Another Loom has the project's folder: what was found there is its own now.
    pub(in super::super) fn leave_found(&mut self) {
        let left = &mut self.project.keeper.left;
        left.retain(|left| left.slot.is_some() || left.found.place.is_aside());
        if matches!(&self.dialog, Some(Dialog::Recover(it)) if it.project == self.project.serial) {
            self.dialog = None;
        }
    }

    /// What another Loom left in the project's folder, which this window may write to now.
    pub(in super::super) fn found_there(&mut self, found: Found) {
        let left = Left::new(found, None, Origin::Here);
        self.project.keeper.left.push_back(left);
    }

    /// The question about what an earlier Loom left, where it could not come back by itself, as soon as no other is open.
    pub(in super::super) fn offer_recovery(&mut self) {
        if self.dialog.is_some() {
            return;
        }
        let Some(left) = self.project.keeper.left.front() else {
            return;
        };
        let Left { found, origin, .. } = left;
        if left.is_going {
            return;
        }
        if file::to_text(&found.document, None) == file::to_text(&self.project.document, None) {
            return self.put_away(false);
        }
        self.dialog = Some(Dialog::Recover(Recovery {
            project: self.project.serial,
            when: age(found.written),
            nodes: found.document.graph().node_count(),
            origin: *origin,
            is_outdated: !found.is_current,
            is_undoable: self.project.document.is_dirty(),
        }));
    }

    pub(in super::super) fn restore(&mut self) {
        let Project {
            keeper, document, ..
        } = &mut self.project;
        let Some(Left { found, .. }) = keeper.left.front() else {
            return;
        };
        let is_step = keeper.messages.is_some() || document.is_dirty();
        if is_step {
            // What is shown is not saved either: undo brings it back.
            let step = ops::become_version(document.graph(), found.document.graph(), "Restore");
            if let Err(error) = step.and_then(|step| document.commit(step)) {
                let text = format!("What was left cannot be shown: {error}; it stays where it is");
                return self.notify(Level::Error, text);
            }
            document.set_unsaved();
            // While what lies in the project's folder is not decided on still, so that it is written elsewhere first.
            self.keep_journals();
        }
        let keeper = &mut self.project.keeper;
        let Some(Left { found, slot, .. }) = keeper.left.pop_front() else {
            return;
        };
        let told = came_back(&found, self.project.read_only.is_none());
        let place = found.place;
        let is_trusted = place.is_trusted();
        if !is_step {
            (keeper.start, keeper.slot) = (Some(Start::OnAnyway(place)), slot);
            self.replace_document(found.document);
            // What is saved is none of its states.
            self.project.document.set_unsaved();
        } else if let (Some(slot), Some(messages)) = (slot, &keeper.messages) {
            // What lies in the project's folder is replaced by the journal that holds it now. What does not get through
            // is offered once more.
            messages
                .try_send(Message::Remove(Box::new(place), slot))
                .ok();
        }
        if !is_trusted {
            self.doubt(Doubt::Unsaved);
        }
        self.notify(Level::Success, told);
    }

    /// What is shown is wanted; what was left goes, and stays among the versions if it is to be kept.
    pub(in super::super) fn put_away(&mut self, keeps: bool) {
        let Project { keeper, folder, .. } = &mut self.project;
        let (Some(location), Some(folder)) = (keeper.location.clone(), folder.clone()) else {
            return;
        };
        let Some(left) = keeper.left.front_mut().filter(|left| !left.is_going) else {
            return;
        };
        left.is_going = true;
        let version = keeps.then(|| (left.found.document.clone(), left.found.written));
        let apart = left.slot.is_some().then(|| left.found.place.clone());
        let project = self.project.serial;
        self.services.spawn(move || {
            let keep = |(document, written): (Document, _)| {
                generations::keep_unsaved(&document, &folder, written)
            };
            let kept = version.map(keep);
            let removed = match apart {
                _ if matches!(kept, Some(Err(_))) => Ok(()),
                Some(place) => location.remove(&place),
                None => location.discard(),
            };
            Event::PutAway {
                project,
                put: PutAway { kept, removed },
            }
        });
    }

    pub(in super::super) fn put_away_told(&mut self, PutAway { kept, removed }: PutAway) {
        let keeper = &mut self.project.keeper;
        let Some(left) = keeper.left.pop_front_if(|left| left.is_going) else {
            return;
        };
        let (level, text) = match (kept, removed) {
            (Some(Err(error)), _) => {
                // Nothing takes its place meanwhile.
                keeper.stays.push(left);
                let text = format!(
                    "What was left could not be kept among the versions: {error}; it stays where it is, and is asked \
                     about when the project is opened again"
                );
                (Level::Warning, text)
            }
            (_, Err(error)) => {
                let text =
                    format!("What was left could not be removed: {error}; it is asked about again");
                (Level::Warning, text)
            }
            (Some(Ok(())), Ok(())) => {
                let text = "What was left is among the versions of this project";
                (Level::Info, text.to_owned())
            }
            (None, Ok(())) => return,
        };
        self.notify(level, text);
    }
}

fn came_back(found: &Found, can_save: bool) -> String {
    let history = found.document.history();
    // Where what is saved is forgotten it is as many as were done, but for those that were taken back.
    let done = || found.steps.min(history.done());
    let steps = history.unsaved().unwrap_or_else(done);
    let lost = found.lost;
    let came = match steps {
        0 => "What was not saved came back".to_owned(),
        1 => "1 change that was not saved came back".to_owned(),
        _ => format!("{steps} changes that were not saved came back"),
    };
    let them = if steps > 1 { "them" } else { "it" };
    match lost {
        0 if !can_save => came,
        0 => format!("{came}; save to keep {them}"),
        _ => format!("{came}; {lost} more could not, since nodes that they need have changed"),
    }
}
