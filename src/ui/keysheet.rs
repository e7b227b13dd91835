//! key_sheet_ui: all commands with the keys that they have now, and what the mouse does; to be searched.

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use super::dialogs::{field, heading};
use super::keymap::{self, KeyMap};
use super::theme;
use crate::command::{Entry, Menu, TABLE};

/// What mouse and touchpad do, by where they do it. Keys do all of it too.
const GESTURES: &[(&str, &[(&str, &str)])] = &[
    (
        "Mouse and touchpad",
        &[
            ("Move the view", "middle or right drag, two fingers"),
            ("Zoom at the pointer", "wheel, pinch, Ctrl with two fingers"),
            ("Move the view sideways", "Shift with the wheel"),
            ("Add a node", "double-click or right click in empty space"),
            (
                "Add a node that fits a link",
                "let the link go in empty space",
            ),
            (
                "Add a node of a kind",
                "drag it from the library, also onto a link",
            ),
        ],
    ),
    (
        "Selecting and moving by mouse",
        &[
            (
                "Select several",
                "drag a box; Shift adds, Ctrl-click toggles",
            ),
            ("Select what is inside alone", "Alt with the box"),
            ("Move nodes", "drag one of them; Ctrl leaves the grid"),
            ("Put a node into a link", "drop it on the link"),
            ("Take nodes out of links", "Alt-drag them"),
            ("Resize a frame or a note", "drag an edge or a corner"),
        ],
    ),
    (
        "Linking by mouse",
        &[
            ("Link", "drag from a port to another"),
            (
                "Move a link's end",
                "drag it off its port, or the line near it",
            ),
            ("Put a dot into a link", "double-click it"),
            ("Cut links", "Ctrl-drag across them"),
            ("Drop what is being dragged", "Escape"),
        ],
    ),
    (
        "Linking by keys, after C",
        &[
            ("Choose the port", "arrows; Page up and down go through all"),
            ("Go on, make the link", "Enter; Backspace goes back"),
            ("Add a node that fits", "Tab"),
            ("Cut the port's links", "X"),
            ("Leave it", "Escape"),
        ],
    ),
    (
        "In lists and fields",
        &[
            ("To the next field or button", "Tab; Shift+Tab goes back"),
            ("Press a button, open a list", "Enter or Space"),
            ("Walk in a list", "arrows"),
            ("Scroll a panel", "Page up, Page down"),
            ("Keep what was typed", "Enter"),
            ("Leave a field, keep nothing", "Escape"),
            ("Take typing back, then the last change", "Ctrl+Z"),
        ],
    ),
];

/// Show the sheet; `query` is what is searched.
pub fn key_sheet_ui(ui: &mut Ui, query: &mut String) {
    heading(ui, "Keyboard shortcuts", "");
    field(ui, "Find", query, "a command or a key");
    let map = KeyMap::of(ui.ctx());
    let wanted = query.trim().to_lowercase();
    let height = (ui.ctx().content_rect().height() - 240.0).clamp(80.0, 380.0);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink(false)
        .show(ui, |ui| {
            let mut is_empty = true;
            for menu in Menu::ALL {
                let rows: Vec<_> = TABLE
                    .iter()
                    .filter(|entry| entry.menu == menu)
                    .map(|entry| (entry, shown_keys(ui, &map, entry)))
                    .filter(|(entry, keys)| {
                        let written = keymap::keys_text(map.keys(entry.command));
                        let texts = [entry.title, keys, &written, entry.help, menu.title()];
                        fits(&wanted, &texts)
                    })
                    .collect();
                is_empty &= rows.is_empty();
                let rows = rows
                    .iter()
                    .map(|(entry, keys)| (entry.title, &**keys, entry.help));
                group_ui(ui, menu.title(), rows);
            }
            for (title, gestures) in GESTURES {
                let rows = gestures
                    .iter()
                    .filter(|(what, how)| fits(&wanted, &[what, how, title]));
                let rows: Vec<_> = rows.map(|(what, how)| (*what, *how, "")).collect();
                is_empty &= rows.is_empty();
                group_ui(ui, title, rows.into_iter());
            }
            if is_empty {
                ui.weak(format!("Nothing fits \"{}\"", query.trim()));
            }
        });
}

fn fits(wanted: &str, texts: &[&str]) -> bool {
    let has_it = |text: &&str| text.to_lowercase().contains(wanted);
    texts.iter().any(has_it)
}

fn shown_keys(ui: &Ui, map: &KeyMap, entry: &Entry) -> String {
    let keys = map.held_keys(entry.command);
    let keys: Vec<_> = keys.map(|keys| keymap::shown(ui.ctx(), keys)).collect();
    keys.join("   ")
}

/// Rows of what, how and a hint, below a title; nothing where there are none.
fn group_ui<'a>(
    ui: &mut Ui,
    title: &str,
    rows: impl ExactSizeIterator<Item = (&'a str, &'a str, &'a str)>,
) {
    if rows.len() == 0 {
        return;
    }
    let palette = theme::palette(ui.ctx());
    ui.add_space(theme::GAP);
    ui.label(RichText::new(title).strong().color(palette.text_strong));
    for (what, how, hint) in rows {
        ui.horizontal(|ui| {
            let what = ui.label(what);
            if !hint.is_empty() {
                what.on_hover_text(hint);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Room for the scroll bar.
                ui.add_space(theme::GAP * 2.0);
                ui.label(RichText::new(how).color(palette.text_weak));
            });
        });
    }
}
