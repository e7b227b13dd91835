//! Sources that are written in the window: opened, saved and watched in the background, and the questions before a text
//! is lost. What is typed is `ui::code`'s; what a saved source means for the graph is the rescan's of `open.rs`.

mod copying;
mod keep;
mod lint;
mod new_kinds;
mod pasting;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{App, Event};
use crate::document::file::write_atomic;
use crate::graph::Bank;
use crate::nodebank::code::Place;
use crate::paths::read_bounded;
use crate::project::unsaved::Unsaved;
use crate::project::{ENVIRONMENT, Slot};
use crate::ui::Level;
use crate::ui::code::{CodeAction, File, Hint, with_plain_ends};
use crate::ui::dialogs::{AfterSave, Dialog};
use crate::ui::focus::Part;
use crate::ui::shell::Pane;
use keep::Keeping;
use lint::Linting;
use new_kinds::{Made, NewKinds};

/// A source that is larger was written by no person.
const MOST_BYTES: u64 = 4 << 20;

/// What goes on around the sources of one project.
#[derive(Default)]
pub(super) struct CodeWork {
    keeping: Keeping,
    linting: Linting,
    /// Kinds that are used as soon as they are known.
    new_kinds: Vec<NewKinds>,
    /// Files that are closed as soon as they are saved.
    closing: Vec<PathBuf>,
    /// The sources changed while somebody was looking at them: to be looked at once more.
    pub(super) wants_rescan: bool,
    /// What goes on when all are saved.
    after_save: Option<AfterSave>,
}

/// What the background found out about a source.
#[derive(Debug)]
pub enum CodeEvent {
    Read {
        path: PathBuf,
        line: u32,
        result: Result<String, String>,
    },
    Written {
        path: PathBuf,
        text: String,
        result: Result<Written, String>,
    },
    /// What the disk has of a source that is open; `None`: no such file.
    OnDisk { path: PathBuf, text: Option<String> },
    /// A source of new kinds was made.
    Made {
        result: Result<Made, String>,
        wanted: NewKinds,
    },
    /// What is typed and not saved, and in which slot if it may not lie in the project.
    Kept(Result<Option<Arc<Slot>>, String>),
    /// Others removed what is kept.
    Gone,
    /// The other texts of sources that two windows typed in, of which this is the first.
    PutOff {
        name: String,
        result: Result<(), String>,
    },
    /// Nothing that is of use.
    Nothing,
    Recovered {
        /// Texts that an earlier Loom had not saved when it ended, each with what its file holds, if it is there.
        texts: Vec<(Unsaved, Option<String>)>,
        /// Where others lie, which this machine did not write.
        foreign: Option<PathBuf>,
        /// Where some of them lie.
        slots: Vec<Arc<Slot>>,
    },
    Linted {
        path: PathBuf,
        revision: u64,
        hints: Vec<Hint>,
    },
}

/// How writing a source went.
#[derive(Debug)]
pub enum Written {
    Done,
    /// Not at all: the file is another than the editor knows; this is in it.
    Changed(Option<String>),
}

/// The text of a source.
pub(super) fn read_source(path: &Path) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is no text in UTF-8");
    String::from_utf8(read_bounded(path, MOST_BYTES)?).map_err(not_text)
}

/// Write a source, unless the disk has another text than `known`. A file that is gone is written again.
fn write(path: &Path, text: &str, known: &str) -> io::Result<Written> {
    let on_disk = match read_source(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let is_known = on_disk
        .as_ref()
        .is_none_or(|text| with_plain_ends(text).0 == known);
    if !is_known {
        return Ok(Written::Changed(on_disk));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write_atomic(path, text.as_bytes())?;
    Ok(Written::Done)
}

impl App {
    pub(super) fn code_action(&mut self, action: CodeAction) {
        match action {
            CodeAction::Open(path, line) => self.open_code(path, line),
            CodeAction::Save(path) => self.save_code(&path),
            CodeAction::Close(path) => self.close_code_asked(&path),
            CodeAction::New(typed, at) => self.make_node(typed, at),
            CodeAction::Copy(path, function) => self.copy_function(&path, &function),
        }
    }

    pub(super) fn on_code_event(&mut self, event: CodeEvent) {
        match event {
            CodeEvent::Read { path, line, result } => self.code_read(path, line, result),
            CodeEvent::Written { path, text, result } => self.code_written(&path, text, result),
            CodeEvent::OnDisk { path, text } => {
                if let Some(file) = self.project.panels.code.file_mut(&path)
                    && file.found_on_disk(text.as_deref())
                {
                    let name = file.name();
                    self.notify(
                        Level::Info,
                        format!("{name} was changed by another program and is read again"),
                    );
                }
            }
            CodeEvent::Made { result, wanted } => self.kinds_made(result, wanted),
            CodeEvent::Kept(result) => self.code_kept(result),
            CodeEvent::Gone => self.code_gone(),
            CodeEvent::Nothing => {}
            CodeEvent::Recovered {
                texts,
                foreign,
                slots,
            } => self.code_recovered(texts, foreign, slots),
            CodeEvent::PutOff { name, result } => self.code_put_off(&name, result),
            CodeEvent::Linted {
                path,
                revision,
                hints,
            } => self.code_linted(&path, revision, hints),
        }
    }

    /// Do blocking work for the sources of the project that is shown.
    fn in_background(&self, work: impl FnOnce() -> CodeEvent + Send + 'static) {
        let project = self.project.serial;
        self.services.spawn(move || Event::Code {
            project,
            event: work(),
        });
    }

    /// Is the keyboard in the panel, with a source open there? Then Save, Find and Close are about that.
    pub(super) fn is_in_code(&self) -> bool {
        let panels = &self.project.panels;
        panels.focus.is_in(Part::Pane(Pane::Code)) && panels.code.shown().is_some()
    }

    /// Is a save meant for the source that is shown?
    pub(super) fn saves_code(&self) -> bool {
        let shown = self.project.panels.code.shown();
        self.is_in_code() && shown.is_some_and(File::is_unsaved)
    }

    /// Open a source at a line and give it the keyboard.
    fn open_code(&mut self, path: PathBuf, line: u32) {
        let code = &mut self.project.panels.code;
        if code.show(&path) {
            if let Some(file) = code.file_mut(&path) {
                file.go_to_line(line);
            }
            self.show_code();
        } else {
            self.in_background(move || CodeEvent::Read {
                result: read_source(&path).map_err(|error| error.to_string()),
                path,
                line,
            });
        }
    }

    /// Show the panel; its text gets the keyboard.
    pub(super) fn show_code(&mut self) {
        self.shell.show(Pane::Code);
        self.project.panels.code.focus();
    }

    fn code_read(&mut self, path: PathBuf, line: u32, result: Result<String, String>) {
        match result {
            Ok(text) => {
                let mut file = self.code_file(path, &text);
                file.go_to_line(line);
                self.project.panels.code.open(file);
                self.show_code();
            }
            Err(reason) => self.notify(
                Level::Error,
                format!(
                    "The source cannot be opened here: {reason}: {}",
                    path.display()
                ),
            ),
        }
    }

    /// A source for the panel, as the disk has it.
    fn code_file(&self, path: PathBuf, text: &str) -> File {
        let kinds = self.project.catalog.kinds();
        let known = kinds
            .iter()
            .find(|kind| kind.file.as_deref() == Some(&*path));
        let is_in_project = self
            .project
            .folder
            .as_ref()
            .is_some_and(|folder| path.starts_with(folder));
        let (bank, family) = match known {
            Some(kind) => (kind.bank, kind.family.clone()),
            None if path.starts_with(self.paths.builtin_bank()) => {
                (Bank::Builtin, "General".into())
            }
            None if is_in_project => (Bank::Project, "Project".into()),
            None => (Bank::Custom, "Custom".into()),
        };
        let place = Place {
            bank,
            family,
            file: path.as_path().into(),
        };
        let mut file = File::new(path, place, text);
        let environment = self.project.folder.as_ref().map(|it| it.join(ENVIRONMENT));
        let is_installed = environment.is_some_and(|folder| file.path.starts_with(folder));
        file.read_only = match bank {
            Bank::Builtin => Some("it comes with Loom and can only be read".to_owned()),
            Bank::Package if is_installed => {
                Some("it belongs to a package and can only be read".to_owned())
            }
            _ => None,
        };
        file
    }

    fn shown_code(&self) -> Option<PathBuf> {
        let shown = self.project.panels.code.shown()?;
        Some(shown.path.clone())
    }

    /// Write what is shown.
    pub(super) fn save_shown_code(&mut self) {
        if let Some(path) = self.shown_code() {
            self.save_code(&path);
        }
    }

    fn save_code(&mut self, path: &Path) {
        let Some(file) = self.project.panels.code.file_mut(path) else {
            return;
        };
        if file.question.is_some() {
            let name = file.name();
            self.shell.show(Pane::Code);
            self.project.panels.code.show(path);
            self.notify(
                Level::Warning,
                format!("{name} is not saved: answer the question above its text first"),
            );
            return;
        }
        if file.writing.is_some() || !file.is_unsaved() {
            return;
        }
        let (text, known) = (file.text().to_owned(), file.saved().to_owned());
        let for_disk = file.for_disk(&text);
        file.writing = Some(text.clone());
        let path = path.to_owned();
        let signed = self.signer();
        self.in_background(move || {
            let result = write(&path, &for_disk, &known).map_err(|error| error.to_string());
            if matches!(result, Ok(Written::Done)) {
                signed(&path);
            }
            CodeEvent::Written { path, text, result }
        });
    }

    fn code_written(&mut self, path: &Path, text: String, result: Result<Written, String>) {
        let Some(file) = self.project.panels.code.file_mut(path) else {
            return;
        };
        file.writing = None;
        let name = file.name();
        match result {
            Ok(Written::Done) => {
                file.set_saved(text);
                let is_saved = !file.is_unsaved();
                let work = &mut self.project.code;
                let closes = work.closing.iter().any(|closing| closing == path);
                if closes {
                    work.closing.retain(|closing| closing != path);
                    if is_saved {
                        self.project.panels.code.close(path);
                    }
                }
                self.notify(Level::Success, format!("{name} is saved"));
                self.sources_changed();
            }
            Ok(Written::Changed(on_disk)) => {
                if file.found_on_disk(on_disk.as_deref()) || file.question.is_none() {
                    self.save_code(path);
                } else {
                    self.shell.show(Pane::Code);
                    self.project.panels.code.show(path);
                    self.notify(
                        Level::Warning,
                        format!("{name} is not saved: another program changed it; whose text is it to be?"),
                    );
                }
            }
            Err(reason) => {
                // Nobody may be waiting for it any more when it can be saved.
                self.project.code.after_save = None;
                self.notify(
                    Level::Error,
                    format!(
                        "{name} is not saved: {reason}; check that you may write there: {}",
                        path.display()
                    ),
                );
            }
        }
        if !self.project.panels.code.is_unsaved()
            && let Some(then) = self.project.code.after_save.take()
        {
            self.after_saves.push(then);
        }
    }

    /// Write all that is not saved; `then` goes on when it is.
    pub(super) fn save_all_code(&mut self, then: AfterSave) {
        let unsaved = self
            .project
            .panels
            .code
            .files()
            .iter()
            .filter(|file| file.is_unsaved());
        let unsaved: Vec<PathBuf> = unsaved.map(|file| file.path.clone()).collect();
        if !unsaved.is_empty() {
            self.project.code.after_save = Some(then);
        }
        for path in unsaved {
            self.save_code(&path);
        }
    }

    /// What is not saved is not wanted.
    pub(super) fn discard_code(&mut self) {
        for file in self.project.panels.code.files_mut() {
            let text = file.text().to_owned();
            file.set_saved(text);
        }
        self.forget_unsaved_code();
    }

    pub(super) fn close_shown_code(&mut self) {
        if let Some(path) = self.shown_code() {
            self.close_code_asked(&path);
        }
    }

    fn close_code_asked(&mut self, path: &Path) {
        let Some(file) = self.project.panels.code.file(path) else {
            return;
        };
        if file.is_unsaved() {
            self.dialog = Some(Dialog::UnsavedCode {
                name: file.name(),
                path: path.to_owned(),
            });
        } else {
            self.close_code(path);
        }
    }

    /// Close a source, whatever is in it.
    pub(super) fn close_code(&mut self, path: &Path) {
        self.project.panels.code.close(path);
        if self.project.panels.code.shown().is_some() {
            self.show_code();
        } else {
            self.project.panels.focus.go(Part::Pane(Pane::Code));
        }
    }

    pub(super) fn save_and_close_code(&mut self, path: &Path) {
        self.project.code.closing.push(path.to_owned());
        self.save_code(path);
    }

    /// See what other programs did to the sources that are open.
    pub(super) fn look_at_open_code(&mut self) {
        for file in self.project.panels.code.files() {
            let path = file.path.clone();
            self.in_background(move || {
                let text = match read_source(&path) {
                    Ok(text) => Some(text),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    // What cannot be read just now is as it was.
                    Err(_) => return CodeEvent::Nothing,
                };
                CodeEvent::OnDisk { path, text }
            });
        }
    }

    /// Open the source of the selected node at its function.
    pub(super) fn edit_code(&mut self) {
        if let Some((path, line)) = self.selected_source() {
            self.open_code(path, line);
        }
    }

    pub(super) fn open_code_outside(&mut self) {
        if let Some((path, line)) = self.selected_source() {
            self.open_source(&path, line);
        }
    }

    pub(super) fn selected_source(&self) -> Option<(PathBuf, u32)> {
        let node = self.project.document.selected_node()?;
        let file = node.kind.file.as_ref()?;
        Some((file.to_path_buf(), node.kind.line))
    }

    /// Names of the sources of a project that are not saved.
    pub(super) fn names_of_unsaved_code(&self) -> impl Iterator<Item = String> {
        let files = self
            .projects()
            .flat_map(|project| project.panels.code.files());
        files.filter(|file| file.is_unsaved()).map(File::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_written_unless_the_disk_has_another_than_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nodes").join("mine.py");
        assert!(
            matches!(write(&path, "a\n", ""), Ok(Written::Done)),
            "a new one, and its folder"
        );
        assert!(matches!(write(&path, "b\r\n", "a\n"), Ok(Written::Done)));
        assert!(
            matches!(write(&path, "c\n", "b\n"), Ok(Written::Done)),
            "ends of lines are no change"
        );
        fs::write(&path, "theirs\n").unwrap();
        let refused = write(&path, "d\n", "c\n").unwrap();
        assert!(matches!(refused, Written::Changed(Some(text)) if text == "theirs\n"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\n");
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(
            write(&path, "d\n", "c\n").is_err(),
            "what is no text is not written over"
        );
        fs::remove_file(&path).unwrap();
        assert!(matches!(write(&path, "d\n", "c\n"), Ok(Written::Done)));
    }
}
