//! Guides: what a drag snaps to, and the lines that show it: edges and middles of other nodes, and equal distances
//! between neighbours. Pure geometry.

use crate::graph::{Pos2, Rect, Vec2, pos2};

/// A line that shows why a drag snapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guide {
    /// Edges or middles lie on it, from the first to the last node that does.
    Line { from: Pos2, to: Pos2 },
    /// A distance that is equal to another that is shown too.
    Gap { from: Pos2, to: Pos2 },
}

/// Where a drag is caught.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snap {
    pub offset: Vec2,
    /// Along which axes something caught it: what is free there may snap to the grid.
    pub is_caught: [bool; 2],
    pub guides: Vec<Guide>,
}

/// Catch a drag. `dragged` are the rectangles before the drag, `offset` is how far the pointer has moved, `others` are
/// rectangles nearby, `reach` is how near an edge must come. The nearest catch of each axis counts; among equally near
/// ones edges and middles go before distances.
pub fn snap(dragged: &[Rect], offset: Vec2, others: &[Rect], reach: f32) -> Snap {
    let Some(before) = dragged.iter().copied().reduce(Rect::union) else {
        return Snap {
            offset,
            ..Snap::default()
        };
    };
    let mut snap = Snap {
        offset,
        ..Snap::default()
    };
    for at in [0, 1] {
        let moved = before.translate(offset);
        if let Some(by) = nearest(moved, others, at, reach) {
            snap.offset[at] += by;
            snap.is_caught[at] = true;
        }
    }
    let moved = before.translate(snap.offset);
    for at in [0, 1] {
        if snap.is_caught[at] {
            snap.guides.extend(lines(moved, others, at));
            snap.guides.extend(gaps(moved, others, at));
        }
    }
    snap
}

/// Two distances are the same to the eye.
const SAME: f32 = 0.01;

/// What of a rectangle can lie on a line: lower edge, middle and upper edge of its range on one axis.
fn marks(rect: Rect, at: usize) -> [f32; 3] {
    [rect.min[at], rect.center()[at], rect.max[at]]
}

/// Edges are aligned with edges, middles with middles.
fn pairs(moved: Rect, other: Rect, at: usize) -> [(f32, f32); 5] {
    let ([a, b, c], [d, e, f]) = (marks(moved, at), marks(other, at));
    [(a, d), (c, f), (b, e), (a, f), (c, d)]
}

/// The least move along one axis that something catches.
fn nearest(moved: Rect, others: &[Rect], at: usize, reach: f32) -> Option<f32> {
    let pairs = others.iter().flat_map(|other| pairs(moved, *other, at));
    let by_lines = pairs.map(|(own, other)| other - own);
    let by_gaps = equal_gaps(moved, others, at)
        .into_iter()
        .map(|(start, _)| start - moved.min[at]);
    by_lines
        .chain(by_gaps)
        .filter(|by| by.abs() <= reach)
        .min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// One line for each coordinate that something of the moved rectangle shares with others, through all that share it.
fn lines(moved: Rect, others: &[Rect], at: usize) -> Vec<Guide> {
    let across = 1 - at;
    let mut lines: Vec<(f32, f32, f32)> = Vec::new();
    for other in others {
        for (own, its) in pairs(moved, *other, at) {
            if (own - its).abs() > SAME {
                continue;
            }
            let ends = moved.union(*other);
            let (low, high) = (ends.min[across], ends.max[across]);
            match lines.iter_mut().find(|line| (line.0 - own).abs() <= SAME) {
                Some(line) => *line = (own, line.1.min(low), line.2.max(high)),
                None => lines.push((own, low, high)),
            }
        }
    }
    let line = |(on, low, high)| Guide::Line {
        from: along(at, on, low),
        to: along(at, on, high),
    };
    lines.into_iter().map(line).collect()
}

/// A point from its coordinates on an axis and across it.
fn along(at: usize, on: f32, across: f32) -> Pos2 {
    if at == 0 {
        pos2(on, across)
    } else {
        pos2(across, on)
    }
}

/// A range between two rectangles, on one axis.
type Gap = (Rect, Rect);

/// Where the moved rectangle would have to begin so that its distance to a neighbour is equal to another distance in
/// its row (or column), with the gaps that are equal then; those at the moved rectangle have it as one side.
fn equal_gaps(moved: Rect, others: &[Rect], at: usize) -> Vec<(f32, Vec<Gap>)> {
    let across = 1 - at;
    let is_beside =
        |rect: &&Rect| rect.min[across] < moved.max[across] && moved.min[across] < rect.max[across];
    let mut row: Vec<Rect> = others.iter().filter(is_beside).copied().collect();
    row.sort_by(|a, b| a.min[at].total_cmp(&b.min[at]));
    let middle = moved.center()[at];
    let split = row.partition_point(|rect| rect.center()[at] < middle);
    let (left, right) = row.split_at(split);
    let length = moved.size()[at];
    let distance = |(low, high): Gap| high.min[at] - low.max[at];
    let mut found = Vec::new();
    if let [.., a, b] = left
        && distance((*a, *b)) > 0.0
    {
        let start = b.max[at] + distance((*a, *b));
        found.push((start, vec![(*a, *b), (*b, moved)]));
    }
    if let [a, b, ..] = right
        && distance((*a, *b)) > 0.0
    {
        let start = a.min[at] - distance((*a, *b)) - length;
        found.push((start, vec![(moved, *a), (*a, *b)]));
    }
    if let ([.., a], [b, ..]) = (left, right)
        && distance((*a, *b)) > length
    {
        let start = f32::midpoint(a.max[at], b.min[at]) - length / 2.0;
        found.push((start, vec![(*a, moved), (moved, *b)]));
    }
    found
}

/// The distances that are equal where the moved rectangle is now.
fn gaps(moved: Rect, others: &[Rect], at: usize) -> Vec<Guide> {
    let across = 1 - at;
    let here = |(start, _): &(f32, Vec<Gap>)| (start - moved.min[at]).abs() <= SAME;
    let gaps = equal_gaps(moved, others, at).into_iter().filter(here);
    let mut guides: Vec<Guide> = Vec::new();
    for (low, high) in gaps.flat_map(|(_, gaps)| gaps) {
        // Half-way up what both sides have in common.
        let level = f32::midpoint(
            low.min[across].max(high.min[across]),
            low.max[across].min(high.max[across]),
        );
        let guide = Guide::Gap {
            from: along(at, low.max[at], level),
            to: along(at, high.min[at], level),
        };
        if !guides.contains(&guide) {
            guides.push(guide);
        }
    }
    guides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::vec2;

    fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(width, height))
    }

    fn described(guides: &[Guide]) -> String {
        let words = guides.iter().map(|guide| {
            let (name, from, to) = match guide {
                Guide::Line { from, to } => ("line", from, to),
                Guide::Gap { from, to } => ("gap", from, to),
            };
            format!("{name} {},{} {},{}", from.x, from.y, to.x, to.y)
        });
        words.collect::<Vec<_>>().join("; ")
    }

    /// A drag of a rectangle of 100 by 40 at the origin.
    fn check(
        what: &str,
        others: &[Rect],
        offset: (f32, f32),
        expected: (f32, f32),
        is_caught: [bool; 2],
        guides: &str,
    ) {
        let own = rect(0.0, 0.0, 100.0, 40.0);
        let snap = snap(&[own], vec2(offset.0, offset.1), others, 6.0);
        assert_eq!(snap.offset, vec2(expected.0, expected.1), "{what}");
        assert_eq!(snap.is_caught, is_caught, "{what}");
        assert_eq!(described(&snap.guides), guides, "{what}");
    }

    #[test]
    fn a_drag_is_caught_by_edges_and_middles() {
        let far = rect(1000.0, 1000.0, 50.0, 50.0);
        for (what, others, offset, expected, is_caught, guides) in [
            (
                "nothing near",
                vec![far],
                (3.0, 4.0),
                (3.0, 4.0),
                [false; 2],
                "",
            ),
            (
                "left edges",
                vec![rect(0.0, 300.0, 60.0, 40.0)],
                (3.0, 100.0),
                (0.0, 100.0),
                [true, false],
                "line 0,100 0,340",
            ),
            (
                "too far for its reach",
                vec![rect(0.0, 300.0, 60.0, 40.0)],
                (6.5, 100.0),
                (6.5, 100.0),
                [false; 2],
                "",
            ),
            (
                "right edges",
                vec![rect(40.0, 300.0, 60.0, 40.0)],
                (-2.0, 100.0),
                (0.0, 100.0),
                [true, false],
                "line 100,100 100,340",
            ),
            (
                "middles of different sizes",
                vec![rect(300.0, 100.0, 60.0, 100.0)],
                (0.0, 127.0),
                (0.0, 130.0),
                [false, true],
                "line 0,150 360,150",
            ),
            (
                "an edge on the opposite edge",
                vec![rect(300.0, 300.0, 70.0, 70.0)],
                (150.0, 256.0),
                (150.0, 260.0),
                [false, true],
                "line 150,300 370,300",
            ),
            (
                "the same size: all three lines",
                vec![rect(300.0, 200.0, 100.0, 40.0)],
                (0.0, 202.0),
                (0.0, 200.0),
                [false, true],
                "line 0,200 400,200; line 0,240 400,240; line 0,220 400,220",
            ),
            (
                "the nearer of two",
                vec![rect(6.0, 300.0, 33.0, 40.0), rect(4.0, 600.0, 33.0, 40.0)],
                (3.0, 100.0),
                (4.0, 100.0),
                [true, false],
                "line 4,100 4,640",
            ),
            (
                "both axes at once",
                vec![rect(200.0, 300.0, 100.0, 40.0)],
                (202.0, 99.0),
                (200.0, 99.0),
                [true, false],
                "line 200,99 200,340; line 300,99 300,340; line 250,99 250,340",
            ),
        ] {
            check(what, &others, offset, expected, is_caught, guides);
        }
    }

    #[test]
    fn a_drag_is_caught_at_equal_distances() {
        for (what, others, offset, expected, is_caught, guides) in [
            (
                "the distance of two to the left",
                vec![
                    rect(-400.0, 7.0, 100.0, 33.0),
                    rect(-250.0, 9.0, 100.0, 33.0),
                ],
                (-98.0, 50.0),
                (-98.0, 50.0),
                [false; 2],
                "",
            ),
            (
                "the same, beside them",
                vec![
                    rect(-400.0, 0.0, 100.0, 33.0),
                    rect(-250.0, 10.0, 100.0, 33.0),
                ],
                (-98.0, 18.0),
                (-100.0, 18.0),
                [true, false],
                "gap -300,21.5 -250,21.5; gap -150,30.5 -100,30.5",
            ),
            (
                "the distance of two to the right",
                vec![rect(300.0, 5.0, 100.0, 50.0), rect(430.0, 5.0, 100.0, 50.0)],
                (172.0, 25.0),
                (170.0, 25.0),
                [true, false],
                "gap 270,40 300,40; gap 400,30 430,30",
            ),
            (
                "half-way between two",
                vec![
                    rect(-200.0, 10.0, 100.0, 44.0),
                    rect(290.0, 10.0, 100.0, 44.0),
                ],
                (48.0, 31.0),
                (45.0, 31.0),
                [true, false],
                "gap -100,42.5 45,42.5; gap 145,42.5 290,42.5",
            ),
            (
                "one above another as well",
                vec![
                    rect(11.0, -300.0, 70.0, 100.0),
                    rect(11.0, -150.0, 70.0, 100.0),
                ],
                (30.0, 1.0),
                (30.0, 0.0),
                [false, true],
                "gap 46,-200 46,-150; gap 55.5,-50 55.5,0",
            ),
        ] {
            check(what, &others, offset, expected, is_caught, guides);
        }
    }

    #[test]
    fn several_nodes_are_caught_by_the_box_around_them() {
        let dragged = [rect(0.0, 0.0, 100.0, 40.0), rect(150.0, 80.0, 100.0, 40.0)];
        let other = rect(600.0, 400.0, 80.0, 120.0);
        let snap = snap(&dragged, vec2(10.0, 398.0), &[other], 6.0);
        assert_eq!(snap.offset, vec2(10.0, 400.0));
        assert!(snap.guides.contains(&Guide::Line {
            from: pos2(10.0, 400.0),
            to: pos2(680.0, 400.0),
        }));
    }

    #[test]
    fn nothing_dragged_is_caught_by_nothing() {
        let snap = snap(&[], vec2(3.0, 4.0), &[rect(3.0, 4.0, 5.0, 5.0)], 6.0);
        assert_eq!((snap.offset, snap.guides.len()), (vec2(3.0, 4.0), 0));
    }
}
