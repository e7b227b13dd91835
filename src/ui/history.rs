//! History: the steps that can be taken back or made again, as a list; a click goes there.

use egui::{RichText, ScrollArea, Sense, Ui};

use super::list::List;
use super::row::{Row, row_with_id_ui};
use super::{Action, Context, theme};
use crate::graph::Name;

/// Show all steps, the present one marked.
pub fn history_ui(ui: &mut Ui, list: &mut List, context: &mut Context<'_>) {
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
    let area = ScrollArea::vertical()
        .auto_shrink(false)
        .stick_to_bottom(true);
    let id = ui.scope_id().with("rows");
    list.show(ui, area, id, labels.len(), |ui, i, id| {
        let color = match i {
            i if i == done => palette.text_strong,
            i if i < done => palette.text,
            _ => palette.text_weak,
        };
        let row = Row {
            dot: None,
            text: &labels[i],
            color: Some(color),
            right: "",
            indent: 0.0,
            is_chosen: i == done,
        };
        if row_with_id_ui(ui, id, &row, Sense::click()).clicked() {
            context.ask(Action::GoTo(i));
        }
    });
}
