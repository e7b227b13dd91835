//! Variables of the environment that Loom listens to, with those of a `.env` file beside the program. Sets none.

use std::collections::HashMap;
use std::ffi::OsString;

/// The environment, and behind it the `.env` beside the program.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    file: HashMap<String, String>,
    /// Tests must not see the machine's.
    is_closed: bool,
}

impl Variables {
    /// Read the `.env` beside the running program, if there is one.
    pub fn load() -> Self {
        let file = super::program_folder()
            .ok()
            .and_then(|folder| std::fs::read_to_string(folder.join(".env")).ok())
            .map(|text| parse(&text))
            .unwrap_or_default();
        Self {
            file,
            is_closed: false,
        }
    }

    /// These and no others.
    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            file: pairs.iter().map(own).collect(),
            is_closed: true,
        }
    }

    /// The value of `name`; one that is empty counts as not set.
    pub fn get(&self, name: &str) -> Option<OsString> {
        let set = (!self.is_closed).then(|| std::env::var_os(name)).flatten();
        set.or_else(|| self.file.get(name).map(OsString::from))
            .filter(|value| !value.is_empty())
    }

    /// As text; `None` also when it is none.
    pub fn get_text(&self, name: &str) -> Option<String> {
        self.get(name)?.into_string().ok()
    }
}

/// `NAME=value` lines; `#` begins a comment line, `export` before a name and quotes around a value are taken off.
fn parse(text: &str) -> HashMap<String, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='))
        .map(|(name, value)| {
            let value = value.trim();
            let bare = ['"', '\''].iter().find_map(|quote| {
                value
                    .strip_prefix(*quote)
                    .and_then(|value| value.strip_suffix(*quote))
            });
            (name.trim().to_owned(), bare.unwrap_or(value).to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_file_are_read_as_shells_write_them() {
        let read = parse(
            "\u{feff}# comment\nA=1\nexport B = \"two words\"\r\n\nC='x=y'\nnot a line\nD=\n",
        );
        let mut read: Vec<_> = read.into_iter().collect();
        read.sort();
        let expected = [("A", "1"), ("B", "two words"), ("C", "x=y"), ("D", "")];
        assert_eq!(read, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let variables = Variables::of(&[("A", ""), ("B", "b")]);
        assert_eq!(variables.get("A"), None);
        assert_eq!(variables.get_text("B").as_deref(), Some("b"));
        assert_eq!(variables.get("PATH"), None);
    }
}
