//! Tables of what users do on the canvas: modes, frames, notes, nodes into links and out of them.

use super::*;

#[test]
fn modes_and_collapse_are_set_for_all_unless_all_have_them() {
    let mut document = document(3, &[]);
    let both = ids(&[0, 1]);
    for (nodes, mode, label, expected) in [
        (ids(&[0]), Mode::Muted, "Mute", [Mode::Muted, Mode::On]),
        (
            both.clone(),
            Mode::Muted,
            "Mute",
            [Mode::Muted, Mode::Muted],
        ),
        (
            ids(&[1]),
            Mode::Bypassed,
            "Bypass",
            [Mode::Muted, Mode::Bypassed],
        ),
        (
            both.clone(),
            Mode::Muted,
            "Mute",
            [Mode::Muted, Mode::Muted],
        ),
        (both.clone(), Mode::Muted, "Switch on", [Mode::On, Mode::On]),
    ] {
        let transaction = toggle_mode(document.graph(), &nodes, mode);
        assert_eq!(transaction.label, label);
        document.commit(transaction).unwrap();
        let mode = |id| document.graph().node(NodeId(id)).unwrap().style.mode;
        assert_eq!([mode(0), mode(1)], expected);
    }
    for (nodes, expected) in [(ids(&[0]), 1), (both.clone(), 2), (both, 0)] {
        let transaction = toggle_collapsed(document.graph(), &nodes);
        document.commit(transaction).unwrap();
        let nodes = document.graph().nodes();
        assert_eq!(
            nodes.filter(|node| node.style.is_collapsed).count(),
            expected
        );
    }
    let colour = set_colour(document.graph(), &ids(&[2]), Some([1, 2, 3]));
    document.commit(colour).unwrap();
    assert_eq!(
        document.graph().node(NodeId(2)).unwrap().style.colour,
        Some([1, 2, 3])
    );
}

#[test]
fn frames_carry_what_lies_in_them() {
    let mut document = document(3, &[]);
    let rect = |graph: &Graph, id: NodeId| {
        let node = graph.node(id)?;
        let size = node.style.size.unwrap_or(vec2(200.0, 100.0));
        Some(Rect::from_min_size(node.pos, size))
    };
    let around = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 100.0));
    let title = Some("Small".into());
    let (small, make) = add_frame(document.graph(), around, title, None);
    document.commit(make).unwrap();
    let around = rect(document.graph(), small).unwrap();
    let around = around.union(Rect::from_min_size(pos2(300.0, 0.0), vec2(200.0, 100.0)));
    let (large, make) = add_frame(document.graph(), around, None, None);
    document.commit(make).unwrap();
    let graph = document.graph();
    let all = |nodes: &[NodeId]| {
        let nodes = nodes.iter().copied().collect();
        carried(graph, &nodes, |id| rect(graph, id))
    };
    assert_eq!(all(&[small]), [NodeId(0), small].into());
    assert_eq!(all(&[large]), [NodeId(0), NodeId(1), small, large].into());
    assert_eq!(all(&[NodeId(2)]), ids(&[2]));

    let to = Rect::from_min_size(pos2(-5.0, 1.0), vec2(3.0, 400.0));
    for (node, edits) in [(small, 2), (NodeId(0), 0)] {
        let transaction = resize(document.graph(), node, to);
        assert_eq!(transaction.edits.len(), edits);
        document.commit(transaction).unwrap();
    }
    let frame = document.graph().node(small).unwrap();
    assert_eq!(frame.pos, to.min);
    assert_eq!(
        frame.style.size,
        Some(vec2(40.0, 400.0)),
        "it stays large enough to hold"
    );
    let (note, make) = add_note(document.graph(), Pos2::ZERO, "# Hello", None);
    document.commit(make).unwrap();
    let note = document.graph().node(note).unwrap();
    assert_eq!(note.values["text"], Value::text("# Hello"));
}

#[test]
fn a_node_goes_into_a_link_where_it_fits() {
    let links = [(0, 1, "a"), (1, 2, "a"), (3, 4, "a")];
    for (node, on, expected) in [
        (
            3,
            from_to(0, 1, "a"),
            Some(["0>3.a", "3>1.a", "3>4.a"].as_slice()),
        ),
        // Its first input is taken: the next one that fits is used.
        (4, from_to(0, 1, "a"), Some(&["0>4.b", "3>4.a", "4>1.a"])),
        (1, from_to(0, 1, "a"), None),
        (2, from_to(0, 1, "a"), None),
        (0, from_to(1, 2, "a"), None),
        (5, from_to(0, 1, "a"), None),
        (3, from_to(0, 1, "b"), None),
        (9, from_to(0, 1, "a"), None),
    ] {
        let mut document = document(5, &links);
        let make = add_node(document.graph(), &upper(), Pos2::ZERO, None, None);
        document.commit(make.1).unwrap();
        let insert = insert_on_link(document.graph(), NodeId(node), &on);
        assert_eq!(insert.is_some(), expected.is_some(), "{node} on {on:?}");
        let Some((insert, expected)) = insert.zip(expected) else {
            continue;
        };
        document.commit(insert).unwrap();
        let graph = document.graph();
        let is_meant = |it: &&Link| it != &&from_to(1, 2, "a");
        let links = graph.links().filter(is_meant);
        let mut links: Vec<_> = links
            .map(|it| format!("{}>{}.{}", it.from.node, it.to.node, it.to.name))
            .collect();
        links.sort();
        assert_eq!(links, expected);
    }
}

#[test]
fn links_heal_where_nodes_go() {
    let links = [
        (0, 1, "b"),
        (1, 2, "b"),
        (2, 3, "a"),
        (4, 2, "a"),
        (1, 5, "a"),
    ];
    for (nodes, out, gone) in [
        (
            ids(&[2]),
            ["0>1.b", "1>5.a", "4>3.a"].as_slice(),
            &["0>1.b", "1>5.a", "4>3.a"][..],
        ),
        // The first input of 2 comes from outside; 1 hands on what it reads itself.
        (
            ids(&[1, 2]),
            &["0>5.a", "1>2.b", "4>3.a"],
            &["0>5.a", "4>3.a"],
        ),
        (
            ids(&[0]),
            &["1>2.b", "1>5.a", "2>3.a", "4>2.a"],
            &["1>2.b", "1>5.a", "2>3.a", "4>2.a"],
        ),
    ] {
        for (is_gone, expected) in [(false, out), (true, gone)] {
            let mut document = document(6, &links);
            let transaction = if is_gone {
                dissolve(document.graph(), &nodes)
            } else {
                take_out(document.graph(), &nodes)
            };
            document.commit(transaction).unwrap();
            let graph = document.graph();
            let mut links: Vec<_> = graph
                .links()
                .map(|it| format!("{}>{}.{}", it.from.node, it.to.node, it.to.name))
                .collect();
            links.sort();
            assert_eq!(links, expected, "{nodes:?} {is_gone}");
            let count = if is_gone { 6 - nodes.len() } else { 6 };
            assert_eq!(graph.node_count(), count);
        }
    }
}
