//! Tests of a run that takes several processes: who is blamed, what runs again, and that it ends.

use super::*;
use crate::engine::plan::Plan;
use crate::engine::protocol::PlanNode;

const RUN: u64 = 7;

/// Nodes by number, each with the nodes that it needs.
fn mirror(nodes: &[(u32, &[u32])]) -> Mirror {
    let mut mirror = Mirror::default();
    let node = |(id, sources): &(u32, &[u32])| {
        Arc::new(PlanNode {
            id: NodeId(*id),
            kind: 0,
            values: Vec::new(),
            links: sources
                .iter()
                .map(|source| (format!("in_{source}").into(), NodeId(*source), 0))
                .collect(),
            repeats: crate::engine::protocol::Repeats::default(),
            blocked: None,
        })
    };
    mirror.apply(Plan {
        revision: 1,
        is_whole: true,
        nodes: nodes.iter().map(node).collect(),
        ..Plan::default()
    });
    mirror
}

fn course() -> Course {
    Course::new(RunRequest {
        run: RUN,
        workers: Some(4),
        ..RunRequest::default()
    })
}

fn finished(node: u32) -> EngineEvent {
    EngineEvent::NodeFinished {
        run: RUN,
        node: NodeId(node),
        ms: 1.0,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([]),
    }
}

fn death(running: &[u32]) -> Death {
    Death {
        running: running.iter().copied().map(NodeId).collect(),
        how: "with exit code 3".to_owned(),
        frames: Vec::new(),
        over: None,
    }
}

/// What was told, in short: `failed 3`, `log`, `ok 1 0 2 0`.
fn told(events: &[EngineEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            EngineEvent::NodeFailed { node, .. } => format!("failed {node}"),
            EngineEvent::Log { .. } => "log".to_owned(),
            EngineEvent::RunFinished {
                status,
                ran,
                cached,
                failed,
                skipped,
                ..
            } => format!("{status:?} {ran} {cached} {failed} {skipped}"),
            other => format!("{other:?}"),
        })
        .collect()
}

fn targets(message: &RunMessage) -> Vec<u32> {
    let targets = message.targets.as_deref().unwrap_or_default();
    targets.iter().map(|id| id.0).collect()
}

#[test]
fn one_that_ran_is_blamed_and_the_rest_goes_on() {
    let mut mirror = mirror(&[(0, &[]), (1, &[0]), (2, &[1]), (3, &[0])]);
    let mut course = course();
    let first = course.message(&mut mirror, None);
    assert_eq!((first.targets, first.base, first.workers), (None, None, 4));
    assert!(course.take(finished(0)).is_some());

    let (events, verdict) = course.on_death(&death(&[1]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["failed 1".into()], Verdict::Again)
    );

    let second = course.message(&mut mirror, None);
    assert_eq!((targets(&second), second.workers), (vec![2, 3], 4));
    let barred: Vec<_> = second.blocked.iter().map(|(id, _)| id.0).collect();
    assert_eq!(barred, [1]);

    // Node 0 runs again for node 3, which the app need not know; node 1 fails again as told to.
    assert_eq!(course.take(finished(0)), None);
    let again = EngineEvent::NodeFailed {
        run: RUN,
        node: NodeId(1),
        ms: 0.0,
        error: Arc::default(),
    };
    assert_eq!(course.take(again), None);
    let skipped = EngineEvent::NodeSkipped {
        run: RUN,
        node: NodeId(2),
        cause: NodeId(1),
        unused: false,
    };
    assert!(course.take(skipped).is_some());
    assert!(course.take(finished(3)).is_some());
    let last = course.take(EngineEvent::RunFinished {
        run: RUN,
        status: RunStatus::Failed,
        ran: 2,
        cached: 0,
        failed: 1,
        skipped: 1,
        ms: 1.0,
    });
    assert_eq!(told(&Vec::from_iter(last)), ["Failed 2 0 1 1"]);
}

#[test]
fn of_several_that_ran_none_is_blamed_until_they_run_one_by_one() {
    let mut mirror = mirror(&[(0, &[]), (1, &[]), (2, &[])]);
    let mut course = course();
    course.message(&mut mirror, None);
    let (events, verdict) = course.on_death(&death(&[0, 1]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["log".into()], Verdict::Again)
    );
    let second = course.message(&mut mirror, None);
    assert_eq!((targets(&second), second.workers), (vec![0, 1, 2], 1));
    let (events, verdict) = course.on_death(&death(&[1]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["failed 1".into()], Verdict::Again)
    );
}

#[test]
fn without_marks_the_only_one_that_could_run_is_blamed() {
    let mut mirror = mirror(&[(0, &[]), (1, &[0]), (2, &[1])]);
    let mut course = course();
    course.message(&mut mirror, None);
    course.take(finished(0));
    let (events, verdict) = course.on_death(&death(&[]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["failed 1".into()], Verdict::Again)
    );
}

#[test]
fn a_death_that_nobody_can_be_blamed_for_ends_the_run_at_the_second_time() {
    let mut mirror = mirror(&[(0, &[]), (1, &[])]);
    let mut course = course();
    course.message(&mut mirror, None);
    let (events, verdict) = course.on_death(&death(&[]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["log".into()], Verdict::Again)
    );
    course.message(&mut mirror, None);
    let (events, verdict) = course.on_death(&death(&[]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["log".into(), "Failed 0 0 0 0".into()], Verdict::Over)
    );
}

/// Whatever dies, each death settles a node or makes the run careful once.
#[test]
fn a_run_ends_however_often_processes_die() {
    let nodes: Vec<(u32, &[u32])> = (0..20).map(|id| (id, &[] as &[u32])).collect();
    for several in [false, true] {
        let mut mirror = mirror(&nodes);
        let mut course = course();
        let mut deaths = 0;
        loop {
            let message = course.message(&mut mirror, None);
            let first = message.targets.map_or(NodeId(0), |left| left[0]);
            let running = if several {
                vec![first.0, 19]
            } else {
                vec![first.0]
            };
            deaths += 1;
            if course.on_death(&death(&running), &mirror).1 == Verdict::Over {
                break;
            }
        }
        assert!(deaths <= nodes.len() + 1, "{deaths}");
        assert_eq!(told(&[course.finish(RunStatus::Ok)]), ["Failed 0 0 20 0"]);
    }
}

#[test]
fn one_that_had_run_and_dies_when_run_again_fails_after_all() {
    let mut mirror = mirror(&[(0, &[]), (1, &[0]), (2, &[0])]);
    let mut course = course();
    course.message(&mut mirror, None);
    course.take(finished(0));
    course.on_death(&death(&[1]), &mirror);
    course.message(&mut mirror, None);
    let (events, verdict) = course.on_death(&death(&[0]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["failed 0".into()], Verdict::Again)
    );
    assert_eq!(told(&[course.finish(RunStatus::Ok)]), ["Failed 0 0 2 0"]);
}

#[test]
fn a_run_that_was_killed_names_what_did_not_stop() {
    let mut mirror = mirror(&[(0, &[]), (1, &[])]);
    let mut course = course();
    course.message(&mut mirror, None);
    course.take(finished(0));
    let events = course.on_kill(&death(&[1]));
    assert_eq!(told(&events), ["failed 1", "Cancelled 1 0 1 0"]);
}

#[test]
fn the_graph_is_sent_again_once() {
    let mut mirror = mirror(&[(0, &[])]);
    let mut course = course();
    course.message(&mut mirror, Some(1));
    assert!(course.may_send_graph());
    let again = course.message(&mut mirror, None);
    assert_eq!((again.targets, again.nodes.len()), (None, 1));
    assert!(!course.may_send_graph());
}

#[test]
fn events_of_another_run_are_not_told() {
    let mut course = course();
    assert_eq!(
        course.take(EngineEvent::RunStarted { run: 1, total: 1 }),
        None
    );
}

#[test]
fn the_frames_of_the_thread_that_died_are_the_users() {
    let text = "Fatal Python error: Segmentation fault\n\nThread 0x1 (most recent call first):\n  File \"/x.py\", line 9 in wait\n\n\
                Current thread 0x2 (most recent call first):\n  File \"/lib/ctypes.py\", line 519 in string_at\n  \
                File \"/nodes/bad.py\", line 3 in bad\n  File \"/executor/run.py\", line 77 in call\n\nExtension modules: x";
    let frames = fault_frames(text.lines(), "/executor");
    let found: Vec<_> = frames
        .iter()
        .map(|frame| (frame.file.as_str(), frame.line, frame.function.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("/nodes/bad.py", 3, "bad"),
            ("/lib/ctypes.py", 519, "string_at")
        ]
    );
}

fn held(node: u32) -> EngineEvent {
    EngineEvent::NodePaused {
        run: RUN,
        node: NodeId(node),
    }
}

/// A chain of four with breakpoints, or one that steps.
fn pausing(pause: &[u32], step: bool) -> (Mirror, Course) {
    let course = Course::new(RunRequest {
        run: RUN,
        pause: pause.iter().copied().map(NodeId).collect(),
        step,
        keep: vec![NodeId(0)],
        ..RunRequest::default()
    });
    (mirror(&[(0, &[]), (1, &[0]), (2, &[1]), (3, &[2])]), course)
}

fn breakpoints(nodes: &[u32]) -> Request {
    Request::Breakpoints {
        run: RUN,
        nodes: nodes.iter().copied().map(NodeId).collect(),
    }
}

#[test]
fn breakpoints_hold_in_the_next_process_too_but_not_what_was_made_before() {
    let (mut mirror, mut course) = pausing(&[0, 1, 3], false);
    let first = course.message(&mut mirror, None);
    assert_eq!(
        (first.pause, first.step),
        ([0, 1, 3].map(NodeId).to_vec(), false)
    );
    assert_eq!(first.keep, [NodeId(0)]);
    course.take(finished(0));
    assert!(course.take(held(1)).is_some());
    assert_eq!(course.go_on(&mirror), [Request::Continue { run: RUN }]);
    course.take(finished(1));
    assert_eq!(
        course.set_breakpoints(vec![NodeId(3)], &mirror),
        breakpoints(&[3])
    );

    course.on_death(&death(&[2]), &mirror);
    let second = course.message(&mut mirror, None);
    assert_eq!((second.pause, second.step), (vec![NodeId(3)], false));
    assert_eq!(second.keep, [], "a fresh process has nothing to keep");
}

#[test]
fn a_run_that_steps_goes_on_stepping_in_the_next_process() {
    let (mut mirror, mut course) = pausing(&[3], true);
    let first = course.message(&mut mirror, None);
    assert_eq!((first.pause, first.step), (vec![NodeId(3)], true));
    course.take(held(0));
    let step = |node| Request::Step {
        run: RUN,
        node: Some(NodeId(node)),
    };
    assert_eq!(course.step(Some(NodeId(0))), step(0));
    course.take(finished(0));
    course.on_death(&death(&[1]), &mirror);
    // Node 0 is made again without being held: it is told by name what is.
    let second = course.message(&mut mirror, None);
    assert_eq!(
        (second.pause, second.step),
        ([2, 3].map(NodeId).to_vec(), false)
    );
    assert_eq!(
        course.set_breakpoints(Vec::new(), &mirror),
        breakpoints(&[2, 3])
    );
    course.set_breakpoints(vec![NodeId(3)], &mirror);
    let go_on = [breakpoints(&[3]), Request::Continue { run: RUN }];
    assert_eq!(course.go_on(&mirror), go_on);
    // A step out of a run that only had breakpoints makes it one that steps.
    assert_eq!(course.step(Some(NodeId(2))), step(2));
    course.on_death(&death(&[2]), &mirror);
    assert_eq!(course.message(&mut mirror, None).pause, [NodeId(3)]);
}

#[test]
fn a_node_that_is_held_took_no_process_down() {
    let (mut mirror, mut course) = pausing(&[1], false);
    course.message(&mut mirror, None);
    course.take(finished(0));
    course.take(held(1));
    let (events, verdict) = course.on_death(&death(&[]), &mirror);
    assert_eq!(
        (told(&events), verdict),
        (vec!["log".into()], Verdict::Again)
    );
    // Nobody can tell that it went on before it died there.
    course.message(&mut mirror, None);
    course.take(held(1));
    course.go_on(&mirror);
    let (events, _) = course.on_death(&death(&[]), &mirror);
    assert_eq!(told(&events)[0], "failed 1");
}

#[test]
fn memory_is_told_at_the_nodes_that_run_and_is_why_one_fails() {
    let mirror = mirror(&[(0, &[]), (1, &[])]);
    let mut course = course();
    let held = |bytes| Held {
        bytes,
        limit: 8_000_000_000,
    };
    for (running, told_at) in [
        (&[][..], vec![None]),
        (&[NodeId(0), NodeId(1)], vec![Some(0), Some(1)]),
    ] {
        let events = course.on_much_memory(held(6_500_000_000), running);
        let nodes: Vec<_> = events
            .iter()
            .map(|event| match event {
                EngineEvent::Log {
                    node,
                    level: LogLevel::Warning,
                    text,
                    ..
                } if text.contains("holds 6.5 GB and is ended at 8.0 GB") => node.map(|id| id.0),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(nodes, told_at);
    }
    let over = Death {
        over: Some(held(8_100_000_000)),
        ..death(&[1])
    };
    let (events, verdict) = course.on_death(&over, &mirror);
    assert_eq!(verdict, Verdict::Again);
    let [EngineEvent::NodeFailed { node, error, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((node.0, error.kind.as_str()), (1, "EngineEnded"));
    for part in [
        "at its memory limit",
        "held 8.1 GB and may hold 8.0 GB",
        "engine.memory_limit_percent",
    ] {
        assert!(error.message.contains(part), "{}", error.message);
    }
}
