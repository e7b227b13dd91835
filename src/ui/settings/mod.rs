//! settings_ui: the page of settings: theme, size of the interface, how many nodes run at once. The keys are a file of
//! their own. Says what the user wants; keeps and applies nothing.

mod keys;
mod trusted;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use egui::KeyboardShortcut;
use egui::{
    Align, Align2, Button, DragValue, Grid, Layout, RichText, Slider, TextEdit, ThemePreference,
    Ui, vec2,
};

use self::keys::KeysPage;
pub use self::trusted::TrustedRow;
use self::trusted::trusted_ui;
use super::theme;
use crate::command::Command;

/// How large everything in the window may be shown; 1 is what the screen suggests.
pub const SCALES: RangeInclusive<f32> = 0.75..=3.0;
/// From one scale to the next, by the commands.
pub const SCALE_STEP: f32 = 0.25;

/// What the page shows, and what it remembers between frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsPage {
    pub theme: ThemePreference,
    pub scale: f32,
    /// How many nodes run at once; `None`: one for each core.
    pub workers: Option<u32>,
    /// The command line that opens a source, as it is typed; empty: as the environment or the system says.
    pub editor: String,
    pub updates: Updates,
    /// The scale that is being dragged: the window changes only when it is let go, or it would run away from under
    /// the pointer.
    dragged_scale: Option<f32>,
    part: Part,
    keys: KeysPage,
    /// `None`: it is being read.
    trusted: Option<Vec<TrustedRow>>,
}

/// What is done about new versions of Loom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Updates {
    /// Look for them once a day.
    pub looks: bool,
    /// Those too that are not finished.
    pub takes_betas: bool,
    /// Fetch them by itself; they are put in place when the user says so.
    pub fetches: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    General,
    Keys,
    Trusted,
}

/// A change that the user made.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Theme(ThemePreference),
    Scale(f32),
    Workers(Option<u32>),
    Editor(Option<String>),
    Updates(Updates),
    /// Keys of commands; `None`: those of the table again.
    Keys(Vec<(Command, Option<Vec<KeyboardShortcut>>)>),
    /// The table's keys for all commands.
    AllKeys,
    /// Trust this project, or all in this folder, no more.
    Distrust(PathBuf),
}

impl SettingsPage {
    pub fn new(
        theme: ThemePreference,
        scale: f32,
        workers: Option<u32>,
        editor: Option<&str>,
    ) -> Self {
        Self {
            theme,
            scale,
            workers,
            editor: editor.unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// What is trusted was read.
    pub fn set_trusted(&mut self, rows: Vec<TrustedRow>) {
        self.trusted = Some(rows);
    }
}

/// Show the page; what was changed in this frame.
pub fn settings_ui(ui: &mut Ui, page: &mut SettingsPage) -> Option<Setting> {
    // Before anything else sees the keys of this frame.
    let recorded = page.keys.record(ui.ctx());
    let palette = theme::palette(ui.ctx());
    ui.horizontal(|ui| {
        ui.label(
            RichText::new("Settings")
                .heading()
                .color(palette.text_strong),
        );
        ui.add_space(theme::GAP * 2.0);
        for (part, title) in [
            (Part::General, "General"),
            (Part::Keys, "Keys"),
            (Part::Trusted, "Trusted"),
        ] {
            ui.selectable_value(&mut page.part, part, title);
        }
    });
    ui.add_space(theme::GAP);
    let height = theme::SETTINGS_HEIGHT.min(ui.ctx().content_rect().height() - 160.0);
    let size = vec2(ui.available_width(), height.max(theme::ROW * 3.0));
    let changed = ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        match page.part {
            Part::General => general_ui(ui, page),
            Part::Keys => page.keys.ui(ui),
            Part::Trusted => trusted_ui(ui, page.trusted.as_deref()),
        }
    });
    recorded.or(changed.inner)
}

fn general_ui(ui: &mut Ui, page: &mut SettingsPage) -> Option<Setting> {
    let mut changed = None;
    Grid::new("general")
        .num_columns(2)
        .spacing(vec2(theme::GAP * 4.0, theme::GAP * 2.0))
        .show(ui, |ui| {
            ui.label("Theme");
            changed = theme_ui(ui, page);
            ui.end_row();
            let label = ui.label("Size of the interface");
            changed = scale_ui(ui, page, label.id).or(changed.take());
            ui.end_row();
            let label = ui.label("Nodes that run at once");
            changed = workers_ui(ui, page, label.id).or(changed.take());
            ui.end_row();
            let label = ui.label("Editor of sources");
            changed = editor_ui(ui, page, label.id).or(changed.take());
            ui.end_row();
            ui.label("Updates");
            changed = updates_ui(ui, page).or(changed.take());
            ui.end_row();
        });
    changed
}

fn theme_ui(ui: &mut Ui, page: &mut SettingsPage) -> Option<Setting> {
    let before = page.theme;
    ui.horizontal(|ui| {
        for (choice, title) in [
            (ThemePreference::System, "As the system"),
            (ThemePreference::Dark, "Dark"),
            (ThemePreference::Light, "Light"),
        ] {
            ui.selectable_value(&mut page.theme, choice, title);
        }
    });
    (page.theme != before).then_some(Setting::Theme(page.theme))
}

fn scale_ui(ui: &mut Ui, page: &mut SettingsPage, label: egui::Id) -> Option<Setting> {
    ui.horizontal(|ui| {
        ui.spacing_mut().slider_width = theme::FILTER_WIDTH;
        let mut percent = page.dragged_scale.unwrap_or(page.scale) * 100.0;
        let range = SCALES.start() * 100.0..=SCALES.end() * 100.0;
        let slider = Slider::new(&mut percent, range)
            .step_by(5.0)
            .fixed_decimals(0)
            .suffix(" %");
        let slider = ui.add(slider).labelled_by(label);
        let reset = Button::new("↺").min_size(vec2(theme::ROW, theme::ROW));
        let reset = ui
            .add_enabled(page.scale != 1.0, reset)
            .on_hover_text("As large as the screen suggests")
            .accessible_name("Reset the size of the interface");
        if reset.clicked() {
            return Some(Setting::Scale(1.0));
        }
        if slider.changed() {
            page.dragged_scale = Some(percent / 100.0);
        }
        let is_held = ui.input(|input| input.pointer.any_down());
        let scale = page.dragged_scale.take_if(|_| !is_held)?;
        (scale != page.scale).then_some(Setting::Scale(scale))
    })
    .inner
}

fn workers_ui(ui: &mut Ui, page: &mut SettingsPage, label: egui::Id) -> Option<Setting> {
    ui.horizontal(|ui| {
        let mut count = page.workers.unwrap_or(0);
        let field = DragValue::new(&mut count)
            .range(0..=256)
            .speed(0.1)
            .custom_formatter(|count, _| match count {
                0.0 => "one for each core".to_owned(),
                count => format!("{count:.0}"),
            })
            .custom_parser(|typed| typed.trim().parse().ok().or(Some(0.0)));
        let size = vec2(theme::FILTER_WIDTH, theme::ROW);
        let field = ui.add(field.min_size(size)).labelled_by(label);
        field.on_hover_text("Holds from the engine's next start; 0 is one for each core");
        let workers = (count > 0).then_some(count);
        let is_changed = workers != page.workers;
        page.workers = workers;
        is_changed.then_some(Setting::Workers(workers))
    })
    .inner
}

fn editor_ui(ui: &mut Ui, page: &mut SettingsPage, label: egui::Id) -> Option<Setting> {
    let field = TextEdit::singleline(&mut page.editor)
        .hint_text("code --goto {file}:{line}")
        .desired_width(theme::NOTICE_WIDTH)
        .min_size(vec2(0.0, theme::ROW))
        .align(Align2::LEFT_CENTER);
    let field = ui.add(field).labelled_by(label).on_hover_text(
        "A command line that opens a file at a line: {file} and {line} stand for them. Empty: the editor that VISUAL or \
         EDITOR names, else as the system opens sources",
    );
    if !field.lost_focus() {
        return None;
    }
    let command = page.editor.trim();
    Some(Setting::Editor(
        (!command.is_empty()).then(|| command.to_owned()),
    ))
}

fn updates_ui(ui: &mut Ui, page: &mut SettingsPage) -> Option<Setting> {
    let before = page.updates;
    ui.vertical(|ui| {
        ui.checkbox(&mut page.updates.looks, "Look for new versions once a day");
        let betas = ui.checkbox(&mut page.updates.takes_betas, "Betas too");
        betas.on_hover_text("Versions that are tried out before they are finished");
        let fetches = ui.checkbox(&mut page.updates.fetches, "Fetch them in the background");
        fetches.on_hover_text("They are put in place when you say so, and not before");
    });
    (page.updates != before).then_some(Setting::Updates(page.updates))
}
