//! Links: every one that touches the view, with its type's colour. Reads and paints; decides nothing.

use std::collections::HashSet;

use egui::epaint::Mesh;
use egui::{Color32, Painter, Shape, Stroke};

use super::Canvas;
use super::camera::Camera;
use super::gesture::Gesture;
use super::layout;
use super::paint::{self, Level};
use crate::graph::{Fit, Graph, Link, NodeId, Vec2};
use crate::ui::Context;
use crate::ui::theme::Palette;

/// Links that touch the view, each once, in two meshes: those that wait and those that are dragged.
pub fn links(
    painter: &Painter,
    canvas: &Canvas,
    context: &Context<'_>,
    visible: &[NodeId],
    level: Level,
    palette: &Palette,
) {
    let graph = context.document.graph();
    let selection = context.document.selection();
    let camera = &canvas.camera;
    let (offset, dragged, taken) = match &canvas.gesture {
        Gesture::DragNodes { offset, nodes, .. } => (*offset, nodes, None),
        Gesture::DragLink { taken, .. } => (Vec2::ZERO, selection, taken.as_ref()),
        _ => (Vec2::ZERO, selection, None),
    };
    let in_view: HashSet<NodeId> = visible.iter().copied().collect();
    let mut mesh = Mesh::default();
    let width = (2.2 * camera.zoom).clamp(1.0, 4.0);
    for id in visible {
        let incoming = graph.incoming(*id).iter();
        let leaving = graph
            .outgoing(*id)
            .iter()
            .filter(|link| !in_view.contains(&link.to.node));
        for link in incoming.chain(leaving) {
            if Some(link) == taken {
                continue;
            }
            let Some((mut start, mut end)) = layout::link_ends(graph, link) else {
                continue;
            };
            if offset != Vec2::ZERO {
                start += if dragged.contains(&link.from.node) {
                    offset
                } else {
                    Vec2::ZERO
                };
                end += if dragged.contains(&link.to.node) {
                    offset
                } else {
                    Vec2::ZERO
                };
            }
            let (start, end) = (
                camera.screen_from_graph(start),
                camera.screen_from_graph(end),
            );
            let color = link_color(graph, link, palette);
            if level == Level::Small {
                paint::add_thin_link(&mut mesh, start, end, Palette::faded(color, 0.6));
                continue;
            }
            let is_near = selection.contains(&link.from.node) || selection.contains(&link.to.node);
            let width = if is_near { width + 1.0 } else { width };
            paint::add_link(&mut mesh, start, end, camera.zoom, width, color);
        }
    }
    painter.add(Shape::mesh(mesh));
    for id in visible {
        conversions(painter, camera, graph, *id, level, palette);
    }
}

fn link_color(graph: &Graph, link: &Link, palette: &Palette) -> Color32 {
    match (graph.fit_of(link), graph.output_type(&link.from)) {
        (Some(Fit::Same | Fit::Converts), Some(ty)) => palette.of_type(ty),
        _ => palette.error,
    }
}

/// A small ring in the middle of a link that converts its value.
fn conversions(
    painter: &Painter,
    camera: &Camera,
    graph: &Graph,
    id: NodeId,
    level: Level,
    palette: &Palette,
) {
    if level < Level::Full {
        return;
    }
    for link in graph.incoming(id) {
        if graph.fit_of(link) != Some(Fit::Converts) {
            continue;
        }
        let input = graph
            .node(id)
            .and_then(|node| node.kind.input(&link.to.name));
        let Some((output, input)) = graph.output_type(&link.from).zip(input) else {
            continue;
        };
        if let Some((start, end)) = layout::link_ends(graph, link) {
            let middle = camera.screen_from_graph(start + (end - start) * 0.5);
            let radius = 4.5 * camera.zoom;
            painter.circle(
                middle,
                radius,
                palette.canvas,
                Stroke::new(1.5, palette.of_type(&input.ty)),
            );
            painter.circle_filled(middle, radius * 0.4, palette.of_type(output));
        }
    }
}
