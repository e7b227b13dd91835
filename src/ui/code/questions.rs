//! The question above a text that only the user can answer: whose text is it to be? Nothing is lost until then, and
//! what is not chosen can be had back by undo.

use egui::{Label, RichText, Ui};

use super::{File, Question};
use crate::ui::theme;

/// Was it answered?
pub(super) fn question_ui(ui: &mut Ui, file: &mut File) -> bool {
    let Some(question) = &file.question else {
        return false;
    };
    let (text, mine, theirs) = words(question, &file.name());
    let palette = theme::palette(ui.ctx());
    let mut answer = None;
    theme::well_frame(palette)
        .fill(palette.accent_soft)
        .show(ui, |ui| {
            ui.take_available_width();
            let text = RichText::new(text).color(palette.text_strong);
            ui.add(Label::new(text).wrap());
            ui.horizontal_wrapped(|ui| {
                if ui.button(mine).clicked() {
                    answer = Some(true);
                }
                if let Some(theirs) = theirs
                    && ui.button(theirs).clicked()
                {
                    answer = Some(false);
                }
            });
        });
    match answer {
        Some(true) => file.keep_mine(),
        Some(false) => file.take_theirs(),
        None => {}
    }
    answer.is_some()
}

/// What is asked, and what the answers are.
fn words(question: &Question, name: &str) -> (String, &'static str, Option<&'static str>) {
    match question {
        Question::Changed { .. } => (
            format!(
                "Another program changed {name} while you had unsaved changes here. Keep your text, which a save then \
                 writes over theirs, or take theirs? Undo brings yours back"
            ),
            "Keep mine",
            Some("Take theirs"),
        ),
        Question::Deleted => (
            format!(
                "Another program deleted {name}. Its text is still here; a save writes it again"
            ),
            "Keep my text",
            None,
        ),
        Question::Recovered { .. } => (
            format!(
                "Your last changes to {name} were not saved when a window ended. They are shown here; the file itself \
                 does not have them"
            ),
            "Keep the changes",
            Some("Use the file"),
        ),
    }
}
