//! The index over folders: what is read, in which order, what changed, and what the cache keeps.

use std::path::{Path, PathBuf};

use crate::graph::{Bank, KindState};
use crate::nodebank::Nodebank;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Loom's own nodes and those of the examples are what a new user learns from.
#[test]
fn the_nodes_that_come_with_loom_are_whole() {
    let mut folders = vec![(Bank::Builtin, root().join("nodebank"))];
    for example in std::fs::read_dir(root().join("examples")).unwrap() {
        folders.push((Bank::Project, example.unwrap().path().join("nodes")));
    }
    let mut bank = Nodebank::new(folders, None);
    assert!(bank.refresh());
    assert_eq!(bank.problems(), []);
    let catalog = bank.catalog();
    assert!(
        catalog.kinds().len() > 30,
        "only {} kinds",
        catalog.kinds().len()
    );
    let mut lacking = Vec::new();
    for kind in catalog.kinds() {
        let id = kind.id();
        assert_eq!(kind.state, KindState::Ready, "{id}");
        assert!(kind.file.as_deref().is_some_and(Path::exists), "{id}");
        for (what, text) in [
            ("title", kind.title.as_str()),
            ("family", kind.family.as_str()),
            ("summary", &*kind.summary),
        ] {
            if text.is_empty() {
                lacking.push(format!("{id}: {what}"));
            }
        }
        for input in kind.inputs.iter().filter(|input| input.help.is_empty()) {
            lacking.push(format!("{id}: help of {}", input.name));
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}
