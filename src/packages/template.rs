//! `loom new-package`: a package that tests itself, as the start of a user's own. The template is a whole package, in
//! `assets/package`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::PackageError;
use crate::graph::title_from_function;
use crate::nodebank::package::normal_name;

/// Where each file of a package lies, and what it holds; `loom_example` stands for the module's name.
const FILES: [(&str, &str); 6] = [
    (
        "pyproject.toml",
        include_str!("../../assets/package/pyproject.toml"),
    ),
    ("README.md", include_str!("../../assets/package/README.md")),
    (".gitignore", include_str!("../../assets/package/gitignore")),
    (
        "src/loom_example/__init__.py",
        include_str!("../../assets/package/src/loom_example/__init__.py"),
    ),
    (
        "src/loom_example/nodes.py",
        include_str!("../../assets/package/src/loom_example/nodes.py"),
    ),
    (
        "tests/test_nodes.py",
        include_str!("../../assets/package/tests/test_nodes.py"),
    ),
];

/// Make a package of this name in a new folder of `around`, and return that.
pub fn create(name: &str, around: &Path) -> Result<PathBuf, PackageError> {
    let module = module(name).map_err(|why| PackageError::BadName {
        name: name.to_owned(),
        why,
    })?;
    let folder = around.join(name);
    let io = |source| PackageError::Io {
        what: "make the package",
        source,
        path: folder.clone(),
    };
    if folder.exists() {
        return Err(PackageError::FolderExists(folder));
    }
    let made = fill(&folder, name, &module).map_err(io);
    if made.is_err() {
        fs::remove_dir_all(&folder).ok();
    }
    made.map(|()| folder)
}

fn fill(folder: &Path, name: &str, module: &str) -> io::Result<()> {
    let family = module.strip_prefix("loom_").unwrap_or(module);
    let family = format!("\"{}\"", title_from_function(family));
    for (path, text) in FILES {
        let path = folder.join(path.replace("loom_example", module));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = text
            .replace("loom_example", module)
            .replace("loom-example", name)
            .replace("\"Example\"", &family);
        fs::write(path, text)?;
    }
    Ok(())
}

/// The module of a package of this name, or why there is none.
fn module(name: &str) -> Result<String, &'static str> {
    const KEYWORDS: [&str; 35] = [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
        "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
        "yield", "false", "none", "true",
    ];
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !name.chars().all(is_good) {
        return Err("a package's name has letters, digits, - and _ alone");
    }
    let module = normal_name(name).replace('-', "_");
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins_well || !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err("a package's name begins with a letter and ends with a letter or a digit");
    }
    if KEYWORDS.contains(&module.as_str()) {
        return Err("that is a word of Python itself");
    }
    if ["loom", "executor", "test", "tests"].contains(&module.as_str()) {
        return Err("there is a module of that name already");
    }
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_names_a_package_may_have() {
        for (name, expected) in [
            ("loom-shapes", Ok("loom_shapes")),
            ("Shapes.v2", Ok("shapes_v2")),
            ("my shapes", Err("letters")),
            ("../a", Err("letters")),
            ("2d", Err("begins")),
            ("-a", Err("begins")),
            ("a-", Err("ends")),
            ("", Err("begins")),
            ("Import", Err("word of Python")),
            ("loom", Err("already")),
        ] {
            match (module(name), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{name}"),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{name}: {found}"),
                (found, _) => panic!("{name}: {found:?}"),
            }
        }
    }
}
