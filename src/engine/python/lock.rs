//! The lock file, `requirements.lock`: which versions the lines of `requirements.txt` came to. Loom's own file, for
//! the project's history. Pure but for reading it.

use std::path::Path;

use crate::project::requirements::{self, Content};

/// Its name in a project.
pub const FILE: &str = "requirements.lock";
const HEAD: &str = "# Made by Loom from requirements.txt, and made anew when that changes: commit both, edit that one";

/// The text of a file; empty when there is none.
pub fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A lock of `requirements`, with what a resolver made of them for `scope`. Options say where packages come from, so
/// they hold for the lock as well.
pub fn compose(requirements: &str, scope: &str, body: &str) -> String {
    let lines = requirements::parse(requirements);
    let mut text = format!("{HEAD}\n# for: {scope}\n");
    for line in &lines {
        text.extend(["# from: ", &line.text, "\n"]);
    }
    let names_a_file = |text: &str| {
        [
            "-r",
            "-c",
            "-e",
            "--requirement",
            "--constraint",
            "--editable",
        ]
        .iter()
        .any(|option| text.starts_with(option))
    };
    for line in &lines {
        if line.content == Content::Option && !names_a_file(&line.text) {
            text.push_str(&line.text);
            text.push('\n');
        }
    }
    text.push_str(body.trim_end());
    text.push('\n');
    text
}

/// What a lock that was made anywhere says of where it holds.
pub const ANYWHERE: &str = "any system";

/// What one that pip made says: it knows the versions for this system alone.
pub fn here(python: &str) -> String {
    let minor = python.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    format!(
        "{} {}, Python {minor}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// Was the lock made from these requirements, and does it hold here?
pub fn fits(lock: &str, requirements: &str) -> bool {
    let parsed = requirements::parse(requirements);
    let wanted = parsed.iter().map(|line| line.text.as_str());
    let made_from = lock
        .lines()
        .filter_map(|line| line.strip_prefix("# from: "));
    let scope = lock.lines().find_map(|line| line.strip_prefix("# for: "));
    let system = format!("{} {},", std::env::consts::OS, std::env::consts::ARCH);
    lock.starts_with(HEAD)
        && scope.is_some_and(|scope| scope.starts_with(ANYWHERE) || scope.starts_with(&system))
        && made_from.eq(wanted)
        // Nothing comes from elsewhere because the lock says so.
        && requirements::parse(lock)
            .iter()
            .all(|line| !line.needs_consent() || parsed.iter().any(|own| own.text == line.text))
        // What they name may have changed.
        && !parsed.iter().any(|line| line.text.starts_with("-r") || line.text.starts_with("-c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_belongs_to_its_requirements() {
        let text = "numpy>=2 # arrays\n--index-url https://example.org/simple\n";
        let lock = compose(text, ANYWHERE, "numpy==2.1\n");
        assert!(
            lock.ends_with("--index-url https://example.org/simple\nnumpy==2.1\n"),
            "{lock}"
        );
        for (requirements, expected) in [
            (text, true),
            (
                "# more\nnumpy>=2\n\n--index-url https://example.org/simple",
                true,
            ),
            ("numpy>=2\n", false),
            (
                "numpy>=2.1\n--index-url https://example.org/simple\n",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(fits(&lock, requirements), expected, "{requirements}");
        }
        assert!(!fits("numpy==2.1", "numpy"));
        for (body, expected) in [
            ("a==1 --hash=sha256:00", true),
            ("./packages/b-1-py3-none-any.whl", true),
            ("--index-url https://example.org/other", false),
            ("a @ https://example.org/a.whl", false),
        ] {
            let lock = compose("a", ANYWHERE, body);
            assert_eq!(fits(&lock, "a"), expected, "{body}");
        }
        assert!(fits(&compose("a", &here("3.11.7"), "a==1"), "a"));
        assert!(!fits(&compose("a", "plan9 mips, Python 3.11", "a==1"), "a"));
    }
}
