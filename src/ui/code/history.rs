//! History: undo and redo of one text, by what changed. It belongs to the text alone; the graph has its own.

use super::typing::Selection;

/// What was done to a text and can be undone.
#[derive(Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The next letter begins a step of its own.
    is_closed: bool,
}

#[derive(Debug, PartialEq)]
struct Step {
    at: usize,
    removed: String,
    inserted: String,
    before: Selection,
    after: Selection,
}

/// So many steps can be undone.
const MOST: usize = 1000;

impl History {
    /// The text was changed: how it was, and how it is now. Letters that are typed one after another are one step, word
    /// by word.
    pub fn record(&mut self, before: (&str, Selection), after: (&str, Selection)) {
        let Some(step) = step(before, after) else {
            return;
        };
        self.undone.clear();
        let is_closed = std::mem::take(&mut self.is_closed);
        if let Some(last) = self.done.last_mut().filter(|_| !is_closed)
            && last.goes_on(&step)
        {
            last.join(step);
            return;
        }
        if self.done.len() == MOST {
            self.done.remove(0);
        }
        self.done.push(step);
    }

    /// What comes next is a step of its own.
    pub fn close(&mut self) {
        self.is_closed = true;
    }

    /// What is selected afterwards; `None`: nothing was left to undo.
    pub fn undo(&mut self, text: &mut String) -> Option<Selection> {
        let step = self.done.pop()?;
        text.replace_range(step.at..step.at + step.inserted.len(), &step.removed);
        let selection = step.before;
        self.undone.push(step);
        self.is_closed = true;
        Some(selection)
    }

    pub fn redo(&mut self, text: &mut String) -> Option<Selection> {
        let step = self.undone.pop()?;
        text.replace_range(step.at..step.at + step.removed.len(), &step.inserted);
        let selection = step.after;
        self.done.push(step);
        self.is_closed = true;
        Some(selection)
    }
}

impl Step {
    /// Is the next step more of the same: a letter after a letter, or one more that is rubbed out?
    fn goes_on(&self, next: &Self) -> bool {
        let is_word = |text: &str| {
            text.chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let is_one = |text: &str| text.chars().nth(1).is_none() && !text.contains('\n');
        if next.removed.is_empty() && self.removed.is_empty() {
            let last = self
                .inserted
                .chars()
                .next_back()
                .map(String::from)
                .unwrap_or_default();
            return is_one(&next.inserted)
                && !self.inserted.contains('\n')
                && next.at == self.at + self.inserted.len()
                && (is_word(&last) || !is_word(&next.inserted));
        }
        next.inserted.is_empty()
            && self.inserted.is_empty()
            && is_one(&next.removed)
            && !self.removed.contains('\n')
            && [next.at + next.removed.len(), next.at].contains(&self.at)
    }

    fn join(&mut self, next: Self) {
        self.inserted.push_str(&next.inserted);
        if next.at < self.at {
            self.removed.insert_str(0, &next.removed);
            self.at = next.at;
        } else {
            self.removed.push_str(&next.removed);
        }
        self.after = next.after;
    }
}

/// What is different between two texts, as one piece.
fn step(before: (&str, Selection), after: (&str, Selection)) -> Option<Step> {
    let (old, new) = (before.0, after.0);
    let bytes = old.bytes().zip(new.bytes());
    let same = bytes.take_while(|(a, b)| a == b).count();
    if same == old.len() && same == new.len() {
        return None;
    }
    let start = old
        .floor_char_boundary(same)
        .min(new.floor_char_boundary(same));
    let rest = old.len().min(new.len()) - start;
    let ends = old.bytes().rev().zip(new.bytes().rev()).take(rest);
    let mut tail = ends.take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(old.len() - tail) {
        tail -= 1;
    }
    Some(Step {
        at: start,
        removed: old[start..old.len() - tail].to_owned(),
        inserted: new[start..new.len() - tail].to_owned(),
        before: before.1,
        after: after.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Typed {
        text: String,
        history: History,
    }

    impl Typed {
        fn new(text: &str) -> Self {
            Self {
                text: text.to_owned(),
                history: History::default(),
            }
        }

        fn becomes(&mut self, text: &str) {
            let selection = |text: &str| Selection::at(text.len());
            let before = (&*self.text, selection(&self.text));
            self.history.record(before, (text, selection(text)));
            self.text = text.to_owned();
        }

        fn types(&mut self, more: &str) {
            for letter in more.chars() {
                let text = format!("{}{letter}", self.text);
                self.becomes(&text);
            }
        }

        fn undo(&mut self) -> &str {
            self.history.undo(&mut self.text);
            &self.text
        }

        fn redo(&mut self) -> &str {
            self.history.redo(&mut self.text);
            &self.text
        }
    }

    #[test]
    fn words_are_undone_one_by_one_and_come_back() {
        let mut typed = Typed::new("");
        typed.types("x = größe + 1\ny");
        for expected in [
            "x = größe + 1\n",
            "x = größe + 1",
            "x = größe + ",
            "x = ",
            "",
        ] {
            assert_eq!(typed.undo(), expected);
        }
        assert_eq!(typed.undo(), "");
        assert_eq!(typed.redo(), "x = ");
        typed.types("2");
        assert_eq!(typed.redo(), "x = 2", "what was undone is gone");
    }

    #[test]
    fn rubbing_out_is_one_step_and_pasting_another() {
        let mut typed = Typed::new("abc def");
        for text in ["abc de", "abc d", "abc "] {
            typed.becomes(text);
        }
        typed.becomes("abc one\ntwo");
        typed.becomes("äbc one\ntwo");
        for expected in ["abc one\ntwo", "abc ", "abc def"] {
            assert_eq!(typed.undo(), expected);
        }
        for expected in ["abc ", "abc one\ntwo", "äbc one\ntwo"] {
            assert_eq!(typed.redo(), expected);
        }
        typed.becomes("öbc one\ntwo");
        assert_eq!(
            typed.undo(),
            "äbc one\ntwo",
            "letters that share their first byte"
        );
    }

    #[test]
    fn a_closed_step_takes_no_more_letters() {
        let mut typed = Typed::new("");
        typed.types("ab");
        typed.history.close();
        typed.types("cd");
        assert_eq!(typed.undo(), "ab");
        typed.becomes("ab");
        assert_eq!(typed.undo(), "", "no change is no step");
    }
}
