//! consent_ui: the question before lines of requirements are followed that are more than packages of the index. Each
//! is confirmed by itself. Follows none.

use egui::{Label, RichText, ScrollArea, Ui};

use super::dialogs::{buttons, enter, heading};
use super::theme;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsentPage {
    /// The project that asks for them.
    pub project: String,
    pub lines: Vec<ConsentLine>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsentLine {
    /// Such as `requirements.txt, line 2`.
    pub place: String,
    pub text: String,
    /// What to think of first.
    pub risk: &'static str,
    pub is_confirmed: bool,
}

impl ConsentPage {
    fn is_whole(&self) -> bool {
        self.lines.iter().all(|line| line.is_confirmed)
    }
}

/// Show the page; true when all lines are confirmed and it goes on, false when nothing is to be done.
pub fn consent_ui(ui: &mut Ui, page: &mut ConsentPage) -> Option<bool> {
    let text = format!(
        "The requirements of \"{}\" hold more than packages of the index. Confirm each line that you know; it is \
         asked for once on this computer.",
        page.project
    );
    heading(ui, "Are these lines meant so?", &text);
    ScrollArea::vertical()
        .max_height(theme::OUTPUT_HEIGHT)
        .show(ui, |ui| {
            for line in &mut page.lines {
                line_ui(ui, line);
            }
        });
    let is_whole = page.is_whole();
    let waits = page.lines.iter().filter(|line| !line.is_confirmed).count();
    let main = match waits {
        0 => "Go on".to_owned(),
        1 => "1 line waits".to_owned(),
        waits => format!("{waits} lines wait"),
    };
    match buttons(ui, &[(&main, is_whole), ("Cancel", false)]) {
        Some(0) => is_whole.then_some(true),
        Some(_) => Some(false),
        None => (is_whole && enter(ui)).then_some(true),
    }
}

fn line_ui(ui: &mut Ui, line: &mut ConsentLine) {
    let palette = theme::palette(ui.ctx());
    theme::well_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let text = RichText::new(&line.text).monospace();
        ui.add(
            Label::new(text.color(palette.text_strong))
                .wrap()
                .selectable(true),
        );
        let about = format!("{}: {}", line.place, line.risk);
        ui.add(Label::new(RichText::new(about).color(palette.text_weak)).wrap());
        theme::checkbox_ui(ui, &mut line.is_confirmed, "I want this line")
            .accessible_name(format!("I want {}", line.text));
    });
    ui.add_space(theme::GAP / 2.0);
}
