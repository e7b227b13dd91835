//! The window's contents. Views read a `Context` and ask by `Action`; they change no document, touch no file and
//! start nothing. Each panel is a file; the canvas is a folder.

pub mod banners;
pub mod bars;
pub mod canvas;
pub mod choosing;
pub mod clash;
pub mod code;
pub mod consent;
pub mod console;
#[cfg(test)]
mod contrast;
pub mod countdown;
pub mod crash;
pub mod dialogs;
mod drafts;
pub mod environment;
mod failure;
pub mod find;
pub mod focus;
mod fonts;
pub mod handover;
mod help;
pub mod history;
pub mod importing;
pub mod inspector;
pub mod keymap;
mod keysheet;
pub mod library;
pub mod list;
mod markdown;
pub mod menu;
pub mod notices;
pub mod outline;
pub mod overlay;
pub mod packages;
pub mod palette;
mod picture;
pub mod project;
pub mod python;
pub mod recovery;
pub mod results;
mod row;
pub mod search;
pub mod secrets;
pub mod settings;
pub mod shell;
pub mod shortcuts;
pub mod slowest;
pub mod status;
pub mod tabs;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod trust;
pub mod update;
pub mod value;
pub mod versions;
pub mod viewer;
mod views;
pub mod welcome;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use environment::model::{EnvironmentAction, EnvironmentState};
pub use views::Views;

use crate::command::Command;
use crate::document::ops::LinkEnd;
use crate::document::{Document, Transaction};
use crate::engine::protocol::ValueSummary;
use crate::engine::run::{NodeRun, RunState};
use crate::graph::subgraph::{SubgraphId, frame_kind, note_kind, reroute_kind};
use crate::graph::{Catalog, Flat, Link, Node, NodeId, NodeKind, Port, Pos2, Role, Widget};

/// What a view may ask for. The queue is drained once a frame, after painting.
#[derive(Clone, Debug)]
pub enum Action {
    Command(Command),
    Edit(Transaction),
    /// The nodes that an edit made become the selection.
    EditAndSelect(Transaction, Vec<NodeId>),
    /// Undo or redo until this many steps are done.
    GoTo(usize),
    Select(Vec<NodeId>),
    /// Select the node and bring it into view.
    Reveal(NodeId),
    /// The same for a node of a run, wherever it stands: its subgraph is opened.
    RevealRun(NodeId),
    /// Open the subgraphs of these nodes, the outermost first; none: the graph around all.
    OpenPath(Vec<NodeId>),
    /// Add a node of this kind at a place on the canvas (`None`: where the pointer or the middle is).
    AddNode(Arc<NodeKind>, Option<Pos2>),
    /// Ask the engine for a value's view; it comes back in `Context::views`. Asked again until it is there: who
    /// answers sends each only once at a time.
    Fetch(Fetch),
    /// Bring a picture of raw RGBA, 8 bits a channel, from its file into `Context::pictures`. Asked again like
    /// `Fetch`.
    LoadPicture {
        file: PathBuf,
        width: u32,
        height: u32,
    },
    /// Show an output in the viewer.
    View {
        node: NodeId,
        output: usize,
    },
    /// Show an output of a node of what is open in the viewer, and keep it there whatever is selected.
    Pin {
        node: NodeId,
        output: usize,
    },
    /// Let the user choose a file, a folder or a secret for an input.
    Browse(Port, Widget),
    OpenSearch {
        pos_in_graph: Pos2,
        link_from: Option<LinkEnd>,
    },
    /// Run these nodes and what they need.
    RunTo(Vec<NodeId>),
    /// Open a source in the user's editor, at a line from 1.
    OpenSource(PathBuf, u32),
    /// Something about the sources that are written here.
    Code(code::CodeAction),
    /// Something about the row of open projects.
    Tab(tabs::TabAction),
    /// Something about the project's environment.
    Environment(EnvironmentAction),
    /// What is said to a project that comes from elsewhere.
    Trust(trust::TrustAnswer),
    /// Something about the welcome page.
    Welcome(welcome::WelcomeAction),
    /// Something about what stands in the way.
    Banner(banners::BannerAction),
    CopyText(String),
    Notice(Notice),
}

/// Which part of which output the viewer wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fetch {
    pub node: NodeId,
    pub output: usize,
    pub what: FetchWhat,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FetchWhat {
    Text,
    /// The view that suits the value; of a table `count` rows from `start`, sorted by a column, descending or not.
    View {
        start: u64,
        count: u64,
        sort: Option<(usize, bool)>,
    },
    Pixel {
        x: u32,
        y: u32,
    },
}

/// A short word to the user that goes by itself.
#[derive(Clone, Debug)]
pub struct Notice {
    pub level: Level,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Success,
    Warning,
    Error,
}

/// Pictures on the screen: of files that the engine wrote, by path.
#[derive(Default)]
pub struct Pictures {
    pub textures: HashMap<PathBuf, egui::TextureHandle>,
}

/// The value on a link.
pub struct ValueOnLink {
    /// Of the node that it comes from.
    pub output: usize,
    /// None before it was made.
    pub summary: Option<ValueSummary>,
    pub is_stale: bool,
}

/// What views read, and the queue that they ask by.
pub struct Context<'a> {
    pub document: &'a Document,
    pub catalog: &'a Catalog,
    pub run: &'a RunState,
    /// The graph as it runs: what `run` knows of is its nodes.
    pub flat: &'a Flat,
    pub pictures: &'a Pictures,
    pub environment: &'a EnvironmentState,
    /// Values that were fetched.
    pub views: &'a Views,
    pub actions: &'a mut Vec<Action>,
}

impl Context<'_> {
    /// What is known of the run of a node of what is open.
    pub fn run_of(&self, node: &Node) -> Cow<'_, NodeRun> {
        self.run_at(self.document.path(), node)
    }

    /// The state of a node in a few words, with the node that it waits for.
    pub fn status_of(&self, node: &Node, run: &NodeRun) -> String {
        match self.skipped(node, run) {
            Some(skipped) => skipped.words,
            None => status::status_text(run),
        }
    }

    /// Why a node did not run, if it was skipped.
    pub fn skipped(&self, node: &Node, run: &NodeRun) -> Option<results::Skipped> {
        results::skipped(self.document, self.flat, node, run)
    }

    /// What a node took when it ran, in words; empty where nothing more is known than its state says.
    pub fn cost_text_of(&self, node: &Node, run: &NodeRun) -> String {
        let cost = results::node_cost(self.document, self.flat, self.run, node);
        cost.map_or_else(String::new, |cost| status::cost_text(run, &cost))
    }

    /// How long a node that runs still takes, in words, where that can be told.
    pub fn left_of(&self, node: &Node) -> Option<String> {
        if node.kind.role != Role::Function {
            return None;
        }
        let id = self.flat.id_at(self.document.path(), node.id)?;
        self.run.node_secs_left(id).map(status::node_left_text)
    }

    /// The same inside the subgraphs that the nodes of `path` stand for.
    pub fn run_at(&self, path: &[NodeId], node: &Node) -> Cow<'_, NodeRun> {
        results::node_run((self.document.graph(), path), self.flat, self.run, node)
    }

    /// The flat node and its output that hold the value of an output, inside the subgraphs of `path`.
    pub fn source_at(&self, path: &[NodeId], node: &Node, output: usize) -> (NodeId, usize) {
        let place = (self.document.graph(), path);
        results::source(place, self.flat, node, output).unwrap_or((node.id, output))
    }

    /// The value that flows through a link of what is open, in short: of which output, and whether it is out of date.
    pub fn value_on(&self, link: &Link) -> Option<ValueOnLink> {
        let from = self.document.graph().node(link.from.node)?;
        let output = from.kind.output_index(&link.from.name)?;
        let run = self.run_of(from);
        let summary = run.outputs.get(output).cloned().flatten();
        Some(ValueOnLink {
            output,
            summary,
            is_stale: run.is_stale,
        })
    }

    /// What can be added to what is open, family by family: the catalog's kinds, those that the graph brings itself, and
    /// its subgraphs, but for those that what is open lies in.
    pub fn kinds(&self) -> Vec<Arc<NodeKind>> {
        let graph = self.document.graph();
        let open = self.document.open_subgraph();
        let is_around = |id: SubgraphId| open.is_some_and(|open| graph.holds(id, open));
        let subgraphs = graph.subgraphs().map(|subgraph| subgraph.id);
        let subgraphs = subgraphs.filter(|id| !is_around(*id));
        let subgraphs = subgraphs.filter_map(|id| graph.subgraph_kind(id));
        let own = [frame_kind(), note_kind(), reroute_kind()];
        let kinds = self.catalog.kinds().iter().cloned();
        kinds.chain(own).chain(subgraphs.cloned()).collect()
    }

    pub fn ask(&mut self, action: Action) {
        self.actions.push(action);
    }
}
