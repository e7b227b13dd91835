//! The bars: menus, tabs and run tools above, the status line below.

use egui::{Align, Button, Color32, FontId, Layout, RichText, Ui};

use super::canvas::paint::cut_text;
use super::tabs::{self, Tab};
use super::theme::{self, Palette};
use super::{Action, Context, menu, update};
use crate::command::Command;

/// What a project's run is at, for the bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    Nothing,
    Running,
    /// It stops before a node.
    Paused,
}

/// What the bars tell besides the document.
pub struct Status<'a> {
    pub tabs: &'a [Tab],
    /// No project is shown.
    pub is_welcome: bool,
    /// The engine or the environment, in a few words.
    pub engine: &'a str,
    pub engine_color: Color32,
    pub going: Going,
    /// What changes runs by itself.
    pub is_live: bool,
    /// Part of the run that is done, from 0 to 1.
    pub fraction: Option<f32>,
    pub zoom: f32,
    /// The savefile was changed here and outside, and nobody has decided yet.
    pub is_asked: bool,
    /// What is to be said of a new version.
    pub update: Option<&'a str>,
}

/// Menus, the project's name and the run buttons.
pub fn top_bar_ui(
    ui: &mut Ui,
    status: &Status<'_>,
    is_enabled: impl Fn(Command) -> bool,
    actions: &mut Vec<Action>,
) {
    let palette = theme::palette(ui.ctx());
    // Between the menus and the tools.
    let mut free = ui.max_rect();
    ui.horizontal_centered(|ui| {
        ui.label(
            RichText::new("Loom")
                .strong()
                .size(15.0)
                .color(palette.accent),
        );
        ui.add_space(4.0);
        let (chosen, menus_end) = menu::menu_bar_ui(ui, &is_enabled);
        actions.extend(chosen.map(Action::Command));
        let menus_end = match status.update {
            Some(hint) => update::dot_ui(ui, menus_end, hint, actions),
            None => menus_end,
        };
        if status.is_welcome {
            return;
        }
        free.min.x = menus_end;
        let builder = egui::UiBuilder::new()
            .max_rect(free)
            .layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(builder, |ui| {
            let run_enabled = is_enabled(Command::Run);
            let stop = command_tool(
                ui,
                "■  Stop",
                Command::Stop,
                is_enabled(Command::Stop),
                None,
            );
            let is_paused = status.going == Going::Paused;
            let text = if is_paused {
                "▶  Continue"
            } else {
                "▶  Run"
            };
            let run = command_tool(ui, text, Command::Run, run_enabled, Some(palette));
            let live = live_tool(ui, status.is_live);
            // In a narrow window, or a large interface, what its key does as well goes first.
            let has_room = ui.available_width() > theme::BAR_ROOM;
            let (text, third) = if is_paused {
                ("Step", Command::Step)
            } else {
                ("Run to here", Command::RunToHere)
            };
            let is_third = has_room && command_tool(ui, text, third, is_enabled(third), None);
            for (is_clicked, command) in [
                (stop, Command::Stop),
                (run, Command::Run),
                (live, Command::ToggleLive),
                (is_third, third),
            ] {
                if is_clicked {
                    actions.push(Action::Command(command));
                }
            }
            ui.add_space(8.0);
            if status.going != Going::Nothing {
                let bar = match status.fraction {
                    Some(fraction) => egui::ProgressBar::new(fraction),
                    None => egui::ProgressBar::new(1.0).animate(true),
                };
                ui.add(
                    bar.desired_width(120.0)
                        .desired_height(6.0)
                        .fill(palette.busy),
                );
            }
            let engine = RichText::new(status.engine).color(status.engine_color);
            ui.add(egui::Label::new(engine).truncate());
            free.max.x = ui.min_rect().left();
        });
    });
    // Last, so that the keyboard comes to the menus first.
    if let [only] = status.tabs {
        lone_tab_ui(ui, only, free, actions);
    }
}

/// The name of the project in the middle of the bar, or of what is free of it: one alone needs no strip of tabs.
fn lone_tab_ui(ui: &mut Ui, tab: &Tab, free: egui::Rect, actions: &mut Vec<Action>) {
    if tab.path.is_none() {
        return;
    }
    let palette = theme::palette(ui.ctx());
    let bar = ui.max_rect();
    let dirty = if tab.is_unsaved { " •" } else { "" };
    let name = cut_text(
        ui.painter(),
        &format!("{}{dirty}", tab.name),
        FontId::new(14.0, theme::strong()),
        palette.text_strong,
        bar.width() * 0.25,
    );
    let beside = 2.0 * theme::ROW;
    if free.width() < name.size().x + beside {
        return;
    }
    let mut at = bar.center() - name.size() / 2.0;
    let last = free.right() - name.size().x - beside;
    at.x = at.x.min(last).max(free.left() + theme::GAP);
    let right = at.x + name.size().x;
    ui.painter().galley(at, name, palette.text_strong);
    let plus = egui::Rect::from_center_size(
        egui::pos2(right + theme::ROW, bar.center().y),
        egui::Vec2::splat(theme::ROW),
    );
    // A child of its own: the bar's other parts begin at the left as if this were not there.
    let mut place = ui.new_child(egui::UiBuilder::new().max_rect(plus));
    tabs::plus_ui(&mut place, actions);
}

fn command_tool(
    ui: &mut Ui,
    text: &str,
    command: Command,
    is_enabled: bool,
    accent: Option<&Palette>,
) -> bool {
    let button = match accent.filter(|_| is_enabled) {
        Some(palette) => {
            Button::new(RichText::new(text).color(palette.on_accent).strong()).fill(palette.accent)
        }
        None => Button::new(text),
    };
    let response = ui.add_enabled(is_enabled, button.min_size(egui::vec2(0.0, 26.0)));
    let hint = menu::hint(ui.ctx(), command);
    response.on_hover_text(hint).clicked()
}

/// Live mode as a button that stays down.
fn live_tool(ui: &mut Ui, is_on: bool) -> bool {
    let button = Button::selectable(is_on, "Live")
        .frame_when_inactive(true)
        .min_size(egui::vec2(0.0, 26.0));
    let hint = menu::hint(ui.ctx(), Command::ToggleLive);
    ui.add(button).on_hover_text(hint).clicked()
}

/// Counts, selection and zoom.
pub fn status_bar_ui(ui: &mut Ui, status: &Status<'_>, context: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let graph = context.document.graph();
    let weak = |text: String| RichText::new(text).small().color(palette.text_weak);
    ui.horizontal_centered(|ui| {
        let nodes = counted(graph.node_count(), "node");
        let links = counted(graph.link_count(), "link");
        // Those inside of subgraphs count too.
        let has_more = graph.subgraphs().next().is_some();
        let all = if has_more { " in all" } else { "" };
        let selected = match context.document.selection().len() {
            0 => String::new(),
            selected => format!("{selected} selected · "),
        };
        ui.label(weak(format!("{selected}{nodes}, {links}{all}")));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let percent = status.zoom * 100.0;
            // From very far a whole number says nothing.
            let decimals = usize::from(percent < 9.95);
            ui.label(weak(format!("Zoom {percent:.decimals$} %")));
            let state = if context.document.is_dirty() {
                "not saved"
            } else {
                "saved"
            };
            ui.label(weak(state.to_owned()));
            if status.is_asked {
                let text = RichText::new("Changed outside…")
                    .small()
                    .color(palette.warn);
                let button = ui.add(Button::new(text).frame(false));
                let hint = menu::hint(ui.ctx(), Command::SettleSavefile);
                if button.on_hover_text(hint).clicked() {
                    context.ask(Action::Command(Command::SettleSavefile));
                }
            }
        });
    });
}

/// `1 node`, `2 nodes`.
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
