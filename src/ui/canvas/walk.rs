//! Walk: where the arrow keys lead from a node: to what lies next in a direction, along links, to the branches beside.
//! Pure geometry and graph; selects nothing.

use super::layout::Layout;
use crate::graph::{Graph, NodeId, Pos2, Vec2, vec2};

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    /// One unit that way on the canvas, where y grows downwards.
    pub fn vector(self) -> Vec2 {
        match self {
            Self::Left => vec2(-1.0, 0.0),
            Self::Right => vec2(1.0, 0.0),
            Self::Up => vec2(0.0, -1.0),
            Self::Down => vec2(0.0, 1.0),
        }
    }
}

/// How far something is when one looks in a direction: less is nearer, and what lies aside counts as farther. `None`:
/// it lies behind, or so far aside that another arrow leads there.
fn distance(from: Pos2, to: Pos2, direction: Direction) -> Option<f32> {
    let (way, ahead) = (to - from, direction.vector());
    let along = way.dot(ahead);
    let aside = (way - ahead * along).length();
    (along > 1.0 && aside <= 2.0 * along).then_some(along + 2.0 * aside)
}

/// The place that is next in a direction.
pub fn next_place<T>(
    from: Pos2,
    places: impl IntoIterator<Item = (T, Pos2)>,
    direction: Direction,
) -> Option<T> {
    places
        .into_iter()
        .filter_map(|(what, pos)| Some((distance(from, pos, direction)?, what)))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, what)| what)
}

/// The nearest node in a direction.
pub fn next_node(layout: &Layout, from: NodeId, direction: Direction) -> Option<NodeId> {
    let start = layout.rect(from)?.center();
    let others = layout.rects().filter(|(id, _)| *id != from);
    next_place(
        start,
        others.map(|(id, rect)| (id, rect.center())),
        direction,
    )
}

/// The node that is first to be walked from when none is selected: the one nearest to the middle of the view.
pub fn first_node(layout: &Layout, middle: Pos2) -> Option<NodeId> {
    let distance = |(_, rect): &(NodeId, crate::graph::Rect)| rect.center().distance_sq(middle);
    layout
        .rects()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .map(|(id, _)| id)
}

/// Along links: to the left where the values come from, to the right where they go, of several the one that is most
/// level; up and down to the node beside it among those that share a source or a reader.
pub fn along_links(
    graph: &Graph,
    layout: &Layout,
    from: NodeId,
    direction: Direction,
) -> Option<NodeId> {
    let here = layout.rect(from)?.center();
    let y = |id: &NodeId| layout.rect(*id).map(|rect| rect.center().y);
    let sources = |id: NodeId| graph.incoming(id).iter().map(|link| link.from.node);
    let readers = |id: NodeId| graph.outgoing(id).iter().map(|link| link.to.node);
    let most_level = |ids: &mut dyn Iterator<Item = NodeId>| {
        let level = |id: &NodeId| y(id).map_or(f32::MAX, |y| (y - here.y).abs());
        ids.min_by(|a, b| level(a).total_cmp(&level(b)))
    };
    let is_up = match direction {
        Direction::Left => return most_level(&mut sources(from)),
        Direction::Right => return most_level(&mut readers(from)),
        Direction::Up => true,
        Direction::Down => false,
    };
    let of_sources = sources(from).flat_map(readers);
    let of_readers = readers(from).flat_map(sources);
    of_sources
        .chain(of_readers)
        .filter(|id| *id != from)
        .filter_map(|id| Some((y(&id)? - here.y, id)))
        .filter(|(way, _)| if is_up { *way < 0.0 } else { *way > 0.0 })
        .min_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()))
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::graph::testing::add_kind;
    use crate::graph::{Link, Node, Port, pos2};

    /// ```text
    /// 0 ─ 1 ─ 3
    ///   └ 2 ─┘
    ///         4 (free)
    /// ```
    fn graph() -> (Graph, Layout) {
        let kind = add_kind();
        let places = [
            (0.0, 0.0),
            (300.0, 0.0),
            (300.0, 200.0),
            (600.0, 0.0),
            (650.0, 400.0),
        ];
        let nodes = places.iter().enumerate().map(|(i, (x, y))| {
            let id = NodeId(i as u32);
            Node::new(id, format!("node_{i}"), kind.clone(), pos2(*x, *y))
        });
        let links =
            [(0, 1, "a"), (0, 2, "a"), (1, 3, "a"), (2, 3, "b")].map(|(from, to, input)| Link {
                from: Port::new(NodeId(from), "sum"),
                to: Port::new(NodeId(to), input),
            });
        let graph = Graph::from_parts(nodes, links).0;
        let mut layout = Layout::default();
        layout.update(&graph);
        (graph, layout)
    }

    #[test]
    fn arrows_lead_to_what_the_eye_finds_there() {
        use Direction::{Down, Left, Right, Up};
        let (_, layout) = graph();
        for (from, direction, expected) in [
            (0, Right, Some(1)),
            (0, Left, None),
            (1, Down, Some(2)),
            (2, Up, Some(1)),
            (1, Right, Some(3)),
            (2, Right, Some(3)),
            (3, Left, Some(1)),
            (4, Up, Some(3)),
            (3, Up, None),
        ] {
            let found = next_node(&layout, NodeId(from), direction).map(|id| id.0);
            assert_eq!(found, expected, "{from} {direction:?}");
        }
        assert_eq!(first_node(&layout, pos2(700.0, 420.0)), Some(NodeId(4)));
    }

    #[test]
    fn with_alt_arrows_follow_links() {
        use Direction::{Down, Left, Right, Up};
        let (graph, layout) = graph();
        for (from, direction, expected) in [
            (0, Right, Some(1)),
            (2, Right, Some(3)),
            (3, Left, Some(1)),
            (1, Down, Some(2)),
            (2, Up, Some(1)),
            (1, Up, None),
            (0, Left, None),
            (4, Left, None),
            (4, Up, None),
        ] {
            let found = along_links(&graph, &layout, NodeId(from), direction).map(|id| id.0);
            assert_eq!(found, expected, "{from} {direction:?}");
        }
    }
}
