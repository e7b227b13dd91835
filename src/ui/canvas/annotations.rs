//! Annotations: frames and notes, which nothing flows through, and reroutes, which are hardly more than a dot. Painted
//! only; what they hold is edited in the inspector.

use egui::{Color32, CornerRadius, FontId, Shape, Stroke, StrokeKind};

use super::paint::{Level, NodePainter, cut_text, font};
use crate::graph::subgraph::NOTE_TEXT;
use crate::graph::{Node, Rect, Value, vec2};
use crate::ui::markdown;
use crate::ui::theme::{self, FRAME_TITLE, NODE_PAD, Palette, REROUTE_SIZE};

/// Height of a line of a note, as a multiple of its letters.
const LINE_HEIGHT: f32 = 1.2;
const NOTE_LETTERS: f32 = 13.0;

impl NodePainter<'_> {
    /// A titled box, under everything else.
    pub fn frame(&self, node: &Node, rect: Rect, is_selected: bool, is_hovered: bool) {
        let (palette, zoom) = (self.palette, self.camera.zoom);
        let color = node_color(node, palette).unwrap_or(palette.idle);
        let radius = CornerRadius::same((10.0 * zoom).clamp(2.0, 24.0) as u8);
        self.painter
            .rect_filled(rect, radius, Palette::faded(color, 0.12));
        let edge = self.annotation_edge(color, is_selected, is_hovered);
        self.painter
            .rect_stroke(rect, radius, edge, StrokeKind::Inside);
        let size = (15.0 * zoom).max(9.0);
        let pad = 12.0 * zoom;
        // From afar the title is what a frame is for: it stays readable as long as it fits.
        if rect.width() < size * 3.0 || rect.height() < size * 1.5 {
            return;
        }
        let title = FontId::new(font(size, 1.0).size, theme::strong());
        let text = cut_text(
            self.painter,
            node.title(),
            title,
            palette.text_strong,
            rect.width() - 2.0 * pad,
        );
        let height = (FRAME_TITLE * zoom).max(text.size().y);
        let at = rect.min + vec2(pad, (height - text.size().y) / 2.0);
        self.painter.galley(at, text, palette.text_strong);
    }

    /// A text on paper of its own.
    pub fn note(&self, node: &Node, rect: Rect, is_selected: bool, is_hovered: bool) {
        let (palette, zoom) = (self.palette, self.camera.zoom);
        let color = node_color(node, palette).unwrap_or(palette.warn);
        let radius = CornerRadius::same((6.0 * zoom).clamp(2.0, 16.0) as u8);
        self.painter.rect_filled(rect, radius, palette.node);
        self.painter
            .rect_filled(rect, radius, Palette::faded(color, 0.10));
        let edge = self.annotation_edge(Palette::faded(color, 0.6), is_selected, is_hovered);
        self.painter
            .rect_stroke(rect, radius, edge, StrokeKind::Inside);
        if self.level == Level::Small {
            return;
        }
        let inside = rect.shrink(2.0 * NODE_PAD * zoom);
        let held = node.values.get(NOTE_TEXT).and_then(Value::as_str);
        let (text, is_empty) = match held.map(str::trim) {
            None | Some("") => ("*Empty note: write in the inspector*", true),
            Some(text) => (text, false),
        };
        let letters = NOTE_LETTERS * zoom;
        let rows = (inside.height() / (letters * LINE_HEIGHT)).max(1.0) as usize;
        let job = markdown::layout(text, letters, inside.width(), rows, palette);
        let galley = self.painter.layout_job(job);
        let clipped = self
            .painter
            .with_clip_rect(rect.intersect(self.painter.clip_rect()));
        if is_empty {
            clipped.galley_with_override_text_color(inside.min, galley, palette.text_weak);
        } else {
            clipped.galley(inside.min, galley, palette.text);
        }
    }

    /// The dot of a link's detour, in the colour of what flows through.
    pub fn reroute(&self, rect: Rect, color: Color32, is_selected: bool, is_hovered: bool) {
        let radius = (REROUTE_SIZE * 0.36 * self.camera.zoom).max(2.0);
        let center = rect.center();
        self.brush.begin(rect.expand(4.0));
        if is_selected || is_hovered {
            let ring = if is_selected {
                self.palette.accent
            } else {
                self.palette.text_weak
            };
            let ring_radius = radius + 3.0 * self.camera.zoom.max(0.5);
            self.brush.dot(center, ring_radius, ring);
        }
        let rim = self.palette.node_outline;
        self.brush.rimmed_dot(center, radius, color, rim);
    }

    fn annotation_edge(&self, color: Color32, is_selected: bool, is_hovered: bool) -> Stroke {
        match (is_selected, is_hovered) {
            (true, _) => Stroke::new(2.0, self.palette.accent),
            (_, true) => Stroke::new(1.5, self.palette.text_weak),
            _ => Stroke::new(1.0, Palette::faded(color, 0.8)),
        }
    }

    /// A node that does not run as it stands: paler, with a line that says how values pass it.
    pub fn mode_veil(&self, rect: Rect, is_muted: bool) {
        let palette = self.palette;
        let radius =
            CornerRadius::same((theme::NODE_RADIUS * self.camera.zoom).clamp(2.0, 24.0) as u8);
        self.painter
            .rect_filled(rect, radius, Palette::faded(palette.canvas, 0.55));
        let color = if is_muted {
            palette.error
        } else {
            palette.warn
        };
        let stroke = Stroke::new((1.5 * self.camera.zoom).max(1.0), color);
        if is_muted {
            self.painter
                .rect_stroke(rect, radius, stroke, StrokeKind::Inside);
        } else {
            let dashes = Shape::dashed_line(
                &[rect.left_center(), rect.right_center()],
                stroke,
                8.0 * self.camera.zoom,
                5.0 * self.camera.zoom,
            );
            self.painter.extend(dashes);
            self.painter
                .rect_stroke(rect, radius, stroke, StrokeKind::Inside);
        }
    }
}

/// The colour that the user gave a node.
pub fn node_color(node: &Node, palette: &Palette) -> Option<Color32> {
    node.style.colour.map(|colour| palette.of_user(colour))
}
