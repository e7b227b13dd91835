//! The Python sources that an installed program carries, unpacked once per version. Never touches what lies there
//! whole already, and never leaves half of it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::PathsError;

/// What is carried, by `build.rs`; empty in debug builds.
const LIST: &str = include_str!(concat!(env!("OUT_DIR"), "/embedded.txt"));
const CONTENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/embedded.deflate"));

/// The folder of this version below `runtime`, unpacked when it is not there.
pub fn unpacked(runtime: &Path) -> Result<PathBuf, PathsError> {
    if LIST.is_empty() {
        return Err(PathsError::NotEmbedded);
    }
    let folder = runtime.join(env!("CARGO_PKG_VERSION"));
    unpack(LIST, CONTENT, &folder).map_err(|source| PathsError::Unpack {
        source,
        path: folder.clone(),
    })?;
    Ok(folder)
}

/// Make `folder` hold the files of `list`: they are written beside it and renamed into place, so it is there whole or not
/// at all. A folder that is there stays when its list of files is the same, length by length; a version under
/// development keeps its number while its files change.
fn unpack(list: &str, content: &[u8], folder: &Path) -> io::Result<()> {
    let is_whole = |folder: &Path| {
        fs::read_to_string(folder.join("files.txt")).is_ok_and(|found| found == list)
    };
    if is_whole(folder) {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    let new = tempfile::Builder::new()
        .prefix(".unpacking-")
        .tempdir_in(parent)?;
    let content =
        miniz_oxide::inflate::decompress_to_vec(content).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut rest = content.as_slice();
    for (name, length) in list.lines().filter_map(entry) {
        let (bytes, after) = rest
            .split_at_checked(length)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        rest = after;
        let path = new.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    fs::write(new.path().join("files.txt"), list)?;
    if folder.exists() {
        let old = tempfile::Builder::new()
            .prefix(".old-")
            .tempdir_in(parent)?;
        fs::rename(folder, old.path().join("old"))?;
    }
    match fs::rename(new.path(), folder) {
        // Another Loom that started at the same moment was faster.
        Err(_) if is_whole(folder) => Ok(()),
        result => result,
    }
}

/// Name and length of a line of the list.
fn entry(line: &str) -> Option<(&str, usize)> {
    let (length, rest) = line.trim_start().split_once(' ')?;
    let (_, name) = rest.split_once(' ')?;
    Some((name, length.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::packing::pack;
    use super::*;

    fn unpack(files: &[(&str, &[u8])], folder: &Path) -> io::Result<()> {
        let owned = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec());
        let files: Vec<_> = files.iter().map(owned).collect();
        let (list, content) = pack(&files);
        super::unpack(&list, &content, folder)
    }

    #[test]
    fn files_are_unpacked_once_and_anew_when_they_differ() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("runtime").join("1.0.0");
        unpack(
            &[("executor/a.py", b"a"), ("nodebank/math/b.py", b"b")],
            &folder,
        )
        .unwrap();
        let inside = folder.join("nodebank").join("math").join("b.py");
        assert_eq!(fs::read(&inside).unwrap(), b"b");
        assert_eq!(
            fs::read(folder.join("executor").join("a.py")).unwrap(),
            b"a"
        );

        // What is whole is not written again: a file changed by hand stays.
        fs::write(&inside, "by hand").unwrap();
        unpack(
            &[("executor/a.py", b"a"), ("nodebank/math/b.py", b"b")],
            &folder,
        )
        .unwrap();
        assert_eq!(fs::read(&inside).unwrap(), b"by hand");

        unpack(&[("executor/a.py", b"A")], &folder).unwrap();
        assert_eq!(
            fs::read(folder.join("executor").join("a.py")).unwrap(),
            b"A"
        );
        assert!(!inside.exists(), "files of the other build are gone");
        let names: Vec<_> = fs::read_dir(folder.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "something was left behind: {names:?}");
    }

    #[test]
    fn what_cannot_be_unpacked_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("runtime");
        fs::write(&file, "in the way").unwrap();
        assert!(unpack(&[("a.py", b"a")], &file.join("1.0.0")).is_err());
        assert_eq!(fs::read(&file).unwrap(), b"in the way");

        // Less is carried than the list says.
        let folder = home.path().join("cut").join("1.0.0");
        let (list, content) = pack(&[("a.py".to_owned(), b"aaa".to_vec())]);
        let longer = list.replace("  3 ", "  4 ");
        assert!(super::unpack(&longer, &content, &folder).is_err());
        assert!(super::unpack(&list, &content[..1], &folder).is_err());
        assert!(!folder.exists());
    }
}
