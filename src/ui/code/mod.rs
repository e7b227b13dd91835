//! code_ui: the panel where sources of nodes are written: open files as tabs, the text, what is wrong with it, and the
//! node that it makes. It changes its own texts and asks by Action for all that touches files.

mod editor;
mod file;
mod find;
mod highlight;
mod history;
mod keys;
mod preview;
mod problems;
mod questions;
mod search;
pub mod skeleton;
mod typing;

use std::path::{Path, PathBuf};

use egui::{Label, RichText, Ui, UiBuilder, vec2};

pub use editor::editor_id;
pub use file::{File, Hint, Hints, MadeOf, Question, with_plain_ends};
pub use highlight::colour;

use self::editor::{EditorView, editor_ui};
use self::find::FindBar;
use self::preview::{Preview, preview_ui};
use super::tabs::{Tab, TabAction, row_ui};
use super::{Action, Context, menu, theme};
use crate::command::Command;
use crate::document::ops::LinkEnd;
use crate::graph::Pos2;

/// Where the picture of the node stands beside the text, and not below it; in a low panel a narrow text is better than
/// one of few lines.
const WIDE: f32 = 620.0;
const LOW: f32 = 420.0;
const WIDE_ENOUGH: f32 = 460.0;
const PREVIEW_WIDTH: f32 = 252.0;
const PREVIEW_HEIGHT: f32 = 150.0;
/// With less room than this there is no picture.
const LEAST_HEIGHT: f32 = 300.0;

/// What the panel asks for.
#[derive(Clone, Debug)]
pub enum CodeAction {
    /// Open a source at a line, from 1.
    Open(PathBuf, u32),
    Save(PathBuf),
    /// Close a file; asks when it is not saved.
    Close(PathBuf),
    /// Make a node of this name, and put it on the canvas: at a place, linked to an end.
    New(String, Option<(Pos2, Option<LinkEnd>)>),
    /// Copy a function of a source that can only be read into the project, and edit that.
    Copy(PathBuf, String),
}

/// What the panel remembers of one project.
#[derive(Default)]
pub struct CodePanel {
    files: Vec<File>,
    shown: usize,
    view: EditorView,
    find: FindBar,
    preview: Preview,
}

impl CodePanel {
    pub fn files(&self) -> &[File] {
        &self.files
    }

    pub fn file(&self, path: &Path) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub fn file_mut(&mut self, path: &Path) -> Option<&mut File> {
        self.files.iter_mut().find(|file| file.path == path)
    }

    pub fn files_mut(&mut self) -> impl Iterator<Item = &mut File> {
        self.files.iter_mut()
    }

    /// The file that is shown.
    pub fn shown(&self) -> Option<&File> {
        self.files.get(self.shown)
    }

    pub fn is_unsaved(&self) -> bool {
        self.files.iter().any(File::is_unsaved)
    }

    /// Show a file that is open; `false` when it is not.
    pub fn show(&mut self, path: &Path) -> bool {
        let at = self.files.iter().position(|file| file.path == path);
        if let Some(at) = at {
            self.shown = at;
        }
        at.is_some()
    }

    /// Open a file; one that is open already stays as it is.
    pub fn open(&mut self, file: File) {
        if !self.show(&file.path) {
            self.files.push(file);
            self.shown = self.files.len() - 1;
        }
    }

    pub fn close(&mut self, path: &Path) {
        if let Some(at) = self.files.iter().position(|file| file.path == path) {
            self.files.remove(at);
            if self.shown > at || self.shown == self.files.len() {
                self.shown = self.shown.saturating_sub(1);
            }
        }
    }

    /// The keyboard goes to the text as soon as it is shown.
    pub fn focus(&mut self) {
        self.view.wants_keys = true;
    }

    /// Begin to search in the text that is shown.
    pub fn find(&mut self) {
        let with_replace = false;
        if let Some(file) = self.files.get(self.shown) {
            self.find.open(file, with_replace);
        }
    }

    pub fn find_step(&mut self, is_forward: bool) {
        if let Some(file) = self.files.get_mut(self.shown) {
            if self.find.is_open() {
                self.find.step(file, is_forward);
            } else {
                self.find.open(file, false);
            }
        }
    }
}

pub fn code_ui(ui: &mut Ui, panel: &mut CodePanel, ctx: &mut Context<'_>) {
    ui.spacing_mut().item_spacing.y = theme::GAP;
    if panel.files.is_empty() {
        empty_ui(ui, ctx);
        return;
    }
    tabs_ui(ui, panel, ctx);
    let CodePanel {
        files,
        shown,
        view,
        find,
        preview,
    } = panel;
    let Some(file) = files.get_mut(*shown) else {
        return;
    };
    if questions::question_ui(ui, file) {
        view.wants_keys = true;
    }
    if std::mem::take(&mut view.asks_replace) {
        find.open(file, true);
    }
    if find::find_ui(ui, find, file) {
        view.wants_keys = true;
    }
    let room = ui.available_rect_before_wrap();
    let is_low = room.height() < LOW;
    let is_wide = room.width() >= if is_low { WIDE_ENOUGH } else { WIDE };
    let width = PREVIEW_WIDTH.min(0.4 * room.width());
    let has_preview = is_wide || room.height() >= LEAST_HEIGHT;
    let (text, aside) = if !has_preview {
        (room, None)
    } else if is_wide {
        let (text, aside) = room.split_left_right_at_x(room.right() - width - theme::GAP);
        (
            text,
            Some(aside.with_min_x(aside.left() + 2.0 * theme::GAP)),
        )
    } else {
        let (text, aside) = room.split_top_bottom_at_y(room.bottom() - PREVIEW_HEIGHT - theme::GAP);
        (text, Some(aside.with_min_y(aside.top() + theme::GAP)))
    };
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        text_ui(ui, view, find, file, ctx);
    });
    if let Some(aside) = aside {
        ui.scope_builder(UiBuilder::new().max_rect(aside), |ui| {
            preview_ui(ui, preview, file);
        });
    }
    ui.advance_cursor_after_rect(room);
}

/// The text, and below it what is wrong with it and where the cursor is.
fn text_ui(
    ui: &mut Ui,
    view: &mut EditorView,
    find: &mut FindBar,
    file: &mut File,
    ctx: &mut Context<'_>,
) {
    let marks = problems::marks(file);
    let room = ui.available_rect_before_wrap();
    let below = problems::height(ui, &marks);
    let (text, below) = room.split_top_bottom_at_y(room.bottom() - below);
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| {
        let found = find.places(file);
        editor_ui(ui, view, file, &found, &marks);
    });
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        if problems::problems_ui(ui, file, &marks, ctx) {
            view.wants_keys = true;
        }
    });
}

/// The open files, as the strip of projects shows those.
fn tabs_ui(ui: &mut Ui, panel: &mut CodePanel, ctx: &mut Context<'_>) {
    let tab = |(i, file): (usize, &File)| Tab {
        serial: i as u64,
        name: file.name(),
        path: Some(file.path.display().to_string()),
        is_shown: i == panel.shown,
        is_unsaved: file.is_unsaved(),
        mark: None,
    };
    let tabs: Vec<Tab> = panel.files.iter().enumerate().map(tab).collect();
    let strip = vec2(ui.available_width(), theme::TAB_HEIGHT);
    let asked = ui.allocate_ui(strip, |ui| {
        ui.style_mut().always_scroll_the_only_direction = true;
        egui::ScrollArea::horizontal()
            .id_salt("files")
            .auto_shrink([false, true])
            .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                ui.horizontal_centered(|ui| row_ui(ui, &tabs)).inner
            })
            .inner
    });
    match asked.inner {
        Some(TabAction::Show(at)) => {
            panel.shown = at as usize;
            panel.focus();
        }
        Some(TabAction::Close(at)) => {
            if let Some(file) = panel.files.get(at as usize) {
                ctx.ask(Action::Code(CodeAction::Close(file.path.clone())));
            }
        }
        Some(TabAction::Move(from, to)) if (from as usize) < panel.files.len() => {
            let file = panel.files.remove(from as usize);
            let to = to.min(panel.files.len());
            panel.files.insert(to, file);
            panel.shown = to;
        }
        _ => {}
    }
}

fn empty_ui(ui: &mut Ui, ctx: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    ui.add_space(theme::GAP);
    ui.label(
        RichText::new("Write a node")
            .heading()
            .color(palette.text_strong),
    );
    let text = "A node is a Python function: its parameters are inputs, what it returns are outputs. Its source is \
                written here and shown as the node that it makes.";
    ui.add(Label::new(text).wrap());
    ui.horizontal_wrapped(|ui| {
        for command in [Command::NewNode, Command::EditCode] {
            let is_enabled = command == Command::NewNode
                || ctx
                    .document
                    .selected_node()
                    .is_some_and(|node| node.kind.file.is_some());
            if menu::command_button(ui, command, is_enabled) {
                ctx.ask(Action::Command(command));
            }
        }
    });
}
