//! Far: the graph at zooms where nodes are boxes without text, and farther where they are haze. Made by tiles, which
//! are kept and renewed when something in them changed, some a frame; meanwhile the older picture or the guessed haze
//! of the tile stands in. Reads and paints; decides nothing.

mod draw;
mod haze;
#[cfg(test)]
mod tests;
mod tile;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use egui::epaint::Mesh;
use egui::{Painter, Shape};

use self::draw::{Projection, add_haze, add_lines, add_plates};
use self::haze::{Haze, LEVELS};
use self::tile::{Line, Marks, Plate, Sheet, Sight};
use super::camera::Camera;
use super::heat::Heat;
use super::layout::Layout;
use super::routes::link_ends;
use super::squares::{CELL, Square, TILE, squares_of};
use crate::document::Document;
use crate::engine::run::RunState;
use crate::graph::{Flat, NodeId, Rect, Vec2, vec2};
use crate::ui::results::{self, node_run};
use crate::ui::theme::Palette;

pub use draw::fade;
use tile::Alert;
pub use tile::link_color;

/// Zooms between which boxes go over into haze.
const HAZE: [f32; 2] = [0.04, 0.054];
/// Squares of haze are at least this large, in points; just above that the next level fades in.
const SMALLEST: f32 = 6.0;
/// Nodes and links that may be looked at in a frame to renew tiles: about a millisecond.
const BUDGET: usize = 8000;
/// More nodes than this that were selected or let go at once are not looked up one by one.
const MANY: usize = 2000;
/// Dragged nodes that are drawn over the haze.
const MOST_DRAGGED: usize = 4000;

/// Haze covers about this much of where nodes are.
const DENSITY: f32 = 0.7;

/// Lines are so much paler than links near by.
pub const LINE_ALPHA: f32 = 0.6;

/// Pictures of tiles, and what they were made from.
#[derive(Debug, Default)]
pub struct Far {
    tiles: HashMap<Square, Tile>,
    /// By `NodeId`.
    alerts: Vec<Alert>,
    selected: Marks,
    moving: Marks,
    /// The nodes whose subgraphs are open.
    path: Vec<NodeId>,
    seen: Seen,
    /// What was drawn last, and of what.
    mesh: Arc<Mesh>,
    view: Option<View>,
}

/// What a frame shows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    seen: Seen,
    revision: u64,
    camera: Camera,
    drag: Vec2,
}

/// How much of what was out of date was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Renewal {
    /// Nothing was out of date.
    Nothing,
    Part,
    All,
}

/// What was taken in so far, by its revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    epoch: u64,
    is_dark: bool,
    run: u64,
    /// Of the graph, when what nodes stand for depends on more than themselves.
    expanded: u64,
    selection: u64,
    is_dragging: bool,
    heat: u64,
}

#[derive(Debug, Default)]
struct Tile {
    sheet: Option<Made<Sheet>>,
    haze: Option<Made<Haze>>,
}

/// Something that was made when the layout's stamp of its tile was this; `None` when it is out of date for another
/// reason.
#[derive(Debug)]
struct Made<T> {
    stamp: Option<u64>,
    value: T,
}

/// What the far view is drawn from.
pub struct Scene<'a> {
    pub document: &'a Document,
    pub flat: &'a Flat,
    pub run: &'a RunState,
    pub layout: &'a Layout,
    pub camera: &'a Camera,
    pub palette: &'a Palette,
    pub heat: &'a Heat,
    /// What is dragged, and how far, in graph units.
    pub dragged: Option<(&'a BTreeSet<NodeId>, Vec2)>,
    /// For a picture there is no next frame, and all boxes are wanted.
    pub is_picture: bool,
}

impl Scene<'_> {
    /// How far what is dragged has come.
    fn drag(&self) -> Vec2 {
        self.dragged.map_or(Vec2::ZERO, |(_, offset)| offset)
    }

    fn alert(&self, id: NodeId) -> Alert {
        let node = self.document.graph().node(id);
        node.map_or(Alert::None, |node| {
            let place = (self.document.graph(), self.document.path());
            let run = node_run(place, self.flat, self.run, node);
            Alert::of(&run.status)
        })
    }
}

impl Far {
    /// Draw what is in view. Returns whether some of it is still to be made: ask for another frame then.
    pub fn draw(&mut self, painter: &Painter, scene: &Scene<'_>) -> bool {
        self.follow(scene);
        let hazed = if scene.is_picture {
            0.0
        } else {
            1.0 - fade(scene.camera.zoom, HAZE)
        };
        let tiles = tiles_in_view(scene);
        let renewal = self.renew(scene, &tiles, hazed);
        self.guess(scene, &tiles, hazed);
        let view = View {
            seen: self.seen,
            revision: scene.document.graph().revision(),
            camera: *scene.camera,
            drag: scene.drag(),
        };
        if renewal != Renewal::Nothing || self.view != Some(view) {
            self.view = Some(view);
            self.fill(scene, &tiles, hazed);
        }
        painter.add(Shape::Mesh(self.mesh.clone()));
        renewal == Renewal::Part
    }

    /// Make the frame's mesh, in the memory of the one before.
    fn fill(&mut self, scene: &Scene<'_>, tiles: &[Square], hazed: f32) {
        let mut last = std::mem::take(&mut self.mesh);
        let mesh = Arc::make_mut(&mut last);
        // Not `clear`, which gives the memory back.
        mesh.vertices.clear();
        mesh.indices.clear();
        self.add_large(mesh, scene);
        if hazed > 0.0 {
            // The haze is there before the boxes go, so that nothing grows pale in between.
            let alpha = (2.0 * hazed).min(1.0);
            self.add_haze(mesh, scene, tiles, alpha);
        }
        if hazed < 1.0 {
            self.add_missing(mesh, scene, tiles, 1.0 - hazed);
            self.add_sheets(mesh, scene, tiles, 1.0 - hazed);
        } else if scene.drag() != Vec2::ZERO {
            self.add_dragged(mesh, scene);
        }
        self.mesh = last;
    }

    fn sight<'a>(&'a self, scene: &Scene<'a>) -> Sight<'a> {
        Sight {
            graph: scene.document.graph(),
            layout: scene.layout,
            palette: scene.palette,
            alerts: &self.alerts,
            heat: scene.heat,
            selected: &self.selected,
            moving: &self.moving,
        }
    }

    /// Take in what changed beside the layout: theme, selection, run.
    fn follow(&mut self, scene: &Scene<'_>) {
        let graph = scene.document.graph();
        let now = Seen {
            epoch: scene.layout.epoch(),
            is_dark: scene.palette.is_dark,
            run: scene.run.revision(),
            expanded: if graph.is_plain() {
                0
            } else {
                graph.revision()
            },
            selection: scene.document.selection_revision(),
            is_dragging: scene.dragged.is_some(),
            heat: scene.heat.revision(),
        };
        if now.epoch != self.seen.epoch || scene.document.path() != self.path {
            *self = Self {
                path: scene.document.path().to_vec(),
                ..Self::default()
            };
        }
        let before = std::mem::replace(&mut self.seen, now);
        if before.is_dark != now.is_dark {
            self.outdate_all();
        }
        if before.heat != now.heat {
            match scene.heat.changed_since(before.heat) {
                Some(changed) => self.outdate_nodes(scene, &changed),
                None => self.outdate_all(),
            }
        }
        let selection = scene.document.selection();
        if before.selection != now.selection {
            let changed = self.selected.set(selection.iter().copied().collect());
            self.outdate_nodes(scene, &changed);
        }
        if (before.selection, before.is_dragging) != (now.selection, now.is_dragging) {
            let moving = scene.dragged.map_or(selection, |(nodes, _)| nodes);
            let changed = self.moving.set(moving.iter().copied().collect());
            self.outdate_nodes(scene, &changed);
        }
        if (before.run, before.expanded) != (now.run, now.expanded) {
            self.follow_run(scene, &before);
        }
    }

    fn follow_run(&mut self, scene: &Scene<'_>, before: &Seen) {
        let graph = scene.document.graph();
        let ids = 0..graph.next_id().0;
        self.alerts.resize(ids.len(), Alert::None);
        let changed = (before.expanded == self.seen.expanded && before.run <= self.seen.run)
            .then(|| scene.run.changed_since(before.run))
            .flatten();
        let changed: Vec<NodeId> = match changed {
            Some(flat) => {
                let shown = |id| results::shown(scene.document, scene.flat, id);
                flat.into_iter().filter_map(shown).collect()
            }
            None => ids.map(NodeId).collect(),
        };
        for id in changed {
            let rect = scene.layout.rect(id);
            let (Some(alert), Some(rect)) = (self.alerts.get_mut(id.0 as usize), rect) else {
                continue;
            };
            let now = scene.alert(id);
            if std::mem::replace(alert, now) != now {
                for tile in squares_of(rect, TILE).iter() {
                    self.outdate(tile);
                }
            }
        }
    }

    /// Something of these nodes and of where their links belong has changed.
    fn outdate_nodes(&mut self, scene: &Scene<'_>, nodes: &[NodeId]) {
        if nodes.len() > MANY {
            self.outdate_all();
            return;
        }
        for id in nodes {
            for tile in scene.layout.tiles_of(scene.document.graph(), *id) {
                self.outdate(tile);
            }
        }
    }

    fn outdate(&mut self, tile: Square) {
        if let Some(tile) = self.tiles.get_mut(&tile) {
            tile.outdate();
        }
    }

    fn outdate_all(&mut self) {
        self.tiles.values_mut().for_each(Tile::outdate);
    }

    /// Make what is needed of these tiles and not as it should be, as much as the budget allows.
    fn renew(&mut self, scene: &Scene<'_>, tiles: &[Square], hazed: f32) -> Renewal {
        let mut renewal = Renewal::Nothing;
        let mut budget = if scene.is_picture { usize::MAX } else { BUDGET };
        for tile in tiles {
            let stamp = scene.layout.stamp(*tile);
            let kept = self.tiles.get(tile);
            let needs_sheet =
                hazed < 1.0 && !is_current(kept.and_then(|kept| kept.sheet.as_ref()), stamp);
            let needs_haze =
                hazed > 0.0 && !is_current(kept.and_then(|kept| kept.haze.as_ref()), stamp);
            if !needs_sheet && !needs_haze {
                continue;
            }
            if budget == 0 {
                return Renewal::Part;
            }
            renewal = Renewal::All;
            budget = budget.saturating_sub(scene.layout.tile_weight(*tile));
            let sight = self.sight(scene);
            let sheet = needs_sheet.then(|| Sheet::of(&sight, *tile));
            let haze = needs_haze.then(|| Haze::of(&sight, *tile));
            let kept = self.tiles.entry(*tile).or_default();
            let stamp = Some(stamp);
            kept.sheet = sheet
                .map(|value| Made { stamp, value })
                .or(kept.sheet.take());
            kept.haze = haze.map(|value| Made { stamp, value }).or(kept.haze.take());
        }
        renewal
    }

    /// Tiles that nothing was made of yet get a guess, which stays until they are.
    fn guess(&mut self, scene: &Scene<'_>, tiles: &[Square], hazed: f32) {
        for tile in tiles {
            let has_something = self
                .tiles
                .get(tile)
                .is_some_and(|kept| kept.haze.is_some() || (hazed == 0.0 && kept.sheet.is_some()));
            if !has_something {
                let value = Haze::guess(scene.layout, *tile, scene.palette);
                let kept = self.tiles.entry(*tile).or_default();
                kept.haze = Some(Made { stamp: None, value });
            }
        }
    }

    fn sheet(&self, tile: Square) -> Option<&Sheet> {
        let made = self.tiles.get(&tile)?.sheet.as_ref()?;
        Some(&made.value)
    }

    fn haze(&self, tile: Square) -> Option<&Haze> {
        let made = self.tiles.get(&tile)?.haze.as_ref()?;
        Some(&made.value)
    }

    /// Boxes over lines.
    fn add_sheets(&self, mesh: &mut Mesh, scene: &Scene<'_>, tiles: &[Square], alpha: f32) {
        let sheets: Vec<&Sheet> = tiles.iter().filter_map(|tile| self.sheet(*tile)).collect();
        let still = Projection::new(scene.camera, Vec2::ZERO);
        let moving = Projection::new(scene.camera, scene.drag());
        let line_alpha = alpha * LINE_ALPHA;
        for sheet in &sheets {
            add_lines(mesh, &sheet.still.lines, still, line_alpha);
            add_lines(mesh, &sheet.moving.lines, moving, line_alpha);
            if scene.drag() == Vec2::ZERO {
                add_lines(mesh, &sheet.stretched, still, line_alpha);
            }
        }
        if scene.drag() != Vec2::ZERO {
            let lines = self.stretched(scene);
            add_lines(mesh, &lines, still, line_alpha);
        }
        for sheet in &sheets {
            add_plates(mesh, &sheet.still.plates, still, alpha, scene.palette);
        }
        for sheet in &sheets {
            add_plates(mesh, &sheet.moving.plates, moving, alpha, scene.palette);
        }
    }

    /// Links between what is dragged and what is not, as they are now.
    fn stretched(&self, scene: &Scene<'_>) -> Vec<Line> {
        let sight = self.sight(scene);
        let graph = sight.graph;
        let view = scene.camera.view_in_graph();
        let links = self.moving.nodes().iter().flat_map(|id| {
            let links = graph.incoming(*id).iter().chain(graph.outgoing(*id));
            links.filter(|link| {
                sight.moving.contains(link.from.node) != sight.moving.contains(link.to.node)
            })
        });
        let lines = links.filter_map(|link| {
            let (mut from, mut to) = link_ends(graph, link)?;
            if sight.moving.contains(link.from.node) {
                from += scene.drag();
            } else {
                to += scene.drag();
            }
            let color = link_color(graph, link, sight.palette);
            Rect::from_two_pos(from, to)
                .intersects(view)
                .then_some(Line { from, to, color })
        });
        lines.collect()
    }

    /// Nodes too large for tiles: behind everything. Frames and notes are drawn by who knows their texts.
    fn add_large(&self, mesh: &mut Mesh, scene: &Scene<'_>) {
        let sight = self.sight(scene);
        let view = scene.camera.view_in_graph();
        for id in scene.layout.nodes_apart() {
            let node = sight.graph.node(id);
            let is_box = node.is_some_and(|node| !node.kind.role.is_decoration());
            let Some(plate) = sight.plate(id).filter(|_| is_box) else {
                continue;
            };
            let is_moving = sight.moving.contains(id);
            let drag = if is_moving { scene.drag() } else { Vec2::ZERO };
            if plate.rect.translate(drag).intersects(view) {
                let projection = Projection::new(scene.camera, drag);
                add_plates(mesh, &[plate], projection, 1.0, scene.palette);
            }
        }
    }

    /// What is dragged, where it would land; the haze shows where they were.
    fn add_dragged(&self, mesh: &mut Mesh, scene: &Scene<'_>) {
        let sight = self.sight(scene);
        let selected = self.moving.nodes().iter().take(MOST_DRAGGED);
        let plates: Vec<Plate> = selected.filter_map(|id| sight.plate(*id)).collect();
        let projection = Projection::new(scene.camera, scene.drag());
        add_plates(mesh, &plates, projection, 1.0, scene.palette);
    }

    /// Haze at the level that the zoom asks for, and of the next one as much as it has come near.
    fn add_haze(&self, mesh: &mut Mesh, scene: &Scene<'_>, tiles: &[Square], alpha: f32) {
        let on_screen = |level: usize| Haze::side(level) * scene.camera.zoom;
        let level = (0..LEVELS - 1)
            .find(|level| on_screen(*level) >= SMALLEST)
            .unwrap_or(LEVELS - 1);
        let mut add = |level: usize, alpha: f32| {
            let made = tiles
                .iter()
                .filter_map(|tile| Some((*tile, self.haze(*tile)?)));
            let view = scene.camera.view_in_graph();
            let projection = Projection::new(scene.camera, Vec2::ZERO);
            add_haze(mesh, view, projection, level, alpha, made);
        };
        let next = 1.0 - fade(on_screen(level), [SMALLEST, SMALLEST * 1.3]);
        if next > 0.0 && level + 1 < LEVELS {
            // Both together are as dense as each alone.
            add(level + 1, alpha * next / (1.0 - DENSITY * (1.0 - next)));
            add(level, alpha * (1.0 - next));
        } else {
            add(level, alpha);
        }
    }

    /// A guess of tiles whose boxes were never made.
    fn add_missing(&self, mesh: &mut Mesh, scene: &Scene<'_>, tiles: &[Square], alpha: f32) {
        let missing = tiles.iter().filter(|tile| self.sheet(**tile).is_none());
        let guessed: Vec<(Square, &Haze)> = missing
            .filter_map(|tile| Some((*tile, self.haze(*tile)?)))
            .collect();
        if !guessed.is_empty() {
            let view = scene.camera.view_in_graph();
            let projection = Projection::new(scene.camera, Vec2::ZERO);
            add_haze(mesh, view, projection, 0, alpha, guessed.into_iter());
        }
    }
}

impl Tile {
    fn outdate(&mut self) {
        if let Some(sheet) = &mut self.sheet {
            sheet.stamp = None;
        }
        if let Some(haze) = &mut self.haze {
            haze.stamp = None;
        }
    }
}

fn is_current<T>(made: Option<&Made<T>>, stamp: u64) -> bool {
    made.is_some_and(|made| made.stamp == Some(stamp))
}

/// Tiles of which something may be in view, and of those that are dragged there.
fn tiles_in_view(scene: &Scene<'_>) -> Vec<Square> {
    let mut view = scene.camera.view_in_graph();
    // A node is drawn with the tile of its corner.
    view.min -= vec2(1.0, 1.0) * 2.0 * CELL;
    let mut tiles = scene.layout.tiles_in(view);
    if scene.drag() != Vec2::ZERO {
        tiles.extend(scene.layout.tiles_in(view.translate(-scene.drag())));
        tiles.sort_unstable();
        tiles.dedup();
    }
    tiles
}
