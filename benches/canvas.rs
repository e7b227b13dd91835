//! What a frame of the canvas costs: layout, painting and tessellation, no GPU, 1920×1080. One line a case:
//! `canvas/NODES/CASE<TAB>ms<TAB>budget<TAB>ok|over`, the median over frames (the worst one of `pan` and `zoom`),
//! in CPU time of this thread.

use std::sync::Arc;

use egui::{Context as Egui, Event, Modifiers, PointerButton, RawInput};
use loom::document::{Document, Meta};
use loom::engine::{EngineEvent, RunState};
use loom::graph::{
    Bank, Catalog, Flat, Graph, InputSpec, Link, Node, NodeId, NodeKind, OutputSpec, Port, Pos2,
    Rect, Value, ValueType, pos2, vec2,
};
use loom::ui::canvas::{Canvas, canvas_ui};
use loom::ui::value::Drafts;
use loom::ui::{Context, Pictures, Views, theme};

const SCREEN: Rect = Rect::from_min_max(Pos2::ZERO, pos2(1920.0, 1080.0));
const FRAMES: usize = 60;

fn main() {
    // As the program itself does when it starts.
    loom::sys::keep_freed_memory();
    let only = std::env::args().nth(1).filter(|arg| !arg.starts_with("--"));
    for nodes in [100, 1_000, 10_000, 100_000] {
        let mut bench = Bench::new(nodes);
        for case in [
            "close",
            "middle",
            "everything",
            "pan",
            "zoom",
            "drag1000",
            "badges",
            "heat",
            "heat-close",
        ] {
            let name = format!("canvas/{nodes}/{case}");
            if only
                .as_ref()
                .is_some_and(|only| !name.contains(only.as_str()))
            {
                continue;
            }
            let ms = bench.case(case);
            let is_huge = nodes == 100_000;
            let budget = match case {
                "close" | "heat-close" => 1.0,
                "everything" | "zoom" if is_huge => 8.0,
                _ if is_huge => 6.0,
                _ => 4.0,
            };
            let verdict = if ms <= budget { "ok" } else { "over" };
            println!("{name}\t{ms:.2}\t{budget}\t{verdict}");
        }
    }
}

struct Bench {
    egui: Egui,
    document: Document,
    canvas: Canvas,
    drafts: Drafts,
    run: RunState,
    flat: Flat,
    count: usize,
    time: f64,
}

impl Bench {
    fn new(count: usize) -> Self {
        let egui = Egui::default();
        theme::install(&egui);
        let mut document = Document::new(graph(count), Meta::default());
        document.select((0..count.min(1000) as u32).map(NodeId));
        let mut canvas = Canvas::new();
        canvas.habits.snaps = false;
        let mut run = RunState::new();
        run.begin(1, (0..count as u32).map(NodeId));
        let drafts = Drafts::default();
        let mut bench = Self {
            egui,
            document,
            canvas,
            drafts,
            run,
            flat: Flat::default(),
            count,
            time: 0.0,
        };
        // A window that opens is fitted to its second size.
        bench.frame(Vec::new());
        bench.frame(Vec::new());
        bench
    }

    /// Milliseconds of CPU for one frame.
    fn frame(&mut self, events: Vec<Event>) -> f64 {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(SCREEN),
            time: Some(self.time),
            events,
            focused: true,
            ..RawInput::default()
        };
        let environment = loom::ui::environment::model::EnvironmentState::default();
        let (views, pictures, catalog) =
            (Views::default(), Pictures::default(), Catalog::default());
        let mut actions = Vec::new();
        let start = cpu_ms();
        let output = self.egui.run_ui(input, |ui| {
            let mut context = Context {
                document: &self.document,
                catalog: &catalog,
                run: &self.run,
                flat: &self.flat,
                pictures: &pictures,
                views: &views,
                environment: &environment,
                actions: &mut actions,
            };
            canvas_ui(ui, &mut self.canvas, &mut self.drafts, &mut context);
        });
        let meshes = self.egui.tessellate(output.shapes, output.pixels_per_point);
        assert!(!meshes.is_empty());
        cpu_ms() - start
    }

    fn frames(&mut self, mut step: impl FnMut(&mut Self, usize) -> Vec<Event>) -> Vec<f64> {
        let mut times = Vec::new();
        for i in 0..FRAMES {
            let events = step(self, i);
            times.push(self.frame(events));
        }
        times
    }

    /// Show about `visible` nodes.
    fn zoom_for(&mut self, visible: f32) {
        let cell = CELL.x * CELL.y;
        let area = SCREEN.width() * SCREEN.height();
        self.canvas.camera.zoom = (area / (visible * cell)).sqrt();
        let bounds = self.canvas.layout.bounds().expect("there are nodes");
        self.canvas.camera.center_on(bounds.center());
    }

    fn fit(&mut self) {
        let bounds = self.canvas.layout.bounds();
        self.canvas.zoom_to(bounds);
    }

    fn case(&mut self, case: &str) -> f64 {
        match case {
            "close" | "heat-close" => self.zoom_for(30.0),
            "middle" | "drag1000" | "badges" | "heat" => self.zoom_for(self.count.min(1000) as f32),
            _ => self.fit(),
        }
        if case.starts_with("heat") != self.canvas.heat.measure().is_some() {
            self.canvas.heat.toggle();
        }
        self.frame(Vec::new());
        match case {
            "pan" => {
                self.zoom_for(30.0);
                worst(&self.frames(|bench, _| {
                    bench.canvas.camera.pan(vec2(97.0, 31.0));
                    Vec::new()
                }))
            }
            "zoom" => {
                let far = self.canvas.camera.zoom;
                self.zoom_for(30.0);
                let near = self.canvas.camera.zoom;
                let step = (far / near).powf(1.0 / FRAMES as f32);
                worst(&self.frames(|bench, _| {
                    bench.canvas.camera.zoom_at(SCREEN.center(), step);
                    Vec::new()
                }))
            }
            "drag1000" => {
                // The corner of what is selected, and half a screen more: all of it in the smaller graphs.
                self.canvas.camera.origin_in_graph = pos2(-CELL.x, -CELL.y);
                self.frame(Vec::new());
                let start = self.canvas.camera.screen_from_graph(pos2(100.0, 14.0));
                self.frame(vec![Event::PointerMoved(start)]);
                self.frame(vec![button(start, true)]);
                let times = self
                    .frames(|_, i| vec![Event::PointerMoved(start + vec2(8.0 + i as f32, 9.0))]);
                self.canvas.cancel_gesture();
                self.frame(vec![button(start, false)]);
                median(times)
            }
            "badges" | "heat" => median(self.frames(|bench, i| {
                for k in 0..9 {
                    let node = NodeId(((i * 9 + k) % bench.count) as u32);
                    bench.run.on_event(&EngineEvent::NodeFinished {
                        run: 1,
                        node,
                        // Of a wide range, as nodes are; now and then one that takes longer than all before.
                        ms: 1.3_f64.powi((i + k * 7) as i32 % 30),
                        cpu: None,
                        peak: None,
                        size: None,
                        outputs: Arc::new([None, None]),
                    });
                }
                Vec::new()
            })),
            _ => median(self.frames(|_, _| Vec::new())),
        }
    }
}

fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

const CELL: egui::Vec2 = vec2(280.0, 220.0);

/// A square grid of nodes with three inputs, two outputs and a value, about 1.5 links a node.
fn graph(count: usize) -> Graph {
    let mut kind = NodeKind::new(Bank::Builtin, "mix");
    kind.family = "Math".into();
    kind.inputs = ["a", "b"]
        .map(|name| InputSpec::new(name, ValueType::Float))
        .to_vec();
    let mut factor = InputSpec::new("factor", ValueType::Float);
    factor.default = Some(Value::Float(0.5));
    kind.inputs.push(factor);
    kind.outputs = ["sum", "difference"]
        .map(|name| OutputSpec {
            name: name.into(),
            ty: ValueType::Float,
        })
        .to_vec();
    let kind = Arc::new(kind);
    let side = (count as f64).sqrt().ceil() as usize;
    let nodes = (0..count).map(|i| {
        let pos = pos2((i / side) as f32 * CELL.x, (i % side) as f32 * CELL.y);
        let mut node = Node::new(NodeId(i as u32), format!("node_{i}"), kind.clone(), pos);
        // Titles of one's own are laid out one by one.
        node.title = (i % 3 == 0).then(|| format!("Mix number {i}").into());
        node
    });
    let links = (side..count).flat_map(|i| {
        let to = |from: usize, output: &str, input: &str| Link {
            from: Port::new(NodeId(from as u32), output),
            to: Port::new(NodeId(i as u32), input),
        };
        let second =
            (i % 2 == 0).then(|| to((i - side).saturating_sub(i % side % 3), "difference", "b"));
        [Some(to(i - side, "sum", "a")), second]
            .into_iter()
            .flatten()
    });
    Graph::from_parts(nodes, links).0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The worst frame, with one in a hundred left out: the machine is shared.
fn worst(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() - 1 - times.len() / 50]
}

/// CPU time of this thread, in milliseconds.
fn cpu_ms() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6
    }
    #[cfg(not(unix))]
    {
        use std::sync::LazyLock;
        static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
        START.elapsed().as_secs_f64() * 1000.0
    }
}
