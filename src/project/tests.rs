//! Tests of projects on disk: finding, making, listing, and where nodes are looked for.

use std::fs;

use super::*;
use crate::graph::Catalog;
use crate::paths::Variables;

#[test]
fn a_new_project_is_found_by_folder_file_and_name() {
    let userdata = tempfile::tempdir().unwrap();
    let userdata = full(userdata.path()).unwrap();
    let folder = create("My graph", &userdata).unwrap();
    let savefile = folder.join(SAVEFILE);
    for name in [folder.as_path(), &savefile, Path::new("My graph")] {
        assert_eq!(find(name, &userdata).unwrap(), folder, "{name:?}");
    }
    let loaded = file::load(&savefile, &Catalog::default()).unwrap();
    assert_eq!(loaded.notes, [""; 0]);
    assert_eq!(loaded.document.meta.project_name, "My graph");
    assert!(folder.join("nodes").is_dir() && folder.join(REQUIREMENTS).is_file());
    assert!(matches!(
        create("MY GRAPH", &userdata),
        Err(ProjectError::Exists(_))
    ));
    let projects = fs::read_dir(&userdata).unwrap().flatten();
    let projects = projects.filter(|entry| entry.path().join(SAVEFILE).is_file());
    assert_eq!(projects.count(), 1);
    for name in ["my graph 2", "my graph 3"] {
        let another = create_like("my graph", &userdata).unwrap();
        assert_eq!(another, userdata.join(name));
    }
}

#[test]
fn what_is_no_project_is_said_with_what_there_is() {
    let userdata = tempfile::tempdir().unwrap();
    let userdata = userdata.path();
    for name in ["Alpha", "Coins"] {
        create(name, userdata).unwrap();
    }
    let message = find(Path::new("coin"), userdata).unwrap_err().to_string();
    assert!(
        message.contains("\"coin\"") && message.contains("(Coins, Alpha)"),
        "{message}"
    );
    let file = userdata.join("notes.txt");
    fs::write(&file, "").unwrap();
    let error = find(&file, userdata).unwrap_err();
    assert!(matches!(error, ProjectError::NotASavefile(_)), "{error}");
    for name in ["../up", "con", ""] {
        let error = create(name, userdata).unwrap_err();
        assert!(matches!(error, ProjectError::BadName { .. }), "{error}");
    }
}

#[test]
fn the_list_of_projects_follows_the_folders() {
    let userdata = tempfile::tempdir().unwrap();
    let userdata = userdata.path();
    let names = || -> Vec<String> {
        let entries = index::projects(userdata);
        entries.into_iter().map(|entry| entry.name).collect()
    };
    assert_eq!(names(), [""; 0]);
    create("b", userdata).unwrap();
    create("a", userdata).unwrap();
    fs::create_dir(userdata.join("no project")).unwrap();
    assert_eq!(names(), ["a", "b"]);
    // What the cache says holds as long as the file is the same; a cache of another machine does not.
    let cache = userdata.join("folderindex.json");
    let text = fs::read_to_string(&cache).unwrap();
    fs::write(&cache, text.replace("\"a\"", "\"cached\"")).unwrap();
    assert_eq!(names(), ["cached", "b"]);
    for other in [
        "broken",
        "[{\"projectId\": \"x\", \"projectName\": \"X\", \"projectPath\": \"C:\\\\X\"}]",
    ] {
        fs::write(&cache, other).unwrap();
        assert_eq!(names(), ["a", "b"], "{other}");
    }
    fs::remove_dir_all(userdata.join("b")).unwrap();
    assert_eq!(names(), ["a"]);
}

#[test]
fn nodes_are_looked_for_beside_the_folder_that_the_project_lies_in() {
    let root = tempfile::tempdir().unwrap();
    let root = full(root.path()).unwrap();
    let own = root.join("own");
    let bank = own.to_str().unwrap();
    let variables = Variables::of(&[(crate::paths::NODEBANK_VARIABLE, bank)]);
    let paths = Paths::find(Some(&root.join("elsewhere")), &variables).unwrap();
    let project = root.join("userdata").join("P");
    let beside = root.join("nodebank");
    let expected = [
        (Bank::Project, project.join("nodes")),
        (Bank::Custom, beside.join("custom")),
        (Bank::Custom, beside.join("builtin")),
        (Bank::Custom, own),
        (Bank::Package, project.join(ENVIRONMENT)),
        (Bank::Builtin, paths.builtin_bank()),
    ];
    assert_eq!(banks(&project, &paths), expected);
    // A folder that is named twice is looked through once.
    let same = Variables::of(&[(
        crate::paths::NODEBANK_VARIABLE,
        beside.join("custom").to_str().unwrap().to_owned().as_str(),
    )]);
    let paths = Paths::find(Some(&root), &same).unwrap();
    assert_eq!(banks(&project, &paths).len(), 5);
}
