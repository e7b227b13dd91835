//! Embeds `executor/`, `nodebank/` and `examples/` in release builds, so that an installed program carries its Python
//! sources. Debug builds run from a checkout and embed nothing: a change to a node then costs no build.
//! `LOOM_EMBED=1` embeds in any build.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDERS: [&str; 3] = ["executor", "nodebank", "examples"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LOOM_EMBED");
    let variable = |name| env::var(name).unwrap_or_default();
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    if variable("PROFILE") == "release" || variable("LOOM_EMBED") == "1" {
        for folder in FOLDERS {
            collect(&root, &root.join(folder), &mut files)?;
        }
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let path = root.join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        let name = file.to_string_lossy().replace('\\', "/");
        let path = path.to_string_lossy();
        let line = writeln!(table, "    ({name:?}, include_bytes!({path:?})),");
        line.map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    fs::write(
        PathBuf::from(variable("OUT_DIR")).join("embedded.rs"),
        table,
    )
}

/// Files below `folder`, relative to `root`: those that are kept in version control and are of use when installed.
fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_made_by_runs = name.starts_with('.')
            || ["__pycache__", "logs.json", "requirements.lock"].contains(&name.as_str())
            || path.extension().is_some_and(|end| end == "pyc");
        let is_result = name == "results" && folder.parent() == Some(&root.join("examples"));
        // The user's own bank of a checkout.
        let is_own = path == root.join("nodebank").join("custom");
        if is_made_by_runs || is_result || is_own {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.push(relative.to_owned());
        }
    }
    Ok(())
}
