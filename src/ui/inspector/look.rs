//! look_ui: the colour of what is selected, and the size of a frame or a note. Asks for edits, makes none.

use egui::{
    CornerRadius, DragValue, Key, PointerButton, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, vec2,
};

use super::section_ui;
use crate::document::ops;
use crate::graph::{Node, NodeId, Rgb, Role as NodeRole, Vec2};
use crate::ui::canvas::layout::node_size;
use crate::ui::theme::{self, BOX_SIZES, SWATCHES};
use crate::ui::value::Drafts;
use crate::ui::{Action, Context};

/// What the section remembers between frames.
#[derive(Debug, Default)]
pub struct Look {
    /// The size that is being dragged or typed, and of which node.
    size: Option<(NodeId, Vec2)>,
    wants_colour: bool,
    /// The colours have the keyboard by the command, and give it back with the choice.
    is_by_command: bool,
}

impl Look {
    /// The keyboard goes to the colours: the command Colour.
    pub(super) fn want_colour(&mut self) {
        self.wants_colour = true;
    }

    /// What was being typed counts, although its field is not shown any more.
    pub(super) fn settle(&mut self, ctx: &mut Context<'_>, shown: Option<&Node>) {
        let is_gone = |(id, _): &mut (NodeId, Vec2)| shown.is_none_or(|node| node.id != *id);
        if let Some((id, size)) = self.size.take_if(is_gone) {
            commit_size(ctx, id, size);
        }
    }
}

/// The colours, one of which the selected nodes have; a click or Enter gives it to all of them.
pub(super) fn colours_ui(ui: &mut Ui, ctx: &mut Context<'_>, look: &mut Look) {
    let (graph, selection) = (ctx.document.graph(), ctx.document.selection());
    let coloured: Vec<Option<Rgb>> = selection
        .iter()
        .filter_map(|id| graph.node(*id))
        .filter(|node| node.kind.role != NodeRole::Reroute)
        .map(|node| node.style.colour)
        .collect();
    let Some(first) = coloured.first().copied() else {
        look.wants_colour = false;
        return;
    };
    // `None`: they have several.
    let held = coloured
        .iter()
        .all(|other| *other == first)
        .then_some(first);
    section_ui(ui, "Colour");
    let mut chosen = None;
    let mut has_focus = false;
    let wants_colour = std::mem::take(&mut look.wants_colour);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(theme::GAP / 2.0);
        let none = std::iter::once(("No colour", None));
        let colours = SWATCHES.iter().map(|(name, colour)| (*name, Some(*colour)));
        let all: Vec<_> = none.chain(colours).collect();
        let marked = all.iter().position(|(_, colour)| held == Some(*colour));
        for (at, (name, colour)) in all.into_iter().enumerate() {
            let response = swatch_ui(ui, name, colour, marked == Some(at));
            if wants_colour && at == marked.unwrap_or(0) {
                response.request_focus();
                look.is_by_command = true;
            }
            has_focus |= wants_colour || response.has_focus();
            if response.clicked() {
                chosen = Some(colour);
                if look.is_by_command && !response.clicked_by(PointerButton::Primary) {
                    response.surrender_focus();
                }
            }
        }
    });
    look.is_by_command &= has_focus;
    if let Some(colour) = chosen {
        let transaction = ops::set_colour(graph, selection, colour);
        if !transaction.edits.is_empty() {
            ctx.ask(Action::Edit(transaction));
        }
    }
}

fn swatch_ui(ui: &mut Ui, name: &str, colour: Option<Rgb>, is_held: bool) -> Response {
    let palette = theme::palette(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_held, name));
    let radius = CornerRadius::same(theme::RADIUS);
    let edge = match (is_held, response.hovered()) {
        (true, _) => Stroke::new(2.0, palette.text_strong),
        (false, true) => Stroke::new(1.5, palette.text_weak),
        (false, false) => Stroke::new(1.0, palette.outline),
    };
    let inside = if is_held {
        rect.shrink(4.0)
    } else {
        rect.shrink(2.0)
    };
    let inner_radius = CornerRadius::same(theme::RADIUS - 2);
    let painter = ui.painter();
    if let Some(colour) = colour {
        painter.rect_filled(inside, inner_radius, palette.of_user(colour));
    } else {
        let stroke = Stroke::new(1.5, palette.idle);
        let rect = inside.shrink(2.0);
        painter.line_segment([rect.left_bottom(), rect.right_top()], stroke);
    }
    painter.rect_stroke(rect, radius, edge, StrokeKind::Inside);
    response.on_hover_text(name)
}

/// Width and height of a frame or a note.
pub(super) fn size_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    look: &mut Look,
    drafts: &mut Drafts,
    node: &Node,
) {
    let shown = look
        .size
        .map_or_else(|| node_size(node, false), |(_, size)| size);
    let mut size = shown;
    section_ui(ui, "Size");
    let is_escaped = drafts.is_escaped(ui);
    let mut is_going_on = false;
    ui.horizontal(|ui| {
        let gap = ui.spacing().item_spacing.x;
        let width = ((ui.available_width() - gap) / 2.0).floor();
        let ground = ui.visuals().text_edit_bg_color();
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = ground;
        widgets.hovered.weak_bg_fill = ground;
        for (name, sign, length) in [("Width", "↔ ", &mut size.x), ("Height", "↕ ", &mut size.y)]
        {
            let drag = DragValue::new(length)
                .range(BOX_SIZES)
                .clamp_existing_to_range(false)
                .update_while_editing(false)
                .speed(1.0)
                .max_decimals(0)
                .prefix(sign)
                .min_size(vec2(width, theme::ROW));
            let response = ui.add(drag).on_hover_text(name).accessible_name(name);
            is_going_on |= response.dragged() || ui.memory(|memory| memory.has_focus(response.id));
        }
    });
    if size != shown && !is_escaped {
        look.size = Some((node.id, size));
    }
    if !is_going_on && let Some((id, size)) = look.size.take() {
        let is_dropped = is_escaped || ui.input(|input| input.key_pressed(Key::Escape));
        if !is_dropped {
            commit_size(ctx, id, size);
        }
    }
}

fn commit_size(ctx: &mut Context<'_>, id: NodeId, size: Vec2) {
    let graph = ctx.document.graph();
    let is_new = graph
        .node(id)
        .is_some_and(|node| node_size(node, false) != size);
    if is_new {
        ctx.ask(Action::Edit(ops::resize(graph, id, size)));
    }
}
