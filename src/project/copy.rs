//! Copying folders. What a copy is made of is only read, and what cannot be copied is told.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};

use crate::paths::full;

/// Copy the folder `from` with all in it to `to`, but for files and folders of the names `left_out`. What cannot be
/// copied goes to `on_error`, which says whether the rest still is; so does a link to a file that is not copied anyway: a
/// project from elsewhere could have one to any file of its reader's.
///
/// The copies are new files: one of a file that may not be written to may be.
pub fn copy_folder(
    from: &Path,
    to: &Path,
    left_out: &[&str],
    on_error: &mut dyn FnMut(&Path, io::Error) -> io::Result<()>,
) -> io::Result<()> {
    let root = full(from)?;
    let whole = Whole {
        root: &root,
        left_out,
    };
    whole.copy(from, to, on_error)
}

/// What a copy is made of.
struct Whole<'a> {
    root: &'a Path,
    left_out: &'a [&'a str],
}

impl Whole<'_> {
    fn copy(
        &self,
        from: &Path,
        to: &Path,
        on_error: &mut dyn FnMut(&Path, io::Error) -> io::Result<()>,
    ) -> io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            if self.left_out.iter().any(|left| name == *left) {
                continue;
            }
            let copied = self.copy_entry(&entry, &to.join(name), on_error);
            if let Err(error) = copied {
                on_error(&path, error)?;
            }
        }
        Ok(())
    }

    fn copy_entry(
        &self,
        entry: &fs::DirEntry,
        to: &Path,
        on_error: &mut dyn FnMut(&Path, io::Error) -> io::Result<()>,
    ) -> io::Result<()> {
        let from = entry.path();
        if entry.file_type()?.is_dir() {
            return self.copy(&from, to, on_error);
        }
        let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        // A link to a folder may lead anywhere, also back; pipes and devices would be waited for.
        if !fs::metadata(&from)?.is_file() {
            return refuse("it is neither a file nor a folder of its own");
        }
        if leads_out(&from, self.root, self.left_out) {
            return refuse("it is a link that leads out of what is copied");
        }
        copy_file(&from, to)
    }
}

/// Is what is read there not of the folder `root`, which is given by its full name, or in one that is `left_out` of it?
pub fn leads_out(path: &Path, root: &Path, left_out: &[&str]) -> bool {
    let Ok(place) = full(path) else {
        return true;
    };
    let is_left = |part: Component| left_out.iter().any(|left| part.as_os_str() == *left);
    match place.strip_prefix(root) {
        Ok(inner) => inner.components().any(is_left),
        Err(_) => true,
    }
}

/// Copy one file, without who may do what with it.
pub fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut source = File::open(from)?;
    let mut copy = File::create(to)?;
    let copied = io::copy(&mut source, &mut copy);
    if copied.is_err() {
        fs::remove_file(to).ok();
    }
    copied.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_and_what_cannot_be_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("inner").join(".venv")).unwrap();
        fs::write(from.join("inner").join("a.txt"), "a").unwrap();
        fs::write(from.join("b.txt"), "b").unwrap();
        let mut permissions = fs::metadata(from.join("b.txt")).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(from.join("b.txt"), permissions).unwrap();
        let mut told = Vec::new();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        fs::write(from.join("inner").join(".venv").join("c"), "c").unwrap();
        #[cfg(unix)]
        for (link, target) in [
            ("round", &*from),
            ("out.txt", Path::new("../secret")),
            ("made.txt", Path::new("inner/.venv/c")),
            ("same.txt", Path::new("inner/a.txt")),
        ] {
            std::os::unix::fs::symlink(target, from.join(link)).unwrap();
        }
        copy_folder(&from, &to, &[".venv"], &mut |path, error| {
            told.push(format!("{}: {error}", path.display()));
            Ok(())
        })
        .unwrap();
        assert_eq!(fs::read_to_string(to.join("inner/a.txt")).unwrap(), "a");
        assert!(!to.join("inner").join(".venv").exists());
        fs::write(to.join("b.txt"), "mine").unwrap();
        if cfg!(unix) {
            told.sort();
            assert_eq!(told.len(), 3, "{told:?}");
            for (line, link) in told.iter().zip(["made.txt", "out.txt", "round"]) {
                assert!(line.contains(link) && !to.join(link).exists(), "{line}");
            }
            assert_eq!(fs::read_to_string(to.join("same.txt")).unwrap(), "a");
        }
        // A copy that must be whole ends at the first failure.
        let failed = copy_folder(&from, &folder.path().join("b"), &[".venv"], &mut |_, e| {
            Err(e)
        });
        assert_eq!(failed.is_err(), cfg!(unix));
    }
}
