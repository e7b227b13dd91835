//! Ports of subgraphs: renamed, added and removed, with the links and values of all uses following. And subgraphs that
//! are used no more.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{links_of, unlink_all};
use crate::document::Transaction;
use crate::graph::{Edit, Graph, Link, Name, Node, NodeId, Port, Role, Subgraph, SubgraphId};

/// Give a subgraph other ports or another title. Links and values follow ports that are renamed, each given as its old
/// and its new name; those of ports that are gone go.
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
    let is_its = |node: &&Node| node.kind.role.subgraph() == Some(id);
    let nodes: Vec<&Node> = graph.nodes().filter(is_its).collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for it in links_of(graph, nodes.iter().map(|node| node.id)) {
        let (from, to) = (renaming.from(graph, &it.from), renaming.to(graph, &it.to));
        let now = from.zip(to).map(|(from, to)| Link { from, to });
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

    fn of(&self, port: &Port) -> Option<Port> {
        let name = match self.renamed.get(&port.name) {
            Some(name) => Some(*name),
            None => self.kept.get(&port.name),
        };
        name.map(|name| Port::new(port.node, name.clone()))
    }
}

/// Remove the subgraphs that stand nowhere in the graph, at whatever depth.
pub fn remove_unused(graph: &Graph) -> Transaction {
    let mut parts: HashMap<Option<SubgraphId>, BTreeSet<SubgraphId>> = HashMap::new();
    for node in graph.nodes() {
        if let Some(inner) = node.kind.role.inside() {
            parts.entry(node.parent).or_default().insert(inner);
        }
    }
    let mut used = HashSet::new();
    let mut stack = vec![None];
    while let Some(place) = stack.pop() {
        let inner = parts.get(&place).into_iter().flatten();
        stack.extend(inner.filter(|id| used.insert(**id)).map(|id| Some(*id)));
    }
    let is_lost = |id: SubgraphId| !used.contains(&id);
    let nodes = graph.nodes();
    let lost: BTreeSet<NodeId> = nodes
        .filter(|node| node.parent.is_some_and(is_lost))
        .map(|node| node.id)
        .collect();
    let mut edits = unlink_all(&links_of(graph, lost.iter().copied()));
    edits.extend(lost.into_iter().map(Edit::RemoveNode));
    let subgraphs = graph.subgraphs().map(|subgraph| subgraph.id);
    edits.extend(
        subgraphs
            .filter(|id| is_lost(*id))
            .map(Edit::RemoveSubgraph),
    );
    Transaction::new("Remove unused subgraphs", edits)
}
