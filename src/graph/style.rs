//! Style: what a user sets about a node beside its values: whether it takes part in runs, and how it is drawn.

use super::Vec2;

/// Whether a node takes part in runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    #[default]
    On,
    /// Skipped, and all that depends on it.
    Muted,
    /// Not called: each output gives what the first input that fits it holds.
    Bypassed,
}

/// A colour that a user chose: red, green, blue.
pub type Rgb = [u8; 3];

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Style {
    pub mode: Mode,
    /// Only the title is shown.
    pub is_collapsed: bool,
    pub colour: Option<Rgb>,
    /// Of frames and notes, in graph units; other nodes are as large as their ports need.
    pub size: Option<Vec2>,
}
