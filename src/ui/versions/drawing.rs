//! What differs between two graphs, drawn small: what one has, what the other has, what is not the same. A colour is
//! never the only sign: outlines and letters say it as well. Reads graphs and paints; compares no files.

use std::collections::{BTreeMap, BTreeSet};

use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::graph::{Graph, Node, SubgraphId};
use crate::ui::canvas::layout::{input_pos, node_size, output_pos};
use crate::ui::theme::{self, Palette};

/// Around the nodes, inside the drawing's edge, in points.
const MARGIN: f32 = 14.0;
/// The least side of a node, in points: it is to be seen, however large the graph is.
const LEAST: f32 = 2.5;
/// Narrower nodes have no title, and smaller ones no letter.
const LEAST_TITLED: f32 = 52.0;
const LEAST_LETTERED: f32 = 9.0;
/// Nodes are drawn no larger than this part of their size.
const MOST_SCALE: f32 = 0.6;
const DASH: f32 = 4.0;

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Same,
    Changed,
    Removed,
    Added,
}

impl Mark {
    /// Those that are told, as the legend lists them.
    pub const TOLD: [Self; 3] = [Self::Added, Self::Removed, Self::Changed];

    pub fn letter(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Changed => "~",
            Self::Removed => "−",
            Self::Added => "+",
        }
    }

    pub fn color(self, palette: &Palette) -> Color32 {
        match self {
            Self::Same => palette.idle,
            Self::Changed => palette.warn,
            Self::Removed => palette.error,
            Self::Added => palette.ok,
        }
    }
}

/// Nodes and links of two graphs at once, in graph units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    boxes: Vec<(Rect, Mark, String)>,
    links: Vec<(Pos2, Pos2, Mark)>,
}

/// A link by the keys of its nodes.
type LinkKey<'a> = (&'a str, &'a str, &'a str, &'a str);

impl Drawing {
    /// What leads from one graph to another; `changed` are the keys of nodes that both have and that are not the same.
    /// What lies in subgraphs shows on the nodes that stand for them.
    pub fn of(before: &Graph, after: &Graph, changed: &BTreeSet<String>) -> Self {
        let mut touched = touched_subgraphs(before, after, changed);
        touched.extend(touched_subgraphs(after, before, changed));
        let mark = |node: &Node, other: &Graph, alone: Mark| {
            let of = |graph: &Graph, id: SubgraphId| {
                let subgraph = graph.subgraph(id)?;
                Some(touched.contains(&*subgraph.key))
            };
            let inside = node.kind.role.inside();
            let is_touched = inside.and_then(|id| of(before, id).or_else(|| of(after, id)));
            if other
                .node_by_key(&node.key)
                .is_none_or(|it| it.parent.is_some())
            {
                alone
            } else if changed.contains(&*node.key) || is_touched == Some(true) {
                Mark::Changed
            } else {
                Mark::Same
            }
        };
        let own = |node: &&Node| node.parent.is_none();
        let drawn = |node: &Node, mark| {
            let rect = Rect::from_min_size(node.pos, node_size(node, false));
            (rect, mark, node.title().to_string())
        };
        let gone = before.nodes().filter(own);
        let gone = gone.map(|node| drawn(node, mark(node, after, Mark::Removed)));
        let there = after.nodes().filter(own);
        let there = there.map(|node| drawn(node, mark(node, before, Mark::Added)));
        let mut boxes: Vec<_> = gone
            .filter(|it| it.1 == Mark::Removed)
            .chain(there)
            .collect();
        // What is told lies above what is not.
        boxes.sort_by_key(|it| it.1);
        let (known, new) = (links(before), links(after));
        let gone = known.iter().filter(|(key, _)| !new.contains_key(*key));
        let gone = gone.map(|(_, (from, to))| (*from, *to, Mark::Removed));
        let there = new.iter().map(|(key, (from, to))| {
            let is_known = known.contains_key(key);
            (*from, *to, if is_known { Mark::Same } else { Mark::Added })
        });
        let mut links: Vec<_> = gone.chain(there).collect();
        links.sort_by_key(|it| it.2);
        Self { boxes, links }
    }

    pub fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }
}

/// Keys of subgraphs of `graph` in which something is not as in `other`, and of those around them.
fn touched_subgraphs(graph: &Graph, other: &Graph, changed: &BTreeSet<String>) -> BTreeSet<String> {
    let mut touched = BTreeSet::new();
    let touch = |touched: &mut BTreeSet<SubgraphId>, node: &Node| {
        let mut parent = node.parent;
        while let Some(id) = parent.filter(|id| touched.insert(*id)) {
            let around = graph.nodes().find(|it| it.kind.role.inside() == Some(id));
            parent = around.and_then(|node| node.parent);
        }
    };
    for node in graph.nodes().filter(|node| node.parent.is_some()) {
        let is_known = other.node_by_key(&node.key).is_some();
        if !is_known || changed.contains(&*node.key) {
            touch(&mut touched, node);
        }
    }
    let keys = touched.into_iter().filter_map(|id| graph.subgraph(id));
    keys.map(|subgraph| subgraph.key.to_string()).collect()
}

/// The links of the graph around all, by what they lead from and to, with their ends.
fn links(graph: &Graph) -> BTreeMap<LinkKey<'_>, (Pos2, Pos2)> {
    let middle = |node: &Node| node.pos + node_size(node, false) / 2.0;
    let mut links = BTreeMap::new();
    for link in graph.links() {
        let nodes = graph.node(link.from.node).zip(graph.node(link.to.node));
        let Some((from, to)) = nodes.filter(|(_, to)| to.parent.is_none()) else {
            continue;
        };
        let output = from.kind.output_index(&link.from.name);
        let inputs = &to.kind.inputs;
        let input = inputs.iter().position(|input| input.name == link.to.name);
        let start = output.map_or_else(|| middle(from), |at| output_pos(from, at));
        let end = input.map_or_else(|| middle(to), |at| input_pos(to, at));
        let key = (&*from.key, &*link.from.name, &*to.key, &*link.to.name);
        links.insert(key, (start, end));
    }
    links
}

/// Show the drawing over the whole width; `words` says the same to those who do not see it.
pub fn drawing_ui(ui: &mut Ui, drawing: &Drawing, height: f32, words: &str) {
    let palette = theme::palette(ui.ctx());
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, words));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, CornerRadius::same(theme::RADIUS), palette.canvas);
    let bounds = drawing.boxes.iter().map(|it| it.0);
    let Some(bounds) = bounds.reduce(Rect::union).filter(Rect::is_finite) else {
        let font = egui::TextStyle::Body.resolve(ui.style());
        painter.text(
            rect.center(),
            Align2::CENTER_CENTER,
            "No nodes",
            font,
            palette.text_weak,
        );
        return;
    };
    let room = (rect.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(1.0));
    let scale = (room / bounds.size().max(Vec2::splat(1.0)))
        .min_elem()
        .min(MOST_SCALE);
    let on_screen = |at: Pos2| rect.center() + (at - bounds.center()) * scale;
    for (from, to, mark) in &drawing.links {
        link(&painter, on_screen(*from), on_screen(*to), *mark, palette);
    }
    for (node, mark, title) in &drawing.boxes {
        let drawn = Rect::from_min_max(on_screen(node.min), on_screen(node.max));
        let size = drawn.size().max(Vec2::splat(LEAST));
        let drawn = Rect::from_center_size(drawn.center(), size);
        box_of(&painter, drawn, *mark, title, palette);
    }
}

fn link(painter: &Painter, from: Pos2, to: Pos2, mark: Mark, palette: &Palette) {
    let color = mark.color(palette);
    match mark {
        Mark::Same => {
            painter.line_segment([from, to], Stroke::new(1.0, color));
        }
        Mark::Removed => {
            let stroke = Stroke::new(1.5, color);
            painter.extend(Shape::dashed_line(&[from, to], stroke, DASH, DASH));
        }
        Mark::Added | Mark::Changed => {
            painter.line_segment([from, to], Stroke::new(2.0, color));
        }
    }
}

/// What is there only before has a dashed outline, what is there only after a thick one, what changed a thin one and
/// a stripe.
fn box_of(painter: &Painter, rect: Rect, mark: Mark, title: &str, palette: &Palette) {
    let color = mark.color(palette);
    let radius = CornerRadius::same(2);
    if mark == Mark::Same {
        painter.rect(
            rect,
            radius,
            palette.node,
            Stroke::new(1.0, palette.node_outline),
            StrokeKind::Inside,
        );
    } else {
        let ground = Palette::mixed(palette.node, color, 0.18);
        painter.rect_filled(rect, radius, ground);
        outline(painter, rect, mark, color);
    }
    let size = rect.size().min_elem();
    let mut left = rect.left() + 3.0;
    if mark != Mark::Same && size >= LEAST_LETTERED {
        let font = FontId::new((size * 0.8).clamp(9.0, 15.0), theme::strong());
        let at = pos2(left, rect.center().y);
        let drawn = painter.text(at, Align2::LEFT_CENTER, mark.letter(), font, color);
        left = drawn.right() + 3.0;
    }
    if rect.width() >= LEAST_TITLED && size >= LEAST_LETTERED {
        let font = FontId::proportional((size * 0.5).clamp(8.0, 12.0));
        let ink = if mark == Mark::Same {
            palette.text_weak
        } else {
            palette.text_strong
        };
        let clip = painter.with_clip_rect(rect.shrink(2.0).intersect(painter.clip_rect()));
        let at = pos2(left, rect.center().y);
        clip.text(at, Align2::LEFT_CENTER, title, font, ink);
    }
}

fn outline(painter: &Painter, rect: Rect, mark: Mark, color: Color32) {
    let radius = CornerRadius::same(2);
    match mark {
        Mark::Added => {
            painter.rect_stroke(rect, radius, Stroke::new(2.0, color), StrokeKind::Inside);
        }
        Mark::Removed => {
            let corners = [
                rect.left_top(),
                rect.right_top(),
                rect.right_bottom(),
                rect.left_bottom(),
                rect.left_top(),
            ];
            let stroke = Stroke::new(1.5, color);
            painter.extend(Shape::dashed_line(&corners, stroke, DASH, DASH));
        }
        Mark::Changed | Mark::Same => {
            painter.rect_stroke(rect, radius, Stroke::new(1.0, color), StrokeKind::Inside);
            let stripe = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 2.0));
            painter.rect_filled(stripe, radius, color);
        }
    }
}

/// A mark as the legend and the list show it.
pub fn sample_ui(ui: &mut Ui, mark: Mark) {
    let palette = theme::palette(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(22.0, 14.0), Sense::hover());
    box_of(ui.painter(), rect, mark, "", palette);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::add_kind;
    use crate::graph::{Link, NodeId, Port};

    #[test]
    fn what_one_and_the_other_have_is_marked() {
        let kind = add_kind();
        let node = |id: u32| {
            let pos = pos2(id as f32 * 300.0, 0.0);
            Node::new(NodeId(id), format!("node_{id}"), kind.clone(), pos)
        };
        let link = |from: u32, to: u32| Link {
            from: Port::new(NodeId(from), "sum"),
            to: Port::new(NodeId(to), "a"),
        };
        let (before, ..) = Graph::from_parts([1, 2, 3].map(node), [link(1, 2)]);
        let (after, ..) = Graph::from_parts([2, 3, 4].map(node), [link(3, 4)]);
        let changed = BTreeSet::from(["node_3".to_owned()]);
        let drawing = Drawing::of(&before, &after, &changed);
        let marks: Vec<_> = drawing
            .boxes
            .iter()
            .map(|it| (it.0.left() as u32 / 300, it.1))
            .collect();
        let expected = [
            (2, Mark::Same),
            (3, Mark::Changed),
            (1, Mark::Removed),
            (4, Mark::Added),
        ];
        assert_eq!(marks, expected);
        let links: Vec<_> = drawing.links.iter().map(|it| it.2).collect();
        assert_eq!(links, [Mark::Removed, Mark::Added]);
        assert!(Drawing::of(&Graph::default(), &Graph::default(), &changed).is_empty());
    }
}
