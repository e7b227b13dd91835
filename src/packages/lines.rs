//! The line of a node package in a `requirements.txt`: put in, changed and taken out, the rest of the text untouched.
//! Pure.

use crate::nodebank::package::normal_name;
use crate::project::requirements::{self, Content};

/// The text with `line` for the package `name`: in the place of its first line, or at the end.
pub fn with_package(text: &str, name: &str, line: &str) -> String {
    let mut is_placed = false;
    let mut out = edited(text, name, |_| {
        let is_first = !std::mem::replace(&mut is_placed, true);
        is_first.then(|| line.to_owned())
    });
    if !is_placed {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The text without the lines of the package `name`; `None` when it has none.
pub fn without_package(text: &str, name: &str) -> Option<String> {
    let mut is_there = false;
    let out = edited(text, name, |_| {
        is_there = true;
        None
    });
    is_there.then_some(out)
}

/// What asks for the package `name`, as it stands in the text.
pub fn line_of(text: &str, name: &str) -> Option<String> {
    let lines = requirements::parse(text);
    let line = lines
        .into_iter()
        .find(|line| is_of(&line.content, &line.text, name))?;
    Some(line.text)
}

/// Each line of the package becomes what `change` makes of it.
fn edited(text: &str, name: &str, mut change: impl FnMut(&str) -> Option<String>) -> String {
    let lines = requirements::parse(text);
    let mut of_package = lines
        .iter()
        .filter(|line| is_of(&line.content, &line.text, name));
    let mut next = of_package.next();
    let mut out = String::with_capacity(text.len());
    let mut is_inside = false;
    for (i, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end_matches(['\n', '\r']);
        if is_inside {
            is_inside = line.ends_with('\\');
            continue;
        }
        match next {
            Some(found) if found.number == i + 1 => {
                is_inside = line.ends_with('\\');
                if let Some(changed) = change(line) {
                    out.push_str(&changed);
                    out.push('\n');
                }
                next = of_package.next();
            }
            _ => out.push_str(whole),
        }
    }
    out
}

/// Does the line ask for the package: by its name, or by a wheel of it?
fn is_of(content: &Content, text: &str, name: &str) -> bool {
    let found = match content {
        Content::Package { name } => name.as_str(),
        Content::Place => {
            let path = text.split(" @ ").next().unwrap_or(text).trim();
            let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
            file.split(['-', ' ', ';']).next().unwrap_or(file)
        }
        Content::Option | Content::Wrong(_) => return false,
    };
    let is_named_by_address = || {
        text.split_once('@')
            .is_some_and(|(before, _)| normal_name(before.trim()) == normal_name(name))
    };
    normal_name(found) == normal_name(name) || is_named_by_address()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# mine\nnumpy>=2\n./packages/loom_shapes-1.0-py3-none-any.whl  # shapes\npandas \\\n  >=2\n\
                        Pillow @ https://example.org/pillow.whl\n-r other.txt";

    #[test]
    fn a_line_is_found_changed_and_taken_out() {
        for (name, line) in [
            (
                "loom-shapes",
                Some("./packages/loom_shapes-1.0-py3-none-any.whl"),
            ),
            (
                "Loom.Shapes",
                Some("./packages/loom_shapes-1.0-py3-none-any.whl"),
            ),
            ("pandas", Some("pandas   >=2")),
            ("pillow", Some("Pillow @ https://example.org/pillow.whl")),
            ("loom", None),
            ("other", None),
        ] {
            assert_eq!(line_of(TEXT, name).as_deref(), line, "{name}");
            let without = without_package(TEXT, name);
            assert_eq!(without.is_some(), line.is_some(), "{name}");
            if let Some(without) = without {
                assert_eq!(line_of(&without, name), None, "{name}: {without}");
                assert!(without.starts_with("# mine\nnumpy>=2\n"), "{without}");
                assert!(without.ends_with("-r other.txt"), "{without}");
            }
        }
        let changed = with_package(TEXT, "loom-shapes", "loom-shapes==2");
        let lines: Vec<_> = changed.lines().collect();
        assert_eq!((lines[2], lines.len()), ("loom-shapes==2", 7));
        let changed = with_package(TEXT, "pandas", "pandas<3");
        assert_eq!(changed.lines().nth(3), Some("pandas<3"));
        assert_eq!(
            changed.lines().nth(4),
            Some("Pillow @ https://example.org/pillow.whl")
        );
        let added = with_package(TEXT, "new", "new");
        assert!(added.ends_with("-r other.txt\nnew\n"), "{added}");
        assert_eq!(with_package("", "new", "new"), "new\n");
        let twice = with_package("a\nA==1\nb\n", "a", "a==2");
        assert_eq!(twice, "a==2\nb\n");
    }
}
