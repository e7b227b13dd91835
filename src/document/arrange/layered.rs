//! Layered: boxes in columns with pieces of lines between neighbouring columns. A line across more columns gets a
//! dummy in each that it passes, so that room is kept for it. The order in the columns is `order`'s to change.

use std::collections::HashMap;

use super::{Line, Sketch};

/// More dummies than this are not made: of lines that would need more, the longest keep no room for themselves.
const MOST_DUMMIES: usize = 40_000;

/// What stands in a column: first all boxes, by their place in the sketch, then dummies.
pub(super) type Vertex = u32;

/// A part of a line from one column to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub from: Vertex,
    pub to: Vertex,
    /// Which port of the vertex it is, counted from the top.
    pub from_port: u32,
    pub to_port: u32,
    /// Below the vertex's upper edge.
    pub from_y: f32,
    pub to_y: f32,
}

#[derive(Debug, Default)]
pub(super) struct Layered {
    /// From left to right, each from the top.
    pub columns: Vec<Vec<Vertex>>,
    /// The place of each vertex in its column.
    pub place: Vec<u32>,
    pub heights: Vec<f32>,
    /// How many vertices are boxes.
    pub boxes: usize,
    pub pieces: Vec<Piece>,
    /// The pieces of each vertex to the left and to the right, by their ports from the top.
    pub before: Vec<Vec<u32>>,
    pub after: Vec<Vec<u32>>,
    /// How many ports with a line each vertex has.
    pub ports_before: Vec<u32>,
    pub ports_after: Vec<u32>,
}

impl Layered {
    pub fn new(sketch: &Sketch, columns: &[u32]) -> Self {
        let mut layered = Self {
            heights: sketch.boxes.iter().map(|it| it.size.y).collect(),
            boxes: sketch.boxes.len(),
            ..Self::default()
        };
        let mut columns = columns.to_vec();
        for bundle in bundles(&sketch.lines, &columns) {
            layered.add_bundle(&bundle, &mut columns);
        }
        layered.number_ports();
        let mut order = vec![Vec::new(); columns.iter().max().map_or(0, |last| *last as usize + 1)];
        for (vertex, column) in columns.iter().enumerate() {
            order[*column as usize].push(vertex as Vertex);
        }
        layered.place = vec![0; columns.len()];
        layered.set_columns(order);
        layered
    }

    pub fn is_dummy(&self, vertex: Vertex) -> bool {
        vertex as usize >= self.boxes
    }

    /// Both ends are dummies: it is the middle of a long line.
    pub fn is_inner(&self, piece: &Piece) -> bool {
        self.is_dummy(piece.from) && self.is_dummy(piece.to)
    }

    pub fn set_columns(&mut self, columns: Vec<Vec<Vertex>>) {
        self.columns = columns;
        for column in 0..self.columns.len() {
            self.set_places(column);
        }
    }

    /// The order in this column has changed.
    pub fn set_places(&mut self, column: usize) {
        for (place, vertex) in self.columns[column].iter().enumerate() {
            self.place[*vertex as usize] = place as u32;
        }
    }

    /// Lines from one port share their dummies: they are one line that forks.
    fn add_bundle(&mut self, bundle: &[Line], columns: &mut Vec<u32>) {
        let Some(first) = bundle.first() else { return };
        let mut way = vec![(first.from, first.from_y)];
        let start = columns[first.from as usize];
        for line in bundle {
            let end = columns[line.to as usize];
            while start + (way.len() as u32) < end {
                let dummy = columns.len() as Vertex;
                columns.push(start + way.len() as u32);
                self.heights.push(0.0);
                let (from, from_y) = way[way.len() - 1];
                self.add_piece(from, from_y, dummy, 0.0);
                way.push((dummy, 0.0));
            }
            let (from, from_y) = way[(end - start) as usize - 1];
            self.add_piece(from, from_y, line.to, line.to_y);
        }
    }

    fn add_piece(&mut self, from: Vertex, from_y: f32, to: Vertex, to_y: f32) {
        self.pieces.push(Piece {
            from,
            to,
            from_port: 0,
            to_port: 0,
            from_y,
            to_y,
        });
    }

    fn number_ports(&mut self) {
        let count = self.heights.len();
        (self.before, self.after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (i, piece) in self.pieces.iter().enumerate() {
            self.after[piece.from as usize].push(i as u32);
            self.before[piece.to as usize].push(i as u32);
        }
        let pieces = &mut self.pieces;
        let mut number =
            |side: &mut Vec<u32>, y: fn(&Piece) -> f32, port: fn(&mut Piece) -> &mut u32| {
                side.sort_by(|a, b| y(&pieces[*a as usize]).total_cmp(&y(&pieces[*b as usize])));
                let mut ports = 0;
                let mut last = None;
                for i in side {
                    let piece = &mut pieces[*i as usize];
                    let y = y(piece);
                    ports += u32::from(last.replace(y) != Some(y));
                    *port(piece) = ports - 1;
                }
                ports
            };
        self.ports_before = self
            .before
            .iter_mut()
            .map(|side| number(side, |it| it.to_y, |it| &mut it.to_port))
            .collect();
        self.ports_after = self
            .after
            .iter_mut()
            .map(|side| number(side, |it| it.from_y, |it| &mut it.from_port))
            .collect();
    }
}

/// Lines by the port that they leave, each bundle by the columns that it leads to; the longest are left out when they
/// would need too many dummies.
fn bundles(lines: &[Line], columns: &[u32]) -> Vec<Vec<Line>> {
    let mut place = HashMap::new();
    let mut bundles: Vec<Vec<Line>> = Vec::new();
    let leads_right = |line: &&Line| columns[line.from as usize] < columns[line.to as usize];
    for line in lines.iter().filter(leads_right) {
        let at = *place
            .entry((line.from, line.from_y.to_bits()))
            .or_insert(bundles.len());
        if at == bundles.len() {
            bundles.push(Vec::new());
        }
        bundles[at].push(*line);
    }
    for bundle in &mut bundles {
        bundle.sort_by_key(|line| columns[line.to as usize]);
    }
    let dummies = |bundle: &Vec<Line>| {
        let ends = bundle.first().zip(bundle.last());
        ends.map_or(0, |(first, last)| {
            columns[last.to as usize] - columns[first.from as usize] - 1
        })
    };
    let mut lengths: Vec<u32> = bundles.iter().map(dummies).collect();
    lengths.sort_unstable();
    let mut sum = 0;
    let too_long = lengths.into_iter().find(|length| {
        sum += *length as usize;
        sum > MOST_DUMMIES
    });
    if let Some(too_long) = too_long {
        bundles.retain(|bundle| dummies(bundle) < too_long);
    }
    bundles
}
