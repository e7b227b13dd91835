//! clash_ui: the question about a savefile that was changed here and by something else, at the same places: whose is
//! taken, for each. Merges nothing.

use egui::{Button, CollapsingHeader, Label, RichText, ScrollArea, Ui, vec2};

use super::dialogs::{buttons, enter, heading};
use super::theme;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClashPage {
    /// The project by its serial, and its name.
    pub project: u64,
    pub name: String,
    /// What both changed.
    pub rows: Vec<ClashRow>,
    /// What does not go together although only one changed it.
    pub lost: Vec<String>,
    /// All that was changed by something else, and here.
    pub outside: Vec<String>,
    pub here: Vec<String>,
}

/// One thing that both changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClashRow {
    pub place: String,
    pub mine: String,
    pub theirs: String,
    pub takes_theirs: bool,
}

/// What the user decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClashAnswer {
    /// What both did, and the rows as they were chosen.
    Both,
    Mine,
    Theirs,
    Later,
}

pub fn clash_ui(ui: &mut Ui, page: &mut ClashPage) -> Option<ClashAnswer> {
    let palette = theme::palette(ui.ctx());
    let text = format!(
        "Something else wrote the savefile of \"{}\" while it has changes here that are not saved. All that does not \
         touch each other is put together. Whatever you choose is one step that undo takes back.",
        page.name
    );
    heading(ui, "Changed here and outside", &text);
    let section = |ui: &mut Ui, name: &str| {
        ui.label(
            RichText::new(name)
                .family(theme::strong())
                .color(palette.text_strong),
        );
    };
    ScrollArea::vertical()
        .max_height(theme::CLASH_HEIGHT)
        .show(ui, |ui| {
            ui.take_available_width();
            if !page.rows.is_empty() {
                section(ui, "Both changed");
                all_ui(ui, &mut page.rows);
            }
            for row in &mut page.rows {
                row_ui(ui, row);
            }
            if !page.lost.is_empty() {
                section(ui, "Does not go together");
                for lost in &page.lost {
                    ui.add(Label::new(lost).wrap());
                }
                ui.add_space(theme::GAP);
            }
            for (name, lines) in [
                ("Changed outside", &page.outside),
                ("Changed here", &page.here),
            ] {
                let title = format!("{name} ({})", lines.len());
                CollapsingHeader::new(title).id_salt(name).show(ui, |ui| {
                    for line in lines {
                        ui.add(Label::new(line).wrap());
                    }
                });
            }
        });
    let choices = [
        ("Put together", true),
        ("Take theirs", false),
        ("Keep mine", false),
        ("Later", false),
    ];
    let has_focus = ui.memory(|memory| memory.focused().is_some());
    match buttons(ui, &choices) {
        Some(0) => Some(ClashAnswer::Both),
        Some(1) => Some(ClashAnswer::Theirs),
        Some(2) => Some(ClashAnswer::Mine),
        Some(_) => Some(ClashAnswer::Later),
        // Enter on what has the keyboard means that.
        None => (!has_focus && enter(ui)).then_some(ClashAnswer::Both),
    }
}

/// One choice for all rows.
fn all_ui(ui: &mut Ui, rows: &mut [ClashRow]) {
    if rows.len() < 2 {
        return;
    }
    ui.horizontal(|ui| {
        for (text, takes_theirs) in [("Mine for all", false), ("Theirs for all", true)] {
            let is_chosen = rows.iter().all(|row| row.takes_theirs == takes_theirs);
            if ui
                .add(Button::selectable(is_chosen, text).frame_when_inactive(true))
                .clicked()
            {
                for row in rows.iter_mut() {
                    row.takes_theirs = takes_theirs;
                }
            }
        }
    });
    ui.add_space(theme::GAP / 2.0);
}

fn row_ui(ui: &mut Ui, row: &mut ClashRow) {
    let palette = theme::palette(ui.ctx());
    theme::well_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        ui.add(Label::new(RichText::new(&row.place).color(palette.text_strong)).wrap());
        let half = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        ui.horizontal(|ui| {
            let sides = [("Mine", &row.mine, false), ("Theirs", &row.theirs, true)];
            let mut chosen = row.takes_theirs;
            for (name, word, takes_theirs) in sides {
                let is_chosen = row.takes_theirs == takes_theirs;
                let mark = if is_chosen { "●" } else { "○" };
                let text = format!("{mark} {name}: {word}");
                let button = Button::selectable(is_chosen, text)
                    .frame_when_inactive(true)
                    .truncate()
                    .min_size(vec2(half, theme::ROW));
                let button = ui.add_sized([half, theme::ROW], button);
                let button = button.accessible_name(format!("{name} for {}", row.place));
                if button.on_hover_text(word.as_str()).clicked() {
                    chosen = takes_theirs;
                }
            }
            row.takes_theirs = chosen;
        });
    });
    ui.add_space(theme::GAP / 2.0);
}
