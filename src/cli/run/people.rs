//! What people read of a run, on standard error: on a terminal one line that is drawn over, elsewhere a line for each
//! step of the environment and each failed node; at the end what came of it. Decides nothing.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::engine::python::Progress as Build;
use crate::engine::python::modules::package_of;
use crate::engine::{EngineEvent, LogLevel, NodeError, NodeStatus, Progress, RunState};
use crate::graph::{Graph, Node, NodeId};

/// The status line is drawn so often at most.
const DRAW_EVERY: Duration = Duration::from_millis(100);
/// Values, failures and skipped nodes that a summary lists.
const MOST_LINES: usize = 50;
const LONGEST_VALUE: usize = 100;

pub struct People {
    project: String,
    /// Scripts read this run: only what goes wrong is said.
    is_brief: bool,
    is_terminal: bool,
    is_line_shown: bool,
    drawn: Option<Instant>,
    last_line: String,
}

impl People {
    pub fn new(project: &str, is_brief: bool, is_terminal: bool) -> Self {
        Self {
            project: project.to_owned(),
            is_brief,
            is_terminal,
            is_line_shown: false,
            drawn: None,
            last_line: String::new(),
        }
    }

    /// A line that stays.
    pub fn say(&mut self, line: &str) {
        self.clear();
        writeln!(io::stderr(), "{line}").ok();
    }

    /// Take the status line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.is_line_shown) {
            write!(io::stderr(), "\r\x1b[2K").ok();
        }
    }

    pub fn on_environment(&mut self, progress: &Build) {
        match progress {
            Build::Step(step) => self.say(&format!("{}: {step}", self.project)),
            Build::Output(line) => {
                let line = format!("  {line}");
                self.show(&line);
            }
        }
    }

    pub fn on_event(&mut self, event: &EngineEvent, graph: &Graph) {
        match event {
            EngineEvent::NodeFailed { node, error, .. } if !self.is_terminal && !self.is_brief => {
                self.say(&failed(*node, error, graph));
            }
            EngineEvent::Log {
                node, level, text, ..
            } if !self.is_brief => {
                let level = match level {
                    LogLevel::Print | LogLevel::Info => "",
                    LogLevel::Warning => "warning: ",
                    LogLevel::Error => "error: ",
                };
                let title = node.and_then(|id| graph.node(id)).map(Node::title);
                let title = title.map_or("engine", |title| title.as_str());
                self.say(&format!("[{title}] {level}{text}"));
            }
            EngineEvent::Ended { reason } => self.say(&format!("loom: {reason}")),
            EngineEvent::NotAnswering { secs } => self.say(&format!(
                "loom: the engine has not answered for {secs} s: a node does not let go of Python"
            )),
            EngineEvent::Malformed { line } => tracing::warn!("no event: {line}"),
            _ => {}
        }
    }

    pub fn on_stop(&mut self) {
        self.say("loom: stopping; Ctrl+C again ends the engine at once");
    }

    /// Draw the status line, when it is time to.
    pub fn draw(&mut self, state: &RunState, graph: &Graph) {
        let is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= DRAW_EVERY);
        if self.is_terminal && !self.is_brief && state.is_running() && is_due {
            let counts = state.counts();
            let mut line = format!(
                "{}: {} of {} nodes",
                self.project,
                counts.settled(),
                counts.total
            );
            let running = graph
                .nodes()
                .filter_map(|node| match &state.node(node.id).status {
                    NodeStatus::Running { progress, .. } => Some((node, progress.as_ref())),
                    _ => None,
                });
            for (i, (node, progress)) in running.take(3).enumerate() {
                let comma = if i == 0 { ", running" } else { "," };
                write!(line, "{comma} {}", node.title()).expect("a text takes all");
                if let Some(fraction) = progress.and_then(Progress::fraction) {
                    write!(line, " {:.0} %", fraction * 100.0).expect("a text takes all");
                }
            }
            self.show(&line);
        }
    }

    pub fn on_end_of_run(&mut self, state: &RunState, repetition: (u32, u32), elapsed: Duration) {
        self.clear();
        if self.is_brief {
            return;
        }
        let counts = state.counts();
        let which = match repetition {
            (_, 1) => String::new(),
            (number, all) => format!(" (run {number} of {all})"),
        };
        self.say(&format!(
            "{}{which}: {} ran, {} cached, {} failed, {} skipped in {}",
            self.project,
            counts.ran,
            counts.cached,
            counts.failed,
            counts.skipped,
            in_words(elapsed)
        ));
    }

    /// What came of the last run: failures, and the values that no other node reads.
    pub fn summarise(&mut self, state: &RunState, graph: &Graph) {
        if self.is_brief {
            return;
        }
        let mut lines = Vec::new();
        for (id, error) in state.failures() {
            lines.push(failed(id, error, graph));
            lines.extend(details(error));
        }
        for node in graph.nodes() {
            let title = |id: &NodeId| graph.node(*id).map_or("?", |node| node.title());
            match &state.node(node.id).status {
                NodeStatus::Skipped { cause } => {
                    let cause = title(cause);
                    lines.push(format!("skipped: {} because of \"{cause}\"", named(node)));
                }
                NodeStatus::Unused { chooser } => {
                    let chooser = title(chooser);
                    lines.push(format!(
                        "not needed: {}, \"{chooser}\" chose another",
                        named(node)
                    ));
                }
                _ => {}
            }
        }
        for node in graph.nodes() {
            let run = state.node(node.id);
            let is_made = matches!(run.status, NodeStatus::Done { .. } | NodeStatus::Cached);
            if !is_made || !graph.outgoing(node.id).is_empty() {
                continue;
            }
            for (port, value) in node.kind.outputs.iter().zip(run.outputs.iter()) {
                if let Some(value) = value {
                    let text = cut(&value.text);
                    lines.push(format!("  {}.{} = {text}", node.title(), port.name));
                }
            }
        }
        let more = lines.len().saturating_sub(MOST_LINES);
        for line in &lines[..lines.len() - more] {
            self.say(line);
        }
        if more > 0 {
            self.say(&format!("  … and {more} more lines"));
        }
    }

    /// Draw a line over the one before.
    fn show(&mut self, line: &str) {
        if !self.is_terminal || self.is_brief || self.is_line_shown && self.last_line == line {
            return;
        }
        // A line that wraps cannot be drawn over.
        let line: String = line.chars().filter(|c| !c.is_control()).take(76).collect();
        write!(io::stderr(), "\r\x1b[2K{line}").ok();
        io::stderr().flush().ok();
        self.is_line_shown = true;
        self.drawn = Some(Instant::now());
        self.last_line = line;
    }
}

fn named(node: &Node) -> String {
    format!("\"{}\" ({})", node.title(), node.key)
}

fn failed(id: NodeId, error: &NodeError, graph: &Graph) -> String {
    let node = graph.node(id).map_or_else(|| id.to_string(), named);
    format!("failed: {node}: {}: {}", error.kind, error.message)
}

/// Where it failed, with what, and what to do when that is known.
fn details(error: &NodeError) -> Vec<String> {
    let mut lines: Vec<_> = error
        .traceback
        .iter()
        .map(|frame| {
            format!(
                "    {}:{} in {}: {}",
                frame.file, frame.line, frame.function, frame.code
            )
        })
        .collect();
    let inputs = error.inputs.iter();
    lines.extend(inputs.map(|(name, ty, text)| format!("    {name} = {} ({ty})", cut(text))));
    if let Some(module) = &error.module {
        lines.push(format!(
            "    the module {module} is missing: add its package with `loom env add PROJECT {}`, and run again",
            package_of(module)
        ));
    }
    lines
}

/// The first line, not too long.
fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut cut: String = line.chars().take(LONGEST_VALUE).collect();
    if cut.len() < text.trim_end().len() {
        cut.push('…');
    }
    cut
}

fn in_words(elapsed: Duration) -> String {
    let secs = elapsed.as_secs_f64();
    if secs < 1.0 {
        format!("{:.0} ms", secs * 1000.0)
    } else if secs < 60.0 {
        format!("{secs:.1} s")
    } else {
        format!("{:.0} min {:02.0} s", (secs / 60.0).floor(), secs % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_times_are_short() {
        assert_eq!(cut("a\nb"), "a…");
        assert_eq!(cut("a\n"), "a");
        assert_eq!(cut(&"ä".repeat(200)).chars().count(), LONGEST_VALUE + 1);
        for (millis, expected) in [(4, "4 ms"), (1234, "1.2 s"), (125_000, "2 min 05 s")] {
            assert_eq!(in_words(Duration::from_millis(millis)), expected);
        }
    }
}
