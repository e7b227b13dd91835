//! Memory: how much an engine and all that it started hold, looked at now and then, and how much they may. Ends nothing.

use std::fmt;
use std::time::{Duration, Instant};

use crate::sys;

/// How often to look during a run, and without one: what a node left behind may still grow.
const DURING_RUN: Duration = Duration::from_millis(500);
const BETWEEN_RUNS: Duration = Duration::from_secs(10);

/// Memory that is held, and how much may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub bytes: u64,
    pub limit: u64,
}

/// Looks at one process and its descendants.
#[derive(Debug)]
pub struct Watch {
    limit: u64,
    next: Instant,
}

/// What an engine may hold on this machine, in bytes, when it may have this part of all memory; `None` when the
/// machine does not say how much there is.
pub fn limit_of(percent: u32) -> Option<u64> {
    Some(sys::total_memory()? / 100 * u64::from(percent))
}

impl Held {
    pub fn is_over(self) -> bool {
        self.bytes >= self.limit
    }

    /// Worth a warning: three quarters of the limit, which is 60 % of the memory where the limit is 80 %.
    pub fn is_much(self) -> bool {
        self.bytes >= much(self.limit)
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (held, limit) = (size(self.bytes), size(self.limit));
        write!(f, "it held {held} and may hold {limit}")
    }
}

impl Watch {
    pub fn new(limit: u64, now: Instant) -> Self {
        let next = now + BETWEEN_RUNS;
        Self { limit, next }
    }

    /// A run begins: look soon, but not at once, so that a short one has nothing of it.
    pub fn note_run(&mut self, now: Instant) {
        self.next = self.next.min(now + DURING_RUN);
    }

    pub fn next_look(&self) -> Instant {
        self.next
    }

    /// What the process and its descendants hold, if it is time to look.
    pub fn look(&mut self, process: u32, has_run: bool, now: Instant) -> Option<Held> {
        if now < self.next {
            return None;
        }
        self.next = now + if has_run { DURING_RUN } else { BETWEEN_RUNS };
        let bytes = sys::held_memory(process, much(self.limit))?;
        let limit = self.limit;
        Some(Held { bytes, limit })
    }
}

fn much(limit: u64) -> u64 {
    limit / 4 * 3
}

/// `19.6 GB`, `412 MB`.
pub fn size(bytes: u64) -> String {
    const GIGABYTE: u64 = 1_000_000_000;
    if bytes >= GIGABYTE {
        format!("{:.1} GB", bytes as f64 / GIGABYTE as f64)
    } else {
        format!("{} MB", bytes / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_is_told_before_it_is_too_much() {
        let limit = 8_000_000_000;
        for (bytes, is_much, is_over, text) in [
            (
                5_999_999_999,
                false,
                false,
                "it held 6.0 GB and may hold 8.0 GB",
            ),
            (
                6_000_000_000,
                true,
                false,
                "it held 6.0 GB and may hold 8.0 GB",
            ),
            (
                8_000_000_000,
                true,
                true,
                "it held 8.0 GB and may hold 8.0 GB",
            ),
            (
                412_345_678,
                false,
                false,
                "it held 412 MB and may hold 8.0 GB",
            ),
        ] {
            let held = Held { bytes, limit };
            assert_eq!((held.is_much(), held.is_over()), (is_much, is_over));
            assert_eq!(held.to_string(), text);
        }
    }

    #[test]
    fn a_run_is_looked_at_soon_and_however_short_the_runs_are() {
        let start = Instant::now();
        let mut watch = Watch::new(u64::MAX, start);
        watch.note_run(start);
        assert_eq!(watch.next_look(), start + DURING_RUN);
        watch.note_run(start + DURING_RUN / 2);
        assert_eq!(watch.next_look(), start + DURING_RUN);
        let own = std::process::id();
        assert_eq!(watch.look(own, true, start), None);
        watch.look(own, true, start + DURING_RUN);
        assert_eq!(watch.next_look(), start + 2 * DURING_RUN);
        watch.look(own, false, start + 2 * DURING_RUN);
        assert_eq!(watch.next_look(), start + 2 * DURING_RUN + BETWEEN_RUNS);
    }

    #[test]
    fn the_limit_is_a_part_of_what_there_is() {
        let all = limit_of(100).unwrap();
        let half = limit_of(50).unwrap();
        assert!(all > 100_000_000, "{all}");
        assert!(half * 2 <= all && half * 2 + 200 > all, "{half} of {all}");
    }
}
