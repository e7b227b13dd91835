//! A writer at work on a disk in memory that can be slow.

use std::path::{Path, PathBuf};

use super::*;
use crate::document::file::storage::Storage as _;
use crate::document::file::storage::model::{Ignored, Model};
use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, ops};
use crate::graph::{Bank, InputSpec, NodeKind, Port, Value, ValueType, pos2};
use crate::project::journal::Base;
use crate::project::machine::Key;

const HOME: &str = "/project/.loom/journal";
const ASIDE: &str = "/aside/project.journal";

/// A writer at work on a disk in memory.
struct Stage {
    model: Model,
    catalog: Arc<Catalog>,
    document: Document,
    messages: SyncSender<Message>,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Self {
        let mut kind = NodeKind::new(Bank::Builtin, "add");
        kind.inputs.push(InputSpec::new("a", ValueType::Any));
        let catalog = Arc::new(Catalog::new([Arc::new(kind)]));
        let model = Model::new(1, Ignored::Nothing);
        let project = Path::new("/project");
        model.create_folder(project).unwrap();
        let mut document = Document::default();
        document.record();
        let text = file::to_text(&document, None);
        let savefile = project.join(SAVEFILE);
        model.write_atomic(&savefile, text.as_bytes()).unwrap();
        let aside = PathBuf::from(ASIDE);
        let storage = Arc::new(model.clone());
        let location = Location::on(storage, project, vec![aside], Key::new().unwrap());
        let base = Base {
            text: text.into(),
            is_unsaved: false,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let (start, standing) = (Start::New(base), Some(Standing::Trusted));
        let handle = runtime.handle().clone();
        let start = (start, None, Lies::Home);
        let writer = Writer::new(handle, location, start, catalog.clone(), standing);
        let (messages, received) = mpsc::sync_channel(64);
        drop(runtime.spawn_blocking(move || {
            writer.run(&received, &AtomicBool::new(false), &drop);
        }));
        Self {
            model,
            catalog,
            document,
            messages,
            runtime,
        }
    }

    fn do_and_tell(&mut self, edit: impl FnOnce(&mut Document, &Catalog)) {
        edit(&mut self.document, &self.catalog);
        let entries = self.document.take_entries();
        let message = Message::Done(entries, self.catalog.clone());
        self.messages.try_send(message).unwrap();
    }

    /// Adds a node; as many lines are in the journal once it is written.
    fn add(&mut self) {
        self.do_and_tell(|document, catalog| {
            let kind = catalog.get(Bank::Builtin, "add").unwrap();
            let (_, step) = ops::add_node(document.graph(), kind, (pos2(0.0, 0.0), None), None);
            document.commit(step).unwrap();
        });
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&[u8]) -> bool) {
        self.wait_for_at(HOME, what, is_so);
    }

    fn wait_for_at(&self, path: &str, what: &str, is_so: impl Fn(&[u8]) -> bool) {
        let give_up = Instant::now() + Duration::from_secs(20);
        let path = Path::new(path);
        while !self.model.read(path).is_ok_and(|bytes| is_so(&bytes)) {
            assert!(Instant::now() < give_up, "{what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The document as the next window has it.
    fn end(self) -> (Document, Document) {
        drop(self.messages);
        drop(self.runtime);
        let aside = PathBuf::from(ASIDE);
        let key = Key::new().unwrap();
        let storage = Arc::new(self.model.clone());
        let location = Location::on(storage, Path::new("/project"), vec![aside], key);
        let found = location.find(&self.catalog).unwrap();
        (found.document, self.document)
    }
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

#[test]
fn without_its_lock_nothing_is_written_in_the_projects_folder() {
    let mut stage = Stage::new();
    stage.add();
    stage.wait_for("the first", |bytes| lines(bytes) == 2);
    let lie = |stage: &Stage, lies| stage.messages.try_send(Message::Lie(lies)).unwrap();
    lie(&stage, Lies::Aside);
    stage.wait_for_at(ASIDE, "it goes on aside", |bytes| lines(bytes) == 2);
    // Another Loom has the project.
    let theirs = b"theirs\n";
    stage.model.write_atomic(Path::new(HOME), theirs).unwrap();
    stage.add();
    stage.wait_for_at(ASIDE, "the second", |bytes| lines(bytes) == 3);
    // Longer than it takes to look for each journal, and to try again to bring it home.
    std::thread::sleep(CHECK_AFTER + AGAIN_AFTER);
    stage.add();
    stage.wait_for_at(ASIDE, "the third", |bytes| lines(bytes) == 4);
    assert_eq!(stage.model.read(Path::new(HOME)).unwrap(), theirs);
    lie(&stage, Lies::Home);
    stage.wait_for("it comes home", |bytes| lines(bytes) == 4);
    let files = stage.model.files();
    assert!(!files.contains(&PathBuf::from(ASIDE)), "{files:?}");
    let (found, document) = stage.end();
    assert_eq!(found.graph(), document.graph());
}

#[test]
fn what_is_done_while_a_slow_disk_is_flushed_is_written_at_once() {
    let mut stage = Stage::new();
    stage.add();
    stage.wait_for("the first", |bytes| lines(bytes) == 2);
    let held = stage.model.hold();
    let (asked, flushed) = mpsc::sync_channel(0);
    stage.messages.try_send(Message::Flush(asked)).unwrap();
    for count in 3..6 {
        stage.add();
        stage.wait_for("what was done meanwhile", |bytes| lines(bytes) == count);
    }
    assert_eq!(flushed.try_recv(), Err(TryRecvError::Empty));
    drop(held);
    assert!(flushed.recv().is_err(), "it is told");
    let (found, document) = stage.end();
    assert_eq!(found.graph(), document.graph());
}

#[test]
fn what_is_done_while_a_snapshot_is_made_is_written_at_once_and_stands_behind_it() {
    let mut stage = Stage::new();
    stage.add();
    stage.wait_for("the first", |bytes| lines(bytes) == 2);
    let held = stage.model.hold();
    // As much as a snapshot is made for.
    for letter in ["x", "y"] {
        stage.do_and_tell(|document, _| {
            let node = document.graph().nodes().next().unwrap().id;
            let text = Some(Value::text(letter.repeat(700_000)));
            document
                .commit(ops::set_value(Port::new(node, "a"), text))
                .unwrap();
        });
    }
    for count in 5..8 {
        stage.add();
        stage.wait_for("what was done meanwhile", |bytes| lines(bytes) == count);
    }
    drop(held);
    stage.wait_for("the snapshot", |bytes| {
        !bytes.starts_with(b"0 ") && lines(bytes) < 7
    });
    let files = stage.model.files();
    let (found, document) = stage.end();
    assert_eq!(found.graph(), document.graph());
    let is_left = |path: &PathBuf| path.extension().is_some_and(|it| it == "tmp");
    assert!(!files.iter().any(is_left), "{files:?}");
}
