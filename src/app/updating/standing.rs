//! How far an update is, and what is shown of that. Decides nothing.

use semver::Version;

use crate::ui::update::{OfferPage, UpdatePage};
use crate::update::{Here, How, Offer, Progress, Ready, Settled};

#[derive(Debug, Default)]
pub(super) enum Standing {
    #[default]
    Nothing,
    Asking,
    Offered(Box<Offer>),
    Fetching {
        offer: Box<Offer>,
        progress: Progress,
        /// The user said so, and it is put in place when it is there; else it is only laid ready.
        is_wanted: bool,
    },
    Ready(Box<Ready>),
    Starting(Box<Offer>),
}

impl Standing {
    /// Nothing is under way that another answer of the server would disturb.
    pub(super) fn may_change(&self) -> bool {
        matches!(self, Self::Nothing | Self::Offered(_) | Self::Ready(_))
    }

    /// The version that is offered.
    pub(super) fn version(&self) -> Option<&Version> {
        match self {
            Self::Offered(offer) => Some(&offer.version),
            Self::Ready(ready) => Some(&ready.offer.version),
            _ => None,
        }
    }

    /// Is that what was fetched already?
    pub(super) fn is_ready_for(&self, offer: &Offer) -> bool {
        matches!(self, Self::Ready(ready) if ready.offer.download == offer.download)
    }

    /// What is being fetched, which is not any more, and whether the user wanted it.
    pub(super) fn take_fetching(&mut self) -> Option<(Box<Offer>, bool)> {
        match std::mem::take(self) {
            Self::Fetching {
                offer, is_wanted, ..
            } => Some((offer, is_wanted)),
            other => {
                *self = other;
                None
            }
        }
    }

    /// The same for what can be put in place.
    pub(super) fn take_ready(&mut self) -> Option<Box<Ready>> {
        match std::mem::take(self) {
            Self::Ready(ready) => Some(ready),
            other => {
                *self = other;
                None
            }
        }
    }

    /// What the dot in the bar says.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Standing::Nothing | Standing::Asking => None,
            Standing::Offered(offer) | Standing::Starting(offer) => {
                Some(format!("Loom {} is there", offer.version))
            }
            Standing::Fetching { offer, .. } => {
                Some(format!("Loom {} is being fetched", offer.version))
            }
            Standing::Ready(ready) => {
                Some(format!("Loom {} can be put in place", ready.offer.version))
            }
        }
    }

    /// What the dialog shows of it.
    pub(super) fn page(&self, here: &Here) -> Option<UpdatePage> {
        Some(match self {
            Standing::Nothing => return None,
            Standing::Asking => UpdatePage::Asking,
            Standing::Offered(offer) => UpdatePage::Offer(offer_page(here, offer, false)),
            Standing::Ready(ready) => UpdatePage::Offer(offer_page(here, &ready.offer, true)),
            Standing::Fetching {
                offer, progress, ..
            } => UpdatePage::Fetching {
                version: offer.version.to_string(),
                done: progress.done,
                total: progress.total,
                bytes_per_sec: progress.bytes_per_sec,
            },
            Standing::Starting(offer) => UpdatePage::Starting {
                version: offer.version.to_string(),
            },
        })
    }
}

fn offer_page(here: &Here, offer: &Offer, is_ready: bool) -> OfferPage {
    OfferPage {
        version: offer.version.to_string(),
        runs: here.version.to_string(),
        published: offer.published.clone(),
        bytes: offer.download.as_ref().map(|download| download.asset.size),
        notes: offer.notes.clone(),
        by_hand: match here.how {
            How::ByHand(text) => Some(text.to_owned()),
            _ => None,
        },
        is_ready,
    }
}

/// What is told of an update that began before this start.
pub(super) fn page_of(settled: Settled) -> UpdatePage {
    match settled {
        Settled::Updated { version, notes } => UpdatePage::Updated {
            version: version.to_string(),
            notes,
        },
        Settled::Failed { version, log } => {
            let place = if log.as_os_str().is_empty() {
                String::new()
            } else {
                format!(" What its installer did stands in {}.", log.display())
            };
            UpdatePage::Told {
                title: "The update failed".to_owned(),
                text: format!(
                    "Loom {version} was to take the place of this one and is not there.{place}\n\nThis is Loom {}, as \
                     it was. Help → Check for updates tries it again.",
                    crate::update::this_version()
                ),
                log: (!log.as_os_str().is_empty()).then_some(log),
            }
        }
    }
}
