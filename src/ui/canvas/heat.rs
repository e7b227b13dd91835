//! Heat: nodes coloured by what they took when they last ran, and the legend that says what the colours mean. Follows
//! run and document node by node, so that a frame costs the same with it and without. Decides nothing about the run.

use egui::epaint::Mesh;
use egui::{
    Align, Button, Color32, Frame, Label, Layout, RichText, Sense, Shape, Stroke, Ui, UiBuilder,
};

use super::look::{NodeLook, Tint};
use crate::document::Document;
use crate::engine::run::{Measure, RunState};
use crate::graph::{Changes, Flat, Node, NodeId, Rect, pos2, vec2};
use crate::ui::results::{node_cost, shown};
use crate::ui::status::figure_text;
use crate::ui::theme::{self, Palette, RADIUS};

/// Colours that can be told apart: a figure that changes by less changes no colour.
const STEPS: u8 = 32;
/// From the least that is told apart to the most: a thousand times as much.
const RANGE: f64 = 1000.0;
/// Height of the legend, and how far it stands from the corner of the canvas.
const HEIGHT: f32 = 76.0;
const GAP: f32 = 10.0;

/// The colours of what is open, and what they were made from.
#[derive(Clone, Debug, Default)]
pub struct Heat {
    measure: Option<Measure>,
    /// The measure when it is shown again.
    last_measure: Measure,
    /// By `NodeId`: its figure, and its colour from 1 to `STEPS`, 0 where the figure is not known.
    figures: Vec<Option<f64>>,
    levels: Vec<u8>,
    sum: f64,
    most: f64,
    /// How many figures are known.
    count: usize,
    /// Something is known of some node, if only by another measure.
    has_run: bool,
    /// The figure of the hottest colour: one that is easily read, so that it rarely changes.
    top: f64,
    seen: Seen,
    /// Counts changes of colours; those of all at once were the last at `all_at`.
    revision: u64,
    all_at: u64,
    changes: Changes,
}

/// What was taken in so far.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    measure: Option<Measure>,
    graph: u64,
    flat: u64,
    path: Vec<NodeId>,
    run: u64,
}

impl Heat {
    /// Show the colours, or the usual ones again.
    pub fn toggle(&mut self) {
        self.measure = match self.measure {
            None => Some(self.last_measure),
            Some(_) => None,
        };
    }

    /// Show the colours by this measure.
    pub fn show(&mut self, measure: Measure) {
        self.last_measure = measure;
        self.measure = Some(measure);
    }

    pub fn next_measure(&mut self) {
        match self.measure {
            Some(measure) => self.show(measure.next()),
            None => self.toggle(),
        }
    }

    pub fn measure(&self) -> Option<Measure> {
        self.measure
    }

    /// Counts every change of a colour.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Nodes that have another colour than at `revision`; `None`: it may be all of them.
    pub fn changed_since(&self, revision: u64) -> Option<Vec<NodeId>> {
        if revision < self.all_at {
            return None;
        }
        self.changes.since(revision)
    }

    /// Take in what changed since the last call.
    pub fn follow(&mut self, document: &Document, flat: &Flat, run: &RunState) {
        let now = Seen {
            measure: self.measure,
            graph: document.graph().revision(),
            flat: flat.graph().revision(),
            path: document.path().to_vec(),
            run: run.revision(),
        };
        if now == self.seen || (now.measure.is_none() && self.seen.measure.is_none()) {
            return;
        }
        let before = std::mem::replace(&mut self.seen, now);
        let is_same = before.run <= self.seen.run
            && before
                == Seen {
                    run: before.run,
                    ..self.seen.clone()
                };
        let changed = is_same.then(|| run.changed_since(before.run)).flatten();
        match changed {
            Some(flat_ids) => {
                let shown = flat_ids.iter().filter_map(|id| shown(document, flat, *id));
                let mut nodes: Vec<NodeId> = shown.collect();
                nodes.sort_unstable();
                nodes.dedup();
                self.renew(document, flat, run, &nodes);
            }
            None => self.make(document, flat, run),
        }
    }

    /// All figures and colours anew.
    fn make(&mut self, document: &Document, flat: &Flat, run: &RunState) {
        self.figures.clear();
        self.figures
            .resize(document.graph().next_id().0 as usize, None);
        (self.sum, self.most, self.count, self.has_run) = (0.0, 0.0, 0, false);
        if self.measure.is_some() {
            for node in document.nodes() {
                let figure = self.figure_of(document, flat, run, node);
                self.set(node.id, figure);
            }
        }
        self.colour_all();
    }

    /// The figures of some nodes anew, and the colours that this changes.
    fn renew(&mut self, document: &Document, flat: &Flat, run: &RunState, nodes: &[NodeId]) {
        let mut was_most = false;
        for id in nodes {
            let Some(node) = document.graph().node(*id) else {
                continue;
            };
            let before = self.figures.get(id.0 as usize).copied().flatten();
            let figure = self.figure_of(document, flat, run, node);
            was_most |= before == Some(self.most) && figure < before;
            self.set(*id, figure);
        }
        if was_most {
            self.most = self.figures.iter().flatten().copied().fold(0.0, f64::max);
        }
        if top_of(self.most) != self.top {
            self.colour_all();
            return;
        }
        for id in nodes {
            let at = id.0 as usize;
            let Some(level) = self.levels.get_mut(at) else {
                continue;
            };
            let now = level_of(self.figures[at], self.top);
            if std::mem::replace(level, now) != now {
                self.revision += 1;
                self.changes.note(self.revision, *id);
            }
        }
    }

    fn figure_of(
        &mut self,
        document: &Document,
        flat: &Flat,
        run: &RunState,
        node: &Node,
    ) -> Option<f64> {
        let cost = node_cost(document, flat, run, node)?;
        self.has_run = true;
        self.measure?.of(&cost)
    }

    fn set(&mut self, id: NodeId, figure: Option<f64>) {
        let Some(place) = self.figures.get_mut(id.0 as usize) else {
            return;
        };
        let before = std::mem::replace(place, figure);
        self.count = self.count + usize::from(figure.is_some()) - usize::from(before.is_some());
        self.sum += figure.unwrap_or(0.0) - before.unwrap_or(0.0);
        self.most = self.most.max(figure.unwrap_or(0.0));
    }

    fn colour_all(&mut self) {
        self.top = top_of(self.most);
        let top = self.top;
        self.levels.clear();
        let levels = self.figures.iter().map(|figure| level_of(*figure, top));
        self.levels.extend(levels);
        self.revision += 1;
        self.all_at = self.revision;
    }

    /// The colours of a node, where nodes have others than usual.
    pub fn tint(&self, id: NodeId, palette: &Palette) -> Option<Tint> {
        self.measure?;
        let level = self.levels.get(id.0 as usize).copied().unwrap_or(0);
        if level == 0 {
            return Some(Tint {
                ground: palette.node_header,
                ink: palette.text_weak,
            });
        }
        let ground = palette.of_heat(f32::from(level - 1) / f32::from(STEPS - 1));
        let ink = Palette::ink_on(ground);
        Some(Tint { ground, ink })
    }

    /// Give a node its colours, and its figure in place of the time of its last run.
    pub fn colour(&self, id: NodeId, look: &mut NodeLook, palette: &Palette) {
        let Some(measure) = self.measure else { return };
        look.tint = self.tint(id, palette);
        let figure = self.figures.get(id.0 as usize).copied().flatten();
        look.time = figure.map_or_else(String::new, |figure| figure_text(measure, figure));
    }

    /// What the figures come to, in words; what to do where there are none.
    pub fn in_words(&self) -> String {
        match self.measure {
            None => String::new(),
            Some(_) if !self.has_run => {
                "No run yet: run the graph, and its nodes show here what they took".to_owned()
            }
            Some(measure) if self.count == 0 => {
                let why = match measure {
                    Measure::Memory => {
                        "known of nodes that ran alone and took a millisecond or more"
                    }
                    _ => "known of nodes that took a millisecond or more",
                };
                format!("Of no node: it is {why}")
            }
            // What is taken at one time is not added to what is taken at another.
            Some(measure @ Measure::Memory) => {
                format!("{} at most", figure_text(measure, self.most))
            }
            Some(measure) => format!("{} in all", figure_text(measure, self.sum)),
        }
    }
}

/// The least of 1, 2 and 5 with noughts that is no less.
fn top_of(most: f64) -> f64 {
    if most <= 0.0 {
        return 0.0;
    }
    let power = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    let fits = |step: &f64| *step >= most * (1.0 - 1e-9);
    steps.into_iter().find(fits).unwrap_or(10.0 * power)
}

/// The colour of a figure, from 1 to `STEPS` by its logarithm; 0 of none.
fn level_of(figure: Option<f64>, top: f64) -> u8 {
    let Some(figure) = figure else { return 0 };
    let part = 1.0 + (figure / top).ln() / RANGE.ln();
    // What is nothing has no logarithm, and is the least.
    let part = if part.is_nan() {
        0.0
    } else {
        part.clamp(0.0, 1.0)
    };
    1 + (part * f64::from(STEPS - 1)).round() as u8
}

/// What the colours mean, in the lower left corner of the canvas; nothing while they are not shown.
pub fn legend_ui(ui: &mut Ui, canvas: Rect, heat: &mut Heat) {
    let Some(measure) = heat.measure else { return };
    let palette = theme::palette(ui.ctx());
    let width = theme::HEAT_BAR.x + 2.0 * GAP;
    let corner = pos2(canvas.left() + GAP, canvas.bottom() - GAP - HEIGHT);
    let place = Rect::from_min_size(corner, vec2(width, HEIGHT));
    if !canvas.shrink(GAP / 2.0).contains_rect(place) {
        return;
    }
    // What is clicked here is no click on the canvas.
    ui.interact(
        place,
        egui::Id::unique("heat legend"),
        Sense::CLICK | Sense::DRAG,
    );
    let frame = Frame::NONE
        .fill(palette.panel)
        .stroke(Stroke::new(1.0, palette.outline))
        .corner_radius(RADIUS);
    ui.painter().add(frame.paint(place));
    let builder = UiBuilder::new()
        .id_salt("heat legend")
        .max_rect(place.shrink2(vec2(GAP, 6.0)))
        .layout(Layout::top_down(Align::Min));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for other in Measure::ALL {
                let is_on = other == measure;
                let color = if is_on {
                    palette.text_strong
                } else {
                    palette.text_weak
                };
                let text = RichText::new(short(other)).small().color(color);
                let button = Button::selectable(is_on, text);
                let response = ui.add(button).on_hover_text(other.title());
                if response
                    .accessible_name(format!("Heat map by {}", other.title()))
                    .clicked()
                {
                    heat.show(other);
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = Button::new(RichText::new("×").color(palette.text_weak)).frame(false);
                let close = ui.add(close).on_hover_text("Usual colours again");
                if close.accessible_name("Close the heat map").clicked() {
                    heat.toggle();
                }
            });
        });
        scale_ui(ui, heat, measure, palette);
    });
}

/// A measure in a word.
fn short(measure: Measure) -> &'static str {
    match measure {
        Measure::Time => "Time",
        Measure::Processor => "CPU",
        Measure::Memory => "Memory",
        Measure::Result => "Result",
    }
}

/// The bar of colours with its figures, and what they come to.
fn scale_ui(ui: &mut Ui, heat: &Heat, measure: Measure, palette: &Palette) {
    let small = |text: String, color: Color32| RichText::new(text).small().color(color);
    if heat.top <= 0.0 {
        // Nothing is known, or nothing was taken.
        ui.add(Label::new(small(heat.in_words(), palette.text)).wrap());
        return;
    }
    let (bar, _) = ui.allocate_exact_size(theme::HEAT_BAR, Sense::hover());
    ui.painter().add(Shape::mesh(colours(bar, palette)));
    ui.horizontal(|ui| {
        let figure = |figure: f64| small(figure_text(measure, figure), palette.text_weak);
        let least = ui.label(figure(heat.top / RANGE));
        least.on_hover_text("This and less");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(figure(heat.top));
            ui.centered_and_justified(|ui| {
                ui.label(small(heat.in_words(), palette.text_strong));
            });
        });
    });
}

/// All colours from the left to the right of a bar.
fn colours(bar: Rect, palette: &Palette) -> Mesh {
    let mut mesh = Mesh::default();
    for step in 0..=STEPS {
        let part = f32::from(step) / f32::from(STEPS);
        let x = bar.left() + bar.width() * part;
        let color = palette.of_heat(part);
        mesh.colored_vertex(pos2(x, bar.top()), color);
        mesh.colored_vertex(pos2(x, bar.bottom()), color);
        if step > 0 {
            let last = mesh.vertices.len() as u32 - 4;
            mesh.add_triangle(last, last + 1, last + 2);
            mesh.add_triangle(last + 1, last + 3, last + 2);
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::run::Cost;
    use crate::ui::testing;

    fn took(ms: f64, peak: Option<u64>) -> Cost {
        Cost {
            wall_ms: ms,
            peak_bytes: peak,
            ..Cost::default()
        }
    }

    #[test]
    fn the_hottest_figure_is_easily_read() {
        for (most, top) in [
            (0.0, 0.0),
            (1.0, 1.0),
            (1.1, 2.0),
            (37.0, 50.0),
            (51.0, 100.0),
            (0.003, 0.005),
        ] {
            assert!(
                (top_of(most) - top).abs() < 1e-9,
                "{most}: {}",
                top_of(most)
            );
        }
    }

    #[test]
    fn colours_go_by_the_logarithm() {
        for (figure, expected) in [
            (None, 0),
            (Some(0.0), 1),
            (Some(0.5), 1),
            (Some(1.0), 1),
            (Some(10.0), 11),
            (Some(100.0), 22),
            (Some(1000.0), STEPS),
        ] {
            assert_eq!(level_of(figure, 1000.0), expected, "{figure:?}");
        }
        assert_eq!(level_of(Some(0.0), 0.0), 1);
    }

    #[test]
    fn the_legend_says_what_there_is() {
        let document = testing::document();
        let flat = Flat::of(document.graph());
        let mut run = RunState::new();
        let mut heat = Heat::default();
        assert_eq!(heat.in_words(), "");
        heat.toggle();
        heat.follow(&document, &flat, &run);
        assert!(
            heat.in_words().starts_with("No run yet"),
            "{}",
            heat.in_words()
        );
        run.remember_costs([
            (NodeId(0), took(1500.0, None)),
            (NodeId(1), took(500.0, None)),
        ]);
        heat.follow(&document, &flat, &run);
        assert_eq!(heat.in_words(), "2.0 s in all");
        heat.show(Measure::Memory);
        heat.follow(&document, &flat, &run);
        assert!(heat.in_words().contains("ran alone"), "{}", heat.in_words());
        assert_eq!(
            heat.tint(NodeId(0), &theme::DARK).unwrap().ground,
            theme::DARK.node_header
        );
        heat.next_measure();
        assert_eq!(heat.measure(), Some(Measure::Result));
        heat.toggle();
        heat.follow(&document, &flat, &run);
        assert_eq!(
            (heat.tint(NodeId(0), &theme::DARK), heat.measure()),
            (None, None)
        );
        heat.toggle();
        assert_eq!(heat.measure(), Some(Measure::Result));
    }
}
