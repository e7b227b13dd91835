//! `loom nodes`: what nodes there are, as their sources tell. Runs none.

use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value as Json, json};

use super::project::library;
use super::{Exit, Failure, say, value};
use crate::graph::{InputSpec, KindState, NodeKind};
use crate::paths::Paths;
use crate::plain;
use crate::project;

pub fn nodes(of: Option<&Path>, as_json: bool, paths: &Paths) -> Result<Exit, Failure> {
    let folder = match of {
        Some(name) => project::find(name, &paths.userdata).map_err(Failure::usage)?,
        // What a project in userdata would see that has no nodes of its own.
        None => paths.userdata.join("-"),
    };
    let (catalog, problems) = library(&folder, paths);
    for problem in &problems {
        say(&format!("loom: {problem}"));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    if as_json {
        let list: Vec<_> = catalog.kinds().iter().map(|kind| to_json(kind)).collect();
        serde_json::to_writer_pretty(&mut out, &list).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let mut out = plain::Lines(&mut out);
        let mut family = None;
        for kind in catalog.kinds() {
            if family.replace(&kind.family) != Some(&kind.family) {
                writeln!(out, "{}", kind.family)?;
            }
            writeln!(
                out,
                "  {:<28} {:<28} {}",
                kind.title.as_str(),
                kind.id(),
                in_short(kind)
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn in_short(kind: &NodeKind) -> String {
    match &kind.state {
        KindState::Broken { message, line } => format!("cannot be used: {message} (line {line})"),
        _ => kind.summary.to_string(),
    }
}

fn to_json(kind: &NodeKind) -> Json {
    let input = |input: &InputSpec| {
        json!({
            "name": input.name.as_str(),
            "type": input.ty.to_string(),
            "default": input.default.as_ref().map(value::to_json),
            "required": input.default.is_none() && !input.is_optional && !kind.is_legacy(),
            "help": &*input.help,
        })
    };
    let outputs = kind.outputs.iter().map(|output| {
        json!({"name": output.name.as_str(), "type": output.ty.to_string(), "default": null})
    });
    let mut node = json!({
        "id": kind.id(),
        "title": kind.title.as_str(),
        "family": kind.family.as_str(),
        "file": kind.file.as_deref(),
        "line": kind.line,
        "help": &*kind.help,
        "inputs": kind.inputs.iter().map(input).collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
    });
    if let KindState::Broken { message, line } = &kind.state {
        node["error"] = json!({"message": &**message, "line": line});
    }
    node
}
