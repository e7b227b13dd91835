//! ports_ui: the ports of a subgraph, on the nodes that stand for it and on the two inside that lead in and out: each
//! with its name and type, to be renamed, moved, removed and added. Asks for edits, makes none.

use egui::{Button, ComboBox, Id, Key, Label, RichText, TextEdit, Ui, vec2};

use super::{cell_ui, section_ui, select_all};
use crate::document::ops::{self, PortChange, Side};
use crate::graph::{Edit, Name, Node, Role, Subgraph, SubgraphId, ValueType};
use crate::ui::{Action, Context, Level, Notice, theme};

/// What the section remembers between frames.
#[derive(Debug, Default)]
pub struct Ports {
    typed: Option<Typed>,
    /// What is to have the keyboard as soon as it is painted.
    wanted: Option<(Place, Part)>,
}

/// A name that is being typed, and what it is for.
#[derive(Debug)]
struct Typed {
    subgraph: SubgraphId,
    /// `None`: the subgraph's own name.
    place: Option<Place>,
    /// What it is called now.
    name: Name,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    side: Side,
    at: usize,
}

/// A widget of a port's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Name,
    Up,
    Down,
}

impl Ports {
    /// The name of the first port gets the keyboard; `false`: the node has none that can be edited.
    pub(super) fn want_first(&mut self, node: &Node) -> bool {
        let kind = &node.kind;
        let side = match kind.role {
            Role::Subgraph(_) if !kind.inputs.is_empty() => Side::Inputs,
            Role::Inputs(_) if !kind.outputs.is_empty() => Side::Inputs,
            Role::Subgraph(_) if !kind.outputs.is_empty() => Side::Outputs,
            Role::Outputs(_) if !kind.inputs.is_empty() => Side::Outputs,
            _ => return false,
        };
        self.wanted = Some((Place { side, at: 0 }, Part::Name));
        true
    }

    /// What was being typed counts, although its field is not shown any more.
    pub(super) fn settle(&mut self, ctx: &mut Context<'_>, shown: Option<&Node>) {
        let shown = shown.and_then(|node| node.kind.role.subgraph());
        if let Some(typed) = self.typed.take_if(|typed| Some(typed.subgraph) != shown) {
            commit(ctx, typed);
        }
    }
}

pub(super) fn ports_ui(ui: &mut Ui, ctx: &mut Context<'_>, ports: &mut Ports, node: &Node) {
    let (id, sides) = match node.kind.role {
        Role::Subgraph(id) => (id, &[Side::Inputs, Side::Outputs][..]),
        Role::Inputs(id) => (id, &[Side::Inputs][..]),
        Role::Outputs(id) => (id, &[Side::Outputs][..]),
        _ => return,
    };
    let graph = ctx.document.graph();
    let Some(subgraph) = graph.subgraph(id) else {
        return;
    };
    section_ui(ui, "Subgraph");
    let uses = graph.uses_of(id).count();
    title_ui(ui, ctx, ports, subgraph, uses);
    for side in sides {
        ui.add_space(theme::GAP / 2.0);
        let weak = theme::palette(ui.ctx()).text_weak;
        let title = match side {
            Side::Inputs => "Ports that lead in",
            Side::Outputs => "Ports that lead out",
        };
        ui.label(RichText::new(title).small().color(weak));
        side_ui(ui, ctx, ports, subgraph, *side);
    }
}

/// The subgraph's own name, which the search lists it by, and how many nodes a change is seen in.
fn title_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    ports: &mut Ports,
    subgraph: &Subgraph,
    uses: usize,
) {
    let field = Field {
        id: Id::unique("subgraph name"),
        label: "Name of the subgraph",
        place: None,
        name: &subgraph.title,
    };
    name_ui(ui, ctx, ports, subgraph, &field);
    if uses > 1 {
        let weak = theme::palette(ui.ctx()).text_weak;
        let text = format!("It stands in {uses} places, and all follow a change");
        ui.add(Label::new(RichText::new(text).small().color(weak)).wrap());
    }
}

fn side_ui(ui: &mut Ui, ctx: &mut Context<'_>, ports: &mut Ports, subgraph: &Subgraph, side: Side) {
    let all = ops::ports_of(subgraph, side);
    let mut change = None;
    for (at, (name, ty)) in all.iter().enumerate() {
        let place = Place { side, at };
        let wants = port_ui(ui, ctx, ports, subgraph, place, (name, ty), all.len());
        change = change.or(wants);
    }
    let add = Button::new(format!("+  Add {}", side.one()))
        .min_size(vec2(ui.available_width(), theme::ROW));
    if ui.add(add).clicked() {
        change = Some(PortChange::Add);
        let at = all.len();
        ports.wanted = Some((Place { side, at }, Part::Name));
    }
    let Some(change) = change else { return };
    if let PortChange::Swap(from, at) = change {
        // The keyboard goes with the port, as long as it can go on.
        let goes_down = (at > from && at + 1 < all.len()) || at == 0;
        let part = if goes_down { Part::Down } else { Part::Up };
        ports.wanted = Some((Place { side, at }, part));
    }
    let graph = ctx.document.graph();
    let is_retyped = matches!(change, PortChange::Retype(..));
    let transaction = ops::change_port(graph, subgraph.id, side, change);
    let is_cut = |edit: &&Edit| matches!(edit, Edit::Disconnect(_));
    let lost = transaction.edits.iter().filter(is_cut).count();
    ctx.ask(Action::Edit(transaction));
    if is_retyped && lost > 0 {
        let links = if lost == 1 { "link" } else { "links" };
        ctx.ask(Action::Notice(Notice {
            level: Level::Info,
            text: format!("{lost} {links} did not fit the new type and went"),
        }));
    }
}

/// A port's row, or two where there is little room. What is wanted of it.
fn port_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    ports: &mut Ports,
    subgraph: &Subgraph,
    place: Place,
    (name, ty): (&Name, &ValueType),
    count: usize,
) -> Option<PortChange> {
    let palette = theme::palette(ui.ctx());
    let called = format!("{} {name}", place.side.one());
    let gap = theme::GAP / 2.0;
    let buttons = 3.0 * (theme::ROW_BUTTON + gap);
    let dot = theme::DOT + theme::GAP;
    let is_wide = ui.available_width() >= theme::PORT_ROW;
    let mut wants = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        theme::dot_ui(ui, palette.of_type(ty));
        ui.add_space(theme::GAP - gap);
        let room = (ui.available_width() - buttons).max(theme::ROW);
        let width = if is_wide { (room - gap) * 0.55 } else { room };
        let field = Field {
            id: Id::unique(("name of port", place)),
            label: &format!("Name of {called}"),
            place: Some(place),
            name,
        };
        cell_ui(ui, width, |ui| name_ui(ui, ctx, ports, subgraph, &field));
        if is_wide {
            let width = room - gap - width;
            wants = cell_ui(ui, width, |ui| type_ui(ui, place, ty, &called));
        }
        let moves = buttons_ui(ui, ports, place, &called, count);
        wants = wants.take().or(moves);
    });
    if !is_wide {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(dot);
            wants = wants.take().or(type_ui(ui, place, ty, &called));
        });
    }
    wants
}

/// A field for a name.
struct Field<'a> {
    id: Id,
    label: &'a str,
    place: Option<Place>,
    /// As it is now.
    name: &'a Name,
}

fn name_ui(
    ui: &mut Ui,
    ctx: &mut Context<'_>,
    ports: &mut Ports,
    subgraph: &Subgraph,
    field: &Field<'_>,
) {
    let palette = theme::palette(ui.ctx());
    let is_its = |typed: &Typed| typed.subgraph == subgraph.id && typed.place == field.place;
    let typed = ports.typed.as_ref().filter(|typed| is_its(typed));
    let mut text = typed.map_or_else(|| field.name.to_string(), |typed| typed.text.clone());
    let problem = typed.and_then(|typed| problem(subgraph, typed));
    let edit = TextEdit::singleline(&mut text)
        .id(field.id)
        .desired_width(f32::INFINITY)
        .min_size(vec2(0.0, ui.spacing().interact_size.y))
        .align(egui::Align2::LEFT_CENTER)
        .text_color_opt(problem.as_ref().map(|_| palette.error));
    let response = ui.add(edit).accessible_name(field.label);
    let wanted = field.place.map(|place| (place, Part::Name));
    if wanted.is_some() && ports.wanted == wanted {
        ports.wanted = None;
        response.request_focus();
        select_all(ui, response.id, text.chars().count());
    }
    if response.changed() {
        ports.typed = Some(Typed {
            subgraph: subgraph.id,
            place: field.place,
            name: field.name.clone(),
            text,
        });
    }
    if let Some(problem) = problem {
        response.show_tooltip_text(RichText::new(&problem).color(palette.error));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(problem);
            node.set_invalid(egui::accesskit::Invalid::True);
        });
    }
    if !ui.memory(|memory| memory.has_focus(response.id))
        && let Some(typed) = ports.typed.take_if(|typed| is_its(typed))
        && !ui.input(|input| input.key_pressed(Key::Escape))
    {
        commit(ctx, typed);
    }
}

fn type_ui(ui: &mut Ui, place: Place, ty: &ValueType, called: &str) -> Option<PortChange> {
    let mut types = known_types();
    if !types.contains(ty) {
        types.insert(0, ty.clone());
    }
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(("type of port", place))
        .selected_text(ty.to_string())
        .truncate()
        .width(ui.available_width())
        .height(theme::TYPES_HEIGHT)
        .show_ui(ui, |ui| {
            for other in types {
                let is_it = other == *ty;
                if ui.selectable_label(is_it, other.to_string()).clicked() {
                    // A click closes the list by itself, Enter does not.
                    ui.close();
                    chosen = (!is_it).then_some(PortChange::Retype(place.at, other));
                }
            }
        });
    // A long type is cut on its button.
    let response = combo.response.on_hover_text(ty.to_string());
    response.accessible_name(format!("Type of {called}"));
    chosen
}

/// Up, down and away.
fn buttons_ui(
    ui: &mut Ui,
    ports: &mut Ports,
    place: Place,
    called: &str,
    count: usize,
) -> Option<PortChange> {
    let Place { at, .. } = place;
    let size = vec2(theme::ROW_BUTTON, ui.spacing().interact_size.y);
    ui.spacing_mut().button_padding.x = 2.0;
    let mut button = |text: &str, is_enabled: bool, hint: String| {
        let button = Button::new(text).min_size(size);
        let response = ui.add_enabled(is_enabled, button);
        response.on_hover_text(&hint).accessible_name(hint)
    };
    let up = button("↑", at > 0, format!("Move {called} up"));
    let down = button("↓", at + 1 < count, format!("Move {called} down"));
    let remove = button("×", true, format!("Remove {called}"));
    for (part, response) in [(Part::Up, &up), (Part::Down, &down)] {
        if ports.wanted == Some((place, part)) {
            ports.wanted = None;
            response.request_focus();
        }
    }
    if up.clicked() {
        Some(PortChange::Swap(at, at - 1))
    } else if down.clicked() {
        Some(PortChange::Swap(at, at + 1))
    } else {
        remove.clicked().then_some(PortChange::Remove(at))
    }
}

/// Types that a port can be given; lists of anything, since what is in them is known when they come.
fn known_types() -> Vec<ValueType> {
    use ValueType as T;
    vec![
        T::Any,
        T::Int,
        T::Float,
        T::Bool,
        T::Text,
        T::Path,
        T::Colour,
        T::Date,
        T::Secret,
        T::List(Box::new(T::Any)),
        T::Dict,
        T::Table,
        T::Array,
        T::Image,
        T::Figure,
        T::Bytes,
    ]
}

/// Why what was typed is no name.
fn problem(subgraph: &Subgraph, typed: &Typed) -> Option<String> {
    let text = typed.text.trim();
    match typed.place {
        Some(Place { side, at }) => ops::port_name_problem(subgraph, side, at, text),
        None => text
            .is_empty()
            .then(|| "A subgraph needs a name".to_owned()),
    }
}

/// Give the name that was typed; one that cannot be is said.
fn commit(ctx: &mut Context<'_>, typed: Typed) {
    let graph = ctx.document.graph();
    let Some(subgraph) = graph.subgraph(typed.subgraph) else {
        return;
    };
    let name: Name = typed.text.trim().into();
    let now = match typed.place {
        Some(Place { side, at }) => ops::ports_of(subgraph, side)
            .get(at)
            .map(|(name, _)| (*name).clone()),
        None => Some(subgraph.title.clone()),
    };
    // It was changed meanwhile, by undo for one.
    if now.as_ref() != Some(&typed.name) || name == typed.name {
        return;
    }
    if let Some(problem) = problem(subgraph, &typed) {
        ctx.ask(Action::Notice(Notice {
            level: Level::Warning,
            text: format!("\"{}\" keeps its name. {problem}", typed.name),
        }));
        return;
    }
    let transaction = match typed.place {
        Some(Place { side, at }) => {
            ops::change_port(graph, typed.subgraph, side, PortChange::Rename(at, name))
        }
        None => ops::rename_subgraph(graph, typed.subgraph, name),
    };
    ctx.ask(Action::Edit(transaction));
}
