//! The outline by key press: from the palette's command to a node on the canvas.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Window, example};

#[test]
fn the_outline_is_reached_walked_and_shows_nodes_on_the_canvas() {
    let mut window = Window::open(|_| example("coins", "coins-outline"));
    window.key(Modifiers::NONE, Key::Num1);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert!(
        window
            .harness
            .get_by_label("Coins photo: Not run yet")
            .is_focused()
    );
    window.key(Modifiers::NONE, Key::End);
    let last = "Sum of areas: value from Add the areas.result";
    assert!(window.harness.get_by_label(last).is_focused());
    window.key(Modifiers::NONE, Key::ArrowUp);
    window.key(Modifiers::NONE, Key::Enter);
    let app = window.app();
    let node = app.project().document.selected_node().unwrap();
    assert_eq!(*node.title(), *"Sum of areas");
    let canvas = &app.panels().canvas;
    let rect = canvas.layout.rect(node.id).unwrap();
    assert!(canvas.camera.view_in_graph().contains_rect(rect));
    assert!(
        window
            .harness
            .get_by_label("Sum of areas: Not run yet")
            .is_focused(),
        "the keyboard stays in the list"
    );
}
