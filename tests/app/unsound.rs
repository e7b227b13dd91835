//! Savefiles that are not sound, opened in the real window: what is sound is there and can be seen, what is not is said,
//! and the file on disk stays as it was.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use loom::ui::dialogs::Dialog;

use super::Window;

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

/// A project whose savefile is this.
fn project(userdata: &Path, savefile: &[u8]) -> PathBuf {
    let folder = userdata.join("unsound");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("savefile.json"), savefile).unwrap();
    folder
}

/// A savefile of these nodes, each an id and its position as JSON, and links from `result` to an input.
fn savefile(nodes: &[(&str, &str)], links: &[(&str, &str, &str)], more: &str) -> String {
    let nodes: Vec<String> = nodes
        .iter()
        .map(|(id, position)| {
            format!(
                r#"{{"nodeId": "{id}", "name": "add", "position": {position}, "input": [{{"var": "a"}}, {{"var": "b"}}],
                "output": ["result"], "ref": "builtin", "entryFunction": "add"}}"#
            )
        })
        .collect();
    let links: Vec<String> = links
        .iter()
        .map(|(from, to, port)| {
            format!(
                r#"{{"sourceNodeId": "{from}", "sourcePort": "result", "targetNodeId": "{to}", "targetPort": "{port}"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"formatVersion": 2, "minReader": 2, "projectId": "p", "projectName": "Unsound", "metadata": {{}},
        "nodes": [{}], "connections": [{}]{more}}}"#,
        nodes.join(","),
        links.join(",")
    )
}

const HERE: &str = r#"{"x": 0, "y": 0}"#;
const THERE: &str = r#"{"x": 400, "y": 0}"#;

/// Open it, and look: how many nodes and links are there, what is said, and that nothing was written.
fn open(text: &str, nodes: usize, links: usize, told: &[&str]) -> Window {
    let mut window = Window::open(|userdata| project(userdata, text.as_bytes()));
    assert_eq!((window.nodes(), window.links()), (nodes, links), "{told:?}");
    for part in told {
        assert!(window.says(part), "{part}");
    }
    // All of it is in the console, too.
    window.key(Modifiers::ALT, Key::Num5);
    for part in told {
        let part = &part[1..];
        let lines = window.app().project().run.log().lines();
        let is_there = lines.into_iter().any(|line| line.text.contains(part));
        assert!(is_there, "{part}");
    }
    window.key(Modifiers::ALT, Key::Num2);
    // What is there can be seen.
    window.key(NONE, Key::Home);
    let canvas = &window.app().panels().canvas;
    let view = canvas.camera.view_in_graph();
    let rects: Vec<_> = canvas.layout.rects().collect();
    assert_eq!(rects.len(), nodes);
    for (id, rect) in rects {
        assert!(view.contains_rect(rect), "{id} at {rect:?} of {view:?}");
    }
    assert!(
        canvas.camera.zoom > 0.2 || nodes > 100,
        "they are to be read"
    );
    window.assert_untouched(text);
    window
}

impl Window {
    fn assert_untouched(&self, text: &str) {
        let file = self.userdata.path().join("unsound").join("savefile.json");
        let now = std::fs::read_to_string(file).unwrap();
        assert!(now == text, "the file was written");
        assert!(!self.app().project().document.is_dirty());
    }
}

#[test]
fn a_cycle_is_opened_without_the_link_that_closes_it() {
    let links = [("a", "b", "a"), ("b", "a", "a")];
    let text = savefile(&[("a", HERE), ("b", THERE)], &links, "");
    let mut window = open(&text, 2, 1, &["The link from b.result to a.a was left out"]);
    // What was left out is written back where it stood, beside what is done.
    window.key(NONE, Key::Tab);
    window.typed("add");
    window.key(NONE, Key::Enter);
    window.key(CTRL, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    let file = window.userdata.path().join("unsound/savefile.json");
    let saved: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(saved["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(saved["connections"].as_array().unwrap().len(), 2);
}

#[test]
fn links_to_nothing_are_said_and_the_rest_opens() {
    let links = [
        ("a", "b", "a"),
        ("a", "gone", "a"),
        ("a", "b", "gone"),
        ("gone", "b", "b"),
    ];
    let text = savefile(&[("a", HERE), ("b", THERE)], &links, "");
    open(
        &text,
        2,
        2,
        &["there is no node \"gone\"", "Node b has no input \"gone\""],
    );
}

#[test]
fn nodes_that_lie_nowhere_are_put_where_they_can_be_seen() {
    for (nowhere, count) in [
        (r#"{"x": NaN, "y": 0}"#, 2),
        (r#"{"x": 1e30, "y": 5}"#, 2),
        (r#"{"x": 0, "y": -Infinity}"#, 2),
        (r#"{"x": 4000000, "y": 4000000}"#, 2),
        (r#"{"x": "left"}"#, 2),
        ("7", 2),
        ("null", 2),
    ] {
        let nodes = [("a", HERE), ("b", nowhere)];
        let text = savefile(&nodes, &[("a", "b", "a")], "");
        open(&text, count, 1, &["Node b had no usable position"]);
    }
}

#[test]
fn of_ids_used_twice_the_first_is_taken() {
    let text = savefile(
        &[("a", HERE), ("a", THERE), ("b", THERE)],
        &[("a", "b", "a")],
        "",
    );
    open(&text, 2, 1, &["The id \"a\" is used twice"]);
}

#[test]
fn subgraphs_that_hold_themselves_are_left_out() {
    let subgraph = |id: &str, inner: &str| {
        format!(
            r#"{{"subgraphId": "{id}", "title": "{id}", "input": [], "output": [], "connections": [], "nodes": [
            {{"nodeId": "in_{id}", "name": "{inner}", "position": {HERE}, "input": [], "output": [], "ref": "graph",
              "entryFunction": "{inner}"}}]}}"#
        )
    };
    let more = format!(
        r#", "subgraphs": [{}, {}]"#,
        subgraph("one", "two"),
        subgraph("two", "one")
    );
    let text = savefile(&[("a", HERE), ("b", THERE)], &[("a", "b", "a")], &more);
    let window = Window::open(|userdata| project(userdata, text.as_bytes()));
    assert!(window.says("inside itself"));
    let document = &window.app().project().document;
    assert_eq!(document.nodes().count(), 2);
    window.assert_untouched(&text);
}

#[test]
fn what_is_no_savefile_is_said_and_left_as_it_is() {
    let whole = savefile(&[("a", HERE)], &[], "");
    let deep = vec![b'['; 100_000];
    let cases: [(&str, &[u8], &str); 8] = [
        ("empty", b"", "not readable"),
        (
            "cut off",
            &whole.as_bytes()[..whole.len() / 2],
            "not readable",
        ),
        ("garbage", &[0, 159, 146, 150, 255, 0, 1], "not readable"),
        ("a list", b"[1, 2]", "a JSON object was expected"),
        ("no nodes", b"{}", "it has no \"nodes\""),
        (
            "nodes of a kind",
            b"{\"nodes\": 5}",
            "\"nodes\" must be a list",
        ),
        (
            "links of a kind",
            b"{\"nodes\": [], \"connections\": {}}",
            "must be a list",
        ),
        ("deep", &deep, "not readable"),
    ];
    for (name, bytes, told) in cases {
        let window = Window::open(|userdata| project(userdata, bytes));
        let Some(Dialog::Failure { text, .. }) = window.app().dialog() else {
            panic!("{name}: {:?}", window.app().dialog());
        };
        assert!(text.contains(told), "{name}: {text}");
        let file = window.userdata.path().join("unsound").join("savefile.json");
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "{name}");
    }
}

#[test]
fn entries_of_the_wrong_kind_are_left_out_and_written_back() {
    let text = r#"{"formatVersion": 2, "minReader": 2, "projectId": 5, "projectName": ["x"], "metadata": 7,
        "nodes": [null, 5, {"name": "add"}, {"nodeId": "a", "name": "add", "position": {"x": 1, "y": 2}, "input": 9,
          "output": "no", "title": 3, "ref": "builtin", "mode": 5, "colour": "blue", "size": "large"}],
        "connections": [null, {"sourceNodeId": 1}], "subgraphs": [3]}"#;
    let window = Window::open(|userdata| project(userdata, text.as_bytes()));
    assert_eq!((window.nodes(), window.links()), (1, 0));
    let lines = window.app().project().run.log().lines();
    let told: Vec<_> = lines
        .into_iter()
        .map(|line| line.text.to_string())
        .collect();
    for part in [
        "\"title\" is not a text",
        "\"input\" is not a list",
        "\"size\" is not an object",
    ] {
        assert!(
            told.iter().any(|line| line.contains(part)),
            "{part}: {told:#?}"
        );
    }
    assert!(window.says("the console has all"));
    window.assert_untouched(text);
}

#[test]
fn three_hundred_thousand_nodes_open_and_the_window_answers() {
    let id: Vec<String> = (0..300_000).map(|i| format!("n{i}")).collect();
    let position: Vec<String> = (0..300_000)
        .map(|i| format!(r#"{{"x": {}, "y": {}}}"#, i / 550 * 280, i % 550 * 220))
        .collect();
    let nodes: Vec<(&str, &str)> = id
        .iter()
        .zip(&position)
        .map(|(id, position)| (id.as_str(), position.as_str()))
        .collect();
    let links: Vec<(&str, &str, &str)> = (550..300_000)
        .map(|i| (id[i - 550].as_str(), id[i].as_str(), "a"))
        .collect();
    let text = savefile(&nodes, &links, "");
    let mut window = Window::open(|userdata| project(userdata, text.as_bytes()));
    assert_eq!((window.nodes(), window.links()), (300_000, 299_450));
    window.key(CTRL, Key::A);
    assert_eq!(window.selected(), 300_000);
    window.key(NONE, Key::Escape);
    window.key(NONE, Key::Tab);
    window.typed("round");
    window.key(NONE, Key::Enter);
    assert_eq!(window.nodes(), 300_001);
    window.key(CTRL, Key::Z);
    assert_eq!(window.nodes(), 300_000);
    window.assert_untouched(&text);
}

#[test]
fn subgraphs_that_double_at_every_level_are_said_to_be_too_many() {
    const LEVELS: usize = 60;
    let node = |id: String, of: usize| {
        format!(
            r#"{{"nodeId": "{id}", "name": "s{of}", "position": {HERE}, "input": [], "output": [], "ref": "graph",
            "entryFunction": "s{of}"}}"#
        )
    };
    let subgraphs: Vec<String> = (0..LEVELS)
        .map(|level| {
            let inside = (0..2).filter(|_| level + 1 < LEVELS);
            let inside: Vec<_> = inside
                .map(|at| node(format!("n{level}_{at}"), level + 1))
                .collect();
            format!(
                r#"{{"subgraphId": "s{level}", "title": "s{level}", "input": [], "output": [], "connections": [],
                "nodes": [{}]}}"#,
                inside.join(",")
            )
        })
        .collect();
    let text = format!(
        r#"{{"formatVersion": 2, "minReader": 3, "projectId": "p", "projectName": "n", "metadata": {{}},
        "nodes": [{}], "connections": [], "subgraphs": [{}]}}"#,
        node("top".to_owned(), 0),
        subgraphs.join(",")
    );
    let mut window = Window::open(|userdata| project(userdata, text.as_bytes()));
    assert_eq!(window.app().project().document.nodes().count(), 1);
    // Its environment is built first.
    window.key(NONE, Key::F5);
    window.wait("the run that is refused", |app| !app.project().is_busy());
    window.steps();
    assert!(window.says("use fewer of them"));
    window.assert_untouched(&text);
}
