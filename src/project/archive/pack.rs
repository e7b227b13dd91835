//! Packing: a project's folder as an archive, written beside the file that it replaces. Reads the project and leaves it
//! as it is.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::names::{check_path, is_left_out, is_log, is_secret};
use super::{ArchiveError, Limits};
use crate::document::file::{self, SAVEFILE, write_atomic_with};
use crate::graph::Catalog;
use crate::paths::full;

/// What went into an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    pub files: usize,
    /// Of the archive.
    pub bytes: u64,
    /// Files that were left out although they may be part of the project, each with the reason.
    pub refused: Vec<String>,
}

/// Write the project in a folder to the archive `to`. `progress` is told how much of it is done, from 0 to 1.
pub fn pack(
    project: &Path,
    to: &Path,
    progress: &mut dyn FnMut(f32),
) -> Result<Packed, ArchiveError> {
    let to = std::path::absolute(to)?;
    let project = full(project).map_err(|error| not_read(error, project))?;
    // What cannot be opened here cannot be opened anywhere.
    file::load(&project.join(SAVEFILE), &Catalog::default()).map_err(super::ProjectError::from)?;
    let mut walk = Walk {
        project: &project,
        to: full(&to).unwrap_or_else(|_| to.clone()),
        files: Vec::new(),
        refused: Vec::new(),
    };
    walk.folder("")?;
    let Walk { files, refused, .. } = walk;
    let bytes = files.iter().map(|file| file.bytes).sum::<u64>();
    let limits = Limits::default();
    let too_much = if files.len() > limits.files {
        Some(format!("more than {} files", limits.files))
    } else if bytes > limits.bytes {
        Some(format!("more than {} MB of files", limits.bytes >> 20))
    } else {
        None
    };
    if let Some(why) = too_much {
        let what = "nothing was exported: an import would refuse it, since the project";
        return Err(ArchiveError::TooMuch { what, why });
    }
    let mut packed = Packed {
        files: files.len(),
        bytes: 0,
        refused,
    };
    write_atomic_with(&to, |file| {
        packed.bytes = write(file, &files, bytes, progress)?;
        Ok::<(), ArchiveError>(())
    })
    .map_err(|error| error.at("write the archive", &to))?;
    Ok(packed)
}

/// A file that goes into the archive.
struct Source {
    /// From the project's folder on, with `/`.
    name: String,
    path: PathBuf,
    bytes: u64,
}

struct Walk<'a> {
    project: &'a Path,
    /// The archive itself may be made in the project's folder.
    to: PathBuf,
    files: Vec<Source>,
    refused: Vec<String>,
}

impl Walk<'_> {
    fn folder(&mut self, name: &str) -> Result<(), ArchiveError> {
        let path = self.project.join(name);
        let entries = fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| not_read(error, &path))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str() else {
                self.refuse(&path, "its name is no text");
                continue;
            };
            let name = if name.is_empty() {
                file_name.to_owned()
            } else {
                format!("{name}/{file_name}")
            };
            if is_left_out(&name) || is_log(&name) || path == self.to {
                continue;
            }
            let kind = entry.file_type().map_err(|error| not_read(error, &path))?;
            if let Err(why) = check_path(&name) {
                self.refuse(&path, why);
            } else if is_secret(&name) {
                self.refuse(
                    &path,
                    "such a file holds passwords as a rule: send it by itself",
                );
            } else if kind.is_dir() {
                self.folder(&name)?;
            } else {
                self.file(name, path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, name: String, path: PathBuf) -> Result<(), ArchiveError> {
        // A link is followed to files that are in the archive anyway.
        let Ok(real) = full(&path) else {
            self.refuse(&path, "it is a link that leads nowhere");
            return Ok(());
        };
        let inner = real.strip_prefix(self.project).ok();
        let is_packed = |inner: &Path| !is_left_out(&inner.to_string_lossy().replace('\\', "/"));
        if !inner.is_some_and(is_packed) {
            self.refuse(&path, "it is a link that leads out of the project");
            return Ok(());
        }
        let meta = fs::metadata(&real).map_err(|error| not_read(error, &path))?;
        if !meta.is_file() {
            self.refuse(&path, "it is neither a file nor a folder of its own");
            return Ok(());
        }
        self.files.push(Source {
            name,
            path,
            bytes: meta.len(),
        });
        Ok(())
    }

    fn refuse(&mut self, path: &Path, why: &str) {
        self.refused.push(format!("{why}: {}", path.display()));
    }
}

/// Write all files into an archive; its size.
fn write(
    file: &mut File,
    files: &[Source],
    bytes: u64,
    progress: &mut dyn FnMut(f32),
) -> Result<u64, ArchiveError> {
    let place = Rc::new(Cell::new(0));
    let to = Placed {
        writer: BufWriter::new(file),
        place: Rc::clone(&place),
    };
    let mut zip = ZipWriter::new(to);
    let mut done = 0;
    for source in files {
        let before = place.get();
        let count = add(&mut zip, source, CompressionMethod::Deflated, &mut |part| {
            done += part;
            progress(done as f32 / bytes.max(1) as f32);
        })?;
        let Limits { small, ratio, .. } = Limits::default();
        let packed = place.get().saturating_sub(before).max(1);
        // What packs that well looks like an attack when it is unpacked.
        if count > small && count / packed > ratio / 2 {
            zip.abort_file().map_err(failed)?;
            add(&mut zip, source, CompressionMethod::Stored, &mut |_| {})?;
        }
    }
    let mut to = zip.finish().map_err(failed)?;
    to.flush()?;
    Ok(place.get())
}

fn add<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    source: &Source,
    method: CompressionMethod,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ArchiveError> {
    let options = SimpleFileOptions::default().compression_method(method);
    zip.start_file(source.name.as_str(), options)
        .map_err(failed)?;
    let read = |error| not_read(error, &source.path);
    let mut file = File::open(&source.path).map_err(read)?;
    let mut part = vec![0; 256 << 10];
    let mut count = 0;
    loop {
        let length = match file.read(&mut part) {
            Ok(0) => return Ok(count),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(read(error)),
        };
        let (part, _) = part.split_at(length);
        zip.write_all(part)?;
        count += length as u64;
        progress(length as u64);
    }
}

fn not_read(source: io::Error, path: &Path) -> ArchiveError {
    ArchiveError::Io {
        what: "read the project",
        source,
        advice: "see that you may read it",
        path: path.to_owned(),
    }
}

fn failed(error: zip::result::ZipError) -> ArchiveError {
    ArchiveError::from(io::Error::from(error))
}

/// A writer that says where it is.
struct Placed<W> {
    writer: W,
    place: Rc<Cell<u64>>,
}

impl<W: Write> Write for Placed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.place.set(self.place.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Seek> Seek for Placed<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = self.writer.seek(to)?;
        self.place.set(place);
        Ok(place)
    }
}
