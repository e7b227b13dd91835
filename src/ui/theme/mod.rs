//! Theme: every colour and size of the window, for dark and light. Nothing else names a colour; sizes are in
//! `sizes.rs`.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place where colours are made"
)]

mod sizes;

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Frame, Margin, Response, Rgba, Sense,
    Shadow, Stroke, TextStyle, Theme, Ui, vec2,
};

pub use sizes::*;

use super::fonts::fonts;
use crate::graph::ValueType;

/// Colours of one theme. Names say what a colour is for, not what it looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    pub is_dark: bool,
    pub window: Color32,
    pub panel: Color32,
    /// Text fields, wells, the console.
    pub well: Color32,
    pub raised: Color32,
    pub raised_hover: Color32,
    pub raised_press: Color32,
    pub outline: Color32,
    pub text: Color32,
    pub text_strong: Color32,
    pub text_weak: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub accent_soft: Color32,
    /// Around what has the keyboard.
    pub focus: Color32,
    pub canvas: Color32,
    pub grid: Color32,
    pub grid_major: Color32,
    pub node: Color32,
    pub node_header: Color32,
    pub node_outline: Color32,
    pub node_shadow: Color32,
    /// Editing fields on a node.
    pub node_field: Color32,
    pub ok: Color32,
    pub busy: Color32,
    pub warn: Color32,
    pub error: Color32,
    pub error_soft: Color32,
    pub idle: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

pub const DARK: Palette = Palette {
    is_dark: true,
    window: rgb(0x0016_181d),
    panel: rgb(0x001c_1f26),
    well: rgb(0x0013_151a),
    raised: rgb(0x002a_2e38),
    raised_hover: rgb(0x0034_3946),
    raised_press: rgb(0x0038_3d4b),
    outline: rgb(0x0032_3743),
    text: rgb(0x00c9_ced9),
    text_strong: rgb(0x00f2_f4f8),
    text_weak: rgb(0x00a1_a8b6),
    accent: rgb(0x0062_a3ff),
    on_accent: rgb(0x000b_1220),
    accent_soft: rgb(0x0024_3b5e),
    focus: rgb(0x0093_bfff),
    canvas: rgb(0x0014_161b),
    grid: rgb(0x001d_2027),
    grid_major: rgb(0x0025_2932),
    node: rgb(0x0023_2730),
    node_header: rgb(0x002d_323d),
    node_outline: rgb(0x0010_1216),
    node_shadow: Color32::from_black_alpha(90),
    node_field: rgb(0x0013_151a),
    ok: rgb(0x0052_c98b),
    busy: rgb(0x0062_a3ff),
    warn: rgb(0x00f0_b54a),
    error: rgb(0x00ff_7d74),
    error_soft: rgb(0x0045_2329),
    idle: rgb(0x007d_8496),
};

pub const LIGHT: Palette = Palette {
    is_dark: false,
    window: rgb(0x00ea_ecf0),
    panel: rgb(0x00f6_f7f9),
    well: rgb(0x00ff_ffff),
    raised: rgb(0x00e4_e7ed),
    raised_hover: rgb(0x00d9_dee7),
    raised_press: rgb(0x00d2_d8e2),
    outline: rgb(0x00d3_d8e1),
    text: rgb(0x002f_3642),
    text_strong: rgb(0x0010_141b),
    text_weak: rgb(0x0055_5e6e),
    accent: rgb(0x001e_62c8),
    on_accent: rgb(0x00ff_ffff),
    accent_soft: rgb(0x00cf_e1fb),
    focus: rgb(0x0012_51b5),
    canvas: rgb(0x00ed_eff3),
    grid: rgb(0x00e2_e5eb),
    grid_major: rgb(0x00d5_dae3),
    node: rgb(0x00ff_ffff),
    node_header: rgb(0x00f0_f2f6),
    node_outline: rgb(0x00c3_cad6),
    node_shadow: Color32::from_black_alpha(34),
    node_field: rgb(0x00ea_edf2),
    ok: rgb(0x0011_7a48),
    busy: rgb(0x001e_62c8),
    warn: rgb(0x0083_5400),
    error: rgb(0x00bb_2a2a),
    error_soft: rgb(0x00fb_dcdc),
    idle: rgb(0x006d_7788),
};

/// Colours that nodes, frames and notes can be given. In headers they are mixed with the ground, so that titles can be
/// read on all of them in both themes.
pub const SWATCHES: [([u8; 3], &str); 8] = [
    ([0xd9, 0x4f, 0x4f], "red"),
    ([0xd9, 0x80, 0x35], "orange"),
    ([0xb8, 0x9b, 0x2e], "yellow"),
    ([0x4c, 0xa0, 0x5a], "green"),
    ([0x2f, 0x9e, 0x9e], "teal"),
    ([0x45, 0x7f, 0xd6], "blue"),
    ([0x8a, 0x66, 0xd0], "violet"),
    ([0xc0, 0x5c, 0xa0], "pink"),
];

/// Colours of the theme that `context` shows now.
pub fn palette(context: &Context) -> &'static Palette {
    of(context.theme())
}

pub fn of(theme: Theme) -> &'static Palette {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

impl Palette {
    /// Colour of ports and links that carry a type.
    pub fn of_type(&self, ty: &ValueType) -> Color32 {
        let (dark, light) = match ty.base() {
            ValueType::Int => (0x004f_c3d9, 0x0008_7f98),
            ValueType::Float => (0x006d_d3a8, 0x000b_8a5b),
            ValueType::Bool => (0x00e0_8fd0, 0x00a8_3d94),
            ValueType::Text | ValueType::Bytes => (0x00f0_c05a, 0x009a_6a00),
            ValueType::Path => (0x00c9_a06b, 0x0085_5c22),
            ValueType::Colour => (0x00ff_9f7a, 0x00c0_5326),
            ValueType::Date => (0x00b9_c46a, 0x006b_7512),
            ValueType::Secret => (0x00e5_8a8a, 0x00a8_3232),
            ValueType::List(_) => (0x009f_b4ff, 0x004a_62c4),
            ValueType::Dict => (0x00b7_9cff, 0x006d_4bc9),
            ValueType::Table => (0x0062_a3ff, 0x001f_66d1),
            ValueType::Array => (0x00ff_8fa3, 0x00c4_3a55),
            ValueType::Image => (0x00ff_b06b, 0x00b8_5f0c),
            ValueType::Figure => (0x0078_dce8, 0x0010_7f8f),
            ValueType::Custom(_) => (0x00d0_d5e0, 0x0048_5263),
            _ => (0x00a3_abbb, 0x0066_7082),
        };
        rgb(if self.is_dark { dark } else { light })
    }

    /// Colour of a node's family, as a stripe.
    pub fn of_family(&self, family: &str) -> Color32 {
        const DARK: [u32; 8] = [
            0x0062_a3ff,
            0x0052_c98b,
            0x00f0_b54a,
            0x00e0_8fd0,
            0x0078_dce8,
            0x00ff_8f70,
            0x00b7_9cff,
            0x00b9_c46a,
        ];
        const LIGHT: [u32; 8] = [
            0x001f_66d1,
            0x0011_7a48,
            0x0093_5f00,
            0x00a8_3d94,
            0x0010_7f8f,
            0x00c0_4a26,
            0x006d_4bc9,
            0x006b_7512,
        ];
        let at = match family {
            "Values" => 0,
            "Math" => 1,
            "Text" => 2,
            "Logic" => 3,
            "Lists" => 4,
            "Files" => 5,
            "Tables" => 6,
            "Images" => 7,
            "Plots" => 4,
            "Display" => 1,
            other => {
                other.bytes().fold(0_usize, |sum, byte| {
                    sum.wrapping_mul(31).wrapping_add(byte.into())
                }) % 8
            }
        };
        rgb(if self.is_dark { DARK[at] } else { LIGHT[at] })
    }

    /// Colour of a node by how much it costs compared to others, from 0 to 1. Lightness alone tells the steps apart, and
    /// their hues are those of the colour map "cividis", which people who do not tell red from green see like everyone.
    pub fn of_heat(&self, level: f32) -> Color32 {
        const DARK: [u32; 5] = [
            0x0031_446b,
            0x0066_6970,
            0x0095_8f78,
            0x00cb_ba69,
            0x00ff_ea46,
        ];
        const LIGHT: [u32; 5] = [
            0x00f6_e88f,
            0x00cb_ba69,
            0x0095_8f78,
            0x005b_6272,
            0x000f_2d5c,
        ];
        let stops = if self.is_dark { DARK } else { LIGHT };
        let along = level.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
        let at = (along as usize).min(stops.len() - 2);
        Self::mixed(rgb(stops[at]), rgb(stops[at + 1]), along - at as f32)
    }

    /// Black or white, whichever is read better on an opaque colour.
    pub fn ink_on(ground: Color32) -> Color32 {
        let ground = Rgba::from(ground);
        let luminance = 0.2126 * ground.r() + 0.7152 * ground.g() + 0.0722 * ground.b();
        if luminance > 0.179 {
            Color32::BLACK
        } else {
            Color32::WHITE
        }
    }

    /// A colour that a user chose.
    pub fn of_user(&self, [red, green, blue]: [u8; 3]) -> Color32 {
        Color32::from_rgb(red, green, blue)
    }

    /// One colour laid over another, `part` of it from 0 to 1.
    pub fn mixed(under: Color32, over: Color32, part: f32) -> Color32 {
        under.lerp_to_gamma(over, part)
    }

    /// The colour whose channels, alpha multiplied in, were summed by weight, from 0 to 255.
    pub fn averaged([red, green, blue, alpha]: [f32; 4]) -> Color32 {
        let [red, green, blue, alpha] = [red, green, blue, alpha].map(|sum| (sum + 0.5) as u8);
        Color32::from_rgba_premultiplied(red, green, blue, alpha)
    }

    /// The colour, with `alpha` from 0 to 1.
    pub fn faded(color: Color32, alpha: f32) -> Color32 {
        color.gamma_multiply(alpha)
    }
}

/// A colour that a user chose, `#rrggbb` or `#rrggbbaa`, as red, green, blue and alpha; `None` for other texts.
pub fn parse_colour(text: &str) -> Option<[u8; 4]> {
    let hex = text.trim().strip_prefix('#')?;
    if !hex.is_ascii() || ![6, 8].contains(&hex.len()) {
        return None;
    }
    let channel = |at: usize| {
        hex.get(at..at + 2)
            .map_or(Some(255), |two| u8::from_str_radix(two, 16).ok())
    };
    Some([channel(0)?, channel(2)?, channel(4)?, channel(6)?])
}

/// A colour that a user chose, to be painted.
pub fn user_colour([red, green, blue, alpha]: [u8; 4]) -> Color32 {
    Color32::from_rgba_unmultiplied(red, green, blue, alpha)
}

/// The text of a colour that a user chose; opaque ones without alpha.
pub fn colour_text([red, green, blue, alpha]: [u8; 4]) -> String {
    if alpha == 255 {
        format!("#{red:02x}{green:02x}{blue:02x}")
    } else {
        format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
    }
}

/// Give the window its fonts and both styles. Once, at the start.
pub fn install(context: &Context) {
    context.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        let palette = of(theme);
        let mut style = (*context.style_of(theme)).clone();
        style.text_styles = [
            (TextStyle::Heading, FontId::new(17.0, strong())),
            (TextStyle::Body, FontId::new(13.5, FontFamily::Proportional)),
            (
                TextStyle::Button,
                FontId::new(13.5, FontFamily::Proportional),
            ),
            (
                TextStyle::Small,
                FontId::new(11.5, FontFamily::Proportional),
            ),
            (
                TextStyle::Monospace,
                FontId::new(12.5, FontFamily::Monospace),
            ),
        ]
        .into();
        style.spacing.item_spacing = vec2(GAP, GAP);
        style.spacing.button_padding = vec2(8.0, 3.0);
        style.spacing.interact_size = vec2(36.0, ROW);
        style.spacing.menu_margin = Margin::same(6);
        style.spacing.window_margin = Margin::same(14);
        style.spacing.indent = 16.0;
        style.interaction.selectable_labels = false;
        style.visuals = visuals(palette);
        context.set_style_of(theme, style);
    }
}

/// The family of titles and headings.
pub fn strong() -> FontFamily {
    FontFamily::Name("strong".into())
}

fn visuals(palette: &Palette) -> egui::Visuals {
    let mut visuals = if palette.is_dark {
        egui::Visuals::dark()
    } else {
        egui::Visuals::light()
    };
    let radius = CornerRadius::same(RADIUS);
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.text_weak);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.raised.gamma_multiply(0.35);
    visuals.extreme_bg_color = palette.well;
    visuals.text_edit_bg_color = Some(palette.well);
    visuals.code_bg_color = palette.well;
    visuals.warn_fg_color = palette.warn;
    visuals.error_fg_color = palette.error;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.outline);
    visuals.window_corner_radius = CornerRadius::same(9);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.panel_fill = palette.panel;
    let shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(if palette.is_dark { 110 } else { 40 }),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.selection.bg_fill = palette.accent_soft;
    visuals.selection.stroke = Stroke::new(1.0, palette.text_strong);
    visuals.slider_trailing_fill = true;
    // What cannot be used now is paler, and can still be read: on a light ground colours fade faster.
    visuals.disabled_alpha = if palette.is_dark { 0.6 } else { 0.75 };
    let widgets = &mut visuals.widgets;
    for (state, fill, outline, text) in [
        (
            &mut widgets.noninteractive,
            palette.panel,
            palette.outline,
            palette.text,
        ),
        (
            &mut widgets.inactive,
            palette.raised,
            palette.outline,
            palette.text,
        ),
        (
            &mut widgets.hovered,
            palette.raised_hover,
            palette.text_weak,
            palette.text_strong,
        ),
        (
            &mut widgets.active,
            palette.raised_press,
            palette.accent,
            palette.text_strong,
        ),
        (
            &mut widgets.open,
            palette.raised_hover,
            palette.outline,
            palette.text_strong,
        ),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, outline);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    visuals.widgets.inactive.bg_stroke = Stroke::NONE;
    visuals
}

/// Around what is to be read as one piece: results, examples.
pub fn well_frame(palette: &Palette) -> Frame {
    Frame::NONE
        .fill(palette.well)
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(8, 6))
}

/// Around an error's message.
pub fn error_frame(palette: &Palette) -> Frame {
    well_frame(palette).fill(palette.error_soft)
}

/// Let a checkbox show from afar whether it is on.
pub fn set_checkbox_visuals(ui: &mut Ui, is_on: bool) {
    let palette = palette(ui.ctx());
    let (ground, outline, sign) = if is_on {
        (palette.accent, palette.accent, palette.on_accent)
    } else {
        (palette.well, palette.idle, palette.text)
    };
    let widgets = &mut ui.visuals_mut().widgets;
    for state in [
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
    ] {
        state.bg_fill = ground;
        state.bg_stroke = Stroke::new(1.0, outline);
        state.fg_stroke = Stroke::new(1.5, sign);
    }
}

/// A checkbox with its text.
pub fn checkbox_ui(ui: &mut Ui, is_on: &mut bool, text: &str) -> Response {
    let text = egui::RichText::new(text).color(palette(ui.ctx()).text);
    ui.scope(|ui| {
        set_checkbox_visuals(ui, *is_on);
        ui.checkbox(is_on, text)
    })
    .inner
}

/// A dot that stands for a type, a family or a status, in a row of text.
pub fn dot_ui(ui: &mut Ui, color: Color32) {
    let size = vec2(DOT, ui.spacing().interact_size.y.min(ui.available_height()));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().circle_filled(rect.center(), DOT / 2.0, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_read_and_write() {
        for text in ["#ff8000", "#0a0b0c80"] {
            assert_eq!(colour_text(parse_colour(text).unwrap()), text);
        }
        for text in ["blue", "#12345", "#äöü", "#gggggg"] {
            assert_eq!(parse_colour(text), None, "{text}");
        }
    }
}
