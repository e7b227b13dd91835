//! A small disk that one process has to itself, where the system lets one be made. Knows no test.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first surprise"
)]

mod not_tested;

use std::process::Command;

/// Run an ignored test of this program in a process that has a disk of this size; `variable` names it its folder.
pub fn run_test(test: &str, size: &str, variable: &str) {
    let disk = tempfile::tempdir().unwrap();
    let script = format!("mount -t tmpfs -o size={size} tmpfs \"$1\" && shift && exec \"$@\"");
    let run = |command: &[&str]| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount"]);
        unshare.args(["sh", "-c", &script, "sh"]).arg(disk.path());
        let status = unshare.args(command).env(variable, disk.path()).status();
        status.is_ok_and(|status| status.success())
    };
    if !run(&["true"]) {
        not_tested::note("no disk can be mounted");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let program = program.to_str().unwrap();
    let done = run(&[program, test, "--exact", "--ignored", "--nocapture"]);
    assert!(done, "what it says stands above");
}
