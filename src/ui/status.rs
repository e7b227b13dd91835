//! How a node's state is said and coloured, wherever it is shown. Paints nothing.

use egui::Color32;

use super::theme::Palette;
use crate::engine::run::{NodeRun, NodeStatus};

/// The state of a node in a few words, the time that it took included.
pub fn status_text(node: &NodeRun) -> String {
    let text = match &node.status {
        NodeStatus::Idle => "Not run yet".to_owned(),
        NodeStatus::Queued => "Waiting".to_owned(),
        NodeStatus::Paused => "Paused before it runs".to_owned(),
        NodeStatus::Running { since, progress } => {
            let elapsed = time_text(since.elapsed().as_secs_f64() * 1000.0);
            match progress
                .as_ref()
                .filter(|progress| !progress.text.is_empty())
            {
                Some(progress) => format!("Running for {elapsed}: {}", progress.text),
                None => format!("Running for {elapsed}"),
            }
        }
        NodeStatus::Done { ms } => format!("Done in {}", time_text(*ms)),
        NodeStatus::Cached => "Unchanged, the earlier result holds".to_owned(),
        NodeStatus::Failed(error) if error.kind == "Cancelled" => "Stopped".to_owned(),
        NodeStatus::Failed(error) => format!("Failed: {}", error.kind),
        NodeStatus::Skipped { .. } => "Not run: a node that it needs failed".to_owned(),
    };
    if node.is_stale && !node.status.is_pending() {
        format!("{text}, changed since")
    } else {
        text
    }
}

pub fn status_color(node: &NodeRun, palette: &Palette) -> Color32 {
    match &node.status {
        NodeStatus::Idle | NodeStatus::Queued => palette.idle,
        NodeStatus::Running { .. } => palette.busy,
        NodeStatus::Skipped { .. } | NodeStatus::Paused => palette.warn,
        NodeStatus::Failed(_) => palette.error,
        NodeStatus::Done { .. } | NodeStatus::Cached if node.is_stale => palette.idle,
        NodeStatus::Done { .. } | NodeStatus::Cached => palette.ok,
    }
}

/// A time in milliseconds, in the unit that suits it.
pub fn time_text(ms: f64) -> String {
    if ms < 0.095 {
        format!("{:.0} µs", ms * 1000.0)
    } else if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if ms < 59_950.0 {
        format!("{:.1} s", ms / 1000.0)
    } else {
        let secs = (ms / 1000.0).round() as u64;
        format!("{} min {} s", secs / 60, secs % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_the_unit_that_suits_them() {
        for (ms, expected) in [
            (0.012, "12 µs"),
            (0.3, "0.3 ms"),
            (42.0, "42 ms"),
            (1234.0, "1.2 s"),
            (61_000.0, "1 min 1 s"),
            (3_600_000.0, "60 min 0 s"),
        ] {
            assert_eq!(time_text(ms), expected);
        }
    }
}
