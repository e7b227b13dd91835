//! The files that say what a project asks for: its `requirements.txt`, and what that names with `-r` and `-c`. Reads
//! them, and judges nothing.

use std::io;
use std::path::{Path, PathBuf};

use super::EnvironmentError;
use crate::paths::{MOST_TEXT_BYTES, read_bounded};

pub const REQUIREMENTS: &str = "requirements.txt";
/// Files named by files named by …: deeper ones are not looked at.
const MOST: usize = 32;

/// One file, as it is now.
pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

/// Read them, the project's own first. `own` is its text where that is not the file's yet.
pub fn read(project: &Path, own: Option<&str>) -> Result<Vec<Source>, EnvironmentError> {
    let mut paths = vec![project.join(REQUIREMENTS)];
    let mut sources = Vec::new();
    while let Some(path) = paths.get(sources.len()).cloned() {
        let text = match (own, read_bounded(&path, MOST_TEXT_BYTES)) {
            (Some(own), _) if sources.is_empty() => own.to_owned(),
            (_, Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => String::new(),
            (_, Err(source)) => {
                return Err(EnvironmentError::Io {
                    what: "read the packages that the project needs",
                    source,
                    advice: "check that you may read the file",
                    path,
                });
            }
        };
        for line in meaningful(&text) {
            if let Some(named) = named_file(line, &path)
                && paths.len() < MOST
                && !paths.contains(&named)
            {
                paths.push(named);
            }
        }
        sources.push(Source { path, text });
    }
    Ok(sources)
}

/// Lines that are neither empty nor comments.
pub fn meaningful(text: &str) -> Vec<&str> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// The file that a line such as `-r other.txt` names.
fn named_file(line: &str, named_in: &Path) -> Option<PathBuf> {
    let options = ["--requirement", "--constraint", "-r", "-c"];
    let rest = options
        .iter()
        .find_map(|option| line.strip_prefix(option))?;
    let name = rest.trim_start_matches([' ', '=', '\t']);
    (!name.is_empty() && !name.contains("://")).then(|| named_in.with_file_name(name))
}
