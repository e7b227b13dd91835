//! The way to a node: which nodes' subgraphs must be open for it to be seen.

use std::collections::{HashSet, VecDeque};

use crate::graph::{Graph, NodeId, SubgraphId};

/// The nodes whose subgraphs lead to this one, the outermost first, by as few as there can be; `None` when it stands
/// nowhere that can be reached.
pub fn way_to(graph: &Graph, subgraph: Option<SubgraphId>) -> Option<Vec<NodeId>> {
    // From the inside out; each way is kept from the innermost node.
    let mut ways = VecDeque::from([(subgraph, Vec::new())]);
    let mut seen = HashSet::new();
    while let Some((at, mut way)) = ways.pop_front() {
        let Some(at) = at else {
            way.reverse();
            return Some(way);
        };
        if !seen.insert(at) {
            continue;
        }
        for node in graph.uses_of(at) {
            let mut longer = way.clone();
            longer.push(node.id);
            ways.push_back((node.parent, longer));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta, ops};

    /// Three notes, the last grouped twice: in subgraph 1, which lies in subgraph 0. Then both groups are taken away.
    #[test]
    fn ways_lead_from_the_outermost_inwards_and_not_to_what_stands_nowhere() {
        let mut document = Document::new(Graph::default(), Meta::default());
        let pos = crate::graph::pos2(0.0, 0.0);
        let (note, transaction) = ops::add_note(document.graph(), pos, None);
        document.commit(transaction).unwrap();
        assert_eq!(document.path_to(note), Some(vec![]));

        let group = |document: &mut Document, node| {
            let (group, transaction) =
                ops::group(document.graph(), &[node].into(), "Group").unwrap();
            document.commit(transaction).unwrap();
            group
        };
        let inner = group(&mut document, note);
        let outer = group(&mut document, inner);
        let note = document
            .graph()
            .nodes()
            .find(|node| node.kind.inputs.len() == 1);
        let note = note.unwrap().id;
        let inner = document
            .graph()
            .nodes_in(document.graph().node(outer).unwrap().kind.role.inside());
        let inner = inner.map(|node| node.id).find(|id| {
            let node = document.graph().node(*id);
            node.is_some_and(|node| node.kind.role.inside().is_some())
        });
        let inner = inner.unwrap();
        assert_eq!(document.path_to(note), Some(vec![outer, inner]));
        assert_eq!(document.path_to(inner), Some(vec![outer]));
        assert_eq!(document.path_to(outer), Some(vec![]));

        // Of two that stand for one subgraph the open one is stayed in.
        let (copies, transaction) = ops::duplicate(
            document.graph(),
            &[outer].into(),
            crate::graph::vec2(9.0, 9.0),
        );
        document.commit(transaction).unwrap();
        document.open([copies[0], inner]);
        assert_eq!(document.path_to(note), Some(vec![copies[0], inner]));
        assert_eq!(document.path_to(inner), Some(vec![copies[0]]));
        assert_eq!(document.path_to(outer), Some(vec![]));

        let uses = [outer, copies[0]].into();
        document
            .commit(ops::delete(document.graph(), &uses))
            .unwrap();
        assert_eq!(document.path_to(note), None);
    }
}
