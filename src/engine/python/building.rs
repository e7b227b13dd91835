//! Wheels alone, unless somebody said otherwise: a package that has none is built from its source, and its build runs code
//! of its own before anybody used the package. Starts nothing.

use std::path::Path;

use super::{Asked, EnvironmentError, Wanted, sources};
use crate::project::requirements::{Content, Line, built};

/// How uv and pip are told: the packages that somebody said yes to are built. `own` is the text of the requirements where
/// it is not the file's yet.
pub fn arguments(wanted: &Wanted, own: Option<&str>) -> Result<Vec<String>, EnvironmentError> {
    let sources = sources::read(&wanted.project, own)?;
    let mut lines = sources.iter().flat_map(|source| &source.lines);
    // Who said yes to such a line did so to any code; what it is called is not known before it is built.
    if lines.any(builds) {
        return Ok(Vec::new());
    }
    let mut arguments = vec!["--only-binary".to_owned(), ":all:".to_owned()];
    for name in wanted.confirmed.built() {
        arguments.extend(["--no-binary".to_owned(), name.to_owned()]);
    }
    Ok(arguments)
}

fn builds(line: &Line) -> bool {
    let starts = |options: &[&str]| options.iter().any(|option| line.text.starts_with(option));
    match line.content {
        Content::Option => {
            starts(&["-e", "--editable"]) || starts(&["--no-binary"]) && line.text.contains(":all:")
        }
        Content::Place => {
            let place = line.text.split(';').next().unwrap_or_default().trim_end();
            Path::new(place).extension().is_none_or(|end| end != "whl")
        }
        Content::Package { .. } | Content::Wrong(_) => false,
    }
}

/// A failure for want of a wheel is a question. `arguments` are those that the tool was given.
pub fn asked(error: EnvironmentError, arguments: &[String]) -> EnvironmentError {
    let mut names: Vec<&str> = Vec::new();
    if !arguments.is_empty() {
        let lines = error.output().iter();
        names.extend(lines.filter_map(|line| without_wheel(line)));
        names.sort_unstable();
        names.dedup();
    }
    if names.is_empty() {
        return error;
    }
    EnvironmentError::Unconfirmed {
        lines: names.into_iter().map(question).collect(),
    }
}

/// May this package be built?
pub fn question(name: &str) -> Asked {
    Asked {
        file: format!("there is no wheel of {name} for this computer"),
        line: built(name),
    }
}

/// The package that uv says has none.
fn without_wheel(line: &str) -> Option<&str> {
    const SAID: [&str; 2] = ["Wheels are required for `", "but attempted to build `"];
    let rest = SAID
        .iter()
        .find_map(|said| Some(line.split_once(said)?.1))?;
    let end = rest.find(['`', '=', ' ', '['])?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}
