//! Typing: what Enter, Tab, Backspace and Ctrl+/ make of a text: pure functions of text and selection. They know how
//! Python is indented and nothing of the window.

use std::ops::Range;

/// Spaces of one step.
pub const STEP: usize = 4;

/// What is selected, in bytes; the cursor is at `head`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub anchor: usize,
    pub head: usize,
}

impl Selection {
    pub fn at(place: usize) -> Self {
        Self {
            anchor: place,
            head: place,
        }
    }

    pub fn of(range: Range<usize>) -> Self {
        Self {
            anchor: range.start,
            head: range.end,
        }
    }

    pub fn range(self) -> Range<usize> {
        self.anchor.min(self.head)..self.anchor.max(self.head)
    }

    /// The same where it lies in this text, on borders of letters.
    pub fn inside(self, text: &str) -> Self {
        let inside = |at: usize| text.floor_char_boundary(at.min(text.len()));
        Self {
            anchor: inside(self.anchor),
            head: inside(self.head),
        }
    }
}

/// One piece of a text that another takes the place of, and what is selected then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub range: Range<usize>,
    pub with: String,
    pub after: Selection,
}

impl Change {
    fn insert(selection: Selection, with: String) -> Self {
        let range = selection.range();
        Self {
            after: Selection::at(range.start + with.len()),
            range,
            with,
        }
    }

    pub fn apply(&self, text: &mut String) {
        text.replace_range(self.range.clone(), &self.with);
    }
}

/// A new line, as far in as the code goes on there.
pub fn enter(text: &str, selection: Selection) -> Change {
    let at = selection.range();
    let line = &text[line_start(text, at.start)..at.start];
    let indent: String = line
        .chars()
        .take_while(|letter| *letter == ' ' || *letter == '\t')
        .collect();
    let code = without_comment(line).trim_end();
    let opens = code.ends_with(['(', '[', '{']);
    let word = code.split_whitespace().next().unwrap_or_default();
    let ends = ["return", "pass", "raise", "break", "continue"].contains(&word);
    let step = " ".repeat(STEP);
    if opens && text[at.end..].starts_with([')', ']', '}']) {
        let inside = format!("\n{indent}{step}");
        let cursor = at.start + inside.len();
        let mut change = Change::insert(selection, format!("{inside}\n{indent}"));
        change.after = Selection::at(cursor);
        return change;
    }
    let inner = if opens || code.ends_with(':') {
        format!("{indent}{step}")
    } else if ends
        && text[at.end..]
            .split('\n')
            .next()
            .unwrap_or_default()
            .trim()
            .is_empty()
    {
        indent[..indent.len().saturating_sub(STEP)].to_owned()
    } else {
        indent
    };
    Change::insert(selection, format!("\n{inner}"))
}

/// Tab: all lines of a selection one step in; without one, spaces to the next step.
pub fn indent(text: &str, selection: Selection) -> Change {
    let range = selection.range();
    if range.is_empty() {
        let column = text[line_start(text, range.start)..range.start]
            .chars()
            .count();
        return Change::insert(selection, " ".repeat(STEP - column % STEP));
    }
    map_lines(text, selection, |line| {
        let is_empty = line.trim().is_empty();
        (0, 0, " ".repeat(if is_empty { 0 } else { STEP }))
    })
}

/// Shift+Tab: the line, or all lines of a selection, one step out.
pub fn dedent(text: &str, selection: Selection) -> Change {
    map_lines(text, selection, |line| {
        let spaces = line
            .bytes()
            .take(STEP)
            .take_while(|byte| *byte == b' ')
            .count();
        let tab = usize::from(line.starts_with('\t'));
        (0, spaces.max(tab), String::new())
    })
}

/// Ctrl+/: comments of the selected lines, or code again when all of them are comments.
pub fn toggle_comment(text: &str, selection: Selection) -> Change {
    let block = &text[lines_of(text, selection)];
    let lines = || block.split('\n').filter(|line| !line.trim().is_empty());
    let is_code = lines().any(|line| !line.trim_start().starts_with('#'));
    let column = lines()
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let column = column.unwrap_or(0);
    map_lines(text, selection, |line| {
        let own = line.len() - line.trim_start().len();
        match (line.trim().is_empty(), is_code) {
            (true, _) => (0, 0, String::new()),
            (false, true) => (column, 0, "# ".to_owned()),
            (false, false) => (
                own,
                if line[own..].starts_with("# ") { 2 } else { 1 },
                String::new(),
            ),
        }
    })
}

/// Backspace in the indentation of a line: back to the step before. `None`: it is a usual one.
pub fn backspace(text: &str, selection: Selection) -> Option<Change> {
    let range = selection.range();
    let line = &text[line_start(text, range.start)..range.start];
    if !range.is_empty() || line.len() < 2 || line.bytes().any(|byte| byte != b' ') {
        return None;
    }
    let goes = (line.len() - 1) % STEP + 1;
    let start = range.start - goes;
    Some(Change {
        range: start..range.start,
        with: String::new(),
        after: Selection::at(start),
    })
}

/// Where the bracket is that belongs to the one before or after the cursor, and that one. `brackets`: where all are, in
/// their order.
pub fn bracket_pair(
    text: &str,
    brackets: impl Iterator<Item = usize>,
    at: usize,
) -> Option<[usize; 2]> {
    let mut open: Vec<usize> = Vec::new();
    let mut found = None;
    for place in brackets {
        match text.as_bytes().get(place)? {
            b'(' | b'[' | b'{' => open.push(place),
            closing => {
                let opening = open.pop()?;
                let fits = matches!(
                    (text.as_bytes()[opening], closing),
                    (b'(', b')') | (b'[', b']') | (b'{', b'}')
                );
                if !fits {
                    return None;
                }
                // The one before the cursor counts more than the one after it.
                if [opening + 1, place + 1].contains(&at) {
                    return Some([opening, place]);
                }
                if [opening, place].contains(&at) {
                    found = Some([opening, place]);
                }
            }
        }
    }
    found
}

/// Number of a line, from 1.
pub fn line_at(text: &str, at: usize) -> u32 {
    let lines = text.get(..at).unwrap_or_default().matches('\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

/// Where a line begins, by its number from 1; the last one for those beyond.
pub fn place_of_line(text: &str, line: u32) -> usize {
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
    let skipped = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    starts.take(skipped.saturating_add(1)).last().unwrap_or(0)
}

pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |before| before + 1)
}

/// A line without what stands behind a `#` outside of strings; of strings over several lines it knows nothing.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') => return &line[..at],
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    line
}

/// The whole lines that a selection touches, without the break at their end. One that ends before a line's first
/// letter does not touch that line.
fn lines_of(text: &str, selection: Selection) -> Range<usize> {
    let range = selection.range();
    let last = if !range.is_empty() && text[..range.end].ends_with('\n') {
        range.end - 1
    } else {
        range.end
    };
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |more| last + more);
    line_start(text, range.start)..end
}

/// Change each touched line: at a column, so many bytes go and a text comes.
fn map_lines(
    text: &str,
    selection: Selection,
    change: impl Fn(&str) -> (usize, usize, String),
) -> Change {
    let block = lines_of(text, selection);
    let mut with = String::new();
    let mut after = selection;
    let mut start = block.start;
    for (i, line) in text[block.clone()].split('\n').enumerate() {
        if i > 0 {
            with.push('\n');
        }
        let new_start = block.start + with.len();
        let (column, goes, comes) = change(line);
        let moved = |place: usize| {
            let own = place - start;
            let own = match own.checked_sub(column) {
                None => own,
                // At the place itself a selection takes in what comes.
                Some(0) if own == 0 && !selection.range().is_empty() => own,
                Some(behind) => column + behind.saturating_sub(goes) + comes.len(),
            };
            new_start + own
        };
        let holds = |place: usize| (start..=start + line.len()).contains(&place);
        if holds(selection.anchor) {
            after.anchor = moved(selection.anchor);
        }
        if holds(selection.head) {
            after.head = moved(selection.head);
        }
        with.push_str(&line[..column]);
        with.push_str(&comes);
        with.push_str(&line[column + goes..]);
        start += line.len() + 1;
    }
    // The end of a selection that reaches to the next line's beginning.
    let behind = |place: usize, moved: usize| {
        if place > block.end {
            place + with.len() - block.len()
        } else {
            moved
        }
    };
    after = Selection {
        anchor: behind(selection.anchor, after.anchor),
        head: behind(selection.head, after.head),
    };
    Change {
        range: block,
        with,
        after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with `|` at the cursor and `^` at the other end of the selection.
    fn parse(marked: &str) -> (String, Selection) {
        let head = marked.find('|').unwrap();
        let anchor = marked.find('^');
        let text = marked.replace(['|', '^'], "");
        let selection = match anchor {
            None => Selection::at(head),
            Some(anchor) if anchor < head => Selection {
                anchor,
                head: head - 1,
            },
            Some(anchor) => Selection {
                anchor: anchor - 1,
                head,
            },
        };
        (text, selection)
    }

    fn marked(text: &str, selection: Selection) -> String {
        let mut text = text.to_owned();
        let Selection { anchor, head } = selection;
        if anchor == head {
            text.insert(head, '|');
        } else {
            let (first, second) = if anchor < head {
                ((anchor, '^'), (head, '|'))
            } else {
                ((head, '|'), (anchor, '^'))
            };
            text.insert(second.0, second.1);
            text.insert(first.0, first.1);
        }
        text
    }

    fn check(of: impl Fn(&str, Selection) -> Change, cases: &[(&str, &str)]) {
        for (before, expected) in cases {
            let (mut text, selection) = parse(before);
            let change = of(&text, selection);
            change.apply(&mut text);
            assert_eq!(marked(&text, change.after), *expected, "{before:?}");
        }
    }

    #[test]
    fn enter_goes_on_where_the_code_goes_on() {
        check(
            enter,
            &[
                ("|", "\n|"),
                ("x = 1|", "x = 1\n|"),
                ("    x = 1|", "    x = 1\n    |"),
                ("def f():|", "def f():\n    |"),
                (
                    "    if a:  # why: because|",
                    "    if a:  # why: because\n        |",
                ),
                ("x = 'a:'|", "x = 'a:'\n|"),
                ("f(|)", "f(\n    |\n)"),
                ("    x = [|]", "    x = [\n        |\n    ]"),
                ("f(|", "f(\n    |"),
                ("    return 1|", "    return 1\n|"),
                ("        pass|\n", "        pass\n    |\n"),
                ("    re|turn 1", "    re\n    |turn 1"),
                ("    a^bc|d", "    a\n    |d"),
                ("\tx|", "\tx\n\t|"),
                ("    Args:|", "    Args:\n        |"),
            ],
        );
    }

    #[test]
    fn tab_indents_and_shift_tab_takes_it_back() {
        check(
            indent,
            &[
                ("|", "    |"),
                ("ab|c", "ab  |c"),
                ("abcd|", "abcd    |"),
                ("^ab|", "^    ab|"),
                ("^a\n\nb|\nc", "^    a\n\n    b|\nc"),
                ("x\n^a\n|b", "x\n^    a\n|b"),
                ("|a\nb^", "|    a\n    b^"),
            ],
        );
        check(
            dedent,
            &[
                ("    a|", "a|"),
                ("  a|", "a|"),
                ("a|", "a|"),
                ("\t|a", "|a"),
                ("  |      a", "|    a"),
                ("    ^a\n      b|\n", "^a\n  b|\n"),
            ],
        );
    }

    #[test]
    fn comments_come_and_go() {
        check(
            toggle_comment,
            &[
                ("a|", "# a|"),
                ("    a|", "    # a|"),
                ("    # a|", "    a|"),
                ("#a|", "a|"),
                ("^if a:\n    b\n\n# c|", "^# if a:\n#     b\n\n# # c|"),
                ("^# if a:\n#     b|", "^if a:\n    b|"),
                ("|", "|"),
            ],
        );
    }

    #[test]
    fn backspace_goes_back_a_step_in_the_indentation() {
        for (before, expected) in [
            ("        |a", Some("    |a")),
            ("      |", Some("    |")),
            ("    a|", None),
            (" |", None),
            ("a\n    |", Some("a\n|")),
            ("  ^  |", None),
        ] {
            let (mut text, selection) = parse(before);
            let change = backspace(&text, selection);
            let after = change.map(|change| {
                change.apply(&mut text);
                marked(&text, change.after)
            });
            assert_eq!(after.as_deref(), expected, "{before:?}");
        }
    }

    #[test]
    fn brackets_find_each_other() {
        let text = "f(a[1], {b: (c)})";
        let brackets = || {
            text.match_indices(['(', ')', '[', ']', '{', '}'])
                .map(|(at, _)| at)
        };
        for (at, expected) in [
            (0, None),
            (1, Some([1, 16])),
            (2, Some([1, 16])),
            (6, Some([3, 5])),
            (17, Some([1, 16])),
            (16, Some([8, 15])),
        ] {
            assert_eq!(bracket_pair(text, brackets(), at), expected, "{at}");
        }
        assert_eq!(bracket_pair("(]", [0, 1].into_iter(), 1), None);
        assert_eq!(bracket_pair("(", [0].into_iter(), 1), None);
    }

    #[test]
    fn lines_are_counted_and_found() {
        let text = "a\nbc\n\nd";
        for (line, place) in [(1, 0), (2, 2), (3, 5), (4, 6)] {
            assert_eq!(place_of_line(text, line), place);
            assert_eq!(line_at(text, place), line);
        }
        assert_eq!(place_of_line(text, 0), 0);
        assert_eq!(place_of_line(text, 99), 6);
    }
}
