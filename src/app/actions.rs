//! Acting: what each Command and Action does. The only writer of the document.

use std::path::Path;
use std::sync::Arc;

use super::choosing::{Chosen, Filter, Question};
use super::open::Asked;
use super::{App, asking};
use crate::command::Command;
use crate::document::arrange::{Align, Axis};
use crate::document::{Transaction, clipboard, ops};
use crate::graph::{Mode, NodeId, NodeKind, Port, Pos2, Value, Vec2, patterns, vec2};
use crate::ui::choosing::Kind;
use crate::ui::dialogs::Dialog;
use crate::ui::environment::model::{Change, EnvironmentAction};
use crate::ui::focus::Part;
use crate::ui::settings::Setting;
use crate::ui::shell::{Pane, arrangement, whole};
use crate::ui::theme::GRID_STEP;
use crate::ui::{Action, Level};

/// How far a copy lies from its original.
const COPY_OFFSET: Vec2 = vec2(GRID_STEP * 2.0, GRID_STEP * 2.0);

impl App {
    pub(super) fn act(&mut self, context: &egui::Context, action: Action) {
        match action {
            Action::Command(command) => self.run(context, command),
            Action::Edit(transaction) => {
                self.commit(transaction);
            }
            Action::EditAndSelect(transaction, nodes) => {
                if self.commit(transaction) {
                    let first = nodes.first().copied();
                    self.project.document.select(nodes);
                    let canvas = &mut self.project.panels.canvas;
                    canvas.keep_up(&self.project.document);
                    if let Some(first) = first {
                        canvas.reveal(first);
                    }
                }
            }
            Action::GoTo(step) => {
                let document = &mut self.project.document;
                while document.history().done() > step && document.undo().is_some() {}
                while document.history().done() < step && document.redo().is_some() {}
                self.mark_stale();
            }
            Action::Select(nodes) => self.project.document.select(nodes),
            Action::Reveal(node) => self.reveal(node),
            Action::RevealRun(node) => self.reveal_run(node),
            Action::OpenPath(path) => self.open_path(path),
            Action::AddNode(kind, pos) => self.add_node(&kind, pos),
            Action::Fetch(fetch) => self.fetch(fetch),
            Action::LoadPicture {
                file,
                width,
                height,
            } => self.read_picture(&file, width, height),
            Action::View { node, output } => {
                self.project.panels.viewer.show(node, output);
                self.shell.show(Pane::Viewer);
            }
            Action::Pin { node, output } => {
                let path = self.project.document.path();
                self.project.panels.viewer.pin(node, output, path);
                self.shell.show(Pane::Viewer);
            }
            Action::Browse(port, widget) => self.browse(port, widget),
            Action::OpenSearch {
                pos_in_graph,
                link_from,
            } => {
                let on_screen = self
                    .project
                    .panels
                    .canvas
                    .camera
                    .screen_from_graph(pos_in_graph);
                self.popups.open_nodes(pos_in_graph, on_screen, link_from);
            }
            Action::RunTo(nodes) => {
                self.finish_drafts();
                self.run_to(&nodes);
            }
            Action::OpenSource(path, line) => self.open_source(&path, line),
            Action::Code(asked) => self.code_action(asked),
            Action::Tab(asked) => self.tab_action(asked),
            Action::Trust(answer) => {
                // The strip's; what a page was asked for by is none of it.
                self.project.trusting.drop_wanted();
                self.trust_answer(answer);
            }
            Action::Environment(asked) => self.environment_action(asked),
            Action::Welcome(asked) => self.welcome_action(asked),
            Action::Banner(asked) => self.banner_action(asked),
            Action::CopyText(text) => context.copy_text(text),
            Action::Notice(notice) => self.notices.add(notice),
        }
    }

    /// Do what a command says; nothing when it cannot be done now.
    pub(super) fn run(&mut self, context: &egui::Context, command: Command) {
        if !self.is_enabled(command) || self.waits_for_trust(command) {
            return;
        }
        if command == Command::Save || asking::begins_run(command) {
            self.finish_drafts();
        }
        let document = &self.project.document;
        let (graph, selection) = (document.graph(), document.selection());
        match command {
            Command::NewProject => {
                self.dialog = Some(Dialog::NewProject {
                    name: String::new(),
                    problem: String::new(),
                });
            }
            Command::OpenProject => self.dialog = Some(self.open_dialog()),
            Command::Import => self.import_asked(),
            Command::Save if self.saves_code() => self.save_shown_code(),
            Command::Packages => self.packages_asked(),
            Command::Save => self.save(None),
            Command::SaveCopy => self.ask_for_copy(),
            Command::EditHere => self.take_lock(),
            Command::ReloadSavefile => self.reload_savefile(),
            Command::Versions => self.show_versions(),
            Command::SettleSavefile => self.ask_about_savefile(),
            Command::NewNode => {
                self.dialog = Some(Dialog::NewNode {
                    name: String::new(),
                });
            }
            Command::SavePicture => self.ask_for_picture(),
            Command::CopyPicture => self.copy_picture(),
            Command::CloseProject if self.is_in_code() => self.close_shown_code(),
            Command::CloseProject => self.close_tab_asked(self.project.serial),
            Command::Settings => self.show_settings(),
            Command::Trust => self.show_trust(),
            Command::Quit => self.close_asked(context),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::Copy => context.copy_text(clipboard::copy(graph, selection)),
            Command::Cut => self.cut(context),
            Command::Paste => context.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
            Command::Duplicate => {
                let (nodes, transaction) = ops::duplicate(graph, selection, COPY_OFFSET);
                if self.commit(transaction) {
                    self.project.document.select(nodes);
                }
            }
            Command::Delete => {
                let transaction = ops::delete(graph, selection);
                self.commit(transaction);
            }
            Command::Unlink => self.unlink(),
            Command::Rename => {
                self.shell.show(Pane::Inspector);
                self.project.panels.inspector.rename();
            }
            Command::AddNode => {
                let pos_in_graph = self.place_by_key();
                self.act(
                    context,
                    Action::OpenSearch {
                        pos_in_graph,
                        link_from: None,
                    },
                );
            }
            Command::SelectAll => {
                let all: Vec<_> = document.nodes().map(|node| node.id).collect();
                self.project.document.select(all);
            }
            Command::SelectNone => {
                if !self.project.panels.canvas.cancel_gesture() && !self.project.panels.find.close()
                {
                    self.project.document.select([]);
                }
            }
            Command::Find if self.is_in_code() => self.project.panels.code.find(),
            Command::FindNext if self.is_in_code() => self.project.panels.code.find_step(true),
            Command::FindPrevious if self.is_in_code() => {
                self.project.panels.code.find_step(false);
            }
            Command::Find => self.find(),
            Command::FindNext => self.find_next(context, true),
            Command::FindPrevious => self.find_next(context, false),
            Command::OpenSubgraph => self.open_subgraph(),
            Command::CloseSubgraph => self.close_subgraph(),
            Command::ZoomToFit => {
                let extent = self.project.panels.canvas.layout.extent();
                self.project.panels.canvas.zoom_to(extent);
            }
            Command::ZoomToSelection => {
                let bounds = self
                    .project
                    .panels
                    .canvas
                    .layout
                    .bounds_of(selection.iter().copied());
                self.project.panels.canvas.zoom_to(bounds);
            }
            Command::ZoomIn => self.zoom(1.25),
            Command::ZoomOut => self.zoom(0.8),
            Command::ZoomReset => self.zoom(1.0 / self.project.panels.canvas.camera.zoom),
            Command::ToggleSnap => self.toggle_snap(),
            Command::ToggleBoxInside => self.toggle_box_inside(),
            Command::ToggleMinimap => self.toggle_minimap(),
            Command::ToggleTheme => self.toggle_theme(context),
            Command::Outline => self.show_outline(),
            Command::ScaleUp => self.scale_by(context, 1.0),
            Command::ScaleDown => self.scale_by(context, -1.0),
            Command::ScaleReset => self.set(context, Setting::Scale(1.0)),
            Command::ResetPanels => self.shell.tree = arrangement(),
            Command::NextProject => self.step_tab(1),
            Command::PreviousProject => self.step_tab(self.tab_count() - 1),
            Command::Palette => self.popups.open_commands(),
            Command::NextPanel => self.project.panels.focus.step(context, 1),
            Command::PreviousPanel => self.project.panels.focus.step(context, -1),
            Command::Welcome => self.show_welcome(),
            Command::Keys => {
                self.dialog = Some(Dialog::Keys {
                    query: String::new(),
                });
            }
            Command::CheckUpdates => self.updates_asked(),
            Command::About => self.dialog = Some(Dialog::About),
            _ if self.project_asked(command) => {}
            _ => self.run_on_nodes(command),
        }
    }

    fn cut(&mut self, context: &egui::Context) {
        let document = &self.project.document;
        let (graph, selection) = (document.graph(), document.selection());
        context.copy_text(clipboard::copy(graph, selection));
        let transaction = Transaction {
            label: "Cut".into(),
            ..ops::delete(graph, selection)
        };
        self.commit(transaction);
    }

    /// Apply a transaction; one that is refused is said and changes nothing.
    pub(super) fn commit(&mut self, transaction: Transaction) -> bool {
        let label = transaction.label.clone();
        match self.project.document.commit(transaction) {
            Ok(()) => {
                self.mark_stale();
                true
            }
            Err(error) => {
                self.notify(Level::Warning, format!("{label}: {error}"));
                false
            }
        }
    }

    /// What is being typed or dragged counts for what is saved or run now.
    pub(super) fn finish_drafts(&mut self) {
        let ended = self
            .project
            .panels
            .drafts
            .finish(self.project.document.graph());
        for transaction in ended {
            self.commit(transaction);
        }
    }

    /// Select a node and bring it into view; the subgraph that it lies in is opened.
    fn reveal(&mut self, node: NodeId) {
        let path = self.project.document.path_to(node);
        if let Some(path) = path.filter(|path| self.project.document.path() != path) {
            self.open_path(path);
        }
        self.project.document.select([node]);
        self.project.panels.canvas.reveal(node);
        self.shell.show(Pane::Canvas);
    }

    /// The same for a node of a run.
    pub(super) fn reveal_run(&mut self, node: NodeId) {
        let (path, node) = self.project.flat.place(node);
        if self.project.document.path() != path {
            self.open_path(path);
        }
        self.reveal(node);
    }

    /// Open subgraphs, or go back to those around; all of what is open is in view then.
    pub(super) fn open_path(&mut self, path: Vec<NodeId>) {
        self.project.document.open(path);
        self.project.panels.canvas.fit_next = true;
    }

    fn undo(&mut self) {
        if let Some(label) = self.project.document.undo() {
            self.mark_stale();
            self.notify(Level::Info, format!("Undone: {label}"));
        }
    }

    fn redo(&mut self) {
        if let Some(label) = self.project.document.redo() {
            self.mark_stale();
            self.notify(Level::Info, format!("Done again: {label}"));
        }
    }

    fn add_node(&mut self, kind: &Arc<NodeKind>, pos: Option<Pos2>) {
        let pos = pos.unwrap_or_else(|| self.place_by_key());
        let document = &self.project.document;
        let place = (pos, document.open_subgraph());
        let (id, transaction) = ops::add_node(document.graph(), kind, place, None);
        if self.commit(transaction) {
            self.project.document.select([id]);
        }
    }

    /// Insert what `copy` wrote, its corner at the pointer; other texts are said to be none.
    pub(super) fn paste(&mut self, text: &str) {
        let Some(copied) = clipboard::parse(text, &self.project.catalog) else {
            if self.offer_pasted(text) {
                return;
            }
            self.notify(
                Level::Info,
                "The clipboard holds no nodes: copy some with Ctrl+C first",
            );
            return;
        };
        let offset =
            self.project.panels.canvas.place_for_new() - clipboard::bounds(&copied.nodes).min;
        let document = &self.project.document;
        let place = (offset, document.open_subgraph());
        let (ids, transaction) = ops::insert_copies(document.graph(), "Paste", &copied, place);
        if self.commit(transaction) {
            self.project.document.select(ids);
        }
    }

    /// Show the next hit of the last search; without one begin to search.
    fn find_next(&mut self, context: &egui::Context, is_forward: bool) {
        let graph = self.project.document.graph();
        match self.project.panels.find.step(graph, is_forward) {
            Some(node) => self.act(context, Action::Reveal(node)),
            None => self.find(),
        }
    }

    fn find(&mut self) {
        self.shell.show(Pane::Canvas);
        self.project.panels.find.open();
    }

    /// The part of `run` that runs the graph; returns whether it was that.
    fn run_runs(&mut self, command: Command) -> bool {
        match command {
            Command::Run if self.project.paused().is_some() => self.continue_run(),
            Command::Run => self.start_run(Asked::default()),
            Command::RunToHere => self.run_to_selection(),
            Command::RunSelection => self.run_selection(),
            Command::RunAgain => self.run_again(),
            Command::RunAgainFromHere => self.run_again_from_here(),
            Command::ToggleLive => self.toggle_live(),
            Command::Breakpoint => self.toggle_breakpoints(),
            Command::ClearBreakpoints => self.clear_breakpoints(),
            Command::Step => self.step_run(),
            Command::Continue => self.continue_run(),
            Command::Stop => self.stop(),
            Command::RestartEngine => self.restart_engine(),
            Command::AddPackage => self.add_package(),
            Command::UpgradePackages => {
                self.environment_action(EnvironmentAction::Plan(Change::UpgradeAll));
            }
            Command::PreviousEnvironment => self.environment_action(EnvironmentAction::Return),
            Command::RebuildEnvironment => self.rebuild_environment(),
            _ => return false,
        }
        true
    }

    /// The part of `run` that moves, structures, edits and selects nodes, and the way to each panel.
    fn run_on_nodes(&mut self, command: Command) {
        match command {
            Command::Group => self.group(),
            Command::Ungroup => self.ungroup(),
            Command::RemoveUnusedSubgraphs => self.remove_unused_subgraphs(),
            Command::Mute => self.toggle_mode(Mode::Muted),
            Command::Bypass => self.toggle_mode(Mode::Bypassed),
            Command::Collapse => self.toggle_collapsed(),
            Command::AddFrame => self.add_frame(),
            Command::FitFrame => self.fit_frames(),
            Command::AddNote => self.add_note(),
            Command::MakeIndependent => self.make_independent(),
            Command::Dissolve => self.dissolve(),
            Command::InsertOnLink => self.insert_on_link(),
            Command::TakeOut => self.take_out(),
            Command::AddReroute => self.add_reroutes(),
            Command::StartLink => self.start_link(),
            Command::NextNode => self.read_on(true),
            Command::PreviousNode => self.read_on(false),
            Command::SelectUpstream => self.select_along(true),
            Command::SelectDownstream => self.select_along(false),
            Command::AutoLayout => self.auto_layout(),
            Command::Straighten => self.straighten(),
            Command::AlignLeft => self.align(Align::Left),
            Command::AlignRight => self.align(Align::Right),
            Command::AlignTop => self.align(Align::Top),
            Command::AlignBottom => self.align(Align::Bottom),
            Command::AlignCentreX => self.align(Align::CentreX),
            Command::AlignCentreY => self.align(Align::CentreY),
            Command::DistributeHorizontally => self.distribute(Axis::Horizontal),
            Command::DistributeVertically => self.distribute(Axis::Vertical),
            Command::LoadFiles => self.ask_for_files(),
            Command::Colour => {
                self.shell.show(Pane::Inspector);
                self.project.panels.inspector.colour();
            }
            Command::Repeat => {
                self.shell.show(Pane::Inspector);
                self.project.panels.inspector.repeat();
            }
            Command::EditNode => {
                self.shell.show(Pane::Inspector);
                self.project.panels.inspector.edit();
            }
            Command::HeatMap => self.project.panels.canvas.heat.toggle(),
            Command::HeatMeasure => self.project.panels.canvas.heat.next_measure(),
            Command::PinValue => {
                self.project.panels.viewer.toggle_pin();
                self.shell.show(Pane::Viewer);
            }
            Command::FrameCost => {
                self.frame_costs.is_shown = !self.frame_costs.is_shown;
            }
            Command::EditCode => self.edit_code(),
            Command::EditCopy => self.edit_copy(),
            Command::OpenOutside => self.open_code_outside(),
            Command::GoCode if self.project.panels.code.shown().is_some() => self.show_code(),
            Command::GoCode => self.go(Pane::Code),
            Command::GoLibrary => self.go(Pane::Library),
            Command::GoCanvas => self.go(Pane::Canvas),
            Command::GoInspector => self.go(Pane::Inspector),
            Command::GoViewer => self.go(Pane::Viewer),
            Command::GoConsole => self.go(Pane::Console),
            Command::GoHistory => self.go(Pane::History),
            Command::GoSlowest => self.go(Pane::Slowest),
            Command::GoEnvironment => self.go(Pane::Environment),
            // All others are in `run` and the two below: a new command needs its arm in one of them.
            _ => {
                let is_done = self.run_runs(command) || self.walk(command);
                debug_assert!(is_done, "{command:?} does nothing");
            }
        }
    }

    /// Show a panel and give it the keyboard.
    fn go(&mut self, pane: Pane) {
        self.shell.show(pane);
        self.project.panels.focus.go(Part::Pane(pane));
    }

    fn show_outline(&mut self) {
        self.shell.show(Pane::Outline);
        self.project.panels.outline.focus();
    }

    /// Put the panels where they were at the last end.
    pub(super) fn restore_panels(&mut self) {
        if let Ok(tree) = serde_json::from_value(self.state.layout.clone())
            && let Some(tree) = whole(tree)
        {
            self.shell.tree = tree;
        }
    }

    /// What is open, and where the panels lie.
    pub(super) fn keep_state(&mut self) {
        let kept = if self.is_beside {
            self.state.save_beside(&self.paths.userdata)
        } else {
            self.state.save(&self.paths.userdata)
        };
        if let Err(error) = kept {
            self.notify(
                Level::Warning,
                format!("What is open could not be kept: {error}"),
            );
        }
    }

    /// The arrangement of panels is kept for the next start.
    pub(super) fn remember_window(&mut self) {
        if let Ok(layout) = serde_json::to_value(&self.shell.tree) {
            self.state.layout = layout;
        }
        self.keep_state();
    }

    fn browse(&mut self, port: Port, widget: crate::graph::Widget) {
        use crate::graph::Widget;
        if widget == Widget::Secret {
            return self.choose_secret(port);
        }
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let (kind, title, filters) = match &widget {
            Widget::Folder => (Kind::Folder, "Choose a folder", Vec::new()),
            Widget::SaveFile { pattern } => {
                (Kind::Save, "Choose a file to write", filters(pattern))
            }
            Widget::OpenFile { pattern } => (Kind::File, "Choose a file", filters(pattern)),
            _ => return,
        };
        self.shell.show(Pane::Canvas);
        let question = Question {
            folder: Some(folder),
            filters,
            ..Question::new(kind, title)
        };
        let project = self.project.serial;
        self.choose(question, move |path| Chosen::Input {
            project,
            port,
            path,
        });
    }

    /// A file or folder was chosen for an input.
    pub(super) fn picked(&mut self, port: Port, path: &Path) {
        let text = self.kept_path(path);
        self.commit(ops::set_value(port, Some(Value::text(text))));
    }

    pub(super) fn browse_project(&mut self) {
        let question = Question::new(Kind::Folder, "Open project");
        self.choose(question, Chosen::Project);
    }
}

/// The filters of `*.csv *.tsv`; with a lone `*` all others can be chosen too.
fn filters(pattern: &str) -> Vec<Filter> {
    let endings: Vec<&str> = patterns(pattern)
        .filter_map(|part| part.strip_prefix("*."))
        .filter(|ending| *ending != "*" && !ending.is_empty())
        .collect();
    if endings.is_empty() {
        return Vec::new();
    }
    let mut filters = vec![Filter::new(&endings.join(", "), &endings)];
    if patterns(pattern).any(|part| part == "*") {
        filters.push(Filter::new("All files", &["*"]));
    }
    filters
}
