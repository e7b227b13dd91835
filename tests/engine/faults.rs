//! What a node may do wrong, with the real process: how it ends, that all else stands, that the next run works, and
//! that no process is left behind. `docs/engine.md` says the same in words; what is odd but no failure stands in
//! `oddities.rs`.

use std::time::{Duration, Instant};

use loom::engine::{EngineEvent, RunStatus};
use loom::graph::NodeId;

#[cfg(target_os = "linux")]
use crate::processes;
use crate::stage::{self, Outcome, Stage};

/// A function's body that does something wrong. `FLAG` in it is a file that it makes once it is at it, `FILES` the
/// folder of its engine's values.
pub struct Fault {
    name: &'static str,
    body: &'static str,
    end: End,
    /// In a line that the node has logged.
    says: &'static str,
}

pub enum End {
    /// The node gives this, and all others run.
    Gives(&'static str),
    /// It fails with one of these, and all others run but for those that need it.
    Fails(&'static [&'static str]),
    /// It goes on until Stop, and then fails with this.
    Stop(&'static str),
}

use End::{Fails, Gives, Stop};

pub const fn fault(name: &'static str, body: &'static str, end: End) -> Fault {
    let says = "";
    Fault {
        name,
        body,
        end,
        says,
    }
}

pub const fn saying(says: &'static str, fault: Fault) -> Fault {
    Fault { says, ..fault }
}

/// After Stop, its node is interrupted after 2 s and the process killed after 5 s; the rest is for a machine that has
/// other things to do. The only time that is asserted: a Stop that is not kept would otherwise only be slow.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

impl Fault {
    pub fn play(&self) {
        let name = self.name;
        let mut stage = Stage::new();
        let flag = stage.folder.path().join("flag");
        let text = |path: &std::path::Path| path.to_string_lossy().replace('\\', "/");
        let go = stage.folder.path().join("go");
        let wait = format!(
            "import os, time\nwhile not os.path.exists('{}'): time.sleep(0.01)",
            text(&go)
        );
        let files = "sys.argv[sys.argv.index('--files') + 1]";
        let body = self
            .body
            .replace("FLAG", &format!("open('{}', 'w').close()", text(&flag)))
            .replace("FILES", files);
        let body = match self.end {
            Stop(_) => format!("{wait}\n{body}"),
            _ => body,
        };
        let first = stage.node("first", "return 'kept'", &[]);
        let bad = stage.node("culprit", &body, &[first]);
        let after = stage.node("after", "return in_0", &[bad]);
        // A call that is not trivial, so that it is one of those that run on threads.
        let apart = stage.node("apart", "import math\nreturn math.floor(7.5)", &[]);
        if !self.says.is_empty() {
            // What is written below Python is known to be a node's only where no other runs beside it.
            stage.workers = 1;
        }

        let run = stage.begin(None);
        let mut stopped = None;
        if matches!(self.end, Stop(_)) {
            // What was not told before something lets nothing else run is lost with the engine.
            stage.until_finished(first);
            std::fs::write(&go, "").expect("the temporary folder can be written to");
            stage::until(|| flag.exists());
            stopped = Some(Instant::now());
            stage.cancel(run);
        }
        let Outcome {
            status,
            ran,
            failed,
            skipped,
            ..
        } = stage.wait(run);
        if let Some(stopped) = stopped {
            assert!(stopped.elapsed() < STOPS_WITHIN, "{name}: Stop");
        }

        let shown = stage.shown(bad);
        let is_expected = match self.end {
            Gives(text) => shown == text,
            Fails(starts) => starts.iter().any(|start| shown.starts_with(start)),
            Stop(start) => shown.starts_with(start),
        };
        assert!(is_expected, "{name}: {shown}");
        let counts = (status, ran, failed, skipped);
        match self.end {
            Gives(_) => assert_eq!(counts, (RunStatus::Ok, 4, 0, 0), "{name}"),
            Fails(_) => assert_eq!(
                counts,
                (RunStatus::Failed, 2, 1, 1),
                "{name}: {:#?}",
                stage.events
            ),
            Stop(_) => assert_eq!((status, failed), (RunStatus::Cancelled, 1), "{name}"),
        }
        let of_others = [first, after, apart].map(|node| stage.shown(node));
        let of_after = match self.end {
            Gives(_) => stage.shown(bad),
            Fails(_) => format!("skipped by {bad}"),
            // Whether it came to be skipped depends on how the engine ended.
            Stop(_) => of_others[1].clone(),
        };
        let of_apart = match self.end {
            Stop(_) => of_others[2].clone(),
            _ => "7".to_owned(),
        };
        assert_eq!(of_others, ["kept".to_owned(), of_after, of_apart], "{name}");
        if !self.says.is_empty() {
            stage.until_logged(bad, self.says);
        }
        assert!(
            stage.lines(bad).len() <= loom::engine::run::LINES_OF_NODE,
            "{name}"
        );
        next_run_works(&mut stage, name);
        nothing_is_left(stage, name);
    }
}

fn next_run_works(stage: &mut Stage, name: &str) {
    let body = "import os, math\nos.getcwd()\nprint('hello')\nreturn math.floor(8.5)";
    let well = stage.node("well", body, &[]);
    let run = stage.begin(Some(vec![well]));
    assert_eq!(
        stage.wait(run).status,
        RunStatus::Ok,
        "{name}: {}",
        stage.shown(well)
    );
    assert_eq!(stage.shown(well), "8", "{name}: the next run");
    stage.until_logged(well, "hello");
    assert_eq!(stage.lines(well), ["hello"], "{name}: the next run");
}

pub fn nothing_is_left(mut stage: Stage, name: &str) {
    #[cfg(target_os = "linux")]
    {
        let marks = processes::marks(&stage);
        assert_ne!(marks, [""; 0], "{name}");
        assert_ne!(processes::marked(&marks), [0; 0], "{name}: its engine");
        stage.close_engine();
        assert_eq!(processes::marked(&marks), [0; 0], "{name}: left behind");
        assert_eq!(processes::marks(&stage), [""; 0], "{name}: folders");
    }
    stage.close_engine();
    drop(stage);
    let _ = name;
}

#[test]
fn a_node_that_fails_does_so_by_name_and_the_rest_runs() {
    for fault in [
        fault(
            "raises",
            "raise ValueError('no such column')",
            Fails(&["ValueError: no such column"]),
        ),
        fault(
            "raises what is no Exception",
            "class Odd(BaseException): pass\nraise Odd('odd')",
            Fails(&["Odd: odd"]),
        ),
        fault(
            "raises what Stop raises",
            "raise KeyboardInterrupt",
            Fails(&["KeyboardInterrupt: "]),
        ),
        fault(
            "raises what cannot say what it is",
            "class Odd(Exception):\n    def __str__(self): raise SystemExit\nraise Odd",
            Fails(&["Odd: the error's own text cannot be made: SystemExit"]),
        ),
        fault(
            "recurses",
            "def again():\n    return again() + 1\nreturn again()",
            Fails(&["RecursionError: "]),
        ),
        fault(
            "sys.exit",
            "import sys\nsys.exit(3)",
            Fails(&["SystemExit: "]),
        ),
        fault(
            "asks for more memory than there is",
            "return bytearray(10**15)",
            Fails(&["MemoryError: not enough memory"]),
        ),
    ] {
        fault.play();
    }
}

#[test]
fn a_node_that_takes_the_engine_down_is_named_and_the_rest_runs() {
    for fault in [
        fault(
            "os._exit",
            "import os\nos._exit(3)",
            Fails(&["EngineEnded: This node took the engine down: it ended with exit code 3"]),
        ),
        fault(
            "os._exit(0)",
            "import os\nos._exit(0)",
            Fails(&["EngineEnded: This node took the engine down: it ended with exit code 0"]),
        ),
        saying(
            "half a line",
            fault(
                "half a line, then death",
                "import os\nos.write(2, b'half a line')\nos._exit(3)",
                Fails(&["EngineEnded: "]),
            ),
        ),
        fault(
            "closes all",
            "import os\nos.closerange(3, 1000)\nreturn 1",
            Fails(&["EngineEnded: "]),
        ),
        #[cfg(unix)]
        fault(
            "segfault",
            "import ctypes\nctypes.string_at(0)",
            Fails(&["EngineEnded: This node took the engine down: it ended with SIGSEGV"]),
        ),
        #[cfg(unix)]
        fault(
            "abort",
            "import os\nos.abort()",
            Fails(&["EngineEnded: This node took the engine down: it ended with SIGABRT"]),
        ),
        #[cfg(unix)]
        fault(
            "killed",
            "import os\nos.kill(os.getpid(), 9)",
            Fails(&["EngineEnded: This node took the engine down: it ended with SIGKILL"]),
        ),
        // From Python 3.12 on, C code counts its own recursion and raises.
        fault(
            "recurses in C until the stack is full",
            "import sys\nsys.setrecursionlimit(10**9)\nnested = []\n\
             for _ in range(10**6): nested = [nested]\nreturn len(repr(nested))",
            Fails(&["EngineEnded: ", "RecursionError: ", "MemoryError: "]),
        ),
    ] {
        fault.play();
    }
}

#[test]
fn stop_ends_a_node_however_deep_it_sits() {
    for fault in [
        fault(
            "asks whether to go on",
            "import loom, time\nFLAG\nwhile True:\n    loom.check_cancelled()\n    time.sleep(0.01)",
            Stop("Cancelled: "),
        ),
        fault(
            "waits in Python",
            "import time\nFLAG\nwhile True: time.sleep(0.01)",
            Stop("Cancelled: the run was stopped"),
        ),
        fault(
            "swallows the interrupt",
            "import time\nFLAG\nwhile True:\n    try: time.sleep(0.01)\n    except BaseException: pass",
            Stop("Cancelled: It did not stop and was ended with the engine"),
        ),
        fault(
            "loops in C and lets nothing else run",
            "import re\nFLAG\nre.match(r'(a*)*b', 'a' * 60)",
            Stop("Cancelled: It did not stop and was ended with the engine"),
        ),
        fault(
            "returns what takes for ever to show",
            "class Slow:\n    def __repr__(self):\n        FLAG\n        while True: pass\nreturn Slow()",
            Stop("Cancelled: It did not stop and was ended with the engine"),
        ),
    ] {
        fault.play();
    }
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
    let body = "import os, time\ntime.sleep(0.2)\nos._exit(9)";
    let bad = stage.node("culprit", body, &[start]);
    let after = stage.node("after", "return in_0", &[bad]);
    let fails = stage.node("fails", "raise KeyError('once')", &[]);
    let outcome = stage.run();
    let expected = Outcome {
        status: RunStatus::Failed,
        ran: 4,
        cached: 0,
        failed: 2,
        skipped: 1,
    };
    assert_eq!(outcome, expected, "{:#?}", stage.events);
    let starts_with = |node: NodeId, start: &str| {
        let shown = stage.shown(node);
        assert!(shown.starts_with(start), "{shown}");
    };
    starts_with(bad, "EngineEnded: ");
    starts_with(fails, "KeyError: ");
    starts_with(after, &format!("skipped by {bad}"));
    for node in slow {
        starts_with(node, "2");
    }
    let told = |wanted: fn(&EngineEvent) -> bool| {
        stage.events.iter().filter(|event| wanted(event)).count()
    };
    for (wanted, count) in [
        (
            (|event| matches!(event, EngineEvent::RunStarted { .. })) as fn(&EngineEvent) -> bool,
            1,
        ),
        (|event| matches!(event, EngineEvent::NodeFinished { .. }), 4),
        (|event| matches!(event, EngineEvent::NodeFailed { .. }), 2),
    ] {
        assert_eq!(told(wanted), count);
    }
}

#[test]
fn three_nodes_that_each_take_an_engine_down_are_all_named() {
    let mut stage = Stage::new();
    stage.workers = 1;
    let bad: Vec<_> = (0..3)
        .map(|i| stage.node(&format!("bad_{i}"), "import os\nos._exit(1)", &[]))
        .collect();
    let well = stage.node("well", "import math\nreturn math.floor(2.5)", &[]);
    let outcome = stage.run();
    assert_eq!((outcome.ran, outcome.failed), (1, 3));
    for node in bad {
        assert!(stage.shown(node).starts_with("EngineEnded: "));
    }
    assert_eq!(stage.shown(well), "2");
}
