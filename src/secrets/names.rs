//! Names of the secrets that were entered here, for the list that one is chosen from: a text file in the userdata folder,
//! a name a line. A keychain would have to be unlocked to be asked for them.

use std::io;
use std::path::Path;

use crate::document::file::write_atomic;

const FILE: &str = "secret-names.txt";

/// The names, sorted. A file that cannot be read holds none: they are a convenience.
pub fn known_names(userdata: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(userdata.join(FILE)).unwrap_or_default();
    let mut names: Vec<_> = text
        .lines()
        .filter(|name| super::name_problem(name).is_none())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Add a name.
pub fn note_name(userdata: &Path, name: &str) -> io::Result<()> {
    change(userdata, |names| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    })
}

/// Take a name out.
pub fn forget_name(userdata: &Path, name: &str) -> io::Result<()> {
    change(userdata, |names| names.retain(|known| known != name))
}

fn change(userdata: &Path, change: impl FnOnce(&mut Vec<String>)) -> io::Result<()> {
    let before = known_names(userdata);
    let mut names = before.clone();
    change(&mut names);
    if names == before {
        return Ok(());
    }
    names.sort();
    std::fs::create_dir_all(userdata)?;
    names.push(String::new());
    write_atomic(&userdata.join(FILE), names.join("\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_remembered_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        assert!(known_names(folder.path()).is_empty());
        for name in ["openai", "github", "openai"] {
            note_name(folder.path(), name).unwrap();
        }
        assert_eq!(known_names(folder.path()), ["github", "openai"]);
        forget_name(folder.path(), "github").unwrap();
        forget_name(folder.path(), "never").unwrap();
        assert_eq!(known_names(folder.path()), ["openai"]);
        std::fs::write(folder.path().join(FILE), b"\xff\xfe").unwrap();
        assert!(known_names(folder.path()).is_empty());
    }
}
