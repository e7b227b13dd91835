//! What the inspector changes beside values: colours, sizes and the ports of subgraphs. By keys and labels in the real
//! window.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;
use loom::graph::Role;

use super::{Window, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn all_that_is_selected_gets_a_colour_by_keys_alone() {
    let mut window = Window::open(|_| example("coins", "coins-colours"));
    let before = window.text();
    window.pick("Close gaps");
    window.key(SHIFT, Key::ArrowRight);
    window.key(SHIFT, Key::C);
    assert_eq!(window.focused(), "Colour red");
    window.key(NONE, Key::Tab);
    window.key(NONE, Key::Enter);
    let colours = |window: &Window| -> Vec<_> {
        let nodes = window.app().project().document.graph().nodes();
        let nodes = nodes.filter(|node| node.style.colour.is_some());
        nodes.map(|node| node.title().to_string()).collect()
    };
    assert_eq!(colours(&window), ["Close gaps", "Clear border"]);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
    window.key(CTRL, Key::Y);
    window.harness.get_by_label("Colour none").click();
    window.steps();
    assert_eq!(window.text(), before);
}

#[test]
fn frames_are_sized_by_typing_and_fitted_to_what_they_hold() {
    let mut window = Window::open(|_| example("coins", "coins-sizes"));
    window.pick("Clear border");
    window.key(SHIFT, Key::F);
    window.key(NONE, Key::Enter);
    let size = |window: &Window| {
        let mut nodes = window.app().project().document.graph().nodes();
        let frame = nodes.find(|node| node.kind.role == Role::Frame).unwrap();
        frame.style.size.unwrap()
    };
    let start = size(&window);
    window.harness.get_by_label("Height").focus();
    window.steps();
    window.key(CTRL, Key::A);
    window.typed("300");
    window.key(NONE, Key::Enter);
    window.steps();
    assert_eq!(size(&window), vec2(start.x, 300.0));
    window.key(Modifiers::ALT, Key::Num2);
    window.key(CTRL | SHIFT, Key::P);
    window.typed("fit frame");
    window.key(NONE, Key::Enter);
    assert_eq!(size(&window), start);
    window.key(CTRL, Key::Z);
    assert_eq!(size(&window), vec2(start.x, 300.0));
}

#[test]
fn ports_of_a_subgraph_are_renamed_typed_moved_added_and_removed() {
    let mut window = Window::open(|_| example("coins", "coins-ports"));
    window.pick("Close gaps");
    window.key(SHIFT, Key::ArrowRight);
    window.key(NONE, Key::G);
    let (before, links) = (window.text(), window.links());
    let ports = |window: &Window| {
        let document = &window.app().project().document;
        let kind = &document.selected_node().unwrap().kind;
        let inputs = kind.inputs.iter().map(|port| port.name.to_string());
        let outputs = kind.outputs.iter().map(|port| port.name.to_string());
        (inputs.collect::<Vec<_>>(), outputs.collect::<Vec<_>>())
    };
    let (inputs, outputs) = ports(&window);
    assert_eq!((inputs.len(), outputs.len()), (1, 1));
    let name = format!("Name of input {}", inputs[0]);
    window.harness.get_by_label(&name).focus();
    window.steps();
    window.key(CTRL, Key::A);
    window.typed("photo");
    window.key(NONE, Key::Enter);
    assert_eq!(ports(&window).0, ["photo"]);
    assert_eq!(window.links(), links, "links follow");
    window.key(Modifiers::ALT, Key::Num2);

    window.harness.get_by_label("+  Add input").click();
    window.steps();
    assert_eq!(ports(&window).0, ["photo", "input"]);
    window.harness.get_by_label("Move input input up").click();
    window.steps();
    assert_eq!(ports(&window).0, ["input", "photo"]);
    assert_eq!(window.links(), links);

    // A name that is taken is refused with the reason, and nothing changes.
    window.harness.get_by_label("Name of input input").focus();
    window.steps();
    window.key(CTRL, Key::A);
    window.typed("photo");
    assert!(window.says("There is an input \"photo\" already"));
    window.key(NONE, Key::Enter);
    assert_eq!(ports(&window).0, ["input", "photo"]);

    window.harness.get_by_label("Type of input input").click();
    window.steps();
    window.harness.get_by_label("int").click();
    window.steps();
    window.harness.get_by_label("Remove input photo").click();
    window.steps();
    assert_eq!(ports(&window).0, ["input"]);
    assert!(window.links() < links);
    let graph = window.app().project().document.graph();
    let kind = &window
        .app()
        .project()
        .document
        .selected_node()
        .unwrap()
        .kind;
    assert_eq!(kind.inputs[0].ty, loom::graph::ValueType::Int);
    assert!(graph.subgraphs().count() == 1);

    // Each was one step.
    window.key(Modifiers::ALT, Key::Num2);
    for _ in 0..5 {
        window.key(CTRL, Key::Z);
    }
    assert_eq!(window.text(), before);
}

#[cfg(unix)]
#[test]
fn a_frame_of_an_error_opens_in_the_editor_of_the_settings_at_its_line() {
    use loom::engine::EngineEvent;
    use loom::engine::protocol::{Frame, NodeError};

    let told = tempfile::tempdir().unwrap().keep().join("told");
    let mut settings = super::Settings::default();
    settings.editor.command = Some(format!(
        r#"sh -c 'echo "$1 at $2" > "$0.part" && mv "$0.part" "$0"' {} {{file}} {{line}}"#,
        told.display()
    ));
    let mut window = Window::open_with(settings, |_| example("coins", "coins-editor"));
    let node = window.node("Brighter than");
    let source = window
        .app()
        .project()
        .folder
        .clone()
        .unwrap()
        .join("nodes/regions.py");
    let frame = Frame {
        file: source.display().to_string(),
        line: 31,
        function: "brighter_than".into(),
        code: String::new(),
    };
    let error = NodeError {
        kind: "ValueError".into(),
        traceback: vec![frame],
        ..NodeError::default()
    };
    let failed = EngineEvent::NodeFailed {
        run: 1,
        node,
        ms: 1.0,
        error: std::sync::Arc::new(error),
    };
    window.harness.state_mut().replay(1, [failed]);
    window.pick("Brighter than");
    let links = window
        .harness
        .query_all_by_label("regions.py, line 31, in brighter_than");
    let link = links.last().unwrap().rect().center();
    window.click(link);
    window.wait("the editor", |_| told.exists());
    let expected = format!("{} at 31\n", source.display());
    assert_eq!(std::fs::read_to_string(&told).unwrap(), expected);
    std::fs::remove_dir_all(told.parent().unwrap()).ok();
}
