//! Focus: where the keyboard is: in which part of the window, and there at which widget. Moves it among the parts and
//! within one, brings it back when what had it goes, and shows it. Knows parts by what they painted, not by what they
//! are for.

use egui::accesskit::{self, Action, ActionRequest, TreeId};
use egui::{
    Context, CornerRadius, Event, FocusDirection, Id, Key, LayerId, Memory, Modifiers, Rect, Role,
    Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetRect, vec2,
};

use super::canvas::canvas_id;
use super::code::editor_id;
use super::shell::Pane;
use super::theme;

/// A part of the window that the keyboard can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Menus and run buttons.
    Bar,
    /// What stands in the way.
    Banners,
    Pane(Pane),
}

/// Where the keyboard is and was.
#[derive(Debug)]
pub struct Focus {
    /// What is on screen, in the order in which it was painted.
    shown: Vec<Shown>,
    /// The part that had the keyboard last.
    part: Part,
    /// The widget that had it last, in each part.
    last: Vec<(Part, Id)>,
    /// The widget that has it now, and where it is.
    focused: Option<(Id, Rect)>,
    is_on_row: bool,
    /// An arrow was pressed in the frame before, by which egui may have moved the focus.
    is_walked: bool,
    /// The part that gets the keyboard as soon as it is painted.
    wanted: Option<Part>,
}

#[derive(Debug)]
struct Shown {
    part: Part,
    rect: Rect,
    /// What can have the keyboard, in the order of Tab; the tabs of the part's panels first.
    tabs: Vec<Id>,
    widgets: Vec<(Id, Rect)>,
    /// Rows of lists, and whether Tab stops at them: of each list it stops at one.
    rows: Vec<(Id, bool)>,
}

/// How many widgets there were before a part was painted.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

impl Default for Focus {
    fn default() -> Self {
        Self {
            shown: Vec::new(),
            part: Part::Pane(Pane::Canvas),
            last: Vec::new(),
            focused: None,
            is_on_row: false,
            is_walked: false,
            wanted: None,
        }
    }
}

impl Shown {
    fn all(&self) -> impl Iterator<Item = Id> + Clone {
        let widgets = self.widgets.iter().map(|(id, _)| *id);
        self.tabs.iter().copied().chain(widgets)
    }

    fn holds(&self, id: Id) -> bool {
        self.all().any(|other| other == id)
    }

    /// The stops of Tab, in their order.
    fn ring(&self) -> impl Iterator<Item = Id> + Clone {
        self.all().filter(|id| !self.rows.contains(&(*id, false)))
    }

    fn nearest(&self, rect: Rect) -> Option<Id> {
        let distance = |(_, other): &&(Id, Rect)| other.distance_sq_to_pos(rect.center());
        let widgets = self.widgets.iter();
        widgets
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .map(|(id, _)| *id)
    }
}

impl Focus {
    /// Are page up and page down for this part as a whole? In a list they walk.
    pub fn scrolls(&self, part: Part) -> bool {
        self.part == part && !self.is_on_row
    }

    /// Is the keyboard in this part, or was it last?
    pub fn is_in(&self, part: Part) -> bool {
        self.part == part
    }

    /// To be called before anything is painted, and after the keys of commands were taken. `is_free`: no dialog and no
    /// popup is open, which have the keyboard to themselves.
    pub fn begin(&mut self, context: &Context, is_free: bool) {
        if is_free {
            self.stay_in_part(context);
            self.tab(context);
            if context.memory(|memory| memory.focused().is_none()) {
                let back = self.way_back();
                context.memory_mut(|memory| memory.request_focus(back));
            }
        }
        self.scroll_into_view(context);
        self.shown.clear();
    }

    /// To be called where a part begins to paint; `note` takes it when the part has ended.
    pub fn mark(ui: &Ui) -> Mark {
        let layer = ui.layer_id();
        let count = ui
            .ctx()
            .viewport(|viewport| viewport.this_pass.widgets.get_layer(layer).count());
        Mark(count)
    }

    /// Of the widgets since `mark` that can have the keyboard the one furthest left: a field is painted after the button
    /// at its right.
    pub fn leftmost_since(ui: &Ui, mark: Mark) -> Option<Id> {
        let (_, widgets) = focusable(ui, mark);
        let left = |(_, rect): &(Id, Rect)| rect.left();
        let first = widgets
            .into_iter()
            .min_by(|a, b| left(a).total_cmp(&left(b)));
        first.map(|(id, _)| id)
    }

    /// A part was painted from `mark` on.
    pub fn note(&mut self, ui: &Ui, part: Part, rect: Rect, mark: Mark) {
        let (borders, mut widgets) = focusable(ui, mark);
        quiet(ui, &borders, Role::Splitter, "Border");
        if widgets.is_empty() {
            // With nothing in it that takes the keyboard the part takes it itself: to be read and scrolled.
            let id = ui.scope_id().with("whole part");
            let whole = ui.interact(rect, id, Sense::focusable_noninteractive());
            whole.widget_info(|| WidgetInfo::labeled(Role::Group, true, name(part)));
            widgets.push((id, rect));
        }
        self.shown.push(Shown {
            part,
            rect,
            tabs: Vec::new(),
            widgets,
            rows: take_rows(ui.ctx()),
        });
        if self.wanted == Some(part) {
            self.wanted = None;
            self.enter(ui.ctx(), part);
        }
    }

    /// The tabs that stand over a part's panel.
    pub fn note_tabs(&mut self, part: Part, tabs: impl Iterator<Item = Id>) {
        if let Some(shown) = self.shown.iter_mut().find(|shown| shown.part == part) {
            shown.tabs.extend(tabs);
        }
    }

    /// To be called after everything was painted: remember where the keyboard is, and show it.
    pub fn end(&mut self, context: &Context) {
        let focused = context.memory(Memory::focused);
        let widget = focused.and_then(|id| widget(context, id));
        if let Some(widget) = widget {
            // What had it last stays known while nobody has it.
            self.focused = Some((widget.id, widget.rect));
        }
        if let Some(id) = focused
            && let Some(shown) = self.shown_with(id)
        {
            let (part, is_tab) = (shown.part, shown.tabs.contains(&id));
            self.is_on_row = shown.rows.iter().any(|(row, _)| *row == id);
            self.part = part;
            if !is_tab {
                self.last.retain(|(other, _)| *other != part);
                self.last.push((part, id));
            }
        }
        self.is_walked = context.input(|input| {
            let arrows = [
                Key::ArrowUp,
                Key::ArrowDown,
                Key::ArrowLeft,
                Key::ArrowRight,
            ];
            arrows.into_iter().any(|arrow| input.key_pressed(arrow))
        });
        self.show(context, widget);
    }

    /// To the next part that is on screen, or the one before.
    pub fn step(&mut self, context: &Context, by: isize) {
        let count = self.shown.len();
        let at = self.shown.iter().position(|shown| shown.part == self.part);
        let next = at.map_or(0, |at| {
            (at as isize + by).rem_euclid(count as isize) as usize
        });
        if let Some(next) = self.shown.get(next) {
            self.enter(context, next.part);
        }
    }

    /// To a part, as soon as it is on screen.
    pub fn go(&mut self, part: Part) {
        self.wanted = Some(part);
    }

    /// To where the keyboard was last in this part, else to its first widget.
    fn enter(&mut self, context: &Context, part: Part) {
        let Some(shown) = self.shown.iter().find(|shown| shown.part == part) else {
            return;
        };
        let first = shown.widgets.first().map(|(id, _)| *id);
        if let Some(id) = self.last_in(shown).or(first) {
            self.part = part;
            context.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// Is the widget in any part?
    pub fn holds(&self, id: Id) -> bool {
        self.part_of(id).is_some()
    }

    fn part_of(&self, id: Id) -> Option<Part> {
        self.shown_with(id).map(|shown| shown.part)
    }

    fn shown_with(&self, id: Id) -> Option<&Shown> {
        self.shown.iter().find(|shown| shown.holds(id))
    }

    /// The widget of the part that had the keyboard last, if it is still there.
    fn last_in(&self, shown: &Shown) -> Option<Id> {
        let last = self.last.iter().find(|(part, _)| *part == shown.part);
        last.map(|(_, id)| *id).filter(|id| shown.holds(*id))
    }

    /// Arrows walk within a part, and from it into its menus: egui would go to whatever lies in their direction.
    fn stay_in_part(&self, context: &Context) {
        let Some((before, _)) = self.focused.filter(|_| self.is_walked) else {
            return;
        };
        let now = context.memory(Memory::focused).filter(|now| *now != before);
        let was = self.part_of(before);
        let is_outside = |id| {
            let is_in_popup =
                widget(context, id).is_some_and(|widget| widget.layer_id != LayerId::background());
            !is_in_popup && self.part_of(id) != was
        };
        if was.is_some() && now.is_some_and(is_outside) {
            context.memory_mut(|memory| memory.request_focus(before));
        }
    }

    /// Tab goes round within a part.
    fn tab(&self, context: &Context) {
        let Some(focused) = context.memory(Memory::focused) else {
            return;
        };
        let shown = self.shown_with(focused);
        let Some(shown) = shown.filter(|_| ![canvas_id(), editor_id()].contains(&focused)) else {
            return;
        };
        let pressed = |modifiers| {
            let key = |input: &mut egui::InputState| input.consume_key(modifiers, Key::Tab);
            context.input_mut(key)
        };
        let (back, on) = (pressed(Modifiers::SHIFT), pressed(Modifiers::NONE));
        if !back && !on {
            return;
        }
        let ring = shown.ring();
        let next = if on {
            let mut after = ring.clone().cycle().skip_while(|id| *id != focused);
            after.nth(1)
        } else {
            let before = ring.clone().take_while(|id| *id != focused);
            before.last().or_else(|| ring.last())
        };
        context.memory_mut(|memory| {
            // egui has its own idea of where Tab goes.
            memory.move_focus(FocusDirection::None);
            if let Some(next) = next {
                memory.request_focus(next);
            }
        });
    }

    /// Who gets the keyboard when nobody has it. A canvas that is behind another panel must not have it: its keys would
    /// change what nobody sees.
    fn way_back(&self) -> Id {
        let id = self.way_to_canvas();
        let is_shown = |part| self.shown.iter().any(|shown| shown.part == part);
        if id != canvas_id() || is_shown(Part::Pane(Pane::Canvas)) {
            return id;
        }
        let part = self.shown.iter().find(|shown| shown.part == self.part);
        let first = part.and_then(|part| part.all().find(|id| *id != editor_id()));
        first.unwrap_or(id)
    }

    fn way_to_canvas(&self) -> Id {
        let Some((id, rect)) = self.focused else {
            return canvas_id();
        };
        let part = self.shown.iter().find(|shown| shown.part == self.part);
        match part {
            // A field that was left gives it to the canvas.
            Some(part) if part.holds(id) => canvas_id(),
            // A dialog or a popup has closed: back to where it was before.
            Some(part) if !self.last.contains(&(self.part, id)) => {
                self.last_in(part).unwrap_or(canvas_id())
            }
            // What had it is gone: a button that was pressed for the last time, a row that scrolled away.
            Some(part) if self.part != Part::Pane(Pane::Canvas) => {
                part.nearest(rect).unwrap_or(canvas_id())
            }
            _ => canvas_id(),
        }
    }

    /// What got the keyboard must be seen.
    fn scroll_into_view(&self, context: &Context) {
        let Some(id) = context.memory(Memory::focused) else {
            return;
        };
        let is_new = self.focused.is_none_or(|(before, _)| before != id);
        let by_pointer =
            context.input(|input| input.pointer.any_down() || input.pointer.any_released());
        let is_hidden = |widget: WidgetRect| {
            let (whole, seen) = (widget.rect, widget.interact_rect);
            whole.is_finite()
                && (whole.height() > seen.height() + 1.0 || whole.width() > seen.width() + 1.0)
        };
        if is_new && !by_pointer && widget(context, id).is_some_and(is_hidden) {
            let request = ActionRequest {
                action: Action::ScrollIntoView,
                target_tree: TreeId::ROOT,
                target_node: id.accesskit_id(),
                data: None,
            };
            let event = Event::AccessKitActionRequest(request);
            context.input_mut(|input| input.events.push(event));
        }
    }

    /// A frame around the part and one around the widget that have the keyboard.
    fn show(&self, context: &Context, widget: Option<WidgetRect>) {
        let Some(widget) = widget else { return };
        let color = theme::palette(context).focus;
        if let Some(part) = self.shown_with(widget.id) {
            let painter = context.layer_painter(LayerId::background());
            let stroke = Stroke::new(theme::PART_FRAME, color);
            painter.rect_stroke(part.rect, 0, stroke, StrokeKind::Inside);
            let is_whole = [canvas_id(), editor_id()].contains(&widget.id);
            if is_whole || widget.rect == part.rect {
                return;
            }
        }
        let painter = context.layer_painter(widget.layer_id);
        let rect = widget.interact_rect;
        if rect.is_positive() {
            painter.rect_stroke(
                rect.expand(theme::FOCUS_GAP),
                CornerRadius::same(theme::RADIUS),
                Stroke::new(theme::FOCUS_RING, color),
                StrokeKind::Outside,
            );
        }
    }
}

/// A row of a list was painted; Tab stops at one of them.
pub fn note_row(context: &Context, row: Id, is_stop: bool) {
    context.data_mut(|data| {
        let rows: &mut Vec<(Id, bool)> = data.get_temp_mut_or_default(rows_id());
        rows.push((row, is_stop));
    });
}

fn take_rows(context: &Context) -> Vec<(Id, bool)> {
    let rows = context.data_mut(|data| data.remove_temp(rows_id()));
    rows.unwrap_or_default()
}

fn rows_id() -> Id {
    Id::unique("rows of lists")
}

/// Page up and page down scroll what the part shows, where no field and no list wants them.
pub fn scroll_by_keys(ui: &Ui) {
    let page = ui.max_rect().height() * 0.8;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    for (key, by) in [(Key::PageDown, -page), (Key::PageUp, page)] {
        if pressed(key) {
            ui.scroll_with_delta(vec2(0.0, by));
        }
    }
}

/// What nothing in the part could scroll is no other part's.
pub fn end_scroll(ui: &Ui) {
    let rest = ui
        .ctx()
        .viewport(|viewport| viewport.this_pass.scroll_delta.0);
    if rest != Vec2::ZERO {
        ui.scroll_with_delta(-rest);
    }
}

fn name(part: Part) -> String {
    match part {
        Part::Bar => "Menus and run".to_owned(),
        Part::Banners => "Warnings".to_owned(),
        Part::Pane(pane) => format!("{} panel", pane.title()),
    }
}

/// Tell screen readers that a part begins here.
pub fn region(ui: &Ui, part: Part) {
    let rect = ui.max_rect();
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(Role::Region);
        node.set_label(name(part));
        node.set_bounds(accesskit::Rect {
            x0: rect.min.x.into(),
            y0: rect.min.y.into(),
            x1: rect.max.x.into(),
            y1: rect.max.y.into(),
        });
    });
}

/// What is dragged between the parts, since `mark`, is no stop for the keyboard.
pub fn quiet_borders(ui: &Ui, focus: &Focus, mark: Mark) {
    let (borders, mut others) = focusable(ui, mark);
    others.retain(|(id, _)| !focus.holds(*id));
    quiet(ui, &borders, Role::Splitter, "Border between panels");
    quiet(ui, &others, Role::Group, "Tabs");
}

/// Let the keyboard pass over these; screen readers get a name for those that have none.
fn quiet(ui: &Ui, widgets: &[(Id, Rect)], role: Role, name: &str) {
    for (id, _) in widgets {
        ui.memory_mut(|memory| memory.ignore_focus(*id));
        ui.ctx().accesskit_node_builder(*id, |node| {
            node.remove_action(Action::Focus);
            if node.label().is_none() {
                node.set_role(role);
                node.set_label(name);
            }
        });
    }
}

/// Widgets and where they are.
type Places = Vec<(Id, Rect)>;

/// Borders that can only be dragged, and widgets that can have the keyboard, painted since `mark`.
fn focusable(ui: &Ui, mark: Mark) -> (Places, Places) {
    let layer = ui.layer_id();
    let thin = 2.0 * ui.style().interaction.resize_grab_radius_side + 0.5;
    let widgets: Vec<_> = ui.ctx().viewport(|viewport| {
        let widgets = viewport.this_pass.widgets.get_layer(layer).skip(mark.0);
        let takes_keys = widgets.filter(|widget| widget.enabled && widget.sense.is_focusable());
        takes_keys.map(|widget| (widget.id, widget.rect)).collect()
    });
    let is_border = |(_, rect): &(Id, Rect)| rect.size().min_elem() <= thin;
    widgets.into_iter().partition(is_border)
}

/// The widget as it is in this frame, else as it was in the one before.
fn widget(context: &Context, id: Id) -> Option<WidgetRect> {
    context.viewport(|viewport| {
        let now = viewport.this_pass.widgets.get(id);
        now.or_else(|| viewport.prev_pass.widgets.get(id)).copied()
    })
}
