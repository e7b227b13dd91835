//! History: the steps that can be taken back or made again, as a list; a click goes there.

use egui::{RichText, ScrollArea, Ui};

use super::{Action, Context, theme};
use crate::graph::Name;

/// Show all steps, the present one marked.
pub fn history_ui(ui: &mut Ui, context: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let history = context.document.history();
    let done = history.done();
    let labels: Vec<_> = std::iter::once("Opened")
        .chain(history.undo_labels().map(Name::as_str))
        .chain(history.redo_labels().map(Name::as_str))
        .map(str::to_owned)
        .collect();
    if labels.len() == 1 {
        ui.label(
            RichText::new("What you change is listed here, and can be taken back.")
                .color(palette.text_weak),
        );
        return;
    }
    let height = ui.spacing().interact_size.y;
    ScrollArea::vertical()
        .auto_shrink(false)
        .stick_to_bottom(true)
        .show_rows(ui, height, labels.len(), |ui, rows| {
            for i in rows {
                let color = match i {
                    i if i == done => palette.text_strong,
                    i if i < done => palette.text,
                    _ => palette.text_weak,
                };
                let text = RichText::new(&labels[i]).color(color);
                let entry = egui::Button::selectable(i == done, text)
                    .min_size(egui::vec2(ui.available_width(), height));
                if ui.add(entry).clicked() {
                    context.ask(Action::GoTo(i));
                }
            }
        });
}
