//! inspector_ui: everything about what is selected: a node's title, values, results and help; several nodes; none.
//! Asks for edits, makes none.

mod looping;
mod ports;
mod source;
mod style;

use egui::{Align, Button, Key, Label, Layout, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use self::looping::looping_ui;
use self::ports::{Ports, ports_ui};
use self::source::{broken_links_ui, broken_ui, missing_ui};
use super::code::CodeAction;
use super::failure::failure_ui;
use super::focus::Focus;
use super::help::help_ui;
use super::picture::thumb_ui;
use super::status::status_color;
use super::value::{Drafts, ValueEdit, value_editor_ui};
use super::{Action, Context, ValueOnLink, menu, theme};
use crate::command::Command;
use crate::document::ops;
use crate::engine::protocol::ValueSummary;
use crate::engine::run::{NodeStatus, Progress};
use crate::graph::{
    InputSpec, KindState, Link, Name, Node, NodeId, OutputSpec, Port, Vec2, Widget,
};

/// What the panel remembers between frames.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The title that is being typed, and of which node.
    title: Option<(NodeId, String)>,
    wanted: Option<Wanted>,
    /// The size that is being dragged or typed, and of which frame or note.
    size: Option<(NodeId, Vec2)>,
    /// The colours have the keyboard by the command, and give it back with the choice.
    is_colouring: bool,
    ports: Ports,
}

/// What is to have the keyboard as soon as it is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Title,
    /// The first value, else the first port, else the title.
    Value,
    Colour,
    /// How the node is called more than once.
    Looping,
}

impl Inspector {
    /// Whether this is wanted; it is not any more then.
    fn takes(&mut self, what: Wanted) -> bool {
        self.wanted.take_if(|wanted| *wanted == what).is_some()
    }

    /// Put the keyboard into the title's field: the command Rename.
    pub fn rename(&mut self) {
        self.wanted = Some(Wanted::Title);
    }

    /// Put the keyboard on the first colour: the command Colour.
    pub fn colour(&mut self) {
        self.wanted = Some(Wanted::Colour);
    }

    /// Put the keyboard on how often the node runs: the command Repeat.
    pub fn repeat(&mut self) {
        self.wanted = Some(Wanted::Looping);
    }

    /// Put the keyboard into the first field of a value, without any into the title's: the command Edit node.
    pub fn edit(&mut self) {
        self.wanted = Some(Wanted::Value);
    }
}

pub fn inspector_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    drafts: &mut Drafts,
    ctx: &mut Context<'_>,
) {
    let document = ctx.document;
    let selected = document.selected_node();
    if let Some((id, typed)) = inspector
        .title
        .take_if(|(id, _)| selected.is_none_or(|node| node.id != *id))
        && let Some(node) = document.graph().node(id)
    {
        commit_title(ctx, node, &typed);
    }
    inspector.ports.settle(ctx, selected);
    inspector.settle_size(ctx, selected);
    ScrollArea::vertical()
        .id_salt("inspector")
        .auto_shrink(false)
        .show(ui, |ui| match (selected, document.selection().len()) {
            (Some(node), _) => node_ui(ui, ctx, inspector, drafts, node),
            (None, 0) => nothing_ui(ui, ctx),
            (None, count) => several_ui(ui, ctx, inspector, drafts, count),
        });
}

fn node_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    inspector: &mut Inspector,
    drafts: &mut Drafts,
    node: &Node,
) {
    let kind = &node.kind;
    title_ui(ui, ctx, inspector, node);
    kind_ui(ui, ctx, node);
    let run = ctx.run_of(node).into_owned();
    // In a part of its own: what comes and goes with a run must not change the names of what is below, which may be
    // dragged meanwhile.
    ui.scope(|ui| {
        if !kind.role.is_decoration() {
            status_ui(ui, ctx, node);
        }
        match &kind.state {
            KindState::Ready => {}
            KindState::Missing => missing_ui(ui, kind),
            KindState::Broken { message, line } => broken_ui(ui, ctx, kind, message, *line),
        }
        broken_links_ui(ui, ctx, node);
        if let NodeStatus::Failed(error) = &run.status {
            failure_ui(ui, ctx, error);
        }
    });
    if !kind.inputs.is_empty() {
        section_ui(ui, "Inputs");
        for input in &kind.inputs {
            let mark = Focus::mark(ui);
            input_ui(ui, ctx, drafts, node, input);
            let is_free = ctx.document.graph().link_to(node.id, &input.name).is_none();
            let is_wanted = is_free && inspector.wanted == Some(Wanted::Value);
            if let Some(field) = Focus::leftmost_since(ui, mark).filter(|_| is_wanted) {
                ui.memory_mut(|memory| memory.request_focus(field));
                inspector.wanted = None;
                let has_lines = input.widget == Widget::Text { multiline: true };
                if !has_lines && TextEdit::load_state(ui.ctx(), field).is_some() {
                    // What one line holds is typed over.
                    select_all(ui, field, usize::MAX);
                }
            }
        }
    }
    if inspector.takes(Wanted::Value) {
        if !inspector.ports.want_first(node) {
            inspector.rename();
        }
        ui.ctx().request_repaint();
    }
    if kind.role.subgraph().is_some() {
        ports_ui(ui, ctx, &mut inspector.ports, node);
    }
    if !kind.outputs.is_empty() {
        section_ui(ui, "Outputs");
        for (i, output) in kind.outputs.iter().enumerate() {
            let summary = run.outputs.get(i).and_then(Option::as_ref);
            output_ui(ui, ctx, node.id, (i, output), summary);
        }
    }
    looping_ui(ui, ctx, inspector, node);
    style::style_ui(ui, ctx, inspector, drafts);
    if !kind.help.is_empty() {
        section_ui(ui, "Help");
        help_ui(ui, &kind.help);
    }
    ui.add_space(theme::GAP);
}

fn title_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector, node: &Node) {
    let mut typed = match &inspector.title {
        Some((_, typed)) => typed.clone(),
        None => node.title().to_string(),
    };
    let edit = TextEdit::singleline(&mut typed)
        .font(egui::TextStyle::Heading)
        .hint_text(node.kind.title.as_str())
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name("Title");
    if inspector.takes(Wanted::Title) {
        response.request_focus();
        select_all(ui, response.id, typed.chars().count());
    }
    if response.changed() {
        inspector.title = Some((node.id, typed));
    }
    if !ui.memory(|memory| memory.has_focus(response.id))
        && let Some((_, typed)) = inspector.title.take()
        && !ui.input(|input| input.key_pressed(Key::Escape))
    {
        commit_title(ctx, node, &typed);
    }
}

/// Select all that a field holds, so that typing replaces it.
fn select_all(ui: &Ui, field: egui::Id, letters: usize) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(letters));
    state.cursor.set_char_range(Some(all));
    TextEdit::store_state(ui.ctx(), field, state);
}

/// An empty title, or the kind's own, is no title.
fn commit_title(ctx: &mut Context<'_>, node: &Node, typed: &str) {
    let typed = typed.trim();
    let title = (!typed.is_empty() && node.kind.title != *typed).then(|| Name::from(typed));
    if title != node.title {
        ctx.ask(Action::Edit(ops::set_title(node.id, title)));
    }
}

fn kind_ui(ui: &mut Ui, ctx: &mut Context<'_>, node: &Node) {
    let kind = &node.kind;
    let palette = theme::palette(ui.ctx());
    ui.horizontal(|ui| {
        theme::dot_ui(ui, palette.of_family(&kind.family));
        // The kind's title stands above already unless the node has one of its own.
        let text = match &node.title {
            Some(_) => format!("{} · {}", kind.family, kind.title),
            None => kind.family.to_string(),
        };
        let text = RichText::new(text).color(palette.text_weak);
        let family_ui = |ui: &mut Ui| {
            let label = ui.add(Label::new(text).truncate());
            if !kind.summary.is_empty() {
                label.on_hover_text(&*kind.summary);
            }
        };
        let Some(file) = &kind.file else {
            family_ui(ui);
            return;
        };
        // First what must not be cut.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let link = ui
                .link(RichText::new("Source").small())
                .on_hover_text(format!("Open {}, line {}", file.display(), kind.line));
            if link.clicked() {
                ctx.ask(Action::OpenSource(file.to_path_buf(), kind.line));
            }
            let edit = ui.link(RichText::new("Edit code").small());
            let edit = edit.on_hover_text(menu::hint(ui.ctx(), Command::EditCode));
            if edit.clicked() {
                ctx.ask(Action::Code(CodeAction::Open(
                    file.to_path_buf(),
                    kind.line,
                )));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), family_ui);
        });
    });
}

fn status_ui(ui: &mut Ui, ctx: &mut Context<'_>, node: &Node) {
    let palette = theme::palette(ui.ctx());
    let run = ctx.run_of(node).into_owned();
    let run = &run;
    ui.horizontal(|ui| {
        theme::dot_ui(ui, status_color(run, palette));
        ui.add(Label::new(ctx.status_of(node, run)).truncate());
        if let NodeStatus::Skipped { cause } | NodeStatus::Unused { chooser: cause } = run.status
            && ctx.flat.place(cause).1 != node.id
            && ui.link("Show it").clicked()
        {
            ctx.ask(Action::RevealRun(cause));
        }
    });
    let is_running = matches!(run.status, NodeStatus::Running { .. });
    let (figures, help) = if is_running {
        let left = ctx.left_of(node).unwrap_or_default();
        (
            left,
            "By the progress that it reports, else by the time that it took before",
        )
    } else {
        let help = "CPU: time on the processor, of the thread that made the call. Memory: by how much that of the engine \
                    rose at most, known where no other node ran at the same time";
        (ctx.cost_text_of(node, run), help)
    };
    // Both have their room also when there is nothing to say: what is below must not move while a hand is at it.
    let text = RichText::new(if figures.is_empty() { " " } else { &figures });
    let label = ui.add(Label::new(text.small().color(palette.text_weak)).truncate());
    if !figures.is_empty() {
        label.on_hover_text(format!("{figures}\n\n{help}"));
    }
    let room = vec2(ui.available_width(), theme::PROGRESS_HEIGHT);
    let (room, _) = ui.allocate_exact_size(room, Sense::hover());
    if let NodeStatus::Running { progress, .. } = &run.status {
        if let Some(fraction) = progress.as_ref().and_then(Progress::fraction) {
            let bar = egui::ProgressBar::new(fraction as f32)
                .desired_height(theme::PROGRESS_HEIGHT)
                .fill(palette.busy);
            ui.put(room, bar);
        }
        // The time goes on without any event.
        let soon = std::time::Duration::from_millis(100);
        ui.ctx().request_repaint_after(soon);
    }
}

fn section_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::GAP);
    ui.separator();
    let color = theme::palette(ui.ctx()).text_weak;
    ui.label(RichText::new(title).small().color(color));
}

fn input_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    drafts: &mut Drafts,
    node: &Node,
    input: &InputSpec,
) {
    let palette = theme::palette(ui.ctx());
    let graph = ctx.document.graph();
    let link = graph.link_to(node.id, &input.name);
    let is_tall = link.is_none() && input.widget == Widget::Text { multiline: true };
    let is_own = link.is_none() && node.values.contains_key(&input.name);
    let mut wants = None;
    let whole = ui.available_width();
    let name_width = (whole * 0.36).clamp(60.0, 150.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        let value_width = whole - name_width - theme::RESET_WIDTH - 2.0 * theme::GAP;
        cell_ui(ui, name_width, |ui| {
            theme::dot_ui(ui, palette.of_type(&input.ty));
            name_ui(ui, &input.name).on_hover_ui(|ui| {
                ui.label(RichText::new(format!("{}: {}", input.name, input.ty)).strong());
                if !input.help.is_empty() {
                    ui.label(&*input.help);
                }
            });
        });
        cell_ui(ui, value_width, |ui| match link {
            Some(link) => {
                let from = graph.node(link.from.node);
                let title = from.map_or("?", |from| from.title().as_str());
                let text = format!("← {title}.{}", link.from.name);
                let hint = format!("From {title}, output {}. Click to show it", link.from.name);
                let link_button = ui.add(
                    Button::new(RichText::new(text).color(palette.accent))
                        .frame(false)
                        .truncate(),
                );
                if link_button.on_hover_text(hint).clicked() {
                    ctx.ask(Action::Reveal(link.from.node));
                }
            }
            None if is_tall => {}
            None => wants = value_editor_ui(ui, drafts, node, input, false),
        });
        if is_own {
            let default = match &input.default {
                Some(default) => format!("Back to the default, {default}"),
                None => "Back to no value".to_owned(),
            };
            let reset = Button::new("↺").frame(false);
            let reset = ui.add(reset).on_hover_text(default);
            let reset = reset.accessible_name(format!("Reset {}", input.name));
            if reset.clicked() {
                wants = Some(ValueEdit::Set(None));
            }
        }
    });
    if let Some(link) = link {
        input_value_ui(ui, ctx, name_width + theme::GAP, (input, link));
    }
    if is_tall {
        wants = value_editor_ui(ui, drafts, node, input, false).or(wants);
    }
    if let Some(edit) = wants {
        ask_value(ctx, Port::new(node.id, input.name.clone()), input, edit);
    }
}

/// What flows into a linked input: its picture or its first line, and the way to see all of it.
fn input_value_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    indent: f32,
    (input, link): (&InputSpec, &Link),
) {
    let Some(ValueOnLink {
        output,
        summary: Some(summary),
        is_stale,
    }) = ctx.value_on(link)
    else {
        return;
    };
    let node = link.from.node;
    let palette = theme::palette(ui.ctx());
    ui.horizontal(|ui| {
        ui.add_space(indent);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let view = ui.link(RichText::new("View").small());
            let view = view.accessible_name(format!("View the value of {}", input.name));
            let hint = "Keep it in the viewer while other nodes are selected";
            if view.on_hover_text(hint).clicked() {
                ctx.ask(Action::Pin { node, output });
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if let Some(thumb) = &summary.thumb {
                    let room = Vec2::splat(theme::INPUT_THUMB);
                    let name = format!("Picture of {}", input.name);
                    if thumb_ui(ui, ctx, thumb, room, &name).clicked() {
                        ctx.ask(Action::Pin { node, output });
                    }
                }
                let line = summary.text.lines().next().unwrap_or_default();
                let color = if is_stale {
                    palette.text_weak
                } else {
                    palette.text
                };
                let text = RichText::new(line).monospace().color(color);
                let stale = if is_stale { ", changed since" } else { "" };
                let label = ui.add(Label::new(text).truncate().selectable(true));
                label.on_hover_text(format!("{}{stale}", summary.ty));
            });
        });
    });
}

/// A part of a row that is exactly so wide, whatever is in it.
fn cell_ui<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(width, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    let cell = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.set_max_width(width);
        contents(ui)
    });
    cell.inner
}

/// A name beside the control that it belongs to. Painted, not a label: the control itself says its name to screen
/// readers.
fn name_ui(ui: &mut Ui, name: &str) -> egui::Response {
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let galley = egui::WidgetText::from(name).into_galley(
        ui,
        Some(egui::TextWrapMode::Truncate),
        size.x,
        egui::TextStyle::Body,
    );
    let pos = egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(pos, galley, ui.visuals().text_color());
    response
}

/// Ask for what a value editor wants.
pub fn ask_value(ctx: &mut Context<'_>, port: Port, input: &InputSpec, edit: ValueEdit) {
    ctx.ask(match edit {
        ValueEdit::Set(value) => Action::Edit(ops::set_value(port, value)),
        ValueEdit::Browse => Action::Browse(port, input.widget.clone()),
    });
}

fn output_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    node: NodeId,
    (at, output): (usize, &OutputSpec),
    summary: Option<&ValueSummary>,
) {
    let palette = theme::palette(ui.ctx());
    ui.horizontal(|ui| {
        theme::dot_ui(ui, palette.of_type(&output.ty));
        ui.label(output.name.as_str());
        let ty = summary.map_or_else(|| output.ty.to_string(), |summary| summary.ty.to_string());
        let ty = Label::new(RichText::new(ty).small().color(palette.text_weak)).truncate();
        if summary.is_none() {
            ui.add(ty);
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let view = ui.link(RichText::new("View").small());
            let view = view.accessible_name(format!("View {}", output.name));
            if view.clicked() {
                ctx.ask(Action::View { node, output: at });
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(ty));
        });
    });
    let Some(summary) = summary else { return };
    if let Some(thumb) = &summary.thumb {
        let room = vec2(ui.available_width(), theme::INSPECTOR_THUMB);
        let name = format!("Picture of {}", output.name);
        let picture = thumb_ui(ui, ctx, thumb, room, &name);
        if picture.on_hover_text("Show it large").clicked() {
            ctx.ask(Action::View { node, output: at });
        }
        ui.label(
            RichText::new(&*summary.text)
                .small()
                .color(palette.text_weak),
        );
        return;
    }
    theme::well_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let lines: Vec<_> = summary.text.lines().take(theme::SUMMARY_LINES).collect();
        let text = RichText::new(lines.join("\n")).monospace();
        ui.add(Label::new(text).truncate().selectable(true));
    });
}

fn several_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    inspector: &mut Inspector,
    drafts: &mut Drafts,
    count: usize,
) {
    ui.heading(format!("{count} nodes selected"));
    style::style_ui(ui, ctx, inspector, drafts);
    ui.add_space(theme::GAP);
    for command in [
        Command::RunToHere,
        Command::ZoomToSelection,
        Command::Duplicate,
        Command::Copy,
        Command::Unlink,
        Command::Delete,
    ] {
        command_ui(ui, ctx, command);
    }
}

/// A command as a wide button with its keys.
fn command_ui(ui: &mut Ui, ctx: &mut Context<'_>, command: Command) {
    let entry = command.entry();
    let button = Button::new(entry.title)
        .min_size(vec2(ui.available_width(), theme::ROW))
        .shortcut_text(menu::shortcut_text(ui.ctx(), command))
        .truncate();
    if ui.add(button).on_hover_text(entry.help).clicked() {
        ctx.ask(Action::Command(command));
    }
}

fn nothing_ui(ui: &mut Ui, ctx: &mut Context<'_>) {
    let document = ctx.document;
    let name = &document.meta.project_name;
    ui.heading(if name.is_empty() {
        "Untitled"
    } else {
        name.as_str()
    });
    let count = |count: usize, one: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {one}{ending}")
    };
    let graph = document.graph();
    ui.weak(format!(
        "{}, {}",
        count(graph.node_count(), "node"),
        count(graph.link_count(), "link")
    ));
    ui.add_space(theme::GAP);
    let hint = if graph.is_empty() {
        "The canvas is empty. Drag a node from the library onto it, or search one:"
    } else {
        "Select a node to see its values, its results and its help."
    };
    ui.add(Label::new(hint).wrap());
    ui.add_space(theme::GAP);
    command_ui(ui, ctx, Command::AddNode);
    if !graph.is_empty() {
        command_ui(ui, ctx, Command::Run);
    }
    command_ui(ui, ctx, Command::Palette);
}

#[cfg(test)]
mod tests;
