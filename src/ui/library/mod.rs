//! library_ui: all node kinds by family, to be searched, read about, dragged onto the canvas or added.
//! Reads the catalog; what a drop does is the canvas's business.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{
    Align2, Id, Key, Modifiers, PointerButton, Response, ScrollArea, Sense, TextEdit, Ui, vec2,
};

use super::code::CodeAction;
use super::list::List;
use super::row::{Row, card_ui, row_with_id_ui};
use super::search::KindSearch;
use super::{Action, Context, theme};
use crate::command::Command;
use crate::graph::{Bank, KindState, Name, NodeKind};

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Library {
    query: String,
    search: KindSearch,
    /// Families that were folded up or opened: those of one's own begin open, those that came with Loom folded.
    toggled: BTreeSet<Name>,
    /// The hit that Enter adds, while something is searched.
    chosen: usize,
    list: List,
}

/// A row of the list.
enum Entry<'a> {
    Family {
        name: &'a Name,
        count: usize,
        is_open: bool,
    },
    Kind(&'a Arc<NodeKind>),
}

pub fn library_ui(ui: &mut Ui, library: &mut Library, ctx: &mut Context<'_>) {
    let kinds = ctx.kinds();
    search_ui(ui, library, ctx);
    let is_searching = !library.query.trim().is_empty();
    if library.search.update(&library.query, &kinds) {
        library.chosen = 0;
    }
    if ctx.catalog.kinds().is_empty() {
        ui.weak(
            "No nodes were found. Put Python files with functions into the project's nodes folder",
        );
        return;
    }
    if library.search.hits().len() == 0 {
        ui.weak(format!("No node fits \"{}\"", library.query.trim()));
        if ui.button(Command::Packages.title()).clicked() {
            ctx.ask(Action::Command(Command::Packages));
        }
        return;
    }
    let entries = if is_searching {
        library.search.hits().map(Entry::Kind).collect()
    } else {
        by_family(&kinds, &library.toggled)
    };
    ui.spacing_mut().item_spacing.y = 1.0;
    let mut toggled = None;
    let area = ScrollArea::vertical()
        .id_salt(("library", is_searching))
        .auto_shrink(false);
    let id = ui.scope_id().with("rows");
    library
        .list
        .show(ui, area, id, entries.len(), |ui, at, id| {
            match &entries[at] {
                Entry::Family {
                    name,
                    count,
                    is_open,
                } => {
                    if family_ui(ui, id, name, *count, *is_open) {
                        toggled = Some((*name).clone());
                    }
                }
                Entry::Kind(kind) => {
                    let is_chosen = is_searching && at == library.chosen;
                    kind_ui(ui, id, ctx, kind, is_searching, is_chosen);
                }
            }
        });
    if let Some(family) = toggled
        && !library.toggled.remove(&family)
    {
        library.toggled.insert(family);
    }
}

/// The search field: arrows walk the hits, Enter adds the chosen one, Escape clears.
fn search_ui(ui: &mut Ui, library: &mut Library, ctx: &mut Context<'_>) {
    let id = ui.make_persistent_id("library search");
    let mut is_entered = false;
    if ui.memory(|memory| memory.has_focus(id)) {
        let last = library.search.hits().len().saturating_sub(1);
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                library.chosen = (library.chosen + 1).min(last);
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                library.chosen = library.chosen.saturating_sub(1);
            }
            is_entered = input.consume_key(Modifiers::NONE, Key::Enter);
            if input.key_pressed(Key::Escape) {
                library.query.clear();
            }
        });
    }
    let field = TextEdit::singleline(&mut library.query)
        .id(id)
        .hint_text("Search nodes")
        .desired_width(f32::INFINITY)
        .min_size(vec2(0.0, theme::ROW))
        .align(Align2::LEFT_CENTER);
    ui.add(field).accessible_name("Search nodes");
    if is_entered
        && !library.query.trim().is_empty()
        && let Some(kind) = library.search.hit(library.chosen)
        && kind.state == KindState::Ready
    {
        ctx.ask(Action::AddNode(kind.clone(), None));
    }
    ui.add_space(theme::GAP / 2.0);
}

/// Kinds come sorted by family; one's own families stand before those that came with Loom, and kinds of folded ones are
/// left out.
fn by_family<'a>(kinds: &'a [Arc<NodeKind>], toggled: &BTreeSet<Name>) -> Vec<Entry<'a>> {
    let mut entries = Vec::with_capacity(kinds.len() + 16);
    for wants_own in [true, false] {
        for kinds in kinds.chunk_by(|a, b| a.family == b.family) {
            let Some(first) = kinds.first() else { continue };
            let is_looms = |kind: &Arc<NodeKind>| matches!(kind.bank, Bank::Builtin | Bank::Graph);
            let is_own = !kinds.iter().all(is_looms);
            if is_own != wants_own {
                continue;
            }
            let is_open = is_own != toggled.contains(&first.family);
            entries.push(Entry::Family {
                name: &first.family,
                count: kinds.len(),
                is_open,
            });
            if is_open {
                entries.extend(kinds.iter().map(Entry::Kind));
            }
        }
    }
    entries
}

/// True: it was folded up or opened.
fn family_ui(ui: &mut Ui, id: Id, name: &Name, count: usize, is_open: bool) -> bool {
    let palette = theme::palette(ui.ctx());
    let sign = if is_open { "▾" } else { "▸" };
    let text = format!("{sign}  {name}");
    let row = Row {
        dot: None,
        text: &text,
        color: Some(palette.text_strong),
        right: &count.to_string(),
        indent: 0.0,
        is_chosen: false,
    };
    row_with_id_ui(ui, id, &row, Sense::click())
        .accessible_name(name.as_str())
        .clicked()
}

fn kind_ui(
    ui: &mut Ui,
    id: Id,
    ctx: &mut Context<'_>,
    kind: &Arc<NodeKind>,
    is_searching: bool,
    is_chosen: bool,
) {
    let palette = theme::palette(ui.ctx());
    let is_ready = kind.state == KindState::Ready;
    let row = Row {
        dot: Some(if is_ready {
            palette.of_family(&kind.family)
        } else {
            palette.error
        }),
        text: &kind.title,
        color: (!is_ready).then_some(palette.error),
        right: if is_searching { &kind.family } else { "" },
        indent: if is_searching { 0.0 } else { theme::GAP * 2.0 },
        is_chosen,
    };
    let sense = if is_ready {
        Sense::click_and_drag()
    } else {
        Sense::click()
    };
    let response = row_with_id_ui(ui, id, &row, sense).on_hover_ui(|ui| card_ui(ui, kind));
    if is_ready {
        response.dnd_set_drag_payload(kind.clone());
        drag_picture(ui, &response, &kind.title);
    }
    // The keyboard's click has no pointer behind it.
    let is_key_click = response.clicked() && !response.clicked_by(PointerButton::Primary);
    if response.double_clicked() || is_key_click {
        match (&kind.state, &kind.file) {
            (KindState::Ready, _) => ctx.ask(Action::AddNode(kind.clone(), None)),
            (KindState::Broken { line, .. }, Some(file)) => {
                ctx.ask(Action::Code(CodeAction::Open(file.to_path_buf(), *line)));
            }
            _ => {}
        }
    }
}

/// The title goes with the pointer while a kind is dragged.
fn drag_picture(ui: &Ui, response: &Response, title: &str) {
    if !response.dragged() {
        return;
    }
    let Some(pointer) = ui.input(|input| input.pointer.hover_pos()) else {
        return;
    };
    let palette = theme::palette(ui.ctx());
    let layer = egui::LayerId::new(egui::Order::Tooltip, response.id.with("dragged"));
    let painter = ui.ctx().layer_painter(layer);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let text = painter.layout_no_wrap(title.to_owned(), font, palette.text_strong);
    let rect = egui::Rect::from_min_size(pointer + vec2(14.0, 10.0), text.size() + vec2(16.0, 8.0));
    let stroke = egui::Stroke::new(1.0, palette.accent);
    let kind = egui::StrokeKind::Inside;
    painter.rect(rect, theme::RADIUS, palette.raised, stroke, kind);
    painter.galley(rect.min + vec2(8.0, 4.0), text, palette.text_strong);
}

#[cfg(test)]
mod tests;
