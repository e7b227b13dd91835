//! Outline: the areas of one colour in a mesh, as closed lines. Links and far-away nodes are meshes, and a drawing of
//! lines wants their shape rather than their triangles. Pure geometry.

use std::collections::HashMap;

use egui::epaint::{Mesh, Vertex};
use egui::{Color32, Pos2, TextureId};

/// A connected area of one colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    pub color: Color32,
    /// Outer lines and those around holes, each without its first point at the end.
    pub lines: Vec<Vec<Pos2>>,
    /// Its edges fade out, half a point beyond the lines.
    pub is_soft: bool,
}

/// All areas, in the order that they are painted in. Letters and pictures have none.
pub fn areas(mesh: &Mesh) -> Vec<Area> {
    if mesh.texture_id != TextureId::default() {
        return Vec::new();
    }
    let corners = |triangle: &[u32]| {
        let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices.get(triangle[i] as usize).copied());
        Some([a?, b?, c?])
    };
    let mut areas: Vec<Pieces> = Vec::new();
    // Which area a vertex belongs to; one vertex is of one colour.
    let mut area_of: HashMap<u32, usize> = HashMap::new();
    let mut soft = Vec::new();
    for triangle in mesh.indices.chunks_exact(3) {
        let Some(corners) = corners(triangle) else {
            continue;
        };
        let [a, b, c] = [triangle[0], triangle[1], triangle[2]];
        if corners
            .iter()
            .any(|corner| corner.color == Color32::TRANSPARENT)
        {
            soft.extend([a, b, c]);
            continue;
        }
        let color = color_of(&corners);
        let found = [a, b, c]
            .iter()
            .find_map(|vertex| area_of.get(vertex).copied());
        let at = match found {
            Some(at) if areas[at].color == color => at,
            _ => {
                areas.push(Pieces::new(color));
                areas.len() - 1
            }
        };
        for vertex in [a, b, c] {
            area_of.entry(vertex).or_insert(at);
        }
        areas[at].add([a, b, c], &corners);
    }
    for vertex in soft {
        if let Some(at) = area_of.get(&vertex).copied() {
            areas[at].is_soft = true;
        }
    }
    areas
        .into_iter()
        .map(|pieces| pieces.area(&mesh.vertices))
        .collect()
}

/// One colour for three corners: theirs, or what lies between them.
fn color_of(corners: &[Vertex; 3]) -> Color32 {
    let [a, b, c] = corners.map(|corner| corner.color);
    if a == b && b == c {
        a
    } else {
        a.lerp_to_gamma(b, 0.5).lerp_to_gamma(c, 1.0 / 3.0)
    }
}

/// Triangles of one area: the edges that only one of them has are its outline.
struct Pieces {
    color: Color32,
    is_soft: bool,
    /// From vertex to vertex, in the order that they came in.
    edges: Vec<(u32, u32)>,
    /// Where in `edges` an edge is, as long as no neighbour has taken it away.
    open: HashMap<(u32, u32), usize>,
}

impl Pieces {
    fn new(color: Color32) -> Self {
        Self {
            color,
            is_soft: false,
            edges: Vec::new(),
            open: HashMap::new(),
        }
    }

    fn add(&mut self, [a, b, c]: [u32; 3], corners: &[Vertex; 3]) {
        let [p, q, r] = corners.map(|corner| corner.pos);
        let turn = (q - p).rot90().dot(r - p);
        let (b, c) = if turn < 0.0 { (c, b) } else { (b, c) };
        for edge in [(a, b), (b, c), (c, a)] {
            // The neighbour on the other side goes along it the other way.
            if self.open.remove(&(edge.1, edge.0)).is_none() {
                self.open.insert(edge, self.edges.len());
                self.edges.push(edge);
            }
        }
    }

    fn area(self, vertices: &[Vertex]) -> Area {
        let is_open = |(i, edge): &(usize, &(u32, u32))| self.open.get(edge) == Some(i);
        let edges = || {
            self.edges
                .iter()
                .enumerate()
                .filter(is_open)
                .map(|(_, edge)| *edge)
        };
        let mut leaving: HashMap<u32, Vec<u32>> = HashMap::new();
        for (from, to) in edges() {
            leaving.entry(from).or_default().push(to);
        }
        let mut lines = Vec::new();
        for (start, _) in edges() {
            let mut line = Vec::new();
            let mut at = start;
            while let Some(next) = leaving.get_mut(&at).and_then(Vec::pop) {
                line.extend(vertices.get(at as usize).map(|vertex| vertex.pos));
                at = next;
            }
            if line.len() > 2 {
                lines.push(line);
            }
        }
        Area {
            color: self.color,
            lines,
            is_soft: self.is_soft,
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::*;
    use crate::ui::canvas::paint::add_link;
    use crate::ui::canvas::routes::link_way;

    fn length(line: &[Pos2]) -> f32 {
        let next = line.iter().cycle().skip(1);
        line.iter().zip(next).map(|(a, b)| a.distance(*b)).sum()
    }

    #[test]
    fn rectangles_keep_their_four_corners_and_their_order() {
        let mut mesh = Mesh::default();
        let first = Rect::from_min_max(pos2(0.0, 0.0), pos2(4.0, 3.0));
        mesh.add_colored_rect(first, Color32::RED);
        mesh.add_colored_rect(first.translate(egui::vec2(1.0, 1.0)), Color32::BLUE);
        let areas = areas(&mesh);
        let colors: Vec<_> = areas.iter().map(|area| area.color).collect();
        assert_eq!(colors, [Color32::RED, Color32::BLUE]);
        for area in &areas {
            assert_eq!(area.lines.len(), 1);
            assert_eq!(area.lines[0].len(), 4, "{area:?}");
            assert_eq!(length(&area.lines[0]), 14.0);
            assert!(!area.is_soft);
        }
    }

    #[test]
    fn a_link_is_one_ribbon_without_its_soft_edge() {
        let mut mesh = Mesh::default();
        let straight = link_way(pos2(0.0, 0.0), pos2(300.0, 0.0), 1.0, 1.0);
        add_link(&mut mesh, &straight, 2.0, Color32::RED);
        let bent = link_way(pos2(0.0, 50.0), pos2(300.0, 90.0), 1.0, 1.0);
        add_link(&mut mesh, &bent, 2.0, Color32::BLUE);
        let areas = areas(&mesh);
        assert_eq!(areas.len(), 2);
        assert!(
            areas
                .iter()
                .all(|area| area.is_soft && area.lines.len() == 1)
        );
        let around = length(&areas[0].lines[0]);
        assert!((around - 604.0).abs() < 0.1, "{around}");
        let bounds = Rect::from_points(&areas[0].lines[0]);
        assert_eq!((bounds.top(), bounds.bottom()), (-1.0, 1.0));
    }

    #[test]
    fn a_ring_has_two_lines_and_triangles_of_either_turn_fit() {
        let mut mesh = Mesh::default();
        let square = |side: f32| [(-side, -side), (side, -side), (side, side), (-side, side)];
        for (x, y) in square(2.0).into_iter().chain(square(1.0)) {
            mesh.colored_vertex(pos2(x, y), Color32::GREEN);
        }
        for i in 0..4_u32 {
            let next = (i + 1) % 4;
            mesh.add_triangle(i, next, i + 4);
            mesh.add_triangle(next, i + 4, next + 4);
        }
        let areas = areas(&mesh);
        assert_eq!(areas.len(), 1);
        let mut lengths: Vec<f32> = areas[0].lines.iter().map(|line| length(line)).collect();
        lengths.sort_by(f32::total_cmp);
        assert_eq!(lengths, [8.0, 16.0]);
    }

    #[test]
    fn pictures_and_broken_meshes_have_no_areas() {
        let mut picture = Mesh::default();
        picture.add_colored_rect(Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0)), Color32::RED);
        picture.texture_id = TextureId::Managed(7);
        assert_eq!(areas(&picture), []);
        let broken = Mesh {
            indices: vec![0, 1, 2],
            ..Mesh::default()
        };
        assert_eq!(areas(&broken), []);
    }
}
