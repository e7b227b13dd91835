//! Versions of a project: those that saves kept, the savefile and what is shown, compared; one of them restored as a step
//! that can be undone, or opened beside the project. Reads in the background.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::files::age;
use super::open::{Project, Stands};
use super::{App, Event};
use crate::document::Document;
use crate::document::file::tree::{
    Change, Difference, Subject, Tree, compare, in_few_words, in_words,
};
use crate::document::file::{self, FileError, Loaded, SAVEFILE};
use crate::document::ops;
use crate::graph::Catalog;
use crate::project::generations::{self, Generation, Why, time_in_words};
use crate::project::trust::Doubt;
use crate::ui::Level;
use crate::ui::dialogs::Dialog;
use crate::ui::status::bytes_text;
use crate::ui::versions::drawing::{Drawing, Mark};
use crate::ui::versions::{Compared, VersionRow, VersionsAnswer, VersionsPage};

/// Where a version lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// What is shown, which no file has.
    Shown,
    Savefile,
    Kept(PathBuf),
}

/// A version that was looked for.
#[derive(Clone, Debug)]
pub struct Version {
    source: Source,
    /// For a name: when it was saved.
    time: String,
    row: VersionRow,
}

/// A version that was read, and what differs.
#[derive(Debug)]
pub struct Looked {
    document: Document,
    doubt: Option<Doubt>,
    compared: Compared,
}

/// What the dialog is about.
#[derive(Default)]
pub(super) struct VersionWork {
    versions: Vec<Version>,
    /// The chosen one, as it was read.
    looked: Option<(Document, Option<Doubt>)>,
}

impl App {
    /// Show which versions there are.
    pub(super) fn show_versions(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        self.version_work = VersionWork::default();
        let project = self.project.serial;
        self.dialog = Some(Dialog::Versions(VersionsPage {
            project,
            name: self.project.name().into_owned(),
            ..VersionsPage::default()
        }));
        let is_dirty = self.project.document.is_dirty();
        self.services.spawn(move || Event::Versions {
            project,
            versions: versions(&folder, is_dirty),
        });
    }

    fn versions_page(&mut self, project: u64) -> Option<&mut VersionsPage> {
        match &mut self.dialog {
            Some(Dialog::Versions(page)) if page.project == project => Some(page),
            _ => None,
        }
    }

    pub(super) fn versions_found(&mut self, project: u64, versions: Vec<Version>) {
        let Some(page) = self.versions_page(project) else {
            return;
        };
        page.rows = Some(versions.iter().map(|it| it.row.clone()).collect());
        // The newest that is kept is the one that is looked for most often.
        let newest = versions
            .iter()
            .position(|it| matches!(it.source, Source::Kept(_)));
        page.at = newest.unwrap_or_default();
        let at = page.at;
        self.version_work.versions = versions;
        self.look_at_version(at);
    }

    fn look_at_version(&mut self, at: usize) {
        let serial = self.project.serial;
        if let Some(page) = self.versions_page(serial) {
            page.compared = None;
        }
        self.version_work.looked = None;
        let Some(version) = self.version_work.versions.get(at) else {
            return;
        };
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let (source, catalog) = (version.source.clone(), self.project.catalog.clone());
        let shown = self.project.document.clone();
        let userdata = self.paths.userdata.clone();
        self.services.spawn(move || Event::VersionRead {
            project: serial,
            result: look(&shown, &folder, &source, (&catalog, &userdata)).map(Box::new),
            source,
        });
    }

    pub(super) fn version_read(
        &mut self,
        project: u64,
        source: &Source,
        result: Result<Box<Looked>, String>,
    ) {
        let versions = &self.version_work.versions;
        let at = versions.iter().position(|it| it.source == *source);
        let Some(page) = self
            .versions_page(project)
            .filter(|page| Some(page.at) == at)
        else {
            // Another one was chosen meanwhile.
            return;
        };
        match result {
            Ok(looked) => {
                page.compared = Some(Ok(looked.compared));
                self.version_work.looked = Some((looked.document, looked.doubt));
            }
            Err(reason) => page.compared = Some(Err(reason)),
        }
    }

    /// What the user wants of the page; it stays while versions are looked at.
    pub(super) fn versions_answer(&mut self, page: VersionsPage, answer: VersionsAnswer) {
        if let VersionsAnswer::Look(at) = answer {
            self.dialog = Some(Dialog::Versions(page));
            return self.look_at_version(at);
        }
        let work = std::mem::take(&mut self.version_work);
        let version = work.versions.into_iter().nth(page.at);
        let Some((version, (document, doubt))) = version.zip(work.looked) else {
            return;
        };
        match answer {
            VersionsAnswer::Restore => self.restore_version(&version, &document, doubt),
            VersionsAnswer::OpenBeside => self.open_beside(&version, document, doubt),
            VersionsAnswer::Look(_) | VersionsAnswer::Close => {}
        }
    }

    fn restore_version(&mut self, version: &Version, target: &Document, doubt: Option<Doubt>) {
        if let Some(reason) = file::why_read_only(target) {
            let text = format!("The version is not restored: {reason}");
            return self.notify(Level::Error, text);
        }
        let document = &mut self.project.document;
        let step = ops::become_version(document.graph(), target.graph(), "Restore version");
        match step.and_then(|step| document.commit(step)) {
            Ok(()) => {
                if let Some(doubt) = doubt {
                    self.doubt(doubt);
                }
                let time = &version.time;
                self.notify(
                    Level::Success,
                    format!("The version of {time} is shown; save to keep it, undo takes it back"),
                );
            }
            Err(error) => {
                let text =
                    format!("The version cannot be taken step by step: {error}; open it beside");
                self.notify(Level::Error, text);
            }
        }
    }

    /// Show the version in a tab of its own. It belongs to the same folder, so that its nodes run, and is never written.
    fn open_beside(&mut self, version: &Version, mut document: Document, doubt: Option<Doubt>) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let time = &version.time;
        document.meta.project_name = format!("{}, {time}", self.project.name());
        let mut project = Project {
            stands: Stands::Version,
            seen_revision: document.graph().revision(),
            document,
            catalog: self.project.catalog.clone(),
            read_only: Some(format!(
                "this is the version of {time}, opened to be looked at; restore it in \"Versions of this project\", \
                 or copy nodes from here"
            )),
            ..Project::asleep(folder)
        };
        project.panels.canvas.fit_next = true;
        project.trusting.set_doubt(doubt);
        self.look_at_first(&mut project);
        self.add_tab(project);
    }
}

/// The versions of a project in a folder, the newest first.
fn versions(folder: &Path, is_dirty: bool) -> Vec<Version> {
    let savefile = folder.join(SAVEFILE);
    let mut all = Vec::new();
    if is_dirty {
        all.push(Version {
            source: Source::Shown,
            time: String::new(),
            row: VersionRow {
                when: "Not saved yet".to_owned(),
                about: "what is shown".to_owned(),
                ..VersionRow::default()
            },
        });
    }
    if let Ok(meta) = fs::metadata(&savefile) {
        let time = meta.modified().map(time_in_words).unwrap_or_default();
        all.push(Version {
            source: Source::Savefile,
            row: VersionRow {
                when: "The savefile".to_owned(),
                about: about(&time, meta.len()),
                why: "as it is now".to_owned(),
                is_other: true,
                is_kept: false,
            },
            time,
        });
    }
    all.extend(generations::list(folder).into_iter().map(kept));
    all
}

fn kept(generation: Generation) -> Version {
    let time = time_in_words(generation.written);
    Version {
        row: VersionRow {
            when: capital(&age(generation.written)),
            about: about(&time, generation.bytes),
            why: match generation.why {
                Why::Saved => "replaced by a save".to_owned(),
                Why::NewForm => "before a newer form of the file".to_owned(),
            },
            is_other: true,
            is_kept: true,
        },
        time,
        source: Source::Kept(generation.path),
    }
}

fn about(time: &str, bytes: u64) -> String {
    format!("{time} · {}", bytes_text(bytes as f64))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Read a version and compare it: with what is shown, or what is shown with the savefile.
fn look(
    shown: &Document,
    folder: &Path,
    source: &Source,
    (catalog, userdata): (&Catalog, &Path),
) -> Result<Looked, String> {
    let savefile = folder.join(SAVEFILE);
    let path = match source {
        Source::Shown | Source::Savefile => &savefile,
        Source::Kept(path) => path,
    };
    let said = |error: FileError| error.to_string();
    let loaded = file::load(path, catalog).map_err(said)?;
    let own = Tree::read(file::to_text(shown, None).as_bytes(), &savefile).map_err(said)?;
    let other = Tree::read(loaded.text.as_bytes(), path).map_err(said)?;
    let doubt = match source {
        Source::Kept(version) => doubt_of(version, &loaded.text, userdata),
        Source::Shown | Source::Savefile => None,
    };
    let Loaded { document, .. } = loaded;
    let (compared, document) = if *source == Source::Shown {
        let found = compare(&other, &own);
        let about = ("Not saved yet", "the savefile");
        (told(&found, about, &document, shown), shown.clone())
    } else {
        let found = compare(&own, &other);
        let about = ("Compared with what is shown", "what is shown");
        (told(&found, about, shown, &document), document)
    };
    Ok(Looked {
        document,
        doubt,
        compared,
    })
}

/// Why nothing runs with this version, which was read as this text, before somebody says so: it may have come along.
pub(super) fn doubt_of(version: &Path, text: &str, userdata: &Path) -> Option<Doubt> {
    (!generations::is_own(version, text, userdata)).then_some(Doubt::Version)
}

fn told(
    found: &[Difference],
    (what, other): (&str, &str),
    before: &Document,
    after: &Document,
) -> Compared {
    let is_newer = file::why_read_only(after).is_some();
    let changed_node = |it: &Difference| match &it.subject {
        Subject::Node { id, .. } if it.change == Change::Changed => Some(id.clone()),
        _ => None,
    };
    let changed: BTreeSet<_> = found.iter().filter_map(changed_node).collect();
    let line = |it: &Difference| {
        let mark = match it.change {
            Change::Added => Mark::Added,
            Change::Removed => Mark::Removed,
            Change::Changed => Mark::Changed,
        };
        (mark, in_words(it))
    };
    Compared {
        drawing: Drawing::of(before.graph(), after.graph(), &changed),
        words: match found {
            [] => "Nothing differs from what is shown".to_owned(),
            _ if is_newer => format!(
                "A newer Loom made it: it can be looked at here. {what}: {}",
                in_few_words(found)
            ),
            _ => format!("{what}: {}", in_few_words(found)),
        },
        differs: !found.is_empty(),
        is_newer,
        other: other.to_owned(),
        lines: found.iter().map(line).collect(),
    }
}
