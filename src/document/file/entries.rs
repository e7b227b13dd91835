//! Entries of the journal as JSON, and back. Nodes and subgraphs are written as in the savefile, and named by their
//! numbers: these are the same again when the same text is read and the same entries are done.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::node::NodeReader;
use super::notes::Notes;
use super::numbers::FARTHEST;
use super::read::from_json;
use super::write::{self, to_json};
use super::{looping, node, node_to_json, subgraph_to_json, subgraphs};
use crate::document::{Entry, Transaction};
use crate::graph::{
    Catalog, Edit, Graph, Link, Name, NodeId, Port, Pos2, Subgraph, SubgraphId, SubgraphKinds, pos2,
};

/// One entry; `entry_from_json` reads it.
pub fn entry_to_json(entry: &Entry) -> Json {
    match entry {
        Entry::Commit(transaction) => step_to_json("do", transaction),
        Entry::Joined(transaction) => step_to_json("go on", transaction),
        Entry::Undo => "undo".into(),
        Entry::Redo => "redo".into(),
        Entry::Saved(mark) => json!({ "saved": mark }),
        Entry::Unsaved => json!({ "saved": null }),
    }
}

/// The entry that is to be done to `graph`; kinds come from `catalog`. `None`: it is no entry.
pub fn entry_from_json(json: &Json, graph: &Graph, catalog: &Catalog) -> Option<Entry> {
    if let Some(word) = json.as_str() {
        return match word {
            "undo" => Some(Entry::Undo),
            "redo" => Some(Entry::Redo),
            _ => None,
        };
    }
    if let Some(mark) = json.get("saved") {
        return match mark {
            Json::Null => Some(Entry::Unsaved),
            mark => mark.as_u64().map(Entry::Saved),
        };
    }
    let (label, is_joined) = match (json.get("do"), json.get("go on")) {
        (Some(label), None) => (label, false),
        (None, Some(label)) => (label, true),
        _ => return None,
    };
    let mut reader = EditReader {
        graph,
        catalog,
        added: HashMap::new(),
    };
    let edits = json.get("edits")?.as_array()?.iter();
    let edits = edits.map(|edit| reader.edit(edit)).collect::<Option<_>>()?;
    let transaction = Transaction::new(label.as_str()?, edits);
    Some(if is_joined {
        Entry::Joined(transaction)
    } else {
        Entry::Commit(transaction)
    })
}

/// The same from the text of the JSON.
#[cfg(test)]
pub fn entry_from_text(text: &str, graph: &Graph, catalog: &Catalog) -> Option<Entry> {
    entry_from_json(&serde_json::from_str(text).ok()?, graph, catalog)
}

fn step_to_json(how: &str, transaction: &Transaction) -> Json {
    let edits: Vec<Json> = transaction.edits.iter().map(edit_to_json).collect();
    json!({ how: transaction.label.as_str(), "edits": edits })
}

fn edit_to_json(edit: &Edit) -> Json {
    match edit {
        Edit::AddNode(node) => {
            let parent = node.parent.map(|id| id.0);
            let mut entry = json!({"add": node.id.0, "node": node_to_json(node)});
            put(&mut entry, "in", parent.map(Json::from));
            // Its key alone may mean one that this step removes, too.
            let of = node.kind.role.inside().map(|id| id.0);
            put(&mut entry, "of", of.map(Json::from));
            entry
        }
        Edit::RemoveNode(id) => json!({ "remove": id.0 }),
        Edit::Connect(link) => json!({ "connect": link_to_json(link) }),
        Edit::Disconnect(link) => json!({ "disconnect": link_to_json(link) }),
        Edit::SetValue { input, value } => {
            let mut entry = json!({ "set": port_to_json(input) });
            put(&mut entry, "value", value.as_ref().map(to_json));
            entry
        }
        Edit::Move { node, to } => json!({"move": node.0, "to": [to.x, to.y]}),
        Edit::SetTitle { node, title } => {
            json!({"title": node.0, "to": title.as_ref().map(Name::as_str)})
        }
        Edit::SetStyle { node, style } => {
            json!({"style": node.0, "to": write::style_to_json(style)})
        }
        Edit::SetLooping { node, looping } => {
            json!({"loop": node.0, "to": looping.as_deref().map(looping::to_json)})
        }
        Edit::AddSubgraph(subgraph) => {
            json!({"add subgraph": subgraph.id.0, "is": head_to_json(subgraph)})
        }
        Edit::RemoveSubgraph(id) => json!({ "remove subgraph": id.0 }),
        Edit::SetSubgraph(subgraph) => {
            json!({"set subgraph": subgraph.id.0, "is": head_to_json(subgraph)})
        }
    }
}

fn put(entry: &mut Json, key: &str, value: Option<Json>) {
    if let (Some(entry), Some(value)) = (entry.as_object_mut(), value) {
        entry.insert(key.to_owned(), value);
    }
}

fn head_to_json(subgraph: &Subgraph) -> Json {
    subgraph_to_json(subgraph, Vec::new(), Vec::new())
}

fn port_to_json(port: &Port) -> Json {
    json!([port.node.0, port.name.as_str()])
}

fn link_to_json(link: &Link) -> Json {
    json!([
        link.from.node.0,
        link.from.name.as_str(),
        link.to.node.0,
        link.to.name.as_str()
    ])
}

/// Reads the edits of one step: what one adds the next may use.
struct EditReader<'a> {
    graph: &'a Graph,
    catalog: &'a Catalog,
    added: HashMap<SubgraphId, (Name, SubgraphKinds)>,
}

impl EditReader<'_> {
    fn edit(&mut self, json: &Json) -> Option<Edit> {
        let entry = json.as_object()?;
        let (verb, of) = entry.iter().next()?;
        let node = || number(of).map(NodeId);
        let to = || entry.get("to");
        Some(match verb.as_str() {
            "add" => {
                let id = node().filter(|id| is_near(id.0, self.graph.next_id().0))?;
                Edit::AddNode(Box::new(self.node(id, entry)?))
            }
            "remove" => Edit::RemoveNode(node()?),
            "connect" => Edit::Connect(link(of)?),
            "disconnect" => Edit::Disconnect(link(of)?),
            "set" => Edit::SetValue {
                input: port(of.as_array()?)?,
                value: entry.get("value").map(from_json),
            },
            "move" => Edit::Move {
                node: node()?,
                to: position(to()?)?,
            },
            "title" => Edit::SetTitle {
                node: node()?,
                title: to()?.as_str().map(Name::from),
            },
            "style" => Edit::SetStyle {
                node: node()?,
                style: node::style(to()?.as_object()?),
            },
            "loop" => Edit::SetLooping {
                node: node()?,
                looping: match to()? {
                    Json::Null => None,
                    looping => Some(looping::from_json(looping)?),
                },
            },
            "add subgraph" => Edit::AddSubgraph(Box::new(self.subgraph(of, entry)?)),
            "remove subgraph" => Edit::RemoveSubgraph(SubgraphId(number(of)?)),
            "set subgraph" => Edit::SetSubgraph(Box::new(self.subgraph(of, entry)?)),
            _ => return None,
        })
    }

    fn node(&mut self, id: NodeId, entry: &Map<String, Json>) -> Option<crate::graph::Node> {
        let subgraph = |key: &str| match entry.get(key) {
            Some(id) => number(id).map(SubgraphId).map(Some),
            None => Some(None),
        };
        let (parent, of) = (subgraph("in")?, subgraph("of")?);
        let mut node = Cow::Borrowed(entry.get("node")?);
        let kinds = |id: SubgraphId| Some((id, self.kinds(id)?));
        let subgraphs: HashMap<_, _> = [parent, of]
            .into_iter()
            .flatten()
            .filter_map(kinds)
            .collect();
        if let Some((key, _)) = of.and_then(|id| subgraphs.get(&id)) {
            // By whatever name it stands there: the number decides.
            for name in ["name", "entryFunction"] {
                put(node.to_mut(), name, Some(key.as_str().into()));
            }
        }
        let mut reader = NodeReader {
            catalog: self.catalog,
            is_first_form: false,
            made_kinds: Vec::new(),
            notes: Notes::default(),
            subgraphs,
        };
        let read = reader.node(&node, id, parent);
        read.ok().map(|(node, _)| node)
    }

    fn kinds(&self, id: SubgraphId) -> Option<(Name, SubgraphKinds)> {
        let there = || {
            let subgraph = self.graph.subgraph(id)?;
            Some((subgraph.key.clone(), SubgraphKinds::of(subgraph)))
        };
        self.added.get(&id).cloned().or_else(there)
    }

    fn subgraph(&mut self, id: &Json, entry: &Map<String, Json>) -> Option<Subgraph> {
        let head = entry.get("is")?;
        number(id).filter(|id| is_near(*id, self.graph.next_subgraph_id().0))?;
        let subgraph = subgraphs::whole(head, SubgraphId(number(id)?)).ok()?;
        let kinds = SubgraphKinds::of(&subgraph);
        self.added
            .insert(subgraph.id, (subgraph.key.clone(), kinds));
        Some(subgraph)
    }
}

fn is_near(number: u32, next: u32) -> bool {
    number <= next.saturating_add(FARTHEST)
}

fn number(json: &Json) -> Option<u32> {
    json.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn port(ends: &[Json]) -> Option<Port> {
    let [node, name] = ends else { return None };
    Some(Port {
        node: NodeId(number(node)?),
        name: name.as_str()?.into(),
    })
}

fn link(json: &Json) -> Option<Link> {
    let ends = json.as_array()?;
    let (from, to) = ends.split_at_checked(2)?;
    Some(Link {
        from: port(from)?,
        to: port(to)?,
    })
}

fn position(json: &Json) -> Option<Pos2> {
    let [x, y] = json.as_array()?.as_slice() else {
        return None;
    };
    Some(pos2(x.as_f64()? as f32, y.as_f64()? as f32))
}
