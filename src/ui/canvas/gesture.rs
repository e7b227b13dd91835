//! Gesture: what the pointer is doing on the canvas, from press to release. Holds drafts only: the graph changes when
//! a gesture ends, by one Action. Escape drops it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::layout::{Hit, Layout, input_pos, output_pos};
use super::resize::resized;
use super::room::on_grid;
use super::routes::{link_ends, link_way};
use crate::document::ops::{self, LinkEnd};
use crate::graph::{EditError, Graph, Link, NodeId, NodeKind, Port, Pos2, Rect, Role, Vec2, vec2};
use crate::ui::Action;
use crate::ui::theme::{NODE_HEADER, NODE_WIDTH};

/// From press to release.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Gesture {
    #[default]
    None,
    Pan,
    BoxSelect {
        start: Pos2,
        end: Pos2,
        mode: SelectMode,
        /// Only what lies in it as a whole.
        is_inside: bool,
    },
    DragNodes {
        /// The node that was grabbed: its corner snaps.
        grabbed: NodeId,
        /// The selection, and what lies in the frames among it.
        nodes: BTreeSet<NodeId>,
        offset: Vec2,
        /// They leave their links, which are healed.
        takes_out: bool,
    },
    /// A side or a corner of a frame or a note.
    Resize {
        node: NodeId,
        start: Rect,
        /// As `resize::edge_at` has them.
        sides: Vec2,
        rect: Rect,
    },
    /// A line across links that are to go.
    Cut {
        start: Pos2,
        end: Pos2,
    },
    DragLink {
        /// The end that stays.
        fixed: LinkEnd,
        /// The link that was taken off at its other end.
        taken: Option<Link>,
        /// The pointer, in graph space.
        at: Pos2,
    },
}

/// What a click or a box does to the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectMode {
    Replace,
    Add,
    Toggle,
}

impl SelectMode {
    pub fn of(modifiers: egui::Modifiers) -> Self {
        match (modifiers.command, modifiers.shift) {
            (true, _) => Self::Toggle,
            (_, true) => Self::Add,
            _ => Self::Replace,
        }
    }

    pub fn apply(
        self,
        selection: &BTreeSet<NodeId>,
        picked: impl IntoIterator<Item = NodeId>,
    ) -> Vec<NodeId> {
        let picked: BTreeSet<_> = picked.into_iter().collect();
        match self {
            Self::Replace => picked.into_iter().collect(),
            Self::Add => selection.union(&picked).copied().collect(),
            Self::Toggle => selection.symmetric_difference(&picked).copied().collect(),
        }
    }
}

impl Gesture {
    /// A press that became a drag. Selecting a node by grabbing it is the caller's: it is in `selection` already.
    pub fn begin(
        graph: &Graph,
        layout: &Layout,
        selection: &BTreeSet<NodeId>,
        hit: &Hit,
        at: Pos2,
        modifiers: egui::Modifiers,
    ) -> Self {
        match hit {
            Hit::Nothing if modifiers.command => Self::Cut { start: at, end: at },
            Hit::Nothing => Self::BoxSelect {
                start: at,
                end: at,
                mode: SelectMode::of(modifiers),
                is_inside: false,
            },
            Hit::Node(grabbed) => Self::DragNodes {
                grabbed: *grabbed,
                nodes: ops::carried(
                    graph,
                    selection,
                    |id| layout.rect(id),
                    |rect| layout.nodes_in(rect),
                ),
                offset: Vec2::ZERO,
                takes_out: modifiers.alt,
            },
            Hit::Output(port) => Self::DragLink {
                fixed: LinkEnd::Output(port.clone()),
                taken: None,
                at,
            },
            Hit::Input(port) => match graph.link_to(port.node, &port.name) {
                Some(link) => Self::DragLink {
                    fixed: LinkEnd::Output(link.from.clone()),
                    taken: Some(link.clone()),
                    at,
                },
                None => Self::DragLink {
                    fixed: LinkEnd::Input(port.clone()),
                    taken: None,
                    at,
                },
            },
        }
    }

    /// Take hold of the nearer end of a link.
    pub fn begin_at_link(graph: &Graph, link: Link, at: Pos2) -> Self {
        let ends = link_ends(graph, &link);
        let is_start = ends.is_some_and(|(start, end)| start.distance(at) < end.distance(at));
        let fixed = if is_start {
            LinkEnd::Input(link.to.clone())
        } else {
            LinkEnd::Output(link.from.clone())
        };
        let taken = Some(link);
        Self::DragLink { fixed, taken, at }
    }

    /// Is the link on its way out, so that it need not be shown?
    pub fn takes(&self, link: &Link) -> bool {
        match self {
            Self::DragLink { taken, .. } => taken.as_ref() == Some(link),
            Self::DragNodes {
                nodes, takes_out, ..
            } => *takes_out && nodes.contains(&link.from.node) != nodes.contains(&link.to.node),
            _ => false,
        }
    }

    /// What is dragged, and how far, in graph units.
    pub fn dragged(&self) -> Option<(&BTreeSet<NodeId>, Vec2)> {
        match self {
            Self::DragNodes { nodes, offset, .. } => Some((nodes, *offset)),
            _ => None,
        }
    }

    /// The pointer is at `at` now; `moved` is the way from where it was pressed, both in graph space.
    pub fn drag(&mut self, graph: &Graph, at: Pos2, moved: Vec2, snaps: bool) {
        match self {
            Self::Resize {
                start, sides, rect, ..
            } => *rect = resized(*start, *sides, moved, snaps),
            Self::BoxSelect { end, .. } | Self::Cut { end, .. } => *end = at,
            Self::DragNodes {
                grabbed, offset, ..
            } => {
                *offset = moved;
                if let Some(node) = graph.node(*grabbed).filter(|_| snaps) {
                    *offset = on_grid(node.pos + moved) - node.pos;
                }
            }
            Self::DragLink { at: pos, .. } => *pos = at,
            Self::None | Self::Pan => {}
        }
    }

    /// What the release asks for. `reach`: how near a port must be, in graph units.
    pub fn end(
        self,
        graph: &Graph,
        layout: &Layout,
        selection: &BTreeSet<NodeId>,
        reach: f32,
    ) -> Option<Action> {
        match self {
            Self::None | Self::Pan => None,
            Self::BoxSelect {
                start,
                end,
                mode,
                is_inside,
            } => {
                let area = Rect::from_two_pos(start, end);
                let mut touched = layout.nodes_in(area);
                // What lies in a frame is selected without it, until all of it is taken.
                touched.retain(|id| {
                    let is_frame = graph
                        .node(*id)
                        .is_some_and(|node| node.kind.role == Role::Frame);
                    !(is_frame || is_inside)
                        || layout
                            .rect(*id)
                            .is_some_and(|rect| area.contains_rect(rect))
                });
                Some(Action::Select(mode.apply(selection, touched)))
            }
            Self::Cut { start, end } => {
                let links = links_across(graph, layout, start, end);
                (!links.is_empty()).then(|| Action::Edit(ops::disconnect(links)))
            }
            Self::DragNodes {
                offset,
                nodes,
                takes_out,
                ..
            } => {
                let moved = ops::move_by(graph, &nodes, offset);
                let relinked = if takes_out {
                    Some(ops::take_out(graph, &nodes))
                } else {
                    let onto = insertion(graph, layout, &nodes, offset);
                    onto.and_then(|(node, link)| ops::insert_on_link(graph, node, &link))
                };
                let relinked = relinked.filter(|relinked| !relinked.edits.is_empty());
                let transaction = match relinked {
                    Some(relinked) => relinked.and(moved),
                    None => moved,
                };
                (!transaction.edits.is_empty()).then_some(Action::Edit(transaction))
            }
            Self::Resize {
                node, start, rect, ..
            } => (rect != start).then(|| Action::Edit(ops::resize(graph, node, rect))),
            Self::DragLink { fixed, taken, at } => {
                match drop_target(graph, layout, &fixed, at, reach) {
                    Target::Port(link) => match taken {
                        Some(old) if old == link => None,
                        Some(old) => Some(Action::Edit(ops::relink(graph, old, link))),
                        None => Some(Action::Edit(ops::connect(graph, link))),
                    },
                    // The reason stood beside the pointer: letting go there changes nothing.
                    Target::Refused(_) => None,
                    Target::Nothing => Some(match taken {
                        Some(old) => Action::Edit(ops::disconnect([old])),
                        None => Action::OpenSearch {
                            pos_in_graph: at,
                            link_from: Some(fixed),
                        },
                    }),
                }
            }
        }
    }
}

/// Links whose way crosses the line from `start` to `end`.
pub fn links_across(graph: &Graph, layout: &Layout, start: Pos2, end: Pos2) -> Vec<Link> {
    let crosses = |link: &Link| {
        let Some((from, to)) = link_ends(graph, link) else {
            return false;
        };
        let way = link_way(from, to, 1.0, 1.0);
        way.windows(2)
            .any(|piece| segments_cross(piece[0], piece[1], start, end))
    };
    let near = layout.links_along(start, end);
    near.into_iter()
        .filter_map(|link| link.link(graph))
        .filter(|link| crosses(link))
        .cloned()
        .collect()
}

/// The link that passes within `reach` of a point.
pub fn link_at(graph: &Graph, layout: &Layout, at: Pos2, reach: f32) -> Option<Link> {
    let across = [vec2(reach, reach), vec2(reach, -reach)];
    let mut found = across
        .into_iter()
        .flat_map(|way| links_across(graph, layout, at - way, at + way));
    found.next()
}

/// The link that a dragged node would be put into, and the node: one alone that has no links yet, over a link that it
/// fits.
pub fn insertion(
    graph: &Graph,
    layout: &Layout,
    nodes: &BTreeSet<NodeId>,
    offset: Vec2,
) -> Option<(NodeId, Link)> {
    let node = *nodes.first().filter(|_| nodes.len() == 1)?;
    let is_free = graph.incoming(node).is_empty() && graph.outgoing(node).is_empty();
    let rect = layout.rect(node).filter(|_| is_free)?.translate(offset);
    let fits = |link: &Link| ops::insert_on_link(graph, node, link).is_some();
    Some((node, link_under(graph, layout, rect, fits)?))
}

/// The same for a kind that would be added with its title at a point.
pub fn link_for(graph: &Graph, layout: &Layout, kind: &Arc<NodeKind>, at: Pos2) -> Option<Link> {
    let rect = Rect::from_center_size(at, vec2(NODE_WIDTH, 2.0 * NODE_HEADER));
    let fits = |link: &Link| ops::add_on_link(graph, kind, (at, None), link).is_some();
    link_under(graph, layout, rect, fits)
}

/// Of the links that pass through a box, the one nearest to its middle that fits.
fn link_under(
    graph: &Graph,
    layout: &Layout,
    rect: Rect,
    fits: impl Fn(&Link) -> bool,
) -> Option<Link> {
    let (middle, half) = (rect.center(), rect.size() / 2.0);
    let across = [half, vec2(half.x, -half.y)];
    let links = across
        .into_iter()
        .flat_map(|way| links_across(graph, layout, middle - way, middle + way));
    let links = links.filter(fits);
    let near = links.filter_map(|link| Some((link_distance(graph, &link, middle)?, link)));
    near.min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, link)| link)
}

/// How far a link's way passes from a point, in graph units.
pub fn link_distance(graph: &Graph, link: &Link, at: Pos2) -> Option<f32> {
    let (start, end) = link_ends(graph, link)?;
    let way = link_way(start, end, 1.0, 1.0);
    let distances = way.windows(2).map(|piece| {
        let (from, along) = (piece[0], piece[1] - piece[0]);
        let part = (at - from).dot(along) / along.length_sq().max(f32::EPSILON);
        (from + along * part.clamp(0.0, 1.0)).distance(at)
    });
    distances.min_by(f32::total_cmp)
}

/// Of two pieces that meet on the other line one crosses it, never none.
fn segments_cross(a: Pos2, b: Pos2, c: Pos2, d: Pos2) -> bool {
    let is_left = |p: Pos2, q: Pos2, r: Pos2| (q - p).x * (r - p).y >= (q - p).y * (r - p).x;
    is_left(a, b, c) != is_left(a, b, d) && is_left(c, d, a) != is_left(c, d, b)
}

/// Where a dragged link end would land.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    Nothing,
    Port(Link),
    Refused(EditError),
}

/// The nearest port within `reach` that fits; when none fits, why the nearest does not.
pub fn drop_target(
    graph: &Graph,
    layout: &Layout,
    fixed: &LinkEnd,
    at: Pos2,
    reach: f32,
) -> Target {
    let mut candidates: Vec<(f32, Link)> = Vec::new();
    for id in layout.nodes_in(Rect::from_center_size(at, Vec2::splat(2.0 * reach))) {
        let Some(node) = graph.node(id) else { continue };
        let mut consider = |pos: Pos2, link: Link| {
            let distance = pos.distance(at);
            if distance <= reach {
                candidates.push((distance, link));
            }
        };
        match fixed {
            LinkEnd::Output(from) => {
                let inputs = node.kind.inputs.iter().enumerate();
                for (i, input) in inputs.filter(|_| !node.kind.role.is_decoration()) {
                    let to = Port::new(id, input.name.clone());
                    consider(
                        input_pos(node, i),
                        Link {
                            from: from.clone(),
                            to,
                        },
                    );
                }
            }
            LinkEnd::Input(to) => {
                for (i, output) in node.kind.outputs.iter().enumerate() {
                    let from = Port::new(id, output.name.clone());
                    consider(
                        output_pos(node, i),
                        Link {
                            from,
                            to: to.clone(),
                        },
                    );
                }
            }
        }
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut refusal = None;
    for (_, link) in candidates {
        match graph.check_link(&link) {
            Ok(_) => return Target::Port(link),
            Err(EditError::Types { .. })
                if graph.looping_for(&link).is_some()
                    && !graph.reaches(link.to.node, link.from.node) =>
            {
                return Target::Port(link);
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Target::Nothing, Target::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::pos2;

    #[test]
    fn a_line_through_a_corner_of_a_way_crosses_it_once() {
        let way = [pos2(0.0, 0.0), pos2(10.0, 5.0), pos2(20.0, 20.0)];
        for (x, crossings) in [(5.0, 1), (10.0, 1), (15.0, 1), (25.0, 0)] {
            let (start, end) = (pos2(x, -50.0), pos2(x, 50.0));
            let crossed = way
                .windows(2)
                .filter(|piece| segments_cross(piece[0], piece[1], start, end));
            assert_eq!(crossed.count(), crossings, "{x}");
        }
    }
}
