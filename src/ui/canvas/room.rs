//! Room: where something new is put on the canvas. Looks at the layout and the view; adds nothing.

use super::Canvas;
use crate::graph::{Graph, NodeId, Pos2, Rect, Role, Vec2, vec2};
use crate::ui::theme::{COLUMN_GAP, GRID_STEP, NODE_WIDTH};

/// The room that a new node is given: most kinds need no more.
const ROOM: Vec2 = vec2(NODE_WIDTH, 120.0);

impl Canvas {
    /// Where something new belongs: under the pointer, else in the middle of the view.
    pub fn place_for_new(&self) -> Pos2 {
        let view = self.camera.view_in_graph();
        self.snapped(self.pointer_in_view().unwrap_or(view.center()))
    }

    /// Where a key puts a new node: under the pointer, else right of the node that is worked on, and where nothing lies.
    pub fn place_by_key(&self, graph: &Graph, beside: Option<NodeId>) -> Pos2 {
        let beside = beside.and_then(|id| self.layout.rect(id));
        let beside = beside.map(|rect| rect.right_top() + vec2(COLUMN_GAP, 0.0));
        let near = self.pointer_in_view().or(beside);
        self.free_place(graph, near.unwrap_or(self.camera.view_in_graph().center()))
    }

    /// The first place at or below a point where a node covers no other.
    pub fn free_place(&self, graph: &Graph, near: Pos2) -> Pos2 {
        let mut place = Rect::from_min_size(self.snapped(near), ROOM);
        let is_frame = |id: NodeId| {
            let node = graph.node(id);
            node.is_some_and(|node| node.kind.role == Role::Frame)
        };
        loop {
            let covered = self.layout.nodes_in(place).into_iter();
            let covered = covered.filter(|id| !is_frame(*id));
            let bottoms = covered.filter_map(|id| Some(self.layout.rect(id)?.bottom()));
            let lowest = bottoms.max_by(f32::total_cmp);
            // Far out numbers are too coarse to step on: there it stays.
            let Some(lowest) = lowest.filter(|lowest| lowest + GRID_STEP > place.top()) else {
                return place.min;
            };
            let below = (lowest / GRID_STEP).ceil() * GRID_STEP + GRID_STEP;
            place = Rect::from_min_size(Pos2::new(place.left(), below), ROOM);
        }
    }

    fn pointer_in_view(&self) -> Option<Pos2> {
        let view = self.camera.view_in_graph();
        self.pointer.filter(|pos| view.contains(*pos))
    }

    pub(super) fn snapped(&self, pos: Pos2) -> Pos2 {
        if self.habits.snaps { on_grid(pos) } else { pos }
    }
}

/// The nearest point of the grid.
pub fn on_grid(pos: Pos2) -> Pos2 {
    let nearest = |at: f32| (at / GRID_STEP).round() * GRID_STEP;
    Pos2::new(nearest(pos.x), nearest(pos.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Bank, Node, NodeKind, pos2};
    use std::sync::Arc;

    #[test]
    fn nothing_new_covers_what_is_there_but_frames() {
        let kind = Arc::new(NodeKind::new(Bank::Builtin, "add"));
        let place =
            |id: u32, y: f32| Node::new(NodeId(id), format!("n{id}"), kind.clone(), pos2(0.0, y));
        let mut nodes = vec![place(0, 0.0), place(1, 160.0)];
        let frame = crate::graph::subgraph::frame_kind();
        nodes.push(Node::new(NodeId(2), "n2", frame, pos2(-100.0, -100.0)));
        let graph = Graph::from_parts(nodes, []).0;
        let mut canvas = Canvas::new();
        canvas.layout.update(&graph);
        let bottom = canvas.layout.rect(NodeId(1)).unwrap().bottom();
        let free = canvas.free_place(&graph, pos2(11.0, 7.0));
        assert!(free.x == 20.0 && free.y > bottom, "{free:?}");
        assert_eq!(canvas.free_place(&graph, free), free);
        let beside = canvas.place_by_key(&graph, Some(NodeId(0)));
        assert_eq!(beside, pos2(NODE_WIDTH + COLUMN_GAP, 0.0));
        let far = canvas.free_place(&graph, pos2(1e30, 1e30));
        assert!(far.x >= 1e30);
    }
}
