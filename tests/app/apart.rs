//! Work in windows that may not write to the project: kept in userdata, each window's in a place of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::settings::Settings;

use crate::hindrances::until;
use crate::journal::{add, count, save};
use crate::{Window, empty};

/// The files of a userdata folder in which windows keep what they may not save.
pub fn kept_apart(userdata: &Path, ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(userdata.join("journals"));
    let paths = files.into_iter().flatten().flatten().map(|it| it.path());
    paths
        .filter(|it| it.extension().is_some_and(|it| it == ending))
        .collect()
}

/// The window is killed; what writes for it in this process is at its end.
fn kill(window: Window) {
    let userdata = window.userdata.clone();
    drop(window);
    until_free(userdata.path());
}

/// Until no window writes there any more.
pub fn until_free(userdata: &Path) {
    let give_up = Instant::now() + Duration::from_secs(30);
    let is_free = |path: PathBuf| fs::File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    while !kept_apart(userdata, "lock").into_iter().all(is_free) {
        assert!(Instant::now() < give_up);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A project that no window can lock, and the folder that it lies in.
fn locked_by_none() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let project = empty(folder.path());
    // No lock can be taken in a file.
    fs::write(project.join(".loom"), "in the way").unwrap();
    (folder, project)
}

fn open(userdata: &Rc<tempfile::TempDir>, project: &Path) -> Window {
    let project = Some(project.to_owned());
    Window::start(userdata.clone(), project, Settings::default())
}

/// Is there a journal in which so many things were done?
fn has_steps(userdata: &Path, done: usize) -> bool {
    let kept = kept_apart(userdata, "journal");
    let mut texts = kept.iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.any(|text| text.matches("\"do\"").count() == done)
}

#[test]
fn what_was_done_in_a_window_that_could_only_look_comes_back_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let project = empty(folder.path());
    let first = Window::open(|_| project.clone());
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let open = || open(&userdata, &project);
    let again = |done: usize| {
        let mut window = open();
        assert_eq!(count(&window), done);
        add(&mut window);
        until(&mut window, "it is kept", |_| {
            has_steps(userdata.path(), done + 1)
        });
        assert!(!project.join(".loom/journal").exists());
        window
    };
    kill(again(0));
    let second = again(1);
    // Another beside it, which does not take what that one still writes.
    let mut other = open();
    assert_eq!(count(&other), 0);
    add(&mut other);
    until(&mut other, "it is kept", |_| {
        kept_apart(userdata.path(), "journal").len() == 2
    });
    drop(second);
    kill(other);
    drop(first);

    let mut third = open();
    assert_eq!(count(&third), 2, "it comes back where it can be saved");
    third.harness.get_by_label("Restore").click();
    third.steps();
    assert_eq!(count(&third), 1, "the other one was asked about");
    third.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(count(&third), 2, "it can be taken back");
    add(&mut third);
    until(&mut third, "all of it is in the project", |_| {
        project.join(".loom/journal").exists() && kept_apart(userdata.path(), "journal").is_empty()
    });
    kill(third);
    assert_eq!(count(&open()), 3);
}

#[test]
fn two_windows_without_a_folder_to_write_to_keep_each_its_own() {
    let (_folder, project) = locked_by_none();
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let open = || open(&userdata, &project);
    let is_kept = |done: usize| has_steps(userdata.path(), done);
    let (mut first, mut second) = (open(), open());
    second.until_told("open in another Loom");
    add(&mut first);
    until(&mut first, "it is kept", |_| is_kept(1));
    add(&mut second);
    add(&mut second);
    until(&mut second, "it is kept", |_| is_kept(2));
    assert!(is_kept(1));
    // Longer than it takes to look whether each is in its place.
    let look = Instant::now() + Duration::from_secs(5);
    until(&mut first, "looked at", |_| Instant::now() > look);
    assert!(is_kept(1) && is_kept(2), "neither takes the other's place");
    drop(first);
    second.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    second.typed("edit here");
    second.key(Modifiers::NONE, Key::Enter);
    let restore = |window: &mut Window, done: usize| {
        until(window, "asked", |window| {
            window.harness.query_by_label("Restore").is_some()
        });
        window.harness.get_by_label("Restore").click();
        window.steps();
        assert_eq!(count(window), done);
    };
    restore(&mut second, 1);
    second.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(count(&second), 2);
    until(&mut second, "it is in one", |_| {
        kept_apart(userdata.path(), "journal").len() == 1
    });
    kill(second);
    let third = open();
    assert_eq!(count(&third), 2);
    // Nobody stands in anybody's way any more.
    fs::remove_file(project.join(".loom")).unwrap();
    let mut third = third;
    save(&mut third);
    until(&mut third, "nothing is left", |_| {
        kept_apart(userdata.path(), "journal").is_empty()
    });
}

#[test]
fn a_place_in_userdata_that_others_removed_is_held_again_before_another_window_has_it() {
    let (_folder, project) = locked_by_none();
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let open = || open(&userdata, &project);
    let mut first = open();
    add(&mut first);
    let journals = |count: usize| kept_apart(userdata.path(), "journal").len() == count;
    until(&mut first, "it is kept", |_| journals(1));
    fs::remove_dir_all(userdata.path().join("journals")).unwrap();
    until(&mut first, "it is held again", |_| {
        !kept_apart(userdata.path(), "lock").is_empty()
    });
    let mut second = open();
    second.until_told("open in another Loom");
    assert_eq!(count(&second), 0, "it takes nothing that is being written");
    add(&mut second);
    add(&mut second);
    until(&mut first, "both are kept", |_| {
        second.steps();
        journals(2)
    });
    drop(second);
    kill(first);
    let mut third = open();
    assert_eq!(count(&third), 1);
    third.harness.get_by_label("Restore").click();
    third.steps();
    assert_eq!(count(&third), 2);
}

#[test]
fn no_project_is_called_as_what_lies_beside_it_in_userdata() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = loom::project::create("Mine", userdata.path()).unwrap();
    let mut window = open(&userdata, &project);
    add(&mut window);
    save(&mut window);
    let names = fs::read_dir(userdata.path()).unwrap().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let own: Vec<_> = names.filter(|name| name != "Mine").collect();
    assert!(own.len() > 5, "{own:?}");
    for name in own.iter().filter(|name| !name.starts_with('.')) {
        let elsewhere = tempfile::tempdir().unwrap();
        let refused = loom::project::create(name, elsewhere.path()).unwrap_err();
        assert!(refused.to_string().contains("of its own"), "{refused}");
    }
}

#[test]
fn what_a_window_left_that_could_only_look_is_offered_where_the_savefile_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let project = empty(folder.path());
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let first = open(&userdata, &project);
    let mut second = open(&userdata, &project);
    add(&mut second);
    until(&mut second, "it is kept", |_| has_steps(userdata.path(), 1));
    drop(first);
    kill(second);
    fs::remove_file(project.join("savefile.json")).unwrap();
    let mut window = open(&userdata, &project);
    window.harness.get_by_label("Open what Loom kept").click();
    window.steps();
    assert_eq!(count(&window), 1);
    assert!(window.app().project().document.is_dirty());
    save(&mut window);
    until(&mut window, "nothing lies there any more", |_| {
        kept_apart(userdata.path(), "journal").is_empty()
    });
    assert!(project.join("savefile.json").is_file());
}
