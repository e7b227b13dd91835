//! Routes: where links begin, end and run, and an index of them by the tiles that they pass through, so that nobody
//! asks all links of a graph. Pure geometry: no painting, no input.

use std::collections::{BTreeSet, HashMap};

use super::layout::{input_pos, output_pos};
use super::squares::{Square, Squares, TILE, tiles_along};
use crate::graph::{Graph, Link, NodeId, Pos2, Rect, pos2, vec2};
use crate::ui::theme::{NODE_HEADER, NODE_WIDTH};

/// How far a link leaves its ends sideways, at most, in graph units: its way is nowhere farther from the straight line
/// or, when it leads back, from the three that it goes around by.
const BEND: f32 = 160.0;
const TURN: f32 = 60.0;
/// A link through more tiles than this is kept aside rather than in each of them.
const MOST_TILES: f32 = 1000.0;

/// A link by the node that it leads to and its place among the links into it. Holds until that node changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkAt {
    pub to: NodeId,
    pub at: u32,
}

impl LinkAt {
    pub fn link(self, graph: &Graph) -> Option<&Link> {
        graph.incoming(self.to).get(self.at as usize)
    }
}

/// Ends of all links, and an index of them.
#[derive(Debug, Default)]
pub struct Routes {
    /// By the node that links lead to: their ends, in the order of the graph.
    ends: Vec<Vec<(Pos2, Pos2)>>,
    tiles: HashMap<Square, BTreeSet<LinkAt>>,
    endless: BTreeSet<LinkAt>,
}

impl Routes {
    /// Index the links into a node as they are now. `touch` is told of every tile that changes.
    pub fn place(&mut self, graph: &Graph, to: NodeId, mut touch: impl FnMut(Square)) {
        self.remove(to, &mut touch);
        let incoming = graph.incoming(to);
        if incoming.is_empty() {
            return;
        }
        let node_at = to.0 as usize;
        if self.ends.len() <= node_at {
            self.ends.resize(node_at + 1, Vec::new());
        }
        for (at, link) in incoming.iter().enumerate() {
            // A link has both its nodes as long as it is in a graph.
            let ends = link_ends(graph, link).unwrap_or_default();
            self.ends[node_at].push(ends);
            let link = LinkAt { to, at: at as u32 };
            if is_endless(ends) {
                self.endless.insert(link);
                continue;
            }
            for tile in tiles_of(ends) {
                self.tiles.entry(tile).or_default().insert(link);
                touch(tile);
            }
        }
    }

    /// Forget the links into a node.
    pub fn remove(&mut self, to: NodeId, mut touch: impl FnMut(Square)) {
        let Some(ends) = self.ends.get_mut(to.0 as usize).map(std::mem::take) else {
            return;
        };
        for (at, ends) in ends.into_iter().enumerate() {
            let link = LinkAt { to, at: at as u32 };
            if self.endless.remove(&link) {
                continue;
            }
            for tile in tiles_of(ends) {
                touch(tile);
                if let Some(links) = self.tiles.get_mut(&tile) {
                    links.remove(&link);
                    if links.is_empty() {
                        self.tiles.remove(&tile);
                    }
                }
            }
        }
    }

    pub fn ends(&self, link: LinkAt) -> Option<(Pos2, Pos2)> {
        let ends = self.ends.get(link.to.0 as usize)?;
        ends.get(link.at as usize).copied()
    }

    pub fn of_tile(&self, tile: Square) -> impl Iterator<Item = LinkAt> {
        let indexed = self.tiles.get(&tile).into_iter().flatten();
        indexed.chain(&self.endless).copied()
    }

    pub fn count(&self, tile: Square) -> usize {
        self.tiles.get(&tile).map_or(0, BTreeSet::len) + self.endless.len()
    }

    /// Links in any of these tiles, each once.
    pub fn near(&self, tiles: Squares) -> Vec<LinkAt> {
        if tiles.count() > self.tiles.len() {
            self.once(self.tiles.values())
        } else {
            self.once(tiles.iter().filter_map(|tile| self.tiles.get(&tile)))
        }
    }

    /// Links in the tiles that a straight line passes through, each once.
    pub fn along(&self, start: Pos2, end: Pos2) -> Vec<LinkAt> {
        if is_endless((start, end)) {
            return self.once(self.tiles.values());
        }
        self.once(tiles_along(start, end, 0.0).filter_map(|tile| self.tiles.get(&tile)))
    }

    /// Add the tiles that a link is in.
    pub fn add_tiles(&self, link: LinkAt, tiles: &mut Vec<Square>) {
        if let Some(ends) = self.ends(link).filter(|ends| !is_endless(*ends)) {
            tiles.extend(tiles_of(ends));
        }
    }

    fn once<'a>(&'a self, sets: impl Iterator<Item = &'a BTreeSet<LinkAt>>) -> Vec<LinkAt> {
        let mut found: Vec<LinkAt> = sets.flatten().chain(&self.endless).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn is_endless((start, end): (Pos2, Pos2)) -> bool {
    let way = (end - start).abs();
    let tiles = (way.x + way.y) / TILE;
    tiles > MOST_TILES || tiles.is_nan()
}

/// Tiles that a link may pass through, along its curve or straight. Some may come twice.
fn tiles_of((start, end): (Pos2, Pos2)) -> impl Iterator<Item = Square> {
    let middle = f32::midpoint(start.y, end.y);
    let around = leads_back(start, end, 1.0).then(|| {
        let (right, left) = (pos2(start.x, middle), pos2(end.x, middle));
        [(start, right), (right, left), (left, end)]
    });
    let around = around.into_iter().flatten();
    tiles_along(start, end, BEND).chain(around.flat_map(|(a, b)| tiles_along(a, b, TURN)))
}

/// A box around the way of a link.
pub fn link_box(start: Pos2, end: Pos2) -> Rect {
    Rect::from_two_pos(start, end).expand2(vec2(BEND, 1.0))
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
/// leads back goes around, half-way between the rows of its ends, rather than across what lies between. `bend` from 0
/// to 1 says how much of that there is: without any it is a straight line.
pub fn link_way(start: Pos2, end: Pos2, zoom: f32, bend: f32) -> Vec<Pos2> {
    let mut way = Vec::with_capacity(32);
    if bend <= 0.0 {
        way.extend([start, end]);
    } else if leads_back(start, end, zoom) {
        let turn = vec2(TURN * zoom, 0.0);
        let middle = f32::midpoint(start.y, end.y);
        let (right, left) = (pos2(start.x, middle), pos2(end.x, middle));
        add_curve(&mut way, [start, start + turn, right + turn, right], 12);
        add_curve(&mut way, [left, left - turn, end - turn, end], 12);
    } else {
        let length = start.distance(end);
        let reach = ((end.x - start.x).abs() * 0.5).clamp(30.0 * zoom, BEND * zoom);
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
    }
    if bend < 1.0 {
        let last = (way.len() - 1) as f32;
        for (i, pos) in way.iter_mut().enumerate() {
            *pos = (start + (end - start) * (i as f32 / last)).lerp(*pos, bend);
        }
    }
    way
}

fn leads_back(start: Pos2, end: Pos2, zoom: f32) -> bool {
    end.x < start.x - 40.0 * zoom && (end.y - start.y).abs() > 60.0 * zoom
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Bank, Edit, InputSpec, Node, NodeKind, OutputSpec, Port, ValueType};
    use crate::ui::canvas::gesture::links_across;
    use crate::ui::canvas::layout::Layout;

    fn graph() -> Graph {
        let mut kind = NodeKind::new(Bank::Builtin, "add");
        kind.inputs = vec![InputSpec::new("a", ValueType::Int)];
        kind.outputs = vec![OutputSpec::untyped("sum")];
        let kind = Arc::new(kind);
        let pos = |i: u32| pos2((i * 37 % 60) as f32 * 200.0, (i * 23 % 50) as f32 * 150.0);
        let nodes = (0..80).map(|i| Node::new(NodeId(i), format!("n{i}"), kind.clone(), pos(i)));
        let links = (1..80).map(|i| Link {
            from: Port::new(NodeId((i * 7 + 3) % i), "sum"),
            to: Port::new(NodeId(i), "a"),
        });
        Graph::from_parts(nodes, links).0
    }

    /// Every link whose way, bent or straight, comes into the box.
    fn brute_force(graph: &Graph, view: Rect) -> Vec<Link> {
        let is_inside = |link: &&Link| {
            let (start, end) = link_ends(graph, link).unwrap();
            [0.0, 0.5, 1.0].into_iter().any(|bend| {
                let way = link_way(start, end, 1.0, bend);
                way.windows(2).any(|piece| {
                    (0..=200).any(|i| view.contains(piece[0].lerp(piece[1], i as f32 / 200.0)))
                })
            })
        };
        graph.links().filter(is_inside).cloned().collect()
    }

    fn assert_index(graph: &Graph, layout: &Layout) {
        for at in 0..40 {
            let corner = pos2(
                (at % 8) as f32 * 1500.0 - 300.0,
                (at / 8) as f32 * 1600.0 - 300.0,
            );
            let view = Rect::from_min_size(corner, vec2(700.0, 500.0));
            let found: Vec<&Link> = layout
                .links_in(view)
                .into_iter()
                .map(|at| at.link(graph).unwrap())
                .collect();
            let expected = brute_force(graph, view);
            assert!(
                expected.iter().all(|link| found.contains(&link)),
                "{view:?}"
            );
            assert!(
                found.len() < graph.link_count(),
                "the index leaves nothing out"
            );
        }
    }

    #[test]
    fn links_in_a_view_are_found_also_after_edits() {
        let mut graph = graph();
        let mut layout = Layout::default();
        layout.update(&graph);
        assert_index(&graph, &layout);
        for i in 0..20 {
            let to = pos2(i as f32 * 450.0, (i * 13 % 20) as f32 * 400.0);
            let node = NodeId(i * 3);
            graph.apply(Edit::Move { node, to }).unwrap();
            let first = graph.incoming(NodeId(i + 40)).first().cloned();
            graph.apply(Edit::Disconnect(first.unwrap())).unwrap();
            layout.update(&graph);
        }
        assert_index(&graph, &layout);
    }

    #[test]
    fn a_cut_finds_every_link_that_it_crosses_without_asking_all() {
        let graph = graph();
        let mut layout = Layout::default();
        layout.update(&graph);
        let side = |p: Pos2, q: Pos2, r: Pos2| (q - p).x * (r - p).y - (q - p).y * (r - p).x;
        let mut most = 0;
        for (start, end) in [
            (pos2(-100.0, 700.0), pos2(13_000.0, 6000.0)),
            (pos2(5000.0, -100.0), pos2(5100.0, 9000.0)),
            (pos2(3000.0, 3000.0), pos2(3400.0, 3300.0)),
        ] {
            let crosses = |link: &&Link| {
                let (from, to) = link_ends(&graph, link).unwrap();
                link_way(from, to, 1.0, 1.0).windows(2).any(|piece| {
                    let (a, b) = (piece[0], piece[1]);
                    side(a, b, start) * side(a, b, end) < 0.0
                        && side(start, end, a) * side(start, end, b) < 0.0
                })
            };
            let expected: Vec<Link> = graph.links().filter(crosses).cloned().collect();
            most = most.max(expected.len());
            assert_eq!(links_across(&graph, &layout, start, end), expected);
        }
        assert!(most > 5, "the lines cross something");
        assert!(
            layout
                .links_along(pos2(3000.0, 3000.0), pos2(3400.0, 3300.0))
                .len()
                < 40
        );
    }

    #[test]
    fn a_link_to_the_end_of_the_world_costs_no_more_than_another() {
        let mut graph = graph();
        let node = NodeId(40);
        graph
            .apply(Edit::Move {
                node,
                to: pos2(1e30, -1e30),
            })
            .unwrap();
        let mut layout = Layout::default();
        layout.update(&graph);
        let view = Rect::from_min_max(pos2(-1e30, -1e30), pos2(1e30, 1e30));
        assert_eq!(layout.links_in(view).len(), graph.link_count());
    }
}
