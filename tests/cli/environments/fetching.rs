//! uv is fetched from the package index by the hash that is compiled in: the good one, another one, half of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Scene, Tool};
use crate::server::Answer;

/// The real uv of the pinned version as a wheel; fetched once, and kept for the next time.
fn wheel_of_uv() -> Option<PathBuf> {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv-wheel");
    let found = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths = entries.map(|entry| entry.path());
        paths.find(|path| path.extension().is_some_and(|end| end == "whl"))
    };
    if found(&kept).is_none() {
        let source = include_str!("../../../src/engine/python/uv.rs");
        let pinned = source.split("const VERSION: &str = \"").nth(1)?;
        let version = pinned.split('"').next()?;
        let mut pip = Command::new("python3");
        pip.args([
            "-I",
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
        ]);
        pip.arg(&kept).arg(format!("uv=={version}"));
        pip.status().ok();
    }
    found(&kept).or_else(|| {
        crate::not_tested::note("the package index gives no uv");
        None
    })
}

#[test]
fn uv_is_fetched_by_its_hash_and_where_that_fails_pip_does_the_work() {
    let Some(wheel) = wheel_of_uv() else {
        return;
    };
    let name = wheel.file_name().unwrap().to_str().unwrap().to_owned();
    for how in ["good", "other", "half"] {
        let path = format!("/{name}");
        let scene = Scene::new(Tool::Pip, move |asked, answer| match answer {
            Answer::Whole(bytes) if asked == path => {
                let mut bytes = bytes.clone();
                let middle = bytes.len() / 2;
                Some(match how {
                    "half" => Answer::Half(bytes),
                    "other" => {
                        bytes[middle] ^= 1;
                        Answer::Whole(bytes)
                    }
                    _ => Answer::Whole(bytes),
                })
            }
            _ => None,
        });
        // What keeps the other tests from fetching.
        let tools = scene.stage.userdata().join("tools");
        fs::remove_file(&tools).unwrap();
        fs::copy(&wheel, scene.wheels.join(&name)).unwrap();
        crate::server::list(&scene.wheels);
        fs::write(
            scene.project.join("requirements.txt"),
            "# mine\ntiny==1.0\n",
        )
        .unwrap();
        let run = scene.loom(&["run", "P", "--print", "n.result"]).exits(0);
        assert_eq!(run.stdout, "1\n");
        let is_refused = run
            .stderr
            .contains("uv could not be fetched: pip is used instead");
        assert_eq!(is_refused, how != "good", "{how}: {run:?}");
        let uv = tools.join("uv").join("bin").join("uv");
        assert_eq!(uv.is_file(), how == "good", "{how}");
        assert!(!tools.join("uv.new").exists());
        let by = if is_refused { "with pip" } else { "with uv" };
        assert!(run.stderr.contains(by), "{how}: {run:?}");
        // No whole file was unpacked that is not the one.
        assert!(scene.server.seen().iter().any(|line| line.contains(&name)));
    }
}
