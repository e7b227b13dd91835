//! The canvas: camera, layout, gesture and paint, once per frame. It reads the document and asks by Action.

mod annotations;
pub mod camera;
mod crumbs;
pub mod dropping;
mod far;
mod found;
pub mod gesture;
mod guides;
pub mod layout;
mod links;
pub mod look;
mod minimap;
pub mod paint;
mod pointer;
pub mod routes;
mod squares;

use std::collections::HashSet;

use egui::epaint::Mesh;
use egui::{Id, Role, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo};

use self::camera::Camera;
use self::far::Far;
use self::gesture::{Gesture, Target};
use self::layout::{Hit, Layout};
use self::look::NodeLook;
use self::minimap::Minimap;
use self::paint::{Level, NodePainter};
use super::theme::{self, NODE_FIELD, Palette};
use super::value::{self, Drafts, ValueEdit};
use super::{Action, Context};
use crate::document::arrange::Guide;
use crate::document::ops::{self, LinkEnd};
use crate::graph::subgraph::REROUTE_PORT;
use crate::graph::{Graph, Mode, NodeId, Port, Pos2, Rect, Role as NodeRole, Vec2, vec2};

/// How near the pointer must come to a port, in points.
const PORT_REACH: f32 = 11.0;
/// How near to a link a double click must be, in points.
const LINK_REACH: f32 = 6.0;
/// How far a dragged link end is caught, in points.
const SNAP_REACH: f32 = 26.0;

/// Zooms between which what is to be read on a node comes up, above where nodes are boxes and links lines.
const DETAIL: [f32; 2] = [0.26, 0.34];

/// What the canvas remembers between frames: view state, nothing of the document.
#[derive(Debug, Default)]
pub struct Canvas {
    pub camera: Camera,
    pub layout: Layout,
    far: Far,
    gesture: Gesture,
    /// Where the pointer was pressed, in graph space.
    pressed: Option<(Pos2, Hit)>,
    /// Where the pointer is or last was on the canvas, in graph space.
    pub pointer: Option<Pos2>,
    pub snaps: bool,
    /// What a search has found; it is marked.
    pub found: HashSet<NodeId>,
    /// Why the nodes that are dragged are caught where they are.
    pub guides: Vec<Guide>,
    pub minimap: Minimap,
    /// Show the whole graph in the next frame: it was opened just now.
    pub fit_next: bool,
    /// It is drawn for a picture: the graph alone, without what helps to work on it.
    is_picture: bool,
}

/// The widget that has the keyboard while the canvas is in use.
pub fn canvas_id() -> Id {
    Id::unique("canvas")
}

impl Canvas {
    pub fn new() -> Self {
        Self {
            snaps: true,
            fit_next: true,
            ..Self::default()
        }
    }

    pub fn for_picture() -> Self {
        Self {
            is_picture: true,
            ..Self::default()
        }
    }

    pub fn zoom_to(&mut self, bounds: Option<Rect>) {
        if let Some(bounds) = bounds {
            self.camera.fit(bounds);
        }
    }

    /// Bring a node into view without changing the zoom, if it is not there already.
    pub fn reveal(&mut self, id: NodeId) {
        if let Some(rect) = self.layout.rect(id)
            && !self.camera.view_in_graph().contains_rect(rect)
        {
            self.camera.center_on(rect.center());
        }
    }

    /// Where something new belongs: under the pointer, else in the middle of the view.
    pub fn place_for_new(&self) -> Pos2 {
        let view = self.camera.view_in_graph();
        let pos = self
            .pointer
            .filter(|pos| view.contains(*pos))
            .unwrap_or(view.center());
        self.snapped(pos)
    }

    /// On the grid, where it is on.
    pub fn snapped(&self, pos: Pos2) -> Pos2 {
        if self.snaps {
            let step = theme::GRID_STEP;
            Pos2::new((pos.x / step).round() * step, (pos.y / step).round() * step)
        } else {
            pos
        }
    }

    /// Where a node is drawn: while it is dragged, where it would land.
    fn rect_on_screen(&self, id: NodeId) -> Option<Rect> {
        let dragged = self
            .gesture
            .dragged()
            .filter(|(nodes, _)| nodes.contains(&id));
        let offset = dragged.map_or(Vec2::ZERO, |(_, offset)| offset);
        let rect = self.layout.rect(id)?.translate(offset);
        Some(self.camera.rect_on_screen(rect))
    }

    /// Drop what is being dragged; `false` when nothing was.
    pub fn cancel_gesture(&mut self) -> bool {
        std::mem::take(&mut self.gesture) != Gesture::None
    }
}

/// Show the canvas in all the room there is.
pub fn canvas_ui(ui: &mut Ui, canvas: &mut Canvas, drafts: &mut Drafts, context: &mut Context<'_>) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, canvas_id(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
    ui.advance_cursor_after_rect(rect);
    let graph = context.document.graph();
    canvas.camera.screen = rect;
    canvas.layout.set_scope(context.document.open_subgraph());
    canvas.layout.update(graph);
    if std::mem::take(&mut canvas.fit_next) {
        let bounds = canvas.layout.bounds();
        canvas.zoom_to(bounds);
    }
    let hit = pointer::pointer(ui, canvas, &response, context);
    draw(ui, canvas, drafts, context, &hit);
    minimap::minimap_ui(ui, canvas, graph);
}

fn draw(
    ui: &mut Ui,
    canvas: &mut Canvas,
    drafts: &mut Drafts,
    context: &mut Context<'_>,
    hit: &Hit,
) {
    let rect = canvas.camera.screen;
    let palette = theme::palette(ui.ctx());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0, palette.canvas);
    if !canvas.is_picture {
        paint::grid(&painter, &canvas.camera, palette);
    }
    let graph = context.document.graph();
    if canvas.layout.is_empty() {
        empty_state(&painter, rect, palette);
    }
    let level = Level::of(canvas.camera.zoom);
    let hovered = match hit {
        Hit::Node(id) | Hit::Input(Port { node: id, .. }) | Hit::Output(Port { node: id, .. }) => {
            Some(*id)
        }
        Hit::Nothing => None,
    };
    if level == Level::Small {
        draw_far(&painter, canvas, context, hovered, palette);
    } else {
        draw_near(ui, &painter, canvas, drafts, context, hovered);
    }
    gesture_overlay(&painter, canvas, graph, palette);
    guides::paint(&painter, canvas, palette);
    if !canvas.is_picture {
        crumbs::crumbs_ui(ui, rect, context);
    }
}

/// Nodes with their texts and widgets, one by one.
fn draw_near(
    ui: &mut Ui,
    painter: &egui::Painter,
    canvas: &Canvas,
    drafts: &mut Drafts,
    context: &mut Context<'_>,
    hovered: Option<NodeId>,
) {
    let palette = theme::palette(ui.ctx());
    let graph = context.document.graph();
    let selection = context.document.selection();
    let level = Level::of(canvas.camera.zoom);
    let detail = far::fade(canvas.camera.zoom, DETAIL);
    let view = canvas.camera.view_in_graph();
    let visible = canvas.layout.nodes_in(view.expand(40.0));
    let node_painter = NodePainter {
        painter,
        camera: &canvas.camera,
        palette,
        level,
        detail,
    };
    let (frames, nodes): (Vec<NodeId>, Vec<NodeId>) = visible.iter().partition(|id| {
        let node = graph.node(**id);
        node.is_some_and(|node| node.kind.role == NodeRole::Frame)
    });
    for id in frames {
        if let Some((node, rect)) = graph.node(id).zip(canvas.rect_on_screen(id)) {
            let is_selected = selection.contains(&id);
            node_painter.frame(node, rect, is_selected, hovered == Some(id));
        }
    }
    links::links(painter, canvas, context, level, detail, palette);
    let mut edits = Vec::new();
    for id in &nodes {
        let Some((node, on_screen)) = graph.node(*id).zip(canvas.rect_on_screen(*id)) else {
            continue;
        };
        let (is_selected, is_hovered) = (selection.contains(id), hovered == Some(*id));
        match node.kind.role {
            NodeRole::Note => {
                node_painter.note(node, on_screen, is_selected, is_hovered);
                continue;
            }
            NodeRole::Reroute => {
                let port = Port::new(*id, REROUTE_PORT);
                let color = graph
                    .output_type(&port)
                    .map_or(palette.idle, |ty| palette.of_type(ty));
                node_painter.reroute(on_screen, color, is_selected, is_hovered);
                continue;
            }
            _ => {}
        }
        let look = look::node_look(node, graph, &context.run_of(node), context.pictures, level);
        node_painter.node(node, on_screen, &look, is_selected, is_hovered);
        if node.style.mode != Mode::On {
            node_painter.mode_veil(on_screen, node.style.mode == Mode::Muted);
        }
        if level == Level::Full {
            let fields = fields_ui(ui, &canvas.camera, drafts, node, on_screen, &look);
            edits.extend(fields);
        }
    }
    found::found_marks(painter, canvas, &visible, level, palette);
    context.actions.extend(edits);
}

/// Nodes as boxes, and haze beyond; frames keep their titles.
fn draw_far(
    painter: &egui::Painter,
    canvas: &mut Canvas,
    context: &Context<'_>,
    hovered: Option<NodeId>,
    palette: &Palette,
) {
    let node_painter = NodePainter {
        painter,
        camera: &canvas.camera,
        palette,
        level: Level::Small,
        detail: 0.0,
    };
    let selection = context.document.selection();
    for id in canvas.layout.nodes_apart() {
        let node = context.document.graph().node(id);
        let Some((node, rect)) = node.zip(canvas.rect_on_screen(id)) else {
            continue;
        };
        let (is_selected, is_hovered) = (selection.contains(&id), hovered == Some(id));
        match node.kind.role {
            _ if !rect.intersects(canvas.camera.screen) => {}
            NodeRole::Frame => node_painter.frame(node, rect, is_selected, is_hovered),
            _ => node_painter.note(node, rect, is_selected, is_hovered),
        }
    }
    let scene = far::Scene {
        document: context.document,
        flat: context.flat,
        run: context.run,
        layout: &canvas.layout,
        camera: &canvas.camera,
        palette,
        dragged: canvas.gesture.dragged(),
        is_picture: canvas.is_picture,
    };
    if canvas.far.draw(painter, &scene) {
        painter.ctx().request_repaint();
    }
    if !canvas.found.is_empty() {
        let view = canvas.camera.view_in_graph();
        let rect = |id: &NodeId| canvas.layout.rect(*id);
        let is_in_view = |id: &NodeId| rect(id).is_some_and(|rect| rect.intersects(view));
        let mut found: Vec<_> = canvas.found.iter().copied().filter(is_in_view).collect();
        found.sort_unstable();
        found::found_marks(painter, canvas, &found, Level::Small, palette);
    }
}

/// The editing fields of a node's unlinked inputs: real widgets over the painted node.
fn fields_ui(
    ui: &mut Ui,
    camera: &Camera,
    drafts: &mut Drafts,
    node: &crate::graph::Node,
    on_screen: Rect,
    look: &NodeLook,
) -> Vec<Action> {
    let mut asked = Vec::new();
    let name = ui.interact(on_screen, canvas_id().with(node.id), Sense::empty());
    name.widget_info(|| WidgetInfo::labeled(Role::Group, true, node.title().as_str()));
    if !look.has_field.contains(&true) {
        return asked;
    }
    let clip = ui.clip_rect().intersect(camera.screen);
    let mut child = ui.new_child(
        UiBuilder::new()
            .id_salt(("fields", node.id))
            .max_rect(on_screen),
    );
    child.set_clip_rect(clip);
    scale_style(&mut child, camera.zoom);
    for (i, input) in node.kind.inputs.iter().enumerate() {
        if !look.has_field.get(i).copied().unwrap_or(false) {
            continue;
        }
        let rect = paint::field_rect(on_screen, camera.zoom, node, i);
        let builder = UiBuilder::new()
            .id_salt(i)
            .max_rect(rect)
            .layout(egui::Layout::left_to_right(egui::Align::Center));
        let edit = child.scope_builder(builder, |ui| {
            value::value_editor_ui(ui, drafts, node, input, true)
        });
        let port = Port::new(node.id, input.name.clone());
        match edit.inner {
            Some(ValueEdit::Set(value)) => asked.push(Action::Edit(ops::set_value(port, value))),
            Some(ValueEdit::Browse) => asked.push(Action::Browse(port, input.widget.clone())),
            None => {}
        }
    }
    asked
}

/// Widgets inside this `ui` are drawn as large as the canvas is zoomed.
fn scale_style(ui: &mut Ui, zoom: f32) {
    let ground = theme::palette(ui.ctx()).node_field;
    let style = ui.style_mut();
    style.visuals.text_edit_bg_color = Some(ground);
    for font in style.text_styles.values_mut() {
        font.size = paint::font(font.size * 0.92, zoom).size;
    }
    let spacing = &mut style.spacing;
    spacing.item_spacing *= zoom;
    spacing.button_padding *= zoom;
    // Fields of neighbouring rows do not touch.
    spacing.interact_size = vec2(spacing.interact_size.x, NODE_FIELD) * zoom;
    spacing.icon_width *= zoom;
    spacing.icon_width_inner *= zoom;
    spacing.icon_spacing *= zoom;
    spacing.slider_width *= zoom;
    spacing.combo_width *= zoom;
}

fn gesture_overlay(painter: &egui::Painter, canvas: &Canvas, graph: &Graph, palette: &Palette) {
    let camera = &canvas.camera;
    match &canvas.gesture {
        Gesture::BoxSelect { start, end, .. } => {
            let rect = camera.rect_on_screen(Rect::from_two_pos(*start, *end));
            let stroke = Stroke::new(1.0, palette.accent);
            painter.rect(
                rect,
                2,
                Palette::faded(palette.accent, 0.12),
                stroke,
                StrokeKind::Inside,
            );
        }
        Gesture::Cut { start, end } => {
            let line = [
                camera.screen_from_graph(*start),
                camera.screen_from_graph(*end),
            ];
            painter.line_segment(line, Stroke::new(2.0, palette.error));
            let count = gesture::links_across(graph, &canvas.layout, *start, *end).len();
            let text = match count {
                1 => "cuts 1 link".to_owned(),
                count => format!("cuts {count} links"),
            };
            paint::hint(painter, line[1], &text, palette.text, palette);
        }
        Gesture::DragLink { fixed, at, .. } => {
            let reach = SNAP_REACH / camera.zoom;
            let target = gesture::drop_target(graph, &canvas.layout, fixed, *at, reach);
            let (port, is_output) = match fixed {
                LinkEnd::Output(port) => (port, true),
                LinkEnd::Input(port) => (port, false),
            };
            let Some(node) = graph.node(port.node) else {
                return;
            };
            let (fixed_at, color) = if is_output {
                let at = node.kind.output_index(&port.name).unwrap_or(0);
                (
                    layout::output_pos(node, at),
                    node.kind.outputs.get(at).map(|output| &output.ty),
                )
            } else {
                let at = node
                    .kind
                    .inputs
                    .iter()
                    .position(|input| input.name == port.name)
                    .unwrap_or(0);
                (
                    layout::input_pos(node, at),
                    node.kind.inputs.get(at).map(|input| &input.ty),
                )
            };
            let color = color.map_or(palette.idle, |ty| palette.of_type(ty));
            let mut free = camera.screen_from_graph(*at);
            let fixed_at = camera.screen_from_graph(fixed_at);
            if let Target::Port(link) = &target
                && let Some((start, end)) = routes::link_ends(graph, link)
            {
                free = camera.screen_from_graph(if is_output { end } else { start });
                painter.circle(
                    free,
                    10.0,
                    Palette::faded(color, 0.25),
                    Stroke::new(2.0, color),
                );
            }
            let (start, end) = if is_output {
                (fixed_at, free)
            } else {
                (free, fixed_at)
            };
            let mut mesh = Mesh::default();
            let way = routes::link_way(start, end, camera.zoom, 1.0);
            paint::add_link(&mut mesh, &way, 2.6 * camera.zoom.clamp(0.6, 1.5), color);
            painter.add(Shape::mesh(mesh));
            if let Target::Refused(error) = &target {
                paint::hint(painter, free, &error.to_string(), palette.error, palette);
            }
        }
        _ => {}
    }
}

fn empty_state(painter: &egui::Painter, rect: Rect, palette: &Palette) {
    let lines = [
        ("An empty graph", 20.0, palette.text),
        (
            "Press Tab or double-click to add a node",
            14.0,
            palette.text_weak,
        ),
        ("or drag one here from the library", 14.0, palette.text_weak),
    ];
    let mut at = rect.center() - vec2(0.0, 36.0);
    for (text, size, color) in lines {
        let font = egui::FontId::proportional(size);
        painter.text(at, egui::Align2::CENTER_CENTER, text, font, color);
        at.y += 28.0;
    }
}
