//! Copying: a node of a kind that comes with Loom or a package becomes one of a kind of the project's own, whose source
//! is a copy with all that it uses. The original stays as it is.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::new_kinds::{Goal, NewKinds, in_words, write_new};
use super::{App, CodeEvent};
use crate::graph::{NodeId, NodeKind, one_call};
use crate::nodebank::copy::source_of_copy;
use crate::ui::Level;

impl App {
    /// Is the selected node of a kind that is edited as a copy?
    pub(in crate::app) fn can_copy_kind(&self) -> bool {
        let node = self.project.document.selected_node();
        node.is_some_and(|node| node.kind.is_foreign())
    }

    /// Make the selected node one of a copy of its kind, and open that.
    pub(in crate::app) fn edit_copy(&mut self) {
        if let Some(node) = self.project.document.selected_node() {
            let (kind, nodes) = (one_call(&node.kind).clone(), BTreeSet::from([node.id]));
            self.copy_kind(&kind, nodes);
        }
    }

    /// The same for a function whose source is shown; the selected nodes follow if they are of its kind.
    pub(super) fn copy_function(&mut self, path: &Path, function: &str) {
        let is_it =
            |kind: &NodeKind| *kind.function == *function && kind.file.as_deref() == Some(path);
        let kinds = self.project.catalog.kinds();
        let Some(kind) = kinds.iter().find(|kind| is_it(kind)).cloned() else {
            return;
        };
        let document = &self.project.document;
        let is_of_kind = |id: &&NodeId| {
            document
                .graph()
                .node(**id)
                .is_some_and(|node| is_it(&node.kind))
        };
        let nodes = document.selection().iter().filter(is_of_kind);
        self.copy_kind(&kind, nodes.copied().collect());
    }

    fn copy_kind(&mut self, kind: &Arc<NodeKind>, nodes: BTreeSet<NodeId>) {
        let Some(folder) = self.nodes_folder() else {
            return;
        };
        let (kind, taken, signed) = (kind.clone(), self.own_functions(), self.signer());
        self.in_background(move || {
            // A copy is the same whatever it is called: what keeps one from being made is known before a file is.
            let result = source_of_copy(&kind, &kind.function).map_err(|why| {
                format!(
                    "{} cannot be copied: {why}; write a node of your own with New node",
                    kind.title
                )
            });
            let result = result.and_then(|plain| {
                let source = |name: &str| {
                    let text = source_of_copy(&kind, name).unwrap_or_else(|_| plain.clone());
                    (text, vec![name.to_owned()])
                };
                write_new(&folder, &kind.function, &taken, source, signed).map_err(in_words)
            });
            CodeEvent::Made {
                result,
                wanted: NewKinds::new(Goal::Copy(nodes)),
            }
        });
    }

    pub(super) fn say_copied(&mut self, kind: &NodeKind, nodes: &BTreeSet<NodeId>) {
        let file = kind.file.as_ref().and_then(|file| file.file_name());
        let file = file.unwrap_or_default().to_string_lossy().into_owned();
        let text = if nodes.is_empty() {
            format!("The copy is nodes/{file}; the library has its node among those of the project")
        } else {
            format!("{} is your own now: its source is nodes/{file}", kind.title)
        };
        self.notify(Level::Success, text);
    }
}
