//! Paint: grid, links and nodes by the painter alone. Reads looks and geometry; decides and changes nothing.

use std::sync::Arc;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Shape, Stroke, StrokeKind,
    TextureId,
};

use super::annotations::node_color;
use super::brush::{Brush, on_pixels};
use super::camera::Camera;
use super::layout::{input_offset, output_offset};
use super::look::{NodeLook, State};
use super::marks;
use crate::graph::{KindState, Node, Pos2, Rect, Vec2, pos2, vec2};
use crate::ui::picture::fit_into;
use crate::ui::theme::{
    self, GRID_STEP, NODE_HEADER, NODE_PAD, NODE_RADIUS, NODE_THUMB, PORT_RADIUS, Palette,
};

/// How much of a node is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Flat boxes.
    Small,
    /// Boxes with titles and ports.
    Middle,
    /// Everything, with widgets.
    Full,
}

impl Level {
    pub fn of(zoom: f32) -> Self {
        match zoom {
            zoom if zoom >= 0.5 => Self::Full,
            zoom if zoom >= 0.28 => Self::Middle,
            _ => Self::Small,
        }
    }
}

/// Font size for a text that is `size` points at 100 %: in half points, so that few sizes are ever laid out.
pub fn font(size: f32, zoom: f32) -> FontId {
    FontId::new(
        ((size * zoom) * 2.0).round().max(2.0) / 2.0,
        FontFamily::Proportional,
    )
}

/// Lines every step, every fifth stronger; finer ones go as they come too close.
pub fn grid(painter: &Painter, camera: &Camera, palette: &Palette) {
    let mut mesh = Mesh::default();
    let view = camera.view_in_graph();
    for (step, color) in [
        (GRID_STEP, palette.grid),
        (GRID_STEP * 5.0, palette.grid_major),
    ] {
        let spacing = step * camera.zoom;
        if spacing < 9.0 {
            continue;
        }
        let pixel = 1.0 / painter.pixels_per_point();
        let mut x = (view.min.x / step).ceil() * step;
        while x < view.max.x {
            let at = painter.round_to_pixel_center(camera.screen_from_graph(pos2(x, 0.0)).x);
            let line =
                Rect::from_x_y_ranges(at - pixel / 2.0..=at + pixel / 2.0, camera.screen.y_range());
            mesh.add_colored_rect(line, color);
            x += step;
        }
        let mut y = (view.min.y / step).ceil() * step;
        while y < view.max.y {
            let at = painter.round_to_pixel_center(camera.screen_from_graph(pos2(0.0, y)).y);
            let line =
                Rect::from_x_y_ranges(camera.screen.x_range(), at - pixel / 2.0..=at + pixel / 2.0);
            mesh.add_colored_rect(line, color);
            y += step;
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// Add a link to a mesh, with soft edges. Its way is in screen space.
pub fn add_link(mesh: &mut Mesh, way: &[Pos2], width: f32, color: Color32) {
    let half = width / 2.0;
    let strips = [
        (-half - 1.0, Color32::TRANSPARENT),
        (-half, color),
        (half, color),
        (half + 1.0, Color32::TRANSPARENT),
    ];
    let first = mesh.vertices.len() as u32;
    for (i, at) in way.iter().enumerate() {
        let before = way[i.saturating_sub(1)];
        let after = way[(i + 1).min(way.len() - 1)];
        let along = (after - before).normalized();
        let across = vec2(-along.y, along.x);
        mesh.vertices.extend(strips.map(|(offset, color)| Vertex {
            pos: *at + across * offset,
            uv: WHITE_UV,
            color,
        }));
    }
    for i in 1..way.len() as u32 {
        let base = first + (i - 1) * 4;
        for strip in base..base + 3 {
            mesh.add_triangle(strip, strip + 1, strip + 4);
            mesh.add_triangle(strip + 1, strip + 5, strip + 4);
        }
    }
}

/// Letters smaller than this stand too far apart to be read as words: they are brought together, by a part of their size.
const SMALL_LETTERS: f32 = 10.0;
const SMALL_SPACING: f32 = -0.025;
/// Texts that do not fit are cut at multiples of this, in points.
const CUT_STEP: f32 = 4.0;

/// A text on one line that ends in `…` where it does not fit. One that fits is laid out once for all widths, and others
/// for few of them: while the canvas is zoomed the width changes with each frame.
pub fn cut_text(
    painter: &Painter,
    text: &str,
    font: FontId,
    color: Color32,
    width: f32,
) -> Arc<Galley> {
    let size = font.size;
    let mut format = TextFormat::simple(font, color);
    if size < SMALL_LETTERS {
        format.extra_letter_spacing = SMALL_SPACING * size;
    }
    let laid_out = |width: f32| {
        let mut job = LayoutJob::single_section(text.to_owned(), format.clone());
        job.wrap = TextWrapping::truncate_at_width(width);
        painter.layout_job(job)
    };
    let whole = laid_out(f32::INFINITY);
    if whole.size().x <= width {
        return whole;
    }
    laid_out(((width / CUT_STEP).floor() * CUT_STEP).max(1.0))
}

/// Everything about one node but its widgets. `camera` maps, `rect` is the node on the screen.
pub struct NodePainter<'a> {
    pub painter: &'a Painter,
    pub brush: &'a Brush<'a>,
    pub camera: &'a Camera,
    pub palette: &'a Palette,
    pub level: Level,
    /// From 0 to 1: how far what is to be read on a node has come up.
    pub detail: f32,
}

impl NodePainter<'_> {
    pub fn node(
        &self,
        node: &Node,
        rect: Rect,
        look: &NodeLook,
        is_selected: bool,
        is_hovered: bool,
    ) {
        let Self {
            painter,
            brush,
            palette,
            ..
        } = *self;
        let zoom = self.camera.zoom;
        brush.begin(rect.expand(6.0 * zoom + 2.0));
        let radius = (NODE_RADIUS * zoom).round().clamp(2.0, 24.0) as u8;
        let all = CornerRadius::same(radius);
        let is_off = matches!(look.state, State::Skipped);

        brush.fill(
            rect.translate(vec2(0.0, 3.0 * zoom)).expand(2.0 * zoom),
            CornerRadius::same(radius.saturating_add(2)),
            Palette::faded(palette.node_shadow, self.detail),
        );
        if node.kind.role.inside().is_some() {
            // Another sheet below: there is more inside.
            let sheet = rect.translate(Vec2::splat(5.0 * zoom));
            brush.fill(sheet, all, palette.node_header);
            brush.edge(sheet, all, Stroke::new(1.0, palette.node_outline));
        }
        let ground = match (look.tint, node_color(node, palette)) {
            (Some(tint), _) => tint.ground,
            (None, Some(color)) => Palette::mixed(palette.node_header, color, theme::COLOURED),
            (None, None) => palette.node_header,
        };
        // Also where it is selected, as it is when it has just been reached.
        let ground = match look.state {
            State::Paused => Palette::mixed(ground, palette.warn, theme::COLOURED),
            _ => ground,
        };
        // Whence the look from afar goes over into this one.
        let far_body = match look.state {
            State::Failed => palette.error,
            State::Running { .. } => palette.busy,
            State::Paused => palette.warn,
            _ => ground,
        };
        let body = Palette::mixed(far_body, palette.node, self.detail);
        brush.fill(rect, all, body);
        let pixels = painter.pixels_per_point();
        let header = Rect::from_min_size(rect.min, vec2(rect.width(), NODE_HEADER * zoom));
        let header = on_pixels(header, pixels);
        let below = if node.style.is_collapsed { radius } else { 0 };
        let top = CornerRadius {
            nw: radius,
            ne: radius,
            sw: below,
            se: below,
        };
        let mut title = header;
        title.min.x += (4.0 * zoom * pixels).round().max(3.0) / pixels;
        // The family's stripe is what the title leaves of it: so it follows the round corner.
        let mut family = header;
        family.max.x = (title.min.x + 2.0 * f32::from(radius)).min(header.max.x);
        let left_corners = CornerRadius {
            ne: 0,
            se: 0,
            ..top
        };
        let family_color = palette.of_family(&node.kind.family);
        brush.fill(family, left_corners, family_color);
        let ground = Palette::mixed(family_color, ground, self.detail);
        let title_corners = CornerRadius {
            nw: 0,
            sw: 0,
            ..top
        };
        brush.fill(title, title_corners, ground);
        self.progress(header, look);

        let outline = match (is_selected, look.state) {
            (true, _) => Stroke::new(2.0, palette.accent),
            (false, State::Failed) => Stroke::new(1.5, palette.error),
            (false, State::Running { .. }) => Stroke::new(1.5, palette.busy),
            (false, State::Paused) => Stroke::new(2.0, palette.warn),
            (false, _) if node.kind.state != KindState::Ready => Stroke::new(1.5, palette.error),
            (false, _) if is_hovered => Stroke::new(1.0, palette.text_weak),
            _ => Stroke::new(1.0, Palette::faded(palette.node_outline, self.detail)),
        };
        brush.edge(rect, all, outline);

        // On a colour weak texts and marks would not be seen.
        let weak = match (look.tint, node.style.colour) {
            (Some(tint), _) => tint.ink,
            (None, Some(_)) => palette.text_strong,
            (None, None) => palette.text_weak,
        };
        let strong = look.tint.map_or(palette.text_strong, |tint| tint.ink);
        let badge_width = self.badge(header, look, weak);
        let color = if is_off { weak } else { strong };
        let mut left = header.min.x + 12.0 * zoom;
        if node.looping.is_some() {
            let size = 11.0 * zoom;
            let center = pos2(left + size / 2.0, header.center().y);
            marks::looping(brush, center, size, weak);
            left += size + 5.0 * zoom;
        }
        let room = header.max.x - left - 6.0 * zoom - badge_width;
        let bold = FontId::new(font(13.0, zoom).size.max(8.5), theme::strong());
        let title = cut_text(painter, node.title(), bold, color, room);
        let at = pos2(left, header.center().y - title.size().y / 2.0);
        brush.text(at, title, color);

        self.ports(node, rect, look);
        self.thumb(rect, look);
        if let Some(message) = &look.message {
            let strip = Strip {
                ink: palette.error,
                ground: palette.error_soft,
                edge: palette.error,
                lines: 3,
            };
            self.message(rect, message, &strip);
        } else if let Some(waiting) = &look.waiting {
            let strip = Strip {
                ink: palette.text_weak,
                ground: palette.node,
                edge: palette.outline,
                lines: 1,
            };
            self.message(rect, waiting, &strip);
        }
    }

    fn progress(&self, header: Rect, look: &NodeLook) {
        let State::Running { fraction } = look.state else {
            return;
        };
        let height = (3.0 * self.camera.zoom).max(1.5);
        let track = Rect::from_min_max(pos2(header.min.x, header.max.y - height), header.max);
        let square = CornerRadius::ZERO;
        let track_color = Palette::faded(self.palette.busy, 0.25);
        self.brush.fill(track, square, track_color);
        let mut done = track;
        // Without a known end the whole bar is lit: something goes on.
        done.set_width(track.width() * fraction.unwrap_or(1.0).clamp(0.0, 1.0));
        self.brush.fill(done, square, self.palette.busy);
    }

    /// Status in the header's right corner; how much room it took.
    fn badge(&self, header: Rect, look: &NodeLook, weak: Color32) -> f32 {
        let palette = self.palette;
        let color = match look.state {
            State::Idle if look.time.is_empty() => return 0.0,
            _ if look.tint.is_some() => weak,
            State::Idle => palette.idle,
            State::Queued | State::Skipped if weak == palette.text_strong => weak,
            State::Queued | State::Skipped => palette.idle,
            State::Running { .. } => palette.busy,
            State::Done | State::Cached => palette.ok,
            State::Stale | State::Paused => palette.warn,
            State::Failed => palette.error,
        };
        let zoom = self.camera.zoom;
        let size = 10.0 * zoom;
        let center = pos2(header.max.x - 10.0 * zoom - size / 2.0, header.center().y);
        marks::state(self.brush, center, size, color, look.state);
        let left = center.x - size / 2.0 - 5.0 * zoom;
        if self.level < Level::Full || look.time.is_empty() {
            return header.max.x - left;
        }
        let at = pos2(left, center.y);
        let time = self
            .painter
            .text(at, Align2::RIGHT_CENTER, &look.time, font(11.0, zoom), weak);
        header.max.x - time.min.x
    }

    fn ports(&self, node: &Node, rect: Rect, look: &NodeLook) {
        let Self {
            painter,
            brush,
            palette,
            ..
        } = *self;
        let zoom = self.camera.zoom;
        let radius = (PORT_RADIUS * zoom).max(2.0);
        let label = font(12.5, zoom);
        for (i, output) in node.kind.outputs.iter().enumerate() {
            let at = rect.min + output_offset(node, i) * zoom;
            self.dot(at, radius, palette.of_type(&output.ty), true);
            if node.style.is_collapsed {
                continue;
            }
            if self.level < Level::Full {
                self.small_value(rect, at, look.outputs.get(i));
                continue;
            }
            let right = at.x - 12.0 * zoom;
            let name = cut_text(
                painter,
                &output.name,
                label.clone(),
                palette.text,
                rect.width() * 0.5,
            );
            let name_left = right - name.size().x;
            brush.text(
                pos2(name_left, at.y - name.size().y / 2.0),
                name,
                palette.text,
            );
            if let Some(text) = look.outputs.get(i).filter(|text| !text.is_empty()) {
                let left = rect.min.x + 12.0 * zoom;
                let room = name_left - 10.0 * zoom - left;
                let value = cut_text(painter, text, font(12.0, zoom), palette.text_weak, room);
                brush.text(
                    pos2(left, at.y - value.size().y / 2.0),
                    value,
                    palette.text_weak,
                );
            }
        }
        for (i, input) in node.kind.inputs.iter().enumerate() {
            let at = rect.min + input_offset(node, i) * zoom;
            let is_linked = look.linked.get(i).copied().unwrap_or(false);
            self.dot(at, radius, palette.of_type(&input.ty), is_linked);
            if self.level == Level::Full && !node.style.is_collapsed {
                let room = if look.has_field.get(i).copied().unwrap_or(false) {
                    0.36
                } else {
                    0.86
                };
                let color = if is_linked {
                    palette.text
                } else {
                    palette.text_weak
                };
                let name = cut_text(
                    painter,
                    &input.name,
                    label.clone(),
                    color,
                    rect.width() * room,
                );
                brush.text(
                    pos2(at.x + 12.0 * zoom, at.y - name.size().y / 2.0),
                    name,
                    color,
                );
            }
        }
    }

    /// From afar a value is all that is written beside an output.
    fn small_value(&self, rect: Rect, port: Pos2, text: Option<&String>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let weak = self.palette.text_weak;
        let size = font(12.0, self.camera.zoom).size.max(8.0);
        let value = cut_text(
            self.painter,
            text,
            FontId::proportional(size),
            weak,
            rect.width() * 0.86,
        );
        let at = pos2(
            port.x - 10.0 * self.camera.zoom - value.size().x,
            port.y - value.size().y / 2.0,
        );
        self.brush.text(at, value, weak);
    }

    /// A port: filled when something flows there, else a ring.
    fn dot(&self, at: Pos2, radius: f32, color: Color32, is_filled: bool) {
        let color = Palette::faded(color, self.detail);
        let rim = Palette::faded(self.palette.node_outline, self.detail);
        self.brush.rimmed_dot(at, radius, color, rim);
        if !is_filled && radius > 3.0 {
            self.brush.dot(at, radius * 0.5, self.palette.node);
        }
    }

    fn thumb(&self, rect: Rect, look: &NodeLook) {
        let Some((texture, size)) = look.thumb else {
            return;
        };
        let zoom = self.camera.zoom;
        let pad = NODE_PAD * zoom * 1.5;
        let well = Rect::from_min_max(
            pos2(
                rect.min.x + pad,
                rect.max.y - (NODE_THUMB + NODE_PAD) * zoom,
            ),
            pos2(rect.max.x - pad, rect.max.y - pad),
        );
        self.brush
            .fill(well, CornerRadius::same(3), self.palette.well);
        self.brush.add(Shape::image(
            texture,
            Rect::from_center_size(well.center(), fit_into(size, well.size())),
            UNIT,
            Color32::WHITE,
        ));
    }

    /// Why it failed or waits, on a strip below the node.
    fn message(&self, rect: Rect, message: &str, look: &Strip) {
        if self.level < Level::Full {
            return;
        }
        let zoom = self.camera.zoom;
        let mut job = LayoutJob::single_section(
            message.to_owned(),
            TextFormat::simple(font(12.0, zoom), look.ink),
        );
        job.wrap = TextWrapping {
            max_width: rect.width() - 20.0 * zoom,
            max_rows: look.lines,
            ..TextWrapping::default()
        };
        let text = self.painter.layout_job(job);
        let strip = Rect::from_min_size(
            rect.left_bottom() + vec2(0.0, 5.0 * zoom),
            vec2(rect.width(), text.size().y + 12.0 * zoom),
        );
        self.painter.rect(
            strip,
            CornerRadius::same(theme::RADIUS),
            look.ground,
            Stroke::new(1.0, look.edge),
            StrokeKind::Inside,
        );
        self.painter.galley(
            strip.min + Vec2::splat(6.0 * zoom) + vec2(4.0 * zoom, 0.0),
            text,
            look.ink,
        );
    }
}

/// Colours of a strip below a node, and how many lines it has at most.
struct Strip {
    ink: Color32,
    ground: Color32,
    edge: Color32,
    lines: usize,
}

const UNIT: Rect = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));

/// The field of an input's widget on a node that lies at `rect`.
pub fn field_rect(rect: Rect, zoom: f32, node: &Node, at: usize) -> Rect {
    let port = rect.min + input_offset(node, at) * zoom;
    let half = theme::NODE_FIELD / 2.0;
    let left = port + vec2(theme::NODE_WIDTH * 0.42, -half) * zoom;
    let right = port + vec2(theme::NODE_WIDTH - 10.0, half) * zoom;
    Rect::from_min_max(left, right)
}

/// A short text beside the pointer.
pub fn hint(painter: &Painter, at: Pos2, text: &str, color: Color32, palette: &Palette) {
    hint_at(
        painter,
        (Align2::LEFT_TOP, at + vec2(16.0, 12.0)),
        text,
        color,
        palette,
    );
}

/// The same with a corner, or what `pivot` says, at a place; as high as the text needs.
pub fn hint_at(
    painter: &Painter,
    (pivot, at): (Align2, Pos2),
    text: &str,
    color: Color32,
    palette: &Palette,
) {
    let galley = painter.layout(text.to_owned(), FontId::proportional(12.5), color, 320.0);
    let rect = pivot.anchor_size(at, galley.size() + vec2(16.0, 10.0));
    painter.rect(
        rect,
        CornerRadius::same(theme::RADIUS),
        palette.panel,
        Stroke::new(1.0, palette.outline),
        StrokeKind::Inside,
    );
    painter.galley(rect.min + vec2(8.0, 5.0), galley, color);
}

/// Texture and its size in pixels.
pub type Thumb = (TextureId, Vec2);
