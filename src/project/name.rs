//! Names of projects and of what lies in them: what every file system takes, since projects move between them. Touches
//! no file.

use unicode_normalization::UnicodeNormalization as _;

const LONGEST: usize = 80;
/// In bytes, of one file or folder: some file systems take 255, and Loom writes beside it under a longer name.
const LONGEST_PART: usize = 240;
/// Characters that some file system does not take.
const REFUSED: &str = "<>:\"/\\|?*";
const REFUSED_IN_WORDS: &str = "it has one of < > : \" / \\ | ? * or a control character in it";
const DOT_IN_WORDS: &str = "it ends with a dot, which Windows takes off";
const DEVICE_IN_WORDS: &str = "Windows keeps that name for a device";
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// What lies among the projects of a userdata folder.
const OWN_FOLDERS: [&str; 9] = [
    "environments",
    "journals",
    "logs",
    "results",
    "thumbnails",
    "tools",
    "trust",
    "updates",
    "windows",
];

/// May a project be called so? Says why not.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let rules = [
        (name.trim().is_empty(), "it is empty"),
        (
            name.chars().count() > LONGEST || name.len() > LONGEST_PART,
            "it is longer than 80 characters",
        ),
        (has_refused(name), REFUSED_IN_WORDS),
        (name.trim() != name, "it begins or ends with a space"),
        (name.starts_with('.'), "it begins with a dot"),
        (
            name.starts_with('-'),
            "it begins with a dash, as options do",
        ),
        (name.ends_with('.'), DOT_IN_WORDS),
        (is_device(name), DEVICE_IN_WORDS),
        (
            is_looms_own(name),
            "Loom keeps things of its own under that name",
        ),
    ];
    let broken = rules.into_iter().find(|(is_broken, _)| *is_broken);
    broken.map_or(Ok(()), |(_, why)| Err(why))
}

/// May a file or folder that goes from one system to another be called so? Says why not.
pub fn check_part(name: &str) -> Result<(), &'static str> {
    let rules = [
        (name.is_empty(), "a part of its name is empty"),
        (name == "." || name == "..", "its name leads elsewhere"),
        (
            name.len() > LONGEST_PART,
            "a part of its name is longer than 240 bytes",
        ),
        (has_refused(name), REFUSED_IN_WORDS),
        (
            name.contains(is_turning),
            "it has a character in it that turns the direction of writing, and so hides what it is",
        ),
        (
            name.ends_with(' '),
            "it ends with a space, which Windows takes off",
        ),
        (name.ends_with('.'), DOT_IN_WORDS),
        (is_device(name), DEVICE_IN_WORDS),
    ];
    let broken = rules.into_iter().find(|(is_broken, _)| *is_broken);
    broken.map_or(Ok(()), |(_, why)| Err(why))
}

/// The same for all names that are one file on some system: systems differ in whether they tell large letters from
/// small ones, and in how they write what is put together of several characters.
pub fn folded(name: &str) -> String {
    let is_seen = |c: &char| {
        !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            && !is_turning(*c)
    };
    let seen: String = name.nfd().filter(is_seen).collect();
    seen.to_uppercase().to_lowercase().nfc().collect()
}

fn has_refused(name: &str) -> bool {
    name.contains(|c: char| c.is_control() || REFUSED.contains(c))
}

fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_lowercase();
    let is_numbered = ["com", "lpt"].iter().any(|device| {
        stem.strip_prefix(device).is_some_and(|rest| {
            rest.chars().count() == 1
                && rest.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        })
    });
    RESERVED.contains(&stem.as_str()) || is_numbered
}

/// Is it the name of something that lies among the projects of a userdata folder and is none?
fn is_looms_own(name: &str) -> bool {
    let name = folded(name);
    let is_file = [".json", ".lock", ".key", ".txt"]
        .iter()
        .any(|ending| name.ends_with(ending));
    is_file || OWN_FOLDERS.contains(&name.as_str())
}

/// A name that a project may have, as near to a text as can be, with room for a number behind it.
pub fn name_like(text: &str) -> String {
    let is_refused = |c: char| c.is_control() || REFUSED.contains(c);
    let name: String = text
        .chars()
        .map(|c| if is_refused(c) { ' ' } else { c })
        .take(LONGEST - 10)
        .collect();
    let is_at_no_end = |c: char| c.is_whitespace() || c == '.' || c == '-';
    let name = name.trim_matches(is_at_no_end);
    if check_name(name).is_ok() {
        name.to_owned()
    } else {
        "Graph".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_system_takes() {
        for name in [
            "Coins",
            "Münzen 2",
            "日本",
            "a.b",
            "console",
            "com10",
            "nulls",
            "v1.0-x",
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let long = "x".repeat(81);
        for (name, why) in [
            ("", "empty"),
            ("  ", "empty"),
            (long.as_str(), "longer"),
            ("a/b", "has one of"),
            ("..", "begins with a dot"),
            ("a\\b", "has one of"),
            ("a:b", "has one of"),
            ("a\nb", "control"),
            (" a", "space"),
            (".a", "begins with a dot"),
            ("a.", "ends with a dot"),
            ("-a", "dash"),
            ("CON", "device"),
            ("nul.txt", "device"),
            ("Com1", "device"),
            ("LPT9.a.b", "device"),
            ("Tools", "things of its own"),
            ("thumbnails", "things of its own"),
            ("Journals", "things of its own"),
            ("STATE.json", "things of its own"),
            ("trust.lock", "things of its own"),
        ] {
            let found = check_name(name).unwrap_err();
            assert!(found.contains(why), "{name:?}: {found}");
        }
    }

    #[test]
    fn files_that_go_to_another_system_have_names_that_it_takes() {
        let long = "ä".repeat(121);
        for name in [".gitignore", "-a", " a", "名前.txt", "a b.c", "comic"] {
            assert_eq!(check_part(name), Ok(()), "{name:?}");
        }
        for (name, why) in [
            ("", "empty"),
            (".", "elsewhere"),
            ("..", "elsewhere"),
            ("a:b", "one of"),
            ("a\\b", "one of"),
            ("a\0", "control"),
            ("a ", "space"),
            ("a.", "dot"),
            ("nul", "device"),
            ("COM1 .txt", "device"),
            ("exe\u{202e}txt", "direction"),
            (&long, "240 bytes"),
        ] {
            let found = check_part(name).unwrap_err();
            assert!(found.contains(why), "{name:?}: {found}");
        }
    }

    #[test]
    fn names_that_are_one_file_somewhere_are_folded_to_one() {
        for (one, other) in [
            ("Coins", "cOINS"),
            ("Caf\u{e9}", "cafe\u{301}"),
            ("stra\u{df}e", "STRASSE"),
            (".git", ".g\u{200c}it"),
            ("\u{17f}avefile", "savefile"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("a"), folded("b"));
        assert_ne!(folded("e"), folded("\u{e9}"));
    }

    #[test]
    fn any_text_has_a_name_near_it() {
        let long = "x".repeat(200);
        for (text, name) in [
            ("Coins", "Coins"),
            ("my graph (1)", "my graph (1)"),
            (" .a/b?. ", "a b"),
            ("--", "Graph"),
            ("con", "Graph"),
            ("", "Graph"),
            (long.as_str(), &long[..70]),
        ] {
            assert_eq!(name_like(text), name, "{text:?}");
        }
    }
}
