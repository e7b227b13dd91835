//! `loom run`: a project without a window, by the same engine. Everything about the call is checked before anything
//! is started; the project's file is never written.

mod events;
mod people;
mod pictures;
mod secrets;
mod session;

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use serde_json::json;

use super::args::RunOptions;
use super::project::Opened;
use super::tools::{cancel, failure, heed_interrupts, wanted, with_consent};
use super::{Exit, Failure, address, say, value};
use crate::engine::python::{self, Environment, EnvironmentError};
use crate::engine::{self, EngineConfig, RunStatus};
use crate::graph::{Edit, Flat, Graph, KindState, Node, NodeId, Port, Value};
use crate::paths::{Paths, Variables, private_folder};
use crate::project::trust::by_call;
use crate::secrets::Keychain;
use crate::settings::Settings;
use crate::sys;
use people::People;
use session::{Session, Stopped};

/// An engine that has nothing to do ends at once; one that does not is killed.
const ENGINE_ENDS_WITHIN: Duration = Duration::from_secs(2);

/// A call, read and checked.
struct Job {
    graph: Graph,
    targets: Option<Vec<NodeId>>,
    prints: Vec<Port>,
}

pub fn run(options: &RunOptions, paths: &Paths) -> Result<Exit, Failure> {
    let opened = Opened::open(&options.project, paths)?;
    let (settings, notes) = Settings::load(&paths.userdata);
    for note in &notes {
        say(&format!("loom: {note}"));
    }
    let keychain = Keychain::of(&Variables::load());
    heed_interrupts();
    let mut people = People::new(&opened.name(), options.json, io::stderr().is_terminal());
    let result = with_its_packages(opened, &settings, paths, &mut people).and_then(|opened| {
        for note in &opened.loaded.notes {
            say(&format!("loom: {note}"));
        }
        let job = Job::read(options, opened.loaded.document.graph()).map_err(Stopped::Failed)?;
        let config = engine_config(&opened, &settings, paths, &mut people)?;
        let secrets = secrets::gather(
            &options.secret,
            &job.graph,
            job.targets.as_deref(),
            &keychain,
        )?;
        let mut session = Session::start(config, &job.graph, people, options.json)?;
        session.give_secrets(secrets)?;
        let result = job.run(options, &mut session);
        session.end(if result.is_ok() {
            ENGINE_ENDS_WITHIN
        } else {
            Duration::ZERO
        });
        result
    });
    match result {
        Ok(exit) => Ok(exit),
        Err(Stopped::Cancelled) => {
            say("loom: cancelled");
            Ok(Exit::Cancelled)
        }
        Err(Stopped::Failed(failure)) => Err(failure),
    }
}

/// The project with the nodes of packages that were not installed here yet: they are read once they are there.
fn with_its_packages(
    opened: Opened,
    settings: &Settings,
    paths: &Paths,
    people: &mut People,
) -> Result<Opened, Stopped> {
    let graph = opened.loaded.document.graph();
    let is_there = |node: &Node| node.kind.state != KindState::Missing;
    let is_whole = graph.nodes().all(is_there);
    if is_whole || python::is_current(&wanted(&opened.folder, opened.needs(), settings, paths)) {
        return Ok(opened);
    }
    environment(&opened, settings, paths, people)?;
    Opened::open(&opened.folder, paths).map_err(Stopped::Failed)
}

/// The project's environment, made or brought up to date.
fn environment(
    opened: &Opened,
    settings: &Settings,
    paths: &Paths,
    people: &mut People,
) -> Result<Environment, Stopped> {
    let mut wanted = wanted(&opened.folder, opened.needs(), settings, paths);
    let cancel = cancel();
    let environment = with_consent(&mut wanted, paths, |wanted| {
        let made = python::prepare(wanted, &mut |step| people.on_environment(&step), &cancel);
        people.clear();
        made
    });
    environment.map_err(|error| match error {
        EnvironmentError::Cancelled => Stopped::Cancelled,
        error => Stopped::Failed(failure(error)),
    })
}

/// What the engine is started with, in the project's environment.
fn engine_config(
    opened: &Opened,
    settings: &Settings,
    paths: &Paths,
    people: &mut People,
) -> Result<EngineConfig, Stopped> {
    let environment = environment(opened, settings, paths, people)?;
    let project = &opened.folder;
    let folder = private_folder(project).map_err(|error| {
        Stopped::Failed(Failure::engine(format!(
            "cannot write to the project's folder: {error}; copy the project to one where you may: {}",
            project.display()
        )))
    })?;
    Ok(EngineConfig {
        python: environment.python,
        executor: paths.executor(),
        project: by_call::named(project),
        files: folder.join("run"),
        workers: settings.engine.workers_here(),
        // What is run on the command line runs: a script that calls it again means it.
        results: None,
        memory_limit: engine::memory_limit_of(settings.engine.memory_limit_percent),
        idle_after: None,
    })
}

impl Job {
    fn read(options: &RunOptions, graph: &Graph) -> Result<Self, Failure> {
        let mut graph = graph.clone();
        for text in &options.set {
            set(&mut graph, text).map_err(|why| Failure::usage(format!("--set {text}: {why}")))?;
        }
        let flat = Flat::of(&graph);
        if flat.is_too_large() {
            return Err(Failure::usage(Flat::TOO_LARGE));
        }
        let mut targets = Vec::new();
        for text in &options.to {
            let found = flat_targets(&graph, &flat, text);
            targets.extend(found.map_err(|why| Failure::usage(format!("--to {text}: {why}")))?);
        }
        let print = |text: &String| {
            let found = flat_output(&graph, &flat, text);
            found.map_err(|why| Failure::usage(format!("--print {text}: {why}")))
        };
        let prints = options
            .print
            .iter()
            .map(print)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            targets: (!options.to.is_empty()).then_some(targets),
            prints,
            graph: flat.graph().clone(),
        })
    }

    /// All repetitions, then what was asked for of the last one.
    fn run(&self, options: &RunOptions, session: &mut Session) -> Result<Exit, Stopped> {
        let mut status = RunStatus::Ok;
        for repetition in 1..=options.repeat {
            let targets = self.targets.clone();
            status = session.run(targets, options.workers, (repetition, options.repeat))?;
            // A run that was over before Ctrl+C reached it is no reason to begin the next one.
            if status == RunStatus::Cancelled || sys::interrupts() > 0 {
                return Err(Stopped::Cancelled);
            }
        }
        session.summarise();
        if let Some(folder) = &options.pictures {
            pictures::write(session, folder)?;
        }
        self.print(session, options.json)?;
        Ok(match status {
            RunStatus::Ok => Exit::Ok,
            RunStatus::Failed | RunStatus::Cancelled => Exit::Failed,
        })
    }

    fn print(&self, session: &mut Session, as_json: bool) -> Result<(), Stopped> {
        let mut values = Vec::new();
        for port in &self.prints {
            let text = session.text(port)?;
            if as_json {
                let node = self.graph.node(port.node).map(|node| node.key.as_str());
                values.push(json!({"node": node, "port": port.name.as_str(), "text": text}));
            } else {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", text.unwrap_or_default())
                    .and_then(|()| out.flush())
                    .map_err(|error| Stopped::Failed(error.into()))?;
            }
        }
        if as_json && !self.prints.is_empty() {
            session.write_line(&json!({"event": "values", "values": values}))?;
        }
        Ok(())
    }
}

/// What runs for a node that is named; nodes inside of subgraphs are named with those around them, `node_3/node_7`.
fn flat_targets(graph: &Graph, flat: &Flat, text: &str) -> Result<Vec<NodeId>, String> {
    if let Ok(node) = address::node(flat.graph(), text) {
        return Ok(vec![node.id]);
    }
    let node = address::node(graph, text)?;
    let targets = flat.targets(graph, &[], &[node.id]);
    if targets.is_empty() {
        return Err(NOTHING_RUNS.to_owned());
    }
    Ok(targets)
}

/// The function's output whose value is on the port that is named.
fn flat_output(graph: &Graph, flat: &Flat, text: &str) -> Result<Port, String> {
    if let Ok(port) = address::output(flat.graph(), text) {
        return Ok(port);
    }
    let port = address::output(graph, text)?;
    let (id, at) = flat.source(graph, &[], &port).ok_or(NOTHING_RUNS)?;
    let output = flat
        .graph()
        .node(id)
        .and_then(|node| node.kind.outputs.get(at));
    let output = output.ok_or(NOTHING_RUNS)?;
    Ok(Port::new(id, output.name.clone()))
}

const NOTHING_RUNS: &str = "nothing runs for it: it is muted, or no value is led to it";

/// NODE.PORT=VALUE, on this copy of the graph alone.
fn set(graph: &mut Graph, text: &str) -> Result<(), String> {
    let (port, text) = address::assignment(graph, text)?;
    if let Some(link) = graph.link_to(port.node, &port.name) {
        let source = graph.node(link.from.node).map_or("?", |node| &node.key);
        return Err(format!(
            "this input gets its value by a link from {source}.{}; set an input of that node, or remove the link",
            link.from.name
        ));
    }
    let node = graph.node(port.node).ok_or("the node is gone")?;
    let value = match node.kind.input(&port.name) {
        // The file says of such an input how its text is read.
        Some(_) if node.kind.is_legacy() => Value::text(text),
        Some(input) => value::parse(text, input)?,
        None => return Err("the input is gone".to_owned()),
    };
    let edit = Edit::SetValue {
        input: port,
        value: Some(value),
    };
    graph
        .apply(edit)
        .map(|_| ())
        .map_err(|error| error.to_string())
}
