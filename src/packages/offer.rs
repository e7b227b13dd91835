//! Offer: a package that was looked into: what it would bring and need. Installs nothing and runs none of it.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{PackageError, What};
use crate::engine::python::{self, CancelFlag, Progress, Wanted};
use crate::graph::{Bank, Catalog, KindState, Name, NodeKind};
use crate::nodebank::package::{self, Contents, Metadata, Package, same_name};

/// What a package would bring and need.
#[derive(Debug)]
pub struct Offer {
    pub what: What,
    pub about: Metadata,
    /// By family, then by title.
    pub kinds: Vec<Arc<NodeKind>>,
    /// Packages that it needs, as they would stand in a `requirements.txt`.
    pub needs: Vec<String>,
    /// What should be known before it is added.
    pub notes: Vec<String>,
    /// Where it was unpacked.
    _unpacked: Option<TempDir>,
}

/// Look into a package for a project. What is not on this machine is fetched into a folder of its own, which goes again.
pub fn inspect(
    what: What,
    wanted: &Wanted,
    catalog: &Catalog,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Offer, PackageError> {
    let mut named = |text: &str, unpacked| unpack(text, wanted, unpacked, progress, cancel);
    let (package, unpacked) = match &what {
        What::Tree(folder) => {
            let package = package::source_tree(folder);
            (
                package.map_err(|why| PackageError::Unreadable { why })?,
                None,
            )
        }
        What::Loose(folder) => (loose(folder), None),
        What::Wheel(file) => {
            let (package, folder) = named(&file.to_string_lossy(), temporary()?)?;
            (package, Some(folder))
        }
        What::Named(text) => {
            let (package, folder) = named(text, temporary()?)?;
            (package, Some(folder))
        }
    };
    let contents = package.contents();
    Offer::new(what, package, contents, catalog, unpacked)
}

pub fn temporary() -> Result<TempDir, PackageError> {
    tempfile::tempdir().map_err(|source| PackageError::Io {
        what: "make a temporary folder",
        source,
        path: std::env::temp_dir(),
    })
}

/// The package itself, without what it needs, in the temporary folder.
fn unpack(
    text: &str,
    wanted: &Wanted,
    folder: TempDir,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(Package, TempDir), PackageError> {
    let into = folder.path().join("package");
    python::unpack(wanted, text, &into, progress, cancel)?;
    let found = package::installed(&into).into_iter().next();
    let package = found.ok_or_else(|| PackageError::NoNodes {
        what: text.to_owned(),
        why: "it names none".to_owned(),
    })?;
    Ok((package, folder))
}

/// A folder of node files is a package that goes by the folder's name.
fn loose(folder: &Path) -> Package {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let about = Metadata {
        name: name.to_string(),
        ..Metadata::default()
    };
    Package {
        roots: vec![package::Root {
            family: crate::graph::title_from_function(&name).into(),
            path: folder.to_owned(),
        }],
        about,
    }
}

impl Offer {
    fn new(
        what: What,
        package: Package,
        contents: Contents,
        catalog: &Catalog,
        unpacked: Option<TempDir>,
    ) -> Result<Self, PackageError> {
        let mut notes = Vec::new();
        for (family, module) in package.missing() {
            notes.push(format!(
                "the family {family} is missing: the package has no module {module}"
            ));
        }
        for problem in &contents.problems {
            notes.push(problem.to_string());
        }
        let Contents {
            mut kinds,
            requires,
            ..
        } = contents;
        if kinds.is_empty() {
            let why = notes
                .into_iter()
                .next()
                .unwrap_or_else(|| "no file of it has a function that can be one".to_owned());
            return Err(PackageError::NoNodes {
                what: package.about.name,
                why,
            });
        }
        kinds.sort_by(|a, b| (&a.family, &a.title).cmp(&(&b.family, &b.title)));
        for kind in &kinds {
            if let KindState::Broken { message, line } = &kind.state {
                let function = &kind.function;
                notes.push(format!(
                    "{function} cannot be a node: {message} (line {line})"
                ));
            }
            notes.extend(collision(kind, &package.about.name, catalog));
        }
        let mut needs = package.about.requires.clone();
        needs.extend(
            requires
                .into_iter()
                .filter(|other| !package.about.requires.contains(other)),
        );
        Ok(Self {
            what,
            about: package.about,
            kinds,
            needs,
            notes,
            _unpacked: unpacked,
        })
    }

    /// Its name and version, for people.
    pub fn title(&self) -> String {
        title(&self.about)
    }

    /// Its families with their kinds.
    pub fn families(&self) -> impl Iterator<Item = (&Name, &[Arc<NodeKind>])> {
        let groups = self.kinds.chunk_by(|a, b| a.family == b.family);
        groups.filter_map(|group| Some((&group.first()?.family, group)))
    }
}

/// Name and version, as far as there is one.
pub fn title(about: &Metadata) -> String {
    format!("{} {}", about.name, about.version)
        .trim()
        .to_owned()
}

/// What else has a node of the same name.
fn collision(kind: &NodeKind, package: &str, catalog: &Catalog) -> Option<String> {
    let function = &kind.function;
    if let Some(other) = catalog.get(Bank::Package, function)
        && let Some(file) = other.file.as_deref()
        && let Some(owner) = owner(file)
        && !same_name(&owner, package)
    {
        let mut owners = [owner.as_str(), package];
        owners.sort_unstable();
        return Some(format!(
            "{function} is a node of {owner} as well, and only that of {} is used",
            owners[0]
        ));
    }
    let banks = [
        (Bank::Project, "the project's nodes"),
        (Bank::Custom, "your own bank"),
        (Bank::Builtin, "Loom itself"),
    ];
    let (_, place) = banks
        .into_iter()
        .find(|(bank, _)| catalog.get(*bank, function).is_some())?;
    Some(format!(
        "{place} has a node {function} too; both are in the library, and nodes in the graph stay what they are"
    ))
}

/// The package that an installed source belongs to.
fn owner(file: &Path) -> Option<String> {
    let site = file.ancestors().find(|folder| {
        folder
            .file_name()
            .is_some_and(|name| name == "site-packages")
    })?;
    let is_its = |package: &Package| {
        package
            .roots
            .iter()
            .any(|root| file.starts_with(&root.path))
    };
    let mut packages = package::installed(site).into_iter();
    Some(packages.find(is_its)?.about.name)
}
