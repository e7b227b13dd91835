//! `loom check --nodes` through the real program: the examples in the help of nodes, in an environment made for them.

use std::fs;

use crate::stage::Stage;

const GOOD: &str = r#"
"""Nodes whose examples are right, wrong and missing."""


def good(a: int = 1) -> int:
    """Double a number.

    Example:
        >>> good(4)
        8
    """
    return a * 2


def wrong(a: int = 1) -> int:
    """Add one, it says.

    Example:
        >>> wrong(4)
        5
    """
    return a * 2


def bare(a: int = 1) -> int:
    """Show no example."""
    return a
"#;

const DEADLY: &str = r#"
"""One that takes its process down, between two that do not."""
import os


def before() -> int:
    """Give 1.

    Example:
        >>> before()
        1
    """
    return 1


def deadly() -> None:
    """End the process.

    Example:
        >>> deadly()
    """
    os.write(2, b"so long\n")
    os._exit(3)


def behind() -> str:
    """Write a file where it is called, and read it.

    Example:
        >>> behind()
        ['note.txt']
    """
    with open("note.txt", "w", encoding="utf-8") as file:
        file.write("x")
    return os.listdir(".")
"#;

const NO_PYTHON: &str = "def broken(:\n    pass\n";

/// One environment and one run for all of it: making the environment is what takes long.
#[test]
fn the_example_of_every_node_is_run() {
    let stage = Stage::new();
    for (file, source) in [
        ("good.py", GOOD),
        ("deadly.py", DEADLY),
        ("no_python.py", NO_PYTHON),
    ] {
        fs::create_dir_all(stage.bank().join("mine")).unwrap();
        fs::write(stage.bank().join("mine").join(file), source).unwrap();
    }
    let call = stage.loom(&["check", "--nodes"]).exits(1);
    let entries = entries(&call.stdout);
    let of = |id: &str| {
        entries
            .iter()
            .find(|entry| entry.split_whitespace().nth(1) == Some(id))
            .unwrap_or_else(|| panic!("nothing is said of {id}:\n{}", call.stdout))
            .as_str()
    };
    for id in ["custom:good", "custom:before", "custom:behind"] {
        assert_eq!(of(id), format!("ok      {id}"));
    }
    for (id, parts) in [
        ("custom:wrong", &["5", "8"][..]),
        ("custom:bare", &["no example"]),
        ("custom:deadly", &["its process ended", "so long"]),
    ] {
        let entry = of(id);
        assert!(entry.starts_with("failed  "), "{entry}");
        assert!(parts.iter().all(|part| entry.contains(part)), "{entry}");
    }

    let own: Vec<_> = entries
        .iter()
        .filter(|entry| entry.contains(" builtin:"))
        .collect();
    assert!(own.len() > 300, "{} nodes come with Loom", own.len());
    let failed: Vec<_> = own
        .iter()
        .filter(|entry| !entry.starts_with("ok "))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Lines that are set in belong to the one before.
fn entries(stdout: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in stdout.lines() {
        match entries.last_mut() {
            Some(last) if line.starts_with(' ') => last.extend(["\n", line]),
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}
