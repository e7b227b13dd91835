//! The question before lines of requirements are followed that are more than packages of the index, and what goes on
//! when they were confirmed.

use std::io;

use super::open::Asked as Run;
use super::{App, Event};
use crate::engine::python::Asked;
use crate::plain;
use crate::project::requirements::{Line, consent};
use crate::ui::Level;
use crate::ui::consent::{ConsentLine, ConsentPage};
use crate::ui::dialogs::Dialog;
use crate::ui::environment::model::EnvironmentAction;
use crate::ui::packages::PackagesPage;

/// What waits for the lines of a project, which is named by its serial.
#[derive(Debug)]
pub(super) struct Consent {
    project: u64,
    lines: Vec<Line>,
    then: Then,
}

/// What goes on.
#[derive(Debug)]
pub(super) enum Then {
    Run(Run),
    /// The change that is planned.
    Plan,
    /// What the environment's panel asked for.
    Environment(EnvironmentAction),
    /// The dialog of node packages, where something is asked for again.
    Packages(PackagesPage),
}

impl App {
    /// Ask for each of the lines.
    pub(super) fn ask_consent(&mut self, asked: &[Asked], then: Then) {
        let is_free = matches!(self.dialog, None | Some(Dialog::Packages(_)));
        if !is_free {
            // Another question stands there, and is not lost for this one.
            return self.consent_refused(then);
        }
        let line = |asked: &Asked| ConsentLine {
            place: asked.place(),
            text: plain::text(&asked.line.text),
            risk: asked.line.risk(),
            is_confirmed: false,
        };
        self.dialog = Some(Dialog::Consent(ConsentPage {
            project: self.project.name().into_owned(),
            lines: asked.iter().map(line).collect(),
        }));
        self.consent = Some(Consent {
            project: self.project.serial,
            lines: asked.iter().map(|asked| asked.line.clone()).collect(),
            then,
        });
    }

    /// The user said yes to all, or to none.
    pub(super) fn consent_answer(&mut self, is_confirmed: bool) {
        let Some(consent) = self.consent.take() else {
            return;
        };
        let project = consent.project;
        let folder = self.with_project(project, |app| app.project.folder.clone());
        let Some(folder) = folder.flatten().filter(|_| is_confirmed) else {
            self.with_project(project, |app| app.consent_refused(consent.then));
            return;
        };
        let userdata = self.paths.userdata.clone();
        let lines = consent.lines.clone();
        self.consent = Some(consent);
        self.services.spawn(move || Event::Confirmed {
            project,
            result: consent::confirm(&userdata, &folder, &lines),
        });
    }

    fn consent_refused(&mut self, then: Then) {
        match then {
            Then::Run(_) => {
                let text =
                    "Nothing was run: the environment waits for lines that were not confirmed";
                self.notify(Level::Info, text);
                self.end_live();
            }
            Then::Plan | Then::Environment(_) => self.dismiss_environment(),
            Then::Packages(page) => self.dialog = Some(Dialog::Packages(page)),
        }
    }

    /// The lines are kept as confirmed: go on.
    pub(super) fn confirmed(&mut self, result: io::Result<()>) {
        let serial = self.project.serial;
        let Some(consent) = self.consent.take_if(|it| it.project == serial) else {
            return;
        };
        if let Err(error) = result {
            let folder = self.paths.userdata.display();
            let text = format!(
                "Cannot keep what you confirmed: {error}; check that the disk is not full and that you may write to \
                 {folder}"
            );
            self.notify(Level::Error, text);
            return self.consent_refused(consent.then);
        }
        match consent.then {
            Then::Run(asked) => self.start_run(asked),
            Then::Plan => self.plan_again(),
            Then::Environment(asked) => self.environment_action(asked),
            Then::Packages(page) => self.dialog = Some(Dialog::Packages(page)),
        }
    }
}
