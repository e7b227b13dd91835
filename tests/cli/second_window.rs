//! A second call for a window: the window that is open takes what it names, without any socket.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use loom::instance::{Inbox, Mark};

/// Call the real program while a window is open, which takes what is asked of it.
fn call(
    userdata: &std::path::Path,
    words: &[&str],
    inbox: &mut Inbox,
) -> (Output, Vec<Option<PathBuf>>) {
    let mut call = Command::new(env!("CARGO_BIN_EXE_loom"));
    let call = call.arg("--userdata").arg(userdata).args(words);
    // It must not get as far as a window.
    let call = call.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let mut child = call.stderr(Stdio::piped()).spawn().unwrap();
    let mut taken = Vec::new();
    while child.try_wait().unwrap().is_none() {
        taken.extend(inbox.take());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    (child.wait_with_output().unwrap(), taken)
}

#[test]
fn the_window_that_is_open_takes_what_a_second_call_names() {
    let userdata = tempfile::tempdir().unwrap();
    let project = loom::project::create("Coins", userdata.path()).unwrap();
    let (mark, _) = Mark::leave(userdata.path()).unwrap();
    let mut inbox = Inbox::open(userdata.path());
    let (output, taken) = call(userdata.path(), &["Coins"], &mut inbox);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("Coins is shown in the window that is open already"),
        "{said}"
    );
    assert!(
        said.contains(&format!("process {}", std::process::id())),
        "{said}"
    );
    let project = loom::paths::full(&project).unwrap();
    assert_eq!(taken, [Some(project.clone())]);
    // So is an archive, whatever lies around it.
    let archive = userdata.path().join("Coins.loom");
    loom::project::archive::pack(&project, &archive, &mut |_| ()).unwrap();
    let (output, taken) = call(userdata.path(), &[archive.to_str().unwrap()], &mut inbox);
    assert!(output.status.success());
    assert_eq!(taken, [Some(archive)]);
    let (output, taken) = call(userdata.path(), &[], &mut inbox);
    assert!(output.status.success());
    assert_eq!(taken, [None]);
    // What is not there is said where it was asked for.
    let (output, taken) = call(userdata.path(), &["nothing"], &mut inbox);
    assert_eq!((output.status.code(), taken), (Some(2), Vec::new()));
    mark.end();
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_that_does_not_answer_or_is_not_wanted_is_left_alone() {
    let userdata = tempfile::tempdir().unwrap();
    let (mark, _) = Mark::leave(userdata.path()).unwrap();
    let mut inbox = Inbox::open(userdata.path());
    let (output, taken) = call(userdata.path(), &["--new-window"], &mut inbox);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the window could not be opened"), "{said}");
    assert_eq!(taken, []);
    // It is there, and takes nothing.
    let mut call = Command::new(env!("CARGO_BIN_EXE_loom"));
    let call = call.arg("--userdata").arg(userdata.path());
    let call = call.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let output = call.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the window could not be opened"), "{said}");
    assert_eq!(inbox.take(), []);
    mark.end();
}
