//! The console in a real egui.

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::engine::protocol::{EngineEvent, Frame};
use crate::ui::testing::{World, document, failed, logged, panel, run};

fn show(events: Vec<EngineEvent>) -> Harness<'static, World<Console>> {
    let world = World {
        document: document(),
        run: run(events),
        ..World::default()
    };
    panel(world, vec2(700.0, 300.0), console_ui)
}

fn events() -> Vec<EngineEvent> {
    let error = NodeError {
        kind: "ValueError".into(),
        message: "no such column".into(),
        traceback: vec![Frame {
            file: "nodes/a.py".into(),
            line: 4,
            function: "f".into(),
            code: "x".into(),
        }],
        ..NodeError::default()
    };
    vec![
        logged(0, LogLevel::Print, "hello"),
        logged(0, LogLevel::Warning, "mind this"),
        logged(1, LogLevel::Print, "Hello again"),
        failed(1, error),
    ]
}

fn lines(harness: &Harness<'_, World<Console>>) -> Vec<String> {
    let lines = harness.state().state.lines.iter();
    lines.map(|line| line.text.to_string()).collect()
}

#[test]
fn lines_are_filtered_by_text_level_and_selection() {
    let mut harness = show(events());
    harness.run();
    let failure = "ValueError: no such column";
    assert_eq!(
        lines(&harness),
        ["hello", "mind this", "Hello again", failure]
    );
    harness.get_by_label("Filter lines").focus();
    harness.run();
    harness.get_by_label("Filter lines").type_text("HELLO");
    harness.run();
    harness.run();
    assert_eq!(lines(&harness), ["hello", "Hello again"]);
    harness.state_mut().document.select([NodeId(1)]);
    harness.get_by_label("Selected nodes only").click();
    harness.run();
    assert_eq!(lines(&harness), ["Hello again"]);
    harness.state_mut().state.filter = Filter {
        least: Least::Warnings,
        ..Filter::default()
    };
    harness.run();
    assert_eq!(lines(&harness), ["mind this", failure]);
    harness.get_by_label(failure);
}

#[test]
fn a_line_leads_to_its_node_and_an_error_to_its_source() {
    let mut harness = show(events());
    harness.run();
    harness.get_by_label("Show node").click();
    harness.run();
    harness.get_by_label("Open line 4").click();
    harness.run();
    let actions = &harness.state().actions;
    assert!(
        matches!(&actions[..], [Action::RevealRun(NodeId(1)), Action::OpenSource(file, 4)] if file.ends_with("a.py")),
        "{actions:?}"
    );
}

#[test]
fn what_is_cleared_stays_away_and_what_comes_later_is_shown() {
    let mut harness = show(events()[..2].to_vec());
    harness.run();
    harness.get_by_label("Clear").click();
    harness.run();
    assert_eq!(lines(&harness), [""; 0]);
    let late = logged(0, LogLevel::Print, "late");
    harness.state_mut().run.on_event(&late);
    harness.run();
    assert_eq!(lines(&harness), ["late"]);
    harness.get_by_label("Copy").click();
    harness.run();
    let actions = &harness.state().actions;
    assert!(
        matches!(&actions[..], [Action::CopyText(text)] if text == "Add: late\n"),
        "{actions:?}"
    );
}

#[test]
fn of_many_lines_the_last_are_in_sight() {
    let many = (0..2000).map(|i| logged(0, LogLevel::Print, &format!("line {i}")));
    let mut harness = show(many.collect());
    harness.run();
    harness.get_by_label("line 1999");
    assert!(harness.query_all_by_label_contains("line ").count() < 40);
}

#[test]
fn an_empty_console_says_what_will_come() {
    let world = World::<Console>::default();
    let mut harness = panel(world, vec2(700.0, 300.0), console_ui);
    harness.run();
    harness.get_by_label("What nodes print, and why a node failed, will appear here");
}
