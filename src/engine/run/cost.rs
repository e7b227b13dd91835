//! Cost: what the call of a node took when it really ran, by four measures. Plain figures; nothing is measured here.

/// What one call took. What is not known is `None`: the engine does not look at calls of less than a millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub wall_ms: f64,
    /// On the processor, of the thread that made the call.
    pub cpu_ms: Option<f64>,
    /// By which the engine's memory rose at most.
    pub peak_bytes: Option<u64>,
    pub result_bytes: Option<u64>,
}

/// What nodes are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    #[default]
    Time,
    Processor,
    Memory,
    Result,
}

impl Measure {
    pub const ALL: [Self; 4] = [Self::Time, Self::Processor, Self::Memory, Self::Result];

    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Processor => "CPU time",
            Self::Memory => "Memory",
            Self::Result => "Size of the result",
        }
    }

    /// The one after it, around the end.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|other| *other == self);
        Self::ALL[at.map_or(0, |at| (at + 1) % Self::ALL.len())]
    }

    /// In bytes; else in milliseconds.
    pub fn is_bytes(self) -> bool {
        matches!(self, Self::Memory | Self::Result)
    }

    /// The figure of a cost, where it is known.
    pub fn of(self, cost: &Cost) -> Option<f64> {
        match self {
            Self::Time => Some(cost.wall_ms),
            Self::Processor => cost.cpu_ms,
            Self::Memory => cost.peak_bytes.map(|bytes| bytes as f64),
            Self::Result => cost.result_bytes.map(|bytes| bytes as f64),
        }
    }
}

impl Cost {
    /// Of many calls together: times and results add up, and of memory the most that one took. A figure that is known of
    /// none stays unknown.
    pub fn sum<'a>(costs: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        fn both<T>(a: Option<T>, b: Option<T>, join: impl FnOnce(T, T) -> T) -> Option<T> {
            match (a, b) {
                (Some(a), Some(b)) => Some(join(a, b)),
                (a, b) => a.or(b),
            }
        }
        costs.into_iter().copied().reduce(|a, b| Self {
            wall_ms: a.wall_ms + b.wall_ms,
            cpu_ms: both(a.cpu_ms, b.cpu_ms, |a, b| a + b),
            peak_bytes: both(a.peak_bytes, b.peak_bytes, u64::max),
            result_bytes: both(a.result_bytes, b.result_bytes, u64::saturating_add),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_of_many_are_one_cost() {
        let quick = Cost {
            wall_ms: 0.5,
            ..Cost::default()
        };
        let slow = Cost {
            wall_ms: 20.0,
            cpu_ms: Some(15.0),
            peak_bytes: Some(1000),
            result_bytes: Some(10),
        };
        let slower = Cost {
            wall_ms: 40.0,
            cpu_ms: Some(5.0),
            peak_bytes: None,
            result_bytes: Some(30),
        };
        assert_eq!(Cost::sum([]), None);
        assert_eq!(
            Cost::sum([&quick, &quick]).map(|cost| cost.cpu_ms),
            Some(None)
        );
        let all = Cost::sum([&quick, &slow, &slower]).unwrap();
        let figures = Measure::ALL.map(|measure| measure.of(&all));
        assert_eq!(figures, [Some(60.5), Some(20.0), Some(1000.0), Some(40.0)]);
    }

    #[test]
    fn each_measure_follows_another_and_all_come() {
        let mut measure = Measure::default();
        for expected in [
            Measure::Processor,
            Measure::Memory,
            Measure::Result,
            Measure::Time,
        ] {
            measure = measure.next();
            assert_eq!(measure, expected);
        }
    }
}
