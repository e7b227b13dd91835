//! The parts that every bar has that finds something as one types: the field, its keys and its buttons. What is found
//! is its owner's.

use egui::text::CCursorRange;
use egui::text_edit::TextEditState;
use egui::{Align2, Button, EventFilter, Id, Key, Modifiers, TextEdit, Ui, vec2};

use crate::ui::theme;

/// What was asked for by a key while the field has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Next,
    Previous,
    Close,
}

/// The keys that are the bar's and not the field's, while the field has the keyboard. To be called before `field_ui`.
pub fn keys(ui: &Ui, field: Id) -> Option<Asked> {
    if !ui.memory(|memory| memory.has_focus(field)) {
        return None;
    }
    let keys = [
        (Modifiers::SHIFT, Key::Enter, Asked::Previous),
        (Modifiers::NONE, Key::Enter, Asked::Next),
        (Modifiers::NONE, Key::Escape, Asked::Close),
    ];
    ui.input_mut(|input| {
        let mut pressed = keys
            .into_iter()
            .filter(|(modifiers, key, _)| input.consume_key(*modifiers, *key));
        pressed.next().map(|(_, _, asked)| asked)
    })
}

/// The field, called `name`. `wants_focus`: it takes the keyboard, with all its text selected.
pub fn field_ui(
    ui: &mut Ui,
    field: Id,
    query: &mut String,
    wants_focus: &mut bool,
    (name, width): (&str, f32),
) {
    if std::mem::take(wants_focus) {
        // Before the field is there: what was typed in this very frame is not lost.
        ui.memory_mut(|memory| memory.request_focus(field));
        let mut state = TextEditState::load(ui.ctx(), field).unwrap_or_default();
        let all = CCursorRange::select_all_str(query);
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), field);
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        tab: false,
    };
    let field = TextEdit::singleline(query)
        .id(field)
        .hint_text(name)
        .desired_width(width)
        .min_size(vec2(0.0, theme::ROW))
        .align(Align2::LEFT_CENTER)
        .event_filter(filter);
    ui.add(field).accessible_name(name);
}

/// A button with a sign, called `name`; true when it was pressed.
pub fn button_ui(ui: &mut Ui, sign: &str, name: &str, keys: &str) -> bool {
    let button = ui.add(Button::new(sign).min_size(vec2(theme::ROW, theme::ROW)));
    let button = button.on_hover_text(format!("{name} ({keys})"));
    button.accessible_name(name).clicked()
}
