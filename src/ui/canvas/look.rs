//! What the canvas shows of a node's run: status, time, values, picture. Made anew from RunState each frame for
//! the nodes in view.

use egui::Color32;

use super::paint::{Level, Thumb};
use crate::engine::run::{NodeRun, NodeStatus, Progress};
use crate::graph::{Graph, InputSpec, KindState, Name, Node, Role, Widget, vec2};
use crate::ui::Pictures;
use crate::ui::failure::error_line;
use crate::ui::status::time_text;

/// Status in the words of the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum State {
    #[default]
    Idle,
    Queued,
    /// Ready, and held before it runs.
    Paused,
    Running {
        fraction: Option<f32>,
    },
    Done,
    Cached,
    /// It ran, and something it depends on changed since.
    Stale,
    Failed,
    Skipped,
}

/// Everything but geometry.
#[derive(Clone, Debug, Default)]
pub struct NodeLook {
    pub state: State,
    pub time: String,
    /// Text of each output's value, empty when there is none.
    pub outputs: Vec<String>,
    /// Which inputs have a link, which an editing field.
    pub linked: Vec<bool>,
    pub has_field: Vec<bool>,
    pub message: Option<String>,
    /// Which node that failed it waits for.
    pub waiting: Option<String>,
    pub thumb: Option<Thumb>,
    /// Of the header, instead of the usual colours.
    pub tint: Option<Tint>,
}

/// A ground and what is read on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tint {
    pub ground: Color32,
    pub ink: Color32,
}

/// The look of one node. At lower levels of detail only what they draw is made.
pub fn node_look(
    node: &Node,
    graph: &Graph,
    told: &NodeRun,
    pictures: &Pictures,
    level: Level,
) -> NodeLook {
    let mut look = NodeLook {
        state: match &told.status {
            NodeStatus::Idle => State::Idle,
            NodeStatus::Queued => State::Queued,
            NodeStatus::Paused => State::Paused,
            NodeStatus::Running { progress, .. } => State::Running {
                fraction: progress
                    .as_ref()
                    .and_then(Progress::fraction)
                    .map(|done| done as f32),
            },
            NodeStatus::Failed(_) => State::Failed,
            NodeStatus::Skipped { .. } | NodeStatus::Unused { .. } => State::Skipped,
            _ if told.is_stale => State::Stale,
            NodeStatus::Done { .. } => State::Done,
            NodeStatus::Cached => State::Cached,
        },
        ..NodeLook::default()
    };
    if level == Level::Small {
        return look;
    }
    let is_linked = |name: &Name| graph.link_to(node.id, name).is_some();
    look.linked = node
        .kind
        .inputs
        .iter()
        .map(|input| is_linked(&input.name))
        .collect();
    let has_room = node.kind.role == Role::Function && !node.style.is_collapsed;
    look.thumb = told
        .outputs
        .iter()
        .filter(|_| has_room)
        .flatten()
        .find_map(|value| {
            let thumb = value.thumb.as_ref()?;
            let texture = pictures.textures.get(&thumb.file)?;
            Some((texture.id(), vec2(thumb.width as f32, thumb.height as f32)))
        });
    look.outputs = told
        .outputs
        .iter()
        .map(|value| {
            value
                .as_ref()
                .map_or_else(String::new, |value| one_line(&value.text))
        })
        .collect();
    if level < Level::Full {
        return look;
    }
    let has_field = |(input, is_linked): (&InputSpec, &bool)| {
        !is_linked && input.widget != Widget::LinkOnly && !node.style.is_collapsed
    };
    look.has_field = node
        .kind
        .inputs
        .iter()
        .zip(&look.linked)
        .map(has_field)
        .collect();
    match &told.status {
        NodeStatus::Done { ms } => look.time = time_text(*ms),
        NodeStatus::Failed(error) => look.message = Some(error_line(error)),
        _ => {}
    }
    match &node.kind.state {
        KindState::Ready => {}
        KindState::Missing => {
            let text = || format!("No source was found for \"{}\"", node.kind.function);
            look.message = look.message.or_else(|| Some(text()));
        }
        KindState::Broken { message, line } => {
            look.message = Some(format!("Line {line}: {message}"));
        }
    }
    look
}

fn one_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(160)
        .collect()
}
