//! palette_ui: two popups with one list. The command palette finds any command; the node search adds a node where the
//! pointer was, linked to what was being dragged. Runs nothing itself.

use std::sync::Arc;

use egui::{
    Align2, Area, Frame, Id, Key, Label, Modifiers, Order, RichText, ScrollArea, Sense, TextEdit,
    Ui, pos2, vec2,
};

use super::canvas::canvas_id;
use super::code::CodeAction;
use super::row::{Row, row_ui};
use super::search::{KindSearch, Query};
use super::{Action, Context, menu, theme};
use crate::command::{Command, TABLE};
use crate::document::ops::{self, LinkEnd};
use crate::graph::{Bank, Graph, KindState, Name, NodeKind, Pos2};

/// How many of the kinds that were added last stand first.
const RECENT: usize = 6;

/// The popups, of which one is open at most.
#[derive(Default)]
pub struct Palette {
    open: Option<Open>,
    query: String,
    chosen: usize,
    /// Where the list is scrolled to, in points.
    offset: f32,
    hits: Hits,
    search: KindSearch,
    recent: Vec<(Bank, Name)>,
    /// What was typed in the frame before, while the canvas had the keyboard: the rest of a fast word.
    typed_early: String,
}

enum Open {
    Commands,
    Nodes {
        pos_in_graph: Pos2,
        on_screen: Pos2,
        link_from: Option<LinkEnd>,
    },
}

/// What the query finds.
#[derive(Default)]
enum Hits {
    /// To be searched.
    #[default]
    Stale,
    Commands(Vec<Command>),
    /// Behind them stands the way to a node that nobody has written yet, when it is not empty: its row.
    Kinds(Vec<Arc<NodeKind>>, String),
}

impl Hits {
    fn len(&self) -> usize {
        match self {
            Self::Stale => 0,
            Self::Commands(commands) => commands.len(),
            Self::Kinds(kinds, new) => kinds.len() + usize::from(!new.is_empty()),
        }
    }
}

impl Palette {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn open_commands(&mut self) {
        self.open(Open::Commands);
    }

    /// Search a node that is put at `pos_in_graph`, linked to `link_from`. The popup stands at `on_screen`.
    pub fn open_nodes(&mut self, pos_in_graph: Pos2, on_screen: Pos2, link_from: Option<LinkEnd>) {
        self.open(Open::Nodes {
            pos_in_graph,
            on_screen,
            link_from,
        });
    }

    pub fn close(&mut self) {
        self.open = None;
        self.hits = Hits::Stale;
    }

    fn open(&mut self, open: Open) {
        self.open = Some(open);
        self.query = std::mem::take(&mut self.typed_early);
        self.chosen = 0;
        self.offset = 0.0;
        self.hits = Hits::Stale;
    }

    /// A kind was added: it stands first the next time.
    fn remember(&mut self, kind: &NodeKind) {
        let id = (kind.bank, kind.function.clone());
        self.recent.retain(|recent| *recent != id);
        self.recent.insert(0, id);
        self.recent.truncate(RECENT);
    }
}

/// Show the popup that is open. To be called in every frame, after the panels.
pub fn palette_ui(
    egui: &egui::Context,
    palette: &mut Palette,
    is_enabled: impl Fn(Command) -> bool,
    ctx: &mut Context<'_>,
) {
    let Some(open) = &palette.open else {
        palette.typed_early = typed_early(egui);
        return;
    };
    let screen = egui.content_rect();
    let (width, place) = match open {
        Open::Commands => {
            let width = theme::PALETTE_WIDTH.min(screen.width() - 2.0 * theme::ROW);
            let left = screen.center().x - width / 2.0;
            (width, pos2(left, screen.top() + screen.height() * 0.14))
        }
        Open::Nodes { on_screen, .. } => (theme::NODE_SEARCH_WIDTH, *on_screen),
    };
    let area = Area::new(Id::unique("palette"))
        .order(Order::Foreground)
        .fixed_pos(place)
        .constrain_to(screen)
        .show(egui, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(width);
                contents_ui(ui, palette, &is_enabled, ctx)
            })
        });
    let is_done = area.inner.inner;
    if is_done || area.response.clicked_elsewhere() {
        palette.close();
    }
}

/// True: something was run, or Escape was pressed.
fn contents_ui(
    ui: &mut Ui,
    palette: &mut Palette,
    is_enabled: &impl Fn(Command) -> bool,
    ctx: &mut Context<'_>,
) -> bool {
    let pressed = |ui: &mut Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(ui, Key::Escape) {
        return true;
    }
    let before = palette.query.clone();
    field_ui(ui, palette);
    if before != palette.query {
        palette.hits = Hits::Stale;
        palette.chosen = 0;
        palette.offset = 0.0;
    }
    if matches!(palette.hits, Hits::Stale) {
        palette.hits = find(palette, ctx);
    }
    let count = palette.hits.len();
    let mut is_walked = false;
    for (key, step) in [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::PageDown, 8),
        (Key::PageUp, -8),
    ] {
        if pressed(ui, key) {
            let last = count.saturating_sub(1);
            palette.chosen = palette.chosen.saturating_add_signed(step).min(last);
            is_walked = true;
        }
    }
    let mut wanted = pressed(ui, Key::Enter).then_some(palette.chosen);
    ui.add_space(theme::GAP / 2.0);
    let is_none = match &palette.hits {
        Hits::Kinds(kinds, _) => kinds.is_empty(),
        hits => hits.len() == 0,
    };
    if is_none {
        nothing_ui(ui, palette);
    }
    if count == 0 {
        return false;
    }
    if let Some(clicked) = list_ui(ui, palette, is_enabled, is_walked) {
        wanted = Some(clicked);
    }
    about_ui(ui, palette);
    wanted.is_some_and(|at| run(palette, is_enabled, ctx, at))
}

fn field_ui(ui: &mut Ui, palette: &mut Palette) {
    let hint = match palette.open {
        Some(Open::Nodes {
            link_from: Some(_), ..
        }) => "Search a node that fits",
        Some(Open::Nodes { .. }) => "Search a node to add",
        _ => "Search a command",
    };
    let id = Id::unique("palette field");
    // The keyboard before the field is there: what was typed in this very frame is not lost.
    ui.memory_mut(|memory| memory.request_focus(id));
    // The list walks with these; the field would only jump to its ends.
    let keys = [
        Key::ArrowDown,
        Key::ArrowUp,
        Key::PageDown,
        Key::PageUp,
        Key::Enter,
    ];
    let mut kept = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let is_kept = matches!(event, egui::Event::Key { key, .. } if keys.contains(key));
            if is_kept {
                kept.push(event.clone());
            }
            !is_kept
        });
    });
    let field = TextEdit::singleline(&mut palette.query)
        .id(id)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .min_size(vec2(0.0, theme::ROW + 4.0))
        .align(Align2::LEFT_CENTER)
        .event_filter(egui::EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        });
    ui.add(field).accessible_name(hint);
    ui.input_mut(|input| input.events.extend(kept));
    // A tab is no part of any name.
    palette.query.retain(|letter| letter != '\t');
}

fn find(palette: &mut Palette, ctx: &Context<'_>) -> Hits {
    match &palette.open {
        Some(Open::Nodes { link_from, .. }) => {
            palette.search.update(&palette.query, &ctx.kinds());
            let graph = ctx.document.graph();
            let fits = |kind: &&Arc<NodeKind>| {
                kind.state == KindState::Ready && fits(graph, link_from.as_ref(), kind)
            };
            let mut kinds: Vec<_> = palette.search.hits().filter(fits).cloned().collect();
            if palette.query.trim().is_empty() {
                let recent = &palette.recent;
                kinds.sort_by_key(|kind| {
                    let is_it =
                        |(bank, name): &(Bank, Name)| *bank == kind.bank && *name == kind.function;
                    recent.iter().position(is_it).unwrap_or(RECENT)
                });
            }
            let typed = palette.query.trim();
            let new = if typed.is_empty() {
                String::new()
            } else {
                format!("New node \"{typed}\"…")
            };
            Hits::Kinds(kinds, new)
        }
        _ => Hits::Commands(find_commands(&palette.query)),
    }
}

fn fits(graph: &Graph, link_from: Option<&LinkEnd>, kind: &NodeKind) -> bool {
    link_from.is_none_or(|end| ops::kind_fits(graph, end, kind))
}

fn find_commands(query: &str) -> Vec<Command> {
    let mut query = Query::new(query);
    let mut hits: Vec<_> = TABLE
        .iter()
        .filter(|entry| entry.command != Command::Palette)
        .filter_map(|entry| {
            let about = format!("{} {}", entry.menu.title(), entry.help);
            Some((query.rank(entry.title, &about)?, entry.command))
        })
        .collect();
    if !query.is_empty() {
        hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    hits.into_iter().map(|(_, command)| command).collect()
}

/// The rows; the one that was clicked.
fn list_ui(
    ui: &mut Ui,
    palette: &mut Palette,
    is_enabled: &impl Fn(Command) -> bool,
    is_walked: bool,
) -> Option<usize> {
    let colors = theme::palette(ui.ctx());
    ui.spacing_mut().item_spacing.y = 1.0;
    let height = theme::ROW + ui.spacing().item_spacing.y;
    // In a low window, or a large interface, fewer rows are shown.
    let least = 3.0 * height;
    let most = (ui.ctx().content_rect().height() - theme::PALETTE_REST).max(least);
    let room = (height * theme::PALETTE_ROWS as f32).min(most);
    let mut list = ScrollArea::vertical()
        .id_salt("palette list")
        .max_height(room)
        .auto_shrink([false, true]);
    if is_walked {
        let top = palette.chosen as f32 * height;
        let offset = palette.offset.clamp(top + height - room, top).max(0.0);
        list = list.vertical_scroll_offset(offset);
    }
    let mut clicked = None;
    let shown = list.show_rows(ui, theme::ROW, palette.hits.len(), |ui, rows| {
        for at in rows {
            let is_chosen = at == palette.chosen;
            let response = match &palette.hits {
                Hits::Stale => continue,
                Hits::Commands(commands) => {
                    let entry = commands[at].entry();
                    let keys = menu::shortcut_text(ui.ctx(), entry.command);
                    let row = Row {
                        dot: None,
                        text: entry.title,
                        color: (!is_enabled(entry.command)).then_some(colors.idle),
                        right: &keys,
                        indent: 0.0,
                        is_chosen,
                    };
                    row_ui(ui, &row, Sense::click())
                }
                Hits::Kinds(kinds, new) => {
                    let kind = kinds.get(at);
                    let row = Row {
                        dot: kind.map(|kind| colors.of_family(&kind.family)),
                        text: kind.map_or(new, |kind| &kind.title),
                        color: None,
                        right: kind.map_or("Python", |kind| &kind.family),
                        indent: 0.0,
                        is_chosen,
                    };
                    row_ui(ui, &row, Sense::click())
                }
            };
            if response.clicked() {
                clicked = Some(at);
            }
        }
    });
    palette.offset = shown.state.clamped_offset().y;
    clicked
}

/// A line about the chosen entry.
fn about_ui(ui: &mut Ui, palette: &Palette) {
    let about = match &palette.hits {
        Hits::Stale => None,
        Hits::Commands(commands) => commands.get(palette.chosen).map(|it| it.entry().help),
        Hits::Kinds(kinds, _) => {
            let kind = kinds.get(palette.chosen).map(|kind| &*kind.summary);
            kind.or(Some(Command::NewNode.entry().help))
        }
    };
    ui.add_space(theme::GAP / 2.0);
    ui.separator();
    let text = RichText::new(about.unwrap_or_default()).small().weak();
    ui.add(Label::new(text).truncate());
}

fn nothing_ui(ui: &mut Ui, palette: &Palette) {
    let query = palette.query.trim();
    let text = match (&palette.open, query.is_empty()) {
        (Some(Open::Commands), _) => format!("No command fits \"{query}\""),
        (_, true) => "No node has a port of this type".to_owned(),
        (
            Some(Open::Nodes {
                link_from: Some(_), ..
            }),
            _,
        ) => {
            format!("No node fits \"{query}\" and the link")
        }
        _ => format!("No node fits \"{query}\""),
    };
    ui.weak(text);
}

/// Do what an entry stands for; false when it cannot be done now.
fn run(
    palette: &mut Palette,
    is_enabled: &impl Fn(Command) -> bool,
    ctx: &mut Context<'_>,
    at: usize,
) -> bool {
    match &palette.hits {
        Hits::Stale => false,
        Hits::Commands(commands) => {
            let Some(command) = commands.get(at).filter(|command| is_enabled(**command)) else {
                return false;
            };
            ctx.ask(Action::Command(*command));
            true
        }
        Hits::Kinds(kinds, _) => {
            let Some(Open::Nodes {
                pos_in_graph,
                link_from,
                ..
            }) = &palette.open
            else {
                return false;
            };
            let Some(kind) = kinds.get(at).cloned() else {
                let (name, at) = (palette.query.trim(), (*pos_in_graph, link_from.clone()));
                ctx.ask(Action::Code(CodeAction::New(name.to_owned(), Some(at))));
                return true;
            };
            let graph = ctx.document.graph();
            let place = (*pos_in_graph, ctx.document.open_subgraph());
            let (id, transaction) = ops::add_node(graph, &kind, place, link_from.as_ref());
            ctx.ask(Action::EditAndSelect(transaction, vec![id]));
            palette.remember(&kind);
            true
        }
    }
}

/// Texts that came in this frame while no field or panel had the keyboard.
fn typed_early(egui: &egui::Context) -> String {
    let focused = egui.memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != canvas_id()) {
        return String::new();
    }
    egui.input(|input| {
        let texts = input.events.iter().filter_map(|event| match event {
            egui::Event::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    })
}

#[cfg(test)]
mod tests;
