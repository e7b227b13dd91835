//! What stands in the way of a project: told as long as it is so, and got over by itself or by the button beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::settings::Settings;

use crate::apart::{kept_apart, until_free};
use crate::journal::{count, save, written};
use crate::{Window, empty};

/// Go on until something holds.
#[track_caller]
pub fn until(window: &mut Window, what: &str, mut holds: impl FnMut(&mut Window) -> bool) {
    let start = Instant::now();
    while !holds(window) {
        window.steps();
        assert!(start.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn add(window: &mut Window) -> usize {
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    window.app().project().document.graph().node_count()
}

fn says(window: &Window, text: &str) -> bool {
    window.harness.query_all_by_label_contains(text).count() > 0
}

fn saved(project: &Path) -> usize {
    let text = fs::read_to_string(project.join("savefile.json")).unwrap_or_default();
    text.matches("\"nodeId\"").count()
}

fn is_dirty(window: &Window) -> bool {
    window.app().project().document.is_dirty()
}

/// The folder of the project is put elsewhere; where it is then.
fn take_off(window: &mut Window, project: &Path) -> PathBuf {
    let away = project.with_file_name("away");
    fs::rename(project, &away).unwrap();
    until(window, "told", |window| {
        says(window, "The project's folder is gone")
    });
    away
}

#[test]
fn a_window_that_could_only_look_takes_over_what_the_other_saved() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut first = Window::open(|_| project.clone());
    let mut second = Window::open(|_| project.clone());
    assert!(says(&second, "This project is read-only here"));
    second.harness.get_by_label("Try again").click();
    let named = format!("(process {}", std::process::id());
    until(&mut second, "the banner and an answer", |window| {
        window.harness.query_all_by_label_contains(&named).count() > 1
    });
    let done = add(&mut first);
    first.key(Modifiers::COMMAND, Key::S);
    until(&mut first, "saved", |window| !is_dirty(window));
    drop(first);
    until(&mut second, "an offer", |window| says(window, "Edit here"));
    second.harness.get_by_label("Edit here").click();
    until(&mut second, "what was saved there", |window| {
        window.app().project().document.graph().node_count() == done
    });
    until(&mut second, "no banner", |window| {
        !says(window, "Edit here")
    });
    let done = add(&mut second);
    second.key(Modifiers::COMMAND, Key::S);
    until(&mut second, "saved here", |window| !is_dirty(window));
    assert_eq!(saved(&project), done);
}

#[test]
fn what_was_done_while_only_looking_is_kept_when_the_file_is_as_it_was() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let first = Window::open(|_| project.clone());
    let mut second = Window::open(|_| project.clone());
    let done = add(&mut second);
    assert!(!project.join(".loom").join("journal").exists());
    drop(first);
    until(&mut second, "an offer", |window| says(window, "Edit here"));
    second.harness.get_by_label("Edit here").click();
    until(&mut second, "the journal", |_| {
        project.join(".loom").join("journal").exists()
    });
    second.key(Modifiers::COMMAND, Key::S);
    until(&mut second, "saved", |window| !is_dirty(window));
    assert_eq!(saved(&project), done);
}

#[test]
fn what_was_done_while_only_looking_is_put_together_with_what_the_other_saved() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut first = Window::open(|_| project.clone());
    let mut second = Window::open(|_| project.clone());
    // Another one, since two that say the same are one.
    second.key(Modifiers::NONE, Key::Tab);
    second.typed("subtract");
    second.key(Modifiers::NONE, Key::Enter);
    add(&mut first);
    let saved_there = add(&mut first);
    first.key(Modifiers::COMMAND, Key::S);
    until(&mut first, "saved", |window| !is_dirty(window));
    drop(first);
    until(&mut second, "an offer", |window| says(window, "Edit here"));
    second.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    second.typed("edit here");
    second.key(Modifiers::NONE, Key::Enter);
    until(&mut second, "both", |window| {
        window.app().project().document.graph().node_count() == 1 + saved_there
    });
    until(&mut second, "no banner", |window| {
        !says(window, "Edit here")
    });
    assert_eq!(saved(&project), saved_there);
    second.key(Modifiers::COMMAND, Key::S);
    until(&mut second, "saved", |window| !is_dirty(window));
    assert_eq!(saved(&project), 1 + saved_there);
}

#[test]
fn a_savefile_that_is_marked_as_read_only_is_left_and_saved_when_it_is_no_more() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let savefile = project.join("savefile.json");
    let mark = |is_readonly| {
        let mut permissions = fs::metadata(&savefile).unwrap().permissions();
        permissions.set_readonly(is_readonly);
        fs::set_permissions(&savefile, permissions).unwrap();
    };
    let before = fs::read(&savefile).unwrap();
    let mut window = Window::open(|_| project.clone());
    let done = add(&mut window);
    mark(true);
    until(&mut window, "told", |window| {
        says(window, "The savefile is read-only")
    });
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "told of the save", |window| {
        says(window, "did not go through")
    });
    assert!(fs::read(&savefile).unwrap() == before);
    mark(false);
    until(&mut window, "saved by itself", |window| !is_dirty(window));
    until(&mut window, "no banner", |window| {
        !says(window, "The savefile is read-only")
    });
    assert_eq!(saved(&project), done);
}

#[test]
fn a_folder_that_is_taken_off_is_not_made_anew_and_saved_to_when_it_is_back() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    let away = take_off(&mut window, &project);
    let done = add(&mut window);
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "told of the save", |window| {
        says(window, "did not go through")
    });
    let own = window.userdata.clone();
    until(&mut window, "kept in userdata", |_| {
        !kept_apart(own.path(), "journal").is_empty()
    });
    assert!(!project.exists());
    fs::rename(&away, &project).unwrap();
    until(&mut window, "saved by itself", |window| !is_dirty(window));
    assert_eq!(saved(&project), done);
}

#[test]
fn a_copy_elsewhere_has_what_is_shown_and_takes_its_place() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    fs::write(
        project.join("nodes").join("own.py"),
        "def own() -> int:\n    return 1\n",
    )
    .unwrap();
    let mut window = Window::open(|_| project.clone());
    let done = add(&mut window);
    fs::rename(&project, userdata.path().join("away")).unwrap();
    until(&mut window, "told", |window| {
        says(window, "Save a copy elsewhere…")
    });
    fs::rename(userdata.path().join("away"), &project).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    window
        .harness
        .state_mut()
        .save_copy(elsewhere.path().to_owned());
    let copy = elsewhere.path().join("Empty");
    until(&mut window, "the copy", |window| {
        window.app().project().folder.as_deref() == Some(&*copy)
    });
    assert_eq!(window.app().projects().count(), 1);
    assert_eq!((saved(&copy), saved(&project)), (done, 0));
    assert!(!is_dirty(&window));
    assert!(copy.join("nodes").join("own.py").is_file());
}

#[test]
fn a_place_of_note_is_told_of_until_it_is_known() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let synced = userdata.path().join("Dropbox");
    let project = loom::project::create("Shared", &synced).unwrap();
    let start = || {
        Window::start(
            Rc::clone(&userdata),
            Some(project.clone()),
            Settings::default(),
        )
    };
    let mut window = start();
    until(&mut window, "told", |window| {
        says(window, "lies in a folder of Dropbox")
    });
    window.harness.get_by_label("Got it").click();
    window.steps();
    assert!(!says(&window, "lies in a folder of Dropbox"));
    drop(window);
    let mut window = start();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        window.steps();
        assert!(!says(&window, "lies in a folder of Dropbox"));
    }
}

#[test]
fn what_is_not_saved_stays_out_of_a_folder_that_is_kept_in_step() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let around = tempfile::tempdir().unwrap();
    let before = loom::project::create("Shared", &around.path().join("here")).unwrap();
    let start =
        |at: &Path| Window::start(userdata.clone(), Some(at.to_owned()), Settings::default());
    // A journal that lies in it is of before it came there.
    let mut window = start(&before);
    add(&mut window);
    written(&mut window, &before, 1);
    drop(window);
    let synced = around.path().join("Nextcloud");
    fs::rename(around.path().join("here"), &synced).unwrap();
    let project = synced.join("Shared");
    let journal = project.join(".loom").join("journal");
    for done in 1..3 {
        let mut window = start(&project);
        assert_eq!(count(&window), done);
        add(&mut window);
        until(&mut window, "it is kept", |_| {
            let kept = kept_apart(userdata.path(), "journal");
            let mut texts = kept.iter().flat_map(fs::read_to_string);
            texts.any(|text| text.matches("\"do\"").count() == done + 1)
        });
        assert!(!says(&window, "kept in userdata"));
        drop(window);
        until_free(userdata.path());
    }
    let mut window = start(&project);
    assert_eq!(count(&window), 3);
    save(&mut window);
    drop(window);
    until_free(userdata.path());
    let mut window = start(&project);
    add(&mut window);
    until(&mut window, "it is kept", |_| {
        !kept_apart(userdata.path(), "journal").is_empty()
    });
    assert!(!journal.exists());
}

#[test]
fn a_second_window_on_a_project_shows_it_and_cannot_write_it() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let first = Window::open(|_| project.clone());
    let mut second = Window::open(|_| project.clone());
    second.key(Modifiers::NONE, Key::Tab);
    second.typed("add");
    second.key(Modifiers::NONE, Key::Enter);
    let before = std::fs::read(project.join("savefile.json")).unwrap();
    second.key(Modifiers::COMMAND, Key::S);
    let told = second
        .harness
        .query_all_by_label_contains("open in another Loom");
    assert!(told.count() > 0);
    assert!(second.app().project().document.is_dirty());
    assert_eq!(
        std::fs::read(project.join("savefile.json")).unwrap(),
        before
    );
    drop(first);
}

#[test]
fn what_was_to_follow_a_save_that_failed_does_not_follow_the_next_one() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    let away = take_off(&mut window, &project);
    add(&mut window);
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Save").click();
    window.until_told("It stays open, since it is not saved");
    let done = add(&mut window);
    fs::rename(&away, &project).unwrap();
    until(&mut window, "saved by itself", |window| !is_dirty(window));
    assert_eq!(saved(&project), done);
    window.steps();
    assert!(!window.app().project().is_welcome(), "it is worked on");
}
