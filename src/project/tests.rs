//! Tests of projects on disk: finding, making, listing, and where nodes are looked for.

use std::fs;

use super::*;
use crate::document::Transaction;
use crate::graph::{Catalog, Edit};
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

#[test]
fn a_project_of_a_newer_loom_is_copied_byte_for_byte_and_never_written() {
    let root = tempfile::tempdir().unwrap();
    let root = full(root.path()).unwrap();
    let (here, there) = (root.join("here"), root.join("there"));
    let paths = |userdata: &Path| Paths::find(Some(userdata), &Variables::of(&[])).unwrap();
    let project = create("Coins", &here).unwrap();
    let savefile = project.join(SAVEFILE);
    let newer = r#"{"formatVersion": 9, "minReader": 99, "projectId": "p", "projectName": "Coins", "nodes": [
        {"nodeId": "node_1", "name": "one", "input": [], "turns": [1]}], "connections": [], "threads": {}}"#;
    fs::write(&savefile, newer).unwrap();
    let catalog = Catalog::default();
    let mut document = file::load(&savefile, &catalog).unwrap().document;
    let archive = root.join("Coins.loom");
    archive::pack(&project, &archive, &mut |_| {}).unwrap();
    // Names that are taken: each copy would get another one, and an id of its own.
    create("Coins", &there).unwrap();
    let copies = [
        moving::duplicate(&project, &paths(&here)).unwrap().folder,
        elsewhere::save_copy(&document, &[], (&project, &there), &paths(&here))
            .unwrap()
            .folder,
        import::import(&here, &paths(&there), &[]).unwrap().projects[0].clone(),
        archive::take(&archive, &paths(&there)).unwrap().folder,
        use_template(&project, &paths(&there)).unwrap(),
    ];
    for copy in &copies {
        let text = fs::read_to_string(copy.join(SAVEFILE)).unwrap();
        assert_eq!(text, newer, "{}", copy.display());
    }

    // With something done to it there is no file that has all.
    let remove = Edit::RemoveNode(document.graph().nodes().next().unwrap().id);
    document
        .commit(Transaction::new("Delete", vec![remove]))
        .unwrap();
    let newly = |result: Result<(), String>| {
        let error = result.unwrap_err();
        assert!(error.contains("newer Loom"), "{error}");
    };
    let before = fs::read_dir(&there).unwrap().count();
    let copied = elsewhere::save_copy(&document, &[], (&project, &there), &paths(&here));
    newly(copied.map(drop).map_err(|error| error.to_string()));
    assert_eq!(fs::read_dir(&there).unwrap().count(), before);
    let saved = file::save(&document, &savefile);
    newly(saved.map(drop).map_err(|error| error.to_string()));
    let saved = file::save(&document, &there.join("new.json"));
    newly(saved.map(drop).map_err(|error| error.to_string()));
    assert_eq!(fs::read_to_string(&savefile).unwrap(), newer);
    assert!(!there.join("new.json").exists());
}

#[cfg(unix)]
#[test]
fn pipes_in_a_project_are_waited_for_by_nothing() {
    use crate::paths::reading::tests::make_pipe;
    let userdata = tempfile::tempdir().unwrap();
    let project = create("Coins", userdata.path()).unwrap();
    let own = project.join(".loom");
    fs::create_dir(&own).unwrap();
    for name in ["journal", "lock", "lock.json", "unsaved-code.json"] {
        make_pipe(&own.join(name));
    }
    let error = Lock::take(&project).unwrap_err().to_string();
    assert!(error.contains("neither a file nor a folder"), "{error}");
    let location = journal::Location::new(&project, userdata.path());
    assert!(location.newest(&Catalog::default()).is_none());
    assert!(lock::holder(&project).is_none());
    let paths = Paths::find(Some(userdata.path()), &Variables::load()).unwrap();
    let sources = unsaved::Location::new(&project, &paths).find();
    assert_eq!(sources, unsaved::Found::default());

    let savefile = project.join(SAVEFILE);
    fs::remove_file(&savefile).unwrap();
    make_pipe(&savefile);
    assert!(index::about(&savefile).is_none());
    assert!(outside::read(&savefile).is_err());
    file::load(&savefile, &Catalog::default()).unwrap_err();
    file::save(&Document::default(), &savefile).unwrap_err();
}
