//! Adding a package to a project, and taking it out again: its line in `requirements.txt`, its wheel in `packages/`,
//! and the environment, all or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Installed, Offer, PackageError, WHEELS, What, installed, requirements_of};
use crate::engine::python::{self, CancelFlag, Progress, Wanted};
use crate::nodebank::package::same_name;
use crate::project::copy::{copy_file, copy_folder};
use crate::project::requirements::{edit as lines, parse};

/// What adding came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The line that asks for it now.
    Line(String),
    /// The folder in the project's `nodes/` that it is now.
    Folder(PathBuf),
}

/// Add a package to the project and install it with what it needs. Of a wheel, or of what is built from a source tree,
/// the project keeps a copy, so that it can go anywhere; a folder of node files becomes a part of the project. That it was
/// asked for is the word that its line needs: the caller keeps that.
pub fn add(
    offer: &Offer,
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<Added, PackageError> {
    let project = &wanted.project;
    let wheel = match &offer.what {
        What::Loose(folder) => return add_folder(folder, &offer.about.name, project),
        What::Named(line) => {
            let change = Change::begin(project)?;
            change.install(&offer.about.name, line, None, wanted, progress, cancel)?;
            return Ok(Added::Line(line.clone()));
        }
        What::Wheel(file) => (None, file.clone()),
        What::Tree(tree) => {
            let built = super::offer::temporary()?;
            python::build_wheel(wanted, tree, built.path(), progress, cancel)?;
            let files = fs::read_dir(built.path()).into_iter().flatten().flatten();
            let mut files = files.map(|entry| entry.path());
            let is_wheel = |path: &PathBuf| path.extension().is_some_and(|end| end == "whl");
            let file = files.find(is_wheel).ok_or(PackageError::Unreadable {
                why: "its build made no wheel".to_owned(),
            })?;
            (Some(built), file)
        }
    };
    let (_built, file) = wheel;
    let name = file.file_name().unwrap_or_default();
    let line = format!("./{WHEELS}/{}", name.to_string_lossy());
    let change = Change::begin(project)?;
    let about = &offer.about.name;
    let meant = wanted.confirmed.clone().with(&parse(&line));
    let wanted = &Wanted {
        confirmed: meant,
        ..wanted.clone()
    };
    change.install(about, &line, Some(&file), wanted, progress, cancel)?;
    Ok(Added::Line(line))
}

/// Take a package out of the project, and out of its environment with all that only it needed.
pub fn remove(
    name: &str,
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), PackageError> {
    let project = &wanted.project;
    let change = Change::begin(project)?;
    let Some(without) = lines::without_package(&change.before, name) else {
        let known = installed(project);
        let is_it = |other: &&Installed| same_name(&other.package.about.name, name);
        if known.iter().any(|other| is_it(&other)) {
            let name = name.to_owned();
            return Err(PackageError::NotAsked { name });
        }
        return Err(PackageError::NotInstalled {
            name: name.to_owned(),
            known: names(&known),
        });
    };
    become_text(without, wanted, progress, cancel)?;
    change.drop_wheels(name, None);
    Ok(())
}

fn names(known: &[Installed]) -> String {
    let names: Vec<_> = known
        .iter()
        .map(|other| other.package.about.name.as_str())
        .collect();
    match &names[..] {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}

fn add_folder(from: &Path, name: &str, project: &Path) -> Result<Added, PackageError> {
    let folder = project.join("nodes").join(name);
    if folder.exists() {
        return Err(PackageError::FolderExists(folder));
    }
    let left_out = ["__pycache__", ".venv", ".git"];
    let copied = copy_folder(from, &folder, &left_out, &mut |_, error| Err(error));
    copied.map_err(|source| {
        fs::remove_dir_all(&folder).ok();
        PackageError::Io {
            what: "copy the nodes into the project",
            source,
            path: folder.clone(),
        }
    })?;
    Ok(Added::Folder(folder))
}

/// A change of a project's packages.
struct Change<'a> {
    project: &'a Path,
    /// The text of `requirements.txt`.
    before: String,
}

impl<'a> Change<'a> {
    fn begin(project: &'a Path) -> Result<Self, PackageError> {
        let before = requirements_of(project)?;
        Ok(Self { project, before })
    }

    fn install(
        &self,
        name: &str,
        line: &str,
        wheel: Option<&Path>,
        wanted: &Wanted,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancelFlag,
    ) -> Result<(), PackageError> {
        let place = |file: &Path| {
            let name = file.file_name().unwrap_or_default();
            self.project.join(WHEELS).join(name)
        };
        let copy = wheel.map(place);
        // It may lie there already, when it is one that the project carries.
        let put = wheel
            .zip(copy.as_deref())
            .filter(|(file, copy)| file != copy);
        // One of that name may be there and hold something else: it comes back when this fails.
        let aside = copy.as_ref().map(|copy| copy.with_extension("whl.before"));
        let put = put.zip(aside.as_deref());
        if let Some(((file, copy), aside)) = put {
            put_wheel(file, copy, aside)?;
        }
        let text = lines::with_package(&self.before, name, line);
        let made = become_text(text, wanted, progress, cancel);
        if let Some(((_, copy), aside)) = put {
            if made.is_err() {
                fs::remove_file(copy).ok();
                fs::rename(aside, copy).ok();
                fs::remove_dir(self.project.join(WHEELS)).ok();
            } else {
                fs::remove_file(aside).ok();
            }
        }
        made?;
        self.drop_wheels(name, copy.as_deref());
        Ok(())
    }

    /// Remove the wheels of a package that no line asks for any more.
    fn drop_wheels(&self, name: &str, but: Option<&Path>) {
        let folder = self.project.join(WHEELS);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let file = entry.file_name();
            let file = file.to_string_lossy();
            let is_its = file.ends_with(".whl")
                && file
                    .split('-')
                    .next()
                    .is_some_and(|own| same_name(own, name));
            if is_its
                && but != Some(path.as_path())
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!("an older wheel remains: {error}: {}", path.display());
            }
        }
        // Only when it is empty.
        fs::remove_dir(&folder).ok();
    }
}

/// Make the environment of this text, and the text the project's.
fn become_text(
    text: String,
    wanted: &Wanted,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancelFlag,
) -> Result<(), PackageError> {
    let plan = python::plan(wanted, &python::Change::Text(text), progress, cancel)?;
    python::apply(wanted, &plan, progress, cancel)?;
    Ok(())
}

/// Copy a wheel into a project; what lies in its place is put aside.
fn put_wheel(file: &Path, copy: &Path, aside: &Path) -> Result<(), PackageError> {
    let put = || -> io::Result<()> {
        if copy.exists() {
            fs::rename(copy, aside)?;
        }
        copy_file(file, copy)
    };
    put().map_err(|source| PackageError::Io {
        what: "copy the wheel into the project",
        source,
        path: copy.to_owned(),
    })
}
