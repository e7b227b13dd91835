//! Editing: the commands that lead to the inspector's fields, and the one that fits frames to what lies in them.

use super::App;
use crate::document::ops::{self, FrameRoom};
use crate::graph::Role;
use crate::ui::Level;
use crate::ui::shell::Pane;
use crate::ui::theme::{FRAME_MARGIN, FRAME_TITLE};

impl App {
    /// The keyboard goes to the first value of the selected node.
    pub(super) fn edit_node(&mut self) {
        self.shell.show(Pane::Inspector);
        self.project.panels.inspector.edit();
    }

    /// The keyboard goes to the colours.
    pub(super) fn choose_colour(&mut self) {
        self.shell.show(Pane::Inspector);
        self.project.panels.inspector.colour();
    }

    /// The selected frames become as large as what lies in them needs.
    pub(super) fn fit_frames(&mut self) {
        let document = &self.project.document;
        let (graph, selection) = (document.graph(), document.selection());
        let rects = self.project.panels.canvas.layout.rects();
        let room = FrameRoom {
            margin: FRAME_MARGIN,
            title: FRAME_TITLE,
        };
        let transaction = ops::fit_frames(graph, selection, rects, room);
        if transaction.edits.is_empty() {
            self.notify(
                Level::Info,
                "Fit frame: nothing lies in it, or it fits already",
            );
        } else {
            self.commit(transaction);
        }
    }

    /// Is a frame among what is selected?
    pub(super) fn has_frame(&self) -> bool {
        let document = &self.project.document;
        let mut nodes = document.selection().iter();
        nodes.any(|id| {
            let node = document.graph().node(*id);
            node.is_some_and(|node| node.kind.role == Role::Frame)
        })
    }
}
