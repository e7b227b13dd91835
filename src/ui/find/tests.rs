//! The bar over a real canvas.

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::ui::canvas::canvas_ui;
use crate::ui::testing::{World, document, panel};
use crate::ui::value::Drafts;

type State = (Find, Canvas, Drafts);

/// The bar is open; node 0 adds, node 1 rounds.
fn show() -> Harness<'static, World<State>> {
    let mut world = World::<State> {
        document: document(),
        ..World::default()
    };
    world.state.0.open();
    let mut harness = panel(
        world,
        vec2(700.0, 500.0),
        |ui, (find, canvas, drafts), context| {
            canvas_ui(ui, canvas, drafts, context);
            find_ui(ui, find, canvas, context);
        },
    );
    harness.run();
    harness
}

fn revealed(harness: &Harness<'_, World<State>>) -> Vec<u32> {
    let actions = harness.state().actions.iter();
    let revealed = actions.filter_map(|action| match action {
        Action::Reveal(node) => Some(node.0),
        _ => None,
    });
    revealed.collect()
}

#[test]
fn typing_shows_the_best_hit_and_keys_walk_around() {
    let mut harness = show();
    assert!(harness.get_by_label("Find a node").is_focused());
    harness.get_by_label("Find a node").type_text("math");
    harness.run();
    assert_eq!(revealed(&harness), [0]);
    harness.get_by_label("1 of 2");
    let marked = |harness: &Harness<'_, World<State>>| {
        let mut ids: Vec<u32> = harness
            .state()
            .state
            .1
            .found
            .iter()
            .map(|id| id.0)
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(marked(&harness), [0, 1]);
    for (modifiers, shown, count) in [
        (Modifiers::NONE, 1, "2 of 2"),
        (Modifiers::NONE, 0, "1 of 2"),
        (Modifiers::SHIFT, 1, "2 of 2"),
        (Modifiers::SHIFT, 0, "1 of 2"),
    ] {
        harness.key_press_modifiers(modifiers, Key::Enter);
        harness.run();
        assert_eq!(revealed(&harness).last(), Some(&shown));
        harness.get_by_label(count);
    }
    assert!(harness.get_by_label("Find a node").is_focused());
    harness.get_by_label("Find a node").type_text(" round");
    harness.run();
    assert_eq!(revealed(&harness).last(), Some(&1));
    assert_eq!(marked(&harness), [1]);
    harness.get_by_label("Find a node").type_text(" zebra");
    harness.run();
    harness.get_by_label("None");
    assert_eq!(marked(&harness), [0; 0]);

    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Find a node").is_none());
    assert!(harness.get_by_label("Canvas").is_focused());
}

#[test]
fn buttons_do_what_keys_do() {
    let mut harness = show();
    harness.get_by_label("Find a node").type_text("math");
    harness.run();
    for (button, shown) in [("Next hit", 1), ("Previous hit", 0), ("Previous hit", 1)] {
        harness.get_by_label(button).click();
        harness.run();
        assert_eq!(revealed(&harness).last(), Some(&shown), "{button}");
    }
    harness.get_by_label("Close the search").click();
    harness.run();
    assert!(harness.query_by_label("Find a node").is_none());
    assert!(harness.state().state.1.found.is_empty());
    assert!(
        !harness
            .state()
            .actions
            .iter()
            .any(|action| matches!(action, Action::Select(_))),
        "no click went through to the canvas"
    );
}

#[test]
fn the_last_query_is_kept_and_replaced_by_typing() {
    let mut harness = show();
    harness.get_by_label("Find a node").type_text("round");
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    harness.state_mut().state.0.open();
    harness.run();
    harness.get_by_label("1 of 1");
    harness.get_by_label("Find a node").type_text("a");
    harness.run();
    assert_eq!(harness.state().state.0.query, "a");
}
