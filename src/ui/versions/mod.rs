//! versions_ui: the versions of a project that are there, and what differs between one of them and what is shown. Reads
//! no file.

pub mod drawing;

use egui::{
    Button, FocusDirection, Key, Label, Modifiers, RichText, ScrollArea, Sense, Spinner, Ui, vec2,
};

use super::dialogs::{buttons, heading};
use super::theme;
use drawing::{Drawing, Mark, drawing_ui, sample_ui};

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VersionsPage {
    /// The project by its serial, and its name.
    pub project: u64,
    pub name: String,
    /// The newest first; `None`: they are being looked for.
    pub rows: Option<Vec<VersionRow>>,
    /// The row that is chosen.
    pub at: usize,
    /// What the chosen one is compared with what is shown; `None`: it is being read.
    pub compared: Option<Result<Compared, String>>,
}

/// One version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionRow {
    /// How long ago it was saved, or what it is.
    pub when: String,
    /// When exactly, and how large it is.
    pub about: String,
    /// Why it is there.
    pub why: String,
    /// It can take the place of what is shown: it is not that itself.
    pub is_other: bool,
    /// A save kept it.
    pub is_kept: bool,
}

/// What would come of taking a version in place of what is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    pub drawing: Drawing,
    /// In a sentence.
    pub words: String,
    pub differs: bool,
    /// A newer Loom made it: it can be looked at alone.
    pub is_newer: bool,
    /// What the version is compared with.
    pub other: String,
    /// All of it, a line each.
    pub lines: Vec<(Mark, String)>,
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionsAnswer {
    /// Look at this row.
    Look(usize),
    Restore,
    OpenBeside,
    Close,
}

/// Show the page; what was asked for in this frame.
pub fn versions_ui(ui: &mut Ui, page: &mut VersionsPage) -> Option<VersionsAnswer> {
    let text = format!(
        "Saves of \"{}\" that are kept, compared with what is shown.",
        page.name
    );
    heading(ui, "Versions of this project", &text);
    let screen = ui.ctx().content_rect().height();
    let height = (screen - theme::VERSIONS_REST).clamp(150.0, theme::VERSIONS_HEIGHT);
    let Some(rows) = &page.rows else {
        ui.horizontal(|ui| {
            ui.add(Spinner::new());
            ui.label("Looking for versions…");
        });
        return buttons(ui, &[("Close", true)]).map(|_| VersionsAnswer::Close);
    };
    let before = page.at;
    walk(ui, &mut page.at, rows.len());
    let is_walked = page.at != before;
    let has_kept = rows.iter().any(|row| row.is_kept);
    // A size of its own: what lies in it, the line between its halves too, takes no more.
    let size = vec2(ui.available_width(), height);
    let halves = egui::Layout::left_to_right(egui::Align::Min);
    ui.allocate_ui_with_layout(size, halves, |ui| {
        ui.vertical(|ui| {
            ui.set_width(theme::VERSIONS_LIST);
            ScrollArea::vertical()
                .id_salt("versions")
                .max_height(height)
                .show(ui, |ui| {
                    for (at, row) in rows.iter().enumerate() {
                        let is_chosen = at == page.at;
                        if row_ui(ui, row, is_chosen, is_chosen && is_walked) {
                            page.at = at;
                        }
                    }
                    if !has_kept {
                        let palette = theme::palette(ui.ctx());
                        let text =
                            "No earlier versions yet: each save keeps the one that it replaces.";
                        ui.add_space(theme::GAP);
                        ui.add(Label::new(RichText::new(text).color(palette.text_weak)).wrap());
                    }
                });
        });
        ui.separator();
        ui.vertical(|ui| {
            ui.set_min_height(height);
            compared_ui(ui, page.compared.as_ref(), height);
        });
    });
    if page.at != before {
        return Some(VersionsAnswer::Look(page.at));
    }
    let can_restore = rows.get(page.at).is_some_and(|row| row.is_other)
        && matches!(&page.compared, Some(Ok(compared)) if compared.differs && !compared.is_newer);
    let can_open =
        matches!(&page.compared, Some(Ok(_))) && rows.get(page.at).is_some_and(|row| row.is_other);
    let mut choices = vec![("Close", VersionsAnswer::Close, !can_restore)];
    if can_open {
        choices.insert(0, ("Open beside", VersionsAnswer::OpenBeside, false));
    }
    if can_restore {
        choices.insert(0, ("Restore", VersionsAnswer::Restore, true));
    }
    let texts: Vec<_> = choices.iter().map(|it| (it.0, it.2)).collect();
    // Enter on what has the keyboard means that.
    let has_focus = ui.memory(|memory| memory.focused().is_some());
    match buttons(ui, &texts) {
        Some(at) => choices.get(at).map(|it| it.1),
        None => (can_restore && !has_focus && super::dialogs::enter(ui))
            .then_some(VersionsAnswer::Restore),
    }
}

/// The arrows choose another row, wherever the keyboard is.
fn walk(ui: &mut Ui, at: &mut usize, count: usize) {
    let last = count.saturating_sub(1);
    let most = count as isize;
    for (key, by) in [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::Home, -most),
        (Key::End, most),
    ] {
        let presses = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        for _ in 0..presses {
            *at = at.saturating_add_signed(by).min(last);
            // egui would walk to whatever lies in the arrow's direction.
            ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        }
    }
}

/// True: it was clicked.
fn row_ui(ui: &mut Ui, row: &VersionRow, is_chosen: bool, scrolls: bool) -> bool {
    let palette = theme::palette(ui.ctx());
    let size = vec2(ui.available_width(), theme::VERSION_ROW);
    let name = format!("{}, {}, {}", row.when, row.about, row.why);
    let button = Button::selectable(is_chosen, "").min_size(size);
    let response = ui.add_sized(size, button).accessible_name(name);
    let mut inside = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(response.rect.shrink2(vec2(theme::GAP + 2.0, theme::GAP)))
            .layout(egui::Layout::top_down(egui::Align::Min)),
    );
    inside.spacing_mut().item_spacing.y = 1.0;
    let mut line = |text: RichText| {
        inside.add(
            Label::new(text)
                .truncate()
                .selectable(false)
                .sense(Sense::empty()),
        );
    };
    let strong = RichText::new(&row.when).color(palette.text_strong);
    line(strong.family(theme::strong()));
    for text in [&row.about, &row.why] {
        line(RichText::new(text).small().color(palette.text_weak));
    }
    if scrolls {
        response.scroll_to_me(None);
    }
    response.clicked()
}

fn compared_ui(ui: &mut Ui, compared: Option<&Result<Compared, String>>, height: f32) {
    let palette = theme::palette(ui.ctx());
    let compared = match compared {
        None => {
            ui.horizontal(|ui| {
                ui.add(Spinner::new());
                ui.label("Reading…");
            });
            return;
        }
        Some(Err(reason)) => {
            ui.add(Label::new(RichText::new(reason).color(palette.error)).wrap());
            return;
        }
        Some(Ok(compared)) => compared,
    };
    let words = &compared.words;
    ui.add(Label::new(RichText::new(words).color(palette.text_strong)).wrap());
    drawing_ui(ui, &compared.drawing, height * 0.55, words);
    ui.horizontal(|ui| {
        for mark in Mark::TOLD {
            sample_ui(ui, mark);
            let count = compared.lines.iter().filter(|it| it.0 == mark).count();
            let what = match mark {
                Mark::Added => "only in this version".to_owned(),
                Mark::Removed => format!("only in {}", compared.other),
                _ => "not the same".to_owned(),
            };
            ui.label(
                RichText::new(format!("{what} ({count})"))
                    .small()
                    .color(palette.text_weak),
            );
        }
    });
    let used = ui.cursor().top() - ui.min_rect().top();
    ScrollArea::vertical()
        .id_salt("lines")
        .max_height((height - used).max(theme::VERSION_ROW))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (mark, line) in &compared.lines {
                ui.horizontal(|ui| {
                    let letter = RichText::new(mark.letter()).monospace();
                    ui.label(letter.color(mark.color(palette)));
                    ui.add(Label::new(line).wrap());
                });
            }
        });
}
