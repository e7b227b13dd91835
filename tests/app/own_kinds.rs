//! Kinds of one's own that are made of what is there, with the real engine: copies of kinds that come with Loom, and
//! Python that is pasted or dropped.

use egui_kittest::kittest::Queryable as _;
use loom::document::file::to_text;
use loom::graph::{Bank, Link, Port};

use super::trust::with_editor;
use super::*;

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
/// Two nodes, what they use, and a function that is none.
const PASTED: &str = "    import math

    FACTOR = 2

    def slope(rise: float = 3.0, run: float = 2.0) -> float:
        return FACTOR * rise / run

    def steep(rise: float = 1.0) -> bool:
        \"\"\"Is it steep?\"\"\"
        return slope(rise) > math.pi

    def _helper():
        pass
";
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// A text that leads into "Combine texts", which leads into another one.
fn texts(userdata: &Path) -> PathBuf {
    let folder = loom::project::create("Texts", userdata).unwrap();
    let node = |key: &str, function: &str, title: &str, x: i32, input: &str| {
        format!(
            r#"{{"nodeId": "{key}", "name": "{function}", "title": "{title}", "position": {{"x": {x}, "y": 0}},
                "input": [{input}], "output": ["result"], "ref": "builtin", "entryFunction": "{function}"}}"#
        )
    };
    let value = |name: &str, value: &str| format!(r#"{{"var": "{name}", "value": "{value}"}}"#);
    let nodes = [
        node("n0", "text", "Word", 0, &value("value", "ab")),
        node(
            "n1",
            "combine_texts",
            "Combine",
            300,
            &value("second", "cd"),
        ),
        node("n2", "combine_texts", "After", 600, &value("second", "ef")),
    ];
    let link = |from: &str, to: &str| {
        format!(
            r#"{{"sourceNodeId": "{from}", "sourcePort": "result", "targetNodeId": "{to}", "targetPort": "first"}}"#
        )
    };
    let savefile = folder.join("savefile.json");
    let text = std::fs::read_to_string(&savefile).unwrap();
    let text = text.replace(
        "\"nodes\": []",
        &format!("\"nodes\": [{}]", nodes.join(",")),
    );
    let links = [link("n0", "n1"), link("n1", "n2")].join(",");
    let text = text.replace(
        "\"connections\": []",
        &format!("\"connections\": [{links}]"),
    );
    std::fs::write(&savefile, text).unwrap();
    folder
}

impl Window {
    fn is_of(&self, title: &str) -> Bank {
        let graph = self.app().project().document.graph();
        graph.node(self.node(title)).unwrap().kind.bank
    }

    fn all_links(&self) -> Vec<Link> {
        let graph = self.app().project().document.graph();
        graph.links().cloned().collect()
    }

    fn press_on(&mut self, title: &str) {
        let graph = self.app().project().document.graph();
        let pos = graph.node(self.node(title)).unwrap().pos;
        self.click(self.on_screen(pos + vec2(60.0, 12.0)));
    }
}

#[test]
fn a_copy_of_a_kind_takes_its_place_with_links_and_values_and_runs() {
    let mut window = Window::open_with(with_editor(), texts);
    window.wait("the library", |app| {
        !app.project().catalog.kinds().is_empty()
    });
    window.run_all();
    assert_eq!(window.text_of("After"), "abcdef");
    let (links, before) = (
        window.all_links(),
        to_text(&window.app().project().document, None),
    );

    window.press_on("Combine");
    let combine = window.node("Combine");
    window.key(CTRL_SHIFT, Key::F4);
    window.wait("the copy", |app| {
        let node = app.project().document.graph().node(combine);
        node.is_some_and(|node| node.kind.bank == Bank::Project)
    });
    window.steps();
    let file = window.app().project().folder.clone().unwrap();
    let file = file.join("nodes").join("combine_texts.py");
    let source = std::fs::read_to_string(&file).unwrap();
    assert!(
        source.contains("def _text(") && !source.contains("join_texts"),
        "{source}"
    );
    let shown = window.app().panels().code.shown().unwrap();
    assert!(shown.path == file && shown.read_only.is_none() && shown.text() == source);
    assert!(window.says("Combine texts is your own now: its source is nodes/combine_texts.py"));
    assert_eq!(window.all_links(), links);
    assert_eq!(
        window.is_of("After"),
        Bank::Builtin,
        "the others stay as they are"
    );
    assert!(
        window
            .app()
            .project()
            .document
            .selection()
            .contains(&combine)
    );
    window.run_all();
    assert_eq!(window.text_of("After"), "abcdef");

    // It is the user's to change.
    let ours = source.replace(
        "    return _text(\"separator\"",
        "    first = first.upper()\n    return _text(\"separator\"",
    );
    assert_ne!(ours, source);
    window.edit_outside();
    std::fs::write(&file, ours).unwrap();
    window.wait("the mark", |app| app.project().run.node(combine).is_stale);
    window.run_all();
    assert_eq!(window.text_of("After"), "ABcdef");

    // One step takes it back, and one more brings it again; the source stays.
    window.key(Modifiers::ALT, Key::Num2);
    window.key(CTRL, Key::Z);
    assert_eq!(window.is_of("Combine"), Bank::Builtin);
    assert_eq!(to_text(&window.app().project().document, None), before);
    assert_eq!(window.all_links(), links);
    window.run_all();
    assert_eq!(window.text_of("After"), "abcdef");
    window.key(CTRL_SHIFT, Key::Z);
    assert_eq!(window.is_of("Combine"), Bank::Project);

    // A second copy overwrites nothing.
    window.press_on("After");
    window.key(CTRL_SHIFT, Key::F4);
    window.wait("the second copy", |app| {
        app.project()
            .catalog
            .get(Bank::Project, "combine_texts_2")
            .is_some()
    });
    window.steps();
    assert_eq!(window.is_of("After"), Bank::Project);
    window.run_all();
    assert_eq!(window.text_of("After"), "ABcdef");
}

#[test]
fn a_source_that_can_only_be_read_offers_a_copy() {
    let mut window = Window::open(texts);
    window.press_on("Combine");
    window.key(NONE, Key::F4);
    window.wait("its source", |app| app.panels().code.shown().is_some());
    window.steps();
    window.harness.get_by_label("Edit a copy").click();
    window.steps();
    window.wait("the copy", |app| {
        let shown = app.panels().code.shown();
        shown.is_some_and(|file| file.read_only.is_none())
    });
    window.wait("its node", |app| {
        let nodes = app.project().document.graph().nodes();
        nodes.filter(|node| node.kind.bank == Bank::Project).count() == 1
    });
    assert_eq!(window.is_of("Combine"), Bank::Project);
    let port = Port::new(window.node("Combine"), "first");
    let graph = window.app().project().document.graph();
    assert!(graph.link_to(port.node, &port.name).is_some());
}

impl Window {
    fn paste(&mut self, text: &str) {
        self.harness.event(egui::Event::Paste(text.to_owned()));
        self.steps();
    }

    fn is_asked(&self) -> bool {
        matches!(self.app().dialog(), Some(Dialog::Python(_)))
    }

    fn own_file(&self, name: &str) -> PathBuf {
        let folder = self.app().project().folder.clone().unwrap();
        folder.join("nodes").join(name)
    }

    fn count(&self) -> usize {
        self.app().project().document.graph().node_count()
    }
}

#[test]
fn pasted_python_becomes_nodes_after_a_question_and_runs() {
    let mut window = Window::open(empty);
    // Other texts are what they were.
    for text in ["", "a few words", "x = 1", "def broken(:\n    pass"] {
        window.paste(text);
        assert!(!window.is_asked(), "{text}");
    }
    assert!(window.says("The clipboard holds no nodes"));

    window.paste(PASTED);
    assert!(window.is_asked());
    assert!(window.says("2 functions become nodes of this project") && window.says("Steep"));
    window.harness.get_by_label("Cancel").click();
    window.steps();
    assert!(!window.own_file("slope.py").exists() && window.count() == 0);

    window.paste(PASTED);
    window.key(NONE, Key::Enter);
    window.wait("the nodes", |app| {
        app.project().document.graph().node_count() == 2
    });
    window.steps();
    let source = std::fs::read_to_string(window.own_file("slope.py")).unwrap();
    assert!(
        source.starts_with("import math\n\nFACTOR = 2\n"),
        "{source}"
    );
    assert!(window.says("2 functions are nodes of the project now, in nodes/slope.py"));
    let selected = window.app().project().document.selection().len();
    assert_eq!(selected, 2);
    window.run_all();
    assert_eq!(
        (&*window.text_of("Slope"), &*window.text_of("Steep")),
        ("3.0", "False")
    );

    // Undo takes the nodes, and what is there already is not made twice.
    window.key(CTRL, Key::Z);
    assert_eq!(window.count(), 0);
    window.paste(PASTED);
    assert!(!window.is_asked());
    assert!(window.says("The project has these nodes already: slope, steep"));
    window.paste("def slope(a: int): return a\n\ndef other(a: int = 4) -> int: return a\n");
    assert!(window.says("slope is in the project already: that one stays in use"));
    window.key(NONE, Key::Enter);
    window.wait("the other", |app| {
        app.project().document.graph().node_count() == 1
    });
    assert_eq!(
        std::fs::read_to_string(window.own_file("slope.py")).unwrap(),
        source
    );
    assert!(window.own_file("slope_2.py").exists());
}

#[test]
fn a_dropped_source_becomes_nodes_or_is_loaded_as_a_file() {
    let mut window = Window::open(empty);
    window.wait("the library", |app| {
        !app.project().catalog.kinds().is_empty()
    });
    let outside = window.userdata.path().join("Colour Tools.py");
    std::fs::write(
        &outside,
        "def mix(a: int = 1, b: int = 2) -> int:\n    return a + b\n",
    )
    .unwrap();
    window.let_go(std::slice::from_ref(&outside));
    window.wait("the question", |app| {
        matches!(app.dialog(), Some(Dialog::Python(_)))
    });
    window.steps();
    window.harness.get_by_label("Load as files").click();
    window.steps();
    assert_eq!(window.count(), 1, "one that loads it, as any file");
    window.key(CTRL, Key::Z);

    window.let_go(std::slice::from_ref(&outside));
    window.wait("the question", |app| {
        matches!(app.dialog(), Some(Dialog::Python(_)))
    });
    window.steps();
    window.harness.get_by_label("Make nodes").click();
    window.wait("the node", |app| {
        app.project().document.graph().node_count() == 1
    });
    window.steps();
    assert!(window.own_file("colour_tools.py").is_file() && outside.is_file());
    window.run_all();
    assert_eq!(window.text_of("Mix"), "3");

    // What has no functions is loaded without a question.
    let plain = window.userdata.path().join("settings.py");
    std::fs::write(&plain, "SIZE = 3\n").unwrap();
    window.let_go(&[plain]);
    window.wait("what loads it", |app| {
        app.project().document.graph().node_count() == 2
    });
    assert!(!window.is_asked());
}
