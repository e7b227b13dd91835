//! News: the newest part of the changelog as plain text. Reads a text; shows nothing.

/// What one version brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub intro: Vec<String>,
    pub items: Vec<String>,
}

/// As many of the newest sections as it takes to have so many items.
const ENOUGH_ITEMS: usize = 8;

/// The newest sections of a changelog: `## Title`, paragraphs, and lists whose items may go on in indented lines.
pub fn newest(changelog: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // The text that a line without a sign goes on with.
    let mut is_open = false;
    for line in changelog.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            if sections.iter().map(|s| s.items.len()).sum::<usize>() >= ENOUGH_ITEMS {
                break;
            }
            sections.push(Section {
                title: plain(title),
                ..Section::default()
            });
            is_open = false;
            continue;
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        let text = line.trim();
        if let Some(item) = text.strip_prefix("- ") {
            section.items.push(plain(item));
        } else if text.is_empty() {
            is_open = false;
            continue;
        } else {
            let texts = if line.starts_with(' ') {
                &mut section.items
            } else {
                &mut section.intro
            };
            match texts.last_mut().filter(|_| is_open) {
                Some(last) => *last = format!("{last} {}", plain(text)),
                None => texts.push(plain(text)),
            }
        }
        is_open = true;
    }
    sections
}

/// Without the signs of Markdown: emphasis, code, and of a link its text.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '[']) {
        plain.push_str(&rest[..at]);
        let sign = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        let link = rest.split_once("](").and_then(|(text, after)| {
            let (_, after) = after.split_once(')')?;
            (sign == b'[').then_some((text, after))
        });
        if let Some((text, after)) = link {
            plain.push_str(text);
            rest = after;
        } else if sign == b'[' {
            plain.push('[');
        }
    }
    plain.push_str(rest);
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_lines_and_lose_their_signs() {
        let text = "# Changelog\n\nAll of it.\n\n## 0.2.0\n\nA second\nversion.\n\n- *Coins* by `uv`,\n  see [the \
                    page](https://x.y).\n- [x] two\n\n## 0.1.0\n\n- one\n";
        let sections = newest(text);
        assert_eq!(sections[0].title, "0.2.0");
        assert_eq!(sections[0].intro, ["A second version."]);
        assert_eq!(sections[0].items, ["Coins by uv, see the page.", "[x] two"]);
        assert_eq!(sections[1].items, ["one"]);
    }

    #[test]
    fn older_sections_are_left_out_when_there_is_enough() {
        let many = "- one\n".repeat(ENOUGH_ITEMS);
        let text = format!("## 3\n{many}## 2\n- old\n");
        assert_eq!(newest(&text).len(), 1);
        assert_eq!(newest(""), []);
    }

    #[test]
    fn the_changelog_of_this_program_has_news() {
        let sections = newest(include_str!("../../../CHANGELOG.md"));
        assert!(sections.iter().any(|section| !section.items.is_empty()));
        let is_plain = |text: &String| !text.contains(['`', '*', '\n']);
        assert!(sections.iter().flat_map(|s| &s.items).all(is_plain));
    }
}
