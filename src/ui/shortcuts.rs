//! Shortcuts: keys of this frame -> Commands, most specific first. Read while painting, where egui has the keys.

use std::sync::LazyLock;

use egui::{Context, Event, KeyboardShortcut};

use super::canvas::canvas_id;
use crate::command::{Command, Entry, Reach, TABLE};

/// What the keys of a frame ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Pressed {
    Command(Command),
    /// Paste, with what the clipboard held.
    Paste(String),
}

/// Keys with more modifiers come first: Ctrl+Shift+S must not be taken for Ctrl+S.
static BY_SPECIFICITY: LazyLock<Vec<(KeyboardShortcut, &'static Entry)>> = LazyLock::new(|| {
    let mut all: Vec<_> = TABLE
        .iter()
        .flat_map(|entry| {
            entry
                .shortcuts
                .iter()
                .map(move |shortcut| (*shortcut, entry))
        })
        .collect();
    all.sort_by_key(|(shortcut, _)| {
        let modifiers = shortcut.modifiers;
        let count = [
            modifiers.alt,
            modifiers.shift,
            modifiers.command,
            modifiers.ctrl,
        ];
        std::cmp::Reverse(count.into_iter().filter(|is_down| *is_down).count())
    });
    all
});

/// Take the keys that mean a command out of the input; those of the canvas only when there is one. While a text field has the keyboard only those that count
/// everywhere; plain keys belong to the canvas and to nobody's widget.
pub fn pressed(context: &Context, has_canvas: bool) -> Vec<Pressed> {
    let focused = context.memory(egui::Memory::focused);
    let is_in_text = context.text_edit_focused();
    let is_canvas_free = focused.is_none() || focused == Some(canvas_id());
    context.input_mut(|input| {
        let mut found = Vec::new();
        for (shortcut, entry) in BY_SPECIFICITY.iter() {
            let counts = match entry.reach {
                Reach::Window => true,
                Reach::Canvas if !has_canvas => false,
                Reach::Canvas if shortcut.modifiers.command => !is_in_text,
                Reach::Canvas => is_canvas_free && !is_in_text,
            };
            if counts && input.consume_shortcut(shortcut) {
                found.push(Pressed::Command(entry.command));
            }
        }
        if has_canvas && !is_in_text {
            // The system's own copy, cut and paste arrive as events of their own.
            input.events.retain(|event| {
                found.push(match event {
                    Event::Copy => Pressed::Command(Command::Copy),
                    Event::Cut => Pressed::Command(Command::Cut),
                    Event::Paste(text) => Pressed::Paste(text.clone()),
                    _ => return true,
                });
                false
            });
        }
        found
    })
}
