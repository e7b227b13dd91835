//! Ports: those of subgraphs are renamed, added, moved and removed, with the links and values of all uses following.

use std::collections::{HashMap, HashSet};

use super::{links_of, set_looping};
use crate::document::Transaction;
use crate::graph::{
    Edit, Fit, Graph, InputSpec, Link, Name, Node, OutputSpec, Port, Role, Subgraph, SubgraphId,
    ValueType, fit,
};

/// The ports of a subgraph that are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Inputs,
    Outputs,
}

impl Side {
    /// One port of them.
    pub fn one(self) -> &'static str {
        match self {
            Self::Inputs => "input",
            Self::Outputs => "output",
        }
    }
}

/// What is done to one port, by its place among those of its side.
#[derive(Clone, Debug, PartialEq)]
pub enum PortChange {
    Rename(usize, Name),
    Retype(usize, ValueType),
    /// To the place of another, which takes its own.
    Swap(usize, usize),
    Remove(usize),
    /// After all others, of any type.
    Add,
}

/// Name and type of the ports of one side, in their order.
pub fn ports_of(subgraph: &Subgraph, side: Side) -> Vec<(&Name, &ValueType)> {
    match side {
        Side::Inputs => {
            let ports = subgraph.inputs.iter();
            ports.map(|port| (&port.name, &port.ty)).collect()
        }
        Side::Outputs => {
            let ports = subgraph.outputs.iter();
            ports.map(|port| (&port.name, &port.ty)).collect()
        }
    }
}

/// Why the port at a place cannot be called so; `None`: it can.
pub fn port_name_problem(subgraph: &Subgraph, side: Side, at: usize, name: &str) -> Option<String> {
    let is_taken = ports_of(subgraph, side)
        .iter()
        .enumerate()
        .any(|(i, (other, _))| i != at && **other == *name);
    if name.trim().is_empty() {
        Some("A port needs a name".to_owned())
    } else if let Some(sign) = name.chars().find(|sign| ['.', '='].contains(sign)) {
        Some(format!(
            "A name cannot hold \"{sign}\": NODE.PORT=VALUE means something in commands"
        ))
    } else if is_taken {
        Some(format!("There is an {} \"{name}\" already", side.one()))
    } else {
        None
    }
}

/// Change one port of a subgraph, in all places where it stands.
pub fn change_port(graph: &Graph, id: SubgraphId, side: Side, change: PortChange) -> Transaction {
    let Some(old) = graph.subgraph(id) else {
        return Transaction::new("Change ports", Vec::new());
    };
    let mut new = Subgraph::clone(old);
    let mut renamed = Vec::new();
    let label = match change {
        PortChange::Rename(at, name) => {
            let port = match side {
                Side::Inputs => new.inputs.get_mut(at).map(|port| &mut port.name),
                Side::Outputs => new.outputs.get_mut(at).map(|port| &mut port.name),
            };
            if let Some(port) = port {
                renamed.push((std::mem::replace(port, name.clone()), name));
            }
            "Rename port"
        }
        PortChange::Retype(at, ty) => {
            match side {
                // Widget and default were made for another type.
                Side::Inputs => {
                    if let Some(port) = new.inputs.get_mut(at).filter(|port| port.ty != ty) {
                        *port = InputSpec {
                            help: port.help.clone(),
                            ..InputSpec::new(port.name.clone(), ty)
                        };
                    }
                }
                Side::Outputs => {
                    if let Some(port) = new.outputs.get_mut(at) {
                        port.ty = ty;
                    }
                }
            }
            "Change type of port"
        }
        PortChange::Swap(from, to) => {
            let is_there = from.max(to) < ports_of(&new, side).len();
            match side {
                Side::Inputs if is_there => new.inputs.swap(from, to),
                Side::Outputs if is_there => new.outputs.swap(from, to),
                _ => {}
            }
            "Move port"
        }
        PortChange::Remove(at) => {
            let is_there = at < ports_of(&new, side).len();
            match side {
                Side::Inputs if is_there => drop(new.inputs.remove(at)),
                Side::Outputs if is_there => drop(new.outputs.remove(at)),
                _ => {}
            }
            "Remove port"
        }
        PortChange::Add => {
            let taken = ports_of(&new, side).into_iter().map(|(name, _)| name);
            let name = super::subgraphs::unique(&side.one().into(), taken);
            match side {
                Side::Inputs => new.inputs.push(InputSpec::untyped(name)),
                Side::Outputs => new.outputs.push(OutputSpec::untyped(name)),
            }
            "Add port"
        }
    };
    let none = Vec::new();
    let (inputs, outputs) = match side {
        Side::Inputs => (&renamed, &none),
        Side::Outputs => (&none, &renamed),
    };
    Transaction {
        label: label.into(),
        ..set_ports(graph, id, new, inputs, outputs)
    }
}

/// Call a subgraph something else; nodes with titles of their own keep them.
pub fn rename_subgraph(graph: &Graph, id: SubgraphId, title: Name) -> Transaction {
    let Some(old) = graph.subgraph(id) else {
        return Transaction::new("Rename subgraph", Vec::new());
    };
    let new = Subgraph {
        title,
        ..Subgraph::clone(old)
    };
    Transaction {
        label: "Rename subgraph".into(),
        ..set_ports(graph, id, new, &[], &[])
    }
}

/// Give a subgraph other ports or another title. Links and values follow ports that are renamed, each given as its old
/// and its new name; those of ports that are gone go, and links between types that do not fit any more.
pub fn set_ports(
    graph: &Graph,
    id: SubgraphId,
    new: Subgraph,
    renamed_inputs: &[(Name, Name)],
    renamed_outputs: &[(Name, Name)],
) -> Transaction {
    const LABEL: &str = "Change ports";
    let Some(old) = graph.subgraph(id) else {
        return Transaction::new(LABEL, Vec::new());
    };
    let inputs = new.inputs.iter().map(|port| &port.name);
    let outputs = new.outputs.iter().map(|port| &port.name);
    let renaming = Renaming {
        id,
        inputs: Names::new(inputs, renamed_inputs),
        outputs: Names::new(outputs, renamed_outputs),
    };
    let is_its = |node: &&Node| belongs_to(node.kind.role, id);
    let nodes: Vec<&Node> = graph.nodes().filter(is_its).collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for it in links_of(graph, nodes.iter().map(|node| node.id)) {
        let (from, to) = (renaming.from(graph, &it.from), renaming.to(graph, &it.to));
        let now = from.zip(to).map(|(from, to)| Link { from, to });
        let now = now.filter(|now| still_fits(graph, &new, now));
        if now.as_ref() != Some(&it) {
            before.push(Edit::Disconnect(it));
            after.extend(now.map(Edit::Connect));
        }
    }
    for node in nodes {
        for (name, value) in &node.values {
            let input = Port::new(node.id, name.clone());
            let now = renaming.to(graph, &input);
            if now.as_ref() != Some(&input) {
                before.push(Edit::SetValue { input, value: None });
                let value = Some(value.clone());
                after.extend(now.map(|input| Edit::SetValue { input, value }));
            }
        }
    }
    for node in graph.uses_of(id) {
        if let Some(looping) = &node.looping {
            let now = looping.renamed(
                |input| renaming.inputs.name(input).cloned(),
                |output| renaming.outputs.name(output).cloned(),
            );
            if now != **looping {
                after.extend(set_looping(node.id, now).edits);
            }
        }
    }
    let new = Subgraph {
        id,
        key: old.key.clone(),
        ..new
    };
    if new != **old {
        before.push(Edit::SetSubgraph(Box::new(new)));
    }
    before.extend(after);
    Transaction::new(LABEL, before)
}

/// Do the types of a link's ends fit when the subgraph has its new ports?
fn still_fits(graph: &Graph, new: &Subgraph, link: &Link) -> bool {
    let input = |name: &Name| new.inputs.iter().find(|port| port.name == *name);
    let output = |name: &Name| new.outputs.iter().find(|port| port.name == *name);
    let role = |port: &Port| graph.node(port.node).map(|node| node.kind.role);
    let from = match role(&link.from) {
        Some(Role::Subgraph(id)) if id == new.id => output(&link.from.name).map(|port| &port.ty),
        Some(Role::Inputs(id)) if id == new.id => input(&link.from.name).map(|port| &port.ty),
        _ => graph.output_type(&link.from),
    };
    let to = match role(&link.to) {
        Some(Role::Subgraph(id)) if id == new.id => input(&link.to.name).map(|port| &port.ty),
        Some(Role::Outputs(id)) if id == new.id => output(&link.to.name).map(|port| &port.ty),
        _ => {
            let node = graph.node(link.to.node);
            let input = node.and_then(|node| node.kind.input(&link.to.name));
            input.map(|input| &input.ty)
        }
    };
    // Of a port that its kind lost nothing is known: its link is kept.
    from.zip(to)
        .is_none_or(|(from, to)| fit(from, to) != Fit::Refused)
}

fn belongs_to(role: Role, subgraph: SubgraphId) -> bool {
    match role {
        Role::Subgraph(id) | Role::Inputs(id) | Role::Outputs(id) => id == subgraph,
        _ => false,
    }
}

/// What the ports of a subgraph are called afterwards.
struct Renaming<'a> {
    id: SubgraphId,
    inputs: Names<'a>,
    outputs: Names<'a>,
}

impl Renaming<'_> {
    /// The output of a link afterwards; `None`: it is gone.
    fn from(&self, graph: &Graph, output: &Port) -> Option<Port> {
        match graph.node(output.node)?.kind.role {
            Role::Subgraph(id) if id == self.id => self.outputs.of(output),
            Role::Inputs(id) if id == self.id => self.inputs.of(output),
            _ => Some(output.clone()),
        }
    }

    fn to(&self, graph: &Graph, input: &Port) -> Option<Port> {
        match graph.node(input.node)?.kind.role {
            Role::Subgraph(id) if id == self.id => self.inputs.of(input),
            Role::Outputs(id) if id == self.id => self.outputs.of(input),
            _ => Some(input.clone()),
        }
    }
}

struct Names<'a> {
    renamed: HashMap<&'a Name, &'a Name>,
    /// Names that stay what they are.
    kept: HashSet<Name>,
}

impl<'a> Names<'a> {
    fn new(now: impl Iterator<Item = &'a Name>, renamed: &'a [(Name, Name)]) -> Self {
        let all: HashSet<Name> = now.cloned().collect();
        let there = renamed.iter().filter(|(_, to)| all.contains(to));
        let renamed: HashMap<_, _> = there.map(|(from, to)| (from, to)).collect();
        let targets: HashSet<&Name> = renamed.values().copied().collect();
        let is_kept = |name: &Name| !targets.contains(name);
        let kept = all.iter().filter(|name| is_kept(name)).cloned().collect();
        Self { renamed, kept }
    }

    fn name(&self, name: &Name) -> Option<&Name> {
        match self.renamed.get(name) {
            Some(name) => Some(*name),
            None => self.kept.get(name),
        }
    }

    fn of(&self, port: &Port) -> Option<Port> {
        let name = self.name(&port.name)?;
        Some(Port::new(port.node, name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::document::ops;
    use crate::document::{Document, Meta};
    use crate::graph::testing::add_kind;
    use crate::graph::{Flat, NodeId, Pos2, Value, ValueType};

    /// 0 and 1 feed 2, 2 feeds 3 and 4, 1 feeds 3, 3 feeds 4; 2 and 3 are in a group, whose node is returned.
    fn grouped() -> (Document, NodeId) {
        let kind = add_kind();
        let node = |id| Node::new(NodeId(id), format!("node_{id}"), kind.clone(), Pos2::ZERO);
        let links = [
            (0, 2, "a"),
            (1, 2, "b"),
            (2, 3, "a"),
            (1, 3, "b"),
            (2, 4, "a"),
            (3, 4, "b"),
        ];
        let links = links.map(|(from, to, input)| Link {
            from: Port::new(NodeId(from), "sum"),
            to: Port::new(NodeId(to), input),
        });
        let graph = Graph::from_parts((0..5).map(node), links).0;
        let mut document = Document::new(graph, Meta::default());
        let members = BTreeSet::from([NodeId(2), NodeId(3)]);
        let (id, transaction) = ops::group(document.graph(), &members, "Two").unwrap();
        document.commit(transaction).unwrap();
        (document, id)
    }

    /// What runs, wherever it stands: `from>to.input` and `node.input=value`, by the last part of each key.
    fn runs(graph: &Graph) -> Vec<String> {
        let flat = Flat::of(graph);
        let key = |id| {
            let key = flat.graph().node(id).unwrap().key.to_string();
            key.rsplit('/').next().unwrap().to_owned()
        };
        let mut lines: Vec<_> = flat
            .graph()
            .links()
            .map(|it| format!("{}>{}.{}", key(it.from.node), key(it.to.node), it.to.name))
            .collect();
        for node in flat.graph().nodes() {
            let values = node.values.iter();
            lines.extend(values.map(|(name, value)| format!("{}.{name}={value}", key(node.id))));
        }
        lines.sort();
        lines
    }

    #[test]
    fn links_and_values_follow_renamed_ports_and_go_with_removed_ones() {
        let (mut document, node) = grouped();
        let inner = document
            .graph()
            .node(node)
            .unwrap()
            .kind
            .role
            .inside()
            .unwrap();
        let link = document.graph().link_to(node, "b").unwrap().clone();
        document.commit(ops::disconnect([link])).unwrap();
        let held = ops::set_value(Port::new(node, "b"), Some(Value::Int(3)));
        document.commit(held).unwrap();
        let before = runs(document.graph());

        // Both inputs change their names with each other.
        let mut new = Subgraph::clone(document.graph().subgraph(inner).unwrap());
        new.inputs[0].name = "b".into();
        new.inputs[1].name = "a".into();
        new.outputs[1].name = "total".into();
        let swapped = [("a".into(), "b".into()), ("b".into(), "a".into())];
        let renamed = [("sum_2".into(), "total".into())];
        let change = set_ports(document.graph(), inner, new.clone(), &swapped, &renamed);
        document.commit(change).unwrap();
        let graph = document.graph();
        assert_eq!(runs(graph), before);
        assert_eq!(graph.node(node).unwrap().values["a"], Value::Int(3));
        assert_eq!(graph.link_to(NodeId(4), "b").unwrap().from.name, "total");

        // A port that goes takes its links and values along; its name is free for another.
        new.inputs.remove(1);
        new.outputs.remove(0);
        new.outputs[0].name = "sum".into();
        let renamed = [("total".into(), "sum".into())];
        let change = set_ports(graph, inner, new, &[], &renamed);
        document.commit(change).unwrap();
        let graph = document.graph();
        assert!(graph.node(node).unwrap().values.is_empty());
        let left: Vec<_> = graph
            .outgoing(node)
            .iter()
            .map(|it| it.to.name.as_str())
            .collect();
        assert_eq!(left, ["b"]);
        while document.undo().is_some() {}
        assert_eq!(document.graph().subgraphs().count(), 0);
    }

    #[test]
    fn one_port_is_changed_in_one_step_wherever_its_subgraph_stands() {
        let (mut document, node) = grouped();
        let graph = document.graph();
        let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
        let before = runs(graph);
        // A second node stands for the same subgraph.
        let kind = graph.subgraph_kind(inner).unwrap().clone();
        let (twin, add) = ops::add_node(graph, &kind, (Pos2::ZERO, None), None);
        document.commit(add).unwrap();
        let names = |document: &Document, side| {
            let subgraph = document.graph().subgraph(inner).unwrap();
            let names = ports_of(subgraph, side).into_iter();
            names
                .map(|(name, ty)| format!("{name}:{ty}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(names(&document, Side::Inputs), "a:int b:int");
        assert_eq!(names(&document, Side::Outputs), "sum:int sum_2:int");
        let steps = document.history().done();
        for (i, (side, change, expected)) in [
            (
                Side::Inputs,
                PortChange::Rename(0, "left".into()),
                "left:int b:int",
            ),
            (Side::Inputs, PortChange::Swap(1, 0), "b:int left:int"),
            (Side::Outputs, PortChange::Swap(0, 1), "sum_2:int sum:int"),
            (Side::Inputs, PortChange::Add, "b:int left:int input:any"),
            (
                Side::Inputs,
                PortChange::Add,
                "b:int left:int input:any input_2:any",
            ),
            (
                Side::Inputs,
                PortChange::Retype(2, ValueType::Table),
                "b:int left:int input:table input_2:any",
            ),
            (
                Side::Inputs,
                PortChange::Remove(3),
                "b:int left:int input:table",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let transaction = change_port(document.graph(), inner, side, change);
            document.commit(transaction).unwrap();
            assert_eq!(names(&document, side), expected);
            assert_eq!(document.history().done(), steps + i + 1);
            for id in [node, twin] {
                let kind = &document.graph().node(id).unwrap().kind;
                assert_eq!(kind, document.graph().subgraph_kind(inner).unwrap());
            }
        }
        // What is not there changes nothing.
        for change in [PortChange::Remove(9), PortChange::Swap(0, 9)] {
            let transaction = change_port(document.graph(), inner, Side::Inputs, change);
            assert!(transaction.edits.is_empty());
        }
        document
            .commit(ops::delete(document.graph(), &BTreeSet::from([twin])))
            .unwrap();
        assert_eq!(runs(document.graph()), before);
    }

    #[test]
    fn a_bad_name_says_why() {
        let (document, node) = grouped();
        let inner = document.graph().node(node).unwrap().kind.role.inside();
        let subgraph = document.graph().subgraph(inner.unwrap()).unwrap();
        for (name, expected) in [
            ("a", None),
            ("total sum", None),
            (" ", Some("needs a name")),
            ("b", Some("an input \"b\" already")),
            ("a.b", Some("cannot hold \".\"")),
            ("a=b", Some("cannot hold \"=\"")),
        ] {
            let problem = port_name_problem(subgraph, Side::Inputs, 0, name);
            let is_so = match (&problem, expected) {
                (Some(problem), Some(expected)) => problem.contains(expected),
                (problem, expected) => problem.is_none() && expected.is_none(),
            };
            assert!(is_so, "{name:?}: {problem:?}");
        }
    }

    #[test]
    fn links_that_do_not_fit_the_new_type_go_and_come_back_with_undo() {
        let (mut document, node) = grouped();
        let graph = document.graph();
        let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
        let links = graph.link_count();
        let mut new = Subgraph::clone(graph.subgraph(inner).unwrap());
        let fed = new.inputs[0].name.clone();
        let into = |graph: &Graph| graph.link_to(node, &fed).is_some();
        assert!(into(graph));
        new.inputs[0].ty = ValueType::Table;
        let change = set_ports(graph, inner, new, &[], &[]);
        document.commit(change).unwrap();
        assert!(!into(document.graph()));
        assert!(document.graph().link_count() < links);
        document.undo();
        assert_eq!(document.graph().link_count(), links);
    }

    #[test]
    fn what_changes_nothing_is_no_step() {
        let (document, node) = grouped();
        let graph = document.graph();
        let inner = graph.node(node).unwrap().kind.role.inside().unwrap();
        let same = Subgraph::clone(graph.subgraph(inner).unwrap());
        assert!(set_ports(graph, inner, same, &[], &[]).edits.is_empty());
    }
}
