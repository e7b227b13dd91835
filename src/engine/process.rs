//! Process: one engine process, its pipes and the threads on them. It reports what they bring and decides nothing;
//! the supervisor does.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::EngineConfig;
use super::folder::Folder;
use super::protocol::{self, EngineEvent, Request};
use super::stderr::{Line, Reader};
use crate::sys::{ExitWatch, ProcessTree, Terms};

/// How many reports may wait before the pipes do.
pub const REPORTS: usize = 64;

/// How many requests may wait for an engine that does not read.
const REQUESTS: usize = 256;

/// An event line may be this long; a longer one is thrown away.
const LINE_BYTES: usize = 8 * 1024 * 1024;

/// After a read of the error pipe that brought less than this, there is a pause. The pipe holds far more than is
/// written meanwhile by anything but a flood.
const SMALL_READ: usize = 8 * 1024;
const BETWEEN_SMALL_READS: Duration = Duration::from_millis(2);

/// To the supervisor.
#[derive(Debug)]
pub enum Report {
    /// Look at the orders.
    Wake,
    /// Something of the process with this number.
    From(u32, News),
}

#[derive(Debug)]
pub enum News {
    Events(Vec<EngineEvent>),
    Lines(Vec<Line>),
    /// Nothing more comes from standard output, or from the error pipe.
    Closed,
    Exited,
}

/// A process that runs, or that has ended and was not reaped.
pub struct Process {
    child: Child,
    input: Option<SyncSender<Vec<u8>>>,
    errors: Arc<Mutex<Reader>>,
}

impl Process {
    /// Start the engine. Its reports carry `number`. The calling thread must live as long as the process may.
    pub fn spawn(
        config: &EngineConfig,
        folder: &Folder,
        number: u32,
        reports: &SyncSender<Report>,
    ) -> io::Result<(Self, ProcessTree)> {
        let terms = Terms {
            mark: Some(folder.mark().clone()),
            memory: config.memory_limit,
        };
        let (mut child, tree) = ProcessTree::spawn(&mut command(config, folder), terms)?;
        let errors = Arc::new(Mutex::new(Reader::new()));
        match start_threads(&mut child, &tree, &errors, number, reports) {
            Ok(input) => Ok((
                Self {
                    child,
                    input: Some(input),
                    errors,
                },
                tree,
            )),
            Err(error) => {
                tree.kill();
                child.wait().ok();
                Err(error)
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Send a request. Returns whether there was room for it: never waits.
    pub fn send(&self, request: &Request) -> bool {
        self.input
            .as_ref()
            .is_some_and(|input| input.try_send(request.to_line()).is_ok())
    }

    /// Close its standard input: it ends by itself when it has read all.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// What is known from the error pipe.
    pub fn errors(&self) -> std::sync::MutexGuard<'_, Reader> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Take the exit status of a process that has ended, which frees its number.
    pub fn reap(mut self) -> io::Result<ExitStatus> {
        self.input = None;
        self.child.wait()
    }
}

fn command(config: &EngineConfig, folder: &Folder) -> Command {
    let mut command = Command::new(&config.python);
    // -P: no folder of the project or of the environment's scripts on the path that could stand in for a module of
    // the standard library.
    command.args(["-P", "-u", "-X", "utf8", "-X", "faulthandler"]);
    command.arg(config.executor.join("bootstrap.py"));
    command.arg("--project").arg(&*config.project);
    command.arg("--files").arg(folder.values());
    command.arg("--workers").arg(config.workers.to_string());
    if let Some(results) = &config.results {
        command.arg("--store").arg(&results.folder);
        let limit = results.limit_bytes.to_string();
        command.arg("--store-limit").arg(limit);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start_threads(
    child: &mut Child,
    tree: &ProcessTree,
    errors: &Arc<Mutex<Reader>>,
    number: u32,
    reports: &SyncSender<Report>,
) -> io::Result<SyncSender<Vec<u8>>> {
    let no_pipe = || io::Error::other("the process has no pipes");
    let mut stdin = child.stdin.take().ok_or_else(no_pipe)?;
    let stdout = child.stdout.take().ok_or_else(no_pipe)?;
    let stderr = child.stderr.take().ok_or_else(no_pipe)?;
    let watch = tree.watch(child)?;
    let (input, requests) = mpsc::sync_channel::<Vec<u8>>(REQUESTS);

    start("engine-in", move || {
        // An error means that the process is gone, of which the others tell.
        while let Ok(line) = requests.recv() {
            if stdin.write_all(&line).is_err() {
                break;
            }
        }
    })?;
    let out = reports.clone();
    start("engine-out", move || read_events(stdout, number, &out))?;
    let err = reports.clone();
    let errors = Arc::clone(errors);
    start("engine-err", move || {
        read_errors(stderr, number, &errors, &err);
    })?;
    let end = reports.clone();
    start("engine-end", move || {
        ExitWatch::wait(&watch);
        end.send(Report::From(number, News::Exited)).ok();
    })?;
    Ok(input)
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(())
}

/// Reads whatever is there and parses all whole lines of it: one report is one read.
fn read_events(mut stdout: impl Read, number: u32, reports: &SyncSender<Report>) {
    let mut lines = Lines::default();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let events = match stdout.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => lines.feed(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        if !events.is_empty()
            && reports
                .send(Report::From(number, News::Events(events)))
                .is_err()
        {
            return;
        }
    }
    reports.send(Report::From(number, News::Closed)).ok();
}

/// Splits what is read into event lines.
#[derive(Default)]
struct Lines {
    partial: Vec<u8>,
    /// The line in progress is too long: it is thrown away up to its end.
    is_skipping: bool,
}

impl Lines {
    fn feed(&mut self, bytes: &[u8]) -> Vec<EngineEvent> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(text) = piece.strip_suffix(b"\n") else {
                self.keep(piece, &mut events);
                continue;
            };
            if self.is_skipping {
                self.is_skipping = false;
            } else if self.partial.is_empty() {
                events.extend(event_of(text));
            } else {
                self.partial.extend_from_slice(text);
                events.extend(event_of(&self.partial));
            }
            self.partial.clear();
        }
        events
    }

    fn keep(&mut self, piece: &[u8], events: &mut Vec<EngineEvent>) {
        if self.is_skipping {
            return;
        }
        self.partial.extend_from_slice(piece);
        if self.partial.len() > LINE_BYTES {
            events.push(EngineEvent::Malformed {
                line: protocol::excerpt(&self.partial),
            });
            self.partial = Vec::new();
            self.is_skipping = true;
        }
    }
}

fn event_of(line: &[u8]) -> Option<EngineEvent> {
    let is_blank = line.iter().all(u8::is_ascii_whitespace);
    (!is_blank).then(|| protocol::parse_line(line))
}

fn read_errors(
    mut stderr: impl Read,
    number: u32,
    errors: &Mutex<Reader>,
    reports: &SyncSender<Report>,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let mut lines = Vec::new();
        let result = stderr.read(&mut buffer);
        let mut reader = errors.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = match &result {
            Ok(count) if *count > 0 => {
                reader.feed(&buffer[..*count], Instant::now(), &mut lines);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => true,
            _ => {
                reader.close(&mut lines);
                false
            }
        };
        drop(reader);
        if matches!(result, Ok(1..SMALL_READ)) {
            // Markers come one by one, two for each node: to wake up for each would cost more than the nodes.
            thread::sleep(BETWEEN_SMALL_READS);
        }
        let is_heard = lines.is_empty()
            || reports
                .send(Report::From(number, News::Lines(lines)))
                .is_ok();
        if !is_open || !is_heard {
            break;
        }
    }
    reports.send(Report::From(number, News::Closed)).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(events: &[EngineEvent]) -> Vec<&str> {
        events
            .iter()
            .map(|event| match event {
                EngineEvent::Pong { .. } => "pong",
                EngineEvent::Malformed { .. } => "malformed",
                _ => "other",
            })
            .collect()
    }

    #[test]
    fn lines_may_come_in_any_pieces() {
        let text = b"{\"type\":\"pong\",\"ping\":1}\n\nnonsense\n{\"type\":\"pong\",\"ping\":2}\n{\"type\":";
        for size in [1, 2, 7, 1000] {
            let mut lines = Lines::default();
            let events: Vec<_> = text
                .chunks(size)
                .flat_map(|piece| lines.feed(piece))
                .collect();
            assert_eq!(kinds(&events), ["pong", "malformed", "pong"], "{size}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_one_is_read() {
        let mut lines = Lines::default();
        let mut events = Vec::new();
        for _ in 0..3 {
            events.extend(lines.feed(&vec![b'x'; LINE_BYTES]));
        }
        events.extend(lines.feed(b"xx\n{\"type\":\"pong\",\"ping\":1}\n"));
        assert_eq!(kinds(&events), ["malformed", "pong"]);
    }
}
