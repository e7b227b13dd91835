//! strip_ui: the open projects as a row of tabs, and the row alone for other things that are open. It shows what it is
//! given and asks by Action.

use egui::{
    Align2, Button, CornerRadius, FontId, Rect, Response, RichText, Role, ScrollArea, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::Action;
use super::canvas::paint::cut_text;
use super::menu::shortcut_text;
use super::theme::{self, Palette};
use crate::command::Command;

/// A project that is open, or the welcome page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Tells it from all others.
    pub serial: u64,
    pub name: String,
    /// Of its folder; `None`: the welcome page.
    pub path: Option<String>,
    pub is_shown: bool,
    pub is_unsaved: bool,
    pub mark: Option<Mark>,
}

/// What goes on in a project, as a sign on its tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Running,
    Waiting,
    Failed,
}

/// What the strip asks for; projects by their serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabAction {
    Show(u64),
    Close(u64),
    /// To the place that is counted from the left.
    Move(u64, usize),
}

impl Tab {
    /// What a screen reader says.
    fn spoken(&self) -> String {
        let unsaved = if self.is_unsaved { ", not saved" } else { "" };
        let mark = match self.mark {
            Some(Mark::Running) => ", running",
            Some(Mark::Waiting) => ", waiting for another project's run",
            Some(Mark::Failed) => ", failed",
            None => "",
        };
        format!("{}{mark}{unsaved}", self.name)
    }
}

/// Room for a tab's sign, and for the dot or the close button at its end.
const SIGN: f32 = 18.0;
const PADDING: f32 = 8.0;

pub fn strip_ui(ui: &mut Ui, tabs: &[Tab], actions: &mut Vec<Action>) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.style_mut().always_scroll_the_only_direction = true;
        let room = ui.available_width() - theme::ROW - 2.0 * theme::GAP;
        ScrollArea::horizontal()
            .id_salt("tabs")
            .max_width(room)
            .auto_shrink([true, false])
            .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                let asked = ui.horizontal_centered(|ui| row_ui(ui, tabs)).inner;
                actions.extend(asked.map(Action::Tab));
            });
        plus_ui(ui, actions);
    });
}

/// The tabs alone, and what is asked for.
pub fn row_ui(ui: &mut Ui, tabs: &[Tab]) -> Option<TabAction> {
    let mut asked = None;
    let shown = tabs.iter().find(|tab| tab.is_shown).map(|tab| tab.serial);
    let id = ui.scope_id().with("shown");
    let shown_before = ui.data(|data| data.get_temp::<u64>(id));
    let is_new = shown_before != shown;
    let mut responses = Vec::with_capacity(tabs.len());
    for tab in tabs {
        let response = ui
            .push_id(tab.serial, |ui| tab_ui(ui, tab, &mut asked))
            .inner;
        if is_new && tab.is_shown || response.gained_focus() {
            response.scroll_to_me(None);
        }
        responses.push(response);
    }
    if let Some(shown) = shown {
        ui.data_mut(|data| data.insert_temp(id, shown));
    }
    let dragged = responses.iter().position(Response::dragged);
    if let Some(from) = dragged
        && let Some(pointer) = ui.ctx().pointer_interact_pos()
        && let Some(to) = place_under(&responses, from, pointer.x)
    {
        asked = Some(TabAction::Move(tabs[from].serial, to));
    }
    asked
}

/// Where a tab that is dragged belongs, when that is another place: it trades with a neighbour once the pointer is
/// past the middle of it, so that tabs of different widths do not trade back and forth.
fn place_under(tabs: &[Response], from: usize, x: f32) -> Option<usize> {
    let middle = |at: usize| tabs.get(at).map(|tab| tab.rect.center().x);
    let right = (from + 1..tabs.len()).take_while(|at| middle(*at).is_some_and(|m| x > m));
    let left = (0..from)
        .rev()
        .take_while(|at| middle(*at).is_some_and(|m| x < m));
    right.last().or(left.last())
}

fn tab_ui(ui: &mut Ui, tab: &Tab, asked: &mut Option<TabAction>) -> Response {
    let palette = theme::palette(ui.ctx());
    let color = if tab.is_shown {
        palette.text_strong
    } else {
        palette.text
    };
    let font = FontId::proportional(13.0);
    let name = cut_text(ui.painter(), &tab.name, font, color, *theme::TAB_NAME.end());
    let name_width = name.size().x.max(*theme::TAB_NAME.start());
    let sign = if tab.mark.is_some() { SIGN } else { 0.0 };
    let size = vec2(
        PADDING + sign + name_width + SIGN + PADDING,
        theme::TAB_HEIGHT,
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, tab.is_shown, tab.spoken()));
    let is_at = response.contains_pointer() || response.has_focus();
    if ui.is_rect_visible(rect) {
        ground(ui, rect, tab.is_shown, &response, palette);
        let at = pos2(rect.left() + PADDING, rect.center().y);
        if let Some(mark) = tab.mark {
            paint_mark(ui, pos2(at.x + SIGN / 2.0 - 3.0, at.y), mark, palette);
        }
        let name_at = pos2(at.x + sign, at.y - name.size().y / 2.0);
        ui.painter().galley(name_at, name, color);
    }
    let end = pos2(rect.right() - PADDING - SIGN / 2.0 + 3.0, rect.center().y);
    let is_closed = close_ui(ui, tab, end, is_at, palette);
    if is_closed || response.middle_clicked() {
        *asked = Some(TabAction::Close(tab.serial));
    } else if response.clicked() && !tab.is_shown {
        *asked = Some(TabAction::Show(tab.serial));
    }
    match &tab.path {
        Some(path) => response.on_hover_text(path),
        None => response,
    }
}

fn ground(ui: &Ui, rect: Rect, is_shown: bool, response: &Response, palette: &Palette) {
    let corners = CornerRadius {
        nw: theme::RADIUS,
        ne: theme::RADIUS,
        sw: 0,
        se: 0,
    };
    let painter = ui.painter();
    if is_shown {
        painter.rect_filled(rect, corners, palette.panel);
        let line = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 2.0));
        painter.rect_filled(line, corners, palette.accent);
    } else if response.hovered() {
        painter.rect_filled(rect, corners, palette.raised);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.5, palette.accent);
        painter.rect_stroke(rect.shrink(1.0), corners, stroke, egui::StrokeKind::Inside);
    }
}

/// The close button; while nobody is near, a dot when there is something to save.
fn close_ui(ui: &mut Ui, tab: &Tab, at: egui::Pos2, is_near: bool, palette: &Palette) -> bool {
    let rect = Rect::from_center_size(at, egui::Vec2::splat(SIGN));
    let response = ui.interact(rect, ui.scope_id().with("close"), Sense::click());
    let name = format!("Close {}", tab.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let painter = ui.painter();
    let is_at = response.hovered() || response.has_focus();
    if is_at {
        painter.rect_filled(rect, theme::RADIUS, palette.raised_hover);
    }
    if tab.is_unsaved && !is_near && !is_at {
        painter.circle_filled(at, theme::DOT / 2.0, palette.text_weak);
    } else if tab.is_shown || is_near || is_at {
        let color = if is_at {
            palette.text_strong
        } else {
            palette.text_weak
        };
        let stroke = Stroke::new(1.4, color);
        for down in [-1.0, 1.0] {
            let arm = vec2(3.5, 3.5 * down);
            painter.line_segment([at - arm, at + arm], stroke);
        }
    }
    let keys = shortcut_text(ui.ctx(), Command::CloseProject);
    response.on_hover_text(format!("Close ({keys})")).clicked()
}

fn paint_mark(ui: &Ui, at: egui::Pos2, mark: Mark, palette: &Palette) {
    let painter = ui.painter();
    match mark {
        Mark::Running => {
            let corners = [vec2(-3.5, -4.5), vec2(4.5, 0.0), vec2(-3.5, 4.5)];
            let points = corners.map(|corner| at + corner).to_vec();
            painter.add(egui::Shape::convex_polygon(
                points,
                palette.busy,
                Stroke::NONE,
            ));
        }
        Mark::Waiting => {
            painter.circle_stroke(at, 4.0, Stroke::new(1.5, palette.busy));
        }
        Mark::Failed => {
            painter.circle_filled(at, 6.0, palette.error);
            let font = FontId::new(10.0, theme::strong());
            painter.text(at, Align2::CENTER_CENTER, "!", font, palette.panel);
        }
    }
}

/// The button that leads to the welcome page, where another project is chosen.
pub fn plus_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let text = RichText::new("+").size(17.0);
    let button = Button::new(text)
        .frame_when_inactive(false)
        .min_size(egui::Vec2::splat(theme::ROW));
    let keys = shortcut_text(ui.ctx(), Command::Welcome);
    let response = ui.add(button).accessible_name("Open another project");
    let response = response.on_hover_text(format!("Open another project ({keys})"));
    if response.clicked() {
        actions.push(Action::Command(Command::Welcome));
    }
}
