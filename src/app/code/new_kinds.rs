//! New kinds: a source in the project's nodes folder, under a name that none has, and what becomes of the graph as soon
//! as the rescan has found its kinds: nodes are put on the canvas, or those that are there become ones of the new kind.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{App, CodeEvent};
use crate::document::ops::{self, LinkEnd};
use crate::graph::subgraph::SubgraphId;
use crate::graph::{Bank, NodeId, NodeKind, Pos2, ValueType};
use crate::ui::Level;
use crate::ui::code::skeleton;
use crate::ui::python::MOST_PLACED;

/// How often the rescan may miss new kinds: it may have looked before the source was there.
const TRIES: u8 = 3;

/// Kinds that are being made.
#[derive(Debug)]
pub struct NewKinds {
    /// Their functions, once these have names.
    functions: Vec<String>,
    goal: Goal,
    tries: u8,
}

/// What the kinds are for.
#[derive(Debug)]
pub enum Goal {
    /// A node at a place, linked to an end.
    Node {
        pos: Pos2,
        inside: Option<SubgraphId>,
        link_from: Option<LinkEnd>,
    },
    /// A node of each, below each other; of many the first.
    Nodes {
        pos: Pos2,
        inside: Option<SubgraphId>,
    },
    /// These nodes, which are of the kind that was copied.
    Copy(BTreeSet<NodeId>),
}

impl NewKinds {
    pub(super) fn new(goal: Goal) -> Self {
        Self {
            functions: Vec::new(),
            goal,
            tries: TRIES,
        }
    }
}

/// A source that was made: its text, and its functions that are wanted.
#[derive(Debug, Default)]
pub struct Made {
    pub path: PathBuf,
    pub text: String,
    pub functions: Vec<String>,
}

impl App {
    /// Make a node that the user calls `typed`.
    pub(in crate::app) fn make_node(&mut self, typed: String, at: Option<(Pos2, Option<LinkEnd>)>) {
        let Some(nodes) = self.nodes_folder() else {
            return;
        };
        let (pos, link_from) = at.unwrap_or_else(|| (self.place_by_key(), None));
        let graph = self.project.document.graph();
        let takes = match &link_from {
            Some(LinkEnd::Output(port)) => graph.output_type(port).cloned(),
            _ => None,
        };
        let goal = Goal::Node {
            pos,
            inside: self.project.document.open_subgraph(),
            link_from,
        };
        let (taken, signed) = (self.own_functions(), self.signer());
        self.in_background(move || CodeEvent::Made {
            result: make(&nodes, &typed, takes.as_ref(), &taken, signed).map_err(in_words),
            wanted: NewKinds::new(goal),
        });
    }

    pub(super) fn nodes_folder(&self) -> Option<PathBuf> {
        let folder = self.project.folder.as_ref()?;
        Some(folder.join("nodes"))
    }

    /// The names of the project's own functions.
    pub(super) fn own_functions(&self) -> HashSet<String> {
        let kinds = self.project.catalog.kinds().iter();
        let own = kinds.filter(|kind| kind.bank == Bank::Project);
        own.map(|kind| kind.function.to_string()).collect()
    }

    pub(super) fn kinds_made(&mut self, result: Result<Made, String>, wanted: NewKinds) {
        match result {
            Ok(made) => {
                let mut file = self.code_file(made.path, &made.text);
                let is_it = |function: &str| made.functions.iter().any(|it| it == function);
                let functions = &file.code().functions;
                let found = functions.iter().find(|it| is_it(&it.kind.function));
                let line = found.map_or(1, |function| function.kind.line);
                file.go_to_line(line);
                self.project.panels.code.open(file);
                // What was pasted is wanted on the canvas; its source is there to be looked at.
                if !matches!(wanted.goal, Goal::Nodes { .. }) {
                    self.show_code();
                }
                let functions = made.functions;
                let wanted = NewKinds {
                    functions,
                    ..wanted
                };
                self.project.code.new_kinds.push(wanted);
                self.sources_changed();
            }
            Err(reason) => self.notify(Level::Error, reason),
        }
    }

    /// The catalog is new: use those kinds that it knows now.
    pub(in crate::app) fn use_new_kinds(&mut self) {
        let mut is_any_missing = false;
        for mut wanted in std::mem::take(&mut self.project.code.new_kinds) {
            let catalog = &self.project.catalog;
            let known = wanted.functions.iter();
            let known: Option<Vec<Arc<NodeKind>>> = known
                .map(|function| catalog.get(Bank::Project, function).cloned())
                .collect();
            if let Some(kinds) = known {
                self.use_kinds(&kinds, wanted.goal);
            } else if wanted.tries > 0 {
                wanted.tries -= 1;
                is_any_missing = true;
                self.project.code.new_kinds.push(wanted);
            }
        }
        if is_any_missing {
            self.sources_changed();
        }
    }

    fn use_kinds(&mut self, kinds: &[Arc<NodeKind>], goal: Goal) {
        let Some(kind) = kinds.first() else {
            return;
        };
        let graph = self.project.document.graph();
        let (nodes, transaction) = match goal {
            Goal::Node {
                pos,
                inside,
                link_from,
            } => {
                let (id, transaction) =
                    ops::add_node(graph, kind, (pos, inside), link_from.as_ref());
                (vec![id], transaction)
            }
            Goal::Nodes { pos, inside } => {
                self.say_made(kinds);
                let placed = if kinds.len() > MOST_PLACED {
                    1
                } else {
                    kinds.len()
                };
                let graph = self.project.document.graph();
                ops::add_nodes(graph, &kinds[..placed], (pos, inside))
            }
            Goal::Copy(mut nodes) => {
                nodes.retain(|id| graph.node(*id).is_some());
                self.say_copied(kind, &nodes);
                if nodes.is_empty() {
                    return;
                }
                let graph = self.project.document.graph();
                let transaction = ops::change_kind(graph, &nodes, kind, "Edit a copy");
                (nodes.into_iter().collect(), transaction)
            }
        };
        if self.commit(transaction) {
            self.project.document.select(nodes);
        }
    }
}

/// Why the source of a node was not made, and what to do.
pub(super) fn in_words(error: io::Error) -> String {
    format!(
        "The node's source cannot be made: {error}; check that you may write in the project's nodes folder"
    )
}

/// Write the skeleton under a name that no file and no node of the project has.
fn make(
    nodes: &Path,
    typed: &str,
    takes: Option<&ValueType>,
    taken: &HashSet<String>,
    signed: impl Fn(&Path),
) -> io::Result<Made> {
    let wanted = skeleton::function_name(typed);
    let source = |name: &str| {
        let text = skeleton::source(name, typed, takes);
        (text, vec![name.to_owned()])
    };
    write_new(nodes, &wanted, taken, source, signed)
}

/// Write a new file under the first of `name`, `name_2`, `name_3` that is neither taken nor a file's; `source` makes its
/// text and tells its functions, by the name that it gets. It is `signed` before anybody hears of it.
pub(super) fn write_new(
    nodes: &Path,
    name: &str,
    taken: &HashSet<String>,
    source: impl Fn(&str) -> (String, Vec<String>),
    signed: impl Fn(&Path),
) -> io::Result<Made> {
    fs::create_dir_all(nodes)?;
    let path = |name: &str| nodes.join(format!("{name}.py"));
    let mut is_taken = taken.clone();
    loop {
        let name = skeleton::free_name(name, |name| is_taken.contains(name) || path(name).exists());
        let (text, functions) = source(&name);
        let path = path(&name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                signed(&path);
                return Ok(Made {
                    path,
                    text,
                    functions,
                });
            }
            // Another program was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                is_taken.insert(name);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_source_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let nodes = folder.path().join("nodes");
        let taken = HashSet::from(["blur_2".to_owned()]);
        let first = make(&nodes, "Blur", None, &taken, |_| {}).unwrap();
        assert!(first.path.ends_with("blur.py") && first.functions == ["blur"]);
        assert_eq!(fs::read_to_string(&first.path).unwrap(), first.text);
        fs::write(&first.path, "mine").unwrap();
        let second = make(&nodes, "Blur", None, &taken, |_| {}).unwrap();
        assert!(second.path.ends_with("blur_3.py") && second.functions == ["blur_3"]);
        assert!(second.text.contains("def blur_3("));
        assert_eq!(fs::read_to_string(&first.path).unwrap(), "mine");
    }
}
