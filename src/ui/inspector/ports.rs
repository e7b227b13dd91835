//! ports_ui: the ports of a subgraph: their names, types and order; new ones and those that go. Shown for its nodes, and
//! inside for the nodes that stand for its inputs and outputs. Links follow; each change is a step.

use egui::{Button, ComboBox, TextEdit, Ui, vec2};

use super::{Inspector, section_ui};
use crate::document::ops;
use crate::graph::{InputSpec, Name, Node, OutputSpec, Role, Subgraph, SubgraphId, ValueType};
use crate::ui::{Action, Context, theme};

/// A port's name that is being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedName {
    subgraph: SubgraphId,
    side: Side,
    at: usize,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Inputs,
    Outputs,
}

impl Side {
    fn one(self) -> &'static str {
        match self {
            Self::Inputs => "input",
            Self::Outputs => "output",
        }
    }
}

/// What was done to a port.
enum Change {
    Rename(usize, Name),
    Type(usize, ValueType),
    /// To the place before.
    Up(usize),
    Remove(usize),
    Add,
}

/// The ports of the subgraph that a node belongs to: both sides for a node that stands for it, inside the node's own.
pub fn ports_ui(ui: &mut Ui, ctx: &mut Context<'_>, inspector: &mut Inspector, node: &Node) {
    let (id, sides) = match node.kind.role {
        Role::Subgraph(id) => (id, &[Side::Inputs, Side::Outputs][..]),
        Role::Inputs(id) => (id, &[Side::Inputs][..]),
        Role::Outputs(id) => (id, &[Side::Outputs][..]),
        _ => return,
    };
    let Some(subgraph) = ctx.document.graph().subgraph(id).cloned() else {
        return;
    };
    for side in sides {
        section_ui(ui, &format!("Ports: {}s", side.one()));
        let change = side_ui(ui, inspector, &subgraph, *side);
        if let Some(change) = change {
            ask(ctx, &subgraph, *side, change);
        }
    }
}

fn side_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    subgraph: &Subgraph,
    side: Side,
) -> Option<Change> {
    let ports = ports_of(subgraph, side);
    // Then the type stands below the name.
    let is_narrow = ui.available_width() < theme::PORT_ROW;
    let mut change = None;
    for (at, (name, ty)) in ports.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP * 0.5;
            // Beside the fields: the buttons, the gaps, and the margin of the name's field.
            let beside = 2.0 * theme::ROW + 3.5 * theme::GAP;
            let room = ui.available_width() - beside;
            let width = if is_narrow { room } else { room * 0.55 };
            let renamed = name_ui(ui, inspector, (subgraph.id, side, at), &ports, width);
            change = renamed
                .map(|name| Change::Rename(at, name))
                .or(change.take());
            if !is_narrow && let Some(ty) = type_ui(ui, ty, name, room * 0.45) {
                change = Some(Change::Type(at, ty));
            }
            let square = vec2(theme::ROW, theme::ROW);
            let up = Button::new("↑").min_size(square);
            let up = ui.add_enabled(at > 0, up).on_hover_text("Move up");
            if up.accessible_name(format!("Move {name} up")).clicked() {
                change = Some(Change::Up(at));
            }
            let remove = ui.add(Button::new("×").min_size(square));
            let remove = remove.on_hover_text(format!("Remove the {} and its links", side.one()));
            if remove.accessible_name(format!("Remove {name}")).clicked() {
                change = Some(Change::Remove(at));
            }
        });
        let whole = ui.available_width() - theme::GAP;
        if is_narrow && let Some(ty) = type_ui(ui, ty, name, whole) {
            change = Some(Change::Type(at, ty));
        }
        problem_ui(ui, inspector, (subgraph.id, side, at), &ports);
    }
    if ui.button(format!("Add {}", side.one())).clicked() {
        change = Some(Change::Add);
    }
    change
}

fn ports_of(subgraph: &Subgraph, side: Side) -> Vec<(Name, ValueType)> {
    match side {
        Side::Inputs => {
            let ports = subgraph.inputs.iter();
            ports
                .map(|port| (port.name.clone(), port.ty.clone()))
                .collect()
        }
        Side::Outputs => {
            let ports = subgraph.outputs.iter();
            ports
                .map(|port| (port.name.clone(), port.ty.clone()))
                .collect()
        }
    }
}

/// Why a port cannot be called so.
fn problem(text: &str, at: usize, ports: &[(Name, ValueType)]) -> Option<&'static str> {
    let is_taken = |(other, (name, _)): (usize, &(Name, ValueType))| other != at && **name == *text;
    if text.is_empty() {
        Some("A port needs a name: the old one is kept")
    } else if ports.iter().enumerate().any(is_taken) {
        Some("Another port has this name: the old one is kept")
    } else {
        None
    }
}

/// The name's field; the name that it is given, when the field is left.
fn name_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    (subgraph, side, at): (SubgraphId, Side, usize),
    ports: &[(Name, ValueType)],
    width: f32,
) -> Option<Name> {
    let (name, _) = ports.get(at)?;
    let typed = typed(inspector, (subgraph, side, at));
    let mut text = typed.map_or_else(|| name.to_string(), |typed| typed.text.clone());
    let field = TextEdit::singleline(&mut text)
        .desired_width(width)
        .id_salt((subgraph.0, side.one(), at));
    let label = format!("Name of {} {name}", side.one());
    let response = ui.add(field).accessible_name(label);
    if response.changed() {
        inspector.port = Some(TypedName {
            subgraph,
            side,
            at,
            text,
        });
    }
    if !response.lost_focus() {
        return None;
    }
    let typed = inspector.port.take()?;
    let text = typed.text.trim();
    let is_left = ui.input(|input| input.key_pressed(egui::Key::Escape));
    let is_new = *text != **name && !is_left && problem(text, at, ports).is_none();
    is_new.then(|| Name::from(text))
}

fn typed(
    inspector: &Inspector,
    (subgraph, side, at): (SubgraphId, Side, usize),
) -> Option<&TypedName> {
    let typed = inspector.port.as_ref();
    typed.filter(|typed| (typed.subgraph, typed.side, typed.at) == (subgraph, side, at))
}

/// Below a field whose text is no name: why.
fn problem_ui(
    ui: &mut Ui,
    inspector: &Inspector,
    place: (SubgraphId, Side, usize),
    ports: &[(Name, ValueType)],
) {
    let typed = typed(inspector, place);
    if let Some(why) = typed.and_then(|typed| problem(typed.text.trim(), typed.at, ports)) {
        ui.colored_label(theme::palette(ui.ctx()).error, why);
    }
}

/// The type's list; the one that was chosen. A type that is not in the list stays until another is.
fn type_ui(ui: &mut Ui, ty: &ValueType, name: &str, width: f32) -> Option<ValueType> {
    use ValueType as T;
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(("type", name))
        .selected_text(ty.to_string())
        .truncate()
        .width(width)
        .show_ui(ui, |ui| {
            for choice in [
                T::Any,
                T::Int,
                T::Float,
                T::Bool,
                T::Text,
                T::Path,
                T::Colour,
                T::Date,
                T::List(Box::new(T::Any)),
                T::Dict,
                T::Table,
                T::Array,
                T::Image,
                T::Figure,
            ] {
                if ui
                    .selectable_label(choice == *ty, choice.to_string())
                    .clicked()
                {
                    chosen = Some(choice);
                }
            }
        });
    combo.response.accessible_name(format!("Type of {name}"));
    chosen.filter(|chosen| chosen != ty)
}

/// Ask for the subgraph with a port changed.
fn ask(ctx: &mut Context<'_>, old: &Subgraph, side: Side, change: Change) {
    let mut new = old.clone();
    let mut renamed = Vec::new();
    let names: Vec<Name> = ports_of(old, side)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    match (side, change) {
        (_, Change::Rename(at, name)) => {
            renamed.extend(names.get(at).map(|old| (old.clone(), name.clone())));
            match side {
                Side::Inputs => new.inputs[at].name = name,
                Side::Outputs => new.outputs[at].name = name,
            }
        }
        (Side::Inputs, Change::Type(at, ty)) => {
            let name = new.inputs[at].name.clone();
            new.inputs[at] = InputSpec::new(name, ty);
        }
        (Side::Outputs, Change::Type(at, ty)) => new.outputs[at].ty = ty,
        (Side::Inputs, Change::Up(at)) => new.inputs.swap(at, at.saturating_sub(1)),
        (Side::Outputs, Change::Up(at)) => new.outputs.swap(at, at.saturating_sub(1)),
        (Side::Inputs, Change::Remove(at)) => drop(new.inputs.remove(at)),
        (Side::Outputs, Change::Remove(at)) => drop(new.outputs.remove(at)),
        (Side::Inputs, Change::Add) => {
            let name = free_name(&names, side);
            new.inputs.push(InputSpec::new(name, ValueType::Any));
        }
        (Side::Outputs, Change::Add) => {
            let name = free_name(&names, side);
            new.outputs.push(OutputSpec::untyped(name));
        }
    }
    let (inputs, outputs) = match side {
        Side::Inputs => (&renamed[..], &[][..]),
        Side::Outputs => (&[][..], &renamed[..]),
    };
    let graph = ctx.document.graph();
    let transaction = ops::set_ports(graph, old.id, new, inputs, outputs);
    ctx.ask(Action::Edit(transaction));
}

/// `input`, `input_2`, …
fn free_name(taken: &[Name], side: Side) -> Name {
    let names = (1..).map(|number| match number {
        1 => Name::from(side.one()),
        number => Name::from(format!("{}_{number}", side.one())),
    });
    let mut free = names.filter(|name| !taken.contains(name));
    free.next().expect("numbers do not end")
}
