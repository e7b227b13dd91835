//! The journal on disk: `.loom/journal`, the savefile as it was opened and each thing that was done to it since, a line
//! each with its number and a checksum. A crash leaves at most a torn last line, which is left out. It lies there while
//! there is something that the savefile does not have. Never touches the savefile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value as Json, json};

use crate::document::file::{self, SAVEFILE};
use crate::document::{Document, Entry};
use crate::graph::Catalog;
use crate::paths::private_folder;

/// Written into the first line; a journal of another form is not read.
const FORM: u64 = 1;

/// A journal that is being written. Lines are with the system when `append` returns, and on the disk when `flush` does.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    project: PathBuf,
    next: u64,
}

/// What the first thing was done to.
#[derive(Clone, Debug)]
pub struct Base {
    /// A savefile's text; reading it gives the document with the same numbers of nodes.
    pub text: Arc<str>,
    /// It is not what the savefile holds.
    pub is_unsaved: bool,
}

impl Place {
    /// Nothing of it is to come back.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.path)
    }
}

/// What an earlier Loom left.
pub struct Found {
    /// The savefile as it was opened, with everything done again.
    pub document: Document,
    /// Steps that came back, and those that could not: their nodes are not what they were.
    pub steps: usize,
    pub lost: usize,
    pub written: SystemTime,
    /// The savefile is as that Loom left it; otherwise something else has changed it since.
    pub is_current: bool,
    pub place: Place,
}

/// Where to write on in a journal that was found.
#[derive(Clone, Debug)]
pub struct Place {
    path: PathBuf,
    /// Bytes of its whole lines.
    length: u64,
    next: u64,
}

/// Size in bytes and checksum of a savefile: is it still the one?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print(u64, u32);

impl Print {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64, crc32fast::hash(bytes))
    }

    fn of_savefile(project: &Path) -> Option<Self> {
        let bytes = fs::read(project.join(SAVEFILE)).ok()?;
        Some(Self::of(&bytes))
    }

    fn from_json(json: &Json) -> Option<Self> {
        let length = json.get(0)?.as_u64()?;
        let sum = u32::try_from(json.get(1)?.as_u64()?).ok()?;
        Some(Self(length, sum))
    }

    fn to_json(self) -> Json {
        json!([self.0, self.1])
    }
}

impl Journal {
    /// Begin one in place of what lies there; `fallback` is a folder to write to where the project's own cannot be
    /// written to.
    pub fn begin(project: &Path, fallback: &Path, base: &Base) -> io::Result<Self> {
        let begun = private_folder(project)
            .and_then(|folder| Self::begin_at(&folder.join("journal"), project, base));
        begun.or_else(|_| {
            fs::create_dir_all(fallback)?;
            Self::begin_at(&aside(project, fallback), project, base)
        })
    }

    fn begin_at(path: &Path, project: &Path, base: &Base) -> io::Result<Self> {
        let print = if base.is_unsaved {
            Print::of_savefile(project)
        } else {
            Some(Print::of(base.text.as_bytes()))
        };
        let head = json!({
            "journal": FORM,
            "savefile": print.map(Print::to_json),
            "unsaved": base.is_unsaved,
            "base": base.text,
        });
        file::write_atomic(path, line(0, &head).as_bytes())?;
        Ok(Self {
            file: OpenOptions::new().append(true).open(path)?,
            path: path.to_owned(),
            project: project.to_owned(),
            next: 1,
        })
    }

    /// Write on in a journal that was found, without the torn line at its end.
    pub fn resume(place: &Place, project: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open(&place.path)?;
        file.set_len(place.length)?;
        Ok(Self {
            file,
            path: place.path.clone(),
            project: project.to_owned(),
            next: place.next,
        })
    }

    /// Go on in a copy in the folder `fallback`: here nothing can be written any more.
    pub fn move_aside(&mut self, fallback: &Path) -> io::Result<()> {
        let path = aside(&self.project, fallback);
        if path == self.path {
            return Err(io::Error::other("there is no other place to write to"));
        }
        fs::create_dir_all(fallback)?;
        fs::copy(&self.path, &path)?;
        self.file = OpenOptions::new().append(true).open(&path)?;
        self.path = path;
        Ok(())
    }

    /// Does it lie in the project's own folder?
    pub fn is_home(&self) -> bool {
        self.path.starts_with(&self.project)
    }

    /// Go on in the project's own folder, if it is not there and can be again.
    pub fn move_home(&mut self) -> io::Result<()> {
        let home = self.project.join(".loom").join("journal");
        if self.path == home {
            return Ok(());
        }
        let bytes = fs::read(&self.path)?;
        private_folder(&self.project)?;
        file::write_atomic(&home, &bytes)?;
        self.file = OpenOptions::new().append(true).open(&home)?;
        let aside = std::mem::replace(&mut self.path, home);
        remove(&aside)
    }

    /// Write what was done. What was written before stays readable, also when this fails in the middle.
    pub fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        let mut lines = String::new();
        for (at, entry) in (self.next..).zip(entries) {
            let mut json = file::entry_to_json(entry);
            if matches!(entry, Entry::Saved(_) | Entry::Unsaved)
                && let Some(print) = Print::of_savefile(&self.project)
            {
                json["savefile"] = print.to_json();
            }
            lines += &line(at, &json);
        }
        let before = self.file.metadata()?.len();
        if let Err(error) = self.file.write_all(lines.as_bytes()) {
            self.file.set_len(before).ok();
            return Err(error);
        }
        self.next += entries.len() as u64;
        Ok(())
    }

    /// The savefile as it is now is known, and what the journal holds is wanted all the same.
    pub fn acknowledge(&mut self) -> io::Result<()> {
        let Some(print) = Print::of_savefile(&self.project) else {
            return Ok(());
        };
        let line = line(self.next, &json!({ "savefile": print.to_json() }));
        self.file.write_all(line.as_bytes())?;
        self.next += 1;
        Ok(())
    }

    pub fn flush(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// What lies there of a Loom that did not end as it should; `None` when nothing was done.
pub fn find(project: &Path, fallback: &Path, catalog: &Catalog) -> Option<Found> {
    let paths = [
        project.join(".loom").join("journal"),
        aside(project, fallback),
    ];
    let found = paths.iter().filter_map(|path| read(path, project, catalog));
    found.max_by_key(|found| (found.written, found.place.next))
}

/// Remove what `find` would find.
pub fn discard(project: &Path, fallback: &Path) -> io::Result<()> {
    remove(&project.join(".loom").join("journal"))?;
    remove(&aside(project, fallback))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where a project's journal lies that cannot lie in its own folder.
fn aside(project: &Path, fallback: &Path) -> PathBuf {
    let sum = crc32fast::hash(project.as_os_str().as_encoded_bytes());
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    fallback.join(format!("{name}-{sum:08x}.journal"))
}

fn read(path: &Path, project: &Path, catalog: &Catalog) -> Option<Found> {
    let file = File::open(path).ok()?;
    let written = file.metadata().ok()?.modified().ok()?;
    let mut lines = Lines {
        file: BufReader::new(file),
        next: 0,
        length: 0,
    };
    let head = lines.next()?;
    if head.get("journal")?.as_u64()? != FORM {
        return None;
    }
    let base = head.get("base")?.as_str()?;
    let mut print = Print::from_json(head.get("savefile")?);
    let is_unsaved = head.get("unsaved") == Some(&Json::Bool(true));
    let mut document = file::parse(base.as_bytes(), path, catalog).ok()?.document;
    if is_unsaved {
        document.set_unsaved();
    }
    document.record();
    let (mut steps, mut lost) = (0, 0);
    let mut is_of_savefile = false;
    for json in &mut lines {
        if let Some(known) = json.get("savefile") {
            print = Print::from_json(known);
        }
        let is_saved = json.get("saved").is_some();
        is_of_savefile |= is_saved;
        if !is_saved && json.is_object() && json.get("edits").is_none() {
            continue;
        }
        // What comes after a step that cannot be done was done to another document.
        let done = lost == 0
            && file::entry_from_json(&json, document.graph(), catalog)
                .is_some_and(|entry| document.replay(entry).is_ok());
        match (done, is_saved) {
            (true, false) => steps += 1,
            (false, false) => lost += 1,
            (_, true) => {}
        }
    }
    document.take_entries();
    if lost > 0 {
        document.set_unsaved();
    }
    let is_current = print.is_some() && print == Print::of_savefile(project);
    if is_current && is_of_savefile {
        // What is no part of the graph was as the savefile has it, also where that was written by something else.
        let bytes = fs::read(project.join(SAVEFILE)).ok()?;
        if let Ok(savefile) = file::parse(&bytes, path, catalog) {
            document.meta = savefile.document.meta;
        }
    }
    (steps + lost > 0 || is_unsaved).then(|| Found {
        document,
        steps,
        lost,
        written,
        is_current,
        place: Place {
            path: path.to_owned(),
            length: lines.length,
            next: lines.next,
        },
    })
}

/// `NUMBER CHECKSUM JSON`, the checksum over the number and the JSON.
fn line(number: u64, json: &Json) -> String {
    let text = format!("{number} {json}");
    let (number, json) = text.split_once(' ').unwrap_or_default();
    format!("{number} {:08x} {json}\n", crc32fast::hash(text.as_bytes()))
}

/// The lines of a journal up to the first that is torn or not the next.
struct Lines {
    file: BufReader<File>,
    next: u64,
    /// Bytes of the lines so far.
    length: u64,
}

impl Iterator for Lines {
    type Item = Json;

    fn next(&mut self) -> Option<Json> {
        let mut line = Vec::new();
        self.file.read_until(b'\n', &mut line).ok()?;
        let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
        let (number, rest) = text.split_once(' ')?;
        let (sum, json) = rest.split_once(' ')?;
        let is_next = number.parse() == Ok(self.next);
        let mut hasher = crc32fast::Hasher::new();
        for part in [number, " ", json] {
            hasher.update(part.as_bytes());
        }
        if !is_next || u32::from_str_radix(sum, 16) != Ok(hasher.finalize()) {
            return None;
        }
        let json = serde_json::from_str(json).ok()?;
        self.next += 1;
        self.length += line.len() as u64;
        Some(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ops;
    use crate::graph::{Bank, NodeKind, pos2};

    fn saved(text: &str) -> Base {
        Base {
            text: text.into(),
            is_unsaved: false,
        }
    }

    struct Stage {
        folder: tempfile::TempDir,
        catalog: Catalog,
        document: Document,
        journal: Journal,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let catalog = Catalog::new([Arc::new(NodeKind::new(Bank::Builtin, "add"))]);
            let base = file::to_text(&Document::default(), None);
            fs::write(folder.path().join(SAVEFILE), &base).unwrap();
            let mut document = file::parse(base.as_bytes(), Path::new(""), &catalog)
                .unwrap()
                .document;
            document.record();
            let journal =
                Journal::begin(folder.path(), &folder.path().join("aside"), &saved(&base));
            Self {
                journal: journal.unwrap(),
                folder,
                catalog,
                document,
            }
        }

        fn add(&mut self, count: usize) {
            for _ in 0..count {
                let kind = self.catalog.get(Bank::Builtin, "add").unwrap().clone();
                let at = (pos2(0.5, 1.0 / 3.0), None);
                let (_, transaction) = ops::add_node(self.document.graph(), &kind, at, None);
                self.document.commit(transaction).unwrap();
            }
        }

        fn write(&mut self) {
            let entries = self.document.take_entries();
            self.journal.append(&entries).unwrap();
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join(".loom/journal")
        }

        fn find(&self) -> Option<Found> {
            let folder = self.folder.path();
            find(folder, &folder.join("aside"), &self.catalog)
        }
    }

    #[test]
    fn what_was_done_comes_back_with_its_history() {
        let mut stage = Stage::new();
        assert!(stage.find().is_none(), "nothing was done");
        stage.add(3);
        stage.document.undo();
        stage.write();
        let mut found = stage.find().unwrap();
        assert_eq!((found.steps, found.lost, found.is_current), (4, 0, true));
        assert_eq!(found.document.graph(), stage.document.graph());
        assert!(found.document.is_dirty());
        assert!(found.document.redo().is_some());
        while found.document.undo().is_some() {}
        assert!(!found.document.is_dirty());
        discard(stage.folder.path(), Path::new("none")).unwrap();
        assert!(find(stage.folder.path(), Path::new("none"), &stage.catalog).is_none());
    }

    #[test]
    fn a_line_that_is_torn_anywhere_costs_itself_alone() {
        let mut stage = Stage::new();
        stage.add(2);
        stage.write();
        let whole = fs::read(stage.path()).unwrap();
        stage.add(1);
        stage.write();
        let more = fs::read(stage.path()).unwrap();
        for end in whole.len()..more.len() {
            fs::write(stage.path(), &more[..end]).unwrap();
            assert_eq!(stage.find().unwrap().steps, 2, "{end}");
        }
        // Not only torn but damaged: each bit counts.
        for at in whole.len()..more.len() - 1 {
            let mut damaged = more.clone();
            damaged[at] ^= 1;
            fs::write(stage.path(), damaged).unwrap();
            assert_eq!(stage.find().unwrap().steps, 2, "{at}");
        }
        fs::write(stage.path(), &more[..more.len() - 3]).unwrap();
        let found = stage.find().unwrap();
        stage.document = found.document.clone();
        stage.document.record();
        stage.journal = Journal::resume(&found.place, stage.folder.path()).unwrap();
        stage.add(1);
        stage.write();
        let found = stage.find().unwrap();
        assert_eq!(found.steps, 3, "written on behind what was whole");
        assert_eq!(found.document.graph().node_count(), 3);
    }

    #[test]
    fn a_savefile_that_something_else_changed_is_known() {
        let mut stage = Stage::new();
        stage.add(1);
        stage.write();
        let savefile = stage.folder.path().join(SAVEFILE);
        file::save(&stage.document, &savefile).unwrap();
        let mark = stage.document.history().mark();
        stage.document.set_saved(mark);
        stage.write();
        let found = stage.find().unwrap();
        assert!(found.is_current && !found.document.is_dirty());

        fs::write(&savefile, file::to_text(&Document::default(), None)).unwrap();
        assert!(!stage.find().unwrap().is_current);
        stage.journal.acknowledge().unwrap();
        let found = stage.find().unwrap();
        assert!(found.is_current);
        assert_eq!(found.steps, 1);
    }

    #[test]
    fn steps_whose_nodes_are_not_what_they_were_are_counted() {
        let mut stage = Stage::new();
        stage.add(2);
        stage.write();
        let mut lines = fs::read_to_string(stage.path()).unwrap();
        lines += &line(3, &json!({"do": "Delete", "edits": [{"remove": 77}]}));
        lines += &line(4, &json!("undo"));
        fs::write(stage.path(), lines).unwrap();
        let found = stage.find().unwrap();
        assert_eq!((found.steps, found.lost), (2, 2));
        assert_eq!(found.document.graph().node_count(), 2);
        assert!(found.document.is_dirty());
    }

    #[test]
    fn what_no_file_holds_is_found_before_anything_is_done_to_it() {
        let stage = Stage::new();
        let folder = stage.folder.path();
        let base = Base {
            is_unsaved: true,
            ..saved(&file::to_text(&Document::default(), None))
        };
        Journal::begin(folder, Path::new("none"), &base).unwrap();
        let found = stage.find().unwrap();
        assert!(found.is_current && found.document.is_dirty());
        assert_eq!(found.steps, 0);
    }

    #[test]
    fn it_goes_on_elsewhere_when_nothing_more_can_be_written_here() {
        let mut stage = Stage::new();
        stage.add(1);
        stage.write();
        let aside = stage.folder.path().join("aside");
        stage.journal.move_aside(&aside).unwrap();
        stage.add(1);
        stage.write();
        stage.journal.move_aside(&aside).unwrap_err();
        assert_eq!(stage.find().unwrap().steps, 2);
        // And here again, when it can be.
        stage.journal.move_home().unwrap();
        assert_eq!(fs::read_dir(&aside).unwrap().count(), 0);
        stage.journal.move_home().unwrap();
        stage.add(1);
        stage.write();
        assert_eq!(stage.find().unwrap().steps, 3);
        discard(stage.folder.path(), &aside).unwrap();
        assert!(stage.find().is_none());
    }

    #[test]
    fn where_the_project_cannot_be_written_to_it_lies_aside() {
        let stage = Stage::new();
        let folder = tempfile::tempdir().unwrap();
        // A file in the place of the folder: no right to write, for any user.
        fs::write(folder.path().join(".loom"), "").unwrap();
        let aside = folder.path().join("aside");
        let mut journal = Journal::begin(
            folder.path(),
            &aside,
            &saved(&file::to_text(&Document::default(), None)),
        )
        .unwrap();
        let mut document = stage.document;
        let kind = stage.catalog.get(Bank::Builtin, "add").unwrap().clone();
        let (_, transaction) = ops::add_node(document.graph(), &kind, (pos2(0.0, 0.0), None), None);
        document.commit(transaction).unwrap();
        journal.append(&document.take_entries()).unwrap();
        journal.flush().unwrap();
        assert_eq!(
            find(folder.path(), &aside, &stage.catalog).unwrap().steps,
            1
        );
        discard(folder.path(), &aside).unwrap_err();
    }
}
