//! Tests of the raster: which pixels, which colours, and that nothing whatever makes it stop.

use egui::epaint::WHITE_UV;
use egui::{Pos2, Vec2, pos2, vec2};
use proptest::prelude::*;

use super::*;

const WHITE: TextureId = TextureId::Managed(0);
const CHECKERS: TextureId = TextureId::Managed(1);

/// A white texture, and one of two by two pixels: red, green, blue, white.
fn raster(options: TextureOptions) -> Raster {
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
    let checkers = colors.map(|[r, g, b]| Color32::from_rgb(r, g, b)).to_vec();
    let mut delta = TexturesDelta::default();
    let white = ColorImage::filled([1, 1], Color32::WHITE);
    delta.push(WHITE, ImageDelta::full(white, options));
    delta.push(
        CHECKERS,
        ImageDelta::full(ColorImage::new([2, 2], checkers), options),
    );
    let mut raster = Raster::default();
    raster.update(&mut delta);
    assert!(delta.is_empty());
    raster
}

fn mesh(texture: TextureId, corners: &[(Pos2, Pos2, Color32)], indices: &[u32]) -> Mesh {
    Mesh {
        indices: indices.to_vec(),
        vertices: corners
            .iter()
            .map(|(pos, uv, color)| Vertex {
                pos: *pos,
                uv: *uv,
                color: *color,
            })
            .collect(),
        texture_id: texture,
    }
}

/// A rectangle in one colour.
fn flat(rect: Rect, color: Color32) -> Mesh {
    let mut mesh = Mesh::with_texture(WHITE);
    mesh.add_colored_rect(rect, color);
    mesh
}

fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
    Rect::from_min_max(pos2(left, top), pos2(right, bottom))
}

struct Shot {
    size: [usize; 2],
    clip: Rect,
    pixels_per_point: f32,
}

impl Shot {
    fn of(width: usize, height: usize) -> Self {
        Self {
            size: [width, height],
            clip: Rect::EVERYTHING,
            pixels_per_point: 1.0,
        }
    }

    fn take(&self, raster: &Raster, ground: Color32, meshes: Vec<Mesh>) -> Vec<[u8; 4]> {
        let mut image = ColorImage::filled(self.size, ground);
        let primitives: Vec<_> = meshes
            .into_iter()
            .map(|mesh| ClippedPrimitive {
                clip_rect: self.clip,
                primitive: Primitive::Mesh(mesh),
            })
            .collect();
        raster.paint(&mut image, &primitives, self.pixels_per_point);
        image.pixels.iter().map(Color32::to_array).collect()
    }
}

#[test]
fn a_rectangle_covers_the_pixels_whose_middle_it_holds() {
    for (area, expected) in [
        (rect(1.0, 1.0, 3.0, 2.0), ["....", ".##.", "...."]),
        // An edge in a pixel's middle: left and upper ones own it, right and lower ones do not.
        (rect(0.5, 0.5, 2.5, 1.5), ["##..", "....", "...."]),
        (rect(0.6, 0.6, 2.6, 1.6), ["....", ".##.", "...."]),
        (rect(-9.0, -9.0, 99.0, 99.0), ["####", "####", "####"]),
    ] {
        let pixels = Shot::of(4, 3).take(
            &raster(TextureOptions::LINEAR),
            Color32::BLACK,
            vec![flat(area, Color32::WHITE)],
        );
        let rows: Vec<String> = pixels
            .chunks(4)
            .map(|row| {
                let sign = |pixel: &[u8; 4]| if pixel[0] == 255 { '#' } else { '.' };
                row.iter().map(sign).collect()
            })
            .collect();
        assert_eq!(rows, expected, "{area:?}");
    }
}

#[test]
fn points_become_pixels_and_clips_round_as_on_the_graphics_card() {
    let raster = raster(TextureOptions::LINEAR);
    let shot = Shot {
        clip: rect(0.6, 0.0, 1.7, 9.0),
        pixels_per_point: 2.0,
        ..Shot::of(6, 1)
    };
    let white = flat(rect(0.0, 0.0, 3.0, 3.0), Color32::WHITE);
    let pixels = shot.take(&raster, Color32::BLACK, vec![white]);
    let lit: Vec<bool> = pixels.iter().map(|pixel| pixel[0] == 255).collect();
    assert_eq!(lit, [false, true, true, false, false, false]);
}

#[test]
fn colours_mix_premultiplied_in_gamma_space() {
    let half = Color32::from_rgba_premultiplied(128, 0, 0, 128);
    let ground = Color32::from_rgb(0, 100, 200);
    let glow = Color32::from_rgba_premultiplied(200, 0, 200, 0);
    for (what, color, expected) in [
        ("opaque", Color32::from_rgb(9, 8, 7), [9, 8, 7, 255]),
        ("half", half, [128, 50, 100, 255]),
        ("nothing", Color32::TRANSPARENT, [0, 100, 200, 255]),
        ("additive, and full at 255", glow, [200, 100, 255, 255]),
    ] {
        let mesh = flat(rect(0.0, 0.0, 1.0, 1.0), color);
        let pixels = Shot::of(1, 1).take(&raster(TextureOptions::LINEAR), ground, vec![mesh]);
        assert_eq!(pixels[0], expected, "{what}");
    }
    let mesh = flat(rect(0.0, 0.0, 1.0, 1.0), half);
    let pixels = Shot::of(1, 1).take(
        &raster(TextureOptions::LINEAR),
        Color32::TRANSPARENT,
        vec![mesh],
    );
    assert_eq!(pixels[0], [128, 0, 0, 128], "on nothing alpha stays");
}

#[test]
fn corners_colours_run_into_each_other() {
    let black_to_white = mesh(
        WHITE,
        &[
            (pos2(0.0, 0.0), WHITE_UV, Color32::BLACK),
            (pos2(10.0, 0.0), WHITE_UV, Color32::WHITE),
            (pos2(10.0, 10.0), WHITE_UV, Color32::WHITE),
            (pos2(0.0, 10.0), WHITE_UV, Color32::BLACK),
        ],
        &[0, 1, 2, 0, 2, 3],
    );
    let pixels = Shot::of(10, 10).take(
        &raster(TextureOptions::LINEAR),
        Color32::TRANSPARENT,
        vec![black_to_white],
    );
    for (x, pixel) in pixels[..10].iter().enumerate() {
        let expected = (25.5 * (x as f32 + 0.5) + 0.5) as u8;
        assert_eq!(*pixel, [expected, expected, expected, 255], "pixel {x}");
    }
    assert_eq!(pixels[..10], pixels[90..]);
}

/// The first row of the checkers, drawn on `size` pixels with texture coordinates from 0 to `to`.
fn checkers(options: TextureOptions, size: usize, to: f32) -> Vec<[u8; 3]> {
    let side = size as f32;
    let uv = rect(0.0, 0.0, to, to);
    let mut mesh = Mesh::with_texture(CHECKERS);
    mesh.add_rect_with_uv(rect(0.0, 0.0, side, side), uv, Color32::WHITE);
    let pixels = Shot::of(size, size).take(&raster(options), Color32::BLACK, vec![mesh]);
    pixels[..size]
        .iter()
        .map(|[r, g, b, _]| [*r, *g, *b])
        .collect()
}

#[test]
fn textures_are_smooth_or_sharp_and_wrap_as_asked() {
    let (red, green) = ([255, 0, 0], [0, 255, 0]);
    for (what, options, size, to, expected) in [
        (
            "pixel on pixel",
            TextureOptions::LINEAR,
            2,
            1.0,
            vec![red, green],
        ),
        (
            "sharp",
            TextureOptions::NEAREST,
            4,
            1.0,
            vec![red, red, green, green],
        ),
        (
            "clamped",
            TextureOptions::NEAREST,
            4,
            2.0,
            vec![red, green, green, green],
        ),
        (
            "repeated",
            TextureOptions::NEAREST_REPEAT,
            4,
            2.0,
            vec![red, green, red, green],
        ),
        (
            "mirrored",
            TextureOptions::NEAREST_MIRRORED_REPEAT,
            4,
            2.0,
            vec![red, green, green, red],
        ),
    ] {
        assert_eq!(checkers(options, size, to), expected, "{what}");
    }
    // Between the middles of texels a quarter and three quarters of each; beyond them the first and the last.
    let smooth = checkers(TextureOptions::LINEAR, 4, 1.0);
    let (red, green, quarter) = (191, 64, 64);
    assert_eq!(smooth[0], [255, 0, 0]);
    assert_eq!(smooth[1], [red, quarter, 0]);
    assert_eq!(smooth[2], [green, 191, 0]);
}

#[test]
fn shrinking_and_enlarging_take_their_own_filter() {
    let options = TextureOptions {
        magnification: TextureFilter::Nearest,
        minification: TextureFilter::Linear,
        ..TextureOptions::LINEAR
    };
    assert_eq!(checkers(options, 4, 1.0)[1], [255, 0, 0], "enlarged: sharp");
    let mixed = [128, 128, 128];
    assert_eq!(
        checkers(options, 1, 1.0)[0],
        mixed,
        "shrunk: all four mixed"
    );
}

#[test]
fn textures_change_in_part_and_live_through_the_frame_that_frees_them() {
    let mut raster = raster(TextureOptions::NEAREST);
    let blue = ColorImage::filled([1, 2], Color32::BLUE);
    let mut delta = TexturesDelta::default();
    let change =
        |pos, image: &ColorImage| ImageDelta::partial(pos, image.clone(), TextureOptions::NEAREST);
    delta.push(CHECKERS, change([1, 0], &blue));
    // One that does not fit changes nothing.
    delta.push(CHECKERS, change([2, 0], &blue));
    delta.free(CHECKERS);
    raster.update(&mut delta);
    let image = raster.texture(CHECKERS).unwrap();
    assert_eq!(image.pixels[1], Color32::BLUE);
    assert_eq!(image.pixels[3], Color32::BLUE);
    assert_eq!(image.pixels[0], Color32::from_rgb(255, 0, 0));
    raster.update(&mut TexturesDelta::default());
    assert!(raster.texture(CHECKERS).is_none());
}

proptest! {
    /// Around any point in it a polygon falls into triangles that share edges: every pixel is painted once or, outside,
    /// not at all. Painted twice a half-transparent one would show.
    #[test]
    fn neighbours_share_no_pixel_and_leave_none_out(
        middle in (4.0..28.0_f32, 4.0..28.0_f32),
        turn in 0.0..7.0_f32,
        count in 3..9_u32,
    ) {
        let half = Color32::from_rgba_premultiplied(128, 0, 0, 128);
        let center = pos2(middle.0, middle.1);
        let on_circle = |i: u32| {
            let angle = turn + i as f32 / count as f32 * std::f32::consts::TAU;
            (center + 60.0 * Vec2::angled(angle), WHITE_UV, half)
        };
        let mut corners = vec![(center, WHITE_UV, half)];
        corners.extend((0..count).map(on_circle));
        // Every second triangle the other way round.
        let fan: Vec<u32> = (1..=count)
            .flat_map(|i| {
                let next = i % count + 1;
                if i % 2 == 0 { [0, i, next] } else { [0, next, i] }
            })
            .collect();
        let raster = raster(TextureOptions::LINEAR);
        let pixels = Shot::of(32, 32).take(&raster, Color32::TRANSPARENT, vec![mesh(WHITE, &corners, &fan)]);
        // A circle that large holds the whole image when it has corners enough.
        let allowed: &[u8] = if count > 4 { &[128] } else { &[0, 128] };
        prop_assert!(pixels.iter().all(|pixel| allowed.contains(&pixel[3])), "{pixels:?}");
    }

    #[test]
    fn no_triangle_makes_it_stop(
        corners in prop::collection::vec((any::<f32>(), any::<f32>(), any::<f32>(), any::<f32>(), any::<[u8; 4]>()), 0..6),
        indices in prop::collection::vec(0..8_u32, 0..12),
        scale in prop_oneof![Just(1.0_f32), any::<f32>()],
        clip in any::<[f32; 4]>(),
    ) {
        let corners: Vec<_> = corners
            .into_iter()
            .map(|(x, y, u, v, [r, g, b, a])| {
                (pos2(x, y), pos2(u, v), Color32::from_rgba_premultiplied(r, g, b, a))
            })
            .collect();
        let shot = Shot {
            clip: rect(clip[0], clip[1], clip[2], clip[3]),
            pixels_per_point: scale,
            ..Shot::of(7, 5)
        };
        for options in [TextureOptions::LINEAR, TextureOptions::NEAREST_MIRRORED_REPEAT] {
            let mesh = mesh(CHECKERS, &corners, &indices);
            prop_assert_eq!(shot.take(&raster(options), Color32::BLACK, vec![mesh]).len(), 35);
        }
    }
}

#[test]
fn a_context_of_egui_is_painted_whole() {
    let context = egui::Context::default();
    let input = || egui::RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(60.0, 24.0))),
        ..Default::default()
    };
    let mut raster = Raster::default();
    let mut image = ColorImage::filled([60, 24], Color32::BLACK);
    for _ in 0..2 {
        let mut output = context.run_ui(input(), |ui| {
            let area = ui.max_rect();
            ui.painter().rect_filled(area, 0, Color32::WHITE);
            let font = egui::FontId::proportional(14.0);
            ui.painter().text(
                area.center(),
                egui::Align2::CENTER_CENTER,
                "Loom",
                font,
                Color32::BLACK,
            );
        });
        raster.update(&mut output.textures_delta);
        let primitives = context.tessellate(output.shapes, 1.0);
        raster.paint(&mut image, &primitives, 1.0);
    }
    let dark = image.pixels.iter().filter(|pixel| pixel.r() < 64).count();
    assert!((40..300).contains(&dark), "{dark} pixels of letters");
    assert_eq!(image[(59, 12)], Color32::WHITE);
}
