//! Keychain: the system's store of secrets: Credential Manager, the macOS keychain, a Secret Service such as those of
//! GNOME and KDE. Every call may wait for the system, and for a person whom it asks: never on the window's thread.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};
use thiserror::Error;

use crate::paths::Variables;
use crate::redact::Secret;

/// Under this name the keychain shows what is Loom's.
const SERVICE: &str = "Loom";
/// Says `none` where no keychain is to be used.
const VARIABLE: &str = "LOOM_KEYCHAIN";
/// The most that Windows takes, in its own two bytes a letter; the same everywhere, so that a project works everywhere.
const LONGEST_BYTES: usize = 2560;

/// Why the keychain did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeychainError {
    #[error("this computer has no keychain that can be used")]
    Missing,
    #[error(
        "it is too long for a keychain ({0} bytes, of at most {LONGEST_BYTES}); keep it in a file and give the node the \
         file's path"
    )]
    TooLong(usize),
    #[error("the keychain refused: {0}")]
    Refused(String),
}

/// The keychain of this computer, opened when it is first needed. Clones share it.
#[derive(Clone, Default)]
pub struct Keychain {
    store: Option<Arc<Mutex<Option<Arc<CredentialStore>>>>>,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.store.is_some() {
            "Keychain"
        } else {
            "no keychain"
        };
        f.write_str(name)
    }
}

impl Keychain {
    /// That of the system, unless `LOOM_KEYCHAIN` says none.
    pub fn of(variables: &Variables) -> Self {
        match variables.get_text(VARIABLE).as_deref() {
            Some("none") => Self::none(),
            _ => Self {
                store: Some(Arc::default()),
            },
        }
    }

    /// No keychain: nothing is found and nothing kept.
    pub fn none() -> Self {
        Self::default()
    }

    /// Can it be used at all?
    pub fn is_there(&self) -> bool {
        self.store().is_ok()
    }

    /// The secret of this name, if there is one.
    pub fn find(&self, name: &str) -> Result<Option<Secret>, KeychainError> {
        match self.entry(name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Keep a secret under a name, in place of the one that had it.
    pub fn keep(&self, name: &str, secret: &Secret) -> Result<(), KeychainError> {
        let bytes = secret.expose().encode_utf16().count() * 2;
        if bytes > LONGEST_BYTES {
            return Err(KeychainError::TooLong(bytes));
        }
        let entry = self.entry(name)?;
        entry
            .set_password(secret.expose())
            .map_err(|error| refused(&error))
    }

    /// Remove the secret of this name; that there is none is no error.
    pub fn forget(&self, name: &str) -> Result<(), KeychainError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, KeychainError> {
        let store = self.store()?;
        Entry::new_in_store(&store, SERVICE, name).map_err(|error| refused(&error))
    }

    /// One that could not be opened is tried again: it may have been started since.
    fn store(&self) -> Result<Arc<CredentialStore>, KeychainError> {
        let slot = self.store.as_ref().ok_or(KeychainError::Missing)?;
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let store = open()?;
        *slot = Some(Arc::clone(&store));
        Ok(store)
    }
}

/// The error as it is, and never what was read or written: the variants that hold that do not show it.
fn refused(error: &Error) -> KeychainError {
    match error {
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeychainError::Missing,
        error => KeychainError::Refused(error.to_string()),
    }
}

#[cfg(target_os = "linux")]
fn open() -> Result<Arc<CredentialStore>, KeychainError> {
    match zbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => {
            tracing::info!("no Secret Service: {error}");
            Err(KeychainError::Missing)
        }
    }
}

#[cfg(windows)]
fn open() -> Result<Arc<CredentialStore>, KeychainError> {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(refused(&error)),
    }
}

#[cfg(target_os = "macos")]
fn open() -> Result<Arc<CredentialStore>, KeychainError> {
    match apple_native_keyring_store::keychain::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(refused(&error)),
    }
}

#[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
fn open() -> Result<Arc<CredentialStore>, KeychainError> {
    Err(KeychainError::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_keychain_that_is_what_is_said() {
        for variables in [
            Variables::of(&[("LOOM_KEYCHAIN", "none")]),
            Variables::of(&[("LOOM_KEYCHAIN", "none"), ("OTHER", "x")]),
        ] {
            let keychain = Keychain::of(&variables);
            assert_eq!(keychain.find("a"), Err(KeychainError::Missing));
            assert_eq!(keychain.forget("a"), Err(KeychainError::Missing));
        }
    }

    /// The real thing, in a session of its own with a keychain of its own.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_secret_service_keeps_replaces_and_forgets() {
        use std::process::{Command, Stdio};
        let home = tempfile::tempdir().unwrap();
        let script = "printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$@\"";
        let run = |command: &[&str]| {
            let mut session = Command::new("dbus-run-session");
            session.args(["--", "sh", "-c", script, "sh"]).args(command);
            session
                .env("HOME", home.path())
                .env("XDG_DATA_HOME", home.path())
                .env("XDG_RUNTIME_DIR", home.path())
                .stderr(Stdio::inherit())
                .status()
                .is_ok_and(|status| status.success())
        };
        if !run(&["true"]) {
            crate::not_tested::note("dbus-run-session and gnome-keyring-daemon are not both here");
            return;
        }
        let program = std::env::current_exe().unwrap();
        let test = "secrets::keychain::tests::works_with_a_secret_service";
        let arguments = [test, "--exact", "--ignored", "--nocapture"];
        let call: Vec<_> = [program.to_str().unwrap()]
            .into_iter()
            .chain(arguments)
            .collect();
        assert!(run(&call), "what it says stands above");
        let mut kept = std::fs::read_dir(home.path().join("keyrings")).unwrap();
        assert!(kept.next().is_some(), "the keychain has a file");
    }

    #[cfg(target_os = "linux")]
    #[test]
    #[ignore = "run by the test above, in a session of its own"]
    fn works_with_a_secret_service() {
        let keychain = Keychain::of(&Variables::of(&[]));
        assert!(keychain.is_there());
        assert_eq!(keychain.find("openai"), Ok(None));
        for text in ["first", "second é\nline"] {
            keychain.keep("openai", &Secret::new(text)).unwrap();
            let found = Keychain::of(&Variables::of(&[])).find("openai").unwrap();
            assert_eq!(found.unwrap().expose(), text);
        }
        assert_eq!(keychain.find("other"), Ok(None));
        keychain.forget("openai").unwrap();
        keychain.forget("openai").unwrap();
        assert_eq!(keychain.find("openai"), Ok(None));
    }

    #[test]
    fn what_one_system_cannot_keep_is_refused_on_all() {
        let secret = Secret::new("ä".repeat(1_281));
        let error = Keychain::none().keep("a", &secret).unwrap_err();
        assert_eq!(error, KeychainError::TooLong(2_562));
        assert!(error.to_string().contains("at most 2560"));
        let secret = Secret::new("ä".repeat(1_280));
        let error = Keychain::none().keep("a", &secret).unwrap_err();
        assert_eq!(error, KeychainError::Missing);
    }
}
