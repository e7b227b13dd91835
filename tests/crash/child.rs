//! The process that is killed: it opens a project as Loom does at its start, and edits, saves and says so for ever.
//! Checks nothing.

use std::path::Path;
use std::sync::Arc;

use loom::document::file::SAVEFILE;
use loom::document::{Document, ops};
use loom::graph::{Bank, Catalog, NodeKind, pos2};
use loom::project::journal::{Base, Journal, Location, Standing};
use loom::project::state::State;
use loom::project::{Lock, generations, index, sweep, trust};
use loom::settings::Settings;

use super::killing::say;

/// Name of the project that is worked on.
pub const PROJECT: &str = "Work";

pub fn catalog() -> Catalog {
    Catalog::new([Arc::new(NodeKind::new(Bank::Builtin, "add"))])
}

/// Where the project's journal lies.
pub fn location(userdata: &Path) -> Location {
    Location::new(&userdata.join(PROJECT), userdata)
}

#[test]
#[ignore = "started by the test beside it, which kills it"]
fn works_until_it_is_killed() {
    let Some(userdata) = std::env::var_os(super::CHILD) else {
        return;
    };
    let userdata = Path::new(&userdata);
    let project = userdata.join(PROJECT);
    let catalog = catalog();
    sweep(userdata);
    let _lock = Lock::take(&project).unwrap();
    say("not-swept", super::leftovers(userdata).len());
    let (settings, _) = Settings::load(userdata);
    let mut state = State::load(userdata);
    let (mut document, mut journal) = open(&project, &location(userdata), &catalog);
    say("begun", 0);
    let kind = catalog.get(Bank::Builtin, "add").unwrap().clone();
    for turn in 0_usize.. {
        let at = pos2(turn as f32, 0.0);
        let (_, transaction) = ops::add_node(document.graph(), &kind, (at, None), None);
        document.commit(transaction).unwrap();
        journal.append(&document.take_entries()).unwrap();
        say("edits", document.graph().node_count());
        match turn % 4 {
            0 => {
                let saved = generations::save(&document, &project, None, Some(userdata)).unwrap();
                say("saved", document.graph().node_count());
                trust::sign(&project, userdata, &[project.join(SAVEFILE)]).unwrap();
                if let Some(time) = saved.time {
                    document.meta.set_modified(&time);
                }
                document.set_saved(document.history().mark());
                journal.append(&document.take_entries()).unwrap();
            }
            1 => settings.save(userdata).unwrap(),
            2 => {
                state.add_recent(&project);
                state.save(userdata).unwrap();
            }
            _ => drop(index::projects(userdata)),
        }
        journal.flush().unwrap();
        // Far more often than the window does, so that kills fall into it.
        if turn % 3 == 0 {
            journal.rotate(&catalog).unwrap();
            say("rotated", turn);
        }
    }
}

/// The project with what an earlier process left, as the window has it after a "Restore".
fn open(project: &Path, location: &Location, catalog: &Catalog) -> (Document, Journal) {
    if let Some(found) = location.find(catalog) {
        let mut journal = location.resume(&found.place).unwrap();
        if !found.is_current {
            journal.acknowledge().unwrap();
        }
        return (found.document, journal);
    }
    let loaded = generations::load(project, catalog).unwrap();
    let base = Base {
        text: loaded.text.into(),
        is_unsaved: false,
    };
    let mut document = loaded.document;
    document.record();
    let journal = location.begin(&base, Standing::Trusted).unwrap();
    (document, journal)
}
