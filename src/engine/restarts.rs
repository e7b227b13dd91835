//! Restarts: when the next process may be started after ends that no node is to blame for, so that one that always dies
//! is not started for ever. Pure: the time comes in, the answer comes out.

use std::time::{Duration, Instant};

/// How long to wait for the next start after the first, second and third end within a minute; after one more there is
/// none.
const WAITS: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(8),
];
const WITHIN: Duration = Duration::from_mins(1);

/// The ends of the last minute.
#[derive(Default)]
pub struct Restarts {
    ends: Vec<Instant>,
    last: String,
}

/// When another process may be started.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Now,
    At(Instant),
    /// Not by itself; why, and what to do, in words.
    Never(String),
}

impl Restarts {
    /// A process ended, in this way.
    pub fn note(&mut self, now: Instant, how: &str) {
        self.ends.retain(|at| now.duration_since(*at) < WITHIN);
        self.ends.push(now);
        how.clone_into(&mut self.last);
    }

    /// The user wants another, whatever was.
    pub fn clear(&mut self) {
        self.ends.clear();
    }

    pub fn next(&self, now: Instant) -> Next {
        let mut recent = self
            .ends
            .iter()
            .filter(|at| now.duration_since(**at) < WITHIN);
        let count = recent.clone().count();
        let Some(last) = recent.next_back() else {
            return Next::Now;
        };
        let Some(wait) = WAITS.get(count - 1) else {
            let first = recent.next().unwrap_or(last);
            let left = (*first + WITHIN).duration_since(now);
            return Next::Never(format!(
                "The engine is not started again: it ended {count} times within a minute and no node is to blame \
                 (the last time {}). See in the console what it said; then restart the engine, or run again in {} s",
                self.last,
                left.as_secs() + 1
            ));
        };
        let at = *last + *wait;
        if at > now { Next::At(at) } else { Next::Now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_it_dies_the_longer_the_wait_until_there_is_no_next() {
        let start = Instant::now();
        let mut restarts = Restarts::default();
        assert_eq!(restarts.next(start), Next::Now);
        let mut now = start;
        for wait in [500, 2000, 8000] {
            restarts.note(now, "with exit code 3");
            let at = now + Duration::from_millis(wait);
            assert_eq!(restarts.next(now), Next::At(at));
            assert_eq!(restarts.next(at), Next::Now);
            now = at;
        }
        restarts.note(now, "with exit code 9");
        let Next::Never(why) = restarts.next(now) else {
            panic!("a fourth start")
        };
        assert!(why.contains("ended 4 times within a minute"), "{why}");
        assert!(why.contains("with exit code 9"), "{why}");
        assert!(why.ends_with("or run again in 50 s"), "{why}");
        // When the first is a minute ago there were three, and the last of these was long ago.
        assert_eq!(restarts.next(start + WITHIN), Next::Now);
        restarts.clear();
        assert_eq!(restarts.next(now), Next::Now);
    }
}
