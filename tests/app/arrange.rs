//! Arranging by key press: auto layout, align, distribute and straighten, each one undo step.

use std::collections::BTreeMap;

use egui::{Key, Modifiers, vec2};
use loom::graph::{NodeId, Pos2, Rect};

use super::{Window, example};

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

type Places = BTreeMap<NodeId, Pos2>;

fn places(window: &Window) -> Places {
    let graph = window.app().project().document.graph();
    graph.nodes().map(|node| (node.id, node.pos)).collect()
}

fn rects(window: &Window) -> Vec<(NodeId, Rect)> {
    let layout = &window.app().panels().canvas.layout;
    let ids = places(window).into_keys();
    ids.map(|id| (id, layout.rect(id).unwrap())).collect()
}

fn undo(window: &mut Window) {
    window.key(Modifiers::COMMAND, Key::Z);
}

#[test]
fn auto_layout_puts_all_in_columns_and_one_undo_takes_it_back() {
    let mut window = Window::open(|_| example("coins", "coins-arrange"));
    let before = places(&window);
    window.key(Modifiers::NONE, Key::L);
    let after = places(&window);
    assert_ne!(after, before);
    let rects = rects(&window);
    for (i, (_, a)) in rects.iter().enumerate() {
        for (_, b) in &rects[..i] {
            assert!(!a.intersects(*b), "{a:?} {b:?}");
        }
    }
    let graph = window.app().project().document.graph();
    let left = |id| after[&id].x;
    for link in graph.links() {
        assert!(left(link.from.node) < left(link.to.node), "{link:?}");
    }
    let view = window.app().panels().canvas.camera.view_in_graph();
    assert!(rects.iter().all(|(_, rect)| view.contains_rect(*rect)));

    // The same again is no step.
    window.key(Modifiers::NONE, Key::L);
    undo(&mut window);
    assert_eq!(places(&window), before);
}

#[test]
fn selected_nodes_are_aligned_distributed_and_straightened() {
    let mut window = Window::open(|_| example("coins", "coins-align"));
    let before = places(&window);
    window.key(Modifiers::COMMAND, Key::A);
    let line: [fn(Rect) -> f32; 6] = [
        |rect| rect.left(),
        |rect| rect.right(),
        |rect| rect.top(),
        |rect| rect.bottom(),
        |rect| rect.center().x,
        |rect| rect.center().y,
    ];
    let keys = [
        (CTRL_SHIFT, Key::ArrowLeft),
        (CTRL_SHIFT, Key::ArrowRight),
        (CTRL_SHIFT, Key::ArrowUp),
        (CTRL_SHIFT, Key::ArrowDown),
        (Modifiers::ALT, Key::H),
        (Modifiers::ALT, Key::V),
    ];
    for ((modifiers, key), line) in keys.into_iter().zip(line) {
        window.key(modifiers, key);
        let lines: Vec<f32> = rects(&window).iter().map(|(_, rect)| line(*rect)).collect();
        assert!(
            lines.windows(2).all(|two| (two[0] - two[1]).abs() < 0.01),
            "{key:?}: {lines:?}"
        );
        undo(&mut window);
        assert_eq!(places(&window), before, "{key:?} is one step");
    }
    for (key, at) in [(Key::H, 0), (Key::V, 1)] {
        window.key(Modifiers::SHIFT, key);
        let mut ranges: Vec<(f32, f32)> = rects(&window)
            .iter()
            .map(|(_, rect)| (rect.min[at], rect.max[at]))
            .collect();
        ranges.sort_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)));
        let gaps: Vec<f32> = ranges.windows(2).map(|two| two[1].0 - two[0].1).collect();
        assert!(
            gaps.windows(2).all(|two| (two[0] - two[1]).abs() < 0.1),
            "{key:?}: {gaps:?}"
        );
        undo(&mut window);
        assert_eq!(places(&window), before);
    }
    window.key(Modifiers::NONE, Key::Q);
    let (from, to) = (
        window.output("Coins photo", 0),
        window.input("Otsu threshold", 0),
    );
    assert!(
        (from.y - to.y).abs() < 0.5,
        "the link is level: {from} {to}"
    );
    undo(&mut window);
    assert_eq!(places(&window), before);
}

#[test]
fn a_drag_is_caught_by_the_middle_of_another_node() {
    let mut window = Window::open(|_| example("coins", "coins-guides"));
    window.key(Modifiers::NONE, Key::Num1);
    window.key(Modifiers::COMMAND, Key::F);
    window.typed("coins photo");
    window.key(Modifiers::NONE, Key::Escape);
    let rect = |window: &Window, title: &str| {
        let layout = &window.app().panels().canvas.layout;
        layout.rect(window.node(title)).unwrap()
    };
    let (photo, otsu) = (
        rect(&window, "Coins photo"),
        rect(&window, "Otsu threshold"),
    );
    let wanted = photo.center().y - otsu.center().y;
    assert!(
        (otsu.top() + wanted) % 20.0 != 0.0,
        "the grid would catch it there as well"
    );
    let grab = window.on_screen(otsu.min + vec2(60.0, 12.0));
    let zoom = window.app().panels().canvas.camera.zoom;
    window.drag(grab, grab + vec2(0.0, wanted * zoom + 2.0));
    assert_eq!(rect(&window, "Otsu threshold").center().y, photo.center().y);
    undo(&mut window);
    assert_eq!(rect(&window, "Otsu threshold"), otsu);

    // Without snapping it stays where it is let go.
    window.key(Modifiers::SHIFT, Key::S);
    window.drag(grab, grab + vec2(0.0, wanted * zoom + 2.0));
    let missed = rect(&window, "Otsu threshold").center().y - photo.center().y;
    assert!((missed * zoom - 2.0).abs() < 0.1, "{missed}");
}
