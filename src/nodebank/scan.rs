//! Scan: which files of the banks' folders are read, and what tells that one changed. Opens no file.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Problem, package};
use crate::graph::{Bank, Name, title_from_function};
use crate::paths::site_packages;

/// Folders inside folders that are looked into.
const DEEPEST: usize = 16;

/// Size and time of a file: another stamp means another content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    pub bytes: u64,
    /// Of the last change, in nanoseconds since 1970; zero where the system does not tell.
    pub time_nanos: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            bytes: metadata.len(),
            time_nanos: metadata.modified().map_or(0, nanos_since_1970),
        }
    }
}

pub fn nanos_since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// A Python file of a bank.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub bank: Bank,
    pub family: Name,
    pub file: Arc<Path>,
    pub stamp: Stamp,
    /// Of the `.json` beside it.
    pub sidecar: Option<Stamp>,
}

/// All Python files of the folders, in the order of the folders and then of the paths. A folder that does not exist
/// has none; one that cannot be read is a problem.
pub fn scan(folders: &[(Bank, PathBuf)]) -> (Vec<Found>, Vec<Problem>) {
    let roots: Vec<PathBuf> = folders.iter().map(|(_, root)| canonical(root)).collect();
    let mut scan = Scan {
        roots: &roots,
        seen: HashSet::new(),
        found: Vec::new(),
        problems: Vec::new(),
    };
    for ((bank, folder), root) in folders.iter().zip(&roots) {
        let family = match bank {
            Bank::Project => "Project",
            Bank::Custom => "Custom",
            Bank::Package | Bank::Builtin | Bank::Graph => "General",
        };
        if *bank == Bank::Package {
            scan.environment(folder);
            continue;
        }
        // Two banks may be one folder: the first has it.
        if scan.seen.insert(root.clone()) {
            scan.folder(*bank, folder, &family.into(), DEEPEST);
        }
    }
    (scan.found, scan.problems)
}

/// All Python files of a folder, as sources of a package's family.
pub fn python_files(folder: &Path, family: &Name) -> (Vec<Found>, Vec<Problem>) {
    let mut scan = Scan {
        roots: &[],
        seen: HashSet::new(),
        found: Vec::new(),
        problems: Vec::new(),
    };
    // Folders in it are no families: they take the one that the package names.
    scan.folder(Bank::Package, folder, family, DEEPEST);
    (scan.found, scan.problems)
}

struct Scan<'a> {
    /// The banks' folders: none is read as a part of another.
    roots: &'a [PathBuf],
    /// Folders that were read: links can lead in a circle, or two of them to one place.
    seen: HashSet<PathBuf>,
    found: Vec<Found>,
    problems: Vec<Problem>,
}

impl Scan<'_> {
    /// The nodes of the packages that are installed in an environment. A source that two of them name is the first
    /// one's.
    fn environment(&mut self, folder: &Path) {
        let packages = site_packages(folder).map(|folder| package::installed(&folder));
        for root in packages.iter().flatten().flat_map(|package| &package.roots) {
            let (found, problems) = root.files();
            for found in found {
                if !self.found.iter().any(|other| other.file == found.file) {
                    self.found.push(found);
                }
            }
            self.problems.extend(problems);
        }
    }

    fn folder(&mut self, bank: Bank, folder: &Path, family: &Name, depth: usize) {
        let mut entries = match entries(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let message = format!("The folder cannot be read: {error}");
                self.problems.push(Problem::new(folder, 0, message));
                return;
            }
        };
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        for entry in &entries {
            if entry.is_folder {
                self.inner(bank, entry, family, depth);
            } else if entry.is_python() {
                let sidecar = entry.path.with_extension("json");
                let sidecar = entries.iter().find(|other| other.path == sidecar);
                self.found.push(Found {
                    bank,
                    family: family.clone(),
                    file: entry.path.as_path().into(),
                    stamp: entry.stamp,
                    sidecar: sidecar.map(|sidecar| sidecar.stamp),
                });
            }
        }
    }

    fn inner(&mut self, bank: Bank, entry: &Entry, family: &Name, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            let message = "The folder is too deep to be read: move it up";
            self.problems
                .push(Problem::new(&entry.path, 0, message.to_owned()));
            return;
        };
        let real = canonical(&entry.path);
        // What a link leads to is read in its own place when that is in a bank.
        let is_elsewhere = entry.is_link && self.roots.iter().any(|root| real.starts_with(root));
        if is_elsewhere || self.roots.contains(&real) || !self.seen.insert(real) {
            return;
        }
        // A folder right in the bank is a family; those below belong to it.
        let has_families = !matches!(bank, Bank::Project | Bank::Package);
        let is_family = has_families && depth + 1 == DEEPEST;
        if is_family {
            let family = title_from_function(&entry.name).into();
            self.folder(bank, &entry.path, &family, depth);
        } else {
            self.folder(bank, &entry.path, family, depth);
        }
    }
}

struct Entry {
    path: PathBuf,
    name: String,
    stamp: Stamp,
    is_folder: bool,
    is_link: bool,
}

impl Entry {
    fn is_python(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending == "py")
    }
}

/// What a folder holds, without what is hidden, private or made by Python. A link that leads nowhere stays in, as an
/// empty file: reading it says what is wrong.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with('_') {
            continue;
        }
        let path = entry.path();
        let ending = path.extension();
        let may_matter = ending.is_none_or(|ending| ending == "py" || ending == "json");
        let is_link = entry.file_type()?.is_symlink();
        if !may_matter && !is_link && entry.file_type()?.is_file() {
            continue;
        }
        let metadata = if is_link {
            fs::metadata(&path)
        } else {
            entry.metadata()
        };
        let (stamp, is_folder) = match &metadata {
            Ok(metadata) if metadata.is_file() || metadata.is_dir() => {
                (Stamp::of(metadata), metadata.is_dir())
            }
            // Pipes and devices would be waited for.
            Ok(_) => continue,
            Err(_) => (Stamp::default(), false),
        };
        entries.push(Entry {
            path,
            name,
            stamp,
            is_folder,
            is_link,
        });
    }
    Ok(entries)
}

/// The path without links, or as it is when it does not exist.
fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
