//! The order in which nodes are read, walked and listed.

use std::cmp::Ordering;

use crate::graph::{Node, Pos2};

/// By columns from the left, in them from the top.
pub fn in_reading_order(a: Pos2, b: Pos2) -> Ordering {
    a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
}

/// Nodes in that order.
pub fn reading_order<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<&'a Node> {
    let mut nodes: Vec<&Node> = nodes.collect();
    nodes.sort_by(|a, b| in_reading_order(a.pos, b.pos));
    nodes
}
