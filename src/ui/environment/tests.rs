//! The panel in a window of its own: what it shows and what it asks for.

use egui::{Key, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::model::*;
use super::{Environment, environment_ui};
use crate::ui::Action;
use crate::ui::testing::{self, World};

const WIDE: Vec2 = vec2(860.0, 300.0);
const NARROW: Vec2 = vec2(300.0, 640.0);

type Panel = Harness<'static, World<Environment>>;

fn package(name: &str, line: Option<&str>, needed_by: &[&str]) -> Package {
    Package {
        name: name.into(),
        version: "1.0".into(),
        size_bytes: 2_000_000,
        line: line.map(str::to_owned),
        needed_by: needed_by.iter().map(|name| (*name).to_owned()).collect(),
        ..Package::default()
    }
}

fn there(packages: Vec<Package>) -> EnvironmentState {
    EnvironmentState {
        revision: 1,
        listing: Listing::There(Installed {
            python: "3.12.4".into(),
            size_bytes: 80_000_000,
            packages: packages.into(),
            differs: None,
        }),
        ..EnvironmentState::default()
    }
}

fn usual() -> EnvironmentState {
    there(vec![
        package("numpy", None, &["pandas"]),
        Package {
            newer: Some("2.0".into()),
            ..package("pandas", Some("pandas"), &[])
        },
    ])
}

fn show(environment: EnvironmentState, size: Vec2) -> Panel {
    let world = World {
        environment,
        ..World::<Environment>::default()
    };
    testing::panel(world, size, environment_ui)
}

/// What was asked for since, in words.
fn asked(panel: &mut Panel) -> Vec<EnvironmentAction> {
    let actions = std::mem::take(&mut panel.state_mut().actions);
    let actions = actions.into_iter().filter_map(|action| match action {
        // Asked in each frame until it is known, which it never is here.
        Action::Environment(EnvironmentAction::LookForPythons) => None,
        Action::Environment(asked) => Some(asked),
        _ => None,
    });
    actions.collect()
}

fn press(panel: &mut Panel, label: &str) {
    panel.get_by_label(label).click();
    panel.run();
}

#[test]
fn an_environment_that_nobody_looked_at_is_asked_for_and_an_empty_one_says_what_to_do() {
    let mut panel = show(EnvironmentState::default(), WIDE);
    assert_eq!(asked(&mut panel).first(), Some(&EnvironmentAction::Look));
    let missing = EnvironmentState {
        listing: Listing::Missing { asked: 3 },
        ..EnvironmentState::default()
    };
    let mut panel = show(missing, WIDE);
    assert!(
        panel
            .query_by_label_contains("the 3 packages that requirements.txt asks for")
            .is_some()
    );
    press(&mut panel, "Make it now…");
    assert_eq!(
        asked(&mut panel),
        [EnvironmentAction::Plan(Change::AsAsked)]
    );
    let panel = show(there(Vec::new()), NARROW);
    assert!(panel.query_by_label_contains("No packages").is_some());
}

#[test]
fn a_package_is_chosen_upgraded_pinned_and_removed() {
    for size in [WIDE, NARROW] {
        let mut panel = show(usual(), size);
        assert!(
            panel
                .query_by_label("2 packages · 80 MB · 1 outdated")
                .is_some()
        );
        press(&mut panel, "pandas 1.0, 2.0 is newer, 2.0 MB, for you");
        for (button, change) in [
            ("Upgrade to 2.0…", Change::Upgrade("pandas".into())),
            (
                "Pin to 1.0…",
                Change::Pin {
                    name: "pandas".into(),
                    version: "1.0".into(),
                },
            ),
            ("Remove…", Change::Remove("pandas".into())),
        ] {
            press(&mut panel, button);
            assert_eq!(
                asked(&mut panel),
                [EnvironmentAction::Plan(change)],
                "{size}"
            );
        }
        press(&mut panel, "numpy 1.0, 2.0 MB, for pandas");
        press(&mut panel, "Remove…");
        assert_eq!(asked(&mut panel), [], "what another needs is not removed");
    }
}

#[test]
fn a_package_is_looked_up_and_added_by_keys() {
    let mut panel = show(usual(), WIDE);
    press(&mut panel, "Add package…");
    panel.event(egui::Event::Text("Six".into()));
    panel.run();
    panel.key_press(Key::Enter);
    panel.run();
    assert_eq!(asked(&mut panel), [EnvironmentAction::Find("Six".into())]);
    for (found, said) in [
        (Found::Searching, "Asking the package index…"),
        (
            Found::Nothing,
            "The package index has no \"Six\": check how it is written",
        ),
        (Found::Failed("no network".into()), "no network"),
    ] {
        let name = "Six".to_owned();
        panel.state_mut().environment.search = Some(Search { name, found });
        panel.run();
        assert!(panel.query_by_label(said).is_some(), "{said}");
    }
    panel.state_mut().environment.search = Some(Search {
        name: "Six".into(),
        found: Found::Package {
            name: "six".into(),
            versions: vec!["1.16".into(), "1.15".into()],
        },
    });
    panel.run();
    press(&mut panel, "Add…");
    let change = Change::Add {
        name: "six".into(),
        version: None,
    };
    assert_eq!(asked(&mut panel), [EnvironmentAction::Plan(change)]);
}

#[test]
fn a_plan_is_shown_first_and_applied_or_dropped() {
    let plan = Plan {
        what: "Add six".into(),
        changes: vec![PackageChange {
            name: "six".into(),
            from: None,
            to: Some("1.16".into()),
            size_bytes: Some(11_053),
        }],
        lines: vec![LineChange::Comes("six".into())],
        ..Plan::default()
    };
    let state = EnvironmentState {
        task: Task::Planned(plan),
        ..usual()
    };
    let mut panel = show(state.clone(), NARROW);
    assert!(
        panel
            .query_by_label("1 to add; 11 kB to fetch at most")
            .is_some()
    );
    assert!(panel.query_by_label("+ six 1.16  (11 kB)").is_some());
    assert!(panel.query_by_label("+ six").is_some());
    press(&mut panel, "Apply");
    press(&mut panel, "Cancel");
    let expected = [EnvironmentAction::Apply, EnvironmentAction::Dismiss];
    assert_eq!(asked(&mut panel), expected);
    let locked = EnvironmentState {
        locked: Some("A run goes on"),
        ..state
    };
    let mut panel = show(locked, NARROW);
    assert!(panel.query_by_label("A run goes on").is_some());
    press(&mut panel, "Apply");
    assert_eq!(asked(&mut panel), []);
}

#[test]
fn work_can_be_stopped_and_how_it_went_is_said() {
    let with = |task| EnvironmentState { task, ..usual() };
    let work = Work {
        what: "Add six".into(),
        step: "Installing".into(),
        output: vec!["Resolved 1 package".into()],
        is_stopping: false,
    };
    let mut panel = show(with(Task::Working(work)), WIDE);
    assert!(panel.query_by_label("Resolved 1 package").is_some());
    press(&mut panel, "Stop");
    press(&mut panel, "Upgrade all…");
    assert_eq!(asked(&mut panel), [EnvironmentAction::Stop]);
    let conflict = Outcome::Conflict {
        what: "Add six".into(),
        text: "a needs six<1, you ask for six>=2".into(),
    };
    let mut panel = show(with(Task::Ended(conflict)), WIDE);
    assert!(
        panel
            .query_by_label_contains("do not go together")
            .is_some()
    );
    assert!(panel.query_by_label_contains("a needs six<1").is_some());
    press(&mut panel, "Close");
    assert_eq!(asked(&mut panel), [EnvironmentAction::Dismiss]);
    let back = EnvironmentState {
        previous: Some("Python 3.12.4, 1 package".into()),
        ..usual()
    };
    let mut panel = show(back, WIDE);
    press(&mut panel, "Back to the previous environment");
    assert_eq!(asked(&mut panel), [EnvironmentAction::Return]);
}

#[test]
fn of_500_packages_only_those_in_sight_are_laid_out() {
    let packages = (0..500).map(|n| package(&format!("package-{n:03}"), None, &[]));
    let mut panel = show(there(packages.collect()), WIDE);
    let rows = panel.get_all_by_role(egui::Role::ListBoxOption).count();
    assert!((4..30).contains(&rows), "{rows} rows");
    panel.get_by_label("Filter packages").click();
    panel.run();
    panel.event(egui::Event::Text("-49".into()));
    panel.run();
    assert!(panel.query_by_label_contains("package-490").is_some());
    assert!(panel.query_by_label_contains("package-000").is_none());
}
