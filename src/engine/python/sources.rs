//! The files that say what a project asks for: its `requirements.txt`, and what that names with `-r` and `-c`. Reads
//! them, and refuses what cannot be read as uv and pip read it; judges nothing else.

use std::io;
use std::path::{Path, PathBuf};

use super::EnvironmentError;
use crate::paths::{MOST_TEXT_BYTES, full, read_bounded};
use crate::project::requirements::{self, Line};

pub const REQUIREMENTS: &str = "requirements.txt";
/// Files named by files named by …
const MOST: usize = 32;

/// One file, as it is now.
pub struct Source {
    pub path: PathBuf,
    pub lines: Vec<Line>,
}

/// Read them, the project's own first. `own` is its text where that is not the file's yet.
pub fn read(project: &Path, own: Option<&str>) -> Result<Vec<Source>, EnvironmentError> {
    let mut paths = vec![project.join(REQUIREMENTS)];
    let mut sources = Vec::new();
    while let Some(path) = paths.get(sources.len()).cloned() {
        let is_own = sources.is_empty();
        let text = match (own, read_bounded(&path, MOST_TEXT_BYTES)) {
            (Some(own), _) if is_own => own.to_owned(),
            (_, Ok(bytes)) => text_of(bytes, &path)?,
            (_, Err(error)) if is_own && error.kind() == io::ErrorKind::NotFound => String::new(),
            (_, Err(source)) => {
                return Err(EnvironmentError::Io {
                    what: "read the packages that the project needs",
                    source,
                    advice: "check that it is a file and that you may read it",
                    path,
                });
            }
        };
        let lines = requirements::parse(&text);
        for line in lines.iter().filter(|line| line.names_file()) {
            let named = named_file(line, &path, project)?;
            if !paths.contains(&named) {
                paths.push(named);
            }
        }
        if paths.len() > MOST {
            return Err(EnvironmentError::Refused(format!(
                "requirements.txt and the files that it names are more than {MOST}, and each is looked at before \
                 anything is installed; put some together"
            )));
        }
        sources.push(Source { path, lines });
    }
    Ok(sources)
}

/// The file that a line such as `-r other.txt` names, which is to lie in the project: what comes from elsewhere may be
/// another text each time.
fn named_file(line: &Line, named_in: &Path, project: &Path) -> Result<PathBuf, EnvironmentError> {
    let refuse = |why: &str| {
        let file = named_in.strip_prefix(project).unwrap_or(named_in);
        let file = file.display();
        Err(EnvironmentError::Refused(format!("{file}, {line}: {why}")))
    };
    let Some(name) = line.file() else {
        return refuse(
            "it is not clear which file that names; put a copy of it in the project, and write it as \
             `-r folder/name.txt` on a line of its own",
        );
    };
    let path = named_in.with_file_name(name);
    let inside = |path: &Path| {
        let place = full(project).unwrap_or_else(|_| project.to_owned());
        path.strip_prefix(place)
            .ok()
            .map(|inner| project.join(inner))
    };
    match full(&path) {
        Ok(place) => match inside(&place) {
            Some(path) => Ok(path),
            None => refuse("the file lies outside of the project; put a copy of it inside"),
        },
        Err(error) => refuse(&format!("the file cannot be read: {error}; check its name")),
    }
}

/// Its text, which is UTF-8: other readers look at the first bytes and lines for what else it could be.
fn text_of(bytes: Vec<u8>, path: &Path) -> Result<String, EnvironmentError> {
    let text = String::from_utf8(bytes).ok();
    let text = text.filter(|text| !requirements::is_encoded(text));
    text.ok_or_else(|| {
        let path = path.display();
        EnvironmentError::Refused(format!("the file is not in UTF-8; save it as that: {path}"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is asked for of a project with these files, besides packages.
    fn asked(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        fs::create_dir_all(project.join("deep")).unwrap();
        fs::write(folder.path().join("outside.txt"), "numpy\n").unwrap();
        for (name, text) in files {
            fs::write(project.join(name), text).unwrap();
        }
        let sources = read(&project, None).map_err(|error| error.to_string())?;
        let lines = sources.iter().flat_map(|source| &source.lines);
        let asked = lines.filter(|line| line.needs_consent());
        Ok(asked.map(|line| line.text.clone()).collect())
    }

    #[test]
    fn each_way_to_name_a_file_leads_to_its_lines() {
        const EVIL: &str = "--index-url https://evil.example/simple";
        let other = format!("numpy\n{EVIL}\n");
        for own in [
            "-r other.txt",
            "-r other.txt # theirs",
            "-r \\\nother.txt",
            "-rother.txt",
            "--requirement=other.txt",
            "--requirement other.txt",
            "-c other.txt # theirs",
            "--constraint=other.txt",
            "-r deep/../other.txt",
        ] {
            let found = asked(&[("requirements.txt", own), ("other.txt", &other)]).unwrap();
            assert_eq!(found.len(), 2, "{own}: {found:?}");
            assert_eq!(found[1], EVIL, "{own}");
        }
        // From one to the next, beside the one that names it, and round.
        let found = asked(&[
            ("requirements.txt", "-r deep/a.txt"),
            ("deep/a.txt", "-r b.txt # more"),
            ("deep/b.txt", &format!("-r ../requirements.txt\n{EVIL}")),
        ]);
        assert_eq!(found.unwrap().last().unwrap(), EVIL);
    }

    #[test]
    fn what_cannot_be_followed_is_an_error() {
        for (own, said) in [
            ("-r nowhere.txt", "cannot be read"),
            ("-r ../outside.txt", "outside of the project"),
            ("-r deep", "cannot read"),
            ("-r https://example.org/a.txt", "not clear which file"),
            ("--pre -r other.txt", "not clear which file"),
            ("# coding: utf-7\n+AC0-r other.txt", "not in UTF-8"),
            ("# no coding\n# coding= UTF-7\n", "not in UTF-8"),
        ] {
            let error = asked(&[("requirements.txt", own), ("other.txt", "numpy")]).unwrap_err();
            assert!(error.contains(said), "{own}: {error}");
        }
        let chain: Vec<_> = (0..40)
            .map(|at| (format!("a{at}.txt"), format!("-r a{}.txt\n", at + 1)))
            .chain([("requirements.txt".to_owned(), "-r a0.txt".to_owned())])
            .chain([("a40.txt".to_owned(), "--pre".to_owned())])
            .collect();
        let files: Vec<_> = chain
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        let error = asked(&files).unwrap_err();
        assert!(error.contains("more than 32"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        // UTF-16, which uv and pip read.
        let text: Vec<u8> = "\u{feff}-r other.txt\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        fs::write(folder.path().join(REQUIREMENTS), text).unwrap();
        let error = read(folder.path(), None).err().unwrap().to_string();
        assert!(error.contains("not in UTF-8"), "{error}");
        #[cfg(unix)]
        {
            fs::write(folder.path().join(REQUIREMENTS), "-r link.txt\n").unwrap();
            std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link.txt")).unwrap();
            let error = read(folder.path(), None).err().unwrap().to_string();
            assert!(error.contains("outside of the project"), "{error}");
        }
    }
}
