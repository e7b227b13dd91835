//! What the node files that a graph uses need beside its `requirements.txt`: the packages that they name in their
//! `# /// script` blocks. A family costs nothing until a node of it is there. Reads those files and runs none.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::engine::python::Need;
use crate::graph::Graph;
use crate::nodebank::script;
use crate::paths::{MOST_TEXT_BYTES, read_bounded};
use crate::project::requirements::is_package;

/// The sources of a graph's nodes, each once.
pub fn files(graph: &Graph) -> BTreeSet<Arc<Path>> {
    let mut seen = std::collections::HashSet::new();
    let kinds = graph.nodes().map(|node| &node.kind);
    kinds
        .filter(|kind| seen.insert(Arc::as_ptr(kind)))
        .filter_map(|kind| kind.file.clone())
        .collect()
}

/// What the files need. Options, addresses and paths are none of a file's business: those belong into the
/// `requirements.txt`, where the user sees them.
pub fn needs(files: &BTreeSet<Arc<Path>>, project: &Path) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for file in files {
        let Ok(bytes) = read_bounded(file, MOST_TEXT_BYTES) else {
            continue;
        };
        let named = script::dependencies(&String::from_utf8_lossy(&bytes)).unwrap_or_default();
        for requirement in named {
            if is_package(&requirement) && !needs.iter().any(|need| need.requirement == requirement)
            {
                needs.push(Need {
                    requirement,
                    asked_by: shown(file, project),
                });
            }
        }
    }
    needs
}

/// A file as people know it: from the project's folder, or with the family that it is in.
fn shown(file: &Path, project: &Path) -> String {
    if let Ok(inner) = file.strip_prefix(project) {
        return inner.display().to_string();
    }
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Bank, Node, NodeId, NodeKind, pos2};

    #[test]
    fn only_what_is_used_is_needed_and_only_packages_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, named: &str| {
            let path = folder.path().join("nodes").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = format!("# /// script\n# dependencies = [{named}]\n# ///\n");
            std::fs::write(&path, text).unwrap();
            path
        };
        let used = file(
            "used.py",
            r#""pandas>=2", "--index-url=x", "./a.whl", "a @ https://b", "numpy""#,
        );
        file("unused.py", r#""torch""#);
        let other = file("other.py", r#""numpy", "numpy<3""#);
        let kind = |path: &Path| {
            let mut kind = NodeKind::new(Bank::Project, "add");
            kind.file = Some(path.into());
            Arc::new(kind)
        };
        let (used, other) = (kind(&used), kind(&other));
        let node = |id: u32, kind: &Arc<NodeKind>| {
            Node::new(
                NodeId(id),
                format!("node_{id}"),
                kind.clone(),
                pos2(0.0, 0.0),
            )
        };
        let nodes = [node(0, &used), node(1, &other), node(2, &used)];
        let (graph, ..) = Graph::from_parts(nodes, []);
        let files = files(&graph);
        assert_eq!(files.len(), 2);
        let found: Vec<_> = needs(&files, folder.path())
            .into_iter()
            .map(|need| format!("{} {}", need.requirement, need.asked_by.replace('\\', "/")))
            .collect();
        assert_eq!(
            found,
            [
                "numpy nodes/other.py",
                "numpy<3 nodes/other.py",
                "pandas>=2 nodes/used.py"
            ]
        );
    }
}
