//! Preferences: what the user's settings do to the window, and how a change of them is kept. Each change holds at once.

use egui::ThemePreference;

use super::App;
use crate::settings::{EditorSettings, Theme};
use crate::ui::Level;
use crate::ui::canvas::Habits;
use crate::ui::dialogs::Dialog;
use crate::ui::keymap::{self, KeyMap};
use crate::ui::settings::{SCALE_STEP, SCALES, Setting, SettingsPage, Updates};

impl App {
    /// Let the window be as the settings say. What is wrong with the keys in them, in words.
    pub(super) fn apply_settings(&self, context: &egui::Context) -> Vec<String> {
        // Ctrl with plus and minus are commands of ours whose outcome is kept: egui must not have its own.
        context.options_mut(|options| options.zoom_with_keyboard = false);
        context.set_theme(shown(self.settings.theme));
        context.set_zoom_factor(self.settings.ui_scale);
        let (map, problems) = KeyMap::new(&self.settings.keys);
        map.install(context);
        problems
    }

    pub(super) fn toggle_theme(&mut self, context: &egui::Context) {
        let next = match context.theme() {
            egui::Theme::Dark => ThemePreference::Light,
            egui::Theme::Light => ThemePreference::Dark,
        };
        self.set(context, Setting::Theme(next));
    }

    /// How the canvas is worked on, as the settings say.
    pub(super) fn habits(&self) -> Habits {
        let canvas = self.settings.canvas;
        Habits {
            snaps: canvas.snap_to_grid,
            boxes_inside: canvas.box_selects_inside,
            has_minimap: canvas.minimap,
        }
    }

    pub(super) fn toggle_snap(&mut self) {
        let is_on = &mut self.settings.canvas.snap_to_grid;
        *is_on = !*is_on;
        let text = format!("Snap to grid is {}", if *is_on { "on" } else { "off" });
        self.keep_habit(text);
    }

    pub(super) fn toggle_box_inside(&mut self) {
        let is_on = &mut self.settings.canvas.box_selects_inside;
        *is_on = !*is_on;
        let what = if *is_on {
            "what lies in it as a whole"
        } else {
            "all that it touches"
        };
        self.keep_habit(format!("A box selects {what}"));
    }

    pub(super) fn toggle_minimap(&mut self) {
        let is_on = &mut self.settings.canvas.minimap;
        *is_on = !*is_on;
        let state = if *is_on {
            "on: it is shown while some nodes are out of view"
        } else {
            "off"
        };
        self.keep_habit(format!("The minimap is {state}"));
    }

    fn keep_habit(&mut self, told: String) {
        self.notify(Level::Info, told);
        self.keep_settings();
    }

    /// A step larger or smaller: to the next whole step.
    pub(super) fn scale_by(&mut self, context: &egui::Context, step: f32) {
        let steps = self.settings.ui_scale / SCALE_STEP;
        let whole = if step > 0.0 {
            (steps + 0.01).floor()
        } else {
            (steps - 0.01).ceil()
        };
        self.set(context, Setting::Scale((whole + step) * SCALE_STEP));
    }

    pub(super) fn show_settings(&mut self) {
        self.dialog = Some(Dialog::Settings(self.settings_page()));
        self.list_trusted();
    }

    /// The settings as their page shows them.
    pub(super) fn settings_page(&self) -> SettingsPage {
        let theme = shown(self.settings.theme);
        let mut page = SettingsPage::new(
            theme,
            self.settings.ui_scale,
            self.settings.engine.workers,
            self.settings.editor.command.as_deref(),
        );
        page.updates = Updates {
            looks: self.settings.updates.check_on_startup,
            takes_betas: self.settings.updates.channel == "beta",
            fetches: self.settings.updates.auto_download,
        };
        page
    }

    /// Change a setting, for now and for the next start.
    pub(super) fn set(&mut self, context: &egui::Context, setting: Setting) {
        let settings = &mut self.settings;
        match setting {
            Setting::Theme(theme) => {
                settings.theme = match theme {
                    ThemePreference::System => Theme::System,
                    ThemePreference::Dark => Theme::Dark,
                    ThemePreference::Light => Theme::Light,
                }
            }
            Setting::Scale(scale) => {
                let scale = scale.clamp(*SCALES.start(), *SCALES.end());
                settings.ui_scale = (scale * 100.0).round() / 100.0;
            }
            Setting::Workers(workers) => settings.engine.workers = workers,
            Setting::Editor(command) => {
                if let Some(Err(why)) = command.as_deref().map(EditorSettings::split) {
                    let text = format!("The editor's command line is not taken: {why}");
                    self.notify(Level::Warning, text);
                    return;
                }
                settings.editor.command = command;
            }
            Setting::Updates(updates) => {
                settings.updates.check_on_startup = updates.looks;
                settings.updates.auto_download = updates.fetches;
                let channel = if updates.takes_betas {
                    "beta"
                } else {
                    "stable"
                };
                channel.clone_into(&mut settings.updates.channel);
            }
            Setting::Keys(changes) => {
                for (command, keys) in changes {
                    let entry = command.entry();
                    let own = keys.filter(|keys| keys != entry.shortcuts);
                    match own.map(|keys| keymap::keys_text(&keys)) {
                        Some(text) => settings.keys.insert(entry.name.to_owned(), text),
                        None => settings.keys.remove(entry.name),
                    };
                }
            }
            Setting::AllKeys => settings.keys.clear(),
            Setting::Distrust(path) => return self.forget_trust(path),
        }
        if let Some(Dialog::Settings(page)) = &mut self.dialog {
            page.theme = shown(self.settings.theme);
            page.scale = self.settings.ui_scale;
        }
        // The page itself says what is wrong with keys.
        drop(self.apply_settings(context));
        self.keep_settings();
    }

    /// A failure to keep them is said and changes nothing else.
    pub(super) fn keep_settings(&mut self) {
        if let Err(error) = self.settings.save(&self.paths.userdata) {
            self.notify(
                Level::Warning,
                format!("The settings could not be kept: {error}"),
            );
        }
    }
}

fn shown(theme: Theme) -> ThemePreference {
    match theme {
        Theme::System => ThemePreference::System,
        Theme::Dark => ThemePreference::Dark,
        Theme::Light => ThemePreference::Light,
    }
}
