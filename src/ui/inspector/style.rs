//! style_ui: how the selected nodes look: their colour, and the size of a frame or a note.

use egui::{Button, DragValue, PointerButton, Response, Stroke, StrokeKind, Ui, vec2};

use super::{Inspector, Wanted, command_ui, section_ui};
use crate::command::Command;
use crate::document::ops;
use crate::graph::{Node, NodeId, Rect, Rgb, Role, Vec2};
use crate::ui::value::Drafts;
use crate::ui::{Action, Context, theme};

/// The largest size that can be typed, in graph units.
const LARGEST: f32 = 100_000.0;

/// What can be changed of how the selection looks.
pub fn style_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    inspector: &mut Inspector,
    drafts: &mut Drafts,
) {
    section_ui(ui, "Colour");
    swatches_ui(ui, ctx, inspector);
    let node = ctx.document.selected_node();
    let is_box = |node: &&Node| matches!(node.kind.role, Role::Frame | Role::Note);
    if let Some(node) = node.filter(is_box) {
        section_ui(ui, "Size");
        size_ui(ui, ctx, inspector, drafts, node);
        if node.kind.role == Role::Frame {
            command_ui(ui, ctx, Command::FitFrame);
        }
    }
}

/// One button for each colour, and one for none.
fn swatches_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector) {
    let document = ctx.document;
    let (graph, selection) = (document.graph(), document.selection());
    let mut colours = selection.iter().filter_map(|id| graph.node(*id));
    let first = colours.next().map(|node| node.style.colour);
    // What all of them have, looked for once.
    let common = first.filter(|first| colours.all(|node| node.style.colour == *first));
    let is_held = |colour: Option<Rgb>| common == Some(colour);
    // The command leads to the colour that they have.
    let marked = theme::SWATCHES
        .iter()
        .position(|(rgb, _)| is_held(Some(*rgb)));
    let wanted = inspector
        .takes(Wanted::Colour)
        .then_some(marked.unwrap_or(0));
    let mut chosen = None;
    let mut has_focus = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GAP * 0.6, theme::GAP * 0.6);
        let all = theme::SWATCHES.map(|(rgb, name)| (Some(rgb), name));
        for (at, (rgb, name)) in all.into_iter().chain([(None, "none")]).enumerate() {
            let response = swatch_ui(ui, rgb, name, is_held(rgb));
            if wanted == Some(at) {
                response.request_focus();
                inspector.is_colouring = true;
            }
            has_focus |= wanted.is_some() || response.has_focus();
            if response.clicked() {
                chosen = Some(rgb);
                if inspector.is_colouring && !response.clicked_by(PointerButton::Primary) {
                    response.surrender_focus();
                }
            }
        }
    });
    inspector.is_colouring &= has_focus;
    if let Some(colour) = chosen {
        ctx.ask(Action::Edit(ops::set_colour(graph, selection, colour)));
    }
}

fn swatch_ui(ui: &mut Ui, rgb: Option<Rgb>, name: &str, is_held: bool) -> Response {
    let palette = theme::palette(ui.ctx());
    let size = vec2(theme::SWATCH, theme::SWATCH);
    let ground = rgb.map_or(palette.well, |rgb| palette.of_user(rgb));
    let button = Button::new("").fill(ground).min_size(size);
    let response = ui
        .add(button.selected(false))
        .on_hover_text(format!("Colour: {name}"))
        .accessible_name(format!("Colour {name}"));
    let rect = response.rect;
    let painter = ui.painter();
    if rgb.is_none() {
        let stroke = Stroke::new(1.5, palette.text_weak);
        let inner = rect.shrink(6.0);
        painter.line_segment([inner.left_bottom(), inner.right_top()], stroke);
    }
    if is_held {
        let stroke = Stroke::new(2.0, palette.text_strong);
        painter.rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    }
    response
}

/// Width and height. A drag or a text is one step, when it ends.
fn size_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    inspector: &mut Inspector,
    drafts: &mut Drafts,
    node: &Node,
) {
    let held = crate::ui::canvas::layout::node_size(node, false);
    let draft = inspector.size.filter(|(id, _)| *id == node.id);
    let mut size = draft.map_or(held, |(_, size)| size);
    let (mut is_changed, mut has_ended) = (false, true);
    ui.horizontal(|ui| {
        let gap = ui.spacing().item_spacing.x;
        let least = vec2(((ui.available_width() - gap) / 2.0).floor(), theme::ROW);
        // They are fields, as those of values are.
        let ground = ui.visuals().text_edit_bg_color();
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = ground;
        widgets.hovered.weak_bg_fill = ground;
        let axes = [("Width", "↔ "), ("Height", "↕ ")];
        for (axis, (name, sign)) in axes.into_iter().enumerate() {
            let field = DragValue::new(&mut size[axis])
                .prefix(sign)
                .min_size(least)
                .speed(2.0)
                .max_decimals(0)
                .range(theme::BOX_LEAST[axis]..=LARGEST);
            // What is typed for one node is not the next one's.
            let response = ui.push_id(node.id.0, |ui| ui.add(field)).inner;
            let response = response.on_hover_text(name).accessible_name(name);
            is_changed |= response.changed();
            has_ended &= !(response.has_focus() || response.dragged());
        }
    });
    let is_escaped = drafts.is_escaped(ui);
    if is_changed && !is_escaped {
        inspector.size = Some((node.id, size));
    }
    if has_ended
        && let Some((_, size)) = inspector.size.take()
        && !is_escaped
    {
        ask_size(ctx, node, size);
    }
}

impl Inspector {
    /// The size that was being typed is that of the node it was typed for, although another is selected.
    pub(super) fn settle_size(&mut self, ctx: &mut Context<'_>, shown: Option<&Node>) {
        let is_gone = |(id, _): &mut (NodeId, Vec2)| shown.is_none_or(|node| node.id != *id);
        if let Some((id, size)) = self.size.take_if(is_gone)
            && let Some(node) = ctx.document.graph().node(id)
        {
            ask_size(ctx, node, size);
        }
    }
}

fn ask_size(ctx: &mut Context<'_>, node: &Node, size: Vec2) {
    let rect = Rect::from_min_size(node.pos, size);
    let transaction = ops::resize(ctx.document.graph(), node.id, rect);
    if !transaction.edits.is_empty() {
        ctx.ask(Action::Edit(transaction));
    }
}
