//! Storage: the calls by which Loom puts files where no crash may harm them, as a trait, so that a test can be the disk
//! and lose whatever was not flushed. Knows no format; what is only read or may be lost uses `std::fs`.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How the names of temporary files begin and end.
pub const TEMPORARY: (&str, &str) = (".loom-", ".tmp");
/// Of a file that is read as a whole. A journal is the largest: a savefile's text, quoted, and as much again in lines.
const MOST_BYTES: u64 = 4 * super::LARGEST_FILE_BYTES;
/// So long is waited for another program to let go of a file.
const PATIENCE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// A disk. What is done to it may be lost, and in any order, until it is flushed: a file's bytes by the file, its name
/// by the folder.
pub trait Storage: Debug + Send + Sync {
    /// A file as a whole, up to `MOST_BYTES`; nothing that would be waited for.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The length of a file, in bytes.
    fn length(&self, path: &Path) -> io::Result<u64>;
    /// When a file was written last.
    fn modified(&self, path: &Path) -> io::Result<SystemTime>;
    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;
    /// A new, empty file in the folder of `path`, with the rights of the file that is there.
    fn create_beside(&self, path: &Path) -> io::Result<(PathBuf, Box<dyn Writable>)>;
    /// A file that is there, to write at its end and to read as a whole.
    fn append(&self, path: &Path) -> io::Result<Box<dyn Writable>>;
    /// Also over a file that is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// One folder in another that is there.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Tell the disk to keep the names in it.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Fails where what is written to the folder would be written elsewhere.
    fn refuse_links(&self, folder: &Path) -> io::Result<()>;
    /// Is this the error of a file that another program holds, as a virus scanner or a synchroniser does for a moment on
    /// Windows?
    fn is_held(&self, error: &io::Error) -> bool {
        cfg!(windows) && is_held(error)
    }

    /// The names in it are on the disk, as far as the disk can tell: folders cannot be flushed on some, of virtual machines
    /// and networks, which is no reason not to save there.
    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        match self.sync_folder(folder) {
            Err(error) if is_not_flushed(&error) => Ok(()),
            result => result,
        }
    }

    /// Read a file that another program may hold for a moment.
    fn read_patiently(&self, path: &Path) -> io::Result<Vec<u8>> {
        patiently(PATIENCE, &|error| self.is_held(error), || self.read(path))
    }

    /// Put `bytes` at `path` so that a crash at any moment leaves the old file or the new one, whole.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_atomic_if(path, bytes, &|| true).map(drop)
    }

    /// The same unless `is_wanted` says no when all is ready to take the file's place; was it put there?
    fn write_atomic_if(
        &self,
        path: &Path,
        bytes: &[u8],
        is_wanted: &dyn Fn() -> bool,
    ) -> io::Result<bool> {
        let (temporary, mut file) = self.create_beside(path)?;
        let written = file.write_all(bytes).and_then(|()| file.flush_data());
        // Windows renames no file that is open.
        drop(file);
        let placed = written.and_then(|()| self.place(&temporary, path, is_wanted));
        if !matches!(placed, Ok(true)) {
            // What stays all the same is swept at the next start.
            self.remove(&temporary).ok();
        }
        placed
    }

    /// A file that was flushed gets its name, if that is wanted still, and the name is on the disk.
    fn place(
        &self,
        temporary: &Path,
        path: &Path,
        is_wanted: &dyn Fn() -> bool,
    ) -> io::Result<bool> {
        let is_placed = self.rename_patiently(temporary, path, is_wanted)?;
        if is_placed {
            self.flush_folder(folder_of(path))?;
        }
        Ok(is_placed)
    }

    /// Rename a file that another program may hold for a moment; is it wanted still after that?
    fn rename_patiently(
        &self,
        from: &Path,
        to: &Path,
        is_wanted: &dyn Fn() -> bool,
    ) -> io::Result<bool> {
        let rename = || {
            let is_wanted = is_wanted();
            if is_wanted {
                self.rename(from, to)?;
            }
            Ok(is_wanted)
        };
        patiently(PATIENCE, &|error| self.is_held(error), rename)
    }

    /// A folder with those that it lies in, as far as they are not there; new ones are on the disk.
    fn create_folders(&self, folder: &Path) -> io::Result<()> {
        match self.create_folder(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folders(folder.parent().ok_or(error)?)?;
                self.create_folder(folder)?;
            }
            result => result?,
        }
        self.flush_folder(folder_of(folder))
    }
}

/// A file that is being written.
pub trait Writable: Write + Debug + Send {
    /// What is written next is behind that.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    /// All that it holds, up to `MOST_BYTES`, also when no name leads to it any more. What is written next is behind it.
    fn content(&self) -> io::Result<Vec<u8>>;
    /// What it holds is on the disk.
    fn flush_data(&self) -> io::Result<()>;
    /// What does the same on another thread, with what was written until it runs.
    fn flusher(&self) -> io::Result<Flusher>;
}

/// Flushes a file.
pub type Flusher = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// A file in a folder.
#[derive(Clone, Debug)]
pub struct Listed {
    pub path: PathBuf,
    pub bytes: u64,
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Disk {
    /// `create_beside` as a file of the system.
    pub(super) fn file_beside(path: &Path) -> io::Result<(PathBuf, File)> {
        let file = tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .make_in(folder_of(path), create_new)?;
        let (file, temporary) = file.keep().map_err(|error| error.error)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode());
            if let Err(error) = file.set_permissions(fs::Permissions::from_mode(mode)) {
                fs::remove_file(&temporary).ok();
                return Err(error);
            }
        }
        Ok((temporary, file))
    }
}

impl Storage for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        crate::paths::read_bounded(path, MOST_BYTES)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::metadata(path)?.len())
    }

    fn modified(&self, path: &Path) -> io::Result<SystemTime> {
        fs::metadata(path)?.modified()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let listed = |entry: fs::DirEntry| {
            let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(Listed {
                path: entry.path(),
                bytes: meta.len(),
            })
        };
        Ok(fs::read_dir(folder)?.flatten().filter_map(listed).collect())
    }

    fn create_beside(&self, path: &Path) -> io::Result<(PathBuf, Box<dyn Writable>)> {
        let (temporary, file) = Self::file_beside(path)?;
        Ok((temporary, Box::new(file)))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Writable>> {
        // Not opened to append alone: on Windows such a file cannot be cut.
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Windows has no such call, and writes names with what they name.
        if cfg!(windows) {
            return Ok(());
        }
        File::open(folder)?.sync_all()
    }

    fn refuse_links(&self, folder: &Path) -> io::Result<()> {
        crate::paths::refuse_links(folder)
    }
}

impl Writable for File {
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        File::set_len(self, bytes)?;
        let mut file = self;
        file.seek(SeekFrom::Start(bytes)).map(drop)
    }

    fn content(&self) -> io::Result<Vec<u8>> {
        let mut file = self;
        let mut bytes = Vec::new();
        let read = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.take(MOST_BYTES).read_to_end(&mut bytes));
        file.seek(SeekFrom::End(0))?;
        read.map(|_| bytes)
    }

    fn flush_data(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn flusher(&self) -> io::Result<Flusher> {
        // The same opened file, so that none of its errors goes by.
        let file = self.try_clone()?;
        Ok(Box::new(move || file.sync_data()))
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file for this user alone; its error is the system's, without the name, which says nothing to anybody.
fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Windows: access denied, sharing violation, lock violation.
pub fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Do something again until no other program is in the way, which `is_held` knows by the error, or `most` is over.
pub fn patiently<T>(
    most: Duration,
    is_held: &dyn Fn(&io::Error) -> bool,
    mut act: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let give_up = Instant::now() + most;
    let mut pause = Duration::from_millis(10);
    loop {
        match act() {
            Err(error) if is_held(&error) && Instant::now() < give_up => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            result => return result,
        }
    }
}

/// A folder that cannot be flushed, whatever is done: EINVAL, ENOTSUP and ENOSYS of disks that have no such call, EBADF of
/// those that want the folder to be open for writing, which none can be. Others mean that names may be lost.
fn is_not_flushed(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, Unsupported};
    const EBADF: i32 = 9;
    let is_refused = matches!(error.kind(), InvalidInput | Unsupported);
    is_refused || cfg!(unix) && error.raw_os_error() == Some(EBADF)
}

#[cfg(test)]
mod held;
#[cfg(test)]
pub mod model;
