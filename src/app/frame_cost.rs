//! Frame cost: what drawn frames cost the window's thread. The last ones are shown over the canvas when asked for, and
//! each is written to a file for scripts that measure. Asks for no frame of its own: an idle window stays idle.

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;

use egui::{Context, Pos2};

use crate::ui::overlay::note_ui;

/// Frames that are remembered.
const KEPT: usize = 300;
/// Costs that may wait to be written.
const WAITING: usize = 4096;

/// Costs in milliseconds, from the beginning of one frame to that of the next: with layout, tessellation, upload, and
/// what the window's events took in between.
#[derive(Debug, Default)]
pub struct FrameCosts {
    /// CPU time of this thread when the last frame began.
    begun: Option<f64>,
    drawn: u64,
    last: VecDeque<f64>,
    log: Option<mpsc::SyncSender<f64>>,
    pub is_shown: bool,
}

impl FrameCosts {
    /// Write each frame's cost to a file from now on: its number, a tab, milliseconds.
    pub fn write_to(&mut self, file: &Path) -> std::io::Result<()> {
        let mut file = std::fs::File::create(file)?;
        let (sender, costs) = mpsc::sync_channel::<f64>(WAITING);
        let write = move || {
            for (number, ms) in (1..).zip(costs) {
                if writeln!(file, "{number}\t{ms:.3}").is_err() {
                    break;
                }
            }
        };
        // Not on the window's thread, which never waits for a disk.
        std::thread::Builder::new()
            .name("frame-log".into())
            .spawn(write)?;
        self.log = Some(sender);
        Ok(())
    }

    /// A frame begins. `guess`: what the frame before took in milliseconds, where the system does not say it better.
    pub fn begin(&mut self, guess: Option<f64>) {
        self.drawn += 1;
        let now = thread_ms();
        let cost = match (self.begun, now) {
            (Some(begun), Some(now)) => Some(now - begun),
            (_, None) => guess,
            (None, _) => None,
        };
        self.begun = now;
        let Some(cost) = cost else {
            return;
        };
        self.last.push_back(cost);
        if self.last.len() > KEPT {
            self.last.pop_front();
        }
        // Where the disk is too slow a line is left out: the window does not wait for it.
        if let Some(log) = &self.log
            && let Err(mpsc::TrySendError::Disconnected(_)) = log.try_send(cost)
        {
            self.log = None;
        }
    }

    /// What is shown: the middle and the worst of the last frames.
    pub fn in_words(&self) -> String {
        let mut sorted: Vec<f64> = self.last.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(worst), Some(median)) = (sorted.last(), sorted.get(sorted.len() / 2)) else {
            return format!("{} frames drawn", self.drawn);
        };
        let (count, drawn) = (sorted.len(), self.drawn);
        format!("CPU per frame {median:.1} ms, worst {worst:.1} ms of {count}; {drawn} drawn")
    }

    /// Show them in a corner of the canvas.
    pub fn ui(&self, context: &Context, corner: Pos2) {
        if !self.is_shown {
            return;
        }
        note_ui(context, corner, self.in_words());
    }
}

/// CPU time that this thread has used, in milliseconds, where the system tells it finely enough.
#[cfg_attr(
    unix,
    expect(clippy::unnecessary_wraps, reason = "not every system tells it")
)]
fn thread_ms() -> Option<f64> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Some(time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6)
    }
    // Windows counts a thread's time in steps of 16 ms.
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_counted_told_and_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frames.tsv");
        let mut costs = FrameCosts::default();
        costs.write_to(&file).unwrap();
        assert_eq!(costs.in_words(), "0 frames drawn");
        for _ in 0..KEPT + 10 {
            costs.begin(Some(2.0));
        }
        let told = costs.in_words();
        assert!(
            told.contains(&format!("of {KEPT}; {} drawn", KEPT + 10)),
            "{told}"
        );
        costs.log = None;
        // The writer ends with its channel.
        let lines = loop {
            let text = std::fs::read_to_string(&file).unwrap();
            if text.lines().count() >= KEPT + 9 {
                break text;
            }
            std::thread::yield_now();
        };
        let first = lines.lines().next().unwrap();
        let (number, ms) = first.split_once('\t').unwrap();
        assert_eq!(number, "1");
        assert!(ms.parse::<f64>().unwrap() >= 0.0);
    }
}
