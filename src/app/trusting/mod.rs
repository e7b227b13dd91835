//! Trusting: what comes from elsewhere runs only when the user says so. Every project is looked at in the background when
//! it is opened, and again when its files change; all that starts something for it asks `trusted` here.

mod listed;
mod page;
mod writing;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::page::page;
use self::writing::Looking;
pub(super) use self::writing::Writing;
use super::asking::begins_run;
use super::open::Asked;
use super::{App, Event, Project};
use crate::command::Command;
use crate::packages;
use crate::plain;
use crate::project::journal::Standing;
use crate::project::trust::{self, Doubt, Fingerprint, Look, Trusted};
use crate::ui::banners::Banner;
use crate::ui::dialogs::Dialog;
use crate::ui::trust::{TrustAnswer, TrustPage};
use crate::ui::{Action, Level};

/// Between two looks of which the first may have seen Loom's own work.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What is known of a project, and what waits for it.
#[derive(Debug, Default)]
pub(super) struct Trusting {
    state: State,
    looking: Looking,
    /// The record as it was when it was looked at.
    record: Option<trust::Stamp>,
    /// Sources that the user edits in another editor until the project is closed: those that were opened in one from here,
    /// and those whose changes were asked about and trusted. To ask at each save of it would teach to say yes.
    edited: BTreeSet<String>,
    /// What runs as soon as it is known.
    waits: Option<Asked>,
    /// What the page of trust was shown instead of: it goes on when that says yes, and has said so.
    wanted: Option<Command>,
    granted: Option<Command>,
    /// The environment is made when it is known.
    prepares: bool,
    /// The sources are read anew when it is known.
    rescans: bool,
    /// What the page showed.
    shown: Option<Fingerprint>,
    /// The banner was put away.
    is_put_off: bool,
    /// What is shown was not all done here, nor read from the savefile: a change from outside that no file shows.
    doubt: Option<Doubt>,
}

impl Trusting {
    pub(super) fn set_doubt(&mut self, doubt: Option<Doubt>) {
        self.doubt = doubt;
    }

    /// Is it being looked at just now, so that more may be known in a moment?
    pub(super) fn is_looking(&self) -> bool {
        self.looking != Looking::No
    }

    /// Does a run wait for what a look comes to?
    pub(super) fn has_run(&self) -> bool {
        self.waits.is_some()
    }

    pub(super) fn drop_run(&mut self) {
        self.waits = None;
    }

    /// The page was put away: what it was shown instead of is not to go on later.
    pub(super) fn drop_wanted(&mut self) {
        self.wanted = None;
    }
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Unknown,
    Trusted(Trusted, Fingerprint),
    Asks(Box<Look>),
}

impl Project {
    /// Its folder, if it may run.
    pub(super) fn trusted(&self) -> Option<&Trusted> {
        match &self.trusting.state {
            State::Trusted(folder, _) => Some(folder),
            _ => None,
        }
    }

    /// What was seen of it, if it may run.
    pub(super) fn seen(&self) -> Option<Fingerprint> {
        match &self.trusting.state {
            State::Trusted(_, holds) => Some(holds.clone()),
            _ => None,
        }
    }

    /// How its journal stands; `None`: that is not known yet.
    pub(super) fn standing(&self) -> Option<Standing> {
        match &self.trusting.state {
            State::Unknown => self.trusting.doubt.map(|_| Standing::Restricted),
            State::Trusted(..) => Some(Standing::Trusted),
            State::Asks(_) => Some(Standing::Restricted),
        }
    }

    /// Do our own tools change this file just now?
    fn is_written(&self, name: &str) -> bool {
        let is_at_work = self.environment_cancel.is_some() || self.changing.is_applying;
        is_at_work && packages::is_of_tools(name)
    }

    /// The user opens this source of it in another editor.
    pub(super) fn edits_outside(&mut self, path: &Path) {
        if !self.is_restricted() {
            let name = self
                .folder
                .as_deref()
                .and_then(|folder| trust::name_in(folder, path));
            self.trusting
                .edited
                .extend(name.filter(|name| is_source(name)));
        }
    }

    /// It is not trusted: nothing of it runs.
    pub fn is_restricted(&self) -> bool {
        matches!(self.trusting.state, State::Asks(_))
    }

    /// What stands above its panels as long as it is not trusted and nobody put it away.
    pub(super) fn trust_banner(&self) -> Option<Banner> {
        let State::Asks(look) = &self.trusting.state else {
            return None;
        };
        if self.trusting.is_put_off {
            return None;
        }
        let (title, look_at) = if look.changes.is_some() {
            ("This project was changed outside Loom", "What changed…")
        } else {
            ("This project comes from elsewhere", "What would run…")
        };
        let mut text = "Nothing of it runs until you trust it".to_owned();
        let mut choices = vec![
            (look_at, Action::Trust(TrustAnswer::Look)),
            ("Trust this project", Action::Trust(TrustAnswer::Project)),
        ];
        if let Some(around) = &look.around {
            let around = plain::text(&around.display().to_string());
            text = format!("{text}. The folder around it is {around}");
            choices.push(("Trust this folder", Action::Trust(TrustAnswer::Around)));
        }
        choices.push(("Not now", Action::Trust(TrustAnswer::NotNow)));
        Some(Banner {
            level: Level::Info,
            title: title.to_owned(),
            text,
            choices,
        })
    }
}

/// What is neither as it was here nor as Loom itself signed it since.
fn unsigned(look: &Look, before: &Fingerprint) -> Vec<String> {
    let names: Vec<&str> = match &look.changes {
        Some(changes) => changes.iter().map(|change| change.name.as_str()).collect(),
        // One of which too little is signed to compare.
        None => look.holds.differs(before).collect(),
    };
    let is_new = |name: &&str| look.holds.files.get(*name) != before.files.get(*name);
    let names = names.into_iter().filter(is_new);
    names.map(str::to_owned).collect()
}

/// Is this what a user writes in an editor, and not what says which nodes run or what is installed?
fn is_source(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("py"))
}

/// Does the command start something of the project?
fn starts(command: Command) -> bool {
    let is_other = matches!(
        command,
        Command::ToggleLive
            | Command::Packages
            | Command::AddPackage
            | Command::UpgradePackages
            | Command::PreviousEnvironment
            | Command::RebuildEnvironment
            | Command::RestartEngine
    );
    is_other || begins_run(command)
}

impl App {
    /// Is this command one that waits for trust? Then the question is shown in its stead.
    pub(super) fn waits_for_trust(&mut self, command: Command) -> bool {
        let waits = self.project.is_restricted() && starts(command);
        if waits {
            self.project.trusting.wanted = Some(command);
            self.show_trust();
        }
        waits
    }

    /// May what is asked for begin? If not, it waits until that is known, or the user is asked.
    pub(super) fn may_start(&mut self, asked: &Asked) -> bool {
        match self.project.trusting.state {
            // Another window may have taken it back.
            State::Trusted(..)
                if self.project.trusting.record != trust::record_stamp(&self.paths.userdata) =>
            {
                self.look_before(asked.clone());
                false
            }
            State::Trusted(..) => true,
            State::Unknown => {
                self.project.trusting.waits = Some(asked.clone());
                false
            }
            State::Asks(_) => {
                if !asked.is_live {
                    self.show_trust();
                }
                false
            }
        }
    }

    /// Look whether the project may run, in the background.
    pub(super) fn look_at_trust(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let trusting = &mut self.project.trusting;
        if trusting.looking != Looking::No {
            trusting.looking = Looking::Again;
            return;
        }
        trusting.looking = Looking::now();
        self.services
            .spawn(looking(self.project.serial, folder, self.paths.clone()));
    }

    /// Look once more in a moment: Loom itself was writing.
    fn look_again(&mut self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        self.project.trusting.looking = Looking::now();
        let look = looking(self.project.serial, folder, self.paths.clone());
        self.services.spawn(move || {
            // A save may take long: the files are not read without a pause meanwhile.
            std::thread::sleep(BETWEEN_LOOKS);
            look()
        });
    }

    /// The same for one that is just being opened.
    pub(super) fn look_at_first(&self, project: &mut Project) {
        if let Some(folder) = project.folder.clone() {
            project.trusting.looking = Looking::now();
            self.services
                .spawn(looking(project.serial, folder, self.paths.clone()));
        }
    }

    /// Look at every open project: somebody comes back from another program.
    pub(super) fn look_at_all_trust(&mut self) {
        for serial in self.serials() {
            self.with_project(serial, |app| {
                if !app.project.is_asleep() {
                    app.look_at_trust();
                }
            });
        }
    }

    pub(super) fn trust_looked(&mut self, look: Look) {
        let trusting = &mut self.project.trusting;
        let looking = std::mem::take(&mut trusting.looking);
        if looking == Looking::Again {
            return self.look_at_trust();
        }
        trusting.record = look.record;
        let look = match trusting.doubt {
            Some(doubt) => look.doubted(doubt),
            None => look,
        };
        // What was seen may be Loom's own work, half done.
        let is_half_done = looking.is_half_done();
        let state = match (&look.trusted, std::mem::take(&mut trusting.state)) {
            (Some(folder), _) => State::Trusted(folder.clone(), look.holds),
            (None, State::Unknown) if is_half_done => return self.look_again(),
            // Its disk was taken off, and may come back.
            (None, before @ State::Trusted(..)) if look.holds.files.is_empty() => {
                if self.project.trusting.waits.take().is_some() {
                    self.notify(
                        Level::Error,
                        "Nothing runs: the project's folder is not there",
                    );
                }
                before
            }
            // Nothing vouches for it any more.
            (None, State::Trusted(folder, before)) if look.is_unknown() => {
                if is_half_done {
                    self.project.trusting.state = State::Trusted(folder, before);
                    return self.look_again();
                }
                let text = "Trust in this project was taken back: nothing of it runs until you trust it again";
                self.notify(Level::Warning, text.to_owned());
                self.end_trust();
                State::Asks(Box::new(look))
            }
            (None, State::Trusted(folder, before)) => {
                let names = unsigned(&look, &before).into_iter();
                let (of_tools, of_others): (Vec<_>, Vec<_>) =
                    names.partition(|name| self.project.is_written(name));
                let edited = &self.project.trusting.edited;
                if of_others.iter().all(|name| edited.contains(name)) {
                    let written: Vec<_> = of_others.iter().map(|name| folder.join(name)).collect();
                    let (userdata, place) = (self.paths.userdata.clone(), folder.clone());
                    drop(self.services.runtime.spawn_blocking(move || {
                        signed(&place, &userdata, &written);
                    }));
                    // What the tools write is signed when they are done, and what is not theirs is seen then.
                    let is_done = of_tools.is_empty();
                    State::Trusted(folder, if is_done { look.holds } else { before })
                } else if is_half_done {
                    self.project.trusting.state = State::Trusted(folder, before);
                    return self.look_again();
                } else {
                    let text = match &of_others[..] {
                        [name] => format!(
                            "{name} was changed outside Loom: nothing runs until you have looked at it"
                        ),
                        names => format!(
                            "{} files were changed outside Loom: nothing runs until you have looked at them",
                            names.len()
                        ),
                    };
                    self.notify(Level::Warning, text);
                    self.end_trust();
                    State::Asks(Box::new(look))
                }
            }
            (None, _) => State::Asks(Box::new(look)),
        };
        if matches!(state, State::Asks(_)) {
            self.project.trusting.waits = None;
        }
        self.project.trusting.state = state;
        if std::mem::take(&mut self.project.trusting.rescans) {
            self.rescan();
        }
        if let Some(asked) = self.project.trusting.waits.take() {
            self.start_run(asked);
        }
        if std::mem::take(&mut self.project.trusting.prepares) {
            self.prepare_environment();
        }
        self.project.environment_is_new();
        if self.project.trusted().is_some()
            && let Some(command) = self.project.trusting.granted.take()
            && !self.tabs.is_in_background
        {
            let context = self.services.context.clone();
            self.run(&context, command);
        }
    }

    /// What was trusted is another: nothing more of it begins.
    fn end_trust(&mut self) {
        self.project.trusting.is_put_off = false;
        self.project.wanted_run = None;
        self.project.waits_for_secrets = None;
        self.project.live.drop_all();
        self.project.end_engine();
    }

    /// What is shown from now on came from elsewhere: as long as nobody says otherwise nothing of it runs.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.end_trust();
        let trusting = &mut self.project.trusting;
        trusting.doubt = Some(doubt);
        (trusting.waits, trusting.granted) = (None, None);
        trusting.state = State::Unknown;
        self.look_at_trust();
    }

    /// What is asked for runs when it was looked once more whether it may.
    pub(super) fn look_before(&mut self, asked: Asked) {
        self.project.trusting.waits = Some(asked);
        self.look_at_trust();
    }

    /// The project is not what was seen: it is looked once more before anything is installed or runs.
    pub(super) fn is_another(&mut self) {
        self.project.environment_cancel = None;
        if let Some(asked) = self.project.wanted_run.take() {
            self.look_before(asked);
        } else {
            self.project.trusting.prepares = true;
            self.look_at_trust();
        }
    }

    /// Tells that Loom itself wrote a file of the project, where that may run: a file of one that asks may hold what
    /// nobody has seen. What it gives is for the background.
    pub(super) fn signer(&self) -> impl Fn(&Path) + Send + use<> {
        let trusted = self.project.trusted().cloned();
        let userdata = self.paths.userdata.clone();
        let writing = Writing::begin();
        move |path| {
            let _until_it_is_dropped = &writing;
            if let Some(folder) = &trusted {
                signed(folder, &userdata, &[path.to_owned()]);
            }
        }
    }

    /// Sources changed: whether they may run is looked at before anything reads them.
    pub(super) fn sources_changed(&mut self) {
        self.project.trusting.rescans = true;
        self.look_at_trust();
    }

    /// Show what would run, and ask. The texts of the files are read in the background.
    pub(super) fn show_trust(&mut self) {
        let State::Asks(look) = &self.project.trusting.state else {
            return;
        };
        let (look, name) = (look.clone(), self.project.name().into_owned());
        let project = self.project.serial;
        self.project.trusting.shown = Some(look.holds.clone());
        self.services.spawn(move || Event::TrustRead {
            project,
            page: Box::new(page(&look, name)),
        });
    }

    pub(super) fn trust_read(&mut self, project: u64, page: TrustPage) {
        // Another question, or another project, goes first.
        if self.dialog.is_none() && self.project.serial == project && self.project.is_restricted() {
            self.dialog = Some(Dialog::Trust(page));
        } else {
            self.with_project(project, |app| app.project.trusting.drop_wanted());
        }
    }

    pub(super) fn trust_answer(&mut self, answer: TrustAnswer) {
        let State::Asks(look) = &self.project.trusting.state else {
            return;
        };
        let (look, userdata) = (look.clone(), self.paths.userdata.clone());
        let project = self.project.serial;
        let shown = self.project.trusting.shown.take();
        if answer == TrustAnswer::Project && shown.is_some_and(|shown| shown != look.holds) {
            self.notify(
                Level::Warning,
                "Its files changed while you looked: look once more",
            );
            return self.show_trust();
        }
        let wanted = self.project.trusting.wanted.take();
        if matches!(answer, TrustAnswer::Project | TrustAnswer::Around) {
            self.project.trusting.granted = wanted;
        }
        match answer {
            TrustAnswer::Look => self.show_trust(),
            TrustAnswer::NotNow => self.project.trusting.is_put_off = true,
            TrustAnswer::Project => {
                let names = look.changes.iter().flatten();
                let names = names.map(|change| change.name.clone());
                let edited = &mut self.project.trusting.edited;
                edited.extend(names.filter(|name| is_source(name)));
                self.services.spawn(move || Event::TrustGiven {
                    project,
                    result: look.trust(&userdata).map(Some),
                    holds: Box::new(look.holds),
                });
            }
            TrustAnswer::Around => self.services.spawn(move || Event::TrustGiven {
                project,
                result: match &look.around {
                    Some(around) => trust::trust_folder(around, &userdata).map(|()| None),
                    None => Ok(None),
                },
                holds: Box::new(look.holds),
            }),
        }
    }

    /// The project is trusted as it was seen; whether it still is so is looked at.
    pub(super) fn trust_given(&mut self, result: io::Result<Option<Trusted>>, holds: Fingerprint) {
        match result {
            Ok(folder) => {
                // What ran before the files changed runs no more.
                self.project.end_engine();
                self.project.trusting.doubt = None;
                if let Some(folder) = folder.filter(|_| !holds.is_whole) {
                    // Too much to be remembered: until it is closed.
                    self.project.trusting.state = State::Trusted(folder, holds);
                } else {
                    self.project.trusting.state = State::Unknown;
                }
                self.project.trusting.is_put_off = false;
                self.sources_changed();
            }
            Err(error) => {
                self.project.trusting.granted = None;
                let folder = self.paths.userdata.display();
                let text = format!(
                    "Cannot keep that you trust it: {error}; check that the disk is not full and that you may write to \
                     {folder}"
                );
                self.notify(Level::Error, text);
            }
        }
    }
}

/// Loom itself wrote these files of a project, or removed them. For the background.
pub(super) fn signed(project: &Path, userdata: &Path, written: &[PathBuf]) {
    let _writing = Writing::begin();
    tell_unsigned(trust::sign(project, userdata, written));
}

/// Its tools were at work in a project that was seen as `before`. For the background.
pub(super) fn signed_tools(project: &Path, userdata: &Path, before: &Fingerprint) {
    let _writing = Writing::begin();
    tell_unsigned(packages::sign_written(project, userdata, before));
}

fn tell_unsigned(signed: io::Result<()>) {
    if let Err(error) = signed {
        tracing::warn!("that Loom wrote to the project is not kept: {error}");
    }
}

fn looking(project: u64, folder: PathBuf, paths: crate::paths::Paths) -> impl FnOnce() -> Event {
    move || Event::TrustLooked {
        project,
        look: Box::new(trust::look(&folder, &paths)),
    }
}
