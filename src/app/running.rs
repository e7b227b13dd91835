//! Running: environment, engine, runs and their events. What a command asks to be run is said in `asking.rs`.

use std::collections::BTreeSet;
use std::time::Duration;

use egui::Color32;

use super::consent::Then;
use super::open::{Asked, Running};
use super::{App, Event};
use crate::costs;
use crate::engine::protocol::LogLevel;
use crate::engine::python::{self, CancelFlag, Environment, EnvironmentError, Progress};
use crate::engine::{
    self, Engine, EngineConfig, EngineEvent, ResultsOnDisk, RunRequest, RunState, RunStatus, Stop,
};
use crate::event::channel;
use crate::graph::{Flat, NodeId};
use crate::runlog;
use crate::ui::Level;
use crate::ui::countdown::Countdown;
use crate::ui::status::{left_text, time_text};
use crate::ui::theme::{self, Palette};

/// Engine events that may wait for a frame.
const EVENTS: usize = 16_384;
/// How often the time that a run still takes is shown anew.
const PACE: Duration = Duration::from_millis(200);
/// A run that is so young says nothing of the time that it takes.
const SILENT: Duration = Duration::from_secs(1);

/// How the last run went, in a few words.
pub(super) fn summary(run: &RunState, status: RunStatus, palette: &Palette) -> (String, Color32) {
    let counts = run.counts();
    let time = time_text(run.elapsed().as_secs_f64() * 1000.0);
    match status {
        RunStatus::Ok if counts.ran == 0 => {
            ("Nothing to do: all results hold".to_owned(), palette.ok)
        }
        RunStatus::Ok => (format!("{} ran in {time}", nodes(counts.ran)), palette.ok),
        RunStatus::Failed => (format!("{} failed", nodes(counts.failed)), palette.error),
        RunStatus::Cancelled => ("Stopped".to_owned(), palette.warn),
    }
}

pub(super) fn nodes(count: u32) -> String {
    if count == 1 {
        "1 node".to_owned()
    } else {
        format!("{count} nodes")
    }
}

impl App {
    /// Run what is asked for. The environment is made first where it is not there. While as many projects run as may,
    /// it waits for its turn; a live run that goes on makes room.
    pub(super) fn start_run(&mut self, asked: Asked) {
        if !self.may_start(&asked) {
            return;
        }
        if self.project.changing.is_applying {
            if !asked.is_live && self.project.wanted_run.is_none() {
                self.notify(
                    Level::Info,
                    "The run begins when the environment is changed",
                );
            }
            self.project.wanted_run = Some(asked);
            return;
        }
        if self.project.is_busy() {
            if asked.is_live || !self.project.can_run() {
                return;
            }
            if self.project.wanted_run.is_some() {
                self.project.wanted_run = Some(asked);
            } else {
                self.project.next_run = Some(asked);
                self.cancel_run(Stop::Gentle);
            }
            return;
        }
        self.project.wanted_run = Some(asked);
        self.waiting.push_back(self.project.serial);
        self.start_waiting();
    }

    /// Start the runs that wait, the one that was asked for first before the others, as long as there is room.
    pub(super) fn start_waiting(&mut self) {
        while let Some(serial) = self.waiting.front().copied() {
            let working = self.projects().filter(|project| project.is_working());
            if working.count() >= self.settings.engine.max_parallel_projects as usize {
                break;
            }
            self.waiting.pop_front();
            self.with_project(serial, |app| {
                if app.project.is_waiting() {
                    app.prepare_environment();
                }
            });
        }
    }

    /// Make the project's environment, or see that it is as it should be, in the background.
    pub(super) fn prepare_environment(&mut self) {
        let Some((wanted, seen)) = self.wanted().zip(self.project.seen()) else {
            return;
        };
        let cancel = CancelFlag::default();
        self.project.environment_cancel = Some(cancel.clone());
        let serial = self.project.serial;
        let ground = self.ground();
        let sender = self.services.sender.clone();
        self.services.spawn(move || {
            let before = ground.look(&wanted);
            if !cancel.is_cancelled() && before.is_other_than(&seen) {
                return Event::IsAnother { project: serial };
            }
            let mut tell = |progress| {
                // One that finds no room is replaced by the next.
                sender
                    .try_send(Event::Environment {
                        project: serial,
                        progress,
                    })
                    .ok();
            };
            let wanted = ground.complete(wanted);
            let result = python::prepare(&wanted, &mut tell, &cancel);
            // One that is as it should be was only looked at.
            if !matches!(&result, Ok(environment) if !environment.is_new) {
                ground.signed(&wanted, &before);
            }
            Event::EnvironmentDone {
                project: serial,
                result,
            }
        });
    }

    pub(super) fn environment_done(&mut self, result: Result<Environment, EnvironmentError>) {
        self.project.environment_cancel = None;
        self.project.environment_progress = None;
        let wanted = self.project.wanted_run.take();
        match result {
            Ok(environment) => {
                if environment.is_new {
                    self.read_packages();
                    self.project.environment_is_new();
                    self.look_at_trust();
                }
                if environment.is_new || self.project.engine.is_none() {
                    self.start_engine(&environment);
                }
                if let Some(asked) = wanted {
                    self.send_run(asked);
                }
            }
            Err(EnvironmentError::Cancelled) => {
                self.notify(Level::Info, "The installation was stopped");
            }
            Err(EnvironmentError::Unconfirmed { lines }) => {
                self.ask_consent(&lines, Then::Run(wanted.unwrap_or_default()));
            }
            Err(error) => {
                let text = format!("{error}\n\n{}", error.output().join("\n"));
                self.tell_failure("The environment could not be built", text);
                self.end_live();
            }
        }
    }

    /// The environment is another: the nodes of its packages are read before anything runs.
    pub(super) fn read_packages(&mut self) {
        if let Some(mut bank) = self.project.nodebank.take() {
            let is_new = bank.refresh();
            self.nodebank_read(bank, is_new);
        }
    }

    pub(super) fn environment_progress(&mut self, progress: Progress) {
        let text = match progress {
            Progress::Step(step) => {
                self.project.environment_progress = Some(step.clone());
                self.package_step(&step);
                step
            }
            Progress::Output(line) => line,
        };
        // The console shows what the tools print, as it shows what nodes print.
        self.project.run.on_event(&EngineEvent::Log {
            run: None,
            node: None,
            level: LogLevel::Info,
            text,
        });
    }

    fn start_engine(&mut self, environment: &Environment) {
        let Some(project) = self.project.trusted().cloned() else {
            return;
        };
        let context = self.services.context.clone();
        let (sender, receiver) = channel(EVENTS, move || context.request_repaint());
        let config = EngineConfig {
            python: environment.python.clone(),
            executor: self.paths.executor(),
            files: project.join(".loom").join("run"),
            project,
            workers: self.settings.engine.workers_here(),
            results: self.results_on_disk(),
            memory_limit: engine::memory_limit_of(self.settings.engine.memory_limit_percent),
            idle_after: Some(engine::IDLE_AFTER),
        };
        self.project.engine = Some(Engine::start(config, sender));
        self.project.engine_events = Some(receiver);
    }

    /// Results are kept beside the settings, not in the project: they are read back as code is, so they must not travel.
    fn results_on_disk(&self) -> Option<ResultsOnDisk> {
        let limit_mb = self.settings.engine.results_limit_mb;
        (limit_mb > 0).then(|| ResultsOnDisk {
            folder: self.paths.userdata.join("results"),
            limit_bytes: u64::from(limit_mb) << 20,
        })
    }

    pub(super) fn send_run(&mut self, asked: Asked) {
        // What led here took its time.
        if !self.may_start(&asked) {
            return;
        }
        let run = self.project.number();
        let project = &mut self.project;
        if project.engine.is_none() {
            return;
        }
        project.follow();
        if project.flat.is_too_large() {
            if !asked.is_live {
                self.notify(Level::Error, format!("Nothing runs: {}", Flat::TOO_LARGE));
            }
            return;
        }
        let pause = if asked.is_live {
            Vec::new()
        } else {
            project.breakpoints()
        };
        let graph = project.flat.graph();
        let targets = if asked.is_live {
            let mut nodes = project.live.begin();
            nodes.retain(|id| graph.node(*id).is_some());
            if nodes.is_empty() {
                return;
            }
            Some(nodes)
        } else {
            asked.targets.clone()
        };
        let scope: BTreeSet<NodeId> = match &targets {
            None => graph.nodes().map(|node| node.id).collect(),
            Some(nodes) => graph.upstream(nodes.iter().copied()).into_iter().collect(),
        };
        let Some(secrets) = self.secrets_for(&scope, &asked) else {
            return;
        };
        let project = &mut self.project;
        let keep = project.kept(&asked, &scope, targets.as_deref());
        let mut kept_stale = keep.clone();
        kept_stale.retain(|id| project.run.node(*id).is_stale);
        project.outdate_beyond(&scope, &keep);
        if asked.is_live {
            // What it only needs is seen as it is, as long as it does not run.
            project.run.begin(run, targets.iter().flatten().copied());
        } else {
            project.views.clear();
            project.fetching.clear();
            project.run.begin(run, scope.iter().copied());
            // Where it is cut short, live mode goes on with it.
            project.live.want(scope);
        }
        project.running = Running {
            asked: asked.clone(),
            is_live: asked.is_live,
            pauses: asked.steps || !pause.is_empty(),
            kept_stale,
        };
        project.shows_pause = true;
        project.countdown = Countdown::default();
        let request = RunRequest {
            run,
            targets,
            force: asked.force,
            keep,
            pause,
            step: asked.steps,
            ..RunRequest::default()
        };
        let Some(engine) = project.engine.as_mut() else {
            return;
        };
        let sent = engine.give_secrets(secrets);
        if let Err(error) = sent.and_then(|()| engine.run(project.flat.graph(), request)) {
            self.notify(Level::Error, error.to_string());
        }
    }

    pub(super) fn stop(&mut self) {
        self.project.wanted_run = None;
        self.project.waits_for_secrets = None;
        self.project.trusting.drop_run();
        self.project.next_run = None;
        self.project.live.drop_all();
        self.project.changing.stop();
        let serial = self.project.serial;
        self.waiting.retain(|waiting| *waiting != serial);
        if let Some(cancel) = &self.project.environment_cancel {
            cancel.cancel();
        }
        self.cancel_run(Stop::Firm);
    }

    pub(super) fn cancel_run(&mut self, how: Stop) {
        if let (Some(engine), Some(run)) = (&self.project.engine, self.project.run.run())
            && let Err(error) = engine.cancel(run, how)
        {
            self.notify(Level::Error, error.to_string());
        }
    }

    pub(super) fn restart_engine(&mut self) {
        if let Some(engine) = &self.project.engine
            && let Err(error) = engine.restart()
        {
            self.notify(Level::Error, error.to_string());
        }
        self.project.views.clear();
        self.project.fetching.clear();
    }

    pub(super) fn rebuild_environment(&mut self) {
        self.project.end_engine();
        if let Some(folder) = &self.project.folder
            && let Err(error) = python::forget(folder)
        {
            self.notify(
                Level::Error,
                format!("The environment could not be marked for building: {error}"),
            );
        }
        self.prepare_environment();
    }

    /// Show a run of the whole graph as events tell it, without an engine: for pictures of what a real run never shows
    /// twice alike.
    pub fn replay(&mut self, run: u64, events: impl IntoIterator<Item = EngineEvent>) {
        let graph = self.project.document.graph();
        self.project.flat.update(graph);
        let nodes = self.project.flat.graph().nodes();
        self.project.run.begin(run, nodes.map(|node| node.id));
        self.project.countdown = Countdown::default();
        self.project.shows_pause = true;
        self.on_events(events);
    }

    /// More events of that run.
    pub fn on_events(&mut self, events: impl IntoIterator<Item = EngineEvent>) {
        for event in events {
            self.on_engine_event(event);
        }
    }

    pub(super) fn on_engine_event(&mut self, event: EngineEvent) {
        if let EngineEvent::Value { fetch, view } = &event
            && let Some(wanted) = self.project.fetching.remove(fetch)
        {
            self.fetched(wanted, view);
        }
        match &event {
            EngineEvent::NodeFinished { node, outputs, .. } => self.show_thumb(*node, outputs),
            EngineEvent::NodesCached { outputs, .. } => {
                for (node, outputs) in outputs {
                    self.show_thumb(*node, outputs);
                }
            }
            _ => {}
        }
        if self.project.running.is_live {
            self.replace_views(&event);
        }
        let is_news = self.project.run.on_event(&event);
        match event {
            EngineEvent::Reloaded { nodes } => self.outdate(nodes),
            EngineEvent::NodePaused { .. }
            | EngineEvent::NodeFinished { .. }
            | EngineEvent::NodeFailed { .. }
                if self.project.shows_pause =>
            {
                self.show_pause();
            }
            // Not that of a run before.
            EngineEvent::RunFinished { status, .. } if is_news => self.run_finished(status),
            _ => {}
        }
    }

    fn run_finished(&mut self, status: RunStatus) {
        self.forget_old_pictures();
        self.keep_costs();
        let project = &mut self.project;
        project.outdate_made_of_kept();
        project.end_in_live_mode(status);
        if project.running.is_live {
            // Badges and the console tell what went wrong: a word at each change would be too much.
            return;
        }
        self.keep_log();
        if status == RunStatus::Failed {
            self.show_first_failure();
        } else if self.tabs.is_in_background {
            let palette = theme::palette(&self.services.context);
            let (text, _) = summary(&self.project.run, status, palette);
            self.notify(Level::Info, text);
        }
    }

    /// The run's log goes to the project's `logs.json`, in the background.
    fn keep_log(&self) {
        let project = &self.project;
        if let Some(folder) = project.folder.clone() {
            let entry = runlog::entry(project.flat.graph(), &project.run);
            drop(self.services.runtime.spawn_blocking(move || {
                if let Err(error) = runlog::append(&folder, entry) {
                    tracing::warn!("the log of the run could not be kept: {error}");
                }
            }));
        }
    }

    /// What nodes took goes to the project's folder, in the background.
    fn keep_costs(&self) {
        let project = &self.project;
        let Some(folder) = project.folder.clone() else {
            return;
        };
        if project.run.counts().ran == 0 || project.read_only.is_some() {
            return;
        }
        let known = costs::known(project.flat.graph(), &project.run);
        drop(self.services.runtime.spawn_blocking(move || {
            if let Err(error) = costs::keep(&folder, &known) {
                tracing::warn!("what the nodes took could not be kept: {error}");
            }
        }));
    }

    /// The run in progress in a few words: how far it is, and how long it still takes where that is known.
    pub(super) fn progress_text(&mut self) -> String {
        let (run, context) = (&self.project.run, &self.services.context);
        let counts = run.counts();
        let now = context.input(|input| input.time);
        let left = self.project.countdown.follow(run.secs_left(), now);
        // The time goes on without any event.
        context.request_repaint_after(PACE);
        let mut text = format!("Running {} of {}", counts.settled(), counts.total);
        // Of what is over at once nothing can be read.
        if let Some(secs) = left.filter(|_| run.elapsed() > SILENT) {
            text = format!("{text} · {}", left_text(secs));
        }
        text
    }

    /// Tell once what failed; the node has the badge and the inspector the traceback.
    fn show_first_failure(&mut self) {
        let failed: Vec<_> = self.project.run.failures().collect();
        let Some((id, error)) = failed.first() else {
            return;
        };
        let title = self.project.flat_title(*id);
        let more = match failed.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let text = format!("{title} failed: {}: {}{more}", error.kind, error.message);
        let (path, node) = self.project.flat.place(*id);
        self.notify(Level::Error, text);
        let document = &mut self.project.document;
        if document.selection().is_empty() {
            // Where one looks: the node itself, or the one around it.
            let seen = path.get(document.path().len()).copied();
            document.select([seen.unwrap_or(node)]);
        }
    }

    /// Nodes that were edited, and what depends on them, are out of date.
    pub(super) fn mark_stale(&mut self) {
        let project = &mut self.project;
        let revision = project.document.graph().revision();
        if revision != project.seen_revision {
            // Before the first run there is nothing that could be out of date.
            let is_watched = project.run.run().is_some() || project.live.is_on();
            if is_watched && project.follow() {
                project.live.change();
            }
            self.project.seen_revision = revision;
        }
    }
}
