//! Secrets by name: the system's keychain, and the names that are known of it. A project holds names alone. What is not
//! in a keychain is nowhere on disk: who asked for it keeps it for as long as the program runs.

mod keychain;
mod names;

use crate::redact;

pub use keychain::{Keychain, KeychainError};
pub use names::{forget_name, known_names, note_name};

/// Characters of the longest name.
const LONGEST_NAME: usize = 100;

/// Why a text cannot be the name of a secret; `None`: it can. Names are seen by everybody, so one that looks like a token
/// is none.
pub fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() || name != name.trim() {
        return Some("Give it a name, such as openai");
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Some("A name is one line of at most 100 characters");
    }
    if redact::text(name) != name {
        return Some("This looks like the secret itself; a name is saved with the project");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_line_that_gives_nothing_away() {
        let token = format!("sk-{}", "Ab3".repeat(14));
        for (name, is_name) in [
            ("openai", true),
            ("Key of the lab, 2", true),
            ("", false),
            (" a", false),
            ("a\nb", false),
            (&"x".repeat(101), false),
            (&token, false),
        ] {
            assert_eq!(name_problem(name).is_none(), is_name, "{name:?}");
        }
    }
}
