//! Arranging: auto layout by layers, align, distribute, straighten, and the guides that a drag snaps to. Pure: knows
//! the graph alone; how large nodes are and where on them links end is told by whoever draws them.

mod align;
mod frames;
mod guides;
mod layered;
mod layers;
mod order;
mod place;
mod reading;

use std::collections::BTreeSet;

pub use align::{Align, Axis, align, distribute, straighten};
pub use guides::{Guide, Snap, snap};
pub use reading::{in_reading_order, reading_order};

use self::layered::Layered;
use super::Transaction;
use crate::graph::{Edit, Graph, Link, Node, NodeId, Pos2, Rect, Role, Style, Vec2, vec2};

/// A corner farther out than this is brought back: beyond it single units cannot be told apart.
const FARTHEST: f32 = 1e6;

/// The room between nodes, in graph units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// All corners lie on multiples of it.
    pub grid: f32,
    /// Between columns, and between what is not linked.
    pub columns: f32,
    /// Between nodes of a column.
    pub rows: f32,
    /// Between a frame's edges and what lies in it; the title stands above that.
    pub frame_side: f32,
    pub frame_top: f32,
}

impl Spacing {
    fn up_to_grid(self, length: f32) -> f32 {
        (length / self.grid).ceil() * self.grid
    }

    fn on_grid(self, at: f32) -> f32 {
        (at / self.grid).round() * self.grid
    }
}

/// Arrange nodes in columns, so that every link among them leads to the right, few links cross and most are straight.
/// The upper left corner of all stays where it was, on the grid. Links to other nodes play no part.
///
/// `size_of` is a node's size; `ends` tells how far below its nodes' upper edges a link leaves and arrives.
///
/// The steps are those of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System
/// Structures", 1981: columns (`layers`), the order in them (`order`), the heights (`place`); each says its sources.
/// The same graph is always arranged the same way, wherever its nodes were: only what is not linked keeps the order
/// that it had from the top. Frames keep what lies in them and become as large as it needs.
pub fn auto_layout(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    spacing: Spacing,
    size_of: impl Fn(NodeId) -> Vec2,
    ends: impl Fn(&Link) -> (f32, f32),
) -> Transaction {
    let sketch = Sketch::new(graph, nodes, size_of, ends);
    let rects = frames::arranged(&sketch, spacing);
    let mut edits = Vec::new();
    for (before, rect) in sketch.boxes.iter().zip(rects) {
        let (node, to) = (before.node, rect.min);
        if before.pos != to {
            edits.push(Edit::Move { node, to });
        }
        if before.size != rect.size()
            && let Some(style) = graph.node(node).map(|node| node.style)
        {
            let size = Some(rect.size());
            let style = Style { size, ..style };
            edits.push(Edit::SetStyle { node, style });
        }
    }
    Transaction::new("Auto layout", edits)
}

/// A node as arranging sees it.
#[derive(Clone, Copy, Debug)]
struct Boxed {
    node: NodeId,
    pos: Pos2,
    size: Vec2,
    is_frame: bool,
}

impl Boxed {
    fn new(node: &Node, size_of: impl Fn(NodeId) -> Vec2) -> Self {
        Self {
            node: node.id,
            pos: node.pos,
            size: size_of(node.id),
            is_frame: node.kind.role == Role::Frame,
        }
    }

    fn rect(&self) -> Rect {
        Rect::from_min_size(self.pos, self.size)
    }
}

/// A link between boxes, which are named by their place in the sketch.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    from: u32,
    to: u32,
    /// Where it ends, below the upper edges of both.
    from_y: f32,
    to_y: f32,
}

/// What is to be arranged, without names and types.
#[derive(Clone, Debug, Default)]
struct Sketch {
    boxes: Vec<Boxed>,
    lines: Vec<Line>,
}

impl Sketch {
    fn new(
        graph: &Graph,
        nodes: &BTreeSet<NodeId>,
        size_of: impl Fn(NodeId) -> Vec2,
        ends: impl Fn(&Link) -> (f32, f32),
    ) -> Self {
        let boxes: Vec<Boxed> = nodes
            .iter()
            .filter_map(|id| graph.node(*id))
            .map(|node| Boxed::new(node, &size_of))
            .collect();
        let place = |id: NodeId| boxes.binary_search_by_key(&id, |it| it.node).ok();
        let links = boxes.iter().flat_map(|it| graph.incoming(it.node));
        let lines = links.filter_map(|link| {
            let (from_y, to_y) = ends(link);
            Some(Line {
                from: place(link.from.node)? as u32,
                to: place(link.to.node)? as u32,
                from_y,
                to_y,
            })
        });
        Self {
            lines: lines.collect(),
            boxes,
        }
    }

    /// The pieces that no link connects, each with the places of its boxes here; those that were higher come first.
    fn parts(&self) -> Vec<(Vec<u32>, Sketch)> {
        let group = groups(self.boxes.len(), &self.lines);
        let mut place_in_part = vec![0; self.boxes.len()];
        let mut parts: Vec<(Vec<u32>, Sketch)> = Vec::new();
        for (i, it) in self.boxes.iter().enumerate() {
            let at = group[i] as usize;
            if parts.len() <= at {
                parts.resize_with(at + 1, Default::default);
            }
            let (places, part) = &mut parts[at];
            place_in_part[i] = places.len() as u32;
            places.push(i as u32);
            part.boxes.push(*it);
        }
        for line in &self.lines {
            let (_, part) = &mut parts[group[line.from as usize] as usize];
            part.lines.push(Line {
                from: place_in_part[line.from as usize],
                to: place_in_part[line.to as usize],
                ..*line
            });
        }
        parts.sort_by(|(_, a), (_, b)| {
            let (a, b) = (a.corner(), b.corner());
            a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x))
        });
        parts
    }

    /// The upper left corner of all.
    fn corner(&self) -> Pos2 {
        let corners = self.boxes.iter().map(|it| it.pos);
        corners.reduce(Pos2::min).unwrap_or_default()
    }
}

/// The number of the connected part that each box lies in, from 0 in the order of their first boxes.
fn groups(count: usize, lines: &[Line]) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..count as u32).collect();
    let top = |parent: &mut Vec<u32>, mut at: u32| {
        while parent[at as usize] != at {
            parent[at as usize] = parent[parent[at as usize] as usize];
            at = parent[at as usize];
        }
        at
    };
    for line in lines {
        let (a, b) = (top(&mut parent, line.from), top(&mut parent, line.to));
        // The first box of a part stands for it.
        parent[a.max(b) as usize] = a.min(b);
    }
    let mut numbers = vec![0; count];
    let mut next = 0;
    for i in 0..count as u32 {
        let first = top(&mut parent, i);
        numbers[i as usize] = if first == i {
            next += 1;
            next - 1
        } else {
            numbers[first as usize]
        };
    }
    numbers
}

/// The corners of all boxes, from that of the first: parts one below another, boxes without links in rows at the end.
fn packed(sketch: &Sketch, spacing: Spacing) -> Vec<Vec2> {
    let mut corners = vec![Vec2::ZERO; sketch.boxes.len()];
    let mut below = 0.0;
    let mut width = 0.0_f32;
    let mut single = Vec::new();
    for (places, part) in sketch.parts() {
        if let [place] = places[..] {
            single.push(place);
            continue;
        }
        let inside = part_arranged(&part, spacing);
        let mut end = Vec2::ZERO;
        for ((place, at), it) in places.into_iter().zip(inside).zip(&part.boxes) {
            corners[place as usize] = vec2(at.x, below + at.y);
            end = end.max(at + it.size);
        }
        width = width.max(end.x);
        below += spacing.up_to_grid(end.y) + spacing.columns;
    }
    let boxes = single.iter().map(|place| &sketch.boxes[*place as usize]);
    for (place, at) in single.iter().zip(in_rows(boxes, width, spacing)) {
        corners[*place as usize] = vec2(at.x, below + at.y);
    }
    corners
}

/// A connected part by layers, its upper left corner at the origin.
fn part_arranged(part: &Sketch, spacing: Spacing) -> Vec<Vec2> {
    let columns = layers::columns(part.boxes.len(), &part.lines);
    let mut lefts = vec![0.0_f32; columns.iter().max().map_or(0, |last| *last as usize + 2)];
    for (it, column) in part.boxes.iter().zip(&columns) {
        let right = &mut lefts[*column as usize + 1];
        *right = right.max(spacing.up_to_grid(it.size.x) + spacing.columns);
    }
    for i in 1..lefts.len() {
        lefts[i] += lefts[i - 1];
    }
    let mut layered = Layered::new(part, &columns);
    order::order(&mut layered);
    let tops = place::tops(&layered, spacing);
    columns
        .iter()
        .zip(tops)
        .map(|(column, top)| vec2(lefts[*column as usize], top))
        .collect()
}

/// Boxes beside each other in rows that are about as wide as what lies above them, or as high as wide.
fn in_rows<'a>(
    boxes: impl Iterator<Item = &'a Boxed> + Clone,
    width: f32,
    spacing: Spacing,
) -> Vec<Vec2> {
    let step = |it: &Boxed| {
        vec2(
            spacing.up_to_grid(it.size.x) + spacing.columns,
            spacing.up_to_grid(it.size.y) + spacing.rows,
        )
    };
    let area: f32 = boxes.clone().map(step).map(|step| step.x * step.y).sum();
    let width = width.max(area.sqrt());
    let mut at = Vec2::ZERO;
    let mut row = 0.0_f32;
    let place = |it: &Boxed| {
        let step = step(it);
        if at.x > 0.0 && at.x + it.size.x > width {
            at = vec2(0.0, at.y + row);
            row = 0.0;
        }
        let placed = at;
        at.x += step.x;
        row = row.max(step.y);
        placed
    };
    boxes.map(place).collect()
}

#[cfg(test)]
mod tests;
