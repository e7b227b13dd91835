//! What is typed and not saved: where it is kept, for whom it stays, and how it comes back.

use super::*;

#[test]
fn what_is_typed_without_a_pause_is_kept_while_it_is_typed() {
    let mut window = Window::open(empty);
    window.new_node("kept");
    let copy = window.folder().join(".loom").join("unsaved-code.json");
    window.key(WITH_CTRL, Key::End);
    // Far more often than what is kept may be late, and for as long as ten times that.
    let started = Instant::now();
    while !copy.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "never kept");
        window.typed("#");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(std::fs::read_to_string(&copy).unwrap().contains("##"));
}

#[test]
fn what_cannot_be_kept_in_the_project_is_kept_in_userdata_and_tried_until_it_is() {
    let mut window = Window::open(empty);
    window.new_node("kept");
    let project = window.folder();
    let file = project.join("nodes").join("kept.py");
    let saved = std::fs::read_to_string(&file).unwrap();
    // Folders in the place of both: nobody can write a file there.
    let in_project = project.join(".loom").join("unsaved-code.json");
    std::fs::create_dir_all(in_project.join("in the way")).unwrap();
    let in_userdata = window.userdata.path().join("journals");
    std::fs::remove_dir_all(&in_userdata).unwrap();
    std::fs::write(&in_userdata, "").unwrap();
    window.key(WITH_CTRL, Key::End);
    window.typed("# typed in vain?");
    let told = "could not be kept";
    let started = Instant::now();
    while !window.says(told) {
        assert!(started.elapsed() < Duration::from_secs(30), "not told");
        std::thread::sleep(Duration::from_millis(10));
        window.harness.step();
    }
    // It is tried again, although nothing more is typed.
    std::fs::remove_file(&in_userdata).unwrap();
    window.wait("the copy", |_| {
        let kept = std::fs::read_dir(&in_userdata).into_iter().flatten();
        let mut kept = kept.flatten().map(|entry| entry.path());
        kept.any(|path| std::fs::read_to_string(path).is_ok_and(|text| text.contains("in vain")))
    });
    let userdata: Rc<_> = window.userdata.clone();
    drop(window);

    let mut window = Window::start(userdata, Some(project), Settings::default());
    window.wait("the text", |app| text(app).ends_with("# typed in vain?"));
    window.steps();
    assert!(window.says("Your last changes to kept.py were not saved when a window ended"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), saved);
}

#[test]
fn what_is_kept_of_a_source_and_others_remove_is_kept_again() {
    for is_locked in [true, false] {
        let mut window = Window::open(empty);
        window.new_node("kept");
        let project = window.folder();
        let home = project.join(".loom").join("unsaved-code.json");
        let userdata = window.userdata.path().join("journals");
        if !is_locked {
            // It lies in userdata then.
            std::fs::create_dir_all(home.join("in the way")).unwrap();
        }
        window.key(WITH_CTRL, Key::End);
        window.typed("# typed once");
        let lies = || {
            let files = std::fs::read_dir(&userdata).into_iter().flatten().flatten();
            let mut paths = files.map(|file| file.path()).chain([home.clone()]);
            paths.any(|path| std::fs::read_to_string(path).is_ok_and(|it| it.contains("once")))
        };
        for _ in 0..2 {
            window.wait("what is kept", |_| lies());
            // What writes there meanwhile may be in the way.
            while lies() {
                std::fs::remove_dir_all(&userdata).ok();
                if is_locked {
                    std::fs::remove_dir_all(project.join(".loom")).ok();
                }
            }
        }
        window.wait("what is kept", |_| lies());
    }
}

#[test]
fn what_others_did_to_a_source_before_it_comes_back_is_asked_about() {
    for is_deleted in [false, true] {
        let mut window = Window::open(empty);
        window.new_node("kept");
        let (project, userdata) = (window.folder(), window.userdata.clone());
        let file = project.join("nodes").join("kept.py");
        let home = project.join(".loom").join("unsaved-code.json");
        window.key(WITH_CTRL, Key::End);
        window.typed("# mine");
        window.wait("the copy", |_| home.exists());
        drop(window);
        let theirs = "# theirs\n".to_owned() + &std::fs::read_to_string(&file).unwrap();
        if is_deleted {
            std::fs::remove_file(&file).unwrap();
        } else {
            std::fs::write(&file, &theirs).unwrap();
        }
        let mut window = Window::start(userdata, Some(project), Settings::default());
        window.wait("the text", |app| {
            app.panels().code.shown().is_some() && text(app).ends_with("# mine")
        });
        // It stands when the disk was looked at as well.
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            window.steps();
            std::thread::sleep(Duration::from_millis(20));
        }
        let (told, answer) = if is_deleted {
            ("Another program deleted kept.py", "Keep my text")
        } else {
            ("Another program changed kept.py", "Take theirs")
        };
        assert!(window.says(told));
        window.press(answer);
        let shown = if is_deleted { "# mine" } else { &*theirs };
        assert!(text(window.app()).ends_with(shown));
        assert_eq!(window.app().panels().code.is_unsaved(), is_deleted);
    }
}

/// What two windows leave of one project that were killed: each has typed in the same source.
fn typed_in_two() -> (Rc<tempfile::TempDir>, PathBuf) {
    let mut first = Window::open(empty);
    first.new_node("kept");
    let (project, userdata) = (first.folder(), first.userdata.clone());
    first.key(CTRL, Key::S);
    first.wait("the save", |app| !app.project().document.is_dirty());
    let type_at_end = |window: &mut Window, text: &str| {
        window.key(WITH_CTRL, Key::End);
        window.typed(text);
    };
    let mut second = again(&userdata, &project);
    assert!(second.says("open in another Loom"));
    second.key(CTRL, Key::A);
    second.key(NONE, Key::F4);
    second.wait("the source", |app| app.panels().code.shown().is_some());
    type_at_end(&mut second, "# second");
    type_at_end(&mut first, "# first");
    let home = project.join(".loom").join("unsaved-code.json");
    let apart = || crate::apart::kept_apart(userdata.path(), "json");
    first.wait("both copies", |_| {
        second.steps();
        lies(&home, "# first") && apart().iter().any(|path| lies(path, "# second"))
    });
    assert!(!lies(&home, "# second"));
    drop((first, second));
    (userdata, project)
}

fn again(userdata: &Rc<tempfile::TempDir>, project: &Path) -> Window {
    let project = Some(project.to_owned());
    let mut window = Window::start(userdata.clone(), project, Settings::default());
    window.steps();
    window
}

fn lies(path: &Path, text: &str) -> bool {
    std::fs::read_to_string(path).is_ok_and(|there| there.contains(text))
}

#[test]
fn what_two_windows_typed_in_one_source_is_kept_of_both() {
    let (userdata, project) = typed_in_two();
    let mut third = again(&userdata, &project);
    third.wait("the first text", |app| text(app).ends_with("# first"));
    assert!(third.says("Two windows typed in kept.py"));
    third.wait("where the other lies", |_| {
        !crate::apart::kept_apart(userdata.path(), "json").is_empty()
    });
    third.press("Keep the changes");
    third.saved();
    drop(third);
    let mut fourth = again(&userdata, &project);
    fourth.wait("the second text", |app| text(app).ends_with("# second"));
}

#[test]
fn where_one_of_two_texts_can_be_put_nowhere_else_both_stay_where_they_lie() {
    let (userdata, project) = typed_in_two();
    let [slot] = crate::apart::kept_apart(userdata.path(), "json")
        .try_into()
        .unwrap();
    // All other places are taken.
    let name = slot.file_name().unwrap().to_string_lossy().into_owned();
    for number in 2..=64 {
        let other = name.replace(".code.1.json", &format!(".code.{number}.json"));
        std::fs::write(slot.with_file_name(other), "").unwrap();
    }
    let mut third = again(&userdata, &project);
    third.wait("the first text", |app| text(app).ends_with("# first"));
    third.until_told("could not be kept elsewhere");
    third.press("Keep the changes");
    third.key(WITH_CTRL, Key::End);
    third.typed("# third");
    let until = Instant::now() + Duration::from_millis(2500);
    while Instant::now() < until {
        third.steps();
        std::thread::sleep(Duration::from_millis(20));
    }
    let home = project.join(".loom").join("unsaved-code.json");
    assert!(lies(&home, "# first") && !lies(&home, "# third"));
    assert!(lies(&slot, "# second"));
}

#[test]
fn a_copy_elsewhere_has_what_was_typed_and_what_it_has_not_stays_unsaved() {
    for goes_on in [false, true] {
        let mut window = Window::open(empty);
        window.new_node("kept");
        let project = window.folder();
        let saved = std::fs::read_to_string(project.join("savefile.json")).unwrap();
        window.key(WITH_CTRL, Key::End);
        window.typed("# typed");
        let elsewhere = tempfile::tempdir().unwrap();
        window
            .harness
            .state_mut()
            .save_copy(elsewhere.path().to_owned());
        if goes_on {
            // Before the copy is seen.
            window.typed(" more");
        }
        window.wait("the copy", |app| {
            let folder = app.project().folder.as_ref();
            folder.is_some_and(|folder| folder.starts_with(elsewhere.path()))
        });
        let copy = window.folder();
        assert!(lies(&copy.join("nodes").join("kept.py"), "# typed"));
        assert_eq!(window.app().project().document.graph().node_count(), 1);
        assert!(!window.app().project().document.is_dirty());
        let names: Vec<_> = std::fs::read_dir(elsewhere.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        // Nothing was saved there.
        let there = std::fs::read_to_string(project.join("savefile.json")).unwrap();
        assert_eq!(there, saved);
        assert!(!lies(&project.join("nodes").join("kept.py"), "# typed"));
        if goes_on {
            window.until_told("has changes that are not in it, and stays");
            window.key(CTRL, Key::Tab);
            window.wait("its tab", |app| {
                app.project().folder.as_ref() == Some(&project)
            });
            assert!(window.app().project().document.is_dirty());
            assert!(text(window.app()).ends_with("# typed more"));
        } else {
            window.wait("the end of its tab", |_| {
                !project.join(".loom").join("journal").exists()
            });
            assert!(!project.join(".loom").join("unsaved-code.json").exists());
        }
    }
}
