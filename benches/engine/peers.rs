//! Other programs that run the same graphs (`benches/peers/`), and the environments that they and some nodes need. A
//! peer that is not to be had here is told in a line, and the cases go on without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loom::engine::python::{self, CancelFlag, Progress, Wanted};
use loom::project::requirements::Confirmed;

use crate::measure::least;
use crate::stage;

/// What the least of 25 runs of a graph takes a bare Python loop that writes the same events in batches.
pub fn floor(graph: &str) -> f64 {
    let output = Command::new(stage::python())
        .args(["floor.py", graph, "batch"])
        .current_dir(folder())
        .output()
        .expect("the floor runs");
    let text = String::from_utf8_lossy(&output.stderr);
    number(&text, "wall_ms_min")
        .unwrap_or_else(|| panic!("the floor says how long it took: {text}"))
}

/// What a run of a graph takes ryvencore, Ryven's engine, and how to call that; or why there is no figure. Of its two
/// ways to run a graph the quicker one counts.
pub fn ryvencore(graph: &str) -> Result<f64, String> {
    let python = environment("ryvencore", "ryvencore==0.5.0\n")?;
    let outcomes = ["data", "data opt"].map(|way| {
        let output = Command::new(&python)
            .args(["bench_ryvencore.py", graph, way, "30"])
            .current_dir(folder())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        number(&text, "wall_ms").ok_or_else(|| {
            let failed = text.split("\"FAILED\": \"").nth(1);
            let why = failed.and_then(|rest| rest.split('"').next());
            // It says nothing when its alarm ends it.
            why.unwrap_or("it did not finish within 30 s").to_owned()
        })
    });
    let times = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok());
    let quickest = least(times.copied());
    if quickest.is_finite() {
        return Ok(quickest);
    }
    let [_, last] = outcomes;
    last
}

/// The interpreter of an environment with these packages, kept below `target/` for the next time; or why there is
/// none. Made as a project's is, by uv where it is to be had and else by pip.
pub fn environment(name: &str, requirements: &str) -> Result<PathBuf, String> {
    let place = kept(&format!("{name}-environment"));
    fs::write(place.join("requirements.txt"), requirements).expect("target/ can be written to");
    let wanted = Wanted {
        project: loom::project::trust::by_call::own(&place),
        seals: place.join("environments"),
        python_version: None,
        tools: kept("tools"),
        program: place,
        needs: Vec::new(),
        confirmed: Confirmed::default(),
    };
    let mut tell = |progress| {
        if let Progress::Step(step) = progress {
            eprintln!("# {name}: {step}");
        }
    };
    let ready = python::prepare(&wanted, &mut tell, &CancelFlag::default());
    ready
        .map(|ready| ready.python)
        .map_err(|error| error.to_string())
}

/// A folder below `target/` that later benchmarks find as it was left.
pub fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("bench")
        .join(name);
    fs::create_dir_all(&folder).expect("target/ can be written to");
    folder
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// The number that stands under this key in a line of JSON.
fn number(json: &str, key: &str) -> Option<f64> {
    let (_, rest) = json.split_once(&format!("\"{key}\": "))?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}
