//! Thousands of runs in a row: neither process grows. What it measures is other tests' too when they run beside it, so
//! it runs by hand and alone:
//!
//! ```text
//! cargo test --test engine soak -- --ignored --nocapture
//! ```

use std::time::Instant;

use loom::engine::{RunRequest, RunStatus};
use loom::graph::Value;

use crate::processes::resident_bytes;
use crate::stage::Stage;

/// By then all is there that is made once or kept up to a bound: threads, the log's lines, the 4,096 earlier results.
const WARM_UP: u32 = 10_000;
const RUNS: u32 = 10_000;
const BETWEEN_LOOKS: u32 = 2_000;
/// Of the growth from then on, a twentieth of what is held.
const PART: u64 = 20;

#[test]
#[ignore = "it is run by hand, alone"]
fn ten_thousand_runs_leave_memory_as_it_was() {
    let mut stage = Stage::new();
    stage.keeps_events = false;
    let body = "def number(value):\n    return value\n";
    let number = stage.kind("number", &["value"], body);
    let number = stage.add(&number);
    let body = "import math\nprint('value', in_0)\nreturn [math.sqrt(in_0)] * 1000";
    let list = stage.node("list", body, &[number]);
    let sum = stage.node("sum_up", "return sum(in_0)", &[list]);
    let odd = "if in_0 % 2: raise ValueError('odd')\nreturn in_0";
    stage.node("refuses", odd, &[number]);
    let pid = stage.node("pid", "import os\nreturn os.getpid()", &[]);
    let began = Instant::now();
    let mut held = Vec::new();
    for at in 1..=WARM_UP + RUNS {
        // Values come again, so that results are reused, and one node runs each time.
        stage.set(number, "value", Value::Int(i64::from(at % 100)));
        let request = RunRequest {
            force: vec![sum],
            ..RunRequest::default()
        };
        let run = stage.request(request);
        let expected = [RunStatus::Ok, RunStatus::Failed][(at % 2) as usize];
        assert_eq!(stage.wait(run).status, expected, "run {at}");
        if at % BETWEEN_LOOKS == 0 {
            let engine = stage.shown(pid).parse().expect("a number");
            let both = [std::process::id(), engine].map(resident_bytes);
            println!(
                "{at} runs, {:.0} s: Loom {:.1} MB, engine {:.1} MB",
                began.elapsed().as_secs_f64(),
                both[0] as f64 / 1e6,
                both[1] as f64 / 1e6
            );
            if at >= WARM_UP {
                held.push(both);
            }
        }
    }
    let (first, last) = (held[0], held[held.len() - 1]);
    for (name, first, last) in [("Loom", first[0], last[0]), ("engine", first[1], last[1])] {
        assert!(
            last <= first + first / PART,
            "{name} grew from {first} to {last} bytes"
        );
    }
}
