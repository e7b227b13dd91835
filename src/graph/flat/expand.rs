//! Expanding: all functions of a graph and of the subgraphs in it, and for each input where its value is made.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Ids;
use crate::graph::{
    Bank, Fit, Graph, InputSpec, Link, LoopPart, Looping, Mode, Name, Node, NodeId, NodeKind, Port,
    Role, SubgraphId, Value, Values, fit, one_call,
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
    /// What nodes are to loops over subgraphs.
    pub parts: BTreeMap<NodeId, LoopPart>,
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
    /// The innermost loop over a subgraph around it.
    looped: Option<NodeId>,
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
            looped: None,
        }];
        let mut loops: Vec<(Place, &Node, NodeId, NodeId)> = Vec::new();
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
                    Role::Subgraph(inner) if !is_bypassed => {
                        let instance = ids.give(place.instance, node.id);
                        let inputs = members.get(&Some(inner)).into_iter().flatten();
                        let inputs = inputs.copied().find(|node| is_inputs(node));
                        let mut looped = place.looped;
                        if let Some(inputs) = inputs.filter(|_| graph.looping(node.id).is_some()) {
                            looped = Some(instance);
                            let entry = ids.give(Some(instance), inputs.id);
                            loops.push((place.clone(), node, instance, entry));
                            if is_muted {
                                expansion.muted.extend([instance, entry]);
                            }
                        }
                        stack.push(Place {
                            instance: Some(instance),
                            graph: Some(inner),
                            titles: format!("{}{} › ", place.titles, node.title()),
                            keys: format!("{}{}/", place.keys, node.key),
                            is_muted,
                            depth: place.depth + 1,
                            looped,
                        });
                    }
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
            expansion.note_inside(id, place.instance, ids);
            let made = Resolver::new(graph, ids).node(id, &place, node);
            expansion.nodes.insert(id, made);
            if place.looped.is_some() {
                expansion.note_part(id, place.looped, None);
            }
        }
        for (place, node, exit, entry) in loops {
            let resolver = Resolver::new(graph, ids);
            let [gives, takes] = resolver.loop_ends(&place, node, exit, entry);
            expansion.nodes.insert(entry, gives);
            expansion.nodes.insert(exit, takes);
            expansion.note_inside(exit, Some(exit), ids);
            expansion.note_inside(entry, Some(exit), ids);
            let looping = graph.looping(node.id).cloned().unwrap_or_default();
            expansion.note_part(entry, Some(exit), None);
            expansion.note_part(exit, place.looped, Some((entry, looping)));
        }
        Some(expansion)
    }

    /// The flat node lies in the instance and all around it.
    fn note_inside(&mut self, id: NodeId, mut instance: Option<NodeId>, ids: &Ids) {
        while let Some(around) = instance {
            self.inside.entry(around).or_default().push(id);
            instance = ids.place(around).0;
        }
    }

    fn note_part(
        &mut self,
        id: NodeId,
        inside: Option<NodeId>,
        exit: Option<(NodeId, Arc<Looping>)>,
    ) {
        self.parts.insert(id, LoopPart { inside, exit });
    }
}

fn is_inputs(node: &Node) -> bool {
    matches!(node.kind.role, Role::Inputs(_))
}

/// Where an input's value comes from.
pub(super) enum Source {
    /// An output of a function.
    Output(NodeId, Name),
    Value(Value),
    Nothing,
}

/// What leads into a flat node.
#[derive(Default)]
struct Fed {
    links: Vec<Link>,
    values: Values,
}

impl Fed {
    fn take(&mut self, to: Port, source: Source) {
        match source {
            Source::Output(from, name) => self.links.push(Link {
                from: Port::new(from, name),
                to,
            }),
            Source::Value(value) => drop(self.values.insert(to.name, value)),
            Source::Nothing => {}
        }
    }
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
        let mut fed = Fed::default();
        for (name, value) in &node.values {
            if self.graph.link_to(node.id, name).is_none() {
                fed.values.insert(name.clone(), value.clone());
            }
        }
        for link in self.graph.incoming(node.id) {
            let to = Port::new(id, link.to.name.clone());
            fed.take(to, self.source(place.instance, &link.from));
        }
        let Fed { links, values } = fed;
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

    /// The two nodes of a loop over a subgraph: one gives its inputs to what is inside, the other takes what the
    /// outputs get there and gives what the loop gives.
    fn loop_ends(
        &self,
        place: &Place,
        node: &Node,
        exit: NodeId,
        entry: NodeId,
    ) -> [(Node, Vec<Link>); 2] {
        let own = one_call(&node.kind);
        let title = format!("{}{}", place.titles, node.title());
        let key = format!("{}{}", place.keys, node.key);
        let (_, inside) = self.ids.place(entry);
        let entry_key = self.graph.node(inside).map_or("", |node| &node.key);
        let mut gives = Fed::default();
        for input in &own.inputs {
            let to = Port::new(entry, input.name.clone());
            gives.take(to, self.input(place.instance, node, &input.name));
        }
        let mut takes = Fed::default();
        let inner = node.kind.role.subgraph();
        if let Some(ends) = inner.and_then(|inner| self.graph.outputs_node(inner)) {
            for output in &own.outputs {
                let to = Port::new(exit, output.name.clone());
                takes.take(to, self.input(Some(exit), ends, &output.name));
            }
        }
        let optional = |name: &Name, ty| InputSpec {
            is_optional: true,
            default: None,
            ..InputSpec::new(name.clone(), ty)
        };
        let mut gives_kind = NodeKind::new(Bank::Graph, "");
        gives_kind.title = node.title().clone();
        let inputs = own.inputs.iter();
        gives_kind.inputs = inputs.map(|it| optional(&it.name, it.ty.clone())).collect();
        gives_kind.outputs = super::super::subgraph::as_outputs(&own.inputs);
        let mut takes_kind = NodeKind::new(Bank::Graph, "");
        takes_kind.title = node.title().clone();
        let results = own.outputs.iter();
        takes_kind.inputs = results
            .map(|it| optional(&it.name, it.ty.clone()))
            .collect();
        takes_kind.outputs.clone_from(&node.kind.outputs);
        let made = |id, kind, key: String, fed: Fed| {
            let mut made = Node::new(id, key, Arc::new(kind), node.pos);
            made.title = Some(title.as_str().into());
            made.values = fed.values;
            (made, fed.links)
        };
        [
            made(entry, gives_kind, format!("{key}/{entry_key}"), gives),
            made(exit, takes_kind, key, takes),
        ]
    }

    /// What flows into an input: by its link, or what it holds.
    fn input(&self, instance: Option<NodeId>, node: &Node, name: &Name) -> Source {
        if let Some(link) = self.graph.link_to(node.id, name) {
            return self.source(instance, &link.from);
        }
        let held = node.kind.input(name).and_then(|spec| node.value(spec));
        held.cloned().map_or(Source::Nothing, Source::Value)
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
                Role::Subgraph(_) if self.graph.looping(node.id).is_some() => {
                    let exit = self.ids.find(instance, node.id);
                    return exit.map_or(Source::Nothing, |id| Source::Output(id, port.name));
                }
                Role::Subgraph(inner) => {
                    instance = self.ids.find(instance, node.id);
                    let outputs = instance.and(self.graph.outputs_node(inner));
                    outputs.map(|node| (node, port.name.clone()))
                }
                Role::Inputs(_) => {
                    let around = instance.map(|id| self.ids.place(id));
                    let around = around.and_then(|(outer, it)| Some((outer, self.graph.node(it)?)));
                    if let Some((outer, looped)) = around
                        && self.graph.looping(looped.id).is_some()
                    {
                        let entry = self.ids.find(instance, node.id);
                        let is_fed =
                            !matches!(self.input(outer, looped, &port.name), Source::Nothing);
                        return entry
                            .filter(|_| is_fed)
                            .map_or(Source::Nothing, |id| Source::Output(id, port.name));
                    }
                    around.map(|(outer, node)| {
                        instance = outer;
                        (node, port.name.clone())
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
