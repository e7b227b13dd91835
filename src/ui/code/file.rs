//! File: a source that is open in the editor: its text, what of it is saved, its cursor and its own undo. Reads and
//! writes nothing: `app` brings texts and takes them to the disk.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::history::History;
use super::typing::{self, Change, Selection};
use crate::nodebank::code::{Code, Place};

/// A source that is open.
#[derive(Debug)]
pub struct File {
    pub path: PathBuf,
    pub place: Place,
    /// Why it can only be looked at.
    pub read_only: Option<String>,
    /// Its lines end as on Windows.
    pub is_crlf: bool,
    text: String,
    /// What the file on the disk holds, as far as is known.
    saved: String,
    pub(super) selection: Selection,
    history: History,
    /// Another number is another text.
    revision: u64,
    /// It is being written; the text that is, and whether it is closed then.
    pub writing: Option<String>,
    pub question: Option<Question>,
    pub hints: Hints,
    /// The cursor is to be brought into view.
    pub(super) reveal: Reveal,
    code: Arc<Code>,
    /// Of which revision that was read.
    code_of: Option<u64>,
}

/// Where the cursor is to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reveal {
    /// Where it is.
    #[default]
    No,
    Anywhere,
    InMiddle,
}

/// What only the user can decide. Until then nothing is written and nothing lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Another program wrote the file while there were unsaved changes here: what it holds now.
    Changed { theirs: String },
    /// Another program deleted it.
    Deleted,
    /// The text is what an earlier Loom had not saved when it ended: what the file holds.
    Recovered { theirs: String },
}

/// What a text was made of that was not saved when an earlier Loom ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOf {
    /// What the file holds now, as far as is known.
    File,
    /// Another text: something else wrote the file since.
    Another,
    /// A file that is not there any more.
    Gone,
}

/// What the checker of another program says, and of which text.
#[derive(Debug, Default)]
pub struct Hints {
    pub of_revision: u64,
    pub all: Vec<Hint>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// From 1.
    pub line: u32,
    /// Such as `F401`.
    pub code: String,
    pub message: String,
}

/// The disk's lines with the one end that the editor knows.
pub fn with_plain_ends(text: &str) -> (String, bool) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (text.replace("\r\n", "\n"), text.contains("\r\n"))
}

impl File {
    /// A file as the disk has it.
    pub fn new(path: PathBuf, place: Place, on_disk: &str) -> Self {
        let (text, is_crlf) = with_plain_ends(on_disk);
        Self {
            path,
            place,
            read_only: None,
            is_crlf,
            saved: text.clone(),
            text,
            selection: Selection::default(),
            history: History::default(),
            revision: 1,
            writing: None,
            question: None,
            hints: Hints::default(),
            reveal: Reveal::InMiddle,
            code: Arc::default(),
            code_of: None,
        }
    }

    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn saved(&self) -> &str {
        &self.saved
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn is_unsaved(&self) -> bool {
        self.text != self.saved
    }

    /// The line of the cursor, from 1.
    pub fn line(&self) -> u32 {
        typing::line_at(&self.text, self.selection.head)
    }

    /// Put the cursor at the beginning of a line's text, and show it.
    pub fn go_to_line(&mut self, line: u32) {
        let start = typing::place_of_line(&self.text, line);
        let rest = &self.text[start..];
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.select(Selection::at(start + indent));
        self.reveal = Reveal::InMiddle;
    }

    pub(super) fn select(&mut self, selection: Selection) {
        self.selection = selection.inside(&self.text);
        self.reveal = Reveal::Anywhere;
        self.history.close();
    }

    /// What was read of the text as it is.
    pub fn code(&mut self) -> Arc<Code> {
        if self.code_of != Some(self.revision) {
            self.code_of = Some(self.revision);
            self.code = Arc::new(Code::read(&self.text, &self.place));
        }
        self.code.clone()
    }

    /// Let a text field change the text; what it did can be undone.
    pub(super) fn typed<T>(
        &mut self,
        field: impl FnOnce(&mut String) -> (T, Option<Selection>),
    ) -> T {
        let before = self.text.clone();
        let (result, selection) = field(&mut self.text);
        let selection = selection.unwrap_or(self.selection).inside(&self.text);
        if before == self.text {
            if selection != self.selection {
                self.history.close();
            }
        } else {
            let (old, new) = ((&*before, self.selection), (&*self.text, selection));
            self.history.record(old, new);
            self.revision += 1;
        }
        self.selection = selection;
        result
    }

    pub(super) fn change(&mut self, change: &Change) {
        if self.read_only.is_some() {
            return;
        }
        self.history.close();
        self.typed(|text| {
            change.apply(text);
            ((), Some(change.after))
        });
        self.history.close();
        self.reveal = Reveal::Anywhere;
    }

    /// Another text in the place of all of it; can be undone.
    pub(super) fn replace(&mut self, with: String) {
        let head = self.selection.head.min(with.len());
        let change = Change {
            range: 0..self.text.len(),
            with,
            after: Selection::at(head),
        };
        self.change(&change);
    }

    pub(super) fn undo(&mut self) {
        let selection = self.history.undo(&mut self.text);
        self.went(selection);
    }

    pub(super) fn redo(&mut self) {
        let selection = self.history.redo(&mut self.text);
        self.went(selection);
    }

    fn went(&mut self, selection: Option<Selection>) {
        if let Some(selection) = selection {
            self.selection = selection.inside(&self.text);
            self.revision += 1;
            self.reveal = Reveal::Anywhere;
        }
    }

    /// The disk holds this now.
    pub fn set_saved(&mut self, text: String) {
        self.saved = text;
        self.question = None;
    }

    /// What the disk holds is seen: taken where nothing of the user's is lost by it, else asked. `None`: there is no
    /// file any more. Returns whether the text is another now.
    pub fn found_on_disk(&mut self, on_disk: Option<&str>) -> bool {
        if self.writing.is_some() || matches!(self.question, Some(Question::Recovered { .. })) {
            return false;
        }
        let Some(on_disk) = on_disk else {
            // One that was never there, or is known to be gone, is no question.
            if !self.saved.is_empty() {
                self.question = Some(Question::Deleted);
            }
            return false;
        };
        let (theirs, is_crlf) = with_plain_ends(on_disk);
        if matches!(&self.question, Some(Question::Changed { theirs: asked }) if *asked == theirs) {
            // It may be all that is known of the disk, where this text came back.
        } else if theirs == self.saved {
            self.question = None;
        } else if theirs == self.text {
            self.set_saved(theirs);
        } else if self.is_unsaved() {
            self.question = Some(Question::Changed { theirs });
        } else {
            self.is_crlf = is_crlf;
            self.take(theirs);
            return true;
        }
        false
    }

    /// An earlier Loom ended before this text was saved. Is the file what it was made of still?
    pub fn recover(&mut self, text: String, made_of: MadeOf) {
        if text == self.text && made_of != MadeOf::Gone {
            return;
        }
        let theirs = self.saved.clone();
        self.replace(text);
        self.question = Some(match made_of {
            MadeOf::File => Question::Recovered { theirs },
            MadeOf::Another => Question::Changed { theirs },
            MadeOf::Gone => Question::Deleted,
        });
    }

    /// The text here is the one that counts; what the disk has is known and will be written over.
    pub fn keep_mine(&mut self) {
        match self.question.take() {
            Some(Question::Changed { theirs } | Question::Recovered { theirs }) => {
                self.saved = theirs;
            }
            Some(Question::Deleted) => {
                // Nothing on the disk is what it has.
                self.saved = String::new();
            }
            None => {}
        }
    }

    /// What the disk has is the one that counts; mine can be had back by undo.
    pub fn take_theirs(&mut self) {
        if let Some(Question::Changed { theirs } | Question::Recovered { theirs }) =
            self.question.take()
        {
            self.take(theirs);
        }
    }

    fn take(&mut self, theirs: String) {
        let is_kept = self.read_only.take();
        self.replace(theirs.clone());
        self.read_only = is_kept;
        self.set_saved(theirs);
    }

    /// The text as it is written to the disk.
    pub fn for_disk(&self, text: &str) -> String {
        if self.is_crlf {
            text.replace('\n', "\r\n")
        } else {
            text.to_owned()
        }
    }
}

pub(super) fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
pub(super) fn file(text: &str) -> File {
    let path = PathBuf::from("/project/nodes/mine.py");
    let place = Place {
        bank: crate::graph::Bank::Project,
        family: "Project".into(),
        file: path.as_path().into(),
    };
    File::new(path, place, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_program_wrote_is_taken_where_nothing_is_lost_and_asked_where_something_is() {
        let mut mine = file("a\n");
        assert!(mine.found_on_disk(Some("b\r\n")), "nothing was unsaved");
        assert_eq!(
            (mine.text(), mine.is_unsaved(), mine.is_crlf),
            ("b\n", false, true)
        );
        mine.undo();
        assert_eq!(mine.text(), "a\n");
        mine.redo();

        mine.replace("mine\n".to_owned());
        assert!(!mine.found_on_disk(Some("theirs\n")));
        assert_eq!(mine.text(), "mine\n");
        let asked = mine.question.clone();
        assert!(matches!(&asked, Some(Question::Changed { theirs }) if theirs == "theirs\n"));
        mine.keep_mine();
        assert!(mine.is_unsaved() && mine.question.is_none());
        assert_eq!(mine.saved(), "theirs\n", "a save writes over what was seen");

        mine.question = asked;
        mine.take_theirs();
        assert_eq!((mine.text(), mine.is_unsaved()), ("theirs\n", false));
        mine.undo();
        assert_eq!(mine.text(), "mine\n", "and can be had back");

        assert!(!mine.found_on_disk(Some("mine\n")), "both wrote the same");
        assert!(!mine.is_unsaved());
        mine.found_on_disk(None);
        assert_eq!(mine.question, Some(Question::Deleted));
        mine.keep_mine();
        assert!(mine.is_unsaved());
        mine.found_on_disk(None);
        assert_eq!(mine.question, None, "asked once");
    }

    #[test]
    fn what_was_recovered_is_unsaved_until_the_user_decides() {
        let mut mine = file("saved");
        mine.recover("not saved".to_owned(), MadeOf::File);
        assert!(mine.is_unsaved());
        assert!(!mine.found_on_disk(Some("saved")));
        assert!(mine.question.is_some());
        mine.take_theirs();
        assert_eq!((mine.text(), mine.is_unsaved()), ("saved", false));
        mine.recover("saved".to_owned(), MadeOf::Another);
        assert_eq!(mine.question, None);
        // What something else did to the file meanwhile is told, and is asked about as ever.
        mine.recover("not saved".to_owned(), MadeOf::Another);
        assert!(!mine.found_on_disk(Some("saved")), "as it was then");
        let theirs = "saved".to_owned();
        assert_eq!(mine.question, Some(Question::Changed { theirs }));
        mine.found_on_disk(Some("another"));
        let theirs = "another".to_owned();
        assert_eq!(mine.question, Some(Question::Changed { theirs }));
        let mut gone = file("");
        gone.recover("not saved".to_owned(), MadeOf::Gone);
        assert_eq!(gone.question, Some(Question::Deleted));
    }

    #[test]
    fn a_source_that_is_only_to_be_looked_at_stays() {
        let mut builtin = file("a");
        builtin.read_only = Some("built in".to_owned());
        builtin.replace("b".to_owned());
        assert_eq!(builtin.text(), "a");
        assert!(
            builtin.found_on_disk(Some("b")),
            "but the disk may change it"
        );
        assert_eq!(builtin.text(), "b");
    }

    #[test]
    fn the_cursor_goes_to_lines() {
        let mut mine = file("a\n    b\n");
        mine.go_to_line(2);
        assert_eq!((mine.selection, mine.line()), (Selection::at(6), 2));
        mine.go_to_line(9);
        assert_eq!(mine.line(), 3);
    }
}
