//! What earlier windows left that was not saved: one such thing comes back by itself where nothing speaks against it, the
//! others are asked about, and none is lost for being asked about later.

use super::super::App;
use super::super::files::age;
use super::super::open::Project;
use super::{Message, Start};
use crate::document::{file, ops};
use crate::project::generations;
use crate::project::journal::{Base, Found, Slot};
use crate::project::trust::Doubt;
use crate::ui::Level;
use crate::ui::dialogs::{Dialog, Recovery};

/// What a window left.
pub(super) struct Left {
    found: Box<Found>,
    /// Where it lies, if it was written apart.
    pub slot: Option<Slot>,
}

impl Left {
    /// Nothing else changed the savefile since, and it was written here.
    fn may_come_back(&self) -> bool {
        self.found.is_current && self.found.place.is_own()
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
        let home = (!keeper.is_barred).then(|| location.find(&project.catalog));
        let home = home.flatten().map(|found| Left {
            found: Box::new(found),
            slot: None,
        });
        let apart = location.left_slots().into_iter().filter_map(|slot| {
            let at = location.apart(&slot);
            let Some(found) = at.find(&project.catalog) else {
                if at.newest(&project.catalog).is_some() {
                    // It can be read, and nothing was done in it.
                    slot.clear();
                }
                return None;
            };
            Some(Left {
                found: Box::new(found),
                slot: Some(slot),
            })
        });
        keeper.left = home.into_iter().chain(apart).collect();
        let back = keeper.left.iter().position(Left::may_come_back);
        let Some(Left { found, slot }) = back.and_then(|at| keeper.left.remove(at)) else {
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
            let name = project.name().to_owned();
            let can_save = project.read_only.is_none();
            self.tell_recovered(&name, came_back(&found, can_save));
        }
        project.document = found.document;
        project.seen_revision = project.document.graph().revision();
    }

    /// What another Loom left in the project's folder, which this window may write to now.
    pub(in super::super) fn found_there(&mut self, found: Box<Found>) {
        self.project
            .keeper
            .left
            .push_front(Left { found, slot: None });
    }

    /// The question about what an earlier Loom left, where it could not come back by itself, as soon as no other is open.
    pub(in super::super) fn offer_recovery(&mut self) {
        if self.dialog.is_some() {
            return;
        }
        while let Some(Left { found, slot }) = self.project.keeper.left.front() {
            if file::to_text(&found.document, None) == file::to_text(&self.project.document, None) {
                self.drop_left();
                continue;
            }
            self.dialog = Some(Dialog::Recover(Recovery {
                project: self.project.serial,
                when: age(found.written),
                nodes: found.document.graph().node_count(),
                is_own: found.place.is_own(),
                was_barred: slot.is_some(),
                is_undoable: self.project.document.is_dirty(),
            }));
            return;
        }
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
        let Some(Left { found, slot }) = keeper.left.pop_front() else {
            return;
        };
        let told = came_back(&found, self.project.read_only.is_none());
        let place = found.place;
        let is_trusted = place.is_trusted();
        if !is_step {
            (keeper.start, keeper.slot) = (Some(Start::OnAnyway(place)), slot);
            self.replace_document(found.document);
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

    /// What is shown is wanted; what was left stays among the versions.
    pub(in super::super) fn drop_recovery(&mut self) {
        if let (Some(left), Some(folder)) = (self.project.keeper.left.front(), &self.project.folder)
        {
            let found = &left.found;
            let kept = generations::keep_unsaved(&found.document, folder, found.written);
            let (level, text) = match kept {
                Ok(()) => (
                    Level::Info,
                    "What was left is among the versions of this project".to_owned(),
                ),
                Err(error) => (
                    Level::Warning,
                    format!("What was left could not be kept among the versions: {error}"),
                ),
            };
            self.notify(level, text);
        }
        self.drop_left();
    }

    fn drop_left(&mut self) {
        let keeper = &mut self.project.keeper;
        let Some(Left { found, slot }) = keeper.left.pop_front() else {
            return;
        };
        let Some(location) = &keeper.location else {
            return;
        };
        let dropped = match slot {
            Some(_) => location.remove(&found.place),
            None => location.discard(),
        };
        if let Err(error) = dropped {
            self.notify(
                Level::Warning,
                format!("What was left of an earlier window could not be removed: {error}"),
            );
        }
    }
}

fn came_back(found: &Found, can_save: bool) -> String {
    let steps = found.document.history().unsaved().unwrap_or(found.steps);
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
