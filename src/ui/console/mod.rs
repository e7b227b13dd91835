//! console_ui: what the nodes of the run have printed and why nodes failed, line by line. Reads the run's log.

use std::sync::Arc;

use egui::{
    Align, Align2, Button, Color32, ComboBox, Label, Layout, RichText, ScrollArea, TextEdit, Ui,
    vec2,
};

use super::failure::{error_line, error_text, install_action, install_text};
use super::theme::Palette;
use super::{Action, Context, theme};
use crate::engine::protocol::{LogLevel, NodeError};
use crate::engine::run::{LogLine, RunState};
use crate::graph::{Flat, Graph, NodeId};

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Console {
    filter: Filter,
    /// The log's version when it was cleared: lines from before are not shown.
    cleared: u64,
    lines: Vec<Line>,
    /// What `lines` were made from.
    made_from: Option<(Source, Vec<Arc<NodeError>>)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Filter {
    text: String,
    least: Least,
    /// Only lines of what is selected.
    is_of_selection: bool,
}

/// The least level that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Least {
    #[default]
    All,
    Warnings,
    Errors,
}

impl Least {
    const ALL: [Self; 3] = [Self::All, Self::Warnings, Self::Errors];

    fn title(self) -> &'static str {
        match self {
            Self::All => "Everything",
            Self::Warnings => "Warnings and errors",
            Self::Errors => "Errors",
        }
    }

    fn takes(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Warnings => matches!(level, LogLevel::Warning | LogLevel::Error),
            Self::Errors => level == LogLevel::Error,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Source {
    run: Option<u64>,
    version: u64,
    cleared: u64,
    filter: Filter,
    nodes: Vec<NodeId>,
}

/// A line that is shown.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    node: Option<NodeId>,
    level: LogLevel,
    text: Arc<str>,
    /// The line tells why its node failed.
    error: Option<Arc<NodeError>>,
}

pub fn console_ui(ui: &mut Ui, console: &mut Console, ctx: &mut Context<'_>) {
    update(console, ctx);
    bar_ui(ui, console, ctx);
    let palette = theme::palette(ui.ctx());
    if console.lines.is_empty() {
        ui.add_space(theme::GAP);
        ui.weak(empty_text(console, ctx.run));
        return;
    }
    if let [node] = console
        .made_from
        .as_ref()
        .map_or(&[][..], |(from, _)| &from.nodes)
        && ctx.run.log().dropped(Some(*node)) > 0
    {
        let dropped = ctx.run.log().dropped(Some(*node));
        ui.weak(format!("{dropped} earlier lines of this node are not kept"));
    }
    let document = ctx.document;
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = ui.text_style_height(&egui::TextStyle::Monospace) + theme::LINE_GAP;
    ScrollArea::both()
        .id_salt("console")
        .auto_shrink(false)
        .stick_to_bottom(true)
        .show_rows(ui, height, console.lines.len(), |ui, rows| {
            for at in rows {
                let line = &console.lines[at];
                line_ui(ui, ctx, document.graph(), line, height, palette);
            }
        });
}

fn empty_text(console: &Console, run: &RunState) -> &'static str {
    if console.filter != Filter::default() && !run.log().is_empty() {
        "No line fits the filter"
    } else if run.run().is_none() {
        "What nodes print, and why a node failed, will appear here"
    } else {
        "Nothing was printed"
    }
}

/// Filter, and what can be done with the lines.
fn bar_ui(ui: &mut Ui, console: &mut Console, ctx: &mut Context<'_>) {
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut console.filter.text)
            .hint_text("Filter")
            .desired_width(theme::FILTER_WIDTH)
            .min_size(vec2(0.0, theme::ROW))
            .align(Align2::LEFT_CENTER);
        ui.add(field).accessible_name("Filter lines");
        let least = &mut console.filter.least;
        let combo = ComboBox::from_id_salt("level")
            .selected_text(least.title())
            .show_ui(ui, |ui| {
                for other in Least::ALL {
                    ui.selectable_value(least, other, other.title());
                }
            });
        drop(combo.response.accessible_name("Level"));
        let is_of_selection = &mut console.filter.is_of_selection;
        theme::checkbox_ui(ui, is_of_selection, "Selected nodes only");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let has_lines = !console.lines.is_empty();
            if ui.add_enabled(has_lines, Button::new("Clear")).clicked() {
                console.cleared = ctx.run.log().version();
            }
            if ui.add_enabled(has_lines, Button::new("Copy")).clicked() {
                let text = copied(&console.lines, ctx.document.graph());
                ctx.ask(Action::CopyText(text));
            }
        });
    });
    ui.add_space(theme::GAP / 2.0);
}

fn line_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    graph: &Graph,
    line: &Line,
    height: f32,
    palette: &Palette,
) {
    ui.spacing_mut().interact_size.y = height;
    ui.horizontal(|ui| {
        let node = line.node.and_then(|id| graph.node(id));
        let size = vec2(theme::CONSOLE_TITLE, height);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            ui.set_max_width(size.x);
            let Some(node) = node else { return };
            let title = RichText::new(node.title().as_str()).color(palette.text_weak);
            let title = Button::new(title).frame(false).truncate();
            if ui.add(title).on_hover_text("Show this node").clicked() {
                ctx.ask(Action::RevealRun(node.id));
            }
        });
        if let (Some(error), Some(node)) = (&line.error, node) {
            if ui.link("Show node").clicked() {
                ctx.ask(Action::RevealRun(node.id));
            }
            if let Some(module) = &error.module
                && ui.link(install_text(module)).clicked()
            {
                ctx.ask(install_action(module));
            }
            if let Some(frame) = error.traceback.last() {
                let place = format!("Open line {}", frame.line);
                if ui.link(place).on_hover_text(&frame.file).clicked() {
                    ctx.ask(Action::OpenSource(frame.file.clone().into(), frame.line));
                }
            }
        }
        let text = RichText::new(&*line.text)
            .monospace()
            .color(color(line.level, palette));
        ui.add(Label::new(text).extend().selectable(true));
    });
}

fn color(level: LogLevel, palette: &Palette) -> Color32 {
    match level {
        LogLevel::Print => palette.text,
        LogLevel::Info => palette.accent,
        LogLevel::Warning => palette.warn,
        LogLevel::Error => palette.error,
    }
}

/// Make the lines anew when anything that they are made from is another.
fn update(console: &mut Console, ctx: &Context<'_>) {
    let log = ctx.run.log();
    let nodes = if console.filter.is_of_selection {
        ctx.document.selection().iter().copied().collect()
    } else {
        Vec::new()
    };
    let source = Source {
        run: ctx.run.run(),
        version: log.version(),
        cleared: console.cleared,
        filter: console.filter.clone(),
        nodes,
    };
    let errors: Vec<_> = ctx.run.failures().map(|(_, error)| error.clone()).collect();
    if let Some((made_from, of_errors)) = &console.made_from
        && *made_from == source
        && of_errors.len() == errors.len()
        && of_errors
            .iter()
            .zip(&errors)
            .all(|(a, b)| Arc::ptr_eq(a, b))
    {
        return;
    }
    // Each line and each clearing of the log is one version.
    let new = (source.version.saturating_sub(console.cleared)) as usize;
    let old = log.lines().len().saturating_sub(new);
    let lines = log.lines().skip(old).map(|line| {
        let LogLine {
            node, level, text, ..
        } = line;
        Line {
            node: *node,
            level: *level,
            text: text.clone(),
            error: None,
        }
    });
    let failures = ctx.run.failures().map(|(node, error)| Line {
        node: Some(node),
        level: LogLevel::Error,
        text: error_line(error).into(),
        error: Some(error.clone()),
    });
    let wanted = source.filter.text.trim().to_lowercase();
    console.lines = lines
        .chain(failures)
        .filter(|line| {
            source.filter.least.takes(line.level)
                && (!source.filter.is_of_selection
                    || line
                        .node
                        .is_some_and(|node| is_of(ctx.flat, &source.nodes, node)))
                && (wanted.is_empty() || line.text.to_lowercase().contains(&wanted))
        })
        .collect();
    console.made_from = Some((source, errors));
}

/// Is a node of a run one of these, or inside one of them?
fn is_of(flat: &Flat, nodes: &[NodeId], run_node: NodeId) -> bool {
    let (path, node) = flat.place(run_node);
    nodes.contains(&node) || path.iter().any(|around| nodes.contains(around))
}

/// The lines as text, each with its node's title; errors with their traceback.
fn copied(lines: &[Line], graph: &Graph) -> String {
    let mut text = String::new();
    for line in lines {
        if let Some(node) = line.node.and_then(|id| graph.node(id)) {
            text.push_str(node.title());
            text.push_str(": ");
        }
        match &line.error {
            Some(error) => text.push_str(&error_text(error)),
            None => text.push_str(&line.text),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
