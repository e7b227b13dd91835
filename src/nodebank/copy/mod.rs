//! Copy: one function of a source as a source of its own: with the imports, helpers and constants that it uses, those
//! of the file beside it included, and the packages that the source names. Reads files, writes none, runs nothing.

mod sheet;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::parse::{Source, kinds};
use super::script;
use crate::graph::{Bank, KindState, NodeKind};
use sheet::{Form, Import, Sheet};

/// The longest line of imports.
const WIDTH: usize = 100;

/// The source of a copy of a kind whose function is called `called`. Fails with why the function cannot stand alone.
pub fn source_of_copy(kind: &NodeKind, called: &str) -> Result<String, String> {
    let Some(file) = &kind.file else {
        return Err("it has no source".to_owned());
    };
    let read = |path: &Path| fs::read_to_string(path);
    let text = read(file).map_err(|error| format!("its source cannot be read: {error}"))?;
    let beside = |module: &str| {
        let folder = file.parent()?;
        read(&folder.join(format!("{module}.py"))).ok()
    };
    let copy = Copy {
        kind,
        called,
        beside: &beside,
        package: &package_of(file),
    };
    copy.source(&text)
}

/// The packages around a file of a package, the outermost first.
fn package_of(file: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folder = file.parent();
    while let Some(here) = folder {
        let name = here.file_name().unwrap_or_default().to_string_lossy();
        let is_installed = file.components().any(|it| it.as_os_str() == SITE_PACKAGES);
        let is_package = if is_installed {
            name != SITE_PACKAGES
        } else {
            here.join("__init__.py").is_file()
        };
        if !is_package {
            break;
        }
        names.insert(0, name.into_owned());
        folder = here.parent();
    }
    names
}

const SITE_PACKAGES: &str = "site-packages";

struct Copy<'a> {
    kind: &'a NodeKind,
    called: &'a str,
    /// The text of the module of that name in the same folder.
    beside: &'a dyn Fn(&str) -> Option<String>,
    package: &'a [String],
}

/// The sources that a copy is made of, and which of their parts.
#[derive(Default)]
struct Picked {
    sheets: Vec<Sheet>,
    kept: Vec<BTreeSet<usize>>,
    by_module: HashMap<String, usize>,
    seen: HashSet<(usize, String)>,
    wanted: Vec<(usize, String)>,
}

impl Copy<'_> {
    fn source(&self, text: &str) -> Result<String, String> {
        let function = &*self.kind.function;
        let mut picked = Picked::default();
        picked.add(Sheet::read(text, self.package)?);
        if !picked.sheets[0].gives(function) {
            return Err(format!("its source has no function {function}"));
        }
        picked.wanted.push((0, function.to_owned()));
        self.pick(&mut picked)?;
        picked.check_names()?;
        let source = self.write(text, &picked)?;
        self.check(&source)?;
        Ok(source)
    }

    /// Keep what is wanted and all that this uses.
    fn pick(&self, picked: &mut Picked) -> Result<(), String> {
        loop {
            while let Some((at, name)) = picked.wanted.pop() {
                if !picked.seen.insert((at, name.clone())) {
                    continue;
                }
                for part in picked.sheets[at].giving(&name) {
                    self.keep(picked, at, part)?;
                }
            }
            // Statements that change what is kept belong to it.
            let mut is_more = false;
            for at in 0..picked.sheets.len() {
                for part in picked.sheets[at].effects_on(&picked.kept[at]) {
                    is_more = true;
                    self.keep(picked, at, part)?;
                }
            }
            if !is_more {
                return Ok(());
            }
        }
    }

    fn keep(&self, picked: &mut Picked, at: usize, part: usize) -> Result<(), String> {
        if !picked.kept[at].insert(part) {
            return Ok(());
        }
        let sheet = &picked.sheets[at];
        let uses = sheet.parts[part].uses.iter().cloned();
        picked.wanted.extend(uses.map(|name| (at, name)));
        let inside = &sheet.parts[part].modules;
        if let Some(module) = inside.iter().find(|it| (self.beside)(it).is_some()) {
            return Err(format!(
                "it imports {module}.py, which lies beside it, inside a function"
            ));
        }
        let Form::Import(import) = &sheet.parts[part].form else {
            return Ok(());
        };
        let module = import.module.as_deref().unwrap_or(&import.name).to_owned();
        let Some(text) = (self.beside)(&module) else {
            return Ok(());
        };
        if import.module.is_none() || import.alias.is_some() || import.name == "*" {
            return Err(format!(
                "it imports {module}.py, which lies beside it, as a whole or by another name"
            ));
        }
        let name = import.name.clone();
        picked.kept[at].remove(&part);
        let there = if let Some(there) = picked.by_module.get(&module) {
            *there
        } else {
            let there = picked.add(Sheet::read(&text, self.package)?);
            picked.by_module.insert(module, there);
            there
        };
        picked.wanted.push((there, name));
        Ok(())
    }

    fn write(&self, text: &str, picked: &Picked) -> Result<String, String> {
        let main = &picked.sheets[0];
        let function = &*self.kind.function;
        let needs_mark = !main.is_marked(function);
        let mut source = String::new();
        if let Some(block) = script::block(text)? {
            source.push_str("# /// script\n");
            for line in block.lines() {
                source.push_str(format!("# {line}").trim_end());
                source.push('\n');
            }
            source.push_str("# ///\n");
        }
        let title = self.kind.title.replace(['"', '\\'], "'");
        let from = match self.kind.bank {
            Bank::Builtin => "that comes with Loom",
            _ => "of a package",
        };
        writeln!(
            source,
            "\"\"\"A copy of the node \"{title}\" {from}, to be changed.\"\"\""
        )
        .ok();
        let mut imports = picked.imports();
        if needs_mark {
            let loom = Import::plain("loom");
            if !imports.contains(&loom) {
                imports.push(loom);
            }
        }
        source.push_str(&imports_text(&imports));
        let mut is_apart = true;
        for (at, sheet) in picked.sheets.iter().enumerate().rev() {
            let is_main = at == 0;
            for part in &picked.kept[at] {
                let Form::Statement { is_definition } = sheet.parts[*part].form else {
                    continue;
                };
                let renamed = (is_main && self.called != function).then_some(self.called);
                let text = sheet.text_of(*part, function, renamed, is_main);
                source.push_str(if is_apart || is_definition {
                    "\n\n"
                } else {
                    ""
                });
                is_apart = is_definition;
                if is_main && needs_mark && sheet.last_giving(function) == Some(*part) {
                    writeln!(source, "@loom.node(title=\"{title}\")").ok();
                }
                source.push_str(&text);
                source.push('\n');
            }
        }
        Ok(source)
    }

    /// Is it one node with the ports of the original?
    fn check(&self, source: &str) -> Result<(), String> {
        let (family, file) = ("".into(), Arc::from(Path::new("copy.py")));
        let place = Source {
            bank: Bank::Project,
            family: &family,
            file: &file,
            sidecar: None,
        };
        let kinds = kinds(source, &place).map_err(|(message, _)| message)?;
        let kind = self.kind.one_call.as_deref().unwrap_or(self.kind);
        let is_same = |copy: &NodeKind| {
            let inputs = |kind: &NodeKind| -> Vec<_> {
                let inputs = kind.inputs.iter();
                inputs.map(|it| (it.name.clone(), it.ty.clone())).collect()
            };
            copy.state == KindState::Ready
                && *copy.function == *self.called
                && copy.outputs == kind.outputs
                && inputs(copy) == inputs(kind)
        };
        match &kinds[..] {
            [copy] if is_same(copy) => Ok(()),
            _ => Err("by itself it would be another node".to_owned()),
        }
    }
}

impl Picked {
    fn add(&mut self, sheet: Sheet) -> usize {
        let always = sheet.always();
        self.sheets.push(sheet);
        self.kept.push(always);
        self.sheets.len() - 1
    }

    fn imports(&self) -> Vec<Import> {
        let mut imports: Vec<Import> = Vec::new();
        for (sheet, kept) in self.sheets.iter().zip(&self.kept) {
            for part in kept {
                if let Form::Import(import) = &sheet.parts[*part].form
                    && !imports.contains(import)
                {
                    imports.push(import.clone());
                }
            }
        }
        imports
    }

    /// A name may mean one thing in what is put together.
    fn check_names(&self) -> Result<(), String> {
        let mut given: HashMap<&str, (usize, Option<&Import>)> = HashMap::new();
        for (at, (sheet, kept)) in self.sheets.iter().zip(&self.kept).enumerate() {
            for part in kept.iter().map(|part| &sheet.parts[*part]) {
                let import = match &part.form {
                    Form::Import(import) => Some(import),
                    Form::Statement { .. } => None,
                };
                for name in &part.gives {
                    let (other, before) = *given.entry(name).or_insert((at, import));
                    let is_one = matches!((before, import), (Some(a), Some(b)) if a.is_same(b));
                    if other != at && !is_one {
                        return Err(format!(
                            "{name} is another in its file than in the one beside it"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Imports in their order, those from one module together: of the future, the usual ones, those for types alone.
fn imports_text(imports: &[Import]) -> String {
    let is_future = |it: &&Import| it.module.as_deref() == Some("__future__");
    let mut guards: Vec<&Option<String>> = imports.iter().map(|it| &it.guard).collect();
    guards.sort();
    guards.dedup();
    let mut blocks = vec![lines(imports.iter().filter(is_future), "")];
    for guard in guards {
        let all = imports.iter();
        let those = all.filter(|it| it.guard == *guard && !is_future(it));
        blocks.push(match guard {
            None => lines(those, ""),
            Some(test) => format!("if {test}:\n{}", lines(those, "    ")),
        });
    }
    blocks.retain(|block| !block.is_empty());
    let text = blocks.join("\n");
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}

fn lines<'a>(imports: impl Iterator<Item = &'a Import>, indent: &str) -> String {
    let mut groups: Vec<(Option<&str>, Vec<String>)> = Vec::new();
    for import in imports {
        let module = import.module.as_deref();
        let known = groups
            .iter_mut()
            .find(|group| group.0.is_some() && group.0 == module);
        match known {
            Some(group) => group.1.push(import.named()),
            None => groups.push((module, vec![import.named()])),
        }
    }
    let mut text = String::new();
    for (module, names) in groups {
        let Some(module) = module else {
            writeln!(text, "{indent}import {}", names.join(", ")).ok();
            continue;
        };
        let line = format!("{indent}from {module} import {}", names.join(", "));
        if line.len() <= WIDTH {
            writeln!(text, "{line}").ok();
        } else {
            writeln!(text, "{indent}from {module} import (").ok();
            for name in names {
                writeln!(text, "{indent}    {name},").ok();
            }
            writeln!(text, "{indent})").ok();
        }
    }
    text
}

#[cfg(test)]
mod tests;
