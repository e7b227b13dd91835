//! Highlight: a source as a text to be laid out, each piece in its colour. The colours are the theme's.

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat, TextWrapping};
use egui::{Color32, FontId};

use crate::graph::ValueType;
use crate::nodebank::code::{Class, Code};
use crate::ui::theme::Palette;

/// The colour of a piece; what is no piece is plain text.
pub fn colour(class: Class, palette: &Palette) -> Color32 {
    match class {
        Class::Keyword => palette.of_type(&ValueType::Dict),
        Class::Constant | Class::Number => palette.warn,
        Class::Text => palette.ok,
        Class::Comment => palette.text_weak,
        Class::Decorator => palette.of_type(&ValueType::Bool),
        Class::Annotation => palette.of_type(&ValueType::Date),
        Class::Definition => palette.accent,
        Class::Operator | Class::Bracket => palette.text,
    }
}

/// The whole text, no line of it wrapped.
pub fn job(text: &str, code: &Code, palette: &Palette, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob {
        text: text.to_owned(),
        wrap: TextWrapping::no_max_width(),
        break_on_newline: true,
        keep_trailing_whitespace: true,
        ..LayoutJob::default()
    };
    let mut push = |range: std::ops::Range<usize>, color: Color32| {
        if range.is_empty() {
            return;
        }
        if let Some(last) = job.sections.last_mut()
            && last.format.color == color
        {
            last.byte_range.end = ByteIndex(range.end);
            return;
        }
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(range.start)..ByteIndex(range.end),
            format: TextFormat::simple(font.clone(), color),
        });
    };
    let mut at = 0;
    for piece in &code.pieces {
        push(at..piece.range.start, palette.text);
        push(piece.range.clone(), colour(piece.class, palette));
        at = piece.range.end;
    }
    push(at..text.len(), palette.text);
    job
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::code::file::file;
    use crate::ui::theme;

    #[test]
    fn the_sections_are_the_whole_text() {
        for text in [
            "",
            "x",
            "def f(a: int) -> str:\n\t'ä'  # ö\n",
            "(((\n'",
            "\"\"\"🎈",
        ] {
            let code = file(text).code();
            let job = job(text, &code, &theme::DARK, &FontId::monospace(12.0));
            let mut at = 0;
            for section in &job.sections {
                assert_eq!(section.byte_range.start.0, at, "{text}");
                at = section.byte_range.end.0;
            }
            assert_eq!(at, text.len(), "{text}");
        }
    }
}
