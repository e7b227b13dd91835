//! Finding an interpreter that is new enough: by name on PATH, by the launcher on Windows. Installs none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::child::{self, Ending};
use super::{CancelFlag, EnvironmentError};

/// What to do where there is none.
pub const ADVICE: &str = if cfg!(windows) {
    "install one from python.org or with `winget install Python.Python.3.12`"
} else if cfg!(target_os = "macos") {
    "install one with `brew install python@3.12`"
} else {
    "install one with the system's package manager, such as `sudo apt-get install python3 python3-venv`"
};

/// The oldest that Loom's engine runs on.
const OLDEST: (u32, u32) = (3, 11);
/// The same in the words of uv.
pub const ANY: &str = "cpython>=3.11";
const NEWEST_MINOR: u32 = 14;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// Absolute path.
    pub program: PathBuf,
    pub version: String,
}

/// An interpreter of the wanted version (`3.12` takes 3.12.4), else the first that is new enough.
pub fn find(
    version: Option<&str>,
    folder: &Path,
    cancel: &CancelFlag,
) -> Result<Python, EnvironmentError> {
    let mut tried = Vec::new();
    for command in candidates(version) {
        if cancel.is_cancelled() {
            return Err(EnvironmentError::Cancelled);
        }
        let name = command.join(" ");
        match probe(&command, folder, cancel) {
            Some(python) if fits(&python.version, version) => return Ok(python),
            Some(python) => tried.push(format!("{name}: {}", python.version)),
            None => tried.push(name),
        }
    }
    Err(EnvironmentError::NoPython {
        wanted: version.map_or_else(|| "3.11 or newer".to_owned(), str::to_owned),
        tried,
    })
}

/// All that are new enough, by their names on PATH.
pub fn all(folder: &Path, cancel: &CancelFlag) -> Vec<Python> {
    let mut found: Vec<Python> = Vec::new();
    for command in candidates(None) {
        if let Some(python) = probe(&command, folder, cancel)
            && fits(&python.version, None)
            && !found.iter().any(|known| known.version == python.version)
        {
            found.push(python);
        }
    }
    found
}

/// `3.12` of `3.12.4`.
pub fn minor_of(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

fn candidates(version: Option<&str>) -> Vec<Vec<String>> {
    let one = |name: String| vec![name];
    let launcher = |version: &str| vec!["py".to_owned(), format!("-{version}")];
    let minor = version.map(minor_of);
    let mut list = Vec::new();
    if let Some(minor) = &minor {
        list.push(one(format!("python{minor}")));
    }
    if cfg!(windows) {
        list.push(launcher(minor.as_deref().unwrap_or("3")));
    }
    list.extend(["python3", "python"].map(|name| one(name.to_owned())));
    if version.is_none() {
        let minors = (OLDEST.1..=NEWEST_MINOR).rev();
        list.extend(minors.map(|minor| one(format!("python3.{minor}"))));
    }
    list
}

fn probe(command: &[String], folder: &Path, cancel: &CancelFlag) -> Option<Python> {
    const QUESTION: &str = "import sys; print('loom', *sys.version_info[:3], sys.implementation.name, sys.executable, sep='|')";
    let (name, arguments) = command.split_first()?;
    let program = child::on_path(name, folder)?;
    let mut command = child::command(program, folder);
    command.args(arguments).args(["-I", "-c", QUESTION]);
    let outcome = child::run(command, Some(Duration::from_secs(15)), &mut |_| (), cancel);
    if !matches!(outcome.ending, Ending::Done) {
        return None;
    }
    let line = outcome
        .output
        .iter()
        .find(|line| line.starts_with("loom|"))?;
    let mut parts = line.splitn(6, '|').skip(1);
    let version = [parts.next()?, parts.next()?, parts.next()?].join(".");
    let is_cpython = parts.next()? == "cpython";
    let program = PathBuf::from(parts.next()?);
    (is_cpython && program.is_absolute()).then_some(Python { program, version })
}

/// Does `found` (`3.12.4`) do for `wanted` (`3.12`)?
fn fits(found: &str, wanted: Option<&str>) -> bool {
    let numbers =
        |text: &str| -> Vec<u32> { text.split('.').map_while(|n| n.parse().ok()).collect() };
    let found = numbers(found);
    let is_new_enough = matches!(found[..], [major, minor, ..] if (major, minor) >= OLDEST);
    is_new_enough && wanted.is_none_or(|wanted| found.starts_with(&numbers(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_versions_do() {
        for (found, wanted, expected) in [
            ("3.11.7", None, true),
            ("3.10.9", None, false),
            ("2.7.18", None, false),
            ("4.0.0", None, true),
            ("3.12.4", Some("3.12"), true),
            ("3.12.4", Some("3.12.4"), true),
            ("3.12.4", Some("3.1"), false),
            ("3.12.4", Some("3"), true),
            ("3.13.0", Some("3.12"), false),
            ("3.10.1", Some("3.10"), false),
        ] {
            assert_eq!(fits(found, wanted), expected, "{found} for {wanted:?}");
        }
    }
}
