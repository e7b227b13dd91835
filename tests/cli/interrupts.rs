//! Ctrl+C at several moments: the exit code is 130 and no process is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::FUNCTIONS;
use crate::stage::{Stage, graph};

const SLEEPERS: &str = r#"
"""Functions that do not end."""
import os
import subprocess
import time
from pathlib import Path

import loom


def _note(folder: str) -> None:
    child = subprocess.Popen(["sleep", "600"])
    Path(folder, "pids.tmp").write_text(f"{os.getpid()} {child.pid}")
    Path(folder, "pids.tmp").rename(Path(folder, "pids"))


def polite(folder: str) -> int:
    _note(folder)
    while True:
        loom.check_cancelled()
        time.sleep(0.01)


def deaf(folder: str) -> int:
    _note(folder)
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass
"#;

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_running(pid: &str) -> bool {
    // A zombie that nobody has reaped yet runs no more.
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    stat.is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .starts_with(" Z")
    })
}

/// Start, wait until `pids` are written, send signals, and see that all ends.
fn interrupted(
    stage: &Stage,
    pids: &PathBuf,
    arguments: &[&str],
    path: Option<&Path>,
    signals: &[&str],
) {
    let mut command = stage.command(arguments);
    if let Some(folder) = path {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&rest));
        command.env("PATH", std::env::join_paths(paths).unwrap());
    }
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = until("the node", || fs::read_to_string(pids).ok());
    for (i, signal) in signals.iter().enumerate() {
        if i > 0 {
            std::thread::sleep(Duration::from_millis(300));
        }
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, id.as_str()])
                .status()
                .unwrap()
                .success()
        );
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    for pid in started.split_whitespace() {
        until(&format!("the end of process {pid}"), || {
            (!is_running(pid)).then_some(())
        });
    }
    fs::remove_file(pids).unwrap();
}

#[test]
fn a_run_stops_with_all_that_it_started() {
    let stage = Stage::new();
    let pids = stage.folder.path().join("pids");
    let folder = serde_json::to_string(stage.folder.path()).unwrap();
    let nodes = graph(&[
        &format!("polite polite folder={folder}"),
        &format!("deaf deaf folder={folder}"),
    ]);
    stage.project("P", SLEEPERS, &nodes);
    for (node, signals) in [
        ("polite", &["-INT"][..]),
        ("polite", &["-TERM"]),
        ("deaf", &["-INT"]),
        ("deaf", &["-INT", "-INT"]),
    ] {
        interrupted(
            &stage,
            &pids,
            &["run", "P", "--to", node, "--print", "polite.result"],
            None,
            signals,
        );
    }
}

#[test]
fn a_call_that_repeats_short_runs_stops_between_two_of_them() {
    const QUICK: &str = "import os\n\n\ndef quick(folder: str) -> int:\n    path = os.path.join(folder, 'pids')\n    \
                         with open(path + '.tmp', 'w') as file:\n        file.write(str(os.getpid()))\n    \
                         os.replace(path + '.tmp', path)\n    return 1\n";
    let stage = Stage::new();
    let pids = stage.folder.path().join("pids");
    let folder = serde_json::to_string(stage.folder.path()).unwrap();
    stage.project(
        "P",
        QUICK,
        &graph(&[&format!("quick quick folder={folder}")]),
    );
    let arguments = ["run", "P", "--repeat", "100000000"];
    interrupted(&stage, &pids, &arguments, None, &["-INT"]);
}

#[test]
fn a_build_of_an_environment_stops_with_all_that_it_started() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let pids = stage.folder.path().join("pids");
    let tools = stage.folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let tool = tools.join("uv");
    let script = "#!/bin/sh\nsleep 600 &\necho $$ $! > \"$TEST_PIDS.tmp\"; mv \"$TEST_PIDS.tmp\" \"$TEST_PIDS\"\nwait\n";
    fs::write(&tool, script.replace("$TEST_PIDS", pids.to_str().unwrap())).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let project = stage.project("P", FUNCTIONS, &graph(&["n number"]));
    interrupted(&stage, &pids, &["run", "P"], Some(&tools), &["-INT"]);
    assert!(!project.join(".venv").exists());
}
