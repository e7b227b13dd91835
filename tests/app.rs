//! The real App by key presses and labels, with the real engine: no mock. What it looks like is in `app/snapshots.rs`.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

#[path = "app/access.rs"]
mod access;
#[path = "app/apart.rs"]
mod apart;
#[path = "app/arrange.rs"]
mod arrange;
#[path = "app/by_keys.rs"]
mod by_keys;
#[path = "app/choosing.rs"]
mod choosing;
#[path = "app/coding.rs"]
mod coding;
#[path = "app/comparing.rs"]
mod comparing;
#[path = "app/costs.rs"]
mod costs;
#[path = "app/elsewhere.rs"]
mod elsewhere;
#[path = "app/environment.rs"]
mod environment;
#[path = "app/falling_back.rs"]
mod falling_back;
#[path = "app/find.rs"]
mod find;
#[cfg(target_os = "linux")]
#[path = "app/full_disk.rs"]
mod full_disk;
#[path = "app/hands.rs"]
mod hands;
#[path = "app/hindrances.rs"]
mod hindrances;
#[path = "app/importing.rs"]
mod importing;
#[path = "app/inspecting.rs"]
mod inspecting;
#[path = "app/journal.rs"]
mod journal;
#[path = "app/keys.rs"]
mod keys;
#[path = "app/killed.rs"]
mod killed;
#[path = "crash/killing.rs"]
mod killing;
#[path = "app/minimap.rs"]
mod minimap;
#[path = "app/neighbours.rs"]
mod neighbours;
#[path = "app/outline.rs"]
mod outline;
#[path = "app/outside.rs"]
mod outside;
#[path = "app/own_kinds.rs"]
mod own_kinds;
#[path = "app/packages.rs"]
mod packages;
#[path = "app/pictures.rs"]
mod pictures;
#[path = "app/project_work.rs"]
mod project_work;
#[path = "app/reloading.rs"]
mod reloading;
#[path = "app/repeating.rs"]
mod repeating;
#[path = "app/running.rs"]
mod running;
#[path = "app/secrets.rs"]
mod secrets;
#[expect(dead_code, reason = "the tests of the command line use the rest of it")]
#[path = "cli/server.rs"]
mod server;
#[cfg(target_os = "linux")]
#[path = "shared/small_disk.rs"]
mod small_disk;
#[path = "app/snapshots.rs"]
mod snapshots;
#[cfg(unix)]
#[expect(dead_code, reason = "the tests of the engine use the rest of it")]
#[path = "update/stage.rs"]
mod stage;
#[path = "app/structure.rs"]
mod structure;
#[path = "app/tabs.rs"]
mod tabs;
#[path = "app/touchpad.rs"]
mod touchpad;
#[path = "app/trust.rs"]
mod trust;
#[path = "app/unsound.rs"]
mod unsound;
#[cfg(unix)]
#[path = "app/updates.rs"]
mod updates;
#[path = "app/versions.rs"]
mod versions;
#[path = "app/walking.rs"]
mod walking;
#[path = "app/ways.rs"]
mod ways;
#[path = "cli/wheel.rs"]
mod wheel;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder};
use loom::app::{App, Chooser, Neighbours, Options};
use loom::engine::NodeStatus;
use loom::graph::{NodeId, Value};
use loom::paths::{Paths, Variables};
use loom::project::state::State;
use loom::secrets::Keychain;
use loom::settings::Settings;
use loom::ui::canvas::layout::{input_pos, output_pos};
use loom::ui::dialogs::Dialog;
use loom::update::{Here, Off, Updater};

/// A runtime that lives as long as the tests.
fn runtime() -> tokio::runtime::Handle {
    static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
        std::sync::LazyLock::new(|| loom::app::background_runtime().unwrap());
    RUNTIME.handle().clone()
}

/// A copy of an example in a folder that stays between runs of the tests, so that its environment is built once.
fn example(name: &str, copy: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(copy);
    std::fs::create_dir_all(to.join("nodes")).unwrap();
    std::fs::remove_dir_all(to.join(".loom")).ok();
    for file in ["savefile.json", "requirements.txt"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    for entry in std::fs::read_dir(from.join("nodes")).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join("nodes").join(entry.file_name())).unwrap();
        }
    }
    to
}

/// An empty project.
fn empty(userdata: &Path) -> PathBuf {
    loom::project::create("Empty", userdata).unwrap()
}

/// What a window is opened with that belongs to this userdata folder alone.
fn options(
    userdata: &Path,
    project: Option<PathBuf>,
    settings: Settings,
    neighbours: Neighbours,
    updater: Updater,
) -> Options {
    let mut paths = Paths::find(Some(userdata), &Variables::load()).unwrap();
    // Not the bank of whoever runs the tests.
    paths.own_bank = userdata.join("own nodes");
    Options {
        paths,
        settings,
        state: State::load(userdata),
        project,
        runtime: runtime(),
        keychain: Keychain::none(),
        // No test puts a dialog on the screen of whoever runs it.
        chooser: Chooser::Own,
        frame_log: None,
        neighbours,
        updater,
    }
}

struct Window {
    harness: Harness<'static, App>,
    userdata: Rc<tempfile::TempDir>,
}

impl Window {
    fn open(project: impl FnOnce(&Path) -> PathBuf) -> Self {
        let builder = Harness::builder().with_size(vec2(1400.0, 900.0));
        Self::with(builder, project)
    }

    fn open_with(settings: Settings, project: impl FnOnce(&Path) -> PathBuf) -> Self {
        let userdata = Rc::new(tempfile::tempdir().unwrap());
        let project = project(userdata.path());
        Self::start(userdata, Some(project), settings)
    }

    fn with(builder: HarnessBuilder<App>, project: impl FnOnce(&Path) -> PathBuf) -> Self {
        let userdata = Rc::new(tempfile::tempdir().unwrap());
        let project = project(userdata.path());
        Self::build(builder, userdata, Some(project), Settings::default())
    }

    /// What `loom` does, with this userdata folder.
    fn start(
        userdata: Rc<tempfile::TempDir>,
        project: Option<PathBuf>,
        settings: Settings,
    ) -> Self {
        let builder = Harness::builder().with_size(vec2(1400.0, 900.0));
        Self::build(builder, userdata, project, settings)
    }

    /// A copy of an example, or what a test made, is the user's own.
    fn own(userdata: &Path, project: &Path) {
        if project.join("savefile.json").is_file() {
            loom::project::trust::born(project, userdata).unwrap();
        }
        // All windows are of one computer, also those with a userdata folder of their own.
        let key = userdata.join("machine.key");
        if !key.exists() {
            std::fs::write(key, [7; 32]).unwrap();
        }
        // Environments are built, and uv is fetched, once for all tests.
        for name in ["environments", "tools"] {
            let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            std::fs::create_dir_all(&shared).unwrap();
            #[cfg(unix)]
            std::os::unix::fs::symlink(shared, userdata.join(name)).ok();
        }
    }

    fn build(
        builder: HarnessBuilder<App>,
        userdata: Rc<tempfile::TempDir>,
        project: Option<PathBuf>,
        settings: Settings,
    ) -> Self {
        if let Some(project) = &project {
            Self::own(userdata.path(), project);
        }
        Self::build_beside(builder, userdata, project, settings, Neighbours::default())
    }

    /// The same; what was not trusted is not.
    fn build_as_is(
        builder: HarnessBuilder<App>,
        userdata: Rc<tempfile::TempDir>,
        project: Option<PathBuf>,
        settings: Settings,
    ) -> Self {
        Self::build_beside(builder, userdata, project, settings, Neighbours::default())
    }

    fn build_beside(
        builder: HarnessBuilder<App>,
        userdata: Rc<tempfile::TempDir>,
        project: Option<PathBuf>,
        settings: Settings,
        neighbours: Neighbours,
    ) -> Self {
        let here = Here::find();
        let updater = Updater::new(Err(Off::NoRepository), here);
        Self::build_updating(builder, userdata, project, settings, neighbours, updater)
    }

    fn build_updating(
        builder: HarnessBuilder<App>,
        userdata: Rc<tempfile::TempDir>,
        project: Option<PathBuf>,
        settings: Settings,
        neighbours: Neighbours,
        updater: Updater,
    ) -> Self {
        let options = options(userdata.path(), project, settings, neighbours, updater);
        let harness = builder
            .with_max_steps(64)
            .build_eframe(|creation| App::new(&creation.egui_ctx, options));
        let mut window = Self { harness, userdata };
        window.steps();
        window
    }

    fn app(&self) -> &App {
        self.harness.state()
    }

    /// Enough frames for what was pressed to show.
    fn steps(&mut self) {
        self.harness.run_steps(4);
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps();
    }

    fn typed(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.steps();
    }

    fn press_button(&mut self, label: &str) {
        let button = self
            .harness
            .get_by_role_and_label(egui::accesskit::Role::Button, label);
        button.click();
        self.steps();
    }

    fn node(&self, title: &str) -> NodeId {
        let mut found = self
            .app()
            .project()
            .document
            .graph()
            .nodes()
            .filter(|node| *node.title() == *title);
        found
            .next()
            .unwrap_or_else(|| panic!("no node \"{title}\""))
            .id
    }

    fn on_screen(&self, pos_in_graph: Pos2) -> Pos2 {
        self.app()
            .panels()
            .canvas
            .camera
            .screen_from_graph(pos_in_graph)
    }

    fn output(&self, title: &str, at: usize) -> Pos2 {
        let node = self
            .app()
            .project()
            .document
            .graph()
            .node(self.node(title))
            .unwrap();
        self.on_screen(output_pos(node, at))
    }

    fn input(&self, title: &str, at: usize) -> Pos2 {
        let node = self
            .app()
            .project()
            .document
            .graph()
            .node(self.node(title))
            .unwrap();
        self.on_screen(input_pos(node, at))
    }

    fn button(&mut self, pos: Pos2, pressed: bool) {
        let button = PointerButton::Primary;
        self.harness.event(egui::Event::PointerButton {
            pos,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        });
        self.harness.step();
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.event(egui::Event::PointerMoved(from));
        self.harness.step();
        self.button(from, true);
        for i in 1..=5 {
            self.harness.event(egui::Event::PointerMoved(
                from + (to - from) * (i as f32 / 5.0),
            ));
            self.harness.step();
        }
        self.button(to, false);
        self.steps();
    }

    fn click(&mut self, at: Pos2) {
        self.harness.event(egui::Event::PointerMoved(at));
        self.harness.step();
        self.button(at, true);
        self.button(at, false);
        self.steps();
    }

    /// Frames until the condition holds. The limit is for what never comes, far above what is usual.
    #[track_caller]
    fn wait(&mut self, what: &str, mut is_there: impl FnMut(&App) -> bool) {
        let start = Instant::now();
        while !is_there(self.app()) {
            assert!(
                start.elapsed() < Duration::from_mins(5),
                "{what} did not come"
            );
            if let Some(Dialog::Failure { title, text }) = self.app().dialog() {
                panic!("{what}: {title}: {text}");
            }
            std::thread::sleep(Duration::from_millis(5));
            self.harness.step();
        }
    }

    /// Run everything with the real engine, to its end.
    fn run_all(&mut self) {
        self.key(Modifiers::NONE, Key::F5);
        self.wait("the run's end", |app| {
            !app.project().is_busy() && app.project().run.status().is_some()
        });
    }

    fn text_of(&self, title: &str) -> String {
        let run = self.app().project().run.node(self.node(title));
        run.outputs
            .iter()
            .flatten()
            .map(|value| value.text.to_string())
            .collect::<Vec<_>>()
            .join(",")
    }
}

#[test]
fn coins_opened_changed_undone_run_saved_and_opened_again() {
    let project = example("coins", "coins-window");
    let mut window = Window::open(|_| project.clone());
    let start = window.app().project().document.graph().node_count();
    assert!(start > 10);

    // Add a node by keyboard: focus on the canvas, Tab, its name, Enter.
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    let graph = window.app().project().document.graph();
    assert_eq!(graph.node_count(), start + 1);
    let selection: Vec<_> = window
        .app()
        .project()
        .document
        .selection()
        .iter()
        .copied()
        .collect();
    let added = graph.node(selection[0]).unwrap();
    assert_eq!(added.kind.function, "add", "the best match of \"add\"");
    let title = added.title().to_string();

    // Connect it by dragging from the count's output to its first input.
    window.key(Modifiers::NONE, Key::Home);
    let (from, to) = (
        window.output("Number of regions", 0),
        window.input(&title, 0),
    );
    window.drag(from, to);
    let node = window.node(&title);
    let graph = window.app().project().document.graph();
    assert_eq!(graph.incoming(node).len(), 1, "the dragged link is there");

    // Edit a value in the inspector, undo and redo everything.
    window.click(window.on_screen(graph.node(node).unwrap().pos + vec2(60.0, 12.0)));
    let second = window
        .app()
        .project()
        .document
        .graph()
        .node(node)
        .unwrap()
        .kind
        .inputs[1]
        .name
        .clone();
    let field = format!("{second}");
    window.edit_value(&field, "5");
    let value = |window: &Window| {
        window
            .app()
            .project()
            .document
            .graph()
            .node(node)
            .unwrap()
            .values
            .get(&*second)
            .cloned()
    };
    let edited = value(&window);
    assert!(
        matches!(edited, Some(Value::Int(5) | Value::Float(5.0))),
        "{edited:?}"
    );
    let after = loom::document::file::to_text(&window.app().project().document, None);
    let before = std::fs::read_to_string(project.join("savefile.json")).unwrap();
    window.click(window.on_screen(Pos2::new(100.0, -300.0)));
    for _ in 0..8 {
        window.key(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(
        loom::document::file::to_text(&window.app().project().document, None),
        before
    );
    for _ in 0..8 {
        window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    assert_eq!(
        loom::document::file::to_text(&window.app().project().document, None),
        after
    );

    // Run it with the real engine in the project's own environment.
    window.run_all();
    assert_eq!(window.text_of("Count of regions"), "22");
    let sum = window.node(&title);
    let status = window.app().project().run.node(sum).status.clone();
    assert!(matches!(status, NodeStatus::Done { .. }), "{status:?}");
    let total: f64 = window.text_of(&title).parse().unwrap();
    assert_eq!(total, 27.0);

    // Save and open again: the same file, the same graph.
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let saved = std::fs::read_to_string(project.join("savefile.json")).unwrap();
    let again = Window::open(|_| project.clone());
    assert_eq!(
        again.app().project().document.graph(),
        window.app().project().document.graph()
    );
    assert_eq!(
        loom::document::file::to_text(&again.app().project().document, None),
        saved
    );
}

impl Window {
    /// Type into an input's field in the inspector, as a person does: click it, type, Enter.
    fn edit_value(&mut self, label: &str, text: &str) {
        let fields: Vec<_> = self
            .harness
            .query_all_by_label(label)
            .map(|node| node.rect())
            .collect();
        let rightmost = fields
            .into_iter()
            .max_by(|a, b| a.center().x.total_cmp(&b.center().x));
        let at = rightmost
            .unwrap_or_else(|| panic!("no field \"{label}\""))
            .center();
        self.click(at);
        self.key(Modifiers::COMMAND, Key::A);
        self.typed(text);
        self.key(Modifiers::NONE, Key::Enter);
    }
}

#[test]
fn an_unsaved_change_is_asked_for_before_the_window_closes() {
    let mut window = Window::open(empty);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("add");
    window.key(Modifiers::NONE, Key::Enter);
    assert!(window.app().project().document.is_dirty());
    window.key(Modifiers::COMMAND, Key::Q);
    assert!(matches!(
        window.app().dialog(),
        Some(Dialog::Unsaved { .. })
    ));
    window.harness.get_by_label("Cancel").click();
    window.steps();
    assert!(window.app().dialog().is_none());
    assert!(window.app().project().document.is_dirty());
}

#[test]
fn copy_and_paste_go_by_readable_text() {
    let mut window = Window::open(|_| example("coins", "coins-clipboard"));
    let count = window.app().project().document.graph().node_count();
    window.key(Modifiers::COMMAND, Key::A);
    assert_eq!(window.app().project().document.selection().len(), count);
    window.harness.event(egui::Event::Copy);
    window.harness.step();
    let commands = window.harness.output().platform_output.commands.clone();
    let text = commands.into_iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text),
        _ => None,
    });
    let text = text.expect("copying puts text on the clipboard");
    assert!(text.contains("\"nodeId\": \"node_1\""));
    window.harness.event(egui::Event::Paste(text));
    window.steps();
    let graph = window.app().project().document.graph();
    assert_eq!(graph.node_count(), 2 * count);
    window.key(Modifiers::NONE, Key::Delete);
    assert_eq!(window.app().project().document.graph().node_count(), count);
}
