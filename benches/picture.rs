//! What pictures of the canvas cost: a frame painted without a graphics card, and whole files. One line a case:
//! `picture/CASE<TAB>ms<TAB>budget<TAB>ok|over`, the median of a few.

use std::sync::Arc;
use std::time::Instant;

use egui::{ColorImage, Context as Egui, RawInput};
use loom::document::{Document, Meta};
use loom::engine::RunState;
use loom::graph::{
    Bank, Catalog, Flat, Graph, InputSpec, Link, Node, NodeId, NodeKind, OutputSpec, Port, Rect,
    Value, ValueType, pos2, vec2,
};
use loom::picture::raster::Raster;
use loom::picture::{Format, Subject};
use loom::ui::canvas::{Canvas, canvas_ui};
use loom::ui::value::Drafts;
use loom::ui::{Context, Pictures, Views, theme};

fn main() {
    report("frame/1400x900", 150.0, 9, &mut frame());
    for (nodes, budget) in [(100, 1000.0), (1_000, 3000.0), (10_000, 4000.0)] {
        for (format, name) in [(Format::Png, "png"), (Format::Svg, "svg")] {
            let subject = Subject {
                document: Document::new(graph(nodes), Meta::default()),
                is_dark: true,
                ..Subject::default()
            };
            report(&format!("{name}/{nodes}"), budget, 3, &mut || {
                let bytes = subject.file(format).expect("it can be drawn");
                assert!(bytes.len() > 1000);
            });
        }
    }
}

fn report(case: &str, budget: f64, times: usize, work: &mut dyn FnMut()) {
    let mut taken: Vec<f64> = (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    let ms = taken[times / 2];
    let verdict = if ms <= budget { "ok" } else { "over" };
    println!("picture/{case}\t{ms:.1}\t{budget}\t{verdict}");
}

/// Paint the canvas with about thirty nodes and all their fields.
fn frame() -> impl FnMut() {
    let egui = Egui::default();
    theme::install(&egui);
    let document = Document::new(graph(100), Meta::default());
    let (mut canvas, mut drafts, mut raster) =
        (Canvas::new(), Drafts::default(), Raster::default());
    canvas.fit_next = false;
    let size = vec2(1400.0, 900.0);
    let mut primitives = Vec::new();
    for _ in 0..2 {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), size)),
            ..RawInput::default()
        };
        let environment = loom::ui::environment::model::EnvironmentState::default();
        let (views, pictures, catalog) =
            (Views::default(), Pictures::default(), Catalog::default());
        let mut output = egui.run_ui(input, |ui| {
            let mut context = Context {
                document: &document,
                catalog: &catalog,
                run: &RunState::new(),
                flat: &Flat::default(),
                pictures: &pictures,
                views: &views,
                environment: &environment,
                actions: &mut Vec::new(),
            };
            canvas_ui(ui, &mut canvas, &mut drafts, &mut context);
        });
        raster.update(&mut output.textures_delta);
        primitives = egui.tessellate(output.shapes, 1.0);
    }
    let ground = theme::palette(&egui).canvas;
    let mut image = ColorImage::filled([size.x as usize, size.y as usize], ground);
    move || raster.paint(&mut image, &primitives, 1.0)
}

/// A square of nodes with two inputs, one with a field, each linked to the one at its left.
fn graph(count: u32) -> Graph {
    let mut kind = NodeKind::new(Bank::Builtin, "scale");
    let mut factor = InputSpec::new("factor", ValueType::Float);
    factor.default = Some(Value::Float(0.5));
    kind.inputs = vec![InputSpec::new("number", ValueType::Float), factor];
    kind.outputs = vec![OutputSpec {
        name: "product".into(),
        ty: ValueType::Float,
    }];
    let kind = Arc::new(kind);
    let side = f64::from(count).sqrt().ceil() as u32;
    let node = |i: u32| {
        let pos = pos2((i / side) as f32 * 280.0, (i % side) as f32 * 160.0);
        Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos)
    };
    let link = |i: u32| Link {
        from: Port::new(NodeId(i - side), "product"),
        to: Port::new(NodeId(i), "number"),
    };
    Graph::from_parts((0..count).map(node), (side..count).map(link)).0
}
