//! Node packages: which installed Python packages, or which source tree, bring nodes, and where the sources of those
//! lie. A package does so by entry points of the group `loom.nodes`. Runs none of it.

mod metadata;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use metadata::{GROUP, Metadata, normal_name, same_name};

use super::read::read;
use super::scan::{Found, Stamp, python_files};
use super::{Problem, script};
use crate::graph::{Bank, Name, NodeKind};
use crate::paths::{MOST_TEXT_BYTES, read_text_bounded};

/// A package with nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub about: Metadata,
    pub roots: Vec<Root>,
}

/// Where nodes of one family lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub family: Name,
    /// A folder of sources, or one source.
    pub path: PathBuf,
}

/// What a package brings, read from its sources.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    pub kinds: Vec<Arc<NodeKind>>,
    pub problems: Vec<Problem>,
    /// What its files name in their `# /// script` blocks.
    pub requires: Vec<String>,
}

/// The packages in a folder such as `site-packages` that bring nodes, by name.
pub fn installed(site_packages: &Path) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut paths = Vec::new();
    for entry in fs::read_dir(site_packages).into_iter().flatten().flatten() {
        let path = entry.path();
        let ending = path.extension().unwrap_or_default();
        if ending == "dist-info" {
            // Most packages have no such group, and then nothing else of them is read.
            let points = text_of(&path.join("entry_points.txt")).unwrap_or_default();
            if points.contains(GROUP) {
                let about = text_of(&path.join("METADATA")).unwrap_or_default();
                packages.push(metadata::of_installed(&about, &points));
            }
        } else if ending == "pth" {
            paths.push(path);
        }
    }
    packages.retain(|about| !about.name.is_empty() && !about.families.is_empty());
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    let mut folders = vec![site_packages.to_owned()];
    if !packages.is_empty() {
        folders.extend(paths.iter().flat_map(|path| folders_of(path)));
    }
    let packages = packages.into_iter();
    packages
        .map(|about| Package::new(about, &folders))
        .collect()
}

/// The package of a source tree: a folder with a `pyproject.toml`. Fails with a sentence.
pub fn source_tree(folder: &Path) -> Result<Package, String> {
    let file = folder.join("pyproject.toml");
    let text = text_of(&file)
        .map_err(|error| format!("it cannot be read: {error}: {}", file.display()))?;
    let about = metadata::of_project(&text).map_err(|why| format!("{why}: {}", file.display()))?;
    let folders = [folder.join("src"), folder.to_owned()];
    Ok(Package::new(about, &folders))
}

/// Folders that a `.pth` file names: a package that is worked on lies there, and not in the environment. Lines that
/// Python would run are none.
fn folders_of(pth: &Path) -> Vec<PathBuf> {
    let text = text_of(pth).unwrap_or_default();
    let lines = text.lines().map(|line| PathBuf::from(line.trim()));
    lines
        .filter(|folder| folder.is_absolute() && folder.is_dir())
        .collect()
}

fn text_of(path: &Path) -> io::Result<String> {
    read_text_bounded(path, MOST_TEXT_BYTES)
}

impl Package {
    fn new(about: Metadata, folders: &[PathBuf]) -> Self {
        let roots = about.families.iter().filter_map(|(family, module)| {
            let inner: PathBuf = module.split('.').collect();
            let places = folders.iter().map(|folder| folder.join(&inner));
            let sources = places.flat_map(|place| {
                let file = place.with_extension("py");
                [place, file]
            });
            let mut sources = sources.filter(|path| path.exists());
            Some(Root {
                family: family.as_str().into(),
                path: sources.next()?,
            })
        });
        Self {
            roots: roots.collect(),
            about,
        }
    }

    /// Families whose module is nowhere.
    pub fn missing(&self) -> impl Iterator<Item = &(String, String)> {
        self.about.families.iter().filter(|(family, _)| {
            let is_it = |root: &Root| root.family == **family;
            !self.roots.iter().any(is_it)
        })
    }

    /// Read its sources.
    pub fn contents(&self) -> Contents {
        let mut contents = Contents::default();
        for root in &self.roots {
            let (files, problems) = root.files();
            contents.problems.extend(problems);
            for found in files {
                let text = text_of(&found.file).unwrap_or_default();
                for requirement in script::dependencies(&text).unwrap_or_default() {
                    if !contents.requires.contains(&requirement) {
                        contents.requires.push(requirement);
                    }
                }
                let reading = read(&found);
                contents.kinds.extend(reading.kinds);
                contents.problems.extend(reading.problems);
            }
        }
        contents
    }
}

impl Root {
    /// Its Python files.
    pub(super) fn files(&self) -> (Vec<Found>, Vec<Problem>) {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => {
                let found = Found {
                    bank: Bank::Package,
                    family: self.family.clone(),
                    file: self.path.as_path().into(),
                    stamp: Stamp::of(&metadata),
                    sidecar: None,
                };
                (vec![found], Vec::new())
            }
            Ok(_) => python_files(&self.path, &self.family),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), Vec::new()),
            Err(error) => {
                let message = format!("The nodes of a package cannot be read: {error}");
                (Vec::new(), vec![Problem::new(&self.path, 0, message)])
            }
        }
    }
}
