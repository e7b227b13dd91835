//! Overlay: words over everything else in the window that nothing can be done with. They ask for no frames. Decides
//! nothing.

use egui::{
    Align2, Area, Context, Frame, Id, InnerResponse, Label, Order, Pos2, RichText, Stroke, Ui, vec2,
};

use super::theme;

/// In the middle of something: what letting go there would do, a heading and lines.
pub fn hint_ui(context: &Context, middle: Pos2, lines: Vec<String>) {
    let palette = theme::palette(context);
    over(
        context,
        "drop hint",
        Order::Tooltip,
        (Align2::CENTER_CENTER, middle),
        |ui| {
            let stroke = Stroke::new(2.0, palette.accent);
            let frame = Frame::popup(ui.style()).stroke(stroke).inner_margin(16);
            frame.show(ui, |ui| {
                for (at, line) in lines.into_iter().enumerate() {
                    let text = match at {
                        0 => RichText::new(line).heading(),
                        _ => RichText::new(line).color(palette.text_weak),
                    };
                    ui.add(Label::new(text).extend());
                }
            })
        },
    );
}

/// In a lower left corner: figures.
pub fn note_ui(context: &Context, corner: Pos2, text: String) {
    let color = theme::palette(context).text;
    let place = corner + vec2(theme::GAP, -theme::GAP);
    over(
        context,
        "figures",
        Order::Foreground,
        (Align2::LEFT_BOTTOM, place),
        |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                let text = RichText::new(text).monospace().color(color);
                ui.add(Label::new(text).extend());
            })
        },
    );
}

/// Below and right of a place, inside of the window: something to read while the pointer rests there.
pub fn card_ui(context: &Context, name: &str, corner: Pos2, contents: impl FnOnce(&mut Ui)) {
    let place = (Align2::LEFT_TOP, corner);
    over(context, name, Order::Tooltip, place, |ui| {
        Frame::popup(ui.style()).show(ui, contents)
    });
}

fn over(
    context: &Context,
    name: &str,
    order: Order,
    (pivot, place): (Align2, Pos2),
    contents: impl FnOnce(&mut Ui) -> InnerResponse<()>,
) {
    Area::new(Id::unique(name))
        .order(order)
        .interactable(false)
        // It would ask for frames.
        .fade_in(false)
        .pivot(pivot)
        .fixed_pos(place)
        .show(context, contents);
}
