//! Tests of the far view: what is kept and renewed is what would be made from nothing, and what must be seen from afar
//! is seen.

use std::sync::Arc;

use egui::Color32;
use egui::epaint::Mesh;

use super::draw::Projection;
use super::*;
use crate::document::{Meta, Transaction};
use crate::engine::protocol::EngineEvent;
use crate::graph::{
    Bank, Edit, Graph, InputSpec, Link, Node, NodeKind, OutputSpec, Port, Pos2, ValueType, pos2,
};
use crate::ui::theme::{DARK, LIGHT};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) as u32) % limit
    }

    fn pos(&mut self) -> Pos2 {
        pos2(
            self.below(9000) as f32 - 3000.0,
            self.below(7000) as f32 - 2000.0,
        )
    }
}

fn kind() -> Arc<NodeKind> {
    let mut kind = NodeKind::new(Bank::Builtin, "mix");
    kind.inputs = ["a", "b"]
        .map(|name| InputSpec::new(name, ValueType::Int))
        .to_vec();
    kind.outputs = vec![OutputSpec::untyped("sum")];
    Arc::new(kind)
}

fn link(from: u32, to: u32, input: &str) -> Link {
    Link {
        from: Port::new(NodeId(from), "sum"),
        to: Port::new(NodeId(to), input),
    }
}

fn document(count: u32, dice: &mut Dice) -> Document {
    let kind = kind();
    let nodes: Vec<Node> = (0..count)
        .map(|i| Node::new(NodeId(i), format!("node_{i}"), kind.clone(), dice.pos()))
        .collect();
    let links: Vec<Link> = (1..count).map(|i| link(dice.below(i), i, "a")).collect();
    Document::new(Graph::from_parts(nodes, links).0, Meta::default())
}

/// A canvas of this document, as far as the far view needs one.
struct Stage {
    document: Document,
    run: RunState,
    layout: Layout,
    camera: Camera,
    far: Far,
    palette: &'static Palette,
    heat: Heat,
}

impl Stage {
    fn new(document: Document) -> Self {
        let mut run = RunState::new();
        run.begin(1, document.graph().nodes().map(|node| node.id));
        let mut layout = Layout::default();
        layout.update(document.graph());
        Self {
            document,
            run,
            layout,
            camera: Camera::default(),
            far: Far::default(),
            palette: &DARK,
            heat: Heat::default(),
        }
    }

    /// Draw until nothing is left to be made; in how many frames.
    fn settle(&mut self) -> usize {
        let mut is_done = |_: &usize| {
            self.frame(|far, scene, tiles| far.renew(scene, tiles, 0.5)) != Renewal::Part
        };
        (1..1000).find(&mut is_done).unwrap()
    }

    fn frame<R>(&mut self, draw: impl FnOnce(&mut Far, &Scene<'_>, &[Square]) -> R) -> R {
        self.layout.update(self.document.graph());
        let flat = Flat::default();
        self.heat.follow(&self.document, &flat, &self.run);
        let scene = Scene {
            document: &self.document,
            flat: &flat,
            run: &self.run,
            layout: &self.layout,
            camera: &self.camera,
            palette: self.palette,
            heat: &self.heat,
            dragged: None,
            is_picture: false,
        };
        let tiles = self.layout.tiles_in(Rect::EVERYTHING);
        self.far.follow(&scene);
        draw(&mut self.far, &scene, &tiles)
    }

    fn fail(&mut self, node: u32) {
        self.run.on_event(&EngineEvent::NodeFailed {
            run: 1,
            node: NodeId(node),
            ms: 1.0,
            error: Arc::default(),
        });
    }

    fn edit(&mut self, edit: Edit) {
        let edits = vec![edit];
        let transaction = Transaction {
            label: "Test".into(),
            edits,
        };
        // What the dice ask for may be impossible.
        self.document.commit(transaction).ok();
    }

    fn random_change(&mut self, dice: &mut Dice) {
        let count = self.document.graph().next_id().0;
        let node = dice.below(count);
        match dice.below(9) {
            0 => self.edit(Edit::RemoveNode(NodeId(node))),
            1 => {
                let node = Node::new(NodeId(count), format!("new_{count}"), kind(), dice.pos());
                self.edit(Edit::AddNode(Box::new(node)));
            }
            2 => self.edit(Edit::Connect(link(dice.below(count), node, "b"))),
            3 => {
                let links = self.document.graph().incoming(NodeId(node));
                if let Some(link) = links.first().cloned() {
                    self.edit(Edit::Disconnect(link));
                }
            }
            4 => {
                let picked: Vec<NodeId> = (0..dice.below(9))
                    .map(|_| NodeId(dice.below(count)))
                    .collect();
                self.document.select(picked);
            }
            5 => self.fail(node),
            7 => {
                let ms = f64::from(1 + dice.below(50)).powi(dice.below(4) as i32);
                self.run.on_event(&EngineEvent::NodeFinished {
                    run: 1,
                    node: NodeId(node),
                    ms,
                    cpu: None,
                    peak: None,
                    size: None,
                    outputs: Arc::new([]),
                });
            }
            6 => {
                self.document.undo();
            }
            _ => self.edit(Edit::Move {
                node: NodeId(node),
                to: dice.pos(),
            }),
        }
    }

    fn assert_as_from_nothing(&self) {
        let graph = self.document.graph();
        let mut layout = Layout::default();
        layout.update(graph);
        let ids = || (0..graph.next_id().0).map(NodeId);
        let alerts: Vec<Alert> = ids()
            .map(|id| Alert::of(&self.run.node(id).status))
            .collect();
        let mut selected = Marks::default();
        selected.set(self.document.selection().iter().copied().collect());
        let mut heat = Heat::default();
        if self.heat.measure().is_some() {
            heat.toggle();
        }
        heat.follow(&self.document, &Flat::default(), &self.run);
        let sight = Sight {
            graph,
            layout: &layout,
            palette: self.palette,
            alerts: &alerts,
            heat: &heat,
            selected: &selected,
            moving: &selected,
        };
        let used = layout.tiles_in(Rect::EVERYTHING);
        assert!(used.iter().all(|tile| self.far.tiles.contains_key(tile)));
        for tile in self.layout.tiles_in(Rect::EVERYTHING) {
            assert_eq!(
                self.far.sheet(tile),
                Some(&Sheet::of(&sight, tile)),
                "{tile:?}"
            );
            assert_eq!(
                self.far.haze(tile),
                Some(&Haze::of(&sight, tile)),
                "{tile:?}"
            );
        }
    }

    fn sheets(&self) -> Vec<&Sheet> {
        let tiles = self.layout.tiles_in(Rect::EVERYTHING);
        tiles
            .iter()
            .filter_map(|tile| self.far.sheet(*tile))
            .collect()
    }
}

#[test]
fn tiles_that_followed_edits_are_those_made_from_nothing() {
    let mut dice = Dice(7);
    let mut stage = Stage::new(document(150, &mut dice));
    for round in 0..90 {
        if round == 30 || round == 60 {
            stage.heat.toggle();
        }
        for _ in 0..=round % 4 {
            stage.random_change(&mut dice);
        }
        stage.settle();
        stage.assert_as_from_nothing();
    }
    stage.palette = &LIGHT;
    stage.settle();
    stage.assert_as_from_nothing();
}

#[test]
fn every_node_is_one_box_and_every_link_one_whole_line() {
    let mut dice = Dice(3);
    let mut stage = Stage::new(document(200, &mut dice));
    stage.document.select((0..50).map(NodeId));
    stage.settle();
    let count = |of: fn(&Sheet) -> usize| stage.sheets().into_iter().map(of).sum::<usize>();
    assert_eq!(count(|sheet| sheet.still.plates.len()), 150);
    assert_eq!(count(|sheet| sheet.moving.plates.len()), 50);
    let length = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| line.from.distance(line.to))
            .sum::<f32>()
    };
    let graph = stage.document.graph();
    for ends in 0..=2 {
        let is_one = |link: &&Link| {
            let is_selected = |id| stage.document.selection().contains(id);
            let nodes = [link.from.node, link.to.node];
            nodes.iter().filter(|id| is_selected(id)).count() == ends
        };
        let expected: f32 = graph
            .links()
            .filter(is_one)
            .filter_map(|link| link_ends(graph, link))
            .map(|(start, end)| start.distance(end))
            .sum();
        let lines = |sheet: &&Sheet| match ends {
            0 => length(&sheet.still.lines),
            1 => length(&sheet.stretched),
            _ => length(&sheet.moving.lines),
        };
        let drawn: f32 = stage.sheets().iter().map(lines).sum();
        assert!(
            expected > 0.0 && (drawn / expected - 1.0).abs() < 1e-3,
            "{ends}: {drawn} {expected}"
        );
    }
}

#[test]
fn one_failure_among_hundreds_shows_at_every_level() {
    let kind = kind();
    let nodes = (0..400).map(|i| {
        let pos = pos2((i / 20) as f32 * 100.0, (i % 20) as f32 * 100.0);
        Node::new(NodeId(i), format!("node_{i}"), kind.clone(), pos)
    });
    let graph = Graph::from_parts(nodes, []).0;
    let mut stage = Stage::new(Document::new(graph, Meta::default()));
    let distance = |a: Color32, b: Color32| {
        let pairs = a.to_array().into_iter().zip(b.to_array());
        pairs.map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>()
    };
    let squares = |stage: &Stage, level: usize| -> Vec<Color32> {
        let haze = stage.far.haze(Square { x: 0, y: 0 }).unwrap();
        (0..haze::GRAINS >> level)
            .flat_map(|row| haze.row(level, row).to_vec())
            .collect()
    };
    stage.settle();
    for level in 0..LEVELS {
        let calm = squares(&stage, level);
        assert!(calm.iter().all(|color| distance(*color, DARK.error) > 200));
    }
    stage.fail(210);
    stage.settle();
    for level in 0..LEVELS {
        let alarmed = squares(&stage, level);
        let red = alarmed
            .iter()
            .filter(|color| distance(**color, DARK.error) < 120);
        assert_eq!(red.count(), 1, "{level}");
    }
}

#[test]
fn what_is_not_made_yet_is_guessed_and_the_rest_comes_frame_by_frame() {
    let mut dice = Dice(11);
    let mut stage = Stage::new(document(3 * BUDGET as u32, &mut dice));
    stage.document.select([]);
    let tiles = stage.layout.tiles_in(Rect::EVERYTHING);
    for tile in tiles {
        let guess = Haze::guess(&stage.layout, tile, &DARK);
        let has_nodes = !stage.layout.nodes_of_tile(tile).is_empty();
        let is_seen =
            (0..haze::GRAINS).any(|row| guess.row(0, row).iter().any(|color| color.a() > 0));
        assert!(is_seen || !has_nodes, "{tile:?}");
    }
    let (renewal, guessed) = stage.frame(|far, scene, tiles| {
        let renewal = far.renew(scene, tiles, 0.5);
        far.guess(scene, tiles, 0.5);
        let is_guess = |tile: &&Square| {
            let kept = far.tiles.get(tile).and_then(|kept| kept.haze.as_ref());
            kept.expect("no tile is left blank").stamp.is_none()
        };
        (renewal, tiles.iter().filter(is_guess).count())
    });
    assert!(renewal == Renewal::Part && guessed > 0, "{guessed}");
    assert!(
        stage.settle() > 1,
        "more than a frame's worth was made at once"
    );
    stage.assert_as_from_nothing();
    assert_eq!(stage.settle(), 1);
}

#[test]
fn haze_costs_by_what_is_on_the_screen_and_not_by_nodes() {
    let mut sizes = Vec::new();
    for count in [500, 5000] {
        let mut dice = Dice(5);
        let mut stage = Stage::new(document(count, &mut dice));
        stage.settle();
        let bounds = stage.layout.bounds().unwrap();
        stage.camera.fit(bounds);
        let mut mesh = Mesh::default();
        let tiles = stage.layout.tiles_in(Rect::EVERYTHING);
        let made = tiles
            .iter()
            .filter_map(|tile| Some((*tile, stage.far.haze(*tile)?)));
        let projection = Projection::new(&stage.camera, Vec2::ZERO);
        add_haze(&mut mesh, bounds, projection, 0, 1.0, made);
        assert!(mesh.is_valid() && !mesh.is_empty());
        sizes.push(mesh.vertices.len());
    }
    assert!(sizes[1] < sizes[0] * 2, "{sizes:?}");
}
