//! Guides of a drag: what lies in view catches the nodes that are dragged, and lines show why. The geometry is
//! `document::arrange`'s; this brings it what is dragged and paints what it found.

use egui::{Painter, Stroke};

use super::Canvas;
use super::gesture::Gesture;
use super::paint::Level;
use crate::document::arrange::{Guide, Snap, snap};
use crate::graph::{Pos2, Rect, Vec2};
use crate::ui::theme::Palette;

/// How near an edge must come to be caught, in points.
const REACH: f32 = 6.0;
/// Half the length of the strokes at the ends of a distance, in points.
const TICK: f32 = 4.0;

/// Let the nodes that are dragged be caught; `moved` is the way of the pointer, in graph units. What nothing catches
/// stays where the gesture has it.
pub fn catch(canvas: &mut Canvas, moved: Vec2, snaps: bool) {
    canvas.guides.clear();
    let camera = &canvas.camera;
    // From afar nodes cannot be placed by eye.
    if !snaps || Level::of(camera.zoom) == Level::Small {
        return;
    }
    let Gesture::DragNodes { nodes, offset, .. } = &mut canvas.gesture else {
        return;
    };
    let dragged: Vec<Rect> = nodes
        .iter()
        .filter_map(|id| canvas.layout.rect(*id))
        .collect();
    let in_view = canvas.layout.nodes_in(camera.view_in_graph());
    let others = in_view.iter().filter(|id| !nodes.contains(id));
    let others: Vec<Rect> = others.filter_map(|id| canvas.layout.rect(*id)).collect();
    let Snap {
        offset: caught,
        is_caught,
        guides,
    } = snap(&dragged, moved, &others, REACH / camera.zoom);
    for at in [0, 1] {
        if is_caught[at] {
            offset[at] = caught[at];
        }
    }
    canvas.guides = guides;
}

/// Paint the lines while nodes are dragged.
pub fn paint(painter: &Painter, canvas: &Canvas, palette: &Palette) {
    if !matches!(canvas.gesture, Gesture::DragNodes { .. }) {
        return;
    }
    let stroke = Stroke::new(1.0, palette.accent);
    let on_screen = |pos: Pos2| canvas.camera.screen_from_graph(pos);
    for guide in &canvas.guides {
        match guide {
            Guide::Line { from, to } => {
                painter.line_segment([on_screen(*from), on_screen(*to)], stroke);
            }
            Guide::Gap { from, to } => {
                let ends = [on_screen(*from), on_screen(*to)];
                painter.line_segment(ends, stroke);
                let across = (ends[1] - ends[0]).normalized().rot90() * TICK;
                for end in ends {
                    painter.line_segment([end - across, end + across], stroke);
                }
            }
        }
    }
}
