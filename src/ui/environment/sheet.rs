//! sheet_ui: what stands beside the list of packages: the one thing that is looked at or being done.

use egui::{Align2, Button, ComboBox, Key, Label, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::model::{
    Change, EnvironmentAction, EnvironmentState, Found, LineChange, Listing, Outcome, Package,
    PackageChange, Plan, Task, Work,
};
use super::{Environment, ask, change_button, refusal, words};
use crate::ui::status::bytes_text;
use crate::ui::{Action, Context, theme};

/// What is being added, as far as it was typed and chosen.
#[derive(Default)]
pub struct Adding {
    text: String,
    /// Instead of the newest that fits.
    version: Option<String>,
    /// It was looked up by keys: they go on to the button that adds it.
    is_led: bool,
}

/// Which sheet is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Work,
    Plan,
    Outcome,
    Add,
    Package,
    Nothing,
}

impl Sheet {
    /// What is being done comes before what is looked at.
    pub fn of(state: &EnvironmentState, panel: &Environment) -> Self {
        match &state.task {
            Task::Working(_) => Self::Work,
            Task::Planned(_) => Self::Plan,
            Task::Ended(_) => Self::Outcome,
            Task::None if panel.adding.is_some() => Self::Add,
            Task::None if panel.chosen.is_some() => Self::Package,
            Task::None => Self::Nothing,
        }
    }
}

/// Show it. `is_led`: it is another one than before, and the keyboard comes along to its main button.
pub fn sheet_ui(
    ui: &mut Ui,
    sheet: Sheet,
    panel: &mut Environment,
    ctx: &mut Context<'_>,
    is_led: bool,
) {
    let state = ctx.environment;
    match (sheet, &state.task) {
        (_, Task::Working(work)) => work_ui(ui, ctx, work, is_led),
        (_, Task::Planned(plan)) => plan_ui(ui, panel, ctx, plan, is_led),
        (_, Task::Ended(outcome)) => outcome_ui(ui, ctx, outcome, is_led),
        (Sheet::Add, _) => add_ui(ui, panel, ctx),
        (Sheet::Package, _) => {
            let Listing::There(installed) = &state.listing else {
                return;
            };
            let packages = installed.packages.iter();
            let mut named = packages.filter(|it| panel.chosen.as_ref() == Some(&it.name));
            if let Some(package) = named.next() {
                package_ui(ui, ctx, package);
            }
        }
        _ => {
            if matches!(&state.listing, Listing::There(it) if !it.packages.is_empty()) {
                ui.weak("Choose a package to see what asks for it, to upgrade, pin or remove it");
            }
        }
    }
}

fn title_ui(ui: &mut Ui, text: &str) {
    let palette = theme::palette(ui.ctx());
    let text = RichText::new(text).strong().color(palette.text_strong);
    ui.add(Label::new(text).wrap());
}

fn wrapped_ui(ui: &mut Ui, text: impl Into<RichText>) {
    ui.add(Label::new(text.into()).wrap().selectable(true));
}

/// The button that Enter means; true when it was pressed.
fn main_button_ui(ui: &mut Ui, text: &str, refusal: Option<&str>, is_led: bool) -> bool {
    let palette = theme::palette(ui.ctx());
    let button = if refusal.is_none() {
        let text = RichText::new(text).color(palette.on_accent).strong();
        Button::new(text).fill(palette.accent)
    } else {
        Button::new(text)
    };
    let button = ui.add_enabled(refusal.is_none(), button.min_size(vec2(76.0, theme::ROW)));
    if is_led && refusal.is_none() {
        button.request_focus();
    }
    let button = button.on_disabled_hover_text(refusal.unwrap_or_default());
    button.clicked()
}

fn plain_button_ui(ui: &mut Ui, text: &str, is_led: bool) -> bool {
    // In a row its text stands in its middle.
    let row = ui.horizontal(|ui| ui.add(Button::new(text).min_size(vec2(76.0, theme::ROW))));
    let button = row.inner;
    if is_led {
        button.request_focus();
    }
    button.clicked()
}

fn work_ui(ui: &mut Ui, ctx: &mut Context<'_>, work: &Work, is_led: bool) {
    let palette = theme::palette(ui.ctx());
    title_ui(ui, &work.what);
    ui.horizontal_wrapped(|ui| {
        theme::dot_ui(ui, palette.busy);
        ui.label(&work.step);
    });
    ui.add_enabled_ui(!work.is_stopping, |ui| {
        let text = if work.is_stopping {
            "Stopping…"
        } else {
            "Stop"
        };
        if plain_button_ui(ui, text, is_led) {
            ask(ctx, EnvironmentAction::Stop);
        }
    });
    output_ui(ui, &work.output);
}

/// What the tools printed, the last of it in sight.
fn output_ui(ui: &mut Ui, output: &[String]) {
    if output.is_empty() {
        return;
    }
    let palette = theme::palette(ui.ctx());
    theme::well_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let height = ui.text_style_height(&egui::TextStyle::Monospace) + theme::LINE_GAP;
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = height;
        ScrollArea::both()
            .id_salt("output of the tools")
            .max_height(theme::OUTPUT_HEIGHT)
            .auto_shrink([false, true])
            .stick_to_bottom(true)
            .show_rows(ui, height, output.len(), |ui, rows| {
                for line in output.get(rows).unwrap_or_default() {
                    let text = RichText::new(line).monospace();
                    ui.add(Label::new(text).extend().selectable(true));
                }
            });
    });
}

fn plan_ui(ui: &mut Ui, panel: &mut Environment, ctx: &mut Context<'_>, plan: &Plan, is_led: bool) {
    let palette = theme::palette(ui.ctx());
    title_ui(ui, &plan.what);
    if !plan.note.is_empty() {
        wrapped_ui(ui, plan.note.as_str());
    }
    let is_idle = plan.changes.is_empty() && plan.lines.is_empty() && !plan.is_build;
    let sum = if is_idle {
        "Nothing changes: all of it is there already".to_owned()
    } else {
        words::sum_text(&plan.changes)
    };
    wrapped_ui(ui, RichText::new(sum).color(palette.text_weak));
    // Before the changes, which may be many: the buttons stay in sight.
    ui.horizontal(|ui| {
        if is_idle {
            if plain_button_ui(ui, "Close", is_led) {
                ask(ctx, EnvironmentAction::Dismiss);
            }
            return;
        }
        if main_button_ui(ui, "Apply", refusal(ctx.environment), is_led) {
            panel.adding = None;
            ask(ctx, EnvironmentAction::Apply);
        }
        if plain_button_ui(ui, "Cancel", false) {
            ask(ctx, EnvironmentAction::Dismiss);
        }
    });
    if let Some(reason) = refusal(ctx.environment).filter(|_| !is_idle) {
        wrapped_ui(ui, RichText::new(reason).color(palette.warn));
    }
    changes_ui(ui, &plan.changes);
    if !plan.lines.is_empty() {
        ui.add_space(theme::GAP / 2.0);
        ui.label(
            RichText::new("requirements.txt")
                .small()
                .color(palette.text_weak),
        );
        for line in &plan.lines {
            let (sign, text, color) = match line {
                LineChange::Goes(text) => ("−", text, palette.error),
                LineChange::Comes(text) => ("+", text, palette.ok),
            };
            let text = RichText::new(format!("{sign} {text}")).monospace();
            ui.add(Label::new(text.color(color)).wrap().selectable(true));
        }
    }
}

fn changes_ui(ui: &mut Ui, changes: &[PackageChange]) {
    let palette = theme::palette(ui.ctx());
    ui.spacing_mut().item_spacing.y = 2.0;
    for change in changes {
        let (sign, text) = words::change_text(change);
        let color = match (&change.from, &change.to) {
            (None, _) => palette.ok,
            (_, None) => palette.error,
            _ => palette.warn,
        };
        let text = RichText::new(format!("{sign} {text}")).color(color);
        ui.add(Label::new(text).truncate());
    }
}

fn outcome_ui(ui: &mut Ui, ctx: &mut Context<'_>, outcome: &Outcome, is_led: bool) {
    let palette = theme::palette(ui.ctx());
    let state = ctx.environment;
    match outcome {
        Outcome::Done { text } => {
            title_ui(ui, text);
            ui.horizontal_wrapped(|ui| {
                if plain_button_ui(ui, "Close", is_led) {
                    ask(ctx, EnvironmentAction::Dismiss);
                }
            });
        }
        Outcome::Stopped { what } => {
            title_ui(ui, &format!("{what}: stopped"));
            wrapped_ui(ui, "The environment is as it was before");
            if plain_button_ui(ui, "Close", is_led) {
                ask(ctx, EnvironmentAction::Dismiss);
            }
        }
        Outcome::Conflict { what, text } => {
            let title = format!("{what}: the packages do not go together");
            problem_ui(ui, &title, text);
            wrapped_ui(
                ui,
                RichText::new("Nothing was changed").color(palette.text_weak),
            );
            if plain_button_ui(ui, "Close", is_led) {
                ask(ctx, EnvironmentAction::Dismiss);
            }
        }
        Outcome::Failed { what, text, output } => {
            problem_ui(ui, &format!("{what} failed"), text);
            let said = match state.listing {
                Listing::There(_) => "The environment is as it was before",
                _ => "There is no environment yet",
            };
            wrapped_ui(ui, RichText::new(said).color(palette.text_weak));
            ui.horizontal(|ui| {
                if plain_button_ui(ui, "Close", is_led) {
                    ask(ctx, EnvironmentAction::Dismiss);
                }
                if plain_button_ui(ui, "Copy", false) {
                    let text = format!("{what} failed: {text}\n\n{}", output.join("\n"));
                    ctx.ask(Action::CopyText(text));
                }
            });
            output_ui(ui, output);
        }
    }
}

fn problem_ui(ui: &mut Ui, title: &str, text: &str) {
    let palette = theme::palette(ui.ctx());
    theme::error_frame(palette).show(ui, |ui| {
        ui.take_available_width();
        let title = RichText::new(title).strong().color(palette.error);
        ui.add(Label::new(title).wrap());
        wrapped_ui(ui, RichText::new(text).color(palette.text_strong));
    });
}

/// A package by name: looked up first, then added.
fn add_ui(ui: &mut Ui, panel: &mut Environment, ctx: &mut Context<'_>) {
    let wants_field = std::mem::take(&mut panel.wants_field);
    let Some(adding) = &mut panel.adding else {
        return;
    };
    let state = ctx.environment;
    title_ui(ui, "Add a package");
    let mut is_asked = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 76.0 - theme::GAP * 4.0).min(theme::FILTER_WIDTH * 1.5);
        let field = TextEdit::singleline(&mut adding.text)
            .hint_text("Name, such as pandas")
            .desired_width(width)
            .min_size(vec2(0.0, theme::ROW))
            .align(Align2::LEFT_CENTER);
        let field = ui.add(field).accessible_name("Name of the package");
        if wants_field {
            field.request_focus();
        }
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            field.request_focus();
            adding.is_led = true;
            is_asked = true;
        }
        let name = adding.text.trim();
        let look_up = Button::new("Look up").min_size(vec2(76.0, theme::ROW));
        is_asked |= ui.add_enabled(!name.is_empty(), look_up).clicked();
    });
    let name = adding.text.trim().to_owned();
    if is_asked && !name.is_empty() {
        adding.version = None;
        ask(ctx, EnvironmentAction::Find(name.clone()));
    }
    let search = state.search.as_ref().filter(|search| search.name == name);
    let mut is_left = false;
    match search.map(|search| &search.found) {
        None => {
            let text = "A package is looked up in the package index by its whole name. What adding it would change is \
                        shown before anything is installed";
            wrapped_ui(ui, RichText::new(text).weak());
        }
        Some(Found::Searching) => wrapped_ui(ui, "Asking the package index…"),
        Some(Found::Nothing) => wrapped_ui(
            ui,
            format!("The package index has no \"{name}\": check how it is written"),
        ),
        Some(Found::Failed(problem)) => problem_ui(ui, "The package index did not answer", problem),
        Some(Found::Package { name, versions }) => {
            if found_ui(ui, ctx, adding, name, versions) {
                return;
            }
        }
    }
    ui.horizontal(|ui| is_left = plain_button_ui(ui, "Close", false));
    if is_left {
        panel.adding = None;
    }
}

/// A package that was found, its versions to choose from; true when it was asked for.
fn found_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    adding: &mut Adding,
    name: &str,
    versions: &[String],
) -> bool {
    let newest = versions.first().map_or("", String::as_str);
    ui.label(RichText::new(format!("{name} {newest}")).strong());
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Version");
        let any = "Newest that fits";
        let combo = ComboBox::from_id_salt("version to add")
            .selected_text(adding.version.as_deref().unwrap_or(any))
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut adding.version, None, any);
                for version in versions {
                    ui.selectable_value(&mut adding.version, Some(version.clone()), version);
                }
            });
        drop(combo.response.labelled_by(label.id));
        let is_led = std::mem::take(&mut adding.is_led);
        let add = main_button_ui(ui, "Add…", refusal(ctx.environment), is_led);
        if add {
            ask(
                ctx,
                EnvironmentAction::Plan(Change::Add {
                    name: name.to_owned(),
                    version: adding.version.clone(),
                }),
            );
        }
        add
    })
    .inner
}

/// One package, and what can be done with it.
fn package_ui(ui: &mut Ui, ctx: &mut Context<'_>, package: &Package) {
    let palette = theme::palette(ui.ctx());
    let state = ctx.environment;
    let refusal = refusal(state);
    title_ui(ui, &format!("{} {}", package.name, package.version));
    if !package.summary.is_empty() {
        wrapped_ui(ui, package.summary.as_str());
    }
    wrapped_ui(
        ui,
        RichText::new(words::why_text(package)).color(palette.text_weak),
    );
    let size = format!("Its files take {}", bytes_text(package.size_bytes as f64));
    wrapped_ui(ui, RichText::new(size).color(palette.text_weak));
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let upgrade = match &package.newer {
            Some(newer) => format!("Upgrade to {newer}…"),
            None => "Upgrade…".to_owned(),
        };
        let help = "Show what bringing it to its newest version would change";
        if change_button(ui, &upgrade, refusal, help).clicked() {
            asked = Some(Change::Upgrade(package.name.clone()));
        }
        if package.is_pinned {
            let help = "Let it be upgraded again";
            if change_button(ui, "Unpin…", refusal, help).clicked() {
                asked = Some(Change::Unpin(package.name.clone()));
            }
        } else {
            let text = format!("Pin to {}…", package.version);
            let help = "Hold it to this version: requirements.txt names it";
            if change_button(ui, &text, refusal, help).clicked() {
                asked = Some(Change::Pin {
                    name: package.name.clone(),
                    version: package.version.clone(),
                });
            }
        }
        let kept = words::kept_text(package);
        let help = "Show what removing it would change";
        if change_button(ui, "Remove…", refusal.or(kept.as_deref()), help).clicked() {
            asked = Some(Change::Remove(package.name.clone()));
        }
    });
    if let Some(change) = asked {
        ask(ctx, EnvironmentAction::Plan(change));
    }
}
