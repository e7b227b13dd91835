//! Running: environment, engine, its events, and values that are fetched to be looked at.

use std::path::{Path, PathBuf};

use egui::{Color32, ColorImage, TextureOptions};

use super::open::Targets;
use super::{App, Event};
use crate::engine::protocol::LogLevel;
use crate::engine::protocol::{self, Outputs, What};
use crate::engine::python::{self, CancelFlag, Environment, EnvironmentError, Progress, Wanted};
use crate::engine::{
    self, Engine, EngineConfig, EngineEvent, RunRequest, RunState, RunStatus, View,
};
use crate::event::channel;
use crate::graph::{Flat, NodeId};
use crate::runlog;
use crate::ui::theme::{self, Palette};
use crate::ui::{Fetch, FetchWhat, Level, status::time_text};

/// Engine events that may wait for a frame.
const EVENTS: usize = 16_384;

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

fn nodes(count: u32) -> String {
    if count == 1 {
        "1 node".to_owned()
    } else {
        format!("{count} nodes")
    }
}

impl App {
    /// Run these nodes and what they need, or all. The environment is made first where it is not there. While as many
    /// projects run as may, it waits for its turn.
    pub(super) fn start_run(&mut self, targets: Targets) {
        if self.project.is_busy() {
            return;
        }
        self.project.wanted_run = Some(targets);
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
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let cancel = CancelFlag::default();
        self.project.environment_cancel = Some(cancel.clone());
        let serial = self.project.serial;
        let wanted = Wanted {
            project: folder,
            python_version: self.settings.engine.python_version().map(str::to_owned),
            tools: self.paths.tools(),
            program: self.paths.program.clone(),
        };
        let sender = self.services.sender.clone();
        self.services.spawn(move || {
            let mut tell = |progress| {
                // One that finds no room is replaced by the next.
                sender
                    .try_send(Event::Environment {
                        project: serial,
                        progress,
                    })
                    .ok();
            };
            let result = python::prepare(&wanted, &mut tell, &cancel);
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
                if environment.is_new || self.project.engine.is_none() {
                    self.start_engine(&environment);
                }
                if let Some(targets) = wanted {
                    self.send_run(targets);
                }
            }
            Err(EnvironmentError::Cancelled) => {
                self.notify(Level::Info, "The installation was stopped");
            }
            Err(error) => {
                let text = format!("{error}\n\n{}", error.output().join("\n"));
                self.tell_failure("The environment could not be built", text);
            }
        }
    }

    pub(super) fn environment_progress(&mut self, progress: Progress) {
        let text = match progress {
            Progress::Step(step) => {
                self.project.environment_progress = Some(step.clone());
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
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let context = self.services.context.clone();
        let (sender, receiver) = channel(EVENTS, move || context.request_repaint());
        let config = EngineConfig {
            python: environment.python.clone(),
            executor: self.paths.executor(),
            files: folder.join(".loom").join("run"),
            project: folder,
            workers: self.settings.engine.workers_here(),
            memory_limit: engine::memory_limit_of(self.settings.engine.memory_limit_percent),
            idle_after: Some(engine::IDLE_AFTER),
        };
        self.project.engine = Some(Engine::start(config, sender));
        self.project.engine_events = Some(receiver);
    }

    fn send_run(&mut self, targets: Targets) {
        let run = self.project.number();
        let project = &mut self.project;
        let Some(engine) = project.engine.as_mut() else {
            return;
        };
        project.flat.update(project.document.graph());
        if project.flat.is_too_large() {
            self.notify(Level::Error, format!("Nothing runs: {}", Flat::TOO_LARGE));
            return;
        }
        let graph = project.flat.graph();
        let (scope, targets) = match targets {
            Targets::All => (graph.nodes().map(|node| node.id).collect(), None),
            Targets::Nodes(nodes) => (graph.upstream(nodes.iter().copied()), Some(nodes)),
        };
        project.views.clear();
        project.fetching.clear();
        project.run.begin(run, scope);
        let request = RunRequest {
            run,
            targets,
            ..RunRequest::default()
        };
        if let Err(error) = engine.run(graph, request) {
            self.notify(Level::Error, error.to_string());
        }
    }

    /// Run nodes of what is open and what they need.
    pub(super) fn run_to(&mut self, nodes: &[NodeId]) {
        let project = &mut self.project;
        let document = &project.document;
        project.flat.update(document.graph());
        let targets = project
            .flat
            .targets(document.graph(), document.path(), nodes);
        if targets.is_empty() {
            self.notify(
                Level::Warning,
                "Nothing runs for these nodes: they are muted, or no value is led to them",
            );
        } else {
            self.start_run(Targets::Nodes(targets));
        }
    }

    pub(super) fn stop(&mut self) {
        self.project.wanted_run = None;
        let serial = self.project.serial;
        self.waiting.retain(|waiting| *waiting != serial);
        if let Some(cancel) = &self.project.environment_cancel {
            cancel.cancel();
        }
        if let (Some(engine), Some(run)) = (&self.project.engine, self.project.run.run())
            && let Err(error) = engine.cancel(run)
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
        for event in events {
            self.on_engine_event(event);
        }
    }

    pub(super) fn on_engine_event(&mut self, event: EngineEvent) {
        match &event {
            EngineEvent::Value { fetch, view } => {
                if let Some(wanted) = self.project.fetching.remove(fetch) {
                    if let View::Image {
                        file,
                        width,
                        height,
                        ..
                    } = view
                    {
                        self.read_picture(file, *width, *height);
                    }
                    self.project.views.insert(wanted, view.clone());
                }
            }
            EngineEvent::NodeFinished { node, outputs, .. } => self.show_thumb(*node, outputs),
            EngineEvent::NodesCached { outputs, .. } => {
                for (node, outputs) in outputs {
                    self.show_thumb(*node, outputs);
                }
            }
            _ => {}
        }
        self.project.run.on_event(&event);
        if let EngineEvent::RunFinished { .. } = event {
            self.keep_log();
        }
        if let EngineEvent::RunFinished {
            status: RunStatus::Failed,
            ..
        } = event
        {
            self.show_first_failure();
        } else if self.tabs.is_in_background
            && let EngineEvent::RunFinished { status, .. } = event
        {
            let palette = theme::palette(&self.services.context);
            let (text, _) = summary(&self.project.run, status, palette);
            self.notify(Level::Info, text);
        }
    }

    /// A node whose value has a picture gets room for it.
    fn show_thumb(&mut self, node: NodeId, outputs: &Outputs) {
        let mut values = outputs.iter().flatten();
        let thumb = values.find_map(|value| value.thumb.as_ref());
        if let Some(thumb) = thumb {
            self.read_picture(&thumb.file, thumb.width, thumb.height);
        }
        let graph = self.project.document.graph();
        let (_, node) = self.project.flat.place(node);
        let layout = &mut self.project.panels.canvas.layout;
        layout.set_thumb(graph, node, thumb.is_some());
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

    /// Tell once what failed; the node has the badge and the inspector the traceback.
    fn show_first_failure(&mut self) {
        let graph = self.project.flat.graph();
        let failed: Vec<_> = self.project.run.failures().collect();
        let Some((id, error)) = failed.first() else {
            return;
        };
        let title = graph.node(*id).map_or("?", |node| node.title());
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

    /// Ask the engine for a value unless it is on its way.
    pub(super) fn fetch(&mut self, wanted: Fetch) {
        if self.project.views.contains_key(&wanted)
            || self.project.fetching.values().any(|other| *other == wanted)
        {
            return;
        }
        let number = self.project.number();
        let Some(engine) = &self.project.engine else {
            self.project.views.insert(wanted, View::Gone);
            return;
        };
        let what = match wanted.what {
            FetchWhat::Text => What::Text,
            FetchWhat::View { start, count, sort } => What::View {
                start,
                count,
                sort: sort.map(|(column, is_descending)| (column as u32, is_descending)),
            },
            FetchWhat::Pixel { x, y } => What::Pixel { x, y },
        };
        let fetch = protocol::Fetch {
            fetch: number,
            node: wanted.node,
            output: wanted.output as u32,
            what,
        };
        match engine.fetch(fetch) {
            Ok(()) => {
                self.project.fetching.insert(number, wanted);
            }
            Err(error) => self.notify(Level::Error, error.to_string()),
        }
    }

    /// Read a picture in the background, once: a file is never written again under the same name.
    pub(super) fn read_picture(&mut self, file: &Path, width: u32, height: u32) {
        if self.pictures.textures.contains_key(file) || !self.reading.insert(file.to_owned()) {
            return;
        }
        let file = file.to_owned();
        self.services.spawn(move || {
            let result = picture(&file, width as usize, height as usize);
            Event::Picture { file, result }
        });
    }

    pub(super) fn picture_read(&mut self, file: PathBuf, result: Result<ColorImage, String>) {
        match result {
            Ok(image) => {
                self.reading.remove(&file);
                let name = file.display().to_string();
                let texture =
                    self.services
                        .context
                        .load_texture(name, image, TextureOptions::LINEAR);
                self.pictures.textures.insert(file, texture);
            }
            // The engine may have ended and swept its folder: the next run makes a new one. This one is not asked for
            // again, it stays in `reading`.
            Err(reason) => {
                tracing::warn!("a picture could not be read: {reason}: {}", file.display());
            }
        }
    }

    /// Nodes that were edited, and what depends on them, are out of date.
    pub(super) fn mark_stale(&mut self) {
        let project = &mut self.project;
        let graph = project.document.graph();
        let revision = graph.revision();
        if revision != project.seen_revision {
            // Before the first run there is nothing that could be out of date.
            if project.run.run().is_some() {
                let flat = &mut project.flat;
                let since = flat.graph().revision();
                flat.update(graph);
                let changed: Vec<_> = flat.graph().changed_result_since(since).collect();
                project.run.mark_stale(flat.graph().downstream(changed));
            }
            self.project.seen_revision = revision;
        }
    }
}

/// Raw RGBA, 8 bits a channel, as the engine writes it.
pub(super) fn picture(file: &Path, width: usize, height: usize) -> Result<ColorImage, String> {
    let bytes = crate::sys::map_file(file).map_err(|error| error.to_string())?;
    if bytes.len() != width * height * 4 || bytes.is_empty() {
        return Err(format!(
            "{} bytes are no {width} × {height} picture",
            bytes.len()
        ));
    }
    Ok(ColorImage::from_rgba_unmultiplied([width, height], &bytes))
}
