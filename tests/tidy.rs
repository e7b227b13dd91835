//! Holds the sources to the house: who may use whom, a header on every file, at most 600 lines in each.
//! The layer table of `ARCHITECTURE.md` stands in `tidy/layers.rs`. Reads text alone; builds and runs nothing.

#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/paths.rs"]
mod paths;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use layers::{LAYERS, Layer};
use paths::{Reference, references};

const MOST_LINES: usize = 600;

/// A broken rule, in words that say what to do.
#[derive(Debug, PartialEq)]
struct Violation {
    place: String,
    rule: &'static str,
    why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.rule, self.why)
    }
}

/// What one file breaks. `path` counts from the root, with forward slashes; `crates` are the names of the
/// dependencies as Rust code writes them.
fn check(path: &str, text: &str, crates: &[String]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |line: usize, rule, why: String| {
        found.push(Violation {
            place: format!("{path}:{line}"),
            rule,
            why,
        });
    };
    let lines = text.lines().count();
    if lines > MOST_LINES {
        let why = format!(
            "{lines} lines, {MOST_LINES} is the limit; a file that long holds two ideas: split it"
        );
        add(MOST_LINES + 1, "length", why);
    }
    if let Some(why) = missing_header(path, text) {
        add(1, "header", why.to_owned());
    }
    if path.starts_with("src/") {
        for reference in references(path, text, crates) {
            let Some(layer) = layers::of(path) else {
                let why = "this module is in no layer: add it to tests/tidy/layers.rs and to ARCHITECTURE.md";
                add(1, "layers", why.to_owned());
                break;
            };
            if let Some(why) = refusal(layer, &reference) {
                add(reference.line, "layers", why);
            }
        }
    }
    if path.starts_with("nodebank/") {
        for (i, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("import executor") || line.starts_with("from executor") {
                let why =
                    "nodes know the engine through `loom` alone, so that it can change behind it";
                add(i + 1, "layers", why.to_owned());
            }
        }
    }
    found
}

fn missing_header(path: &str, text: &str) -> Option<&'static str> {
    // The first of a Python file may be a comment block such as PEP 723's, which must come before the docstring.
    let is_comment = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    let first = text.trim_start_matches('\u{feff}');
    if is_rust(path) {
        let ok = first.starts_with("//!");
        return (!ok).then_some("begin with `//!`: what this file is and what it must not do");
    }
    let mut code = first.lines().skip_while(is_comment);
    let ok = code.next().is_none_or(|line| {
        ["\"\"\"", "r\"\"\"", "'''"]
            .iter()
            .any(|quote| line.starts_with(quote))
    });
    (!ok).then_some("begin with a docstring: what this file is and what it must not do")
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "rs")
}

/// Why `layer` may not use `reference`, if so.
fn refusal(layer: &Layer, reference: &Reference) -> Option<String> {
    let path = reference.path.join("::");
    let head = reference.path.first()?.as_str();
    let allowed_by = |allowed: &[&str]| {
        allowed.iter().any(|prefix| {
            *prefix == "*" || path == *prefix || path.starts_with(&format!("{prefix}::"))
        })
    };
    let refused = match head {
        "crate" if reference.is_test && path.starts_with("crate::not_tested::") => false,
        "crate" => {
            let inside = reference.path.get(1)?;
            let is_module = inside.starts_with(|c: char| c.is_ascii_lowercase());
            let path = reference.path[1..].join("::");
            let own = layer.folder.split('/').next().unwrap_or_default();
            let fits = |prefix: &&str| {
                *prefix == "*" || path == *prefix || path.starts_with(&format!("{prefix}::"))
            };
            is_module && inside != own && !layer.modules.iter().any(fits)
                || layer.not_modules.iter().any(fits)
        }
        "std" | "tempfile" if reference.is_test => false,
        "std" => allowed_by(layer.not_std),
        _ => !allowed_by(layer.crates) || layer.not_crates.contains(&head),
    };
    refused.then(|| format!("`{}` must not use `{path}`: {}", layer.folder, layer.reason))
}

/// Names of the dependencies in a Cargo.toml, as code writes them. Those of tests alone need no layer.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies") && !line.contains("dev-");
        } else if inside
            && !line.starts_with([' ', '#', ']', '}'])
            && let Some((name, _)) = line.split_once('=')
        {
            let name = name.trim().split('.').next().unwrap_or_default();
            names.push(name.replace('-', "_"));
        }
    }
    names
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            // Files of the first Loom are kept as they were; nodebank/custom is the user's own.
            let skipped = ["__pycache__", "fixtures", "custom", "userdata"];
            if !name.starts_with('.') && !skipped.contains(&name.as_str()) {
                files(&path, into);
            }
        } else if path
            .extension()
            .is_some_and(|end| end == "rs" || end == "py")
        {
            into.push(path);
        }
    }
}

fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from)
}

#[test]
fn the_sources_keep_the_house_rules() {
    let root = root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("Cargo.toml is readable");
    let crates = dependencies(&manifest);
    let mut paths = Vec::new();
    for folder in [
        "src", "tests", "benches", "executor", "nodebank", "examples",
    ] {
        files(&root.join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 20, "only {} files were found", paths.len());
    let mut found = Vec::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.strip_prefix(&root).expect("it lies in the root");
        let name = name.to_string_lossy().replace('\\', "/");
        found.extend(
            check(&name, &text, &crates)
                .iter()
                .map(Violation::to_string),
        );
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_layer_is_a_module_that_exists() {
    let src = root().join("src");
    for layer in LAYERS {
        let folder = src.join(layer.folder);
        assert!(
            folder.is_dir() || folder.with_extension("rs").is_file(),
            "tests/tidy/layers.rs names `{}`, which is not there",
            layer.folder
        );
    }
}

/// The rule and the line of each violation, `layers 3`.
fn broken(path: &str, text: &str) -> Vec<String> {
    let crates = [
        "egui",
        "emath",
        "serde",
        "serde_json",
        "tokio",
        "anyhow",
        "tempfile",
    ]
    .map(str::to_owned);
    check(path, text, &crates)
        .iter()
        .map(|v| {
            format!(
                "{} {}",
                v.rule,
                v.place.rsplit(':').next().unwrap_or_default()
            )
        })
        .collect()
}

/// One case a line: file, text (`/` alone ends a line), what it breaks (rule and line).
const PLANTED: &str = r#"
    src/graph/mod.rs > //! x / use egui::Pos2; > layers 2
    src/graph/mod.rs > //! x / use std::{fmt, fs}; > layers 2
    src/graph/mod.rs > //! x / fn f() { / std::fs::read("a"); / } > layers 3
    src/graph/mod.rs > //! x / mod tests { / use egui::Ui; / } / use tempfile::tempdir; > layers 3, layers 5
    src/graph/kind.rs > //! x / use super::super::engine::run; > layers 2
    src/graph/kind.rs > //! x / mod tests { / use super::super::super::engine; / } > layers 3
    src/graph/edit.rs > //! x / #[derive(serde::Serialize)] / struct A; > layers 2
    src/document/ops.rs > //! x / use crate::{ / graph::Graph, / engine, / }; > layers 4
    src/document/ops.rs > //! x / use serde_json::Value; > layers 2
    src/document/ops.rs > //! x / fn f(a: crate::ui::Action) {} > layers 2
    src/engine/mod.rs > //! x / use serde::Serialize; > layers 2
    src/engine/mod.rs > //! x / use crate::document::Document; > layers 2
    src/ui/canvas/mod.rs > //! x / use crate::app::App; / use crate::engine::Engine; > layers 2, layers 3
    src/ui/mod.rs > //! x / use tokio::sync; / use std::process::Command; > layers 2, layers 3
    src/ui/mod.rs > //! x / use crate::document::file::load; > layers 2
    src/cli.rs > //! x / use egui as e; > layers 2
    src/cli/run.rs > //! x / use crate::ui::theme; > layers 2
    src/command.rs > //! x / use crate::graph; > layers 2
    src/event.rs > //! x / use egui; > layers 2
    src/newcomer.rs > //! x / use egui; / use serde; > layers 1
    src/app.rs > use egui; > header 1
    nodebank/math/add.py > import math > header 1
    nodebank/math/add.py > """x""" / from executor import run > layers 2
"#;

const ALLOWED: &str = r##"
    src/graph/mod.rs > //! x / use std::path::Path; / use emath::Pos2; / use crate::graph::kind; >
    src/graph/kind.rs > //! x / use super::Name; / mod tests { / use super::super::Graph; / } >
    src/graph/mod.rs > //! x / // use egui::Pos2; / /* use serde::A; /* b */ tokio::c */ >
    src/graph/mod.rs > //! x / const A: &str = "egui::b\" egui::c"; / const B: &str = r#"use "egui::c"; "#; >
    src/graph/mod.rs > //! x / fn f<'a>(c: char) -> bool { c == '"' || c == '\'' } >
    src/graph/mod.rs > //! x / mod tests { / use std::fs; / use tempfile::tempdir; / } >
    src/document/file/read.rs > //! x / use serde_json::Map; / use std::fs; >
    src/document/mod.rs > //! x / use self::ops::x; / use crate::graph::Graph; >
    src/engine/protocol.rs > //! x / use serde::Serialize; >
    src/ui/mod.rs > //! x / use crate::engine::run::RunState; / use egui::Ui; / use crate::Thing; >
    src/app.rs > //! x / use crate::engine::Engine; / use tokio::sync; / use crate::ui; >
    nodebank/a.py > # /// script / # dependencies = [] / # /// / """x""" / import loom >
    executor/utils/__init__.py >  >
"##;

#[test]
fn planted_violations_are_caught_and_what_is_allowed_passes() {
    let cases = PLANTED.lines().chain(ALLOWED.lines());
    let cases = cases.map(str::trim).filter(|case| !case.is_empty());
    for case in cases {
        let (path, rest) = case.split_once(" >").expect("a case names a file");
        let (text, expected) = rest.rsplit_once('>').expect("a case says what is broken");
        let text = text.trim().replace(" / ", "\n");
        assert_eq!(broken(path, &text).join(", "), expected.trim(), "{case}");
    }
    let long = format!("//! x\n{}", "\n".repeat(MOST_LINES));
    assert_eq!(broken("tests/a.rs", &long), ["length 601"]);
}

#[test]
fn dependencies_are_read_from_the_manifest() {
    let manifest = "[package]\nname = \"a\"\n[dependencies]\negui-notify = \"1\"\neframe = { version = \"1\", features = [\n  \"x\",\n] }\n[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n[dev-dependencies]\ninsta = \"1\"\n[profile.dev]\ndebug = 1\n";
    assert_eq!(dependencies(manifest), ["egui_notify", "eframe", "libc"]);
}
