//! The minimap: all nodes small in the lower right corner of the canvas, and the view as a frame in it, which a drag or
//! the arrows move. What it shows of the nodes is one mesh, made anew when a node has moved, never per frame.

use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{
    Color32, EventFilter, Id, Key, Modifiers, Painter, Response, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo,
};

use super::Canvas;
use super::annotations::node_color;
use super::camera::Camera;
use super::layout::Layout;
use crate::graph::{Graph, Node, NodeId, Pos2, Rect, Role as NodeRole, Vec2, vec2};
use crate::ui::theme::{self, Palette};

/// More nodes than this are shown as a grid of how much they cover: it has about as many squares at most.
const MOST_BOXES: usize = 2_000;
/// Side of a square of that grid, in points.
const SQUARE: f32 = 4.0;
/// The least side of a node, in points.
const LEAST: f32 = 1.5;
/// The least side of the view's frame: it is to be seen, however small it is.
const LEAST_FRAME: f32 = 8.0;
/// Around the nodes, inside the minimap's edge.
const MARGIN: f32 = 6.0;
/// A canvas that is smaller has no room for it.
const LEAST_CANVAS: Vec2 = vec2(480.0, 320.0);
/// Part of the view that an arrow moves it by.
const ARROW: f32 = 0.25;

/// What the minimap remembers between frames.
#[derive(Debug, Default)]
pub struct Minimap {
    /// Where in the view it was taken hold of, from its middle, in graph units.
    grabbed: Vec2,
    nodes: Option<(Picture, Arc<Mesh>)>,
}

/// What a mesh of the nodes was made from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Picture {
    version: u64,
    /// Of the graph, where nodes are shown one by one: any edit may have coloured one.
    revision: Option<u64>,
    map: Map,
    is_dark: bool,
}

/// Maps graph units to the minimap.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Map {
    /// All nodes, in graph units.
    bounds: Rect,
    /// On the screen, with margin.
    place: Rect,
    scale: f32,
}

impl Map {
    /// In the lower right corner of the canvas, as large as the shape of the graph lets it be.
    fn new(bounds: Rect, canvas: Rect) -> Self {
        let size = bounds.size().max(Vec2::splat(1.0));
        let room = theme::MINIMAP_SIZE - Vec2::splat(2.0 * MARGIN);
        let scale = (room / size).min_elem();
        let shown = (size * scale).max(Vec2::splat(2.0 * MARGIN)) + Vec2::splat(2.0 * MARGIN);
        let corner = canvas.max - Vec2::splat(theme::MINIMAP_GAP);
        Self {
            bounds,
            place: Rect::from_min_max(corner - shown, corner),
            scale,
        }
    }

    fn on_map(&self, pos_in_graph: Pos2) -> Pos2 {
        self.place.center() + (pos_in_graph - self.bounds.center()) * self.scale
    }

    fn rect_on_map(&self, rect_in_graph: Rect) -> Rect {
        Rect::from_min_max(
            self.on_map(rect_in_graph.min),
            self.on_map(rect_in_graph.max),
        )
    }

    fn in_graph(&self, pos_on_map: Pos2) -> Pos2 {
        self.bounds.center() + (pos_on_map - self.place.center()) / self.scale
    }
}

/// The map, if it is to be seen: it would help, and there is room for it.
fn map(canvas: &mut Canvas) -> Option<Map> {
    let screen = canvas.camera.screen;
    let has_room = screen.width() >= LEAST_CANVAS.x && screen.height() >= LEAST_CANVAS.y;
    if !canvas.habits.has_minimap || !has_room {
        return None;
    }
    let bounds = canvas.layout.bounds()?;
    let is_all_in_view = canvas.camera.view_in_graph().contains_rect(bounds);
    (!is_all_in_view && bounds.is_finite()).then(|| Map::new(bounds, screen))
}

/// Show the minimap over the canvas. To be called when the canvas is painted.
pub fn minimap_ui(ui: &Ui, canvas: &mut Canvas, graph: &Graph) {
    let Some(map) = map(canvas) else { return };
    let id = Id::unique("minimap");
    let response = ui.interact(map.place, id, Sense::click_and_drag());
    let name = "Minimap: drag or arrow keys move the view";
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, name));
    let before = canvas.camera;
    pointer(&response, canvas, &map);
    if response.has_focus() {
        arrows(ui, id, &mut canvas.camera);
    }
    if canvas.camera != before {
        // The canvas was painted as it was seen before.
        ui.ctx().request_repaint();
    }
    paint(ui, canvas, &map, graph, &response);
}

/// Take hold of the view where it is, or bring it under the pointer; then drag it.
fn pointer(response: &Response, canvas: &mut Canvas, map: &Map) {
    let Some(pos) = response.interact_pointer_pos() else {
        return;
    };
    let at = map.in_graph(pos);
    let view = canvas.camera.view_in_graph();
    // A fast click is pressed and let go in one frame.
    if !response.is_pointer_button_down_on() && !response.clicked() {
        return;
    }
    if response.ctx.input(|input| input.pointer.any_pressed()) {
        response.request_focus();
        let is_in_view = view.contains(at);
        canvas.minimap.grabbed = if is_in_view {
            view.center() - at
        } else {
            Vec2::ZERO
        };
    }
    canvas.camera.center_on(at + canvas.minimap.grabbed);
}

fn arrows(ui: &Ui, id: Id, camera: &mut Camera) {
    let own = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, own));
    for (key, direction) in [
        (Key::ArrowLeft, vec2(-1.0, 0.0)),
        (Key::ArrowRight, vec2(1.0, 0.0)),
        (Key::ArrowUp, vec2(0.0, -1.0)),
        (Key::ArrowDown, vec2(0.0, 1.0)),
    ] {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            camera.pan(-direction * camera.screen.size() * ARROW);
        }
    }
}

fn paint(ui: &Ui, canvas: &mut Canvas, map: &Map, graph: &Graph, response: &Response) {
    let palette = theme::palette(ui.ctx());
    let painter = ui.painter_at(canvas.camera.screen);
    let outline = if response.has_focus() {
        palette.accent
    } else {
        palette.outline
    };
    let ground = Palette::faded(palette.panel, 0.94);
    let stroke = Stroke::new(1.0, outline);
    painter.rect(map.place, theme::RADIUS, ground, stroke, StrokeKind::Inside);
    let picture = Picture {
        version: canvas.layout.version(),
        revision: (graph.node_count() <= MOST_BOXES).then(|| graph.revision()),
        map: *map,
        is_dark: palette.is_dark,
    };
    let nodes = match &canvas.minimap.nodes {
        Some((made_from, mesh)) if *made_from == picture => mesh.clone(),
        _ => {
            let mesh = Arc::new(nodes_mesh(&canvas.layout, map, graph, palette));
            canvas.minimap.nodes = Some((picture, mesh.clone()));
            mesh
        }
    };
    painter.add(Shape::Mesh(nodes));
    paint_view(&painter, canvas, map, palette);
}

/// The view's frame; one that lies beside the graph is shown at the edge that it is nearest to.
fn paint_view(painter: &Painter, canvas: &Canvas, map: &Map, palette: &Palette) {
    let inside = map.place.shrink(2.0);
    let frame = map.rect_on_map(canvas.camera.view_in_graph());
    let clamped = |pos: Pos2| pos.clamp(inside.min, inside.max);
    let (min, max) = (clamped(frame.min), clamped(frame.max));
    let least = Vec2::splat(LEAST_FRAME);
    let min = min.min(inside.max - least);
    let frame = Rect::from_min_max(min, max.max(min + least));
    let fill = Palette::faded(palette.accent, 0.16);
    painter.rect(
        frame,
        2,
        fill,
        Stroke::new(1.5, palette.accent),
        StrokeKind::Inside,
    );
}

fn nodes_mesh(layout: &Layout, map: &Map, graph: &Graph, palette: &Palette) -> Mesh {
    let is_frame = |node: &&Node| node.kind.role == NodeRole::Frame;
    let shown = |(id, rect): (NodeId, Rect)| {
        let node = graph.node(id);
        let own = node.and_then(|node| node_color(node, palette));
        let family = || node.map(|node| palette.of_family(&node.kind.family));
        let color = own.or_else(family).unwrap_or(palette.idle);
        // A frame lies under what it carries.
        let part = if node.as_ref().is_some_and(is_frame) {
            0.3
        } else {
            0.8
        };
        (map.rect_on_map(rect), Palette::faded(color, part))
    };
    let (frames, nodes): (Vec<_>, Vec<_>) = layout
        .rects()
        .partition(|(id, _)| graph.node(*id).as_ref().is_some_and(is_frame));
    let rects: Vec<(Rect, Color32)> = frames.into_iter().chain(nodes).map(shown).collect();
    let mut mesh = Mesh::default();
    if rects.len() <= MOST_BOXES {
        for (rect, color) in rects {
            let size = rect.size().max(Vec2::splat(LEAST));
            mesh.add_colored_rect(Rect::from_center_size(rect.center(), size), color);
        }
        return mesh;
    }
    let mut squares = Squares::new(map.place.shrink(MARGIN));
    for (rect, _) in rects {
        squares.cover(rect);
    }
    for (rect, part) in squares.covered() {
        let alpha = 0.25 + 0.75 * part;
        mesh.add_colored_rect(rect, Palette::faded(palette.idle, alpha));
    }
    mesh
}

/// A grid that remembers how much of each of its squares is covered.
struct Squares {
    corner: Pos2,
    across: usize,
    parts: Vec<f32>,
}

impl Squares {
    fn new(place: Rect) -> Self {
        let [across, down] = [place.width(), place.height()]
            .map(|length| (length / SQUARE).ceil().max(1.0) as usize);
        Self {
            corner: place.min,
            across,
            parts: vec![0.0; across * down],
        }
    }

    fn cover(&mut self, rect: Rect) {
        let low = ((rect.min - self.corner) / SQUARE).floor().max(Vec2::ZERO);
        let high = ((rect.max - self.corner) / SQUARE).floor().max(Vec2::ZERO);
        let down = self.parts.len() / self.across;
        for y in low.y as usize..=(high.y as usize).min(down - 1) {
            for x in low.x as usize..=(high.x as usize).min(self.across - 1) {
                let at = y * self.across + x;
                let common = self.square(at).intersect(rect);
                if common.is_positive() {
                    self.parts[at] += common.area() / (SQUARE * SQUARE);
                }
            }
        }
    }

    fn square(&self, at: usize) -> Rect {
        let offset = vec2((at % self.across) as f32, (at / self.across) as f32) * SQUARE;
        Rect::from_min_size(self.corner + offset, Vec2::splat(SQUARE))
    }

    /// Squares that are covered at all, each with how much of it is.
    fn covered(&self) -> impl Iterator<Item = (Rect, f32)> {
        let parts = self.parts.iter().enumerate();
        let covered = parts.filter(|(_, part)| **part > 0.0);
        covered.map(|(at, part)| (self.square(at), part.min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Bank, Edit, NodeKind, pos2};

    const CANVAS: Rect = Rect::from_min_max(Pos2::ZERO, pos2(1000.0, 700.0));

    fn graph(count: u32) -> Graph {
        let kind = Arc::new(NodeKind::new(Bank::Builtin, "add"));
        let node = |i: u32| {
            let pos = pos2((i % 100) as f32 * 300.0, (i / 100) as f32 * 200.0);
            Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos)
        };
        Graph::from_parts((0..count).map(node), []).0
    }

    fn canvas(graph: &Graph) -> Canvas {
        let mut canvas = Canvas::new();
        canvas.camera.screen = CANVAS;
        canvas.layout.update(graph);
        canvas
    }

    #[test]
    fn the_map_is_there_when_it_helps_and_has_room() {
        let graph = graph(200);
        let mut canvas = canvas(&graph);
        assert!(map(&mut canvas).is_some());
        canvas.habits.has_minimap = false;
        assert_eq!(map(&mut canvas), None, "it is off");
        canvas.habits.has_minimap = true;
        canvas.camera.screen.max = pos2(400.0, 300.0);
        assert_eq!(map(&mut canvas), None, "the canvas is small");
        canvas.camera.screen = CANVAS;
        let bounds = canvas.layout.bounds();
        canvas.zoom_to(bounds);
        assert_eq!(map(&mut canvas), None, "all is in view");
        canvas.layout.clear();
        assert_eq!(map(&mut canvas), None, "there is nothing");
    }

    #[test]
    fn nodes_have_their_own_colours_and_frames_lie_under_all() {
        let mut graph = graph(3);
        let (colour, _) = theme::SWATCHES[0];
        let frame = crate::graph::subgraph::frame_kind();
        let frame = Node::new(NodeId(3), "frame", frame, Pos2::ZERO);
        graph.apply(Edit::AddNode(Box::new(frame))).unwrap();
        let style = crate::graph::Style {
            colour: Some(colour),
            ..crate::graph::Style::default()
        };
        let node = NodeId(1);
        graph.apply(Edit::SetStyle { node, style }).unwrap();
        let mut canvas = canvas(&graph);
        let map = Map::new(canvas.layout.bounds().unwrap(), CANVAS);
        let mesh = nodes_mesh(&canvas.layout, &map, &graph, &theme::DARK);
        let colours: Vec<_> = mesh.vertices.chunks(4).map(|box_| box_[0].color).collect();
        let red = Palette::faded(theme::DARK.of_user(colour), 0.8);
        assert_eq!(colours.iter().position(|other| *other == red), Some(2));
        assert_ne!(colours[0], colours[1], "the frame, and a node");
        assert_eq!(colours[1], colours[3]);
    }

    #[test]
    fn the_map_lies_in_the_corner_and_holds_all_at_any_shape() {
        for size in [
            vec2(1e5, 10.0),
            vec2(10.0, 1e5),
            vec2(3e4, 2e4),
            vec2(0.0, 0.0),
            vec2(1e30, 1e30),
        ] {
            let bounds = Rect::from_min_size(pos2(-500.0, 70.0), size);
            let map = Map::new(bounds, CANVAS);
            assert!(CANVAS.contains_rect(map.place), "{size}: {map:?}");
            let limit = theme::MINIMAP_SIZE + Vec2::splat(2.0 * MARGIN);
            assert!(
                map.place.size().x <= limit.x && map.place.size().y <= limit.y,
                "{size}"
            );
            assert!(
                map.place.contains_rect(map.rect_on_map(bounds)),
                "{size}: {map:?}"
            );
            let there = map.in_graph(map.on_map(bounds.max));
            assert!(
                (there - bounds.max).length() <= 1e-3 * size.length().max(1.0),
                "{size}"
            );
        }
    }

    #[test]
    fn squares_know_how_much_of_them_is_covered() {
        let mut squares = Squares::new(Rect::from_min_size(pos2(10.0, 10.0), vec2(8.0, 8.0)));
        squares.cover(Rect::from_min_size(pos2(10.0, 10.0), vec2(6.0, 4.0)));
        squares.cover(Rect::from_min_size(pos2(10.0, 10.0), vec2(4.0, 2.0)));
        squares.cover(Rect::from_min_size(pos2(-100.0, -100.0), vec2(5.0, 5.0)));
        let covered: Vec<_> = squares
            .covered()
            .map(|(rect, part)| (rect.min, part))
            .collect();
        assert_eq!(covered, [(pos2(10.0, 10.0), 1.0), (pos2(14.0, 10.0), 0.5)]);
    }

    #[test]
    fn few_nodes_are_boxes_and_many_a_grid_of_bounded_size() {
        for (count, expected) in [(200, 200..=200), (10_000, 100..=MOST_BOXES)] {
            let graph = graph(count);
            let mut canvas = canvas(&graph);
            let map = map(&mut canvas).unwrap();
            let mesh = nodes_mesh(&canvas.layout, &map, &graph, &theme::DARK);
            let boxes = mesh.vertices.len() / 4;
            assert!(expected.contains(&boxes), "{count} nodes: {boxes} boxes");
            let place = map.place.expand(0.5);
            assert!(
                mesh.vertices
                    .iter()
                    .all(|vertex| place.contains(vertex.pos))
            );
        }
    }

    /// Frames of a real egui; the mesh that each of them kept.
    #[test]
    fn the_picture_is_kept_until_a_node_moves() {
        let mut graph = graph(200);
        let mut canvas = canvas(&graph);
        let egui = egui::Context::default();
        theme::install(&egui);
        let frame = |canvas: &mut Canvas, graph: &Graph| {
            let input = egui::RawInput::default();
            let mut output = egui.run_ui(input, |ui| minimap_ui(ui, canvas, graph));
            output.textures_delta.clear();
            canvas.minimap.nodes.as_ref().unwrap().1.clone()
        };
        let first = frame(&mut canvas, &graph);
        canvas.camera.pan(vec2(-30.0, -40.0));
        assert!(
            Arc::ptr_eq(&first, &frame(&mut canvas, &graph)),
            "the view moved"
        );
        let to = pos2(5.0, 5.0);
        let node = NodeId(7);
        graph.apply(Edit::Move { node, to }).unwrap();
        canvas.layout.update(&graph);
        assert!(
            !Arc::ptr_eq(&first, &frame(&mut canvas, &graph)),
            "a node moved"
        );
    }
}
