//! Sheet: the boxes and lines of one tile as they are seen from afar, in graph space, so that they are made once and
//! drawn at any zoom. Pure: made of graph, layout and status; paints nothing.

use egui::Color32;

use crate::engine::run::NodeStatus;
use crate::graph::subgraph::REROUTE_PORT;
use crate::graph::{Fit, Graph, Link, Mode, Node, NodeId, Port, Pos2, Rect, Role, vec2};
use crate::ui::canvas::annotations::node_color;
use crate::ui::canvas::heat::Heat;
use crate::ui::canvas::layout::Layout;
use crate::ui::canvas::squares::{Square, TILE};
use crate::ui::theme::{NODE_HEADER, Palette};

/// What of a node's status can be told from afar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alert {
    #[default]
    None,
    Running,
    Paused,
    Failed,
}

/// What tiles are made of.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    pub graph: &'a Graph,
    pub layout: &'a Layout,
    pub palette: &'a Palette,
    pub alerts: &'a [Alert],
    pub heat: &'a Heat,
    pub selected: &'a Marks,
    /// What moves when it is dragged.
    pub moving: &'a Marks,
}

/// Nodes that are something, quick to ask.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    nodes: Vec<NodeId>,
    /// By `NodeId`.
    is_marked: Vec<bool>,
}

/// A node as a box with a stripe at its top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plate {
    pub rect: Rect,
    pub body: Color32,
    pub stripe: Color32,
    pub is_selected: bool,
}

/// A link, or the part of it that lies in a tile, as a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub from: Pos2,
    pub to: Pos2,
    pub color: Color32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    pub plates: Vec<Plate>,
    pub lines: Vec<Line>,
}

/// One tile. What moves when it is dragged is apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub still: Parts,
    pub moving: Parts,
    /// Links of which one end moves.
    pub stretched: Vec<Line>,
}

impl Alert {
    pub fn of(status: &NodeStatus) -> Self {
        match status {
            NodeStatus::Running { .. } => Self::Running,
            NodeStatus::Paused => Self::Paused,
            NodeStatus::Failed(_) => Self::Failed,
            _ => Self::None,
        }
    }
}

impl Marks {
    /// Mark these nodes, in the order of ids, and no others. Those of which it was not so before.
    pub fn set(&mut self, nodes: Vec<NodeId>) -> Vec<NodeId> {
        let before = std::mem::replace(&mut self.nodes, nodes);
        for id in &before {
            self.is_marked[id.0 as usize] = false;
        }
        let length = self.nodes.last().map_or(0, |last| last.0 as usize + 1);
        if self.is_marked.len() < length {
            self.is_marked.resize(length, false);
        }
        for id in &self.nodes {
            self.is_marked[id.0 as usize] = true;
        }
        let lacks = |list: &[NodeId], id: &NodeId| list.binary_search(id).is_err();
        let gone = before.iter().filter(|id| lacks(&self.nodes, id));
        let come = self.nodes.iter().filter(|id| lacks(&before, id));
        gone.chain(come).copied().collect()
    }

    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    pub fn contains(&self, id: NodeId) -> bool {
        self.is_marked.get(id.0 as usize).copied().unwrap_or(false)
    }
}

/// Colour of a link: that of the type it carries, or that of errors when it cannot stand.
pub fn link_color(graph: &Graph, link: &Link, palette: &Palette) -> Color32 {
    match (graph.fit_of(link), graph.output_type(&link.from)) {
        (Some(Fit::Same | Fit::Converts), Some(ty)) => palette.of_type(ty),
        _ => palette.error,
    }
}

/// Body and stripe of a node that is seen from afar. `tint`: instead of its usual colours.
pub fn colors(
    graph: &Graph,
    node: &Node,
    alert: Alert,
    tint: Option<Color32>,
    palette: &Palette,
) -> (Color32, Color32) {
    let own = node_color(node, palette);
    let (body, stripe) = match (node.kind.role, alert) {
        (Role::Reroute, _) => {
            let ty = graph.output_type(&Port::new(node.id, REROUTE_PORT));
            let color = ty.map_or(palette.idle, |ty| palette.of_type(ty));
            (color, color)
        }
        (Role::Note, _) => {
            let paper = Palette::mixed(palette.node, own.unwrap_or(palette.warn), 0.2);
            (paper, paper)
        }
        (_, Alert::Paused) => (palette.warn, palette.of_family(&node.kind.family)),
        (_, Alert::Failed) => (palette.error, palette.of_family(&node.kind.family)),
        (_, Alert::Running) => (palette.busy, palette.of_family(&node.kind.family)),
        (_, Alert::None) => {
            let ground = palette.node_header;
            let usual = || own.map_or(ground, |color| Palette::mixed(ground, color, 0.45));
            let stripe = tint.unwrap_or_else(|| palette.of_family(&node.kind.family));
            (tint.unwrap_or_else(usual), stripe)
        }
    };
    if node.style.mode == Mode::On {
        (body, stripe)
    } else {
        let veiled = |color| Palette::mixed(color, palette.canvas, 0.55);
        (veiled(body), veiled(stripe))
    }
}

impl Sight<'_> {
    pub fn alert(&self, id: NodeId) -> Alert {
        self.alerts.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub fn plate(&self, id: NodeId) -> Option<Plate> {
        let node = self.graph.node(id)?;
        let tint = self.heat.tint(id, self.palette).map(|tint| tint.ground);
        let (body, stripe) = colors(self.graph, node, self.alert(id), tint, self.palette);
        Some(Plate {
            rect: self.layout.rect(id)?,
            body,
            stripe,
            is_selected: self.selected.contains(id),
        })
    }
}

impl Sheet {
    pub fn of(sight: &Sight<'_>, tile: Square) -> Self {
        let mut sheet = Self::default();
        for id in sight.layout.nodes_of_tile(tile) {
            if let Some(plate) = sight.plate(id) {
                let parts = if sight.moving.contains(id) {
                    &mut sheet.moving
                } else {
                    &mut sheet.still
                };
                parts.plates.push(plate);
            }
        }
        let rect = tile.rect(TILE);
        for at in sight.layout.links_of_tile(tile) {
            let ends = sight.layout.ends(at);
            let part = ends.and_then(|(start, end)| inside(start, end, rect));
            let (Some((from, to)), Some(link)) = (part, at.link(sight.graph)) else {
                continue;
            };
            let color = link_color(sight.graph, link, sight.palette);
            let line = Line { from, to, color };
            match [link.from.node, link.to.node].map(|id| sight.moving.contains(id)) {
                [false, false] => sheet.still.lines.push(line),
                [true, true] => sheet.moving.lines.push(line),
                _ => sheet.stretched.push(line),
            }
        }
        sheet
    }
}

/// The part of a straight line that lies in a box.
pub fn inside(from: Pos2, to: Pos2, rect: Rect) -> Option<(Pos2, Pos2)> {
    let way = to - from;
    let (mut first, mut last) = (0.0_f32, 1.0_f32);
    for (start, along, low, high) in [
        (from.x, way.x, rect.min.x, rect.max.x),
        (from.y, way.y, rect.min.y, rect.max.y),
    ] {
        if along == 0.0 {
            if start < low || start >= high {
                return None;
            }
            continue;
        }
        let (a, b) = ((low - start) / along, (high - start) / along);
        first = first.max(a.min(b));
        last = last.min(a.max(b));
    }
    (first < last).then(|| (from + way * first, from + way * last))
}

/// The stripe of a node's box, in graph space.
pub fn stripe(rect: Rect) -> Rect {
    Rect::from_min_size(rect.min, vec2(rect.width(), NODE_HEADER))
}
