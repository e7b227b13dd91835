//! A window that is killed at random moments while somebody works in it, again and again: what was on the screen is there
//! at the next start. The files themselves are the matter of `tests/crash/`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::Harness;
use loom::app::{App, Neighbours};
use loom::settings::Settings;
use loom::ui::dialogs::Dialog;
use loom::update::{Here, Off, Updater};

use super::killing::{self, Random, heard, say};

/// Names the userdata folder to the child.
const CHILD: &str = "LOOM_KILLED_WINDOW";
/// As many on one project: each start does again what its journal holds.
const ON_ONE: usize = 12;
/// A window tells fewer lines before it is killed: those of ten nodes and two saves.
const LINES: u64 = 12;

#[test]
#[ignore = "started by the test beside it, which kills it"]
fn works_until_it_is_killed() {
    let Some(userdata) = std::env::var_os(CHILD) else {
        return;
    };
    let userdata = Path::new(&userdata);
    let updater = Updater::new(Err(Off::NoRepository), Here::find());
    let project = Some(userdata.join("Empty"));
    let neighbours = Neighbours::default();
    let options = super::options(userdata, project, Settings::default(), neighbours, updater);
    let mut harness = Harness::builder()
        .with_size(vec2(1000.0, 700.0))
        .with_max_steps(64)
        .build_eframe(|creation| App::new(&creation.egui_ctx, options));
    harness.run_steps(4);
    let count =
        |harness: &Harness<'_, App>| harness.state().project().document.graph().node_count();
    let press = |harness: &mut Harness<'_, App>, modifiers, key| {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(4);
    };
    // Killed while it saved: the savefile is newer than what was done to it, and that is to come back.
    if matches!(harness.state().dialog(), Some(Dialog::Recover(_))) {
        press(&mut harness, Modifiers::NONE, Key::Enter);
    }
    assert_eq!(harness.state().dialog(), None);
    say("back", count(&harness));
    for turn in 0_usize.. {
        press(&mut harness, Modifiers::NONE, Key::Tab);
        harness.event(Event::Text("add".to_owned()));
        harness.run_steps(4);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        say("shown", count(&harness));
        if turn % 5 == 4 {
            press(&mut harness, Modifiers::COMMAND, Key::S);
            say("saves", turn);
        }
    }
}

#[test]
fn a_window_that_is_killed_at_any_moment_comes_back_with_what_it_showed() {
    let kills = killing::kills(24);
    let mut random = Random::new();
    let seed = random.0;
    let (mut done, mut shown_in_all, mut saves, mut behind) = (0, 0, 0, 0_usize);
    while done < kills {
        let userdata = tempfile::tempdir().unwrap();
        let project = super::empty(userdata.path());
        super::Window::own(userdata.path(), &project);
        let mut shown = 0_usize;
        for _ in 0..ON_ONE.min(kills - done) {
            let test = "killed::works_until_it_is_killed";
            let mut child = killing::start(test, CHILD, userdata.path());
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let begun = lines.by_ref().map_while(Result::ok).find_map(|line| {
                heard(&line)
                    .filter(|(what, _)| *what == "back")
                    .map(|it| it.1)
            });
            let Some(back) = begun else {
                panic!("it ended by itself: {:?}, seed {seed}", child.wait());
            };
            // The one whose writing was under way may be there or not.
            assert!(
                back.abs_diff(shown) <= 1,
                "{back} nodes came back of {shown}, seed {seed}"
            );
            behind += usize::from(back < shown);
            shown = back;
            let mut hear = |line: &str| match heard(line) {
                Some(("shown", count)) => shown = count,
                Some(("saves", _)) => saves += 1,
                _ => {}
            };
            killing::wait(&mut lines, LINES, &mut random, &mut hear);
            child.kill().unwrap();
            child.wait().unwrap();
            for line in lines.map_while(Result::ok) {
                hear(&line);
            }
            done += 1;
        }
        shown_in_all += shown;
    }
    eprintln!(
        "{done} kills, {shown_in_all} nodes, {saves} saves; {behind} times the last was not written yet"
    );
    assert!(shown_in_all > 0 && saves > 0);
}
