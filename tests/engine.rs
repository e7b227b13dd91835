//! The real engine through `Engine`: what runs, what is reused, what each fault comes to, and that no process is left
//! behind. Nothing here depends on how fast the machine is.

#[path = "crash/mod.rs"]
mod crash;
#[cfg(target_os = "linux")]
#[path = "engine/endings.rs"]
mod endings;
#[path = "engine/faults.rs"]
mod faults;
#[path = "engine/foreign_bytes.rs"]
mod foreign_bytes;
#[path = "engine/loops.rs"]
mod loops;
#[path = "engine/oddities.rs"]
mod oddities;
#[cfg(target_os = "linux")]
#[path = "engine/processes.rs"]
mod processes;
#[cfg(target_os = "linux")]
#[cfg(target_os = "linux")]
#[path = "shared/small_disk.rs"]
mod small_disk;
#[cfg(target_os = "linux")]
#[path = "engine/soak.rs"]
mod soak;
#[path = "engine/stage.rs"]
mod stage;
#[cfg(unix)]
mod update;

use std::time::Duration;

use loom::engine::{EngineEvent, EngineStatus, RunRequest, RunStatus, Stop, View};
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

#[test]
fn an_engine_that_is_idle_for_long_is_off_and_the_next_run_starts_another() {
    let mut stage = Stage::new();
    let mut config = stage.config();
    config.idle_after = Some(Duration::from_millis(300));
    stage.start(config);
    let slow = stage.node("slow", "import time\ntime.sleep(0.6)\nreturn 1", &[]);
    for _ in 0..2 {
        assert_eq!(stage.run(), all(RunStatus::Ok, 1, 0, 0, 0));
        stage.until(|event| matches!(event, EngineEvent::Idle));
        assert_eq!(*stage.state.engine(), EngineStatus::Off);
        let is_failure = |event: &EngineEvent| {
            matches!(
                event,
                EngineEvent::Ended { .. } | EngineEvent::StartFailed { .. }
            )
        };
        assert!(!stage.events.iter().any(is_failure), "{:#?}", stage.events);
        assert_eq!(stage.shown(slow), "1");
        assert_eq!(stage.text(slow), View::Gone);
    }
}

#[test]
fn an_engine_that_always_dies_is_not_started_for_ever() {
    let mut stage = Stage::new();
    let mut config = stage.config();
    let real = config.executor.join("bootstrap.py");
    config.executor = stage.folder.path().join("executor");
    let bootstrap = config.executor.join("bootstrap.py");
    std::fs::create_dir(&config.executor).unwrap();
    std::fs::write(&bootstrap, "import sys\nsys.exit('broken on purpose')\n").unwrap();
    stage.node("well", "return 'well'", &[]);
    stage.start(config);
    let message_of_next = |stage: &mut Stage| {
        let event = stage.until(|event| matches!(event, EngineEvent::StartFailed { .. }));
        let EngineEvent::StartFailed { message } = event else {
            unreachable!("that is what was waited for")
        };
        message
    };
    let first = message_of_next(&mut stage);
    assert!(first.contains("broken on purpose"), "{first}");
    for start in 1..=3 {
        let run = stage.begin(None);
        let message = message_of_next(&mut stage);
        assert!(message.contains("broken on purpose"), "{start}: {message}");
        assert_eq!(stage.wait(run).status, RunStatus::Failed);
    }
    let run = stage.begin(None);
    let message = message_of_next(&mut stage);
    assert!(
        message.starts_with("The engine is not started again: it ended 4 times within a minute"),
        "{message}"
    );
    assert!(message.contains("with exit code 1"), "{message}");
    assert_eq!(stage.wait(run).status, RunStatus::Failed);
    let is_start = |event: &EngineEvent| matches!(event, EngineEvent::Starting);
    assert!(!stage.events.iter().any(is_start), "{:#?}", stage.events);

    // Whoever has mended it asks for another.
    let text = format!("import runpy\nrunpy.run_path({real:?}, run_name='__main__')\n");
    std::fs::write(&bootstrap, text).unwrap();
    stage.engine().restart().unwrap();
    stage.until(|event| matches!(event, EngineEvent::Hello { .. }));
    assert_eq!(stage.run(), all(RunStatus::Ok, 1, 0, 0, 0));
}
