//! Changes of the project's environment: planned, shown, and done when the user says so; what waits for them.

use super::News;
use crate::app::consent::Then;
use crate::app::open::Asked;
use crate::app::{App, Project};
use crate::engine::python::modules::package_of;
use crate::engine::python::{
    self, CancelFlag, Environment, EnvironmentError, Plan, Progress, Renew, Wanted,
};
use crate::ui::Level;
use crate::ui::environment::model::{
    Change, LineChange, Listing, Outcome, PackageChange, Plan as ShownPlan, Task, Work,
};
use crate::ui::shell::Pane;

/// Lines of a tool's output that the panel keeps, the last ones.
const LINES: usize = 500;

/// The change of an environment that goes on or is planned.
#[derive(Debug, Default)]
pub(in crate::app) struct Changing {
    wish: Wish,
    plan: Option<Plan>,
    cancel: Option<CancelFlag>,
    /// The environment itself is being changed: no run begins.
    pub is_applying: bool,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
struct Wish {
    /// Such as `Add pandas`.
    what: String,
    /// Why, where that is not plain.
    note: String,
    /// `None`: back to the environment before.
    change: Option<python::Change>,
    /// What runs when it is done.
    then_run: Option<Asked>,
}

impl Changing {
    pub fn stop(&self) {
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
    }

    /// Nobody wants what was planned.
    pub fn forget(&mut self) {
        self.plan = None;
        self.wish = Wish::default();
    }
}

impl Project {
    /// Why the environment cannot be changed now.
    pub(in crate::app) fn environment_lock(&self) -> Option<&'static str> {
        if self.is_restricted() {
            return Some("This project is not trusted yet");
        }
        if self.read_only.is_some() {
            return Some("The project can only be read");
        }
        if self.run.is_running() {
            return Some("A run goes on: wait until it has ended, or stop it");
        }
        let text = "The environment is being built: wait until it is there, or stop it";
        self.environment_cancel.is_some().then_some(text)
    }
}

impl App {
    /// Something is begun that the panel shows until it has ended. `None`: something else goes on.
    fn begin_work(&mut self, wish: Wish) -> Option<CancelFlag> {
        let project = &mut self.project;
        if matches!(project.environment.task, Task::Working(_)) {
            self.notify(Level::Info, "The environment is being changed already");
            return None;
        }
        let cancel = CancelFlag::default();
        project.environment.task = Task::Working(Work {
            what: wish.what.clone(),
            ..Work::default()
        });
        project.changing.wish = wish;
        project.changing.cancel = Some(cancel.clone());
        self.shell.show(Pane::Environment);
        Some(cancel)
    }

    pub(super) fn plan_change(&mut self, wanted: Wanted, change: Change) {
        let is_first = matches!(self.project.environment.listing, Listing::Missing { .. });
        let (what, change) = match change {
            Change::AsAsked if is_first => {
                ("Make the environment".to_owned(), python::Change::AsAsked)
            }
            change => in_words(change),
        };
        self.plan_wish(
            wanted,
            Wish {
                what,
                change: Some(change),
                ..Wish::default()
            },
        );
    }

    fn plan_wish(&mut self, wanted: Wanted, wish: Wish) {
        let Some(change) = wish.change.clone() else {
            return;
        };
        let Some(cancel) = self.begin_work(wish) else {
            return;
        };
        self.project.changing.plan = None;
        let ground = self.ground();
        self.find_out(move |tell| {
            let wanted = ground.complete(wanted);
            News::Planned(python::plan(&wanted, &change, tell, &cancel))
        });
    }

    /// Offer the package that a node lacked; the run that lacked it goes on when it is there.
    pub(super) fn install_module(&mut self, wanted: Wanted, module: &str) {
        let running = &self.project.running;
        let asked = if running.is_live {
            Asked::default()
        } else {
            running.asked.clone()
        };
        let name = package_of(module).to_owned();
        let what = format!("Add {name}");
        let note = format!(
            "A node imports {module}, which {name} brings. The run goes on when it is there"
        );
        let wish = Wish {
            what,
            note,
            change: Some(python::Change::Add(vec![name])),
            then_run: Some(asked),
        };
        self.plan_wish(wanted, wish);
    }

    /// What was asked for waited for lines, which are confirmed now.
    pub(in crate::app) fn plan_again(&mut self) {
        if let Some(wanted) = self.wanted() {
            let wish = self.project.changing.wish.clone();
            self.plan_wish(wanted, wish);
        }
    }

    pub(super) fn apply_plan(&mut self, wanted: Wanted) {
        if self.refuse_change() {
            return;
        }
        let Some(plan) = self.project.changing.plan.take() else {
            return;
        };
        let wish = self.project.changing.wish.clone();
        let Some(cancel) = self.begin_work(wish) else {
            return;
        };
        self.project.changing.is_applying = true;
        let ground = self.ground();
        self.find_out(move |tell| {
            let wanted = ground.complete(wanted);
            let before = ground.look(&wanted);
            let done = python::apply(&wanted, &plan, tell, &cancel);
            ground.signed(&wanted, &before);
            News::Done(done)
        });
    }

    pub(super) fn return_environment(&mut self, wanted: Wanted) {
        if self.refuse_change() {
            return;
        }
        let wish = Wish {
            what: "Back to the previous environment".to_owned(),
            ..Wish::default()
        };
        let Some(cancel) = self.begin_work(wish) else {
            return;
        };
        self.project.changing.plan = None;
        self.project.changing.is_applying = true;
        self.project.end_engine();
        let ground = self.ground();
        self.find_out(move |tell| {
            let before = ground.look(&wanted);
            let done = python::back(&wanted, tell, &cancel);
            ground.signed(&wanted, &before);
            News::Done(done)
        });
    }

    /// Say why nothing can be changed now, if so.
    fn refuse_change(&mut self) -> bool {
        let lock = self.project.environment_lock();
        if let Some(reason) = lock {
            self.notify(Level::Warning, reason);
        }
        lock.is_some()
    }

    pub(super) fn stop_change(&mut self) {
        self.project.changing.stop();
        if let Task::Working(work) = &mut self.project.environment.task {
            work.is_stopping = true;
        }
    }

    pub(super) fn change_progress(&mut self, progress: Progress) {
        let Task::Working(work) = &mut self.project.environment.task else {
            return;
        };
        match progress {
            Progress::Step(step) => {
                self.project.environment_progress = Some(step.clone());
                work.step = step;
            }
            Progress::Output(line) => {
                if work.output.len() == LINES {
                    work.output.remove(0);
                }
                work.output.push(line);
            }
        }
    }

    /// What was begun has ended.
    fn end_work(&mut self) {
        self.project.changing.cancel = None;
        self.project.changing.is_applying = false;
        self.project.environment_progress = None;
    }

    pub(super) fn change_planned(&mut self, result: Result<Plan, EnvironmentError>) {
        self.end_work();
        let changing = &mut self.project.changing;
        self.project.environment.task = match result {
            Err(EnvironmentError::Unconfirmed { lines }) => {
                self.project.environment.task = Task::None;
                return self.ask_consent(&lines, Then::Plan);
            }
            Ok(plan) => {
                let (goes, comes) = plan.lines();
                let goes = goes.into_iter().map(LineChange::Goes);
                let shown = ShownPlan {
                    what: changing.wish.what.clone(),
                    note: changing.wish.note.clone(),
                    changes: changes(&plan),
                    lines: goes
                        .chain(comes.into_iter().map(LineChange::Comes))
                        .collect(),
                    is_build: plan.python.is_some() || self.project.environment.is_incomplete(),
                };
                changing.plan = Some(plan);
                Task::Planned(shown)
            }
            Err(error) => Task::Ended(outcome(&changing.wish.what, &error)),
        };
    }

    pub(super) fn change_done(&mut self, result: Result<Environment, EnvironmentError>) {
        self.end_work();
        let then_run = self.project.changing.wish.then_run.take();
        let waits = self.project.wanted_run.take();
        let what = &self.project.changing.wish.what;
        self.project.environment.task = Task::Ended(match &result {
            Ok(_) => Outcome::Done {
                text: format!("{what}: done"),
            },
            Err(error) => outcome(what, error),
        });
        self.project.environment_is_new();
        let is_done = result.is_ok();
        if is_done {
            // The one that runs still knows the packages before.
            self.project.end_engine();
            self.read_packages();
        }
        self.look_at_trust();
        if let Some(asked) = waits.or(then_run.filter(|_| is_done)) {
            self.start_run(asked);
        }
    }
}

/// What is asked for as a title, and as the tools are told.
fn in_words(change: Change) -> (String, python::Change) {
    match change {
        Change::Add {
            name,
            version: None,
        } => (format!("Add {name}"), python::Change::Add(vec![name])),
        Change::Add {
            name,
            version: Some(version),
        } => (
            format!("Add {name} {version}"),
            python::Change::Add(vec![format!("{name}=={version}")]),
        ),
        Change::Remove(name) => (format!("Remove {name}"), python::Change::Remove(vec![name])),
        Change::Upgrade(name) => (
            format!("Upgrade {name}"),
            python::Change::Upgrade(Renew::Only(vec![name])),
        ),
        Change::UpgradeAll => (
            "Upgrade all packages".to_owned(),
            python::Change::Upgrade(Renew::All),
        ),
        Change::Pin { name, version } => (
            format!("Pin {name} to {version}"),
            python::Change::Pin(vec![name]),
        ),
        Change::Unpin(name) => (format!("Unpin {name}"), python::Change::Unpin(vec![name])),
        Change::Python(None) => (
            "Use any Python that is new enough".to_owned(),
            python::Change::Python(None),
        ),
        Change::Python(Some(version)) => (
            format!("Use Python {version}"),
            python::Change::Python(Some(version)),
        ),
        Change::AsAsked => ("Bring up to date".to_owned(), python::Change::AsAsked),
    }
}

fn changes(plan: &Plan) -> Vec<PackageChange> {
    let change = |step: &python::Step| PackageChange {
        name: step.name.clone(),
        from: step.from.clone(),
        to: step.to.clone(),
        size_bytes: step.size_bytes,
    };
    plan.steps.iter().map(change).collect()
}

fn outcome(what: &str, error: &EnvironmentError) -> Outcome {
    let what = what.to_owned();
    match error {
        EnvironmentError::Cancelled => Outcome::Stopped { what },
        EnvironmentError::Conflict { why, .. } => Outcome::Conflict {
            what,
            text: why.clone(),
        },
        error => Outcome::Failed {
            what,
            text: error.to_string(),
            output: error.output().to_vec(),
        },
    }
}
