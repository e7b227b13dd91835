//! Redact: texts without secrets, before they are kept or shown where they were not asked for: logs, failures, the
//! output of tools. What is hidden are the secrets that this process was given, and whatever has the shape of a token.
//! It takes time in proportion to the text, whatever the text is. It writes nothing.

mod shapes;
mod writer;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};

pub use writer::Hiding;

/// Stands where a secret was; `executor/hidden.py` writes the same.
pub const SIGN: &str = "[secret]";

/// A secret of fewer characters would hide ordinary words and is not looked for.
pub const SHORTEST: usize = 4;

/// The text of a secret. It has no `Display`, and is not seen in a `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Take a text as a secret. From now on `text` hides it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let secret = Self(text.into());
        know(&secret);
        secret
    }

    /// The text itself, for where it is used: the keychain and the engine's pipe.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SIGN)
    }
}

/// What is hidden since it was given.
struct Known {
    forms: BTreeSet<String>,
    finder: AhoCorasick,
}

/// Of the whole process, since a log and a panic have nobody to ask. It is locked for a moment alone: no text is
/// searched under it.
static KNOWN: RwLock<Option<Arc<Known>>> = RwLock::new(None);

/// What was a secret once stays one: it may still stand in something that is printed later.
fn know(secret: &Secret) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let mut forms = (known.as_ref()).map_or_else(BTreeSet::new, |known| known.forms.clone());
    let count = forms.len();
    forms.extend(forms_of(&secret.0));
    if forms.len() > count
        && let Ok(finder) = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms)
    {
        *known = Some(Arc::new(Known { forms, finder }));
    }
}

/// How a secret may stand in a text: as it is, line by line, between quotes, in an address.
fn forms_of(secret: &str) -> impl Iterator<Item = String> {
    let quoted = format!("{secret:?}");
    let inside = quoted[1..quoted.len() - 1].to_owned();
    let mut address = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(byte.into());
        } else {
            write!(address, "%{byte:02X}").ok();
        }
    }
    let lines = secret.lines().map(|line| line.trim().to_owned());
    let all = lines.chain([secret.to_owned(), inside, address]);
    all.filter(|form| form.chars().count() >= SHORTEST)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The text without secrets.
pub fn text(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(known) = known.filter(|known| known.finder.is_match(text)) else {
        return shapes::hide(text);
    };
    let mut out = String::with_capacity(text.len());
    known.finder.replace_all_with(text, &mut out, |_, _, out| {
        out.push_str(SIGN);
        true
    });
    match shapes::hide(&out) {
        Cow::Owned(out) => Cow::Owned(out),
        Cow::Borrowed(_) => Cow::Owned(out),
    }
}

/// The same in place; what holds no secret is left as it is.
pub fn hide(own: &mut String) {
    if let Cow::Owned(hidden) = text(own) {
        *own = hidden;
    }
}

/// The same for texts that come line by line, of which one may go on with what another began: a private key.
#[derive(Debug, Default)]
pub struct Lines {
    is_in_key: bool,
}

impl Lines {
    /// Hide what is secret in the next line.
    pub fn hide(&mut self, line: &mut String) {
        if self.is_in_key {
            match shapes::key_goes_on(line) {
                shapes::Key::GoesOn => {
                    SIGN.clone_into(line);
                    return;
                }
                shapes::Key::Ends(at) => line.replace_range(..at, SIGN),
                shapes::Key::IsNone => {}
            }
        }
        self.is_in_key = shapes::leaves_key_open(line);
        hide(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_hidden_in_every_form() {
        let secret = Secret::new("va&lue \"one\"\nsecond-line-of-it");
        assert_eq!(format!("{secret:?}"), SIGN);
        for (given, expected) in [
            ("before va&lue \"one\" after", "before [secret] after"),
            ("x second-line-of-it", "x [secret]"),
            (
                "{'a': 'va&lue \\\"one\\\"\\nsecond-line-of-it'}",
                "{'a': '[secret]'}",
            ),
            (
                "https://a.b/?q=va%26lue%20%22one%22%0Asecond-line-of-it&c=1",
                "https://a.b/?q=[secret]&c=1",
            ),
            ("nothing of it", "nothing of it"),
        ] {
            assert_eq!(text(given), expected);
        }
    }

    #[test]
    fn a_short_secret_hides_no_words() {
        Secret::new("abc");
        assert_eq!(text("abcdef"), "abcdef");
        Secret::new("");
        assert_eq!(text("ab"), "ab");
    }

    #[test]
    fn a_key_is_hidden_line_by_line() {
        let mut lines = Lines::default();
        let printed = [
            "before",
            "key: -----BEGIN RSA PRIVATE KEY-----",
            "MIIEpAIBAAKCAQEA7bq1F+zx",
            "Proc-Type: 4,ENCRYPTED",
            "",
            "Qm9n/4==",
            "-----END RSA PRIVATE KEY----- after",
            "MIIEpAIBAAKCAQEA7bq1F+zx",
        ];
        let shown = printed.map(|line| {
            let mut line = line.to_owned();
            lines.hide(&mut line);
            line
        });
        assert_eq!(
            shown,
            [
                "before",
                "key: [secret]",
                SIGN,
                SIGN,
                SIGN,
                SIGN,
                "[secret] after",
                "MIIEpAIBAAKCAQEA7bq1F+zx",
            ]
        );
        // One that never ends does not take the log with it.
        for line in ["-----BEGIN PRIVATE KEY-----", "and then: words again"] {
            let mut line = line.to_owned();
            lines.hide(&mut line);
            if line != SIGN {
                assert_eq!(line, "and then: words again");
            }
        }
    }
}
