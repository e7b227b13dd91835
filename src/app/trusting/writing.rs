//! When Loom itself writes something of a project and signs it, and which looks at a project that may have seen half of it.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Looking {
    #[default]
    No,
    /// So many writes of Loom's own had ended before.
    Since(u64),
    /// Something changed meanwhile: once more.
    Again,
}

static BEGUN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

impl Looking {
    /// May what it saw be Loom's own work, half done?
    pub fn is_half_done(self) -> bool {
        self != Self::Since(BEGUN.load(Ordering::Acquire))
    }

    pub fn now() -> Self {
        Self::Since(ENDED.load(Ordering::Acquire))
    }
}

/// Loom writes something of a project and signs it. A look that was under way meanwhile may have seen half of that.
pub(in super::super) struct Writing;

impl Writing {
    pub fn begin() -> Self {
        BEGUN.fetch_add(1, Ordering::AcqRel);
        Self
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::AcqRel);
    }
}
