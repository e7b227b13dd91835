//! Tests of arranging on whole graphs: tables for align, distribute and straighten, properties for auto layout.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::document::{Document, Meta};
use crate::graph::{Bank, InputSpec, NodeKind, OutputSpec, Port, ValueType, pos2};

pub(super) const SPACING: Spacing = Spacing {
    grid: 20.0,
    columns: 80.0,
    rows: 40.0,
    frame_side: 20.0,
    frame_top: 60.0,
};

/// `0.1>2.3`: from port 1 of box 0 to port 3 of box 2; a port that is not named is 0. Ports are 24 units apart.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let end = |text: &str| -> (u32, f32) {
        let (at, port) = text.split_once('.').unwrap_or((text, "0"));
        (
            at.parse().unwrap(),
            port.parse::<f32>().unwrap() * 24.0 + 46.0,
        )
    };
    let line = |text: &str| {
        let (from, to) = text.split_once('>').unwrap();
        let ((from, from_y), (to, to_y)) = (end(from), end(to));
        Line {
            from,
            to,
            from_y,
            to_y,
        }
    };
    text.split_whitespace().map(line).collect()
}

/// Boxes of different sizes for all that the lines name.
pub(super) fn sketch(text: &str) -> Sketch {
    let lines = lines(text);
    let count = lines.iter().map(|line| line.from.max(line.to) + 1).max();
    let boxes = (0..count.unwrap_or(0)).map(|i| Boxed {
        node: NodeId(i),
        pos: Pos2::ZERO,
        size: size(NodeId(i)),
        is_frame: false,
    });
    Sketch {
        boxes: boxes.collect(),
        lines,
    }
}

/// Lines that lead from lower to higher numbers, each input once: a graph without cycles.
pub(super) fn any_lines(most: u32) -> impl Strategy<Value = String> {
    (2..most, any::<u64>()).prop_map(|(count, seed)| lines_by_chance(count, seed))
}

pub(super) fn lines_by_chance(count: u32, seed: u64) -> String {
    let mut chance = Chance(seed);
    let mut lines = Vec::new();
    for to in 1..count {
        for input in 0..3 {
            if chance.below(2) == 0 {
                let from = chance.below(to);
                lines.push(format!("{from}.{}>{to}.{input}", chance.below(2)));
            }
        }
    }
    lines.join(" ")
}

pub(super) fn shuffled(columns: &[Vec<u32>], seed: u64) -> Vec<Vec<u32>> {
    let mut chance = Chance(seed);
    let mut columns = columns.to_vec();
    for column in &mut columns {
        for i in (1..column.len()).rev() {
            column.swap(i, chance.below(i as u32 + 1) as usize);
        }
    }
    columns
}

/// Numbers by chance, the same for the same seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(end)) as u32
    }
}

fn kind() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "mix");
    let inputs = ["0", "1", "2"].map(|name| InputSpec::new(name, ValueType::Any));
    kind.inputs = inputs.to_vec();
    kind.outputs = ["0", "1"].map(OutputSpec::untyped).to_vec();
    Arc::new(kind)
}

/// Nodes at these corners with the links of `lines`, whose ports are named by their numbers.
fn graph(corners: &[(f32, f32)], text: &str) -> Graph {
    let kind = kind();
    let nodes = corners.iter().enumerate().map(|(i, (x, y))| {
        Node::new(
            NodeId(i as u32),
            format!("node_{i}"),
            kind.clone(),
            pos2(*x, *y),
        )
    });
    let port = |at: u32, y: f32| Port::new(NodeId(at), format!("{}", (y - 46.0) / 24.0));
    let links = lines(text).into_iter().map(|line| Link {
        from: port(line.from, line.from_y),
        to: port(line.to, line.to_y),
    });
    let (graph, no_nodes, no_links) = Graph::from_parts(nodes, links);
    assert_eq!((no_nodes.len(), no_links.len()), (0, 0));
    graph
}

fn size(id: NodeId) -> Vec2 {
    vec2(220.0, 112.0 + 24.0 * (id.0 % 5) as f32)
}

/// Outputs stand above inputs.
fn ends(link: &Link) -> (f32, f32) {
    let row = |port: &Port| port.name.parse::<f32>().unwrap();
    (46.0 + 24.0 * row(&link.from), 94.0 + 24.0 * row(&link.to))
}

fn all(graph: &Graph) -> BTreeSet<NodeId> {
    graph.nodes().map(|node| node.id).collect()
}

fn lay_out(graph: &Graph) -> Transaction {
    auto_layout(graph, &all(graph), SPACING, size, ends)
}

/// The graph after a transaction, and that undo takes all of it back.
fn after(graph: &Graph, transaction: Transaction) -> Graph {
    let mut document = Document::new(graph.clone(), Meta::default());
    document.commit(transaction).unwrap();
    let after = document.graph().clone();
    document.undo();
    assert_eq!(document.graph(), graph);
    after
}

fn corners(graph: &Graph) -> Vec<(f32, f32)> {
    graph.nodes().map(|node| (node.pos.x, node.pos.y)).collect()
}

fn rect(graph: &Graph, id: NodeId) -> Rect {
    Rect::from_min_size(graph.node(id).unwrap().pos, size(id))
}

#[test]
fn nodes_are_aligned_with_the_outermost() {
    // Heights are 112, 136 and 160.
    let graph = graph(&[(10.0, 0.0), (60.0, 300.0), (-30.0, 500.0)], "");
    for (how, label, expected) in [
        (
            Align::Left,
            "Align left",
            [(-30.0, 0.0), (-30.0, 300.0), (-30.0, 500.0)],
        ),
        (
            Align::Right,
            "Align right",
            [(60.0, 0.0), (60.0, 300.0), (60.0, 500.0)],
        ),
        (
            Align::Top,
            "Align top",
            [(10.0, 0.0), (60.0, 0.0), (-30.0, 0.0)],
        ),
        (
            Align::Bottom,
            "Align bottom",
            [(10.0, 548.0), (60.0, 524.0), (-30.0, 500.0)],
        ),
        (
            Align::CentreX,
            "Align horizontal centres",
            [(15.0, 0.0), (15.0, 300.0), (15.0, 500.0)],
        ),
        (
            Align::CentreY,
            "Align vertical centres",
            [(10.0, 274.0), (60.0, 262.0), (-30.0, 250.0)],
        ),
    ] {
        let transaction = align(&graph, &all(&graph), how, size);
        assert_eq!(transaction.label, *label);
        let moved = corners(&graph)
            .into_iter()
            .zip(expected)
            .filter(|(a, b)| a != b)
            .count();
        assert_eq!(
            transaction.edits.len(),
            moved,
            "{label}: what stays is not moved"
        );
        assert_eq!(corners(&after(&graph, transaction)), expected, "{label}");
    }
}

#[test]
fn gaps_become_equal_and_the_ends_stay() {
    for (axis, before, expected) in [
        (
            Axis::Vertical,
            vec![(0.0, 0.0), (5.0, 130.0), (0.0, 700.0)],
            vec![(0.0, 0.0), (5.0, 338.0), (0.0, 700.0)],
        ),
        (
            Axis::Horizontal,
            vec![(900.0, 0.0), (0.0, 1.0), (240.0, 2.0), (250.0, 3.0)],
            vec![(900.0, 0.0), (0.0, 1.0), (300.0, 2.0), (600.0, 3.0)],
        ),
        // What lies on each other comes apart as far as there is room.
        (
            Axis::Horizontal,
            vec![(0.0, 0.0), (10.0, 0.0), (200.0, 0.0)],
            vec![(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)],
        ),
        (
            Axis::Vertical,
            vec![(0.0, 0.0), (0.0, 7.0)],
            vec![(0.0, 0.0), (0.0, 7.0)],
        ),
        (Axis::Vertical, vec![(3.0, 4.0)], vec![(3.0, 4.0)]),
        (Axis::Vertical, vec![], vec![]),
    ] {
        let graph = graph(&before, "");
        let transaction = distribute(&graph, &all(&graph), axis, size);
        assert_eq!(corners(&after(&graph, transaction)), expected, "{before:?}");
    }
}

#[test]
fn straight_links_are_level_and_no_two_nodes_follow_one() {
    for (what, lines, picked, expected) in [
        // From row 0 at 46 to row 0 at 94: 48 higher.
        (
            "a chain",
            "0>1 1>2",
            vec![0, 1, 2],
            [100.0, 52.0, 4.0, 400.0],
        ),
        (
            "the upper port decides",
            "0>2.1 1>2",
            vec![0, 1, 2],
            [100.0, 200.0, 152.0, 400.0],
        ),
        (
            "one of two that are fed",
            "0>1 0.1>2",
            vec![0, 1, 2],
            [100.0, 52.0, 300.0, 400.0],
        ),
        (
            "others stay and lead nobody",
            "0>1 1>2",
            vec![1, 2],
            [100.0, 200.0, 152.0, 400.0],
        ),
        (
            "one alone follows whoever feeds it",
            "0>1 1>2",
            vec![2],
            [100.0, 200.0, 152.0, 400.0],
        ),
        (
            "nothing to be done",
            "",
            vec![0, 1, 2, 3],
            [100.0, 200.0, 300.0, 400.0],
        ),
    ] {
        let graph = graph(
            &[(0.0, 100.0), (300.0, 200.0), (600.0, 300.0), (0.0, 400.0)],
            lines,
        );
        let picked = picked.into_iter().map(NodeId).collect();
        let after = after(&graph, straighten(&graph, &picked, ends));
        let tops: Vec<f32> = after.nodes().map(|node| node.pos.y).collect();
        assert_eq!(tops, expected, "{what}");
    }
}

#[test]
fn a_chain_becomes_a_row_at_the_corner() {
    for (what, text, expected) in [
        ("nothing", "", vec![(40.0, 60.0)]),
        // Links level but for the grid: 48 units between the ports are 40 of the grid.
        (
            "a chain",
            "0>1 1>2",
            vec![(40.0, 160.0), (340.0, 100.0), (640.0, 60.0)],
        ),
        (
            "a pair beside a single node",
            "0>1",
            vec![(40.0, 100.0), (340.0, 60.0), (40.0, 300.0)],
        ),
    ] {
        let mut start = vec![(40.0, 60.0); expected.len()];
        // The single node was the lowest.
        if let Some((_, y)) = start.get_mut(2) {
            *y = 1000.0;
        }
        let graph = graph(&start, text);
        assert_eq!(corners(&after(&graph, lay_out(&graph))), expected, "{what}");
    }
}

#[test]
fn parts_keep_their_order_from_the_top_and_single_nodes_come_last() {
    let graph = graph(
        &[
            (0.0, 900.0),
            (300.0, 900.0),
            (0.0, 0.0),
            (300.0, 0.0),
            (10.0, -50.0),
            (0.0, 500.0),
        ],
        "0>1 2>3",
    );
    let after = after(&graph, lay_out(&graph));
    let top = |id: u32| after.node(NodeId(id)).unwrap().pos.y;
    assert!(
        top(2).max(top(3)) < top(0).min(top(1)),
        "{:?}",
        corners(&after)
    );
    assert!(top(0).max(top(1)) < top(4), "{:?}", corners(&after));
    assert_eq!(top(4), top(5), "single nodes stand in rows");
}

#[test]
fn only_what_is_picked_moves() {
    let graph = graph(
        &[(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)],
        "0>1 1>2 2>3",
    );
    let picked = [0, 2, 3].map(NodeId).into();
    let after = after(&graph, auto_layout(&graph, &picked, SPACING, size, ends));
    assert_eq!(after.node(NodeId(1)).unwrap().pos, Pos2::ZERO);
    assert_eq!(
        rect(&after, NodeId(3)).left() - rect(&after, NodeId(2)).right(),
        SPACING.columns
    );
}

#[test]
fn nodes_that_were_lost_far_out_come_back() {
    let graph = graph(&[(-1e30, 3e38), (5.0, 7.0)], "0>1");
    let after = after(&graph, lay_out(&graph));
    for id in [0, 1].map(NodeId) {
        assert!(
            rect(&after, id).left().abs() <= 2.0 * FARTHEST,
            "{:?}",
            corners(&after)
        );
    }
    assert!(rect(&after, NodeId(0)).right() < rect(&after, NodeId(1)).left());
}

/// Ten thousand nodes in a chain, in a star and by chance: neither the stack nor patience runs out.
#[test]
fn large_graphs_are_arranged() {
    let count = 10_000;
    let chain: Vec<String> = (1..count).map(|i| format!("{}>{i}", i - 1)).collect();
    let star: Vec<String> = (1..count).map(|i| format!("0>{i}")).collect();
    let long: Vec<String> = (1..2000)
        .flat_map(|i| [format!("{}>{i}", i - 1), format!("{}.1>{i}.1", i / 2)])
        .collect();
    for text in [chain.join(" "), star.join(" "), long.join(" ")] {
        let graph = graph(&vec![(0.0, 0.0); count], &text);
        check(&after(&graph, lay_out(&graph)));
    }
}

/// No two nodes come nearer than they must, all stand on the grid, and links lead to the right.
fn check(graph: &Graph) {
    let mut rects: Vec<Rect> = graph.nodes().map(|node| rect(graph, node.id)).collect();
    rects.sort_by(|a, b| {
        a.min
            .x
            .total_cmp(&b.min.x)
            .then(a.min.y.total_cmp(&b.min.y))
    });
    for pair in rects.windows(2) {
        let is_apart =
            pair[0].left() != pair[1].left() || pair[1].top() - pair[0].bottom() >= SPACING.rows;
        assert!(is_apart, "{pair:?}");
    }
    for rect in &rects {
        let on_grid = |at: f32| at.rem_euclid(SPACING.grid) == 0.0;
        assert!(on_grid(rect.min.x) && on_grid(rect.min.y), "{rect:?}");
    }
    for link in graph.links() {
        let (from, to) = (rect(graph, link.from.node), rect(graph, link.to.node));
        assert!(to.left() - from.right() >= SPACING.columns, "{link:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_graph_is_arranged(lines in any_lines(40), seed: u64, singles in 0..5_usize) {
        let count = sketch(&lines).boxes.len() + singles;
        let mut chance = Chance(seed);
        let mut place = || f32::from(chance.below(4000) as i16 - 2000);
        let places: Vec<(f32, f32)> = (0..count).map(|_| (place(), place())).collect();
        let before = graph(&places, &lines);
        let once = after(&before, lay_out(&before));
        check(&once);

        // Columns are aligned and no node lies in another column's range: overlaps cannot hide there.
        let rects: Vec<Rect> = once.nodes().map(|node| rect(&once, node.id)).collect();
        for (i, a) in rects.iter().enumerate() {
            for b in &rects[..i] {
                prop_assert!(!a.shrink(0.5).intersects(b.shrink(0.5)), "{:?} {:?}", a, b);
            }
        }
        // The corner stays, to the grid.
        let corner = |graph: &Graph| graph.nodes().map(|node| node.pos).reduce(Pos2::min);
        if let Some((was, is)) = corner(&before).zip(corner(&once)) {
            prop_assert!((was - is).abs().max_elem() <= SPACING.grid / 2.0, "{:?} {:?}", was, is);
        }
        // The same again changes nothing, and the same graph elsewhere looks the same.
        prop_assert_eq!(lay_out(&once).edits.len(), 0);
        prop_assert_eq!(corners(&after(&before, lay_out(&before))), corners(&once));
        // Nothing but places changed.
        prop_assert_eq!(once.node_count(), before.node_count());
        prop_assert!(once.links().eq(before.links()));
    }
}
