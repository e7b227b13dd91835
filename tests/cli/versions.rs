//! `loom diff` and `loom merge`, by hand and as git calls them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use super::stage::Stage;

fn graph(values: [i32; 2]) -> Json {
    let node = |id: u32, value: i32| {
        json!({
            "nodeId": format!("node_{id}"), "name": "number", "position": {"x": 300 * id, "y": 0},
            "input": [{"var": "value", "value": value}], "output": ["result"],
            "ref": "builtin", "entryFunction": "number",
        })
    };
    json!({
        "formatVersion": 2, "minReader": 2, "projectId": "p", "projectName": "P", "metadata": {},
        "nodes": [node(1, values[0]), node(2, values[1])], "connections": [],
    })
}

fn write(folder: &Path, name: &str, values: [i32; 2]) {
    fs::write(folder.join(name), format!("{:#}\n", graph(values))).unwrap();
}

fn values(file: &Path) -> Vec<i64> {
    let json: Json = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let nodes = json["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["input"][0]["value"].as_i64().unwrap())
        .collect()
}

#[test]
fn versions_are_compared_and_merged() {
    let stage = Stage::new();
    let folder = stage.folder.path();
    for (name, numbers) in [
        ("base", [1, 2]),
        ("ours", [5, 2]),
        ("theirs", [1, 7]),
        ("both", [6, 2]),
    ] {
        write(folder, &format!("{name}.json"), numbers);
    }
    let diff = |arguments: &[&str]| stage.loom(&[&["diff"], arguments].concat());
    let merge = |arguments: &[&str]| {
        let files = ["merge", "base.json", "ours.json"];
        stage.loom(&[&files, arguments].concat())
    };
    let ours = || values(&folder.join("ours.json"));

    diff(&["base.json", "base.json"]).exits(0).prints("");
    diff(&["base.json", "ours.json"])
        .exits(1)
        .prints("~ node \"Number\" (node_1): value 1 -> 5\n");
    let found = diff(&["--json", "base.json", "ours.json"]).exits(1);
    assert_eq!(found.lines()[0][0]["details"][0]["after"], 5);

    merge(&["theirs.json", "--output", "merged.json"]).exits(0);
    assert_eq!(values(&folder.join("merged.json")), [5, 7]);
    assert_eq!(ours(), [5, 2]);
    merge(&["theirs.json"]).exits(0);
    assert_eq!(ours(), [5, 7]);

    merge(&["both.json"])
        .exits(1)
        .says(&["node \"Number\" (node_1), value: ours 5, theirs 6; taken: ours"]);
    assert_eq!(ours(), [5, 7]);
    let settled = merge(&["both.json", "--favour", "theirs"]).exits(0);
    assert!(!settled.stderr.contains("look at it"), "{}", settled.stderr);
    assert_eq!(ours(), [6, 7]);
    #[cfg(unix)]
    {
        // What a link leads to is written.
        std::os::unix::fs::symlink("ours.json", folder.join("link.json")).unwrap();
        let link = ["merge", "base.json", "link.json", "theirs.json"];
        stage.loom(&link).exits(0);
        assert!(folder.join("link.json").is_symlink());
    }

    // What is no savefile is said, and nothing is written.
    fs::write(folder.join("broken.json"), "<<<<<<< HEAD\n").unwrap();
    merge(&["broken.json"])
        .exits(2)
        .says(&["broken.json", "line 1"]);
    merge(&["broken.json", "--path", "coins/savefile.json"])
        .exits(2)
        .says(&["coins/savefile.json (theirs)", "line 1"]);
    assert_eq!(ours(), [6, 7]);
    // What a newer Loom made is looked at, and nothing is made of it that would be less.
    let mut newer = graph([1, 8]);
    newer["minReader"] = 99.into();
    fs::write(folder.join("newer.json"), newer.to_string()).unwrap();
    merge(&["newer.json"])
        .exits(2)
        .says(&["newer.json", "made by a newer Loom"]);
    stage
        .loom(&["merge", "base.json", "newer.json", "theirs.json"])
        .exits(2);
    assert_eq!(ours(), [6, 7]);
    assert_eq!(
        fs::read_to_string(folder.join("newer.json")).unwrap(),
        newer.to_string()
    );
    diff(&["base.json", "newer.json"])
        .exits(1)
        .prints("~ node \"Number\" (node_2): value 2 -> 8\n");
    diff(&["base.json", "nowhere.json"])
        .exits(2)
        .says(&["nowhere.json"]);
    diff(&["base.json", "ours.json", "theirs.json"]).exits(2);

    // One that was cut short is no graph without nodes, of which the other side would be emptied.
    fs::write(folder.join("empty.json"), "").unwrap();
    let before = ours();
    merge(&["empty.json"])
        .exits(2)
        .says(&["not readable", "empty.json"]);
    assert_eq!(ours(), before);
    stage
        .loom(&["merge", "base.json", "empty.json", "theirs.json"])
        .exits(2);
    assert_eq!(fs::read(folder.join("empty.json")).unwrap(), b"");
}

#[test]
fn what_would_not_be_written_back_as_it_is_is_not_merged() {
    let stage = Stage::new();
    let folder = stage.folder.path();
    write(folder, "base.json", [1, 2]);
    write(folder, "theirs.json", [1, 7]);
    let text = fs::read_to_string(folder.join("base.json")).unwrap();
    for (odd, told) in [
        (
            text.replace(": 2\n", ": 9223372036854775809\n"),
            "whole number",
        ),
        (
            text.replacen("\"nodes\"", "\"nodes\": [], \"nodes\"", 1),
            "\"nodes\" stand twice",
        ),
        (text.replace(": 2\n", ": NaN\n"), "NaN"),
    ] {
        assert_ne!(odd, text);
        fs::write(folder.join("ours.json"), &odd).unwrap();
        stage
            .loom(&["merge", "base.json", "ours.json", "theirs.json"])
            .exits(2)
            .says(&[told]);
        assert_eq!(fs::read_to_string(folder.join("ours.json")).unwrap(), odd);
        stage
            .loom(&["diff", "ours.json", "theirs.json"])
            .exits(1)
            .says(&[told]);
    }
}

#[test]
fn git_merges_and_shows_savefiles_with_the_lines_of_the_docs() {
    let stage = Stage::new();
    let folder = stage.folder.path().join("repository");
    fs::create_dir(&folder).unwrap();
    let git = |arguments: &[&str]| {
        let loom = env!("CARGO_BIN_EXE_loom").replace('\\', "/");
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args([
                "-c",
                &format!("merge.loom.driver='{loom}' merge %O %A %B --path %P"),
            ])
            .args(["-c", &format!("diff.loom.command='{loom}' diff --git")])
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), text, errors)
    };
    let run = |arguments: &[&str]| {
        let (is_done, text, errors) = git(arguments);
        assert!(is_done, "{arguments:?}: {text}{errors}");
        text
    };
    run(&["init", "-q", "-b", "main"]);
    let attributes = "savefile.json merge=loom diff=loom\n";
    fs::write(folder.join(".gitattributes"), attributes).unwrap();
    write(&folder, "savefile.json", [1, 2]);
    run(&["add", "."]);
    run(&["commit", "-q", "-m", "base"]);
    run(&["checkout", "-q", "-b", "other"]);
    write(&folder, "savefile.json", [1, 7]);
    run(&["commit", "-q", "-a", "-m", "theirs"]);
    run(&["checkout", "-q", "main"]);
    write(&folder, "savefile.json", [5, 2]);
    let shown = run(&["diff"]);
    let told = "~ node \"Number\" (node_1): value 1 -> 5";
    assert!(shown.contains(told), "{shown}");
    // Files that come, go or cannot be read are shown too, and what is behind them.
    for (name, text) in [("a", "{"), ("b", "")] {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("savefile.json"), text).unwrap();
    }
    fs::create_dir(folder.join("c")).unwrap();
    write(&folder.join("c"), "savefile.json", [1, 2]);
    run(&["add", "."]);
    let shown = run(&["diff", "--cached"]);
    for part in ["a/savefile.json\nnot compared", "+ node \"Number\"", told] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    run(&["rm", "-q", "-r", "--cached", "a", "b", "c"]);
    run(&["commit", "-q", "-a", "-m", "ours"]);
    run(&["merge", "-q", "--no-edit", "other"]);
    assert_eq!(values(&folder.join("savefile.json")), [5, 7]);

    // Where both changed the same, git says so too.
    run(&["checkout", "-q", "other"]);
    write(&folder, "savefile.json", [9, 7]);
    run(&["commit", "-q", "-a", "-m", "theirs again"]);
    run(&["checkout", "-q", "main"]);
    let (is_done, text, errors) = git(&["merge", "--no-edit", "other"]);
    assert!(!is_done, "{text}{errors}");
    assert!(
        format!("{text}{errors}").contains("ours 5, theirs 9"),
        "{text}{errors}"
    );
    assert!(text.contains("CONFLICT"), "{text}");
    assert_eq!(values(&folder.join("savefile.json")), [5, 7]);
}
