//! Keeping work: saving off the UI's thread, and the question before any of it is thrown away. What is not saved is
//! kept by `journal.rs`.

use std::time::SystemTime;

use super::background::guarded;
use super::open::Project;
use super::project_work::Work;
use super::trusting::{Writing, signed};
use super::{App, Event, thumbnail};
use crate::document::Document;
use crate::document::file::{FileError, SAVEFILE};
use crate::graph::Flat;
use crate::project::generations::{self, Saved};
use crate::project::journal::Standing;
use crate::project::trust;
use crate::ui::Level;
use crate::ui::choosing::PathAnswer;
use crate::ui::clash::ClashAnswer;
use crate::ui::crash::CrashAnswer;
use crate::ui::dialogs::{AfterSave, Answer, Dialog};
use crate::ui::recovery::Recovery;
use crate::ui::secrets::SecretAnswer;
use crate::ui::update::UpdateAnswer;

impl App {
    /// Write the savefile in the background; `then` goes on when it is written.
    pub(super) fn save(&mut self, then: Option<AfterSave>) {
        if let Some(reason) = self.project.read_only.clone() {
            self.notify(Level::Error, format!("Not saved: {reason}"));
            return;
        }
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        if then.is_some() {
            self.project.after_save = then;
        }
        if self.project.is_saving || !self.may_save() {
            return;
        }
        self.project.is_saving = true;
        let document = self.project.document.clone();
        let mark = document.history().mark();
        let (project, known) = (self.project.serial, self.project.outside.base.clone());
        let (sender, thumbnails) = (self.services.sender.clone(), self.paths.thumbnails());
        let (userdata, standing) = (self.paths.userdata.clone(), self.project.standing());
        self.keep_journals();
        let flush_first = self.project.keeper.flush_first();
        drop(self.services.runtime.spawn_blocking(move || {
            flush_first();
            // What is not trusted stays so: a save of it is no answer. Where that is not known yet, what is signed was
            // changed here alone.
            let is_signed = match standing {
                Some(standing) => standing == Standing::Trusted,
                None => trust::knows_savefile(&folder, &userdata, known.as_bytes()),
            };
            let signs = is_signed.then_some(userdata);
            // Until it is signed, too.
            let writing = Writing::begin();
            let saved = || generations::save(&document, &folder, Some(&known), signs.as_deref());
            let saved = guarded(|| Ok(saved()));
            let result = saved.unwrap_or_else(|reason| Err(FileError::failed(reason, &folder)));
            let is_saved = result.is_ok();
            if let Some(userdata) = signs.filter(|_| is_saved) {
                signed(&folder, &userdata, &[folder.join(SAVEFILE)]);
            }
            drop(writing);
            let event = Event::Saved {
                project,
                mark,
                result,
            };
            sender.blocking_send(event).ok();
            if is_saved {
                thumbnail::make(document, &folder, &thumbnails);
            }
        }));
    }

    pub(super) fn saved(&mut self, mark: u64, result: Result<Saved, FileError>) {
        self.project.is_saving = false;
        let then = self.project.after_save.take();
        match result {
            Ok(Saved {
                time,
                text,
                not_kept,
            }) => {
                self.project.outside.set_base(text.into());
                self.is_saved_again();
                if let Some(time) = time {
                    self.project.document.meta.set_modified(&time);
                    self.tell_not_kept(not_kept);
                }
                self.project.document.set_saved(mark);
                let is_dirty = self.project.document.is_dirty();
                match then {
                    // Asked for while an older state was being written.
                    Some(_) if is_dirty => self.save(then),
                    Some(then) => self.after_saves.push(then),
                    None => self.notify(Level::Success, "Saved"),
                }
            }
            Err(FileError::Changed { .. }) => {
                self.project.after_save = then;
                self.save_met_another();
            }
            Err(error) => {
                // It may have failed behind the point where the file was replaced: the journal is to know what it holds.
                self.project.document.set_unsaved();
                self.project.after_save = then;
                self.not_saved(error.to_string());
            }
        }
    }

    /// Say once that earlier versions are not kept, and again only when they were in between.
    fn tell_not_kept(&mut self, reason: Option<String>) {
        let is_new = reason.is_some() && !self.project.keeper.keeps_no_versions;
        self.project.keeper.keeps_no_versions = reason.is_some();
        if let Some(reason) = reason.filter(|_| is_new) {
            self.notify(Level::Warning, reason);
        }
    }

    /// Show this document in place of the one that is shown.
    pub(super) fn replace_document(&mut self, document: Document) {
        self.project.document = document;
        self.project.flat = Flat::default();
        self.project.seen_revision = self.project.document.graph().revision();
        self.project.panels.canvas.layout.clear();
        self.project.panels.canvas.fit_next = true;
    }

    /// The window's close button, Ctrl+Q or the menu: one question for all that is not saved.
    pub(super) fn close_asked(&mut self, context: &egui::Context) {
        self.finish_drafts();
        let names = self.names_of_unsaved();
        if names.is_empty() {
            self.may_close = true;
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        } else {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.ask_to_save(names, AfterSave::Quit);
        }
    }

    /// What is to become of what is not saved before `then`?
    pub(super) fn ask_to_save(&mut self, names: Vec<String>, then: AfterSave) {
        let concerned = self.concerned(then);
        let unsaved: Vec<_> = self
            .projects()
            .filter(|project| project.is_unsaved() && concerned.contains(&project.serial))
            .collect();
        let is_barred =
            |project: &&Project| project.why_not_saved().is_some() && project.keeps_unsaved();
        let barred = match unsaved.first() {
            // An update may fail, and the window go on with it.
            _ if then == AfterSave::Update => None,
            Some(first) if unsaved.iter().all(is_barred) => first.why_not_saved(),
            _ => None,
        };
        self.dialog = Some(Dialog::Unsaved {
            names,
            then,
            barred,
        });
    }

    pub(super) fn names_of_unsaved(&self) -> Vec<String> {
        let is_dirty = |project: &&Project| project.document.is_dirty();
        let name = |project: &Project| {
            let name = project.name();
            let is_same = |other: &&Project| other.name() == name;
            match &project.folder {
                Some(folder) if self.projects().filter(is_same).count() > 1 => {
                    format!("{name} in {}", folder.display())
                }
                _ => name.into_owned(),
            }
        };
        let unsaved = self.projects().filter(is_dirty).map(name);
        unsaved.chain(self.names_of_unsaved_code()).collect()
    }

    /// The open projects that `then` takes away.
    fn concerned(&self, then: AfterSave) -> Vec<u64> {
        match then {
            AfterSave::Quit | AfterSave::Update => self.serials(),
            AfterSave::Close(serial) | AfterSave::Work(serial) => vec![serial],
        }
    }

    pub(super) fn save_concerned(&mut self, then: AfterSave) {
        for serial in self.concerned(then) {
            self.with_project(serial, |app| {
                app.save_all_code(then);
                if app.project.document.is_dirty() {
                    app.save(Some(then));
                }
            });
        }
    }

    /// What is not saved stays in its journals.
    fn keep_concerned(&mut self, then: AfterSave) {
        self.keep_journals();
        for serial in self.concerned(then) {
            self.with_project(serial, |app| {
                if !app.project.is_unsaved() {
                    return;
                }
                app.project.keeper.keep(&app.project.catalog, &app.services);
                let mark = app.project.document.history().mark();
                app.project.document.set_saved(mark);
            });
        }
        self.go_on(then);
    }

    fn discard_concerned(&mut self, then: AfterSave) {
        if then == AfterSave::Update {
            // It is thrown away with the window: the update may fail, and the window stay.
            return self.start_update();
        }
        for serial in self.concerned(then) {
            self.with_project(serial, |app| {
                app.discard_code();
                let mark = app.project.document.history().mark();
                app.project.document.set_saved(mark);
            });
        }
        self.go_on(then);
    }

    /// What was to follow a save follows, unless something is still not saved: a save that failed has said why, and
    /// one that is under way comes here itself.
    pub(super) fn go_on(&mut self, then: AfterSave) {
        let is_dirty = |app: &mut Self| app.project.is_unsaved();
        for serial in self.concerned(then) {
            if self.with_project(serial, is_dirty) == Some(true) {
                return;
            }
        }
        match then {
            AfterSave::Quit => {
                self.may_close = true;
                let context = &self.services.context;
                context.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            AfterSave::Close(serial) => self.close_tab(serial),
            AfterSave::Work(serial) => self.work_on_saved(serial),
            AfterSave::Update => self.start_update(),
        }
    }

    /// What the user said to a dialog.
    pub(super) fn answer(&mut self, context: &egui::Context, answer: Answer) {
        if answer == Answer::Cancel && matches!(self.dialog, Some(Dialog::Recover(_))) {
            // Escape decides nothing here: what is done next would take the place of what was found.
            return;
        }
        if answer == Answer::Crash(CrashAnswer::OpenLogs) {
            self.open_logs();
            return;
        }
        if let Answer::Set(setting) = answer {
            self.set(context, setting);
            return;
        }
        match answer {
            Answer::Path(answer) => {
                context.request_repaint();
                return self.path_answer(answer);
            }
            Answer::Cancel if matches!(self.dialog, Some(Dialog::Path(_))) => {
                return self.path_answer(PathAnswer::Cancel);
            }
            Answer::Update(answer) => {
                context.request_repaint();
                return self.update_answer(answer);
            }
            Answer::Cancel if matches!(self.dialog, Some(Dialog::Update(_))) => {
                return self.update_answer(UpdateAnswer::Later);
            }
            _ => {}
        }
        let asked = self.dialog.take();
        let about = match asked {
            Some(Dialog::Recover(Recovery { project, .. })) => project,
            _ => self.project.serial,
        };
        match answer {
            Answer::Cancel if matches!(asked, Some(Dialog::Consent(_))) => {
                self.consent_answer(false);
            }
            Answer::Cancel if matches!(asked, Some(Dialog::Trust(_))) => {
                self.project.trusting.drop_wanted();
            }
            Answer::Cancel if matches!(asked, Some(Dialog::Secret(_))) => {
                if let Some(Dialog::Secret(page)) = asked {
                    self.secret_answer(page, SecretAnswer::Cancel);
                }
            }
            Answer::Cancel if matches!(asked, Some(Dialog::Clash(_))) => {
                if let Some(Dialog::Clash(page)) = asked {
                    self.clash_answer(&page, ClashAnswer::Later);
                }
            }
            Answer::Cancel
            | Answer::Set(_)
            | Answer::Crash(_)
            | Answer::Path(_)
            | Answer::Update(_) => {}
            Answer::Save(then) => self.save_concerned(then),
            Answer::Discard(then) => self.discard_concerned(then),
            Answer::Keep(then) => self.keep_concerned(then),
            Answer::Restore => {
                self.with_project(about, Self::restore);
            }
            Answer::DropRecovery => {
                self.with_project(about, |app| app.put_away(true));
            }
            Answer::SaveCode(path) => self.save_and_close_code(&path),
            Answer::DiscardCode(path) => self.close_code(&path),
            Answer::NewNode(name) => self.make_node(name, None),
            Answer::Create(name) => self.create_project(name),
            Answer::Open(path) => self.open_named(path.as_ref()),
            Answer::RenameProject { folder, name } => self.rename_project(folder, name),
            Answer::BinProject(folder) => self.work(folder, Work::ToBin),
            Answer::OpenVersion => {
                if let Some(Dialog::Damaged {
                    folder, instead, ..
                }) = asked
                {
                    self.open_instead(&folder, &instead);
                }
            }
            Answer::BrowseProject => self.browse_project(),
            Answer::Python(answer) => {
                if let Some(Dialog::Python(offer)) = asked {
                    self.python_answer(offer, answer);
                }
            }
            Answer::Secret(answer) => {
                if let Some(Dialog::Secret(page)) = asked {
                    self.secret_answer(page, answer);
                }
            }
            Answer::Versions(answer) => {
                if let Some(Dialog::Versions(page)) = asked {
                    self.versions_answer(page, answer);
                }
            }
            Answer::Clash(answer) => {
                if let Some(Dialog::Clash(page)) = asked {
                    self.clash_answer(&page, answer);
                }
            }
            Answer::Import(answer) => self.import_answer(answer),
            Answer::Consent(is_confirmed) => self.consent_answer(is_confirmed),
            Answer::Trust(answer) => self.trust_answer(answer),
            Answer::Packages(answer) => {
                if let Some(Dialog::Packages(page)) = asked {
                    self.packages_answer(page, answer);
                }
            }
        }
        context.request_repaint();
    }
}

/// How long ago, in words.
pub(super) fn age(written: SystemTime) -> String {
    let secs = written.elapsed().unwrap_or_default().as_secs();
    match secs {
        0..=44 => "a moment ago".to_owned(),
        45..=89 => "a minute ago".to_owned(),
        90..=5399 => format!("{} minutes ago", (secs + 30) / 60),
        5400..=129_599 => format!("{} hours ago", (secs + 1800) / 3600),
        _ => format!("{} days ago", (secs + 43_200) / 86_400),
    }
}
