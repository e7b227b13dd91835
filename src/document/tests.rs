//! Property test: whatever users do, undo takes all of it back and redo makes it again, to the byte.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::graph::{
    Bank, Flat, InputSpec, Link, Mode, NodeKind, OutputSpec, Port, Rect, Subgraph, SubgraphId,
    ValueType, pos2, vec2,
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
    /// The last: into which subgraph.
    Paste(u32, u32, u32),
    AddIn(u32),
    Group(u32, u32),
    Ungroup(u32),
    Independent(u32),
    Rename(u32, bool),
    Unused,
    Mode(u32, u32, bool),
    Collapse(u32, u32),
    Colour(u32, u8),
    Frame(u32, u32),
    Note(i16, String),
    Reroute(u32),
    Insert(u32, u32),
    TakeOut(u32, u32),
    Dissolve(u32, u32),
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
        1 => (id.clone(), id.clone(), 0..8_u32).prop_map(|(a, b, into)| Deed::Paste(a, b, into)),
        2 => (0..8_u32).prop_map(Deed::AddIn),
        3 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Group(a, b)),
        2 => id.clone().prop_map(Deed::Ungroup),
        1 => id.clone().prop_map(Deed::Independent),
        1 => (0..8_u32, any::<bool>()).prop_map(|(a, is_gone)| Deed::Rename(a, is_gone)),
        1 => Just(Deed::Unused),
        1 => (id.clone(), id.clone(), any::<bool>()).prop_map(|(a, b, is_muted)| Deed::Mode(a, b, is_muted)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Collapse(a, b)),
        1 => (id.clone(), any::<u8>()).prop_map(|(a, red)| Deed::Colour(a, red)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Frame(a, b)),
        1 => (any::<i16>(), "[a-z# ]{0,5}").prop_map(|(x, text)| Deed::Note(x, text)),
        2 => id.clone().prop_map(Deed::Reroute),
        2 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::Insert(a, b)),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Deed::TakeOut(a, b)),
        1 => (id.clone(), id).prop_map(|(a, b)| Deed::Dissolve(a, b)),
        1 => Just(Deed::Undo),
        1 => Just(Deed::Redo),
    ];
    proptest::collection::vec(deed, 1..120)
}

/// All ports of a subgraph get other names, or the last input goes.
fn change_ports(graph: &Graph, id: SubgraphId, is_gone: bool) -> Option<Transaction> {
    let mut new = Subgraph::clone(graph.subgraph(id)?);
    let mut inputs = Vec::new();
    let mut outputs = Vec::new();
    if is_gone {
        new.inputs.pop();
    } else {
        new.title = "Changed".into();
        for port in &mut new.inputs {
            let name: Name = format!("{}x", port.name).into();
            inputs.push((std::mem::replace(&mut port.name, name.clone()), name));
        }
        for port in &mut new.outputs {
            let name: Name = format!("{}y", port.name).into();
            outputs.push((std::mem::replace(&mut port.name, name.clone()), name));
        }
    }
    Some(ops::set_ports(graph, id, new, &inputs, &outputs))
}

/// A link from the first output of a node, as links of subgraphs and reroutes have other ports than functions.
fn first_link(graph: &Graph, from: u32, to: u32, is_second: bool) -> Option<Link> {
    let output = graph.node(NodeId(from))?.kind.outputs.first()?;
    let inputs = &graph.node(NodeId(to))?.kind.inputs;
    let input = inputs.get(usize::from(is_second)).or(inputs.first())?;
    Some(Link {
        from: Port::new(NodeId(from), output.name.clone()),
        to: Port::new(NodeId(to), input.name.clone()),
    })
}

/// What runs, by keys: values and links of all functions. Titles are for the eye and followed with the next result.
fn shown(flat: &Flat) -> Vec<String> {
    let graph = flat.graph();
    let key = |id| &graph.node(id).unwrap().key;
    let mut lines: Vec<_> = graph
        .nodes()
        .map(|node| {
            let Node { kind, values, .. } = node;
            format!("{} {} {values:?}", node.key, kind.function)
        })
        .collect();
    lines.extend(graph.links().map(|link| {
        let (from, to) = (&link.from, &link.to);
        format!(
            "{}.{}>{}.{}",
            key(from.node),
            from.name,
            key(to.node),
            to.name
        )
    }));
    lines.sort();
    lines
}

/// Grouping and ungrouping change nothing of it; copies have other keys, and a bypassed node had nothing that ran.
fn keeps_what_runs(graph: &Graph, deed: &Deed) -> bool {
    match deed {
        Deed::Group(..) => true,
        Deed::Ungroup(id) => graph.node(NodeId(*id)).is_some_and(|node| {
            let inside = node.kind.role.inside();
            let is_last = inside.is_none_or(|id| graph.uses_of(id).count() == 1);
            is_last && node.style.mode != Mode::Bypassed
        }),
        _ => false,
    }
}

/// The same lines without the nodes that stand around.
fn anywhere(lines: &[String]) -> Vec<String> {
    let end = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let line = |line: &String| line.split('>').map(end).collect::<Vec<_>>().join(">");
    let mut lines: Vec<_> = lines.iter().map(line).collect();
    lines.sort();
    lines
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
    let nothing = || Transaction::new("Nothing", Vec::new());
    let transaction = match deed {
        Deed::Add(x, y) => ops::add_node(graph, &kind(), pos2(x.into(), y.into()), None, None).1,
        Deed::Delete(a, b) => ops::delete(graph, &ids(&[a, b])),
        Deed::Link(a, b, to_b) => {
            let link = first_link(graph, a, b, to_b);
            link.map_or_else(nothing, |link| ops::connect(graph, link))
        }
        Deed::Unlink(a) => ops::disconnect(graph.incoming(NodeId(a)).to_vec()),
        Deed::Value(a, int) => ops::set_value(Port::new(NodeId(a), "a"), Some(Value::Int(int))),
        Deed::Move(a, b, by) => ops::move_by(graph, &ids(&[a, b]), vec2(by.into(), 1.0)),
        Deed::Title(a, title) => {
            ops::set_title(NodeId(a), (!title.is_empty()).then(|| title.into()))
        }
        Deed::Duplicate(a, b) => ops::duplicate(graph, &ids(&[a, b]), vec2(20.0, 20.0)).1,
        Deed::Paste(a, b, into) => {
            let text = clipboard::copy(graph, &ids(&[a, b]));
            let copied = clipboard::parse(&text, &Catalog::new([kind()])).unwrap();
            let into = graph.subgraph(SubgraphId(into)).map(|it| it.id);
            ops::insert_copies(graph, "Paste", &copied, vec2(5.0, 5.0), into).1
        }
        Deed::AddIn(into) => {
            let into = graph.subgraph(SubgraphId(into)).map(|it| it.id);
            ops::add_node(graph, &kind(), pos2(7.0, 7.0), into, None).1
        }
        Deed::Group(a, b) => {
            let group = ops::group(graph, &ids(&[a, b]), "Group");
            group.map_or_else(nothing, |(_, transaction)| transaction)
        }
        Deed::Ungroup(a) => {
            let ungroup = ops::ungroup(graph, NodeId(a));
            ungroup.map_or_else(nothing, |(_, transaction)| transaction)
        }
        Deed::Independent(a) => {
            let made = ops::make_independent(graph, NodeId(a));
            made.map_or_else(nothing, |(_, transaction)| transaction)
        }
        Deed::Rename(id, is_gone) => {
            change_ports(graph, SubgraphId(id), is_gone).unwrap_or_else(nothing)
        }
        Deed::Unused => ops::remove_unused(graph),
        Deed::Mode(a, b, is_muted) => {
            let mode = if is_muted {
                Mode::Muted
            } else {
                Mode::Bypassed
            };
            ops::toggle_mode(graph, &ids(&[a, b]), mode)
        }
        Deed::Collapse(a, b) => ops::toggle_collapsed(graph, &ids(&[a, b])),
        Deed::Colour(a, red) => ops::set_colour(graph, &ids(&[a]), Some([red, 0, 9])),
        Deed::Frame(a, b) => {
            let nodes: Vec<_> = [a, b].map(NodeId).into();
            let nodes = nodes.into_iter().filter_map(|id| graph.node(id));
            let around = Rect::from_points(&nodes.map(|node| node.pos).collect::<Vec<_>>());
            let around = if around.is_finite() {
                around
            } else {
                Rect::ZERO
            };
            ops::add_frame(graph, around, Some("Frame".into()), None).1
        }
        Deed::Note(x, text) => ops::add_note(graph, pos2(x.into(), 0.5), &text, None).1,
        Deed::Reroute(a) => {
            let link = graph.incoming(NodeId(a)).first();
            let made = link.and_then(|link| ops::add_reroute(graph, link, pos2(1.0, 1.0)));
            made.map_or_else(nothing, |(_, transaction)| transaction)
        }
        Deed::Insert(a, b) => {
            let link = graph.incoming(NodeId(b)).first();
            let inserted = link.and_then(|link| ops::insert_on_link(graph, NodeId(a), link));
            inserted.unwrap_or_else(nothing)
        }
        Deed::TakeOut(a, b) => ops::take_out(graph, &ids(&[a, b])),
        Deed::Dissolve(a, b) => ops::dissolve(graph, &ids(&[a, b])),
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn undo_takes_everything_back_and_redo_makes_it_again(deeds in deeds()) {
        let mut document = Document::default();
        let start = file::to_text(&document, None);
        let mut flat = Flat::default();
        for deed in deeds {
            let said = format!("{deed:?}");
            let is_same_after = keeps_what_runs(document.graph(), &deed);
            let before = shown(&flat);
            act(&mut document, deed);
            flat.update(document.graph());
            if is_same_after {
                prop_assert_eq!(anywhere(&shown(&flat)), anywhere(&before), "{}", said);
            }
            prop_assert_eq!(shown(&flat), shown(&Flat::of(document.graph())), "{}", said);
        }
        while document.redo().is_some() {}
        let end = file::to_text(&document, None);
        let graph = document.graph().clone();
        while document.undo().is_some() {}
        prop_assert_eq!(file::to_text(&document, None), start);
        prop_assert!(document.graph().is_empty());
        flat.update(document.graph());
        prop_assert!(flat.graph().is_empty());
        while document.redo().is_some() {}
        prop_assert_eq!(file::to_text(&document, None), end.clone());
        prop_assert_eq!(document.graph(), &graph);
        // Many steps at once, as the history panel goes.
        flat.update(document.graph());
        prop_assert_eq!(shown(&flat), shown(&Flat::of(&graph)));
        let half = document.history().done() / 2;
        while document.history().done() > half {
            document.undo();
        }
        flat.update(document.graph());
        prop_assert_eq!(shown(&flat), shown(&Flat::of(document.graph())));

        let loaded = file::parse(end.as_bytes(), "savefile.json".as_ref(), &Catalog::new([kind()])).unwrap();
        prop_assert_eq!(loaded.notes.len(), 0);
        prop_assert_eq!(file::to_text(&loaded.document, None), end);
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
