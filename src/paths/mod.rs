//! Paths: where userdata, the user's own bank, the engine's sources and the examples lie. Found when the program
//! starts, never compiled in. Says where things lie and does not read them by itself, but for `.env` beside the program.

mod embedded;
#[cfg(test)]
mod packing;
pub(crate) mod reading;
mod variables;

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use reading::{MOST_TEXT_BYTES, read_bounded, read_text_bounded};
pub use variables::Variables;

/// Moves the userdata folder.
pub const USERDATA_VARIABLE: &str = "LOOM_USERDATA";
/// Moves the user's own bank.
pub const NODEBANK_VARIABLE: &str = "LOOM_NODEBANK";
/// What is logged, such as `debug` or `loom=trace`.
pub const LOG_VARIABLE: &str = "LOOM_LOG";
/// A file that the cost of each drawn frame is written to.
pub const FRAME_LOG_VARIABLE: &str = "LOOM_FRAME_LOG";

/// The folders that Loom works with; all absolute.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    /// Projects, settings and state.
    pub userdata: PathBuf,
    /// The user's own bank of nodes. It need not exist.
    pub own_bank: PathBuf,
    /// The folder of the running program.
    pub program: PathBuf,
    /// Is it run from its sources?
    pub is_checkout: bool,
    /// Where `executor/`, `nodebank/` and `examples/` lie.
    sources: PathBuf,
}

/// Why the folders could not be found or made.
#[derive(Debug, Error)]
pub enum PathsError {
    #[error("cannot find the folder of the running program: {0}; start it by its full path")]
    Program(io::Error),
    #[error(
        "this system names no folder for a user's data; name one with --userdata or {USERDATA_VARIABLE}"
    )]
    NoHome,
    #[error(
        "this is a debug build and carries no engine; run it from its checkout, or build with --release"
    )]
    NotEmbedded,
    #[error("cannot use the folder: {source}; name another one: {}", path.display())]
    Folder { source: io::Error, path: PathBuf },
    #[error(
        "cannot unpack the engine: {source}; check that the disk is not full and that you may write there: {}",
        path.display()
    )]
    Unpack { source: io::Error, path: PathBuf },
}

impl Paths {
    /// Find all folders. `userdata` is what the command line says. The first start of an installed version unpacks
    /// its engine; nothing else is written.
    pub fn find(userdata: Option<&Path>, variables: &Variables) -> Result<Self, PathsError> {
        let program = program_folder()?;
        let checkout = checkout_around(&program);
        let home = || match &checkout {
            Some(root) => Ok(root.clone()),
            None => data_folder().ok_or(PathsError::NoHome),
        };
        let absolute = |path: PathBuf| {
            std::path::absolute(&path).map_err(|source| PathsError::Folder { source, path })
        };
        let userdata = match (userdata, variables.get(USERDATA_VARIABLE)) {
            (Some(folder), _) => absolute(folder.to_owned())?,
            (None, Some(folder)) => absolute(folder.into())?,
            (None, None) => home()?.join("userdata"),
        };
        let own_bank = match variables.get(NODEBANK_VARIABLE) {
            Some(folder) => absolute(folder.into())?,
            // Without a home there is no own bank either, which is no reason to stop.
            None => home()
                .unwrap_or_else(|_| userdata.clone())
                .join("nodebank")
                .join("custom"),
        };
        let sources = if let Some(root) = &checkout {
            root.clone()
        } else {
            let beside = userdata.parent().unwrap_or(&userdata);
            let home = home().unwrap_or_else(|_| beside.to_owned());
            embedded::unpacked(&home.join("runtime"))?
        };
        Ok(Self {
            userdata,
            own_bank,
            program,
            is_checkout: checkout.is_some(),
            sources,
        })
    }

    /// The engine's sources.
    pub fn executor(&self) -> PathBuf {
        self.sources.join("executor")
    }

    /// Loom's own nodes.
    pub fn builtin_bank(&self) -> PathBuf {
        self.sources.join("nodebank")
    }

    pub fn examples(&self) -> PathBuf {
        self.sources.join("examples")
    }

    /// What was read of sources of nodes, so that the next start reads only those that changed.
    pub fn nodebank_cache(&self) -> PathBuf {
        self.userdata.join("nodeindex.json")
    }

    /// Small pictures of projects, which can be made anew.
    pub fn thumbnails(&self) -> PathBuf {
        self.userdata.join("thumbnails")
    }

    /// Which environments of projects were built here.
    pub fn seals(&self) -> PathBuf {
        self.userdata.join("environments")
    }

    /// Programs that Loom fetched for itself, such as `uv`.
    pub fn tools(&self) -> PathBuf {
        self.userdata.join("tools")
    }
}

/// Folder of a project for what Loom keeps of it on this machine, which never goes into git: made when it is missing.
/// The project's own folder is not: one that is gone must not seem to be there again.
pub fn private_folder(project: &Path) -> io::Result<PathBuf> {
    let folder = project.join(".loom");
    refuse_links(&folder)?;
    match std::fs::create_dir(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, "*\n")?;
    }
    Ok(folder)
}

/// What Loom writes for itself must not leave the folder: neither that nor anything in it may be a link, as it can be in a
/// project from elsewhere, nor a pipe or a device, which would be waited for. One that is not there is well.
pub fn refuse_links(folder: &Path) -> io::Result<()> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let inside = entries.map(|entry| entry.path());
    let mut all = std::iter::once(folder.to_owned()).chain(inside);
    all.try_for_each(|path| {
        let Ok(meta) = path.symlink_metadata() else {
            return Ok(());
        };
        let what = if meta.is_symlink() {
            "it is a link to another place, and Loom writes to none"
        } else if meta.is_file() || meta.is_dir() {
            return Ok(());
        } else {
            "it is neither a file nor a folder"
        };
        let why = format!("{what}: remove {}", path.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
    })
}

/// The folder of a Python environment that packages are installed in, if it is there.
pub fn site_packages(environment: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(environment.join("lib"));
    let versions = versions.into_iter().flatten().flatten();
    let mut unix: Vec<PathBuf> = versions
        .map(|version| version.path().join("site-packages"))
        .collect();
    unix.sort();
    let windows = environment.join("Lib").join("site-packages");
    unix.into_iter()
        .chain([windows])
        .find(|folder| folder.is_dir())
}

/// An existing folder or file by its full name, links and `..` resolved.
pub fn full(path: &Path) -> io::Result<PathBuf> {
    if !cfg!(windows) {
        return path.canonicalize();
    }
    path.metadata()?;
    // What is on no drive of its own, such as one of the network, stays as it was named.
    let Ok(resolved) = path.canonicalize() else {
        return std::path::absolute(path);
    };
    let plain = resolved.to_str().and_then(on_drive).map(PathBuf::from);
    // Some names mean something else without the prefix.
    let is_same = |plain: &PathBuf| plain.canonicalize().is_ok_and(|place| place == resolved);
    match plain.filter(is_same) {
        Some(plain) => Ok(plain),
        None => std::path::absolute(path),
    }
}

/// A name of Windows' own resolution as people write it, `C:\Users`: Python's tools do not all take `\\?\C:\Users`.
fn on_drive(resolved: &str) -> Option<&str> {
    let plain = resolved.strip_prefix(r"\\?\")?;
    let is_on_drive =
        matches!(plain.as_bytes(), [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
    is_on_drive.then_some(plain)
}

/// Folder of the running program; links resolved, so that one in `PATH` leads to the real place.
fn program_folder() -> Result<PathBuf, PathsError> {
    let program = std::env::current_exe().map_err(PathsError::Program)?;
    let program = full(&program).unwrap_or(program);
    Ok(program.parent().unwrap_or(&program).to_owned())
}

/// The checkout that `folder` lies in: Loom's `Cargo.toml` beside `nodebank/` and `executor/`.
fn checkout_around(folder: &Path) -> Option<PathBuf> {
    let is_checkout = |root: &&Path| {
        ["nodebank", "executor"]
            .iter()
            .all(|name| root.join(name).is_dir())
            && std::fs::read_to_string(root.join("Cargo.toml")).is_ok_and(|manifest| {
                manifest
                    .lines()
                    .any(|line| line.trim() == r#"name = "loom""#)
            })
    };
    folder.ancestors().find(is_checkout).map(Path::to_owned)
}

/// The platform's folder for Loom's data.
fn data_folder() -> Option<PathBuf> {
    let name = if cfg!(any(windows, target_os = "macos")) {
        "Loom"
    } else {
        "loom"
    };
    directories::BaseDirs::new().map(|dirs| dirs.data_local_dir().join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn names_of_windows_on_a_drive_are_written_as_people_do() {
        for (resolved, expected) in [
            (r"\\?\C:\Users\Ann", Some(r"C:\Users\Ann")),
            (r"\\?\d:\", Some(r"d:\")),
            (r"\\?\UNC\server\share", None),
            (r"\\?\Volume{1}\a", None),
            (r"C:\Users", None),
        ] {
            assert_eq!(on_drive(resolved), expected, "{resolved}");
        }
    }

    #[test]
    fn a_checkout_is_known_by_its_files_alone() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("target").join("debug");
        fs::create_dir_all(&inside).unwrap();
        assert_eq!(checkout_around(&inside), None);
        fs::create_dir(root.path().join("nodebank")).unwrap();
        fs::create_dir(root.path().join("executor")).unwrap();
        let manifest = root.path().join("Cargo.toml");
        fs::write(&manifest, "[package]\nname = \"other\"\n").unwrap();
        assert_eq!(checkout_around(&inside), None);
        fs::write(&manifest, "[package]\nname = \"loom\"\n").unwrap();
        assert_eq!(checkout_around(&inside).as_deref(), Some(root.path()));
    }

    #[test]
    fn what_is_named_wins_over_the_variable_and_that_over_the_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("named");
        let of_variable = folder.path().join("variable");
        let variables = Variables::of(&[
            (USERDATA_VARIABLE, of_variable.to_str().unwrap()),
            (NODEBANK_VARIABLE, "bank"),
        ]);
        let paths = Paths::find(Some(&named), &variables).unwrap();
        assert_eq!(paths.userdata, named);
        assert_eq!(paths.own_bank, std::path::absolute("bank").unwrap());
        let paths = Paths::find(None, &variables).unwrap();
        assert_eq!(paths.userdata, of_variable);
        // Tests run from a checkout.
        let paths = Paths::find(None, &Variables::of(&[])).unwrap();
        assert!(paths.is_checkout);
        assert_eq!(paths.userdata, paths.sources.join("userdata"));
        assert!(paths.executor().is_dir() && paths.builtin_bank().is_dir());
        assert!(!folder.path().join("named").exists(), "finding wrote");
    }
}
