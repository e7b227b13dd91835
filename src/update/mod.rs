//! Updates: ask whether there is a newer Loom, fetch it, make sure that it is what its makers signed, and put it in the
//! place of this one. Every step refuses rather than guesses. Knows no window, no document and no graph.

pub mod check;
pub mod download;
mod fetch;
pub mod install;
pub mod manifest;
pub mod pending;
pub mod remembered;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use minisign_verify::PublicKey;
use semver::Version;

pub use check::{Found, Offer};
pub use download::{Progress, Ready};
pub use install::How;
pub use pending::Settled;

/// Name of the program in manifests and signatures.
pub const APP: &str = "loom";

include!(concat!(env!("OUT_DIR"), "/update_keys.rs"));

/// Where updates come from, and whose signatures are taken. Nothing that can be set while Loom runs changes it.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Address of the repository at the API, without a slash at the end.
    pub api: String,
    /// The current key and the next one.
    pub keys: Vec<PublicKey>,
    /// Plain HTTP is taken from this machine itself: for tests.
    pub allow_loopback_http: bool,
    pub pace: Pace,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From the first frame to the first check.
    pub first_check: Duration,
    /// From one check to the next, give or take a tenth.
    pub between_checks: Duration,
    pub connect: Duration,
    /// A whole check.
    pub check: Duration,
    /// Nothing comes.
    pub stall: Duration,
    /// Little comes: less than `bytes_per_sec` on the average of this time.
    pub window: Duration,
    pub bytes_per_sec: u64,
    /// A whole download, with all tries.
    pub download: Duration,
    pub tries: u32,
    /// Before the second try; each further one waits longer.
    pub between_tries: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_check: Duration::from_secs(10),
            between_checks: Duration::from_hours(24),
            connect: Duration::from_secs(10),
            check: Duration::from_secs(20),
            stall: Duration::from_secs(30),
            window: Duration::from_mins(1),
            bytes_per_sec: 8 << 10,
            download: Duration::from_hours(1),
            tries: 5,
            between_tries: Duration::from_secs(2),
        }
    }
}

/// Why this program never looks for updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Off {
    #[error("this build of Loom names no place that new versions are published at")]
    NoRepository,
    #[error("this build of Loom holds no key that new versions could be recognised by")]
    NoKey,
}

/// The program that is to be updated.
#[derive(Clone, Debug)]
pub struct Here {
    pub version: Version,
    /// The running program's file.
    pub program: PathBuf,
    pub how: How,
}

/// All that is needed for updates, and where what starts after this program's end is left.
#[derive(Clone, Debug)]
pub struct Updater {
    pub feed: Result<Feed, Off>,
    pub here: Here,
    /// A program that is to be started when this one has ended.
    pub successor: Arc<OnceLock<PathBuf>>,
}

impl Updater {
    /// That of this build.
    pub fn of_this_build() -> Self {
        Self::new(Feed::of_this_build(), Here::find())
    }

    pub fn new(feed: Result<Feed, Off>, here: Here) -> Self {
        Self {
            feed,
            here,
            successor: Arc::default(),
        }
    }
}

impl Here {
    /// The running program.
    pub fn find() -> Self {
        let program = std::env::current_exe().unwrap_or_default();
        // Also set where this program was started by another one that is an AppImage.
        let is_inside = std::env::var_os("APPDIR").is_some_and(|mounted| {
            let inside = Path::new(&mounted).canonicalize();
            inside.is_ok_and(|inside| {
                program
                    .canonicalize()
                    .is_ok_and(|it| it.starts_with(inside))
            })
        });
        let appimage = std::env::var_os("APPIMAGE").filter(|_| is_inside);
        let how = How::find(&program, appimage.map(PathBuf::from));
        Self {
            version: this_version(),
            program,
            how,
        }
    }
}

/// The version that this program was built as.
pub fn this_version() -> Version {
    env!("CARGO_PKG_VERSION")
        .parse()
        .expect("Cargo takes no other versions")
}

impl Feed {
    /// The repository of `Cargo.toml` and the keys in `assets/update-keys`. A build for trying installers out by hand may
    /// have another feed compiled in.
    pub fn of_this_build() -> Result<Self, Off> {
        if let (Some(api), Some(key)) = (
            option_env!("LOOM_UPDATE_TEST_FEED"),
            option_env!("LOOM_UPDATE_TEST_KEY"),
        ) {
            return Self::new(api.to_owned(), &[key], true);
        }
        let api = api_of(env!("CARGO_PKG_REPOSITORY")).ok_or(Off::NoRepository)?;
        Self::new(api, KEYS, false)
    }

    /// Keys are in minisign's format, with or without the line of comment.
    pub fn new(api: String, keys: &[&str], allow_loopback_http: bool) -> Result<Self, Off> {
        let key = |text: &&str| {
            PublicKey::from_base64(text.lines().last().unwrap_or_default().trim()).ok()
        };
        let keys: Vec<_> = keys.iter().filter_map(key).take(2).collect();
        if keys.is_empty() {
            return Err(Off::NoKey);
        }
        Ok(Self {
            api,
            keys,
            allow_loopback_http,
            pace: Pace::default(),
        })
    }
}

fn api_of(repository: &str) -> Option<String> {
    path_of(repository).map(|path| format!("https://api.github.com/repos/{path}"))
}

/// Where people download Loom by hand, if this build names a place.
pub fn download_page() -> Option<String> {
    path_of(env!("CARGO_PKG_REPOSITORY")).map(|path| format!("https://github.com/{path}/releases"))
}

/// `OWNER/NAME` of a repository at GitHub.
fn path_of(repository: &str) -> Option<&str> {
    let path = repository.strip_prefix("https://github.com/")?;
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let (owner, name) = path.split_once('/')?;
    let is_name = |text: &str| !text.is_empty() && manifest::is_plain(text);
    (is_name(owner) && is_name(name)).then_some(path)
}

/// Why there is no update now. Each says what happened and what can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    #[error(
        "The update server cannot be reached ({0}); see whether this machine is online, and try again later"
    )]
    Unreachable(String),
    #[error("The update server answers too slowly; try again later")]
    Slow,
    #[error(
        "The update server asks to be left alone for {}; try again then",
        in_words(*.0)
    )]
    Limited(Duration),
    #[error(
        "The update server leads to a place that Loom does not fetch programs from, so nothing was fetched: {0}"
    )]
    Address(String),
    #[error(
        "The update server gave no proper answer ({0}); behind a sign-in page of a network, sign in first, else try again \
         later"
    )]
    Answer(String),
    #[error(
        "What the update server gave is not signed by the makers of Loom ({0}), so it is not used"
    )]
    Signature(&'static str),
    #[error("The description of the new version is not in order ({0}), so it is not used")]
    Manifest(String),
    #[error(
        "It cannot be told whether this is the newest version: what the update server says was good until {0} only; see \
         whether the clock of this machine is right, and try again in some days"
    )]
    Expired(String),
    #[error(
        "It cannot be told whether this is the newest version: the clock of this machine is behind, since the update \
         server speaks of {0}; set the clock and try again"
    )]
    Clock(String),
    #[error("The file that was fetched is not the one that was described ({0}), so it was deleted")]
    File(String),
    #[error(
        "There is not enough room for the update: it needs {} MB that are free; delete something there: {}",
        .needed >> 20,
        .folder.display()
    )]
    NoRoom { needed: u64, folder: PathBuf },
    #[error("The update cannot be kept on this machine ({0})")]
    Disk(String),
    #[error("Another window of Loom is fetching an update already")]
    Busy,
    #[error("The new version could not be put in place ({0}), so this one stays")]
    Install(String),
}

impl UpdateError {
    /// Might the same go well a moment later?
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Slow)
    }
}

fn in_words(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes @ 2..=90 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_one_of_github_or_none() {
        let api = |text| api_of(text).unwrap_or_default();
        let expected = "https://api.github.com/repos/maker/loom";
        for (repository, expected) in [
            ("https://github.com/maker/loom", expected),
            ("https://github.com/maker/loom.git", expected),
            ("https://github.com/maker/loom/", expected),
            ("", ""),
            ("http://github.com/maker/loom", ""),
            ("https://example.org/maker/loom", ""),
            ("https://github.com/maker", ""),
            ("https://github.com/maker/loom/tree?x=1", ""),
        ] {
            assert_eq!(api(repository), expected, "{repository}");
        }
    }

    #[test]
    fn all_keys_of_this_build_can_be_read() {
        let feed = Feed::new(String::new(), KEYS, false);
        assert_eq!(feed.map_or(0, |feed| feed.keys.len()), KEYS.len());
    }

    #[test]
    fn without_a_key_updates_are_off() {
        let api = "https://api.github.com/repos/a/b".to_owned();
        for keys in [&[][..], &["untrusted comment: x\nnot a key"], &[""]] {
            assert_eq!(Feed::new(api.clone(), keys, false).err(), Some(Off::NoKey));
        }
    }
}
