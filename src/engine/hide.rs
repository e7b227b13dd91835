//! Hiding: events on their way to the app, without secrets in the texts that are kept: logs, failures, ends. The engine
//! hides what it was given; here it is what came past it (child processes, C libraries) and what looks like a token.
//! Values are left as they are: a node gave them to be seen.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::protocol::{EngineEvent, NodeError};
use crate::graph::NodeId;
use crate::redact::{self, Lines};

/// What is remembered from line to line.
#[derive(Debug, Default)]
pub struct Hiding {
    lines: RefCell<BTreeMap<Option<NodeId>, Lines>>,
}

impl Hiding {
    /// Take secrets out of an event.
    pub fn hide(&self, event: &mut EngineEvent) {
        match event {
            EngineEvent::RunStarted { .. } => self.lines.borrow_mut().clear(),
            EngineEvent::Log { node, text, .. } => {
                let mut lines = self.lines.borrow_mut();
                lines.entry(*node).or_default().hide(text);
            }
            EngineEvent::NodeFailed { error, .. } => hide_error(Arc::make_mut(error)),
            EngineEvent::NodeProgress { text, .. } => redact::hide(text),
            EngineEvent::StartFailed { message } => redact::hide(message),
            EngineEvent::Malformed { line } => redact::hide(line),
            _ => {}
        }
    }
}

fn hide_error(error: &mut NodeError) {
    redact::hide(&mut error.message);
    for frame in &mut error.traceback {
        redact::hide(&mut frame.code);
    }
    for (_, _, text) in &mut error.inputs {
        redact::hide(text);
    }
}
