//! What making an environment costs with a warm cache, beside what uv takes by itself in the same sitting: an empty one,
//! and one with numpy and pillow, of which no lock is known and then one is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use loom::engine::python::{self, CancelFlag, Wanted};
use loom::project::requirements::Confirmed;

use crate::measure::{least, ms, report};
use crate::peers::kept;

const TIMES: usize = 7;
const PACKAGES: &str = "numpy\npillow\n";

pub fn made() {
    let folder = kept("environments");
    let wanted = Wanted {
        project: loom::project::trust::by_call::own(&folder.join("project")),
        seals: folder.join("environments"),
        python_version: None,
        tools: kept("tools"),
        program: folder.clone(),
        needs: Vec::new(),
        confirmed: Confirmed::default(),
    };
    // The first one fetches what the others find in the cache, uv included.
    for packages in ["", PACKAGES] {
        if let Err(why) = prepared(&wanted, packages, None) {
            println!("# engine/environment: not measured: {why}");
            return;
        }
    }
    let lock = fs::read_to_string(wanted.project.join("requirements.lock")).unwrap_or_default();
    let Some(uv) = uv(&wanted) else {
        println!("# engine/environment: not measured: there is no uv here");
        return;
    };
    let bare = folder.join("bare");
    let empty = || {
        fs::remove_dir_all(&bare).ok();
        let mut venv = Command::new(&uv);
        venv.args(["venv", "--quiet", "--no-project"]);
        timed(venv.arg(&bare))
    };
    let filled = || {
        let mut install = Command::new(&uv);
        install.args(["pip", "install", "--quiet", "--python"]);
        install
            .arg(python::interpreter(&bare))
            .args(PACKAGES.lines());
        empty() + timed(&mut install)
    };
    let by_loom = |packages: &str, lock: Option<&str>| {
        prepared(&wanted, packages, lock).expect("it worked before")
    };
    tell("empty", 100.0, || by_loom("", None), empty);
    tell("numpy_pillow", 1000.0, || by_loom(PACKAGES, None), filled);
    let locked = || by_loom(PACKAGES, Some(&lock));
    tell("numpy_pillow_locked", 1000.0, locked, filled);
}

/// The least of both, taken in turns, against the budget, and what that is over uv by itself.
fn tell(name: &str, budget: f64, loom: impl Fn() -> f64, bare: impl Fn() -> f64) {
    let times: Vec<_> = (0..TIMES).map(|_| (loom(), bare())).collect();
    let ours = least(times.iter().map(|(ours, _)| *ours));
    let theirs = least(times.iter().map(|(_, theirs)| *theirs));
    report(&format!("engine/environment/{name}"), ours, Some(budget));
    println!(
        "# {name}: {:.2} times uv by itself, {theirs:.0} ms",
        ours / theirs
    );
}

/// What a project takes that has no environment yet.
fn prepared(wanted: &Wanted, packages: &str, lock: Option<&str>) -> Result<f64, String> {
    let project = &wanted.project;
    fs::remove_dir_all(project).ok();
    fs::create_dir_all(project).expect("target/ can be written to");
    let write = |name: &str, text: &str| {
        fs::write(project.join(name), text).expect("target/ can be written to");
    };
    write("requirements.txt", packages);
    if let Some(lock) = lock {
        write("requirements.lock", lock);
    }
    let start = Instant::now();
    let made = python::prepare(wanted, &mut |_| (), &CancelFlag::default());
    let took = ms(start.elapsed());
    made.map_err(|error| error.to_string())?;
    Ok(took)
}

/// The uv that Loom takes.
fn uv(wanted: &Wanted) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let fetched = wanted.tools.join("uv").join("bin");
    let folders = std::env::split_paths(&path).chain([fetched]);
    let mut programs = folders.map(|folder| folder.join("uv"));
    programs.find(|program| Path::is_file(program))
}

fn timed(command: &mut Command) -> f64 {
    let start = Instant::now();
    let done = command.status().expect("uv can be started");
    assert!(done.success(), "{command:?}");
    ms(start.elapsed())
}
