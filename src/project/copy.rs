//! Copying folders. What a copy is made of is only read, and what cannot be copied is told.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Copy the folder `from` with all in it to `to`, but for files and folders of the names `left_out`. What cannot be
/// copied goes to `on_error`, which says whether the rest still is.
///
/// The copies are new files: one of a file that may not be written to may be.
pub fn copy_folder(
    from: &Path,
    to: &Path,
    left_out: &[&str],
    on_error: &mut dyn FnMut(&Path, io::Error) -> io::Result<()>,
) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if left_out.iter().any(|left| name == *left) {
            continue;
        }
        let copied = copy_entry(&entry, &to.join(name), left_out, on_error);
        if let Err(error) = copied {
            on_error(&path, error)?;
        }
    }
    Ok(())
}

fn copy_entry(
    entry: &fs::DirEntry,
    to: &Path,
    left_out: &[&str],
    on_error: &mut dyn FnMut(&Path, io::Error) -> io::Result<()>,
) -> io::Result<()> {
    let from = entry.path();
    if entry.file_type()?.is_dir() {
        return copy_folder(&from, to, left_out, on_error);
    }
    // A link to a folder may lead anywhere, also back; pipes and devices would be waited for.
    if !fs::metadata(&from)?.is_file() {
        let why = "it is neither a file nor a folder of its own";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    copy_file(&from, to)
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
        #[cfg(unix)]
        std::os::unix::fs::symlink(&from, from.join("round")).unwrap();
        copy_folder(&from, &to, &[".venv"], &mut |path, error| {
            told.push(format!("{}: {error}", path.display()));
            Ok(())
        })
        .unwrap();
        assert_eq!(fs::read_to_string(to.join("inner/a.txt")).unwrap(), "a");
        assert!(!to.join("inner").join(".venv").exists());
        fs::write(to.join("b.txt"), "mine").unwrap();
        if cfg!(unix) {
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("round") && !to.join("round").exists());
        }
        // A copy that must be whole ends at the first failure.
        let failed = copy_folder(&from, &folder.path().join("b"), &[".venv"], &mut |_, e| {
            Err(e)
        });
        assert_eq!(failed.is_err(), cfg!(unix));
    }
}
