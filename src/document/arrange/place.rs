//! Place: how far down each vertex stands, its order kept, so that as many lines as possible are straight, the middles
//! of long ones above all.
//!
//! After Brandes and Köpf, "Fast and Simple Horizontal Coordinate Assignment", 2001: vertices are joined to blocks that
//! stand on one line, from four sides, and the four results are balanced. Two things are not as in the paper. A block
//! is held together at its ports, so vertices of one block are shifted against each other. And blocks are put together
//! along the longest ways between them, back and forth, which needs no classes of blocks and no recursion.

use super::Spacing;
use super::layered::{Layered, Piece, Vertex};

/// The upper edge of each box; the uppermost is at zero, all are on the grid.
pub(super) fn tops(graph: &Layered, spacing: Spacing) -> Vec<f32> {
    let tops = tops_of_all(graph, spacing);
    tops[..graph.boxes].iter().map(|top| *top as f32).collect()
}

/// The upper edge of each vertex.
fn tops_of_all(graph: &Layered, spacing: Spacing) -> Vec<f64> {
    let yields = yielding(graph);
    let mut drafts = Vec::new();
    for is_from_left in [true, false] {
        for is_from_top in [true, false] {
            let view = View {
                graph,
                yields: &yields,
                spacing,
                is_from_left,
                is_from_top,
            };
            drafts.push(view.tops());
        }
    }
    let mut tops = balanced(graph, &drafts);
    to_grid(graph, spacing, &mut tops);
    tops
}

/// The least distance between the upper edges of two vertices of which one follows the other in a column: a multiple of
/// the grid's step.
fn distance(graph: &Layered, spacing: Spacing, upper: Vertex, lower: Vertex) -> f64 {
    let half = |vertex| {
        if graph.is_dummy(vertex) {
            spacing.rows / 4.0
        } else {
            spacing.rows / 2.0
        }
    };
    let height = graph.heights[upper as usize];
    f64::from(spacing.up_to_grid(height + half(upper) + half(lower)))
}

/// Which pieces give way to the middle of a long line: those that cross it, and those that fork off.
fn yielding(graph: &Layered) -> Vec<bool> {
    let is_inner = |i: &u32| graph.is_inner(&graph.pieces[*i as usize]);
    let mut yields = vec![false; graph.pieces.len()];
    for side in &graph.after {
        if side.iter().any(is_inner) {
            for i in side {
                yields[*i as usize] = !is_inner(i);
            }
        }
    }
    let place = |vertex: Vertex| graph.place[vertex as usize];
    for pair in graph.columns.windows(2) {
        let inner = |vertex: Vertex| {
            let pieces = graph.before[vertex as usize].iter();
            let mut pieces = pieces.map(|i| &graph.pieces[*i as usize]);
            pieces
                .find(|piece| graph.is_inner(piece))
                .map(|piece| place(piece.from))
        };
        let mut seen = 0;
        let mut first = 0;
        for (i, vertex) in pair[1].iter().enumerate() {
            let line = inner(*vertex);
            if line.is_none() && i + 1 < pair[1].len() {
                continue;
            }
            let last = line.unwrap_or(pair[0].len() as u32);
            for other in &pair[1][seen..=i] {
                for at in &graph.before[*other as usize] {
                    let piece = &graph.pieces[*at as usize];
                    let from = place(piece.from);
                    yields[*at as usize] |= !graph.is_inner(piece) && (from < first || from > last);
                }
            }
            seen = i + 1;
            first = last;
        }
    }
    yields
}

/// The graph as seen from one of four sides: columns may run from right to left, and down may be up.
struct View<'a> {
    graph: &'a Layered,
    /// Pieces that are not looked at.
    yields: &'a [bool],
    spacing: Spacing,
    is_from_left: bool,
    is_from_top: bool,
}

/// Vertices that stand on one line.
struct Blocks {
    /// The vertex that stands for its block.
    root: Vec<Vertex>,
    /// How far below its root a vertex stands.
    shift: Vec<f64>,
}

impl View<'_> {
    fn tops(&self) -> Vec<f64> {
        let blocks = self.blocks();
        let of_blocks = self.packed(&blocks);
        let vertices = 0..self.graph.place.len();
        let tops = vertices.map(|i| of_blocks[blocks.root[i] as usize] + blocks.shift[i]);
        if self.is_from_top {
            return tops.collect();
        }
        let heights = self.graph.heights.iter();
        tops.zip(heights)
            .map(|(top, height)| -top - f64::from(*height))
            .collect()
    }

    /// Columns in the order that they are looked at.
    fn columns(&self) -> Box<dyn Iterator<Item = &Vec<Vertex>> + '_> {
        let columns = self.graph.columns.iter();
        if self.is_from_left {
            Box::new(columns)
        } else {
            Box::new(columns.rev())
        }
    }

    fn down(&self, column: &[Vertex]) -> Vec<Vertex> {
        let mut column = column.to_vec();
        if !self.is_from_top {
            column.reverse();
        }
        column
    }

    /// Pieces that do not yield to the column that was looked at before, by the place of their other end.
    fn pieces(&self, vertex: Vertex) -> Vec<u32> {
        let graph = self.graph;
        let side = if self.is_from_left {
            &graph.before
        } else {
            &graph.after
        };
        let mut pieces = side[vertex as usize].clone();
        pieces.retain(|i| !self.yields[*i as usize]);
        let other = |i: &u32| {
            let piece = &graph.pieces[*i as usize];
            if self.is_from_left {
                (
                    graph.place[piece.from as usize],
                    piece.from_port,
                    piece.to_port,
                )
            } else {
                (
                    graph.place[piece.to as usize],
                    piece.to_port,
                    piece.from_port,
                )
            }
        };
        pieces.sort_by_key(other);
        if !self.is_from_top {
            pieces.reverse();
        }
        pieces
    }

    /// Vertex and height of both ends of a piece, that of the earlier column first.
    fn ends(&self, piece: &Piece) -> [(Vertex, f64); 2] {
        let end = |vertex: Vertex, y: f32| {
            let height = self.graph.heights[vertex as usize];
            let y = if self.is_from_top { y } else { height - y };
            (vertex, f64::from(y))
        };
        let (from, to) = (end(piece.from, piece.from_y), end(piece.to, piece.to_y));
        if self.is_from_left {
            [from, to]
        } else {
            [to, from]
        }
    }

    /// Every vertex joins the block of its middle neighbour, if no line that was joined before is crossed by it.
    fn blocks(&self) -> Blocks {
        let count = self.graph.place.len();
        let mut blocks = Blocks {
            root: (0..count as Vertex).collect(),
            shift: vec![0.0; count],
        };
        for column in self.columns() {
            // The last of the earlier column that was joined.
            let mut last = None;
            for vertex in self.down(column) {
                let pieces = self.pieces(vertex);
                let Some(highest) = pieces.len().checked_sub(1) else {
                    continue;
                };
                for middle in [highest / 2, highest.div_ceil(2)] {
                    let at = pieces[middle] as usize;
                    let [(other, other_y), (_, y)] = self.ends(&self.graph.pieces[at]);
                    let place = self.graph.place[other as usize];
                    let is_free = last.is_none_or(|last| {
                        if self.is_from_top {
                            place > last
                        } else {
                            place < last
                        }
                    });
                    if !is_free {
                        continue;
                    }
                    blocks.root[vertex as usize] = blocks.root[other as usize];
                    blocks.shift[vertex as usize] = blocks.shift[other as usize] + other_y - y;
                    last = Some(place);
                    break;
                }
            }
        }
        blocks
    }

    /// The top of each block's root: as high as what lies above lets it, then as low as what lies below lets it.
    fn packed(&self, blocks: &Blocks) -> Vec<f64> {
        let count = self.graph.place.len();
        let mut below: Vec<Vec<(Vertex, f64)>> = vec![Vec::new(); count];
        let mut waits_for = vec![0_u32; count];
        for column in &self.graph.columns {
            for pair in self.down(column).windows(2) {
                let [upper, lower] = [pair[0], pair[1]];
                let [a, b] = [upper, lower].map(|it| blocks.root[it as usize]);
                let shift = blocks.shift[upper as usize] - blocks.shift[lower as usize];
                let room = shift + self.distance(upper, lower);
                below[a as usize].push((b, room));
                waits_for[b as usize] += 1;
            }
        }
        let is_root = |i: &usize| blocks.root[*i] as usize == *i;
        let mut sorted: Vec<usize> = (0..count)
            .filter(is_root)
            .filter(|i| waits_for[*i] == 0)
            .collect();
        let mut tops = vec![0.0_f64; count];
        let mut next = 0;
        while let Some(&i) = sorted.get(next) {
            next += 1;
            for (lower, room) in &below[i] {
                let at = *lower as usize;
                tops[at] = tops[at].max(tops[i] + room);
                waits_for[at] -= 1;
                if waits_for[at] == 0 {
                    sorted.push(at);
                }
            }
        }
        for &i in sorted.iter().rev() {
            let nearest = below[i]
                .iter()
                .map(|(lower, room)| tops[*lower as usize] - room);
            if let Some(nearest) = nearest.min_by(f64::total_cmp) {
                tops[i] = tops[i].max(nearest);
            }
        }
        tops
    }

    /// Seen from below the distance is between lower edges.
    fn distance(&self, upper: Vertex, lower: Vertex) -> f64 {
        if self.is_from_top {
            return distance(self.graph, self.spacing, upper, lower);
        }
        let height = |vertex: Vertex| f64::from(self.graph.heights[vertex as usize]);
        distance(self.graph, self.spacing, lower, upper) - height(lower) + height(upper)
    }
}

/// All drafts beside the narrowest of them, and of each vertex the mean of the two in the middle.
fn balanced(graph: &Layered, drafts: &[Vec<f64>]) -> Vec<f64> {
    let edges = |tops: &[f64]| {
        let least = tops.iter().copied().min_by(f64::total_cmp).unwrap_or(0.0);
        let bottoms = tops
            .iter()
            .zip(&graph.heights)
            .map(|(top, height)| top + f64::from(*height));
        (least, bottoms.max_by(f64::total_cmp).unwrap_or(0.0))
    };
    let all: Vec<(f64, f64)> = drafts.iter().map(|tops| edges(tops)).collect();
    let narrowest = all
        .iter()
        .min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    let (top, bottom) = narrowest.copied().unwrap_or_default();
    // Drafts come from the top and from the bottom in turn.
    let offsets: Vec<f64> = all
        .iter()
        .enumerate()
        .map(|(i, own)| {
            if i % 2 == 0 {
                top - own.0
            } else {
                bottom - own.1
            }
        })
        .collect();
    (0..graph.place.len())
        .map(|vertex| {
            let mut found: Vec<f64> = drafts
                .iter()
                .zip(&offsets)
                .map(|(tops, offset)| tops[vertex] + offset)
                .collect();
            found.sort_by(f64::total_cmp);
            let middle = found.len() / 2;
            f64::midpoint(found[middle - 1], found[middle])
        })
        .collect()
}

/// Round to the grid, where nothing may come nearer than it must be, and let the uppermost box be at zero.
fn to_grid(graph: &Layered, spacing: Spacing, tops: &mut [f64]) {
    let least = tops[..graph.boxes]
        .iter()
        .copied()
        .min_by(f64::total_cmp)
        .unwrap_or(0.0);
    let grid = f64::from(spacing.grid);
    for column in &graph.columns {
        let mut above: Option<Vertex> = None;
        for vertex in column {
            let top = ((tops[*vertex as usize] - least) / grid).round() * grid;
            let room =
                above.map(|above| tops[above as usize] + distance(graph, spacing, above, *vertex));
            tops[*vertex as usize] = room.map_or(top, |room| room.max(top));
            above = Some(*vertex);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{layers, order, tests};
    use super::*;

    fn placed(lines: &str) -> (Layered, Vec<f64>) {
        let sketch = tests::sketch(lines);
        let columns = layers::columns(sketch.boxes.len(), &sketch.lines);
        let mut graph = Layered::new(&sketch, &columns);
        order::order(&mut graph);
        let tops = tops_of_all(&graph, tests::SPACING);
        (graph, tops)
    }

    /// Level, but for what the grid makes of it.
    fn is_level(piece: &Piece, tops: &[f64]) -> bool {
        let from = tops[piece.from as usize] + f64::from(piece.from_y);
        let to = tops[piece.to as usize] + f64::from(piece.to_y);
        (from - to).abs() <= f64::from(tests::SPACING.grid)
    }

    #[test]
    fn lines_are_straight_where_they_can_be() {
        for (what, lines, least) in [
            ("a chain of many ports", "0.1>1.2 1>2.1 2.1>3", 3),
            (
                "two chains that meet in their middle",
                "0>1 1>4.0 2>3 3>4.2",
                2,
            ),
            (
                "a long line beside a chain, but for where they part and meet",
                "0>1 1>2 2>3 3>4.1 0>4.0",
                4,
            ),
        ] {
            let (graph, tops) = placed(lines);
            let level = graph.pieces.iter().filter(|piece| is_level(piece, &tops));
            let count = level.count();
            assert!(
                count >= least,
                "{what}: {count} of {}, {tops:?}",
                graph.pieces.len()
            );
        }
    }

    #[test]
    fn what_parts_or_joins_stands_in_the_middle() {
        for (lines, one, others) in [("0>1 0.1>2", 0, [1, 2]), ("0>2.0 1>2.1", 2, [0, 1])] {
            let (_, tops) = placed(lines);
            let [upper, lower] = others.map(|at: usize| tops[at]);
            let middle = f64::midpoint(upper, lower);
            assert!((tops[one] - middle).abs() <= 40.0, "{lines}: {tops:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_comes_too_near(lines in tests::any_lines(30)) {
            let (graph, tops) = placed(&lines);
            for column in &graph.columns {
                for pair in column.windows(2) {
                    let room = tops[pair[1] as usize] - tops[pair[0] as usize];
                    prop_assert!(room >= distance(&graph, tests::SPACING, pair[0], pair[1]));
                }
            }
        }

        /// What the paper promises: the middle of a long line is straight, unless it crosses another such middle.
        #[test]
        fn long_lines_are_straight_in_their_middle(lines in tests::any_lines(30)) {
            let (graph, tops) = placed(&lines);
            let inner = || graph.pieces.iter().filter(|piece| graph.is_inner(piece));
            let place = |vertex: Vertex| graph.place[vertex as usize];
            let column = |vertex: Vertex| graph.columns.iter().position(|column| column.contains(&vertex));
            for piece in inner() {
                let crosses = |other: &Piece| {
                    let order = place(piece.from).cmp(&place(other.from));
                    column(piece.from) == column(other.from) && order == place(other.to).cmp(&place(piece.to))
                };
                if !inner().any(|other| piece.from != other.from && crosses(other)) {
                    prop_assert!(is_level(piece, &tops), "{:?} {:?}", piece, tops);
                }
            }
        }
    }
}
