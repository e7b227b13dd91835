//! find_ui: a bar on the canvas that finds nodes as one types, walks from hit to hit and marks them all. Asks for a hit
//! to be shown; changes no document.

pub mod field;
mod index;

use std::collections::HashSet;

use egui::{Frame, Id, Layout, Margin, Rect, RichText, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use self::field::{Asked, button_ui, field_ui, keys};
use self::index::Index;
use super::canvas::{Canvas, canvas_id};
use super::{Action, Context, theme};
use crate::graph::{Graph, NodeId};

/// What the bar remembers between frames, also while it is closed: F3 goes on with the last query.
#[derive(Default)]
pub struct Find {
    is_open: bool,
    /// The field is to take the keyboard, with all its text selected.
    wants_focus: bool,
    query: String,
    index: Index,
    hits: Vec<NodeId>,
    /// The hit that was shown last.
    shown: Option<NodeId>,
    /// The query and the revision of the graph that `hits` belong to.
    searched: Option<(String, u64)>,
    /// The canvas marks the hits as they are now.
    is_marked: bool,
}

impl Find {
    pub fn open(&mut self) {
        self.is_open = true;
        self.wants_focus = true;
        self.is_marked = false;
    }

    /// False: it was closed already.
    pub fn close(&mut self) -> bool {
        self.is_marked = false;
        std::mem::take(&mut self.is_open)
    }

    pub fn hits(&self) -> &[NodeId] {
        &self.hits
    }

    /// The hit after the one that was shown last, or before it, around the end; `None` when there is none.
    pub fn step(&mut self, graph: &Graph, is_forward: bool) -> Option<NodeId> {
        self.update(graph);
        let count = self.hits.len();
        let next = match self.place() {
            None if is_forward => 0,
            None => count.checked_sub(1)?,
            Some(at) if is_forward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
        };
        self.shown = self.hits.get(next).copied();
        self.shown
    }

    /// Which hit was shown last.
    fn place(&self) -> Option<usize> {
        let shown = self.shown?;
        self.hits.iter().position(|hit| *hit == shown)
    }

    /// Search again if the query or the graph is another. True: the query is.
    fn update(&mut self, graph: &Graph) -> bool {
        let (query, revision) = match &self.searched {
            Some((query, revision)) => (Some(query), Some(*revision)),
            None => (None, None),
        };
        let is_same_query = query == Some(&self.query);
        let is_same_graph = revision == Some(graph.revision());
        if is_same_query && is_same_graph {
            return false;
        }
        if !is_same_graph {
            self.index = Index::new(graph);
        }
        self.hits = self.index.find(&self.query);
        self.searched = Some((self.query.clone(), graph.revision()));
        self.is_marked = false;
        !is_same_query
    }

    /// `3 of 17`.
    fn count_text(&self) -> String {
        let count = self.hits.len();
        match self.place() {
            _ if self.query.trim().is_empty() => String::new(),
            _ if count == 0 => "None".to_owned(),
            Some(at) => format!("{} of {count}", at + 1),
            None => format!("{count} found"),
        }
    }
}

/// Show the bar if it is open, in the upper right corner of the canvas. To be called after the canvas is shown.
pub fn find_ui(ui: &mut Ui, find: &mut Find, canvas: &mut Canvas, context: &mut Context<'_>) {
    if find.is_open {
        bar_ui(ui, find, canvas.camera.screen, context);
        if find.update(context.document.graph()) {
            // As one types the best hit is shown at once.
            find.shown = find.hits.first().copied();
            context.actions.extend(find.shown.map(Action::Reveal));
        }
    }
    if !find.is_marked {
        let marked = if find.is_open { &find.hits[..] } else { &[] };
        canvas.found = marked.iter().copied().collect::<HashSet<_>>();
        find.is_marked = true;
        ui.ctx().request_repaint();
    }
}

fn bar_ui(ui: &mut Ui, find: &mut Find, canvas: Rect, context: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let width = theme::FIND_WIDTH.min(canvas.width() - 2.0 * theme::GAP);
    let size = vec2(width, theme::ROW + 2.0 * theme::GAP);
    let place = Rect::from_min_size(
        pos2(
            canvas.right() - width - theme::GAP,
            canvas.top() + theme::GAP,
        ),
        size,
    );
    // What is clicked here is no click on the canvas; the ground itself takes no keyboard.
    ui.interact(place, Id::unique("find bar"), Sense::CLICK | Sense::DRAG);
    let frame = Frame::NONE
        .fill(palette.panel)
        .stroke(Stroke::new(1.0, palette.outline))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::same(theme::GAP as i8));
    let layout = Layout::right_to_left(egui::Align::Center);
    let builder = UiBuilder::new().max_rect(place);
    ui.scope_builder(builder, |ui| {
        frame.show(ui, |ui| {
            ui.with_layout(layout, |ui| contents_ui(ui, find, context));
        });
    });
}

/// From the right: buttons, count, and the field in the room that is left.
fn contents_ui(ui: &mut Ui, find: &mut Find, context: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let id = Id::unique("find field");
    let asked = keys(ui, id);
    let is_closed = button_ui(ui, "×", "Close the search", "Escape");
    let is_next = button_ui(ui, "↓", "Next hit", "Enter");
    let is_previous = button_ui(ui, "↑", "Previous hit", "Shift+Enter");
    let is_none = find.hits.is_empty();
    let color = if is_none {
        palette.warn
    } else {
        palette.text_weak
    };
    ui.label(RichText::new(find.count_text()).color(color));
    let width = ui.available_width();
    let Find {
        query, wants_focus, ..
    } = find;
    field_ui(ui, id, query, wants_focus, ("Find a node", width));
    if is_closed || asked == Some(Asked::Close) {
        find.close();
        ui.memory_mut(|memory| memory.request_focus(canvas_id()));
        return;
    }
    let is_forward = is_next || asked == Some(Asked::Next);
    if is_forward || is_previous || asked == Some(Asked::Previous) {
        let hit = find.step(context.document.graph(), is_forward);
        context.actions.extend(hit.map(Action::Reveal));
    }
}

#[cfg(test)]
mod tests;
