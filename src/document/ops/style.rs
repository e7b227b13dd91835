//! How nodes are drawn and whether they run; frames, notes and reroutes, which are there for the eye.

use std::collections::BTreeSet;

use super::{Keys, link, new_node};
use crate::document::Transaction;
use crate::graph::subgraph::{NOTE_TEXT, REROUTE_PORT, frame_kind, note_kind, reroute_kind};
use crate::graph::{
    Edit, Graph, Link, Mode, Name, Node, NodeId, Port, Pos2, Rect, Rgb, Role, Style, SubgraphId,
    Value, Vec2, vec2,
};

/// Between a frame and what it is put around.
const FRAME_MARGIN: f32 = 24.0;
/// The title of a frame stands above what it is put around.
const FRAME_TITLE: f32 = 32.0;
const NOTE_SIZE: Vec2 = vec2(240.0, 120.0);
/// Frames and notes stay large enough to be taken hold of.
const LEAST_SIZE: Vec2 = vec2(40.0, 32.0);

/// Mute, bypass or run the nodes that can run.
pub fn set_mode(graph: &Graph, nodes: &BTreeSet<NodeId>, mode: Mode) -> Transaction {
    let label = match mode {
        Mode::On => "Switch on",
        Mode::Muted => "Mute",
        Mode::Bypassed => "Bypass",
    };
    let set = |style: Style| Style { mode, ..style };
    restyle(label, &these(graph, nodes, can_run), set)
}

/// All of them get the mode, unless all have it: then they run again.
pub fn toggle_mode(graph: &Graph, nodes: &BTreeSet<NodeId>, mode: Mode) -> Transaction {
    let has_it = |node: &&Node| node.style.mode == mode;
    let is_off = these(graph, nodes, can_run).iter().all(has_it);
    set_mode(graph, nodes, if is_off { Mode::On } else { mode })
}

/// All of them are collapsed, unless all are: then they are shown whole again.
pub fn toggle_collapsed(graph: &Graph, nodes: &BTreeSet<NodeId>) -> Transaction {
    let can_collapse =
        |node: &Node| !node.kind.role.is_decoration() && node.kind.role != Role::Reroute;
    let nodes = these(graph, nodes, can_collapse);
    let is_collapsed = !nodes.iter().all(|node| node.style.is_collapsed);
    let label = if is_collapsed { "Collapse" } else { "Expand" };
    let set = |style: Style| Style {
        is_collapsed,
        ..style
    };
    restyle(label, &nodes, set)
}

/// `None`: the colour of the node's family.
pub fn set_colour(graph: &Graph, nodes: &BTreeSet<NodeId>, colour: Option<Rgb>) -> Transaction {
    let set = |style: Style| Style { colour, ..style };
    restyle("Change colour", &these(graph, nodes, |_| true), set)
}

/// Give a frame or a note another place and size; other nodes are as large as they are.
pub fn resize(graph: &Graph, node: NodeId, to: Rect) -> Transaction {
    let node = graph.node(node);
    let mut edits = Vec::new();
    if let Some(node) = node.filter(|node| node.kind.role.is_decoration()) {
        let size = Some(to.size().max(LEAST_SIZE));
        let style = Style { size, ..node.style };
        let id = node.id;
        if node.pos != to.min {
            edits.push(Edit::Move {
                node: id,
                to: to.min,
            });
        }
        if node.style != style {
            edits.push(Edit::SetStyle { node: id, style });
        }
    }
    Transaction::new("Resize", edits)
}

/// A frame around what lies in `around`. Returns the id that it will have.
pub fn add_frame(
    graph: &Graph,
    around: Rect,
    title: Option<Name>,
    parent: Option<SubgraphId>,
) -> (NodeId, Transaction) {
    let mut rect = around.expand(FRAME_MARGIN);
    rect.min.y -= FRAME_TITLE;
    let mut frame = new_node(&mut Keys::of(graph), frame_kind(), rect.min, parent);
    frame.style.size = Some(rect.size().max(LEAST_SIZE));
    frame.title = title;
    added("Add frame", frame)
}

/// A note with this Markdown. Returns the id that it will have.
pub fn add_note(
    graph: &Graph,
    pos: Pos2,
    text: &str,
    parent: Option<SubgraphId>,
) -> (NodeId, Transaction) {
    let mut note = new_node(&mut Keys::of(graph), note_kind(), pos, parent);
    note.style.size = Some(NOTE_SIZE);
    if !text.is_empty() {
        note.values.insert(NOTE_TEXT.into(), Value::text(text));
    }
    added("Add note", note)
}

/// Lead a link through a dot. Returns the id that this will have; `None`: its source is not there.
pub fn add_reroute(graph: &Graph, on: &Link, pos: Pos2) -> Option<(NodeId, Transaction)> {
    let parent = graph.node(on.from.node)?.parent;
    let dot = new_node(&mut Keys::of(graph), reroute_kind(), pos, parent);
    let id = dot.id;
    let edits = vec![
        Edit::Disconnect(on.clone()),
        Edit::AddNode(Box::new(dot)),
        link(on.from.clone(), Port::new(id, REROUTE_PORT)),
        link(Port::new(id, REROUTE_PORT), on.to.clone()),
    ];
    Some((id, Transaction::new("Reroute", edits)))
}

fn added(label: &str, node: Node) -> (NodeId, Transaction) {
    let id = node.id;
    let edits = vec![Edit::AddNode(Box::new(node))];
    (id, Transaction::new(label, edits))
}

pub(super) fn can_run(node: &Node) -> bool {
    matches!(node.kind.role, Role::Function | Role::Subgraph(_))
}

fn these<'a>(
    graph: &'a Graph,
    nodes: &BTreeSet<NodeId>,
    is_meant: impl Fn(&Node) -> bool,
) -> Vec<&'a Node> {
    let nodes = nodes.iter().filter_map(|id| graph.node(*id));
    nodes.filter(|node| is_meant(node)).collect()
}

/// Only what is to be another is touched.
fn restyle(label: &str, nodes: &[&Node], set: impl Fn(Style) -> Style) -> Transaction {
    let edits = nodes.iter().filter_map(|node| {
        let style = set(node.style);
        let edit = Edit::SetStyle {
            node: node.id,
            style,
        };
        (style != node.style).then_some(edit)
    });
    Transaction::new(label, edits.collect())
}
