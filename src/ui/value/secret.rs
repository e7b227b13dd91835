//! Secrets: a lock and the name under which the secret is kept. Where it is entered is a dialog: what is typed there is
//! no value of the graph.

use egui::{Button, Color32, Painter, Pos2, Rect, RichText, Stroke, StrokeKind, Ui, vec2};

use super::{Field, ValueEdit};
use crate::graph::Value;
use crate::ui::theme;

/// Where the lock stands before the name.
const ROOM: &str = "     ";

impl Field<'_> {
    pub(super) fn secret_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        let palette = theme::palette(ui.ctx());
        let name = self.held.and_then(Value::secret_name);
        let is_empty = match self.held {
            None | Some(Value::None) => true,
            Some(value) => value.as_str() == Some(""),
        };
        let (text, colour, hover) = match name {
            Some(name) => (
                name,
                palette.text,
                "The project holds this name alone. Choose another secret, or enter it anew",
            ),
            None if is_empty => (
                self.hint(),
                palette.text_weak,
                "Choose a secret, or enter one",
            ),
            None => (
                "in the project",
                palette.warn,
                "The text that it holds is saved with the project. Choose a secret instead",
            ),
        };
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        let text = RichText::new(format!("{ROOM}{text}")).color(colour);
        // What stands at the right, and be it nothing, leaves the name at the left.
        let button = Button::new(text).right_text("").truncate().min_size(size);
        let button = ui
            .add(button)
            .on_hover_text(hover)
            .accessible_name(format!("Secret {}", self.label()));
        let middle = button.rect.left_center() + vec2(ui.spacing().button_padding.x + 4.0, 0.0);
        paint_lock(ui.painter(), middle, colour);
        button.clicked().then_some(ValueEdit::Browse)
    }
}

/// A padlock, 8 wide and 11 high; the fonts have none.
fn paint_lock(painter: &Painter, middle: Pos2, colour: Color32) {
    let body = Rect::from_center_size(middle + vec2(0.0, 2.5), vec2(8.0, 6.0));
    painter.rect_filled(body, 1.0, colour);
    let shackle = Rect::from_min_max(
        body.left_top() + vec2(1.5, -4.0),
        body.right_top() + vec2(-1.5, 2.0),
    );
    painter.rect_stroke(shackle, 2.5, Stroke::new(1.2, colour), StrokeKind::Middle);
}
