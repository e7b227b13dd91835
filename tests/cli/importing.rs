//! `loom import`: a whole userdata folder of the first Loom is taken in by copies, and never touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::stage::{Stage, copy, root};

/// Every file below a folder with its content, and when it was changed.
fn digest(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let changed = entry.metadata().unwrap().modified().unwrap();
        if path.is_dir() {
            found.extend(digest(&path));
            found.insert(path, (Vec::new(), changed));
        } else {
            found.insert(path.clone(), (fs::read(path).unwrap(), changed));
        }
    }
    found
}

/// The fixture, with more in it: a node of the old bank "builtin", a second project that uses it, one that cannot be
/// read, a file of data, and what is no project.
fn original(stage: &Stage) -> PathBuf {
    let original = stage.folder.path().join("original");
    copy(&root().join("tests/fixtures/original-format"), &original);
    let write = |path: &str, text: &str| {
        let path = original.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "nodebank/builtin/twice.py",
        "from executor.utils.node_logger import log_warning\n\n\ndef twice(Value):\n    log_warning(\"twice it is\")\n    \
         return Value * 2\n",
    );
    write(
        "nodebank/builtin/unused.py",
        "def unused(A):\n    return A\n",
    );
    write("nodebank/custom/broken.py", "def broken(:\n");
    write("nodebank/custom/__pycache__/twice.pyc", "no source");
    write(
        "userdata/Doubles/savefile.json",
        r#"{"projectId": "p", "projectName": "Doubles", "metadata": {}, "nodes": [
            {"nodeId": "node_1", "name": "twice", "position": {"x": 0, "y": 0}, "ref": "builtin",
             "input": [{"var": "Value", "value": "21"}], "output": ["Value"], "entryFunction": "twice"}],
            "connections": []}"#,
    );
    write("userdata/Doubles/data/rows.csv", "a,b\n1,2\n");
    write("userdata/Doubles/.venv/pyvenv.cfg", "of another machine");
    write("userdata/Torn/savefile.json", "{\"nodes\": [");
    write("userdata/pictures/cat.txt", "no project");
    write("userdata/notes.txt", "by hand");
    original
}

#[test]
fn a_whole_old_userdata_folder_is_taken_in_and_stays_as_it_is() {
    let stage = Stage::new();
    let original = original(&stage);
    let before = digest(&original);
    let userdata = original.join("userdata");
    // Nodes that every project could run are taken when somebody says so.
    let userdata_name = userdata.to_str().unwrap();
    stage
        .loom(&["import", userdata_name])
        .exits(2)
        .prints("")
        .says(&["celsius_node.py: celsius_node", "broken.py", "--yes"]);
    assert!(!stage.bank().join("broken.py").exists() && !stage.userdata().join("Doubles").exists());
    let call = stage.loom(&["import", userdata_name, "--yes"]).exits(1);
    let folders: Vec<_> = call.stdout.lines().map(PathBuf::from).collect();
    let names = |names: &[&str]| -> Vec<PathBuf> {
        names
            .iter()
            .map(|name| stage.userdata().join(name))
            .collect()
    };
    assert_eq!(folders, names(&["Doubles", "Temperatures"]));
    let lines: Vec<_> = call.stderr.lines().collect();
    let is_said = |parts: &[&str]| {
        let found = lines
            .iter()
            .find(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found.is_some(), "{parts:?} is not in {lines:#?}");
    };
    is_said(&["taken: project Temperatures"]);
    is_said(&["taken: node celsius_node", "bank"]);
    is_said(&["taken: node twice", "Doubles", "nodes"]);
    is_said(&["not taken:", "Torn", "line 1"]);
    is_said(&["not taken:", "pictures", "no savefile.json"]);
    is_said(&["not taken:", "notes.txt"]);
    is_said(&[
        "not taken:",
        "Temperatures",
        "no function \"vanished_node\" was found",
    ]);
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("not taken"))
            .count(),
        4,
        "{lines:#?}"
    );

    // They run where they are now, without the old folder, with their logging calls.
    let moved = stage.folder.path().join("away");
    fs::rename(&original, &moved).unwrap();
    let call = ["run", "Temperatures", "--print", "report_node.Sentence"];
    stage
        .loom(&call)
        .exits(1)
        .prints("It is 71 F\n")
        .says(&["Read 21.5 degrees", "vanished_node"]);
    let call = ["run", "Doubles", "--print", "node_1.Value"];
    stage
        .loom(&call)
        .exits(0)
        .prints("42\n")
        .says(&["twice it is"]);
    let doubles = stage.userdata().join("Doubles");
    assert!(doubles.join("data").join("rows.csv").is_file());
    assert!(!doubles.join("nodes").join("unused.py").exists());
    assert!(!stage.bank().join("__pycache__").join("twice.pyc").exists());
    assert!(stage.bank().join("broken.py").is_file());
    let saved = fs::read(stage.userdata().join("Temperatures").join("savefile.json")).unwrap();
    assert_eq!(
        saved,
        before[&userdata.join("Temperatures").join("savefile.json")].0
    );
    fs::rename(&moved, &original).unwrap();
    assert_eq!(digest(&original), before, "the original was changed");
}

#[test]
fn names_that_are_taken_get_a_number_and_other_nodes_go_with_their_projects() {
    let stage = Stage::new();
    let original = original(&stage);
    let before = digest(&original);
    fs::create_dir_all(stage.bank()).unwrap();
    let own = "def report_node(Text):\n    return \"mine\"\n";
    // The same function, in a file of another name.
    fs::write(stage.bank().join("reports.py"), own).unwrap();
    let around = original.to_str().unwrap();
    let again = "not taken";
    stage.loom(&["import", around, "--yes"]).exits(1).says(&[
        again,
        "report_node",
        "your own bank has another one of that name",
    ]);
    let temperatures = stage.userdata().join("Temperatures");
    assert!(temperatures.join("nodes").join("report_node.py").is_file());
    assert!(
        temperatures
            .join("nodes")
            .join("report_node.json")
            .is_file()
    );
    assert!(!stage.bank().join("report_node.py").exists());
    assert!(!stage.bank().join("report_node.json").exists());
    let call = stage.loom(&["import", around, "--yes"]).exits(1);
    assert!(call.stdout.ends_with("Temperatures 2\n"), "{}", call.stdout);
    assert!(
        !call.stderr.contains("taken: node celsius_node"),
        "{}",
        call.stderr
    );
    let read = |name: &str| -> Json {
        let path = stage.userdata().join(name).join("savefile.json");
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
    };
    let node = |project: &Json| project["nodes"][2]["ref"].clone();
    let (first, second) = (read("Temperatures"), read("Temperatures 2"));
    assert_eq!(second["projectName"], "Temperatures 2");
    assert_ne!(first["projectId"], second["projectId"]);
    assert_eq!([node(&first), node(&second)], ["project", "project"]);
    assert_eq!(second["uiTheme"], "midnight");
    let call = ["run", "Temperatures 2", "--print", "report_node.Sentence"];
    stage.loom(&call).exits(1).prints("It is 71 F\n");
    assert_eq!(
        fs::read_to_string(stage.bank().join("reports.py")).unwrap(),
        own
    );
    assert_eq!(digest(&original), before);
}

#[test]
fn one_project_is_imported_by_itself_and_what_is_nothing_is_said() {
    let stage = Stage::new();
    let original = original(&stage);
    let savefile = original.join("userdata/Doubles/savefile.json");
    let call = stage.loom(&["import", savefile.to_str().unwrap(), "--without-nodes"]);
    let call = call.exits(0);
    assert!(!stage.bank().join("celsius_node.py").exists());
    assert!(call.stdout.ends_with("Doubles\n"), "{call:?}");
    assert_eq!(
        fs::read_dir(stage.userdata())
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().join("savefile.json").is_file())
            .count(),
        1
    );
    let empty = stage.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let userdata = stage.userdata();
    for (folder, why) in [
        (&empty, "nothing to import"),
        (&empty.join("missing"), "cannot be read"),
        (&userdata, "the userdata folder in use"),
        (
            &stage.folder.path().to_owned(),
            "the userdata folder in use",
        ),
    ] {
        let call = stage.loom(&["import", folder.to_str().unwrap()]);
        call.exits(2).prints("").says(&[why]);
    }
}
