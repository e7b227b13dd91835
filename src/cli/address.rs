//! NODE and NODE.PORT, as people write them, to the nodes and ports of a graph; and what they might have meant when
//! there is no such thing. Changes nothing.

use std::fmt::Display;

use crate::graph::{Graph, Node, Port};

/// The node with this id, or with this title or function when no other node has it.
pub fn node<'a>(graph: &'a Graph, text: &str) -> Result<&'a Node, String> {
    if let Some(node) = graph.node_by_key(text) {
        return Ok(node);
    }
    let titled: Vec<&Node> = graph
        .nodes()
        .filter(|node| *node.title() == *text)
        .collect();
    let called: Vec<&Node> = graph
        .nodes()
        .filter(|node| node.kind.function == *text)
        .collect();
    match (&titled[..], &called[..]) {
        ([node], _) | ([], [node]) => Ok(node),
        ([], []) => {
            let names = graph
                .nodes()
                .flat_map(|node| [node.title().as_str(), node.key.as_str()]);
            Err(format!(
                "there is no node \"{text}\"{}; name one by its id or its title",
                meant(text, names)
            ))
        }
        (nodes, _) if !nodes.is_empty() => Err(several(text, nodes)),
        (_, nodes) => Err(several(text, nodes)),
    }
}

/// NODE.PORT for an output.
pub fn output(graph: &Graph, text: &str) -> Result<Port, String> {
    let (node, port) = split(graph, text, "NODE.PORT")?;
    let names = || node.kind.outputs.iter().map(|output| output.name.as_str());
    match node.kind.output(port) {
        Some(output) => Ok(Port::new(node.id, output.name.clone())),
        None => Err(no_port(node, "output", port, names())),
    }
}

/// NODE.PORT=VALUE: the input, and the text of its value.
pub fn assignment<'t>(graph: &Graph, text: &'t str) -> Result<(Port, &'t str), String> {
    // A title may hold a `=`: the first one behind a port that exists is meant.
    let mut first_error = None;
    for (at, _) in text.match_indices('=') {
        let (address, value) = (&text[..at], &text[at + 1..]);
        let found = split(graph, address, "NODE.PORT=VALUE").and_then(|(node, port)| {
            let names = || node.kind.inputs.iter().map(|input| input.name.as_str());
            match node.kind.input(port) {
                Some(input) => Ok(Port::new(node.id, input.name.clone())),
                None => Err(no_port(node, "input", port, names())),
            }
        });
        match found {
            Ok(port) => return Ok((port, value)),
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    Err(first_error.unwrap_or_else(|| "it has no \"=\": write NODE.PORT=VALUE".to_owned()))
}

fn split<'a, 't>(
    graph: &'a Graph,
    text: &'t str,
    form: &str,
) -> Result<(&'a Node, &'t str), String> {
    let Some((name, port)) = text.rsplit_once('.') else {
        let ports = node(graph, text).map_or_else(
            |_| String::new(),
            |node| {
                let inputs = node.kind.inputs.iter().map(|input| input.name.as_str());
                let outputs = node.kind.outputs.iter().map(|output| output.name.as_str());
                format!(
                    " (inputs of {text}: {}; outputs: {})",
                    list(inputs),
                    list(outputs)
                )
            },
        );
        return Err(format!(
            "\"{text}\" names no port{ports}: write {form}, with a dot before the port"
        ));
    };
    Ok((node(graph, name)?, port))
}

fn no_port<'n>(
    node: &Node,
    side: impl Display,
    port: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> String {
    format!(
        "\"{}\" ({}) has no {side} \"{port}\"{}; it has: {}",
        node.title(),
        node.key,
        meant(port, names.clone()),
        list(names)
    )
}

fn several(text: &str, nodes: &[&Node]) -> String {
    let ids = list(nodes.iter().map(|node| node.key.as_str()));
    format!(
        "{} nodes are called \"{text}\": name one by its id ({ids})",
        nodes.len()
    )
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// `; did you mean "a" or "b"?`, when some names are near.
fn meant<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut near: Vec<(usize, &str)> = names
        .map(|name| (distance(text, name), name))
        .filter(|(distance, _)| *distance <= 1 + text.chars().count() / 3)
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<_> = near
        .iter()
        .take(3)
        .map(|(_, name)| format!("\"{name}\""))
        .collect();
    if near.is_empty() {
        String::new()
    } else {
        format!(" (did you mean {}?)", near.join(" or "))
    }
}

/// How many characters must be put in, taken out or exchanged to make one of the other; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let exchanged = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = exchanged.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::{Bank, InputSpec, NodeId, NodeKind, OutputSpec, ValueType, pos2};

    fn graph() -> Graph {
        let mut kind = NodeKind::new(Bank::Builtin, "add_up");
        kind.inputs = vec![InputSpec::new("first", ValueType::Int)];
        kind.outputs = vec![OutputSpec::untyped("sum")];
        let kind = Arc::new(kind);
        let titles = [None, Some("v1.5 = new"), Some("Twice"), Some("Twice")];
        let nodes = titles.iter().enumerate().map(|(i, title)| {
            let mut node = crate::graph::Node::new(
                NodeId(i as u32),
                format!("node_{i}"),
                kind.clone(),
                pos2(0.0, 0.0),
            );
            node.title = title.map(Into::into);
            node
        });
        Graph::from_parts(nodes, []).0
    }

    #[test]
    fn nodes_are_found_by_id_and_unique_title() {
        let graph = graph();
        for (text, expected) in [("node_2", 2), ("Add up", 0), ("v1.5 = new", 1)] {
            assert_eq!(
                node(&graph, text).map(|node| node.id.0),
                Ok(expected),
                "{text}"
            );
        }
        for (text, parts) in [
            ("Twice", &["2 nodes", "node_2, node_3"][..]),
            ("add_up", &["4 nodes"]),
            ("Ad up", &["did you mean \"Add up\"?"]),
            ("node_9", &["\"node_0\" or \"node_1\" or"]),
            ("something else", &["no node \"something else\"; name one"]),
        ] {
            let error = node(&graph, text).unwrap_err();
            for part in parts {
                assert!(error.contains(part), "{text}: {error}");
            }
        }
    }

    #[test]
    fn the_last_dot_separates_the_port() {
        let graph = graph();
        assert_eq!(
            output(&graph, "v1.5 = new.sum"),
            Ok(Port::new(NodeId(1), "sum"))
        );
        let found = assignment(&graph, "v1.5 = new.first=a=b.c").unwrap();
        assert_eq!(found, (Port::new(NodeId(1), "first"), "a=b.c"));
        let found = assignment(&graph, "node_0.first=").unwrap();
        assert_eq!(found, (Port::new(NodeId(0), "first"), ""));
        for (error, parts) in [
            (
                output(&graph, "node_0").unwrap_err(),
                &["outputs: sum", "NODE.PORT"][..],
            ),
            (
                output(&graph, "node_0.first").unwrap_err(),
                &["no output \"first\"", "it has: sum"],
            ),
            (
                output(&graph, "node_0.sun").unwrap_err(),
                &["did you mean \"sum\"?"],
            ),
            (
                assignment(&graph, "node_0.first").unwrap_err(),
                &["no \"=\""],
            ),
            (
                assignment(&graph, "node_0.firts=1").unwrap_err(),
                &["no input \"firts\" (did you mean \"first\"?)"],
            ),
            (
                assignment(&graph, "nod.first=1").unwrap_err(),
                &["no node \"nod\""],
            ),
        ] {
            for part in parts {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }
}
