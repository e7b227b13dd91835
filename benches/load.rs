//! What a start costs: the index of the node library, cold and from its cache. One line a case:
//! `load/CASE<TAB>ms<TAB>budget<TAB>ok|over`, wall time, the median of `ROUNDS`. Files are in the system's cache, as
//! they are on every start but the first after the machine's own.

use std::fs::{self, File};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use loom::graph::Bank;
use loom::nodebank::Nodebank;

const ROUNDS: usize = 7;
const FILES: usize = 1_000;
const FUNCTIONS_A_FILE: usize = 4;

/// Name, budget in milliseconds, and what is measured.
type Case = (&'static str, f64, fn() -> f64);

const CASES: &[Case] = &[
    ("index/cold", 300.0, index_cold),
    ("index/second", 60.0, index_second),
    ("index/refresh", 20.0, index_refresh),
];

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
