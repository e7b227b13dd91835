//! Storms: edits, saves and rotations in random order on a disk that loses what was not flushed, with crashes, kills and
//! calls that fail at any moment. Whatever is left must come back.

use std::io;

use super::beside::Flush;
use super::*;
use crate::document::file::storage::model::{Fate, Ignored, Model, Random};
use crate::document::{Document, Transaction, ops};
use crate::graph::{
    Bank, Catalog, Edit, InputSpec, Link, NodeId, NodeKind, OutputSpec, Port, ValueType, pos2,
};
use crate::project::generations;

/// Names how many storms there are to be.
const STORMS: &str = "LOOM_STORMS";
const ACTIONS: usize = 40;

fn catalog() -> Catalog {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs.push(InputSpec::new("a", ValueType::Any));
    kind.outputs.push(OutputSpec {
        name: "result".into(),
        ty: ValueType::Any,
    });
    Catalog::new([Arc::new(kind)])
}

/// A project on a disk, as a window has it open, and what must not be lost of it.
struct Storm {
    model: Model,
    location: Location,
    catalog: Catalog,
    random: Random,
    document: Document,
    journal: Option<Journal>,
    base: Base,
    /// What the document was, after each thing that was done.
    states: Vec<Document>,
    /// Done, and in no journal yet.
    waiting: Vec<Entry>,
    /// The last of them that the system has, and the last that is on the disk.
    written: usize,
    flushed: usize,
    /// The one that the savefile holds.
    saved: usize,
    tally: Tally,
    /// What happened, to be told when something is wrong.
    story: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    crashes: usize,
    kills: usize,
    rotations: usize,
    saves: usize,
    /// Of what was not flushed when it crashed.
    lost: usize,
}

impl Storm {
    fn new(seed: u64, ignored: Ignored) -> Self {
        let model = Model::new(seed, ignored);
        let project = Path::new("/project");
        let catalog = catalog();
        model.create_folder(project).unwrap();
        model.flush_folder(Path::new("/")).unwrap();
        let text = file::to_text(&Document::default(), None);
        model
            .write_atomic(&project.join(SAVEFILE), text.as_bytes())
            .unwrap();
        let storage = Arc::new(model.clone());
        let aside = PathBuf::from("/aside/project.journal");
        let location = Location::on(storage, project, vec![aside], Key::new().unwrap());
        let mut storm = Self {
            model,
            location,
            catalog,
            random: Random::new(seed ^ 0x5eed),
            document: Document::default(),
            journal: None,
            base: Base {
                text: "".into(),
                is_unsaved: false,
            },
            states: vec![Document::default()],
            waiting: Vec::new(),
            written: 0,
            flushed: 0,
            saved: 0,
            tally: Tally::default(),
            story: Vec::new(),
        };
        storm.open().unwrap();
        storm
    }

    /// The process is killed: what was written comes back.
    fn kill(&mut self) -> Result<(), String> {
        self.tally.kills += 1;
        self.story.push("killed".to_owned());
        self.model.restart();
        let (flushed, saved) = (self.flushed, self.saved);
        self.flushed = self.written;
        self.open()?;
        // Of what is seen the disk need not have more than it had.
        (self.flushed, self.saved) = (flushed, saved);
        Ok(())
    }

    /// The power fails: what was flushed comes back.
    fn crash(&mut self) -> Result<(), String> {
        self.tally.crashes += 1;
        self.story.push("crashed".to_owned());
        self.model.crash();
        self.open()
    }

    /// The project as the next window has it.
    fn open(&mut self) -> Result<(), String> {
        let savefile = self.location.project.join(SAVEFILE);
        let bytes = self
            .model
            .read(&savefile)
            .map_err(|error| format!("no savefile: {error}"))?;
        let loaded =
            file::parse(&bytes, &savefile, &self.catalog).map_err(|error| error.to_string())?;
        let at = |document: &Document, states: &[Document]| {
            let is_it = |state: &Document| same(state, document) && same_history(state, document);
            states.iter().rposition(is_it)
        };
        let is_saved = |state: &Document| {
            let mut state = state.clone();
            state.meta = loaded.document.meta.clone();
            file::to_text(&state, None) == file::to_text(&loaded.document, None)
        };
        let states = self.states.iter().enumerate();
        let saved: Vec<usize> = states
            .filter(|(_, state)| is_saved(state))
            .map(|(at, _)| at)
            .collect();
        self.journal = None;
        let found = self.location.find(&self.catalog);
        let (document, state) = if let Some(found) = found {
            if found.lost > 0 || !found.is_current {
                return Err(format!("it is asked, and {} are lost", found.lost));
            }
            if !found.place.is_own() {
                return Err("it is not known as our own".to_owned());
            }
            let state = at(&found.document, &self.states);
            self.journal = Some(
                self.location
                    .resume(&found.place)
                    .map_err(|error| error.to_string())?,
            );
            (found.document, state)
        } else {
            let mut document = loaded.document;
            document.record();
            self.base.text = String::from_utf8(bytes).unwrap().into();
            (document, saved.last().copied())
        };
        let state = state.ok_or("what came back was never there")?;
        if state < self.flushed {
            let last = self.states.len() - 1;
            let least = self.flushed;
            return Err(format!("{state} of {last} came back, and {least} must"));
        }
        if saved.last().is_none_or(|saved| *saved < self.saved) {
            return Err(format!(
                "{saved:?} are in the savefile, and {} was saved",
                self.saved
            ));
        }
        self.tally.lost += self.states.len() - 1 - state;
        self.states.truncate(state + 1);
        // The history may be gone where nothing was to come back.
        self.states[state] = document.clone();
        self.document = document;
        let saved = saved.into_iter().filter(|saved| *saved <= state);
        self.saved = saved.max().unwrap_or(state);
        (self.written, self.flushed) = (state, state);
        self.waiting = Vec::new();
        Ok(())
    }

    fn edit(&mut self) {
        let graph = self.document.graph();
        let ids: Vec<NodeId> = graph.nodes().map(|node| node.id).collect();
        let mut any = |ids: &[NodeId]| ids.get(self.random.below(ids.len())).copied();
        let (one, other) = (any(&ids), any(&ids));
        let at = pos2(self.random.below(500) as f32 / 4.0, 1.0 / 3.0);
        let step = |label: &str, edit| Some(Transaction::new(label, vec![edit]));
        let kind = self.catalog.get(Bank::Builtin, "add").unwrap().clone();
        let transaction = match (self.random.below(9), one, other) {
            (0..=1, ..) => {
                self.document.undo();
                None
            }
            (2, ..) => {
                self.document.redo();
                None
            }
            (3, Some(node), _) => step("Move", Edit::Move { node, to: at }),
            (4, Some(node), _) => {
                let edit = Edit::Move { node, to: at };
                let transaction = Transaction::new("Move", vec![edit]);
                self.document.commit_joined(transaction).unwrap();
                None
            }
            (5, Some(from), Some(to)) if from < to && graph.link_to(to, "a").is_none() => {
                let (from, to) = (Port::new(from, "result"), Port::new(to, "a"));
                step("Connect", Edit::Connect(Link { from, to }))
            }
            (6, Some(node), _) => Some(ops::delete(graph, &[node].into())),
            _ => Some(ops::add_node(graph, &kind, (at, None), None).1),
        };
        if let Some(transaction) = transaction {
            self.document.commit(transaction).unwrap();
        }
    }

    /// One thing that a window does; what fails it tries elsewhere.
    fn act(&mut self) -> io::Result<()> {
        let action = self.random.below(20);
        let done = self.do_one(action);
        self.story.push(format!(
            "{} {:?}: {} done, {} written, {} flushed, {} saved",
            ["flush", "save", "rotate", "home", "edit"][action.min(4)],
            done.as_ref().err().map(ToString::to_string),
            self.states.len() - 1,
            self.written,
            self.flushed,
            self.saved
        ));
        done
    }

    fn do_one(&mut self, action: usize) -> io::Result<()> {
        match action {
            0 => self.flush_beside()?,
            1 => self.save()?,
            2 => self.rotate()?,
            3 => {
                if let Some(journal) = &mut self.journal {
                    journal.move_home().ok();
                }
            }
            _ => {
                self.edit();
                let entries = self.document.take_entries();
                if !entries.is_empty() {
                    self.waiting.extend(entries);
                    self.states.push(self.document.clone());
                }
                self.write()?;
            }
        }
        Ok(())
    }

    /// What goes on while another thread is at work: mostly nothing.
    fn meanwhile(&mut self) -> io::Result<()> {
        for _ in 0..self.random.below(4).saturating_sub(1) {
            let action = 3 + self.random.below(3);
            self.do_one(action)?;
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let rotation = journal.begin_rotation();
        self.meanwhile()?;
        let rotated = rotation.run(&self.catalog);
        self.meanwhile()?;
        if self.random.one_in(3) {
            self.flush_beside()?;
        }
        if let (Some(journal), Ok(rotated)) = (&mut self.journal, rotated)
            && journal.rotated(&rotated).is_ok()
        {
            self.tally.rotations += 1;
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        self.waiting.extend(self.document.take_entries());
        if self.waiting.is_empty() {
            return Ok(());
        }
        let journal = match &mut self.journal {
            Some(journal) => journal,
            None => self
                .journal
                .insert(self.location.begin(&self.base, Standing::Trusted)?),
        };
        journal.append(&self.waiting).or_else(|_| {
            journal.move_aside()?;
            journal.append(&self.waiting)
        })?;
        self.waiting.clear();
        self.written = self.states.len() - 1;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal
                .flush()
                .or_else(|_| journal.renew().or_else(|_| journal.move_aside()))?;
            self.flushed = self.written;
        }
        Ok(())
    }

    fn flush_beside(&mut self) -> io::Result<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        let (flush, written) = (journal.begin_flush(), self.written);
        self.meanwhile()?;
        let flushed = flush.and_then(Flush::run);
        self.meanwhile()?;
        if let Some(journal) = &mut self.journal {
            journal
                .flushed(flushed)
                .or_else(|_| journal.renew().or_else(|_| journal.move_aside()))?;
            self.flushed = written;
        }
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        self.flush()?;
        let saved = generations::save_on(
            &self.model,
            &self.document,
            &self.location.project,
            None,
            None,
        );
        let saved = match saved {
            Ok(saved) => saved,
            Err(error) => {
                self.document.set_unsaved();
                self.write()?;
                return Err(io::Error::other(error));
            }
        };
        self.tally.saves += 1;
        if let Some(time) = saved.time {
            self.document.meta.set_modified(&time);
            self.saved = self.states.len() - 1;
        }
        self.document.set_saved(self.document.history().mark());
        self.write()
    }
}

/// Is it the same graph with the same steps to be taken back and made again?
fn same(a: &Document, b: &Document) -> bool {
    let labels = |document: &Document| {
        let history = document.history();
        let undo: Vec<_> = history.undo_labels().cloned().collect();
        (undo, history.redo_labels().cloned().collect::<Vec<_>>())
    };
    a.graph() == b.graph() && labels(a) == labels(b)
}

fn same_history(a: &Document, b: &Document) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    while a.redo().is_some() | b.redo().is_some() {}
    loop {
        if !same(&a, &b) {
            return false;
        }
        if (a.undo().is_some(), b.undo().is_some()) == (false, false) {
            return true;
        }
    }
}

/// Crashes and kills at any call; what went wrong, if anything did.
fn crashes(seed: u64, ignored: Ignored) -> Result<Tally, String> {
    let mut storm = Storm::new(seed, ignored);
    for _ in 0..ACTIONS {
        if storm.random.one_in(10) {
            let calls = 1 + storm.random.below(12);
            storm.model.doom(calls, Fate::Death);
        }
        let done = storm.act();
        if !storm.model.is_dead() {
            done.map_err(|error| format!("seed {seed}: {error}"))?;
            continue;
        }
        let is_kill = storm.random.one_in(3);
        let back = if is_kill { storm.kill() } else { storm.crash() };
        back.map_err(|error| format!("seed {seed}: {error}: {:#?}", storm.story))?;
    }
    Ok(storm.tally)
}

/// How many sequences are tried.
fn storms(usual: u64) -> u64 {
    let asked = std::env::var(STORMS).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_crash_at_any_moment_loses_what_was_flushed() {
    let mut all = Tally::default();
    for seed in 1..=storms(1000) {
        let tally = crashes(seed, Ignored::Nothing).unwrap();
        all.crashes += tally.crashes;
        all.kills += tally.kills;
        all.rotations += tally.rotations;
        all.saves += tally.saves;
        all.lost += tally.lost;
    }
    eprintln!("{all:?}");
    assert!(all.crashes > 500 && all.rotations > 500 && all.saves > 500);
}

/// Were a flush forgotten the storms would show it.
#[test]
fn a_flush_that_does_nothing_is_noticed() {
    for ignored in [Ignored::Files, Ignored::Folders, Ignored::Temporary] {
        let noticed = (1..=300).find_map(|seed| crashes(seed, ignored).err());
        assert!(noticed.is_some(), "{ignored:?}");
        eprintln!("{ignored:?}: {}", noticed.unwrap_or_default());
    }
}

/// What is said of a journal as a whole is said of it or is not, whichever call fails; it stays our own.
#[test]
fn a_standing_that_cannot_be_written_harms_nothing() {
    let mut failures = 0;
    for call in 1..8 {
        for fate in [Fate::Error(io::ErrorKind::StorageFull), Fate::Death] {
            let mut storm = Storm::new(call as u64, Ignored::Nothing);
            for _ in 0..10 {
                storm.do_one(4).unwrap();
            }
            storm.flush().unwrap();
            let journal = storm.journal.as_mut().unwrap();
            storm.model.doom(call, fate);
            let stood = journal.stand(Standing::Restricted);
            let flushed = journal.flush();
            failures += usize::from(stood.is_err() || flushed.is_err());
            if !storm.model.is_dead() {
                storm.model.spare();
                storm.do_one(4).unwrap();
                storm.flush().unwrap();
            }
            storm.crash().unwrap();
        }
    }
    assert!(failures > 3, "{failures}");
}

/// Each call fails once, in each way; nothing that was there is harmed, and nothing that was done is forgotten.
#[test]
fn no_call_that_fails_harms_what_is_there() {
    use io::ErrorKind::{Other, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    let mut failures = 0;
    for seed in 1..=storms(600) {
        let kinds = [Other, PermissionDenied, ReadOnlyFilesystem, StorageFull];
        let mut storm = Storm::new(seed, Ignored::Nothing);
        for _ in 0..ACTIONS {
            let calls = 1 + storm.random.below(15);
            let kind = kinds[storm.random.below(kinds.len())];
            storm.model.doom(calls, Fate::Error(kind));
            // What could not be written waits for the next time.
            failures += usize::from(storm.act().is_err());
            storm.model.spare();
        }
        storm.write().unwrap();
        storm.flush().unwrap();
        assert_eq!(storm.flushed, storm.states.len() - 1);
        let back = storm.crash();
        back.unwrap_or_else(|error| panic!("seed {seed}: {error}: {:#?}", storm.story));
    }
    eprintln!("{failures} calls failed");
    assert!(failures > 1000, "{failures}");
}
