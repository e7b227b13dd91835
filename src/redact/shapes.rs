//! Shapes of tokens: what nobody gave as a secret and yet looks like one. A shape is a prefix and what may follow it.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::SIGN;

/// What follows a prefix is looked at so far to tell whether it is a token, so that no text costs more than a fixed
/// time for each letter.
const LOOKED_AT: usize = 512;

#[derive(Clone, Copy)]
enum Shape {
    /// So many letters, digits, `_` and `-` at least.
    Word(usize),
    /// Word, dot, word, dot, word.
    Jwt,
    /// What stands after the word Bearer.
    Bearer,
    /// `user:password@` after it.
    Address,
    /// A private key up to its end.
    Key,
}

const KEY: &str = "-----BEGIN ";
const KEY_END: &str = "-----END ";

const SHAPES: &[(&str, Shape)] = &[
    ("sk-", Shape::Word(20)),
    ("ghp_", Shape::Word(30)),
    ("gho_", Shape::Word(30)),
    ("ghu_", Shape::Word(30)),
    ("ghs_", Shape::Word(30)),
    ("ghr_", Shape::Word(30)),
    ("github_pat_", Shape::Word(22)),
    ("glpat-", Shape::Word(20)),
    ("AKIA", Shape::Word(16)),
    ("ASIA", Shape::Word(16)),
    ("xoxa-", Shape::Word(10)),
    ("xoxb-", Shape::Word(10)),
    ("xoxp-", Shape::Word(10)),
    ("xoxr-", Shape::Word(10)),
    ("xoxs-", Shape::Word(10)),
    ("xapp-", Shape::Word(10)),
    ("AIza", Shape::Word(35)),
    ("hf_", Shape::Word(30)),
    ("pypi-", Shape::Word(50)),
    ("eyJ", Shape::Jwt),
    ("Bearer ", Shape::Bearer),
    ("bearer ", Shape::Bearer),
    ("BEARER ", Shape::Bearer),
    ("://", Shape::Address),
    (KEY, Shape::Key),
];

static PREFIXES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let prefixes = SHAPES.iter().map(|(prefix, _)| prefix);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(prefixes)
        .expect("the prefixes are few and short")
});

/// The text without what looks like a token.
pub fn hide(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = PREFIXES.find(&text[from..]) {
        let (start, end) = (from + found.start(), from + found.end());
        let (_, shape) = SHAPES[found.pattern().as_usize()];
        from = end;
        if let Some((hidden_from, hidden_to)) = token(text, start, end, shape) {
            out.push_str(&text[copied..hidden_from]);
            out.push_str(SIGN);
            copied = hidden_to;
            from = hidden_to;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// What is to be hidden of the token whose prefix lies from `start` to `end`, if it is one.
fn token(text: &str, start: usize, end: usize, shape: Shape) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_begun = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
    match shape {
        Shape::Address => {
            let rest = &text[end..];
            let is_end = |c: char| c.is_whitespace() || "/?#\"'<>`".contains(c);
            let host = &rest[..rest.find(is_end).unwrap_or(rest.len())];
            let (user, _) = host.rsplit_once('@')?;
            let colon = user.find(':')?;
            (colon + 1 < user.len()).then_some((end + colon + 1, end + user.len()))
        }
        Shape::Key => {
            let body = key_body(text, start)?;
            Some((start, key_end(text, body).unwrap_or(text.len())))
        }
        _ if is_begun => None,
        Shape::Word(least) => {
            has_digit(&bytes[end..], is_word).then_some(())?;
            let length = run(&bytes[end..], is_word);
            (length >= least).then_some((start, end + length))
        }
        Shape::Jwt => {
            let mut at = end;
            for _ in 0..2 {
                let length = if at == end {
                    run(&bytes[at..bytes.len().min(at + LOOKED_AT)], is_word)
                } else {
                    run(&bytes[at..], is_word)
                };
                if length < 4 || bytes.get(at + length) != Some(&b'.') {
                    return None;
                }
                at += length + 1;
            }
            Some((start, at + run(&bytes[at..], is_word)))
        }
        Shape::Bearer => {
            let is_part = |byte: u8| is_word(byte) || b".~+/=".contains(&byte);
            has_digit(&bytes[end..], is_part).then_some(())?;
            let length = run(&bytes[end..], is_part);
            (length >= 8).then_some((end, end + length))
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// How many bytes at the beginning are of a kind.
fn run(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is_part(**byte)).count()
}

/// Is there a digit early on? Tokens have one, and names of ordinary things that begin alike have none.
fn has_digit(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> bool {
    let seen = bytes.iter().take(LOOKED_AT);
    seen.take_while(|byte| is_part(**byte))
        .any(u8::is_ascii_digit)
}

/// Where the body of the private key begins whose first line begins at `start`, if it is one's.
fn key_body(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start + KEY.len()..];
    let title = &rest[..rest.find("-----")?];
    let is_key = title.len() <= 40 && title.contains("PRIVATE KEY");
    is_key.then_some(start + KEY.len() + title.len() + 5)
}

/// Where the key ends whose body begins at `body`.
fn key_end(text: &str, body: usize) -> Option<usize> {
    let end = body + text[body..].find(KEY_END)? + KEY_END.len();
    let rest = text[end..].find("-----");
    Some(rest.map_or(text.len(), |rest| end + rest + 5))
}

/// Does a line begin a private key and not end it?
pub fn leaves_key_open(line: &str) -> bool {
    let body = line.rfind(KEY).and_then(|start| key_body(line, start));
    body.is_some_and(|body| key_end(line, body).is_none())
}

/// What a line is to a private key that was begun before it.
pub enum Key {
    GoesOn,
    /// Up to here it is the key's.
    Ends(usize),
    /// It is something else.
    IsNone,
}

pub fn key_goes_on(line: &str) -> Key {
    if let Some(end) = key_end(line, 0) {
        return Key::Ends(end);
    }
    let is_body = |c: char| c.is_ascii_alphanumeric() || "+/= \t\r".contains(c);
    let is_header = line.starts_with("Proc-Type:") || line.starts_with("DEK-Info:");
    if is_header || line.chars().all(is_body) {
        Key::GoesOn
    } else {
        Key::IsNone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_known_by_their_shape() {
        // Put together here, so that no tool takes this file for one that gives a token away.
        let body = "Ab3".repeat(14);
        for (given, expected) in [
            (format!("key=sk-proj-{body}, next"), "key=[secret], next"),
            (format!("'ghp_{body}'"), "'[secret]'"),
            (format!("github_pat_{body}"), "[secret]"),
            (format!("AKIA{}", "QWERTYUIOP123456"), "[secret]"),
            (format!("xoxb-123-{body}"), "[secret]"),
            (format!("AIza{body}"), "[secret]"),
            (format!("hf_{body}"), "[secret]"),
            (format!("eyJ{body}.eyJ{body}.{body}"), "[secret]"),
            (
                format!("Authorization: Bearer {body}.x"),
                "Authorization: Bearer [secret]",
            ),
            (
                format!("Looking at https://user:{body}@index.example/simple, https://a.b/c"),
                "Looking at https://user:[secret]@index.example/simple, https://a.b/c",
            ),
            (
                "https://__token__:p@ss@host/x".to_owned(),
                "https://__token__:[secret]@host/x",
            ),
            (
                "a -----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY----- b".to_owned(),
                "a [secret] b",
            ),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\\nMIIB".to_owned(),
                "[secret]",
            ),
        ] {
            assert_eq!(hide(&given), expected, "{given}");
        }
    }

    #[test]
    fn ordinary_texts_stay() {
        for text in [
            "",
            "task-list-of-everything-that-is-1-to-do-and-more",
            "sk-learn-is-not-a-token-of-anything",
            "https://user@host/a:b@c",
            "https://host:8080/path?x=a@b",
            "postgresql://localhost:5432/db",
            "Bearer authentication failed",
            "-----BEGIN CERTIFICATE-----\nMIIB",
            "eyJ is how a token begins.",
            "ünïcödé sk-é ://é",
        ] {
            assert!(
                matches!(hide(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    /// Texts that make each letter begin something: they would take minutes where one letter costs the whole rest.
    #[test]
    fn a_long_line_costs_as_much_as_it_is_long() {
        for piece in [
            "sk-",
            "eyJ-",
            "eyJa.",
            "://a:",
            "-----BEGIN ",
            "Bearer ",
            "xoxb-",
            "AKIA",
        ] {
            let line = piece.repeat(1 << 15);
            drop(hide(&line));
        }
    }
}
