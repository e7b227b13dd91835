//! Clock: when a live run begins and when an older one is stopped. Pure: times are passed in, it starts and stops
//! nothing itself.

use std::time::{Duration, Instant};

/// After the last change: several that belong together make one run.
const REST: Duration = Duration::from_millis(80);
/// After the first one that was not run yet: a slider that is never still shows something all the same.
const LONGEST: Duration = Duration::from_millis(250);

/// What waits to be run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The first change that no run knows of, and the last one.
    changed: Option<(Instant, Instant)>,
    /// The run that is going was asked to stop.
    is_stopping: bool,
}

/// What the engine is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    Nothing,
    /// A run for values that are older by now: it may make room.
    Older,
    /// Something that is waited for: a run with breakpoints, an environment that is being built, a run that will take
    /// the newest values when it begins.
    Other,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing, until something else happens.
    Rest,
    /// Look again after this time.
    Wait(Duration),
    /// Stop what is going.
    Stop,
    Run,
}

impl Clock {
    /// Something gives another result by now.
    pub fn change(&mut self, now: Instant) {
        let (first, _) = self.changed.unwrap_or((now, now));
        self.changed = Some((first, now));
    }

    /// A run begins that takes in all changes so far; or they are not to be run.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn is_waiting(&self) -> bool {
        self.changed.is_some()
    }

    /// What is to be done, while `going` is what the engine is at. A run that is quick is not stopped by the next
    /// change at once, but when that one is due: so a slider that is dragged without a rest shows results on its way.
    pub fn turn(&mut self, now: Instant, going: Going) -> Turn {
        if going == Going::Nothing {
            self.is_stopping = false;
        }
        let Some((first, last)) = self.changed else {
            return Turn::Rest;
        };
        let due = (last + REST).min(first + LONGEST);
        if now < due {
            return Turn::Wait(due - now);
        }
        match going {
            Going::Nothing => {
                self.clear();
                Turn::Run
            }
            Going::Older if !std::mem::replace(&mut self.is_stopping, true) => Turn::Stop,
            Going::Older | Going::Other => Turn::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Step {
        Change,
        Clear,
        Expect(Going, Turn),
    }

    #[test]
    fn changes_run_when_they_rest_or_last_too_long_and_stop_what_is_older_once() {
        use Going::{Nothing, Older, Other};
        use Step::{Change, Clear, Expect};
        use Turn::{Rest, Run, Stop};
        let wait = |ms| Turn::Wait(Duration::from_millis(ms));
        let cases: [(&str, Vec<(u64, Step)>); 9] = [
            (
                "nothing changed",
                vec![(0, Expect(Nothing, Rest)), (900, Expect(Older, Rest))],
            ),
            (
                "one change runs once, after a rest",
                vec![
                    (0, Change),
                    (0, Expect(Nothing, wait(80))),
                    (50, Expect(Nothing, wait(30))),
                    (80, Expect(Nothing, Run)),
                    (81, Expect(Nothing, Rest)),
                ],
            ),
            (
                "each change puts the run off",
                vec![
                    (0, Change),
                    (70, Change),
                    (80, Expect(Nothing, wait(70))),
                    (150, Expect(Nothing, Run)),
                ],
            ),
            (
                "but not for ever",
                vec![
                    (0, Change),
                    (70, Change),
                    (140, Change),
                    (210, Change),
                    (210, Expect(Nothing, wait(40))),
                    (250, Expect(Nothing, Run)),
                    (260, Change),
                    (260, Expect(Nothing, wait(80))),
                ],
            ),
            (
                "an older run may go on until the newer one is due, and is asked to stop once",
                vec![
                    (0, Change),
                    (10, Expect(Older, wait(70))),
                    (80, Expect(Older, Stop)),
                    (90, Expect(Older, Rest)),
                    (100, Change),
                    (300, Expect(Older, Rest)),
                    (310, Expect(Nothing, Run)),
                ],
            ),
            (
                "one that ends by itself before that is not stopped",
                vec![
                    (0, Change),
                    (50, Expect(Nothing, wait(30))),
                    (80, Expect(Nothing, Run)),
                ],
            ),
            (
                "the next older run is stopped again",
                vec![
                    (0, Change),
                    (80, Expect(Older, Stop)),
                    (90, Expect(Nothing, Run)),
                    (100, Change),
                    (180, Expect(Older, Stop)),
                ],
            ),
            (
                "what is waited for is let be",
                vec![
                    (0, Change),
                    (500, Expect(Other, Rest)),
                    (600, Expect(Nothing, Run)),
                ],
            ),
            (
                "a run that took the changes in leaves nothing to do",
                vec![
                    (0, Change),
                    (80, Expect(Other, Rest)),
                    (90, Clear),
                    (99, Expect(Nothing, Rest)),
                ],
            ),
        ];
        let start = Instant::now();
        for (name, steps) in cases {
            let mut clock = Clock::default();
            for (ms, step) in steps {
                let now = start + Duration::from_millis(ms);
                match step {
                    Change => clock.change(now),
                    Clear => clock.clear(),
                    Expect(going, turn) => {
                        assert_eq!(clock.turn(now, going), turn, "{name}, after {ms} ms");
                    }
                }
            }
        }
    }
}
