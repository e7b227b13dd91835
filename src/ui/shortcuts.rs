//! Shortcuts: keys of this frame -> Commands, as the key map says. Read while painting, where egui has the keys.

use egui::{Context, Event, Key, KeyboardShortcut, Modifiers, Popup};

use super::canvas::canvas_id;
use super::keymap::{Holder, KeyMap};
use crate::command::Command;

/// What the keys of a frame ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Pressed {
    Command(Command),
    /// Paste, with what the clipboard held.
    Paste(String),
}

impl Pressed {
    fn command(&self) -> Command {
        match self {
            Self::Command(command) => *command,
            Self::Paste(_) => Command::Paste,
        }
    }
}

/// Take the keys that mean a command out of the input, in the order in which they were pressed; those for which `takes`
/// is false stay.
pub fn pressed(context: &Context, takes: impl Fn(Command) -> bool) -> Vec<Pressed> {
    let map = KeyMap::of(context);
    let mut holder = holder(context);
    let is_copying_text = has_selected_text(context);
    context.input_mut(|input| {
        let mut found = Vec::new();
        // The key that was taken just now: the text that comes with it goes too.
        let mut taken: Option<Key> = None;
        input.events.retain(|event| {
            let last = taken.take();
            let asked = match event {
                Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } => map.pressed(*modifiers, *key, holder).map(Pressed::Command),
                Event::Text(text) => return !last.is_some_and(|key| types(key, text)),
                _ if holder == Holder::Text => None,
                // The system's own copy, cut and paste arrive as events of their own.
                Event::Copy if is_copying_text => None,
                Event::Copy => Some(Pressed::Command(Command::Copy)),
                Event::Cut => Some(Pressed::Command(Command::Cut)),
                Event::Paste(text) => Some(Pressed::Paste(text.clone())),
                _ => None,
            };
            let Some(asked) = asked.filter(|asked| takes(asked.command())) else {
                return true;
            };
            if let Event::Key { key, .. } = event {
                taken = Some(*key);
            }
            if [Command::AddNode, Command::Palette].contains(&asked.command()) {
                // What was typed after it in the same slow frame is for the popup.
                holder = Holder::Text;
            }
            found.push(asked);
            false
        });
        found
    })
}

/// The keys that are pressed anew in this frame, for whoever wants to know them rather than what they mean.
pub fn keys_pressed(events: &[Event]) -> impl Iterator<Item = KeyboardShortcut> {
    events.iter().filter_map(|event| match event {
        Event::Key {
            key,
            pressed: true,
            repeat: false,
            modifiers,
            ..
        } => {
            let held = Modifiers {
                alt: modifiers.alt,
                shift: modifiers.shift,
                command: modifiers.command || modifiers.ctrl,
                ..Modifiers::NONE
            };
            Some(KeyboardShortcut::new(held, *key))
        }
        _ => None,
    })
}

/// Who has the keyboard now. With a menu open the canvas has not: Escape closes the menu.
pub fn holder(context: &Context) -> Holder {
    let is_on_canvas = context.memory(egui::Memory::focused) == Some(canvas_id());
    if context.text_edit_focused() {
        Holder::Text
    } else if is_on_canvas && !Popup::is_any_open(context) {
        Holder::Canvas
    } else {
        Holder::Widget
    }
}

/// Is a text selected that is no field's, such as a result's? Then Ctrl+C copies it and not the nodes.
fn has_selected_text(context: &Context) -> bool {
    let selection = context.plugin_opt::<egui::text_selection::LabelSelectionState>();
    selection.is_some_and(|selection| selection.lock().has_selection())
}

/// Is this the text that the key types?
fn types(key: Key, text: &str) -> bool {
    let is_one = text.chars().count() == 1;
    match key {
        Key::Space => text == " ",
        key if key.name().chars().count() == 1 => key.name().eq_ignore_ascii_case(text),
        key => is_one && Key::from_name(text) == Some(key),
    }
}
