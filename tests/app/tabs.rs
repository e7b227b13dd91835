//! Several projects in one window, by keys and clicks, with the real engine.

use eframe::App as _;
use loom::engine::RunStatus;
use std::borrow::Cow;

use super::*;

/// A project of this name in userdata, with the given nodes of its own: each in the graph once.
fn project(userdata: &Path, name: &str, functions: &[(&str, &str)]) -> PathBuf {
    let folder = loom::project::create(name, userdata).unwrap();
    let savefile = folder.join("savefile.json");
    let mut nodes = Vec::new();
    for (i, (function, source)) in functions.iter().enumerate() {
        std::fs::write(folder.join("nodes").join(format!("{function}.py")), source).unwrap();
        nodes.push(format!(
            r#"{{"nodeId": "node_{}", "name": "{function}", "position": {{"x": {}, "y": 0}}, "input": [],
                "output": ["result"], "ref": "project", "entryFunction": "{function}"}}"#,
            i + 1,
            i * 300
        ));
    }
    let text = std::fs::read_to_string(&savefile).unwrap();
    let filled = text.replace(
        "\"nodes\": []",
        &format!("\"nodes\": [{}]", nodes.join(",")),
    );
    assert!(functions.is_empty() || filled != text, "{text}");
    std::fs::write(&savefile, filled).unwrap();
    loom::project::trust::born(&folder, userdata).unwrap();
    folder
}

/// A node that runs until a file is there.
fn waiting_for(file: &Path) -> String {
    let file = file.to_str().unwrap();
    format!(
        "import pathlib, time\n\n\ndef wait() -> int:\n    while not pathlib.Path({file:?}).exists():\n        \
         time.sleep(0.01)\n    return 7\n"
    )
}

fn userdata() -> Rc<tempfile::TempDir> {
    Rc::new(tempfile::tempdir().unwrap())
}

impl Window {
    fn names(&self) -> Vec<String> {
        let names = self.app().projects().map(|project| project.name());
        names.map(Cow::into_owned).collect()
    }

    fn shown(&self) -> Cow<'_, str> {
        self.app().project().name()
    }

    pub fn nodes(&self) -> usize {
        self.app().project().document.graph().node_count()
    }

    fn project_named(&self, name: &str) -> &loom::app::Project {
        let mut projects = self.app().projects();
        projects.find(|project| project.name() == name).unwrap()
    }

    /// Ctrl+O, the path, Enter.
    fn open_by_path(&mut self, path: &Path) {
        self.key(Modifiers::COMMAND, Key::O);
        self.typed(path.to_str().unwrap());
        self.key(Modifiers::NONE, Key::Enter);
    }

    fn add_a_node(&mut self) {
        self.key(Modifiers::NONE, Key::Tab);
        self.typed("add");
        self.key(Modifiers::NONE, Key::Enter);
    }

    fn is_closing(&self) -> bool {
        let output = self.harness.output().viewport_output.values();
        output
            .flat_map(|viewport| &viewport.commands)
            .any(|command| *command == egui::ViewportCommand::Close)
    }
}

#[test]
fn each_tab_has_its_own_graph_history_and_selection() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let second = project(userdata.path(), "Second", &[]);
    let mut window = Window::start(userdata, Some(first.clone()), Settings::default());
    window.open_by_path(&second);
    assert_eq!(window.names(), ["First", "Second"]);
    assert_eq!(window.shown(), "Second");
    window.add_a_node();
    window.add_a_node();
    assert_eq!(window.nodes(), 2);
    window.key(Modifiers::COMMAND, Key::A);

    window.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!((&*window.shown(), window.nodes()), ("First", 0));
    window.add_a_node();
    window.key(Modifiers::COMMAND, Key::Z);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.nodes(), 0);
    assert!(!window.app().project().document.is_dirty());

    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab);
    assert_eq!((&*window.shown(), window.nodes()), ("Second", 2));
    assert_eq!(window.app().project().document.selection().len(), 2);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.nodes(), 1);
    window.key(Modifiers::COMMAND, Key::PageUp);
    assert_eq!((&*window.shown(), window.nodes()), ("First", 0));

    // One that is open already is shown, not opened twice.
    window.open_by_path(&second.join("savefile.json"));
    assert_eq!(window.shown(), "Second");
    assert_eq!(window.names(), ["First", "Second"]);
    // By the mouse.
    window.harness.get_by_label("First").click();
    window.steps();
    assert_eq!(window.shown(), "First");
    window.harness.get_by_label("Close First").click();
    window.steps();
    assert_eq!(window.names(), ["Second"]);
}

#[test]
fn a_run_goes_on_while_another_project_is_shown() {
    let userdata = userdata();
    let flag = userdata.path().join("go on");
    let first = project(userdata.path(), "First", &[("wait", &waiting_for(&flag))]);
    let second = project(userdata.path(), "Second", &[]);
    let mut window = Window::start(userdata, Some(first), Settings::default());
    window.key(Modifiers::NONE, Key::F5);
    window.wait("the run", |app| app.project().run.is_running());
    window.open_by_path(&second);
    window.add_a_node();
    assert!(window.project_named("First").run.is_running());
    window.harness.get_by_label("First, running");
    std::fs::write(&flag, "").unwrap();
    window.wait("the end of the run in the background", |app| {
        app.projects().all(|project| !project.is_busy())
    });
    assert_eq!(window.shown(), "Second");
    assert_eq!(window.app().project().run.status(), None);
    let first = window.project_named("First");
    assert_eq!(first.run.status(), Some(RunStatus::Ok));
    window.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.text_of("Wait"), "7");
}

#[test]
fn runs_beyond_the_limit_wait_for_their_turn() {
    let userdata = userdata();
    let flag = userdata.path().join("go on");
    let one = "def one() -> int:\n    return 1\n";
    let first = project(userdata.path(), "First", &[("wait", &waiting_for(&flag))]);
    let second = project(userdata.path(), "Second", &[("one", one)]);
    let third = project(userdata.path(), "Third", &[("one", one)]);
    let mut settings = Settings::default();
    settings.engine.max_parallel_projects = 1;
    let mut window = Window::start(userdata, Some(first), settings);
    window.key(Modifiers::NONE, Key::F5);
    window.wait("the run", |app| app.project().run.is_running());
    for path in [&second, &third] {
        window.open_by_path(path);
        window.key(Modifiers::NONE, Key::F5);
        window.wait("its turn", |app| app.project().is_waiting());
        window.steps();
        window
            .harness
            .get_by_label("Waiting for another project's run");
    }
    // One that waits can be stopped and is then out of the row.
    window.key(Modifiers::SHIFT, Key::F5);
    assert!(!window.app().project().is_busy());
    std::fs::write(&flag, "").unwrap();
    window.wait("the second run", |app| {
        app.projects().all(|project| !project.is_busy())
    });
    let status = |name| window.project_named(name).run.status();
    assert_eq!(status("First"), Some(RunStatus::Ok));
    assert_eq!(status("Second"), Some(RunStatus::Ok));
    assert_eq!(status("Third"), None);
}

#[test]
fn closing_asks_for_what_is_not_saved() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let second = project(userdata.path(), "Second", &[]);
    let before = std::fs::read(second.join("savefile.json")).unwrap();
    let mut window = Window::start(userdata, Some(first.clone()), Settings::default());
    window.open_by_path(&second);
    window.add_a_node();
    window.key(Modifiers::COMMAND, Key::W);
    let names = match window.app().dialog() {
        Some(Dialog::Unsaved { names, .. }) => names.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(names, ["Second"]);
    window.harness.get_by_label("Cancel").click();
    window.steps();
    assert_eq!(window.names(), ["First", "Second"]);
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Don't save").click();
    window.steps();
    assert_eq!(window.names(), ["First"]);
    assert_eq!(std::fs::read(second.join("savefile.json")).unwrap(), before);
    // Its lock is free: another window may have it.
    loom::project::Lock::take(&second).unwrap();

    window.add_a_node();
    window.key(Modifiers::COMMAND, Key::W);
    window.harness.get_by_label("Save").click();
    window.wait("the page after the last project", |app| {
        app.project().is_welcome()
    });
    let saved = std::fs::read_to_string(first.join("savefile.json")).unwrap();
    assert!(saved.contains("\"add\""), "{saved}");
    assert_eq!(window.names(), ["Welcome"]);
}

/// A file as the system's file manager drops it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Window {
    /// Let files go over the window, as the system's file manager does.
    pub(super) fn let_go(&mut self, paths: &[PathBuf]) {
        for path in paths {
            let file = std::sync::Arc::new(Dropped(path.clone()));
            self.harness.input_mut().dropped_files.push(file);
        }
        self.harness.step();
        self.harness.input_mut().dropped_files.clear();
        self.steps();
    }
}

#[test]
fn a_project_that_is_dropped_opens_in_a_tab() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let second = project(userdata.path(), "Second", &[]);
    let mut window = Window::start(userdata, Some(first), Settings::default());
    window.let_go(&[second]);
    assert_eq!(window.shown(), "Second");
    assert_eq!(window.app().projects().count(), 2);
    assert!(window.app().dialog().is_none());
}

#[test]
fn files_that_are_dropped_become_nodes_that_load_them_in_one_step() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let (inside, outside) = (first.join("words.txt"), userdata.path().join("photo.png"));
    let (table, odd) = (first.join("wine.csv"), first.join("data.xyz"));
    let odd_text = first.join("LICENCE");
    for file in [&inside, &table, &odd_text] {
        std::fs::write(file, "wörds").unwrap();
    }
    std::fs::write(&odd, [7, 0, 159]).unwrap();
    image::save_buffer(&outside, &[0; 12], 2, 2, image::ColorType::Rgb8).unwrap();
    let mut window = Window::start(userdata, Some(first.clone()), Settings::default());
    let hovered = egui::HoveredFile {
        path: Some(outside.clone()),
        ..egui::HoveredFile::default()
    };
    window.harness.input_mut().hovered_files.push(hovered);
    window.steps();
    assert!(window.says("Drop to load photo.png with \"Load image\""));
    assert!(window.says("If it carries a graph, that opens instead"));
    let hovered = [&outside, &table].map(|path| egui::HoveredFile {
        path: Some(path.clone()),
        ..egui::HoveredFile::default()
    });
    window.harness.input_mut().hovered_files = hovered.to_vec();
    window.steps();
    for line in [
        "Drop to load 2 files",
        "photo.png: Load image",
        "wine.csv: Load CSV",
    ] {
        assert!(window.says(line), "{line}");
    }
    window.harness.input_mut().hovered_files.clear();

    let folder = first.join("nodes");
    std::fs::create_dir_all(&folder).unwrap();
    window.let_go(&[inside, outside.clone(), table, odd, odd_text, folder]);
    window.wait("the nodes", |app| app.project().document.is_dirty());
    let document = &window.app().project().document;
    let nodes: Vec<_> = document
        .nodes()
        .map(|node| {
            let value = node.values.iter().next().map(|(_, value)| value.as_str());
            let value = value.flatten().unwrap_or_default();
            (node.kind.title.to_string(), value.to_owned())
        })
        .collect();
    let photo = outside.to_string_lossy().replace('\\', "/");
    let expected = [
        ("Read text", "words.txt"),
        ("Load image", &photo),
        ("Load CSV", "wine.csv"),
        ("File", "data.xyz"),
        ("Read text", "LICENCE"),
        ("Folder", "nodes"),
    ];
    let expected = expected.map(|(title, value)| (title.to_owned(), value.to_owned()));
    assert_eq!(nodes, expected);
    assert_eq!(document.history().done(), 1);
    assert_eq!(document.selection().len(), 6);
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.nodes(), 0);
}

#[test]
fn a_graph_that_is_dropped_opens_though_another_project_was_shown_meanwhile() {
    let userdata = userdata();
    let names = ["A", "B"];
    let folders = names.map(|name| project(userdata.path(), name, &[]));
    let picture = userdata.path().join("graph.png");
    let words = userdata.path().join("words.txt");
    std::fs::write(&words, "words").unwrap();
    let mut window = Window::start(userdata, Some(folders[0].clone()), Settings::default());
    window.add_a_node();
    window.harness.state_mut().save_picture(picture.clone());
    window.wait("the picture", |_| picture.is_file());
    window.open_by_path(&folders[1]);
    for path in [&picture, &words] {
        let file = std::sync::Arc::new(Dropped(path.clone()));
        window.harness.input_mut().dropped_files.push(file);
    }
    // The other project is shown by the very frame of the drop, before it is known what was dropped.
    window.harness.input_mut().events.push(egui::Event::Key {
        key: Key::Tab,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    });
    window.harness.step();
    assert_eq!(window.shown(), "A");
    window.harness.input_mut().dropped_files.clear();
    window.wait("the graph", |app| app.projects().count() == 3);
    window.steps();
    assert_eq!(window.names(), ["A", "B", "graph"]);
    assert_eq!(window.shown(), "graph");
    let of = |name: &str| {
        let mut projects = window.app().projects();
        let found = projects.find(|project| project.name() == name).unwrap();
        found.document.nodes().count()
    };
    assert_eq!(["A", "B", "graph"].map(of), [1, 1, 1]);
}

#[test]
fn quitting_asks_once_for_all_projects() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let second = project(userdata.path(), "Second", &[]);
    let third = project(userdata.path(), "Third", &[]);
    let mut window = Window::start(userdata, Some(first.clone()), Settings::default());
    window.add_a_node();
    window.open_by_path(&second);
    window.add_a_node();
    window.open_by_path(&third);
    window.key(Modifiers::COMMAND, Key::Q);
    let names = match window.app().dialog() {
        Some(Dialog::Unsaved { names, .. }) => names.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(names, ["First", "Second"]);
    assert!(!window.is_closing());
    window.harness.get_by_label("Save all").click();
    let start = Instant::now();
    window.harness.step();
    // The window is asked to close in one frame: each is looked at.
    while !window.is_closing() {
        assert!(start.elapsed() < Duration::from_mins(1), "the window stays");
        window.harness.step();
    }
    let mut projects = window.app().projects();
    assert!(projects.all(|project| !project.document.is_dirty()));
    for project in [first, second] {
        let saved = std::fs::read_to_string(project.join("savefile.json")).unwrap();
        assert!(saved.contains("\"add\""), "{saved}");
    }
}

#[test]
fn a_save_that_fails_keeps_the_window_open() {
    let userdata = userdata();
    let first = project(userdata.path(), "First", &[]);
    let mut window = Window::start(userdata, Some(first.clone()), Settings::default());
    window.add_a_node();
    window.key(Modifiers::COMMAND, Key::Q);
    let savefile = first.join("savefile.json");
    let mut permissions = std::fs::metadata(&savefile).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&savefile, permissions).unwrap();
    window.harness.get_by_label("Save").click();
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(5));
        window.harness.step();
        assert!(!window.is_closing());
        if window
            .harness
            .query_by_label_contains("Cannot save")
            .is_some()
        {
            break;
        }
    }
    window.harness.get_by_label_contains("Cannot save");
    assert!(window.app().project().document.is_dirty());
}

#[test]
fn the_next_window_has_the_same_tabs() {
    let userdata = userdata();
    let folders = ["A", "B", "C"].map(|name| project(userdata.path(), name, &[]));
    let mut window = Window::start(
        userdata.clone(),
        Some(folders[0].clone()),
        Settings::default(),
    );
    window.open_by_path(&folders[1]);
    window.open_by_path(&folders[2]);
    window.key(Modifiers::COMMAND, Key::PageUp);
    assert_eq!(window.shown(), "B");
    window.harness.state_mut().on_exit(None);
    drop(window);

    std::fs::remove_dir_all(&folders[0]).unwrap();
    let mut window = Window::start(userdata, None, Settings::default());
    assert_eq!(window.names(), ["B", "C"]);
    assert_eq!(window.shown(), "B");
    // The other one is loaded when it is looked at.
    loom::project::Lock::take(&folders[2]).unwrap();
    window.key(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.shown(), "C");
    loom::project::Lock::take(&folders[2]).unwrap_err();
    window.add_a_node();
    assert_eq!(window.nodes(), 1);
}

#[test]
fn what_is_lost_in_a_tab_from_before_is_said_and_its_tab_closed() {
    let userdata = userdata();
    let folders = ["A", "B"].map(|name| project(userdata.path(), name, &[]));
    let mut window = Window::start(
        userdata.clone(),
        Some(folders[0].clone()),
        Settings::default(),
    );
    window.open_by_path(&folders[1]);
    drop(window);
    let mut window = Window::start(userdata, None, Settings::default());
    assert_eq!(window.shown(), "B");
    std::fs::write(folders[0].join("savefile.json"), "{ torn").unwrap();
    window.key(Modifiers::COMMAND, Key::Tab);
    assert!(
        matches!(window.app().dialog(), Some(Dialog::Failure { .. })),
        "{:?}",
        window.app().dialog()
    );
    assert_eq!(window.names(), ["B"]);
}
