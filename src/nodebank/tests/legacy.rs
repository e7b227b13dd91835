//! Functions of the first Loom: called by position, described by the file beside them.

use super::{describe, read_as};
use crate::graph::Bank;
use crate::nodebank::sidecar::Sidecar;

const SIDECAR: &str = r#"{
    "nodeId": "celsius_node", "name": "celsius", "type": "custom",
    "scriptPath": "C:\\Loom\\nodebank\\custom\\celsius_node.py", "entryFunction": "celsius_node",
    "dynamic": {"inputs": ["Celsius", "Offset"], "outputs": ["Value", "Rounded"]}
}"#;

#[test]
fn the_file_beside_names_title_and_ports() {
    for (json, text, expected) in [
        (
            SIDECAR,
            "def celsius_node(Celsius, Offset): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "async def celsius_node(Celsius, Offset): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any [async]",
        ),
        (
            SIDECAR,
            "def helper(x): ...\ndef celsius_node(Celsius, Offset): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any",
        ),
        // Names of the file hold by position, since savefiles have them; they never make two ports of one name.
        (
            SIDECAR,
            "def celsius_node(c, o=2): ...",
            "celsius_node(Celsius, Offset = 2) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(Offset, c): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(a, b, Celsius=3): ...",
            "celsius_node(Celsius, Offset, Celsius_2 = 3) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(c): ...",
            "celsius_node(Celsius) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(*args): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(a, /, b, **more): ...",
            "celsius_node(Celsius, Offset) by position -> spread Value: any, Rounded: any",
        ),
        (
            SIDECAR,
            "def celsius_node(*, a): ...",
            "celsius_node broken in line 1: a is after a * and so cannot be given by position: annotate the function, or remove the *",
        ),
        (
            r#"{"dynamic": {}}"#,
            "def celsius_node(a): ...",
            "celsius_node(a) by position -> spread result: any",
        ),
        (
            r#"{"dynamic": {"outputs": []}}"#,
            "def celsius_node(a): ...",
            "celsius_node(a) by position -> spread",
        ),
        (
            r#"{"dynamic": {"inputs": ["x", "x"], "outputs": ["y", "y", "y"]}}"#,
            "def celsius_node(a, b): ...",
            "celsius_node(x, x_2) by position -> spread y: any, y_2: any, y_3: any",
        ),
        (
            r#"{"entryFunction": "run", "dynamic": {}}"#,
            "def run(a): ...",
            "run(a) by position -> spread result: any",
        ),
        // An annotated function needs no such file.
        (
            SIDECAR,
            "def celsius_node(c: float) -> int: ...",
            "celsius_node(c: float) -> result: int",
        ),
        (
            SIDECAR,
            "import loom\n@loom.node\ndef celsius_node(c): ...",
            "celsius_node(c) -> result: any",
        ),
    ] {
        let sidecar = Sidecar::read(json.as_bytes()).unwrap();
        let kinds = read_as(Bank::Custom, "celsius_node.py", sidecar.as_ref(), text);
        let found: Vec<String> = kinds.iter().map(describe).collect();
        assert_eq!(found.join("\n"), expected, "{text}");
    }
}

#[test]
fn title_and_help_of_an_old_function() {
    let sidecar = Sidecar::read(format!("\u{feff}{SIDECAR}").as_bytes()).unwrap();
    let text = "def celsius_node(Celsius):\n    'Read.'";
    let kinds = read_as(Bank::Project, "celsius_node.py", sidecar.as_ref(), text);
    let kind = kinds.first().unwrap();
    assert_eq!((kind.title.as_str(), &*kind.summary), ("celsius", "Read."));
    assert!(kind.is_legacy());
}

#[test]
fn without_a_file_beside_the_name_of_the_file_tells() {
    let old = "run(a, b = 2) by position -> spread result: any";
    let new = "run(a, b: int|float = 2) -> result: any";
    for (bank, text, expected) in [
        (Bank::Custom, "def run(a, b=2): ...", old),
        (Bank::Project, "def run(a, b=2): ...", old),
        (Bank::Builtin, "def run(a, b=2): ...", new),
        (Bank::Custom, "import loom\ndef run(a, b=2): ...", new),
        (
            Bank::Custom,
            "from loom import log\ndef run(a, b=2): ...",
            new,
        ),
        (
            Bank::Custom,
            "import loom\n@loom.node\ndef run(a, b=2): ...",
            new,
        ),
        (
            Bank::Custom,
            "def run(a, b: int=2): ...",
            "run(a, b: int = 2) -> result: any",
        ),
        (Bank::Custom, "def other(a): ...", "other(a) -> result: any"),
        (
            Bank::Custom,
            "def run(*a): ...",
            "run broken in line 1: *a cannot be an input: give each input a name of its own, or take a list or dict",
        ),
    ] {
        let kinds = read_as(bank, "nodes/run.py", None, text);
        let found: Vec<String> = kinds.iter().map(describe).collect();
        assert_eq!(found.join("\n"), expected, "{bank:?} {text}");
    }
}

#[test]
fn a_file_that_describes_no_node_says_nothing() {
    for (json, expected) in [
        ("[]", Ok(None)),
        (r#"{"name": "data"}"#, Ok(None)),
        (r#"{"dynamic": []}"#, Ok(None)),
        (
            r#"{"dynamic": {"inputs": [1], "outputs": "x"}, "name": " "}"#,
            Ok(Some(Sidecar::default())),
        ),
    ] {
        assert_eq!(Sidecar::read(json.as_bytes()), expected, "{json}");
    }
    let error = Sidecar::read(b"{").unwrap_err();
    assert!(error.contains("line 1"), "{error}");
}
