//! The keys of all commands: found by words, changed by pressing the new ones. What a key means already is said before
//! it is taken over.

use egui::{
    Align, Align2, Button, Context, Event, FocusDirection, Id, Key, KeyboardShortcut, Layout,
    Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2,
};

use super::Setting;
use crate::command::{Command, Entry, Menu, TABLE};
use crate::ui::keymap::{self, Conflict, KeyMap};
use crate::ui::shortcuts::keys_pressed;
use crate::ui::theme;

/// What the page remembers between frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct KeysPage {
    query: String,
    recording: Option<Recording>,
    /// Keys that were pressed and mean something else already.
    clash: Option<Clash>,
    /// The button that keys are recorded at.
    button: Option<Id>,
    had_focus: bool,
}

/// The next key press becomes the command's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Recording {
    command: Command,
    /// Beside the keys that it has, rather than in their place.
    adds: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Clash {
    recording: Recording,
    keys: KeyboardShortcut,
    /// Who has the keys. Those of the clipboard cannot be taken over.
    others: Vec<Command>,
    is_fixed: bool,
}

impl KeysPage {
    /// Take the keys of this frame while a command's are recorded, so that they do nothing else.
    pub(super) fn record(&mut self, context: &Context) -> Option<Setting> {
        let recording = self.recording?;
        let keys = context.input_mut(|input| {
            let keys = first_keys(&input.events);
            input.events.retain(|event| !is_of_keyboard(event));
            keys
        });
        // Tab, arrows and Escape have moved the focus already, or are about to.
        context.memory_mut(|memory| {
            memory.move_focus(FocusDirection::None);
            if let Some(button) = self.button {
                memory.request_focus(button);
            }
        });
        let keys = keys?;
        self.recording = None;
        let command = recording.command;
        match (keys.modifiers, keys.logical_key) {
            (Modifiers::NONE, Key::Escape) => return None,
            (Modifiers::NONE, Key::Backspace | Key::Delete) => {
                return Some(Setting::Keys(vec![(command, Some(Vec::new()))]));
            }
            _ => {}
        }
        let map = KeyMap::of(context);
        let fixed = keymap::clipboard_command(keys).filter(|owner| *owner != command);
        let others = match fixed {
            Some(owner) => vec![owner],
            None => map.others_with(keys, command),
        };
        if others.is_empty() {
            return Some(Setting::Keys(vec![given(&map, recording, keys)]));
        }
        self.clash = Some(Clash {
            recording,
            keys,
            others,
            is_fixed: fixed.is_some(),
        });
        None
    }

    pub(super) fn ui(&mut self, ui: &mut Ui) -> Option<Setting> {
        let map = KeyMap::of(ui.ctx());
        let mut changed = self.head_ui(ui, &map);
        let conflicts = map.conflicts();
        let wanted = self.query.trim().to_lowercase();
        ScrollArea::vertical()
            .id_salt("keys")
            .auto_shrink(false)
            .show(ui, |ui| {
                for menu in Menu::ALL {
                    let of_menu = |entry: &&Entry| entry.menu == menu && fits(entry, &map, &wanted);
                    let entries: Vec<_> = TABLE.iter().filter(of_menu).collect();
                    if entries.is_empty() {
                        continue;
                    }
                    ui.add_space(theme::GAP);
                    let color = theme::palette(ui.ctx()).text_strong;
                    ui.label(RichText::new(menu.title()).strong().color(color));
                    for entry in entries {
                        let row = |ui: &mut Ui| self.row_ui(ui, &map, entry, &conflicts);
                        let row = ui.push_id(entry.name, row).inner;
                        changed = row.or(changed.take());
                    }
                }
            });
        changed
    }

    fn head_ui(&mut self, ui: &mut Ui, map: &KeyMap) -> Option<Setting> {
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.query)
                .hint_text("Find a command or a key")
                .desired_width(theme::FILTER_WIDTH)
                .min_size(vec2(0.0, theme::ROW))
                .align(Align2::LEFT_CENTER);
            let field = ui.add(field).accessible_name("Find a command or a key");
            if !std::mem::replace(&mut self.had_focus, true) {
                field.request_focus();
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let reset = ui.add_enabled(map.has_own(), Button::new("Reset all keys"));
                let reset = reset.on_hover_text("Give every command the keys that it had at first");
                reset.clicked().then(|| {
                    self.clash = None;
                    Setting::AllKeys
                })
            })
            .inner
        })
        .inner
    }

    fn row_ui(
        &mut self,
        ui: &mut Ui,
        map: &KeyMap,
        entry: &Entry,
        conflicts: &[Conflict],
    ) -> Option<Setting> {
        let command = entry.command;
        let mut changed = None;
        ui.horizontal(|ui| {
            ui.label(entry.title).on_hover_text(entry.help);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                // Room for the scroll bar.
                ui.add_space(theme::GAP * 2.0);
                let reset = Button::new("↺").min_size(vec2(theme::ROW, theme::ROW));
                let reset = ui
                    .add_enabled(map.is_own(command), reset)
                    .on_hover_text("The keys that it had at first")
                    .accessible_name(format!("Reset the keys of {}", entry.title));
                if reset.clicked() {
                    self.clash = None;
                    changed = Some(Setting::Keys(vec![(command, None)]));
                }
                let (replaces, adds) = (
                    Recording {
                        command,
                        adds: false,
                    },
                    Recording {
                        command,
                        adds: true,
                    },
                );
                self.record_button_ui(ui, map, adds);
                self.record_button_ui(ui, map, replaces);
            });
        });
        let palette = theme::palette(ui.ctx());
        if self
            .recording
            .is_some_and(|recording| recording.command == command)
        {
            let hint =
                "Press the new keys. Escape leaves them as they are, Backspace takes them away";
            ui.label(RichText::new(hint).small().color(palette.text_weak));
        }
        if let Some(clash) = self
            .clash
            .clone()
            .filter(|clash| clash.recording.command == command)
        {
            changed = self.clash_ui(ui, map, &clash).or(changed);
        }
        for conflict in conflicts {
            if conflict.commands.contains(&command) {
                ui.label(RichText::new(conflict.in_words()).color(palette.warn));
            }
        }
        changed
    }

    /// The command's keys; a click records others. Or the plus beside them.
    fn record_button_ui(&mut self, ui: &mut Ui, map: &KeyMap, recording: Recording) {
        let Recording { command, adds } = recording;
        let palette = theme::palette(ui.ctx());
        let is_recording = self.recording == Some(recording);
        let keys: Vec<_> = map
            .keys(command)
            .iter()
            .map(|keys| keymap::shown(ui.ctx(), *keys))
            .collect();
        let (text, name, hint) = if adds {
            let name = format!("Add keys to {}", command.title());
            (RichText::new("+"), name, "Add another key")
        } else if keys.is_empty() {
            let name = format!("Keys of {}: none", command.title());
            let text = RichText::new("none").color(palette.text_weak);
            (text, name, "Give it a key")
        } else {
            let name = format!("Keys of {}: {}", command.title(), keys.join(", "));
            (RichText::new(keys.join("   ")), name, "Press to change it")
        };
        let text = if is_recording && !adds {
            RichText::new("…").color(palette.accent)
        } else {
            text
        };
        let width = if adds { theme::ROW } else { theme::KEYS_WIDTH };
        let button = Button::new(text).truncate().selected(is_recording);
        let response = ui.add_sized(vec2(width, theme::ROW), button);
        let response = response.on_hover_text(hint).accessible_name(name);
        if response.clicked() {
            self.clash = None;
            self.recording = Some(recording);
            self.button = Some(response.id);
            response.request_focus();
        }
    }

    /// What the pressed keys mean already, and what can be done.
    fn clash_ui(&mut self, ui: &mut Ui, map: &KeyMap, clash: &Clash) -> Option<Setting> {
        let palette = theme::palette(ui.ctx());
        let keys = keymap::shown(ui.ctx(), clash.keys);
        let titles: Vec<_> = clash.others.iter().map(|other| other.title()).collect();
        let titles = titles.join(" and ");
        let text = if clash.is_fixed {
            format!("{keys} is {titles}, everywhere in the system, and stays so")
        } else {
            format!("{keys} is {titles} already")
        };
        let is_taken = ui
            .horizontal(|ui| {
                ui.label(RichText::new(text).color(palette.warn));
                if ui.button("Leave it").clicked() {
                    self.clash = None;
                }
                !clash.is_fixed && ui.button("Take it over").clicked()
            })
            .inner;
        is_taken.then(|| {
            self.clash = None;
            let mut changes = vec![given(map, clash.recording, clash.keys)];
            changes.extend(clash.others.iter().map(|other| {
                let kept = map.keys(*other).iter().filter(|keys| **keys != clash.keys);
                (*other, Some(kept.copied().collect()))
            }));
            Setting::Keys(changes)
        })
    }
}

/// The command with the keys that were recorded.
fn given(
    map: &KeyMap,
    recording: Recording,
    keys: KeyboardShortcut,
) -> (Command, Option<Vec<KeyboardShortcut>>) {
    let mut all = Vec::new();
    if recording.adds {
        all.extend(
            map.keys(recording.command)
                .iter()
                .filter(|old| **old != keys),
        );
    }
    all.push(keys);
    (recording.command, Some(all))
}

fn fits(entry: &Entry, map: &KeyMap, wanted: &str) -> bool {
    let keys = || keymap::keys_text(map.keys(entry.command)).to_lowercase();
    wanted.is_empty() || entry.title.to_lowercase().contains(wanted) || keys().contains(wanted)
}

/// The first keys in this frame that can mean a command. Those of copy, cut and paste come as events of their own.
fn first_keys(events: &[Event]) -> Option<KeyboardShortcut> {
    let of_clipboard = events.iter().find_map(|event| match event {
        Event::Copy => Some(Key::C),
        Event::Cut => Some(Key::X),
        Event::Paste(_) => Some(Key::V),
        _ => None,
    });
    let pressed = keys_pressed(events).find(|keys| keymap::is_usable(keys.logical_key));
    pressed.or(of_clipboard.map(|key| KeyboardShortcut::new(Modifiers::COMMAND, key)))
}

fn is_of_keyboard(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. } | Event::Text(_) | Event::Copy | Event::Cut | Event::Paste(_)
    )
}
