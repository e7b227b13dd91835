//! Load: the node that loads a file: which kind fits it best, and nodes of it with their paths.

use std::path::Path;
use std::sync::Arc;

use super::{Keys, new_node};
use crate::document::Transaction;
use crate::graph::{
    Bank, Edit, KindState, Name, NodeId, NodeKind, Port, Pos2, SubgraphId, Value, ValueType, Vec2,
    Widget, patterns,
};

/// A kind that loads a file or takes a folder, and the input for its path.
#[derive(Clone, Debug, PartialEq)]
pub struct Loader {
    pub kind: Arc<NodeKind>,
    pub input: Name,
    /// It asks for files of this ending, and does not merely take any path.
    pub is_special: bool,
}

/// The kind that fits a file best: one that asks for files of its ending, of those a project's own before others, and
/// one that gives a table or an image before one that gives rows or lines. For other files, and for folders, one that
/// passes the path on.
pub fn loader_for<'a>(
    kinds: impl IntoIterator<Item = &'a Arc<NodeKind>>,
    path: &Path,
    is_folder: bool,
) -> Option<Loader> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let fits = |kind: &'a Arc<NodeKind>| {
        let inputs = kind.inputs.iter();
        let ranked =
            inputs.filter_map(|input| Some((rank(kind, &input.widget, &name, is_folder)?, input)));
        let (rank, input) = ranked.min_by_key(|(rank, _)| *rank)?;
        let loader = Loader {
            kind: kind.clone(),
            input: input.name.clone(),
            is_special: rank[0] == 0,
        };
        Some((rank, loader))
    };
    let ready = kinds
        .into_iter()
        .filter(|kind| kind.state == KindState::Ready);
    let best = ready.filter_map(fits).min_by_key(|(rank, _)| *rank);
    best.map(|(_, loader)| loader)
}

/// Less is better; `None`: it does not load such files.
fn rank(kind: &NodeKind, widget: &Widget, name: &str, is_folder: bool) -> Option<[usize; 3]> {
    let [output] = &kind.outputs[..] else {
        return None;
    };
    let passes_on = output.ty == ValueType::Path && kind.inputs.len() == 1;
    let (is_special, is_taken) = match widget {
        Widget::Folder => (false, is_folder && passes_on),
        Widget::OpenFile { pattern } if !is_folder => {
            let special = endings(pattern).any(|ending| name.ends_with(&ending));
            (special, special || passes_on)
        }
        _ => (false, false),
    };
    let value = match output.ty.base() {
        ValueType::Table | ValueType::Image => 0,
        ValueType::Dict | ValueType::Any | ValueType::Text | ValueType::Custom(_) => 1,
        ValueType::Path => 3,
        // Arrays too: what reads one takes many files that are pictures and texts before they are numbers.
        _ => 2,
    };
    let bank = match kind.bank {
        Bank::Project => 0,
        Bank::Custom => 1,
        Bank::Package => 2,
        Bank::Builtin | Bank::Graph => 3,
    };
    is_taken.then_some([usize::from(!is_special), bank, value])
}

/// `*.csv *.tsv` -> `.csv`, `.tsv`.
fn endings(pattern: &str) -> impl Iterator<Item = String> {
    let endings = patterns(pattern).filter_map(|part| part.strip_prefix('*'));
    endings
        .filter(|ending| ending.len() > 1)
        .map(str::to_lowercase)
}

/// How far below the one before each node of several files lies.
pub(super) const BELOW: Vec2 = Vec2::new(0.0, 220.0);

/// Nodes that load files, given as the text of their input, below each other, in one step. Returns the ids that they will have.
pub fn add_loaders(
    graph: &crate::graph::Graph,
    files: impl IntoIterator<Item = (Loader, String)>,
    (pos, parent): (Pos2, Option<SubgraphId>),
) -> (Vec<NodeId>, Transaction) {
    let mut keys = Keys::of(graph);
    let (mut ids, mut edits) = (Vec::new(), Vec::new());
    for (loader, path) in files {
        let pos = pos + BELOW * ids.len() as f32;
        let node = new_node(&mut keys, loader.kind, pos, parent);
        let input = Port::new(node.id, loader.input);
        let value = Some(Value::text(path));
        ids.push(node.id);
        edits.push(Edit::AddNode(Box::new(node)));
        edits.push(Edit::SetValue { input, value });
    }
    (ids, Transaction::new("Load files", edits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{InputSpec, OutputSpec};

    fn kind(name: &str, bank: Bank, widget: Widget, ty: ValueType) -> Arc<NodeKind> {
        let mut kind = NodeKind::new(bank, name);
        let mut input = InputSpec::new("file", ValueType::Path);
        input.widget = widget;
        kind.inputs = vec![input];
        kind.outputs = vec![OutputSpec {
            name: "result".into(),
            ty,
        }];
        Arc::new(kind)
    }

    fn open(pattern: &str) -> Widget {
        Widget::OpenFile {
            pattern: pattern.into(),
        }
    }

    #[test]
    fn the_kind_that_knows_the_ending_best_is_found() {
        use ValueType as T;
        let rows = T::List(Box::new(T::Dict));
        let mut kinds = vec![
            kind("rows", Bank::Builtin, open("*.csv"), rows),
            kind("table", Bank::Builtin, open("*.csv *.tsv"), T::Table),
            kind("image", Bank::Builtin, open("*.png, *.jpg"), T::Image),
            kind("size", Bank::Builtin, open("*"), T::Int),
            kind("file", Bank::Builtin, open("*"), T::Path),
            kind("folder", Bank::Builtin, Widget::Folder, T::Path),
        ];
        let found = |kinds: &[Arc<NodeKind>], path: &str, is_folder: bool| {
            let loader = loader_for(kinds, Path::new(path), is_folder);
            loader.map(|loader| loader.kind.function.to_string())
        };
        for (path, is_folder, expected) in [
            ("a/wine.csv", false, Some("table")),
            ("WINE.TSV", false, Some("table")),
            ("photo.jpg", false, Some("image")),
            ("photo.csv.zip", false, Some("file")),
            ("csv", false, Some("file")),
            ("photos.png", true, Some("folder")),
            ("..", false, None),
        ] {
            assert_eq!(
                found(&kinds, path, is_folder).as_deref(),
                expected,
                "{path}"
            );
        }
        kinds.push(kind("own", Bank::Project, open("*.csv"), T::Any));
        assert_eq!(found(&kinds, "wine.csv", false).as_deref(), Some("own"));
        assert_eq!(found(&kinds[..4], "notes.txt", false), None);
    }
}
