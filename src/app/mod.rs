//! App: owns all state. `logic` drains the background's events, `ui` shows, `run` acts on what was asked.
//! The only place where window, document, files and engine meet.

mod actions;
mod arranging;
mod asking;
mod background;
mod choosing;
mod code;
mod consent;
mod dropping;
mod editor;
mod enabled;
mod environment;
mod files;
mod frame_cost;
mod hindrances;
mod importing;
mod journal;
mod live;
mod locking;
mod looking;
mod neighbours;
mod open;
mod outside;
mod packages;
mod picture;
mod preferences;
mod project_work;
mod reloading;
mod running;
mod secrets;
mod stepping;
mod structuring;
mod tabs;
mod thumbnail;
mod trusting;
mod updating;
mod versions;
mod walking;
mod welcome;
mod window;

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Panel, Ui};
use tokio::runtime::Handle;

use background::Watch;
pub use background::{Event, Services};
pub use choosing::Chooser;
use choosing::Choosing;
use consent::Consent;
use editor::Editors;
use enabled::{is_for_welcome, is_of_scale};
use frame_cost::FrameCosts;
pub use neighbours::Neighbours;
use neighbours::Waiting;
pub use open::Project;
use packages::PackageWork;
use secrets::Secrets;
use tabs::Tabs;
use updating::Updating;
use versions::VersionWork;
pub use window::{background_runtime, named_project, open_window};

use crate::command::{Command, TABLE};
use crate::engine::EngineStatus;
use crate::event::EventReceiver;
use crate::paths::Paths;
use crate::plain::{self, sentence};
use crate::project::state::State;
use crate::secrets::Keychain;
use crate::settings::Settings;
use crate::ui::banners::banners_ui;
use crate::ui::bars::{self, Going, Status};
use crate::ui::canvas::linking;
use crate::ui::dialogs::{AfterSave, Dialog, dialog_ui};
use crate::ui::focus::{Focus, Part};
use crate::ui::handover::Handover;
use crate::ui::keymap::Holder;
use crate::ui::notices::Notices;
use crate::ui::palette::Palette as Popups;
use crate::ui::shell::{self, Panels, Shell};
use crate::ui::shortcuts::{self, Pressed};
use crate::ui::tabs::strip_ui;
use crate::ui::welcome::{Welcome, welcome_ui};
use crate::ui::{Action, Context, Level, Notice, Pictures, theme};
use crate::update::Updater;

/// How long events may be taken in before a frame is drawn.
const DRAIN: Duration = Duration::from_millis(8);

/// What the window is started with.
pub struct Options {
    pub paths: Paths,
    pub settings: Settings,
    pub state: State,
    /// The project to open: its folder or savefile, or a picture that carries a graph.
    pub project: Option<PathBuf>,
    /// The runtime that background work runs on.
    pub runtime: Handle,
    /// Where secrets are kept.
    pub keychain: Keychain,
    /// Which dialogs ask for files and folders.
    pub chooser: Chooser,
    /// Where each frame's cost is written.
    pub frame_log: Option<PathBuf>,
    /// Other windows.
    pub neighbours: Neighbours,
    /// Where new versions come from, and what they take the place of.
    pub updater: Updater,
}

/// All state of the window.
pub struct App {
    services: Services,
    events: EventReceiver<Event>,
    paths: Paths,
    settings: Settings,
    state: State,
    /// The project that is shown; the other open ones lie in `tabs`.
    project: Project,
    tabs: Tabs,
    /// Projects whose run waits for those of others, the first one first.
    waiting: VecDeque<u64>,
    /// What waited for saves that ended.
    after_saves: Vec<AfterSave>,
    endings: locking::Endings,
    shell: Shell,
    welcome: Welcome,
    popups: Popups,
    notices: Notices,
    frame_costs: FrameCosts,
    pictures: Pictures,
    handover: Handover,
    editors: Editors,
    /// Files of pictures that are being read, or could not be.
    reading: HashSet<PathBuf>,
    dialog: Option<Dialog>,
    choosing: Choosing,
    package_work: PackageWork,
    works: project_work::Works,
    version_work: VersionWork,
    /// What waits for the question of the dialog.
    consent: Option<Consent>,
    secrets: Secrets,
    actions: Vec<Action>,
    title: String,
    may_close: bool,
    /// The system asked for the end: nothing is asked, and nothing is thrown away.
    is_told_to_end: bool,
    for_others: Waiting,
    /// Opened beside another window, whose tabs the state keeps.
    is_beside: bool,
    /// Ends with the window.
    listens: Option<Watch>,
    updating: Updating,
}

impl App {
    pub fn new(context: &egui::Context, options: Options) -> Self {
        theme::install(context);
        let (services, events) = Services::new(context.clone(), options.runtime);
        let mut app = Self {
            services,
            events,
            paths: options.paths,
            settings: options.settings,
            state: options.state,
            project: Project::default(),
            tabs: Tabs::default(),
            waiting: VecDeque::new(),
            after_saves: Vec::new(),
            shell: Shell::default(),
            welcome: Welcome::default(),
            popups: Popups::default(),
            notices: Notices::default(),
            frame_costs: FrameCosts::default(),
            pictures: Pictures::default(),
            handover: Handover::default(),
            editors: Editors::default(),
            reading: HashSet::new(),
            dialog: None,
            choosing: Choosing::new(options.chooser),
            package_work: PackageWork::default(),
            works: project_work::Works::default(),
            endings: locking::Endings::new(),
            version_work: VersionWork::default(),
            consent: None,
            secrets: Secrets::new(options.keychain),
            actions: Vec::new(),
            title: String::new(),
            may_close: false,
            is_told_to_end: false,
            for_others: Waiting::default(),
            is_beside: options.neighbours.is_beside,
            listens: None,
            updating: Updating::new(options.updater),
        };
        app.listens = app.listen(options.neighbours.inbox);
        app.for_others.crash = app.crash_page(&options.neighbours.ended);
        for problem in app.apply_settings(context) {
            app.notify(Level::Warning, format!("Settings: {problem}"));
        }
        if let Some(file) = options.frame_log
            && let Err(error) = app.frame_costs.write_to(&file)
        {
            let file = file.display();
            app.notify(
                Level::Warning,
                format!("Frame costs cannot be written to {file}: {error}"),
            );
        }
        let userdata = app.paths.userdata.clone();
        drop(app.services.runtime.spawn_blocking(move || {
            crate::project::sweep(&userdata);
        }));
        app.restore_panels();
        app.open_at_start(options.project.as_deref());
        app
    }

    /// What is shown and edited. For tests, which look and never touch.
    pub fn project(&self) -> &Project {
        &self.project
    }

    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    pub fn panels(&self) -> &Panels {
        &self.project.panels
    }

    /// Say something; what is about a project in the background begins with its name.
    fn notify(&mut self, level: Level, text: impl Into<String>) {
        let mut text = text.into();
        if self.tabs.is_in_background {
            text = format!("{}: {text}", self.project.name());
        }
        let text = sentence(&plain::text(&text));
        self.notices.add(Notice { level, text });
    }

    /// Tell at length what failed in the background; a question that is open stays.
    fn tell_failure(&mut self, title: &str, text: String) {
        if self.dialog.is_some() {
            self.notify(Level::Error, title);
            return;
        }
        let title = if self.tabs.is_in_background {
            format!("{}: {title}", self.project.name())
        } else {
            title.to_owned()
        };
        self.dialog = Some(Dialog::Failure { title, text });
    }

    fn status_text(&mut self) -> (String, egui::Color32) {
        let palette = theme::palette(&self.services.context);
        if let Some(text) = self.export_words() {
            return (text, palette.busy);
        }
        if self.project.is_waiting() {
            let text = "Waiting for another project's run".to_owned();
            return (text, palette.busy);
        }
        if self.project.is_restricted() {
            return ("Not trusted".to_owned(), palette.warn);
        }
        if self.project.waits_for_secrets.is_some() {
            return ("Waiting for a secret".to_owned(), palette.busy);
        }
        if let Some(progress) = &self.project.environment_progress {
            return (format!("Environment: {progress}"), palette.busy);
        }
        let run = &self.project.run;
        if let Some(node) = self.project.paused() {
            let text = format!("Paused before {}", self.project.flat_title(node));
            return (text, palette.warn);
        }
        if let Some(said) = self.project.live_words(palette) {
            return said;
        }
        if run.is_running() {
            return (self.progress_text(), palette.busy);
        }
        match run.engine() {
            EngineStatus::Down { .. } => ("Engine ended".to_owned(), palette.error),
            EngineStatus::NotAnswering { .. } => {
                ("Engine busy, not answering".to_owned(), palette.warn)
            }
            EngineStatus::Starting => ("Starting the engine".to_owned(), palette.busy),
            EngineStatus::Off | EngineStatus::Ready { .. } => match run.status() {
                None => ("Not run yet".to_owned(), palette.text_weak),
                Some(status) => running::summary(run, status, palette),
            },
        }
    }

    fn shell_ui(&mut self, ui: &mut Ui) {
        let (engine, engine_color) = self.status_text();
        let fraction = self.project.run.counts();
        let tabs = self.tabs_to_show();
        let banners = self.banners();
        let update = self.updating.hint();
        let status = Status {
            tabs: &tabs,
            is_welcome: self.project.is_welcome(),
            engine: &engine,
            engine_color,
            going: match self.project.paused() {
                Some(_) => Going::Paused,
                None if self.project.is_busy() && !self.project.is_quick() => Going::Running,
                None => Going::Nothing,
            },
            is_live: self.project.live.is_on(),
            fraction: (self.project.run.is_running() && fraction.total > 0)
                .then(|| fraction.settled() as f32 / fraction.total as f32),
            zoom: self.project.panels.canvas.camera.zoom,
            is_asked: self.project.outside.is_asking(),
            update: update.as_deref(),
        };
        let enabled: Vec<bool> = TABLE
            .iter()
            .map(|entry| self.is_enabled(entry.command))
            .collect();
        let is_enabled = |command: Command| enabled[command as usize];
        let mut actions = std::mem::take(&mut self.actions);
        let frame = egui::Frame::new()
            .fill(theme::palette(ui.ctx()).window)
            .inner_margin(egui::Margin::symmetric(10, 0));
        let bar = |panel: Panel, height: f32| panel.exact_size(height).resizable(false);
        self.project.panels.canvas.habits = self.habits();
        let focus = &mut self.project.panels.focus;
        bar(Panel::top("bar"), 42.0).frame(frame).show(ui, |ui| {
            let mark = Focus::mark(ui);
            bars::top_bar_ui(ui, &status, is_enabled, &mut actions);
            let rect = ui.max_rect();
            focus.note(ui, Part::Bar, rect, mark);
        });
        if tabs.len() > 1 {
            let strip = bar(Panel::top("tabs"), theme::TAB_HEIGHT).frame(frame);
            strip.show(ui, |ui| strip_ui(ui, &tabs, &mut actions));
        }
        let focus = &mut self.project.panels.focus;
        if !banners.is_empty() {
            let strip = Panel::top("banners").resizable(false);
            strip.frame(egui::Frame::NONE).show(ui, |ui| {
                let mark = Focus::mark(ui);
                banners_ui(ui, &banners, &mut actions);
                let rect = ui.min_rect();
                focus.note(ui, Part::Banners, rect, mark);
            });
        }
        self.project.environment.locked = self.project.environment_lock();
        self.project.environment.is_restricted = self.project.is_restricted();
        let Project {
            document,
            run,
            flat,
            views,
            catalog,
            panels,
            environment,
            ..
        } = &mut self.project;
        let mut context = Context {
            document,
            catalog,
            run,
            flat,
            pictures: &self.pictures,
            environment,
            views,
            actions: &mut actions,
        };
        if !status.is_welcome {
            bar(Panel::bottom("status"), 24.0)
                .frame(frame)
                .show(ui, |ui| bars::status_bar_ui(ui, &status, &mut context));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if status.is_welcome {
                welcome_ui(ui, &mut self.welcome, &mut context);
            } else {
                shell::panels_ui(ui, &mut self.shell, panels, &mut context);
            }
        });
        crate::ui::palette::palette_ui(ui.ctx(), &mut self.popups, is_enabled, &mut context);
        self.actions = actions;
    }

    fn update_title(&mut self, context: &egui::Context) {
        let dirty = if self.project.is_unsaved() {
            "• "
        } else {
            ""
        };
        let title = format!("{dirty}{} – Loom", self.project.name());
        if title != self.title {
            context.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, _frame: &mut eframe::Frame) {
        let deadline = Instant::now() + DRAIN;
        while let Some(event) = self.next_event() {
            self.on_event(event);
            if Instant::now() > deadline {
                context.request_repaint();
                break;
            }
        }
        #[cfg(debug_assertions)]
        self.fail_if_asked();
        for then in std::mem::take(&mut self.after_saves) {
            self.go_on(then);
        }
        self.start_waiting();
        self.save_again();
        self.outside_turns();
        self.keep_journals();
        self.offer_recovery();
        for serial in self.serials() {
            self.with_project(serial, Self::keep_code);
        }
        self.lint_code();
        self.serve_others();
        let is_asked = !self.may_close && !self.is_told_to_end;
        if is_asked && context.input(|input| input.viewport().close_requested()) {
            self.close_asked(context);
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        let last_secs = frame.info().cpu_usage;
        self.frame_costs
            .begin(last_secs.map(|secs| f64::from(secs) * 1000.0));
        if context.input(|input| input.events.contains(&egui::Event::WindowFocused(true))) {
            // Back from another program, which may have been an editor of nodes.
            self.refresh_catalogs();
            self.look_at_all_trust();
        }
        let has_dialog = self.dialog.is_some();
        if !has_dialog {
            self.take_dropped(&context);
        }
        let is_welcome = self.project.is_welcome();
        // A dialog stops everything else, but it may have to be made smaller to be read.
        // Escape drops what is being dragged, and nothing else with it.
        let is_dragging = !self.project.panels.drafts.is_empty();
        let takes = |command| {
            (!has_dialog || is_of_scale(command))
                && (!is_welcome || is_for_welcome(command))
                && !(is_dragging && command == Command::SelectNone)
        };
        if !has_dialog && !is_welcome && shortcuts::holder(&context) == Holder::Canvas {
            let canvas = &mut self.project.panels.canvas;
            let asked = linking::take_keys(canvas, &context, self.project.document.graph());
            self.actions.extend(asked);
        }
        for pressed in shortcuts::pressed(&context, takes) {
            match pressed {
                Pressed::Command(command) => self.actions.push(Action::Command(command)),
                Pressed::Paste(text) => self.paste(&text),
            }
        }
        let is_free = !has_dialog && !self.popups.is_open();
        if is_free {
            self.handover.begin(&context);
        }
        self.project.panels.focus.begin(&context, is_free);
        self.shell_ui(ui);
        if let Some(dialog) = &mut self.dialog
            && let Some(answer) = dialog_ui(&context, dialog)
        {
            self.answer(&context, answer);
        }
        self.notices.ui(&context);
        self.drop_hint_ui(&context);
        if !self.project.is_welcome() {
            let canvas = self.project.panels.canvas.camera.screen;
            self.frame_costs.ui(&context, canvas.left_bottom());
        }
        let handed_over = self.handover.end(&context);
        self.actions.extend(handed_over.map(Action::Command));
        self.project.panels.focus.end(&context);
        // Actions may ask for more of them.
        while !self.actions.is_empty() {
            for action in std::mem::take(&mut self.actions) {
                self.act(&context, action);
            }
            context.request_repaint();
        }
        self.live_turns();
        // Now, not with the next frame: what is seen is written down.
        self.keep_journals();
        self.update_title(&context);
        self.update_turns();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.remember_window();
        for serial in self.serials() {
            self.with_project(serial, |app| {
                if app.may_close {
                    app.project.keeper.discard(None, &app.services);
                }
                app.project.end();
                drop(app.project.give_up(&app.services));
            });
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

impl Drop for App {
    /// Also when it fails: what was done in the frame that failed is written down.
    fn drop(&mut self) {
        self.keep_journals();
    }
}
