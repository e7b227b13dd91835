//! Subgraphs: several nodes become one and one becomes several. The nodes keep their ids and keys as they move in and out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Keys, Transaction, is_boundary, links_of, new_node};
use crate::graph::{
    Edit, Graph, InputSpec, Link, Name, Node, NodeId, OutputSpec, Port, Pos2, Role, Subgraph,
    SubgraphId, SubgraphKinds, Value, ValueType, vec2,
};

/// From the box of what is grouped to the nodes for its inputs and outputs, in graph units.
const BOUNDARY_GAP: f32 = 300.0;

/// Put nodes into a new subgraph, for which one node stands from then on. Its ports come from the links that are cut:
/// an input for each output outside that is read inside, an output for each output inside that is read outside.
/// Returns the id that this node will have; `None`: there is nothing to group.
pub fn group(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    title: &str,
) -> Option<(NodeId, Transaction)> {
    let members: Vec<&Node> = nodes
        .iter()
        .filter_map(|id| graph.node(*id))
        .filter(|node| !is_boundary(node))
        .collect();
    let parent = members.first()?.parent;
    let ids: BTreeSet<NodeId> = members.iter().map(|node| node.id).collect();
    let cut = Cut::of(graph, &ids);
    let id = graph.next_subgraph_id();
    let subgraph = Subgraph {
        id,
        key: next_key(graph, &HashSet::new()),
        title: title.into(),
        inputs: cut.inputs.iter().map(|(_, spec)| spec.clone()).collect(),
        outputs: cut.outputs.iter().map(|(_, spec)| spec.clone()).collect(),
        kept: Arc::default(),
    };
    let kinds = SubgraphKinds::of(&subgraph);
    let mut keys = Keys::of(graph);
    let low = members
        .iter()
        .fold(members[0].pos, |low, node| low.min(node.pos));
    let high = members
        .iter()
        .fold(members[0].pos, |high, node| high.max(node.pos));
    let mut make = |kind, pos, parent| new_node(&mut keys, kind, pos, parent);
    let outer = make(kinds.node, low + (high - low) / 2.0, parent);
    let inputs = make(kinds.inputs, low - vec2(BOUNDARY_GAP, 0.0), Some(id));
    let right = Pos2::new(high.x + BOUNDARY_GAP, low.y);
    let outputs = make(kinds.outputs, right, Some(id));

    let mut edits: Vec<Edit> = cut.all.iter().cloned().map(Edit::Disconnect).collect();
    edits.extend(ids.iter().map(|id| Edit::RemoveNode(*id)));
    edits.push(Edit::AddSubgraph(Box::new(subgraph)));
    for node in members {
        edits.push(Edit::AddNode(Box::new(Node {
            parent: Some(id),
            ..node.clone()
        })));
    }
    let (outer_id, inputs_id, outputs_id) = (outer.id, inputs.id, outputs.id);
    edits.extend([outer, inputs, outputs].map(|node| Edit::AddNode(Box::new(node))));
    let mut connect = |from: Port, to: Port| edits.push(Edit::Connect(Link { from, to }));
    let mut is_led_in = BTreeSet::new();
    for link in &cut.all {
        let (from_inside, to_inside) = (ids.contains(&link.from.node), ids.contains(&link.to.node));
        if from_inside && to_inside {
            connect(link.from.clone(), link.to.clone());
        } else if to_inside {
            let name = cut.input_name(&link.from);
            if is_led_in.insert(name.clone()) {
                connect(link.from.clone(), Port::new(outer_id, name.clone()));
            }
            connect(Port::new(inputs_id, name), link.to.clone());
        } else {
            connect(
                Port::new(outer_id, cut.output_name(&link.from)),
                link.to.clone(),
            );
        }
    }
    for (port, spec) in &cut.outputs {
        connect(port.clone(), Port::new(outputs_id, spec.name.clone()));
    }
    Some((outer_id, Transaction::new("Group", edits)))
}

/// Links that touch a set of nodes, and the ports that those across its edge make.
struct Cut {
    all: BTreeSet<Link>,
    /// The output outside that is read, and the input that it makes.
    inputs: Vec<(Port, InputSpec)>,
    outputs: Vec<(Port, OutputSpec)>,
}

impl Cut {
    fn of(graph: &Graph, ids: &BTreeSet<NodeId>) -> Self {
        let all: BTreeSet<Link> = ids
            .iter()
            .flat_map(|id| graph.incoming(*id).iter().chain(graph.outgoing(*id)))
            .cloned()
            .collect();
        let mut cut = Self {
            all,
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        // In the order of what reads or gives them inside, which is that of the eye.
        for link in ids.iter().flat_map(|id| graph.incoming(*id)) {
            let is_new = cut.inputs.iter().all(|(port, _)| *port != link.from);
            if ids.contains(&link.from.node) || !is_new {
                continue;
            }
            let reads = graph
                .node(link.to.node)
                .and_then(|node| node.kind.input(&link.to.name));
            let mut spec = reads
                .cloned()
                .unwrap_or_else(|| InputSpec::untyped(link.to.name.clone()));
            if spec.ty == ValueType::Any
                && let Some(ty) = graph.output_type(&link.from)
            {
                spec.ty = ty.clone();
            }
            spec.name = unique(&spec.name, cut.inputs.iter().map(|(_, spec)| &spec.name));
            cut.inputs.push((link.from.clone(), spec));
        }
        for link in ids.iter().flat_map(|id| graph.outgoing(*id)) {
            let is_new = cut.outputs.iter().all(|(port, _)| *port != link.from);
            if ids.contains(&link.to.node) || !is_new {
                continue;
            }
            let name = unique(
                &link.from.name,
                cut.outputs.iter().map(|(_, spec)| &spec.name),
            );
            let ty = graph
                .output_type(&link.from)
                .cloned()
                .unwrap_or(ValueType::Any);
            cut.outputs
                .push((link.from.clone(), OutputSpec { name, ty }));
        }
        cut
    }

    fn input_name(&self, source: &Port) -> Name {
        let found = self.inputs.iter().find(|(port, _)| port == source);
        found.map_or_else(|| source.name.clone(), |(_, spec)| spec.name.clone())
    }

    fn output_name(&self, source: &Port) -> Name {
        let found = self.outputs.iter().find(|(port, _)| port == source);
        found.map_or_else(|| source.name.clone(), |(_, spec)| spec.name.clone())
    }
}

/// `name`, or `name_2` and so on when it is taken.
pub(super) fn unique<'a>(name: &Name, taken: impl Iterator<Item = &'a Name> + Clone) -> Name {
    let is_free = |name: &Name| taken.clone().all(|other| other != name);
    if is_free(name) {
        return name.clone();
    }
    (2..=u32::MAX)
        .map(|number| Name::from(format!("{name}_{number}")))
        .find(is_free)
        .unwrap_or_else(|| name.clone())
}

/// `subgraph_N` that follows the highest one in use, also among those that are about to come.
pub(super) fn next_key(graph: &Graph, coming: &HashSet<Name>) -> Name {
    let keys = graph.subgraphs().map(|subgraph| &subgraph.key);
    let numbers = keys
        .chain(coming)
        .filter_map(|key| key.strip_prefix("subgraph_")?.parse::<u64>().ok());
    let next = numbers.max().map_or(1, |highest| highest.saturating_add(1));
    format!("subgraph_{next}").into()
}

/// Put what is inside a subgraph in the place of the node that stands for it: copies, or the nodes themselves when it
/// stands nowhere else, and then the subgraph goes. Returns the ids that they will have.
pub fn ungroup(graph: &Graph, node: NodeId) -> Option<(Vec<NodeId>, Transaction)> {
    let outer = graph.node(node)?;
    let inner = outer.kind.role.inside()?;
    let is_last = graph.uses_of(inner).count() == 1;
    let mut edits: Vec<Edit> = links_of(graph, [node]).map(Edit::Disconnect).collect();
    edits.push(Edit::RemoveNode(node));

    let all: Vec<&Node> = graph.nodes_in(Some(inner)).collect();
    let inside: BTreeSet<Link> = links_of(graph, all.iter().map(|node| node.id)).collect();
    if is_last {
        edits.extend(inside.iter().cloned().map(Edit::Disconnect));
        edits.extend(all.iter().map(|node| Edit::RemoveNode(node.id)));
        edits.push(Edit::RemoveSubgraph(inner));
    }
    let moved: Vec<&Node> = all
        .iter()
        .filter(|node| !is_boundary(node))
        .copied()
        .collect();
    let corner = moved.iter().map(|node| node.pos).reduce(Pos2::min);
    let offset = corner.map_or(vec2(0.0, 0.0), |corner| outer.pos - corner);
    let mut keys = Keys::of(graph);
    let mut new_ids = HashMap::new();
    let mut values: BTreeMap<NodeId, Vec<(Name, Value)>> = BTreeMap::new();

    let inputs: BTreeSet<NodeId> = role_ids(&all, Role::Inputs(inner));
    let outputs: BTreeSet<NodeId> = role_ids(&all, Role::Outputs(inner));
    let outside = |name: &Name| graph.link_to(node, name).map(|link| link.from.clone());
    let mut links = Vec::new();
    let mut passed: HashMap<Name, Option<Port>> = HashMap::new();
    for link in &inside {
        let from = if inputs.contains(&link.from.node) {
            outside(&link.from.name)
        } else {
            Some(link.from.clone())
        };
        if outputs.contains(&link.to.node) {
            passed.insert(link.to.name.clone(), from);
        } else if let Some(from) = from {
            links.push((from, link.to.clone()));
        } else if let Some(input) = outer.kind.input(&link.from.name)
            && let Some(value) = outer.value(input)
        {
            let of = values.entry(link.to.node).or_default();
            of.push((link.to.name.clone(), value.clone()));
        }
    }
    for link in graph.outgoing(node) {
        if let Some(Some(from)) = passed.get(&link.from.name) {
            links.push((from.clone(), link.to.clone()));
        }
    }
    for moved in &moved {
        let (id, key) = if is_last {
            (moved.id, moved.key.clone())
        } else {
            keys.give()
        };
        new_ids.insert(moved.id, id);
        let mut copy = Node {
            id,
            key,
            parent: outer.parent,
            pos: moved.pos + offset,
            ..Node::clone(moved)
        };
        copy.values
            .extend(values.remove(&moved.id).into_iter().flatten());
        edits.push(Edit::AddNode(Box::new(copy)));
    }
    let here = |port: Port| Port {
        node: new_ids.get(&port.node).copied().unwrap_or(port.node),
        ..port
    };
    edits.extend(links.into_iter().map(|(from, to)| {
        Edit::Connect(Link {
            from: here(from),
            to: here(to),
        })
    }));
    let ids = moved.iter().map(|node| new_ids[&node.id]).collect();
    Some((ids, Transaction::new("Ungroup", edits)))
}

fn role_ids(nodes: &[&Node], role: Role) -> BTreeSet<NodeId> {
    let of_role = nodes.iter().filter(|node| node.kind.role == role);
    of_role.map(|node| node.id).collect()
}

/// Remove subgraphs that stand nowhere, and those that stand only in such.
pub fn remove_unused(graph: &Graph) -> Transaction {
    let mut used: BTreeSet<SubgraphId> = BTreeSet::new();
    let mut stack = vec![None];
    while let Some(parent) = stack.pop() {
        let inside = graph
            .nodes_in(parent)
            .filter_map(|node| node.kind.role.inside());
        for inner in inside {
            if used.insert(inner) {
                stack.push(Some(inner));
            }
        }
    }
    let unused: Vec<SubgraphId> = graph
        .subgraphs()
        .map(|subgraph| subgraph.id)
        .filter(|id| !used.contains(id))
        .collect();
    let nodes: Vec<NodeId> = unused
        .iter()
        .flat_map(|id| graph.nodes_in(Some(*id)))
        .map(|node| node.id)
        .collect();
    let mut edits: Vec<Edit> = links_of(graph, nodes.iter().copied())
        .map(Edit::Disconnect)
        .collect();
    edits.extend(nodes.into_iter().map(Edit::RemoveNode));
    edits.extend(unused.into_iter().map(Edit::RemoveSubgraph));
    Transaction::new("Remove unused subgraphs", edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta};
    use crate::graph::Flat;
    use crate::graph::testing::add_kind as kind;

    fn link(from: u32, to: (u32, &str)) -> Link {
        Link {
            from: Port::new(NodeId(from), "sum"),
            to: Port::new(NodeId(to.0), to.1),
        }
    }

    /// `0 -> 1 -> 2 -> 3`, and 0 leads to both inputs of 1, 2 to 4 as well.
    fn document() -> Document {
        let node = |id: u32| {
            let pos = Pos2::new(300.0 * id as f32, 0.0);
            Node::new(NodeId(id), format!("node_{id}"), kind(), pos)
        };
        let links = [
            link(0, (1, "a")),
            link(0, (1, "b")),
            link(1, (2, "a")),
            link(2, (3, "a")),
            link(2, (4, "b")),
        ];
        Document::new(
            Graph::from_parts((0..5).map(node), links).0,
            Meta::default(),
        )
    }

    /// The nodes' keys without those around them, and the links by such keys.
    fn runs(graph: &Graph) -> Vec<String> {
        let flat = Flat::of(graph);
        let last = |id| {
            let key = flat.graph().node(id).unwrap().key.to_string();
            key.rsplit('/').next().unwrap().to_owned()
        };
        let mut links: Vec<_> = flat
            .graph()
            .links()
            .map(|link| {
                format!(
                    "{}>{}.{}",
                    last(link.from.node),
                    last(link.to.node),
                    link.to.name
                )
            })
            .collect();
        links.sort();
        links
    }

    #[test]
    fn a_group_runs_as_before_and_ungrouping_gives_back_the_graph() {
        let mut document = document();
        let (graph, before) = (document.graph().clone(), runs(document.graph()));
        let (id, transaction) =
            group(&graph, &BTreeSet::from([NodeId(1), NodeId(2)]), "Both").unwrap();
        document.commit(transaction).unwrap();
        let kind = &document.graph().node(id).unwrap().kind;
        let names = |names: Vec<&Name>| names.into_iter().map(Name::to_string).collect::<Vec<_>>();
        assert_eq!(
            names(kind.inputs.iter().map(|it| &it.name).collect()),
            ["a"],
            "one source, one input"
        );
        assert_eq!(
            names(kind.outputs.iter().map(|it| &it.name).collect()),
            ["sum"]
        );
        assert_eq!(document.graph().outgoing(id).len(), 2);
        assert_eq!(runs(document.graph()), before);

        let (ids, transaction) = ungroup(document.graph(), id).unwrap();
        assert_eq!(ids, [NodeId(1), NodeId(2)]);
        document.commit(transaction).unwrap();
        assert_eq!(runs(document.graph()), before);
        assert_eq!(
            document.graph().links().collect::<Vec<_>>(),
            graph.links().collect::<Vec<_>>()
        );
        assert_eq!(document.graph().subgraphs().count(), 0);
        document.undo();
        document.undo();
        assert_eq!(document.graph(), &graph);
    }

    #[test]
    fn of_two_uses_one_is_ungrouped_into_copies_with_its_values() {
        let mut document = document();
        let nodes = BTreeSet::from([NodeId(1)]);
        let (id, transaction) = group(document.graph(), &nodes, "One").unwrap();
        document.commit(transaction).unwrap();
        let graph = document.graph();
        let kind = graph.node(id).unwrap().kind.clone();
        let second = Node::new(graph.next_id(), "second", kind, Pos2::ZERO);
        let second_id = second.id;
        let set = Edit::SetValue {
            input: Port::new(second_id, "a"),
            value: Some(Value::Int(7)),
        };
        let edits = vec![Edit::AddNode(Box::new(second)), set];
        document
            .commit(Transaction::new("Use again", edits))
            .unwrap();
        let (ids, transaction) = ungroup(document.graph(), second_id).unwrap();
        document.commit(transaction).unwrap();
        let copy = document.graph().node(ids[0]).unwrap();
        assert_eq!(
            (copy.values["a"].clone(), copy.values["b"].clone()),
            (Value::Int(7), Value::Int(7))
        );
        assert!(document.graph().node(id).is_some(), "the other use stays");
    }

    #[test]
    fn groups_nest_and_what_stands_nowhere_is_removed() {
        let mut document = document();
        let before = runs(document.graph());
        let (id, transaction) =
            group(document.graph(), &BTreeSet::from([NodeId(1)]), "Inner").unwrap();
        document.commit(transaction).unwrap();
        let (outer, transaction) =
            group(document.graph(), &BTreeSet::from([id, NodeId(2)]), "Outer").unwrap();
        document.commit(transaction).unwrap();
        assert_eq!(runs(document.graph()), before);
        document
            .commit(super::super::delete(
                document.graph(),
                &BTreeSet::from([outer]),
            ))
            .unwrap();
        let transaction = remove_unused(document.graph());
        document.commit(transaction).unwrap();
        assert_eq!(document.graph().subgraphs().count(), 0);
        assert_eq!(document.graph().node_count(), 3);
    }

    #[test]
    fn a_group_that_would_wait_for_itself_is_refused_and_changes_nothing() {
        let mut document = document();
        let graph = document.graph().clone();
        let (_, transaction) =
            group(&graph, &BTreeSet::from([NodeId(0), NodeId(2)]), "Around").unwrap();
        assert_eq!(
            document.commit(transaction),
            Err(crate::graph::EditError::Cycle)
        );
        assert_eq!(document.graph(), &graph);
    }

    #[test]
    fn an_independent_copy_changes_alone() {
        let mut document = document();
        let nodes = BTreeSet::from([NodeId(1), NodeId(2)]);
        let (node, transaction) = group(document.graph(), &nodes, "Both").unwrap();
        document.commit(transaction).unwrap();
        let alone = super::super::make_independent(document.graph(), node);
        assert!(alone.is_none(), "it is its only use");
        let copies =
            super::super::duplicate(document.graph(), &BTreeSet::from([node]), vec2(9.0, 9.0));
        document.commit(copies.1).unwrap();
        let before = runs(document.graph());
        let transaction = super::super::make_independent(document.graph(), node).unwrap();
        document.commit(transaction).unwrap();
        let graph = document.graph();
        let inside = |id| graph.node(id).unwrap().kind.role.inside().unwrap();
        assert_ne!(inside(node), inside(copies.0[0]));
        assert_eq!(graph.nodes_in(Some(inside(node))).count(), 4);
        assert_eq!(graph.incoming(node).len(), 1);
        assert_eq!(runs(graph).len(), before.len());
        assert!(super::super::make_independent(graph, NodeId(0)).is_none());
    }
}
