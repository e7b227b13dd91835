//! Cancel: a Stop that was asked for: when its nodes are interrupted, and when the process is killed. Pure.

use std::time::{Duration, Instant};

use super::Stop;

/// After Stop: when nodes are interrupted, and when the process is killed.
pub const INTERRUPT_AFTER: Duration = Duration::from_secs(2);
const KILL_AFTER: Duration = Duration::from_secs(5);
/// The same where the stop is gentle.
const KILL_GENTLY_AFTER: Duration = Duration::from_mins(1);

/// What is known of it.
pub struct Cancel {
    pub at: Instant,
    pub how: Stop,
    pub is_interrupted: bool,
}

impl Cancel {
    /// When something is to be done next.
    pub fn next_deadline(&self) -> Instant {
        if self.is_interrupted {
            self.kill_at()
        } else {
            self.at + INTERRUPT_AFTER
        }
    }

    pub fn kill_at(&self) -> Instant {
        self.at
            + match self.how {
                Stop::Firm => KILL_AFTER,
                Stop::Gentle => KILL_GENTLY_AFTER,
            }
    }
}
