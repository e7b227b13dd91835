//! After a crash: what happened, what came back, and where the report lies. Nothing is sent; decides nothing.

use egui::{Label, RichText, ScrollArea, Ui};

use super::dialogs::{buttons, enter, heading};
use super::theme;

/// What is told of a window that ended without a farewell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrashPage {
    /// What happened, in a few words.
    pub title: String,
    /// What is known of it, and what it means.
    pub text: String,
    /// What came back, project by project.
    pub recovered: Vec<String>,
    /// What can be copied, to be told to somebody.
    pub report: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashAnswer {
    Close,
    /// The dialog stays.
    OpenLogs,
}

pub(super) fn crash_ui(ui: &mut Ui, page: &CrashPage) -> Option<CrashAnswer> {
    let palette = theme::palette(ui.ctx());
    let left = if page.recovered.is_empty() {
        "Nothing unsaved is in the project that is shown; what was not saved of another comes back when that is."
    } else {
        "What was not saved came back:"
    };
    heading(ui, &page.title, &format!("{} {left}", page.text));
    for line in &page.recovered {
        ui.horizontal_top(|ui| {
            ui.label(RichText::new("•").color(palette.ok));
            ui.add(Label::new(line).wrap());
        });
    }
    ui.add_space(theme::GAP);
    egui::CollapsingHeader::new("Report").show(ui, |ui| {
        ScrollArea::both()
            .max_height(theme::OUTPUT_HEIGHT)
            .show(ui, |ui| {
                let text = RichText::new(&page.report).monospace().small();
                ui.add(Label::new(text).extend().selectable(true));
            });
    });
    let weak = "It lies on this machine alone: Loom sends nothing to anybody.";
    ui.label(RichText::new(weak).small().color(palette.text_weak));
    let choices = [
        ("Close", true),
        ("Open the log folder", false),
        ("Copy the report", false),
    ];
    match buttons(ui, &choices) {
        Some(0) => Some(CrashAnswer::Close),
        Some(1) => Some(CrashAnswer::OpenLogs),
        Some(_) => {
            ui.ctx().copy_text(page.report.clone());
            None
        }
        None => enter(ui).then_some(CrashAnswer::Close),
    }
}
