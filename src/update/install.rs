//! Install: the file that was checked takes the place of this program, by its installer or by itself. It is checked once
//! more, through the handle that was open all the time. Starts programs without any shell.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::download::Ready;
use super::pending::Pending;
use super::{Feed, Here, UpdateError, verify};
use crate::document::file::storage;
use crate::sys;

/// What the installer leaves beside the program for its removal.
const UNINSTALLER: &str = "unins000.exe";
/// Behind the name of a program that another one took the place of while it ran.
const OLD: &str = "old.exe";
/// For how long a file that something else looks at, such as a scanner, is tried again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What kind of installation this is, and so what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// By the installer of the new version.
    Installer,
    /// The program is one file, which is replaced.
    Portable,
    /// The program's file is in here, and this is replaced.
    AppImage(PathBuf),
    /// By somebody: what to say to them.
    ByHand(&'static str),
}

/// How it went on: the program may close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The installer runs, and starts the new version.
    Installer,
    /// It is in place, and is to be started at the end of this one.
    InPlace(PathBuf),
}

impl How {
    /// Look at what lies around the program.
    pub fn find(program: &Path, appimage: Option<PathBuf>) -> Self {
        const PACKAGES: [&str; 6] = ["/usr/", "/opt/", "/nix/", "/snap/", "/app/", "/gnu/"];
        let folder = program.parent().unwrap_or(Path::new(""));
        if folder.join(UNINSTALLER).is_file() {
            return Self::Installer;
        }
        // Where Cargo builds.
        if folder.join(".fingerprint").is_dir() {
            return Self::ByHand(
                "This Loom was built from its sources: get the new ones and build them.",
            );
        }
        let appimage = appimage.filter(|file| file.is_file());
        if appimage.is_none() && PACKAGES.iter().any(|place| program.starts_with(place)) {
            return Self::ByHand(
                "This Loom was installed by the system's package manager: update it there.",
            );
        }
        if folder.ends_with("Contents/MacOS") {
            return Self::ByHand(
                "Download the new version and put it in the place of this one in the folder of programs.",
            );
        }
        let replaced = appimage.as_deref().unwrap_or(program);
        if !may_replace(replaced) {
            return Self::ByHand(
                "Loom may not write to the folder that it lies in: download the new version, or ask whoever installed \
                 this one.",
            );
        }
        appimage.map_or(Self::Portable, Self::AppImage)
    }

    /// What manifests call the file for it; `None` where there is none.
    pub fn target(&self) -> Option<String> {
        let kind = match self {
            Self::Installer => "installer",
            Self::Portable => "portable",
            Self::AppImage(_) => "appimage",
            Self::ByHand(_) => return None,
        };
        let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        Some(format!("{system}-{processor}-{kind}"))
    }
}

fn may_replace(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(Path::new("."));
    sys::may_write(folder).is_ok() && tempfile::tempfile_in(folder).is_ok()
}

/// Put it in place of `here`, or start what does. When it fails, all is as before.
pub fn begin(
    feed: &Feed,
    here: &Here,
    mut ready: Ready,
    userdata: &Path,
) -> Result<Begun, UpdateError> {
    let manifest = ready.offer.manifest.clone();
    let asset = &ready.download.asset;
    verify::file(
        &mut ready.file,
        &ready.signature,
        asset,
        &manifest,
        &feed.keys,
    )?;
    let pending = Pending::new(here, &ready.offer, userdata);
    pending.save(userdata).map_err(|error| failed(&error))?;
    let done = match &here.how {
        How::Installer => start(&ready, &pending.log).map(|()| Begun::Installer),
        How::Portable => replace(&mut ready, &here.program).map(Begun::InPlace),
        How::AppImage(file) => replace(&mut ready, file).map(Begun::InPlace),
        How::ByHand(_) => Err(UpdateError::Install("it is to be done by hand".to_owned())),
    };
    match done {
        Ok(Begun::Installer) => {
            ready.folder.keep();
            Ok(Begun::Installer)
        }
        Ok(begun) => Ok(begun),
        Err(error) => {
            Pending::remove(userdata);
            Err(error)
        }
    }
}

/// Remove the program that this one took the place of.
pub(super) fn sweep(here: &Here) {
    if here.how == How::Portable {
        fs::remove_file(here.program.with_extension(OLD)).ok();
    }
}

/// Start the installer and leave it alone.
fn start(ready: &Ready, log: &Path) -> Result<(), UpdateError> {
    let installer = ready.folder.file();
    if !is_same(&ready.file, &installer) {
        return Err(UpdateError::File(
            "something else lies in its place".to_owned(),
        ));
    }
    // An installer loads what lies beside it.
    if !ready.folder.is_of_one_file() {
        return Err(UpdateError::File(
            "something else lies beside it".to_owned(),
        ));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(0o700);
        ready
            .file
            .set_permissions(mode)
            .map_err(|error| failed(&error))?;
    }
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut log_argument = std::ffi::OsString::from("/LOG=");
    log_argument.push(log);
    let mut command = Command::new(&installer);
    command
        .args(["/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART", "/SP-"])
        .arg(log_argument)
        .arg("/RELAUNCH=1")
        .current_dir(ready.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    detach(&mut command);
    // The handle is open until here: what was checked is what runs.
    patiently(|| command.spawn().map(drop))
}

/// Nothing that ends this program ends it.
fn detach(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const DETACHED_PROCESS: u32 = 0x8;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    }
}

/// Start a program that goes on without this one, on the same userdata and project.
pub fn start_successor(program: &Path) -> io::Result<()> {
    let mut command = Command::new(program);
    command
        .args(std::env::args_os().skip(1))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    detach(&mut command);
    command.spawn().map(drop)
}

/// The new program in the place of the old one, which goes on running from where it is kept. Where it lies.
fn replace(ready: &mut Ready, program: &Path) -> Result<PathBuf, UpdateError> {
    let folder = program.parent().unwrap_or(Path::new("."));
    let made = tempfile::Builder::new()
        .prefix(".loom-update-")
        .tempfile_in(folder);
    let mut made = made.map_err(|error| failed(&error))?;
    // Through the same handle once more, byte for byte what is written: nothing can come in between.
    let (mut digest, mut size) = (Sha256::new(), 0);
    verify::read_all(&mut ready.file, |bytes| {
        digest.update(bytes);
        size += bytes.len() as u64;
        made.write_all(bytes)
    })?;
    verify::check_digest(&ready.download.asset, size, digest)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(program).map_or(0o755, |about| about.permissions().mode());
        let mode = fs::Permissions::from_mode(mode | 0o100);
        made.as_file()
            .set_permissions(mode)
            .map_err(|error| failed(&error))?;
    }
    made.as_file().sync_all().map_err(|error| failed(&error))?;
    let mut made = Some(made.into_temp_path());
    // Not by a plain renaming: on Windows the mark of a temporary file would stay.
    let mut put = || {
        let path = made.take().ok_or(io::ErrorKind::NotFound)?;
        path.persist(program).map_err(|error| {
            made = Some(error.path);
            error.error
        })
    };
    if cfg!(windows) {
        let old = program.with_extension(OLD);
        fs::remove_file(&old).ok();
        // A program that runs can be renamed there, and not be written over.
        patiently(|| fs::rename(program, &old))?;
        if let Err(error) = patiently(&mut put) {
            fs::rename(&old, program).ok();
            return Err(error);
        }
    } else {
        put().map_err(|error| failed(&error))?;
    }
    Ok(program.to_owned())
}

/// Try again while something else has the file open for a moment.
fn patiently(go: impl FnMut() -> io::Result<()>) -> Result<(), UpdateError> {
    storage::patiently(PATIENCE, &is_busy, go).map_err(|error| failed(&error))
}

fn is_busy(error: &io::Error) -> bool {
    let is_held = cfg!(windows) && storage::is_held(error);
    is_held || error.kind() == io::ErrorKind::ExecutableFileBusy
}

/// Is the open file the one that lies there? On Windows nobody can have put another one there while it is open.
fn is_same(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let of = |about: fs::Metadata| (about.dev(), about.ino());
        let there = fs::symlink_metadata(path).map(of);
        matches!((file.metadata().map(of), there), (Ok(open), Ok(there)) if open == there)
    }
    #[cfg(not(unix))]
    {
        file.metadata().is_ok() && path.is_file()
    }
}

fn failed(error: &io::Error) -> UpdateError {
    UpdateError::Install(error.to_string())
}
