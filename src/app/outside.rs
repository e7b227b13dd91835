//! The savefile when something else writes it: noticed by looking at it, taken or merged as one step that can be undone,
//! and asked about where both changed the same. What comes of two versions is said by `project/outside`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::background::Watch;
use super::open::Project;
use super::{App, Event};
use crate::document::file::tree::{Conflict, Side, in_few_words, in_words};
use crate::document::ops;
use crate::project::outside::{Own, Refused, Seen, Take, Weighed, read, weigh};
use crate::ui::Level;
use crate::ui::clash::{ClashAnswer, ClashPage, ClashRow};
use crate::ui::dialogs::Dialog;

/// How often the file is looked at. What was written between two looks is read when it rests for one.
const PACE: Duration = Duration::from_millis(400);

/// What is known of a project's savefile.
#[derive(Default)]
pub(super) struct Outside {
    /// Its text as it was read or written last: what was changed here is made of it.
    pub base: Arc<str>,
    /// How often there was another: what was seen before may be what Loom itself replaced since.
    bases: Arc<AtomicU64>,
    watch: Option<Watch>,
    /// What it was seen to hold and nobody has looked into yet.
    sight: Option<Sight>,
    /// What it holds that cannot be taken, and was said.
    trouble: Option<Trouble>,
    /// What both changed, until somebody decides.
    question: Option<Question>,
    is_weighing: bool,
    /// What is wanted of it next.
    take: Take,
    /// A save waits for this.
    saves_then: bool,
}

impl Outside {
    /// Nobody looks at it any more.
    pub fn end(&mut self) {
        self.watch = None;
    }

    pub fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Why what it holds is not shown.
    pub fn trouble(&self) -> Option<&str> {
        let trouble = self.trouble.as_ref()?;
        Some(trouble.reason.as_str()).filter(|reason| !reason.is_empty())
    }

    /// Why it is not written over: a newer Loom wrote it.
    pub fn newer(&self) -> Option<&str> {
        let is_newer = self.trouble.as_ref().is_some_and(|it| it.is_newer);
        self.trouble().filter(|_| is_newer)
    }

    /// It holds this now, and the document says the same.
    pub fn set_base(&mut self, text: Arc<str>) {
        self.base = text;
        self.bases.fetch_add(1, Ordering::AcqRel);
        self.trouble = None;
        self.question = None;
    }

    /// It holds what was told already, and what is open was made of `base`.
    pub fn set_damaged(&mut self, seen: Seen) {
        self.trouble = Some(Trouble {
            seen,
            reason: String::new(),
            is_newer: false,
            saved_mark: u64::MAX,
        });
    }
}

/// What a look at the file came to, with the number of the base before it.
#[derive(Debug)]
pub struct Sight {
    seen: Seen,
    base: u64,
}

impl Sight {
    fn read(path: &Path, bases: &AtomicU64) -> Self {
        let base = bases.load(Ordering::Acquire);
        let seen = read(path);
        Self { seen, base }
    }
}

struct Trouble {
    seen: Seen,
    reason: String,
    is_newer: bool,
    /// What `base` held.
    saved_mark: u64,
}

struct Question {
    seen: Arc<[u8]>,
    weighed: Weighed,
    is_shown: bool,
}

/// What tells by itself that a file may have been written.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Another file in its place; a time of change that no program can set back.
    #[cfg(unix)]
    unix: [i64; 3],
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: meta.modified().ok(),
            bytes: meta.len(),
            #[cfg(unix)]
            unix: {
                use std::os::unix::fs::MetadataExt as _;
                [meta.ino() as i64, meta.ctime(), meta.ctime_nsec()]
            },
        })
    }
}

impl App {
    /// Look at the savefile from now on, also for what was written since it was read.
    pub(super) fn watch_savefile(&self, project: &mut Project) {
        let Some(path) = project.savefile() else {
            return;
        };
        let (serial, sender) = (project.serial, self.services.sender.clone());
        let bases = project.outside.bases.clone();
        project.outside.watch = Some(Watch::new(self.services.runtime.spawn(async move {
            let (mut told, mut last) = (None, None);
            let path: Arc<Path> = path.into();
            loop {
                let looked = path.clone();
                let look = tokio::task::spawn_blocking(move || Stamp::of(&looked)).await;
                let Ok(now) = look.map(Some) else { return };
                if now == last && now != told {
                    let (path, bases) = (path.clone(), bases.clone());
                    let read =
                        tokio::task::spawn_blocking(move || Sight::read(&path, &bases)).await;
                    let Ok(sight) = read else { return };
                    let project = serial;
                    if sender.try_send(Event::Savefile { project, sight }).is_ok() {
                        told.clone_from(&now);
                    }
                }
                last = now;
                tokio::time::sleep(PACE).await;
            }
        })));
    }

    /// Look at it now.
    fn look_at_savefile(&mut self) {
        let Some(path) = self.project.savefile() else {
            return;
        };
        let (project, bases) = (self.project.serial, self.project.outside.bases.clone());
        self.services.spawn(move || Event::Savefile {
            project,
            sight: Sight::read(&path, &bases),
        });
    }

    /// Take what the savefile holds in place of what is shown.
    pub(super) fn reload_savefile(&mut self) {
        self.project.outside.take = Take::Theirs;
        self.look_at_savefile();
    }

    /// The savefile is not what it was when it was to be replaced: the save goes on when both are one.
    pub(super) fn save_met_another(&mut self) {
        self.project.outside.saves_then = true;
        self.look_at_savefile();
    }

    pub(super) fn savefile_seen(&mut self, sight: Sight) {
        let outside = &mut self.project.outside;
        let is_known = matches!(&sight.seen, Ok(bytes) if **bytes == *outside.base.as_bytes());
        outside.sight = Some(sight);
        if !is_known {
            // It says which nodes run, and whatever wrote it may have written more: whether the project may still run is
            // known before anything of it is shown.
            self.look_at_trust();
        }
        self.weigh_news();
    }

    /// What the savefiles were seen to hold is looked into when nothing is in the way, and questions are asked.
    pub(super) fn outside_turns(&mut self) {
        for serial in self.serials() {
            self.with_project(serial, Self::weigh_news);
        }
        let is_in_the_way = |project: &&Project| {
            let outside = &project.outside;
            outside.saves_then && outside.question.as_ref().is_some_and(|it| !it.is_shown)
        };
        if self.dialog.is_some() {
            return;
        }
        let waiting = self.projects().find(is_in_the_way).map(|it| it.serial);
        if let Some(serial) = waiting.filter(|serial| *serial != self.project.serial) {
            self.show_tab(serial);
        }
        if self
            .project
            .outside
            .question
            .as_ref()
            .is_some_and(|it| !it.is_shown)
        {
            self.ask_about_savefile();
        }
    }

    fn weigh_news(&mut self) {
        let Some(savefile) = self.project.savefile() else {
            return;
        };
        let is_background = self.tabs.is_in_background;
        let project = &mut self.project;
        let is_busy =
            project.is_saving || project.outside.is_weighing || project.trusting.is_looking();
        if is_busy || project.outside.sight.is_none() {
            return;
        }
        // What hands hold must not be taken away under them.
        let panels = &project.panels;
        if !is_background && (panels.canvas.is_dragging() || !panels.drafts.is_empty()) {
            return;
        }
        let outside = &mut project.outside;
        let Some(Sight { seen, base }) = outside.sight.take() else {
            return;
        };
        if base != outside.bases.load(Ordering::Acquire) {
            return self.look_at_savefile();
        }
        let is_told = outside.trouble.as_ref().is_some_and(|it| it.seen == seen);
        let is_asked = outside
            .question
            .as_ref()
            .is_some_and(|it| seen.as_ref() == Ok(&it.seen));
        let bytes = match &seen {
            Ok(bytes) => bytes.clone(),
            Err(reason) => {
                return self.savefile_refused(seen.clone(), &Refused::Unread(reason.clone()));
            }
        };
        if let (Take::Chosen(_), false) = (&outside.take, is_asked) {
            outside.take = Take::Both;
        }
        if outside.take == Take::Both {
            if *bytes == *outside.base.as_bytes() {
                return self.savefile_as_known();
            }
            if (is_told || is_asked) && !outside.saves_then {
                return;
            }
        }
        let own = Own {
            document: project.document.clone(),
            base: outside.base.clone(),
            catalog: project.catalog.clone(),
        };
        outside.is_weighing = true;
        let (take, serial) = (std::mem::take(&mut outside.take), project.serial);
        let revision = project.document.graph().revision();
        self.services.spawn(move || Event::Weighed {
            project: serial,
            result: weigh(&own, &savefile, &bytes, &take).map(Box::new),
            take,
            of: (revision, base),
            bytes,
        });
    }

    /// The two were compared; what is shown was of this revision then, and made of the base of this number.
    pub(super) fn weighed(
        &mut self,
        take: Take,
        (revision, base): (u64, u64),
        bytes: Arc<[u8]>,
        result: Result<Box<Weighed>, Refused>,
    ) {
        let outside = &mut self.project.outside;
        outside.is_weighing = false;
        let is_as_then = self.project.document.graph().revision() == revision
            && outside.bases.load(Ordering::Acquire) == base;
        if !is_as_then || self.project.is_saving {
            // Something was done meanwhile. What was seen since is newer.
            outside.take = take;
            outside.sight.get_or_insert(Sight {
                seen: Ok(bytes),
                base,
            });
            return;
        }
        let weighed = match result {
            Ok(weighed) => *weighed,
            Err(refused) => {
                if take == Take::Theirs {
                    self.notify(Level::Error, refused.to_string());
                }
                return self.savefile_refused(Ok(bytes), &refused);
            }
        };
        let asked = outside.question.as_ref();
        let is_decided = match &take {
            Take::Theirs => true,
            Take::Both => !weighed.is_clash(),
            Take::Chosen(_) => asked.is_some_and(|it| it.weighed.is_same_clash(&weighed)),
        };
        if !is_decided {
            outside.question = Some(Question {
                seen: bytes,
                weighed,
                is_shown: false,
            });
            return;
        }
        self.take_weighed(weighed, &take);
    }

    /// Show what both came to, as one step.
    fn take_weighed(&mut self, weighed: Weighed, take: &Take) {
        let label = match take {
            Take::Theirs => "Reload",
            Take::Both | Take::Chosen(_) => "Change outside",
        };
        let document = &mut self.project.document;
        let was_dirty = document.is_dirty();
        let step = ops::become_version(document.graph(), weighed.target.graph(), label);
        if let Err(error) = step.and_then(|step| document.commit(step)) {
            let text = format!(
                "The savefile's graph cannot be taken step by step: {error}; close the project and open it again"
            );
            return self.notify(Level::Error, text);
        }
        document.meta = weighed.target.meta;
        if weighed.is_theirs {
            document.set_saved(document.history().mark());
        } else {
            document.set_unsaved();
        }
        self.project.outside.set_base(weighed.text);
        let words = in_few_words(&weighed.came);
        let text = match (take, words.as_str()) {
            (Take::Theirs, "") => "The savefile holds what is shown".to_owned(),
            (Take::Theirs, _) => {
                "The graph is as the savefile has it; undo brings back what was there".to_owned()
            }
            (_, "") => String::new(),
            _ if was_dirty => {
                format!("Changed outside, and put together with your changes: {words}")
            }
            _ => format!("Changed outside: {words}; undo takes it back"),
        };
        if !text.is_empty() {
            self.notify(Level::Info, text);
        }
        self.go_on_with_save();
    }

    /// A save that waited goes on.
    fn go_on_with_save(&mut self) {
        if std::mem::take(&mut self.project.outside.saves_then) {
            self.save(None);
        }
    }

    /// What the savefile holds cannot be taken.
    fn savefile_refused(&mut self, seen: Seen, refused: &Refused) {
        let outside = &mut self.project.outside;
        outside.take = Take::Both;
        let was_saving = std::mem::take(&mut outside.saves_then);
        let reason = refused.to_string();
        let before = outside.trouble.take();
        let is_told = before.as_ref().is_some_and(|it| it.reason == reason);
        let document = &mut self.project.document;
        let saved_mark = before.map_or(document.history().marks().saved, |it| it.saved_mark);
        // No file has what is shown.
        document.set_unsaved();
        outside.trouble = Some(Trouble {
            seen,
            reason: reason.clone(),
            is_newer: matches!(refused, Refused::Newer(_)),
            saved_mark,
        });
        if was_saving {
            self.project.after_save = None;
            self.notify(Level::Error, format!("Not saved: {reason}"));
        } else if !is_told && self.tabs.is_in_background {
            // What is in front has a banner of it.
            self.notify(Level::Warning, reason);
        }
    }

    /// The savefile holds again, or still, what was read or written last.
    fn savefile_as_known(&mut self) {
        let outside = &mut self.project.outside;
        if let Some(trouble) = outside.trouble.take() {
            self.project.document.set_saved(trouble.saved_mark);
            self.notify(Level::Info, "The savefile is again as it was");
        }
        let serial = self.project.serial;
        if self.project.outside.question.take().is_some()
            && matches!(&self.dialog, Some(Dialog::Clash(page)) if page.project == serial)
        {
            self.dialog = None;
        }
        self.go_on_with_save();
    }

    /// Ask about what both changed.
    pub(super) fn ask_about_savefile(&mut self) {
        let serial = self.project.serial;
        let name = self.project.name().into_owned();
        let Some(question) = &mut self.project.outside.question else {
            return;
        };
        question.is_shown = true;
        let weighed = &question.weighed;
        let row = |conflict: &Conflict| ClashRow {
            place: conflict.place.clone(),
            mine: conflict.word_of(Side::Ours),
            theirs: conflict.word_of(Side::Theirs),
            takes_theirs: conflict.taken == Side::Theirs,
        };
        self.dialog = Some(Dialog::Clash(ClashPage {
            project: serial,
            name,
            rows: weighed.conflicts.iter().map(row).collect(),
            lost: weighed.lost.clone(),
            outside: weighed.outside.iter().map(in_words).collect(),
            here: weighed.here.iter().map(in_words).collect(),
        }));
    }

    /// What was decided about what both changed.
    pub(super) fn clash_answer(&mut self, page: &ClashPage, answer: ClashAnswer) {
        let outside = &mut self.project.outside;
        let Some(question) = &outside.question else {
            return;
        };
        let seen = question.seen.clone();
        outside.take = match answer {
            ClashAnswer::Later => {
                outside.saves_then = false;
                self.project.after_save = None;
                return;
            }
            ClashAnswer::Mine => {
                // What is written next takes the place of what is there, which is kept among the versions.
                let text = question.weighed.text.clone();
                outside.set_base(text);
                self.project.document.set_unsaved();
                return self.go_on_with_save();
            }
            ClashAnswer::Theirs => Take::Theirs,
            ClashAnswer::Both => {
                let side = |row: &ClashRow| {
                    if row.takes_theirs {
                        Side::Theirs
                    } else {
                        Side::Ours
                    }
                };
                Take::Chosen(page.rows.iter().map(side).collect())
            }
        };
        let base = outside.bases.load(Ordering::Acquire);
        let seen = Ok(seen);
        outside.sight.get_or_insert(Sight { seen, base });
        self.weigh_news();
    }
}
