//! Secrets of a run without a window: as `--secret` says where they are, else from the keychain, else asked for on the
//! terminal. A call never holds one: it is seen by every program of the machine.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::super::{Failure, say};
use super::session::Stopped;
use crate::graph::{Graph, Name, NodeId};
use crate::redact::Secret;
use crate::secrets::{Keychain, KeychainError};
use crate::sys;

/// How often Ctrl+C is looked at while the keychain takes its time.
const LOOK: Duration = Duration::from_millis(50);

/// The secrets that the nodes of a run name. Nothing runs with some of them.
pub fn gather(
    asked: &[String],
    graph: &Graph,
    targets: Option<&[NodeId]>,
    keychain: &Keychain,
) -> Result<BTreeMap<String, Secret>, Stopped> {
    let nodes: Vec<NodeId> = match targets {
        Some(targets) => graph.upstream(targets.iter().copied()),
        None => graph.nodes().map(|node| node.id).collect(),
    };
    let needed = graph.secrets_of(nodes);
    let mut secrets = BTreeMap::new();
    for text in asked {
        let (name, secret) = given(text).map_err(|why| {
            usage({
                let name = text.split_once('=').map_or("", |(name, _)| name);
                format!("--secret {name}: {why}")
            })
        })?;
        secrets.insert(name, secret);
    }
    let mut missing = Vec::new();
    for name in &needed {
        if secrets.contains_key(name.as_str()) {
            continue;
        }
        match from_keychain(keychain, name)? {
            Ok(Some(secret)) => {
                secrets.insert(name.to_string(), secret);
            }
            Ok(None) | Err(KeychainError::Missing) => missing.push(name),
            Err(error) => {
                say(&format!(
                    "loom: the secret \"{name}\" was not found: {error}"
                ));
                missing.push(name);
            }
        }
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !missing.is_empty() && !can_ask {
        let names: Vec<_> = missing.iter().map(|name| format!("\"{name}\"")).collect();
        return Err(usage(format!(
            "nothing was run: the secret {} is not known here; say where it is with --secret NAME=env:VARIABLE or \
             --secret NAME=file:PATH, or enter it in the window, which keeps it in the keychain",
            names.join(", ")
        )));
    }
    for name in missing {
        let prompt = format!("Secret \"{name}\" (it is not shown, and kept for this run alone): ");
        let text = rpassword::prompt_password(prompt).map_err(|error| {
            usage(format!(
                "the secret \"{name}\" cannot be asked for: {error}"
            ))
        })?;
        if sys::interrupts() > 0 || text.is_empty() {
            return Err(Stopped::Cancelled);
        }
        secrets.insert(name.to_string(), Secret::new(text));
    }
    Ok(secrets)
}

fn usage(message: String) -> Stopped {
    Stopped::Failed(Failure::usage(message))
}

/// NAME=env:VARIABLE or NAME=file:PATH. The error never repeats what may be the secret itself.
fn given(text: &str) -> Result<(String, Secret), String> {
    let how = "write NAME=env:VARIABLE or NAME=file:PATH; a secret itself must not stand in a call, where other programs \
               can read it";
    let (name, place) = text.split_once('=').ok_or(how)?;
    let secret = match place.split_once(':') {
        Some(("env", variable)) => std::env::var(variable).map_err(|_| {
            format!("there is no variable {variable} with a text in the environment")
        })?,
        Some(("file", path)) => std::fs::read_to_string(Path::new(path))
            .map_err(|error| format!("the file cannot be read: {error}"))?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
        _ => return Err(how.to_owned()),
    };
    if secret.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok((name.to_owned(), Secret::new(secret)))
}

/// It may ask a person for a password first; Ctrl+C ends the wait.
fn from_keychain(
    keychain: &Keychain,
    name: &Name,
) -> Result<Result<Option<Secret>, KeychainError>, Stopped> {
    let (sender, found) = mpsc::sync_channel(1);
    let (keychain, name) = (keychain.clone(), name.to_string());
    // There is no runtime here, and it cannot be asked to stop.
    thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || sender.send(keychain.find(&name)).ok())?;
    loop {
        match found.recv_timeout(LOOK) {
            Ok(found) => return Ok(found),
            Err(mpsc::RecvTimeoutError::Timeout) if sys::interrupts() == 0 => {}
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(Stopped::Cancelled),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(Ok(None)),
        }
    }
}
