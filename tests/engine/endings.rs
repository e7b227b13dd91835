//! How an engine ends and what it leaves: nothing, whoever ends it and whatever it started; and what a crash of the
//! program left is found by the next start. By the processes that Linux shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use loom::engine::{EngineEvent, RunStatus};
use serde_json::{Value as Json, json};

use crate::processes::{marked, marks, numbers, started, state};
use crate::stage::{self, Stage};

/// A node that holds Python's lock for ever, after it has started a process that left its group and written both
/// numbers.
fn stuck(stage: &mut Stage) -> PathBuf {
    let file = stage.folder.path().join("processes");
    let body = format!(
        "import os, re, subprocess\n\
         child = subprocess.Popen(['setsid', 'sleep', '600'])\n\
         with open('{0}.part', 'w') as out: out.write(f'{{os.getpid()}} {{child.pid}}')\n\
         os.rename('{0}.part', '{0}')\n\
         re.match(r'(a*)*b', 'a' * 60)",
        file.display()
    );
    stage.node("stuck", &body, &[]);
    stage.begin(None);
    file
}

#[test]
fn dropping_the_engine_ends_all_that_it_started_and_leaves_nothing() {
    let mut stage = Stage::new();
    let file = stuck(&mut stage);
    let [engine, child] = numbers(&file)[..] else {
        panic!("two numbers")
    };
    assert_eq!(
        (state(engine).is_some(), state(child).is_some()),
        (true, true)
    );
    stage.drop_engine();
    stage::until(|| state(engine).is_none());
    // The child's new parent is not ours to wait for.
    stage::until(|| matches!(state(child), None | Some('Z')));
}

#[test]
fn closing_the_engine_returns_when_nothing_is_left_of_it() {
    let mut stage = Stage::new();
    // Of a program that was killed: no process has a number that large.
    let left_over = stage.folder.path().join(".loom/engine-99999999-0");
    fs::create_dir_all(left_over.join("values")).unwrap();
    let id = stage.node("own", "import os\nreturn os.getpid()", &[]);
    stage.run();
    let engine: u32 = stage.shown(id).parse().unwrap();
    assert!(state(engine).is_some());
    stage.close_engine();
    assert_eq!(state(engine), None);
    let left = fs::read_dir(stage.folder.path().join(".loom"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "folders of its processes");
}

/// Not a test by itself: what `an_engine_ends_with_a_host_that_is_killed` starts and kills.
#[test]
fn host_to_be_killed() {
    let Some(file) = std::env::var_os("LOOM_TEST_HOST") else {
        return;
    };
    let mut stage = Stage::new();
    let written = stuck(&mut stage);
    stage::until(|| written.exists());
    fs::copy(&written, &file).unwrap();
    fs::rename(&file, Path::new(&file).with_extension("ready")).unwrap();
    stage::until(|| false);
}

#[test]
fn an_engine_ends_with_a_host_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers");
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "endings::host_to_be_killed"])
        .env("LOOM_TEST_HOST", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let found = numbers(&file.with_extension("ready"));
    assert!(
        found.iter().all(|process| state(*process).is_some()),
        "{found:?}"
    );
    host.kill().unwrap();
    host.wait().unwrap();
    for process in found {
        stage::until(|| matches!(state(process), None | Some('Z')));
    }
}

/// No process has a number that large.
const NOBODY: u32 = 99_999_999;

/// What a crash of Loom left: a folder, what stands in it, and a process.
struct LeftOver {
    folder: PathBuf,
    process: Child,
}

impl LeftOver {
    /// The process carries `mark`; `state` says what stands in the file, of its number and its start.
    fn new(files: &Path, mark: &str, state: impl Fn(u32, u64) -> String) -> Self {
        let folder = files.join(mark);
        fs::create_dir_all(folder.join("values")).expect("a folder can be made");
        let process = Command::new("sleep")
            .arg("600")
            .env("LOOM_ENGINE", mark)
            .spawn()
            .expect("there is `sleep`");
        let id = process.id();
        // Before it has become `sleep` its environment is ours.
        stage::until(|| marked(&[mark.to_owned()]) == [id]);
        let text = state(id, started(id).expect("it was just started"));
        fs::write(folder.join("engine_state.json"), text).expect("a file can be written");
        Self { folder, process }
    }

    fn is_running(&mut self) -> bool {
        self.process.try_wait().expect("it is our child").is_none()
    }
}

impl Drop for LeftOver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The text of a file, of a process's number and its start.
type State<'a> = &'a dyn Fn(u32, u64) -> String;

#[test]
fn what_a_crash_left_is_ended_by_the_next_start_if_it_is_that_for_certain() {
    let mark = |at: usize| format!("engine-{NOBODY}-{}-{at}", std::process::id());
    let own = std::process::id();
    let own_start = started(own).unwrap();
    let text = |host: (u32, u64), engine: (u32, u64), mark: String| {
        let id = |(pid, started)| json!({"pid": pid, "started": started});
        json!({"host": id(host), "engine": id(engine), "mark": mark}).to_string()
    };
    let gone = (NOBODY, 1);
    let cases: [(&str, State, bool, bool); 8] = [
        (
            "left",
            &|id, at| text(gone, (id, at), mark(0)),
            false,
            false,
        ),
        // Loom's number is another's by now.
        (
            "left by one whose number was given anew",
            &|id, at| text((own, own_start + 1), (id, at), mark(1)),
            false,
            false,
        ),
        // The engine has ended, what it started has not.
        (
            "started by one that is left",
            &|_, at| text(gone, (NOBODY, at - 1), mark(2)),
            false,
            false,
        ),
        (
            "another's with that number",
            &|id, at| text(gone, (id, at + 1), mark(3)),
            true,
            false,
        ),
        (
            "older than the engine",
            &|_, at| text(gone, (NOBODY, at + 1), mark(4)),
            true,
            false,
        ),
        (
            "with another mark",
            &|id, at| text(gone, (id, at), "else".to_owned()),
            true,
            false,
        ),
        (
            "of a bad file",
            &|_, _| "{\"engine\": 3".to_owned(),
            true,
            false,
        ),
        (
            "of a host that runs",
            &|id, at| text((own, own_start), (id, at), mark(7)),
            true,
            true,
        ),
    ];
    let mut stage = Stage::new();
    let files = stage.config().files;
    let mut left: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(at, (_, state, ..))| LeftOver::new(&files, &mark(at), state))
        .collect();
    stage.node("well", "return 'well'", &[]);
    assert_eq!(stage.run().status, RunStatus::Ok);
    for (left, (name, _, is_running, is_kept)) in left.iter_mut().zip(&cases) {
        assert_eq!(left.is_running(), *is_running, "{name}");
        assert_eq!(left.folder.exists(), *is_kept, "{name}: folder");
    }
}

#[test]
fn a_file_says_which_process_runs_as_long_as_it_does() {
    let mut stage = Stage::new();
    let node = stage.node("own", "import os\nreturn os.getpid()", &[]);
    stage.run();
    let engine: u32 = stage.shown(node).parse().unwrap();
    let [mark] = &marks(&stage)[..] else {
        panic!("one folder")
    };
    let file = stage.config().files.join(mark).join("engine_state.json");
    let state: Json = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let own = std::process::id();
    let expected = json!({
        "host": {"pid": own, "started": started(own)},
        "engine": {"pid": engine, "started": started(engine)},
        "mark": mark,
    });
    assert_eq!(state, expected);
    stage.engine().restart().unwrap();
    stage.until(|event| matches!(event, EngineEvent::Hello { .. }));
    assert!(!file.exists());
    assert_eq!(marks(&stage).len(), 2);
}

const HOG: &str =
    "import time\nheld = []\nwhile True:\n    held.append(b'x' * 10_000_000)\n    time.sleep(0.05)";

#[test]
fn what_holds_too_much_memory_is_named_and_ended_before_the_machine_is_out_of_it() {
    for (name, body) in [
        ("itself", HOG.to_owned()),
        (
            "in a child",
            format!("import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HOG:?}])"),
        ),
        (
            "in a child that left the group",
            format!(
                "import subprocess, sys\nsubprocess.run(['setsid', '-w', sys.executable, '-c', {HOG:?}])"
            ),
        ),
    ] {
        let mut stage = Stage::new();
        let mut config = stage.config();
        config.memory_limit = Some(600_000_000);
        stage.start(config);
        let first = stage.node("first", "return 'kept'", &[]);
        let hog = stage.node("hog", &body, &[first]);
        let after = stage.node("after", "return in_0", &[hog]);
        let apart = stage.node("apart", "import math\nreturn math.floor(7.5)", &[]);
        assert_eq!(stage.run().status, RunStatus::Failed, "{name}");
        let shown = stage.shown(hog);
        assert!(
            shown.starts_with(
                "EngineEnded: The engine was ended at its memory limit while this node ran: it held "
            ) && shown.contains(" and may hold 600 MB")
                && shown.contains("engine.memory_limit_percent"),
            "{name}: {shown}"
        );
        let others = [first, after, apart].map(|node| stage.shown(node));
        let expected = [
            "kept".to_owned(),
            format!("skipped by {hog}"),
            "7".to_owned(),
        ];
        assert_eq!(others, expected, "{name}");
        let warnings = stage.lines(hog);
        assert_eq!(warnings.len(), 1, "{name}: {warnings:?}");
        assert!(
            warnings[0].starts_with("Memory runs short while this runs: the engine holds "),
            "{name}: {warnings:?}"
        );
        let run = stage.begin(Some(vec![apart]));
        assert_eq!(
            stage.wait(run).status,
            RunStatus::Ok,
            "{name}: the next run"
        );
        let marks = marks(&stage);
        stage.close_engine();
        assert_eq!(marked(&marks), [0; 0], "{name}");
    }
}

#[test]
fn memory_that_processes_share_is_held_once() {
    let mut stage = Stage::new();
    let mut config = stage.config();
    config.memory_limit = Some(600_000_000);
    stage.start(config);
    let body = "import os, time\nheld = b'x' * 250_000_000\n\
                children = []\nfor _ in range(4):\n    child = os.fork()\n    \
                if not child:\n        time.sleep(600)\n    children.append(child)\n\
                time.sleep(2)\nfor child in children:\n    os.kill(child, 9)\nreturn len(held)";
    let node = stage.node("shares", body, &[]);
    assert_eq!(stage.run().status, RunStatus::Ok, "{}", stage.shown(node));
    assert_eq!(stage.lines(node), [""; 0]);
}
