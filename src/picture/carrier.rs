//! Carrier: the graph's text inside a picture's file, put there and found again. A PNG has it in an `iTXt` chunk named
//! `loom`, an SVG in a `metadata` element of that id. Any bytes may be read: those of no picture hold no graph.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use egui::{Color32, ColorImage, Vec2};
use png::text_metadata::ITXtChunk;

use super::PictureError;

const NAME: &str = "loom";
/// Larger files are not looked into.
pub const MOST_BYTES: usize = 256 << 20;
/// Longer texts are neither written nor read.
const MOST_TEXT: usize = 64 << 20;
/// What a reader may keep in memory beside the text: a few rows, and texts of others.
const READER_BYTES: usize = MOST_TEXT + (16 << 20);
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Points in a metre, at 96 to the inch.
const POINTS_PER_METRE: f32 = 96.0 / 0.0254;

/// The text of the graph that a picture carries, if it does.
pub fn graph_in(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let text = if bytes.starts_with(PNG_SIGNATURE) {
        in_png(bytes)
    } else {
        in_svg(std::str::from_utf8(bytes).ok()?)
    };
    text.filter(|text| text.len() <= MOST_TEXT)
}

/// An opaque picture as a PNG.
pub fn png(image: &ColorImage, pixels_per_point: f32, text: &str) -> Result<Vec<u8>, PictureError> {
    check(text)?;
    let [width, height] = image.size;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let density = (pixels_per_point * POINTS_PER_METRE).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: density,
        yppu: density,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    let mut chunk = ITXtChunk::new(NAME, text);
    chunk.compressed = true;
    writer.write_text_chunk(&chunk)?;
    write_pixels(writer, image, |color| [color.r(), color.g(), color.b()])?;
    Ok(bytes)
}

/// A picture in a picture, with its transparency.
pub fn bare_png(image: &ColorImage) -> Result<Vec<u8>, PictureError> {
    let [width, height] = image.size;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgba);
    let writer = encoder.write_header()?;
    write_pixels(writer, image, Color32::to_srgba_unmultiplied)?;
    Ok(bytes)
}

/// Row by row, so that a large picture is not in memory twice.
fn write_pixels<const CHANNELS: usize>(
    mut writer: png::Writer<&mut Vec<u8>>,
    image: &ColorImage,
    channels: impl Fn(&Color32) -> [u8; CHANNELS],
) -> Result<(), PictureError> {
    let width = image.size[0].max(1);
    let mut stream = writer.stream_writer()?;
    let mut row = Vec::with_capacity(CHANNELS * width);
    for pixels in image.pixels.chunks_exact(width) {
        row.clear();
        row.extend(pixels.iter().flat_map(&channels));
        stream.write_all(&row).map_err(png::EncodingError::from)?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(())
}

/// A drawing as an SVG; `size` in points.
pub fn svg(drawing: &str, size: Vec2, text: &str) -> Result<Vec<u8>, PictureError> {
    check(text)?;
    let (width, height) = (size.x, size.y);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n"
    );
    writeln!(svg, "<metadata id=\"{NAME}\">{}</metadata>", escaped(text)).ok();
    svg.push_str(drawing);
    svg.push_str("</svg>\n");
    Ok(svg.into_bytes())
}

fn check(text: &str) -> Result<(), PictureError> {
    if text.len() > MOST_TEXT {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

fn in_png(bytes: &[u8]) -> Option<String> {
    let limits = png::Limits {
        bytes: READER_BYTES,
    };
    let decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    let mut reader = decoder.read_info().ok()?;
    if let Some(text) = text_of(reader.info()) {
        return Some(text);
    }
    // Programs that write a picture anew may put texts behind the pixels.
    reader.finish().ok();
    text_of(reader.info())
}

fn text_of(info: &png::Info<'_>) -> Option<String> {
    let mut chunk = info
        .utf8_text
        .iter()
        .find(|chunk| chunk.keyword == NAME)?
        .clone();
    chunk.decompress_text_with_limit(MOST_TEXT).ok()?;
    chunk.get_text().ok()
}

fn in_svg(svg: &str) -> Option<String> {
    let mut rest = svg;
    while let Some((_, after)) = rest.split_once("<metadata") {
        let (attributes, content) = after.split_once('>')?;
        if [r#"id="loom""#, "id='loom'"]
            .iter()
            .any(|id| attributes.contains(id))
        {
            let (text, _) = content.split_once("</metadata")?;
            return unescaped(text);
        }
        rest = content;
    }
    None
}

/// A text that may stand in XML. Characters that XML forbids, which can only be in texts of JSON, are written as JSON
/// may write them; so the text reads back as another of the same meaning.
pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_special = |c: char| matches!(c, '&' | '<' | '>') || is_forbidden(c);
    if !text.contains(is_special) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if is_forbidden(c) => {
                write!(out, "\\u{:04x}", u32::from(c)).ok();
            }
            c => out.push(c),
        }
    }
    out.into()
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The text that XML means: without entities and CDATA sections. `None` for what is none.
fn unescaped(xml: &str) -> Option<String> {
    let mut out = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        let special = &rest[at..];
        if let Some(data) = special.strip_prefix("<![CDATA[") {
            let (data, after) = data.split_once("]]>")?;
            out.push_str(data);
            rest = after;
        } else {
            let (entity, after) = special.strip_prefix('&')?.split_once(';')?;
            out.push(character(entity)?);
            rest = after;
        }
    }
    out.push_str(rest);
    Some(out)
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
