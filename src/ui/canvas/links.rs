//! Links: every one that touches the view, with its type's colour. Reads and paints; decides nothing.

use egui::epaint::Mesh;
use egui::{Painter, Shape, Stroke};

use super::Canvas;
use super::far::{LINE_ALPHA, link_color};
use super::paint::{self, Level};
use super::routes::{LinkAt, link_middle, link_way};
use crate::graph::{Fit, Graph, Link, NodeId, Pos2, Vec2};
use crate::ui::Context;
use crate::ui::theme::Palette;

/// Width of links where they have become the lines of the far view, soft edges aside.
const THINNEST: f32 = 0.2;

/// Lengths of the strokes of broken links, and of what is between them.
const DASH: f32 = 6.0;

/// Links that touch the view, each once. `detail` from 0 to 1 says how far they are from being straight lines.
pub fn links(
    painter: &Painter,
    canvas: &Canvas,
    context: &Context<'_>,
    level: Level,
    detail: f32,
    palette: &Palette,
) {
    let graph = context.document.graph();
    let selection = context.document.selection();
    let camera = &canvas.camera;
    let usual = (2.2 * camera.zoom).clamp(1.0, 4.0);
    let width = THINNEST + (usual - THINNEST) * detail;
    let alpha = LINE_ALPHA + (1.0 - LINE_ALPHA) * detail;
    let mut shown = links_in_view(canvas, context);
    shown.retain(|(link, ..)| !canvas.gesture.takes(link));
    let mut mesh = Mesh::default();
    for (link, start, end) in &shown {
        let color = Palette::faded(link_color(graph, link, palette), alpha);
        let is_near = selection.contains(&link.from.node) || selection.contains(&link.to.node);
        let is_peeked = canvas.peek.as_ref().is_some_and(|peek| peek.link == **link);
        let thicker = u8::from(is_near) + u8::from(is_peeked);
        let width = width + detail * f32::from(thicker);
        let way = link_way(*start, *end, camera.zoom, detail);
        if graph.is_broken(link) {
            let stroke = Stroke::new(width.max(1.0), color);
            painter.extend(Shape::dashed_line(&way, stroke, DASH, DASH));
            continue;
        }
        paint::add_link(&mut mesh, &way, width, color);
    }
    painter.add(Shape::mesh(mesh));
    if level == Level::Full {
        for (link, start, end) in &shown {
            conversion(
                painter,
                camera.zoom,
                graph,
                link,
                link_middle(*start, *end, camera.zoom),
                palette,
            );
        }
    }
}

/// Links that may touch the view, with their ends on the screen, where a drag has brought them.
fn links_in_view<'a>(canvas: &Canvas, context: &Context<'a>) -> Vec<(&'a Link, Pos2, Pos2)> {
    let graph = context.document.graph();
    let (layout, camera) = (&canvas.layout, &canvas.camera);
    let view = camera.view_in_graph();
    let drag = canvas.gesture.dragged();
    let mut near = layout.links_in(view);
    if let Some((_, offset)) = drag {
        near.extend(layout.links_in(view.translate(-offset)));
        near.sort_unstable();
        near.dedup();
    }
    let on_screen = |id: NodeId, pos: Pos2| {
        let moved = drag.filter(|(nodes, _)| nodes.contains(&id));
        camera.screen_from_graph(pos + moved.map_or(Vec2::ZERO, |(_, offset)| offset))
    };
    let ends = |at: LinkAt| {
        let link = at.link(graph)?;
        let (start, end) = layout.ends(at)?;
        let start = on_screen(link.from.node, start);
        Some((link, start, on_screen(link.to.node, end)))
    };
    near.into_iter().filter_map(ends).collect()
}

/// A small ring in the middle of a link that converts its value.
fn conversion(
    painter: &Painter,
    zoom: f32,
    graph: &Graph,
    link: &Link,
    middle: Pos2,
    palette: &Palette,
) {
    if graph.fit_of(link) != Some(Fit::Converts) {
        return;
    }
    let to = graph.node(link.to.node);
    let input = to.and_then(|node| node.kind.input(&link.to.name));
    let Some((output, input)) = graph.output_type(&link.from).zip(input) else {
        return;
    };
    let radius = 4.5 * zoom;
    let ring = Stroke::new(1.5, palette.of_type(&input.ty));
    painter.circle(middle, radius, palette.canvas, ring);
    painter.circle_filled(middle, radius * 0.4, palette.of_type(output));
}
