//! What is known of a project's environment, and what is being done to it: plain data that `app` fills and the panel
//! shows. Finds nothing out.

use std::collections::BTreeMap;
use std::sync::Arc;

/// All that the panel shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvironmentState {
    /// Another one whenever the packages are others.
    pub revision: u64,
    pub listing: Listing,
    /// The version that the project asks for; `None`: any that is new enough.
    pub wanted_python: Option<String>,
    pub pythons: Pythons,
    pub newer: Newer,
    pub search: Option<Search>,
    pub task: Task,
    /// What the environment before this one was, in words: one click leads back to it.
    pub previous: Option<String>,
    /// The project is not trusted: nothing is looked for.
    pub is_restricted: bool,
    /// Why nothing can be changed now.
    pub locked: Option<&'static str>,
}

impl EnvironmentState {
    /// Is there anything to be built for what is asked for already?
    pub fn is_incomplete(&self) -> bool {
        !matches!(
            &self.listing,
            Listing::There(Installed { differs: None, .. })
        )
    }
}

/// What lies in the environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Listing {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    Reading,
    /// There is no environment; how many packages the project asks for.
    Missing {
        asked: usize,
    },
    There(Installed),
    /// It cannot be read: why, and what to do.
    Failed(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Installed {
    /// Such as `3.12.4`.
    pub python: String,
    pub size_bytes: u64,
    /// By name.
    pub packages: Arc<[Package]>,
    /// It is not what the project asks for: in what, in words.
    pub differs: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub size_bytes: u64,
    pub summary: String,
    /// The line of `requirements.txt` that asks for it.
    pub line: Option<String>,
    /// That line holds it to this one version.
    pub is_pinned: bool,
    /// Packages and node files that need it.
    pub needed_by: Vec<String>,
    /// The newest version that there is, where that is a newer one.
    pub newer: Option<String>,
}

/// Which Pythons there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Pythons {
    #[default]
    Unknown,
    Searching,
    Found(Vec<PythonChoice>),
    Failed(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct PythonChoice {
    /// Such as `3.12`.
    pub version: String,
    /// Such as `3.12.4`; `None`: it is fetched when it is chosen.
    pub installed: Option<String>,
}

/// Are there newer versions?
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Newer {
    /// Nobody has asked the package index yet.
    #[default]
    Unknown,
    Asking,
    /// By normal name, those that are newer than what is there.
    Known(BTreeMap<String, String>),
    Failed(String),
}

/// A package that was looked up by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub name: String,
    pub found: Found,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Searching,
    Package {
        /// As the index writes it.
        name: String,
        /// The newest one first.
        versions: Vec<String>,
    },
    /// The index has none of that name.
    Nothing,
    Failed(String),
}

/// What is being done, or was done last.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Task {
    #[default]
    None,
    Working(Work),
    Planned(Plan),
    Ended(Outcome),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Such as `Add pandas`.
    pub what: String,
    /// What is done now.
    pub step: String,
    /// What the tools printed.
    pub output: Vec<String>,
    pub is_stopping: bool,
}

/// What would be done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Such as `Add pandas`.
    pub what: String,
    /// Why it is asked for, where that is not plain.
    pub note: String,
    pub changes: Vec<PackageChange>,
    /// The lines of `requirements.txt` that go and come.
    pub lines: Vec<LineChange>,
    /// There is something to be built although no package differs: no environment, or another Python.
    pub is_build: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PackageChange {
    pub name: String,
    /// The version that is there; `None`: it is added.
    pub from: Option<String>,
    /// The version that will be; `None`: it is removed.
    pub to: Option<String>,
    /// Of what is fetched for it, where the index tells.
    pub size_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LineChange {
    Goes(String),
    Comes(String),
}

/// How it went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done {
        /// In words.
        text: String,
    },
    /// The packages do not go together: why, in words.
    Conflict {
        what: String,
        text: String,
    },
    Failed {
        what: String,
        text: String,
        output: Vec<String>,
    },
    Stopped {
        what: String,
    },
}

/// What the panel may ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvironmentAction {
    /// See what lies in the environment. Asked until it is known.
    Look,
    /// See which Pythons there are.
    LookForPythons,
    /// Ask the package index for newer versions.
    LookForNewer,
    /// Look a package up by name.
    Find(String),
    /// Work out what a change comes to, and show it.
    Plan(Change),
    /// Do what is planned.
    Apply,
    /// Put the plan, or the word of how it went, away.
    Dismiss,
    Stop,
    /// Back to the environment before.
    Return,
    /// Show what would install the package that brings a module, and go on with the run afterwards.
    Install {
        module: String,
    },
}

/// A change of what the project asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Without a version: the newest that fits the others.
    Add {
        name: String,
        version: Option<String>,
    },
    Remove(String),
    Upgrade(String),
    UpgradeAll,
    /// Hold a package to the version that is there.
    Pin {
        name: String,
        version: String,
    },
    Unpin(String),
    /// `None`: any that is new enough.
    Python(Option<String>),
    /// Nothing but what `requirements.txt` asks for already.
    AsAsked,
}
