//! Dropping: what is dragged over the canvas and dropped on it: where a kind from the library lands, and a word on what
//! will be made of files. Paints and computes only; what a drop does is asked for elsewhere.

use egui::{
    Align2, Area, Context, Frame, Id, Label, LayerId, Order, Rect, RichText, Stroke, StrokeKind,
    vec2,
};

use crate::graph::{NodeKind, Role, Vec2};
use crate::ui::theme::{self, NODE_HEADER, NODE_WIDTH, REROUTE_SIZE};

/// Where the pointer holds a node of a kind as it is dropped, from its corner.
pub fn grip(kind: &NodeKind) -> Vec2 {
    match kind.role {
        Role::Reroute => Vec2::splat(REROUTE_SIZE / 2.0),
        Role::Frame | Role::Note => Vec2::splat(NODE_HEADER / 2.0),
        _ => vec2(NODE_WIDTH / 2.0, NODE_HEADER / 2.0),
    }
}

/// A frame around the canvas and lines on it, while files hover over the window.
pub fn hint(context: &Context, canvas: Rect, lines: &[String]) {
    let palette = theme::palette(context);
    let id = Id::unique("files to drop");
    let painter = context.layer_painter(LayerId::new(Order::Foreground, id));
    let stroke = Stroke::new(theme::DROP_EDGE, palette.accent);
    painter.rect_stroke(canvas, theme::RADIUS, stroke, StrokeKind::Inside);
    let room = canvas.width() - 4.0 * theme::ROW;
    let card = Area::new(id)
        .order(Order::Tooltip)
        .pivot(Align2::CENTER_CENTER)
        .fixed_pos(canvas.center())
        .interactable(false);
    card.show(context, |ui| {
        Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_max_width(room.min(theme::PALETTE_WIDTH));
            for (at, line) in lines.iter().enumerate() {
                let text = RichText::new(line);
                let text = if at == 0 {
                    text.size(theme::DROP_LETTERS).color(palette.text_strong)
                } else {
                    text.color(palette.text_weak)
                };
                ui.add(Label::new(text).truncate());
            }
        });
    });
}
