//! Version: the edits that lead from a graph to another version of it, such as an older one or one that another program
//! wrote. What is in both keeps its number, and with it its results and its place in the history.

use std::collections::BTreeSet;

use crate::document::Transaction;
use crate::graph::{
    Edit, EditError, Graph, Link, Name, Node, NodeId, Port, Role, Subgraph, SubgraphId, one_call,
};

/// Lead from `graph` to `target`, whose kinds come from the same catalog. Nodes and subgraphs are the same by their keys.
pub fn become_version(
    graph: &Graph,
    target: &Graph,
    label: &str,
) -> Result<Transaction, EditError> {
    let mut way = Way {
        graph: graph.clone(),
        target,
        edits: Vec::new(),
    };
    way.take_away()?;
    way.subgraphs()?;
    way.nodes()?;
    way.links()?;
    Ok(Transaction::new(label, way.edits))
}

struct Way<'a> {
    /// As it is after the edits.
    graph: Graph,
    target: &'a Graph,
    edits: Vec<Edit>,
}

/// A link by the keys of its nodes.
type LinkKey<'a> = (&'a str, &'a str, &'a str, &'a str);

fn key_of<'a>(graph: &'a Graph, link: &'a Link) -> Option<LinkKey<'a>> {
    let [from, to] = [link.from.node, link.to.node].map(|id| graph.node(id));
    Some((&from?.key, &link.from.name, &to?.key, &link.to.name))
}

fn subgraph_key(graph: &Graph, id: Option<SubgraphId>) -> Option<&Name> {
    graph.subgraph(id?).map(|subgraph| &subgraph.key)
}

impl Way<'_> {
    fn act(&mut self, edit: Edit) -> Result<(), EditError> {
        self.graph.apply(edit.clone())?;
        self.edits.push(edit);
        Ok(())
    }

    /// Can the node become the target's by edits of its fields?
    fn is_same(&self, own: &Node, other: &Node) -> bool {
        let role = |graph: &Graph, role: Role| {
            let subgraph = subgraph_key(graph, role.subgraph()).cloned();
            (std::mem::discriminant(&role), subgraph)
        };
        let kind = |node: &Node| (node.kind.bank, node.kind.function.clone());
        subgraph_key(&self.graph, own.parent) == subgraph_key(self.target, other.parent)
            && role(&self.graph, own.kind.role) == role(self.target, other.kind.role)
            && (own.kind.role != Role::Function || kind(own) == kind(other))
            && own.kept == other.kept
    }

    /// Links, nodes and subgraphs that the target has not, or not so.
    fn take_away(&mut self) -> Result<(), EditError> {
        let gone: BTreeSet<NodeId> = self
            .graph
            .nodes()
            .filter(|own| {
                let other = self.target.node_by_key(&own.key);
                other.is_none_or(|other| !self.is_same(own, other))
            })
            .map(|node| node.id)
            .collect();
        let wanted: BTreeSet<LinkKey<'_>> = self
            .target
            .links()
            .filter_map(|link| key_of(self.target, link))
            .collect();
        let stays = |link: &&Link| {
            !gone.contains(&link.from.node)
                && !gone.contains(&link.to.node)
                && key_of(&self.graph, link).is_some_and(|key| wanted.contains(&key))
        };
        let links = self.graph.links().filter(|link| !stays(link));
        for link in links.cloned().collect::<Vec<_>>() {
            self.act(Edit::Disconnect(link))?;
        }
        for id in gone {
            self.act(Edit::RemoveNode(id))?;
        }
        let subgraphs = self.graph.subgraphs();
        let unknown = subgraphs.filter(|own| self.target.subgraph_by_key(&own.key).is_none());
        for id in unknown.map(|own| own.id).collect::<Vec<_>>() {
            self.act(Edit::RemoveSubgraph(id))?;
        }
        Ok(())
    }

    fn subgraphs(&mut self) -> Result<(), EditError> {
        let target = self.target;
        for other in target.subgraphs() {
            let own = self.graph.subgraph_by_key(&other.key).cloned();
            let id = own
                .as_ref()
                .map_or_else(|| self.graph.next_subgraph_id(), |own| own.id);
            let wanted = Subgraph {
                id,
                ..(**other).clone()
            };
            match own {
                None => self.act(Edit::AddSubgraph(Box::new(wanted)))?,
                Some(own) if *own != wanted => self.act(Edit::SetSubgraph(Box::new(wanted)))?,
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn nodes(&mut self) -> Result<(), EditError> {
        let target = self.target;
        for other in target.nodes() {
            let id = match self.graph.node_by_key(&other.key) {
                Some(own) => own.id,
                None => self.add(other)?,
            };
            self.set_fields(id, other)?;
        }
        Ok(())
    }

    /// The node without its style, values and loop.
    fn add(&mut self, other: &Node) -> Result<NodeId, EditError> {
        let id = self.graph.next_id();
        let own_subgraph = |of: Option<SubgraphId>| {
            let key = subgraph_key(self.target, of)?;
            self.graph.subgraph_by_key(key).map(|own| own.id)
        };
        let role = match (other.kind.role, own_subgraph(other.kind.role.subgraph())) {
            (Role::Subgraph(_), Some(own)) => Some(Role::Subgraph(own)),
            (Role::Inputs(_), Some(own)) => Some(Role::Inputs(own)),
            (Role::Outputs(_), Some(own)) => Some(Role::Outputs(own)),
            _ => None,
        };
        let kind = role
            .and_then(|role| self.graph.kind_of_role(role))
            .unwrap_or_else(|| one_call(&other.kind).clone());
        let node = Node {
            parent: own_subgraph(other.parent),
            kept: other.kept.clone(),
            ..Node::new(id, other.key.clone(), kind, other.pos)
        };
        self.act(Edit::AddNode(Box::new(node)))?;
        Ok(id)
    }

    fn set_fields(&mut self, node: NodeId, other: &Node) -> Result<(), EditError> {
        let own = self
            .graph
            .node(node)
            .ok_or(EditError::NoNode(node))?
            .clone();
        if own.pos != other.pos {
            self.act(Edit::Move {
                node,
                to: other.pos,
            })?;
        }
        if own.title != other.title {
            let title = other.title.clone();
            self.act(Edit::SetTitle { node, title })?;
        }
        if own.style != other.style {
            let style = other.style;
            self.act(Edit::SetStyle { node, style })?;
        }
        if own.looping != other.looping {
            let looping = other.looping.clone();
            self.act(Edit::SetLooping { node, looping })?;
        }
        let names: BTreeSet<&Name> = own.values.keys().chain(other.values.keys()).collect();
        for name in names {
            let value = other.values.get(name);
            if own.values.get(name) != value {
                self.act(Edit::SetValue {
                    input: Port::new(node, name.clone()),
                    value: value.cloned(),
                })?;
            }
        }
        Ok(())
    }

    fn links(&mut self) -> Result<(), EditError> {
        let target = self.target;
        for link in target.links() {
            let own = |port: &Port| {
                let key = &target.node(port.node)?.key;
                let node = self.graph.node_by_key(key)?.id;
                Some(Port::new(node, port.name.clone()))
            };
            let (Some(from), Some(to)) = (own(&link.from), own(&link.to)) else {
                continue;
            };
            let wanted = Link { from, to };
            let there = self.graph.link_to(wanted.to.node, &wanted.to.name);
            if there != Some(&wanted) {
                self.act(Edit::Connect(wanted))?;
            }
        }
        Ok(())
    }
}
