//! Menus and command buttons, made from the command table.

use egui::{Button, Context, Ui};

use super::keymap::{self, KeyMap};
use crate::command::{Command, Menu, TABLE};

/// The first keys of a command as people write them; empty when it has none.
pub fn shortcut_text(context: &Context, command: Command) -> String {
    let keys = KeyMap::of(context).held_keys(command).next();
    keys.map_or_else(String::new, |keys| keymap::shown(context, keys))
}

/// What a command does, with its keys, for a tooltip.
pub fn hint(context: &Context, command: Command) -> String {
    let (help, keys) = (command.entry().help, shortcut_text(context, command));
    if keys.is_empty() {
        help.to_owned()
    } else {
        format!("{help} ({keys})")
    }
}

/// A command as a line of a menu; `true` when it was chosen.
pub fn command_button(ui: &mut Ui, command: Command, is_enabled: bool) -> bool {
    let entry = command.entry();
    let button = Button::new(entry.title).shortcut_text(shortcut_text(ui.ctx(), command));
    let response = ui.add_enabled(is_enabled, button).on_hover_text(entry.help);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}

/// The menu bar; the command that was chosen, and where the last menu ends: the bar itself takes all the width.
pub fn menu_bar_ui(ui: &mut Ui, is_enabled: impl Fn(Command) -> bool) -> (Option<Command>, f32) {
    let mut chosen = None;
    let bar = egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL.into_iter().filter(|menu| menu.around().is_none()) {
            ui.menu_button(menu.title(), |ui| {
                commands_ui(ui, menu, &is_enabled, &mut chosen);
                let parts = Menu::ALL
                    .into_iter()
                    .filter(|part| part.around() == Some(menu));
                for part in parts {
                    ui.menu_button(part.title(), |ui| {
                        commands_ui(ui, part, &is_enabled, &mut chosen);
                    });
                }
            });
        }
        ui.cursor().left()
    });
    (chosen, bar.inner)
}

fn commands_ui(
    ui: &mut Ui,
    menu: Menu,
    is_enabled: &impl Fn(Command) -> bool,
    chosen: &mut Option<Command>,
) {
    ui.set_min_width(220.0);
    for entry in TABLE.iter().filter(|entry| entry.menu == menu) {
        if command_button(ui, entry.command, is_enabled(entry.command)) {
            *chosen = Some(entry.command);
        }
    }
}
