//! Recovery: the questions about what Loom kept of a project when a window did not end as it should, or when its savefile
//! cannot be read.

use std::path::PathBuf;

use egui::Ui;

use super::dialogs::{Answer, buttons, enter, heading};

/// What was left of a project that is open and may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovery {
    /// The serial of the project.
    pub project: u64,
    pub when: String,
    pub nodes: usize,
    pub origin: Origin,
    /// Something else changed the savefile since.
    pub is_outdated: bool,
    /// It is one more change of what is shown, which is not saved either.
    pub is_undoable: bool,
}

/// Who left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A window of this computer's Loom that wrote to the project.
    Here,
    /// One that could not save.
    Barred,
    /// It came along with the project.
    Elsewhere,
}

/// What can be opened in place of a savefile that is damaged.
#[derive(Clone, Debug, PartialEq)]
pub enum Instead {
    /// An earlier version, in this file.
    Version(PathBuf),
    Journal {
        /// This computer's Loom wrote it.
        is_own: bool,
    },
}

pub(super) fn recover_ui(ui: &mut Ui, recovery: &Recovery) -> Option<Answer> {
    let Recovery {
        when,
        nodes,
        origin,
        ..
    } = recovery;
    let is_own = *origin != Origin::Elsewhere;
    let instead = if recovery.is_undoable {
        "in place of what is shown, which undo brings back"
    } else {
        "in its place; the savefile stays as it is until you save"
    };
    let since = if recovery.is_outdated {
        ", and something else has changed the savefile since"
    } else {
        ""
    };
    let (title, text) = match origin {
        Origin::Elsewhere => {
            let text = format!(
                "In the project's folder lie unsaved changes of {when} that this Loom did not write: they came along \
                 with the project, or an older Loom wrote them, or one with another userdata folder. What they make of \
                 it, with {nodes} nodes, can be shown {instead}. Nothing of it runs before you trust the project."
            );
            ("Show unsaved changes from elsewhere?", text)
        }
        Origin::Barred => {
            let text = format!(
                "A window that could not save, since the project was open in another Loom, ended {when} with \
                 changes{since}. What was on its screen, with {nodes} nodes, can come back {instead}."
            );
            ("Restore changes of another window?", text)
        }
        Origin::Here => {
            let text = format!(
                "Loom ended {when} before the last changes were saved{since}. What was on the screen, with {nodes} \
                 nodes, can come back {instead}."
            );
            ("Restore unsaved changes?", text)
        }
    };
    let text = format!("{text} Otherwise it stays among the versions of this project.");
    heading(ui, title, &text);
    let other = if recovery.is_undoable {
        "Keep what is shown"
    } else {
        "Use the savefile"
    };
    match buttons(ui, &[("Restore", is_own), (other, false)]) {
        Some(0) => Some(Answer::Restore),
        Some(_) => Some(Answer::DropRecovery),
        // What came from elsewhere comes in by no key that was meant for something else.
        None => (is_own && enter(ui)).then_some(Answer::Restore),
    }
}

pub(super) fn damaged_ui(
    ui: &mut Ui,
    text: &str,
    instead: &Instead,
    when: &str,
    written: &str,
) -> Option<Answer> {
    heading(ui, "The project cannot be opened", "");
    ui.add(egui::Label::new(text).selectable(true));
    ui.add_space(8.0);
    let (kept, open) = match instead {
        Instead::Version(_) => (
            format!("Loom kept an earlier version, saved {when} ({written})"),
            format!("Open the version of {when}"),
        ),
        Instead::Journal { is_own: true } => (
            format!("Loom kept what was done in it last, {when} ({written})"),
            "Open what Loom kept".to_owned(),
        ),
        Instead::Journal { is_own: false } => (
            format!(
                "In its folder lie unsaved changes of {when} ({written}) that Loom on this computer did not write: \
                 nothing of them runs before you trust the project"
            ),
            "Open what lies there".to_owned(),
        ),
    };
    ui.label(format!(
        "{kept}. It opens as unsaved work; a damaged file is kept beside it when you save."
    ));
    let is_own = !matches!(instead, Instead::Journal { is_own: false });
    match buttons(ui, &[(&open, is_own), ("Close", false)]) {
        Some(0) => Some(Answer::OpenVersion),
        Some(_) => Some(Answer::Cancel),
        None => (is_own && enter(ui)).then_some(Answer::OpenVersion),
    }
}
