//! A journal's first line: the text of a savefile, and once the journal was rotated also what the text does not say,
//! the numbers of the nodes and the history. Touches no disk.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::found::Known;
use super::{Base, Found, Print};
use crate::document::file::{self, Numbers};
use crate::document::{Document, Entry, Kept, Marks, Step, Transaction};
use crate::graph::{Catalog, Graph};

/// Written into the first line. The first form had no numbers and no history; a newer one is not read.
const FORM: u64 = 2;
/// Of each side of the history as many steps as fit into these and can be read again; where there are more the oldest go.
const MOST_HISTORY_BYTES: usize = 8 << 20;

/// What a first line says.
pub struct Snapshot {
    pub document: Document,
    /// Steps that the document has in it.
    pub steps: usize,
    pub savefile: Known,
    /// What the system called the project's folder.
    pub folder: Option<String>,
}

/// What a journal begins with; `savefile` is the savefile as it is now.
pub fn of_base(base: &Base, savefile: Option<Print>) -> Json {
    let print = if base.is_unsaved {
        savefile
    } else {
        Some(Print::of(base.text.as_bytes()))
    };
    json!({
        "journal": FORM,
        "savefile": print.map(Print::to_json),
        "unsaved": base.is_unsaved,
        "base": base.text,
    })
}

/// What a journal comes to.
pub fn of_found(found: &Found) -> Json {
    let document = &found.document;
    let history = document.history();
    let mut marks = history.marks();
    let [undo, redo] = history.steps();
    let (undo, left_out) = kept(undo);
    marks.first = left_out.unwrap_or(marks.first);
    let (redo, _) = kept(redo);
    let known = found.savefile.prints().split_last();
    json!({
        "journal": FORM,
        "savefile": known.map(|(last, _)| last.to_json()),
        "or": known.map(|(_, others)| others.iter().map(|it| it.to_json()).collect::<Vec<_>>()),
        "base": file::to_text(document, None),
        "numbers": Numbers::of(document.graph()).to_json(),
        "steps": found.steps,
        "undo": undo,
        "redo": redo,
        "marks": [marks.first, marks.saved, marks.last],
    })
}

/// `None`: this is no first line.
pub fn read(line: &Json, path: &Path, catalog: &Catalog) -> Option<Snapshot> {
    if !(1..=FORM).contains(&line.get("journal")?.as_u64()?) {
        return None;
    }
    let text = line.get("base")?.as_str()?.as_bytes();
    let numbers = match line.get("numbers") {
        Some(numbers) => Numbers::from_json(numbers)?,
        None => Numbers::default(),
    };
    let loaded = file::parse_numbered(text, path, catalog, &numbers).ok()?;
    let mut document = loaded.document;
    if let Some(marks) = line.get("marks") {
        let mark = |at: usize| marks.get(at)?.as_u64();
        let marks = Marks {
            first: mark(0)?,
            saved: mark(1)?,
            last: mark(2)?,
        };
        let history = [steps(line, "undo")?, steps(line, "redo")?];
        document.recall(marks, history, |step, graph| {
            transaction(step, graph, catalog)
        });
    }
    if line.get("unsaved") == Some(&Json::Bool(true)) {
        document.set_unsaved();
    }
    let steps = line.get("steps").and_then(Json::as_u64).unwrap_or(0);
    let others = line
        .get("or")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let folder = line.get("folder").and_then(Json::as_str);
    Some(Snapshot {
        document,
        folder: folder.map(str::to_owned),
        steps: usize::try_from(steps).ok()?,
        savefile: Known::of(
            others
                .chain([line.get("savefile")?])
                .filter_map(Print::from_json),
        ),
    })
}

/// One side of a history, the next step first, and the mark of the first step that is left out.
fn kept<'a>(steps: impl Iterator<Item = &'a Step>) -> (Vec<Json>, Option<u64>) {
    let mut kept = Vec::new();
    let mut bytes = 0;
    for step in steps {
        let transaction = Transaction {
            label: step.label.clone(),
            edits: step.edits.clone(),
        };
        let mut json = file::entry_to_json(&Entry::Commit(transaction));
        json["mark"] = step.mark.into();
        let text = json.to_string();
        bytes += text.len();
        // It stands in a list of the line: what a file brought may be nested too deeply for that.
        let is_readable = file::look(format!("[[{text}]]").as_bytes()).is_ok();
        if bytes > MOST_HISTORY_BYTES || !is_readable {
            return (kept, Some(step.mark));
        }
        kept.push(json);
    }
    (kept, None)
}

fn steps<'a>(line: &'a Json, side: &str) -> Option<Kept<&'a Json>> {
    let steps = line.get(side)?.as_array()?.iter();
    steps
        .map(|step| Some((step.get("mark")?.as_u64()?, step)))
        .collect()
}

fn transaction(step: &Json, graph: &Graph, catalog: &Catalog) -> Option<Transaction> {
    match file::entry_from_json(step, graph, catalog)? {
        Entry::Commit(transaction) => Some(transaction),
        _ => None,
    }
}
