//! Reading what somebody else may have put there: files alone, and no more of one than was asked for. Never waits for a
//! pipe, and knows no format.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// Of a text that people or their tools write: names of packages, descriptions, sources of nodes.
pub const MOST_TEXT_BYTES: u64 = 16 << 20;

/// The bytes of the file at `path`. What is no file, such as a pipe, would be waited for and is refused, and so is what is
/// larger than `most` bytes.
pub fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Looked at first: to open a device may do something.
    check(&fs::metadata(path)?, most)?;
    let file = open(path)?;
    // It may be another one by now.
    let meta = file.metadata()?;
    check(&meta, most)?;
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or_default());
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large(most));
    }
    Ok(bytes)
}

/// The same as a text.
pub fn read_text_bounded(path: &Path, most: u64) -> io::Result<String> {
    let bytes = read_bounded(path, most)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn check(meta: &fs::Metadata, most: u64) -> io::Result<()> {
    if meta.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !meta.is_file() {
        let why = "it is neither a file nor a folder";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    if meta.len() > most {
        return Err(too_large(most));
    }
    Ok(())
}

fn too_large(most: u64) -> io::Error {
    let why = format!("it is larger than {}", in_words(most));
    io::Error::new(io::ErrorKind::FileTooLarge, why)
}

fn in_words(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        megabytes => format!("{megabytes} MB"),
    }
}

/// Open a file to read it; a pipe that nobody writes to is not waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_a_size_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "four").unwrap();
        assert_eq!(read_bounded(&file, 4).unwrap(), b"four");
        assert_eq!(read_text_bounded(&file, 4).unwrap(), "four");
        let error = read_bounded(&file, 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge, "{error}");
        let error = read_bounded(folder.path(), 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory, "{error}");
        let error = read_bounded(&folder.path().join("none"), 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
    }

    /// A pipe that nobody reads or writes.
    #[cfg(unix)]
    pub fn make_pipe(path: &Path) {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.is_ok_and(|made| made.success()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_waited_for_by_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe);
        let error = read_bounded(&pipe, 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        // As when it takes the place of a file between the look and the opening.
        let meta = open(&pipe).unwrap().metadata().unwrap();
        check(&meta, 3).unwrap_err();
        let refused = crate::paths::refuse_links(folder.path()).unwrap_err();
        assert!(refused.to_string().contains("neither a file"), "{refused}");
    }
}
