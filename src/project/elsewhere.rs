//! A copy elsewhere: a project with all that was done to it, in a folder where it can be written. What it is made of is
//! only read, and may be gone.

use std::path::{Path, PathBuf};

use super::copy::{copy_file, copy_folder};
use super::moving::goes_along;
use super::template::LEFT_BY_RUNS;
use super::trust;
use super::unsaved::Unsaved;
use super::{ProjectError, create_in, name_like, new_id, numbered};
use crate::document::Document;
use crate::document::file::{self, FileError, SAVEFILE, write_atomic};
use crate::paths::{Paths, full};

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub folder: PathBuf,
    /// What could not be copied, and why, in words for the user.
    pub left: Vec<String>,
}

/// Make a project in the folder `parent` of what is shown of the one in `project`: with an id of its own, and its name
/// followed by a number where that is taken. Its environment and what runs left behind stay where they are. What a newer Loom
/// made is copied as it is, unless something was done to it here. Sources of the project that were `typed` and not saved
/// have those texts in the copy. It may run where the project may.
pub fn save_copy(
    document: &Document,
    typed: &[Unsaved],
    (project, parent): (&Path, &Path),
    paths: &Paths,
) -> Result<Copied, ProjectError> {
    if let Some(newer) = document.meta.newer.clone()
        && document.history().done() > 0
    {
        let path = project.join(SAVEFILE);
        return Err(FileError::Newer { newer, path }.into());
    }
    let at = full(parent).unwrap_or_else(|_| parent.to_owned());
    // Asked before it is copied: what is put into it meanwhile makes of neither a trusted one.
    let look = trust::look(project, paths);
    // Where the project lay is its own place, also while it is gone.
    let folder = numbered(&name_like(&document.meta.project_name), |name| {
        let is_own = at.join(name) == project;
        if is_own {
            return Err(ProjectError::Exists(project.to_owned()));
        }
        create_in(name, parent)
    })?;
    let mut left = Vec::new();
    let done =
        fill(document, project, &folder, &mut left).map(|()| goes_along(&look, &folder, paths));
    let done = done.and_then(|()| write_typed(typed, project, &folder, paths));
    done.inspect_err(|_| {
        std::fs::remove_dir_all(&folder).ok();
    })?;
    Ok(Copied { folder, left })
}

/// Loom itself writes these: they may run where the copy may.
fn write_typed(
    typed: &[Unsaved],
    project: &Path,
    folder: &Path,
    paths: &Paths,
) -> Result<(), ProjectError> {
    let mut written = Vec::new();
    for unsaved in typed {
        let Ok(name) = unsaved.path.strip_prefix(project) else {
            continue;
        };
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap_or(folder))
            .and_then(|()| write_atomic(&file, unsaved.text.as_bytes()))
            .map_err(super::make(&file))?;
        written.push(file);
    }
    if let Err(error) = trust::sign(folder, &paths.userdata, &written) {
        tracing::warn!(%error, "it is asked about again: {}", folder.display());
    }
    Ok(())
}

fn fill(
    document: &Document,
    project: &Path,
    folder: &Path,
    left: &mut Vec<String>,
) -> Result<(), ProjectError> {
    let mut left_out = LEFT_BY_RUNS.to_vec();
    left_out.push(SAVEFILE);
    if project.is_dir() {
        let mut tell = |path: &Path, error: std::io::Error| {
            left.push(format!("{error}: {}", path.display()));
            Ok(())
        };
        // Folders within each other without end are not made: the copy may have been put into the project itself.
        if folder.starts_with(project) {
            return Err(ProjectError::Make {
                source: std::io::Error::other("it lies in the project that it is to be a copy of"),
                path: folder.to_owned(),
            });
        }
        if let Err(error) = copy_folder(project, folder, &left_out, &mut tell) {
            left.push(format!("{error}: {}", project.display()));
        }
    }
    let savefile = folder.join(SAVEFILE);
    if document.meta.newer.is_some() {
        let copied = copy_file(&project.join(SAVEFILE), &savefile);
        return copied.map_err(super::make(&savefile));
    }
    let mut copy = document.clone();
    copy.meta.project_id = new_id();
    let name = folder.file_name().unwrap_or_default();
    copy.meta.project_name = name.to_string_lossy().into_owned();
    file::save(&copy, &savefile)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Catalog, Value};
    use crate::paths::Variables;
    use crate::project::create;

    #[test]
    fn a_copy_has_what_is_shown_and_the_files_beside_it() {
        let userdata = tempfile::tempdir().unwrap();
        let project = create("Coins", userdata.path()).unwrap();
        std::fs::write(project.join("nodes").join("a.py"), "def a(): ...\n").unwrap();
        std::fs::create_dir(project.join(".venv")).unwrap();
        let mut document = file::load(&project.join(SAVEFILE), &Catalog::default())
            .unwrap()
            .document;
        document
            .meta
            .metadata
            .push(("of note".into(), Value::text("not saved")));
        let paths = Paths::find(Some(userdata.path()), &Variables::of(&[])).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let typed = [Unsaved {
            path: project.join("nodes").join("b.py"),
            text: "def b(): ...\n".to_owned(),
            base: None,
        }];
        let copied = save_copy(&document, &typed, (&project, elsewhere.path()), &paths).unwrap();
        assert_eq!(copied.folder, elsewhere.path().join("Coins"));
        assert_eq!(copied.left, [""; 0]);
        assert!(copied.folder.join("nodes").join("a.py").is_file());
        let b = std::fs::read_to_string(copied.folder.join("nodes").join("b.py")).unwrap();
        assert_eq!(b, typed[0].text);
        assert!(!project.join("nodes").join("b.py").exists());
        assert!(!copied.folder.join(".venv").exists());
        // It may run as the project may, and nothing of that lies beside it.
        assert!(
            trust::look(&copied.folder, &paths).trusted.is_none(),
            "a.py came later"
        );
        trust::born(&project, userdata.path()).unwrap();
        let trusted = save_copy(&document, &typed, (&project, elsewhere.path()), &paths).unwrap();
        assert!(trust::look(&trusted.folder, &paths).trusted.is_some());
        assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 2);
        let read = file::load(&copied.folder.join(SAVEFILE), &Catalog::default())
            .unwrap()
            .document;
        assert_ne!(read.meta.project_id, document.meta.project_id);
        assert!(read.meta.metadata.iter().any(|(key, _)| *key == "of note"));
        // Its folder is gone: what is shown is still there.
        std::fs::remove_dir_all(&project).unwrap();
        let again = save_copy(&document, &[], (&project, elsewhere.path()), &paths).unwrap();
        assert_eq!(again.folder, elsewhere.path().join("Coins 3"));
        assert!(again.folder.join(SAVEFILE).is_file());
        let beside = save_copy(&document, &[], (&project, userdata.path()), &paths).unwrap();
        assert_eq!(beside.folder, userdata.path().join("Coins 2"));
        assert!(!project.exists());
        let within = elsewhere.path().join("Coins");
        let inside = save_copy(&document, &[], (elsewhere.path(), &within), &paths);
        inside.unwrap_err();
        assert!(!elsewhere.path().join("Coins").join("Coins").exists());
    }
}
