//! `loom export` and `loom import` of a `.loom` file.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::{Exit, Failure, say};
use crate::nodebank::Nodebank;
use crate::paths::Paths;
use crate::project::archive::{self, ENDING, is_archive};
use crate::project::journal;
use crate::project::{self, index, name_like};

/// `loom export`.
pub fn export(name: &Path, output: Option<&Path>, paths: &Paths) -> Result<Exit, Failure> {
    let folder = project::find(name, &paths.userdata).map_err(Failure::usage)?;
    let to = match output {
        Some(output) if is_archive(output) => output.to_owned(),
        Some(output) => {
            return Err(Failure::usage(format!(
                "an archive's name ends in .{ENDING}; name another file: {}",
                output.display()
            )));
        }
        None => beside(&folder)?,
    };
    let is_seen = io::stderr().is_terminal();
    let mut told = 0;
    let packed = archive::pack(&folder, &to, &mut |done| {
        let percent = (done * 100.0) as u32;
        if is_seen && percent >= told + 10 {
            told = percent;
            say(&format!("{percent} %"));
        }
    });
    let packed = packed.map_err(Failure::usage)?;
    writeln!(io::stdout(), "{}", to.display())?;
    say(&format!(
        "exported {}",
        in_words(packed.files, packed.bytes)
    ));
    for line in &packed.refused {
        say(&format!("left out: {line}"));
    }
    if has_unsaved(&folder, paths) {
        say(
            "what is not saved of the project is not in it: save it in the window first, or export it there",
        );
    }
    Ok(if packed.refused.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// Is something of the project not saved, in a window that is open or since a crash?
fn has_unsaved(folder: &Path, paths: &Paths) -> bool {
    let kept = journal::Location::new(folder, &paths.userdata);
    let mut bank = Nodebank::new(project::banks(folder, paths), Some(paths.nodebank_cache()));
    bank.refresh();
    let found = kept.newest_of_any(&bank.catalog());
    kept.is_written_apart() || found.is_some_and(|(found, _)| found.document.is_dirty())
}

/// A file of the project's name in the folder where the call is made.
fn beside(folder: &Path) -> Result<PathBuf, Failure> {
    let about = index::about(&folder.join(crate::document::file::SAVEFILE)).unwrap_or_default();
    let file = PathBuf::from(format!("{}.{ENDING}", name_like(&about.name)));
    if file.exists() {
        return Err(Failure::usage(format!(
            "there is a file of that name already; name another one with --output, or this one to replace it: {}",
            file.display()
        )));
    }
    Ok(file)
}

/// `loom import` of an archive.
pub fn import(file: &Path, paths: &Paths) -> Result<Exit, Failure> {
    let taken = archive::take(file, paths).map_err(|error| Failure::usage(error.told_of(file)))?;
    writeln!(io::stdout(), "{}", taken.folder.display())?;
    let name = taken
        .folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let called = taken.was_called.as_deref().unwrap_or(&name);
    let files = in_words(taken.unpacked.files, taken.unpacked.bytes);
    say(&if called == name {
        format!("taken: project {name}, {files}")
    } else {
        format!("taken: project {called}, as {name}, {files}")
    });
    if taken.unpacked.left_out > 0 {
        say(&format!(
            "left out: {} of an environment, of git or of Loom, which are made anew or are one machine's own",
            count(taken.unpacked.left_out)
        ));
    }
    Ok(Exit::Ok)
}

fn in_words(files: usize, bytes: u64) -> String {
    let size = match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    };
    format!("{}, {size}", count(files))
}

fn count(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    }
}
