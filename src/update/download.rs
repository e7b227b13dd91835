//! Download: the file of a new version, into a folder of its own that nobody else puts anything into, and its check. It
//! takes up what a program that was killed had fetched; all else that fails or is given up leaves nothing behind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use serde::{Deserialize, Serialize};
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use super::check::{Download, Offer};
use super::fetch::{Fetcher, in_time, refused};
use super::{Feed, UpdateError, verify};
use crate::document::file::write_atomic;
use crate::sys;

/// Holds what is being fetched, in the userdata folder.
const FOLDER: &str = "updates";
/// The one file in its folder.
const FILE: &str = if cfg!(windows) {
    "loom-update.exe"
} else {
    "loom-update"
};
const PARTIAL: &str = "partial.json";
const LOCK: &str = "lock";
const SIGNATURE_BYTES: usize = 64 << 10;
/// The file, what is unpacked of it, and some air.
const ROOM: u64 = 3;
const TELL: Duration = Duration::from_millis(100);

/// How far a download is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub bytes_per_sec: u64,
}

/// A file that was found to be what its makers signed. Open from then on, so that it stays what it is.
#[derive(Debug)]
pub struct Ready {
    pub offer: Offer,
    pub(super) download: Download,
    pub(super) signature: Vec<u8>,
    // Before the folder: what is open cannot be removed everywhere.
    pub(super) file: File,
    pub(super) folder: Folder,
}

/// A folder of one file, which goes with this. One window has one.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_kept: bool,
    _lock: File,
}

/// What is remembered of a download, for when it is cut off.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Partial {
    folder: String,
    sha256: String,
    etag: Option<String>,
}

/// What is there of the file.
struct Part {
    file: File,
    have: u64,
    partial: Partial,
    root: PathBuf,
}

/// Fetch the file of an offer and check it. To give up, drop this.
pub async fn download(
    feed: &Feed,
    offer: &Offer,
    userdata: &Path,
    tell: impl Fn(Progress) + Send + Sync,
) -> Result<Ready, UpdateError> {
    let Some(download) = offer.download.clone() else {
        return Err(UpdateError::Install("it is to be done by hand".to_owned()));
    };
    let work = fetch(feed, offer, download, userdata, tell);
    timeout(feed.pace.download, work)
        .await
        .unwrap_or(Err(UpdateError::Slow))
}

async fn fetch(
    feed: &Feed,
    offer: &Offer,
    download: Download,
    userdata: &Path,
    tell: impl Fn(Progress) + Send + Sync,
) -> Result<Ready, UpdateError> {
    let root = userdata.join(FOLDER);
    let (folder, mut part) = block_in_place(|| Part::find(&root, &download))?;
    let fetcher = Fetcher::new(feed)?;
    let signature = fetcher
        .small(&download.signature_address, SIGNATURE_BYTES)
        .await?;
    let mut tries = 1;
    while let Err(error) = part.fetch(&fetcher, &download, &tell).await {
        if !error.is_passing() || tries >= feed.pace.tries {
            return Err(error);
        }
        sleep(feed.pace.between_tries * tries).await;
        tries += 1;
    }
    block_in_place(|| {
        part.file.sync_all().map_err(|error| disk(&error))?;
        drop(part);
        // The digest is taken from what is there now, and not from what came: that is what will run.
        let mut file = open_to_keep(&folder.file()).map_err(|error| disk(&error))?;
        verify::file(
            &mut file,
            &signature,
            &download.asset,
            &offer.manifest,
            &feed.keys,
        )?;
        fs::remove_file(root.join(PARTIAL)).ok();
        Ok(Ready {
            offer: offer.clone(),
            download,
            signature,
            file,
            folder,
        })
    })
}

/// Remove what programs that were killed left, unless another window is at it or it can be taken up.
pub fn sweep(userdata: &Path) {
    let root = userdata.join(FOLDER);
    if !root.is_dir() {
        return;
    }
    let Ok(_lock) = lock(&root) else { return };
    let kept = Partial::load(&root).folder;
    remove_all_but(&root, &kept);
}

fn remove_all_but(root: &Path, kept: &str) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name() != *kept && entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn lock(root: &Path) -> Result<File, UpdateError> {
    let open = || {
        fs::create_dir_all(root)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        options.open(root.join(LOCK))
    };
    let file = open().map_err(|error| disk(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(UpdateError::Busy),
        Err(fs::TryLockError::Error(error)) => Err(disk(&error)),
    }
}

/// Open for reading; where the system can see to it, nobody else may change or move the file meanwhile.
fn open_to_keep(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        const FILE_SHARE_READ: u32 = 1;
        options.share_mode(FILE_SHARE_READ);
    }
    options.open(path)
}

fn disk(error: &io::Error) -> UpdateError {
    UpdateError::Disk(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full: delete something there and try again".to_owned()
        }
        _ => error.to_string(),
    })
}

impl Folder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> PathBuf {
        self.path.join(FILE)
    }

    pub(super) fn is_of_one_file(&self) -> bool {
        holds_only_the_file(&self.path)
    }

    /// Let it stay, for what was started in it.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        fs::remove_dir_all(&self.path).ok();
        if let Some(root) = self.path.parent() {
            fs::remove_file(root.join(PARTIAL)).ok();
        }
    }
}

impl Partial {
    fn load(root: &Path) -> Self {
        let bytes = fs::read(root.join(PARTIAL)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn save(&self, root: &Path) -> Result<(), UpdateError> {
        let text =
            serde_json::to_vec(self).map_err(|error| UpdateError::Disk(error.to_string()))?;
        write_atomic(&root.join(PARTIAL), &text).map_err(|error| disk(&error))
    }
}

impl Part {
    /// What an earlier program had of this very file, or a new folder.
    fn find(root: &Path, download: &Download) -> Result<(Folder, Self), UpdateError> {
        let lock = lock(root)?;
        let partial = Partial::load(root);
        let is_name = partial
            .folder
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric());
        let is_this = partial.sha256 == download.asset.sha256 && partial.etag.is_some();
        let path = root.join(&partial.folder);
        let is_there =
            !partial.folder.is_empty() && is_name && is_this && holds_only_the_file(&path);
        remove_all_but(root, if is_there { &partial.folder } else { "" });
        let needed = download.asset.size.saturating_mul(ROOM);
        if sys::free_space(root).is_some_and(|free| free < needed) {
            return Err(UpdateError::NoRoom {
                needed,
                folder: root.to_owned(),
            });
        }
        if is_there {
            let folder = Folder {
                path,
                is_kept: false,
                _lock: lock,
            };
            // Not to append alone: on Windows such a file cannot be cut.
            let mut options = OpenOptions::new();
            let file = options.write(true).open(folder.file());
            let mut file = file.map_err(|error| disk(&error))?;
            let have = file.seek(SeekFrom::End(0)).map_err(|error| disk(&error))?;
            let part = Self {
                file,
                have,
                partial,
                root: root.to_owned(),
            };
            return Ok((folder, part));
        }
        Self::begin(root, download, lock)
    }

    fn begin(root: &Path, download: &Download, lock: File) -> Result<(Folder, Self), UpdateError> {
        let mut builder = tempfile::Builder::new();
        // More than 128 bits that nobody guesses. An installer loads libraries that lie beside it: there are none.
        builder.prefix("").rand_bytes(26);
        #[cfg(unix)]
        let builder = {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o700))
        };
        let made = builder.tempdir_in(root).map_err(|error| disk(&error))?;
        let folder = Folder {
            path: made.keep(),
            is_kept: false,
            _lock: lock,
        };
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).open(folder.file());
        let name = folder.path().file_name().unwrap_or_default();
        let part = Self {
            file: file.map_err(|error| disk(&error))?,
            have: 0,
            partial: Partial {
                folder: name.to_string_lossy().into_owned(),
                sha256: download.asset.sha256.clone(),
                etag: None,
            },
            root: root.to_owned(),
        };
        part.partial.save(root)?;
        Ok((folder, part))
    }

    /// One try: go on where the last one ended if the server still has the same, else from the beginning.
    async fn fetch(
        &mut self,
        fetcher: &Fetcher<'_>,
        download: &Download,
        tell: &(impl Fn(Progress) + Send + Sync),
    ) -> Result<(), UpdateError> {
        let (size, pace) = (download.asset.size, &fetcher.feed.pace);
        if self.have == size {
            return Ok(());
        }
        let headers = self.headers(size);
        let mut answer = fetcher.get(&download.address, &headers).await?;
        match answer.status() {
            StatusCode::OK => self.clear()?,
            StatusCode::PARTIAL_CONTENT if !headers.is_empty() => {
                let expected = format!("bytes {}-{}/{size}", self.have, size - 1);
                let range = answer.headers().get(CONTENT_RANGE);
                if range.is_none_or(|range| range.as_bytes() != expected.as_bytes()) {
                    self.clear()?;
                    return Err(UpdateError::Answer(
                        "it gave another part than was asked for".to_owned(),
                    ));
                }
            }
            _ => return Err(refused(&answer)),
        }
        let expected = size - self.have;
        if let Some(length) = answer.content_length().filter(|length| *length != expected) {
            return Err(UpdateError::File(format!(
                "the server announces {length} bytes and not {expected}"
            )));
        }
        self.note(answer.headers())?;
        let mut told = Instant::now();
        let (mut rate, mut since_told) = (None, 0);
        let (mut window, mut in_window) = (told, 0);
        tell(self.progress(size, 0));
        while let Some(bytes) = in_time(timeout(pace.stall, answer.chunk()).await)? {
            let length = bytes.len() as u64;
            if self.have + length > size {
                return Err(UpdateError::File(
                    "it is longer than it should be".to_owned(),
                ));
            }
            block_in_place(|| self.file.write_all(&bytes)).map_err(|error| disk(&error))?;
            self.have += length;
            in_window += length;
            since_told += length;
            if window.elapsed() >= pace.window {
                if in_window
                    < pace
                        .bytes_per_sec
                        .saturating_mul(pace.window.as_secs().max(1))
                {
                    return Err(UpdateError::Slow);
                }
                (window, in_window) = (Instant::now(), 0);
            }
            if told.elapsed() >= TELL {
                let now = since_told as f64 / told.elapsed().as_secs_f64();
                let smooth = rate.map_or(now, |before: f64| before * 0.7 + now * 0.3);
                rate = Some(smooth);
                tell(self.progress(size, smooth as u64));
                (told, since_told) = (Instant::now(), 0);
            }
        }
        if self.have < size {
            return Err(UpdateError::Unreachable(
                "the connection ended early".to_owned(),
            ));
        }
        tell(self.progress(size, rate.unwrap_or_default() as u64));
        Ok(())
    }

    fn progress(&self, total: u64, bytes_per_sec: u64) -> Progress {
        Progress {
            done: self.have,
            total,
            bytes_per_sec,
        }
    }

    /// Ask for the rest, and only of the same file.
    fn headers(&self, size: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let etag = self.partial.etag.as_deref();
        let etag = etag.and_then(|etag| HeaderValue::from_str(etag).ok());
        let rest = HeaderValue::from_str(&format!("bytes={}-", self.have)).ok();
        if (1..size).contains(&self.have)
            && let (Some(etag), Some(rest)) = (etag, rest)
        {
            headers.insert(IF_RANGE, etag);
            headers.insert(RANGE, rest);
        }
        headers
    }

    fn clear(&mut self) -> Result<(), UpdateError> {
        self.have = 0;
        let cut = self.file.set_len(0).and_then(|()| self.file.rewind());
        cut.map_err(|error| disk(&error))
    }

    /// What the server calls the file: a weak name says nothing of its bytes.
    fn note(&mut self, headers: &HeaderMap) -> Result<(), UpdateError> {
        let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok());
        let etag = etag.filter(|etag| etag.starts_with('"')).map(str::to_owned);
        if etag == self.partial.etag {
            return Ok(());
        }
        self.partial.etag = etag;
        block_in_place(|| self.partial.save(&self.root))
    }
}

/// Nothing was put beside it.
fn holds_only_the_file(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let is_file = fs::symlink_metadata(folder.join(FILE)).is_ok_and(|about| about.is_file());
    names == [FILE] && is_file
}
