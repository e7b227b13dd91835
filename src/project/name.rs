//! Names of projects: what every file system takes, since projects move between them. Touches no file.

const LONGEST: usize = 80;
/// Characters that some file system does not take.
const REFUSED: &str = "<>:\"/\\|?*";
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// May a project be called so? Says why not.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_lowercase();
    let is_numbered_device = ["com", "lpt"].iter().any(|device| {
        stem.strip_prefix(device).is_some_and(|rest| {
            rest.chars().count() == 1
                && rest.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        })
    });
    let rules = [
        (name.trim().is_empty(), "it is empty"),
        (
            name.chars().count() > LONGEST,
            "it is longer than 80 characters",
        ),
        (
            name.contains(|c: char| c.is_control() || REFUSED.contains(c)),
            "it has one of < > : \" / \\ | ? * or a control character in it",
        ),
        (name.trim() != name, "it begins or ends with a space"),
        (name.starts_with('.'), "it begins with a dot"),
        (
            name.starts_with('-'),
            "it begins with a dash, as options do",
        ),
        (
            name.ends_with('.'),
            "it ends with a dot, which Windows takes off",
        ),
        (
            RESERVED.contains(&stem.as_str()) || is_numbered_device,
            "Windows keeps that name for a device",
        ),
        (
            ["tools", "thumbnails"].contains(&name.to_lowercase().as_str()),
            "Loom keeps things of its own in a folder of that name",
        ),
    ];
    let broken = rules.into_iter().find(|(is_broken, _)| *is_broken);
    broken.map_or(Ok(()), |(_, why)| Err(why))
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
        ] {
            let found = check_name(name).unwrap_err();
            assert!(found.contains(why), "{name:?}: {found}");
        }
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
