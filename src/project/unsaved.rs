//! Unsaved sources: texts of node files that were typed and not saved, in `.loom/unsaved-code.json`, so that a crash
//! loses none of them. Never touches the files themselves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::document::file::{read_bounded, read_json, write_atomic};
use crate::paths::private_folder;

/// A text that is not in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    pub path: PathBuf,
    pub text: String,
}

const FILE: &str = "unsaved-code.json";
/// Of it: many times what anybody types.
const MOST_BYTES: u64 = 64 << 20;

/// Put these there, in place of those that lay there. A project may be moved: paths inside it are kept from its folder
/// on.
pub fn keep(project: &Path, all: &[Unsaved]) -> io::Result<()> {
    let one = |unsaved: &Unsaved| {
        let path = unsaved.path.strip_prefix(project).unwrap_or(&unsaved.path);
        json!({ "path": path.to_string_lossy(), "text": unsaved.text })
    };
    let all: Vec<Value> = all.iter().map(one).collect();
    let text = json!({ "files": all }).to_string();
    write_atomic(&private_folder(project)?.join(FILE), text.as_bytes())
}

/// What lies there; what cannot be read is left out.
pub fn find(project: &Path) -> Vec<Unsaved> {
    let text = read_bounded(&project.join(".loom").join(FILE), MOST_BYTES).unwrap_or_default();
    let read: Value = read_json(&text).unwrap_or_default();
    let files = read.get("files").and_then(Value::as_array);
    let one = |file: &Value| {
        Some(Unsaved {
            path: project.join(file.get("path")?.as_str()?),
            text: file.get("text")?.as_str()?.to_owned(),
        })
    };
    files.into_iter().flatten().filter_map(one).collect()
}

/// All of them are in their files, or are not wanted.
pub fn discard(project: &Path) -> io::Result<()> {
    match fs::remove_file(project.join(".loom").join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_found_where_the_project_is_and_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let (first, moved) = (folder.path().join("first"), folder.path().join("moved"));
        fs::create_dir(&first).unwrap();
        assert_eq!(find(&first), []);
        let unsaved = |path: PathBuf| Unsaved {
            path,
            text: "ä\n\"".to_owned(),
        };
        let outside = folder.path().join("bank").join("b.py");
        let inside = Path::new("nodes").join("a.py");
        keep(
            &first,
            &[unsaved(first.join(&inside)), unsaved(outside.clone())],
        )
        .unwrap();
        fs::rename(&first, &moved).unwrap();
        assert_eq!(
            find(&moved),
            [unsaved(moved.join(&inside)), unsaved(outside)]
        );
        fs::write(moved.join(".loom").join(FILE), "{ torn").unwrap();
        assert_eq!(find(&moved), []);
        discard(&moved).unwrap();
        discard(&moved).unwrap();
    }
}
