//! The real engine through `Engine`: what runs, what is reused, what each fault comes to, and that no process is left
//! behind. Nothing here depends on how fast the machine is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "engine/stage.rs"]
mod stage;

use loom::engine::{RunStatus, View};
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
