//! Linking: a link that is made by keys. First arrows choose the port that it starts from, then one that fits on
//! another node. Holds a draft only: Enter asks for the link, Tab for a new node that fits, Escape drops it.

use std::collections::BTreeSet;

use egui::{Context, Event, Key};

use super::Canvas;
use super::layout::{input_pos, output_pos};
use super::walk::{Direction, next_place};
use crate::document::arrange::in_reading_order;
use crate::document::ops::{self, LinkEnd};
use crate::graph::{Fit, Graph, Link, Node, NodeId, Port, Pos2};
use crate::ui::Action;

/// How much farther a port counts that is linked already, in graph units: free ones are offered first.
const LINKED: f32 = 400.0;

/// A link that is being made by keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Linking {
    /// The ports of the node that it starts from, outputs first, and which of them is chosen.
    ends: Vec<LinkEnd>,
    at: usize,
    /// The links that can be made from that port, and which of them is chosen; `None`: the port is still being chosen.
    targets: Option<Targets>,
    /// Of the graph when it was begun: what changes meanwhile ends it.
    revision: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Targets {
    /// With the place of the port at the other end.
    links: Vec<(Link, Pos2)>,
    at: usize,
}

impl Linking {
    /// From a node; `None`: it has no ports.
    pub fn from(graph: &Graph, node: NodeId) -> Option<Self> {
        let found = graph.node(node)?;
        if found.kind.role.is_decoration() {
            return None;
        }
        let port = |name: &crate::graph::Name| Port::new(node, name.clone());
        let outputs = found.kind.outputs.iter().map(|it| port(&it.name));
        let inputs = found.kind.inputs.iter().map(|it| port(&it.name));
        let ends: Vec<_> = outputs
            .map(LinkEnd::Output)
            .chain(inputs.map(LinkEnd::Input))
            .collect();
        (!ends.is_empty()).then(|| Self {
            ends,
            at: 0,
            targets: None,
            revision: graph.revision(),
        })
    }

    /// The port that it starts from.
    pub fn start(&self) -> &LinkEnd {
        &self.ends[self.at]
    }

    /// The link that Enter makes.
    pub fn link(&self) -> Option<&Link> {
        let targets = self.targets.as_ref()?;
        targets.links.get(targets.at).map(|(link, _)| link)
    }

    /// What is chosen now and what can be done, in words.
    pub fn in_words(&self, graph: &Graph) -> String {
        let port = |port: &Port| {
            let node = graph.node(port.node);
            let title = node.map_or("?", |node| node.title().as_str());
            format!("{title}.{}", port.name)
        };
        match (&self.targets, self.link(), self.start()) {
            (Some(_), Some(link), _) => {
                let is_taken = graph.link_to(link.to.node, &link.to.name).is_some();
                let links = if is_taken {
                    "Enter replaces its link"
                } else {
                    "Enter links"
                };
                let (from, to) = (port(&link.from), port(&link.to));
                format!("{from} → {to}: {links}, arrows choose, Tab adds a node")
            }
            (Some(_), None, LinkEnd::Output(start) | LinkEnd::Input(start)) => {
                let start = port(start);
                format!("No port fits {start}: Tab adds a node that does, Escape leaves")
            }
            (None, _, end) => {
                let (way, start) = match end {
                    LinkEnd::Output(start) => ("from", port(start)),
                    LinkEnd::Input(start) => ("to", port(start)),
                };
                let cuts = match links_at(graph, end).len() {
                    0 => String::new(),
                    1 => ", X cuts its link".to_owned(),
                    count => format!(", X cuts its {count} links"),
                };
                format!("Link {way} {start}: up and down choose the port, Enter goes on{cuts}")
            }
        }
    }

    fn step(&mut self, graph: &Graph, direction: Direction) {
        match (&mut self.targets, direction) {
            (None, Direction::Up) => self.at = self.at.saturating_sub(1),
            (None, Direction::Down) => self.at = (self.at + 1).min(self.ends.len() - 1),
            (None, _) => self.choose_target(graph),
            (Some(targets), _) => {
                let Some((_, from)) = targets.links.get(targets.at) else {
                    return;
                };
                let places = targets.links.iter().enumerate();
                let places = places.map(|(at, (_, pos))| (at, *pos));
                if let Some(next) = next_place(*from, places, direction) {
                    targets.at = next;
                }
            }
        }
    }

    /// To the port that comes next, or before, in reading order: so each is reached, wherever it lies.
    fn read_on(&mut self, is_forward: bool) {
        let (at, count) = match &mut self.targets {
            None => (&mut self.at, self.ends.len()),
            Some(targets) => (&mut targets.at, targets.links.len()),
        };
        *at = if is_forward {
            (*at + 1).min(count.saturating_sub(1))
        } else {
            at.saturating_sub(1)
        };
    }

    /// The port is chosen: find those that fit it, and begin with the one that is nearest ahead.
    fn choose_target(&mut self, graph: &Graph) {
        let start = self.start();
        let Some(from) = end_pos(graph, start) else {
            return;
        };
        let mut links = fitting_links(graph, start);
        links.sort_by(|(_, a), (_, b)| in_reading_order(*a, *b));
        let ahead = match start {
            LinkEnd::Output(_) => 1.0,
            LinkEnd::Input(_) => -1.0,
        };
        let cost = |(link, pos): &(Link, Pos2)| {
            let way = *pos - from;
            let behind = if way.x * ahead < 0.0 { 2.0 } else { 1.0 };
            let taken = graph.link_to(link.to.node, &link.to.name).is_some();
            way.length() * behind + if taken { LINKED } else { 0.0 }
        };
        let best = links.iter().enumerate();
        let best = best.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
        let at = best.map_or(0, |(at, _)| at);
        self.targets = Some(Targets { links, at });
    }
}

/// Take the keys that are meant for the link out of the input; what they ask for.
pub fn take_keys(canvas: &mut Canvas, context: &Context, graph: &Graph) -> Vec<Action> {
    let mut asked = Vec::new();
    context.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            if modifiers.any() {
                return true;
            }
            match on_key(canvas, graph, *key) {
                Meant::ForOthers => return true,
                Meant::Taken(action) => asked.extend(action),
            }
            false
        });
    });
    asked
}

/// Is a key meant for the link, and what does it ask for?
enum Meant {
    ForOthers,
    Taken(Option<Action>),
}

/// What a key does to the link that is being made.
fn on_key(canvas: &mut Canvas, graph: &Graph, key: Key) -> Meant {
    let Some(linking) = &mut canvas.linking else {
        return Meant::ForOthers;
    };
    let direction = match key {
        Key::ArrowLeft => Some(Direction::Left),
        Key::ArrowRight => Some(Direction::Right),
        Key::ArrowUp => Some(Direction::Up),
        Key::ArrowDown => Some(Direction::Down),
        _ => None,
    };
    let mut asked = None;
    match key {
        _ if direction.is_some() => {
            if let Some(direction) = direction {
                linking.step(graph, direction);
            }
        }
        Key::Enter | Key::C if linking.targets.is_none() => linking.choose_target(graph),
        Key::Enter => {
            if let Some(link) = linking.link().cloned() {
                asked = Some(Action::Edit(ops::connect(graph, link)));
                canvas.linking = None;
            }
        }
        Key::X | Key::Delete if linking.targets.is_none() => {
            let links = links_at(graph, linking.start());
            if !links.is_empty() {
                asked = Some(Action::Edit(ops::disconnect(links)));
                canvas.linking = None;
            }
        }
        Key::PageDown | Key::PageUp => linking.read_on(key == Key::PageDown),
        Key::Backspace => linking.targets = None,
        Key::Tab => {
            let start = linking.start().clone();
            canvas.linking = None;
            let offset = match &start {
                LinkEnd::Output(_) => egui::vec2(120.0, -20.0),
                LinkEnd::Input(_) => egui::vec2(-340.0, -20.0),
            };
            asked = end_pos(graph, &start).map(|pos| Action::OpenSearch {
                pos_in_graph: canvas.free_place(graph, pos + offset),
                link_from: Some(start),
            });
        }
        Key::Escape => canvas.linking = None,
        _ => return Meant::ForOthers,
    }
    reveal(canvas, graph);
    Meant::Taken(asked)
}

/// The links that a port has.
fn links_at(graph: &Graph, end: &LinkEnd) -> Vec<Link> {
    match end {
        LinkEnd::Input(port) => graph
            .link_to(port.node, &port.name)
            .into_iter()
            .cloned()
            .collect(),
        LinkEnd::Output(port) => {
            let links = graph.outgoing(port.node).iter();
            links.filter(|link| link.from == *port).cloned().collect()
        }
    }
}

/// The port that is chosen is in view.
fn reveal(canvas: &mut Canvas, graph: &Graph) {
    let Some(linking) = &canvas.linking else {
        return;
    };
    let target = linking.targets.as_ref();
    let target = target.and_then(|targets| targets.links.get(targets.at));
    let pos = target.map(|(_, pos)| *pos);
    if let Some(pos) = pos.or_else(|| end_pos(graph, linking.start()))
        && !canvas.camera.view_in_graph().contains(pos)
    {
        canvas.camera.center_on(pos);
    }
}

/// Another graph, or another subgraph, than it was begun in: it is dropped.
pub fn keep_up(canvas: &mut Canvas, graph: &Graph) {
    let is_old = |linking: &mut Linking| linking.revision != graph.revision();
    canvas.linking.take_if(is_old);
}

/// Where a port lies, in graph space.
pub fn end_pos(graph: &Graph, end: &LinkEnd) -> Option<Pos2> {
    match end {
        LinkEnd::Output(port) => {
            let node = graph.node(port.node)?;
            Some(output_pos(node, node.kind.output_index(&port.name)?))
        }
        LinkEnd::Input(port) => {
            let node = graph.node(port.node)?;
            let mut inputs = node.kind.inputs.iter();
            let at = inputs.position(|input| input.name == port.name)?;
            Some(input_pos(node, at))
        }
    }
}

/// All links that can be made from a port and are not there yet, each with the place of its other end. One walk finds the nodes that would
/// close a cycle, so that the types alone are left to be asked.
fn fitting_links(graph: &Graph, start: &LinkEnd) -> Vec<(Link, Pos2)> {
    let (LinkEnd::Output(port) | LinkEnd::Input(port)) = start;
    let Some(place) = graph.node(port.node).map(|node| node.parent) else {
        return Vec::new();
    };
    let excluded: BTreeSet<NodeId> = match start {
        LinkEnd::Output(_) => graph.upstream([port.node]).into_iter().collect(),
        LinkEnd::Input(_) => graph.downstream([port.node]).into_iter().collect(),
    };
    let is_candidate = |node: &&Node| {
        node.parent == place && !excluded.contains(&node.id) && !node.kind.role.is_decoration()
    };
    let mut links = Vec::new();
    let mut add = |link: Link, pos: Pos2| {
        let is_there = graph.link_to(link.to.node, &link.to.name) == Some(&link);
        let fits = graph.fit_of(&link).is_some_and(|fits| fits != Fit::Refused);
        if !is_there && (fits || graph.looping_for(&link).is_some()) {
            links.push((link, pos));
        }
    };
    for node in graph.nodes().filter(is_candidate) {
        match start {
            LinkEnd::Output(from) => {
                for (at, input) in node.kind.inputs.iter().enumerate() {
                    let to = Port::new(node.id, input.name.clone());
                    let from = from.clone();
                    add(Link { from, to }, input_pos(node, at));
                }
            }
            LinkEnd::Input(to) => {
                for (at, output) in node.kind.outputs.iter().enumerate() {
                    let from = Port::new(node.id, output.name.clone());
                    let to = to.clone();
                    add(Link { from, to }, output_pos(node, at));
                }
            }
        }
    }
    links
}
