//! Scene: the real canvas in an egui context of its own, at the size and zoom of a picture. No pointer, no focus, no
//! grid. Makes the shapes; `raster` and `svg` make something of them.

use egui::epaint::ClippedShape;
use egui::{ColorImage, Context as Egui, RawInput, TextureId, TextureOptions, Theme, ViewportId};

use super::raster::Raster;
use super::{MOST_SIDE, PictureError, Subject};
use crate::document::Document;
use crate::engine::run::RunState;
use crate::graph::{Catalog, Flat, Pos2, Rect, Vec2};
use crate::ui::canvas::{Canvas, canvas_ui};
use crate::ui::environment::model::EnvironmentState;
use crate::ui::value::Drafts;
use crate::ui::{Context, Pictures, Views, theme};

/// Around the nodes, in graph units: as much as the message below a failed node takes.
const MARGIN: f32 = 72.0;
/// Pixels for a point where there is room: sharp on a dense screen and when it is enlarged.
const DENSITY: f32 = 2.0;
/// Graphs that would be drawn smaller than this cannot be told from dust.
const LEAST_ZOOM: f32 = 0.001;

/// Shapes and textures of one frame.
pub struct Scene {
    egui: Egui,
    shapes: Vec<ClippedShape>,
    raster: Raster,
    is_dark: bool,
    frame: Frame,
}

/// What a picture shows, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Frame {
    /// In graph units.
    area: Rect,
    zoom: f32,
    pixels_per_point: f32,
}

impl Frame {
    /// As dense as the limits allow; a graph too large for one pixel a point is drawn from further away, as on the
    /// canvas, where what could not be read is left out.
    fn of(bounds: Rect, most_pixels: f32) -> Result<Self, PictureError> {
        let area = bounds.expand(MARGIN);
        let size = area.size();
        if !size.is_finite() {
            return Err(PictureError::TooFarApart);
        }
        let by_side = MOST_SIDE / size.max_elem();
        let by_area = (most_pixels / size.x).sqrt() / size.y.sqrt();
        let scale = by_side.min(by_area).min(DENSITY);
        if scale < LEAST_ZOOM {
            return Err(PictureError::TooFarApart);
        }
        Ok(Self {
            area,
            zoom: scale.min(1.0),
            pixels_per_point: scale.max(1.0),
        })
    }

    /// In points, whole ones.
    fn size(&self) -> Vec2 {
        (self.area.size() * self.zoom).floor().max(Vec2::splat(1.0))
    }
}

impl Scene {
    pub fn of(subject: &Subject, most_pixels: f32) -> Result<Self, PictureError> {
        let egui = Egui::default();
        theme::install(&egui);
        egui.set_theme(if subject.is_dark {
            Theme::Dark
        } else {
            Theme::Light
        });
        let document = subject.shown();
        let graph = document.graph();
        let mut pictures = Pictures::default();
        for (file, image) in &subject.thumbs {
            let name = file.display().to_string();
            let texture = egui.load_texture(name, image.clone(), TextureOptions::LINEAR);
            pictures.textures.insert(file.clone(), texture);
        }
        let mut canvas = Canvas::for_picture();
        canvas.layout.set_scope(document.open_subgraph());
        canvas.layout.update(graph);
        for node in graph.nodes() {
            let mut outputs = subject.run.node(node.id).outputs.iter().flatten();
            let has_thumb = outputs.any(|value| {
                let thumb = value.thumb.as_ref();
                thumb.is_some_and(|thumb| pictures.textures.contains_key(&thumb.file))
            });
            canvas.layout.set_thumb(graph, node.id, has_thumb);
        }
        let bounds = canvas.layout.extent().ok_or(PictureError::Empty)?;
        let frame = Frame::of(bounds, most_pixels)?;
        canvas.camera.zoom = frame.zoom;
        canvas.camera.origin_in_graph = frame.area.min;

        let mut scene = Self {
            egui,
            shapes: Vec::new(),
            raster: Raster::default(),
            is_dark: subject.is_dark,
            frame,
        };
        let mut drafts = Drafts::default();
        // The first frame finds out how large things are.
        for _ in 0..2 {
            scene.draw(&document, &subject.run, &mut canvas, &mut drafts, &pictures);
        }
        Ok(scene)
    }

    fn draw(
        &mut self,
        document: &Document,
        run: &RunState,
        canvas: &mut Canvas,
        drafts: &mut Drafts,
        pictures: &Pictures,
    ) {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size())),
            focused: false,
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(self.frame.pixels_per_point);
        }
        let (views, catalog, mut actions) = (Views::default(), Catalog::default(), Vec::new());
        let environment = EnvironmentState::default();
        let flat = Flat::default();
        let mut output = self.egui.run_ui(input, |ui| {
            let mut context = Context {
                document,
                catalog: &catalog,
                run,
                flat: &flat,
                pictures,
                views: &views,
                environment: &environment,
                actions: &mut actions,
            };
            canvas_ui(ui, canvas, drafts, &mut context);
        });
        self.raster.update(&mut output.textures_delta);
        self.shapes = output.shapes;
    }

    /// In points.
    pub fn size(&self) -> Vec2 {
        self.frame.size()
    }

    pub fn pixels_per_point(&self) -> f32 {
        self.frame.pixels_per_point
    }

    pub fn shapes(&self) -> &[ClippedShape] {
        &self.shapes
    }

    pub fn texture(&self, id: TextureId) -> Option<&ColorImage> {
        self.raster.texture(id)
    }

    pub fn pixels(&self) -> ColorImage {
        let density = self.pixels_per_point();
        let size = (self.size() * density).floor();
        let palette = theme::of(if self.is_dark {
            Theme::Dark
        } else {
            Theme::Light
        });
        let mut image = ColorImage::filled([size.x as usize, size.y as usize], palette.canvas);
        let primitives = self.egui.tessellate(self.shapes.clone(), density);
        self.raster.paint(&mut image, &primitives, density);
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_dense_where_there_is_room_and_never_larger_than_allowed() {
        let frame = |width: f32, height: f32, most: f32| {
            let area = Rect::from_min_size(Pos2::new(-50.0, 7.0), Vec2::new(width, height));
            Frame::of(area, most).unwrap()
        };
        let usual = frame(2000.0, 800.0, 40e6);
        assert_eq!((usual.zoom, usual.pixels_per_point), (1.0, 2.0));
        assert_eq!(usual.size(), Vec2::new(2144.0, 944.0));
        for (width, height, most) in [
            (2000.0, 800.0, 4e6),
            (6000.0, 100.0, 40e6),
            (30_000.0, 20_000.0, 40e6),
            (10.0, 2e6, 8e6),
            (9e5, 9e5, 40e6),
        ] {
            let frame = frame(width, height, most);
            let pixels = (frame.size() * frame.pixels_per_point).floor();
            assert!(pixels.max_elem() <= MOST_SIDE, "{frame:?}");
            assert!(pixels.x * pixels.y <= most, "{frame:?}");
            assert!(pixels.min_elem() >= 1.0, "{frame:?}");
            let is_used = pixels.max_elem() > MOST_SIDE - 4.0 || pixels.x * pixels.y > 0.99 * most;
            assert!(is_used, "{frame:?}: {pixels}");
        }
    }

    #[test]
    fn what_has_no_sensible_size_is_refused() {
        for bounds in [
            Rect::from_min_max(Pos2::ZERO, Pos2::new(1e30, 5.0)),
            Rect::from_min_max(Pos2::ZERO, Pos2::new(5.0, f32::INFINITY)),
            Rect::from_min_max(Pos2::new(f32::MIN, 0.0), Pos2::new(f32::MAX, 5.0)),
        ] {
            let refused = Frame::of(bounds, 40e6);
            assert!(
                matches!(refused, Err(PictureError::TooFarApart)),
                "{bounds:?}"
            );
        }
    }
}
