//! Nodes that run for each item of a list, made so by hand and by keys, with the real engine.

use super::*;
use egui::pos2;
use loom::graph::Looping;

const NONE: Modifiers = Modifiers::NONE;

/// Numbers 0 to 3, and an Add that is not linked yet.
fn numbers(userdata: &Path) -> PathBuf {
    let project = empty(userdata);
    let node = |id: &str, name: &str, x: i32, input: &str, output: &str| {
        format!(
            r#"{{"nodeId": "{id}", "name": "{name}", "position": {{"x": {x}, "y": 0}}, "input": [{input}],
            "output": ["{output}"], "ref": "builtin", "entryFunction": "{name}"}}"#
        )
    };
    let text = format!(
        r#"{{"formatVersion": 2, "minReader": 2, "projectId": "p", "projectName": "n", "metadata": {{}},
        "nodes": [{}, {}], "connections": []}}"#,
        node(
            "node_1",
            "number_range",
            0,
            r#"{"var": "stop", "value": 4.0}"#,
            "result"
        ),
        node(
            "node_2",
            "add",
            400,
            r#"{"var": "b", "value": 10.0}"#,
            "result"
        ),
    );
    std::fs::write(project.join("savefile.json"), text).unwrap();
    project
}

impl Window {
    fn looping(&self, title: &str) -> Option<Looping> {
        let graph = self.app().project().document.graph();
        graph
            .node(self.node(title))
            .unwrap()
            .looping
            .as_deref()
            .cloned()
    }
}

#[test]
fn a_list_that_is_led_to_one_value_makes_the_node_run_for_each_item() {
    let mut window = Window::open(numbers);
    let (from, to) = (window.output("Range", 0), window.input("Add", 0));
    window.drag(from, to);
    assert_eq!(window.looping("Add").unwrap().mapped, ["a".into()].into());
    window.run_all();
    assert_eq!(window.text_of("Add"), "list of 4");

    // One step, taken back and made again.
    window.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.looping("Add"), None);
    assert_eq!(window.app().project().document.graph().link_count(), 0);
    window.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(window.looping("Add").is_some());

    // Saved and opened again it still does.
    window.key(Modifiers::COMMAND, Key::S);
    window.wait("the file", |app| !app.project().document.is_dirty());
    let folder = window.app().project().folder.clone().unwrap();
    let text = std::fs::read_to_string(folder.join("savefile.json")).unwrap();
    assert!(
        text.contains("\"loop\"") && text.contains("\"minReader\": 4"),
        "{text}"
    );
    let again = Window::open_with(Settings::default(), |_| folder);
    assert!(again.looping("Add").is_some());
}

#[test]
fn how_often_a_node_runs_is_chosen_by_keys() {
    let mut window = Window::open(numbers);
    let add = window.on_screen(pos2(460.0, 12.0));
    window.click(add);
    window.key(NONE, Key::R);
    window.steps();
    window.key(NONE, Key::Space);
    window.steps();
    window.harness.get_by_label("again and again").click();
    window.steps();
    let looping = window.looping("Add").unwrap();
    assert_eq!(looping.limit, Some(Looping::LIMIT));
    window.run_all();
    assert_eq!(window.text_of("Add"), "10.0");
}

/// `Halves(a) -> (a, done)`, once for each of 10, 20, 30, and once again and again from 1000 until it is below 10.
fn halves(userdata: &Path) -> PathBuf {
    let project = empty(userdata);
    let node = |id: &str, name: &str, y: i32, input: &str, output: &str, more: &str| {
        format!(
            r#"{{"nodeId": "{id}", "name": "{name}", "position": {{"x": 0, "y": {y}}}, "input": [{input}],
            "output": [{output}], "ref": "builtin", "entryFunction": "{name}"{more}}}"#
        )
    };
    let looped = |id: &str, y: i32, more: &str| {
        node(
            id,
            "halves",
            y,
            r#"{"var": "a", "value": 1000.0}"#,
            r#""a", "done""#,
            more,
        )
        .replace("builtin", "graph")
    };
    let end = |id: &str, name: &str| {
        node(
            id,
            name,
            0,
            r#"{"var": "a"}, {"var": "done"}"#,
            r#""a""#,
            "",
        )
        .replace("builtin", "graph")
    };
    let link = |from: (&str, &str), to: (&str, &str)| {
        format!(
            r#"{{"sourceNodeId": "{}", "sourcePort": "{}", "targetNodeId": "{}", "targetPort": "{}"}}"#,
            from.0, from.1, to.0, to.1
        )
    };
    let steps = r#"{"var": "start", "value": 10.0}, {"var": "stop", "value": 40.0}, {"var": "step", "value": 10.0}"#;
    let below = r#"{"var": "a"}, {"var": "operator", "value": "<"}, {"var": "b", "value": 10}"#;
    let text = format!(
        r#"{{"formatVersion": 2, "minReader": 4, "projectId": "p", "projectName": "n", "metadata": {{}},
        "nodes": [{}, {}, {}], "connections": [{}],
        "subgraphs": [{{"subgraphId": "halves", "title": "Halves", "input": [{{"var": "a", "type": "float"}}],
            "output": [{{"var": "a", "type": "float"}}, {{"var": "done", "type": "bool"}}],
            "nodes": [{}, {}, {}, {}], "connections": [{}, {}, {}, {}]}}]}}"#,
        node("node_1", "number_range", 0, steps, r#""result""#, ""),
        looped(
            "node_2",
            200,
            r#", "title": "Each", "loop": {"each": ["a"]}"#
        ),
        looped(
            "node_3",
            400,
            r#", "title": "Again", "loop": {"carry": {"a": "a"}, "until": "done"}"#
        ),
        link(("node_1", "result"), ("node_2", "a")),
        end("node_10", "inputs"),
        node(
            "node_11",
            "multiply",
            0,
            r#"{"var": "a"}, {"var": "b", "value": 0.5}"#,
            r#""result""#,
            ""
        ),
        node("node_12", "compare", 0, below, r#""result""#, ""),
        end("node_13", "outputs"),
        link(("node_10", "a"), ("node_11", "a")),
        link(("node_11", "result"), ("node_12", "a")),
        link(("node_11", "result"), ("node_13", "a")),
        link(("node_12", "result"), ("node_13", "done")),
    );
    std::fs::write(project.join("savefile.json"), text).unwrap();
    project
}

#[test]
fn a_subgraph_repeats_and_what_it_gave_stays_in_sight_when_it_is_opened() {
    let mut window = Window::open(halves);
    window.run_all();
    assert_eq!(window.text_of("Each"), "list of 3,list of 3");
    assert_eq!(window.text_of("Again"), "7.8125,True");
    let at = window.app().project().document.graph();
    let at = at.node(window.node("Again")).unwrap().pos;
    let at = window.on_screen(at + vec2(60.0, 12.0));
    window.click(at);
    window.wait("the value", |app| !app.project().is_busy());
    let shown = |window: &Window| window.harness.query_all_by_label("7.8125").count();
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(10));
        window.steps();
    }
    let before = shown(&window);
    assert!(before > 0);
    window.key(NONE, Key::I);
    window.steps();
    assert_eq!(window.app().project().document.path().len(), 1);
    assert!(shown(&window) > 0, "the viewer keeps it");
    // An inner node shows what it gave last.
    let inner = window.node("Multiply");
    let project = window.app().project();
    let graph = project.document.graph();
    let run = loom::ui::results::node_run(
        (graph, project.document.path()),
        &project.flat,
        &project.run,
        graph.node(inner).unwrap(),
    );
    let texts: Vec<_> = run
        .outputs
        .iter()
        .flatten()
        .map(|value| &*value.text)
        .collect();
    assert_eq!(texts, ["7.8125"]);
}
