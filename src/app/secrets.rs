//! Secrets in the window: the dialog that one is entered in, the keychain in the background, and runs that wait until all
//! that they name is there. What has no keychain is held here, for as long as the program runs.

use std::collections::{BTreeMap, BTreeSet};

use super::open::Asked;
use super::{App, Event};
use crate::document::ops;
use crate::graph::{Name, NodeId, Port, Value};
use crate::redact::Secret;
use crate::secrets::{Keychain, KeychainError, forget_name, known_names, name_problem, note_name};
use crate::ui::Level;
use crate::ui::dialogs::Dialog;
use crate::ui::secrets::{Purpose, SecretAnswer, SecretPage};

/// The secrets of this program's life.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    keychain: Keychain,
    /// Those that were entered or found; nothing else knows them but the engines.
    held: BTreeMap<String, Secret>,
    asked_by: AskedBy,
}

/// Who opened the dialog.
#[derive(Debug, Default)]
enum AskedBy {
    #[default]
    Nobody,
    /// An input of a project.
    Input(u64, Port),
    /// A run of a project.
    Run(u64),
}

/// What was found out in the background.
#[derive(Debug)]
pub enum SecretNews {
    /// The names that were entered before, and is there a keychain?
    Known(Vec<String>, bool),
    /// What a run waits for.
    Found(Vec<(String, Result<Option<Secret>, KeychainError>)>),
    /// A secret was put into the keychain, or is held in memory alone.
    Kept(String, Result<(), KeychainError>),
    /// One was taken out of it.
    Forgotten(String, Result<(), KeychainError>),
}

impl Secrets {
    pub(super) fn new(keychain: Keychain) -> Self {
        Self {
            keychain,
            ..Self::default()
        }
    }
}

impl App {
    /// Open the dialog for an input.
    pub(super) fn choose_secret(&mut self, port: Port) {
        let graph = self.project.document.graph();
        let held = graph
            .node(port.node)
            .and_then(|node| node.values.get(&port.name));
        let name = held
            .and_then(Value::secret_name)
            .unwrap_or_default()
            .to_owned();
        self.secrets.asked_by = AskedBy::Input(self.project.serial, port);
        self.ask_secret(Purpose::Choose, name);
    }

    fn ask_secret(&mut self, purpose: Purpose, name: String) {
        self.dialog = Some(Dialog::Secret(SecretPage {
            purpose,
            name,
            known: self.secrets.held.keys().cloned().collect(),
            ..SecretPage::default()
        }));
        let (userdata, keychain) = (self.paths.userdata.clone(), self.secrets.keychain.clone());
        let project = self.project.serial;
        self.services.spawn(move || Event::Secrets {
            project,
            news: SecretNews::Known(known_names(&userdata), keychain.is_there()),
        });
    }

    /// The secrets that a run of these nodes needs, for the engine. `None`: not all are there; they are looked for, and
    /// the run begins when they are found or entered.
    pub(super) fn secrets_for(
        &mut self,
        nodes: &BTreeSet<NodeId>,
        asked: &Asked,
    ) -> Option<BTreeMap<String, Secret>> {
        let needed = self.project.flat.graph().secrets_of(nodes.iter().copied());
        let (mut given, mut missing) = (BTreeMap::new(), Vec::new());
        for name in needed {
            match self.secrets.held.get(name.as_str()) {
                Some(secret) => drop(given.insert(name.to_string(), secret.clone())),
                None => missing.push(name),
            }
        }
        if missing.is_empty() {
            return Some(given);
        }
        self.project.waits_for_secrets = Some(asked.clone());
        let (keychain, project) = (self.secrets.keychain.clone(), self.project.serial);
        self.services.spawn(move || {
            let find = |name: Name| (name.to_string(), keychain.find(&name));
            Event::Secrets {
                project,
                news: SecretNews::Found(missing.into_iter().map(find).collect()),
            }
        });
        None
    }

    pub(super) fn secret_news(&mut self, news: SecretNews) {
        match news {
            SecretNews::Known(names, has_keychain) => {
                if let Some(Dialog::Secret(page)) = &mut self.dialog {
                    page.known.extend(names);
                    page.known.sort();
                    page.known.dedup();
                    page.has_keychain = Some(has_keychain);
                }
            }
            SecretNews::Found(found) => self.secrets_found(found),
            SecretNews::Kept(name, Err(KeychainError::Missing)) => {
                let text = format!(
                    "The secret \"{name}\" is kept until Loom is closed: this computer has no keychain"
                );
                self.notify(Level::Info, text);
            }
            SecretNews::Kept(name, Err(error)) => {
                let text = format!("The secret \"{name}\" is kept until Loom is closed: {error}");
                self.notify(Level::Warning, text);
            }
            SecretNews::Forgotten(name, Err(error)) if error != KeychainError::Missing => {
                let text = format!(
                    "The secret \"{name}\" could not be taken out of the keychain: {error}"
                );
                self.notify(Level::Error, text);
            }
            SecretNews::Forgotten(name, _) => {
                self.notify(Level::Info, format!("The secret \"{name}\" is forgotten"));
            }
            SecretNews::Kept(_, Ok(())) => {}
        }
    }

    fn secrets_found(&mut self, found: Vec<(String, Result<Option<Secret>, KeychainError>)>) {
        let mut missing = None;
        for (name, result) in found {
            match result {
                Ok(Some(secret)) => {
                    self.secrets.held.insert(name, secret);
                }
                Ok(None) | Err(KeychainError::Missing) => missing = missing.or(Some(name)),
                Err(error) => {
                    self.notify(
                        Level::Warning,
                        format!("The secret \"{name}\" was not found: {error}"),
                    );
                    missing = missing.or(Some(name));
                }
            }
        }
        // It was stopped, or another answer was quicker.
        if self.project.waits_for_secrets.is_none() {
            return;
        }
        match missing {
            None => self.go_on_with_secrets(),
            // Another question stands there, and is not lost for this one.
            Some(name) if self.dialog.is_some() => self.secret_refused(&name),
            Some(name) => {
                self.secrets.asked_by = AskedBy::Run(self.project.serial);
                self.ask_secret(Purpose::Run, name);
            }
        }
    }

    fn go_on_with_secrets(&mut self) {
        if let Some(asked) = self.project.waits_for_secrets.take() {
            // The dialog may have stood there for long.
            self.look_before(asked);
        }
    }

    fn secret_refused(&mut self, name: &str) {
        self.project.waits_for_secrets = None;
        self.notify(
            Level::Warning,
            format!("Nothing was run: the secret \"{name}\" was not entered"),
        );
        self.end_live_without("the secret");
    }

    /// What was decided in the dialog. Where that cannot be, the dialog stays and says why.
    pub(super) fn secret_answer(&mut self, mut page: SecretPage, answer: SecretAnswer) {
        match answer {
            SecretAnswer::Cancel => match std::mem::take(&mut self.secrets.asked_by) {
                AskedBy::Run(project) => {
                    self.with_project(project, |app| app.secret_refused(&page.name));
                }
                AskedBy::Input(..) | AskedBy::Nobody => {}
            },
            SecretAnswer::Forget(name) => self.forget_secret(name),
            SecretAnswer::Use(name, secret) => {
                if let Some(problem) = name_problem(&name) {
                    problem.clone_into(&mut page.problem);
                    self.dialog = Some(Dialog::Secret(page));
                    return;
                }
                if let Some(secret) = secret {
                    self.keep_secret(name.clone(), secret);
                }
                match std::mem::take(&mut self.secrets.asked_by) {
                    AskedBy::Input(project, port) => {
                        let edit = ops::set_value(port, Some(Value::secret(name)));
                        self.with_project(project, |app| app.commit(edit));
                    }
                    AskedBy::Run(project) => {
                        self.with_project(project, Self::go_on_with_secrets);
                    }
                    AskedBy::Nobody => {}
                }
            }
        }
    }

    fn keep_secret(&mut self, name: String, secret: Secret) {
        self.secrets.held.insert(name.clone(), secret.clone());
        let (userdata, keychain) = (self.paths.userdata.clone(), self.secrets.keychain.clone());
        let project = self.project.serial;
        self.services.spawn(move || {
            let result = keychain.keep(&name, &secret);
            if result.is_ok()
                && let Err(error) = note_name(&userdata, &name)
            {
                tracing::warn!("the name of a secret could not be kept: {error}");
            }
            Event::Secrets {
                project,
                news: SecretNews::Kept(name, result),
            }
        });
    }

    fn forget_secret(&mut self, name: String) {
        self.secrets.asked_by = AskedBy::Nobody;
        self.secrets.held.remove(&name);
        let (userdata, keychain) = (self.paths.userdata.clone(), self.secrets.keychain.clone());
        let project = self.project.serial;
        self.services.spawn(move || {
            let result = keychain.forget(&name);
            if let Err(error) = forget_name(&userdata, &name) {
                tracing::warn!("the name of a secret could not be forgotten: {error}");
            }
            Event::Secrets {
                project,
                news: SecretNews::Forgotten(name, result),
            }
        });
    }
}
