//! Overlay: what a gesture, a drag from the library or a link made by keys would do, painted over the graph. Reads the
//! drafts and paints; what they do when they end is `gesture`'s and `linking`'s.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Align2, Color32, DragAndDrop, Painter, Shape, Stroke, StrokeKind};

use super::gesture::{self, Gesture, Target};
use super::linking::{Linking, end_pos};
use super::{Canvas, SNAP_REACH, paint, routes};
use crate::document::ops::{self, LinkEnd};
use crate::graph::{Edit, Graph, Link, NodeId, NodeKind, Port, Pos2, Rect, Vec2};
use crate::ui::theme::Palette;

/// From the canvas's lower left corner to where is said what keys do.
const HINT: Vec2 = Vec2::new(16.0, -14.0);

/// Paint what is going on.
pub fn paint(painter: &Painter, canvas: &Canvas, graph: &Graph, palette: &Palette) {
    let overlay = Overlay {
        painter,
        canvas,
        graph,
        palette,
    };
    match &canvas.gesture {
        Gesture::BoxSelect { start, end, .. } => overlay.select_box(*start, *end),
        Gesture::Cut { start, end } => overlay.cut(*start, *end),
        Gesture::DragLink { fixed, at, .. } => overlay.dragged_link(fixed, *at),
        Gesture::DragNodes {
            nodes, takes_out, ..
        } if *takes_out => overlay.taken_out(nodes),
        Gesture::DragNodes { nodes, offset, .. } => overlay.inserted(nodes, *offset),
        Gesture::None => overlay.dropped_kind(),
        Gesture::Pan | Gesture::Resize { .. } => {}
    }
    if let Some(linking) = &canvas.linking {
        overlay.linking(linking);
    }
}

struct Overlay<'a> {
    painter: &'a Painter,
    canvas: &'a Canvas,
    graph: &'a Graph,
    palette: &'a Palette,
}

impl Overlay<'_> {
    fn select_box(&self, start: Pos2, end: Pos2) {
        let accent = self.palette.accent;
        let rect = Rect::from_two_pos(start, end);
        self.painter.rect(
            self.canvas.camera.rect_on_screen(rect),
            2,
            Palette::faded(accent, 0.12),
            Stroke::new(1.0, accent),
            StrokeKind::Inside,
        );
    }

    fn cut(&self, start: Pos2, end: Pos2) {
        let line = [start, end].map(|pos| self.canvas.camera.screen_from_graph(pos));
        let stroke = Stroke::new(2.0, self.palette.error);
        self.painter.line_segment(line, stroke);
        let count = gesture::links_across(self.graph, &self.canvas.layout, start, end).len();
        self.hint(line[1], &format!("cuts {}", links_in_words(count)));
    }

    fn dragged_link(&self, fixed: &LinkEnd, at: Pos2) {
        let camera = &self.canvas.camera;
        let reach = SNAP_REACH / camera.zoom;
        let target = gesture::drop_target(self.graph, &self.canvas.layout, fixed, at, reach);
        let Some(fixed_at) = end_pos(self.graph, fixed) else {
            return;
        };
        let color = self.color_of(fixed);
        let fixed_at = camera.screen_from_graph(fixed_at);
        let mut free = camera.screen_from_graph(at);
        let is_output = matches!(fixed, LinkEnd::Output(_));
        if let Target::Port(link) = &target
            && let Some((start, end)) = routes::link_ends(self.graph, link)
        {
            free = camera.screen_from_graph(if is_output { end } else { start });
            self.glow(free, color);
        }
        let (start, end) = if is_output {
            (fixed_at, free)
        } else {
            (free, fixed_at)
        };
        self.line(start, end, 2.6, color);
        if let Target::Port(link) = &target
            && self.graph.looping_for(link).is_some()
        {
            self.hint(free, "runs for each item");
        }
        if let Target::Refused(error) = &target {
            let palette = self.palette;
            paint::hint(
                self.painter,
                free,
                &error.to_string(),
                palette.error,
                palette,
            );
        }
    }

    /// The links that will heal when nodes are dragged out of theirs.
    fn taken_out(&self, nodes: &BTreeSet<NodeId>) {
        let out = ops::take_out(self.graph, nodes);
        let healed = out.edits.iter().filter_map(|edit| match edit {
            Edit::Connect(link) => Some(link),
            _ => None,
        });
        let healed: Vec<&Link> = healed.collect();
        for link in &healed {
            self.whole_link(link, 2.6, self.palette.accent);
        }
        if let Some(at) = self.canvas.pointer.filter(|_| !out.edits.is_empty()) {
            let text = format!("takes out, heals {}", links_in_words(healed.len()));
            self.hint(self.canvas.camera.screen_from_graph(at), &text);
        }
    }

    /// The link that a dragged node will be put into.
    fn inserted(&self, nodes: &BTreeSet<NodeId>, offset: Vec2) {
        let layout = &self.canvas.layout;
        if let Some((_, link)) = gesture::insertion(self.graph, layout, nodes, offset) {
            self.whole_link(&link, 5.0, self.palette.accent);
        }
    }

    /// The same for a kind that is dragged from the library.
    fn dropped_kind(&self) {
        let Some(kind) = DragAndDrop::payload::<Arc<NodeKind>>(self.painter.ctx()) else {
            return;
        };
        let Some(at) = self.canvas.pointer else {
            return;
        };
        if let Some(link) = gesture::link_for(self.graph, &self.canvas.layout, &kind, at) {
            self.whole_link(&link, 5.0, self.palette.accent);
        }
    }

    /// The port that is chosen, or the link from it, with what the keys do.
    fn linking(&self, linking: &Linking) {
        let camera = &self.canvas.camera;
        let Some(from) = end_pos(self.graph, linking.start()) else {
            return;
        };
        let color = self.color_of(linking.start());
        self.glow(camera.screen_from_graph(from), color);
        if let Some(link) = linking.link()
            && let Some((start, end)) = routes::link_ends(self.graph, link)
        {
            self.whole_link(link, 2.6, color);
            let is_output = matches!(linking.start(), LinkEnd::Output(_));
            let at = camera.screen_from_graph(if is_output { end } else { start });
            self.glow(at, color);
        }
        // Where it covers no port that is to be chosen.
        let place = (Align2::LEFT_BOTTOM, camera.screen.left_bottom() + HINT);
        let text = linking.in_words(self.graph);
        paint::hint_at(self.painter, place, &text, self.palette.text, self.palette);
    }

    fn color_of(&self, end: &LinkEnd) -> Color32 {
        let ty = match end {
            LinkEnd::Output(port) => self.graph.output_type(port),
            LinkEnd::Input(port) => self.input_type(port),
        };
        ty.map_or(self.palette.idle, |ty| self.palette.of_type(ty))
    }

    fn input_type(&self, port: &Port) -> Option<&crate::graph::ValueType> {
        let input = self.graph.node(port.node)?.kind.input(&port.name)?;
        Some(&input.ty)
    }

    fn whole_link(&self, link: &Link, width: f32, color: Color32) {
        let Some((start, end)) = routes::link_ends(self.graph, link) else {
            return;
        };
        let camera = &self.canvas.camera;
        let (start, end) = (
            camera.screen_from_graph(start),
            camera.screen_from_graph(end),
        );
        self.line(start, end, width, color);
    }

    /// A link's line between two points on the screen, `width` points wide at 100 %.
    fn line(&self, start: Pos2, end: Pos2, width: f32, color: Color32) {
        let zoom = self.canvas.camera.zoom;
        let mut mesh = Mesh::default();
        let way = routes::link_way(start, end, zoom, 1.0);
        paint::add_link(&mut mesh, &way, width * zoom.clamp(0.6, 1.5), color);
        self.painter.add(Shape::mesh(mesh));
    }

    fn glow(&self, at: Pos2, color: Color32) {
        let ring = Stroke::new(2.0, color);
        self.painter
            .circle(at, 10.0, Palette::faded(color, 0.25), ring);
    }

    fn hint(&self, at: Pos2, text: &str) {
        paint::hint(self.painter, at, text, self.palette.text, self.palette);
    }
}

pub fn links_in_words(count: usize) -> String {
    match count {
        1 => "1 link".to_owned(),
        count => format!("{count} links"),
    }
}
