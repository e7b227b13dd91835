//! Tables: rows are fetched page by page as they come into sight; a click on a column's name sorts.

use egui::{Align, Button, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::Fetcher;
use crate::engine::protocol::View;
use crate::ui::{FetchWhat, theme};

/// Rows that are fetched at once.
pub(super) const PAGE: u64 = 200;

/// Columns that are drawn: nobody looks at more, and each costs time in every frame.
const MOST_COLUMNS: usize = 200;

/// How a table is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct TableLook {
    /// Column, and whether the largest comes first.
    sort: Option<(usize, bool)>,
}

impl TableLook {
    /// A click on a column's name: smallest first, largest first, as it was.
    fn click(&mut self, column: usize) {
        self.sort = match self.sort {
            Some((sorted, false)) if sorted == column => Some((column, true)),
            Some((sorted, true)) if sorted == column => None,
            _ => Some((column, false)),
        };
    }
}

/// What brings the page of rows that `row` is on. The first page brings any other value's view too.
pub(super) fn page(look: &TableLook, row: u64) -> FetchWhat {
    FetchWhat::View {
        start: row / PAGE * PAGE,
        count: PAGE,
        sort: look.sort,
    }
}

pub(super) fn table_ui(
    ui: &mut Ui,
    fetcher: &mut Fetcher<'_, '_>,
    look: &mut TableLook,
    rows: u64,
    columns: &[(String, String)],
) {
    let palette = theme::palette(ui.ctx());
    if columns.len() > MOST_COLUMNS {
        let count = columns.len();
        ui.weak(format!("The first {MOST_COLUMNS} of {count} columns"));
    }
    let columns = &columns[..columns.len().min(MOST_COLUMNS)];
    let first = fetcher.view(page(look, 0));
    let widths = widths(ui, columns, first);
    let mut clicked = None;
    ui.push_id((fetcher.node.0, fetcher.output), |ui| {
        ui.spacing_mut().item_spacing = egui::vec2(theme::GAP * 2.0, 0.0);
        ui.visuals_mut().widgets.noninteractive.bg_stroke.color = palette.outline;
        let mut builder = TableBuilder::new(ui)
            .striped(true)
            .auto_shrink(false)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::initial(widths.0).at_least(24.0).clip(true));
        for width in &widths.1 {
            let column = Column::initial(*width).at_least(32.0);
            builder = builder.column(column.clip(true).resizable(true));
        }
        builder
            .header(theme::TABLE_HEADER, |mut header| {
                header.col(|_| {});
                for (at, (name, ty)) in columns.iter().enumerate() {
                    header.col(|ui| {
                        if header_ui(ui, name, ty, look.sort.filter(|(sorted, _)| *sorted == at)) {
                            clicked = Some(at);
                        }
                    });
                }
            })
            .body(|body| {
                body.rows(theme::TABLE_ROW, rows as usize, |mut row| {
                    let at = row.index() as u64;
                    let what = page(look, at);
                    let (index, cells) = match fetcher.view(what) {
                        Some(View::Table {
                            index,
                            cells,
                            start,
                            ..
                        }) => {
                            let at = at.saturating_sub(*start) as usize;
                            (index.get(at), cells.get(at))
                        }
                        _ => (None, None),
                    };
                    row.col(|ui| {
                        let text = index.map_or("…", String::as_str);
                        let text = RichText::new(text).small().color(palette.text_weak);
                        right_ui(ui, Label::new(text).truncate());
                    });
                    for (column, (_, ty)) in columns.iter().enumerate() {
                        let text = cells
                            .and_then(|cells| cells.get(column))
                            .map_or("", String::as_str);
                        row.col(|ui| {
                            let label = Label::new(text).truncate().selectable(true);
                            if is_number(ty) {
                                right_ui(ui, label);
                            } else {
                                ui.add(label);
                            }
                        });
                    }
                });
            });
    });
    if let Some(column) = clicked {
        look.click(column);
    }
}

fn right_ui(ui: &mut Ui, label: Label) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label));
}

/// True: it was clicked.
fn header_ui(ui: &mut Ui, name: &str, ty: &str, sort: Option<(usize, bool)>) -> bool {
    let palette = theme::palette(ui.ctx());
    let sign = match sort {
        None => "",
        Some((_, false)) => " ▲",
        Some((_, true)) => " ▼",
    };
    let layout = if is_number(ty) {
        Layout::top_down(Align::Max)
    } else {
        Layout::top_down(Align::Min)
    };
    ui.with_layout(layout, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = theme::TABLE_ROW;
        ui.add_space(2.0);
        let text = RichText::new(format!("{name}{sign}")).color(palette.text_strong);
        let button = Button::new(text)
            .frame(false)
            .truncate()
            .sense(Sense::click());
        let button = ui
            .add(button)
            .on_hover_text(format!("{name}, {ty}. Click to sort"));
        let kind = RichText::new(ty).small().color(palette.text_weak);
        ui.add(Label::new(kind).truncate());
        button.accessible_name(name).clicked()
    })
    .inner
}

/// Does the type's name say that its values are numbers? They stand at the right.
fn is_number(ty: &str) -> bool {
    let ty = ty.to_ascii_lowercase();
    ["int", "uint", "float", "decimal", "complex"]
        .iter()
        .any(|number| ty.starts_with(number))
}

/// Widths at first: of the index, and of the columns; by their names and the first rows.
fn widths(ui: &Ui, columns: &[(String, String)], first: Option<&View>) -> (f32, Vec<f32>) {
    const ROWS: usize = 20;
    let (index, cells) = match first {
        Some(View::Table { index, cells, .. }) => (&index[..], &cells[..]),
        _ => (&[][..], &[][..]),
    };
    let letter = ui.text_style_height(&egui::TextStyle::Body) * 0.5;
    let width = |letters: usize| (letters as f32 * letter + 16.0).clamp(48.0, 280.0);
    let longest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let of_index = longest(&mut index.iter().take(ROWS)) as f32 * letter + 12.0;
    let of_columns = columns.iter().enumerate().map(|(at, (name, ty))| {
        let cells = longest(&mut cells.iter().take(ROWS).filter_map(|row| row.get(at)));
        width(cells.max(name.chars().count() + 2).max(ty.chars().count()))
    });
    (of_index.clamp(28.0, 160.0), of_columns.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_on_a_name_turn_the_order() {
        let mut look = TableLook::default();
        let mut seen = Vec::new();
        for column in [3, 3, 3, 3, 1] {
            look.click(column);
            seen.push(look.sort);
        }
        let (up, down) = (Some((3, false)), Some((3, true)));
        assert_eq!(seen, [up, down, None, up, Some((1, false))]);
    }

    #[test]
    fn numbers_are_known_by_their_types_name() {
        for (ty, is) in [
            ("float64", true),
            ("int", true),
            ("Int64", true),
            ("UInt8", true),
            ("Float32", true),
            ("object", false),
            ("str", false),
            ("String", false),
            ("datetime64[ns]", false),
        ] {
            assert_eq!(is_number(ty), is, "{ty}");
        }
    }
}
