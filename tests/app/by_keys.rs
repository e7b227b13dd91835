//! The whole Coins graph from an empty project with key events alone, read as a screen reader would: what the canvas
//! and the fields say is all that the fingers know.

use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{Window, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;

/// Coins without its graph: its own nodes, and an empty canvas.
fn coins_without_nodes() -> PathBuf {
    let project = example("coins", "coins-by-keys");
    let savefile = project.join("savefile.json");
    let text = std::fs::read_to_string(&savefile).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["nodes"] = serde_json::json!([]);
    file["connections"] = serde_json::json!([]);
    std::fs::write(&savefile, file.to_string()).unwrap();
    project
}

impl Window {
    /// The node that the canvas says is selected.
    fn at_node(&self, title: &str) -> bool {
        self.canvas_value()
            .starts_with(&format!("{title}, selected"))
    }

    /// Walk to a node: from the first to the last in reading order.
    fn go_to(&mut self, title: &str) {
        while !self.at_node(title) {
            let before = self.canvas_value();
            self.key(NONE, Key::PageUp);
            if self.canvas_value() == before {
                break;
            }
        }
        while !self.at_node(title) {
            let before = self.canvas_value();
            self.key(NONE, Key::PageDown);
            assert_ne!(self.canvas_value(), before, "no way to \"{title}\"");
        }
    }

    /// From the selected node's first output to a new node of a kind, which is selected then.
    fn link_to_new(&mut self, kind: &str) {
        self.key(NONE, Key::C);
        self.key(NONE, Key::Enter);
        self.key(NONE, Key::Tab);
        self.typed(kind);
        self.key(NONE, Key::Enter);
        assert!(self.at_node(kind), "{}", self.canvas_value());
    }

    /// From the selected node's first output to a port that is there.
    fn link_to_port(&mut self, port: &str) {
        self.key(NONE, Key::C);
        self.key(NONE, Key::Enter);
        let wanted = format!("→ {port}:");
        for key in [Key::PageUp, Key::PageDown] {
            for _ in 0..60 {
                if self.canvas_value().contains(&wanted) {
                    self.key(NONE, Key::Enter);
                    return;
                }
                self.key(NONE, key);
            }
        }
        panic!("no port \"{port}\": {}", self.canvas_value());
    }

    /// Give the selected node a title.
    fn rename(&mut self, title: &str) {
        self.key(NONE, Key::F2);
        self.key(CTRL, Key::A);
        self.typed(title);
        self.key(NONE, Key::Enter);
        assert!(self.at_node(title), "{}", self.canvas_value());
    }

    /// Type into a field of the selected node, and go back to the canvas.
    fn set(&mut self, field: &str, text: &str) {
        self.key(NONE, Key::Enter);
        self.walk_to(field);
        self.key(CTRL, Key::A);
        self.typed(text);
        self.key(NONE, Key::Enter);
        self.key(ALT, Key::Num2);
        assert_eq!(self.focused(), "Canvas");
    }
}

#[test]
fn coins_is_built_run_and_read_without_a_pointer() {
    let mut expected = Window::open(|_| example("coins", "coins-as-it-is"));
    expected.key(NONE, Key::Home);
    let mut window = Window::open(|_| coins_without_nodes());
    assert_eq!((window.nodes(), window.focused()), (0, "Canvas".to_owned()));

    window.add("coins photo");
    window.link_to_new("Otsu threshold");
    window.link_to_new("Brighter than");
    window.go_to("Coins photo");
    window.link_to_port("Brighter than.image");
    window.go_to("Brighter than");
    for kind in [
        "Close gaps",
        "Clear border",
        "Label regions",
        "Measure regions",
        "Keep large regions",
        "Draw outlines",
    ] {
        window.link_to_new(kind);
    }
    window.go_to("Coins photo");
    window.link_to_port("Draw outlines.image");
    window.go_to("Keep large regions");
    window.link_to_new("Table of regions");
    window.link_to_new("Sort rows");
    window.rename("Sort by area");
    window.set("columns", "area");
    window.link_to_new("Column to list");
    window.rename("Areas");
    window.set("column", "area");
    window.link_to_new("Sum of list");
    window.rename("Add the areas");
    window.link_to_new("Show value");
    window.rename("Sum of areas");
    window.go_to("Areas");
    window.link_to_new("Histogram");
    window.rename("Histogram of areas");
    window.set("bins", "12");
    window.set("title", "Areas of the coins");
    window.set("label", "area in pixels");
    window.go_to("Keep large regions");
    window.link_to_new("Length");
    window.rename("Number of regions");
    window.link_to_new("Show value");
    window.rename("Count of regions");
    assert_eq!(window.links_in_words(), expected.links_in_words());
    assert_eq!(window.values_in_words(), expected.values_in_words());

    // Arranged, saved, run, and its table opened and read.
    window.key(NONE, Key::L);
    window.key(CTRL, Key::S);
    window.wait("the save", |app| !app.project().document.is_dirty());
    window.run_all();
    assert_eq!(window.text_of("Count of regions"), "22");
    window.go_to("Sort by area");
    window.key(ALT, Key::Num4);
    window.wait("the table", |app| !app.project().views.is_empty());
    window.steps();
    for cell in ["label", "area", "diameter"] {
        assert!(window.says(cell), "{cell}");
    }
    assert!(window.harness.query_all_by_label("area").count() > 0);

    // All of it is taken back, by one key.
    let steps = window.app().project().document.history().done();
    window.key(ALT, Key::Num2);
    for _ in 0..steps {
        window.key(CTRL, Key::Z);
    }
    assert_eq!((window.nodes(), window.links()), (0, 0));
    window.key(CTRL | SHIFT, Key::Z);
    assert_eq!(window.nodes(), 1);
}

impl Window {
    /// `title.input = value` of every value that is set, sorted.
    fn values_in_words(&self) -> Vec<String> {
        let graph = self.app().project().document.graph();
        let mut values: Vec<_> = graph
            .nodes()
            .flat_map(|node| {
                let values = node.values.iter();
                values.map(|(input, value)| format!("{}.{input} = {value:?}", node.title()))
            })
            .collect();
        values.sort();
        values
    }
}
