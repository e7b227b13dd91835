//! How a node's state is said and coloured, wherever it is shown. Paints nothing.

use egui::Color32;

use super::theme::Palette;
use crate::engine::run::{Cost, Measure, NodeRun, NodeStatus};

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
        NodeStatus::Unused { .. } => "Not run: another branch was chosen".to_owned(),
    };
    if node.is_stale && !node.status.is_pending() {
        format!("{text}, changed since")
    } else {
        text
    }
}

pub fn status_color(node: &NodeRun, palette: &Palette) -> Color32 {
    match &node.status {
        NodeStatus::Idle | NodeStatus::Queued | NodeStatus::Unused { .. } => palette.idle,
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

/// An amount of memory, in the unit that suits it.
pub fn bytes_text(bytes: f64) -> String {
    let mut amount = bytes;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if amount < 999.5 {
            // Two digits tell enough.
            let decimals = usize::from(amount < 9.95 && unit != "bytes");
            return format!("{amount:.decimals$} {unit}");
        }
        amount /= 1000.0;
    }
    format!("{amount:.1} TB")
}

/// What a node took when it ran, in words; empty where nothing is known that its state does not say already.
pub fn cost_text(node: &NodeRun, cost: &Cost) -> String {
    let is_said = matches!(node.status, NodeStatus::Done { .. });
    let time = (!is_said).then(|| format!("Took {} when it ran", time_text(cost.wall_ms)));
    let bytes =
        |what: &str, bytes: Option<u64>| Some(format!("{what} {}", bytes_text(bytes? as f64)));
    let parts = [
        time,
        cost.cpu_ms.map(|ms| format!("CPU {}", time_text(ms))),
        bytes("memory", cost.peak_bytes),
        bytes("result", cost.result_bytes),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

/// A figure of nodes, in its unit.
pub fn figure_text(measure: Measure, figure: f64) -> String {
    if measure.is_bytes() {
        bytes_text(figure)
    } else {
        time_text(figure)
    }
}

/// How long a node still takes, rounded as coarsely as such a guess is good for.
pub fn node_left_text(secs: f64) -> String {
    let step = match secs {
        secs if secs < 10.0 => 1.0,
        secs if secs < 60.0 => 5.0,
        _ => 30.0,
    };
    left_text(((secs / step).ceil() * step) as u64)
}

/// How long something still takes, in words: `12 s left`. Long times are rounded, so that they rarely change.
pub fn left_text(secs: u64) -> String {
    match secs {
        0 => "nearly done".to_owned(),
        1..60 => format!("{secs} s left"),
        60..600 => format!("{} min {} s left", secs / 60, secs % 60 / 10 * 10),
        600..3600 => format!("{} min left", secs / 60),
        _ => format!("{} h {} min left", secs / 3600, secs % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_left_are_told_as_finely_as_they_are_known() {
        for (secs, expected) in [
            (0, "nearly done"),
            (12, "12 s left"),
            (75, "1 min 10 s left"),
            (660, "11 min left"),
            (4000, "1 h 6 min left"),
        ] {
            assert_eq!(left_text(secs), expected);
        }
        for (secs, expected) in [
            (0.2, "1 s left"),
            (9.2, "10 s left"),
            (11.0, "15 s left"),
            (61.0, "1 min 30 s left"),
        ] {
            assert_eq!(node_left_text(secs), expected);
        }
    }

    #[test]
    fn what_a_node_took_is_told_as_far_as_it_is_known() {
        let quick = Cost {
            wall_ms: 0.2,
            ..Cost::default()
        };
        let slow = Cost {
            wall_ms: 1500.0,
            cpu_ms: Some(20.0),
            peak_bytes: None,
            result_bytes: Some(4000),
        };
        let done = NodeRun {
            status: NodeStatus::Done { ms: 1500.0 },
            ..NodeRun::default()
        };
        let cached = NodeRun {
            status: NodeStatus::Cached,
            ..NodeRun::default()
        };
        for (run, cost, expected) in [
            (&done, &quick, ""),
            (&done, &slow, "CPU 20 ms · result 4.0 kB"),
            (
                &cached,
                &slow,
                "Took 1.5 s when it ran · CPU 20 ms · result 4.0 kB",
            ),
        ] {
            assert_eq!(cost_text(run, cost), expected);
        }
    }

    #[test]
    fn amounts_of_memory_are_in_the_unit_that_suits_them() {
        for (bytes, expected) in [
            (0.0, "0 bytes"),
            (28.0, "28 bytes"),
            (1200.0, "1.2 kB"),
            (52_428_800.0, "52 MB"),
            (999_600_000.0, "1.0 GB"),
            (3e12, "3.0 TB"),
        ] {
            assert_eq!(bytes_text(bytes), expected);
        }
    }

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
