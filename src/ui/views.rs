//! Views: values that were fetched to be looked at, as the engine gave them. One whose node ran again since is shown
//! until the newer one is there. Asks for nothing.

use std::collections::HashMap;

use super::{Fetch, FetchWhat};
use crate::engine::protocol::View;
use crate::graph::NodeId;

/// Values by what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Views {
    held: HashMap<Fetch, Held>,
}

#[derive(Clone, Debug)]
struct Held {
    view: View,
    is_outdated: bool,
}

impl Views {
    pub fn get(&self, fetch: &Fetch) -> Option<&View> {
        self.held.get(fetch).map(|held| &held.view)
    }

    /// Is it to be asked for, since it is not there or its node ran again?
    pub fn is_wanted(&self, fetch: &Fetch) -> bool {
        self.held.get(fetch).is_none_or(|held| held.is_outdated)
    }

    pub fn insert(&mut self, fetch: Fetch, view: View) {
        let is_outdated = false;
        self.held.insert(fetch, Held { view, is_outdated });
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub fn clear(&mut self) {
        self.held.clear();
    }

    /// A node has another result. What was fetched of the one before stands in for it, but for single values.
    pub fn outdate(&mut self, node: NodeId) {
        self.held.retain(|fetch, held| {
            let is_of_node = fetch.node == node;
            held.is_outdated |= is_of_node;
            !(is_of_node && matches!(fetch.what, FetchWhat::Pixel { .. }))
        });
    }

    /// All that is held.
    pub fn iter(&self) -> impl Iterator<Item = (&Fetch, &View)> {
        self.held.iter().map(|(fetch, held)| (fetch, &held.view))
    }
}
