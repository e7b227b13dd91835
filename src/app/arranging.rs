//! Arranging: the commands that move nodes by rule. The sizes come from the canvas's layout, what to do with them from
//! `document::arrange`.

use std::collections::BTreeSet;

use super::App;
use crate::document::Transaction;
use crate::document::arrange::{self, Align, Axis, Spacing};
use crate::document::ops;
use crate::graph::{Graph, Link, NodeId, Vec2};
use crate::ui::Level;
use crate::ui::canvas::layout::Layout;
use crate::ui::canvas::routes::link_ends;
use crate::ui::theme::{COLUMN_GAP, FRAME_SIDE, FRAME_TOP, GRID_STEP, ROW_GAP};

const SPACING: Spacing = Spacing {
    grid: GRID_STEP,
    columns: COLUMN_GAP,
    rows: ROW_GAP,
    frame_side: FRAME_SIDE,
    frame_top: FRAME_TOP,
};

impl App {
    /// The selection, or everything when there is none worth arranging; what was arranged is in view then.
    pub(super) fn auto_layout(&mut self) {
        let document = &self.project.document;
        let is_of_all = document.selection().len() < 2;
        let all: BTreeSet<NodeId> = document.nodes().map(|node| node.id).collect();
        self.arrange(|graph, picked, layout| {
            let nodes = if is_of_all { &all } else { picked };
            let (size_of, ends) = (size_of(layout), ends(graph));
            arrange::auto_layout(graph, nodes, SPACING, size_of, ends)
        });
        let canvas = &mut self.project.panels.canvas;
        let document = &self.project.document;
        canvas.keep_up(document);
        let bounds = canvas.layout.extent();
        let view = canvas.camera.view_in_graph();
        if bounds.is_some_and(|bounds| is_of_all && !view.contains_rect(bounds)) {
            canvas.zoom_to(bounds);
        }
    }

    pub(super) fn straighten(&mut self) {
        self.arrange(|graph, nodes, _| arrange::straighten(graph, nodes, ends(graph)));
    }

    pub(super) fn align(&mut self, how: Align) {
        self.arrange(|graph, nodes, layout| arrange::align(graph, nodes, how, size_of(layout)));
    }

    pub(super) fn distribute(&mut self, axis: Axis) {
        self.arrange(|graph, nodes, layout| {
            arrange::distribute(graph, nodes, axis, size_of(layout))
        });
    }

    /// Commit what `op` makes of the selection and what frames in it carry; nothing to do is said, and is no step.
    fn arrange(&mut self, op: impl FnOnce(&Graph, &BTreeSet<NodeId>, &Layout) -> Transaction) {
        let document = &self.project.document;
        let graph = document.graph();
        self.project.panels.canvas.keep_up(document);
        let layout = &self.project.panels.canvas.layout;
        let rect_of = |id| layout.rect(id);
        let nodes_in = |rect| layout.nodes_in(rect);
        let nodes = ops::carried(graph, document.selection(), rect_of, nodes_in);
        let transaction = op(graph, &nodes, layout);
        if transaction.edits.is_empty() {
            let text = format!("{}: nothing to move", transaction.label);
            self.notify(Level::Info, text);
        } else {
            self.commit(transaction);
        }
    }
}

fn size_of(layout: &Layout) -> impl Fn(NodeId) -> Vec2 {
    |id| layout.rect(id).map_or(Vec2::ZERO, |rect| rect.size())
}

/// How far below its nodes' upper edges a link leaves and arrives.
fn ends(graph: &Graph) -> impl Fn(&Link) -> (f32, f32) {
    |link| {
        let top = |id| graph.node(id).map_or(0.0, |node| node.pos.y);
        let ends = link_ends(graph, link).map(|(start, end)| {
            let (from, to) = (top(link.from.node), top(link.to.node));
            (start.y - from, end.y - to)
        });
        ends.unwrap_or_default()
    }
}
