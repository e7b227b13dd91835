//! What a test could not try here, for want of a tool or a right: told where it is seen, and counted by `./x test` at its
//! end. Knows no test.

use std::fs::OpenOptions;
use std::io::Write as _;

/// The running test leaves something out, and says why.
pub fn note(why: &str) {
    let thread = std::thread::current();
    let line = format!("{}: {why}\n", thread.name().unwrap_or("a test"));
    eprint!("not tested: {line}");
    // `./x` names the file.
    if let Some(path) = std::env::var_os("LOOM_NOT_TESTED")
        && let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path)
    {
        file.write_all(line.as_bytes()).ok();
    }
}
