//! Places where what lies there says nothing of who put it there: they are never trusted as folders, nor is anything
//! in them because of a folder around them.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::paths::full;

/// Why a folder is not trusted as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("everything on this computer lies in it")]
    TooWide,
    #[error("programs and the web put files there")]
    Landing,
    #[error("it is the folder where Loom keeps projects, also those that were imported")]
    Userdata,
}

fn is_in(folder: &Path, userdata: &Path) -> bool {
    full(userdata).is_ok_and(|userdata| lies_in(folder, &userdata))
}

fn lies_in(folder: &Path, place: &Path) -> bool {
    begins(folder, place, cfg!(any(windows, target_os = "macos")))
}

/// Does the path begin with the other, and is that so in any case of its letters where the system `folds` it?
fn begins(path: &Path, other: &Path, folds: bool) -> bool {
    let folded = |path: &Path| PathBuf::from(path.to_string_lossy().to_lowercase());
    path.starts_with(other) || folds && folded(path).starts_with(folded(other))
}

/// The places of this computer, by their full names.
pub struct Places {
    pub(super) homes: Vec<PathBuf>,
    /// Where files land that nobody looked at.
    pub(super) landings: Vec<PathBuf>,
}

impl Places {
    /// May a project in this place be trusted because of a folder around it?
    pub fn may_lie(&self, project: &Path, userdata: &Path) -> bool {
        let lands = |place: &PathBuf| lies_in(project, place);
        !self.landings.iter().any(lands) && !is_in(project, userdata)
    }

    /// May all projects of this folder be trusted, whoever puts them there? Links are looked through.
    pub fn check(&self, folder: &Path, userdata: &Path) -> Result<(), Refused> {
        let folder = full(folder).unwrap_or_else(|_| folder.to_owned());
        if folder.parent().is_none() || self.homes.iter().any(|home| lies_in(home, &folder)) {
            return Err(Refused::TooWide);
        }
        let lands = |place: &PathBuf| lies_in(&folder, place) || lies_in(place, &folder);
        if self.landings.iter().any(lands) {
            return Err(Refused::Landing);
        }
        if is_in(&folder, userdata) {
            return Err(Refused::Userdata);
        }
        Ok(())
    }

    pub fn here() -> Self {
        let mut homes = Vec::new();
        let mut landings = vec![std::env::temp_dir()];
        if cfg!(unix) {
            landings.extend(
                ["/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/run/user"].map(PathBuf::from),
            );
        }
        for name in ["TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR"] {
            landings.extend(std::env::var_os(name).map(PathBuf::from));
        }
        if let Some(user) = directories::UserDirs::new() {
            let home = user.home_dir();
            homes.push(home.to_owned());
            // Whatever the system calls them, programs go by these names too.
            landings.extend(["Downloads", "Desktop"].map(|name| home.join(name)));
            let named = [user.download_dir(), user.desktop_dir()];
            landings.extend(named.into_iter().flatten().map(Path::to_owned));
        }
        // A system without such folders names the home instead.
        landings.retain(|place| {
            place.is_absolute() && place.parent().is_some() && !homes.contains(place)
        });
        for place in homes.iter_mut().chain(&mut landings) {
            if let Ok(full) = full(place) {
                *place = full;
            }
        }
        Self { homes, landings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_where_files_land_and_all_that_is_too_wide_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = full(folder.path()).unwrap();
        let [home, userdata] = ["home/ann", "home/ann/loom"].map(|name| root.join(name));
        for name in [
            "home/ann/Downloads/a",
            "home/ann/work/a",
            "home/ann/loom/Mine",
        ] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        let places = Places {
            landings: vec![home.join("Downloads"), root.join("tmp")],
            homes: vec![home.clone()],
        };
        let check = |path: &Path| places.check(path, &userdata);
        for (path, expected) in [
            ("/", Err(Refused::TooWide)),
            ("home", Err(Refused::TooWide)),
            ("home/ann", Err(Refused::TooWide)),
            ("home/ann/Downloads", Err(Refused::Landing)),
            ("home/ann/Downloads/a", Err(Refused::Landing)),
            ("home/ann/work/../Downloads", Err(Refused::Landing)),
            ("home/ann/loom", Err(Refused::Userdata)),
            ("home/ann/loom/Mine", Err(Refused::Userdata)),
            ("home/ann/work", Ok(())),
            ("home/ann/work/a", Ok(())),
        ] {
            assert_eq!(check(&root.join(path)), expected, "{path}");
        }
        #[cfg(unix)]
        {
            // A link is what it leads to.
            let link = home.join("work").join("link");
            std::os::unix::fs::symlink(home.join("Downloads"), &link).unwrap();
            assert_eq!(check(&link), Err(Refused::Landing));
        }
    }

    #[test]
    fn a_system_that_folds_case_has_one_place_of_many_names() {
        for (path, place, expected) in [
            ("/home/ann/Downloads/a", "/home/ann/Downloads", (true, true)),
            (
                "/home/ANN/downloads/a",
                "/home/ann/Downloads",
                (false, true),
            ),
            ("/home/ann/MÜLL", "/home/ann/müll", (false, true)),
            (
                "/home/ann/Downloads2",
                "/home/ann/downloads",
                (false, false),
            ),
        ] {
            let [path, place] = [path, place].map(Path::new);
            let found = [false, true].map(|folds| begins(path, place, folds));
            assert_eq!((found[0], found[1]), expected, "{path:?}");
        }
    }

    #[test]
    fn the_places_of_this_computer_are_among_them() {
        let userdata = Path::new("no such folder");
        let temp = std::env::temp_dir().join("anything");
        assert_eq!(Places::here().check(&temp, userdata), Err(Refused::Landing));
        let home = directories::UserDirs::new().map(|user| user.home_dir().to_owned());
        if let Some(home) = home {
            assert_eq!(Places::here().check(&home, userdata), Err(Refused::TooWide));
            let downloads = home.join("Downloads").join("anything");
            assert_eq!(
                Places::here().check(&downloads, userdata),
                Err(Refused::Landing)
            );
            assert!(!Places::here().may_lie(&downloads, userdata));
        }
    }
}
