//! Peek: the value on the link that the pointer rests on, in a card beside it, and what can be done with a link. Asks
//! by Action; which link lies under the pointer is remembered by the canvas from frame to frame.

use std::time::Duration;

use egui::{Label, RichText, Ui, vec2};

use super::gesture::{self, Gesture};
use super::layout::Hit;
use super::paint::Level;
use super::{Canvas, LINK_REACH};
use crate::document::ops;
use crate::graph::{Graph, Link, Pos2, Vec2};
use crate::ui::overlay::card_ui;
use crate::ui::picture::thumb_ui;
use crate::ui::{Action, Context, theme};

/// So long the pointer is on a link before its value is shown: one that only passes is not stopped.
const REST_SECS: f64 = 0.35;
/// From the pointer to the card's corner.
const BESIDE: Vec2 = vec2(16.0, 14.0);

/// The link under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Peek {
    pub link: Link,
    /// Since when, in seconds of the window's time.
    since_secs: f64,
}

/// The link under the pointer, where lines can be told from each other.
pub fn link_under(canvas: &Canvas, graph: &Graph, hit: &Hit, at: Pos2) -> Option<Link> {
    let zoom = canvas.camera.zoom;
    if *hit != Hit::Nothing || Level::of(zoom) == Level::Small {
        return None;
    }
    gesture::link_at(graph, &canvas.layout, at, LINK_REACH / zoom)
}

/// Note the link under the pointer. It is no more when something is dragged or a menu is open.
pub fn note(ui: &Ui, canvas: &mut Canvas, link: Option<Link>) {
    let is_free = canvas.gesture == Gesture::None && !egui::Popup::is_any_open(ui.ctx());
    let link = link.filter(|_| is_free && !ui.input(|input| input.pointer.any_down()));
    let is_same = canvas.peek.as_ref().map(|peek| &peek.link) == link.as_ref();
    if !is_same {
        let since_secs = ui.input(|input| input.time);
        canvas.peek = link.map(|link| Peek { link, since_secs });
    }
}

/// The card, when the pointer has rested for long enough.
pub fn peek_ui(ui: &Ui, canvas: &Canvas, context: &mut Context<'_>) {
    let (Some(peek), Some(pointer)) = (&canvas.peek, ui.input(|input| input.pointer.hover_pos()))
    else {
        return;
    };
    let rested = ui.input(|input| input.time) - peek.since_secs;
    if rested < REST_SECS {
        let rest = Duration::from_secs_f64(REST_SECS - rested);
        ui.ctx().request_repaint_after(rest);
        return;
    }
    card_ui(ui.ctx(), "value on a link", pointer + BESIDE, |ui| {
        ui.set_max_width(theme::PEEK_WIDTH);
        value_ui(ui, context, &peek.link);
    });
}

/// Where a link comes from and leads, and what flowed through it.
fn value_ui(ui: &mut Ui, context: &mut Context<'_>, link: &Link) {
    let palette = theme::palette(ui.ctx());
    let graph = context.document.graph();
    let title = |id| graph.node(id).map_or("?", |node| node.title().as_str());
    let way = format!(
        "{}.{} → {}.{}",
        title(link.from.node),
        link.from.name,
        title(link.to.node),
        link.to.name
    );
    let weak = |text: String| RichText::new(text).small().color(palette.text_weak);
    ui.add(Label::new(weak(way)).truncate());
    if let Some(broken) = graph.broken_link(link) {
        let text = RichText::new(broken.sentence(graph)).color(palette.error);
        ui.add(Label::new(text).wrap());
        let node = title(broken.lost.node);
        let text = format!(
            "To mend it, {}; select \"{node}\" for the buttons",
            broken.remedy()
        );
        ui.add(Label::new(text).wrap());
        return;
    }
    let Some(value) = context.value_on(link) else {
        return;
    };
    let declared = graph.output_type(&link.from);
    let Some(summary) = value.summary else {
        let ty = declared.map_or_else(String::new, |ty| format!("{ty}, "));
        ui.label(weak(format!("{ty}no value yet")));
        return;
    };
    ui.horizontal(|ui| {
        let color = declared.map_or(palette.idle, |ty| palette.of_type(ty));
        theme::dot_ui(ui, color);
        let stale = if value.is_stale {
            ", changed since"
        } else {
            ""
        };
        ui.label(RichText::new(format!("{}{stale}", summary.ty)).strong());
    });
    if let Some(thumb) = &summary.thumb {
        let room = Vec2::splat(theme::PEEK_WIDTH);
        thumb_ui(ui, context, thumb, room, "Picture on the link");
    }
    let lines: Vec<_> = summary.text.lines().take(theme::SUMMARY_LINES).collect();
    let text = RichText::new(lines.join("\n")).monospace();
    ui.add(Label::new(text).truncate());
}

/// What a right click on a link offers.
pub fn menu_ui(ui: &mut Ui, link: &Link, at: Pos2, context: &mut Context<'_>) {
    let graph = context.document.graph();
    let value = context.value_on(link);
    let output = value.as_ref().map(|value| value.output);
    let show = ui
        .button("Show value")
        .on_hover_text("Keep the value that flows through it in the viewer");
    if show.clicked()
        && let Some(output) = output
    {
        let node = link.from.node;
        context.ask(Action::Pin { node, output });
        ui.close();
    }
    let show = ui
        .button("Show where it comes from")
        .on_hover_text("Select the node that gives the value");
    if show.clicked() {
        context.ask(Action::Reveal(link.from.node));
        ui.close();
    }
    ui.separator();
    let dot = ui
        .button("Lead through a dot")
        .on_hover_text("Add a reroute on the link, as a double click does");
    if dot.clicked() {
        let corner = at - Vec2::splat(theme::REROUTE_SIZE / 2.0);
        let (id, transaction) = ops::add_reroute(graph, link, corner);
        context.ask(Action::EditAndSelect(transaction, vec![id]));
        ui.close();
    }
    if ui.button("Cut link").clicked() {
        context.ask(Action::Edit(ops::disconnect([link.clone()])));
        ui.close();
    }
}
