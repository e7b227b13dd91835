//! Drafts: values that are being edited and are not in the document yet, by the input they belong to.
//! A gesture writes one and commits it once, when it is let go; Escape drops it. Changes no document.

use std::collections::BTreeMap;

use egui::{Id, Key, Ui};

use crate::document::{Transaction, ops};
use crate::graph::{Graph, Port, Value};

/// What a gesture has made so far.
#[derive(Clone, Debug)]
struct Draft {
    /// The widget that the user is at: the same input can be on screen twice, on its node and in the inspector.
    owner: Id,
    /// As it was typed, for text fields.
    text: Option<String>,
    /// What a commit would set; `None`: what was typed is no value of this input.
    value: Option<Value>,
    /// Its owner was on screen since the last `settle`.
    is_alive: bool,
}

/// All drafts of a document's values; the app holds one for all views.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    by_input: BTreeMap<Port, Draft>,
    /// The frame in which Escape was pressed last.
    escaped_frame: Option<u64>,
}

impl Drafts {
    pub fn is_empty(&self) -> bool {
        self.by_input.is_empty()
    }

    /// The value that an input would get if the gesture ended now.
    pub fn value(&self, input: &Port) -> Option<&Value> {
        self.by_input.get(input)?.value.as_ref()
    }

    /// The values that sliders and the like are at while they are held: what the document would hold if they were let
    /// go now. What is being typed is no value until it is whole.
    pub fn dragged(&self, graph: &Graph) -> Vec<(Port, Value)> {
        let held = self.by_input.iter().filter(|(_, it)| it.text.is_none());
        let dragged = held.filter_map(|(input, draft)| {
            let value = draft.value.clone()?;
            let is_change = transaction(graph, input, Some(value.clone())).is_some();
            is_change.then(|| (input.clone(), value))
        });
        dragged.collect()
    }

    /// To be called once a frame, after all views: what was being edited in a widget that is not shown any more
    /// (another node was selected, the canvas scrolled) is committed rather than lost.
    pub fn settle(&mut self, graph: &Graph) -> Vec<Transaction> {
        let mut ended = Vec::new();
        self.by_input.retain(|input, draft| {
            let is_alive = std::mem::take(&mut draft.is_alive);
            if !is_alive {
                ended.extend(transaction(graph, input, draft.value.take()));
            }
            is_alive
        });
        ended
    }

    /// End all gestures now, before a command that needs the document as the user sees it (run, save).
    pub fn finish(&mut self, graph: &Graph) -> Vec<Transaction> {
        std::mem::take(&mut self.by_input)
            .into_iter()
            .filter_map(|(input, draft)| transaction(graph, &input, draft.value))
            .collect()
    }

    /// Was Escape pressed in this frame or the one before? A `DragValue` that Escape took the focus from sets what was
    /// typed after all, a frame later.
    pub(super) fn is_escaped(&mut self, ui: &Ui) -> bool {
        let frame = ui.ctx().cumulative_frame_nr();
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.escaped_frame = Some(frame);
        }
        self.escaped_frame
            .is_some_and(|escaped| escaped + 1 >= frame)
    }

    pub(super) fn text(&self, input: &Port) -> Option<&str> {
        self.by_input.get(input)?.text.as_deref()
    }

    pub(super) fn put(
        &mut self,
        input: &Port,
        owner: Id,
        text: Option<String>,
        value: Option<Value>,
    ) {
        let draft = Draft {
            owner,
            text,
            value,
            is_alive: true,
        };
        self.by_input.insert(input.clone(), draft);
    }

    /// Whether this widget is where the draft is made. Says at the same time that it is still shown.
    pub(super) fn owns(&mut self, input: &Port, widget: Id) -> bool {
        match self.by_input.get_mut(input) {
            Some(draft) if draft.owner == widget => {
                draft.is_alive = true;
                true
            }
            _ => false,
        }
    }

    /// End the gesture and give what it made.
    pub(super) fn take(&mut self, input: &Port) -> Option<Value> {
        self.by_input.remove(input)?.value
    }

    pub(super) fn drop(&mut self, input: &Port) {
        self.by_input.remove(input);
    }
}

/// The edit that a draft ends as: none when the node or the input is gone, is linked by now, or holds that value.
fn transaction(graph: &Graph, input: &Port, value: Option<Value>) -> Option<Transaction> {
    let value = value?;
    let node = graph.node(input.node)?;
    let spec = node.kind.input(&input.name)?;
    let is_free = graph.link_to(input.node, &input.name).is_none();
    (is_free && node.value(spec) != Some(&value))
        .then(|| ops::set_value(input.clone(), Some(value)))
}
