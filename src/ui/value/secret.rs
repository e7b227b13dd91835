//! Secrets: a lock and the name under which the secret is kept. Where it is entered is a dialog: what is typed there is
//! no value of the graph.

use egui::{Button, RichText, Ui, vec2};

use super::{Field, ValueEdit};
use crate::graph::Value;
use crate::ui::theme;

impl Field<'_> {
    pub(super) fn secret_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        let palette = theme::palette(ui.ctx());
        let name = self.held.and_then(Value::secret_name);
        let is_empty = match self.held {
            None | Some(Value::None) => true,
            Some(value) => value.as_str() == Some(""),
        };
        let (text, hover) = match name {
            Some(name) => (
                RichText::new(format!("🔒 {name}")),
                "The project holds this name alone. Choose another secret, or enter it anew",
            ),
            None if is_empty => (
                RichText::new(format!("🔒 {}", self.hint())).color(palette.text_weak),
                "Choose a secret, or enter one",
            ),
            None => (
                RichText::new("🔓 in the project").color(palette.warn),
                "The text that it holds is saved with the project. Choose a secret instead",
            ),
        };
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        let button = ui
            .add(Button::new(text).truncate().min_size(size))
            .on_hover_text(hover)
            .accessible_name(format!("Secret {}", self.label()));
        button.clicked().then_some(ValueEdit::Browse)
    }
}
