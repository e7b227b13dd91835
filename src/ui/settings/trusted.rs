//! The part of the settings that lists what is trusted on this computer.

use std::path::PathBuf;

use egui::{Button, Label, RichText, ScrollArea, Ui, vec2};

use super::Setting;
use crate::ui::theme;

/// A project or a folder that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRow {
    pub path: PathBuf,
    /// All in it is.
    pub is_folder: bool,
}

pub fn trusted_ui(ui: &mut Ui, rows: Option<&[TrustedRow]>) -> Option<Setting> {
    let palette = theme::palette(ui.ctx());
    let weak = |text: &str| Label::new(RichText::new(text).color(palette.text_weak)).wrap();
    ui.add(weak(
        "What runs without a question. A project that was changed outside Loom asks again; in a trusted folder none \
         does.",
    ));
    ui.add_space(theme::GAP);
    let rows = rows?;
    if rows.is_empty() {
        ui.add(weak(
            "Nothing yet: projects that you make here come in by themselves.",
        ));
    }
    let mut changed = None;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for row in rows {
            let path = row.path.display().to_string();
            ui.horizontal(|ui| {
                let remove = Button::new("Remove").min_size(vec2(0.0, theme::ROW));
                let remove = ui
                    .add(remove)
                    .on_hover_text("Ask again; nothing is deleted");
                let remove = remove.accessible_name(format!("Trust {path} no more"));
                if remove.clicked() {
                    changed = Some(Setting::Distrust(row.path.clone()));
                }
                let what = if row.is_folder { "All in " } else { "" };
                let text = Label::new(format!("{what}{path}")).truncate();
                ui.add(text).on_hover_text(&path);
            });
        }
    });
    changed
}
