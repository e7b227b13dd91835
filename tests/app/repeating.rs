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
