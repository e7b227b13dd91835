//! The environment's panel in the real window: plans, changes, conflicts and the way back, with the real tools and an
//! index of wheels made here.

use std::fs;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use loom::app::App;
use loom::ui::dialogs::Dialog;
use loom::ui::environment::model::{EnvironmentState, Listing, Outcome, Task};

use super::Window;
use crate::wheel::Wheel;

/// A wheel of one module, `NAME.py`, which says its version.
fn wheel(folder: &Path, name: &str, version: &str, needs: &str) {
    let module = format!("{name}.py");
    let text = format!("VERSION = \"{version}\"\n");
    let package = Wheel {
        name,
        version,
        families: "",
        requires: needs,
        files: &[(&module, &text)],
    };
    package.make(folder);
}

/// What is asked of the user before the packages of these projects are looked for.
const LINES: [&str; 2] = ["--no-index", "--find-links wheels"];

/// A project whose packages come from wheels beside it, and a node that needs one of them.
fn project(userdata: &Path) -> PathBuf {
    let folder = super::empty(userdata);
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels).unwrap();
    wheel(&wheels, "alpha", "1.0", "beta<2");
    wheel(&wheels, "beta", "1.0", "");
    wheel(&wheels, "beta", "2.0", "");
    let lines = format!("{}\n", LINES.join("\n"));
    fs::write(folder.join("requirements.txt"), lines).unwrap();
    fs::create_dir_all(folder.join("nodes")).unwrap();
    fs::write(
        folder.join("nodes").join("greek.py"),
        "def version_of_beta() -> str:\n    \"\"\"Which beta is there.\"\"\"\n    import beta\n\n    return beta.VERSION\n",
    )
    .unwrap();
    folder
}

impl Window {
    fn environment(&self) -> &EnvironmentState {
        &self.app().project().environment
    }

    /// Say yes to the lines of the project that are asked for, each by itself.
    pub fn confirm_lines(&mut self, lines: &[&str]) {
        let is_asked = |app: &App| matches!(app.dialog(), Some(Dialog::Consent(_)));
        self.wait("the question", is_asked);
        self.steps();
        for line in lines {
            self.key(Modifiers::NONE, Key::Enter);
            assert!(is_asked(self.app()), "{line} waits");
            self.press_first(&format!("I want {line}"));
        }
        self.press_first("Go on");
    }

    fn press_first(&mut self, label: &str) {
        // What a node offers stands in the inspector and in the viewer.
        let found = self.harness.query_all_by_label(label).next();
        found.unwrap_or_else(|| panic!("no \"{label}\"")).click();
        self.steps();
    }

    fn wait_for_task(&mut self, what: &str, is_it: fn(&Task) -> bool) {
        self.wait(what, |app| is_it(&app.project().environment.task));
        self.steps();
    }

    fn wait_for_list(&mut self) -> Vec<String> {
        self.wait("the list of packages", |app| {
            let listing = &app.project().environment.listing;
            matches!(listing, Listing::There(_) | Listing::Missing { .. })
        });
        self.steps();
        match &self.environment().listing {
            Listing::There(installed) => installed
                .packages
                .iter()
                .map(|it| format!("{} {}", it.name, it.version))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Look a package up by keys, and plan to add it.
    fn plan_to_add(&mut self, name: &str) {
        self.look_up(name);
        self.press_first("Add…");
        self.wait_for_task("the plan", |task| !matches!(task, Task::Working(_)));
    }

    fn look_up(&mut self, name: &str) {
        self.press_first("Add package…");
        self.typed(name);
        self.key(Modifiers::NONE, Key::Enter);
        if !self.userdata.path().join("confirmed.json").exists() {
            self.confirm_lines(&LINES);
        }
        self.wait("the package", |app| {
            use loom::ui::environment::model::Found;
            let search = app.project().environment.search.as_ref();
            search.is_some_and(|search| !matches!(search.found, Found::Searching))
        });
        self.steps();
    }

    fn apply(&mut self) {
        self.press_first("Apply");
        self.wait_for_task("the change", |task| matches!(task, Task::Ended(_)));
    }
}

fn is_done(task: &Task) -> bool {
    matches!(task, Task::Ended(Outcome::Done { .. }))
}

#[test]
fn a_package_is_planned_added_refused_where_it_does_not_fit_and_the_way_leads_back() {
    let mut window = Window::open(project);
    let folder = window.app().project().folder.clone().unwrap();
    let requirements = || fs::read_to_string(folder.join("requirements.txt")).unwrap();
    window.key(Modifiers::ALT, Key::Num9);
    assert_eq!(window.wait_for_list(), [""; 0]);

    window.plan_to_add("alpha");
    assert!(
        matches!(window.environment().task, Task::Planned(_)),
        "{:?}",
        window.environment().task
    );
    assert!(window.harness.query_by_label("2 to add").is_some());
    assert!(window.harness.query_by_label("+ beta 1.0").is_some());
    assert!(!folder.join(".venv").exists(), "a plan changes nothing");
    window.apply();
    assert!(
        is_done(&window.environment().task),
        "{:?}",
        window.environment().task
    );
    assert_eq!(window.wait_for_list(), ["alpha 1.0", "beta 1.0"]);
    assert!(requirements().ends_with("\nalpha\n"));
    assert!(folder.join("requirements.lock").exists());

    // It does not go together with what is there: nothing changes.
    fs::write(
        folder.join("requirements.txt"),
        requirements() + "beta>=2\n",
    )
    .unwrap();
    window.plan_to_add("beta");
    // Its line is replaced by a free one, so it goes together again.
    assert!(matches!(window.environment().task, Task::Planned(_)));
    window.press_first("Cancel");
    window.press_first("Upgrade all…");
    window.wait_for_task("the conflict", |task| matches!(task, Task::Ended(_)));
    let task = window.environment().task.clone();
    assert!(
        matches!(task, Task::Ended(Outcome::Conflict { .. })),
        "{task:?}"
    );
    assert!(
        window
            .harness
            .query_by_label_contains("do not go together")
            .is_some()
    );
    window.press_first("Close");
    let free = requirements().replace("beta>=2\n", "");
    fs::write(folder.join("requirements.txt"), free).unwrap();

    // Without alpha a newer beta fits; then back.
    window.plan_to_add("beta");
    window.apply();
    assert!(is_done(&window.environment().task));
    let before = window.wait_for_list();
    let alpha = window.harness.query_all_by_label_contains("alpha 1.0, ");
    alpha.into_iter().next().unwrap().click();
    window.steps();
    window.press_first("Remove…");
    window.wait_for_task("the plan", |task| matches!(task, Task::Planned(_)));
    window.apply();
    assert_eq!(window.wait_for_list(), ["beta 1.0"], "what stays is held");
    window.press_first("Close");
    window.press_first("Back to the previous environment");
    window.wait_for_task("the way back", |task| matches!(task, Task::Ended(_)));
    assert!(
        is_done(&window.environment().task),
        "{:?}",
        window.environment().task
    );
    assert_eq!(window.wait_for_list(), before);
    assert!(requirements().contains("alpha"));
}

#[test]
fn a_node_that_lacks_a_package_offers_it_and_the_run_goes_on() {
    let mut window = Window::open(project);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("version of beta");
    window.key(Modifiers::NONE, Key::Enter);
    window.key(Modifiers::NONE, Key::F5);
    window.confirm_lines(&LINES);
    window.wait("the run's end", |app| {
        !app.project().is_busy() && app.project().run.status().is_some()
    });
    window.steps();
    window.press_first("Install beta…");
    window.wait_for_task("the plan", |task| !matches!(task, Task::Working(_)));
    assert!(
        window
            .harness
            .query_by_label_contains("imports beta")
            .is_some()
    );
    window.press_first("Apply");
    window.wait("the run that goes on", |app| {
        let run = &app.project().run;
        !app.project().is_busy() && run.run() == Some(2) && run.status().is_some()
    });
    assert_eq!(window.text_of("Version of beta"), "2.0");
}

#[test]
fn a_change_is_stopped_and_nothing_is_lost() {
    let mut window = Window::open(project);
    let folder = window.app().project().folder.clone().unwrap();
    let before = fs::read_to_string(folder.join("requirements.txt")).unwrap();
    window.key(Modifiers::ALT, Key::Num9);
    window.wait_for_list();
    window.plan_to_add("beta");
    window.press_first("Apply");
    assert!(matches!(window.environment().task, Task::Working(_)));
    window.press_first("Stop");
    window.wait_for_task("the end", |task| matches!(task, Task::Ended(_)));
    let task = window.environment().task.clone();
    assert!(
        matches!(task, Task::Ended(Outcome::Stopped { .. })),
        "{task:?}"
    );
    assert_eq!(
        fs::read_to_string(folder.join("requirements.txt")).unwrap(),
        before
    );
    assert!(!folder.join("requirements.lock").exists());
    assert!(!folder.join(".venv").exists());
}

#[test]
fn lines_that_are_not_confirmed_are_not_followed() {
    let mut window = Window::open(project);
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("version of beta");
    window.key(Modifiers::NONE, Key::Enter);
    window.key(Modifiers::NONE, Key::F5);
    window.wait("the question", |app| app.dialog().is_some());
    window.steps();
    window.press_first("I want --no-index");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(window.app().dialog().is_none());
    let folder = window.app().project().folder.clone().unwrap();
    assert!(!folder.join(".venv").exists());
    assert!(!window.userdata.path().join("confirmed.json").exists());
    assert!(!window.app().project().is_busy());
}

#[test]
fn packages_that_something_else_asks_for_are_not_installed_before_the_user_says_so() {
    let mut window = Window::open(project);
    let folder = window.app().project().folder.clone().unwrap();
    let has_beta = || {
        let site = fs::read_dir(folder.join(".venv").join("lib")).into_iter();
        let mut sites = site.flatten().flatten();
        sites.any(|it| it.path().join("site-packages").join("beta.py").exists())
    };
    window.key(Modifiers::NONE, Key::Tab);
    window.typed("version of beta");
    window.key(Modifiers::NONE, Key::Enter);
    window.key(Modifiers::NONE, Key::F5);
    window.confirm_lines(&LINES);
    let has_ended = |app: &App| !app.project().is_busy() && app.project().run.status().is_some();
    window.wait("the run's end", has_ended);
    assert!(folder.join(".venv").exists() && !has_beta());

    // By a synchroniser: the window has the keyboard all the time.
    let path = folder.join("requirements.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text + "beta\n").unwrap();
    window.key(Modifiers::NONE, Key::F5);
    window.wait("the question", |app| app.project().is_restricted());
    window.wait("the end", |app| !app.project().is_busy());
    assert!(!has_beta() && !window.app().project().has_engine());

    window.press_button("Trust this project");
    window.wait("that it is trusted", |app| !app.project().is_restricted());
    window.key(Modifiers::NONE, Key::F5);
    window.wait("the run", |app| {
        has_ended(app) && app.project().run.run() == Some(2)
    });
    assert_eq!(window.text_of("Version of beta"), "2.0");
}

#[test]
fn who_comes_back_to_the_window_while_the_tools_work_is_asked_nothing() {
    let mut window = Window::open(project);
    window.key(Modifiers::ALT, Key::Num9);
    window.wait_for_list();
    window.look_up("alpha");
    for (begin, is_it) in [
        (
            "Add…",
            (|task| matches!(task, Task::Planned(_))) as fn(&Task) -> bool,
        ),
        ("Apply", is_done),
    ] {
        window.press_first(begin);
        while matches!(window.environment().task, Task::Working(_)) {
            window.harness.event(egui::Event::WindowFocused(true));
            window.harness.step();
            assert!(!window.app().project().is_restricted(), "{begin}");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let task = &window.environment().task;
        assert!(is_it(task), "{begin}: {task:?}");
    }
    window.steps();
    assert!(!window.app().project().is_restricted());
}
