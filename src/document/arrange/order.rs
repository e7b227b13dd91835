//! Order: which vertex stands above which in each column, so that few lines cross. Ports count: lines into a node are
//! told apart by the order of its ports.
//!
//! Sweeps by barycentres (Sugiyama, Tagawa, Toda 1981), neighbours changed where that saves crossings (Gansner,
//! Koutsofios, North, Vo, "A Technique for Drawing Directed Graphs", 1993), crossings counted with an accumulator tree
//! (Barth, Jünger, Mutzel, "Simple and Efficient Bilayer Cross Counting", 2002).

use super::layered::{Layered, Piece, Vertex};

/// Orders to start from.
const STARTS: u32 = 10;
/// At most so many sweeps are made from each start, and none after so many without success.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;
/// When the sweeps have looked at about so many vertices and pieces, no new start is made: it bounds the time.
const EFFORT: usize = 600_000;
/// How often the neighbours of one column are tried in a row.
const TRIES: usize = 4;

/// Find an order with few crossings.
pub(super) fn order(graph: &mut Layered) {
    let mut best: Option<(u64, Vec<Vec<Vertex>>)> = None;
    let size = graph.place.len() + graph.pieces.len();
    let mut effort = 0;
    for number in 0..STARTS {
        if matches!(best, Some((0, _))) || effort > EFFORT {
            break;
        }
        let columns = match number {
            // The order in which a walk along lines comes by: without crossings when lines only part or only join.
            0 => walk(graph, Side::Before),
            1 => walk(graph, Side::After),
            _ => scattered(graph, number),
        };
        graph.set_columns(columns);
        let (found, sweeps) = improved(graph);
        effort += sweeps * size;
        if best.as_ref().is_none_or(|best| found.0 < best.0) {
            best = Some(found);
        }
    }
    if let Some((_, columns)) = best {
        graph.set_columns(columns);
    }
}

/// Which neighbours are looked at: those to the left or those to the right.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Before,
    After,
}

impl Side {
    fn pieces(self, graph: &Layered, vertex: Vertex) -> impl DoubleEndedIterator<Item = &Piece> {
        let side = match self {
            Self::Before => &graph.before,
            Self::After => &graph.after,
        };
        let pieces = side[vertex as usize].iter();
        pieces.map(|piece| &graph.pieces[*piece as usize])
    }

    /// The neighbour at the other end of a piece, and its port.
    fn other(self, piece: &Piece) -> (Vertex, u32) {
        match self {
            Self::Before => (piece.from, piece.from_port),
            Self::After => (piece.to, piece.to_port),
        }
    }

    /// How many ports the neighbours have on the side that looks here.
    fn ports(self, graph: &Layered, other: Vertex) -> u32 {
        match self {
            Self::Before => graph.ports_after[other as usize],
            Self::After => graph.ports_before[other as usize],
        }
    }
}

/// Depth first, along lines to one side: every vertex comes to the end of its column as it is met.
fn walk(graph: &Layered, side: Side) -> Vec<Vec<Vertex>> {
    let mut columns = vec![Vec::new(); graph.columns.len()];
    let mut column_of = vec![0; graph.place.len()];
    for (column, vertices) in graph.columns.iter().enumerate() {
        for vertex in vertices {
            column_of[*vertex as usize] = column;
        }
    }
    let mut is_met = vec![false; graph.place.len()];
    let opposite = match side {
        Side::Before => Side::After,
        Side::After => Side::Before,
    };
    let is_end = |vertex: &Vertex| opposite.pieces(graph, *vertex).next().is_none();
    let ends = (0..graph.place.len() as Vertex).filter(is_end);
    for end in ends {
        let mut stack = vec![end];
        while let Some(vertex) = stack.pop() {
            if std::mem::replace(&mut is_met[vertex as usize], true) {
                continue;
            }
            columns[column_of[vertex as usize]].push(vertex);
            let others = side.pieces(graph, vertex).rev();
            stack.extend(others.map(|piece| side.other(piece).0));
        }
    }
    columns
}

/// Every column mixed, by a number: the same for the same number.
fn scattered(graph: &Layered, number: u32) -> Vec<Vec<Vertex>> {
    let mixed = |vertex: &Vertex| {
        let hash = (vertex + 1)
            .wrapping_mul(0x9e37_79b9)
            .wrapping_mul(2 * number + 1);
        hash ^ (hash >> 15)
    };
    let mut columns = graph.columns.clone();
    for column in &mut columns {
        column.sort_unstable_by_key(|vertex| (mixed(vertex), *vertex));
    }
    columns
}

/// The best order that sweeps from the present one find, with its crossings; and how many sweeps were made.
fn improved(graph: &mut Layered) -> ((u64, Vec<Vec<Vertex>>), usize) {
    let mut best = (crossings(graph), graph.columns.clone());
    let mut idle = 0;
    for round in 0..SWEEPS {
        if best.0 == 0 || idle == PATIENCE {
            return (best, round);
        }
        let side = if round % 2 == 0 {
            Side::Before
        } else {
            Side::After
        };
        // What is equally near is turned round now and then: a new start for the rest.
        sweep(graph, side, round % 4 >= 2);
        transpose(graph, round % 4 >= 2);
        let count = crossings(graph);
        idle += 1;
        if count < best.0 {
            best = (count, graph.columns.clone());
            idle = 0;
        }
    }
    (best, SWEEPS)
}

/// Sort each column by where the neighbours on one side stand, column by column away from that side.
fn sweep(graph: &mut Layered, side: Side, turns_equal: bool) {
    let count = graph.columns.len();
    for i in 1..count {
        let column = match side {
            Side::Before => i,
            Side::After => count - 1 - i,
        };
        let vertices = std::mem::take(&mut graph.columns[column]);
        graph.columns[column] = sorted(graph, &vertices, side, turns_equal);
        graph.set_places(column);
    }
}

/// By barycentre; vertices without neighbours on that side keep their places.
fn sorted(graph: &Layered, vertices: &[Vertex], side: Side, turns_equal: bool) -> Vec<Vertex> {
    let mut centred: Vec<(f64, Vertex)> = Vec::with_capacity(vertices.len());
    for vertex in vertices {
        centred.extend(barycentre(graph, *vertex, side).map(|centre| (centre, *vertex)));
    }
    if turns_equal {
        centred.reverse();
    }
    centred.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut moved = centred.into_iter().map(|(_, vertex)| vertex);
    let has_neighbour = |vertex: Vertex| side.pieces(graph, vertex).next().is_some();
    vertices
        .iter()
        .filter_map(|vertex| {
            if has_neighbour(*vertex) {
                moved.next()
            } else {
                Some(*vertex)
            }
        })
        .collect()
}

/// The mean place of the neighbours on one side, a port being a fraction of its vertex.
fn barycentre(graph: &Layered, vertex: Vertex, side: Side) -> Option<f64> {
    let mut sum = 0.0;
    let mut count = 0;
    for piece in side.pieces(graph, vertex) {
        let (other, port) = side.other(piece);
        let ports = f64::from(side.ports(graph, other));
        sum += f64::from(graph.place[other as usize]) + (f64::from(port) + 0.5) / ports;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// Change neighbours of each column wherever that saves crossings.
fn transpose(graph: &mut Layered, turns_equal: bool) {
    for column in 0..graph.columns.len() {
        let mut vertices = std::mem::take(&mut graph.columns[column]);
        let ends = Ends::new(graph, &vertices);
        for _ in 0..TRIES {
            let mut is_better = false;
            for i in 1..vertices.len() {
                let (upper, lower) = (vertices[i - 1], vertices[i]);
                let saved = ends.crossings(upper, lower) - ends.crossings(lower, upper);
                if saved > 0 || turns_equal && saved == 0 {
                    vertices.swap(i - 1, i);
                    is_better |= saved > 0;
                }
            }
            if !is_better {
                break;
            }
        }
        graph.columns[column] = vertices;
        graph.set_places(column);
    }
}

/// Where the lines of a column's vertices end in the columns beside it.
struct Ends<'a> {
    graph: &'a Layered,
    /// By the places that the vertices had: place and port of each end, sorted, to the left and to the right.
    before: Vec<Vec<(u32, u32)>>,
    after: Vec<Vec<(u32, u32)>>,
}

impl<'a> Ends<'a> {
    fn new(graph: &'a Layered, vertices: &[Vertex]) -> Self {
        let ends = |side: Side, vertex: &Vertex| {
            let mut ends: Vec<(u32, u32)> = side
                .pieces(graph, *vertex)
                .map(|piece| {
                    let (other, port) = side.other(piece);
                    (graph.place[other as usize], port)
                })
                .collect();
            ends.sort_unstable();
            ends
        };
        Self {
            graph,
            before: vertices.iter().map(|it| ends(Side::Before, it)).collect(),
            after: vertices.iter().map(|it| ends(Side::After, it)).collect(),
        }
    }

    /// How often lines of the two cross when one stands above the other.
    fn crossings(&self, upper: Vertex, lower: Vertex) -> i64 {
        let [upper, lower] = [upper, lower].map(|it| self.graph.place[it as usize] as usize);
        inversions(&self.before[upper], &self.before[lower])
            + inversions(&self.after[upper], &self.after[lower])
    }
}

/// How many pairs there are of which the first lies below the second; both are sorted.
fn inversions(first: &[(u32, u32)], second: &[(u32, u32)]) -> i64 {
    let mut above = 0;
    let mut sum = 0;
    for end in first {
        while second.get(above).is_some_and(|other| other < end) {
            above += 1;
        }
        sum += above as i64;
    }
    sum
}

/// How many pieces of lines cross in all.
pub(super) fn crossings(graph: &Layered) -> u64 {
    let mut tree = Vec::new();
    let pairs = graph.columns.windows(2);
    pairs
        .map(|pair| crossings_between(graph, &pair[0], &pair[1], &mut tree))
        .sum()
}

fn crossings_between(
    graph: &Layered,
    left: &[Vertex],
    right: &[Vertex],
    tree: &mut Vec<u64>,
) -> u64 {
    // Each port of the right column gets a number, from the top.
    let mut first_port = Vec::with_capacity(right.len());
    let mut ports = 0;
    for vertex in right {
        first_port.push(ports);
        ports += graph.ports_before[*vertex as usize];
    }
    let leaves = (ports as usize).next_power_of_two();
    tree.clear();
    tree.resize(2 * leaves - 1, 0);
    let mut ends = Vec::new();
    let mut sum = 0;
    for vertex in left {
        ends.clear();
        ends.extend(Side::After.pieces(graph, *vertex).map(|piece| {
            let place = graph.place[piece.to as usize] as usize;
            (piece.from_port, first_port[place] + piece.to_port)
        }));
        ends.sort_unstable();
        for (_, end) in &ends {
            sum += add_end(tree, leaves - 1 + *end as usize);
        }
    }
    sum
}

/// Count an end in the accumulator tree; how many ends that were counted before lie below it.
fn add_end(tree: &mut [u64], leaf: usize) -> u64 {
    let mut at = leaf;
    let mut below = 0;
    tree[at] += 1;
    while at > 0 {
        if at % 2 == 1 {
            below += tree[at + 1];
        }
        at = (at - 1) / 2;
        tree[at] += 1;
    }
    below
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{layers, tests};
    use super::*;

    fn layered(lines: &str) -> Layered {
        let sketch = tests::sketch(lines);
        let columns = layers::columns(sketch.boxes.len(), &sketch.lines);
        Layered::new(&sketch, &columns)
    }

    /// The same by looking at every two pieces.
    fn crossings_by_pairs(graph: &Layered) -> u64 {
        let place = |vertex: Vertex, port: u32| (graph.place[vertex as usize], port);
        let mut column_of = vec![0; graph.place.len()];
        for (column, vertices) in graph.columns.iter().enumerate() {
            for vertex in vertices {
                column_of[*vertex as usize] = column;
            }
        }
        let mut count = 0;
        for (i, a) in graph.pieces.iter().enumerate() {
            for b in &graph.pieces[..i] {
                let from = place(a.from, a.from_port).cmp(&place(b.from, b.from_port));
                let to = place(a.to, a.to_port).cmp(&place(b.to, b.to_port));
                let is_beside = column_of[a.from as usize] == column_of[b.from as usize];
                count += u64::from(is_beside && from.is_ne() && from == to.reverse());
            }
        }
        count
    }

    #[test]
    fn what_can_be_drawn_without_crossings_is() {
        for (what, lines) in [
            ("a diamond", "0>1 0>2 1>3.0 2>3.1"),
            ("lines that part", "0>1 0>2 1>3 1>4 2>5 2>6 4>7 5>8"),
            ("lines that join", "0>2.1 1>2.0 3>4.0 2>4.1 5>6 6>4.2"),
            ("two that are turned round", "0>3 1>2"),
            ("the ports of one node", "0>2.1 1>2.0"),
            ("the ports of one source", "0.1>1 0.0>2"),
            ("a long line beside a chain", "0>1 1>2 2>3 3>4.0 0>4.1"),
            ("a ladder", "0>1.0 0>2 1>3.0 2>4 3>5.0 4>5.1 2>3.1 1>4"),
            ("a star", "0>5.2 1>5.0 2>5.1 5>3 5>4"),
        ] {
            let mut graph = layered(lines);
            order(&mut graph);
            // Of a ladder two lines cross in any order.
            let least = u64::from(what == "a ladder");
            assert_eq!(crossings(&graph), least, "{what}: {:?}", graph.columns);
        }
    }

    proptest! {
        #[test]
        fn the_tree_counts_what_pairs_count(lines in tests::any_lines(12), seed: u64) {
            let mut graph = layered(&lines);
            graph.set_columns(tests::shuffled(&graph.columns, seed));
            prop_assert_eq!(crossings(&graph), crossings_by_pairs(&graph));
        }

        #[test]
        fn the_order_is_better_than_orders_by_chance(lines in tests::any_lines(16), seed: u64) {
            let mut graph = layered(&lines);
            let chance: Vec<u64> = (0..15)
                .map(|i| {
                    graph.set_columns(tests::shuffled(&graph.columns, seed.wrapping_add(i)));
                    crossings(&graph)
                })
                .collect();
            order(&mut graph);
            let mean = chance.iter().sum::<u64>() as f64 / chance.len() as f64;
            // Where few lines cross in any order, one by chance may be one better.
            prop_assert!(crossings(&graph) as f64 <= mean + 1.0, "{} of {:?}", crossings(&graph), chance);
        }
    }

    /// All orders of small graphs are tried: what is found is seldom worse than the best of them.
    #[test]
    fn the_order_is_nearly_the_best_there_is() {
        let (mut found, mut least) = (0, 0);
        for seed in 0..120 {
            let mut graph = layered(&tests::lines_by_chance(9, seed));
            let orders: usize = graph
                .columns
                .iter()
                .map(|column| factorial(column.len()))
                .product();
            if orders > 3_000 {
                continue;
            }
            let mut best = u64::MAX;
            for mut number in 0..orders {
                let mut columns = graph.columns.clone();
                for column in &mut columns {
                    let of_column = factorial(column.len());
                    *column = permutation(column, number % of_column);
                    number /= of_column;
                }
                let before = graph.columns.clone();
                graph.set_columns(columns);
                best = best.min(crossings(&graph));
                graph.set_columns(before);
            }
            order(&mut graph);
            found += crossings(&graph);
            least += best;
        }
        assert!(least > 20, "the graphs are no trial: {least}");
        assert!(
            found <= least + least / 20,
            "{found} crossings, {least} are the least"
        );
    }

    fn factorial(count: usize) -> usize {
        (1..=count).product()
    }

    fn permutation(of: &[Vertex], mut number: usize) -> Vec<Vertex> {
        let mut left = of.to_vec();
        let mut picked = Vec::new();
        while !left.is_empty() {
            let count = left.len();
            picked.push(left.remove(number % count));
            number /= count;
        }
        picked
    }
}
