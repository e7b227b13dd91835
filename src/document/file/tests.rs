//! Tests of the savefile: the first Loom's files open, what is unknown survives, what is unsound is said.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::document::ops;
use crate::graph::{Bank, Catalog, InputSpec, KindState, NodeKind, OutputSpec, Value, ValueType};

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

#[test]
fn a_file_of_a_newer_loom_is_read_only() {
    let loaded = read(
        r#"{"formatVersion": 9, "minReader": 9, "nodes": []}"#,
        &Catalog::default(),
    );
    assert!(loaded.read_only().unwrap().contains("newer Loom"));
    // What cannot be understood is none of ours either.
    for asked in ["5", "5.0", "\"5\"", "-1", "99999999999999999999", "null"] {
        let text = format!(r#"{{"formatVersion": 2, "minReader": {asked}, "nodes": []}}"#);
        let loaded = read(&text, &Catalog::default());
        assert!(loaded.read_only().is_some(), "{asked}");
    }
    for form in ["3", "99", "\"2\"", "2.5"] {
        let text = format!(r#"{{"formatVersion": {form}, "nodes": []}}"#);
        let reason = read(&text, &Catalog::default()).read_only().unwrap();
        assert!(reason.contains(&format!("of form {form}")), "{reason}");
    }
    for ours in [
        r#"{"formatVersion": 3, "minReader": 2, "nodes": []}"#,
        r#"{"formatVersion": 2, "nodes": []}"#,
        r#"{"nodes": []}"#,
    ] {
        assert!(
            read(ours, &Catalog::default()).read_only().is_none(),
            "{ours}"
        );
    }
}

#[test]
fn what_is_not_held_as_the_file_says_it_is_told() {
    let loaded = read(
        r#"{"nodes": [{"nodeId": "a"}], "seed": 99999999999999999999, "nodes": []}"#,
        &Catalog::default(),
    );
    assert_eq!(loaded.altered.len(), 2, "{:?}", loaded.altered);
    assert!(loaded.notes.ends_with(&loaded.altered));
}

/// A project with a subgraph that stands twice, styles, a note and a frame; and what a hand may have broken in it.
fn with_subgraphs(broken: bool) -> String {
    let inner_link = r#"{"sourceNodeId": "in", "sourcePort": "x", "targetNodeId": "deep", "targetPort": "Celsius"}"#;
    let itself = r#", {"nodeId": "again", "name": "sub", "position": {"x": 0, "y": 0}, "input": [], "output": [],
        "ref": "graph", "entryFunction": "sub"}"#;
    let twice = r#", {"subgraphId": "sub", "title": "Twin", "input": [], "output": [], "nodes": [], "connections": []}"#;
    let across = r#", {"sourceNodeId": "a", "sourcePort": "y", "targetNodeId": "deep", "targetPort": "Celsius"}"#;
    let when = |text: &'static str| if broken { text } else { "" };
    format!(
        r##"{{"formatVersion": 2, "minReader": 3, "projectId": "p", "projectName": "n", "metadata": {{}}, "nodes": [
        {{"nodeId": "a", "name": "sub", "position": {{"x": 0, "y": 0}}, "mode": "muted", "colour": "#102030",
          "input": [{{"var": "x", "value": 5}}], "output": ["y"], "ref": "graph", "entryFunction": "sub"}},
        {{"nodeId": "b", "name": "sub", "title": "Second", "position": {{"x": 300, "y": 0}}, "collapsed": true,
          "input": [{{"var": "x"}}], "output": ["y"], "ref": "graph", "entryFunction": "sub"}},
        {{"nodeId": "note", "name": "note", "position": {{"x": 0, "y": 300}}, "size": {{"width": 200, "height": 90.5}},
          "input": [{{"var": "text", "value": "# Hi"}}], "output": [], "ref": "graph", "entryFunction": "note"}}
        ], "connections": [{{"sourceNodeId": "a", "sourcePort": "y", "targetNodeId": "b", "targetPort": "x"}}{}],
        "subgraphs": [{{"subgraphId": "sub", "title": "Sub", "custom": 7,
          "input": [{{"var": "x", "type": "float?", "value": 1.5,
            "widget": {{"kind": "number", "min": 0, "max": 9, "slider": true}}}}],
          "output": [{{"var": "y", "type": "list[any]"}}],
          "nodes": [
          {{"nodeId": "in", "name": "inputs", "position": {{"x": 0, "y": 0}}, "input": [], "output": ["x"],
            "ref": "graph", "entryFunction": "inputs"}},
          {{"nodeId": "deep", "name": "fahrenheit_node", "position": {{"x": 300, "y": 0}}, "input": [], "output": [],
            "ref": "custom", "entryFunction": "fahrenheit_node"}}{}],
          "connections": [{inner_link}]}}{}]}}"##,
        when(across),
        when(itself),
        when(twice),
    )
}

#[test]
fn subgraphs_styles_and_notes_are_read_as_they_were_written() {
    let loaded = read(&with_subgraphs(false), &catalog());
    assert_eq!(loaded.notes, [""; 0]);
    let graph = loaded.document.graph();
    let subgraph = graph.subgraph_by_key("sub").unwrap();
    assert_eq!(
        subgraph.inputs[0].ty,
        ValueType::Optional(Box::new(ValueType::Float))
    );
    assert_eq!(graph.uses_of(subgraph.id).count(), 2);
    assert_eq!(graph.nodes_in(Some(subgraph.id)).count(), 2);
    assert_eq!(
        graph.node_by_key("a").unwrap().style.colour,
        Some([16, 32, 48])
    );
    let text = to_text(&loaded.document, None);
    let again = read(&text, &catalog());
    assert_eq!(again.document.graph(), graph);
    assert_eq!(to_text(&again.document, None), text);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["minReader"], 3);
    assert_eq!(json["nodes"][0]["mode"], "muted");
    assert_eq!(json["nodes"][2]["size"]["height"], 90.5);
    assert_eq!(json["subgraphs"][0]["custom"], 7);
    assert_eq!(json["subgraphs"][0]["input"][0]["widget"]["max"], 9.0);
}

#[test]
fn what_is_unsound_in_subgraphs_is_said_kept_and_written_back() {
    let loaded = read(&with_subgraphs(true), &catalog());
    for part in ["inside itself", "used twice", "there is no node \"deep\""] {
        let is_said = loaded.notes.iter().any(|note| note.contains(part));
        assert!(is_said, "{part}: {:?}", loaded.notes);
    }
    let text = to_text(&loaded.document, None);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["subgraphs"].as_array().unwrap().len(), 2);
    assert_eq!(json["subgraphs"][1]["title"], "Twin");
    assert_eq!(json["subgraphs"][0]["nodes"][2]["nodeId"], "again");
    assert_eq!(json["connections"].as_array().unwrap().len(), 2);
    assert_eq!(to_text(&read(&text, &catalog()).document, None), text);
}

#[test]
fn the_function_that_was_a_note_once_is_the_graphs_own_note() {
    let text = r##"{"formatVersion": 2, "minReader": 2, "projectId": "p", "projectName": "n", "metadata": {}, "nodes": [
        {"nodeId": "a", "name": "note", "position": {"x": 5, "y": 6}, "input": [{"var": "text", "value": "# Hi"}],
         "output": [], "ref": "builtin", "entryFunction": "note"}], "connections": []}"##;
    let loaded = read(text, &catalog());
    assert_eq!(loaded.notes, [""; 0]);
    let node = loaded.document.graph().node_by_key("a").unwrap();
    assert_eq!(node.kind.role, crate::graph::Role::Note);
    assert_eq!(node.values["text"], Value::text("# Hi"));
    let text = to_text(&loaded.document, None);
    let again = read(&text, &catalog());
    assert_eq!(again.document.graph(), loaded.document.graph());
}

#[test]
fn words_in_texts_are_no_numbers() {
    let text = r#"{"nodes": [{"nodeId": "NaN\\", "name": "\" Infinity", "position": {"x": NaN, "y": -Infinity}}]}"#;
    let loaded = read(text, &catalog());
    let node = loaded.document.graph().node_by_key("NaN\\").unwrap();
    assert_eq!(*node.kind.function, *"\" Infinity");
    let broken = r#"{"nodes": [], "x": NaN"#;
    let error = parse(broken.as_bytes(), Path::new("savefile.json"), &catalog()).unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn how_a_node_is_called_more_than_once_is_read_and_written() {
    let file = |looping: &str| {
        format!(
            r#"{{"formatVersion": 2, "minReader": 4, "nodes": [{{"nodeId": "node_1", "name": "celsius_node",
            "position": {{"x": 0, "y": 0}}, "input": [{{"var": "Celsius"}}], "output": ["Value"], "ref": "custom",
            "entryFunction": "celsius_node", "loop": {looping}}}], "connections": []}}"#
        )
    };
    let text = r#"{"each":["Celsius"],"cross":true,"carry":{"Celsius":"Value"},"until":"Value","limit":7,"keepFailed":true}"#;
    let loaded = read(&file(text), &catalog());
    let node = loaded.document.graph().node_by_key("node_1").unwrap();
    let looping = node.looping.as_deref().unwrap();
    assert!(looping.is_cross && looping.keeps_failed && looping.mapped.contains("Celsius"));
    assert_eq!(looping.carried.get("Celsius"), Some(&"Value".into()));
    assert_eq!(
        (looping.until.as_deref(), looping.limit),
        (Some("Value"), Some(7))
    );
    assert_eq!(node.kind.input("Celsius").unwrap().ty.to_string(), "list");
    let json: serde_json::Value = serde_json::from_str(&to_text(&loaded.document, None)).unwrap();
    assert_eq!(json["minReader"], 4);
    assert_eq!(json["nodes"][0]["loop"].to_string(), text);

    for odd in [
        "7",
        r#"{"each": "Celsius"}"#,
        r#"{"later": 1}"#,
        r#"{"limit": -1}"#,
    ] {
        let loaded = read(&file(odd), &catalog());
        assert!(
            loaded.notes.iter().any(|note| note.contains("\"loop\"")),
            "{odd}"
        );
        let node = loaded.document.graph().node_by_key("node_1").unwrap();
        assert_eq!(node.looping, None);
        let json: serde_json::Value =
            serde_json::from_str(&to_text(&loaded.document, None)).unwrap();
        let kept: serde_json::Value = serde_json::from_str(odd).unwrap();
        assert_eq!(json["nodes"][0]["loop"], kept);
    }
}

#[test]
fn every_form_that_was_written_opens_and_is_written_back_to_the_letter() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/forms");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
    // One for each reader that was ever asked for: none is ever taken away.
    assert_eq!(files.len() as u64, super::OUR_READER - 1);
    for file in files {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let loaded = read(&text, &Catalog::default());
        assert_eq!((loaded.left_out, &loaded.read_only()), (0, &None));
        assert!(to_text(&loaded.document, None) == text, "{:?}", file.path());
    }
}

/// A graph of one node, with a value of so many lists within each other.
fn deep(levels: usize) -> String {
    let value = "[".repeat(levels) + &"]".repeat(levels);
    format!(
        r#"{{"formatVersion": 2, "minReader": 2, "nodes": [{{"nodeId": "node_1", "name": "one", "input":
            [{{"var": "a", "value": {value}}}]}}], "connections": []}}"#
    )
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(SAVEFILE);
    let read = |levels: usize| parse(deep(levels).as_bytes(), &path, &Catalog::default());
    read(123).unwrap_err();
    let mut document = read(122).unwrap().document;
    save(&document, &path).unwrap().unwrap();
    load(&path, &Catalog::default()).unwrap();
    let before = std::fs::read(&path).unwrap();

    // Inside a subgraph it would be two levels deeper: nothing makes it so,
    let all = document.graph().nodes().map(|node| node.id).collect();
    let (_, group) = ops::group(document.graph(), &all, "Group").unwrap();
    let error = document.commit(group.clone()).unwrap_err();
    assert!(error.to_string().contains("nested too deeply"), "{error}");
    // and if something did it would not be written.
    let mut graph = document.graph().clone();
    for edit in group.edits {
        graph.apply(edit).unwrap();
    }
    let document = Document::new(graph, document.meta.clone());
    let error = save(&document, &path).unwrap_err().to_string();
    assert!(error.contains("could not be read again"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_would_be_too_large_to_be_read_is_not_written() {
    let document = read(&deep(1), &Catalog::default()).document;
    let text = to_text(&document, None);
    let bytes = text.len() as u64;
    disk::check_readable(&document, &text, bytes).unwrap();
    let why = disk::check_readable(&document, &text, bytes - 1).unwrap_err();
    assert!(why.contains("Loom reads none that is larger"), "{why}");
}

#[test]
fn a_file_with_more_entries_than_fit_is_refused_and_notes_are_counted() {
    let path = Path::new(SAVEFILE);
    let file = |entries: usize| format!("{{\"nodes\": [{{}}{}]}}", ",{}".repeat(entries - 1));
    let loaded = read(&file(5000), &Catalog::default());
    assert_eq!((loaded.notes.len(), loaded.left_out), (1001, 1001));
    assert!(
        loaded.notes[1000].starts_with("4000 more"),
        "{}",
        loaded.notes[1000]
    );
    assert_eq!(loaded.document.meta.kept_nodes.len(), 5000);
    let refused = parse(file(MOST_ENTRIES + 1).as_bytes(), path, &Catalog::default());
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("more than a million"), "{error}");
}
