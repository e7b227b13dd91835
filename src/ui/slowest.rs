//! slowest_ui: the ten nodes that took longest, each with its share, processor time and memory; a click or Enter shows
//! one on the canvas. Reads the run, measures nothing.

use egui::{
    Align2, CornerRadius, FontSelection, Id, Rect, Role, ScrollArea, Sense, TextStyle,
    TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use super::list::List;
use super::status::{bytes_text, time_text};
use super::{Action, Context, theme};
use crate::engine::run::{Cost, NodeStatus};
use crate::graph::NodeId;

/// So many nodes are listed.
const MOST: usize = 10;
/// While a run goes on the list of a large graph is made anew this rarely, in seconds.
const PACE: f64 = 0.5;
const LARGE: usize = 2000;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Slowest {
    list: List,
    nodes: Vec<NodeId>,
    /// Of all nodes, in milliseconds, and how many they are.
    total_ms: f64,
    count: usize,
    /// The revisions of run and graph that this was made of.
    made_from: Option<(u64, u64)>,
    made_at: f64,
}

/// What a row says.
struct Entry {
    id: NodeId,
    title: String,
    cost: Cost,
    /// Part of the time of all, from 0 to 1.
    share: f64,
    /// It is of the last run and not of one before.
    is_new: bool,
}

impl Slowest {
    /// The nodes that took longest of those that are still there.
    fn update(&mut self, now: f64, context: &Context<'_>) {
        let graph = context.document.graph();
        let made_from = (context.run.revision(), graph.revision());
        let is_early = context.run.is_running() && self.count > LARGE && now - self.made_at < PACE;
        if self.made_from == Some(made_from) || is_early {
            return;
        }
        self.made_from = Some(made_from);
        self.made_at = now;
        let is_there = |id: NodeId| graph.node(context.flat.place(id).1).is_some();
        let mut all: Vec<(NodeId, f64)> = context
            .run
            .costs()
            .filter(|(id, _)| is_there(*id) && !context.flat.muted().contains_key(id))
            .map(|(id, cost)| (id, cost.wall_ms))
            .collect();
        self.count = all.len();
        self.total_ms = all.iter().map(|(_, ms)| ms).sum();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.nodes = all.into_iter().take(MOST).map(|(id, _)| id).collect();
    }

    fn entry(&self, context: &Context<'_>, id: NodeId) -> Option<Entry> {
        let cost = *context.run.cost(id)?;
        let graph = context.document.graph();
        let (path, node) = context.flat.place(id);
        let titles = path.iter().chain([&node]).filter_map(|id| graph.node(*id));
        let titles: Vec<&str> = titles.map(|node| node.title().as_str()).collect();
        Some(Entry {
            id,
            title: titles.join(" › "),
            share: cost.wall_ms / self.total_ms.max(f64::MIN_POSITIVE),
            is_new: matches!(context.run.node(id).status, NodeStatus::Done { .. }),
            cost,
        })
    }
}

impl Entry {
    /// All figures, as screen readers say them.
    fn in_words(&self) -> String {
        let Self { title, cost, .. } = self;
        let time = time_text(cost.wall_ms);
        let share = share_text(self.share);
        let cpu = cost.cpu_ms.map(|ms| format!("CPU {}", time_text(ms)));
        let memory = cost.peak_bytes.map(|bytes| bytes_text(bytes as f64));
        let memory = memory.map(|text| format!("memory {text}"));
        let age = (!self.is_new).then(|| "in an earlier run".to_owned());
        let first = Some(format!("{title}: {time}, {share} of all"));
        let words: Vec<String> = [first, cpu, memory, age].into_iter().flatten().collect();
        words.join(", ")
    }

    /// The figures in the order of the columns.
    fn figures(&self) -> [String; COLUMNS.len()] {
        let bytes = |bytes: Option<u64>| bytes.map_or("–".to_owned(), |it| bytes_text(it as f64));
        [
            time_text(self.cost.wall_ms),
            share_text(self.share),
            self.cost.cpu_ms.map_or("–".to_owned(), time_text),
            bytes(self.cost.peak_bytes),
        ]
    }
}

/// What stands above the figures, with what it means.
const COLUMNS: [(&str, &str); 4] = [
    ("Time", "How long the call took"),
    ("Share", "Part of the time of all nodes, added up"),
    (
        "CPU",
        "Time on the processor, of the thread that made the call",
    ),
    (
        "Memory",
        "By how much memory rose at most; known of nodes that ran alone and took a millisecond or more",
    ),
];

fn share_text(share: f64) -> String {
    if share < 0.0095 {
        "< 1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

pub fn slowest_ui(ui: &mut Ui, slowest: &mut Slowest, context: &mut Context<'_>) {
    slowest.update(ui.input(|input| input.time), context);
    if slowest.nodes.is_empty() {
        ui.weak("The nodes that take longest are listed here after a run");
        return;
    }
    let total = time_text(slowest.total_ms);
    let nodes = match slowest.count {
        1 => "1 node that ran".to_owned(),
        count if count <= MOST => format!("{count} nodes that ran"),
        count => format!("The {MOST} slowest of {count} nodes that ran"),
    };
    let caption = format!("{nodes} · {total} in all");
    ui.weak(caption)
        .on_hover_text("A node whose result still holds counts with what it took when it ran");
    header_ui(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    let nodes = slowest.nodes.clone();
    let entries: Vec<Entry> = nodes
        .iter()
        .filter_map(|id| slowest.entry(context, *id))
        .collect();
    let id = ui.scope_id().with("slowest");
    let area = ScrollArea::vertical().auto_shrink(false);
    slowest
        .list
        .show(ui, area, id, entries.len(), |ui, at, id| {
            entry_ui(ui, id, &entries[at], context);
        });
}

fn header_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let weak = theme::palette(ui.ctx()).text_weak;
    let font = FontSelection::from(TextStyle::Small).resolve(ui.style());
    for ((title, help), cell) in COLUMNS.iter().zip(cells(rect)) {
        let at = cell.right_center();
        ui.painter()
            .text(at, Align2::RIGHT_CENTER, title, font.clone(), weak);
        let hover = ui.interact(cell, ui.scope_id().with(title), Sense::hover());
        hover.on_hover_text(*help);
    }
}

/// Where the figures of a row stand: at its right end.
fn cells(row: Rect) -> [Rect; COLUMNS.len()] {
    let width = theme::FIGURE_WIDTH.min(row.width() / 8.0);
    let right = row.right() - theme::GAP;
    let left = right - width * COLUMNS.len() as f32;
    std::array::from_fn(|at| {
        let x = left + width * at as f32;
        Rect::from_min_max(pos2(x, row.top()), pos2(x + width, row.bottom()))
    })
}

fn entry_ui(ui: &mut Ui, id: Id, entry: &Entry, context: &mut Context<'_>) {
    let palette = theme::palette(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), theme::ROW));
    let response = ui.interact(rect, id, Sense::click());
    let place = context.flat.place(entry.id);
    let is_open = context.document.path() == place.0;
    let is_chosen = is_open && context.document.selection().contains(&place.1);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, entry.in_words())
    });
    if response.clicked() {
        context.ask(Action::RevealRun(entry.id));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter();
    let ground = match () {
        () if is_chosen => Some(palette.accent_soft),
        () if response.hovered() || response.has_focus() => Some(palette.raised),
        () => None,
    };
    let round = CornerRadius::same(theme::RADIUS);
    if let Some(ground) = ground {
        painter.rect_filled(rect, round, ground);
    }
    let color = if is_chosen {
        palette.text_strong
    } else {
        palette.text
    };
    let cells = cells(rect);
    let font = FontSelection::from(TextStyle::Small).resolve(ui.style());
    for (text, cell) in entry.figures().into_iter().zip(cells) {
        // What is of an earlier run steps back.
        let color = if entry.is_new {
            color
        } else {
            palette.text_weak
        };
        painter.text(
            cell.right_center(),
            Align2::RIGHT_CENTER,
            text,
            font.clone(),
            color,
        );
    }
    let titles = Rect::from_min_max(rect.min + vec2(theme::GAP, 0.0), cells[0].left_bottom());
    let bar = Rect::from_min_size(
        pos2(titles.left(), rect.bottom() - theme::RANGE_BAR - 1.0),
        vec2(titles.width() * entry.share as f32, theme::RANGE_BAR),
    );
    painter.rect_filled(bar, CornerRadius::ZERO, palette.accent);
    let text = WidgetText::from(entry.title.as_str());
    let width = titles.width();
    let text = text.into_galley(ui, Some(TextWrapMode::Truncate), width, TextStyle::Body);
    let at = pos2(titles.left(), rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, color);
    response.on_hover_text(if entry.is_new {
        "Show this node"
    } else {
        "Its result still holds: the figures are of an earlier run. Show this node"
    });
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::ui::testing::{self, World};

    fn took(ms: f64, peak: Option<u64>) -> Cost {
        Cost {
            wall_ms: ms,
            cpu_ms: peak.map(|_| ms / 2.0),
            peak_bytes: peak,
            ..Cost::default()
        }
    }

    #[test]
    fn the_slowest_come_first_with_their_figures_and_show_their_node() {
        let mut run = testing::run([testing::finished(0, "int", "3")]);
        run.remember_costs([
            (NodeId(1), took(4500.0, Some(2_000_000))),
            (NodeId(99), took(9e9, None)),
        ]);
        let world = World {
            document: testing::document(),
            run,
            ..World::<Slowest>::default()
        };
        let mut panel = testing::panel(world, vec2(600.0, 200.0), slowest_ui);
        let slow = "Round: 4.5 s, 100 % of all, CPU 2.2 s, memory 2.0 MB, in an earlier run";
        let (slow, quick) = (
            panel.get_by_label(slow),
            panel.get_by_label("Add: 1.5 ms, < 1 % of all"),
        );
        assert!(slow.rect().top() < quick.rect().top());
        assert!(
            panel.query_by_label_contains("2 nodes that ran").is_some(),
            "a node that is gone does not count"
        );
        quick.click();
        panel.run();
        let asked = &panel.state().actions;
        assert!(
            matches!(asked[..], [Action::RevealRun(NodeId(0))]),
            "{asked:?}"
        );
    }

    #[test]
    fn before_a_run_there_is_nothing_to_list() {
        let world = World::<Slowest>::default();
        let panel = testing::panel(world, vec2(600.0, 200.0), slowest_ui);
        assert!(panel.query_by_label_contains("after a run").is_some());
    }
}
