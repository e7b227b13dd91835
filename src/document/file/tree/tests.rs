//! Versions of one small graph, compared and merged.

use serde_json::json;

use super::*;

/// Three numbers, the second of which takes the first.
fn base() -> Json {
    let node = |id: u32, title: &str, x: i32| {
        json!({
            "nodeId": format!("node_{id}"), "name": "number", "title": title,
            "position": {"x": x, "y": 0},
            "input": [{"var": "value", "value": 1}, {"var": "digits", "value": 2}],
            "output": ["result"], "ref": "builtin", "entryFunction": "number",
        })
    };
    json!({
        "formatVersion": 2, "minReader": 2, "projectId": "p", "projectName": "P",
        "metadata": {"lastModified": "2026-01-01T00:00:00Z"},
        "nodes": [node(1, "One", 0), node(2, "Two", 300), node(3, "Three", 600)],
        "connections": [link(1, 2, "value")],
    })
}

fn link(from: u32, to: u32, port: &str) -> Json {
    json!({
        "sourceNodeId": format!("node_{from}"), "sourcePort": "result",
        "targetNodeId": format!("node_{to}"), "targetPort": port,
    })
}

fn tree(json: &Json) -> Tree {
    Tree::read(json.to_string().as_bytes(), Path::new("savefile.json")).unwrap()
}

fn changed(change: impl FnOnce(&mut Json)) -> Json {
    let mut json = base();
    change(&mut json);
    json
}

fn value(json: &mut Json, node: usize, input: usize, value: i32) {
    json["nodes"][node]["input"][input]["value"] = value.into();
}

fn said(before: &Json, after: &Json) -> Vec<String> {
    let found = compare(&tree(before), &tree(after));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_text_becomes_a_tree_and_the_same_text() {
    let text = to_text(
        &parse(
            base().to_string().as_bytes(),
            Path::new(""),
            &Catalog::default(),
        )
        .unwrap()
        .document,
        None,
    );
    assert_eq!(Tree::of_text(&text).to_text(), text);
}

#[test]
fn differences_are_told_as_people_see_them() {
    assert_eq!(said(&base(), &base()), [""; 0]);
    let later = changed(|json| {
        value(json, 0, 0, 5);
        json["nodes"][1]["position"]["x"] = 310.into();
        json["nodes"][1]["mode"] = "muted".into();
        json["nodes"].as_array_mut().unwrap().remove(2);
        let mut new = json["nodes"][0].clone();
        new["nodeId"] = "node_4".into();
        new["title"] = "Four".into();
        json["nodes"].as_array_mut().unwrap().push(new);
        json["connections"] = json!([link(4, 2, "value"), link(1, 4, "value")]);
        json["projectName"] = "Q".into();
        json["metadata"]["lastModified"] = "2026-01-02T00:00:00Z".into();
    });
    assert_eq!(
        said(&base(), &later),
        [
            "~ file: projectName \"P\" -> \"Q\"",
            "~ node \"One\" (node_1): value 1 -> 5",
            "~ node \"Two\" (node_2): moved, mode (none) -> \"muted\"",
            "+ node \"Four\" (node_4)",
            "- node \"Three\" (node_3)",
            "~ link Four.result -> Two.value: sourceNodeId \"node_1\" -> \"node_4\"",
            "+ link One.result -> Four.value",
        ]
    );
    let found = compare(&tree(&base()), &tree(&later));
    assert_eq!(
        in_few_words(&found),
        "1 node added, 1 node removed, 2 nodes changed, 1 link added, 1 link changed, 1 description changed"
    );
    assert_eq!(
        in_few_words(&found[3..5]),
        "\"Four\" added, \"Three\" removed"
    );
    let lines: Vec<_> = found.iter().map(in_words).collect();
    assert_eq!(
        lines[1..4],
        [
            "\"One\": value 1 -> 5",
            "\"Two\": moved, mode (none) -> \"muted\"",
            "\"Four\" added",
        ]
    );
    // The other way round all of it is the other way round.
    let back = said(&later, &base());
    assert!(
        back.contains(&"+ node \"Three\" (node_3)".to_owned()),
        "{back:?}"
    );
    assert!(
        back.contains(&"- node \"Four\" (node_4)".to_owned()),
        "{back:?}"
    );
}

#[test]
fn changes_that_do_not_touch_each_other_are_merged() {
    let ours = changed(|json| {
        value(json, 0, 0, 5);
        json["nodes"][2]["title"] = "Third".into();
        json["metadata"]["lastModified"] = "2026-01-03T00:00:00Z".into();
    });
    let theirs = changed(|json| {
        value(json, 0, 1, 7);
        json["nodes"][2]["position"]["x"] = 900.into();
        json["connections"] = json!([link(1, 2, "value"), link(2, 3, "value")]);
        json["metadata"]["lastModified"] = "2026-01-02T00:00:00Z".into();
    });
    let both = changed(|json| {
        value(json, 0, 0, 5);
        value(json, 0, 1, 7);
        json["nodes"][2]["title"] = "Third".into();
        json["nodes"][2]["position"]["x"] = 900.into();
        json["connections"] = json!([link(1, 2, "value"), link(2, 3, "value")]);
        json["metadata"]["lastModified"] = "2026-01-03T00:00:00Z".into();
    });
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let merged = merge(&tree(&base()), &tree(ours), &tree(theirs), &|_| None).unwrap();
        assert!(merged.is_clean(), "{merged:?}");
        assert_eq!(merged.text, tree(&both).to_text());
    }
}

#[test]
fn what_both_changed_is_told_and_chosen() {
    let ours = changed(|json| value(json, 0, 0, 5));
    let theirs = changed(|json| value(json, 0, 0, 6));
    for (choose, expected, word) in [
        (None, 5, "ours"),
        (Some(Side::Ours), 5, "ours"),
        (Some(Side::Theirs), 6, "theirs"),
    ] {
        let merged = merge(&tree(&base()), &tree(&ours), &tree(&theirs), &|_| choose).unwrap();
        let conflicts: Vec<_> = merged.conflicts.iter().map(ToString::to_string).collect();
        let told = format!("node \"One\" (node_1), value: ours 5, theirs 6; taken: {word}");
        assert_eq!(conflicts, [told]);
        assert_eq!(
            merged.text,
            tree(&changed(|json| value(json, 0, 0, expected))).to_text()
        );
    }
    // The same on both sides is no conflict.
    let merged = merge(&tree(&base()), &tree(&ours), &tree(&ours), &|_| None).unwrap();
    assert!(merged.is_clean());
}

#[test]
fn a_node_that_one_removed_and_the_other_changed_stays() {
    let linked = |json: &mut Json| {
        let links = [
            link(1, 2, "value"),
            link(1, 3, "digits"),
            link(3, 2, "digits"),
        ];
        json["connections"] = json!(links);
    };
    let base = || changed(linked);
    let mut ours = base();
    ours["nodes"].as_array_mut().unwrap().remove(2);
    ours["connections"] = json!([link(1, 2, "value")]);
    let mut theirs = base();
    value(&mut theirs, 2, 0, 9);
    let whole = theirs.clone();
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let merged = merge(&tree(&base()), &tree(ours), &tree(theirs), &|_| None).unwrap();
        assert_eq!(merged.conflicts.len(), 1, "{merged:?}");
        assert!(merged.text.contains("\"node_3\""));
        // With the links that it had.
        let json: Json = serde_json::from_str(&merged.text).unwrap();
        assert_eq!(said(&whole, &json), [""; 0]);
    }
    // Untouched on the other side, it goes.
    let merged = merge(&tree(&base()), &tree(&ours), &tree(&base()), &|_| None).unwrap();
    assert!(merged.is_clean() && !merged.text.contains("node_3"));
}

#[test]
fn new_nodes_of_one_number_are_two_nodes() {
    let with = |title: &str, from: u32| {
        changed(|json| {
            let mut new = json["nodes"][0].clone();
            new["nodeId"] = "node_4".into();
            new["title"] = title.into();
            new["position"]["x"] = (from * 1000).into();
            json["nodes"].as_array_mut().unwrap().push(new);
            json["connections"] = json!([link(1, 2, "value"), link(from, 4, "value")]);
        })
    };
    let (ours, theirs) = (with("Mine", 1), with("Other", 2));
    let merged = merge(&tree(&base()), &tree(&ours), &tree(&theirs), &|_| None).unwrap();
    assert!(merged.is_clean(), "{merged:?}");
    let json: Json = serde_json::from_str(&merged.text).unwrap();
    assert_eq!(
        said(&ours, &json),
        [
            "+ node \"Other\" (node_5)",
            "+ link Two.result -> Other.value"
        ]
    );
}

#[test]
fn what_does_not_go_together_is_told() {
    // A link to a node that the other side removed.
    let ours = changed(|json| drop(json["nodes"].as_array_mut().unwrap().remove(2)));
    let theirs = changed(|json| {
        json["connections"]
            .as_array_mut()
            .unwrap()
            .push(link(1, 3, "value"));
    });
    let merged = merge(&tree(&base()), &tree(&ours), &tree(&theirs), &|_| None).unwrap();
    assert_eq!(
        merged.lost,
        [
            "the link from One.result to Three.value was left out: the node \"Three\" was removed on the other side"
        ]
    );
    // Links that make a ring together.
    let ours = changed(|json| {
        json["connections"]
            .as_array_mut()
            .unwrap()
            .push(link(2, 3, "value"));
    });
    let theirs = changed(|json| {
        json["connections"]
            .as_array_mut()
            .unwrap()
            .push(link(3, 1, "value"));
    });
    let merged = merge(&tree(&base()), &tree(&ours), &tree(&theirs), &|_| None).unwrap();
    assert_eq!(merged.lost.len(), 1, "{merged:?}");
    assert!(!merged.is_clean());
}

#[test]
fn a_link_that_led_nowhere_before_is_left_alone() {
    let loose = changed(|json| {
        let mut loose = link(1, 3, "value");
        loose["targetNodeId"] = "nowhere".into();
        json["connections"].as_array_mut().unwrap().push(loose);
    });
    let merged = merge(&tree(&loose), &tree(&loose), &tree(&loose), &|_| None).unwrap();
    assert!(merged.is_clean(), "{merged:?}");
    assert!(merged.text.contains("nowhere"));
}
