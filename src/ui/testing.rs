//! What the panels' tests share: a small document, a run of it, and a window that shows one panel.

use std::sync::Arc;

use egui::{Ui, Vec2};
use egui_kittest::Harness;

use super::environment::model::EnvironmentState;
use super::{Action, Context, Pictures, Views, theme};
use crate::document::{Document, Meta};
use crate::engine::protocol::{EngineEvent, LogLevel, NodeError, ValueSummary};
use crate::engine::run::RunState;
use crate::graph::{
    Bank, Catalog, Flat, Graph, InputSpec, Link, Node, NodeId, NodeKind, OutputSpec, Port, Pos2,
    Value, ValueType, Widget,
};

/// All that a panel reads, and what it asked for.
#[derive(Default)]
pub struct World<State> {
    pub document: Document,
    pub catalog: Catalog,
    pub run: RunState,
    pub pictures: Pictures,
    pub views: Views,
    pub environment: EnvironmentState,
    pub actions: Vec<Action>,
    pub state: State,
}

/// A panel in a window of its own; `show` gets the panel's state.
pub fn panel<State: 'static>(
    world: World<State>,
    size: Vec2,
    mut show: impl FnMut(&mut Ui, &mut State, &mut Context<'_>) + 'static,
) -> Harness<'static, World<State>> {
    Harness::builder()
        // Two clicks in two frames are a double click.
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(100)
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, world: &mut World<State>| {
                let flat = Flat::of(world.document.graph());
                let mut context = Context {
                    document: &world.document,
                    catalog: &world.catalog,
                    run: &world.run,
                    flat: &flat,
                    pictures: &world.pictures,
                    environment: &world.environment,
                    views: &world.views,
                    actions: &mut world.actions,
                };
                show(ui, &mut world.state, &mut context);
            },
            world,
        )
}

pub fn input(name: &str, ty: ValueType, default: Option<Value>) -> InputSpec {
    InputSpec {
        name: name.into(),
        widget: Widget::of_type(&ty),
        ty,
        default,
        is_optional: false,
        help: format!("What {name} is for.").into(),
    }
}

pub fn kind(title: &str, family: &str, inputs: Vec<InputSpec>, output: ValueType) -> Arc<NodeKind> {
    let function = title.to_lowercase().replace(' ', "_");
    let mut kind = NodeKind::new(Bank::Builtin, function);
    kind.title = title.into();
    kind.family = family.into();
    kind.summary = format!("{title} in one line.").into();
    kind.help = kind.summary.clone();
    kind.inputs = inputs;
    kind.outputs = vec![OutputSpec {
        name: "result".into(),
        ty: output,
    }];
    Arc::new(kind)
}

pub fn catalog() -> Catalog {
    let number = |name| input(name, ValueType::Float, Some(Value::Float(1.0)));
    Catalog::new([
        kind(
            "Add",
            "Math",
            vec![number("a"), number("b")],
            ValueType::Float,
        ),
        kind("Round", "Math", vec![number("number")], ValueType::Int),
        kind(
            "Upper case",
            "Text",
            vec![input("text", ValueType::Text, None)],
            ValueType::Text,
        ),
        kind(
            "Load image",
            "Images",
            vec![input("file", ValueType::Path, None)],
            ValueType::Image,
        ),
    ])
}

/// Node 0 adds; node 1 rounds what node 0 gives.
pub fn document() -> Document {
    let catalog = catalog();
    let node = |id: u32, function: &str| {
        let kind = catalog
            .get(Bank::Builtin, function)
            .expect("a kind of the catalog");
        let pos = Pos2::new(300.0 * id as f32, 0.0);
        Node::new(NodeId(id), format!("node_{}", id + 1), kind.clone(), pos)
    };
    let link = Link {
        from: Port::new(NodeId(0), "result"),
        to: Port::new(NodeId(1), "number"),
    };
    let (graph, ..) = Graph::from_parts([node(0, "add"), node(1, "round")], [link]);
    let meta = Meta {
        project_name: "Sums".into(),
        ..Meta::default()
    };
    Document::new(graph, meta)
}

/// A run of these events.
pub fn run(events: impl IntoIterator<Item = EngineEvent>) -> RunState {
    let mut run = RunState::default();
    run.begin(1, [NodeId(0), NodeId(1)]);
    for event in events {
        run.on_event(&event);
    }
    run
}

pub fn finished(node: u32, ty: &str, text: &str) -> EngineEvent {
    let summary = ValueSummary {
        ty: ty.into(),
        text: text.into(),
        thumb: None,
    };
    EngineEvent::NodeFinished {
        run: 1,
        node: NodeId(node),
        ms: 1.5,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([Some(summary)]),
    }
}

pub fn failed(node: u32, error: NodeError) -> EngineEvent {
    EngineEvent::NodeFailed {
        run: 1,
        node: NodeId(node),
        ms: 1.0,
        error: Arc::new(error),
    }
}

pub fn logged(node: u32, level: LogLevel, text: &str) -> EngineEvent {
    EngineEvent::Log {
        run: Some(1),
        node: Some(NodeId(node)),
        level,
        text: text.into(),
    }
}
