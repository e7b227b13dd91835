//! The library in a real egui.

use egui::{Key, Pos2, Sense, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::graph::{Bank, Catalog};
use crate::ui::testing::{World, catalog, panel};

/// The panel at the left with all families open, a place to drop at the right.
fn show(catalog: Catalog) -> Harness<'static, World<(Library, Vec<Name>)>> {
    let kinds = catalog.kinds().iter();
    let families = kinds
        .filter(|kind| kind.bank == Bank::Builtin)
        .map(|kind| kind.family.clone());
    let library = Library {
        toggled: families.collect(),
        ..Library::default()
    };
    show_as(catalog, library)
}

fn show_as(catalog: Catalog, library: Library) -> Harness<'static, World<(Library, Vec<Name>)>> {
    let world = World {
        catalog,
        state: (library, Vec::new()),
        ..World::default()
    };
    panel(world, vec2(500.0, 400.0), |ui, (library, dropped), ctx| {
        ui.horizontal(|ui| {
            ui.allocate_ui(vec2(200.0, 380.0), |ui| library_ui(ui, library, ctx));
            let place = ui.allocate_response(Vec2::splat(200.0), Sense::hover());
            if let Some(kind) = place.dnd_release_payload::<Arc<NodeKind>>() {
                dropped.push(kind.title.clone());
            }
        });
    })
}

fn added(harness: &Harness<'_, World<(Library, Vec<Name>)>>) -> Vec<String> {
    let actions = harness.state().actions.iter();
    actions
        .map(|action| match action {
            Action::AddNode(kind, None) => kind.title.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn searching_and_enter_add_the_best_hit() {
    let mut harness = show(catalog());
    harness.get_by_label("Search nodes").focus();
    harness.run();
    harness.get_by_label("Search nodes").type_text("im");
    harness.run();
    assert!(harness.query_by_label("Add").is_none());
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(added(&harness), ["Load image"]);
    assert!(harness.get_by_label("Search nodes").is_focused());
}

#[test]
fn arrows_choose_among_the_hits() {
    let mut harness = show(catalog());
    harness.get_by_label("Search nodes").focus();
    harness.run();
    harness.get_by_label("Search nodes").type_text("math");
    harness.run();
    for key in [
        Key::ArrowDown,
        Key::ArrowDown,
        Key::Enter,
        Key::ArrowUp,
        Key::Enter,
    ] {
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(added(&harness), ["Round", "Add"]);
}

#[test]
fn a_double_click_or_a_key_adds_and_a_click_does_not() {
    let mut harness = show(catalog());
    harness.run();
    harness.get_by_label("Round").click();
    harness.run_steps(3);
    assert_eq!(added(&harness), [""; 0]);
    harness.get_by_label("Round").click();
    harness.run_steps(3);
    assert_eq!(added(&harness), ["Round"]);
    harness.get_by_label("Upper case").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(added(&harness), ["Round", "Upper case"]);
}

#[test]
fn a_kind_is_dragged_out() {
    let mut harness = show(catalog());
    harness.run();
    let from = harness.get_by_label("Add").rect().center();
    harness.drag_at(from);
    harness.run();
    for x in [230.0, 260.0, 300.0] {
        harness.hover_at(Pos2::new(x, 100.0));
        harness.run();
    }
    harness.drop_at(Pos2::new(300.0, 100.0));
    harness.run();
    assert_eq!(harness.state().state.1, ["Add"]);
    assert_eq!(added(&harness), [""; 0]);
}

#[test]
fn families_fold() {
    let mut kinds = catalog().kinds().to_vec();
    let own = kinds
        .iter_mut()
        .find(|kind| &*kind.title == "Upper case")
        .unwrap();
    Arc::make_mut(own).bank = Bank::Project;
    let mut harness = show_as(Catalog::new(kinds), Library::default());
    harness.run();
    let place = |label| {
        let rect = harness.get_by_label(label).rect();
        (rect.top(), rect.left())
    };
    assert!(harness.query_by_label("Add").is_none(), "they begin folded");
    // Those of one's own begin open, and stand first.
    let (own, others) = (place("Upper case"), place("Math"));
    assert!(own < others, "{own:?} {others:?}");
    harness.get_by_label("Math").click();
    harness.run();
    assert!(harness.query_by_label("Add").is_some());
    assert!(harness.query_by_label("Load image").is_none());
    harness.get_by_label("Math").click();
    harness.run();
    assert!(harness.query_by_label("Add").is_none());
}

#[test]
fn a_broken_source_is_listed_and_opened_but_never_added() {
    let mut kind = NodeKind::new(Bank::Project, "oops");
    kind.file = Some(std::path::Path::new("nodes/oops.py").into());
    kind.state = KindState::Broken {
        message: "invalid syntax".into(),
        line: 3,
    };
    let mut harness = show(Catalog::new([Arc::new(kind)]));
    harness.run();
    harness.get_by_label("Oops").click();
    harness.get_by_label("Oops").click();
    harness.run();
    let actions = &harness.state().actions;
    assert!(
        matches!(&actions[..], [Action::Code(CodeAction::Open(file, 3))] if file.ends_with("oops.py")),
        "{actions:?}"
    );
}

#[test]
fn nothing_to_show_is_said() {
    let mut harness = show(Catalog::default());
    harness.run();
    harness.get_by_label_contains("No nodes were found");
    let mut harness = show(catalog());
    harness.get_by_label("Search nodes").focus();
    harness.run();
    harness.get_by_label("Search nodes").type_text("zebra");
    harness.run();
    harness.get_by_label("No node fits \"zebra\"");
}

#[test]
fn of_a_thousand_kinds_only_those_in_sight_are_drawn() {
    let kinds = (0..1000).map(|i| {
        let mut kind = NodeKind::new(Bank::Builtin, format!("kind_{i:04}"));
        kind.title = format!("Kind {i:04}").into();
        Arc::new(kind)
    });
    let mut harness = show(Catalog::new(kinds));
    harness.run();
    let rows = harness.query_all_by_label_contains("Kind ").count();
    assert!((10..30).contains(&rows), "{rows}");
}
