//! Request and EngineEvent as JSON lines: the only serde of the pipe, and of the file that names a process.
//! `tests/protocol/README.md` describes the messages; this folder decides nothing and starts nothing.

mod graph;
mod json;
mod secret;
mod state;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeTuple as _, Serializer};
use serde::{Deserialize, Serialize};

use graph::is_false;
pub use graph::{PlanKind, PlanLoop, PlanNode, Repeats};
pub use state::{EngineState, ProcessId};

use crate::graph::{Name, NodeId};
use crate::redact::Secret;

/// The version that both sides speak.
pub const PROTOCOL: u32 = 1;

/// To the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Run(RunMessage),
    /// Take the graph over and run nothing, so that earlier results can be fetched.
    Load(RunMessage),
    Cancel {
        run: u64,
    },
    Interrupt {
        run: u64,
    },
    Fetch(Fetch),
    Ping {
        ping: u64,
    },
    Shutdown,
    /// Go on with a run that pauses, up to the next breakpoint.
    Continue {
        run: u64,
    },
    /// Run this node that is held, or the next one that is ready, and hold whatever comes after it.
    Step {
        run: u64,
        #[serde(with = "json::wire")]
        node: Option<NodeId>,
    },
    /// From now on these nodes of a run are held before they run.
    Breakpoints {
        run: u64,
        #[serde(with = "json::wire")]
        nodes: Vec<NodeId>,
    },
    /// These files of nodes were edited: say what is out of date by that.
    Reload {
        files: Vec<PathBuf>,
    },
    /// The secrets that values name, all of them; in a message of its own, so that nothing else holds one.
    Secrets {
        #[serde(with = "secret::by_name")]
        secrets: BTreeMap<String, Secret>,
    },
}

/// Run the graph: the whole of it, or what changed since the revision that the engine holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunMessage {
    pub run: u64,
    pub revision: u64,
    /// The revision that `kinds`, `nodes` and `removed` count from; `None`: they are everything.
    pub base: Option<u64>,
    #[serde(with = "json::shared_list")]
    pub kinds: Vec<Arc<PlanKind>>,
    #[serde(with = "json::shared_list")]
    pub nodes: Vec<Arc<PlanNode>>,
    #[serde(with = "json::wire")]
    pub removed: Vec<NodeId>,
    /// `None`: every node. Else these and all that they need.
    #[serde(with = "json::wire")]
    pub targets: Option<Vec<NodeId>>,
    /// Nodes that fail without being called, with why.
    #[serde(with = "json::wire")]
    pub blocked: Vec<(NodeId, Arc<str>)>,
    /// Nodes that run even when a result of theirs is there.
    #[serde(with = "json::wire")]
    pub force: Vec<NodeId>,
    pub workers: usize,
    /// Nodes whose last result is taken as it is, although it may not be theirs any more; without one they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "json::wire")]
    pub keep: Vec<NodeId>,
    /// Nodes that are held before they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "json::wire")]
    pub pause: Vec<NodeId>,
    /// Every node is held before it runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub step: bool,
}

/// Ask for a value that was made. The answer is `EngineEvent::Value` with the same number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fetch {
    pub fetch: u64,
    #[serde(with = "json::wire")]
    pub node: NodeId,
    pub output: u32,
    #[serde(flatten)]
    pub what: What,
}

/// How a value is to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Its full `str()`.
    Text,
    /// As suits its type; of a table the rows from `start` on.
    View {
        start: u64,
        count: u64,
        /// Column index, and whether the largest comes first.
        sort: Option<(u32, bool)>,
    },
    /// One value of an image or array, as text.
    Pixel { x: u32, y: u32 },
}

/// From the engine, and from what supervises it (the variants at the end, which have no line).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineEvent {
    /// The engine is ready.
    Hello {
        protocol: u32,
        python: String,
        pid: u32,
    },
    Pong {
        ping: u64,
    },
    /// It holds another revision; answered here, the app never sees it.
    NeedGraph {
        run: u64,
        revision: Option<u64>,
    },
    RunStarted {
        run: u64,
        total: u32,
    },
    /// These have a result of an earlier run that still holds.
    NodesCached {
        run: u64,
        #[serde(with = "json::wire")]
        nodes: Vec<NodeId>,
        /// What those gave whose result is an earlier one than that of the run before.
        #[serde(
            default,
            skip_serializing_if = "BTreeMap::is_empty",
            with = "json::outputs_by_node"
        )]
        outputs: BTreeMap<NodeId, Outputs>,
    },
    NodeStarted {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
    },
    NodeProgress {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
        #[serde(deserialize_with = "json::number_or_zero")]
        done: f64,
        total: Option<f64>,
        #[serde(default)]
        text: String,
    },
    NodeFinished {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
        ms: f64,
        /// Milliseconds on the processor; this and the next two only where they are known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cpu: Option<f64>,
        /// Bytes by which the engine's memory rose at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peak: Option<u64>,
        /// Bytes of the result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
        #[serde(with = "json::shared")]
        outputs: Outputs,
    },
    NodeFailed {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
        ms: f64,
        #[serde(with = "json::shared")]
        error: Arc<NodeError>,
    },
    /// It did not run because of `cause`.
    NodeSkipped {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
        #[serde(with = "json::wire")]
        cause: NodeId,
        /// `cause` chose another branch: nobody needed it.
        #[serde(default, skip_serializing_if = "is_false")]
        unused: bool,
    },
    /// One line that a node or something it called has printed or logged.
    Log {
        run: Option<u64>,
        #[serde(with = "json::wire")]
        node: Option<NodeId>,
        level: LogLevel,
        text: String,
    },
    RunFinished {
        run: u64,
        status: RunStatus,
        ran: u32,
        cached: u32,
        failed: u32,
        skipped: u32,
        ms: f64,
    },
    Value {
        fetch: u64,
        view: View,
    },
    /// It is ready and held before it runs.
    NodePaused {
        run: u64,
        #[serde(with = "json::wire")]
        node: NodeId,
    },
    /// The answer to `Request::Reload`: nodes whose function is another now, or something that it uses.
    Reloaded {
        #[serde(with = "json::wire")]
        nodes: Vec<NodeId>,
    },
    /// A line that is no message. Worth a log entry, never a failure.
    #[serde(skip)]
    Malformed {
        line: String,
    },
    /// A process is being started.
    #[serde(skip)]
    Starting,
    /// The process could not be started, or did not say hello. Waiting runs end as failed; the next one tries again.
    #[serde(skip)]
    StartFailed {
        message: String,
    },
    /// The process ended by itself. The next run starts another; one in progress goes on there.
    #[serde(skip)]
    Ended {
        reason: String,
    },
    /// The engine has not answered for this long: a node holds Python's lock.
    #[serde(skip)]
    NotAnswering {
        secs: u32,
    },
    /// It answers again.
    #[serde(skip)]
    AnswersAgain,
    /// The process had nothing to do for long and was ended. The next run starts another.
    #[serde(skip)]
    Idle,
    /// A message of a later version: ignored.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What a node gave, by output; `None` for an output that was not set.
pub type Outputs = Arc<[Option<ValueSummary>]>;

/// A value in short: `[type, text]`, and a picture for what looks like one.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueSummary {
    /// Name of its type: the protocol's, or a class name.
    pub ty: Name,
    pub text: Arc<str>,
    pub thumb: Option<Arc<Thumb>>,
}

/// Raw RGBA, 8 bits a channel, row by row, in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumb {
    pub file: PathBuf,
    pub width: u32,
    pub height: u32,
}

/// Why a node failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeError {
    /// The exception's class, or one of this program's: `Cancelled`, `Blocked`, `EngineEnded`.
    pub kind: String,
    pub message: String,
    /// The user's own frames, first to last.
    #[serde(default)]
    pub traceback: Vec<Frame>,
    /// Name, type and text of what came in.
    #[serde(default)]
    pub inputs: Vec<(String, String, String)>,
    /// The module that is missing, of an ImportError.
    #[serde(default)]
    pub module: Option<String>,
    /// How many frames of the engine were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub file: String,
    /// From 1.
    pub line: u32,
    pub function: String,
    pub code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Print,
    Info,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Ok,
    /// Some node failed.
    Failed,
    Cancelled,
}

/// A value as the viewer shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum View {
    /// In `file` when it is long, else in `text`.
    Text {
        #[serde(rename = "type")]
        ty: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<PathBuf>,
    },
    /// `cells` by row, as text, from row `start` on.
    Table {
        rows: u64,
        /// Name and type.
        columns: Vec<(String, String)>,
        index: Vec<String>,
        start: u64,
        cells: Vec<Vec<String>>,
    },
    /// Raw RGBA, 8 bits a channel; `ty` and `shape` are those of the value itself.
    Image {
        file: PathBuf,
        width: u32,
        height: u32,
        #[serde(rename = "type")]
        ty: String,
        shape: Vec<u64>,
    },
    Tree {
        tree: TreeNode,
    },
    /// The engine does not hold the value any more: run the node again.
    Gone,
    Error {
        message: String,
    },
}

/// `[label, type, text, children]`; no children at all is something else than an empty list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TreeTuple", into = "TreeTuple")]
pub struct TreeNode {
    pub label: String,
    pub ty: String,
    pub text: String,
    pub children: Option<Vec<TreeNode>>,
}

type TreeTuple = (String, String, String, Option<Vec<TreeNode>>);

impl From<TreeTuple> for TreeNode {
    fn from((label, ty, text, children): TreeTuple) -> Self {
        Self {
            label,
            ty,
            text,
            children,
        }
    }
}

impl From<TreeNode> for TreeTuple {
    fn from(node: TreeNode) -> Self {
        (node.label, node.ty, node.text, node.children)
    }
}

impl Request {
    /// The request as a line, its end included.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("a request has text keys only");
        line.push(b'\n');
        line
    }
}

impl EngineEvent {
    /// The event as the engine writes it, without the line's end; `None` for those that have no line.
    pub fn to_line(&self) -> Option<String> {
        let serde_json::Value::Object(tagged) = serde_json::to_value(self).ok()? else {
            return None;
        };
        let (tag, fields) = tagged.into_iter().next()?;
        let mut object = serde_json::Map::from_iter([("type".to_owned(), tag.into())]);
        if let serde_json::Value::Object(fields) = fields {
            object.extend(fields);
        }
        serde_json::to_string(&object).ok()
    }
}

/// Read one line from the engine. What is no message becomes `Malformed`.
pub fn parse_line(line: &[u8]) -> EngineEvent {
    let mut reader = serde_json::Deserializer::from_slice(line);
    match reader
        .deserialize_map(json::Tagged)
        .and_then(|event| reader.end().map(|()| event))
    {
        Ok(event) => event,
        Err(error) => EngineEvent::Malformed {
            line: format!("{} ({error})", excerpt(line)),
        },
    }
}

/// The start of a line that could not be read, for a log.
pub fn excerpt(line: &[u8]) -> String {
    const SHOWN: usize = 200;
    let text = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    if line.len() > SHOWN {
        format!("{text}… ({} bytes)", line.len())
    } else {
        text.into_owned()
    }
}

impl Serialize for ValueSummary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Extra<'a> {
            thumb: &'a Thumb,
        }
        let extra = self.thumb.as_deref().map(|thumb| Extra { thumb });
        let mut tuple = serializer.serialize_tuple(2 + usize::from(extra.is_some()))?;
        tuple.serialize_element(self.ty.as_str())?;
        tuple.serialize_element(&*self.text)?;
        if let Some(extra) = &extra {
            tuple.serialize_element(extra)?;
        }
        tuple.end()
    }
}

/// By hand since there is one for each node of a run: no list or map is built in between.
impl<'de> Deserialize<'de> for ValueSummary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Extra {
            thumb: Option<Thumb>,
        }
        struct Summary;
        impl<'de> Visitor<'de> for Summary {
            type Value = ValueSummary;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[type, text] or [type, text, {…}]")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ValueSummary, A::Error> {
                let missing = |count| de::Error::invalid_length(count, &self);
                let ty = items.next_element_seed(Text)?.ok_or_else(|| missing(0))?;
                let text = items.next_element_seed(Text)?.ok_or_else(|| missing(1))?;
                let extra: Option<Extra> = items.next_element()?;
                Ok(ValueSummary {
                    ty: ty.into(),
                    text,
                    thumb: extra.and_then(|extra| extra.thumb).map(Arc::new),
                })
            }
        }
        deserializer.deserialize_seq(Summary)
    }
}

/// A text, straight into its shared form.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Arc<str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Text {
    type Value = Arc<str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests;
