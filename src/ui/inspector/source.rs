//! What is wrong with the source of the selected node's kind, and what to do.

use egui::{Label, RichText, Ui};

use crate::graph::NodeKind;
use crate::ui::code::CodeAction;
use crate::ui::{Action, Context, theme};

pub(super) fn missing_ui(ui: &mut Ui, kind: &NodeKind) {
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        ui.label(RichText::new("Its source is missing").strong().color(palette.error));
        let text = format!(
            "There is no function \"{}\" in the {} nodes. The node is kept as it is and saved with the project; it \
             cannot run until its file is back",
            kind.function,
            kind.bank.wire_name(),
        );
        ui.add(Label::new(text).wrap());
    });
}

pub(super) fn broken_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    kind: &NodeKind,
    message: &str,
    line: u32,
) {
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        ui.label(
            RichText::new("Its source cannot be read")
                .strong()
                .color(palette.error),
        );
        ui.add(Label::new(message).wrap().selectable(true));
        if let Some(file) = &kind.file
            && ui.link(format!("Open line {line}")).clicked()
        {
            ctx.ask(Action::Code(CodeAction::Open(file.to_path_buf(), line)));
        }
    });
}
