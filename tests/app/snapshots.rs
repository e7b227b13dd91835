//! What the window looks like: frames of the real App, painted by `picture::raster` and compared with the pictures in
//! `tests/snapshots/`. A frame that differs is written beside its picture, `NAME.new.png`; look at both, then
//! `UPDATE_SNAPSHOTS=1 cargo test --test app snapshots`. At most sixteen pictures in all, of 80 kB each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use egui::{ColorImage, Key, Modifiers, Rect, TexturesDelta, Theme, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, TestRenderer};
use loom::engine::EngineEvent;
use loom::engine::protocol::{Frame, LogLevel, NodeError, RunStatus, Thumb, ValueSummary};
use loom::graph::{NodeId, Pos2};
use loom::picture::raster::Raster;
use loom::ui::dialogs::Dialog;

use super::comparing::{FEW, LARGEST_FILE, SMALL, compare, difference, png};
use super::{Settings, Window, example};

/// Of the whole window, in points.
const SIZE: Vec2 = vec2(1200.0, 760.0);

/// A window whose frames can be looked at.
struct Seen {
    window: Window,
    raster: Rc<RefCell<Raster>>,
}

struct Textures(Rc<RefCell<Raster>>);

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        self.0.borrow_mut().update(delta);
    }
}

impl Seen {
    /// A window on the coins, of which each test has a copy of its own.
    fn coins(theme: Theme, copy: &str) -> Self {
        let raster = Rc::default();
        let builder = Harness::builder()
            .with_size(SIZE)
            .with_theme(theme)
            .renderer(Textures(Rc::clone(&raster)));
        let window = Window::with(builder, |_| example("coins", copy));
        Self { window, raster }
    }

    /// A window on the welcome page, as it is at the very first start.
    fn welcome(theme: Theme) -> Self {
        let raster = Rc::default();
        let builder = Harness::builder()
            .with_size(SIZE)
            .with_theme(theme)
            .renderer(Textures(Rc::clone(&raster)));
        let userdata = Rc::new(tempfile::tempdir().unwrap());
        let window = Window::build(builder, userdata, None, Settings::default());
        Self { window, raster }
    }

    /// The frame that is shown now, or a part of it.
    fn frame(&self, part: Option<Rect>) -> ColorImage {
        let harness = &self.window.harness;
        let mut image =
            ColorImage::filled([SIZE.x as usize, SIZE.y as usize], egui::Color32::BLACK);
        let primitives = harness.ctx.tessellate(harness.output().shapes.clone(), 1.0);
        self.raster.borrow().paint(&mut image, &primitives, 1.0);
        part.map_or(image.clone(), |part| image.region(&part, None))
    }

    fn canvas(&self) -> Rect {
        self.window.app().panels().canvas.camera.screen
    }

    /// Compare the frame with its picture.
    fn is_as(&self, name: &str, part: Option<Rect>) {
        let frame = png(&self.frame(part));
        assert!(
            frame.len() <= LARGEST_FILE,
            "{name} takes {} bytes: show less of the window",
            frame.len()
        );
        compare(name, &frame);
    }

    fn node(&self, title: &str) -> NodeId {
        self.window.node(title)
    }

    fn zoom(&self) -> f32 {
        self.window.app().panels().canvas.camera.zoom
    }
}

#[test]
fn the_canvas_at_three_zooms() {
    let mut seen = Seen::coins(Theme::Dark, "coins-seen-zooms");
    let node = seen.window.output("Keep large regions", 0);
    seen.window.click(node - vec2(30.0, 4.0));
    seen.window.key(Modifiers::NONE, Key::F);
    seen.window.key(Modifiers::NONE, Key::Escape);
    seen.away();
    assert_eq!(seen.zoom(), 1.0);
    seen.is_as("canvas-close", Some(seen.canvas()));
    seen.window.key(Modifiers::NONE, Key::Home);
    assert!((0.28..0.5).contains(&seen.zoom()), "{}", seen.zoom());
    seen.is_as("canvas-middle", Some(seen.canvas()));
    while seen.zoom() > 0.22 {
        seen.window.key(Modifiers::NONE, Key::Minus);
    }
    seen.is_as("canvas-far", Some(seen.canvas()));
}

#[test]
fn a_subgraph_that_is_open_with_its_ports_in_the_inspector() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-subgraph");
    seen.window.pick("Close gaps");
    for (modifiers, key) in [
        (Modifiers::SHIFT, Key::ArrowRight),
        (Modifiers::NONE, Key::G),
        (Modifiers::NONE, Key::I),
        (Modifiers::NONE, Key::ArrowLeft),
        (Modifiers::NONE, Key::ArrowLeft),
        (Modifiers::NONE, Key::C),
    ] {
        seen.window.key(modifiers, key);
    }
    seen.away();
    seen.is_as("subgraph", None);
}

#[test]
fn coloured_nodes_in_a_frame_beside_a_note() {
    let mut seen = Seen::coins(Theme::Dark, "coins-seen-frame");
    let keys = |seen: &mut Seen, keys: &[(Modifiers, Key)]| {
        for (modifiers, key) in keys {
            seen.window.key(*modifiers, *key);
        }
    };
    let (none, shift) = (Modifiers::NONE, Modifiers::SHIFT);
    seen.window.pick("Close gaps");
    keys(&mut seen, &[(shift, Key::ArrowRight), (shift, Key::C)]);
    seen.window.walk_to("Colour teal");
    keys(
        &mut seen,
        &[(none, Key::Enter), (Modifiers::ALT, Key::Num2)],
    );
    keys(&mut seen, &[(shift, Key::F)]);
    seen.window.typed("Clean the mask");
    keys(&mut seen, &[(none, Key::Enter), (none, Key::Escape)]);
    seen.window
        .harness
        .event(egui::Event::PointerMoved(Pos2::new(340.0, 400.0)));
    keys(&mut seen, &[(shift, Key::N), (none, Key::Enter)]);
    seen.window.typed("## Why 3\nSmaller **gaps** stay.");
    keys(
        &mut seen,
        &[(Modifiers::ALT, Key::Num2), (none, Key::Escape)],
    );
    seen.away();
    seen.is_as("frame", Some(seen.canvas()));
}

#[test]
fn the_welcome_page() {
    let mut seen = Seen::welcome(Theme::Dark);
    let textures = seen.window.harness.ctx.tex_manager().read().num_allocated();
    let count = |app: &loom::app::App| app.welcome().templates().len();
    seen.window.wait("the templates", |app| count(app) >= 8);
    seen.until_loaded(textures + 6);
    seen.window.harness.run_steps(30);
    seen.away();
    // What is new, on the right, is another with each version.
    let left = Rect::from_min_size(Pos2::ZERO, vec2(SIZE.x * 0.7, SIZE.y));
    seen.is_as("welcome", Some(left));
}

#[test]
fn what_has_the_keyboard_is_seen_to_have_it() {
    for (theme, copy) in [
        (Theme::Dark, "coins-seen-focus-dark"),
        (Theme::Light, "coins-seen-focus-light"),
    ] {
        let mut seen = Seen::coins(theme, copy);
        seen.window.pick("Histogram of areas");
        seen.away();
        let mut kinds = std::collections::BTreeSet::new();
        for panel in [Key::Num1, Key::Num3, Key::Num5] {
            seen.window.key(Modifiers::ALT, panel);
            for _ in 0..8 {
                let Some(node) = seen.window.focused_node() else {
                    continue;
                };
                let label = format!(
                    "{theme:?} {:?} {}",
                    node.accesskit_node().role(),
                    seen.window.focused()
                );
                let rect = node.rect().expand(6.0);
                let screen = Rect::from_min_size(Pos2::ZERO, SIZE).shrink(1.0);
                let part = rect.intersect(screen);
                kinds.insert(format!("{:?}", node.accesskit_node().role()));
                let with = seen.frame(Some(part));
                seen.window.key(Modifiers::NONE, Key::Tab);
                let without = seen.frame(Some(part));
                let pairs = with.pixels.iter().zip(&without.pixels);
                let differ = pairs.filter(|(a, b)| a != b).count();
                assert!(differ >= 40, "{label}: {differ} pixels");
            }
        }
        assert!(kinds.len() >= 5, "{kinds:?}");
    }
}

#[test]
fn the_light_theme_with_a_selected_node() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-light");
    let header = seen.window.on_screen(Pos2::new(590.0, 12.0));
    seen.window.click(header);
    let document = &seen.window.app().project().document;
    assert_eq!(document.selection().len(), 1);
    seen.away();
    seen.is_as("window-light", None);
}

impl Seen {
    /// The pointer leaves the window: nothing is lit under it.
    fn away(&mut self) {
        self.window.harness.event(egui::Event::PointerGone);
        self.window.steps();
    }

    /// Frames until the pictures of values are on the screen.
    fn until_loaded(&mut self, textures: usize) {
        let start = std::time::Instant::now();
        let count = |seen: &Self| seen.window.harness.ctx.tex_manager().read().num_allocated();
        while count(self) < textures {
            assert!(
                start.elapsed() < std::time::Duration::from_mins(1),
                "no picture came"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
            self.window.harness.step();
        }
        self.window.steps();
    }
}

/// A picture of a value, as the engine would have written it: discs on a dark ground.
fn thumb(folder: &Path) -> Arc<Thumb> {
    const SIDE: [u32; 2] = [160, 100];
    let file = folder.join("thumb.rgba");
    let pixel = |i: u32| {
        let (x, y) = (i % SIDE[0], i / SIDE[0]);
        let away = (x % 40).abs_diff(20).pow(2) + (y % 40).abs_diff(20).pow(2);
        if away < 200 {
            let light = (230 - away / 2) as u8;
            [light, light, light - 20, 255]
        } else {
            [40, 36, 44, 255]
        }
    };
    let pixels: Vec<u8> = (0..SIDE[0] * SIDE[1]).flat_map(pixel).collect();
    fs::write(&file, pixels).unwrap();
    Arc::new(Thumb {
        file,
        width: SIDE[0],
        height: SIDE[1],
    })
}

fn value(ty: &str, text: &str) -> ValueSummary {
    ValueSummary {
        ty: ty.into(),
        text: text.into(),
        thumb: None,
    }
}

fn done(node: NodeId, ms: f64, value: ValueSummary) -> EngineEvent {
    EngineEvent::NodeFinished {
        run: 1,
        node,
        ms,
        cpu: None,
        peak: None,
        size: None,
        outputs: Arc::new([Some(value)]),
    }
}

#[test]
fn a_run_in_progress() {
    let mut seen = Seen::coins(Theme::Dark, "coins-seen-run");
    let node = |title: &str| seen.node(title);
    let folder = tempfile::tempdir().unwrap();
    let thumb = thumb(folder.path());
    let picture = |text| ValueSummary {
        thumb: Some(Arc::clone(&thumb)),
        ..value("image", text)
    };
    let started = |title| EngineEvent::NodeStarted {
        run: 1,
        node: node(title),
    };
    let events = vec![
        EngineEvent::RunStarted { run: 1, total: 17 },
        EngineEvent::NodesCached {
            run: 1,
            nodes: vec![node("Coins photo")],
            outputs: BTreeMap::from([(node("Coins photo"), [Some(picture("384 × 303"))].into())]),
        },
        started("Otsu threshold"),
        done(node("Otsu threshold"), 2.5, value("float", "107.0")),
        started("Brighter than"),
        done(node("Brighter than"), 0.8, picture("384 × 303")),
        started("Close gaps"),
        EngineEvent::Log {
            run: Some(1),
            node: Some(node("Close gaps")),
            level: LogLevel::Info,
            text: "closing with 3 × 3".to_owned(),
        },
        EngineEvent::NodeProgress {
            run: 1,
            node: node("Close gaps"),
            done: 2.0,
            total: Some(5.0),
            text: "row 120".to_owned(),
        },
    ];
    let textures = seen.window.harness.ctx.tex_manager().read().num_allocated();
    seen.window.harness.state_mut().replay(1, events);
    seen.until_loaded(textures + 1);
    seen.is_as("run", None);
}

#[test]
fn a_run_that_pauses_before_a_node_and_the_value_on_a_link() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-paused");
    let node = |title: &str| seen.node(title);
    let array = |text| value("array", text);
    let paused = EngineEvent::NodePaused {
        run: 1,
        node: node("Clear border"),
    };
    let events = vec![
        done(node("Coins photo"), 2.5, array("303 × 384 uint8")),
        done(node("Otsu threshold"), 0.4, value("float", "107.0")),
        done(node("Brighter than"), 0.8, array("303 × 384 bool")),
        done(node("Close gaps"), 3.1, array("303 × 384 bool")),
        paused,
    ];
    for title in ["Label regions", "Clear border"] {
        seen.window.pick(title);
        seen.window.key(Modifiers::NONE, Key::F12);
    }
    seen.window.key(Modifiers::NONE, Key::Escape);
    seen.window.harness.state_mut().replay(1, events);
    let (start, end) = (
        seen.window.output("Otsu threshold", 0),
        seen.window.input("Brighter than", 1),
    );
    let middle = start + (end - start) * 0.5;
    seen.window.harness.event(egui::Event::PointerMoved(middle));
    seen.window.harness.run_steps(40);
    seen.is_as("paused", None);
}

#[test]
fn a_node_that_failed() {
    let mut seen = Seen::coins(Theme::Dark, "coins-seen-error");
    let failed = seen.node("Brighter than");
    let error = NodeError {
        kind: "ValueError".to_owned(),
        message: "operands could not be broadcast together with shapes (303,384) (3,)".to_owned(),
        traceback: vec![Frame {
            file: "nodes/regions.py".to_owned(),
            line: 31,
            function: "brighter_than".to_owned(),
            code: "return image > limit".to_owned(),
        }],
        inputs: vec![
            (
                "image".to_owned(),
                "array".to_owned(),
                "303 × 384 uint8".to_owned(),
            ),
            (
                "limit".to_owned(),
                "list".to_owned(),
                "[107, 110, 99]".to_owned(),
            ),
        ],
        ..NodeError::default()
    };
    let skipped = ["Close gaps", "Clear border", "Label regions"].map(|title| seen.node(title));
    let mut events = vec![
        EngineEvent::RunStarted { run: 1, total: 17 },
        done(
            seen.node("Coins photo"),
            12.0,
            value("array", "303 × 384 uint8"),
        ),
        done(
            seen.node("Otsu threshold"),
            2.5,
            value("list", "[107, 110, 99]"),
        ),
        EngineEvent::NodeFailed {
            run: 1,
            node: failed,
            ms: 1.0,
            error: Arc::new(error),
        },
    ];
    events.extend(skipped.map(|node| EngineEvent::NodeSkipped {
        run: 1,
        node,
        cause: failed,
        unused: false,
    }));
    events.push(EngineEvent::RunFinished {
        run: 1,
        status: RunStatus::Failed,
        ran: 2,
        cached: 0,
        failed: 1,
        skipped: 14,
        ms: 20.0,
    });
    seen.window.harness.state_mut().replay(1, events);
    seen.window.steps();
    seen.window.key(Modifiers::NONE, Key::Num1);
    seen.window.key(Modifiers::NONE, Key::F);
    seen.is_as("error", None);
}

#[test]
fn the_heat_map() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-heat");
    let titles: Vec<String> = {
        let graph = seen.window.app().project().document.graph();
        graph.nodes().map(|node| node.title().to_string()).collect()
    };
    let mut events = vec![EngineEvent::RunStarted { run: 1, total: 17 }];
    // From 6 µs to 6 s; the last one has not run.
    events.extend(titles.iter().rev().skip(1).enumerate().map(|(i, title)| {
        let ms = 0.006 * 2.52_f64.powi(i as i32);
        done(seen.node(title), ms, value("int", "3"))
    }));
    events.push(EngineEvent::RunFinished {
        run: 1,
        status: RunStatus::Ok,
        ran: 16,
        cached: 0,
        failed: 0,
        skipped: 0,
        ms: 20.0,
    });
    seen.window.harness.state_mut().replay(1, events);
    seen.window.key(Modifiers::NONE, Key::T);
    seen.window.steps();
    seen.is_as("heat", Some(seen.canvas()));
}

#[test]
fn the_search_for_a_node() {
    let mut seen = Seen::coins(Theme::Dark, "coins-seen-search");
    seen.window.key(Modifiers::NONE, Key::Tab);
    seen.window.typed("im");
    seen.is_as("node-search", None);
}

#[test]
fn the_command_palette() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-palette");
    seen.window
        .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    seen.window.typed("zo");
    seen.is_as("palette", None);
}

#[test]
fn pictures_are_few_and_each_belongs_to_a_test() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let source = include_str!("snapshots.rs");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let parts: Vec<_> = name.split('.').collect();
        if let [name, "png"] = parts[..] {
            let is_made = source.contains(&format!("\"{name}\""));
            assert!(is_made, "no test makes {name}.png");
            count += 1;
        }
    }
    assert!((1..=16).contains(&count), "{count} pictures");
}

#[test]
fn what_differs_is_seen_and_what_hardly_does_is_not() {
    let gray = |level: u8| egui::Color32::BLACK + egui::Color32::from_white_alpha(level);
    let before = ColorImage::filled([40, 30], gray(100));
    for (count, by, is_seen) in [
        (0, 0, false),
        (1200, SMALL - 8, false),
        (FEW, 90, false),
        (FEW + 1, SMALL + 8, true),
    ] {
        let mut after = before.clone();
        after.pixels[..count].fill(gray(100 + by));
        let difference = difference(&png(&before), &png(&after));
        assert_eq!(difference.is_some(), is_seen, "{count} pixels by {by}");
    }
    let wider = ColorImage::filled([41, 30], gray(100));
    assert!(difference(&png(&before), &png(&wider)).is_some());
}

#[test]
fn a_version_compared_with_what_is_shown() {
    let mut seen = Seen::coins(Theme::Light, "coins-seen-versions");
    seen.window.key(Modifiers::NONE, Key::PageDown);
    seen.window.key(Modifiers::COMMAND, Key::ArrowDown);
    seen.window.key(Modifiers::NONE, Key::PageDown);
    seen.window.key(Modifiers::NONE, Key::PageDown);
    seen.window.key(Modifiers::NONE, Key::Delete);
    seen.window.key(Modifiers::NONE, Key::Tab);
    seen.window.typed("add");
    seen.window.key(Modifiers::NONE, Key::Enter);
    seen.window.key(Modifiers::COMMAND, Key::S);
    seen.window
        .wait("the save", |app| !app.project().document.is_dirty());
    seen.window
        .key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    seen.window.typed("versions of this");
    seen.window.key(Modifiers::NONE, Key::Enter);
    seen.window.wait("the version", |app| match app.dialog() {
        Some(Dialog::Versions(page)) => page.compared.is_some(),
        _ => false,
    });
    seen.window.steps();
    // Without the times.
    let said = seen
        .window
        .harness
        .query_all_by_label_contains("Compared with what is shown");
    let rects = said.map(|it| it.rect());
    let drawing = rects.max_by(|a, b| a.area().total_cmp(&b.area())).unwrap();
    let part = drawing.expand2(vec2(8.0, 28.0));
    seen.is_as("versions", Some(part));
}
