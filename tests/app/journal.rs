//! Work that is not saved: a window that ends without its farewell, and the next one on the same project.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::project::lock;
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use crate::apart::{kept_apart, until_free};
use crate::hindrances::until;
use crate::{Window, empty};

/// Wait until the journal has this many entries behind its first line.
pub fn written(window: &mut Window, project: &Path, entries: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        window.steps();
        let text = fs::read_to_string(project.join(".loom/journal")).unwrap_or_default();
        // Lines that only say how the project stands are no entries.
        let lines = text.lines().filter(|line| !line.ends_with(" {}"));
        let count = lines.count();
        if count > entries {
            return;
        }
        assert!(Instant::now() < until, "{count} lines:\n{text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn add(window: &mut Window) {
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
}

/// A window on an empty project in which a node was added, which is kept and not saved.
fn edited() -> (tempfile::TempDir, PathBuf, Window) {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    add(&mut window);
    written(&mut window, &project, 1);
    (userdata, project, window)
}

/// Close the tab without saving; nothing is left to come back.
fn close_unsaved(window: &mut Window, project: &Path) {
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Don't save").click();
    let until = Instant::now() + Duration::from_secs(30);
    while project.join(".loom/journal").exists() {
        window.steps();
        assert!(Instant::now() < until);
    }
}

pub fn count(window: &Window) -> usize {
    window.app().project().document.graph().node_count()
}

#[test]
fn what_a_window_did_that_was_killed_comes_back_with_its_history() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let saved = fs::read(project.join("savefile.json")).unwrap();
    let mut window = Window::open(|_| project.clone());
    assert!(
        !project.join(".loom/journal").exists(),
        "looking writes nothing"
    );
    for _ in 0..3 {
        add(&mut window);
    }
    window.key(Modifiers::COMMAND, Key::Z);
    written(&mut window, &project, 4);
    // No farewell: what a killed process leaves.
    drop(window);

    for done in 0..2 {
        let mut window = Window::open(|_| project.clone());
        assert!(
            window.app().dialog().is_none(),
            "{:?}",
            window.app().dialog()
        );
        assert_eq!(count(&window), 2 + done);
        assert!(window.app().project().document.is_dirty());
        let told = window
            .harness
            .query_all_by_label_contains("not saved came back");
        assert!(told.count() > 0);
        assert_eq!(
            fs::read(project.join("savefile.json")).unwrap(),
            saved,
            "the savefile is never touched by it"
        );
        // Redo still knows what was taken back, and what is done now is kept as well.
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        assert_eq!(count(&window), 3);
        if done == 0 {
            written(&mut window, &project, 5);
        }
    }

    let mut window = Window::open(|_| project.clone());
    for _ in 0..3 {
        window.key(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(count(&window), 0);
    assert!(!window.app().project().document.is_dirty());
}

#[test]
fn what_is_saved_is_not_unsaved_after_a_kill_and_can_still_be_taken_back() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    add(&mut window);
    window.key(Modifiers::COMMAND, Key::S);
    written(&mut window, &project, 2);
    drop(window);
    let mut window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 1);
    assert!(!window.app().project().document.is_dirty());
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(count(&window), 0);
}

#[test]
fn a_tab_that_is_closed_leaves_nothing_to_come_back() {
    let (_userdata, project, mut window) = edited();
    close_unsaved(&mut window, &project);
    drop(window);
    let window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 0);
}

#[test]
fn what_came_back_and_is_not_wanted_stays_away() {
    let (_userdata, project, window) = edited();
    drop(window);
    let mut window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 1);
    close_unsaved(&mut window, &project);
    drop(window);
    let window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 0);
    assert!(!window.app().project().document.is_dirty());
}

#[test]
fn where_it_cannot_be_put_together_with_the_savefile_it_is_asked() {
    let userdata = tempfile::tempdir().unwrap();
    for restores in [true, false] {
        let name = format!("Asked {restores}");
        let project = loom::project::create(&name, userdata.path()).unwrap();
        let savefile = project.join("savefile.json");
        let mut window = Window::open(|_| project.clone());
        add(&mut window);
        // What is shown is made of nothing that a file holds any more.
        let other = fs::read_to_string(&savefile).unwrap();
        fs::write(&savefile, "<<<<<<< ours").unwrap();
        written(&mut window, &project, 2);
        drop(window);
        let note = |id: &str| format!(r#"{{"nodeId": "{id}", "name": "note", "ref": "graph"}}"#);
        let nodes = format!("\"nodes\": [{}, {}]", note("a"), note("b"));
        let other = other.replace("\"nodes\": []", &nodes);
        fs::write(&savefile, &other).unwrap();

        let mut window = Window::open(|_| project.clone());
        assert!(matches!(window.app().dialog(), Some(Dialog::Recover(_))));
        assert_eq!(count(&window), 2);
        let answer = if restores {
            "Restore"
        } else {
            "Use the savefile"
        };
        window.harness.get_by_label(answer).click();
        window.steps();
        let nodes = if restores { 1 } else { 2 };
        assert_eq!(count(&window), nodes);
        assert_eq!(window.app().project().document.is_dirty(), restores);
        if !restores {
            window.until_told("What was left is among the versions");
        }
        // What was refused is not thrown away.
        let kept = loom::project::generations::list(&project);
        let kept = kept
            .iter()
            .map(|version| fs::read_to_string(&version.path).unwrap());
        let kept = kept.filter(|text| text.matches("\"nodeId\"").count() == 1);
        assert_eq!(kept.count(), usize::from(!restores));
        add(&mut window);
        written(&mut window, &project, if restores { 5 } else { 1 });
        drop(window);

        // It was decided once.
        let window = Window::open(|_| project.clone());
        assert!(window.app().dialog().is_none());
        assert_eq!(count(&window), nodes + 1);
        assert_eq!(fs::read_to_string(&savefile).unwrap(), other);
    }
}

#[test]
fn without_a_folder_to_write_to_it_is_kept_in_userdata() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    // A folder in its place: nobody can write a file there.
    fs::create_dir_all(project.join(".loom/journal/in the way")).unwrap();
    add(&mut window);
    let own = window.userdata.clone();
    until(&mut window, "it is kept", |_| {
        !kept_apart(own.path(), "journal").is_empty()
    });
    drop(window);
    let window = Window::start(own, Some(project), loom::settings::Settings::default());
    assert_eq!(count(&window), 1);
    assert!(window.app().project().document.is_dirty());
}

/// Save, and wait until it is written.
pub fn save(window: &mut Window) {
    window.key(Modifiers::COMMAND, Key::S);
    let until = Instant::now() + Duration::from_secs(30);
    while window.app().project().document.is_dirty() {
        window.steps();
        assert!(Instant::now() < until);
    }
}

#[test]
fn a_damaged_savefile_is_left_and_the_version_before_it_opens_as_unsaved_work() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let savefile = project.join("savefile.json");
    let mut window = Window::open(|_| project.clone());
    for _ in 0..2 {
        add(&mut window);
        save(&mut window);
    }
    assert_eq!(loom::project::generations::list(&project).len(), 2);
    window.key(Modifiers::COMMAND, Key::W);
    drop(window);
    let damaged = &fs::read(&savefile).unwrap()[..100];
    fs::write(&savefile, damaged).unwrap();

    // Twice: what is done to the version comes back after a kill, by itself.
    for nodes in [1, 2] {
        let mut window = Window::open(|_| project.clone());
        assert!(window.app().project().is_welcome());
        let Some(Dialog::Damaged { text, .. }) = window.app().dialog() else {
            panic!("{:?}", window.app().dialog());
        };
        assert!(text.contains("line"), "{text}");
        window
            .harness
            .get_by_label_contains("Open the version of ")
            .click();
        window.steps();
        assert!(
            window.app().dialog().is_none(),
            "{:?}",
            window.app().dialog()
        );
        assert_eq!(count(&window), nodes);
        assert!(window.app().project().document.is_dirty());
        assert_eq!(fs::read(&savefile).unwrap(), damaged);
        if nodes == 1 {
            add(&mut window);
            written(&mut window, &project, 1);
            continue;
        }
        save(&mut window);
        let kept: Vec<_> = fs::read_dir(&project)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("savefile.corrupt-"))
            .collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(fs::read(&kept[0]).unwrap(), damaged);
    }
    let window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 2);
    assert!(!window.app().project().document.is_dirty());
}

#[test]
fn versions_that_cannot_be_kept_stop_no_save_and_are_told_once() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let mut window = Window::open(|_| project.clone());
    // A file in the place of the folder: no right to write, for any user.
    fs::write(project.join(".loom/generations"), "").unwrap();
    let told = |window: &Window| {
        let notices = window
            .harness
            .query_all_by_label_contains("version before it is not kept");
        notices.count()
    };
    add(&mut window);
    save(&mut window);
    window.steps();
    assert!(told(&window) > 0);
    let until = Instant::now() + Duration::from_mins(1);
    while told(&window) > 0 {
        window.steps();
        assert!(Instant::now() < until);
    }
    add(&mut window);
    save(&mut window);
    window.steps();
    let savefile = fs::read_to_string(project.join("savefile.json")).unwrap();
    assert_eq!(savefile.matches("\"nodeId\"").count(), 2);
    assert_eq!(told(&window), 0);
}

#[test]
fn a_damaged_savefile_without_any_version_opens_from_the_journal() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let savefile = project.join("savefile.json");
    let mut window = Window::open(|_| project.clone());
    add(&mut window);
    add(&mut window);
    written(&mut window, &project, 2);
    drop(window);
    fs::write(&savefile, "{ torn").unwrap();

    // Again and again, until it is saved.
    for nodes in [2, 3] {
        let mut window = Window::open(|_| project.clone());
        assert!(window.app().project().is_welcome());
        window.harness.get_by_label("Open what Loom kept").click();
        window.steps();
        assert_eq!(count(&window), nodes);
        assert!(window.app().project().document.is_dirty());
        assert_eq!(fs::read_to_string(&savefile).unwrap(), "{ torn");
        if nodes == 2 {
            add(&mut window);
            written(&mut window, &project, 4);
            continue;
        }
        save(&mut window);
        let text = fs::read_to_string(&savefile).unwrap();
        assert_eq!(text.matches("\"nodeId\"").count(), nodes);
        let names = fs::read_dir(&project).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        assert!(names.any(|name| name.to_string_lossy().starts_with("savefile.corrupt-")));
    }
}

#[test]
fn what_was_done_to_a_newer_savefile_comes_back() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let savefile = project.join("savefile.json");
    let newer = r#"{"formatVersion": 2, "minReader": 99, "projectId": "p", "nodes": []}"#;
    fs::write(&savefile, newer).unwrap();
    let mut window = Window::open(|_| project.clone());
    add(&mut window);
    written(&mut window, &project, 1);
    drop(window);
    let mut window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 1);
    window.key(Modifiers::COMMAND, Key::S);
    window.until_told("Not saved: ");
    window.until_told("Check for updates…");
    window.key(Modifiers::COMMAND, Key::W);
    window.until_told("Close without saving?");
    window.key(Modifiers::NONE, Key::Enter);
    assert!(window.app().project().is_welcome());
    window.key(Modifiers::COMMAND, Key::O);
    window.typed(project.to_str().unwrap());
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(count(&window), 1, "it was kept");
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Don't keep").click();
    window.steps();
    until(&mut window, "it is gone", |_| {
        !project.join(".loom/journal").exists()
    });
    assert_eq!(fs::read_to_string(&savefile).unwrap(), newer);
}

#[test]
fn a_journal_that_is_removed_under_the_window_is_put_back() {
    let (_userdata, project, mut window) = edited();
    fs::remove_dir_all(project.join(".loom")).unwrap();
    // Without doing anything, and with something that is done meanwhile.
    written(&mut window, &project, 1);
    fs::remove_dir_all(project.join(".loom")).unwrap();
    add(&mut window);
    written(&mut window, &project, 2);
    until(&mut window, "its lock is there too", |_| {
        lock::holder_here(&project).is_some()
    });
    drop(window);
    let window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 2);
}

#[test]
fn what_came_back_and_is_then_removed_or_cut_off_is_written_anew() {
    let (_userdata, project, mut window) = edited();
    let journal = project.join(".loom/journal");
    for (count, harm) in ["removed", "cut off", "cut off and removed"]
        .iter()
        .enumerate()
    {
        drop(window);
        window = Window::open(|_| project.clone());
        assert_eq!(self::count(&window), count + 1, "{harm}");
        let whole = fs::read(&journal).unwrap();
        // Held open by the window, and with no other name.
        if harm.contains("cut off") {
            fs::write(&journal, "").unwrap();
        }
        if harm.contains("removed") {
            fs::remove_file(&journal).unwrap();
        }
        let is_whole =
            |_: &mut Window| fs::read(&journal).is_ok_and(|now| now.len() >= whole.len() / 2);
        until(&mut window, harm, is_whole);
        assert!(
            window
                .harness
                .query_by_label_contains("kept nowhere")
                .is_none()
        );
        add(&mut window);
        written(&mut window, &project, 1);
    }
    drop(window);
    let mut window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 4);
    for _ in 0..4 {
        window.key(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(count(&window), 0, "with its history");
}

#[test]
fn without_a_savefile_what_was_not_saved_is_found_all_the_same() {
    let (userdata, project, window) = edited();
    fs::remove_file(project.join("savefile.json")).unwrap();
    drop(window);
    assert!(loom::project::find(&project, userdata.path()).is_ok());
    let mut window = Window::open(|_| project.clone());
    window.harness.get_by_label("Open what Loom kept").click();
    window.steps();
    assert_eq!(count(&window), 1);
    window.key(Modifiers::COMMAND, Key::S);
    until(&mut window, "saved", |_| {
        project.join("savefile.json").is_file()
    });
}

#[test]
fn where_no_folder_can_be_made_for_it_what_was_not_saved_comes_back_too() {
    let userdata = tempfile::tempdir().unwrap();
    let project = empty(userdata.path());
    let shared = Rc::new(tempfile::tempdir().unwrap());
    let open = || Window::start(shared.clone(), Some(project.clone()), Settings::default());
    let mut window = open();
    add(&mut window);
    written(&mut window, &project, 1);
    fs::remove_dir_all(project.join(".loom")).unwrap();
    fs::write(project.join(".loom"), "x").unwrap();
    until(&mut window, "it is kept", |_| {
        !kept_apart(shared.path(), "journal").is_empty()
    });
    drop(window);
    let mut window = open();
    assert_eq!(count(&window), 1);
    assert!(window.app().project().document.is_dirty());
    // As soon as there can be one, nobody else writes there.
    fs::remove_file(project.join(".loom")).unwrap();
    until(&mut window, "its lock", |_| {
        lock::holder_here(&project).is_some()
    });
}

#[test]
fn without_its_folder_what_was_not_saved_can_be_opened_and_saved_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let project = empty(folder.path());
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let mut window = Window::start(userdata.clone(), Some(project.clone()), Settings::default());
    add(&mut window);
    written(&mut window, &project, 1);
    fs::remove_dir_all(&project).unwrap();
    until(&mut window, "it is kept", |_| {
        !kept_apart(userdata.path(), "journal").is_empty()
    });
    drop(window);
    assert!(!project.exists(), "it is not made anew");
    assert_eq!(
        loom::project::find(&project, userdata.path()).unwrap(),
        project
    );
    let mut window = Window::start(userdata.clone(), None, Settings::default());
    window.harness.get_by_label("Close").click();
    until(&mut window, "it is among the projects", |window| {
        let label = "Empty: file gone, work kept";
        let card = window.harness.query_by_label(label);
        card.inspect(egui_kittest::Node::click).is_some()
    });
    window.steps();
    window.harness.get_by_label("Open what Loom kept").click();
    window.steps();
    assert_eq!(count(&window), 1);
    let elsewhere = tempfile::tempdir().unwrap();
    let parent = elsewhere.path().to_owned();
    window.harness.state_mut().save_copy(parent);
    window.until_told("You work on the copy now");
    assert_eq!(count(&window), 1);
}

#[test]
fn what_was_done_after_the_folder_was_moved_away_comes_back_where_it_lies_now() {
    if cfg!(windows) {
        // It moves no folder in which a window has files open.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (project, other) = (empty(folder.path()), folder.path().join("Moved"));
    // A copy has the same id.
    let copy = folder.path().join("Copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(project.join("savefile.json"), copy.join("savefile.json")).unwrap();
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let open = |at: &Path| {
        let at = Some(at.to_owned());
        Window::start(userdata.clone(), at, Settings::default())
    };
    let mut window = open(&project);
    add(&mut window);
    written(&mut window, &project, 1);
    fs::rename(&project, &other).unwrap();
    add(&mut window);
    until(&mut window, "it is kept", |_| {
        let kept = kept_apart(userdata.path(), "journal");
        let texts = kept.iter().flat_map(fs::read_to_string);
        texts
            .map(|text| text.matches("\"do\"").count())
            .sum::<usize>()
            == 2
    });
    let second = open(&other);
    assert_eq!(count(&second), 0, "the first has it still");
    drop((window, second));
    until_free(userdata.path());
    let window = open(&copy);
    assert!(window.app().dialog().is_none());
    assert_eq!(count(&window), 0, "it is none of this project");
    drop(window);

    let mut window = open(&other);
    assert!(window.app().dialog().is_none());
    assert_eq!(count(&window), 2);
    save(&mut window);
    until(&mut window, "nothing lies there any more", |_| {
        kept_apart(userdata.path(), "journal").is_empty()
    });
    assert!(!project.exists());
}

#[test]
fn what_cannot_be_read_of_it_is_kept_and_told() {
    let (_userdata, project, mut window) = edited();
    add(&mut window);
    written(&mut window, &project, 2);
    drop(window);
    let journal = project.join(".loom/journal");
    let mut damaged = fs::read(&journal).unwrap();
    let end = damaged.iter().position(|byte| *byte == b'\n').unwrap();
    damaged[end + 30] ^= 1;
    fs::write(&journal, &damaged).unwrap();
    let mut window = Window::open(|_| project.clone());
    assert_eq!(count(&window), 0);
    window.until_told("damaged, or of a newer Loom");
    add(&mut window);
    written(&mut window, &project, 1);
    let kept = fs::read_dir(project.join(".loom")).unwrap().flatten();
    let mut kept = kept.filter(|it| it.file_name().to_string_lossy().contains("unread"));
    assert_eq!(fs::read(kept.next().unwrap().path()).unwrap(), damaged);
}
