//! `loom diff` and `loom merge`: versions of a savefile, for people and for git. Runs nothing and knows no project.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::Favour;
use super::{Exit, Failure, say};
use crate::document::Document;
use crate::document::file::tree::{
    Change, Difference, Merged, Side, Subject, Tree, compare, merge,
};
use crate::document::file::{
    FileError, LARGEST_FILE_BYTES, SAVEFILE, read_bounded, to_text, write_atomic,
};
use crate::plain;

/// `files` are two; or what git calls its diff programs with: the name, the old file with its hash and mode, the new
/// one with those. git takes an exit code other than 0 for a broken program.
pub fn diff(files: &[PathBuf], is_git: bool, json: bool) -> Result<Exit, Failure> {
    let (before, after) = match files {
        [before, after] if !is_git => (before, after),
        [_, before, _, _, after, ..] if is_git => (before, after),
        _ => {
            return Err(Failure::usage(
                "give two savefiles or projects to compare: loom diff BEFORE AFTER",
            ));
        }
    };
    let mut out = io::stdout().lock();
    let sides = read(before, is_git).and_then(|before| Ok((before, read(after, is_git)?)));
    let (before, after) = match sides {
        Ok(sides) => sides,
        // The other files are to be shown all the same.
        Err(failure) if is_git => {
            let name = files.first().map(|name| name.display());
            let name = name.map(|it| it.to_string()).unwrap_or_default();
            writeln!(
                out,
                "loom diff {name}\nnot compared: {}",
                plain::text(&failure.message)
            )?;
            return Ok(Exit::Ok);
        }
        Err(failure) => return Err(failure),
    };
    for (file, side) in files.iter().zip([&before, &after]).filter(|_| !is_git) {
        for altered in &side.altered {
            say(&format!(
                "not compared as it stands there: {altered}: {}",
                file.display()
            ));
        }
    }
    let found = compare(&before, &after);
    if json {
        let all: Vec<_> = found.iter().map(to_json).collect();
        writeln!(out, "{}", json!(all))?;
    } else {
        if let (true, Some(name)) = (is_git && !found.is_empty(), files.first()) {
            writeln!(out, "loom diff {}", name.display())?;
        }
        for difference in &found {
            writeln!(out, "{}", plain::text(&difference.to_string()))?;
        }
    }
    out.flush()?;
    Ok(if found.is_empty() || is_git {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// What `theirs` made of `base` comes to `ours`, as `git merge-file` does it; or is written to `output`.
pub fn merged(
    [base, ours, theirs]: [&Path; 3],
    output: Option<&Path>,
    favour: Option<Favour>,
    name: Option<&Path>,
) -> Result<Exit, Failure> {
    let read = |side: &str, path: &Path, may_be_empty| {
        let tree = read(path, may_be_empty).and_then(|tree| is_as_it_stands(tree, path));
        tree.map_err(|failure| match name {
            Some(name) => failure.renamed(&savefile(path), &format!("{} ({side})", name.display())),
            None => failure,
        })
    };
    // Where both sides made the file, git has none that was before them. A side that is empty was cut short.
    let [one, two, three] = [
        read("base", base, true)?,
        read("ours", ours, false)?,
        read("theirs", theirs, false)?,
    ];
    let side = favour.map(|favour| match favour {
        Favour::Ours => Side::Ours,
        Favour::Theirs => Side::Theirs,
    });
    let merged = merge(&one, &two, &three, &|_| side).map_err(Failure::usage)?;
    let file = std::path::absolute(output.unwrap_or(&savefile(ours)))?;
    // What a link leads to is written, and the link stays.
    let file = file.canonicalize().unwrap_or(file);
    write_atomic(&file, merged.text.as_bytes()).map_err(|error| {
        Failure::usage(format!(
            "cannot write what was merged: {error}; check that you may write there and that the disk is not full: {}",
            file.display()
        ))
    })?;
    let is_settled = favour.is_some() && merged.lost.is_empty();
    tell(&merged, is_settled);
    Ok(if merged.is_clean() || is_settled {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// What is merged is written without what cannot be held as it stands.
fn is_as_it_stands(tree: Tree, path: &Path) -> Result<Tree, Failure> {
    if tree.altered.is_empty() {
        return Ok(tree);
    }
    Err(Failure::usage(FileError::Altered {
        altered: tree.altered.join("; "),
        path: savefile(path),
    }))
}

fn tell(merged: &Merged, is_settled: bool) {
    for conflict in &merged.conflicts {
        say(&format!("both changed {conflict}"));
    }
    for lost in &merged.lost {
        say(lost);
    }
    if !merged.is_clean() && !is_settled {
        say("look at it in Loom, change what you want otherwise, and save");
    }
}

fn savefile(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(SAVEFILE)
    } else {
        path.to_owned()
    }
}

/// What git calls a file that is not there.
const NO_FILE: [&str; 2] = ["/dev/null", "nul"];

/// A savefile, or that of a project's folder. For git an empty file is a graph without nodes: a file that was not there
/// yet.
fn read(path: &Path, may_be_empty: bool) -> Result<Tree, Failure> {
    let path = savefile(path);
    let is_none = may_be_empty && NO_FILE.iter().any(|none| path == Path::new(none));
    let bytes = if is_none {
        Vec::new()
    } else {
        read_bounded(&path, LARGEST_FILE_BYTES).map_err(|error| {
            Failure::usage(format!(
                "cannot read the savefile: {error}; name a savefile.json or the folder that it lies in: {}",
                path.display()
            ))
        })?
    };
    if bytes.is_empty() && may_be_empty {
        let text = to_text(&Document::default(), None);
        return Tree::read(text.as_bytes(), &path).map_err(Failure::usage);
    }
    Tree::read(&bytes, &path).map_err(Failure::usage)
}

fn to_json(difference: &Difference) -> serde_json::Value {
    let change = match difference.change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    };
    let subject = match &difference.subject {
        Subject::File => json!({"kind": "file"}),
        Subject::Subgraph { id, title } => json!({"kind": "subgraph", "id": id, "title": title}),
        Subject::Node { id, title } => json!({"kind": "node", "id": id, "title": title}),
        Subject::Link { from, to, text } => {
            json!({"kind": "link", "from": from, "to": to, "text": text})
        }
    };
    let details: Vec<_> = difference
        .details
        .iter()
        .map(|it| json!({"field": it.field, "before": it.before, "after": it.after}))
        .collect();
    json!({"change": change, "subject": subject, "details": details})
}
