//! Templates: the examples that Loom brings, as the start of a user's own projects. What the program brings is never
//! written to.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::copy::copy_folder;
use super::{ProjectError, banks, create_like, index, name_like, new_id, own};
use crate::document::file::{self, FileError, SAVEFILE};
use crate::graph::{Bank, Value};
use crate::nodebank::Nodebank;
use crate::paths::Paths;

/// What running a project leaves in its folder.
pub(super) const LEFT_BY_RUNS: [&str; 6] = [
    ".venv",
    ".loom",
    "__pycache__",
    "logs.json",
    "requirements.lock",
    "results",
];

/// A copy of an example in userdata, made when there is none.
pub fn copy_of_example(example: &Path, userdata: &Path) -> io::Result<PathBuf> {
    let copy = userdata.join(example.file_name().unwrap_or_default());
    if copy.join(SAVEFILE).is_file() {
        return Ok(copy);
    }
    copy_folder(example, &copy, &LEFT_BY_RUNS, &mut |_, error| Err(error))?;
    own(&copy, userdata);
    Ok(copy)
}

/// Make a new project in userdata that begins as a copy of `template`: with an id of its own, and its name followed by
/// a number where that name is taken. Returns its folder.
pub fn use_template(template: &Path, paths: &Paths) -> Result<PathBuf, ProjectError> {
    let about = index::about(&template.join(SAVEFILE)).unwrap_or_default();
    let folder = create_like(&name_like(&about.name), &paths.userdata)?;
    fill(template, &folder, paths).inspect_err(|_| {
        std::fs::remove_dir_all(&folder).ok();
    })?;
    own(&folder, &paths.userdata);
    Ok(folder)
}

fn fill(template: &Path, folder: &Path, paths: &Paths) -> Result<(), ProjectError> {
    let copied = copy_folder(template, folder, &LEFT_BY_RUNS, &mut |_, error| Err(error));
    copied.map_err(|source| ProjectError::Make {
        source,
        path: folder.to_owned(),
    })?;
    write_copy(folder, folder, paths)?;
    Ok(())
}

/// Write the savefile of a copy that lies in `copy` and is to lie in `place`: with that name, and an id of its own.
pub(super) fn write_copy(copy: &Path, place: &Path, paths: &Paths) -> Result<(), FileError> {
    let mut banks = banks(place, paths);
    if let Some((Bank::Project, nodes)) = banks.first_mut() {
        *nodes = copy.join("nodes");
    }
    let mut bank = Nodebank::new(banks, Some(paths.nodebank_cache()));
    bank.refresh();
    let savefile = copy.join(SAVEFILE);
    file::rewrite(&savefile, &bank.catalog(), |meta| {
        let name = place.file_name().unwrap_or_default();
        meta.project_id = new_id();
        meta.project_name = name.to_string_lossy().into_owned();
        let now = format!("{:.3}", Timestamp::now());
        for (key, value) in &mut meta.metadata {
            if *key == "createdAt" {
                *value = Value::text(now.as_str());
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Catalog;
    use crate::paths::Variables;

    /// A template with what a run leaves in it.
    fn template(folder: &Path) -> PathBuf {
        let template = folder.join("examples").join("coins");
        std::fs::create_dir_all(template.join("nodes").join("__pycache__")).unwrap();
        let text = r#"{"formatVersion": 2, "projectId": "coins", "projectName": "Coins",
            "metadata": {"description": "Counts coins.", "createdAt": "2020-01-01T00:00:00Z"},
            "nodes": [{"nodeId": "node_1", "name": "one", "position": {"x": 0, "y": 0}, "input": [],
                "output": ["result"], "ref": "project", "entryFunction": "one"}], "connections": []}"#;
        std::fs::write(template.join(SAVEFILE), text).unwrap();
        std::fs::write(
            template.join("nodes").join("a.py"),
            "def one() -> int:\n    return 1\n",
        )
        .unwrap();
        for left in [".venv", ".loom", "results"] {
            std::fs::create_dir(template.join(left)).unwrap();
            std::fs::write(template.join(left).join("file"), "").unwrap();
        }
        std::fs::write(template.join("logs.json"), "[]").unwrap();
        template
    }

    #[test]
    fn an_example_is_copied_once_and_then_left_to_the_user() {
        let folder = tempfile::tempdir().unwrap();
        let example = template(folder.path());
        let userdata = folder.path().join("userdata");
        let copy = copy_of_example(&example, &userdata).unwrap();
        assert!(copy.join("nodes").join("a.py").is_file());
        std::fs::write(copy.join(SAVEFILE), "mine").unwrap();
        assert_eq!(copy_of_example(&example, &userdata).unwrap(), copy);
        assert_eq!(
            std::fs::read_to_string(copy.join(SAVEFILE)).unwrap(),
            "mine"
        );
    }

    #[test]
    fn a_template_becomes_a_project_of_its_own_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let example = template(folder.path());
        let before = std::fs::read(example.join(SAVEFILE)).unwrap();
        let userdata = folder.path().join("userdata");
        let paths = Paths::find(Some(&userdata), &Variables::of(&[])).unwrap();
        let copies = [(); 3].map(|()| use_template(&example, &paths).unwrap());
        let mut ids = Vec::new();
        for (copy, name) in copies.iter().zip(["Coins", "Coins 2", "Coins 3"]) {
            assert_eq!(*copy, userdata.join(name));
            let loaded = file::load(&copy.join(SAVEFILE), &Catalog::default()).unwrap();
            let meta = &loaded.document.meta;
            assert_eq!(meta.project_name, name);
            let created = meta.metadata.iter().find(|(key, _)| *key == "createdAt");
            assert_ne!(created.unwrap().1, Value::text("2020-01-01T00:00:00Z"));
            assert_eq!(loaded.document.graph().node_count(), 1);
            ids.push(meta.project_id.clone());
            assert!(copy.join("nodes").join("a.py").is_file());
            for left in [
                ".venv",
                ".loom",
                "results",
                "logs.json",
                "nodes/__pycache__",
            ] {
                assert!(!copy.join(left).exists(), "{left}");
            }
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 3, "{ids:?}");
        assert!(!ids.contains(&"coins".to_owned()));
        assert_eq!(std::fs::read(example.join(SAVEFILE)).unwrap(), before);
    }

    #[test]
    fn a_template_that_cannot_be_read_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let example = template(folder.path());
        std::fs::write(example.join(SAVEFILE), "{ torn").unwrap();
        let userdata = folder.path().join("userdata");
        let paths = Paths::find(Some(&userdata), &Variables::of(&[])).unwrap();
        use_template(&example, &paths).unwrap_err();
        assert!(!userdata.join("coins").exists());
    }
}
