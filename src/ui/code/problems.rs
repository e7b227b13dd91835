//! Problems: what is wrong in a source, in words below the text, and the line that says where the cursor is.

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Sense, Ui, vec2};

use super::editor::Mark;
use super::typing;
use super::{CodeAction, File};
use crate::command::Command;
use crate::ui::{Action, Context, menu, theme};

/// So many problems are in sight at once.
const ROWS: usize = 4;
const ROW: f32 = 20.0;
const STATUS: f32 = 26.0;

/// What is wrong, by lines: what the source's reader says, and what the checker says of this very text.
pub(super) fn marks(file: &mut File) -> Vec<Mark> {
    let code = file.code();
    let faults = code.faults.iter().map(|fault| Mark {
        line: fault.line,
        is_error: true,
        text: fault.message.clone(),
    });
    let is_of_this = file.hints.of_revision == file.revision();
    let hints = file
        .hints
        .all
        .iter()
        .filter(|_| is_of_this && code.is_whole);
    let hints = hints.map(|hint| Mark {
        line: hint.line,
        is_error: false,
        text: format!("{} ({})", hint.message, hint.code),
    });
    let mut marks: Vec<Mark> = faults.chain(hints).collect();
    marks.sort_by_key(|mark| mark.line);
    marks
}

/// The room that it takes.
pub(super) fn height(ui: &Ui, marks: &[Mark]) -> f32 {
    let rows = marks.len().min(ROWS) as f32;
    let most = (ui.available_height() / 3.0).max(STATUS);
    let gap = if marks.is_empty() { 0.0 } else { theme::GAP };
    (rows * ROW + gap + STATUS).min(most)
}

/// True: the text is to get the keyboard.
pub(super) fn problems_ui(
    ui: &mut Ui,
    file: &mut File,
    marks: &[Mark],
    ctx: &mut Context<'_>,
) -> bool {
    let mut is_chosen = false;
    ui.spacing_mut().item_spacing.y = 0.0;
    if !marks.is_empty() {
        ui.add_space(theme::GAP / 2.0);
        let room = ui.available_height() - STATUS;
        ScrollArea::vertical()
            .id_salt("problems")
            .max_height(room)
            .min_scrolled_height(room)
            .auto_shrink([false, true])
            .show_rows(ui, ROW, marks.len(), |ui, rows| {
                for mark in &marks[rows] {
                    if mark_ui(ui, mark) {
                        file.go_to_line(mark.line);
                        is_chosen = true;
                    }
                }
            });
    }
    status_ui(ui, file, ctx);
    is_chosen
}

fn mark_ui(ui: &mut Ui, mark: &Mark) -> bool {
    let palette = theme::palette(ui.ctx());
    let color = if mark.is_error {
        palette.error
    } else {
        palette.warn
    };
    let size = vec2(ui.available_width(), ROW);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        theme::dot_ui(ui, color);
        let text = RichText::new(format!("Line {}: {}", mark.line, mark.text)).color(color);
        let label = Label::new(text).truncate().sense(Sense::click());
        let response = ui
            .add(label)
            .on_hover_cursor(egui::CursorIcon::PointingHand);
        response.clicked()
    })
    .inner
}

fn status_ui(ui: &mut Ui, file: &mut File, ctx: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let size = vec2(ui.available_width(), STATUS);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        let outside = ui.add(Button::new(RichText::new("Open outside").small()));
        let outside = outside.on_hover_text("Open the file in the editor of the settings");
        if outside.clicked() {
            ctx.ask(Action::OpenSource(file.path.clone(), file.line()));
        }
        if file.read_only.is_none() {
            let can_save = file.is_unsaved() && file.writing.is_none() && file.question.is_none();
            let keys = menu::shortcut_text(ui.ctx(), Command::Save);
            let save = ui.add_enabled(can_save, Button::new(RichText::new("Save file").small()));
            if save
                .on_hover_text(format!("Write the file ({keys})"))
                .clicked()
            {
                ctx.ask(Action::Code(CodeAction::Save(file.path.clone())));
            }
        }
        if file.read_only.is_some() {
            let line = file.line();
            let code = file.code();
            if let Some(function) = code.function_at(line) {
                let function = function.kind.function.to_string();
                let copy = ui.add(Button::new(RichText::new("Edit a copy").small()));
                let help = format!("Make a copy of {function} in the project's nodes and edit it; the selected node follows");
                if copy.on_hover_text(help).clicked() {
                    ctx.ask(Action::Code(CodeAction::Copy(file.path.clone(), function)));
                }
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let head = file.selection.head;
            let start = typing::line_start(file.text(), head);
            let column = file.text()[start..head].chars().count() + 1;
            let place = format!("Line {}, column {column}", file.line());
            let text = match (&file.read_only, file.is_unsaved()) {
                (Some(why), _) => format!("{place} · {why}"),
                (None, true) => format!("{place} · not saved"),
                (None, false) => place,
            };
            ui.add(Label::new(RichText::new(text).small().color(palette.text_weak)).truncate());
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::code::file::file;
    use crate::ui::code::{Hint, Hints};

    #[test]
    fn marks_are_of_the_text_as_it_is() {
        let mut mine = file("import os\nx = 1\n");
        mine.hints = Hints {
            of_revision: mine.revision(),
            all: vec![Hint {
                line: 1,
                code: "F401".to_owned(),
                message: "`os` imported but unused".to_owned(),
            }],
        };
        let told = marks(&mut mine);
        assert_eq!(told.len(), 1);
        assert!(!told[0].is_error && told[0].text == "`os` imported but unused (F401)");
        mine.replace("import os\nx = (\n".to_owned());
        let told = marks(&mut mine);
        assert!(!told.is_empty() && told.iter().all(|mark| mark.is_error));
        assert!(told[0].line >= 2, "{told:?}");
    }
}
