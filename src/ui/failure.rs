//! failure_ui: why a node failed, for inspector, console and viewer: the message, the user's own frames, what came in.

use egui::{CollapsingHeader, Grid, Label, RichText, Sides, Ui};

use super::environment::model::EnvironmentAction;
use super::{Action, Context, theme};
use crate::engine::protocol::{Frame, NodeError};
use crate::engine::python::modules::package_of;

/// The engine tells no more frames of one error.
const MOST_FRAMES: usize = 50;

/// Show an error over the width that is there. Frames of the user's code open the source.
pub fn failure_ui(ui: &mut Ui, ctx: &mut Context<'_>, error: &NodeError) {
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let kind = RichText::new(kind_text(error))
            .strong()
            .color(palette.error);
        // The button first: it has its place, and a long name is cut before it.
        Sides::new().shrink_left().truncate().show(
            ui,
            |ui| ui.label(kind),
            |ui| {
                if ui
                    .small_button("Copy")
                    .on_hover_text("Copy the error as text")
                    .clicked()
                {
                    ctx.ask(Action::CopyText(error_text(error)));
                }
            },
        );
        if !error.message.is_empty() {
            let message = RichText::new(&error.message).color(palette.text_strong);
            ui.add(Label::new(message).wrap().selectable(true));
        }
        if let Some(module) = &error.module {
            missing_ui(ui, ctx, module);
        }
    });
    traceback_ui(ui, ctx, error);
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

/// What to do about a module that is not there.
fn missing_ui(ui: &mut Ui, ctx: &mut Context<'_>, module: &str) {
    let package = package_of(module);
    let advice = format!(
        "Python has no module \"{module}\" in this project's environment. The package {package} brings it"
    );
    ui.add(Label::new(advice).wrap().selectable(true));
    let install = ui.button(install_text(module));
    if install
        .on_hover_text("Show what would be installed; when it is, the run goes on")
        .clicked()
    {
        ctx.ask(install_action(module));
    }
}

/// What installs the package of a missing module.
pub fn install_text(module: &str) -> String {
    format!("Install {}…", package_of(module))
}

pub fn install_action(module: &str) -> Action {
    Action::Environment(EnvironmentAction::Install {
        module: module.to_owned(),
    })
}

/// The way to the error: the user's own frames first, then what they called, folded.
fn traceback_ui(ui: &mut Ui, ctx: &mut Context<'_>, error: &NodeError) {
    let hidden = error.hidden.unwrap_or(0);
    if error.traceback.is_empty() && hidden == 0 {
        return;
    }
    caption_ui(ui, "Where");
    let (libraries, own): (Vec<&Frame>, Vec<&Frame>) = error
        .traceback
        .iter()
        .partition(|frame| is_of_library(frame));
    for (at, frame) in own.into_iter().enumerate() {
        frame_ui(ui, ctx, frame, at);
    }
    if !libraries.is_empty() {
        let title = format!("{} of libraries", frames_text(libraries.len()));
        let title = RichText::new(title).color(theme::palette(ui.ctx()).text_weak);
        CollapsingHeader::new(title)
            .id_salt("frames of libraries")
            .show(ui, |ui| {
                for (at, frame) in libraries.into_iter().enumerate() {
                    frame_ui(ui, ctx, frame, at);
                }
            });
    }
    if hidden > 0 {
        let what = if error.traceback.len() < MOST_FRAMES {
            "of the engine"
        } else {
            "of the engine and of the middle"
        };
        ui.weak(format!("{} {what}", frames_text(hidden as usize)));
    }
}

/// One frame, which opens its source at its line.
fn frame_ui(ui: &mut Ui, ctx: &mut Context<'_>, frame: &Frame, at: usize) {
    let name = frame.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let text = format!("{name}, line {}, in {}", frame.line, frame.function);
    let link = ui
        .link(text)
        .on_hover_text(format!("Open {} at line {}", frame.file, frame.line));
    if link.clicked() {
        ctx.ask(Action::OpenSource(frame.file.clone().into(), frame.line));
    }
    let code = RichText::new(frame.code.trim()).monospace();
    ui.indent(("code of frame", at), |ui| {
        ui.add(Label::new(code).truncate().selectable(true));
    });
}

/// Does it come with Python or a package, and not from the user?
fn is_of_library(frame: &Frame) -> bool {
    let parts: Vec<&str> = frame.file.split(['/', '\\']).collect();
    let is_package = |part: &&str| matches!(*part, "site-packages" | "dist-packages");
    let is_pythons = |pair: &[&str]| {
        let is_version = pair[1].starts_with("python3.");
        // Its own modules lie in `lib/python3.11` on Unix and in `Lib` beside `python.exe` on Windows.
        matches!(pair[0], "lib" | "lib64") && is_version
            || pair[0].to_lowercase().starts_with("python3") && pair[1] == "Lib"
    };
    parts.iter().any(is_package) || parts.windows(2).any(is_pythons)
}

fn frames_text(count: usize) -> String {
    match count {
        1 => "1 frame".to_owned(),
        count => format!("{count} frames"),
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

    #[test]
    fn frames_of_libraries_are_told_from_the_users() {
        for (file, expected) in [
            ("/home/me/project/nodes/split.py", false),
            ("/usr/share/loom/nodebank/Tables/tables.py", false),
            ("/home/me/lib/nodes/python3.py", false),
            (
                "/home/me/project/.venv/lib/python3.12/site-packages/pandas/core/frame.py",
                true,
            ),
            ("/usr/lib/python3/dist-packages/numpy/linalg.py", true),
            ("/usr/lib/python3.11/json/decoder.py", true),
            (r"C:\Users\me\Python312\Lib\json\decoder.py", true),
            (r"C:\project\.venv\Lib\site-packages\pandas\core.py", true),
            (r"C:\project\nodes\split.py", false),
        ] {
            let frame = Frame {
                file: file.into(),
                line: 1,
                function: "f".into(),
                code: String::new(),
            };
            assert_eq!(is_of_library(&frame), expected, "{file}");
        }
    }

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
