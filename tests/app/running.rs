//! What runs and when, with the real engine: the run commands, live mode while a slider is dragged, breakpoints and
//! steps. Nodes note that they were called in a file, so that it is seen which were.

use loom::engine::{EngineEvent, EngineStatus, RunStatus};

use super::*;

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;

/// A project whose nodes stand in a row and note in its folder that they were called. `nodes`: a function, its
/// signature, its body, and the node that its input `x` is linked to.
fn project(userdata: &Path, nodes: &[(&str, &str, &str, Option<usize>)]) -> PathBuf {
    let folder = loom::project::create("Row", userdata).unwrap();
    let calls = folder.join("calls.txt");
    let (mut entries, mut links) = (Vec::new(), Vec::new());
    for (i, (function, signature, body, source)) in nodes.iter().enumerate() {
        let decorator = if body.contains("random") {
            "@loom.node(cache=False)\n"
        } else {
            ""
        };
        let text = format!(
            "import random\nimport time\nfrom typing import Annotated\n\nimport loom\n\n\n{decorator}def \
             {function}({signature}):\n    with open({:?}, \"a\") as file:\n        file.write(\"{function} \")\n    {body}\n",
            calls.to_str().unwrap()
        );
        std::fs::write(folder.join("nodes").join(format!("{function}.py")), text).unwrap();
        entries.push(format!(
            r#"{{"nodeId": "node_{}", "name": "{function}", "position": {{"x": {}, "y": 0}}, "input": [],
                "output": ["result"], "ref": "project", "entryFunction": "{function}"}}"#,
            i + 1,
            i * 300
        ));
        if let Some(source) = source {
            links.push(format!(
                r#"{{"sourceNodeId": "node_{}", "sourcePort": "result", "targetNodeId": "node_{}", "targetPort": "x"}}"#,
                source + 1,
                i + 1
            ));
        }
    }
    let savefile = folder.join("savefile.json");
    let text = std::fs::read_to_string(&savefile).unwrap();
    let filled = text
        .replace(
            "\"nodes\": []",
            &format!("\"nodes\": [{}]", entries.join(",")),
        )
        .replace(
            "\"connections\": []",
            &format!("\"connections\": [{}]", links.join(",")),
        );
    std::fs::write(&savefile, filled).unwrap();
    folder
}

const NUMBER: &str = "value: Annotated[int, loom.Slider(0, 100)] = 3";

/// `number -> double -> square`.
fn row(userdata: &Path) -> PathBuf {
    project(
        userdata,
        &[
            ("number", NUMBER, "return value", None),
            (
                "double",
                "x: int, more: int = 0",
                "return 2 * x + more",
                Some(0),
            ),
            ("square", "x: int", "return x * x", Some(1)),
        ],
    )
}

impl Window {
    fn start_with(make: impl FnOnce(&Path) -> PathBuf) -> Self {
        let userdata = Rc::new(tempfile::tempdir().unwrap());
        let project = make(userdata.path());
        let mut window = Self::start(userdata, Some(project), Settings::default());
        window.key(NONE, Key::Home);
        window
    }

    /// The functions that were called since this was asked last, in order.
    fn calls(&self) -> String {
        let folder = self.app().project().folder.clone().unwrap();
        let file = folder.join("calls.txt");
        let calls = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, "").unwrap();
        calls.trim().to_owned()
    }

    fn wait_for_end(&mut self) {
        self.wait("the run's end", |app| {
            !app.project().is_busy() && app.project().run.status().is_some()
        });
    }

    /// Until a node has this value and nothing runs.
    #[track_caller]
    fn wait_for(&mut self, title: &str, value: &str) {
        let node = self.node(title);
        self.wait(&format!("{value} of {title}"), |app| {
            let node = app.project().run.node(node);
            let mut values = node.outputs.iter().flatten();
            let has_value = values.any(|it| *it.text == *value);
            has_value && !node.is_stale && !app.project().is_busy()
        });
    }

    /// Until a node has this value, whatever runs.
    #[track_caller]
    fn wait_for_value(&mut self, title: &str, value: &str) {
        let node = self.node(title);
        self.wait(&format!("{value} of {title}"), |app| {
            let outputs = &app.project().run.node(node).outputs;
            outputs.iter().flatten().any(|it| *it.text == *value)
        });
    }

    /// A right click, and a click on a line of the menu that opens.
    fn choose(&mut self, at: Pos2, line: &str) {
        self.harness.event(egui::Event::PointerMoved(at));
        for pressed in [true, false] {
            self.harness.event(egui::Event::PointerButton {
                pos: at,
                button: PointerButton::Secondary,
                pressed,
                modifiers: NONE,
            });
            self.harness.step();
        }
        self.steps();
        // Others may be called so too, nodes of the library for one.
        let found = self.harness.query_all_by_label_contains(line);
        let rects: Vec<_> = found.map(|node| node.rect()).collect();
        let near = |rect: &&egui::Rect| rect.distance_to_pos(at) < 300.0;
        let line = rects.iter().rfind(near).unwrap().center();
        self.click(line);
    }

    fn commands(&mut self, name: &str) {
        self.key(CTRL | SHIFT, Key::P);
        self.typed(name);
        self.key(NONE, Key::Enter);
    }
}

#[test]
fn each_run_command_runs_what_it_says() {
    let mut window = Window::start_with(row);
    window.run_all();
    assert_eq!(window.calls(), "number double square");
    assert_eq!(window.text_of("Square"), "36");
    window.key(NONE, Key::F5);
    window.wait_for_end();
    assert_eq!(window.calls(), "", "all results hold");
    window.pick("Double");
    for (modifiers, key, calls) in [
        (SHIFT, Key::Enter, "double"),
        (CTRL, Key::F9, "double square"),
        (NONE, Key::F9, ""),
        (SHIFT, Key::F9, ""),
    ] {
        window.key(modifiers, key);
        window.wait_for_end();
        assert_eq!(window.calls(), calls, "{modifiers:?} {key:?}");
    }
    window.edit_value("more", "1");
    window.key(Modifiers::ALT, Key::Num2);
    window.key(SHIFT, Key::F9);
    window.wait_for_end();
    assert_eq!(window.calls(), "double");
    assert!(
        window
            .app()
            .project()
            .run
            .node(window.node("Square"))
            .is_stale
    );
    // By a node's menu and the palette too.
    let square = window.on_screen(window.pos_of("Square") + vec2(60.0, 12.0));
    window.choose(square, "Run again Shift");
    window.wait_for_end();
    assert_eq!(window.calls(), "square");
    window.pick("Double");
    window.commands("run again from here");
    window.wait_for_end();
    assert_eq!(window.calls(), "double square");
    assert_eq!(window.text_of("Square"), "49");
}

#[test]
fn run_selection_takes_what_lies_before_as_it_is() {
    let mut window = Window::start_with(row);
    window.run_all();
    window.calls();
    window.pick("Number");
    window.edit_value("value", "10");
    window.key(Modifiers::ALT, Key::Num2);
    window.pick("Double");
    window.edit_value("more", "1");
    window.key(Modifiers::ALT, Key::Num2);
    window.key(SHIFT, Key::F9);
    window.wait_for_end();
    assert_eq!(
        (window.calls().as_str(), window.text_of("Double").as_str()),
        ("double", "7")
    );
    let is_stale = |title| window.app().project().run.node(window.node(title)).is_stale;
    assert!(
        is_stale("Number") && is_stale("Double"),
        "they are out of date all the same"
    );
    window.run_all();
    assert_eq!(
        (window.calls().as_str(), window.text_of("Double").as_str()),
        ("number double square", "21")
    );
}

#[test]
fn in_live_mode_an_edit_runs_what_depends_on_it() {
    let mut window = Window::start_with(row);
    window.key(NONE, Key::F7);
    window.wait_for("Square", "36");
    assert_eq!(window.calls(), "number double square");
    window.pick("Double");
    window.edit_value("more", "1");
    window.wait_for("Square", "49");
    assert_eq!(window.calls(), "double square");
    window.key(Modifiers::ALT, Key::Num2);
    window.key(CTRL, Key::Z);
    window.wait_for("Square", "36");
    assert_eq!(window.calls(), "", "what it was before is known");
    // Moving a node changes no result.
    window.key(CTRL, Key::ArrowDown);
    std::thread::sleep(Duration::from_millis(300));
    window.steps();
    assert!(!window.app().project().is_busy());
    window.key(NONE, Key::F7);
    window.key(CTRL, Key::Y);
    window.key(CTRL, Key::Y);
    std::thread::sleep(Duration::from_millis(300));
    window.steps();
    assert_eq!(window.calls(), "", "it is off");
}

#[test]
fn in_live_mode_the_value_under_the_pointer_runs_before_it_is_let_go() {
    let mut window = Window::start_with(row);
    window.key(NONE, Key::F7);
    window.wait_for("Square", "36");
    let before = window.text();
    window.pick("Number");
    let slider = window.harness.get_by_label("value slider").rect();
    window
        .harness
        .event(egui::Event::PointerMoved(slider.center()));
    window.harness.step();
    window.button(slider.center(), true);
    window.wait_for("Number", "50");
    window.wait_for("Square", "10000");
    assert_eq!(window.text(), before, "the document waits for the release");
    // Escape takes the value back, and what follows from it.
    window.key(NONE, Key::Escape);
    window.button(slider.center(), false);
    window.wait_for("Square", "36");
    window.calls();
    // Let go as it ran: nothing more runs.
    let slider = window.harness.get_by_label("value slider").rect();
    window.button(slider.center(), true);
    window.wait_for("Square", "10000");
    window.calls();
    window.button(slider.center(), false);
    window.steps();
    assert_ne!(window.text(), before);
    std::thread::sleep(Duration::from_millis(300));
    window.steps();
    assert_eq!(window.calls(), "");
    assert!(!window.app().project().is_busy());
}

#[test]
fn in_live_mode_an_older_run_makes_room_and_what_it_made_stays() {
    // Without a stop it would never end.
    let slow =
        "while x < 10:\n        time.sleep(0.01)\n        loom.check_cancelled()\n    return x + 1";
    let mut window = Window::start_with(|userdata| {
        let nodes = [
            ("number", NUMBER, "return value", None),
            ("double", "x: int", "return 2 * x", Some(0)),
            ("slow", "x: int", slow, Some(1)),
        ];
        project(userdata, &nodes)
    });
    window.key(NONE, Key::F7);
    let calls = window
        .app()
        .project()
        .folder
        .clone()
        .unwrap()
        .join("calls.txt");
    // Of the slow node; the one at hand is at work when it has noted itself.
    let is_called = move |times: usize| {
        let calls = calls.clone();
        move |app: &App| {
            let text = std::fs::read_to_string(&calls).unwrap_or_default();
            text.matches("slow").count() == times && app.project().run.is_running()
        }
    };
    window.wait("the slow node", is_called(1));
    window.wait_for_value("Double", "6");
    let engine = |window: &Window| match window.app().project().run.engine() {
        EngineStatus::Ready { pid, .. } => *pid,
        other => panic!("{other:?}"),
    };
    let pid = engine(&window);
    window.pick("Number");
    window.edit_value("value", "20");
    window.wait_for("Slow", "41");
    assert_eq!(engine(&window), pid, "it was asked, not killed");
    let calls = "number double slow number double slow";
    assert_eq!(window.calls(), calls);
    // A run by hand is not in the way either: it takes the place of the live one.
    window.edit_value("value", "4");
    window.wait("the slow node", is_called(1));
    window.key(NONE, Key::F5);
    window.edit_value("value", "30");
    window.wait_for("Slow", "61");
    window.calls();
    // Stop stops, and nothing begins by itself after it.
    window.edit_value("value", "2");
    window.wait("the slow node", is_called(1));
    window.key(SHIFT, Key::F5);
    window.wait_for_end();
    std::thread::sleep(Duration::from_millis(300));
    window.steps();
    assert_eq!(
        window.app().project().run.status(),
        Some(RunStatus::Cancelled)
    );
    assert!(!window.app().project().is_busy());
}

#[test]
fn an_error_in_live_mode_is_told_on_the_node_alone() {
    let mut window = Window::start_with(|userdata| {
        let nodes = [
            ("number", NUMBER, "return value", None),
            ("inverse", "x: int", "return 60 // x", Some(0)),
        ];
        project(userdata, &nodes)
    });
    window.key(NONE, Key::F7);
    window.wait_for("Inverse", "20");
    window.pick("Number");
    window.edit_value("value", "0");
    let inverse = window.node("Inverse");
    window.wait("the error", |app| {
        matches!(
            app.project().run.node(inverse).status,
            NodeStatus::Failed(_)
        ) && !app.project().is_busy()
    });
    window.steps();
    assert!(!window.says("Inverse failed"));
    assert!(window.says("Live: 1 node failed"));
    window.edit_value("value", "2");
    window.wait_for("Inverse", "30");
}

#[test]
fn in_live_mode_what_gives_another_result_each_time_runs_only_for_its_own_changes() {
    let mut window = Window::start_with(|userdata| {
        let nodes = [
            (
                "dice",
                "sides: int = 6",
                "return random.randint(1, sides)",
                None,
            ),
            ("plus", "x: int, more: int = 0", "return x + more", Some(0)),
        ];
        project(userdata, &nodes)
    });
    window.key(NONE, Key::F7);
    window.wait("the first run", |app| {
        app.project().run.status() == Some(RunStatus::Ok)
    });
    let thrown: i64 = window.text_of("Dice").parse().unwrap();
    assert_eq!(window.calls(), "dice plus");
    window.pick("Plus");
    window.edit_value("more", "100");
    window.wait_for("Plus", &(thrown + 100).to_string());
    assert_eq!(window.calls(), "plus");
    window.pick("Dice");
    window.edit_value("sides", "1");
    window.wait_for("Plus", "101");
    assert_eq!(window.calls(), "dice plus");
}

#[test]
fn live_mode_and_breakpoints_are_there_when_the_project_is_opened_again() {
    let userdata = Rc::new(tempfile::tempdir().unwrap());
    let folder = row(userdata.path());
    let open = |userdata: &Rc<tempfile::TempDir>| {
        Window::start(
            Rc::clone(userdata),
            Some(folder.clone()),
            Settings::default(),
        )
    };
    let mut window = open(&userdata);
    let saved = window.text();
    window.key(NONE, Key::Home);
    window.pick("Square");
    window.key(NONE, Key::F12);
    window.key(NONE, Key::F7);
    window.wait_for("Square", "36");
    assert_eq!(window.text(), saved);
    assert!(!window.app().project().document.is_dirty());
    drop(window);
    let mut window = open(&userdata);
    let square = window.node("Square");
    assert!(window.app().panels().canvas.breakpoints.contains(&square));
    std::thread::sleep(Duration::from_millis(300));
    window.steps();
    assert!(!window.app().project().is_busy(), "opening runs nothing");
    window.key(NONE, Key::Home);
    window.pick("Double");
    window.edit_value("more", "1");
    window.wait_for("Square", "49");
    window.key(Modifiers::ALT, Key::Num2);
    window.commands("clear breakpoints");
    assert!(window.app().panels().canvas.breakpoints.is_empty());
}

#[test]
fn a_run_that_pauses_says_before_what_and_shows_it() {
    let mut window = Window::start_with(row);
    window.pick("Double");
    window.key(NONE, Key::F12);
    window.pick("Number");
    let paused = |node| EngineEvent::NodePaused { run: 1, node };
    let (double, square) = (window.node("Double"), window.node("Square"));
    window.harness.state_mut().replay(1, [paused(double)]);
    window.steps();
    assert!(window.says("Paused before Double"));
    window.harness.get_by_label_contains("Continue");
    window.harness.get_by_label("Step");
    assert_eq!(window.selected_titles(), ["Double"], "it is shown");
    // What is selected stays while it pauses; a step would run that one where it is held.
    window.pick("Square");
    window.harness.state_mut().on_events([paused(square)]);
    window.steps();
    assert_eq!(window.selected_titles(), ["Square"]);
    assert!(window.says("Paused before Square"));
    window.key(NONE, Key::F12);
    window.key(NONE, Key::F12);
    assert_eq!(
        window
            .app()
            .panels()
            .canvas
            .breakpoints
            .iter()
            .collect::<Vec<_>>(),
        [&double]
    );
}

#[test]
fn a_run_stops_before_breakpoints_steps_and_goes_on() {
    let mut window = Window::start_with(row);
    window.pick("Double");
    window.key(NONE, Key::F12);
    window.key(NONE, Key::F5);
    window.wait("the breakpoint", |app| app.project().paused().is_some());
    assert_eq!(window.calls(), "number");
    window.steps();
    assert!(window.says("Paused before Double"));
    window.key(NONE, Key::F10);
    let square = window.node("Square");
    window.wait("the next node", |app| {
        app.project().paused() == Some(square)
    });
    assert_eq!(window.calls(), "double");
    assert_eq!(window.selected_titles(), ["Square"]);
    window.key(NONE, Key::F5);
    window.wait_for_end();
    assert_eq!(window.calls(), "square");

    // A step from the start; Stop ends a run that pauses at once.
    window.pick("Number");
    window.edit_value("value", "5");
    window.key(NONE, Key::F10);
    window.wait("the first node", |app| app.project().paused().is_some());
    assert_eq!(window.calls(), "");
    window.key(SHIFT, Key::F5);
    window.wait_for_end();
    assert_eq!(
        window.app().project().run.status(),
        Some(RunStatus::Cancelled)
    );
    assert_eq!(window.calls(), "");
}

/// Where the middle of the link into a node's first input is, on the screen.
fn on_link(window: &Window, from: &str, to: &str) -> Pos2 {
    let (start, end) = (window.output(from, 0), window.input(to, 0));
    start + (end - start) * 0.5
}

#[test]
fn the_value_on_a_link_is_seen_where_the_pointer_rests_and_kept_in_the_viewer() {
    let mut window = Window::start_with(row);
    let at = on_link(&window, "Double", "Square");
    let peeked = |window: &mut Window| {
        window.harness.event(egui::Event::PointerMoved(at));
        // Longer than the pointer has to rest.
        window.harness.run_steps(40);
    };
    peeked(&mut window);
    assert!(window.says("Double.result → Square.x"));
    assert!(window.says("no value yet"));
    window.run_all();
    peeked(&mut window);
    let card = |window: &Window, text: &str| {
        let found = window.harness.query_all_by_label(text);
        found
            .filter(|node| node.rect().distance_to_pos(at) < 100.0)
            .count()
    };
    assert_eq!(card(&window, "6"), 1);
    // Off the link it goes.
    window
        .harness
        .event(egui::Event::PointerMoved(at + vec2(0.0, 90.0)));
    window.harness.run_steps(40);
    assert!(!window.says("Double.result → Square.x"));

    // A click shows it, the menu keeps it.
    window.pick("Number");
    let listed = window.harness.query_all_by_label("Double").count();
    let is_viewed = |window: &Window| {
        let count = window.harness.query_all_by_label("Double").count();
        count == listed + 1
    };
    window.click(at);
    assert!(window.app().project().document.selection().is_empty());
    assert!(is_viewed(&window));
    window.pick("Number");
    assert!(!is_viewed(&window));
    window.choose(at, "Show value");
    window.steps();
    assert!(window.app().panels().viewer.is_pinned());
    window.pick("Number");
    assert!(is_viewed(&window));
    // V lets it follow the selection again.
    window.key(NONE, Key::V);
    assert!(!window.app().panels().viewer.is_pinned());
    assert!(!is_viewed(&window));

    // By keys: the inspector shows what flows in, and keeps it in the viewer.
    window.pick("Square");
    window.harness.get_by_label("View the value of x").focus();
    window.steps();
    assert_eq!(window.focused(), "View the value of x");
    window.key(NONE, Key::Enter);
    assert!(window.app().panels().viewer.is_pinned());
}
