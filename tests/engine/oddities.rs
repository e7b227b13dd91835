//! What a node may do that is odd and no failure: floods of output, values of any kind, what it leaves running, and what
//! it does to the engine itself. All of it comes to a result, and leaves no process behind.

use std::time::Duration;

use loom::engine::{Fetch, RunStatus, View, What};

use crate::faults::End::Gives;
use crate::faults::{fault, nothing_is_left, saying};
#[cfg(target_os = "linux")]
use crate::processes;
use crate::stage::Stage;

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
    assert!(matches!(view, View::Tree { .. }), "{view:?}");
}

#[test]
fn a_value_that_takes_for_ever_to_show_keeps_no_other_from_it() {
    let mut stage = Stage::new();
    let body = "import time\nclass Slow:\n    shown = 0\n    def __str__(self):\n        self.shown += 1\n        \
                while self.shown > 1: time.sleep(0.01)\n        return 'slow'\nreturn Slow()";
    let slow = stage.node("slow", body, &[]);
    let well = stage.node("well", "return 'well'", &[]);
    assert_eq!(stage.run().status, RunStatus::Ok);
    let endless = Fetch {
        fetch: 7,
        node: slow,
        output: 0,
        what: What::Text,
    };
    stage.engine().fetch(endless).unwrap();
    // As long as the engine takes it for one that only takes long.
    std::thread::sleep(Duration::from_millis(2500));
    let view = stage.text(well);
    assert!(
        matches!(&view, View::Text { text: Some(text), .. } if text == "well"),
        "{view:?}"
    );
    nothing_is_left(stage, "an endless view");
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
    crate::stage::until(|| processes::marked(&marks).len() == 1);
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
        config.project = loom::project::trust::by_call::own(project.path());
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
    assert!(matches!(told, View::Text { .. }), "{told:?}");
    second.node("another", "return 1", &[]);
    assert_eq!(second.run().status, RunStatus::Ok);
    second.close_engine();
    assert_eq!(folders(), 0);
}
