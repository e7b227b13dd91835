//! Other windows: one that ended without a farewell is told of with what came back, and what another Loom asks is done as
//! soon as no question is open.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use loom::app::Neighbours;
use loom::instance::{self, Inbox, Mark};
use loom::paths::{Paths, Variables};
use loom::project::unsaved::{Location, Unsaved};
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;

use crate::{Window, empty, journal};

fn start(userdata: &Rc<tempfile::TempDir>, project: &Path, neighbours: Neighbours) -> Window {
    let builder = Harness::builder().with_size(egui::vec2(1400.0, 900.0));
    let project = Some(project.to_owned());
    Window::build_beside(
        builder,
        Rc::clone(userdata),
        project,
        Settings::default(),
        neighbours,
    )
}

fn add(window: &mut Window) {
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
}

/// Go on until something holds.
#[track_caller]
fn until(window: &mut Window, what: &str, mut holds: impl FnMut(&Window) -> bool) {
    let start = Instant::now();
    while !holds(window) {
        window.steps();
        assert!(start.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn says(window: &Window, text: &str) -> bool {
    window.harness.query_all_by_label_contains(text).count() > 0
}

#[test]
fn after_a_kill_the_next_start_says_what_came_back() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let (mark, _) = Mark::leave(userdata.path()).unwrap();
    let mut window = start(&userdata, &project, Neighbours::default());
    add(&mut window);
    add(&mut window);
    journal::written(&mut window, &project, 2);
    // Neither says its farewell.
    drop((window, mark));
    let paths = Paths::find(Some(userdata.path()), &Variables::load()).unwrap();
    let typed = Unsaved {
        path: project.join("nodes").join("kept.py"),
        text: "# typed".to_owned(),
        base: None,
    };
    Location::new(&project, &paths).keep(&[typed]).unwrap();

    let (mark, ended) = Mark::leave(userdata.path()).unwrap();
    let neighbours = Neighbours {
        ended,
        ..Neighbours::default()
    };
    let mut window = start(&userdata, &project, neighbours);
    assert!(matches!(window.app().dialog(), Some(Dialog::Crash(_))));
    until(&mut window, "the source", |window| {
        says(window, "Empty: a source was not saved")
    });
    for text in [
        "Loom ended unexpectedly",
        "Empty: 2 changes that were not saved came back",
        "sends nothing to anybody",
    ] {
        assert!(says(&window, text), "{text}");
    }
    window.harness.get_by_label("Copy the report").click();
    let copied = (0..8).find_map(|_| {
        window.harness.step();
        let commands = window.harness.output().platform_output.commands.clone();
        commands.into_iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text),
            _ => None,
        })
    });
    let copied = copied.expect("the report is copied");
    assert!(
        copied.contains(&format!("Process: {}", std::process::id())),
        "{copied}"
    );
    assert!(window.app().dialog().is_some(), "it is still read");
    window.harness.get_by_label("Close").click();
    window.steps();
    assert!(window.app().dialog().is_none());
    assert_eq!(window.app().project().document.graph().node_count(), 2);
    mark.end();
    let (mark, ended) = Mark::leave(userdata.path()).unwrap();
    assert_eq!(ended, [], "told once, and a farewell is none");
    mark.end();
}

#[test]
fn what_another_loom_asks_is_done_when_no_question_is_open() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let other = loom::project::create("Other", userdata.path()).unwrap();
    let (mark, _) = Mark::leave(userdata.path()).unwrap();
    let neighbours = Neighbours {
        inbox: Some(Inbox::open(userdata.path())),
        ..Neighbours::default()
    };
    let mut window = start(&userdata, &project, neighbours);
    let ask = |open: Option<PathBuf>| {
        let userdata = userdata.path().to_owned();
        let ask = move || instance::hand_over(&userdata, open.as_deref(), None);
        std::thread::Builder::new().spawn(ask).unwrap()
    };
    window.key(Modifiers::COMMAND, Key::N);
    let asked = ask(Some(other.clone()));
    assert_eq!(asked.join().unwrap(), Some(std::process::id()));
    window.steps();
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::NewProject { .. })
    ));
    assert_eq!(window.app().projects().count(), 1);
    window.key(Modifiers::NONE, Key::Escape);
    until(&mut window, "the other project", |window| {
        window.app().project().folder.as_ref() == Some(&other)
    });
    // One that is open is shown, and no other tab is made.
    assert!(ask(Some(project.clone())).join().unwrap().is_some());
    until(&mut window, "the first project", |window| {
        window.app().project().folder.as_ref() == Some(&project)
    });
    assert_eq!(window.app().projects().count(), 2);
    // An archive that was double-clicked, in a folder that is no project.
    let elsewhere = tempfile::tempdir().unwrap();
    let archive = elsewhere.path().join("Other.loom");
    loom::project::archive::pack(&other, &archive, &mut |_| ()).unwrap();
    assert!(ask(Some(archive)).join().unwrap().is_some());
    until(&mut window, "the imported project", |window| {
        window.app().projects().count() == 3
    });
    let imported = window.app().project().folder.clone();
    assert_eq!(imported, Some(userdata.path().join("Other 2")));
    assert!(window.app().dialog().is_none());
    assert!(ask(None).join().unwrap().is_some());
    mark.end();
}

#[test]
fn a_window_beside_another_leaves_its_tabs_alone() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let project = empty(userdata.path());
    let other = loom::project::create("Other", userdata.path()).unwrap();
    let first = start(&userdata, &project, Neighbours::default());
    let beside = Neighbours {
        is_beside: true,
        ..Neighbours::default()
    };
    let second = start(&userdata, &other, beside);
    assert_eq!(second.app().projects().count(), 1);
    let state = loom::project::state::State::load(userdata.path());
    assert_eq!(
        (state.open, state.recent[0].clone()),
        (vec![project], other)
    );
    drop((first, second));
}
