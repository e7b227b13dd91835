//! Pointer: what mouse and touchpad do on the canvas, as camera moves, gestures and Actions. Paints nothing.

use egui::{CursorIcon, EventFilter, MouseWheelUnit, PointerButton, Response, Ui};

use super::gesture::{self, Gesture, SelectMode};
use super::layout::Hit;
use super::routes::link_ends;
use super::{Canvas, EDGE_REACH, LINK_END, PORT_REACH, SNAP_REACH, canvas_id};
use super::{guides, peek, resize};
use crate::command::Command;
use crate::document::ops;
use crate::graph::{Graph, Link, NodeId, NodeKind, Port, Pos2, Vec2, vec2};
use crate::ui::{Action, Context, menu, theme};

/// Read the pointer: pan, zoom, hover, click, drag. What lies under it.
pub fn pointer(
    ui: &Ui,
    canvas: &mut Canvas,
    response: &Response,
    context: &mut Context<'_>,
) -> Hit {
    let graph = context.document.graph();
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    if response.has_focus() {
        // Tab and arrows are the canvas's own while it has the keyboard.
        let keys = EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(canvas_id(), keys));
    }
    if response.contains_pointer() || canvas.gesture != Gesture::None {
        wheel(ui, canvas);
    }
    let pos = response.interact_pointer_pos().or(response.hover_pos());
    let Some(pos) = pos else {
        canvas.peek = None;
        // The pointer is on the menu itself.
        menu_ui(canvas, response, context);
        return Hit::Nothing;
    };
    let at = canvas.camera.graph_from_screen(pos);
    canvas.pointer = Some(at);
    let reach = PORT_REACH / canvas.camera.zoom;
    let hit = canvas.layout.hit(graph, at, reach);
    let modifiers = ui.input(|input| input.modifiers);
    let link = peek::link_under(canvas, graph, &hit, at);
    peek::note(ui, canvas, link.clone().filter(|_| response.hovered()));

    if ui.input(|input| input.pointer.any_pressed()) && response.contains_pointer() {
        canvas.pressed = Some((at, hit.clone()));
        canvas.pressed_link.clone_from(&link);
        canvas.linking = None;
    }
    if response.drag_started() {
        let (pressed_at, pressed_hit) = canvas.pressed.clone().unwrap_or((at, hit.clone()));
        canvas.gesture = if response.drag_started_by(PointerButton::Primary) {
            begin(canvas, context, (pressed_at, &pressed_hit), modifiers)
        } else {
            Gesture::Pan
        };
    }
    if response.dragged() {
        if canvas.gesture == Gesture::Pan {
            canvas.camera.pan(response.drag_delta());
        } else {
            let moved = canvas
                .pressed
                .as_ref()
                .map_or(Vec2::ZERO, |(pressed, _)| at - *pressed);
            let snaps = canvas.habits.snaps != modifiers.command;
            if let Gesture::BoxSelect { is_inside, .. } = &mut canvas.gesture {
                *is_inside = canvas.habits.boxes_inside != modifiers.alt;
            }
            canvas.gesture.drag(graph, at, moved, snaps);
            guides::catch(canvas, moved, snaps);
        }
    }
    if response.drag_stopped() {
        let reach = SNAP_REACH / canvas.camera.zoom;
        let gesture = std::mem::take(&mut canvas.gesture);
        let asked = gesture.end(graph, &canvas.layout, context.document.selection(), reach);
        // A drag that ends while the button is down was dropped with Escape.
        let is_released = ui.input(|input| input.pointer.any_released());
        context.actions.extend(asked.filter(|_| is_released));
    }
    let is_on_canvas = response.double_clicked() && hit == Hit::Nothing;
    let on_link = link.clone().filter(|_| is_on_canvas);
    let inside = match &hit {
        Hit::Node(id) => graph
            .node(*id)
            .filter(|node| node.kind.role.inside().is_some()),
        _ => None,
    };
    if let Some(node) = inside.filter(|_| response.double_clicked()) {
        let path = context.document.path().iter().copied().chain([node.id]);
        let path = path.collect();
        context.ask(Action::OpenPath(path));
    } else if let Some(link) = on_link {
        let corner = at - Vec2::splat(theme::REROUTE_SIZE / 2.0);
        let (id, transaction) = ops::add_reroute(graph, &link, corner);
        context.ask(Action::EditAndSelect(transaction, vec![id]));
    } else if is_on_canvas {
        context.ask(Action::OpenSearch {
            pos_in_graph: at,
            link_from: None,
        });
    } else if response.clicked() {
        let picked = match &hit {
            Hit::Node(id) => vec![*id],
            Hit::Input(port) | Hit::Output(port) => vec![port.node],
            Hit::Nothing => Vec::new(),
        };
        let mode = SelectMode::of(modifiers);
        let selection = mode.apply(context.document.selection(), picked);
        context.ask(Action::Select(selection));
        if let Some(link) = &link
            && let Some(value) = context.value_on(link)
        {
            let (node, output) = (link.from.node, value.output);
            context.ask(Action::View { node, output });
        }
    }
    ask_for_menu(canvas, response, &hit, context);
    menu_ui(canvas, response, context);
    if let Some(kind) = response.dnd_release_payload::<std::sync::Arc<NodeKind>>() {
        let corner = canvas.snapped(at - vec2(theme::NODE_WIDTH / 2.0, theme::NODE_HEADER / 2.0));
        let place = (corner, context.document.open_subgraph());
        let onto = gesture::link_for(graph, &canvas.layout, &kind, at);
        let inserted = onto.and_then(|link| ops::add_on_link(graph, &kind, place, &link));
        context.ask(match inserted {
            Some((node, transaction)) => Action::EditAndSelect(transaction, vec![node]),
            None => Action::AddNode((*kind).clone(), Some(corner)),
        });
    }
    cursor(ui, canvas, graph, (&hit, link.as_ref()), at);
    hit
}

/// What a drag with the primary button begins. A node that is grabbed is selected.
fn begin(
    canvas: &Canvas,
    context: &mut Context<'_>,
    (at, hit): (Pos2, &Hit),
    modifiers: egui::Modifiers,
) -> Gesture {
    let graph = context.document.graph();
    if let Some((node, sides)) = edge_at(canvas, graph, hit, at)
        && let Some(rect) = canvas.layout.rect(node)
    {
        return Gesture::Resize {
            node,
            start: rect,
            sides,
            rect,
        };
    }
    if modifiers.is_none()
        && let Some(link) = link_end_at(canvas, graph, hit, at)
    {
        return Gesture::begin_at_link(graph, link, at);
    }
    let mut selection = context.document.selection().clone();
    if let Hit::Node(id) = hit
        && !selection.contains(id)
    {
        let mode = SelectMode::of(modifiers);
        selection = mode.apply(&selection, [*id]).into_iter().collect();
        context.ask(Action::Select(selection.iter().copied().collect()));
    }
    Gesture::begin(graph, &canvas.layout, &selection, hit, at, modifiers)
}

fn edge_at(canvas: &Canvas, graph: &Graph, hit: &Hit, at: Pos2) -> Option<(NodeId, Vec2)> {
    // From afar the title still is for moving.
    let reach = (EDGE_REACH / canvas.camera.zoom).min(0.8 * theme::FRAME_EDGE);
    resize::edge_at(graph, &canvas.layout, hit, at, reach)
}

/// The link whose line is grabbed near one of its ends; from afar lines are too close to tell.
fn link_end_at(canvas: &Canvas, graph: &Graph, hit: &Hit, at: Pos2) -> Option<Link> {
    let link = peek::link_under(canvas, graph, hit, at)?;
    is_near_end(canvas, graph, &link, at).then_some(link)
}

fn is_near_end(canvas: &Canvas, graph: &Graph, link: &Link, at: Pos2) -> bool {
    let Some((start, end)) = link_ends(graph, link) else {
        return false;
    };
    start.distance(at).min(end.distance(at)) * canvas.camera.zoom <= LINK_END
}

fn wheel(ui: &Ui, canvas: &mut Canvas) {
    let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else {
        return;
    };
    let (pan, factor) = ui.input(|input| {
        let mut pan = Vec2::ZERO;
        let mut factor = 1.0;
        for event in &input.events {
            match event {
                egui::Event::MouseWheel {
                    unit,
                    delta,
                    modifiers,
                    ..
                } => match unit {
                    // A wheel zooms; a touchpad gives points and pans.
                    MouseWheelUnit::Point if !modifiers.command => pan += *delta,
                    MouseWheelUnit::Point => factor *= (delta.y / 200.0).exp(),
                    _ if modifiers.shift => pan += vec2(delta.y + delta.x, 0.0) * 60.0,
                    _ => factor *= 1.15_f32.powf(delta.y),
                },
                egui::Event::Zoom(by) => factor *= by,
                _ => {}
            }
        }
        (pan, factor)
    });
    canvas.camera.pan(pan);
    if factor != 1.0 {
        canvas.camera.zoom_at(pointer, factor);
    }
}

/// What can be done with the nodes under the pointer, by what belongs together.
const NODE_MENU: [&[Command]; 5] = [
    &[
        Command::RunToHere,
        Command::RunSelection,
        Command::RunAgain,
        Command::RunAgainFromHere,
    ],
    &[
        Command::Breakpoint,
        Command::OpenSubgraph,
        Command::EditCode,
        Command::EditCopy,
        Command::OpenOutside,
    ],
    &[
        Command::Rename,
        Command::Colour,
        Command::Mute,
        Command::Bypass,
        Command::Collapse,
        Command::Group,
    ],
    &[Command::Cut, Command::Copy, Command::Duplicate],
    &[Command::TakeOut, Command::Unlink, Command::Delete],
];

/// A right click selects the node that it is on; in empty space it searches one.
fn ask_for_menu(canvas: &Canvas, response: &Response, hit: &Hit, context: &mut Context<'_>) {
    if response.secondary_clicked() {
        match hit {
            Hit::Nothing => {
                if let Some(pos_in_graph) = canvas.pointer
                    && canvas.pressed_link.is_none()
                {
                    context.ask(Action::OpenSearch {
                        pos_in_graph,
                        link_from: None,
                    });
                }
            }
            Hit::Node(id)
            | Hit::Input(Port { node: id, .. })
            | Hit::Output(Port { node: id, .. }) => {
                if !context.document.selection().contains(id) {
                    context.ask(Action::Select(vec![*id]));
                }
            }
        }
    }
}

/// The menu of the nodes, or of the link, that were clicked; it is shown for as long as it is open.
fn menu_ui(canvas: &Canvas, response: &Response, context: &mut Context<'_>) {
    if let Some(link) = &canvas.pressed_link {
        if context
            .document
            .graph()
            .link_to(link.to.node, &link.to.name)
            == Some(link)
        {
            let at = canvas.pressed.as_ref().map_or(Pos2::ZERO, |(at, _)| *at);
            response.context_menu(|ui| peek::menu_ui(ui, link, at, context));
        }
        return;
    }
    let is_on_node = canvas
        .pressed
        .as_ref()
        .is_some_and(|(_, hit)| *hit != Hit::Nothing);
    if !is_on_node {
        return;
    }
    response.context_menu(|ui| {
        let selected = context.document.selected_node();
        let is_subgraph = selected.is_some_and(|node| node.kind.role.inside().is_some());
        let has_source = selected.is_some_and(|node| node.kind.file.is_some());
        let is_foreign = selected.is_some_and(|node| node.kind.is_foreign());
        for (at, group) in NODE_MENU.iter().enumerate() {
            if at > 0 {
                ui.separator();
            }
            for command in *group {
                let is_enabled = match command {
                    Command::OpenSubgraph => is_subgraph,
                    Command::Rename => selected.is_some(),
                    Command::EditCode | Command::OpenOutside => has_source,
                    Command::EditCopy => is_foreign,
                    _ => true,
                };
                if menu::command_button(ui, *command, is_enabled) {
                    context.ask(Action::Command(*command));
                }
            }
        }
    });
}

fn cursor(ui: &Ui, canvas: &Canvas, graph: &Graph, (hit, link): (&Hit, Option<&Link>), at: Pos2) {
    let icon = match (&canvas.gesture, hit) {
        (Gesture::Pan, _) => CursorIcon::Grabbing,
        (Gesture::DragNodes { .. }, _) => CursorIcon::Move,
        (Gesture::Resize { sides, .. }, _) => resize::cursor(*sides),
        (Gesture::DragLink { .. }, _) | (_, Hit::Input(_) | Hit::Output(_)) => {
            CursorIcon::Crosshair
        }
        (Gesture::None, _) => {
            if let Some((_, sides)) = edge_at(canvas, graph, hit, at) {
                resize::cursor(sides)
            } else if link.is_some_and(|link| is_near_end(canvas, graph, link, at)) {
                CursorIcon::Grab
            } else if link.is_some() {
                CursorIcon::PointingHand
            } else {
                return;
            }
        }
        _ => return,
    };
    ui.ctx().set_cursor_icon(icon);
}
