//! Broken links: those to a port that its node does not have, since its source changed. They are kept and carry nothing;
//! a port of that name heals them. Which port may have taken the place of the lost one is a guess, for a person to take.

use super::{Fit, Graph, Link, Name, NodeId, Port, fit};

/// A link that carries nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLink {
    pub link: Link,
    /// The end that is not there.
    pub lost: Port,
    pub is_input: bool,
    /// The same link with the only port that can have taken the place of the lost one.
    pub instead: Option<Link>,
}

impl BrokenLink {
    /// Which port is gone, and what that means.
    pub fn sentence(&self, graph: &Graph) -> String {
        let (side, other, way) = if self.is_input {
            ("input", self.link.from.node, "from")
        } else {
            ("output", self.link.to.node, "to")
        };
        let other = graph.node(other).map_or("", |node| node.title());
        format!(
            "The source has no {side} \"{}\" any more: the link {way} \"{other}\" is kept and carries nothing until the \
             {side} is back",
            self.lost.name
        )
    }

    /// What heals the link.
    pub fn remedy(&self) -> String {
        let name = &self.lost.name;
        let instead = self.instead.as_ref().map(|link| {
            let port = if self.is_input { &link.to } else { &link.from };
            format!("link to \"{}\" instead", port.name)
        });
        let instead = instead.unwrap_or_else(|| "draw it to another port".to_owned());
        format!("write \"{name}\" in the source again, {instead}, or remove the link")
    }
}

impl Graph {
    /// What is broken of a link, if anything is.
    pub fn broken_link(&self, link: &Link) -> Option<BrokenLink> {
        let ends = [link.to.node, link.from.node].into_iter();
        let mut broken = ends.flat_map(|id| self.broken_links(id));
        broken.find(|broken| broken.link == *link)
    }

    /// Does a link carry nothing, since a port is not there?
    pub fn is_broken(&self, link: &Link) -> bool {
        let from = self.node(link.from.node);
        let to = self.node(link.to.node);
        from.is_none_or(|node| node.kind.output(&link.from.name).is_none())
            || to.is_none_or(|node| node.kind.input(&link.to.name).is_none())
    }

    /// The broken links of a node, with the ends that it is to blame for.
    pub fn broken_links(&self, id: NodeId) -> Vec<BrokenLink> {
        let Some(node) = self.node(id) else {
            return Vec::new();
        };
        let lost_input = |link: &&Link| node.kind.input(&link.to.name).is_none();
        let lost_output = |link: &&Link| node.kind.output(&link.from.name).is_none();
        let inputs: Vec<&Link> = self.incoming(id).iter().filter(lost_input).collect();
        let only = inputs.len() == 1;
        let inputs = inputs.into_iter().map(|link| BrokenLink {
            link: link.clone(),
            lost: link.to.clone(),
            is_input: true,
            instead: self.free_input(link).filter(|_| only).map(|name| Link {
                from: link.from.clone(),
                to: Port::new(id, name),
            }),
        });
        let outputs = self.outgoing(id).iter().filter(lost_output);
        let outputs = outputs.map(|link| BrokenLink {
            link: link.clone(),
            lost: link.from.clone(),
            is_input: false,
            instead: match node.kind.outputs.as_slice() {
                [only] => Some(Link {
                    from: Port::new(id, only.name.clone()),
                    to: link.to.clone(),
                }),
                _ => None,
            },
        });
        inputs.chain(outputs).collect()
    }

    /// The only input without link and value that takes what flows through the link.
    fn free_input(&self, link: &Link) -> Option<Name> {
        let node = self.node(link.to.node)?;
        let from = self.output_type(&link.from)?;
        let mut free = node.kind.inputs.iter().filter(|input| {
            self.link_to(node.id, &input.name).is_none()
                && !node.values.contains_key(&input.name)
                && fit(from, &input.ty) != Fit::Refused
        });
        let only = free.next()?;
        free.next().is_none().then(|| only.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ValueType::{Float, Int, Table};

    use super::*;
    use crate::graph::{Bank, InputSpec, Node, NodeKind, OutputSpec, ValueType, pos2};

    fn kind(inputs: &[(&str, ValueType)], outputs: &[&str]) -> Arc<NodeKind> {
        let mut kind = NodeKind::new(Bank::Project, "f");
        let inputs = inputs.iter();
        kind.inputs = inputs
            .map(|(name, ty)| InputSpec::new(*name, ty.clone()))
            .collect();
        kind.outputs = outputs
            .iter()
            .map(|name| OutputSpec {
                name: (*name).into(),
                ty: ValueType::Int,
            })
            .collect();
        Arc::new(kind)
    }

    #[test]
    fn what_took_the_place_of_a_lost_port_is_guessed_only_where_it_is_plain() {
        let before = kind(&[("a", ValueType::Int)], &["out"]);
        let nodes = [0, 1].map(|id| {
            let key = format!("n{id}");
            Node::new(NodeId(id), key.as_str(), before.clone(), pos2(0.0, 0.0))
        });
        let link = Link {
            from: Port::new(NodeId(0), "out"),
            to: Port::new(NodeId(1), "a"),
        };
        let (graph, ..) = Graph::from_parts(nodes, [link.clone()]);
        assert!(!graph.is_broken(&link));
        let instead = |at: u32, after: &Arc<NodeKind>| {
            let mut graph = graph.clone();
            graph.set_kinds(|node| {
                if node.id.0 == at {
                    after.clone()
                } else {
                    node.kind.clone()
                }
            });
            assert_eq!(
                graph.is_broken(&link),
                !graph.broken_links(NodeId(at)).is_empty()
            );
            let broken = graph.broken_links(NodeId(at)).pop()?;
            assert_eq!((&broken.link, broken.is_input), (&link, at == 1));
            Some(
                broken
                    .instead
                    .map(|link| (if at == 1 { link.to } else { link.from }).name.to_string()),
            )
        };
        let is = |name: &str| Some(Some(name.to_owned()));
        for (inputs, expected) in [
            (&[("a", Int), ("b", Int)][..], None),
            (&[("b", Int)], is("b")),
            (&[("b", Float), ("c", Table)], is("b")),
            (&[("b", Int), ("c", Int)], Some(None)),
            (&[("b", Table)], Some(None)),
            (&[], Some(None)),
        ] {
            assert_eq!(instead(1, &kind(inputs, &["out"])), expected, "{inputs:?}");
        }
        for (outputs, expected) in [
            (&["out", "b"][..], None),
            (&["b"], is("b")),
            (&["b", "c"], Some(None)),
        ] {
            assert_eq!(instead(0, &kind(&[], outputs)), expected, "{outputs:?}");
        }
    }
}
