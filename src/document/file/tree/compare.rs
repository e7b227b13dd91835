//! What differs between two versions of a savefile, as people look at it: nodes, links, values. Pure.

use std::fmt;

use serde_json::Value as Json;

use super::{Object, Tree, objects, title_of};

/// Longer values are cut in the middle of a sentence.
const LONGEST: usize = 40;

/// One thing that is there in one version only, or differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub change: Change,
    pub subject: Subject,
    /// What of it differs.
    pub details: Vec<Detail>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The file itself: its name, its description.
    File,
    Subgraph {
        id: String,
        title: String,
    },
    /// `id` is that of the savefile.
    Node {
        id: String,
        title: String,
    },
    /// The ids of its nodes, and how people call its ends: `Number.result`.
    Link {
        from: String,
        to: String,
        text: String,
    },
}

/// A field that differs, in words: `digits`, `position`.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub field: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// What was added to, removed from and changed in `before` to come to `after`; nothing where both say the same.
pub fn compare(before: &Tree, after: &Tree) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut details = fields(&before.top, &after.top, &["metadata"]);
    if let (Some(before), Some(after)) = (
        before.top.get("metadata").and_then(Json::as_object),
        after.top.get("metadata").and_then(Json::as_object),
    ) {
        details.extend(fields(before, after, &[]));
    }
    details.retain(|detail| detail.field != "lastModified" && detail.field != "minReader");
    if !details.is_empty() {
        found.push(Difference {
            change: Change::Changed,
            subject: Subject::File,
            details,
        });
    }
    parts(&before.top, &after.top, &mut found);
    pairs(&before.top, &after.top, "subgraphs", |id, before, after| {
        let part = after.or(before);
        let text = |key: &str| part.and_then(|part| part.get(key)?.as_str());
        let subject = Subject::Subgraph {
            id: id.to_owned(),
            title: text("title").unwrap_or(id).to_owned(),
        };
        let ports = ["input", "output"];
        let mut details = both(before, after, |before, after| fields(before, after, &ports));
        for list in ports {
            details.extend(both(before, after, |before, after| {
                entries(before, after, list)
            }));
        }
        found.extend(difference(subject, before, after, details));
        let nothing = Object::new();
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        parts(before, after, &mut found);
    });
    found
}

/// Nodes and links of the file or of a subgraph.
fn parts(before: &Object, after: &Object, found: &mut Vec<Difference>) {
    pairs(before, after, "nodes", |id, before, after| {
        let subject = Subject::Node {
            id: id.to_owned(),
            title: after.or(before).map_or_else(|| id.to_owned(), title_of),
        };
        let mut details = both(before, after, |before, after| {
            fields(before, after, &["input", "output"])
        });
        details.extend(both(before, after, |before, after| {
            entries(before, after, "input")
        }));
        found.extend(difference(subject, before, after, details));
    });
    pairs(before, after, "connections", |_, one, other| {
        let (part, link) = match (one, other) {
            (_, Some(link)) => (after, link),
            (Some(link), None) => (before, link),
            (None, None) => return,
        };
        let details = both(one, other, |one, other| fields(one, other, &[]));
        found.extend(difference(link_subject(part, link), one, other, details));
    });
}

fn link_subject(part: &Object, link: &Object) -> Subject {
    let text = |key: &str| link.get(key).and_then(Json::as_str).unwrap_or("?");
    let end = |node: &str, port: &str| {
        let mut nodes = objects(part, "nodes");
        let title = nodes
            .find(|(id, _)| *id == node)
            .map_or_else(|| node.to_owned(), |(_, node)| title_of(node));
        format!("{title}.{port}")
    };
    let (from, to) = (text("sourceNodeId"), text("targetNodeId"));
    Subject::Link {
        from: from.to_owned(),
        to: to.to_owned(),
        text: format!(
            "{} -> {}",
            end(from, text("sourcePort")),
            end(to, text("targetPort"))
        ),
    }
}

/// Go through the objects of a list in both versions: those of the later one first.
fn pairs<'a>(
    before: &'a Object,
    after: &'a Object,
    list: &str,
    mut see: impl FnMut(&str, Option<&'a Object>, Option<&'a Object>),
) {
    let known: std::collections::HashMap<&str, &Object> = objects(before, list).collect();
    let mut seen = std::collections::HashSet::new();
    for (id, later) in objects(after, list) {
        seen.insert(id);
        see(id, known.get(id).copied(), Some(later));
    }
    for (id, earlier) in objects(before, list).filter(|(id, _)| !seen.contains(id)) {
        see(id, Some(earlier), None);
    }
}

fn both<T: Default>(
    before: Option<&Object>,
    after: Option<&Object>,
    see: impl FnOnce(&Object, &Object) -> T,
) -> T {
    match (before, after) {
        (Some(before), Some(after)) => see(before, after),
        _ => T::default(),
    }
}

fn difference(
    subject: Subject,
    before: Option<&Object>,
    after: Option<&Object>,
    details: Vec<Detail>,
) -> Option<Difference> {
    let change = match (before, after) {
        (None, Some(_)) => Change::Added,
        (Some(_), None) => Change::Removed,
        _ if details.is_empty() => return None,
        _ => Change::Changed,
    };
    Some(Difference {
        change,
        subject,
        details,
    })
}

/// Fields that differ, but for lists of parts and those that are looked at elsewhere.
fn fields(before: &Object, after: &Object, others: &[&str]) -> Vec<Detail> {
    const PARTS: [&str; 3] = ["nodes", "connections", "subgraphs"];
    let later_only = after.keys().filter(|key| !before.contains_key(*key));
    let keys = before.keys().chain(later_only);
    let keys = keys.filter(|key| !PARTS.contains(&key.as_str()) && !others.contains(&key.as_str()));
    let details = keys.filter(|key| before.get(*key) != after.get(*key));
    let detail = |key: &String| Detail {
        field: key.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
    };
    details.map(detail).collect()
}

/// Inputs that differ, by their values where they have one.
fn entries(before: &Object, after: &Object, list: &str) -> Vec<Detail> {
    let mut details = Vec::new();
    pairs(before, after, list, |name, before, after| {
        let value = |entry: Option<&Object>| {
            let entry = entry?;
            let only_value = entry.keys().all(|key| key == "var" || key == "value");
            if only_value {
                entry.get("value").cloned()
            } else {
                Some(Json::Object(entry.clone()))
            }
        };
        let (before, after) = (value(before), value(after));
        if before != after {
            details.push(Detail {
                field: name.to_owned(),
                before,
                after,
            });
        }
    });
    details
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.change {
            Change::Added => '+',
            Change::Removed => '-',
            Change::Changed => '~',
        };
        write!(f, "{sign} {}", self.subject)?;
        for (at, detail) in self.details.iter().enumerate() {
            let before = if at == 0 { ": " } else { ", " };
            write!(f, "{before}{detail}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Subgraph { title, .. } => write!(f, "subgraph \"{title}\""),
            Self::Node { id, title } => write!(f, "node \"{title}\" ({id})"),
            Self::Link { text, .. } => write!(f, "link {text}"),
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field.as_str(), &self.before, &self.after) {
            ("position", Some(_), Some(_)) => f.write_str("moved"),
            (field, before, after) => {
                write!(
                    f,
                    "{field} {} -> {}",
                    shown(before.as_ref()),
                    shown(after.as_ref())
                )
            }
        }
    }
}

/// A value in a few characters.
pub(super) fn shown(value: Option<&Json>) -> String {
    let text = match value {
        None => return "(none)".to_owned(),
        Some(value) => value.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
