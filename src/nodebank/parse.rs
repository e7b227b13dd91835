//! Parse: one Python source as the `NodeKind`s of its functions, exactly as `docs/nodes.md` says. Runs nothing and
//! opens no file. A source that cannot be read is one kind, named like the file, whose state says why.

use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::{Stmt, StmtFunctionDef};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged as _, TextSize};

use super::decorator::{is_overload, mark};
use super::function::{self, Form};
use super::names::Names;
use super::sidecar::Sidecar;
use super::syntax::{self, Tree};
use crate::graph::{Bank, KindState, Name, NodeKind};

/// Where a source comes from.
pub struct Source<'a> {
    pub bank: Bank,
    /// What a function belongs to that names no family itself.
    pub family: &'a Name,
    pub file: &'a Arc<Path>,
    /// The file beside a function of the first Loom.
    pub sidecar: Option<&'a Sidecar>,
}

impl Source<'_> {
    /// Name of the file without its ending.
    fn stem(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// The one kind of a file that cannot be read.
    pub fn broken(&self, message: impl Into<Arc<str>>, line: u32) -> NodeKind {
        let mut kind = NodeKind::new(self.bank, self.stem());
        kind.family = self.family.clone();
        kind.file = Some(self.file.clone());
        kind.line = line;
        kind.state = KindState::Broken {
            message: message.into(),
            line,
        };
        kind
    }
}

/// The kinds of a source, in its order. Of a function that is defined twice the later one comes first: it is the one
/// that Python keeps.
/// Or why the source cannot be read and in which line.
pub fn kinds(text: &str, source: &Source) -> Result<Vec<NodeKind>, (String, u32)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    syntax::module(text, |tree| kinds_in(text, tree, source))
}

fn kinds_in(text: &str, tree: &Tree, source: &Source) -> Result<Vec<NodeKind>, (String, u32)> {
    let lines = LineIndex::from_source_text(text);
    let line = |at: TextSize| u32::try_from(lines.line_index(at).get()).unwrap_or(u32::MAX);
    if let Some((range, error)) = tree.errors().first() {
        return Err((format!("Syntax error: {error}"), line(range.start())));
    }
    let mut kinds: Vec<NodeKind> = Vec::new();
    for (kind, _) in functions(tree.suite(), &lines, source) {
        let earlier = kinds
            .iter()
            .position(|other| other.function == kind.function);
        kinds.insert(earlier.unwrap_or(kinds.len()), kind);
    }
    Ok(kinds)
}

/// The kinds of a source without errors, in its order, each with its function.
pub fn functions<'a>(
    body: &'a [Stmt],
    lines: &LineIndex,
    source: &Source<'a>,
) -> Vec<(NodeKind, &'a StmtFunctionDef)> {
    let names = Names::of(body);
    let kind = |(function, form): (&'a StmtFunctionDef, Form<'a>)| {
        let line = lines.line_index(function.name.range().start()).get();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        (
            function::kind(function, form, line, source, &names),
            function,
        )
    };
    choose(body, source, &names).into_iter().map(kind).collect()
}

/// Which functions of a source are nodes, and of which form.
fn choose<'a>(
    body: &'a [Stmt],
    source: &Source<'a>,
    names: &Names,
) -> Vec<(&'a StmtFunctionDef, Form<'a>)> {
    let all = || body.iter().filter_map(Stmt::as_function_def_stmt);
    let exported = names.exported();
    let public = || {
        all().filter(|function| {
            let name = function.name.as_str();
            let is_exported = exported.as_ref().is_none_or(|list| list.contains(name));
            is_exported && !name.starts_with('_') && !is_overload(function, names)
        })
    };
    if all().any(|function| mark(function, names).is_some()) {
        return public()
            .filter(|function| mark(function, names).is_some())
            .map(|function| (function, Form::Annotated))
            .collect();
    }
    let stem = source.stem();
    if let Some(sidecar) = source.sidecar {
        // Everything else in such a file helps the one function that the file beside it is about.
        let named = [sidecar.function.as_deref(), Some(stem.as_str())];
        let entry = named.into_iter().flatten().find_map(|name| {
            all()
                .filter(|function| function.name.as_str() == name)
                .last()
        });
        if let Some(entry) = entry
            && function::is_unannotated(entry)
        {
            return vec![(entry, Form::Positional(Some(sidecar)))];
        }
    }
    let may_be_first_form =
        matches!(source.bank, Bank::Project | Bank::Custom) && !names.uses_loom();
    public()
        .map(|function| {
            let is_first_form = may_be_first_form
                && function.name.as_str() == stem
                && function::is_unannotated(function);
            let form = if is_first_form {
                Form::Positional(None)
            } else {
                Form::Annotated
            };
            (function, form)
        })
        .collect()
}
