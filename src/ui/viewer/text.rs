//! Texts and trees.

use egui::{CollapsingHeader, FontId, Label, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use crate::engine::protocol::{TreeNode, ValueSummary, View};
use crate::graph::NodeId;
use crate::ui::{Context, Fetch, FetchWhat, theme};

/// The engine cuts summaries at so many letters.
const SUMMARY_LETTERS: usize = 1024;

/// Texts up to so many letters are shown large.
const LARGE_LETTERS: usize = 40;

/// Does the summary say all that there is, so that nothing must be fetched?
pub(super) fn is_whole(summary: &ValueSummary) -> bool {
    matches!(&*summary.ty, "int" | "float" | "bool" | "none" | "text")
        && summary.text.chars().count() < SUMMARY_LETTERS
}

/// The value as text, for the clipboard: all of it when it was fetched, else the summary.
pub(super) fn copied(
    ctx: &Context<'_>,
    node: NodeId,
    output: usize,
    summary: &ValueSummary,
) -> String {
    let is_it = |fetch: &Fetch| fetch.node == node && fetch.output == output;
    let fetched = |what: FetchWhat| ctx.views.get(&Fetch { node, output, what });
    let first = super::table::page(&super::table::TableLook::default(), 0);
    match fetched(FetchWhat::Text).or_else(|| fetched(first)) {
        Some(View::Text {
            text: Some(text), ..
        }) => text.clone(),
        Some(View::Table { columns, .. }) => {
            let mut pages: Vec<_> = ctx
                .views
                .iter()
                .filter(|(fetch, _)| is_it(fetch))
                .filter_map(|(fetch, view)| match (&fetch.what, view) {
                    (
                        FetchWhat::View {
                            start, sort: None, ..
                        },
                        View::Table { cells, .. },
                    ) => Some((*start, cells)),
                    _ => None,
                })
                .collect();
            pages.sort_unstable_by_key(|(start, _)| *start);
            let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
            let mut text = names.join("\t");
            for row in pages.iter().flat_map(|(_, cells)| cells.iter()) {
                text.push('\n');
                text.push_str(&row.join("\t"));
            }
            text
        }
        _ => summary.text.to_string(),
    }
}

/// A text that can be selected; short ones large.
pub(super) fn text_ui(ui: &mut Ui, text: &str, is_wrapping: &mut bool) {
    let is_short = text.chars().count() <= LARGE_LETTERS && !text.contains('\n');
    if is_short {
        let size = theme::LARGE_TEXT;
        let shown = if text.is_empty() { "(empty)" } else { text };
        let shown = RichText::new(shown).font(FontId::monospace(size));
        ui.add(Label::new(shown).wrap().selectable(true));
        return;
    }
    theme::checkbox_ui(ui, is_wrapping, "Wrap lines");
    let area = if *is_wrapping {
        ScrollArea::vertical()
    } else {
        ScrollArea::both()
    };
    let wraps = *is_wrapping;
    area.id_salt(("viewer text", wraps))
        .auto_shrink(false)
        .show(ui, |ui| {
            let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
                let font = TextStyle::Monospace.resolve(ui.style());
                let color = ui.visuals().text_color();
                let width = if wraps { width } else { f32::INFINITY };
                let job =
                    egui::text::LayoutJob::simple(text.as_str().to_owned(), font, color, width);
                ui.fonts_mut(|fonts| fonts.layout_job(job))
            };
            let mut shown = text;
            let edit = TextEdit::multiline(&mut shown)
                .frame(egui::Frame::NONE)
                .desired_width(f32::INFINITY)
                .layouter(&mut layouter);
            ui.add(edit).accessible_name("Text of the value");
        });
}

/// Lists and dictionaries, to be unfolded.
pub(super) fn tree_ui(ui: &mut Ui, tree: &TreeNode) {
    ScrollArea::both()
        .id_salt("viewer tree")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            branch_ui(ui, tree, 0, true);
        });
}

fn branch_ui(ui: &mut Ui, branch: &TreeNode, at: usize, is_open: bool) {
    let palette = theme::palette(ui.ctx());
    let mut text = egui::text::LayoutJob::default();
    let mono = TextStyle::Monospace.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let mut add = |piece: &str, font: &FontId, color| {
        let format = egui::TextFormat::simple(font.clone(), color);
        text.append(piece, 0.0, format);
    };
    if !branch.label.is_empty() {
        add(&branch.label, &mono, palette.accent);
        add("  ", &mono, palette.text);
    }
    add(&branch.text, &mono, palette.text);
    add(&format!("  {}", branch.ty), &small, palette.text_weak);
    match &branch.children {
        None => {
            ui.horizontal(|ui| {
                // In line with the text of those that can be unfolded.
                ui.add_space(ui.spacing().indent + 2.0);
                ui.add(Label::new(text).extend().selectable(true));
            });
        }
        Some(children) => {
            CollapsingHeader::new(text)
                .id_salt(at)
                .default_open(is_open)
                .show(ui, |ui| {
                    if children.is_empty() {
                        ui.weak("empty");
                    }
                    for (at, child) in children.iter().enumerate() {
                        branch_ui(ui, child, at, false);
                    }
                });
        }
    }
}
