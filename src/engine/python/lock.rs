//! The lock file, `requirements.lock`: which versions the lines of `requirements.txt` came to. Loom's own file, for
//! the project's history. Pure but for reading it.

use std::path::Path;

use super::find::minor_of;
use crate::paths::{MOST_TEXT_BYTES, read_bounded};
use crate::project::requirements::{self, Content, Line};

/// Its name in a project.
pub const FILE: &str = "requirements.lock";
const HEAD: &str = "# Made by Loom from requirements.txt, and made anew when that changes: commit both, edit that one";

/// The text of a file; empty when there is none.
pub fn read(path: &Path) -> String {
    let bytes = read_bounded(path, MOST_TEXT_BYTES).unwrap_or_default();
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
    let is_editable = |text: &str| text.starts_with("-e") || text.starts_with("--editable");
    for line in &lines {
        if line.content == Content::Option && !line.names_file() && !is_editable(&line.text) {
            text.push_str(&line.text);
            text.push('\n');
        }
    }
    text.push_str(body.trim_end());
    text.push('\n');
    text
}

/// What a lock that holds on any system says of where it does.
const ANYWHERE: &str = "any system";

/// Where one holds that uv made, which asks for versions that do for newer Pythons too.
pub fn anywhere(minor: &str) -> String {
    format!("{ANYWHERE}, Python {minor} and newer")
}

/// Where one holds that pip made, which knows the versions for this system alone.
pub fn here(python: &str) -> String {
    let minor = minor_of(python);
    format!(
        "{} {}, Python {minor}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// Does the lock hold for this version of Python?
pub fn holds_for(lock: &str, python: &str) -> bool {
    let numbers = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    let scope = lock.lines().find_map(|line| line.strip_prefix("# for: "));
    let made = scope.and_then(|scope| scope.split_once("Python "));
    let Some((_, made)) = made else {
        return false;
    };
    match made.strip_suffix(" and newer") {
        Some(made) => numbers(made).is_some_and(|made| numbers(python) >= Some(made)),
        None => numbers(made).is_some_and(|made| numbers(python) == Some(made)),
    }
}

/// Was the lock made from these requirements, and does it hold here?
pub fn fits(lock: &str, requirements: &[Line]) -> bool {
    let wanted = requirements.iter().map(|line| line.text.as_str());
    let made_from = lock
        .lines()
        .filter_map(|line| line.strip_prefix("# from: "));
    let scope = lock.lines().find_map(|line| line.strip_prefix("# for: "));
    let system = format!("{} {},", std::env::consts::OS, std::env::consts::ARCH);
    lock.starts_with(HEAD)
        && !requirements::is_encoded(lock)
        && scope.is_some_and(|scope| scope.starts_with(ANYWHERE) || scope.starts_with(&system))
        && made_from.eq(wanted)
        // Nothing comes from elsewhere because the lock says so.
        && requirements::parse(lock)
            .iter()
            .all(|line| !line.needs_consent() || requirements.iter().any(|own| own.text == line.text))
        // What they name may have changed.
        && !requirements.iter().any(Line::names_file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::requirements::parse;

    #[test]
    fn a_lock_belongs_to_its_requirements() {
        let text = "numpy>=2 # arrays\n--index-url https://example.org/simple\n";
        let lock = compose(text, &anywhere("3.11"), "numpy==2.1\n");
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
            let fits = fits(&lock, &parse(requirements));
            assert_eq!(fits, expected, "{requirements}");
        }
        assert!(!fits("numpy==2.1", &parse("numpy")));
        for (scope, python, expected) in [
            (anywhere("3.11"), "3.11.7", true),
            (anywhere("3.11"), "3.14", true),
            (anywhere("3.12"), "3.11.7", false),
            (anywhere("3.9"), "3.11.7", true),
            (here("3.11.7"), "3.11.2", true),
            (here("3.11.7"), "3.12.1", false),
            ("any system".to_owned(), "3.12.1", false),
        ] {
            let lock = compose("a", &scope, "a==1");
            assert_eq!(holds_for(&lock, python), expected, "{scope} for {python}");
        }
        for (body, expected) in [
            ("a==1 --hash=sha256:00", true),
            ("./packages/b-1-py3-none-any.whl", false),
            ("--index-url https://example.org/other", false),
            ("-r other.txt", false),
            ("a @ https://example.org/a.whl", false),
        ] {
            let lock = compose("a", &anywhere("3.11"), body);
            assert_eq!(fits(&lock, &parse("a")), expected, "{body}");
        }
        for (requirements, scope, expected) in [
            ("a", here("3.11.7"), true),
            ("a", "plan9 mips, Python 3.11".to_owned(), false),
            (
                "a",
                format!("{ANYWHERE}, coding: utf-7, Python 3.11"),
                false,
            ),
            // What is named may have changed.
            ("a\n--requirement=b.txt", here("3.11.7"), false),
        ] {
            let lock = compose(requirements, &scope, "a==1");
            assert_eq!(fits(&lock, &parse(requirements)), expected, "{scope}");
        }
    }
}
