//! Touchpad and wheel on the canvas: two fingers move the view, a pinch and the wheel zoom at the pointer.

use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, TouchPhase, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;
use loom::ui::canvas::camera::Camera;

use super::{Window, example};

const NONE: Modifiers = Modifiers::NONE;

fn wheel(unit: MouseWheelUnit, delta: Vec2, modifiers: Modifiers) -> Event {
    Event::MouseWheel {
        unit,
        delta,
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers,
    }
}

impl Window {
    fn camera(&self) -> Camera {
        self.app().panels().canvas.camera
    }

    /// The camera before and after an event with the pointer at `at`.
    fn turned(&mut self, at: Pos2, event: Event) -> (Camera, Camera) {
        self.harness.event(Event::PointerMoved(at));
        self.steps();
        let before = self.camera();
        self.harness.event(event);
        self.steps();
        (before, self.camera())
    }
}

fn is_same_place(a: Pos2, b: Pos2) -> bool {
    a.distance(b) < 0.05
}

#[test]
fn two_fingers_move_the_view_and_leave_the_zoom() {
    let mut window = Window::open(|_| example("coins", "coins-fingers"));
    let at = Pos2::new(700.0, 300.0);
    for delta in [vec2(30.0, -40.0), vec2(0.0, 12.5), vec2(-7.0, 0.0)] {
        let (before, after) = window.turned(at, wheel(MouseWheelUnit::Point, delta, NONE));
        assert_eq!(after.zoom, before.zoom);
        // What was under the pointer has gone with the fingers.
        let was = before.graph_from_screen(at);
        assert!(
            is_same_place(after.screen_from_graph(was), at + delta),
            "{delta}"
        );
    }
    let sideways = wheel(MouseWheelUnit::Line, vec2(0.0, 1.0), Modifiers::SHIFT);
    let (before, after) = window.turned(at, sideways);
    let moved = after.screen_from_graph(before.graph_from_screen(at)) - at;
    assert!(moved.x.abs() > 20.0 && moved.y == 0.0, "{moved}");
    assert_eq!(after.zoom, before.zoom);
}

#[test]
fn pinch_and_wheel_zoom_at_the_pointer() {
    let mut window = Window::open(|_| example("coins", "coins-pinch"));
    let at = Pos2::new(520.0, 260.0);
    let ctrl = Modifiers::COMMAND | Modifiers::CTRL;
    for (event, larger) in [
        (Event::Zoom(1.5), true),
        (Event::Zoom(0.5), false),
        (wheel(MouseWheelUnit::Line, vec2(0.0, 1.0), NONE), true),
        (wheel(MouseWheelUnit::Line, vec2(0.0, -2.0), NONE), false),
        (wheel(MouseWheelUnit::Line, vec2(0.0, 1.0), ctrl), true),
        (wheel(MouseWheelUnit::Point, vec2(0.0, 50.0), ctrl), true),
        (wheel(MouseWheelUnit::Point, vec2(0.0, -50.0), ctrl), false),
    ] {
        let (before, after) = window.turned(at, event.clone());
        assert_eq!(after.zoom > before.zoom, larger, "{event:?}");
        assert_ne!(after.zoom, before.zoom, "{event:?}");
        let fixed = before.graph_from_screen(at);
        assert!(
            is_same_place(after.screen_from_graph(fixed), at),
            "{event:?}"
        );
        if let Event::Zoom(factor) = event {
            assert!((after.zoom / before.zoom - factor).abs() < 1e-3);
        }
        // The scale of the interface is none of the pinch's business.
        assert_eq!(window.harness.ctx.zoom_factor(), 1.0);
        let percent = format!("Zoom {:.0} %", after.zoom * 100.0);
        window.harness.get_by_label(&percent);
    }
}

#[test]
fn fingers_on_another_panel_or_a_dialog_leave_the_canvas_alone() {
    let mut window = Window::open(|_| example("coins", "coins-elsewhere"));
    let fingers = wheel(MouseWheelUnit::Point, vec2(0.0, -40.0), NONE);
    let library = Pos2::new(100.0, 400.0);
    let (before, after) = window.turned(library, fingers.clone());
    assert_eq!(after, before);
    window.key(NONE, egui::Key::F1);
    let (before, after) = window.turned(Pos2::new(700.0, 300.0), fingers);
    assert_eq!(after, before);
}
