//! Forecast: how long a run, or a node of it, still takes, told from how long nodes took the last time. Pure: it is given
//! the time and reads no clock. Where too little is known it says nothing.

/// A node says how far it is: before this much of it is done, or this soon after it began, that tells nothing.
const LEAST_FRACTION: f64 = 0.02;
const LEAST_SECS: f64 = 0.5;
/// So many nodes whose time is known stand for those of which it is not.
const LEAST_SAMPLES: u32 = 3;
/// As if this long one node had been at work: in its first moments a run tells nothing of how many work side by side.
const PRIOR_SECS: f64 = 1.0;
/// Nodes at work side by side; less than one where the engine itself is what takes long.
const PARALLEL: std::ops::RangeInclusive<f64> = 0.5..=64.0;

/// A node that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunningNode {
    /// How long it has run.
    pub elapsed_secs: f64,
    /// How far it said it was, from 0 to 1, and how long it had run then.
    pub told: Option<(f64, f64)>,
    /// How long it took the last time.
    pub last_secs: Option<f64>,
}

/// A run in progress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Since the engine began with it.
    pub elapsed_secs: f64,
    /// Calls that have ended, and how long they took, added up.
    pub ran: u32,
    pub ran_secs: f64,
    /// Nodes that wait and took so long the last time, added up.
    pub known: u32,
    pub known_secs: f64,
    /// Nodes that wait and never ran.
    pub unknown: u32,
    pub running: Vec<RunningNode>,
}

impl RunningNode {
    /// How long it still takes: by what it tells of itself, else by the last time; `None` when neither says, or it takes
    /// longer than that already.
    pub fn secs_left(&self) -> Option<f64> {
        let by_itself = self.told.and_then(|(fraction, at_secs)| {
            let is_telling = fraction >= LEAST_FRACTION && at_secs >= LEAST_SECS;
            let left_then = at_secs * (1.0 - fraction) / fraction;
            is_telling.then_some(left_then - (self.elapsed_secs - at_secs))
        });
        let left = by_itself.or_else(|| Some(self.last_secs? - self.elapsed_secs))?;
        (left > 0.0).then_some(left)
    }
}

impl Work {
    /// How long the run still takes; `None` when that is not known.
    pub fn secs_left(&self) -> Option<f64> {
        let samples = self.ran + self.known;
        let mean_secs = (samples >= LEAST_SAMPLES)
            .then(|| (self.ran_secs + self.known_secs) / f64::from(samples));
        let of_unknown = match self.unknown {
            0 => 0.0,
            count => f64::from(count) * mean_secs?,
        };
        let of_running = |node: &RunningNode| {
            let unknown = node.told.is_none() && node.last_secs.is_none();
            let guessed = || {
                mean_secs
                    .filter(|_| unknown)
                    .map(|mean| mean - node.elapsed_secs)
            };
            node.secs_left().or_else(guessed).filter(|left| *left > 0.0)
        };
        let lefts: Vec<f64> = self.running.iter().filter_map(of_running).collect();
        let longest = lefts.iter().copied().fold(0.0, f64::max);
        let busy_secs: f64 = self.running.iter().map(|node| node.elapsed_secs).sum();
        let parallel = (self.ran_secs + busy_secs + PRIOR_SECS) / (self.elapsed_secs + PRIOR_SECS);
        let parallel = parallel.clamp(*PARALLEL.start(), *PARALLEL.end());
        let in_turn = self.known_secs + of_unknown + lefts.iter().sum::<f64>();
        // What waits is shared by all at work; what one node has begun no other does for it.
        let left = (in_turn / parallel).max(longest);
        (left > 0.0).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(elapsed_secs: f64, told: Option<(f64, f64)>, last: Option<f64>) -> RunningNode {
        RunningNode {
            elapsed_secs,
            told,
            last_secs: last,
        }
    }

    #[test]
    fn a_node_goes_by_what_it_tells_else_by_the_last_time() {
        for (node, expected) in [
            (running(6.0, Some((0.3, 6.0)), None), Some(14.0)),
            // What it tells counts more than the last time, and goes on with the clock until it tells again.
            (running(8.0, Some((0.3, 6.0)), Some(100.0)), Some(12.0)),
            (running(30.0, Some((0.3, 6.0)), Some(100.0)), None),
            // Too little to tell anything.
            (running(6.0, Some((0.001, 6.0)), None), None),
            (running(0.1, Some((0.5, 0.1)), Some(4.1)), Some(4.0)),
            (running(3.0, None, Some(10.0)), Some(7.0)),
            (running(12.0, None, Some(10.0)), None),
            (running(3.0, None, None), None),
            (running(6.0, Some((1.0, 6.0)), None), None),
        ] {
            let left = node.secs_left();
            let is_same = match (left, expected) {
                (Some(left), Some(expected)) => f64::abs(left - expected) < 1e-6,
                (left, expected) => left == expected,
            };
            assert!(is_same, "{node:?}: {left:?}, not {expected:?}");
        }
    }

    #[test]
    fn a_run_goes_by_what_is_left_over_how_many_work_side_by_side() {
        let alone = Work {
            elapsed_secs: 9.0,
            ran: 9,
            ran_secs: 9.0,
            ..Work::default()
        };
        for (why, work, expected) in [
            (
                "nothing is known",
                Work {
                    unknown: 5,
                    ..Work::default()
                },
                None,
            ),
            (
                "times of the last run",
                Work {
                    known: 10,
                    known_secs: 20.0,
                    ..alone.clone()
                },
                Some(20.0),
            ),
            (
                "by count: as long as those that ran",
                Work {
                    unknown: 6,
                    ..alone.clone()
                },
                Some(6.0),
            ),
            (
                "by count, but of two alone nothing is said",
                Work {
                    ran: 2,
                    unknown: 6,
                    ..alone.clone()
                },
                None,
            ),
            (
                "four side by side",
                Work {
                    ran_secs: 39.0,
                    known: 10,
                    known_secs: 20.0,
                    ..alone.clone()
                },
                Some(5.0),
            ),
            (
                "one long node takes as long as it takes",
                Work {
                    ran_secs: 29.0,
                    known: 2,
                    known_secs: 4.0,
                    running: vec![running(10.0, None, Some(70.0))],
                    ..alone.clone()
                },
                Some(60.0),
            ),
            (
                "a node that takes longer than the last time tells nothing",
                Work {
                    running: vec![running(9.0, None, Some(2.0))],
                    ..alone.clone()
                },
                None,
            ),
            (
                "one that never ran is taken for one of the others",
                Work {
                    running: vec![running(0.25, None, None)],
                    ..alone.clone()
                },
                Some(0.75 / (10.25 / 10.0)),
            ),
            (
                "in its first moments a run counts as one node after the other",
                Work {
                    elapsed_secs: 0.0,
                    known: 4,
                    known_secs: 8.0,
                    ..Work::default()
                },
                Some(8.0),
            ),
        ] {
            let left = work.secs_left();
            let is_same = match (left, expected) {
                (Some(left), Some(expected)) => {
                    let off: f64 = left - expected;
                    off.abs() < expected * 0.02 || off.abs() < 0.05 + expected * 0.03
                }
                (left, expected) => left == expected,
            };
            assert!(is_same, "{why}: {left:?}, not {expected:?}");
        }
    }
}
