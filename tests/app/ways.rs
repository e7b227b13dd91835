//! Ways that lead to the same: the search however it is opened, dots, links that are refused or dragged off, and
//! subgraphs in subgraphs, which run and fail as what they hold. All in the real window.

use egui::{Key, Modifiers, PointerButton, vec2};
use loom::engine::NodeStatus;
use loom::graph::{Pos2, Role};

use super::{Window, empty, example};

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;

impl Window {
    /// Clicks that come faster than frames.
    fn clicks(&mut self, at: Pos2, button: PointerButton, count: usize) {
        self.harness.event(egui::Event::PointerMoved(at));
        self.harness.step();
        let clicks = [true, false].repeat(count).into_iter();
        let clicks = clicks.map(|pressed| egui::Event::PointerButton {
            pos: at,
            button,
            pressed,
            modifiers: NONE,
        });
        self.harness.input_mut().events.extend(clicks);
        self.steps();
    }

    /// How the run of a node of what is open went.
    fn status_of(&self, title: &str) -> NodeStatus {
        let project = self.app().project();
        let document = &project.document;
        let mut nodes = document.nodes();
        let node = nodes.find(|node| **node.title() == *title).unwrap();
        let run = loom::ui::results::node_run(
            (document.graph(), document.path()),
            &project.flat,
            &project.run,
            node,
        );
        run.status.clone()
    }
}

#[test]
fn the_search_is_opened_in_every_way_and_stands_at_the_pointer() {
    let mut window = Window::open(empty);
    let at = window.app().panels().canvas.camera.screen.center();
    for way in 0..5 {
        window.harness.event(egui::Event::PointerMoved(at));
        window.steps();
        match way {
            0 => window.key(NONE, Key::Tab),
            1 => window.key(NONE, Key::Space),
            2 => window.key(SHIFT, Key::A),
            3 => window.clicks(at, PointerButton::Primary, 2),
            _ => window.clicks(at, PointerButton::Secondary, 1),
        }
        assert!(window.says("Search a node to add"), "way {way}");
        window.typed("length");
        window.key(NONE, Key::Enter);
        assert_eq!(window.nodes(), 1, "way {way}");
        let pos = window.on_screen(window.pos_of("Length"));
        assert!((pos - at).length() < 20.0, "way {way}: {pos} for {at}");
        window.key(CTRL, Key::Z);
        // Not a third click of one.
        window.harness.run_steps(60);
    }
}

#[test]
fn a_double_click_on_a_link_puts_a_dot_into_it_in_one_step() {
    let mut window = Window::open(|_| example("coins", "coins-dot"));
    let (before, links) = (window.text(), window.links());
    let (from, to) = (
        window.output("Close gaps", 0),
        window.input("Clear border", 0),
    );
    window.clicks(from + (to - from) * 0.5, PointerButton::Primary, 2);
    let document = &window.app().project().document;
    let dot = document.selected_node().unwrap();
    assert_eq!(dot.kind.role, Role::Reroute);
    assert_eq!(window.links(), links + 1);
    window.key(CTRL, Key::Z);
    assert_eq!(window.text(), before);
}

#[test]
fn a_link_that_does_not_fit_is_refused_and_one_that_is_dragged_off_goes() {
    let mut window = Window::open(|_| example("coins", "coins-refused"));
    let links = window.links_in_words();
    let (float, mask) = (
        window.output("Otsu threshold", 0),
        window.input("Label regions", 0),
    );
    window.drag(float, mask);
    assert_eq!(window.links_in_words(), links);
    let input = window.input("Label regions", 0);
    window.drag(input, input + vec2(-20.0, 70.0));
    assert_eq!(window.links_in_words().len(), links.len() - 1);
    window.key(CTRL, Key::Z);
    assert_eq!(window.links_in_words(), links);
}

#[test]
fn subgraphs_in_subgraphs_run_and_fail_as_what_they_hold() {
    let mut window = Window::open(|_| example("coins", "coins-nested"));
    window.pick("Areas");
    window.key(SHIFT, Key::ArrowRight);
    assert_eq!(window.selected_titles(), ["Areas", "Add the areas"]);
    window.key(NONE, Key::G);
    window.rename_to("Inner");
    window.key(SHIFT, Key::ArrowLeft);
    assert_eq!(window.selected_titles(), ["Sort by area", "Inner"]);
    window.key(NONE, Key::G);
    window.rename_to("Outer");
    window.run_all();
    assert!(matches!(window.status_of("Outer"), NodeStatus::Done { .. }));
    assert_eq!(window.text_of("Sum of areas"), "36403");

    // Two levels in, a value is wrong: both around it say so.
    window.key(NONE, Key::I);
    assert_eq!(window.app().project().document.path().len(), 1);
    window.pick("Inner");
    window.key(NONE, Key::I);
    assert_eq!(window.app().project().document.path().len(), 2);
    window.pick("Areas");
    window.edit_value("column", "nowhere");
    window.run_all();
    assert!(matches!(window.status_of("Areas"), NodeStatus::Failed(_)));
    window.key(Modifiers::ALT, Key::Num2);
    window.key(NONE, Key::U);
    assert!(matches!(window.status_of("Inner"), NodeStatus::Failed(_)));
    window.key(NONE, Key::U);
    assert!(matches!(window.status_of("Outer"), NodeStatus::Failed(_)));
    let graph = window.app().project().document.graph();
    assert_eq!(graph.subgraphs().count(), 2);
}

impl Window {
    fn rename_to(&mut self, title: &str) {
        self.key(NONE, Key::F2);
        self.key(CTRL, Key::A);
        self.typed(title);
        self.key(NONE, Key::Enter);
    }
}
