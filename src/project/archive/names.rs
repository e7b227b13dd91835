//! What of a project goes into an archive and comes out of one, by its name. Touches no file.

use crate::document::file::is_temporary;
use crate::project::name::{check_part, folded};

/// In characters, from the project's folder on: with a folder around it this is what all systems take.
const LONGEST_PATH: usize = 180;
const DEEPEST: usize = 32;

/// Is this made anew, meant for one machine, or able to make another program run something? Neither goes into an archive
/// nor comes out of one.
pub fn is_left_out(path: &str) -> bool {
    path.split('/').any(|part| {
        let part = folded(part);
        let is_environment = part
            .strip_prefix(".venv")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        is_environment
            || is_temporary(&part)
            || [".loom", ".git", "__pycache__", "__macosx", ".ds_store"].contains(&part.as_str())
    })
}

/// What the last runs printed, which is nobody else's business.
pub fn is_log(path: &str) -> bool {
    path == "logs.json"
}

/// Does a file hold passwords as a rule? What it is a pattern for is written into another.
pub fn is_secret(path: &str) -> bool {
    let name = folded(path.rsplit('/').next().unwrap_or(path));
    let of_environment = name.strip_prefix(".env");
    let is_pattern = |rest: &str| {
        let patterns = [".example", ".sample", ".template", ".dist"];
        patterns.iter().any(|pattern| rest.ends_with(pattern))
    };
    let is_environment = |rest: &str| rest.is_empty() || rest.starts_with('.') && !is_pattern(rest);
    of_environment.is_some_and(is_environment) || [".netrc", ".pypirc"].contains(&name.as_str())
}

/// Does a name in an archive lead out of the folder that it is unpacked in, on any system?
pub fn leads_out(path: &str) -> Option<&'static str> {
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.contains('\\') {
        return Some("its name has a \\ in it, which leads elsewhere on Windows");
    }
    if path.starts_with('/') || is_drive {
        return Some("its name leads to a place on the disk, and not into the project");
    }
    path.split('/')
        .any(|part| part == "..")
        .then_some("its name leads out of the project")
}

/// May a file or folder lie here in a project that goes from one system to another? Says why not.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    path.split('/').try_for_each(check_part)?;
    if path.chars().count() > LONGEST_PATH {
        return Err("its path is longer than 180 characters");
    }
    if path.split('/').count() > DEEPEST {
        return Err("it lies in more than 32 folders");
    }
    Ok(())
}

/// A name as it may be shown: one line, and not too long.
pub fn shown(path: &str) -> String {
    const MOST: usize = 120;
    let safe = |c: char| {
        let turns = folded(&c.to_string()).is_empty();
        if c.is_control() || turns {
            '\u{fffd}'
        } else {
            c
        }
    };
    let mut text: String = path.chars().take(MOST).map(safe).collect();
    if path.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_at_home() {
        for path in [
            ".venv/bin/python",
            ".VENV/x",
            ".venv.previous/a",
            ".venv.requirements.txt",
            ".loom/journal",
            "nodes/__pycache__/a.pyc",
            ".git/hooks/post-checkout",
            "data/.git",
            ".g\u{200c}it/config",
            "__MACOSX/a",
            ".loom-a1b2c3.tmp",
        ] {
            assert!(is_left_out(path), "{path}");
        }
        for path in ["nodes/a.py", ".gitignore", "venv.txt", ".venvs/a", "a.loom"] {
            assert!(!is_left_out(path), "{path}");
        }
    }

    #[test]
    fn what_holds_passwords() {
        for path in [".env", "nodes/.ENV.local", ".netrc", "a/.pypirc"] {
            assert!(is_secret(path), "{path}");
        }
        for path in [".env.example", ".envrc.py", "env", ".environment", "a.env"] {
            assert!(!is_secret(path), "{path}");
        }
    }

    #[test]
    fn what_leads_out() {
        for path in [
            "../a",
            "a/../../b",
            "a/..",
            "/etc/passwd",
            "C:/a",
            "c:a",
            "a\\b",
            "\\\\host\\a",
        ] {
            assert!(leads_out(path).is_some(), "{path}");
        }
        for path in ["a", "a/b..c", "...", "a/.b"] {
            assert_eq!(leads_out(path), None, "{path}");
        }
    }

    #[test]
    fn long_and_deep_paths_are_refused_and_strange_ones_shown_as_one_line() {
        assert!(
            check_path(&"a/".repeat(31).replace("/a/", "/b/")).is_err(),
            "an empty part"
        );
        let deep = ["a"; 33].join("/");
        assert!(check_path(&deep).unwrap_err().contains("32 folders"));
        let long = ["abcdefghi"; 19].join("/");
        assert!(check_path(&long).unwrap_err().contains("180"));
        assert_eq!(check_path("nodes/a.py"), Ok(()));
        assert_eq!(shown("a\nb\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), 121);
    }
}
