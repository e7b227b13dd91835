//! The bar above the text that finds in it and puts something else there. Where things are is `search`'s.

use std::ops::Range;

use egui::{Align2, Button, Id, RichText, TextEdit, Ui, vec2};

use super::File;
use super::search;
use super::typing::{Change, Selection};
use crate::ui::find::field::{Asked, button_ui, field_ui, keys};
use crate::ui::theme;

/// What is searched in the text that is shown.
#[derive(Default)]
pub struct FindBar {
    is_open: bool,
    replaces: bool,
    query: String,
    with: String,
    wants_focus: bool,
    /// Of which text and query the places are.
    searched: Option<(String, u64, std::path::PathBuf)>,
    places: Vec<Range<usize>>,
}

fn field_id() -> Id {
    Id::unique("find in code")
}

impl FindBar {
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Begin to search, for what is selected if that is in one line.
    pub fn open(&mut self, file: &File, replaces: bool) {
        let selected = file.text().get(file.selection.range()).unwrap_or_default();
        if !selected.is_empty() && !selected.contains('\n') {
            selected.clone_into(&mut self.query);
        }
        self.is_open = true;
        self.replaces |= replaces;
        self.wants_focus = true;
    }

    /// Where the query is, while the bar is open.
    pub fn places(&mut self, file: &File) -> Vec<Range<usize>> {
        self.update(file);
        if self.is_open {
            self.places.clone()
        } else {
            Vec::new()
        }
    }

    /// Select the next place, or the one before.
    pub fn step(&mut self, file: &mut File, is_forward: bool) {
        self.update(file);
        let next = search::step(&self.places, &file.selection.range(), is_forward);
        if let Some(place) = next.and_then(|next| self.places.get(next)) {
            file.select(Selection::of(place.clone()));
        }
    }

    /// True: the query is another than before.
    fn update(&mut self, file: &File) -> bool {
        let key = (&self.query, file.revision(), &file.path);
        let before = self.searched.as_ref();
        if before.map(|(query, revision, path)| (query, *revision, path)) == Some(key) {
            return false;
        }
        let is_new_query = before.is_none_or(|(query, ..)| *query != self.query);
        self.places = search::places(file.text(), &self.query);
        self.searched = Some((self.query.clone(), file.revision(), file.path.clone()));
        is_new_query
    }

    fn at(&self, file: &File) -> Option<usize> {
        let selected = file.selection.range();
        self.places.iter().position(|place| *place == selected)
    }

    /// `3 of 17`.
    fn count_text(&self, file: &File) -> String {
        match (self.places.len(), self.at(file)) {
            _ if self.query.is_empty() => String::new(),
            (0, _) => "None".to_owned(),
            (count, Some(at)) => format!("{} of {count}", at + 1),
            (count, None) => format!("{count} found"),
        }
    }

    /// Put the other text in place of what is selected, and go on to the next.
    fn replace(&mut self, file: &mut File) {
        if self.at(file).is_some() {
            let range = file.selection.range();
            let after = Selection::at(range.start + self.with.len());
            let with = self.with.clone();
            file.change(&Change { range, with, after });
        }
        self.step(file, true);
    }

    fn replace_all(&mut self, file: &mut File) {
        if !self.places.is_empty() {
            file.replace(search::replaced(file.text(), &self.places, &self.with));
        }
    }
}

/// The bar, if it is open; true: it was closed just now, and the text gets the keyboard.
pub fn find_ui(ui: &mut Ui, find: &mut FindBar, file: &mut File) -> bool {
    if !find.is_open {
        return false;
    }
    let asked = keys(ui, field_id());
    let mut is_closed = asked == Some(Asked::Close);
    ui.horizontal(|ui| {
        let width = field_width(ui);
        let FindBar {
            query, wants_focus, ..
        } = find;
        field_ui(
            ui,
            field_id(),
            query,
            wants_focus,
            ("Find in the source", width),
        );
        if find.update(file) {
            // As one types, the first place from the cursor on is shown.
            let start = file.selection.range().start;
            file.select(Selection::at(start));
            find.step(file, true);
        }
        if button_ui(ui, "↑", "Previous place", "Shift+Enter") || asked == Some(Asked::Previous) {
            find.step(file, false);
        }
        if button_ui(ui, "↓", "Next place", "Enter") || asked == Some(Asked::Next) {
            find.step(file, true);
        }
        if file.read_only.is_none() {
            let name = if find.replaces {
                "Only find"
            } else {
                "Replace too"
            };
            if button_ui(ui, "⇄", name, "Ctrl+H") {
                find.replaces = !find.replaces;
            }
        }
        is_closed |= button_ui(ui, "×", "Close the search in the source", "Escape");
        let palette = theme::palette(ui.ctx());
        let color = if find.places.is_empty() {
            palette.warn
        } else {
            palette.text_weak
        };
        ui.label(RichText::new(find.count_text(file)).color(color));
    });
    if find.replaces && file.read_only.is_none() {
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut find.with)
                .hint_text("Replace with")
                .desired_width(field_width(ui))
                .min_size(vec2(0.0, theme::ROW))
                .align(Align2::LEFT_CENTER);
            ui.add(field).accessible_name("Replace with");
            let is_any = !find.places.is_empty();
            if ui.add_enabled(is_any, Button::new("Replace")).clicked() {
                find.replace(file);
            }
            if ui.add_enabled(is_any, Button::new("Replace all")).clicked() {
                find.replace_all(file);
            }
        });
    }
    if is_closed {
        find.is_open = false;
        find.replaces = false;
    }
    is_closed
}

fn field_width(ui: &Ui) -> f32 {
    (ui.available_width() - 200.0).clamp(80.0, 280.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::code::file::file;

    #[test]
    fn places_are_walked_counted_and_replaced() {
        let mut mine = file("one two One\n");
        let mut find = FindBar::default();
        find.open(&mine, true);
        find.query = "one".to_owned();
        assert_eq!(find.places(&mine).len(), 2);
        find.step(&mut mine, true);
        assert_eq!(find.count_text(&mine), "1 of 2");
        find.step(&mut mine, false);
        assert_eq!(find.count_text(&mine), "2 of 2");
        find.with = "1".to_owned();
        find.replace(&mut mine);
        assert_eq!(
            (mine.text(), find.count_text(&mine)),
            ("one two 1\n", "1 of 1".to_owned())
        );
        find.replace_all(&mut mine);
        assert_eq!(mine.text(), "1 two 1\n");
        find.update(&mine);
        assert_eq!(find.count_text(&mine), "None");
        mine.undo();
        mine.undo();
        assert_eq!(mine.text(), "one two One\n");
    }
}
