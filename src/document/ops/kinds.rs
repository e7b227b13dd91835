//! Kinds: a node becomes one of another kind, and nodes of several kinds are put on the canvas in one step.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::load::BELOW;
use super::{Keys, links_of, new_node};
use crate::document::Transaction;
use crate::graph::{Edit, Graph, NodeId, NodeKind, Pos2, SubgraphId, Vec2};

/// Make nodes ones of another kind. Links, values, title and place stay: what the kind has no port for is kept as a
/// broken link.
pub fn change_kind(
    graph: &Graph,
    nodes: &BTreeSet<NodeId>,
    kind: &Arc<NodeKind>,
    label: &str,
) -> Transaction {
    let links: Vec<_> = links_of(graph, nodes.iter().copied()).collect();
    let mut edits: Vec<_> = links.iter().cloned().map(Edit::Disconnect).collect();
    for node in nodes.iter().filter_map(|id| graph.node(*id)) {
        let mut changed = node.clone();
        changed.kind = kind.clone();
        edits.push(Edit::RemoveNode(node.id));
        edits.push(Edit::AddNode(Box::new(changed)));
    }
    edits.extend(links.into_iter().map(Edit::Connect));
    Transaction::new(label, edits)
}

/// Nodes that stand side by side before the next row begins.
const IN_ROW: usize = 3;
const BESIDE: Vec2 = Vec2::new(260.0, 0.0);

/// New nodes of these kinds, in rows. Returns the ids that they will have.
pub fn add_nodes(
    graph: &Graph,
    kinds: &[Arc<NodeKind>],
    (pos, parent): (Pos2, Option<SubgraphId>),
) -> (Vec<NodeId>, Transaction) {
    let mut keys = Keys::of(graph);
    let place = |at: usize| pos + BESIDE * (at % IN_ROW) as f32 + BELOW * (at / IN_ROW) as f32;
    let nodes = kinds.iter().enumerate();
    let nodes = nodes.map(|(at, kind)| new_node(&mut keys, kind.clone(), place(at), parent));
    let (ids, edits) = nodes
        .map(|node| (node.id, Edit::AddNode(Box::new(node))))
        .unzip();
    (ids, Transaction::new("Add nodes", edits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta};
    use crate::graph::testing::add_kind;
    use crate::graph::{Bank, Link, Port, Value, pos2};

    #[test]
    fn a_node_of_another_kind_keeps_links_and_values_and_undo_brings_the_old_one_back() {
        let kind = add_kind();
        let mut document = Document::new(Graph::default(), Meta::default());
        let place = (pos2(0.0, 0.0), None);
        let kinds = [kind.clone(), kind.clone(), kind.clone()];
        let (ids, transaction) = add_nodes(document.graph(), &kinds, place);
        document.commit(transaction).unwrap();
        assert_eq!(ids.len(), 3);
        let places = document.graph().nodes().map(|node| node.pos);
        let places: BTreeSet<_> = places.map(|it| (it.x as i32, it.y as i32)).collect();
        assert_eq!(places.len(), 3, "none covers another");
        let link = |from: usize, to: usize| {
            Edit::Connect(Link {
                from: Port::new(ids[from], "sum"),
                to: Port::new(ids[to], "a"),
            })
        };
        let value = Edit::SetValue {
            input: Port::new(ids[1], "b"),
            value: Some(Value::Int(7)),
        };
        let edits = vec![link(0, 1), link(1, 2), value];
        document.commit(Transaction::new("Link", edits)).unwrap();
        let before = document.graph().clone();

        let mut own = NodeKind::clone(&kind);
        own.bank = Bank::Project;
        let own = Arc::new(own);
        let nodes = BTreeSet::from([ids[0], ids[1]]);
        let transaction = change_kind(document.graph(), &nodes, &own, "Edit a copy");
        document.commit(transaction).unwrap();
        let graph = document.graph();
        let banks: Vec<Bank> = graph.nodes().map(|node| node.kind.bank).collect();
        assert_eq!(banks, [Bank::Project, Bank::Project, Bank::Builtin]);
        assert_eq!(graph.link_count(), 2);
        let node = graph.node(ids[1]).unwrap();
        assert_eq!(node.values.get("b"), Some(&Value::Int(7)));

        // What the kind has no port for is kept, and comes back whole.
        let mut less = NodeKind::clone(&own);
        less.inputs.clear();
        let transaction = change_kind(document.graph(), &nodes, &Arc::new(less), "Less");
        document.commit(transaction).unwrap();
        assert_eq!(document.graph().broken_links(ids[1]).len(), 1);
        document.undo();
        assert!(document.graph().broken_links(ids[1]).is_empty());
        document.undo();
        let same = |graph: &Graph| graph.nodes().cloned().collect::<Vec<_>>();
        assert_eq!(same(document.graph()), same(&before));
        assert_eq!(document.graph().link_count(), 2);
    }
}
