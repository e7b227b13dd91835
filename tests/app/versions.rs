//! The savefile is written by another program while its project is open.

use std::fs;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::{Window, empty};

#[test]
fn what_the_savefile_holds_now_is_taken_as_one_step() {
    let mut window = Window::open(empty);
    let file = window.app().project().savefile().unwrap();
    let ids = |window: &Window| {
        let graph = window.app().project().document.graph();
        graph.nodes().map(|node| node.id).collect::<Vec<_>>()
    };
    let add = |window: &mut Window| {
        window.key(Modifiers::NONE, Key::Tab);
        window.typed("text to number");
        window.key(Modifiers::NONE, Key::Enter);
    };
    let reload = |window: &mut Window| {
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
        window.typed("reload the savefile");
        window.key(Modifiers::NONE, Key::Enter);
    };
    add(&mut window);
    add(&mut window);
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let two = fs::read_to_string(&file).unwrap();
    let before = ids(&window);
    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::NONE, Key::Delete);
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    add(&mut window);
    let mine = ids(&window);
    assert_eq!(mine.len(), 1);

    // git checks the version with two out.
    fs::write(&file, &two).unwrap();
    reload(&mut window);
    window.wait("the two", |app| {
        app.project().document.graph().node_count() == before.len()
    });
    assert!(!window.app().project().document.is_dirty());
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(ids(&window), mine, "one step back");
    assert!(window.app().project().document.is_dirty());

    // What cannot be read changes nothing.
    fs::write(&file, "<<<<<<< HEAD\n").unwrap();
    reload(&mut window);
    let until = Instant::now() + Duration::from_secs(30);
    while window.harness.query_by_label_contains("line 1").is_none() {
        assert!(Instant::now() < until, "no reason was told");
        window.steps();
    }
    assert_eq!(ids(&window), mine);
    assert_eq!(fs::read_to_string(&file).unwrap(), "<<<<<<< HEAD\n");
}
