//! Sheet: a source as its top-level statements: what names each gives and uses, and its text as a copy has it. Pure.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, Expr, Identifier, Stmt, StmtImportFrom};
use ruff_text_size::{Ranged as _, TextRange};

use super::super::decorator::mark;
use super::super::names::Names;
use super::super::syntax;

pub(super) struct Sheet {
    text: String,
    pub parts: Vec<Part>,
}

/// A statement, or one name of an import.
pub(super) struct Part {
    pub form: Form,
    pub gives: BTreeSet<String>,
    pub uses: BTreeSet<String>,
    /// Modules that are imported inside of it.
    pub modules: BTreeSet<String>,
    /// Whole lines where nothing else stands in them, with the comments right above.
    range: Range<usize>,
    /// The names in it, by their place.
    names: Vec<(Range<usize>, String)>,
    /// The mark that makes a node of it, as whole lines.
    mark: Option<Range<usize>>,
    /// What stands instead: imports from the package around are written with its name.
    instead: Vec<(Range<usize>, String)>,
    is_effect: bool,
}

pub(super) enum Form {
    Import(Import),
    Statement { is_definition: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// `None`: `import name`.
    pub module: Option<String>,
    pub name: String,
    pub alias: Option<String>,
    /// It stands below `if` this.
    pub guard: Option<String>,
}

impl Import {
    pub fn plain(name: &str) -> Self {
        Self {
            module: None,
            name: name.to_owned(),
            alias: None,
            guard: None,
        }
    }

    /// Do both give the same?
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.module, &self.name, &self.alias) == (&other.module, &other.name, &other.alias)
    }

    pub fn named(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{} as {alias}", self.name),
            None => self.name.clone(),
        }
    }
}

impl Sheet {
    pub fn read(text: &str, package: &[String]) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let parts = syntax::module(&text, |tree| {
            if let Some((_, error)) = tree.errors().first() {
                return Err(error.clone());
            }
            let body = tree.suite();
            let names = Names::of(body);
            let mut parts = Vec::new();
            for statement in body {
                read(statement, &text, package, &names, &mut parts)?;
            }
            Ok(parts)
        })?;
        Ok(Self { text, parts })
    }

    pub fn giving(&self, name: &str) -> Vec<usize> {
        let parts = self.parts.iter().enumerate();
        let giving = parts.filter(|(_, part)| part.gives.contains(name));
        giving.map(|(at, _)| at).collect()
    }

    pub fn gives(&self, name: &str) -> bool {
        self.last_giving(name).is_some()
    }

    pub fn last_giving(&self, name: &str) -> Option<usize> {
        self.giving(name).pop()
    }

    pub fn is_marked(&self, function: &str) -> bool {
        self.last_giving(function)
            .is_some_and(|at| self.parts[at].mark.is_some())
    }

    /// What counts for all that comes from the source.
    pub fn always(&self) -> BTreeSet<usize> {
        let is_always = |part: &Part| matches!(&part.form, Form::Import(it) if it.module.as_deref() == Some("__future__") || it.name == "*");
        let parts = self.parts.iter().enumerate();
        parts
            .filter_map(|(at, part)| is_always(part).then_some(at))
            .collect()
    }

    /// Statements that are not kept and change what is.
    pub fn effects_on(&self, kept: &BTreeSet<usize>) -> Vec<usize> {
        let is_statement = |at: &&usize| matches!(self.parts[**at].form, Form::Statement { .. });
        let kept_names: BTreeSet<&String> = kept
            .iter()
            .filter(is_statement)
            .flat_map(|at| &self.parts[*at].gives)
            .collect();
        let parts = self.parts.iter().enumerate();
        let effects = parts.filter(|(at, part)| {
            part.is_effect
                && !kept.contains(at)
                && part.uses.iter().any(|name| kept_names.contains(name))
        });
        effects.map(|(at, _)| at).collect()
    }

    /// The text of a part of a copy of `function`, which may be called otherwise; others are no nodes in it.
    pub fn text_of(
        &self,
        part: usize,
        function: &str,
        called: Option<&str>,
        is_main: bool,
    ) -> String {
        let part = &self.parts[part];
        let mut changes = part.instead.clone();
        let is_it = is_main && part.gives.contains(function);
        if let Some(mark) = &part.mark
            && !is_it
        {
            changes.push((mark.clone(), String::new()));
        }
        if let Some(called) = called {
            let names = part.names.iter().filter(|(_, name)| name == function);
            changes.extend(names.map(|(range, _)| (range.clone(), called.to_owned())));
            // The examples in its help call it too.
            let example = format!("{function}(");
            let text = &self.text[part.range.clone()];
            for (at, _) in text.match_indices(&example).filter(|_| is_it) {
                let line = &text[text[..at].rfind('\n').map_or(0, |at| at + 1)..at];
                if line.trim_start().starts_with(">>> ")
                    && !line.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
                {
                    let start = part.range.start + at;
                    changes.push((start..start + function.len(), called.to_owned()));
                }
            }
        }
        changes.sort_by_key(|(range, _)| range.start);
        let (mut text, mut done) = (String::new(), part.range.start);
        for (range, instead) in changes {
            if range.start >= done {
                text.push_str(&self.text[done..range.start]);
                text.push_str(&instead);
                done = range.end;
            }
        }
        text.push_str(&self.text[done..part.range.end]);
        text.trim_end().to_owned()
    }
}

fn read(
    statement: &Stmt,
    text: &str,
    package: &[String],
    names: &Names,
    parts: &mut Vec<Part>,
) -> Result<(), String> {
    if let Some(imports) = imports(statement, package)? {
        parts.extend(imports.into_iter().map(|it| imported(it, BTreeSet::new())));
        return Ok(());
    }
    if let Stmt::If(guard) = statement
        && guard.elif_else_clauses.is_empty()
        && guard.body.iter().all(is_import)
    {
        let mut uses = Uses::new(package);
        uses.visit_expr(&guard.test);
        let test = &text[range_of(guard.test.range())];
        for inner in &guard.body {
            for import in imports(inner, package)?.unwrap_or_default() {
                let guard = Some(test.to_owned());
                parts.push(imported(Import { guard, ..import }, uses.names()));
            }
        }
        return Ok(());
    }
    let mut uses = Uses::new(package);
    uses.visit_stmt(statement);
    if let Some(why) = uses.problem {
        return Err(why);
    }
    let (mut gives, mut is_effect, mut is_definition, mut mark_lines) =
        (BTreeSet::new(), false, false, None);
    match statement {
        Stmt::Pass(_) => return Ok(()),
        Stmt::Expr(it) if it.value.is_string_literal_expr() => return Ok(()),
        // What runs only when the source is a program.
        Stmt::If(_) if uses.names().contains("__name__") => return Ok(()),
        Stmt::Expr(_) | Stmt::Delete(_) | Stmt::Assert(_) => is_effect = true,
        Stmt::FunctionDef(function) => {
            is_definition = true;
            gives.insert(function.name.to_string());
            mark_lines = mark(function, names).map(|mark| lines_of(text, mark.range()));
            let name = function.name.to_string();
            uses.found.push((range_of(function.name.range()), name));
        }
        Stmt::ClassDef(class) => {
            is_definition = true;
            gives.insert(class.name.to_string());
        }
        Stmt::Assign(assign) => {
            gives = bound(statement);
            is_effect = assign.targets.iter().any(|it| !is_name(it));
        }
        Stmt::AnnAssign(_) | Stmt::TypeAlias(_) => gives = bound(statement),
        _ => {
            gives = bound(statement);
            is_effect = true;
        }
    }
    parts.push(Part {
        form: Form::Statement { is_definition },
        gives,
        uses: uses.names(),
        modules: uses.modules,
        range: with_comments(text, lines_of(text, statement.range())),
        names: uses.found,
        mark: mark_lines,
        instead: uses.instead,
        is_effect,
    });
    Ok(())
}

/// A name, or several in a row.
fn is_name(target: &Expr) -> bool {
    match target {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_name),
        target => target.is_name_expr(),
    }
}

fn is_import(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))
}

fn imported(import: Import, uses: BTreeSet<String>) -> Part {
    let head = import.name.split('.').next().unwrap_or_default();
    let gives = import.alias.as_deref().unwrap_or(head).to_owned();
    Part {
        form: Form::Import(import),
        gives: BTreeSet::from([gives]),
        uses,
        modules: BTreeSet::new(),
        range: 0..0,
        names: Vec::new(),
        mark: None,
        instead: Vec::new(),
        is_effect: false,
    }
}

/// Each name of an import; `None` for other statements.
fn imports(statement: &Stmt, package: &[String]) -> Result<Option<Vec<Import>>, String> {
    let (module, aliases): (Option<String>, &[Alias]) = match statement {
        Stmt::Import(import) => (None, &import.names),
        Stmt::ImportFrom(from) => (Some(module_of(from, package)?), &from.names),
        _ => return Ok(None),
    };
    let import = |alias: &Alias| Import {
        module: module.clone(),
        name: alias.name.to_string(),
        alias: alias.asname.as_ref().map(Identifier::to_string),
        guard: None,
    };
    Ok(Some(aliases.iter().map(import).collect()))
}

/// The module by its whole name: a copy stands outside of the package.
fn module_of(from: &StmtImportFrom, package: &[String]) -> Result<String, String> {
    let module = from.module.as_ref().map_or("", Identifier::as_str);
    let Some(up) = (from.level as usize).checked_sub(1) else {
        return Ok(module.to_owned());
    };
    let around = package
        .len()
        .checked_sub(up)
        .filter(|length| *length > 0)
        .ok_or("it imports from a package around it that is not known")?;
    let mut names: Vec<&str> = package[..around].iter().map(String::as_str).collect();
    names.extend((!module.is_empty()).then_some(module));
    Ok(names.join("."))
}

/// What a statement uses, as far as names tell.
struct Uses<'a> {
    package: &'a [String],
    found: Vec<(Range<usize>, String)>,
    /// Names in annotations that are written as texts.
    quoted: BTreeSet<String>,
    modules: BTreeSet<String>,
    instead: Vec<(Range<usize>, String)>,
    problem: Option<String>,
}

impl<'a> Uses<'a> {
    fn new(package: &'a [String]) -> Self {
        Self {
            package,
            found: Vec::new(),
            quoted: BTreeSet::new(),
            modules: BTreeSet::new(),
            instead: Vec::new(),
            problem: None,
        }
    }

    fn names(&self) -> BTreeSet<String> {
        let found = self.found.iter().map(|(_, name)| name);
        found.chain(&self.quoted).cloned().collect()
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                visitor::walk_stmt(self, statement);
                // What it imports itself is not what the source imports.
                let body = function.body.iter().map(|it| range_of(it.range()));
                let body = body.reduce(|a, b| a.start..b.end).unwrap_or_default();
                let mut own = Bound::of_imports();
                own.visit_body(&function.body);
                self.found
                    .retain(|(at, name)| !(body.contains(&at.start) && own.names.contains(name)));
                return;
            }
            Stmt::Import(import) => {
                let names = import.names.iter().map(|alias| alias.name.to_string());
                self.modules.extend(names);
            }
            Stmt::ImportFrom(from) => match module_of(from, self.package) {
                Ok(module) => {
                    if from.level > 0 {
                        let names: Vec<String> = from.names.iter().map(written).collect();
                        let text = format!("from {module} import {}", names.join(", "));
                        self.instead.push((range_of(from.range()), text));
                    } else {
                        self.modules.insert(module);
                    }
                }
                Err(why) => self.problem = Some(why),
            },
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.found
                .push((range_of(name.range()), name.id.to_string()));
        }
        visitor::walk_expr(self, expression);
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        let mut texts = Texts::default();
        texts.visit_expr(annotation);
        let is_no_name = |c: char| !(c.is_alphanumeric() || c == '_');
        for text in &texts.0 {
            self.quoted
                .extend(text.split(is_no_name).map(str::to_owned));
        }
        visitor::walk_annotation(self, annotation);
    }
}

fn written(alias: &Alias) -> String {
    match &alias.asname {
        Some(asname) => format!("{} as {asname}", alias.name),
        None => alias.name.to_string(),
    }
}

/// The texts in an annotation.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'a> Visitor<'a> for Texts {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::StringLiteral(text) = expression {
            self.0.push(text.value.to_str().to_owned());
        }
        visitor::walk_expr(self, expression);
    }
}

/// The names that a statement gives a value to, in its blocks too.
fn bound(statement: &Stmt) -> BTreeSet<String> {
    let mut bound = Bound::default();
    bound.visit_stmt(statement);
    bound.names
}

/// Names that are given a value, not those inside of functions and classes.
#[derive(Default)]
struct Bound {
    names: BTreeSet<String>,
    by_import_alone: bool,
}

impl Bound {
    fn of_imports() -> Self {
        Self {
            by_import_alone: true,
            ..Self::default()
        }
    }

    fn add(&mut self, name: &str) {
        if !self.by_import_alone {
            self.names.insert(name.to_owned());
        }
    }

    fn aliases(&mut self, aliases: &[Alias]) {
        for alias in aliases {
            let head = alias.name.split('.').next().unwrap_or_default();
            let name = alias.asname.as_ref().map_or(head, Identifier::as_str);
            self.names.insert(name.to_owned());
        }
    }
}

impl<'a> Visitor<'a> for Bound {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.add(&function.name),
            Stmt::ClassDef(class) => self.add(&class.name),
            Stmt::Import(import) => self.aliases(&import.names),
            Stmt::ImportFrom(from) => self.aliases(&from.names),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx.is_store()
        {
            self.add(&name.id);
        }
        visitor::walk_expr(self, expression);
    }
}

fn range_of(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// The whole lines of a statement, where it shares none with another.
fn lines_of(text: &str, range: TextRange) -> Range<usize> {
    let Range { mut start, mut end } = range_of(range);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    if text[line..start].trim().is_empty() {
        start = line;
    }
    let rest = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let behind = text[end..rest].trim();
    if behind.is_empty() || behind.starts_with('#') {
        end = (rest + 1).min(text.len());
    }
    start..end
}

/// With the comments right above.
fn with_comments(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start;
    while let Some(above) = text[..start].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        if !text[line..].starts_with('#') || text[line..].starts_with("# ///") {
            break;
        }
        start = line;
    }
    start..range.end
}
