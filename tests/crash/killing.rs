//! A test that starts itself as a child and kills it at random moments: what such a child says and when it is killed.
//! Checks nothing.

use std::ffi::OsStr;
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many kills, where those of `./x test` are not enough.
const KILLS: &str = "LOOM_CRASH_KILLS";

/// How many kills there are to be: `usual`, or what the environment says.
pub fn kills(usual: usize) -> usize {
    let kills = std::env::var(KILLS).ok();
    kills.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Numbers that look random; the first is in the message of a failure, so that it can be repeated.
pub struct Random(pub u64);

impl Random {
    pub fn new() -> Self {
        Self((u64::from(std::process::id()) << 16) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Start an ignored test of this program, which finds the folder of its work in a variable.
pub fn start(test: &str, variable: &str, folder: impl AsRef<OsStr>) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env(variable, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Wait until a child has said some lines, fewer than `end`, and up to as long again as any of them took: whatever it does
/// next may be under way then. Lines rather than a time alone, which on a slow disk would see nothing but its start.
pub fn wait(
    lines: &mut impl Iterator<Item = io::Result<String>>,
    end: u64,
    random: &mut Random,
    mut hear: impl FnMut(&str),
) {
    let mut longest = Duration::from_millis(20);
    for _ in 0..random.below(end) {
        let start = Instant::now();
        let line = lines.next().expect("it works until it is killed");
        hear(&line.unwrap());
        longest = longest.max(start.elapsed());
    }
    let moment = random.below(longest.as_micros() as u64);
    std::thread::sleep(Duration::from_micros(moment));
}

/// What a child tells whoever kills it.
pub fn say(what: &str, count: usize) {
    println!("@@{what} {count}");
}

/// What a line of a child's output tells, if anything: the test harness writes on the same pipe.
pub fn heard(line: &str) -> Option<(&str, usize)> {
    let (what, count) = line.rsplit_once("@@")?.1.split_once(' ')?;
    Some((what, count.trim().parse().ok()?))
}
