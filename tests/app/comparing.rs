//! Frames of the window as small PNGs, and whether they are what they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use egui::ColorImage;

/// Channels that differ by less are the same: the mathematics of systems differ in their last digits.
pub const SMALL: u8 = 24;
/// Pixels that may differ by more.
pub const FEW: usize = 16;
pub const LARGEST_FILE: usize = 80_000;

pub fn compare(name: &str, frame: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let (kept, new) = (
        folder.join(format!("{name}.png")),
        folder.join(format!("{name}.new.png")),
    );
    fs::remove_file(&new).ok();
    let problem = match fs::read(&kept) {
        Ok(before) => difference(&before, frame),
        Err(error) => Some(error.to_string()),
    };
    let Some(problem) = problem else { return };
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value != "0") {
        fs::write(&kept, frame).unwrap();
        return;
    }
    fs::write(&new, frame).unwrap();
    panic!(
        "{name}: {problem}; compare {} with {}, and if the new one is right: UPDATE_SNAPSHOTS=1 cargo test --test app \
         snapshots",
        new.display(),
        kept.display()
    );
}

/// In which way two pictures are not the same.
pub fn difference(before: &[u8], after: &[u8]) -> Option<String> {
    let decode = |bytes| image::load_from_memory(bytes).unwrap().to_rgb8();
    let (before, after) = (decode(before), decode(after));
    if before.dimensions() != after.dimensions() {
        return Some(format!(
            "{:?} before, {:?} now",
            before.dimensions(),
            after.dimensions()
        ));
    }
    let pairs = before.pixels().zip(after.pixels());
    let differs = |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| {
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > SMALL)
    };
    let count = pairs.filter(differs).count();
    (count > FEW).then(|| format!("{count} pixels differ"))
}

/// A small PNG: of 256 colours, the most frequent ones. Letters' edges take what is nearest.
pub fn png(image: &ColorImage) -> Vec<u8> {
    let mut counts = BTreeMap::<[u8; 3], usize>::new();
    let rgb = |pixel: &egui::Color32| [pixel.r(), pixel.g(), pixel.b()];
    for pixel in &image.pixels {
        *counts.entry(rgb(pixel)).or_default() += 1;
    }
    let mut palette: Vec<_> = counts.keys().copied().collect();
    palette.sort_by_key(|color| std::cmp::Reverse(counts[color]));
    palette.truncate(256);
    let nearest = |color: &[u8; 3]| {
        let distance = |other: &[u8; 3]| -> u32 {
            let channels = color.iter().zip(other);
            channels
                .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
                .sum()
        };
        let at = (0..palette.len()).min_by_key(|at| distance(&palette[*at]));
        at.unwrap() as u8
    };
    let index: BTreeMap<_, _> = counts
        .keys()
        .map(|color| (*color, nearest(color)))
        .collect();
    let pixels: Vec<u8> = image
        .pixels
        .iter()
        .map(|pixel| index[&rgb(pixel)])
        .collect();

    let [width, height] = image.size.map(|side| side as u32);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}
