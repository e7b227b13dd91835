//! Loom is killed in the middle of a change, at each stage and before each step of the exchange.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Scene, Tool, processes_of, tools, until};
use crate::server::Answer;

#[test]
fn killed_while_it_resolves_builds_or_tries_the_old_environment_stays() {
    for tool in tools() {
        for (package, silent) in [
            ("tiny==2.0", "/simple/tiny/"),
            ("tiny==2.0", "/tiny-2.0-py3-none-any.whl"),
            ("sleepy", "an import"),
        ] {
            // The modules are tried alike, whoever installed them.
            if tool == Tool::Pip && package == "sleepy" {
                continue;
            }
            let is_silent = Arc::new(AtomicBool::new(false));
            let flag = Arc::clone(&is_silent);
            let scene = Scene::new(tool, move |path, _| {
                let is_it = path == silent && flag.load(Ordering::SeqCst);
                is_it.then_some(Answer::Silence)
            });
            scene.install_tiny();
            is_silent.store(true, Ordering::SeqCst);
            let before = scene.server.seen().len();
            // Pages that were read once would come from the cache.
            fs::remove_dir_all(scene.stage.folder.path().join("cache")).ok();
            let mut command = scene.command(&["env", "add", "P", package]);
            let mut loom = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let here = scene.stage.folder.path().join("here");
            until(&format!("{tool:?}: {silent}"), || {
                let seen = scene.server.seen();
                here.exists() || seen[before..].iter().any(|line| line.contains(silent))
            });
            loom.kill().unwrap();
            loom.wait().unwrap();
            until("the end of its tools", || {
                processes_of(&scene.project).is_empty()
            });
            // At once, before anything could have mended it.
            let code = "import tiny; print(tiny.version)";
            assert_eq!(crate::stage::python(&scene.project, code), "1");
            is_silent.store(false, Ordering::SeqCst);
            scene.is_whole(1);
            scene.loom(&["env", "add", "P", "tiny==2.0"]).exits(0);
            scene.is_whole(2);
        }
    }
}

/// System calls that change files.
const CALLS: &str = "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,fsync,openat";

/// One call to be killed at: its name and the how-many-th of that name it is.
type Moment = (String, usize);

/// The moments of the exchange in what strace wrote, from the first text that is written into the new environment on.
fn moments(trace: &str) -> Vec<Moment> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found: Vec<Moment> = Vec::new();
    let mut has_begun = false;
    let mut removals = 0;
    for line in trace.lines() {
        let Some((name, rest)) = line.split_once('(') else {
            continue;
        };
        let count = counts.entry(name).or_default();
        *count += 1;
        has_begun |= name == "openat" && rest.contains("loom-requirements.txt");
        let is_change = name != "openat" || rest.contains("O_CREAT");
        let is_removal = name == "unlinkat";
        removals = if is_removal { removals + 1 } else { 0 };
        // A folder's files go one by one: some of them do.
        if has_begun && is_change && (removals < 3 || removals % 25 == 0) {
            found.push((name.to_owned(), *count));
        }
    }
    found
}

/// Run `loom` under strace, which writes to `trace` and does more as it is told.
fn traced(scene: &Scene, trace: &Path, more: &[&str], arguments: &[&str]) -> Option<i32> {
    let loom = scene.command(arguments);
    let mut command = Command::new("strace");
    command.arg("-qq").arg("-o").arg(trace);
    command.arg(format!("--trace={CALLS}")).args(more);
    command.arg(loom.get_program()).args(loom.get_args());
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.current_dir(scene.stage.folder.path());
    for (name, value) in loom.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.status().unwrap().code()
}

fn has_strace() -> bool {
    let strace = Command::new("strace").arg("-V").output();
    let is_there = strace.is_ok_and(|output| output.status.success());
    if !is_there {
        crate::not_tested::note("there is no strace to kill Loom at a system call");
    }
    is_there
}

fn copy(from: &Path, to: &Path) {
    fs::remove_dir_all(to).ok();
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.unwrap().success());
}

/// Kill the change from tiny 1.0 to 2.0 at each moment of the calls that begin with `calls`; `look` at each outcome,
/// before anything mends it.
fn killed_at_each_moment(scene: &Scene, calls: &str, more: &[&str], look: impl Fn(&str)) {
    let saved = scene.stage.folder.path().join("saved");
    let trace = scene.stage.folder.path().join("trace");
    copy(&scene.project, &saved);
    let change = ["env", "add", "P", "tiny==2.0"];
    // Twice: the first call makes what later ones find.
    for _ in 0..2 {
        copy(&saved, &scene.project);
        assert_eq!(traced(scene, &trace, more, &change), Some(0));
        scene.is_whole(2);
    }
    let mut moments = moments(&fs::read_to_string(&trace).unwrap());
    assert!(moments.len() > 10, "{moments:?}");
    moments.retain(|(name, _)| name.starts_with(calls));
    let mut ended_as = [0, 0];
    for (name, count) in &moments {
        copy(&saved, &scene.project);
        let kill = format!("--inject={name}:signal=KILL:when={count}");
        let arguments: Vec<_> = more.iter().copied().chain([kill.as_str()]).collect();
        assert_eq!(traced(scene, &trace, &arguments, &change), None, "{kill}");
        look(&kill);
        // What the user's own file asks for is what runs after the next call.
        scene.loom(&["run", "P"]).exits(0);
        let is_new = scene.text("requirements.txt").contains("tiny==2.0");
        let version = if is_new { 2 } else { 1 };
        scene.is_whole(version);
        ended_as[version as usize - 1] += 1;
    }
    assert!(ended_as.iter().all(|count| *count > 0), "{ended_as:?}");
}

#[test]
fn killed_at_any_step_of_the_exchange_one_environment_works_with_its_requirements() {
    if !tools().contains(&Tool::Uv) || !has_strace() {
        return;
    }
    let scene = Scene::with_tiny(Tool::Uv);
    // So that there is one before already, which is removed in the exchange.
    scene.loom(&["env", "add", "P", "tiny==2.0"]).exits(0);
    scene.loom(&["env", "add", "P", "tiny==1.0"]).exits(0);
    let place = scene.project.join(".venv");
    killed_at_each_moment(&scene, "", &[], |kill| {
        assert!(place.join("bin/python").exists(), "{kill}: no environment");
    });
}

#[test]
fn killed_where_two_folders_cannot_be_exchanged_in_one_step_the_next_call_mends() {
    if !tools().contains(&Tool::Uv) || !has_strace() {
        return;
    }
    let scene = Scene::with_tiny(Tool::Uv);
    let is_refused = ["--inject=renameat2:error=EINVAL"];
    killed_at_each_moment(&scene, "rename", &is_refused, |_| ());
}

#[test]
fn killed_while_an_environment_of_somebody_else_makes_room_that_one_is_kept() {
    if !tools().contains(&Tool::Uv) || !has_strace() {
        return;
    }
    let scene = Scene::with_tiny(Tool::Uv);
    let place = scene.project.join(".venv");
    fs::remove_file(place.join("loom-environment.txt")).unwrap();
    fs::write(place.join("mine.txt"), "mine").unwrap();
    let kept = || {
        let entries = fs::read_dir(&scene.project).unwrap().flatten();
        let folders = entries.filter(|entry| entry.path().join("mine.txt").is_file());
        folders.count()
    };
    killed_at_each_moment(&scene, "rename", &[], |kill| {
        assert_eq!(kept(), 1, "{kill}");
    });
    assert_eq!(kept(), 1);
}
