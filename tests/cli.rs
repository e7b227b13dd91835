//! The command line through the real program, the real engine and real environments: what scripts and people rely on.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails by panic"
)]

#[path = "cli/archives.rs"]
mod archives;
#[path = "cli/broken.rs"]
mod broken;
#[cfg(target_os = "linux")]
#[path = "cli/environments/mod.rs"]
mod environments;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/families.rs"]
mod families;
#[path = "cli/importing.rs"]
mod importing;
#[cfg(unix)]
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/nodes.rs"]
mod nodes;
#[cfg(target_os = "linux")]
#[path = "shared/not_tested.rs"]
mod not_tested;
#[path = "cli/packages.rs"]
mod packages;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/repeat.rs"]
mod repeat;
#[path = "cli/second_window.rs"]
mod second_window;
#[path = "cli/secrets.rs"]
mod secrets;
#[cfg(target_os = "linux")]
#[path = "cli/server.rs"]
mod server;
#[path = "cli/stage.rs"]
mod stage;
#[path = "cli/templates.rs"]
mod templates;
#[path = "cli/versions.rs"]
mod versions;
#[path = "cli/wheel.rs"]
mod wheel;

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use stage::{Stage, graph};

const FUNCTIONS: &str = r#"
"""Functions for tests."""
import os
from typing import Literal, NamedTuple


class Both(NamedTuple):
    low: int
    high: int


def number(value: int = 1) -> int:
    return value


def add(a: float, b: float = 10.0) -> float:
    print(f"adding {a} and {b}")
    return a + b


def fail(a: int) -> int:
    raise ValueError("this is no good")


def both(a: int) -> Both:
    return Both(a, a * 100)


def lines(a: int = 2) -> str:
    return "\n".join("x" * a)


def pick(which: Literal["left", "right"] = "left") -> str:
    return which


def leave(a: int) -> int:
    os._exit(7)


def long(a: int = 5000) -> str:
    return "y" * a
"#;

#[test]
fn values_are_printed_in_the_order_given_and_nothing_else_is() {
    let stage = Stage::new();
    let nodes = graph(&[
        "n number value=4",
        "sum add a<n",
        "two both a<n",
        "text lines",
        "big long",
    ]);
    stage.project("P", FUNCTIONS, &nodes);
    let long = "y".repeat(5000);
    for (arguments, stdout) in [
        (
            &["--print", "sum.result", "--print", "n.result"][..],
            "14.0\n4\n",
        ),
        (
            &[
                "--set",
                "n.value=-7",
                "--print",
                "two.high",
                "--print",
                "two.low",
            ],
            "-700\n-7\n",
        ),
        (
            &[
                "--set",
                "sum.b=0.5",
                "--print",
                "Add.result",
                "--workers",
                "1",
            ],
            "4.5\n",
        ),
        (&["--print", "text.result"], "x\nx\n"),
        (&["--print", "big.result"], &format!("{long}\n")),
        (
            &["--to", "n", "--print", "sum.result", "--print", "n.result"],
            "\n4\n",
        ),
        (&[], ""),
    ] {
        let call: Vec<_> = ["run", "P"].iter().chain(arguments).collect();
        stage.loom(&call).exits(0).prints(stdout);
    }
    let call = stage.loom(&["run", "P"]).exits(0);
    call.says(&[
        "[Add] adding 4.0 and 10.0",
        "Add.result = 14.0",
        "5 ran, 0 cached",
    ]);
    let saved = fs::read_to_string(stage.userdata().join("P").join("savefile.json")).unwrap();
    assert_eq!(saved, format!("{nodes:#}\n"), "the file was written");
}

#[test]
fn json_lines_have_the_form_that_scripts_rely_on() {
    let stage = Stage::new();
    let nodes = graph(&[
        "n number value=4",
        "sum add a<n",
        "two both a<n",
        "bad fail a<n",
        "late add a<bad",
    ]);
    stage.project("P", FUNCTIONS, &nodes);
    let call = stage
        .loom(&[
            "run",
            "P",
            "--json",
            "--repeat",
            "2",
            "--print",
            "n.result",
            "--print",
            "late.result",
        ])
        .exits(1);
    let of = |event: &str, node: &str| -> Json {
        let mut lines = call.events(event);
        lines.retain(|line| line["node"] == node);
        lines.into_iter().next().unwrap_or_default()
    };
    let finished = of("node_finished", "two");
    assert!(finished["elapsed_ms"].is_number());
    let expected = json!([
        {"port": "low", "type": "int", "text": "4"}, {"port": "high", "type": "int", "text": "400"}
    ]);
    assert_eq!(finished["outputs"], expected);
    let error = &of("node_failed", "bad")["error"];
    assert_eq!(
        (&error["kind"], &error["message"]),
        (&json!("ValueError"), &json!("this is no good"))
    );
    assert_eq!(error["traceback"][0]["function"], "fail");
    assert_eq!(of("node_skipped", "late")["cause"], "bad");
    assert_eq!(of("log", "sum")["text"], "adding 4.0 and 10.0");

    let runs = call.events("run_finished");
    let keys = |line: &Json| {
        line.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let expected = [
        "event",
        "run",
        "status",
        "ran",
        "cached",
        "failed",
        "skipped",
        "elapsed_ms",
    ];
    assert_eq!(keys(&runs[0]), expected);
    let counts: Vec<_> = runs
        .iter()
        .map(|run| ["ran", "cached", "failed", "skipped"].map(|key| run[key].as_u64().unwrap()))
        .collect();
    // What failed runs again, since it may not fail the next time.
    assert_eq!(counts, [[3, 0, 1, 1], [0, 3, 1, 1]]);
    assert_eq!(
        (&runs[0]["status"], &runs[1]["status"]),
        (&json!("failed"), &json!("failed"))
    );

    let last = call.lines().pop().unwrap();
    let expected = json!({"event": "values", "values": [
        {"node": "n", "port": "result", "text": "4"}, {"node": "late", "port": "result", "text": null}
    ]});
    assert_eq!(last, expected);
    assert!(!call.stderr.contains("failed:"), "{}", call.stderr);
}

#[test]
fn a_node_that_fails_is_told_with_its_trace_and_the_others_run() {
    let stage = Stage::new();
    stage.project(
        "P",
        FUNCTIONS,
        &graph(&["n number", "bad fail a<n", "late add a<bad", "sum add a<n"]),
    );
    let call = [
        "run",
        "P",
        "--print",
        "bad.result",
        "--print",
        "late.result",
        "--print",
        "sum.result",
    ];
    stage.loom(&call).exits(1).prints("\n\n11.0\n").says(&[
        "failed: \"Fail\" (bad): ValueError: this is no good",
        "own.py:22 in fail: raise ValueError",
        "a = 1 (int)",
        "skipped: \"Add\" (late) because of \"Fail\"",
        "2 ran, 0 cached, 1 failed, 1 skipped",
    ]);
    stage
        .loom(&["run", "P", "--to", "sum"])
        .exits(0)
        .says(&["2 ran"]);
}

#[test]
fn a_node_that_takes_the_engine_down_fails_by_name_and_the_others_run() {
    let stage = Stage::new();
    stage.project(
        "P",
        FUNCTIONS,
        &graph(&["n number", "bad leave a<n", "sum add a<n", "two both a<n"]),
    );
    let call = [
        "run",
        "P",
        "--print",
        "sum.result",
        "--print",
        "bad.result",
        "--print",
        "two.high",
    ];
    let call = stage.loom(&call).exits(1);
    call.prints("11.0\n\n100\n")
        .says(&["failed: \"Leave\" (bad)", "3 ran", "1 failed"]);
}

#[test]
fn a_call_that_is_wrong_says_what_and_what_to_do_and_starts_nothing() {
    let stage = Stage::new();
    let project = stage.project(
        "Colours",
        FUNCTIONS,
        &graph(&["n number", "sum add a<n", "p pick", "n2 number"]),
    );
    fs::write(stage.userdata().join("notes.txt"), "").unwrap();
    for (arguments, parts) in [
        (
            &["run", "Colour"][..],
            &["no project \"Colour\"", "Colours", "loom new"][..],
        ),
        (
            &["run", "userdata/notes.txt"],
            &["no project", "savefile.json"],
        ),
        (
            &["run", "Colours", "--set", "n.value"],
            &["--set n.value", "\"=\""],
        ),
        (
            &["run", "Colours", "--set", "m.value=1"],
            &["no node \"m\"", "did you mean \"n\""],
        ),
        (
            &["run", "Colours", "--set", "n.valeu=1"],
            &["no input \"valeu\"", "did you mean \"value\""],
        ),
        (
            &["run", "Colours", "--set", "n.value=x"],
            &["\"x\" is not a whole number"],
        ),
        (
            &["run", "Colours", "--set", "sum.a=1"],
            &["by a link from n.result"],
        ),
        (
            &["run", "Colours", "--set", "p.which=up"],
            &["one of: left, right"],
        ),
        (
            &["run", "Colours", "--set", "Number.value=1"],
            &["2 nodes", "n, n2"],
        ),
        (
            &["run", "Colours", "--to", "nowhere"],
            &["--to nowhere", "no node"],
        ),
        (
            &["run", "Colours", "--print", "sum.total"],
            &["no output \"total\"", "it has: result"],
        ),
        (
            &["run", "Colours", "--print", "sum"],
            &["names no port", "NODE.PORT"],
        ),
        (&["run", "Colours", "--repeat", "0"], &["--repeat"]),
        (&["run", "Colours", "--nonsense"], &["--nonsense"]),
        (&["run"], &["PROJECT"]),
        (&["check", "Colour"], &["no project"]),
        (&["new", "Colours"], &["already"]),
        (&["new", "a/b"], &["cannot be a project's name"]),
        (&["Colours", "run", "Colours"], &["stands before the verb"]),
    ] {
        stage.loom(arguments).exits(2).prints("").says(parts);
    }
    assert!(!project.join(".venv").exists(), "an environment was built");
}

#[test]
fn a_savefile_that_cannot_be_read_is_told_with_its_line_and_stays() {
    let stage = Stage::new();
    let project = stage.project("P", FUNCTIONS, &graph(&["n number"]));
    let savefile = project.join("savefile.json");
    for (text, parts) in [
        (
            "{\n \"nodes\": [\n  {]\n}",
            &["line 3", "savefile.json"][..],
        ),
        ("[1, 2]", &["not one of Loom's", "savefile.json"]),
        ("{\"connections\": []}", &["no \"nodes\""]),
        ("", &["line 1"]),
    ] {
        fs::write(&savefile, text).unwrap();
        for verb in ["run", "check"] {
            stage.loom(&[verb, "P"]).exits(2).prints("").says(parts);
        }
        assert_eq!(fs::read_to_string(&savefile).unwrap(), text);
    }
}

#[test]
fn without_an_environment_nothing_runs() {
    let stage = Stage::new();
    let project = stage.project("P", FUNCTIONS, &graph(&["n number"]));
    let requirements = project.join("requirements.txt");
    fs::write(
        &requirements,
        "--no-index\n./missing-1.0-py3-none-any.whl\n",
    )
    .unwrap();
    // Nobody confirmed them: a project could not have done so itself.
    let lines = ["--no-index", "./missing-1.0-py3-none-any.whl"];
    stage
        .loom(&["run", "P", "--print", "n.result"])
        .exits(2)
        .says(&["line 1: --no-index", lines[1], "loom env allow"]);
    assert!(!project.join(".venv").exists());
    let waiting = stage.loom(&["env", "allow", "P"]).exits(1).stdout;
    assert!(lines.iter().all(|line| waiting.contains(line)), "{waiting}");
    stage
        .loom(&["env", "allow", "P", "./other.whl"])
        .exits(2)
        .says(&["./other.whl"]);
    let first = stage.loom(&["env", "allow", "P", "--", lines[0]]).exits(1);
    assert!(!first.stdout.contains("--no-index"), "{first:?}");
    stage
        .loom(&["env", "allow", "P", lines[1]])
        .exits(0)
        .prints("");
    stage
        .loom(&["run", "P", "--print", "n.result"])
        .exits(3)
        .prints("")
        .says(&["missing-1.0", "failed"]);
    fs::remove_file(&requirements).unwrap();
    stage
        .loom(&["run", "P", "--print", "n.result"])
        .exits(0)
        .prints("1\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let python = project.join(".venv").join("bin").join("python");
        fs::remove_file(&python).unwrap();
        fs::write(&python, "#!/bin/sh\necho broken >&2\nexit 1\n").unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        // What something else put into an environment is not started: it is made anew.
        let runs_all_the_same = || {
            stage
                .loom(&["run", "P", "--print", "n.result"])
                .exits(0)
                .prints("1\n")
                .says(&["Making an environment"]);
        };
        runs_all_the_same();
        for name in ["broken.pth", "sitecustomize.py"] {
            let site = fs::read_dir(project.join(".venv").join("lib")).unwrap();
            let site = site.flatten().next().unwrap().path().join("site-packages");
            let ends = "import os; os.write(2, b'broken\\n'); os._exit(1)\n";
            fs::write(site.join(name), ends).unwrap();
            runs_all_the_same();
        }
    }
}

#[test]
fn check_says_what_would_fail_without_running_anything() {
    let stage = Stage::new();
    let nodes = graph(&[
        "n number value=\"seven\"",
        "p pick which=\"up\"",
        "sum add",
        "bad add a<p",
        "gone vanished",
        "extra number other=1",
    ]);
    let project = stage.project("P", FUNCTIONS, &nodes);
    fs::write(
        project.join("requirements.txt"),
        "numpy\npandas=2\n--index-url x\n",
    )
    .unwrap();
    let call = stage.loom(&["check", "P"]).exits(1);
    for part in [
        "problem: \"Number\" (n): the input \"value\" takes int, and its value is seven",
        "problem: \"Pick\" (p): the input \"which\" must be one of left, right",
        "problem: \"Add\" (sum): The input \"a\" has no value",
        "problem: \"Add\" (bad): the input \"a\" takes float, and its link brings text",
        "(gone): No source was found for \"vanished\"",
        "problem: requirements.txt, line 2: pandas=2: a version is asked for with \"==\"",
        "note: requirements.txt, line 3",
        "note: \"Number\" (extra): it holds a value for \"other\"",
    ] {
        assert!(call.stdout.contains(part), "{part}\n{}", call.stdout);
    }
    assert!(!project.join(".venv").exists(), "an environment was built");
}

#[test]
fn nodes_are_listed_with_those_of_the_users_own_bank() {
    let stage = Stage::new();
    fs::create_dir_all(stage.bank().join("weather")).unwrap();
    fs::write(stage.bank().join("weather").join("warm.py"), FUNCTIONS).unwrap();
    fs::write(
        stage.bank().join("weather").join("wrong.py"),
        "def half(:\n    pass\n",
    )
    .unwrap();
    let call = stage
        .loom(&["nodes", "--json"])
        .exits(0)
        .says(&["wrong.py"]);
    let list: Vec<Json> = serde_json::from_str(&call.stdout).unwrap();
    let find = |id: &str| list.iter().find(|node| node["id"] == id).unwrap();
    let add = find("custom:add");
    let keys = ["id", "title", "family", "file", "help", "inputs", "outputs"];
    assert!(keys.iter().all(|key| add.get(key).is_some()), "{add}");
    assert_eq!(add["family"], "Weather");
    assert!(Path::new(add["file"].as_str().unwrap()).is_file());
    let inputs: Vec<_> = add["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| [&i["name"], &i["type"], &i["default"]])
        .collect();
    let expected = [
        [&json!("a"), &json!("float"), &Json::Null],
        [&json!("b"), &json!("float"), &json!(10.0)],
    ];
    assert_eq!(inputs, expected);
    assert_eq!(add["outputs"][0]["name"], "result");
    let broken = list
        .iter()
        .find(|node| node.get("error").is_some())
        .unwrap();
    assert_eq!(broken["error"]["line"], 1);
    assert!(
        list.iter()
            .filter(|node| node["id"].as_str().unwrap().starts_with("builtin:"))
            .count()
            > 50
    );
    let call = stage.loom(&["nodes"]).exits(0);
    assert!(
        call.stdout.contains("custom:add") && call.stdout.contains("Weather"),
        "{}",
        call.stdout
    );
}

#[test]
fn a_new_project_can_be_checked_and_run() {
    let stage = Stage::new();
    let call = stage.loom(&["new", "My first graph"]).exits(0);
    let folder = Path::new(call.stdout.trim());
    assert!(folder.join("savefile.json").is_file(), "{}", call.stdout);
    stage.loom(&["check", "My first graph"]).exits(0);
    let call = stage.loom(&["run", "My first graph", "--json"]).exits(0);
    assert_eq!(call.events("run_finished")[0]["status"], "ok");
    // Another userdata folder knows nothing of it.
    let other = stage.folder.path().join("other");
    stage
        .loom(&[
            "run",
            "--userdata",
            other.to_str().unwrap(),
            "My first graph",
        ])
        .exits(2);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    use std::process::Stdio;
    let stage = Stage::new();
    let mut child = stage
        .command(&["nodes", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// `script` gives the program a terminal; it is a part of every Debian and Fedora.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_one_line_is_drawn_over() {
    use std::process::Command;
    let stage = Stage::new();
    let slow = "import time\n\n\ndef wait(a: int = 1) -> int:\n    time.sleep(1)\n    return a\n";
    stage.project("P", slow, &graph(&["w wait a=3"]));
    let call = format!("'{}' run P --print w.result", env!("CARGO_BIN_EXE_loom"));
    let mut command = Command::new("script");
    command.args(["-qec", &call, "/dev/null"]);
    let command = command.env("LOOM_USERDATA", stage.userdata());
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("\r\u{1b}[2KTest: 0 of 1 nodes, running Wait"),
        "{text}"
    );
    assert!(text.ends_with("  Wait.result = 3\r\n3\r\n"), "{text}");
}
