//! Fonts: those that come with Loom, and what stands in for the signs that they lack. Sizes and uses are `theme.rs`'s.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

use super::theme::strong;

/// All fonts of the window.
pub fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let bundled: [(&str, &'static [u8], FontFamily); 3] = [
        (
            "Inter",
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
            FontFamily::Proportional,
        ),
        (
            "Inter SemiBold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
            strong(),
        ),
        (
            "JetBrains Mono",
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
            FontFamily::Monospace,
        ),
    ];
    // Signs that the bundled fonts lack come from egui's own; of those the monospaced one knows most: arrows, boxes.
    let mut fallback = fonts.families[&FontFamily::Proportional].clone();
    let monospaced = fonts.families[&FontFamily::Monospace].clone();
    fallback.extend(monospaced.into_iter().filter(|name| name == "Hack"));
    fonts
        .families
        .insert(FontFamily::Proportional, fallback.clone());
    for (name, bytes, family) in bundled {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let names = fonts
            .families
            .entry(family)
            .or_insert_with(|| fallback.clone());
        names.insert(0, name.to_owned());
    }
    fonts
}
