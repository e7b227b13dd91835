//! Edits of a `requirements.txt`, the user's file: what is not asked for keeps its place, its comments and its bytes,
//! also what is not understood. Pure.

use super::{Content, Line, continued, is_clause, parse, without_comment};
use crate::nodebank::package::normal_name;

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
        // A last line that goes on would take in the new one.
        if out.lines().last().and_then(continued).is_some() {
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

/// The text with the package held to one version: its extras and markers stay.
pub fn pinned(text: &str, name: &str, version: &str) -> String {
    specified(text, name, &format!("=={version}")).unwrap_or_else(|| {
        let line = format!("{name}=={version}");
        with_package(text, name, &line)
    })
}

/// The text with the package held to no version; `None` when no line names it.
pub fn unpinned(text: &str, name: &str) -> Option<String> {
    specified(text, name, "")
}

/// What asks for the package `name`, as it stands in the text.
pub fn line_of(text: &str, name: &str) -> Option<String> {
    let mut lines = parse(text).into_iter();
    lines.find(|line| is_of(line, name)).map(|line| line.text)
}

/// The version that a line such as `numpy==2.1` holds its package to.
pub fn pin_of(line: &str) -> Option<&str> {
    let (_, rest) = named(line)?;
    let specifier = rest.split(';').next()?.trim();
    let version = specifier.strip_prefix("==")?.trim_start_matches('=').trim();
    (!version.contains([',', '*', ' '])).then_some(version)
}

/// The package that a requirement such as `numpy[extra]>=2` names.
pub fn name_of(requirement: &str) -> Option<String> {
    match parse(requirement).into_iter().next()?.content {
        Content::Package { name } => Some(name),
        _ => None,
    }
}

/// Replace the versions that the lines of a package ask for.
fn specified(text: &str, name: &str, specifier: &str) -> Option<String> {
    let mut is_there = false;
    let out = edited(text, name, |line| {
        let Some((package, rest)) = named(&line.text) else {
            return Some(line.text.clone());
        };
        is_there = true;
        let mut changed = format!("{package}{specifier}");
        if let Some((_, marker)) = rest.split_once(';') {
            changed.push_str(" ; ");
            changed.push_str(marker.trim());
        }
        Some(changed)
    });
    is_there.then_some(out)
}

/// A line's name with its extras, and what follows. `None`: it names no package of the index.
fn named(line: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = line.find(|c| !is_name(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if name.is_empty() {
        return None;
    }
    let after = rest.trim_start();
    let rest = match after.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let package = line[..line.len() - rest.len()].trim_end();
    let specifier = rest.split([';']).next().unwrap_or_default().trim();
    let is_plain = specifier.is_empty() || specifier.split(',').all(is_clause);
    is_plain.then_some((package, rest))
}

/// Each line of the package becomes what `change` makes of it; its comment stays. One that stays the same keeps its
/// bytes.
fn edited(text: &str, name: &str, mut change: impl FnMut(&Line) -> Option<String>) -> String {
    let lines = parse(text);
    let mut of_package = lines.iter().filter(|line| is_of(line, name));
    let mut next = of_package.next();
    let mut out = String::with_capacity(text.len());
    let mut physical = text.split_inclusive('\n').enumerate();
    while let Some((i, first)) = physical.next() {
        let Some(found) = next.filter(|found| found.number == i + 1) else {
            out.push_str(first);
            continue;
        };
        next = of_package.next();
        let mut whole = first.to_owned();
        let mut last = first;
        while continued(bare(last)).is_some() {
            let Some((_, more)) = physical.next() else {
                break;
            };
            whole.push_str(more);
            last = more;
        }
        let Some(changed) = change(found) else {
            continue;
        };
        if changed == found.text {
            out.push_str(&whole);
            continue;
        }
        out.push_str(&changed);
        let line = bare(last);
        let comment = &line[without_comment(line).trim_end().len()..];
        if !changed.contains('#') {
            out.push_str(comment.trim_end());
        }
        out.push_str(&last[line.len()..]);
        if !last.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// A line without its end.
fn bare(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

/// Does the line ask for the package: by its name, or by a wheel of it?
fn is_of(line: &Line, name: &str) -> bool {
    let text = line.text.as_str();
    let found = match &line.content {
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
    fn a_last_line_that_goes_on_takes_in_nothing_new() {
        for text in ["numpy \\", "numpy \\\n", "numpy \\\r\n"] {
            let with = with_package(text, "six", "six==1");
            assert_eq!(line_of(&with, "six").as_deref(), Some("six==1"), "{with:?}");
            assert_eq!(line_of(&with, "numpy").as_deref(), Some("numpy"));
        }
    }

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
        assert_eq!((lines[2], lines.len()), ("loom-shapes==2  # shapes", 7));
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

    #[test]
    fn comments_order_and_ends_of_lines_stay() {
        let text = "\u{feff}# mine\r\nnumpy >= 2  # arrays\r\n\r\n??? not understood\r\nuvicorn[standard]~=0.3 ; \
                    python_version < '3.12' # web\r\n";
        let cases = [
            (
                pinned(text, "NumPy", "2.1.0"),
                text.replace("numpy >= 2  #", "numpy==2.1.0  #"),
            ),
            (
                pinned(text, "uvicorn", "0.30"),
                text.replace("[standard]~=0.3 ;", "[standard]==0.30 ;"),
            ),
            (pinned(text, "new", "1"), format!("{text}new==1\n")),
            (
                unpinned(text, "numpy").unwrap_or_default(),
                text.replace("numpy >= 2  #", "numpy  #"),
            ),
            (
                with_package(text, "numpy", "numpy<3"),
                text.replace("numpy >= 2  #", "numpy<3  #"),
            ),
            (with_package(text, "numpy", "numpy >= 2"), text.to_owned()),
            (
                without_package(text, "numpy").unwrap_or_default(),
                text.replace("numpy >= 2  # arrays\r\n", ""),
            ),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
        assert_eq!(unpinned(text, "pandas"), None);
        assert_eq!(
            pinned("pandas \\\n >=2 # p\nx\n", "pandas", "3"),
            "pandas==3 # p\nx\n"
        );
        // A line that names an address is no pin, and stays.
        let address = "a @ https://example.org/a.whl\n";
        assert_eq!(unpinned(address, "a"), None);
    }

    #[test]
    fn pins_and_names_are_read() {
        for (line, pin, name) in [
            ("numpy==2.1", Some("2.1"), Some("numpy")),
            ("numpy[x] == 2.1 ; a == 'b'", Some("2.1"), Some("numpy")),
            ("numpy===2.1", Some("2.1"), Some("numpy")),
            ("numpy==2.*", None, Some("numpy")),
            ("numpy>=2,==2.1", None, Some("numpy")),
            ("numpy", None, Some("numpy")),
            ("-r x", None, None),
            ("./a.whl", None, None),
        ] {
            assert_eq!(pin_of(line), pin, "{line}");
            assert_eq!(name_of(line).as_deref(), name, "{line}");
        }
    }
}
