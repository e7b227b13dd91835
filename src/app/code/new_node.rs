//! New node: a source with a working skeleton, its name made of what was typed, and its node on the canvas as soon as
//! the rescan has found it.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{App, CodeEvent};
use crate::document::ops::{self, LinkEnd};
use crate::graph::subgraph::SubgraphId;
use crate::graph::{Bank, Pos2, ValueType};
use crate::ui::Level;
use crate::ui::code::skeleton;

/// Where a new node goes when its kind is known.
#[derive(Debug)]
pub struct NewNode {
    function: String,
    pos: Pos2,
    inside: Option<SubgraphId>,
    link_from: Option<LinkEnd>,
    /// How often the rescan may still miss it: it may have looked before the source was there.
    tries: u8,
}

impl App {
    /// Make a node that the user calls `typed`.
    pub(in crate::app) fn make_node(&mut self, typed: String, at: Option<(Pos2, Option<LinkEnd>)>) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let (pos, link_from) = at.unwrap_or_else(|| (self.place_by_key(), None));
        let graph = self.project.document.graph();
        let takes = match &link_from {
            Some(LinkEnd::Output(port)) => graph.output_type(port).cloned(),
            _ => None,
        };
        let wanted = NewNode {
            function: String::new(),
            pos,
            inside: self.project.document.open_subgraph(),
            link_from,
            tries: 3,
        };
        let kinds = self.project.catalog.kinds().iter();
        let own = kinds.filter(|kind| kind.bank == Bank::Project);
        let taken: HashSet<String> = own.map(|kind| kind.function.to_string()).collect();
        self.in_background(move || {
            let made = make(&folder.join("nodes"), &typed, takes.as_ref(), &taken);
            CodeEvent::Made {
                result: made.map_err(|error| error.to_string()),
                wanted,
            }
        });
    }

    pub(super) fn node_made(
        &mut self,
        result: Result<(PathBuf, String, String), String>,
        wanted: NewNode,
    ) {
        match result {
            Ok((path, function, text)) => {
                let mut file = self.code_file(path, &text);
                let line = file.code().functions.first().map_or(1, |function| function.kind.line);
                file.go_to_line(line);
                self.project.panels.code.open(file);
                self.show_code();
                self.project.code.new_nodes.push(NewNode { function, ..wanted });
                self.sources_changed();
            }
            Err(reason) => self.notify(
                Level::Error,
                format!("The node's source cannot be made: {reason}; check that you may write in the project's nodes folder"),
            ),
        }
    }

    /// The catalog is new: put those on the canvas that it knows now.
    pub(in crate::app) fn place_new_nodes(&mut self) {
        let mut is_any_missing = false;
        for mut wanted in std::mem::take(&mut self.project.code.new_nodes) {
            let known = self
                .project
                .catalog
                .get(Bank::Project, &wanted.function)
                .cloned();
            if let Some(kind) = known {
                let document = &self.project.document;
                let place = (wanted.pos, wanted.inside);
                let (id, transaction) =
                    ops::add_node(document.graph(), &kind, place, wanted.link_from.as_ref());
                if self.commit(transaction) {
                    self.project.document.select([id]);
                }
            } else if wanted.tries > 0 {
                wanted.tries -= 1;
                is_any_missing = true;
                self.project.code.new_nodes.push(wanted);
            }
        }
        if is_any_missing {
            self.sources_changed();
        }
    }
}

/// Write the skeleton under a name that no file and no node of the project has.
fn make(
    nodes: &Path,
    typed: &str,
    takes: Option<&ValueType>,
    taken: &HashSet<String>,
) -> io::Result<(PathBuf, String, String)> {
    fs::create_dir_all(nodes)?;
    let wanted = skeleton::function_name(typed);
    let path = |name: &str| nodes.join(format!("{name}.py"));
    let mut is_taken = taken.clone();
    loop {
        let name = skeleton::free_name(&wanted, |name| {
            is_taken.contains(name) || path(name).exists()
        });
        let text = skeleton::source(&name, typed, takes);
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path(&name))
        {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok((path(&name), name, text));
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
        let (first, function, text) = make(&nodes, "Blur", None, &taken).unwrap();
        assert!(first.ends_with("blur.py") && function == "blur");
        assert_eq!(fs::read_to_string(&first).unwrap(), text);
        fs::write(&first, "mine").unwrap();
        let (second, function, text) = make(&nodes, "Blur", None, &taken).unwrap();
        assert!(
            second.ends_with("blur_3.py") && function == "blur_3" && text.contains("def blur_3(")
        );
        assert_eq!(fs::read_to_string(&first).unwrap(), "mine");
    }
}
