//! A tool that is run to its end: its lines are handed on as they come, and it can be stopped with all that it
//! started. Knows nothing of Python.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use super::CancelFlag;
use crate::redact;
use crate::sys::{ExitWatch, ProcessTree, Terms};

/// Lines kept of a tool's output, the last ones.
const LINES: usize = 200;
/// Longer lines are cut.
const LINE_BYTES: u64 = 4096;
/// Lines that may wait to be handed on.
const QUEUE: usize = 256;
const LOOK: Duration = Duration::from_millis(30);
/// How long its streams are read after it ended: something that left its group may hold them open for ever.
const LEFT_BEHIND: Duration = Duration::from_secs(2);

/// How a tool ended.
#[derive(Debug)]
pub enum Ending {
    Done,
    /// It ended with an error, could not be started, or was too slow; the output says so at its end.
    Failed,
    Cancelled,
}

/// How it ended and the last lines that it printed, both of its streams together.
#[derive(Debug)]
pub struct Outcome {
    pub ending: Ending,
    pub output: Vec<String>,
}

/// A command without the variables that would change which Python or environment a tool takes.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_uppercase();
        let chooses_python = [
            "UV_PYTHON",
            "UV_SYSTEM_PYTHON",
            "UV_PROJECT",
            "UV_WORKING",
            "PIP_TARGET",
            "PIP_PREFIX",
        ]
        .iter()
        .any(|prefix| text.starts_with(prefix));
        if text.starts_with("PYTHON")
            || text.starts_with("CONDA_")
            || text == "VIRTUAL_ENV"
            || chooses_python
        {
            command.env_remove(name);
        }
    }
    command.env("PYTHONUTF8", "1").env("NO_COLOR", "1");
    command
}

/// Run a command to its end, at most `limit` if there is one.
pub fn run(
    mut command: Command,
    limit: Option<Duration>,
    on_line: &mut dyn FnMut(&str),
    cancel: &CancelFlag,
) -> Outcome {
    let mut output = VecDeque::new();
    // Tools repeat the addresses of package indexes, which may hold a password.
    let mut lines = redact::Lines::default();
    let ending = run_lines(&mut command, limit, cancel, None, &mut |line| {
        let mut line = line.to_owned();
        lines.hide(&mut line);
        on_line(&line);
        if output.len() == LINES {
            output.pop_front();
        }
        output.push_back(line);
    });
    let ending = ending.unwrap_or_else(|error| {
        output.push_back(format!(
            "error: {} cannot be started: {error}",
            Path::new(command.get_program()).display()
        ));
        Ending::Failed
    });
    Outcome {
        ending,
        output: output.into(),
    }
}

/// Run a command and read all that it writes to its standard output, which goes through a file, so that lines may be of
/// any length, and what it complained of. `None`: it was cancelled; the error is what it complained of.
pub fn read_all(
    mut command: Command,
    limit: Duration,
    cancel: &CancelFlag,
) -> Result<Option<(String, Vec<String>)>, Vec<String>> {
    let told = |error: io::Error| vec![format!("error: {error}")];
    let mut file = tempfile::NamedTempFile::new().map_err(told)?;
    let out = file.reopen().map_err(told)?;
    let mut output = Vec::new();
    let mut on_line = |line: &str| output.push(line.to_owned());
    let ending = run_lines(&mut command, Some(limit), cancel, Some(out), &mut on_line);
    match ending.map_err(told)? {
        Ending::Cancelled => Ok(None),
        Ending::Failed => Err(output),
        Ending::Done => {
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(told)?;
            Ok(Some((text, output)))
        }
    }
}

fn run_lines(
    command: &mut Command,
    limit: Option<Duration>,
    cancel: &CancelFlag,
    into: Option<std::fs::File>,
    on_line: &mut dyn FnMut(&str),
) -> io::Result<Ending> {
    if cancel.is_cancelled() {
        return Ok(Ending::Cancelled);
    }
    command
        .stdin(Stdio::null())
        .stdout(into.map_or_else(Stdio::piped, Stdio::from))
        .stderr(Stdio::piped());
    // This thread waits for the tool, so the tool ends with it at the latest.
    let (mut child, tree) = ProcessTree::spawn(command, Terms::default())?;
    let (sender, heard) = mpsc::sync_channel(QUEUE);
    let listening = read(child.stdout.take(), &sender)
        .and_then(|()| read(child.stderr.take(), &sender))
        .and_then(|()| watch(tree.watch(&child)?, sender));
    if let Err(error) = listening {
        kill(&mut child, &tree);
        return Err(error);
    }
    let end = limit.map(|limit| Instant::now() + limit);
    let mut ended: Option<Instant> = None;
    loop {
        match heard.recv_timeout(LOOK) {
            Ok(Heard::Line(line)) => on_line(&line),
            Ok(Heard::Ended) => {
                // What it left behind goes with it. It is not reaped yet, so its number is still its own.
                tree.kill();
                ended = Some(Instant::now());
            }
            Err(RecvTimeoutError::Timeout) => {}
            // It has ended, and all that it wrote was read.
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if let Some(ended) = ended {
            if ended.elapsed() > LEFT_BEHIND {
                break;
            }
        } else if cancel.is_cancelled() {
            kill(&mut child, &tree);
            return Ok(Ending::Cancelled);
        } else if end.is_some_and(|end| Instant::now() > end) {
            kill(&mut child, &tree);
            on_line("error: it took too long and was stopped");
            return Ok(Ending::Failed);
        }
    }
    let status = child.wait()?;
    if status.success() {
        return Ok(Ending::Done);
    }
    on_line(&format!("({status})"));
    Ok(Ending::Failed)
}

/// What a tool's threads report.
enum Heard {
    Line(String),
    Ended,
}

/// Report the end of a tool from a thread of its own.
fn watch(watch: ExitWatch, sender: SyncSender<Heard>) -> io::Result<()> {
    let thread = thread::Builder::new().name("tool end".to_owned());
    thread.spawn(move || {
        watch.wait();
        sender.send(Heard::Ended).ok();
    })?;
    Ok(())
}

fn kill(child: &mut Child, tree: &ProcessTree) {
    tree.kill();
    child.wait().ok();
}

/// Hand on the lines of a stream from a thread of its own, which ends with the stream.
fn read(stream: Option<impl Read + Send + 'static>, sender: &SyncSender<Heard>) -> io::Result<()> {
    let Some(stream) = stream else {
        return Ok(());
    };
    let sender = sender.clone();
    thread::Builder::new()
        .name("tool output".to_owned())
        .spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            loop {
                line.clear();
                let read = (&mut reader).take(LINE_BYTES).read_until(b'\n', &mut line);
                if !read.is_ok_and(|bytes| bytes > 0) {
                    return;
                }
                let text = String::from_utf8_lossy(&line);
                // Of a line that was drawn over, what is seen at last.
                let text = text.trim_end();
                let text = text.rsplit('\r').next().unwrap_or_default();
                if !text.is_empty() && sender.send(Heard::Line(text.to_owned())).is_err() {
                    return;
                }
            }
        })?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "echo Looking at https://me:pass-w0rd@index/simple; exit 1",
        ]);
        let mut told = Vec::new();
        let outcome = run(
            command,
            None,
            &mut |line| told.push(line.to_owned()),
            &CancelFlag::default(),
        );
        assert_eq!(told[0], "Looking at https://me:[secret]@index/simple");
        assert_eq!(outcome.output[0], told[0]);
    }
}
