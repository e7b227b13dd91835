//! path_ui: Loom's own question for a file or folder, where the system has no dialog for that. One types a path, and a
//! list of what lies there completes it. Looks at no disk: what is there is told to the page.

use std::path::{MAIN_SEPARATOR, is_separator};

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{EventFilter, Id, Key, Modifiers, RichText, ScrollArea, Sense, TextEdit, Ui};

use super::dialogs::{buttons, enter, heading};
use super::row::{Row, row_ui};
use super::theme;

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    /// One or more; by its path, one.
    Files,
    Folder,
    /// A file that need not be there.
    Save,
}

/// What the dialog shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPage {
    title: String,
    kind: Kind,
    /// As it is typed.
    text: String,
    problem: String,
    /// What is known of this text.
    seen: Option<(String, Sight)>,
    /// This one is being looked at.
    looked_at: Option<String>,
    /// The row of the list that the arrow keys came to.
    chosen: Option<usize>,
    /// Tab was pressed before the list of what is typed was there.
    completes: bool,
    caret_goes_to_end: bool,
}

/// What lies where a text leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// What its last part can become; folders end with a separator.
    pub names: Vec<String>,
    /// There are more than these.
    pub is_cut: bool,
    /// What to know before it is accepted.
    pub warning: String,
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathAnswer {
    /// To see what lies where this text leads to.
    Look(String),
    Choose(String),
    Cancel,
}

impl PathPage {
    pub fn new(title: String, kind: Kind, text: String) -> Self {
        Self {
            title,
            kind,
            text,
            problem: String::new(),
            seen: None,
            looked_at: None,
            chosen: None,
            completes: false,
            caret_goes_to_end: true,
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What lies where `text` leads to. What was typed meanwhile is asked for anew.
    pub fn tell(&mut self, text: String, sight: Sight) {
        if text == self.text {
            self.seen = Some((text, sight));
            if std::mem::take(&mut self.completes) {
                self.complete();
            }
        }
    }

    /// Was what to know of this seen, if there is anything?
    pub fn has_told(&self, sight: &Sight) -> bool {
        let told = self.seen.as_ref().map(|(_, told)| &told.warning);
        sight.warning.is_empty() || told == Some(&sight.warning)
    }

    /// Why `text` is not accepted.
    pub fn refuse(&mut self, text: &str, problem: String) {
        if text == self.text {
            self.problem = problem;
        }
    }

    /// The list of what is typed now, once it is there.
    fn names(&self) -> Option<&[String]> {
        let seen = self.seen.as_ref().filter(|(text, _)| *text == self.text);
        seen.map(|(_, sight)| &*sight.names)
    }

    /// Put the chosen name in place of the last part of the text; without one what all names begin with, or the first.
    fn complete(&mut self) {
        let Some(names) = self.names() else {
            self.completes = true;
            return;
        };
        let (folder, part) = split(&self.text);
        let common = common(names);
        let name = match self.chosen.and_then(|at| names.get(at)) {
            Some(name) => name,
            None if common.chars().count() > part.chars().count() => common,
            None => match names.first() {
                Some(name) => name,
                None => return,
            },
        };
        self.text = format!("{folder}{name}");
        self.typed();
        self.caret_goes_to_end = true;
    }

    fn typed(&mut self) {
        self.problem.clear();
        self.chosen = None;
        self.completes = false;
    }

    /// Tab is for completing, and leads on to the buttons where there is nothing to complete.
    fn wants_tab(&self) -> bool {
        let is_begun = self.chosen.is_some() || !split(&self.text).1.is_empty();
        is_begun && self.names().is_none_or(|names| !names.is_empty())
    }
}

/// The folder that a text names, with the separator, and what a name in it begins with.
pub fn split(text: &str) -> (&str, &str) {
    text.split_at(text.rfind(is_separator).map_or(0, |at| at + 1))
}

/// What all names begin with.
fn common(names: &[String]) -> &str {
    let (Some(first), Some(last)) = (names.iter().min(), names.iter().max()) else {
        return "";
    };
    let same = first.char_indices().zip(last.chars());
    let differs = same.into_iter().find(|((_, a), b)| a != b);
    let end = differs.map_or(first.len().min(last.len()), |((at, _), _)| at);
    &first[..end]
}

pub fn path_ui(ui: &mut Ui, page: &mut PathPage) -> Option<PathAnswer> {
    let text = "This system has no file dialog (xdg-desktop-portal or zenity): type a path.";
    heading(ui, &page.title, text);
    let is_walked = field_ui(ui, page);
    below_ui(ui, page);
    ui.add_space(theme::GAP);
    let clicked = list_ui(ui, page, is_walked);
    if clicked.is_some() {
        page.chosen = clicked;
        page.complete();
    }
    let main = match page.kind {
        Kind::Save => "Save",
        Kind::File | Kind::Files | Kind::Folder => "Choose",
    };
    let is_asked = match buttons(ui, &[(main, true), ("Cancel", false)]) {
        Some(0) => true,
        Some(_) => return Some(PathAnswer::Cancel),
        None => enter(ui),
    };
    if is_asked && !page.text.trim().is_empty() {
        return Some(PathAnswer::Choose(page.text.clone()));
    }
    if page.names().is_some() || page.looked_at.as_ref() == Some(&page.text) {
        return None;
    }
    page.looked_at = Some(page.text.clone());
    page.looked_at.clone().map(PathAnswer::Look)
}

/// The field, which has the keyboard at first and after each completion. True: the arrow keys walked through the list.
fn field_ui(ui: &mut Ui, page: &mut PathPage) -> bool {
    let name = ui.label("Path");
    let id = Id::unique("path field");
    let is_walked = ui.memory(|memory| memory.has_focus(id)) && keys(ui, page);
    let takes_keyboard = std::mem::take(&mut page.caret_goes_to_end);
    if takes_keyboard {
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let end = CCursor::new(page.text.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(end)));
        state.store(ui.ctx(), id);
    }
    let filter = EventFilter {
        tab: page.wants_tab(),
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: false,
    };
    let edit = TextEdit::singleline(&mut page.text)
        .id(id)
        .desired_width(f32::INFINITY)
        .event_filter(filter);
    let response = ui.add(edit).labelled_by(name.id);
    if response.changed() {
        page.text.retain(|letter| letter != '\t');
        page.typed();
    }
    // Enter takes the keyboard from the field; where the path is refused, another one is typed there.
    if takes_keyboard || response.lost_focus() && enter(ui) {
        response.request_focus();
    }
    is_walked
}

/// The keys that are the list's and not the field's. True: they walked through it.
fn keys(ui: &Ui, page: &mut PathPage) -> bool {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let last = page.names().unwrap_or_default().len().checked_sub(1);
    let before = page.chosen;
    if pressed(Modifiers::NONE, Key::ArrowDown) {
        page.chosen = last.map(|last| before.map_or(0, |at| (at + 1).min(last)));
    }
    if pressed(Modifiers::NONE, Key::ArrowUp) {
        page.chosen = before.and_then(|at| at.checked_sub(1));
    }
    let is_walked = page.chosen != before;
    let is_tab = page.wants_tab() && pressed(Modifiers::NONE, Key::Tab);
    if is_tab || page.chosen.is_some() && pressed(Modifiers::NONE, Key::Enter) {
        page.complete();
    }
    is_walked
}

/// What the text can become; the row that was clicked. As high as ever, so that the dialog stands still.
fn list_ui(ui: &mut Ui, page: &PathPage, is_walked: bool) -> Option<usize> {
    let mut clicked = None;
    let palette = theme::palette(ui.ctx());
    let height = theme::ROW * theme::PATH_ROWS;
    let list = ScrollArea::vertical().auto_shrink(false);
    list.max_height(height)
        .min_scrolled_height(height)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            // Until the list of what is typed is there, the one before it stays.
            let Some((_, sight)) = &page.seen else {
                return;
            };
            for (at, name) in sight.names.iter().enumerate() {
                let is_folder = name.ends_with(MAIN_SEPARATOR);
                let row = Row {
                    dot: None,
                    text: name,
                    color: None,
                    right: if is_folder { "Folder" } else { "" },
                    indent: 0.0,
                    is_chosen: page.chosen == Some(at),
                };
                // The arrow keys of the field lead here: no stops of Tab.
                let response = row_ui(ui, &row, Sense::CLICK);
                if row.is_chosen && is_walked {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(at);
                }
            }
            let rest = match (sight.is_cut, sight.names.is_empty()) {
                (true, _) => "There are more: type what the name begins with",
                (false, true) => "No other name here begins like that",
                (false, false) => return,
            };
            ui.label(RichText::new(rest).color(palette.text_weak));
        });
    clicked
}

/// Why it is not accepted, what to know before it is, or how to go on.
fn below_ui(ui: &mut Ui, page: &PathPage) {
    let palette = theme::palette(ui.ctx());
    let seen = page.seen.as_ref().map(|(_, sight)| &*sight.warning);
    let (text, color) = match seen {
        _ if !page.problem.is_empty() => (&*page.problem, palette.error),
        Some(warning) if !warning.is_empty() => (warning, palette.warn),
        _ => (
            "Tab completes it; arrow keys choose below",
            palette.text_weak,
        ),
    };
    ui.label(RichText::new(text).color(color));
}
