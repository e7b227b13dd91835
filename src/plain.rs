//! Plain: texts that others wrote, as they can be shown. What would erase, colour or turn what stands there, or hide by
//! its length what follows, is shown for what it is. Changes nothing that is kept or run.

use std::fmt::Write as _;
use std::io;

/// What shows nothing itself and changes how other letters are shown, or takes the cursor elsewhere.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// A text of some lines: what is unseen is shown as its number.
pub fn text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        // Lines of Windows end so.
        if letter == '\r' && letters.peek() == Some(&'\n') {
            continue;
        }
        if is_unseen(letter) && !matches!(letter, '\n' | '\t') {
            plain.extend(letter.escape_unicode());
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// Writes what is written to it as such a text, for a terminal.
#[derive(Debug)]
pub struct Lines<W>(pub W);

impl<W: io::Write> io::Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(text(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// With a capital at its beginning, if that is one of the words that begin sentences and is no name.
pub fn sentence(text: &str) -> String {
    const WORDS: [&str; 14] = [
        "a", "an", "another", "cannot", "it", "link", "no", "node", "nothing", "the", "there",
        "this", "two", "what",
    ];
    let word = text.split(' ').next().unwrap_or_default();
    if !WORDS.contains(&word) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A name on one line, of `most` letters: what is unseen is a mark, and of what is longer the middle is left out, since
/// the end says what kind of file it is.
pub fn name(name: &str, most: usize) -> String {
    let letters: Vec<char> = name
        .chars()
        .map(|letter| {
            if is_unseen(letter) {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    if letters.len() <= most {
        return letters.into_iter().collect();
    }
    let end = most / 3;
    let begin = most.saturating_sub(end + 1);
    let (begin, end) = (&letters[..begin], &letters[letters.len() - end..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

/// A source, with the room that could keep what it does out of sight said instead of shown.
pub fn source(source: &str) -> String {
    /// More empty lines than anybody leaves, and more spaces in the middle of a line.
    const EMPTY_LINES: usize = 12;
    const SPACES: usize = 120;
    let mut plain = String::with_capacity(source.len());
    let mut empty = 0;
    for line in text(source).lines() {
        if line.trim().is_empty() {
            empty += 1;
            continue;
        }
        if empty > EMPTY_LINES {
            writeln!(plain, "⋯ {empty} empty lines ⋯").ok();
        } else {
            plain.extend(std::iter::repeat_n('\n', empty));
        }
        empty = 0;
        let mut rest = line.trim_end();
        while let Some(at) = rest.find([' ', '\t']) {
            let behind = rest[at..].trim_start_matches([' ', '\t']);
            let room = rest.len() - at - behind.len();
            plain += &rest[..at];
            if room > SPACES {
                write!(plain, " ⋯ {room} spaces ⋯ ").ok();
            } else {
                plain += &rest[at..at + room];
            }
            rest = behind;
        }
        plain += rest;
        plain.push('\n');
    }
    if !source.ends_with('\n') {
        plain.pop();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_is_seen() {
        assert_eq!(
            text("a\u{1b}[2Jb\r\n\tc\u{202e}d\r"),
            "a\\u{1b}[2Jb\n\tc\\u{202e}d\\u{d}"
        );
        assert_eq!(name("a\nb\u{202e}c", 10), "a\u{fffd}b\u{fffd}c");
        assert_eq!(
            name(&format!("{}.exe", "x".repeat(200)), 16),
            "xxxxxxxxxx…x.exe"
        );
        assert_eq!(name("größer", 6), "größer");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_a_name_as_it_is() {
        assert_eq!(sentence("the file a.py is gone"), "The file a.py is gone");
        for text in [
            "own.py is gone",
            "numpy is gone",
            "loom: x",
            "nodes/a is",
            "\"a\" is",
            "",
            "Is it",
        ] {
            assert_eq!(sentence(text), text);
        }
    }

    #[test]
    fn room_hides_nothing() {
        let hidden = format!("a = 1{}b()\n{}c()\n", " ".repeat(500), "\n".repeat(3000));
        let shown = source(&hidden);
        assert_eq!(
            shown,
            "a = 1 ⋯ 500 spaces ⋯ b()\n⋯ 3000 empty lines ⋯\nc()\n"
        );
        let usual = "def f():\n    return 1\n\n\ndef g():\n\treturn 2\n";
        assert_eq!(source(usual), usual);
        assert_eq!(source("+ return 1"), "+ return 1");
    }
}
