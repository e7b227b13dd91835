//! Countdown: the time left as it is shown. It follows an estimate that jumps about, and itself goes down with the clock:
//! up only where the estimate has truly grown, and never back and forth. Pure: it is given the time.

/// How quickly what is shown follows the estimate, in seconds.
const FOLLOWS_SECS: f64 = 2.0;
/// An estimate that is missing for so long is not to be had.
const PATIENCE_SECS: f64 = 3.0;
/// What is shown grows only by more than this part of itself, and more than a second.
const GROWTH: f64 = 0.15;

/// The time left of one thing that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Countdown {
    /// What is thought to be left, at the time it was thought, in seconds.
    left: Option<(f64, f64)>,
    /// When there was an estimate last.
    told_at: f64,
    shown: Option<u64>,
}

impl Countdown {
    /// The seconds to show at `now`, a time in seconds that never falls; `None`: nothing is known.
    pub fn follow(&mut self, estimate: Option<f64>, now: f64) -> Option<u64> {
        let expected = self.left.map(|(left, at)| (left - (now - at)).max(0.0));
        let left = match (expected, estimate) {
            (_, None) if now - self.told_at > PATIENCE_SECS => None,
            (expected, None) => expected,
            (None, Some(estimate)) => Some(estimate),
            (Some(expected), Some(estimate)) => {
                let passed = self.left.map_or(0.0, |(_, at)| now - at);
                let part = 1.0 - (-passed / FOLLOWS_SECS).exp();
                Some(expected + (estimate - expected) * part)
            }
        };
        if estimate.is_some() {
            self.told_at = now;
        }
        self.left = left.map(|left| (left, now));
        self.shown = left.map(|left| {
            let whole = left.ceil() as u64;
            match self.shown {
                Some(shown) if whole > shown && left < shown as f64 * (1.0 + GROWTH) + 1.0 => shown,
                _ => whole,
            }
        });
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown ten times a second, each value once, while the estimate is this function of the time.
    fn shown(secs: u32, estimate: impl Fn(f64) -> Option<f64>) -> Vec<Option<u64>> {
        let mut countdown = Countdown::default();
        let mut shown: Vec<Option<u64>> = (0..secs * 10)
            .map(|i| f64::from(i) / 10.0)
            .map(|now| countdown.follow(estimate(now), now))
            .collect();
        shown.dedup();
        shown
    }

    #[test]
    fn what_is_shown_goes_down_with_the_clock_whatever_the_estimate_does() {
        let down = |from: u64, to: u64| (to..=from).rev().map(Some).collect::<Vec<_>>();
        for (why, shown, expected) in [
            ("nothing is known", shown(5, |_| None), vec![None]),
            (
                "a good estimate",
                shown(5, |now| Some(8.0 - now)),
                down(8, 4),
            ),
            (
                "one that trembles",
                shown(5, |now| Some(8.0 - now + (now * 37.0).sin())),
                down(8, 4),
            ),
            (
                "one that stands still",
                shown(4, |_| Some(100.0)),
                vec![Some(100), Some(99)],
            ),
            (
                "one that goes is waited for a while",
                shown(6, |now| (now < 1.0).then_some(9.0 - now)),
                vec![Some(9), Some(8), Some(7), Some(6), None],
            ),
            (
                "it never falls below nothing",
                shown(4, |now| (now < 1.5).then_some((2.0 - now).max(0.1))),
                vec![Some(2), Some(1), Some(0)],
            ),
        ] {
            assert_eq!(shown, expected, "{why}");
        }
    }

    #[test]
    fn an_estimate_that_grows_is_followed() {
        let shown = shown(12, |now| Some(if now < 2.0 { 10.0 } else { 60.0 }));
        let last = shown.last().copied().flatten().unwrap();
        assert!((51..=60).contains(&last), "{shown:?}");
        // And rarely: by steps that are worth it.
        let grown = shown.windows(2).filter(|pair| pair[1] > pair[0]).count();
        assert!(grown <= 12, "{shown:?}");
    }
}
