//! Layout: where nodes and ports lie in graph space, kept up to date by what edits touched, and which of them are
//! under a point or in a view. Pure geometry: no painting, no input.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::routes::{LinkAt, Routes, link_box};
use super::squares::{CELL, Square, Squares, TILE, squares_of};
use crate::graph::{Graph, Node, NodeId, Port, Pos2, Rect, Role, SubgraphId, Vec2, vec2};
use crate::ui::theme::{
    FRAME_EDGE, FRAME_SIZE, FRAME_TITLE, NODE_HEADER, NODE_PAD, NODE_ROW, NODE_THUMB, NODE_WIDTH,
    NOTE_SIZE, REROUTE_SIZE,
};

/// Ports reach no farther than this, in graph units, so that from afar nodes can be grabbed between them.
const MOST_REACH: f32 = NODE_ROW;

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

/// Rectangles of the nodes of one graph or subgraph, and an index of nodes and links by squares.
#[derive(Debug, Default)]
pub struct Layout {
    /// The subgraph whose nodes are laid out; `None`: the graph around all.
    scope: Option<SubgraphId>,
    placed: Vec<Option<Rect>>,
    cells: HashMap<Square, Vec<NodeId>>,
    /// Frames, which lie under everything, and what is too large for the cells.
    apart: BTreeSet<NodeId>,
    routes: Routes,
    /// When each tile changed last, in calls of `update`.
    stamps: BTreeMap<Square, u64>,
    clock: u64,
    /// How often everything was forgotten.
    epoch: u64,
    with_thumb: HashSet<NodeId>,
    revision: u64,
    /// Counts every change of a rectangle.
    version: u64,
    bounds: Option<Rect>,
}

impl Layout {
    /// Follow the graph: looks only at nodes that changed since the last call.
    pub fn update(&mut self, graph: &Graph) {
        let since = std::mem::replace(&mut self.revision, graph.revision());
        if since == self.revision {
            return;
        }
        self.clock += 1;
        for id in graph.removed_since(since) {
            self.remove(id);
        }
        let mut relinked = Vec::new();
        for id in graph.changed_since(since) {
            self.place(graph, id);
            relinked.push(id);
            add_relinked(graph, id, &mut relinked);
        }
        relinked.sort_unstable();
        relinked.dedup();
        for id in relinked {
            self.route(graph, id);
        }
    }

    /// Forget everything: another graph follows.
    pub fn clear(&mut self) {
        *self = Self {
            // Who follows these must see that all is new.
            epoch: self.epoch + 1,
            version: self.version + 1,
            ..Self::default()
        };
    }

    /// Lay out the nodes of this subgraph from the next update on.
    pub fn set_scope(&mut self, scope: Option<SubgraphId>) {
        if self.scope != scope {
            let with_thumb = std::mem::take(&mut self.with_thumb);
            self.clear();
            self.scope = scope;
            self.with_thumb = with_thumb;
        }
    }

    /// A node that shows a picture is taller.
    pub fn set_thumb(&mut self, graph: &Graph, id: NodeId, has_thumb: bool) {
        let is_new = if has_thumb {
            self.with_thumb.insert(id)
        } else {
            self.with_thumb.remove(&id)
        };
        if is_new {
            self.clock += 1;
            self.place(graph, id);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.apart.is_empty()
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

    /// The box around all that is drawn: nodes, and links that lead around them.
    pub fn extent(&mut self) -> Option<Rect> {
        let bounds = self.bounds()?;
        let detours = self.routes.detours();
        Some(detours.map_or(bounds, |detours| bounds.union(detours)))
    }

    /// The box around some nodes.
    pub fn bounds_of(&self, ids: impl IntoIterator<Item = NodeId>) -> Option<Rect> {
        ids.into_iter()
            .filter_map(|id| self.rect(id))
            .reduce(Rect::union)
    }

    /// Nodes that touch `view`, in the order of their ids, which is the order they are painted in.
    pub fn nodes_in(&self, view: Rect) -> Vec<NodeId> {
        let squares = squares_of(view, CELL);
        let mut found: Vec<NodeId> = if squares.count() > self.cells.len() {
            (0..self.placed.len() as u32).map(NodeId).collect()
        } else {
            squares
                .iter()
                .filter_map(|cell| self.cells.get(&cell))
                .flatten()
                .chain(&self.apart)
                .copied()
                .collect()
        };
        found.retain(|id| self.rect(*id).is_some_and(|rect| rect.intersects(view)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Links that may touch `view`, in the order of the nodes that they lead to.
    pub fn links_in(&self, view: Rect) -> Vec<LinkAt> {
        let mut found = self.routes.near(squares_of(view, TILE));
        found.retain(|link| {
            self.ends(*link)
                .is_some_and(|(start, end)| link_box(start, end).intersects(view))
        });
        found
    }

    /// Links that a straight line may cross.
    pub fn links_along(&self, start: Pos2, end: Pos2) -> Vec<LinkAt> {
        self.routes.along(start, end)
    }

    /// Where a link begins and ends.
    pub fn ends(&self, link: LinkAt) -> Option<(Pos2, Pos2)> {
        self.routes.ends(link)
    }

    /// What lies under a point; ports reach `reach` units around their dot.
    pub fn hit(&self, graph: &Graph, at: Pos2, reach: f32) -> Hit {
        let reach = reach.min(MOST_REACH);
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

    /// When the tile changed last: another number says that something in it is not as it was. 0: it was always empty.
    pub fn stamp(&self, tile: Square) -> u64 {
        self.stamps.get(&tile).copied().unwrap_or_default()
    }

    /// Tiles that touch `view` and are not, or were not always, empty.
    pub fn tiles_in(&self, view: Rect) -> Vec<Square> {
        let Squares { low, high } = squares_of(view, TILE);
        let columns = i64::from(high.x) - i64::from(low.x) + 1;
        if columns > self.stamps.len() as i64 {
            let is_in_view = |tile: &&Square| tile.rect(TILE).intersects(view);
            return self.stamps.keys().filter(is_in_view).copied().collect();
        }
        let column = |x| Square { x, ..low }..=Square { x, ..high };
        (low.x..=high.x)
            .flat_map(|x| self.stamps.range(column(x)))
            .map(|(tile, _)| *tile)
            .collect()
    }

    /// Counts how often everything was forgotten: stamps of another epoch mean nothing.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// About how much there is in a tile: nodes and links.
    pub fn tile_weight(&self, tile: Square) -> usize {
        let nodes = tile.cells().map(|cell| self.nodes_of_cell(cell).len());
        1 + nodes.sum::<usize>() + self.routes.count(tile)
    }

    /// Nodes that touch a cell, in the order of ids; those apart are in none.
    pub fn nodes_of_cell(&self, cell: Square) -> &[NodeId] {
        self.cells.get(&cell).map_or(&[], Vec::as_slice)
    }

    /// Frames, and nodes too large for the cells.
    pub fn nodes_apart(&self) -> impl Iterator<Item = NodeId> {
        self.apart.iter().copied()
    }

    /// Nodes whose upper left corner lies in a tile, in the order of ids: of each node that is not apart one tile.
    pub fn nodes_of_tile(&self, tile: Square) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = tile
            .cells()
            .flat_map(|cell| self.nodes_of_cell(cell))
            .copied()
            .filter(|id| self.tile(*id) == Some(tile))
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// Links that may pass through a tile.
    pub fn links_of_tile(&self, tile: Square) -> impl Iterator<Item = LinkAt> {
        self.routes.of_tile(tile)
    }

    /// Tiles that show anything of a node: its box and its links.
    pub fn tiles_of(&self, graph: &Graph, id: NodeId) -> Vec<Square> {
        let mut tiles: Vec<Square> = self.tile(id).into_iter().collect();
        for at in 0..graph.incoming(id).len() as u32 {
            self.routes.add_tiles(LinkAt { to: id, at }, &mut tiles);
        }
        for link in graph.outgoing(id) {
            let incoming = graph.incoming(link.to.node);
            if let Some(at) = incoming.iter().position(|other| other == link) {
                let (to, at) = (link.to.node, at as u32);
                self.routes.add_tiles(LinkAt { to, at }, &mut tiles);
            }
        }
        tiles
    }

    /// The tile of a node's upper left corner.
    fn tile(&self, id: NodeId) -> Option<Square> {
        self.rect(id).map(|rect| Square::of(rect.min, TILE))
    }

    fn place(&mut self, graph: &Graph, id: NodeId) {
        let node = graph.node(id).filter(|node| node.parent == self.scope);
        let Some(node) = node else {
            self.remove(id);
            return;
        };
        let rect = Rect::from_min_size(node.pos, node_size(node, self.has_thumb(id)));
        if self.rect(id) != Some(rect) {
            self.take(id);
            let at = id.0 as usize;
            if self.placed.len() <= at {
                self.placed.resize(at + 1, None);
            }
            self.placed[at] = Some(rect);
            self.version += 1;
            self.bounds = self.bounds.map(|bounds| bounds.union(rect));
            if is_apart(node, rect) {
                self.apart.insert(id);
            } else {
                for cell in squares_of(rect, CELL).iter() {
                    let ids = self.cells.entry(cell).or_default();
                    ids.insert(ids.partition_point(|other| *other < id), id);
                }
            }
        }
        self.mark(id, rect);
    }

    fn remove(&mut self, id: NodeId) {
        self.take(id);
        let Self { stamps, clock, .. } = self;
        self.routes.remove(id, |tile| {
            stamps.insert(tile, *clock);
        });
    }

    /// Take a node out of the index, its links aside.
    fn take(&mut self, id: NodeId) {
        let Some(rect) = self.placed.get_mut(id.0 as usize).and_then(Option::take) else {
            return;
        };
        self.version += 1;
        // Only what lies at the edge holds the bounds up.
        self.bounds = self
            .bounds
            .filter(|bounds| bounds.shrink(1.0).contains_rect(rect));
        self.mark(id, rect);
        if self.apart.remove(&id) {
            return;
        }
        for cell in squares_of(rect, CELL).iter() {
            if let Some(ids) = self.cells.get_mut(&cell) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.cells.remove(&cell);
                }
            }
        }
    }

    /// Index the links into a node anew.
    fn route(&mut self, graph: &Graph, id: NodeId) {
        let Self { stamps, clock, .. } = self;
        let mark = |tile| {
            stamps.insert(tile, *clock);
        };
        if self.placed.get(id.0 as usize).is_some_and(Option::is_some) {
            self.routes.place(graph, id, mark);
        } else {
            self.routes.remove(id, mark);
        }
    }

    /// All tiles that show something of a node at `rect` have changed; those apart are in none.
    fn mark(&mut self, id: NodeId, rect: Rect) {
        if self.apart.contains(&id) {
            return;
        }
        for tile in squares_of(rect, TILE).iter() {
            self.stamps.insert(tile, self.clock);
        }
    }
}

/// Nodes that the links of a node lead to; what a reroute passes on is its source's, so links from there as well.
fn add_relinked(graph: &Graph, id: NodeId, relinked: &mut Vec<NodeId>) {
    for link in graph.outgoing(id) {
        let to = link.to.node;
        relinked.push(to);
        if graph
            .node(to)
            .is_some_and(|node| node.kind.role == Role::Reroute)
        {
            add_relinked(graph, to, relinked);
        }
    }
}

fn is_apart(node: &Node, rect: Rect) -> bool {
    node.kind.role == Role::Frame || rect.size().max_elem() > 2.0 * CELL
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Bank, Edit, InputSpec, NodeKind, OutputSpec, ValueType, pos2};

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
        // What was at the edge and has gone does not hold the bounds up.
        for id in [0, 7, 14].map(NodeId) {
            graph.apply(Edit::RemoveNode(id)).unwrap();
            layout.update(&graph);
            let rects = graph.nodes().map(|node| layout.rect(node.id).unwrap());
            let around = rects.reduce(Rect::union);
            assert_eq!(layout.bounds(), around);
        }
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
