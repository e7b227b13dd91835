//! The lines of a `requirements.txt`, as far as they must be understood to say what is wrong with them. Installs
//! nothing and decides nothing.

pub mod consent;
pub mod edit;

use std::fmt;

pub use consent::{Confirmed, unconfirmed};

/// One line that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub text: String,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A package by name, such as `pandas>=2`.
    Package { name: String },
    /// An option of pip or uv, such as `--index-url …` or `-r other.txt`.
    Option,
    /// A package by address or folder: it may hold any code.
    Place,
    /// Not a requirement; why.
    Wrong(&'static str),
}

impl Line {
    /// May it be installed only after somebody said so of this very line: does it change where packages come from, or
    /// name one by its address or folder?
    pub fn needs_consent(&self) -> bool {
        let is_odd = self.text.contains(BREAKS) || has_options(&self.text) || self.names_file();
        is_odd
            || match self.content {
                Content::Package { .. } => false,
                // Other readers may make a place of it.
                Content::Wrong(_) => self.text.contains(['@', '/', '\\', ':']),
                Content::Option | Content::Place => true,
            }
    }

    /// Does it, for any reader, name a file whose lines count as well, such as `-r other.txt`? pip takes such options
    /// anywhere in a line, in quotes, and by the beginning of their names.
    pub fn names_file(&self) -> bool {
        let unquoted = self.text.replace(['"', '\'', '\\'], "");
        let mut words = unquoted.split(|c: char| c.is_whitespace() || BREAKS.contains(&c));
        words.any(|word| match word.strip_prefix("--") {
            Some(long) => {
                let name = long.split('=').next().unwrap_or_default();
                let is_begun = |option: &str| !name.is_empty() && option.starts_with(name);
                is_begun("requirement") || is_begun("constraint")
            }
            None => word.starts_with("-r") || word.starts_with("-c"),
        })
    }

    /// The file that it names, where all readers agree on that.
    pub fn file(&self) -> Option<&str> {
        let long = ["--requirement", "--constraint"].into_iter();
        let of_long = long.filter_map(|option| self.text.strip_prefix(option));
        let of_long = of_long.filter_map(|rest| rest.strip_prefix(['=', ' ', '\t']));
        let short = ["-r", "-c"].into_iter();
        let of_short = short.filter_map(|option| self.text.strip_prefix(option));
        let name = of_long
            .chain(of_short)
            .next()?
            .trim_start_matches([' ', '\t']);
        let is_plain = |c: char| c.is_alphanumeric() || "-_.+/".contains(c);
        let is_name = !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain);
        is_name.then_some(name)
    }

    /// What to think of before it is confirmed.
    pub fn risk(&self) -> &'static str {
        match self.content {
            Content::Option if self.text.starts_with(BUILT) => {
                "it is built from its source, which runs code of its own"
            }
            Content::Option => "an option changes where packages come from",
            Content::Place => "not from the package index: it may run any code",
            Content::Package { .. } | Content::Wrong(_) => {
                "it is more than a package and its versions"
            }
        }
    }
}

/// Begins a line that lets a package be built where it could be had as a wheel, or not at all.
const BUILT: &str = "--no-binary ";

/// The line that lets this package be built. It stands in no file.
pub fn built(name: &str) -> Line {
    Line {
        number: 0,
        text: format!("{BUILT}{name}"),
        content: Content::Option,
    }
}

/// Is it the name of a file that packages come in?
fn is_archive(text: &str) -> bool {
    const ENDS: [&str; 8] = ["whl", "zip", "tar", "gz", "bz2", "xz", "tgz", "egg"];
    let is_end = |c: char| c.is_whitespace() || ";[".contains(c);
    let file = text.split(is_end).next().unwrap_or(text);
    let end = std::path::Path::new(file).extension();
    end.is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Options of a single package, but for hashes, which only hold it to what it is.
fn has_options(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| word.starts_with('-') && !word.starts_with("--hash="))
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.text)
    }
}

/// Is the text one package by its name, with or without versions, and no more?
pub fn is_package(text: &str) -> bool {
    let is_named = |line: &Line| matches!(line.content, Content::Package { .. });
    matches!(&parse(text)[..], [line] if is_named(line) && !line.needs_consent())
}

/// Read all lines; comments and empty ones are left out, continued ones are joined.
pub fn parse(text: &str) -> Vec<Line> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Half an end of a line is one at the end of all: what is written behind it makes it whole.
    let text = text.strip_suffix('\r').unwrap_or(text);
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (i, line) in text.lines().enumerate() {
        let (number, mut whole) = open.take().unwrap_or((i + 1, String::new()));
        if let Some(part) = continued(line) {
            whole.push_str(part);
            open = Some((number, whole));
            continue;
        }
        whole.push_str(line);
        lines.push((number, whole));
    }
    lines.extend(open);
    lines
        .into_iter()
        .filter_map(|(number, line)| {
            let text = without_comment(&line).trim().to_owned();
            (!text.is_empty()).then(|| Line {
                number,
                content: content(&text),
                text,
            })
        })
        .collect()
}

/// What a line that goes on in the next one says. A comment goes on nowhere, whatever it ends with.
fn continued(line: &str) -> Option<&str> {
    let part = line.strip_suffix('\\')?;
    (without_comment(line).len() == line.len()).then_some(part)
}

/// What other readers end a line at and this one does not: a comment must not hide what follows.
const BREAKS: [char; 9] = [
    '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// Do the first lines say that a text is in another encoding than UTF-8? pip would read others than these.
pub fn is_encoded(text: &str) -> bool {
    let comments = text.lines().take(2).filter(|line| line.starts_with('#'));
    let mut named = comments.flat_map(|line| line.split("coding").skip(1));
    named.any(|rest| {
        let name = rest.strip_prefix([':', '=']).map(str::trim_start);
        name.is_some_and(|name| {
            let name = name.to_lowercase();
            !name.starts_with("utf-8") && !name.starts_with("utf8")
        })
    })
}

/// The options of a text that say where packages come from, as the arguments of uv and pip; only those that somebody
/// confirmed.
pub fn index_options(text: &str, confirmed: &Confirmed) -> Vec<String> {
    let known = [
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--no-index",
        "-i",
        "-f",
    ];
    let mut options = Vec::new();
    let lines = parse(text).into_iter();
    for line in lines.filter(|line| confirmed.contains(line)) {
        let (option, value) = match line.text.split_once([' ', '=']) {
            Some((option, value)) => (option, Some(value.trim().to_owned())),
            None => (line.text.as_str(), None),
        };
        if known.contains(&option) {
            options.push(option.to_owned());
            options.extend(value);
        }
    }
    options
}

/// A comment begins at the start of a line or after a space.
fn without_comment(line: &str) -> &str {
    if line.contains(BREAKS) {
        return line;
    }
    let begins = line
        .char_indices()
        .find(|(at, c)| *c == '#' && line[..*at].chars().last().is_none_or(char::is_whitespace));
    begins.map_or(line, |(at, _)| &line[..at])
}

fn content(text: &str) -> Content {
    if text.starts_with('-') {
        return Content::Option;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let is_place = rest.starts_with('@')
        || text.contains("://")
        || name.starts_with('.')
        || rest.starts_with(['/', '\\', ':'])
        || is_archive(text);
    if is_place {
        return Content::Place;
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !edge(name.chars().next()) || !edge(name.chars().last()) {
        return Content::Wrong("it does not begin with a package's name");
    }
    let rest = match rest.strip_prefix('[') {
        Some(extras) => match extras.split_once(']') {
            Some((_, rest)) => rest.trim_start(),
            None => return Content::Wrong("a \"[\" is not closed"),
        },
        None => rest,
    };
    let specifier = rest.split(';').next().unwrap_or_default();
    // Options of a single package, such as hashes of a lock file.
    let specifier = specifier.split(" --").next().unwrap_or_default().trim();
    let specifier = specifier
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .unwrap_or(specifier);
    let is_good = specifier.is_empty() || specifier.split(',').all(is_clause);
    if is_good {
        Content::Package {
            name: name.to_owned(),
        }
    } else if specifier.starts_with('=') && !specifier.starts_with("==") {
        Content::Wrong("a version is asked for with \"==\", not with \"=\"")
    } else {
        Content::Wrong("what follows the name is not a version such as \">=2.1\"")
    }
}

/// `>=2.1`, `== 1.*`.
fn is_clause(clause: &str) -> bool {
    let clause = clause.trim();
    let operators = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];
    let version = operators
        .iter()
        .find_map(|operator| clause.strip_prefix(operator));
    version.is_some_and(|version| {
        let version = version.trim();
        !version.is_empty()
            && version
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".*+!-_".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_confirmed() {
        for (line, expected) in [
            ("numpy", false),
            ("numpy[extra]>=2 ; python_version < '3.12'", false),
            // Of one that it added itself Loom notes that it is meant.
            ("./packages/shapes-1.0-py3-none-any.whl", true),
            ("./packages/../x-1.0-py3-none-any.whl", true),
            ("./packages/shapes", true),
            ("numpy==2 --hash=sha256:00 --hash=sha256:01", false),
            ("numpy==2 --config-settings=a=b", true),
            ("numpy -i https://example.org/simple", true),
            ("--index-url https://example.org/simple", true),
            ("--extra-index-url=https://example.org/simple", true),
            ("-r other.txt", true),
            ("-e .", true),
            ("git+https://example.org/shapes", true),
            ("shapes @ https://example.org/shapes.zip", true),
            ("https://example.org/shapes.whl", true),
            ("./shapes", true),
            ("../shapes", true),
            ("/opt/shapes", true),
            ("shapes.whl", true),
            ("shapes.tar.gz", true),
            ("shapes-1.0.ZIP ; python_version > '3'", true),
            ("shapes[round] @ file:/opt/shapes", true),
            // No comment hides what uv or pip take for a line of its own.
            ("# nothing\r--index-url https://example.org/simple", true),
            ("numpy # nothing\u{2028}./shapes", true),
            ("folder/shapes", true),
            ("C:\\shapes", true),
        ] {
            let lines = parse(line);
            assert_eq!(lines[0].needs_consent(), expected, "{line}: {lines:?}");
        }
        for text in ["# nothing \\\n./shapes\n", "numpy # nothing \\\n./shapes\n"] {
            assert!(parse(text).iter().any(Line::needs_consent), "{text}");
        }
    }

    #[test]
    fn files_that_lines_name() {
        for (text, expected) in [
            ("numpy", None),
            ("--index-url https://example.org/-r/simple", None),
            ("--require-hashes", None),
            ("numpy==2 --config-settings=a=b --hash=sha256:00", None),
            ("-e .", None),
            ("-r other.txt", Some("other.txt")),
            ("-r other.txt # theirs", Some("other.txt")),
            ("-r \\\n  deep/other.txt", Some("deep/other.txt")),
            ("-\\\nr other.txt", Some("other.txt")),
            ("--requirement=other.txt", Some("other.txt")),
            ("--requirement \t other.txt", Some("other.txt")),
            ("-rother.txt", Some("other.txt")),
            ("-c ../other.txt", Some("../other.txt")),
            ("--constraint Münze-1.txt", Some("Münze-1.txt")),
            // Of these one reader takes another file than the next.
            ("-r other.txt#theirs", Some("?")),
            ("-r=other.txt", Some("?")),
            ("-r 'other.txt'", Some("?")),
            ("-r a b.txt", Some("?")),
            ("-r a.txt -r b.txt", Some("?")),
            ("--req other.txt", Some("?")),
            ("--con=other.txt", Some("?")),
            ("--pre -r other.txt", Some("?")),
            ("--pre \"-r\" other.txt", Some("?")),
            ("--pre \"\"-r other.txt", Some("?")),
            ("\\-r other.txt", Some("?")),
            ("numpy -r other.txt", Some("?")),
            ("# nothing\r-r other.txt", Some("?")),
            ("-r ${HOME}/other.txt", Some("?")),
            ("-r https://example.org/other.txt", Some("?")),
            ("-r sub\\other.txt", Some("?")),
            ("-r", Some("?")),
        ] {
            let lines = parse(text);
            let [line] = &lines[..] else {
                panic!("{text}: {lines:?}");
            };
            let found = line.names_file().then(|| line.file().unwrap_or("?"));
            assert_eq!(found, expected, "{text}");
            assert!(found.is_none() || line.needs_consent(), "{text}");
        }
    }

    #[test]
    fn what_says_where_packages_come_from() {
        let text = "-i https://a.example/simple\n--extra-index-url=https://b.example/?x=1\nnumpy\n--no-index\n--pre\n\
                    --find-links  wheels # here\n";
        let expected = [
            "-i",
            "https://a.example/simple",
            "--extra-index-url",
            "https://b.example/?x=1",
            "--no-index",
            "--find-links",
            "wheels",
        ];
        let lines = parse(text);
        let all = Confirmed::default().with(&lines);
        assert_eq!(index_options(text, &all), expected);
        let first = Confirmed::default().with(&lines[..1]);
        assert_eq!(index_options(text, &first), expected[..2]);
    }

    #[test]
    fn lines_are_told_apart() {
        let text = "\u{feff}# packages\n\nnumpy\nscikit-image>=0.23, <1 # images\nuvicorn[standard] ~= 0.3 ; \
                    python_version < '3.12'\nloom @ https://example.org/loom.whl\n-r other.txt\n./wheels/a.whl\n\
                    numpy=2\n==3\npan das\na[b\nfoo \\\n  >=2\nx>=\nreq#1\n";
        let found: Vec<_> = parse(text)
            .into_iter()
            .map(|line| {
                let what = match line.content {
                    Content::Package { name } => name,
                    Content::Option => "option".to_owned(),
                    Content::Place => "place".to_owned(),
                    Content::Wrong(_) => "wrong".to_owned(),
                };
                format!("{} {what}", line.number)
            })
            .collect();
        let expected = [
            "3 numpy",
            "4 scikit-image",
            "5 uvicorn",
            "6 place",
            "7 option",
            "8 place",
            "9 wrong",
            "10 wrong",
            "11 wrong",
            "12 wrong",
            "13 foo",
            "15 wrong",
            "16 wrong",
        ];
        assert_eq!(found, expected);
    }
}
