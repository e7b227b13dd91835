//! Tests of the reducer: what a view sees after which events.

use super::*;
use crate::engine::protocol::{LogLevel, ValueSummary};

const RUN: u64 = 3;

fn started(nodes: u32) -> RunState {
    let mut state = RunState::new();
    state.begin(RUN, (0..nodes).map(NodeId));
    state
}

fn finished(node: u32, text: &str) -> EngineEvent {
    let value = ValueSummary {
        ty: "text".into(),
        text: text.into(),
        thumb: None,
    };
    EngineEvent::NodeFinished {
        run: RUN,
        node: NodeId(node),
        ms: 2.0,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([Some(value)]),
    }
}

fn failed(node: u32) -> EngineEvent {
    EngineEvent::NodeFailed {
        run: RUN,
        node: NodeId(node),
        ms: 2.0,
        error: Arc::default(),
    }
}

fn ended(status: RunStatus) -> EngineEvent {
    EngineEvent::RunFinished {
        run: RUN,
        status,
        ran: 1,
        cached: 0,
        failed: 0,
        skipped: 0,
        ms: 5.0,
    }
}

fn progress(node: u32, done: f64) -> EngineEvent {
    EngineEvent::NodeProgress {
        run: RUN,
        node: NodeId(node),
        done,
        total: Some(10.0),
        text: "reading".into(),
    }
}

/// Of each node in short, with a mark where it is out of date.
fn shown(state: &RunState, nodes: u32) -> Vec<String> {
    (0..nodes)
        .map(|id| {
            let node = state.node(NodeId(id));
            let mut text = match &node.status {
                NodeStatus::Idle => "idle".to_owned(),
                NodeStatus::Queued => "queued".to_owned(),
                NodeStatus::Running { progress, .. } => match progress {
                    Some(progress) => format!("running {:?}", progress.fraction()),
                    None => "running".to_owned(),
                },
                NodeStatus::Done { .. } => "done".to_owned(),
                NodeStatus::Cached => "cached".to_owned(),
                NodeStatus::Failed(_) => "failed".to_owned(),
                NodeStatus::Skipped { cause } => format!("skipped by {cause}"),
                NodeStatus::Unused { chooser } => format!("not chosen by {chooser}"),
                NodeStatus::Paused => "paused".to_owned(),
            };
            if let Some(Some(value)) = node.outputs.first() {
                text = format!("{text} {}", value.text);
            }
            if node.is_stale {
                text += " stale";
            }
            text
        })
        .collect()
}

#[test]
fn a_node_that_is_not_in_the_run_makes_no_room_for_itself() {
    let mut state = started(2);
    let before = state.revision();
    assert!(!state.on_event(&finished(u32::MAX, "1")));
    assert!(!state.on_event(&failed(7)));
    let cached = EngineEvent::NodesCached {
        run: RUN,
        nodes: vec![NodeId(1)],
        outputs: [(NodeId(u32::MAX), Outputs::default())].into(),
    };
    assert!(!state.on_event(&cached));
    assert_eq!((state.revision(), state.counts().failed), (before, 0));
}

#[test]
fn nodes_go_from_queued_to_what_became_of_them() {
    let mut state = started(5);
    assert_eq!(
        shown(&state, 6),
        ["queued", "queued", "queued", "queued", "queued", "idle"]
    );
    for event in [
        EngineEvent::RunStarted { run: RUN, total: 5 },
        EngineEvent::NodesCached {
            run: RUN,
            nodes: vec![NodeId(0)],
            outputs: std::collections::BTreeMap::new(),
        },
        finished(1, "a"),
        failed(2),
        EngineEvent::NodeSkipped {
            run: RUN,
            node: NodeId(3),
            cause: NodeId(2),
            unused: false,
        },
        EngineEvent::NodeStarted {
            run: RUN,
            node: NodeId(4),
        },
    ] {
        assert!(state.on_event(&event));
    }
    assert_eq!(
        shown(&state, 5),
        ["cached", "done a", "failed", "skipped by 2", "running"]
    );
    assert_eq!(state.counts().settled(), 4);
    state.on_event(&progress(4, 5.0));
    assert_eq!(shown(&state, 5)[4], "running Some(0.5)");
    assert_eq!(
        state.failures().map(|(id, _)| id).collect::<Vec<_>>(),
        [NodeId(2)]
    );
}

#[test]
fn events_of_another_run_change_nothing() {
    let mut state = started(1);
    state.begin(RUN + 1, [NodeId(0)]);
    for event in [
        finished(0, "old"),
        failed(0),
        progress(0, 1.0),
        ended(RunStatus::Ok),
    ] {
        assert!(!state.on_event(&event));
    }
    assert_eq!(shown(&state, 1), ["queued"]);
    assert!(state.is_running());
}

#[test]
fn what_a_stopped_run_did_not_reach_is_idle_and_keeps_what_it_gave_before() {
    let mut state = started(2);
    state.on_event(&finished(0, "a"));
    state.on_event(&ended(RunStatus::Ok));
    assert_eq!(
        (state.is_running(), state.status()),
        (false, Some(RunStatus::Ok))
    );
    state.begin(RUN, [NodeId(0), NodeId(1)]);
    assert_eq!(
        (shown(&state, 2), state.status()),
        (vec!["queued a".into(), "queued".into()], None)
    );
    state.on_event(&ended(RunStatus::Cancelled));
    assert_eq!(shown(&state, 2), ["idle a stale", "idle"]);
}

#[test]
fn a_node_that_was_edited_is_out_of_date_until_it_runs() {
    let mut state = started(2);
    state.on_event(&finished(0, "a"));
    state.mark_stale([NodeId(0), NodeId(7)]);
    assert_eq!(shown(&state, 1), ["done a stale"]);
    state.begin(RUN, [NodeId(0)]);
    state.on_event(&finished(0, "b"));
    assert_eq!(shown(&state, 1), ["done b"]);
}

#[test]
fn an_earlier_result_that_holds_again_is_shown() {
    let mut state = started(1);
    state.on_event(&finished(0, "new"));
    let EngineEvent::NodeFinished { outputs, .. } = finished(0, "old") else {
        unreachable!("just made")
    };
    state.on_event(&EngineEvent::NodesCached {
        run: RUN,
        nodes: vec![NodeId(0)],
        outputs: [(NodeId(0), outputs)].into(),
    });
    assert_eq!(shown(&state, 1), ["cached old"]);
}

#[test]
fn the_engine_is_as_it_was_when_it_answers_again() {
    let mut state = RunState::new();
    let ready = EngineStatus::Ready {
        python: "3.11".into(),
        pid: 1,
    };
    for (event, expected) in [
        (EngineEvent::Starting, EngineStatus::Starting),
        (
            EngineEvent::Hello {
                protocol: 1,
                python: "3.11".into(),
                pid: 1,
            },
            ready.clone(),
        ),
        (
            EngineEvent::NotAnswering { secs: 10 },
            EngineStatus::NotAnswering { secs: 10 },
        ),
        (
            EngineEvent::NotAnswering { secs: 12 },
            EngineStatus::NotAnswering { secs: 12 },
        ),
        (EngineEvent::AnswersAgain, ready),
        (EngineEvent::Idle, EngineStatus::Off),
        (
            EngineEvent::Ended {
                reason: "why".into(),
            },
            EngineStatus::Down {
                reason: "why".into(),
            },
        ),
    ] {
        state.on_event(&event);
        assert_eq!(*state.engine(), expected);
    }
}

#[test]
fn a_flood_of_one_node_leaves_the_lines_of_others() {
    let mut state = started(2);
    let log = |node: u32, text: String| EngineEvent::Log {
        run: Some(RUN),
        node: Some(NodeId(node)),
        level: LogLevel::Print,
        text,
    };
    state.on_event(&log(0, "quiet".into()));
    for i in 0..30_000 {
        state.on_event(&log(1, format!("line {i}")));
    }
    let of = |node: u32| state.log().lines_of(NodeId(node)).count();
    assert!(
        of(1) <= LINES_OF_NODE && of(1) > LINES_OF_NODE / 2,
        "{}",
        of(1)
    );
    assert_eq!(of(1) + state.log().dropped(Some(NodeId(1))), 30_000);
    assert_eq!((of(0), state.log().dropped(Some(NodeId(0)))), (1, 0));
    let last = state
        .log()
        .lines()
        .next_back()
        .map(|line| line.text.to_string());
    assert_eq!(last.as_deref(), Some("line 29999"));
}

#[test]
fn many_nodes_that_log_share_what_is_kept() {
    let mut state = started(100);
    for i in 0..30_000u32 {
        state.on_event(&EngineEvent::Log {
            run: Some(RUN),
            node: Some(NodeId(i % 100)),
            level: LogLevel::Print,
            text: i.to_string(),
        });
    }
    let kept = state.log().lines().len();
    let dropped: usize = (0..100)
        .map(|id| state.log().dropped(Some(NodeId(id))))
        .sum();
    assert!(kept <= 20_000, "{kept}");
    assert_eq!(kept + dropped, 30_000);
}

#[test]
fn a_node_keeps_what_it_took_when_it_really_ran() {
    let mut state = started(2);
    let EngineEvent::NodeFinished {
        run, node, outputs, ..
    } = finished(0, "a")
    else {
        unreachable!("just made")
    };
    state.on_event(&EngineEvent::NodeFinished {
        run,
        node,
        ms: 2000.0,
        cpu: Some(1500.0),
        peak: None,
        size: Some(12),
        outputs,
    });
    state.on_event(&ended(RunStatus::Ok));
    let cost = Cost {
        wall_ms: 2000.0,
        cpu_ms: Some(1500.0),
        peak_bytes: None,
        result_bytes: Some(12),
    };
    state.begin(RUN, [NodeId(0)]);
    state.on_event(&EngineEvent::NodesCached {
        run: RUN,
        nodes: vec![NodeId(0)],
        outputs: std::collections::BTreeMap::new(),
    });
    state.on_event(&ended(RunStatus::Ok));
    state.begin(RUN, [NodeId(0)]);
    state.on_event(&failed(0));
    assert_eq!(state.cost(NodeId(0)), Some(&cost));
    // What an earlier window knew counts less than what this one has seen.
    let older = Cost::default();
    state.remember_costs([(NodeId(0), older), (NodeId(1), older)]);
    let known: Vec<_> = state.costs().map(|(id, cost)| (id.0, *cost)).collect();
    assert_eq!(known, [(0, cost), (1, older)]);
}

#[test]
fn the_time_left_is_that_of_the_nodes_that_the_run_has_still_to_do() {
    let mut state = started(4);
    assert_eq!(state.secs_left(), None);
    let took = |secs: f64| Cost {
        wall_ms: secs * 1000.0,
        ..Cost::default()
    };
    state.remember_costs([
        (NodeId(0), took(5.0)),
        (NodeId(1), took(20.0)),
        (NodeId(2), took(40.0)),
    ]);
    state.on_event(&EngineEvent::RunStarted { run: RUN, total: 4 });
    let left = |state: &RunState| state.secs_left().map(f64::round);
    // The one that never ran is taken for a middling one.
    assert_eq!(left(&state), Some(65.0 + (65.0_f64 / 3.0).round()));
    state.on_event(&EngineEvent::NodesCached {
        run: RUN,
        nodes: vec![NodeId(3)],
        outputs: std::collections::BTreeMap::new(),
    });
    assert_eq!(left(&state), Some(65.0));
    state.on_event(&finished(0, "a"));
    state.on_event(&EngineEvent::NodeStarted {
        run: RUN,
        node: NodeId(1),
    });
    assert_eq!(left(&state), Some(60.0));
    assert_eq!(state.node_secs_left(NodeId(1)).map(f64::round), Some(20.0));
    assert_eq!(state.node_secs_left(NodeId(2)), None);
    state.on_event(&failed(1));
    state.on_event(&EngineEvent::NodeSkipped {
        run: RUN,
        node: NodeId(2),
        cause: NodeId(1),
        unused: false,
    });
    assert_eq!(left(&state), None);
    state.begin(RUN, [NodeId(0)]);
    state.on_event(&EngineEvent::RunStarted { run: RUN, total: 1 });
    // Of the last time, not of the time before.
    assert!(state.secs_left().is_some_and(|secs| secs < 0.01));
}

#[test]
fn a_node_that_is_held_waits_until_something_else_is_heard_of_it() {
    let mut state = started(3);
    let paused = |node: u32| EngineEvent::NodePaused {
        run: RUN,
        node: NodeId(node),
    };
    let held = |state: &RunState| state.paused().map(|id| id.0).collect::<Vec<_>>();
    state.on_event(&paused(2));
    state.on_event(&paused(0));
    assert_eq!(held(&state), [0, 2]);
    assert_eq!(state.node(NodeId(0)).status, NodeStatus::Paused);
    // An edit meanwhile does not let it go.
    state.mark_stale([NodeId(0)]);
    assert_eq!(held(&state), [0, 2]);
    state.go_on(Some(NodeId(1)));
    assert_eq!(held(&state), [0, 2], "that one was not held");
    state.go_on(Some(NodeId(2)));
    assert_eq!(held(&state), [0]);
    assert_eq!(state.node(NodeId(2)).status, NodeStatus::Queued);
    state.on_event(&EngineEvent::NodeStarted {
        run: RUN,
        node: NodeId(0),
    });
    assert_eq!(held(&state), [0_u32; 0]);
    state.on_event(&paused(1));
    state.go_on(None);
    assert_eq!(held(&state), [0_u32; 0]);

    // What is held when the run ends is as any that was not reached.
    state.on_event(&paused(1));
    state.on_event(&EngineEvent::RunFinished {
        run: RUN,
        status: RunStatus::Cancelled,
        ran: 0,
        cached: 0,
        failed: 0,
        skipped: 0,
        ms: 1.0,
    });
    assert_eq!(held(&state), [0_u32; 0]);
    assert_eq!(state.node(NodeId(1)).status, NodeStatus::Idle);
}
