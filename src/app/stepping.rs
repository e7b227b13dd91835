//! Stepping: breakpoints, and what goes on with a run that stops before nodes. Which nodes are held is the engine's to
//! say; breakpoints are the window's, no part of the document.

use std::collections::BTreeSet;

use super::App;
use super::open::{Asked, Project};
use crate::engine::EngineBusy;
use crate::graph::NodeId;
use crate::project::state::ProjectWindow;
use crate::ui::Level;

impl Project {
    /// The flat nodes that a run is to stop before.
    pub(super) fn breakpoints(&self) -> Vec<NodeId> {
        let nodes = self.panels.canvas.breakpoints.iter();
        let uses: BTreeSet<_> = nodes.flat_map(|id| self.flat.uses(*id)).collect();
        uses.into_iter().collect()
    }

    /// The flat node that a step would run: the selected one where it is held, else the first that is.
    pub fn paused(&self) -> Option<NodeId> {
        let document = &self.document;
        let selected = document.selected_node();
        let selected = selected.and_then(|node| self.flat.id_at(document.path(), node.id));
        let inside = selected.map_or(&[][..], |id| self.flat.inside(id));
        let mut held = self.run.paused();
        let is_selected = |id: &NodeId| Some(*id) == selected || inside.contains(id);
        held.find(is_selected).or_else(|| self.run.paused().next())
    }

    /// How the window has it, for the next time that it is opened.
    fn window(&self) -> ProjectWindow {
        let graph = self.document.graph();
        let nodes = self.panels.canvas.breakpoints.iter();
        let nodes = nodes.filter_map(|id| graph.node(*id));
        ProjectWindow {
            is_live: self.live.is_on(),
            breakpoints: nodes.map(|node| node.key.to_string()).collect(),
        }
    }

    /// As the window had it when it was open last. Nothing runs for that.
    pub(super) fn restore_window(&mut self, window: &ProjectWindow) {
        let graph = self.document.graph();
        let keys = window.breakpoints.iter();
        let nodes = keys.filter_map(|key| graph.node_by_key(key));
        self.panels.canvas.breakpoints = nodes.map(|node| node.id).collect();
        if window.is_live {
            self.flat.update(graph);
            self.live = super::live::Live::restored(true);
        }
    }
}

impl App {
    /// Set breakpoints before the selected nodes; where all have one, take them away.
    pub(super) fn toggle_breakpoints(&mut self) {
        let document = &self.project.document;
        let graph = document.graph();
        let runs = |id: &NodeId| {
            let node = graph.node(*id);
            node.is_some_and(|node| !node.kind.role.is_decoration())
        };
        let selection = document.selection().iter().copied();
        let nodes: Vec<_> = selection.filter(runs).collect();
        let breakpoints = &mut self.project.panels.canvas.breakpoints;
        if nodes.is_empty() {
            let text = "Frames and notes do not run: select a node to stop before";
            self.notify(Level::Info, text);
            return;
        }
        if nodes.iter().all(|id| breakpoints.contains(id)) {
            breakpoints.retain(|id| !nodes.contains(id));
        } else {
            breakpoints.extend(nodes);
        }
        self.breakpoints_changed();
    }

    pub(super) fn clear_breakpoints(&mut self) {
        self.project.panels.canvas.breakpoints.clear();
        self.breakpoints_changed();
    }

    fn breakpoints_changed(&mut self) {
        self.keep_project_window();
        let project = &mut self.project;
        // A live run stops nowhere.
        if !project.run.is_running() || project.running.is_live {
            return;
        }
        let nodes = project.breakpoints();
        project.running.pauses |= !nodes.is_empty();
        if let (Some(engine), Some(run)) = (&project.engine, project.run.run()) {
            let result = engine.set_breakpoints(run, nodes);
            self.tell_busy(result);
        }
    }

    /// Let a run that pauses go on, up to the next breakpoint.
    pub(super) fn continue_run(&mut self) {
        let project = &mut self.project;
        if let (Some(engine), Some(run)) = (&project.engine, project.run.run()) {
            let result = engine.go_on(run);
            project.run.go_on(None);
            project.shows_pause = true;
            self.tell_busy(result);
        }
    }

    /// Run one node that is held; without any begin a run that stops before each.
    pub(super) fn step_run(&mut self) {
        let Some(node) = self.project.paused() else {
            self.start_run(Asked {
                steps: true,
                ..Asked::default()
            });
            return;
        };
        let project = &mut self.project;
        if let (Some(engine), Some(run)) = (&project.engine, project.run.run()) {
            let result = engine.step(run, Some(node));
            project.run.go_on(Some(node));
            project.running.pauses = true;
            project.shows_pause = true;
            self.tell_busy(result);
        }
    }

    /// Show where a run pauses, once after each time that it was let go: what the user looks at meanwhile stays.
    pub(super) fn show_pause(&mut self) {
        let Some(node) = self.project.run.paused().next() else {
            return;
        };
        if !std::mem::take(&mut self.project.shows_pause) {
            return;
        }
        self.reveal_run(node);
        if self.tabs.is_in_background {
            let text = format!("Paused before {}", self.project.flat_title(node));
            self.notify(Level::Info, text);
        }
    }

    fn tell_busy(&mut self, result: Result<(), EngineBusy>) {
        if let Err(error) = result {
            self.notify(Level::Error, error.to_string());
        }
    }

    /// Live mode and breakpoints are kept for the next window, not in the savefile: they are no part of the graph.
    pub(super) fn keep_project_window(&mut self) {
        if let Some(folder) = &self.project.folder
            && !self.project.is_version()
        {
            self.state.set_window(folder, self.project.window());
            self.keep_state();
        }
    }
}
