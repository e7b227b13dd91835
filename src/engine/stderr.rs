//! The error pipe: which node runs, by the engine's markers, and everything else as lines of the node that wrote
//! them, bounded. Pure: bytes and the time come in, lines come out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::protocol::LogLevel;
use crate::graph::NodeId;

/// Begins a marker line: `\x1eloom+5\n` when node 5 starts, `\x1eloom-5\n` when it has ended.
const MARK: u8 = 0x1e;
const PREFIX: &[u8] = b"\x1eloom";
/// A marker with the largest id.
const MARKER_BYTES: usize = PREFIX.len() + 1 + 10 + 1;

/// A longer line is cut into several.
const LINE_BYTES: usize = 64 * 1024;
/// So many lines and bytes are let through in one window; the others are counted.
const WINDOW: Duration = Duration::from_millis(100);
const WINDOW_LINES: usize = 500;
const WINDOW_BYTES: usize = 512 * 1024;
/// Lines kept for the message when the process dies: a trace of Python's faulthandler is 100 frames a thread.
const TAIL_LINES: usize = 300;

/// A line that something wrote to the error pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub node: Option<NodeId>,
    pub level: LogLevel,
    pub text: String,
}

/// What was understood of the pipe so far.
#[derive(Debug)]
pub struct Reader {
    /// In the order they started.
    running: Vec<NodeId>,
    tail: VecDeque<String>,
    pending: Vec<u8>,
    window: Option<Instant>,
    lines: usize,
    bytes: usize,
    dropped: usize,
}

impl Reader {
    pub fn new() -> Self {
        Self {
            running: Vec::new(),
            tail: VecDeque::new(),
            pending: Vec::new(),
            window: None,
            lines: 0,
            bytes: 0,
            dropped: 0,
        }
    }

    /// Nodes that were started and have not ended, in that order.
    pub fn running(&self) -> &[NodeId] {
        &self.running
    }

    /// The last lines, oldest first.
    pub fn tail(&self) -> impl Iterator<Item = &str> {
        self.tail.iter().map(String::as_str)
    }

    /// Take what was read. A line without its end waits for it.
    pub fn feed(&mut self, bytes: &[u8], now: Instant, out: &mut Vec<Line>) {
        if self
            .window
            .is_none_or(|start| now.duration_since(start) >= WINDOW)
        {
            self.report_dropped(out);
            self.window = Some(now);
            self.lines = 0;
            self.bytes = 0;
        }
        self.pending.extend_from_slice(bytes);
        self.split(out);
    }

    /// The pipe is closed: what waited is all there is.
    pub fn close(&mut self, out: &mut Vec<Line>) {
        let rest = std::mem::take(&mut self.pending);
        self.text(&rest, out);
        self.report_dropped(out);
    }

    fn split(&mut self, out: &mut Vec<Line>) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        let mut searched = 0;
        while let Some(found) = rest[searched..]
            .iter()
            .position(|byte| *byte == b'\n' || *byte == MARK)
        {
            let at = searched + found;
            if rest[at] == b'\n' {
                self.text(&rest[..at], out);
                rest = &rest[at + 1..];
                searched = 0;
                continue;
            }
            match marker(&rest[at..]) {
                Marker::Whole { node, starts, len } => {
                    if at > 0 {
                        self.text(&rest[..at], out);
                    }
                    self.mark(node, starts, out);
                    rest = &rest[at + len..];
                    searched = 0;
                }
                Marker::Partial => break,
                Marker::Not => searched = at + 1,
            }
        }
        while rest.len() > LINE_BYTES {
            self.text(&rest[..LINE_BYTES], out);
            rest = &rest[LINE_BYTES..];
        }
        self.pending = rest.to_vec();
    }

    fn mark(&mut self, node: NodeId, starts: bool, out: &mut Vec<Line>) {
        self.report_dropped(out);
        self.running.retain(|other| *other != node);
        if starts {
            self.running.push(node);
        }
    }

    fn text(&mut self, bytes: &[u8], out: &mut Vec<Line>) {
        if bytes.is_empty() {
            return;
        }
        if self.lines >= WINDOW_LINES || self.bytes >= WINDOW_BYTES {
            self.dropped += 1;
            return;
        }
        self.lines += 1;
        self.bytes += bytes.len();
        let text = String::from_utf8_lossy(bytes);
        // A progress bar draws over its own line: what it drew last is what it shows.
        let text = text.trim_end_matches('\r');
        let text = text.rsplit('\r').next().unwrap_or(text);
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(text.to_owned());
        self.push(LogLevel::Print, text.to_owned(), out);
    }

    fn report_dropped(&mut self, out: &mut Vec<Line>) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            let text = format!("… {dropped} lines dropped: this node writes more than is shown");
            self.push(LogLevel::Warning, text, out);
        }
    }

    /// Of several running nodes, the one that was started last wrote it most likely.
    fn push(&self, level: LogLevel, text: String, out: &mut Vec<Line>) {
        let node = self.running.last().copied();
        out.push(Line { node, level, text });
    }
}

enum Marker {
    Whole {
        node: NodeId,
        starts: bool,
        len: usize,
    },
    /// More must be read to know.
    Partial,
    Not,
}

/// What begins at a mark.
fn marker(bytes: &[u8]) -> Marker {
    let shared = bytes.len().min(PREFIX.len());
    if bytes[..shared] != PREFIX[..shared] {
        return Marker::Not;
    }
    let end = bytes
        .iter()
        .take(MARKER_BYTES)
        .position(|byte| *byte == b'\n');
    let Some(end) = end else {
        return if bytes.len() < MARKER_BYTES {
            Marker::Partial
        } else {
            Marker::Not
        };
    };
    let starts = match bytes.get(PREFIX.len()) {
        Some(b'+') => true,
        Some(b'-') => false,
        _ => return Marker::Not,
    };
    let id = std::str::from_utf8(&bytes[PREFIX.len() + 1..end])
        .ok()
        .and_then(|digits| digits.parse().ok());
    match id {
        Some(id) => Marker::Whole {
            node: NodeId(id),
            starts,
            len: end + 1,
        },
        None => Marker::Not,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feed each chunk and give the lines as `node:text`, then the nodes that still run.
    fn read(chunks: &[&[u8]]) -> (Vec<String>, Vec<u32>) {
        let mut reader = Reader::new();
        let mut out = Vec::new();
        let now = Instant::now();
        for chunk in chunks {
            reader.feed(chunk, now, &mut out);
        }
        let running = reader.running().iter().map(|id| id.0).collect();
        reader.close(&mut out);
        let lines = out.iter().map(|line| match line.node {
            Some(node) => format!("{node}:{}", line.text),
            None => format!("-:{}", line.text),
        });
        (lines.collect(), running)
    }

    #[test]
    fn markers_tell_whose_the_text_is() {
        for (chunks, lines, running) in [
            (vec![&b"a\nb\n"[..]], vec!["-:a", "-:b"], vec![]),
            (
                vec![b"\x1eloom+5\na\n\x1eloom-5\nb\n"],
                vec!["5:a", "-:b"],
                vec![],
            ),
            (
                vec![b"\x1eloom+5\nhalf\x1eloom-5\n"],
                vec!["5:half"],
                vec![],
            ),
            (
                vec![b"\x1eloom+5\n\x1eloom+7\na\n\x1eloom-7\nb\n"],
                vec!["7:a", "5:b"],
                vec![5],
            ),
            (
                vec![b"\x1elo", b"om+5", b"\nwaits", b" for its end\n", b"tail"],
                vec!["5:waits for its end", "5:tail"],
                vec![5],
            ),
            (
                vec![b"\x1eloom*5\n\x1e\x1eloom+x\n\x1eloom+99999999999\n"],
                vec!["-:\x1eloom*5", "-:\x1e\x1eloom+x", "-:\x1eloom+99999999999"],
                vec![],
            ),
            (
                vec![b"not \xff UTF-8\n"],
                vec!["-:not \u{fffd} UTF-8"],
                vec![],
            ),
            (vec![b" 10%\r 20%\r\n"], vec!["-: 20%"], vec![]),
        ] {
            let (found, still) = read(&chunks);
            assert_eq!(found, lines, "{chunks:?}");
            assert_eq!(still, running, "{chunks:?}");
        }
    }

    #[test]
    fn a_flood_is_counted_rather_than_shown() {
        let mut reader = Reader::new();
        let mut out = Vec::new();
        let start = Instant::now();
        reader.feed(b"\x1eloom+3\n", start, &mut out);
        for _ in 0..10 {
            reader.feed("line\n".repeat(1_000).as_bytes(), start, &mut out);
        }
        assert_eq!(out.len(), WINDOW_LINES);
        out.clear();
        reader.feed(b"later\n", start + WINDOW, &mut out);
        let texts: Vec<_> = out.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "… 9500 lines dropped: this node writes more than is shown",
                "later"
            ]
        );
        assert_eq!(out[0].node, Some(NodeId(3)));
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let mut reader = Reader::new();
        let mut out = Vec::new();
        let now = Instant::now();
        for _ in 0..300 {
            reader.feed(&[b'x'; 10_000], now, &mut out);
        }
        assert!(reader.pending.len() <= LINE_BYTES);
        assert!(out.iter().all(|line| line.text.len() <= LINE_BYTES));
        assert!(reader.dropped > 0);
    }
}
