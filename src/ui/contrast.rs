//! Contrast of the themes, computed as WCAG 2 does: texts can be read on whatever they stand on, marks and links be
//! told from it, and what has the keyboard be seen. Tests alone.

use egui::{Color32, Context, Theme, Visuals};

use super::code::colour;
use super::theme::{self, Palette};
use crate::graph::ValueType;
use crate::nodebank::code::Class;

const READABLE: f32 = 4.5;
/// For marks, ports and links, and for texts of what cannot be used now.
const VISIBLE: f32 = 3.0;

/// Of two opaque colours, from 1 to 21.
fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let [r, g, b] = [colour.r(), colour.g(), colour.b()].map(|channel| {
            let channel = f32::from(channel) / 255.0;
            if channel <= 0.040_45 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What lies over `ground` with an opacity.
fn over(colour: Color32, alpha: f32, ground: Color32) -> Color32 {
    ground.blend(colour.gamma_multiply(alpha))
}

/// Collects what cannot be seen well enough, so that one run names all of it.
struct Check {
    theme: Theme,
    palette: &'static Palette,
    visuals: Visuals,
    failures: Vec<String>,
    count: usize,
}

impl Check {
    fn new(theme: Theme) -> Self {
        let context = Context::default();
        theme::install(&context);
        Self {
            theme,
            palette: theme::of(theme),
            visuals: context.style_of(theme).visuals.clone(),
            failures: Vec::new(),
            count: 0,
        }
    }

    fn at_least(&mut self, least: f32, what: &str, colour: Color32, ground: Color32) {
        let ratio = contrast(colour, ground);
        self.count += 1;
        if ratio < least {
            let theme = self.theme;
            self.failures
                .push(format!("{theme:?}: {what}: {ratio:.2} of {least}"));
        }
    }

    fn all(&mut self, least: f32, colours: &[(&str, Color32)], grounds: &[(&str, Color32)]) {
        for (colour_name, colour) in colours {
            for (ground_name, ground) in grounds {
                let what = format!("{colour_name} on {ground_name}");
                self.at_least(least, &what, *colour, *ground);
            }
        }
    }

    fn end(self) {
        assert!(self.count > 10, "nothing was looked at");
        assert!(self.failures.is_empty(), "{:#?}", self.failures);
    }
}

fn both(check: impl Fn(&mut Check)) {
    for theme in [Theme::Dark, Theme::Light] {
        let mut one = Check::new(theme);
        check(&mut one);
        one.end();
    }
}

/// Every ground that texts stand on, by the name of its field.
fn grounds(palette: &Palette) -> [(&'static str, Color32); 12] {
    [
        ("panel", palette.panel),
        ("window", palette.window),
        ("well", palette.well),
        ("raised", palette.raised),
        ("raised_hover", palette.raised_hover),
        ("raised_press", palette.raised_press),
        ("node", palette.node),
        ("node_header", palette.node_header),
        ("canvas", palette.canvas),
        ("accent_soft", palette.accent_soft),
        ("error_soft", palette.error_soft),
        (
            "stripe of a table",
            over(palette.raised, 0.35, palette.panel),
        ),
    ]
}

#[test]
fn texts_can_be_read_on_every_ground() {
    both(|check| {
        let palette = check.palette;
        let texts = [
            ("text", palette.text),
            ("text_strong", palette.text_strong),
            ("text_weak", palette.text_weak),
        ];
        check.all(READABLE, &texts, &grounds(palette));
        check.at_least(READABLE, "on_accent", palette.on_accent, palette.accent);
    });
}

#[test]
fn titles_can_be_read_on_every_colour_that_a_node_can_have() {
    both(|check| {
        let palette = check.palette;
        for (rgb, name) in theme::SWATCHES {
            let colour = palette.of_user(rgb);
            let ground = Palette::mixed(palette.node_header, colour, theme::COLOURED);
            check.at_least(
                READABLE,
                &format!("title on {name}"),
                palette.text_strong,
                ground,
            );
            let marks = [
                ("ok", palette.ok),
                ("busy", palette.busy),
                ("warn", palette.warn),
                ("error", palette.error),
            ];
            for (what, mark) in marks {
                check.at_least(VISIBLE, &format!("{what} on {name}"), mark, ground);
            }
        }
    });
}

#[test]
fn colours_of_the_heat_map_are_told_apart_by_lightness_and_titles_can_be_read_on_all() {
    both(|check| {
        let palette = check.palette;
        let colours: Vec<Color32> = (0..=32)
            .map(|step| palette.of_heat(step as f32 / 32.0))
            .collect();
        for (step, colour) in colours.iter().enumerate() {
            let what = format!("title on heat {step}");
            check.at_least(READABLE, &what, Palette::ink_on(*colour), *colour);
        }
        let black = Color32::BLACK;
        for pair in colours.windows(2) {
            let (cold, hot) = (contrast(pair[0], black), contrast(pair[1], black));
            assert_eq!(cold < hot, palette.is_dark, "{pair:?}");
        }
        let (cold, hot) = (colours[0], colours[32]);
        check.at_least(7.0, "hot on cold", hot, cold);
        check.at_least(VISIBLE, "hot on the canvas", hot, palette.canvas);
        check.at_least(READABLE, "unknown", palette.text_weak, palette.node_header);
    });
}

#[test]
fn words_of_a_state_can_be_read_where_they_stand() {
    both(|check| {
        let palette = check.palette;
        let of_panels = [
            ("panel", palette.panel),
            ("window", palette.window),
            ("well", palette.well),
        ];
        let states = [
            ("ok", palette.ok),
            ("busy", palette.busy),
            ("warn", palette.warn),
            ("error", palette.error),
            ("accent", palette.accent),
        ];
        check.all(READABLE, &states, &of_panels);
        // Errors on nodes and in rows that are chosen or pointed at; values that do not fit, on their buttons.
        let rows = [
            ("accent_soft", palette.accent_soft),
            ("raised", palette.raised),
        ];
        let on_nodes = [
            ("node", palette.node),
            ("canvas", palette.canvas),
            ("error_soft", palette.error_soft),
        ];
        let error = [("error", palette.error)];
        check.all(READABLE, &error, &rows);
        check.all(READABLE, &error, &on_nodes);
        let buttons = [
            ("raised", palette.raised),
            ("raised_hover", palette.raised_hover),
            ("raised_press", palette.raised_press),
        ];
        check.all(READABLE, &[("warn", palette.warn)], &buttons);
        let link = [("accent", palette.accent)];
        check.all(READABLE, &link, &[("error_soft", palette.error_soft)]);
    });
}

#[test]
fn sources_can_be_read_in_all_their_colours() {
    both(|check| {
        let palette = check.palette;
        let grounds = [
            ("well", palette.well),
            ("the cursor's line", over(palette.raised, 0.5, palette.well)),
        ];
        let classes = [
            Class::Keyword,
            Class::Constant,
            Class::Text,
            Class::Number,
            Class::Comment,
            Class::Decorator,
            Class::Annotation,
            Class::Definition,
            Class::Operator,
            Class::Bracket,
        ];
        for class in classes {
            let colour = [(&*format!("{class:?}"), colour(class, palette))];
            check.all(READABLE, &colour, &grounds);
            check.all(VISIBLE, &colour, &[("a selection", palette.accent_soft)]);
        }
        let bracket = [("a bracket", colour(Class::Bracket, palette))];
        check.all(READABLE, &bracket, &[("its pair", palette.raised_press)]);
        let marks = [
            ("idle", palette.idle),
            ("error", palette.error),
            ("warn", palette.warn),
        ];
        check.all(VISIBLE, &marks, &grounds);
    });
}

#[test]
fn what_egui_paints_by_itself_can_be_read() {
    both(|check| {
        let (palette, visuals) = (check.palette, check.visuals.clone());
        let widgets = &visuals.widgets;
        for (name, state) in [
            ("noninteractive", &widgets.noninteractive),
            ("inactive", &widgets.inactive),
            ("hovered", &widgets.hovered),
            ("active", &widgets.active),
            ("open", &widgets.open),
        ] {
            let text = [
                (name, state.fg_stroke.color),
                ("weak", visuals.weak_text_color()),
            ];
            check.all(READABLE, &text, &[(name, state.weak_bg_fill)]);
        }
        let well = [("a field", visuals.text_edit_bg_color())];
        let in_fields = [
            ("text", widgets.inactive.fg_stroke.color),
            ("a hint", visuals.weak_text_color()),
        ];
        check.all(READABLE, &in_fields, &well);
        let selection = [("a selection", visuals.selection.bg_fill)];
        check.all(
            READABLE,
            &[("text", visuals.selection.stroke.color)],
            &selection,
        );
        let links = [("a link", visuals.hyperlink_color)];
        check.all(READABLE, &links, &[("panel", palette.panel)]);

        // What cannot be used now is faded, in menus, in panels and in the bar.
        let alpha = visuals.disabled_alpha();
        for (name, ground) in [("panel", palette.panel), ("window", palette.window)] {
            let button = over(palette.raised, alpha, ground);
            let texts = [
                ("disabled text", palette.text),
                ("disabled keys", palette.text_weak),
            ];
            for (what, text) in texts {
                let (on_button, plain) = (over(text, alpha, button), over(text, alpha, ground));
                check.at_least(
                    VISIBLE,
                    &format!("{what}, button on {name}"),
                    on_button,
                    button,
                );
                check.at_least(VISIBLE, &format!("{what} on {name}"), plain, ground);
            }
        }
    });
}

#[test]
fn marks_ports_links_and_the_focus_can_be_seen() {
    both(|check| {
        let palette = check.palette;
        let of_nodes = [
            ("node", palette.node),
            ("node_header", palette.node_header),
            ("canvas", palette.canvas),
        ];
        let marks = [
            ("ok", palette.ok),
            ("busy", palette.busy),
            ("warn", palette.warn),
            ("error", palette.error),
            ("idle", palette.idle),
        ];
        check.all(VISIBLE, &marks, &of_nodes);
        let types = [
            ValueType::Int,
            ValueType::Float,
            ValueType::Bool,
            ValueType::Text,
            ValueType::Path,
            ValueType::Colour,
            ValueType::Date,
            ValueType::Secret,
            ValueType::List(Box::new(ValueType::Int)),
            ValueType::Dict,
            ValueType::Table,
            ValueType::Array,
            ValueType::Image,
            ValueType::Figure,
            ValueType::Custom("Region".into()),
            ValueType::Any,
        ];
        let panel = ("panel", palette.panel);
        for ty in types {
            let colour = [(&*ty.to_string(), palette.of_type(&ty))];
            check.all(VISIBLE, &colour, &of_nodes);
            check.all(VISIBLE, &colour, &[panel]);
        }
        let families = [
            "Values", "Math", "Text", "Logic", "Lists", "Files", "Tables", "Images", "Plots",
            "Display",
        ];
        for family in families {
            let colour = [(family, palette.of_family(family))];
            check.all(
                VISIBLE,
                &colour,
                &[panel, ("node_header", palette.node_header)],
            );
        }
        // Disabled commands in the palette, dots of what did not run.
        let idle = [("idle", palette.idle)];
        let rows = [
            panel,
            ("accent_soft", palette.accent_soft),
            ("raised", palette.raised),
        ];
        check.all(VISIBLE, &idle, &rows);
        check.all(VISIBLE, &[("focus", palette.focus)], &grounds(palette));
    });
}
