//! Raster: egui's triangles to pixels on the CPU, as its own painter on the graphics card does it: premultiplied
//! colours mixed in gamma space, bilinear textures, clip rectangles, each pixel of a seam painted once. The same
//! pixels on every machine. Lays nothing out, reads no file and chooses no colour.
#![expect(
    clippy::disallowed_methods,
    reason = "pixels are mixed from colours of the theme; none is chosen here"
)]

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Primitive, Vertex};
use egui::{
    Color32, ColorImage, Mesh, Rect, TextureFilter, TextureId, TextureOptions, TextureWrapMode,
    TexturesDelta,
};

/// Positions are counted in parts of a pixel, as whole numbers, so that edges are exact.
const PARTS: i64 = 256;
/// Corners further away than this are brought nearer, so that no product of two leaves an `i64`.
const FARTHEST: f32 = 1e6;

/// The textures of one egui context, and the painter that uses them.
#[derive(Default)]
pub struct Raster {
    textures: HashMap<TextureId, Texture>,
    /// Shapes of the frame that freed them may still use them.
    freed: HashSet<TextureId>,
}

struct Texture {
    image: ColorImage,
    options: TextureOptions,
}

impl Raster {
    /// Take in what a frame changed of its textures. Leaves the delta empty.
    pub fn update(&mut self, delta: &mut TexturesDelta) {
        self.textures.retain(|id, _| !self.freed.contains(id));
        // In any order: each texture is its own.
        delta.set.drain().for_each(|(id, changes)| {
            for change in changes {
                self.change(id, change);
            }
        });
        self.freed = delta.free.drain().collect();
    }

    fn change(&mut self, id: TextureId, change: ImageDelta) {
        let ImageData::Color(image) = change.image;
        if let (Some(at), Some(texture)) = (change.pos, self.textures.get_mut(&id)) {
            copy_into(&mut texture.image, &image, at);
        } else {
            let (image, options) = ((*image).clone(), change.options);
            self.textures.insert(id, Texture { image, options });
        }
    }

    /// The image of a texture.
    pub fn texture(&self, id: TextureId) -> Option<&ColorImage> {
        self.textures.get(&id).map(|texture| &texture.image)
    }

    /// Paint a frame over what `image` holds. What only a graphics card can paint is left out.
    pub fn paint(
        &self,
        image: &mut ColorImage,
        primitives: &[ClippedPrimitive],
        pixels_per_point: f32,
    ) {
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            if let Primitive::Mesh(mesh) = primitive
                && let Some(texture) = self.textures.get(&mesh.texture_id)
            {
                let clip = pixels_of(*clip_rect, pixels_per_point, image.size);
                paint_mesh(image, &clip, mesh, texture, pixels_per_point);
            }
        }
    }
}

fn copy_into(target: &mut ColorImage, part: &ColorImage, [left, top]: [usize; 2]) {
    let [width, _] = part.size;
    if width == 0 || left + width > target.size[0] {
        return;
    }
    let rows = target.pixels.chunks_exact_mut(target.size[0]).skip(top);
    for (row, source) in rows.zip(part.pixels.chunks_exact(width)) {
        row[left..left + width].copy_from_slice(source);
    }
}

/// Pixels that may be painted.
struct Clip {
    x: Range<i64>,
    y: Range<i64>,
}

/// A clip rectangle in pixels, rounded as on the graphics card.
fn pixels_of(clip: Rect, pixels_per_point: f32, [width, height]: [usize; 2]) -> Clip {
    let range = |from: f32, to: f32, most: usize| {
        let at = |edge: f32| ((edge * pixels_per_point).round() as i64).clamp(0, most as i64);
        at(from)..at(to)
    };
    Clip {
        x: range(clip.min.x, clip.max.x, width),
        y: range(clip.min.y, clip.max.y, height),
    }
}

fn paint_mesh(
    image: &mut ColorImage,
    clip: &Clip,
    mesh: &Mesh,
    texture: &Texture,
    pixels_per_point: f32,
) {
    if clip.x.is_empty() || clip.y.is_empty() || texture.image.pixels.is_empty() {
        return;
    }
    let size = texture.image.size.map(|side| side as f32);
    let corner = |index: &u32| {
        let vertex = mesh.vertices.get(*index as usize)?;
        Corner::new(vertex, pixels_per_point, size)
    };
    for indices in mesh.indices.chunks_exact(3) {
        if let [Some(a), Some(b), Some(c)] = [0, 1, 2].map(|i| corner(&indices[i]))
            && let Some(triangle) = Triangle::new([a, b, c])
        {
            triangle.paint(image, clip, texture);
        }
    }
}

/// A corner in parts of a pixel, with its place in the texture, in texels, and its colour, from 0 to 255.
#[derive(Clone, Copy)]
struct Corner {
    x: i64,
    y: i64,
    texel: [f32; 2],
    color: [f32; 4],
}

impl Corner {
    /// `None` when it is nowhere.
    fn new(vertex: &Vertex, pixels_per_point: f32, size: [f32; 2]) -> Option<Self> {
        let part = |points: f32| {
            let pixels = points * pixels_per_point;
            let pixels = pixels.clamp(-FARTHEST, FARTHEST);
            pixels
                .is_finite()
                .then(|| (f64::from(pixels) * PARTS as f64).round() as i64)
        };
        Some(Self {
            x: part(vertex.pos.x)?,
            y: part(vertex.pos.y)?,
            texel: [vertex.uv.x * size[0], vertex.uv.y * size[1]]
                .map(|texel| texel.clamp(-FARTHEST, FARTHEST)),
            color: vertex.color.to_array().map(f32::from),
        })
    }
}

/// Twice the area to the right of the way from `from` to `to` and then `(x, y)`; positive where the way turns
/// clockwise on the screen.
fn edge(from: &Corner, to: &Corner, x: i64, y: i64) -> i64 {
    (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)
}

/// A triangle whose corners go clockwise.
struct Triangle {
    corners: [Corner; 3],
    area: i64,
}

/// What changes from pixel to pixel: two texture coordinates and four channels.
type Mix = [f32; 6];

impl Triangle {
    /// `None` for one without an area.
    fn new([a, b, c]: [Corner; 3]) -> Option<Self> {
        let area = edge(&a, &b, c.x, c.y);
        match area.signum() {
            1 => Some([a, b, c]),
            -1 => Some([a, c, b]),
            _ => None,
        }
        .map(|corners| Self {
            corners,
            area: area.abs(),
        })
    }

    /// The edges, each opposite to the corner of its place.
    fn edges(&self) -> [(&Corner, &Corner); 3] {
        let [a, b, c] = &self.corners;
        [(b, c), (c, a), (a, b)]
    }

    fn paint(&self, image: &mut ColorImage, clip: &Clip, texture: &Texture) {
        let width = image.size[0];
        let top = self
            .corners
            .iter()
            .map(|corner| corner.y)
            .min()
            .unwrap_or(0);
        let bottom = self
            .corners
            .iter()
            .map(|corner| corner.y)
            .max()
            .unwrap_or(0);
        let first = (top - PARTS / 2).div_euclid(PARTS).max(clip.y.start);
        let last = (bottom + PARTS / 2).div_euclid(PARTS) + 1;
        let shade = Shade::new(self, texture);
        for y in first..last.min(clip.y.end) {
            let columns = self.columns(y, &clip.x);
            if !columns.is_empty() {
                let start = y as usize * width;
                let row =
                    &mut image.pixels[start + columns.start as usize..start + columns.end as usize];
                shade.row(self, row, columns.start, y);
            }
        }
    }

    /// The pixels of a row whose middle lies in the triangle. One that lies on an edge belongs to the triangle whose
    /// upper or left edge it is, so that neighbours share none and leave none out.
    fn columns(&self, y: i64, within: &Range<i64>) -> Range<i64> {
        let (mut start, mut end) = (within.start, within.end);
        let middle = y * PARTS + PARTS / 2;
        for (from, to) in self.edges() {
            let owns_its_edge = to.y < from.y || to.y == from.y && to.x > from.x;
            let at_zero = edge(from, to, PARTS / 2, middle) - i64::from(!owns_its_edge);
            let step = (from.y - to.y) * PARTS;
            match step.signum() {
                1 => start = start.max(-at_zero.div_euclid(step)),
                -1 => end = end.min(at_zero.div_euclid(-step) + 1),
                _ if at_zero < 0 => return 0..0,
                _ => {}
            }
        }
        start..end
    }

    /// The mix at a pixel's middle, and how it changes to the right and down.
    fn mix(&self, x: i64, y: i64) -> Mix {
        let (x, y) = (x * PARTS + PARTS / 2, y * PARTS + PARTS / 2);
        self.weighted(|from, to| edge(from, to, x, y))
    }

    fn mix_to_the_right(&self) -> Mix {
        self.weighted(|from, to| (from.y - to.y) * PARTS)
    }

    fn mix_downwards(&self) -> Mix {
        self.weighted(|from, to| (to.x - from.x) * PARTS)
    }

    /// The sum over the corners, each weighted by its opposite edge.
    fn weighted(&self, weight: impl Fn(&Corner, &Corner) -> i64) -> Mix {
        let mut sum = [0.0; 6];
        for (corner, (from, to)) in self.corners.iter().zip(self.edges()) {
            let part = (weight(from, to) as f64 / self.area as f64) as f32;
            let [u, v] = corner.texel;
            let [r, g, b, a] = corner.color;
            for (sum, value) in sum.iter_mut().zip([u, v, r, g, b, a]) {
                *sum += value * part;
            }
        }
        sum
    }
}

/// How the pixels of a triangle get their colour.
enum Shade<'a> {
    /// All the same, which most of a window is.
    Flat([f32; 4]),
    /// One texel, colours that change: soft edges.
    Ramp { texel: [f32; 4], step: Mix },
    /// Letters and pictures.
    Textured { sampler: Sampler<'a>, step: Mix },
}

impl<'a> Shade<'a> {
    fn new(triangle: &Triangle, texture: &'a Texture) -> Self {
        let [a, b, c] = &triangle.corners;
        let step = triangle.mix_to_the_right();
        let sampler = Sampler::new(texture, &step, &triangle.mix_downwards());
        if a.texel != b.texel || b.texel != c.texel {
            return Self::Textured { sampler, step };
        }
        let texel = sampler.at(a.texel);
        if a.color == b.color && b.color == c.color {
            Self::Flat(product(texel, a.color))
        } else {
            Self::Ramp { texel, step }
        }
    }

    /// Paint a row of pixels that begins at `x`.
    fn row(&self, triangle: &Triangle, row: &mut [Color32], x: i64, y: i64) {
        match self {
            Self::Flat(color) if color[3] >= 254.5 => row.fill(over(Color32::TRANSPARENT, *color)),
            Self::Flat(color) => {
                for pixel in row {
                    *pixel = over(*pixel, *color);
                }
            }
            Self::Ramp { texel, step } => each(triangle, row, x, y, step, |mix| {
                product(*texel, [mix[2], mix[3], mix[4], mix[5]])
            }),
            Self::Textured { sampler, step } => each(triangle, row, x, y, step, |mix| {
                product(
                    sampler.at([mix[0], mix[1]]),
                    [mix[2], mix[3], mix[4], mix[5]],
                )
            }),
        }
    }
}

/// Paint each pixel of a row by its own mix.
fn each(
    triangle: &Triangle,
    row: &mut [Color32],
    x: i64,
    y: i64,
    step: &Mix,
    color: impl Fn(&Mix) -> [f32; 4],
) {
    let start = triangle.mix(x, y);
    let mut mix = start;
    for (i, pixel) in row.iter_mut().enumerate() {
        // From the start each time: what is added up drifts on long rows.
        for (value, (start, step)) in mix.iter_mut().zip(start.iter().zip(step)) {
            *value = start + step * i as f32;
        }
        let color = color(&mix);
        if color != [0.0; 4] {
            *pixel = over(*pixel, color);
        }
    }
}

/// Two colours from 0 to 255, one tinted by the other.
fn product(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [0, 1, 2, 3].map(|i| a[i] * b[i] * (1.0 / 255.0))
}

/// A premultiplied colour laid over a pixel.
fn over(below: Color32, color: [f32; 4]) -> Color32 {
    let left = 1.0 - color[3] * (1.0 / 255.0);
    let below = below.to_array();
    let [r, g, b, a] = [0, 1, 2, 3].map(|i| (color[i] + f32::from(below[i]) * left + 0.5) as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}

/// Looks colours up in a texture.
struct Sampler<'a> {
    image: &'a ColorImage,
    is_linear: bool,
    wrap: TextureWrapMode,
}

impl<'a> Sampler<'a> {
    /// Shrinking and enlarging may be filtered differently; which of them it is shows in the mix's steps.
    fn new(texture: &'a Texture, right: &Mix, down: &Mix) -> Self {
        let options = &texture.options;
        let texels = right[0].hypot(right[1]).max(down[0].hypot(down[1]));
        let filter = if texels > 1.0 {
            options.minification
        } else {
            options.magnification
        };
        Self {
            image: &texture.image,
            is_linear: filter == TextureFilter::Linear,
            wrap: options.wrap_mode,
        }
    }

    /// The colour at a place in texels, from 0 to 255.
    fn at(&self, [x, y]: [f32; 2]) -> [f32; 4] {
        if !self.is_linear {
            return self.texel(x.floor() as i64, y.floor() as i64);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_part, lower_part) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let row = |y| {
            let (a, b) = (self.texel(left, y), self.texel(left + 1, y));
            blend(a, b, right_part)
        };
        blend(row(top), row(top + 1), lower_part)
    }

    fn texel(&self, x: i64, y: i64) -> [f32; 4] {
        let [width, height] = self.image.size;
        let (x, y) = (self.inside(x, width), self.inside(y, height));
        self.image.pixels[y * width + x].to_array().map(f32::from)
    }

    /// The texel that stands for one that lies beyond the edge.
    fn inside(&self, at: i64, size: usize) -> usize {
        let size = size as i64;
        let at = match self.wrap {
            TextureWrapMode::ClampToEdge => at.clamp(0, size - 1),
            TextureWrapMode::Repeat => at.rem_euclid(size),
            TextureWrapMode::MirroredRepeat => {
                let at = at.rem_euclid(2 * size);
                at.min(2 * size - 1 - at)
            }
        };
        at as usize
    }
}

fn blend(a: [f32; 4], b: [f32; 4], part: f32) -> [f32; 4] {
    [0, 1, 2, 3].map(|i| a[i] + (b[i] - a[i]) * part)
}

#[cfg(test)]
mod tests;
