//! Names: what a name in a source means, by the imports, classes and assignments at the top of the file.
//! Reads the tree alone: it follows no import into another file.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{Expr, Identifier, Stmt, StmtClassDef};

/// Blocks inside blocks that are looked into for imports; more is no file that a person wrote.
const DEEPEST_BLOCK: usize = 20;
/// Attributes and base classes that are followed.
const LONGEST_CHAIN: usize = 20;

/// The names that one source defines.
#[derive(Default)]
pub struct Names<'a> {
    /// Local name to what it was imported as: `pd` to `pandas`, `Slider` to `loom.Slider`.
    imports: HashMap<&'a str, String>,
    classes: HashMap<&'a str, &'a StmtClassDef>,
    assigned: HashMap<&'a str, &'a Expr>,
}

/// What a name stands for.
pub enum Meaning<'a> {
    /// Something imported, by its whole path, such as `pandas.DataFrame`.
    Imported(String),
    Class(&'a StmtClassDef),
    /// An assignment or a `type` statement: most often an alias of a type.
    Assigned(&'a Expr),
    /// A builtin, or a name that the file gets by other ways; with a dot when it was written so.
    Bare(String),
}

/// How the fields of a class become outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    NamedTuple,
    TypedDict,
}

impl<'a> Names<'a> {
    /// Read the names of a module's body, also those in `if TYPE_CHECKING:` and `try:`.
    pub fn of(body: &'a [Stmt]) -> Self {
        let mut names = Self::default();
        names.read(body, 0);
        names
    }

    /// What `__all__` lists, where it is a list of texts.
    pub fn exported(&self) -> Option<HashSet<&'a str>> {
        let items = match self.assigned.get("__all__")? {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return None,
        };
        let text = |item: &'a Expr| Some(item.as_string_literal_expr()?.value.to_str());
        items.iter().map(text).collect()
    }

    fn read(&mut self, body: &'a [Stmt], depth: usize) {
        if depth > DEEPEST_BLOCK {
            return;
        }
        for statement in body {
            match statement {
                Stmt::Import(import) => {
                    for alias in &import.names {
                        let path = alias.name.as_str();
                        // `import a.b` gives the name `a`.
                        let head = path.split('.').next().unwrap_or(path);
                        let local = alias.asname.as_ref().map(Identifier::as_str);
                        let (local, path) = local.map_or((head, head), |local| (local, path));
                        self.imports.insert(local, path.to_owned());
                    }
                }
                Stmt::ImportFrom(from) => {
                    let dots = ".".repeat(from.level as usize);
                    let module = from.module.as_ref().map_or("", Identifier::as_str);
                    for alias in &from.names {
                        let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                        let path = format!("{dots}{module}.{}", alias.name.as_str());
                        self.imports.insert(local, path);
                    }
                }
                Stmt::ClassDef(class) => {
                    self.classes.insert(class.name.as_str(), class);
                }
                Stmt::Assign(assign) => {
                    if let [Expr::Name(name)] = assign.targets.as_slice() {
                        self.assigned.insert(name.id.as_str(), &assign.value);
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                        self.assigned.insert(name.id.as_str(), value);
                    }
                }
                Stmt::TypeAlias(alias) => {
                    if let Expr::Name(name) = &*alias.name {
                        self.assigned.insert(name.id.as_str(), &alias.value);
                    }
                }
                Stmt::If(block) => {
                    self.read(&block.body, depth + 1);
                    for clause in &block.elif_else_clauses {
                        self.read(&clause.body, depth + 1);
                    }
                }
                Stmt::Try(block) => {
                    // What the handlers define stands in when the import fails: the body's own names win.
                    for handler in &block.handlers {
                        if let Some(handler) = handler.as_except_handler() {
                            self.read(&handler.body, depth + 1);
                        }
                    }
                    self.read(&block.body, depth + 1);
                    self.read(&block.orelse, depth + 1);
                }
                _ => {}
            }
        }
    }

    /// Does the file import `loom`, or anything of it?
    pub fn uses_loom(&self) -> bool {
        self.imports
            .values()
            .any(|path| path == "loom" || path.starts_with("loom."))
    }

    /// What a name or a chain of attributes means; `None` for any other expression.
    pub fn meaning(&self, expr: &Expr) -> Option<Meaning<'a>> {
        let mut attributes = Vec::new();
        let mut head = expr;
        while let Expr::Attribute(attribute) = head {
            if attributes.len() == LONGEST_CHAIN {
                return None;
            }
            attributes.push(attribute.attr.as_str());
            head = &attribute.value;
        }
        let Expr::Name(name) = head else { return None };
        let name = name.id.as_str();
        if attributes.is_empty() {
            if let Some(class) = self.classes.get(name) {
                return Some(Meaning::Class(class));
            }
            if let Some(value) = self.assigned.get(name)
                && !self.imports.contains_key(name)
            {
                return Some(Meaning::Assigned(value));
            }
        }
        let imported = self.imports.get(name);
        let mut path = imported.map_or_else(|| name.to_owned(), Clone::clone);
        for attribute in attributes.iter().rev() {
            path.push('.');
            path.push_str(attribute);
        }
        Some(if imported.is_some() {
            Meaning::Imported(path)
        } else {
            Meaning::Bare(path)
        })
    }

    /// The whole path of what was imported, or a bare name as it is written; `None` for what the file defines.
    pub fn path(&self, expr: &Expr) -> Option<String> {
        match self.meaning(expr)? {
            Meaning::Imported(path) | Meaning::Bare(path) => Some(path),
            Meaning::Class(_) | Meaning::Assigned(_) => None,
        }
    }

    /// The name in `loom` that an expression means: `node` for `loom.node`, `Slider` for an imported `Slider`.
    pub fn of_loom(&self, expr: &Expr) -> Option<String> {
        match self.meaning(expr)? {
            Meaning::Imported(path) => path.strip_prefix("loom.").map(str::to_owned),
            _ => None,
        }
    }

    /// Is this class a `NamedTuple` or a `TypedDict`, itself or by a class of this file that it extends?
    pub fn record(&self, class: &'a StmtClassDef) -> Option<Record> {
        let lineage = self.lineage(class);
        let mut bases = lineage.iter().flat_map(|class| class.bases());
        bases.find_map(|base| match self.path(base)?.as_str() {
            "typing.NamedTuple" | "typing_extensions.NamedTuple" | "NamedTuple" => {
                Some(Record::NamedTuple)
            }
            "typing.TypedDict" | "typing_extensions.TypedDict" | "TypedDict" => {
                Some(Record::TypedDict)
            }
            _ => None,
        })
    }

    /// Name and annotation of each field, those of base classes first.
    pub fn fields(&self, class: &'a StmtClassDef) -> Vec<(&'a str, &'a Expr)> {
        let mut fields: Vec<(&str, &Expr)> = Vec::new();
        for class in self.lineage(class) {
            for statement in &class.body {
                if let Stmt::AnnAssign(field) = statement
                    && let Expr::Name(name) = &*field.target
                {
                    let name = name.id.as_str();
                    match fields.iter_mut().find(|(other, _)| *other == name) {
                        Some(field_of_base) => field_of_base.1 = &field.annotation,
                        None => fields.push((name, &field.annotation)),
                    }
                }
            }
        }
        fields
    }

    /// The class after the classes of this file that it extends, each once.
    fn lineage(&self, class: &'a StmtClassDef) -> Vec<&'a StmtClassDef> {
        let mut lineage = vec![class];
        let mut at = 0;
        while let Some(class) = lineage.get(at).copied() {
            for base in class.bases() {
                let base = base
                    .as_subscript_expr()
                    .map_or(base, |generic| &generic.value);
                if let Some(Meaning::Class(base)) = self.meaning(base)
                    && !lineage.iter().any(|known| std::ptr::eq(*known, base))
                    && lineage.len() < LONGEST_CHAIN
                {
                    lineage.push(base);
                }
            }
            at += 1;
        }
        lineage.reverse();
        lineage
    }
}
