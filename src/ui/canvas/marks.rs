//! Marks: small drawings on a node's title, which stay sharp at every zoom and need no font.

use egui::{Color32, CornerRadius, Pos2, Rect, Shape, Stroke, Vec2, vec2};

use super::brush::Brush;
use super::look::State;

/// A round arrow: it runs more than once.
pub fn looping(brush: &Brush<'_>, center: Pos2, size: f32, color: Color32) {
    let radius = size * 0.4;
    let at = |turn: f32, far: f32| {
        let angle = std::f32::consts::TAU * turn;
        center + Vec2::angled(angle) * radius * far
    };
    let way = (0..=12).map(|step| at(0.08 + 0.072 * step as f32, 1.0));
    let stroke = Stroke::new((size * 0.14).max(1.0), color);
    brush.add(Shape::line(way.collect(), stroke));
    let head = vec![at(0.92, 0.35), at(0.90, 1.75), at(1.09, 1.05)];
    brush.add(Shape::convex_polygon(head, color, Stroke::NONE));
}

/// A status as a small drawing: it stays sharp at every zoom and needs no font.
pub fn state(brush: &Brush<'_>, center: Pos2, size: f32, color: Color32, state: State) {
    let half = size / 2.0;
    let stroke = Stroke::new((size * 0.17).max(1.2), color);
    let at = |x: f32, y: f32| center + vec2(x, y) * half;
    match state {
        State::Done | State::Cached => {
            brush.add(Shape::line(
                vec![at(-0.9, 0.1), at(-0.25, 0.75), at(0.95, -0.7)],
                stroke,
            ));
        }
        State::Failed => {
            brush.add(Shape::line_segment(
                [at(-0.75, -0.75), at(0.75, 0.75)],
                stroke,
            ));
            brush.add(Shape::line_segment(
                [at(-0.75, 0.75), at(0.75, -0.75)],
                stroke,
            ));
        }
        State::Skipped => {
            brush.add(Shape::line_segment([at(-0.8, 0.0), at(0.8, 0.0)], stroke));
        }
        State::Running { .. } => {
            let triangle = vec![at(-0.6, -0.85), at(0.9, 0.0), at(-0.6, 0.85)];
            brush.add(Shape::convex_polygon(triangle, color, Stroke::NONE));
        }
        State::Paused => {
            for x in [-0.45, 0.45] {
                let bar = Rect::from_center_size(at(x, 0.0), vec2(size * 0.24, size * 0.84));
                brush.fill(bar, CornerRadius::ZERO, color);
            }
        }
        State::Queued => {
            brush.add(Shape::circle_stroke(center, half * 0.6, stroke));
        }
        State::Stale => {
            brush.add(Shape::circle_filled(center, half * 0.55, color));
        }
        State::Idle => {}
    }
}
