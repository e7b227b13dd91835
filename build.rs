//! Embeds `executor/`, `nodebank/` and `examples/` in release builds, so that an installed program carries its Python
//! sources. Debug builds run from a checkout and embed nothing: a change to a node then costs no build.
//! `LOOM_EMBED=1` embeds in any build. The public keys of updates are embedded in all. A program for Windows gets its
//! icon, version and manifest.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/paths/packing.rs"]
mod packing;

const FOLDERS: [&str; 3] = ["executor", "nodebank", "examples"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/paths/packing.rs");
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
    let mut packed = Vec::new();
    for file in &files {
        let path = root.join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        packed.push((file.to_string_lossy().replace('\\', "/"), fs::read(path)?));
    }
    let (list, content) = packing::pack(&packed);
    let out = PathBuf::from(variable("OUT_DIR"));
    fs::write(out.join("embedded.txt"), list)?;
    fs::write(out.join("embedded.deflate"), content)?;
    fs::write(out.join("update_keys.rs"), update_keys(&root)?)?;
    // Only Windows itself has the resource compiler of its own toolchain; from elsewhere that one is only linted.
    let has_compiler = variable("CARGO_CFG_TARGET_ENV") == "gnu" || cfg!(windows);
    if variable("CARGO_CFG_TARGET_OS") == "windows" && has_compiler {
        add_resources()?;
    }
    Ok(())
}

/// What Windows shows of the program's file, and what it is told before the program starts.
fn add_resources() -> io::Result<()> {
    const ICON: &str = "assets/icon/loom.ico";
    const MANIFEST: &str = "assets/loom.exe.manifest";
    for file in [ICON, MANIFEST] {
        println!("cargo:rerun-if-changed={file}");
    }
    winresource::WindowsResource::new()
        .set_icon(ICON)
        .set_manifest_file(MANIFEST)
        .set("ProductName", "Loom")
        .set("FileDescription", "Loom")
        .set("CompanyName", "The Loom authors")
        .set("LegalCopyright", "The Loom authors; MIT or Apache-2.0")
        .set("OriginalFilename", "Loom.exe")
        .compile()
}

/// The public keys that releases are signed with: the current one and the next.
fn update_keys(root: &Path) -> io::Result<String> {
    let folder = root.join("assets").join("update-keys");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "pub") {
            files.push(path);
        }
    }
    if files.len() > 2 {
        return Err(io::Error::other(
            "assets/update-keys holds more than two keys",
        ));
    }
    files.sort();
    let texts: Vec<_> = files
        .iter()
        .map(|path| format!("include_str!({:?})", path.to_string_lossy()))
        .collect();
    Ok(format!(
        "/// The public keys in `assets/update-keys`.\nconst KEYS: &[&str] = &[{}];\n",
        texts.join(", ")
    ))
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
