//! packages_ui: the dialog of node packages: those of the project, what a further one would bring and need, and how a
//! change goes. Looks into no package and installs none.

use egui::{Align, Button, Layout, RichText, ScrollArea, Spinner, Ui, vec2};

use super::dialogs::{buttons, enter, field, heading, problem_ui};
use super::theme;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PackagesPage {
    /// The package that is to be looked into, as it is typed.
    pub text: String,
    /// Those of the project; `None`: they are being read.
    pub installed: Option<Vec<InstalledRow>>,
    pub state: PackagesState,
    /// The package that may be removed at one more click.
    pub doubt: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackagesState {
    Lists {
        /// How the last change went.
        said: String,
        problem: String,
    },
    /// Something is being done: what, and the step of it.
    Works {
        what: String,
        step: String,
    },
    Offers(OfferText),
}

impl Default for PackagesState {
    fn default() -> Self {
        Self::Lists {
            said: String::new(),
            problem: String::new(),
        }
    }
}

/// A node package of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledRow {
    pub name: String,
    pub version: String,
    pub families: String,
    /// What asks for it; `None`: another package does, and it cannot be removed alone.
    pub line: Option<String>,
}

/// What a package would bring and need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferText {
    pub title: String,
    pub summary: String,
    /// Families, and the title and summary of each node.
    pub brings: Vec<(String, Vec<(String, String)>)>,
    pub needs: Vec<String>,
    pub notes: Vec<String>,
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackagesAnswer {
    Look(String),
    PickFolder,
    PickWheel,
    Install,
    /// From an offer to the list.
    Back,
    Remove(String),
    Stop,
    Close,
}

/// Show the page; what was asked for in this frame.
pub fn packages_ui(ui: &mut Ui, page: &mut PackagesPage) -> Option<PackagesAnswer> {
    match page.state.clone() {
        PackagesState::Lists { said, problem } => lists_ui(ui, page, &said, &problem),
        PackagesState::Works { what, step } => works_ui(ui, &what, &step),
        PackagesState::Offers(offer) => offers_ui(ui, &offer),
    }
}

fn lists_ui(
    ui: &mut Ui,
    page: &mut PackagesPage,
    said: &str,
    problem: &str,
) -> Option<PackagesAnswer> {
    let text = "Packages bring nodes into this project. What one brings and needs is shown before anything is installed.";
    heading(ui, "Node packages", text);
    let palette = theme::palette(ui.ctx());
    let mut answer = None;
    // In a part of its own, so that what stands below keeps the keyboard when the list is there.
    ui.scope(|ui| match page.installed.as_deref() {
        None => {
            ui.label(RichText::new("Reading the environment…").color(palette.text_weak));
        }
        Some([]) => {
            ui.label(RichText::new("The project has none yet.").color(palette.text_weak));
        }
        Some(rows) => {
            ScrollArea::vertical().max_height(240.0).show(ui, |ui| {
                for row in rows {
                    answer = answer.take().or(row_ui(ui, row, &mut page.doubt));
                }
            });
        }
    });
    ui.add_space(theme::GAP);
    let hint = "loom-shapes, or the path of a folder or .whl file";
    field(ui, "Add a package", &mut page.text, hint);
    problem_ui(ui, problem);
    if !said.is_empty() {
        ui.label(RichText::new(said).color(palette.ok));
    }
    let choices = [
        ("Look into it", true),
        ("Folder…", false),
        ("Wheel…", false),
        ("Close", false),
    ];
    let is_asked = match buttons(ui, &choices) {
        Some(0) => true,
        Some(1) => return Some(PackagesAnswer::PickFolder),
        Some(2) => return Some(PackagesAnswer::PickWheel),
        Some(_) => return Some(PackagesAnswer::Close),
        None => enter(ui) && answer.is_none() && page.doubt.is_none(),
    };
    let text = page.text.trim();
    answer.or((is_asked && !text.is_empty()).then(|| PackagesAnswer::Look(text.to_owned())))
}

fn row_ui(ui: &mut Ui, row: &InstalledRow, doubt: &mut Option<String>) -> Option<PackagesAnswer> {
    let palette = theme::palette(ui.ctx());
    let mut answer = None;
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.horizontal(|ui| {
                ui.label(
                    RichText::new(&row.name)
                        .family(theme::strong())
                        .color(palette.text_strong),
                );
                ui.label(RichText::new(&row.version).color(palette.text_weak));
            });
            let asked = row.line.as_deref();
            let asked = asked.unwrap_or("needed by another package");
            let about = format!("{} · {asked}", row.families);
            ui.label(RichText::new(about).small().color(palette.text_weak));
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if row.line.is_none() {
                return;
            }
            let named = |what: &str| format!("{what} {}", row.name);
            let button = |text: &str| Button::new(text.to_owned()).min_size(vec2(72.0, 26.0));
            if doubt.as_ref() == Some(&row.name) {
                if ui
                    .add(button("Keep"))
                    .accessible_name(named("Keep"))
                    .clicked()
                {
                    *doubt = None;
                }
                let sure = Button::new(RichText::new("Remove it").color(palette.error));
                let sure = ui.add(sure.min_size(vec2(72.0, 26.0)));
                if sure.accessible_name(named("Really remove")).clicked() {
                    *doubt = None;
                    answer = Some(PackagesAnswer::Remove(row.name.clone()));
                }
            } else if ui
                .add(button("Remove"))
                .accessible_name(named("Remove"))
                .clicked()
            {
                *doubt = Some(row.name.clone());
            }
        });
    });
    ui.add_space(4.0);
    answer
}

fn works_ui(ui: &mut Ui, what: &str, step: &str) -> Option<PackagesAnswer> {
    heading(ui, what, "");
    ui.horizontal(|ui| {
        ui.add(Spinner::new());
        ui.add(egui::Label::new(step).truncate());
    });
    match buttons(ui, &[("Stop", false), ("Close", false)]) {
        Some(0) => Some(PackagesAnswer::Stop),
        Some(_) => Some(PackagesAnswer::Close),
        None => None,
    }
}

fn offers_ui(ui: &mut Ui, offer: &OfferText) -> Option<PackagesAnswer> {
    heading(ui, &offer.title, &offer.summary);
    let palette = theme::palette(ui.ctx());
    let section = |ui: &mut Ui, name: &str, color| {
        ui.label(RichText::new(name).family(theme::strong()).color(color));
    };
    ScrollArea::vertical().max_height(380.0).show(ui, |ui| {
        ui.take_available_width();
        section(ui, "Brings", palette.text_strong);
        for (family, nodes) in &offer.brings {
            ui.label(family);
            ui.indent(family, |ui| {
                for (title, summary) in nodes {
                    ui.horizontal_wrapped(|ui| {
                        ui.label(title);
                        ui.label(RichText::new(summary).color(palette.text_weak));
                    });
                }
            });
        }
        ui.add_space(theme::GAP);
        section(ui, "Needs", palette.text_strong);
        if offer.needs.is_empty() {
            ui.label(RichText::new("nothing").color(palette.text_weak));
        }
        for need in &offer.needs {
            ui.label(need);
        }
        if !offer.notes.is_empty() {
            ui.add_space(theme::GAP);
            section(ui, "To be known", palette.warn);
            for note in &offer.notes {
                ui.label(note);
            }
        }
    });
    match buttons(ui, &[("Install", true), ("Back", false)]) {
        Some(0) => Some(PackagesAnswer::Install),
        Some(_) => Some(PackagesAnswer::Back),
        None => None,
    }
}
