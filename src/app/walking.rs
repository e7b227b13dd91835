//! Walking: the commands by which keys go about the graph: to the next node, along links, with nodes in hand; and those
//! that move the view.

use super::App;
use crate::command::Command;
use crate::document::arrange::reading_order;
use crate::document::ops;
use crate::graph::{NodeId, Pos2};
use crate::ui::Level;
use crate::ui::canvas::linking::Linking;
use crate::ui::canvas::walk::{self, Direction};
use crate::ui::theme::GRID_STEP;

/// How far the view is scrolled, as a part of it.
const SCROLL: f32 = 0.25;

/// What an arrow key does.
#[derive(Clone, Copy)]
enum Way {
    /// Select the nearest node.
    Go,
    /// Select it as well.
    Extend,
    /// Select the node at the other end of a link, or the branch beside.
    Follow,
    /// Move what is selected.
    Move,
    /// Move the view.
    Scroll,
}

fn way_of(command: Command) -> Option<(Way, Direction)> {
    use Direction::{Down, Left, Right, Up};
    Some(match command {
        Command::WalkLeft => (Way::Go, Left),
        Command::WalkRight => (Way::Go, Right),
        Command::WalkUp => (Way::Go, Up),
        Command::WalkDown => (Way::Go, Down),
        Command::ExtendLeft => (Way::Extend, Left),
        Command::ExtendRight => (Way::Extend, Right),
        Command::ExtendUp => (Way::Extend, Up),
        Command::ExtendDown => (Way::Extend, Down),
        Command::FollowLeft => (Way::Follow, Left),
        Command::FollowRight => (Way::Follow, Right),
        Command::FollowUp => (Way::Follow, Up),
        Command::FollowDown => (Way::Follow, Down),
        Command::MoveLeft => (Way::Move, Left),
        Command::MoveRight => (Way::Move, Right),
        Command::MoveUp => (Way::Move, Up),
        Command::MoveDown => (Way::Move, Down),
        Command::ScrollLeft => (Way::Scroll, Left),
        Command::ScrollRight => (Way::Scroll, Right),
        Command::ScrollUp => (Way::Scroll, Up),
        Command::ScrollDown => (Way::Scroll, Down),
        _ => return None,
    })
}

impl App {
    /// Do what an arrow key says; `false`: the command is none of theirs.
    pub(super) fn walk(&mut self, command: Command) -> bool {
        let Some((way, direction)) = way_of(command) else {
            return false;
        };
        match way {
            Way::Go | Way::Extend | Way::Follow => self.step(way, direction),
            Way::Move => self.nudge(direction),
            Way::Scroll => {
                let camera = &mut self.project.panels.canvas.camera;
                camera.pan(-direction.vector() * camera.screen.size() * SCROLL);
            }
        }
        true
    }

    /// The node that is walked from: of several that are selected the one that was walked to last.
    fn cursor(&self) -> Option<NodeId> {
        let selection = self.project.document.selection();
        let canvas = &self.project.panels.canvas;
        let last = canvas.cursor.filter(|id| selection.contains(id));
        last.or_else(|| selection.first().copied())
    }

    fn step(&mut self, way: Way, direction: Direction) {
        let cursor = self.cursor();
        let document = &self.project.document;
        let canvas = &mut self.project.panels.canvas;
        canvas.keep_up(document);
        let layout = &canvas.layout;
        let next = match (cursor, way) {
            (None, _) => walk::first_node(layout, canvas.camera.view_in_graph().center()),
            (Some(from), Way::Follow) => {
                walk::along_links(document.graph(), layout, from, direction)
            }
            (Some(from), _) => walk::next_node(layout, from, direction),
        };
        let Some(next) = next else {
            return;
        };
        canvas.cursor = Some(next);
        canvas.reveal(next);
        let mut selection = vec![next];
        if matches!(way, Way::Extend) {
            selection.extend(document.selection());
        }
        self.project.document.select(selection);
    }

    /// Move the selected nodes by a step of the grid; one that is held down is one step of the history.
    fn nudge(&mut self, direction: Direction) {
        let document = &self.project.document;
        let canvas = &mut self.project.panels.canvas;
        canvas.keep_up(document);
        let layout = &canvas.layout;
        let (rect_of, nodes_in) = (|id| layout.rect(id), |rect| layout.nodes_in(rect));
        let graph = document.graph();
        let nodes = ops::carried(graph, document.selection(), rect_of, nodes_in);
        let mut moved = ops::move_by(graph, &nodes, direction.vector() * GRID_STEP);
        moved.label = "Nudge".into();
        if moved.edits.is_empty() {
            return;
        }
        if let Err(error) = self.project.document.commit_joined(moved) {
            self.notify(Level::Warning, format!("Nudge: {error}"));
            return;
        }
        self.mark_stale();
        self.project.panels.canvas.keep_up(&self.project.document);
        if let Some(node) = self.cursor() {
            self.project.panels.canvas.reveal(node);
        }
    }

    /// Select the next node in reading order: by columns from the left, in them from the top.
    pub(super) fn read_on(&mut self, is_forward: bool) {
        let document = &self.project.document;
        let nodes = reading_order(document.nodes());
        let cursor = self.cursor();
        let at = nodes.iter().position(|node| Some(node.id) == cursor);
        let next = match at {
            None => 0,
            Some(at) if is_forward => (at + 1).min(nodes.len().saturating_sub(1)),
            Some(at) => at.saturating_sub(1),
        };
        if let Some(id) = nodes.get(next).map(|node| node.id) {
            self.project.document.select([id]);
            self.project.panels.canvas.reveal(id);
        }
    }

    /// Where a key puts a new node.
    pub(super) fn place_by_key(&mut self) -> Pos2 {
        let beside = self.cursor();
        let document = &self.project.document;
        let canvas = &mut self.project.panels.canvas;
        canvas.keep_up(document);
        canvas.place_by_key(document.graph(), beside)
    }

    /// Begin a link from the selected node.
    pub(super) fn start_link(&mut self) {
        let graph = self.project.document.graph();
        let linking = self.cursor().and_then(|node| Linking::from(graph, node));
        if linking.is_none() {
            self.notify(Level::Info, "Start a link: select a node with ports first");
        }
        self.project.panels.canvas.set_linking(linking);
    }

    pub(super) fn zoom(&mut self, factor: f32) {
        let camera = &mut self.project.panels.canvas.camera;
        camera.zoom_at(camera.screen.center(), factor);
    }
}
