//! The window: to come.

pub mod theme;
