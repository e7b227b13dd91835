//! One fault of a node, played with the real process: how it ends, and that all else stands.

use std::time::{Duration, Instant};

use loom::engine::RunStatus;

#[cfg(target_os = "linux")]
use crate::processes;
use crate::stage::{self, Outcome, Stage};

/// A function's body that does something wrong. `FLAG` in it is a file that it makes once it is at it, `FILES` the
/// folder of its engine's values.
pub struct Fault {
    pub name: &'static str,
    pub body: &'static str,
    pub end: End,
    /// In a line that the node has logged.
    pub says: &'static str,
}

pub enum End {
    /// The node gives this, and all others run.
    Gives(&'static str),
    /// It fails with one of these, and all others run but for those that need it.
    Fails(&'static [&'static str]),
    /// It goes on until Stop, and then fails with this.
    Stop(&'static str),
}

pub use End::{Fails, Gives, Stop};

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
pub const STOPS_WITHIN: Duration = Duration::from_secs(20);

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

pub fn next_run_works(stage: &mut Stage, name: &str) {
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
