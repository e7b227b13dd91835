//! Value editors in a real egui, with real keys and pointer.

use std::sync::Arc;

use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::document::{Document, Transaction};
use crate::graph::{Bank, Edit, Graph, NodeId, NodeKind, OutputSpec, Pos2};

fn input(name: &str, ty: ValueType, widget: Widget, default: Option<Value>) -> InputSpec {
    InputSpec {
        name: name.into(),
        ty,
        widget,
        default,
        is_optional: false,
        help: "".into(),
    }
}

fn typed(name: &str, ty: ValueType, default: Option<Value>) -> InputSpec {
    let widget = Widget::of_type(&ty);
    input(name, ty, widget, default)
}

struct Bench {
    document: Document,
    drafts: Drafts,
    edits: Vec<ValueEdit>,
    settled: Vec<Transaction>,
    is_shown: bool,
    compact: bool,
}

/// A node with one input, its editor, and a button to click elsewhere.
fn bench(input: InputSpec) -> Harness<'static, Bench> {
    let mut kind = NodeKind::new(Bank::Builtin, "f");
    kind.inputs = vec![input];
    kind.outputs = vec![OutputSpec::untyped("result")];
    let node = Node::new(NodeId(0), "node_1", Arc::new(kind), Pos2::ZERO);
    let (graph, ..) = Graph::from_parts([node], []);
    let bench = Bench {
        document: Document::new(graph, crate::document::Meta::default()),
        drafts: Drafts::default(),
        edits: Vec::new(),
        settled: Vec::new(),
        is_shown: true,
        compact: false,
    };
    Harness::builder()
        .with_size(Vec2::new(400.0, 400.0))
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, bench: &mut Bench| {
                let node = bench.document.graph().node(NodeId(0)).cloned();
                if let Some(node) = node.filter(|_| bench.is_shown) {
                    let input = &node.kind.inputs[0];
                    let drafts = &mut bench.drafts;
                    if let Some(edit) = value_editor_ui(ui, drafts, &node, input, bench.compact) {
                        if let ValueEdit::Set(value) = &edit {
                            let port = Port::new(node.id, input.name.clone());
                            let set = crate::document::ops::set_value(port, value.clone());
                            bench.document.commit(set).unwrap();
                        }
                        bench.edits.push(edit);
                    }
                }
                drop(ui.button("elsewhere"));
                let settled = bench.drafts.settle(bench.document.graph());
                bench.settled.extend(settled);
            },
            bench,
        )
}

fn set(value: Value) -> ValueEdit {
    ValueEdit::Set(Some(value))
}

fn type_into(harness: &mut Harness<'_, Bench>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

#[test]
fn a_text_is_committed_once_when_it_is_let_go() {
    for (compact, leave) in [
        (false, Some(Key::Enter)),
        (true, Some(Key::Enter)),
        (false, None),
    ] {
        let mut harness = bench(typed("name", ValueType::Text, Some(Value::text("old"))));
        harness.state_mut().compact = compact;
        type_into(&mut harness, "name", "new");
        assert_eq!(harness.state().edits, [], "nothing while typing");
        match leave {
            Some(key) => harness.key_press(key),
            None => harness.get_by_label("elsewhere").click(),
        }
        harness.run();
        harness.run();
        assert_eq!(harness.state().edits, [set(Value::text("new"))]);
        assert!(harness.state().drafts.is_empty());
    }
}

#[test]
fn escape_drops_what_was_typed() {
    for input in [
        typed("v", ValueType::Text, Some(Value::text("7"))),
        typed("v", ValueType::Int, Some(Value::Int(7))),
        typed("v", ValueType::Any, Some(Value::Int(7))),
    ] {
        let what = format!("{input:?}");
        let mut harness = bench(input);
        type_into(&mut harness, "v", "8");
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(harness.state().edits, [], "{what}");
        harness.get_by_label("elsewhere").click();
        harness.run();
        assert_eq!(harness.state().edits, [], "{what}");
        assert!(harness.state().drafts.is_empty());
    }
}

#[test]
fn what_is_typed_becomes_a_value_of_the_inputs_type() {
    let optional = |ty| ValueType::Optional(Box::new(ty));
    for (input, text, expected) in [
        (
            typed("v", ValueType::Int, Some(Value::Int(1))),
            "12",
            Some(Value::Int(12)),
        ),
        (typed("v", ValueType::Int, None), "12", Some(Value::Int(12))),
        (
            typed("v", ValueType::Int, Some(Value::Int(1))),
            "9007199254740993",
            Some(Value::Int(9_007_199_254_740_993)),
        ),
        (typed("v", ValueType::Int, None), "twelve", None),
        (
            typed("v", ValueType::Float, Some(Value::Float(1.0))),
            "2",
            Some(Value::Float(2.0)),
        ),
        (
            typed("v", ValueType::Float, Some(Value::Float(1.0))),
            "2,5",
            Some(Value::Float(2.5)),
        ),
        // A text that stands where a number belongs can be replaced.
        (
            typed("v", ValueType::Float, Some(Value::text("abc"))),
            "2",
            Some(Value::Float(2.0)),
        ),
        (
            typed("v", ValueType::Any, Some(Value::text("a"))),
            "2",
            Some(Value::Int(2)),
        ),
        (
            typed("v", ValueType::Any, Some(Value::text("a"))),
            "\"2\"",
            Some(Value::text("2")),
        ),
        (
            typed("v", ValueType::Text, Some(Value::text("a"))),
            "2",
            Some(Value::text("2")),
        ),
        (typed("v", ValueType::Date, None), "2024-02-30", None),
        (
            typed("v", ValueType::Date, None),
            "2024-02-29",
            Some(Value::text("2024-02-29")),
        ),
        (
            typed(
                "v",
                optional(ValueType::Date),
                Some(Value::text("2024-02-29")),
            ),
            " ",
            Some(Value::None),
        ),
        (
            typed("v", ValueType::Colour, Some(Value::text("#000000"))),
            "#FF0000",
            Some(Value::text("#ff0000")),
        ),
        (
            typed("v", ValueType::Colour, Some(Value::text("#000000"))),
            "red",
            None,
        ),
        (
            typed("v", ValueType::Path, None),
            "data/a.csv",
            Some(Value::text("data/a.csv")),
        ),
    ] {
        let what = format!("{text} into {input:?}");
        let mut harness = bench(input);
        type_into(&mut harness, "v", text);
        harness.key_press(Key::Enter);
        harness.run();
        harness.run();
        let expected: Vec<_> = expected.map(set).into_iter().collect();
        assert_eq!(harness.state().edits, expected, "{what}");
        assert!(harness.state().drafts.is_empty(), "{what}");
    }
}

#[test]
fn a_drag_is_one_gesture_and_escape_takes_it_back() {
    let number = |slider| Widget::Number {
        min: Some(0.0),
        max: Some(100.0),
        step: Some(1.0),
        slider,
    };
    for (slider, label) in [(false, "v"), (true, "v slider")] {
        for ends_by_escape in [false, true] {
            let mut harness = bench(input(
                "v",
                ValueType::Int,
                number(slider),
                Some(Value::Int(50)),
            ));
            harness.run();
            let from = harness.get_by_label(label).rect().center();
            harness.drag_at(from);
            harness.run();
            for step in 1..=4_u8 {
                harness.hover_at(from + egui::vec2(15.0 * f32::from(step), 0.0));
                harness.run();
            }
            assert_eq!(harness.state().edits, [], "nothing while dragging");
            let draft = harness
                .state()
                .drafts
                .value(&Port::new(NodeId(0), "v"))
                .cloned();
            let Some(Value::Int(draft)) = draft else {
                panic!("{label}: a draft that is an int, not {draft:?}");
            };
            assert!(draft > 50, "{label}: {draft}");
            if ends_by_escape {
                harness.key_press(Key::Escape);
                harness.run();
            }
            harness.drop_at(from + egui::vec2(60.0, 0.0));
            harness.run();
            let expected = if ends_by_escape {
                vec![]
            } else {
                vec![set(Value::Int(draft))]
            };
            assert_eq!(harness.state().edits, expected, "{label}");
            assert!(harness.state().drafts.is_empty());
        }
    }
}

#[test]
fn clicks_commit_at_once() {
    let mut harness = bench(typed("on", ValueType::Bool, Some(Value::Bool(false))));
    harness.get_by_label("on").click();
    harness.run();
    assert_eq!(harness.state().edits, [set(Value::Bool(true))]);

    let choices = ["a", "b"].map(Value::text).to_vec();
    let mut harness = bench(input(
        "keep",
        ValueType::Text,
        Widget::Choice(choices),
        Some(Value::text("a")),
    ));
    harness.get_by_label("keep").click();
    harness.run();
    harness.get_by_label("b").click();
    harness.run();
    assert_eq!(harness.state().edits, [set(Value::text("b"))]);

    let mut harness = bench(typed("file", ValueType::Path, Some(Value::text(""))));
    harness.get_by_label("Browse file").click();
    harness.run();
    assert_eq!(harness.state().edits, [ValueEdit::Browse]);
}

#[test]
fn many_lines_are_edited_in_a_popup_on_the_node() {
    let widget = Widget::Text { multiline: true };
    let mut harness = bench(input(
        "text",
        ValueType::Text,
        widget,
        Some(Value::text("one\ntwo")),
    ));
    harness.state_mut().compact = true;
    harness.run();
    harness.get_by_label("text").click();
    harness.run();
    let fields = harness.get_all_by_label("text");
    let field = fields
        .into_iter()
        .find(|node| node.accesskit_node().role() == egui::accesskit::Role::MultilineTextInput)
        .expect("the popup has a text field");
    field.focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.event(egui::Event::Text("three".into()));
    harness.run();
    assert_eq!(harness.state().edits, []);
    // The popup lies over the button.
    harness.drag_at(egui::pos2(390.0, 390.0));
    harness.drop_at(egui::pos2(390.0, 390.0));
    harness.run();
    harness.run();
    assert_eq!(harness.state().edits, [set(Value::text("three"))]);
}

#[test]
fn a_draft_outlives_its_widget_but_not_its_node() {
    for is_node_gone in [false, true] {
        let mut harness = bench(typed("name", ValueType::Text, Some(Value::text("old"))));
        type_into(&mut harness, "name", "new");
        if is_node_gone {
            let remove = Transaction::new("Delete", vec![Edit::RemoveNode(NodeId(0))]);
            harness.state_mut().document.commit(remove).unwrap();
        } else {
            harness.state_mut().is_shown = false;
        }
        harness.run();
        harness.run();
        let bench = harness.state();
        assert_eq!(bench.edits, []);
        assert_eq!(bench.settled.len(), usize::from(!is_node_gone));
        assert!(bench.drafts.is_empty());
    }
}

#[test]
fn a_command_in_the_middle_of_typing_gets_what_was_typed() {
    let mut harness = bench(typed("name", ValueType::Text, Some(Value::text("old"))));
    type_into(&mut harness, "name", "new");
    let Bench {
        drafts, document, ..
    } = harness.state_mut();
    let finished = drafts.finish(document.graph());
    let expected = Edit::SetValue {
        input: Port::new(NodeId(0), "name"),
        value: Some(Value::text("new")),
    };
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0].edits, [expected]);
    assert!(harness.state().drafts.is_empty());
}
