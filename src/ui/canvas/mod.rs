//! The canvas: camera, layout, gesture and paint, once per frame. It reads the document and asks by Action.

mod annotations;
mod breakpoints;
mod brush;
pub mod camera;
mod crumbs;
mod far;
mod found;
pub mod gesture;
mod guides;
pub mod heat;
pub mod layout;
pub mod linking;
mod links;
pub mod look;
mod marks;
mod minimap;
mod overlay;
pub mod paint;
mod peek;
mod pointer;
mod resize;
mod room;
pub mod routes;
mod squares;
pub mod walk;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Id, Role, Sense, Ui, UiBuilder, WidgetInfo};

use self::brush::{Brush, on_pixels};
use self::camera::Camera;
use self::far::Far;
use self::gesture::Gesture;
use self::heat::Heat;
use self::layout::{Hit, Layout};
use self::linking::Linking;
use self::look::{NodeLook, State};
use self::minimap::Minimap;
use self::paint::{Level, NodePainter};
use self::peek::Peek;
use super::theme::{self, NODE_FIELD, Palette};
use super::value::{self, Drafts, ValueEdit};
use super::{Action, Context};
use crate::document::Document;
use crate::document::arrange::Guide;
use crate::document::ops;
use crate::graph::subgraph::REROUTE_PORT;
use crate::graph::{Link, Mode, NodeId, Port, Pos2, Rect, Role as NodeRole, Vec2, vec2};

/// How near the pointer must come to a port, in points.
const PORT_REACH: f32 = 11.0;
/// How near to a link a double click must be, in points.
const LINK_REACH: f32 = 6.0;
/// How near to its end a link's line is grabbed, in points.
const LINK_END: f32 = 56.0;
/// How near the pointer must come to an edge of a frame or a note, in points.
const EDGE_REACH: f32 = 5.0;
/// How far a dragged link end is caught, in points.
const SNAP_REACH: f32 = 26.0;

/// Zooms between which what is to be read on a node comes up, above where nodes are boxes and links lines.
const DETAIL: [f32; 2] = [0.28, 0.36];

/// What the canvas remembers between frames: view state, nothing of the document.
#[derive(Debug, Default)]
pub struct Canvas {
    pub camera: Camera,
    pub layout: Layout,
    far: Far,
    /// What boxes were drawn last, for their memory.
    boxes: Arc<Mesh>,
    gesture: Gesture,
    /// The link that is being made by keys.
    linking: Option<Linking>,
    /// The node that arrow keys walk from, where several are selected.
    pub cursor: Option<NodeId>,
    /// Where the pointer was pressed, in graph space.
    pressed: Option<(Pos2, Hit)>,
    /// The link that was pressed.
    pressed_link: Option<Link>,
    /// The link that the pointer is on.
    peek: Option<Peek>,
    /// Where the pointer is or last was on the canvas, in graph space.
    pub pointer: Option<Pos2>,
    pub habits: Habits,
    /// What a search has found; it is marked.
    pub found: HashSet<NodeId>,
    /// Nodes that runs stop before; they are marked.
    pub breakpoints: BTreeSet<NodeId>,
    /// Why the nodes that are dragged are caught where they are.
    pub guides: Vec<Guide>,
    pub minimap: Minimap,
    pub heat: Heat,
    /// Show the whole graph in the next frame: it was opened just now.
    pub fit_next: bool,
    /// It is drawn for a picture: the graph alone, without what helps to work on it.
    is_picture: bool,
}

/// How the user works on a canvas; whoever keeps settings keeps these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Nodes snap to the grid and to each other as they are dragged.
    pub snaps: bool,
    /// A box selects what lies in it as a whole, and not all that it touches.
    pub boxes_inside: bool,
    /// The minimap is shown where it helps.
    pub has_minimap: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            snaps: true,
            boxes_inside: false,
            has_minimap: true,
        }
    }
}

/// The widget that has the keyboard while the canvas is in use.
pub fn canvas_id() -> Id {
    Id::unique("canvas")
}

impl Canvas {
    pub fn new() -> Self {
        Self {
            habits: Habits::default(),
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

    /// Where a node is drawn: while it is dragged or resized, where it would land.
    fn rect_on_screen(&self, id: NodeId) -> Option<Rect> {
        if let Gesture::Resize { node, rect, .. } = &self.gesture
            && *node == id
        {
            return Some(self.camera.rect_on_screen(*rect));
        }
        let dragged = self
            .gesture
            .dragged()
            .filter(|(nodes, _)| nodes.contains(&id));
        let offset = dragged.map_or(Vec2::ZERO, |(_, offset)| offset);
        let rect = self.layout.rect(id)?.translate(offset);
        Some(self.camera.rect_on_screen(rect))
    }

    /// Is something being dragged or linked?
    pub fn is_dragging(&self) -> bool {
        self.gesture != Gesture::None || self.linking.is_some()
    }

    /// Drop what is being dragged or linked; `false` when nothing was.
    pub fn cancel_gesture(&mut self) -> bool {
        let was_dragging = std::mem::take(&mut self.gesture) != Gesture::None;
        self.linking.take().is_some() || was_dragging
    }

    /// Begin a link by keys, or drop the one that was begun.
    pub fn set_linking(&mut self, linking: Option<Linking>) {
        self.linking = linking;
    }

    /// Lay out what is open as it is now.
    pub fn keep_up(&mut self, document: &Document) {
        self.layout.set_scope(document.open_subgraph());
        self.layout.update(document.graph());
    }
}

/// Show the canvas in all the room there is.
pub fn canvas_ui(ui: &mut Ui, canvas: &mut Canvas, drafts: &mut Drafts, context: &mut Context<'_>) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, canvas_id(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
    ui.advance_cursor_after_rect(rect);
    let graph = context.document.graph();
    let is_settled = canvas.camera.screen == rect;
    canvas.camera.screen = rect;
    canvas.keep_up(context.document);
    let Canvas { heat, .. } = canvas;
    heat.follow(context.document, context.flat, context.run);
    linking::keep_up(canvas, graph);
    if canvas.fit_next {
        let extent = canvas.layout.extent();
        canvas.zoom_to(extent);
        // A window that is just opening, or changes its scale, has another size in the next frame.
        canvas.fit_next = !is_settled;
        if !is_settled {
            ui.ctx().request_repaint();
        }
    }
    let hit = pointer::pointer(ui, canvas, &response, context);
    draw(ui, canvas, drafts, context, &hit);
    minimap::minimap_ui(ui, canvas, graph);
    heat::legend_ui(ui, rect, &mut canvas.heat);
    peek::peek_ui(ui, canvas, context);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(in_words(canvas, context));
        node.set_live(egui::accesskit::Live::Polite);
    });
}

/// Show a graph in the room of `ui` as the camera sees it: nothing in it can be pointed at or typed into.
pub fn still_ui(ui: &mut Ui, canvas: &mut Canvas, drafts: &mut Drafts, context: &mut Context<'_>) {
    canvas.camera.screen = ui.max_rect();
    canvas.keep_up(context.document);
    // Its fields take no keys, and look as they will when they do.
    ui.visuals_mut().disabled_alpha = 1.0;
    ui.disable();
    draw(ui, canvas, drafts, context, &Hit::Nothing);
}

/// What a screen reader says of the canvas: the link that is being made, else what is selected.
fn in_words(canvas: &Canvas, context: &Context<'_>) -> String {
    let graph = context.document.graph();
    if let Some(linking) = &canvas.linking {
        return linking.in_words(graph);
    }
    let selection = context.document.selection();
    match (selection.len(), context.document.selected_node()) {
        (0, _) => "Nothing selected".to_owned(),
        (_, Some(node)) => {
            let count = |links: usize| match links {
                0 => "no links".to_owned(),
                links => overlay::links_in_words(links),
            };
            let (ins, outs) = (graph.incoming(node.id).len(), graph.outgoing(node.id).len());
            let (ins, outs) = (count(ins), count(outs));
            let held = if canvas.breakpoints.contains(&node.id) {
                ", breakpoint"
            } else {
                ""
            };
            format!("{}, selected: {ins} in, {outs} out{held}", node.title())
        }
        (several, None) => format!("{several} nodes selected"),
    }
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
        let memory = std::mem::take(&mut canvas.boxes);
        canvas.boxes = draw_near(ui, &painter, canvas, memory, drafts, context, hovered);
    }
    breakpoints::breakpoints(&painter, canvas, palette);
    overlay::paint(&painter, canvas, graph, palette);
    guides::paint(&painter, canvas, palette);
    if !canvas.is_picture {
        crumbs::crumbs_ui(ui, rect, context);
    }
}

/// Nodes with their texts and widgets, one by one. `memory` and what is given back: room for the frame's boxes.
fn draw_near(
    ui: &mut Ui,
    painter: &egui::Painter,
    canvas: &Canvas,
    memory: Arc<Mesh>,
    drafts: &mut Drafts,
    context: &mut Context<'_>,
    hovered: Option<NodeId>,
) -> Arc<Mesh> {
    let palette = theme::palette(ui.ctx());
    let graph = context.document.graph();
    let selection = context.document.selection();
    let level = Level::of(canvas.camera.zoom);
    let detail = far::fade(canvas.camera.zoom, DETAIL);
    let view = canvas.camera.view_in_graph();
    let visible = canvas.layout.nodes_in(view.expand(40.0));
    let brush = Brush::new(painter, memory, detail, canvas.is_picture);
    let node_painter = NodePainter {
        painter,
        brush: &brush,
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
        let on_screen = if canvas.is_picture {
            on_screen
        } else {
            on_pixels(on_screen, painter.pixels_per_point())
        };
        let (is_selected, is_hovered) = (selection.contains(id), hovered == Some(*id));
        match node.kind.role {
            NodeRole::Note => {
                brush.begin(on_screen);
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
        let told = context.run_of(node);
        let mut look = look::node_look(node, graph, &told, context.pictures, level);
        canvas.heat.colour(*id, &mut look, palette);
        let skipped = context.skipped(node, &told);
        look.waiting = skipped.filter(|it| !it.is_muted).map(|it| it.words);
        if matches!(look.state, State::Running { .. }) {
            look.time = context.left_of(node).unwrap_or_default();
        }
        node_painter.node(node, on_screen, &look, is_selected, is_hovered);
        if node.style.mode != Mode::On {
            node_painter.mode_veil(on_screen, node.style.mode == Mode::Muted);
        }
        if level == Level::Full {
            let fields = fields_ui(ui, &canvas.camera, drafts, node, on_screen, &look);
            edits.extend(fields);
        }
    }
    let boxes = brush.end();
    found::found_marks(painter, canvas, &visible, level, palette);
    context.actions.extend(edits);
    boxes
}

/// Nodes as boxes, and haze beyond; frames keep their titles.
fn draw_far(
    painter: &egui::Painter,
    canvas: &mut Canvas,
    context: &Context<'_>,
    hovered: Option<NodeId>,
    palette: &Palette,
) {
    let brush = Brush::new(painter, Arc::default(), 1.0, true);
    let node_painter = NodePainter {
        painter,
        brush: &brush,
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
        heat: &canvas.heat,
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
    let name = ui.interact(on_screen, ui.scope_id().with(node.id), Sense::empty());
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
