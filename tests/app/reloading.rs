//! Files of nodes that change on disk while their graph is open, with the real engine: what runs again, what is kept, what
//! is drawn as broken and how it heals.

use loom::document::file::to_text;
use loom::engine::EngineStatus;
use loom::graph::KindState;

use super::trust::with_editor;
use super::*;

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

/// Two functions and what they use, in one file.
const SHAPES: &str = "\
FACTOR = 2


def _times(x: int) -> int:
    return x * FACTOR


def double(x: int = 5) -> int:
    _note(\"double\")
    return _times(x)


def square(x: int = 3) -> int:
    _note(\"square\")
    return x * x


def _note(name: str) -> None:
    with open(CALLS, \"a\") as file:
        file.write(name + \" \")
";

/// `double` and `square`, and a `square` of what `double` gives.
fn shapes(userdata: &Path) -> PathBuf {
    let folder = loom::project::create("Shapes", userdata).unwrap();
    let nodes = [
        ("double", "Double", 0),
        ("square", "Square", 300),
        ("square", "Square of it", 600),
    ];
    let entries: Vec<String> = nodes
        .iter()
        .enumerate()
        .map(|(i, (function, title, x))| {
            format!(
                r#"{{"nodeId": "n{i}", "name": "{function}", "title": "{title}", "position": {{"x": {x}, "y": {}}},
                    "input": [], "output": ["result"], "ref": "project", "entryFunction": "{function}"}}"#,
                if i == 1 { 200 } else { 0 },
            )
        })
        .collect();
    let link = r#"{"sourceNodeId": "n0", "sourcePort": "result", "targetNodeId": "n2", "targetPort": "x"}"#;
    let savefile = folder.join("savefile.json");
    let text = std::fs::read_to_string(&savefile).unwrap();
    let text = text.replace(
        "\"nodes\": []",
        &format!("\"nodes\": [{}]", entries.join(",")),
    );
    let text = text.replace("\"connections\": []", &format!("\"connections\": [{link}]"));
    std::fs::write(&savefile, text).unwrap();
    write(&folder, SHAPES);
    folder
}

fn write(folder: &Path, text: &str) {
    let calls = folder.join("calls.txt");
    let text = format!("CALLS = {:?}\n{text}", calls.to_str().unwrap());
    std::fs::write(folder.join("nodes/shapes.py"), text).unwrap();
}

/// A window on them, with their file open in an editor.
fn edited() -> Window {
    let mut window = Window::open_with(with_editor(), shapes);
    window.pick("Double");
    window.edit_outside();
    window.press_away();
    window
}

impl Window {
    fn home(&self) -> PathBuf {
        self.app().project().folder.clone().unwrap()
    }

    /// The file as another editor saves it.
    fn edit(&mut self, from: &str, to: &str) {
        assert!(SHAPES.contains(from));
        write(&self.home(), &SHAPES.replace(from, to));
    }

    /// Select nothing.
    fn press_away(&mut self) {
        self.key(Modifiers::ALT, Key::Num2);
        self.key(NONE, Key::Escape);
    }

    fn called(&self) -> String {
        let file = self.home().join("calls.txt");
        let calls = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, "").unwrap();
        calls.trim().to_owned()
    }

    fn gives(&mut self, title: &str, expected: &str) {
        let id = self.node(title);
        self.wait(&format!("{title} {expected}"), |app| {
            let project = app.project();
            let node = project.run.node(id);
            let text = node
                .outputs
                .iter()
                .flatten()
                .next()
                .map(|it| it.text.to_string());
            !project.is_busy() && !node.is_stale && text.as_deref() == Some(expected)
        });
    }

    fn kind_of(&self, title: &str) -> loom::graph::NodeKind {
        let graph = self.app().project().document.graph();
        graph.node(self.node(title)).unwrap().kind.as_ref().clone()
    }
}

#[test]
fn an_edit_from_outside_runs_only_what_uses_it_in_the_same_engine() {
    let mut window = edited();
    window.key(NONE, Key::F7);
    window.gives("Square of it", "100");
    assert_eq!(window.called().split(' ').count(), 3);
    let EngineStatus::Ready { .. } = window.app().project().run.engine() else {
        panic!("no engine");
    };
    let engine = format!("{:?}", window.app().project().run.engine());

    // A constant that one function uses through a helper; live mode runs that and what needs it.
    window.edit("FACTOR = 2", "FACTOR = 3");
    window.gives("Square of it", "225");
    let mut called: Vec<_> = window.called().split(' ').map(str::to_owned).collect();
    called.sort();
    assert_eq!(called, ["double", "square"]);
    assert_eq!(format!("{:?}", window.app().project().run.engine()), engine);

    // Without live mode it is only marked.
    window.key(NONE, Key::F7);
    window.edit("return x * x", "return x * x * x");
    let (double, square) = (window.node("Double"), window.node("Square"));
    window.wait("the mark", |app| app.project().run.node(square).is_stale);
    assert!(
        window.app().project().run.node(double).is_stale,
        "the factor is 2 again"
    );
    assert_eq!(window.called(), "");
    window.run_all();
    assert_eq!(window.text_of("Square"), "27");
    assert_eq!(window.text_of("Double"), "10");
}

#[test]
fn ports_of_open_nodes_follow_their_source_and_undo_goes_on() {
    let mut window = edited();
    let before = to_text(&window.app().project().document, None);
    let double = window.node("Double");
    window.click(
        window.on_screen(
            window
                .app()
                .project()
                .document
                .graph()
                .node(double)
                .unwrap()
                .pos
                + vec2(60.0, 12.0),
        ),
    );
    window.edit_value("x", "8");
    window.key(Modifiers::ALT, Key::Num2);
    window.key(NONE, Key::Delete);
    assert!(
        window
            .app()
            .project()
            .document
            .graph()
            .node(double)
            .is_none()
    );

    window.edit(
        "def double(x: int = 5)",
        "def double(x: float = 5, more: str = \"a\")",
    );
    window.wait("the kind", |app| {
        let kind = app
            .project()
            .catalog
            .get(loom::graph::Bank::Project, "double");
        kind.is_some_and(|kind| kind.inputs.len() == 2)
    });
    window.key(CTRL, Key::Z);
    assert_eq!(
        window.kind_of("Double").inputs.len(),
        2,
        "what undo brings back is of today's kind"
    );
    assert_eq!(window.app().project().document.graph().link_count(), 1);
    let node = window
        .app()
        .project()
        .document
        .graph()
        .node(double)
        .unwrap();
    assert_eq!(node.values.get("x"), Some(&Value::Int(8)));
    window.key(CTRL, Key::Z);
    write(&window.home(), SHAPES);
    window.wait("the kind as it was", |app| {
        app.project()
            .document
            .graph()
            .node(double)
            .unwrap()
            .kind
            .inputs
            .len()
            == 1
    });
    assert_eq!(to_text(&window.app().project().document, None), before);
}

#[test]
fn a_file_that_becomes_broken_loses_nothing() {
    let mut window = edited();
    window.run_all();
    let before = to_text(&window.app().project().document, None);
    let double = window.node("Double");
    window.edit("def double(x: int = 5)", "def double(x: int = 5");
    window.wait("the broken source", |app| {
        let kind = &app.project().document.graph().node(double).unwrap().kind;
        matches!(&kind.state, KindState::Broken { line, .. } if *line == 9)
    });
    assert_eq!(to_text(&window.app().project().document, None), before);
    assert_eq!(
        window.kind_of("Double").inputs[0].default,
        Some(Value::Int(5))
    );
    write(&window.home(), SHAPES);
    window.wait("the mended source", |app| {
        app.project()
            .document
            .graph()
            .node(double)
            .unwrap()
            .kind
            .state
            == KindState::Ready
    });
    window.called();
    window.run_all();
    assert_eq!(window.called(), "", "all results hold");
}

#[test]
fn a_lost_port_leaves_a_broken_link_that_heals() {
    let mut window = edited();
    let last = window.node("Square of it");
    let pos = window
        .app()
        .project()
        .document
        .graph()
        .node(last)
        .unwrap()
        .pos;
    window.click(window.on_screen(pos + vec2(60.0, 12.0)));
    let is_broken = |app: &App| !app.project().document.graph().broken_links(last).is_empty();

    // The port comes back: nothing is left to do.
    window.edit(
        "def square(x: int = 3)",
        "def square(side: int = 3, x2: str = \"\")",
    );
    window.wait("the broken link", is_broken);
    window.steps();
    window
        .harness
        .get_by_label_contains("has no input \"x\" any more");
    // On the dashed line itself it is said too, with what heals it.
    window.press_away();
    assert!(!window.says("any more"));
    let middle = window.output("Double", 0) + vec2(40.0, 0.0);
    window.harness.event(egui::Event::PointerMoved(middle));
    window.harness.run_steps(40);
    assert!(window.says("the link from \"Double\" is kept and carries nothing"));
    assert!(window.says("To mend it, write \"x\" in the source again, link to \"side\" instead"));
    window.click(window.on_screen(pos + vec2(60.0, 12.0)));
    let saved = to_text(&window.app().project().document, None);
    assert!(saved.contains("\"targetPort\": \"x\""), "the file keeps it");
    write(&window.home(), SHAPES);
    window.wait("the healed link", |app| !is_broken(app));

    // Another took its place: a person says so, in one step to undo.
    window.edit(
        "def square(x: int = 3)",
        "def square(side: int = 3, x2: str = \"\")",
    );
    window.wait("the broken link again", is_broken);
    window.steps();
    window
        .harness
        .get_by_label("Link to \"side\" instead of \"x\"")
        .click();
    window.steps();
    let graph = window.app().project().document.graph();
    assert!(graph.link_to(last, "side").is_some() && graph.link_count() == 1);
    window.key(Modifiers::ALT, Key::Num2);
    window.key(CTRL, Key::Z);
    assert!(is_broken(window.app()));
    window
        .harness
        .get_by_label("Remove the link to \"x\"")
        .click();
    window.steps();
    assert_eq!(window.app().project().document.graph().link_count(), 0);
}
