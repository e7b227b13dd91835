//! A disk that is full while one works: the file stays as it was, what is done is kept elsewhere, and all is well again
//! with the first free space. Linux alone, where a small disk can be made for one process.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use loom::settings::Settings;

use crate::Window;
use crate::small_disk::run_test;

/// Names the folder that the small disk is mounted at to the process that has it.
const DISK: &str = "LOOM_FULL_DISK";

#[test]
fn a_full_disk_harms_nothing_and_is_got_over() {
    run_test("full_disk::works_on_a_small_disk", "512k", DISK);
}

fn add(window: &mut Window) -> usize {
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    window.app().project().document.graph().node_count()
}

/// Go on until something holds; how long that took.
fn until(window: &mut Window, what: &str, mut holds: impl FnMut(&mut Window) -> bool) -> Duration {
    let start = Instant::now();
    while !holds(window) {
        window.steps();
        assert!(start.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(name).collect()
}

fn journals(folder: &Path) -> Vec<String> {
    let mut names = files(folder);
    names.retain(|name| name.ends_with(".journal"));
    names
}

fn says(window: &Window, text: &str) -> bool {
    window.harness.query_all_by_label_contains(text).count() > 0
}

#[test]
fn a_disk_that_becomes_read_only_is_got_over() {
    run_test(
        "full_disk::works_on_a_disk_that_becomes_read_only",
        "512k",
        DISK,
    );
}

#[test]
#[ignore = "started by the test beside it, on a disk of its own"]
fn works_on_a_disk_that_becomes_read_only() {
    let Some(disk) = std::env::var_os(DISK) else {
        return;
    };
    let disk = Path::new(&disk);
    let remount = |how: &str| {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-o", how, "tmpfs"]).arg(disk);
        assert!(mount.status().unwrap().success(), "{how}");
    };
    let project = loom::project::create("Fixed", disk).unwrap();
    remount("remount,ro");
    let mut window = Window::open(|_| project.clone());
    until(&mut window, "told", |window| {
        says(window, "The project's folder is read-only")
    });
    let done = add(&mut window);
    let aside = window.userdata.path().join("journals");
    until(&mut window, "a journal elsewhere", |_| {
        !journals(&aside).is_empty()
    });
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "told of the save", |window| {
        says(window, "did not go through")
    });
    remount("remount,rw");
    until(&mut window, "saved by itself", |window| {
        !window.app().project().document.is_dirty()
    });
    assert!(!says(&window, "read-only"));
    let text = fs::read_to_string(project.join("savefile.json")).unwrap();
    assert_eq!(text.matches("\"nodeId\"").count(), done);
    let held = loom::project::Lock::take(&project);
    assert!(held.is_err(), "it is locked as soon as it can be");
}

#[test]
#[ignore = "started by the test beside it, on a disk of its own"]
fn works_on_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else {
        return;
    };
    let disk = Path::new(&disk);
    let project = loom::project::create("Small", disk).unwrap();
    let savefile = project.join("savefile.json");
    let mut window = Window::open(|_| project.clone());
    let userdata = window.userdata.clone();
    let aside = userdata.path().join("journals");
    add(&mut window);
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "saved", |window| {
        !window.app().project().document.is_dirty()
    });
    let saved = fs::read(&savefile).unwrap();

    let mut ballast = fs::File::create(disk.join("ballast")).unwrap();
    while ballast.write(&[0; 4096]).is_ok_and(|count| count > 0) {}
    until(&mut window, "a journal elsewhere", |window| {
        add(window);
        !journals(&aside).is_empty()
    });
    window.key(Modifiers::COMMAND, Key::S);
    let told = until(&mut window, "told", |window| {
        says(window, "did not go through")
    });
    eprintln!("told of the full disk after {} ms", told.as_millis());
    assert!(says(&window, "The disk is full"));
    assert!(fs::read(&savefile).unwrap() == saved);
    assert!(window.app().project().document.is_dirty());
    let left = [&project, &project.join(".loom")].map(|folder| files(folder));
    assert!(
        !left
            .iter()
            .flatten()
            .any(|name| Path::new(name).extension().is_some_and(|end| end == "tmp")),
        "{left:?}"
    );
    let done = add(&mut window);
    let journal = aside.join(&journals(&aside)[0]);
    until(&mut window, "the last one is kept", |_| {
        let text = fs::read_to_string(&journal).unwrap();
        text.lines().count() > done
    });
    drop(window);

    // No farewell; the disk is as full as it was.
    let mut window = Window::start(
        Rc::clone(&userdata),
        Some(project.clone()),
        Settings::default(),
    );
    assert_eq!(window.app().project().document.graph().node_count(), done);
    drop(ballast);
    fs::remove_file(disk.join("ballast")).unwrap();
    until(&mut window, "a journal in its place again", |window| {
        add(window);
        journals(&aside).is_empty()
    });
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "saved", |window| {
        !window.app().project().document.is_dirty()
    });
    let text = fs::read_to_string(&savefile).unwrap();
    let nodes = window.app().project().document.graph().node_count();
    assert!(nodes > done);
    assert_eq!(text.matches("\"nodeId\"").count(), nodes);
}
