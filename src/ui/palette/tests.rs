//! The popups in a real egui, with real keys.

use egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::document::Transaction;
use crate::graph::{Edit, Link, NodeId, Port};
use crate::ui::testing::{World, catalog, document, panel};

fn show() -> Harness<'static, World<Palette>> {
    let world = World {
        catalog: catalog(),
        document: document(),
        ..World::default()
    };
    panel(world, vec2(900.0, 600.0), |ui, palette, ctx| {
        let is_enabled = |command| command != Command::Redo;
        palette_ui(ui.ctx(), palette, is_enabled, ctx);
    })
}

fn press(harness: &mut Harness<'_, World<Palette>>, keys: &[Key]) {
    for key in keys {
        harness.key_press(*key);
        harness.run();
    }
}

fn commands(harness: &Harness<'_, World<Palette>>) -> Vec<Command> {
    let actions = harness.state().actions.iter();
    actions
        .filter_map(|action| match action {
            Action::Command(command) => Some(*command),
            _ => None,
        })
        .collect()
}

#[test]
fn a_command_is_found_and_run() {
    let mut harness = show();
    harness.state_mut().state.open_commands();
    // In the very frame in which it opens.
    harness.event(egui::Event::Text("zoom fit".into()));
    harness.run();
    assert!(harness.get_by_label("Search a command").is_focused());
    press(&mut harness, &[Key::Enter]);
    assert_eq!(commands(&harness), [Command::ZoomToFit]);
    assert!(!harness.state().state.is_open());
}

#[test]
fn arrows_walk_enter_runs_escape_closes() {
    for (keys, expected) in [
        (&[Key::Enter][..], vec![Command::NewProject]),
        (&[Key::ArrowDown, Key::Enter], vec![Command::OpenProject]),
        (
            &[Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::Enter],
            vec![Command::OpenProject],
        ),
        (&[Key::ArrowUp, Key::Enter], vec![Command::NewProject]),
        (&[Key::Escape], vec![]),
    ] {
        let mut harness = show();
        harness.state_mut().state.open_commands();
        harness.run();
        press(&mut harness, keys);
        assert_eq!(commands(&harness), expected, "{keys:?}");
        assert!(!harness.state().state.is_open());
    }
}

#[test]
fn what_cannot_be_done_now_is_not_done() {
    let mut harness = show();
    harness.state_mut().state.open_commands();
    harness.event(egui::Event::Text("redo".into()));
    harness.run();
    press(&mut harness, &[Key::Enter]);
    assert_eq!(commands(&harness), []);
    assert!(harness.state().state.is_open());
}

#[test]
fn the_list_scrolls_with_the_choice() {
    let mut harness = show();
    harness.state_mut().state.open_commands();
    harness.run();
    assert!(harness.query_by_label("About Loom").is_none());
    press(&mut harness, &[Key::PageDown; 24]);
    harness.get_by_label("About Loom").click();
    harness.run();
    assert_eq!(commands(&harness), [Command::About]);
}

#[test]
fn a_node_is_added_where_it_was_asked_for() {
    let mut harness = show();
    let palette = &mut harness.state_mut().state;
    palette.open_nodes(Pos2::new(7.0, 8.0), Pos2::new(100.0, 100.0), None);
    harness.event(egui::Event::Text("upper".into()));
    harness.run();
    harness.get_by_label("Upper case in one line.");
    press(&mut harness, &[Key::Enter]);
    let [Action::EditAndSelect(Transaction { edits, .. }, selected)] = &harness.state().actions[..]
    else {
        panic!("{:?}", harness.state().actions);
    };
    let [Edit::AddNode(node)] = &edits[..] else {
        panic!("{edits:?}");
    };
    assert_eq!(node.pos, Pos2::new(7.0, 8.0));
    assert_eq!(node.kind.title, "Upper case");
    assert_eq!(*selected, [NodeId(2)]);
}

#[test]
fn of_a_link_only_what_fits_is_offered_and_linked() {
    let mut harness = show();
    let end = LinkEnd::Output(Port::new(NodeId(0), "result"));
    let palette = &mut harness.state_mut().state;
    palette.open_nodes(Pos2::ZERO, Pos2::new(100.0, 100.0), Some(end));
    harness.run();
    assert!(harness.query_by_label("Upper case").is_none());
    harness.get_by_label("Round").click();
    harness.run();
    let [Action::EditAndSelect(Transaction { edits, .. }, _)] = &harness.state().actions[..] else {
        panic!("{:?}", harness.state().actions);
    };
    let link = Link {
        from: Port::new(NodeId(0), "result"),
        to: Port::new(NodeId(2), "number"),
    };
    assert_eq!(edits[1], Edit::Connect(link));
}

#[test]
fn what_was_added_last_stands_first() {
    let mut harness = show();
    let nodes = |harness: &mut Harness<'_, World<Palette>>| {
        let palette = &mut harness.state_mut().state;
        palette.open_nodes(Pos2::ZERO, Pos2::new(100.0, 100.0), None);
        harness.run();
    };
    nodes(&mut harness);
    harness.get_by_label("Upper case").click();
    harness.run();
    nodes(&mut harness);
    press(&mut harness, &[Key::Enter]);
    let Some(Action::EditAndSelect(Transaction { edits, .. }, _)) = harness.state().actions.last()
    else {
        panic!("{:?}", harness.state().actions);
    };
    assert!(matches!(&edits[0], Edit::AddNode(node) if node.kind.title == "Upper case"));
}

#[test]
fn nothing_found_is_said() {
    let mut harness = show();
    harness.state_mut().state.open_commands();
    harness.event(egui::Event::Text("zebra".into()));
    harness.run();
    harness.get_by_label("No command fits \"zebra\"");
    press(&mut harness, &[Key::Enter]);
    assert!(harness.state().state.is_open());
}

#[test]
fn letters_typed_before_the_popup_stands_are_not_lost() {
    let mut harness = show();
    harness.run();
    // The first letter in the slow frame of the key that opens it; the app opens it after painting.
    harness.event(egui::Event::Text("u".into()));
    harness.step();
    let palette = &mut harness.state_mut().state;
    palette.open_nodes(Pos2::ZERO, Pos2::new(100.0, 100.0), None);
    harness.event(egui::Event::Text("pper".into()));
    harness.run();
    assert_eq!(harness.state().state.query, "upper");
}

#[test]
fn a_click_elsewhere_closes() {
    let mut harness = show();
    harness.state_mut().state.open_commands();
    harness.run();
    harness.drag_at(Pos2::new(5.0, 590.0));
    harness.drop_at(Pos2::new(5.0, 590.0));
    harness.run();
    assert!(!harness.state().state.is_open());
}
