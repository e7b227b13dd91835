//! What a start costs: the index of the node library, cold and from its cache. One line a case:
//! `load/CASE<TAB>ms<TAB>budget<TAB>ok|over`, wall time, the median of `ROUNDS`. Files are in the system's cache, as
//! they are on every start but the first after the machine's own.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use loom::document::{Document, Meta, Transaction, file, ops};
use loom::graph::{
    Bank, Catalog, Graph, InputSpec, Link, Node, NodeId, NodeKind, OutputSpec, Port, Value,
    ValueType, pos2, vec2,
};
use loom::nodebank::Nodebank;
use loom::project::journal::{Base, Journal, Location, Standing};

const ROUNDS: usize = 7;
const FILES: usize = 1_000;
const FUNCTIONS_A_FILE: usize = 4;

/// Name, budget in milliseconds, and what is measured.
type Case = (&'static str, f64, fn() -> f64);

const CASES: &[Case] = &[
    ("index/cold", 300.0, index_cold),
    ("index/second", 60.0, index_second),
    ("index/refresh", 20.0, index_refresh),
    ("project/load/10000", 150.0, project_load),
    ("project/save/10000", 100.0, project_save),
    ("project/edit/10000", 1.0, project_edit),
    ("journal/drag/1000", 1.0, || drag(false)),
    ("journal/drag/1000/noted", 2.0, || drag(true)),
    ("journal/append/1000", 10.0, journal_append),
    ("journal/rotate/10000", 1_000.0, journal_rotate),
];

/// Nodes of the project that is loaded and saved.
const NODES: u32 = 10_000;

fn main() {
    let only = std::env::args().nth(1).filter(|arg| !arg.starts_with("--"));
    for (name, budget, measure) in CASES {
        let name = format!("load/{name}");
        if only
            .as_ref()
            .is_some_and(|only| !name.contains(only.as_str()))
        {
            continue;
        }
        let ms = measure();
        let verdict = if ms <= *budget { "ok" } else { "over" };
        println!("{name}\t{ms:.2}\t{budget}\t{verdict}");
    }
}

/// Every file is read, and the cache written.
fn index_cold() -> f64 {
    let library = Library::new();
    median(|| {
        let _absent = fs::remove_file(library.cache());
        let mut bank = library.bank();
        let started = Instant::now();
        bank.refresh();
        let elapsed = started.elapsed();
        library.check(&bank);
        elapsed
    })
}

/// A savefile of 10,000 nodes and as many links becomes a document.
fn project_load() -> f64 {
    let (catalog, document) = project();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("savefile.json");
    file::save(&document, &path).expect("the project is saved");
    median(|| {
        let started = Instant::now();
        let loaded = file::load(&path, &catalog).expect("what was saved can be loaded");
        let elapsed = started.elapsed();
        assert_eq!(loaded.document.graph().node_count(), NODES as usize);
        elapsed
    })
}

/// The document becomes a file: written, checked, flushed and moved into place.
fn project_save() -> f64 {
    let (_, mut document) = project();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("savefile.json");
    let mut round = 0_i64;
    median(|| {
        round += 1;
        let input = Port::new(NodeId(7), "b");
        let edit = ops::set_value(input, Some(Value::Int(round)));
        document.commit(edit).expect("the value can be set");
        let started = Instant::now();
        let written = file::save(&document, &path).expect("the project is saved");
        assert!(written.is_some());
        started.elapsed()
    })
}

/// One node is moved, and moved back by undo.
fn project_edit() -> f64 {
    let (_, mut document) = project();
    median(|| {
        let moved = BTreeSet::from([NodeId(5_000)]);
        let started = Instant::now();
        let edit = ops::move_by(document.graph(), &moved, vec2(20.0, 0.0));
        document.commit(edit).expect("the node can be moved");
        black_box(document.undo());
        started.elapsed()
    })
}

/// 1,000 of 10,000 nodes are moved, on the window's thread, with what it takes to hand that to the journal or without.
fn drag(is_noted: bool) -> f64 {
    let (_, mut document) = project();
    if is_noted {
        document.record();
    }
    let (sender, received) = mpsc::sync_channel(2 * ROUNDS);
    let cost = median(|| {
        let edit = dragged(&document);
        let started = Instant::now();
        document.commit(edit).expect("the nodes can be moved");
        if is_noted {
            let sent = sender.try_send(document.take_entries());
            sent.expect("there is room");
        }
        started.elapsed()
    });
    assert_eq!(received.try_iter().count() > 0, is_noted);
    cost
}

fn dragged(document: &Document) -> Transaction {
    let moved: BTreeSet<NodeId> = (0..1_000).map(NodeId).collect();
    ops::move_by(document.graph(), &moved, vec2(20.0, 0.5))
}

/// The task writes that and flushes it.
fn journal_append() -> f64 {
    let (_folder, _, mut document, mut journal) = journal();
    median(|| {
        let edit = dragged(&document);
        document.commit(edit).expect("the nodes can be moved");
        let entries = document.take_entries();
        let started = Instant::now();
        journal.append(&entries).expect("the journal is written");
        journal.flush().expect("the journal is flushed");
        started.elapsed()
    })
}

/// The task puts a snapshot in the place of 100 such steps.
fn journal_rotate() -> f64 {
    let (_folder, catalog, mut document, mut journal) = journal();
    for _ in 0..100 {
        let edit = dragged(&document);
        document.commit(edit).expect("the nodes can be moved");
    }
    let entries = document.take_entries();
    journal.append(&entries).expect("the journal is written");
    median(|| {
        let started = Instant::now();
        journal.rotate(&catalog).expect("the journal is rotated");
        started.elapsed()
    })
}

fn journal() -> (tempfile::TempDir, Catalog, Document, Journal) {
    let (catalog, document) = project();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = file::to_text(&document, None);
    let read = file::parse(text.as_bytes(), Path::new("savefile.json"), &catalog);
    let mut document = read.expect("what is written can be read").document;
    document.record();
    let location = Location::new(folder.path(), folder.path());
    let base = Base {
        text: text.into(),
        is_unsaved: false,
    };
    let journal = location.begin(&base, Standing::Trusted);
    (
        folder,
        catalog,
        document,
        journal.expect("the journal is begun"),
    )
}

fn project() -> (Catalog, Document) {
    let mut kind = NodeKind::new(Bank::Builtin, "add");
    kind.inputs = ["a", "b"]
        .map(|name| InputSpec::new(name, ValueType::Int))
        .to_vec();
    kind.outputs = vec![OutputSpec::untyped("sum")];
    let kind = Arc::new(kind);
    let node = |i: u32| {
        let pos = pos2((i % 100) as f32 * 280.0, (i / 100) as f32 * 160.0);
        let mut node = Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos);
        node.values.insert("b".into(), Value::Int(i.into()));
        node
    };
    let links = (1..NODES).map(|i| Link {
        from: Port::new(NodeId(i - 1), "sum"),
        to: Port::new(NodeId(i), "a"),
    });
    let (graph, _, refused) = Graph::from_parts((0..NODES).map(node), links);
    assert!(refused.is_empty());
    (
        Catalog::new([kind.clone()]),
        Document::new(graph, Meta::default()),
    )
}

/// Another process starts: the cache is read and each file's size and time looked at.
fn index_second() -> f64 {
    let library = Library::new();
    library.bank().refresh();
    median(|| {
        let mut bank = library.bank();
        let started = Instant::now();
        bank.refresh();
        let elapsed = started.elapsed();
        library.check(&bank);
        elapsed
    })
}

/// The window comes to the front again: nothing changed.
fn index_refresh() -> f64 {
    let library = Library::new();
    let mut bank = library.bank();
    bank.refresh();
    median(|| {
        let started = Instant::now();
        black_box(bank.refresh());
        started.elapsed()
    })
}

fn median(mut round: impl FnMut() -> Duration) -> f64 {
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| round()).collect();
    rounds.sort();
    rounds[ROUNDS / 2].as_secs_f64() * 1000.0
}

/// A thousand files as people write them, in ten families.
struct Library {
    dir: tempfile::TempDir,
}

impl Library {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        let an_hour_ago = SystemTime::now() - Duration::from_hours(1);
        for i in 0..FILES {
            let folder = dir.path().join(format!("bank/family_{}", i % 10));
            fs::create_dir_all(&folder).expect("the folder can be made");
            let path = folder.join(format!("file_{i}.py"));
            fs::write(&path, source(i)).expect("the file can be written");
            let file = File::options().append(true).open(&path);
            file.and_then(|file| file.set_modified(an_hour_ago))
                .expect("the file's time can be set");
        }
        Self { dir }
    }

    fn cache(&self) -> PathBuf {
        self.dir.path().join("nodeindex.json")
    }

    fn bank(&self) -> Nodebank {
        let folder: &Path = self.dir.path();
        Nodebank::new(
            vec![(Bank::Custom, folder.join("bank"))],
            Some(self.cache()),
        )
    }

    fn check(&self, bank: &Nodebank) {
        assert_eq!(bank.catalog().kinds().len(), FILES * FUNCTIONS_A_FILE);
        assert!(bank.problems().is_empty() && self.cache().exists());
    }
}

/// About 130 lines, as the files that come with Loom: a header, helpers, and four nodes with help.
fn source(number: usize) -> String {
    let mut text = String::from(HEADER);
    for i in 0..FUNCTIONS_A_FILE {
        let function = format!("filter_{number}_{i}");
        text.push_str(&NODE.replace("FUNCTION", &function));
    }
    text
}

const HEADER: &str = r#"# /// script
# dependencies = ["numpy", "pandas"]
# ///
"""Rows of tables by what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = {"low": 0.1, "middle": 0.5, "high": 0.9}


class Parts(NamedTuple):
    kept: pd.DataFrame
    dropped: pd.DataFrame


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table.columns:
        known = ", ".join(map(str, table.columns))
        raise ValueError(f"there is no column {name!r}; there are {known}")
    return table[name]
"#;

const NODE: &str = r#"

@loom.node(title="Filter rows", keywords=["select", "where", "query"])
def FUNCTION(
    table: pd.DataFrame,
    column: str = "celsius",
    limit: Annotated[float, loom.Slider(-40, 60, step=0.5)] = 20.0,
    keep: Literal["all", "first", "last"] = "all",
    names: list[str] | None = None,
    file: Annotated[Path, loom.OpenFile("*.csv")] = Path("rows.csv"),
) -> Parts:
    """Keep the rows of a table whose value in a column is at least a limit.

    Rows without a value are dropped. The order of rows stays as it was.

    Args:
        table: Table to filter.
        column: Column that is compared.
        limit: Smallest value that is kept, in the unit of the column.
        keep: Which of the rows with equal values are kept.
        names: Columns of the result; nothing: all of them.
        file: File with more rows.

    Example:
        limit 20 on 18, 20, 25 keeps 20 and 25.
    """
    values = _column(table, column)
    is_kept = values.notna() & (values >= limit)
    if keep != "all":
        is_kept &= ~values.duplicated(keep=keep)
    kept, dropped = table[is_kept], table[~is_kept]
    if names is not None:
        kept = kept[[name for name in names if name in kept.columns]]
    loom.log(f"{len(kept)} of {len(table)} rows were kept")
    return Parts(kept=kept, dropped=dropped)
"#;
