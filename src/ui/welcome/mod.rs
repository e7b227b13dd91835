//! welcome_ui: the page in place of the panels while no project is shown: projects that were open lately, templates,
//! and what is new. It shows what it is given and asks by Action; who gathers it reads the files.

mod card;
mod news;

use std::path::PathBuf;
use std::sync::LazyLock;

use egui::{Align, Button, Frame, Layout, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::menu::shortcut_text;
use super::theme::{self, Palette};
use super::{Action, Context};
use crate::command::Command;
use card::{Use, grid_ui};
use news::Section;

/// A project or a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    pub folder: PathBuf,
    pub name: String,
    /// What it is, of a template; empty if nobody said.
    pub about: String,
    /// How long ago it was open, in words; empty for templates and when nobody knows.
    pub when: String,
    /// Files of its picture, for the dark and the light theme.
    pub pictures: Option<[PathBuf; 2]>,
}

/// What the page asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WelcomeAction {
    Open(PathBuf),
    /// Make a new project of a template.
    Use(PathBuf),
    /// Leave a project out of those that were open lately.
    Forget(PathBuf),
    /// One of the commands for whole projects.
    Do(Command, PathBuf),
    /// Bring a card's picture into `Context::pictures`. Asked again until it is there.
    LoadPicture(PathBuf),
}

/// What the page shows, and remembers between frames.
#[derive(Debug, Default)]
pub struct Welcome {
    recent: Vec<Card>,
    templates: Vec<Card>,
    /// Nothing was found yet, which is not the same as that there is nothing.
    is_read: bool,
    shows_all: bool,
    wants_focus: bool,
}

impl Welcome {
    /// What there is to choose from.
    pub fn set_cards(&mut self, recent: Vec<Card>, templates: Vec<Card>) {
        // A page that was looked at before keeps the focus where it is.
        self.wants_focus |= !self.is_read;
        self.recent = recent;
        self.templates = templates;
        self.is_read = true;
    }

    /// The picture of a project or a template was made.
    pub fn set_pictures(&mut self, folder: &PathBuf, pictures: [PathBuf; 2]) {
        // In a checkout a template that was opened is a project of its own as well.
        let cards = self.recent.iter_mut().chain(&mut self.templates);
        for card in cards.filter(|card| card.folder == *folder) {
            card.pictures = Some(pictures.clone());
        }
    }

    pub fn forget(&mut self, folder: &PathBuf) {
        self.recent.retain(|card| card.folder != *folder);
    }

    /// The page comes to the front: what can be chosen is to have the keyboard.
    pub fn take_keyboard(&mut self) {
        self.wants_focus = true;
    }

    pub fn recent(&self) -> &[Card] {
        &self.recent
    }

    pub fn templates(&self) -> &[Card] {
        &self.templates
    }
}

/// What stands in the changelog, which is part of the program.
static NEWS: LazyLock<Vec<Section>> =
    LazyLock::new(|| news::newest(include_str!("../../../CHANGELOG.md")));

pub fn welcome_ui(ui: &mut Ui, welcome: &mut Welcome, ctx: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    ui.painter().rect_filled(ui.max_rect(), 0, palette.window);
    ScrollArea::vertical()
        .id_salt("welcome")
        .auto_shrink(false)
        .show(ui, |ui| {
            let room = ui.available_width();
            let width = (room - 2.0 * theme::PAGE_MARGIN).min(theme::PAGE_WIDTH);
            let left = ((room - width) / 2.0).max(0.0);
            let mut area = ui.available_rect_before_wrap();
            area.min.x += left;
            area.set_width(width);
            let page = ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
                ui.set_width(width);
                page_ui(ui, welcome, ctx, palette);
            });
            // The pointer may scroll beside the page too.
            ui.expand_to_include_rect(page.response.rect.with_max_x(area.min.x - left + room));
        });
}

fn page_ui(ui: &mut Ui, welcome: &mut Welcome, ctx: &mut Context<'_>, palette: &Palette) {
    ui.add_space(theme::PAGE_MARGIN);
    let new_project = header_ui(ui, ctx, palette);
    if welcome.wants_focus && welcome.is_read && welcome.recent.is_empty() {
        new_project.request_focus();
        welcome.wants_focus = false;
    }
    ui.add_space(theme::SECTION_GAP);
    let width = ui.available_width();
    let is_wide = width >= theme::PAGE_WIDTH * 0.9;
    if is_wide {
        let aside = theme::ASIDE_WIDTH;
        let main = width - aside - theme::SECTION_GAP;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.vertical(|ui| {
                ui.set_width(main);
                projects_ui(ui, welcome, ctx, palette);
            });
            ui.add_space(theme::SECTION_GAP);
            ui.vertical(|ui| {
                ui.set_width(aside);
                news_ui(ui, palette);
            });
        });
    } else {
        projects_ui(ui, welcome, ctx, palette);
        ui.add_space(theme::SECTION_GAP);
        news_ui(ui, palette);
    }
    ui.add_space(theme::PAGE_MARGIN);
}

/// Name, what it is, and the two buttons. Returns that of a new project.
fn header_ui(ui: &mut Ui, ctx: &mut Context<'_>, palette: &Palette) -> egui::Response {
    let height = theme::MARK_SIZE;
    let row = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        card::mark_ui(ui, palette);
        ui.add_space(theme::GAP);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let name = RichText::new("Loom").family(theme::strong()).size(26.0);
            ui.label(name.color(palette.text_strong));
            let line = RichText::new("Build Python programs as graphs of nodes").size(14.0);
            ui.label(line.color(palette.text_weak));
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP * 1.5;
            let new = command_ui(ui, ctx, "New project", Command::NewProject, Some(palette));
            command_ui(ui, ctx, "Open…", Command::OpenProject, None);
            new
        })
        .inner
    })
    .inner
}

fn command_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    text: &str,
    command: Command,
    accent: Option<&Palette>,
) -> egui::Response {
    let text = RichText::new(text).size(14.0);
    let button = match accent {
        Some(palette) => {
            Button::new(text.color(palette.on_accent).family(theme::strong())).fill(palette.accent)
        }
        None => Button::new(text),
    };
    let response = ui.add(button.min_size(vec2(112.0, 34.0)).corner_radius(7));
    card::focus_ring(ui, &response, 7);
    let keys = shortcut_text(ui.ctx(), command);
    let help = format!("{} ({keys})", command.entry().help);
    let response = response.on_hover_text(help);
    if response.clicked() {
        ctx.ask(Action::Command(command));
    }
    response
}

fn projects_ui(ui: &mut Ui, welcome: &mut Welcome, ctx: &mut Context<'_>, palette: &Palette) {
    let columns = card::columns(ui.available_width());
    let most = columns * 2;
    let count = welcome.recent.len();
    let is_cut = count > most;
    heading_ui(ui, "Recent projects", palette, |ui| {
        let text = if welcome.shows_all {
            "Show fewer".to_owned()
        } else {
            format!("Show all {count}")
        };
        if is_cut && ui.link(RichText::new(text).size(13.0)).clicked() {
            welcome.shows_all = !welcome.shows_all;
        }
    });
    if count == 0 {
        let text = if welcome.is_read {
            "Nothing was open yet. Make an empty project with New project, look for one with Open…, or start from a \
             template below. A project's folder can also be dropped here."
        } else {
            "Looking for projects …"
        };
        empty_ui(ui, text, palette);
    } else {
        let shown = if welcome.shows_all {
            count
        } else {
            count.min(most)
        };
        let first = std::mem::take(&mut welcome.wants_focus);
        grid_ui(ui, ctx, &welcome.recent[..shown], Use::Open, first);
    }
    ui.add_space(theme::SECTION_GAP);
    heading_ui(ui, "Templates", palette, |_| ());
    if welcome.templates.is_empty() {
        let text = if welcome.is_read {
            "This Loom came without examples."
        } else {
            "Looking for templates …"
        };
        empty_ui(ui, text, palette);
    } else {
        grid_ui(ui, ctx, &welcome.templates, Use::Template, false);
    }
}

fn heading_ui(ui: &mut Ui, title: &str, palette: &Palette, end: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let title = RichText::new(title).family(theme::strong()).size(15.5);
        ui.label(title.color(palette.text_strong));
        ui.with_layout(Layout::right_to_left(Align::Center), end);
    });
    ui.add_space(theme::GAP);
}

fn empty_ui(ui: &mut Ui, text: &str, palette: &Palette) {
    Frame::new()
        .stroke(egui::Stroke::new(1.0, palette.outline))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(18)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new(text).size(13.5).color(palette.text_weak));
        });
}

fn news_ui(ui: &mut Ui, palette: &Palette) {
    heading_ui(ui, "What is new", palette, |_| ());
    Frame::new()
        .fill(palette.panel)
        .stroke(egui::Stroke::new(1.0, palette.outline))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(16)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            for (i, section) in NEWS.iter().enumerate() {
                if i > 0 {
                    ui.add_space(theme::GAP * 2.0);
                }
                section_ui(ui, section, palette);
            }
        });
}

fn section_ui(ui: &mut Ui, section: &Section, palette: &Palette) {
    let title = RichText::new(&section.title)
        .family(theme::strong())
        .size(13.5);
    ui.label(title.color(palette.text_strong));
    let small = |text: &str, color| RichText::new(text).size(13.0).color(color);
    for text in &section.intro {
        ui.label(small(text, palette.text_weak));
    }
    for item in &section.items {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.label(small("•", palette.accent));
            ui.vertical(|ui| ui.label(small(item, palette.text)));
        });
    }
}

#[cfg(test)]
mod tests;
