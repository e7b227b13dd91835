//! Draw: boxes, lines and haze as they lie on the screen, in meshes. Knows colours and places; decides nothing.

use egui::Color32;
use egui::epaint::{Mesh, Vertex, WHITE_UV};

use super::haze::{GRAINS, Haze};
use super::tile::{Line, Plate, stripe};
use crate::graph::{Pos2, Rect, Vec2, pos2, vec2};
use crate::ui::canvas::camera::Camera;
use crate::ui::canvas::squares::{Square, Squares, squares_of};
use crate::ui::theme::Palette;

/// Half the width of a line, in points.
const HALF_LINE: f32 = 0.6;
/// How far the mark of a selected node stands out, in points.
const MARK: f32 = 1.0;
/// Stripes are whole from the second zoom on, and at the first they have gone into their box's colour.
const STRIPES: [f32; 2] = [0.05, 0.09];

/// From graph space to the screen: a scale and a shift.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    zoom: f32,
    shift: Vec2,
}

impl Projection {
    /// `drag`: how far what is drawn was moved from where it is, in graph units.
    pub fn new(camera: &Camera, drag: Vec2) -> Self {
        let origin = camera.origin_in_graph.to_vec2() - drag;
        Self {
            zoom: camera.zoom,
            shift: camera.screen.min.to_vec2() - origin * camera.zoom,
        }
    }

    fn pos(self, pos: Pos2) -> Pos2 {
        pos2(
            pos.x * self.zoom + self.shift.x,
            pos.y * self.zoom + self.shift.y,
        )
    }

    fn rect(self, rect: Rect) -> Rect {
        Rect::from_min_max(self.pos(rect.min), self.pos(rect.max))
    }
}

/// How far `at` has come on the way between two zooms, smoothly, from 0 to 1.
pub fn fade(at: f32, [from, to]: [f32; 2]) -> f32 {
    let t = ((at - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

pub fn add_plates(
    mesh: &mut Mesh,
    plates: &[Plate],
    projection: Projection,
    alpha: f32,
    palette: &Palette,
) {
    let stripes = fade(projection.zoom, STRIPES);
    mesh.reserve_vertices(plates.len() * 8);
    mesh.reserve_triangles(plates.len() * 4);
    for plate in plates {
        let rect = projection.rect(plate.rect);
        let mut strip = projection.rect(stripe(plate.rect));
        strip.max.y = strip.max.y.max(strip.min.y + 1.0).min(rect.max.y);
        if plate.is_selected {
            add_rect(mesh, rect.expand(MARK), faded(palette.accent, alpha));
        }
        if stripes >= 1.0 {
            add_rect(mesh, rect, faded(plate.body, alpha));
            add_rect(mesh, strip, faded(plate.stripe, alpha));
            continue;
        }
        let share = strip.height() / rect.height().max(f32::EPSILON);
        let mean = plate.body.lerp_to_gamma(plate.stripe, share.min(1.0));
        let body = mean.lerp_to_gamma(plate.body, stripes);
        add_rect(mesh, rect, faded(body, alpha));
        if stripes > 0.0 {
            let color = mean.lerp_to_gamma(plate.stripe, stripes);
            add_rect(mesh, strip, faded(color, alpha));
        }
    }
}

pub fn add_lines(mesh: &mut Mesh, lines: &[Line], projection: Projection, alpha: f32) {
    mesh.reserve_vertices(lines.len() * 4);
    mesh.reserve_triangles(lines.len() * 2);
    for line in lines {
        let (from, to) = (projection.pos(line.from), projection.pos(line.to));
        let length = from.distance(to);
        // What is shorter lies between two boxes that nearly touch.
        let seen = ((length - 1.0) / 4.0).clamp(0.0, 1.0) * alpha;
        if seen <= 0.0 {
            continue;
        }
        let along = (to - from) / length;
        let across = vec2(-along.y, along.x) * HALF_LINE;
        let corners = [from - across, from + across, to - across, to + across];
        add_quad(mesh, corners, faded(line.color, seen));
    }
}

/// Add the haze of all tiles that touch `view`, in graph space: a surface between the middles of the squares of a
/// level, so that no edges show.
pub fn add_haze<'a>(
    mesh: &mut Mesh,
    view: Rect,
    projection: Projection,
    level: usize,
    alpha: f32,
    tiles: impl Iterator<Item = (Square, &'a Haze)>,
) {
    let side = Haze::side(level);
    let squares = squares_of(view.expand(side), side);
    let mut colors = vec![Color32::TRANSPARENT; squares.count()];
    let (columns, rows) = size(squares);
    let width = (GRAINS >> level) as i32;
    let mut is_empty = true;
    for (tile, haze) in tiles {
        let left = tile.x * width - squares.low.x;
        let (from, to) = (left.max(0), (left + width).min(columns));
        for row in 0..width {
            let y = tile.y * width + row - squares.low.y;
            if from < to && (0..rows).contains(&y) {
                let start = (y * columns) as usize;
                let source = haze.row(level, row as usize);
                let part = &source[(from - left) as usize..(to - left) as usize];
                colors[start + from as usize..start + to as usize].copy_from_slice(part);
                is_empty = false;
            }
        }
    }
    if !is_empty {
        add_surface(mesh, &colors, squares, side, projection, alpha);
    }
}

fn size(squares: Squares) -> (i32, i32) {
    let Squares { low, high } = squares;
    (high.x - low.x + 1, high.y - low.y + 1)
}

/// One corner for each colour; where four neighbours are transparent nothing is drawn.
fn add_surface(
    mesh: &mut Mesh,
    colors: &[Color32],
    squares: Squares,
    side: f32,
    projection: Projection,
    alpha: f32,
) {
    let columns = size(squares).0 as usize;
    let first = mesh.vertices.len() as u32;
    mesh.reserve_vertices(colors.len());
    let corner = projection.pos(squares.low.rect(side).center());
    let step = side * projection.zoom;
    for (y, row) in colors.chunks_exact(columns).enumerate() {
        let y = corner.y + y as f32 * step;
        mesh.vertices
            .extend(row.iter().enumerate().map(|(x, color)| Vertex {
                pos: pos2(corner.x + x as f32 * step, y),
                uv: WHITE_UV,
                color: faded(*color, alpha),
            }));
    }
    for (y, (upper, lower)) in colors
        .chunks_exact(columns)
        .zip(colors.chunks_exact(columns).skip(1))
        .enumerate()
    {
        for x in 1..columns {
            let around = [upper[x - 1], upper[x], lower[x - 1], lower[x]];
            if around == [Color32::TRANSPARENT; 4] {
                continue;
            }
            let right = first + (y * columns + x) as u32;
            let below = right + columns as u32;
            mesh.indices
                .extend([right - 1, right, below - 1, below - 1, right, below]);
        }
    }
}

fn add_rect(mesh: &mut Mesh, rect: Rect, color: Color32) {
    let corners = [
        rect.min,
        pos2(rect.max.x, rect.min.y),
        pos2(rect.min.x, rect.max.y),
        rect.max,
    ];
    add_quad(mesh, corners, color);
}

fn add_quad(mesh: &mut Mesh, corners: [Pos2; 4], color: Color32) {
    let first = mesh.vertices.len() as u32;
    mesh.vertices.extend(corners.map(|pos| Vertex {
        pos,
        uv: WHITE_UV,
        color,
    }));
    mesh.indices
        .extend([0, 1, 2, 2, 1, 3].map(|corner| first + corner));
}

fn faded(color: Color32, alpha: f32) -> Color32 {
    if alpha >= 1.0 {
        color
    } else {
        color.gamma_multiply(alpha)
    }
}
