//! Haze: how densely a tile is filled, as colours of small squares, for zooms at which boxes cannot be told apart.
//! Each level halves the one before. Pure: made of graph, layout and status; paints nothing.

use egui::Color32;

use super::tile::{Alert, Plate, Sight, inside, link_color};
use crate::graph::{Pos2, Rect};
use crate::ui::canvas::layout::Layout;
use crate::ui::canvas::squares::{CELL, CELLS, Square, TILE, squares_of};
use crate::ui::theme::{NODE_HEADER, Palette};

/// Side of the smallest squares, in graph units: about a node.
pub const GRAIN: f32 = CELL / 2.0;
/// Squares along a tile's side at the finest level.
pub const GRAINS: usize = 2 * CELLS as usize;
pub const LEVELS: usize = 3;
/// Where each level begins among the colours of a tile.
const STARTS: [usize; LEVELS + 1] = [0, 64, 80, 84];

/// A link counts as a line of this width, in graph units: about a point where haze takes over.
const LINK_WIDTH: f32 = 30.0;
/// Links never fill more of a square than this: they are lines and not a surface.
const MOST_OF_LINKS: f32 = 0.5;

/// Colours of a tile's squares at each level, row by row; transparent where nothing is.
#[derive(Clone, Debug, PartialEq)]
pub struct Haze {
    colors: [Color32; STARTS[LEVELS]],
}

/// What lies in a square.
#[derive(Clone, Copy, Default)]
struct Grain {
    /// Colours of boxes and of links, each weighted with the share of the square that it fills.
    boxes: [f32; 4],
    links: [f32; 4],
    nodes: f32,
    selected: f32,
    alert: Alert,
}

impl Haze {
    pub fn of(sight: &Sight<'_>, tile: Square) -> Self {
        let rect = tile.rect(TILE);
        let mut grains = [Grain::default(); GRAINS * GRAINS];
        for cell in tile.cells() {
            for id in sight.layout.nodes_of_cell(cell) {
                if let Some(plate) = sight.plate(*id) {
                    add_plate(&mut grains, rect, cell, &plate, sight.alert(*id));
                }
            }
        }
        for at in sight.layout.links_of_tile(tile) {
            let ends = sight.layout.ends(at);
            let part = ends.and_then(|(start, end)| inside(start, end, rect));
            if let (Some((from, to)), Some(link)) = (part, at.link(sight.graph)) {
                let color = link_color(sight.graph, link, sight.palette);
                add_line(&mut grains, rect, from, to, color);
            }
        }
        Self::of_grains(&grains, sight.palette)
    }

    /// What stands in for a tile that is not made yet: its cells by the number of their nodes, without looking at any.
    pub fn guess(layout: &Layout, tile: Square, palette: &Palette) -> Self {
        let corner = tile.rect(TILE).min;
        let mut grains = [Grain::default(); GRAINS * GRAINS];
        for cell in tile.cells() {
            let share = (layout.nodes_of_cell(cell).len() as f32 * 0.17).min(0.7);
            for grain in squares_of(cell.rect(CELL).shrink(1.0), GRAIN).iter() {
                let grain = grain_at(corner, grain.rect(GRAIN).center());
                grains[grain].boxes = weighted(palette.node_header, share);
            }
        }
        Self::of_grains(&grains, palette)
    }

    /// Side of a square of a level, in graph units.
    pub fn side(level: usize) -> f32 {
        GRAIN * (1 << level) as f32
    }

    /// A row of a level.
    pub fn row(&self, level: usize, row: usize) -> &[Color32] {
        let width = GRAINS >> level;
        let start = STARTS[level] + row * width;
        &self.colors[start..start + width]
    }

    fn of_grains(grains: &[Grain; GRAINS * GRAINS], palette: &Palette) -> Self {
        let mut colors = [Color32::TRANSPARENT; STARTS[LEVELS]];
        let mut grains = grains.to_vec();
        for level in 0..LEVELS {
            let here = STARTS[level]..STARTS[level + 1];
            for (color, grain) in colors[here].iter_mut().zip(&grains) {
                *color = grain.color(palette);
            }
            grains = halved(&grains, GRAINS >> level);
        }
        Self { colors }
    }
}

impl Grain {
    fn add(&mut self, other: &Self) {
        add_to(&mut self.boxes, other.boxes.map(|channel| channel / 4.0));
        add_to(&mut self.links, other.links.map(|channel| channel / 4.0));
        self.nodes += other.nodes;
        self.selected += other.selected;
        self.alert = self.alert.max(other.alert);
    }

    /// Boxes over links; one node that failed shows among hundreds that did not.
    fn color(&self, palette: &Palette) -> Color32 {
        let boxes = Palette::averaged(at_most(self.boxes, 1.0));
        let links = Palette::averaged(at_most(self.links, MOST_OF_LINKS));
        let mut color = links.blend(boxes);
        if self.selected > 0.0 {
            let share = self.selected / self.nodes.max(1.0);
            color = color.lerp_to_gamma(palette.accent, 0.4 + 0.4 * share);
        }
        match self.alert {
            Alert::None => color,
            Alert::Running => color.lerp_to_gamma(palette.busy, 0.85),
            Alert::Paused => color.lerp_to_gamma(palette.warn, 0.85),
            Alert::Failed => color.lerp_to_gamma(palette.error, 0.85),
        }
    }
}

/// Every four squares as one.
fn halved(grains: &[Grain], width: usize) -> Vec<Grain> {
    let half = width / 2;
    let mut sums = vec![Grain::default(); half * half];
    for (i, grain) in grains.iter().enumerate() {
        sums[i / width / 2 * half + i % width / 2].add(grain);
    }
    sums
}

/// Index of the square that a point of the tile lies in.
fn grain_at(corner: Pos2, pos: Pos2) -> usize {
    let [x, y] = [pos.x - corner.x, pos.y - corner.y]
        .map(|along| ((along / GRAIN).max(0.0) as usize).min(GRAINS - 1));
    y * GRAINS + x
}

/// Add what of a box lies in one cell: it is in every cell that it touches.
fn add_plate(grains: &mut [Grain], tile: Rect, cell: Square, plate: &Plate, alert: Alert) {
    let stripe = NODE_HEADER / plate.rect.height().max(NODE_HEADER);
    let color = plate.body.lerp_to_gamma(plate.stripe, stripe);
    let cell = cell.rect(CELL);
    for square in squares_of(cell.shrink(1.0), GRAIN).iter() {
        let square = square.rect(GRAIN);
        let part = square.intersect(plate.rect);
        if !part.is_positive() {
            continue;
        }
        let grain = &mut grains[grain_at(tile.min, square.center())];
        let share = weighted(color, part.area() / (GRAIN * GRAIN));
        add_to(&mut grain.boxes, share);
    }
    let center = plate.rect.center();
    if cell.contains(center) && center.x < cell.max.x && center.y < cell.max.y {
        let grain = &mut grains[grain_at(tile.min, center)];
        grain.nodes += 1.0;
        grain.selected += f32::from(plate.is_selected);
        grain.alert = grain.alert.max(alert);
    }
}

/// Add a line by points along it, a few in each square.
fn add_line(grains: &mut [Grain], tile: Rect, from: Pos2, to: Pos2, color: Color32) {
    let length = from.distance(to);
    let points = (length / (GRAIN / 3.0)).ceil().max(1.0);
    let share = weighted(color, length / points * LINK_WIDTH / (GRAIN * GRAIN));
    for i in 0..points as usize {
        let pos = from + (to - from) * ((i as f32 + 0.5) / points);
        let grain = &mut grains[grain_at(tile.min, pos)];
        add_to(&mut grain.links, share);
    }
}

fn weighted(color: Color32, weight: f32) -> [f32; 4] {
    color.to_array().map(|channel| f32::from(channel) * weight)
}

fn add_to(sum: &mut [f32; 4], color: [f32; 4]) {
    for (sum, channel) in sum.iter_mut().zip(color) {
        *sum += channel;
    }
}

/// The same colour with at most this alpha, from 0 to 1.
fn at_most(color: [f32; 4], alpha: f32) -> [f32; 4] {
    let most = 255.0 * alpha;
    if color[3] > most {
        color.map(|channel| channel * most / color[3])
    } else {
        color
    }
}
