//! Colours: a swatch that opens sliders for hue, saturation, brightness and opacity, which keys move as well as the
//! pointer does; and the colour as text.

use egui::color_picker::show_color_at;
use egui::ecolor::{Hsva, HsvaGamma};
use egui::epaint::Mesh;
use egui::{
    Color32, Grid, Id, Popup, PopupCloseBehavior, Pos2, Rect, Response, Role, Sense, Shape, Slider,
    StrokeKind, Ui, WidgetInfo, vec2,
};

use super::{Field, ValueEdit, is_held};
use crate::graph::Value;
use crate::ui::theme;

/// Steps of the strip that shows where a slider leads.
const STEPS: usize = 24;

/// What the sliders show. Kept beside the colour, which has no hue where it is grey.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mixed {
    channels: [u8; 4],
    /// All from 0 to 1.
    hue: f32,
    saturation: f32,
    brightness: f32,
}

/// Name, value, its most, its unit, and the colour that a value would give.
type Row<'a> = (&'a str, &'a mut f32, f32, &'a str, &'a dyn Fn(f32) -> Mixed);

impl Mixed {
    fn new(channels: [u8; 4]) -> Self {
        let [red, green, blue, _] = channels;
        let HsvaGamma { h, s, v, .. } = Hsva::from_srgb([red, green, blue]).into();
        Self {
            channels,
            hue: h,
            saturation: s,
            brightness: v,
        }
    }

    /// With the channels that hue, saturation and brightness mean.
    fn mixed(self) -> Self {
        let colour = HsvaGamma {
            h: self.hue,
            s: self.saturation,
            v: self.brightness,
            a: 1.0,
        };
        let [red, green, blue] = Hsva::from(colour).to_srgb();
        Self {
            channels: [red, green, blue, self.channels[3]],
            ..self
        }
    }
}

impl Field<'_> {
    pub(super) fn colour_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        let shown = self.shown();
        let channels = shown
            .as_ref()
            .and_then(Value::as_str)
            .and_then(theme::parse_colour);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x /= 2.0;
            let swatch = swatch_ui(ui, &format!("Pick {}", self.label()), channels);
            let before = channels.unwrap_or([128, 128, 128, 255]);
            let mut after = before;
            let sliders = Popup::from_toggle_button_response(&swatch)
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| sliders_ui(ui, swatch.id, &mut after, swatch.clicked()));
            if after != before {
                let value = Value::text(theme::colour_text(after));
                self.drafts.put(&self.port, swatch.id, None, Some(value));
            }
            let is_going_on = sliders.is_some_and(|sliders| sliders.inner);
            let picked = self.end_gesture(ui, swatch.id, is_going_on);
            let typed = self.text_ui(ui, |typed| {
                theme::parse_colour(typed).map(|channels| Value::text(theme::colour_text(channels)))
            });
            picked.or(typed)
        })
        .inner
    }
}

/// The colour on a button; an empty one where there is none.
fn swatch_ui(ui: &mut Ui, name: &str, channels: Option<[u8; 4]>) -> Response {
    let palette = theme::palette(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(ui.spacing().interact_size, Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ColorWell, ui.is_enabled(), name);
        info.current_text_value = channels.map(theme::colour_text);
        info
    });
    let stroke = ui.style().interact(&response).bg_stroke;
    let colour = channels.map_or(palette.well, theme::user_colour);
    show_color_at(ui.painter(), colour, rect.shrink(1.0));
    ui.painter()
        .rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    response.on_hover_text("Mix a colour")
}

/// The sliders; is one of them held?
fn sliders_ui(ui: &mut Ui, id: Id, channels: &mut [u8; 4], takes_keyboard: bool) -> bool {
    let last = ui.data(|data| data.get_temp::<Mixed>(id));
    let mut mixed = last
        .filter(|last| last.channels == *channels)
        .unwrap_or_else(|| Mixed::new(*channels));
    let mut opacity = f32::from(channels[3]) / 255.0;
    let mut is_going_on = false;
    ui.spacing_mut().slider_width = theme::FILTER_WIDTH;
    Grid::new(id).num_columns(2).show(ui, |ui| {
        let now = mixed;
        let rows: [Row<'_>; 3] = [
            ("Hue", &mut mixed.hue, 360.0, "°", &|hue| Mixed {
                hue,
                ..now
            }),
            (
                "Saturation",
                &mut mixed.saturation,
                100.0,
                " %",
                &|saturation| Mixed { saturation, ..now },
            ),
            (
                "Brightness",
                &mut mixed.brightness,
                100.0,
                " %",
                &|brightness| Mixed { brightness, ..now },
            ),
        ];
        for (i, (name, part, most, unit, with)) in rows.into_iter().enumerate() {
            let strip = |part| theme::user_colour(with(part).mixed().channels);
            let slider = slider_ui(ui, name, part, most, unit, &strip);
            if takes_keyboard && i == 0 {
                slider.request_focus();
            }
            is_going_on |= is_held(ui, &slider);
        }
        let [red, green, blue, _] = now.channels;
        let strip = |part: f32| theme::user_colour([red, green, blue, (part * 255.0) as u8]);
        let slider = slider_ui(ui, "Opacity", &mut opacity, 100.0, " %", &strip);
        is_going_on |= is_held(ui, &slider);
    });
    if Some(mixed) != last {
        mixed = mixed.mixed();
    }
    mixed.channels[3] = (opacity * 255.0).round() as u8;
    ui.data_mut(|data| data.insert_temp(id, mixed));
    *channels = mixed.channels;
    is_going_on
}

/// A slider over `part` of `most`, above a strip of the colours that it leads to.
fn slider_ui(
    ui: &mut Ui,
    name: &str,
    part: &mut f32,
    most: f32,
    unit: &str,
    strip: &dyn Fn(f32) -> Color32,
) -> Response {
    let label = ui.label(name);
    let mut shown = *part * most;
    let slider = ui
        .vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let slider = Slider::new(&mut shown, 0.0..=most)
                .suffix(unit)
                .fixed_decimals(0)
                .step_by(1.0)
                .trailing_fill(false);
            let slider = ui.add(slider).labelled_by(label.id);
            let size = vec2(ui.spacing().slider_width, theme::STRIP_HEIGHT);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            ui.painter().add(Shape::mesh(gradient(rect, strip)));
            slider
        })
        .inner;
    if slider.changed() {
        *part = shown / most;
    }
    ui.end_row();
    slider
}

fn gradient(rect: Rect, strip: &dyn Fn(f32) -> Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for step in 0..=STEPS {
        let part = step as f32 / STEPS as f32;
        let x = rect.left() + rect.width() * part;
        for y in [rect.top(), rect.bottom()] {
            mesh.colored_vertex(Pos2::new(x, y), strip(part));
        }
        if step > 0 {
            let first = 2 * (step as u32 - 1);
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_comes_back_from_what_it_is_mixed_of() {
        for channels in [
            [255, 128, 0, 255],
            [0, 0, 0, 255],
            [255, 255, 255, 40],
            [90, 90, 90, 0],
            [17, 200, 130, 255],
        ] {
            assert_eq!(Mixed::new(channels).mixed().channels, channels);
        }
        // A grey keeps the hue that it was given.
        let grey = Mixed {
            hue: 0.6,
            saturation: 0.0,
            ..Mixed::new([90, 90, 90, 255])
        };
        assert_eq!(grey.mixed().hue, 0.6);
    }
}
