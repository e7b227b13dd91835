//! looping_ui: how the selected node is called more than once: for each item of lists, or again and again; which input
//! takes items, which takes what an output gave before. Asks for edits, makes none.

use egui::{ComboBox, DragValue, Id, Ui, WidgetText};

use super::{Inspector, Wanted, cell_ui, name_ui, section_ui};
use crate::document::ops;
use crate::graph::{Fit, Looping, Name, Node, Role, ValueType, fit, one_call};
use crate::ui::{Action, Context, theme};

/// How often a node runs, in the words of the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runs {
    Once,
    ForEachItem,
    Repeatedly,
}

impl Runs {
    const ALL: [Self; 3] = [Self::Once, Self::ForEachItem, Self::Repeatedly];

    fn of(looping: &Looping) -> Self {
        if !looping.is_some() {
            Self::Once
        } else if looping.mapped.is_empty() {
            Self::Repeatedly
        } else {
            Self::ForEachItem
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::ForEachItem => "for each item",
            Self::Repeatedly => "again and again",
        }
    }
}

pub(super) fn looping_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    inspector: &mut Inspector,
    node: &Node,
) {
    let can_loop = matches!(node.kind.role, Role::Function | Role::Subgraph(_));
    if !can_loop || node.kind.inputs.is_empty() {
        return;
    }
    section_ui(ui, "Repeat");
    let before = node.looping.as_deref().cloned().unwrap_or_default();
    let mut looping = before.clone();
    let runs = Runs::of(&looping);
    let is_wanted = inspector.takes(Wanted::Looping);
    let chosen = row_ui(ui, "Runs", |ui, id| {
        let mut chosen = runs;
        let combo = ComboBox::from_id_salt(id)
            .selected_text(runs.words())
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for runs in Runs::ALL {
                    ui.selectable_value(&mut chosen, runs, runs.words());
                }
            });
        let response = combo.response.accessible_name("Runs");
        if is_wanted {
            response.request_focus();
        }
        chosen
    });
    if chosen != runs {
        looping = begun(ctx, node, chosen);
    }
    if looping.is_some() {
        inputs_ui(ui, node, &mut looping);
        if looping.mapped.is_empty() {
            end_ui(ui, node, &mut looping);
        } else {
            items_ui(ui, &mut looping);
        }
    }
    if looping != before {
        ctx.ask(Action::Edit(ops::set_looping(node.id, looping)));
    }
}

/// What each kind of repeating begins with.
fn begun(ctx: &Context<'_>, node: &Node, runs: Runs) -> Looping {
    let graph = ctx.document.graph();
    match runs {
        Runs::Once => Looping::default(),
        Runs::ForEachItem => {
            let gets_list = |name: &Name| {
                let link = graph.link_to(node.id, name)?;
                let ty = graph.output_type(&link.from)?;
                matches!(ty.base(), ValueType::List(_)).then_some(())
            };
            let names = || node.kind.inputs.iter().map(|input| &input.name);
            let first = names().find(|name| gets_list(name).is_some());
            Looping {
                mapped: first.or(names().next()).cloned().into_iter().collect(),
                ..Looping::default()
            }
        }
        Runs::Repeatedly => {
            let kind = one_call(&node.kind);
            // An output that is called like an input, or fits the first, hands its value on.
            let pairs = kind.inputs.iter().filter_map(|input| {
                let output = kind.output(&input.name)?;
                Some((input.name.clone(), output.name.clone()))
            });
            Looping {
                carried: pairs.collect(),
                limit: Some(Looping::LIMIT),
                ..Looping::default()
            }
        }
    }
}

/// What one input takes.
#[derive(Clone, Debug, PartialEq)]
enum Takes {
    OneValue,
    EachItem,
    Carried(Name),
}

impl Takes {
    fn words(&self) -> String {
        match self {
            Self::OneValue => "the same value".to_owned(),
            Self::EachItem => "each item".to_owned(),
            Self::Carried(output) => format!("{output} of the call before"),
        }
    }
}

fn inputs_ui(ui: &mut Ui, node: &Node, looping: &mut Looping) {
    let kind = one_call(&node.kind);
    for input in &kind.inputs {
        let name = &input.name;
        let takes = match looping.carried.get(name) {
            _ if looping.mapped.contains(name) => Takes::EachItem,
            Some(output) => Takes::Carried(output.clone()),
            None => Takes::OneValue,
        };
        let fits = |ty: &ValueType| fit(ty, &input.ty) != Fit::Refused;
        let outputs = kind.outputs.iter().filter(|output| fits(&output.ty));
        let carried = outputs.map(|output| Takes::Carried(output.name.clone()));
        let choices = [Takes::OneValue, Takes::EachItem]
            .into_iter()
            .chain(carried);
        let chosen = row_ui(ui, name, |ui, id| {
            choice_ui(
                ui,
                id,
                &format!("{name} takes"),
                takes.clone(),
                choices,
                Takes::words,
            )
        });
        if chosen != takes {
            looping.mapped.remove(name);
            looping.carried.remove(name);
            match chosen {
                Takes::OneValue => {}
                Takes::EachItem => drop(looping.mapped.insert(name.clone())),
                Takes::Carried(output) => drop(looping.carried.insert(name.clone(), output)),
            }
            // What was asked to repeat goes on to, also when nothing is left that would make it.
            if !looping.is_some() {
                looping.limit = Some(Looping::LIMIT);
            }
        }
    }
}

fn items_ui(ui: &mut Ui, looping: &mut Looping) {
    if looping.mapped.len() > 1 {
        let words = |is_cross: &bool| {
            if *is_cross {
                "every combination".to_owned()
            } else {
                "first with first".to_owned()
            }
        };
        looping.is_cross = row_ui(ui, "Lists", |ui, id| {
            choice_ui(
                ui,
                id,
                "Lists go together",
                looping.is_cross,
                [false, true],
                words,
            )
        });
    }
    ui.checkbox(&mut looping.keeps_failed, "Keep failed items and go on")
        .on_hover_text(
            "An item whose call fails stands in the result as a failed item, and the others are done",
        );
}

fn end_ui(ui: &mut Ui, node: &Node, looping: &mut Looping) {
    let kind = one_call(&node.kind);
    let words = |until: &Option<Name>| match until {
        Some(output) => format!("{output} is true"),
        None => "the count is reached".to_owned(),
    };
    let is_flag = |ty: &ValueType| matches!(ty.base(), ValueType::Bool | ValueType::Any);
    let outputs = kind.outputs.iter().filter(|output| is_flag(&output.ty));
    let choices = std::iter::once(None).chain(outputs.map(|output| Some(output.name.clone())));
    looping.until = row_ui(ui, "Until", |ui, id| {
        choice_ui(ui, id, "Until", looping.until.clone(), choices, words)
    });
    let mut limit = looping.limit.unwrap_or(Looping::LIMIT);
    let name = if looping.until.is_some() {
        "At most"
    } else {
        "Times"
    };
    row_ui(ui, name, |ui, _| {
        let drag = DragValue::new(&mut limit).range(1..=1_000_000).speed(0.5);
        ui.add(drag).accessible_name(name);
    });
    if looping.limit.is_some() || limit != Looping::LIMIT {
        looping.limit = Some(limit);
    }
}

/// One of several, by words.
fn choice_ui<T: Clone + PartialEq>(
    ui: &mut Ui,
    id: Id,
    label: &str,
    mut chosen: T,
    choices: impl IntoIterator<Item = T>,
    words: impl Fn(&T) -> String,
) -> T {
    let combo = ComboBox::from_id_salt(id)
        .selected_text(WidgetText::from(words(&chosen)))
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for choice in choices {
                let text = words(&choice);
                ui.selectable_value(&mut chosen, choice, text);
            }
        });
    combo.response.accessible_name(label);
    chosen
}

/// A name and its control, in the columns of the inputs.
fn row_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui, Id) -> R) -> R {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        let whole = ui.available_width();
        let name_width = (whole * 0.36).clamp(60.0, 150.0);
        cell_ui(ui, name_width, |ui| drop(name_ui(ui, name)));
        let id = ui.scope_id().with(name);
        cell_ui(ui, whole - name_width - theme::GAP, |ui| control(ui, id))
    })
    .inner
}
