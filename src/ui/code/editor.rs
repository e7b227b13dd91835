//! Editor: the text of one file as a field, with numbers of lines, marks of what is wrong, the line of the cursor and
//! brackets that belong together. What keys do is `typing`'s.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{ByteIndex, CCursor, CCursorRange, LayoutJob};
use egui::text_edit::TextEditState;
use egui::text_selection::text_cursor_state::{
    byte_index_from_char_index, char_index_from_byte_index,
};
use egui::{
    Align, Align2, Color32, CornerRadius, FontFamily, FontId, Frame, Galley, Id, Margin, Pos2,
    Rect, ScrollArea, Sense, Shape, Stroke, TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::File;
use super::file::{Reveal, hash_of};
use super::highlight;
use super::keys::{self, Waiting};
use super::typing::{self, Selection};
use crate::nodebank::code::{Class, Code};
use crate::ui::theme::{self, Palette};

const FONT_SIZE: f32 = 13.0;
/// Left of the numbers, where marks are, and right of them.
const MARK: f32 = 16.0;
const GUTTER_GAP: f32 = 10.0;
const MARGIN: Margin = Margin {
    left: 8,
    right: 24,
    top: 6,
    bottom: 40,
};

/// What the view of texts remembers.
#[derive(Default)]
pub struct EditorView {
    waiting: Waiting,
    /// The text as it was laid out last: of which text, in which theme.
    job: Option<(u64, bool, LayoutJob)>,
    /// The keyboard is wanted as soon as the field is there.
    pub(super) wants_keys: bool,
    pub(super) asks_replace: bool,
}

/// The field that has the keyboard while a text is typed.
pub fn editor_id() -> Id {
    Id::unique("code editor")
}

/// What marks a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub line: u32,
    pub is_error: bool,
    pub text: String,
}

pub(super) fn editor_ui(
    ui: &mut Ui,
    view: &mut EditorView,
    file: &mut File,
    found: &[Range<usize>],
    marks: &[Mark],
) {
    let palette = theme::palette(ui.ctx());
    let id = editor_id();
    let had_keys = view.wants_keys && ui.memory(|memory| memory.has_focus(id));
    if view.wants_keys && !had_keys && ui.memory(|memory| memory.top_modal_layer().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(id));
        // It may be lost in this frame, to a dialog that has just closed or to a click: it is asked for until it is here.
        ui.ctx().request_repaint();
    }
    view.wants_keys &= !had_keys;
    let has_keys = ui.memory(|memory| memory.has_focus(id));
    if has_keys {
        view.asks_replace |= keys::take(ui.ctx(), &mut view.waiting, file);
    }
    set_cursor(ui, id, file);

    let font = FontId::new(FONT_SIZE, FontFamily::Monospace);
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let lines = file.text().bytes().filter(|byte| *byte == b'\n').count() + 1;
    let digits = lines.to_string().len().max(3) as f32;
    let all = ui.available_rect_before_wrap();
    let gutter = MARK + digits * digit + GUTTER_GAP;
    let (gutter, inside) = all.split_left_right_at_x(all.left() + gutter);
    ui.painter()
        .rect_filled(all, CornerRadius::same(theme::RADIUS), palette.well);
    let mut child = ui.new_child(UiBuilder::new().id_salt(&file.path).max_rect(inside));
    let shown = ScrollArea::both()
        .id_salt("text")
        .auto_shrink(false)
        .show(&mut child, |ui| {
            let under = ui.painter().add(Shape::Noop);
            let laid_out = field_ui(ui, view, file, &font, inside.width());
            let shapes = under_text(&laid_out, file, found, inside, palette);
            ui.painter().set(under, Shape::Vec(shapes));
            underline_faults(ui, &laid_out, &file.code(), palette);
            let reveal = std::mem::take(&mut file.reveal);
            if reveal != Reveal::No {
                let cursor = laid_out.rect_of(file.text(), file.selection.head);
                let align = (reveal == Reveal::InMiddle).then_some(Align::Center);
                // Some lines around it, and what is left of it.
                ui.scroll_to_rect(cursor.expand2(vec2(60.0, 3.0 * cursor.height())), align);
            }
            laid_out
        });
    gutter_ui(ui, gutter, &shown.inner, file.line(), marks, &font);
    ui.advance_cursor_after_rect(all);
}

/// A text on the screen.
struct LaidOut {
    galley: Arc<Galley>,
    pos: Pos2,
}

impl LaidOut {
    /// The cursor at a place, in bytes.
    fn rect_of(&self, text: &str, at: usize) -> Rect {
        let index = char_index_from_byte_index(text, ByteIndex(at));
        let rect = self.galley.pos_from_cursor(CCursor::new(index));
        rect.translate(self.pos.to_vec2())
    }

    /// The rows that are in a part of the screen, with their numbers from 1.
    fn rows_in(&self, part: Rect) -> impl Iterator<Item = (u32, Rect)> {
        let row = |(i, row): (usize, &egui::epaint::text::PlacedRow)| {
            let rect = row.rect().translate(self.pos.to_vec2());
            (i as u32 + 1, rect)
        };
        let rows = self.galley.rows.iter().enumerate().map(row);
        rows.skip_while(move |(_, rect)| rect.bottom() < part.top())
            .take_while(move |(_, rect)| rect.top() <= part.bottom())
    }
}

/// Let the field know where the cursor is: after a key of ours, and when another file is shown.
fn set_cursor(ui: &Ui, id: Id, file: &File) {
    let index = |at: usize| char_index_from_byte_index(file.text(), ByteIndex(at));
    let Selection { anchor, head } = file.selection;
    let wanted = CCursorRange {
        secondary: CCursor::new(index(anchor)),
        ..CCursorRange::one(CCursor::new(index(head)))
    };
    let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let is_same = state.cursor.char_range().is_some_and(|now| {
        (now.primary.index, now.secondary.index) == (wanted.primary.index, wanted.secondary.index)
    });
    if !is_same {
        state.cursor.set_char_range(Some(wanted));
        state.store(ui.ctx(), id);
    }
}

fn field_ui(
    ui: &mut Ui,
    view: &mut EditorView,
    file: &mut File,
    font: &FontId,
    width: f32,
) -> LaidOut {
    let palette = theme::palette(ui.ctx());
    let place = file.place.clone();
    let known = file.code();
    let mut newest = None;
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _wrap: f32| {
        let (text, hash) = (text.as_str(), hash_of(text.as_str()));
        let is_known =
            |(of, is_dark, _): &(u64, bool, LayoutJob)| *of == hash && *is_dark == palette.is_dark;
        if !view.job.as_ref().is_some_and(is_known) {
            let read = if newest.is_none() && view.job.as_ref().is_some_and(|job| job.0 == hash) {
                known.clone()
            } else {
                Arc::new(Code::read(text, &place))
            };
            let job = highlight::job(text, &read, palette, font);
            view.job = Some((hash, palette.is_dark, job));
            newest = Some(read);
        }
        let job = view.job.as_ref().map(|(_, _, job)| job.clone());
        ui.fonts_mut(|fonts| fonts.layout_job(job.unwrap_or_default()))
    };
    let name = file.name();
    let is_read_only = file.read_only.is_some();
    let (response, laid_out) = file.typed(|text| {
        let mut only = text.as_str();
        let buffer: &mut dyn egui::TextBuffer = if is_read_only { &mut only } else { text };
        let output = TextEdit::multiline(buffer)
            .id(editor_id())
            .font(font.clone())
            .frame(Frame::NONE.inner_margin(MARGIN))
            .background_color(Color32::TRANSPARENT)
            .min_size(ui.available_size_before_wrap().min(vec2(width, 1e5)))
            .desired_width(width)
            .lock_focus(true)
            .layouter(&mut layouter)
            .show(ui);
        // A field without the keyboard forgets what is selected.
        let has_keys = output.response.has_focus() || output.response.changed();
        let selection = output.state.cursor.char_range().filter(|_| has_keys);
        let selection = selection.map(|range| {
            let byte = |cursor: CCursor| {
                byte_index_from_char_index(output.galley.job.text.as_str(), cursor.index).0
            };
            Selection {
                anchor: byte(range.secondary),
                head: byte(range.primary),
            }
        });
        let laid_out = LaidOut {
            galley: output.galley,
            pos: output.galley_pos,
        };
        ((output.response.response, laid_out), selection)
    });
    response
        .clone()
        .accessible_name(format!("Source of {name}"));
    laid_out
}

/// What is painted below the letters: the line of the cursor, what was found, brackets that belong together.
fn under_text(
    laid_out: &LaidOut,
    file: &mut File,
    found: &[Range<usize>],
    part: Rect,
    palette: &Palette,
) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let selection = file.selection;
    let cursor = laid_out.rect_of(file.text(), selection.head);
    if selection.anchor == selection.head {
        let line = Rect::from_x_y_ranges(part.x_range(), cursor.y_range());
        let color = Palette::faded(palette.raised, 0.5);
        shapes.push(Shape::rect_filled(line, 0, color));
    }
    let corner = CornerRadius::same(2);
    let outline = Stroke::new(1.0, palette.text_weak);
    for place in found {
        let (from, to) = (
            laid_out.rect_of(file.text(), place.start),
            laid_out.rect_of(file.text(), place.end),
        );
        if from.bottom() < part.top() {
            continue;
        }
        if from.top() > part.bottom() {
            break;
        }
        let rect = Rect::from_min_max(from.left_top(), to.right_bottom());
        if *place == selection.range() {
            shapes.push(Shape::rect_filled(rect, corner, palette.accent_soft));
            let stroke = Stroke::new(1.5, palette.accent);
            shapes.push(Shape::rect_stroke(
                rect,
                corner,
                stroke,
                egui::StrokeKind::Outside,
            ));
        } else {
            shapes.push(Shape::rect_stroke(
                rect,
                corner,
                outline,
                egui::StrokeKind::Outside,
            ));
        }
    }
    let code = file.code();
    let brackets = code
        .pieces
        .iter()
        .filter(|piece| piece.class == Class::Bracket);
    let brackets = brackets.map(|piece| piece.range.start);
    for at in typing::bracket_pair(file.text(), brackets, selection.head)
        .into_iter()
        .flatten()
    {
        let (from, to) = (
            laid_out.rect_of(file.text(), at),
            laid_out.rect_of(file.text(), at + 1),
        );
        let rect = Rect::from_min_max(from.left_top(), to.right_bottom());
        shapes.push(Shape::rect_filled(rect, corner, palette.raised_press));
    }
    shapes
}

/// A line below what is wrong; where that is nothing, below the place.
fn underline_faults(ui: &Ui, laid_out: &LaidOut, code: &Code, palette: &Palette) {
    let text = laid_out.galley.job.text.as_str();
    for fault in &code.faults {
        let end = text[fault.range.start.min(text.len())..].find('\n');
        let end = end.map_or(text.len(), |more| fault.range.start + more);
        let from = laid_out.rect_of(text, fault.range.start.min(text.len()));
        let to = laid_out.rect_of(text, fault.range.end.min(end));
        let right = to.right().max(from.left() + 6.0);
        wave(ui, from.left()..right, from.bottom() - 1.0, palette.error);
    }
}

fn wave(ui: &Ui, xs: Range<f32>, y: f32, color: Color32) {
    const STEP: f32 = 2.5;
    let count = ((xs.end - xs.start) / STEP) as usize;
    let points = (0..=count.clamp(2, 400)).map(|i| {
        let up = if i % 2 == 0 { 0.0 } else { 2.0 };
        pos2(xs.start + i as f32 * STEP, y - up)
    });
    ui.painter()
        .add(Shape::line(points.collect(), Stroke::new(1.0, color)));
}

/// Numbers of the lines, marks before those where something is wrong, and what that is under the pointer.
fn gutter_ui(
    ui: &mut Ui,
    gutter: Rect,
    laid_out: &LaidOut,
    line: u32,
    marks: &[Mark],
    font: &FontId,
) {
    let palette = theme::palette(ui.ctx());
    let painter = ui.painter_at(gutter);
    let response = ui.interact(gutter, editor_id().with("gutter"), Sense::hover());
    let mut under_pointer = Vec::new();
    for (number, rect) in laid_out.rows_in(gutter) {
        let mut here = marks.iter().filter(|mark| mark.line == number).peekable();
        let is_error = here.clone().any(|mark| mark.is_error);
        let color = match (here.peek().is_some(), is_error) {
            (true, true) => palette.error,
            (true, false) => palette.warn,
            _ if number == line => palette.text_strong,
            _ => palette.idle,
        };
        let at = pos2(gutter.right() - GUTTER_GAP, rect.center().y);
        painter.text(
            at,
            Align2::RIGHT_CENTER,
            number.to_string(),
            font.clone(),
            color,
        );
        if here.peek().is_some() {
            let dot = pos2(gutter.left() + MARK / 2.0, rect.center().y);
            painter.circle_filled(dot, theme::DOT / 2.0, color);
        }
        if response
            .hover_pos()
            .is_some_and(|pos| rect.y_range().contains(pos.y))
        {
            under_pointer.extend(here.map(|mark| mark.text.clone()));
        }
    }
    if !under_pointer.is_empty() {
        response.on_hover_text_at_pointer(under_pointer.join("\n"));
    }
}
