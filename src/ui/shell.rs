//! The shell: the panels between the bars (`bars.rs`), which can be moved.

use egui::{Color32, Ui, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tile, TileId, Tiles,
    Tree, UiResponse,
};

use super::canvas::{Canvas, canvas_ui};
use super::code::{CodePanel, code_ui};
use super::console::{Console, console_ui};
use super::environment::{Environment, environment_ui};
use super::find::{Find, find_ui};
use super::focus::{self, Focus, Part};
use super::history::history_ui;
use super::inspector::{Inspector, inspector_ui};
use super::keymap::Holder;
use super::library::{Library, library_ui};
use super::list::List;
use super::outline::{Outline, outline_ui};
use super::slowest::{Slowest, slowest_ui};
use super::theme::{self, Palette};
use super::value::Drafts;
use super::viewer::{Viewer, viewer_ui};
use super::{Action, Context, shortcuts};

/// A panel. Its arrangement is remembered by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Pane {
    Library,
    Canvas,
    Inspector,
    Viewer,
    Console,
    History,
    Outline,
    Slowest,
    Code,
    Environment,
}

impl Pane {
    pub fn title(self) -> &'static str {
        match self {
            Self::Library => "Library",
            Self::Canvas => "Graph",
            Self::Inspector => "Inspector",
            Self::Viewer => "Viewer",
            Self::Console => "Console",
            Self::History => "History",
            Self::Outline => "Outline",
            Self::Slowest => "Slowest",
            Self::Code => "Code",
            Self::Environment => "Environment",
        }
    }
}

/// What the panels remember of one project: view state, nothing of the document.
pub struct Panels {
    pub canvas: Canvas,
    pub find: Find,
    pub inspector: Inspector,
    pub viewer: Viewer,
    pub console: Console,
    pub outline: Outline,
    pub slowest: Slowest,
    pub code: CodePanel,
    pub environment: Environment,
    pub drafts: Drafts,
    pub history: List,
    pub focus: Focus,
}

impl Default for Panels {
    fn default() -> Self {
        Self {
            canvas: Canvas::new(),
            find: Find::default(),
            inspector: Inspector::default(),
            viewer: Viewer::default(),
            console: Console::default(),
            outline: Outline::default(),
            slowest: Slowest::default(),
            code: CodePanel::default(),
            environment: Environment::default(),
            drafts: Drafts::default(),
            history: List::default(),
            focus: Focus::default(),
        }
    }
}

/// What the window remembers whatever project it shows.
pub struct Shell {
    pub tree: Tree<Pane>,
    pub library: Library,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            tree: arrangement(),
            library: Library::default(),
        }
    }
}

impl Shell {
    /// Bring a panel to the front of its tabs.
    pub fn show(&mut self, pane: Pane) {
        self.tree
            .make_active(|_, tile| matches!(tile, Tile::Pane(other) if *other == pane));
    }
}

/// Where the panels are at first: library left, canvas and code in the middle with viewer and console below, inspector
/// right.
pub fn arrangement() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let library = tab(&mut tiles, &[Pane::Library]);
    let canvas = tab(&mut tiles, &[Pane::Canvas, Pane::Code]);
    let below = tab(
        &mut tiles,
        &[
            Pane::Viewer,
            Pane::Console,
            Pane::Slowest,
            Pane::Environment,
        ],
    );
    let inspector = tab(&mut tiles, &[Pane::Inspector, Pane::History, Pane::Outline]);
    let middle = linear(
        &mut tiles,
        LinearDir::Vertical,
        &[(canvas, 0.68), (below, 0.32)],
    );
    let root = linear(
        &mut tiles,
        LinearDir::Horizontal,
        &[(library, 0.16), (middle, 0.63), (inspector, 0.21)],
    );
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

fn tab(tiles: &mut Tiles<Pane>, panes: &[Pane]) -> TileId {
    let children = panes.iter().map(|pane| tiles.insert_pane(*pane)).collect();
    tiles.insert_tab_tile(children)
}

fn linear(tiles: &mut Tiles<Pane>, dir: LinearDir, children: &[(TileId, f32)]) -> TileId {
    let mut linear = Linear::new(dir, children.iter().map(|(id, _)| *id).collect());
    for (id, share) in children {
        linear.shares.set_share(*id, *share);
    }
    tiles.insert_container(Container::Linear(linear))
}

/// An arrangement that was remembered, if it holds every panel once. Panels that are newer than it get a tab beside
/// an older one.
pub fn whole(mut tree: Tree<Pane>) -> Option<Tree<Pane>> {
    for (newer, older) in [
        (Pane::Outline, Pane::History),
        (Pane::Slowest, Pane::Console),
        (Pane::Code, Pane::Canvas),
        (Pane::Environment, Pane::Slowest),
    ] {
        if tree.tiles.find_pane(&newer).is_none() {
            let beside = tree.tiles.find_pane(&older)?;
            let tabs = tree.tiles.parent_of(beside)?;
            let newer = tree.tiles.insert_pane(newer);
            let Some(Tile::Container(Container::Tabs(tabs))) = tree.tiles.get_mut(tabs) else {
                return None;
            };
            // Where it stands in the arrangement that has it.
            let at = tabs.children.iter().position(|child| *child == beside);
            tabs.children
                .insert(at.map_or(tabs.children.len(), |at| at + 1), newer);
        }
    }
    let count = |pane| {
        let is_it = |tile: &&Tile<Pane>| matches!(tile, Tile::Pane(other) if *other == pane);
        tree.tiles.tiles().filter(is_it).count()
    };
    let panes = [
        Pane::Library,
        Pane::Canvas,
        Pane::Inspector,
        Pane::Viewer,
        Pane::Console,
        Pane::History,
        Pane::Outline,
        Pane::Slowest,
        Pane::Code,
        Pane::Environment,
    ];
    let is_whole = tree.root().is_some() && panes.into_iter().all(|pane| count(pane) == 1);
    is_whole.then_some(tree)
}

/// All panels, in the room that is left.
pub fn panels_ui(ui: &mut Ui, shell: &mut Shell, panels: &mut Panels, context: &mut Context<'_>) {
    let Shell { tree, library } = shell;
    let Panels {
        canvas,
        find,
        inspector,
        viewer,
        console,
        outline,
        slowest,
        code,
        environment,
        drafts,
        history,
        focus,
    } = panels;
    let mut shown = Shown {
        canvas,
        find,
        library,
        inspector,
        viewer,
        console,
        outline,
        slowest,
        code,
        environment,
        drafts,
        history,
        focus,
        context,
        palette: theme::palette(ui.ctx()),
    };
    let mark = Focus::mark(ui);
    tree.ui(&mut shown, ui);
    note_tabs(tree, focus);
    focus::quiet_borders(ui, focus, mark);
    // What was typed into a field that is gone by now (another node was selected) is not lost.
    let ended = drafts.settle(context.document.graph());
    context.actions.extend(ended.into_iter().map(Action::Edit));
}

struct Shown<'a, 'b> {
    canvas: &'a mut Canvas,
    find: &'a mut Find,
    library: &'a mut Library,
    inspector: &'a mut Inspector,
    viewer: &'a mut Viewer,
    console: &'a mut Console,
    outline: &'a mut Outline,
    slowest: &'a mut Slowest,
    code: &'a mut CodePanel,
    environment: &'a mut Environment,
    drafts: &'a mut Drafts,
    history: &'a mut List,
    focus: &'a mut Focus,
    context: &'a mut Context<'b>,
    palette: &'static Palette,
}

/// The tabs of a panel that is shown belong to it: Tab reaches them, Enter changes the panel.
fn note_tabs(tree: &Tree<Pane>, focus: &mut Focus) {
    for tile in tree.active_tiles() {
        let Some(pane) = tree.tiles.get_pane(&tile) else {
            continue;
        };
        let container = tree.tiles.parent_of(tile);
        let container = container.and_then(|id| tree.tiles.get_container(id));
        let tabs = container.into_iter().flat_map(Container::children);
        let tabs: Vec<_> = tabs.map(|tab| tab.egui_id(tree.id())).collect();
        if tabs.len() > 1 {
            focus.note_tabs(Part::Pane(*pane), tabs.into_iter());
        }
    }
}

impl Behavior<Pane> for Shown<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let (rect, part) = (ui.max_rect(), Part::Pane(*pane));
        let mark = Focus::mark(ui);
        focus::region(ui, part);
        if *pane == Pane::Canvas {
            canvas_ui(ui, self.canvas, self.drafts, self.context);
            find_ui(ui, self.find, self.canvas, self.context);
            self.focus.note(ui, part, rect, mark);
            return UiResponse::None;
        }
        let is_scrolled = self.focus.scrolls(part) && shortcuts::holder(ui.ctx()) == Holder::Widget;
        if is_scrolled {
            focus::scroll_by_keys(ui);
        }
        ui.painter().rect_filled(rect, 0, self.palette.panel);
        let inside = egui::UiBuilder::new().max_rect(rect.shrink2(theme::PANEL_MARGIN));
        ui.scope_builder(inside, |ui| match pane {
            Pane::Library => library_ui(ui, self.library, self.context),
            Pane::Inspector => inspector_ui(ui, self.inspector, self.drafts, self.context),
            Pane::Viewer => viewer_ui(ui, self.viewer, self.context),
            Pane::Console => console_ui(ui, self.console, self.context),
            Pane::History => history_ui(ui, self.history, self.context),
            Pane::Outline => outline_ui(ui, self.outline, self.context),
            Pane::Slowest => slowest_ui(ui, self.slowest, self.context),
            Pane::Code => code_ui(ui, self.code, self.context),
            Pane::Environment => environment_ui(ui, self.environment, self.context),
            Pane::Canvas => {}
        });
        if is_scrolled {
            focus::end_scroll(ui);
        }
        self.focus.note(ui, part, rect, mark);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.title().into()
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        28.0
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        2.0
    }

    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> Color32 {
        self.palette.window
    }

    fn tab_bg_color(
        &self,
        _: &egui::Visuals,
        _: &Tiles<Pane>,
        _: TileId,
        state: &TabState,
    ) -> Color32 {
        if state.active {
            self.palette.panel
        } else {
            self.palette.window
        }
    }

    fn tab_outline_stroke(
        &self,
        _: &egui::Visuals,
        _: &Tiles<Pane>,
        _: TileId,
        _: &TabState,
    ) -> egui::Stroke {
        egui::Stroke::NONE
    }

    fn tab_text_color(
        &self,
        _: &egui::Visuals,
        _: &Tiles<Pane>,
        _: TileId,
        state: &TabState,
    ) -> Color32 {
        if state.active {
            self.palette.text_strong
        } else {
            self.palette.text_weak
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tabs that stand together, by their titles.
    fn groups(tree: &Tree<Pane>) -> Vec<String> {
        let tabs = tree.tiles.tiles().filter_map(|tile| match tile {
            Tile::Container(Container::Tabs(tabs)) => Some(&tabs.children),
            _ => None,
        });
        let title = |id: &TileId| tree.tiles.get_pane(id).map_or("?", |pane| pane.title());
        let mut groups: Vec<String> = tabs
            .map(|children| children.iter().map(title).collect::<Vec<_>>().join(" "))
            .collect();
        groups.sort();
        groups
    }

    fn without(pane: Pane) -> Tree<Pane> {
        let mut tree = arrangement();
        let id = tree.tiles.find_pane(&pane).unwrap();
        tree.remove_recursively(id);
        tree
    }

    #[test]
    fn an_older_arrangement_gets_the_panels_that_it_lacks() {
        assert_eq!(
            groups(&whole(arrangement()).unwrap()),
            groups(&arrangement())
        );
        for pane in [Pane::Outline, Pane::Slowest, Pane::Code, Pane::Environment] {
            let older = without(pane);
            assert_ne!(groups(&older), groups(&arrangement()));
            assert_eq!(groups(&whole(older).unwrap()), groups(&arrangement()));
        }
    }

    #[test]
    fn an_arrangement_without_an_old_panel_or_with_one_twice_is_not_taken() {
        for pane in [Pane::Canvas, Pane::History] {
            assert!(whole(without(pane)).is_none(), "{pane:?}");
        }
        let mut twice = arrangement();
        let id = twice.tiles.find_pane(&Pane::Viewer).unwrap();
        let tabs = twice.tiles.parent_of(id).unwrap();
        let again = twice.tiles.insert_pane(Pane::Viewer);
        if let Some(Tile::Container(tabs)) = twice.tiles.get_mut(tabs) {
            tabs.add_child(again);
        }
        assert!(whole(twice).is_none());
    }
}
