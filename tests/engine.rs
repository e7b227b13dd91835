//! The real engine through `Engine`: what runs, what is reused, what each fault comes to, and that no process is left
//! behind. Nothing here depends on how fast the machine is.

#[path = "engine/loops.rs"]
mod loops;
#[path = "engine/stage.rs"]
mod stage;

use loom::engine::{EngineEvent, RunRequest, RunStatus, Stop, View};
use loom::graph::Value;
use stage::{Outcome, Stage};

fn all(status: RunStatus, ran: u32, cached: u32, failed: u32, skipped: u32) -> Outcome {
    Outcome {
        status,
        ran,
        cached,
        failed,
        skipped,
    }
}

#[test]
fn a_graph_runs_and_only_what_changed_runs_again() {
    let mut stage = Stage::new();
    let number = stage.kind(
        "number",
        &["value"],
        "def number(value):\n    return value\n",
    );
    let add = stage.kind("add", &["a", "b"], "def add(a, b):\n    return a + b\n");
    let (one, two) = (stage.add(&number), stage.add(&number));
    let (sum, double) = (stage.add(&add), stage.add(&add));
    stage.set(one, "value", Value::Int(1));
    stage.set(two, "value", Value::Int(2));
    stage.link(one, sum, "a");
    stage.link(two, sum, "b");
    stage.link(two, double, "a");
    stage.link(two, double, "b");

    assert_eq!(stage.run(), all(RunStatus::Ok, 4, 0, 0, 0));
    assert_eq!(
        (stage.shown(sum), stage.shown(double)),
        ("3".into(), "4".into())
    );
    assert_eq!(stage.run(), all(RunStatus::Ok, 0, 4, 0, 0));

    stage.set(one, "value", Value::Int(10));
    assert_eq!(stage.run(), all(RunStatus::Ok, 2, 2, 0, 0));
    assert_eq!(
        (stage.shown(sum), stage.shown(double)),
        ("12".into(), "4".into())
    );
    let view = stage.text(sum);
    assert!(
        matches!(&view, View::Text { text: Some(text), .. } if text == "12"),
        "{view:?}"
    );
}

/// A node that does `body`, one that needs it, and one that does not.
fn with_bystanders(body: &str) -> (Stage, [loom::graph::NodeId; 3]) {
    let mut stage = Stage::new();
    let bad = stage.node("culprit", body, &[]);
    let after = stage.node("after", "return in_0", &[bad]);
    // A call that is not trivial, so that it is one of those that run on threads.
    let apart = stage.node("apart", "import math\nreturn math.floor(7.5)", &[]);
    (stage, [bad, after, apart])
}

#[test]
fn a_node_that_fails_does_so_by_name_and_the_rest_runs() {
    for (name, body, expected) in [
        (
            "raises",
            "raise ValueError('no such column')",
            "ValueError: no such column",
        ),
        (
            "recurses",
            "def again():\n    return again() + 1\nreturn again()",
            "RecursionError: ",
        ),
        ("sys.exit", "import sys\nsys.exit(3)", "SystemExit: "),
        (
            "os._exit",
            "import os\nos._exit(3)",
            "EngineEnded: This node took the engine down: it ended with exit code 3",
        ),
        (
            "os._exit(0)",
            "import os\nos._exit(0)",
            "EngineEnded: This node took the engine down: it ended with exit code 0",
        ),
        #[cfg(unix)]
        (
            "segfault",
            "import ctypes\nctypes.string_at(0)",
            "EngineEnded: This node took the engine down: it ended with SIGSEGV",
        ),
        #[cfg(unix)]
        (
            "abort",
            "import os\nos.abort()",
            "EngineEnded: This node took the engine down: it ended with SIGABRT",
        ),
        #[cfg(unix)]
        (
            "killed",
            "import os\nos.kill(os.getpid(), 9)",
            "EngineEnded: This node took the engine down: it ended with SIGKILL",
        ),
        (
            "closes all",
            "import os\nos.closerange(3, 1000)\nreturn 1",
            "EngineEnded: ",
        ),
    ] {
        let (mut stage, [bad, after, apart]) = with_bystanders(body);
        let outcome = stage.run();
        let shown = stage.shown(bad);
        assert!(shown.starts_with(expected), "{name}: {shown}");
        assert_eq!(
            outcome,
            all(RunStatus::Failed, 1, 0, 1, 1),
            "{name}: {:#?}",
            stage.events
        );
        assert_eq!(stage.shown(after), format!("skipped by {bad}"), "{name}");
        assert_eq!(stage.shown(apart), "7", "{name}");

        let mut stage_after = stage;
        stage_after.node("next_one", "return 'well'", &[]);
        let outcome = stage_after.run();
        assert_eq!(outcome.status, RunStatus::Failed, "{name}: the next run");
        assert_eq!(
            (outcome.failed, outcome.skipped),
            (1, 1),
            "{name}: the next run"
        );
        assert_eq!(outcome.ran + outcome.cached, 2, "{name}: the next run");
    }
}

#[test]
fn a_node_that_behaves_oddly_succeeds() {
    for (name, body, expected, logged) in [
        (
            "prints 100 MB",
            "line = 'x' * 99\nfor _ in range(1_000_000): print(line)\nreturn 'printed'",
            "printed",
            "dropped",
        ),
        (
            "prints 100 MB below Python",
            "import os\nblock = b'y' * 99 + b'\\n'\nfor _ in range(1000): os.write(1, block * 1000)\nreturn 'printed'",
            "printed",
            "dropped",
        ),
        (
            "prints what is not UTF-8",
            "import os\nos.write(1, b'\\xff\\xfe caf\\xe9\\n')\nreturn 'printed'",
            "printed",
            "\u{fffd}\u{fffd} caf\u{fffd}",
        ),
        (
            "reads its input",
            "import sys\nreturn repr(sys.stdin.read())",
            "''",
            "",
        ),
        (
            "closes its output",
            "import os\nos.close(1)\nos.close(2)\nprint('still here')\nreturn 'closed'",
            "closed",
            "still here",
        ),
        (
            "has a child that prints",
            "import subprocess\nsubprocess.run(['echo', 'from a child'])\nreturn 'ran'",
            "ran",
            "from a child",
        ),
        (
            "writes no line end",
            "import os\nos.write(2, b'half a line')\nreturn 'wrote'",
            "wrote",
            "half a line",
        ),
    ] {
        let (mut stage, [odd, ..]) = with_bystanders(body);
        // What is written below Python is known to be a node's only where no other runs beside it.
        stage.workers = 1;
        let outcome = stage.run();
        assert_eq!(
            outcome,
            all(RunStatus::Ok, 3, 0, 0, 0),
            "{name}: {}",
            stage.shown(odd)
        );
        assert_eq!(stage.shown(odd), expected, "{name}");
        if !logged.is_empty() {
            stage.until_logged(odd, logged);
        }
        assert!(
            stage.lines(odd).len() <= loom::engine::run::LINES_OF_NODE,
            "{name}"
        );
        assert_eq!(stage.run().status, RunStatus::Ok, "{name}: the next run");
    }
}

#[test]
fn stop_ends_a_run_however_deep_it_sits() {
    for (name, body, expected) in [
        (
            "asks whether to go on",
            "import loom, time\nwhile True:\n    loom.check_cancelled()\n    time.sleep(0.01)",
            "Cancelled: ",
        ),
        (
            "waits in Python",
            "import time\nwhile True: time.sleep(0.01)",
            "Cancelled: ",
        ),
        (
            "loops in C and lets nothing else run",
            "import re\nre.match(r'(a*)*b', 'a' * 60)",
            "Cancelled: It did not stop and was ended with the engine",
        ),
    ] {
        let body = format!("open('{{FLAG}}', 'w').close()\n{body}");
        let flag = tempfile::tempdir().unwrap();
        let flag = flag.path().join("busy");
        let body = body.replace("{FLAG}", &flag.to_string_lossy().replace('\\', "/"));
        let (mut stage, [stuck, after, _]) = with_bystanders(&body);
        let run = stage.begin(None);
        // The engine may not come to tell of a node that lets nothing else run.
        stage::until(|| flag.exists());
        stage.cancel(run);
        let outcome = stage.wait(run);
        assert_eq!(outcome.status, RunStatus::Cancelled, "{name}");
        let shown = stage.shown(stuck);
        assert!(shown.starts_with(expected), "{name}: {shown}");
        assert!(
            ["idle", &format!("skipped by {stuck}")].contains(&stage.shown(after).as_str()),
            "{name}"
        );

        let well = stage.node("well", "return 'well'", &[]);
        let run = stage.begin(Some(vec![well]));
        assert_eq!(
            stage.wait(run),
            all(RunStatus::Ok, 1, 0, 0, 0),
            "{name}: the next run"
        );
        assert_eq!(stage.shown(well), "well", "{name}: the next run");
    }
}

#[test]
fn a_gentle_stop_waits_for_a_node_that_does_not_heed_it_and_keeps_what_was_made() {
    let mut stage = Stage::new();
    let made = stage.node("made", "return 'made'", &[]);
    let body = "import time\nend = time.monotonic() + 6\nwhile time.monotonic() < end:\n    try:\n        \
                time.sleep(0.01)\n    except BaseException:\n        pass\nreturn in_0";
    let deaf = stage.node("deaf", body, &[made]);
    let after = stage.node("after", "return in_0", &[deaf]);
    let run = stage.begin(None);
    stage.until_started(deaf);
    stage.stop(run, Stop::Gentle);
    assert_eq!(stage.wait(run), all(RunStatus::Cancelled, 2, 0, 0, 0));
    assert_eq!(stage.shown(after), "idle");
    // A firm stop would have ended the process after 5 s, and all that it held with it.
    assert_eq!(stage.run(), all(RunStatus::Ok, 1, 2, 0, 0));
}

#[test]
fn breakpoints_hold_nodes_and_a_step_lets_one_go_also_in_the_next_process() {
    let mut stage = Stage::new();
    let first = stage.node("first", "return 1", &[]);
    let bad = stage.node("bad", "import os\nos._exit(3)", &[first]);
    let second = stage.node("second", "return in_0 + 1", &[first]);
    let third = stage.node("third", "return in_0 + 1", &[second]);
    let run = stage.request(RunRequest {
        pause: vec![bad, second],
        ..RunRequest::default()
    });
    stage.until_paused(second);
    assert_eq!(stage.shown(first), "1");
    stage.engine().step(run, Some(bad)).unwrap();
    // The process ends; the node is blamed, and the other is held again in the next one.
    stage.until_paused(second);
    assert!(stage.shown(bad).starts_with("EngineEnded"));
    stage.engine().step(run, Some(second)).unwrap();
    stage.until_paused(third);
    assert_eq!(stage.shown(second), "2");
    stage.engine().go_on(run).unwrap();
    assert_eq!(stage.wait(run), all(RunStatus::Failed, 3, 0, 1, 0));

    // Stop ends a run that holds nodes at once.
    let run = stage.request(RunRequest {
        step: true,
        force: vec![third],
        ..RunRequest::default()
    });
    stage.until_paused(third);
    stage.cancel(run);
    assert_eq!(stage.wait(run).status, RunStatus::Cancelled);
}

#[test]
fn of_several_that_ran_the_one_that_took_the_engine_down_is_found() {
    let mut stage = Stage::new();
    let start = stage.node("start", "return 1", &[]);
    let slow: Vec<_> = (0..3)
        .map(|i| {
            let body = "import time\ntime.sleep(0.5)\nreturn in_0 + 1";
            stage.node(&format!("slow_{i}"), body, &[start])
        })
        .collect();
    let bad = stage.node(
        "culprit",
        "import os, time\ntime.sleep(0.2)\nos._exit(9)",
        &[start],
    );
    let after = stage.node("after", "return in_0", &[bad]);
    let fails = stage.node("fails", "raise KeyError('once')", &[]);
    let outcome = stage.run();
    assert_eq!(
        outcome,
        all(RunStatus::Failed, 4, 0, 2, 1),
        "{:#?}",
        stage.events
    );
    assert!(
        stage.shown(bad).starts_with("EngineEnded: "),
        "{}",
        stage.shown(bad)
    );
    assert_eq!(stage.shown(after), format!("skipped by {bad}"));
    assert!(stage.shown(fails).starts_with("KeyError: "));
    for node in slow {
        assert_eq!(stage.shown(node), "2");
    }
    let told = |wanted: fn(&EngineEvent) -> bool| {
        stage.events.iter().filter(|event| wanted(event)).count()
    };
    assert_eq!(
        told(|event| matches!(event, EngineEvent::RunStarted { .. })),
        1
    );
    assert_eq!(
        told(|event| matches!(event, EngineEvent::NodeFinished { .. })),
        4
    );
    assert_eq!(
        told(|event| matches!(event, EngineEvent::NodeFailed { .. })),
        2
    );
}

#[test]
fn three_nodes_that_each_take_an_engine_down_are_all_named() {
    let mut stage = Stage::new();
    stage.workers = 1;
    let bad: Vec<_> = (0..3)
        .map(|i| stage.node(&format!("bad_{i}"), "import os\nos._exit(1)", &[]))
        .collect();
    let well = stage.node("well", "import math\nreturn math.floor(2.5)", &[]);
    assert_eq!(stage.run(), all(RunStatus::Failed, 1, 0, 3, 0));
    for node in bad {
        assert!(stage.shown(node).starts_with("EngineEnded: "));
    }
    assert_eq!(stage.shown(well), "2");
}

#[test]
fn an_engine_that_cannot_start_says_why_and_the_next_one_may() {
    let mut stage = Stage::new();
    let well = stage.node("well", "return 'well'", &[]);
    let good = stage.config();
    let mut missing = good.clone();
    missing.python = stage.folder.path().join("no-python");
    let mut broken = good.clone();
    broken.executor = stage.folder.path().join("executor");
    std::fs::create_dir(&broken.executor).unwrap();
    std::fs::write(
        broken.executor.join("bootstrap.py"),
        "import this_is_not_there\n",
    )
    .unwrap();
    for (config, expected) in [
        (missing, "no-python"),
        (broken, "No module named 'this_is_not_there'"),
    ] {
        stage.start(config);
        let event = stage.until(|event| matches!(event, EngineEvent::StartFailed { .. }));
        let EngineEvent::StartFailed { message } = event else {
            unreachable!("that is what was waited for")
        };
        assert!(
            message.starts_with("The engine cannot be started: "),
            "{message}"
        );
        assert!(message.contains(expected), "{message}");
        assert_eq!(stage.run().status, RunStatus::Failed);
    }
    stage.start(good);
    assert_eq!(stage.run(), all(RunStatus::Ok, 1, 0, 0, 0));
    assert_eq!(stage.shown(well), "well");
}

#[test]
fn a_run_that_waits_comes_after_and_one_that_is_stopped_never_starts() {
    let mut stage = Stage::new();
    let slow = stage.node("slow", "import time\ntime.sleep(0.3)\nreturn 1", &[]);
    let first = stage.begin(None);
    let second = stage.begin(None);
    let third = stage.begin(None);
    stage.cancel(second);
    let stopped = stage.wait(second);
    assert_eq!(stopped, all(RunStatus::Cancelled, 0, 0, 0, 0));
    let last = stage.wait(third);
    assert_eq!(last, all(RunStatus::Ok, 0, 1, 0, 0), "after {first}");
    assert_eq!(stage.state.run(), Some(third));
    let _ = slow;
}

#[test]
fn a_blocked_node_says_what_to_do() {
    let mut stage = Stage::new();
    let missing = loom::graph::NodeKind::missing(
        loom::graph::Bank::Project,
        "vanished_node",
        vec!["x".into()],
        vec!["result".into()],
    );
    let missing = stage.add(&std::sync::Arc::new(missing));
    let needs = stage.kind("needs", &["value"], "def needs(value):\n    return value\n");
    let (empty, fed) = (stage.add(&needs), stage.add(&needs));
    stage.link(missing, fed, "value");
    assert_eq!(stage.run(), all(RunStatus::Failed, 0, 0, 2, 1));
    assert!(
        stage.shown(missing).ends_with(
            "No source was found for \"vanished_node\": put vanished_node.py into the project's nodes folder"
        ),
        "{}",
        stage.shown(missing)
    );
    assert!(
        stage
            .shown(empty)
            .ends_with("The input \"value\" has no value: link it or type one"),
        "{}",
        stage.shown(empty)
    );
    assert_eq!(stage.shown(fed), format!("skipped by {missing}"));
}

#[test]
fn an_engine_that_was_restarted_knows_the_graph() {
    let mut stage = Stage::new();
    let one = stage.node("one", "return 1", &[]);
    let two = stage.node("two", "return in_0 + 1", &[one]);
    let slow = stage.node("slow", "import time\ntime.sleep(0.01)\nreturn in_0", &[one]);
    assert_eq!(stage.run(), all(RunStatus::Ok, 3, 0, 0, 0));
    stage.engine().restart().unwrap();
    stage.until(|event| matches!(event, EngineEvent::Hello { .. }));
    // Trivial functions are called again where somebody looks; a run finds what they gave.
    assert!(matches!(stage.text(two), View::Text { text: Some(text), .. } if text == "2"),);
    assert_eq!(stage.text(slow), View::Gone);
    assert_eq!(stage.run(), all(RunStatus::Ok, 1, 2, 0, 0));
    assert_eq!(stage.shown(two), "2");
}

/// What took long is there again after a crash of another node and after a restart, also when nobody ran it since.
#[test]
fn results_survive_a_crash_of_another_node_and_a_restart() {
    let mut stage = Stage::new();
    let folder = stage.folder.path().join("results");
    stage.results = Some(loom::engine::ResultsOnDisk {
        folder: folder.clone(),
        limit_bytes: 1 << 30,
    });
    let slow = stage.node(
        "slow",
        "import time\ntime.sleep(0.05)\nprint('ran')\nreturn 41",
        &[],
    );
    assert_eq!(stage.run(), all(RunStatus::Ok, 1, 0, 0, 0));
    let is_kept = || {
        let files = std::fs::read_dir(&folder).unwrap().flatten();
        files
            .into_iter()
            .any(|file| file.path().extension().is_some_and(|it| it == "result"))
    };
    stage::until(is_kept);
    let bad = stage.node("bad", "import os\nos._exit(1)", &[slow]);
    let good = stage.node("good", "return in_0 + 1", &[slow]);
    assert_eq!(stage.run(), all(RunStatus::Failed, 1, 1, 1, 0));
    assert!(stage.shown(bad).starts_with("EngineEnded: "));
    assert_eq!(stage.shown(good), "42");
    assert_eq!(stage.lines(slow), [""; 0], "it was not called again");

    stage.engine().restart().unwrap();
    stage.until(|event| matches!(event, EngineEvent::Hello { .. }));
    // Looked at before anything runs again: what was on disk, and what follows from it at once.
    for (node, expected) in [(slow, "41"), (good, "42")] {
        let view = stage.text(node);
        assert!(
            matches!(&view, View::Text { text: Some(text), .. } if text == expected),
            "{view:?}"
        );
    }
    let run = stage.begin(Some(vec![good]));
    assert_eq!(stage.wait(run), all(RunStatus::Ok, 0, 2, 0, 0));
    assert_eq!(stage.lines(slow), [""; 0]);
}

/// A node that holds Python's lock for ever, after it has started a process of its own and written both numbers.
#[cfg(target_os = "linux")]
fn stuck(stage: &mut Stage) -> std::path::PathBuf {
    let file = stage.folder.path().join("processes");
    let body = format!(
        "import os, re, subprocess\n\
         child = subprocess.Popen(['sleep', '600'])\n\
         with open('{0}.part', 'w') as out: out.write(f'{{os.getpid()}} {{child.pid}}')\n\
         os.rename('{0}.part', '{0}')\n\
         re.match(r'(a*)*b', 'a' * 60)",
        file.display()
    );
    stage.node("stuck", &body, &[]);
    stage.begin(None);
    file
}

#[cfg(target_os = "linux")]
fn processes(file: &std::path::Path) -> Vec<u32> {
    stage::until(|| file.exists());
    let text = std::fs::read_to_string(file).expect("the file is there");
    text.split(' ')
        .map(|id| id.parse().expect("a number"))
        .collect()
}

/// A process that has ended and waits for its parent to notice does not run, but is a leftover of ours if it is ours.
#[cfg(target_os = "linux")]
fn state(process: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[cfg(target_os = "linux")]
#[test]
fn dropping_the_engine_ends_all_that_it_started_and_leaves_nothing() {
    let mut stage = Stage::new();
    let file = stuck(&mut stage);
    let [engine, child] = processes(&file)[..] else {
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

#[cfg(target_os = "linux")]
#[test]
fn closing_the_engine_returns_when_nothing_is_left_of_it() {
    let mut stage = Stage::new();
    // Of a program that was killed: no process has a number that large.
    let left_over = stage.folder.path().join(".loom/engine-99999999-0");
    std::fs::create_dir_all(left_over.join("values")).unwrap();
    let id = stage.node("own", "import os\nreturn os.getpid()", &[]);
    stage.run();
    let engine: u32 = stage.shown(id).parse().unwrap();
    assert!(state(engine).is_some());
    stage.close_engine();
    assert_eq!(state(engine), None);
    let left = std::fs::read_dir(stage.folder.path().join(".loom"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "folders of its processes");
}

/// Not a test by itself: what `an_engine_ends_with_a_host_that_is_killed` starts and kills.
#[cfg(target_os = "linux")]
#[test]
fn host_to_be_killed() {
    let Some(file) = std::env::var_os("LOOM_TEST_HOST") else {
        return;
    };
    let mut stage = Stage::new();
    let written = stuck(&mut stage);
    stage::until(|| written.exists());
    std::fs::copy(&written, &file).unwrap();
    std::fs::rename(&file, std::path::Path::new(&file).with_extension("ready")).unwrap();
    stage::until(|| false);
}

#[cfg(target_os = "linux")]
#[test]
fn an_engine_ends_with_a_host_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers");
    let mut host = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "host_to_be_killed"])
        .env("LOOM_TEST_HOST", &file)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let found = processes(&file.with_extension("ready"));
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
