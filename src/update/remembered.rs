//! Remembered: what is known of updates from one start to the next and is no setting of anybody's, in `updates.json`. What
//! cannot be read of it counts as not known, field by field.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use semver::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::manifest::Manifest;
use crate::document::file::write_atomic;

const FILE: &str = "updates.json";
/// After so many installations of a version that failed it is offered no more, unless somebody asks.
const MOST_FAILURES: u32 = 2;

/// Times are in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Remembered {
    /// When the server was asked last.
    last_check_secs: u64,
    /// The server asked not to be asked before.
    not_before_secs: u64,
    /// The latest time that was found under a signature.
    published_secs: u64,
    /// The highest number of a manifest, by channel.
    highest_seq: BTreeMap<String, u64>,
    /// The highest version that a manifest of any channel withdrew.
    min_allowed: Option<Version>,
    /// The last list of releases and what the server called it.
    pub(super) answer: Option<Answer>,
    /// How often putting a version in place failed.
    failures: BTreeMap<String, u32>,
}

/// What the server said last, which it may say has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub address: String,
    pub etag: String,
    pub text: String,
}

impl Remembered {
    pub fn load(userdata: &Path) -> Self {
        let bytes = std::fs::read(userdata.join(FILE)).unwrap_or_default();
        let json: Map<String, Json> = serde_json::from_slice(&bytes).unwrap_or_default();
        Self {
            last_check_secs: field(&json, "last_check_secs"),
            not_before_secs: field(&json, "not_before_secs"),
            published_secs: field(&json, "published_secs"),
            highest_seq: field(&json, "highest_seq"),
            min_allowed: field(&json, "min_allowed"),
            answer: field(&json, "answer"),
            failures: field(&json, "failures"),
        }
    }

    pub fn save(&self, userdata: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(userdata)?;
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        write_atomic(&userdata.join(FILE), &text)
    }

    /// How long until the server may be asked by itself. A last time that lies ahead is none: the clock was set back.
    pub fn wait(&self, now: SystemTime, between: Duration) -> Duration {
        let now = secs(now);
        let since = now.checked_sub(self.last_check_secs);
        let due = since.map_or(0, |since| between.as_secs().saturating_sub(since));
        Duration::from_secs(due).max(self.held(from_secs(now)).unwrap_or_default())
    }

    /// How long the server asked to be left alone; never believed for more than a day.
    pub(super) fn held(&self, now: SystemTime) -> Option<Duration> {
        let left = self.not_before_secs.checked_sub(secs(now))?;
        (1..=86_400)
            .contains(&left)
            .then(|| Duration::from_secs(left))
    }

    pub(super) fn asked(&mut self, now: SystemTime) {
        self.last_check_secs = secs(now);
    }

    pub(super) fn hold(&mut self, now: SystemTime, wait: Duration) {
        self.not_before_secs = secs(now).saturating_add(wait.as_secs());
    }

    pub(super) fn published(&self) -> SystemTime {
        from_secs(self.published_secs)
    }

    pub(super) fn highest_seq(&self, channel: &str) -> u64 {
        self.highest_seq.get(channel).copied().unwrap_or_default()
    }

    /// This version and all before it were withdrawn.
    pub(super) fn min_allowed(&self) -> Option<&Version> {
        self.min_allowed.as_ref()
    }

    /// A manifest was found to be good.
    pub(super) fn saw(&mut self, manifest: &Manifest) {
        let highest = self
            .highest_seq
            .entry(manifest.channel.clone())
            .or_default();
        *highest = manifest.seq.max(*highest);
        self.published_secs = self.published_secs.max(secs(manifest.published));
        self.min_allowed = manifest.min_allowed.clone().max(self.min_allowed.take());
    }

    pub(super) fn failed(&mut self, version: &str) {
        *self.failures.entry(version.to_owned()).or_default() += 1;
    }

    pub(super) fn forget_failures(&mut self) {
        self.failures.clear();
    }

    /// Putting it in place has failed too often for it to be offered.
    pub fn has_failed(&self, version: &Version) -> bool {
        let failures = self.failures.get(&version.to_string());
        failures.is_some_and(|count| *count >= MOST_FAILURES)
    }
}

fn field<T: DeserializeOwned + Default>(json: &Map<String, Json>, name: &str) -> T {
    let value = json.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

fn secs(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A time after the year 9999 is none, and not known.
fn from_secs(secs: u64) -> SystemTime {
    const YEAR_10000: u64 = 253_402_300_800;
    let secs = if secs < YEAR_10000 { secs } else { 0 };
    UNIX_EPOCH + Duration::from_secs(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_costs_nothing_but_itself() {
        let userdata = tempfile::tempdir().unwrap();
        let mut good = Remembered::default();
        good.failed("1.0.0");
        good.highest_seq.insert("stable".to_owned(), 4);
        good.last_check_secs = 9;
        good.save(userdata.path()).unwrap();
        assert_eq!(Remembered::load(userdata.path()), good);
        let path = userdata.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(": 9", ": \"nine\"")).unwrap();
        good.last_check_secs = 0;
        assert_eq!(Remembered::load(userdata.path()), good);
        std::fs::write(&path, "{broken").unwrap();
        assert_eq!(Remembered::load(userdata.path()), Remembered::default());
    }

    #[test]
    fn it_is_asked_once_a_day_whatever_the_clock_does() {
        let day = Duration::from_hours(24);
        let now = from_secs(2_000_000_000);
        for (last, held, expected) in [
            (0, 0, 0),
            (2_000_000_000, 0, 86_400),
            (2_000_000_000 - 3600, 0, 82_800),
            (2_000_000_000 - 90_000, 0, 0),
            // The clock was set back since.
            (2_100_000_000, 0, 0),
            (0, 2_000_000_060, 60),
            (0, 2_100_000_000, 0),
        ] {
            let remembered = Remembered {
                last_check_secs: last,
                not_before_secs: held,
                ..Remembered::default()
            };
            assert_eq!(
                remembered.wait(now, day).as_secs(),
                expected,
                "{last} {held}"
            );
        }
    }
}
