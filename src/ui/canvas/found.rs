//! Marks on what a search has found: over the nodes, at every zoom. Paints and decides nothing.

use egui::epaint::Mesh;
use egui::{Painter, Rect, Shape, vec2};

use super::Canvas;
use super::paint::Level;
use crate::graph::NodeId;
use crate::ui::theme::Palette;

/// A frame around each found node that is visible; from afar a veil, which is one box instead of four.
pub fn found_marks(
    painter: &Painter,
    canvas: &Canvas,
    visible: &[NodeId],
    level: Level,
    palette: &Palette,
) {
    if canvas.found.is_empty() {
        return;
    }
    let mut mesh = Mesh::default();
    for id in visible.iter().filter(|id| canvas.found.contains(id)) {
        let Some(rect) = canvas.layout.rect(*id) else {
            continue;
        };
        let rect = canvas.camera.rect_on_screen(rect);
        if level == Level::Small {
            mesh.add_colored_rect(rect.expand(1.0), Palette::faded(palette.warn, 0.7));
        } else {
            add_frame(&mut mesh, rect.expand(5.0), palette);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// Four bars inside the edges of a rectangle.
fn add_frame(mesh: &mut Mesh, rect: Rect, palette: &Palette) {
    const WIDTH: f32 = 2.0;
    let (across, down) = (vec2(rect.width(), WIDTH), vec2(WIDTH, rect.height()));
    for (corner, size) in [
        (rect.left_top(), across),
        (rect.left_bottom() - vec2(0.0, WIDTH), across),
        (rect.left_top(), down),
        (rect.right_top() - vec2(WIDTH, 0.0), down),
    ] {
        mesh.add_colored_rect(Rect::from_min_size(corner, size), palette.warn);
    }
}
