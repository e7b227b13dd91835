//! Layout: where nodes and ports lie in graph space, kept up to date by what edits touched, and which of them are
//! under a point or in a view. Pure geometry: no painting, no input.

use std::collections::{HashMap, HashSet};

use crate::graph::{
    Graph, Link, Node, NodeId, Port, Pos2, Rect, Role, SubgraphId, Vec2, pos2, vec2,
};
use crate::ui::theme::{
    FRAME_EDGE, FRAME_SIZE, FRAME_TITLE, NODE_HEADER, NODE_PAD, NODE_ROW, NODE_THUMB, NODE_WIDTH,
    NOTE_SIZE, REROUTE_SIZE,
};

/// Side of a square of the grid index, in graph units: about four nodes.
const CELL: f32 = 512.0;

/// Size of a node, in graph units.
pub fn node_size(node: &Node, has_thumb: bool) -> Vec2 {
    match node.kind.role {
        Role::Reroute => return Vec2::splat(REROUTE_SIZE),
        Role::Frame => return node.style.size.unwrap_or(FRAME_SIZE),
        Role::Note => return node.style.size.unwrap_or(NOTE_SIZE),
        _ => {}
    }
    if node.style.is_collapsed {
        return vec2(NODE_WIDTH, NODE_HEADER);
    }
    let rows = (node.kind.outputs.len() + node.kind.inputs.len()) as f32;
    let thumb = if has_thumb {
        NODE_THUMB + NODE_PAD
    } else {
        0.0
    };
    vec2(
        NODE_WIDTH,
        NODE_HEADER + NODE_PAD + rows * NODE_ROW + NODE_PAD + thumb,
    )
}

/// Vertical middle of a row, from the node's top: outputs first, then inputs.
fn row_offset(node: &Node, row: usize) -> f32 {
    if node.kind.role == Role::Reroute {
        REROUTE_SIZE / 2.0
    } else if node.style.is_collapsed {
        NODE_HEADER / 2.0
    } else {
        NODE_HEADER + NODE_PAD + (row as f32 + 0.5) * NODE_ROW
    }
}

/// Where an output's dot lies, from the node's upper left corner.
pub fn output_offset(node: &Node, at: usize) -> Vec2 {
    let width = match node.kind.role {
        Role::Reroute => REROUTE_SIZE,
        _ => NODE_WIDTH,
    };
    vec2(width, row_offset(node, at))
}

/// Where an input's dot lies, from the node's upper left corner.
pub fn input_offset(node: &Node, at: usize) -> Vec2 {
    vec2(0.0, row_offset(node, node.kind.outputs.len() + at))
}

pub fn output_pos(node: &Node, at: usize) -> Pos2 {
    node.pos + output_offset(node, at)
}

pub fn input_pos(node: &Node, at: usize) -> Pos2 {
    node.pos + input_offset(node, at)
}

/// Does the point grab the node? A frame is grabbed by its title and its edge: what lies in it is not covered.
fn is_on(node: &Node, rect: Rect, at: Pos2) -> bool {
    if node.kind.role != Role::Frame {
        return rect.contains(at);
    }
    let title = Rect::from_min_size(rect.min, vec2(rect.width(), FRAME_TITLE));
    rect.contains(at) && (title.contains(at) || !rect.shrink(FRAME_EDGE).contains(at))
}

/// What lies under a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Hit {
    Nothing,
    Node(NodeId),
    Input(Port),
    Output(Port),
}

/// Rectangles of all nodes and an index of them by cells.
#[derive(Debug, Default)]
pub struct Layout {
    placed: Vec<Option<Rect>>,
    cells: HashMap<(i32, i32), Vec<NodeId>>,
    with_thumb: HashSet<NodeId>,
    /// The subgraph whose nodes are laid out; `None`: the graph around all.
    scope: Option<SubgraphId>,
    revision: u64,
    /// Counts every change of a rectangle.
    version: u64,
    bounds: Option<Rect>,
}

impl Layout {
    /// Lay out the nodes of this subgraph, or of the graph around all, from the next update on.
    pub fn set_scope(&mut self, scope: Option<SubgraphId>) {
        if self.scope != scope {
            *self = Self {
                scope,
                with_thumb: std::mem::take(&mut self.with_thumb),
                ..Self::default()
            };
        }
    }

    /// Follow the graph: looks only at nodes that changed since the last call.
    pub fn update(&mut self, graph: &Graph) {
        if self.revision == graph.revision() {
            return;
        }
        let since = self.revision;
        for id in graph.removed_since(since).collect::<Vec<_>>() {
            self.remove(id);
        }
        for id in graph.changed_since(since).collect::<Vec<_>>() {
            self.place(graph, id);
        }
        self.revision = graph.revision();
    }

    /// Forget everything: another graph follows.
    pub fn clear(&mut self) {
        *self = Self {
            // Who follows the version must see that all is new.
            version: self.version + 1,
            ..Self::default()
        };
    }

    /// A node that shows a picture is taller.
    pub fn set_thumb(&mut self, graph: &Graph, id: NodeId, has_thumb: bool) {
        let is_new = if has_thumb {
            self.with_thumb.insert(id)
        } else {
            self.with_thumb.remove(&id)
        };
        if is_new {
            self.place(graph, id);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub fn has_thumb(&self, id: NodeId) -> bool {
        self.with_thumb.contains(&id)
    }

    pub fn rect(&self, id: NodeId) -> Option<Rect> {
        *self.placed.get(id.0 as usize)?
    }

    /// Another number says that some node is not where it was.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// All nodes with their rectangles, in the order of ids.
    pub fn rects(&self) -> impl Iterator<Item = (NodeId, Rect)> {
        let ids = (0..).map(NodeId);
        ids.zip(&self.placed)
            .filter_map(|(id, rect)| Some((id, (*rect)?)))
    }

    /// The box around all nodes; `None` when there is none.
    pub fn bounds(&mut self) -> Option<Rect> {
        if self.bounds.is_none() {
            let rects = self.placed.iter().flatten().copied();
            self.bounds = rects.reduce(Rect::union);
        }
        self.bounds
    }

    /// The box around some nodes.
    pub fn bounds_of(&self, ids: impl IntoIterator<Item = NodeId>) -> Option<Rect> {
        ids.into_iter()
            .filter_map(|id| self.rect(id))
            .reduce(Rect::union)
    }

    /// Nodes that touch `view`, in the order of their ids, which is the order they are painted in.
    pub fn nodes_in(&self, view: Rect) -> Vec<NodeId> {
        let (low, high) = (cell(view.min), cell(view.max));
        let cells_in_view = i64::from(high.0 - low.0 + 1) * i64::from(high.1 - low.1 + 1);
        let mut found: Vec<NodeId> = if cells_in_view > self.cells.len() as i64 {
            (0..self.placed.len() as u32).map(NodeId).collect()
        } else {
            (low.0..=high.0)
                .flat_map(|x| (low.1..=high.1).map(move |y| (x, y)))
                .filter_map(|cell| self.cells.get(&cell))
                .flatten()
                .copied()
                .collect()
        };
        found.retain(|id| self.rect(*id).is_some_and(|rect| rect.intersects(view)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What lies under a point; ports reach `reach` units around their dot.
    pub fn hit(&self, graph: &Graph, at: Pos2, reach: f32) -> Hit {
        let around = Rect::from_center_size(at, Vec2::splat(2.0 * reach));
        let near = self.nodes_in(around);
        for id in near.iter().rev() {
            let Some(node) = graph.node(*id) else {
                continue;
            };
            let is_near = |pos: Pos2| pos.distance(at) <= reach;
            for (i, output) in node.kind.outputs.iter().enumerate() {
                if is_near(output_pos(node, i)) {
                    return Hit::Output(Port::new(*id, output.name.clone()));
                }
            }
            let inputs = node.kind.inputs.iter().enumerate();
            for (i, input) in inputs.filter(|_| !node.kind.role.is_decoration()) {
                if is_near(input_pos(node, i)) {
                    return Hit::Input(Port::new(*id, input.name.clone()));
                }
            }
            if self.rect(*id).is_some_and(|rect| is_on(node, rect, at)) {
                return Hit::Node(*id);
            }
        }
        Hit::Nothing
    }

    fn place(&mut self, graph: &Graph, id: NodeId) {
        let node = graph.node(id).filter(|node| node.parent == self.scope);
        let Some(node) = node else {
            self.remove(id);
            return;
        };
        let rect = Rect::from_min_size(node.pos, node_size(node, self.has_thumb(id)));
        if self.rect(id) == Some(rect) {
            return;
        }
        self.remove(id);
        let at = id.0 as usize;
        if self.placed.len() <= at {
            self.placed.resize(at + 1, None);
        }
        self.placed[at] = Some(rect);
        self.version += 1;
        for cell in cells_of(rect) {
            self.cells.entry(cell).or_default().push(id);
        }
    }

    fn remove(&mut self, id: NodeId) {
        self.bounds = None;
        let Some(rect) = self.placed.get_mut(id.0 as usize).and_then(Option::take) else {
            return;
        };
        self.version += 1;
        for cell in cells_of(rect) {
            if let Some(ids) = self.cells.get_mut(&cell) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.cells.remove(&cell);
                }
            }
        }
    }
}

/// Ends of a link in graph space; a port that the kind lost is drawn at the node's header.
pub fn link_ends(graph: &Graph, link: &Link) -> Option<(Pos2, Pos2)> {
    let from = graph.node(link.from.node)?;
    let to = graph.node(link.to.node)?;
    let start = match from.kind.output_index(&link.from.name) {
        Some(at) => output_pos(from, at),
        None => from.pos + vec2(NODE_WIDTH, NODE_HEADER / 2.0),
    };
    let inputs = &to.kind.inputs;
    let end = match inputs.iter().position(|input| input.name == link.to.name) {
        Some(at) => input_pos(to, at),
        None => to.pos + vec2(0.0, NODE_HEADER / 2.0),
    };
    Some((start, end))
}

/// The way of a link on the screen, as points of a line: it leaves to the right and arrives from the left. One that
/// leads back goes around, half-way between the rows of its ends, rather than across what lies between.
pub fn link_way(start: Pos2, end: Pos2, zoom: f32) -> Vec<Pos2> {
    let mut way = Vec::with_capacity(32);
    if end.x < start.x - 40.0 * zoom && (end.y - start.y).abs() > 60.0 * zoom {
        let turn = vec2(60.0 * zoom, 0.0);
        let middle = f32::midpoint(start.y, end.y);
        let (right, left) = (pos2(start.x, middle), pos2(end.x, middle));
        add_curve(&mut way, [start, start + turn, right + turn, right], 12);
        add_curve(&mut way, [left, left - turn, end - turn, end], 12);
        return way;
    }
    let length = start.distance(end);
    let reach = ((end.x - start.x).abs() * 0.5).clamp(30.0 * zoom, 160.0 * zoom);
    let curve = [
        start,
        pos2(start.x + reach, start.y),
        pos2(end.x - reach, end.y),
        end,
    ];
    let pieces = if length < 24.0 {
        2
    } else {
        (length / 14.0).clamp(6.0, 28.0) as usize
    };
    add_curve(&mut way, curve, pieces);
    way
}

fn add_curve(way: &mut Vec<Pos2>, [a, b, c, d]: [Pos2; 4], pieces: usize) {
    way.extend((0..=pieces).map(|i| {
        let t = i as f32 / pieces as f32;
        let s = 1.0 - t;
        let weighted = a.to_vec2() * (s * s * s)
            + b.to_vec2() * (3.0 * s * s * t)
            + c.to_vec2() * (3.0 * s * t * t)
            + d.to_vec2() * (t * t * t);
        weighted.to_pos2()
    }));
}

fn cell(pos: Pos2) -> (i32, i32) {
    ((pos.x / CELL).floor() as i32, (pos.y / CELL).floor() as i32)
}

fn cells_of(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    let (low, high) = (cell(rect.min), cell(rect.max));
    (low.0..=high.0).flat_map(move |x| (low.1..=high.1).map(move |y| (x, y)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Bank, Edit, InputSpec, NodeKind, OutputSpec, ValueType};

    fn graph(count: u32) -> Graph {
        let mut kind = NodeKind::new(Bank::Builtin, "add");
        kind.inputs = vec![InputSpec::new("a", ValueType::Int)];
        kind.outputs = vec![OutputSpec::untyped("sum")];
        let kind = Arc::new(kind);
        let node = |i: u32| {
            let pos = pos2((i % 10) as f32 * 300.0, (i / 10) as f32 * 200.0);
            Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos)
        };
        Graph::from_parts((0..count).map(node), []).0
    }

    fn brute_force(graph: &Graph, layout: &Layout, view: Rect) -> Vec<NodeId> {
        graph
            .nodes()
            .map(|node| node.id)
            .filter(|id| layout.rect(*id).unwrap().intersects(view))
            .collect()
    }

    #[test]
    fn the_index_finds_what_a_scan_finds_also_after_edits() {
        let mut graph = graph(100);
        let mut layout = Layout::default();
        layout.update(&graph);
        let views = [
            Rect::from_min_max(pos2(0.0, 0.0), pos2(700.0, 500.0)),
            Rect::from_min_max(pos2(-1e6, -1e6), pos2(1e6, 1e6)),
            Rect::from_min_max(pos2(5000.0, 5000.0), pos2(5001.0, 5001.0)),
        ];
        for step in 0..3_u32 {
            for view in views {
                assert_eq!(layout.nodes_in(view), brute_force(&graph, &layout, view));
            }
            let to = pos2(5000.0 - step as f32, 5000.0);
            graph
                .apply(Edit::Move {
                    node: NodeId(step * 7),
                    to,
                })
                .unwrap();
            graph.apply(Edit::RemoveNode(NodeId(50 + step))).unwrap();
            layout.update(&graph);
        }
        assert_eq!(layout.rect(NodeId(50)), None);
        assert!(layout.bounds().unwrap().contains(pos2(5100.0, 5010.0)));
    }

    #[test]
    fn ports_are_hit_before_their_node() {
        let graph = graph(2);
        let mut layout = Layout::default();
        layout.update(&graph);
        let node = graph.node(NodeId(1)).unwrap();
        let hit = |at| layout.hit(&graph, at, 8.0);
        assert_eq!(
            hit(output_pos(node, 0)),
            Hit::Output(Port::new(NodeId(1), "sum"))
        );
        assert_eq!(
            hit(input_pos(node, 0) + vec2(5.0, 5.0)),
            Hit::Input(Port::new(NodeId(1), "a"))
        );
        assert_eq!(hit(node.pos + vec2(50.0, 10.0)), Hit::Node(NodeId(1)));
        assert_eq!(hit(pos2(-500.0, 0.0)), Hit::Nothing);
    }

    #[test]
    fn a_picture_makes_a_node_taller() {
        let graph = graph(1);
        let mut layout = Layout::default();
        layout.update(&graph);
        let before = layout.rect(NodeId(0)).unwrap();
        layout.set_thumb(&graph, NodeId(0), true);
        assert!(layout.rect(NodeId(0)).unwrap().height() > before.height());
        layout.set_thumb(&graph, NodeId(0), false);
        assert_eq!(layout.rect(NodeId(0)).unwrap(), before);
    }

    #[test]
    fn the_version_follows_rectangles_and_nothing_else() {
        let mut graph = graph(3);
        let mut layout = Layout::default();
        layout.update(&graph);
        let mut version = layout.version();
        for (edit, is_new) in [
            (
                Edit::Move {
                    node: NodeId(1),
                    to: pos2(9.0, 9.0),
                },
                true,
            ),
            (
                Edit::SetTitle {
                    node: NodeId(1),
                    title: Some("Other".into()),
                },
                false,
            ),
            (Edit::RemoveNode(NodeId(2)), true),
        ] {
            graph.apply(edit.clone()).unwrap();
            layout.update(&graph);
            assert_eq!(layout.version() != version, is_new, "{edit:?}");
            version = layout.version();
        }
        let rects: Vec<_> = layout.rects().map(|(id, _)| id).collect();
        assert_eq!(rects, [NodeId(0), NodeId(1)]);
        layout.clear();
        assert_ne!(layout.version(), version);
    }
}
