//! Expanding: all functions of a graph and of the subgraphs in it, and for each input where its value is made.

use std::collections::{BTreeMap, HashMap};

use super::Ids;
use crate::graph::{
    Fit, Graph, Link, Mode, Name, Node, NodeId, Port, Role, SubgraphId, Value, Values, fit,
};

/// More nodes than this are not made of nested subgraphs: the numbers grow with every level.
const MOST_NODES: usize = 1_000_000;
/// Deeper nobody nests by hand: every node carries the titles of all around it.
const MOST_LEVELS: usize = 100;

/// All functions of a graph and its subgraphs, with their links as they run.
#[derive(Default)]
pub(super) struct Expansion {
    pub nodes: BTreeMap<NodeId, (Node, Vec<Link>)>,
    pub muted: Vec<NodeId>,
    /// All flat nodes of a node that stands for a subgraph.
    pub inside: HashMap<NodeId, Vec<NodeId>>,
}

/// A graph or subgraph that is being expanded.
#[derive(Clone)]
struct Place {
    instance: Option<NodeId>,
    graph: Option<SubgraphId>,
    /// Titles of the nodes around it, and their keys.
    titles: String,
    keys: String,
    is_muted: bool,
    depth: usize,
}

impl Expansion {
    /// `None`: there would be too many nodes.
    pub fn of(graph: &Graph, ids: &mut Ids) -> Option<Self> {
        let mut members: HashMap<Option<SubgraphId>, Vec<&Node>> = HashMap::new();
        for node in graph.nodes() {
            members.entry(node.parent).or_default().push(node);
        }
        let mut found: Vec<(NodeId, Place, &Node)> = Vec::new();
        let mut expansion = Self::default();
        let mut stack = vec![Place {
            instance: None,
            graph: None,
            titles: String::new(),
            keys: String::new(),
            is_muted: false,
            depth: 0,
        }];
        let mut visited = 0;
        while let Some(place) = stack.pop() {
            for node in members.get(&place.graph).into_iter().flatten() {
                let is_muted = place.is_muted || node.style.mode == Mode::Muted;
                let is_bypassed = node.style.mode == Mode::Bypassed;
                match node.kind.role {
                    Role::Function if !is_bypassed => {
                        let id = ids.give(place.instance, node.id);
                        if is_muted {
                            expansion.muted.push(id);
                        }
                        found.push((id, place.clone(), node));
                    }
                    Role::Subgraph(inner) if !is_bypassed => stack.push(Place {
                        instance: Some(ids.give(place.instance, node.id)),
                        graph: Some(inner),
                        titles: format!("{}{} › ", place.titles, node.title()),
                        keys: format!("{}{}/", place.keys, node.key),
                        is_muted,
                        depth: place.depth + 1,
                    }),
                    _ => {}
                }
                // Subgraphs count too: those that hold nothing but each other would double with every level.
                visited += 1;
                if visited > MOST_NODES || place.depth > MOST_LEVELS {
                    return None;
                }
            }
        }
        for (id, place, node) in found {
            let mut instance = place.instance;
            while let Some(around) = instance {
                expansion.inside.entry(around).or_default().push(id);
                instance = ids.place(around).0;
            }
            let made = Resolver::new(graph, ids).node(id, &place, node);
            expansion.nodes.insert(id, made);
        }
        Some(expansion)
    }
}

/// Where an input's value comes from.
pub(super) enum Source {
    /// An output of a function.
    Output(NodeId, Name),
    Value(Value),
    Nothing,
}

/// Follows values back to where they are made.
pub(super) struct Resolver<'a> {
    graph: &'a Graph,
    ids: &'a Ids,
}

impl<'a> Resolver<'a> {
    pub fn new(graph: &'a Graph, ids: &'a Ids) -> Self {
        Self { graph, ids }
    }

    /// The flat form of a function's node.
    fn node(&self, id: NodeId, place: &Place, node: &Node) -> (Node, Vec<Link>) {
        let mut links = Vec::new();
        let mut values = Values::new();
        for (name, value) in &node.values {
            if self.graph.link_to(node.id, name).is_none() {
                values.insert(name.clone(), value.clone());
            }
        }
        for link in self.graph.incoming(node.id) {
            let to = Port::new(id, link.to.name.clone());
            match self.source(place.instance, &link.from) {
                Source::Output(from, name) => links.push(Link {
                    from: Port::new(from, name),
                    to,
                }),
                Source::Value(value) => drop(values.insert(to.name, value)),
                Source::Nothing => {}
            }
        }
        let mut flat = Node {
            id,
            parent: None,
            values,
            ..node.clone()
        };
        if place.instance.is_some() {
            flat.key = format!("{}{}", place.keys, node.key).into();
            flat.title = Some(format!("{}{}", place.titles, node.title()).into());
        }
        (flat, links)
    }

    /// What flows out of a port.
    pub fn source(&self, mut instance: Option<NodeId>, port: &Port) -> Source {
        let mut port = port.clone();
        loop {
            let Some(node) = self.graph.node(port.node) else {
                return Source::Nothing;
            };
            let input = match node.kind.role {
                _ if node.style.mode == Mode::Bypassed => passed_input(node, &port.name),
                Role::Function => {
                    let id = self.ids.find(instance, node.id);
                    return id.map_or(Source::Nothing, |id| Source::Output(id, port.name));
                }
                Role::Reroute => {
                    let input = node.kind.inputs.first();
                    input.map(|input| (node, input.name.clone()))
                }
                Role::Subgraph(inner) => {
                    instance = self.ids.find(instance, node.id);
                    let outputs = instance.and(self.graph.outputs_node(inner));
                    outputs.map(|node| (node, port.name.clone()))
                }
                Role::Inputs(_) => {
                    let around = instance.map(|id| self.ids.place(id));
                    around.and_then(|(outer, node)| {
                        instance = outer;
                        Some((self.graph.node(node)?, port.name.clone()))
                    })
                }
                Role::Outputs(_) | Role::Frame | Role::Note => None,
            };
            let Some((node, input)) = input else {
                return Source::Nothing;
            };
            let Some(link) = self.graph.link_to(node.id, &input) else {
                let held = node.kind.input(&input).and_then(|spec| node.value(spec));
                return held.cloned().map_or(Source::Nothing, Source::Value);
            };
            port = link.from.clone();
        }
    }
}

/// The input that a bypassed node passes on as an output: the first that fits it.
fn passed_input<'a>(node: &'a Node, output: &str) -> Option<(&'a Node, Name)> {
    let ty = &node.kind.output(output)?.ty;
    let mut inputs = node.kind.inputs.iter();
    let input = inputs.find(|input| fit(&input.ty, ty) != Fit::Refused)?;
    Some((node, input.name.clone()))
}
