//! Fingerprint: a digest of every file of a project that is code, or says what is installed or which nodes run. Data is
//! not looked at, nor is what Loom makes anew before it is used: the environment, what Python compiled, `.loom`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::document::file::SAVEFILE;
use crate::paths::full;
use crate::project::requirements;

/// More than this is not kept an eye on: such a project is asked about each time it is opened.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 512 << 20;
/// No list of requirements is longer.
const MOST_ASKING: u64 = 16 << 20;
/// Files and folders that are looked at, code or not.
const MOST_ENTRIES: usize = 200_000;
/// A text of more than this is compared as a whole, not line by line.
pub const TEXT_BYTES: u64 = 64 << 10;

/// What of a project's folder is made anew before anything of it is used.
const LEFT_OUT: [&str; 10] = [
    ".git",
    ".loom",
    ".venv",
    ".venv.before-loom",
    ".venv.new",
    ".venv.old",
    ".venv.previous",
    ".venv.requirements.lock",
    ".venv.requirements.txt",
    "node_modules",
];
/// What Python, or the system, runs.
const CODE: [&str; 17] = [
    "py", "pyw", "pyc", "pyo", "pyd", "pyz", "egg", "so", "dll", "dylib", "pth", "sh", "bat",
    "cmd", "ps1", "exe", "pyx",
];
/// What says which packages are installed, and from where.
const INSTALLING: [&str; 9] = [
    "pyproject.toml",
    "setup.cfg",
    "uv.toml",
    "uv.lock",
    "requirements.lock",
    "pip.conf",
    "pip.ini",
    ".python-version",
    "MANIFEST.in",
];
/// Packages are installed from these where a line of the requirements names them.
const ARCHIVES: [&str; 6] = ["whl", "zip", "gz", "bz2", "xz", "txt"];

/// Of a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    fn of_file(path: &Path, most: u64) -> io::Result<(Self, u64)> {
        let mut hasher = Sha256::new();
        let mut file = File::open(path)?.take(most + 1);
        let size = io::copy(&mut file, &mut Hashing(&mut hasher))?;
        Ok((Self(hasher.finalize().into()), size))
    }

    pub fn to_text(self) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            write!(text, "{byte:02x}").expect("a text takes all");
        }
        text
    }

    pub fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut digest = [0; 32];
        if bytes.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (place, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
        }
        Some(Self(digest))
    }
}

struct Hashing<'h>(&'h mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// `None`: it cannot be read, so it cannot be vouched for.
    pub digest: Option<Digest>,
}

/// The files of a project, by their names as seen from its folder, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    pub files: BTreeMap<String, Found>,
    /// All was looked at: there is not too much of it.
    pub is_whole: bool,
}

impl Fingerprint {
    /// That of a project, and of the nodes beside the userdata folder that it lies in, where that is another than ours.
    pub fn of(folder: &Path, userdata: &Path) -> Self {
        let mut walk = Walk::default();
        walk.folder(folder, "");
        let around = folder.parent();
        let is_own = full(userdata).is_ok_and(|userdata| around == Some(&userdata));
        if let Some(beside) = around.and_then(Path::parent).filter(|_| !is_own) {
            for name in ["custom", "builtin"] {
                let bank = beside.join("nodebank").join(name);
                if bank.is_dir() {
                    walk.folder(&bank, &format!("../../nodebank/{name}/"));
                }
            }
        }
        walk.named(folder);
        Self {
            is_whole: !walk.is_over,
            files: walk.files,
        }
    }

    /// Is it known to be another than before? Of what is too much to be looked through, or is not there, nothing is.
    pub fn is_other_than(&self, before: &Self) -> bool {
        self.is_whole && before.is_whole && self.differs(before).next().is_some()
    }

    /// Names of files that are not the same in both.
    pub fn differs<'f>(&'f self, other: &'f Self) -> impl Iterator<Item = &'f str> {
        let same = |name: &String| {
            let digest = |of: &Self| of.files.get(name).and_then(|file| file.digest);
            digest(self).is_some() && digest(self) == digest(other)
        };
        let names: BTreeSet<&String> = self.files.keys().chain(other.files.keys()).collect();
        names
            .into_iter()
            .filter(move |name| !same(name))
            .map(String::as_str)
    }
}

/// How a project names a file of its own.
pub fn name_in(folder: &Path, path: &Path) -> Option<String> {
    let inner = path.strip_prefix(folder).ok()?;
    let mut parts = Vec::new();
    for part in inner.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[derive(Default)]
struct Walk {
    files: BTreeMap<String, Found>,
    archives: Vec<(String, PathBuf)>,
    /// Folders that were looked into, by their full names: links may lead in a circle.
    seen: BTreeSet<PathBuf>,
    entries: usize,
    bytes: u64,
    is_over: bool,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str) {
        let mut waiting = vec![(folder.to_owned(), prefix.to_owned())];
        while let Some((folder, prefix)) = waiting.pop() {
            let place = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            if !self.seen.insert(place) {
                continue;
            }
            let Ok(entries) = fs::read_dir(&folder) else {
                // What cannot be looked into cannot be vouched for.
                self.is_over = true;
                continue;
            };
            let is_compiled = folder.file_name().is_some_and(|name| name == "__pycache__");
            for entry in entries.flatten() {
                self.entries += 1;
                if self.entries > MOST_ENTRIES {
                    self.is_over = true;
                    return;
                }
                let (path, os_name) = (entry.path(), entry.file_name());
                let file_name = os_name.to_string_lossy();
                let name = format!("{prefix}{file_name}");
                // Links are looked through: what counts is what Python would read.
                let Ok(meta) = fs::metadata(&path) else {
                    continue;
                };
                if prefix.is_empty() && LEFT_OUT.contains(&&*file_name) {
                    continue;
                }
                if meta.is_dir() {
                    if file_name != ".git" {
                        waiting.push((path, format!("{name}/")));
                    }
                } else if meta.is_file() {
                    match Weight::of(&name, &file_name) {
                        // The engine compiles anew what it runs of a project.
                        _ if is_compiled && file_name.ends_with(".pyc") => {}
                        Weight::Counts => self.file(name, path),
                        Weight::WhereNamed => self.archives.push((name, path)),
                        Weight::Nothing => {}
                    }
                }
            }
        }
    }

    fn file(&mut self, name: String, path: PathBuf) {
        if self.files.len() >= MOST_FILES || self.bytes > MOST_BYTES {
            self.is_over = true;
            return;
        }
        let digest = match Digest::of_file(&path, MOST_BYTES - self.bytes) {
            Ok((digest, size)) => {
                self.bytes += size;
                Some(digest)
            }
            Err(_) => None,
        };
        self.is_over |= digest.is_none() || self.bytes > MOST_BYTES;
        self.files.insert(name, Found { path, digest });
    }

    /// What a text of the requirements names is what is installed: archives, and other texts, whatever they are called
    /// and wherever in the project they lie.
    fn named(&mut self, project: &Path) {
        let is_asking = |name: &&String| Weight::is_asking(last(name));
        let asking = self.files.iter().filter(|(name, _)| is_asking(name));
        let mut texts: Vec<PathBuf> = asking.map(|(_, file)| file.path.clone()).collect();
        let mut archives = std::mem::take(&mut self.archives);
        let project = full(project).unwrap_or_else(|_| project.to_owned());
        // A text that is named may name others.
        while let Some(path) = texts.pop() {
            let text = whole_text(&path);
            for line in requirements::parse(&text) {
                let named = line.file().map(|name| path.with_file_name(name));
                let Some(named) = named.and_then(|named| full(&named).ok()) else {
                    continue;
                };
                let name = name_in(&project, &named).filter(|_| named.is_file());
                let is_new = |name: &String| !self.is_over && !self.files.contains_key(name);
                if let Some(name) = name.filter(is_new) {
                    self.file(name, named.clone());
                    texts.push(named);
                }
            }
            // A name may go on in the next line, and be found in any case.
            let text = text
                .to_lowercase()
                .replace("\\\r\n", "")
                .replace("\\\n", "");
            let (named, rest) = archives
                .into_iter()
                .partition(|(name, _)| text.contains(&last(name).to_lowercase()));
            archives = rest;
            for (name, path) in named {
                if end_of(&name).eq_ignore_ascii_case("txt") {
                    texts.push(path.clone());
                }
                self.file(name, path);
            }
        }
    }
}

/// The text of a file that is not too long to be compared line by line.
pub fn text_of(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(TEXT_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > TEXT_BYTES {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// All that those who install read of a text, also where it is long or has bytes that are none.
pub fn whole_text(path: &Path) -> String {
    let mut bytes = Vec::new();
    let file = File::open(path);
    let read = file.and_then(|file| file.take(MOST_ASKING).read_to_end(&mut bytes));
    if let Err(error) = read {
        tracing::warn!("a text is not looked at: {error}: {}", path.display());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The last part of a name.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What follows the last dot of a name.
fn end_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, end)| end)
}

/// What a file's name says of it.
enum Weight {
    Counts,
    /// It counts where a text of the requirements names it.
    WhereNamed,
    Nothing,
}

impl Weight {
    fn of(name: &str, file_name: &str) -> Self {
        let lower = file_name.to_lowercase();
        let end = end_of(&lower);
        // Some systems open a file by its name in any case.
        let lower_name = name.to_lowercase();
        let is_in_nodes = lower_name.starts_with("nodes/") || name.starts_with("../");
        if CODE.contains(&end)
            || Self::is_installing(&lower)
            || lower_name == SAVEFILE
            || is_in_nodes && end == "json"
        {
            Self::Counts
        } else if ARCHIVES.contains(&end) {
            Self::WhereNamed
        } else {
            Self::Nothing
        }
    }

    /// Does a file of this name say what is installed?
    fn is_installing(file_name: &str) -> bool {
        let is_it = |known: &&str| file_name.eq_ignore_ascii_case(known);
        INSTALLING.iter().any(is_it) || Self::is_asking(file_name)
    }

    /// Does a file of this name ask for packages?
    fn is_asking(file_name: &str) -> bool {
        let lower = file_name.to_lowercase();
        let is_text = ["txt", "in"].contains(&end_of(&lower));
        is_text && (lower.contains("requirements") || lower.contains("constraints"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let found = Fingerprint::of(folder, Path::new("no such folder"));
        found.files.into_keys().collect()
    }

    #[test]
    fn all_that_runs_or_is_installed_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = full(folder.path()).unwrap().join("userdata").join("P");
        for (path, text) in [
            ("savefile.json", "{}"),
            (
                "requirements.txt",
                "./packages/tiny-1.0.whl\n-r mo\\\nre.txt\n-r deep/deps\n-r ../outside.txt\n-r nowhere\n",
            ),
            ("deep/deps", "-c deps.list\n-r deps\n"),
            ("deep/deps.list", "--constraint ../.loom/theirs"),
            ("deep/other", "x"),
            (".loom/theirs", "x"),
            ("../outside.txt", "x"),
            ("more.txt", "./old.tar.gz"),
            ("old.tar.gz", "x"),
            ("notes.txt", "x"),
            ("data.zip", "x"),
            ("data.json", "x"),
            (".python-version", "3.12"),
            ("uv.toml", "x"),
            ("sitecustomize.PY", "x"),
            ("packages/tiny-1.0.whl", "x"),
            ("packages/other-1.0.whl", "x"),
            ("nodes/a.py", "x"),
            ("nodes/a.json", "x"),
            ("nodes/sub/b.so", "x"),
            ("nodes/__pycache__/a.cpython-312.pyc", "x"),
            ("nodes/__pycache__/sly.py", "x"),
            ("nodes/bare.pyc", "x"),
            (".hidden/c.pth", "x"),
            (".venv/lib/a.py", "x"),
            (".venv.requirements.txt", "x"),
            (".venv.requirements.lock", "x"),
            ("lib/.venv/a.py", "x"),
            (".git/hooks/a.py", "x"),
            ("../../nodebank/custom/z.py", "x"),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let expected = [
            "../../nodebank/custom/z.py",
            ".hidden/c.pth",
            ".loom/theirs",
            ".python-version",
            "deep/deps",
            "deep/deps.list",
            "lib/.venv/a.py",
            "more.txt",
            "nodes/__pycache__/sly.py",
            "nodes/a.json",
            "nodes/a.py",
            "nodes/bare.pyc",
            "nodes/sub/b.so",
            "old.tar.gz",
            "packages/tiny-1.0.whl",
            "requirements.txt",
            "savefile.json",
            "sitecustomize.PY",
            "uv.toml",
        ];
        assert_eq!(names(&root), expected);
        // What lies beside our own userdata folder is ours.
        let own = Fingerprint::of(&root, root.parent().unwrap());
        assert_eq!(own.files.len(), expected.len() - 1);
        assert!(own.is_whole);
    }

    #[test]
    fn names_count_in_any_case() {
        for name in ["Savefile.JSON", "Nodes/a.json", "Requirements.TXT"] {
            let file_name = name.rsplit('/').next().unwrap();
            let weight = Weight::of(name, file_name);
            assert!(matches!(weight, Weight::Counts), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_looked_through_and_may_lead_in_a_circle() {
        let folder = tempfile::tempdir().unwrap();
        let root = full(folder.path()).unwrap().join("P");
        let elsewhere = full(folder.path()).unwrap().join("elsewhere");
        std::fs::create_dir_all(root.join("nodes")).unwrap();
        std::fs::create_dir_all(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("a.py"), "1").unwrap();
        let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, root.join(at)).unwrap();
        link(&elsewhere, "nodes/linked");
        link(&root, "nodes/round");
        link(Path::new("/dev/zero"), "endless.py");
        link(Path::new("nowhere"), "gone.py");
        assert_eq!(names(&root), ["nodes/linked/a.py"]);
        let userdata = Path::new("no such folder");
        let before = Fingerprint::of(&root, userdata);
        std::fs::write(elsewhere.join("a.py"), "2").unwrap();
        let now = Fingerprint::of(&root, userdata);
        assert_eq!(
            now.differs(&before).collect::<Vec<_>>(),
            ["nodes/linked/a.py"]
        );
    }

    #[test]
    fn a_digest_is_a_text_and_back() {
        let digest = Digest::of(b"abc");
        let text = digest.to_text();
        assert!(text.starts_with("ba7816bf8f01cfea"));
        assert_eq!(Digest::read(&text), Some(digest));
        for wrong in ["", "ba78", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Digest::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_is_known_by_its_files_and_not_where_too_little_was_seen() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| fs::write(at(name), text).unwrap();
        let look = || Fingerprint::of(folder.path(), Path::new("no such folder"));
        write("requirements.txt", "-r more.txt\n./tiny.whl");
        for name in ["more.txt", "tiny.whl", "helper.py"] {
            write(name, "x");
        }
        let before = look();
        write("notes.txt", "x");
        assert!(!look().is_other_than(&before));
        for name in ["requirements.txt", "more.txt", "tiny.whl", "helper.py"] {
            let text = fs::read_to_string(at(name)).unwrap();
            write(name, &format!("{text} "));
            assert!(look().is_other_than(&before), "{name}");
            write(name, &text);
        }
        write("uv.toml", "x");
        assert!(look().is_other_than(&before));
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(!look().is_other_than(&before), "it is not there");
    }
}
