//! Pending: what the next start must know of an update that began: did it go well, and if not, where is its log? And what
//! downloads left.

use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};

use super::check::Offer;
use super::remembered::Remembered;
use super::{Here, How, download, install};
use crate::document::file::write_atomic;
use crate::instance::log;

const FILE: &str = "pending_update.json";

/// An update that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    from: Version,
    to: Version,
    /// What the installer writes; empty where there is none.
    #[serde(default)]
    pub log: PathBuf,
    #[serde(default)]
    notes: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// This is the new version; what is new in it, as Markdown.
    Updated { version: Version, notes: String },
    /// This is the old one still.
    Failed { version: Version, log: PathBuf },
}

/// What came of the update that began before this start, if any. Once: what was kept of it is removed.
pub fn settle(userdata: &Path, here: &Here) -> Option<Settled> {
    install::sweep(here);
    download::sweep(userdata);
    let pending = Pending::load(userdata)?;
    Pending::remove(userdata);
    let mut remembered = Remembered::load(userdata);
    let is_there = here.version.cmp_precedence(&pending.to).is_ge();
    if is_there {
        remembered.forget_failures();
    } else {
        remembered.failed(&pending.to.to_string());
    }
    if let Err(error) = remembered.save(userdata) {
        tracing::warn!(%error, "what is known of updates is not kept");
    }
    Some(if is_there {
        Settled::Updated {
            version: pending.to,
            notes: pending.notes.unwrap_or_default(),
        }
    } else {
        Settled::Failed {
            version: pending.to,
            log: pending.log,
        }
    })
}

/// An update failed before this program ended.
pub fn count_failure(userdata: &Path, version: &Version) {
    let mut remembered = Remembered::load(userdata);
    remembered.failed(&version.to_string());
    if let Err(error) = remembered.save(userdata) {
        tracing::warn!(%error, "what is known of updates is not kept");
    }
}

impl Pending {
    pub(super) fn new(here: &Here, offer: &Offer, userdata: &Path) -> Self {
        let log = match here.how {
            How::Installer => {
                let name = format!("update-{}.log", offer.version);
                log::folder(userdata).join(name)
            }
            _ => PathBuf::new(),
        };
        Self {
            from: here.version.clone(),
            to: offer.version.clone(),
            log,
            notes: offer.notes.clone(),
        }
    }

    fn load(userdata: &Path) -> Option<Self> {
        let bytes = std::fs::read(userdata.join(FILE)).ok()?;
        serde_json::from_slice(&bytes).ok().or_else(|| {
            tracing::warn!("what is known of the last update cannot be read");
            Self::remove(userdata);
            None
        })
    }

    pub(super) fn save(&self, userdata: &Path) -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        write_atomic(&userdata.join(FILE), &text)
    }

    pub(super) fn remove(userdata: &Path) {
        std::fs::remove_file(userdata.join(FILE)).ok();
    }
}
