//! Places: is a project on a network drive, or in a folder that a program keeps in step with other machines? Both do
//! what a disk of one's own does not, and are told of. Looks at names and marks, starts nothing, and decides nothing.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf, Prefix};

use crate::sys;

/// A place where files are not this machine's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A disk of another machine: the kind of file system.
    Network(String),
    /// A folder that this service keeps in step.
    Synced(&'static str),
}

/// Folders of these names are kept in step by these services.
const NAMES: [(&str, &str); 9] = [
    ("Dropbox", "Dropbox"),
    ("OneDrive", "OneDrive"),
    ("Google Drive", "Google Drive"),
    ("GoogleDrive", "Google Drive"),
    ("My Drive", "Google Drive"),
    ("iCloudDrive", "iCloud Drive"),
    ("com~apple~CloudDocs", "iCloud Drive"),
    ("Nextcloud", "Nextcloud"),
    ("ownCloud", "ownCloud"),
];

/// What these services put into the folders that they keep in step.
const MARKS: [(&str, &str); 5] = [
    (".stfolder", "Syncthing"),
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
];

/// Variables that name folders of OneDrive.
const ONEDRIVE: [&str; 3] = ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"];

/// File systems that are another machine's, as Linux calls them.
const NETWORK: [&str; 14] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "beegfs",
    "ncpfs",
    "coda",
    "davfs",
];
/// The same of those that a program provides: what follows `fuse.`.
const NETWORK_FUSE: [&str; 10] = [
    "sshfs",
    "rclone",
    "s3fs",
    "gvfsd-fuse",
    "davfs",
    "glusterfs",
    "ceph",
    "smbnetfs",
    "curlftpfs",
    "kio-fuse",
];

/// Does a service keep this folder in step with other machines?
pub fn is_synced(folder: &Path) -> bool {
    synced(folder).is_some()
}

fn synced(folder: &Path) -> Option<&'static str> {
    service(folder, &|name| std::env::var_os(name), &Path::exists)
}

impl Place {
    /// The place of a folder, if it is of note.
    pub fn of(folder: &Path) -> Option<Self> {
        synced(folder)
            .map(Self::Synced)
            .or_else(|| network(folder).map(Self::Network))
    }

    /// A few words.
    pub fn title(&self) -> String {
        match self {
            Self::Network(_) => "This project lies on a network drive".to_owned(),
            Self::Synced(service) => format!("This project lies in a folder of {service}"),
        }
    }

    /// What it means, and what to do.
    pub fn text(&self) -> String {
        match self {
            Self::Network(system) => format!(
                "Other machines may write there as well ({system}), and not all such drives tell Loom when one does. \
                 Open it on one machine at a time; where the connection is slow or breaks, work on a copy on this \
                 machine"
            ),
            Self::Synced(service) => format!(
                "{service} copies each file to other machines, some seconds later. Open the project on one machine at \
                 a time, and wait until all is copied. What is not saved is kept outside of it; leave .venv and .loom \
                 out of it where {service} can, since both are of this machine alone"
            ),
        }
    }
}

/// The service that keeps a folder in step, by its name, by what lies in the folders around it, or by what OneDrive says.
fn service(
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<OsString>,
    exists: &dyn Fn(&Path) -> bool,
) -> Option<&'static str> {
    let of_variable = ONEDRIVE.iter().any(|name| {
        let root = variable(name).filter(|root| !root.is_empty());
        root.is_some_and(|root| folder.starts_with(root))
    });
    if of_variable {
        return Some("OneDrive");
    }
    for around in folder.ancestors() {
        let name = around.file_name().unwrap_or_default().to_string_lossy();
        let is_named = |called: &str| {
            // `OneDrive - Contoso`, `Dropbox (Personal)`.
            name.strip_prefix(called).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(" - ") || rest.starts_with(" (")
            })
        };
        let of_name = NAMES.iter().find(|(called, _)| is_named(called));
        let of_mark = || MARKS.iter().find(|(mark, _)| exists(&around.join(mark)));
        if let Some((_, service)) = of_name.or_else(of_mark) {
            return Some(service);
        }
    }
    None
}

/// The file system of another machine that a folder lies on.
fn network(folder: &Path) -> Option<String> {
    if let Some(Component::Prefix(prefix)) = folder.components().next() {
        return match prefix.kind() {
            Prefix::UNC(..) | Prefix::VerbatimUNC(..) => Some("a shared folder".to_owned()),
            Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
                let root = format!("{}:\\", char::from(letter));
                sys::is_remote_drive(Path::new(&root)).then(|| "a network drive".to_owned())
            }
            _ => None,
        };
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let system = file_system(&mounts, folder)?;
    let is_network = NETWORK.contains(&system.as_str())
        || system
            .strip_prefix("fuse.")
            .is_some_and(|program| NETWORK_FUSE.contains(&program));
    is_network.then_some(system)
}

/// The file system that a folder lies on, from the list of what is mounted as Linux writes it.
fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let at = PathBuf::from(unescaped(mount.split(' ').nth(4)?));
        let depth = folder.starts_with(&at).then(|| at.components().count())?;
        Some((depth, system.split(' ').next()?.to_owned()))
    });
    // Of two at one place the later one hides the other.
    mounts
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, system)| system)
}

/// Blanks and the like stand there as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..3)
            .and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|_| *first == b'\\');
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 8).ok()) {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_services_keep_in_step() {
        let mark = |mark: &'static str| move |path: &Path| path == Path::new(mark);
        let nothing = |_: &Path| false;
        let named = |folder: &str| service(Path::new(folder), &|_| None, &nothing);
        for (folder, expected) in [
            ("/home/a/projects/x", None),
            ("/home/a/Dropbox/x", Some("Dropbox")),
            ("/home/a/Dropbox (Personal)/x", Some("Dropbox")),
            ("/home/a/Dropboxes/x", None),
            ("/home/a/OneDrive - Contoso/deep/x", Some("OneDrive")),
            (
                "/Users/a/Library/Mobile Documents/com~apple~CloudDocs/x",
                Some("iCloud Drive"),
            ),
            ("/home/a/Google Drive/x", Some("Google Drive")),
            ("/home/a/Nextcloud/x", Some("Nextcloud")),
        ] {
            assert_eq!(named(folder), expected, "{folder}");
        }
        let project = Path::new("/data/shared/x");
        let marked = service(project, &|_| None, &mark("/data/shared/.stfolder"));
        assert_eq!(marked, Some("Syncthing"));
        let variable =
            |name: &str| (name == "OneDriveCommercial").then(|| OsString::from("/data/shared"));
        assert_eq!(service(project, &variable, &nothing), Some("OneDrive"));
        let empty = |_: &str| Some(OsString::new());
        assert_eq!(service(project, &empty, &nothing), None);
    }

    #[test]
    fn the_file_system_is_that_of_the_nearest_mount() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
            40 22 0:40 / /mnt/my\\040share rw shared:2 - cifs //server/share rw\n\
            41 22 0:41 / /home/a/far rw - fuse.sshfs a@b: rw\n\
            42 22 0:42 / /data rw - nfs4 server:/data rw\n\
            43 42 0:43 / /data rw - tmpfs tmpfs rw\n\
            not a mount\n";
        for (folder, expected) in [
            ("/home/a/x", "ext4"),
            ("/mnt/my share/x", "cifs"),
            ("/mnt/my", "ext4"),
            ("/home/a/far", "fuse.sshfs"),
            ("/home/a/farther", "ext4"),
            ("/data/x", "tmpfs"),
        ] {
            let found = file_system(mounts, Path::new(folder));
            assert_eq!(found.as_deref(), Some(expected), "{folder}");
        }
        assert_eq!(file_system("", Path::new("/x")), None);
    }
}
