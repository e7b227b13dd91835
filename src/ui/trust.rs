//! trust_ui: the page that shows what a project from elsewhere would run. Says what the user wants; trusts nothing.

use egui::{CollapsingHeader, Label, RichText, ScrollArea, Ui};

use super::dialogs::{buttons, heading};
use super::theme;

/// What the user said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustAnswer {
    /// Show what would run.
    Look,
    Project,
    /// Trust the folder around it too.
    Around,
    NotNow,
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustPage {
    pub project: String,
    pub around: Option<String>,
    pub is_changed: bool,
    /// Python is among what changed.
    pub has_sources: bool,
    /// It can be remembered: there is not too much of it.
    pub is_whole: bool,
    /// All code, or what of it is not as it was.
    pub files: Vec<FileRow>,
    /// What is installed.
    pub lines: Vec<LineRow>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRow {
    pub name: String,
    /// Such as `changed`; empty where there is no before.
    pub how: &'static str,
    /// What it holds, or the lines that changed; empty where that is too long or no text.
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineRow {
    pub text: String,
    /// What to think of first; empty for a package of the index.
    pub risk: &'static str,
}

/// The page. Enter alone decides nothing: it may have been meant for something else.
pub fn trust_ui(ui: &mut Ui, page: &TrustPage) -> Option<TrustAnswer> {
    let palette = theme::palette(ui.ctx());
    let project = &page.project;
    let title = if page.is_changed {
        format!("\"{project}\" was changed outside Loom")
    } else {
        format!("Do you trust \"{project}\"?")
    };
    let text = if page.is_changed {
        "It was trusted as it was before. Look at what is different: it runs with all that you may do on this computer."
    } else {
        "Its nodes are programs: they run with all that you may do on this computer. Trust it if you know who made it."
    };
    heading(ui, &title, text);
    let height = theme::OUTPUT_HEIGHT * 1.5;
    ScrollArea::vertical().max_height(height).show(ui, |ui| {
        ui.take_available_width();
        let part = |ui: &mut Ui, title: &str| {
            ui.label(RichText::new(title).strong().color(palette.text_strong));
        };
        let code = if page.is_changed {
            "What changed"
        } else {
            "Its code, and what says how it runs"
        };
        part(ui, code);
        if page.files.is_empty() {
            ui.label(
                RichText::new("None: it uses nodes of Loom and of packages")
                    .color(palette.text_weak),
            );
        }
        for file in &page.files {
            file_ui(ui, file);
        }
        ui.add_space(theme::GAP);
        if page.has_sources {
            let text = "If you trust it, later changes of these sources are taken for those of your own editor until the \
                project is closed";
            ui.add(Label::new(RichText::new(text).color(palette.text_weak)).wrap());
            ui.add_space(theme::GAP);
        }
        part(ui, "Packages that it asks for");
        if page.lines.is_empty() {
            ui.label(RichText::new("None").color(palette.text_weak));
        }
        for line in &page.lines {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(&line.text).monospace());
                if !line.risk.is_empty() {
                    ui.label(RichText::new(line.risk).color(palette.warn));
                }
            });
        }
        if !page.is_whole {
            ui.add_space(theme::GAP);
            let text =
                "There is more code than can be kept an eye on: it is trusted until you close it.";
            ui.add(Label::new(RichText::new(text).color(palette.warn)).wrap());
        }
    });
    let around = page
        .around
        .as_ref()
        .map(|name| format!("Trust the folder {name}"));
    let mut choices = vec![("Trust this project", true), ("Not now", false)];
    if let Some(around) = &around {
        choices.insert(1, (around, false));
    }
    let chosen = buttons(ui, &choices)?;
    Some(match chosen {
        0 => TrustAnswer::Project,
        1 if around.is_some() => TrustAnswer::Around,
        _ => TrustAnswer::NotNow,
    })
}

fn file_ui(ui: &mut Ui, file: &FileRow) {
    let palette = theme::palette(ui.ctx());
    let title = match file.how {
        "" => file.name.clone(),
        how => format!("{} ({how})", file.name),
    };
    if file.text.is_empty() {
        ui.indent(&file.name, |ui| {
            ui.add(Label::new(RichText::new(title).monospace()).truncate())
        });
        return;
    }
    CollapsingHeader::new(RichText::new(title).monospace())
        .id_salt(&file.name)
        .show(ui, |ui| {
            theme::well_frame(palette).show(ui, |ui| {
                ui.take_available_width();
                ScrollArea::horizontal().show(ui, |ui| {
                    let text = RichText::new(&file.text).monospace();
                    ui.add(Label::new(text).extend().selectable(true));
                });
            });
        });
}
