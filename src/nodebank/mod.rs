//! Nodebank: the Catalog of all node kinds, read from folders of Python files. Runs no Python, waits for nothing but
//! files, and knows no window and no document.

mod annotation;
mod cache;
pub mod code;
pub mod copy;
mod decorator;
mod docstring;
mod function;
mod literal;
mod names;
mod outputs;
pub mod package;
mod parse;
mod purity;
mod read;
mod scan;
pub mod script;
mod sidecar;
mod syntax;
mod widget;
mod wire;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::graph::{Bank, Catalog, KindState, Name, NodeKind};
use read::Reading;

/// The library of nodes: folders of sources, what was read of them, and the catalog that this makes.
#[derive(Debug, Default)]
pub struct Nodebank {
    folders: Vec<(Bank, PathBuf)>,
    cache: Option<PathBuf>,
    is_cache_read: bool,
    readings: Vec<Reading>,
    catalog: Arc<Catalog>,
    problems: Vec<Problem>,
    edited: Vec<PathBuf>,
}

/// The files of some folders at one moment: another one when any of them was written, made or removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot(Vec<scan::Found>);

impl Snapshot {
    pub fn of(folders: &[(Bank, PathBuf)]) -> Self {
        Self(scan::scan(folders).0)
    }
}

/// Something about a file that a user should know and that does not keep the rest from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: Arc<Path>,
    /// From 1; 0 when it is about the whole file or folder.
    pub line: u32,
    pub message: Arc<str>,
}

impl Problem {
    fn new(file: &Path, line: u32, message: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.line {
            0 => write!(f, "{}: {file}", self.message),
            line => write!(f, "{}: line {line} of {file}", self.message),
        }
    }
}

impl Nodebank {
    /// A library of these folders, in the order in which they win; empty until the first `refresh`. What is read is
    /// kept in the file `cache`, if any, for the next start.
    pub fn new(folders: Vec<(Bank, PathBuf)>, cache: Option<PathBuf>) -> Self {
        Self {
            folders,
            cache,
            ..Self::default()
        }
    }

    /// All kinds, as of the last `refresh`.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    /// What is wrong in the folders, as of the last `refresh`: sources that cannot be read, functions that cannot be
    /// nodes, names that are taken.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The folders that it reads, in the order in which they win.
    pub fn folders(&self) -> &[(Bank, PathBuf)] {
        &self.folders
    }

    /// Files that may hold something else than at the `refresh` before the last, those that are gone included.
    pub fn edited(&self) -> &[PathBuf] {
        &self.edited
    }

    /// Look at the folders and read the files that are new or changed. Returns whether the catalog is another now.
    pub fn refresh(&mut self) -> bool {
        let (found, mut problems) = scan::scan(&self.folders);
        let before = self.take_readings();
        let count_before = before.len();
        let seen: HashMap<Arc<Path>, (scan::Found, bool)> = before
            .iter()
            .map(|it| (it.found.file.clone(), (it.found.clone(), it.is_settled)))
            .collect();
        let (readings, is_any_read) = read::read_changed(found, before);
        self.readings = readings;
        self.edited = edited(seen, &self.readings);
        if is_any_read || self.readings.len() != count_before {
            self.write_cache();
        }

        let (catalog, taken) = catalog(&self.readings);
        for reading in &self.readings {
            problems.extend(reading.problems.iter().cloned());
            let mut own: Vec<_> = reading
                .kinds
                .iter()
                .filter_map(|kind| broken(kind))
                .collect();
            if reading.is_unreadable {
                own.truncate(1); // one reason for all of its kinds
            }
            problems.extend(own);
        }
        problems.extend(taken);
        problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        self.problems = problems;

        let changed = catalog.kinds() != self.catalog.kinds();
        if changed {
            self.catalog = Arc::new(catalog);
        }
        changed
    }

    /// What is known of the files: from the last time, or at first from the cache.
    fn take_readings(&mut self) -> Vec<Reading> {
        let is_first = !std::mem::replace(&mut self.is_cache_read, true);
        match &self.cache {
            Some(cache) if is_first => cache::load(cache).unwrap_or_default(),
            _ => std::mem::take(&mut self.readings),
        }
    }

    /// A cache that cannot be written costs time at the next start and nothing else.
    fn write_cache(&self) {
        if let Some(path) = &self.cache
            && let Err(error) = cache::save(path, &self.readings)
        {
            tracing::warn!(
                "The index of nodes cannot be kept: {error}: {}",
                path.display()
            );
        }
    }
}

fn edited(mut seen: HashMap<Arc<Path>, (scan::Found, bool)>, readings: &[Reading]) -> Vec<PathBuf> {
    let mut edited = Vec::new();
    for reading in readings {
        let before = seen.remove(&reading.found.file);
        if before.is_some_and(|(found, is_settled)| !is_settled || found != reading.found) {
            edited.push(reading.found.file.to_path_buf());
        }
    }
    edited.extend(seen.into_keys().map(|gone| gone.to_path_buf()));
    edited
}

/// Of two functions with one name in a bank the first keeps it. A file that cannot be read only fills a gap: its
/// name must not hide a function that works.
fn catalog(readings: &[Reading]) -> (Catalog, Vec<Problem>) {
    let all = || readings.iter().flat_map(|reading| &reading.kinds);
    let (sound, broken): (Vec<_>, Vec<_>) = all().partition(|kind| kind.state == KindState::Ready);
    let mut holders: HashMap<(Bank, Name), &NodeKind> = HashMap::new();
    let mut problems = Vec::new();
    for kind in sound.iter().chain(&broken) {
        let identity = (kind.bank, kind.function.clone());
        let Some(holder) = holders.get(&identity) else {
            holders.insert(identity, kind);
            continue;
        };
        if kind.state == KindState::Ready
            && let (Some(file), Some(other)) = (&kind.file, &holder.file)
        {
            problems.push(Problem::new(file, kind.line, taken(kind, holder, other)));
        }
    }
    let kinds = sound.into_iter().chain(broken).cloned();
    (Catalog::new(kinds), problems)
}

fn taken(kind: &NodeKind, holder: &NodeKind, other: &Path) -> String {
    let (function, line) = (&kind.function, holder.line);
    if kind.file == holder.file {
        return format!(
            "{function} is defined again in line {line}, and that is the one Python keeps; rename or delete one"
        );
    }
    let other = other.display();
    format!(
        "{function} is defined in line {line} of {other} as well, and that one is used; rename one"
    )
}

fn broken(kind: &NodeKind) -> Option<Problem> {
    match (&kind.state, &kind.file) {
        (KindState::Broken { message, line }, Some(file)) => Some(Problem {
            file: file.clone(),
            line: *line,
            message: format!("{} cannot be a node: {message}", kind.function).into(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
