//! The order in which nodes are read, walked and listed.

use crate::graph::Node;

/// By columns from the left, in them from the top.
pub fn reading_order<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<&'a Node> {
    let mut nodes: Vec<&Node> = nodes.collect();
    nodes.sort_by(|a, b| {
        let by_column = a.pos.x.total_cmp(&b.pos.x);
        by_column.then(a.pos.y.total_cmp(&b.pos.y))
    });
    nodes
}
