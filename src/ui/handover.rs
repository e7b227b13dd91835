//! Handover: undo and redo while a text field has the keyboard. The field takes its typing back first, and when it has
//! nothing more to take back, the document's last change is.

use egui::output::OutputEvent;
use egui::{Context, Event, Id, Key, Memory, Modifiers, Role, TextEdit};

use super::code::editor_id;
use super::keymap::{Holder, KeyMap};
use crate::command::Command;

/// Undo and redo in text fields.
#[derive(Debug, Default)]
pub struct Handover {
    /// The field that had the keyboard in the frame before.
    field: Option<Id>,
    /// What the field was asked for.
    asked: Option<Command>,
    /// What the document is asked for: in the frame after the field was left, so that the field ends its own edit first.
    due: Option<Command>,
}

impl Handover {
    /// To be called before anything is painted.
    pub fn begin(&mut self, context: &Context) {
        let focused = context.memory(Memory::focused);
        let field = focused.filter(|_| context.text_edit_focused());
        if field != self.field {
            self.asked = None;
            if let Some(field) = field {
                forget_typing(context, field);
            }
        }
        self.field = field;
        if field.is_none() {
            return;
        }
        let again = self.asked;
        let map = KeyMap::of(context);
        self.asked = context.input_mut(|input| {
            if let Some(command) = again {
                input.events.push(field_event(command));
            }
            let mut asked = again;
            for event in &mut input.events {
                if let Some(command) = undo_or_redo(&map, event) {
                    *event = field_event(command);
                    asked = Some(command);
                }
            }
            // A source has an undo of its own, which never is the graph's.
            asked.filter(|_| field != Some(editor_id()))
        });
    }

    /// To be called after everything was painted: what the document is to take back or make again.
    pub fn end(&mut self, context: &Context) -> Option<Command> {
        if let Some(due) = self.due.take() {
            return Some(due);
        }
        let (asked, field) = (self.asked?, self.field?);
        match outcome(context) {
            Outcome::Changed => self.asked = None,
            // egui takes movements of the cursor back too, step by step: on to the next step.
            Outcome::Moved => {}
            Outcome::Nothing => {
                self.asked = None;
                self.due = Some(asked);
                context.memory_mut(|memory| memory.surrender_focus(field));
            }
        }
        context.request_repaint();
        None
    }
}

/// What a field did with its undo or redo.
enum Outcome {
    Changed,
    /// Its cursor is elsewhere, its text is the same.
    Moved,
    Nothing,
}

fn outcome(context: &Context) -> Outcome {
    context.output(|output| {
        let is_of_text = |event: &&OutputEvent| event.widget_info().role == Role::TextInput;
        let events = output.events.iter().filter(is_of_text);
        let mut outcome = Outcome::Nothing;
        for event in events {
            match event {
                OutputEvent::ValueChanged(info) if info.prev_text_value.is_some() => {
                    return Outcome::Changed;
                }
                OutputEvent::ValueChanged(_) => outcome = Outcome::Moved,
                _ => {}
            }
        }
        outcome
    })
}

/// A field that the keyboard has come to starts anew: what was typed into it before is in the document by now, and the
/// document's to take back.
fn forget_typing(context: &Context, field: Id) {
    if let Some(mut state) = TextEdit::load_state(context, field) {
        state.clear_undoer();
        state.store(context, field);
    }
}

fn undo_or_redo(map: &KeyMap, event: &Event) -> Option<Command> {
    let Event::Key {
        key,
        pressed: true,
        modifiers,
        ..
    } = event
    else {
        return None;
    };
    let command = map.pressed(*modifiers, *key, Holder::Widget)?;
    [Command::Undo, Command::Redo]
        .contains(&command)
        .then_some(command)
}

/// The key that a text field knows it by, whatever the user calls it.
fn field_event(command: Command) -> Event {
    let shift = if command == Command::Redo {
        Modifiers::SHIFT
    } else {
        Modifiers::NONE
    };
    Event::Key {
        key: Key::Z,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND | shift,
    }
}
