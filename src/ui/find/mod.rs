//! find_ui: a bar on the canvas that finds nodes as one types, walks from hit to hit and marks them all. Asks for a hit
//! to be shown; changes no document.

mod index;

use std::collections::HashSet;

use egui::text::CCursorRange;
use egui::text_edit::TextEditState;
use egui::{
    Align2, Button, EventFilter, Frame, Id, Key, Layout, Margin, Modifiers, Rect, RichText, Sense,
    Stroke, TextEdit, Ui, UiBuilder, pos2, vec2,
};

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
    let button = |ui: &mut Ui, sign: &str, name: &str, keys: &str| {
        let button = ui.add(Button::new(sign).min_size(vec2(theme::ROW, theme::ROW)));
        let button = button.on_hover_text(format!("{name} ({keys})"));
        button.accessible_name(name).clicked()
    };
    let is_closed = button(ui, "×", "Close the search", "Escape");
    let is_next = button(ui, "↓", "Next hit", "Enter");
    let is_previous = button(ui, "↑", "Previous hit", "Shift+Enter");
    let is_none = find.hits.is_empty();
    let color = if is_none {
        palette.warn
    } else {
        palette.text_weak
    };
    ui.label(RichText::new(find.count_text()).color(color));
    field_ui(ui, find, id);
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

#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Next,
    Previous,
    Close,
}

/// The keys that are the bar's and not the field's, while the field has the keyboard.
fn keys(ui: &Ui, field: Id) -> Option<Asked> {
    if !ui.memory(|memory| memory.has_focus(field)) {
        return None;
    }
    let keys = [
        (Modifiers::SHIFT, Key::Enter, Asked::Previous),
        (Modifiers::NONE, Key::Enter, Asked::Next),
        (Modifiers::NONE, Key::Escape, Asked::Close),
    ];
    ui.input_mut(|input| {
        let mut pressed = keys
            .into_iter()
            .filter(|(modifiers, key, _)| input.consume_key(*modifiers, *key));
        pressed.next().map(|(_, _, asked)| asked)
    })
}

fn field_ui(ui: &mut Ui, find: &mut Find, id: Id) {
    if std::mem::take(&mut find.wants_focus) {
        // Before the field is there: what was typed in this very frame is not lost.
        ui.memory_mut(|memory| memory.request_focus(id));
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let all = CCursorRange::select_all_str(&find.query);
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), id);
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        tab: false,
    };
    let field = TextEdit::singleline(&mut find.query)
        .id(id)
        .hint_text("Find a node")
        .desired_width(ui.available_width())
        .min_size(vec2(0.0, theme::ROW))
        .align(Align2::LEFT_CENTER)
        .event_filter(filter);
    ui.add(field).accessible_name("Find a node");
}

#[cfg(test)]
mod tests;
