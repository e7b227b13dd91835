//! What is wrong with the source of the selected node's kind, and what to do.

use egui::{Label, RichText, Ui};

use crate::document::{Transaction, ops};
use crate::graph::{BrokenLink, Edit, Node, NodeKind};
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

/// Links of the node to ports that it does not have any more: each with a sentence, and what can be done.
pub(super) fn broken_links_ui(ui: &mut Ui, ctx: &mut Context<'_>, node: &Node) {
    let broken = ctx.document.graph().broken_links(node.id);
    if broken.is_empty() {
        return;
    }
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        ui.label(RichText::new("Broken links").strong().color(palette.error));
        for each in &broken {
            ui.add(Label::new(each.sentence(ctx.document.graph())).wrap());
            ui.horizontal_wrapped(|ui| broken_link_ui(ui, ctx, each));
        }
    });
}

fn broken_link_ui(ui: &mut Ui, ctx: &mut Context<'_>, broken: &BrokenLink) {
    let name = &broken.lost.name;
    if let Some(instead) = &broken.instead {
        let port = if broken.is_input {
            &instead.to
        } else {
            &instead.from
        };
        let button = ui.button(format!("Link to \"{}\" instead of \"{name}\"", port.name));
        if button.clicked() {
            let edits = vec![
                Edit::Disconnect(broken.link.clone()),
                Edit::Connect(instead.clone()),
            ];
            ctx.ask(Action::Edit(Transaction::new("Mend link", edits)));
        }
    }
    if ui
        .button(format!("Remove the link to \"{name}\""))
        .clicked()
    {
        ctx.ask(Action::Edit(ops::disconnect([broken.link.clone()])));
    }
}
