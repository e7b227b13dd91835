//! Group and ungroup: nodes into a subgraph and out of it, so that what runs stays the same; a use of a subgraph made
//! independent of the others.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::copies::{links_among, placed_kind};
use super::style::can_run;
use super::{Keys, is_boundary, link, links_of, new_node, unlink_all};
use crate::document::Transaction;
use crate::graph::{
    Edit, Fit, Graph, InputSpec, Kept, Link, Mode, Name, Node, NodeId, NodeKind, OutputSpec, Port,
    Pos2, Rect, Role, Subgraph, SubgraphId, SubgraphKinds, Value, ValueType, Vec2, Widget, fit,
    pos2, vec2,
};

/// About the size of a node, where nothing is known of how it is drawn.
const NODE_SIZE: Vec2 = vec2(220.0, 120.0);
/// From the left sides of a subgraph's inputs to those of the first nodes, and the same space on the other side.
const BOUNDARY_DISTANCE: f32 = 300.0;

/// Put nodes into a new subgraph and a node for it in their place; links that this cuts become its ports. Returns the
/// id that the node will have; `None` without nodes of one graph. A link that leaves the nodes and comes back closes a
/// cycle, which the graph refuses.
pub fn group(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    title: impl Into<Name>,
) -> Option<(NodeId, Transaction)> {
    let nodes = nodes.iter().filter_map(|id| graph.node(*id));
    let members: Vec<&Node> = nodes.filter(|node| !is_boundary(node)).collect();
    let parent = members.first()?.parent;
    if members.iter().any(|node| node.parent != parent) {
        return None;
    }
    let ids: BTreeSet<NodeId> = members.iter().map(|node| node.id).collect();
    let links = links_of(graph, ids.iter().copied());
    let cut = Cut::of(graph, &ids, &links);

    let mut keys = Keys::of(graph);
    let (subgraph_id, key) = keys.give_subgraph();
    let subgraph = Subgraph {
        id: subgraph_id,
        key,
        title: title.into(),
        inputs: cut.inputs.iter().map(|(_, spec)| spec.clone()).collect(),
        outputs: cut.outputs.iter().map(|(_, spec)| spec.clone()).collect(),
        kept: Arc::new(Kept::default()),
    };
    let kinds = SubgraphKinds::of(&subgraph);
    let around = box_of(&members);
    let middle = around.center() - NODE_SIZE / 2.0;
    let left = pos2(around.min.x - BOUNDARY_DISTANCE, middle.y);
    let right = pos2(around.max.x + BOUNDARY_DISTANCE - NODE_SIZE.x, middle.y);
    let inside = Some(subgraph_id);
    let inputs = new_node(&mut keys, kinds.inputs, left, inside);
    let outputs = new_node(&mut keys, kinds.outputs, right, inside);
    let node = new_node(&mut keys, kinds.node, middle, parent);
    let (inputs_id, outputs_id, id) = (inputs.id, outputs.id, node.id);

    let mut edits = unlink_all(&links);
    edits.extend(ids.iter().copied().map(Edit::RemoveNode));
    edits.push(Edit::AddSubgraph(Box::new(subgraph)));
    let moved = members.into_iter().map(|node| Node {
        parent: inside,
        ..node.clone()
    });
    let all = moved.chain([inputs, outputs, node]);
    edits.extend(all.map(|node| Edit::AddNode(Box::new(node))));
    edits.extend(links.iter().map(|it| {
        if ids.contains(&it.from.node) && ids.contains(&it.to.node) {
            Edit::Connect(it.clone())
        } else if ids.contains(&it.to.node) {
            link(Port::new(inputs_id, cut.input(&it.from)), it.to.clone())
        } else {
            link(Port::new(id, cut.output(&it.from)), it.to.clone())
        }
    }));
    for (source, spec) in &cut.inputs {
        edits.push(link(source.clone(), Port::new(id, spec.name.clone())));
    }
    for (source, spec) in &cut.outputs {
        let output = Port::new(outputs_id, spec.name.clone());
        edits.push(link(source.clone(), output));
    }
    Some((id, Transaction::new("Group", edits)))
}

/// The ports that links across the border of a group become, each with the output that feeds it.
struct Cut {
    inputs: Vec<(Port, InputSpec)>,
    outputs: Vec<(Port, OutputSpec)>,
}

impl Cut {
    /// Ports stand in the order in which the ports inside are read.
    fn of(graph: &Graph, inside: &BTreeSet<NodeId>, links: &BTreeSet<Link>) -> Self {
        let is_in = |port: &Port| inside.contains(&port.node);
        let mut entering: Vec<&Link> = links.iter().filter(|it| !is_in(&it.from)).collect();
        let mut leaving: Vec<&Link> = links.iter().filter(|it| !is_in(&it.to)).collect();
        let input_at = |kind: &NodeKind, name: &Name| {
            let mut inputs = kind.inputs.iter();
            inputs.position(|input| input.name == *name)
        };
        entering.sort_by(|a, b| in_reading_order(graph, &a.to, &b.to, input_at));
        leaving.sort_by(|a, b| {
            in_reading_order(graph, &a.from, &b.from, |kind, name| {
                kind.output_index(name)
            })
        });

        let mut names = HashSet::new();
        let mut inputs: Vec<(Port, InputSpec)> = Vec::new();
        let mut readers: BTreeMap<&Port, Vec<&Port>> = BTreeMap::new();
        for it in &entering {
            readers.entry(&it.from).or_default().push(&it.to);
        }
        for it in entering {
            // The first link of a source makes the port for all of them.
            if let Some(readers) = readers.remove(&it.from) {
                let mut spec = input_for(graph, &it.from, &readers);
                spec.name = unique(&spec.name, &mut names);
                inputs.push((it.from.clone(), spec));
            }
        }
        names.clear();
        let mut seen = HashSet::new();
        let mut outputs = Vec::new();
        for it in leaving {
            if seen.insert(&it.from) {
                let ty = graph.output_type(&it.from).cloned();
                let spec = OutputSpec {
                    name: unique(&it.from.name, &mut names),
                    ty: ty.unwrap_or(ValueType::Any),
                };
                outputs.push((it.from.clone(), spec));
            }
        }
        Self { inputs, outputs }
    }

    fn input(&self, source: &Port) -> Name {
        let found = self.inputs.iter().find(|(port, _)| port == source);
        found.map_or_else(|| source.name.clone(), |(_, spec)| spec.name.clone())
    }

    fn output(&self, source: &Port) -> Name {
        let found = self.outputs.iter().find(|(port, _)| port == source);
        found.map_or_else(|| source.name.clone(), |(_, spec)| spec.name.clone())
    }
}

/// A port for what the first reader is given, of a type that all readers take.
fn input_for(graph: &Graph, source: &Port, readers: &[&Port]) -> InputSpec {
    let spec_of = |port: &Port| graph.node(port.node)?.kind.input(&port.name);
    let first = readers.first().and_then(|port| spec_of(port));
    let mut spec = first.map_or_else(|| InputSpec::untyped(source.name.clone()), Clone::clone);
    let fits_all = readers
        .iter()
        .filter_map(|port| spec_of(port))
        .all(|reader| fit(&spec.ty, &reader.ty) != Fit::Refused);
    let from = graph.output_type(source).cloned();
    if let Some(from) = from.filter(|_| spec.ty == ValueType::Any || !fits_all) {
        spec.widget = Widget::of_type(&from);
        spec.ty = from;
    }
    spec
}

fn in_reading_order(
    graph: &Graph,
    a: &Port,
    b: &Port,
    at: impl Fn(&NodeKind, &Name) -> Option<usize>,
) -> Ordering {
    let pos = |port: &Port| graph.node(port.node).map_or(Pos2::ZERO, |node| node.pos);
    let at = |port: &Port| graph.node(port.node).map(|node| at(&node.kind, &port.name));
    let (p, q) = (pos(a), pos(b));
    p.y.total_cmp(&q.y)
        .then(p.x.total_cmp(&q.x))
        .then(a.node.cmp(&b.node))
        .then_with(|| at(a).cmp(&at(b)))
        .then_with(|| a.name.cmp(&b.name))
}

/// `a`, `a_2`, `a_3`: the first that is free.
fn unique(name: &Name, taken: &mut HashSet<Name>) -> Name {
    let numbered = (2..).map(|number| format!("{name}_{number}").into());
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names
        .find(|name| taken.insert(name.clone()))
        .unwrap_or_else(|| name.clone())
}

fn box_of(nodes: &[&Node]) -> Rect {
    let size = |node: &Node| node.style.size.unwrap_or(NODE_SIZE);
    let rects = nodes
        .iter()
        .map(|node| Rect::from_min_size(node.pos, size(node)));
    rects.reduce(Rect::union).unwrap_or(Rect::ZERO)
}

/// The inverse of `group`: the nodes of a subgraph in the place of a node that stands for it, moved when that was its
/// last use, else copied. Returns the ids that they will have; `None`: the node stands for no subgraph.
pub fn ungroup(graph: &Graph, node: NodeId) -> Option<(Vec<NodeId>, Transaction)> {
    let node = graph.node(node)?;
    let inner = node.kind.role.inside()?;
    let is_last = graph.uses_of(inner).nth(1).is_none();
    let inside = graph.nodes_in(Some(inner));
    let contents: Vec<&Node> = inside.filter(|node| !is_boundary(node)).collect();
    let mut keys = Keys::of(graph);
    let given: Vec<(NodeId, Name)> = contents
        .iter()
        .map(|content| {
            if is_last {
                (content.id, content.key.clone())
            } else {
                keys.give()
            }
        })
        .collect();
    let ids: Vec<NodeId> = given.iter().map(|(id, _)| *id).collect();
    let old_ids = contents.iter().map(|content| content.id);
    let opened = Opened {
        graph,
        node,
        inner,
        new_ids: old_ids.zip(ids.iter().copied()).collect(),
    };

    let mut edits = unlink_all(&links_of(graph, [node.id]));
    let members: Vec<NodeId> = graph.nodes_in(Some(inner)).map(|node| node.id).collect();
    if is_last {
        edits.extend(unlink_all(&links_of(graph, members.iter().copied())));
        edits.extend(members.into_iter().map(Edit::RemoveNode));
    }
    edits.push(Edit::RemoveNode(node.id));
    if is_last {
        edits.push(Edit::RemoveSubgraph(inner));
    }
    let offset = (node.pos + NODE_SIZE / 2.0 - box_of(&contents).center()).round();
    let mut links = Vec::new();
    for (content, (id, key)) in contents.into_iter().zip(given) {
        let mut new = Node {
            id,
            key,
            parent: node.parent,
            pos: content.pos + offset,
            ..content.clone()
        };
        if node.style.mode == Mode::Muted && new.style.mode == Mode::On && can_run(content) {
            new.style.mode = Mode::Muted;
        }
        for it in graph.incoming(content.id) {
            let to = Port::new(id, it.to.name.clone());
            match opened.source(&it.from) {
                Source::Port(from) => links.push(link(from, to)),
                Source::Value(value) => drop(new.values.insert(to.name, value)),
                Source::Nothing => drop(new.values.remove(&to.name)),
            }
        }
        edits.push(Edit::AddNode(Box::new(new)));
    }
    edits.extend(links);
    edits.extend(
        graph
            .outgoing(node.id)
            .iter()
            .filter_map(|it| opened.outer(it)),
    );
    Some((ids, Transaction::new("Ungroup", edits)))
}

/// Where a value comes from once the border is gone.
enum Source {
    Port(Port),
    Value(Value),
    Nothing,
}

/// A node for a subgraph whose contents come out.
struct Opened<'a> {
    graph: &'a Graph,
    node: &'a Node,
    inner: SubgraphId,
    new_ids: HashMap<NodeId, NodeId>,
}

impl Opened<'_> {
    /// What an output inside gives.
    fn source(&self, from: &Port) -> Source {
        if let Some(id) = self.new_ids.get(&from.node) {
            return Source::Port(Port::new(*id, from.name.clone()));
        }
        match self.graph.link_to(self.node.id, &from.name) {
            Some(link) => Source::Port(link.from.clone()),
            None => held(self.node, &from.name),
        }
    }

    /// What takes the place of a link from the node.
    fn outer(&self, it: &Link) -> Option<Edit> {
        let is_outputs = |node: &&Node| node.kind.role == Role::Outputs(self.inner);
        let outputs = self.graph.nodes_in(Some(self.inner)).find(is_outputs);
        let source = match outputs {
            None => Source::Nothing,
            Some(outputs) => match self.graph.link_to(outputs.id, &it.from.name) {
                Some(link) => self.source(&link.from),
                None => held(outputs, &it.from.name),
            },
        };
        let set = |value| Edit::SetValue {
            input: it.to.clone(),
            value,
        };
        match source {
            Source::Port(from) => Some(link(from, it.to.clone())),
            Source::Value(value) => Some(set(Some(value))),
            Source::Nothing => {
                let target = self.graph.node(it.to.node)?;
                target.values.contains_key(&it.to.name).then(|| set(None))
            }
        }
    }
}

fn held(node: &Node, input: &str) -> Source {
    let value = node.kind.input(input).and_then(|spec| node.value(spec));
    value.cloned().map_or(Source::Nothing, Source::Value)
}

/// Give a node a copy of its subgraph for itself alone. Returns the copy's id; `None`: the node stands for no subgraph,
/// or is its only use.
pub fn make_independent(graph: &Graph, node: NodeId) -> Option<(SubgraphId, Transaction)> {
    let node = graph.node(node)?;
    let inner = node.kind.role.inside()?;
    graph.uses_of(inner).nth(1)?;
    let mut keys = Keys::of(graph);
    let (id, key) = keys.give_subgraph();
    let subgraph = Subgraph {
        id,
        key,
        ..Subgraph::clone(graph.subgraph(inner)?)
    };
    let places = HashMap::from([(inner, id)]);
    let mut edits = vec![Edit::AddSubgraph(Box::new(subgraph))];
    let mut new_ids = HashMap::new();
    for content in graph.nodes_in(Some(inner)) {
        let (content_id, key) = keys.give();
        new_ids.insert(content.id, content_id);
        edits.push(Edit::AddNode(Box::new(Node {
            id: content_id,
            key,
            parent: Some(id),
            kind: placed_kind(&content.kind, &places),
            ..content.clone()
        })));
    }
    let inside = graph.nodes_in(Some(inner));
    let links = inside.flat_map(|node| graph.incoming(node.id));
    edits.extend(links_among(links, &new_ids));

    let links = links_of(graph, [node.id]);
    edits.extend(unlink_all(&links));
    edits.push(Edit::RemoveNode(node.id));
    edits.push(Edit::AddNode(Box::new(Node {
        kind: placed_kind(&node.kind, &places),
        ..node.clone()
    })));
    edits.extend(links.into_iter().map(Edit::Connect));
    Some((id, Transaction::new("Make independent", edits)))
}
