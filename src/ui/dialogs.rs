//! Dialogs: the few questions that stop everything else. Each returns an Answer once and is gone.

use std::path::{Path, PathBuf};

use egui::{Context, Id, Key, Modal, RichText, TextEdit, Ui};

use super::choosing::{PathAnswer, PathPage, path_ui};
use super::clash::{ClashAnswer, ClashPage, clash_ui};
use super::consent::{ConsentPage, consent_ui};
use super::crash::{CrashAnswer, CrashPage, crash_ui};
use super::importing::{ImportAnswer, ImportPage, importing_ui};
use super::keysheet::key_sheet_ui;
use super::packages::{PackagesAnswer, PackagesPage, packages_ui};
use super::project::{Binned, bin_ui, rename_ui};
use super::python::{Offer, OfferAnswer, offer_ui};
use super::recovery::{Instead, Recovery, damaged_ui, recover_ui};
use super::secrets::{SecretAnswer, SecretPage, secrets_ui};
use super::settings::{Setting, SettingsPage, settings_ui};
use super::theme;
use super::trust::{TrustAnswer, TrustPage, trust_ui};
use super::update::{UpdateAnswer, UpdatePage, update_ui};
use super::versions::{VersionsAnswer, VersionsPage, versions_ui};

/// A dialog that is open, with what was typed into it.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// These projects have changes that no file holds.
    Unsaved {
        names: Vec<String>,
        then: AfterSave,
        /// Why none of it can be saved where it is.
        barred: Option<String>,
    },
    /// What was left of a project does not go together with what is shown.
    Recover(Recovery),
    /// The savefile in this folder cannot be read, and something else can.
    Damaged {
        folder: PathBuf,
        text: String,
        instead: Instead,
        /// How long ago that was written, and when.
        when: String,
        written: String,
    },
    /// A source that is to be closed has changes that its file has not.
    UnsavedCode {
        name: String,
        path: PathBuf,
    },
    NewNode {
        name: String,
    },
    NewProject {
        name: String,
        problem: String,
    },
    OpenProject {
        path: String,
        known: Vec<KnownProject>,
        problem: String,
    },
    RenameProject {
        folder: PathBuf,
        name: String,
        problem: String,
    },
    BinProject(Binned),
    /// A file or folder is asked for, where the system has no dialog for that.
    Path(PathPage),
    Import(ImportPage),
    Python(Offer),
    Packages(PackagesPage),
    Consent(ConsentPage),
    Clash(ClashPage),
    Versions(VersionsPage),
    Secret(SecretPage),
    Trust(TrustPage),
    Keys {
        query: String,
    },
    Settings(SettingsPage),
    About,
    /// An earlier window ended without a farewell.
    Crash(CrashPage),
    /// Something failed that needs more than a short notice.
    Failure {
        title: String,
        text: String,
    },
    Update(UpdatePage),
}

/// A project that can be opened with one click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProject {
    pub name: String,
    pub path: String,
}

/// What goes on after the question of unsaved changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSave {
    Quit,
    /// Close the tab of the project with this serial.
    Close(u64),
    /// Do what waits for the project with this serial.
    Work(u64),
    /// Put the new version in place that was fetched.
    Update,
}

/// What the user decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Cancel,
    Save(AfterSave),
    Discard(AfterSave),
    /// It cannot be saved, and is to come back when the project is opened again.
    Keep(AfterSave),
    Restore,
    DropRecovery,
    /// Open the earlier version that was offered.
    OpenVersion,
    /// Save a source and close it.
    SaveCode(PathBuf),
    DiscardCode(PathBuf),
    NewNode(String),
    Create(String),
    Open(String),
    BrowseProject,
    RenameProject {
        folder: PathBuf,
        name: String,
    },
    BinProject(PathBuf),
    Path(PathAnswer),
    Import(ImportAnswer),
    Python(OfferAnswer),
    Packages(PackagesAnswer),
    Clash(ClashAnswer),
    Versions(VersionsAnswer),
    /// All lines were confirmed, or nothing is to be done.
    Consent(bool),
    Crash(CrashAnswer),
    Secret(SecretAnswer),
    Trust(TrustAnswer),
    /// Change a setting; the dialog stays.
    Set(Setting),
    Update(UpdateAnswer),
}

/// Show the dialog; the answer when there is one.
pub fn dialog_ui(context: &Context, dialog: &mut Dialog) -> Option<Answer> {
    let frame = egui::Frame::popup(&context.global_style()).inner_margin(16);
    let shown = Modal::new(Id::unique("dialog"))
        .frame(frame)
        .show(context, |ui| {
            let width: f32 = match dialog {
                Dialog::Settings(_) => theme::SETTINGS_WIDTH,
                Dialog::Versions(_) => theme::VERSIONS_WIDTH,
                Dialog::Keys { .. }
                | Dialog::OpenProject { .. }
                | Dialog::Path(_)
                | Dialog::Import(_)
                | Dialog::Packages(_)
                | Dialog::Consent(_)
                | Dialog::Clash(_)
                | Dialog::Secret(_)
                | Dialog::Trust(_)
                | Dialog::Damaged { .. }
                | Dialog::Crash(_)
                | Dialog::Failure { .. }
                | Dialog::Update(_) => 520.0,
                _ => 400.0,
            };
            // At a large scale the window may be narrower than that.
            ui.set_width(width.min(context.content_rect().width() - 48.0));
            match dialog {
                Dialog::Unsaved {
                    names,
                    then,
                    barred: None,
                } => unsaved_ui(ui, names, *then),
                Dialog::Unsaved {
                    names,
                    then,
                    barred: Some(reason),
                } => barred_ui(ui, names, reason, *then),
                Dialog::UnsavedCode { name, path } => unsaved_code_ui(ui, name, path),
                Dialog::NewNode { name } => new_node_ui(ui, name),
                Dialog::Recover(recovery) => recover_ui(ui, recovery),
                Dialog::Damaged {
                    text,
                    instead,
                    when,
                    written,
                    ..
                } => damaged_ui(ui, text, instead, when, written),
                Dialog::NewProject { name, problem } => new_project_ui(ui, name, problem),
                Dialog::RenameProject {
                    folder,
                    name,
                    problem,
                } => rename_ui(ui, folder, name, problem),
                Dialog::BinProject(binned) => bin_ui(ui, binned),
                Dialog::OpenProject {
                    path,
                    known,
                    problem,
                } => open_project_ui(ui, path, known, problem),
                Dialog::Python(offer) => offer_ui(ui, offer),
                Dialog::Path(page) => path_ui(ui, page).map(Answer::Path),
                Dialog::Import(page) => importing_ui(ui, page).map(Answer::Import),
                Dialog::Packages(page) => packages_ui(ui, page).map(Answer::Packages),
                Dialog::Versions(page) => versions_ui(ui, page).map(Answer::Versions),
                Dialog::Clash(page) => clash_ui(ui, page).map(Answer::Clash),
                Dialog::Consent(page) => consent_ui(ui, page).map(Answer::Consent),
                Dialog::Secret(page) => secrets_ui(ui, page).map(Answer::Secret),
                Dialog::Trust(page) => trust_ui(ui, page).map(Answer::Trust),
                Dialog::Keys { query } => {
                    key_sheet_ui(ui, query);
                    menu_close(ui)
                }
                Dialog::Settings(page) => {
                    let changed = settings_ui(ui, page).map(Answer::Set);
                    menu_close(ui).or(changed)
                }
                Dialog::About => about_ui(ui),
                Dialog::Crash(page) => crash_ui(ui, page).map(Answer::Crash),
                Dialog::Failure { title, text } => failure_ui(ui, title, text),
                Dialog::Update(page) => update_ui(ui, page).map(Answer::Update),
            }
        });
    let is_dismissed = shown.should_close();
    shown.inner.or(is_dismissed.then_some(Answer::Cancel))
}

pub(super) fn heading(ui: &mut Ui, title: &str, text: &str) {
    let palette = theme::palette(ui.ctx());
    ui.label(RichText::new(title).heading().color(palette.text_strong));
    if !text.is_empty() {
        ui.add_space(2.0);
        ui.label(text);
    }
    ui.add_space(8.0);
}

/// The end of a path that is too long for a line: it says more than the beginning.
fn end_of(path: &str) -> String {
    const MOST: usize = 42;
    let left_out = path.chars().count().saturating_sub(MOST);
    let end: String = path.chars().skip(left_out).collect();
    if left_out > 0 {
        format!("…{end}")
    } else {
        end
    }
}

/// Buttons at the right, the one that Enter means first from the right.
pub(super) fn buttons(ui: &mut Ui, choices: &[(&str, bool)]) -> Option<usize> {
    let palette = theme::palette(ui.ctx());
    let mut chosen = None;
    ui.add_space(8.0);
    // No higher than they are: a dialog that was higher a moment ago shrinks.
    let size = egui::vec2(ui.available_width(), 28.0);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        for (i, (text, is_main)) in choices.iter().enumerate() {
            let button = if *is_main {
                let text = RichText::new(*text).color(palette.on_accent).strong();
                egui::Button::new(text).fill(palette.accent)
            } else {
                egui::Button::new(*text)
            };
            if ui.add(button.min_size(egui::vec2(84.0, 28.0))).clicked() {
                chosen = Some(i);
            }
        }
    });
    chosen
}

pub(super) fn enter(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(Key::Enter))
}

/// Was the field `label` not there in the frame before? Then its dialog opens, also for the second time.
pub(super) fn opens(ui: &Ui, label: &str) -> bool {
    let id = ui.scope_id().with(label);
    let frame = ui.ctx().cumulative_frame_nr();
    let before = ui.data_mut(|data| data.get_temp::<u64>(id));
    ui.data_mut(|data| data.insert_temp(id, frame));
    before.is_none_or(|before| before + 1 < frame)
}

/// A text field that has the keyboard when the dialog opens.
pub(super) fn field(ui: &mut Ui, label: &str, text: &mut String, hint: &str) {
    let is_first = opens(ui, label);
    let name = ui.label(label);
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(name.id);
    // Enter takes the keyboard from a field; where the answer is refused, another one is typed there.
    if is_first || response.lost_focus() && enter(ui) {
        response.request_focus();
    }
}

pub(super) fn problem_ui(ui: &mut Ui, problem: &str) {
    if !problem.is_empty() {
        let palette = theme::palette(ui.ctx());
        ui.label(RichText::new(problem).color(palette.error));
    }
}

fn unsaved_ui(ui: &mut Ui, names: &[String], then: AfterSave) -> Option<Answer> {
    let (save, text) = match names {
        [name] => (
            "Save",
            format!("\"{name}\" has changes that are not in its file yet."),
        ),
        _ => (
            "Save all",
            format!(
                "{} have changes that are not in their files yet.",
                in_a_row(names)
            ),
        ),
    };
    heading(ui, "Save your changes?", &text);
    let choice = buttons(
        ui,
        &[(save, true), ("Cancel", false), ("Don't save", false)],
    );
    match choice {
        Some(0) => Some(Answer::Save(then)),
        Some(1) => Some(Answer::Cancel),
        Some(_) => Some(Answer::Discard(then)),
        None => enter(ui).then_some(Answer::Save(then)),
    }
}

/// `a`; `a and b`; `a, b and c`.
fn in_a_row(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

fn barred_ui(ui: &mut Ui, names: &[String], reason: &str, then: AfterSave) -> Option<Answer> {
    let text = format!(
        "What is not saved of {} cannot be saved here: {reason}. Kept for later, it comes back when the project is opened.",
        in_a_row(names)
    );
    heading(ui, "Close without saving?", &text);
    let choices = [
        ("Keep for later", true),
        ("Cancel", false),
        ("Don't keep", false),
    ];
    match buttons(ui, &choices) {
        Some(0) => Some(Answer::Keep(then)),
        Some(1) => Some(Answer::Cancel),
        Some(_) => Some(Answer::Discard(then)),
        None => enter(ui).then_some(Answer::Keep(then)),
    }
}

fn unsaved_code_ui(ui: &mut Ui, name: &str, path: &Path) -> Option<Answer> {
    let text = format!("\"{name}\" has changes that are not in its file yet.");
    heading(ui, "Save your changes?", &text);
    let choices = [("Save", true), ("Cancel", false), ("Don't save", false)];
    match buttons(ui, &choices) {
        Some(0) => Some(Answer::SaveCode(path.to_owned())),
        Some(1) => Some(Answer::Cancel),
        Some(_) => Some(Answer::DiscardCode(path.to_owned())),
        None => enter(ui).then(|| Answer::SaveCode(path.to_owned())),
    }
}

fn new_node_ui(ui: &mut Ui, name: &mut String) -> Option<Answer> {
    heading(
        ui,
        "New node",
        "It begins as a small Python function in the project's nodes folder.",
    );
    field(ui, "Name", name, "Blur edges");
    let is_asked = match buttons(ui, &[("Create", true), ("Cancel", false)]) {
        Some(0) => true,
        Some(_) => return Some(Answer::Cancel),
        None => enter(ui),
    };
    (is_asked && !name.trim().is_empty()).then(|| Answer::NewNode(name.trim().to_owned()))
}

fn new_project_ui(ui: &mut Ui, name: &mut String, problem: &str) -> Option<Answer> {
    heading(ui, "New project", "");
    field(ui, "Name", name, "My project");
    problem_ui(ui, problem);
    let is_asked = match buttons(ui, &[("Create", true), ("Cancel", false)]) {
        Some(0) => true,
        Some(_) => return Some(Answer::Cancel),
        None => enter(ui),
    };
    (is_asked && !name.trim().is_empty()).then(|| Answer::Create(name.trim().to_owned()))
}

fn open_project_ui(
    ui: &mut Ui,
    path: &mut String,
    known: &[KnownProject],
    problem: &str,
) -> Option<Answer> {
    heading(ui, "Open project", "");
    let palette = theme::palette(ui.ctx());
    let mut answer = None;
    if !known.is_empty() {
        egui::ScrollArea::vertical()
            .max_height(220.0)
            .show(ui, |ui| {
                for project in known {
                    let button = egui::Button::new(project.name.as_str())
                        .shortcut_text(end_of(&project.path))
                        .min_size(egui::vec2(ui.available_width(), 32.0));
                    if ui.add(button).on_hover_text(&project.path).clicked() {
                        answer = Some(Answer::Open(project.path.clone()));
                    }
                }
            });
        ui.add_space(6.0);
        ui.label(RichText::new("or somewhere else").color(palette.text_weak));
    }
    field(
        ui,
        "Folder or savefile",
        path,
        "a folder with a savefile.json",
    );
    problem_ui(ui, problem);
    let choice = buttons(ui, &[("Open", true), ("Browse…", false), ("Cancel", false)]);
    let is_asked = match choice {
        Some(0) => true,
        Some(1) => return Some(Answer::BrowseProject),
        Some(_) => return Some(Answer::Cancel),
        None => enter(ui),
    };
    answer.or((is_asked && !path.trim().is_empty()).then(|| Answer::Open(path.trim().to_owned())))
}

fn menu_close(ui: &mut Ui) -> Option<Answer> {
    buttons(ui, &[("Close", true)]).map(|_| Answer::Cancel)
}

fn about_ui(ui: &mut Ui) -> Option<Answer> {
    let text = format!(
        "Version {}\n\nBuild Python programs as node graphs.\nLicensed under MIT or Apache-2.0.",
        env!("CARGO_PKG_VERSION")
    );
    heading(ui, "Loom", &text);
    menu_close(ui)
}

fn failure_ui(ui: &mut Ui, title: &str, text: &str) -> Option<Answer> {
    heading(ui, title, "");
    egui::ScrollArea::both().max_height(360.0).show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(text).monospace()).selectable(true));
    });
    match buttons(ui, &[("Close", true), ("Copy", false)]) {
        Some(0) => Some(Answer::Cancel),
        Some(_) => {
            ui.ctx().copy_text(text.to_owned());
            None
        }
        None => None,
    }
}
