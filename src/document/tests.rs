//! Property test: whatever users do, undo takes all of it back and redo makes it again, to the byte.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::graph::{
    Bank, Flat, InputSpec, Link, Mode, NodeKind, OutputSpec, Port, Rect, Subgraph, ValueType, pos2,
    vec2,
};

fn kind() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = vec![
        InputSpec::new("a", ValueType::Int),
        InputSpec::new("b", ValueType::Any),
    ];
    kind.outputs = vec![OutputSpec {
        name: "sum".into(),
        ty: ValueType::Int,
    }];
    Arc::new(kind)
}

#[derive(Clone, Debug)]
enum Deed {
    Add(i16, i16),
    Delete(u32, u32),
    Link(u32, u32, bool),
    Unlink(u32),
    Value(u32, i64),
    Move(u32, u32, i16),
    Title(u32, String),
    Duplicate(u32, u32),
    Paste(u32, u32),
    Group(u32, u32),
    Ungroup(u32),
    UseAgain(u32),
    Mode(u32, u32, bool),
    Collapse(u32),
    Frame(i16),
    Note(i16),
    Reroute(u32),
    RemoveUnused,
    Insert(u32, u32),
    TakeOut(u32, u32),
    Dissolve(u32, u32),
    LeadThroughDots(u32),
    MakeIndependent(u32),
    Ports(u32, u8),
    Nudge(u32),
    Resize(u32, i16),
    Undo,
    Redo,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let id = 0..40_u32;
    let deed = prop_oneof![
        4 => (any::<i16>(), any::<i16>()).prop_map(|(x, y)| Deed::Add(x, y)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Delete(a, b)),
        6 => (id.clone(), id.clone(), any::<bool>()).prop_map(|(a, b, to_b)| Deed::Link(a, b, to_b)),
        1 => id.clone().prop_map(Deed::Unlink),
        2 => (id.clone(), any::<i64>()).prop_map(|(a, int)| Deed::Value(a, int)),
        2 => (id.clone(), id.clone(), any::<i16>()).prop_map(|(a, b, by)| Deed::Move(a, b, by)),
        1 => (id.clone(), "[a-zäß ]{0,5}").prop_map(|(a, title)| Deed::Title(a, title)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Duplicate(a, b)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Paste(a, b)),
        2 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Group(a, b)),
        1 => id.clone().prop_map(Deed::Ungroup),
        1 => id.clone().prop_map(Deed::UseAgain),
        1 => (id.clone(), id.clone(), any::<bool>()).prop_map(|(a, b, mutes)| Deed::Mode(a, b, mutes)),
        1 => id.clone().prop_map(Deed::Collapse),
        1 => any::<i16>().prop_map(Deed::Frame),
        1 => any::<i16>().prop_map(Deed::Note),
        1 => id.clone().prop_map(Deed::Reroute),
        1 => Just(Deed::RemoveUnused),
        2 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Insert(a, b)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::TakeOut(a, b)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Dissolve(a, b)),
        1 => id.clone().prop_map(Deed::LeadThroughDots),
        1 => id.clone().prop_map(Deed::MakeIndependent),
        2 => (id.clone(), any::<u8>()).prop_map(|(a, how)| Deed::Ports(a, how)),
        2 => id.clone().prop_map(Deed::Nudge),
        1 => (id, any::<i16>()).prop_map(|(a, to)| Deed::Resize(a, to)),
        1 => Just(Deed::Undo),
        1 => Just(Deed::Redo),
    ];
    proptest::collection::vec(deed, 1..120)
}

/// Do it; deeds that the graph refuses must leave it as it was.
fn act(document: &mut Document, deed: Deed) {
    let ids = |ids: &[u32]| {
        ids.iter()
            .map(|id| NodeId(*id))
            .filter(|id| document.graph().node(*id).is_some())
            .collect()
    };
    let graph = document.graph();
    let transaction = match deed {
        Deed::Add(x, y) => ops::add_node(graph, &kind(), (pos2(x.into(), y.into()), None), None).1,
        Deed::Delete(a, b) => ops::delete(graph, &ids(&[a, b])),
        Deed::Link(a, b, to_b) => {
            let from = Port::new(NodeId(a), "sum");
            let to = Port::new(NodeId(b), if to_b { "b" } else { "a" });
            // No hand reaches a port that is not there.
            let kinds = [from.node, to.node].map(|id| graph.node(id).map(|node| &node.kind));
            let [from_kind, to_kind] = kinds;
            let has_output = from_kind.is_some_and(|kind| kind.output_index(&from.name).is_some());
            if !has_output || to_kind.is_none_or(|kind| kind.input(&to.name).is_none()) {
                return;
            }
            ops::connect(graph, Link { from, to })
        }
        Deed::Unlink(a) => ops::disconnect(graph.incoming(NodeId(a)).to_vec()),
        Deed::Value(a, int) => ops::set_value(Port::new(NodeId(a), "a"), Some(Value::Int(int))),
        Deed::Move(a, b, by) => ops::move_by(graph, &ids(&[a, b]), vec2(by.into(), 1.0)),
        Deed::Title(a, title) => {
            ops::set_title(NodeId(a), (!title.is_empty()).then(|| title.into()))
        }
        Deed::Duplicate(a, b) => ops::duplicate(graph, &ids(&[a, b]), vec2(20.0, 20.0)).1,
        Deed::Paste(a, b) => {
            let text = clipboard::copy(graph, &ids(&[a, b]));
            let copied = clipboard::parse(&text, &Catalog::new([kind()])).unwrap();
            ops::insert_copies(graph, "Paste", &copied, (vec2(5.0, 5.0), None)).1
        }
        Deed::Group(a, b) => match ops::group(graph, &ids(&[a, b]), "Both") {
            Some((_, transaction)) => transaction,
            None => return,
        },
        Deed::Ungroup(a) => match ops::ungroup(graph, NodeId(a)) {
            Some((_, transaction)) => transaction,
            None => return,
        },
        // The subgraph of a node once more, also where it would stand inside itself.
        Deed::UseAgain(a) => match graph.subgraphs().nth(a as usize % 3) {
            Some(subgraph) => {
                let kind = graph.subgraph_kind(subgraph.id).unwrap();
                let parent = graph.node(NodeId(a)).and_then(|node| node.parent);
                ops::add_node(graph, kind, (pos2(a as f32, 0.0), parent), None).1
            }
            None => return,
        },
        Deed::Mode(a, b, mutes) => {
            let mode = if mutes { Mode::Muted } else { Mode::Bypassed };
            ops::toggle_mode(graph, &ids(&[a, b]), mode)
        }
        Deed::Collapse(a) => ops::toggle_collapsed(graph, &ids(&[a])),
        Deed::Frame(x) => {
            let rect = Rect::from_min_size(pos2(x.into(), 0.0), vec2(300.0, 200.0));
            ops::add_frame(graph, rect, Some("Frame".into()), None).1
        }
        Deed::Note(x) => ops::add_note(graph, pos2(x.into(), 5.0), None).1,
        Deed::Reroute(a) => match graph.incoming(NodeId(a)).first() {
            Some(link) => ops::add_reroute(graph, link, pos2(1.0, 2.0)).1,
            None => return,
        },
        Deed::RemoveUnused => ops::remove_unused(graph),
        Deed::Insert(a, b) => {
            let link = graph.incoming(NodeId(b)).first();
            match link.and_then(|link| ops::insert_on_link(graph, NodeId(a), link)) {
                Some(transaction) => transaction,
                None => return,
            }
        }
        Deed::TakeOut(a, b) => ops::take_out(graph, &ids(&[a, b])),
        Deed::Dissolve(a, b) => ops::dissolve(graph, &ids(&[a, b])),
        Deed::LeadThroughDots(a) => ops::reroute_outputs(graph, &ids(&[a])).1,
        Deed::MakeIndependent(a) => match ops::make_independent(graph, NodeId(a)) {
            Some(transaction) => transaction,
            None => return,
        },
        Deed::Ports(a, how) => match graph.subgraphs().nth(a as usize % 3) {
            Some(subgraph) => changed_ports(graph, subgraph, how),
            None => return,
        },
        Deed::Nudge(a) => {
            let mut moved = ops::move_by(graph, &ids(&[a]), vec2(20.0, 0.0));
            moved.label = "Nudge".into();
            document.commit_joined(moved).unwrap();
            return;
        }
        Deed::Resize(a, to) => {
            let rect = Rect::from_min_size(pos2(to.into(), 3.0), vec2(200.0, 100.0));
            ops::resize(graph, NodeId(a), rect)
        }
        Deed::Undo => {
            document.undo();
            return;
        }
        Deed::Redo => {
            document.redo();
            return;
        }
    };
    let before = file::to_text(document, None);
    if document.commit(transaction).is_err() {
        assert_eq!(
            file::to_text(document, None),
            before,
            "a refused transaction changes nothing"
        );
    }
}

/// A port is renamed, goes, moves or is another type.
fn changed_ports(graph: &Graph, subgraph: &Subgraph, how: u8) -> Transaction {
    let mut new = subgraph.clone();
    let mut renamed = Vec::new();
    match how % 5 {
        0 if !new.inputs.is_empty() => {
            let name: Name = format!("in_{how}").into();
            renamed.push((new.inputs[0].name.clone(), name.clone()));
            new.inputs[0].name = name;
        }
        1 => drop(new.inputs.pop()),
        2 => drop(new.outputs.pop()),
        3 => new.inputs.reverse(),
        _ => new
            .outputs
            .extend(new.outputs.first().cloned().map(|port| OutputSpec {
                name: format!("out_{how}").into(),
                ..port
            })),
    }
    ops::set_ports(graph, subgraph.id, new, &renamed, &[])
}

/// What runs, by keys: nodes with their values, and links.
fn shown(flat: &Flat) -> Vec<String> {
    let graph = flat.graph();
    let key = |id| graph.node(id).map(|node| node.key.to_string());
    let nodes = graph
        .nodes()
        .map(|node| format!("{} {:?}", node.key, node.values));
    let links = graph.links().map(|link| {
        format!(
            "{:?} {:?} {}",
            key(link.from.node),
            key(link.to.node),
            link.to.name
        )
    });
    let mut lines: Vec<_> = nodes.chain(links).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn undo_takes_everything_back_and_redo_makes_it_again(deeds in deeds()) {
        let mut document = Document::default();
        let start = file::to_text(&document, None);
        let mut flat = Flat::default();
        for deed in deeds {
            act(&mut document, deed);
            flat.update(document.graph());
            prop_assert_eq!(shown(&flat), shown(&Flat::of(document.graph())));
        }
        while document.redo().is_some() {}
        let end = file::to_text(&document, None);
        let graph = document.graph().clone();
        while document.undo().is_some() {}
        flat.update(document.graph());
        prop_assert_eq!(shown(&flat), shown(&Flat::of(document.graph())));
        prop_assert_eq!(file::to_text(&document, None), start);
        prop_assert!(document.graph().is_empty());
        while document.redo().is_some() {}
        flat.update(document.graph());
        prop_assert_eq!(shown(&flat), shown(&Flat::of(document.graph())));
        prop_assert_eq!(file::to_text(&document, None), end.clone());
        prop_assert_eq!(document.graph(), &graph);

        let loaded = file::parse(end.as_bytes(), "savefile.json".as_ref(), &Catalog::new([kind()])).unwrap();
        prop_assert_eq!(loaded.notes, Vec::<String>::new());
        prop_assert_eq!(file::to_text(&loaded.document, None), end);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_was_noted_makes_the_same_document_again(before in deeds(), after in deeds()) {
        let mut first = Document::default();
        for deed in before {
            act(&mut first, deed);
        }
        let text = file::to_text(&first, None);
        let catalog = Catalog::new([kind()]);
        let read = || file::parse(text.as_bytes(), "savefile.json".as_ref(), &catalog).unwrap().document;

        let mut document = read();
        document.record();
        let mut lines = Vec::new();
        for (at, deed) in after.into_iter().enumerate() {
            act(&mut document, deed);
            if at % 16 == 0 {
                document.set_saved(document.history().mark());
            }
            lines.extend(document.take_entries().iter().map(|entry| file::entry_to_json(entry).to_string()));
        }

        let mut again = read();
        for line in lines {
            let entry = file::entry_from_text(&line, again.graph(), &catalog);
            let entry = entry.ok_or_else(|| TestCaseError::fail(format!("not read: {line}")))?;
            again.replay(entry).unwrap();
        }
        prop_assert_eq!(again.graph(), document.graph());
        prop_assert_eq!(again.is_dirty(), document.is_dirty());
        loop {
            prop_assert_eq!(file::to_text(&again, None), file::to_text(&document, None));
            let (label, same) = (again.undo(), document.undo());
            prop_assert_eq!(&label, &same);
            if label.is_none() {
                break;
            }
        }
        while let Some(label) = document.redo() {
            prop_assert_eq!(again.redo(), Some(label));
        }
        prop_assert_eq!(again.redo(), None);
        prop_assert_eq!(again.graph(), document.graph());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn versions_are_merged_by_who_changed_what(start in deeds(), one in deeds(), other in deeds()) {
        use file::tree::{Tree, compare, merge};
        let mut base = Document::default();
        for deed in start {
            act(&mut base, deed);
        }
        let after = |deeds: Vec<Deed>| {
            let mut document = base.clone();
            for deed in deeds {
                act(&mut document, deed);
            }
            Tree::read(file::to_text(&document, None).as_bytes(), "savefile.json".as_ref()).unwrap()
        };
        let (base, ours, theirs) = (after(Vec::new()), after(one), after(other));
        let merged = |ours: &Tree, theirs: &Tree| {
            let merged = merge(&base, ours, theirs, &|_| None).unwrap();
            let tree = Tree::read(merged.text.as_bytes(), "savefile.json".as_ref()).unwrap();
            (merged, tree)
        };
        // Whoever alone changed something has it.
        for tree in [&base, &ours, &theirs] {
            for (one, other) in [(tree, &base), (&base, tree), (tree, tree)] {
                let (result, merged) = merged(one, other);
                prop_assert!(result.is_clean(), "{result:?}");
                prop_assert_eq!(compare(tree, &merged), Vec::new());
            }
        }
        // What both did is sound, and what does not touch is there whichever side it came from.
        let (result, merged) = merged(&ours, &theirs);
        let text = merge(&base, &theirs, &ours, &|_| None).unwrap();
        prop_assert_eq!(result.conflicts.len(), text.conflicts.len());
        let loaded = file::parse(result.text.as_bytes(), "savefile.json".as_ref(), &Catalog::default()).unwrap();
        prop_assert!(loaded.left_out == 0 || !result.lost.is_empty(), "{:?}", loaded.notes);
        if result.is_clean() && text.is_clean() {
            let again = merge(&base, &merged, &ours, &|_| None).unwrap();
            prop_assert!(again.is_clean(), "{again:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_version_is_one_step_away(start in deeds(), one in deeds(), other in deeds()) {
        let mut document = Document::default();
        for deed in start {
            act(&mut document, deed);
        }
        let mut target = document.clone();
        for deed in one {
            act(&mut document, deed);
        }
        for deed in other {
            act(&mut target, deed);
        }
        // As it would be read: with numbers of its own.
        let wanted = file::to_text(&target, None);
        let target = file::parse(wanted.as_bytes(), "savefile.json".as_ref(), &Catalog::new([kind()])).unwrap().document;
        let before = file::to_text(&document, None);
        let kept: Vec<_> = document.graph().nodes().map(|node| (node.id, node.key.clone(), node.parent)).collect();

        let step = ops::become_version(document.graph(), target.graph(), "Restore").unwrap();
        document.commit(step).unwrap();
        let read = |text: &str| file::tree::Tree::read(text.as_bytes(), "savefile.json".as_ref()).unwrap();
        let reached = file::to_text(&document, None);
        prop_assert_eq!(file::tree::compare(&read(&reached), &read(&wanted)), Vec::new());
        for (id, key, parent) in kept {
            if let Some(node) = document.graph().node(id) {
                prop_assert_eq!((&node.key, node.parent), (&key, parent));
            }
        }
        let again = ops::become_version(document.graph(), target.graph(), "Restore").unwrap();
        prop_assert_eq!(again.edits, Vec::new());
        if document.undo().is_some() {
            prop_assert!(reached == before || file::to_text(&document, None) == before);
        }
    }
}

#[test]
fn dirty_follows_the_history() {
    let mut document = Document::default();
    assert!(!document.is_dirty());
    act(&mut document, Deed::Add(0, 0));
    assert!(document.is_dirty());
    let mark = document.history().mark();
    document.set_saved(mark);
    act(&mut document, Deed::Move(0, 0, 9));
    assert!(document.is_dirty());
    assert_eq!(document.undo().unwrap(), "Move");
    assert!(!document.is_dirty());
    document.undo();
    assert!(document.is_dirty());
}
