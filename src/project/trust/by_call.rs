//! The consent of a call: who names a project on the command line to run it wants it to run. For the command line, its
//! tests and benches alone: the layers keep it from the window.

use std::path::{Path, PathBuf};

use super::Trusted;

/// This project was named in order to run. Nothing is kept of that.
pub fn named(project: impl Into<PathBuf>) -> Trusted {
    Trusted(project.into())
}

/// A folder of Loom's own making, such as one that examples of nodes are run in.
pub fn own(folder: &Path) -> Trusted {
    Trusted(folder.to_owned())
}
