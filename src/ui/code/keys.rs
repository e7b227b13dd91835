//! Keys: those that mean something of their own in the editor, in their order among all that was typed: a text field
//! would take a whole frame's keys at once.

use egui::{Context, Event, Key, Modifiers};

use super::file::File;
use super::typing;

/// What a key of the editor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    Enter,
    Indent,
    Dedent,
    Comment,
    Backspace,
    Undo,
    Redo,
    Replace,
}

/// Keys that were pressed in one frame and wait for the next.
#[derive(Debug, Default)]
pub struct Waiting(Vec<Event>);

impl Stroke {
    fn of(event: &Event) -> Option<Self> {
        let Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } = event
        else {
            return None;
        };
        let plain = modifiers.is_none();
        let shift = modifiers.matches_exact(Modifiers::SHIFT);
        let ctrl = modifiers.matches_exact(Modifiers::COMMAND);
        let ctrl_shift = modifiers.matches_exact(Modifiers::COMMAND | Modifiers::SHIFT);
        Some(match key {
            Key::Enter if plain || shift => Self::Enter,
            Key::Tab if plain => Self::Indent,
            Key::Tab if shift => Self::Dedent,
            // On some keyboards the sign stands on a number.
            Key::Slash if ctrl || ctrl_shift => Self::Comment,
            Key::Backspace if plain => Self::Backspace,
            Key::Z if ctrl => Self::Undo,
            Key::Z if ctrl_shift => Self::Redo,
            Key::Y if ctrl => Self::Redo,
            Key::H if ctrl => Self::Replace,
            _ => return None,
        })
    }

    /// Do it to a text; `false`: it means the usual thing here.
    fn act(self, file: &mut File) -> bool {
        let selection = file.selection;
        let change = match self {
            Self::Undo => {
                file.undo();
                return true;
            }
            Self::Redo => {
                file.redo();
                return true;
            }
            Self::Replace => return true,
            Self::Backspace => match typing::backspace(file.text(), selection) {
                Some(change) => change,
                None => return false,
            },
            Self::Enter => typing::enter(file.text(), selection),
            Self::Indent => typing::indent(file.text(), selection),
            Self::Dedent => typing::dedent(file.text(), selection),
            Self::Comment => typing::toggle_comment(file.text(), selection),
        };
        file.change(&change);
        true
    }
}

/// Take what is the editor's out of the input and do it: up to the first key that must wait until the text field had
/// what was typed before it. Returns whether replacing was asked for.
pub fn take(context: &Context, waiting: &mut Waiting, file: &mut File) -> bool {
    let mut asks_replace = false;
    context.input_mut(|input| {
        let is_typed = |event: &Event| {
            matches!(
                event,
                Event::Key { .. }
                    | Event::Text(_)
                    | Event::Paste(_)
                    | Event::Cut
                    | Event::Copy
                    | Event::Ime(_)
            )
        };
        let (typed, mut rest): (Vec<_>, Vec<_>) = std::mem::take(&mut input.events)
            .into_iter()
            .partition(is_typed);
        waiting.0.extend(typed);
        let mut queue = std::mem::take(&mut waiting.0).into_iter();
        let mut is_field_due = false;
        for event in queue.by_ref() {
            match Stroke::of(&event) {
                Some(_) if is_field_due => {
                    waiting.0.push(event);
                    break;
                }
                Some(stroke) if stroke.act(file) => asks_replace |= stroke == Stroke::Replace,
                _ => {
                    is_field_due |= !matches!(event, Event::Key { pressed: false, .. });
                    rest.push(event);
                }
            }
        }
        waiting.0.extend(queue);
        input.events = rest;
    });
    if !waiting.0.is_empty() {
        context.request_repaint();
    }
    asks_replace
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::code::file::file;

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }
    }

    #[test]
    fn keys_of_one_frame_are_done_in_their_order() {
        let context = Context::default();
        let mut mine = file("");
        let mut waiting = Waiting::default();
        let enter = || key(Key::Enter, Modifiers::NONE);
        let text = |text: &str| Event::Text(text.to_owned());
        let mut frame = |mine: &mut File, events: Vec<Event>| {
            let mut left = Vec::new();
            let input = egui::RawInput {
                events,
                ..egui::RawInput::default()
            };
            let mut output = context.run_ui(input, |ui| {
                take(ui.ctx(), &mut waiting, mine);
                left = ui.input(|input| input.events.clone());
            });
            output.textures_delta.clear();
            left
        };
        // Tab comes before the letters, so it is done at once; Enter has to wait for them.
        let tab = key(Key::Tab, Modifiers::NONE);
        let left = frame(&mut mine, vec![tab, text("a:"), enter(), text("b")]);
        assert_eq!((mine.text(), left), ("    ", vec![text("a:")]));
        let left = frame(&mut mine, vec![]);
        assert_eq!((mine.text(), left), ("    \n    ", vec![text("b")]));
        assert_eq!(frame(&mut mine, vec![]), []);
    }
}
