//! Two versions of a savefile that were made of one: merged entry by entry where the changes do not touch each other,
//! and told where they do. Pure. The rule for each entry is that of every three-way merge: whoever changed it has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::Value as Json;

use super::compare::shown;
use super::{Level, Object, Tree, link_key, objects, title_of};
use crate::document::file::{FileError, Loaded, parse, to_text};
use crate::graph::Catalog;

/// Whose version of an entry is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ours,
    Theirs,
}

/// An entry that both changed, and not to the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Where, in words: `node "Round" (node_2), digits`.
    pub place: String,
    /// `None`: there is no such entry.
    pub base: Option<Json>,
    pub ours: Option<Json>,
    pub theirs: Option<Json>,
    /// Whose is in the result.
    pub taken: Side,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The savefile's text.
    pub text: String,
    pub conflicts: Vec<Conflict>,
    /// What does not go together though no entry was changed by both, such as a link to a node that the other removed.
    pub lost: Vec<String>,
}

impl Merged {
    /// Nobody has to look at it.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty() && self.lost.is_empty()
    }
}

/// Merge what `ours` and `theirs` made of `base`. Where both changed the same, `choose` says whose is taken, by the
/// place among the conflicts, which does not depend on what is chosen; `None`: what is there is kept before what was
/// removed, and ours before theirs.
pub fn merge(
    base: &Tree,
    ours: &Tree,
    theirs: &Tree,
    choose: &dyn Fn(usize) -> Option<Side>,
) -> Result<Merged, FileError> {
    for tree in [base, ours, theirs] {
        tree.check_known()?;
    }
    let theirs = &with_free_ids(base, ours, theirs);
    let mut merge = Merge {
        choose,
        titles: titles(&[base, theirs, ours]),
        conflicts: Vec::new(),
        kept: BTreeMap::new(),
    };
    let top = merge.objects(Level::File, "", Some(&base.top), &ours.top, &theirs.top);
    let mut tree = Tree::of(top);
    let mut lost = Vec::new();
    bring_links_back(&mut tree, &merge.kept, [ours, theirs]);
    drop_loose_links(&mut tree, [ours, theirs], &merge.titles, &mut lost);
    // What two sound files come to need not be sound: a loop of links, a subgraph inside itself.
    let read = |tree: &Tree| {
        parse(
            tree.to_text().as_bytes(),
            Path::new(""),
            &Catalog::default(),
        )
    };
    let unsound = |loaded: &Loaded| loaded.notes[..loaded.left_out].to_vec();
    let mut known = BTreeSet::new();
    for side in [ours, theirs] {
        known.extend(unsound(&read(side)?));
    }
    let loaded = read(&tree)?;
    let notes = unsound(&loaded).into_iter();
    lost.extend(notes.filter(|note| !known.contains(note)));
    Ok(Merged {
        text: to_text(&loaded.document, None),
        conflicts: merge.conflicts,
        lost,
    })
}

struct Merge<'a> {
    choose: &'a dyn Fn(usize) -> Option<Side>,
    /// What people call the nodes.
    titles: BTreeMap<String, String>,
    conflicts: Vec<Conflict>,
    /// Nodes that one side removed and that stay, with the side that has them.
    kept: BTreeMap<String, Side>,
}

impl Merge<'_> {
    fn objects(
        &mut self,
        level: Level,
        place: &str,
        base: Option<&Object>,
        ours: &Object,
        theirs: &Object,
    ) -> Object {
        let mut merged = Object::new();
        let theirs_only = theirs.keys().filter(|key| !ours.contains_key(*key));
        for key in ours.keys().chain(theirs_only) {
            let sides = [
                base.and_then(|base| base.get(key)),
                ours.get(key),
                theirs.get(key),
            ];
            if let Some(entry) = self.entry(level, place, key, sides) {
                merged.insert(key.clone(), entry);
            }
        }
        merged
    }

    /// One entry of base, ours and theirs.
    fn entry(
        &mut self,
        level: Level,
        place: &str,
        key: &str,
        [base, ours, theirs]: [Option<&Json>; 3],
    ) -> Option<Json> {
        if ours == theirs || base == theirs {
            return ours.cloned();
        }
        if base == ours {
            return theirs.cloned();
        }
        let place = self.place(level, place, key);
        if let (Some(inner), Some(Json::Object(ours)), Some(Json::Object(theirs))) =
            (level.child(key), ours, theirs)
        {
            let base = base.and_then(Json::as_object);
            return Some(Json::Object(
                self.objects(inner, &place, base, ours, theirs),
            ));
        }
        let settled = settled(level, key, ours, theirs);
        let chosen = || (self.choose)(self.conflicts.len());
        let taken = settled.or_else(chosen).unwrap_or(match (ours, theirs) {
            (None, Some(_)) => Side::Theirs,
            _ => Side::Ours,
        });
        if settled.is_none() {
            self.conflicts.push(Conflict {
                place,
                base: base.cloned(),
                ours: ours.cloned(),
                theirs: theirs.cloned(),
                taken,
            });
        }
        let (entry, other) = match taken {
            Side::Ours => (ours, theirs),
            Side::Theirs => (theirs, ours),
        };
        if level == Level::Nodes && entry.is_some() && other.is_none() {
            self.kept.insert(key.to_owned(), taken);
        }
        entry.cloned()
    }

    /// Where an entry stands, in words.
    fn place(&self, level: Level, around: &str, key: &str) -> String {
        let title = self.titles.get(key).map_or(key, String::as_str);
        let own = match level {
            Level::Nodes => format!("node \"{title}\" ({key})"),
            Level::Subgraphs => format!("subgraph \"{title}\""),
            Level::Links => match key.split_once('\u{1f}') {
                Some((node, port)) => {
                    let title = self.titles.get(node).map_or(node, String::as_str);
                    format!("link to {title}.{port}")
                }
                None => "link".to_owned(),
            },
            // Their entries say enough.
            Level::File | Level::Subgraph if level.child(key).is_some() => String::new(),
            Level::Node if key == "input" => String::new(),
            Level::Fields if key == "value" => String::new(),
            _ => key.to_owned(),
        };
        match (around, own.as_str()) {
            ("", own) => own.to_owned(),
            (around, "") => around.to_owned(),
            (around, own) => format!("{around}, {own}"),
        }
    }
}

/// Whose it is of fields that say when or how a file was written, and that nobody is asked about.
fn settled(level: Level, key: &str, ours: Option<&Json>, theirs: Option<&Json>) -> Option<Side> {
    let text = |side: Option<&Json>| side.and_then(Json::as_str).unwrap_or_default().to_owned();
    let number = |side: Option<&Json>| side.and_then(Json::as_u64).unwrap_or_default();
    let is_ours = match (level, key) {
        // Times as Loom writes them come in the order of their letters.
        (Level::Fields, "lastModified") => text(ours) >= text(theirs),
        (Level::File, "minReader" | "formatVersion") => number(ours) >= number(theirs),
        // The kind says them: they are looked up again.
        (Level::Node, "output") => true,
        _ => return None,
    };
    Some(if is_ours { Side::Ours } else { Side::Theirs })
}

/// The titles of all nodes and subgraphs; the last tree's word counts.
fn titles(trees: &[&Tree]) -> BTreeMap<String, String> {
    let mut titles = BTreeMap::new();
    for tree in trees {
        let nodes = tree.parts().flat_map(|part| objects(part, "nodes"));
        for (id, entry) in nodes.chain(objects(&tree.top, "subgraphs")) {
            titles.insert(id.to_owned(), title_of(entry));
        }
    }
    titles
}

/// Who removed a node removed its links with it: where the node stays, so do they, as far as their other end is there and
/// nothing else leads to that input.
fn bring_links_back(tree: &mut Tree, kept: &BTreeMap<String, Side>, [ours, theirs]: [&Tree; 2]) {
    let bring = |part: &mut Object, [ours, theirs]: [Option<&Object>; 2]| {
        let nodes: BTreeSet<String> = objects(part, "nodes")
            .map(|(id, _)| id.to_owned())
            .collect();
        let Some(Json::Object(links)) = part.get_mut("connections") else {
            return;
        };
        for (own, side) in [(ours, Side::Ours), (theirs, Side::Theirs)] {
            for (key, link) in own.into_iter().flat_map(|own| objects(own, "connections")) {
                let end = |key: &str| link.get(key).and_then(Json::as_str).unwrap_or_default();
                let ends = [end("sourceNodeId"), end("targetNodeId")];
                let is_of_kept = ends.iter().any(|id| kept.get(*id) == Some(&side));
                if is_of_kept && ends.iter().all(|id| nodes.contains(*id)) {
                    links
                        .entry(key)
                        .or_insert_with(|| Json::Object(link.clone()));
                }
            }
        }
    };
    bring(&mut tree.top, [Some(&ours.top), Some(&theirs.top)]);
    let subgraph = |tree: &'_ Tree, id: &str| {
        let subgraphs = tree.top.get("subgraphs")?.as_object()?;
        subgraphs.get(id)?.as_object().cloned()
    };
    if let Some(Json::Object(subgraphs)) = tree.top.get_mut("subgraphs") {
        for (id, part) in subgraphs.iter_mut() {
            if let Json::Object(part) = part {
                let sides = [ours, theirs].map(|side| subgraph(side, id));
                bring(part, [sides[0].as_ref(), sides[1].as_ref()]);
            }
        }
    }
}

/// Links to nodes that are not there come of a removal on one side and a new link on the other. Those that led nowhere
/// on one side already are no business of the merge.
fn drop_loose_links(
    tree: &mut Tree,
    sides: [&Tree; 2],
    titles: &BTreeMap<String, String>,
    lost: &mut Vec<String>,
) {
    let title = |id: &str| titles.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let known = sides
        .into_iter()
        .flat_map(Tree::parts)
        .flat_map(loose_links);
    let known: BTreeSet<String> = known.map(|(key, ..)| key.to_owned()).collect();
    let clean = |part: &mut Object, lost: &mut Vec<String>| {
        let mut loose = BTreeSet::new();
        for (key, link, gone) in loose_links(part).filter(|(key, ..)| !known.contains(*key)) {
            let text = |key: &str| link.get(key).and_then(Json::as_str).unwrap_or_default();
            lost.push(format!(
                "the link from {}.{} to {}.{} was left out: the node \"{}\" was removed on the other side",
                title(text("sourceNodeId")),
                text("sourcePort"),
                title(text("targetNodeId")),
                text("targetPort"),
                title(gone)
            ));
            loose.insert(key.to_owned());
        }
        if let Some(Json::Object(links)) = part.get_mut("connections") {
            links.retain(|key, _| !loose.contains(key));
        }
    };
    clean(&mut tree.top, lost);
    if let Some(Json::Object(subgraphs)) = tree.top.get_mut("subgraphs") {
        for (_, subgraph) in subgraphs.iter_mut() {
            if let Json::Object(subgraph) = subgraph {
                clean(subgraph, lost);
            }
        }
    }
}

/// Links of a part to nodes that it has not: each with its key and the node that is not there.
fn loose_links(part: &Object) -> impl Iterator<Item = (&str, &Object, &str)> {
    let nodes: BTreeSet<&str> = objects(part, "nodes").map(|(id, _)| id).collect();
    objects(part, "connections").filter_map(move |(key, link)| {
        let end = |key: &str| link.get(key).and_then(Json::as_str).unwrap_or_default();
        let ends = [end("sourceNodeId"), end("targetNodeId")];
        let gone = ends.into_iter().find(|id| !nodes.contains(id))?;
        Some((key, link, gone))
    })
}

/// Both sides count their new nodes on from the same number: theirs get ids of their own.
fn with_free_ids(base: &Tree, ours: &Tree, theirs: &Tree) -> Tree {
    let [known, own, others] = [base, ours, theirs].map(Tree::node_ids);
    let mut taken: BTreeSet<String> = known
        .iter()
        .chain(&own)
        .chain(&others)
        .map(|id| (*id).to_owned())
        .collect();
    let same = same_nodes(ours, theirs);
    let clash = others
        .iter()
        .filter(|id| own.contains(*id) && !known.contains(*id));
    let clash = clash.filter(|id| !same.contains(**id));
    let mut renamed = BTreeMap::new();
    for id in clash {
        let free = free_id("node", &mut taken);
        renamed.insert((*id).to_owned(), free);
    }
    let subgraph_ids = |tree: &Tree| -> BTreeSet<String> {
        objects(&tree.top, "subgraphs")
            .map(|(id, _)| id.to_owned())
            .collect()
    };
    let [known, own, others] = [base, ours, theirs].map(subgraph_ids);
    let mut taken: BTreeSet<String> = known.iter().chain(&own).chain(&others).cloned().collect();
    let mut renamed_subgraphs = BTreeMap::new();
    for id in others
        .iter()
        .filter(|id| own.contains(*id) && !known.contains(*id))
    {
        let is_same = ours.top["subgraphs"].get(id) == theirs.top["subgraphs"].get(id);
        if is_same {
            continue;
        }
        let free = free_id(id, &mut taken);
        renamed_subgraphs.insert(id.clone(), free);
    }
    if renamed.is_empty() && renamed_subgraphs.is_empty() {
        return theirs.clone();
    }
    let mut tree = theirs.clone();
    rename_part(&mut tree.top, &renamed, &renamed_subgraphs);
    if let Some(Json::Object(subgraphs)) = tree.top.get_mut("subgraphs") {
        *subgraphs = std::mem::take(subgraphs)
            .into_iter()
            .map(|(id, mut subgraph)| {
                if let Json::Object(subgraph) = &mut subgraph {
                    rename_part(subgraph, &renamed, &renamed_subgraphs);
                    rename_field(subgraph, "subgraphId", &renamed_subgraphs);
                }
                (renamed_subgraphs.get(&id).cloned().unwrap_or(id), subgraph)
            })
            .collect();
    }
    tree
}

/// An id that nobody has, taken with this.
fn free_id(stem: &str, taken: &mut BTreeSet<String>) -> String {
    let mut number = 1;
    loop {
        let id = format!("{stem}_{number}");
        if taken.insert(id.clone()) {
            return id;
        }
        number += 1;
    }
}

/// Nodes of one id that are one node: the same function at the same place, brought to both sides by hand.
fn same_nodes<'a>(ours: &Tree, theirs: &'a Tree) -> BTreeSet<&'a str> {
    let own: BTreeMap<&str, &Object> = ours
        .parts()
        .flat_map(|part| objects(part, "nodes"))
        .collect();
    let nodes = theirs.parts().flat_map(|part| objects(part, "nodes"));
    let is_same = |(id, node): &(&str, &Object)| {
        own.get(id).is_some_and(|own| {
            ["ref", "entryFunction", "position"]
                .iter()
                .all(|key| own.get(*key) == node.get(*key))
        })
    };
    nodes.filter(is_same).map(|(id, _)| id).collect()
}

fn rename_part(
    part: &mut Object,
    nodes: &BTreeMap<String, String>,
    subgraphs: &BTreeMap<String, String>,
) {
    if let Some(Json::Object(entries)) = part.get_mut("nodes") {
        *entries = std::mem::take(entries)
            .into_iter()
            .map(|(id, mut node)| {
                if let Json::Object(node) = &mut node {
                    rename_field(node, "nodeId", nodes);
                    rename_field(node, "subgraphId", subgraphs);
                }
                (nodes.get(&id).cloned().unwrap_or(id), node)
            })
            .collect();
    }
    if let Some(Json::Object(links)) = part.get_mut("connections") {
        *links = std::mem::take(links)
            .into_iter()
            .map(|(key, mut link)| {
                let Json::Object(entry) = &mut link else {
                    return (key, link);
                };
                rename_field(entry, "sourceNodeId", nodes);
                rename_field(entry, "targetNodeId", nodes);
                let text = |name: &str| entry.get(name).and_then(Json::as_str);
                let ends = text("targetNodeId").zip(text("targetPort"));
                let key = ends.map_or(key, |(node, port)| link_key(node, port));
                (key, link)
            })
            .collect();
    }
}

fn rename_field(object: &mut Object, key: &str, names: &BTreeMap<String, String>) {
    if let Some(Json::String(text)) = object.get_mut(key)
        && let Some(new) = names.get(text.as_str())
    {
        text.clone_from(new);
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.taken {
            Side::Ours => "ours",
            Side::Theirs => "theirs",
        };
        write!(
            f,
            "{}: ours {}, theirs {}; taken: {side}",
            self.place,
            self.word_of(Side::Ours),
            self.word_of(Side::Theirs)
        )
    }
}

impl Conflict {
    /// What a side made of it, in a few characters.
    pub fn word_of(&self, side: Side) -> String {
        let entry = match side {
            Side::Ours => &self.ours,
            Side::Theirs => &self.theirs,
        };
        match entry {
            None => "removed".to_owned(),
            Some(Json::Object(_)) => "changed".to_owned(),
            entry => shown(entry.as_ref()),
        }
    }
}
