//! Crumbs: which subgraph is open and the way back out of it, in the canvas's upper left corner.

use egui::{Button, Color32, Frame, Layout, Margin, RichText, Ui, UiBuilder};

use crate::graph::{Rect, vec2};
use crate::ui::theme::{self, RADIUS};
use crate::ui::{Action, Context};

/// Show the way in, each step a button that goes back there. Nothing outside of subgraphs.
pub fn crumbs_ui(ui: &mut Ui, canvas: Rect, context: &mut Context<'_>) {
    let path = context.document.path();
    if path.is_empty() {
        return;
    }
    let palette = theme::palette(ui.ctx());
    let place = Rect::from_min_size(
        canvas.min + vec2(10.0, 10.0),
        vec2(canvas.width() - 20.0, theme::ROW + 8.0),
    );
    let builder = UiBuilder::new()
        .id_salt("crumbs")
        .max_rect(place)
        .layout(Layout::left_to_right(egui::Align::Min));
    let graph = context.document.graph();
    let title = |id| graph.node(id).map_or("?", |node| node.title().as_str());
    let mut titles = vec!["Graph"];
    titles.extend(path.iter().map(|id| title(*id)));
    let mut chosen = None;
    ui.scope_builder(builder, |ui| {
        let frame = Frame::NONE
            .fill(palette.panel)
            .stroke(egui::Stroke::new(1.0, palette.outline))
            .corner_radius(RADIUS)
            .inner_margin(Margin::symmetric(6, 2));
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (depth, title) in titles.iter().enumerate() {
                if depth > 0 {
                    ui.label(RichText::new("›").color(palette.text_weak));
                }
                let is_open = depth == path.len();
                let color = if is_open {
                    palette.text_strong
                } else {
                    palette.accent
                };
                let button = Button::new(RichText::new(*title).color(color))
                    .fill(Color32::TRANSPARENT)
                    .truncate();
                let name = if is_open {
                    format!("Inside {title}")
                } else {
                    format!("Back to {title}")
                };
                let response = ui.add_enabled(!is_open, button).accessible_name(&name);
                if response.on_hover_text(name).clicked() {
                    chosen = Some(path[..depth].to_vec());
                }
            }
        });
    });
    if let Some(path) = chosen {
        context.ask(Action::OpenPath(path));
    }
}
