//! `loom picture`: the canvas of a project as a PNG or SVG that carries the graph, drawn without a window. Runs
//! nothing, so it shows no results.

use std::path::Path;

use super::args::Ground;
use super::project::Opened;
use super::{Exit, Failure, say};
use crate::document::file::write_atomic;
use crate::paths::Paths;
use crate::picture::{Format, Subject};

pub fn picture(
    project: &Path,
    file: &Path,
    ground: Ground,
    paths: &Paths,
) -> Result<Exit, Failure> {
    let format = Format::of(file).ok_or_else(|| {
        Failure::usage(format!(
            "a picture is a .png or an .svg; give it such a name: {}",
            file.display()
        ))
    })?;
    let opened = Opened::open(project, paths)?;
    for note in &opened.loaded.notes {
        say(&format!("note: {note}"));
    }
    let subject = Subject {
        document: opened.loaded.document,
        is_dark: ground == Ground::Dark,
        ..Subject::default()
    };
    // Without a folder before its name the file would have none to be flushed.
    let file = &std::path::absolute(file)?;
    let bytes = subject.file(format).map_err(Failure::usage)?;
    write_atomic(file, &bytes).map_err(|error| {
        let file = file.display();
        Failure::usage(format!(
            "cannot write the picture: {error}; check that the folder is there and that you may write to it: {file}"
        ))
    })?;
    say(&format!(
        "wrote {} kB to {}",
        bytes.len().div_ceil(1000),
        file.display()
    ));
    Ok(Exit::Ok)
}
