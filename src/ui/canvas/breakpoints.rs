//! Breakpoints: a dot on the corner of each node that runs stop before, at every zoom. Paints and decides nothing.

use egui::{Painter, Stroke};

use super::Canvas;
use crate::ui::theme::Palette;

/// Of a dot at 100 %, in points; from afar it shrinks less than the nodes do.
const RADIUS: f32 = 7.0;

/// The dots of what is open, over its nodes.
pub fn breakpoints(painter: &Painter, canvas: &Canvas, palette: &Palette) {
    let radius = (RADIUS * canvas.camera.zoom).clamp(4.5, 10.0);
    let ring = Stroke::new((radius * 0.3).max(1.0), palette.canvas);
    for id in &canvas.breakpoints {
        if let Some(rect) = canvas.rect_on_screen(*id)
            && rect.expand(radius).intersects(canvas.camera.screen)
        {
            painter.circle(rect.left_top(), radius, palette.error, ring);
        }
    }
}
