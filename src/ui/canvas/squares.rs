//! Squares: graph space cut into cells and into tiles of 4 by 4 cells, and which of them a box or a line touches.
//! Pure geometry.

use crate::graph::{Pos2, Rect, Vec2};

/// Side of a cell, in graph units: about four nodes.
pub const CELL: f32 = 512.0;
/// Cells along the side of a tile.
pub const CELLS: i32 = 4;
/// Side of a tile, in graph units: about seventy nodes.
pub const TILE: f32 = CELL * CELLS as f32;

/// A square of a grid, by column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Square {
    pub x: i32,
    pub y: i32,
}

impl Square {
    /// The square that a point lies in, of those with this side.
    pub fn of(pos: Pos2, side: f32) -> Self {
        Self {
            x: (pos.x / side).floor() as i32,
            y: (pos.y / side).floor() as i32,
        }
    }

    pub fn rect(self, side: f32) -> Rect {
        let corner = Pos2::new(self.x as f32 * side, self.y as f32 * side);
        Rect::from_min_size(corner, Vec2::splat(side))
    }

    /// The cells of a tile, row by row.
    pub fn cells(self) -> impl Iterator<Item = Self> {
        let (left, top) = (self.x.saturating_mul(CELLS), self.y.saturating_mul(CELLS));
        (0..CELLS).flat_map(move |y| {
            (0..CELLS).map(move |x| Self {
                x: left.saturating_add(x),
                y: top.saturating_add(y),
            })
        })
    }
}

/// All squares from a low to a high one, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Squares {
    pub low: Square,
    pub high: Square,
}

/// The squares that a box touches.
pub fn squares_of(rect: Rect, side: f32) -> Squares {
    Squares {
        low: Square::of(rect.min, side),
        high: Square::of(rect.max, side),
    }
}

impl Squares {
    pub fn count(self) -> usize {
        let along = |low: i32, high: i32| (i64::from(high) - i64::from(low) + 1).max(0) as usize;
        along(self.low.x, self.high.x).saturating_mul(along(self.low.y, self.high.y))
    }

    /// Row by row.
    pub fn iter(self) -> impl Iterator<Item = Square> {
        (self.low.y..=self.high.y)
            .flat_map(move |y| (self.low.x..=self.high.x).map(move |x| Square { x, y }))
    }
}

/// Tiles that come within `margin` of a straight line.
pub fn tiles_along(start: Pos2, end: Pos2, margin: f32) -> impl Iterator<Item = Square> {
    let around = Rect::from_two_pos(start, end).expand(margin);
    let (low, high) = (
        Square::of(around.min, TILE).y,
        Square::of(around.max, TILE).y,
    );
    let way = end - start;
    (low..=high).flat_map(move |y| {
        let row = Square { x: 0, y }.rect(TILE).expand(margin);
        // The part of the line that lies in this row, margin included.
        let at = |edge: f32| ((edge - start.y) / way.y).clamp(0.0, 1.0);
        let (from, to) = if way.y == 0.0 {
            (0.0, 1.0)
        } else {
            (at(row.min.y), at(row.max.y))
        };
        let (a, b) = (start.x + way.x * from, start.x + way.x * to);
        let column = |x: f32| Square::of(Pos2::new(x, 0.0), TILE).x;
        (column(a.min(b) - margin)..=column(a.max(b) + margin)).map(move |x| Square { x, y })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_touches_the_squares_that_its_corners_lie_in() {
        let rect = Rect::from_min_max(Pos2::new(-1.0, 10.0), Pos2::new(600.0, 20.0));
        let squares = squares_of(rect, CELL);
        let found: Vec<_> = squares.iter().map(|square| (square.x, square.y)).collect();
        assert_eq!(found, [(-1, 0), (0, 0), (1, 0)]);
        assert_eq!(squares.count(), 3);
        let endless = Rect::from_min_max(Pos2::new(-1e30, -1e30), Pos2::new(1e30, 1e30));
        assert!(squares_of(endless, CELL).count() > 1 << 60);
    }

    #[test]
    fn cells_of_a_tile_fill_it() {
        let tile = Square { x: -2, y: 1 };
        let around = tile.cells().map(|cell| cell.rect(CELL)).reduce(Rect::union);
        assert_eq!(around, Some(tile.rect(TILE)));
        assert_eq!(tile.cells().count(), 16);
    }

    #[test]
    fn a_line_finds_every_tile_that_it_comes_near() {
        let ends = [
            (Pos2::new(0.0, 0.0), Pos2::new(9000.0, 5000.0)),
            (Pos2::new(100.0, 4000.0), Pos2::new(-7000.0, 3900.0)),
            (Pos2::new(50.0, -6000.0), Pos2::new(50.0, 6000.0)),
            (Pos2::new(-3000.0, 2000.0), Pos2::new(3000.0, 2000.0)),
            (Pos2::new(10.0, 10.0), Pos2::new(10.0, 10.0)),
        ];
        for (start, end) in ends {
            for margin in [0.0, 160.0] {
                let found: Vec<Square> = tiles_along(start, end, margin).collect();
                let around = Rect::from_two_pos(start, end).expand(margin);
                for tile in squares_of(around, TILE).iter() {
                    let is_near = (0..=4000).any(|i| {
                        let pos = start + (end - start) * (i as f32 / 4000.0);
                        tile.rect(TILE).distance_to_pos(pos) < margin.max(0.01)
                    });
                    let is_found = found.contains(&tile);
                    assert!(is_found || !is_near, "{start} {end} {margin} {tile:?}");
                }
                // Rows and columns that the line does not come near are left out.
                assert!(found.len() <= 3 * squares_of(around, TILE).count() / 4 + 4);
            }
        }
    }
}
