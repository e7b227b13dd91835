//! Unsaved sources: texts of node files that were typed and not saved, in `.loom/unsaved-code.json` of the project or,
//! where they cannot lie there, in userdata, so that a crash loses none of them. Of the project's file is taken only what
//! this machine wrote and what lies where nodes do: one that came along must not have Loom write anywhere, and is not
//! written over either. Never touches the files themselves.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::machine::{Key, Tag};
use super::place;
use super::print::Print;
use super::slots::{Slot, Slots};
use crate::document::file::{read_bounded, read_json, write_atomic};
use crate::paths::{Paths, private_folder, refuse_links};

/// A text that is not in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    pub path: PathBuf,
    pub text: String,
    /// What the file held when it was changed; those that an older Loom kept do not say.
    pub base: Option<Print>,
}

/// What lies there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub texts: Vec<Unsaved>,
    /// The file has texts that are not taken.
    pub is_foreign: bool,
}

const FILE: &str = "unsaved-code.json";
/// How files begin that another userdata's Loom wrote, and this one gave another name.
const FROM_ELSEWHERE: &str = "unsaved-code-from-elsewhere-";
/// What the tag of the file is made for.
const PURPOSE: &str = "unsaved sources";
/// What is more lies in userdata.
const MOST_BYTES: usize = 4 << 20;
/// Of what lies in userdata: many times what anybody types.
const MOST_ASIDE_BYTES: u64 = 64 << 20;
const MOST_FILES: usize = 64;

/// Where the unsaved sources of a project lie.
#[derive(Clone, Debug)]
pub struct Location {
    project: PathBuf,
    userdata: PathBuf,
    /// Folders that a source of the project's own file may lie in.
    within: Vec<PathBuf>,
}

impl Location {
    pub fn new(project: &Path, paths: &Paths) -> Self {
        let banks = super::banks(project, paths).into_iter();
        let within = std::iter::once(project.to_owned()).chain(banks.map(|(_, folder)| folder));
        Self {
            project: project.to_owned(),
            userdata: paths.userdata.clone(),
            // Compared by what the system itself calls them.
            within: within.filter_map(|it| it.canonicalize().ok()).collect(),
        }
    }

    /// Put these there, in place of those that lay there. A project may be moved: paths inside it are kept from its
    /// folder on.
    pub fn keep(&self, all: &[Unsaved]) -> io::Result<()> {
        // What is shown has what they had.
        let before = self.set_aside_of_own();
        self.put(all)?;
        before.iter().try_for_each(|path| remove(path))
    }

    fn put(&self, all: &[Unsaved]) -> io::Result<()> {
        let text = self.to_text(all);
        // What keeps the folder in step would bring it to other machines, where it is another one's.
        let is_for_home = !place::is_synced(&self.project)
            && all.len() <= MOST_FILES
            && text.len() <= MOST_BYTES
            && all.iter().all(|unsaved| self.may_hold(&unsaved.path));
        let is_free = self.is_home_free();
        let put_home = || write_atomic(&private_folder(&self.project)?.join(FILE), text.as_bytes());
        if is_for_home && is_free && put_home().is_ok() {
            return remove(&self.aside());
        }
        let aside = self.aside();
        fs::create_dir_all(aside.parent().unwrap_or(&aside))?;
        write_atomic(&aside, text.as_bytes())?;
        if is_free {
            // What lies in the project is older now, and known by that where it has to stay.
            remove(&self.home()).ok();
        }
        Ok(())
    }

    /// A place for those of a window that may not write to the project.
    pub fn free_slot(&self) -> io::Result<Slot> {
        self.slots().free()
    }

    /// The places of such windows that have ended.
    pub fn left_slots(&self) -> Vec<Slot> {
        self.slots().left()
    }

    /// Does such a window that is open keep some?
    pub fn is_written_apart(&self) -> bool {
        self.slots().are_written()
    }

    /// Put these in such a place.
    pub fn keep_apart(&self, slot: &Slot, all: &[Unsaved]) -> io::Result<()> {
        write_atomic(slot.path(), self.to_text(all).as_bytes())
    }

    /// What lies in such a place.
    pub fn find_apart(&self, slot: &Slot) -> Vec<Unsaved> {
        let read = read(slot.path(), MOST_ASIDE_BYTES);
        read.map(|(json, _)| self.texts(&json)).unwrap_or_default()
    }

    fn slots(&self) -> Slots {
        Slots::of(self.aside())
    }

    /// What lies there.
    pub fn find(&self) -> Found {
        let home = self.read_home();
        let is_foreign = home.is_none() && self.is_there();
        let home = home.or_else(|| {
            let own = self.set_aside_of_own().into_iter();
            own.filter_map(|path| self.read_own(&path))
                .max_by_key(|(_, written)| *written)
        });
        let aside = read(&self.aside(), MOST_ASIDE_BYTES);
        let written = |read: &Option<(Value, SystemTime)>| read.as_ref().map(|(_, time)| *time);
        if written(&aside) > written(&home) {
            let texts = aside.map(|(json, _)| self.texts(&json)).unwrap_or_default();
            return Found { texts, is_foreign };
        }
        let texts = home.map(|(json, _)| self.texts(&json)).unwrap_or_default();
        let (texts, others): (Vec<_>, Vec<_>) = texts
            .into_iter()
            .partition(|unsaved| self.may_hold(&unsaved.path));
        Found {
            texts,
            is_foreign: is_foreign || !others.is_empty(),
        }
    }

    /// Does some of it lie in userdata?
    pub fn lies_outside(&self) -> bool {
        let aside = read(&self.aside(), MOST_ASIDE_BYTES);
        aside.is_some_and(|(json, _)| !self.texts(&json).is_empty())
    }

    /// Does what was kept lie there still? Others may have removed it.
    pub fn lies_there(&self) -> bool {
        self.is_there() || self.aside().exists()
    }

    /// Give the project's file a name under which it stays, and is not looked at any more. The same file gets the same
    /// name.
    pub fn set_aside(&self) -> io::Result<PathBuf> {
        let home = self.home();
        let mut bytes = Vec::new();
        let file = fs::File::open(&home)?;
        file.take(MOST_BYTES as u64).read_to_end(&mut bytes)?;
        let sum = crc32fast::hash(&bytes);
        let kept = home.with_file_name(format!("{FROM_ELSEWHERE}{sum:08x}.json"));
        fs::rename(home, &kept)?;
        Ok(kept)
    }

    /// All of them are in their files, or are not wanted.
    pub fn discard(&self) -> io::Result<()> {
        for own in self.set_aside_of_own() {
            remove(&own)?;
        }
        if self.read_home().is_some() {
            remove(&self.home())?;
        }
        remove(&self.aside())
    }

    /// May the project's file be written over? What is not this machine's gets another name first.
    fn is_home_free(&self) -> bool {
        self.read_home().is_some() || !self.is_there() || self.set_aside().is_ok()
    }

    /// What this machine wrote, and another userdata's Loom gave another name.
    fn set_aside_of_own(&self) -> Vec<PathBuf> {
        let home = self.home();
        let Some(folder) = home.parent().filter(|folder| refuse_links(folder).is_ok()) else {
            return Vec::new();
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_it = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(FROM_ELSEWHERE) && self.read_own(path).is_some()
        };
        entries.map(|entry| entry.path()).filter(is_it).collect()
    }

    fn home(&self) -> PathBuf {
        self.project.join(".loom").join(FILE)
    }

    fn aside(&self) -> PathBuf {
        aside(&self.project, &self.userdata)
    }

    /// May the project's own file have a text for this one? Links are looked through.
    fn may_hold(&self, path: &Path) -> bool {
        let is_plain = |part| !matches!(part, Component::ParentDir);
        let is_link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        let mut around = path.ancestors();
        // A file that is not there yet lies where its folder does.
        let real = match path.canonicalize() {
            Ok(real) => Some(real),
            Err(_) if is_link => None,
            Err(_) => around.find_map(|folder| folder.canonicalize().ok()),
        };
        let is_within = |real: PathBuf| self.within.iter().any(|folder| real.starts_with(folder));
        path.components().all(is_plain) && real.is_some_and(is_within)
    }

    fn to_text(&self, all: &[Unsaved]) -> String {
        let one = |unsaved: &Unsaved| {
            let path = self.name_of(&unsaved.path);
            let base = unsaved.base.map(Print::to_json);
            json!({ "path": path.to_string_lossy(), "text": unsaved.text, "base": base })
        };
        let files: Vec<Value> = all.iter().map(one).collect();
        json!({ "files": files, "tag": self.tag(all).to_string() }).to_string()
    }

    fn name_of<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.project).unwrap_or(path)
    }

    fn tag(&self, all: &[Unsaved]) -> Tag {
        let mut content = Vec::new();
        for unsaved in all {
            let path = self.name_of(&unsaved.path).to_string_lossy();
            for part in [&*path, &unsaved.text] {
                content.extend((part.len() as u64).to_le_bytes());
                content.extend(part.as_bytes());
            }
        }
        Key::of(&self.userdata).tag(PURPOSE, &content)
    }

    /// The project's file, if this machine wrote it.
    fn read_home(&self) -> Option<(Value, SystemTime)> {
        let home = self.home();
        refuse_links(home.parent()?).ok()?;
        self.read_own(&home)
    }

    fn read_own(&self, path: &Path) -> Option<(Value, SystemTime)> {
        let is_own = |(json, _): &(Value, SystemTime)| {
            let texts = self.texts(json);
            let tag = json.get("tag").and_then(Value::as_str).and_then(Tag::read);
            tag == Some(self.tag(&texts)) && texts.len() <= MOST_FILES
        };
        read(path, MOST_BYTES as u64).filter(is_own)
    }

    /// Is there the project's file, whoever wrote it?
    fn is_there(&self) -> bool {
        let home = self.home();
        let is_within = home
            .parent()
            .is_some_and(|folder| refuse_links(folder).is_ok());
        is_within && home.symlink_metadata().is_ok_and(|meta| meta.is_file())
    }

    fn texts(&self, json: &Value) -> Vec<Unsaved> {
        let files = json.get("files").and_then(Value::as_array);
        let one = |file: &Value| {
            Some(Unsaved {
                path: self.project.join(file.get("path")?.as_str()?),
                text: file.get("text")?.as_str()?.to_owned(),
                base: file.get("base").and_then(Print::from_json),
            })
        };
        files.into_iter().flatten().filter_map(one).collect()
    }
}

/// Another project comes to lie in this folder.
pub fn forget(project: &Path, userdata: &Path) -> io::Result<()> {
    remove(&aside(project, userdata))
}

/// A project lies elsewhere now.
pub fn moved(project: &Path, to: &Path, userdata: &Path) -> io::Result<()> {
    let found = fs::rename(aside(project, userdata), aside(to, userdata));
    found.or_else(unless_missing)
}

fn aside(project: &Path, userdata: &Path) -> PathBuf {
    super::asides(project, userdata, "code.json").swap_remove(0)
}

fn read(path: &Path, most: u64) -> Option<(Value, SystemTime)> {
    let read = read_json(&read_bounded(path, most).ok()?).ok()?;
    Some((read, path.metadata().ok()?.modified().ok()?))
}

fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(unless_missing)
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::Variables;

    struct Stage {
        folder: tempfile::TempDir,
        paths: Paths,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let userdata = folder.path().join("userdata");
            let mut paths = Paths::find(Some(&userdata), &Variables::of(&[])).unwrap();
            paths.own_bank = folder.path().join("bank");
            for name in ["first/nodes", "bank", "elsewhere"] {
                fs::create_dir_all(folder.path().join(name)).unwrap();
            }
            Self { folder, paths }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn at(&self, project: &str) -> Location {
            Location::new(&self.path(project), &self.paths)
        }

        fn unsaved(&self, path: &str) -> Unsaved {
            Unsaved {
                path: self.path(path),
                text: "ä\n\"".to_owned(),
                base: Some(Print::of("ä".as_bytes())),
            }
        }

        fn asides(&self) -> usize {
            fs::read_dir(self.path("userdata/journals")).map_or(0, Iterator::count)
        }
    }

    fn taken(texts: Vec<Unsaved>) -> Found {
        Found {
            texts,
            is_foreign: false,
        }
    }

    #[test]
    fn texts_are_kept_found_where_the_project_is_and_discarded() {
        let stage = Stage::new();
        let first = stage.at("first");
        assert_eq!(first.find(), Found::default());
        let [inside, bank] = ["first/nodes/a.py", "bank/b.py"].map(|it| stage.unsaved(it));
        first.keep(&[inside, bank.clone()]).unwrap();
        fs::rename(stage.path("first"), stage.path("moved")).unwrap();
        let moved = stage.at("moved");
        assert_eq!(
            moved.find(),
            taken(vec![stage.unsaved("moved/nodes/a.py"), bank])
        );
        fs::write(moved.home(), "{ torn").unwrap();
        assert!(moved.find().is_foreign && moved.find().texts.is_empty());
        moved.discard().unwrap();
        moved.discard().unwrap();
        assert!(moved.home().exists(), "nobody knows whose it is");
        assert_eq!(stage.asides(), 0);
    }

    #[test]
    fn what_cannot_lie_in_the_project_lies_in_userdata() {
        let stage = Stage::new();
        let first = stage.at("first");
        let inside = vec![stage.unsaved("first/nodes/a.py")];
        // A source that is none of the project's nodes, one that is too large, and too many.
        let far = vec![stage.unsaved("elsewhere/a.py")];
        let large = vec![Unsaved {
            text: "x".repeat(MOST_BYTES),
            ..inside[0].clone()
        }];
        let many = vec![inside[0].clone(); MOST_FILES + 1];
        for all in [&far, &large, &many] {
            first.keep(&inside).unwrap();
            assert_eq!((first.home().exists(), stage.asides()), (true, 0));
            first.keep(all).unwrap();
            assert_eq!((first.home().exists(), stage.asides()), (false, 1));
            assert_eq!(first.find(), taken(all.clone()));
        }
        // A folder in the way: nobody can write a file there. It goes along by another name.
        fs::create_dir_all(first.home().join("in the way")).unwrap();
        first.keep(&inside).unwrap();
        assert_eq!(first.find(), taken(inside));
        fs::rename(stage.path("first"), stage.path("moved")).unwrap();
        moved(
            &stage.path("first"),
            &stage.path("moved"),
            &stage.paths.userdata,
        )
        .unwrap();
        let there = stage.at("moved");
        assert_eq!(there.find().texts, [stage.unsaved("moved/nodes/a.py")]);
        forget(&stage.path("moved"), &stage.paths.userdata).unwrap();
        assert_eq!((there.find(), stage.asides()), (Found::default(), 0));
    }

    #[test]
    fn what_came_along_is_not_taken_and_stays_under_another_name() {
        let stage = Stage::new();
        let first = stage.at("first");
        let home = first.home();
        let foreign = Found {
            texts: Vec::new(),
            is_foreign: true,
        };
        fs::create_dir_all(home.parent().unwrap()).unwrap();
        // Without a tag, as Loom wrote it before; with one of another machine; with one that is taken from elsewhere.
        first.keep(&[stage.unsaved("first/nodes/a.py")]).unwrap();
        let own = fs::read_to_string(&home).unwrap();
        let json: Value = serde_json::from_str(&own).unwrap();
        let untagged = json!({ "files": json["files"] }).to_string();
        let other = own.replace("a.py", "b.py");
        let exchanged = own.replace("\\n", "\\t");
        assert_ne!(own, exchanged);
        let bashrc = stage.path("elsewhere/.bashrc");
        let leads_out = json!({ "files": [{ "path": bashrc, "text": "evil" }] }).to_string();
        let large = " ".repeat(MOST_BYTES) + &own;
        for text in [untagged, other, exchanged, leads_out, large] {
            fs::write(&home, &text).unwrap();
            assert_eq!(first.find(), foreign, "{text:.100}");
            let kept = first.set_aside().unwrap();
            assert_eq!(fs::read_to_string(kept).unwrap(), text);
            assert_eq!(first.find(), Found::default(), "asked once");
        }
        fs::write(&home, own).unwrap();
        assert!(!first.find().is_foreign);
    }

    #[test]
    fn what_another_userdata_keeps_there_is_not_written_over_and_is_found_by_it_again() {
        let stage = Stage::new();
        let mine = vec![stage.unsaved("first/nodes/a.py")];
        let first = stage.at("first");
        let mut paths = stage.paths.clone();
        paths.userdata = stage.path("other");
        let theirs = Location::new(&stage.path("first"), &paths);
        // It may have come there since this one looked.
        theirs.keep(&mine).unwrap();
        let text = fs::read(first.home()).unwrap();
        let other = vec![stage.unsaved("first/nodes/b.py")];
        first.keep(&other).unwrap();
        assert_eq!(first.find(), taken(other.clone()));
        let kept = |path: &Path| fs::read(path).is_ok_and(|there| there == text);
        let files = || fs::read_dir(stage.path("first/.loom")).unwrap().flatten();
        assert!(files().any(|file| kept(&file.path())));
        // What is kept there now is not theirs, and hides nothing of what is.
        let found = theirs.find();
        assert!(found.is_foreign);
        assert_eq!(found.texts, mine);
        first.discard().unwrap();
        assert_eq!(theirs.find(), taken(mine.clone()));
        theirs.keep(&mine).unwrap();
        assert!(kept(&first.home()));
        let copies = files().filter(|file| kept(&file.path()));
        assert_eq!(copies.count(), 1);
        // Where it can be given no other name, what is typed here lies in userdata.
        let sum = crc32fast::hash(&text);
        let taken_name = format!("{FROM_ELSEWHERE}{sum:08x}.json");
        fs::create_dir_all(first.home().with_file_name(taken_name).join("in the way")).unwrap();
        for _ in 0..2 {
            first.keep(&other).unwrap();
            assert!(kept(&first.home()));
            assert_eq!(first.find().texts, other);
            assert!(first.find().is_foreign);
        }
        first.discard().unwrap();
        assert_eq!(theirs.find(), taken(mine), "it is not theirs to discard");
        assert!(first.find().texts.is_empty());
    }

    /// Should a tag ever be made of such paths, or the folders be others by now.
    #[test]
    fn no_path_leads_out_of_where_nodes_lie() {
        let stage = Stage::new();
        let first = stage.at("first");
        #[cfg(unix)]
        {
            let link = |to: &str, at: &str| {
                std::os::unix::fs::symlink(stage.path(to), stage.path(at)).unwrap();
            };
            link("elsewhere", "first/nodes/out");
            link("elsewhere/gone.py", "first/nodes/gone.py");
            assert!(!first.may_hold(&stage.path("first/nodes/out/a.py")));
            assert!(!first.may_hold(&stage.path("first/nodes/gone.py")));
        }
        for (path, may) in [
            ("first/nodes/a.py", true),
            ("first/nodes/new/a.py", true),
            ("bank/a.py", true),
            ("elsewhere/.bashrc", false),
            ("first/../elsewhere/.bashrc", false),
            ("first/nodes/../nodes/a.py", false),
        ] {
            assert_eq!(first.may_hold(&stage.path(path)), may, "{path}");
            let all = [stage.unsaved(path)];
            fs::create_dir_all(first.home().parent().unwrap()).unwrap();
            fs::write(first.home(), first.to_text(&all)).unwrap();
            assert_eq!(first.find().texts.len(), usize::from(may), "{path}");
        }
    }
}
