//! Brush: boxes, dots and texts of nodes, gathered into one mesh for all nodes, which costs a fraction of a shape for
//! each. In pictures they are shapes, which know what they are. Decides nothing.

use std::cell::RefCell;
use std::f32::consts::FRAC_1_SQRT_2;
use std::sync::Arc;

use egui::epaint::{Mesh, TextShape, Vertex, WHITE_UV};
use egui::layers::ShapeIdx;
use egui::{Color32, CornerRadius, Galley, Painter, Shape, Stroke, StrokeKind};

use crate::graph::{Pos2, Rect, Vec2, pos2, vec2};

/// A quarter of a circle, from the right to below, in equal steps.
const QUARTER: [Vec2; 9] = [
    vec2(1.0, 0.0),
    vec2(0.980_785, 0.195_09),
    vec2(0.923_88, 0.382_683),
    vec2(0.831_47, 0.555_57),
    vec2(FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    vec2(0.555_57, 0.831_47),
    vec2(0.382_683, 0.923_88),
    vec2(0.195_09, 0.980_785),
    vec2(0.0, 1.0),
];

/// Smaller dots have no rim: it would be no more than a shade, and they are many.
const LEAST_RIMMED: f32 = 2.6;

/// No more nodes than this are held against each other.
const MOST_APART: usize = 512;

/// Paints nodes one after the other; each covers those before it.
pub struct Brush<'a> {
    painter: &'a Painter,
    /// Of texts, from 0 to 1.
    opacity: f32,
    batch: Option<RefCell<Batch>>,
}

/// Nodes that do not touch each other, so that all boxes may come before all texts.
#[derive(Default)]
struct Batch {
    mesh: Mesh,
    /// The largest mesh of this frame.
    memory: Arc<Mesh>,
    above: Vec<Shape>,
    covered: Vec<Rect>,
    /// Where both will stand among what is painted by other means.
    places: Option<[ShapeIdx; 2]>,
    /// The width of soft edges: a pixel.
    soft: f32,
    outline: Vec<(Pos2, Vec2)>,
}

impl<'a> Brush<'a> {
    /// `memory` is what `end` gave when the last frame was painted: its room is used again.
    pub fn new(painter: &'a Painter, memory: Arc<Mesh>, opacity: f32, is_picture: bool) -> Self {
        let batch = (!is_picture).then(|| {
            let mut mesh = Arc::try_unwrap(memory).unwrap_or_default();
            // Not `clear`, which gives the memory back.
            mesh.vertices.clear();
            mesh.indices.clear();
            RefCell::new(Batch {
                mesh,
                soft: 1.0 / painter.pixels_per_point(),
                ..Batch::default()
            })
        });
        Self {
            painter,
            opacity,
            batch,
        }
    }

    /// A node follows that paints nowhere but in this box, by whatever means.
    pub fn begin(&self, rect: Rect) {
        let Some(batch) = &self.batch else {
            return;
        };
        let mut batch = batch.borrow_mut();
        let is_full = batch.covered.len() >= MOST_APART;
        if is_full || batch.covered.iter().any(|old| old.intersects(rect)) {
            self.flush(&mut batch);
        }
        batch.covered.push(rect);
        if batch.places.is_none() {
            batch.places = Some([(); 2].map(|()| self.painter.add(Shape::Noop)));
        }
    }

    /// All nodes are painted.
    pub fn end(self) -> Arc<Mesh> {
        let Some(batch) = self.batch.as_ref() else {
            return Arc::default();
        };
        let mut batch = batch.borrow_mut();
        self.flush(&mut batch);
        std::mem::take(&mut batch.memory)
    }

    pub fn fill(&self, rect: Rect, corners: CornerRadius, color: Color32) {
        match &self.batch {
            Some(batch) => batch.borrow_mut().fill(rect, corners, color),
            None => {
                self.painter.rect_filled(rect, corners, color);
            }
        }
    }

    /// A line along the edge of a box.
    pub fn edge(&self, rect: Rect, corners: CornerRadius, stroke: Stroke) {
        match &self.batch {
            Some(batch) => batch.borrow_mut().edge(rect, corners, stroke),
            None => {
                self.painter
                    .rect_stroke(rect, corners, stroke, StrokeKind::Middle);
            }
        }
    }

    pub fn dot(&self, center: Pos2, radius: f32, color: Color32) {
        match &self.batch {
            Some(batch) => batch.borrow_mut().dot(center, radius, color, None),
            None => {
                self.painter.circle_filled(center, radius, color);
            }
        }
    }

    /// A dot with a rim of one point around it, if it is not too small for one.
    pub fn rimmed_dot(&self, center: Pos2, radius: f32, color: Color32, rim: Color32) {
        if let Some(batch) = &self.batch {
            let rim = (radius >= LEAST_RIMMED).then_some(rim);
            batch.borrow_mut().dot(center, radius, color, rim);
        } else {
            self.painter.circle_filled(center, radius + 1.0, rim);
            self.painter.circle_filled(center, radius, color);
        }
    }

    /// A text over the boxes of its node.
    pub fn text(&self, pos: Pos2, galley: Arc<Galley>, color: Color32) {
        if !galley.is_empty() && self.opacity > 0.0 {
            let shape = TextShape::new(pos, galley, color);
            self.add(shape.with_opacity_factor(self.opacity).into());
        }
    }

    /// Something over the boxes of its node.
    pub fn add(&self, shape: Shape) {
        match &self.batch {
            Some(batch) => batch.borrow_mut().above.push(shape),
            None => {
                self.painter.add(shape);
            }
        }
    }

    fn flush(&self, batch: &mut Batch) {
        if let Some([boxes, above]) = batch.places.take() {
            let mesh = Arc::new(std::mem::take(&mut batch.mesh));
            if mesh.vertices.capacity() > batch.memory.vertices.capacity() {
                batch.memory = mesh.clone();
            }
            self.painter.set(boxes, Shape::Mesh(mesh));
            let shapes = std::mem::take(&mut batch.above);
            self.painter.set(above, Shape::Vec(shapes));
        }
        batch.covered.clear();
    }
}

impl Batch {
    fn fill(&mut self, rect: Rect, corners: CornerRadius, color: Color32) {
        self.set_outline(rect, corners);
        let half = self.soft / 2.0;
        let inner = self.add_ring(-half, color);
        let outer = self.add_ring(half, Color32::TRANSPARENT);
        self.add_band(inner, outer);
        self.add_middle(inner);
    }

    fn edge(&mut self, rect: Rect, corners: CornerRadius, stroke: Stroke) {
        // A line that is an odd number of pixels wide is sharp where its middle is that of a pixel.
        let is_odd = (stroke.width / self.soft).round() % 2.0 == 1.0;
        let inset = if is_odd { self.soft / 2.0 } else { 0.0 };
        self.set_outline(rect.shrink(inset), corners);
        let soft = self.soft / 2.0;
        let half = (stroke.width / 2.0).max(soft);
        let core = half - soft;
        let mut last = self.add_ring(-half - soft, Color32::TRANSPARENT);
        // Both edges of a thin line are one.
        let cores = if core > 0.0 {
            &[-core, core][..]
        } else {
            &[0.0]
        };
        for offset in cores {
            let ring = self.add_ring(*offset, stroke.color);
            self.add_band(last, ring);
            last = ring;
        }
        let outer = self.add_ring(half + soft, Color32::TRANSPARENT);
        self.add_band(last, outer);
    }

    fn dot(&mut self, center: Pos2, radius: f32, color: Color32, rim: Option<Color32>) {
        self.outline.clear();
        let step = match radius {
            radius if radius < 4.0 => 4,
            radius if radius < 10.0 => 2,
            _ => 1,
        };
        for turn in 0..4 {
            let quarter = QUARTER[..8].iter().step_by(step);
            self.outline.extend(quarter.map(|out| {
                let out = turned(*out, turn);
                (center + out * radius, out)
            }));
        }
        let half = self.soft / 2.0;
        let inner = self.add_ring(-half, color);
        let outer = self.add_ring(half, rim.unwrap_or(Color32::TRANSPARENT));
        self.add_band(inner, outer);
        if rim.is_some() {
            let rim = self.add_ring(1.0 + half, Color32::TRANSPARENT);
            self.add_band(outer, rim);
        }
        self.add_middle(inner);
    }

    /// The points around a box with round corners, clockwise from the upper left one, and which way is out.
    fn set_outline(&mut self, rect: Rect, corners: CornerRadius) {
        self.outline.clear();
        let most = rect.size().min_elem() / 2.0;
        for (turn, corner, radius) in [
            (2, rect.left_top(), corners.nw),
            (3, rect.right_top(), corners.ne),
            (0, rect.right_bottom(), corners.se),
            (1, rect.left_bottom(), corners.sw),
        ] {
            let diagonal = turned(vec2(1.0, 1.0), turn);
            let radius = f32::from(radius).min(most);
            if radius < 0.5 {
                self.outline.push((corner, diagonal));
                continue;
            }
            let center = corner - diagonal * radius;
            let step = match radius {
                radius if radius < 5.0 => 4,
                radius if radius < 12.0 => 2,
                _ => 1,
            };
            self.outline.extend(QUARTER.iter().step_by(step).map(|out| {
                let out = turned(*out, turn);
                (center + out * radius, out)
            }));
        }
    }

    /// The outline's points, moved out by `offset`. Where they begin.
    fn add_ring(&mut self, offset: f32, color: Color32) -> u32 {
        let first = self.mesh.vertices.len() as u32;
        let ring = self.outline.iter().map(|(pos, out)| Vertex {
            pos: *pos + *out * offset,
            uv: WHITE_UV,
            color,
        });
        self.mesh.vertices.extend(ring);
        first
    }

    /// What lies between two rings.
    fn add_band(&mut self, a: u32, b: u32) {
        let count = self.outline.len() as u32;
        let indices = &mut self.mesh.indices;
        let mut last = count - 1;
        for i in 0..count {
            indices.extend([a + last, a + i, b + last, b + last, a + i, b + i]);
            last = i;
        }
    }

    /// What lies inside a ring.
    fn add_middle(&mut self, ring: u32) {
        let count = self.outline.len() as u32;
        let indices = &mut self.mesh.indices;
        for i in 2..count {
            indices.extend([ring, ring + i - 1, ring + i]);
        }
    }
}

/// Turned by quarters, clockwise on the screen.
fn turned(way: Vec2, quarters: u32) -> Vec2 {
    match quarters {
        0 => way,
        1 => vec2(-way.y, way.x),
        2 => -way,
        _ => vec2(way.y, -way.x),
    }
}

/// A box whose upper left corner and size are whole pixels: all nodes of a kind look alike then, wherever they lie, and
/// their texts, which stand on pixels, do not tremble in them while the canvas is zoomed.
pub fn on_pixels(rect: Rect, pixels_per_point: f32) -> Rect {
    let round = |at: f32| (at * pixels_per_point).round() / pixels_per_point;
    let min = pos2(round(rect.min.x), round(rect.min.y));
    Rect::from_min_size(min, vec2(round(rect.width()), round(rect.height())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_dots_cover_what_they_should() {
        let mut batch = Batch {
            soft: 1.0,
            ..Batch::default()
        };
        let area = |batch: &mut Batch| {
            let corner = |index: u32| batch.mesh.vertices[index as usize];
            let triangles = batch.mesh.indices.chunks_exact(3);
            let area: f32 = triangles
                .map(|three| {
                    let [a, b, c] = [0, 1, 2].map(|i| corner(three[i]));
                    let [p, q] = [b.pos - a.pos, c.pos - a.pos];
                    let alpha: f32 = [a, b, c].iter().map(|v| f32::from(v.color.a())).sum();
                    (p.x * q.y - p.y * q.x).abs() / 2.0 * alpha / (3.0 * 255.0)
                })
                .sum();
            batch.mesh.clear();
            area
        };
        let rect = Rect::from_min_size(pos2(3.0, 4.0), vec2(40.0, 20.0));
        batch.fill(rect, CornerRadius::ZERO, Color32::WHITE);
        assert!((area(&mut batch) - 800.0).abs() < 1.0);
        batch.fill(rect, CornerRadius::same(8), Color32::WHITE);
        let corners = (4.0 - std::f32::consts::PI) * 64.0;
        assert!((area(&mut batch) - (800.0 - corners)).abs() < 7.0);
        batch.edge(rect, CornerRadius::ZERO, Stroke::new(1.0, Color32::WHITE));
        assert!((area(&mut batch) - 2.0 * (39.0 + 19.0)).abs() < 5.0);
        batch.edge(rect, CornerRadius::ZERO, Stroke::new(4.0, Color32::WHITE));
        assert!((area(&mut batch) - 4.0 * 120.0).abs() < 4.0);
        batch.dot(rect.min, 6.0, Color32::WHITE, None);
        assert!((area(&mut batch) / (std::f32::consts::PI * 36.0) - 1.0).abs() < 0.06);
        batch.dot(rect.min, 6.0, Color32::WHITE, Some(Color32::WHITE));
        assert!((area(&mut batch) / (std::f32::consts::PI * 49.0) - 1.0).abs() < 0.06);
    }

    #[test]
    fn a_node_covers_the_texts_of_those_before_it() {
        let context = egui::Context::default();
        let mut output = context.run_ui(egui::RawInput::default(), |ui| {
            let painter = ui.painter().clone();
            let brush = Brush::new(&painter, Arc::default(), 1.0, false);
            for x in [0.0, 200.0, 230.0] {
                let rect = Rect::from_min_size(pos2(x, 0.0), vec2(50.0, 20.0));
                brush.begin(rect);
                brush.fill(rect, CornerRadius::ZERO, Color32::RED);
                brush.add(Shape::circle_filled(rect.center(), 2.0, Color32::WHITE));
            }
            assert_eq!(brush.end().vertices.len(), 16);
        });
        output.textures_delta.clear();
        let kinds: Vec<(usize, usize)> = output
            .shapes
            .iter()
            .filter_map(|shape| match &shape.shape {
                Shape::Mesh(mesh) => Some((mesh.vertices.len() / 8, 0)),
                Shape::Vec(above) => Some((0, above.len())),
                _ => None,
            })
            .collect();
        assert_eq!(kinds, [(2, 0), (0, 2), (1, 0), (0, 1)]);
    }
}
