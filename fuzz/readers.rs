//! What must hold of everything in Loom that reads what others wrote, for any bytes at all: it neither panics nor hangs,
//! its memory is bounded, and what it took in it can give out and take in again. Each function is a target of cargo-fuzz
//! (`fuzz/run`) and runs in the tests over its corpus and what becomes of it (`tests/engine/foreign_bytes.rs`).

use std::fs;
use std::io::Cursor;
use std::path::{Component, Path};
use std::sync::Arc;

use loom::document::file::tree::{self, Tree};
use loom::document::file::{self, SAVEFILE};
use loom::document::{Document, clipboard};
use loom::engine::RunState;
use loom::engine::protocol::parse_line;
use loom::graph::{Bank, Catalog, Flat, Name, NodeId};
use loom::nodebank::code::{Code, Place};
use loom::nodebank::script;
use loom::picture::graph_in;
use loom::project::archive::{self, Limits};
use loom::project::journal::Location;
use loom::project::requirements::{self, Confirmed, edit};
use loom::project::{index, state::State};
use loom::settings::Settings;
use loom::update::manifest::Manifest;
use loom::update::remembered::Remembered;
use loom::update::{Here, How, pending};

/// Takes any bytes.
pub type Reader = fn(&[u8]);

/// All of them, by the name of their target and the folder of their corpus.
pub const READERS: [(&str, Reader); 10] = [
    ("archive", archive),
    ("clipboard", clipboard),
    ("journal", journal),
    ("picture", picture),
    ("protocol", protocol),
    ("python", python),
    ("requirements", requirements),
    ("savefile", savefile),
    ("settings", settings),
    ("update", update),
];

/// A savefile that is read can be written, and is the same when it is read again; it does not differ from itself, and
/// its subgraphs make a graph of bounded size.
pub fn savefile(bytes: &[u8]) {
    let path = Path::new(SAVEFILE);
    let Ok(loaded) = file::parse(bytes, path, &Catalog::default()) else {
        return;
    };
    let written = |document: &Document| {
        let text = file::to_text(document, None);
        let again = file::parse(text.as_bytes(), path, &Catalog::default());
        (text, again.expect("what was written can be read").document)
    };
    let (mut text, mut document) = written(&loaded.document);
    if loaded.version == 1 {
        // What means something in the present form alone is understood when it is in it.
        (text, document) = written(&document);
    }
    assert_eq!(text, written(&document).0);
    let tree = Tree::read(text.as_bytes(), path).expect("what was written can be compared");
    assert_eq!(tree::compare(&tree, &tree), []);
    let merged = tree::merge(&tree, &tree, &tree, &|_| None);
    assert!(merged.is_ok_and(|merged| merged.is_clean()));
    Flat::default().update(loaded.document.graph());
}

/// A journal brings back a document that can be undone to its beginning and done again. The first byte says whether the
/// lines are taken as they are, or each gets the number and checksum that it needs to be looked into.
pub fn journal(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let text = if first.is_multiple_of(2) {
        rest.to_vec()
    } else {
        numbered(rest)
    };
    with_folder(|folder| {
        fs::create_dir_all(folder.join(".loom")).expect("a temporary folder");
        fs::write(folder.join(".loom").join("journal"), &text).expect("a temporary folder");
        if let Some(found) =
            Location::new(folder, &folder.join("userdata")).find(&Catalog::default())
        {
            undo_all(found.document);
        }
    });
}

/// Whatever an archive holds, nothing is made outside of the folder that it is unpacked into, and what is in there are
/// files and folders within the limits.
pub fn archive(bytes: &[u8]) {
    let limits = Limits {
        files: 100,
        bytes: 1 << 20,
        ..Limits::default()
    };
    with_folder(|folder| {
        let into = folder.join("into");
        fs::create_dir(&into).expect("a temporary folder");
        archive::unpack(Cursor::new(bytes), &into, &limits).ok();
        let beside = fs::read_dir(folder).expect("a temporary folder").count();
        assert_eq!(beside, 1, "nothing beside the folder");
        let (files, size) = content(&into);
        assert!(
            files <= limits.files && size <= limits.bytes,
            "{files} files, {size} bytes"
        );
    });
}

/// Files and folders in a folder, and their bytes.
fn content(folder: &Path) -> (usize, u64) {
    let (mut files, mut size) = (0, 0);
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let kind = entry.file_type().expect("a kind of file");
        assert!(
            kind.is_file() || kind.is_dir(),
            "{}",
            entry.path().display()
        );
        files += 1;
        if kind.is_dir() {
            let (more, bytes) = content(&entry.path());
            (files, size) = (files + more, size + bytes);
        } else {
            size += entry.metadata().expect("a size").len();
        }
    }
    (files, size)
}

/// Settings and the state of the window are read from any text, and are the same when they were written.
pub fn settings(bytes: &[u8]) {
    with_folder(|folder| {
        fs::write(folder.join("settings.json"), bytes).expect("a temporary folder");
        fs::write(folder.join("state.json"), bytes).expect("a temporary folder");
        let (settings, _) = Settings::load(folder);
        let state = State::load(folder);
        index::projects(folder);
        if settings.save(folder).is_ok() {
            let plain = |settings| serde_json::to_value(settings).expect("settings are JSON");
            assert_eq!(plain(Settings::load(folder).0), plain(settings));
        }
        state.save(folder).ok();
        assert_eq!(State::load(folder).recent, state.recent);
    });
}

/// Each line is an event or told to be none, and the state of a run takes all in any order.
pub fn protocol(bytes: &[u8]) {
    let mut state = RunState::new();
    state.begin(1, (0..4).map(NodeId));
    for line in bytes.split(|byte| *byte == b'\n') {
        let event = parse_line(line);
        state.on_event(&event);
    }
    state.secs_left();
}

/// Lines of requirements are told apart; a package that is put in is found, and gone when it is taken out.
pub fn requirements(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let lines = requirements::parse(text);
    let nobody = Confirmed::default();
    let unconfirmed = requirements::unconfirmed(text, &nobody);
    assert!(unconfirmed.len() <= lines.len());
    let names_file = lines.iter().filter(|line| line.names_file());
    assert!(unconfirmed.len() >= names_file.count());
    assert_eq!(
        requirements::index_options(text, &nobody),
        Vec::<String>::new(),
        "nothing that nobody confirmed says where packages come from"
    );
    let name = "a-name-that-nobody-uses";
    if edit::line_of(text, name).is_none() {
        let with = edit::with_package(text, name, name);
        assert_eq!(
            edit::line_of(&with, name).as_deref(),
            Some(name),
            "{with:?}"
        );
        let without = edit::without_package(&with, name);
        assert!(without.is_some_and(|text| edit::line_of(&text, name).is_none()));
    }
}

/// A source gives kinds or says what is wrong with it, and where.
pub fn python(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let place = Place {
        bank: Bank::Project,
        family: Name::from("family"),
        file: Arc::from(Path::new("nodes/file.py")),
    };
    let code = Code::read(text, &place);
    let end = text.len();
    assert!(code.pieces.iter().all(|piece| piece.range.end <= end));
    loom::nodebank::code::kinds(text, &place).ok();
    script::dependencies(text).ok();
}

/// A text of the clipboard that holds nodes gives nodes that can be copied again.
pub fn clipboard(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    clipboard::parse(text, &Catalog::default());
}

/// A picture holds a graph or none.
pub fn picture(bytes: &[u8]) {
    if let Some(text) = graph_in(bytes) {
        savefile(text.as_bytes());
    }
}

/// Lines as a journal numbers and sums them.
fn numbered(lines: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for (number, line) in lines.split(|byte| *byte == b'\n').enumerate() {
        let summed = [number.to_string().as_bytes(), b" ", line].concat();
        let sum = crc32fast::hash(&summed);
        text.extend(format!("{number} {sum:08x} ").bytes());
        text.extend(line);
        text.push(b'\n');
    }
    text
}

fn undo_all(mut document: Document) {
    let before = document.graph().clone();
    let mut steps = 0;
    while document.undo().is_some() {
        steps += 1;
    }
    for _ in 0..steps {
        document.redo();
    }
    assert!(
        *document.graph() == before,
        "undone and done again is the same"
    );
}

/// A folder for what is read from files.
fn with_folder(act: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    act(folder.path());
}

/// A manifest that is read names files that lie where they are put; what is known of updates is read as far as it goes,
/// written, and the same again.
pub fn update(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        for asset in manifest.assets {
            let parts: Vec<_> = Path::new(&asset.name).components().collect();
            assert!(matches!(parts[..], [Component::Normal(name)] if *name == *asset.name));
        }
    }
    with_folder(|folder| {
        fs::write(folder.join("updates.json"), bytes).expect("a temporary folder");
        fs::write(folder.join("pending_update.json"), bytes).expect("a temporary folder");
        let remembered = Remembered::load(folder);
        remembered.wait(
            std::time::SystemTime::now(),
            std::time::Duration::from_mins(1),
        );
        remembered.save(folder).expect("a temporary folder");
        assert_eq!(Remembered::load(folder), remembered);
        let here = Here {
            version: loom::update::this_version(),
            program: folder.join("loom"),
            how: How::Installer,
        };
        pending::settle(folder, &here);
        assert_eq!(pending::settle(folder, &here), None);
    });
}
