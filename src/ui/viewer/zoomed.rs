//! Pictures: fitted at first, zoomed at the pointer, moved by dragging; the value under the pointer is asked for.

use std::path::Path;

use egui::{Pos2, Rect, RichText, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::Fetcher;
use crate::engine::protocol::View;
use crate::ui::picture::picture_at;
use crate::ui::{FetchWhat, theme};

/// Least and most points for one pixel.
const ZOOM: std::ops::RangeInclusive<f32> = 0.02..=64.0;

/// A tiny picture is not blown up further than this by itself.
const MOST_FITTED: f32 = 16.0;

/// How a picture is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageLook {
    /// `None`: fitted into the room.
    place: Option<Place>,
    /// The pixel that was asked for last: one at a time.
    pixel: Option<(u32, u32)>,
    /// The last that was answered, and its value.
    value: Option<((u32, u32), String)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    /// Points for one pixel.
    zoom: f32,
    /// The pixel in the middle of the room.
    center: Pos2,
}

/// What the engine made of a value.
pub(super) struct Picture<'a> {
    pub file: &'a Path,
    pub size: (u32, u32),
    pub ty: &'a str,
    /// Rows first.
    pub shape: &'a [u64],
    pub has_values: bool,
}

impl Picture<'_> {
    /// The value's column and row under a place in the picture, which may be smaller than the value.
    fn pixel_at(&self, at: Pos2) -> Option<(u32, u32)> {
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let is_inside = (0.0..width).contains(&at.x) && (0.0..height).contains(&at.y);
        let [rows, columns, ..] = *self.shape else {
            return None;
        };
        let scale = |at: f32, of: f32, count: u64| {
            ((at / of * count as f32) as u32).min((count as u32).saturating_sub(1))
        };
        is_inside.then(|| (scale(at.x, width, columns), scale(at.y, height, rows)))
    }
}

impl Place {
    fn fitted(picture: Vec2, room: Vec2) -> Self {
        Self {
            zoom: (room.x / picture.x)
                .min(room.y / picture.y)
                .min(MOST_FITTED),
            center: (picture / 2.0).to_pos2(),
        }
    }

    fn rect(self, picture: Vec2, room: Rect) -> Rect {
        let corner = room.center() - self.center.to_vec2() * self.zoom;
        Rect::from_min_size(corner, picture * self.zoom)
    }

    /// The place in the picture under a point of the screen.
    fn picture_from_screen(self, point: Pos2, room: Rect) -> Pos2 {
        self.center + (point - room.center()) / self.zoom
    }

    /// Nearer or farther, with what is under `point` staying there.
    fn zoomed(self, factor: f32, point: Pos2, room: Rect) -> Self {
        let zoom = (self.zoom * factor).clamp(*ZOOM.start(), *ZOOM.end());
        let fixed = self.picture_from_screen(point, room);
        Self {
            zoom,
            center: fixed - (point - room.center()) / zoom,
        }
    }
}

pub(super) fn image_ui(
    ui: &mut Ui,
    fetcher: &mut Fetcher<'_, '_>,
    look: &mut ImageLook,
    picture: &Picture<'_>,
) {
    let palette = theme::palette(ui.ctx());
    let size = vec2(picture.size.0 as f32, picture.size.1 as f32);
    let footer = theme::ROW + ui.spacing().item_spacing.y;
    let room = vec2(ui.available_width(), ui.available_height() - footer).max(vec2(40.0, 40.0));
    let (room, response) = ui.allocate_exact_size(room, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Picture"));
    let fitted = Place::fitted(size, room.size());
    let mut place = look.place.unwrap_or(fitted);
    if response.dragged() {
        place.center -= response.drag_delta() / place.zoom;
        look.place = Some(place);
    }
    if let Some(pointer) = response.hover_pos() {
        let (scrolled, pinched) =
            ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (scrolled / 200.0).exp() * pinched;
        if factor != 1.0 {
            place = place.zoomed(factor, pointer, room);
            look.place = Some(place);
        }
    }
    if response.double_clicked() {
        look.place = match look.place {
            Some(_) => None,
            None => Some(Place {
                zoom: 1.0,
                ..fitted
            }),
        };
        place = look.place.unwrap_or(fitted);
    }
    ui.painter().rect_filled(room, theme::RADIUS, palette.well);
    let clipped = &mut ui.new_child(egui::UiBuilder::new().max_rect(room));
    clipped.shrink_clip_rect(room);
    let rect = place.rect(size, room);
    picture_at(clipped, fetcher.ctx, picture.file, picture.size, rect);
    let under = response
        .hover_pos()
        .map(|pointer| place.picture_from_screen(pointer, room));
    let pixel = under.and_then(|at| picture.pixel_at(at));
    if picture.has_values {
        fetch_pixel(fetcher, look, pixel);
    }
    footer_ui(ui, look, picture, place.zoom, pixel);
}

/// Ask for the pixel under the pointer, one at a time: the next only when the one before was answered.
fn fetch_pixel(fetcher: &mut Fetcher<'_, '_>, look: &mut ImageLook, pixel: Option<(u32, u32)>) {
    if look.pixel.is_none() {
        look.pixel = pixel.filter(|pixel| look.value.as_ref().is_none_or(|(of, _)| of != pixel));
    }
    let Some((x, y)) = look.pixel else { return };
    match fetcher.view(FetchWhat::Pixel { x, y }) {
        Some(View::Text {
            text: Some(text), ..
        }) => look.value = Some(((x, y), text.clone())),
        Some(_) => {}
        None => return,
    }
    look.pixel = None;
}

fn footer_ui(
    ui: &mut Ui,
    look: &mut ImageLook,
    picture: &Picture<'_>,
    zoom: f32,
    pixel: Option<(u32, u32)>,
) {
    ui.horizontal(|ui| {
        if ui.selectable_label(look.place.is_none(), "Fit").clicked() {
            look.place = None;
        }
        let is_whole = look.place.is_some_and(|place| place.zoom == 1.0);
        if ui.selectable_label(is_whole, "100 %").clicked() {
            let center = pos2(picture.size.0 as f32, picture.size.1 as f32) / 2.0;
            look.place = Some(Place { zoom: 1.0, center });
        }
        let shape: Vec<_> = picture.shape.iter().map(u64::to_string).collect();
        let (width, height) = picture.size;
        let about = format!(
            "{:.0} %   {width} × {height}   {} ({})",
            zoom * 100.0,
            picture.ty,
            shape.join(", "),
        );
        ui.label(RichText::new(about).small().weak());
        if let Some((x, y)) = pixel {
            let value = match &look.value {
                Some((of, value)) if *of == (x, y) => value.as_str(),
                _ => "",
            };
            let text = format!("x {x}, y {y}   {value}");
            ui.label(RichText::new(text).monospace());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(400.0, 300.0));
        let place = Place::fitted(vec2(800.0, 300.0), room.size());
        assert_eq!(place.zoom, 0.5);
        let pointer = pos2(110.0, 120.0);
        let before = place.picture_from_screen(pointer, room);
        let nearer = place.zoomed(3.0, pointer, room);
        let after = nearer.picture_from_screen(pointer, room);
        assert!((before - after).length() < 1e-3, "{before} {after}");
        assert_eq!(nearer.zoom, 1.5);
        assert_eq!(place.zoomed(1e9, pointer, room).zoom, *ZOOM.end());
    }

    #[test]
    fn a_pixel_is_counted_in_the_values_own_columns_and_rows() {
        let picture = Picture {
            file: Path::new("a"),
            size: (100, 50),
            ty: "uint8",
            shape: &[100, 200, 3],
            has_values: true,
        };
        for (at, expected) in [
            (pos2(0.0, 0.0), Some((0, 0))),
            (pos2(99.9, 49.9), Some((199, 99))),
            (pos2(50.0, 25.0), Some((100, 50))),
            (pos2(-0.1, 3.0), None),
            (pos2(3.0, 50.0), None),
        ] {
            assert_eq!(picture.pixel_at(at), expected, "{at}");
        }
    }
}
