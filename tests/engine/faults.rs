//! What a node may do wrong, with the real process: how it ends, that all else stands, that the next run works, and
//! that no process is left behind. `docs/engine.md` says the same in words.

use loom::engine::{EngineEvent, RunStatus};
use loom::graph::NodeId;

use crate::fault::{Fails, Gives, Stop, fault, nothing_is_left, saying};
#[cfg(target_os = "linux")]
use crate::processes;
use crate::stage::{self, Outcome, Stage};

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
fn a_flood_of_output_is_bounded() {
    for fault in [
        fault(
            "prints 100 MB",
            "line = 'x' * 99\nfor _ in range(1_000_000): print(line)\nreturn 'printed'",
            Gives("printed"),
        ),
        fault(
            "prints 100 MB as errors",
            "import sys\nline = 'x' * 99\n\
             for _ in range(1_000_000): print(line, file=sys.stderr)\nreturn 'printed'",
            Gives("printed"),
        ),
        fault(
            "prints 100 MB below Python",
            "import os\nblock = b'y' * 99 + b'\\n'\n\
             for _ in range(1000): os.write(1, block * 1000)\nreturn 'printed'",
            Gives("printed"),
        ),
        fault(
            "prints 100 MB of errors below Python",
            "import os\nblock = b'y' * 99 + b'\\n'\n\
             for _ in range(1000): os.write(2, block * 1000)\nreturn 'printed'",
            Gives("printed"),
        ),
    ] {
        saying("dropped", fault).play();
    }
    for fault in [
        fault(
            "prints one line of 50 MB",
            "print('z' * 50_000_000)\nreturn 'printed'",
            Gives("printed"),
        ),
        fault(
            "prints one line of 50 MB below Python",
            "import os\nblock = b'z' * 50_000_000\nwhile block: block = block[os.write(1, block):]\n\
             return 'printed'",
            Gives("printed"),
        ),
    ] {
        saying("zzzz", fault).play();
    }
}

#[test]
fn output_of_any_kind_is_the_nodes_own() {
    for (says, fault) in [
        (
            "\u{fffd}\u{fffd} caf\u{fffd}",
            fault(
                "prints what is not UTF-8",
                "import os\nos.write(1, b'\\xff\\xfe caf\\xe9\\n')\nreturn 'printed'",
                Gives("printed"),
            ),
        ),
        (
            "\u{fffd}\u{fffd} caf\u{fffd}",
            fault(
                "prints what is not UTF-8 through Python",
                "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe caf\\xe9\\n')\nreturn 'printed'",
                Gives("printed"),
            ),
        ),
        (
            "half?",
            fault(
                "prints and returns half of a character",
                "print('half\\ud83d')\nreturn 'half\\ud83d'",
                Gives("half?"),
            ),
        ),
        (
            "",
            fault(
                "reads its input",
                "import sys\nreturn repr(sys.stdin.read())",
                Gives("''"),
            ),
        ),
        (
            "still here",
            fault(
                "closes its input and output",
                "import os\nfor number in range(3): os.close(number)\nprint('still here')\nreturn 'closed'",
                Gives("closed"),
            ),
        ),
        (
            "",
            fault(
                "closes and replaces Python's streams",
                "import io, sys\nsys.stdout.close()\nsys.stdout = io.StringIO()\nsys.stdin.close()\n\
                 sys.stderr = None\nreturn 'closed'",
                Gives("closed"),
            ),
        ),
        (
            "from a child",
            fault(
                "has a child that prints",
                "import subprocess\nsubprocess.run(['echo', 'from a child'])\nreturn 'ran'",
                Gives("ran"),
            ),
        ),
        (
            "half a line",
            fault(
                "writes no line end",
                "import os\nos.write(2, b'half a line')\nreturn 'wrote'",
                Gives("wrote"),
            ),
        ),
    ] {
        saying(says, fault).play();
    }
}

#[test]
fn a_value_of_any_kind_is_passed_on() {
    for fault in [
        fault(
            "returns what cannot be stored",
            "import threading\nclass Held:\n    def __init__(self): self.lock = threading.Lock()\n    \
             def __repr__(self): return 'held'\nreturn Held()",
            Gives("held"),
        ),
        fault(
            "returns what cannot be shown",
            "class Odd:\n    def __repr__(self): raise ValueError('no')\nreturn Odd()",
            Gives("it cannot be shown: ValueError"),
        ),
        fault(
            "returns what ends Python when it is shown",
            "class Odd:\n    def __repr__(self): raise SystemExit(3)\nreturn Odd()",
            Gives("it cannot be shown: SystemExit"),
        ),
        fault(
            "returns what says to be everything",
            "class Odd:\n    def __getattr__(self, name): return self\n    \
             def __call__(self, *args): return self\n    def __repr__(self): return 'odd'\nreturn Odd()",
            Gives("odd"),
        ),
        fault(
            "returns what has no length",
            "class Odd(list):\n    def __len__(self): raise SystemExit(3)\nreturn Odd()",
            Gives("it cannot be shown: SystemExit"),
        ),
        fault(
            "returns a list that contains itself",
            "loop = []\nloop.append(loop)\nreturn loop",
            Gives("list of 1"),
        ),
        fault(
            "returns an object whose text is endless",
            "class Odd:\n    def __repr__(self): return 'x' * 50_000_000\nreturn len(repr(Odd())), Odd()",
            Gives("tuple of 2"),
        ),
    ] {
        fault.play();
    }
}

#[test]
fn a_value_that_contains_itself_is_shown_as_far_as_a_tree_goes() {
    let mut stage = Stage::new();
    let body = "loop = {}\nloop['self'] = loop\nloop['list'] = [loop, loop]\nreturn loop";
    let node = stage.node("loop", body, &[]);
    assert_eq!(stage.run().status, RunStatus::Ok);
    let view = stage.view(node);
    assert!(matches!(view, loom::engine::View::Tree { .. }), "{view:?}");
}

#[test]
fn a_node_that_leaves_something_running_is_done() {
    for fault in [
        #[cfg(unix)]
        fault(
            "starts a process that outlives it",
            "import subprocess\nsubprocess.Popen(['sleep', '600'])\nreturn 'started'",
            Gives("started"),
        ),
        #[cfg(target_os = "linux")]
        fault(
            "starts a process that leaves the group",
            "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '600'])\nreturn 'started'",
            Gives("started"),
        ),
        #[cfg(unix)]
        fault(
            "forks a child that returns",
            "import os\nreturn 'parent' if os.fork() else 'child'",
            Gives("parent"),
        ),
        #[cfg(unix)]
        fault(
            "forks a child that raises",
            "import os\nif os.fork(): return 'parent'\nraise ValueError('in the child')",
            Gives("parent"),
        ),
        #[cfg(target_os = "linux")]
        fault(
            "forks a child that lives",
            "import os, time\nif os.fork(): return 'parent'\nos.setsid()\ntime.sleep(600)",
            Gives("parent"),
        ),
        fault(
            "leaves a thread",
            "import threading, time\ndef run():\n    while True: time.sleep(0.01)\n\
             threading.Thread(target=run).start()\nreturn 'started'",
            Gives("started"),
        ),
        fault(
            "leaves a thread that raises",
            "import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()\n\
             return 'started'",
            Gives("started"),
        ),
    ] {
        fault.play();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_forked_child_that_returns_ends_there_and_does_nothing_twice() {
    let mut stage = Stage::new();
    let forks = "import os\nfor _ in range(3): os.fork()\nreturn os.getpid()";
    let forks = stage.node("forks", forks, &[]);
    let folder = stage.folder.path().to_string_lossy().into_owned();
    let counts = format!("open('{folder}/count', 'a').write('x')\nreturn in_0");
    stage.node("counts", &counts, &[forks]);
    assert_eq!(stage.run().status, RunStatus::Ok);
    let marks = processes::marks(&stage);
    stage::until(|| processes::marked(&marks).len() == 1);
    let left = processes::marked(&marks)[0].to_string();
    assert_eq!(stage.shown(forks), left, "the parent goes on");
    let count = std::fs::read_to_string(stage.folder.path().join("count")).unwrap();
    assert_eq!(count, "x");
}

#[test]
fn a_node_that_meddles_with_the_engine_hurts_no_other() {
    for fault in [
        #[cfg(unix)]
        fault(
            "deletes the folder of values and where it works",
            "import os, shutil, sys\nos.makedirs(FILES, exist_ok=True)\nshutil.rmtree(FILES)\n\
             shutil.rmtree(os.path.dirname(FILES))\nreturn 'deleted'",
            Gives("deleted"),
        ),
        fault(
            "works elsewhere",
            "import os, tempfile\nfolder = tempfile.mkdtemp()\nos.chdir(folder)\nos.rmdir(folder)\nreturn 'gone'",
            Gives("gone"),
        ),
        fault(
            "ignores signals and collects no garbage",
            "import gc, signal, threading\ngc.disable()\n\
             if threading.current_thread() is threading.main_thread():\n    \
             signal.signal(signal.SIGINT, signal.SIG_IGN)\nreturn 'deaf'",
            Gives("deaf"),
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
fn a_module_of_the_project_stands_in_for_none_of_pythons() {
    let mut stage = Stage::new();
    let nodes = stage.folder.path().join("nodes");
    std::fs::create_dir(&nodes).unwrap();
    for folder in [stage.folder.path(), &nodes] {
        for module in ["json", "queue", "threading", "random"] {
            let text = "raise RuntimeError('this is the wrong one')\n";
            std::fs::write(folder.join(format!("{module}.py")), text).unwrap();
        }
    }
    let body = "import json, queue, random\nreturn json.dumps([len(random.sample([1, 2], 1))])";
    let node = stage.node("uses_json", body, &[]);
    assert_eq!(stage.run().status, RunStatus::Ok, "{}", stage.shown(node));
    assert_eq!(stage.shown(node), "[1]");
    nothing_is_left(stage, "json.py");
}

#[test]
fn two_engines_work_on_one_project_and_the_end_of_one_is_not_that_of_the_other() {
    let mut stages = [Stage::new(), Stage::new()];
    let project = tempfile::tempdir().unwrap();
    let nodes = stages.each_mut().map(|stage| {
        let mut config = stage.config();
        config.project = project.path().to_owned();
        config.files = project.path().join(".loom");
        stage.start(config);
        let body = "import os\nreturn os.getpid(), os.getcwd()";
        let node = stage.node("own", body, &[]);
        assert_eq!(stage.run().status, RunStatus::Ok);
        node
    });
    let folders = || {
        let entries = std::fs::read_dir(project.path().join(".loom")).unwrap();
        entries.count()
    };
    assert_eq!(folders(), 2);
    let [first, second] = &mut stages;
    first.close_engine();
    assert_eq!(folders(), 1);
    let told = second.text(nodes[1]);
    assert!(matches!(told, loom::engine::View::Text { .. }), "{told:?}");
    second.node("another", "return 1", &[]);
    assert_eq!(second.run().status, RunStatus::Ok);
    second.close_engine();
    assert_eq!(folders(), 0);
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
