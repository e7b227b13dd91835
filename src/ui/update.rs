//! Updates in the window: the dot in the bar, and the dialog from the question to what is new. Notes are the words of
//! others: they are limited to plain Markdown, and no link of theirs leads anywhere from here. Decides nothing.

use std::path::PathBuf;

use egui::text::LayoutJob;
use egui::{Button, Key, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::dialogs::{buttons, enter, heading};
use super::theme::{self, Palette};
use super::{Action, markdown};
use crate::command::Command;

/// What the dialog shows.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdatePage {
    /// The server is being asked.
    Asking,
    Offer(OfferPage),
    Fetching {
        version: String,
        done: u64,
        total: u64,
        bytes_per_sec: u64,
    },
    /// It is being put in place, and the window closes.
    Starting {
        version: String,
    },
    /// This start is the first of a new version.
    Updated {
        version: String,
        notes: String,
    },
    /// There is nothing to be done, or it went wrong.
    Told {
        title: String,
        text: String,
        /// What the installer wrote.
        log: Option<PathBuf>,
    },
}

/// A newer version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferPage {
    pub version: String,
    pub runs: String,
    /// The day.
    pub published: String,
    pub bytes: Option<u64>,
    /// Markdown; `None` when they are not those that were signed.
    pub notes: Option<String>,
    /// How it is done where Loom cannot do it.
    pub by_hand: Option<String>,
    /// It was fetched already.
    pub is_ready: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateAnswer {
    /// Fetch it, or put in place what was fetched.
    Update,
    Later,
    Skip,
    /// Give up what is being asked or fetched.
    Cancel,
    /// Show the page of all versions; the dialog stays.
    OpenPage,
    /// The same for what the installer wrote.
    OpenLog,
}

/// A quiet sign that there is something to be seen. Its right end.
pub(super) fn dot_ui(ui: &mut Ui, at: f32, hint: &str, actions: &mut Vec<Action>) -> f32 {
    let palette = theme::palette(ui.ctx());
    let bar = ui.max_rect();
    let place = egui::Rect::from_min_size(
        egui::pos2(at + theme::GAP, bar.center().y - theme::ROW / 2.0),
        vec2(theme::ROW, theme::ROW),
    );
    let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(place));
    let dot = Button::new("").frame(false).min_size(place.size());
    let dot = ui.add(dot).accessible_name(hint);
    let radius = theme::DOT / 2.0;
    ui.painter()
        .circle_filled(dot.rect.center(), radius, palette.accent);
    if dot.on_hover_text(hint).clicked() {
        actions.push(Action::Command(Command::CheckUpdates));
    }
    place.right()
}

pub(super) fn update_ui(ui: &mut Ui, page: &UpdatePage) -> Option<UpdateAnswer> {
    match page {
        UpdatePage::Asking => {
            heading(ui, "Check for updates", "");
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Asking whether there is a newer version…");
            });
            buttons(ui, &[("Cancel", true)]).map(|_| UpdateAnswer::Cancel)
        }
        UpdatePage::Offer(offer) => offer_ui(ui, offer),
        UpdatePage::Fetching {
            version,
            done,
            total,
            bytes_per_sec,
        } => {
            let text = "You can go on working; nothing changes before all of it is there and found to be in order.";
            heading(ui, &format!("Fetching Loom {version}"), text);
            let part = *done as f32 / (*total).max(1) as f32;
            let palette = theme::palette(ui.ctx());
            let bar = ProgressBar::new(part)
                .desired_height(theme::PROGRESS_HEIGHT)
                .fill(palette.accent);
            let name = format!("{:.0} % fetched", part * 100.0);
            ui.add(bar).accessible_name(&name);
            let figures = figures(*done, *total, *bytes_per_sec);
            ui.label(RichText::new(figures).small().color(palette.text_weak));
            match buttons(ui, &[("Hide", true), ("Cancel", false)]) {
                Some(0) => Some(UpdateAnswer::Later),
                Some(_) => Some(UpdateAnswer::Cancel),
                None => enter(ui).then_some(UpdateAnswer::Later),
            }
        }
        UpdatePage::Starting { version } => {
            let text = "This window closes, and the new version opens by itself.";
            heading(ui, &format!("Updating to Loom {version}"), text);
            ui.spinner();
            None
        }
        UpdatePage::Updated { version, notes } => {
            heading(ui, &format!("Updated to Loom {version}"), "");
            notes_ui(ui, notes);
            let is_closed = buttons(ui, &[("Close", true)]).is_some() || enter(ui);
            is_closed.then_some(UpdateAnswer::Later)
        }
        UpdatePage::Told { title, text, log } => {
            heading(ui, title, "");
            ui.add(Label::new(text).wrap().selectable(true));
            let mut choices = vec![("Close", true)];
            choices.extend(log.is_some().then_some(("Open the log", false)));
            match buttons(ui, &choices) {
                Some(0) => Some(UpdateAnswer::Later),
                Some(_) => Some(UpdateAnswer::OpenLog),
                None => enter(ui).then_some(UpdateAnswer::Later),
            }
        }
    }
}

fn offer_ui(ui: &mut Ui, offer: &OfferPage) -> Option<UpdateAnswer> {
    let palette = theme::palette(ui.ctx());
    let size = offer
        .bytes
        .map_or_else(String::new, |bytes| format!(", {}", megabytes(bytes)));
    let text = format!(
        "Published {}{size}. This is {}.",
        offer.published, offer.runs
    );
    heading(ui, &format!("Loom {} is there", offer.version), &text);
    if let Some(notes) = &offer.notes {
        notes_ui(ui, notes);
    } else {
        let text =
            "The notes of this version are not shown: they are not those that its makers signed.";
        ui.label(RichText::new(text).color(palette.text_weak));
    }
    ui.add_space(theme::GAP);
    if let Some(text) = &offer.by_hand {
        ui.label(text);
        let choices = [
            ("Open the download page", true),
            ("Later", false),
            ("Skip this version", false),
        ];
        return match buttons(ui, &choices) {
            Some(0) => Some(UpdateAnswer::OpenPage),
            Some(1) => Some(UpdateAnswer::Later),
            Some(_) => Some(UpdateAnswer::Skip),
            None => enter(ui).then_some(UpdateAnswer::OpenPage),
        };
    }
    let (main, text) = if offer.is_ready {
        (
            "Restart and update",
            "It was fetched and is in order. Loom saves, closes and starts again; what runs is stopped.",
        )
    } else {
        (
            "Update now",
            "It is fetched first; then Loom saves, closes and starts again, and what runs is stopped.",
        )
    };
    ui.label(RichText::new(text).small().color(palette.text_weak));
    let choices = [(main, true), ("Later", false), ("Skip this version", false)];
    match buttons(ui, &choices) {
        Some(0) => Some(UpdateAnswer::Update),
        Some(1) => Some(UpdateAnswer::Later),
        Some(_) => Some(UpdateAnswer::Skip),
        None => enter(ui).then_some(UpdateAnswer::Update),
    }
}

/// Notes, which arrows and page keys scroll.
fn notes_ui(ui: &mut Ui, notes: &str) {
    let palette = theme::palette(ui.ctx());
    ScrollArea::vertical()
        .max_height(theme::OUTPUT_HEIGHT)
        .show(ui, |ui| {
            let page = theme::OUTPUT_HEIGHT * 0.8;
            for (key, by) in [
                (Key::ArrowDown, -theme::ROW),
                (Key::ArrowUp, theme::ROW),
                (Key::PageDown, -page),
                (Key::PageUp, page),
            ] {
                if ui.input(|input| input.key_pressed(key)) {
                    ui.scroll_with_delta(vec2(0.0, by));
                }
            }
            ui.set_min_width(ui.available_width());
            let job = notes_job(notes, ui.available_width(), palette);
            ui.add(Label::new(job).selectable(true));
        });
}

fn notes_job(notes: &str, width: f32, palette: &Palette) -> LayoutJob {
    let text = harmless(notes);
    let events = Limited {
        events: Parser::new_ext(&text, Options::empty()),
        links: Vec::new(),
        waiting: None,
    };
    markdown::layout_of(events, 13.0, width, usize::MAX, palette)
}

/// Without what changes the order or the look of other letters.
fn harmless(text: &str) -> String {
    let is_shown = |letter: &char| {
        let is_control = letter.is_control() && !matches!(letter, '\n' | '\t');
        let is_hidden = matches!(
            letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        );
        !is_control && !is_hidden
    };
    text.chars().filter(is_shown).collect()
}

/// Markdown of which no picture, no HTML and no unsafe link is left, and whose links say where they lead.
struct Limited<'a, I> {
    events: I,
    /// The hosts of the links that are open; `None` where one is not shown as a link.
    links: Vec<Option<String>>,
    waiting: Option<Event<'a>>,
}

impl<'a, I: Iterator<Item = Event<'a>>> Iterator for Limited<'a, I> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        if let Some(event) = self.waiting.take() {
            return Some(event);
        }
        loop {
            match self.events.next()? {
                Event::Html(_) | Event::InlineHtml(_) => {}
                Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }) => {
                    let host = host(&dest_url);
                    let is_shown = host.is_some();
                    self.links.push(host);
                    if is_shown {
                        return Some(Event::Start(Tag::Link {
                            link_type,
                            dest_url,
                            title,
                            id,
                        }));
                    }
                }
                Event::End(TagEnd::Link) => {
                    if let Some(host) = self.links.pop().flatten() {
                        self.waiting = Some(Event::Text(CowStr::from(format!(" ({host})"))));
                        return Some(Event::End(TagEnd::Link));
                    }
                }
                event => return Some(event),
            }
        }
    }
}

/// The host of an encrypted address.
fn host(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_host)).then(|| host.to_owned())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn figures(done: u64, total: u64, bytes_per_sec: u64) -> String {
    let speed = match bytes_per_sec {
        0 => String::new(),
        speed => format!(", {}/s", megabytes(speed)),
    };
    format!("{} of {}{speed}", megabytes(done), megabytes(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_words_whatever_they_were_meant_to_be() {
        for (notes, expected) in [
            ("## New\n\n- **a**\n- `b`", "New\n• a\n• b"),
            (
                "see [the page](https://example.org/x?y)",
                "see the page (example.org)",
            ),
            ("see [it](http://example.org)", "see it"),
            ("[it](javascript:alert(1)) and [x](file:///etc)", "it and x"),
            ("[it](https://me@evil.org)", "it"),
            (
                "a <b>c</b> ![d](https://e.org/f.png) <script>g</script>",
                "a c d g",
            ),
            ("evil\u{202e}txt.exe\u{7}\u{200b}", "eviltxt.exe"),
        ] {
            let job = notes_job(notes, 300.0, &theme::DARK);
            assert_eq!(job.text, expected, "{notes:?}");
        }
    }

    #[test]
    fn figures_are_for_people() {
        assert_eq!(figures(1_250_000, 20_000_000, 0), "1.2 MB of 20.0 MB");
        let with_speed = figures(1_250_000, 20_000_000, 310_000);
        assert_eq!(with_speed, "1.2 MB of 20.0 MB, 0.3 MB/s");
    }
}
