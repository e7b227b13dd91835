//! Live mode: what changes runs by itself, also while a slider is still held. It notes what is to run and starts it
//! when `clock` says so; how a run is sent is the business of `running.rs`.

mod clock;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use egui::Color32;

use self::clock::{Clock, Going, Turn};
use super::App;
use super::open::{Asked, Project};
use super::running::nodes;
use crate::engine::{EngineEvent, EngineStatus, NodeStatus, RunState, RunStatus, Stop};
use crate::graph::{NodeId, Port, Value};
use crate::ui::Level;
use crate::ui::status::time_text;
use crate::ui::theme::Palette;

/// So long a live run is going before the window says so: quicker ones would only flicker.
const SAID_AFTER: Duration = Duration::from_millis(300);

/// Live mode of one project.
#[derive(Debug, Default)]
pub(super) struct Live {
    is_on: bool,
    clock: Clock,
    /// Flat nodes that give another result than they have, and were not run for it yet.
    wanted: BTreeSet<NodeId>,
    /// Values under the pointer that are in no document yet, as they were last seen.
    dragged: Vec<(Port, Value)>,
    /// How the last live run went that was not cut short, in words.
    said: Option<(RunStatus, String)>,
}

impl Live {
    /// Live mode of a project that was open before: what changes from now on runs.
    pub fn restored(is_on: bool) -> Self {
        Self {
            is_on,
            ..Self::default()
        }
    }

    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// These give another result by now.
    pub fn want(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        if self.is_on {
            self.wanted.extend(nodes);
        }
    }

    /// What is wanted is to run soon.
    pub fn change(&mut self) {
        if self.is_on {
            self.clock.change(Instant::now());
        }
    }

    /// What is to run now. Changes so far are taken in.
    pub fn begin(&mut self) -> Vec<NodeId> {
        self.clock.clear();
        self.wanted.iter().copied().collect()
    }

    /// A run has ended: what it did not come to is still wanted.
    pub fn end(&mut self, run: &RunState, status: RunStatus) {
        let was_cut_short = status == RunStatus::Cancelled;
        self.wanted.retain(|id| {
            let node = run.node(*id);
            match &node.status {
                NodeStatus::Done { .. } | NodeStatus::Cached => node.is_stale,
                NodeStatus::Failed(error) => node.is_stale || error.kind == "Cancelled",
                // Of a node that was stopped as well.
                NodeStatus::Skipped { .. } => node.is_stale || was_cut_short,
                _ => true,
            }
        });
    }

    /// Nothing that has changed so far is to run: it was stopped.
    pub fn drop_all(&mut self) {
        self.clock.clear();
        self.wanted.clear();
    }
}

impl Project {
    /// Bring the flat form up to what is shown, values under the pointer included where they count. Returns whether
    /// something gives another result now; it is out of date then.
    pub(super) fn follow(&mut self) -> bool {
        let graph = self.document.graph();
        let dragged = if self.live.is_on {
            self.panels.drafts.dragged(graph)
        } else {
            Vec::new()
        };
        let since = self.flat.graph().revision();
        self.flat.update_with(graph, &dragged);
        let changed: Vec<_> = self.flat.graph().changed_result_since(since).collect();
        let below = self.flat.graph().downstream(changed);
        self.run.mark_stale(below.iter().copied());
        let has_changed = !below.is_empty();
        self.live.want(below);
        has_changed
    }

    /// A run has ended: what it did not come to, and what it outdated, is still to run.
    pub(super) fn end_in_live_mode(&mut self, status: RunStatus) {
        self.live.end(&self.run, status);
        if self.running.is_live {
            if status != RunStatus::Cancelled {
                self.live.said = Some((status, in_words(&self.run, status)));
            }
        } else if status != RunStatus::Cancelled && !self.live.wanted.is_empty() {
            self.live.change();
        }
    }

    /// Does a run go on that may be stopped for a newer one?
    pub(super) fn is_live_running(&self) -> bool {
        self.run.is_running() && self.running.is_live
    }

    /// Is a live run going, or about to, of which nothing need be said yet?
    pub(super) fn is_quick(&self) -> bool {
        let is_coming = self.wanted_run.as_ref().is_some_and(|asked| asked.is_live);
        let is_built = self.environment_progress.is_some();
        is_coming && !is_built || self.is_live_running() && self.run.elapsed() < SAID_AFTER
    }

    /// What the bar says of live mode; nothing while there is something else to say.
    pub(super) fn live_words(&self, palette: &Palette) -> Option<(String, Color32)> {
        let has_rest = self.running.is_live && !self.is_busy() || self.is_quick();
        let is_up = matches!(self.run.engine(), EngineStatus::Ready { .. });
        if !self.live.is_on || !has_rest || !is_up {
            return None;
        }
        Some(match &self.live.said {
            None => ("Live".to_owned(), palette.ok),
            Some((status, said)) => {
                let color = match status {
                    RunStatus::Failed => palette.error,
                    _ => palette.ok,
                };
                (format!("Live: {said}"), color)
            }
        })
    }

    fn going(&self) -> Going {
        let may_stop = self.run.is_running() && !self.running.pauses;
        if self.environment_cancel.is_some() || self.wanted_run.is_some() {
            Going::Other
        } else if may_stop {
            Going::Older
        } else if self.run.is_running() {
            Going::Other
        } else {
            Going::Nothing
        }
    }
}

/// How a live run went.
fn in_words(run: &RunState, status: RunStatus) -> String {
    let count = match status {
        RunStatus::Failed => run.counts().failed,
        _ => run.counts().ran,
    };
    match status {
        RunStatus::Failed => format!("{} failed", nodes(count)),
        _ if count == 0 => "all results hold".to_owned(),
        _ => {
            let time = time_text(run.elapsed().as_secs_f64() * 1000.0);
            format!("{} in {time}", nodes(count))
        }
    }
}

impl App {
    pub(super) fn toggle_live(&mut self) {
        let project = &mut self.project;
        let is_on = !project.live.is_on;
        project.live = Live::restored(is_on);
        if is_on {
            // All that has no result that holds, whenever it changed.
            project.follow();
            let nodes = project.flat.graph().nodes().map(|node| node.id);
            let is_due = |id: &NodeId| {
                let node = project.run.node(*id);
                let has_result =
                    matches!(node.status, NodeStatus::Done { .. } | NodeStatus::Cached);
                node.is_stale || !has_result
            };
            let due: Vec<_> = nodes.filter(is_due).collect();
            project.live.want(due);
            project.live.change();
        }
        self.keep_project_window();
    }

    /// Start or stop what live mode has to, in every open project. Once a frame, after all that was asked for is done.
    pub(super) fn live_turns(&mut self) {
        let has_turn = |project: &&Project| project.live.is_on || project.next_run.is_some();
        let serials = self
            .projects()
            .filter(has_turn)
            .map(|project| project.serial);
        for serial in serials.collect::<Vec<_>>() {
            self.with_project(serial, Self::live_turn);
        }
    }

    fn live_turn(&mut self) {
        let project = &mut self.project;
        if let Some(asked) = project.next_run.take_if(|_| !project.run.is_running()) {
            self.start_run(asked);
            return;
        }
        let live = &mut project.live;
        if !live.is_on {
            return;
        }
        if !(project.panels.drafts.is_empty() && live.dragged.is_empty()) {
            let dragged = project.panels.drafts.dragged(project.document.graph());
            if dragged != live.dragged {
                live.dragged = dragged;
                live.change();
            }
        }
        if !live.clock.is_waiting() {
            return;
        }
        let going = project.going();
        match project.live.clock.turn(Instant::now(), going) {
            Turn::Rest => {}
            Turn::Wait(time) => self.services.context.request_repaint_after(time),
            Turn::Stop => self.cancel_run(Stop::Gentle),
            Turn::Run => {
                project.follow();
                if !project.live.wanted.is_empty() {
                    self.start_run(Asked::live());
                }
            }
        }
    }

    /// The environment cannot be built: another attempt at each change would say the same each time.
    pub(super) fn end_live(&mut self) {
        self.end_live_without("the environment");
    }

    /// The same for whatever else it lacks.
    pub(super) fn end_live_without(&mut self, what: &str) {
        if self.project.live.is_on {
            self.project.live = Live::default();
            self.keep_project_window();
            let text = format!("Live mode is off: it needs {what}");
            self.notify(Level::Warning, text);
        }
    }

    /// A node has another result in a live run: what is seen of the one before stays until the newer one is there.
    pub(super) fn replace_views(&mut self, event: &EngineEvent) {
        let views = &mut self.project.views;
        match event {
            EngineEvent::NodeFinished { node, .. } | EngineEvent::NodeFailed { node, .. } => {
                views.outdate(*node);
            }
            EngineEvent::NodesCached { outputs, .. } => {
                for node in outputs.keys() {
                    views.outdate(*node);
                }
            }
            _ => {}
        }
    }
}
