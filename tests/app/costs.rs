//! What nodes took: the heat map by keys and clicks, the list of the slowest, and what a run in progress says.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::engine::EngineEvent;
use loom::engine::protocol::RunStatus;
use loom::engine::run::Measure;

use super::{Window, example};

/// A run of the coins in which three nodes took so many milliseconds.
fn ran(window: &mut Window, took: [(&str, f64); 3]) {
    let mut events = vec![EngineEvent::RunStarted { run: 1, total: 3 }];
    events.extend(took.map(|(title, ms)| EngineEvent::NodeFinished {
        run: 1,
        node: window.node(title),
        ms,
        cpu: Some(ms / 2.0),
        peak: None,
        size: Some(4_000_000),
        outputs: Arc::new([]),
    }));
    events.push(EngineEvent::RunFinished {
        run: 1,
        status: RunStatus::Ok,
        ran: 3,
        cached: 0,
        failed: 0,
        skipped: 0,
        ms: 99.0,
    });
    window.harness.state_mut().replay(1, events);
    window.steps();
}

const TOOK: [(&str, f64); 3] = [
    ("Coins photo", 300.0),
    ("Otsu threshold", 1500.0),
    ("Sum of areas", 12.0),
];

#[test]
fn the_heat_map_is_switched_and_its_measure_chosen_by_keys_and_clicks() {
    let mut window = Window::open(|_| example("coins", "coins-heat"));
    let measure = |window: &Window| window.app().panels().canvas.heat.measure();
    window.key(Modifiers::NONE, Key::T);
    assert_eq!(measure(&window), Some(Measure::Time));
    assert!(
        window
            .harness
            .query_by_label_contains("No run yet")
            .is_some()
    );
    ran(&mut window, TOOK);
    assert!(window.harness.query_by_label("1.8 s in all").is_some());
    window.key(Modifiers::SHIFT, Key::T);
    assert_eq!(measure(&window), Some(Measure::Processor));
    let before = window.app().project().document.selection().clone();
    let result = window
        .harness
        .get_by_label("Heat map by Size of the result");
    let result = result.rect().center();
    window.click(result);
    assert_eq!(measure(&window), Some(Measure::Result));
    assert!(window.harness.query_by_label("12 MB in all").is_some());
    assert_eq!(*window.app().project().document.selection(), before);
    window.key(Modifiers::NONE, Key::T);
    assert_eq!(measure(&window), None);
}

#[test]
fn the_slowest_are_reached_by_keys_and_enter_shows_one_on_the_canvas() {
    let mut window = Window::open(|_| example("coins", "coins-slowest"));
    ran(&mut window, TOOK);
    window.key(Modifiers::NONE, Key::Num1);
    window.key(Modifiers::ALT, Key::Num7);
    let slowest = "Otsu threshold: 1.5 s, 83 % of all, CPU 750 ms";
    assert_eq!(window.focused(), slowest);
    window.key(Modifiers::NONE, Key::End);
    assert_eq!(
        window.focused(),
        "Sum of areas: 12 ms, < 1 % of all, CPU 6.0 ms"
    );
    window.key(Modifiers::NONE, Key::Enter);
    let app = window.app();
    let node = app.project().document.selected_node().unwrap();
    assert_eq!(*node.title(), *"Sum of areas");
    let canvas = &app.panels().canvas;
    let rect = canvas.layout.rect(node.id).unwrap();
    assert!(canvas.camera.view_in_graph().contains_rect(rect));
}

#[test]
fn what_nodes_took_is_known_to_the_next_window_which_tells_how_long_a_run_still_takes() {
    let project = example("coins", "coins-costs");
    let mut window = Window::open(|_| project.clone());
    ran(
        &mut window,
        [TOOK[0], ("Otsu threshold", 95_000.0), TOOK[2]],
    );
    let kept = project.join(".loom").join("costs.json");
    window.wait("the file of costs", |_| kept.exists());
    drop(window);

    let mut window = Window::open(|_| project.clone());
    window.key(Modifiers::NONE, Key::T);
    assert!(window.harness.query_by_label("1 min 35 s in all").is_some());
    let node = window.node("Otsu threshold");
    let all = window.app().project().document.graph().nodes();
    let others = all.map(|it| it.id).filter(|id| *id != node).collect();
    let events = [
        EngineEvent::RunStarted { run: 1, total: 17 },
        EngineEvent::NodesCached {
            run: 1,
            nodes: others,
            outputs: std::collections::BTreeMap::new(),
        },
        EngineEvent::NodeStarted { run: 1, node },
    ];
    window.harness.state_mut().replay(1, events);
    window.pick("Otsu threshold");
    let is_told = |window: &Window| {
        // In the bar, and of the node in the inspector.
        let count = |text| window.harness.query_all_by_label_contains(text).count();
        count("of 17 · 1 min") == 1 && count("s left") == 2
    };
    let start = std::time::Instant::now();
    while !is_told(&window) {
        assert!(start.elapsed().as_secs() < 60, "no time left is told");
        std::thread::sleep(std::time::Duration::from_millis(20));
        window.harness.step();
    }
}

#[test]
fn a_node_that_stands_for_a_subgraph_counts_for_all_inside() {
    let mut window = Window::open(|_| example("coins", "coins-heat-inside"));
    window.pick("Otsu threshold");
    window.key(Modifiers::SHIFT, Key::ArrowRight);
    window.key(Modifiers::NONE, Key::G);
    let group = window.app().project().document.selected_node().unwrap().id;
    window.harness.state_mut().replay(1, []);
    let inside = window.app().project().flat.inside(group).to_vec();
    assert_eq!(inside.len(), 2);
    let took = |node, ms| EngineEvent::NodeFinished {
        run: 2,
        node,
        ms,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([]),
    };
    let photo = window.node("Coins photo");
    let events = [
        took(inside[0], 700.0),
        took(inside[1], 1200.0),
        took(photo, 100.0),
    ];
    window.harness.state_mut().replay(2, events);
    window.key(Modifiers::NONE, Key::T);
    let tint = |window: &Window, id| {
        let heat = &window.app().panels().canvas.heat;
        heat.tint(id, &loom::ui::theme::DARK).unwrap().ground
    };
    assert!(window.harness.query_by_label("2.0 s in all").is_some());
    // 1.9 s of 2 s is nearly the hottest colour; inside there are those of its own.
    let hottest = loom::ui::theme::DARK.of_heat(1.0);
    assert_eq!(tint(&window, group), hottest);
    assert_ne!(tint(&window, photo), hottest);
    window.key(Modifiers::NONE, Key::I);
    assert!(window.harness.query_by_label("1.9 s in all").is_some());
    // The list says where a node stands, and leads there.
    window.key(Modifiers::NONE, Key::U);
    window.key(Modifiers::ALT, Key::Num7);
    assert!(window.focused().contains(" › "), "{}", window.focused());
    window.key(Modifiers::NONE, Key::Enter);
    assert_eq!(window.app().project().document.path(), [group]);
}

#[test]
fn the_editor_of_sources_is_set_by_typing_and_kept() {
    let mut window = Window::open(|_| example("coins", "coins-editor-setting"));
    for (typed, end, expected) in [
        ("kate -l {line}", Key::Enter, Some("kate -l {line}")),
        ("mate {file}", Key::Escape, Some("mate {file}")),
        ("mate \"{file}", Key::Tab, Some("mate {file}")),
    ] {
        window.key(Modifiers::COMMAND, Key::Comma);
        let field = window.harness.get_by_label("Editor of sources");
        let field = field.rect().center();
        window.click(field);
        window.key(Modifiers::COMMAND, Key::A);
        window.typed(typed);
        window.key(Modifiers::NONE, end);
        assert_eq!(
            window.saved_settings().editor.command.as_deref(),
            expected,
            "{typed}"
        );
        while window.app().dialog().is_some() {
            window.key(Modifiers::NONE, Key::Escape);
        }
    }
}
