//! Opening the project that a call names, `loom new` and `loom import`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Exit, Failure, say, tools};
use crate::document::file::Loaded;
use crate::engine::python::Need;
use crate::graph::Catalog;
use crate::nodebank::{Nodebank, Problem};
use crate::packages;
use crate::paths::Paths;
use crate::project::{self, banks, generations};

/// A project as it was read.
pub struct Opened {
    pub folder: PathBuf,
    pub loaded: Loaded,
}

impl Opened {
    /// Read the project that `name` means. Its file is never written by the command line.
    pub fn open(name: &Path, paths: &Paths) -> Result<Self, Failure> {
        let folder = project::find(name, &paths.userdata).map_err(Failure::usage)?;
        let (catalog, _) = library(&folder, paths);
        let loaded = generations::load(&folder, &catalog).map_err(Failure::usage)?;
        Ok(Self { folder, loaded })
    }

    /// What its nodes need beside its requirements.
    pub fn needs(&self) -> Vec<Need> {
        let files = packages::files(self.loaded.document.graph());
        packages::needs(&files, &self.folder)
    }

    /// What to call it in messages.
    pub fn name(&self) -> String {
        let name = &self.loaded.document.meta.project_name;
        if name.is_empty() {
            let folder = self.folder.file_name().unwrap_or_default();
            folder.to_string_lossy().into_owned()
        } else {
            name.clone()
        }
    }
}

/// All kinds that a project in `folder` may use, and what is wrong with their sources.
pub fn library(folder: &Path, paths: &Paths) -> (Arc<Catalog>, Vec<Problem>) {
    let cache = Some(paths.nodebank_cache());
    let mut bank = Nodebank::new(banks(folder, paths), cache);
    bank.refresh();
    (bank.catalog(), bank.problems().to_vec())
}

/// `loom new`.
pub fn new(name: &str, paths: &Paths) -> Result<Exit, Failure> {
    let folder = project::create(name, &paths.userdata).map_err(Failure::usage)?;
    writeln!(io::stdout(), "{}", folder.display())?;
    say(&format!(
        "made the project {name}; open it with: loom {name}"
    ));
    Ok(Exit::Ok)
}

/// May these nodes come to the user's own bank? Asks on a terminal; a script says which.
fn is_meant(nodes: &[String]) -> Result<bool, Failure> {
    if nodes.is_empty() {
        return Ok(true);
    }
    say("nodes for your own bank, which every project may run:");
    for line in nodes {
        say(&format!("  {line}"));
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "nothing was imported: say --yes if those nodes are meant for all your projects, or --without-nodes to leave \
             them to the projects that use them",
        ));
    }
    Ok(tools::is_yes("Are they meant for all your projects?"))
}

/// `loom import`.
pub fn import(
    from: &Path,
    is_sure: bool,
    is_without: bool,
    paths: &Paths,
) -> Result<Exit, Failure> {
    let offered = project::import::offered(from, paths).map_err(Failure::usage)?;
    let meant = if is_sure || !is_without && is_meant(&offered)? {
        offered
    } else {
        Vec::new()
    };
    let imported = project::import::import(from, paths, &meant).map_err(Failure::usage)?;
    let mut out = io::stdout().lock();
    for folder in &imported.projects {
        writeln!(out, "{}", folder.display())?;
    }
    for line in &imported.taken {
        say(&format!("taken: {line}"));
    }
    for line in &imported.refused {
        say(&format!("not taken: {line}"));
    }
    Ok(if imported.refused.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}
