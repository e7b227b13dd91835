//! The list of packages: filtered, those that the user asked for first. Only rows in sight are laid out.

use egui::{
    Align2, Color32, CornerRadius, FontSelection, Id, Key, Rect, Role, ScrollArea, Sense,
    TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::model::{Installed, Package};
use super::words;
use crate::ui::list::List;
use crate::ui::status::bytes_text;
use crate::ui::theme::{self, Palette};

/// What was done to a row.
pub enum Asked {
    /// It was chosen, to be looked at.
    Look,
    Remove(String),
}

/// Which packages are listed, by their places.
#[derive(Default)]
pub struct Rows {
    list: List,
    shown: Vec<usize>,
    made_from: Option<(u64, String)>,
}

/// What stands above the columns, with what it means; where the list is narrow the last ones are left out.
const COLUMNS: [(&str, f32, &str); 3] = [
    (
        "Version",
        104.0,
        "What is installed, and the newest where that is newer",
    ),
    ("Size", 60.0, "Of its files"),
    (
        "For",
        120.0,
        "What asks for it: you, in requirements.txt, or other packages",
    ),
];
/// What a name needs.
const NAME_WIDTH: f32 = 130.0;

impl Rows {
    /// Find the packages that fit the filter, if that or the packages are others.
    pub fn update(&mut self, revision: u64, installed: &Installed, filter: &str) {
        let wanted = filter.trim().to_lowercase();
        let is_same = |(of, by): &(u64, String)| *of == revision && *by == wanted;
        if self.made_from.as_ref().is_some_and(is_same) {
            return;
        }
        self.shown = shown(&installed.packages, &wanted);
        self.made_from = Some((revision, wanted));
    }

    pub fn ui(
        &mut self,
        ui: &mut Ui,
        packages: &[Package],
        chosen: &mut Option<String>,
    ) -> Option<Asked> {
        if self.shown.is_empty() {
            ui.weak("No package fits the filter");
            return None;
        }
        header_ui(ui);
        ui.spacing_mut().item_spacing.y = 1.0;
        let id = ui.scope_id().with("packages");
        let area = ScrollArea::vertical()
            .id_salt("packages")
            .auto_shrink(false);
        let mut asked = None;
        let shown = &self.shown;
        self.list.show(ui, area, id, shown.len(), |ui, at, id| {
            let Some(package) = shown.get(at).and_then(|at| packages.get(*at)) else {
                return;
            };
            let is_chosen = chosen.as_ref() == Some(&package.name);
            if let Some(new) = package_ui(ui, id, package, is_chosen) {
                *chosen = Some(package.name.clone());
                asked = Some(new);
            }
        });
        asked
    }
}

/// The places of packages whose name holds this; what the user asked for comes first.
fn shown(packages: &[Package], wanted: &str) -> Vec<usize> {
    let fits = |package: &Package| package.name.to_lowercase().contains(wanted);
    let of = |is_asked: bool| {
        let all = packages.iter().enumerate();
        all.filter(move |(_, package)| package.line.is_some() == is_asked && fits(package))
            .map(|(at, _)| at)
    };
    of(true).chain(of(false)).collect()
}

/// Where the columns of a row stand, at its right end: as many as there is room for.
fn cells(row: Rect) -> Vec<Rect> {
    let mut rest = row.width() - NAME_WIDTH;
    let widths: Vec<f32> = COLUMNS
        .iter()
        .map_while(|(_, width, _)| {
            rest -= width;
            (rest >= 0.0).then_some(*width)
        })
        .collect();
    let mut x = row.right() - theme::GAP - widths.iter().sum::<f32>();
    let mut cells = Vec::with_capacity(widths.len());
    for width in widths {
        cells.push(Rect::from_min_max(
            pos2(x, row.top()),
            pos2(x + width - theme::GAP, row.bottom()),
        ));
        x += width;
    }
    cells
}

fn header_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let weak = theme::palette(ui.ctx()).text_weak;
    let font = FontSelection::from(TextStyle::Small).resolve(ui.style());
    let at = rect.left_center() + vec2(theme::GAP, 0.0);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, "Package", font.clone(), weak);
    for ((title, _, help), cell) in COLUMNS.iter().zip(cells(rect)) {
        ui.painter().text(
            cell.left_center(),
            Align2::LEFT_CENTER,
            title,
            font.clone(),
            weak,
        );
        let hover = ui.interact(cell, ui.scope_id().with(title), Sense::hover());
        hover.on_hover_text(*help);
    }
}

fn package_ui(ui: &mut Ui, id: Id, package: &Package, is_chosen: bool) -> Option<Asked> {
    let palette = theme::palette(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), theme::ROW));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::ListBoxOption,
            true,
            is_chosen,
            words::in_words(package),
        )
    });
    let is_dropped = response.has_focus()
        && package.line.is_some()
        && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Delete));
    let asked = if is_dropped {
        Some(Asked::Remove(package.name.clone()))
    } else {
        response.clicked().then_some(Asked::Look)
    };
    if !ui.is_rect_visible(rect) {
        return asked;
    }
    let ground = match () {
        () if is_chosen => Some(palette.accent_soft),
        () if response.hovered() || response.has_focus() => Some(palette.raised),
        () => None,
    };
    if let Some(ground) = ground {
        let round = CornerRadius::same(theme::RADIUS);
        ui.painter().rect_filled(rect, round, ground);
    }
    let cells = cells(rect);
    let right = cells.first().map_or(rect.right(), egui::Rect::left);
    let name = Rect::from_min_max(
        rect.min + vec2(theme::GAP, 0.0),
        pos2(right - theme::GAP, rect.bottom()),
    );
    let strong = color(palette, package, is_chosen);
    text_ui(ui, name, &package.name, TextStyle::Body, strong);
    let size = bytes_text(package.size_bytes as f64);
    let version_color = match (&package.newer, is_chosen) {
        (Some(_), false) => palette.warn,
        (_, true) => palette.text_strong,
        _ => palette.text,
    };
    let weak = if is_chosen {
        palette.text_strong
    } else {
        palette.text_weak
    };
    let texts = [
        (words::version_text(package), version_color),
        (size, weak),
        (words::asked_by_text(package), weak),
    ];
    for (cell, (text, color)) in cells.into_iter().zip(texts) {
        text_ui(ui, cell, &text, TextStyle::Small, color);
    }
    response.on_hover_text(words::why_text(package));
    asked
}

/// What came with others steps back.
fn color(palette: &Palette, package: &Package, is_chosen: bool) -> Color32 {
    match (&package.line, is_chosen) {
        (_, true) => palette.text_strong,
        (Some(_), _) => palette.text,
        (None, _) => palette.text_weak,
    }
}

fn text_ui(ui: &Ui, place: Rect, text: &str, style: TextStyle, color: Color32) {
    let text = WidgetText::from(text);
    let text = text.into_galley(ui, Some(TextWrapMode::Truncate), place.width(), style);
    let at = pos2(place.left(), place.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_comes_first_and_the_filter_takes_parts_of_names() {
        let package = |name: &str, is_asked: bool| Package {
            name: name.into(),
            line: is_asked.then(|| name.to_owned()),
            ..Package::default()
        };
        let packages = [
            package("numpy", false),
            package("pandas", true),
            package("Pillow", true),
            package("six", false),
        ];
        for (wanted, expected) in [
            ("", &[1, 2, 0, 3][..]),
            ("p", &[1, 2, 0]),
            ("pil", &[2]),
            ("x", &[3]),
            ("zope", &[]),
        ] {
            assert_eq!(shown(&packages, wanted), expected, "{wanted}");
        }
    }

    #[test]
    fn a_narrow_list_leaves_columns_out() {
        for (width, count) in [(500.0, 3), (300.0, 2), (240.0, 1), (100.0, 0)] {
            let row = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, 24.0));
            assert_eq!(cells(row).len(), count, "{width}");
        }
    }
}
