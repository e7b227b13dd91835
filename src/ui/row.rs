//! row_ui: one entry of a list that can be chosen, as library, palette and node search show it. And what a node kind
//! is, as a card.

use egui::{
    Color32, CornerRadius, Id, Label, Rect, Response, RichText, Role, Sense, TextStyle,
    TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::theme;
use crate::graph::{KindState, NodeKind, ValueType};

/// What stands in a row.
pub struct Row<'a> {
    pub dot: Option<Color32>,
    pub text: &'a str,
    /// Instead of the usual one.
    pub color: Option<Color32>,
    /// At the end, weak.
    pub right: &'a str,
    /// Left of everything, in points.
    pub indent: f32,
    pub is_chosen: bool,
}

/// A row over the whole width; clicks and drags are the caller's.
pub fn row_ui(ui: &mut Ui, row: &Row<'_>, sense: Sense) -> Response {
    let id = ui.next_auto_id();
    row_with_id_ui(ui, id, row, sense)
}

/// The same, for lists that must know a row before it is painted.
pub fn row_with_id_ui(ui: &mut Ui, id: Id, row: &Row<'_>, sense: Sense) -> Response {
    let size = vec2(ui.available_width(), theme::ROW);
    let (_, rect) = ui.allocate_space(size);
    row_at_ui(ui, rect, id, row, sense)
}

/// A row at a place of its own.
pub fn row_at_ui(ui: &Ui, rect: Rect, id: Id, row: &Row<'_>, sense: Sense) -> Response {
    let response = ui.interact(rect, id, sense);
    response
        .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, row.is_chosen, row.text));
    if ui.is_rect_visible(rect) {
        paint(ui, rect, &response, row);
    }
    response
}

fn paint(ui: &Ui, rect: Rect, response: &Response, row: &Row<'_>) {
    let palette = theme::palette(ui.ctx());
    let ground = if row.is_chosen {
        Some(palette.accent_soft)
    } else if response.hovered() || response.has_focus() {
        Some(palette.raised)
    } else {
        None
    };
    let painter = ui.painter();
    if let Some(ground) = ground {
        painter.rect_filled(rect, CornerRadius::same(theme::RADIUS), ground);
    }
    let mut left = rect.left() + theme::GAP + row.indent;
    let mut right = rect.right() - theme::GAP;
    if let Some(dot) = row.dot {
        let center = pos2(left + theme::DOT / 2.0, rect.center().y);
        painter.circle_filled(center, theme::DOT / 2.0, dot);
        left += theme::DOT + theme::GAP;
    }
    let galley = |ui: &Ui, text: &str, style, width: f32| {
        let text = WidgetText::from(text);
        text.into_galley(ui, Some(TextWrapMode::Truncate), width.max(0.0), style)
    };
    if !row.right.is_empty() {
        let room = (right - left) / 2.0;
        let text = galley(ui, row.right, TextStyle::Small, room);
        right -= text.size().x;
        let pos = pos2(right, rect.center().y - text.size().y / 2.0);
        painter.galley(pos, text, palette.text_weak);
        right -= theme::GAP;
    }
    let color = row.color.unwrap_or(if row.is_chosen {
        palette.text_strong
    } else {
        palette.text
    });
    let text = galley(ui, row.text, TextStyle::Body, right - left);
    let pos = pos2(left, rect.center().y - text.size().y / 2.0);
    painter.galley(pos, text, color);
}

/// What a kind is, for a tooltip: title, summary, ports.
pub fn card_ui(ui: &mut Ui, kind: &NodeKind) {
    let palette = theme::palette(ui.ctx());
    ui.set_max_width(theme::CARD_WIDTH);
    ui.horizontal(|ui| {
        theme::dot_ui(ui, palette.of_family(&kind.family));
        ui.label(RichText::new(kind.title.as_str()).strong());
        ui.label(RichText::new(kind.family.as_str()).small().weak());
    });
    if let KindState::Broken { message, line } = &kind.state {
        let text =
            format!("Its source cannot be read: {message} (line {line}). Double-click opens it");
        ui.add(Label::new(RichText::new(text).color(palette.error)).wrap());
        return;
    }
    if !kind.summary.is_empty() {
        ui.add(Label::new(&*kind.summary).wrap());
    }
    let ports = |ui: &mut Ui, title: &str, ports: Vec<(&str, &ValueType)>| {
        if ports.is_empty() {
            return;
        }
        ui.label(RichText::new(title).small().weak());
        for (name, ty) in ports {
            ui.horizontal(|ui| {
                theme::dot_ui(ui, palette.of_type(ty));
                ui.label(name);
                ui.label(RichText::new(ty.to_string()).small().weak());
            });
        }
    };
    let inputs = kind.inputs.iter().map(|port| (&*port.name, &port.ty));
    ports(ui, "Inputs", inputs.collect());
    let outputs = kind.outputs.iter().map(|port| (&*port.name, &port.ty));
    ports(ui, "Outputs", outputs.collect());
}
