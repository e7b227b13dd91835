//! The questions about a project as a whole: its new name, and whether it goes to the bin. Touches no file.

use std::path::{Path, PathBuf};

use egui::Ui;

use super::dialogs::{Answer, buttons, enter, field, heading, problem_ui};

/// A project that is to go to the bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binned {
    pub folder: PathBuf,
    pub name: String,
    /// It has changes that no file holds.
    pub is_unsaved: bool,
    /// Something of it runs.
    pub is_running: bool,
}

pub fn rename_ui(ui: &mut Ui, folder: &Path, name: &mut String, problem: &str) -> Option<Answer> {
    let text = "Its folder gets the name as well. The project is saved before that, and opened again after it.";
    heading(ui, "Rename project", text);
    field(ui, "Name", name, "My project");
    problem_ui(ui, problem);
    let is_asked = match buttons(ui, &[("Rename", true), ("Cancel", false)]) {
        Some(0) => true,
        Some(_) => return Some(Answer::Cancel),
        None => enter(ui),
    };
    (is_asked && !name.trim().is_empty()).then(|| Answer::RenameProject {
        folder: folder.to_owned(),
        name: name.trim().to_owned(),
    })
}

pub fn bin_ui(ui: &mut Ui, binned: &Binned) -> Option<Answer> {
    let title = format!("Move \"{}\" to the bin?", binned.name);
    heading(ui, &title, "");
    ui.label(
        "The whole folder goes there, with its nodes and data, and can be had back from the bin:",
    );
    ui.add_space(2.0);
    ui.add(egui::Label::new(binned.folder.display().to_string()).selectable(true));
    let mut more = Vec::new();
    if binned.is_running {
        more.push("What it runs now is stopped.");
    }
    if binned.is_unsaved {
        more.push("Changes that are not saved are lost.");
    }
    if !more.is_empty() {
        ui.add_space(6.0);
        ui.label(more.join(" "));
    }
    match buttons(ui, &[("Move to bin", true), ("Cancel", false)]) {
        Some(0) => Some(Answer::BinProject(binned.folder.clone())),
        Some(_) => Some(Answer::Cancel),
        None => enter(ui).then(|| Answer::BinProject(binned.folder.clone())),
    }
}
