//! Tests of the protocol: the golden lines that the engine's own tests read and write too, and lines that are none.

use serde_json::Value as Json;

use crate::graph::{Fit, ValueType, fit};

use super::*;

const REQUESTS: &str = include_str!("../../../tests/protocol/requests.jsonl");
const FITS: &str = include_str!("../../../tests/protocol/fits.jsonl");
const EVENTS: &str = include_str!("../../../tests/protocol/events.jsonl");

/// Equal as JSON, where a whole number and the same number with a point are one.
fn is_same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

fn json(line: &str) -> Json {
    serde_json::from_str(line).unwrap()
}

#[test]
fn golden_requests_are_read_and_written_alike() {
    let mut kinds = Vec::new();
    for line in REQUESTS.lines() {
        let request: Request =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let written = String::from_utf8(request.to_line()).unwrap();
        assert!(written.ends_with('\n') && written.matches('\n').count() == 1);
        assert!(
            is_same(&json(line), &json(&written)),
            "read  {line}\nwrote {written}"
        );
        kinds.push(json(line)["type"].as_str().unwrap().to_owned());
    }
    for kind in [
        "run",
        "cancel",
        "interrupt",
        "fetch",
        "ping",
        "shutdown",
        "continue",
        "step",
        "breakpoints",
        "secrets",
    ] {
        assert!(
            kinds.iter().any(|other| other == kind),
            "no golden line of {kind}"
        );
    }
}

#[test]
fn golden_events_are_read_and_written_alike() {
    let mut kinds = Vec::new();
    for line in EVENTS.lines() {
        let event = parse_line(line.as_bytes());
        assert!(
            !matches!(event, EngineEvent::Malformed { .. } | EngineEvent::Unknown),
            "{event:?}"
        );
        let written = event.to_line().unwrap();
        assert!(
            is_same(&json(line), &json(&written)),
            "read  {line}\nwrote {written}"
        );
        kinds.push(json(line)["type"].as_str().unwrap().to_owned());
    }
    for kind in [
        "hello",
        "pong",
        "need_graph",
        "run_started",
        "nodes_cached",
        "node_started",
        "node_progress",
        "node_finished",
        "node_failed",
        "node_skipped",
        "log",
        "run_finished",
        "value",
        "node_paused",
    ] {
        assert!(
            kinds.iter().any(|other| other == kind),
            "no golden line of {kind}"
        );
    }
}

#[test]
fn the_type_may_come_anywhere_and_what_is_not_known_is_ignored() {
    let pong = EngineEvent::Pong { ping: 3 };
    for (line, expected) in [
        (r#"{"type":"pong","ping":3}"#, pong.clone()),
        (r#"{"ping":3,"type":"pong"}"#, pong.clone()),
        (r#"{"type":"pong","later":[{"a":1}],"ping":3}"#, pong),
        (
            r#"{"type":"of_a_later_version","x":[1,{"y":2}]}"#,
            EngineEvent::Unknown,
        ),
    ] {
        assert_eq!(parse_line(line.as_bytes()), expected, "{line}");
    }
}

#[test]
fn a_line_that_is_no_message_is_told_of_with_its_start() {
    let long = format!("x{}", "y".repeat(100_000));
    for line in [
        "",
        "Traceback (most recent call last):",
        "[1]",
        "3",
        r#"{"ping":3}"#,
        r#"{"type":"pong"}"#,
        r#"{"type":"pong","ping":"three"}"#,
        r#"{"type":"pong","ping":3} and more"#,
        r#"{"type":7}"#,
        &long,
    ] {
        let EngineEvent::Malformed { line: told } = parse_line(line.as_bytes()) else {
            panic!("{line} was read");
        };
        assert!(told.starts_with(&line[..line.len().min(100)]), "{told}");
        assert!(told.len() < 500, "{told}");
    }
    assert!(matches!(
        parse_line(b"{\"type\":\"log\",\"text\":\"\xff\"}"),
        EngineEvent::Malformed { .. }
    ));
}

#[test]
fn a_progress_that_is_no_number_is_none() {
    let line = r#"{"type":"node_progress","run":1,"node":5,"done":null,"total":null,"text":"x"}"#;
    assert!(matches!(
        parse_line(line.as_bytes()),
        EngineEvent::NodeProgress { total: None, done, .. } if done == 0.0
    ));
}

#[test]
fn the_window_links_what_the_engine_takes() {
    for line in FITS.lines() {
        let row: Json = serde_json::from_str(line).expect("a line of JSON");
        let ty = |end: &str| {
            let text = row[end].as_str().expect("a type");
            let ty = ValueType::from_notation(text).expect("a type's notation");
            assert_eq!(ty.notation(), text);
            ty
        };
        let (from, to) = (ty("from"), ty("to"));
        let expected = match row["fit"].as_str() {
            Some("same") => Fit::Same,
            Some("converts") => Fit::Converts,
            Some("refused") => Fit::Refused,
            other => panic!("{other:?} is no fit: {line}"),
        };
        assert_eq!(fit(&from, &to), expected, "{from} -> {to}");
    }
}
