//! Taking an archive: it becomes a project of its own in userdata, or nothing is left of it. What a place was trusted
//! with before does not hold for what comes there.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::unpack::{Unpacked, unpack};
use super::{ArchiveError, Limits};
use crate::document::file::{self, SAVEFILE};
use crate::graph::Catalog;
use crate::paths::Paths;
use crate::project::staging::{self, Staging};
use crate::project::{ProjectError, forget_place, free, index, name_like, numbered, write_copy};

/// What was made of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The new project's.
    pub folder: PathBuf,
    /// The name that it had, when another one has that here.
    pub was_called: Option<String>,
    pub unpacked: Unpacked,
}

/// Make a project in userdata of an archive. It keeps its name, or gets the next number where that is taken.
pub fn take(archive: &Path, paths: &Paths) -> Result<Taken, ArchiveError> {
    let io = |what, advice| {
        move |source| ArchiveError::Io {
            what,
            source,
            advice,
            path: archive.to_owned(),
        }
    };
    let file = File::open(archive).map_err(io(
        "read the archive",
        "check that it is there and that you may read it",
    ))?;
    let userdata = &paths.userdata;
    staging::sweep(userdata);
    let staging = Staging::new(userdata)
        .map_err(|error| ArchiveError::from(error).at("unpack the archive", userdata))?;
    let project = staging.project();
    let unpacked = unpack(BufReader::new(file), &project, &Limits::default())
        .map_err(|error| error.seen_from(&project, userdata))?;
    let savefile = project.join(SAVEFILE);
    let read = file::load(&savefile, &Catalog::default()).map_err(|error| {
        // The folder that it lies in is gone when this is read.
        let within = format!("{}{}", project.display(), std::path::MAIN_SEPARATOR);
        ArchiveError::Savefile(error.to_string().replace(&within, ""))
    })?;
    let meta = &read.document.meta;
    let old_name = if meta.project_name.is_empty() {
        archive
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    } else {
        meta.project_name.clone()
    };
    let has_id = |entry: index::Entry| entry.id == meta.project_id;
    let is_known = index::projects(userdata).into_iter().any(has_id);
    let folder = numbered(&name_like(&old_name), |name| {
        let folder = free(name, userdata)?;
        if is_known || name != old_name {
            write_copy(&project, &folder, paths)?;
        }
        // What lies there since a moment ago stays.
        fs::rename(&project, &folder).map_err(|source| ProjectError::Make {
            source,
            path: folder.clone(),
        })?;
        Ok(folder)
    })?;
    forget_place(&folder, userdata);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(Taken {
        was_called: (name != old_name).then_some(old_name),
        folder,
        unpacked,
    })
}
