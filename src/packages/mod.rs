//! Packages: what a node package brings and needs, told before anything is installed; adding it to a project and
//! taking it out again; making one. For the window and the command line; shows nothing itself.

mod change;
mod needs;
mod offer;
mod template;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use change::{Added, add, remove};
pub use needs::{files, needs};
pub use offer::{Offer, inspect};
pub use template::create;

use crate::engine::python::{self, EnvironmentError};
use crate::nodebank::package::{self, Package};
use crate::paths::{self, MOST_TEXT_BYTES, read_bounded, site_packages};
use crate::project::requirements::{self, Content, edit};
use crate::project::trust::{self, Fingerprint};
use crate::project::{ENVIRONMENT, REQUIREMENTS};

/// Folder of a project for wheels that it carries with it.
pub const WHEELS: &str = "packages";

/// What tools write in a project when they change its environment.
pub const OF_TOOLS: [&str; 4] = [
    REQUIREMENTS,
    "requirements.lock",
    python::PYTHON_VERSION,
    WHEELS,
];

/// Where a package is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A source tree with a `pyproject.toml`.
    Tree(PathBuf),
    /// A folder of node files and nothing more.
    Loose(PathBuf),
    Wheel(PathBuf),
    /// A requirement such as `loom-shapes>=1`, of the package index.
    Named(String),
}

/// Why a package was not looked into, added or removed. What was there before is as it was.
#[derive(Debug, Error)]
pub enum PackageError {
    #[error(
        "\"{what}\" is no package: it is neither a folder nor a .whl file that is there, nor a package's name ({why}); \
         check the spelling"
    )]
    NoPackage { what: String, why: String },
    #[error(
        "it brings no nodes: {why}; a package names its nodes by an entry point of the group \"{}\": {what}",
        package::GROUP
    )]
    NoNodes { what: String, why: String },
    #[error("the package cannot be read: {why}")]
    Unreadable { why: String },
    #[error("there is no package \"{name}\" with nodes in this project; it has {known}")]
    NotInstalled { name: String, known: String },
    #[error(
        "{name} is needed by another package and not by a line of requirements.txt; remove what needs it"
    )]
    NotAsked { name: String },
    #[error("there is a folder of that name already; choose another name, or rename the folder: {}", .0.display())]
    FolderExists(PathBuf),
    #[error("\"{name}\" cannot be a package's name: {why}; choose another one")]
    BadName { name: String, why: &'static str },
    #[error("cannot {what}: {source}; nothing was changed: {}", path.display())]
    Io {
        what: &'static str,
        source: io::Error,
        path: PathBuf,
    },
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

/// A node package of a project.
#[derive(Clone, Debug)]
pub struct Installed {
    pub package: Package,
    /// What asks for it; `None`: another package does.
    pub line: Option<String>,
}

/// May such tools write a file of this name, as seen from the project?
pub fn is_of_tools(name: &str) -> bool {
    let top = name.split('/').next().unwrap_or(name);
    OF_TOOLS.contains(&top)
}

/// What tools wrote in a project since it was seen as `before` is no change from outside, where it is trusted; what was
/// changed before they began stays one. Reads all of its code: for the background.
pub fn sign_written(project: &Path, userdata: &Path, before: &Fingerprint) -> io::Result<()> {
    let folder = paths::full(project)?;
    let now = Fingerprint::of(&folder, userdata);
    let written = now.differs(before).filter(|name| is_of_tools(name));
    let written: Vec<PathBuf> = written.map(|name| folder.join(name)).collect();
    if written.is_empty() {
        return Ok(());
    }
    trust::sign(&folder, userdata, &written)
}

impl What {
    /// What a user means by a text.
    pub fn of(text: &str) -> Result<Self, PackageError> {
        let path = Path::new(text);
        if path.is_dir() {
            let path = full(path)?;
            return Ok(if path.join("pyproject.toml").is_file() {
                Self::Tree(path)
            } else {
                Self::Loose(path)
            });
        }
        if path.extension().is_some_and(|ending| ending == "whl") && path.is_file() {
            return Ok(Self::Wheel(full(path)?));
        }
        let no_package = |why: &str| PackageError::NoPackage {
            what: text.to_owned(),
            why: why.to_owned(),
        };
        match &requirements::parse(text)[..] {
            [line] => match line.content {
                Content::Package { .. } => Ok(Self::Named(line.text.clone())),
                Content::Wrong(why) => Err(no_package(why)),
                Content::Option | Content::Place => {
                    Err(no_package("it is an option or an address"))
                }
            },
            _ => Err(no_package("a name is one word")),
        }
    }
}

/// The node packages in a project's environment, by name.
pub fn installed(project: &Path) -> Vec<Installed> {
    let folder = site_packages(&project.join(ENVIRONMENT));
    let packages = folder.map(|folder| package::installed(&folder));
    let asked = requirements_of(project).unwrap_or_default();
    let packages = packages.into_iter().flatten();
    packages
        .map(|package| Installed {
            line: edit::line_of(&asked, &package.about.name),
            package,
        })
        .collect()
}

/// The text of a project's `requirements.txt`; empty when there is none.
fn requirements_of(project: &Path) -> Result<String, PackageError> {
    let path = project.join(REQUIREMENTS);
    match read_bounded(&path, MOST_TEXT_BYTES) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(PackageError::Io {
            what: "read the packages that the project needs",
            source,
            path,
        }),
    }
}

fn full(path: &Path) -> Result<PathBuf, PackageError> {
    crate::paths::full(path).map_err(|source| PackageError::Io {
        what: "find it",
        source,
        path: path.to_owned(),
    })
}
