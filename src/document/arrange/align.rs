//! Align, distribute, straighten: nodes moved onto common lines or at equal distances, their order kept. What lies in a
//! frame moves with it.

use std::collections::{BTreeMap, BTreeSet};

use super::Transaction;
use super::frames::Carried;
use crate::graph::{Edit, Graph, Link, NodeId, Pos2, Rect, Vec2, pos2};

/// What is brought onto one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Top,
    Bottom,
    /// The middles, on one upright line.
    CentreX,
    /// The middles, on one level line.
    CentreY,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Horizontal,
    Vertical,
}

/// Move nodes onto one line: that of the outermost, or the middle of all.
pub fn align(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    how: Align,
    size_of: impl Fn(NodeId) -> Vec2,
) -> Transaction {
    let carried = Carried::new(graph, nodes, size_of);
    let rects = &carried.outer;
    let all = rects.iter().map(|(_, rect)| *rect).reduce(Rect::union);
    let all = all.unwrap_or(Rect::ZERO);
    let moved = rects.iter().map(|(id, rect)| {
        let Pos2 { x, y } = rect.min;
        let to = match how {
            Align::Left => pos2(all.left(), y),
            Align::Right => pos2(all.right() - rect.width(), y),
            Align::Top => pos2(x, all.top()),
            Align::Bottom => pos2(x, all.bottom() - rect.height()),
            Align::CentreX => pos2(all.center().x - rect.width() / 2.0, y),
            Align::CentreY => pos2(x, all.center().y - rect.height() / 2.0),
        };
        (*id, to)
    });
    let label = match how {
        Align::Left => "Align left",
        Align::Right => "Align right",
        Align::Top => "Align top",
        Align::Bottom => "Align bottom",
        Align::CentreX => "Align horizontal centres",
        Align::CentreY => "Align vertical centres",
    };
    moves(graph, label, carried.moved(moved))
}

/// Make the gaps between nodes equal; the first and the last stay where they are.
pub fn distribute(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    axis: Axis,
    size_of: impl Fn(NodeId) -> Vec2,
) -> Transaction {
    let (label, at) = match axis {
        Axis::Horizontal => ("Distribute horizontally", 0),
        Axis::Vertical => ("Distribute vertically", 1),
    };
    let carried = Carried::new(graph, nodes, size_of);
    let mut rects = carried.outer.clone();
    rects.sort_by(|(_, a), (_, b)| a.center()[at].total_cmp(&b.center()[at]));
    let mut moved = Vec::new();
    if let [(_, first), .., (_, last)] = &rects[..] {
        let lengths: f32 = rects.iter().map(|(_, rect)| rect.size()[at]).sum();
        let gap = (last.max[at] - first.min[at] - lengths) / (rects.len() - 1) as f32;
        let mut start = first.min[at];
        let between = &rects[..rects.len() - 1];
        for (id, rect) in between {
            let mut to = rect.min;
            to[at] = start;
            moved.push((*id, to));
            start += rect.size()[at] + gap;
        }
    }
    moves(graph, label, carried.moved(moved))
}

/// Move nodes up or down so that links between them are level. Each node follows one that feeds it and leads one that
/// it feeds, so that no two come to stand on each other. Of one node alone: the link into it, whoever feeds it.
///
/// `ends` tells how far below its nodes' upper edges a link leaves and arrives.
pub fn straighten(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    ends: impl Fn(&Link) -> (f32, f32),
) -> Transaction {
    let takes_part = |id: &NodeId| nodes.len() == 1 || nodes.contains(id);
    let mut links: Vec<(&Link, (f32, f32))> = nodes
        .iter()
        .flat_map(|id| graph.incoming(*id))
        .filter(|link| takes_part(&link.from.node))
        .map(|link| (link, ends(link)))
        .collect();
    // The uppermost ports decide.
    links.sort_by(|(a, (a_from, a_to)), (b, (b_from, b_to))| {
        let by_port = a_to.total_cmp(b_to).then(a_from.total_cmp(b_from));
        by_port.then_with(|| a.cmp(b))
    });
    let mut leads = BTreeSet::new();
    let mut follows = BTreeMap::new();
    for (link, (from_y, to_y)) in links {
        let (from, to) = (link.from.node, link.to.node);
        if !follows.contains_key(&to) && leads.insert(from) {
            follows.insert(to, (from, from_y - to_y));
        }
    }
    // Along each chain, from its start.
    let mut tops: BTreeMap<NodeId, f32> = BTreeMap::new();
    let mut moved = Vec::new();
    for id in nodes {
        let mut chain = vec![*id];
        while let Some((from, _)) = chain.last().and_then(|id| follows.get(id)) {
            if tops.contains_key(from) {
                break;
            }
            chain.push(*from);
        }
        for id in chain.into_iter().rev() {
            let Some(node) = graph.node(id) else { continue };
            let top = follows
                .get(&id)
                .and_then(|(from, by)| Some(tops.get(from)? + by));
            let top = top.unwrap_or(node.pos.y);
            tops.insert(id, top);
            moved.push((id, pos2(node.pos.x, top)));
        }
    }
    moves(graph, "Straighten links", moved)
}

/// Edits for those that do not stand there already.
fn moves(
    graph: &Graph,
    label: &str,
    moved: impl IntoIterator<Item = (NodeId, Pos2)>,
) -> Transaction {
    let is_new = |(id, to): &(NodeId, Pos2)| graph.node(*id).is_some_and(|node| node.pos != *to);
    let moved = moved.into_iter().filter(is_new);
    let edits = moved.map(|(node, to)| Edit::Move { node, to });
    Transaction::new(label, edits.collect())
}
