//! The minimap by pointer and keys.

use egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::kittest::Queryable as _;

use super::{Window, example};

const NAME: &str = "Minimap: drag or arrow keys move the view";

fn view(window: &Window) -> Rect {
    window.app().panels().canvas.camera.view_in_graph()
}

#[test]
fn the_minimap_moves_the_view_and_is_hidden_when_it_is_not_needed() {
    let mut window = Window::open(|_| example("coins", "coins-minimap"));
    assert!(
        window.harness.query_by_label(NAME).is_none(),
        "all is in view"
    );
    window.key(Modifiers::NONE, Key::Num1);
    let map = window.harness.get_by_label(NAME).rect();
    let selection = window.app().project().document.selection().clone();

    // A click brings the view there.
    window.click(map.left_top() + vec2(8.0, 8.0));
    let bounds = window
        .app()
        .panels()
        .canvas
        .layout
        .rect(window.node("Coins photo"))
        .unwrap();
    assert!(view(&window).contains(bounds.center()));

    // The frame is dragged from where it was taken hold of.
    let before = view(&window);
    let from = map.left_top() + vec2(12.0, 12.0);
    window.drag(from, from + vec2(40.0, 10.0));
    let moved = view(&window).min - before.min;
    assert!(moved.x > 100.0 && moved.y > 20.0, "{moved}");
    assert!((moved.x / moved.y - 4.0).abs() < 0.2, "{moved}");
    assert_eq!(
        *window.app().project().document.selection(),
        selection,
        "nothing went to the canvas"
    );

    // It has the keyboard now: arrows move the view by a quarter.
    let before = view(&window);
    window.key(Modifiers::NONE, Key::ArrowRight);
    let moved = view(&window).min - before.min;
    assert!(
        (moved.x - before.width() / 4.0).abs() < 1.0 && moved.y.abs() < 0.1,
        "{moved}"
    );

    // Back to the canvas; Shift+M hides it.
    window.click(window.on_screen(view(&window).min + vec2(5.0, 5.0)));
    window.key(Modifiers::SHIFT, Key::M);
    assert!(window.harness.query_by_label(NAME).is_none());
    window.key(Modifiers::SHIFT, Key::M);
    assert!(window.harness.query_by_label(NAME).is_some());
}
