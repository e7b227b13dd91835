//! Tests of the savefile: the first Loom's files open, what is unknown survives, what is unsound is said.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::graph::{
    Bank, Catalog, InputSpec, KindState, Mode, NodeKind, OutputSpec, Role, Value, ValueType, vec2,
};

fn fixture() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/original-format/userdata/Temperatures/savefile.json"
    );
    std::fs::read(path).unwrap()
}

fn legacy(function: &str, inputs: &[&str], outputs: &[&str]) -> Arc<NodeKind> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
    let mut kind = NodeKind::missing(Bank::Custom, function, names(inputs), names(outputs));
    kind.state = KindState::Ready;
    Arc::new(kind)
}

fn catalog() -> Catalog {
    Catalog::new([
        legacy("celsius_node", &["Celsius"], &["Value"]),
        // As it is read without the `.json` beside it: the file names the outputs.
        legacy("fahrenheit_node", &["Celsius", "Offset"], &["result"]),
        legacy("report_node", &["Text", "Number"], &["Sentence"]),
    ])
}

fn read(text: &str, catalog: &Catalog) -> Loaded {
    parse(text.as_bytes(), Path::new("savefile.json"), catalog).unwrap()
}

#[test]
fn a_file_of_the_first_loom_opens_whole() {
    let loaded = parse(&fixture(), Path::new("savefile.json"), &catalog()).unwrap();
    assert_eq!(loaded.version, 1);
    let graph = loaded.document.graph();
    assert_eq!((graph.node_count(), graph.link_count()), (4, 3));
    let links: Vec<_> = graph
        .links()
        .map(|link| format!("{}>{}", link.from.name, link.to.name))
        .collect();
    assert_eq!(links, ["Value>Celsius", "Rounded>Number", "Fahrenheit>A"]);
    let vanished = graph.node_by_key("node_9").unwrap();
    assert_eq!(vanished.kind.state, KindState::Missing);
    assert_eq!(vanished.values["A"], Value::text("1"));
    assert!(
        loaded
            .notes
            .iter()
            .any(|note| note.contains("vanished_node"))
    );
}

#[test]
fn saving_the_first_form_keeps_what_it_does_not_know() {
    let loaded = parse(&fixture(), Path::new("savefile.json"), &catalog()).unwrap();
    let text = to_text(&loaded.document, None);
    let before: serde_json::Value = serde_json::from_slice(&fixture()[3..]).unwrap();
    let after: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(after["formatVersion"], 2);
    for key in ["uiTheme", "projectPath", "metadata", "nodes"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert_eq!(after["connections"][1]["sourcePort"], "Rounded");
    let again = read(&text, &catalog());
    assert_eq!(again.document.graph(), loaded.document.graph());
    assert_eq!(to_text(&again.document, None), text);
}

#[test]
fn texts_of_the_first_form_take_the_type_of_their_input() {
    let mut kind = NodeKind::new(Bank::Builtin, "scale");
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Int),
        InputSpec::new("b", ValueType::Float),
        InputSpec::new("c", ValueType::Text),
        InputSpec::new("d", ValueType::Any),
        InputSpec::new("e", ValueType::Int),
    ];
    kind.outputs = vec![OutputSpec::untyped("result")];
    let catalog = Catalog::new([Arc::new(kind)]);
    let node = |version: &str| {
        let text = format!(
            r#"{{{version} "nodes": [{{"nodeId": "n", "name": "scale", "position": {{"x": 1, "y": 2}}, "input": [
            {{"var": "a", "value": "3"}}, {{"var": "b", "value": "2"}}, {{"var": "c", "value": "3"}},
            {{"var": "d", "value": "true"}}, {{"var": "e", "value": "three"}}]}}]}}"#
        );
        let loaded = read(&text, &catalog);
        let node = loaded.document.graph().node_by_key("n").unwrap().clone();
        node.values.into_values().collect::<Vec<_>>()
    };
    let text = Value::text;
    assert_eq!(
        node(""),
        [
            Value::Int(3),
            Value::Float(2.0),
            text("3"),
            Value::Bool(true),
            text("three")
        ]
    );
    // In the second form a text is a text.
    assert_eq!(
        node(r#""formatVersion": 2,"#),
        [text("3"), text("2"), text("3"), text("true"), text("three")]
    );
}

#[test]
fn a_file_that_is_not_readable_says_where_and_why() {
    for (text, expected) in [
        ("{\n  \"nodes\": [\n    }", "line 3"),
        ("", "line 1"),
        ("[]", "a JSON object was expected"),
        ("{}", "no \"nodes\""),
        (r#"{"nodes": 3}"#, "\"nodes\" must be a list"),
    ] {
        let error = parse(
            text.as_bytes(),
            Path::new("a/savefile.json"),
            &Catalog::default(),
        )
        .unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(expected) && message.ends_with("a/savefile.json"),
            "{message}"
        );
    }
}

#[test]
fn unsound_parts_are_named_and_kept() {
    let node = |id: &str, x: &str| {
        format!(
            r#"{{"nodeId": "{id}", "name": "f", "position": {{"x": {x}, "y": 0}}, "input": [{{"var": "a"}}], "output": ["o"]}}"#
        )
    };
    let link = |from: &str, to: &str| {
        format!(
            r#"{{"sourceNodeId": "{from}", "sourcePort": "o", "targetNodeId": "{to}", "targetPort": "a"}}"#
        )
    };
    let text = format!(
        r#"{{"formatVersion": 2, "nodes": [{}, {}, {}, {}, 5], "connections": [{}, {}, {}]}}"#,
        node("n1", "0"),
        node("n2", "1e30"),
        node("n2", "0"),
        r#"{"name": "nameless"}"#,
        link("n1", "n2"),
        link("n2", "n1"),
        link("n1", "gone"),
    );
    let loaded = read(&text, &Catalog::default());
    let notes = loaded.notes.join("\n");
    for expected in [
        "used twice",
        "no usable position",
        "cycle",
        "no node \"gone\"",
        "no \"nodeId\"",
        "not an object",
    ] {
        assert!(notes.contains(expected), "{expected} in\n{notes}");
    }
    let graph = loaded.document.graph();
    assert_eq!((graph.node_count(), graph.link_count()), (2, 1));
    let written: serde_json::Value =
        serde_json::from_str(&to_text(&loaded.document, None)).unwrap();
    assert_eq!(written["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(written["connections"].as_array().unwrap().len(), 3);
}

#[test]
fn saving_writes_only_what_changed_and_keeps_the_first_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("savefile.json");
    std::fs::write(&path, fixture()).unwrap();
    let mut document = load(&path, &catalog()).unwrap().document;
    document.meta.project_name = "Renamed".into();
    assert!(save(&document, &path).unwrap().is_some());
    assert_eq!(
        std::fs::read(folder.path().join("savefile.v1.json")).unwrap(),
        fixture()
    );
    let first = std::fs::read_to_string(&path).unwrap();
    assert!(
        !first.contains("2026-01-09T18:40:55.501Z"),
        "lastModified changes with the content"
    );

    let document = load(&path, &catalog()).unwrap().document;
    assert_eq!(save(&document, &path).unwrap(), None);
    // What was changed and changed back is the same content, also in the session that wrote it.
    let mut document = document;
    document.meta.project_name = "Again".into();
    let time = save(&document, &path).unwrap().unwrap();
    document.meta.set_modified(&time);
    assert_eq!(save(&document, &path).unwrap(), None);
    document.meta.project_name = "Renamed".into();
    assert!(save(&document, &path).unwrap().is_some());
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "no temporary file stays: {names:?}");
}

#[test]
fn a_save_that_fails_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("savefile.json");
    let message = save(&Document::default(), &path).unwrap_err().to_string();
    assert!(message.starts_with("cannot save: "), "{message}");
}

fn add() -> Catalog {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Float),
        InputSpec::untyped("b"),
    ];
    kind.outputs = vec![OutputSpec::untyped("sum")];
    Catalog::new([Arc::new(kind)])
}

/// An entry of `nodes`.
fn entry(key: &str, function: &str, more: &str) -> String {
    let bank = if function == "add" {
        "builtin"
    } else {
        "graph"
    };
    format!(
        r#"{{"nodeId": "{key}", "name": "{function}", "ref": "{bank}", "position": {{"x": 1.5, "y": 2}}{more}}}"#
    )
}

fn connection(from: (&str, &str), to: (&str, &str)) -> String {
    let ((from, output), (to, input)) = (from, to);
    format!(
        r#"{{"sourceNodeId": "{from}", "sourcePort": "{output}", "targetNodeId": "{to}", "targetPort": "{input}"}}"#
    )
}

fn part(head: &str, nodes: &[String], links: &[String]) -> String {
    let (nodes, links) = (nodes.join(", "), links.join(", "));
    format!(r#"{{{head}, "nodes": [{nodes}], "connections": [{links}]}}"#)
}

#[test]
fn subgraphs_styles_and_notes_come_back_as_they_were() {
    let head = r#""subgraphId": "subgraph_1", "title": "Sum", "colour": "blue", "input": [
        {"var": "x", "type": "float?", "value": 0.5, "widget": {"kind": "number", "min": 0.0, "slider": true},
         "help": "first"}, {"var": "y", "type": "list[int]", "optional": true}],
        "output": [{"var": "out", "type": "int | text"}]"#;
    let inner = part(
        head,
        &[
            entry("i", "inputs", ""),
            entry("n", "add", ""),
            entry("o", "outputs", ""),
        ],
        &[
            connection(("i", "x"), ("n", "a")),
            connection(("n", "sum"), ("o", "out")),
        ],
    );
    let text = r##", "input": [{"var": "text", "value": "# Read me"}], "size": {"width": 240, "height": 99.5}"##;
    let nodes = [
        entry("s", "subgraph_1", r#", "title": "Two", "mode": "bypassed""#),
        entry("r", "reroute", ""),
        entry(
            "m",
            "add",
            r##", "mode": "muted", "collapsed": true, "colour": "#0a0b0c""##,
        ),
        entry("f", "frame", r#", "size": {"width": 600, "height": 400}"#),
        entry("t", "note", text),
    ];
    let links = [
        connection(("s", "out"), ("r", "value")),
        connection(("r", "value"), ("m", "b")),
    ];
    let head = format!(r#""formatVersion": 2, "subgraphs": [{inner}]"#);
    let loaded = read(&part(&head, &nodes, &links), &add());
    assert_eq!(loaded.notes, [""; 0]);
    let graph = loaded.document.graph();
    let node = |key| graph.node_by_key(key).unwrap();
    let subgraph = graph.subgraph_by_key("subgraph_1").unwrap();
    assert_eq!(node("s").kind.role, Role::Subgraph(subgraph.id));
    assert_eq!(node("n").parent, Some(subgraph.id));
    let ports: Vec<_> = subgraph.inputs.iter().map(|it| it.ty.notation()).collect();
    assert_eq!(ports, ["float?", "list[int]"]);
    assert!(!subgraph.inputs[0].is_optional && subgraph.inputs[1].is_optional);
    assert_eq!(subgraph.outputs[0].ty.notation(), "int | text");
    assert_eq!((graph.node_count(), graph.link_count()), (8, 4));
    let style = |key| node(key).style;
    assert_eq!(style("s").mode, Mode::Bypassed);
    assert_eq!(style("m").mode, Mode::Muted);
    assert!(style("m").is_collapsed);
    assert_eq!(style("m").colour, Some([10, 11, 12]));
    assert_eq!(style("t").size, Some(vec2(240.0, 99.5)));
    assert_eq!(node("t").values["text"], Value::text("# Read me"));

    let text = to_text(&loaded.document, None);
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["minReader"], 3);
    assert_eq!(
        written["subgraphs"][0]["colour"], "blue",
        "what is unknown is kept"
    );
    let again = read(&text, &add());
    assert_eq!(again.document.graph(), graph);
    assert_eq!(to_text(&again.document, None), text);
}

#[test]
fn unsound_subgraphs_are_named_and_kept() {
    let head = |key: &str| format!(r#""subgraphId": "{key}", "title": "{key}""#);
    let far = entry("far", "add", "").replace("1.5", "1e30");
    let nowhere = entry("nowhere", "add", "").replace("1.5", "null");
    let subgraphs = [
        // Itself inside itself, and through another.
        part(&head("own"), &[entry("p", "own", "")], &[]),
        part(&head("one"), &[entry("q", "two", "")], &[]),
        part(&head("two"), &[entry("u", "one", "")], &[]),
        part(&head("one"), &[entry("v", "add", "")], &[]),
        part(
            &head("links"),
            &[
                entry("w", "add", ""),
                entry("z", "add", ""),
                entry("top", "add", ""),
                far,
                nowhere,
                "7".to_owned(),
            ],
            &[
                connection(("out", "sum"), ("w", "a")),
                connection(("w", "sum"), ("z", "a")),
                connection(("z", "sum"), ("w", "a")),
            ],
        ),
        r#"{"title": "nameless"}"#.to_owned(),
    ];
    let nodes = [entry("top", "add", ""), entry("out", "add", "")];
    let links = [connection(("w", "sum"), ("out", "b"))];
    let subgraphs = format!(
        r#""formatVersion": 2, "subgraphs": [{}]"#,
        subgraphs.join(", ")
    );
    let loaded = read(&part(&subgraphs, &nodes, &links), &add());
    let notes = loaded.notes.join("\n");
    for expected in [
        "node p was left out: a subgraph cannot stand inside itself",
        "node u was left out: a subgraph cannot stand inside itself",
        "the id \"one\" is used twice",
        "the id \"top\" is used twice",
        "no node \"w\"",
        "no node \"out\"",
        "cycle",
        "node far had no usable position",
        "node nowhere had no usable position",
        "not an object",
        "no \"subgraphId\"",
    ] {
        assert!(notes.contains(expected), "{expected} in\n{notes}");
    }
    let graph = loaded.document.graph();
    assert_eq!((graph.subgraphs().count(), graph.link_count()), (4, 1));
    assert_eq!(graph.node_count(), 7);
    let text = to_text(&loaded.document, None);
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    let counts = |part: &serde_json::Value| {
        ["nodes", "connections"].map(|key| part[key].as_array().map_or(0, Vec::len))
    };
    assert_eq!(counts(&written), [2, 1]);
    let parts: Vec<_> = written["subgraphs"].as_array().unwrap().iter().collect();
    let all: Vec<_> = parts.into_iter().map(counts).collect();
    assert_eq!(all, [[1, 0], [1, 0], [1, 0], [6, 3], [1, 0], [0, 0]]);
    // Read again they are said again, and nothing is lost by saving twice.
    let again = read(&text, &add());
    assert_eq!(again.document.graph().node_count(), 7);
    assert_eq!(to_text(&again.document, None), text);
}

#[test]
fn a_file_of_a_newer_loom_is_read_only() {
    let loaded = read(
        r#"{"formatVersion": 9, "minReader": 9, "nodes": []}"#,
        &Catalog::default(),
    );
    assert!(loaded.read_only.unwrap().contains("newer Loom"));
}
