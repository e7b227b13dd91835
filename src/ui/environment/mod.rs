//! environment_ui: the Python and the packages of a project, and what is being done to them: the plan of a change, its
//! progress, how it went. Shows an `EnvironmentState` and asks by `EnvironmentAction`; finds out and changes nothing.

pub mod model;
mod rows;
mod sheet;
mod words;

use egui::{
    Align2, Button, ComboBox, Label, Rect, Response, RichText, ScrollArea, TextEdit, Ui, UiBuilder,
    vec2,
};

use model::{
    Change, EnvironmentAction, EnvironmentState, Installed, Listing, Newer, PythonChoice, Pythons,
    Task,
};
use rows::Rows;
use sheet::{Adding, Sheet};

use super::{Action, Context, theme};
use crate::command::Command;

/// The part of the width that the packages have where they stand beside something.
const LIST_SHARE: f32 = 0.56;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Environment {
    filter: String,
    rows: Rows,
    /// The package that is looked at, by name.
    chosen: Option<String>,
    /// What is being added.
    adding: Option<Adding>,
    /// Which sheet was shown last, and how high it was.
    shown: Option<Sheet>,
    sheet_height: f32,
    wants_field: bool,
}

impl Environment {
    /// Let a package be added: its name is asked for.
    pub fn add(&mut self) {
        self.adding = Some(Adding::default());
        self.wants_field = true;
    }
}

pub fn environment_ui(ui: &mut Ui, panel: &mut Environment, ctx: &mut Context<'_>) {
    let state = ctx.environment;
    if state.listing == Listing::Unknown && !state.is_restricted {
        ask(ctx, EnvironmentAction::Look);
    }
    // Before they are asked for: a list that grows while it is open finds no room.
    if state.pythons == Pythons::Unknown && !state.is_restricted {
        ask(ctx, EnvironmentAction::LookForPythons);
    }
    let area = ui.max_rect();
    let has_keys = has_keys(ui, area);
    head_ui(ui, ctx);
    tools_ui(ui, panel, ctx);
    if let Listing::There(installed) = &state.listing {
        panel.rows.update(state.revision, installed, &panel.filter);
        let packages = &installed.packages;
        let chosen = panel.chosen.as_ref();
        let is_there = |name: &String| packages.iter().any(|package| package.name == *name);
        if chosen.is_some_and(|name| !is_there(name)) {
            panel.chosen = None;
        }
    }
    let sheet = Sheet::of(state, panel);
    // Whoever began it by keys goes on by keys.
    let is_led = has_keys && panel.shown != Some(sheet);
    panel.shown = Some(sheet);
    let whole = ui.available_rect_before_wrap();
    let (list, beside) = parts(whole, sheet, panel.sheet_height);
    if let Some(list) = list {
        ui.scope_builder(UiBuilder::new().max_rect(list), |ui| {
            list_ui(ui, panel, ctx);
        });
    }
    if let Some(beside) = beside {
        ui.scope_builder(UiBuilder::new().max_rect(beside), |ui| {
            let shown = ScrollArea::vertical()
                .id_salt("environment sheet")
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.take_available_width();
                    sheet::sheet_ui(ui, sheet, panel, ctx, is_led);
                });
            panel.sheet_height = shown.content_size.y;
        });
    }
    ui.advance_cursor_after_rect(whole);
}

/// Is the keyboard in this part of the window?
fn has_keys(ui: &Ui, area: Rect) -> bool {
    let focused = ui.memory(egui::Memory::focused);
    let response = focused.and_then(|id| ui.ctx().read_response(id));
    response.is_some_and(|it| area.contains(it.rect.center()))
}

/// Where list and sheet stand: beside each other where there is room, else below each other.
fn parts(whole: Rect, sheet: Sheet, sheet_height: f32) -> (Option<Rect>, Option<Rect>) {
    if whole.width() >= theme::BESIDE_WIDTH {
        let (list, beside) = whole.split_left_right_at_fraction(LIST_SHARE);
        let gap = theme::GAP * 1.5;
        return (
            Some(list.with_max_x(list.right() - gap)),
            Some(beside.with_min_x(beside.left() + gap)),
        );
    }
    if sheet == Sheet::Nothing {
        return (Some(whole), None);
    }
    let least = theme::ROW * 3.0;
    let height = sheet_height.clamp(least, (whole.height() * 0.6).max(least));
    let split = whole.bottom() - height;
    if split - whole.top() < least {
        return (None, Some(whole));
    }
    (
        Some(whole.with_max_y(split - theme::GAP)),
        Some(whole.with_min_y(split)),
    )
}

fn ask(ctx: &mut Context<'_>, action: EnvironmentAction) {
    ctx.ask(Action::Environment(action));
}

/// Can a change be asked for now? Else why not.
fn refusal(state: &EnvironmentState) -> Option<&str> {
    if matches!(state.task, Task::Working(_)) {
        return Some("Something is being done to the environment: wait for it, or stop it");
    }
    state.locked
}

/// A button of a change, which says why it cannot be pressed where it cannot.
fn change_button(ui: &mut Ui, text: &str, refusal: Option<&str>, help: &str) -> Response {
    let button = Button::new(text).min_size(vec2(0.0, theme::ROW));
    let response = ui.add_enabled(refusal.is_none(), button);
    let response = response.on_disabled_hover_text(refusal.unwrap_or_default());
    if help.is_empty() {
        response
    } else {
        response.on_hover_text(help)
    }
}

/// Python, state, and the way back.
fn head_ui(ui: &mut Ui, ctx: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let state = ctx.environment;
    ui.horizontal_wrapped(|ui| {
        python_ui(ui, ctx);
        let color = match &state.listing {
            Listing::There(Installed { differs: None, .. }) => palette.ok,
            Listing::Failed(_) => palette.error,
            Listing::There(_) => palette.warn,
            _ => palette.idle,
        };
        theme::dot_ui(ui, color);
        ui.label(words::state_text(&state.listing, state.is_restricted));
        if let Some(previous) = &state.previous {
            let back = change_button(
                ui,
                "Back to the previous environment",
                refusal(state),
                previous,
            );
            if back.clicked() {
                ask(ctx, EnvironmentAction::Return);
            }
        }
    });
    if let Listing::There(Installed {
        differs: Some(differs),
        ..
    }) = &state.listing
    {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(differs).color(palette.warn));
            let help = "Show what would be installed, and do it when you say so";
            if change_button(ui, "Bring up to date…", refusal(state), help).clicked() {
                ask(ctx, EnvironmentAction::Plan(Change::AsAsked));
            }
        });
    }
}

/// Which Python the project asks for, to be chosen.
fn python_ui(ui: &mut Ui, ctx: &mut Context<'_>) {
    let state = ctx.environment;
    let label = ui.label("Python");
    let present = match &state.listing {
        Listing::There(installed) => installed.python.as_str(),
        _ => state.wanted_python.as_deref().unwrap_or("Any"),
    };
    let refusal = refusal(state);
    ui.add_enabled_ui(refusal.is_none(), |ui| {
        let combo = ComboBox::from_id_salt("python of the environment")
            .selected_text(present)
            .show_ui(ui, |ui| pythons_ui(ui, ctx));
        let response = combo.response.labelled_by(label.id);
        drop(response.on_disabled_hover_text(refusal.unwrap_or_default()));
    });
}

fn pythons_ui(ui: &mut Ui, ctx: &mut Context<'_>) {
    let state = ctx.environment;
    let wanted = state.wanted_python.as_deref();
    let choose = |ui: &mut Ui, ctx: &mut Context<'_>, version: Option<&str>, text: String| {
        let is_chosen = wanted == version;
        if ui.selectable_label(is_chosen, text).clicked() && !is_chosen {
            let version = version.map(str::to_owned);
            ask(ctx, EnvironmentAction::Plan(Change::Python(version)));
        }
    };
    choose(ui, ctx, None, "Any that is new enough".to_owned());
    match &state.pythons {
        Pythons::Unknown | Pythons::Searching => {
            ui.weak("Looking for Pythons…");
        }
        Pythons::Found(found) => {
            for PythonChoice { version, installed } in found {
                let text = match installed {
                    Some(exact) => format!("{version}, installed as {exact}"),
                    None => format!("{version}, to be fetched"),
                };
                choose(ui, ctx, Some(version), text);
            }
            if found.is_empty() {
                ui.weak("No other was found");
            }
        }
        Pythons::Failed(problem) => {
            ui.label(RichText::new(problem).color(theme::palette(ui.ctx()).error));
        }
    }
}

/// Filter, and what can be done with all.
fn tools_ui(ui: &mut Ui, panel: &mut Environment, ctx: &mut Context<'_>) {
    let state = ctx.environment;
    let installed = match &state.listing {
        Listing::There(installed) => Some(installed),
        _ => None,
    };
    let has_packages = installed.is_some_and(|installed| !installed.packages.is_empty());
    ui.horizontal_wrapped(|ui| {
        if has_packages {
            let field = TextEdit::singleline(&mut panel.filter)
                .hint_text("Filter")
                .desired_width(theme::FILTER_WIDTH.min(ui.available_width() - theme::GAP * 2.0))
                .min_size(vec2(0.0, theme::ROW))
                .align(Align2::LEFT_CENTER);
            ui.add(field).accessible_name("Filter packages");
        }
        let help = "Look a package up by name, and see what adding it would change";
        if change_button(ui, "Add package…", refusal(state), help).clicked() {
            panel.add();
            if !matches!(state.task, Task::Working(_) | Task::None) {
                ask(ctx, EnvironmentAction::Dismiss);
            }
        }
        if !has_packages {
            return;
        }
        let help = "Show what bringing every package to its newest version would change";
        if change_button(ui, "Upgrade all…", refusal(state), help).clicked() {
            ask(ctx, EnvironmentAction::Plan(Change::UpgradeAll));
        }
        let (text, is_asking) = match &state.newer {
            Newer::Asking => ("Asking for newer versions…", true),
            _ => ("Look for newer versions", false),
        };
        let look = Button::new(text).min_size(vec2(0.0, theme::ROW));
        let look = ui
            .add_enabled(!is_asking, look)
            .on_hover_text("Ask the package index which packages are outdated");
        if look.clicked() {
            ask(ctx, EnvironmentAction::LookForNewer);
        }
    });
    match &state.newer {
        Newer::Failed(problem) => {
            let color = theme::palette(ui.ctx()).error;
            ui.add(Label::new(RichText::new(problem).color(color)).wrap());
        }
        Newer::Known(_) if installed.is_some_and(|it| words::newer_count(it) == 0) => {
            ui.weak("All packages are the newest that there are");
        }
        _ => {}
    }
    ui.add_space(theme::GAP / 2.0);
}

/// The packages, or what to do where there are none.
fn list_ui(ui: &mut Ui, panel: &mut Environment, ctx: &mut Context<'_>) {
    let state = ctx.environment;
    match &state.listing {
        Listing::Unknown if state.is_restricted => {
            let text = "What is installed runs with all that you may do on this computer. Trust the project, and its \
                        packages are shown and can be changed here";
            ui.add(Label::new(RichText::new(text).weak()).wrap());
            let trust = Command::Trust;
            if ui.button(trust.title()).clicked() {
                ctx.actions.push(Action::Command(trust));
            }
        }
        Listing::Unknown | Listing::Reading => {}
        Listing::Failed(problem) => {
            let palette = theme::palette(ui.ctx());
            theme::error_frame(palette).show(ui, |ui| {
                let text = RichText::new(problem).color(palette.text_strong);
                ui.add(Label::new(text).wrap().selectable(true));
            });
            make_ui(ui, ctx, "Make it anew…");
        }
        Listing::Missing { asked } => {
            let text = match asked {
                0 => "The first run makes one for this project. requirements.txt asks for no package yet: add those \
                      that your nodes import"
                    .to_owned(),
                count => format!(
                    "The first run makes one for this project, with the {} that requirements.txt asks for",
                    words::packages_text(*count)
                ),
            };
            ui.add(Label::new(text).wrap());
            make_ui(ui, ctx, "Make it now…");
        }
        Listing::There(installed) if installed.packages.is_empty() => {
            let text = "No packages: nodes that need none run as they are. Add what your own nodes import, or run a \
                        graph, and a node that lacks one offers it";
            ui.add(Label::new(RichText::new(text).weak()).wrap());
        }
        Listing::There(installed) => {
            let asked = panel.rows.ui(ui, &installed.packages, &mut panel.chosen);
            match asked {
                Some(rows::Asked::Look) => {
                    panel.adding = None;
                    if !matches!(state.task, Task::Working(_) | Task::None) {
                        ask(ctx, EnvironmentAction::Dismiss);
                    }
                }
                Some(rows::Asked::Remove(name)) if refusal(state).is_none() => {
                    ask(ctx, EnvironmentAction::Plan(Change::Remove(name)));
                }
                _ => {}
            }
        }
    }
}

fn make_ui(ui: &mut Ui, ctx: &mut Context<'_>, text: &str) {
    if change_button(ui, text, refusal(ctx.environment), "").clicked() {
        ask(ctx, EnvironmentAction::Plan(Change::AsAsked));
    }
}

#[cfg(test)]
mod tests;
