//! The viewer in a real egui. The engine's answers are put where the app puts them.

use std::path::PathBuf;
use std::sync::Arc;

use egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::document::ops;
use crate::engine::protocol::{EngineEvent, NodeError, TreeNode};
use crate::ui::testing::{World, document, failed, finished, panel, run};

fn show(select: Option<u32>, events: Vec<EngineEvent>) -> Harness<'static, World<Viewer>> {
    let mut document = document();
    document.select(select.map(NodeId));
    let world = World {
        document,
        run: run(events),
        ..World::default()
    };
    panel(world, vec2(600.0, 300.0), viewer_ui)
}

fn view(start: u64, sort: Option<(usize, bool)>) -> Fetch {
    Fetch {
        node: NodeId(0),
        output: 0,
        what: FetchWhat::View {
            start,
            count: table::PAGE,
            sort,
        },
    }
}

/// What was asked for since the last call.
fn asked(harness: &mut Harness<'_, World<Viewer>>) -> Vec<Fetch> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    actions
        .into_iter()
        .filter_map(|action| match action {
            Action::Fetch(fetch) => Some(fetch),
            _ => None,
        })
        .collect()
}

fn rows(start: u64) -> View {
    let texts = start..start + table::PAGE;
    View::Table {
        rows: 10_000,
        columns: vec![
            ("name".into(), "object".into()),
            ("size".into(), "int64".into()),
        ],
        index: texts.clone().map(|row| row.to_string()).collect(),
        start,
        cells: texts
            .map(|row| vec![format!("row {row}"), (row * 2).to_string()])
            .collect(),
    }
}

fn tabled() -> Harness<'static, World<Viewer>> {
    let mut harness = show(
        Some(0),
        vec![finished(0, "table", "10000 rows × 2 columns")],
    );
    harness.step();
    assert_eq!(asked(&mut harness), [view(0, None)]);
    harness.state_mut().views.insert(view(0, None), rows(0));
    harness.run();
    harness
}

#[test]
fn a_table_is_fetched_page_by_page_as_it_scrolls() {
    let mut harness = tabled();
    harness.get_by_label("row 0");
    assert_eq!(asked(&mut harness), [], "one page is enough for the top");
    harness.hover_at(egui::pos2(300.0, 200.0));
    harness.run();
    // 195 rows down: the end of the first page and the beginning of the second.
    let down = -195.0 * theme::TABLE_ROW;
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, down),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run_steps(30);
    assert_eq!(
        asked(&mut harness),
        [view(table::PAGE, None)],
        "asked once, not in every frame"
    );
    let second = view(table::PAGE, None);
    harness.state_mut().views.insert(second, rows(table::PAGE));
    harness.run_steps(3);
    harness.get_by_label("row 200");
}

#[test]
fn a_click_on_a_column_sorts_it() {
    let mut harness = tabled();
    harness.get_by_label("size").click();
    harness.run_steps(3);
    assert_eq!(asked(&mut harness), [view(0, Some((1, false)))]);
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again() {
    let mut harness = show(Some(0), vec![finished(0, "table", "…")]);
    harness.run_steps(60);
    assert_eq!(asked(&mut harness).len(), 1);
    let steps = (PATIENCE_SECS * 60.0) as usize;
    harness.run_steps(steps);
    assert_eq!(asked(&mut harness).len(), 1);
}

#[test]
fn small_values_need_no_fetching() {
    for (ty, text) in [("int", "42"), ("text", "a word")] {
        let mut harness = show(Some(0), vec![finished(0, ty, text)]);
        harness.run();
        harness.get_by_label(text);
        assert_eq!(asked(&mut harness), []);
    }
}

#[test]
fn what_was_shown_stays_when_nothing_is_selected() {
    let mut harness = show(
        Some(0),
        vec![finished(0, "int", "42"), finished(1, "int", "43")],
    );
    harness.run();
    harness.state_mut().document.select([]);
    harness.run();
    harness.get_by_label("42");
    harness.state_mut().state.show(NodeId(1), 0);
    harness.run();
    harness.get_by_label("43");
}

#[test]
fn a_picture_asks_for_the_pixel_under_the_pointer_one_at_a_time() {
    let mut harness = show(Some(0), vec![finished(0, "image", "8 × 6")]);
    harness.step();
    let image = View::Image {
        file: PathBuf::from("picture"),
        width: 8,
        height: 6,
        ty: "uint8".into(),
        shape: vec![6, 8],
    };
    harness.state_mut().views.insert(view(0, None), image);
    harness.step();
    asked(&mut harness);
    let middle = harness.get_by_label("Picture").rect().center();
    let pixel = |x, y| Fetch {
        node: NodeId(0),
        output: 0,
        what: FetchWhat::Pixel { x, y },
    };
    harness.hover_at(middle + vec2(0.5, 0.5));
    harness.run_steps(2);
    // A picture this small is shown with 16 points for a pixel.
    harness.hover_at(middle + vec2(17.0, 0.5));
    harness.run_steps(2);
    assert_eq!(asked(&mut harness), [pixel(4, 3)]);
    let answer = View::Text {
        ty: "uint8".into(),
        text: Some("187".into()),
        file: None,
    };
    harness.state_mut().views.insert(pixel(4, 3), answer);
    harness.run_steps(2);
    assert_eq!(asked(&mut harness), [pixel(5, 3)]);
    harness.hover_at(middle + vec2(0.5, 0.5));
    harness.run_steps(2);
    harness.get_by_label_contains("x 4, y 3   187");
}

#[test]
fn a_tree_unfolds() {
    let leaf = |label: &str, text: &str| TreeNode {
        label: label.into(),
        ty: "int".into(),
        text: text.into(),
        children: None,
    };
    let list = TreeNode {
        label: "inner".into(),
        ty: "list".into(),
        text: "2 items".into(),
        children: Some(vec![leaf("0", "10"), leaf("1", "11")]),
    };
    let tree = TreeNode {
        label: String::new(),
        ty: "dict".into(),
        text: "1 item".into(),
        children: Some(vec![list]),
    };
    let mut harness = show(Some(0), vec![finished(0, "dict", "1 item")]);
    harness.step();
    harness
        .state_mut()
        .views
        .insert(view(0, None), View::Tree { tree });
    harness.run();
    assert!(harness.query_by_label_contains("10  int").is_none());
    harness.get_by_label_contains("inner  2 items").click();
    harness.run();
    harness.get_by_label_contains("10  int");
}

#[test]
fn why_there_is_nothing_to_see_is_said() {
    let error = || NodeError {
        kind: "ValueError".into(),
        message: "no".into(),
        ..NodeError::default()
    };
    let skipped = EngineEvent::NodeSkipped {
        run: 1,
        node: NodeId(1),
        cause: NodeId(0),
        unused: false,
    };
    let unset = EngineEvent::NodeFinished {
        run: 1,
        node: NodeId(0),
        ms: 1.0,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([None]),
    };
    for (select, events, expected) in [
        (None, vec![], "Select a node to see its result here"),
        (Some(0), vec![], "Waiting"),
        (Some(0), vec![failed(0, error())], "ValueError"),
        (
            Some(1),
            vec![failed(0, error()), skipped],
            "The node did not run, since one that it needs failed",
        ),
        (
            Some(0),
            vec![unset],
            "The node gave no value for this output",
        ),
    ] {
        let mut harness = show(select, events);
        harness.run();
        harness.get_by_label(expected);
    }
}

#[test]
fn a_node_that_did_not_run_or_whose_value_is_gone_can_be_run() {
    for is_gone in [false, true] {
        let mut harness = show(Some(0), vec![finished(0, "table", "…")]);
        if is_gone {
            harness.state_mut().views.insert(view(0, None), View::Gone);
        } else {
            harness.state_mut().run = crate::engine::run::RunState::default();
        }
        harness.run();
        harness.get_by_label("Run to here").click();
        harness.run();
        let action = harness.state_mut().actions.pop();
        assert!(
            matches!(&action, Some(Action::RunTo(nodes)) if *nodes == [NodeId(0)]),
            "{action:?}"
        );
    }
}

#[test]
fn what_is_pinned_stays_whatever_is_selected_until_its_node_is_gone() {
    let events = vec![finished(0, "int", "41"), finished(1, "int", "7")];
    let mut harness = show(Some(0), events);
    harness.run();
    harness.get_by_label("41");
    harness.state_mut().state.pin(NodeId(1), 0, &[]);
    harness.run();
    harness.get_by_label("7");
    harness.state_mut().document.select([NodeId(0)]);
    harness.run();
    harness.get_by_label("7");
    harness.get_by_label("Pin").click();
    harness.run();
    let asked = harness.state_mut().actions.pop();
    assert!(matches!(asked, Some(Action::Command(Command::PinValue))));
    harness.state_mut().state.toggle_pin();
    harness.run();
    harness.get_by_label("41");
    harness.state_mut().state.toggle_pin();
    harness.state_mut().document.select([NodeId(1)]);
    harness.run();
    harness.get_by_label("41");
    let gone = ops::delete(harness.state().document.graph(), &[NodeId(0)].into());
    harness.state_mut().document.commit(gone).unwrap();
    harness.run();
    harness.get_by_label("7");
}

#[test]
fn a_value_of_a_node_that_ran_again_is_shown_until_the_newer_one_is_there() {
    let mut harness = tabled();
    asked(&mut harness);
    harness.state_mut().views.insert(view(0, None), rows(0));
    harness.run();
    harness.get_by_label("row 0");
    assert_eq!(asked(&mut harness), []);
    harness.state_mut().views.outdate(NodeId(0));
    harness.step();
    harness.get_by_label("row 0");
    assert_eq!(asked(&mut harness), [view(0, None)]);
    let mut newer = rows(0);
    if let View::Table { cells, .. } = &mut newer {
        cells[0][0] = "newer".to_owned();
    }
    harness.state_mut().views.insert(view(0, None), newer);
    harness.run();
    harness.get_by_label("newer");
    assert_eq!(asked(&mut harness), []);
}
