//! Load: which kind reads a file, by the file's name alone, and nodes that read files. Touches no file.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{Keys, Transaction, new_node};
use crate::graph::{
    Edit, Graph, InputSpec, KindState, Name, NodeId, NodeKind, Pos2, Role, SubgraphId, Value,
    ValueType, Widget,
};

/// What reads a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Loader {
    pub kind: Arc<NodeKind>,
    /// The input that takes the file's path.
    pub input: Name,
    /// It names the file's ending; otherwise it reads texts of any.
    pub is_made_for_it: bool,
}

/// The kind that reads a file best: what names its ending goes before what reads all texts, what names few endings
/// before what names many, the project's own kinds before the others, and what gives a table or a picture before what
/// gives parts of one.
pub fn loader_of(kinds: &[Arc<NodeKind>], file_name: &str) -> Option<Loader> {
    let name = file_name.to_lowercase();
    let ranked = kinds.iter().filter_map(|kind| {
        let (input, pattern) = opened(kind)?;
        let given = &kind.outputs.first()?.ty;
        let endings = endings(pattern);
        let longest = endings
            .clone()
            .filter_map(|ending| ending.strip_prefix('*'))
            .filter(|ending| {
                ending.starts_with('.') && name.ends_with(ending.to_lowercase().as_str())
            })
            .map(str::len)
            .max();
        // What gives several things tells of a file, and does not read it.
        let is_text =
            kind.outputs.len() == 1 && matches!(given, ValueType::Text | ValueType::Bytes);
        if longest.is_none()
            && !(is_text && endings.clone().any(|ending| ["*", "*.*"].contains(&ending)))
        {
            return None;
        }
        let (count, bank) = match longest {
            Some(_) => (endings.count(), kind.bank as u8),
            // A project's function that takes a path may do anything with it.
            None => (0, u8::MAX - kind.bank as u8),
        };
        let rank = (Reverse(longest), count, bank, worth(given));
        Some((rank, kind, input, longest.is_some()))
    });
    let (_, kind, input, is_made_for_it) = ranked.min_by_key(|(rank, ..)| *rank)?;
    Some(Loader {
        kind: kind.clone(),
        input: input.name.clone(),
        is_made_for_it,
    })
}

/// The input that takes the file, and its pattern, of a kind that needs nothing but a file.
fn opened(kind: &NodeKind) -> Option<(&InputSpec, &str)> {
    if kind.state != KindState::Ready || kind.role != Role::Function {
        return None;
    }
    let (first, others) = kind.inputs.split_first()?;
    let Widget::OpenFile { pattern } = &first.widget else {
        return None;
    };
    let is_enough = others
        .iter()
        .all(|input| input.default.is_some() || input.is_optional);
    is_enough.then_some((first, pattern.as_str()))
}

fn endings(pattern: &str) -> impl Iterator<Item = &str> + Clone {
    let parts = pattern.split([' ', ';', ',']).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

/// The less, the more is made of a file.
fn worth(given: &ValueType) -> u8 {
    match given.base() {
        ValueType::Table | ValueType::Image | ValueType::Figure | ValueType::Array => 0,
        ValueType::Path | ValueType::Bool | ValueType::None => 2,
        _ => 1,
    }
}

/// A file that a node is to read.
#[derive(Clone, Debug, PartialEq)]
pub struct FileNode {
    pub loader: Loader,
    pub path: Value,
    pub pos: Pos2,
}

/// A node for each file, in one step. Returns the ids that they will have.
pub fn load_files(
    graph: &Graph,
    files: impl IntoIterator<Item = FileNode>,
    parent: Option<SubgraphId>,
) -> (Vec<NodeId>, Transaction) {
    let mut keys = Keys::of(graph);
    let (mut ids, mut edits) = (Vec::new(), Vec::new());
    for FileNode { loader, path, pos } in files {
        let mut node = new_node(&mut keys, loader.kind, pos, parent);
        node.values.insert(loader.input, path);
        ids.push(node.id);
        edits.push(Edit::AddNode(Box::new(node)));
    }
    let label = match ids.len() {
        1 => "Load file",
        _ => "Load files",
    };
    (ids, Transaction::new(label, edits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Meta};
    use crate::graph::{Bank, OutputSpec};

    fn kind(bank: Bank, name: &str, pattern: &str, gives: ValueType) -> NodeKind {
        let mut kind = NodeKind::new(bank, name);
        kind.inputs = vec![InputSpec {
            widget: Widget::OpenFile {
                pattern: pattern.into(),
            },
            ..InputSpec::new("file", ValueType::Path)
        }];
        kind.outputs = vec![OutputSpec {
            name: "value".into(),
            ty: gives,
        }];
        kind
    }

    #[test]
    fn the_most_fitting_kind_reads_a_file() {
        use ValueType as T;
        let own = Bank::Project;
        let bank = Bank::Builtin;
        let mut needs_more = kind(bank, "needs_more", "*.zip", T::Dict);
        needs_more
            .inputs
            .push(InputSpec::new("password", ValueType::Text));
        let mut broken = kind(bank, "broken", "*.xyz", T::Table);
        broken.state = KindState::Missing;
        let mut info = kind(bank, "info", "*", T::Text);
        info.outputs.push(OutputSpec {
            name: "size".into(),
            ty: ValueType::Int,
        });
        let kinds = [
            kind(own, "guess", "*", T::Text),
            kind(own, "spectrum", "*.json *.spc", T::Dict),
            kind(bank, "path_of", "*", T::Path),
            kind(bank, "read_rows", "*.csv", T::List(Box::new(T::Dict))),
            kind(bank, "load_csv", "*.csv", T::Table),
            kind(bank, "load_image", "*.png *.jpg", T::Image),
            kind(bank, "icon", "*.png", T::Image),
            kind(bank, "load_json", "*.json", T::Any),
            kind(bank, "read_text", "*.txt *.md *", T::Text),
            kind(bank, "unpack", "*.tar.gz", T::List(Box::new(T::Path))),
            kind(bank, "gunzip", "*.gz", T::Bytes),
            needs_more,
            broken,
            info,
        ]
        .map(Arc::new);
        for (file, expected, is_made_for_it) in [
            ("data.csv", "load_csv", true),
            ("DATA.CSV", "load_csv", true),
            ("a.png", "icon", true),
            ("a.jpg", "load_image", true),
            ("a.json", "load_json", true),
            ("a.spc", "spectrum", true),
            ("a.md", "read_text", true),
            ("a.tar.gz", "unpack", true),
            ("a.gz", "gunzip", true),
            ("notes", "read_text", false),
            ("a.zip", "read_text", false),
            ("a.xyz", "read_text", false),
            ("png", "read_text", false),
        ] {
            let loader = loader_of(&kinds, file).unwrap();
            assert_eq!(loader.kind.function, expected, "{file}");
            assert_eq!(loader.is_made_for_it, is_made_for_it, "{file}");
            assert_eq!(loader.input, "file");
        }
        assert_eq!(loader_of(&kinds[2..8], "notes"), None);
        let all = [Arc::new(kind(bank, "read_all", "*.*", T::Text))];
        assert!(loader_of(&all, "notes").is_some());
    }

    #[test]
    fn several_files_are_one_step() {
        let kinds = [Arc::new(kind(Bank::Builtin, "read", "*", ValueType::Text))];
        let loader = loader_of(&kinds, "a.txt").unwrap();
        let files = ["a.txt", "b.txt"].map(|path| FileNode {
            loader: loader.clone(),
            path: Value::text(path),
            pos: Pos2::ZERO,
        });
        let mut document = Document::new(Graph::default(), Meta::default());
        let (ids, transaction) = load_files(document.graph(), files, None);
        document.commit(transaction).unwrap();
        let values: Vec<_> = ids
            .iter()
            .map(|id| document.graph().node(*id).unwrap().values["file"].clone())
            .collect();
        assert_eq!(values, [Value::text("a.txt"), Value::text("b.txt")]);
        assert_eq!(document.undo().unwrap(), "Load files");
        assert!(document.graph().is_empty());
    }
}
