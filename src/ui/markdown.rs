//! Markdown as one laid-out text: headings, emphasis, code, lists, quotes and links by their words. For texts that are
//! looked at and not clicked: notes on the canvas. Paints nothing itself.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{FontFamily, FontId, Stroke};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::theme::{self, Palette};

/// Lay out `text` at a size of letters, `width` points wide and at most `height` high.
pub fn layout(text: &str, size: f32, width: f32, rows: usize, palette: &Palette) -> LayoutJob {
    layout_of(Parser::new(text), size, width, rows, palette)
}

/// The same for a text that was taken apart already.
pub fn layout_of<'a>(
    events: impl Iterator<Item = Event<'a>>,
    size: f32,
    width: f32,
    rows: usize,
    palette: &Palette,
) -> LayoutJob {
    let mut writer = Writer {
        job: LayoutJob::default(),
        size,
        palette,
        heading: None,
        strong: 0,
        emphasis: 0,
        link: 0,
        is_code: false,
        lists: Vec::new(),
        gap: None,
    };
    for event in events {
        writer.event(event);
    }
    let mut job = writer.job;
    job.wrap = TextWrapping {
        max_width: width.max(1.0),
        max_rows: rows.max(1),
        ..TextWrapping::default()
    };
    job
}

struct Writer<'a> {
    job: LayoutJob,
    size: f32,
    palette: &'a Palette,
    heading: Option<HeadingLevel>,
    strong: u32,
    emphasis: u32,
    link: u32,
    is_code: bool,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// What stands between the block before and the next one.
    gap: Option<&'static str>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.put(&text),
            Event::Code(text) => {
                self.is_code = true;
                self.put(&text);
                self.is_code = false;
            }
            Event::SoftBreak => self.put(" "),
            Event::HardBreak => self.put("\n"),
            Event::Rule => {
                self.begin("\n");
                self.put("―――");
                self.gap = Some("\n");
            }
            Event::Html(text) | Event::InlineHtml(text) => self.put(&text),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph if self.lists.is_empty() => self.begin("\n\n"),
            Tag::Heading { level, .. } => {
                self.begin("\n\n");
                self.heading = Some(*level);
            }
            Tag::CodeBlock(_) => {
                self.begin("\n\n");
                self.is_code = true;
            }
            Tag::List(first) => self.lists.push(*first),
            Tag::Item => {
                self.begin("\n");
                let depth = self.lists.len().saturating_sub(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                self.put(&format!("{}{mark}", "    ".repeat(depth)));
            }
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Link { .. } => self.link += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.heading = None;
                self.gap = Some("\n");
            }
            TagEnd::CodeBlock => {
                self.is_code = false;
                self.gap = Some("\n");
            }
            TagEnd::Paragraph if self.lists.is_empty() => self.gap = Some("\n\n"),
            TagEnd::Item => self.gap = Some("\n"),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.gap = Some("\n\n");
                }
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link => self.link = self.link.saturating_sub(1),
            _ => {}
        }
    }

    /// A block begins: on a line of its own, behind the one before.
    fn begin(&mut self, gap: &'static str) {
        let gap = self.gap.take().unwrap_or(gap);
        if !self.job.text.is_empty() {
            self.put(gap);
        }
    }

    fn put(&mut self, text: &str) {
        let format = self.format();
        self.job.append(text, 0.0, format);
    }

    fn format(&self) -> TextFormat {
        let palette = self.palette;
        let (factor, is_heading) = match self.heading {
            Some(HeadingLevel::H1) => (1.5, true),
            Some(HeadingLevel::H2) => (1.25, true),
            Some(_) => (1.1, true),
            None => (1.0, false),
        };
        let family = if self.is_code {
            FontFamily::Monospace
        } else if is_heading || self.strong > 0 {
            theme::strong()
        } else {
            FontFamily::Proportional
        };
        // Half points, so that few sizes are ever laid out.
        let size = (self.size * factor * 2.0).round().max(2.0) / 2.0;
        let color = match () {
            () if self.link > 0 => palette.accent,
            () if is_heading || self.strong > 0 => palette.text_strong,
            () => palette.text,
        };
        let mut format = TextFormat::simple(FontId::new(size, family), color);
        format.italics = self.emphasis > 0;
        if self.link > 0 {
            format.underline = Stroke::new(1.0, color);
        }
        format
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        layout(text, 12.0, 200.0, 100, &theme::DARK).text
    }

    #[test]
    fn blocks_stand_on_lines_of_their_own() {
        for (text, expected) in [
            ("", ""),
            ("one\ntwo", "one two"),
            ("one\n\ntwo", "one\n\ntwo"),
            ("# Head\nbody", "Head\nbody"),
            ("- a\n- b\n  - c\n\nend", "• a\n• b\n    • c\n\nend"),
            ("3. a\n4. b", "3. a\n4. b"),
            ("a **b** `c` [d](https://e)", "a b c d"),
            ("<b>raw</b>", "<b>raw</b>"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn emphasis_and_headings_look_their_part() {
        let job = layout("# A\nb *c* **d** `e`", 12.0, 200.0, 100, &theme::DARK);
        let format = |letter: &str| {
            let at = job.text.find(letter).unwrap();
            let section = job
                .sections
                .iter()
                .find(|section| section.byte_range.contains(&egui::text::ByteIndex(at)));
            section.unwrap().format.clone()
        };
        assert_eq!(format("A").font_id.size, 18.0);
        assert!(format("c").italics);
        assert_eq!(format("d").font_id.family, theme::strong());
        assert_eq!(format("e").font_id.family, FontFamily::Monospace);
        assert_eq!(format("b").color, theme::DARK.text);
    }
}
