//! Unpacking: what is in an archive, into a folder. Takes all of it or says why not; counts what really comes out, and
//! believes no header. Knows nothing of projects but where the savefile must lie.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::Path;
use std::rc::Rc;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::names::{check_path, is_left_out, is_log, leads_out, shown};
use super::{ArchiveError, Limits};
use crate::document::file::SAVEFILE;
use crate::project::name::folded;

/// What came out of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    pub files: usize,
    pub bytes: u64,
    /// Files that were left out, since they are made anew or mean one machine.
    pub left_out: usize,
}

/// Unpack an archive into the folder `into`, which is empty, so that the savefile lies at its top. What fails may leave
/// files in that folder, and none elsewhere.
pub fn unpack<R: Read + Seek>(
    mut reader: R,
    into: &Path,
    limits: &Limits,
) -> Result<Unpacked, ArchiveError> {
    let size = reader.seek(SeekFrom::End(0)).map_err(not_read)?;
    let left = Rc::new(Cell::new(Some(limits.list_bytes)));
    let reader = Counted {
        reader,
        left: Rc::clone(&left),
    };
    let mut archive = ZipArchive::new(reader).map_err(not_whole)?;
    left.set(None);
    let (list, left_out) = list(&archive, limits)?;
    let top = top(&list)?;
    let mut done = Unpacked {
        left_out,
        ..Unpacked::default()
    };
    let mut room = Room {
        bytes: 0,
        archive: size,
        limits,
    };
    for entry in &list {
        let Some(inner) = entry.path.strip_prefix(&top) else {
            continue;
        };
        if is_log(inner) {
            done.left_out += 1;
            continue;
        }
        let place = into.join(inner);
        if entry.is_folder {
            fs::create_dir_all(&place)?;
            continue;
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(|error| written(error, &place))?;
        }
        let mut file = archive.by_index(entry.at).map_err(not_whole)?;
        let (packed, told) = (file.compressed_size(), file.size());
        let came = write(&mut file, &place, &mut room, packed, &entry.path)?;
        if came != told {
            let entry = shown(&entry.path);
            return Err(ArchiveError::NotWhole(format!(
                "{entry} has {came} bytes, and {told} were told"
            )));
        }
        done.files += 1;
    }
    done.bytes = room.bytes;
    Ok(done)
}

/// One file or folder that is to come out.
struct Entry {
    at: usize,
    path: String,
    is_folder: bool,
}

/// What is to come out, and how many files are not.
fn list<R: Read + Seek>(
    archive: &ZipArchive<R>,
    limits: &Limits,
) -> Result<(Vec<Entry>, usize), ArchiveError> {
    if archive.has_duplicate_names() {
        let why = "two things in it have one name".to_owned();
        return Err(ArchiveError::NotWhole(why));
    }
    let (mut list, mut left_out) = (Vec::new(), 0);
    let mut seen = Seen::default();
    for at in 0..archive.len() {
        let entry = archive.by_index_data(at).map_err(not_whole)?;
        let name = entry.name().map_err(not_whole)?;
        let refuse = |why: &str| ArchiveError::Entry {
            why: why.to_owned(),
            entry: shown(&name),
        };
        if let Some(why) = leads_out(&name) {
            return Err(refuse(why));
        }
        let path = name.strip_suffix('/').unwrap_or(&name);
        let is_folder = path.len() < name.len();
        if is_left_out(path) {
            left_out += usize::from(!is_folder);
            continue;
        }
        check_path(path).map_err(refuse)?;
        // The upper bits are Unix's, whatever system the archive says it is from.
        let kind = (entry.external_attributes() >> 16) & 0o170_000;
        match (kind, is_folder) {
            (0, _) | (0o040_000, true) | (0o100_000, false) => {}
            (0o120_000, _) => return Err(refuse("it is a link, which may lead anywhere")),
            _ => return Err(refuse("it is neither a file nor a folder")),
        }
        if entry.encrypted() {
            return Err(refuse("it is locked by a password"));
        }
        let method = entry.compression();
        if ![CompressionMethod::Stored, CompressionMethod::Deflated].contains(&method) {
            return Err(refuse("it is packed in a way that is not known here"));
        }
        seen.add(path, is_folder).map_err(|why| refuse(&why))?;
        if list.len() == limits.files {
            return Err(ArchiveError::TooMuch {
                what: "the archive",
                why: format!("more than {} files and folders", limits.files),
            });
        }
        list.push(Entry {
            at,
            path: path.to_owned(),
            is_folder,
        });
    }
    Ok((list, left_out))
}

/// The folder in the archive that is the project's, with a `/`; empty for the archive's own top.
fn top(list: &[Entry]) -> Result<String, ArchiveError> {
    let has = |path: &str| {
        let is_it = |entry: &Entry| !entry.is_folder && entry.path == path;
        list.iter().any(is_it)
    };
    if has(SAVEFILE) {
        return Ok(String::new());
    }
    let first = list.first().and_then(|entry| entry.path.split('/').next());
    let top = format!("{}/", first.ok_or(ArchiveError::NoSavefile)?);
    let holds = |entry: &Entry| {
        entry.path.starts_with(&top) || entry.is_folder && entry.path == top[..top.len() - 1]
    };
    if list.iter().all(holds) && has(&format!("{top}{SAVEFILE}")) {
        Ok(top)
    } else {
        Err(ArchiveError::NoSavefile)
    }
}

/// All files and folders so far, by what some system takes for the same name.
#[derive(Default)]
struct Seen(HashMap<String, (String, bool)>);

impl Seen {
    fn add(&mut self, path: &str, is_folder: bool) -> Result<(), String> {
        let ends = path.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            let is_whole = end == path.len();
            let (path, is_folder) = (&path[..end], is_folder || !is_whole);
            let key = folded(path);
            match self.0.get(&key) {
                None => {
                    self.0.insert(key, (path.to_owned(), is_folder));
                }
                Some((before, _)) if before != path => {
                    let before = shown(before);
                    return Err(format!(
                        "many systems take its name and {before} for the same"
                    ));
                }
                // A folder may be named before and after what lies in it.
                Some((_, true)) if is_folder => {}
                Some(_) => return Err("there are two of that name".to_owned()),
            }
        }
        Ok(())
    }
}

/// How much may come out still.
struct Room<'a> {
    /// So much did.
    bytes: u64,
    /// Size of the archive.
    archive: u64,
    limits: &'a Limits,
}

impl Room<'_> {
    /// A part of a file comes out, of which `so_far` did before, and which takes `packed` bytes in the archive.
    fn take(&mut self, part: u64, so_far: u64, packed: u64) -> Result<(), String> {
        let Limits {
            bytes,
            ratio,
            small,
            ..
        } = *self.limits;
        self.bytes += part;
        let is_over = |unpacked: u64, packed: u64, small: u64| {
            unpacked > small && unpacked / ratio.max(1) > packed
        };
        if self.bytes > bytes {
            return Err(format!("more than {} MB unpacked", bytes >> 20));
        }
        if is_over(so_far + part, packed, small)
            || is_over(self.bytes, self.archive, small.saturating_mul(16))
        {
            return Err(format!(
                "files that are more than {ratio} times larger unpacked"
            ));
        }
        Ok(())
    }
}

/// Write what comes out to a new file; how much that was.
fn write(
    from: &mut impl Read,
    place: &Path,
    room: &mut Room<'_>,
    packed: u64,
    entry: &str,
) -> Result<u64, ArchiveError> {
    let open = OpenOptions::new().write(true).create_new(true).open(place);
    let mut file: File = open.map_err(|error| written(error, place))?;
    let mut part = vec![0; 64 << 10];
    let mut so_far = 0;
    loop {
        let count = match from.read(&mut part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let entry = shown(entry);
                return Err(ArchiveError::NotWhole(format!("{entry}: {error}")));
            }
        };
        let what = "the archive";
        room.take(count as u64, so_far, packed)
            .map_err(|why| ArchiveError::TooMuch { what, why })?;
        so_far += count as u64;
        let (part, _) = part.split_at(count);
        file.write_all(part)
            .map_err(|error| written(error, place))?;
    }
    if place.ends_with(SAVEFILE) {
        file.sync_all().map_err(|error| written(error, place))?;
    }
    Ok(so_far)
}

fn written(error: io::Error, place: &Path) -> ArchiveError {
    ArchiveError::from(error).at("unpack the archive", place)
}

fn not_read(error: io::Error) -> ArchiveError {
    ArchiveError::NotWhole(error.to_string())
}

fn not_whole(error: ZipError) -> ArchiveError {
    ArchiveError::NotWhole(match error {
        ZipError::Io(error) => error.to_string(),
        // The list of what is in it stands at its end.
        ZipError::InvalidArchive(reason) if reason.contains("EOCD") => {
            "its end is not that of an archive".to_owned()
        }
        ZipError::InvalidArchive(reason) => reason.into_owned(),
        ZipError::UnsupportedArchive(reason) => reason.to_owned(),
        other => other.to_string(),
    })
}

/// A reader that gives only so many bytes, until that is taken back: the list of an archive is in memory as a whole.
struct Counted<R> {
    reader: R,
    left: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        if let Some(left) = self.left.get() {
            let left = left.checked_sub(count as u64);
            let left =
                left.ok_or_else(|| io::Error::other("the list of what it holds is too long"))?;
            self.left.set(Some(left));
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}
