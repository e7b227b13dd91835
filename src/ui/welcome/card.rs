//! grid_ui: projects and templates as cards in a grid. Asks by Action.

use std::path::Path;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Button, Color32, CornerRadius, FontId, Key, Pos2, Rect, Response, Role, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::{Card, WelcomeAction};
use crate::command::Command;
use crate::ui::canvas::paint::cut_text;
use crate::ui::theme::{self, Palette};
use crate::ui::{Action, Context};

/// What a click on a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    Open,
    Template,
}

/// What the menu of a card has beside opening.
const OF_PROJECTS: [Command; 4] = [
    Command::RenameProject,
    Command::DuplicateProject,
    Command::ExportProject,
    Command::DeleteProject,
];

const PAD: f32 = 12.0;
/// Of the picture, width by height.
const ASPECT: f32 = 16.0 / 9.0;
const NAME: f32 = 14.0;
const SMALL: f32 = 12.0;
/// Lines of what a template is.
const ABOUT_LINES: usize = 2;

/// How many cards stand side by side.
pub fn columns(width: f32) -> usize {
    let gap = theme::CARD_GAP;
    (((width + gap) / (theme::LEAST_CARD + gap)) as usize).max(1)
}

/// Cards row by row; `has_first` puts the keyboard on the first one.
pub fn grid_ui(ui: &mut Ui, ctx: &mut Context<'_>, cards: &[Card], what: Use, has_first: bool) {
    let gap = theme::CARD_GAP;
    let columns = columns(ui.available_width());
    let width = ((ui.available_width() + gap) / columns as f32 - gap).floor();
    let size = vec2(width, (width / ASPECT).floor() + text_height(what));
    let origin = ui.cursor().min;
    for (i, card) in cards.iter().enumerate() {
        let place = vec2((i % columns) as f32, (i / columns) as f32);
        let rect = Rect::from_min_size(origin + place * (size + Vec2::splat(gap)), size);
        // One folder may be a project and a template.
        let id = (what, &card.folder);
        let response = ui.push_id(id, |ui| card_ui(ui, ctx, card, what, rect));
        if has_first && i == 0 {
            response.inner.request_focus();
        }
    }
    let rows = cards.len().div_ceil(columns) as f32;
    let height = (rows * (size.y + gap) - gap).max(0.0);
    ui.allocate_space(vec2(ui.available_width(), height));
}

fn text_height(what: Use) -> f32 {
    let lines = match what {
        Use::Open => 1,
        Use::Template => ABOUT_LINES,
    };
    PAD * 1.7 + NAME * 1.3 + 4.0 + lines as f32 * SMALL * 1.35
}

fn card_ui(ui: &mut Ui, ctx: &mut Context<'_>, card: &Card, what: Use, rect: Rect) -> Response {
    let palette = theme::palette(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with("card"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken(card, what)));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let is_at = response.contains_pointer() || response.has_focus();
    if ui.is_rect_visible(rect) {
        let picture = Rect::from_min_size(rect.min, vec2(rect.width(), rect.width() / ASPECT));
        paint(ui, ctx, card, what, [rect, picture], is_at, palette);
        if what == Use::Template && is_at {
            pill(ui, picture, "Use template", palette);
        }
    }
    focus_ring(ui, &response, theme::CARD_RADIUS);
    let asked = match what {
        Use::Open => open_or_forget_ui(ui, card, rect, &response),
        Use::Template => response
            .clicked()
            .then(|| WelcomeAction::Use(card.folder.clone())),
    };
    if let Some(asked) = asked {
        ctx.ask(Action::Welcome(asked));
    }
    let full = match what {
        Use::Open => format!(
            "{}\nF2 renames it; Delete leaves it out of this list",
            card.folder.display()
        ),
        Use::Template => card.about.clone(),
    };
    if full.is_empty() {
        response
    } else {
        response.on_hover_text(full)
    }
}

fn spoken(card: &Card, what: Use) -> String {
    let mut text = match what {
        Use::Open => card.name.clone(),
        Use::Template => format!("Use template {}", card.name),
    };
    for more in [&card.when, &card.about] {
        if !more.is_empty() {
            text = format!("{text}: {more}");
        }
    }
    text
}

fn open_or_forget_ui(
    ui: &mut Ui,
    card: &Card,
    rect: Rect,
    response: &Response,
) -> Option<WelcomeAction> {
    let open = || WelcomeAction::Open(card.folder.clone());
    let forget = || WelcomeAction::Forget(card.folder.clone());
    let mut asked = response.clicked().then(open);
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::F2)) {
        let rename = Command::RenameProject;
        asked = Some(WelcomeAction::Do(rename, card.folder.clone()));
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete)) {
        asked = Some(forget());
    }
    response.context_menu(|ui| {
        if ui.button("Open").clicked() {
            asked = Some(open());
        }
        for command in OF_PROJECTS {
            let button = Button::new(command.title());
            if ui.add(button).on_hover_text(command.entry().help).clicked() {
                asked = Some(WelcomeAction::Do(command, card.folder.clone()));
            }
        }
        if ui.button("Remove from list").clicked() {
            asked = Some(forget());
        }
    });
    if response.contains_pointer() && remove_ui(ui, card, rect) {
        asked = Some(forget());
    }
    asked
}

/// A button in the corner, while the pointer is there.
fn remove_ui(ui: &mut Ui, card: &Card, rect: Rect) -> bool {
    let size = Vec2::splat(theme::ROW);
    let place = Rect::from_min_size(pos2(rect.right() - size.x - 8.0, rect.top() + 8.0), size);
    let button = Button::new("×").min_size(size).corner_radius(size.y / 2.0);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| ui.add(button))
        .inner
        .accessible_name(format!("Remove {} from the list", card.name))
        .on_hover_text("Remove from this list; the project stays where it is")
        .clicked()
}

fn paint(
    ui: &Ui,
    ctx: &mut Context<'_>,
    card: &Card,
    what: Use,
    [rect, picture]: [Rect; 2],
    is_at: bool,
    palette: &Palette,
) {
    let radius = theme::CARD_RADIUS;
    let (ground, line) = if is_at {
        (palette.raised, palette.text_weak)
    } else {
        (palette.panel, palette.outline)
    };
    let painter = ui.painter();
    painter.rect_filled(rect, radius, ground);
    let top = CornerRadius {
        sw: 0,
        se: 0,
        ..radius.into()
    };
    painter.rect_filled(picture, top, palette.canvas);
    picture_ui(ui, ctx, card, picture, top, palette);
    let between = Stroke::new(1.0, palette.outline);
    painter.hline(picture.x_range(), picture.bottom(), between);
    painter.rect_stroke(rect, radius, Stroke::new(1.0, line), StrokeKind::Inside);

    let width = rect.width() - 2.0 * PAD;
    let mut at = pos2(rect.left() + PAD, picture.bottom() + PAD * 0.75);
    let font = FontId::new(NAME, theme::strong());
    let name = cut_text(painter, &card.name, font, palette.text_strong, width);
    painter.galley(at, name, palette.text_strong);
    at.y += NAME * 1.3 + 4.0;
    let font = FontId::proportional(SMALL);
    let weak = palette.text_weak;
    let below = match what {
        Use::Open => {
            let mut when = card.when.clone();
            if !when.is_empty() {
                when.push_str("  ·  ");
            }
            let when = painter.layout_no_wrap(when, font.clone(), weak);
            let left = width - when.size().x;
            let end = path_end(ui, &card.folder, &font, weak, left);
            painter.galley(pos2(at.x + when.size().x, at.y), end, weak);
            when
        }
        Use::Template => {
            let mut job =
                LayoutJob::single_section(card.about.clone(), TextFormat::simple(font, weak));
            job.wrap = TextWrapping {
                max_width: width,
                max_rows: ABOUT_LINES,
                ..TextWrapping::default()
            };
            painter.layout_job(job)
        }
    };
    painter.galley(at, below, weak);
}

/// The end of a path, from a folder on, that fits: it says more than the beginning.
fn path_end(
    ui: &Ui,
    path: &Path,
    font: &FontId,
    color: Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let whole = path.to_string_lossy();
    let starts = whole.char_indices().filter(|(_, c)| "/\\".contains(*c));
    let cut = starts.skip(1).map(|(at, _)| format!("…{}", &whole[at..]));
    let mut last = String::new();
    for text in std::iter::once(whole.to_string()).chain(cut) {
        let galley = ui
            .painter()
            .layout_no_wrap(text.clone(), font.clone(), color);
        if galley.size().x <= width {
            return galley;
        }
        last = text;
    }
    cut_text(ui.painter(), &last, font.clone(), color, width.max(0.0))
}

/// The graph, small; three nodes in its place while there is no picture of it.
fn picture_ui(
    ui: &Ui,
    ctx: &mut Context<'_>,
    card: &Card,
    rect: Rect,
    corners: CornerRadius,
    palette: &Palette,
) {
    let file = card
        .pictures
        .as_ref()
        .map(|[dark, light]| if palette.is_dark { dark } else { light });
    let texture = file.and_then(|file| ctx.pictures.textures.get(file));
    if let Some(texture) = texture {
        let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let mut shape = egui::epaint::RectShape::filled(rect, corners, Color32::WHITE);
        shape = shape.with_texture(texture.id(), uv);
        ui.painter().add(shape);
        return;
    }
    if let Some(file) = file {
        ctx.ask(Action::Welcome(WelcomeAction::LoadPicture(file.clone())));
    }
    let unit = rect.width() / 12.0;
    graph_sign(ui, rect.center(), unit, palette.raised, palette.outline);
}

/// Three nodes and two links around a point.
fn graph_sign(ui: &Ui, center: Pos2, unit: f32, node: Color32, link: Color32) {
    let painter = ui.painter();
    let from = center + vec2(-2.2, 0.0) * unit;
    for side in [-1.0, 1.0] {
        let to = center + vec2(2.2, 1.3 * side) * unit;
        let turn = vec2(1.6, 0.0) * unit;
        let points = [from, from + turn, to - turn, to];
        let stroke = Stroke::new(unit * 0.22, link);
        let curve = egui::epaint::CubicBezierShape::from_points_stroke(
            points,
            false,
            Color32::TRANSPARENT,
            stroke,
        );
        painter.add(curve);
        painter.rect_filled(node_at(to, unit), unit * 0.35, node);
    }
    painter.rect_filled(node_at(from, unit), unit * 0.35, node);
}

fn node_at(center: Pos2, unit: f32) -> Rect {
    Rect::from_center_size(center, vec2(2.2, 1.5) * unit)
}

fn pill(ui: &Ui, picture: Rect, text: &str, palette: &Palette) {
    let font = FontId::new(12.5, theme::strong());
    let text = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, palette.on_accent);
    let size = text.size() + vec2(20.0, 10.0);
    let rect = Rect::from_min_size(picture.max - size - Vec2::splat(8.0), size);
    ui.painter().rect_filled(rect, size.y / 2.0, palette.accent);
    let at = rect.center() - text.size() / 2.0;
    ui.painter().galley(at, text, palette.on_accent);
}

/// Where the keyboard is.
pub fn focus_ring(ui: &Ui, response: &Response, radius: u8) {
    if response.has_focus() {
        let palette = theme::palette(ui.ctx());
        let stroke = Stroke::new(2.0, palette.accent);
        let rect = response.rect.expand(2.0);
        ui.painter()
            .rect_stroke(rect, radius + 2, stroke, StrokeKind::Outside);
    }
}

/// Loom's own sign.
pub fn mark_ui(ui: &mut Ui, palette: &Palette) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::MARK_SIZE), Sense::hover());
    ui.painter().rect_filled(rect, 12, palette.accent);
    let link = Palette::faded(palette.on_accent, 0.55);
    graph_sign(
        ui,
        rect.center(),
        rect.width() / 8.6,
        palette.on_accent,
        link,
    );
}
