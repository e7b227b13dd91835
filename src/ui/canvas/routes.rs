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
const LEAST_BEND: f32 = 30.0;
const TURN: f32 = 48.0;
/// A link that leads back between rows nearer than this goes around below both, so far under the lower one: between
/// them it would be hidden by its own nodes.
const BESIDE: f32 = 140.0;
const DIP: f32 = 110.0;
/// A curve is cut into so many pieces that they are nowhere farther from it than this, in points: less than is seen.
const FLATNESS: f32 = 0.12;
const MOST_PIECES: f32 = 96.0;
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

    /// The box around the ways of all links that leave the room between their ends; `None` when none does.
    pub fn detours(&self) -> Option<Rect> {
        let ends = self.ends.iter().flatten();
        let ways = ends
            .filter(|(start, end)| end.x < start.x + LEAST_BEND)
            .map(|(start, end)| Rect::from_points(&link_way(*start, *end, 1.0, 1.0)));
        ways.reduce(Rect::union)
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
    let middle = way_back(start, end, 1.0);
    let around = leads_back(start, end, 1.0).then(|| {
        let (right, left) = (pos2(start.x, middle), pos2(end.x, middle));
        [(start, right), (right, left), (left, end)]
    });
    let around = around.into_iter().flatten();
    tiles_along(start, end, BEND).chain(around.flat_map(|(a, b)| tiles_along(a, b, TURN)))
}

/// A box around the way of a link.
pub fn link_box(start: Pos2, end: Pos2) -> Rect {
    let mut around = Rect::from_two_pos(start, end);
    if leads_back(start, end, 1.0) {
        around.extend_with_y(way_back(start, end, 1.0));
    }
    around.expand2(vec2(BEND, 1.0))
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
/// leads back goes around, half-way between the rows of its ends or below both, rather than across what lies between. `bend` from 0
/// to 1 says how much of that there is: without any it is a straight line.
pub fn link_way(start: Pos2, end: Pos2, zoom: f32, bend: f32) -> Vec<Pos2> {
    let mut way = Vec::with_capacity(32);
    if bend <= 0.0 {
        way.extend([start, end]);
    } else if leads_back(start, end, zoom) {
        let middle = way_back(start, end, zoom);
        add_turn(&mut way, start, middle, TURN * zoom);
        add_turn(&mut way, pos2(end.x, middle), end.y, -TURN * zoom);
    } else {
        let reach = ((end.x - start.x).abs() * 0.5).clamp(LEAST_BEND * zoom, BEND * zoom);
        let curve = [
            start,
            pos2(start.x + reach, start.y),
            pos2(end.x - reach, end.y),
            end,
        ];
        add_curve(&mut way, curve);
    }
    if bend < 1.0 {
        straighten(&mut way, bend);
    }
    way
}

/// Bring a way nearer to a straight line. Each point goes where the line has come as far: so what was smooth stays so.
fn straighten(way: &mut [Pos2], bend: f32) {
    let (Some(start), Some(end)) = (way.first().copied(), way.last().copied()) else {
        return;
    };
    let length: f32 = way.windows(2).map(|two| two[0].distance(two[1])).sum();
    let (mut last, mut gone) = (start, 0.0);
    for pos in way {
        gone += last.distance(*pos);
        last = *pos;
        let on_line = start + (end - start) * (gone / length.max(f32::EPSILON));
        *pos = on_line.lerp(*pos, bend);
    }
}

/// The middle of a link's way.
pub fn link_middle(start: Pos2, end: Pos2, zoom: f32) -> Pos2 {
    let middle = start + (end - start) / 2.0;
    if leads_back(start, end, zoom) {
        pos2(middle.x, way_back(start, end, zoom))
    } else {
        middle
    }
}

fn leads_back(start: Pos2, end: Pos2, zoom: f32) -> bool {
    end.x < start.x - 40.0 * zoom
}

/// The row in which a link leads back.
fn way_back(start: Pos2, end: Pos2, zoom: f32) -> f32 {
    if (end.y - start.y).abs() < BESIDE * zoom {
        start.y.max(end.y) + DIP * zoom
    } else {
        f32::midpoint(start.y, end.y)
    }
}

/// From a point sideways by `turn` at most, up or down, and back to below or above it: two round corners, and what is
/// straight between them.
fn add_turn(way: &mut Vec<Pos2>, from: Pos2, to_y: f32, turn: f32) {
    // So long a handle makes a curve nearly a circle.
    const CIRCLE: f32 = 0.552;
    let turn = turn.abs().min((to_y - from.y).abs() / 2.0).copysign(turn);
    let (side, down) = (from.x + turn, turn.abs().copysign(to_y - from.y));
    let (bow, drop) = (turn * CIRCLE, down * CIRCLE);
    let to = pos2(from.x, to_y);
    let (first, last) = (pos2(side, from.y + down), pos2(side, to_y - down));
    let into = [from, from + vec2(bow, 0.0), first - vec2(0.0, drop), first];
    let out_of = [last, last + vec2(0.0, drop), to + vec2(bow, 0.0), to];
    add_curve(way, into);
    add_curve(way, out_of);
}

/// Add a curve, from a point that may be there already.
fn add_curve(way: &mut Vec<Pos2>, [a, b, c, d]: [Pos2; 4]) {
    // How far a curve lies from its pieces follows from its second differences (Wang, 1984).
    let bow = |a: Pos2, b: Pos2, c: Pos2| ((a - b) + (c - b)).length();
    let most = bow(a, b, c).max(bow(b, c, d));
    let pieces = (0.75 * most / FLATNESS).sqrt().ceil();
    let pieces = pieces.clamp(1.0, MOST_PIECES) as usize;
    if way.last().is_none_or(|last| last.distance(a) > FLATNESS) {
        way.push(a);
    }
    way.extend((1..=pieces).map(|i| {
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
    fn a_way_is_smooth_at_every_zoom_and_leaves_and_arrives_level() {
        for (to, zoom) in [
            (vec2(300.0, 200.0), 2.0),
            (vec2(40.0, 700.0), 4.0),
            (vec2(-500.0, 400.0), 2.0),
            (vec2(-500.0, -90.0), 2.0),
            (vec2(-500.0, 0.0), 1.0),
            (vec2(-200.0, 20.0), 2.0),
            (vec2(300.0, 0.0), 1.0),
        ] {
            let (start, end) = (pos2(10.0, 20.0), pos2(10.0, 20.0) + to * zoom);
            let way = link_way(start, end, zoom, 1.0);
            assert_eq!((way[0], way[way.len() - 1]), (start, end));
            let along: Vec<_> = way.windows(2).map(|two| two[1] - two[0]).collect();
            for two in along.windows(2) {
                let turn = (two[1].angle() - two[0].angle())
                    .to_degrees()
                    .rem_euclid(360.0);
                let turn = turn.min(360.0 - turn);
                // How far the line leaves a curve that turns so.
                let gap = two[0].length().min(two[1].length()) * turn.to_radians() / 8.0;
                assert!(
                    gap < 2.0 * FLATNESS && turn < 30.0,
                    "{to} {zoom}: {turn}° {gap}"
                );
            }
            for first_or_last in [along[0], along[along.len() - 1]] {
                assert!(
                    first_or_last.x > 3.0 * first_or_last.y.abs(),
                    "{to} {first_or_last}"
                );
            }
        }
    }

    #[test]
    fn the_extent_holds_links_that_lead_back() {
        let mut graph = graph();
        let mut layout = Layout::default();
        layout.update(&graph);
        let (left, right) = (pos2(-900.0, 3000.0), pos2(14_000.0, 400.0));
        for (node, to) in [
            (NodeId(1), left),
            (graph.incoming(NodeId(1))[0].from.node, right),
        ] {
            graph.apply(Edit::Move { node, to }).unwrap();
        }
        layout.update(&graph);
        let (bounds, extent) = (layout.bounds().unwrap(), layout.extent().unwrap());
        let bulge = [bounds.min.x - extent.min.x, extent.max.x - bounds.max.x];
        assert!(
            bulge.iter().all(|bulge| (bulge - TURN).abs() < 1.0),
            "{bulge:?}"
        );
        for link in graph.links() {
            let (start, end) = link_ends(&graph, link).unwrap();
            for pos in link_way(start, end, 1.0, 1.0) {
                assert!(extent.expand(0.1).contains(pos));
            }
        }
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
