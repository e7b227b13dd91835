//! style_ui: how the selected nodes look: their colour, and the size of a frame or a note.

use egui::{Button, DragValue, Stroke, StrokeKind, Ui, vec2};

use super::{Inspector, section_ui};
use crate::document::ops;
use crate::graph::{Node, Rect, Rgb, Role, Vec2};
use crate::ui::{Action, Context, theme};

/// The largest size that can be typed, in graph units.
const LARGEST: f32 = 100_000.0;

/// What can be changed of how the selection looks.
pub fn style_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector) {
    section_ui(ui, "Colour");
    swatches_ui(ui, ctx, inspector);
    let node = ctx.document.selected_node();
    let is_box = |node: &&Node| matches!(node.kind.role, Role::Frame | Role::Note);
    if let Some(node) = node.filter(is_box) {
        section_ui(ui, "Size");
        size_ui(ui, ctx, inspector, node);
    }
}

/// One button for each colour, and one for none.
fn swatches_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector) {
    let document = ctx.document;
    let (graph, selection) = (document.graph(), document.selection());
    let colours = selection.iter().filter_map(|id| graph.node(*id));
    let colours: Vec<Option<Rgb>> = colours.map(|node| node.style.colour).collect();
    let is_held = |colour: Option<Rgb>| colours.iter().all(|held| *held == colour);
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GAP * 0.6, theme::GAP * 0.6);
        for (rgb, name) in theme::SWATCHES {
            if swatch_ui(ui, Some(rgb), name, is_held(Some(rgb)), inspector) {
                chosen = Some(Some(rgb));
            }
        }
        if swatch_ui(ui, None, "none", is_held(None), inspector) {
            chosen = Some(None);
        }
    });
    if let Some(colour) = chosen {
        ctx.ask(Action::Edit(ops::set_colour(graph, selection, colour)));
    }
}

fn swatch_ui(
    ui: &mut Ui,
    rgb: Option<Rgb>,
    name: &str,
    is_held: bool,
    inspector: &mut Inspector,
) -> bool {
    let palette = theme::palette(ui.ctx());
    let size = vec2(theme::SWATCH, theme::SWATCH);
    let ground = rgb.map_or(palette.well, |rgb| palette.of_user(rgb));
    let button = Button::new("").fill(ground).min_size(size);
    let response = ui
        .add(button.selected(false))
        .on_hover_text(format!("Colour: {name}"))
        .accessible_name(format!("Colour {name}"));
    if std::mem::take(&mut inspector.wants_colour) {
        response.request_focus();
    }
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
    response.clicked()
}

/// Width and height. A drag or a text is one step, when it ends.
fn size_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector, node: &Node) {
    let held = crate::ui::canvas::layout::node_size(node, false);
    let draft = inspector.size.filter(|(id, _)| *id == node.id);
    let mut size = draft.map_or(held, |(_, size)| size);
    let (mut is_changed, mut has_ended) = (false, true);
    ui.horizontal(|ui| {
        for (axis, name) in ["Width", "Height"].into_iter().enumerate() {
            let field = DragValue::new(&mut size[axis])
                .prefix(format!("{name}  "))
                .speed(2.0)
                .max_decimals(0)
                .range(theme::BOX_LEAST[axis]..=LARGEST);
            let response = ui.add(field).accessible_name(name);
            is_changed |= response.changed();
            has_ended &= !(response.has_focus() || response.dragged());
        }
    });
    if is_changed {
        inspector.size = Some((node.id, size));
    }
    if has_ended && let Some((_, size)) = inspector.size.take() {
        ask_size(ctx, node, size);
    }
}

fn ask_size(ctx: &mut Context<'_>, node: &Node, size: Vec2) {
    let rect = Rect::from_min_size(node.pos, size);
    let transaction = ops::resize(ctx.document.graph(), node.id, rect);
    if !transaction.edits.is_empty() {
        ctx.ask(Action::Edit(transaction));
    }
}
