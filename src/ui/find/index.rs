//! Index: what of each node can be found, ready to be searched. Pure; made anew when the graph has changed.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::arrange::reading_order;
use crate::document::way_to;
use crate::graph::{Graph, Name, Node, NodeId, NodeKind};

/// The texts of all nodes that can be shown, in reading order: those of the graph around all, then of each subgraph.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
    kinds: Vec<KindTexts>,
}

/// In lower case, as are queries.
#[derive(Debug)]
struct Entry {
    node: NodeId,
    kind: usize,
    title: String,
    /// Of the inputs that have no link.
    values: String,
}

#[derive(Debug)]
struct KindTexts {
    names: String,
    help: String,
}

/// Where a word was found; what was found nearer to the title comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Title,
    Kind,
    Values,
    Help,
}

impl Index {
    pub fn new(graph: &Graph) -> Self {
        let mut index = Self::default();
        let mut places = HashMap::new();
        let subgraphs = graph.subgraphs().map(|subgraph| Some(subgraph.id));
        let shown = subgraphs.filter(|subgraph| way_to(graph, *subgraph).is_some());
        let levels = std::iter::once(None).chain(shown);
        for node in levels.flat_map(|level| reading_order(graph.nodes_in(level))) {
            let kinds = &mut index.kinds;
            let kind = *places.entry(Arc::as_ptr(&node.kind)).or_insert_with(|| {
                kinds.push(KindTexts::new(&node.kind));
                kinds.len() - 1
            });
            index.entries.push(Entry {
                node: node.id,
                kind,
                title: node.title().to_lowercase(),
                values: values(graph, node),
            });
        }
        index
    }

    /// Nodes that have every word of the query somewhere: in the title, then in the kind's names, in values, in the
    /// help; each group in reading order. None for an empty query.
    pub fn find(&self, query: &str) -> Vec<NodeId> {
        let query = query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        // Most nodes share their kind with others: what a kind holds is looked up once.
        let in_kinds: Vec<Vec<Option<Place>>> = self
            .kinds
            .iter()
            .map(|kind| words.iter().map(|word| kind.place(word)).collect())
            .collect();
        let mut hits: Vec<(Place, NodeId)> = Vec::new();
        for entry in &self.entries {
            let in_kind = &in_kinds[entry.kind];
            let mut places = words
                .iter()
                .zip(in_kind)
                .map(|(word, in_kind)| entry.place(word, *in_kind));
            let farthest =
                places.try_fold(Place::Title, |farthest, place| Some(farthest.max(place?)));
            hits.extend(farthest.map(|place| (place, entry.node)));
        }
        hits.sort_by_key(|(place, _)| *place);
        hits.into_iter().map(|(_, node)| node).collect()
    }
}

impl Entry {
    fn place(&self, word: &str, in_kind: Option<Place>) -> Option<Place> {
        if self.title.contains(word) {
            return Some(Place::Title);
        }
        if in_kind != Some(Place::Kind) && self.values.contains(word) {
            return Some(Place::Values);
        }
        in_kind
    }
}

impl KindTexts {
    fn new(kind: &NodeKind) -> Self {
        let names = [&kind.title, &kind.function, &kind.family];
        let names = names.into_iter().chain(&kind.keywords);
        let names: Vec<&str> = names.map(Name::as_str).collect();
        let inputs = kind
            .inputs
            .iter()
            .flat_map(|input| [input.name.as_str(), &*input.help]);
        let outputs = kind.outputs.iter().map(|output| output.name.as_str());
        let help = [&*kind.summary, &*kind.help].into_iter();
        let help: Vec<&str> = help.chain(inputs).chain(outputs).collect();
        Self {
            names: names.join("\n").to_lowercase(),
            help: help.join("\n").to_lowercase(),
        }
    }

    fn place(&self, word: &str) -> Option<Place> {
        if self.names.contains(word) {
            Some(Place::Kind)
        } else {
            self.help.contains(word).then_some(Place::Help)
        }
    }
}

fn values(graph: &Graph, node: &Node) -> String {
    let inputs = node.kind.inputs.iter();
    let unlinked = inputs.filter(|input| graph.link_to(node.id, &input.name).is_none());
    let values = unlinked.filter_map(|input| node.value(input));
    let texts: Vec<String> = values
        .map(|value| value.to_string().to_lowercase())
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Link, Port, Pos2, Value, ValueType};
    use crate::ui::testing::{input, kind};

    fn graph() -> Graph {
        let number = |name, default| input(name, ValueType::Float, Some(Value::Float(default)));
        let add = kind(
            "Add",
            "Math",
            vec![number("a", 1.5), number("b", 2.0)],
            ValueType::Float,
        );
        let upper = kind(
            "Upper case",
            "Text",
            vec![input("text", ValueType::Text, None)],
            ValueType::Text,
        );
        let node = |id: u32, kind: &Arc<NodeKind>, pos: (f32, f32)| {
            Node::new(
                NodeId(id),
                format!("node_{id}"),
                kind.clone(),
                Pos2::new(pos.0, pos.1),
            )
        };
        let mut titled = node(2, &add, (0.0, 50.0));
        titled.title = Some("Größe der Münzen".into());
        let mut shouting = node(3, &upper, (300.0, 0.0));
        shouting
            .values
            .insert("text".into(), Value::text("Add some Salt"));
        let link = Link {
            from: Port::new(NodeId(0), "result"),
            to: Port::new(NodeId(1), "a"),
        };
        let nodes = [
            node(0, &add, (0.0, 0.0)),
            node(1, &add, (200.0, 0.0)),
            titled,
            shouting,
        ];
        Graph::from_parts(nodes, [link]).0
    }

    #[test]
    fn nodes_are_found_by_all_that_is_said_of_them() {
        let index = Index::new(&graph());
        for (query, expected) in [
            ("", vec![]),
            ("   ", vec![]),
            // Titles first, then the kind of a node with a title of its own, then values.
            ("add", vec![0, 1, 2, 3]),
            ("ADD", vec![0, 1, 2, 3]),
            ("größe", vec![2]),
            ("MÜNZ", vec![2]),
            ("math", vec![0, 2, 1]),
            ("salt", vec![3]),
            ("upper_case", vec![3]),
            // A value that a link hides is not seen, and so is not found.
            ("1.5", vec![0, 2]),
            ("2.0", vec![0, 2, 1]),
            // Help and ports.
            ("what", vec![0, 2, 1, 3]),
            ("text in one", vec![3]),
            // Every word must be somewhere.
            ("add math", vec![0, 2, 1]),
            ("add salt", vec![3]),
            ("math salt", vec![]),
            ("zebra", vec![]),
        ] {
            let found: Vec<u32> = index.find(query).into_iter().map(|id| id.0).collect();
            assert_eq!(found, expected, "{query:?}");
        }
    }

    #[test]
    fn an_empty_graph_holds_nothing() {
        assert_eq!(Index::new(&Graph::default()).find("add"), []);
    }
}
