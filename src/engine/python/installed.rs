//! What lies in an environment, read from the metadata of its packages. Starts no process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{FOLDER, lock, sources};
use crate::nodebank::package::normal_name;
use crate::nodebank::script;
use crate::paths::{MOST_TEXT_BYTES, read_bounded, read_text_bounded, site_packages};
use crate::project::requirements::{self, Content, Line, edit};

/// A project's environment as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Such as `3.12.4`; `None`: there is no environment.
    pub python: Option<String>,
    /// By name.
    pub packages: Vec<Package>,
    /// How many packages `requirements.txt` asks for.
    pub asked: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// As it calls itself.
    pub name: String,
    pub version: String,
    pub summary: String,
    /// Of its files.
    pub size_bytes: u64,
    /// The line of `requirements.txt` that asks for it.
    pub line: Option<String>,
    /// That line holds it to this one version.
    pub is_pinned: bool,
    /// Packages that need it, by name.
    pub needed_by: Vec<String>,
    /// Node files of the project whose PEP 723 block names it.
    pub files: Vec<String>,
}

/// List the environment of a project.
pub fn list(project: &Path) -> Listing {
    let environment = project.join(FOLDER);
    let text = lock::read(&project.join(sources::REQUIREMENTS));
    let scripts = node_files(project);
    let mut packages = Vec::new();
    let mut needs = Vec::new();
    for info in infos(&environment) {
        let Some(about) = About::read(&info) else {
            continue;
        };
        let line = edit::line_of(&text, &about.name);
        let own = normal_name(&about.name);
        let files = scripts.iter().filter(|(_, names)| names.contains(&own));
        packages.push(Package {
            is_pinned: line
                .as_deref()
                .is_some_and(|line| edit::pin_of(line).is_some()),
            files: files.map(|(file, _)| file.clone()).collect(),
            line,
            size_bytes: size(&info),
            name: about.name.clone(),
            version: about.version,
            summary: about.summary,
            needed_by: Vec::new(),
        });
        needs.push((about.name, about.needs));
    }
    for package in &mut packages {
        let own = normal_name(&package.name);
        let by = needs
            .iter()
            .filter(|(name, needs)| normal_name(name) != own && needs.contains(&own));
        package.needed_by = by.map(|(name, _)| name.clone()).collect();
        package.needed_by.sort_unstable();
    }
    packages.sort_by_key(|package| normal_name(&package.name));
    let is_package = |line: &Line| matches!(line.content, Content::Package { .. } | Content::Place);
    Listing {
        python: version(&environment),
        packages,
        asked: requirements::parse(&text)
            .iter()
            .filter(|line| is_package(line))
            .count(),
    }
}

/// Names and versions of what is installed, by normal name.
pub(super) fn versions(environment: &Path) -> BTreeMap<String, (String, String)> {
    let found = infos(environment)
        .into_iter()
        .filter_map(|info| About::read(&info));
    found
        .map(|about| (normal_name(&about.name), (about.name, about.version)))
        .collect()
}

/// What an environment's `pyvenv.cfg` says of its Python.
fn version(environment: &Path) -> Option<String> {
    let text = read_text_bounded(&environment.join("pyvenv.cfg"), MOST_TEXT_BYTES).ok()?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let mut found = pairs.filter(|(key, _)| ["version", "version_info"].contains(&key.trim()));
    let (_, version) = found.next()?;
    Some(
        version
            .trim()
            .split('.')
            .take(3)
            .collect::<Vec<_>>()
            .join("."),
    )
}

/// The metadata folders of all packages. pip, which `venv` puts there, is a tool and no package of the project.
fn infos(environment: &Path) -> Vec<PathBuf> {
    let files = site_packages(environment).and_then(|site| std::fs::read_dir(site).ok());
    let locked = lock::read(&environment.join("loom-requirements.lock"));
    let is_package = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let package = name.split('-').next().unwrap_or_default();
        let is_tool =
            ["pip", "setuptools"].contains(&package) && edit::line_of(&locked, package).is_none();
        name.ends_with(".dist-info") && !is_tool
    };
    let entries = files.into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(is_package)
        .collect()
}

struct About {
    name: String,
    version: String,
    summary: String,
    /// Normal names, of what is needed without extras.
    needs: Vec<String>,
}

impl About {
    fn read(info: &Path) -> Option<Self> {
        let bytes = read_bounded(&info.join("METADATA"), MOST_TEXT_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let head = text.lines().take_while(|line| !line.is_empty());
        let fields: Vec<_> = head.filter_map(|line| line.split_once(": ")).collect();
        let field = |key: &str| {
            let found = fields
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key));
            found.map(|(_, value)| value.trim().to_owned())
        };
        let needs = fields.iter().filter(|(name, value)| {
            name.eq_ignore_ascii_case("Requires-Dist") && !value.contains("extra ==")
        });
        let needs = needs.filter_map(|(_, value)| {
            let name = value
                .split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                .next();
            name.map(normal_name)
        });
        Some(Self {
            name: field("Name")?,
            version: field("Version")?,
            summary: field("Summary").unwrap_or_default(),
            needs: needs.collect(),
        })
    }
}

/// The size of a package's files, as its RECORD lists them.
fn size(info: &Path) -> u64 {
    let record = read_text_bounded(&info.join("RECORD"), MOST_TEXT_BYTES).unwrap_or_default();
    let sizes = record.lines().filter_map(|line| {
        let size = line.rsplit(',').next()?;
        size.trim().parse::<u64>().ok()
    });
    sizes.sum()
}

/// The project's node files with the packages that their PEP 723 blocks name.
fn node_files(project: &Path) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut folders = vec![project.join("nodes")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "py")
                && let Ok(text) = read_text_bounded(&path, MOST_TEXT_BYTES)
                && let Ok(lines) = script::dependencies(&text)
            {
                let names = lines.iter().flat_map(|line| requirements::parse(line));
                let names = names.filter_map(|line| match line.content {
                    Content::Package { name } => Some(normal_name(&name)),
                    _ => None,
                });
                let file = path.strip_prefix(project).unwrap_or(&path);
                found.push((file.to_string_lossy().replace('\\', "/"), names.collect()));
            }
        }
    }
    found.sort();
    found
}
