//! Session: one engine from its start to its end, for as many runs as are asked for. Its events go to people and, as
//! JSON, to scripts; Ctrl+C stops the run, a second one kills.

use std::collections::BTreeMap;
use std::io::{self, Stdout, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::super::{Exit, Failure};
use super::events;
use super::people::People;
use crate::engine::{
    Engine, EngineConfig, EngineEvent, Fetch, NodeStatus, RunRequest, RunState, RunStatus, Stop,
    View, What,
};
use crate::event::{EventReceiver, channel};
use crate::graph::{Graph, NodeId, Port};
use crate::redact::Secret;
use crate::{runlog, sys};

/// Events that may wait until they are written.
const QUEUE: usize = 4096;
/// Bytes of JSON that are written at once while events keep coming.
const WRITTEN_AT_ONCE: usize = 64 * 1024;
/// How often Ctrl+C and the status line are looked at when nothing happens.
const LOOK: Duration = Duration::from_millis(50);

pub struct Session<'g> {
    pub graph: &'g Graph,
    pub state: RunState,
    /// The project's folder.
    project: PathBuf,
    engine: Engine,
    events: EventReceiver<EngineEvent>,
    people: People,
    /// Where JSON lines go, if they were asked for.
    json: Option<io::BufWriter<Stdout>>,
    runs: u64,
    fetches: u64,
}

/// Why a session came to no end of its own.
pub enum Stopped {
    Cancelled,
    Failed(Failure),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl<'g> Session<'g> {
    /// Start the engine and wait until it is ready.
    pub fn start(
        config: EngineConfig,
        graph: &'g Graph,
        people: People,
        as_json: bool,
    ) -> Result<Self, Stopped> {
        let (sender, events) = channel(QUEUE, || ());
        let mut session = Self {
            graph,
            project: config.project.to_path_buf(),
            state: RunState::new(),
            engine: Engine::start(config, sender),
            events,
            people,
            json: as_json.then(|| io::BufWriter::with_capacity(WRITTEN_AT_ONCE, io::stdout())),
            runs: 0,
            fetches: 0,
        };
        loop {
            if sys::interrupts() > 0 {
                return Err(Stopped::Cancelled);
            }
            match session.next()? {
                Some(EngineEvent::Hello { .. }) => return Ok(session),
                Some(EngineEvent::StartFailed { message }) => {
                    return Err(Stopped::Failed(Failure {
                        exit: Exit::Engine,
                        message,
                    }));
                }
                _ => {}
            }
        }
    }

    /// Hand the secrets over that the runs need.
    pub fn give_secrets(&self, secrets: BTreeMap<String, Secret>) -> Result<(), Stopped> {
        let busy = |error| Stopped::Failed(Failure::engine(error));
        self.engine.give_secrets(secrets).map_err(busy)
    }

    /// Run once and return how it ended. `repetition` is its number and how many there are.
    pub fn run(
        &mut self,
        targets: Option<Vec<NodeId>>,
        workers: Option<u32>,
        repetition: (u32, u32),
    ) -> Result<RunStatus, Stopped> {
        self.runs += 1;
        let run = self.runs;
        let all = || self.graph.nodes().map(|node| node.id).collect();
        let nodes: Vec<NodeId> = match &targets {
            Some(targets) => self.graph.upstream(targets.iter().copied()),
            None => all(),
        };
        self.state.begin(run, nodes);
        let request = RunRequest {
            run,
            targets,
            workers: workers.map(|count| count as usize),
            ..RunRequest::default()
        };
        let sent = Instant::now();
        let busy = |error| Stopped::Failed(Failure::engine(error));
        self.engine.run(self.graph, request).map_err(busy)?;
        let mut interrupts = 0;
        loop {
            let event = self.next_of_run(sent)?;
            if let Some(EngineEvent::RunFinished {
                run: ended, status, ..
            }) = event
                && ended == run
            {
                let elapsed = sent.elapsed();
                self.people.on_end_of_run(&self.state, repetition, elapsed);
                if let Err(error) =
                    runlog::append(&self.project, runlog::entry(self.graph, &self.state))
                {
                    tracing::warn!("the log of the run could not be kept: {error}");
                }
                return Ok(status);
            }
            match sys::interrupts() {
                count if count > interrupts && interrupts == 0 => {
                    interrupts = count;
                    self.people.on_stop();
                    self.engine.cancel(run, Stop::Firm).map_err(busy)?;
                }
                // Asked twice: no more waiting.
                count if count > interrupts => return Err(Stopped::Cancelled),
                _ => {}
            }
        }
    }

    /// What the last run gave, for people.
    pub fn summarise(&mut self) {
        self.people.summarise(&self.state, self.graph);
    }

    /// `str()` of a value of the last run; `None` when it was not made, with a word to people when it was lost.
    pub fn text(&mut self, port: &Port) -> Result<Option<String>, Stopped> {
        let Some(output) = self.made(port) else {
            return Ok(None);
        };
        match self.view(port.node, output, What::Text)? {
            View::Text {
                text: Some(text), ..
            } => return Ok(Some(text)),
            View::Text {
                file: Some(file), ..
            } => match std::fs::read(&file) {
                Ok(bytes) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
                Err(error) => self.complain(port, &error.to_string()),
            },
            View::Error { message } => self.complain(port, &message),
            // A process that died took it along; a short one was told before.
            _ => match self.told(port, output) {
                Some(text) => return Ok(Some(text)),
                None => self.complain(port, "it was lost when the engine ended"),
            },
        }
        Ok(None)
    }

    /// A value of the last run as a viewer would show it.
    pub fn view(&mut self, node: NodeId, output: u32, what: What) -> Result<View, Stopped> {
        self.fetches += 1;
        let fetch = self.fetches;
        let request = Fetch {
            fetch,
            node,
            output,
            what,
        };
        if self.engine.fetch(request).is_err() {
            return Ok(View::Gone);
        }
        let interrupts = sys::interrupts();
        loop {
            match self.next()? {
                Some(EngineEvent::Value {
                    fetch: answered,
                    view,
                }) if answered == fetch => return Ok(view),
                Some(EngineEvent::Ended { .. } | EngineEvent::StartFailed { .. }) => {
                    return Ok(View::Gone);
                }
                _ => {}
            }
            if sys::interrupts() > interrupts {
                return Err(Stopped::Cancelled);
            }
        }
    }

    /// Write a line of JSON, when JSON was asked for.
    pub fn write_line(&mut self, line: &Json) -> Result<(), Stopped> {
        if let Some(out) = &mut self.json {
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        Ok(())
    }

    pub fn say(&mut self, line: &str) {
        self.people.say(line);
    }

    /// End the engine and wait for it; it is killed when `patience` is over.
    pub fn end(mut self, patience: Duration) {
        if self.state.run().is_some()
            && let Err(error) =
                runlog::append(&self.project, runlog::entry(self.graph, &self.state))
        {
            tracing::warn!("the log of the run could not be kept: {error}");
        }
        self.people.clear();
        self.engine.close(patience);
    }

    /// The place of an output that the last run made.
    fn made(&self, port: &Port) -> Option<u32> {
        let output = self.graph.node(port.node)?.kind.output_index(&port.name)?;
        let run = self.state.node(port.node);
        let is_made = matches!(run.status, NodeStatus::Done { .. } | NodeStatus::Cached);
        let is_set = run.outputs.get(output).is_some_and(Option::is_some);
        (is_made && is_set).then_some(output as u32)
    }

    /// The text that came with the event, when it is all of the value.
    fn told(&self, port: &Port, output: u32) -> Option<String> {
        const CUT_FROM: usize = 1024;
        let run = self.state.node(port.node);
        let summary = run.outputs.get(output as usize)?.as_ref()?;
        let is_whole = ["int", "float", "bool", "text"].contains(&summary.ty.as_str())
            && summary.text.chars().count() < CUT_FROM;
        is_whole.then(|| summary.text.to_string())
    }

    fn complain(&mut self, port: &Port, why: &str) {
        let node = self.graph.node(port.node);
        let title = node.map_or("?", |node| node.title());
        self.people.say(&format!(
            "loom: the value {title}.{} cannot be written: {why}",
            port.name
        ));
    }

    fn next(&mut self) -> Result<Option<EngineEvent>, Stopped> {
        self.next_of_run(Instant::now())
    }

    /// The next event, if one comes soon; told to people and scripts before it is given. `sent`: when the run was asked for.
    fn next_of_run(&mut self, sent: Instant) -> Result<Option<EngineEvent>, Stopped> {
        let event = self.events.try_next();
        let event = if event.is_some() {
            event
        } else {
            // Only now is there time to write.
            if let Some(out) = &mut self.json {
                out.flush()?;
            }
            self.people.draw(&self.state, self.graph);
            self.events.next_timeout(LOOK)
        };
        let Some(event) = event else {
            return Ok(None);
        };
        self.state.on_event(&event);
        self.people.on_event(&event, self.graph);
        if let Some(out) = &mut self.json {
            events::write(out, &event, self.graph, sent.elapsed())?;
        }
        Ok(Some(event))
    }
}
