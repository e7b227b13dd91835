//! Resize: frames and notes by their edges. Where an edge is caught, and what a drag makes of the box; the graph is
//! changed by the gesture that ends.

use egui::CursorIcon;

use super::layout::{Hit, Layout};
use super::room::on_grid;
use crate::graph::{Graph, NodeId, Pos2, Rect, Role, Vec2};
use crate::ui::theme::BOX_LEAST;

/// The frame or note whose edge lies under a point, and which sides of it: -1 is left or upper, 1 right or lower, 0
/// neither. What lies over the edge counts first. `reach` in graph units.
pub fn edge_at(
    graph: &Graph,
    layout: &Layout,
    hit: &Hit,
    at: Pos2,
    reach: f32,
) -> Option<(NodeId, Vec2)> {
    let is_free = |id: NodeId| match hit {
        Hit::Nothing => true,
        Hit::Node(over) => *over == id,
        Hit::Input(_) | Hit::Output(_) => false,
    };
    let near = layout.nodes_in(Rect::from_center_size(at, Vec2::splat(2.0 * reach)));
    near.into_iter().rev().find_map(|id| {
        let node = graph.node(id).filter(|_| is_free(id))?;
        let has_edges = matches!(node.kind.role, Role::Frame | Role::Note);
        let rect = layout.rect(id).filter(|_| has_edges)?;
        let side = |low: f32, high: f32, at: f32| {
            if (at - high).abs() <= reach {
                1.0
            } else if (at - low).abs() <= reach {
                -1.0
            } else {
                0.0
            }
        };
        let sides = Vec2::new(
            side(rect.left(), rect.right(), at.x),
            side(rect.top(), rect.bottom(), at.y),
        );
        (rect.expand(reach).contains(at) && sides != Vec2::ZERO).then_some((id, sides))
    })
}

/// The box with some of its sides moved, as large as it must be at least, on the grid if it `snaps`.
pub fn resized(start: Rect, sides: Vec2, moved: Vec2, snaps: bool) -> Rect {
    let mut rect = start;
    let dragged = |corner: Pos2| {
        let to = corner + moved;
        if snaps { on_grid(to) } else { to }
    };
    let (low, high) = (dragged(start.min), dragged(start.max));
    for axis in [0, 1] {
        if sides[axis] > 0.0 {
            let least = start.min[axis] + BOX_LEAST[axis];
            rect.max[axis] = high[axis].max(least);
        } else if sides[axis] < 0.0 {
            let most = start.max[axis] - BOX_LEAST[axis];
            rect.min[axis] = low[axis].min(most);
        }
    }
    rect
}

pub fn cursor(sides: Vec2) -> CursorIcon {
    match (sides.x == 0.0, sides.y == 0.0) {
        (_, true) => CursorIcon::ResizeHorizontal,
        (true, _) => CursorIcon::ResizeVertical,
        _ if sides.x == sides.y => CursorIcon::ResizeNwSe,
        _ => CursorIcon::ResizeNeSw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{pos2, vec2};
    use crate::ui::theme::GRID_STEP;

    #[test]
    fn sides_move_to_the_grid_and_never_cross() {
        let start = Rect::from_min_max(pos2(0.0, 0.0), pos2(400.0, 300.0));
        let moved = vec2(-33.0, 51.0);
        let rect = resized(start, vec2(1.0, 0.0), moved, false);
        assert_eq!(rect, Rect::from_min_max(start.min, pos2(367.0, 300.0)));
        let rect = resized(start, vec2(-1.0, 1.0), moved, true);
        let at_grid = |at: f32| at % GRID_STEP == 0.0;
        assert!(at_grid(rect.min.x) && at_grid(rect.max.y), "{rect:?}");
        assert!(rect.min.x < 0.0 && rect.max.y > 300.0 && rect.min.y == 0.0);
        let rect = resized(start, vec2(-1.0, -1.0), vec2(1000.0, 1000.0), true);
        assert_eq!(rect.size(), BOX_LEAST);
        assert_eq!(rect.max, start.max);
    }
}
