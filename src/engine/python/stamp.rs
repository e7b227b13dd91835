//! Stamp: what an environment was made from, written inside it. As long as it reads the same, nothing is built.
//! Starts no process.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::{EnvironmentError, FOLDER, Texts, Wanted, interpreter, lock, sources};
use crate::paths::{MOST_TEXT_BYTES, read_text_bounded, site_packages};
use crate::project::requirements::{self, Line};

/// Name of the stamp in an environment.
const FILE: &str = "loom-environment.txt";
/// Begins the lines of what was needed beside the requirements.
const NEED: &str = "need ";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    text: String,
    /// What is needed beside the requirements, each a requirement.
    needs: Vec<String>,
    /// Does the `requirements.txt` ask for any?
    pub has_requirements: bool,
    /// Does the lock file say which versions those come to?
    pub is_locked: bool,
    /// Does the project ask for any package?
    pub has_packages: bool,
}

impl Stamp {
    /// What the project asks for now: the text of its requirements and of the files that they name, the version of
    /// Python, and the folder, since environments do not survive being moved.
    pub fn wanted(wanted: &Wanted) -> Result<Self, EnvironmentError> {
        Self::of(wanted, None)
    }

    /// What the project would ask for with these texts.
    pub fn of(wanted: &Wanted, texts: Option<&Texts>) -> Result<Self, EnvironmentError> {
        let mut text = format!(
            "Made by Loom: remove this file, and the environment is made anew.\npython {}\nproject {}\n",
            wanted.python_version.as_deref().unwrap_or("any"),
            wanted.project.display()
        );
        let mut has_requirements = false;
        let own = texts.map(|texts| texts.requirements.as_str());
        let sources = sources::read(&wanted.project, own)?;
        for (at, source) in sources.iter().enumerate() {
            for Line { text: line, .. } in &source.lines {
                has_requirements = true;
                writeln!(text, "{at} {line}").expect("a text takes all");
                if let Some(file) = installed_file(line, &source.path) {
                    // A wheel that was built again may have kept its name.
                    let changed = file.modified().ok();
                    writeln!(text, "{at} {} {changed:?}", file.len()).expect("a text takes all");
                }
            }
        }
        let lock = match texts {
            Some(texts) => texts.lock.clone(),
            None => lock::read(&wanted.project.join(lock::FILE)),
        };
        let own = sources.first().map_or(&[][..], |source| &source.lines);
        let is_locked = has_requirements && lock::fits(&lock, own);
        if is_locked {
            for line in requirements::parse(&lock) {
                writeln!(text, "lock {}", line.text).expect("a text takes all");
            }
        }
        let needs: Vec<String> = wanted
            .needs
            .iter()
            .map(|need| need.requirement.clone())
            .collect();
        Ok(Self {
            text,
            has_packages: has_requirements || !needs.is_empty(),
            has_requirements,
            is_locked,
            needs,
        })
    }

    /// Is the environment of `project` there, and made from this?
    pub fn fits(&self, project: &Path) -> bool {
        let environment = project.join(FOLDER);
        let Ok(text) = read_text_bounded(&environment.join(FILE), MOST_TEXT_BYTES) else {
            return false;
        };
        let Some(needs) = text.strip_prefix(&self.text) else {
            return false;
        };
        let had: Vec<&str> = needs
            .lines()
            .filter_map(|line| line.strip_prefix(NEED))
            .collect();
        // One that is not needed any more does no harm.
        let mut missing = self
            .needs
            .iter()
            .filter(|need| !had.contains(&need.as_str()))
            .peekable();
        // Looked at through links: an interpreter that was uninstalled is not there.
        interpreter(&environment).exists()
            && had.len() == needs.lines().count()
            && (missing.peek().is_none() || {
                let installed = installed_names(&environment);
                missing.all(|need| installed.contains(&normal(need)))
            })
    }

    pub fn write(&self, environment: &Path) -> io::Result<()> {
        let mut text = self.text.clone();
        for need in &self.needs {
            writeln!(text, "{NEED}{need}").expect("a text takes all");
        }
        std::fs::write(environment.join(FILE), text)
    }
}

/// The packages that are in an environment, whoever asked for them: one that is needed in any version need not be
/// installed again. Names are as `normal` gives them.
fn installed_names(environment: &Path) -> BTreeSet<String> {
    let entries = site_packages(environment).and_then(|folder| std::fs::read_dir(folder).ok());
    let names = entries.into_iter().flatten().flatten();
    names
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stem = name.strip_suffix(".dist-info")?;
            Some(normal(stem.split('-').next()?))
        })
        .collect()
}

/// `scikit_learn` and `Scikit.learn` are one package.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Make the environment of `project`, if there is one, unlike any that is wanted: the next run builds it anew.
pub fn forget(project: &Path) -> io::Result<()> {
    let stamp = project.join(FOLDER).join(FILE);
    if stamp.is_file() {
        std::fs::write(stamp, "")?;
    }
    Ok(())
}

/// The project of this environment lies in another place now.
pub fn moved(environment: &Path, from: &Path, to: &Path) -> io::Result<()> {
    let file = environment.join(FILE);
    let text = std::fs::read_to_string(&file)?;
    let [before, after] = [from, to].map(|project| format!("\nproject {}\n", project.display()));
    std::fs::write(file, text.replacen(&before, &after, 1))
}

/// Did Loom make this environment?
pub fn is_ours(environment: &Path) -> bool {
    environment.join(FILE).is_file()
}

/// The file that a line such as `./packages/shapes-1.whl` installs.
fn installed_file(line: &str, named_in: &Path) -> Option<std::fs::Metadata> {
    let path = line.split(';').next()?.trim_end();
    let file = named_in.with_file_name(path).metadata();
    file.ok().filter(std::fs::Metadata::is_file)
}
