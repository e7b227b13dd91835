//! What a Python package says of itself: the `METADATA` and `entry_points.txt` of an installed one, the
//! `pyproject.toml` of a source tree. Reads texts alone.

use toml::{Table, Value};

/// The group of entry points that names a package's nodes, each as `Family = "module"`.
pub const GROUP: &str = "loom.nodes";

/// What a package says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub name: String,
    pub version: String,
    pub summary: String,
    /// Such as `>=3.11`; empty: any.
    pub requires_python: String,
    /// As they would stand in a `requirements.txt`, without those of extras.
    pub requires: Vec<String>,
    /// Families of nodes, and the module of each.
    pub families: Vec<(String, String)>,
}

impl Metadata {
    pub fn family_names(&self) -> impl Iterator<Item = &str> {
        self.families.iter().map(|(family, _)| family.as_str())
    }
}

/// `Friendly.Bard_x` and `friendly-bard-x` are one package.
pub fn same_name(one: &str, other: &str) -> bool {
    normal_name(one) == normal_name(other)
}

pub fn normal_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

/// Of an installed package, by its two files; the second is empty when there is none.
pub fn of_installed(metadata: &str, entry_points: &str) -> Metadata {
    let mut read = Metadata {
        families: families(entry_points),
        ..Metadata::default()
    };
    // The description follows after an empty line.
    for line in metadata.lines().take_while(|line| !line.is_empty()) {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key {
            "Name" => value.clone_into(&mut read.name),
            "Version" => value.clone_into(&mut read.version),
            "Summary" => value.clone_into(&mut read.summary),
            "Requires-Python" => value.clone_into(&mut read.requires_python),
            "Requires-Dist" if !is_of_extra(value) => read.requires.push(value.to_owned()),
            _ => {}
        }
    }
    read
}

/// Of a source tree, by its `pyproject.toml`. Fails with a sentence.
pub fn of_project(text: &str) -> Result<Metadata, String> {
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| format!("it is no TOML: {}", error.message()))?;
    let project = table
        .get("project")
        .and_then(Value::as_table)
        .ok_or("it has no [project] table, so it says neither name nor nodes")?;
    let text = |key: &str| {
        let text = project.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let requires = project.get("dependencies").and_then(Value::as_array);
    let requires = requires.into_iter().flatten().filter_map(Value::as_str);
    let families = project
        .get("entry-points")
        .and_then(|groups| groups.get(GROUP))
        .and_then(Value::as_table);
    let families = families.into_iter().flatten();
    Ok(Metadata {
        name: text("name"),
        version: text("version"),
        summary: text("description"),
        requires_python: text("requires-python"),
        requires: requires.map(str::to_owned).collect(),
        families: families
            .filter_map(|(family, module)| Some((family.clone(), module_of(module.as_str()?)?)))
            .collect(),
    })
}

/// Is the requirement one of an optional part: `plotly; extra == "plots"`?
fn is_of_extra(requirement: &str) -> bool {
    let marker = requirement.split_once(';').map_or("", |(_, marker)| marker);
    marker
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word == "extra")
}

/// The group of nodes in an `entry_points.txt`.
fn families(text: &str) -> Vec<(String, String)> {
    let mut is_ours = false;
    let mut families = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(group) = line.strip_prefix('[') {
            is_ours = group.trim_end_matches(']').trim() == GROUP;
        } else if is_ours
            && !line.starts_with(['#', ';'])
            && let Some((family, module)) = line.split_once('=')
            && let Some(module) = module_of(module)
        {
            families.push((family.trim().to_owned(), module));
        }
    }
    families
}

/// The module that an entry point names; what may stand behind it (`:object`, `[extra]`) says nothing here. `None` for
/// what is no module, so that none leads out of the package.
fn module_of(text: &str) -> Option<String> {
    let module = text.split([':', '[']).next().unwrap_or_default().trim();
    let is_name = |part: &str| {
        part.chars().all(|c| c.is_alphanumeric() || c == '_')
            && part.chars().next().is_some_and(|c| !c.is_numeric())
    };
    module.split('.').all(is_name).then(|| module.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_package_is_read() {
        let metadata = "Metadata-Version: 2.4\nName: loom-shapes\nVersion: 1.2\nSummary: Shapes: round ones\n\
                        Requires-Python: >=3.11\nRequires-Dist: numpy >=2\nRequires-Dist: plotly ; extra == 'plots'\n\
                        Requires-Dist: tomli; python_version < \"3.11\"\n\nName: of the description\n";
        let points = "[console_scripts]\nround = shapes:main\n\n[loom.nodes]\n# a comment\nRound shapes = shapes.round\n\
                      Square = shapes.square:nodes [extra]\nBad = ../../etc\nAlso bad = .x\n[other]\nNo = shapes\n";
        let read = of_installed(metadata, points);
        assert_eq!(read.name, "loom-shapes");
        assert_eq!(read.version, "1.2");
        assert_eq!(read.summary, "Shapes: round ones");
        assert_eq!(read.requires_python, ">=3.11");
        assert_eq!(
            read.requires,
            ["numpy >=2", "tomli; python_version < \"3.11\""]
        );
        let families = [
            ("Round shapes", "shapes.round"),
            ("Square", "shapes.square"),
        ];
        assert_eq!(
            read.families,
            families.map(|(family, module)| (family.to_owned(), module.to_owned()))
        );
    }

    #[test]
    fn a_source_tree_is_read() {
        let text = "[project]\nname = \"loom-shapes\"\nversion = \"1\"\ndescription = \"Shapes\"\n\
                    dependencies = [\"numpy\"]\n[project.entry-points.\"loom.nodes\"]\nShapes = \"shapes.nodes\"\n";
        let read = of_project(text).unwrap();
        assert_eq!(
            (read.name.as_str(), read.version.as_str()),
            ("loom-shapes", "1")
        );
        assert_eq!(read.requires, ["numpy"]);
        assert_eq!(
            read.families,
            [("Shapes".to_owned(), "shapes.nodes".to_owned())]
        );
        for (text, why) in [("[tool.x]\n", "no [project]"), ("[project", "no TOML")] {
            let found = of_project(text).unwrap_err();
            assert!(found.contains(why), "{found}");
        }
    }

    #[test]
    fn names_of_packages_are_compared_as_the_index_does() {
        assert!(same_name("Friendly.Bard__x", "friendly-bard-x"));
        assert!(!same_name("friendlybard", "friendly-bard"));
    }
}
