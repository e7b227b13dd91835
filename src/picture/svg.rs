//! SVG: the shapes of a scene as elements of a drawing: rectangles, circles, lines and letters stay what they are,
//! meshes become their outlines, textures PNG data. Knows shapes, not nodes.

use std::fmt::Write as _;

use egui::epaint::text::PlacedRow;
use egui::epaint::{
    CircleShape, ColorMode, EllipseShape, PathShape, PathStroke, RectShape, TextShape,
};
use egui::{
    Color32, CornerRadius, FontFamily, Mesh, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId, Vec2,
};

use super::carrier::{bare_png, escaped};
use super::outline::{Area, areas};
use super::scene::Scene;
use crate::ui::theme;

/// All of a scene, as the inside of an `svg` element.
pub fn drawing(scene: &Scene) -> String {
    let whole = Rect::from_min_size(Pos2::ZERO, scene.size());
    let mut drawing = Drawing {
        scene,
        out: String::new(),
        clips: Vec::new(),
    };
    let mut clip = whole;
    for clipped in scene.shapes() {
        let next = clipped.clip_rect.intersect(whole);
        if !next.is_positive() {
            continue;
        }
        if next != clip {
            drawing.clip(clip, next, whole);
            clip = next;
        }
        drawing.shape(&clipped.shape);
    }
    drawing.clip(clip, whole, whole);
    drawing.out
}

struct Drawing<'a> {
    scene: &'a Scene,
    out: String,
    clips: Vec<Rect>,
}

impl Drawing<'_> {
    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        self.out.write_fmt(element).ok();
        self.out.push('\n');
    }

    /// Go from one clip to another; the whole picture needs none.
    fn clip(&mut self, before: Rect, next: Rect, whole: Rect) {
        if before != whole {
            self.add(format_args!("</g>"));
        }
        if next == whole {
            return;
        }
        let known = self.clips.iter().position(|clip| *clip == next);
        let at = known.unwrap_or(self.clips.len());
        if known.is_none() {
            self.clips.push(next);
            self.add(format_args!(
                "<clipPath id=\"clip{at}\"><rect {}/></clipPath>",
                place(next)
            ));
        }
        self.add(format_args!("<g clip-path=\"url(#clip{at})\">"));
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Vec(shapes) => {
                for shape in shapes {
                    self.shape(shape);
                }
            }
            Shape::Circle(circle) => self.circle(circle),
            Shape::Ellipse(ellipse) => self.ellipse(ellipse),
            Shape::LineSegment { points, stroke } => {
                self.path(&line(points, false), Color32::TRANSPARENT, *stroke);
            }
            Shape::Path(path) => self.polygon(path),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(curve) => {
                let [a, b, c] = curve.points.map(point);
                let way = format!("M{a}Q{b} {c}{}", end(curve.closed));
                self.path(&way, curve.fill, plain(&curve.stroke));
            }
            Shape::CubicBezier(curve) => {
                let [a, b, c, d] = curve.points.map(point);
                let way = format!("M{a}C{b} {c} {d}{}", end(curve.closed));
                self.path(&way, curve.fill, plain(&curve.stroke));
            }
            // Plots have bands; only a graphics card paints callbacks.
            Shape::Noop | Shape::Band(_) | Shape::Callback(_) => {}
        }
    }

    fn path(&mut self, way: &str, fill: Color32, stroke: Stroke) {
        if fill != Color32::TRANSPARENT || !stroke.is_empty() {
            self.add(format_args!("<path d=\"{way}\"{}/>", paint(fill, stroke)));
        }
    }

    fn polygon(&mut self, path: &PathShape) {
        let stroke = plain(&path.stroke);
        self.path(&line(&path.points, path.closed), path.fill, stroke);
    }

    fn circle(&mut self, circle: &CircleShape) {
        let [x, y, radius] = [circle.center.x, circle.center.y, circle.radius].map(number);
        self.add(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{}/>",
            paint(circle.fill, circle.stroke)
        ));
    }

    fn ellipse(&mut self, ellipse: &EllipseShape) {
        let (center, radius) = (ellipse.center, ellipse.radius);
        let [x, y, rx, ry] = [center.x, center.y, radius.x, radius.y].map(number);
        self.add(format_args!(
            "<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\"{}{}/>",
            turned(ellipse.angle, center),
            paint(ellipse.fill, ellipse.stroke)
        ));
    }

    fn rect(&mut self, shape: &RectShape) {
        if let Some(brush) = &shape.brush
            && brush.uv != Rect::ZERO
        {
            self.image(shape.rect, brush.fill_texture_id, shape.fill);
            return;
        }
        let turn = turned(shape.angle, shape.rect.center());
        // SVG knows lines on the middle of an edge alone.
        let out = match shape.stroke_kind {
            StrokeKind::Inside => -0.5,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => 0.5,
        } * shape.stroke.width;
        if out == 0.0 || shape.stroke.is_empty() {
            self.rounded(
                shape.rect,
                shape.corner_radius,
                0.0,
                &turn,
                &paint(shape.fill, shape.stroke),
            );
            return;
        }
        self.rounded(
            shape.rect,
            shape.corner_radius,
            0.0,
            &turn,
            &paint(shape.fill, Stroke::NONE),
        );
        let line = paint(Color32::TRANSPARENT, shape.stroke);
        self.rounded(
            shape.rect.expand(out),
            shape.corner_radius,
            out,
            &turn,
            &line,
        );
    }

    /// A rectangle whose corners are rounder by `more`.
    fn rounded(&mut self, rect: Rect, corners: CornerRadius, more: f32, turn: &str, paint: &str) {
        if paint == NOTHING || !rect.is_positive() {
            return;
        }
        let most = rect.size().min_elem() / 2.0;
        let radius = |corner: u8| {
            let radius = if corner == 0 {
                0.0
            } else {
                f32::from(corner) + more
            };
            radius.clamp(0.0, most)
        };
        if corners.is_same() {
            let round = match radius(corners.nw) {
                0.0 => String::new(),
                radius => format!(" rx=\"{}\"", number(radius)),
            };
            self.add(format_args!("<rect {}{round}{turn}{paint}/>", place(rect)));
            return;
        }
        let corners = [
            (rect.left_top(), rect.left_bottom(), corners.nw),
            (rect.right_top(), rect.left_top(), corners.ne),
            (rect.right_bottom(), rect.right_top(), corners.se),
            (rect.left_bottom(), rect.right_bottom(), corners.sw),
        ];
        let mut way = String::new();
        for (i, (corner, before, round)) in corners.iter().enumerate() {
            let radius = radius(*round);
            let next = corners[(i + 1) % 4].0;
            let from = *corner + (*before - *corner).normalized() * radius;
            let to = *corner + (next - *corner).normalized() * radius;
            let command = if i == 0 { 'M' } else { 'L' };
            write!(way, "{command}{}", point(from)).ok();
            if radius > 0.0 {
                let radius = number(radius);
                write!(way, "A{radius} {radius} 0 0 1 {}", point(to)).ok();
            }
        }
        self.add(format_args!("<path d=\"{way}Z\"{turn}{paint}/>"));
    }

    /// A whole texture; of its tint only how much it lets through.
    fn image(&mut self, rect: Rect, texture: TextureId, tint: Color32) {
        let Some(image) = self.scene.texture(texture) else {
            return;
        };
        let Ok(png) = bare_png(image) else {
            return;
        };
        let opacity = match tint.a() {
            255 => String::new(),
            alpha => format!(" opacity=\"{}\"", number(f32::from(alpha) / 255.0)),
        };
        self.add(format_args!(
            "<image {} preserveAspectRatio=\"none\"{opacity} href=\"data:image/png;base64,{}\"/>",
            place(rect),
            base64(&png)
        ));
    }

    fn mesh(&mut self, mesh: &Mesh) {
        if mesh.texture_id != TextureId::default() {
            let tint = mesh
                .vertices
                .first()
                .map_or(Color32::TRANSPARENT, |vertex| vertex.color);
            self.image(mesh.calc_bounds(), mesh.texture_id, tint);
            return;
        }
        for Area {
            color,
            lines,
            is_soft,
        } in areas(mesh)
        {
            let way: String = lines.iter().map(|points| line(points, true)).collect();
            let width = if is_soft { 1.0 } else { 0.0 };
            self.path(&way, color, Stroke::new(width, color));
        }
    }

    fn text(&mut self, shape: &TextShape) {
        // Which section a letter is of is known by its place in the text alone.
        let mut at = 0;
        for row in &shape.galley.rows {
            self.row(shape, row, &mut at);
            at += usize::from(row.ends_with_newline);
        }
    }

    /// One row: a piece for each run of letters of one look.
    fn row(&mut self, shape: &TextShape, row: &PlacedRow, at: &mut usize) {
        let mut start = 0;
        while start < row.glyphs.len() {
            let section = section_at(shape, *at);
            let mut end = start;
            while end < row.glyphs.len() && section_at(shape, *at) == section {
                *at += row.glyphs[end].chr.len_utf8();
                end += 1;
            }
            self.piece(shape, row, start..end, section);
            start = end;
        }
    }

    fn piece(
        &mut self,
        shape: &TextShape,
        row: &PlacedRow,
        glyphs: std::ops::Range<usize>,
        section: usize,
    ) {
        let glyphs = &row.glyphs[glyphs];
        let text: String = glyphs.iter().map(|glyph| glyph.chr).collect();
        let (Some(first), Some(last)) = (glyphs.first(), glyphs.last()) else {
            return;
        };
        let Some(section) = shape.galley.job.sections.get(section) else {
            return;
        };
        if text.trim().is_empty() {
            return;
        }
        let format = &section.format;
        let own = match format.color {
            Color32::PLACEHOLDER => shape.fallback_color,
            color => color,
        };
        let color = shape.override_text_color.unwrap_or(own);
        let color = color.gamma_multiply(shape.opacity_factor);
        let origin = shape.pos + row.pos.to_vec2() + first.pos.to_vec2();
        let [x, y] = [origin.x, origin.y].map(number);
        // Another font than the one that it was laid out with takes the same room.
        let width = number(last.max_x() - first.pos.x);
        let (family, weight) = family(&format.font_id.family);
        let slant = if format.italics {
            " font-style=\"italic\""
        } else {
            ""
        };
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" \
             font-family=\"{family}\"{weight}{slant} font-size=\"{}\" xml:space=\"preserve\"{}{}>{}</text>",
            number(format.font_id.size),
            turned(shape.angle, shape.pos),
            paint(color, Stroke::NONE),
            escaped(&text)
        ));
    }
}

/// The section of the text's byte; the sign of a cut text lies behind the last.
fn section_at(shape: &TextShape, byte: usize) -> usize {
    let sections = &shape.galley.job.sections;
    sections
        .iter()
        .position(|section| byte < section.byte_range.end.0)
        .unwrap_or(sections.len().saturating_sub(1))
}

/// Names of the font, with those that most systems have behind it, and its weight.
fn family(family: &FontFamily) -> (&'static str, &'static str) {
    const TEXT: &str = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
    if *family == theme::strong() {
        return (TEXT, " font-weight=\"600\"");
    }
    match family {
        FontFamily::Monospace => ("'JetBrains Mono', Consolas, Menlo, monospace", ""),
        _ => (TEXT, ""),
    }
}

/// What `paint` gives for what is not to be seen.
const NOTHING: &str = " fill=\"none\"";

fn paint(fill: Color32, stroke: Stroke) -> String {
    let mut text = color(" fill", fill);
    if !stroke.is_empty() {
        text.push_str(&color(" stroke", stroke.color));
        if stroke.width != 1.0 {
            write!(text, " stroke-width=\"{}\"", number(stroke.width)).ok();
        }
    }
    text
}

fn color(attribute: &str, color: Color32) -> String {
    if color == Color32::TRANSPARENT {
        return format!("{attribute}=\"none\"");
    }
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    let mut text = format!("{attribute}=\"#{r:02x}{g:02x}{b:02x}\"");
    if a != 255 {
        write!(
            text,
            "{attribute}-opacity=\"{}\"",
            number(f32::from(a) / 255.0)
        )
        .ok();
    }
    text
}

/// Strokes whose colour changes along the way are none that SVG knows.
fn plain(stroke: &PathStroke) -> Stroke {
    match stroke.color {
        ColorMode::Solid(color) => Stroke::new(stroke.width, color),
        ColorMode::UV(_) => Stroke::NONE,
    }
}

fn turned(angle: f32, around: Pos2) -> String {
    if angle == 0.0 {
        return String::new();
    }
    let degrees = number(angle.to_degrees());
    let [x, y] = [around.x, around.y].map(number);
    format!(" transform=\"rotate({degrees} {x} {y})\"")
}

fn place(rect: Rect) -> String {
    let Vec2 {
        x: width,
        y: height,
    } = rect.size();
    let [x, y, width, height] = [rect.min.x, rect.min.y, width, height].map(number);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

fn line(points: &[Pos2], is_closed: bool) -> String {
    let mut way = String::new();
    for (i, at) in points.iter().enumerate() {
        way.push(if i == 0 { 'M' } else { 'L' });
        way.push_str(&point(*at));
    }
    way.push_str(end(is_closed));
    way
}

fn end(is_closed: bool) -> &'static str {
    if is_closed { "Z" } else { "" }
}

fn point(at: Pos2) -> String {
    format!("{} {}", number(at.x), number(at.y))
}

/// To a hundredth, without zeros at the end.
fn number(value: f32) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    // No `-0`, and nothing that is no number.
    if rounded == 0.0 || !rounded.is_finite() {
        "0".to_owned()
    } else {
        rounded.to_string()
    }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i > three.len() { '=' } else { sign.into() });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_usual_one() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (1.0, "1"),
            (-0.001, "0"),
            (2.0 / 3.0, "0.67"),
            (-12.5, "-12.5"),
            (f32::NAN, "0"),
            (f32::INFINITY, "0"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn colours_are_unmultiplied() {
        let half = Color32::from_white_alpha(128);
        assert_eq!(color("fill", half), "fill=\"#ffffff\"fill-opacity=\"0.5\"");
        assert_eq!(paint(Color32::TRANSPARENT, Stroke::NONE), NOTHING);
    }
}
