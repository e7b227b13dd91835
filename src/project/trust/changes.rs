//! What is not as it was when a project was trusted: files that came, went or changed, and of texts the lines.

use std::path::Path;

use super::fingerprint::{Fingerprint, text_of};
use super::record::{Signed, kept_text};

/// Lines of one file that are shown.
const MOST_LINES: usize = 200;
/// Lines between the first and the last that differ are compared with each other up to so many.
const COMPARED: usize = 1000;

/// One file that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As seen from the project.
    pub name: String,
    pub how: How,
    /// Lines that went (`-`) and came (`+`); none where the texts are not known or too long.
    pub lines: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Added,
    Changed,
    Removed,
}

/// What changed since a project was signed.
pub fn between(signed: &Signed, now: &Fingerprint, userdata: &Path) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, file) in &now.files {
        let before = signed.files.get(name);
        let (how, old) = match before {
            None => (How::Added, Some(String::new())),
            Some(known) if file.digest.is_some_and(|digest| known.contains(&digest)) => continue,
            Some(known) => {
                let mut texts = known
                    .iter()
                    .filter_map(|digest| kept_text(userdata, *digest));
                (How::Changed, texts.next())
            }
        };
        let lines = match (old, text_of(&file.path)) {
            (Some(old), Some(new)) if how == How::Changed => lines(&old, &new),
            _ => Vec::new(),
        };
        let name = name.clone();
        changes.push(Change { name, how, lines });
    }
    let gone = signed
        .files
        .keys()
        .filter(|name| !now.files.contains_key(*name));
    changes.extend(gone.map(|name| Change {
        name: name.clone(),
        how: How::Removed,
        lines: Vec::new(),
    }));
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    changes
}

/// The lines that went and came, each behind its sign.
fn lines(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.iter().rev().zip(new.iter().rev());
    let end = end.take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let mut lines = Vec::new();
    if old.len() > COMPARED || new.len() > COMPARED {
        lines.extend(old.iter().map(|line| format!("- {line}")));
        lines.extend(new.iter().map(|line| format!("+ {line}")));
    } else {
        // How many lines the rests from here on have in common.
        let mut common = vec![vec![0u16; new.len() + 1]; old.len() + 1];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                common[i][j] = if old[i] == new[j] {
                    common[i + 1][j + 1] + 1
                } else {
                    common[i + 1][j].max(common[i][j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < old.len() || j < new.len() {
            if i < old.len() && j < new.len() && old[i] == new[j] {
                (i, j) = (i + 1, j + 1);
            } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
                lines.push(format!("- {}", old[i]));
                i += 1;
            } else {
                lines.push(format!("+ {}", new[j]));
                j += 1;
            }
        }
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    if more > 0 {
        lines.push(format!("… and {more} more lines"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_went_and_came() {
        for (old, new, expected) in [
            ("a\nb\nc", "a\nb\nc", &[][..]),
            ("a\nb\nc", "a\nx\nc", &["- b", "+ x"]),
            ("a\nc", "a\nb\nc", &["+ b"]),
            ("a\nb\nc\nd", "b\nc\nx\nd", &["- a", "+ x"]),
            ("", "a", &["+ a"]),
            ("a\na", "a", &["- a"]),
        ] {
            assert_eq!(lines(old, new), expected, "{old:?} {new:?}");
        }
        let many: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
        let found = lines("x", &many.join("\n"));
        assert_eq!((found.len(), found[0].as_str()), (MOST_LINES + 1, "- x"));
        assert_eq!(found[MOST_LINES], "… and 2801 more lines");
    }
}
