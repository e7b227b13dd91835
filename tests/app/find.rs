//! Finding by key press: Ctrl+F, words, F3, Escape.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Window, example};

/// The title of the one selected node, which is in view.
fn shown(window: &Window) -> String {
    let app = window.app();
    let node = app.project().document.selected_node().unwrap();
    let canvas = &app.panels().canvas;
    let rect = canvas.layout.rect(node.id).unwrap();
    assert!(
        canvas.camera.view_in_graph().contains_rect(rect),
        "{}",
        node.title()
    );
    node.title().to_string()
}

#[test]
fn nodes_are_found_shown_and_walked_and_the_canvas_gets_the_keyboard_back() {
    let mut window = Window::open(|_| example("coins", "coins-find"));
    window.key(Modifiers::NONE, Key::Num1);
    window.key(Modifiers::COMMAND, Key::F);
    window.typed("of areas");
    assert_eq!(shown(&window), "Histogram of areas");
    let count = window.app().panels().find.hits().len();
    assert!(count >= 2);
    window.harness.get_by_label(&format!("1 of {count}"));
    window.key(Modifiers::NONE, Key::F3);
    assert_eq!(shown(&window), "Sum of areas");
    window.key(Modifiers::SHIFT, Key::F3);
    assert_eq!(shown(&window), "Histogram of areas");
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(shown(&window), "Sum of areas");
    assert_eq!(window.app().panels().canvas.found.len(), count);

    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.harness.query_by_label("Find a node").is_none());
    assert_eq!(window.app().panels().canvas.found.len(), 0);
    let nodes = window.app().project().document.graph().node_count();
    window.key(Modifiers::NONE, Key::Delete);
    let graph = window.app().project().document.graph();
    assert_eq!(graph.node_count(), nodes - 1, "the key went to the canvas");

    // F3 goes on without the bar.
    window.key(Modifiers::NONE, Key::F3);
    assert_eq!(shown(&window), "Histogram of areas");
}

#[test]
fn what_lies_in_a_subgraph_is_found_and_its_subgraph_opened() {
    let mut window = Window::open(|_| example("coins", "coins-find-inside"));
    window.key(Modifiers::COMMAND, Key::F);
    window.typed("close gaps");
    window.key(Modifiers::NONE, Key::Escape);
    window.key(Modifiers::NONE, Key::G);
    let group = window.app().project().document.selected_node().unwrap().id;
    window.key(Modifiers::COMMAND, Key::F);
    window.typed("clear border");
    assert_eq!(shown(&window), "Clear border");
    assert_eq!(window.app().project().document.path(), []);
    window.key(Modifiers::COMMAND, Key::F);
    window.typed("close gaps");
    for _ in 0..window.app().project().panels.find.hits().len() {
        if shown(&window) == "Close gaps" && window.app().project().document.path() == [group] {
            return;
        }
        window.key(Modifiers::NONE, Key::Enter);
    }
    panic!("the node inside was not shown");
}
