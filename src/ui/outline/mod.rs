//! outline_ui: the nodes of what is open as a list in reading order, with the links into them in words: the graph for who cannot see
//! the canvas, or has no pointer. Arrows walk, Enter shows a node on the canvas. Reads the document and the run.

use egui::{
    EventFilter, Id, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

use super::row::{Row, row_at_ui};
use super::status::status_color;
use super::{Action, Context, theme};
use crate::document::Document;
use crate::document::arrange::reading_order;
use crate::graph::{Graph, Link, Node, NodeId, SubgraphId};

/// Between two rows.
const ROW_SPACE: f32 = 1.0;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Outline {
    entries: Vec<Entry>,
    /// The revision of the graph and the subgraph that `entries` belong to.
    made_from: Option<(u64, Option<SubgraphId>)>,
    /// The row that arrows walk from.
    chosen: usize,
    /// The one selected node when last looked at.
    selected: Option<NodeId>,
    /// The chosen row is to be in sight, and to have the keyboard.
    is_to_be_seen: bool,
    wants_focus: bool,
}

/// A row: a node, or one of the links into the node above it.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Node(NodeId),
    Link(Link),
}

impl Entry {
    fn node(&self) -> NodeId {
        match self {
            Self::Node(id) => *id,
            Self::Link(link) => link.to.node,
        }
    }

    /// The node that a row leads to: of a link the one that it comes from.
    fn shows(&self) -> NodeId {
        match self {
            Self::Node(id) => *id,
            Self::Link(link) => link.from.node,
        }
    }
}

impl Outline {
    /// Give the list the keyboard in the next frame.
    pub fn focus(&mut self) {
        self.wants_focus = true;
        self.is_to_be_seen = true;
    }

    fn update(&mut self, context: &Context<'_>) {
        let document = context.document;
        let made_from = (document.graph().revision(), document.open_subgraph());
        if self.made_from != Some(made_from) {
            let chosen = self.entries.get(self.chosen).cloned();
            self.entries = entries(document);
            self.made_from = Some(made_from);
            if let Some(chosen) = chosen {
                self.choose(&chosen);
            }
        }
        // What is selected elsewhere is chosen here.
        let selected = context.document.selected_node().map(|node| node.id);
        if selected != self.selected {
            self.selected = selected;
            let is_there = |id| self.entries.get(self.chosen).map(Entry::node) == Some(id);
            if let Some(id) = selected.filter(|id| !is_there(*id)) {
                self.choose(&Entry::Node(id));
            }
        }
    }

    /// The row that is this one, else that of its node, else one near it.
    fn choose(&mut self, wanted: &Entry) {
        let of_node = Entry::Node(wanted.node());
        let place = |entry: &Entry| self.entries.iter().position(|other| other == entry);
        let last = self.entries.len().saturating_sub(1);
        let place = place(wanted)
            .or_else(|| place(&of_node))
            .unwrap_or(self.chosen.min(last));
        self.is_to_be_seen |= place != self.chosen;
        self.chosen = place;
    }
}

/// All nodes in reading order, after each the links into it in the order of its inputs.
fn entries(document: &Document) -> Vec<Entry> {
    let graph = document.graph();
    let mut entries = Vec::with_capacity(graph.node_count() + graph.link_count());
    for node in reading_order(document.nodes()) {
        entries.push(Entry::Node(node.id));
        let mut links: Vec<&Link> = graph.incoming(node.id).iter().collect();
        // A link to an input that the kind has lost comes last.
        links.sort_by_key(|link| {
            let place = node
                .kind
                .inputs
                .iter()
                .position(|input| input.name == link.to.name);
            place.unwrap_or(usize::MAX)
        });
        entries.extend(links.into_iter().cloned().map(Entry::Link));
    }
    entries
}

/// `image from Coins photo.result`.
fn link_words(graph: &Graph, link: &Link) -> String {
    let source = graph
        .node(link.from.node)
        .map_or("a missing node", |node| node.title());
    format!("{} from {source}.{}", link.to.name, link.from.name)
}

pub fn outline_ui(ui: &mut Ui, outline: &mut Outline, context: &mut Context<'_>) {
    outline.update(context);
    if outline.entries.is_empty() {
        ui.weak("Nodes and the links between them are listed here");
        return;
    }
    list_ui(ui, outline, context);
}

fn list_ui(ui: &mut Ui, outline: &mut Outline, context: &mut Context<'_>) {
    // The list has the keyboard as a whole; which row it is at is told to screen readers as its active descendant.
    let id = Id::unique("outline list");
    let list = ui.interact(
        ui.available_rect_before_wrap(),
        id,
        Sense::focusable_noninteractive(),
    );
    list.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Nodes and links"));
    if std::mem::take(&mut outline.wants_focus) {
        list.request_focus();
    }
    let pitch = theme::ROW + ROW_SPACE;
    let page = (ui.available_height() / pitch) as usize;
    if list.has_focus() {
        keys(ui, id, outline, page, context);
    }
    let count = outline.entries.len();
    ScrollArea::vertical()
        .id_salt("outline")
        .auto_shrink(false)
        .show_viewport(ui, |ui, viewport| {
            ui.set_height(pitch * count as f32);
            let whole = ui.max_rect();
            let place = |at: usize| {
                let corner = pos2(whole.left(), whole.top() + at as f32 * pitch);
                Rect::from_min_size(corner, vec2(whole.width(), theme::ROW))
            };
            if std::mem::take(&mut outline.is_to_be_seen) {
                ui.scroll_to_rect(place(outline.chosen), None);
            }
            let first = (viewport.min.y / pitch) as usize;
            let end = ((viewport.max.y / pitch) as usize + 1).min(count);
            for at in first..end {
                let row = RowPlace {
                    rect: place(at),
                    id: id.with(at),
                };
                let response = entry_ui(ui, &outline.entries[at], &row, context);
                if response.clicked() {
                    outline.chosen = at;
                    list.request_focus();
                    context.ask(Action::Reveal(outline.entries[at].shows()));
                }
                if at == outline.chosen && list.has_focus() {
                    mark_chosen(ui, id, &row);
                }
            }
        });
}

struct RowPlace {
    rect: Rect,
    id: Id,
}

/// The row that the keyboard is at.
fn mark_chosen(ui: &Ui, list: Id, row: &RowPlace) {
    let stroke = Stroke::new(1.5, theme::palette(ui.ctx()).accent);
    let painter = ui.painter();
    painter.rect_stroke(row.rect, theme::RADIUS, stroke, StrokeKind::Inside);
    let row = row.id.accesskit_id();
    ui.ctx()
        .accesskit_node_builder(list, |node| node.set_active_descendant(row));
}

fn entry_ui(ui: &Ui, entry: &Entry, place: &RowPlace, context: &Context<'_>) -> Response {
    let graph = context.document.graph();
    let Some(node) = graph.node(entry.node()) else {
        return ui.interact(place.rect, place.id, Sense::hover());
    };
    match entry {
        Entry::Node(_) => node_row_ui(ui, node, place, context),
        Entry::Link(link) => link_row_ui(ui, graph, node, link, place),
    }
}

fn node_row_ui(ui: &Ui, node: &Node, place: &RowPlace, context: &Context<'_>) -> Response {
    let run = context.run_of(node).into_owned();
    let run = &run;
    let status = context.status_of(node, run);
    let row = Row {
        dot: Some(status_color(run, theme::palette(ui.ctx()))),
        text: node.title(),
        color: None,
        right: &status,
        indent: 0.0,
        is_chosen: context.document.selection().contains(&node.id),
    };
    let name = format!("{}: {status}", node.title());
    row_at_ui(ui, place.rect, place.id, &row, Sense::CLICK).accessible_name(name)
}

fn link_row_ui(ui: &Ui, graph: &Graph, node: &Node, link: &Link, place: &RowPlace) -> Response {
    let words = link_words(graph, link);
    let row = Row {
        dot: None,
        text: &words,
        color: Some(theme::palette(ui.ctx()).text_weak),
        right: "",
        indent: theme::DOT + theme::GAP,
        is_chosen: false,
    };
    let name = format!("{}: {words}", node.title());
    row_at_ui(ui, place.rect, place.id, &row, Sense::CLICK).accessible_name(name)
}

/// Arrows, pages and ends walk; Enter shows.
fn keys(ui: &Ui, list: Id, outline: &mut Outline, page: usize, context: &mut Context<'_>) {
    let own = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(list, own));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = outline.entries.len().saturating_sub(1);
    let at = outline.chosen;
    for (key, to) in [
        (Key::ArrowDown, at + 1),
        (Key::ArrowUp, at.saturating_sub(1)),
        (Key::PageDown, at + page),
        (Key::PageUp, at.saturating_sub(page)),
        (Key::Home, 0),
        (Key::End, last),
    ] {
        if pressed(key) {
            outline.chosen = to.min(last);
            outline.is_to_be_seen = true;
        }
    }
    if pressed(Key::Enter)
        && let Some(entry) = outline.entries.get(outline.chosen)
    {
        context.ask(Action::Reveal(entry.shows()));
    }
}

#[cfg(test)]
mod tests;
