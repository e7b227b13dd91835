//! What stands in `engine_state.json`: which process an engine is and whose, so that the next start can tell one that a
//! crash left behind from another with the same number.

use serde::{Deserialize, Serialize};

/// A process as long as it lives: its number, and when it was started, in the system's own count. Where the system
/// does not tell, nothing is known to be that process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    pub pid: u32,
    pub started: Option<u64>,
}

/// An engine process that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineState {
    /// The program that started it and is to end it.
    pub host: ProcessId,
    pub engine: ProcessId,
    /// The variable in its environment has this value, and so has that of all that it started.
    pub mark: String,
}

impl EngineState {
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and a text are JSON");
        text + "\n"
    }

    /// `None` when it is none, whatever the reason: the file is not the user's, and there is nothing to mend.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
