//! Keeping work: saving off the UI's thread, a recovery copy while there are changes, and the question before any
//! are thrown away.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::{App, Event};
use crate::document::file;
use crate::project::recovery;
use crate::ui::Level;
use crate::ui::dialogs::{AfterSave, Answer, Dialog};

/// How often the recovery copy is renewed while there are changes.
const RECOVERY_EVERY: Duration = Duration::from_secs(30);

impl App {
    /// Write the savefile in the background; `then` goes on when it is written.
    pub(super) fn save(&mut self, then: Option<AfterSave>) {
        if let Some(reason) = self.project.read_only.clone() {
            self.notify(Level::Error, format!("Not saved: {reason}"));
            return;
        }
        let Some(path) = self.project.savefile() else {
            return;
        };
        if self.project.is_saving {
            return;
        }
        self.project.is_saving = true;
        let document = self.project.document.clone();
        let mark = document.history().mark();
        let serial = self.project.serial;
        self.services.spawn(move || {
            let result = file::save(&document, &path).map_err(|error| error.to_string());
            Event::Saved {
                project: serial,
                mark,
                result,
                then,
            }
        });
    }

    pub(super) fn saved(
        &mut self,
        mark: u64,
        result: Result<Option<String>, String>,
        then: Option<AfterSave>,
    ) {
        self.project.is_saving = false;
        match result {
            Ok(written) => {
                if let Some(time) = written {
                    self.project.document.meta.set_modified(&time);
                }
                self.project.document.set_saved(mark);
                if !self.project.document.is_dirty() {
                    self.drop_recovery_copy();
                }
                if let Some(then) = then {
                    self.go_on(then);
                } else {
                    self.notify(Level::Success, "Saved");
                }
            }
            Err(reason) => self.notify(Level::Error, reason),
        }
    }

    /// Renew the recovery copy when it is due. Called every frame; an idle window is woken for it.
    pub(super) fn keep_recovery_copy(&mut self, context: &egui::Context) {
        let project = &mut self.project;
        let mark = project.document.history().mark();
        if !project.document.is_dirty()
            || project.recovery_mark == Some(mark)
            || project.folder.is_none()
        {
            return;
        }
        let due = *project
            .recovery_at
            .get_or_insert_with(|| Instant::now() + RECOVERY_EVERY);
        let now = Instant::now();
        if now < due {
            context.request_repaint_after(due - now);
            return;
        }
        project.recovery_at = Some(now + RECOVERY_EVERY);
        project.recovery_mark = Some(mark);
        let Some(folder) = project.folder.clone() else {
            return;
        };
        let (document, serial) = (project.document.clone(), project.serial);
        self.services.spawn(move || {
            let text = file::to_text(&document, None);
            let result = recovery::keep(&folder, &text).map_err(|error| error.to_string());
            Event::RecoveryKept {
                project: serial,
                mark,
                result,
            }
        });
    }

    pub(super) fn recovery_kept(&mut self, mark: u64, result: Result<(), String>) {
        if let Err(reason) = result {
            self.project.recovery_mark = None;
            self.notify(
                Level::Warning,
                format!("The recovery copy could not be written: {reason}"),
            );
        } else if !self.project.document.is_dirty() && self.project.recovery_mark == Some(mark) {
            // Saved while the copy was under way: what it holds is in the file.
            self.drop_recovery_copy();
        }
    }

    fn drop_recovery_copy(&mut self) {
        self.project.recovery_mark = None;
        self.project.recovery_at = None;
        if let Some(folder) = &self.project.folder
            && let Err(error) = recovery::discard(folder)
        {
            self.notify(
                Level::Warning,
                format!("The recovery copy could not be removed: {error}"),
            );
        }
    }

    /// A copy that lies there when a project is opened is of a Loom that did not end as it should.
    pub(super) fn offer_recovery(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let Some(found) = recovery::find(&folder, &self.project.catalog) else {
            return;
        };
        if file::to_text(&found.document, None) == file::to_text(&self.project.document, None) {
            self.drop_recovery_copy();
            return;
        }
        self.dialog = Some(Dialog::Recover {
            when: age(found.written),
            nodes: found.document.graph().node_count(),
        });
    }

    fn restore(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        if let Some(found) = recovery::find(&folder, &self.project.catalog) {
            self.project.document = found.document;
            self.project.document.set_unsaved();
            self.panels.canvas.layout.clear();
            self.panels.canvas.fit_next = true;
            self.notify(Level::Success, "Restored; save to keep it");
        }
    }

    /// The window's close button, Ctrl+Q or the menu.
    pub(super) fn close_asked(&mut self, context: &egui::Context) {
        if self.project.document.is_dirty() {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.dialog = Some(Dialog::Unsaved {
                then: AfterSave::Quit,
            });
        } else {
            self.may_close = true;
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Open another project, after the question if there are changes.
    pub(super) fn open_asked(&mut self, path: &Path) {
        self.after_question(AfterSave::Open(path.display().to_string()));
    }

    fn after_question(&mut self, then: AfterSave) {
        if self.project.document.is_dirty() {
            self.dialog = Some(Dialog::Unsaved { then });
        } else {
            self.go_on(then);
        }
    }

    fn go_on(&mut self, then: AfterSave) {
        match then {
            AfterSave::Quit => {
                self.may_close = true;
                self.services
                    .context
                    .send_viewport_cmd(egui::ViewportCommand::Close);
            }
            AfterSave::Open(path) => {
                let found = crate::project::find(path.as_ref(), &self.paths.userdata);
                match found {
                    Ok(folder) => self.open_project(&folder),
                    Err(error) => {
                        let mut dialog = self.open_dialog();
                        if let Dialog::OpenProject {
                            path: typed,
                            problem,
                            ..
                        } = &mut dialog
                        {
                            *typed = path;
                            *problem = error.to_string();
                        }
                        self.dialog = Some(dialog);
                    }
                }
            }
            AfterSave::Create(name) => match crate::project::create(&name, &self.paths.userdata) {
                Ok(folder) => self.open_project(&folder),
                Err(error) => {
                    self.dialog = Some(Dialog::NewProject {
                        name,
                        problem: error.to_string(),
                    });
                }
            },
        }
    }

    /// What the user said to a dialog.
    pub(super) fn answer(&mut self, context: &egui::Context, answer: Answer) {
        if answer == Answer::Cancel && matches!(self.dialog, Some(Dialog::Recover { .. })) {
            // Escape decides nothing here: the next recovery copy would take the place of this one.
            return;
        }
        if let Answer::Set(setting) = answer {
            self.set(context, setting);
            return;
        }
        self.dialog = None;
        match answer {
            Answer::Cancel | Answer::Set(_) => {}
            Answer::Save(then) => self.save(Some(then)),
            Answer::Discard(then) => {
                self.drop_recovery_copy();
                let mark = self.project.document.history().mark();
                self.project.document.set_saved(mark);
                self.go_on(then);
            }
            Answer::Restore => self.restore(),
            Answer::DropRecovery => self.drop_recovery_copy(),
            Answer::Create(name) => self.after_question(AfterSave::Create(name)),
            Answer::Open(path) => self.after_question(AfterSave::Open(path)),
            Answer::BrowseProject => self.browse_project(),
        }
        context.request_repaint();
    }
}

/// How long ago, in words.
fn age(written: SystemTime) -> String {
    let secs = written.elapsed().unwrap_or_default().as_secs();
    match secs {
        0..=89 => "a minute ago".to_owned(),
        90..=5399 => format!("{} minutes ago", (secs + 30) / 60),
        5400..=129_599 => format!("{} hours ago", (secs + 1800) / 3600),
        _ => format!("{} days ago", (secs + 43_200) / 86_400),
    }
}
