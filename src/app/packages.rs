//! Packages: looking into node packages, adding and removing them, in the background, as the dialog asks.

use std::path::Path;

use super::choosing::{Chosen, Filter, Question};
use super::consent::Then;
use super::trusting::signed;
use super::{App, Event};
use crate::engine::python::{CancelFlag, EnvironmentError, Progress, Wanted};
use crate::packages::{self, Added, Installed, Offer, PackageError, What};
use crate::project::requirements::consent::confirm;
use crate::project::requirements::parse;
use crate::ui::Level;
use crate::ui::choosing::Kind;
use crate::ui::dialogs::Dialog;
use crate::ui::packages::{InstalledRow, OfferText, PackagesAnswer, PackagesPage, PackagesState};

/// What is known beside the dialog.
#[derive(Debug, Default)]
pub(super) struct PackageWork {
    /// The package that the dialog shows.
    offer: Option<Offer>,
    /// Stops what is being done.
    cancel: Option<CancelFlag>,
}

impl App {
    pub(super) fn packages_asked(&mut self) {
        self.dialog = Some(Dialog::Packages(PackagesPage::default()));
        self.list_packages();
    }

    /// What the user said to the page that was shown.
    pub(super) fn packages_answer(&mut self, page: PackagesPage, answer: PackagesAnswer) {
        match answer {
            PackagesAnswer::Look(text) => self.look_into(page, text),
            PackagesAnswer::PickFolder => self.pick_package(page, true),
            PackagesAnswer::PickWheel => self.pick_package(page, false),
            PackagesAnswer::Install => self.install_package(page),
            PackagesAnswer::Back => {
                self.package_work.offer = None;
                self.show_packages(page, PackagesState::default());
            }
            PackagesAnswer::Remove(name) => self.remove_package(page, name),
            PackagesAnswer::Stop => {
                if let Some(cancel) = &self.package_work.cancel {
                    cancel.cancel();
                }
                self.dialog = Some(Dialog::Packages(page));
            }
            PackagesAnswer::Close => self.package_work.offer = None,
        }
    }

    fn show_packages(&mut self, page: PackagesPage, state: PackagesState) {
        self.dialog = Some(Dialog::Packages(PackagesPage { state, ..page }));
    }

    fn list_packages(&self) {
        let Some(folder) = self.project.folder.clone() else {
            return;
        };
        let project = self.project.serial;
        self.services.spawn(move || Event::PackagesListed {
            project,
            installed: packages::installed(&folder),
        });
    }

    pub(super) fn packages_listed(&mut self, project: u64, installed: Vec<Installed>) {
        if project != self.project.serial {
            return;
        }
        if let Some(Dialog::Packages(page)) = &mut self.dialog {
            page.installed = Some(installed.iter().map(row).collect());
        }
    }

    fn pick_package(&mut self, page: PackagesPage, is_folder: bool) {
        self.dialog = Some(Dialog::Packages(page));
        let question = if is_folder {
            Question::new(Kind::Folder, "Add the package in this folder")
        } else {
            Question {
                filters: vec![Filter::new("Wheels", &["whl"])],
                ..Question::new(Kind::File, "Add the package in this wheel")
            }
        };
        self.choose(question, Chosen::Package);
    }

    pub(super) fn picked_package(&mut self, path: &Path) {
        if let Some(Dialog::Packages(page)) = self.dialog.take() {
            self.look_into(page, path.display().to_string());
        }
    }

    fn look_into(&mut self, page: PackagesPage, text: String) {
        let Some(wanted) = self.wanted() else {
            return;
        };
        let what = match What::of(&text) {
            Ok(what) => what,
            Err(error) => {
                let page = PackagesPage { text, ..page };
                return self.show_packages(page, refused(&error));
            }
        };
        let state = PackagesState::Works {
            what: format!("Looking into {text}"),
            step: "Nothing is installed".to_owned(),
        };
        self.show_packages(PackagesPage { text, ..page }, state);
        let cancel = CancelFlag::default();
        self.package_work.cancel = Some(cancel.clone());
        let (project, catalog) = (self.project.serial, self.project.catalog.clone());
        let tell = self.teller();
        self.services.spawn(move || {
            let mut tell = tell;
            let result = packages::inspect(what, &wanted, &catalog, &mut tell, &cancel);
            Event::PackageSeen { project, result }
        });
    }

    /// Hands on what the tools do, to the status bar, the console and the dialog.
    fn teller(&self) -> impl FnMut(Progress) + Send + use<> {
        let (project, sender) = (self.project.serial, self.services.sender.clone());
        move |progress| {
            // One that finds no room is replaced by the next.
            sender
                .try_send(Event::Environment { project, progress })
                .ok();
        }
    }

    pub(super) fn package_seen(&mut self, project: u64, result: Result<Offer, PackageError>) {
        self.package_work.cancel = None;
        self.with_project(project, |app| app.project.environment_progress = None);
        let is_awaited = project == self.project.serial;
        // The dialog may have been closed meanwhile: then nobody waits for it.
        let Some(Dialog::Packages(page)) = self.dialog.as_mut().filter(|_| is_awaited) else {
            return;
        };
        if !matches!(page.state, PackagesState::Works { .. }) {
            return;
        }
        page.state = match result {
            Ok(offer) => {
                let text = offer_text(&offer);
                self.package_work.offer = Some(offer);
                PackagesState::Offers(text)
            }
            Err(error) => refused(&error),
        };
    }

    fn install_package(&mut self, page: PackagesPage) {
        let Some(offer) = self.package_work.offer.take() else {
            return self.show_packages(page, PackagesState::default());
        };
        let title = format!("Installing {}", offer.title());
        let done = format!("{} is installed", offer.title());
        let userdata = self.paths.userdata.clone();
        self.change_packages(page, title, move |wanted, tell, cancel| {
            let added = packages::add(&offer, wanted, tell, cancel)?;
            Ok(match added {
                Added::Line(line) => {
                    if let Err(error) = confirm(&userdata, &wanted.project, &parse(&line)) {
                        tracing::warn!(%error, "it is asked about once more: {line}");
                    }
                    done
                }
                Added::Folder(folder) => {
                    signed(&wanted.project, &userdata, std::slice::from_ref(&folder));
                    format!(
                        "Its nodes are a part of the project now: {}",
                        folder.display()
                    )
                }
            })
        });
    }

    fn remove_package(&mut self, page: PackagesPage, name: String) {
        let title = format!("Removing {name}");
        self.change_packages(page, title, move |wanted, tell, cancel| {
            packages::remove(&name, wanted, tell, cancel)?;
            Ok(format!("{name} is removed"))
        });
    }

    /// Change the project's packages. Nothing of the project runs meanwhile.
    fn change_packages(
        &mut self,
        page: PackagesPage,
        what: String,
        change: impl FnOnce(
            &Wanted,
            &mut dyn FnMut(Progress),
            &CancelFlag,
        ) -> Result<String, PackageError>
        + Send
        + 'static,
    ) {
        let why_not = if let Some(reason) = &self.project.read_only {
            Some(reason.clone())
        } else if self.project.is_busy() {
            Some("The project runs: stop it or wait, and try again".to_owned())
        } else {
            None
        };
        let (Some(wanted), None) = (self.wanted(), &why_not) else {
            let problem = why_not.unwrap_or_default();
            let said = String::new();
            return self.show_packages(page, PackagesState::Lists { said, problem });
        };
        let step = "Nothing runs meanwhile".to_owned();
        self.show_packages(page, PackagesState::Works { what, step });
        let cancel = CancelFlag::default();
        self.package_work.cancel = Some(cancel.clone());
        self.project.environment_cancel = Some(cancel.clone());
        let ground = self.ground();
        let project = self.project.serial;
        let mut tell = self.teller();
        self.services.spawn(move || {
            let wanted = ground.complete(wanted);
            let before = ground.look(&wanted);
            let result = change(&wanted, &mut tell, &cancel);
            ground.signed(&wanted, &before);
            Event::PackagesChanged { project, result }
        });
    }

    pub(super) fn packages_changed(&mut self, project: u64, result: Result<String, PackageError>) {
        self.package_work.cancel = None;
        self.with_project(project, |app| {
            app.project.environment_cancel = None;
            app.project.environment_progress = None;
            if result.is_ok() {
                // What ran in the environment before runs no more.
                app.project.end_engine();
                app.read_packages();
                app.project.environment_is_new();
            }
            app.look_at_trust();
        });
        match &mut self.dialog {
            Some(Dialog::Packages(page)) if project == self.project.serial => {
                if let Err(PackageError::Environment(EnvironmentError::Unconfirmed { lines })) =
                    &result
                {
                    page.state = PackagesState::default();
                    let page = page.clone();
                    return self.ask_consent(lines, Then::Packages(page));
                }
                page.state = match &result {
                    Ok(said) => PackagesState::Lists {
                        said: said.clone(),
                        problem: String::new(),
                    },
                    Err(error) => refused(error),
                };
                if result.is_ok() {
                    page.text.clear();
                }
                self.list_packages();
            }
            _ => {
                let said = |app: &mut Self| match &result {
                    Ok(said) => app.notify(Level::Success, said.clone()),
                    Err(error) => app.notify(Level::Error, words(error)),
                };
                self.with_project(project, said);
            }
        }
    }

    /// The dialog shows what the tools do.
    pub(super) fn package_step(&mut self, text: &str) {
        if let Some(Dialog::Packages(page)) = &mut self.dialog
            && let PackagesState::Works { step, .. } = &mut page.state
        {
            text.clone_into(step);
        }
    }
}

fn refused(error: &PackageError) -> PackagesState {
    PackagesState::Lists {
        said: String::new(),
        problem: words(error),
    }
}

fn words(error: &PackageError) -> String {
    match error {
        PackageError::Environment(EnvironmentError::Cancelled) => {
            "Stopped; nothing was changed".to_owned()
        }
        error => {
            let text = error.to_string();
            let mut chars = text.chars();
            let first = chars.next().into_iter().flat_map(char::to_uppercase);
            first.chain(chars).collect()
        }
    }
}

fn row(installed: &Installed) -> InstalledRow {
    let about = &installed.package.about;
    let families: Vec<_> = about.family_names().collect();
    InstalledRow {
        name: about.name.clone(),
        version: about.version.clone(),
        families: families.join(", "),
        line: installed.line.clone(),
    }
}

fn offer_text(offer: &Offer) -> OfferText {
    let python = offer.about.requires_python.as_str();
    let python = (!python.is_empty()).then(|| format!("Python {python}"));
    let brings = offer.families().map(|(family, kinds)| {
        let nodes = kinds.iter();
        let nodes = nodes.map(|kind| (kind.title.to_string(), kind.summary.to_string()));
        (family.to_string(), nodes.collect())
    });
    OfferText {
        title: offer.title(),
        summary: offer.about.summary.clone(),
        brings: brings.collect(),
        needs: python.into_iter().chain(offer.needs.clone()).collect(),
        notes: offer.notes.clone(),
    }
}
