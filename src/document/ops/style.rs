//! Style: nodes are muted, bypassed, collapsed and coloured; frames, notes and reroutes are put in.

use std::collections::BTreeSet;

use super::{Keys, Transaction, new_node};
use crate::graph::subgraph::{self, REROUTE_PORT};
use crate::graph::{
    Edit, Graph, Link, Mode, Name, Node, NodeId, Port, Pos2, Rect, Rgb, Role, Style, SubgraphId,
    Vec2,
};

/// Change how nodes are drawn or whether they run; only those that change are touched.
fn restyle(
    label: &str,
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    change: impl Fn(&Node) -> Style,
) -> Transaction {
    let edits = nodes
        .iter()
        .filter_map(|id| graph.node(*id))
        .map(|node| (node, change(node)))
        .filter(|(node, style)| node.style != *style)
        .map(|(node, style)| Edit::SetStyle {
            node: node.id,
            style,
        });
    Transaction::new(label, edits.collect())
}

/// Mute or bypass nodes; when all of them are so already they run again.
pub fn toggle_mode(graph: &Graph, nodes: &BTreeSet<NodeId>, mode: Mode) -> Transaction {
    let runs = |node: &Node| matches!(node.kind.role, Role::Function | Role::Subgraph(_));
    let of = || {
        nodes
            .iter()
            .filter_map(|id| graph.node(*id))
            .filter(|node| runs(node))
    };
    let are_all = of().all(|node| node.style.mode == mode);
    let label = match (mode, are_all) {
        (Mode::Muted, false) => "Mute",
        (Mode::Bypassed, false) => "Bypass",
        _ => "Switch on",
    };
    let mode = if are_all { Mode::On } else { mode };
    let nodes = of().map(|node| node.id).collect();
    restyle(label, graph, &nodes, |node| Style { mode, ..node.style })
}

/// Show only the titles of nodes; when all are so already, all of them again.
pub fn toggle_collapsed(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let can = |node: &Node| !node.kind.role.is_decoration() && node.kind.role != Role::Reroute;
    let of = || {
        nodes
            .iter()
            .filter_map(|id| graph.node(*id))
            .filter(|node| can(node))
    };
    let is_collapsed = !of().all(|node| node.style.is_collapsed);
    let label = if is_collapsed { "Collapse" } else { "Expand" };
    let nodes = of().map(|node| node.id).collect();
    restyle(label, graph, &nodes, |node| Style {
        is_collapsed,
        ..node.style
    })
}

/// Colour nodes; `None`: as their kind is.
pub fn set_colour(graph: &Graph, nodes: &BTreeSet<NodeId>, colour: Option<Rgb>) -> Transaction {
    restyle("Colour", graph, nodes, |node| match node.kind.role {
        // A dot has the colour of what flows through it.
        Role::Reroute => node.style,
        _ => Style {
            colour,
            ..node.style
        },
    })
}

/// Give a frame or a note another box.
pub fn resize(graph: &Graph, node: NodeId, rect: Rect) -> Transaction {
    let resized = restyle("Resize", graph, &BTreeSet::from([node]), |node| Style {
        size: Some(rect.size()),
        ..node.style
    });
    let before = graph.node(node).map(|node| node.pos);
    let moved = before
        .filter(|pos| *pos != rect.min)
        .map(|_| Edit::Move { node, to: rect.min });
    resized.and(Transaction::new("Resize", moved.into_iter().collect()))
}

/// Room that a frame has around what lies in it: at its sides, and for its title above that.
#[derive(Clone, Copy, Debug)]
pub struct FrameRoom {
    pub margin: f32,
    pub title: f32,
}

impl FrameRoom {
    /// The frame around what takes up `rect`.
    pub fn around(self, rect: Rect) -> Rect {
        let rect = rect.expand(self.margin);
        Rect::from_min_max(rect.min - Vec2::new(0.0, self.title), rect.max)
    }
}

/// Make frames as large as what lies in them needs, also where it sticks out; empty ones stay as they are. Those inside
/// of others come first. `rects`: all nodes of what is open.
pub fn fit_frames(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    rects: impl IntoIterator<Item = (NodeId, Rect)>,
    room: FrameRoom,
) -> Transaction {
    let is_frame = |id: NodeId| {
        let node = graph.node(id);
        node.is_some_and(|node| node.kind.role == Role::Frame)
    };
    let mut rects: Vec<(NodeId, Rect)> = rects.into_iter().collect();
    rects.sort_by(|(a, one), (b, other)| one.area().total_cmp(&other.area()).then(a.cmp(b)));
    let mut edits = Vec::new();
    for at in 0..rects.len() {
        let (id, frame) = rects[at];
        let Some(node) = graph
            .node(id)
            .filter(|_| nodes.contains(&id) && is_frame(id))
        else {
            continue;
        };
        let lies_in = |(other, rect): &&(NodeId, Rect)| {
            // The middle of a frame around this one may lie in it as well.
            let is_in = if is_frame(*other) {
                frame.contains_rect(*rect)
            } else {
                frame.contains(rect.center())
            };
            *other != id && is_in
        };
        let inside = rects.iter().filter(lies_in).map(|(_, rect)| *rect);
        let Some(inside) = inside.reduce(Rect::union) else {
            continue;
        };
        let fitted = room.around(inside);
        rects[at].1 = fitted;
        if node.pos != fitted.min {
            edits.push(Edit::Move {
                node: id,
                to: fitted.min,
            });
        }
        if frame.size() != fitted.size() {
            let size = Some(fitted.size());
            let style = Style { size, ..node.style };
            edits.push(Edit::SetStyle { node: id, style });
        }
    }
    Transaction::new("Fit frame", edits)
}

/// A frame around `rect`. Returns the id that it will have.
pub fn add_frame(
    graph: &Graph,
    rect: Rect,
    title: Option<Name>,
    parent: Option<SubgraphId>,
) -> (NodeId, Transaction) {
    let mut node = new_node(
        &mut Keys::of(graph),
        subgraph::frame_kind(),
        rect.min,
        parent,
    );
    node.title = title;
    node.style.size = Some(rect.size());
    (
        node.id,
        Transaction::new("Add frame", vec![Edit::AddNode(Box::new(node))]),
    )
}

pub fn add_note(graph: &Graph, pos: Pos2, parent: Option<SubgraphId>) -> (NodeId, Transaction) {
    let node = new_node(&mut Keys::of(graph), subgraph::note_kind(), pos, parent);
    (
        node.id,
        Transaction::new("Add note", vec![Edit::AddNode(Box::new(node))]),
    )
}

/// Lead a link through a dot at `pos`, its upper left corner.
pub fn add_reroute(graph: &Graph, link: &Link, pos: Pos2) -> (NodeId, Transaction) {
    let parent = graph.node(link.to.node).and_then(|node| node.parent);
    let node = new_node(&mut Keys::of(graph), subgraph::reroute_kind(), pos, parent);
    let id = node.id;
    let through = Port::new(id, REROUTE_PORT);
    let connect = |from: &Port, to: &Port| {
        Edit::Connect(Link {
            from: from.clone(),
            to: to.clone(),
        })
    };
    let edits = vec![
        Edit::Disconnect(link.clone()),
        Edit::AddNode(Box::new(node)),
        connect(&link.from, &through),
        connect(&through, &link.to),
    ];
    (id, Transaction::new("Reroute", edits))
}

/// The nodes, and those that lie in frames among them: a frame carries what is in it.
pub fn carried(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    rect_of: impl Fn(NodeId) -> Option<Rect>,
    nodes_in: impl Fn(Rect) -> Vec<NodeId>,
) -> BTreeSet<NodeId> {
    let mut all = nodes.clone();
    let mut stack: Vec<NodeId> = nodes.iter().copied().collect();
    while let Some(id) = stack.pop() {
        let is_frame = graph
            .node(id)
            .is_some_and(|node| node.kind.role == Role::Frame);
        let Some(frame) = rect_of(id).filter(|_| is_frame) else {
            continue;
        };
        for inside in nodes_in(frame) {
            let is_inside = rect_of(inside).is_some_and(|rect| frame.contains_rect(rect));
            if is_inside && all.insert(inside) {
                stack.push(inside);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta};
    use crate::graph::{Bank, Flat, InputSpec, NodeKind, OutputSpec, ValueType, pos2, vec2};

    fn document() -> Document {
        let mut kind = NodeKind::new(Bank::Builtin, "add");
        kind.inputs = vec![InputSpec::new("a", ValueType::Int)];
        kind.outputs = vec![OutputSpec {
            name: "sum".into(),
            ty: ValueType::Int,
        }];
        let kind = std::sync::Arc::new(kind);
        let node = |id: u32| {
            let pos = pos2(100.0 * id as f32, 0.0);
            Node::new(NodeId(id), format!("node_{id}"), kind.clone(), pos)
        };
        let link = Link {
            from: Port::new(NodeId(0), "sum"),
            to: Port::new(NodeId(1), "a"),
        };
        Document::new(
            Graph::from_parts((0..3).map(node), [link]).0,
            Meta::default(),
        )
    }

    #[test]
    fn a_second_toggle_takes_the_first_back() {
        let mut document = document();
        let all = BTreeSet::from([NodeId(0), NodeId(1)]);
        let one = BTreeSet::from([NodeId(0)]);
        let modes = |document: &Document| {
            document
                .graph()
                .nodes()
                .map(|node| node.style.mode)
                .collect::<Vec<_>>()
        };
        document
            .commit(toggle_mode(document.graph(), &one, Mode::Muted))
            .unwrap();
        document
            .commit(toggle_mode(document.graph(), &all, Mode::Muted))
            .unwrap();
        assert_eq!(modes(&document), [Mode::Muted, Mode::Muted, Mode::On]);
        document
            .commit(toggle_mode(document.graph(), &all, Mode::Muted))
            .unwrap();
        assert_eq!(modes(&document), [Mode::On; 3]);
        document
            .commit(toggle_collapsed(document.graph(), &all))
            .unwrap();
        assert!(document.graph().node(NodeId(1)).unwrap().style.is_collapsed);
        document
            .commit(toggle_collapsed(document.graph(), &all))
            .unwrap();
        assert!(
            document
                .graph()
                .nodes()
                .all(|node| !node.style.is_collapsed)
        );
    }

    #[test]
    fn a_reroute_changes_nothing_that_runs() {
        let mut document = document();
        let before = Flat::of(document.graph()).graph().clone();
        let link = document.graph().links().next().unwrap().clone();
        let (id, transaction) = add_reroute(document.graph(), &link, pos2(50.0, 50.0));
        document.commit(transaction).unwrap();
        assert_eq!(document.graph().link_count(), 2);
        assert_eq!(
            *document
                .graph()
                .output_type(&Port::new(id, REROUTE_PORT))
                .unwrap(),
            ValueType::Int
        );
        assert_eq!(Flat::of(document.graph()).graph(), &before);
        let mut reads_texts = NodeKind::new(Bank::Builtin, "upper");
        reads_texts.inputs = vec![InputSpec::new("text", ValueType::Text)];
        let end = super::super::LinkEnd::Output(Port::new(id, REROUTE_PORT));
        assert!(
            !super::super::kind_fits(document.graph(), &end, &reads_texts),
            "what flows through counts"
        );
        document.undo();
        assert_eq!(document.graph().links().next(), Some(&link));
    }

    #[test]
    fn frames_fit_what_lies_in_them_the_inner_ones_first() {
        let mut document = document();
        let rect = |x: f32, y: f32, width: f32, height: f32| {
            Rect::from_min_size(pos2(x, y), vec2(width, height))
        };
        // Nodes 0, 1 and 2 stand at 0, 100 and 200; the inner frame cuts node 1, whose middle lies in it.
        let mut frames = Vec::new();
        for frame in [
            rect(90.0, -20.0, 50.0, 200.0),
            rect(-50.0, -50.0, 1000.0, 900.0),
            rect(5000.0, 0.0, 300.0, 300.0),
        ] {
            let (id, transaction) = add_frame(document.graph(), frame, None, None);
            document.commit(transaction).unwrap();
            frames.push(id);
        }
        let rect_of = |graph: &Graph, id: NodeId| {
            let node = graph.node(id).unwrap();
            Rect::from_min_size(node.pos, node.style.size.unwrap_or(vec2(60.0, 40.0)))
        };
        let room = FrameRoom {
            margin: 10.0,
            title: 30.0,
        };
        let fit = |document: &Document, nodes: &[NodeId]| {
            let graph = document.graph();
            let rects = graph.nodes().map(|node| (node.id, rect_of(graph, node.id)));
            fit_frames(graph, &nodes.iter().copied().collect(), rects, room)
        };
        let before = document.history().done();
        let transaction = fit(&document, &[frames[0], frames[1], frames[2], NodeId(0)]);
        document.commit(transaction).unwrap();
        assert_eq!(document.history().done(), before + 1);
        let graph = document.graph();
        assert_eq!(rect_of(graph, frames[0]), rect(90.0, -40.0, 80.0, 90.0));
        assert_eq!(rect_of(graph, frames[1]), rect(-10.0, -80.0, 280.0, 140.0));
        assert_eq!(
            rect_of(graph, frames[2]),
            rect(5000.0, 0.0, 300.0, 300.0),
            "nothing lies in it"
        );
        assert!(fit(&document, &frames).edits.is_empty(), "they fit already");
    }

    #[test]
    fn a_frame_carries_what_lies_in_it_also_through_a_frame_inside() {
        let mut document = document();
        let rect = |min: f32, max: f32| Rect::from_min_max(pos2(min, -50.0), pos2(max, 50.0));
        let (inner, transaction) = add_frame(document.graph(), rect(90.0, 130.0), None, None);
        document.commit(transaction).unwrap();
        let (outer, transaction) = add_frame(document.graph(), rect(60.0, 150.0), None, None);
        document.commit(transaction).unwrap();
        let graph = document.graph();
        let rect_of = |id| {
            let node = graph.node(id)?;
            Some(Rect::from_min_size(
                node.pos,
                node.style.size.unwrap_or(vec2(10.0, 10.0)),
            ))
        };
        let nodes_in = |view: Rect| {
            let touches = |id: &NodeId| rect_of(*id).is_some_and(|rect| rect.intersects(view));
            graph.nodes().map(|node| node.id).filter(touches).collect()
        };
        let carried = |id| carried(graph, &BTreeSet::from([id]), rect_of, nodes_in);
        assert_eq!(carried(outer), BTreeSet::from([NodeId(1), inner, outer]));
        assert_eq!(carried(NodeId(0)), BTreeSet::from([NodeId(0)]));
    }
}
