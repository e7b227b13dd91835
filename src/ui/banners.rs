//! Banners: what stands in the way of the project that is shown, in a strip above its panels, as long as it is so.
//! What goes by itself is a notice (`notices.rs`). Decides nothing.

use egui::{Button, Color32, Frame, Label, Margin, Rect, RichText, Sense, Ui, UiBuilder, vec2};

use super::theme::{self, Palette};
use super::{Action, Level};

/// Something that stands in the way, and what can be done about it.
#[derive(Clone, Debug)]
pub struct Banner {
    pub level: Level,
    /// A few words.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Buttons, from the left.
    pub choices: Vec<(&'static str, Action)>,
}

/// What a banner's button asks for that no command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BannerAction {
    /// Look whether the project can be written to now, and if a save did not go through save again.
    TryAgain,
    /// The place that the project lies in is known for what it is.
    PlaceKnown,
}

/// One below the other.
pub fn banners_ui(ui: &mut Ui, banners: &[Banner], actions: &mut Vec<Action>) {
    let palette = theme::palette(ui.ctx());
    ui.spacing_mut().item_spacing.y = 1.0;
    for banner in banners {
        let frame = Frame::new()
            .fill(palette.panel)
            .inner_margin(Margin::symmetric(14, 7));
        let shown = frame.show(ui, |ui| banner_ui(ui, banner, palette, actions));
        let rect = shown.response.rect;
        let stripe = Rect::from_min_size(rect.min, vec2(theme::NOTICE_STRIPE, rect.height()));
        ui.painter()
            .rect_filled(stripe, 0, color(banner.level, palette));
    }
}

fn banner_ui(ui: &mut Ui, banner: &Banner, palette: &Palette, actions: &mut Vec<Action>) {
    ui.set_min_width(ui.available_width());
    let choices: Vec<_> = banner
        .choices
        .iter()
        .map(|(text, action)| (Button::new(*text).min_size(vec2(0.0, theme::ROW)), action))
        .collect();
    let width = choices_width(ui, banner);
    let all = ui.available_width();
    ui.spacing_mut().item_spacing = vec2(theme::GAP, theme::GAP);
    // In a narrow window the buttons stand below the text.
    let is_wide = all - width > theme::BANNER_TEXT;
    let room = if is_wide { all - width } else { all };
    let top = ui.cursor().min;
    let text_rect = Rect::from_min_size(top, vec2(room, 0.0));
    let text = ui.scope_builder(UiBuilder::new().max_rect(text_rect), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let title = RichText::new(&banner.title).strong();
        ui.add(Label::new(title.color(palette.text_strong)).wrap());
        ui.add(Label::new(&banner.text).wrap().sense(Sense::hover()));
    });
    if choices.is_empty() {
        return;
    }
    let add = |ui: &mut Ui| {
        for (button, action) in choices {
            if ui.add(button).clicked() {
                actions.push(action.clone());
            }
        }
    };
    if is_wide {
        let height = text.response.rect.height().max(theme::ROW);
        let min = egui::pos2(top.x + all - width, top.y);
        let rect = Rect::from_min_size(min, vec2(width, height));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), add);
    } else {
        ui.horizontal_wrapped(add);
    }
}

/// How much room the buttons take beside each other.
fn choices_width(ui: &Ui, banner: &Banner) -> f32 {
    let font = egui::TextStyle::Button.resolve(ui.style());
    let padding = 2.0 * ui.spacing().button_padding.x;
    let width = |text: &str| {
        let galley =
            ui.painter()
                .layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x + padding + theme::GAP
    };
    let widths = banner.choices.iter().map(|(text, _)| width(text));
    widths.sum::<f32>() + theme::GAP
}

fn color(level: Level, palette: &Palette) -> Color32 {
    match level {
        Level::Info => palette.accent,
        Level::Success => palette.ok,
        Level::Warning => palette.warn,
        Level::Error => palette.error,
    }
}
