//! Secrets without a window: where they come from, and a canary that is looked for in all that is left on disk, printed,
//! and seen of the processes.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::stage::Stage;

const CANARY: &str = "canary-81c7f2e6-secret";

const FUNCTIONS: &str = r#"
import os
import subprocess
import sys
import time
from pathlib import Path

import loom


def told(key: loom.Secret) -> str:
    print("the key is", key)
    print([key])
    loom.warning(key)
    subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read())"], input=key, text=True, check=True)
    os.write(2, f"raw {key}\n".encode())
    time.sleep(0.05)
    return f"Bearer {key}"


def refused(key: loom.Secret) -> str:
    raise ValueError(f"not accepted: {key}")


def lost(key: loom.Secret) -> int:
    os.write(2, f"last words {key}\n".encode())
    os._exit(9)


def length(key: loom.Secret) -> int:
    return len(key)


def processes(key: loom.Secret, folder: Path) -> int:
    """How many command lines and environments of this program's processes hold the key."""
    stage = str(folder.resolve().parents[1]).encode()
    held, seen = 0, 0
    for name in ("cmdline", "environ"):
        for file in Path("/proc").glob(f"[0-9]*/{name}"):
            try:
                content = file.read_bytes()
            except OSError:
                continue
            seen += stage in content
            held += stage in content and key.encode() in content
    assert seen >= 4 or not Path("/proc/self").exists(), seen
    return held
"#;

fn savefile(nodes: &[(&str, &str)], secret: &str) -> Json {
    let node = |(id, function): &(&str, &str)| {
        let value = json!({"secret": secret});
        json!({
            "nodeId": id, "name": function, "ref": "project", "position": {"x": 0, "y": 0},
            "input": [{"var": "key", "value": value}, {"var": "folder", "value": "."}], "output": ["result"],
        })
    };
    json!({"formatVersion": 2, "minReader": 2, "projectId": "p", "nodes": nodes.iter().map(node).collect::<Vec<_>>(), "connections": []})
}

/// Files below a folder that hold the text, but for `given`.
fn holding(folder: &Path, text: &str, given: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && path != given {
                let content = fs::read(&path).unwrap();
                let has = content
                    .windows(text.len())
                    .any(|part| part == text.as_bytes());
                found.extend(has.then(|| path.display().to_string()));
            }
        }
    }
    found
}

#[test]
fn a_secret_is_found_nowhere_but_in_the_node() {
    let stage = Stage::new();
    let nodes = [
        ("told", "told"),
        ("refused", "refused"),
        ("lost", "lost"),
        ("length", "length"),
        ("processes", "processes"),
    ];
    stage.project("P", FUNCTIONS, &savefile(&nodes, "openai"));
    let file = stage.folder.path().join("given");
    fs::write(&file, format!("{CANARY}\n")).unwrap();
    for more in [
        &["--json"][..],
        &["--print", "told.result", "--print", "length.result"],
    ] {
        let place = format!("openai=file:{}", file.display());
        let mut arguments = vec![
            "run",
            "P",
            "--workers",
            "1",
            "--secret",
            &place,
            "--set",
            "processes.folder=.",
        ];
        arguments.extend(more);
        let mut command = stage.command(&arguments);
        // Everything that is logged, and all temporary files where they can be looked at.
        let temporary = stage.folder.path().join("tmp");
        fs::create_dir_all(&temporary).unwrap();
        command.env("LOOM_LOG", "trace").env("TMPDIR", &temporary);
        let output = command.output().unwrap();
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.status.code(), Some(1), "{told:?}");
        for text in &told {
            assert!(!text.contains("canary"), "{text}");
        }
        let all = told.concat();
        assert!(all.contains("the key is [secret]"), "{all}");
        assert!(all.contains("raw [secret]"), "{all}");
        assert!(all.contains("not accepted: [secret]"), "{all}");
        assert!(all.contains("last words [secret]"), "{all}");
    }
    let printed = stage.loom(&[
        "run",
        "P",
        "--to",
        "told",
        "--to",
        "length",
        "--to",
        "processes",
        "--secret",
        &format!("openai=file:{}", file.display()),
        "--print",
        "told.result",
        "--print",
        "length.result",
        "--print",
        "processes.result",
    ]);
    printed
        .exits(0)
        .prints(&format!("Bearer [secret]\n{}\n0\n", CANARY.len()));
    for picture in ["graph.png", "graph.svg"] {
        let picture = stage.folder.path().join(picture);
        stage
            .loom(&["picture", "P", picture.to_str().unwrap()])
            .exits(0);
    }
    // What is given away with the project, as whoever takes it finds it: the name and nothing more.
    let archive = stage.folder.path().join("P.loom");
    let archive = archive.to_str().unwrap();
    stage.loom(&["export", "P", "--output", archive]).exits(0);
    let taken = stage.loom(&["import", archive]).exits(0);
    let savefile = Path::new(taken.stdout.trim()).join("savefile.json");
    assert!(fs::read_to_string(savefile).unwrap().contains("openai"));
    assert_eq!(holding(stage.folder.path(), "canary", &file), [""; 0]);
}

#[test]
fn nothing_runs_with_a_secret_that_is_not_known() {
    let stage = Stage::new();
    let folder = stage.project(
        "P",
        FUNCTIONS,
        &savefile(&[("a", "told"), ("b", "length")], "openai"),
    );
    stage.loom(&["run", "P"]).exits(2).says(&[
        "the secret \"openai\" is not known here; say where it is with --secret NAME=env:VARIABLE",
    ]);
    assert!(!folder.join("logs.json").exists(), "something ran");
    let mut command = stage.command(&[
        "run",
        "P",
        "--to",
        "b",
        "--print",
        "b.result",
        "--secret",
        "openai=env:OPENAI_KEY",
    ]);
    let call: crate::stage::Call = command.env("OPENAI_KEY", "12345").output().unwrap().into();
    call.exits(0).prints("5\n");
    for (place, says) in [
        (CANARY, "write NAME=env:VARIABLE or NAME=file:PATH"),
        ("openai=canary", "write NAME=env:VARIABLE or NAME=file:PATH"),
        (
            "openai=env:LOOM_NO_SUCH",
            "there is no variable LOOM_NO_SUCH",
        ),
        ("openai=file:no/such", "the file cannot be read"),
    ] {
        let call = stage.loom(&["run", "P", "--secret", place]);
        assert!(!call.stderr.contains("canary"), "{}", call.stderr);
        call.exits(2).says(&[says]);
    }
}

#[test]
fn a_secret_is_set_by_its_name_alone() {
    let stage = Stage::new();
    stage.project("P", FUNCTIONS, &savefile(&[("b", "length")], "openai"));
    let token = format!("sk-{}", "Ab3".repeat(14));
    let call = stage.loom(&["run", "P", "--set", &format!("b.key={token}")]);
    call.exits(2).says(&["it takes the name of a secret"]);
    let mut command = stage.command(&[
        "run",
        "P",
        "--set",
        "b.key=other",
        "--secret",
        "other=env:OTHER",
        "--print",
        "b.result",
    ]);
    let call: crate::stage::Call = command.env("OTHER", "1234567").output().unwrap().into();
    call.exits(0).prints("7\n");
}

/// A text that was typed in before its input became a secret.
#[test]
fn a_text_in_the_project_is_no_secret() {
    let stage = Stage::new();
    let mut graph = savefile(&[("b", "length")], "openai");
    graph["nodes"][0]["input"][0]["value"] = json!("typed in");
    stage.project("P", FUNCTIONS, &graph);
    stage
        .loom(&["run", "P"])
        .exits(1)
        .says(&["takes a secret, and holds a text that is saved with the project"]);
    stage.loom(&["check", "P"]).exits(1);
}

#[test]
fn what_a_failure_of_loom_itself_says_is_without_what_looks_like_a_token() {
    let stage = Stage::new();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    for (said, expected) in [("the words", "the words"), (&token, "[secret]")] {
        let mut call = stage.command(&["nodes"]);
        let output = call.env("LOOM_FAIL", said).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(101), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!stderr.contains(&token), "{stderr}");
    }
}
