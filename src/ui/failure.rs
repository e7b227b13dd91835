//! failure_ui: why a node failed, for inspector, console and viewer: the message, the user's own frames, what came in.

use std::path::PathBuf;

use egui::{Grid, Label, RichText, Ui};

use super::{Action, Context, theme};
use crate::engine::protocol::NodeError;

/// Show an error over the width that is there. Frames of the user's code open the source.
pub fn failure_ui(ui: &mut Ui, ctx: &mut Context<'_>, error: &NodeError) {
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let kind = RichText::new(kind_text(error))
            .strong()
            .color(palette.error);
        ui.horizontal(|ui| {
            ui.label(kind);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui
                    .small_button("Copy")
                    .on_hover_text("Copy the error as text")
                    .clicked()
                {
                    ctx.ask(Action::CopyText(error_text(error)));
                }
            });
        });
        if !error.message.is_empty() {
            let message = RichText::new(&error.message).color(palette.text_strong);
            ui.add(Label::new(message).wrap().selectable(true));
        }
        if let Some(module) = &error.module {
            let advice = format!(
                "Add {module} to the project's requirements.txt and rebuild the environment"
            );
            ui.add(Label::new(advice).wrap().selectable(true));
        }
    });
    if !error.traceback.is_empty() {
        caption_ui(ui, "Where");
        for frame in &error.traceback {
            let name = PathBuf::from(&frame.file);
            let short = name
                .file_name()
                .map_or_else(|| frame.file.clone(), |name| name.to_string_lossy().into());
            let text = format!("{short}, line {}, in {}", frame.line, frame.function);
            let link = ui.link(text).on_hover_text(format!("Open {}", frame.file));
            if link.clicked() {
                ctx.ask(Action::OpenSource(frame.file.clone().into(), frame.line));
            }
            let code = RichText::new(frame.code.trim()).monospace();
            ui.indent(frame.line, |ui| {
                ui.add(Label::new(code).truncate().selectable(true));
            });
        }
    }
    if let Some(hidden) = error.hidden.filter(|hidden| *hidden > 0) {
        let frames = if hidden == 1 { "frame" } else { "frames" };
        ui.weak(format!(
            "{hidden} {frames} of libraries and of Loom are left out"
        ));
    }
    if !error.inputs.is_empty() {
        caption_ui(ui, "What came in");
        Grid::new("inputs of the error")
            .num_columns(2)
            .show(ui, |ui| {
                for (name, ty, text) in &error.inputs {
                    ui.label(RichText::new(name).monospace()).on_hover_text(ty);
                    let text = if text.is_empty() { ty } else { text };
                    ui.add(Label::new(text).truncate().selectable(true));
                    ui.end_row();
                }
            });
    }
}

fn caption_ui(ui: &mut Ui, text: &str) {
    ui.add_space(theme::GAP / 2.0);
    ui.label(
        RichText::new(text)
            .small()
            .color(theme::palette(ui.ctx()).text_weak),
    );
}

/// What happened, for kinds that are Loom's own and no exception's name.
pub fn kind_text(error: &NodeError) -> &str {
    match error.kind.as_str() {
        "Cancelled" => "Stopped",
        "Blocked" => "Cannot run",
        "EngineEnded" => "It ended the engine",
        kind => kind,
    }
}

/// The error as one line: its kind and the first line of the message.
pub fn error_line(error: &NodeError) -> String {
    let message = error.message.lines().next().unwrap_or_default();
    let kind = kind_text(error);
    if message.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}: {message}")
    }
}

/// The whole error as Python would print it.
pub fn error_text(error: &NodeError) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    if !error.traceback.is_empty() {
        text.push_str("Traceback (most recent call last):\n");
    }
    for frame in &error.traceback {
        let (file, line, function) = (&frame.file, frame.line, &frame.function);
        writeln!(text, "  File \"{file}\", line {line}, in {function}").ok();
        writeln!(text, "    {}", frame.code.trim()).ok();
    }
    text.push_str(&error.kind);
    if !error.message.is_empty() {
        write!(text, ": {}", error.message).ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::protocol::Frame;

    #[test]
    fn an_error_is_copied_as_python_prints_it() {
        let error = NodeError {
            kind: "ValueError".into(),
            message: "no column \"a\"\nthere is \"b\"".into(),
            traceback: vec![Frame {
                file: "split.py".into(),
                line: 12,
                function: "split".into(),
                code: "    table[column]".into(),
            }],
            ..NodeError::default()
        };
        assert_eq!(
            error_text(&error),
            "Traceback (most recent call last):\n  File \"split.py\", line 12, in split\n    table[column]\n\
             ValueError: no column \"a\"\nthere is \"b\""
        );
        assert_eq!(error_line(&error), "ValueError: no column \"a\"");
    }
}
