//! Import: the projects and nodes of another userdata folder, as copies. Reads what it is given and never writes there;
//! what could not be taken is told, and the rest is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::copy::{copy_file, copy_folder, leads_out};
use super::{banks, create_like, name_like, new_id};
use crate::document::Document;
use crate::document::file::{self, FileError, SAVEFILE};
use crate::graph::{Bank, Catalog, Name, NodeKind};
use crate::nodebank::Nodebank;
use crate::paths::{Paths, full};

/// What Loom makes anew, or keeps for a machine alone.
const LEFT_OUT: [&str; 3] = [".venv", ".loom", "__pycache__"];
/// What lies in a userdata folder beside projects and is Loom's own.
const OF_LOOM: [&str; 6] = [
    "state.json",
    "folderindex.json",
    "nodeindex.json",
    "settings.json",
    "tools",
    "thumbnails",
];

/// Why nothing was imported.
#[derive(Debug, Error)]
pub enum ImportError {
    #[error("the folder cannot be read: {source}; check its name: {}", path.display())]
    Read { source: io::Error, path: PathBuf },
    #[error(
        "that is the userdata folder in use, or lies around it: its projects are there already; name another one: {}",
        .0.display()
    )]
    Same(PathBuf),
    #[error(
        "there is nothing to import: no folder in it has a {SAVEFILE}, and it has no nodes; name a userdata folder, or \
         the one around it: {}",
        .0.display()
    )]
    Nothing(PathBuf),
}

/// What was imported, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Folders of the new projects.
    pub projects: Vec<PathBuf>,
    /// Each thing that was taken, for people.
    pub taken: Vec<String>,
    /// Each thing that was not, and why.
    pub refused: Vec<String>,
}

/// What there is to import.
struct Source {
    /// Holds the projects; `None`: a single one was named.
    userdata: Option<PathBuf>,
    projects: Vec<PathBuf>,
    /// The bank beside the userdata folder: its `custom` holds the user's nodes.
    nodebank: PathBuf,
}

/// What `import` would bring to the user's own bank, where every project may run it: each file, with its nodes. It is
/// to be asked about before. Copies nothing.
pub fn offered(from: &Path, paths: &Paths) -> Result<Vec<String>, ImportError> {
    let mut import = Import::begin(Source::find(from)?, paths);
    let groups = import.groups();
    let new = groups.iter().filter(|group| group.is_new());
    Ok(new.map(Group::line).collect())
}

/// Copy all projects of the userdata folder `from` to the one in use, and of the nodes beside it those that are `meant`,
/// as `offered` gave them, to the user's own bank. Projects carry the others with them. The folder around it will do,
/// and so will one project. A project whose name is taken gets a number.
pub fn import(from: &Path, paths: &Paths, meant: &[String]) -> Result<Imported, ImportError> {
    let source = Source::find(from)?;
    let in_use = full(&paths.userdata).unwrap_or_else(|_| paths.userdata.clone());
    let holds = |folder: &PathBuf| in_use.starts_with(folder);
    if source.userdata.iter().chain(&source.projects).any(holds) {
        return Err(ImportError::Same(from.to_owned()));
    }
    let (userdata, projects) = (source.userdata.clone(), source.projects.clone());
    let mut import = Import::begin(source, paths);
    import.take_nodes(meant);
    for project in &projects {
        import.take_project(project);
    }
    if let Some(userdata) = &userdata {
        import.tell_others(userdata, &projects);
    }
    let result = import.result;
    if projects.is_empty() && result.taken.is_empty() {
        return Err(ImportError::Nothing(from.to_owned()));
    }
    Ok(result)
}

impl Source {
    fn find(from: &Path) -> Result<Self, ImportError> {
        let read = |source| ImportError::Read {
            source,
            path: from.to_owned(),
        };
        let from = full(from).map_err(read)?;
        if from.file_name().is_some_and(|name| name == SAVEFILE) {
            return Self::find(from.parent().unwrap_or(&from));
        }
        let beside = |folder: &Path| folder.parent().unwrap_or(folder).join("nodebank");
        if from.join(SAVEFILE).is_file() {
            return Ok(Self {
                nodebank: beside(from.parent().unwrap_or(&from)),
                projects: vec![from],
                userdata: None,
            });
        }
        let inner = from.join("userdata");
        let userdata = if inner.is_dir() { inner } else { from };
        let mut projects: Vec<PathBuf> = fs::read_dir(&userdata)
            .map_err(read)?
            .flatten()
            .map(|entry| entry.path())
            .filter(|folder| folder.join(SAVEFILE).is_file())
            .collect();
        projects.sort();
        Ok(Self {
            projects,
            nodebank: beside(&userdata),
            userdata: Some(userdata),
        })
    }
}

/// A source of the other bank with the description beside it, which belong together.
struct Group {
    /// Each file and its place in the user's own bank.
    files: Vec<(PathBuf, PathBuf)>,
    /// As the other bank calls it.
    name: String,
    kinds: Vec<Arc<NodeKind>>,
}

impl Group {
    fn is_new(&self) -> bool {
        self.files.iter().any(|(_, target)| !target.exists())
    }

    /// For people.
    fn line(&self) -> String {
        let functions = self.kinds.iter().map(|kind| kind.function.to_string());
        let functions: Vec<_> = functions.collect();
        match &functions[..] {
            [] => format!("{}: code that others may use", self.name),
            functions => format!("{}: {}", self.name, functions.join(", ")),
        }
    }
}

struct Import<'a> {
    paths: &'a Paths,
    /// Beside the old userdata folder.
    nodebank: PathBuf,
    custom: PathBuf,
    /// Files of the old bank that are in the user's own now, or were there already.
    in_bank: BTreeSet<PathBuf>,
    result: Imported,
}

impl<'a> Import<'a> {
    fn begin(source: Source, paths: &'a Paths) -> Self {
        Self {
            paths,
            custom: source.nodebank.join("custom"),
            nodebank: source.nodebank,
            in_bank: BTreeSet::new(),
            result: Imported::default(),
        }
    }

    fn take(&mut self, line: impl Into<String>) {
        self.result.taken.push(line.into());
    }

    fn refuse(&mut self, path: &Path, why: impl std::fmt::Display) {
        self.result
            .refused
            .push(format!("{}: {why}", path.display()));
    }

    /// What of the old bank can go to the user's own, with the helpers among it. One whose name means another node there
    /// is left to the projects that use it.
    fn groups(&mut self) -> Vec<Group> {
        let own = self.paths.own_bank.clone();
        if !self.custom.is_dir() || full(&own).is_ok_and(|own| own == self.custom) {
            return Vec::new();
        }
        let (old, here) = (kinds(&self.custom), kinds(&own));
        let mut files = Vec::new();
        self.list(&self.custom.clone(), &mut files);
        let mut groups: BTreeMap<PathBuf, Vec<(PathBuf, PathBuf)>> = BTreeMap::new();
        for file in files {
            if let Ok(inner) = file.strip_prefix(&self.custom) {
                let target = own.join(inner);
                let group = groups.entry(target.with_extension("")).or_default();
                group.push((file, target));
            }
        }
        let mut fitting = Vec::new();
        for (place, group) in groups {
            let is_of_group = |kind: &&Arc<NodeKind>| {
                let file = kind.file.as_deref();
                file.is_some_and(|file| group.iter().any(|(old, _)| old == file))
            };
            let kinds: Vec<_> = old.kinds().iter().filter(is_of_group).cloned().collect();
            let is_taken = |kind: &Arc<NodeKind>| {
                let holder = here.get(Bank::Custom, &kind.function);
                let file = holder.and_then(|holder| holder.file.as_deref());
                file.is_some_and(|file| file.with_extension("") != place)
            };
            let differs = |(file, target): &(PathBuf, PathBuf)| {
                target.exists() && !same_content(file, target)
            };
            if group.iter().any(differs) || kinds.iter().any(is_taken) {
                let why = "your own bank has another one of that name; projects that use it get this one in their own \
                           nodes folder";
                self.refuse(&group[0].0, why);
                continue;
            }
            let is_source =
                |(file, _): &&(PathBuf, PathBuf)| file.extension().is_some_and(|end| end == "py");
            let named = group.iter().find(is_source).unwrap_or(&group[0]);
            let name = named.0.strip_prefix(&self.custom).unwrap_or(&named.0);
            fitting.push(Group {
                name: name.display().to_string(),
                files: group,
                kinds,
            });
        }
        fitting
    }

    /// Nodes that are meant go to the user's own bank, and those that are there already stay.
    fn take_nodes(&mut self, meant: &[String]) {
        for group in self.groups() {
            if group.is_new() && !meant.contains(&group.line()) {
                continue;
            }
            for (file, target) in &group.files {
                if !target.exists() {
                    if let Err(error) = copy_file(file, target) {
                        self.refuse(file, error);
                        continue;
                    }
                    for kind in &group.kinds {
                        if kind.file.as_deref() == Some(file) {
                            self.take(format!("node {}: {}", kind.function, target.display()));
                        }
                    }
                }
                self.in_bank.insert(file.clone());
            }
        }
    }

    /// May it be read? A link to another place may lead to any file of this computer.
    fn is_of_bank(&mut self, file: &Path) -> bool {
        let is_of_it = full(&self.nodebank).is_ok_and(|bank| !leads_out(file, &bank, &[]));
        if !is_of_it {
            self.refuse(file, "it is a link that leads out of its bank");
        }
        is_of_it
    }

    /// All files below a folder, in order.
    fn list(&mut self, folder: &Path, files: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(folder, error),
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            if LEFT_OUT.iter().any(|left| name == *left) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.list(&path, files);
            } else if !path.is_file() {
                self.refuse(&path, "it is neither a file nor a folder of its own");
            } else if self.is_of_bank(&path) {
                files.push(path);
            }
        }
    }

    fn take_project(&mut self, project: &Path) {
        let mut bank = Nodebank::new(banks(project, self.paths), None);
        bank.refresh();
        let loaded = match file::load(&project.join(SAVEFILE), &bank.catalog()) {
            Ok(loaded) => loaded,
            Err(error) => return self.refuse(project, error),
        };
        let old_name = project.file_name().unwrap_or_default().to_string_lossy();
        let folder = match create_like(&name_like(&old_name), &self.paths.userdata) {
            Ok(folder) => folder,
            Err(error) => return self.refuse(project, error),
        };
        let mut refused = Vec::new();
        let copied = copy_folder(project, &folder, &LEFT_OUT, &mut |path, error| {
            refused.push((path.to_owned(), error));
            // Without its graph there is no project.
            if path == project.join(SAVEFILE) {
                return Err(io::ErrorKind::Other.into());
            }
            Ok(())
        });
        for (path, error) in refused {
            self.refuse(&path, error);
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let carried = self.take_used(&loaded.document, &folder);
        let written = copied.and_then(|()| {
            let is_as_it_was = name == old_name && carried.is_empty();
            let write = || write_anew(&folder, &carried, self.paths);
            if is_as_it_was {
                Ok(())
            } else {
                write().map_err(io::Error::other)
            }
        });
        if let Err(error) = written {
            self.refuse(project, error);
            if let Err(error) = fs::remove_dir_all(&folder) {
                self.refuse(&folder, error);
            }
            return;
        }
        for (function, target) in carried {
            self.take(format!("node {function}: {}", target.display()));
        }
        self.take(if name == old_name {
            format!("project {name}: {}", folder.display())
        } else {
            format!("project {old_name}, as {name}: {}", folder.display())
        });
        for note in &loaded.notes {
            self.refuse(project, note);
        }
        self.result.projects.push(folder);
    }

    /// What the graph uses of the old bank and would not find in the user's own, the project carries with it. Returns
    /// those functions and their files.
    fn take_used(&mut self, document: &Document, folder: &Path) -> BTreeMap<Name, PathBuf> {
        let mut used: BTreeMap<Name, PathBuf> = BTreeMap::new();
        for node in document.graph().nodes() {
            if let Some(file) = node.kind.file.as_deref()
                && file.starts_with(&self.nodebank)
                && !self.in_bank.contains(file)
            {
                used.insert(node.kind.function.clone(), file.to_owned());
            }
        }
        used.retain(|_, file| {
            let target = folder
                .join("nodes")
                .join(file.file_name().unwrap_or_default());
            let source = std::mem::replace(file, target.clone());
            let mut is_taken = true;
            for source in [source.clone(), source.with_extension("json")] {
                let target = target.with_extension(source.extension().unwrap_or_default());
                if !source.is_file() || same_content(&source, &target) {
                    continue;
                }
                if !self.is_of_bank(&source) {
                    is_taken = false;
                    continue;
                }
                let copied = if target.exists() {
                    Err(io::ErrorKind::AlreadyExists.into())
                } else {
                    copy_file(&source, &target)
                };
                if let Err(error) = copied {
                    self.refuse(&source, format!("{error}: {}", target.display()));
                    is_taken = false;
                }
            }
            is_taken
        });
        used
    }

    /// Files and folders of the old userdata folder that are no projects.
    fn tell_others(&mut self, userdata: &Path, projects: &[PathBuf]) {
        let entries = fs::read_dir(userdata).into_iter().flatten().flatten();
        let mut others: Vec<PathBuf> = entries
            .filter(|entry| !OF_LOOM.iter().any(|of_loom| entry.file_name() == *of_loom))
            .map(|entry| entry.path())
            .filter(|path| !projects.contains(path))
            .collect();
        others.sort();
        for path in others {
            let why = if path.is_dir() {
                format!("it is no project: it has no {SAVEFILE}")
            } else {
                "it is no project".to_owned()
            };
            self.refuse(&path, why);
        }
    }
}

/// Write the savefile of a copy with the copy's name and an id of its own, and with what it `carried` along, whatever
/// the user's own bank has of those names. One of the first form stays beside it.
fn write_anew(
    folder: &Path,
    carried: &BTreeMap<Name, PathBuf>,
    paths: &Paths,
) -> Result<(), FileError> {
    let mut bank = Nodebank::new(banks(folder, paths), None);
    bank.refresh();
    let catalog = bank.catalog();
    let is_meant =
        |kind: &&Arc<NodeKind>| kind.bank != Bank::Custom || !carried.contains_key(&kind.function);
    let catalog = Catalog::new(catalog.kinds().iter().filter(is_meant).cloned());
    let savefile = folder.join(SAVEFILE);
    file::rewrite(&savefile, &catalog, |meta| {
        let name = folder.file_name().unwrap_or_default();
        meta.project_name = name.to_string_lossy().into_owned();
        meta.project_id = new_id();
    })
}

fn kinds(custom: &Path) -> Arc<Catalog> {
    let mut bank = Nodebank::new(vec![(Bank::Custom, custom.to_owned())], None);
    bank.refresh();
    bank.catalog()
}

fn same_content(one: &Path, other: &Path) -> bool {
    let read = |path| fs::read(path).ok();
    let (one, other) = (read(one), read(other));
    one.is_some() && one == other
}
