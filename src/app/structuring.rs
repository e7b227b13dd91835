//! Structuring: the commands that put nodes into subgraphs and frames, and say whether and how they are shown and run.

use std::collections::BTreeSet;

use super::App;
use crate::document::Transaction;
use crate::document::ops::{self, FrameRoom};
use crate::graph::{Graph, Link, Mode, NodeId, Rect};
use crate::ui::Level;
use crate::ui::canvas::gesture::link_distance;
use crate::ui::canvas::layout::node_size;
use crate::ui::shell::Pane;
use crate::ui::theme::{FRAME_MARGIN, FRAME_SIZE, FRAME_TITLE};

impl App {
    pub(super) fn group(&mut self) {
        let document = &self.project.document;
        let made = ops::group(document.graph(), document.selection(), "Subgraph");
        if let Some((node, transaction)) = made
            && self.commit(transaction)
        {
            self.project.document.select([node]);
        }
    }

    /// What is inside of all selected subgraphs comes out, in one step.
    pub(super) fn ungroup(&mut self) {
        let selection: Vec<NodeId> = self.project.document.selection().iter().copied().collect();
        let mut selected = Vec::new();
        for node in selection {
            let Some((ids, transaction)) = ops::ungroup(self.project.document.graph(), node) else {
                continue;
            };
            if self.commit(transaction) {
                selected.extend(ids);
            }
        }
        if selected.is_empty() {
            self.notify(Level::Info, "Ungroup: select a subgraph's node first");
        } else {
            self.project.document.select(selected);
        }
    }

    pub(super) fn open_subgraph(&mut self) {
        let document = &self.project.document;
        let node = document.selected_node().map(|node| node.id);
        let path = document.path().iter().copied().chain(node).collect();
        self.open_path(path);
    }

    /// Back to the graph around, where the node that was inside of is selected.
    pub(super) fn close_subgraph(&mut self) {
        let mut path = self.project.document.path().to_vec();
        let left = path.pop();
        self.open_path(path);
        self.project.document.select(left);
    }

    /// All links of the selected nodes go.
    pub(super) fn unlink(&mut self) {
        let document = &self.project.document;
        let (graph, selection) = (document.graph(), document.selection());
        let links: BTreeSet<_> = selection
            .iter()
            .flat_map(|id| graph.incoming(*id).iter().chain(graph.outgoing(*id)))
            .cloned()
            .collect();
        self.commit(ops::disconnect(links));
    }

    /// The selected nodes go, and the links around them heal.
    pub(super) fn dissolve(&mut self) {
        self.restyle(ops::dissolve);
    }

    /// The selected nodes leave their links, which heal.
    pub(super) fn take_out(&mut self) {
        let document = &self.project.document;
        let transaction = ops::take_out(document.graph(), document.selection());
        if transaction.edits.is_empty() {
            self.notify(
                Level::Info,
                "Take out: the selected nodes have no links to others",
            );
        } else {
            self.commit(transaction);
        }
    }

    /// The selected node goes into the link that passes nearest and takes it.
    pub(super) fn insert_on_link(&mut self) {
        let document = &self.project.document;
        let Some(node) = document.selected_node() else {
            return;
        };
        let graph = document.graph();
        let middle = node.pos + node_size(node, false) / 2.0;
        let open = document.open_subgraph();
        let is_here = |link: &&Link| graph.node(link.to.node).is_some_and(|to| to.parent == open);
        let here = graph.links().filter(is_here);
        let mut near: Vec<(f32, &Link)> = here
            .filter_map(|link| Some((link_distance(graph, link, middle)?, link)))
            .collect();
        near.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let fitting = |(_, link): &(f32, &Link)| ops::insert_on_link(graph, node.id, link);
        let text = format!(
            "Insert: no link fits the free ports of \"{}\"",
            node.title()
        );
        match near.iter().find_map(fitting) {
            Some(transaction) => {
                self.commit(transaction);
            }
            None => self.notify(Level::Info, text),
        }
    }

    /// What the selected nodes give to others goes through dots, which are selected then.
    pub(super) fn add_reroutes(&mut self) {
        let document = &self.project.document;
        let (nodes, transaction) = ops::reroute_outputs(document.graph(), document.selection());
        if nodes.is_empty() {
            self.notify(
                Level::Info,
                "Add reroutes: no link leaves the selected nodes",
            );
        } else if self.commit(transaction) {
            self.project.document.select(nodes);
        }
    }

    /// The selected node's subgraph is one of its own from now on.
    pub(super) fn make_independent(&mut self) {
        let document = &self.project.document;
        let node = document.selected_node().map(|node| node.id);
        match node.and_then(|node| ops::make_independent(document.graph(), node)) {
            Some(transaction) => {
                self.commit(transaction);
            }
            None => self.notify(
                Level::Info,
                "Make independent: select a subgraph's node that shares it with others",
            ),
        }
    }

    pub(super) fn toggle_mode(&mut self, mode: Mode) {
        self.restyle(|graph, nodes| ops::toggle_mode(graph, nodes, mode));
    }

    pub(super) fn toggle_collapsed(&mut self) {
        self.restyle(ops::toggle_collapsed);
    }

    fn restyle(&mut self, op: impl FnOnce(&Graph, &BTreeSet<NodeId>) -> Transaction) {
        let document = &self.project.document;
        let transaction = op(document.graph(), document.selection());
        self.commit(transaction);
    }

    /// A frame around the selection, or an empty one where something new belongs.
    pub(super) fn add_frame(&mut self) {
        let document = &self.project.document;
        let canvas = &self.project.panels.canvas;
        let around = canvas
            .layout
            .bounds_of(document.selection().iter().copied());
        let rect = match around {
            Some(rect) => ROOM.around(rect),
            None => Rect::from_min_size(canvas.place_for_new(), FRAME_SIZE),
        };
        let (graph, open) = (document.graph(), document.open_subgraph());
        let (node, transaction) = ops::add_frame(graph, rect, None, open);
        if self.commit(transaction) {
            self.project.document.select([node]);
            self.shell.show(Pane::Inspector);
            self.project.panels.inspector.rename();
        }
    }

    /// The selected frames become as large as what lies in them needs.
    pub(super) fn fit_frames(&mut self) {
        let document = &self.project.document;
        let canvas = &mut self.project.panels.canvas;
        canvas.keep_up(document);
        let (graph, selection) = (document.graph(), document.selection());
        let fitted = ops::fit_frames(graph, selection, canvas.layout.rects(), ROOM);
        if fitted.edits.is_empty() {
            self.notify(
                Level::Info,
                "Fit frame: no frame is selected that something lies in and does not fit already",
            );
        } else {
            self.commit(fitted);
        }
    }

    pub(super) fn add_note(&mut self) {
        let pos = self.place_by_key();
        let document = &self.project.document;
        let (node, transaction) = ops::add_note(document.graph(), pos, document.open_subgraph());
        if self.commit(transaction) {
            self.project.document.select([node]);
            self.shell.show(Pane::Inspector);
        }
    }

    /// The selection and all that it needs, or all that needs it.
    pub(super) fn select_along(&mut self, is_upstream: bool) {
        let document = &self.project.document;
        let (graph, selection) = (document.graph(), document.selection().iter().copied());
        let nodes = if is_upstream {
            graph.upstream(selection)
        } else {
            graph.downstream(selection)
        };
        self.project.document.select(nodes);
    }

    pub(super) fn remove_unused_subgraphs(&mut self) {
        let transaction = ops::remove_unused(self.project.document.graph());
        if transaction.edits.is_empty() {
            self.notify(Level::Info, "Every subgraph is in use");
        } else {
            self.commit(transaction);
        }
    }
}

/// Around what lies in a frame.
const ROOM: FrameRoom = FrameRoom {
    margin: FRAME_MARGIN,
    title: FRAME_TITLE,
};
