//! The words of the environment panel: pure texts of what it shows.

use super::model::{Installed, Listing, Package, PackageChange};
use crate::ui::status::bytes_text;

/// A count with its noun: `1 package`, `3 packages`.
pub fn packages_text(count: usize) -> String {
    match count {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    }
}

/// How the environment is, in a line.
pub fn state_text(listing: &Listing, is_restricted: bool) -> String {
    match listing {
        Listing::Unknown if is_restricted => {
            "Not looked at: the project is not trusted yet".to_owned()
        }
        Listing::Unknown | Listing::Reading => "Looking at the environment…".to_owned(),
        Listing::Missing { .. } => "No environment yet".to_owned(),
        Listing::Failed(_) => "The environment cannot be read".to_owned(),
        Listing::There(installed) => {
            let mut parts = vec![packages_text(installed.packages.len())];
            parts.push(bytes_text(installed.size_bytes as f64));
            let newer = newer_count(installed);
            if newer > 0 {
                parts.push(format!("{newer} outdated"));
            }
            parts.join(" · ")
        }
    }
}

pub fn newer_count(installed: &Installed) -> usize {
    let packages = installed.packages.iter();
    packages.filter(|package| package.newer.is_some()).count()
}

/// What asks for a package, in short.
pub fn asked_by_text(package: &Package) -> String {
    match (&package.line, package.needed_by.as_slice()) {
        (Some(_), _) if package.is_pinned => "you, pinned".to_owned(),
        (Some(_), _) => "you".to_owned(),
        (None, []) => "nothing".to_owned(),
        (None, names) => listed(names, 2),
    }
}

/// Who asks for a package, in a sentence.
pub fn why_text(package: &Package) -> String {
    let needs = match package.needed_by.len() {
        0 => String::new(),
        1 => format!("{} needs it", package.needed_by[0]),
        _ => format!("{} need it", listed(&package.needed_by, 5)),
    };
    match (&package.line, needs.is_empty()) {
        (Some(line), true) => format!("requirements.txt asks for it: {line}"),
        (Some(line), false) => format!("requirements.txt asks for it: {line}; {needs} as well"),
        (None, false) => needs,
        (None, true) => "Nothing asks for it: the next change removes it".to_owned(),
    }
}

/// Why a package cannot be removed by itself.
pub fn kept_text(package: &Package) -> Option<String> {
    let reason = || match package.needed_by.as_slice() {
        [] => "It goes with the next change".to_owned(),
        names => format!("It is there because {} needs it", listed(names, 3)),
    };
    package.line.is_none().then(reason)
}

/// The version that is there, and the newest where that is another.
pub fn version_text(package: &Package) -> String {
    match &package.newer {
        Some(newer) => format!("{} → {newer}", package.version),
        None => package.version.clone(),
    }
}

/// A row for somebody who hears it.
pub fn in_words(package: &Package) -> String {
    let mut text = format!("{} {}", package.name, package.version);
    if let Some(newer) = &package.newer {
        text = format!("{text}, {newer} is newer");
    }
    let size = bytes_text(package.size_bytes as f64);
    format!("{text}, {size}, for {}", asked_by_text(package))
}

/// What a plan comes to: `2 to add, 1 to change; 24 MB to fetch at most`. What was fetched once comes from a cache.
pub fn sum_text(changes: &[PackageChange]) -> String {
    let count = |is_it: fn(&PackageChange) -> bool| changes.iter().filter(|it| is_it(it)).count();
    let parts = [
        (count(|it| it.from.is_none()), "to add"),
        (
            count(|it| it.from.is_some() && it.to.is_some()),
            "to change",
        ),
        (count(|it| it.to.is_none()), "to remove"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        return "No package changes".to_owned();
    }
    match changes.iter().filter_map(|it| it.size_bytes).sum::<u64>() {
        0 => parts.join(", "),
        bytes => format!(
            "{}; {} to fetch at most",
            parts.join(", "),
            bytes_text(bytes as f64)
        ),
    }
}

/// One change: its sign, and what it says.
pub fn change_text(change: &PackageChange) -> (&'static str, String) {
    let name = &change.name;
    let size = change
        .size_bytes
        .map(|bytes| format!("  ({})", bytes_text(bytes as f64)));
    let size = size.unwrap_or_default();
    match (&change.from, &change.to) {
        (None, Some(to)) => ("+", format!("{name} {to}{size}")),
        (Some(from), Some(to)) => ("→", format!("{name} {from} → {to}{size}")),
        (Some(from), None) => ("−", format!("{name} {from}")),
        (None, None) => ("", name.clone()),
    }
}

/// Names in a row: at most `most` of them, and how many more.
fn listed(names: &[String], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let shown: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
    match (shown.as_slice(), more) {
        ([all @ .., last], 0) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        (_, 0) => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(line: Option<&str>, needed_by: &[&str]) -> Package {
        Package {
            name: "six".into(),
            version: "1.16".into(),
            line: line.map(str::to_owned),
            needed_by: needed_by.iter().map(|name| (*name).to_owned()).collect(),
            ..Package::default()
        }
    }

    #[test]
    fn what_asks_for_a_package_is_said() {
        for (line, needed_by, short, why) in [
            (
                Some("six>1"),
                &[][..],
                "you",
                "requirements.txt asks for it: six>1",
            ),
            (
                Some("six"),
                &["a"],
                "you",
                "requirements.txt asks for it: six; a needs it as well",
            ),
            (None, &["a"], "a", "a needs it"),
            (None, &["a", "b"], "a and b", "a and b need it"),
            (
                None,
                &["a", "b", "c", "d", "e", "f"],
                "a, b and 4 more",
                "a, b, c, d, e and 1 more need it",
            ),
            (
                None,
                &[],
                "nothing",
                "Nothing asks for it: the next change removes it",
            ),
        ] {
            let package = package(line, needed_by);
            assert_eq!(asked_by_text(&package), short);
            assert_eq!(why_text(&package), why);
            assert_eq!(kept_text(&package).is_none(), line.is_some());
        }
        let newest = Package {
            newer: Some("2.0".into()),
            size_bytes: 41_000,
            is_pinned: true,
            ..package(Some("six==1.16"), &[])
        };
        assert_eq!(
            in_words(&newest),
            "six 1.16, 2.0 is newer, 41 kB, for you, pinned"
        );
    }

    #[test]
    fn changes_are_counted_and_named() {
        let change = |from: Option<&str>, to: Option<&str>| PackageChange {
            name: "six".into(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            size_bytes: None,
        };
        let all = [
            change(None, Some("2")),
            change(Some("1"), Some("2")),
            change(Some("1"), None),
        ];
        assert_eq!(sum_text(&all), "1 to add, 1 to change, 1 to remove");
        assert_eq!(sum_text(&all[..1]), "1 to add");
        assert_eq!(sum_text(&[]), "No package changes");
        let said: Vec<_> = all.iter().map(|it| change_text(it).1).collect();
        assert_eq!(said, ["six 2", "six 1 → 2", "six 1"]);
        let sized = PackageChange {
            size_bytes: Some(11_053),
            ..all[0].clone()
        };
        assert_eq!(change_text(&sized).1, "six 2  (11 kB)");
        assert_eq!(sum_text(&[sized]), "1 to add; 11 kB to fetch at most");
    }
}
