//! viewer_ui: a result shown large: a table, a picture, a text, a tree; an error; or why there is nothing to see.
//! Asks the engine for what comes into sight and keeps no value itself.

mod table;
mod text;
mod zoomed;

use std::collections::{HashMap, VecDeque};

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, vec2};

use super::failure::failure_ui;
use super::status::status_text;
use super::{Action, Context, Fetch, FetchWhat, menu, theme};
use crate::command::Command;
use crate::engine::protocol::{ValueSummary, View};
use crate::engine::run::{NodeRun, NodeStatus};
use crate::graph::{Node, NodeId};

/// Seconds until an answer that did not come is asked for again.
const PATIENCE_SECS: f64 = 3.0;

/// How many outputs keep the way they were looked at.
const REMEMBERED: usize = 32;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Viewer {
    /// What was shown last: it stays when nothing is selected.
    shown: Option<NodeId>,
    /// The nodes whose subgraphs were open around it: what is open may be another since.
    place: Vec<NodeId>,
    /// It stays whatever is selected: a node, and the nodes whose subgraphs it was open in.
    pinned: Option<(NodeId, Vec<NodeId>)>,
    /// When each part was asked for, in seconds of the window's time.
    asked: HashMap<Fetch, f64>,
    /// The newest first.
    looks: VecDeque<((NodeId, usize), Look)>,
    /// The output that is shown of each node that has several, the newest first.
    outputs: VecDeque<(NodeId, usize)>,
    is_wrapping: bool,
}

/// How one output is looked at.
#[derive(Clone, Debug, Default)]
struct Look {
    image: zoomed::ImageLook,
    table: table::TableLook,
}

impl Viewer {
    /// Show an output of a node.
    pub fn show(&mut self, node: NodeId, output: usize) {
        self.shown = Some(node);
        self.outputs.retain(|(other, _)| *other != node);
        self.outputs.push_front((node, output));
        self.outputs.truncate(REMEMBERED);
    }

    /// Keep an output of a node in sight, which lies in the subgraphs of `path`.
    pub fn pin(&mut self, node: NodeId, output: usize, path: &[NodeId]) {
        self.show(node, output);
        self.pinned = Some((node, path.to_vec()));
    }

    /// Keep what is shown, or follow the selection again.
    pub fn toggle_pin(&mut self) {
        if self.pinned.take().is_none() {
            self.pinned = self.shown.map(|node| (node, self.place.clone()));
        }
    }

    pub fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }

    fn output_of(&self, node: NodeId) -> usize {
        let mut outputs = self.outputs.iter();
        outputs
            .find(|(other, _)| *other == node)
            .map_or(0, |(_, output)| *output)
    }

    fn take_look(&mut self, node: NodeId, output: usize) -> Look {
        let at = self.looks.iter().position(|(of, _)| *of == (node, output));
        at.and_then(|at| self.looks.remove(at))
            .map(|(_, look)| look)
            .unwrap_or_default()
    }

    fn put_look(&mut self, node: NodeId, output: usize, look: Look) {
        self.looks.push_front(((node, output), look));
        self.looks.truncate(REMEMBERED);
    }
}

/// Fetching for one frame.
struct Fetcher<'a, 'b> {
    ctx: &'a mut Context<'b>,
    asked: &'a mut HashMap<Fetch, f64>,
    node: NodeId,
    output: usize,
    now_secs: f64,
}

impl<'b> Fetcher<'_, 'b> {
    /// A part of the output; asked for when it is not there.
    fn view(&mut self, what: FetchWhat) -> Option<&'b View> {
        let fetch = Fetch {
            node: self.node,
            output: self.output,
            what,
        };
        let views = self.ctx.views;
        if !views.is_wanted(&fetch) {
            self.asked.remove(&fetch);
            return views.get(&fetch);
        }
        let is_waiting = self
            .asked
            .get(&fetch)
            .is_some_and(|asked| self.now_secs - asked < PATIENCE_SECS);
        if !is_waiting {
            self.asked.insert(fetch.clone(), self.now_secs);
            self.ctx.ask(Action::Fetch(fetch.clone()));
        }
        views.get(&fetch)
    }
}

/// What is looked at: an output of a node inside the subgraphs of `path`.
#[derive(Clone, Copy)]
struct Shown<'a> {
    node: &'a Node,
    path: &'a [NodeId],
    output: usize,
}

pub fn viewer_ui(ui: &mut Ui, viewer: &mut Viewer, ctx: &mut Context<'_>) {
    let document = ctx.document;
    let graph = document.graph();
    viewer.pinned.take_if(|(id, _)| graph.node(*id).is_none());
    let selected = document.selected_node().map(|node| node.id);
    let (wanted, path) = if let Some((node, path)) = &viewer.pinned {
        (Some(*node), path.clone())
    } else {
        let wanted = selected.or(viewer.shown);
        let parent = wanted.and_then(|id| graph.node(id)).map(|node| node.parent);
        if parent == Some(document.open_subgraph()) {
            viewer.place = document.path().to_vec();
        }
        (wanted, viewer.place.clone())
    };
    let path = path.as_slice();
    viewer.shown = wanted;
    let Some(node) = wanted.and_then(|id| graph.node(id)) else {
        viewer.shown = None;
        nothing_ui(ui, "Select a node to see its result here");
        return;
    };
    let run = ctx.run_at(path, node).into_owned();
    let run = &run;
    let count = run.outputs.len();
    let output = viewer.output_of(node.id).min(count.saturating_sub(1));
    let shown = Shown { node, path, output };
    head_ui(ui, viewer, ctx, shown, run);
    if let NodeStatus::Failed(error) = &run.status {
        ScrollArea::vertical()
            .id_salt("viewer error")
            .auto_shrink(false)
            .show(ui, |ui| failure_ui(ui, ctx, error));
        return;
    }
    match run.outputs.get(output) {
        Some(Some(summary)) => value_ui(ui, viewer, ctx, shown, summary),
        Some(None) => nothing_ui(ui, "The node gave no value for this output"),
        None if run.status.is_pending() => nothing_ui(ui, &status_text(run)),
        None => no_result_ui(ui, ctx, node, run),
    }
}

/// Title, outputs to choose from, and what the value is.
fn head_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    ctx: &mut Context<'_>,
    shown: Shown<'_>,
    run: &NodeRun,
) {
    let Shown { node, path, output } = shown;
    ui.horizontal(|ui| {
        ui.label(RichText::new(node.title().as_str()).strong());
        if node.kind.outputs.len() > 1 && !run.outputs.is_empty() {
            for (at, spec) in node.kind.outputs.iter().enumerate() {
                if ui
                    .selectable_label(at == output, spec.name.as_str())
                    .clicked()
                {
                    viewer.show(node.id, at);
                }
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let pin = ui
                .add(
                    Button::selectable(viewer.is_pinned(), "Pin")
                        .frame_when_inactive(true)
                        .small(),
                )
                .on_hover_text(menu::hint(ui.ctx(), Command::PinValue));
            if pin.clicked() {
                ctx.ask(Action::Command(Command::PinValue));
            }
            let Some(Some(summary)) = run.outputs.get(output) else {
                return;
            };
            let copy = ui
                .small_button("Copy")
                .on_hover_text("Copy the value as text");
            if copy.clicked() {
                let (source, at) = ctx.source_at(path, node, output);
                let text = text::copied(ctx, source, at, summary);
                ctx.ask(Action::CopyText(text));
            }
            let stale = if run.is_stale { ", changed since" } else { "" };
            let line = summary.text.lines().next().unwrap_or_default();
            let text = match &*summary.ty {
                "int" | "float" | "bool" | "text" | "none" => format!("{}{stale}", summary.ty),
                ty => format!("{ty}, {line}{stale}"),
            };
            let text = RichText::new(text).small().weak();
            ui.add(egui::Label::new(text).truncate());
        });
    });
    ui.add_space(theme::GAP / 2.0);
}

fn value_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    ctx: &mut Context<'_>,
    shown: Shown<'_>,
    summary: &ValueSummary,
) {
    let Shown { node, path, output } = shown;
    if text::is_whole(summary) {
        text::text_ui(ui, &summary.text, &mut viewer.is_wrapping);
        return;
    }
    let mut look = viewer.take_look(node.id, output);
    let (source, source_output) = ctx.source_at(path, node, output);
    let mut fetcher = Fetcher {
        ctx,
        asked: &mut viewer.asked,
        node: source,
        output: source_output,
        now_secs: ui.input(|input| input.time),
    };
    match fetcher.view(table::page(&look.table, 0)) {
        None => {
            nothing_ui(ui, "Fetching the value…");
            let again = std::time::Duration::from_secs_f64(PATIENCE_SECS);
            ui.ctx().request_repaint_after(again);
        }
        Some(View::Table { rows, columns, .. }) => {
            table::table_ui(ui, &mut fetcher, &mut look.table, *rows, columns);
        }
        Some(View::Image {
            file,
            width,
            height,
            ty,
            shape,
        }) => {
            let picture = zoomed::Picture {
                file,
                size: (*width, *height),
                ty,
                shape,
                // A figure is a drawing: its pixels are no values.
                has_values: *summary.ty != *"figure",
            };
            zoomed::image_ui(ui, &mut fetcher, &mut look.image, &picture);
        }
        Some(View::Text {
            text: Some(text), ..
        }) => text::text_ui(ui, text, &mut viewer.is_wrapping),
        Some(View::Text { file, .. }) => {
            nothing_ui(ui, "The text is too long to be shown here");
            if let Some(file) = file
                && ui
                    .vertical_centered(|ui| ui.button("Open it").clicked())
                    .inner
            {
                fetcher.ctx.ask(Action::OpenSource(file.clone(), 1));
            }
        }
        Some(View::Tree { tree }) => text::tree_ui(ui, tree),
        Some(View::Gone) => {
            nothing_ui(ui, "The engine does not hold this value any more");
            run_ui(ui, ctx, node.id);
        }
        Some(View::Error { message }) => {
            nothing_ui(ui, &format!("The value cannot be shown: {message}"));
        }
    }
    viewer.put_look(node.id, output, look);
}

fn no_result_ui(ui: &mut Ui, ctx: &mut Context<'_>, node: &Node, run: &NodeRun) {
    if node.kind.role.is_decoration() {
        nothing_ui(
            ui,
            "Frames and notes are there to be read: nothing runs for them",
        );
        return;
    }
    match run.status {
        NodeStatus::Done { .. } | NodeStatus::Cached if node.kind.outputs.is_empty() => {
            nothing_ui(ui, "The node has run; it gives no value");
        }
        NodeStatus::Skipped { cause } => {
            let why = if ctx.flat.muted().contains_key(&cause) {
                "The node does not run, since it or one that it needs is muted"
            } else {
                "The node did not run, since one that it needs failed"
            };
            nothing_ui(ui, why);
            let show = |ui: &mut Ui| ui.button("Show that node").clicked();
            if ui.vertical_centered(show).inner {
                ctx.ask(Action::RevealRun(cause));
            }
        }
        NodeStatus::Unused { chooser } => {
            nothing_ui(ui, "The node did not run, since another branch was chosen");
            let show = |ui: &mut Ui| ui.button("Show what chose").clicked();
            if ui.vertical_centered(show).inner {
                ctx.ask(Action::RevealRun(chooser));
            }
        }
        _ => {
            nothing_ui(ui, "Run the node to see its result");
            run_ui(ui, ctx, node.id);
        }
    }
}

fn run_ui(ui: &mut Ui, ctx: &mut Context<'_>, node: NodeId) {
    let button = |ui: &mut Ui| {
        let button = Button::new("Run to here").min_size(vec2(0.0, theme::ROW));
        ui.add(button).clicked()
    };
    if ui.vertical_centered(button).inner {
        ctx.ask(Action::RunTo(vec![node]));
    }
}

/// Why there is nothing to see, in the middle.
fn nothing_ui(ui: &mut Ui, text: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() / 2.0 - 2.0 * theme::ROW).max(theme::GAP));
        ui.weak(text);
    });
}

#[cfg(test)]
mod tests;
