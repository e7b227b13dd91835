//! Frames: they own what lies in them, so it is arranged inside of them, and moves with them. Whoever picks a frame
//! picks what it carries as well (`ops::carried`).

use std::collections::{BTreeMap, BTreeSet};

use super::{Boxed, FARTHEST, Line, Sketch, Spacing, packed};
use crate::graph::{Graph, NodeId, Pos2, Rect, Vec2, pos2, vec2};

/// Nodes as they are moved: those that lie in a frame follow the outermost one.
pub(super) struct Carried {
    /// What is moved by itself.
    pub outer: Vec<(NodeId, Rect)>,
    /// What follows, and whom.
    followers: Vec<(Boxed, NodeId)>,
}

impl Carried {
    pub fn new(graph: &Graph, nodes: &BTreeSet<NodeId>, size_of: impl Fn(NodeId) -> Vec2) -> Self {
        let nodes = nodes.iter().filter_map(|id| graph.node(*id));
        let boxes: Vec<Boxed> = nodes.map(|node| Boxed::new(node, &size_of)).collect();
        let nest = Nest::new(&boxes);
        let (mut outer, mut followers) = (Vec::new(), Vec::new());
        for (i, it) in boxes.iter().enumerate() {
            match nest.way_out(i).last() {
                Some((top, _)) if top != i => followers.push((*it, boxes[top].node)),
                _ => outer.push((it.node, it.rect())),
            }
        }
        Self { outer, followers }
    }

    /// Where all come to stand when the outer ones come to stand here.
    pub fn moved(&self, outer: impl IntoIterator<Item = (NodeId, Pos2)>) -> BTreeMap<NodeId, Pos2> {
        let mut moved: BTreeMap<NodeId, Pos2> = outer.into_iter().collect();
        let offsets: BTreeMap<NodeId, Vec2> = self
            .outer
            .iter()
            .filter_map(|(id, rect)| Some((*id, *moved.get(id)? - rect.min)))
            .collect();
        for (it, leader) in &self.followers {
            if let Some(offset) = offsets.get(leader) {
                moved.insert(it.node, it.pos + *offset);
            }
        }
        moved
    }
}

/// Which box lies in which frame. The number after all boxes stands for the room around them.
struct Nest {
    holder: Vec<usize>,
    /// What lies in each frame itself, and around all.
    children: Vec<Vec<u32>>,
    /// Frames from the inside out, then the room around all.
    levels: Vec<usize>,
}

impl Nest {
    /// A box lies in the smallest frame that contains all of it.
    fn new(boxes: &[Boxed]) -> Self {
        let mut frames: Vec<usize> = (0..boxes.len()).filter(|i| boxes[*i].is_frame).collect();
        let area = |i: usize| boxes[i].rect().area();
        frames.sort_by(|a, b| area(*a).total_cmp(&area(*b)).then(a.cmp(b)));
        let mut holder = vec![boxes.len(); boxes.len()];
        for (i, it) in boxes.iter().enumerate() {
            // A frame lies in larger ones only, which come after it.
            let own = frames.iter().position(|frame| *frame == i);
            let larger = &frames[own.map_or(0, |own| own + 1)..];
            let holds = |frame: &&usize| boxes[**frame].rect().contains_rect(it.rect());
            if let Some(frame) = larger.iter().find(holds) {
                holder[i] = *frame;
            }
        }
        let mut children = vec![Vec::new(); boxes.len() + 1];
        for (i, holder) in holder.iter().enumerate() {
            children[*holder].push(i as u32);
        }
        let mut levels = frames;
        levels.push(boxes.len());
        Self {
            holder,
            children,
            levels,
        }
    }

    /// The box and what it lies in, what that lies in, and so on: each with its own holder.
    fn way_out(&self, from: usize) -> impl Iterator<Item = (usize, usize)> {
        let step = |at: usize| self.holder.get(at).map(|holder| (at, *holder));
        std::iter::successors(step(from), move |(_, holder)| step(*holder))
    }

    /// Each line at the innermost level that holds both its ends: between two boxes there.
    fn lines(&self, sketch: &Sketch) -> Vec<Vec<(usize, usize, Line)>> {
        let mut lines = vec![Vec::new(); sketch.boxes.len() + 1];
        for line in &sketch.lines {
            let mut ways = self.way_out(line.from as usize);
            let met = ways.find_map(|(from, level)| {
                let mut other = self.way_out(line.to as usize);
                let (to, _) = other.find(|(_, holder)| *holder == level)?;
                Some((from, to, level))
            });
            if let Some((from, to, level)) = met {
                lines[level].push((from, to, *line));
            }
        }
        lines
    }
}

/// New rectangles of all boxes: what lies in a frame is arranged first, then the frame among its neighbours, as large
/// as it has become. The upper left corner of all stays, on the grid.
pub(super) fn arranged(sketch: &Sketch, spacing: Spacing) -> Vec<Rect> {
    let nest = Nest::new(&sketch.boxes);
    let lines = nest.lines(sketch);
    let mut boxes = sketch.boxes.clone();
    let mut offsets = vec![Vec2::ZERO; boxes.len()];
    let mut place_in_level = vec![0; boxes.len()];
    for level in &nest.levels {
        let children = &nest.children[*level];
        for (place, child) in children.iter().enumerate() {
            place_in_level[*child as usize] = place as u32;
        }
        // How far a box lies below the upper edge of the one that stands for it here.
        let below = |from: usize, top: usize| -> f32 {
            let way = nest.way_out(from).map(|(at, _)| at);
            way.take_while(|at| *at != top)
                .map(|at| offsets[at].y)
                .sum()
        };
        let lines = lines[*level].iter().map(|(from, to, line)| Line {
            from: place_in_level[*from],
            to: place_in_level[*to],
            from_y: line.from_y + below(line.from as usize, *from),
            to_y: line.to_y + below(line.to as usize, *to),
        });
        let inside = Sketch {
            boxes: children
                .iter()
                .map(|child| boxes[*child as usize])
                .collect(),
            lines: lines.collect(),
        };
        let padding = match boxes.get(*level) {
            Some(_) => vec2(spacing.frame_side, spacing.frame_top),
            None => Vec2::ZERO,
        };
        let mut end = Vec2::ZERO;
        for (child, at) in children.iter().zip(packed(&inside, spacing)) {
            let child = *child as usize;
            offsets[child] = at + padding;
            end = end.max(offsets[child] + boxes[child].size);
        }
        if let Some(frame) = boxes.get_mut(*level).filter(|_| !children.is_empty()) {
            let [width, height] = [end.x, end.y].map(|length| spacing.up_to_grid(length));
            frame.size = vec2(width, height) + Vec2::splat(spacing.frame_side);
        }
    }
    let corner = sketch.corner();
    let [x, y] = [corner.x, corner.y].map(|at| spacing.on_grid(at.clamp(-FARTHEST, FARTHEST)));
    // From the outside in: a frame stands before what lies in it.
    for level in nest.levels.iter().rev() {
        let start = boxes.get(*level).map_or(pos2(x, y), |frame| frame.pos);
        for child in &nest.children[*level] {
            boxes[*child as usize].pos = start + offsets[*child as usize];
        }
    }
    boxes.iter().map(Boxed::rect).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Align, Axis, align, auto_layout, distribute, tests::SPACING};
    use super::*;
    use crate::document::{Document, Meta, Transaction};
    use crate::graph::subgraph::frame_kind;
    use crate::graph::{Bank, InputSpec, Link, Node, NodeKind, OutputSpec, Port, Style, ValueType};

    const NODE: Vec2 = vec2(220.0, 120.0);

    fn size_of(graph: &Graph) -> impl Fn(NodeId) -> Vec2 {
        |id| {
            graph
                .node(id)
                .and_then(|node| node.style.size)
                .unwrap_or(NODE)
        }
    }

    /// Nodes at corners, frames with sizes as well; links by the places of nodes.
    fn graph(nodes: &[(f32, f32)], frames: &[(f32, f32, f32, f32)], links: &[(u32, u32)]) -> Graph {
        let mut kind = NodeKind::new(Bank::Builtin, "mix");
        kind.inputs = (0..8)
            .map(|i| InputSpec::new(format!("{i}"), ValueType::Any))
            .collect();
        kind.outputs = vec![OutputSpec::untyped("out")];
        let kind = Arc::new(kind);
        let node = |(i, (x, y)): (usize, &(f32, f32))| {
            Node::new(
                NodeId(i as u32),
                format!("node_{i}"),
                kind.clone(),
                pos2(*x, *y),
            )
        };
        let frame = |(i, (x, y, width, height)): (usize, &(f32, f32, f32, f32))| {
            let id = (nodes.len() + i) as u32;
            let mut node = Node::new(NodeId(id), format!("node_{id}"), frame_kind(), pos2(*x, *y));
            node.style = Style {
                size: Some(vec2(*width, *height)),
                ..Style::default()
            };
            node
        };
        let mut taken = vec![0; nodes.len()];
        let links = links.iter().map(|(from, to)| {
            let input = &mut taken[*to as usize];
            *input += 1;
            Link {
                from: Port::new(NodeId(*from), "out"),
                to: Port::new(NodeId(*to), format!("{}", *input - 1)),
            }
        });
        let all = nodes
            .iter()
            .enumerate()
            .map(node)
            .chain(frames.iter().enumerate().map(frame));
        Graph::from_parts(all, links).0
    }

    fn ends(_: &Link) -> (f32, f32) {
        (46.0, 70.0)
    }

    fn after(graph: &Graph, transaction: Transaction) -> Graph {
        let mut document = Document::new(graph.clone(), Meta::default());
        document.commit(transaction).unwrap();
        document.graph().clone()
    }

    fn laid_out(before: &Graph, picked: impl IntoIterator<Item = u32>) -> Graph {
        let picked = picked.into_iter().map(NodeId).collect();
        after(
            before,
            auto_layout(before, &picked, SPACING, size_of(before), ends),
        )
    }

    fn rect(graph: &Graph, id: u32) -> Rect {
        let node = graph.node(NodeId(id)).unwrap();
        Rect::from_min_size(node.pos, size_of(graph)(node.id))
    }

    /// Which frame holds which box, by ids.
    fn held(graph: &Graph) -> Vec<(u32, Option<u32>)> {
        let boxes: Vec<Boxed> = graph
            .nodes()
            .map(|node| Boxed::new(node, size_of(graph)))
            .collect();
        let nest = Nest::new(&boxes);
        let holder = |i: usize| boxes.get(nest.holder[i]).map(|frame| frame.node.0);
        (0..boxes.len())
            .map(|i| (boxes[i].node.0, holder(i)))
            .collect()
    }

    #[test]
    fn frames_keep_what_lies_in_them_and_fit_it() {
        // 0 -> 1 and 2 -> 3 inside of the inner frame 5, 3 in the outer frame 6, 4 outside.
        let before = graph(
            &[
                (0.0, 0.0),
                (700.0, 500.0),
                (720.0, 900.0),
                (1500.0, 700.0),
                (2500.0, 0.0),
            ],
            &[(680.0, 450.0, 400.0, 700.0), (600.0, 400.0, 1200.0, 900.0)],
            &[(0, 1), (1, 2), (2, 3), (3, 4)],
        );
        let expected = [
            (0, None),
            (1, Some(5)),
            (2, Some(5)),
            (3, Some(6)),
            (4, None),
            (5, Some(6)),
            (6, None),
        ];
        assert_eq!(held(&before), expected);
        let once = laid_out(&before, 0..7);
        assert_eq!(held(&once), expected);
        for (left, right) in [(0, 6), (1, 2), (5, 3), (6, 4)] {
            let (left, right) = (rect(&once, left), rect(&once, right));
            assert_eq!(right.left() - left.right(), SPACING.columns);
        }
        // Two nodes and the gap between them, and the padding.
        let inner = rect(&once, 5).size();
        assert_eq!(
            inner.x,
            2.0 * NODE.x + SPACING.columns + 2.0 * SPACING.frame_side
        );
        assert_eq!(
            laid_out(&once, 0..7),
            once,
            "the same again changes nothing"
        );
    }

    #[test]
    fn what_lies_in_a_frame_follows_it_and_is_not_aligned_itself() {
        let before = graph(
            &[(100.0, 100.0), (0.0, 900.0)],
            &[(0.0, 0.0, 600.0, 600.0)],
            &[],
        );
        let picked = [0, 1, 2].map(NodeId).into();
        let moved = after(
            &before,
            align(&before, &picked, Align::Bottom, size_of(&before)),
        );
        assert_eq!(rect(&moved, 2).bottom(), rect(&moved, 1).bottom());
        assert_eq!(
            rect(&moved, 0).min - rect(&moved, 2).min,
            vec2(100.0, 100.0)
        );
        let spread = distribute(&before, &picked, Axis::Vertical, size_of(&before));
        assert_eq!(spread.edits, []);
    }

    #[test]
    fn frames_that_feed_each_other_are_arranged_too() {
        let before = graph(
            &[(20.0, 20.0), (20.0, 320.0), (1020.0, 20.0)],
            &[(0.0, 0.0, 500.0, 500.0), (1000.0, 0.0, 500.0, 500.0)],
            &[(0, 2), (2, 1)],
        );
        let once = laid_out(&before, 0..5);
        assert_eq!(
            held(&once),
            [
                (0, Some(3)),
                (1, Some(3)),
                (2, Some(4)),
                (3, None),
                (4, None)
            ]
        );
        assert!(rect(&once, 3).right() < rect(&once, 4).left());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn nothing_leaves_its_frame_and_nothing_overlaps(
            nodes in proptest::collection::vec((0..3000_u16, 0..3000_u16), 1..20),
            frames in proptest::collection::vec((0..2500_u16, 0..2500_u16, 100..2000_u16, 100..2000_u16), 0..5),
            links in proptest::collection::vec((0..20_u32, 0..20_u32), 0..20),
        ) {
            let nodes: Vec<(f32, f32)> = nodes.iter().map(|(x, y)| (f32::from(*x), f32::from(*y))).collect();
            let frames: Vec<_> = frames
                .iter()
                .map(|(x, y, width, height)| (f32::from(*x), f32::from(*y), f32::from(*width), f32::from(*height)))
                .collect();
            let count = nodes.len() as u32;
            let mut inputs = vec![0; nodes.len()];
            let links: Vec<(u32, u32)> = links
                .into_iter()
                .map(|(a, b)| (a % count, b % count))
                .filter(|(a, b)| a < b)
                .filter(|(_, b)| {
                    inputs[*b as usize] += 1;
                    inputs[*b as usize] <= 8
                })
                .collect();
            let before = graph(&nodes, &frames, &links);
            let all = 0..before.node_count() as u32;
            let once = laid_out(&before, all.clone());
            let holders = held(&once);
            prop_assert_eq!(&holders, &held(&before));
            for (i, (a, holder)) in holders.iter().enumerate() {
                for (b, other) in &holders[..i] {
                    if holder == other {
                        let (a, b) = (rect(&once, *a), rect(&once, *b));
                        prop_assert!(!a.shrink(0.5).intersects(b.shrink(0.5)), "{:?} {:?}", a, b);
                    }
                }
            }
            prop_assert_eq!(laid_out(&once, all), once);
        }
    }
}
