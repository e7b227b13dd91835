//! Pictures that the engine wrote, as the window shows them: fitted into a place, and asked for when they are not
//! on the graphics card yet. Reads no file.

use std::path::Path;

use egui::{Color32, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::{Action, Context, theme};
use crate::engine::protocol::Thumb;

/// The size of `size` fitted into `room`, never larger than it is.
pub fn fit_into(size: Vec2, room: Vec2) -> Vec2 {
    let scale = (room.x / size.x).min(room.y / size.y).min(1.0);
    (size * scale).max(Vec2::splat(1.0))
}

/// Show a thumbnail in at most this room. Clicks are the caller's.
pub fn thumb_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    thumb: &Thumb,
    room: Vec2,
    name: &str,
) -> egui::Response {
    let size = fit_into(vec2(thumb.width as f32, thumb.height as f32), room);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if ui.is_rect_visible(rect) {
        picture_at(ui, ctx, &thumb.file, (thumb.width, thumb.height), rect);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response
}

/// Paint a picture into `rect`; while it is not there yet, the ground that it will stand on.
pub fn picture_at(
    ui: &Ui,
    ctx: &mut Context<'_>,
    file: &Path,
    (width, height): (u32, u32),
    rect: Rect,
) {
    let palette = theme::palette(ui.ctx());
    let painter = ui.painter();
    if let Some(texture) = ctx.pictures.textures.get(file) {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture.id(), rect, whole, Color32::WHITE);
    } else {
        painter.rect_filled(rect, 0.0, palette.well);
        ctx.ask(Action::LoadPicture {
            file: file.to_owned(),
            width,
            height,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_shrink_to_fit_and_never_grow() {
        for (size, room, expected) in [
            (vec2(100.0, 50.0), vec2(200.0, 200.0), vec2(100.0, 50.0)),
            (vec2(400.0, 100.0), vec2(200.0, 200.0), vec2(200.0, 50.0)),
            (vec2(100.0, 400.0), vec2(200.0, 200.0), vec2(50.0, 200.0)),
            (vec2(9000.0, 1.0), vec2(200.0, 200.0), vec2(200.0, 1.0)),
        ] {
            assert_eq!(fit_into(size, room), expected);
        }
    }
}
