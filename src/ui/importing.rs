//! importing_ui: the dialog that asks for an archive or another userdata folder, and then lists what was taken of that.
//! Reads neither.

use std::path::PathBuf;

use egui::{RichText, ScrollArea, Spinner, Ui};

use super::dialogs::{buttons, enter, field, heading, problem_ui};
use super::theme;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportPage {
    /// As it is typed.
    pub path: String,
    pub state: ImportState,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ImportState {
    Asks {
        problem: String,
    },
    Copies,
    /// Nodes that would come to the user's own bank: are they meant to?
    Offers {
        nodes: Vec<String>,
    },
    Done {
        projects: Vec<PathBuf>,
        taken: Vec<String>,
        refused: Vec<String>,
    },
}

impl Default for ImportState {
    fn default() -> Self {
        let problem = String::new();
        Self::Asks { problem }
    }
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportAnswer {
    Copy(String),
    /// Go on, with these nodes for the user's own bank.
    With {
        path: String,
        nodes: Vec<String>,
    },
    BrowseFile,
    BrowseFolder,
    /// Open what was imported: the only project, or one of several.
    Open(Vec<PathBuf>),
    Close,
}

pub fn importing_ui(ui: &mut Ui, page: &mut ImportPage) -> Option<ImportAnswer> {
    match &page.state {
        ImportState::Asks { problem } => {
            let problem = problem.clone();
            asks_ui(ui, &mut page.path, &problem)
        }
        ImportState::Copies => {
            heading(ui, "Import projects", "");
            ui.horizontal(|ui| {
                ui.add(Spinner::new());
                ui.label(format!("Importing {}", page.path));
            });
            buttons(ui, &[("Close", true)]).map(|_| ImportAnswer::Close)
        }
        ImportState::Offers { nodes } => offers_ui(ui, &page.path, nodes),
        ImportState::Done {
            projects,
            taken,
            refused,
        } => done_ui(ui, projects, taken, refused),
    }
}

fn asks_ui(ui: &mut Ui, path: &mut String, problem: &str) -> Option<ImportAnswer> {
    let text = "Makes a project of a .loom file; or copies all projects of another userdata folder here, and the nodes \
                beside it to your own bank if you say so. What is imported stays as it is, nothing of it is run, and a \
                name that is taken gets a number.";
    heading(ui, "Import projects", text);
    field(
        ui,
        "File or folder",
        path,
        "a .loom file; or a userdata folder, or the one around it",
    );
    problem_ui(ui, problem);
    let choices = [
        ("Import", true),
        ("Choose a file…", false),
        ("Choose a folder…", false),
        ("Cancel", false),
    ];
    let is_asked = match buttons(ui, &choices) {
        Some(0) => true,
        Some(1) => return Some(ImportAnswer::BrowseFile),
        Some(2) => return Some(ImportAnswer::BrowseFolder),
        Some(_) => return Some(ImportAnswer::Close),
        None => enter(ui),
    };
    (is_asked && !path.trim().is_empty()).then(|| ImportAnswer::Copy(path.trim().to_owned()))
}

fn offers_ui(ui: &mut Ui, path: &str, nodes: &[String]) -> Option<ImportAnswer> {
    let text = "These files would come to your own bank: every project may use them, and they run without another \
                question. Without them, each project keeps those that it uses among its own nodes.";
    heading(ui, "Are these nodes meant for all your projects?", text);
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        for line in nodes {
            ui.label(line);
        }
    });
    let with = |nodes: &[String]| ImportAnswer::With {
        path: path.to_owned(),
        nodes: nodes.to_vec(),
    };
    let choices = [
        ("Import without them", true),
        ("Import with them", false),
        ("Cancel", false),
    ];
    buttons(ui, &choices).map(|choice| match choice {
        0 => with(&[]),
        1 => with(nodes),
        _ => ImportAnswer::Close,
    })
}

fn done_ui(
    ui: &mut Ui,
    projects: &[PathBuf],
    taken: &[String],
    refused: &[String],
) -> Option<ImportAnswer> {
    let palette = theme::palette(ui.ctx());
    let title = match projects.len() {
        0 => "Nodes imported".to_owned(),
        1 => "1 project imported".to_owned(),
        count => format!("{count} projects imported"),
    };
    heading(ui, &title, "");
    let parts = [
        ("Taken", taken, palette.text),
        ("Not taken", refused, palette.warn),
    ];
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        for (name, lines, color) in parts {
            if lines.is_empty() {
                continue;
            }
            ui.label(RichText::new(name).family(theme::strong()).color(color));
            for line in lines {
                ui.label(line);
            }
            ui.add_space(theme::GAP);
        }
    });
    let open = match projects {
        [] => None,
        [_] => Some("Open it"),
        _ => Some("Open one…"),
    };
    let choices: Vec<_> = open
        .map(|open| (open, true))
        .into_iter()
        .chain([("Close", open.is_none())])
        .collect();
    match buttons(ui, &choices) {
        Some(0) if open.is_some() => Some(ImportAnswer::Open(projects.to_vec())),
        Some(_) => Some(ImportAnswer::Close),
        None => None,
    }
}
